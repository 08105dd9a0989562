#!/usr/bin/env python3
"""deepstream-test3: a detector on several videos, shown side by side.

    source bins ! nvstreammux ! nvinfer ! nvmultistreamtiler ! nvvideoconvert ! nvdsosd ! sink

The sink is a window, or nothing where there is no display; with --output, an MP4 file.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
from pathlib import Path
from typing import Any

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst

import pyds  # before Gst.init: it tells GStreamer where the elements are

sys.path.append(str(Path(__file__).resolve().parents[1]))
from common.counts import FrameReport, pgie_src_pad_buffer_probe, print_counts_of_source
from common.frame_rates import INTERVAL_SEC, FrameRates
from common.pipeline import add_element, add_tiler, link, play
from common.sinks import add_sink_arguments, add_sinks
from common.sources import add_muxer, add_sources, as_uri

MUXER_OUTPUT_WIDTH = 1920
MUXER_OUTPUT_HEIGHT = 1080
TILED_OUTPUT_WIDTH = 1280
TILED_OUTPUT_HEIGHT = 720

PGIE_CONFIG = Path(__file__).with_name("dstest3_pgie_config.txt")


def build_pipeline(uris: list[str], options: argparse.Namespace) -> Any:
    """The whole pipeline; the detector is its element primary-inference."""
    pipeline = Gst.Pipeline()
    streammux = add_muxer(pipeline, uris, MUXER_OUTPUT_WIDTH, MUXER_OUTPUT_HEIGHT)
    add_sources(pipeline, streammux, uris, options.file_loop)

    factory = "nvinfer" if options.pgie == "nvinfer" else "nvinferserver"
    pgie = add_element(pipeline, factory, "primary-inference", config_file_path=options.configfile)
    pgie.set_property("batch-size", len(uris))
    tiler = add_tiler(pipeline, len(uris), TILED_OUTPUT_WIDTH, TILED_OUTPUT_HEIGHT)
    nvvidconv = add_element(pipeline, "nvvideoconvert", "convertor")
    nvosd = add_element(pipeline, "nvdsosd", "onscreendisplay", process_mode=0, display_text=1)

    # Each queue is a thread.
    queues = [add_element(pipeline, "queue", f"queue{number}") for number in range(1, 6)]
    link(streammux, queues[0], pgie, queues[1])
    before_tiler = queues[1]
    if options.disable_probe:
        nvdslogger = add_element(
            pipeline,
            "nvdslogger",
            "nvdslogger",
            fps_measurement_interval_sec=INTERVAL_SEC,
        )
        link(queues[1], nvdslogger)
        before_tiler = nvdslogger
    link(before_tiler, tiler, queues[2], nvvidconv, queues[3], nvosd, queues[4])
    add_sinks(pipeline, queues[4], options)
    return pipeline


def add_probe(pgie: Any, report: FrameReport) -> None:
    """Reports each frame that leaves the detector, and prints latencies if measured."""
    measure = os.environ.get("NVDS_ENABLE_LATENCY_MEASUREMENT") == "1"

    def probe(pad: Any, info: Any) -> Any:
        if measure:
            pyds.nvds_measure_buffer_latency(hash(info.get_buffer()))
        return pgie_src_pad_buffer_probe(pad, info, report)

    pgie.get_static_pad("src").add_probe(Gst.PadProbeType.BUFFER, probe)


def parse(args: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog=Path(args[0]).name, description="Detect objects in several videos, side by side."
    )
    parser.add_argument(
        "-i", "--input", metavar="URI", nargs="+", required=True, help="videos: URIs or files"
    )
    parser.add_argument(
        "-c",
        "--configfile",
        metavar="CONFIG",
        default=str(PGIE_CONFIG),
        help="configuration file of the detector; its batch size gives way to the number of videos",
    )
    parser.add_argument(
        "-g",
        "--pgie",
        default="nvinfer",
        choices=["nvinfer", "nvinferserver", "nvinferserver-grpc"],
        help="element that runs the detector; the others need -c",
    )
    add_sink_arguments(parser)
    parser.add_argument("--file-loop", action="store_true", help="begin files again at their end")
    parser.add_argument(
        "--disable-probe",
        action="store_true",
        help="no lines about frames; nvdslogger prints frame rates",
    )
    parser.add_argument(
        "-s", "--silent", action="store_true", help="no lines about frames, only frame rates"
    )
    options = parser.parse_args(args[1:])
    if options.pgie != "nvinfer" and options.configfile == str(PGIE_CONFIG):
        parser.error(f"--pgie {options.pgie} needs its own configuration file: -c CONFIG")
    return options


def main(args: list[str], report: FrameReport = print_counts_of_source) -> int:
    """Runs the application; returns its exit status.

    args: as in sys.argv.
    report: called by the streaming thread for each frame with its meta and the line about it.
    """
    options = parse(args)
    Gst.init(None)
    try:
        uris = [as_uri(argument) for argument in options.input]
        if not os.path.isfile(options.configfile):
            raise ValueError(f"there is no file {options.configfile}; expected a detector's")
        pipeline = build_pipeline(uris, options)
    except (RuntimeError, ValueError) as error:
        print(f"Error: {error}.", file=sys.stderr)
        return 1

    with contextlib.ExitStack() as meanwhile:
        if not options.disable_probe:
            rates = FrameRates(len(uris))
            if options.silent:

                def report(frame_meta: pyds.NvDsFrameMeta, text: str) -> None:
                    pass

            add_probe(pipeline.get_by_name("primary-inference"), rates.counting(report))
            meanwhile.enter_context(rates.printed())
        return play(pipeline, ", ".join(uris))


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # so that `| head` ends it
    sys.exit(main(sys.argv))
