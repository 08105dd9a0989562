"""Pictures of frames in plain memory: from the buffer alone, or by its caps."""

from __future__ import annotations

import contextlib
import gc
import threading
from collections.abc import Callable
from typing import Any

import gi
import numpy as np
import numpy.typing as npt
import pytest

gi.require_version("Gst", "1.0")
from gi.repository import GObject, Gst

from thalweg import meta

from .test_images import (  # noqa: F401
    bikes,
    check_readers_of_a_buffer_that_goes,
    difference,
    probed,
    rgba_of_nv12,
    run,
)

Image = npt.NDArray[np.uint8]
Layouts = ("RGB", "BGR", "RGBA", "BGRA", "GRAY", "NV12")


def bare(info: Any) -> Any:
    """A copy of a probe's buffer, as an element makes it that says nothing of pixels."""
    buffer = info.get_buffer().copy_deep()
    assert buffer.remove_meta(buffer.get_meta(GObject.type_from_name("GstVideoMetaAPI")))
    return buffer


@pytest.mark.parametrize("form", ["I420", "NV12", "RGBA"])
def test_pictures_are_those_of_nvmm(bikes: Callable[..., str], form: str) -> None:  # noqa: F811
    """Of a width whose rows have gaps; also in another thread, behind a queue."""
    before: dict[int, dict[Any, Image]] = {}
    seen: list[tuple[str, int]] = []

    def pictures(frame: meta.Frame) -> dict[Any, Image]:
        images: dict[Any, Image] = {name: frame.image(name) for name in Layouts}  # type: ignore[arg-type]
        images["crop"] = next(iter(frame.objects)).crop()
        images["GRAY crop"] = next(iter(frame.objects)).crop("GRAY")
        return images

    def nvmm(batch: meta.Batch) -> None:
        frame = batch.frames[0]
        frame.add((20, 30, 121, 99), class_id=0)
        before[frame.number] = pictures(frame)

    def look(place: str) -> Callable[[meta.Batch], None]:
        def call(batch: meta.Batch) -> None:
            frame = batch.frames[0]
            seen.append((place, frame.number))
            for name, image in pictures(frame).items():
                assert image.flags.c_contiguous, name
                assert image.flags.writeable, name
                assert (image == before[frame.number][name]).all(), name

        return call

    run(
        Gst.parse_launch(
            f"{bikes(3)} ! nvvideoconvert ! "
            f"video/x-raw(memory:NVMM),format={form},width=322,height=138 ! identity name=nvmm ! "
            f"nvvideoconvert ! video/x-raw,format={form} ! identity name=here ! queue ! "
            "fakesink name=end"
        ),
        nvmm=nvmm,
        here=look("here"),
        end=look("end"),
    )
    assert sorted(seen) == [(place, n) for place in ("end", "here") for n in range(3)]


@pytest.mark.parametrize("form", ["BGRx", "RGB", "BGR", "GRAY8", "UYVY", "YUY2"])
def test_formats_that_only_system_memory_has_here(
    bikes: Callable[..., str],  # noqa: F811
    form: str,
) -> None:
    before: list[Image] = []
    after: list[Image] = []
    run(
        Gst.parse_launch(
            f"{bikes(2)} ! identity name=nvmm ! nvvideoconvert ! "
            f"video/x-raw,format={form},width=640,height=272 ! fakesink name=end"
        ),
        nvmm=lambda batch: before.append(batch.frames[0].image()),
        end=lambda batch: after.append(batch.frames[0].image()),
    )
    assert len(after) == 2
    for image, rgb in zip(after, before, strict=True):
        if form == "GRAY8":
            assert (image[..., :1] == image).all()
        elif form in ("UYVY", "YUY2"):
            assert difference(image, rgb) <= 2
        else:
            assert (image == rgb).all()


