"""Pixels of a frame as a NumPy array."""

from __future__ import annotations

import gc
import os
from typing import Any

import numpy as np
import pytest

import pyds

pytestmark = pytest.mark.skipif(
    os.environ.get("THALWEG_RUNTIME") == "deepstream", reason="needs Thalweg's elements"
)


def one_buffer(play: Any, caps: str, probe: Any) -> None:
    """Plays two frames through the muxer and a converter, and calls probe(buffer) on the first."""
    from gi.repository import Gst

    pipeline = Gst.parse_launch(
        "nvstreammux name=m batch-size=1 width=64 height=48 ! "
        f"nvvideoconvert ! {caps} ! identity name=probe ! fakesink "
        "videotestsrc num-buffers=2 pattern=red ! video/x-raw,format=I420,width=64,height=48 ! "
        "nvvideoconvert ! video/x-raw(memory:NVMM),format=NV12 ! m.sink_0"
    )
    seen: list[int] = []
    failed: list[BaseException] = []

    def on_buffer(pad: Any, info: Any) -> Any:
        try:
            if not seen:
                probe(info.get_buffer())
        except BaseException as error:
            failed.append(error)
        seen.append(1)
        return Gst.PadProbeReturn.OK

    pipeline.get_by_name("probe").get_static_pad("sink").add_probe(
        Gst.PadProbeType.BUFFER, on_buffer
    )
    played = play(pipeline)
    if failed:
        raise failed[0]
    assert played.eos, played.error + played.debug
    assert seen


def test_a_frame_is_a_writable_view(play: Any) -> None:
    kept: list[Any] = []

    def probe(buffer: Any) -> None:
        array = pyds.get_nvds_buf_surface(hash(buffer), 0)
        assert (array.shape, array.dtype, array.flags.writeable) == ((48, 64, 4), np.uint8, True)
        red, green, blue, alpha = (int(v) for v in array[24, 32])
        assert red > 200 > 60 > green, array[24, 32]
        assert blue < 60
        assert alpha == 255
        array[0, 0] = [9, 8, 7, 6]
        again = pyds.get_nvds_buf_surface(gst_buffer=buffer, batchID=0)
        assert again[0, 0].tolist() == [9, 8, 7, 6]
        for wrong in (1, 5):
            with pytest.raises(
                IndexError, match=r"^get_nvds_buf_surface\.batchID: expected 0 to 0"
            ):
                pyds.get_nvds_buf_surface(hash(buffer), wrong)
        with pytest.raises(TypeError, match=r"^get_nvds_buf_surface\.batchID: expected int from 0"):
            pyds.get_nvds_buf_surface(hash(buffer), -1)
        pyds.unmap_nvds_buf_surface(hash(buffer), 0)
        dtype, shape, strides, _, size = pyds.get_nvds_buf_surface_gpu(hash(buffer), 0)
        assert (dtype, shape, strides[1:]) == (np.dtype("uint8"), (48, 64, 4), (4, 1))
        assert size >= 48 * 64 * 4
        kept.append(array)

    one_buffer(play, "video/x-raw(memory:NVMM),format=RGBA", probe)
    gc.collect()
    # The pipeline is gone, and the pixels are still there.
    assert kept[0][0, 0].tolist() == [9, 8, 7, 6]
    assert kept[0].sum() > 0


def test_other_formats_are_refused(play: Any) -> None:
    def probe(buffer: Any) -> None:
        with pytest.raises(RuntimeError, match=r"only support RGBA/RGB color Format.*capsfilter"):
            pyds.get_nvds_buf_surface(hash(buffer), 0)

    one_buffer(play, "video/x-raw(memory:NVMM),format=NV12", probe)


def test_a_buffer_without_surfaces() -> None:
    from gi.repository import Gst

    buffer = Gst.Buffer.new_allocate(None, 64, None)
    with pytest.raises(RuntimeError, match=r"^get_nvds_buf_surface: "):
        pyds.get_nvds_buf_surface(hash(buffer), 0)
    for wrong in (0, "x", None):
        with pytest.raises(TypeError, match=r"^get_nvds_buf_surface\.gst_buffer: expected Gst\.B"):
            pyds.get_nvds_buf_surface(wrong, 0)
