"""Runs a probe on a buffer, without a pipeline."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyds
from thalweg.testing._gstreamer import first_events, gstreamer

__all__ = ["run_probe"]


def run_probe(probe: Callable[..., Any], buffer: Any, *user_data: Any) -> Any:
    """Calls a pad probe with a buffer, as GStreamer does, and returns what it returns.

    probe: ``probe(pad, info)`` or ``probe(pad, info, user_data)``, as given to `Gst.Pad.add_probe`.
    buffer: a `Gst.Buffer`, of `make_buffer` or from elsewhere; it is the caller's, and carries what
        the probe did to its metadata and pixels afterwards.
    user_data: further arguments of the probe, as given to `add_probe`.
    Returns a `Gst.PadProbeReturn`.

    The pad is a real one, of an element without a pipeline. The probe runs in the calling thread.
    An exception of the probe is raised, other than in a pipeline, where it would be printed and
    the frame dropped. Raises `TypeError` if the probe returns something else than a
    `Gst.PadProbeReturn` or its number.

    Example::

        buffer = make_buffer([Frame(objects=[Detection(label="person", xyxy=(10, 20, 60, 120))])])
        assert run_probe(count_people, buffer, counter) == gst.PadProbeReturn.OK
    """
    gst = gstreamer()
    element = gst.ElementFactory.make("identity", "probed")
    pad = element.get_static_pad("src")
    pad.set_active(True)
    for event in first_events(_caps(buffer)):
        pad.push_event(event)
    results: list[Any] = []
    errors: list[BaseException] = []

    def call(pad: Any, info: Any, *arguments: Any) -> Any:
        try:
            results.append(probe(pad, info, *arguments))
        except BaseException as error:
            errors.append(error)
        return gst.PadProbeReturn.OK

    pad.add_probe(gst.PadProbeType.BUFFER, call, *user_data)
    pad.push(buffer)  # not linked: the probe is as far as the buffer gets
    pad.set_active(False)
    if errors:
        raise errors[0]
    (result,) = results
    if not isinstance(result, int):
        name = getattr(probe, "__name__", "the probe")
        raise TypeError(
            f"{name} returned {result!r}: expected a Gst.PadProbeReturn; in a pipeline the frame "
            "would be dropped. Return Gst.PadProbeReturn.OK."
        )
    return gst.PadProbeReturn(result)  # PyGObject takes any int


def _caps(buffer: Any) -> str:
    """What a pad after nvstreammux would say of the buffer."""
    size = ""
    batch = pyds.gst_buffer_get_nvds_batch_meta(buffer)
    if batch is not None and batch.frame_meta_list is not None:
        frame = pyds.NvDsFrameMeta.cast(batch.frame_meta_list.data)
        size = f",width={frame.pipeline_width},height={frame.pipeline_height}"
    return f"video/x-raw(memory:NVMM),format=RGBA{size},framerate=25/1"
