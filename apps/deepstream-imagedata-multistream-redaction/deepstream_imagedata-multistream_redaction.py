#!/usr/bin/env python3
"""deepstream-imagedata-multistream-redaction: faces covered, and saved as JPEG before that.

    source bins ! nvstreammux ! nvinfer ! nvmultistreamtiler ! nvvideoconvert ! nvdsosd !
        nvvideoconvert ! caps ! encoder ! payloader ! udpsink

and an RTSP server that gives its clients what udpsink sends; with --output, an MP4 file instead.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst

import pyds  # before Gst.init: it tells GStreamer where the elements are

sys.path.append(str(Path(__file__).resolve().parents[1]))
from common.counts import FrameReport, frames_of, print_counts_of_source
from common.frame_rates import FrameRates
from common.pictures import PictureFolder
from common.pipeline import add_element, add_file_branch, add_tiler, link, play
from common.rtsp_out import add_rtp_branch, add_rtsp_arguments, serve
from common.sources import add_muxer, add_sources, as_uri

MUXER_OUTPUT_WIDTH = 1920
MUXER_OUTPUT_HEIGHT = 1080
TILED_OUTPUT_WIDTH = 720
TILED_OUTPUT_HEIGHT = 576
SAVE_INTERVAL_FRAMES = 10
FOLDER = "out_crops"
# How opaque what covers an object is, by the label of its class.
OPACITY = {"face": 1.0, "person": 0.5}
# On each side, as a share of the face: a detector's box ends at chin and brow.
FACE_MARGIN = 0.2

PGIE_CONFIG = Path(__file__).with_name("config_infer_primary_centerface.txt")


def build_pipeline(uris: list[str], config: str) -> tuple[Any, Any]:
    """The pipeline up to its last common element, nvdsosd, which is given, too."""
    pipeline = Gst.Pipeline()
    streammux = add_muxer(pipeline, uris, MUXER_OUTPUT_WIDTH, MUXER_OUTPUT_HEIGHT)
    add_sources(pipeline, streammux, uris)
    pgie = add_element(pipeline, "nvinfer", "primary-inference", config_file_path=config)
    pgie.set_property("batch-size", len(uris))
    tiler = add_tiler(pipeline, len(uris), TILED_OUTPUT_WIDTH, TILED_OUTPUT_HEIGHT)
    nvvidconv = add_element(pipeline, "nvvideoconvert", "convertor")
    nvosd = add_element(pipeline, "nvdsosd", "onscreendisplay", display_text=0)
    link(streammux, pgie, tiler, nvvidconv, nvosd)
    return pipeline, nvosd


def cover(obj_meta: pyds.NvDsObjectMeta, opacity: float) -> None:
    """Has nvdsosd fill the object's box with black."""
    rect = obj_meta.rect_params
    rect.border_width = 0
    rect.has_bg_color = 1
    rect.bg_color.set(0.0, 0.0, 0.0, opacity)


def enlarge(rect: pyds.NvOSD_RectParams, margin: float, width: int, height: int) -> None:
    """Adds a share of the box's size on each side, up to the edges of a frame of width x height."""
    x, y = margin * rect.width, margin * rect.height
    right, bottom = rect.left + rect.width + x, rect.top + rect.height + y
    rect.left, rect.top = max(rect.left - x, 0), max(rect.top - y, 0)
    rect.width, rect.height = min(right, width) - rect.left, min(bottom, height) - rect.top


def tiler_sink_pad_buffer_probe(
    pad: Any, info: Any, pictures: PictureFolder, seen: Counter[int], report: FrameReport
) -> Any:
    """Covers faces and persons, and saves a face of each 10th frame of a source.

    Called by the streaming thread for each batch on its way into the tiler.
    """
    gst_buffer = info.get_buffer()
    for _, frame_meta in frames_of(info):
        counts: Counter[str] = Counter()
        save = seen[frame_meta.pad_index] % SAVE_INTERVAL_FRAMES == 0
        seen[frame_meta.pad_index] += 1
        l_obj = frame_meta.obj_meta_list
        while l_obj is not None:
            obj_meta = pyds.NvDsObjectMeta.cast(l_obj.data)
            label = obj_meta.obj_label.lower()
            counts[label] += 1
            box = obj_meta.rect_params
            if label == "face":
                if save and box.width >= 1 and box.height >= 1:
                    # The pixels of now: nvdsosd covers them later.
                    pictures.save(gst_buffer, frame_meta, obj_meta)
                    save = False
                width, height = frame_meta.pipeline_width, frame_meta.pipeline_height
                enlarge(box, FACE_MARGIN, width, height)
            if label in OPACITY:
                cover(obj_meta, OPACITY[label])
            l_obj = l_obj.next
        report(
            frame_meta,
            f"Frame Number={frame_meta.frame_num} Number of Objects={frame_meta.num_obj_meta} "
            f"Face_count={counts['face']} Person_count={counts['person']}",
        )
    return Gst.PadProbeReturn.OK


def parse(args: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog=Path(args[0]).name, description="Cover the faces in several videos."
    )
    parser.add_argument(
        "-i", "--uri_inputs", metavar="URI", nargs="+", required=True, help="videos: URIs or files"
    )
    parser.add_argument(
        "--output", metavar="FILE.mp4", help="write a file, as fast as the machine can; no RTSP"
    )
    parser.add_argument(
        "--folder",
        default=FOLDER,
        help=f"for pictures of faces; must not exist yet. Default: {FOLDER}",
    )
    parser.add_argument(
        "--configfile",
        metavar="CONFIG",
        default=str(PGIE_CONFIG),
        help="configuration file of the detector, with labels Face or Person; its batch size gives "
        "way to the number of videos",
    )
    add_rtsp_arguments(parser)
    return parser.parse_args(args[1:])


def main(args: list[str], report: FrameReport = print_counts_of_source) -> int:
    """Runs the application; returns its exit status.

    args: as in sys.argv.
    report: called by the streaming thread for each frame with its meta and the line about it.
    """
    options = parse(args)
    Gst.init(None)
    server = None
    try:
        uris = [as_uri(argument) for argument in options.uri_inputs]
        if not os.path.isfile(options.configfile):
            raise ValueError(f"there is no file {options.configfile}; expected a detector's")
        pipeline, nvosd = build_pipeline(uris, options.configfile)
        if options.output:
            add_file_branch(pipeline, nvosd, options.output)
        else:
            stream = add_rtp_branch(pipeline, nvosd, options.codec, options.bitrate)
            server, uri = serve(stream, options.rtsp_address, options.rtsp_port)
        pictures = PictureFolder(options.folder, len(uris))
    except (RuntimeError, ValueError) as error:
        print(f"Error: {error}.", file=sys.stderr)
        return 1
    if server:
        print(f"RTSP stream at {uri}", flush=True)

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
    del server  # it served until here
    return pictures.close() or code


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # so that `| head` ends it
    sys.exit(main(sys.argv))
