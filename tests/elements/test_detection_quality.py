"""What the whole chain finds on the PETS09 clip, against a reference and the ground truth."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

pyds = pytest.importorskip("pyds")

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst

from thalweg import models


class Found(NamedTuple):
    frame: int
    xywh_px: tuple[float, float, float, float]
    label: str
    class_id: int
    confidence: float


class Run(NamedTuple):
    frames: list[int]
    found: dict[int, list[Found]]


@pytest.fixture(scope="module")
def run(shared: Path) -> Run:
    """The whole clip through decoder, muxer and detector, threshold 0.3; read by a pyds probe."""
    Gst.init(None)
    clip = shared / "media/pets09-s2l1/pets09_s2l1.mp4"
    pipeline = Gst.parse_launch(
        f"filesrc location={clip} ! qtdemux ! h264parse ! nvv4l2decoder ! mux.sink_0 "
        "nvstreammux name=mux batch-size=1 width=768 height=576 "
        f"! nvinfer config-file-path={models.default_detector()} ! fakesink name=end sync=false"
    )
    result = Run([], defaultdict(list))

    def read(_pad: Gst.Pad, info: Gst.PadProbeInfo) -> Gst.PadProbeReturn:
        batch = pyds.gst_buffer_get_nvds_batch_meta(hash(info.get_buffer()))
        frames = batch.frame_meta_list
        while frames is not None:
            frame = pyds.NvDsFrameMeta.cast(frames.data)
            result.frames.append(frame.frame_num)
            objects = frame.obj_meta_list
            while objects is not None:
                o = pyds.NvDsObjectMeta.cast(objects.data)
                r = o.rect_params
                box = (r.left, r.top, r.width, r.height)
                result.found[frame.frame_num].append(
                    Found(frame.frame_num, box, o.obj_label, o.class_id, o.confidence)
                )
                objects = objects.next
            frames = frames.next
        return Gst.PadProbeReturn.OK

    pipeline.get_by_name("end").get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, read)
    pipeline.set_state(Gst.State.PLAYING)
    message = pipeline.get_bus().timed_pop_filtered(
        300 * Gst.SECOND, Gst.MessageType.EOS | Gst.MessageType.ERROR
    )
    pipeline.set_state(Gst.State.NULL)
    assert message is not None, "no end of stream within 300 s"
    assert message.type == Gst.MessageType.EOS, message.parse_error()
    return result


def iou(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Overlap of each box of `a` (n, 4) with each of `b` (m, 4), as left, top, width, height."""
    a, b = a[:, None], b[None]
    low = np.maximum(a[..., :2], b[..., :2])
    high = np.minimum(a[..., :2] + a[..., 2:], b[..., :2] + b[..., 2:])
    shared_area = np.prod(np.clip(high - low, 0, None), -1)
    return shared_area / (np.prod(a[..., 2:], -1) + np.prod(b[..., 2:], -1) - shared_area)


def test_every_frame_comes_once_and_in_order(run: Run) -> None:
    assert run.frames == list(range(795))


@pytest.mark.parametrize("index", range(4))
def test_detections_match_the_reference(run: Run, shared: Path, index: int) -> None:
    golden = json.loads((shared / "models/golden_ssd_pets09.json").read_text())["frames"][index]
    found = [f for f in run.found[golden["frame_index"]] if f.confidence > 0.5]
    want = golden["detections"]
    assert len(found) == len(want)
    overlap = iou(
        np.array([f.xywh_px for f in found]),
        np.array([[w[k] for k in ("left", "top", "width", "height")] for w in want]),
    )
    assert sorted(overlap.argmax(0)) == list(range(len(found))), "each reference box has its own"
    assert overlap.max(0).min() >= 0.9
    assert [found[i].label for i in overlap.argmax(0)] == [w["label"] for w in want]


def test_person_recall_against_ground_truth(run: Run, shared: Path) -> None:
    truth: dict[int, list[list[float]]] = defaultdict(list)
    with (shared / "media/pets09-s2l1/gt.txt").open() as file:
        for row in csv.reader(file):
            if float(row[6]):
                truth[int(row[0]) - 1].append([float(v) for v in row[2:6]])
    hits = total = 0
    for frame, boxes in truth.items():
        persons = [f for f in run.found[frame] if f.label == "person" and f.confidence >= 0.3]
        total += len(boxes)
        if not persons:
            continue
        overlap = iou(np.array(boxes), np.array([f.xywh_px for f in persons]))
        matched: set[int] = set()
        free = set(range(len(persons)))  # greedy: each detection explains one true person
        for true, guess in sorted(np.argwhere(overlap >= 0.5).tolist(), key=lambda p: -overlap[*p]):
            if guess in free and true not in matched:
                free.remove(guess)
                matched.add(true)
                hits += 1
    assert total == 4476
    assert hits / total >= 0.75
