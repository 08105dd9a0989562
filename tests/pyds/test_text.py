"""The families of strings, and the functions on addresses."""

from __future__ import annotations

import calendar
import ctypes
import re
import time
from typing import Any

import numpy as np
import pytest

import pyds

from .conftest import is_live

# Texts that read as an address: the class, how a test gets one, the fields.
ADDRESS_TEXTS = {
    "NvDsVehicleObject": (
        pyds.alloc_nvds_vehicle_object,
        ("type", "make", "model", "color", "region", "license"),
    ),
    "NvDsPersonObject": (pyds.alloc_nvds_person_object, ("gender", "hair", "cap", "apparel")),
    "NvDsFaceObject": (
        pyds.alloc_nvds_face_object,
        ("gender", "hair", "cap", "glasses", "facialhair", "name", "eyecolor"),
    ),
    "NvDsEventMsgMeta": (
        pyds.alloc_nvds_event_msg_meta,
        ("objectId", "sensorStr", "otherAttrs", "videoPath"),
    ),
    "NvOSD_TextParams": (pyds.NvOSD_TextParams, ("display_text",)),
    "CustomDataStruct": (pyds.CustomDataStruct, ("message",)),
}
FIELDS = [(name, field) for name, (_, fields) in ADDRESS_TEXTS.items() for field in fields]


def test_there_are_23_of_them() -> None:
    assert len(FIELDS) == 23


@pytest.mark.parametrize(("name", "field"), FIELDS)
def test_a_text_that_reads_as_an_address(name: str, field: str) -> None:
    owner = ADDRESS_TEXTS[name][0]()
    assert type(getattr(owner, field)) is int
    assert getattr(owner, field) == 0
    assert pyds.get_string(getattr(owner, field)) is None
    for given, read in (
        ("one", "one"),
        ("two is longer", "two is longer"),
        ("", ""),
        ("héllo 中 😀", "héllo 中 😀"),
        ("ab\0cd", "ab"),
        (b"bytes", "bytes"),
        (bytearray(b"more"), "more"),
    ):
        before = getattr(owner, field)
        setattr(owner, field, given)
        assert pyds.get_string(getattr(owner, field)) == read
        assert before in (0, getattr(owner, field)) or not is_live(before), "the old text leaks"
    for wrong in (None, 3, 1.5, "\ud800", []):
        with pytest.raises(TypeError, match=rf"^{name}\.{field}: expected str"):
            setattr(owner, field, wrong)
    assert pyds.get_string(getattr(owner, field)) == "more"
    # Its own text back, as programs do that add to it.
    setattr(owner, field, pyds.get_string(getattr(owner, field)) + "!")
    assert pyds.get_string(getattr(owner, field)) == "more!"
    # Freed by the program: the field says so, and can be set again.
    pyds.free_buffer(getattr(owner, field))
    assert getattr(owner, field) == 0
    setattr(owner, field, "last")
    address = getattr(owner, field)
    assert pyds.get_string(address) == "last"
    for other in ADDRESS_TEXTS[name][1]:
        assert other == field or getattr(owner, other) == 0
    if name in ("NvOSD_TextParams", "CustomDataStruct"):  # a struct of Python's own
        del owner
        assert not is_live(address)
    else:
        pyds.free_gbuffer(owner)


def test_display_text(tree: Any) -> None:
    text = tree.objects[0].text_params
    assert text.display_text == 0
    text.display_text = "x" * 1_000_000
    assert pyds.get_string(text.display_text) == "x" * 1_000_000


def test_display_text_of_a_copied_struct_belongs_to_the_copy(tree: Any) -> None:
    text = pyds.NvOSD_TextParams()
    text.display_text = "shared"
    first, second = tree.objects[0], tree.objects[1]
    first.text_params = text
    assert first.text_params.display_text == text.display_text
    second.text_params = text
    assert second.text_params.display_text != text.display_text
    del text
    assert pyds.get_string(first.text_params.display_text) == "shared"
    second.text_params = first.text_params
    first.text_params.display_text = "changed"
    assert pyds.get_string(second.text_params.display_text) == "shared"


