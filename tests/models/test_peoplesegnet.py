"""The substitute for PeopleSegNet: its outputs beside NumPy's, and its masks beside what moves."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest

pyds = pytest.importorskip("pyds")

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst

from thalweg import models

from ..elements.streams import walk

WIDTH, HEIGHT = 960, 576  # of the original's input
ROWS, MOST, MASK_PX, CROP_PX = 100, 8, 28, 192
MEAN, SCALE = np.array([123.675, 116.28, 103.53], np.float32), np.float32(0.017507)
OUTPUTS = ("generate_detections", "mask_fcn_logits/BiasAdd")

Frames = np.ndarray[Any, np.dtype[np.uint8]]


def frames_of(clip: Path, every: int) -> Frames:
    """Each `every`th frame of a clip as RGB of the original's size."""
    pipeline = (
        f"filesrc location={clip} ! qtdemux ! h264parse ! avdec_h264 ! videoconvert ! videoscale "
        f"! video/x-raw,format=RGB,width={WIDTH},height={HEIGHT} ! fdsink"
    )
    size = WIDTH * HEIGHT * 3
    frames = []
    with subprocess.Popen(
        ["gst-launch-1.0", "-q", *pipeline.split()], stdout=subprocess.PIPE
    ) as child:
        assert child.stdout
        for index, picture in enumerate(iter(lambda: child.stdout.read(size), b"")):
            if index % every == 0:
                frames.append(np.frombuffer(picture, np.uint8).reshape(HEIGHT, WIDTH, 3))
    assert child.returncode == 0
    return np.stack(frames)


@pytest.fixture(scope="module")
def scene(pets: Path) -> Frames:
    """People on a square before a camera that does not move."""
    return frames_of(pets, 12)


@pytest.fixture(scope="module")
def variant(model: Path) -> Path:
    return model.with_name("as_peoplesegnet.onnx").resolve()  # onnx follows no links to weights


def as_input(frames: Frames) -> np.ndarray:
    return ((frames.astype(np.float32) - MEAN) * SCALE).transpose(0, 3, 1, 2)


def run(file: Path | bytes, images: np.ndarray) -> list[np.ndarray]:
    model = file if isinstance(file, bytes) else str(file)
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    return list(session.run(None, {session.get_inputs()[0].name: images}))


def sample(picture: np.ndarray, xs: np.ndarray, ys: np.ndarray) -> np.ndarray:
    """Bilinear values of picture [h,w,c] where columns `xs` and rows `ys` cross; 0 is the middle of
    the first pixel."""
    height, width = picture.shape[:2]
    x, y = np.clip(xs, 0, width - 1), np.clip(ys, 0, height - 1)
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    right, bottom = np.minimum(left + 1, width - 1), np.minimum(top + 1, height - 1)
    across, down = (x - left)[:, None], (y - top)[:, None, None]
    above = picture[top][:, left] * (1 - across) + picture[top][:, right] * across
    below = picture[bottom][:, left] * (1 - across) + picture[bottom][:, right] * across
    return above * (1 - down) + below * down


def part(picture: np.ndarray, box: np.ndarray, size: int, samples: int) -> np.ndarray:
    """`box` (left, top, right, bottom) of picture [h,w,c] as [size,size,c]; each pixel is the mean
    of samples x samples."""
    steps = (np.arange(size * samples) + 0.5) / (size * samples)
    xs = box[0] + steps * (box[2] - box[0]) - 0.5
    ys = box[1] + steps * (box[3] - box[1]) - 0.5
    values = sample(picture, xs, ys)
    return values.reshape(size, samples, size, samples, -1).mean((1, 3))


def surroundings(box: np.ndarray) -> np.ndarray:
    """The square around a box (left, top, right, bottom) that its mask is looked for in."""
    sides = box[2:] - box[:2]
    extent = np.maximum(min(1.5 * sides.max(), HEIGHT), sides)
    start = (box[:2] + box[2:] - extent) / 2
    start = np.maximum(np.minimum(start, [WIDTH, HEIGHT] - extent), 0)
    return np.concatenate([start, start + extent])


