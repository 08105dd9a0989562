"""What `pyds` calls to run a user's parser: finds it, and checks and packs what it returns."""

from __future__ import annotations

import difflib
import functools
import importlib
import operator
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from thalweg import parsers

__all__ = ["ParserError", "resolve"]

Array = npt.NDArray[Any]
#: Name, NumPy's code of the type, shape, the values.
Layer = tuple[str, str, tuple[int, ...], bytearray]
Call = Callable[[list[Layer], tuple[int, int, int, int], Any], Any]

BOX = "left, top, right, bottom, score, class"


class ParserError(Exception):
    """What is wrong, as it goes on after the parser's name; the traceback of the user's code."""

    def __init__(self, what: str, traceback: str = "") -> None:
        super().__init__(what)
        self.traceback = traceback


def _one_line(error: BaseException) -> str:
    text = " ".join(str(error).split())
    if len(text) > 300:
        text = text[:300] + "..."  # the traceback has it all
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _traceback(error: BaseException) -> str:
    """Of the user's frames: the first one is this module's."""
    frames = error.__traceback__.tb_next if error.__traceback__ else None
    return "".join(traceback.format_exception(type(error), error, frames))


# --- finding it


def resolve(kind: str, name: str, folder: str) -> Call:
    """The parser `name`, "module:function" or a registered name, packed for `kind` of result."""
    return functools.partial(_PACKERS[kind], _find(name, folder))


def _find(name: str, folder: str) -> Callable[..., Any]:
    module_name, colon, path = name.partition(":")
    if not colon:
        return _find_registered(name)
    if not all(part.isidentifier() for text in (module_name, path) for part in text.split(".")):
        raise ParserError(
            ": expected python:module:function or python:name. Write for example "
            "python:my_parsers:parse."
        )
    # For good: the module may import its neighbours later.
    if folder not in sys.path:
        sys.path.append(folder)
    try:
        module = importlib.import_module(module_name)
    except BaseException as error:
        if isinstance(error, ModuleNotFoundError) and error.name == module_name.split(".")[0]:
            raise ParserError(
                f": there is no module {error.name} on sys.path and none in {folder}. Correct the "
                "name, or put the module into that folder."
            ) from None
        raise ParserError(
            f': importing {module_name} raised "{_one_line(error)}". Correct it; the debug text '
            "has the traceback.",
            _traceback(error),
        ) from None
    try:
        function = operator.attrgetter(path)(module)
    except AttributeError:
        near = difflib.get_close_matches(path, vars(module), 1)
        raise ParserError(
            f": the module {module_name} ({getattr(module, '__file__', 'built in')}) has no "
            f"{path}" + (f"; did you mean {near[0]}?" if near else ". Correct the name.")
        ) from None
    if not callable(function):
        raise ParserError(
            f": expected a function, got {type(function).__name__}. Correct the name."
        )
    return function  # type: ignore[no-any-return]


def _find_registered(name: str) -> Callable[..., Any]:
    if name in parsers.registered:
        return parsers.registered[name]
    known = ", ".join(sorted(parsers.registered)) or "none"
    raise ParserError(
        f': expected a name that @thalweg.parser("{name}") gave; there are {known}. Import the '
        "module that has it before the element starts, or write python:module:function."
    )


# --- calling it


def _call(
    function: Callable[..., Any],
    layers: list[Layer],
    network: tuple[int, int, int, int],
    threshold: Any,
) -> Any:
    arrays = {
        name: np.frombuffer(values, code).reshape(shape) for name, code, shape, values in layers
    }
    try:
        return function(arrays, parsers.Network(*network), threshold)
    except BaseException as error:
        raise ParserError(f'raised "{_one_line(error)}"', _traceback(error)) from None


