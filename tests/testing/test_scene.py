"""A synthetic video is what its truth says, pixel by pixel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gi.repository import Gst

import pyds
from thalweg.testing import MovingBox, Scene, play

RED, BLUE = (220, 40, 40), (30, 30, 230)
SCENE = Scene(
    boxes=[
        MovingBox(xyxy=(300, 100, 340, 180), velocity_px=(-20, 0), color=RED, label="car"),
        MovingBox(xyxy=(10, -30, 50, 10), velocity_px=(0.5, 12), color=BLUE, class_id=2),
    ],
    frames=6,
    source_id=3,
)


def test_truth() -> None:
    truth = SCENE.truth()
    assert [frame.frame_num for frame in truth] == list(range(6))
    assert {(frame.source_id, frame.size_px) for frame in truth} == {(3, (320, 240))}
    assert [frame.pts_ns for frame in truth] == [40_000_000 * number for number in range(6)]
    red = [frame.objects[0] for frame in truth]
    assert red[0].xyxy == (300, 100, 320, 180), "cut at the edge of the picture"
    assert red[5].xyxy == (200, 100, 240, 180)
    assert {(obj.label, obj.class_id, obj.track_id) for obj in red} == {("car", 0, 0)}
    assert [frame.objects[1].xyxy for frame in truth[:2]] == [(10, 0, 50, 10), (10, 0, 50, 22)]


def test_a_box_outside_is_not_there() -> None:
    scene = Scene(boxes=[MovingBox(xyxy=(-40, 0, -20, 20), velocity_px=(10, 0))], frames=5)
    assert [len(frame.objects) for frame in scene.truth()] == [0, 0, 0, 1, 1]


def bounds(image: np.ndarray, color: tuple[int, int, int], within: int) -> tuple[int, ...]:
    """left, top, right, bottom of the pixels that are nearly of that colour."""
    rows, columns = np.nonzero(np.abs(image[..., :3].astype(int) - color).max(-1) <= within)
    return columns.min(), rows.min(), columns.max() + 1, rows.max() + 1


def test_images_show_the_truth() -> None:
    for frame, image in zip(SCENE.truth(), SCENE.images(), strict=True):
        assert (image.shape, image.dtype) == ((240, 320, 4), np.uint8)
        for obj, color in zip(frame.objects, (RED, BLUE), strict=True):
            assert bounds(image, color, 0) == obj.xyxy
        assert image[230, 5].tolist() == [96, 96, 96, 255]


def collect(pipeline: Any) -> list[tuple[int, int, Any]]:
    """Source, number and pixels of what comes to the element `end`."""
    seen = []

    def probe(pad: Any, info: Any) -> Any:
        buffer = info.get_buffer()
        batch = pyds.gst_buffer_get_nvds_batch_meta(buffer)
        node = batch.frame_meta_list
        while node is not None:
            frame = pyds.NvDsFrameMeta.cast(node.data)
            pixels = np.array(pyds.get_nvds_buf_surface(hash(buffer), frame.batch_id))
            seen.append((frame.source_id, frame.frame_num, pixels))
            node = node.next
        return Gst.PadProbeReturn.OK

    end = pipeline.get_by_name("end").get_static_pad("sink")
    end.add_probe(Gst.PadProbeType.BUFFER, probe)
    play(pipeline)
    return seen


RGBA = "nvvideoconvert ! video/x-raw(memory:NVMM),format=RGBA ! fakesink name=end"


def test_sources_of_a_pipeline(tmp_path: Path) -> None:
    """Two streams of their own sizes' pixels through a muxer."""
    other = Scene(boxes=[MovingBox(xyxy=(0, 0, 100, 100), color=BLUE)], frames=6)
    seen = collect(
        Gst.parse_launch(
            "nvstreammux name=mux batch-size=2 width=320 height=240 batched-push-timeout=-1 "
            f"! {RGBA} {SCENE.source(tmp_path)} ! mux.sink_3 {other.source(tmp_path)} ! mux.sink_0"
        )
    )
    assert sorted(key[:2] for key in seen) == [(s, n) for s in (0, 3) for n in range(6)]
    truth = {(3, frame.frame_num): frame for frame in SCENE.truth()}
    for source, number, pixels in seen:
        if source == 3:
            found = bounds(pixels, RED, 40)  # chroma is shared by four pixels
            assert np.abs(np.subtract(found, truth[3, number].objects[0].xyxy)).max() <= 1
        else:
            assert np.abs(np.subtract(bounds(pixels, BLUE, 40), (0, 0, 100, 100))).max() <= 1


@pytest.mark.parametrize(("name", "demuxer"), [("clip.h264", ""), ("clip.mp4", "! qtdemux ")])
def test_files_of_a_program(name: str, demuxer: str, tmp_path: Path) -> None:
    SCENE.write(tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    seen = collect(
        Gst.parse_launch(
            f"filesrc location={tmp_path / name} {demuxer}! h264parse ! nvv4l2decoder "
            f"! mux.sink_0 nvstreammux name=mux batch-size=1 width=320 height=240 ! {RGBA}"
        )
    )
    assert len(seen) == 6
    for frame, (_, number, pixels) in zip(SCENE.truth(), seen, strict=True):
        assert number == frame.frame_num
        assert np.abs(np.subtract(bounds(pixels, RED, 60), frame.objects[0].xyxy)).max() <= 2


def test_folders_with_spaces(tmp_path: Path) -> None:
    folder = tmp_path / "a b"
    folder.mkdir()
    scene = Scene(frames=2)
    played = play(f"{scene.source(folder)} ! fakesink")
    assert played.eos


def test_wrong_scenes(tmp_path: Path) -> None:
    with pytest.raises(
        ValueError, match=r"^Scene.size_px: expected even numbers of pixels, got \(3"
    ):
        Scene(size_px=(321, 240))
    with pytest.raises(
        ValueError, match=r"^Scene: expected at least 1 frame at 1 frame/s, got 0 f"
    ):
        Scene(frames=0)
    with pytest.raises(ValueError, match=r"clip.avi: expected a name that ends in .h264 or .mp4$"):
        Scene().write(tmp_path / "clip.avi")
