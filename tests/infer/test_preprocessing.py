"""What the model sees, against the same worked out with NumPy: within a level of 255.

The reference scales each plane as it is stored, as `resized` tells, then converts by the matrix
and range of the caps, and rounds nothing in between. A sample of chroma lies in the middle of its
two by two pixels. How upstream's converter samples chroma is not public: its code is closed, and
its pages name filters only. Scaling planes one by one is what nvvideoconvert and the muxer do here.

Frames have 8 bits: where the muxer gets scaled ones, the reference begins with their pixels.

The model gives back its input, which the test reads as tensor metadata. The pictures are smooth, so
that filters that are right differ by less than a level.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pyds = pytest.importorskip("pyds")
pytest.importorskip("onnx")

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst

from thalweg.meta import Batch
from thalweg.testing import Detection, Frame, save_frames

from ..elements.streams import walk
from . import tiny_models

Array = np.ndarray[Any, Any]
Size = tuple[int, int]  # width, height
Rect = tuple[int, int, int, int]  # left, top, width, height

SOURCE: Size = (320, 240)
MUXER: Size = (480, 272)


def smooth_picture(size: Size = SOURCE) -> Array:
    """RGB, height x width x 3: from pixel to pixel it changes by less than a level."""
    width, height = size
    x = np.linspace(0, np.pi, width)[None, :]
    y = np.linspace(0, np.pi, height)[:, None]
    planes = [np.sin(x) * np.cos(y / 2), np.cos(x / 2 + y / 2) ** 2, np.sin(y) * np.sin(x / 2)]
    picture = np.stack(planes, axis=-1)
    picture = 100 + 50 * (picture - picture.min()) / (picture.max() - picture.min())
    return np.round(picture).astype(np.uint8)


# --- the reference


def shrinks(size: Size, width: int, height: int) -> bool:
    return size[0] > 2 * width and size[1] > 2 * height


def resized(picture: Array, width: int, height: int, averages: bool | None = None) -> Array:
    """Each pixel is the mean of what it covers where both sides shrink by more than half, else what
    lies at its centre. Chroma's planes do as the picture does."""
    if averages is None:
        averages = shrinks((picture.shape[1], picture.shape[0]), width, height)

    def weights(count: int, source: int) -> Array:
        matrix = np.zeros((count, source))
        step = source / count
        for i in range(count):
            if averages:
                edges = np.clip(np.arange(source + 1), i * step, (i + 1) * step)
                matrix[i] = np.diff(edges) / step
            else:
                at = np.clip((i + 0.5) * step - 0.5, 0, source - 1)
                matrix[i] = np.clip(1 - np.abs(np.arange(source) - at), 0, 1)
        return matrix

    rows = np.tensordot(weights(height, picture.shape[0]), picture, axes=(1, 0))
    return np.tensordot(weights(width, picture.shape[1]), rows, axes=(1, 1)).transpose(1, 0, 2)


def even_crop(crop: Rect) -> Rect:
    left, top = crop[0] + crop[0] % 2, crop[1] + crop[1] % 2
    return (
        left,
        top,
        min(crop[2], crop[0] + crop[2] - left) // 2 * 2,
        min(crop[3], crop[1] + crop[3] - top) // 2 * 2,
    )


def reference(
    frame: Array,
    network: Size,
    crop: Rect | None = None,
    keep_aspect: bool = False,
    symmetric: bool = False,
) -> Array:
    """Levels of RGB that the network sees, height x width x 3."""
    left, top, width, height = even_crop(crop or (0, 0, frame.shape[1], frame.shape[0]))
    part = frame[top : top + height, left : left + width].astype(float)
    shown_width, shown_height = network
    if keep_aspect and network[0] * height / width <= network[1]:
        shown_height = int(network[0] * height / width)
    elif keep_aspect:
        shown_width = int(network[1] * width / height)
    seen = np.zeros((network[1], network[0], 3))
    x = (network[0] - shown_width) // 2 if symmetric else 0
    y = (network[1] - shown_height) // 2 if symmetric else 0
    seen[y : y + shown_height, x : x + shown_width] = resized(part, shown_width, shown_height)
    return seen