def test_the_colours_of_the_caps() -> None:
    """Where they are not what the size would mean, the buffer alone tells them, too."""
    seen = 0

    def look(name: str, pad: Any, info: Any) -> None:
        nonlocal seen
        seen += 1
        frame = meta.Batch.of(info).frames[0]
        expected = rgba_of_nv12(frame.image("NV12"), bt709=True)[..., :3]
        plain = rgba_of_nv12(frame.image("NV12"))[..., :3]
        assert difference(plain, expected) > 10
        by_caps = meta.Batch.of(info, pad).frames[0].image()
        assert (frame.image() == by_caps).all()
        # libyuv's blues of BT.709 reach 2.0 instead of 2.11 times the chroma.
        assert difference(by_caps[..., :2], expected[..., :2]) <= 3
        assert difference(by_caps[..., 2], expected[..., 2]) <= 13

    probed(
        Gst.parse_launch(
            "videotestsrc num-buffers=2 ! video/x-raw,format=I420,width=640,height=272 ! "
            "nvvideoconvert ! video/x-raw(memory:NVMM) ! m.sink_0 nvstreammux name=m batch-size=1 "
            "width=640 height=272 ! nvvideoconvert ! "
            "video/x-raw,format=NV12,colorimetry=bt709 ! fakesink name=end"
        ),
        "end",
        probe=look,
    )
    assert seen == 2


def test_where_only_the_pad_tells_the_format(bikes: Callable[..., str]) -> None:  # noqa: F811
    seen = 0

    def look(name: str, pad: Any, info: Any) -> None:
        nonlocal seen
        seen += 1
        image = meta.Batch.of(info).frames[0].image()
        buffer = bare(info)
        frame = meta.Batch.of(buffer).frames[0]
        frame.add((20, 30, 60, 90), class_id=0)
        obj = next(iter(frame.objects))
        for ask, asking in ((frame.image, "Frame.image"), (obj.crop, "Object.crop")):
            with pytest.raises(RuntimeError) as caught:
                ask()
            assert str(caught.value) == (
                f"{asking}: expected a buffer of memory:NVMM, got one of memory type "
                "'SystemMemory' with 524416 bytes; put nvvideoconvert before, or give the pad, "
                "Batch.of(info, pad): its caps tell what lies in system memory"
            )
        caps = pad.get_current_caps()
        sample = Gst.Sample.new(buffer, caps, None, None)
        for batch in (
            meta.Batch.of(buffer, pad),
            meta.Batch.of(hash(buffer), caps),
            meta.Batch.of(buffer, caps=pad),
            meta.Batch.of(sample),
        ):
            assert (batch.frames[0].image() == image).all()
            assert (batch.objects[0].crop() == image[30:90, 20:60]).all()
        for given in (buffer, hash(buffer)):
            assert (meta.Frame(frame.meta, given, pad).image() == image).all()
            whole = meta.Batch(frame.batch.meta, given, pad).frames[0].image()
            assert (whole == image).all()
            crop = meta.Object(obj.meta, frame.meta, given, pad).crop()
            assert (crop == image[30:90, 20:60]).all()
        assert (meta.Batch.of(info, pad).frames[0].image() == image).all()

    probed(
        Gst.parse_launch(
            f"{bikes(2)} ! nvvideoconvert ! video/x-raw,format=RGB,width=642,height=272 ! "
            "fakesink name=end"
        ),
        "end",
        probe=look,
    )
    assert seen == 2


