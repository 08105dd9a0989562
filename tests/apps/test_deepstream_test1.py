"""deepstream-test1, run as its user runs it."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from gi.repository import Gst

from ..processes import interruptible

LINE = re.compile(
    r"Frame Number=(\d+) Number of Objects=(\d+) Vehicle_count=(\d+) Person_count=(\d+)"
)
FRAMES = 795
WIDTH, HEIGHT = 768, 576


@pytest.fixture(scope="module")
def app(root: Path) -> Path:
    return root / "apps/deepstream-test1/deepstream_test_1.py"


@pytest.fixture(scope="module")
def short_clip(clip_h264: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample clip up to its second key frame."""
    data = clip_h264.read_bytes()
    starts = [m.start() for m in re.finditer(rb"\x00\x00\x00?\x01\x09", data)]  # access units
    keys = [m.start() for m in re.finditer(rb"\x00\x00\x01\x65[\x80-\xff]", data)]
    end = max(start for start in starts if start < keys[1])
    path = tmp_path_factory.mktemp("clip") / "short.h264"
    path.write_bytes(data[:end])
    return path


def run(app: Path, *arguments: object, timeout: float = 300) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(app), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)


def decode(path: Path) -> Iterator[np.ndarray]:
    """The luma of each picture of an MP4 file, decoded by GStreamer's own elements."""
    pipeline = Gst.parse_launch(
        f"filesrc location={path} ! qtdemux ! h264parse ! avdec_h264 ! videoconvert "
        "! video/x-raw,format=GRAY8 ! appsink name=sink sync=false max-buffers=4"
    )
    sink = pipeline.get_by_name("sink")
    pipeline.set_state(Gst.State.PLAYING)
    try:
        while (sample := sink.emit("try-pull-sample", 30 * Gst.SECOND)) is not None:
            caps = sample.get_caps().get_structure(0)
            width, height = caps.get_value("width"), caps.get_value("height")
            buffer = sample.get_buffer()
            luma = np.frombuffer(buffer.extract_dup(0, buffer.get_size()), np.uint8)
            yield luma.reshape(height, -1)[:, :width]
        assert sink.get_property("eos"), f"decoding {path} stopped before its end"
    finally:
        pipeline.set_state(Gst.State.NULL)


class Finished(NamedTuple):
    process: subprocess.CompletedProcess[str]
    output: Path


