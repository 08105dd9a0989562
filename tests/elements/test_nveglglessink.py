"""nveglglessink: a window, a file, or only the right time."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gi
import numpy as np
import pytest

gi.require_version("Gst", "1.0")
from gi.repository import Gst

FRAMES = 50
TEST_SOURCE = f"videotestsrc num-buffers={FRAMES} ! video/x-raw,format=I420,framerate=100/1"


@pytest.fixture(autouse=True)
def no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "THALWEG_DISPLAY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def display(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A virtual X display; the server picks its number."""
    if shutil.which("Xvfb") is None:
        pytest.skip("needs Xvfb (package xvfb)")
    reading, writing = os.pipe()
    server = subprocess.Popen(
        [
            "Xvfb",
            "-displayfd",
            str(writing),
            "-noreset",
            "-nolisten",
            "tcp",
            "-screen",
            "0",
            "800x600x24",
        ],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    with os.fdopen(reading) as answer:
        name = ":" + answer.readline().strip()
    monkeypatch.setenv("DISPLAY", name)
    yield name
    server.terminate()
    server.wait()


def frames_in(path: Path) -> int:
    """Frames that a decoder gets out of an MP4 file."""
    pipeline = Gst.parse_launch(
        f"filesrc location={path} ! qtdemux ! h264parse ! avdec_h264 ! fakesink name=end sync=0"
    )
    pipeline.set_state(Gst.State.PLAYING)
    ends = Gst.MessageType.ERROR | Gst.MessageType.EOS
    message = pipeline.get_bus().timed_pop_filtered(60 * Gst.SECOND, ends)
    assert message.type == Gst.MessageType.EOS
    count = pipeline.get_by_name("end").get_property("stats").get_value("rendered")
    pipeline.set_state(Gst.State.NULL)
    return int(count)


def infos_of(description: str) -> list[str]:
    """Plays to the end; the INFO messages."""
    pipeline = Gst.parse_launch(description)
    pipeline.set_state(Gst.State.PLAYING)
    kinds = Gst.MessageType.ERROR | Gst.MessageType.EOS | Gst.MessageType.INFO
    infos = []
    while True:
        message = pipeline.get_bus().timed_pop_filtered(60 * Gst.SECOND, kinds)
        assert message is not None
        if message.type == Gst.MessageType.INFO:
            infos.append(message.parse_info()[0].message)
            continue
        pipeline.set_state(Gst.State.NULL)
        assert message.type == Gst.MessageType.EOS, message.parse_error()[0].message
        return infos


def test_without_a_display_it_says_so_once() -> None:
    assert infos_of(f"{TEST_SOURCE} ! nveglglessink") == [
        "nveglglessink: frames are not shown: there is no display (neither DISPLAY nor "
        "WAYLAND_DISPLAY is set). THALWEG_DISPLAY=http:8080 shows them in a web browser, "
        "file:out.mp4 writes them to a file."
    ]


def test_a_display_that_is_not_there_falls_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":4242")
    infos = infos_of(f"{TEST_SOURCE} ! nveglglessink")
    assert infos == [
        "nveglglessink: frames are not shown: no window can be opened on display :4242 (tried "
        "waylandsink, ximagesink, xvimagesink and glimagesink; the package gstreamer1.0-x brings "
        "ximagesink). THALWEG_DISPLAY=http:8080 shows them in a web browser, file:out.mp4 writes "
        "them to a file."
    ]


def test_none_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THALWEG_DISPLAY", "none")
    assert infos_of(f"{TEST_SOURCE} ! nveglglessink") == []


def test_headless_frames_keep_their_time(play: Callable[..., Any]) -> None:
    start = time.monotonic()
    assert play(f"{TEST_SOURCE} ! nveglglessink").eos
    assert time.monotonic() - start > 0.9 * FRAMES / 100


