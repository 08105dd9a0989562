"""deepstream-ssd-parser, run as its user runs it, and its parser by hand."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from thalweg.testing import MovingBox, Scene

from .videos import pictures, run, save_h264

LINE = re.compile(
    r"Frame Number=(\d+) Number of Objects=(\d+) Vehicle_count=(\d+) Person_count=(\d+)"
)


@pytest.fixture(scope="module")
def app(root: Path) -> Path:
    return root / "apps/deepstream-ssd-parser/deepstream_ssd_parser.py"


def counts(stdout: str) -> list[tuple[int, ...]]:
    """Of each frame: number, objects, vehicles, persons."""
    found = []
    for line in stdout.splitlines():
        match = LINE.fullmatch(line)
        assert match, line
        found.append(tuple(map(int, match.groups())))
    return found


def red(image: np.ndarray) -> np.ndarray:
    """Where the borders' red is, also after the encoder."""
    pixels = image.astype(int)
    return (pixels[..., 0] > 130) & (pixels[..., 1] < 100) & (pixels[..., 2] < 100)


def edges_shown(image: np.ndarray, left: float, top: float, right: float, bottom: float) -> float:
    """How much of a box's left and right edge and of its lower one is red, within 12 px."""
    shown, near = red(image), 12
    rows = slice(round(top + 0.4 * (bottom - top)), round(bottom) - near)
    columns = slice(round(left) + near, round(right) - near)
    sides = [
        shown[rows, max(round(x) - near, 0) : round(x) + near].any(axis=1) for x in (left, right)
    ]
    below = shown[max(round(bottom) - near, 0) : round(bottom) + near, columns].any(axis=0)
    return float(np.concatenate([*sides, below]).mean())


