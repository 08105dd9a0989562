"""Parsers in Python: how they are found, and what is taken of what they return."""

from __future__ import annotations

import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import thalweg
from thalweg import _parser_host as host
from thalweg import parsers

NETWORK = (3, 2, 3, 2)  # width, height, channels, classes


def layer(name: str, array: Any) -> host.Layer:
    array = np.asarray(array, np.float32)
    return (name, "f4", array.shape, bytearray(array.tobytes()))


def call(kind: str, result: Any) -> Any:
    """What becomes of a result."""

    def parse(*_arguments: Any) -> Any:
        if isinstance(result, BaseException):
            raise result
        return result

    parsers.registered["test"] = parse
    try:
        return host.resolve(kind, "test", "")([layer("out", [1])], NETWORK, 0.5)
    finally:
        del parsers.registered["test"]


def wrong(kind: str, result: Any) -> str:
    with pytest.raises(host.ParserError) as caught:
        call(kind, result)
    return str(caught.value)


def floats(packed: bytes) -> list[tuple[float, ...]]:
    return list(struct.iter_unpack("6d", packed))


# --- what a parser is given


def test_arguments() -> None:
    given: list[Any] = []

    @thalweg.parser("of a test")
    def parse(layers: Any, network: Any, threshold: Any) -> Any:
        given.append((layers, network, threshold))
        return []

    try:
        packed = host.resolve("boxes", "of a test", "")
    finally:
        del parsers.registered["of a test"]
    ids = ("ids", "i8", (2, 1), bytearray(np.array([7, 8], np.int64).tobytes()))
    packed([layer("boxes", [[1, 2], [3, 4]]), ids, layer("one", 5)], NETWORK, "t")
    ((layers, network, threshold),) = given
    assert list(layers) == ["boxes", "ids", "one"]
    np.testing.assert_array_equal(layers["boxes"], [[1, 2], [3, 4]])
    assert layers["boxes"].dtype == np.float32
    np.testing.assert_array_equal(layers["ids"], [[7], [8]])
    assert layers["ids"].dtype == np.int64
    assert layers["one"].shape == ()
    layers["boxes"][0] = 9  # its own
    assert network == parsers.Network(width=3, height=2, channels=3, num_classes=2)
    assert threshold == "t"


# --- finding it


def unfound(name: str, folder: Path | str = "") -> str:
    with pytest.raises(host.ParserError) as caught:
        host.resolve("boxes", name, str(folder))
    return str(caught.value) + "|" + caught.value.traceback


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose modules are forgotten after the test."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(sys, "modules", {**sys.modules})
    return tmp_path


def test_modules_are_found_beside_the_configuration(modules: Path) -> None:
    (modules / "a_package").mkdir()
    (modules / "a_package/__init__.py").touch()
    (modules / "a_package/of_mine.py").write_text(
        "class Yolo:\n    @staticmethod\n    def parse(layers, network, thresholds):\n"
        "        import neighbour\n        return neighbour.ROWS\n"
    )
    (modules / "neighbour.py").write_text("ROWS = [[1, 2, 3, 4, 0.5, 1]]\n")
    packed = host.resolve("boxes", "a_package.of_mine:Yolo.parse", str(modules))
    assert floats(packed([], NETWORK, None)) == [(1, 2, 3, 4, 0.5, 1)]


def test_the_programs_own_path_comes_first(modules: Path) -> None:
    for folder, score in (("first", 0.25), ("second", 0.75)):
        (modules / folder).mkdir()
        (modules / folder / "twice.py").write_text(
            f"def parse(*arguments):\n    return [[1, 2, 3, 4, {score}, 1]]\n"
        )
    sys.path.append(str(modules / "first"))
    packed = host.resolve("boxes", "twice:parse", str(modules / "second"))
    assert floats(packed([], NETWORK, None))[0][4] == 0.25


def test_what_is_not_found(modules: Path) -> None:
    file = modules / "of_a_test.py"
    file.write_text("VALUE = 3\ndef parse(): pass\n")
    (modules / "broken.py").write_text("def parse():\n    pass\n1 / 0\n")
    (modules / "lacking.py").write_text("import no_such_module\n")
    example = (
        ": expected python:module:function or python:name. Write for example "
        "python:my_parsers:parse.|"
    )
    assert unfound("of_a_test:") == example
    assert unfound("of_a_test.py:parse:it") == example
    assert unfound(":parse") == example
    assert unfound("no_such_module:parse", modules) == (
        f": there is no module no_such_module on sys.path and none in {modules}. Correct the name, "
        "or put the module into that folder.|"
    )
    assert unfound("of_a_test:parze", modules) == (
        f": the module of_a_test ({file}) has no parze; did you mean parse?|"
    )
    assert unfound("of_a_test:VALUE", modules) == (
        ": expected a function, got int. Correct the name.|"
    )
    text, _, traceback = unfound("broken:parse", modules).partition("|")
    assert text == (
        ': importing broken raised "ZeroDivisionError: division by zero". Correct it; the debug '
        "text has the traceback."
    )
    assert f'File "{modules}/broken.py", line 3' in traceback
    # Not the parser's own module, so the traceback has to say where it is missing.
    assert (
        unfound("lacking:parse", modules).startswith(": there is no module no_such_module") is False
    )
    assert "lacking.py" in unfound("lacking:parse", modules)


