"""Copy and release functions of user metas, in Python and built in."""

from __future__ import annotations

import ctypes
import gc
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable
from typing import Any

import pytest

import pyds


def first_frame(buffer: Any) -> tuple[Any, Any]:
    batch = pyds.gst_buffer_get_nvds_batch_meta(buffer)
    return batch, pyds.NvDsFrameMeta.cast(batch.frame_meta_list.data)


def set_plain(meta: Any, copy: Any, release: Any) -> None:
    pyds.user_copyfunc(meta, copy)
    pyds.user_releasefunc(meta, release)


def set_old(meta: Any, copy: Any, release: Any) -> None:
    pyds.set_user_copyfunc(meta, copy)
    pyds.set_user_releasefunc(meta, release)


def set_registered(meta: Any, copy: Any, release: Any) -> None:
    pyds.register_user_copyfunc(copy)
    pyds.register_user_releasefunc(release)
    set_plain(meta, copy, release)


@pytest.mark.parametrize("set_functions", [set_plain, set_old, set_registered])
def test_copy_and_release(
    set_functions: Callable[..., None], new_buffer: Callable[[], Any]
) -> None:
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
    set_functions(meta, copy, release)
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
    """Also the copies of copies, which know them by their payload."""
    log: list[tuple[str, str, int]] = []
    buffer = new_buffer()
    batch, frame = first_frame(buffer)

    def add(name: str) -> None:
        def payload_of(data: Any) -> Any:
            return pyds.NvDsPersonObject.cast(pyds.NvDsUserMeta.cast(data).user_meta_data)

        def copy(data: Any, user_data: Any) -> Any:
            made = pyds.alloc_nvds_person_object()
            made.age = payload_of(data).age + 1
            log.append(("copy", name, made.age))
            return made

        def release(data: Any, user_data: Any) -> None:
            log.append(("release", name, payload_of(data).age))
            pyds.free_gbuffer(payload_of(data))

        meta = pyds.nvds_acquire_user_meta_from_pool(batch)
        meta.user_meta_data = pyds.alloc_nvds_person_object()
        set_plain(meta, copy, release)
        pyds.nvds_add_user_meta_to_frame(frame, meta)

    for name in "abc":
        add(name)
    twin = buffer.copy_deep()
    third = twin.copy_deep()
    assert sorted(log) == [("copy", name, age) for name in "abc" for age in (1, 2)]
    log.clear()
    del twin, buffer, third
    assert sorted(log) == [("release", name, age) for name in "abc" for age in (0, 1, 2)]


def test_copies_may_share_a_payload(new_buffer: Callable[[], Any]) -> None:
    log: list[str] = []
    buffer = new_buffer()
    batch, frame = first_frame(buffer)
    payloads = [pyds.alloc_nvds_person_object() for _ in range(2)]
    for name, payload in zip("ab", payloads, strict=True):
        meta = pyds.nvds_acquire_user_meta_from_pool(batch)
        meta.user_meta_data = payload
        set_plain(
            meta,
            lambda data, user: pyds.NvDsUserMeta.cast(data).user_meta_data,
            lambda data, user, name=name: log.append(name),
        )
        pyds.nvds_add_user_meta_to_frame(frame, meta)
    copies = [buffer.copy_deep() for _ in range(3)]
    copies.append(copies[0].copy_deep())
    del buffer
    while copies:
        copies.pop()
    assert sorted(log) == 5 * ["a"] + 5 * ["b"]
    for payload in payloads:
        pyds.free_gbuffer(payload)


