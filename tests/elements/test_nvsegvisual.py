"""nvsegvisual: the classes in their colours, over black or over the picture."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gi
import numpy as np
import pytest

pyds = pytest.importorskip("pyds")
pytest.importorskip("onnx")

gi.require_version("Gst", "1.0")
from gi.repository import Gst

from .segmented import Run, masks
from .streams import walk

CLASS_0, CLASS_2, BLACK = (128, 0, 0), (128, 128, 0), (0, 0, 0)
RED, BLUE = (240, 0, 0), (0, 0, 240)  # the halves of the picture


@pytest.fixture
def paint(tmp_path: Path, play: Callable[..., Any]) -> Callable[..., None]:
    """paint(properties, left, right, keys="", near=0): checks the halves of each output picture."""
    run = Run(tmp_path, play)

    def check(
        properties: str,
        left: tuple[int, ...],
        right: tuple[int, ...],
        keys: str = "",
        near: int = 0,
    ) -> None:
        def read(frame: Any, buffer: Any) -> None:
            picture = pyds.get_nvds_buf_surface(hash(buffer), frame.batch_id)
            assert picture.shape == (120, 200, 4)
            assert (picture[..., 3] == 255).all()
            for half, colour in ((picture[:, :99], left), (picture[:, 101:], right)):
                assert abs(half[..., :3].astype(int) - colour).max() <= near

        run(keys, read, behind=f"! nvsegvisual width=200 height=120 {properties}")

    return check


def test_over_black(paint: Callable[..., None]) -> None:
    paint("", CLASS_0, CLASS_2)
    paint("class-id=2 alpha=0.5", CLASS_0, CLASS_2)  # these work over the picture only


def test_no_class_is_black(paint: Callable[..., None]) -> None:
    paint("", BLACK, BLACK, keys="segmentation-threshold=0.98")


def test_over_the_picture(paint: Callable[..., None]) -> None:
    paint("original-background=true", RED, CLASS_2, near=8)
    paint("original-background=true class-id=2", CLASS_0, BLUE, near=8)
    paint("original-background=true class-id=-1 alpha=0.5", (184, 0, 0), (64, 64, 120), near=8)
    keys = "segmentation-threshold=0.98"
    paint("original-background=true", RED, BLUE, keys=keys, near=8)


def test_of_one_component(paint: Callable[..., None]) -> None:
    paint("operate-on-seg-meta-id=5", CLASS_0, CLASS_2)
    paint("operate-on-seg-meta-id=4", BLACK, BLACK)


def test_objects_in_their_boxes(paint: Callable[..., None]) -> None:
    paint("", CLASS_0, CLASS_2, keys="process-mode=2")


def test_the_metadata_follows_the_picture(tmp_path: Path, play: Callable[..., Any]) -> None:
    def read(frame: Any, _buffer: Any) -> None:
        boxes = {
            (o.rect_params.left, o.rect_params.top, o.rect_params.width, o.rect_params.height)
            for o in walk(frame.obj_meta_list, pyds.NvDsObjectMeta)
        }
        assert boxes == {(0, 0, 100, 120), (100, 0, 100, 120)}
        (mask,) = masks(frame.frame_user_meta_list)
        assert pyds.get_segmentation_masks(mask)[0].tolist() == [0] * 4 + [2] * 4

    Run(tmp_path, play)("", read, behind="! nvsegvisual width=200 height=120")


def test_the_input_keeps_its_pixels(tmp_path: Path, play: Callable[..., Any]) -> None:
    """A branch beside the element sees the picture and the boxes as they were."""

    def read(frame: Any, buffer: Any) -> None:
        picture = pyds.get_nvds_buf_surface(hash(buffer), frame.batch_id)
        assert picture.shape == (240, 320, 4)
        assert abs(picture[:, :150, :3].astype(int) - RED).max() <= 8
        boxes = {o.rect_params.width for o in walk(frame.obj_meta_list, pyds.NvDsObjectMeta)}
        assert boxes == {160}

    Run(tmp_path, play)(
        "",
        read,
        behind="! nvvideoconvert ! video/x-raw(memory:NVMM),format=RGBA ! tee name=t t. ! queue "
        "! nvsegvisual ! fakesink t. ! queue",
    )


def test_another_size_while_playing(tmp_path: Path, play: Callable[..., Any]) -> None:
    sizes: list[tuple[int, ...]] = []
    pipeline: Any = None

    def built(made: Any) -> None:
        nonlocal pipeline
        pipeline = made

    def read(frame: Any, buffer: Any) -> None:
        sizes.append(pyds.get_nvds_buf_surface(hash(buffer), frame.batch_id).shape[:2])
        pipeline.get_by_name("visual").set_property("width", 96)

    Run(tmp_path, play)(
        "", read, behind="! nvsegvisual name=visual width=64 height=32", before=built
    )
    assert sizes[0] == (32, 64)
    assert sizes[-1] == (32, 96)


def test_without_segmentation(play: Callable[..., Any]) -> None:
    """Black, or the picture; no metadata is needed."""
    for properties, expected in (("", 0), ("original-background=true", 128)):
        pipeline = Gst.parse_launch(
            "videotestsrc pattern=solid-color foreground-color=0xff808080 num-buffers=2 ! "
            "video/x-raw,format=I420,width=64,height=48,colorimetry=bt601 ! nvvideoconvert ! "
            "video/x-raw(memory:NVMM),format=NV12 ! "
            f"nvsegvisual width=32 height=16 {properties} ! nvvideoconvert ! "
            "video/x-raw,format=RGBA ! appsink name=end sync=false"
        )
        pipeline.set_state(Gst.State.PLAYING)
        try:
            sample = pipeline.get_by_name("end").emit("try-pull-sample", 20 * Gst.SECOND)
            buffer = sample.get_buffer()
            data = np.frombuffer(buffer.extract_dup(0, buffer.get_size()), np.uint8)
        finally:
            pipeline.set_state(Gst.State.NULL)
        assert data.size == 32 * 16 * 4
        assert abs(data.reshape(-1, 4)[:, :3].astype(int) - expected).max() <= 5