def test_names_that_were_given() -> None:
    assert unfound("nobody's") == (
        """: expected a name that @thalweg.parser("nobody's") gave; there are none. Import the """
        "module that has it before the element starts, or write python:module:function.|"
    )
    for name in ("", "a:b"):
        with pytest.raises(ValueError, match="expected a name without a colon"):
            thalweg.parser(name)


# --- boxes


@pytest.mark.parametrize(
    "result",
    [
        [parsers.Box(1, 2, 3, 4, 0.5, 1)],
        [(1, 2, 3, 4, 0.5, 1)],
        np.array([[1, 2, 3, 4, 0.5, 1]], np.float16),
    ],
    ids=["typed", "tuples", "array"],
)
def test_rows_of_boxes(result: Any) -> None:
    assert floats(call("boxes", result)) == [(1, 2, 3, 4, 0.5, 1)]


@pytest.mark.parametrize("result", [[], (), np.empty((0, 6)), np.empty((0, 4))], ids=repr)
def test_no_boxes(result: Any) -> None:
    assert call("boxes", result) == b""


def test_what_the_clustering_leaves_out_is_passed_on() -> None:
    ((left, _, right, _, score, class_id),) = floats(
        call("boxes", [[float("nan"), 2, float("inf"), 4, 1e300, 77]])
    )
    assert np.isnan(left)
    assert right == float("inf")
    assert score == 1e300
    assert class_id == 77


ROWS = "rows of left, top, right, bottom, score, class as an array [N,6],"


@pytest.mark.parametrize(
    ("result", "text"),
    [
        (None, f"returned nothing, not {ROWS}"),
        (np.zeros((3, 5)), f"returned an array [3,5] of float64, not {ROWS}"),
        (np.zeros((1, 3, 6)), f"returned an array [1,3,6] of float64, not {ROWS}"),
        ([1, 2, 3, 4, 0.5, 1], f"returned an array [6] of float64, not {ROWS}"),
        ([[1, 2], [3]], f"returned a list of 2, not {ROWS}"),
        ([["a"] * 6], f"returned a list of 1, not {ROWS}"),
        ("boxes", f"returned a value of type str, not {ROWS}"),
        ({}, f"returned a value of type dict, not {ROWS}"),
        (np.zeros((2, 6), complex), f"returned an array [2,6] of complex128, not {ROWS}"),
        (
            [[1, 2, 3, 4, 0.5, 0], [1, 2, 3, 4, 0.5, -1]],
            "returned the class -1 in row 1, which is no whole number from 0,",
        ),
        (
            [[1, 2, 3, 4, 0.5, 0.5]],
            "returned the class 0.5 in row 0, which is no whole number from 0,",
        ),
        (
            [[1, 2, 3, 4, 0.5, float("nan")]],
            "returned the class nan in row 0, which is no whole number from 0,",
        ),
    ],
    ids=lambda v: "" if isinstance(v, str) else type(v).__name__,
)
def test_what_are_no_boxes(result: Any, text: str) -> None:
    assert wrong("boxes", result) == text


def test_an_exception_keeps_its_traceback() -> None:
    with pytest.raises(host.ParserError) as caught:
        call("boxes", ValueError("two\n  lines"))
    assert str(caught.value) == 'raised "ValueError: two lines"'
    assert caught.value.traceback.startswith("Traceback (most recent call last):\n")
    assert "in parse\n    raise result\n" in caught.value.traceback
    assert "_parser_host" not in caught.value.traceback
    assert wrong("boxes", ValueError("x" * 400)) == f'raised "ValueError: {"x" * 300}..."'
    assert wrong("boxes", KeyboardInterrupt()) == 'raised "KeyboardInterrupt"'


# --- masks