def gray(rgb: Array) -> Array:
    return (rgb @ np.array([0.299, 0.587, 0.114]))[..., None]


# --- what nvinfer feeds


class Network:
    """Runs pictures through nvinfer and gives what the model saw, channels last, as levels."""

    def __init__(self, folder: Path, play: Callable[..., Any]) -> None:
        self.folder, self.play = folder, play
        self.size: Size = (96, 64)
        self.muxer: Size = SOURCE
        self.channels = 3
        self.nhwc = False
        self.before_muxer = ""
        self.format = "RGBA"
        self.image: Array  # the first frame as it came to nvinfer, RGB or NV12

    def __call__(
        self, pictures: Sequence[Array], keys: str = "", boxes: Sequence[Rect] = ()
    ) -> list[Array]:
        """One source a picture; one tensor a picture, or a box of each."""
        model = tiny_models.identity(
            self.folder / "seen.onnx", *self.size, self.channels, self.nhwc
        )
        config = self.folder / "config.txt"
        config.write_text(
            f"[property]\nonnx-file={model}\nnetwork-type=100\noutput-tensor-meta=1\n"
            f"network-input-order={int(self.nhwc)}\nprocess-mode={2 if boxes else 1}\n{keys}\n"
        )
        width, height = self.muxer
        sources = ""
        for i, picture in enumerate(pictures):
            raw = self.folder / f"{i}.raw"
            raw.write_bytes(self.bytes_of(picture))
            kind = self.format.lower()
            sources += (
                f"filesrc location={raw} ! rawvideoparse format={kind} width={picture.shape[1]} "
                f"height={picture.shape[0]} framerate=1/1 ! nvvideoconvert "
                f"! video/x-raw(memory:NVMM),format={self.format} {self.before_muxer} "
                f"! mux.sink_{i} "
            )
        replay = ""
        if boxes:
            found = [Detection(xyxy=(x, y, x + w, y + h)) for x, y, w, h in boxes]
            save_frames(
                self.folder / "truth.json",
                [Frame(frame_num=0, size_px=self.muxer, objects=found)],
            )
            replay = f"! thalwegreplay location={self.folder}/truth.json "
        pipeline = Gst.parse_launch(
            f"{sources} nvstreammux name=mux batch-size={len(pictures)} width={width} "
            f"height={height} batched-push-timeout=10000000 {replay}"
            f"! nvinfer batch-size={len(pictures)} config-file-path={config} ! fakesink name=end"
        )
        found: list[Array] = []

        def read(_pad: Gst.Pad, info: Gst.PadProbeInfo) -> Gst.PadProbeReturn:
            layout = "RGB" if self.format == "RGBA" else "NV12"
            self.image = Batch.of(info).frames[0].image(layout)
            batch = pyds.gst_buffer_get_nvds_batch_meta(hash(info.get_buffer()))
            frames = sorted(
                walk(batch.frame_meta_list, pyds.NvDsFrameMeta), key=lambda frame: frame.source_id
            )
            for frame in frames:
                owners = [frame.frame_user_meta_list]
                if boxes:
                    objects = walk(frame.obj_meta_list, pyds.NvDsObjectMeta)
                    owners = [
                        o.obj_user_meta_list
                        for o in sorted(objects, key=lambda o: o.rect_params.left)
                    ]
                found.extend(self.tensor(metas) for metas in owners)
            return Gst.PadProbeReturn.OK

        pipeline.get_by_name("end").get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, read)
        played = self.play(pipeline)
        assert not played.error, played.error
        return found

    def bytes_of(self, picture: Array) -> bytes:
        """Of RGB as RGBA, or of planes of YUV as I420 or NV12."""
        if self.format == "RGBA":
            alpha = np.full((*picture.shape[:2], 1), 255, np.uint8)
            return np.concatenate([picture, alpha], axis=2).tobytes()
        y, u, v = picture[..., 0], picture[::2, ::2, 1], picture[::2, ::2, 2]
        chroma = np.stack([u, v], axis=-1) if self.format == "NV12" else np.stack([u, v])
        return y.tobytes() + chroma.tobytes()

    def tensor(self, metas: Any) -> Array:
        (user,) = walk(metas, pyds.NvDsUserMeta)
        layer = pyds.get_nvds_LayerInfo(pyds.NvDsInferTensorMeta.cast(user.user_meta_data), 0)
        shape = tuple(layer.inferDims.d[: layer.inferDims.numDims])
        pointer = ctypes.cast(pyds.get_ptr(layer.buffer), ctypes.POINTER(ctypes.c_float))
        values = np.ctypeslib.as_array(pointer, shape=shape).copy()
        return values if self.nhwc else values.transpose(1, 2, 0)


