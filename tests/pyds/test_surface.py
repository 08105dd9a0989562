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


def test_rgb(play: Any) -> None:
    def probe(buffer: Any) -> None:
        array = pyds.get_nvds_buf_surface(hash(buffer), 0)
        assert array.shape == (48, 64, 3)
        red, green, blue = (int(v) for v in array[24, 32])
        assert red > 200 > 60 > max(green, blue)

    one_buffer(play, "video/x-raw(memory:NVMM),format=RGB", probe)


def test_other_formats_are_refused(play: Any) -> None:
    def probe(buffer: Any) -> None:
        for function, name, formats in (
            (pyds.get_nvds_buf_surface, "get_nvds_buf_Surface", "RGBA/RGB"),
            (pyds.get_nvds_buf_surface_gpu, "get_nvds_buf_surface_gpu", "RGB/RGBA"),
        ):
            with pytest.raises(RuntimeError) as caught:
                function(hash(buffer), 0)
            assert str(caught.value) == (
                f"{name}: Currently we only support {formats} color Format; this frame's is "
                "NvBufSurfaceColorFormat.NVBUF_COLOR_FORMAT_NV12. Put nvvideoconvert and a "
                "capsfilter with video/x-raw(memory:NVMM), format=RGBA before the probe"
            )

    one_buffer(play, "video/x-raw(memory:NVMM),format=NV12", probe)


def test_ending_a_map_that_never_began(play: Any) -> None:
    """Programs call it often, seldom, or not at all."""

    def probe(buffer: Any) -> None:
        pyds.unmap_nvds_buf_surface(hash(buffer), 0)
        array = pyds.get_nvds_buf_surface(hash(buffer), 0)
        array[0, 0] = [1, 2, 3, 4]
        for _ in range(2):
            pyds.unmap_nvds_buf_surface(buffer, 0)
        assert array[0, 0].tolist() == [1, 2, 3, 4]
        with pytest.raises(IndexError, match=r"^unmap_nvds_buf_surface\.batchID: expected 0 to 0"):
            pyds.unmap_nvds_buf_surface(hash(buffer), 1)
        with pytest.raises(IndexError, match=r"^get_nvds_buf_surface_gpu\.batchID: expected 0 to"):
            pyds.get_nvds_buf_surface_gpu(hash(buffer), 1)

    one_buffer(play, "video/x-raw(memory:NVMM),format=RGBA", probe)


CLIP = "filesrc location={clip} ! qtdemux ! h264parse ! nvv4l2decoder ! identity eos-after=8 ! "
RGBA = "nvvideoconvert ! video/x-raw(memory:NVMM),format=RGBA"


def downstream(play: Any, description: str, draw: Any) -> dict[str, list[np.ndarray]]:
    """Plays the pipeline; the pixels at each appsink. draw(buffer, arrays) is called in a probe on
    the element `probe` with the writable arrays of the buffer's frames."""
    from gi.repository import Gst

    pipeline = Gst.parse_launch(description)
    seen: dict[str, list[np.ndarray]] = {}
    failed: list[BaseException] = []

    def on_buffer(pad: Any, info: Any) -> Any:
        buffer = info.get_buffer()
        try:
            batch = pyds.gst_buffer_get_nvds_batch_meta(hash(buffer))
            arrays = []
            node = batch.frame_meta_list
            while node is not None:
                frame = pyds.NvDsFrameMeta.cast(node.data)
                arrays.append(pyds.get_nvds_buf_surface(hash(buffer), frame.batch_id))
                node = node.next
            draw(buffer, arrays)
        except BaseException as error:
            failed.append(error)
        return Gst.PadProbeReturn.OK

    def on_sample(sink: Any) -> Any:
        sample = sink.emit("pull-sample")
        caps, buffer = sample.get_caps().get_structure(0), sample.get_buffer()
        shape = caps.get_value("height"), caps.get_value("width"), 4
        pixels = np.frombuffer(buffer.extract_dup(0, buffer.get_size()), np.uint8)
        seen.setdefault(sink.get_name(), []).append(pixels.reshape(shape))
        return Gst.FlowReturn.OK

    probed = pipeline.get_by_name("probe")
    probed.get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, on_buffer)
    sinks = pipeline.iterate_sinks()
    while (found := sinks.next())[0] == Gst.IteratorResult.OK:
        if found[1].find_property("emit-signals"):
            found[1].connect("new-sample", on_sample)
    played = play(pipeline)
    if failed:
        raise failed[0]
    assert played.eos, played.error + played.debug
    return seen


TO_SINK = "nvvideoconvert ! video/x-raw,format=RGBA ! appsink sync=false emit-signals=true name="


