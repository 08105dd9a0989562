"""nvinfer on small ONNX models whose result shows what the network was fed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pyds = pytest.importorskip("pyds")
onnx = pytest.importorskip("onnx")

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst
from onnx import TensorProto, helper, numpy_helper

import thalweg

Box = tuple[int, float, float, float, float, float]  # class, l, t, w, h px, confidence

BOXES = np.array([[0.25, 0.25, 0.75, 0.5]], np.float32)  # ymin, xmin, ymax, xmax


def channel_means(
    path: Path,
    batch: int | str = "N",
    size: tuple[int | str, int | str] = (8, 16),
    channels: int = 3,
    nhwc: bool = False,
    dtype: int = TensorProto.FLOAT,
    boxes: np.ndarray[Any, Any] = BOXES,
    scale: float = 1,
) -> Path:
    """A detector whose class i has the mean of channel i as its confidence.

    Every box of `boxes` carries the same scores.
    """
    height, width = size
    shape = [batch, height, width, channels] if nhwc else [batch, channels, height, width]
    kind = helper.tensor_dtype_to_np_dtype(dtype)

    def constant(name: str, value: Any) -> Any:
        return numpy_helper.from_array(np.asarray(value), name)

    nodes = [
        helper.make_node(
            "ReduceMean", ["image"], ["means"], axes=[1, 2] if nhwc else [2, 3], keepdims=0
        ),
        helper.make_node("Mul", ["means", "scale"], ["scaled"]),
        helper.make_node("Unsqueeze", ["scaled", "one"], ["row"]),
        helper.make_node("Mul", ["row", "ones"], ["scores"]),
        # Boxes of the batch's size: the constant plus zero times a score.
        helper.make_node("Slice", ["row", "zero", "one", "two"], ["first"]),
        helper.make_node("Mul", ["first", "nought"], ["noughts"]),
        helper.make_node("Add", ["noughts", "constant_boxes"], ["boxes"]),
    ]
    initializers = [
        constant("scale", kind.type(scale)),
        constant("one", np.array([1], np.int64)),
        constant("zero", np.array([0], np.int64)),
        constant("two", np.array([2], np.int64)),
        constant("ones", np.ones((1, len(boxes), 1), kind)),
        constant("nought", np.zeros((1, 1, 4), kind)),
        constant("constant_boxes", boxes[None].astype(kind)),
    ]
    count = len(boxes)
    graph = helper.make_graph(
        nodes,
        "means",
        [helper.make_tensor_value_info("image", dtype, shape)],
        [
            helper.make_tensor_value_info("boxes", dtype, [batch, count, 4]),
            helper.make_tensor_value_info("scores", dtype, [batch, count, channels]),
        ],
        initializers,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
    return path


@pytest.fixture
def detect(tmp_path: Path, play: Callable[..., Any]) -> Callable[..., list[list[Box]]]:
    """Runs a model on plain pictures, one a source, and gives each frame's boxes."""

    def run(
        keys: str = "", colors: tuple[int, ...] = (0xFF0000,), model: Path | None = None
    ) -> list[list[Box]]:
        model = model or channel_means(tmp_path / "model.onnx")
        config = tmp_path / "config.txt"
        config.write_text(
            f"[property]\nonnx-file={model}\nnet-scale-factor=0.00392156862745098\n"
            "num-detected-classes=3\ncluster-mode=4\n"
            + keys
            + "\n[class-attrs-all]\npre-cluster-threshold=0.2\n"
        )
        count = len(colors)
        sources = "".join(
            f"videotestsrc num-buffers=1 pattern=solid-color foreground-color={0xFF000000 | color} "
            "! video/x-raw,format=RGBA,width=64,height=48 "
            f"! nvvideoconvert ! video/x-raw(memory:NVMM),format=RGBA ! mux.sink_{i} "
            for i, color in enumerate(colors)
        )
        pipeline = Gst.parse_launch(
            f"{sources} nvstreammux name=mux batch-size={count} width=64 height=48 "
            "batched-push-timeout=10000000 "
            f"! nvinfer batch-size={count} config-file-path={config} ! fakesink name=end sync=false"
        )
        frames: dict[int, list[Box]] = {}

        def read(_pad: Gst.Pad, info: Gst.PadProbeInfo) -> Gst.PadProbeReturn:
            node = pyds.gst_buffer_get_nvds_batch_meta(hash(info.get_buffer())).frame_meta_list
            while node is not None:
                frame = pyds.NvDsFrameMeta.cast(node.data)
                boxes, entry = [], frame.obj_meta_list
                while entry is not None:
                    o = pyds.NvDsObjectMeta.cast(entry.data)
                    r = o.rect_params
                    boxes.append((o.class_id, r.left, r.top, r.width, r.height, o.confidence))
                    entry = entry.next
                frames[frame.source_id] = boxes[::-1]  # objects are prepended
                node = node.next
            return Gst.PadProbeReturn.OK

        pipeline.get_by_name("end").get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, read)
        played = play(pipeline)
        assert not played.error, played.error
        return [frames[i] for i in range(count)]

    return run


