"""Batches built from plain data, and read back into it."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pyds
from thalweg.meta import UNTRACKED
from thalweg.testing._gstreamer import first_events, gstreamer
from thalweg.testing.metadata import (
    Classifier,
    Color,
    Detection,
    Drawing,
    Frame,
    Label,
    MetadataError,
    _check_distinct,
)

__all__ = ["add_detection", "add_frame", "make_buffer", "read_frames"]

NO_TIME = 2**64 - 1  # NvDsFrameMeta.buf_pts of a frame without a time
_PIPELINE_TIMEOUT_S = 10
_MOST_DRAWINGS = 16  # of each kind in a display meta


def make_buffer(frames: Sequence[Frame]) -> Any:
    """A `Gst.Buffer` with the metadata of these frames, as a probe after `nvinfer` gets it.

    Where the frames have an `image`, the buffer has their pixels too (RGBA, ``memory:NVMM``), so
    that `pyds.get_nvds_buf_surface` works; all must have one then, all of the same size. Without
    images the buffer has no pixels.

    The metadata live as long as the buffer. Calls `Gst.init` if nobody did.
    Raises `MetadataError` if a frame of a source is given twice, or images do not fit.

    Example::

        person = Detection(class_id=2, label="person", xyxy=(10, 20, 60, 120), track_id=5)
        buffer = make_buffer([Frame(frame_num=0, objects=[person])])
    """
    frames = list(frames)
    _check_distinct(frames, "frames")
    gst = gstreamer()
    if any(frame.image is not None for frame in frames):
        return _with_pixels(gst, frames)
    buffer = gst.Buffer.new_allocate(None, 64, None)
    batch = _attach_batch(buffer, max(1, len(frames)))
    batch.max_frames_in_batch = max(1, len(frames))
    for frame in frames:
        add_frame(batch, frame)
    return buffer


def add_frame(batch_meta: pyds.NvDsBatchMeta, frame: Frame) -> pyds.NvDsFrameMeta:
    """Adds a frame with its objects to a batch meta; returns its meta (view)."""
    frame_meta = pyds.nvds_acquire_frame_meta_from_pool(batch_meta)
    frame_meta.batch_id = batch_meta.num_frames_in_batch
    _fill(frame_meta, frame)
    pyds.nvds_add_frame_meta_to_batch(batch_meta, frame_meta)
    for detection in frame.objects:
        add_detection(frame_meta, detection)
    return frame_meta


def add_detection(frame_meta: pyds.NvDsFrameMeta, detection: Detection) -> pyds.NvDsObjectMeta:
    """Adds an object with its classifiers to a frame meta of a batch; returns its meta (view).

    Raises `ValueError` for a frame meta that was not taken from a batch's pool.
    """
    batch_meta = frame_meta.base_meta.batch_meta
    if batch_meta is None:
        raise ValueError(
            "the frame meta belongs to no batch; take it from nvds_acquire_frame_meta_from_pool"
        )
    obj = pyds.nvds_acquire_obj_meta_from_pool(batch_meta)
    left, top, right, bottom = detection.xyxy
    obj.unique_component_id = detection.component_id
    obj.class_id, obj.obj_label = detection.class_id, detection.label
    obj.confidence = detection.confidence
    boxes: list[Any] = [obj.detector_bbox_info.org_bbox_coords, obj.rect_params]
    if detection.track_id is None:
        obj.object_id = UNTRACKED
    else:
        obj.object_id, obj.tracker_confidence = detection.track_id, detection.confidence
        boxes.append(obj.tracker_bbox_info.org_bbox_coords)
    for box in boxes:
        box.left, box.top, box.width, box.height = left, top, right - left, bottom - top
    obj.rect_params.border_width = detection.border_width
    obj.rect_params.border_color.set(*detection.border_color)
    if detection.text:
        text = obj.text_params
        text.display_text = detection.text
        text.x_offset, text.y_offset = max(0, int(left)), max(0, int(top - 10))
        text.font_params.font_name, text.font_params.font_size = "Serif", 11
        text.font_params.font_color.set(1.0, 1.0, 1.0, 1.0)
        text.set_bg_clr = 1
        text.text_bg_clr.set(0.0, 0.0, 0.0, 1.0)
    for classifier in detection.classifiers:
        _add_classifier(batch_meta, obj, classifier)
    pyds.nvds_add_obj_meta_to_frame(frame_meta, obj, None)
    return obj


def read_frames(source: Any) -> list[Frame]:
    """The frames of a `Gst.Buffer` or an `NvDsBatchMeta` as plain data (a copy).

    Frames come in the order of the batch; objects and drawings in the order in which they were
    added, if the buffer was not copied since.
    Raises `ValueError` for a buffer without batch metadata.
    """
    batch = source
    if not isinstance(source, pyds.NvDsBatchMeta):
        batch = pyds.gst_buffer_get_nvds_batch_meta(source)
        if batch is None:
            raise ValueError(
                "the buffer carries no batch metadata: it has not passed nvstreammux, and "
                "make_buffer did not make it"
            )
    return [_read_frame(meta) for meta in _walk(batch.frame_meta_list, pyds.NvDsFrameMeta.cast)]


# --- building -----------------------------------------------------------------------------------


def _fill(meta: pyds.NvDsFrameMeta, frame: Frame) -> None:
    meta.frame_num = frame.frame_num
    meta.source_id = meta.pad_index = frame.source_id
    meta.source_frame_width, meta.source_frame_height = frame.source_size_px
    meta.pipeline_width, meta.pipeline_height = frame.size_px
    meta.buf_pts = NO_TIME if frame.pts_ns is None else frame.pts_ns
    meta.num_surfaces_per_frame = 1
    meta.bInferDone = int(frame.inferred)


def _add_classifier(
    batch: pyds.NvDsBatchMeta, obj: pyds.NvDsObjectMeta, classifier: Classifier
) -> None:
    meta = pyds.nvds_acquire_classifier_meta_from_pool(batch)
    meta.unique_component_id = classifier.component_id
    for index, label in enumerate(classifier.labels):
        info = pyds.nvds_acquire_label_info_meta_from_pool(batch)
        info.label_id, info.result_class_id = index, label.class_id
        info.result_label, info.result_prob = label.label, label.confidence
        pyds.nvds_add_label_info_meta_to_classifier(meta, info)
    pyds.nvds_add_classifier_meta_to_object(obj, meta)


def _symbol(library: str, name: str) -> Any:
    """A function of the metadata library that pyds runs over.

    NVIDIA's own are loaded for the whole process and come first; Thalweg's are found by name.
    """
    try:
        return getattr(ctypes.CDLL(None), name)
    except AttributeError:
        return getattr(ctypes.CDLL(library, mode=os.RTLD_LAZY), name)


def _attach_batch(buffer: Any, max_batch_size: int) -> pyds.NvDsBatchMeta:
    """Gives a buffer a new batch meta, which is copied and released with it.

    Through C: pyds, like the original, lets no Python program add a GstMeta.
    """
    create = _symbol("libnvds_meta.so", "nvds_create_batch_meta")
    create.restype, create.argtypes = ctypes.c_void_p, [ctypes.c_uint]
    add = _symbol("libnvdsgst_meta.so", "gst_buffer_add_nvds_meta")
    add.restype, add.argtypes = ctypes.c_void_p, [ctypes.c_void_p] * 5
    hooks = [
        ctypes.cast(_symbol("libnvds_meta.so", f"nvds_batch_meta_{name}_func"), ctypes.c_void_p)
        for name in ("copy", "release")
    ]
    batch = create(max_batch_size)
    attached = add(hash(buffer), batch, None, *hooks)
    if not attached:
        raise RuntimeError("GStreamer let no metadata be added to a new buffer; see its log")
    pyds.NvDsMeta.cast(attached).meta_type = pyds.GstNvDsMetaType.NVDS_BATCH_GST_META
    return pyds.NvDsBatchMeta.cast(batch)


def _with_pixels(gst: Any, frames: list[Frame]) -> Any:
    """Sends the images through a muxer, and fills the metadata that it makes."""
    width, height = frames[0].size_px
    for index, frame in enumerate(frames):
        image = frame.image
        kind = (str(getattr(image, "dtype", None)), getattr(image, "shape", None))
        if frame.size_px != (width, height) or kind != ("uint8", (height, width, 4)):
            raise MetadataError(
                f"frames[{index}].image",
                f"expected a uint8 array of shape {(height, width, 4)}, as the first frame's size "
                f"says, got {kind[0]} {kind[1]} for the size {frame.size_px}",
            )
    size = f"width={width},height={height}"
    nvmm = "video/x-raw(memory:NVMM),format=RGBA"
    sources = [f"nvvideoconvert name=source{i} ! {nvmm} ! mux.sink_{i}" for i in range(len(frames))]
    pipeline = gst.parse_launch(
        f"nvstreammux name=mux batch-size={len(frames)} {size.replace(',', ' ')} "
        f"batched-push-timeout=-1 ! nvvideoconvert ! {nvmm} ! appsink name=end sync=false "
        + " ".join(sources)
    )
    pipeline.set_state(gst.State.PLAYING)
    try:
        for index, frame in enumerate(frames):
            # In this thread, so that the muxer gets them in their order.
            pad = gst.Pad.new("image", gst.PadDirection.SRC)
            pad.set_active(True)
            pad.link(pipeline.get_by_name(f"source{index}").get_static_pad("sink"))
            for event in first_events(f"video/x-raw,format=RGBA,{size},framerate=25/1"):
                pad.push_event(event)
            image = gst.Buffer.new_wrapped(frame.image.tobytes())
            image.pts = 0
            pad.push(image)
            pad.push_event(gst.Event.new_eos())
        end = pipeline.get_by_name("end")
        sample = end.emit("try-pull-sample", _PIPELINE_TIMEOUT_S * gst.SECOND)
        if sample is None:
            message = pipeline.get_bus().pop_filtered(gst.MessageType.ERROR)
            reason = message.parse_error()[0].message if message else "no buffer came"
            raise RuntimeError(f"cannot make a buffer of the images: {reason}")
        buffer = sample.get_buffer()
    finally:
        pipeline.set_state(gst.State.NULL)
    batch: Any = pyds.gst_buffer_get_nvds_batch_meta(buffer)
    for meta in _walk(batch.frame_meta_list, pyds.NvDsFrameMeta.cast):
        frame = frames[meta.source_id]
        _fill(meta, frame)
        for detection in frame.objects:
            add_detection(meta, detection)
    return buffer


# --- reading ------------------------------------------------------------------------------------


def _walk(node: Any, cast: Callable[[Any], Any]) -> Iterator[Any]:
    while node is not None:
        yield cast(node.data)
        node = node.next


def _added(node: Any, cast: Callable[[Any], Any]) -> list[Any]:
    """The metas of a list that is prepended to, in the order in which they were added."""
    return list(_walk(node, cast))[::-1]


def _read_frame(meta: pyds.NvDsFrameMeta) -> Frame:
    try:
        return _to_frame(meta)
    except MetadataError as error:
        where = f"frame {meta.frame_num} of source {meta.source_id}: {error.where}"
        raise MetadataError(where, error.problem) from None


def _to_frame(meta: pyds.NvDsFrameMeta) -> Frame:
    displays = _added(meta.display_meta_list, pyds.NvDsDisplayMeta.cast)
    return Frame(
        frame_num=meta.frame_num,
        source_id=meta.source_id,
        size_px=(meta.pipeline_width, meta.pipeline_height),
        source_size_px=(meta.source_frame_width, meta.source_frame_height),
        pts_ns=None if meta.buf_pts == NO_TIME else meta.buf_pts,
        inferred=bool(meta.bInferDone),
        objects=[_read_object(obj) for obj in _added(meta.obj_meta_list, pyds.NvDsObjectMeta.cast)],
        drawings=[drawing for display in displays for drawing in _read_display(display)],
    )


def _read_object(obj: pyds.NvDsObjectMeta) -> Detection:
    classifiers = _added(obj.classifier_meta_list, pyds.NvDsClassifierMeta.cast)
    return Detection(
        class_id=obj.class_id,
        label=obj.obj_label,
        confidence=obj.confidence,
        xyxy=_box(obj.rect_params),
        track_id=None if obj.object_id == UNTRACKED else obj.object_id,
        component_id=obj.unique_component_id,
        text=pyds.get_string(obj.text_params.display_text) or "",
        border_width=obj.rect_params.border_width,
        border_color=_color(obj.rect_params.border_color),
        classifiers=sorted(
            (_read_classifier(meta) for meta in classifiers), key=lambda one: one.component_id
        ),
    )


def _read_classifier(meta: pyds.NvDsClassifierMeta) -> Classifier:
    infos = _added(meta.label_info_list, pyds.NvDsLabelInfo.cast)
    return Classifier(
        component_id=meta.unique_component_id,
        labels=[
            Label(
                class_id=info.result_class_id,
                label=info.pResult_label or info.result_label,
                confidence=info.result_prob,
            )
            for info in sorted(infos, key=lambda info: info.label_id)
        ],
    )


def _read_display(display: pyds.NvDsDisplayMeta) -> Iterator[Drawing]:
    def first(array: Any, count: int) -> Any:
        return [array[i] for i in range(min(count, _MOST_DRAWINGS))]

    for rect in first(display.rect_params, display.num_rects):
        yield Drawing(kind="rect", xy=_box(rect), color=_color(rect.border_color))
    for text in first(display.text_params, display.num_labels):
        yield Drawing(
            kind="text",
            xy=(text.x_offset, text.y_offset),
            text=pyds.get_string(text.display_text) or "",
            color=_color(text.font_params.font_color),
        )
    for line in first(display.line_params, display.num_lines):
        xy = (line.x1, line.y1, line.x2, line.y2)
        yield Drawing(kind="line", xy=xy, color=_color(line.line_color))
    for arrow in first(display.arrow_params, display.num_arrows):
        xy = (arrow.x1, arrow.y1, arrow.x2, arrow.y2)
        yield Drawing(kind="arrow", xy=xy, color=_color(arrow.arrow_color))
    for circle in first(display.circle_params, display.num_circles):
        centre = (circle.xc, circle.yc, circle.radius)
        yield Drawing(kind="circle", xy=centre, color=_color(circle.circle_color))


def _box(rect: Any) -> tuple[float, float, float, float]:
    return rect.left, rect.top, rect.left + rect.width, rect.top + rect.height


def _color(color: pyds.NvOSD_ColorParams) -> Color:
    return color.red, color.green, color.blue, color.alpha
