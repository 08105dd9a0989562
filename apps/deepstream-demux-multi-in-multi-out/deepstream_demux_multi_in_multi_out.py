#!/usr/bin/env python3
"""deepstream-demux-multi-in-multi-out: one detector on several videos, each shown by itself.

    source bins ! nvstreammux ! nvinfer ! nvstreamdemux
    of each source: src_i ! queue ! nvvideoconvert ! nvdsosd ! sink

The sinks are windows, or nothing where there is no display; with --output, MP4 files.
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
from common.counts import FrameReport, pgie_src_pad_buffer_probe, print_counts_of_source
from common.frame_rates import FrameRates
from common.pipeline import add_element, add_file_branch, link, play
from common.sources import add_muxer, add_sources, as_uri

MUXER_OUTPUT_WIDTH = 960
MUXER_OUTPUT_HEIGHT = 540

PGIE_CONFIG = Path(__file__).with_name("ds_demux_pgie_config.txt")


def build_pipeline(uris: list[str], model: str, output: str | None, display: bool) -> Any:
    """The whole pipeline; each source ends in a file of the folder `output`, a display, or both."""
    pipeline = Gst.Pipeline()
    streammux = add_muxer(pipeline, uris, MUXER_OUTPUT_WIDTH, MUXER_OUTPUT_HEIGHT)
    add_sources(pipeline, streammux, uris)
    queue = add_element(pipeline, "queue", "queue")
    pgie = add_element(pipeline, "nvinfer", "primary-inference", config_file_path=model)
    pgie.set_property("batch-size", len(uris))
    demux = add_element(pipeline, "nvstreamdemux", "nvstreamdemux")
    link(streammux, queue, pgie, demux)
    for number in range(len(uris)):
        add_branch(pipeline, demux, number, output, display)
    return pipeline


def add_branch(pipeline: Any, demux: Any, number: int, output: str | None, display: bool) -> None:
    """What becomes of one source behind the demuxer."""
    queue = add_element(pipeline, "queue", f"queue-{number}")
    nvvidconv = add_element(pipeline, "nvvideoconvert", f"convertor-{number}")
    nvosd = add_element(
        pipeline, "nvdsosd", f"onscreendisplay-{number}", process_mode=0, display_text=1
    )
    pad = demux.request_pad_simple(f"src_{number}")
    if pad is None or pad.link(queue.get_static_pad("sink")) != Gst.PadLinkReturn.OK:
        raise RuntimeError(f"Unable to link {demux.get_name()} to {queue.get_name()}")
    link(queue, nvvidconv, nvosd)
    end = nvosd
    if output and display:
        end = add_element(pipeline, "tee", f"tee-{number}")
        link(nvosd, end)
    if output:
        file = str(Path(output) / f"stream_{number}.mp4")
        add_file_branch(pipeline, end, file, f"file-{number}")
    if display:
        link(
            end,
            add_element(pipeline, "queue", f"display-queue-{number}"),
            add_element(pipeline, "nveglglessink", f"nvvideo-renderer-{number}", qos=0),
        )


def main(args: list[str], report: FrameReport = print_counts_of_source) -> int:
    """Runs the application; returns its exit status.

    args: as in sys.argv.
    report: called by the streaming thread for each frame with its meta and the line about it.
    """
    parser = argparse.ArgumentParser(
        prog=Path(args[0]).name, description="Detect objects in several videos, each by itself."
    )
    parser.add_argument(
        "-i", "--input", metavar="URI", nargs="+", required=True, help="videos: URIs or files"
    )
    parser.add_argument(
        "--output",
        metavar="FOLDER",
        help="write the annotated videos here: stream_0.mp4, stream_1.mp4, ...",
    )
    parser.add_argument(
        "--display",
        metavar="MODE",
        help="window, none, file:OUT.mp4 or http:PORT; default: windows where there is a display, "
        "nothing with --output",
    )
    parser.add_argument(
        "--model", metavar="CONFIG", default=str(PGIE_CONFIG), help="nvinfer's configuration file"
    )
    options = parser.parse_args(args[1:])

    Gst.init(None)
    try:
        uris = [as_uri(argument) for argument in options.input]
        if not os.path.isfile(options.model):
            raise ValueError(f"there is no file {options.model}; expected one of nvinfer")
        if options.output and not os.path.isdir(options.output):
            raise ValueError(f"there is no folder {options.output} for the videos; make it first")
        if options.display:
            os.environ["THALWEG_DISPLAY"] = options.display
        pipeline = build_pipeline(
            uris, options.model, options.output, bool(options.display or not options.output)
        )
    except (RuntimeError, ValueError) as error:
        print(f"Error: {error}.", file=sys.stderr)
        return 1

    rates = FrameRates(len(uris))
    pgie = pipeline.get_by_name("primary-inference")
    pgie.get_static_pad("src").add_probe(
        Gst.PadProbeType.BUFFER, pgie_src_pad_buffer_probe, rates.counting(report)
    )
    with rates.printed():
        return play(pipeline, ", ".join(uris))


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # so that `| head` ends it
    sys.exit(main(sys.argv))
