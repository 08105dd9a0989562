#!/usr/bin/env python3
"""deepstream-test1: a detector on one H.264 elementary stream, with boxes and counts drawn.

    filesrc ! h264parse ! nvv4l2decoder ! nvstreammux ! nvinfer ! nvvideoconvert ! nvdsosd ! sink

The sink is a window, or nothing where there is no display; with --output, an MP4 file.
"""

from __future__ import annotations

import argparse
import itertools
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst

import pyds  # before Gst.init: it tells GStreamer where the elements are

MUXER_OUTPUT_WIDTH = 1920
MUXER_OUTPUT_HEIGHT = 1080
MUXER_BATCH_TIMEOUT_USEC = 33000

# What the counts on the screen stand for, by the labels of the model.
VEHICLE_LABELS = {"car", "bus", "truck", "vehicle"}
PERSON_LABELS = {"person"}

PGIE_CONFIG = Path(__file__).with_name("dstest1_pgie_config.txt")

FrameReport = Callable[[pyds.NvDsFrameMeta, str], None]


def print_counts(frame_meta: pyds.NvDsFrameMeta, text: str) -> None:
    print(text)


def osd_sink_pad_buffer_probe(pad: Any, info: Any, report: FrameReport) -> Any:
    """Counts the objects of each frame, recolours their boxes and adds the counts as text.

    Called by the streaming thread for each batch on its way into nvdsosd; `report` is called for
    each frame with the frame's meta and the text.
    """
    gst_buffer = info.get_buffer()
    if not gst_buffer:
        print("Unable to get GstBuffer")
        return Gst.PadProbeReturn.OK

    # pyds takes the C address of the buffer, which is what hash() of a GstBuffer gives.
    batch_meta = pyds.gst_buffer_get_nvds_batch_meta(hash(gst_buffer))
    if batch_meta is None:
        return Gst.PadProbeReturn.OK
    l_frame = batch_meta.frame_meta_list
    while l_frame is not None:
        frame_meta = pyds.NvDsFrameMeta.cast(l_frame.data)

        vehicles = persons = 0
        l_obj = frame_meta.obj_meta_list
        while l_obj is not None:
            obj_meta = pyds.NvDsObjectMeta.cast(l_obj.data)
            vehicles += obj_meta.obj_label in VEHICLE_LABELS
            persons += obj_meta.obj_label in PERSON_LABELS
            # Red, green, blue, alpha (1.0 is opaque).
            obj_meta.rect_params.border_color.set(0.0, 0.0, 1.0, 0.8)
            l_obj = l_obj.next

        text = (
            f"Frame Number={frame_meta.frame_num} Number of Objects={frame_meta.num_obj_meta} "
            f"Vehicle_count={vehicles} Person_count={persons}"
        )
        report(frame_meta, text)

        # The display meta belongs to the batch's pool; nvdsosd draws it, the pool takes it back.
        display_meta = pyds.nvds_acquire_display_meta_from_pool(batch_meta)
        display_meta.num_labels = 1
        text_params = display_meta.text_params[0]
        text_params.display_text = text
        text_params.x_offset = 10
        text_params.y_offset = 12
        text_params.font_params.font_name = "Serif"
        text_params.font_params.font_size = 10
        text_params.font_params.font_color.set(1.0, 1.0, 1.0, 1.0)
        text_params.set_bg_clr = 1
        text_params.text_bg_clr.set(0.0, 0.0, 0.0, 1.0)
        pyds.nvds_add_display_meta_to_frame(frame_meta, display_meta)

        l_frame = l_frame.next
    return Gst.PadProbeReturn.OK


def add_element(pipeline: Any, factory: str, name: str, **properties: object) -> Any:
    """Makes an element inside the pipeline; underscores in property names stand for dashes."""
    element = Gst.ElementFactory.make(factory, name)
    if element is None:
        raise RuntimeError(
            f"Unable to create {name}: GStreamer knows no element {factory}; check that "
            f"`gst-inspect-1.0 {factory}` finds it"
        )
    for key, value in properties.items():
        element.set_property(key.replace("_", "-"), value)
    pipeline.add(element)
    return element


def link(*elements: Any) -> None:
    for upstream, downstream in itertools.pairwise(elements):
        if not upstream.link(downstream):
            raise RuntimeError(f"Unable to link {upstream.get_name()} to {downstream.get_name()}")


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
    sinkpad = streammux.request_pad_simple("sink_0")
    if decoder.get_static_pad("src").link(sinkpad) != Gst.PadLinkReturn.OK:
        raise RuntimeError("Unable to link nvv4l2-decoder to Stream-muxer")
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


def add_file_branch(pipeline: Any, upstream: Any, output: str) -> None:
    caps = Gst.Caps.from_string("video/x-raw(memory:NVMM), format=I420")
    link(
        upstream,
        add_element(pipeline, "queue", "file-queue"),
        add_element(pipeline, "nvvideoconvert", "convertor-postosd"),
        add_element(pipeline, "capsfilter", "caps", caps=caps),
        add_element(pipeline, "nvv4l2h264enc", "encoder", bitrate=4000000),
        add_element(pipeline, "h264parse", "file-parser"),
        add_element(pipeline, "mp4mux", "file-muxer"),
        add_element(pipeline, "filesink", "file-sink", location=output),
    )


def run(pipeline: Any, stream: str) -> int:
    """Plays to the end; 0 at end of stream, 1 after an error, 130 after Ctrl-C."""
    loop = GLib.MainLoop()
    code = 0
    ended = False
    warned = set()

    def bus_call(bus: Any, message: Any) -> None:
        nonlocal code, ended
        if message.type == Gst.MessageType.EOS:
            ended = True
            loop.quit()
        elif message.type == Gst.MessageType.WARNING:
            warning, _ = message.parse_warning()
            text = f"Warning: {warning.message} ({message.src.get_name()})"
            if text not in warned:  # a damaged file warns for each damaged frame
                warned.add(text)
                print(text, file=sys.stderr)
        elif message.type == Gst.MessageType.ERROR:
            if code == 0:  # what follows the first error is its consequence
                error, _ = message.parse_error()
                source = message.src.get_name()
                print(f"Error: {error.message} ({source}, playing {stream})", file=sys.stderr)
                code = 1
            ended = True
            loop.quit()

    bus = pipeline.get_bus()
    bus.add_signal_watch()
    bus.connect("message", bus_call)
    try:
        pipeline.set_state(Gst.State.PLAYING)
        try:
            loop.run()
        except KeyboardInterrupt:
            # The frames in flight still reach the file, so that it can be played.
            code = 130
            if not ended:
                pipeline.send_event(Gst.Event.new_eos())
                loop.run()
    except KeyboardInterrupt:
        code = 130
    finally:
        bus.remove_signal_watch()
        pipeline.set_state(Gst.State.NULL)
    return code


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

    # By now every element has its metadata in place: the sink pad of nvdsosd sees all of it.
    osdsinkpad = pipeline.get_by_name("onscreendisplay").get_static_pad("sink")
    osdsinkpad.add_probe(Gst.PadProbeType.BUFFER, osd_sink_pad_buffer_probe, report)
    return run(pipeline, options.stream)


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # so that `| head` ends it
    sys.exit(main(sys.argv))
