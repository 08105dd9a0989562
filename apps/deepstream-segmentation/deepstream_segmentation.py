#!/usr/bin/env python3
"""deepstream-segmentation: the class of each pixel of a JPEG or Motion JPEG file.

    filesrc ! jpegparse ! nvv4l2decoder ! nvstreammux ! nvvideoconvert ! nvinfer ! nvsegvisual !
        sink

A probe behind nvsegvisual saves each frame as it is painted, and says how much each class covers.
The sink is a window, or nothing where there is no display.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path
from typing import Any

import gi
import numpy as np

gi.require_version("Gst", "1.0")
from gi.repository import Gst

import pyds  # before Gst.init: it tells GStreamer where the elements are

sys.path.append(str(Path(__file__).resolve().parents[1]))
from common.counts import FrameReport, frames_of, print_counts
from common.pictures import PictureFolder
from common.pipeline import add_element, link, link_to_muxer, play

MUXER_OUTPUT_WIDTH = 1920
MUXER_OUTPUT_HEIGHT = 1080
MUXER_BATCH_TIMEOUT_USEC = 33000
VISUAL_WIDTH = 512
VISUAL_HEIGHT = 512


def build_pipeline(config: str, stream: str, display: bool, overlay: bool) -> Any:
    """The whole pipeline; it ends in a display, or in nothing."""
    pipeline = Gst.Pipeline()
    source = add_element(pipeline, "filesrc", "file-source", location=stream)
    jpegparser = add_element(pipeline, "jpegparse", "jpeg-parser")
    decoder = add_element(pipeline, "nvv4l2decoder", "nvv4l2-decoder")
    streammux = add_element(pipeline, "nvstreammux", "Stream-muxer", batch_size=1)
    if os.environ.get("USE_NEW_NVSTREAMMUX") != "yes":
        streammux.set_property("width", MUXER_OUTPUT_WIDTH)
        streammux.set_property("height", MUXER_OUTPUT_HEIGHT)
        streammux.set_property("batched-push-timeout", MUXER_BATCH_TIMEOUT_USEC)
    nvvidconv = add_element(pipeline, "nvvideoconvert", "convertor")
    seg = add_element(pipeline, "nvinfer", "primary-inference", config_file_path=config)
    seg.set_property("batch-size", 1)
    nvsegvisual = add_element(
        pipeline,
        "nvsegvisual",
        "nvsegvisual",
        batch_size=1,
        width=VISUAL_WIDTH,
        height=VISUAL_HEIGHT,
    )
    if overlay:
        nvsegvisual.set_property("original-background", True)
        nvsegvisual.set_property("class-id", -1)
        nvsegvisual.set_property("alpha", 0.5)
    if display:
        sink = add_element(pipeline, "nveglglessink", "nvvideo-renderer", qos=0)
    else:
        sink = add_element(pipeline, "fakesink", "fakesink", enable_last_sample=0, sync=0)
    link(source, jpegparser, decoder)
    link_to_muxer(decoder, streammux, 0)
    link(streammux, nvvidconv, seg, nvsegvisual, sink)
    return pipeline


def masks_of(frame_meta: pyds.NvDsFrameMeta) -> list[np.ndarray]:
    """The segmentations of a frame: int32 arrays of height x width, -1 where there is no class."""
    found = []
    l_user = frame_meta.frame_user_meta_list
    while l_user is not None:
        user_meta = pyds.NvDsUserMeta.cast(l_user.data)
        if user_meta.base_meta.meta_type == pyds.NVDSINFER_SEGMENTATION_META:
            segmeta = pyds.NvDsInferSegmentationMeta.cast(user_meta.user_meta_data)
            found.append(pyds.get_segmentation_masks(segmeta))
        l_user = l_user.next
    return found


def shares_text(mask: np.ndarray) -> str:
    """What share of the pixels each class has."""
    classes, counts = np.unique(mask, return_counts=True)
    shares = 100 * counts / mask.size
    return " ".join(
        f"{'none' if number < 0 else f'class {number}'}={share:.1f}%"
        for number, share in zip(classes, shares, strict=True)
    )


def seg_visual_src_pad_buffer_probe(
    pad: Any, info: Any, pictures: PictureFolder, report: FrameReport
) -> Any:
    """Saves each frame. Called by the streaming thread for each batch that leaves nvsegvisual."""
    for _, frame_meta in frames_of(info):
        for mask in masks_of(frame_meta):
            report(frame_meta, f"Frame Number={frame_meta.frame_num} {shares_text(mask)}")
        pictures.save(info.get_buffer(), frame_meta)
    return Gst.PadProbeReturn.OK


def parse(args: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog=Path(args[0]).name, description="Segment a JPEG or Motion JPEG file."
    )
    parser.add_argument("config", help="configuration file of nvinfer, with network-type=2")
    parser.add_argument("stream", help="JPEG or Motion JPEG file")
    parser.add_argument("folder", help="for the painted pictures; must not exist yet")
    parser.add_argument(
        "--overlay", action="store_true", help="paint over the pictures, half transparent"
    )
    parser.add_argument(
        "--display",
        metavar="MODE",
        help="window, none, file:OUT.mp4 or http:PORT; default: a window where there is a display",
    )
    parser.add_argument(
        "--no-display", action="store_true", help="show nothing, as fast as the machine can"
    )
    return parser.parse_args(args[1:])


def main(args: list[str], report: FrameReport = print_counts) -> int:
    """Runs the application; returns its exit status.

    args: as in sys.argv.
    report: called by the streaming thread for each frame with its meta and the line about it.
    """
    options = parse(args)
    if options.display:
        os.environ["THALWEG_DISPLAY"] = options.display
    Gst.init(None)
    try:
        for path, what in ((options.config, "a configuration"), (options.stream, "JPEG")):
            if not os.path.isfile(path):
                raise ValueError(f"there is no file {path}; expected {what}")
        pipeline = build_pipeline(
            options.config, options.stream, not options.no_display, options.overlay
        )
        pictures = PictureFolder(options.folder, None)
    except (RuntimeError, ValueError) as error:
        print(f"Error: {error}.", file=sys.stderr)
        return 1
    pipeline.get_by_name("nvsegvisual").get_static_pad("src").add_probe(
        Gst.PadProbeType.BUFFER, seg_visual_src_pad_buffer_probe, pictures, report
    )
    code = play(pipeline, options.stream)
    return pictures.close() or code


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # so that `| head` ends it
    sys.exit(main(sys.argv))
