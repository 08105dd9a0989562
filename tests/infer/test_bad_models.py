"""nvinfer on models and files that are not what they should be: one sentence each, and no crash."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("pyds")
onnx = pytest.importorskip("onnx")

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst

from . import tiny_models

NO_MODEL = (
    "{model}: expected an ONNX model, got a file that cannot be read as one. Check that the "
    "download is complete and that the path is not another file's."
)


@pytest.fixture
def outcome(tmp_path: Path, play: Callable[..., Any]) -> Callable[..., tuple[str | None, int]]:
    """Plays two frames through a model: the error's text, if any, and how many objects left."""

    def run(model: Path, keys: str = "num-detected-classes=1") -> tuple[str | None, int]:
        config = tmp_path / "config.txt"
        config.write_text(f"[property]\nonnx-file={model}\ncluster-mode=2\n{keys}\n")
        pipeline = Gst.parse_launch(
            "videotestsrc num-buffers=2 ! video/x-raw,format=RGBA,width=64,height=48 "
            "! nvvideoconvert ! video/x-raw(memory:NVMM) ! mux.sink_0 "
            "nvstreammux name=mux batch-size=1 width=64 height=48 "
            f"! nvinfer config-file-path={config} ! fakesink name=end"
        )
        import pyds

        objects = 0

        def read(_pad: Any, info: Any) -> Any:
            nonlocal objects
            frames = pyds.gst_buffer_get_nvds_batch_meta(hash(info.get_buffer())).frame_meta_list
            objects += pyds.NvDsFrameMeta.cast(frames.data).num_obj_meta
            return Gst.PadProbeReturn.OK

        pipeline.get_by_name("end").get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, read)
        return play(pipeline).error or None, objects

    return run


Outcome = Callable[..., tuple[str | None, int]]


def test_a_model_cut_short(outcome: Outcome, tmp_path: Path) -> None:
    whole = tiny_models.middle_detector(tmp_path / "whole.onnx").read_bytes()
    assert outcome(tmp_path / "whole.onnx") == (None, 2)
    cut = tmp_path / "cut.onnx"
    lengths = {0, 1, 2, 7, 100, len(whole) // 2, len(whole) - 100, len(whole) - 1}
    for length in sorted(lengths):
        cut.write_bytes(whole[:length])
        assert outcome(cut) == (NO_MODEL.format(model=cut), 0), length


@pytest.mark.parametrize(
    "content",
    [b"this is no model\n", b"\x89PNG\r\n\x1a\n" + bytes(100), b"version https://git-lfs\n"],
)
def test_a_file_that_is_no_model(outcome: Outcome, tmp_path: Path, content: bytes) -> None:
    other = tmp_path / "other.onnx"
    other.write_bytes(content)
    assert outcome(other) == (NO_MODEL.format(model=other), 0)


def test_weights_beside_the_model_that_are_missing_or_cut(outcome: Outcome, tmp_path: Path) -> None:
    path = tiny_models.middle_detector(tmp_path / "model.onnx")
    external = tmp_path / "external.onnx"
    onnx.save(
        onnx.load(path),
        str(external),
        save_as_external_data=True,
        location="weights.bin",
        size_threshold=0,
    )
    assert outcome(external) == (None, 2)
    weights = tmp_path / "weights.bin"
    whole = weights.read_bytes()
    weights.write_bytes(whole[:-1])
    assert outcome(external)[0] == NO_MODEL.format(model=external)
    weights.unlink()
    assert outcome(external) == (NO_MODEL.format(model=external), 0)


def test_a_network_of_no_size(outcome: Outcome, tmp_path: Path) -> None:
    model = tiny_models.identity(tmp_path / "none.onnx", 0, 8)
    error, _ = outcome(model, "network-type=100")
    assert error == (
        f"{model}: expected an image input with sides of at least 1, got image [1,3,8,0]. Export "
        "the model with a size."
    )
    model = tiny_models.identity(tmp_path / "negative.onnx", -1, 8)
    error, _ = outcome(model, "network-type=100")
    assert error == (
        f"{model}: the input has free sizes, [?,3,8,?], and the configuration has no infer-dims. "
        "Write infer-dims=channels;height;width."
    )


@pytest.mark.parametrize("kind", ["int32", "int64", "uint8"])
def test_a_detector_with_integer_outputs(outcome: Outcome, tmp_path: Path, kind: str) -> None:
    model = tiny_models.middle_detector(tmp_path / "integer.onnx", kind=kind)
    error, objects = outcome(model)
    assert objects == 0
    assert error is not None
    assert error.startswith(
        f"{tmp_path}/config.txt: no built-in parser knows the outputs boxes [2,4] {kind}, "
        f"scores [2,1] {kind} with num-detected-classes=1."
    )


def test_a_classifier_and_a_segmentation_with_integer_outputs(
    outcome: Outcome, tmp_path: Path
) -> None:
    model = tiny_models.middle_detector(tmp_path / "integer.onnx", kind="int64")
    for keys, expected in (
        ("network-type=1", "network-type=1: expected outputs with one float a class, got"),
        ("network-type=2\nnum-detected-classes=2", "network-type=2: expected an output of floats,"),
    ):
        error, objects = outcome(model, keys)
        assert objects == 0
        assert error is not None
        assert error.startswith(f"{tmp_path}/config.txt: [property] {expected}")
        assert "boxes [2,4] int64" in error
    assert outcome(model, "network-type=100\noutput-tensor-meta=1") == (None, 0)


def test_outputs_whose_size_only_a_run_tells(outcome: Outcome, tmp_path: Path) -> None:
    model = tiny_models.strong_boxes(tmp_path / "free.onnx")
    assert outcome(model) == (None, 2)
    assert outcome(model, "network-type=100\noutput-tensor-meta=1") == (None, 0)


def test_more_classes_than_the_model_has(outcome: Outcome, tmp_path: Path) -> None:
    model = tiny_models.middle_detector(tmp_path / "model.onnx")
    error, _ = outcome(model, "num-detected-classes=2")
    config = tmp_path / "config.txt"
    assert error == (
        f"{config}: [property] num-detected-classes: expected at most 1, the classes of the model "
        "(boxes [2,4] float32, scores [2,1] float32), got 2. Write num-detected-classes=1."
    )


@pytest.mark.parametrize("mode", range(5))
def test_values_that_are_no_numbers_in_each_mode(
    outcome: Outcome, tmp_path: Path, mode: int
) -> None:
    outputs = tiny_models.MIDDLE | {"scores": np.full((2, 1), np.nan, np.float32)}
    model = tiny_models.constant_outputs(tmp_path / "nan.onnx", outputs)
    assert outcome(model, f"num-detected-classes=1\ncluster-mode={mode}") == (None, 0)


def test_names_that_are_no_text(outcome: Outcome, tmp_path: Path) -> None:
    """What a message quotes may be in any encoding; programs read messages as UTF-8."""
    config = tmp_path / "config.txt"
    config.write_bytes(b"[property]\nonnx-file=gr\xfcn.onnx\nbatch-size=\xff\n")
    pipeline = Gst.parse_launch("nvinfer name=infer ! fakesink")
    pipeline.get_by_name("infer").set_property("config-file-path", str(config))
    pipeline.set_state(Gst.State.READY)
    message = pipeline.get_bus().pop_filtered(Gst.MessageType.ERROR)
    pipeline.set_state(Gst.State.NULL)
    assert message.parse_error()[0].message == (
        f"{config}:3: [property] batch-size: expected a whole number from 1 to 1024, got "
        '"\N{REPLACEMENT CHARACTER}". Write for example batch-size=1.'
    )