@pytest.fixture
def network(tmp_path: Path, play: Callable[..., Any]) -> Network:
    return Network(tmp_path, play)


def difference(seen: Array, expected: Array) -> float:
    assert seen.shape == expected.shape
    return float(np.abs(seen - expected).max())


# --- without scaling: the values themselves


@pytest.mark.parametrize("nhwc", [False, True])
@pytest.mark.parametrize("order", ["RGB", "BGR", "GRAY"])
def test_colours_and_layout(network: Network, order: str, nhwc: bool) -> None:
    network.size, network.nhwc = SOURCE, nhwc
    network.channels = 1 if order == "GRAY" else 3
    picture = smooth_picture()
    expected = {"RGB": picture, "BGR": picture[..., ::-1], "GRAY": gray(picture)}[order]
    (seen,) = network([picture], f"model-color-format={['RGB', 'BGR', 'GRAY'].index(order)}")
    assert difference(seen, expected.astype(float)) <= 1e-4


@pytest.mark.parametrize("nhwc", [False, True])
@pytest.mark.parametrize("bgr", [0, 1])
def test_scale_and_offsets(network: Network, bgr: int, nhwc: bool) -> None:
    network.size, network.nhwc = SOURCE, nhwc
    picture = smooth_picture()
    (seen,) = network(
        [picture], f"net-scale-factor=0.0173\noffsets=123.7;116.3;103.5\nmodel-color-format={bgr}"
    )
    ordered = picture[..., ::-1] if bgr else picture
    expected = 0.0173 * (ordered - np.array([123.7, 116.3, 103.5]))
    assert difference(seen, expected) <= 1e-4


@pytest.mark.parametrize("nhwc", [False, True])
@pytest.mark.parametrize("order", ["RGB", "BGR", "GRAY"])
def test_mean_file(network: Network, tmp_path: Path, order: str, nhwc: bool) -> None:
    network.size, network.nhwc = SOURCE, nhwc
    network.channels = 1 if order == "GRAY" else 3
    picture = smooth_picture()
    mean = np.random.default_rng(1).integers(0, 256, picture.shape, np.uint8)
    (tmp_path / "mean.ppm").write_bytes(b"P6\n# one\n320 240\n255\n" + mean.tobytes())
    (seen,) = network(
        [picture],
        "mean-file=mean.ppm\nnet-scale-factor=0.5\noffsets=9;9;9"[
            : None if order != "GRAY" else -14
        ]
        + f"\nmodel-color-format={['RGB', 'BGR', 'GRAY'].index(order)}",
    )
    levels = picture.astype(float) - mean
    expected = {"RGB": levels, "BGR": levels[..., ::-1], "GRAY": gray(levels)}[order]
    assert difference(seen, 0.5 * expected) <= 1e-4


# --- with scaling, put off to the network's tensor, or done before


# Ways of a picture of 320x240 to frames of 480x272: what stands before the muxer.
WAYS = {
    "the muxer's scaling, put off": "",
    "scaled before the muxer": "! nvvideoconvert ! video/x-raw(memory:NVMM),width=480,height=272 ",
}