def test_free_buffer_clears_the_field(tree: Any) -> None:
    text = tree.objects[0].text_params
    text.display_text = "one"
    address = text.display_text
    pyds.free_buffer(address)
    assert text.display_text == 0
    with pytest.raises(
        ValueError, match=r"^free_buffer\.buffer: 0x\w+ is not a live block of pyds"
    ):
        pyds.free_buffer(address)
    text.display_text = "two"
    assert pyds.get_string(text.display_text) == "two"


def test_labels_are_cut_and_terminated(tree: Any) -> None:
    obj = tree.objects[0]
    obj.obj_label = "motorcycle"
    obj.obj_label = "car"
    assert obj.obj_label == "car"
    obj.obj_label = b"bytes-ok"
    assert obj.obj_label == "bytes-ok"
    obj.obj_label = ""
    assert obj.obj_label == ""
    before = obj.classifier_meta_list
    for length in (127, 128, 300):
        obj.obj_label = "z" * length
        assert obj.obj_label == "z" * 127
    obj.obj_label = "z" * 126 + "é"
    assert obj.obj_label == "z" * 126
    obj.obj_label = "ab"
    assert ctypes.string_at(pyds.get_ptr(obj) + 344, 128) == b"ab".ljust(128, b"\0")
    assert obj.classifier_meta_list is before
    for wrong in (None, 3):
        with pytest.raises(TypeError, match=r"^NvDsObjectMeta\.obj_label: expected str"):
            obj.obj_label = wrong


@pytest.mark.parametrize(
    ("kind", "whole", "field", "size"),
    [
        (pyds.NvDsObjectMeta, 552, "obj_label", 128),
        (pyds.NvDsLabelInfo, 200, "result_label", 128),
        (pyds.NvDsTargetMiscDataObject, 160, "objLabel", 128),
        (pyds.NvDsObjEncUsrArgs, 1048, "fileNameImg", 1024),
    ],
)
def test_every_char_array_is_bounded_and_terminated(
    kind: Any, whole: int, field: str, size: int
) -> None:
    owner = kind()
    address = pyds.get_ptr(owner)
    before = ctypes.string_at(address, whole)
    setattr(owner, field, "x" * (size + 200))
    assert getattr(owner, field) == "x" * (size - 1)
    after = ctypes.string_at(address, whole)
    start = after.index(b"x")
    changed = {i for i, (old, new) in enumerate(zip(before, after, strict=True)) if old != new}
    assert changed == set(range(start, start + size - 1))
    setattr(owner, field, "car")
    assert getattr(owner, field) == "car"
    assert ctypes.string_at(address + start, size) == b"car".ljust(size, b"\0")
    setattr(owner, field, "ab\0cd")
    assert getattr(owner, field) == "ab"


def test_a_label_that_is_not_utf8_does_not_raise(tree: Any) -> None:
    ctypes.memmove(pyds.get_ptr(tree.objects[0]) + 344, b"\xff\xfeab\0", 5)
    assert tree.objects[0].obj_label == "\ufffd\ufffdab"


def test_font_names_are_shared(tree: Any) -> None:
    font = tree.objects[0].text_params.font_params
    assert font.font_name == 0
    font.font_name = "Serif"
    address = font.font_name
    assert pyds.get_string(address) == "Serif"
    font.font_name = "Arial"
    font.font_name = "Serif"
    assert font.font_name == address
    with pytest.raises(ValueError, match="not a live block"):
        pyds.free_buffer(address)
    for wrong in (None, 5):
        with pytest.raises(TypeError, match=r"^NvOSD_FontParams\.font_name: expected str"):
            font.font_name = wrong


