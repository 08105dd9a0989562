"""deepstream-test3, run as its user runs it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from .videos import LINE, RATES, counts, interrupt_after, pictures, run


@pytest.fixture(scope="module")
def app(root: Path) -> Path:
    return root / "apps/deepstream-test3/deepstream_test_3.py"


@pytest.fixture
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each video ends after 20 frames."""
    monkeypatch.setenv("THALWEG_FRAMES", "20")


@pytest.mark.usefixtures("_short")
def test_three_videos_side_by_side(app: Path, pets: Path, shared: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.mp4"
    flowers = shared / "media/misc/bigbuckbunny.mp4"
    done = run(app, "-i", pets, flowers.as_uri(), pets, "--output", output)
    assert (done.returncode, done.stderr) == (0, "")
    frames = counts(done.stdout)
    assert sorted(frames) == [0, 1, 2]
    for lines in frames.values():
        assert [line[0] for line in lines] == list(range(20))
    assert frames[0] == frames[2]  # the same video
    _, objects, vehicles, persons = np.mean(frames[0], axis=0)
    assert 1.5 < vehicles < 2.5
    assert 2 < persons <= objects
    written = pictures(output)
    assert {picture.shape for picture in written} == {(720, 1280, 3)}
    assert 20 <= len(written) <= 60  # the muxer does not wait for a slow source
    canvas = written[len(written) // 2].astype(int)
    first, second, third = (canvas[:, i * 426 : i * 426 + 426] for i in range(3))
    assert np.abs(first - third).mean() < 10
    assert np.abs(first - second).mean() > 30
    reddish = (first[..., 0] > 200) & (first[..., 1] < 60) & (first[..., 2] < 60)
    assert reddish.sum() > 500  # boxes


@pytest.mark.usefixtures("_short")
def test_rates_instead_of_frames(app: Path, pets: Path) -> None:
    for option in ("--silent", "--disable-probe"):
        done = run(app, "-i", pets, pets, "--no-display", option)
        assert (done.returncode, done.stderr) == (0, "")
        assert not LINE.search(done.stdout)


@pytest.mark.usefixtures("_short")
def test_latencies_are_printed_when_asked_for(
    app: Path, pets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NVDS_ENABLE_LATENCY_MEASUREMENT", "1")
    done = run(app, "-i", pets, pets, "--no-display", "--silent")
    assert done.returncode == 0, done.stderr
    for source in (0, 1):
        assert done.stdout.count(f"Source id = {source} Frame_num = ") == 20


def test_interrupt_ends_cleanly(app: Path, pets: Path, tmp_path: Path) -> None:
    output = tmp_path / "part.mp4"
    done = interrupt_after(app, 40, "-i", pets, pets, "--output", output)
    assert (done.returncode, done.stderr) == (130, "")
    assert 20 <= len(pictures(output)) < 700


def test_files_begin_again(app: Path, play: Any, tmp_path: Path) -> None:
    short = tmp_path / "short.mp4"
    assert play(
        "videotestsrc num-buffers=12 ! video/x-raw,format=I420,width=320,height=240 ! x264enc ! "
        f"mp4mux ! filesink location={short}"
    ).eos
    done = interrupt_after(app, 60, "-i", short, short, "--no-display", "--file-loop")
    assert (done.returncode, done.stderr) == (130, "")


def test_help_and_wrong_arguments(app: Path, pets: Path, shared: Path, tmp_path: Path) -> None:
    assert "--file-loop" in run(app, "--help").stdout
    assert run(app).returncode == 2
    done = run(app, "-i", tmp_path / "none.mp4")
    assert (done.returncode, done.stdout) == (1, "")
    assert (
        done.stderr == f"Error: there is no file {tmp_path}/none.mp4; expected a video or a URI.\n"
    )
    done = run(app, "-i", pets, "-c", tmp_path / "none.txt")
    assert done.stderr == f"Error: there is no file {tmp_path}/none.txt; expected a detector's.\n"
    done = run(app, "-i", pets, "-g", "nvinferserver")
    assert done.returncode == 2
    assert "--pgie nvinferserver needs its own configuration file: -c CONFIG" in done.stderr


def test_what_holds_no_video_is_one_sentence(app: Path, tmp_path: Path) -> None:
    path = tmp_path / "text.mp4"
    path.write_text("not a video at all " * 100)
    done = run(app, "-i", path, "--no-display")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: ")
    assert done.stderr.count("\n") == 1
    sound = tmp_path / "sound.wav"
    sound.write_bytes(
        b"RIFF\x24\x10\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0"
        b"data\0\x10\0\0" + bytes(4096)
    )
    done = run(app, "-i", sound, "--no-display")
    assert done.returncode == 1
    assert done.stderr.startswith(f"Error: {sound.as_uri()} has no video (source-bin-00,")


def test_readme_shows_what_is_printed(app: Path) -> None:
    readme = app.with_name("README.md").read_text()
    assert LINE.search(readme)
    assert RATES.search(readme)
