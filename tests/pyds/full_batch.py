"""A batch with everything in it that programs put there, for tests of growth."""

from __future__ import annotations

import pyds
from thalweg.testing import Detection, Frame, make_buffer

FRAMES = [
    Frame(
        frame_num=number,
        source_id=number,
        objects=[
            Detection(class_id=0, label="person", confidence=0.5, xyxy=(1, 2, 3, 4), track_id=track)
            for track in range(2)
        ],
    )
    for number in range(2)
]
BIG = "x" * 512


def make_and_drop(copied: bool) -> None:
    """Labels, texts, a mask, an event message, a payload with functions of Python's own."""
    buffer = make_buffer(FRAMES)
    batch = pyds.gst_buffer_get_nvds_batch_meta(buffer)
    frame = pyds.NvDsFrameMeta.cast(batch.frame_meta_list.data)
    obj = pyds.NvDsObjectMeta.cast(frame.obj_meta_list.data)
    obj.text_params.display_text = BIG
    obj.mask_params.width = obj.mask_params.height = 4
    obj.mask_params.alloc_mask_array()[0] = 1
    display = pyds.nvds_acquire_display_meta_from_pool(batch)
    display.text_params[0].display_text = BIG
    pyds.nvds_add_display_meta_to_frame(frame, display)
    meta = pyds.nvds_acquire_user_meta_from_pool(batch)
    event, vehicle = pyds.alloc_nvds_event_msg_meta(meta), pyds.alloc_nvds_vehicle_object()
    event.ts, event.sensorStr, vehicle.type = pyds.alloc_buffer(33), BIG, BIG
    event.extMsg, event.extMsgSize = vehicle, 1
    event.objType = pyds.NVDS_OBJECT_TYPE_VEHICLE
    meta.user_meta_data = event
    pyds.nvds_add_user_meta_to_frame(frame, meta)
    own = pyds.nvds_acquire_user_meta_from_pool(batch)
    own.user_meta_data = pyds.alloc_nvds_person_object()
    pyds.user_copyfunc(own, lambda data, user: pyds.alloc_nvds_person_object())
    pyds.user_releasefunc(
        own, lambda data, user: pyds.free_gbuffer(pyds.NvDsUserMeta.cast(data).user_meta_data)
    )
    pyds.nvds_add_user_meta_to_batch(batch, own)
    if copied:
        buffer.copy_deep()
