#!/usr/bin/env python3
"""deepstream-custom-binding-test: a struct of one's own travels with each frame.

    filesrc ! h264parse ! nvv4l2decoder ! nvstreammux ! queue ! queue ! fakesink

A probe behind the muxer attaches the struct as user metadata, one before the sink reads it.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst

import pyds  # before Gst.init: it tells GStreamer where the elements are

sys.path.append(str(Path(__file__).resolve().parents[1]))
from common.pipeline import add_element, link, link_to_muxer, play

MUXER_OUTPUT_WIDTH = 1280
MUXER_OUTPUT_HEIGHT = 720


def nodes(first: Any) -> Iterator[Any]:
    """The data of each node of a metadata list, which may be empty (None)."""
    node = first
    while node is not None:
        yield node.data
        node = node.next


def streammux_src_pad_buffer_probe(pad: Any, info: Any) -> Any:
    """Attaches a struct to each frame. Called by the streaming thread."""
    batch_meta = pyds.gst_buffer_get_nvds_batch_meta(hash(info.get_buffer()))
    if batch_meta is None:
        return Gst.PadProbeReturn.OK
    # The lock keeps other threads from adding to the batch meanwhile; it has to be given back.
    pyds.nvds_acquire_meta_lock(batch_meta)
    try:
        for data in nodes(batch_meta.frame_meta_list):
            frame_meta = pyds.NvDsFrameMeta.cast(data)
            # The user meta comes from the batch's pool, and the struct is made for it: both are
            # taken back, struct and text freed, when the buffer is gone.
            user_meta = pyds.nvds_acquire_user_meta_from_pool(batch_meta)
            struct = pyds.alloc_custom_struct(user_meta)
            struct.structId = frame_meta.frame_num
            struct.message = f"test message {frame_meta.frame_num}"
            struct.sampleInt = frame_meta.frame_num + 1
            user_meta.user_meta_data = struct
            user_meta.base_meta.meta_type = pyds.NvDsMetaType.NVDS_USER_META
            pyds.nvds_add_user_meta_to_frame(frame_meta, user_meta)
    finally:
        pyds.nvds_release_meta_lock(batch_meta)
    return Gst.PadProbeReturn.OK


def fakesink_sink_pad_buffer_probe(pad: Any, info: Any) -> Any:
    """Prints the structs that came with the frames. Called by the streaming thread."""
    batch_meta = pyds.gst_buffer_get_nvds_batch_meta(hash(info.get_buffer()))
    if batch_meta is None:
        return Gst.PadProbeReturn.OK
    pyds.nvds_acquire_meta_lock(batch_meta)
    try:
        for data in nodes(batch_meta.frame_meta_list):
            frame_meta = pyds.NvDsFrameMeta.cast(data)
            for user_data in nodes(frame_meta.frame_user_meta_list):
                user_meta = pyds.NvDsUserMeta.cast(user_data)
                if user_meta.base_meta.meta_type != pyds.NvDsMetaType.NVDS_USER_META:
                    continue
                struct = pyds.CustomDataStruct.cast(user_meta.user_meta_data)
                print(
                    f"Frame Number={frame_meta.frame_num} structId={struct.structId} "
                    f"message={pyds.get_string(struct.message)!r} sampleInt={struct.sampleInt}"
                )
    finally:
        pyds.nvds_release_meta_lock(batch_meta)
    return Gst.PadProbeReturn.OK


def build_pipeline(stream: str) -> Any:
    pipeline = Gst.Pipeline()
    source = add_element(pipeline, "filesrc", "file-source", location=stream)
    h264parser = add_element(pipeline, "h264parse", "h264-parser")
    decoder = add_element(pipeline, "nvv4l2decoder", "nvv4l2-decoder")
    streammux = add_element(
        pipeline,
        "nvstreammux",
        "Stream-muxer",
        width=MUXER_OUTPUT_WIDTH,
        height=MUXER_OUTPUT_HEIGHT,
        batch_size=1,
    )
    # Each queue is a thread: the struct is made in one and read in another.
    queue = add_element(pipeline, "queue", "queue")
    queue1 = add_element(pipeline, "queue", "queue1")
    sink = add_element(pipeline, "fakesink", "fakesink")
    link(source, h264parser, decoder)
    link_to_muxer(decoder, streammux, 0)
    link(streammux, queue, queue1, sink)

    streammux.get_static_pad("src").add_probe(
        Gst.PadProbeType.BUFFER, streammux_src_pad_buffer_probe
    )
    sink.get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, fakesink_sink_pad_buffer_probe)
    return pipeline


def main(args: list[str]) -> int:
    """Runs the application with `args` as in sys.argv; returns its exit status."""
    parser = argparse.ArgumentParser(
        prog=Path(args[0]).name, description="Attach a struct of one's own to each frame."
    )
    parser.add_argument("stream", metavar="H264_FILE", help="H.264 elementary stream")
    options = parser.parse_args(args[1:])
    if not os.path.isfile(options.stream):
        print(
            f"Error: there is no file {options.stream}; expected an H.264 elementary stream.",
            file=sys.stderr,
        )
        return 1

    Gst.init(None)
    try:
        pipeline = build_pipeline(options.stream)
    except RuntimeError as error:
        print(f"Error: {error}.", file=sys.stderr)
        return 1
    return play(pipeline, options.stream)


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # so that `| head` ends it
    sys.exit(main(sys.argv))
