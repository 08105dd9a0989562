"""Turns arguments into arrays and texts, with errors that name them ("write.label: expected ...").

The first argument of each function is the name. `rows` is how many values are wanted; one value
stands for as many equal ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

T = TypeVar("T")
Scalar = TypeVar("Scalar", bound=np.generic)
Float = TypeVar("Float", np.float32, np.float64)


def shown(value: object) -> str:
    """A value and its type for an error's text, cut to a useful length."""
    text = repr(value)
    if len(text) > 60:
        text = text[:57] + "..."
    return f"{text} ({type(value).__name__})"


def instance(name: str, value: object, kind: type[T]) -> T:
    """`value` if it is one of `kind`, else `TypeError`."""
    if not isinstance(value, kind):
        raise TypeError(f"{name}: expected {kind.__name__}, got {shown(value)}")
    return value


def array(name: str, value: object) -> npt.NDArray[Any]:
    """Whatever NumPy makes an array of, else `TypeError`."""
    try:
        return np.asarray(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name}: expected an array, got {shown(value)}") from None


def floats(name: str, value: object, dtype: type[Float]) -> npt.NDArray[Float]:
    """Numbers of any shape as `dtype`; `ValueError` for those that are not finite in it."""
    numbers = array(name, value)
    if numbers.dtype.kind not in "iuf":
        raise TypeError(f"{name}: expected floats, got {shown(value)}")
    with np.errstate(over="ignore"):
        converted = numbers.astype(dtype)
    if not np.isfinite(converted).all():
        raise ValueError(f"{name}: expected finite floats, got {shown(value)}")
    return converted


def integers(name: str, value: object, dtype: type[Scalar]) -> npt.NDArray[Scalar]:
    """Ints of any shape as `dtype`; `ValueError` for those that it cannot hold."""
    numbers = array(name, value)
    if numbers.dtype.kind not in "iu":
        raise TypeError(f"{name}: expected ints, got {shown(value)}")
    limits = np.iinfo(np.dtype(dtype).name)
    if numbers.size and (int(numbers.min()) < limits.min or int(numbers.max()) > limits.max):
        raise ValueError(
            f"{name}: expected ints from {limits.min} to {limits.max}, got {shown(value)}"
        )
    return numbers.astype(dtype)


def track_ids(name: str, value: object) -> npt.NDArray[np.uint64]:
    """Numbers of tracks of any shape; signed ones by their bits, so that -1 is `UNTRACKED`."""
    numbers = array(name, value)
    if numbers.dtype.kind == "i":
        return numbers.astype(np.int64).view(np.uint64)
    if numbers.dtype.kind == "u":
        return numbers.astype(np.uint64)
    raise TypeError(f"{name}: expected ints, got {shown(value)}")


def spread(name: str, numbers: npt.NDArray[Scalar], rows: int) -> npt.NDArray[Scalar]:
    """One number, or one a row, as (rows,)."""
    if numbers.shape not in ((), (rows,)):
        raise ValueError(f"{name}: expected one value or {rows}, got shape {numbers.shape}")
    return np.ascontiguousarray(np.broadcast_to(numbers, (rows,)))


def colors(name: str, value: object, rows: int) -> npt.NDArray[np.float64]:
    """One colour, or one a row, as float64 (rows, 4)."""
    parts = floats(name, value, np.float64)
    if parts.shape not in ((4,), (rows, 4)) or not ((parts >= 0) & (parts <= 1)).all():
        raise ValueError(
            f"{name}: expected (red, green, blue, alpha), each from 0 to 1, or {rows} of these, "
            f"got {shown(value)}"
        )
    return np.ascontiguousarray(np.broadcast_to(parts, (rows, 4)))


def boxes(name: str, value: object) -> npt.NDArray[np.float32]:
    """One box, or any number of them, as float32 (n, 4)."""
    corners = floats(name, value, np.float32)
    if corners.shape[-1:] != (4,) or corners.ndim > 2:
        raise ValueError(f"{name}: expected floats (4,) or (n, 4), got shape {corners.shape}")
    xyxy = np.ascontiguousarray(corners.reshape(-1, 4))
    if (xyxy[:, :2] > xyxy[:, 2:]).any():
        raise ValueError(
            f"{name}: expected left, top, right, bottom with left <= right and top <= bottom, got "
            f"{shown(value)}"
        )
    return xyxy


def texts(name: str, value: str | Sequence[str], rows: int) -> list[str]:
    """One text, or one a row, as a list of `rows`."""
    if isinstance(value, str):
        return [value] * rows
    try:
        found = list(value)
    except TypeError:
        raise TypeError(f"{name}: expected str, got {shown(value)}") from None
    if len(found) != rows:
        raise ValueError(f"{name}: expected one text or {rows}, got {len(found)}")
    return [instance(f"{name}[{i}]", text, str) for i, text in enumerate(found)]
