"""deepstream-test1-usbcam, run as its user runs it, on its test picture."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ..processes import interruptible

LINE = re.compile(
    r"Frame Number=(\d+) Number of Objects=\d+ Vehicle_count=(\d+) Person_count=(\d+)"
)


@pytest.fixture(scope="module")
def app(root: Path) -> Path:
    return root / "apps/deepstream-test1-usbcam/deepstream_test_1_usb.py"


def run(app: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(app), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_test_picture_plays_to_its_end(app: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.mp4"
    done = run(app, "test", "--frames", 10, "--display", f"file:{output}")
    assert (done.returncode, done.stderr) == (0, "")
    numbers = [LINE.fullmatch(line)[1] for line in done.stdout.splitlines()]
    assert numbers == [str(n) for n in range(10)]
    assert b"moov" in output.read_bytes()


def test_interrupt_ends_it(app: Path) -> None:
    command = [sys.executable, str(app), "test", "--display", "none"]
    with interruptible(command) as child:
        assert child.stdout is not None
        assert LINE.fullmatch(child.stdout.readline().strip())
        child.send_signal(signal.SIGINT)
        _, errors = child.communicate(timeout=60)
    assert (child.returncode, errors) == (130, "")


def test_help_and_bad_input(app: Path, tmp_path: Path) -> None:
    assert "/dev/video0" in run(app, "--help").stdout
    assert run(app).returncode == 2
    for device in (tmp_path / "video9", tmp_path):
        done = run(app, device)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == (
            f"Error: there is no camera {device}; expected a device such as /dev/video0, or "
            "`test` for a test picture.\n"
        )
    done = run(app, "/dev/null", "--display", "none")  # a device, but no camera
    assert done.returncode == 1
    assert done.stderr.startswith("Error: ")
