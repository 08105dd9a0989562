"""Frames as plain data, and their JSON files: read as written, and explained where wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from thalweg.testing import (
    Classifier,
    Detection,
    Drawing,
    Frame,
    Label,
    MetadataError,
    load_frames,
    metadata,
    save_frames,
)

PERSON = Detection(
    class_id=2,
    label="person",
    confidence=0.9,
    xyxy=(10, 20.5, 60, 120),
    track_id=2**63 + 1,
    text="person 7",
    border_color=(0, 1, 0, 0.5),
    classifiers=[Classifier(labels=[Label(class_id=3, label="blue", confidence=0.75)])],
)
FRAMES = [
    Frame(frame_num=4, pts_ns=160_000_000, objects=[PERSON, Detection(xyxy=(0, 0, 1, 1))]),
    Frame(
        frame_num=4,
        source_id=1,
        size_px=(640, 360),
        source_size_px=(320, 180),
        pts_ns=None,
        inferred=False,
        drawings=[Drawing(kind="text", xy=(10, 12), text="Person=1", color=(1, 1, 1, 1))],
    ),
]


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    save_frames(tmp_path / "frames.json", FRAMES)
    assert load_frames(tmp_path / "frames.json") == FRAMES


def test_the_file_is_for_people(tmp_path: Path) -> None:
    """An object a line, so that a version control's differences are read; no defaults."""
    save_frames(tmp_path / "frames.json", FRAMES)
    assert (tmp_path / "frames.json").read_text() == (
        '{\n  "frames": [\n'
        '    {"frame_num": 4, "source_id": 0, "pts_ns": 160000000,\n'
        '      "objects": [\n'
        '        {"class_id": 2, "label": "person", "confidence": 0.9, "xyxy": [10, 20.5, 60, 120],'
        ' "track_id": 9223372036854775809, "text": "person 7", "border_color": [0, 1, 0, 0.5],'
        ' "classifiers": [{"labels": [{"class_id": 3, "label": "blue", "confidence": 0.75}]}]},\n'
        '        {"xyxy": [0, 0, 1, 1]}\n'
        "      ]},\n"
        '    {"frame_num": 4, "source_id": 1, "size_px": [640, 360], "source_size_px": [320, 180],'
        ' "pts_ns": null, "inferred": false,\n'
        '      "drawings": [\n'
        '        {"kind": "text", "xy": [10, 12], "text": "Person=1", "color": [1, 1, 1, 1]}\n'
        "      ]}\n"
        "  ]\n}\n"
    )


def test_no_frames(tmp_path: Path) -> None:
    save_frames(tmp_path / "frames.json", [])
    assert load_frames(tmp_path / "frames.json") == []


coordinates = st.integers(-(10**6), 10**6).map(lambda number: number / 100)


@st.composite
def detections(draw: Any) -> Detection:
    left, right = sorted((draw(coordinates), draw(coordinates)))
    top, bottom = sorted((draw(coordinates), draw(coordinates)))
    return Detection(
        class_id=draw(st.integers(-(2**31), 2**31 - 1)),
        label=draw(st.text(st.characters(exclude_characters="\0", codec="utf-8"))),
        confidence=draw(st.integers(-10_000, 10_000)) / 10_000,
        xyxy=(left, top, right, bottom),
        track_id=draw(st.none() | st.integers(0, 2**64 - 2)),
    )


@given(st.lists(st.lists(detections(), max_size=3), max_size=3))
def test_every_detection_survives(tmp_path_factory: Any, lists: list[list[Detection]]) -> None:
    path = tmp_path_factory.mktemp("json") / "frames.json"
    frames = [Frame(frame_num=index, objects=objects) for index, objects in enumerate(lists)]
    save_frames(path, frames)
    assert load_frames(path) == frames


def test_numbers_of_numpy_become_pythons() -> None:
    detection = Detection(
        class_id=np.int64(3), confidence=np.float32(0.5), xyxy=np.array([1, 2, 3, 4], np.float32)
    )
    assert (type(detection.class_id), type(detection.confidence)) == (int, float)
    assert detection.xyxy == (1.0, 2.0, 3.0, 4.0)