def test_objects_are_the_golden_ones(
    app: Path,
    clip_h264: Path,
    shared: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("THALWEG_FRAMES", "40")
    output = tmp_path / "out.mp4"
    done = run(app, clip_h264, "--output", output)
    assert (done.returncode, done.stderr) == (0, "")
    lines = counts(done.stdout)
    assert [line[0] for line in lines] == list(range(40))
    golden = json.loads((shared / "models/golden_ssd_pets09.json").read_text())["frames"][0]
    assert golden["frame_index"] == 0
    seen = golden["detections"]
    persons = [d for d in seen if d["label"] == "person"]
    cars = [d for d in seen if d["label"] == "car"]
    assert len(persons) + len(cars) == len(seen) > 3
    assert lines[0] == (0, len(seen), len(cars), len(persons))
    images = pictures(output)
    assert len(images) == 40
    scale = 1920 / 768, 1080 / 576
    for d in persons:
        left, top = d["left"] * scale[0], d["top"] * scale[1]
        right, bottom = left + d["width"] * scale[0], top + d["height"] * scale[1]
        assert edges_shown(images[0], left, top, right, bottom) > 0.8
    # The lines about the frames stand in their corner.
    assert (images[0][12:40, 10:500].max(axis=(1, 2)) > 200).any()


def original(path: Path) -> None:
    """A model with the input and outputs of the original's: the scores of a car on the left and a
    person on the right are how red and how green the picture is."""
    boxes = np.zeros((1, 100, 4), np.float32)
    boxes[0, :2] = [[0.2, 0.1, 0.8, 0.4], [0.2, 0.6, 0.8, 0.9]]
    constants = {
        "boxes": boxes,
        "classes": np.eye(1, 100, 0, dtype=np.float32) * 3 + np.eye(1, 100, 1, dtype=np.float32),
        "nought": np.float32(0),
        "highest": np.float32(255),
        "red_green": np.array([0, 1]),
        "padding": np.array([0, 0, 0, 98]),
        "two": np.float32(2),
        "last": np.array([1]),
        "third": np.array([2]),
    }
    nodes = onnx.parser.parse_graph("""added () => () {
        levels = Cast <to=1> (image)
        sums = ReduceMean <axes=[1,2], keepdims=0> (levels)
        shares = Div (sums, highest)
        chosen = Gather <axis=1> (shares, red_green)
        scores = Pad (chosen, padding)
        noughts = Mul (scores, nought)
        found_classes = Add (noughts, classes)
        nought_columns = Unsqueeze (noughts, third)
        found_boxes = Add (nought_columns, boxes)
        total = ReduceSum <keepdims=0> (noughts, last)
        count = Add (total, two)
    }""").node
    names = {
        "image": "image_tensor:0",
        "count": "num_detections:0",
        "found_boxes": "detection_boxes:0",
        "scores": "detection_scores:0",
        "found_classes": "detection_classes:0",
    }
    for node in nodes:
        node.input[:] = [names.get(name, name) for name in node.input]
        node.output[:] = [names.get(name, name) for name in node.output]
    shapes: dict[str, list[Any]] = {
        "count": [],
        "found_boxes": [100, 4],
        "scores": [100],
        "found_classes": [100],
    }
    graph = helper.make_graph(
        nodes,
        "original",
        [helper.make_tensor_value_info(names["image"], TensorProto.UINT8, ["N", "H", "W", 3])],
        [
            helper.make_tensor_value_info(names[name], TensorProto.FLOAT, ["N", *shape])
            for name, shape in shapes.items()
        ],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, path)


@pytest.mark.parametrize(
    ("colour", "expected"), [((150, 10, 220), (1, 1, 0)), ((10, 150, 220), (1, 0, 1))]
)
def test_layout_of_the_originals_model(
    app: Path, tmp_path: Path, colour: tuple[int, int, int], expected: tuple[int, ...]
) -> None:
    config = "dstest_ssd_nopostprocess.txt"
    shutil.copy(app.with_name(config), tmp_path)
    original(tmp_path / "ssd_inception_v2_coco_2018_01_28.onnx")
    scene = Scene(
        boxes=[MovingBox(xyxy=(0, 0, 320, 240), color=colour)], frames=3, background=(0, 0, 0)
    )
    stream = save_h264(scene, tmp_path)
    output = tmp_path / "out.mp4"
    done = run(app, stream, "--output", output, "--configfile", tmp_path / config)
    assert (done.returncode, done.stderr) == (0, "")
    assert [line[1:] for line in counts(done.stdout)] == [expected] * 3
    shown = red(pictures(output)[0])
    left, other = (192, 1152) if expected[1] else (1152, 192)  # of 1920
    assert shown[500, left - 6 : left + 7].any()
    assert not shown[500, left + 20 : left + 500].any()
    assert not shown[500, other - 6 : other + 7].any()


def test_a_model_with_other_outputs(app: Path, clip_h264: Path, tmp_path: Path) -> None:
    config = tmp_path / "config.txt"
    model = app.parents[2] / "models/ssd_mobilenet_v2_coco/ssd_mobilenet_v2_coco_fp16.onnx"
    config.write_text(
        f"[property]\nonnx-file={model}\nnetwork-type=100\noutput-tensor-meta=1\n"
        "net-scale-factor=0.00784\n"
    )
    done = run(app, clip_h264, "--output", tmp_path / "out.mp4", "--configfile", config)
    assert done.returncode == 1
    assert done.stderr == (
        "Error: the model has no output num_detections and no detection_boxes and no "
        "detection_scores and no detection_classes, only boxes, scores; expected those of "
        f"TensorFlow's object detection (primary-inference, playing {clip_h264})\n"
    )


def test_help_and_wrong_arguments(app: Path, clip_h264: Path, tmp_path: Path) -> None:
    assert "network-type=100" in run(app, "--help").stdout
    assert run(app).returncode == 2
    done = run(app, tmp_path / "none.h264")
    assert (done.returncode, done.stderr) == (
        1,
        f"Error: there is no file {tmp_path}/none.h264; expected an H.264 elementary stream.\n",
    )
    done = run(app, clip_h264, "--configfile", tmp_path / "none.txt")
    assert done.stderr == (
        f"Error: there is no file {tmp_path}/none.txt; expected a configuration file of nvinfer.\n"
    )
    # The original's model, which is not there.
    config = app.with_name("dstest_ssd_nopostprocess.txt")
    done = run(app, clip_h264, "--output", tmp_path / "out.mp4", "--configfile", config)
    assert done.returncode == 1
    assert "onnx-file: cannot read" in done.stderr
    assert "SSD Inception v2" in done.stderr


def test_readme_shows_what_is_printed(app: Path) -> None:
    assert LINE.search(app.with_name("README.md").read_text())


# ---- the parser


@pytest.fixture(scope="module")
def parser(app: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("ssd_parser", app.with_name("ssd_parser.py"))
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def tensors(*rows: tuple[float, ...], count: float | None = None) -> dict[str, np.ndarray]:
    """Outputs with rows of class, score and ymin, xmin, ymax, xmax, and two empty ones."""
    values = np.zeros((len(rows) + 2, 6), np.float32)
    values[: len(rows)] = np.reshape(rows, (-1, 6))
    return {
        "num_detections": np.float32(len(rows) if count is None else count),
        "detection_boxes": values[:, 2:],
        "detection_scores": values[:, 1],
        "detection_classes": values[:, 0],
    }


LIMITS = {
    "num_classes": 4,
    "min_score": 0.5,
    "min_size": (0.1, 0.2),
    "max_iou": 0.3,
    "top_k": 3,
}


def test_rows_by_hand(parser: ModuleType) -> None:
    found = parser.parse(
        tensors(
            (1, 0.6, 0.2, 0.1, 0.8, 0.5),
            (2, 0.9, -0.5, 0.5, 0.5, 1.5),  # reaches out of the frame
            (1, 0.49, 0.0, 0.0, 1.0, 1.0),  # unlikely
            (1, 0.8, 0.0, 0.0, 1.0, 0.09),  # narrow
            (1, 0.8, 0.0, 0.0, 0.19, 1.0),  # low
            (4, 0.8, 0.0, 0.0, 1.0, 1.0),  # of no class
        ),
        **LIMITS,
    )
    assert found.classes.tolist() == [2, 1]
    assert found.scores == pytest.approx([0.9, 0.6])
    assert found.boxes.tolist() == [
        pytest.approx([0.5, 0, 1, 0.5]),
        pytest.approx([0.1, 0.2, 0.5, 0.8]),
    ]


def test_suppression_by_hand(parser: ModuleType) -> None:
    """Boxes of 0.4 x 0.4; moved by 0.2, two share a third of their area, by 0.24 a quarter."""
    box = (0.0, 0.0, 0.4, 0.4)
    moved, further = (0.0, 0.2, 0.4, 0.6), (0.0, 0.24, 0.4, 0.64)
    found = parser.parse(
        tensors((1, 0.6, *moved), (1, 0.7, *box), (2, 0.65, *moved), (1, 0.5, *further)), **LIMITS
    )
    assert list(zip(found.classes.tolist(), found.scores.round(2).tolist(), strict=True)) == [
        (1, pytest.approx(0.7)),
        (2, pytest.approx(0.65)),
        (1, pytest.approx(0.5)),
    ]
    far = [(1, 0.9 - i / 10, 0.0, i / 5, 1.0, i / 5 + 0.2) for i in range(4)]
    assert parser.parse(tensors(*far), **LIMITS).scores == pytest.approx([0.9, 0.8, 0.7])


def test_values_that_are_no_numbers(parser: ModuleType) -> None:
    nan, inf = float("nan"), float("inf")
    good = (1, 0.9, 0.0, 0.0, 1.0, 1.0)
    bad = [
        (nan, *good[1:]),
        (inf, *good[1:]),
        (-1, *good[1:]),
        (1e30, *good[1:]),
        (1, nan, *good[2:]),
        (1, inf, *good[2:]),
        (1, 0.9, nan, 0.0, 1.0, 1.0),
        (1, 0.9, 0.0, 0.0, 1.0, nan),
        (1, 0.9, 1.0, 1.0, 0.0, 0.0),
    ]
    assert parser.parse(tensors(*bad, good), **LIMITS).scores == pytest.approx([0.9])
    for count, seen in ((nan, 0), (-5, 0), (inf, 1), (1e30, 1), (1, 1)):
        assert len(parser.parse(tensors(good, count=count), **LIMITS).scores) == seen
    assert parser.parse(tensors(), **LIMITS).boxes.shape == (0, 4)


def test_outputs_of_other_shapes(parser: ModuleType) -> None:
    good = tensors((1, 0.9, 0, 0, 1, 1))
    with pytest.raises(ValueError, match="no output detection_boxes, only num_detections"):
        parser.parse({k: v for k, v in good.items() if k != "detection_boxes"}, **LIMITS)
    for name, value in (
        ("num_detections", np.zeros(2, np.float32)),
        ("detection_boxes", np.zeros((2, 4), np.float32)),
        ("detection_boxes", np.zeros((3, 5), np.float32)),
        ("detection_scores", np.zeros((3, 1), np.float32)),
        ("detection_classes", np.zeros(2, np.float32)),
    ):
        with pytest.raises(ValueError, match=r"the model's outputs are num_detections \["):
            parser.parse({**good, name: value}, **LIMITS)
