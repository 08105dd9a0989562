"""Claim: `frame.image()` costs what the bare conversion of its pixels costs.

A 1920x1080 frame as the decoder gives it (I420, BT.709), out of a muxer, as an array; beside libyuv
called directly on the same planes, into an array that is there already. Then what has to be drawn
first: a frame of 768x576 that stands for 1920x1080. Milliseconds a picture, the fastest of many
calls, one thread.
"""

from __future__ import annotations

import ctypes
import os
import timeit
from collections.abc import Callable
from typing import Any

import gi
import numpy as np
from measure import Figures, Report, median_of_rounds

gi.require_version("Gst", "1.0")
from gi.repository import Gst

from thalweg import meta

WIDTH, HEIGHT = 1920, 1080
MOST = 1.2
FRAME = "image('RGB')"


def buffer_of(width: int, height: int) -> Any:
    """A buffer with a frame of WIDTH x HEIGHT, whose picture is of another size."""
    os.environ["THALWEG_FRAMES"] = "1"
    pipeline = Gst.parse_launch(
        f"videotestsrc num-buffers=1 ! video/x-raw,format=I420,width={width},height={height},"
        "colorimetry=bt709,framerate=25/1 ! nvvideoconvert ! video/x-raw(memory:NVMM),format=I420 "
        f"! m.sink_0 nvstreammux name=m batch-size=1 width={WIDTH} height={HEIGHT} "
        "! appsink name=sink sync=false"
    )
    pipeline.set_state(Gst.State.PLAYING)
    sample = pipeline.get_by_name("sink").emit("try-pull-sample", 10 * Gst.SECOND)
    pipeline.set_state(Gst.State.NULL)
    return sample.get_buffer()


def bare(nv12: Any) -> tuple[Callable[[], int], Any]:
    """libyuv's conversion of the same picture to RGB, and where it puts it."""
    luma, chroma = nv12[:HEIGHT].copy(), nv12[HEIGHT:]
    u, v = chroma[:, ::2].copy(), chroma[:, 1::2].copy()
    rgb = np.empty((HEIGHT, WIDTH, 3), np.uint8)
    convert = ctypes.CDLL("libyuv.so.0").H420ToRAW
    planes = [(a.ctypes.data_as(ctypes.c_void_p), a.strides[0]) for a in (luma, u, v, rgb)]
    arguments = [part for plane in planes for part in plane]
    keep = (luma, u, v, rgb)

    def call() -> int:
        assert keep
        return int(convert(*arguments, WIDTH, HEIGHT))

    return call, rgb


def fastest_ms(call: Callable[[], Any]) -> float:
    return 1000 * min(timeit.repeat(call, number=1, repeat=150))


def main() -> None:
    Gst.init(None)
    buffer, small = buffer_of(WIDTH, HEIGHT), buffer_of(768, 576)
    frame = meta.Batch.of(buffer).frames[0]
    small_frame = meta.Batch.of(small).frames[0]
    libyuv, rgb = bare(frame.image("NV12"))
    assert libyuv() == 0
    assert (rgb == frame.image("RGB")).all()

    def first_ms() -> float:
        fresh = buffer_of(768, 576)
        return 1000 * timeit.timeit(meta.Batch.of(fresh).frames[0].image, number=1)

    def one_round() -> Figures:
        return {
            "libyuv alone, into the same array": {"ms": fastest_ms(libyuv)},
            FRAME: {"ms": fastest_ms(lambda: frame.image("RGB"))},
            "image('BGRA')": {"ms": fastest_ms(lambda: frame.image("BGRA"))},
            "image('GRAY')": {"ms": fastest_ms(lambda: frame.image("GRAY"))},
            "image('NV12')": {"ms": fastest_ms(lambda: frame.image("NV12"))},
            "image('RGB'), 768x576 scaled: first": {"ms": min(first_ms() for _ in range(9))},
            "image('RGB'), 768x576 scaled: again": {
                "ms": fastest_ms(lambda: small_frame.image("RGB"))
            },
        }

    figures = median_of_rounds(one_round)
    ours, peer = figures[FRAME]["ms"], figures["libyuv alone, into the same array"]["ms"]
    report = Report()
    report.table(
        "a picture of 1920x1080", figures, {f"{FRAME} / libyuv (at most {MOST})": ours / peer}
    )
    report.publish()


if __name__ == "__main__":
    main()
