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
from thalweg.testing import Detection, Frame, add_frame, make_buffer

OVER_DEEPSTREAM = os.environ.get("THALWEG_RUNTIME") == "deepstream"

# Two frames of two objects.
FRAMES = [
    Frame(
        frame_num=100 + source_id,
        source_id=source_id,
        objects=[
            Detection(
                class_id=number,
                label=("person", "car")[number],
                confidence=0.5,
                xyxy=(0, 0, 0, 0),
                track_id=1000 * source_id + number,
                text="",
            )
            for number in range(2)
        ],
    )
    for source_id in range(2)
]


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
    """Adds FRAMES; `.frames`, `.objects` (of all frames, in their order) and `.batch`."""
    frames = [add_frame(batch, frame) for frame in FRAMES]
    objects = [
        obj
        for frame in frames
        for obj in reversed(elements(frame.obj_meta_list, pyds.NvDsObjectMeta.cast))
    ]
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
    return lambda: make_buffer(FRAMES)


def block_size(address: int) -> int:
    """Bytes of the heap block at an address; at least as many as were asked for."""
    usable = ctypes.CDLL(None).malloc_usable_size
    usable.argtypes, usable.restype = [ctypes.c_void_p], ctypes.c_size_t
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