def test_size_is_the_images() -> None:
    frame = Frame(image=np.zeros((48, 64, 4), np.uint8))
    assert frame.size_px == frame.source_size_px == (64, 48)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (
            lambda: Detection(xyxy=(10, 20, 5, 30)),
            "Detection.xyxy: expected left <= right and top <= bottom, got (10.0, 20.0, 5.0, 30.0)",
        ),
        (
            lambda: Detection(xyxy=(1, 2, 3)),
            "Detection.xyxy: expected 4 numbers, left, top, right, bottom, got (1, 2, 3)",
        ),
        (
            lambda: Detection(xyxy=(1, 2, 3, float("nan"))),
            "Detection.xyxy: expected 4 numbers, left, top, right, bottom, got (1, 2, 3, nan)",
        ),
        (
            lambda: Detection(xyxy=(0, 0, 1, 1), class_id=1.5),  # type: ignore[arg-type]
            "Detection.class_id: expected an integer from -2147483648 to 2147483647, got 1.5",
        ),
        (
            lambda: Detection(xyxy=(0, 0, 1, 1), track_id=2**64 - 1),
            "Detection.track_id: expected an integer from 0 to 18446744073709551614, got "
            "18446744073709551615",
        ),
        (
            lambda: Detection(xyxy=(0, 0, 1, 1), label=5),  # type: ignore[arg-type]
            "Detection.label: expected a text without NUL, got 5",
        ),
        (
            lambda: Detection(xyxy=(0, 0, 1, 1), confidence=True),
            "Detection.confidence: expected a number, got True",
        ),
        (
            lambda: Frame(objects=[PERSON, "person"]),  # type: ignore[list-item]
            "Frame.objects[1]: expected Detection, got 'person'",
        ),
        (
            lambda: Frame(size_px=(0.5, 1)),  # type: ignore[arg-type]
            "Frame.size_px: expected whole numbers of pixels, got (0.5, 1.0)",
        ),
        (
            lambda: Drawing(kind="box", xy=()),
            "Drawing.kind: expected text, rect, line, arrow, circle, got 'box'",
        ),
        (
            lambda: Drawing(kind="circle", xy=(1, 2)),
            "Drawing.xy: expected 3 numbers, the coordinates of a circle, got (1, 2)",
        ),
    ],
)
def test_wrong_values(make: Callable[[], Any], text: str) -> None:
    with pytest.raises(MetadataError) as caught:
        make()
    assert str(caught.value) == text


def test_the_same_frame_twice(tmp_path: Path) -> None:
    with pytest.raises(MetadataError) as caught:
        save_frames(tmp_path / "frames.json", [Frame(), Frame(source_id=1), Frame()])
    assert str(caught.value) == (
        "frames[2]: expected each frame of a source once, got frame 0 of source 0 again, after "
        "[0]; give it another source_id or frame_num"
    )
    assert not (tmp_path / "frames.json").exists()


def with_object(**fields: Any) -> str:
    return json.dumps(
        {"frames": [{}, {"frame_num": 1, "objects": [{"xyxy": [0, 0, 1, 1], **fields}]}]}
    )


WRONG_FILES = {
    "": "line 1: no JSON: Expecting value",
    '{"frames": [\n{}\n{}]}': "line 3: no JSON: Expecting ',' delimiter",
    '{"frames": [], "frames": []}': "no JSON: an object has 'frames' twice",
    '{"frames": [{"pts_ns": NaN}]}': "no JSON: NaN is no number",
    "[" * 100_000: "no JSON: maximum recursion depth exceeded while decoding a JSON array from a "
    "unicode string",
    "[1, 2]": "expected an object with frames, got [1, 2]",
    '{"frames": {}}': "frames: expected an array, got {}",
    '{"frames": [[]]}': "frames[0]: expected an object, got []",
    '{"frames": [{"number": 3}]}': "frames[0].number: no such field; there are frame_num, "
    "source_id, size_px, source_size_px, pts_ns, inferred, objects, drawings",
    '{"frames": [{}, {}]}': "frames[1]: expected each frame of a source once, got frame 0 of "
    "source 0 again, after [0]; give it another source_id or frame_num",
    '{"frames": [{"objects": [{"label": "car"}]}]}': "frames[0].objects[0]: expected xyxy, got "
    "{'label': 'car'}",
    with_object(class_id="2"): "frames[1].objects[0].class_id: expected an integer from "
    "-2147483648 to 2147483647, got '2'",
    with_object(classifiers=[{"labels": [{"confidence": "high"}]}]): "frames[1].objects[0]"
    ".classifiers[0].labels[0].confidence: expected a number, got 'high'",
}


@pytest.mark.parametrize("content", WRONG_FILES)
def test_wrong_files(content: str, tmp_path: Path) -> None:
    path = tmp_path / "frames.json"
    path.write_text(content)
    with pytest.raises(MetadataError) as caught:
        load_frames(path)
    where, _, problem = str(caught.value).partition(".json")
    assert where + ".json" == str(path)
    assert problem[2:] == WRONG_FILES[content]


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "frames.json"
    path.write_bytes(b'{"frames": "\xff"}')
    with pytest.raises(MetadataError, match=r"frames\.json: no JSON: 'utf-8' codec"):
        load_frames(path)


def test_a_file_without_end(tmp_path: Path) -> None:
    path = tmp_path / "frames.json"
    with path.open("wb") as file:
        file.truncate(metadata.MOST_BYTES + 1)
    with pytest.raises(MetadataError, match=r"expected at most 67108864 bytes, got 67108865; spl"):
        load_frames(path)
    with pytest.raises(FileNotFoundError):
        load_frames(tmp_path / "absent.json")