def test_masks() -> None:
    boxes = [parsers.Box(1, 2, 3, 4, 0.5, 1), parsers.Box(5, 6, 7, 8, 0.5, 0)]
    rows, masks = call("instances", (boxes, [np.array([[True, False]]), None]))
    assert floats(rows) == [tuple(box) for box in boxes]
    assert masks == [(1, 2, struct.pack("2f", 1, 0)), None]
    _, masks = call("instances", (boxes, np.ones((2, 3, 1))))
    assert masks == [(3, 1, struct.pack("3f", 1, 1, 1))] * 2
    assert call("instances", ([], [])) == (b"", [])


PAIR = "the pair (boxes [N,6], masks [N,height,width]),"


@pytest.mark.parametrize(
    ("result", "text"),
    [
        (None, f"returned nothing, not {PAIR}"),
        (np.zeros((2, 6)), f"returned an array [2,6] of float64, not {PAIR}"),
        (([], None), f"returned nothing as masks, not {PAIR}"),
        ((np.zeros((2, 6)), np.zeros((1, 4, 4))), "returned 1 masks for 2 boxes,"),
        (
            (np.zeros((1, 6)), np.zeros((1, 4))),
            "returned a mask of shape [4] in row 0, not [height,width],",
        ),
        (
            (np.zeros((1, 6)), np.zeros((1, 0, 4))),
            "returned a mask of shape [0,4] in row 0, not [height,width],",
        ),
        (
            (np.zeros((1, 6)), ["mask"]),
            "returned a value of type str, not a mask of floats [height,width],",
        ),
    ],
    ids=lambda v: "" if isinstance(v, str) else type(v).__name__,
)
def test_what_are_no_masks(result: Any, text: str) -> None:
    assert wrong("instances", result) == text


# --- attributes


def test_attributes() -> None:
    result = [
        parsers.Attribute("rot", 1, 0.5),
        (None, np.int64(2), np.float32(0.25)),
        ("a\0b", 0, 1),
        ("\ud800", 0, 1),  # no character
    ]
    expected = [(1, 0.5, b"rot"), (2, 0.25, None), (0, 1.0, b"a"), (0, 1.0, b"?")]
    assert call("attributes", result) == expected
    assert call("attributes", []) == []


LIST = "a list of (label, class id, confidence),"


@pytest.mark.parametrize(
    ("result", "text"),
    [
        (None, f"returned nothing, not {LIST}"),
        (("rot", 1, 0.5), f"returned a list with a value of type str, not {LIST}"),
        ([("rot", 1)], f"returned a list with a tuple of 2, not {LIST}"),
        ([("rot", 0.5, 1)], f"returned a list with a tuple of 3, not {LIST}"),
        ([(3, 1, 0.5)], "returned a value of type int as a label, not a str or None,"),
        ([("rot", -1, 0.5)], "returned the class -1, which is no whole number from 0,"),
        ([("rot", 2**32, 0.5)], "returned the class 4294967296, which is no whole number from 0,"),
    ],
    ids=lambda v: "" if isinstance(v, str) else type(v).__name__,
)
def test_what_are_no_attributes(result: Any, text: str) -> None:
    assert wrong("attributes", result) == text


# --- classes of pixels


def test_classes_of_pixels() -> None:
    ids = np.array([[0, 1, -1], [1, 1, 0]], np.int8)
    packed, planes = call("classes", ids)
    assert struct.unpack("6i", packed) == (0, 1, -1, 1, 1, 0)
    assert planes is None
    packed, planes = call("classes", (ids.tolist(), np.arange(12).reshape(2, 2, 3)))
    assert struct.unpack("6i", packed) == (0, 1, -1, 1, 1, 0)
    assert struct.unpack("12f", planes) == tuple(range(12))
    # nvinfer says which of these there is no class for.
    packed, _ = call("classes", np.full((2, 3), 2**40))
    assert struct.unpack("6i", packed) == (2**31 - 1,) * 6


PIXELS = "the class of each pixel, whole numbers [2,3],"


@pytest.mark.parametrize(
    ("result", "text"),
    [
        (None, f"returned nothing, not {PIXELS}"),
        (np.zeros((3, 2), int), f"returned an array [3,2] of int64, not {PIXELS}"),
        (np.zeros((2, 3)), f"returned an array [2,3] of float64, not {PIXELS}"),
        (
            (np.zeros((2, 3), int), np.zeros((1, 2, 3))),
            "returned an array [1,2,3] of float64 as probabilities, not [2,2,3],",
        ),
    ],
    ids=lambda v: "" if isinstance(v, str) else type(v).__name__,
)
def test_what_are_no_classes(result: Any, text: str) -> None:
    assert wrong("classes", result) == text


# --- C++


def test_the_headers_lie_where_it_says() -> None:
    assert (thalweg.include_dir() / "nvdsinfer_custom_impl.h").is_file()
    command = [sys.executable, "-m", "thalweg", "include-dir"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == f"{thalweg.include_dir()}\n"