def test_caps_that_are_not_the_buffers(bikes: Callable[..., str]) -> None:  # noqa: F811
    seen = 0

    def look(name: str, pad: Any, info: Any) -> None:
        nonlocal seen
        seen += 1
        buffer = bare(info)
        for caps, problem in (
            (
                "video/x-raw,format=I420,width=642,height=273,framerate=0/1",
                "plane 2 of a picture of I420, 321 x 137 samples from byte 220844 with rows of 324 "
                "bytes, does not lie in one memory of a buffer of 261120 bytes; are these the "
                "buffer's caps?",
            ),
            (
                "video/x-raw,format=Y42B,width=64,height=32,framerate=0/1",
                "pictures of format Y42B are not supported: expected I420, NV12, RGBA, BGRx, RGB, "
                "BGR, GRAY8, UYVY or YUY2; put a videoconvert before",
            ),
            (
                "video/x-raw(memory:NVMM),format=I420,width=64,height=32",
                "this buffer is in system memory: expected fixed caps of video/x-raw, got "
                "'video/x-raw(memory:NVMM), format=(string)I420, width=(int)64, height=(int)32'",
            ),
            (
                "image/jpeg",
                "this buffer is in system memory: expected fixed caps of video/x-raw, got "
                "'image/jpeg'",
            ),
        ):
            frame = meta.Batch.of(buffer, Gst.Caps.from_string(caps)).frames[0]
            with pytest.raises(RuntimeError) as caught:
                frame.image()
            assert str(caught.value) == f"Frame.image: {problem}"
        with pytest.raises(TypeError) as wrong:
            meta.Batch.of(info, "video/x-raw")
        assert str(wrong.value) == (
            "Batch.of.caps: expected Gst.Pad or Gst.Caps, got 'video/x-raw' (str)"
        )
        with pytest.raises(ValueError, match=r"^Batch\.of\.caps: ") as no_caps:
            meta.Batch.of(info, Gst.Pad.new("unlinked", Gst.PadDirection.SINK))
        assert str(no_caps.value) == (
            "Batch.of.caps: the pad 'unlinked' has no caps yet; give the pad that the buffer passes"
        )

    probed(
        Gst.parse_launch(
            f"{bikes(1)} ! nvvideoconvert ! video/x-raw,format=I420 ! fakesink name=end"
        ),
        "end",
        probe=look,
    )
    assert seen == 1


def test_a_view_shows_its_moment_for_ever(bikes: Callable[..., str]) -> None:  # noqa: F811
    """What writes in place downstream writes into a copy, though no view holds the buffer."""
    kept: dict[int, tuple[Image, Image]] = {}
    after: list[tuple[int, Image]] = []

    def look(batch: meta.Batch) -> None:
        frame = batch.frames[0]
        view, before = frame.image("RGBA", copy=False), frame.image("RGBA")
        assert (view.shape, view.flags.writeable) == ((272, 640, 4), False)
        assert (view == before).all()
        kept[frame.number] = view, before
        with pytest.raises(ValueError, match=r"^Frame\.image\.copy: this frame's") as caught:
            frame.image("RGB", copy=False)
        assert str(caught.value) == (
            "Frame.image.copy: this frame's pixels are RGBA, which is no view as 'RGB'; leave "
            "copy=True, or put nvvideoconvert and a capsfilter with that format before"
        )

    run(
        Gst.parse_launch(
            f"{bikes(6)} ! nvvideoconvert ! video/x-raw,format=RGBA ! identity name=here ! "
            "videobalance contrast=0 brightness=1 ! fakesink name=end"
        ),
        here=look,
        end=lambda batch: after.append((batch.frames[0].number, batch.frames[0].image("RGBA"))),
    )
    gc.collect()
    assert len(after) == 6
    for number, balanced in after:
        view, before = kept[number]
        assert (view == before).all()
        assert (balanced != before).any()


def test_frames_do_not_outlive_a_buffer_that_its_pool_uses_again(
    bikes: Callable[..., str],  # noqa: F811
) -> None:
    frames: list[meta.Frame] = []
    buffers: list[int] = []

    def look(name: str, pad: Any, info: Any) -> None:
        for old in frames:
            with pytest.raises(ReferenceError):
                old.image()
        frame = meta.Batch.of(info).frames[0]
        frames.append(frame)
        buffers.append(hash(info.get_buffer()))
        assert frame.image().any()

    probed(
        Gst.parse_launch(
            f"{bikes(6)} ! nvvideoconvert ! video/x-raw,format=RGBA ! "
            "fakesink enable-last-sample=false name=end"
        ),
        "end",
        probe=look,
    )
    assert len(buffers) == 6
    assert len(set(buffers)) < 6, "the pool gave a new buffer each time: this tests nothing"