def persons(frame: np.ndarray, detector: Path) -> tuple[np.ndarray, np.ndarray]:
    """The boxes (left, top, right, bottom px) and scores of a frame's best persons."""
    picture = frame.astype(np.float32)
    means = picture.reshape(HEIGHT // 2, 2, WIDTH // 3, 3, 3).mean((1, 3))
    small = part(means, np.array([0, 0, WIDTH / 3, HEIGHT / 2]), 300, 1)
    image = (small.astype(np.float32) / 127.5 - 1).transpose(2, 0, 1)[None]
    boxes, scores = (values[0] for values in run(detector, image))
    kept: list[int] = []
    for anchor in np.argsort(-scores[:, 0], kind="stable"):
        if scores[anchor, 0] <= 0.3 or len(kept) == MOST:
            break
        low = np.maximum(boxes[kept, :2], boxes[anchor, :2])
        high = np.minimum(boxes[kept, 2:], boxes[anchor, 2:])
        both = np.clip(high - low, 0, None).prod(1)
        areas = (boxes[kept, 2:] - boxes[kept, :2]).prod(1)
        area = (boxes[anchor, 2:] - boxes[anchor, :2]).prod()
        if (both <= 0.5 * (areas + area - both)).all():
            kept.append(anchor)
    edges = np.clip(boxes[kept][:, [1, 0, 3, 2]], 0, 1) * [WIDTH, HEIGHT, WIDTH, HEIGHT]
    return edges, scores[kept, 0]


def segmentation() -> bytes:
    """The segmentation of persons for pictures of any size: it averages over the whole."""
    file = models.person_segmentation().with_name("selfie_segmentation_fp16.onnx")
    model = onnx.load(file)
    for node in model.graph.node:
        if node.op_type == "AveragePool":
            node.op_type = "GlobalAveragePool"
            del node.attribute[:]
    for value in (*model.graph.input, *model.graph.output):
        for dim in value.type.tensor_type.shape.dim[2:]:
            dim.dim_param = "side"
    content: bytes = model.SerializeToString()
    return content


def test_interface_of_peoplesegnet(variant: Path) -> None:
    onnx.checker.check_model(str(variant))
    graph = onnx.load(variant, load_external_data=False).graph
    shapes = {
        v.name: [d.dim_param or d.dim_value for d in v.type.tensor_type.shape.dim]
        for v in (*graph.input, *graph.output)
    }
    assert shapes == {
        "Input": ["N", 3, HEIGHT, WIDTH],
        "generate_detections": ["N", ROWS, 6],
        "mask_fcn_logits/BiasAdd": ["N", ROWS, 2, MASK_PX, MASK_PX],
    }
    # The detector's weights are in its own file; the segmentation has few.
    assert variant.stat().st_size < 400_000


def test_outputs_are_those_of_the_two_models(scene: Frames, variant: Path, model: Path) -> None:
    any_size = segmentation()
    total = 0
    for frame in scene[::8]:
        (rows,), (masks,) = run(variant, as_input(frame[None]))
        boxes, scores = persons(frame, model)
        count = len(boxes)
        total += count
        assert count
        assert np.abs(rows[:count, 5] - scores).max() < 1e-3
        assert np.abs(rows[:count, :4] - boxes[:, [1, 0, 3, 2]]).max() < 0.5
        assert (rows[:count, 4] == 1).all()
        assert not rows[count:].any()
        assert not masks[count:].any()
        assert not masks[:, 0].any()  # the background
        for row, mask in zip(rows[:count], masks[:count, 1], strict=True):
            box = row[[1, 0, 3, 2]].astype(float)
            square = surroundings(box)
            crop = part(frame / np.float32(255), square, CROP_PX, 1).astype(np.float32)
            (shown,) = run(any_size, crop.transpose(2, 0, 1)[None])
            scale = CROP_PX / (square[2:] - square[:2])
            inside = (box - np.tile(square[:2], 2)) * np.tile(scale, 2)
            likely = part(shown[0].transpose(1, 2, 0), inside, MASK_PX, 4)[:, :, 0]
            assert np.abs(1 / (1 + np.exp(-mask)) - np.clip(likely, 1e-3, 1 - 1e-3)).max() < 0.02
    assert total > 20


def test_frames_of_a_batch_do_not_mix(scene: Frames, variant: Path) -> None:
    """Among them one without a person."""
    images = as_input(np.stack([scene[0], np.full_like(scene[0], 90), scene[50]]))
    together = run(variant, images)
    counts = together[0][:, :, 4].sum(1)
    assert counts[1] == 0
    assert counts[0] != counts[2]
    assert min(counts[0], counts[2]) > 0
    for index in range(3):
        for alone, values in zip(run(variant, images[index : index + 1]), together, strict=True):
            assert np.abs(alone[0] - values[index]).max() < 0.01


@pytest.fixture
def found(
    play: Callable[..., Any], pets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[int, list[tuple[np.ndarray, np.ndarray, float]]]:
    """Of each 40th frame: the boxes (left, top, right, bottom of the original's input), masks and
    thresholds that upstream's configuration gives with substitutes, below its score."""
    monkeypatch.setenv("THALWEG_SUBSTITUTE_MODELS", "1")
    monkeypatch.setenv("THALWEG_FRAMES", "481")
    models_folder = "../../../../samples/models/tao_pretrained_models/peopleSegNet"
    config = tmp_path / "config.txt"
    config.write_text(
        f"[property]\nnet-scale-factor=0.017507\noffsets=123.675;116.280;103.53\n"
        "labelfile-path=../../../../samples/configs/tao_pretrained_models/peopleSegNet_labels.txt\n"
        f"tlt-encoded-model={models_folder}/peoplesegnet_resnet50.etlt\ntlt-model-key=nvidia_tlt\n"
        "infer-dims=3;576;960\nuff-input-blob-name=Input\nnetwork-mode=0\nnum-detected-classes=2\n"
        "network-type=3\noutput-blob-names=generate_detections;mask_fcn_logits/BiasAdd\n"
        "parse-bbox-instance-mask-func-name=NvDsInferParseCustomMrcnnTLTV2\n"
        "custom-lib-path=/opt/nvidia/deepstream/deepstream/lib/libnvds_infercustomparser.so\n"
        "cluster-mode=4\noutput-instance-mask=1\ninterval=39\n"
        "[class-attrs-all]\npre-cluster-threshold=0.5\n"
    )
    pipeline = Gst.parse_launch(
        f"filesrc location={pets} ! qtdemux ! h264parse ! nvv4l2decoder ! m.sink_0 nvstreammux "
        f"name=m batch-size=1 width={WIDTH} height={HEIGHT} ! nvinfer config-file-path={config} ! "
        "fakesink name=end"
    )
    seen: dict[int, list[tuple[np.ndarray, np.ndarray, float]]] = {}
    labels = set()

    def look(_pad: Any, info: Any) -> Any:
        batch = pyds.gst_buffer_get_nvds_batch_meta(hash(info.get_buffer()))
        (frame,) = walk(batch.frame_meta_list, pyds.NvDsFrameMeta)
        for o in walk(frame.obj_meta_list, pyds.NvDsObjectMeta):
            r, mask = o.rect_params, o.mask_params
            box = np.array([r.left, r.top, r.left + r.width, r.top + r.height])
            values = mask.get_mask_array().reshape(mask.height, mask.width).copy()
            seen.setdefault(frame.frame_num, []).append((box, values, mask.threshold))
            labels.add((o.class_id, o.obj_label))
        return Gst.PadProbeReturn.OK

    pipeline.get_by_name("end").get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, look)
    played = play(pipeline, timeout=300)
    assert played.eos, played.error
    assert labels == {(1, "person")}
    assert (
        sum(
            "PeopleSegNet cannot run here; the default detector with masks" in warning
            for warning in played.warnings
        )
        == 1
    )
    return seen


def test_masks_are_what_moves(
    found: dict[int, list[tuple[np.ndarray, np.ndarray, float]]], scene: Frames, pets: Path
) -> None:
    """Before a camera that does not move, the median of all frames is the background."""
    background = np.median(scene, axis=0).astype(np.float32)
    pictures = frames_of(pets, 40)
    overlaps, shares = [], []
    for number, objects in found.items():
        moving = (np.abs(pictures[number // 40] - background).max(2) > 32).astype(np.float32)
        for box, mask, threshold in objects:
            assert mask.shape == (MASK_PX, MASK_PX)
            assert threshold == 0
            mine = mask > threshold
            theirs = part(moving[:, :, None], box, MASK_PX, 2)[:, :, 0] > 0.5
            if theirs.mean() < 0.15:  # who stands still
                continue
            overlaps.append((mine & theirs).sum() / (mine | theirs).sum())
            shares.append(mine.mean())
    assert len(overlaps) > 40
    assert np.mean(overlaps) > 0.8
    assert np.percentile(overlaps, 10) > 0.7
    assert 0.4 < np.mean(shares) < 0.65
    assert np.percentile(shares, 10) > 0.3
