"""nvvideoconvert in pipelines: formats, sizes, crops, turns, memory, metadata, wrong values."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from typing import Any

import gi
import numpy as np
import pytest

gi.require_version("Gst", "1.0")
from gi.repository import Gst

WIDTH, HEIGHT = 96, 64
FORMATS = ["I420", "NV12", "RGBA", "BGRx", "RGB", "BGR", "UYVY", "YUY2"]

Description = str
Pixels = np.ndarray


def source(
    pattern: str, form: str, buffers: int = 1, width: int = WIDTH, height: int = HEIGHT
) -> str:
    return (
        f"videotestsrc num-buffers={buffers} pattern={pattern} "
        f"! video/x-raw,format={form},width={width},height={height}"
    )


def samples(
    description: Description, during: Callable[[Any, int], None] | None = None
) -> list[Any]:
    """Runs `description` into an appsink; `during(pipeline, count)` is called after each sample."""
    pipeline = Gst.parse_launch(f"{description} ! appsink name=end sync=false max-buffers=1")
    end = pipeline.get_by_name("end")
    pipeline.set_state(Gst.State.PLAYING)
    found = []
    while (sample := end.emit("try-pull-sample", 10 * Gst.SECOND)) is not None:
        found.append(sample)
        if during:
            during(pipeline, len(found))
    error = pipeline.get_bus().pop_filtered(Gst.MessageType.ERROR)
    pipeline.set_state(Gst.State.NULL)
    assert error is None, error.parse_error()
    return found


def rgba(description: Description) -> Pixels:
    """The first picture of `description`, which has to end in RGBA of system memory."""
    sample = samples(f"{description} ! capsfilter caps=video/x-raw,format=RGBA")[0]
    shape = sample.get_caps().get_structure(0)
    width, height = shape.get_value("width"), shape.get_value("height")
    data = sample.get_buffer().extract_dup(0, sample.get_buffer().get_size())
    return np.frombuffer(data, np.uint8).reshape(height, width, 4).astype(int)


def caps_of(description: Description) -> Any:
    """The caps with which `description` reaches a sink that takes anything."""
    pipeline = Gst.parse_launch(f"{description} ! fakesink name=end")
    pipeline.set_state(Gst.State.PLAYING)
    ends = Gst.MessageType.EOS | Gst.MessageType.ERROR
    message = pipeline.get_bus().timed_pop_filtered(10 * Gst.SECOND, ends)
    assert message.type == Gst.MessageType.EOS, message.parse_error()
    caps = pipeline.get_by_name("end").get_static_pad("sink").get_current_caps()
    pipeline.set_state(Gst.State.NULL)
    return caps


NVMM = "nvvideoconvert ! video/x-raw(memory:NVMM)"


def test_properties_have_the_defaults_of_the_specification(
    check_defaults: Callable[[str], None],
) -> None:
    check_defaults("nvvideoconvert")


def test_inspects_without_a_warning() -> None:
    done = subprocess.run(
        ["gst-inspect-1.0", "nvvideoconvert"], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    assert "memory:NVMM" in done.stdout


def test_a_hundred_cycles_leave_nothing_behind(check_cycles: Callable[[str], None]) -> None:
    check_cycles(
        f"{source('smpte', 'I420', 3)} ! {NVMM},format=RGBA ! nvvideoconvert flip-method=1 "
        "! video/x-raw,format=NV12 ! fakesink"
    )


# ---- what is negotiated


@pytest.mark.parametrize("form", FORMATS)
def test_downstream_that_takes_anything_gets_the_input(form: str) -> None:
    caps = caps_of(f"{source('smpte', form)} ! nvvideoconvert")
    assert caps.get_structure(0).get_string("format") == form
    assert not caps.get_features(0).contains("memory:NVMM")


def test_the_input_format_is_kept_where_it_can_be() -> None:
    caps = caps_of(f"{source('smpte', 'NV12')} ! {NVMM} ! nvvideoconvert")
    assert caps.get_structure(0).get_string("format") == "NV12"
    assert caps.get_features(0).contains("memory:NVMM")


def test_downstream_that_takes_one_format_gets_it() -> None:
    caps = caps_of(f"{source('smpte', 'I420')} ! {NVMM},format=RGBA")
    assert caps.get_structure(0).get_string("format") == "RGBA"


def test_a_missing_side_keeps_the_proportions() -> None:
    caps = caps_of(f"{source('smpte', 'I420')} ! nvvideoconvert ! video/x-raw,width=48")
    assert caps.get_structure(0).get_value("height") == 32


def test_turning_by_a_quarter_swaps_the_sides() -> None:
    shape = caps_of(f"{source('smpte', 'I420')} ! nvvideoconvert flip-method=3").get_structure(0)
    assert (shape.get_value("width"), shape.get_value("height")) == (HEIGHT, WIDTH)


# ---- pixels


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("between", ["I420", "NV12", "RGBA", "BGRx", "RGB", "BGR", "UYVY"])
def test_formats_survive_a_way_through_nvmm(form: str, between: str) -> None:
    given = rgba(f"{source('gradient', form)} ! nvvideoconvert")
    found = rgba(
        f"{source('gradient', form)} ! {NVMM},format={between} ! nvvideoconvert "
        f"! video/x-raw,format={form} ! nvvideoconvert"
    )
    assert np.abs(found - given).max() <= 6


def test_gray_survives_a_way_through_nvmm() -> None:
    given = rgba(f"{source('gradient', 'GRAY8')} ! nvvideoconvert")
    found = rgba(f"{source('gradient', 'GRAY8')} ! {NVMM},format=I420 ! nvvideoconvert")
    assert np.ptp(given[..., 0]) > 200
    assert np.abs(found - given).max() <= 3


def test_colours_are_those_of_videoconvert() -> None:
    pattern = source("smpte100", "I420", 1, 320, 240)
    found, expected = (
        rgba(f"{pattern} ! {NVMM} ! nvvideoconvert"),
        rgba(f"{pattern} ! videoconvert"),
    )
    assert np.abs(found - expected).max() <= 6


@pytest.mark.parametrize("colorimetry", ["bt601", "bt709", "1:4:0:0", "1:3:5:1"])
@pytest.mark.parametrize("form", ["I420", "NV12", "UYVY"])
def test_a_known_colour_is_read_as_the_caps_say(form: str, colorimetry: str) -> None:
    """Also behind nvstreammux, whose caps are silent about colours, and scaled."""
    orange = (
        "videotestsrc num-buffers=2 pattern=solid-color foreground-color=0xffdc8228 "
        "! video/x-raw,format=RGBA,width=640,height=480 ! videoconvert "
        f"! video/x-raw,format={form},colorimetry={colorimetry}"
    )
    mux = "mux.sink_0 nvstreammux name=mux batch-size=1 width=1280 height=720"
    for way in (
        f"{orange} ! {NVMM} ! nvvideoconvert",
        f"{orange} ! {NVMM} ! {mux} ! nvvideoconvert",
        f"{orange} ! {NVMM} ! {mux} ! {NVMM},format=NV12,width=320,height=240 ! nvvideoconvert",
    ):
        assert rgba(way)[20, 20, :3] == pytest.approx([220, 130, 40], abs=7), way


@pytest.mark.parametrize(("wanted", "luma"), [("bt601", 141), ("bt709", 138), ("1:4:0:0", 146)])
def test_a_known_colour_is_written_as_the_caps_say(wanted: str, luma: int) -> None:
    orange = (
        "videotestsrc num-buffers=1 pattern=solid-color foreground-color=0xffdc8228 "
        "! video/x-raw,format=RGBA,width=64,height=48"
    )
    sample = samples(f"{orange} ! nvvideoconvert ! video/x-raw,format=I420,colorimetry={wanted}")[0]
    assert sample.get_buffer().extract_dup(0, 1)[0] == pytest.approx(luma, abs=2)


@pytest.mark.parametrize("memory", ["", f"{NVMM} ! "])
def test_src_crop_takes_that_part(memory: str) -> None:
    whole = rgba(source("smpte", "RGBA"))
    part = rgba(
        f"{source('smpte', 'RGBA')} ! {memory}nvvideoconvert src-crop=13:7:41:33 "
        "! video/x-raw,width=41,height=33"
    )
    assert np.array_equal(part, whole[7:40, 13:54])


def test_even_crops_only() -> None:
    whole = rgba(source("smpte", "RGBA"))
    part = rgba(
        f"{source('smpte', 'RGBA')} ! nvvideoconvert src-crop=13:7:41:33 allow-odd-crop=false "
        "! video/x-raw,width=40,height=32"
    )
    assert np.array_equal(part, whole[6:38, 12:52])


def test_dest_crop_places_the_picture_on_black() -> None:
    found = rgba(f"{source('white', 'RGBA')} ! nvvideoconvert dest-crop=16:8:64:48")
    assert (found[8:56, 16:80, :3] == 255).all()
    found[8:56, 16:80] = 0
    assert not found.any()


@pytest.mark.parametrize(
    ("method", "turned"),
    [
        (0, lambda p: p),
        (1, lambda p: np.rot90(p)),
        (2, lambda p: np.rot90(p, 2)),
        (3, lambda p: np.rot90(p, -1)),
        (4, lambda p: p[:, ::-1]),
        (5, lambda p: np.rot90(p, 2).swapaxes(0, 1)),
        (6, lambda p: p[::-1]),
        (7, lambda p: p.swapaxes(0, 1)),
    ],
)
def test_flip_methods(method: int, turned: Callable[[Pixels], Pixels]) -> None:
    whole = rgba(source("smpte", "RGBA"))
    found = rgba(f"{source('smpte', 'RGBA')} ! {NVMM} ! nvvideoconvert flip-method={method}")
    assert np.array_equal(found, turned(whole))


def test_a_crop_set_while_playing_holds_from_the_next_frame() -> None:
    def crop(pipeline: Any, count: int) -> None:
        if count == 3:
            pipeline.get_by_name("c").set_property("src-crop", "0:0:8:8")

    found = samples(
        f"{source('smpte', 'RGBA', 12)} ! nvvideoconvert name=c ! video/x-raw,format=RGBA", crop
    )
    first, last = (s.get_buffer().extract_dup(0, 4 * WIDTH * HEIGHT) for s in (found[0], found[-1]))
    assert len(found) == 12
    assert len({first[i : i + 4] for i in range(0, len(first), 4)}) > 5
    assert len({last[i : i + 4] for i in range(0, len(last), 4)}) == 1, "one bar fills it"


# ---- buffers


def buffers_before_and_after(converter: str) -> list[tuple[int, int]]:
    pipeline = Gst.parse_launch(
        f"{source('smpte', 'I420', 5)} ! {NVMM} ! {converter} name=c ! fakesink"
    )
    seen: dict[str, list[int]] = {"sink": [], "src": []}
    for name, addresses in seen.items():

        def note(_pad: Any, info: Any, into: list[int] = addresses) -> Any:
            into.append(hash(info.get_buffer()))
            return Gst.PadProbeReturn.OK

        pipeline.get_by_name("c").get_static_pad(name).add_probe(Gst.PadProbeType.BUFFER, note)
    pipeline.set_state(Gst.State.PLAYING)
    ends = Gst.MessageType.EOS | Gst.MessageType.ERROR
    assert pipeline.get_bus().timed_pop_filtered(10 * Gst.SECOND, ends).type == Gst.MessageType.EOS
    pipeline.set_state(Gst.State.NULL)
    assert len(seen["sink"]) == 5
    return list(zip(seen["sink"], seen["src"], strict=True))


def test_nothing_to_do_passes_the_buffer() -> None:
    assert all(a == b for a, b in buffers_before_and_after("nvvideoconvert"))


@pytest.mark.parametrize(
    "setting", ["disable-passthrough=true", "src-crop=0:0:32:32", "flip-method=2"]
)
def test_something_to_do_makes_a_new_buffer(setting: str) -> None:
    assert all(a != b for a, b in buffers_before_and_after(f"nvvideoconvert {setting}"))


def test_timestamps_and_flags_stay() -> None:
    plain = samples(source("smpte", "I420", 5))
    through = samples(
        f"{source('smpte', 'I420', 5)} ! {NVMM},format=RGBA ! nvvideoconvert ! video/x-raw"
    )
    for a, b in zip(plain, through, strict=True):
        a, b = a.get_buffer(), b.get_buffer()
        assert (a.pts, a.duration, a.offset) == (b.pts, b.duration, b.offset)


# ---- batches and their metadata


def batch_pipeline(sources: list[str], converter: str, end: str) -> str:
    return (
        # Whichever source comes first in time, the batch is in the order of `sources`.
        f"nvstreammux name=m batch-size={len(sources)} sort-batch=true "
        f"width={WIDTH} height={HEIGHT} ! {converter} ! {end} "
        + " ".join(
            f"videotestsrc num-buffers=2 pattern={pattern} "
            f"! video/x-raw,format=I420,width={WIDTH},height={HEIGHT} ! {NVMM} ! m.sink_{i}"
            for i, pattern in enumerate(sources)
        )
    )


def test_every_frame_of_a_batch_is_converted() -> None:
    pyds = pytest.importorskip("pyds")
    means = []

    def look(_pad: Any, info: Any) -> Any:
        buffer = info.get_buffer()
        for i in range(2):
            means.append(
                pyds.get_nvds_buf_surface(hash(buffer), i)[..., :3].mean(axis=(0, 1)).tolist()
            )
        return Gst.PadProbeReturn.OK

    pipeline = Gst.parse_launch(
        batch_pipeline(
            ["red", "blue"],
            "nvvideoconvert ! video/x-raw(memory:NVMM),format=RGBA,width=48,height=32",
            "fakesink name=end",
        )
    )
    pipeline.get_by_name("end").get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, look)
    pipeline.set_state(Gst.State.PLAYING)
    ends = Gst.MessageType.EOS | Gst.MessageType.ERROR
    assert pipeline.get_bus().timed_pop_filtered(20 * Gst.SECOND, ends).type == Gst.MessageType.EOS
    pipeline.set_state(Gst.State.NULL)
    assert np.abs(np.array(means[0]) - [255, 0, 0]).max() <= 4
    assert np.abs(np.array(means[1]) - [0, 0, 255]).max() <= 4


def test_system_memory_takes_the_first_frame() -> None:
    pipeline = Gst.parse_launch(
        batch_pipeline(
            ["red", "blue"], "nvvideoconvert ! video/x-raw,format=RGB", "appsink name=end"
        )
    )
    pipeline.set_state(Gst.State.PLAYING)
    sample = pipeline.get_by_name("end").emit("try-pull-sample", 20 * Gst.SECOND)
    data = sample.get_buffer().extract_dup(0, 3)
    pipeline.set_state(Gst.State.NULL)
    assert data[0] > 250
    assert data[2] < 5


def test_coordinates_follow_the_pixels() -> None:
    pyds = pytest.importorskip("pyds")
    found: dict[str, Any] = {}

    def add(_pad: Any, info: Any) -> Any:
        batch = pyds.gst_buffer_get_nvds_batch_meta(hash(info.get_buffer()))
        frame = pyds.NvDsFrameMeta.cast(batch.frame_meta_list.data)
        thing = pyds.nvds_acquire_obj_meta_from_pool(batch)
        box, text = thing.rect_params, thing.text_params
        box.left, box.top, box.width, box.height = 24, 16, 12, 8
        text.display_text, text.x_offset, text.y_offset = "thing", 24, 16
        text.font_params.font_size = 10
        pyds.nvds_add_obj_meta_to_frame(frame, thing, None)
        display = pyds.nvds_acquire_display_meta_from_pool(batch)
        display.num_lines = display.num_circles = 1
        line = display.line_params[0]
        line.x1, line.y1, line.x2, line.y2 = 24, 16, 36, 24
        display.circle_params[0].xc, display.circle_params[0].yc = 24, 16
        display.circle_params[0].radius = 4
        pyds.nvds_add_display_meta_to_frame(frame, display)
        return Gst.PadProbeReturn.OK

    def look(_pad: Any, info: Any) -> Any:
        batch = pyds.gst_buffer_get_nvds_batch_meta(hash(info.get_buffer()))
        frame = pyds.NvDsFrameMeta.cast(batch.frame_meta_list.data)
        thing = pyds.NvDsObjectMeta.cast(frame.obj_meta_list.data)
        box, text = thing.rect_params, thing.text_params
        found["box"] = (box.left, box.top, box.width, box.height)
        found["text"] = (text.x_offset, text.y_offset, text.font_params.font_size)
        display = pyds.NvDsDisplayMeta.cast(frame.display_meta_list.data)
        line, circle = display.line_params[0], display.circle_params[0]
        found["line"] = (line.x1, line.y1, line.x2, line.y2)
        found["circle"] = (circle.xc, circle.yc, circle.radius)
        found["number"] = frame.frame_num
        return Gst.PadProbeReturn.OK

    def run(converter: str) -> dict[str, Any]:
        pipeline = Gst.parse_launch(
            batch_pipeline(["red"], f"{converter},format=I420", "fakesink name=end")
        )
        mux, end = pipeline.get_by_name("m"), pipeline.get_by_name("end")
        mux.get_static_pad("src").add_probe(Gst.PadProbeType.BUFFER, add)
        end.get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, look)
        pipeline.set_state(Gst.State.PLAYING)
        ends = Gst.MessageType.EOS | Gst.MessageType.ERROR
        message = pipeline.get_bus().timed_pop_filtered(20 * Gst.SECOND, ends)
        assert message.type == Gst.MessageType.EOS, message.parse_error()
        pipeline.set_state(Gst.State.NULL)
        return dict(found)

    nvmm = "video/x-raw(memory:NVMM)"
    scaled = run(f"nvvideoconvert ! {nvmm},width={2 * WIDTH},height={3 * HEIGHT}")
    assert scaled["box"] == pytest.approx((48, 48, 24, 24))
    assert scaled["text"] == (48, 48, 30)
    assert scaled["line"] == (48, 48, 72, 72)
    assert scaled["circle"] == (48, 48, 12)
    assert scaled["number"] == 1

    cropped = run(f"nvvideoconvert src-crop=20:10:48:32 ! {nvmm},width=48,height=32")
    assert cropped["box"] == pytest.approx((4, 6, 12, 8))
    placed = run(f"nvvideoconvert dest-crop=48:32:48:32 ! {nvmm}")
    assert placed["box"] == pytest.approx((60, 40, 6, 4))
    mirrored = run(f"nvvideoconvert flip-method=4 ! {nvmm}")
    assert mirrored["box"] == pytest.approx((60, 16, 12, 8))
    assert mirrored["line"] == (72, 16, 60, 24)
    turned = run(f"nvvideoconvert flip-method=3 ! {nvmm}")
    assert turned["box"] == pytest.approx((40, 24, 8, 12))
    untouched = run(f"nvvideoconvert ! {nvmm}")
    assert untouched["box"] == pytest.approx((24, 16, 12, 8))


# ---- wrong values


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        (
            "src-crop=1:2:three:4",
            'c: property src-crop is "1:2:three:4": expected "left:top:width:height" in whole '
            'pixels, for example "0:0:640:480".',
        ),
        (
            "src-crop=90:0:20:20",
            'c: property src-crop is "90:0:20:20", which does not lie in the input of 96 x 64: '
            "expected left + width <= 96, top + height <= 64 and sides of at least 1.",
        ),
        (
            "dest-crop=0:0:0:20",
            'c: property dest-crop is "0:0:0:20", which does not lie in the output of 96 x 64: '
            "expected left + width <= 96, top + height <= 64 and sides of at least 1.",
        ),
    ],
)
def test_a_wrong_crop_is_named(play: Callable[..., Any], setting: str, sentence: str) -> None:
    played = play(f"{source('smpte', 'RGBA', 3)} ! nvvideoconvert name=c {setting} ! fakesink")
    assert played.error == sentence


def test_crops_read_back_as_they_were_set() -> None:
    element = Gst.ElementFactory.make("nvvideoconvert")
    element.set_property("src-crop", "1:2:3:4")
    assert element.get_property("src-crop") == "1:2:3:4"
    element.set_property("src-crop", None)
    assert element.get_property("src-crop") is None


def test_memory_that_only_claims_to_be_nvmm_is_named() -> None:
    caps = f"video/x-raw(memory:NVMM),format=I420,width={WIDTH},height={HEIGHT},framerate=30/1"
    pipeline = Gst.parse_launch(
        f"appsrc name=in caps={caps} format=time ! nvvideoconvert name=c "
        "! video/x-raw,format=RGBA ! fakesink"
    )
    pipeline.set_state(Gst.State.PLAYING)
    pipeline.get_by_name("in").emit("push-buffer", Gst.Buffer.new_wrapped(bytes(9216)))
    message = pipeline.get_bus().timed_pop_filtered(10 * Gst.SECOND, Gst.MessageType.ERROR)
    pipeline.set_state(Gst.State.NULL)
    assert message is not None
    assert message.parse_error()[0].message == (
        "c: cannot convert a frame: expected a buffer of memory:NVMM, got one of memory type "
        "'SystemMemory' with 9216 bytes; put nvvideoconvert before."
    )
