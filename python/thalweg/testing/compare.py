"""Differences between two lists of frames, in words."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, NamedTuple

from thalweg.testing.metadata import Classifier, Detection, Drawing, Frame, Label, MetadataError

__all__ = ["Difference", "differences", "table"]

_PIXELS = ("xyxy", "xy")
_COLORS = ("border_color", "color")
_COLOR_TOLERANCE = 0.002  # less than a step of 8 bits
_MOST_ROWS = 30


class Difference(NamedTuple):
    """A place where metadata are not as expected; all in words."""

    frame: str  # "source 0, frame 12"
    object: str  # "objects[3] person #17", "" for the frame itself
    field: str  # "xyxy", "classifiers[0].labels[0].label", "" for a whole object or frame
    expected: str
    got: str


def differences(
    expected: Sequence[Frame],
    got: Sequence[Frame],
    *,
    tolerance_px: float = 0.5,
    tolerance_confidence: float = 0.01,
    ignore: Collection[str] = (),
) -> list[Difference]:
    """What differs between two lists of frames; empty if nothing does.

    Frames belong together by source_id and frame_num. The order of the objects and drawings of a
    frame does not count, as it changes with every copy of a buffer: each expected one is held
    against the one that is like it, else against the one with its track_id, else against the one
    that overlaps it most.

    tolerance_px: by how much a coordinate may differ, in pixels.
    tolerance_confidence: by how much a confidence may differ.
    ignore: names of fields that may differ, such as ``{"track_id"}``.
    Raises `ValueError` for an unknown name in `ignore`, `MetadataError` if a frame occurs twice.
    """
    known = {spec.name for kind in _KINDS for spec in dataclasses.fields(kind)}
    unknown = sorted(set(ignore) - known)
    if unknown:
        raise ValueError(f"ignore: there is no field {unknown[0]!r}; there are {sorted(known)}")
    compare = _Comparison(tolerance_px, tolerance_confidence, {*ignore, "image"})
    frames, others = _by_number(expected, "expected"), _by_number(got, "got")
    found: list[Difference] = []
    for key in sorted(frames.keys() | others.keys()):
        name = f"source {key[0]}, frame {key[1]}"
        if key not in others:
            found.append(Difference(name, "", "", "the frame", "nothing"))
        elif key not in frames:
            found.append(Difference(name, "", "", "nothing", "the frame"))
        else:
            rows = compare.frames(frames[key], others[key])
            found += [Difference(name, *row) for row in rows]
    return found


def table(found: Sequence[Difference], title: str) -> str:
    """The differences as aligned text, at most 30 of them."""
    rows = [Difference("frame", "object", "field", "expected", "got"), *found[:_MOST_ROWS]]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    count = f"{len(found)} difference{'s' if len(found) != 1 else ''}"
    more = len(found) - _MOST_ROWS
    return "\n".join([f"{title}: {count}", *lines, *([f"... and {more} more"] if more > 0 else [])])


_KINDS = (Frame, Detection, Drawing, Classifier, Label)
_Row = tuple[str, str, str, str]  # object, field, expected, got


def _by_number(frames: Sequence[Frame], where: str) -> dict[tuple[int, int], Frame]:
    result: dict[tuple[int, int], Frame] = {}
    for index, frame in enumerate(frames):
        key = (frame.source_id, frame.frame_num)
        if key in result:
            raise MetadataError(
                f"{where}[{index}]", f"frame {key[1]} of source {key[0]} is there twice"
            )
        result[key] = frame
    return result


class _Comparison:
    def __init__(self, px: float, confidence: float, ignore: Collection[str]) -> None:
        self._tolerances = dict.fromkeys(_PIXELS, px) | dict.fromkeys(_COLORS, _COLOR_TOLERANCE)
        self._tolerances["confidence"] = confidence
        self._ignore = ignore

    def frames(self, expected: Frame, got: Frame) -> Iterator[_Row]:
        for name in ("size_px", "source_size_px", "pts_ns", "inferred"):
            for field, one, other in self._values(name, name, expected, got):
                yield "", field, one, other
        for name in ("objects", "drawings"):
            if name not in self._ignore:
                yield from self._lists(name, getattr(expected, name), getattr(got, name))

    def _lists(self, name: str, expected: Sequence[Any], got: Sequence[Any]) -> Iterator[_Row]:
        pairs = _matching(expected, got, lambda one, other: not any(self._items(one, other)))
        meant = _probable(expected, got, pairs)
        for i, item in enumerate(expected):
            title = f"{name}[{i}] {_title(item)}"
            if i in meant:
                for field, one, other in self._items(item, got[meant[i]]):
                    yield title, field, one, other
            elif i not in pairs:
                yield title, "", _summary(item), "nothing"
        for j in sorted({*range(len(got))} - {*pairs.values(), *meant.values()}):
            yield f"{name}[{j}] {_title(got[j])}", "", "nothing", _summary(got[j])

    def _items(self, expected: Any, got: Any, prefix: str = "") -> Iterator[tuple[str, str, str]]:
        """Field, expected, got for what differs between two items of one class."""
        for spec in dataclasses.fields(expected):
            yield from self._values(spec.name, prefix + spec.name, expected, got)

    def _values(
        self, name: str, shown: str, one: Any, other: Any
    ) -> Iterator[tuple[str, str, str]]:
        if name in self._ignore:
            return
        expected, got = getattr(one, name), getattr(other, name)
        if expected == got:
            return
        if name in ("classifiers", "labels"):
            if len(expected) != len(got):
                yield shown, _shown(expected), _shown(got)
                return
            for index, (left, right) in enumerate(zip(expected, got, strict=True)):
                yield from self._items(left, right, f"{shown}[{index}].")
        elif name not in self._tolerances or not _close(expected, got, self._tolerances[name]):
            yield shown, _shown(expected), _shown(got)


def _close(expected: Any, got: Any, tolerance: float) -> bool:
    if not isinstance(expected, tuple):
        expected, got = (expected,), (got,)
    return len(expected) == len(got) and all(
        abs(one - other) <= tolerance for one, other in zip(expected, got, strict=True)
    )


def _matching(
    expected: Sequence[Any], got: Sequence[Any], alike: Callable[[Any, Any], bool]
) -> dict[int, int]:
    """As many pairs of items that are alike as there can be: index of expected to index of got."""
    owner: dict[int, int] = {}
    known: dict[tuple[int, int], bool] = {}

    def fits(i: int, j: int) -> bool:
        if (i, j) not in known:
            known[i, j] = alike(expected[i], got[j])
        return known[i, j]

    def place(i: int, tried: set[int]) -> bool:
        """Finds an item for i; the one that has it now may have to take another."""
        same_place_first = sorted(range(len(got)), key=lambda j: j != i)
        for free_only in (True, False):
            for j in same_place_first:
                if j in tried or (free_only and j in owner) or not fits(i, j):
                    continue
                tried.add(j)
                if j not in owner or place(owner[j], tried):
                    owner[j] = i
                    return True
        return False

    for i in range(len(expected)):
        place(i, set())
    return {i: j for j, i in owner.items()}


def _probable(expected: Sequence[Any], got: Sequence[Any], pairs: dict[int, int]) -> dict[int, int]:
    """Of the items that have no like one: which was probably meant by which."""
    taken = set(pairs.values())
    scores = [
        (_likeness(item, other), i, j)
        for i, item in enumerate(expected)
        if i not in pairs
        for j, other in enumerate(got)
        if j not in taken
    ]
    meant: dict[int, int] = {}
    for score, i, j in sorted(scores, key=lambda entry: (-entry[0], *entry[1:])):
        if score > 0 and i not in meant and j not in taken:
            meant[i] = j
            taken.add(j)
    return meant


def _likeness(one: Any, other: Any) -> float:
    """0 for certainly another thing; the more, the likelier the same."""
    if isinstance(one, Drawing):
        same = 1 + (one.text == other.text) + (one.xy == other.xy)
        return float(same if one.kind == other.kind else 0)
    same_track = one.track_id is not None and one.track_id == other.track_id
    overlap = 1.0 if one.xyxy == other.xyxy else _iou(one.xyxy, other.xyxy)
    return 3.0 * same_track + overlap * (2 if one.class_id == other.class_id else 1)


def _iou(one: Sequence[float], other: Sequence[float]) -> float:
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    both = width * height
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return both / (sum(areas) - both)


def _title(item: Any) -> str:
    if isinstance(item, Drawing):
        return item.kind
    name = item.label or f"class {item.class_id}"
    return name if item.track_id is None else f"{name} #{item.track_id}"


def _summary(item: Any) -> str:
    if isinstance(item, Drawing):
        return f"{_shown(item.xy)} {item.text!r}" if item.text else _shown(item.xy)
    return f"{_shown(item.xyxy)}, confidence {_shown(item.confidence)}"


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4f}".rstrip("0").rstrip(".")
    if isinstance(value, tuple):
        if value and isinstance(value[0], Classifier):
            return "; ".join(_shown(classifier.labels) for classifier in value)
        if value and isinstance(value[0], Label):
            return ", ".join(label.label or f"class {label.class_id}" for label in value)
        return "(" + ", ".join(map(_shown, value)) + ")" if value else "nothing"
    return repr(value)