def frame_of(network: Network, picture: Array) -> Array:
    """The muxer's frame of a picture, RGB."""
    exact = resized(picture.astype(float), *MUXER)
    if not network.before_muxer:
        return exact
    assert difference(network.image, exact) <= 1
    return network.image.astype(float)


def planes_of(network: Network, picture: Array) -> list[Array]:
    """The planes Y, U and V of the muxer's frame of such a picture, a channel each."""
    width, height = MUXER
    sizes = [(width, height), (width // 2, height // 2), (width // 2, height // 2)]
    planes = [picture[..., :1], picture[::2, ::2, 1:2], picture[::2, ::2, 2:]]
    exact = [resized(plane, *size) for plane, size in zip(planes, sizes, strict=True)]
    if not network.before_muxer:
        return exact
    frame = network.image.astype(float)
    chroma = frame[height:].reshape(height // 2, width // 2, 2)
    planes = [frame[:height, :, None], chroma[..., :1], chroma[..., 1:]]
    assert max(map(difference, planes, exact)) <= 1.1  # both sides are rounded, one after the other
    return planes


NETWORKS: list[Size] = [MUXER, (300, 300), (128, 96), (64, 48), (600, 400)]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("size", NETWORKS)
@pytest.mark.parametrize("keys", ["", "keep", "keep symmetric"])
def test_scaling(network: Network, way: str, size: Size, keys: str) -> None:
    network.size, network.muxer, network.before_muxer = size, MUXER, WAYS[way]
    picture = smooth_picture()
    keep, symmetric = "keep" in keys, "symmetric" in keys
    (seen,) = network(
        [picture], f"maintain-aspect-ratio={int(keep)}\nsymmetric-padding={int(symmetric)}"
    )
    frame = frame_of(network, picture)
    expected = reference(frame, size, keep_aspect=keep, symmetric=symmetric)
    assert difference(seen, expected) <= (0.05 if WAYS[way] else 0.4)
    assert abs((seen - expected).mean()) < 0.001


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("order", ["RGB", "BGR", "GRAY"])
@pytest.mark.parametrize("colours", ["NV12", "I420"])
@pytest.mark.parametrize("size", [(300, 200), (128, 96)])
def test_scaling_of_yuv(network: Network, way: str, order: str, colours: str, size: Size) -> None:
    """Pictures as a decoder gives them: BT.601 of limited range."""
    network.size, network.muxer, network.before_muxer = size, MUXER, WAYS[way]
    network.format = colours
    network.channels = 1 if order == "GRAY" else 3
    picture = smooth_picture()
    (seen,) = network([picture], f"model-color-format={['RGB', 'BGR', 'GRAY'].index(order)}")
    averages = shrinks(MUXER, *size)
    y, u, v = (resized(plane, *size, averages) for plane in planes_of(network, picture))
    y, u, v = (y - 16) * 255 / 219, u - 128, v - 128
    rgb = np.concatenate([y + 1.596 * v, y - 0.392 * u - 0.813 * v, y + 2.017 * u], axis=-1)
    expected = {"RGB": rgb, "BGR": rgb[..., ::-1], "GRAY": y}[order].clip(0, 255)
    assert difference(seen, expected) <= (0.05 if WAYS[way] else 0.8)
    assert np.abs((seen - expected).mean(axis=(0, 1))).max() < 0.01


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("keys", ["", "maintain-aspect-ratio=1\nsymmetric-padding=1"])
def test_crops_of_objects(network: Network, way: str, keys: str) -> None:
    network.size, network.muxer, network.before_muxer = (96, 64), MUXER, WAYS[way]
    boxes = [(0, 0, 96, 64), (33, 21, 101, 57), (160, 100, 40, 150), (301, 3, 179, 269)]
    picture = smooth_picture()
    seen = network([picture], keys, boxes)
    assert len(seen) == len(boxes)
    frame = frame_of(network, picture)
    for found, box in zip(seen, boxes, strict=True):
        expected = reference(frame, (96, 64), box, keep_aspect=bool(keys), symmetric=bool(keys))
        assert difference(found, expected) <= (0.05 if WAYS[way] else 0.4), box
