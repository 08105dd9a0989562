"""Golden test: the built-in parsers on the layouts of their models against NumPy."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

pyds = pytest.importorskip("pyds")
pytest.importorskip("onnx")

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst

from ..elements.streams import frames_of, objects_of, probe
from . import reference_parsers as reference
from .tiny_models import constant_outputs

Array = np.ndarray[Any, Any]

SIDE = 64  # of the network; 84 cells of 8, 16 and 32 pixels
CELLS = 84
FRAME = (128, 96)  # half as large in the network, with 8 rows above and below
CLASSES = 3
THRESHOLD = 0.25
LIMIT = 0.45
random = np.random.default_rng()  # seeded for each test


@pytest.fixture(autouse=True)
def seeded() -> None:
    random.bit_generator.state = np.random.default_rng(11).bit_generator.state


def rare(*shape: int) -> Array:
    """Scores of which few are high."""
    return (random.random(shape) ** 6).astype(np.float32)


def logits(*shape: int) -> Array:
    return (random.random(shape) * 9 - 6).astype(np.float32)


def centres(count: int) -> Array:
    """Boxes x, y, width, height in network pixels."""
    return (random.random((count, 4)) * [SIDE, SIDE, 30, 30] + [0, 0, 4, 4]).astype(np.float32)


def parts(count: int) -> Array:
    """Boxes left, top, right, bottom from 0 to 1."""
    return (reference.corners(centres(count)) / SIDE).astype(np.float32)


class Case(NamedTuple):
    outputs: dict[str, Array]
    expected: Array  # before the threshold and the clustering
    names: list[str]
    classes: int = CLASSES


def yolo_v8() -> Case:
    planes = np.vstack([centres(CELLS).T, rare(CLASSES, CELLS)])
    names = ["", "yolov8", "yolo11", "NvDsInferParseCustomYoloV8", "NvDsInferParseYoloV11"]
    return Case({"output0": planes}, reference.yolo_v8(planes, CLASSES), names)


def yolo_v8_rows() -> Case:
    planes = np.vstack([centres(CELLS).T, rare(CLASSES, CELLS)])
    rows = np.ascontiguousarray(planes.T)
    return Case(
        {"output0": rows},
        reference.yolo_v8(planes, CLASSES),
        ["yolov9", "NvDsInferParseCustomYoloV8"],
    )


def yolo_v5() -> Case:
    rows = np.hstack([centres(3 * CELLS), rare(3 * CELLS, 1) ** 0.3, rare(3 * CELLS, CLASSES)])
    names = ["", "yolov5", "yolov7", "NvDsInferParseCustomYoloV7_cuda"]
    return Case({"output": rows}, reference.yolo_v5(rows, CLASSES), names)


def yolo_v6() -> Case:
    rows = np.hstack([centres(CELLS), np.ones((CELLS, 1), np.float32), rare(CELLS, CLASSES)])
    return Case({"outputs": rows}, reference.yolo_v5(rows, CLASSES), ["yolov6"])


def yolo_x() -> Case:
    boxes = random.normal(0, 0.7, (CELLS, 4)).astype(np.float32)
    rows = np.hstack([boxes, rare(CELLS, 1) ** 0.2, rare(CELLS, CLASSES) ** 0.5])
    return Case({"output": rows}, reference.yolo_x(rows, SIDE), ["yolox"])


def yolo_final() -> Case:
    found = np.column_stack(
        [parts(30) * SIDE, rare(30) ** 0.2, random.integers(0, CLASSES, 30)]
    ).astype(np.float32)
    padded = np.vstack([found, np.zeros((10, 6), np.float32)])
    return Case({"output": padded}, found, ["", "yolov10", "NvDsInferParseYolo"])


def yolo_old() -> Case:
    boxes, scores = centres(CELLS), rare(CELLS, 1)
    classes = random.integers(0, CLASSES, (CELLS, 1)).astype(np.float32)
    expected = np.hstack([reference.corners(boxes), scores, classes])
    return Case(
        {"boxes": boxes, "scores": scores, "classes": classes}, expected, ["NvDsInferParseYolo"]
    )


V3 = [
    (10, 13),
    (16, 30),
    (33, 23),
    (30, 61),
    (62, 45),
    (59, 119),
    (116, 90),
    (156, 198),
    (373, 326),
]
V4 = [
    (12, 16), (19, 36), (40, 28), (36, 75), (76, 55), (72, 146), (142, 110), (192, 243), (459, 401)
]  # fmt: skip
TINY = [(23, 27), (37, 58), (81, 82), (81, 82), (135, 169), (344, 319)]
COCO = [(0.57273, 0.677385), (1.87446, 2.06253), (3.33843, 5.47434), (7.88282, 3.52778),
        (9.77052, 9.16828)]  # fmt: skip


def heads(anchors: list[tuple[float, float]], reaches: list[float], names: list[str]) -> Case:
    """Of strides 8 or 16 to 32; the coarse one comes first."""
    outputs, expected = {}, []
    for number, reach in enumerate(reaches):
        stride = 32 >> (len(reaches) - 1 - number)
        head = logits(3 * (5 + CLASSES), SIDE // stride, SIDE // stride)
        outputs[f"head{stride}"] = head
        own = anchors[3 * number : 3 * number + 3]
        expected.append(reference.yolo_head(head, own, SIDE, reach))
    return Case(dict(reversed(outputs.items())), np.vstack(expected), names)


def yolo_v3() -> Case:
    return heads(V3, [1, 1, 1], ["yolov3", "NvDsInferParseCustomYoloV3"])


def yolo_v3_tiny() -> Case:
    return heads(TINY, [1, 1], ["yolov3_tiny", "NvDsInferParseCustomYoloV3Tiny"])


def yolo_v4() -> Case:
    return heads(V4, [1.2, 1.1, 1.05], ["yolov4", "NvDsInferParseCustomYoloV4"])


def yolo_v4_tiny() -> Case:
    return heads(TINY, [1.05, 1.05], ["yolov4_tiny"])


def yolo_v2() -> Case:
    head = logits(5 * (5 + CLASSES), 2, 2)
    expected = reference.yolo_head(head, COCO, SIDE, v2=True)
    return Case({"head": head}, expected, ["yolov2", "NvDsInferParseCustomYoloV2Tiny"])


def yolo_v4_pytorch() -> Case:
    boxes, scores = parts(CELLS), rare(CELLS, CLASSES)
    expected = reference.each_class(boxes * SIDE, scores)
    names = ["", "NvDsInferParseCustomYoloV4"]
    return Case({"boxes": boxes[:, None], "confs": scores}, expected, names)


def transformer(kind: str, names: list[str], classes: int = CLASSES) -> Case:
    boxes, scores = centres(40) / np.float32(SIDE), logits(40, CLASSES)
    expected = reference.detr(boxes, scores, SIDE, kind)
    return Case({"pred_logits": scores, "pred_boxes": boxes}, expected, names, classes)


def rt_detr() -> Case:
    return transformer("rtdetr", ["rtdetr", "NvDsInferParseCustomRTDETRTAO"])


def ddetr() -> Case:
    return transformer("ddetr", ["NvDsInferParseCustomDDETRTAO"])


def detr() -> Case:
    return transformer("detr", ["", "detr"], CLASSES - 1)


def rt_detr_boxes() -> Case:
    boxes, scores = centres(40) / np.float32(SIDE), rare(40, CLASSES) ** 0.5
    expected = reference.each_class(reference.corners(boxes) * SIDE, scores)
    return Case({"output0": np.hstack([boxes, scores])}, expected, ["", "rtdetr"])


def after_nms(layers: list[str], boxes: Array, expected: Array, kind: Any, names: Any) -> Case:
    """Layers of number, boxes, scores and classes; what is behind the number is rubbish."""
    count = len(expected)
    junk = np.full((5, 4), 0.3, np.float32)
    values = [
        np.array([count], kind),
        np.vstack([boxes, junk]).astype(np.float32),
        np.append(expected[:, 4], np.full(5, 0.9)).astype(np.float32),
        np.append(expected[:, 5], np.zeros(5)).astype(kind),
    ]
    return Case(dict(zip(layers, values, strict=True)), expected, names)


def found_after_nms() -> Array:
    classes = random.integers(0, CLASSES, 20)
    return np.column_stack([parts(20) * SIDE, rare(20) ** 0.2, classes]).astype(np.float32)


DETECTION = ["num_detections", "detection_boxes", "detection_scores", "detection_classes"]


def batched_nms() -> Case:
    layers = ["num_detections", "nmsed_boxes", "nmsed_scores", "nmsed_classes"]
    found = found_after_nms()
    names = ["", "NvDsInferParseCustomBatchedNMSTLT", "NvDsInferParseCustomYoloV4"]
    case = after_nms(layers, found[:, :4] / SIDE, found, np.int32, names)
    case.outputs["nmsed_classes"] = case.outputs["nmsed_classes"].astype(np.float32)
    return case


def efficient_nms() -> Case:
    layers = ["num_dets", "det_boxes", "det_scores", "det_classes"]
    found = found_after_nms()
    names = ["", "efficient_nms", "NvDsInferYoloEfficientNMS"]
    return after_nms(layers, found[:, :4], found, np.int32, names)


def efficientdet() -> Case:
    found = found_after_nms()
    names = ["", "efficientdet", "NvDsInferParseCustomEfficientDetTAO"]
    return after_nms(DETECTION, found[:, [1, 0, 3, 2]], found, np.int32, names)


def tf_ssd() -> Case:
    found = found_after_nms()
    names = ["", "tf_ssd", "NvDsInferParseCustomTfSSD"]
    return after_nms(DETECTION, found[:, [1, 0, 3, 2]] / SIDE, found, np.float32, names)


def detection_output() -> Case:
    found = found_after_nms()
    rows = np.column_stack([np.zeros(20), found[:, 5], found[:, 4], found[:, :4] / SIDE])
    end = np.array([[-1, 0, 0.9, 0, 0, 1, 1]])
    rows = np.vstack([rows, end, end * [-1, 1, 1, 1, 1, 1, 1]]).astype(np.float32)
    names = ["", "detection_output", "NvDsInferParseCustomNMSTLT"]
    return Case({"detection_out": rows[None]}, found, names)


def ssd() -> Case:
    boxes, scores = parts(CELLS), rare(CELLS, CLASSES)
    expected = reference.each_class(boxes * SIDE, scores)
    return Case({"boxes": boxes[:, [1, 0, 3, 2]], "scores": scores}, expected, ["", "ssd"])


CASES = [
    yolo_v8, yolo_v8_rows, yolo_v5, yolo_v6, yolo_x, yolo_final, yolo_old, yolo_v2, yolo_v3,
    yolo_v3_tiny, yolo_v4, yolo_v4_tiny, yolo_v4_pytorch, rt_detr, rt_detr_boxes, ddetr, detr,
    batched_nms, efficient_nms, efficientdet, tf_ssd, detection_output, ssd,
]  # fmt: skip


class Found(NamedTuple):
    class_id: int
    confidence: float
    box: tuple[float, ...]  # left, top, right, bottom in frame pixels
    mask: Array | None
    mask_size: tuple[int, int]  # width, height
    threshold: float


@pytest.fixture
def detect(tmp_path: Path, play: Callable[..., Any]) -> Callable[..., list[Found]]:
    """detect(outputs, keys): the objects on a frame, best first within their classes."""

    def read(obj: Any) -> Found:
        rect, mask = obj.rect_params, obj.mask_params
        values = None
        if mask.size:
            count = mask.size // ctypes.sizeof(ctypes.c_float)
            values = np.array(mask.get_mask_array()[:count])
        box = (rect.left, rect.top, rect.left + rect.width, rect.top + rect.height)
        return Found(
            obj.class_id, obj.confidence, box, values, (mask.width, mask.height), mask.threshold
        )

    def run(outputs: dict[str, Array], keys: str) -> list[Found]:
        model = constant_outputs(tmp_path / "model.onnx", outputs, SIDE)
        config = tmp_path / "config.txt"
        config.write_text(
            f"[property]\nonnx-file={model}\nmaintain-aspect-ratio=1\nsymmetric-padding=1\n{keys}\n"
            f"[class-attrs-all]\npre-cluster-threshold={THRESHOLD}\nnms-iou-threshold={LIMIT}\n"
        )
        width, height = FRAME
        pipeline = Gst.parse_launch(
            "videotestsrc num-buffers=1 "
            f"! video/x-raw,format=RGBA,width={width},height={height} "
            "! nvvideoconvert ! video/x-raw(memory:NVMM),format=RGBA ! mux.sink_0 "
            f"nvstreammux name=mux batch-size=1 width={width} height={height} "
            f"! nvinfer config-file-path={config} ! fakesink name=end sync=false"
        )
        found: list[Found] = []

        def collect(_buffer: Any, batch: Any) -> None:
            for frame in frames_of(batch):
                found.extend(map(read, objects_of(frame)))

        probe(pipeline, "end", collect)
        played = play(pipeline)
        assert not played.error, played.error
        return sorted(found, key=lambda one: (one.class_id, -one.confidence, one.box))

    return run


def in_frame(box: Array) -> Array:
    """A box of the network's in frame pixels, inside the frame."""
    width, height = FRAME
    return np.clip((box - [0, 8, 0, 8]) * 2, 0, [width, height, width, height])


