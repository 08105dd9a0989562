"""Several URIs as the sources of one muxer."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst

from common.pipeline import add_element, link, link_to_muxer

MUXER_BATCH_TIMEOUT_USEC = 33000


def as_uri(argument: str) -> str:
    """A URI as it is, the path of a file as a URI.

    Raises `ValueError` with a sentence when it is neither.
    """
    uri = argument if Gst.uri_is_valid(argument) else Path(argument).absolute().as_uri()
    if uri.startswith("file:"):
        path = GLib.filename_from_uri(uri)[0]
        if not os.path.isfile(path):
            raise ValueError(f"there is no file {path}; expected a video or a URI")
    return uri


def add_muxer(pipeline: Any, uris: list[str], width: int, height: int) -> Any:
    """A muxer that gives one frame of each URI in a batch."""
    streammux = add_element(pipeline, "nvstreammux", "Stream-muxer", batch_size=len(uris))
    if os.environ.get("USE_NEW_NVSTREAMMUX") != "yes":
        streammux.set_property("width", width)
        streammux.set_property("height", height)
        streammux.set_property("batched-push-timeout", MUXER_BATCH_TIMEOUT_USEC)
        streammux.set_property("live-source", any(uri.startswith("rtsp://") for uri in uris))
    return streammux


def add_sources(pipeline: Any, streammux: Any, uris: list[str], file_loop: bool = False) -> None:
    """Links each URI to the muxer's pad of its number.

    file_loop: files begin again at their end.
    Raises `RuntimeError` as `add_element` does, and where a pad cannot be linked.
    """
    for number, uri in enumerate(uris):
        link_to_muxer(add_source_bin(pipeline, number, uri, file_loop), streammux, number)


def add_source_bin(pipeline: Any, number: int, uri: str, file_loop: bool) -> Any:
    """A bin that decodes the video of a URI; its pad `src` has a target when decoding begins."""
    source_bin = Gst.Bin.new(f"source-bin-{number:02d}")
    pipeline.add(source_bin)
    if file_loop:
        source = add_element(
            source_bin, "nvurisrcbin", f"uri-decode-bin-{number}", uri=uri, file_loop=True
        )
    else:
        source = add_element(source_bin, "uridecodebin", f"uri-decode-bin-{number}", uri=uri)
    ghost = Gst.GhostPad.new_no_target("src", Gst.PadDirection.SRC)
    source_bin.add_pad(ghost)
    source.connect("pad-added", on_pad_added, source_bin, ghost)
    source.connect("no-more-pads", on_no_more_pads, source_bin, ghost, uri)
    return source_bin


def on_pad_added(source: Any, pad: Any, source_bin: Any, ghost: Any) -> None:
    """Takes the first video pad."""
    caps = pad.get_current_caps() or pad.query_caps()
    if ghost.get_target() or not caps.get_structure(0).get_name().startswith("video"):
        return
    if not caps.get_features(0).contains("memory:NVMM"):
        # A decoder for which there is no element of DeepStream; its pictures are system memory.
        convertor = add_element(source_bin, "nvvideoconvert", "source-convertor")
        nvmm = Gst.Caps.from_string("video/x-raw(memory:NVMM)")
        capsfilter = add_element(source_bin, "capsfilter", "source-caps", caps=nvmm)
        link(convertor, capsfilter)
        for element in (convertor, capsfilter):
            element.sync_state_with_parent()
        pad.link(convertor.get_static_pad("sink"))
        pad = capsfilter.get_static_pad("src")
    ghost.set_target(pad)


def on_no_more_pads(source: Any, source_bin: Any, ghost: Any, uri: str) -> None:
    if ghost.get_target() is None:
        error = GLib.Error.new_literal(
            Gst.StreamError.quark(), f"{uri} has no video", Gst.StreamError.TYPE_NOT_FOUND
        )
        source_bin.post_message(Gst.Message.new_error(source_bin, error, ""))