def _described(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"an array {_shape(value.shape)} of {value.dtype}"
    if isinstance(value, (list, tuple)):
        return f"a {type(value).__name__} of {len(value)}"
    return "nothing" if value is None else f"a value of type {type(value).__name__}"


def _shape(shape: Sequence[int]) -> str:
    return "[" + ",".join(map(str, shape)) + "]"


def _array(value: Any, dtype: npt.DTypeLike, expected: str) -> Array:
    """`value` as an array of numbers that become `dtype`."""
    try:
        # A list of rows of different lengths is an error, and so is an array of objects.
        array = np.asarray(value)
        if array.dtype.kind not in "biuf":
            raise TypeError
        with np.errstate(over="ignore"):  # infinite then, and left out
            return array.astype(dtype, copy=False)
    except (TypeError, ValueError):
        raise ParserError(f"returned {_described(value)}, not {expected},") from None


def _box_rows(value: Any) -> Array:
    """Float64 (N, 6), checked but for what the clustering checks: NaN, and the range of classes."""
    expected = f"rows of {BOX} as an array [N,6]"
    rows = _array(value, np.float64, expected)
    if rows.size == 0 and (rows.ndim == 1 or rows.shape[0] == 0):
        return np.empty((0, 6))
    if rows.ndim != 2 or rows.shape[1] != 6:
        raise ParserError(f"returned {_described(rows)}, not {expected},")
    classes = rows[:, 5]
    wrong = ~((classes >= 0) & (classes < 2**31) & (classes == np.floor(classes)))
    if wrong.any():
        row = int(np.argmax(wrong))
        raise ParserError(
            f"returned the class {classes[row]:g} in row {row}, which is no whole number from 0,"
        )
    return rows


def _boxes(function: Callable[..., Any], *arguments: Any) -> bytes:
    return _box_rows(_call(function, *arguments)).tobytes()


def _instances(
    function: Callable[..., Any], *arguments: Any
) -> tuple[bytes, list[tuple[int, int, bytes] | None]]:
    value = _call(function, *arguments)
    expected = "the pair (boxes [N,6], masks [N,height,width])"
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        raise ParserError(f"returned {_described(value)}, not {expected},")
    rows, masks = _box_rows(value[0]), value[1]
    try:
        masks = list(masks)
    except TypeError:
        raise ParserError(f"returned {_described(masks)} as masks, not {expected},") from None
    if len(masks) != len(rows):
        raise ParserError(f"returned {len(masks)} masks for {len(rows)} boxes,")
    packed: list[tuple[int, int, bytes] | None] = []
    for row, mask in enumerate(masks):
        if mask is None:
            packed.append(None)
            continue
        array = _array(mask, np.float32, "a mask of floats [height,width]")
        if array.ndim != 2 or array.size == 0:
            raise ParserError(
                f"returned a mask of shape {_shape(array.shape)} in row {row}, not [height,width],"
            )
        packed.append((array.shape[0], array.shape[1], array.tobytes()))
    return rows.tobytes(), packed


def _attributes(
    function: Callable[..., Any], *arguments: Any
) -> list[tuple[int, float, bytes | None]]:
    value = _call(function, *arguments)
    expected = "a list of (label, class id, confidence)"
    if not isinstance(value, (list, tuple)):
        raise ParserError(f"returned {_described(value)}, not {expected},")
    packed: list[tuple[int, float, bytes | None]] = []
    for item in value:
        try:
            label, class_id, confidence = item
            number, likely = operator.index(class_id), float(confidence)
        except (TypeError, ValueError):
            raise ParserError(f"returned a list with {_described(item)}, not {expected},") from None
        if not 0 <= number < 2**32:
            raise ParserError(f"returned the class {number}, which is no whole number from 0,")
        if not isinstance(label, str | None):
            raise ParserError(f"returned {_described(label)} as a label, not a str or None,")
        # Where C would see the end of the text, it ends.
        text = None if label is None else label.partition("\0")[0].encode("utf-8", "replace")
        packed.append((number, likely, text))
    return packed


def _classes(
    function: Callable[..., Any],
    layers: list[Layer],
    network: tuple[int, int, int, int],
    threshold: float,
) -> tuple[bytes, bytes | None]:
    value = _call(function, layers, network, threshold)
    width, height, _, num_classes = network
    classes, probabilities = (
        value if isinstance(value, tuple) and len(value) == 2 else (value, None)
    )
    expected = f"the class of each pixel, whole numbers {_shape((height, width))}"
    ids = _array(classes, np.int64, expected)
    if np.asarray(classes).dtype.kind == "f" or ids.shape != (height, width):
        raise ParserError(f"returned {_described(classes)}, not {expected},")
    limits = np.iinfo(np.int32)
    packed = ids.clip(limits.min, limits.max).astype(np.int32).tobytes()
    if probabilities is None:
        return packed, None
    shape = (num_classes, height, width)
    planes = _array(probabilities, np.float32, f"probabilities {_shape(shape)}")
    if planes.shape != shape:
        raise ParserError(
            f"returned {_described(probabilities)} as probabilities, not {_shape(shape)},"
        )
    return packed, planes.tobytes()


_PACKERS: dict[str, Callable[..., Any]] = {
    "boxes": _boxes,
    "instances": _instances,
    "attributes": _attributes,
    "classes": _classes,
}
