"""The variants of the detector: another model's tensors, with the detector's boxes in them."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest

TRAFFIC = (
    ("car", "bus", "truck"),
    ("bicycle", "motorcycle"),
    ("person",),
    ("traffic light", "stop sign"),
)
PEOPLE = (("person",), ("backpack", "handbag", "suitcase"), ())
THRESHOLD = 0.2


@dataclass(frozen=True)
class DetectNet:
    """What programs know of a DetectNet_v2 model."""

    file: str
    image: str
    cov: str
    bbox: str
    width_px: int
    height_px: int
    groups: tuple[tuple[str, ...], ...]

    @property
    def grid(self) -> tuple[int, int]:
        return self.height_px // 16, self.width_px // 16


TAO = ("input_1:0", "output_cov/Sigmoid:0", "output_bbox/BiasAdd:0")
CAFFE = ("input_1", "conv2d_cov/Sigmoid", "conv2d_bbox")
DETECTNETS = (
    DetectNet("as_trafficcamnet.onnx", *TAO, 960, 544, TRAFFIC),
    DetectNet("as_peoplenet.onnx", *TAO, 960, 544, PEOPLE),
    DetectNet("as_resnet10.onnx", *CAFFE, 640, 368, TRAFFIC),
)
SSD = "as_ssd_inception_v2.onnx"

detectnets = pytest.mark.parametrize("like", DETECTNETS, ids=lambda like: like.file)


def run(model: Path, images: np.ndarray) -> dict[str, np.ndarray]:
    """The outputs of a model, for all images at once."""
    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, {session.get_inputs()[0].name: images}), strict=True))


@pytest.fixture(scope="module")
def detector(model: Path, inputs: np.ndarray) -> dict[str, np.ndarray]:
    """What the detector itself says of the frames."""
    return run(model, inputs)


@pytest.fixture(scope="module")
def labels(model: Path) -> list[str]:
    return model.with_name("labels.txt").read_text().splitlines()


#: Of one frame: class, left, top, right, bottom in pixels, score.
Rows = np.ndarray[Any, np.dtype[np.float64]]


def decode(outputs: dict[str, np.ndarray], like: DetectNet, frame: int) -> Rows:
    """The boxes in a DetectNet_v2 model's outputs, as its documentation says, unclustered."""
    cov, bbox = outputs[like.cov][frame], outputs[like.bbox][frame].astype(float)
    classes, ys, xs = np.nonzero(cov >= THRESHOLD)
    left, top, right, bottom = (bbox[4 * classes + edge, ys, xs] * 35 for edge in range(4))
    x, y = xs * 16 + 0.5, ys * 16 + 0.5
    edges = (x - left, y - top, x + right, y + bottom)
    return np.column_stack([classes, *edges, cov[classes, ys, xs]])


def expected(
    detector: dict[str, np.ndarray], like: DetectNet, labels: list[str], frame: int
) -> Rows:
    """The detector's boxes with the highest score of each group of classes."""
    boxes, scores = detector["boxes"][frame].astype(float), detector["scores"][frame]
    rows = []
    for index, group in enumerate(like.groups):
        if not group:
            continue
        best = scores[:, [labels.index(name) for name in group]].max(axis=1)
        seen = np.flatnonzero(best >= THRESHOLD)
        top, left, bottom, right = (boxes[seen] * ([like.height_px, like.width_px] * 2)).T
        rows.append(
            np.column_stack([np.full(len(seen), index), left, top, right, bottom, best[seen]])
        )
    return np.concatenate(rows)


def ordered(rows: Rows) -> Rows:
    return rows[np.lexsort((rows[:, 5], rows[:, 0]))]


def overlap(box: Rows, boxes: Rows) -> np.ndarray:
    """Intersection over union of edges."""
    low, high = np.maximum(box[:2], boxes[:, :2]), np.minimum(box[2:4], boxes[:, 2:4])
    both = np.clip(high - low, 0, None).prod(axis=1)
    areas = (boxes[:, 2:4] - boxes[:, :2]).prod(axis=1)
    return both / (areas + (box[2:4] - box[:2]).prod() - both)


def suppressed(rows: Rows, most: float) -> Rows:
    """Greedy non-maximum suppression, class by class."""
    kept = []
    for index in np.unique(rows[:, 0]):
        left = rows[rows[:, 0] == index]
        left = left[np.argsort(-left[:, 5], kind="stable")]
        while len(left):
            kept.append(left[0])
            left = left[1:][overlap(left[0, 1:5], left[1:, 1:5]) <= most]
    return np.array(kept).reshape(-1, 6)


# ---- DetectNet_v2


@detectnets
def test_interface_of_detectnet(model: Path, like: DetectNet) -> None:
    path = model.with_name(like.file).resolve()  # onnx follows no links to weights
    onnx.checker.check_model(str(path))
    graph = onnx.load(path).graph

    def shapes(values: Any) -> dict[str, list[int | str]]:
        return {
            v.name: [d.dim_param or d.dim_value for d in v.type.tensor_type.shape.dim]
            for v in values
        }

    classes = len(like.groups)
    assert shapes(graph.input) == {like.image: ["N", 3, 300, 300]}
    assert shapes(graph.output) == {
        like.cov: ["N", classes, *like.grid],
        like.bbox: ["N", 4 * classes, *like.grid],
    }
    assert path.stat().st_size < 150_000  # the weights are the detector's


