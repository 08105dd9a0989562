"""Counting the objects of each frame in a probe, on the screen and on the terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst

import pyds
from common.pipeline import say

# What the counts on the screen stand for, by the labels of the model.
VEHICLE_LABELS = {"car", "bus", "truck", "vehicle"}
PERSON_LABELS = {"person"}

FrameReport = Callable[[pyds.NvDsFrameMeta, str], None]


def print_counts(frame_meta: pyds.NvDsFrameMeta, text: str) -> None:
    """The report that programs make unless they are given another."""
    print(text)


def counts_text(frame_meta: pyds.NvDsFrameMeta) -> str:
    """The line about a frame's objects."""
    vehicles = persons = 0
    l_obj = frame_meta.obj_meta_list
    while l_obj is not None:
        obj_meta = pyds.NvDsObjectMeta.cast(l_obj.data)
        vehicles += obj_meta.obj_label in VEHICLE_LABELS
        persons += obj_meta.obj_label in PERSON_LABELS
        l_obj = l_obj.next
    return (
        f"Frame Number={frame_meta.frame_num} Number of Objects={frame_meta.num_obj_meta} "
        f"Vehicle_count={vehicles} Person_count={persons}"
    )


def print_counts_of_source(frame_meta: pyds.NvDsFrameMeta, text: str) -> None:
    """The report of programs with several sources."""
    say(f"Source={frame_meta.pad_index} {text}")


def frames_of(info: Any) -> Iterator[tuple[pyds.NvDsBatchMeta, pyds.NvDsFrameMeta]]:
    """The frames of the batch that a probe is called for, each with the batch."""
    gst_buffer = info.get_buffer()
    if not gst_buffer:
        print("Unable to get GstBuffer")
        return
    # pyds takes the C address of the buffer, which is what hash() of a GstBuffer gives.
    batch_meta = pyds.gst_buffer_get_nvds_batch_meta(hash(gst_buffer))
    if batch_meta is None:
        return
    l_frame = batch_meta.frame_meta_list
    while l_frame is not None:
        yield batch_meta, pyds.NvDsFrameMeta.cast(l_frame.data)
        l_frame = l_frame.next


def pgie_src_pad_buffer_probe(pad: Any, info: Any, report: FrameReport) -> Any:
    """Counts the objects of each frame of a batch; `report` is called for each frame.

    Called by the streaming thread for each batch that leaves the detector.
    """
    for _, frame_meta in frames_of(info):
        report(frame_meta, counts_text(frame_meta))
    return Gst.PadProbeReturn.OK


def show_text(batch_meta: pyds.NvDsBatchMeta, frame_meta: pyds.NvDsFrameMeta, text: str) -> None:
    """Has nvdsosd write a line into the top left corner of the frame."""
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


def osd_sink_pad_buffer_probe(pad: Any, info: Any, report: FrameReport) -> Any:
    """Counts the objects of each frame, recolours their boxes and adds the counts as text.

    Called by the streaming thread for each batch on its way into nvdsosd; `report` is called for
    each frame with the frame's meta and the text.
    """
    for batch_meta, frame_meta in frames_of(info):
        l_obj = frame_meta.obj_meta_list
        while l_obj is not None:
            # Red, green, blue, alpha (1.0 is opaque).
            rect_params = pyds.NvDsObjectMeta.cast(l_obj.data).rect_params
            rect_params.border_color.set(0.0, 0.0, 1.0, 0.8)
            l_obj = l_obj.next

        text = counts_text(frame_meta)
        report(frame_meta, text)
        show_text(batch_meta, frame_meta, text)
    return Gst.PadProbeReturn.OK