def in_network(box: Array) -> Array:
    return np.asarray(box / 2 + [0, 8, 0, 8])


def expected_objects(case: Case, limit: float | None) -> list[tuple[int, float, Array, int]]:
    """Class, confidence, box in the frame and row, in the order of detect()."""
    found = case.expected[case.expected[:, 5] < case.classes]
    objects = []
    for i in reference.kept(found, THRESHOLD, limit):
        box = in_frame(found[i, :4])
        if (box[2:] > box[:2]).all():
            objects.append((int(found[i, 5]), float(found[i, 4]), box, i))
    return sorted(objects, key=lambda one: (one[0], -one[1], tuple(one[2])))


@pytest.mark.parametrize("mode", [2, 4])
@pytest.mark.parametrize("make", CASES, ids=lambda make: make.__name__)
def test_boxes(detect: Any, make: Callable[[], Case], mode: int) -> None:
    case = make()
    expected = expected_objects(case, LIMIT if mode == 2 else None)
    assert len(expected) >= 3
    for name in case.names:
        found = detect(
            case.outputs,
            f"num-detected-classes={case.classes}\ncluster-mode={mode}\n"
            + (f"parse-bbox-func-name={name}" if name else ""),
        )
        assert [one.class_id for one in found] == [one[0] for one in expected], name
        for one, (_, confidence, box, _row) in zip(found, expected, strict=True):
            assert one.confidence == pytest.approx(confidence, abs=1e-5)
            assert one.box == pytest.approx(box, abs=2e-3)