DECODED = [
    (pyds.NvDsLabelInfo, "pResult_label"),
    *((pyds.NvDsVehicleObjectExt, f) for f in ADDRESS_TEXTS["NvDsVehicleObject"][1]),
    *((pyds.NvDsPersonObjectExt, f) for f in ADDRESS_TEXTS["NvDsPersonObject"][1]),
    *((pyds.NvDsFaceObjectWithExt, f) for f in ADDRESS_TEXTS["NvDsFaceObject"][1]),
]


@pytest.mark.parametrize(("kind", "field"), DECODED)
def test_a_text_that_reads_as_str(kind: Any, field: str) -> None:
    """The original keeps a pointer into a temporary; here the struct has a copy of its own."""
    owner = kind()
    assert getattr(owner, field) is None
    for text in ("a long label", "", "héllo 😀"):
        setattr(owner, field, str(text))
        assert getattr(owner, field) == text
    setattr(owner, field, None)
    assert getattr(owner, field) is None
    for wrong in (5, 1.5, []):
        with pytest.raises(TypeError, match=rf"^{kind.__name__}\.{field}: expected str"):
            setattr(owner, field, wrong)


@pytest.mark.parametrize("wrong", [None, "x", -1, 1.0])
def test_get_string_refuses_what_is_no_address(wrong: object) -> None:
    with pytest.raises(TypeError, match=r"^get_string\.ptr: expected int"):
        pyds.get_string(wrong)


def test_get_string_refuses_a_struct(tree: Any) -> None:
    with pytest.raises(TypeError, match=r"^get_string\.ptr: expected int"):
        pyds.get_string(tree.objects[0])


@pytest.mark.parametrize("wild", [8, 2**46, 2**63])
def test_wild_addresses_raise(wild: int) -> None:
    for function in (pyds.get_string, pyds.free_buffer, pyds.strdup, pyds.strdup2str):
        with pytest.raises(ValueError, match=function.__name__):
            function(wild)
    with pytest.raises(ValueError, match="memdup"):
        pyds.memdup(wild, 8)
    with pytest.raises(ValueError, match="generate_ts_rfc3339"):
        pyds.generate_ts_rfc3339(wild, 32)


def test_get_string_reads_foreign_text_and_checks_it() -> None:
    text = ctypes.create_string_buffer("né".encode())
    assert pyds.get_string(ctypes.addressof(text)) == "né"
    assert pyds.get_string(ptr=0) is None
    text = ctypes.create_string_buffer(b"\xff")
    with pytest.raises(UnicodeDecodeError):
        pyds.get_string(ctypes.addressof(text))


def test_buffers() -> None:
    assert pyds.alloc_buffer(0) == 0
    block = pyds.alloc_buffer(np.int64(32))
    assert type(block) is int
    assert ctypes.string_at(block, 32) == bytes(32)
    assert pyds.get_string(np.uint64(block)) == ""
    pyds.free_buffer(np.uint64(block))
    pyds.free_buffer(0)
    with pytest.raises(ValueError, match="nothing was freed"):
        pyds.free_buffer(block)
    for wrong in (-1, 1.5, None, np.float64(8)):
        with pytest.raises(TypeError, match=r"^alloc_buffer\.size: expected int"):
            pyds.alloc_buffer(wrong)
    with pytest.raises(MemoryError):
        pyds.alloc_buffer(2**62)
    with pytest.raises(TypeError):
        pyds.free_buffer(None)
    pyds.free_buffer(pyds.alloc_char_buffer(8))


def test_free_gbuffer_ends_the_wrappers() -> None:
    vehicle = pyds.alloc_nvds_vehicle_object()
    pyds.free_gbuffer(vehicle)
    with pytest.raises(ReferenceError, match=r"^NvDsVehicleObject: its memory was given back"):
        _ = vehicle.type
    with pytest.raises(ReferenceError):
        pyds.free_gbuffer(vehicle)
    pyds.free_gbuffer(None)
    with pytest.raises(TypeError, match=r"^free_gbuffer\.buffer: expected capsule"):
        pyds.free_gbuffer(5)


