"""The stub is what the module has, and mypy accepts programs that are written against it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import numpy

import pyds

def copy(data: object, user_data: None) -> pyds.CustomDataStruct:
    return pyds.CustomDataStruct.cast(pyds.get_ptr(data))

def probe(buffer: object) -> int:
    batch = pyds.gst_buffer_get_nvds_batch_meta(hash(buffer))
    if not batch:
        return 0
    count = 0
    l_frame = batch.frame_meta_list
    while l_frame is not None:
        frame = pyds.NvDsFrameMeta.cast(l_frame.data)
        l_obj = frame.obj_meta_list
        while l_obj is not None:
            obj = pyds.NvDsObjectMeta.cast(l_obj.data)
            count += obj.class_id
            obj.rect_params.border_color.set(0.0, 0.0, 1.0, 0.8)
            obj.obj_label = obj.obj_label + "!"
            obj.base_meta.meta_type = 5
            obj.rect_params.border_width = numpy.int32(3)
            obj.confidence = numpy.float32(0.5)
            obj.rect_params.left = 3
            l_obj = l_obj.next
        display = pyds.nvds_acquire_display_meta_from_pool(batch)
        display.num_labels = 1
        text = display.text_params[0]
        text.display_text = "Frame Number={}".format(frame.frame_num)
        text.font_params.font_name = "Serif"
        text.text_bg_clr.set(0.0, 0.0, 0.0, 1.0)
        for line in display.line_params:
            line.x1 = 5
        halves: list[pyds.NvOSD_RectParams] = display.rect_params[:8]
        boxes: pyds.StructArray[pyds.NvOSD_RectParams] = display.rect_params
        print(len(halves), boxes.index(halves[0]))
        meta = pyds.nvds_acquire_user_meta_from_pool(batch)
        meta.user_meta_data = pyds.alloc_custom_struct(user_meta=meta)
        pyds.user_copyfunc(meta, copy)
        pyds.user_releasefunc(meta, lambda data, user_data: pyds.free_gbuffer(data))
        print(pyds.get_string(text.display_text))
        pyds.nvds_add_display_meta_to_frame(frame, display)
        l_frame = l_frame.next
    return count
"""
WRONG = {
    'pyds.NvDsFrameMeta.cast("x")': "CapsuleType | Struct | int | None",
    "obj.rect_params.border_width = 1.5": "SupportsIndex",
    "pyds.user_copyfunc(obj, None)": "NvDsUserMeta",
    'obj.class_id = "x"': "str",
    "obj.class_idd = 1": "no attribute",
    "obj.class_id = None": "None",
    "pyds.nvds_add_obj_meta_to_frame(obj, obj, None)": "incompatible type",
}


def test_the_stub_is_current(root: Path) -> None:
    pytest.importorskip("nanobind")
    # In a process of its own: pickling and copying leave attributes on classes.
    ended = subprocess.run(
        [sys.executable, root / "src/pyds/make_stub.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr


def check(root: Path, tmp_path: Path, program: str) -> subprocess.CompletedProcess[str]:
    file = tmp_path / "program.py"
    file.write_text(program)
    return subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path), str(file)],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={"MYPYPATH": str(root / "python"), "PATH": "/usr/bin:/bin"},
    )


def test_mypy_accepts_a_probe(root: Path, tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    ended = check(root, tmp_path, PROGRAM)
    assert ended.returncode == 0, ended.stdout


def test_mypy_finds_mistakes(root: Path, tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    lines = "\n".join(f"    {line}" for line in WRONG)
    ended = check(
        root, tmp_path, f"import pyds\n\ndef f(obj: pyds.NvDsObjectMeta) -> None:\n{lines}\n"
    )
    errors = [line for line in ended.stdout.splitlines() if ": error:" in line]
    assert len(errors) == len(WRONG), ended.stdout
    for error, words in zip(errors, WRONG.values(), strict=True):
        assert words in error
