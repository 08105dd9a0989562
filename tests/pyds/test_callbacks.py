"""Copy and release functions of user metas, in Python and built in."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

import pyds


def first_frame(buffer: Any) -> tuple[Any, Any]:
    batch = pyds.gst_buffer_get_nvds_batch_meta(buffer)
    return batch, pyds.NvDsFrameMeta.cast(batch.frame_meta_list.data)


def test_copy_and_release(new_buffer: Callable[[], Any]) -> None:
    log: list[Any] = []

    def copy(data: Any, user_data: Any) -> Any:
        meta = pyds.NvDsUserMeta.cast(data)
        source = pyds.NvDsPersonObject.cast(meta.user_meta_data)
        log.append(("copy", type(data).__name__, user_data, source.age))
        made = pyds.alloc_nvds_person_object()
        made.age = source.age + 1
        return made

    def release(data: Any, user_data: Any) -> None:
        meta = pyds.NvDsUserMeta.cast(data)
        payload = pyds.NvDsPersonObject.cast(meta.user_meta_data)
        log.append(("release", type(data).__name__, user_data, payload.age))
        pyds.free_gbuffer(meta.user_meta_data)
        meta.user_meta_data = None

    buffer = new_buffer()
    batch, frame = first_frame(buffer)
    meta = pyds.nvds_acquire_user_meta_from_pool(batch)
    payload = pyds.alloc_nvds_person_object()
    payload.age = 1
    meta.user_meta_data, meta.base_meta.meta_type = payload, pyds.NVDS_USER_META
    pyds.user_copyfunc(meta, copy)
    pyds.user_releasefunc(meta, release)
    pyds.nvds_add_user_meta_to_frame(frame, meta)
    twin = buffer.copy_deep()
    assert log == [("copy", "PyCapsule", None, 1)]
    _, copied = first_frame(twin)
    found = pyds.NvDsUserMeta.cast(copied.frame_user_meta_list.data)
    assert pyds.NvDsPersonObject.cast(found.user_meta_data).age == 2
    log.clear()
    del twin
    assert log == [("release", "PyCapsule", None, 2)]
    log.clear()
    del buffer
    assert log == [("release", "PyCapsule", None, 1)]


def test_each_meta_has_its_own_functions(new_buffer: Callable[[], Any]) -> None:
    log: list[str] = []
    buffer = new_buffer()
    batch, frame = first_frame(buffer)
    for name in "ab":
        meta = pyds.nvds_acquire_user_meta_from_pool(batch)
        pyds.set_user_releasefunc(meta, lambda data, user_data, name=name: log.append(name))
        pyds.nvds_add_user_meta_to_frame(frame, meta)
    del buffer
    assert sorted(log) == ["a", "b"]


@pytest.mark.parametrize("bad", [lambda data, user: 1 / 0, lambda data, user: 1234])
def test_errors_in_functions_are_reported(
    bad: Callable[[Any, Any], Any], new_buffer: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    reported: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda args: reported.append(args.exc_type))
    buffer = new_buffer()
    batch, frame = first_frame(buffer)
    meta = pyds.nvds_acquire_user_meta_from_pool(batch)
    pyds.user_copyfunc(meta, bad)
    pyds.nvds_add_user_meta_to_frame(frame, meta)
    buffer.copy_deep()
    assert reported in ([ZeroDivisionError], [TypeError])


def test_unset_and_set_again(new_buffer: Callable[[], Any]) -> None:
    log: list[str] = []
    buffer = new_buffer()
    batch, frame = first_frame(buffer)
    first, second = (pyds.nvds_acquire_user_meta_from_pool(batch) for _ in range(2))
    pyds.user_releasefunc(first, lambda data, user: log.append("first"))
    pyds.unset_callback_funcs()
    pyds.unset_callback_funcs()
    pyds.user_releasefunc(second, lambda data, user: log.append("second"))
    for meta in (second,):
        pyds.nvds_add_user_meta_to_frame(frame, meta)
    del buffer
    assert log[-1] == "second"
    assert "first" not in log
    pyds.unset_callback_funcs()


def test_arguments(batch: Any) -> None:
    meta = pyds.nvds_acquire_user_meta_from_pool(batch)
    pyds.user_copyfunc(meta, None)
    pyds.user_copyfunc(meta=meta, func=None)
    for function in (pyds.user_copyfunc, pyds.user_releasefunc, pyds.set_user_copyfunc):
        with pytest.raises(TypeError, match=rf"^{function.__name__}\.func: expected callable"):
            function(meta, 5)
        with pytest.raises(TypeError):
            function(None, len)
    pyds.register_user_copyfunc(len)
    pyds.register_user_releasefunc(None)
    with pytest.raises(TypeError):
        pyds.register_user_copyfunc(5)


def test_a_process_with_functions_ends() -> None:
    program = """
