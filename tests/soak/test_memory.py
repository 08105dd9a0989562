"""Nothing grows over many batches: resident memory, and the blocks that are allocated."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOAK = bool(os.environ.get("THALWEG_SOAK"))
BATCHES = 100_000 if SOAK else 4_000

# Batches with everything in them that programs put there, some of them copied.
WORK = """
import gc, sys
from pathlib import Path
import gi
gi.require_version("Gst", "1.0")
from gi.repository import Gst
Gst.init(None)
import pyds
from thalweg.testing import Detection, Frame, make_buffer

FRAMES = [Frame(frame_num=n, source_id=n, objects=[
    Detection(class_id=0, label="person", confidence=0.5, xyxy=(1, 2, 3, 4), track_id=k)
    for k in range(2)]) for n in range(2)]
BIG = "x" * 200

def work(number):
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
        own, lambda data, user: pyds.free_gbuffer(pyds.NvDsUserMeta.cast(data).user_meta_data))
    pyds.nvds_add_user_meta_to_batch(batch, own)
    if number % 4 == 0:
        buffer.copy_deep()

def run(batches):
    for number in range(batches):
        work(number)
    gc.collect()
"""


def run(program: str, **environment: str) -> list[int]:
    done = subprocess.run(
        [sys.executable, "-c", WORK + program],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return [int(number) for number in done.stdout.split()]


def test_resident_memory_stays_flat() -> None:
    """Less than 1 MB after a warm-up."""
    (grown,) = run(
        f"""
def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096
run({BATCHES // 10})
before = resident()
run({BATCHES})
print(resident() - before)
"""
    )
    print(f"{BATCHES} batches: resident memory grew by {grown} bytes")
    assert grown < 1_000_000


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library that counts the heap's blocks, to be loaded before all others."""
    source = Path(__file__).with_name("count_blocks.c")
    path = tmp_path_factory.mktemp("counter") / "count_blocks.so"
    command = ["gcc", "-O2", "-shared", "-fPIC", "-Wall", "-Werror", "-o", path, source]
    subprocess.run(command, check=True)
    return path


def test_every_block_is_released(counter: Path) -> None:
    """Of the heap's blocks, Python's own among them, none is left by the second half."""
    batches = BATCHES // 4
    live, allocated = run(
        f"""
import ctypes
blocks = ctypes.CDLL(None)
blocks.live_blocks.restype = blocks.allocated_blocks.restype = ctypes.c_long
run({batches})
live, allocated = blocks.live_blocks(), blocks.allocated_blocks()
run({batches})
print(blocks.live_blocks() - live, blocks.allocated_blocks() - allocated)
""",
        LD_PRELOAD=str(counter),
        PYTHONMALLOC="malloc",
        G_SLICE="always-malloc",
    )
    print(f"{batches} batches: {allocated} blocks allocated, {live} more are live")
    assert allocated > 50 * batches
    assert abs(live) < 250  # pyds frees the last ones late, and the interpreter has caches