INSTANCES = "network-type=3\noutput-instance-mask=1\nsegmentation-threshold=0.5\n"


def poses() -> tuple[Array, Array]:
    """Rows of corners, score and 4 keypoints; and the keypoints, some outside of the picture."""
    points = random.random((CELLS, 4, 3)) * [SIDE + 20, SIDE + 20, 1] - [10, 10, 0]
    points = points.reshape(CELLS, 12).astype(np.float32)
    return np.hstack([parts(CELLS) * SIDE, rare(CELLS, 1) ** 0.5, points]), points


@pytest.mark.parametrize("layout", ["planes", "corners", "final"])
@pytest.mark.parametrize("name", ["", "NvDsInferParseYoloPose"])
@pytest.mark.parametrize("mode", [2, 4])
def test_keypoints(detect: Any, layout: str, name: str, mode: int) -> None:
    rows, points = poses()
    expected = np.hstack([rows[:, :5], np.zeros((CELLS, 1))])
    if layout == "planes":
        box = rows[:, :4]
        middles = np.hstack([(box[:, :2] + box[:, 2:]) / 2, box[:, 2:] - box[:, :2]])
        output = np.vstack([middles.T, rows[:, 4:].T])
    elif layout == "corners":
        output = rows
    else:
        output = np.hstack([expected, points])
    keys = f"{INSTANCES}cluster-mode={mode}\nnum-detected-classes=1\n"
    found = detect(
        {"output0": np.ascontiguousarray(output, np.float32)},
        keys + (f"parse-bbox-instance-mask-func-name={name}" if name else ""),
    )
    thinned = mode == 2 or layout != "final"
    wanted = expected_objects(Case({}, expected, [], 1), LIMIT if thinned else None)
    assert len(found) == len(wanted) >= 3
    for one, (_, confidence, box, row) in zip(found, wanted, strict=True):
        assert one.confidence == pytest.approx(confidence, abs=1e-5)
        assert one.box == pytest.approx(box, abs=2e-3)
        assert one.mask_size == (SIDE, SIDE)
        assert one.mask is not None
        inside = np.clip(points[row].reshape(4, 3), [0, 0, 0], [SIDE, SIDE, 1])
        assert one.mask == pytest.approx(inside.ravel(), abs=1e-5)


