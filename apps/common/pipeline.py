"""Building a pipeline and playing it to its end."""

from __future__ import annotations

import itertools
import math
import sys
from collections.abc import Callable
from typing import Any

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst


def say(text: str) -> None:
    """Prints a line at once; lines of several threads stay whole."""
    print(text + "\n", end="", flush=True)


def add_element(pipeline: Any, factory: str, name: str, **properties: object) -> Any:
    """Makes an element inside the pipeline; underscores in property names stand for dashes.

    Raises `RuntimeError` when GStreamer knows no element `factory`.
    """
    element = Gst.ElementFactory.make(factory, name)
    if element is None:
        raise RuntimeError(
            f"Unable to create {name}: GStreamer knows no element {factory}; check that "
            f"`gst-inspect-1.0 {factory}` finds it"
        )
    for key, value in properties.items():
        element.set_property(key.replace("_", "-"), value)
    pipeline.add(element)
    return element


def link(*elements: Any) -> None:
    """Links each element to the next. Raises `RuntimeError` where two do not fit."""
    for upstream, downstream in itertools.pairwise(elements):
        if not upstream.link(downstream):
            raise RuntimeError(f"Unable to link {upstream.get_name()} to {downstream.get_name()}")


def link_to_muxer(source: Any, streammux: Any, number: int) -> None:
    """Links `source` to the pad ``sink_<number>`` of the muxer, which is asked for.

    Raises `RuntimeError` when that fails.
    """
    sinkpad = streammux.request_pad_simple(f"sink_{number}")
    if sinkpad is None or source.get_static_pad("src").link(sinkpad) != Gst.PadLinkReturn.OK:
        raise RuntimeError(f"Unable to link {source.get_name()} to {streammux.get_name()}")


def add_file_branch(pipeline: Any, upstream: Any, output: str, name: str = "file") -> None:
    """Encodes what `upstream` gives into the MP4 file `output`; `name` begins its elements' names.

    Raises `RuntimeError` as `add_element` and `link` do.
    """
    caps = Gst.Caps.from_string("video/x-raw(memory:NVMM), format=I420")
    link(
        upstream,
        add_element(pipeline, "queue", f"{name}-queue"),
        add_element(pipeline, "nvvideoconvert", f"{name}-convertor"),
        add_element(pipeline, "capsfilter", f"{name}-caps", caps=caps),
        add_element(pipeline, "nvv4l2h264enc", f"{name}-encoder", bitrate=4000000),
        add_element(pipeline, "h264parse", f"{name}-parser"),
        add_element(pipeline, "mp4mux", f"{name}-muxer"),
        add_element(pipeline, "filesink", f"{name}-sink", location=output),
    )


def add_tiler(pipeline: Any, sources: int, width: int, height: int) -> Any:
    """The element nvtiler, which shows that many sources in one picture of that size.

    Raises `RuntimeError` as `add_element` does.
    """
    rows = max(math.isqrt(sources), 1)
    return add_element(
        pipeline,
        "nvmultistreamtiler",
        "nvtiler",
        rows=rows,
        columns=math.ceil(sources / rows),
        width=width,
        height=height,
    )


def play(
    pipeline: Any, source: str, on_element: Callable[[Any], None] = lambda structure: None
) -> int:
    """Plays to the end; 0 at end of stream, 1 after an error, 130 after Ctrl-C.

    Warnings, the first error and what display sinks say of themselves, such as the address of
    their page, are printed on standard error.

    source: what is played, for the error's text.
    on_element: called with the structure of each element message.
    """
    loop = GLib.MainLoop()
    code = 0
    ended = False
    warned = set()

    def bus_call(bus: Any, message: Any) -> None:
        nonlocal code, ended
        if message.type == Gst.MessageType.EOS:
            ended = True
            loop.quit()
        elif message.type == Gst.MessageType.WARNING and code != 130:
            # After Ctrl-C a decoder finds that its stream is cut short, which is no news.
            warning, _ = message.parse_warning()
            text = f"Warning: {warning.message} ({message.src.get_name()})"
            if text not in warned:  # a damaged file warns for each damaged frame
                warned.add(text)
                print(text, file=sys.stderr)
        elif message.type == Gst.MessageType.INFO:
            print(message.parse_info()[0].message, file=sys.stderr)
        elif message.type == Gst.MessageType.ERROR:
            if code == 0:  # what follows the first error is its consequence
                error, _ = message.parse_error()
                name = message.src.get_name()
                print(f"Error: {error.message} ({name}, playing {source})", file=sys.stderr)
                code = 1
            ended = True
            loop.quit()
        elif message.type == Gst.MessageType.ELEMENT:
            on_element(message.get_structure())

    bus = pipeline.get_bus()
    bus.add_signal_watch()
    bus.connect("message", bus_call)
    try:
        pipeline.set_state(Gst.State.PLAYING)
        try:
            loop.run()
        except KeyboardInterrupt:
            # The frames in flight still reach the file, so that it can be played.
            code = 130
            if not ended:
                pipeline.send_event(Gst.Event.new_eos())
                loop.run()
    except KeyboardInterrupt:
        code = 130
    finally:
        bus.remove_signal_watch()
        pipeline.set_state(Gst.State.NULL)
    return code
