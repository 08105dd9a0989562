#!/usr/bin/env python3
"""deepstream-test1: a detector on one H.264 elementary stream, with boxes and counts drawn.

    filesrc ! h264parse ! nvv4l2decoder ! nvstreammux ! nvinfer ! nvvideoconvert ! nvdsosd ! sink

The sink is a window, or nothing where there is no display; with --output, an MP4 file.
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
from common.pipeline import add_element, add_file_branch, link, link_to_muxer, play

MUXER_OUTPUT_WIDTH = 1920
MUXER_OUTPUT_HEIGHT = 1080
MUXER_BATCH_TIMEOUT_USEC = 33000

PGIE_CONFIG = Path(__file__).with_name("dstest1_pgie_config.txt")


def build_pipeline(stream: str, model: str, output: str | None, display: bool) -> Any:
    """The whole pipeline; it ends in the file `output`, in a display, or in both."""
    pipeline = Gst.Pipeline()

    source = add_element(pipeline, "filesrc", "file-source", location=stream)
    h264parser = add_element(pipeline, "h264parse", "h264-parser")
    decoder = add_element(pipeline, "nvv4l2decoder", "nvv4l2-decoder")
    streammux = add_element(pipeline, "nvstreammux", "Stream-muxer", batch_size=1)
    if os.environ.get("USE_NEW_NVSTREAMMUX") != "yes":
        streammux.set_property("width", MUXER_OUTPUT_WIDTH)
        streammux.set_property("height", MUXER_OUTPUT_HEIGHT)
        streammux.set_property("batched-push-timeout", MUXER_BATCH_TIMEOUT_USEC)
    pgie = add_element(pipeline, "nvinfer", "primary-inference", config_file_path=model)
    nvvidconv = add_element(pipeline, "nvvideoconvert", "convertor")
    nvosd = add_element(pipeline, "nvdsosd", "onscreendisplay")

    link(source, h264parser, decoder)
    link_to_muxer(decoder, streammux, 0)
    link(streammux, pgie, nvvidconv, nvosd)

    end = nvosd
    if output and display:
        end = add_element(pipeline, "tee", "tee")
        link(nvosd, end)
    if output:
        add_file_branch(pipeline, end, output)
    if display:
        queue = add_element(pipeline, "queue", "display-queue")
        sink = add_element(pipeline, "nveglglessink", "nvvideo-renderer")
        link(end, queue, sink)
    return pipeline


def main(args: list[str], report: FrameReport = print_counts) -> int:
    """Runs the application; returns its exit status.

    args: as in sys.argv.
    report: called by the streaming thread for each frame, see osd_sink_pad_buffer_probe.
    """
    parser = argparse.ArgumentParser(prog=Path(args[0]).name, description="Detect, count and draw.")
    parser.add_argument("stream", metavar="H264_FILE", help="H.264 elementary stream")
    parser.add_argument("--output", metavar="FILE.mp4", help="write the annotated video here")
    parser.add_argument(
        "--display",
        metavar="MODE",
        help="window, none, file:OUT.mp4 or http:PORT; default: a window where there is a display, "
        "nothing with --output",
    )
    parser.add_argument(
        "--model", metavar="CONFIG", default=str(PGIE_CONFIG), help="nvinfer's configuration file"
    )
    options = parser.parse_args(args[1:])
    for path, what in (
        (options.stream, "an H.264 elementary stream"),
        (options.model, "a configuration file of nvinfer"),
    ):
        if not os.path.isfile(path):
            print(f"Error: there is no file {path}; expected {what}.", file=sys.stderr)
            return 1
    if options.display:
        os.environ["THALWEG_DISPLAY"] = options.display

    Gst.init(None)
    try:
        pipeline = build_pipeline(
            options.stream,
            options.model,
            options.output,
            bool(options.display or not options.output),
        )
    except RuntimeError as error:
        print(f"Error: {error}.", file=sys.stderr)
        return 1

    # The counts are made where all metadata are in place, before nvdsosd draws them.
    osdsinkpad = pipeline.get_by_name("onscreendisplay").get_static_pad("sink")
    osdsinkpad.add_probe(Gst.PadProbeType.BUFFER, osd_sink_pad_buffer_probe, report)
    return play(pipeline, options.stream)


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # so that `| head` ends it
    sys.exit(main(sys.argv))
