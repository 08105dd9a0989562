"""nvstreammux in pipelines of real clips, seen as a program sees it: through pyds and the bus."""

from __future__ import annotations

import itertools
import json
import re
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

pyds = pytest.importorskip("pyds")

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst

ENDS = Gst.MessageType.EOS | Gst.MessageType.ERROR


class Frame(NamedTuple):
    batch: int  # number of its buffer
    source: int
    number: int
    pts: int
    size: tuple[int, int]  # of the source


def watch(pipeline: Any, sink: str = "s") -> list[Frame]:
    """The frames that reach `sink`, as they come."""
    frames: list[Frame] = []
    batches = iter(range(1_000_000))

    def see(_pad: Any, info: Any) -> Any:
        batch = next(batches)
        node = pyds.gst_buffer_get_nvds_batch_meta(hash(info.get_buffer())).frame_meta_list
        while node is not None:
            meta = pyds.NvDsFrameMeta.cast(node.data)
            frames.append(
                Frame(
                    batch,
                    meta.pad_index,
                    meta.frame_num,
                    meta.buf_pts,
                    (meta.source_frame_width, meta.source_frame_height),
                )
            )
            node = node.next
        return Gst.PadProbeReturn.OK

    pipeline.get_by_name(sink).get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, see)
    return frames


def numbers_by_source(frames: list[Frame]) -> dict[int, list[int]]:
    result: dict[int, list[int]] = defaultdict(list)
    for frame in frames:
        result[frame.source].append(frame.number)
    return result


def test_properties_have_the_defaults_of_the_specification(shared: Path) -> None:
    spec = json.loads((shared / "spec/elements.json").read_text())["nvstreammux"]["properties"]
    mux = Gst.ElementFactory.make("nvstreammux")
    for name, expected in spec.items():
        value, default = mux.get_property(name), expected["default"]
        if expected["type"].startswith("uint64"):
            default %= 2**64
        assert (int(value) == int(default)) if expected["type"] == "enum" else value == default, (
            name
        )


def test_frames_of_a_clip_are_numbered_in_order(play: Any, clip: Path) -> None:
    pipeline = Gst.parse_launch(
        f"filesrc location={clip} ! qtdemux ! h264parse ! nvv4l2decoder ! m.sink_0 "
        "nvstreammux name=m width=768 height=576 batch-size=1 ! fakesink name=s"
    )
    frames = watch(pipeline)
    played = play(pipeline)
    assert played.eos
    assert [frame.number for frame in frames] == list(range(795))
    assert [frame.pts for frame in frames] == sorted(frame.pts for frame in frames)
    assert {frame.size for frame in frames} == {(768, 576)}
    assert [e.get_name() for e in played.elements if e.get_name() == "stream-eos"] == ["stream-eos"]


def test_clips_of_different_sizes_and_lengths(play: Any, shared: Path) -> None:
    clips = {
        "bikes": ((640, 272), 250),
        "carphone_pristine": ((176, 144), 120),
        "bigbuckbunny": ((1280, 720), 132),
    }
    sources = " ".join(
        f"filesrc location={shared}/media/misc/{name}.mp4 ! qtdemux ! h264parse ! nvv4l2decoder ! "
        f"m.sink_{i}"
        for i, name in enumerate(clips)
    )
    pipeline = Gst.parse_launch(
        "nvstreammux name=m width=640 height=360 batch-size=3 enable-padding=true ! "
        f"fakesink name=s {sources}"
    )
    frames = watch(pipeline)
    played = play(pipeline)
    assert played.eos
    for i, (size, count) in enumerate(clips.values()):
        assert numbers_by_source(frames)[i] == list(range(count))
        assert {frame.size for frame in frames if frame.source == i} == {size}
    ended = [e.get_uint("stream-id").value for e in played.elements if e.has_name("stream-eos")]
    assert sorted(ended) == [0, 1, 2]
    assert ended[0] == 1  # the shortest


