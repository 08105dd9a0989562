"""The functions of NvBufSurface over pictures in host memory."""

from __future__ import annotations

import ctypes
import os
from typing import Any

import numpy as np
import pytest

import pyds

pytestmark = pytest.mark.skipif(
    os.environ.get("THALWEG_RUNTIME") == "deepstream", reason="needs Thalweg's surfaces"
)
RGBA = pyds.NvBufSurfaceColorFormat.NVBUF_COLOR_FORMAT_RGBA


def params(width: int, height: int) -> Any:
    """Python cannot fill them in, as it never could: C can."""
    made = pyds.NvBufSurfaceCreateParams()
    numbers = (ctypes.c_uint32 * 8)(0, width, height, 0, 0, int(RGBA), 0, 0)
    ctypes.memmove(pyds.get_ptr(made), numbers, 32)
    assert (made.width, made.height, made.colorFormat) == (width, height, RGBA)
    return made


@pytest.fixture
def surface() -> Any:
    """Two pictures of 16 x 8."""
    made = pyds.NvBufSurface()
    assert pyds.NvBufSurfaceCreate(made, 2, params(16, 8)) == 0
    yield made
    pyds.NvBufSurfaceDestroy(made)


def pixels(surface: Any) -> np.ndarray[Any, Any]:
    """The first picture."""
    first = surface.surfaceList
    size = first.pitch * first.height
    data = (ctypes.c_uint8 * size).from_address(pyds.get_ptr(first.dataPtr))
    return np.frombuffer(data, np.uint8).reshape(first.height, first.pitch)[:, : first.width * 4]


def test_create_and_destroy(surface: Any) -> None:
    assert (surface.batchSize, surface.numFilled) == (2, 0)
    assert surface.memType is pyds.NVBUF_MEM_SYSTEM
    first = surface.surfaceList
    assert (first.width, first.height, first.colorFormat) == (16, 8, RGBA)
    assert first.planeParams.num_planes == 1
    assert first.planeParams.width.tolist() == [16, 0, 0, 0]
    assert (first.paramex, first.cudaBuffer) == (None, None)
    with pytest.raises(
        ValueError, match=r"^NvBufSurfaceCreate\.surf: expected an NvBufSurface\(\)"
    ):
        pyds.NvBufSurfaceCreate(surface, 2, params(16, 8))
    assert pyds.NvBufSurfaceDestroy(surf=surface) == 0
    assert surface.surfaceList is None
    assert pyds.NvBufSurfaceDestroy(surface) == -1
    # It can be used again.
    assert pyds.NvBufSurfaceCreate(surf=surface, batchSize=1, params=params(4, 4)) == 0
    assert surface.batchSize == 1
    empty = pyds.NvBufSurface()
    assert pyds.NvBufSurfaceCreate(empty, 1, pyds.NvBufSurfaceCreateParams()) == -1
    assert pyds.NvBufSurfaceCreate(empty, 0, params(4, 4)) == -1
    assert empty.surfaceList is None


def test_set_and_copy(surface: Any) -> None:
    assert pyds.NvBufSurfaceMemSet(surf=surface, index=-1, plane=-1, value=7) == 0
    assert set(pixels(surface).flat) == {7}
    other = pyds.NvBufSurface()
    pyds.NvBufSurfaceCreate(other, 2, params(16, 8))
    assert pyds.NvBufSurfaceMemSet(other, 0, 0, 9) == 0
    assert pyds.NvBufSurfaceCopy(srcSurf=other, dstSurf=surface) == 0
    assert set(pixels(surface).flat) == {9}
    small = pyds.NvBufSurface()
    pyds.NvBufSurfaceCreate(small, 2, params(4, 4))
    assert pyds.NvBufSurfaceCopy(surface, small) == -1
    for made in (other, small):
        assert pyds.NvBufSurfaceDestroy(made) == 0
    with pytest.raises(TypeError, match=r"^NvBufSurfaceMemSet\.value: expected int from 0 to 255"):
        pyds.NvBufSurfaceMemSet(surface, 0, 0, 256)
    assert pyds.NvBufSurfaceMemSet(surface, 5, 0, 1) == -1
    assert pyds.NvBufSurfaceMemSet(surface, 0, 5, 1) == -1


