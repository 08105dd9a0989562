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


MIDDLE = {
    "boxes": np.array([[0.25, 0.25, 0.75, 0.75], [0, 0, 0, 0]], np.float32),
    "scores": np.full((2, 1), 0.9, np.float32),
}


def middle_detector(path: Path, batch: int | str = "N", kind: Any = np.float32) -> Path:
    """`boxes` [2,4] with the middle half of the picture and an empty one, `scores` [2,1] of 0.9.

    `kind` is the NumPy type of both, which may take their fractions.
    """
    outputs = {name: values.astype(kind) for name, values in MIDDLE.items()}
    return constant_outputs(path, outputs, batch=batch)


def colour_segmenter(path: Path, batch: int | str = "N", hwc: bool = False) -> Path:
    """`mask` [3,8,8], or [8,8,3], is the picture: class 0 where it is red, 1 green, 2 blue."""
    order = [0, 2, 3, 1] if hwc else [0, 1, 2, 3]
    nodes = [helper.make_node("Transpose", ["image"], ["mask"], perm=order)]
    return save(path, nodes, {"mask": [8, 8, 3] if hwc else [3, 8, 8]}, {}, batch=batch)


def constant_outputs(
    path: Path,
    outputs: dict[str, Any],
    side: int = 8,
    extra: str = "",
    batch: int | str = "N",
) -> Path:
    """Gives the same arrays, of their types or else floats, for any picture.

    `extra` names a second input [N,1,1] that is added to all of them.
    """
    nodes = [
        helper.make_node("ReduceMean", ["image"], ["mean"], axes=[1, 2, 3], keepdims=0),
        helper.make_node("Mul", ["mean", "zero"], ["nought"]),
    ]
    constants: dict[str, Any] = {"zero": np.array(0, np.float32)}
    types, shapes = {}, {}
    for name, given in outputs.items():
        values = np.asarray(given)
        floats = values.dtype == np.float64
        types[name] = helper.np_dtype_to_tensor_dtype(
            np.dtype(np.float32 if floats else values.dtype)
        )
        shapes[name] = list(values.shape)
        constants[f"{name} values"] = values[None].astype(np.float32)
        constants[f"{name} shape"] = np.array([-1] + [1] * values.ndim, np.int64)
        summand = f"{name} values"
        if extra:
            nodes.append(helper.make_node("Add", [summand, extra], [f"{name} more"]))
            summand = f"{name} more"
        nodes += [
            helper.make_node("Reshape", ["nought", f"{name} shape"], [f"{name} nought"]),
            helper.make_node("Add", [f"{name} nought", summand], [f"{name} sum"]),
            helper.make_node("Cast", [f"{name} sum"], [name], to=types[name]),
        ]
    return save(path, nodes, shapes, constants, side=side, batch=batch, types=types, extra=extra)


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


def strong_boxes(path: Path) -> Path:
    """`boxes` [M,4] and `scores` [M,1] of the middle half; M, 1, is known only after a run."""
    scores = np.array([[0.9], [0.3]], np.float32)
    outputs = {"all boxes": MIDDLE["boxes"], "all scores": scores}
    model = onnx.load(constant_outputs(path, outputs, batch=1))
    graph = model.graph
    graph.initializer.append(numpy_helper.from_array(np.array(0.5, np.float32), "limit"))
    graph.initializer.append(numpy_helper.from_array(np.array([0, 2], np.int64), "outer"))
    graph.node.append(helper.make_node("Greater", ["all scores", "limit"], ["strong"]))
    graph.node.append(helper.make_node("Squeeze", ["strong", "outer"], ["strong rows"]))
    del graph.output[:]
    for name, columns in (("boxes", 4), ("scores", 1)):
        some = helper.make_node("Compress", [f"all {name}", "strong rows"], [name], axis=1)
        graph.node.append(some)
        graph.output.append(
            helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, "M", columns])
        )
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
    return path