def test_the_pixels_of_a_copy_outlive_those_of_a_live_meta(
    bikes: Callable[..., str],  # noqa: F811
) -> None:
    found: list[str] = []

    def look(name: str, pad: Any, info: Any) -> None:
        buffer = info.get_buffer().copy_deep()
        expected = meta.Batch.of(buffer).frames[0].image()
        copy = buffer.copy_deep()
        frame = meta.Frame(meta.Batch.of(copy).frames[0].meta, buffer)
        assert (frame.image() == expected).all()
        del buffer
        gc.collect()
        try:
            frame.image()
        except ReferenceError as error:
            found.append(str(error))

    probed(
        Gst.parse_launch(
            f"{bikes(1)} ! nvvideoconvert ! video/x-raw,format=NV12 ! fakesink name=end"
        ),
        "end",
        probe=look,
    )
    assert found == [
        "Frame.image: the buffer of this frame is gone; ask while it lives, in practice inside "
        "the probe"
    ]


def test_a_buffer_that_goes_while_threads_read_it(bikes: Callable[..., str]) -> None:  # noqa: F811
    check_readers_of_a_buffer_that_goes(
        Gst.parse_launch(
            f"{bikes(1)} ! nvvideoconvert ! video/x-raw,format=I420 ! fakesink name=end"
        )
    )


def test_a_pool_that_writes_into_what_threads_read() -> None:
    """Each frame has one colour, so a picture of two would be one of two frames."""
    newest: list[meta.Frame] = []
    ended, came = threading.Event(), threading.Event()
    whole: list[bool] = []
    failed: list[BaseException] = []

    def read() -> None:
        try:
            while not ended.is_set():
                with contextlib.suppress(ReferenceError, IndexError):
                    image = newest[-1].image("RGBA")
                    view = newest[-1].image("RGBA", copy=False)
                    for picture in (image, view, view):
                        whole.append(bool((picture == picture[0, 0]).all()))
                    came.set()
        except BaseException as error:
            failed.append(error)

    def look(name: str, pad: Any, info: Any) -> None:
        came.clear()
        newest[:] = [meta.Batch.of(info).frames[0]]
        came.wait(10)  # until one was read: they go on with it while the buffer goes

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        probed(
            Gst.parse_launch(
                "videotestsrc num-buffers=200 pattern=blink ! "
                "video/x-raw,format=I420,width=320,height=240 ! nvvideoconvert ! "
                "video/x-raw(memory:NVMM) ! m.sink_0 nvstreammux name=m batch-size=1 width=320 "
                "height=240 ! nvvideoconvert ! video/x-raw,format=RGBA ! "
                "fakesink enable-last-sample=false name=end"
            ),
            "end",
            probe=look,
        )
    finally:
        ended.set()
        for thread in threads:
            thread.join()
    assert not failed, failed
    assert whole
    assert all(whole)


def test_what_system_memory_does_not_have(bikes: Callable[..., str]) -> None:  # noqa: F811
    """Room for more than one frame, and drawing: it may be anybody's memory."""

    def look(batch: meta.Batch) -> None:
        frame = batch.frames[0]
        with pytest.raises(RuntimeError) as caught:
            frame.edit().__enter__()
        assert str(caught.value) == (
            "Frame.edit: pixels in system memory can be read, not drawn into; draw where they are "
            "in memory:NVMM, before the nvvideoconvert that takes them out"
        )
        frame.meta.batch_id = 1
        try:
            with pytest.raises(IndexError) as index_error:
                frame.image()
            assert str(index_error.value) == (
                "Frame.image: expected a frame whose batch_id is one of the buffer's 1 pictures, "
                "got 1; take the frame from this buffer's Batch"
            )
        finally:
            frame.meta.batch_id = 0
        with pytest.raises(ValueError, match=r"^Frame\.image\.layout: expected 'RGB', 'BGR', "):
            frame.image("YUV")  # type: ignore[arg-type]

    run(
        Gst.parse_launch(
            f"{bikes(1)} ! nvvideoconvert ! video/x-raw,format=RGBA ! fakesink name=end"
        ),
        end=look,
    )
