"""Turns the convolutional part of a TensorFlow.js graph model into an ONNX graph.

Knows the operations that SSD detectors and segmentation on MobileNet are made of, and says so when
it meets another. Activations stay in ONNX's order (NCHW) for as long as possible; what scales or
shifts the channels after a convolution (batch normalisation, bias) is folded into its weights.
Needs numpy and onnx.
"""

from __future__ import annotations

import base64
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

BATCH = "N"
OPSET = 13
Dim = int | str


@dataclass(frozen=True)
class Tensor:
    """A value that is known only at run time.

    shape: in TensorFlow's order (NHWC where there are four); `BATCH` is the dynamic one.
    channels_first: whether the ONNX value is NCHW instead.
    """

    name: str
    shape: tuple[Dim, ...]
    channels_first: bool = False


# A constant, a tensor, or the known-but-for-the-batch result of shape arithmetic.
Value = np.ndarray | Tensor | tuple[Dim, ...]


def load(model_json: Path) -> tuple[dict[str, dict[str, Any]], dict[str, np.ndarray]]:
    """The graph's nodes and its constants, each by name."""
    model = json.loads(model_json.read_text())
    constants = {}
    for group in model["weightsManifest"]:
        data = b"".join((model_json.parent / path).read_bytes() for path in group["paths"])
        offset = 0
        for entry in group["weights"]:
            stored = entry.get("quantization", entry)["dtype"]
            if entry["dtype"] not in ("float32", "int32") or stored not in (
                entry["dtype"],
                "float16",
            ):
                raise ValueError(f"{entry['name']}: only float16, float32 and int32 are read")
            kind = np.dtype(stored).newbyteorder("<")
            array = np.frombuffer(data, kind, math.prod(entry["shape"]), offset)
            offset += array.nbytes
            if stored != entry["dtype"]:
                array = array.astype(entry["dtype"])
            constants[entry["name"]] = array.reshape(entry["shape"])
        if offset != len(data):
            raise ValueError(f"{model_json}: weights hold {len(data)} bytes, expected {offset}")
    return {node["name"]: node for node in model["modelTopology"]["node"]}, constants