@pytest.fixture(scope="module")
def finished(app: Path, clip_h264: Path, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """The whole clip, annotated into a file."""
    output = tmp_path_factory.mktemp("annotated") / "out.mp4"
    return Finished(run(app, clip_h264, "--output", output), output)


def test_prints_one_line_a_frame_in_order(finished: Finished) -> None:
    assert finished.process.returncode == 0, finished.process.stderr
    matches = [LINE.fullmatch(line) for line in finished.process.stdout.splitlines()]
    assert all(matches), finished.process.stdout[:2000]
    counts = np.array([[int(text) for text in match.groups()] for match in matches if match])
    numbers, objects, vehicles, persons = counts.T
    assert numbers.tolist() == list(range(FRAMES))
    assert (vehicles + persons <= objects).all()
    # A square with four to ten pedestrians; the detector misses the far ones now and then.
    assert 3 < persons.mean() < 9
    assert 1.5 < vehicles.mean() < 2.5  # a van and a car are parked there


def test_annotated_file_has_every_frame(finished: Finished) -> None:
    shapes = [luma.shape for luma in decode(finished.output)]
    assert shapes == [(1080, 1920)] * FRAMES


def test_draws_where_the_boxes_are_and_only_there(
    app: Path, clip: Path, clip_h264: Path, tmp_path: Path
) -> None:
    """In a process of its own, the muxer at the clip's size so that pixels can be compared."""
    output = tmp_path / "same_size.mp4"
    script = """
import json, sys
sys.path.insert(0, sys.argv[1])
import deepstream_test_1 as application
import pyds
application.MUXER_OUTPUT_WIDTH, application.MUXER_OUTPUT_HEIGHT = 768, 576
def report(frame_meta, text):
    boxes, node = [], frame_meta.obj_meta_list
    while node is not None:
        rect = pyds.NvDsObjectMeta.cast(node.data).rect_params
        boxes.append([rect.left, rect.top, rect.width, rect.height])
        node = node.next
    print(json.dumps(boxes))
sys.exit(application.main(["test", sys.argv[2], "--output", sys.argv[3]], report))
"""
    command = [sys.executable, "-c", script, str(app.parent), str(clip_h264), str(output)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    frames = [json.loads(line) for line in done.stdout.splitlines()]
    on_border, elsewhere = [], []
    for index, (before, after) in enumerate(zip(decode(clip), decode(output), strict=True)):
        if index % 53:
            continue
        near, border = annotated_areas(frames[index])
        change = np.abs(after.astype(int) - before)
        if border.any():
            on_border.append(change[border].mean())
        elsewhere.append(change[~near].mean())
        assert np.percentile(change[~near], 99.9) < 30, f"frame {index}"
    assert len(on_border) >= 10
    assert min(on_border) > 15
    assert max(elsewhere) < 3


def annotated_areas(boxes: list[list[float]]) -> tuple[np.ndarray, np.ndarray]:
    """Masks of all that may have changed (boxes, labels, counts), and of the borders' pixels."""
    near = np.zeros((HEIGHT, WIDTH), bool)
    border = np.zeros((HEIGHT, WIDTH), bool)
    near[:48] = True  # the line of counts
    for left, top, width, height in boxes:
        x0, y0 = round(left), round(top)
        x1, y1 = round(left + width), round(top + height)
        near[max(y0 - 40, 0) : y1 + 6, max(x0 - 6, 0) : x0 + max(x1 - x0, 140) + 6] = True
        border[y0:y1, x0 : x0 + 2] = border[y0:y1, max(x1 - 2, 0) : x1] = True
    border[:48] = False
    return near, border


def test_interrupt_ends_cleanly(app: Path, clip_h264: Path, tmp_path: Path) -> None:
    output = tmp_path / "part.mp4"
    command = [sys.executable, "-u", str(app), str(clip_h264), "--output", str(output)]
    with interruptible(command) as child:
        assert child.stdout is not None
        for line in child.stdout:
            if "Frame Number=50 " in line:
                break
        child.send_signal(signal.SIGINT)
        _, errors = child.communicate(timeout=60)
    assert child.returncode == 130
    assert errors == ""
    assert 50 <= sum(1 for _ in decode(output)) < FRAMES  # what was done can be played


def test_missing_file(app: Path, tmp_path: Path) -> None:
    done = run(app, tmp_path / "none.h264", timeout=60)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == (
        f"Error: there is no file {tmp_path}/none.h264; expected an H.264 elementary stream.\n"
    )


@pytest.mark.parametrize(
    "content",
    [b"", b"not a video at all " * 100],
    ids=["empty", "no video"],
)
def test_file_without_pictures(app: Path, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.h264"
    path.write_bytes(content)
    done = run(app, path, "--display", "none", timeout=60)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("Error: ")
    assert done.stderr.count("\n") == 1
    assert str(path) in done.stderr


def test_without_output_or_screen_plays_in_real_time(app: Path, short_clip: Path) -> None:
    done = run(app, short_clip, "--display", "none", timeout=120)
    assert done.returncode == 0, done.stderr
    assert len(LINE.findall(done.stdout)) == 30


def test_missing_model(app: Path, short_clip: Path, tmp_path: Path) -> None:
    config = tmp_path / "config.txt"
    config.write_text("[property]\nonnx-file=none.onnx\nnum-detected-classes=90\n")
    done = run(app, short_clip, "--display", "none", "--model", config, timeout=60)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: ")
    assert done.stderr.count("\n") == 1
    assert "none.onnx" in done.stderr


def test_second_pipeline_in_one_process(app: Path, short_clip: Path, tmp_path: Path) -> None:
    script = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "import deepstream_test_1 as application\n"
        "for name in ('a.mp4', 'b.mp4'):\n"
        "    code = application.main(['test', sys.argv[2], '--output', sys.argv[3] + '/' + name])\n"
        "    assert code == 0, code\n"
    )
    command = [sys.executable, "-c", script, str(app.parent), str(short_clip), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == 60
    assert lines[:30] == lines[30:]
    for name in ("a.mp4", "b.mp4"):
        assert sum(1 for _ in decode(tmp_path / name)) == 30


def test_window_and_file_at_once(app: Path, short_clip: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.mp4"
    done = run(app, short_clip, "--display", "none", "--output", output, timeout=120)
    assert done.returncode == 0, done.stderr
    assert sum(1 for _ in decode(output)) == 30


def test_readme_shows_what_is_printed(app: Path, finished: Finished) -> None:
    readme = app.with_name("README.md").read_text()
    first = finished.process.stdout.splitlines()[0]
    assert LINE.findall(readme)
    assert LINE.findall(readme)[0][:1] == LINE.findall(first)[0][:1]
