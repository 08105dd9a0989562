"""Golden test: real classifiers on real faces against NumPy and ONNX Runtime."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest

pyds = pytest.importorskip("pyds")

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst

from thalweg.testing import Detection, Frame, record, save_frames

from ..elements.streams import walk

Array = np.ndarray[Any, Any]

FACE = (50, 12, 118, 96)  # of the clip carphone, the head and some of what is around it
FRAMES = 12
EMOTIONS = ["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"]


# --- the reference


def pictures(clip: Path, play: Callable[..., Any]) -> list[tuple[Array, ...]]:
    """The planes Y, U and V of the first frames, float32."""
    pipeline = Gst.parse_launch(
        f"filesrc location={clip} ! qtdemux ! h264parse ! avdec_h264 "
        f"! video/x-raw,format=I420 ! identity eos-after={FRAMES + 1} "
        "! appsink name=sink sync=false"
    )
    pipeline.set_state(Gst.State.PLAYING)
    sink, found = pipeline.get_by_name("sink"), []
    try:
        while len(found) < FRAMES:
            data = sink.emit("pull-sample").get_buffer()
            flat = np.frombuffer(data.extract_dup(0, data.get_size()), np.uint8).astype(np.float32)
            luma, chroma = flat[: 176 * 144].reshape(144, 176), flat[176 * 144 :]
            found.append((luma, *chroma.reshape(2, 72, 88)))
    finally:
        pipeline.set_state(Gst.State.NULL)
    return found


def resized(plane: Array, height: int, width: int) -> Array:
    """Bilinear at the centres of pixels."""

    def taps(size: int, wanted: int) -> tuple[Array, Array, Array]:
        at = np.clip((np.arange(wanted) + 0.5) * size / wanted - 0.5, 0, size - 1)
        low = at.astype(int)
        return low, np.minimum(low + 1, size - 1), (at - low).astype(np.float32)

    top, bottom, down = taps(plane.shape[0], height)
    rows = plane[top] * (1 - down)[:, None] + plane[bottom] * down[:, None]
    left, right, across = taps(plane.shape[1], width)
    return rows[:, left] * (1 - across) + rows[:, right] * across


def rgb_of_face(planes: tuple[Array, ...], size: int) -> Array:
    """size x size x 3 of 0..255: each plane scaled, then BT.601's formula."""
    left, top, right, bottom = FACE
    luma = resized(planes[0][top:bottom, left:right], size, size)
    u, v = (
        resized(plane[top // 2 : bottom // 2, left // 2 : right // 2], size, size) - 128
        for plane in planes[1:]
    )
    y = 255 / 219 * (luma - 16)
    rgb = [y + 1.596 * v, y - 0.392 * u - 0.813 * v, y + 2.017 * u]
    return np.clip(np.stack(rgb, -1), 0, 255)


def reference(
    planes: tuple[Array, ...], model: Path, size: int, scale: float, mean: float, gray: bool
) -> Any:
    """Each output of the model on the face."""
    crop = rgb_of_face(planes, size)
    if gray:
        crop = (crop @ np.array([0.299, 0.587, 0.114], np.float32))[..., None]
    tensor = (scale * (crop - mean)).transpose(2, 0, 1)[None].astype(np.float32)
    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return {
        name: values[0]
        for name, values in zip(names, session.run(None, {"image": tensor}), strict=True)
    }


# --- the element


def tensors_of(o: Any) -> dict[str, Array]:
    """A copy of each layer of the object's tensor meta."""
    (meta,) = walk(o.obj_user_meta_list, pyds.NvDsUserMeta)
    tensor = pyds.NvDsInferTensorMeta.cast(meta.user_meta_data)
    found = {}
    for number in range(tensor.num_output_layers):
        layer = pyds.get_nvds_LayerInfo(tensor, number)
        pointer = ctypes.cast(pyds.get_ptr(layer.buffer), ctypes.POINTER(ctypes.c_float))
        found[layer.layerName] = np.ctypeslib.as_array(pointer, (layer.dims.numElements,)).copy()
    return found


@pytest.fixture
def classify(
    shared: Path, tmp_path: Path, play: Callable[..., Any]
) -> Callable[..., tuple[list[Frame], list[dict[str, Array]]]]:
    """classify(keys, labels, size=(176, 144)): the face in each frame, and its tensors."""

    def run(
        keys: str, labels: str, size: tuple[int, int] = (176, 144)
    ) -> tuple[list[Frame], list[dict[str, Array]]]:
        (tmp_path / "labels.txt").write_text(labels)
        (tmp_path / "config.txt").write_text(
            "[property]\nprocess-mode=2\nnetwork-type=1\noutput-tensor-meta=1\n"
            f"labelfile-path=labels.txt\n{keys}\n"
        )
        factor = size[0] / 176
        face = tuple(edge * factor for edge in FACE)
        save_frames(
            tmp_path / "faces.json",
            [
                Frame(frame_num=i, size_px=size, objects=[Detection(xyxy=face)])
                for i in range(FRAMES)
            ],
        )
        clip = shared / "media/misc/carphone_pristine.mp4"
        pipeline = Gst.parse_launch(
            f"filesrc location={clip} ! qtdemux ! h264parse ! identity eos-after={FRAMES + 9} "
            f"! nvv4l2decoder ! mux.sink_0 nvstreammux name=mux batch-size=1 width={size[0]} "
            f"height={size[1]} ! thalwegreplay location={tmp_path}/faces.json "
            f"! nvinfer config-file-path={tmp_path}/config.txt ! fakesink name=end sync=false"
        )
        pad = pipeline.get_by_name("end").get_static_pad("sink")
        tensors: list[dict[str, Array]] = []

        def read(_pad: Any, info: Any) -> Any:
            batch = pyds.gst_buffer_get_nvds_batch_meta(hash(info.get_buffer()))
            (frame,) = walk(batch.frame_meta_list, pyds.NvDsFrameMeta)
            # Frames behind those that are compared are there for the decoder's references only.
            tensors.extend(map(tensors_of, walk(frame.obj_meta_list, pyds.NvDsObjectMeta)))
            return Gst.PadProbeReturn.OK

        pad.add_probe(Gst.PadProbeType.BUFFER, read)
        frames = record(pad)
        played = play(pipeline)
        assert not played.error, played.error
        assert len(tensors) == FRAMES
        return frames[:FRAMES], tensors

    return run


@pytest.mark.parametrize("size", [(176, 144), (704, 576)], ids=["same-size", "deferred-scaling"])
def test_age_and_gender(
    classify: Any, shared: Path, play: Callable[..., Any], size: tuple[int, int]
) -> None:
    model = shared / "models/faceres_age_gender.onnx"
    ages = ";".join(str(age) for age in range(100))
    frames, tensors = classify(
        f"onnx-file={model}\noutput-blob-names=gender;age_probs\nscaling-filter=1",
        f"male\n{ages}\n",
        size,
    )
    for frame, found, planes in zip(
        frames,
        tensors,
        pictures(shared / "media/misc/carphone_pristine.mp4", play),
        strict=True,
    ):
        expected = reference(planes, model, 224, 1, 0, gray=False)
        assert found["gender"] == pytest.approx(expected["gender"], abs=0.01)
        assert found["age_probs"] == pytest.approx(expected["age_probs"], abs=0.01)
        assert found["age"] == pytest.approx(expected["age"], abs=1)
        one, other = found["embedding"], expected["embedding"]
        assert one @ other / np.linalg.norm(one) / np.linalg.norm(other) > 0.999
        # What the labels say is the reference's arg max, or as likely as it.
        gender, age = frame.objects[0].classifiers[0].labels
        assert (gender.class_id, gender.label) == (0, "male")
        assert gender.confidence == pytest.approx(float(expected["gender"][0]), abs=0.01)
        assert age.label == str(age.class_id)
        assert expected["age_probs"][age.class_id] > expected["age_probs"].max() - 0.01
        assert frame.objects[0].text == f"male {age.label}"


def test_emotion_of_a_gray_crop(classify: Any, shared: Path, play: Callable[..., Any]) -> None:
    model = shared / "models/emotion_gray64.onnx"
    frames, tensors = classify(
        f"onnx-file={model}\nmodel-color-format=2\nnet-scale-factor=0.00784313725490196\n"
        "offsets=127.5\nscaling-filter=1",
        ";".join(EMOTIONS),
    )
    for frame, found, planes in zip(
        frames,
        tensors,
        pictures(shared / "media/misc/carphone_pristine.mp4", play),
        strict=True,
    ):
        expected = reference(planes, model, 64, 1 / 127.5, 127.5, gray=True)["probs"]
        assert found["probs"] == pytest.approx(expected, abs=0.05)
        (emotion,) = frame.objects[0].classifiers[0].labels
        assert emotion.label == EMOTIONS[emotion.class_id]
        assert expected[emotion.class_id] > expected.max() - 0.05
