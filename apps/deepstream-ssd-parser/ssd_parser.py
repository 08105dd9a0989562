"""Detections in the output tensors of TensorFlow's object detection, parsed with NumPy."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

import pyds

OUTPUTS = ("num_detections", "detection_boxes", "detection_scores", "detection_classes")

Floats = npt.NDArray[np.float32]


class Detections(NamedTuple):
    """What is in a frame, best first."""

    boxes: Floats
    """Left, top, right, bottom, 0 to 1 of the frame: (n, 4)."""
    scores: Floats
    """(n,)"""
    classes: npt.NDArray[np.int64]
    """Numbers of the model's classes: (n,)."""


def output_tensors(tensor_meta: pyds.NvDsInferTensorMeta) -> dict[str, Floats]:
    """The model's outputs of float32 by name (views: copy what you keep).

    A name is what stands before its colon: exporters from TensorFlow write "scores:0".
    """
    tensors = {}
    for number in range(tensor_meta.num_output_layers):
        layer = pyds.get_nvds_LayerInfo(tensor_meta, number)
        if layer.dataType != pyds.NvDsInferDataType.FLOAT:
            continue
        dims = layer.inferDims
        pointer = ctypes.cast(pyds.get_ptr(layer.buffer), ctypes.POINTER(ctypes.c_float))
        shape = [int(size) for size in dims.d[: dims.numDims]]
        values = np.ctypeslib.as_array(pointer, shape=(dims.numElements,))
        tensors[(layer.layerName or "").partition(":")[0]] = values.reshape(shape)
    return tensors


def parse(
    tensors: Mapping[str, Floats],
    *,
    num_classes: int,
    min_score: float,
    min_size: tuple[float, float],
    max_iou: float,
    top_k: int,
) -> Detections:
    """The detections of a frame, after non-maximum suppression in each class.

    tensors: `num_detections` (), `detection_boxes` (n, 4): top, left, bottom, right, 0 to 1,
        `detection_scores` (n,) and `detection_classes` (n,); others are not looked at.
    min_size: of a box, width and height as shares of the frame.
    max_iou: overlap with a better box of the class up to which a box stays.
    Raises `ValueError` where a tensor is missing or has another shape. Rows whose values are no
    numbers, and those of a class from `num_classes` on, are left out.
    """
    missing = [name for name in OUTPUTS if name not in tensors]
    if missing:
        raise ValueError(
            f"the model has no output {' and no '.join(missing)}, only {', '.join(tensors)}; "
            "expected those of TensorFlow's object detection"
        )
    count, boxes, scores, classes = (tensors[name] for name in OUTPUTS)
    if count.size != 1 or scores.ndim != 1 or classes.shape != scores.shape:
        raise ValueError(f"the model's outputs are {shapes_text(tensors)}; expected 1, [n] and [n]")
    if boxes.shape != (len(scores), 4):
        raise ValueError(f"the model's outputs are {shapes_text(tensors)}; expected [n,4] boxes")
    rows = int(np.clip(np.nan_to_num(count.reshape(())), 0, len(scores)))
    edges = np.clip(boxes[:rows, [1, 0, 3, 2]], 0, 1)
    # A comparison with what is no number is false.
    wanted = (scores[:rows] >= min_score) & (scores[:rows] <= 1)
    wanted &= (classes[:rows] >= 0) & (classes[:rows] < num_classes)
    wanted &= ((edges[:, 2:] - edges[:, :2]) >= min_size).all(axis=1)
    kept = np.flatnonzero(wanted)
    kept = kept[np.argsort(-scores[kept], kind="stable")]
    edges, numbers = edges[kept], classes[kept].astype(np.int64)
    kept_places = not_suppressed(edges, numbers, max_iou)[:top_k]
    return Detections(edges[kept_places], scores[kept][kept_places], numbers[kept_places])


def shapes_text(tensors: Mapping[str, Floats]) -> str:
    return ", ".join(f"{name} {list(tensors[name].shape)}" for name in OUTPUTS)


def not_suppressed(edges: Floats, classes: npt.NDArray[np.int64], max_iou: float) -> list[int]:
    """Places of the boxes, best first, that no better one of their class covers."""
    areas = (edges[:, 2:] - edges[:, :2]).prod(axis=1)
    kept: list[int] = []
    for place in range(len(edges)):
        rivals = [rival for rival in kept if classes[rival] == classes[place]]
        low = np.maximum(edges[rivals, :2], edges[place, :2])
        high = np.minimum(edges[rivals, 2:], edges[place, 2:])
        both = np.clip(high - low, 0, None).prod(axis=1)
        if (both <= max_iou * (areas[rivals] + areas[place] - both)).all():
            kept.append(place)
    return kept
