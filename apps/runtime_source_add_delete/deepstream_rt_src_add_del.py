#!/usr/bin/env python3
"""runtime_source_add_delete: sources that are added and removed while the pipeline plays.

    nvurisrcbin ... ! nvstreammux ! nvinfer ! nvmultistreamtiler ! nvvideoconvert ! nvdsosd ! sink

A timer adds sources, up to --sources, then removes them; with the last one the program ends.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
from pathlib import Path
from typing import Any

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst

sys.path.append(str(Path(__file__).resolve().parents[1]))
# It imports pyds, which tells GStreamer where the elements are.
from common.changing_sources import add_uri_source, print_camera_state, remove_source
from common.counts import FrameReport, pgie_src_pad_buffer_probe, print_counts_of_source
from common.pipeline import add_element, add_tiler, link, play, say

MUXER_OUTPUT_WIDTH = 1920
MUXER_OUTPUT_HEIGHT = 1080
MUXER_BATCH_TIMEOUT_USEC = 25000
TILED_OUTPUT_WIDTH = 1280
TILED_OUTPUT_HEIGHT = 720

PGIE_CONFIG = Path(__file__).with_name("dstest_pgie_config.txt")


def build_pipeline(options: argparse.Namespace) -> Any:
    """All but the sources."""
    pipeline = Gst.Pipeline()
    streammux = add_element(
        pipeline,
        "nvstreammux",
        "Stream-muxer",
        width=MUXER_OUTPUT_WIDTH,
        height=MUXER_OUTPUT_HEIGHT,
        batch_size=options.sources,
        batched_push_timeout=MUXER_BATCH_TIMEOUT_USEC,
        live_source=True,
    )
    pgie = add_element(
        pipeline,
        "nvinfer",
        "primary-inference",
        config_file_path=options.model,
        batch_size=options.sources,
    )
    tiler = add_tiler(pipeline, options.sources, TILED_OUTPUT_WIDTH, TILED_OUTPUT_HEIGHT)
    nvvidconv = add_element(pipeline, "nvvideoconvert", "convertor")
    nvosd = add_element(pipeline, "nvdsosd", "onscreendisplay")
    sink = add_element(pipeline, "nveglglessink", "nvvideo-renderer", sync=False, qos=False)
    link(streammux, pgie, tiler, nvvidconv, nvosd, sink)
    return pipeline


class Sources:
    """The sources that are there, and the timer that changes them."""

    def __init__(self, pipeline: Any, uri: str, most: int, interval_ms: int) -> None:
        self.pipeline, self.uri, self.most = pipeline, uri, most
        self.streammux = pipeline.get_by_name("Stream-muxer")
        self.present: dict[int, Any] = {}
        self.ended: set[int] = set()
        self.add()
        GLib.timeout_add(interval_ms, self.tick)
        self.adding = most > 1

    def add(self) -> None:
        number = random.choice([n for n in range(self.most) if n not in self.present])
        say(f"Adding source {number}")
        self.present[number] = add_uri_source(self.pipeline, self.streammux, number, self.uri)

    def remove(self, number: int) -> None:
        say(f"Removing source {number}")
        remove_source(self.pipeline, self.streammux, number, self.present.pop(number))
        self.ended.discard(number)

    def tick(self) -> bool:
        """Adds one until all are there, then removes: those that have ended, else any one."""
        if self.adding:
            self.add()
            self.adding = len(self.present) < self.most
            return True
        for number in self.ended & set(self.present) or {random.choice(list(self.present))}:
            if len(self.present) == 1:  # the last one: the program is over
                self.pipeline.post_message(Gst.Message.new_eos(self.pipeline))
                return False
            self.remove(number)
        return True

    def on_element(self, structure: Any) -> None:
        print_camera_state(structure)
        if structure is not None and structure.has_name("stream-eos"):
            number = structure.get_uint("stream-id")[1]
            say(f"Source {number} has ended")
            self.ended.add(number)


def main(args: list[str], report: FrameReport = print_counts_of_source) -> int:
    """Runs the application; returns its exit status.

    args: as in sys.argv.
    report: called by the streaming thread for each frame, see pgie_src_pad_buffer_probe.
    """
    parser = argparse.ArgumentParser(
        prog=Path(args[0]).name, description="Add and remove sources while the pipeline plays."
    )
    parser.add_argument("uri", metavar="URI", help="file:///... or rtsp://..., of every source")
    parser.add_argument(
        "--sources", metavar="N", type=int, default=4, help="most at once; default: 4"
    )
    parser.add_argument(
        "--interval",
        metavar="SECONDS",
        type=float,
        default=10,
        help="between two changes; default: 10",
    )
    parser.add_argument(
        "--display",
        metavar="MODE",
        help="window, none, file:OUT.mp4 or http:PORT; default: a window where there is a display",
    )
    parser.add_argument(
        "--model", metavar="CONFIG", default=str(PGIE_CONFIG), help="nvinfer's configuration file"
    )
    options = parser.parse_args(args[1:])
    if options.sources < 1:
        parser.error(f"--sources: expected at least 1 but got {options.sources}")
    if not os.path.isfile(options.model):
        print(
            f"Error: there is no file {options.model}; expected a configuration file of nvinfer.",
            file=sys.stderr,
        )
        return 1
    if options.display:
        os.environ["THALWEG_DISPLAY"] = options.display

    Gst.init(None)
    try:
        pipeline = build_pipeline(options)
        sources = Sources(pipeline, options.uri, options.sources, int(options.interval * 1000))
    except RuntimeError as error:
        print(f"Error: {error}.", file=sys.stderr)
        return 1
    pad = pipeline.get_by_name("primary-inference").get_static_pad("src")
    pad.add_probe(Gst.PadProbeType.BUFFER, pgie_src_pad_buffer_probe, report)
    return play(pipeline, options.uri, sources.on_element)


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # so that `| head` ends it
    sys.exit(main(sys.argv))
