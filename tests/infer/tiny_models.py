"""Small ONNX models whose result is known from the colour of the picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

LABELS = "red;green;blue\nbright;dark\n"


def save(
    path: Path,
    nodes: list[Any],
    outputs: dict[str, list[Any]],
    constants: dict[str, Any],
    side: int = 8,
    batch: int | str = "N",
    types: dict[str, int] | None = None,
    extra: str = "",
) -> Path:
    """Saves a graph with the input `image` [batch,3,side,side]; outputs are name: shape.

    They are floats where `types` says nothing else; `extra` names a second input [batch,1,1].
    """
    inputs = [helper.make_tensor_value_info("image", TensorProto.FLOAT, [batch, 3, side, side])]
    if extra:
        inputs.append(helper.make_tensor_value_info(extra, TensorProto.FLOAT, [batch, 1, 1]))
    graph = helper.make_graph(
        nodes,
        path.stem,
        inputs,
        [
            helper.make_tensor_value_info(
                name, (types or {}).get(name, TensorProto.FLOAT), [batch, *shape]
            )
            for name, shape in outputs.items()
        ],
        [numpy_helper.from_array(np.asarray(v), name) for name, v in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
    return path


def colour_classifier(path: Path, batch: int | str = "N") -> Path:
    """`colour` [3] is the mean of each channel, `bright` [2,1,1] their mean and 1 minus that."""
    nodes = [
        helper.make_node("ReduceMean", ["image"], ["colour"], axes=[2, 3], keepdims=0),
        helper.make_node("ReduceMean", ["image"], ["mean"], axes=[1, 2, 3], keepdims=1),
        helper.make_node("Sub", ["one", "mean"], ["rest"]),
        helper.make_node("Concat", ["mean", "rest"], ["bright"], axis=1),
    ]
    return save(
        path,
        nodes,
        {"colour": [3], "bright": [2, 1, 1]},
        {"one": np.array(1, np.float32)},
        batch=batch,
    )


def middle_detector(path: Path, batch: int | str = "N") -> Path:
    """`boxes` [2,4] with the middle half of the picture and an empty one, `scores` [2,1] of 0.9."""
    boxes = np.array([[[0.25, 0.25, 0.75, 0.75], [0, 0, 0, 0]]], np.float32)
    nodes = [
        helper.make_node("ReduceMean", ["image"], ["mean"], axes=[1, 2, 3], keepdims=1),
        helper.make_node("Mul", ["mean", "zero"], ["nought"]),
        helper.make_node("Squeeze", ["nought", "last"], ["noughts"]),
        helper.make_node("Add", ["noughts", "constant_boxes"], ["boxes"]),
        helper.make_node("Add", ["noughts", "constant_scores"], ["scores"]),
    ]
    return save(
        path,
        nodes,
        {"boxes": [2, 4], "scores": [2, 1]},
        {
            "zero": np.array(0, np.float32),
            "last": np.array([3], np.int64),
            "constant_boxes": boxes,
            "constant_scores": np.full((1, 2, 1), 0.9, np.float32),
        },
        batch=batch,
    )


def colour_segmenter(path: Path, batch: int | str = "N", hwc: bool = False) -> Path:
    """`mask` [3,8,8], or [8,8,3], is the picture: class 0 where it is red, 1 green, 2 blue."""
    order = [0, 2, 3, 1] if hwc else [0, 1, 2, 3]
    nodes = [helper.make_node("Transpose", ["image"], ["mask"], perm=order)]
    return save(path, nodes, {"mask": [8, 8, 3] if hwc else [3, 8, 8]}, {}, batch=batch)


def constant_outputs(path: Path, outputs: dict[str, Any], side: int = 8, extra: str = "") -> Path:
    """Gives the same arrays for any picture; `extra` names a second input [N,1,1] that is added to
    all of them."""
    nodes = [
        helper.make_node("ReduceMean", ["image"], ["mean"], axes=[1, 2, 3], keepdims=0),
        helper.make_node("Mul", ["mean", "zero"], ["nought"]),
    ]
    constants: dict[str, Any] = {"zero": np.array(0, np.float32)}
    arrays = {name: np.asarray(values) for name, values in outputs.items()}
    types = {}
    for name, values in arrays.items():
        if values.dtype == np.float64:
            values = values.astype(np.float32)
        types[name] = helper.np_dtype_to_tensor_dtype(values.dtype)
        constants[f"{name} values"] = values[None]
        constants[f"{name} shape"] = np.array([-1] + [1] * values.ndim, np.int64)
        summand = f"{name} values"
        if extra:
            nodes.append(helper.make_node("Add", [summand, extra], [f"{name} more"]))
            summand = f"{name} more"
        nodes += [
            helper.make_node("Reshape", ["nought", f"{name} shape"], [f"{name} nought"]),
            helper.make_node("Cast", [f"{name} nought"], [f"{name} zero"], to=types[name]),
            helper.make_node("Add", [f"{name} zero", summand], [name]),
        ]
    shapes = {name: list(values.shape) for name, values in arrays.items()}
    return save(path, nodes, shapes, constants, side=side, types=types, extra=extra)


def identity(
    path: Path,
    width: int,
    height: int,
    channels: int = 3,
    nhwc: bool = False,
    name: str = "seen",
) -> Path:
    """The output `name` is the input `image`, whose batch is free."""
    shape = ["N", height, width, channels] if nhwc else ["N", channels, height, width]
    graph = helper.make_graph(
        [helper.make_node("Identity", ["image"], [name])],
        path.stem,
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.save(model, str(path))
    return path


def boxes_by_type(path: Path, kind: Any, free_count: bool = False) -> Path:
    """A detector of the SSD form whose `boxes` and `scores` are of an ONNX type.

    They are those of the middle half of the picture; with `free_count`, how many a frame has is
    known only after a run.
    """
    name = "M" if free_count else 2
    boxes = np.array([[[0.25, 0.25, 0.75, 0.75], [0, 0, 0, 0]]], np.float32)
    nodes = [
        helper.make_node("ReduceMean", ["image"], ["mean"], axes=[1, 2, 3], keepdims=1),
        helper.make_node("Mul", ["mean", "zero"], ["nought"]),
        helper.make_node("Squeeze", ["nought", "last"], ["noughts"]),
        helper.make_node("Add", ["noughts", "constant_boxes"], ["all_boxes"]),
        helper.make_node("Add", ["noughts", "constant_scores"], ["all_scores"]),
    ]
    # Rows with a score above the limit: their number depends on the values.
    nodes += [
        helper.make_node("Greater", ["all_scores", "limit"], ["strong"]),
        helper.make_node("Squeeze", ["strong", "outer"], ["strong_rows"]),
        helper.make_node("Compress", ["all_boxes", "strong_rows"], ["some_boxes"], axis=1),
        helper.make_node("Compress", ["all_scores", "strong_rows"], ["some_scores"], axis=1),
    ]
    which = "some" if free_count else "all"
    nodes += [
        helper.make_node("Cast", [f"{which}_{output}"], [output], to=kind)
        for output in ("boxes", "scores")
    ]
    if not free_count:
        nodes = [n for n in nodes if n.op_type not in ("Greater", "Compress")][:5] + nodes[-2:]
    constants = {
        "zero": np.array(0, np.float32),
        "limit": np.array(0.5, np.float32),
        "last": np.array([3], np.int64),
        "outer": np.array([0, 2], np.int64),
        "constant_boxes": boxes,
        "constant_scores": np.array([[[0.9], [0.3]]], np.float32),
    }
    graph = helper.make_graph(
        nodes,
        path.stem,
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, 8, 8])],
        [
            helper.make_tensor_value_info("boxes", kind, [1, name, 4]),
            helper.make_tensor_value_info("scores", kind, [1, name, 1]),
        ],
        [numpy_helper.from_array(np.asarray(v), n) for n, v in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
    return path