import pyds
batch = pyds.nvds_create_batch_meta(1)
meta = pyds.nvds_acquire_user_meta_from_pool(batch)
pyds.user_releasefunc(meta, lambda data, user: print("released"))
pyds.user_copyfunc(meta, lambda data, user: data)
pyds.nvds_add_user_meta_to_batch(batch, meta)
"""
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "")


def test_event_messages(new_buffer: Callable[[], Any]) -> None:
    buffer = new_buffer()
    batch, frame = first_frame(buffer)
    meta = pyds.nvds_acquire_user_meta_from_pool(batch)
    event = pyds.alloc_nvds_event_msg_meta(meta)
    assert (event.ts, event.objectId, event.extMsg, event.extMsgSize) == (0, 0, None, 0)
    assert event.type is pyds.NVDS_EVENT_ENTRY
    assert event.objType is pyds.NVDS_OBJECT_TYPE_VEHICLE
    event.objectId = "a"
    event.objectId = "b"
    with pytest.raises(TypeError, match=r"^NvDsEventMsgMeta\.ts: expected int address"):
        event.ts = "now"
    event.ts = pyds.alloc_buffer(33)
    pyds.generate_ts_rfc3339(event.ts, 32)
    event.sensorStr, event.otherAttrs, event.videoPath = "s", "oa", "vp"
    event.bbox.left, event.location.lat, event.coordinate.x = 1.5, 45.99, 5.2
    event.confidence, event.trackingId, event.sensorId = 0.1, 2**64 - 1, -1
    event.type = 2
    vehicle = pyds.alloc_nvds_vehicle_object()
    vehicle.type = "sedan"
    vehicle.type = "suv"
    vehicle.region = "CA"
    event.extMsg, event.extMsgSize = vehicle, sys.getsizeof(pyds.NvDsVehicleObject)
    assert pyds.NvDsVehicleObject.cast(event.extMsg) is vehicle
    meta.user_meta_data, meta.base_meta.meta_type = event, pyds.NVDS_EVENT_MSG_META
    pyds.nvds_add_user_meta_to_frame(frame, meta)

    twin = buffer.copy_deep()
    _, copied_frame = first_frame(twin)
    copied_meta = pyds.NvDsUserMeta.cast(copied_frame.frame_user_meta_list.data)
    copied = pyds.NvDsEventMsgMeta.cast(copied_meta.user_meta_data)
    assert copied is not event
    for name in ("ts", "objectId", "sensorStr", "otherAttrs", "videoPath"):
        assert pyds.get_string(getattr(copied, name)) == pyds.get_string(getattr(event, name))
        assert getattr(copied, name) != getattr(event, name)
    assert (copied.bbox.left, copied.location.lat, copied.confidence) == (1.5, 45.99, 0.1)
    assert copied.type is pyds.NVDS_EVENT_MOVING
    assert copied.trackingId == 2**64 - 1
    car = pyds.NvDsVehicleObject.cast(copied.extMsg)
    assert car is not vehicle
    assert (pyds.get_string(car.type), pyds.get_string(car.region)) == ("suv", "CA")
    del twin
    for gone in (lambda: copied.frameId, lambda: car.type):
        with pytest.raises(ReferenceError):
            gone()
    assert pyds.get_string(vehicle.type) == "suv"
    del buffer
    for gone in (lambda: event.frameId, lambda: vehicle.type):
        with pytest.raises(ReferenceError):
            gone()


def test_event_messages_without_a_user_meta() -> None:
    event = pyds.alloc_nvds_event_msg_meta()
    event.objectId = "x"
    assert pyds.get_string(event.objectId) == "x"
    pyds.free_gbuffer(event)


def test_persons_and_faces() -> None:
    person, face = pyds.alloc_nvds_person_object(), pyds.alloc_nvds_face_object()
    person.age, person.gender, face.eyecolor = 45, "male", "brown"
    assert (person.age, pyds.get_string(person.gender)) == (45, "male")
    assert pyds.get_string(face.eyecolor) == "brown"
    with pytest.raises(TypeError, match=r"^NvDsPersonObject\.age: expected int from 0"):
        person.age = -1
    assert pyds.alloc_nvds_payload().payload is None
    assert pyds.alloc_nvds_event().metadata is None


def test_custom_struct(new_buffer: Callable[[], Any]) -> None:
    buffer = new_buffer()
    batch, frame = first_frame(buffer)
    meta = pyds.nvds_acquire_user_meta_from_pool(batch)
    custom = pyds.alloc_custom_struct(meta)
    custom.structId, custom.message = -1, "a"
    custom.message = "bb"
    meta.user_meta_data = custom
    pyds.nvds_add_user_meta_to_frame(frame, meta)
    twin = buffer.copy_deep()
    _, copied_frame = first_frame(twin)
    found = pyds.NvDsUserMeta.cast(copied_frame.frame_user_meta_list.data)
    copied = pyds.CustomDataStruct.cast(found.user_meta_data)
    assert (copied.structId, pyds.get_string(copied.message)) == (-1, "bb")
    assert copied.message != custom.message
    with pytest.raises(TypeError):
        pyds.alloc_custom_struct()
