"""Puts NVIDIA's own metadata libraries under `pyds`: ``THALWEG_RUNTIME=deepstream``, for tests."""

from __future__ import annotations

import ctypes
import importlib.util
import os
from pathlib import Path

_NAMES = ("libnvds_meta.so", "libnvdsgst_meta.so")


def folder() -> Path:
    """Where they are: ``THALWEG_DEEPSTREAM_LIBS``, the PyPI package's, or DeepStream's own."""
    named = os.environ.get("THALWEG_DEEPSTREAM_LIBS")
    if named:
        return Path(named)
    try:
        package = importlib.util.find_spec("nvidia.deepstream_videodecode")
    except ModuleNotFoundError:
        package = None
    if package and package.submodule_search_locations:
        return Path(package.submodule_search_locations[0]) / "_libs"
    return Path("/opt/nvidia/deepstream/deepstream/lib")


def load() -> None:
    """Loads them so that their functions come before Thalweg's of the same names.

    Raises `ImportError` naming the folder where a library is missing.
    """
    for name in _NAMES:
        path = folder() / name
        try:
            ctypes.CDLL(str(path), mode=os.RTLD_GLOBAL | os.RTLD_NOW)
        except OSError as error:
            raise ImportError(
                f"THALWEG_RUNTIME=deepstream: cannot load {path} ({error}); set "
                "THALWEG_DEEPSTREAM_LIBS to the folder of NVIDIA's libraries, or unset "
                "THALWEG_RUNTIME"
            ) from error
