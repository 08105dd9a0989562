"""What is built is what a program finds, and what is read back."""

from __future__ import annotations

import gc
from typing import Any

import numpy as np
import pytest

import pyds
from thalweg.testing import (
    Classifier,
    Detection,
    Drawing,
    Frame,
    Label,
    MetadataError,
    add_detection,
    make_buffer,
    read_frames,
)

BLUE = Label(class_id=3, label="blue", confidence=0.75)
PERSON = Detection(
    class_id=2,
    label="person",
    confidence=0.5,
    xyxy=(10, 20, 60, 120),
    track_id=7,
    text="person 7",
    classifiers=[
        Classifier(component_id=2, labels=[BLUE, Label(class_id=1, label="sedan")]),
        Classifier(component_id=4, labels=[Label(label="Ü")]),
    ],
)
CAR = Detection(label="car", confidence=0.25, xyxy=(200, 0, 300, 90), component_id=5)
FRAMES = [
    Frame(frame_num=12, pts_ns=480_000_000, size_px=(640, 360), objects=[PERSON, CAR]),
    Frame(frame_num=11, source_id=3, source_size_px=(320, 180), pts_ns=None, inferred=False),
]


def test_what_is_built_is_read() -> None:
    buffer = make_buffer(FRAMES)
    assert read_frames(buffer) == FRAMES
    assert read_frames(pyds.gst_buffer_get_nvds_batch_meta(buffer)) == FRAMES


def test_what_a_program_finds() -> None:
    """The idioms of programs, on every field that is set."""
    buffer = make_buffer(FRAMES)
    batch = pyds.gst_buffer_get_nvds_batch_meta(hash(buffer))
    assert (batch.num_frames_in_batch, batch.max_frames_in_batch) == (2, 2)
    node = batch.frame_meta_list
    frame = pyds.NvDsFrameMeta.cast(node.data)
    assert (frame.frame_num, frame.source_id, frame.pad_index, frame.batch_id) == (12, 0, 0, 0)
    assert (frame.source_frame_width, frame.source_frame_height) == (640, 360)
    assert (frame.pipeline_width, frame.pipeline_height) == (640, 360)
    assert (frame.buf_pts, frame.bInferDone, frame.num_obj_meta) == (480_000_000, 1, 2)
    second = pyds.NvDsFrameMeta.cast(node.next.data)
    assert (second.frame_num, second.source_id, second.pad_index, second.batch_id) == (11, 3, 3, 1)
    assert (second.source_frame_width, second.pipeline_width) == (320, 1920)
    assert (second.bInferDone, second.obj_meta_list, node.next.next) == (0, None, None)

    car = pyds.NvDsObjectMeta.cast(frame.obj_meta_list.data)  # the last added is the first
    assert (car.obj_label, car.unique_component_id, car.object_id) == ("car", 5, 2**64 - 1)
    assert pyds.get_string(car.text_params.display_text) == "car"
    assert car.text_params.y_offset == 0
    person = pyds.NvDsObjectMeta.cast(frame.obj_meta_list.next.data)
    assert (person.class_id, person.confidence, person.object_id) == (2, 0.5, 7)
    for box in (
        person.rect_params,
        person.detector_bbox_info.org_bbox_coords,
        person.tracker_bbox_info.org_bbox_coords,
    ):
        assert (box.left, box.top, box.width, box.height) == (10, 20, 50, 100)
    assert person.tracker_confidence == 0.5
    text = person.text_params
    assert (text.x_offset, text.y_offset, text.set_bg_clr) == (10, 10, 1)
    assert pyds.get_string(text.font_params.font_name) == "Serif"
    label = pyds.NvDsClassifierMeta.cast(person.classifier_meta_list.data)
    assert (label.unique_component_id, label.num_labels) == (4, 1)
    info = pyds.NvDsLabelInfo.cast(label.label_info_list.data)
    assert (info.result_label, info.result_prob, info.label_id) == ("Ü", 1.0, 0)


def test_a_copy_reads_the_same() -> None:
    """Copies have their lists the other way round."""
    copy = make_buffer(FRAMES).copy()
    first, second = read_frames(copy)
    assert second == FRAMES[1]
    assert set(first.objects) == {PERSON, CAR}


def test_metadata_end_with_the_buffer() -> None:
    buffer = make_buffer(FRAMES)
    frame = pyds.NvDsFrameMeta.cast(
        pyds.gst_buffer_get_nvds_batch_meta(buffer).frame_meta_list.data
    )
    assert frame.frame_num == 12
    del buffer
    gc.collect()
    with pytest.raises(ReferenceError):
        frame.frame_num  # noqa: B018


def test_an_empty_batch() -> None:
    assert read_frames(make_buffer([])) == []


