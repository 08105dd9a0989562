"""Several clips in one muxer, for the tests of what comes behind it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gi
import numpy as np

gi.require_version("Gst", "1.0")
from gi.repository import Gst

import pyds

FRAMES = {"carphone_pristine": 120, "bikes": 250, "bigbuckbunny": 132}


def clip_of(stream: int) -> str:
    """Every fourth stream is longer and larger than the others."""
    return "bikes" if stream % 4 == 0 else "carphone_pristine"


def decoded(path: Path) -> str:
    return f"filesrc location={path} ! qtdemux ! h264parse ! nvv4l2decoder"


def sources(shared: Path, count: int) -> str:
    """`count` streams of clips into the muxer m."""
    return " ".join(
        f"{decoded(shared / f'media/misc/{clip_of(i)}.mp4')} ! m.sink_{i}" for i in range(count)
    )


def muxer(count: int, width: int = 320, height: int = 240, properties: str = "") -> str:
    return f"nvstreammux name=m width={width} height={height} batch-size={count} {properties}"


@contextlib.contextmanager
def playing(*pipelines: Any) -> Iterator[None]:
    """Sets pipelines to PLAYING, and to NULL however the block ends."""
    try:
        for pipeline in pipelines:
            pipeline.set_state(Gst.State.PLAYING)
        yield
    finally:
        for pipeline in pipelines:
            pipeline.set_state(Gst.State.NULL)


def probe(pipeline: Any, element: str, call: Any, pad: str = "sink") -> None:
    """Calls call(buffer, batch meta) for each buffer of the pad."""

    def on_buffer(_pad: Any, info: Any) -> Any:
        buffer = info.get_buffer()
        call(buffer, pyds.gst_buffer_get_nvds_batch_meta(hash(buffer)))
        return Gst.PadProbeReturn.OK

    target = pipeline.get_by_name(element).get_static_pad(pad)
    target.add_probe(Gst.PadProbeType.BUFFER, on_buffer)


def walk(node: Any, kind: Any) -> Iterator[Any]:
    """The metas of a list."""
    while node is not None:
        yield kind.cast(node.data)
        node = node.next


def frames_of(batch: Any) -> Iterator[Any]:
    return walk(batch.frame_meta_list, pyds.NvDsFrameMeta)


def objects_of(frame: Any) -> Iterator[Any]:
    return walk(frame.obj_meta_list, pyds.NvDsObjectMeta)


def add_object(
    batch: Any, frame: Any, box: tuple[float, float, float, float], number: int = 0
) -> Any:
    """A new object of the frame, with a border of 4 pixels; `number` is its id."""
    obj = pyds.nvds_acquire_obj_meta_from_pool(batch)
    obj.object_id = number
    rect = obj.rect_params
    rect.left, rect.top, rect.width, rect.height = box
    rect.border_width = 4
    rect.border_color.set(1.0, 0.0, 0.0, 1.0)
    pyds.nvds_add_obj_meta_to_frame(frame, obj, None)
    return obj


def number_objects(pipeline: Any, element: str) -> None:
    """Puts an object on each frame whose id says stream and number of the frame."""

    def add(_buffer: Any, batch: Any) -> None:
        for frame in frames_of(batch):
            number = frame.pad_index * 1000 + frame.frame_num
            add_object(batch, frame, (10, 20, 30, 40), number)

    probe(pipeline, element, add)


def planes(sample: Any) -> list[np.ndarray]:
    """The planes of a sample in system memory, height x width (x channels)."""
    caps = sample.get_caps().get_structure(0)
    width, height = caps.get_value("width"), caps.get_value("height")
    buffer = sample.get_buffer()
    data = np.frombuffer(buffer.extract_dup(0, buffer.get_size()), np.uint8)
    form = caps.get_string("format")
    if form == "RGBA":
        return [data.reshape(height, width, 4)]
    luma, chroma = np.split(data, [width * height])
    if form == "NV12":
        return [luma.reshape(height, width), chroma.reshape(height // 2, width // 2, 2)]
    u, v = chroma.reshape(2, height // 2, width // 2)
    return [luma.reshape(height, width), u, v]


def pull(pipeline: Any, name: str) -> Any:
    """The next sample of an appsink; None at the end."""
    sample = pipeline.get_by_name(name).emit("try-pull-sample", 20 * Gst.SECOND)
    error = pipeline.get_bus().pop_filtered(Gst.MessageType.ERROR)
    assert error is None, error.parse_error()
    return sample
