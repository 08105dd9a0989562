"""What nvstreammux makes of sources that keep different times, seen through pyds."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

pyds = pytest.importorskip("pyds")

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst

from ..rtsp_camera import Camera
from .streams import playing


class Frame(NamedTuple):
    source: int
    number: int
    pts: int
    ntp: int


class Batches:
    """The batches that reach the sink `s`."""

    def __init__(self, pipeline: Any, where: str) -> None:
        seen: list[list[Frame]] = []
        came = threading.Condition()

        def see(_pad: Any, info: Any) -> Any:
            node = pyds.gst_buffer_get_nvds_batch_meta(hash(info.get_buffer())).frame_meta_list
            batch = []
            while node is not None:
                meta = pyds.NvDsFrameMeta.cast(node.data)
                times = (meta.buf_pts, meta.ntp_timestamp)
                batch.append(Frame(meta.pad_index, meta.frame_num, *times))
                node = node.next
            with came:
                seen.append(batch)
                came.notify_all()
            return Gst.PadProbeReturn.OK

        self.pipeline, self.seen, self.came = pipeline, seen, came
        pad = pipeline.get_by_name(where).get_static_pad("sink")
        pad.add_probe(Gst.PadProbeType.BUFFER, see)

    def wait(self, enough: Callable[[list[list[Frame]]], bool]) -> list[list[Frame]]:
        with self.came:
            if self.came.wait_for(lambda: enough(self.seen), 60):
                return list(self.seen)
        error = self.pipeline.get_bus().pop_filtered(Gst.MessageType.ERROR)
        raise TimeoutError(f"{len(self.seen)} batches came; {error and error.parse_error()}")


def test_a_slow_source_is_repeated_in_the_batches_of_a_fast_one() -> None:
    def source(number: int, rate: int) -> str:
        return (
            f"videotestsrc is-live=true ! video/x-raw,format=I420,width=64,height=48,"
            f"framerate={rate}/1 ! nvvideoconvert ! video/x-raw(memory:NVMM) ! m.sink_{number} "
        )

    pipeline = Gst.parse_launch(
        "nvstreammux name=m batch-size=2 width=64 height=48 live-source=1 cache-buffer=true "
        "batched-push-timeout=5000 sort-batch=true ! nvmultistreamtiler name=t rows=1 columns=2 "
        "width=128 height=48 ! nvvideoconvert ! video/x-raw,format=I420 ! fakesink sync=false "
        + source(0, 50)
        + source(1, 5)
    )
    watched = Batches(pipeline, "t")
    with playing(pipeline):
        batches = watched.wait(lambda seen: len({batch[1].pts for batch in seen}) >= 4)
        stats = pipeline.get_by_name("m").get_property("stats")
    for number in range(2):
        frames = [batch[number] for batch in batches]  # each batch has one of each source
        assert {frame.source for frame in frames} == {number}
        assert [frame.number for frame in frames] == list(range(len(frames)))
        times = [frame.pts for frame in frames if frame.pts != Gst.CLOCK_TIME_NONE]
        assert all(a <= b for a, b in itertools.pairwise(times))
    assert stats.get_value("sink_1").get_value("repeated") > 0


def test_batches_of_cameras_have_frames_of_one_time(camera: Callable[..., Camera]) -> None:
    tolerance = 60_000_000
    cameras = [camera(rate=15) for _ in range(2)]
    pipeline = Gst.parse_launch(
        "nvstreammux name=m batch-size=2 width=320 height=240 live-source=1 attach-sys-ts=false "
        f"batched-push-timeout=500000 sync-inputs-ntp={tolerance} ! fakesink name=s sync=false "
        + "".join(
            f"nvurisrcbin uri={source.uri} latency=100 ! m.sink_{number} "
            for number, source in enumerate(cameras)
        )
    )
    watched = Batches(pipeline, "s")
    with playing(pipeline):
        batches = watched.wait(lambda seen: sum(len(batch) == 2 for batch in seen) >= 15)
    for batch in batches:
        assert 1 <= len(batch) <= 2
        times = [frame.ntp for frame in batch]
        assert all(times)  # frames from before the first sender report are dropped
        assert max(times) - min(times) <= tolerance
    earliest = [min(frame.ntp for frame in batch) for batch in batches]
    assert all(b > a - tolerance for a, b in itertools.pairwise(earliest))
