#!/usr/bin/env python3
"""deepstream-segmask: the mask of each person in several videos, drawn and saved as JPEG.

    source bins ! nvstreammux ! nvinfer ! nvmultistreamtiler ! nvvideoconvert ! nvdsosd ! sink

The sink is a window, or nothing where there is no display; with --output, an MP4 file.
"""

from __future__ import annotations

import argparse
import functools
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gi
import numpy as np
import numpy.typing as npt

gi.require_version("Gst", "1.0")
from gi.repository import Gst

import pyds  # before Gst.init: it tells GStreamer where the elements are

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
FOLDER = "out"

PGIE_CONFIG = Path(__file__).with_name("dstest_segmask_config_person.txt")


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
    nvosd = add_element(pipeline, "nvdsosd", "onscreendisplay", display_mask=True, process_mode=0)
    # Each queue is a thread.
    queues = [add_element(pipeline, "queue", f"queue{number}") for number in range(1, 6)]
    link(streammux, queues[0], pgie, queues[1], tiler, queues[2], nvvidconv, queues[3], nvosd)
    link(nvosd, queues[4])
    add_sinks(pipeline, queues[4], options)
    return pipeline


def neighbours(
    length: int, size: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """For `length` pixels over `size` values: the values on both sides of each pixel's middle, and
    how far it is from the first to the second."""
    middles = np.clip((np.arange(length) + 0.5) * size / length - 0.5, 0, size - 1)
    first = np.floor(middles).astype(np.int64)
    return first, np.minimum(first + 1, size - 1), (middles - first).astype(np.float32)


def mask_picture(
    mask: pyds.NvOSD_MaskParams, width: int, height: int
) -> npt.NDArray[np.uint8] | None:
    """The mask stretched over a box: (height, width), 255 for the object and 0 for the rest.

    None where the object has no mask.
    """
    flat = mask.get_mask_array()
    if flat.size == 0 or flat.size != mask.width * mask.height:
        return None
    values = flat.reshape(mask.height, mask.width)
    top, bottom, down = neighbours(height, mask.height)
    left, right, across = neighbours(width, mask.width)
    rows = values[top] + (values[bottom] - values[top]) * down[:, None]
    stretched = rows[:, left] + (rows[:, right] - rows[:, left]) * across
    return np.where(stretched > mask.threshold, 255, 0).astype(np.uint8)


def tiler_sink_pad_buffer_probe(
    pad: Any,
    info: Any,
    pictures: PictureFolder,
    report: FrameReport,
    tell_of_no_mask: Callable[[], None],
) -> Any:
    """Saves the mask of the first object in each 30th frame of a source.

    Called by the streaming thread for each batch on its way into the tiler.
    """
    for _, frame_meta in frames_of(info):
        if frame_meta.frame_num % SAVE_INTERVAL_FRAMES == 0 and frame_meta.obj_meta_list:
            obj_meta = pyds.NvDsObjectMeta.cast(frame_meta.obj_meta_list.data)
            box = obj_meta.rect_params
            width, height = max(int(box.width), 1), max(int(box.height), 1)
            picture = mask_picture(obj_meta.mask_params, width, height)
            if picture is None:
                tell_of_no_mask()
            else:
                path = pictures.save_gray(frame_meta, picture)
                share = 100 * np.count_nonzero(picture) / picture.size
                say(
                    f"{path}: {obj_meta.obj_label} {obj_meta.confidence:.2f}, "
                    f"{share:.0f}% of its box"
                )
        report(frame_meta, counts_text(frame_meta))
    return Gst.PadProbeReturn.OK


def parse(args: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog=Path(args[0]).name, description="Draw the masks of persons in several videos."
    )
    parser.add_argument(
        "-i", "--input", metavar="URI", nargs="+", required=True, help="videos: URIs or files"
    )
    parser.add_argument(
        "-o",
        "--folder",
        default=FOLDER,
        help=f"for the masks; must not exist yet. Default: {FOLDER}",
    )
    parser.add_argument(
        "-c",
        "--configfile",
        metavar="CONFIG",
        default=str(PGIE_CONFIG),
        help="configuration file of nvinfer, with network-type=3; its batch size gives way to the "
        "number of videos",
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
        uris = [as_uri(argument) for argument in options.input]
        if not os.path.isfile(options.configfile):
            raise ValueError(f"there is no file {options.configfile}; expected a configuration")
        pipeline = build_pipeline(uris, options)
        pictures = PictureFolder(options.folder, len(uris))
    except (RuntimeError, ValueError) as error:
        print(f"Error: {error}.", file=sys.stderr)
        return 1

    @functools.cache  # once
    def tell_of_no_mask() -> None:
        print(
            "Warning: an object has no mask to be saved; masks need network-type=3 and "
            f"output-instance-mask=1 in {options.configfile}.",
            file=sys.stderr,
        )

    rates = FrameRates(len(uris))
    pipeline.get_by_name("nvtiler").get_static_pad("sink").add_probe(
        Gst.PadProbeType.BUFFER,
        tiler_sink_pad_buffer_probe,
        pictures,
        rates.counting(report),
        tell_of_no_mask,
    )
    with rates.printed():
        code = play(pipeline, ", ".join(uris))
    return pictures.close() or code


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # so that `| head` ends it
    sys.exit(main(sys.argv))
