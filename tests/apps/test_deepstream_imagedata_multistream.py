"""deepstream-imagedata-multistream, run as its user runs it."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from gi.repository import Gst

from .videos import LINE, RATES, counts, interrupt_after, pictures, run

SAVED = re.compile(r"(\S+/stream_(\d)/frame_(\d+)\.jpg): [\w ]+ (0\.\d\d)")


@pytest.fixture(scope="module")
def app(root: Path) -> Path:
    return root / "apps/deepstream-imagedata-multistream/deepstream_imagedata-multistream.py"


def jpeg(path: Path) -> np.ndarray:
    """RGB of a JPEG file, decoded by GStreamer's own elements."""
    pipeline = Gst.parse_launch(
        f"filesrc location={path} ! jpegdec ! videoconvert ! video/x-raw,format=RGB ! "
        "appsink name=sink sync=false"
    )
    pipeline.set_state(Gst.State.PLAYING)
    try:
        sample = pipeline.get_by_name("sink").emit("try-pull-sample", 20 * Gst.SECOND)
        assert sample is not None, path
        caps, buffer = sample.get_caps().get_structure(0), sample.get_buffer()
        data = np.frombuffer(buffer.extract_dup(0, buffer.get_size()), np.uint8)
        return data.reshape(caps.get_value("height"), -1, 3)
    finally:
        pipeline.set_state(Gst.State.NULL)


def red(image: np.ndarray) -> np.ndarray:
    """Where the mark's red is."""
    return (image[..., 0] > 200) & (image[..., 1] < 70) & (image[..., 2] < 70)


def test_uncertain_frames_are_marked_and_saved(
    app: Path, pets: Path, shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THALWEG_FRAMES", "65")
    folder, output = tmp_path / "frames", tmp_path / "out.mp4"
    bikes = shared / "media/misc/bikes.mp4"
    done = run(app, pets, bikes.as_uri(), folder, "--output", output)
    assert (done.returncode, done.stderr) == (0, "")
    saved = [match for line in done.stdout.splitlines() if (match := SAVED.fullmatch(line))]
    others = [line for line in done.stdout.splitlines() if not SAVED.fullmatch(line)]
    frames = counts("\n".join(others))
    assert [[line[0] for line in frames[source]] for source in (0, 1)] == [list(range(65))] * 2
    assert len(saved) >= 2
    assert {match[2] for match in saved} == {"0", "1"}
    assert {int(match[3]) for match in saved} <= {0, 30, 60}
    assert all(0.3 <= float(match[4]) <= 0.4 for match in saved)
    files = sorted(folder.rglob("*"))
    assert [path for path in files if path.is_dir()] == [folder / "stream_0", folder / "stream_1"]
    assert {str(path) for path in files if path.is_file()} == {match[1] for match in saved}
    for match in saved:
        image = jpeg(Path(match[1]))
        assert image.shape == (1080, 1920, 3)
        assert 150 < red(image).sum() < 60_000
    # The mark is in the video, too: the first source is on the left half.
    first = next(match for match in saved if match[2] == "0")
    mark = red(jpeg(Path(first[1])))
    rows, columns = np.nonzero(mark)
    shown = red(pictures(output)[int(first[3])])
    y, x = round(rows.mean()), round(columns.mean() / 2)
    half_height, half_width = np.ptp(rows) // 2 + 8, np.ptp(columns) // 4 + 8
    around = shown[y - half_height : y + half_height, max(x - half_width, 0) : x + half_width]
    assert around.sum() > mark.sum() / 8


def test_interrupt_leaves_whole_files(app: Path, pets: Path, tmp_path: Path) -> None:
    folder, output = tmp_path / "frames", tmp_path / "part.mp4"
    done = interrupt_after(app, 40, pets, folder, "--output", output)
    assert (done.returncode, done.stderr) == (130, "")
    assert 20 <= len(pictures(output)) < 700
    for path in folder.rglob("*.jpg"):
        assert jpeg(path).shape == (1080, 1920, 3)


def test_help_and_wrong_arguments(app: Path, pets: Path, tmp_path: Path) -> None:
    assert "must not exist yet" in run(app, "--help").stdout
    assert run(app).returncode == 2
    assert run(app, pets).returncode == 2
    done = run(app, tmp_path / "none.mp4", tmp_path / "new")
    assert (done.returncode, done.stdout) == (1, "")
    assert (
        done.stderr == f"Error: there is no file {tmp_path}/none.mp4; expected a video or a URI.\n"
    )
    assert not (tmp_path / "new").exists()
    done = run(app, pets, tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert (
        done.stderr
        == f"Error: the folder {tmp_path} exists already; remove it or name another one.\n"
    )
    done = run(app, pets, tmp_path / "no" / "folder")
    assert done.stderr == (
        f"Error: cannot make the folder {tmp_path}/no/folder: No such file or directory.\n"
    )


def test_readme_shows_what_is_printed(app: Path) -> None:
    readme = app.with_name("README.md").read_text()
    for pattern in (LINE, RATES, SAVED):
        assert pattern.search(readme)
