"""deepstream-rtsp-in-rtsp-out: cameras before it, a client behind it."""

from __future__ import annotations

import re
import signal
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ..processes import interruptible
from ..rtsp_camera import Camera
from .rtsp_client import Seen, watch
from .videos import LINE, run

ADDRESS = re.compile(r"RTSP stream at (rtsp://127\.0\.0\.1:\d+/ds-test)")
FRAME = re.compile(rf"{LINE.pattern}( Time=(?P<time>.*))?")


@pytest.fixture(scope="module")
def app(root: Path) -> Path:
    return root / "apps/deepstream-rtsp-in-rtsp-out/deepstream_test1_rtsp_in_rtsp_out.py"


class App:
    """The application while it runs."""

    def __init__(self, app: Path, *arguments: object) -> None:
        command = [sys.executable, "-u", str(app), *map(str, arguments), "--rtsp-port", "0"]
        self.child = interruptible(command)
        address = self.wait_for(ADDRESS)
        self.uri = address[1]

    def wait_for(self, wanted: re.Pattern[str]) -> re.Match[str]:
        """The next line like that."""
        assert self.child.stdout is not None
        limit = threading.Timer(30, self.child.kill)
        limit.start()
        try:
            for line in self.child.stdout:
                if found := wanted.fullmatch(line.strip()):
                    return found
        finally:
            limit.cancel()
        raise AssertionError(f"no line {wanted.pattern}: {self.child.communicate()}")

    def interrupt(self) -> str:
        self.child.send_signal(signal.SIGINT)
        _, errors = self.child.communicate(timeout=30)
        assert self.child.returncode == 130
        return errors

    def __enter__(self) -> App:
        return self

    def __exit__(self, *_: object) -> None:
        self.child.kill()
        self.child.communicate()


def test_two_cameras_of_which_one_vanishes(app: Path, camera: Callable[..., Camera]) -> None:
    first, second = camera("H264", rate=5), camera("H265", rate=5)
    with App(app, "-i", first.uri, second.uri) as it:
        for number in ("0", "1"):
            it.wait_for(re.compile(rf"Source={number} Frame Number=.*"))
        assert watch(it.uri, 3) == Seen("H264", (1280, 720), 3)
        first.vanish()
        it.wait_for(re.compile(r"Source 0 is lost \(.*\)"))
        here = it.wait_for(FRAME)
        while here[1] != "1":
            here = it.wait_for(FRAME)
        first.start()
        it.wait_for(re.compile(r"Source 0 is live"))
        it.wait_for(re.compile(r"Source=0 Frame Number=.*"))
        errors = it.interrupt()
    # rtspsrc says in its own words that the connection broke.
    assert all(line.startswith("Warning: Could not read") for line in errors.splitlines())


def test_the_cameras_time_is_printed(app: Path, camera: Callable[..., Camera]) -> None:
    with App(app, "-i", camera("H264", rate=5).uri, "--rtsp-ts", "-c", "H265") as it:
        found: Any = it.wait_for(FRAME)
        while found["time"] == "unknown":
            found = it.wait_for(FRAME)
        taken = datetime.fromisoformat(found["time"])
        assert abs((datetime.now(UTC) - taken).total_seconds()) < 5
        assert watch(it.uri, 2).codec == "H265"
        assert it.interrupt() == ""


def test_it_ends_with_its_files(app: Path, shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THALWEG_FRAMES", "30")
    short = (shared / "media/misc/carphone_pristine.mp4").as_uri()
    done = run(app, "-i", short, short, "--rtsp-port", 0)
    assert (done.returncode, done.stderr) == (0, "")
    frames = [FRAME.fullmatch(line) for line in done.stdout.splitlines()[1:]]
    for source in ("0", "1"):
        numbers = [int(frame[2]) for frame in frames if frame and frame[1] == source]
        assert numbers == list(range(30))


def test_help_and_bad_input(app: Path, tmp_path: Path) -> None:
    assert "--rtsp-ts" in run(app, "--help").stdout
    assert run(app).returncode == 2
    missing = f"file://{tmp_path}/none.mp4"
    done = run(app, "-i", missing, "--rtsp-port", 0)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith(f"Error: source-bin-00 cannot play {missing}: ")
