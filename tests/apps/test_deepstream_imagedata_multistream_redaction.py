"""deepstream-imagedata-multistream-redaction, run as its user runs it."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gi
import pytest

gi.require_version("Gst", "1.0")
from gi.repository import Gst

from thalweg import meta, models

from ..processes import interruptible
from .rtsp_client import Seen, watch
from .videos import RATES, run

LINE = re.compile(
    r"Source=(\d+) Frame Number=(\d+) Number of Objects=\d+ Face_count=(\d+) Person_count=(\d+)"
)
ADDRESS = re.compile(r"RTSP stream at (rtsp://127\.0\.0\.1:\d+/ds-test)")


@pytest.fixture(scope="module")
def app(root: Path) -> Path:
    return (
        root / "apps/deepstream-imagedata-multistream-redaction"
        "/deepstream_imagedata-multistream_redaction.py"
    )


@pytest.fixture
def man(shared: Path) -> Path:
    """A clip with a man's face in every frame."""
    return shared / "media/misc/carphone_pristine.mp4"


def faces_in(play: Callable[..., Any], source: str, size: tuple[int, int]) -> list[int]:
    """How many faces the detector finds in each frame of a decoded video."""
    width, height = size
    pipeline = Gst.parse_launch(
        f"{source} ! m.sink_0 nvstreammux name=m batch-size=1 width={width} height={height} ! "
        f"nvinfer config-file-path={models.face_detector()} ! fakesink name=end"
    )
    found: list[int] = []

    def count(_pad: Any, info: Any) -> Any:
        found.extend(len(frame.objects) for frame in meta.Batch.of(info).frames)
        return Gst.PadProbeReturn.OK

    pad = pipeline.get_by_name("end").get_static_pad("sink")
    pad.add_probe(Gst.PadProbeType.BUFFER, count)
    played = play(pipeline)
    assert played.eos, played.error
    return found


def test_no_face_is_left(
    app: Path,
    man: Path,
    play: Callable[..., Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The detector finds the man in every frame of the clip, and in none of what was written."""
    monkeypatch.setenv("THALWEG_FRAMES", "60")
    output, folder = tmp_path / "out.mp4", tmp_path / "crops"
    done = run(app, "-i", man, man.as_uri(), "--output", output, "--folder", folder)
    assert (done.returncode, done.stderr) == (0, "")
    lines = [match for line in done.stdout.splitlines() if (match := LINE.fullmatch(line))]
    for source in "01":
        of_source = [line for line in lines if line[1] == source]
        assert [int(line[2]) for line in of_source] == list(range(60))
        assert all(int(line[3]) >= 1 for line in of_source)
    mp4 = "filesrc location={} ! qtdemux ! h264parse ! nvv4l2decoder"
    before = faces_in(play, mp4.format(man), (720, 576))
    assert len(before) == 60
    assert min(before) >= 1
    # Two tiles of 360 x 576: each is looked at alone, in the shape that the clip has.
    for left, right in ((0, 360), (360, 0)):
        part = (
            f"{mp4.format(output)} ! nvvideoconvert ! video/x-raw,format=I420 ! "
            f"videocrop left={left} right={right} ! nvvideoconvert ! "
            "video/x-raw(memory:NVMM),format=I420"
        )
        after = faces_in(play, part, (720, 576))
        assert len(after) == 60
        assert sum(after) == 0
    # What was saved are the faces as they were.
    for stream in (0, 1):
        saved = sorted(path.name for path in (folder / f"stream_{stream}").iterdir())
        assert saved == sorted(f"frame_{n}.jpg" for n in range(0, 60, 10))
    crops = f"multifilesrc location={folder}/stream_0/frame_%d.jpg start-index=0 stop-index=0"
    framed = (
        f"{crops} caps=image/jpeg,framerate=1/1 ! jpegdec ! videobox left=-400 right=-400 "
        "top=-100 bottom=-100 ! videoconvert ! video/x-raw,format=I420 ! nvvideoconvert ! "
        "video/x-raw(memory:NVMM),format=I420"
    )
    assert faces_in(play, framed, (1280, 720))[0] == 1


def test_a_client_sees_what_is_served(app: Path, man: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-u", app, "-i", man, "-c", "H265", "--rtsp-port", "0"]
    with interruptible([*map(str, command), "--folder", str(tmp_path / "crops")]) as child:
        try:
            assert child.stdout is not None
            address = ADDRESS.fullmatch(child.stdout.readline().strip())
            assert address
            assert watch(address[1], 5, "tcp") == Seen("H265", (720, 576), 5)
            child.send_signal(signal.SIGINT)
            output, errors = child.communicate(timeout=30)
        finally:
            child.kill()
    assert (child.returncode, errors) == (130, "")
    assert LINE.search(output)


def test_help_and_wrong_arguments(app: Path, man: Path, tmp_path: Path) -> None:
    assert "--rtsp-address" in run(app, "--help").stdout
    assert run(app).returncode == 2
    (tmp_path / "out_crops").mkdir()
    done = subprocess.run(
        [sys.executable, app, "-i", man, "--output", "x.mp4"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=tmp_path,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert (
        done.stderr
        == "Error: the folder out_crops exists already; remove it or name another one.\n"
    )
    done = run(app, "-i", man, "--configfile", tmp_path / "none.txt")
    assert done.stderr == f"Error: there is no file {tmp_path}/none.txt; expected a detector's.\n"


def test_readme_shows_what_is_printed(app: Path) -> None:
    readme = app.with_name("README.md").read_text()
    for pattern in (LINE, RATES, ADDRESS):
        assert pattern.search(readme)
