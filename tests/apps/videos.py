"""Applications on several videos: how the tests run them and read what they print and write."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
from gi.repository import Gst

from thalweg import testing

from ..processes import interruptible

LINE = re.compile(
    r"Source=(\d+) Frame Number=(\d+) Number of Objects=(\d+) "
    r"Vehicle_count=(\d+) Person_count=(\d+)"
)
RATES = re.compile(r"\*\*PERF:  \{('stream\d+': [\d.]+(, )?)+\}")


def run(app: Path, *arguments: object, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(app), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)


def interrupt_after(app: Path, frames: int, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Runs the application, and sends Ctrl-C after so many lines about frames."""
    command = [sys.executable, "-u", str(app), *map(str, arguments)]
    with interruptible(command) as child:
        assert child.stdout is not None
        seen = 0
        for line in child.stdout:
            seen += bool(LINE.match(line))
            if seen == frames:
                break
        child.send_signal(signal.SIGINT)
        output, errors = child.communicate(timeout=60)
    return subprocess.CompletedProcess(command, child.returncode, output, errors)


def counts(stdout: str) -> dict[int, list[tuple[int, ...]]]:
    """Of each source the lines about its frames: number, objects, vehicles, persons."""
    found: dict[int, list[tuple[int, ...]]] = defaultdict(list)
    for line in stdout.splitlines():
        if match := LINE.fullmatch(line):
            source, *rest = map(int, match.groups())
            found[source].append(tuple(rest))
        else:
            assert RATES.fullmatch(line), line
    return found


def pictures(path: Path) -> list[np.ndarray]:
    """RGB of each picture of an MP4 file, decoded by GStreamer's own elements."""
    pipeline = Gst.parse_launch(
        f"filesrc location={path} ! qtdemux ! h264parse ! avdec_h264 ! videoconvert "
        "! video/x-raw,format=RGB ! appsink name=sink sync=false"
    )
    sink = pipeline.get_by_name("sink")
    pipeline.set_state(Gst.State.PLAYING)
    found = []
    try:
        while (sample := sink.emit("try-pull-sample", 30 * Gst.SECOND)) is not None:
            caps, buffer = sample.get_caps().get_structure(0), sample.get_buffer()
            data = np.frombuffer(buffer.extract_dup(0, buffer.get_size()), np.uint8)
            width, height = caps.get_value("width"), caps.get_value("height")
            found.append(data.reshape(height, -1)[:, : 3 * width].reshape(height, width, 3))
        assert sink.get_property("eos"), f"decoding {path} stopped before its end"
    finally:
        pipeline.set_state(Gst.State.NULL)
    return found


def save_h264(scene: testing.Scene, folder: Path) -> Path:
    """The scene as an H.264 elementary stream."""
    path = folder / "scene.h264"
    played = testing.play(
        Gst.parse_launch(
            f"{scene.source(folder)} ! nvvideoconvert ! video/x-raw(memory:NVMM),format=I420 ! "
            "nvv4l2h264enc ! h264parse ! video/x-h264,stream-format=byte-stream ! "
            f"filesink location={path}"
        ),
        timeout_s=60,
    )
    assert played.eos, played.error
    return path
