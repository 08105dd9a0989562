#!/usr/bin/env python3
"""deepstream-imagedata-multistream: the pixels of frames in Python, drawn on and saved as JPEG.

    source bins ! nvstreammux ! nvinfer ! nvmultistreamtiler ! nvvideoconvert ! nvdsosd ! sink

Frames with a detection that the model is not sure of get a mark around it, which is seen in the
output, too, and are saved. The sink is a window, or nothing where there is no display; with
--output, an MP4 file.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gi
import numpy as np
import numpy.typing as npt

gi.require_version("Gst", "1.0")
from gi.repository import Gst

from thalweg.meta import Frame, Object

sys.path.append(str(Path(__file__).resolve().parents[1]))
from common.counts import FrameReport, counts_text, frames_of, print_counts_of_source
from common.frame_rates import FrameRates
from common.pictures import PictureFolder
from common.pipeline import add_element, add_tiler, link, play, say
from common.sinks import add_sink_arguments, add_sinks
from common.sources import add_muxer, add_sources, as_uri

MUXER_OUTPUT_WIDTH = 1920
MUXER_OUTPUT_HEIGHT = 1080
TILED_OUTPUT_WIDTH = 1920
TILED_OUTPUT_HEIGHT = 1080
SAVE_INTERVAL_FRAMES = 30
MIN_CONFIDENCE = 0.3
MAX_CONFIDENCE = 0.4
MARK_COLOR = (255, 0, 0)
MARK_WIDTH_PX = 6

PGIE_CONFIG = Path(__file__).with_name("dstest_imagedata_config.txt")


def build_pipeline(uris: list[str], options: argparse.Namespace) -> Any:
    """The whole pipeline; the tiler is its element nvtiler."""
    pipeline = Gst.Pipeline()
    streammux = add_muxer(pipeline, uris, MUXER_OUTPUT_WIDTH, MUXER_OUTPUT_HEIGHT)
    add_sources(pipeline, streammux, uris)
    pgie = add_element(
        pipeline, "nvinfer", "primary-inference", config_file_path=options.configfile
    )
    pgie.set_property("batch-size", len(uris))
    tiler = add_tiler(pipeline, len(uris), TILED_OUTPUT_WIDTH, TILED_OUTPUT_HEIGHT)
    nvvidconv = add_element(pipeline, "nvvideoconvert", "convertor")
    nvosd = add_element(pipeline, "nvdsosd", "onscreendisplay")
    link(streammux, pgie, tiler, nvvidconv, nvosd)
    add_sinks(pipeline, nvosd, options)
    return pipeline


def draw_mark(image: npt.NDArray[np.uint8], obj: Object) -> None:
    """Draws the sides of the object's box, without its corners, into (height, width, 3)."""
    left, top, right, bottom = (round(edge) for edge in obj.xyxy)
    gap_x, gap_y = (side // (20 if side > 100 else 10) for side in (right - left, bottom - top))
    half = MARK_WIDTH_PX // 2
    columns = slice(max(left + gap_x, 0), max(right - gap_x, 0))
    rows = slice(max(top + gap_y, 0), max(bottom - gap_y, 0))
    for y in (top, bottom):
        image[max(y - half, 0) : max(y + half, 0), columns] = MARK_COLOR
    for x in (left, right):
        image[rows, max(x - half, 0) : max(x + half, 0)] = MARK_COLOR


def tiler_sink_pad_buffer_probe(
    pad: Any,
    info: Any,
    pictures: PictureFolder,
    seen: Counter[int],
    report: FrameReport,
    print_saved: Callable[[str], None] = say,
) -> Any:
    """Saves each 30th frame of a source if the detector is unsure of an object, with a mark.

    Called by the streaming thread for each batch on its way into the tiler.
    """
    gst_buffer = info.get_buffer()
    for _, frame_meta in frames_of(info):
        frame = Frame(frame_meta, gst_buffer)
        if seen[frame_meta.pad_index] % SAVE_INTERVAL_FRAMES == 0:
            unsure = [
                obj for obj in frame.objects if MIN_CONFIDENCE < obj.confidence < MAX_CONFIDENCE
            ]
            if unsure:
                # The frame itself: what is drawn is seen downstream, and in the file.
                with frame.edit("RGB") as image:
                    draw_mark(image, unsure[0])
                path = pictures.save(gst_buffer, frame_meta)
                print_saved(f"{path}: {unsure[0].label} {unsure[0].confidence:.2f}")
        seen[frame_meta.pad_index] += 1
        report(frame_meta, counts_text(frame_meta))
    return Gst.PadProbeReturn.OK


def parse(args: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog=Path(args[0]).name,
        description="Detect objects in several videos, and save frames with uncertain detections.",
    )
    parser.add_argument("uris", metavar="URI", nargs="+", help="videos: URIs or files")
    parser.add_argument("folder", metavar="FOLDER", help="for the pictures; must not exist yet")
    parser.add_argument(
        "--configfile",
        metavar="CONFIG",
        default=str(PGIE_CONFIG),
        help="configuration file of the detector; its batch size gives way to the number of videos",
    )
    add_sink_arguments(parser)
    return parser.parse_args(args[1:])


def main(args: list[str], report: FrameReport = print_counts_of_source) -> int:
    """Runs the application; returns its exit status.

    args: as in sys.argv.
    report: called by the streaming thread for each frame with its meta and the line about it.
    """
    options = parse(args)
    Gst.init(None)
    try:
        uris = [as_uri(argument) for argument in options.uris]
        if not os.path.isfile(options.configfile):
            raise ValueError(f"there is no file {options.configfile}; expected a detector's")
        pipeline = build_pipeline(uris, options)
        pictures = PictureFolder(options.folder, len(uris))
    except (RuntimeError, ValueError) as error:
        print(f"Error: {error}.", file=sys.stderr)
        return 1

    rates = FrameRates(len(uris))
    pipeline.get_by_name("nvtiler").get_static_pad("sink").add_probe(
        Gst.PadProbeType.BUFFER,
        tiler_sink_pad_buffer_probe,
        pictures,
        Counter(),
        rates.counting(report),
    )
    with rates.printed():
        code = play(pipeline, ", ".join(uris))
    return pictures.close() or code


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # so that `| head` ends it
    sys.exit(main(sys.argv))
