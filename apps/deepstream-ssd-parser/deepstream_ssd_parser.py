#!/usr/bin/env python3
"""deepstream-ssd-parser: a detector whose output tensors are parsed in Python.

    filesrc ! h264parse ! nvv4l2decoder ! nvstreammux ! nvinfer ! nvvideoconvert ! nvdsosd !
        nvvideoconvert ! caps ! nvv4l2h264enc ! h264parse ! mp4mux ! filesink

A probe behind nvinfer makes objects of the tensors, one before nvdsosd counts them. The annotated
video is a file; nothing is shown.
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
from gi.repository import GLib, Gst

import pyds  # before Gst.init: it tells GStreamer where the elements are
from thalweg.meta import Frame

sys.path.append(str(Path(__file__).resolve().parents[1]))
from common.counts import FrameReport, counts_text, frames_of, print_counts, show_text
from common.pipeline import add_element, add_file_branch, link, link_to_muxer, play
from ssd_parser import output_tensors, parse

MUXER_OUTPUT_WIDTH = 1920
MUXER_OUTPUT_HEIGHT = 1080
MUXER_BATCH_TIMEOUT_USEC = 33000
MIN_SCORE = 0.5
MIN_SIDE_PX = 32
MAX_IOU = 0.3
TOP_K = 20

FOLDER = Path(__file__).resolve().parent
PGIE_CONFIG = FOLDER / "dstest_ssd_parser_config.txt"
LABELS = FOLDER / "../../samples/trtis_model_repo/ssd_inception_v2_coco_2018_01_28/labels.txt"


def build_pipeline(stream: str, config: str, output: str) -> Any:
    """The whole pipeline; the detector is its element primary-inference."""
    pipeline = Gst.Pipeline()
    source = add_element(pipeline, "filesrc", "file-source", location=stream)
    h264parser = add_element(pipeline, "h264parse", "h264-parser")
    decoder = add_element(pipeline, "nvv4l2decoder", "nvv4l2-decoder")
    streammux = add_element(pipeline, "nvstreammux", "Stream-muxer", batch_size=1)
    if os.environ.get("USE_NEW_NVSTREAMMUX") != "yes":
        streammux.set_property("width", MUXER_OUTPUT_WIDTH)
        streammux.set_property("height", MUXER_OUTPUT_HEIGHT)
        streammux.set_property("batched-push-timeout", MUXER_BATCH_TIMEOUT_USEC)
    pgie = add_element(pipeline, "nvinfer", "primary-inference", config_file_path=config)
    nvvidconv = add_element(pipeline, "nvvideoconvert", "convertor")
    nvosd = add_element(pipeline, "nvdsosd", "onscreendisplay")
    link(source, h264parser, decoder)
    link_to_muxer(decoder, streammux, 0)
    link(streammux, pgie, nvvidconv, nvosd)
    add_file_branch(pipeline, nvosd, output)
    return pipeline


def add_objects(frame_meta: pyds.NvDsFrameMeta, labels: list[str]) -> None:
    """Makes objects of the tensors that came with the frame. Raises `ValueError` as `parse`."""
    frame = Frame(frame_meta)
    width, height = frame.size_px
    l_user = frame_meta.frame_user_meta_list
    while l_user is not None:
        user_meta = pyds.NvDsUserMeta.cast(l_user.data)
        l_user = l_user.next
        if user_meta.base_meta.meta_type != pyds.NvDsMetaType.NVDSINFER_TENSOR_OUTPUT_META:
            continue
        tensor_meta = pyds.NvDsInferTensorMeta.cast(user_meta.user_meta_data)
        found = parse(
            output_tensors(tensor_meta),
            num_classes=len(labels),
            min_score=MIN_SCORE,
            min_size=(MIN_SIDE_PX / width, MIN_SIDE_PX / height),
            max_iou=MAX_IOU,
            top_k=TOP_K,
        )
        objects = frame.add(
            found.boxes * (width, height, width, height),
            class_id=found.classes,
            confidence=found.scores,
            label=[labels[number] for number in found.classes],
            component_id=tensor_meta.unique_id,
        )
        for obj in objects:
            obj.text = f"{obj.label} {obj.confidence:.3f}"
    frame_meta.bInferDone = True


def pgie_src_pad_buffer_probe(pad: Any, info: Any, labels: list[str]) -> Any:
    """Called by the streaming thread for each batch that leaves the detector."""
    try:
        for _, frame_meta in frames_of(info):
            add_objects(frame_meta, labels)
    except ValueError as problem:
        error = GLib.Error.new_literal(
            Gst.StreamError.quark(), str(problem), Gst.StreamError.FORMAT
        )
        pgie = pad.get_parent_element()
        pgie.post_message(Gst.Message.new_error(pgie, error, ""))
        return Gst.PadProbeReturn.REMOVE  # it would say so of each frame
    return Gst.PadProbeReturn.OK


def osd_sink_pad_buffer_probe(pad: Any, info: Any, report: FrameReport) -> Any:
    """Called by the streaming thread for each batch on its way into nvdsosd."""
    for batch_meta, frame_meta in frames_of(info):
        text = counts_text(frame_meta)
        report(frame_meta, text)
        show_text(batch_meta, frame_meta, text)
    return Gst.PadProbeReturn.OK


def parse_arguments(args: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog=Path(args[0]).name, description="Parse a detector's output tensors in Python."
    )
    parser.add_argument("stream", metavar="H264_FILE", help="H.264 elementary stream")
    parser.add_argument(
        "--output", metavar="FILE.mp4", default="out.mp4", help="the annotated video; out.mp4"
    )
    parser.add_argument(
        "--configfile",
        metavar="CONFIG",
        default=str(PGIE_CONFIG),
        help="configuration file of nvinfer, with network-type=100 and output-tensor-meta=1",
    )
    return parser.parse_args(args[1:])


def main(args: list[str], report: FrameReport = print_counts) -> int:
    """Runs the application; returns its exit status.

    args: as in sys.argv.
    report: called by the streaming thread for each frame with its meta and the line about it.
    """
    options = parse_arguments(args)
    Gst.init(None)
    try:
        for path, what in (
            (options.stream, "an H.264 elementary stream"),
            (options.configfile, "a configuration file of nvinfer"),
        ):
            if not os.path.isfile(path):
                raise ValueError(f"there is no file {path}; expected {what}")
        labels = LABELS.read_text().splitlines()
        pipeline = build_pipeline(options.stream, options.configfile, options.output)
    except (OSError, RuntimeError, ValueError) as error:
        print(f"Error: {error}.", file=sys.stderr)
        return 1
    for name, pad, probe, data in (
        ("primary-inference", "src", pgie_src_pad_buffer_probe, labels),
        ("onscreendisplay", "sink", osd_sink_pad_buffer_probe, report),
    ):
        element_pad = pipeline.get_by_name(name).get_static_pad(pad)
        element_pad.add_probe(Gst.PadProbeType.BUFFER, probe, data)
    return play(pipeline, options.stream)


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # so that `| head` ends it
    sys.exit(main(sys.argv))
