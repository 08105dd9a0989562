"""Metadata as plain data: frames, their objects, and the JSON files that hold them.

One file format serves three purposes: `thalwegreplay` replays it, golden files are compared with
it, and a recorded stream is written as it.
"""

from __future__ import annotations

import dataclasses
import json
import math
import numbers
import operator
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from thalweg.meta import UNTRACKED

__all__ = [
    "Classifier",
    "Detection",
    "Drawing",
    "Frame",
    "Label",
    "MetadataError",
    "load_frames",
    "save_frames",
]

MOST_BYTES = 64 << 20
DEFAULT_SIZE = (1920, 1080)

Box = tuple[float, float, float, float]
Color = tuple[float, float, float, float]


class MetadataError(ValueError):
    """A value that metadata cannot have; the text says where, what was expected, what was given."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(f"{where}: {problem}" if where else problem)
        self.where, self.problem = where, problem


@dataclass(frozen=True, kw_only=True)
class Label:
    """What a classifier says of an object: one `NvDsLabelInfo`."""

    class_id: int = 0
    label: str = ""  # at most 127 bytes are kept
    confidence: float = 1.0

    def __post_init__(self) -> None:
        _integer(self, "class_id", 0, 2**32 - 1)
        _text(self, "label")
        _number(self, "confidence")


@dataclass(frozen=True, kw_only=True)
class Classifier:
    """The result of a secondary model: one `NvDsClassifierMeta`."""

    labels: Sequence[Label] = ()
    component_id: int = 2  # `unique_component_id`

    def __post_init__(self) -> None:
        _integer(self, "component_id", -(2**31), 2**31 - 1)
        _items(self, "labels", Label)


@dataclass(frozen=True, kw_only=True)
class Detection:
    """An object in a frame: one `NvDsObjectMeta`, in the style in which `nvinfer` fills it.

    xyxy: left, top, right, bottom in pixels of the muxer's size; right >= left, bottom >= top.
    track_id: the tracker's number (`object_id`), None for an object that no tracker has seen.
    text: what `nvdsosd` writes beside the box (`display_text`), "" for nothing; `label` by default.
    border_color: red, green, blue, alpha from 0 to 1.
    component_id: number of the model that found it (`unique_component_id`).

    Raises `MetadataError` for a value that the C struct cannot hold.
    """

    class_id: int = 0
    label: str = ""  # at most 127 bytes are kept
    confidence: float = 1.0
    xyxy: Box
    track_id: int | None = None
    component_id: int = 1
    text: str = None  # type: ignore[assignment]  # a str from __post_init__ on
    border_width: int = 3
    border_color: Color = (1.0, 0.0, 0.0, 1.0)
    classifiers: Sequence[Classifier] = ()

    def __post_init__(self) -> None:
        _integer(self, "class_id", -(2**31), 2**31 - 1)
        _text(self, "label")
        _number(self, "confidence")
        _numbers(self, "xyxy", 4, "left, top, right, bottom")
        left, top, right, bottom = self.xyxy
        if right < left or bottom < top:
            raise MetadataError(
                _where(self, "xyxy"),
                f"expected left <= right and top <= bottom, got {self.xyxy!r}",
            )
        if self.track_id is not None:
            _integer(self, "track_id", 0, UNTRACKED - 1)
        _integer(self, "component_id", -(2**31), 2**31 - 1)
        if self.text is None:
            object.__setattr__(self, "text", self.label)
        _text(self, "text")
        _integer(self, "border_width", 0, 2**32 - 1)
        _numbers(self, "border_color", 4, "red, green, blue, alpha")
        _items(self, "classifiers", Classifier)


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """Something that a probe drew by a display meta (`NvDsDisplayMeta`).

    kind: "text", "rect", "line", "arrow" or "circle".
    xy: pixels of the muxer's size: x, y of a text; left, top, right, bottom of a rect; x, y of the
        start and of the end of a line or an arrow; x, y of the centre and the radius of a circle.
    color: red, green, blue, alpha from 0 to 1, of the text or the border.
    """

    kind: str
    xy: Sequence[float]
    text: str = ""
    color: Color = (0.0, 0.0, 0.0, 0.0)

    COUNTS: ClassVar[dict[str, int]] = {"text": 2, "rect": 4, "line": 4, "arrow": 4, "circle": 3}

    def __post_init__(self) -> None:
        if self.kind not in self.COUNTS:
            kinds = ", ".join(self.COUNTS)
            raise MetadataError(_where(self, "kind"), f"expected {kinds}, got {self.kind!r}")
        _numbers(self, "xy", self.COUNTS[self.kind], f"the coordinates of a {self.kind}")
        _text(self, "text")
        _numbers(self, "color", 4, "red, green, blue, alpha")


@dataclass(frozen=True, kw_only=True)
class Frame:
    """A frame of a batch: one `NvDsFrameMeta`.

    source_id: the muxer's pad, as in `sink_0`; `pad_index` is the same.
    size_px: width, height, the muxer's, in which all coordinates are; the image's by
        default, or (1920, 1080).
    source_size_px: width, height of the stream before the muxer; `size_px` by default.
    pts_ns: presentation time (`buf_pts`), None for a frame without one.
    inferred: whether a model has seen the frame (`bInferDone`).
    objects: in the order in which they are added. (Lists of objects are prepended to, so a program
        walks them last to first.)
    drawings: what was read from display metas; they are not built.
    image: pixels, uint8 of shape (height, width, 4), red, green, blue, alpha; only for building.

    Raises `MetadataError` for a value that the C struct cannot hold.
    """

    frame_num: int = 0
    source_id: int = 0
    size_px: tuple[int, int] = None  # type: ignore[assignment]  # a pair from __post_init__ on
    source_size_px: tuple[int, int] = None  # type: ignore[assignment]  # the same
    pts_ns: int | None = 0
    inferred: bool = True
    objects: Sequence[Detection] = ()
    drawings: Sequence[Drawing] = ()
    image: Any = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        _integer(self, "frame_num", -(2**31), 2**31 - 1)
        _integer(self, "source_id", 0, 2**32 - 1)
        rows_columns = getattr(self.image, "shape", None)
        if self.size_px is None:
            size = DEFAULT_SIZE if rows_columns is None else rows_columns[1::-1]
            object.__setattr__(self, "size_px", size)
        if self.source_size_px is None:
            object.__setattr__(self, "source_size_px", self.size_px)
        for name in ("size_px", "source_size_px"):
            _numbers(self, name, 2, "width, height")
            sides = getattr(self, name)
            if any(side != int(side) or not 0 <= side < 2**32 for side in sides):
                raise MetadataError(
                    _where(self, name), f"expected whole numbers of pixels, got {sides!r}"
                )
            object.__setattr__(self, name, tuple(map(int, sides)))
        if self.pts_ns is not None:
            _integer(self, "pts_ns", 0, 2**64 - 2)
        if not isinstance(self.inferred, bool):
            raise MetadataError(
                _where(self, "inferred"), f"expected true or false, got {self.inferred!r}"
            )
        _items(self, "objects", Detection)
        _items(self, "drawings", Drawing)


def load_frames(path: str | Path) -> list[Frame]:
    """Reads frames from a JSON file, as `save_frames` writes it.

    Raises `MetadataError`, which names the file and the line (no JSON) or the field (JSON, but not
    such metadata), and `OSError` where the file cannot be read.
    """
    name = str(path)
    size = Path(path).stat().st_size
    if size > MOST_BYTES:
        raise MetadataError(name, f"expected at most {MOST_BYTES} bytes, got {size}; split it")
    try:
        content = json.loads(
            Path(path).read_text("utf-8"),
            object_pairs_hook=_once_each,
            parse_constant=_no_constant,
        )
    except json.JSONDecodeError as error:
        raise MetadataError(name, f"line {error.lineno}: no JSON: {error.msg}") from None
    except (UnicodeDecodeError, RecursionError, ValueError) as error:
        raise MetadataError(name, f"no JSON: {error}") from None
    if not isinstance(content, dict) or set(content) != {"frames"}:
        raise MetadataError(name, f"expected an object with frames, got {_short(content)}")
    frames = _decode_items(Frame, content["frames"], f"{name}: frames")
    _check_distinct(frames, f"{name}: frames")
    return frames


def save_frames(path: str | Path, frames: Iterable[Frame]) -> None:
    """Writes frames as JSON, an object a line, values that are the default left out.

    Coordinates are rounded to 0.01 pixels, confidences and colours to 0.0001. An `image` is not
    written. Raises `MetadataError` when a frame of a source occurs twice, and `OSError`.
    """
    frames = list(frames)
    _check_distinct(frames, "frames")
    Path(path).write_text(to_json(frames), "utf-8")


def to_json(frames: Sequence[Frame]) -> str:
    """The text that `save_frames` writes."""
    blocks = []
    for frame in frames:
        fields = _encode(frame)
        fields = {"frame_num": frame.frame_num, "source_id": frame.source_id, **fields}
        lists = []
        for name in ("objects", "drawings"):
            items = fields.pop(name, None)
            if items:
                lines = ",\n".join(f"        {json.dumps(item)}" for item in items)
                lists.append(f',\n      "{name}": [\n{lines}\n      ]')
        blocks.append("    " + json.dumps(fields)[:-1] + "".join(lists) + "}")
    body = ",\n".join(blocks)
    return '{\n  "frames": [\n' + body + "\n  ]\n}\n" if blocks else '{\n  "frames": []\n}\n'


# --- values -------------------------------------------------------------------------------------


def _where(item: Any, name: str) -> str:
    return f"{type(item).__name__}.{name}"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def _integer(item: Any, name: str, low: int, high: int) -> None:
    value = getattr(item, name)
    try:
        number = None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        number = None
    if number is None or not low <= number <= high:
        raise MetadataError(
            _where(item, name), f"expected an integer from {low} to {high}, got {_short(value)}"
        )
    object.__setattr__(item, name, number)


def _is_number(value: Any) -> bool:
    return isinstance(value, numbers.Real) and not isinstance(value, bool) and math.isfinite(value)


def _number(item: Any, name: str) -> None:
    value = getattr(item, name)
    if not _is_number(value):
        raise MetadataError(_where(item, name), f"expected a number, got {_short(value)}")
    object.__setattr__(item, name, float(value))


def _numbers(item: Any, name: str, count: int, meaning: str) -> None:
    value = getattr(item, name)
    try:
        values = () if isinstance(value, str) else tuple(value)
    except TypeError:
        values = ()
    if len(values) != count or not all(map(_is_number, values)):
        raise MetadataError(
            _where(item, name), f"expected {count} numbers, {meaning}, got {_short(value)}"
        )
    object.__setattr__(item, name, tuple(map(float, values)))


def _text(item: Any, name: str) -> None:
    value = getattr(item, name)
    if not isinstance(value, str) or "\0" in value:
        raise MetadataError(_where(item, name), f"expected a text without NUL, got {_short(value)}")


def _items(item: Any, name: str, kind: type) -> None:
    value = getattr(item, name)
    items = tuple(value) if isinstance(value, Iterable) else (value,)
    for index, one in enumerate(items):
        if not isinstance(one, kind):
            raise MetadataError(
                f"{_where(item, name)}[{index}]", f"expected {kind.__name__}, got {_short(one)}"
            )
    object.__setattr__(item, name, items)


def _check_distinct(frames: Sequence[Frame], where: str) -> None:
    seen: dict[tuple[int, int], int] = {}
    for index, frame in enumerate(frames):
        first = seen.setdefault((frame.source_id, frame.frame_num), index)
        if first != index:
            raise MetadataError(
                f"{where}[{index}]",
                f"expected each frame of a source once, got frame {frame.frame_num} of source "
                f"{frame.source_id} again, after [{first}]; give it another source_id or frame_num",
            )


# --- JSON ---------------------------------------------------------------------------------------

_NESTED = {"objects": Detection, "drawings": Drawing, "classifiers": Classifier, "labels": Label}
_DIGITS = {"xyxy": 2, "xy": 2, "confidence": 4, "border_color": 4, "color": 4}
_NOT_STORED = "image"

T = TypeVar("T", Frame, Detection, Drawing, Classifier, Label)


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"an object has {twice!r} twice")
    return result


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _decode_items(kind: type[T], value: Any, where: str) -> list[T]:
    if not isinstance(value, list):
        raise MetadataError(where, f"expected an array, got {_short(value)}")
    return [_decode(kind, item, f"{where}[{index}]") for index, item in enumerate(value)]


def _decode(kind: type[T], value: Any, where: str) -> T:
    if not isinstance(value, dict):
        raise MetadataError(where, f"expected an object, got {_short(value)}")
    known = {f.name: f for f in dataclasses.fields(kind) if f.name != _NOT_STORED}
    for name in value:
        if name not in known:
            raise MetadataError(f"{where}.{name}", f"no such field; there are {', '.join(known)}")
    for name, spec in known.items():
        if spec.default is dataclasses.MISSING and name not in value:
            raise MetadataError(where, f"expected {name}, got {_short(value)}")
    fields: dict[str, Any] = {
        name: _decode_items(_NESTED[name], item, f"{where}.{name}") if name in _NESTED else item
        for name, item in value.items()
    }
    try:
        return kind(**fields)
    except MetadataError as error:
        name = error.where.partition(".")[2]
        raise MetadataError(f"{where}.{name}", error.problem) from None


def _encode(item: Any) -> dict[str, Any]:
    """The fields that are not the default."""
    result: dict[str, Any] = {}
    for spec in dataclasses.fields(item):
        value = getattr(item, spec.name)
        if spec.name == _NOT_STORED or value == _default(item, spec.name, spec.default):
            continue
        if spec.name in _NESTED:
            result[spec.name] = [_encode(one) for one in value]
        elif spec.name in _DIGITS:
            digits = _DIGITS[spec.name]
            rounded = [_plain(round(x, digits)) for x in (value if _is_many(value) else (value,))]
            result[spec.name] = rounded if _is_many(value) else rounded[0]
        else:
            result[spec.name] = value
    return result


def _default(item: Any, name: str, otherwise: Any) -> Any:
    """The default of a field; some depend on another one."""
    if isinstance(item, Detection) and name == "text":
        return item.label
    if isinstance(item, Frame) and name == "size_px":
        return DEFAULT_SIZE
    if isinstance(item, Frame) and name == "source_size_px":
        return item.size_px
    return otherwise


def _is_many(value: Any) -> bool:
    return isinstance(value, tuple)


def _plain(number: float) -> float:
    """Whole numbers without a fraction: 10 instead of 10.0."""
    return int(number) if number == int(number) else number
