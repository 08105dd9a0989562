"""Both forms of nvstreammux in one process."""

from __future__ import annotations

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GObject, Gst

NEWER = "newer_nvstreammux"
FORMS = ["nvstreammux", NEWER]


def register_newer() -> None:
    """Makes the newer form known as NEWER, whatever the environment says."""
    if Gst.ElementFactory.find(NEWER) is not None:
        return
    assert Gst.ElementFactory.make("nvstreammux") is not None  # loads the plugin
    assert Gst.Element.register(None, NEWER, 0, GObject.type_from_name("GstNvStreamMuxNew"))


def sized(form: str, width: int, height: int) -> str:
    """The form with the size of its output, which the newer one does not have."""
    return form if form == NEWER else f"{form} width={width} height={height}"