@pytest.mark.parametrize("layout", ["planes", "objectness", "final"])
@pytest.mark.parametrize("name", ["", "NvDsInferParseYoloSeg"])
@pytest.mark.parametrize("mode", [2, 4])
def test_masks(detect: Any, layout: str, name: str, mode: int) -> None:
    size = 16
    prototypes = random.normal(0, 1, (8, size, size)).astype(np.float32)
    count = 3 * CELLS if layout == "objectness" else CELLS
    boxes, scores = centres(count), rare(count, CLASSES)
    coefficients = random.normal(0, 1, (count, 8)).astype(np.float32)
    if layout == "planes":
        output = np.hstack([boxes, scores, coefficients]).T
        table = reference.yolo_v8(output, CLASSES)
    elif layout == "objectness":
        output = np.hstack([boxes, rare(count, 1) ** 0.2, scores, coefficients])
        table = reference.yolo_v5(output, CLASSES)
    else:
        table = reference.table(reference.corners(boxes), scores)
        output = np.hstack([table, coefficients])
    outputs = {"output0": np.ascontiguousarray(output, np.float32), "output1": prototypes}
    found = detect(
        outputs,
        f"{INSTANCES}cluster-mode={mode}\nnum-detected-classes={CLASSES}\n"
        + (f"parse-bbox-instance-mask-func-name={name}" if name else ""),
    )
    thinned = mode == 2 or layout != "final"
    wanted = expected_objects(Case({}, table, []), LIMIT if thinned else None)
    assert len(found) == len(wanted) >= 3
    for one, (class_id, confidence, box, row) in zip(found, wanted, strict=True):
        assert one.class_id == class_id
        assert one.confidence == pytest.approx(confidence, abs=1e-5)
        assert one.box == pytest.approx(box, abs=2e-3)
        assert one.threshold == 0.5
        assert one.mask is not None
        # Of what lies in the frame, a value for about each pixel of the prototypes.
        width, height = one.mask_size
        shown = in_network(box)
        sides = (shown[2:] - shown[:2]) * size / SIDE
        assert (width, height) == tuple(np.ceil(sides - 1e-3).astype(int))
        mask = reference.mask_of(shown, coefficients[row], prototypes, SIDE, (height, width))
        assert one.mask.reshape(height, width) == pytest.approx(mask, abs=1e-4)


