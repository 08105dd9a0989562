#!/usr/bin/env python3
"""deepstream-test1-usbcam: a detector on a camera, with boxes and counts drawn.

    v4l2src ! caps ! videoconvert ! nvvideoconvert ! caps ! nvstreammux ! nvinfer !
        nvvideoconvert ! nvdsosd ! sink

`test` in the place of the camera's device is a test picture.
"""

from __future__ import annotations

import argparse
import os
import signal
import stat
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

MUXER_OUTPUT_WIDTH = 1920
MUXER_OUTPUT_HEIGHT = 1080
MUXER_BATCH_TIMEOUT_USEC = 33000

PGIE_CONFIG = Path(__file__).with_name("dstest1_pgie_config.txt")
TEST_PICTURE = "test"


def add_camera(pipeline: Any, device: str, frames: int) -> Any:
    """A camera, or the test picture, that ends after `frames` pictures (-1: never)."""
    if device == TEST_PICTURE:
        return add_element(
            pipeline, "videotestsrc", "usb-cam-source", is_live=True, num_buffers=frames
        )
    return add_element(pipeline, "v4l2src", "usb-cam-source", device=device, num_buffers=frames)


def build_pipeline(device: str, model: str, frames: int) -> Any:
    pipeline = Gst.Pipeline()
    camera = add_camera(pipeline, device, frames)
    rate = add_element(
        pipeline,
        "capsfilter",
        "v4l2src_caps",
        caps=Gst.Caps.from_string("video/x-raw, framerate=30/1"),
    )
    # videoconvert takes what nvvideoconvert does not: many cameras give YUY2.
    vidconvsrc = add_element(pipeline, "videoconvert", "convertor_src1")
    nvvidconvsrc = add_element(pipeline, "nvvideoconvert", "convertor_src2")
    nvmm = add_element(
        pipeline, "capsfilter", "nvmm_caps", caps=Gst.Caps.from_string("video/x-raw(memory:NVMM)")
    )
    streammux = add_element(
        pipeline,
        "nvstreammux",
        "Stream-muxer",
        width=MUXER_OUTPUT_WIDTH,
        height=MUXER_OUTPUT_HEIGHT,
        batch_size=1,
        batched_push_timeout=MUXER_BATCH_TIMEOUT_USEC,
        live_source=True,
    )
    pgie = add_element(pipeline, "nvinfer", "primary-inference", config_file_path=model)
    nvvidconv = add_element(pipeline, "nvvideoconvert", "convertor")
    nvosd = add_element(pipeline, "nvdsosd", "onscreendisplay")
    # A frame that comes late is shown late rather than not at all.
    sink = add_element(pipeline, "nveglglessink", "nvvideo-renderer", sync=False)

    link(camera, rate, vidconvsrc, nvvidconvsrc, nvmm)
    link_to_muxer(nvmm, streammux, 0)
    link(streammux, pgie, nvvidconv, nvosd, sink)
    return pipeline


def is_device(path: str) -> bool:
    try:
        return stat.S_ISCHR(os.stat(path).st_mode)
    except OSError:
        return False


def main(args: list[str], report: FrameReport = print_counts) -> int:
    """Runs the application; returns its exit status.

    args: as in sys.argv.
    report: called by the streaming thread for each frame, see osd_sink_pad_buffer_probe.
    """
    parser = argparse.ArgumentParser(
        prog=Path(args[0]).name, description="Detect, count and draw what a camera sees."
    )
    parser.add_argument(
        "device", metavar="DEVICE", help="the camera, such as /dev/video0, or `test`"
    )
    parser.add_argument(
        "--frames", metavar="N", type=int, default=-1, help="end after N pictures; default: never"
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
    if options.device != TEST_PICTURE and not is_device(options.device):
        print(
            f"Error: there is no camera {options.device}; expected a device such as /dev/video0, "
            "or `test` for a test picture.",
            file=sys.stderr,
        )
        return 1
    if options.display:
        os.environ["THALWEG_DISPLAY"] = options.display

    Gst.init(None)
    try:
        pipeline = build_pipeline(options.device, options.model, options.frames)
    except RuntimeError as error:
        print(f"Error: {error}.", file=sys.stderr)
        return 1

    osdsinkpad = pipeline.get_by_name("onscreendisplay").get_static_pad("sink")
    osdsinkpad.add_probe(Gst.PadProbeType.BUFFER, osd_sink_pad_buffer_probe, report)
    return play(pipeline, options.device)


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # so that `| head` ends it
    sys.exit(main(sys.argv))
