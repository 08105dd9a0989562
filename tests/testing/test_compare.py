"""Differences of metadata, in words."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from thalweg.testing import (
    Classifier,
    Detection,
    Difference,
    Drawing,
    Frame,
    Label,
    MetadataError,
    compare,
    differences,
)

PERSON = Detection(class_id=2, label="person", confidence=0.9, xyxy=(10, 20, 60, 120), track_id=7)
CAR = Detection(class_id=0, label="car", confidence=0.5, xyxy=(200, 50, 300, 90))


def changed(item: Any, **fields: Any) -> Any:
    return dataclasses.replace(item, **fields)


def in_one_frame(expected: list[Any], got: list[Any], **options: Any) -> list[tuple[str, ...]]:
    """The differences of a frame's objects, without the frame's name."""
    frame = Frame(frame_num=12)
    found = differences(
        [changed(frame, objects=expected)], [changed(frame, objects=got)], **options
    )
    assert all(one.frame == "source 0, frame 12" for one in found)
    return [tuple(one[1:]) for one in found]


def test_nothing() -> None:
    assert in_one_frame([PERSON, CAR], [PERSON, CAR]) == []
    assert differences([], []) == []


def test_the_order_does_not_count() -> None:
    assert in_one_frame([PERSON, CAR, CAR], [CAR, PERSON, CAR]) == []


def test_tolerances() -> None:
    moved = changed(PERSON, xyxy=(10.5, 20, 60, 119.5), confidence=0.905)
    assert in_one_frame([PERSON], [moved]) == []
    assert in_one_frame([PERSON], [moved], tolerance_px=0.4) == [
        ("objects[0] person #7", "xyxy", "(10, 20, 60, 120)", "(10.5, 20, 60, 119.5)")
    ]
    assert in_one_frame([PERSON], [moved], tolerance_confidence=0.001) == [
        ("objects[0] person #7", "confidence", "0.9", "0.905")
    ]


def test_as_many_pairs_as_there_can_be() -> None:
    """The first object fits both others, the second only the one that the first would take."""
    one, other = changed(CAR, xyxy=(0.4, 0, 9, 9)), changed(CAR, xyxy=(0, 0, 9, 9))
    assert in_one_frame([one, other], [changed(CAR, xyxy=(0.1, 0, 9, 9)), one]) == []
    assert (
        in_one_frame(
            [changed(CAR, xyxy=(0.4, 0, 9, 9)), changed(CAR, xyxy=(0.8, 0, 9, 9))],
            [changed(CAR, xyxy=(0.6, 0, 9, 9)), changed(CAR, xyxy=(0, 0, 9, 9))],
        )
        == []
    )


def test_missing_and_unexpected() -> None:
    assert in_one_frame([PERSON], [CAR]) == [
        ("objects[0] person #7", "", "(10, 20, 60, 120), confidence 0.9", "nothing"),
        ("objects[0] car", "", "nothing", "(200, 50, 300, 90), confidence 0.5"),
    ]


def test_what_was_probably_meant() -> None:
    """The same number, however far; else the one that overlaps most."""
    far = changed(PERSON, xyxy=(500, 500, 510, 510))
    assert in_one_frame([PERSON], [far]) == [
        ("objects[0] person #7", "xyxy", "(10, 20, 60, 120)", "(500, 500, 510, 510)")
    ]
    shifted = changed(CAR, xyxy=(210, 50, 310, 90), label="truck", class_id=7, text="truck")
    assert in_one_frame([CAR], [PERSON, shifted]) == [
        ("objects[0] car", "class_id", "0", "7"),
        ("objects[0] car", "label", "'car'", "'truck'"),
        ("objects[0] car", "xyxy", "(200, 50, 300, 90)", "(210, 50, 310, 90)"),
        ("objects[0] car", "text", "'car'", "'truck'"),
        ("objects[0] person #7", "", "nothing", "(10, 20, 60, 120), confidence 0.9"),
    ]


def test_every_field_counts() -> None:
    blue = Classifier(labels=[Label(class_id=3, label="blue", confidence=0.75)])
    red = Classifier(labels=[Label(class_id=4, label="red", confidence=0.75)])
    person = changed(PERSON, classifiers=[blue])
    assert in_one_frame(
        [person],
        [
            changed(
                person,
                track_id=8,
                component_id=3,
                border_width=1,
                border_color=(0, 1, 0, 1),
                classifiers=[red],
            )
        ],
    ) == [
        ("objects[0] person #7", "track_id", "7", "8"),
        ("objects[0] person #7", "component_id", "1", "3"),
        ("objects[0] person #7", "border_width", "3", "1"),
        ("objects[0] person #7", "border_color", "(1, 0, 0, 1)", "(0, 1, 0, 1)"),
        ("objects[0] person #7", "classifiers[0].labels[0].class_id", "3", "4"),
        ("objects[0] person #7", "classifiers[0].labels[0].label", "'blue'", "'red'"),
    ]
    assert in_one_frame([person], [changed(person, classifiers=[blue, red])]) == [
        ("objects[0] person #7", "classifiers", "blue", "blue; red")
    ]


def test_frames_and_drawings() -> None:
    text = Drawing(kind="text", xy=(10, 12), text="Person=1", color=(1, 1, 1, 1))
    line = Drawing(kind="line", xy=(0, 500, 767, 500))
    frame = Frame(frame_num=3, source_id=1, drawings=[text, line])
    got = Frame(
        frame_num=3,
        source_id=1,
        size_px=(640, 360),
        pts_ns=40,
        inferred=False,
        drawings=[changed(text, text="Person=2")],
    )
    name = "source 1, frame 3"
    assert differences([frame, Frame(frame_num=5)], [got, Frame(frame_num=4)]) == [
        Difference("source 0, frame 4", "", "", "nothing", "the frame"),
        Difference("source 0, frame 5", "", "", "the frame", "nothing"),
        Difference(name, "", "size_px", "(1920, 1080)", "(640, 360)"),
        Difference(name, "", "source_size_px", "(1920, 1080)", "(640, 360)"),
        Difference(name, "", "pts_ns", "0", "40"),
        Difference(name, "", "inferred", "True", "False"),
        Difference(name, "drawings[0] text", "text", "'Person=1'", "'Person=2'"),
        Difference(name, "drawings[1] line", "", "(0, 500, 767, 500)", "nothing"),
    ]


def test_ignored_fields() -> None:
    other = changed(PERSON, track_id=8, text="x")
    assert in_one_frame([PERSON], [other], ignore={"track_id", "text"}) == []
    assert in_one_frame([PERSON], [CAR], ignore={"objects"}) == []
    with pytest.raises(ValueError, match=r"^ignore: there is no field 'object_id'; there are \["):
        differences([], [], ignore={"object_id"})


def test_a_frame_twice() -> None:
    with pytest.raises(MetadataError, match=r"^got\[1\]: frame 0 of source 0 is there twice$"):
        differences([], [Frame(), Frame()])


def test_table() -> None:
    found = differences(
        [Frame(objects=[PERSON]), Frame(frame_num=1)],
        [Frame(objects=[changed(PERSON, confidence=0.7)])],
    )
    assert compare.table(found, "golden.json") == (
        "golden.json: 2 differences\n"
        "frame              object                field       expected   got\n"
        "source 0, frame 0  objects[0] person #7  confidence  0.9        0.7\n"
        "source 0, frame 1                                    the frame  nothing"
    )
    many = differences([Frame(frame_num=number) for number in range(100)], [])
    text = compare.table(many, "golden.json").splitlines()
    assert (len(text), text[0], text[-1]) == (33, "golden.json: 100 differences", "... and 70 more")