def test_sync_off_does_not_wait(play: Callable[..., Any]) -> None:
    start = time.monotonic()
    source = TEST_SOURCE.replace("100/1", "1/1")
    assert play(f"{source} ! nveglglessink sync=false qos=false async=true").eos
    assert time.monotonic() - start < FRAMES / 2


@pytest.mark.parametrize("choice", ["", "window"])
@pytest.mark.parametrize("form", ["I420", "NV12", "RGBA"])
def test_a_window_opens_where_there_is_a_display(
    choice: str, form: str, display: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert display
    monkeypatch.setenv("THALWEG_DISPLAY", choice)
    source = TEST_SOURCE.replace("I420", form)
    assert infos_of(f"{source} ! nveglglessink sync=false") == []


def test_the_window_shows_the_frame(display: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Red frames make red pixels on the screen."""
    if Gst.ElementFactory.find("ximagesrc") is None:
        pytest.skip("needs ximagesrc (package gstreamer1.0-plugins-good)")
    monkeypatch.setenv("THALWEG_DISPLAY", "window")
    pipeline = Gst.parse_launch(
        "videotestsrc pattern=red num-buffers=1 ! video/x-raw,format=I420,width=320,height=240 "
        "! nveglglessink"
    )
    pipeline.set_state(Gst.State.PAUSED)
    assert pipeline.get_state(20 * Gst.SECOND)[0] == Gst.StateChangeReturn.SUCCESS
    screen = Gst.parse_launch(
        f"ximagesrc display-name={display} use-damage=false show-pointer=false num-buffers=1 "
        "! videoconvert ! video/x-raw,format=RGB ! appsink name=end sync=false"
    )
    screen.set_state(Gst.State.PLAYING)
    buffer = screen.get_by_name("end").emit("pull-sample").get_buffer()
    pixels = np.frombuffer(buffer.extract_dup(0, buffer.get_size()), np.uint8).reshape(600, 800, 3)
    screen.set_state(Gst.State.NULL)
    pipeline.set_state(Gst.State.NULL)
    red = (pixels[..., 0] > 240) & (pixels[..., 1] < 15) & (pixels[..., 2] < 15)
    assert red.sum() == 320 * 240


def test_file_holds_every_frame(
    pets: Path, play: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    out = tmp_path / "out.mp4"
    monkeypatch.setenv("THALWEG_DISPLAY", f"file:{out}")
    assert play(
        f"filesrc location={pets} ! qtdemux ! h264parse ! nvv4l2decoder ! mux.sink_0 "
        "nvstreammux name=mux batch-size=1 width=768 height=576 ! nvdsosd ! nveglglessink"
    ).eos
    assert frames_in(out) == 795


def test_a_pipeline_stopped_early_leaves_a_file_that_plays(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    out = tmp_path / "out.mp4"
    monkeypatch.setenv("THALWEG_DISPLAY", f"file:{out}")
    pipeline = Gst.parse_launch("videotestsrc ! video/x-raw,format=I420 ! nveglglessink")
    pipeline.set_state(Gst.State.PLAYING)
    while pipeline.query_position(Gst.Format.TIME)[1] < Gst.SECOND:
        assert pipeline.get_bus().pop_filtered(Gst.MessageType.ERROR) is None
    pipeline.set_state(Gst.State.NULL)
    assert frames_in(out) >= 25


def test_two_sinks_write_two_files(
    play: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("THALWEG_DISPLAY", f"file:{tmp_path}/out.mp4")
    two = f"{TEST_SOURCE} ! nveglglessink " * 2
    assert play(two).eos
    assert play(two).eos  # the names are free again
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out-2.mp4", "out.mp4"]
    assert [frames_in(path) for path in tmp_path.iterdir()] == [FRAMES, FRAMES]


@pytest.mark.parametrize(
    ("choice", "text"),
    [
        *(
            (
                choice,
                f'THALWEG_DISPLAY is "{choice}"; expected "window", "none", "file:PATH" (an MP4 '
                'file), "http:PORT" or "http:ADDRESS:PORT".',
            )
            for choice in (
                "screen",
                "file:",
                "http:",
                "http:65536",
                "http:-1",
                "http:80x",
                "http::80",
                "http:localhost:",
                "http://127.0.0.1:80/",
            )
        ),
        (
            "http:localhost:0",
            'THALWEG_DISPLAY asks for a page, but "localhost" is no numeric address; "http:0" '
            'takes any free port on 127.0.0.1, "http:0.0.0.0:8080" one for other machines.',
        ),
        (
            "file:/no/such/folder/out.mp4",
            "there is no folder /no/such/folder to write /no/such/folder/out.mp4 to.",
        ),
        (
            "window",
            'THALWEG_DISPLAY is "window", but there is no display (neither DISPLAY nor '
            'WAYLAND_DISPLAY is set); use "none" or "file:out.mp4".',
        ),
    ],
)
def test_what_cannot_be_is_one_error(
    choice: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THALWEG_DISPLAY", choice)
    pipeline = Gst.parse_launch(f"{TEST_SOURCE} ! nveglglessink")
    assert pipeline.set_state(Gst.State.PLAYING) == Gst.StateChangeReturn.FAILURE
    bus, errors = pipeline.get_bus(), []
    while (message := bus.pop_filtered(Gst.MessageType.ERROR)) is not None:
        errors.append(message.parse_error()[0].message)
    pipeline.set_state(Gst.State.NULL)
    assert errors == [f"nveglglessink: {text}"]


def test_a_batch_shows_its_first_frame_and_warns(
    clip: Path, play: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    batches = (
        f"filesrc location={clip} ! qtdemux ! h264parse ! identity eos-after=41 ! nvv4l2decoder "
        "! mux.sink_0 nvstreammux name=mux batch-size=2 width=768 height=576 ! nveglglessink"
    )
    monkeypatch.setenv("THALWEG_DISPLAY", f"file:{tmp_path}/first.mp4")
    played = play(batches)
    assert played.eos
    assert [w for w in played.warnings if w.startswith("nveglglessink")] == [
        "nveglglessink: only the first of the 2 frames of a batch is shown; set rows and columns, "
        "or put nvmultistreamtiler before."
    ]
    monkeypatch.setenv("THALWEG_DISPLAY", f"file:{tmp_path}/tiles.mp4")
    played = play(f"{batches} rows=1 columns=2")
    assert played.eos
    assert not [w for w in played.warnings if w.startswith("nveglglessink")]


def test_properties_of_a_video_sink_are_there(check_defaults: Callable[[str], None]) -> None:
    check_defaults("nveglglessink")
    sink = Gst.ElementFactory.make("nveglglessink")
    assert sink.get_property("sync") is True
    for name, value in {
        "sync": False,
        "qos": False,
        "async": False,
        "max-lateness": -1,
        "enable-last-sample": False,
    }.items():
        sink.set_property(name, value)
        assert sink.get_property(name) == value
    assert sink.get_name().startswith("nveglglessink")


@pytest.mark.parametrize("choice", ["none", "file:{}/out.mp4", "http:0"])
def test_a_hundred_starts_leave_nothing_behind(
    choice: str,
    check_cycles: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("THALWEG_DISPLAY", choice.format(tmp_path))
    check_cycles("videotestsrc num-buffers=2 ! video/x-raw,format=I420 ! nveglglessink sync=false")


def test_a_hundred_windows_leave_nothing_behind(
    display: str, check_cycles: Callable[[str], None]
) -> None:
    assert display
    check_cycles("videotestsrc num-buffers=2 ! video/x-raw,format=I420 ! nveglglessink sync=false")


@pytest.mark.parametrize("element", ["nvdsosd", "nvv4l2h264enc", "nveglglessink"])
def test_gst_inspect_prints_no_warning(element: str) -> None:
    done = subprocess.run(
        ["gst-inspect-1.0", element],
        env={**os.environ, "G_DEBUG": "fatal-warnings"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
