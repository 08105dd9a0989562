#!/usr/bin/env python3
"""Rebuilds the variants of the default detector that stand in for upstream's models.

    ./dev shell python tools/build_detector_variants.py [--output FOLDER]

A variant has the interface that programs written for another model expect, and no weights of its
own: it refers to those inside ssd_mobilenet_v2_coco_fp16.onnx, which has to lie beside it.

traffic_fp16.onnx: input `image` [N,3,300,300], RGB, values from 0 to 1; outputs `boxes` [N,1917,4]
as those of the detector, `scores` [N,1917,4]: vehicle, two-wheeler, person, road sign, each the
highest of the COCO classes that belong to it.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FOLDER = Path(__file__).resolve().parent.parent / "models/ssd_mobilenet_v2_coco"
DETECTOR = "ssd_mobilenet_v2_coco_fp16.onnx"

TRAFFIC = (
    ("car", "bus", "truck"),
    ("bicycle", "motorcycle"),
    ("person",),
    ("traffic light", "stop sign"),
)
MOST_INLINE_BYTES = 1000


def refer_to_weights(model: onnx.ModelProto, detector: Path) -> None:
    """Replaces the large tensors of `model` by their places in the file `detector`."""
    content = detector.read_bytes()
    for tensor in model.graph.initializer:
        if len(tensor.raw_data) <= MOST_INLINE_BYTES:
            continue
        place = {
            "location": detector.name,
            "offset": str(content.index(tensor.raw_data)),
            "length": str(len(tensor.raw_data)),
        }
        tensor.ClearField("raw_data")
        tensor.data_location = TensorProto.EXTERNAL
        for key, value in place.items():
            tensor.external_data.add(key=key, value=value)


def scale_input(graph: onnx.GraphProto) -> None:
    """Lets the input be 0 to 1 where the detector takes -1 to 1."""
    for node in graph.node:
        for index, name in enumerate(node.input):
            if name == "image":
                node.input[index] = "image_scaled"
    graph.initializer.append(numpy_helper.from_array(np.float32(2), "two"))
    graph.initializer.append(numpy_helper.from_array(np.float32(1), "one"))
    graph.node.insert(0, helper.make_node("Mul", ["image", "two"], ["image_doubled"]))
    graph.node.insert(1, helper.make_node("Sub", ["image_doubled", "one"], ["image_scaled"]))


def group_scores(graph: onnx.GraphProto, groups: tuple[tuple[str, ...], ...]) -> None:
    """Makes the output `scores` have a column a group, the highest of its classes."""
    labels = (FOLDER / "labels.txt").read_text().splitlines()
    for node in graph.node:
        for index, name in enumerate(node.output):
            if name == "scores":
                node.output[index] = "coco_scores"
    columns = []
    for index, names in enumerate(groups):
        classes = np.array([labels.index(name) for name in names], np.int64)
        graph.initializer.append(numpy_helper.from_array(classes, f"classes_{index}"))
        graph.node.append(
            helper.make_node(
                "Gather", ["coco_scores", f"classes_{index}"], [f"group_{index}"], axis=2
            )
        )
        columns.append(f"score_{index}")
        graph.node.append(
            helper.make_node("ReduceMax", [f"group_{index}"], [columns[-1]], axes=[2], keepdims=1)
        )
    graph.node.append(helper.make_node("Concat", columns, ["scores"], axis=2))
    (scores,) = (output for output in graph.output if output.name == "scores")
    scores.type.tensor_type.shape.dim[2].dim_value = len(groups)


def traffic(detector: Path) -> onnx.ModelProto:
    model = onnx.load(detector)
    refer_to_weights(model, detector)
    scale_input(model.graph)
    group_scores(model.graph, TRAFFIC)
    model.doc_string = __doc__.partition("traffic_fp16.onnx: ")[2].strip()
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--output", metavar="FOLDER", type=Path, default=FOLDER)
    options = parser.parse_args()
    path = options.output / "traffic_fp16.onnx"
    path.write_bytes(traffic(FOLDER / DETECTOR).SerializeToString(deterministic=True))
    print(f"{path}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
