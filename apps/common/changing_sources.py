"""Sources that are added and removed while a pipeline plays."""

from __future__ import annotations

from typing import Any

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst

from common.pipeline import add_element, say

RECONNECT_INTERVAL_SEC = 10


def add_uri_source(pipeline: Any, streammux: Any, number: int, uri: str) -> Any:
    """Adds a source that goes to the muxer's pad ``sink_<number>``, in the pipeline's state.

    A camera that is lost is connected again. Raises `RuntimeError` when that fails.
    """
    source = add_element(
        pipeline,
        "nvurisrcbin",
        f"source-bin-{number:02d}",
        uri=uri,
        source_id=number,
        rtsp_reconnect_interval=RECONNECT_INTERVAL_SEC,
    )
    sinkpad = streammux.request_pad_simple(f"sink_{number}")
    if sinkpad is None:
        raise RuntimeError(f"Unable to get the pad sink_{number} of {streammux.get_name()}")
    source.connect("pad-added", lambda _, pad, sink: pad.link(sink), sinkpad)
    source.sync_state_with_parent()
    return source


def remove_source(pipeline: Any, streammux: Any, number: int, source: Any) -> None:
    """Removes what add_uri_source added; the others go on."""
    source.set_locked_state(True)  # the pipeline does not start it again meanwhile
    source.set_state(Gst.State.NULL)
    sinkpad = streammux.get_static_pad(f"sink_{number}")
    sinkpad.send_event(Gst.Event.new_flush_stop(False))
    streammux.release_request_pad(sinkpad)
    pipeline.remove(source)


def print_camera_state(structure: Any) -> None:
    """Prints what a camera's element message tells of it."""
    if structure is None or not structure.has_name("thalweg-source-state"):
        return
    reason = structure.get_string("reason")
    why = f" ({reason})" if reason else ""
    say(f"Source {structure.get_int('source-id')[1]} is {structure.get_string('state')}{why}")