@pytest.mark.parametrize("form", ["one", "four"])
def test_masks_of_the_models_own(detect: Any, form: str) -> None:
    table = found_after_nms()
    masks = random.random((20, 16, 16)).astype(np.float32)
    outputs = {"output": np.hstack([table, masks.reshape(20, 256)])}
    if form == "four":
        outputs = {
            "boxes": np.ascontiguousarray(table[:, :4]),
            "scores": np.ascontiguousarray(table[:, 4:5]),
            "classes": np.ascontiguousarray(table[:, 5:]),
            "masks": masks,
        }
    found = detect(
        outputs,
        f"{INSTANCES}cluster-mode=4\nnum-detected-classes={CLASSES}\n"
        "parse-bbox-instance-mask-func-name=NvDsInferParseYoloSeg",
    )
    wanted = expected_objects(Case({}, table, []), None)
    assert len(found) == len(wanted) >= 3
    for one, (_, _, box, row) in zip(found, wanted, strict=True):
        assert one.box == pytest.approx(box, abs=2e-3)
        assert one.mask_size == (16, 16)
        assert one.mask is not None
        np.testing.assert_array_equal(one.mask.reshape(16, 16), masks[row])


def test_a_configuration_whose_library_needs_cuda(detect: Any, tmp_path: Path) -> None:
    """As DeepStream-Yolo's are; the library is one that this machine cannot load."""
    (tmp_path / "libnvdsinfer_custom_impl_Yolo.so").write_bytes(b"\x7fELF for another machine")
    case = yolo_final()
    expected = expected_objects(case, LIMIT)
    found = detect(
        case.outputs,
        f"num-detected-classes={CLASSES}\ncluster-mode=2\nnetwork-mode=0\nnetwork-type=0\n"
        "model-engine-file=model_b1_gpu0_fp32.engine\nengine-create-func-name=NvDsInferYolo\n"
        "custom-lib-path=libnvdsinfer_custom_impl_Yolo.so\n"
        "parse-bbox-func-name=NvDsInferParseYolo",
    )
    assert [one.class_id for one in found] == [one[0] for one in expected]


def test_the_page_has_every_name(root: Path) -> None:
    page = (root / "docs/reference/parsers.md").read_text()
    names: set[str] = set()
    for source in (root / "src/infer/parsers").glob("*.cpp"):
        for listed in re.findall(
            r"BuiltIn\w+ k\w+\s*\{\s*\{(.*?)\}", source.read_text(), re.DOTALL
        ):
            names.update(re.findall(r'"(\w+)"', listed))
    assert len(names) > 50
    assert [name for name in sorted(names) if f"`{name}`" not in page] == []


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 3e38])
def test_outputs_that_are_no_numbers(detect: Any, bad: float) -> None:
    """Each column of each layout in turn: no crash, and what remains lies in the frame."""
    for make in CASES:
        case = make()
        for name, values in case.outputs.items():
            if values.dtype != np.float32:
                continue
            broken = values.copy()
            broken.reshape(-1)[random.random(values.size) < 0.3] = bad
            found = detect(
                {**case.outputs, name: broken},
                f"num-detected-classes={case.classes}\ncluster-mode=2\n"
                f"parse-bbox-func-name={case.names[-1]}",
            )
            for one in found:
                assert np.isfinite(one.confidence)
                assert (np.array(one.box) >= 0).all()
                assert (np.array(one.box) <= np.add([*FRAME, *FRAME], 1e-3)).all()