class Converter:
    """Translates the nodes that lead to the asked-for values, then writes the model."""

    def __init__(self, model_json: Path) -> None:
        self.nodes, self.constants = load(model_json)
        self._values: dict[str, Value] = {}
        self._inputs: list[onnx.ValueInfoProto] = []
        self._outputs: list[onnx.ValueInfoProto] = []
        self._emitted: list[onnx.NodeProto] = []
        self._initializers: dict[str, np.ndarray] = {}
        self._foldable: dict[str, tuple[str, str]] = {}  # convolution -> its weight and bias
        self._reordered: dict[tuple[str, bool], str] = {}
        self._consumers: dict[str, int] = {}
        for node in self.nodes.values():
            for source in self._sources(node):
                self._consumers[source] = self._consumers.get(source, 0) + 1

    # --- what a model builder calls -------------------------------------------------------------

    def add_input(self, replaces: str, name: str, shape: tuple[Dim, ...]) -> None:
        """Cuts the graph at node `replaces`: its value is now the NCHW input `name`.

        shape: NHWC, `BATCH` first.
        """
        self._values[replaces] = Tensor(name, shape, channels_first=True)
        n, h, w, c = shape
        self._inputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, [n, c, h, w]))

    def tensor(self, node: str) -> Tensor:
        """The run-time value of a node, translating whatever it needs."""
        value = self._value(node)
        if not isinstance(value, Tensor):
            raise TypeError(f"{node} is a constant")
        return value

    def emit(self, operation: str, inputs: list[str], **attributes: Any) -> str:
        """Adds an ONNX node with one output; returns that output's name."""
        name = f"{operation.lower()}_{len(self._emitted)}"
        self._emitted.append(helper.make_node(operation, inputs, [name], name, **attributes))
        return name

    def constant(self, array: np.ndarray) -> str:
        """Adds a constant; returns its name."""
        name = f"const_{len(self._initializers)}"
        self._initializers[name] = np.asarray(array)
        return name

    def last(self, tensor: Tensor) -> str:
        """ONNX name of the tensor with the channels last."""
        return self._ordered(tensor, channels_first=False)

    def add_output(self, name: str, value: str, shape: tuple[Dim, ...]) -> None:
        self._emitted.append(helper.make_node("Identity", [value], [name], f"output_{name}"))
        self._outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))

    def model(self, doc: str, metadata: dict[str, str]) -> onnx.ModelProto:
        """The checked model; constants that nothing uses are left out."""
        used = {name for node in self._emitted for name in node.input}
        initializers = [
            numpy_helper.from_array(np.ascontiguousarray(array).reshape(array.shape), name)
            for name, array in self._initializers.items()
            if name in used
        ]
        graph = helper.make_graph(
            self._emitted, "main_graph", self._inputs, self._outputs, initializers
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])
        model.ir_version = 7
        model.producer_name = "thalweg"
        model.doc_string = doc
        helper.set_model_props(model, metadata)
        onnx.checker.check_model(model, full_check=True)
        return model

    # --- translation ----------------------------------------------------------------------------

    @staticmethod
    def _sources(node: dict[str, Any]) -> list[str]:
        names = [name for name in node.get("input", []) if not name.startswith("^")]
        return [name.removesuffix(":0") for name in names]

    def _value(self, name: str) -> Value:
        pending = [name]
        while pending:
            node = self.nodes[pending[-1]]
            needed = [s for s in self._sources(node) if s not in self._values]
            if needed and pending[-1] not in self._values:
                pending += needed
                continue
            pending.pop()
            if node["name"] not in self._values:
                self._values[node["name"]] = self._translate(node)
        return self._values[name]

    def _translate(self, node: dict[str, Any]) -> Value:
        if node["op"] == "Const":
            return self.constants[node["name"]]
        inputs = [self._values[source] for source in self._sources(node)]
        translate = getattr(self, f"_op_{node['op']}", None)
        if translate is None:
            raise NotImplementedError(f"operation {node['op']} of node {node['name']}")
        result: Value = translate(node, *inputs)
        return result

    def _ordered(self, tensor: Tensor, channels_first: bool) -> str:
        if tensor.channels_first == channels_first:
            return tensor.name
        key = (tensor.name, channels_first)
        if key not in self._reordered:
            order = [0, 3, 1, 2] if channels_first else [0, 2, 3, 1]
            self._reordered[key] = self.emit("Transpose", [tensor.name], perm=order)
        return self._reordered[key]

    def _convolution(
        self, node: dict[str, Any], x: Tensor, weight: np.ndarray, groups: int
    ) -> Tensor:
        """weight: OIHW."""
        attributes = node["attr"]
        stride = _ints(attributes["strides"])[1:3]
        size = [d for d in x.shape[1:3] if isinstance(d, int)]
        kernel = weight.shape[2:]
        # Of SAME size, but for the stride; else VALID: where the kernel lies inside.
        lost = [0, 0] if _text(attributes["padding"]) == "SAME" else [k - 1 for k in kernel]
        out = [-(-(d - k) // step) for d, k, step in zip(size, lost, stride, strict=True)]
        pad = [
            max((o - 1) * step + k - length, 0)
            for o, step, k, length in zip(out, stride, kernel, size, strict=True)
        ]
        begin = [p // 2 for p in pad]
        end = [p - b for p, b in zip(pad, begin, strict=True)]
        names = self.constant(weight), self.constant(np.zeros(weight.shape[0], np.float32))
        y = self.emit(
            "Conv",
            [self._ordered(x, channels_first=True), *names],
            group=groups,
            kernel_shape=list(kernel),
            pads=begin + end,
            strides=stride,
        )
        self._foldable[y] = names
        return Tensor(y, (x.shape[0], *out, weight.shape[0]), channels_first=True)

    def _op_Conv2D(self, node: dict[str, Any], x: Tensor, weight: np.ndarray) -> Tensor:
        return self._convolution(node, x, weight.transpose(3, 2, 0, 1), groups=1)

    def _op_DepthwiseConv2dNative(
        self, node: dict[str, Any], x: Tensor, weight: np.ndarray
    ) -> Tensor:
        height, width, channels, multiplier = weight.shape
        oihw = weight.transpose(2, 3, 0, 1).reshape(channels * multiplier, 1, height, width)
        return self._convolution(node, x, oihw, groups=channels)

    def _folding(self, source: str) -> tuple[str, str] | None:
        """Weight and bias of the convolution behind node `source`, if nothing else uses that."""
        value = self._values[source]
        alone = isinstance(value, Tensor) and self._consumers[source] == 1
        return self._foldable.get(value.name) if alone else None

    def _fold(
        self, node: dict[str, Any], source: str, scale: np.ndarray | None, shift: np.ndarray | None
    ) -> Tensor:
        """source * scale + shift, a value a channel, inside the convolution behind it."""
        weight, bias = self._folding(source) or ("", "")
        if not bias or (scale is not None and not weight):
            raise NotImplementedError(f"{node['name']} does not follow a convolution of its own")
        if scale is not None:
            factor = np.broadcast_to(scale.reshape(-1), self._initializers[bias].shape)
            self._initializers[weight] = self._initializers[weight] * factor[:, None, None, None]
            self._initializers[bias] = self._initializers[bias] * factor
        if shift is not None:
            self._initializers[bias] = self._initializers[bias] + shift.reshape(-1)
        return self.tensor(source)

    def _op_FusedBatchNorm(
        self,
        node: dict[str, Any],
        x: Tensor,
        gamma: np.ndarray,
        beta: np.ndarray,
        mean: np.ndarray,
        variance: np.ndarray,
    ) -> Tensor:
        epsilon = np.float32(node["attr"]["epsilon"]["f"])
        scale = gamma / np.sqrt(variance + epsilon)
        return self._fold(node, self._sources(node)[0], scale, beta - mean * scale)

    def _op_BiasAdd(self, node: dict[str, Any], x: Tensor, bias: np.ndarray) -> Tensor:
        return self._fold(node, self._sources(node)[0], None, bias)

    def _arithmetic(self, node: dict[str, Any], operation: str, x: Value, y: Value) -> Tensor:
        """Add or Mul: inside the convolution before it where that can be, else a node."""
        sources = self._sources(node)
        if isinstance(x, np.ndarray):
            x, y, sources = y, x, sources[::-1]
        if isinstance(x, Tensor) and isinstance(y, np.ndarray):
            behind = self._folding(sources[0])
            if behind and (operation == "Add" or behind[0]):
                scale, shift = (None, y) if operation == "Add" else (y, None)
                return self._fold(node, sources[0], scale, shift)
            shape = () if y.size == 1 else (1, -1, 1, 1)  # one for all, or one a channel
            constant = self.constant(y.astype(np.float32).reshape(shape))
            name = self.emit(operation, [self._ordered(x, channels_first=True), constant])
            return Tensor(name, x.shape, channels_first=True)
        fits = isinstance(x, Tensor) and isinstance(y, Tensor) and len(x.shape) == len(y.shape)
        if not fits or any(
            a != b and 1 not in (a, b) for a, b in zip(x.shape, y.shape, strict=True)
        ):
            raise NotImplementedError(f"{node['name']}: the shapes of its inputs differ")
        total = self.emit(operation, [self._ordered(t, channels_first=True) for t in (x, y)])
        for source in sources if operation == "Add" and x.shape == y.shape else []:
            behind = self._folding(source)
            if behind:  # a later shift of the sum can still become this convolution's bias
                self._foldable[total] = ("", behind[1])
        shape = tuple(b if a == 1 else a for a, b in zip(x.shape, y.shape, strict=True))
        return Tensor(total, shape, channels_first=True)

    def _op_Add(self, node: dict[str, Any], x: Value, y: Value) -> Tensor:
        return self._arithmetic(node, "Add", x, y)

    _op_AddN = _op_AddV2 = _op_Add

    def _op_Mul(self, node: dict[str, Any], x: Value, y: Value) -> Tensor:
        return self._arithmetic(node, "Mul", x, y)

    def _op_AvgPool(self, node: dict[str, Any], x: Tensor) -> Tensor:
        attributes = node["attr"]
        kernel, stride = (_ints(attributes[key])[1:3] for key in ("ksize", "strides"))
        if _text(attributes["padding"]) != "VALID":
            raise NotImplementedError(f"padding of {node['name']}: only VALID is known")
        size = [d for d in x.shape[1:3] if isinstance(d, int)]
        out = [(d - k) // step + 1 for d, k, step in zip(size, kernel, stride, strict=True)]
        first = self._ordered(x, channels_first=True)
        name = self.emit("AveragePool", [first], kernel_shape=kernel, strides=stride)
        return Tensor(name, (x.shape[0], *out, x.shape[3]), channels_first=True)

    def _op_ResizeBilinear(self, node: dict[str, Any], x: Tensor, size: np.ndarray) -> Tensor:
        if not node["attr"]["half_pixel_centers"]["b"]:
            raise NotImplementedError(f"{node['name']}: only half_pixel_centers are known")
        sides = [d for d in x.shape[1:3] if isinstance(d, int)]
        factors = [int(new) / old for new, old in zip(size, sides, strict=True)]
        scales = self.constant(np.array([1, 1, *factors], np.float32))
        name = self.emit(
            "Resize",
            [self._ordered(x, channels_first=True), "", scales],
            mode="linear",
            coordinate_transformation_mode="half_pixel",
        )
        shape = (x.shape[0], *map(int, size), x.shape[3])
        return Tensor(name, shape, channels_first=True)

    def _op_Conv2DBackpropInput(
        self, node: dict[str, Any], sizes: np.ndarray, weight: np.ndarray, x: Tensor
    ) -> Tensor:
        """weight: height, width, output's channels, input's."""
        stride = _ints(node["attr"]["strides"])[1:3]
        if stride != list(weight.shape[:2]):
            raise NotImplementedError(f"{node['name']}: its pixels overlap")
        name = self.emit(
            "ConvTranspose",
            [
                self._ordered(x, channels_first=True),
                self.constant(np.ascontiguousarray(weight.transpose(3, 2, 0, 1))),
            ],
            kernel_shape=stride,
            strides=stride,
        )
        sides = [d * step for d, step in zip(x.shape[1:3], stride, strict=True)]
        return Tensor(name, (x.shape[0], *sides, weight.shape[2]), channels_first=True)

    def _op_Relu(self, node: dict[str, Any], x: Tensor) -> Tensor:
        return Tensor(self.emit("Relu", [x.name]), x.shape, x.channels_first)

    def _op_Relu6(self, node: dict[str, Any], x: Tensor) -> Tensor:
        limits = [self.constant(np.float32(0)), self.constant(np.float32(6))]
        return Tensor(self.emit("Clip", [x.name, *limits]), x.shape, x.channels_first)

    def _op_Sigmoid(self, node: dict[str, Any], x: Tensor) -> Tensor:
        return Tensor(self.emit("Sigmoid", [x.name]), x.shape, x.channels_first)

    def _op_Shape(self, node: dict[str, Any], x: Tensor) -> tuple[Dim, ...]:
        return x.shape

    def _op_StridedSlice(
        self, node: dict[str, Any], shape: tuple[Dim, ...], begin: np.ndarray, *rest: np.ndarray
    ) -> tuple[Dim, ...]:
        if node["attr"]["shrink_axis_mask"]["i"] not in (1, "1"):
            raise NotImplementedError(f"{node['name']}: only one element of a shape is taken")
        return (shape[int(begin[0])],)

    def _op_Pack(self, node: dict[str, Any], *items: Value) -> tuple[Dim, ...]:
        return tuple(item[0] if isinstance(item, tuple) else int(item) for item in items)

    def _op_Reshape(self, node: dict[str, Any], x: Tensor, target: Value) -> Tensor:
        wanted = list(target) if isinstance(target, tuple) else [int(d) for d in target]
        rest = math.prod(d for d in x.shape if isinstance(d, int))
        if wanted[0] == -1 and math.prod(wanted[1:]) == rest:
            wanted[0] = BATCH
        elif -1 in wanted and BATCH in wanted:
            known = math.prod(d for d in wanted if isinstance(d, int) and d != -1)
            wanted[wanted.index(-1)] = rest // known
        shape = np.array([-1 if d == BATCH else d for d in wanted], np.int64)
        return Tensor(self.emit("Reshape", [self.last(x), self.constant(shape)]), tuple(wanted))

    def _op_Squeeze(self, node: dict[str, Any], x: Tensor) -> Tensor:
        axes = _ints(node["attr"]["squeeze_dims"])
        name = self.emit("Squeeze", [self.last(x), self.constant(np.array(axes, np.int64))])
        return Tensor(name, tuple(d for i, d in enumerate(x.shape) if i not in axes))

    def _op_ConcatV2(self, node: dict[str, Any], *inputs: Any) -> Tensor:
        tensors, axis = inputs[:-1], int(inputs[-1])
        shape = list(tensors[0].shape)
        shape[axis] = sum(t.shape[axis] for t in tensors)
        return Tensor(self.emit("Concat", [self.last(t) for t in tensors], axis=axis), tuple(shape))

    def _op_Slice(
        self, node: dict[str, Any], x: Tensor, begin: np.ndarray, size: np.ndarray
    ) -> Tensor:
        axes = [i for i in range(len(begin)) if (begin[i], size[i]) != (0, -1)]
        shape, ends = list(x.shape), []
        for i in axes:
            length = shape[i]
            if not isinstance(length, int):
                raise NotImplementedError(f"{node['name']}: the batch is sliced")
            stop = length if size[i] == -1 else int(begin[i] + size[i])
            shape[i] = stop - int(begin[i])
            ends.append(stop)
        bounds = ([int(begin[i]) for i in axes], ends, axes)
        constants = [self.constant(np.array(values, np.int64)) for values in bounds]
        return Tensor(self.emit("Slice", [self.last(x), *constants]), tuple(shape))


def half_precision(model: onnx.ModelProto) -> onnx.ModelProto:
    """A copy whose convolution weights are stored as 16-bit floats.

    Each is cast to 32 bits by a node of the graph, which run-times do once, at load; all
    arithmetic, inputs and outputs stay 32-bit.
    """
    half = onnx.ModelProto()
    half.CopyFrom(model)
    graph = half.graph
    casts = []
    for tensor in graph.initializer:
        if len(tensor.dims) != 4:
            continue
        name = tensor.name
        array = numpy_helper.to_array(tensor).astype(np.float16)
        tensor.CopyFrom(numpy_helper.from_array(array, f"{name}_half"))
        casts.append(
            helper.make_node("Cast", [tensor.name], [name], f"cast_{name}", to=TensorProto.FLOAT)
        )
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.checker.check_model(half, full_check=True)
    return half


def _text(attribute: dict[str, Any]) -> str:
    value = attribute["s"]  # bytes one by one, or base64
    return (base64.b64decode(value) if isinstance(value, str) else bytes(value)).decode()


def _ints(attribute: dict[str, Any]) -> list[int]:
    return [int(i) for i in attribute["list"]["i"]]