def test_a_pipeline_copies_and_releases_in_its_threads(play: Any, needs_elements: None) -> None:
    """Two branches of a tee, one of which draws: each sink sees a payload of its own."""
    from gi.repository import Gst

    made: list[int] = []
    released: list[int] = []
    threads: set[int] = set()
    seen: dict[str, list[tuple[int, int]]] = {"plain": [], "drawn": []}

    def payload_of(data: Any) -> Any:
        return pyds.CustomDataStruct.cast(pyds.NvDsUserMeta.cast(data).user_meta_data)

    def new_payload(number: int, text: str) -> Any:
        block = pyds.alloc_buffer(64)  # enough for a CustomDataStruct
        made.append(block)
        payload = pyds.CustomDataStruct.cast(block)
        payload.structId, payload.message = number, text
        return payload

    def copy(data: Any, user_data: Any) -> Any:
        source = payload_of(data)
        return new_payload(source.structId, pyds.get_string(source.message))

    def release(data: Any, user_data: Any) -> None:
        threads.add(threading.get_ident())
        payload = payload_of(data)
        released.append(pyds.get_ptr(payload))
        pyds.free_buffer(payload.message)
        pyds.free_gbuffer(payload)

    def attach(pad: Any, info: Any) -> Any:
        batch, frame = first_frame(info.get_buffer())
        meta = pyds.nvds_acquire_user_meta_from_pool(batch)
        meta.user_meta_data = new_payload(frame.frame_num, f"frame {frame.frame_num}")
        meta.base_meta.meta_type = pyds.NVDS_USER_META
        set_plain(meta, copy, release)
        pyds.nvds_add_user_meta_to_frame(frame, meta)
        obj = pyds.nvds_acquire_obj_meta_from_pool(batch)  # something to draw
        obj.rect_params.width = obj.rect_params.height = 20
        obj.rect_params.border_width = 2
        pyds.nvds_add_obj_meta_to_frame(frame, obj, None)
        return Gst.PadProbeReturn.OK

    def look(pad: Any, info: Any, name: str) -> Any:
        _, frame = first_frame(info.get_buffer())
        payload = payload_of(frame.frame_user_meta_list.data)
        assert pyds.get_string(payload.message) == f"frame {frame.frame_num}"
        seen[name].append((payload.structId, pyds.get_ptr(payload)))
        return Gst.PadProbeReturn.OK

    pipeline = Gst.parse_launch(
        "videotestsrc num-buffers=20 ! video/x-raw,format=I420,width=64,height=48 ! "
        "nvvideoconvert ! video/x-raw(memory:NVMM),format=RGBA ! m.sink_0 "
        "nvstreammux name=m batch-size=1 width=64 height=48 ! tee name=t "
        "t. ! queue ! fakesink name=plain async=false "
        "t. ! queue ! nvdsosd ! fakesink name=drawn async=false"
    )
    pipeline.get_by_name("t").get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, attach)
    for name in seen:
        sink = pipeline.get_by_name(name).get_static_pad("sink")
        sink.add_probe(Gst.PadProbeType.BUFFER, look, name)
    played = play(pipeline)
    assert played.eos, played.error + played.debug
    del pipeline
    gc.collect()
    for name in seen:
        assert [number for number, _ in seen[name]] == list(range(20))
    assert len(made) > 20, "the branch that draws has no copies"
    assert sorted(released) == sorted(made)
    assert threads - {threading.get_ident()}, "none was released by a streaming thread"


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


