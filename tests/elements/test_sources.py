"""nvvideotestsrc, nvarguscamerasrc and nvv4l2camerasrc: caps, counts, properties, no camera."""

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

SOURCES = ["nvvideotestsrc", "nvarguscamerasrc", "nvv4l2camerasrc"]
CAMERAS = SOURCES[1:]

no_camera = pytest.mark.skipif(Path("/dev/video0").exists(), reason="this machine has a camera")


def run(description: str) -> tuple[list[str], list[str], list[np.ndarray]]:
    """INFO messages, caps of every frame, and the frames' brightness, of a source named s."""
    pipeline = Gst.parse_launch(
        f"{description} ! tee name=t ! nvvideoconvert ! video/x-raw,format=GRAY8 "
        "! appsink name=end sync=false"
    )
    caps: list[str] = []

    def see(pad: Any, _info: Any) -> Any:
        caps.append(pad.get_current_caps().to_string())
        return Gst.PadProbeReturn.OK

    pipeline.get_by_name("t").get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, see)
    pipeline.set_state(Gst.State.PLAYING)
    frames = []
    while (
        sample := pipeline.get_by_name("end").emit("try-pull-sample", 20 * Gst.SECOND)
    ) is not None:
        buffer = sample.get_buffer()
        frames.append(np.frombuffer(buffer.extract_dup(0, buffer.get_size()), np.uint8))
    bus, infos = pipeline.get_bus(), []
    while (message := bus.pop_filtered(Gst.MessageType.INFO | Gst.MessageType.ERROR)) is not None:
        assert message.type == Gst.MessageType.INFO, message.parse_error()
        infos.append(message.parse_info()[0].message)
    pipeline.set_state(Gst.State.NULL)
    return infos, caps, frames


@pytest.mark.parametrize(
    ("source", "format_", "size", "rate"),
    [
        ("nvvideotestsrc", "I420", (1280, 720), 60),
        pytest.param("nvarguscamerasrc", "NV12", (1920, 1080), 30, marks=no_camera),
        pytest.param("nvv4l2camerasrc", "UYVY", (640, 480), 30, marks=no_camera),
    ],
)
def test_what_comes_where_nobody_asks(
    source: str, format_: str, size: tuple[int, int], rate: int
) -> None:
    _, caps, frames = run(f"{source} num-buffers=3")
    assert len(frames) == 3
    assert caps[0].startswith("video/x-raw(memory:NVMM)")
    given = Gst.Caps.from_string(caps[0]).get_structure(0)
    assert given.get_string("format") == format_
    assert (given.get_value("width"), given.get_value("height")) == size
    assert given.get_fraction("framerate")[1:] == (rate, 1)


@pytest.mark.parametrize(
    ("source", "format_"),
    [
        *(("nvvideotestsrc", form) for form in ("I420", "NV12", "RGBA", "UYVY")),
        pytest.param("nvarguscamerasrc", "NV12", marks=no_camera),
        pytest.param("nvv4l2camerasrc", "UYVY", marks=no_camera),
    ],
)
def test_what_is_asked_comes(source: str, format_: str) -> None:
    wanted = f"video/x-raw(memory:NVMM),format={format_},width=320,height=180,framerate=25/1"
    _, caps, frames = run(f"{source} num-buffers=2 ! {wanted}")
    assert len(frames) == 2
    assert Gst.Caps.from_string(caps[0]).is_subset(Gst.Caps.from_string(wanted))
    assert frames[0].max() > 150
    assert frames[0].min() < 50


@no_camera
@pytest.mark.parametrize(
    ("source", "device"),
    [
        ("nvarguscamerasrc", "/dev/video0"),
        ("nvarguscamerasrc sensor-id=7", "/dev/video7"),
        ("nvv4l2camerasrc", "/dev/video0"),
        ("nvv4l2camerasrc device=/no/such", "/no/such"),
    ],
)
def test_without_a_camera_it_says_so_once(source: str, device: str) -> None:
    infos, _, frames = run(f"{source} num-buffers=2")
    assert len(frames) == 2
    assert infos == [
        f"{source.split()[0]}: there is no camera {device} that can be opened (No such file or "
        "directory); a test source stands for it."
    ]


