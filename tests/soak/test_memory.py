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

WORK = """
import gc
from pathlib import Path
import gi
gi.require_version("Gst", "1.0")
from gi.repository import Gst
Gst.init(None)
from full_batch import make_and_drop

def run(batches):
    for number in range(batches):
        make_and_drop(copied=number % 4 == 0)
    gc.collect()
"""


def run(program: str, **environment: str) -> list[int]:
    path = os.pathsep.join([str(ROOT / "tests/pyds"), os.environ["PYTHONPATH"]])
    done = subprocess.run(
        [sys.executable, "-c", WORK + program],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": path, **environment},
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
