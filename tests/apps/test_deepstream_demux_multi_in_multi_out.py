"""deepstream-demux-multi-in-multi-out, run as its user runs it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from .videos import LINE, RATES, counts, interrupt_after, pictures, run


@pytest.fixture(scope="module")
def app(root: Path) -> Path:
    folder = root / "apps/deepstream-demux-multi-in-multi-out"
    return folder / "deepstream_demux_multi_in_multi_out.py"


def test_each_video_ends_in_its_own_file(
    app: Path, pets: Path, shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THALWEG_FRAMES", "20")
    done = run(app, "-i", pets, shared / "media/misc/bikes.mp4", "--output", tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    frames = counts(done.stdout)
    assert sorted(frames) == [0, 1]
    for lines in frames.values():
        assert [line[0] for line in lines] == list(range(20))
    assert np.mean(frames[0], axis=0)[3] > 2  # persons
    streets, bikes = (pictures(tmp_path / f"stream_{i}.mp4") for i in (0, 1))
    for written in (streets, bikes):
        assert [picture.shape for picture in written] == [(540, 960, 3)] * 20
    grass = np.array(streets)[:, 400:, :400].mean(axis=(0, 1, 2))
    assert grass[1] > grass[0] > grass[2]  # green
    assert np.abs(np.subtract(streets[0], bikes[0], dtype=int)).mean() > 30
    picture = np.array(streets[0], int)
    assert ((picture[..., 0] > 200) & (picture[..., 1:].max(axis=2) < 60)).sum() > 500  # boxes


def test_displays(app: Path, pets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THALWEG_FRAMES", "6")
    done = run(app, "-i", pets, pets, "--display", f"file:{tmp_path}/out.mp4")
    assert (done.returncode, done.stderr) == (0, "")
    for name in ("out.mp4", "out-2.mp4"):
        assert len(pictures(tmp_path / name)) == 6


def test_interrupt_ends_cleanly(app: Path, pets: Path, tmp_path: Path) -> None:
    done = interrupt_after(app, 40, "-i", pets, pets, "--output", tmp_path)
    assert (done.returncode, done.stderr) == (130, "")
    for name in ("stream_0.mp4", "stream_1.mp4"):
        assert 20 <= len(pictures(tmp_path / name)) < 700


def test_help_and_wrong_arguments(app: Path, pets: Path, tmp_path: Path) -> None:
    assert "--output" in run(app, "--help").stdout
    assert run(app).returncode == 2
    none = tmp_path / "none"
    for arguments, sentence in (
        (("-i", none), f"there is no file {none}; expected a video or a URI"),
        (("-i", pets, "--model", none), f"there is no file {none}; expected one of nvinfer"),
        (
            ("-i", pets, "--output", none),
            f"there is no folder {none} for the videos; make it first",
        ),
    ):
        done = run(app, *arguments)
        assert (done.returncode, done.stdout, done.stderr) == (1, "", f"Error: {sentence}.\n")


def test_readme_shows_what_is_printed(app: Path) -> None:
    readme = app.with_name("README.md").read_text()
    assert LINE.search(readme)
    assert RATES.search(readme)
