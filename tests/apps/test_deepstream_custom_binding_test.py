"""deepstream-custom-binding-test, run as its user runs it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def app(root: Path) -> Path:
    return root / "apps/deepstream-custom-binding-test/deepstream_custom_binding_test.py"


def run(app: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(app), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_each_frame_brings_its_struct(app: Path, clip_h264: Path) -> None:
    done = run(app, clip_h264)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        f"Frame Number={n} structId={n} message='test message {n}' sampleInt={n + 1}"
        for n in range(795)
    ]
    readme = app.with_name("README.md").read_text()
    assert done.stdout.splitlines()[0] in readme


def test_help_and_bad_input(app: Path, tmp_path: Path) -> None:
    assert "H264_FILE" in run(app, "--help").stdout
    assert run(app).returncode == 2
    done = run(app, tmp_path / "none.h264")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"Error: there is no file {tmp_path}/none.h264; expected an H.264 elementary stream.\n"
    )
    (tmp_path / "bad.h264").write_bytes(b"no video " * 100)
    done = run(app, tmp_path / "bad.h264")
    assert done.returncode == 1
    assert done.stderr.startswith("Error: ")
    assert done.stderr.count("\n") == 1