def summary(boxes: list[Box]) -> list[tuple[int, float]]:
    return [(box[0], round(box[5], 2)) for box in boxes]


def test_box_in_frame_pixels(detect: Callable[..., Any]) -> None:
    (boxes,) = detect()
    ((class_id, *box, confidence),) = boxes
    assert class_id == 0
    assert box == pytest.approx([16, 12, 16, 24], abs=1e-3)
    assert confidence == pytest.approx(1, abs=0.005)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("model-color-format=0", [(0, 1.0), (1, 0.5)]),
        ("model-color-format=1", [(1, 0.5), (2, 1.0)]),
        ("offsets=102;0;0", [(0, 0.6), (1, 0.5)]),
        ("model-color-format=1\noffsets=0;0;102", [(1, 0.5), (2, 0.6)]),
        ("network-mode=2", [(0, 1.0), (1, 0.5)]),
    ],
)
def test_color_order_and_offsets(
    detect: Callable[..., Any], keys: str, expected: list[tuple[int, float]]
) -> None:
    assert summary(detect(keys, (0xFF8000,))[0]) == expected


def test_mean_file_wins_over_offsets(detect: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "mean.ppm").write_bytes(b"P6\n16 8\n255\n" + bytes([51, 0, 0]) * 128)
    boxes = detect("mean-file=mean.ppm\noffsets=255;255;255", (0xFF8000,))[0]
    assert summary(boxes) == [(0, 0.8), (1, 0.5)]


def test_gray(detect: Callable[..., Any], tmp_path: Path) -> None:
    model = channel_means(tmp_path / "gray.onnx", channels=1)
    keys = "model-color-format=2"
    config_classes = f"{keys}\nnum-detected-classes=1"
    assert summary(detect(config_classes, (0xFFFFFF,), model)[0]) == [(0, 1.0)]


def test_nhwc(detect: Callable[..., Any], tmp_path: Path) -> None:
    model = channel_means(tmp_path / "nhwc.onnx", nhwc=True)
    boxes = detect("network-input-order=1\ninfer-dims=3;8;16", (0xFF8000,), model)[0]
    assert summary(boxes) == [(0, 1.0), (1, 0.5)]


def test_half_precision_model(detect: Callable[..., Any], tmp_path: Path) -> None:
    model = channel_means(tmp_path / "half.onnx", dtype=TensorProto.FLOAT16)
    assert summary(detect("", (0xFF8000,), model)[0]) == [(0, 1.0), (1, 0.5)]


def test_free_size_is_set_by_infer_dims(detect: Callable[..., Any], tmp_path: Path) -> None:
    model = channel_means(tmp_path / "free.onnx", size=("H", "W"))
    assert summary(detect("infer-dims=3;24;32", (0xFF8000,), model)[0]) == [(0, 1.0), (1, 0.5)]


@pytest.mark.parametrize("batch", ["N", 1, 2, 4])
def test_a_batch_is_spread_over_runs(
    detect: Callable[..., Any], tmp_path: Path, batch: int | str
) -> None:
    model = channel_means(tmp_path / "batch.onnx", batch=batch)
    found = detect("", (0xFF0000, 0x00FF00, 0x0000FF), model)
    assert [summary(boxes) for boxes in found] == [[(0, 1.0)], [(1, 1.0)], [(2, 1.0)]]


def test_aspect_ratio_and_padding(detect: Callable[..., Any]) -> None:
    # 64x48 into 16x8: the height decides, 10 of the 16 columns are picture, 6.4 pixels each.
    (plain,) = detect("maintain-aspect-ratio=1")[0]
    assert plain[5] == pytest.approx(10 / 16, abs=0.005)
    assert plain[1] == pytest.approx(4 * 6.4, abs=0.01)
    (centred,) = detect("maintain-aspect-ratio=1\nsymmetric-padding=1")[0]
    assert centred[1] == pytest.approx((4 - 3) * 6.4, abs=0.01)


