"""Small experiments, each a title and a session in probes.md, and what they give here.

Where the original crashes, hangs, leaks or garbles, the session shows what happens instead; the
rest is as in the original.
"""

from __future__ import annotations

import ctypes
import doctest
import gc
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pyds

from .conftest import elements

SESSIONS = dict(
    re.findall(
        r"^## (.+?)\n+```\n(.*?)^```",
        (Path(__file__).parent / "probes.md").read_text(),
        re.MULTILINE | re.DOTALL,
    )
)
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def new_capsule(address: int) -> Any:
    """What pyds calls a capsule."""
    new = ctypes.pythonapi.PyCapsule_New
    new.restype = ctypes.py_object
    new.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
    return new(address, None, None)


@pytest.mark.parametrize("title", SESSIONS)
def test_session(title: str, new_buffer: Callable[[], Any], needs_slots: None) -> None:
    from gi.repository import Gst

    buffer = new_buffer()
    batch = pyds.gst_buffer_get_nvds_batch_meta(hash(buffer))
    frame = pyds.NvDsFrameMeta.cast(batch.frame_meta_list.data)
    names = {
        "pyds": pyds,
        "np": np,
        "gc": gc,
        "ctypes": ctypes,
        "Gst": Gst,
        "buffer": buffer,
        "batch": batch,
        "frame": frame,
        "obj": pyds.NvDsObjectMeta.cast(frame.obj_meta_list.data),
        "objects": lambda frame: elements(frame.obj_meta_list, pyds.NvDsObjectMeta.cast),
        "capsule": new_capsule,
        "peek": ctypes.string_at,
        "poke": lambda address, data: ctypes.memmove(address, data, len(data)) and None,
        "int_like": type("IntLike", (), {"__index__": lambda self: 8}),
    }
    session = doctest.DocTestParser().get_doctest(SESSIONS[title], names, title, None, 0)
    del buffer, batch, frame, names  # a session can drop what only it holds
    report: list[str] = []
    failed, ran = doctest.DocTestRunner(optionflags=FLAGS).run(session, out=report.append)
    assert ran > 0
    assert not failed, "".join(report)


def test_no_session_is_lost() -> None:
    text = (Path(__file__).parent / "probes.md").read_text()
    assert len(SESSIONS) == len(re.findall(r"^## ", text, re.MULTILINE)) > 40
