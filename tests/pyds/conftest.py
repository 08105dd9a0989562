"""Metadata for the tests: a batch by itself, a filled one, and one on a Gst.Buffer."""

from __future__ import annotations

import contextlib
import ctypes
import os
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

import pyds

OVER_DEEPSTREAM = os.environ.get("THALWEG_RUNTIME") == "deepstream"
ADDRESS = ctypes.c_void_p


def library(name: str) -> ctypes.CDLL:
    """The metadata library that pyds runs over."""
    return ctypes.CDLL(None if OVER_DEEPSTREAM else name, mode=os.RTLD_LAZY)


@pytest.fixture
def needs_slots() -> None:
    """Skips over NVIDIA's libraries, which cannot say that a meta is gone."""
    if OVER_DEEPSTREAM:
        pytest.skip("needs the generations of Thalweg's metadata library")


@pytest.fixture
def needs_elements() -> None:
    """Skips over NVIDIA's libraries, which Thalweg's elements do not run over, and without gi."""
    if OVER_DEEPSTREAM:
        pytest.skip("needs Thalweg's elements")
    import gi  # noqa: F401


@pytest.fixture
def batch() -> Iterator[Any]:
    """An empty batch meta for two frames."""
    meta = pyds.nvds_create_batch_meta(2)
    yield meta
    pyds.nvds_destroy_batch_meta(meta)


def fill(batch: Any) -> SimpleNamespace:
    """Two frames of two objects; `.frames`, `.objects` (of the first frame) and `.batch`."""
    frames = []
    for index in range(2):
        frame = pyds.nvds_acquire_frame_meta_from_pool(batch)
        frame.frame_num, frame.source_id, frame.batch_id = 100 + index, index, index
        frame.source_frame_width, frame.source_frame_height = 1920, 1080
        pyds.nvds_add_frame_meta_to_batch(batch, frame)
        frames.append(frame)
    objects = []
    for frame in frames:
        for number in range(2):
            obj = pyds.nvds_acquire_obj_meta_from_pool(batch)
            obj.class_id, obj.object_id = number, 1000 * frame.source_id + number
            obj.obj_label, obj.confidence = ("person", "car")[number], 0.5
            pyds.nvds_add_obj_meta_to_frame(frame, obj, None)
            objects.append(obj)
    return SimpleNamespace(batch=batch, frames=frames, objects=objects)


@pytest.fixture
def tree(batch: Any) -> SimpleNamespace:
    """A batch with two frames of two objects."""
    return fill(batch)


@pytest.fixture
def new_tree() -> Iterator[Callable[[], SimpleNamespace]]:
    """new_tree(): a filled batch, given back at the end if it still lives."""
    batches: list[Any] = []

    def make() -> SimpleNamespace:
        batches.append(pyds.nvds_create_batch_meta(2))
        return fill(batches[-1])

    yield make
    for batch in batches:
        with contextlib.suppress(ReferenceError):
            pyds.nvds_destroy_batch_meta(batch)


@pytest.fixture
def new_buffer() -> Callable[[], Any]:
    """new_buffer(): a Gst.Buffer that carries a filled batch meta."""
    from gi.repository import Gst

    meta, gst = library("libnvds_meta.so"), library("libnvdsgst_meta.so")
    create = meta.nvds_create_batch_meta
    create.restype, create.argtypes = ADDRESS, [ctypes.c_uint]
    add = gst.gst_buffer_add_nvds_meta
    add.restype, add.argtypes = ADDRESS, [ADDRESS] * 5

    def function(name: str) -> int:
        return ctypes.cast(getattr(meta, name), ADDRESS).value or 0

    def make() -> Any:
        buffer = Gst.Buffer.new_allocate(None, 64, None)
        address = create(2)
        attached = add(
            hash(buffer),
            address,
            None,
            function("nvds_batch_meta_copy_func"),
            function("nvds_batch_meta_release_func"),
        )
        pyds.NvDsMeta.cast(attached).meta_type = pyds.GstNvDsMetaType.NVDS_BATCH_GST_META
        batch = pyds.gst_buffer_get_nvds_batch_meta(buffer)
        batch.max_frames_in_batch = 2  # NVIDIA's copy makes its pools of this size
        fill(batch)
        return buffer

    return make


def block_size(address: int) -> int:
    """Bytes of the heap block at an address; at least as many as were asked for."""
    usable = ctypes.CDLL(None).malloc_usable_size
    usable.argtypes, usable.restype = [ADDRESS], ctypes.c_size_t
    return int(usable(address))


def is_live(address: int) -> bool:
    """Whether a live block of pyds begins there, which is freed then."""
    try:
        pyds.free_buffer(address)
    except ValueError:
        return False
    return True


def elements(node: Any, cast: Callable[[Any], Any]) -> list[Any]:
    """The metas of a GList, walked as programs do."""
    found = []
    while node is not None:
        found.append(cast(node.data))
        node = node.next
    return found
