"""nvstreamdemux in pipelines of real clips, seen as a program sees it: through pyds and the bus."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gi
import numpy as np
import pytest

gi.require_version("Gst", "1.0")
from gi.repository import Gst

pyds = pytest.importorskip("pyds")

from .streams import (
    FRAMES,
    clip_of,
    decoded,
    frames_of,
    muxer,
    number_objects,
    objects_of,
    planes,
    playing,
    probe,
    pull,
    sources,
)

ENDS = Gst.MessageType.EOS | Gst.MessageType.ERROR


def branches(count: int, end: str = "fakesink sync=false name=s{}") -> str:
    return " ".join(f"d.src_{i} ! queue ! {end.format(i)}" for i in range(count))


def watch(pipeline: Any, sink: str) -> list[tuple[int, int, int]]:
    """(stream, frame number, PTS) of what reaches a sink."""
    seen: list[tuple[int, int, int]] = []

    def see(buffer: Any, batch: Any) -> None:
        (frame,) = frames_of(batch)
        assert (batch.max_frames_in_batch, frame.batch_id) == (1, 0)
        assert frame.buf_pts == buffer.pts
        seen.append((frame.pad_index, frame.frame_num, buffer.pts))

    probe(pipeline, sink, see)
    return seen


def test_defaults_are_those_of_the_original(check_defaults: Callable[[str], None]) -> None:
    check_defaults("nvstreamdemux")


@pytest.mark.parametrize("count", [1, 4, 8, 16])
def test_every_frame_of_every_stream_comes_out_once_and_in_order(
    count: int, play: Any, shared: Path
) -> None:
    pipeline = Gst.parse_launch(
        f"{muxer(count)} ! nvstreamdemux name=d {branches(count)} {sources(shared, count)}"
    )
    seen = [watch(pipeline, f"s{i}") for i in range(count)]
    played = play(pipeline)
    assert played.eos
    for i, frames in enumerate(seen):
        assert [frame[:2] for frame in frames] == [(i, n) for n in range(FRAMES[clip_of(i)])]
        assert all(a[2] < b[2] for a, b in itertools.pairwise(frames))
    ended = [e.get_uint("stream-id").value for e in played.elements if e.has_name("stream-eos")]
    assert sorted(ended) == list(range(count))
    stats = pipeline.get_by_name("d").get_property("stats")
    assert stats.get_value("in") == stats.get_value("out") == sum(map(len, seen))
    assert stats.get_value("dropped") == 0


def test_each_pad_has_its_clips_pixels(
    shared: Path, pets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THALWEG_FRAMES", "20")
    clips = [pets, *(shared / f"media/misc/{name}.mp4" for name in FRAMES)]
    end = "nvvideoconvert ! video/x-raw,format=I420 ! appsink sync=false name=s{}"

    def pictures(pipeline: Any, name: str) -> list[list[np.ndarray]]:
        found = []
        while (sample := pull(pipeline, name)) is not None:
            found.append(planes(sample))
        return found

    together = Gst.parse_launch(
        f"{muxer(4)} ! nvstreamdemux name=d {branches(4, end)} "
        + " ".join(f"{decoded(clip)} ! m.sink_{i}" for i, clip in enumerate(clips))
    )
    with playing(together):
        for i, clip in enumerate(clips):
            alone = Gst.parse_launch(f"{decoded(clip)} ! m.sink_0 {muxer(1)} ! {end.format('')}")
            with playing(alone):
                expected = pictures(alone, "s")
            found = pictures(together, f"s{i}")
            assert len(found) == len(expected) == 20
            for ours, theirs in zip(found, expected, strict=True):
                assert all(map(np.array_equal, ours, theirs))


def test_each_pad_has_its_sources_rate(play: Any, shared: Path) -> None:
    pipeline = Gst.parse_launch(
        f"{muxer(2)} ! nvstreamdemux name=d {branches(2)} {sources(shared, 2)}"
    )
    caps: dict[str, Any] = {}
    for pad in ("s0:sink", "s1:sink", "m:sink_0", "m:sink_1", "d:sink"):
        element, name = pad.split(":")
        target = pipeline.get_by_name(element).get_static_pad(name)
        target.add_probe(
            Gst.PadProbeType.BUFFER,
            lambda p, _info, pad=pad: (
                caps.__setitem__(pad, p.get_current_caps().get_structure(0)),
                Gst.PadProbeReturn.REMOVE,
            )[1],
        )
    assert play(pipeline).eos

    def rate(pad: str) -> str:
        return str(caps[pad].get_value("framerate"))

    assert rate("m:sink_0") != rate("m:sink_1")
    for i in (0, 1):
        assert rate(f"s{i}:sink") == rate(f"m:sink_{i}")
        assert caps[f"s{i}:sink"].get_value("batch-size") == 1
        assert caps[f"s{i}:sink"].get_value("width") == 320
    assert caps["d:sink"].get_value("batch-size") == 2


@pytest.mark.parametrize("per_stream", [True, False])
def test_when_pads_end(per_stream: bool, play: Any, shared: Path) -> None:
    pipeline = Gst.parse_launch(
        f"{muxer(2)} ! nvstreamdemux name=d per-stream-eos={per_stream} {branches(2)} "
        f"{sources(shared, 2)}"
    )
    order: list[str] = []

    def note(pad: Any, info: Any) -> Any:
        if info.type & Gst.PadProbeType.BUFFER:
            order.append(f"frame of {pad.get_name()}")
        elif info.get_event().type == Gst.EventType.EOS:
            order.append(f"end of {pad.get_name()}")
        return Gst.PadProbeReturn.OK

    for name in ("src_0", "src_1"):
        pad = pipeline.get_by_name("d").get_static_pad(name)
        pad.add_probe(Gst.PadProbeType.BUFFER | Gst.PadProbeType.EVENT_DOWNSTREAM, note)
    assert play(pipeline).eos
    last = len(order) - 1 - order[::-1].index("frame of src_0")  # the longer one
    assert order.index("end of src_0") > last
    assert (order.index("end of src_1") < last) == per_stream
    assert sum(each.startswith("end") for each in order) == 2


def test_streams_without_a_pad_are_left_out_and_counted(play: Any, shared: Path) -> None:
    pipeline = Gst.parse_launch(
        f"{muxer(3)} ! nvstreamdemux name=d d.src_1 ! queue ! fakesink sync=false name=s1 "
        f"{sources(shared, 3)}"
    )
    demux = pipeline.get_by_name("d")
    assert demux.request_pad_simple("src_2") is not None  # and never linked
    seen = watch(pipeline, "s1")
    assert play(pipeline).eos
    assert [frame[:2] for frame in seen] == [(1, n) for n in range(120)]
    stats = demux.get_property("stats")
    assert stats.get_value("in") == 250 + 120 + 120
    assert stats.get_value("out") == 120
    assert stats.get_value("dropped") == 370
    assert stats.get_value("src_2").get_value("dropped") == 120


def test_pads_come_and_go_while_playing(shared: Path) -> None:
    clip = decoded(shared / "media/misc/bikes.mp4")
    pipeline = Gst.parse_launch(
        f"{muxer(2)} ! nvstreamdemux name=d d.src_0 ! queue ! fakesink name=s0 sync=true "
        f"{clip} ! m.sink_0 {clip} ! m.sink_1"
    )
    demux, first, bus = pipeline.get_by_name("d"), watch(pipeline, "s0"), pipeline.get_bus()
    with playing(pipeline):
        for life in range(4):
            elements = [Gst.ElementFactory.make(name) for name in ("queue", "fakesink")]
            queue, sink = elements
            sink.set_name(f"late-{life}")
            sink.set_property("async", False)
            for element in elements:
                pipeline.add(element)
            queue.link(sink)
            seen = watch(pipeline, f"late-{life}")
            for element in elements:
                element.sync_state_with_parent()
            pad = demux.request_pad_simple("src_1")
            assert pad.link(queue.get_static_pad("sink")) == Gst.PadLinkReturn.OK
            while len(seen) < 8:
                message = bus.timed_pop_filtered(2 * Gst.MSECOND, ENDS)
                assert message is None, message.parse_error()
            pad.unlink(queue.get_static_pad("sink"))
            demux.release_request_pad(pad)
            assert demux.get_static_pad("src_1") is None
            for element in elements:
                element.set_state(Gst.State.NULL)
                pipeline.remove(element)
            numbers = [frame[1] for frame in seen]
            assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        pipeline.get_by_name("s0").set_property("sync", False)
        message = bus.timed_pop_filtered(60 * Gst.SECOND, ENDS)
    assert message.type == Gst.MessageType.EOS
    assert [frame[1] for frame in first] == list(range(250))


def test_metadata_of_a_frame_goes_with_it(play: Any, shared: Path) -> None:
    pipeline = Gst.parse_launch(
        f"{muxer(4)} ! nvstreamdemux name=d {branches(4)} {sources(shared, 4)}"
    )
    number_objects(pipeline, "d")

    def attach(_buffer: Any, batch: Any) -> None:
        for frame in frames_of(batch):
            user = pyds.nvds_acquire_user_meta_from_pool(batch)
            data = pyds.alloc_custom_struct(user)
            data.message = f"stream {frame.pad_index}"
            data.structId = frame.frame_num
            user.user_meta_data = data
            user.base_meta.meta_type = pyds.NvDsMetaType.NVDS_USER_META
            pyds.nvds_add_user_meta_to_frame(frame, user)

    probe(pipeline, "d", attach)
    found: dict[int, list[int]] = defaultdict(list)

    def see(stream: int, batch: Any) -> None:
        (frame,) = frames_of(batch)
        (obj,) = objects_of(frame)
        assert obj.rect_params.left == 10  # frames keep the muxer's size
        user = pyds.NvDsUserMeta.cast(frame.frame_user_meta_list.data)
        data = pyds.CustomDataStruct.cast(user.user_meta_data)
        assert pyds.get_string(data.message) == f"stream {stream}"
        assert data.structId == frame.frame_num
        found[stream].append(obj.object_id)

    for i in range(4):
        probe(pipeline, f"s{i}", lambda _buffer, batch, i=i: see(i, batch))
    assert play(pipeline).eos
    for i in range(4):
        assert found[i] == [i * 1000 + n for n in range(FRAMES[clip_of(i)])]


def test_a_second_muxer_makes_batches_again(play: Any, shared: Path) -> None:
    pipeline = Gst.parse_launch(
        f"{muxer(2)} ! nvstreamdemux name=d per-stream-eos=true {sources(shared, 2)} "
        "nvstreammux name=n width=160 height=120 batch-size=2 ! fakesink name=s sync=false "
        "d.src_0 ! queue ! n.sink_1 d.src_1 ! queue ! n.sink_0"
    )
    number_objects(pipeline, "d")
    numbers: dict[int, list[int]] = defaultdict(list)
    objects: dict[int, list[int]] = defaultdict(list)

    def see(_buffer: Any, batch: Any) -> None:
        for frame in frames_of(batch):
            numbers[frame.pad_index].append(frame.frame_num)
            objects[frame.pad_index] += [obj.object_id for obj in objects_of(frame)]
            assert frame.source_frame_width == 320
            assert frame.pipeline_width == 160

    probe(pipeline, "s", see)
    events: list[int] = []

    def note(_pad: Any, info: Any) -> Any:
        fields = info.get_event().get_structure()
        if fields is not None and fields.get_name().startswith("nv-stream-eos"):
            events.append(fields.get_uint("source-id").value)
        return Gst.PadProbeReturn.OK

    sink = pipeline.get_by_name("s").get_static_pad("sink")
    sink.add_probe(Gst.PadProbeType.EVENT_DOWNSTREAM, note)
    played = play(pipeline)
    assert played.eos
    assert numbers == {0: list(range(120)), 1: list(range(250))}
    assert objects == {0: [1000 + n for n in range(120)], 1: list(range(250))}
    assert events == [0, 1]  # of the second muxer alone
    ended = [e.get_uint("stream-id").value for e in played.elements if e.has_name("stream-eos")]
    assert ended == [0, 1]


def test_a_seek_moves_all_streams(shared: Path) -> None:
    clip = decoded(shared / "media/misc/bikes.mp4")
    pipeline = Gst.parse_launch(
        f"{muxer(2)} ! nvstreamdemux name=d {branches(2)} {clip} ! m.sink_0 {clip} ! m.sink_1"
    )
    seen = [watch(pipeline, f"s{i}") for i in (0, 1)]
    pipeline.set_state(Gst.State.PAUSED)
    assert pipeline.get_state(20 * Gst.SECOND)[0] == Gst.StateChangeReturn.SUCCESS
    flags = Gst.SeekFlags.FLUSH | Gst.SeekFlags.ACCURATE
    assert pipeline.seek_simple(Gst.Format.TIME, flags, 8 * Gst.SECOND)
    assert pipeline.get_state(20 * Gst.SECOND)[0] == Gst.StateChangeReturn.SUCCESS
    segment = (
        pipeline.get_by_name("s1").get_static_pad("sink").get_sticky_event(Gst.EventType.SEGMENT, 0)
    )
    assert segment.parse_segment().start == pytest.approx(8 * Gst.SECOND, abs=Gst.SECOND // 10)
    pipeline.set_state(Gst.State.PLAYING)
    message = pipeline.get_bus().timed_pop_filtered(60 * Gst.SECOND, ENDS)
    pipeline.set_state(Gst.State.NULL)
    assert message.type == Gst.MessageType.EOS
    for frames in seen:
        after = [pts for _, _, pts in frames if pts >= 8 * Gst.SECOND]
        assert len(after) == pytest.approx(50, abs=2)


def test_starts_leave_nothing_behind(short_h264: Path, check_cycles: Callable[[str], None]) -> None:
    stream = f"filesrc location={short_h264} ! h264parse ! nvv4l2decoder"
    check_cycles(
        f"{muxer(2)} ! nvstreamdemux name=d {branches(2)} {stream} ! m.sink_0 {stream} ! m.sink_1"
    )
