"""The alloc_* functions: what they give, who owns it, when it ends."""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Callable
from typing import Any

import pytest

import pyds

from .conftest import block_size


@pytest.fixture
def carrier(batch: Any) -> Any:
    """A user meta of a batch."""
    return pyds.nvds_acquire_user_meta_from_pool(batch)


# Each allocator with its class; those of the second group are told which user meta carries it.
PLAIN: dict[str, type[Any]] = {
    "alloc_nvds_vehicle_object": pyds.NvDsVehicleObject,
    "alloc_nvds_person_object": pyds.NvDsPersonObject,
    "alloc_nvds_face_object": pyds.NvDsFaceObject,
    "alloc_nvds_event": pyds.NvDsEvent,
    "alloc_nvds_payload": pyds.NvDsPayload,
    "alloc_nvds_event_msg_meta": pyds.NvDsEventMsgMeta,
}
CARRIED: dict[str, type[Any]] = {
    "alloc_nvds_event_msg_meta": pyds.NvDsEventMsgMeta,
    "alloc_custom_struct": pyds.CustomDataStruct,
}
ALL = [(name, kind, False) for name, kind in PLAIN.items()] + [
    (name, kind, True) for name, kind in CARRIED.items()
]


@pytest.mark.parametrize(("name", "kind", "carried"), ALL)
def test_a_struct(name: str, kind: type[Any], carried: bool, carrier: Any) -> None:
    allocate: Callable[..., Any] = getattr(pyds, name)
    made = allocate(carrier) if carried else allocate()
    assert type(made) is kind
    address = pyds.get_ptr(made)
    size = block_size(address)
    assert ctypes.string_at(address, size) == bytes(size)
    assert carrier.user_meta_data is None, "the program makes it the payload"
    # It is not Python's: it stays when the wrapper goes.
    del made
    gc.collect()
    again = kind.cast(address)
    assert pyds.get_ptr(again) == address
    pyds.free_gbuffer(again)
    with pytest.raises(ReferenceError, match=rf"^{kind.__name__}: its memory was given back"):
        pyds.get_ptr(again)
    with pytest.raises(ValueError, match=r"^free_buffer\.buffer: .* nothing was freed$"):
        pyds.free_buffer(address)


@pytest.mark.parametrize(("name", "kind"), CARRIED.items())
def test_the_carrier_frees_its_payload(
    name: str, kind: type[Any], new_buffer: Callable[[], Any]
) -> None:
    buffer = new_buffer()
    batch = pyds.gst_buffer_get_nvds_batch_meta(buffer)
    carrier = pyds.nvds_acquire_user_meta_from_pool(batch)
    payload = getattr(pyds, name)(carrier)
    carrier.user_meta_data = payload
    pyds.nvds_add_user_meta_to_batch(batch, carrier)
    twin = buffer.copy_deep()
    node = pyds.gst_buffer_get_nvds_batch_meta(twin).batch_user_meta_list
    copied = kind.cast(pyds.NvDsUserMeta.cast(node.data).user_meta_data)
    assert copied is not payload
    del buffer
    with pytest.raises(ReferenceError):
        pyds.get_ptr(payload)
    assert pyds.get_ptr(copied)
    del twin
    with pytest.raises(ReferenceError):
        pyds.get_ptr(copied)


@pytest.mark.parametrize("cleared", [True, False])
@pytest.mark.parametrize("name", CARRIED)
def test_a_payload_that_the_program_freed_is_not_freed_again(
    name: str, cleared: bool, new_buffer: Callable[[], Any]
) -> None:
    buffer = new_buffer()
    batch = pyds.gst_buffer_get_nvds_batch_meta(buffer)
    carrier = pyds.nvds_acquire_user_meta_from_pool(batch)
    payload = getattr(pyds, name)(carrier)
    carrier.user_meta_data = payload
    pyds.nvds_add_user_meta_to_batch(batch, carrier)
    pyds.free_gbuffer(payload)
    if cleared:
        carrier.user_meta_data = None
    del buffer


def test_a_wrong_carrier(batch: Any) -> None:
    for allocate in (pyds.alloc_nvds_event_msg_meta, pyds.alloc_custom_struct):
        for wrong in (batch, 5, "x"):
            with pytest.raises(TypeError):
                allocate(wrong)


@pytest.mark.parametrize("allocate", [pyds.alloc_buffer, pyds.alloc_char_buffer])
def test_a_buffer(allocate: Callable[[int], int]) -> None:
    block = allocate(32)
    assert ctypes.string_at(block, 32) == bytes(32)
    twin = pyds.memdup(block, 32)
    ctypes.memset(block, ord("a"), 31)
    assert pyds.get_string(block) == 31 * "a"
    assert pyds.get_string(twin) == ""
    pyds.free_buffer(block)
    pyds.free_buffer(twin)
    with pytest.raises(ValueError, match="not a live block of pyds"):
        pyds.free_buffer(block)


def test_a_buffer_without_a_terminator_is_read_to_its_end() -> None:
    block = pyds.alloc_buffer(8)
    ctypes.memset(block, ord("a"), 8)
    assert pyds.get_string(block) == 8 * "a"
    assert pyds.strdup2str(block) == 8 * "a"
    copy = pyds.strdup(block)
    assert pyds.get_string(copy) == 8 * "a"
    pyds.free_buffer(copy)
    pyds.free_buffer(block)
