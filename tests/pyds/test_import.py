"""Importing pyds: before and after Gst.init, without GStreamer, quickly."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import pyds

BEFORE = """
import pyds
import gi
gi.require_version("Gst", "1.0")
from gi.repository import Gst
Gst.init(None)
"""
AFTER = """
import gi
gi.require_version("Gst", "1.0")
from gi.repository import Gst
Gst.init(None)
import pyds
"""


def run(program: str, **environment: str) -> str:
    ended = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, **environment},
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr == ""
    return ended.stdout.strip()


@pytest.mark.parametrize("order", [BEFORE, AFTER])
def test_the_elements_are_found(order: str) -> None:
    names = run(f"{order}\nprint(Gst.ElementFactory.find('nvstreammux').get_name())")
    assert names == "nvstreammux"


def test_without_gstreamer_or_numpy() -> None:
    program = """
import sys, ctypes, os
import pyds
library = ctypes.CDLL("libgstreamer-1.0.so.0", mode=os.RTLD_NOLOAD)
print(library.gst_is_initialized(), "numpy" in sys.modules, "gi" in sys.modules)
"""
    assert run(program) == "0 False False"


def test_it_is_fast() -> None:
    """Less than 60 ms after gi; the best of five, since other programs run on the machine too."""
    program = """
import time
import gi
gi.require_version("Gst", "1.0")
from gi.repository import Gst
start = time.process_time()
import pyds
print(time.process_time() - start)
"""
    assert min(float(run(program)) for _ in range(5)) < 0.060


def test_runtime_of_another_vendor_that_is_missing() -> None:
    program = """
import os
os.environ["THALWEG_RUNTIME"] = "deepstream"
os.environ["THALWEG_DEEPSTREAM_LIBS"] = "/nowhere"
try:
    import pyds
except ImportError as error:
    print(error)
"""
    text = run(program)
    assert text.startswith("THALWEG_RUNTIME=deepstream: cannot load /nowhere/libnvds_meta.so")
    assert text.endswith("or unset THALWEG_RUNTIME")


def copy_of_the_package(folder: Path, renamed: dict[bytes, bytes]) -> Path:
    """Copies pyds and thalweg's Python files, with names inside the compiled module replaced."""
    source = Path(pyds.__file__).parent
    ignored = shutil.ignore_patterns("__pycache__", "gst", "models", "apps")
    for name in ("pyds", "thalweg"):
        shutil.copytree(source.parent / name, folder / name, ignore=ignored)
    module = folder / "pyds/_pyds.abi3.so"
    content = module.read_bytes()
    for old, new in renamed.items():
        assert old in content
        content = content.replace(old, new)
    module.write_bytes(content)
    return folder


def import_error(folder: Path, before: str = "") -> str:
    program = f"""
import sys
sys.path.insert(0, {str(folder)!r})
{before}
try:
    import pyds
except ImportError as error:
    print(error)
"""
    return run(program)


def test_a_library_of_the_system_that_is_missing(tmp_path: Path) -> None:
    folder = copy_of_the_package(tmp_path, {b"libgstreamer-1.0.so.0": b"libgstreamer-1.0.so.9"})
    text = import_error(folder)
    assert text.startswith("pyds cannot be loaded: libgstreamer-1.0.so.9: cannot open shared obj")
    assert text.endswith(
        ": a library of the system is missing; on Debian: apt-get install libgstreamer1.0-0 "
        "libgstreamer-plugins-base1.0-0 libyuv0"
    )


def test_a_library_of_thalweg_that_is_missing(tmp_path: Path) -> None:
    folder = copy_of_the_package(tmp_path, {b"libnvds_meta.so": b"libnvds_nono.so"})
    text = import_error(folder)
    assert text.startswith("pyds cannot be loaded: libnvds_nono.so: cannot open shared object")
    assert text.endswith(
        "reinstall thalweg with its dependencies: pip install --force-reinstall thalweg"
    )


def test_without_nanobinds_backend() -> None:
    text = import_error(Path("/nowhere"), "sys.modules['nanobind_backend'] = None")
    assert text.startswith("pyds cannot be loaded: ")
    assert "nanobind" in text
    assert text.endswith(
        "reinstall thalweg with its dependencies: pip install --force-reinstall thalweg"
    )


def test_without_the_compiled_module(tmp_path: Path) -> None:
    folder = copy_of_the_package(tmp_path, {})
    (folder / "pyds/_pyds.abi3.so").unlink()
    text = import_error(folder)
    version = ".".join(map(str, sys.version_info[:2]))
    assert text == (
        "pyds cannot be loaded: No module named 'pyds._pyds': its compiled part, _pyds.abi3.so, "
        f"is not beside {folder}/pyds/_missing.py or not for Python {version}: reinstall thalweg, "
        "or run ./dev setup in a checkout and use ./dev shell"
    )


def test_nothing_is_leaked_at_exit() -> None:
    """nanobind reports instances, types and functions that are left when the interpreter ends."""
    program = """
import pyds
batch = pyds.nvds_create_batch_meta(2)
frame = pyds.nvds_acquire_frame_meta_from_pool(batch)
pyds.nvds_add_frame_meta_to_batch(batch, frame)
kept = [pyds.nvds_acquire_obj_meta_from_pool(batch).rect_params.border_color for _ in range(9)]
node = batch.frame_meta_list
display = pyds.nvds_acquire_display_meta_from_pool(batch).text_params
meta = pyds.nvds_acquire_user_meta_from_pool(batch)
pyds.user_copyfunc(meta, lambda data, user: data)
view = frame.misc_frame_info
"""
    assert run(program, THALWEG_LEAK_WARNINGS="1") == ""


def test_what_a_probe_keeps_is_not_reported_at_exit() -> None:
    """Nobody frees a pipeline's probes at the end of a program; that is no reason to complain."""
    program = f"""{AFTER}
kept = []
def probe(pad, info):
    kept.append(pyds.NvOSD_RectParams())
    return Gst.PadProbeReturn.OK
pipeline = Gst.parse_launch("fakesrc num-buffers=1 ! identity name=i ! fakesink")
pad = pipeline.get_by_name("i").get_static_pad("src")
pad.add_probe(Gst.PadProbeType.BUFFER, probe)
pipeline.set_state(Gst.State.PLAYING)
pipeline.get_bus().timed_pop_filtered(Gst.CLOCK_TIME_NONE, Gst.MessageType.EOS)
pipeline.set_state(Gst.State.NULL)
print(len(kept))
"""
    assert run(program) == "1"