def test_map_and_sync(surface: Any) -> None:
    first = surface.surfaceList
    assert first.mappedAddr.addr.tolist() == [0, 0, 0, 0]
    read_write = pyds.NvBufSurfaceMemMapFlags.NVBUF_MAP_READ_WRITE
    assert pyds.NvBufSurfaceMap(surf=surface, index=0, plane=0, type=read_write) == 0
    assert first.mappedAddr.addr[0] == pyds.get_ptr(first.dataPtr)
    assert pyds.NvBufSurfaceSyncForCpu(surf=surface, index=0, plane=0) == 0
    assert pyds.NvBufSurfaceSyncForDevice(surf=surface, index=0, plane=-1) == 0
    assert pyds.NvBufSurfaceUnMap(surf=surface, index=0, plane=0) == 0
    assert first.mappedAddr.addr[0] == 0
    assert pyds.NvBufSurfaceMap(surface, 0, -1, 0) == 0  # ints do as well
    assert pyds.NvBufSurfaceMap(surface, 9, 0, read_write) == -1
    for wrong in ("x", None, 1.0, pyds.NVBUF_LAYOUT_PITCH):
        with pytest.raises(
            TypeError, match=r"^NvBufSurfaceMap\.type: expected NvBufSurfaceMemMapFlags or int"
        ):
            pyds.NvBufSurfaceMap(surface, 0, 0, wrong)
    assert (first.mappedAddr.eglImage, first.mappedAddr.nvmmPtr) == (None, None)


def test_what_needs_other_memory(surface: Any) -> None:
    assert pyds.NvBufSurfaceMapEglImage(surf=surface, index=0) == -1
    place = pyds.alloc_buffer(8)
    new = ctypes.pythonapi.PyCapsule_New
    new.restype = ctypes.py_object
    new.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
    assert pyds.NvBufSurfaceFromFd(dmabuf=3, buffer=new(place, None, None)) == -1
    assert pyds.NvBufSurfaceFromFd(3, None) == -1
    pyds.free_buffer(place)


def test_a_surface_in_foreign_memory() -> None:
    """As a program gets it from a mapped buffer: cast from an address."""
    data = (ctypes.c_uint8 * (64 * 4))()
    picture = (ctypes.c_uint8 * 416)()
    numbers = (ctypes.c_uint32 * 5)(8, 4, 64, int(RGBA), 0)
    ctypes.memmove(picture, numbers, 20)
    ctypes.memmove(ctypes.addressof(picture) + 40, (ctypes.c_void_p * 1)(ctypes.addressof(data)), 8)
    whole = (ctypes.c_uint8 * 72)()
    ctypes.memmove(whole, (ctypes.c_uint32 * 5)(0, 1, 1, 0, 3), 20)
    ctypes.memmove(
        ctypes.addressof(whole) + 24, (ctypes.c_void_p * 1)(ctypes.addressof(picture)), 8
    )
    surface = pyds.NvBufSurface.cast(ctypes.addressof(whole))
    assert (surface.batchSize, surface.numFilled, surface.gpuId) == (1, 1, 0)
    assert (surface.isContiguous, surface.isImportedBuf) == (False, False)
    assert surface.memType is pyds.NVBUF_MEM_CUDA_UNIFIED
    assert (surface.surfaceList.width, surface.surfaceList.pitch) == (8, 64)
    # Without planes there is nothing to set or to map.
    assert pyds.NvBufSurfaceMemSet(surface, 0, 0, 1) == -1
    assert pyds.NvBufSurfaceDestroy(surface) == -1
    for name in ("batchSize", "numFilled", "memType", "surfaceList"):
        with pytest.raises(AttributeError):
            setattr(surface, name, getattr(surface, name))