def test_what_a_probe_draws_is_seen_downstream(play: Any, clip: Any) -> None:
    """A square in every frame of the clip, drawn through two arrays of the same frame; the rest of
    the picture is the one without it."""
    copies: list[np.ndarray] = []

    def draw(buffer: Any, arrays: list[np.ndarray]) -> None:
        (array,) = arrays
        assert array.shape == (576, 768, 4)
        copies.append(np.array(array, copy=True, order="C"))
        array[100:140, 200:240] = [255, 0, 255, 255]
        again = pyds.get_nvds_buf_surface(hash(buffer), 0)
        assert np.shares_memory(array, again)
        again[300:310] //= 2
        array[300:310, :, 3] = 255
        pyds.unmap_nvds_buf_surface(hash(buffer), 0)

    seen = downstream(
        play,
        CLIP.format(clip=clip) + "mux.sink_0 nvstreammux name=mux batch-size=1 width=768 height=576"
        f" ! {RGBA} ! identity name=probe ! {TO_SINK}end",
        draw,
    )["end"]
    assert len(seen) == len(copies) >= 8
    for pixels, before in zip(seen, copies, strict=True):
        assert np.all(pixels[100:140, 200:240] == [255, 0, 255, 255])
        assert np.all(pixels[300:310, :, :3] == before[300:310, :, :3] // 2)
        rest = np.ones(pixels.shape[:2], bool)
        rest[100:140, 200:240] = rest[300:310] = False
        assert np.array_equal(pixels[rest], before[rest])
    assert not np.array_equal(copies[0], copies[-1]), "the clip moves"


def test_the_other_branch_of_a_tee_keeps_its_pixels(play: Any, clip: Any) -> None:
    """A branch that converts has a picture of its own; a probe there leaves the other one alone."""

    def draw(buffer: Any, arrays: list[np.ndarray]) -> None:
        arrays[0][:] = 77

    seen = downstream(
        play,
        CLIP.format(clip=clip) + "mux.sink_0 nvstreammux name=mux batch-size=1 width=768 height=576"
        f" ! tee name=t t. ! queue ! {RGBA} ! identity name=probe ! {TO_SINK}drawn async=false"
        f" t. ! queue ! {TO_SINK}plain async=false",
        draw,
    )
    assert len(seen["drawn"]) == len(seen["plain"]) >= 8
    for drawn, plain in zip(seen["drawn"], seen["plain"], strict=True):
        assert np.all(drawn == 77)
        assert plain[..., :3].std() > 20


def test_branches_that_change_nothing_share_their_pixels(play: Any, clip: Any) -> None:
    """As in the original: a tee hands out one buffer, so what one probe writes is there for all.
    The branches run in one thread here, the one with the probe first."""

    def draw(buffer: Any, arrays: list[np.ndarray]) -> None:
        arrays[0][:] = 77

    seen = downstream(
        play,
        CLIP.format(clip=clip) + "mux.sink_0 nvstreammux name=mux batch-size=1 width=768 height=576"
        f" ! {RGBA} ! tee name=t t. ! fakesink name=probe async=false"
        f" t. ! {TO_SINK}plain async=false",
        draw,
    )
    assert len(seen["plain"]) >= 8
    assert all(np.all(pixels == 77) for pixels in seen["plain"])


def test_each_frame_of_a_batch_has_an_array(play: Any, clip: Any) -> None:
    """The arrays of all frames are good at the same time, and later."""
    kept: list[list[np.ndarray]] = []

    def draw(buffer: Any, arrays: list[np.ndarray]) -> None:
        assert len(arrays) == 2
        assert not np.shares_memory(*arrays)
        # The second source is the clip, turned by 180 degrees.
        turned = arrays[1][::-1, ::-1, :3].astype(int)
        assert abs(turned - arrays[0][..., :3]).mean() < 4
        for number, array in enumerate(arrays):
            array[0, 0] = 10 + number
        kept.append(arrays)

    downstream(
        play,
        CLIP.format(clip=clip) + "mux.sink_0 nvstreammux name=mux batch-size=2 width=768 height=576"
        f" batched-push-timeout=-1 ! {RGBA} ! identity name=probe ! fakesink "
        + CLIP.format(clip=clip)
        + "nvvideoconvert flip-method=2 ! mux.sink_1",
        draw,
    )
    gc.collect()
    assert len(kept) >= 8
    for arrays in kept:
        assert [array[0, 0].tolist() for array in arrays] == [4 * [10], 4 * [11]]


def test_a_buffer_without_surfaces() -> None:
    from gi.repository import Gst

    buffer = Gst.Buffer.new_allocate(None, 64, None)
    with pytest.raises(RuntimeError, match=r"^get_nvds_buf_surface: "):
        pyds.get_nvds_buf_surface(hash(buffer), 0)
    for wrong in (0, "x", None):
        with pytest.raises(TypeError, match=r"^get_nvds_buf_surface\.gst_buffer: expected Gst\.B"):
            pyds.get_nvds_buf_surface(wrong, 0)