def test_boxes_outside_the_frame_are_cut_or_dropped(
    detect: Callable[..., Any], tmp_path: Path
) -> None:
    outside = np.array([[-1, -1, 0.5, 0.5], [2, 2, 3, 3], [0.5, 0.5, 9, 9]], np.float32)
    model = channel_means(tmp_path / "outside.onnx", boxes=outside)
    boxes = detect("", (0xFF0000,), model)[0]
    assert [box[1:5] for box in boxes] == [(0, 0, 32, 24), (32, 24, 32, 24)]


def test_boxes_beyond_the_offsets_are_dropped_or_cropped(detect: Callable[..., Any]) -> None:
    # The box reaches from 12 to 36 of 48.
    offsets = "\n[class-attrs-0]\nroi-top-offset=20\nroi-bottom-offset=18"
    assert detect(offsets)[0] == []
    ((_, *box, _),) = detect("crop-objects-to-roi-boundary=1" + offsets)[0]
    assert box == pytest.approx([16, 20, 16, 10], abs=1e-3)
    # What lies beyond them is dropped even so.
    assert detect(f"crop-objects-to-roi-boundary=1{offsets.replace('20', '40')}")[0] == []


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_outputs_that_are_no_numbers(
    detect: Callable[..., Any], tmp_path: Path, bad: float
) -> None:
    boxes = np.array([[bad, 0, 1, 1], [0.25, 0.25, 0.75, 0.5]], np.float32)
    model = channel_means(tmp_path / "bad.onnx", boxes=boxes)
    assert len(detect("", (0xFF0000,), model)[0]) == 1
    model = channel_means(tmp_path / "bad.onnx", scale=bad)
    assert detect("", (0xFF0000,), model)[0] == []


def test_tens_of_thousands_of_boxes_are_bounded(detect: Callable[..., Any], tmp_path: Path) -> None:
    model = channel_means(tmp_path / "many.onnx", boxes=np.repeat(BOXES, 30_000, axis=0))
    assert len(detect("", (0xFF0000,), model)[0]) == 10_000
    assert len(detect("cluster-mode=2", (0xFF0000,), model)[0]) == 1


def errors_of(config: Path) -> list[str]:
    pipeline = Gst.parse_launch("nvinfer name=infer ! fakesink")
    pipeline.get_by_name("infer").set_property("config-file-path", str(config))
    pipeline.set_state(Gst.State.READY)
    errors = []
    while message := pipeline.get_bus().pop_filtered(Gst.MessageType.ERROR):
        errors.append(message.parse_error()[0].message)
    pipeline.set_state(Gst.State.NULL)
    return errors


def test_errors_of_shapes(tmp_path: Path) -> None:
    config = tmp_path / "config.txt"

    def errors(model: Path, keys: str = "") -> list[str]:
        config.write_text(f"[property]\nonnx-file={model}\nnum-detected-classes=3\n{keys}\n")
        return errors_of(config)

    free = channel_means(tmp_path / "free.onnx", size=("H", "W"))
    assert errors(free) == [
        f"{free}: the input has free sizes, [?,3,?,?], and the configuration has no infer-dims. "
        "Write infer-dims=channels;height;width."
    ]
    nhwc = channel_means(tmp_path / "nhwc.onnx", nhwc=True)
    assert errors(nhwc) == [
        f"{config}: [property] model-color-format: RGB in NCHW order needs 3 channels, but the "
        f"input of {nhwc} is image [1,8,16,3]. Write network-input-order=1."
    ]
    page = Path(thalweg.__file__).parent / "docs/reference/parsers.md"
    assert page.is_file()
    other = channel_means(tmp_path / "other.onnx", boxes=np.zeros((2, 5), np.float32)[:, :4])
    assert errors(other, "parse-bbox-func-name=detectnet_v2") == [
        f"{config}: [property] parse-bbox-func-name: detectnet_v2 expects the outputs ...bbox... "
        "[4C,H,W] and ...cov... [C,H,W], got boxes [2,4] float32, scores [2,3] float32. They "
        f"may be those of ssd. Name that of this model ({page})."
    ]
