"""nvdslogger: a line an interval, and all that identity can do."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst

# Two sources of 20 frames a second, for 2.5 s.
TWO_SOURCES = (
    "nvstreammux name=m batch-size=2 width=64 height=48 live-source=1 ! nvdslogger name=l {} "
    "! fakesink sync=false "
) + " ".join(
    "videotestsrc is-live=true num-buffers=50 "
    "! video/x-raw,format=I420,width=64,height=48,framerate=20/1 ! nvvideoconvert "
    f"! video/x-raw(memory:NVMM) ! m.sink_{i}"
    for i in (0, 1)
)


def printed(description: str, statement: str = "") -> list[str]:
    """What a program that plays `description` prints; `statement` may change the pipeline."""
    script = f"""
import gi
gi.require_version("Gst", "1.0")
from gi.repository import Gst
import thalweg
Gst.init(None)
pipeline = Gst.parse_launch({description!r})
{statement}
pipeline.set_state(Gst.State.PLAYING)
ends = Gst.MessageType.ERROR | Gst.MessageType.EOS
message = pipeline.get_bus().timed_pop_filtered(60 * Gst.SECOND, ends)
assert message.type == Gst.MessageType.EOS, message.parse_error()
pipeline.set_state(Gst.State.NULL)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_a_line_an_interval_with_a_rate_for_each_source() -> None:
    lines = printed(TWO_SOURCES.format("fps_measurement_interval_sec=1"))
    assert lines
    for line in lines:
        rates = re.fullmatch(r"\*\*PERF : FPS_0 \((\d+\.\d\d)\)\tFPS_1 \((\d+\.\d\d)\)\t", line)
        assert rates, line
        # 20 at most, and fewer on a machine that is busy.
        assert all(0 < float(rate) <= 28 for rate in rates.groups()), line


def test_the_interval_is_5_seconds_at_first() -> None:
    assert printed(TWO_SOURCES.format("")) == []


def test_show_fps_set_to_false_silences_it() -> None:
    off = "pipeline.get_by_name('l').set_property('show-fps', False)"
    assert printed(TWO_SOURCES.format("fps-measurement-interval-sec=1"), off) == []


def test_it_passes_everything_on(play: Callable[..., Any]) -> None:
    pipeline = Gst.parse_launch("videotestsrc num-buffers=5 ! nvdslogger name=l ! fakesink")
    logger = pipeline.get_by_name("l")
    seen: list[int] = []
    handed: list[int] = []

    def see(_pad: Any, info: Any) -> Any:
        seen.append(hash(info.get_buffer()))
        return Gst.PadProbeReturn.OK

    for name in ("sink", "src"):
        logger.get_static_pad(name).add_probe(Gst.PadProbeType.BUFFER, see)
    logger.connect("handoff", lambda _logger, buffer: handed.append(buffer.pts))
    assert play(pipeline).eos
    assert len(seen) == 10
    assert seen[::2] == seen[1::2]
    assert len(handed) == 5


def test_properties_of_identity_work(play: Callable[..., Any]) -> None:
    error = play("videotestsrc ! nvdslogger error-after=3 ! fakesink").error
    assert error
    pipeline = Gst.parse_launch(
        "videotestsrc num-buffers=5 ! nvdslogger name=l silent=false drop-probability=1 ! fakesink"
    )
    messages: list[str] = []
    pipeline.get_by_name("l").connect(
        "notify::last-message",
        lambda logger, _spec: messages.append(logger.get_property("last-message")),
    )
    assert play(pipeline).eos
    assert any("dropping" in message for message in messages)


def test_defaults_are_those_of_the_original(check_defaults: Callable[[str], None]) -> None:
    check_defaults("nvdslogger")


def test_gst_inspect_prints_no_warning() -> None:
    shown = subprocess.run(["gst-inspect-1.0", "nvdslogger"], capture_output=True, text=True)
    assert shown.returncode == 0
    assert shown.stderr == ""


def test_a_hundred_starts_leave_nothing_behind(check_cycles: Callable[[str], None]) -> None:
    check_cycles("videotestsrc num-buffers=3 ! nvdslogger ! fakesink sync=false")
