"""What outputs of detectors mean, in plain NumPy.

Tables have the columns left, top, right, bottom, score, class.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


def sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x.astype(np.float64)))


def softmax(x: Array) -> Array:
    powers = np.exp(x.astype(np.float64) - x.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def corners(centres: Array) -> Array:
    """Of boxes x, y, width, height."""
    half = centres[:, 2:] / 2
    return np.hstack([centres[:, :2] - half, centres[:, :2] + half])


def table(boxes: Array, scores: Array) -> Array:
    """Each box with the best of its scores [N,C], and its class."""
    classes = scores.argmax(1)
    return np.column_stack([boxes, scores.max(1), classes])


def yolo_v8(planes: Array, classes: int) -> Array:
    return table(corners(planes[:4].T), planes[4 : 4 + classes].T)


def yolo_v5(rows: Array, classes: int) -> Array:
    return table(corners(rows[:, :4]), rows[:, 5 : 5 + classes] * rows[:, 4:5])


def cells_of(side: int, strides: tuple[int, ...]) -> tuple[Array, Array]:
    """Column and row of each cell of a square picture, and its stride."""
    places, sizes = [], []
    for stride in strides:
        count = side // stride
        rows, columns = np.mgrid[:count, :count]
        places.append(np.column_stack([columns.ravel(), rows.ravel()]))
        sizes.append(np.full((count * count, 1), stride))
    return np.vstack(places), np.vstack(sizes)


def yolo_x(rows: Array, side: int) -> Array:
    places, strides = cells_of(side, (8, 16, 32))
    centres = np.hstack([(rows[:, :2] + places) * strides, np.exp(rows[:, 2:4]) * strides])
    return table(corners(centres), rows[:, 5:] * rows[:, 4:5])


def yolo_head(
    planes: Array, anchors: list[tuple[float, float]], side: int, reach: float = 1, v2: bool = False
) -> Array:
    """One scale of versions 2 to 4, whose centres leave their cells by (reach - 1) / 2."""
    count = planes.shape[1]
    stride = side // count
    values = planes.reshape(len(anchors), -1, count * count).transpose(0, 2, 1)
    places, _ = cells_of(side, (stride,))
    found = []
    for anchor, rows in zip(anchors, values, strict=True):
        centre = (sigmoid(rows[:, :2]) * reach - (reach - 1) / 2 + places) * stride
        size = np.exp(rows[:, 2:4].astype(np.float64)) * anchor * (stride if v2 else 1)
        classes = softmax(rows[:, 5:]) if v2 else sigmoid(rows[:, 5:])
        boxes = corners(np.hstack([centre, size]))
        found.append(table(boxes, classes * sigmoid(rows[:, 4:5])))
    return np.vstack(found)


def each_class(boxes: Array, scores: Array) -> Array:
    """Each box once for each class."""
    count = scores.shape[1]
    ids = np.tile(np.arange(count), len(boxes))
    return np.column_stack([boxes.repeat(count, 0), scores.ravel(), ids])


def detr(boxes: Array, logits: Array, side: int, kind: str) -> Array:
    """Kind: rtdetr (each class for itself), ddetr (class 0 is none), detr (the last is none)."""
    at = corners(boxes) * side
    if kind == "detr":
        return table(at, softmax(logits)[:, :-1])
    if kind == "rtdetr":
        return each_class(at, sigmoid(logits))
    found = table(at, sigmoid(logits))
    return found[found[:, 5] != 0]


def overlap(box: Array, others: Array) -> Array:
    """Intersection over union."""
    inner = np.minimum(box[2:4], others[:, 2:4]) - np.maximum(box[:2], others[:, :2])
    both = np.clip(inner, 0, None).prod(1)
    area = (box[2:4] - box[:2]).prod() + (others[:, 2:4] - others[:, :2]).prod(1)
    return both / (area - both)


def kept(found: Array, threshold: float, limit: float | None) -> list[int]:
    """Rows that reach the threshold and, with a limit, survive the NMS of their class."""
    rows = [int(i) for i in np.flatnonzero(found[:, 4] >= threshold)]
    if limit is None:
        return rows
    rows.sort(key=lambda i: -found[i, 4])
    stay: list[int] = []
    for i in rows:
        rivals = found[[j for j in stay if found[j, 5] == found[i, 5]]]
        if not (overlap(found[i], rivals) > limit).any():
            stay.append(i)
    return stay


def bilinear(picture: Array, y: Array, x: Array) -> Array:
    """The picture at rows y and columns x, pixels' centres being whole numbers; edges go on."""

    def weights(at: Array, size: int) -> Array:
        distance = np.abs(np.clip(at, 0, size - 1)[:, None] - np.arange(size))
        return np.clip(1 - distance, 0, None)

    return weights(y, picture.shape[0]) @ picture @ weights(x, picture.shape[1]).T


def mask_of(box: Array, coefficients: Array, prototypes: Array, side: int, shape: Any) -> Array:
    """The mask, of that shape, of a box: the probability in the middle of each of its parts."""
    logits = np.tensordot(coefficients, prototypes, 1)
    scale = prototypes.shape[2] / side

    def middles(low: float, high: float, count: int) -> Array:
        return (low + (np.arange(count) + 0.5) * (high - low) / count) * scale - 0.5

    left, top, right, bottom = box[:4]
    return sigmoid(bilinear(logits, middles(top, bottom, shape[0]), middles(left, right, shape[1])))
