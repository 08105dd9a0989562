#!/usr/bin/env python3
"""deepstream-rtsp-in-rtsp-out: a detector on cameras, tiled and served by RTSP.

    nvurisrcbin ... ! nvstreammux ! nvinfer ! nvvideoconvert ! nvmultistreamtiler ! nvdsosd !
        nvvideoconvert ! caps ! encoder ! payloader ! udpsink

and an RTSP server that gives its clients what udpsink sends.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst

sys.path.append(str(Path(__file__).resolve().parents[1]))
# It imports pyds, which tells GStreamer where the elements are.
from common.changing_sources import add_uri_source, print_camera_state
from common.counts import FrameReport, pgie_src_pad_buffer_probe, print_counts_of_source
from common.pipeline import add_element, add_tiler, link, play, say
from common.rtsp_out import Stream, add_rtp_branch, add_rtsp_arguments, serve

import pyds

MUXER_OUTPUT_WIDTH = 1920
MUXER_OUTPUT_HEIGHT = 1080
MUXER_BATCH_TIMEOUT_USEC = 33000
TILED_OUTPUT_WIDTH = 1280
TILED_OUTPUT_HEIGHT = 720

PGIE_CONFIG = Path(__file__).with_name("dstest1_pgie_config.txt")


def build_pipeline(options: argparse.Namespace) -> tuple[Any, Stream]:
    pipeline = Gst.Pipeline()
    count = len(options.input)
    streammux = add_element(
        pipeline,
        "nvstreammux",
        "Stream-muxer",
        width=MUXER_OUTPUT_WIDTH,
        height=MUXER_OUTPUT_HEIGHT,
        batch_size=count,
        batched_push_timeout=MUXER_BATCH_TIMEOUT_USEC,
        live_source=any(uri.startswith("rtsp") for uri in options.input),
        attach_sys_ts=not options.rtsp_ts,
    )
    for number, uri in enumerate(options.input):
        add_uri_source(pipeline, streammux, number, uri)
    pgie = add_element(
        pipeline,
        "nvinfer",
        "primary-inference",
        config_file_path=options.model,
        batch_size=count,
    )
    nvvidconv = add_element(pipeline, "nvvideoconvert", "convertor")
    tiler = add_tiler(pipeline, count, TILED_OUTPUT_WIDTH, TILED_OUTPUT_HEIGHT)
    nvosd = add_element(pipeline, "nvdsosd", "onscreendisplay")
    link(streammux, pgie, nvvidconv, tiler, nvosd)
    return pipeline, add_rtp_branch(pipeline, nvosd, options.codec, options.bitrate)


def print_counts_and_time(frame_meta: pyds.NvDsFrameMeta, text: str) -> None:
    """With the camera's time; there is none before its first report."""
    ntp = frame_meta.ntp_timestamp
    taken = datetime.fromtimestamp(ntp / 1e9, timezone.utc).isoformat() if ntp else "unknown"
    say(f"Source={frame_meta.pad_index} {text} Time={taken}")


def main(args: list[str], report: FrameReport | None = None) -> int:
    """Runs the application; returns its exit status.

    args: as in sys.argv.
    report: called by the streaming thread for each frame, see pgie_src_pad_buffer_probe.
    """
    parser = argparse.ArgumentParser(
        prog=Path(args[0]).name, description="Detect, count, tile, draw, and serve it by RTSP."
    )
    parser.add_argument(
        "-i",
        "--input",
        metavar="URI",
        nargs="+",
        required=True,
        help="cameras (rtsp://...) or files (file:///...)",
    )
    parser.add_argument(
        "--rtsp-ts",
        action="store_true",
        help="print the cameras' times of the frames, from RTCP, instead of none",
    )
    add_rtsp_arguments(parser)
    parser.add_argument(
        "--model", metavar="CONFIG", default=str(PGIE_CONFIG), help="nvinfer's configuration file"
    )
    options = parser.parse_args(args[1:])
    if not os.path.isfile(options.model):
        print(
            f"Error: there is no file {options.model}; expected a configuration file of nvinfer.",
            file=sys.stderr,
        )
        return 1

    Gst.init(None)
    try:
        pipeline, stream = build_pipeline(options)
        server, uri = serve(stream, options.rtsp_address, options.rtsp_port)
    except RuntimeError as error:
        print(f"Error: {error}.", file=sys.stderr)
        return 1
    say(f"RTSP stream at {uri}")

    report = report or (print_counts_and_time if options.rtsp_ts else print_counts_of_source)
    pad = pipeline.get_by_name("primary-inference").get_static_pad("src")
    pad.add_probe(Gst.PadProbeType.BUFFER, pgie_src_pad_buffer_probe, report)
    code = play(pipeline, ", ".join(options.input), print_camera_state)
    del server  # it served until here
    return code


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # so that `| head` ends it
    sys.exit(main(sys.argv))
