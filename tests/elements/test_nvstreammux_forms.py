"""Both forms of nvstreammux in pipelines of real clips: USE_NEW_NVSTREAMMUX=yes and without."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

pyds = pytest.importorskip("pyds")

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst

from .muxers import FORMS, NEWER, register_newer, sized
from .streams import (
    FRAMES,
    clip_of,
    frames_of,
    number_objects,
    objects_of,
    planes,
    playing,
    probe,
    pull,
    sources,
)
from .watched import Watched

DETECTOR = Path(__file__).parents[2] / "apps/deepstream-test1/dstest1_pgie_config.txt"
SIZES = {"bikes": (640, 272), "carphone_pristine": (176, 144)}


@pytest.fixture(autouse=True)
def _newer() -> None:
    register_newer()


def test_the_environment_chooses_the_form() -> None:
    program = (
        "import thalweg, gi; gi.require_version('Gst', '1.0'); from gi.repository import Gst; "
        "Gst.init(None); mux = Gst.ElementFactory.make('nvstreammux', 'm'); "
        "print(*sorted(p.name for p in mux.list_properties()))"
    )
    found = {}
    for value in ("yes", "no"):
        done = subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "USE_NEW_NVSTREAMMUX": value},
            capture_output=True,
            text=True,
            check=True,
        )
        found[value] = set(done.stdout.split())
    assert "config-file-path" in found["yes"]
    assert "width" not in found["yes"]
    assert "width" in found["no"]
    assert "config-file-path" not in found["no"]


def test_properties_have_the_defaults_of_the_specification(shared: Path) -> None:
    spec = json.loads((shared / "spec/elements.json").read_text())["nvstreammux"]["variant_new"]
    mux = Gst.ElementFactory.make(NEWER)
    for name, expected in spec["properties"].items():
        default = expected["default"]
        if expected["type"].startswith("uint64"):
            default %= 2**64
        assert mux.get_property(name) == default, name
    assert len(spec["properties"]) == 11


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("count", [1, 4, 8, 16])
def test_every_frame_of_a_file_comes_out_once_and_in_order(
    play: Any, shared: Path, form: str, count: int
) -> None:
    pipeline = Gst.parse_launch(
        f"{sized(form, 320, 240)} name=m batch-size={count} ! fakesink name=end "
        + sources(shared, count)
    )
    frames = Watched(pipeline).frames
    assert play(pipeline).eos
    times, numbers = defaultdict(list), defaultdict(list)
    for frame in frames:
        times[frame.source].append(frame.pts)
        numbers[frame.source].append(frame.number)
    for stream in range(count):
        clip = clip_of(stream)
        assert numbers[stream] == list(range(FRAMES[clip])), stream
        assert all(a < b for a, b in itertools.pairwise(times[stream])), stream
        assert {f.size for f in frames if f.source == stream} == {SIZES[clip]}
    stats = pipeline.get_by_name("m").get_property("stats")
    assert stats.get_value("out") == len(frames)
    assert stats.get_value("skipped") == 0


def test_frames_of_mixed_sizes_pass_the_elements_behind(play: Any, shared: Path) -> None:
    """Each frame has its own size until the tiler scales it into its tile."""
    pipeline = Gst.parse_launch(
        f"{NEWER} name=m batch-size=2 ! nvinfer name=i config-file-path={DETECTOR} ! "
        "nvdsosd ! nvmultistreamtiler name=t rows=1 columns=2 width=640 height=240 ! "
        "nvvideoconvert ! video/x-raw,format=I420 ! appsink name=a sync=false max-buffers=4 "
        + sources(shared, 2)
    )
    sizes: dict[int, set[tuple[int, int]]] = defaultdict(set)
    boxes: list[bool] = []

    def see(_buffer: Any, batch: Any) -> None:
        for frame in frames_of(batch):
            size = frame.pipeline_width, frame.pipeline_height
            sizes[frame.pad_index].add(size)
            for obj in objects_of(frame):
                rect = obj.rect_params
                boxes.append(
                    rect.left + rect.width <= size[0] + 0.1
                    and rect.top + rect.height <= size[1] + 0.1
                )

    probe(pipeline, "i", see, "src")
    with playing(pipeline):
        for _ in range(40):
            sample = pull(pipeline, "a")
    assert sizes == {0: {SIZES["bikes"]}, 1: {SIZES["carphone_pristine"]}}
    assert boxes
    assert all(boxes)
    luma = planes(sample)[0]
    assert luma.shape == (240, 640)
    for half in (luma[:, :320], luma[:, 320:]):
        assert half.std() > 20  # a picture, all over the tile
        assert half[-20:].std() > 5


@pytest.mark.parametrize(
    ("caps", "sizes", "boxes"),
    [
        ("", [(640, 272), (176, 144)], [(10, 20, 30, 40)] * 2),
        (
            ",width=352,height=288",
            [(352, 288)] * 2,
            [(10 * 0.55, 20 * 288 / 272, 30 * 0.55, 40 * 288 / 272), (20, 40, 60, 80)],
        ),
    ],
)
def test_frames_of_mixed_sizes_are_converted_each_from_its_own(
    shared: Path, caps: str, sizes: list[Any], boxes: list[Any]
) -> None:
    pipeline = Gst.parse_launch(
        f"{NEWER} name=m batch-size=2 ! nvvideoconvert name=c ! "
        f"video/x-raw(memory:NVMM),format=RGBA{caps} ! nvstreamdemux name=d "
        + "".join(
            f"d.src_{i} ! queue ! nvvideoconvert ! video/x-raw,format=RGBA ! "
            f"appsink name=a{i} sync=false max-buffers=2 "
            for i in range(2)
        )
        + sources(shared, 2)
    )
    number_objects(pipeline, "c")
    found: dict[int, Any] = {}

    def see(_buffer: Any, batch: Any) -> None:
        for frame in frames_of(batch):
            for obj in objects_of(frame):
                rect = obj.rect_params
                found[frame.pad_index] = (rect.left, rect.top, rect.width, rect.height)

    probe(pipeline, "d", see)
    with playing(pipeline):
        for i in range(2):
            picture = planes(pull(pipeline, f"a{i}"))[0]
            assert picture.shape == (sizes[i][1], sizes[i][0], 4)
            assert picture[-20:, -20:, :3].std() > 3  # to its corner
            assert found[i] == pytest.approx(boxes[i], rel=1e-5)


@pytest.mark.parametrize("form", FORMS)
def test_batches_are_split_and_muxed_again(play: Any, shared: Path, form: str) -> None:
    pipeline = Gst.parse_launch(
        f"{sized(form, 320, 240)} name=m batch-size=2 ! "
        "nvstreamdemux name=d per-stream-eos=true "
        f"{sized(form, 320, 240)} name=again batch-size=2 ! fakesink name=end "
        "d.src_0 ! queue ! again.sink_5 d.src_1 ! queue ! again.sink_3 " + sources(shared, 2)
    )
    frames = Watched(pipeline).frames
    played = play(pipeline)
    assert played.eos
    numbers = defaultdict(list)
    for frame in frames:
        numbers[frame.source].append(frame.number)
    assert numbers == {
        5: list(range(FRAMES["bikes"])),
        3: list(range(FRAMES["carphone_pristine"])),
    }
    ended = [e.get_uint("stream-id").value for e in played.elements if e.has_name("stream-eos")]
    assert {3, 5} <= set(ended)


@pytest.mark.parametrize("form", FORMS)
def test_tags_of_a_source_are_those_of_its_split_stream(
    play: Any, shared: Path, form: str, tmp_path: Path
) -> None:
    """Not those of the batches, which are of no source."""
    streams = ""
    for stream, title in enumerate(("street", "phone")):
        path = tmp_path / f"{stream}.mp4"
        assert play(
            "videotestsrc num-buffers=20 ! video/x-raw,format=I420,width=160,height=128 ! "
            f"x264enc ! taginject tags=title={title} ! "
            f"mp4mux ! filesink location={path}"
        ).eos
        streams += (
            f"filesrc location={path} ! qtdemux ! h264parse ! nvv4l2decoder ! m.sink_{stream} "
        )
    pipeline = Gst.parse_launch(
        f"{sized(form, 320, 240)} name=m batch-size=2 ! queue ! nvstreamdemux name=d "
        f"d.src_0 ! queue ! fakesink name=s0 d.src_1 ! queue ! fakesink name=s1 {streams}"
    )
    titles: dict[str, set[str]] = defaultdict(set)

    def see(_pad: Any, info: Any, name: str) -> Any:
        event = info.get_event()
        if event.type == Gst.EventType.TAG:
            found, title = event.parse_tag().get_string("title")
            titles[name].update([title] if found else [])
        return Gst.PadProbeReturn.OK

    for name in ("s0", "s1", "d"):
        pad = pipeline.get_by_name(name).get_static_pad("sink")
        pad.add_probe(Gst.PadProbeType.EVENT_DOWNSTREAM, see, name)
    assert play(pipeline).eos
    assert titles == {"s0": {"street"}, "s1": {"phone"}}


@pytest.mark.parametrize("form", FORMS)
def test_live_sources_faster_than_the_pipeline_skip_their_oldest_frames(form: str) -> None:
    rate, slow_ms, seen = 200, 25, 20
    source = (
        f"videotestsrc is-live=true ! video/x-raw,format=I420,width=64,height=48,"
        f"framerate={rate}/1 ! nvvideoconvert ! video/x-raw(memory:NVMM) ! "
    )
    run = Watched(
        Gst.parse_launch(
            f"{sized(form, 64, 48)} name=m batch-size=2 batched-push-timeout=40000 ! "
            f"identity sleep-time={slow_ms * 1000} ! fakesink name=end sync=false "
            f"{source} m.sink_0 {source} m.sink_1"
        )
    )
    with run:
        run.wait_for_frames(seen, timeout_s=30)
        age = running_time(run.pipeline) - run.frames[-1].pts
        stats = run.pipeline.get_by_name("m").get_property("stats")
    for pad in ("sink_0", "sink_1"):
        of_pad = stats.get_value(pad)
        counts = {k: of_pad.get_value(k) for k in ("in", "out", "skipped", "queued", "blocked")}
        assert counts["skipped"] > counts["out"], counts
        assert counts["queued"] <= 10
        assert counts["blocked"] == 0
        assert counts["in"] == counts["out"] + counts["skipped"] + counts["queued"]
    assert stats.get_value("skipped") == sum(
        stats.get_value(pad).get_value("skipped") for pad in ("sink_0", "sink_1")
    )
    # What waits in the muxer is at most ten frames old; one batch is in the slow element.
    assert age < (10 / rate + 3 * slow_ms / 1000 + 0.5) * Gst.SECOND
    frames = [frame for frame in run.frames if frame.source == 0]
    assert [frame.number for frame in frames] == list(range(len(frames)))
    assert all(a.pts < b.pts for a, b in itertools.pairwise(frames))


def running_time(pipeline: Any) -> int:
    return int(pipeline.get_clock().get_time() - pipeline.get_base_time())
