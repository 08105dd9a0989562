"""nvdsosd on real frames: pixels change where something is drawn, and only there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gi
import numpy as np
import pytest

gi.require_version("Gst", "1.0")
from gi.repository import Gst

from .streams import add_object

pyds = pytest.importorskip("pyds")

WIDTH, HEIGHT, FRAMES = 768, 576, 40
FORMATS = ["I420", "NV12", "RGBA"]

Probe = Callable[[Any, Any], None]  # (batch meta, frame meta)


def frames_of(clip: Path, form: str, draw: Probe | None, overlay: str = "") -> list[np.ndarray]:
    """The first frames after nvdsosd, as bytes of system memory; `draw` adds metadata before it."""
    pipeline = Gst.parse_launch(
        f"filesrc location={clip} ! qtdemux ! h264parse ! nvv4l2decoder ! mux.sink_0 "
        f"nvstreammux name=mux batch-size=1 width={WIDTH} height={HEIGHT} "
        f"! nvvideoconvert ! video/x-raw(memory:NVMM),format={form} ! nvdsosd name=osd {overlay} "
        f"! nvvideoconvert ! video/x-raw,format={form} ! appsink name=end sync=false max-buffers=4"
    )

    def probe(_pad: Gst.Pad, info: Gst.PadProbeInfo) -> Gst.PadProbeReturn:
        batch = pyds.gst_buffer_get_nvds_batch_meta(hash(info.get_buffer()))
        frame = pyds.NvDsFrameMeta.cast(batch.frame_meta_list.data)
        draw(batch, frame)
        return Gst.PadProbeReturn.OK

    if draw is not None:
        sink = pipeline.get_by_name("osd").get_static_pad("sink")
        sink.add_probe(Gst.PadProbeType.BUFFER, probe)
    pipeline.set_state(Gst.State.PLAYING)
    end = pipeline.get_by_name("end")
    frames = []
    for _ in range(FRAMES):
        sample = end.emit("pull-sample")
        assert sample is not None, pipeline.get_bus().pop_filtered(Gst.MessageType.ERROR)
        buffer = sample.get_buffer()
        frames.append(np.frombuffer(buffer.extract_dup(0, buffer.get_size()), np.uint8))
    pipeline.set_state(Gst.State.NULL)
    return frames


def pixels(frame: np.ndarray, form: str) -> np.ndarray:
    """Every pixel's components, height x width x 3 or 4; chroma repeated over its pixels."""
    if form == "RGBA":
        return frame.reshape(HEIGHT, WIDTH, 4)
    luma = frame[: WIDTH * HEIGHT].reshape(HEIGHT, WIDTH)
    chroma = frame[WIDTH * HEIGHT :]
    if form == "NV12":
        u, v = np.moveaxis(chroma.reshape(HEIGHT // 2, WIDTH // 2, 2), 2, 0)
    else:
        u, v = chroma.reshape(2, HEIGHT // 2, WIDTH // 2)
    return np.stack([luma, *(c.repeat(2, 0).repeat(2, 1) for c in (u, v))], axis=2)


@pytest.fixture(scope="module", params=FORMATS)
def form(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def plain(form: str, pets: Path) -> list[np.ndarray]:
    """The frames without drawing."""
    return frames_of(pets, form, None)


def test_masks_colour_what_is_above_their_threshold(
    form: str, plain: list[np.ndarray], pets: Path
) -> None:
    def draw(batch: Any, frame: Any) -> None:
        mask = add_object(batch, frame, (100.0, 120.0, 80.0, 40.0)).mask_params
        mask.width, mask.height, mask.threshold = 2, 1, 0.5
        mask.alloc_mask_array()[:] = (0.25, 0.75)

    covered = np.zeros((HEIGHT, WIDTH), bool)
    covered[124:156, 142:178] = True  # the right half, without the border and the edge
    left = np.zeros((HEIGHT, WIDTH), bool)
    left[124:156, 104:138] = True
    with_box = frames_of(pets, form, draw)
    for before, boxed, after in zip(
        plain, with_box, frames_of(pets, form, draw, "display-mask=true"), strict=True
    ):
        one, other, drawn = (pixels(frame, form).astype(int) for frame in (before, boxed, after))
        assert (one == other)[covered].all()
        assert (one == drawn)[left].all()
        # Half red.
        assert (abs(one - drawn).max(axis=2) > 20)[covered].mean() > 0.95


def test_pixels_change_where_boxes_are_and_only_there(
    form: str, plain: list[np.ndarray], pets: Path
) -> None:
    boxes = [(100.0, 120.0, 60.0, 140.0), (400.0, 200.0, 80.0, 160.0)]

    def draw(batch: Any, frame: Any) -> None:
        if frame.frame_num % 2 == 0:
            for box in boxes:
                add_object(batch, frame, box)

    border = np.zeros((HEIGHT, WIDTH), bool)
    for left, top, width, height in (tuple(map(int, box)) for box in boxes):
        border[top - 2 : top + height + 2, left - 2 : left + width + 2] = True
        border[top + 2 : top + height - 2, left + 2 : left + width - 2] = False
    drawn = frames_of(pets, form, draw)
    for number, (before, after) in enumerate(zip(plain, drawn, strict=True)):
        if number % 2:
            assert np.array_equal(before, after)
            continue
        changed = (pixels(before, form) != pixels(after, form)).any(axis=2)
        assert changed[border].all()
        assert not changed[~border].any()


def test_a_redacted_box_is_red(form: str, pets: Path) -> None:
    def draw(batch: Any, frame: Any) -> None:
        rect = add_object(batch, frame, (100, 120, 60, 140)).rect_params
        rect.border_width = 0
        rect.has_bg_color = 1
        rect.bg_color.set(1.0, 0.0, 0.0, 1.0)

    red = {"RGBA": (255, 0, 0, 255)}.get(form, (82, 90, 240))
    for frame in frames_of(pets, form, draw):
        inside = pixels(frame, form)[120:260, 100:160].astype(int)
        assert np.abs(inside - red).max() <= 1


def test_text_and_display_metas_stay_in_their_places(
    form: str, plain: list[np.ndarray], pets: Path
) -> None:
    def draw(batch: Any, frame: Any) -> None:
        display = pyds.nvds_acquire_display_meta_from_pool(batch)
        display.num_labels = display.num_lines = display.num_arrows = display.num_circles = 1
        text = display.text_params[0]
        text.display_text = f"Frame Number={frame.frame_num}"
        text.x_offset, text.y_offset = 10, 12
        text.font_params.font_name = "Serif"
        text.font_params.font_size = 10
        text.font_params.font_color.set(1.0, 1.0, 1.0, 1.0)
        text.set_bg_clr = 1
        text.text_bg_clr.set(0.0, 0.0, 0.0, 1.0)
        line = display.line_params[0]
        line.x1, line.y1, line.x2, line.y2, line.line_width = 300, 300, 400, 300, 4
        line.line_color.set(0.0, 1.0, 0.0, 1.0)
        arrow = display.arrow_params[0]
        arrow.x1, arrow.y1, arrow.x2, arrow.y2, arrow.arrow_width = 300, 350, 400, 350, 4
        arrow.arrow_color.set(0.0, 1.0, 0.0, 1.0)
        circle = display.circle_params[0]
        circle.xc, circle.yc, circle.radius = 600, 400, 30
        circle.circle_color.set(0.0, 0.0, 1.0, 1.0)
        pyds.nvds_add_display_meta_to_frame(frame, display)

    places = {
        "text": np.s_[12:40, 10:200],
        "line": np.s_[296:304, 296:404],
        "arrow": np.s_[344:356, 296:404],
        "circle": np.s_[366:434, 566:634],
    }
    elsewhere = np.ones((HEIGHT, WIDTH), bool)
    for place in places.values():
        elsewhere[place] = False
    for before, after in zip(plain, frames_of(pets, form, draw), strict=True):
        changed = (pixels(before, form) != pixels(after, form)).any(axis=2)
        for name, place in places.items():
            assert changed[place].sum() > 100, name
        assert not changed[elsewhere].any()


def test_nothing_drawn_leaves_every_byte(form: str, plain: list[np.ndarray], pets: Path) -> None:
    def draw(batch: Any, frame: Any) -> None:
        hidden = add_object(batch, frame, (100, 120, 60, 140))
        hidden.rect_params.border_width = 0
        hidden.text_params.display_text = ""
        pyds.nvds_add_display_meta_to_frame(frame, pyds.nvds_acquire_display_meta_from_pool(batch))

    for before, after in zip(plain, frames_of(pets, form, draw), strict=True):
        assert np.array_equal(before, after)


def test_properties_switch_drawing_off(pets: Path) -> None:
    def draw(batch: Any, frame: Any) -> None:
        obj = add_object(batch, frame, (100, 120, 60, 140))
        obj.text_params.display_text = "Person"
        obj.text_params.font_params.font_size = 11
        obj.text_params.font_params.font_color.set(1.0, 1.0, 1.0, 1.0)

    plain = frames_of(pets, "I420", None)
    for overlay in ("display-bbox=0 display-text=0", "display_bbox=0 display_text=0"):
        drawn = frames_of(pets, "I420", draw, overlay)
        assert all(map(np.array_equal, plain, drawn))
    only_text = frames_of(pets, "I420", draw, "display-bbox=0 process-mode=0")
    changed = (pixels(plain[0], "I420") != pixels(only_text[0], "I420")).any(axis=2)
    assert changed[:40, :100].any()
    assert not changed[100:].any()


def test_the_other_branch_of_a_tee_sees_clean_frames(pets: Path) -> None:
    pipeline = Gst.parse_launch(
        f"filesrc location={pets} ! qtdemux ! h264parse ! nvv4l2decoder ! mux.sink_0 "
        f"nvstreammux name=mux batch-size=1 width={WIDTH} height={HEIGHT} ! tee name=t "
        "t. ! queue ! nvdsosd name=osd display-clock=1 clock-font-size=40 ! nvvideoconvert "
        "! video/x-raw,format=I420 ! appsink name=drawn sync=false max-buffers=4 "
        "t. ! queue ! nvvideoconvert ! video/x-raw,format=I420 "
        "! appsink name=clean sync=false max-buffers=4"
    )
    pipeline.set_state(Gst.State.PLAYING)
    plain = frames_of(pets, "I420", None)
    for before in plain:
        both = {}
        for name in ("drawn", "clean"):
            buffer = pipeline.get_by_name(name).emit("pull-sample").get_buffer()
            both[name] = np.frombuffer(buffer.extract_dup(0, buffer.get_size()), np.uint8)
        assert np.array_equal(both["clean"], before)
        assert not np.array_equal(both["drawn"], before)
    pipeline.set_state(Gst.State.NULL)


def test_defaults_are_those_of_the_original(check_defaults: Callable[[str], None]) -> None:
    check_defaults("nvdsosd")


def test_a_hundred_starts_leave_nothing_behind(
    clip_h264: Path, tmp_path: Path, check_cycles: Callable[[str], None]
) -> None:
    short = tmp_path / "short.h264"
    short.write_bytes(clip_h264.read_bytes()[:60_000])
    check_cycles(
        f"filesrc location={short} ! h264parse ! nvv4l2decoder ! mux.sink_0 nvstreammux name=mux "
        f"batch-size=1 width={WIDTH} height={HEIGHT} ! nvdsosd display-clock=1 ! fakesink sync=0"
    )
