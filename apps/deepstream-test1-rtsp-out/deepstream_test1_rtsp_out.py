#!/usr/bin/env python3
"""deepstream-test1-rtsp-out: a detector on one H.264 elementary stream, served by RTSP.

    filesrc ! h264parse ! nvv4l2decoder ! nvstreammux ! nvinfer ! nvvideoconvert ! nvdsosd !
        nvvideoconvert ! caps ! encoder ! payloader ! udpsink

and an RTSP server that gives its clients what udpsink sends.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path
from typing import Any

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst

sys.path.append(str(Path(__file__).resolve().parents[1]))
# It imports pyds, which tells GStreamer where the elements are.
from common.counts import FrameReport, osd_sink_pad_buffer_probe, print_counts
from common.pipeline import add_element, link, link_to_muxer, play
from common.rtsp_out import Stream, add_rtp_branch, add_rtsp_arguments, serve

MUXER_OUTPUT_WIDTH = 1920
MUXER_OUTPUT_HEIGHT = 1080
MUXER_BATCH_TIMEOUT_USEC = 33000

PGIE_CONFIG = Path(__file__).with_name("dstest1_pgie_config.txt")


def build_pipeline(options: argparse.Namespace) -> tuple[Any, Stream]:
    pipeline = Gst.Pipeline()
    source = add_element(pipeline, "filesrc", "file-source", location=options.input)
    h264parser = add_element(pipeline, "h264parse", "h264-parser")
    decoder = add_element(pipeline, "nvv4l2decoder", "nvv4l2-decoder")
    streammux = add_element(
        pipeline,
        "nvstreammux",
        "Stream-muxer",
        width=MUXER_OUTPUT_WIDTH,
        height=MUXER_OUTPUT_HEIGHT,
        batch_size=1,
        batched_push_timeout=MUXER_BATCH_TIMEOUT_USEC,
    )
    pgie = add_element(pipeline, "nvinfer", "primary-inference", config_file_path=options.model)
    nvvidconv = add_element(pipeline, "nvvideoconvert", "convertor")
    nvosd = add_element(pipeline, "nvdsosd", "onscreendisplay")

    link(source, h264parser, decoder)
    link_to_muxer(decoder, streammux, 0)
    link(streammux, pgie, nvvidconv, nvosd)
    stream = add_rtp_branch(
        pipeline, nvosd, options.codec, options.bitrate, software=options.enc_type == 1
    )
    return pipeline, stream


def main(args: list[str], report: FrameReport = print_counts) -> int:
    """Runs the application; returns its exit status.

    args: as in sys.argv.
    report: called by the streaming thread for each frame, see osd_sink_pad_buffer_probe.
    """
    parser = argparse.ArgumentParser(
        prog=Path(args[0]).name, description="Detect, count, draw, and serve it by RTSP."
    )
    parser.add_argument(
        "-i", "--input", metavar="H264_FILE", required=True, help="H.264 elementary stream"
    )
    parser.add_argument(
        "-e",
        "--enc_type",
        type=int,
        choices=(0, 1),
        default=0,
        help="0: nvv4l2h264enc or nvv4l2h265enc, 1: x264enc or x265enc",
    )
    add_rtsp_arguments(parser)
    parser.add_argument(
        "--model", metavar="CONFIG", default=str(PGIE_CONFIG), help="nvinfer's configuration file"
    )
    options = parser.parse_args(args[1:])
    for path, what in (
        (options.input, "an H.264 elementary stream"),
        (options.model, "a configuration file of nvinfer"),
    ):
        if not os.path.isfile(path):
            print(f"Error: there is no file {path}; expected {what}.", file=sys.stderr)
            return 1

    Gst.init(None)
    try:
        pipeline, stream = build_pipeline(options)
        server, uri = serve(stream, options.rtsp_address, options.rtsp_port)
    except RuntimeError as error:
        print(f"Error: {error}.", file=sys.stderr)
        return 1
    print(f"RTSP stream at {uri}", flush=True)

    osdsinkpad = pipeline.get_by_name("onscreendisplay").get_static_pad("sink")
    osdsinkpad.add_probe(Gst.PadProbeType.BUFFER, osd_sink_pad_buffer_probe, report)
    code = play(pipeline, options.input)
    del server  # it served until here
    return code


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # so that `| head` ends it
    sys.exit(main(sys.argv))
