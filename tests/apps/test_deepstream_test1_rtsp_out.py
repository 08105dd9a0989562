"""deepstream-test1-rtsp-out, run as its user runs it, and watched by a client."""

from __future__ import annotations

import contextlib
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ..processes import interruptible
from .rtsp_client import Seen, watch

LINE = re.compile(
    r"Frame Number=(\d+) Number of Objects=\d+ Vehicle_count=(\d+) Person_count=(\d+)"
)
ADDRESS = re.compile(r"RTSP stream at (rtsp://127\.0\.0\.1:\d+/ds-test)")


@pytest.fixture(scope="module")
def app(root: Path) -> Path:
    return root / "apps/deepstream-test1-rtsp-out/deepstream_test1_rtsp_out.py"


def run(app: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(app), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@contextlib.contextmanager
def serving(app: Path, *arguments: object) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The application while it runs, and the address that it prints."""
    command = [sys.executable, "-u", str(app), *map(str, arguments), "--rtsp-port", "0"]
    with interruptible(command) as child:
        try:
            assert child.stdout is not None
            found = ADDRESS.fullmatch(child.stdout.readline().strip())
            assert found
            yield child, found[1]
        finally:
            child.kill()


@pytest.mark.parametrize(
    ("codec", "encoder", "transport"), [("H264", 0, "udp"), ("H265", 1, "tcp")]
)
def test_a_client_sees_what_is_served(
    app: Path, clip_h264: Path, codec: str, encoder: int, transport: str
) -> None:
    with serving(app, "-i", clip_h264, "-c", codec, "-e", encoder) as (child, uri):
        assert watch(uri, 5, transport) == Seen(codec, (1920, 1080), 5)
        child.send_signal(signal.SIGINT)
        output, errors = child.communicate(timeout=30)
    assert (child.returncode, errors) == (130, "")
    lines = [LINE.fullmatch(line) for line in output.splitlines()]
    assert all(lines)
    assert max(int(line[2]) for line in lines if line) >= 1


def test_it_ends_with_its_input(app: Path, clip_h264: Path, tmp_path: Path) -> None:
    short = tmp_path / "short.h264"
    short.write_bytes(clip_h264.read_bytes()[:60_000])
    done = run(app, "-i", short, "--rtsp-port", 0)
    assert done.returncode == 0, done.stderr
    assert LINE.search(done.stdout)


def test_a_port_that_is_taken(app: Path, clip_h264: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = run(app, "-i", clip_h264, "--rtsp-port", port)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"Error: Unable to serve RTSP on 127.0.0.1, port {port}; choose another one with "
        "--rtsp-port.\n"
    )


def test_help_and_bad_input(app: Path, tmp_path: Path) -> None:
    assert "--rtsp-port" in run(app, "--help").stdout
    assert run(app).returncode == 2
    done = run(app, "-i", tmp_path / "none.h264")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"Error: there is no file {tmp_path}/none.h264; expected an H.264 elementary stream.\n"
    )