def test_drawings() -> None:
    buffer = make_buffer([Frame()])
    batch = pyds.gst_buffer_get_nvds_batch_meta(buffer)
    frame = pyds.NvDsFrameMeta.cast(batch.frame_meta_list.data)
    for number in range(2):
        display = pyds.nvds_acquire_display_meta_from_pool(batch)
        text = display.text_params[0]
        text.display_text, text.x_offset, text.y_offset = f"text {number}", 10, 12
        text.font_params.font_color.set(1.0, 0.5, 0.0, 1.0)
        display.num_labels = 1
        pyds.nvds_add_display_meta_to_frame(frame, display)
    rect, line = display.rect_params[0], display.line_params[0]
    arrow, circle = display.arrow_params[0], display.circle_params[0]
    rect.left, rect.top, rect.width, rect.height = 1, 2, 10, 20
    for pointed in (line, arrow):
        pointed.x1, pointed.y1, pointed.x2, pointed.y2 = 1, 2, 3, 4
    circle.xc, circle.yc, circle.radius = 5, 6, 7
    circle.circle_color.set(0.0, 0.0, 1.0, 1.0)
    display.num_rects = display.num_lines = display.num_arrows = display.num_circles = 1
    orange, blue = (1.0, 0.5, 0.0, 1.0), (0.0, 0.0, 1.0, 1.0)
    assert read_frames(buffer)[0].drawings == (
        Drawing(kind="text", xy=(10, 12), text="text 0", color=orange),
        Drawing(kind="rect", xy=(1, 2, 11, 22)),
        Drawing(kind="text", xy=(10, 12), text="text 1", color=orange),
        Drawing(kind="line", xy=(1, 2, 3, 4)),
        Drawing(kind="arrow", xy=(1, 2, 3, 4)),
        Drawing(kind="circle", xy=(5, 6, 7), color=blue),
    )


def pixels(value: int, height: int = 48, width: int = 64) -> Any:
    image = np.full((height, width, 4), value, np.uint8)
    image[10, 20] = (1, 2, 3, 4)
    return image


def test_pixels() -> None:
    frames = [
        Frame(frame_num=5, source_id=2, image=pixels(100), objects=[PERSON]),
        Frame(frame_num=6, source_id=2, image=pixels(200)),
    ]
    buffer = make_buffer(frames)
    assert read_frames(buffer) == frames
    assert frames[0].size_px == (64, 48)
    for batch_id, value in enumerate((100, 200)):
        array = pyds.get_nvds_buf_surface(hash(buffer), batch_id)
        assert np.array_equal(array, pixels(value))
        array[0, 0] = 7  # as a probe that draws
        assert pyds.get_nvds_buf_surface(hash(buffer), batch_id)[0, 0].tolist() == [7, 7, 7, 7]
    assert frames[0].image[0, 0].tolist() == [100] * 4, "the caller's array is its own"


@pytest.mark.parametrize(
    ("images", "got"),
    [
        (
            [pixels(1), None],
            "frames[1].image: expected a uint8 array of shape (48, 64, 4), as the "
            "first frame's size says, got None None for the size (1920, 1080)",
        ),
        (
            [pixels(1), pixels(1, 24)],
            "frames[1].image: expected a uint8 array of shape (48, 64, 4)"
            ", as the first frame's size says, got uint8 (24, 64, 4) for the size (64, 24)",
        ),
        (
            [pixels(1)[..., :3]],
            "frames[0].image: expected a uint8 array of shape (48, 64, 4), as "
            "the first frame's size says, got uint8 (48, 64, 3) for the size (64, 48)",
        ),
        (
            [pixels(1).astype(float)],
            "frames[0].image: expected a uint8 array of shape (48, 64, 4), "
            "as the first frame's size says, got float64 (48, 64, 4) for the size (64, 48)",
        ),
    ],
)
def test_images_that_do_not_fit(images: list[Any], got: str) -> None:
    with pytest.raises(MetadataError) as caught:
        make_buffer([Frame(source_id=i, image=image) for i, image in enumerate(images)])
    assert str(caught.value) == got


def test_the_same_frame_twice() -> None:
    with pytest.raises(MetadataError, match=r"^frames\[1\]: expected each frame of a source once"):
        make_buffer([Frame(), Frame()])


def test_a_buffer_without_metadata() -> None:
    from gi.repository import Gst

    with pytest.raises(ValueError, match=r"^the buffer carries no batch metadata: it has not pas"):
        read_frames(Gst.Buffer.new_allocate(None, 64, None))


def test_a_frame_outside_a_batch() -> None:
    with pytest.raises(ValueError, match=r"^the frame meta belongs to no batch; take it from nvds"):
        add_detection(pyds.NvDsFrameMeta(), CAR)


def test_metadata_that_no_detector_gives() -> None:
    """What a probe broke is told with its place."""
    buffer = make_buffer([Frame(frame_num=3, source_id=1, objects=[CAR])])
    frame = pyds.NvDsFrameMeta.cast(
        pyds.gst_buffer_get_nvds_batch_meta(buffer).frame_meta_list.data
    )
    pyds.NvDsObjectMeta.cast(frame.obj_meta_list.data).rect_params.width = -5
    with pytest.raises(MetadataError) as caught:
        read_frames(buffer)
    assert str(caught.value) == (
        "frame 3 of source 1: Detection.xyxy: expected left <= right and top <= bottom, got "
        "(200.0, 0.0, 195.0, 90.0)"
    )