@pytest.mark.parametrize("release", [lambda data, user: None, lambda data, user: [][5]])
def test_a_release_function_leaves_the_error_of_a_call_alone(
    release: Callable[[Any, Any], Any],
    new_buffer: Callable[[], Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The buffer goes with the arguments of a call that failed, while its error is on the way."""
    monkeypatch.setattr(sys, "unraisablehook", lambda args: None)
    given = [new_buffer()]
    batch, frame = first_frame(given[0])
    meta = pyds.nvds_acquire_user_meta_from_pool(batch)
    pyds.user_releasefunc(meta, release)
    pyds.nvds_add_user_meta_to_frame(frame, meta)
    with pytest.raises(TypeError, match="NvDsFrameMeta"):
        pyds.NvDsFrameMeta.cast(*(given.pop() for _ in "1"))


def test_an_error_in_a_release_function_is_reported(
    new_buffer: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    reported: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda args: reported.append(str(args.exc_value)))
    buffer = new_buffer()
    batch, frame = first_frame(buffer)
    log: list[str] = []
    for function in (lambda data, user: [][5], lambda data, user: log.append("b")):
        meta = pyds.nvds_acquire_user_meta_from_pool(batch)
        pyds.user_releasefunc(meta, function)
        pyds.nvds_add_user_meta_to_frame(frame, meta)
    del buffer
    assert reported == ["list index out of range"]
    assert log == ["b"]


def test_unset_and_set_again(new_buffer: Callable[[], Any]) -> None:
    """What was forgotten stays forgotten; functions that are given later work."""
    log: list[str] = []
    buffer = new_buffer()
    batch, frame = first_frame(buffer)
    first, second = (pyds.nvds_acquire_user_meta_from_pool(batch) for _ in range(2))
    copied = pyds.alloc_nvds_person_object()
    set_plain(first, lambda data, user: copied, lambda data, user: log.append("first"))
    pyds.nvds_add_user_meta_to_frame(frame, first)
    twin = buffer.copy_deep()
    pyds.unset_callback_funcs()
    pyds.unset_callback_funcs()
    pyds.user_releasefunc(second, lambda data, user: log.append("second"))
    pyds.nvds_add_user_meta_to_frame(frame, second)
    del buffer, twin
    assert log == ["second"]
    pyds.unset_callback_funcs()
    pyds.free_gbuffer(copied)


def test_functions_die_with_their_metas(new_buffer: Callable[[], Any]) -> None:
    """With and without a release function, of metas and of copies."""

    class Function:
        def __call__(self, data: Any, user_data: Any) -> Any:
            return pyds.alloc_nvds_person_object()

    kept: list[weakref.ref[Function]] = []
    for only_copy in (True, False):
        buffer = new_buffer()
        batch, frame = first_frame(buffer)
        copy, release = Function(), Function()
        kept += map(weakref.ref, (copy, release))
        meta = pyds.nvds_acquire_user_meta_from_pool(batch)
        pyds.user_copyfunc(meta, copy)
        if not only_copy:
            pyds.user_releasefunc(meta, release)
        pyds.nvds_add_user_meta_to_frame(frame, meta)
        twin = buffer.copy_deep()
        third = twin.copy_deep()
        del buffer, twin, third, copy, release
    # The last ones given stay, for copies that nothing else is known of.
    other = pyds.nvds_create_batch_meta(1)
    set_plain(pyds.nvds_acquire_user_meta_from_pool(other), None, None)
    assert [function() for function in kept] == 4 * [None]
    pyds.nvds_destroy_batch_meta(other)


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


WITH_FUNCTIONS = """
import pyds
batch = pyds.nvds_create_batch_meta(1)
meta = pyds.nvds_acquire_user_meta_from_pool(batch)
pyds.user_releasefunc(meta, lambda data, user: print("released"))
pyds.user_copyfunc(meta, lambda data, user: data)
pyds.nvds_add_user_meta_to_batch(batch, meta)
"""
# Ends while streaming threads copy and release metas.
IN_A_PIPELINE = """
import threading
import gi
gi.require_version("Gst", "1.0")
from gi.repository import Gst
import pyds
Gst.init(None)
pipeline = Gst.parse_launch(
    "videotestsrc ! video/x-raw,format=I420,width=64,height=48 ! nvvideoconvert "
    "! video/x-raw(memory:NVMM),format=RGBA ! m.sink_0 nvstreammux name=m batch-size=1 width=64 "
    "height=48 ! tee name=t t. ! queue ! fakesink async=false "
    "t. ! queue ! nvdsosd ! fakesink async=false"
)
copies, enough = [], threading.Event()
def copy(data, user_data):
    copies.append(1)
    if len(copies) > 50:
        enough.set()
    return pyds.alloc_nvds_person_object()
def release(data, user_data):
    pyds.free_gbuffer(pyds.NvDsUserMeta.cast(data).user_meta_data)
def attach(pad, info):
    batch = pyds.gst_buffer_get_nvds_batch_meta(info.get_buffer())
    meta = pyds.nvds_acquire_user_meta_from_pool(batch)
    meta.user_meta_data = pyds.alloc_nvds_person_object()
    pyds.user_copyfunc(meta, copy)
    pyds.user_releasefunc(meta, release)
    pyds.nvds_add_user_meta_to_batch(batch, meta)
    obj = pyds.nvds_acquire_obj_meta_from_pool(batch)
    obj.rect_params.width = obj.rect_params.height = obj.rect_params.border_width = 9
    frame = pyds.NvDsFrameMeta.cast(batch.frame_meta_list.data)
    pyds.nvds_add_obj_meta_to_frame(frame, obj, None)
    return Gst.PadProbeReturn.OK
probed = pipeline.get_by_name("t").get_static_pad("sink")
probed.add_probe(Gst.PadProbeType.BUFFER, attach)
pipeline.set_state(Gst.State.PLAYING)
assert enough.wait(30)
"""


def check_end(program: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "")


def test_a_process_with_functions_ends() -> None:
    check_end(WITH_FUNCTIONS)


def test_a_process_ends_while_its_pipeline_calls_functions(needs_elements: None) -> None:
    check_end(IN_A_PIPELINE)


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


OBJECTS = {
    "NVDS_OBJECT_TYPE_VEHICLE": (pyds.alloc_nvds_vehicle_object, pyds.NvDsVehicleObject, "make"),
    "NVDS_OBJECT_TYPE_PERSON": (pyds.alloc_nvds_person_object, pyds.NvDsPersonObject, "apparel"),
    "NVDS_OBJECT_TYPE_FACE": (pyds.alloc_nvds_face_object, pyds.NvDsFaceObject, "eyecolor"),
}


@pytest.mark.parametrize("kind", OBJECTS)
def test_objects_of_event_messages(kind: str, new_buffer: Callable[[], Any]) -> None:
    allocate, cast, field = OBJECTS[kind]
    buffer = new_buffer()
    batch, frame = first_frame(buffer)
    meta = pyds.nvds_acquire_user_meta_from_pool(batch)
    event, obj = pyds.alloc_nvds_event_msg_meta(meta), allocate()
    setattr(obj, field, "text")
    event.objType = getattr(pyds, kind)
    event.extMsg, event.extMsgSize = obj, sys.getsizeof(cast)
    numbers = pyds.alloc_buffer(2 * 8)
    ctypes.memmove(numbers, (ctypes.c_double * 2)(0.25, 0.5), 16)
    event.objSignature.signature, event.objSignature.size = numbers, 2
    meta.user_meta_data, meta.base_meta.meta_type = event, pyds.NVDS_EVENT_MSG_META
    pyds.nvds_add_user_meta_to_frame(frame, meta)
    twin = buffer.copy_deep()
    del buffer
    _, frame = first_frame(twin)
    copied = pyds.NvDsEventMsgMeta.cast(
        pyds.NvDsUserMeta.cast(frame.frame_user_meta_list.data).user_meta_data
    )
    assert copied.objType == getattr(pyds, kind)
    about = cast.cast(copied.extMsg)
    assert pyds.get_string(getattr(about, field)) == "text"
    assert (copied.objSignature.signature, copied.objSignature.size) == (0.25, 2)
    del twin
    for gone in (copied, about):
        with pytest.raises(ReferenceError):
            pyds.get_ptr(gone)


def test_an_object_of_a_programs_own_kind(new_buffer: Callable[[], Any]) -> None:
    """Without extMsgSize it is not looked at; with it, a block that pyds made is copied whole."""
    for size, length in ((0, 0), (1, 5)):
        buffer = new_buffer()
        batch, frame = first_frame(buffer)
        meta = pyds.nvds_acquire_user_meta_from_pool(batch)
        event = pyds.alloc_nvds_event_msg_meta(meta)
        block = pyds.alloc_buffer(24)
        ctypes.memmove(block, b"hello", 5)
        event.objType = pyds.NVDS_OBJECT_TYPE_CUSTOM
        event.extMsg, event.extMsgSize = pyds.CustomDataStruct.cast(block), size
        meta.user_meta_data = event
        pyds.nvds_add_user_meta_to_frame(frame, meta)
        twin = buffer.copy_deep()
        del buffer
        _, frame = first_frame(twin)
        copied = pyds.NvDsEventMsgMeta.cast(
            pyds.NvDsUserMeta.cast(frame.frame_user_meta_list.data).user_meta_data
        )
        assert (copied.extMsg is None, copied.extMsgSize) == (not size, size)
        assert length == 0 or pyds.get_string(pyds.get_ptr(copied.extMsg)) == "hello"


def test_functions_in_the_style_of_old_programs(new_buffer: Callable[[], Any]) -> None:
    """Up to pyds 1.1.8 programs copied and freed event messages themselves, field by field."""
    live: list[Any] = []

    def copy(data: Any, user_data: Any) -> Any:
        source = pyds.NvDsEventMsgMeta.cast(pyds.NvDsUserMeta.cast(data).user_meta_data)
        # The size of the Python class, which is not that of the struct.
        address = pyds.memdup(pyds.get_ptr(source), sys.getsizeof(pyds.NvDsEventMsgMeta))
        made = pyds.NvDsEventMsgMeta.cast(address)
        made.ts = pyds.memdup(source.ts, 33)
        made.sensorStr = pyds.get_string(source.sensorStr)
        if source.objSignature.size > 0:
            made.objSignature.signature = pyds.memdup(source.objSignature.signature, 8)
        if source.extMsgSize > 0 and source.objType == pyds.NVDS_OBJECT_TYPE_VEHICLE:
            car, twin = pyds.NvDsVehicleObject.cast(source.extMsg), pyds.alloc_nvds_vehicle_object()
            twin.type, twin.license = pyds.get_string(car.type), pyds.get_string(car.license)
            made.extMsg, made.extMsgSize = twin, sys.getsizeof(pyds.NvDsVehicleObject)
        live.append(made)
        return made

    def release(data: Any, user_data: Any) -> None:
        event = pyds.NvDsEventMsgMeta.cast(pyds.NvDsUserMeta.cast(data).user_meta_data)
        pyds.free_buffer(event.ts)
        pyds.free_buffer(event.sensorStr)
        if event.objSignature.size > 0:
            pyds.free_buffer(event.objSignature.signature)
            event.objSignature.size = 0
        if event.extMsgSize > 0:
            car = pyds.NvDsVehicleObject.cast(event.extMsg)
            for text in (car.type, car.license):
                pyds.free_buffer(text)
            pyds.free_gbuffer(event.extMsg)
            event.extMsgSize = 0
        live.remove(event)

    buffer = new_buffer()
    batch, frame = first_frame(buffer)
    event, car = pyds.alloc_nvds_event_msg_meta(), pyds.alloc_nvds_vehicle_object()
    event.ts = pyds.alloc_buffer(33)
    pyds.generate_ts_rfc3339(event.ts, 32)
    event.sensorStr, car.type, car.license = "sensor-0", "sedan", "XX1234"
    event.extMsg, event.extMsgSize = car, sys.getsizeof(pyds.NvDsVehicleObject)
    meta = pyds.nvds_acquire_user_meta_from_pool(batch)
    meta.user_meta_data, meta.base_meta.meta_type = event, pyds.NVDS_EVENT_MSG_META
    set_old(meta, copy, release)
    pyds.nvds_add_user_meta_to_frame(frame, meta)
    live.append(event)
    stamp = pyds.get_string(event.ts)

    twin = buffer.copy_deep()
    third = twin.copy_deep()
    del buffer, twin
    _, frame = first_frame(third)
    copied = pyds.NvDsEventMsgMeta.cast(
        pyds.NvDsUserMeta.cast(frame.frame_user_meta_list.data).user_meta_data
    )
    assert live == [copied]
    about = pyds.NvDsVehicleObject.cast(copied.extMsg)
    texts = (copied.ts, copied.sensorStr, about.type, about.license)
    assert [pyds.get_string(text) for text in texts] == [stamp, "sensor-0", "sedan", "XX1234"]
    del third
    assert live == []


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


def test_custom_struct_helpers(new_buffer: Callable[[], Any]) -> None:
    """As functions of a meta that has no hooks of its own, and called directly."""
    buffer = new_buffer()
    batch, frame = first_frame(buffer)
    meta = pyds.nvds_acquire_user_meta_from_pool(batch)
    custom = pyds.alloc_custom_struct(meta)
    custom.structId, custom.message = 7, "hello"
    meta.user_meta_data = custom
    pyds.user_copyfunc(meta, pyds.copy_custom_struct)
    pyds.user_releasefunc(meta, pyds.release_custom_struct)
    pyds.nvds_add_user_meta_to_frame(frame, meta)
    twin = buffer.copy_deep()
    _, copied_frame = first_frame(twin)
    found = pyds.NvDsUserMeta.cast(copied_frame.frame_user_meta_list.data)
    copied = pyds.CustomDataStruct.cast(found.user_meta_data)
    assert (copied.structId, pyds.get_string(copied.message)) == (7, "hello")
    assert copied.message != custom.message
    del twin
    with pytest.raises(ReferenceError):
        _ = copied.structId

    again = pyds.copy_custom_struct(meta, None)
    assert again.structId == 7
    pyds.release_custom_struct(frame.frame_user_meta_list.data)
    assert meta.user_meta_data is None
    with pytest.raises(ReferenceError):
        _ = custom.structId
    assert pyds.copy_custom_struct(meta) is None
    pyds.release_custom_struct(data=meta, user_data=None)
    assert again.structId == 7
    pyds.free_gbuffer(again)
    for wrong in (None, 5, "x", frame, again.__class__()):
        for function in (pyds.copy_custom_struct, pyds.release_custom_struct):
            with pytest.raises(TypeError, match=rf"^{function.__name__}\.data: expected "):
                function(wrong)
