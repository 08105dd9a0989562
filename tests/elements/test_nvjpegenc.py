"""nvjpegenc: pictures look like their frames; its properties and errors."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gi
import numpy as np
import pytest

gi.require_version("Gst", "1.0")
from gi.repository import Gst

ORANGE = (
    "videotestsrc num-buffers={} pattern=solid-color foreground-color=0xffdc8228 "
    "! video/x-raw,format=RGBA,width={},height={},framerate=10/1"
)


def decoded(description: str, width: int, height: int) -> np.ndarray:
    """RGB of the JPEG picture that a pipeline ends in, by GStreamer's own decoder and converter."""
    pipeline = Gst.parse_launch(
        f"{description} ! jpegdec ! videoconvert ! video/x-raw,format=RGB ! appsink name=end"
    )
    pipeline.set_state(Gst.State.PLAYING)
    sample = pipeline.get_by_name("end").emit("try-pull-sample", 20 * Gst.SECOND)
    assert sample is not None, pipeline.get_bus().pop_filtered(Gst.MessageType.ERROR).parse_error()
    data = sample.get_buffer().extract_dup(0, sample.get_buffer().get_size())
    pipeline.set_state(Gst.State.NULL)
    stride = (3 * width + 3) // 4 * 4
    return np.frombuffer(data, np.uint8).reshape(height, stride).astype(int)


@pytest.mark.parametrize("memory", ["", "(memory:NVMM)"])
@pytest.mark.parametrize(
    "caps",
    [
        f"format={form}{colours}"
        for form in ("I420", "NV12")
        for colours in ("", ",colorimetry=bt709", ",colorimetry=1:4:0:0")
    ]
    + ["format=RGBA"],
)
def test_a_known_colour(memory: str, caps: str) -> None:
    source = f"{ORANGE.format(1, 64, 48)} ! nvvideoconvert ! video/x-raw,{caps}"
    way = f"! nvvideoconvert ! video/x-raw{memory} ! nvjpegenc"
    picture = decoded(f"{source} {way}", 64, 48)
    assert picture[20, 60:63] == pytest.approx([220, 130, 40], abs=7)


def test_odd_sizes_too() -> None:
    picture = decoded(f"{ORANGE.format(1, 33, 17)} ! nvjpegenc", 33, 17)
    assert picture[8, 30:33] == pytest.approx([220, 130, 40], abs=7)


def test_black_and_white_stay_so() -> None:
    """JPEG has the full range: 16 and 235 of video become 0 and 255."""
    for pattern, value in (("black", 0), ("white", 255)):
        source = f"videotestsrc num-buffers=1 pattern={pattern} ! video/x-raw,format=I420"
        caps = "width=64,height=48,colorimetry=bt601"
        picture = decoded(f"{source},{caps} ! nvjpegenc", 64, 48)
        assert picture[20, 60:63] == pytest.approx([value] * 3, abs=2)


def test_a_real_clip_gives_a_picture_for_every_frame(
    clip: Path, play: Callable[..., Any], tmp_path: Path
) -> None:
    assert play(
        f"filesrc location={clip} ! qtdemux ! h264parse ! identity eos-after=11 ! nvv4l2decoder "
        "! mux.sink_0 nvstreammux name=mux batch-size=1 width=768 height=576 "
        f"! nvjpegenc ! multifilesink location={tmp_path}/%02d.jpg"
    ).eos
    paths = sorted(tmp_path.iterdir())
    assert len(paths) == 10
    assert all(p.read_bytes()[:2] == b"\xff\xd8" for p in paths)


def test_quality_changes_while_playing(play: Callable[..., Any], tmp_path: Path) -> None:
    pipeline = Gst.parse_launch(
        "videotestsrc num-buffers=10 pattern=snow ! nvjpegenc name=e quality=10 "
        f"! multifilesink location={tmp_path}/%02d.jpg"
    )
    encoder = pipeline.get_by_name("e")
    number = iter(range(100))

    def probe(_pad: Any, _info: Any) -> Any:
        if next(number) == 5:
            encoder.set_property("quality", 95)
        return Gst.PadProbeReturn.OK

    encoder.get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, probe)
    assert play(pipeline).eos
    sizes = [path.stat().st_size for path in sorted(tmp_path.iterdir())]
    assert min(sizes[5:]) > 3 * max(sizes[:5])


def test_defaults_are_those_of_the_original(check_defaults: Callable[[str], None]) -> None:
    check_defaults("nvjpegenc")


def test_a_missing_encoder_names_its_package() -> None:
    script = """
import gi
gi.require_version("Gst", "1.0")
from gi.repository import Gst
import thalweg
Gst.init(None)
Gst.Registry.get().remove_feature(Gst.Registry.get().lookup_feature("jpegenc"))
pipeline = Gst.parse_launch("videotestsrc num-buffers=5 ! nvjpegenc ! fakesink")
assert pipeline.set_state(Gst.State.PLAYING) == Gst.StateChangeReturn.FAILURE
message = pipeline.get_bus().timed_pop_filtered(20 * Gst.SECOND, Gst.MessageType.ERROR)
print(message.parse_error()[0].message, end="")
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout == (
        "nvjpegenc: no JPEG encoder found: expected the GStreamer element jpegenc; install the "
        "package gstreamer1.0-plugins-good."
    )


def test_gst_inspect_prints_no_warning() -> None:
    shown = subprocess.run(["gst-inspect-1.0", "nvjpegenc"], capture_output=True, text=True)
    assert shown.returncode == 0
    assert shown.stderr == ""


def test_a_hundred_starts_leave_nothing_behind(check_cycles: Callable[[str], None]) -> None:
    check_cycles("videotestsrc num-buffers=2 ! video/x-raw,format=I420 ! nvjpegenc ! fakesink")
