"""A `v4l2src` that gives a test picture, for a machine without a camera."""

from __future__ import annotations

import glob

__all__ = ["register_where_there_is_none"]


def register_where_there_is_none() -> None:
    """Makes `v4l2src` mean our `thalwegtestcamera` in this process, if no ``/dev/video*`` exists.

    To be called when GStreamer is initialised.
    """
    if glob.glob("/dev/video*"):
        return
    from gi.repository import Gst

    factory = Gst.ElementFactory.find("thalwegtestcamera")
    if factory is not None:
        kind = factory.load().get_element_type()
        Gst.Element.register(None, "v4l2src", Gst.Rank.NONE, kind)