def test_one_source_fills_a_batch_with_consecutive_frames(play: Any, clip_h264: Path) -> None:
    pipeline = Gst.parse_launch(
        f"filesrc location={clip_h264} ! h264parse ! nvv4l2decoder ! m.sink_0 "
        "nvstreammux name=m width=768 height=576 batch-size=4 ! fakesink name=s"
    )
    frames = watch(pipeline)
    assert play(pipeline).eos
    assert [frame.number for frame in frames] == list(range(795))
    assert [frame.batch for frame in frames] == [i // 4 for i in range(795)]


@pytest.mark.parametrize(
    "source", ["videotestsrc num-buffers=5", "videotestsrc num-buffers=5 ! video/x-raw,format=NV12"]
)
def test_system_memory_is_an_error_that_names_the_converter(play: Any, source: str) -> None:
    played = play(
        f"{source} ! m.sink_0 nvstreammux name=m width=64 height=48 batch-size=1 ! fakesink"
    )
    assert played.error.startswith(
        "m:sink_0 expected video/x-raw(memory:NVMM) but got system memory (video/x-raw, format "
    )
    assert played.error.endswith(
        "Put 'nvvideoconvert ! video/x-raw(memory:NVMM),format=NV12' before it."
    )


def test_sources_of_two_formats_are_an_error(play: Any, clip_h264: Path) -> None:
    source = f"filesrc location={clip_h264} ! h264parse ! nvv4l2decoder ! video/x-raw(memory:NVMM)"
    played = play(
        "nvstreammux name=m width=64 height=48 batch-size=2 ! fakesink "
        f"{source},format=NV12 ! m.sink_0 {source},format=I420 ! m.sink_1"
    )
    assert re.fullmatch(
        r"m:sink_[01] expected format (\w+), which its first source has, but got (\w+): all "
        r"sources of a muxer need one format. Put 'nvvideoconvert ! "
        r"video/x-raw\(memory:NVMM\),format=\1' before this pad.",
        played.error,
    )


def test_a_source_that_can_choose_takes_the_first_ones_format(play: Any, clip_h264: Path) -> None:
    source = f"filesrc location={clip_h264} ! h264parse ! nvv4l2decoder"
    pipeline = Gst.parse_launch(
        "nvstreammux name=m width=768 height=576 batch-size=2 ! fakesink name=s "
        f"{source} ! m.sink_0 {source} ! video/x-raw(memory:NVMM) ! m.sink_1"
    )
    frames = watch(pipeline)
    assert play(pipeline).eos
    assert numbers_by_source(frames) == {0: list(range(795)), 1: list(range(795))}


def test_a_size_that_is_missing_is_an_error(play: Any, clip_h264: Path) -> None:
    played = play(
        f"filesrc location={clip_h264} ! h264parse ! nvv4l2decoder ! m.sink_0 "
        "nvstreammux name=m batch-size=1 ! fakesink"
    )
    assert played.error == (
        "m needs the size of its output: width is 0 and height is 0. Set both, for example "
        "width=1920 height=1080."
    )


def source_bin(index: int, clip: Path, mux: Any) -> Any:
    """As runtime_source_add_delete has it: linked in pad-added, removed while playing."""
    source = Gst.ElementFactory.make("uridecodebin", f"source-{index}")
    source.set_property("uri", clip.as_uri())

    def pad_added(_source: Any, pad: Any) -> None:
        sink = mux.request_pad_simple(f"sink_{index}")
        assert pad.link(sink) == Gst.PadLinkReturn.OK

    source.connect("pad-added", pad_added)
    return source


def test_sources_come_and_go_while_playing(clip: Path) -> None:
    pipeline = Gst.parse_launch(
        "nvstreammux name=m width=768 height=576 batch-size=4 batched-push-timeout=20000 ! "
        "fakesink name=s"
    )
    mux, frames = pipeline.get_by_name("m"), watch(pipeline)
    bus = pipeline.get_bus()

    def wait_for(source: int, count: int) -> None:
        while sum(frame.source == source for frame in list(frames)) < count:
            message = bus.timed_pop_filtered(5 * Gst.MSECOND, ENDS)
            assert message is None, message.parse_error()

    sources = {}
    sources[0] = source_bin(0, clip, mux)
    pipeline.add(sources[0])
    pipeline.set_state(Gst.State.PLAYING)
    wait_for(0, 5)
    for life in range(1, 4):
        before = len(frames)
        sources[1] = source_bin(1, clip, mux)
        pipeline.add(sources[1])
        assert sources[1].set_state(Gst.State.PLAYING) != Gst.StateChangeReturn.FAILURE
        wait_for(1, sum(frame.source == 1 for frame in frames[:before]) + 5)
        assert sources[1].set_state(Gst.State.NULL) == Gst.StateChangeReturn.SUCCESS
        pad = mux.get_static_pad("sink_1")
        pad.send_event(Gst.Event.new_flush_stop(False))
        mux.release_request_pad(pad)
        pipeline.remove(sources[1])
        assert mux.get_static_pad("sink_1") is None, life
    message = bus.timed_pop_filtered(60 * Gst.SECOND, ENDS)
    pipeline.set_state(Gst.State.NULL)
    assert message.type == Gst.MessageType.EOS
    assert numbers_by_source(frames)[0] == list(range(795))
    lives = numbers_by_source(frames)[1]
    assert lives.count(0) == 3  # each life is numbered from 0, without a gap
    assert all(b in (a + 1, 0) for a, b in itertools.pairwise(lives))


def test_a_seek_restarts_the_pipeline_at_the_new_place(clip: Path) -> None:
    pipeline = Gst.parse_launch(
        f"filesrc location={clip} ! qtdemux ! h264parse ! nvv4l2decoder ! m.sink_0 "
        "nvstreammux name=m width=768 height=576 batch-size=1 ! fakesink name=s"
    )
    frames = watch(pipeline)
    pipeline.set_state(Gst.State.PAUSED)
    assert pipeline.get_state(20 * Gst.SECOND)[0] == Gst.StateChangeReturn.SUCCESS
    flags = Gst.SeekFlags.FLUSH | Gst.SeekFlags.ACCURATE
    for _ in range(3):
        assert pipeline.seek_simple(Gst.Format.TIME, flags, 75 * Gst.SECOND)
        assert pipeline.get_state(20 * Gst.SECOND)[0] == Gst.StateChangeReturn.SUCCESS
    del frames[:]
    assert pipeline.seek_simple(Gst.Format.TIME, flags, 70 * Gst.SECOND)
    pipeline.set_state(Gst.State.PLAYING)
    message = pipeline.get_bus().timed_pop_filtered(60 * Gst.SECOND, ENDS)
    assert message is not None
    assert message.type == Gst.MessageType.EOS
    pipeline.set_state(Gst.State.NULL)
    assert len(frames) == pytest.approx(95, abs=1)
    assert frames[0].pts == pytest.approx(70 * Gst.SECOND, abs=Gst.SECOND // 4)


def test_live_batches_have_times_of_their_own(play: Any, clip_h264: Path) -> None:
    pipeline = Gst.parse_launch(
        f"filesrc location={clip_h264} ! h264parse ! nvv4l2decoder ! m.sink_0 "
        "nvstreammux name=m width=768 height=576 batch-size=1 live-source=true ! "
        "fakesink name=s sync=false"
    )
    times: list[int] = []

    def see(_pad: Any, info: Any) -> Any:
        times.append(info.get_buffer().pts)
        return Gst.PadProbeReturn.OK

    pipeline.get_by_name("s").get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, see)
    assert play(pipeline).eos
    assert len(times) == 795
    assert min(b - a for a, b in itertools.pairwise(times)) >= Gst.MSECOND


def test_two_pipelines_at_once(play: Any, clip: Path) -> None:
    description = (
        f"filesrc location={clip} ! qtdemux ! h264parse ! nvv4l2decoder ! m.sink_0 "
        "nvstreammux name=m width=768 height=576 batch-size=1 ! fakesink name=s"
    )
    first, second = Gst.parse_launch(description), Gst.parse_launch(description)
    frames = watch(first), watch(second)
    first.set_state(Gst.State.PLAYING)
    assert play(second).eos
    message = first.get_bus().timed_pop_filtered(60 * Gst.SECOND, ENDS)
    first.set_state(Gst.State.NULL)
    assert message.type == Gst.MessageType.EOS
    for seen in frames:
        assert [frame.number for frame in seen] == list(range(795))


def test_a_hundred_cycles_do_not_grow(
    short_h264: Path, check_cycles: Callable[[str], None]
) -> None:
    check_cycles(
        f"filesrc location={short_h264} ! h264parse ! nvv4l2decoder ! m.sink_0 "
        "nvstreammux name=m width=640 height=480 batch-size=2 ! fakesink"
    )


@pytest.mark.parametrize("properties", ["", "drop-pipeline-eos=true"])
def test_frames_of_the_environment_end_each_source(
    play: Any, clip_h264: Path, monkeypatch: pytest.MonkeyPatch, properties: str
) -> None:
    monkeypatch.setenv("THALWEG_FRAMES", "130")
    pipeline = Gst.parse_launch(
        f"nvstreammux name=m width=640 height=360 batch-size=2 {properties} ! fakesink name=s "
        f"filesrc location={clip_h264} ! h264parse ! nvv4l2decoder ! m.sink_0 "
        "videotestsrc num-buffers=120 ! video/x-raw,format=I420 ! nvvideoconvert ! m.sink_1"
    )
    started_ns = time.monotonic_ns()
    for run in (1, 2):  # frames are counted on, their numbers begin anew
        frames = watch(pipeline)
        played = play(pipeline)
        assert played.eos
        assert played.warnings == []
        assert numbers_by_source(frames) == {0: list(range(130)), 1: list(range(120))}
        stats = pipeline.get_by_name("m").get_property("stats")
        assert stats.get_value("out") == 250 * run
        times = [stats.get_value(f"{which}-batch-ns") for which in ("first", "last")]
        assert started_ns < times[0] < times[1] < time.monotonic_ns()


def test_frames_of_the_environment_have_to_be_a_number(
    play: Any, clip_h264: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THALWEG_FRAMES", "many")
    played = play(
        f"filesrc location={clip_h264} ! h264parse ! nvv4l2decoder ! m.sink_0 "
        "nvstreammux name=m width=768 height=576 batch-size=1 ! fakesink"
    )
    assert played.error == (
        'm: THALWEG_FRAMES is "many"; expected a whole number of at least 1, after which each '
        "source ends. Correct or unset it."
    )