def test_what_is_no_camera_is_named(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    infos, _, _ = run(f"nvv4l2camerasrc num-buffers=1 device={file}")
    assert infos == [f"nvv4l2camerasrc: {file} is no camera; a test source stands for it."]


def test_patterns_differ_and_move() -> None:
    small = "video/x-raw(memory:NVMM),format=I420,width=160,height=120"
    first = {}
    for pattern in ("smpte", "mandelbrot", "gradient"):
        _, _, frames = run(f"nvvideotestsrc num-buffers=2 pattern={pattern} ! {small}")
        first[pattern] = frames[0]
        assert frames[0].std() > 20
    assert not np.array_equal(first["smpte"], first["mandelbrot"])
    assert not np.array_equal(first["smpte"], first["gradient"])
    _, _, moving = run(f"nvvideotestsrc num-buffers=2 horizontal-speed=9 ! {small}")
    assert not np.array_equal(moving[0], moving[1])


def test_location_is_an_error_that_says_what_to_use() -> None:
    pipeline = Gst.parse_launch("nvvideotestsrc location=frames.yuv ! fakesink")
    assert pipeline.set_state(Gst.State.PLAYING) == Gst.StateChangeReturn.FAILURE
    message = pipeline.get_bus().pop_filtered(Gst.MessageType.ERROR)
    pipeline.set_state(Gst.State.NULL)
    assert message.parse_error()[0].message == (
        'nvvideotestsrc: property location is "frames.yuv", but raw files are not read here; use '
        "filesrc ! rawvideoparse ! nvvideoconvert instead."
    )


def test_live_sources_are_live(play: Callable[..., Any]) -> None:
    pipeline = Gst.parse_launch("nvvideotestsrc is-live=true ! fakesink")
    assert pipeline.set_state(Gst.State.PAUSED) != Gst.StateChangeReturn.FAILURE
    assert pipeline.get_state(10 * Gst.SECOND)[0] == Gst.StateChangeReturn.NO_PREROLL
    pipeline.set_state(Gst.State.NULL)


def test_eos_can_be_sent_to_it() -> None:
    pipeline = Gst.parse_launch("nvvideotestsrc is-live=true name=s ! fakesink name=end")
    pipeline.set_state(Gst.State.PLAYING)
    pipeline.get_state(10 * Gst.SECOND)
    assert pipeline.send_event(Gst.Event.new_eos())
    ends = Gst.MessageType.EOS | Gst.MessageType.ERROR
    message = pipeline.get_bus().timed_pop_filtered(10 * Gst.SECOND, ends)
    pipeline.set_state(Gst.State.NULL)
    assert message is not None
    assert message.type == Gst.MessageType.EOS


@pytest.mark.parametrize("source", SOURCES)
def test_without_videotestsrc_the_error_names_its_package(source: str) -> None:
    script = f"""
import gi
gi.require_version("Gst", "1.0")
from gi.repository import Gst
import thalweg
Gst.init(None)
Gst.Registry.get().remove_feature(Gst.Registry.get().lookup_feature("videotestsrc"))
pipeline = Gst.parse_launch("{source} ! fakesink")
assert pipeline.set_state(Gst.State.PLAYING) == Gst.StateChangeReturn.FAILURE
print(pipeline.get_bus().pop_filtered(Gst.MessageType.ERROR).parse_error()[0].message, end="")
"""
    if source in CAMERAS and Path("/dev/video0").exists():
        pytest.skip("this machine has a camera")
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{source}: ")
    assert done.stdout.endswith("not installed; install the package gstreamer1.0-plugins-base."), (
        done.stdout
    )


@pytest.mark.parametrize("source", SOURCES)
def test_defaults_are_those_of_the_original(
    source: str, check_defaults: Callable[[str], None]
) -> None:
    check_defaults(source)


@pytest.mark.parametrize("source", SOURCES)
def test_gst_inspect_prints_no_warning(source: str) -> None:
    shown = subprocess.run(["gst-inspect-1.0", source], capture_output=True, text=True)
    assert shown.returncode == 0
    assert shown.stderr == ""


@pytest.mark.parametrize("source", SOURCES)
def test_a_hundred_starts_leave_nothing_behind(
    source: str, check_cycles: Callable[[str], None]
) -> None:
    check_cycles(
        f"{source} num-buffers=2 ! video/x-raw(memory:NVMM),width=64,height=48,framerate=100/1 "
        "! fakesink sync=false"
    )