def test_duplicates() -> None:
    text = pyds.NvOSD_TextParams()
    text.display_text = "twice"
    address = pyds.strdup(text.display_text)
    assert address != text.display_text
    assert pyds.strdup2str(address) == "twice"
    assert pyds.strdup(0) == 0
    assert pyds.strdup2str(0) == ""
    assert pyds.memdup(0, 8) == 0
    pyds.free_buffer(address)


def test_memdup_copies_all_of_a_known_block() -> None:
    event = pyds.alloc_nvds_event_msg_meta()
    event.visibility = 0.5
    twin = pyds.NvDsEventMsgMeta.cast(pyds.memdup(pyds.get_ptr(event), 100))
    assert twin.visibility == 0.5
    twin.visibility = 0.25
    assert event.visibility == 0.5
    pyds.free_gbuffer(event)
    pyds.free_gbuffer(twin)


def test_timestamp() -> None:
    block = pyds.alloc_buffer(64)
    pyds.generate_ts_rfc3339(block, 64)
    stamp = pyds.get_string(block)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", stamp)
    written = calendar.timegm(time.strptime(stamp[:19], "%Y-%m-%dT%H:%M:%S"))
    assert abs(time.time() - written) < 60
    pyds.free_buffer(block)


@pytest.mark.parametrize("room", [0, 1, 2, 11, 24, 25, 26, 40])
def test_a_timestamp_keeps_to_its_room(room: int) -> None:
    """The text with its terminator needs 25 bytes; the original writes them whatever the room."""
    block = pyds.alloc_buffer(64)
    ctypes.memset(block, ord("Q"), 48)
    pyds.generate_ts_rfc3339(buffer=block, size=room)
    used = min(room, 25)
    assert ctypes.string_at(block + used, 48 - used) == b"Q" * (48 - used)
    if room:
        assert len(pyds.get_string(block)) == used - 1
    pyds.free_buffer(block)
    # A block that pyds made is not overrun even where `size` says more than it has.
    if room:
        small = pyds.alloc_buffer(room)
        pyds.generate_ts_rfc3339(small, 1000)
        assert len(pyds.get_string(small)) == used - 1
        pyds.free_buffer(small)


def test_a_timestamp_in_memory_of_somebody_else() -> None:
    memory = ctypes.create_string_buffer(b"Q" * 63)
    pyds.generate_ts_rfc3339(ctypes.addressof(memory), 30)
    assert len(memory.value) == 24
    assert memory.raw[25:63] == b"Q" * 38


def test_a_timestamp_refuses_what_is_no_buffer() -> None:
    for wrong in (None, "x", -1, 1.5):
        with pytest.raises(TypeError, match=r"^generate_ts_rfc3339\.buffer: expected int address"):
            pyds.generate_ts_rfc3339(wrong, 32)
    block = pyds.alloc_buffer(32)
    for wrong in (None, "x", -1, 1.5):
        with pytest.raises(TypeError, match=r"^generate_ts_rfc3339\.size: expected int"):
            pyds.generate_ts_rfc3339(block, wrong)
    pyds.free_buffer(block)
    with pytest.raises(ValueError, match=r"\.buffer: expected the address of a buffer, got 0x0$"):
        pyds.generate_ts_rfc3339(0, 32)


def test_get_detections() -> None:
    values = (ctypes.c_float * 3)(1.5, 2.5, 3.5)
    layer = pyds.GList()
    new = ctypes.pythonapi.PyCapsule_New
    new.restype, new.argtypes = (
        ctypes.py_object,
        [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p],
    )
    layer.data = new(ctypes.addressof(values), None, None)
    assert [pyds.get_detections(layer.data, i) for i in range(3)] == [1.5, 2.5, 3.5]
    with pytest.raises(IndexError, match="get_detections"):
        pyds.get_detections(None, 0)
