"""A client of what an application serves by RTSP."""

from __future__ import annotations

from typing import Any, NamedTuple

from gi.repository import Gst


class Seen(NamedTuple):
    codec: str  # "H264"
    size: tuple[int, int]
    pictures: int


def watch(uri: str, pictures: int, transport: str = "tcp", timeout_s: float = 30) -> Seen:
    """Decodes that many pictures of an RTSP stream with GStreamer's own elements."""
    pipeline = Gst.parse_launch(
        f"rtspsrc location={uri} latency=0 protocols={transport} name=source ! decodebin ! "
        "videoconvert ! appsink name=end sync=false max-buffers=4"
    )
    codecs: list[str] = []

    def pad_added(_source: Any, pad: Any) -> None:
        codecs.append(pad.get_current_caps().get_structure(0).get_string("encoding-name"))

    pipeline.get_by_name("source").connect("pad-added", pad_added)
    pipeline.set_state(Gst.State.PLAYING)
    size, count = (0, 0), 0
    try:
        while count < pictures:
            sample = pipeline.get_by_name("end").emit(
                "try-pull-sample", int(timeout_s * Gst.SECOND)
            )
            if sample is None:
                error = pipeline.get_bus().pop_filtered(Gst.MessageType.ERROR)
                raise TimeoutError(f"{count} pictures came; {error and error.parse_error()}")
            caps = sample.get_caps().get_structure(0)
            size = (caps.get_value("width"), caps.get_value("height"))
            count += 1
    finally:
        pipeline.set_state(Gst.State.NULL)
    return Seen(codecs[0], size, count)