@detectnets
def test_detectnet_outputs_hold_the_detectors_boxes(
    model: Path,
    inputs: np.ndarray,
    detector: dict[str, np.ndarray],
    labels: list[str],
    like: DetectNet,
) -> None:
    outputs = run(model.with_name(like.file), (inputs + 1) / 2)  # takes 0 to 1
    total = lost = 0
    for frame in range(len(inputs)):
        found, want = decode(outputs, like, frame), expected(detector, like, labels, frame)
        assert len(want)
        if np.prod(like.grid) >= len(detector["boxes"][0]):
            assert len(found) == len(want)
            difference = np.abs(ordered(found) - ordered(want))
            assert difference[:, 5].max() < 1e-4
            assert difference[:, 1:5].max() < 0.1
            continue
        # Fewer cells than anchors: nothing is invented, and little is lost after the clustering.
        for row in found:
            same = want[(want[:, 0] == row[0]) & (np.abs(want[:, 5] - row[5]) < 1e-4)]
            assert np.abs(same[:, 1:5] - row[1:5]).max(axis=1).min() < 0.1
        clusters = suppressed(want, 0.5)
        total += len(clusters)
        for row in clusters:
            same = found[found[:, 0] == row[0]]
            lost += not (np.abs(same[:, 1:5] - row[1:5]).max(axis=1) < 0.1).any()
    assert lost <= 0.01 * total


@detectnets
def test_coverage_shows_where_things_are(model: Path, inputs: np.ndarray, like: DetectNet) -> None:
    outputs = run(model.with_name(like.file), (inputs + 1) / 2)
    distances: list[float] = []
    for frame in range(len(inputs)):
        rows = decode(outputs, like, frame)
        _, ys, xs = np.nonzero(outputs[like.cov][frame] >= THRESHOLD)
        centres = (rows[:, 1:3] + rows[:, 3:5]) / 2
        distances += list(np.abs(centres - np.column_stack([xs, ys]) * 16).max(axis=1))
    assert len(distances) > 50
    assert np.median(distances) < 2 * 16
    assert np.percentile(distances, 90) < 4 * 16


@detectnets
def test_frames_of_a_batch_do_not_mix(model: Path, inputs: np.ndarray, like: DetectNet) -> None:
    images = (inputs[:3] + 1) / 2
    together = run(model.with_name(like.file), images)
    for index in range(3):
        alone = run(model.with_name(like.file), images[index : index + 1])
        for name, values in together.items():
            assert np.abs(alone[name][0] - values[index]).max() < 0.001


def test_there_are_no_faces(model: Path, inputs: np.ndarray) -> None:
    like = DETECTNETS[1]
    cov = run(model.with_name(like.file), (inputs + 1) / 2)[like.cov]
    assert cov[:, 0].max() > 0.9
    assert not cov[:, 2].any()


# ---- TensorFlow's SSD


def test_ssd_gives_what_tensorflow_gives(
    model: Path, inputs: np.ndarray, detector: dict[str, np.ndarray]
) -> None:
    pictures = np.round((inputs + 1) * 127.5).astype(np.uint8).transpose(0, 2, 3, 1)
    outputs = run(model.with_name(SSD), pictures)
    assert {name: values.shape for name, values in outputs.items()} == {
        "num_detections": (len(inputs),),
        "detection_boxes": (len(inputs), 100, 4),
        "detection_scores": (len(inputs), 100),
        "detection_classes": (len(inputs), 100),
    }
    for frame, count in enumerate(outputs["num_detections"].astype(int)):
        boxes, scores = detector["boxes"][frame], detector["scores"][frame]
        anchors, columns = np.nonzero(scores >= 0.3)
        ymin, xmin, ymax, xmax = boxes[anchors].astype(float).T
        candidates = np.column_stack([columns, xmin, ymin, xmax, ymax, scores[anchors, columns]])
        want = suppressed(candidates, 0.6)
        want = want[np.argsort(-want[:, 5], kind="stable")]
        assert count == len(want)
        assert 0 < count < 100
        assert np.abs(outputs["detection_scores"][frame, :count] - want[:, 5]).max() < 1e-4
        assert (outputs["detection_classes"][frame, :count] == want[:, 0] + 1).all()  # COCO's ids
        found = outputs["detection_boxes"][frame, :count][:, [1, 0, 3, 2]]
        assert np.abs(found - want[:, 1:5]).max() < 1e-4
        for name in ("scores", "classes", "boxes"):
            assert not outputs[f"detection_{name}"][frame, count:].any()


# ---- the tool


def test_tool_rebuilds_the_same_files(model: Path, root: Path, tmp_path: Path) -> None:
    tool = root / "tools/build_detector_variants.py"
    subprocess.run([sys.executable, tool, "--output", tmp_path], capture_output=True, check=True)
    rebuilt = sorted(path.name for path in tmp_path.iterdir())
    assert rebuilt == sorted([*(like.file for like in DETECTNETS), SSD, "as_peoplesegnet.onnx"])
    for name in rebuilt:
        assert (tmp_path / name).read_bytes() == model.with_name(name).read_bytes(), name
