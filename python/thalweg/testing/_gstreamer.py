"""GStreamer, when it is needed: plain data and batches by themselves do without PyGObject."""

from __future__ import annotations

from typing import Any


def gstreamer() -> Any:
    """The module `Gst`, initialised. Importing `thalweg` has told it where our elements are.

    Raises `ModuleNotFoundError` where there is no PyGObject.
    """
    import gi

    gi.require_version("Gst", "1.0")
    from gi.repository import Gst

    if not Gst.is_initialized():
        Gst.init(None)
    return Gst


def first_events(caps: str) -> list[Any]:
    """What precedes the first buffer on a pad: the start of a stream, its caps, its times."""
    gst = gstreamer()
    segment = gst.Segment()
    segment.init(gst.Format.TIME)
    return [
        gst.Event.new_stream_start("thalweg.testing"),
        gst.Event.new_caps(gst.Caps.from_string(caps)),
        gst.Event.new_segment(segment),
    ]
