"""Sources that come and go at random, through request pads of both muxers and through the REST
interface: no deadlock, no leak, numbers are used again, no stream loses a frame.

THALWEG_STRESS_SECONDS says how long, in all (12; 600 with THALWEG_SOAK). THALWEG_STRESS_SEED
repeats a run.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import time
import urllib.request
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest

pyds = pytest.importorskip("pyds")

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst

from ..elements.muxers import NEWER, register_newer, sized
from ..elements.watched import ENDS, Watched
from ..memory import MIB, resident_bytes

SECONDS = float(
    os.environ.get("THALWEG_STRESS_SECONDS", "600" if os.environ.get("THALWEG_SOAK") else "12")
)
WAYS = 3
MOST = 16
PARTS = 5  # between which there is one source only, and memory is measured
FRAMES = 50  # of the clip, at 50 a second
TIMEOUT = "batched-push-timeout=20000"
SOURCE = {"file-loop": True, "simulate-fps-interval-ms": 20}


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URI of a clip of FRAMES frames."""
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    pipeline = Gst.parse_launch(
        f"videotestsrc num-buffers={FRAMES} pattern=ball ! "
        "video/x-raw,format=I420,width=160,height=128,framerate=50/1 ! "
        f"x264enc tune=zerolatency ! mp4mux ! filesink location={path}"
    )
    pipeline.set_state(Gst.State.PLAYING)
    message = pipeline.get_bus().timed_pop_filtered(20 * Gst.SECOND, ENDS)
    pipeline.set_state(Gst.State.NULL)
    assert message.type == Gst.MessageType.EOS
    return path.as_uri()


@pytest.fixture
def dice() -> random.Random:
    seed = int(os.environ.get("THALWEG_STRESS_SEED", time.time_ns()))
    print(f"THALWEG_STRESS_SEED={seed}")  # shown where the test fails
    return random.Random(seed)


class Pads(Watched):
    """As runtime_source_add_delete has it: the program adds, links and removes."""

    FORM = "nvstreammux"

    def __init__(self, clip: str) -> None:
        register_newer()
        muxer = sized(self.FORM, 160, 128)
        super().__init__(
            Gst.parse_launch(
                f"{muxer} name=m batch-size={MOST} {TIMEOUT} ! fakesink name=end sync=false"
            )
        )
        self.clip = clip
        self.sources: dict[int, Any] = {}
        self.add()

    def add(self) -> None:
        number = next(n for n in itertools.count() if n not in self.sources)
        source = Gst.ElementFactory.make("nvurisrcbin", f"source-{number}")
        source.set_property("uri", self.clip)
        for name, value in SOURCE.items():
            source.set_property(name, value)
        # Without a reference to the muxer: Python's cycles would keep the pipeline.
        sink = self.element("m").request_pad_simple(f"sink_{number}")
        source.connect("pad-added", lambda _, pad, sink: pad.link(sink), sink)
        self.sources[number] = source
        self.pipeline.add(source)
        assert source.sync_state_with_parent()

    def remove(self, number: int) -> None:
        source = self.sources.pop(number)
        assert source.set_state(Gst.State.NULL) == Gst.StateChangeReturn.SUCCESS
        sink = self.element("m").get_static_pad(f"sink_{number}")
        sink.send_event(Gst.Event.new_flush_stop(False))
        self.element("m").release_request_pad(sink)
        self.pipeline.remove(source)

    def present(self) -> list[int]:
        return sorted(self.sources)


class PadsOfTheNewer(Pads):
    """USE_NEW_NVSTREAMMUX=yes."""

    FORM = NEWER


class Rest(Watched):
    """nvmultiurisrcbin and requests."""

    def __init__(self, clip: str) -> None:
        settings = f"uri-list={clip} max-batch-size={MOST} port=auto"
        super().__init__(
            Gst.parse_launch(
                f"nvmultiurisrcbin name=s {settings} width=160 height=128 {TIMEOUT} ! "
                "fakesink name=end sync=false"
            )
        )
        self.clip = clip
        for name, value in SOURCE.items():
            self.element().set_property(name, value)

    def ask(self, call: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        port = self.element().get_property("bound-port")
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{port}/api/v1/stream/{call}", data)
        with urllib.request.urlopen(request, timeout=20) as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    def change(self, what: str, camera_id: str) -> None:
        value = {"camera_id": camera_id, "camera_url": self.clip, "change": what}
        assert self.ask(what, {"key": "sensor", "value": value})["reason"].endswith("SUCCESS")

    def add(self) -> None:
        number = next(n for n in itertools.count() if n not in self.present())
        self.change("add", str(number))

    def remove(self, number: int) -> None:
        self.change("remove", str(number))

    def present(self) -> list[int]:
        streams = self.ask("get-stream-info")["stream-info"]["stream-info"]
        # Each got the lowest number that was free.
        assert all(stream["camera_id"] == str(stream["source_id"]) for stream in streams)
        return [stream["source_id"] for stream in streams]


def changes(dice: random.Random, run: Any, seconds: float) -> Iterator[None]:
    """Adds or removes one source at a time, never the first."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        present = run.present()
        others = present[1:]
        if not others or (len(present) < MOST and dice.random() < 0.5):
            run.add()
            assert len(run.present()) == len(present) + 1
        else:
            run.remove(dice.choice(others))
        yield


class Living:
    """How many sources there are in memory."""

    def __init__(self, pipeline: Any) -> None:
        self.count = 0
        pipeline.connect("deep-element-added", self._added)
        for element in pipeline.iterate_recurse():
            self._note(element)

    def _added(self, _pipeline: Any, _bin: Any, element: Any) -> None:
        self._note(element)

    def _note(self, element: Any) -> None:
        factory = element.get_factory()
        if factory is not None and factory.get_name() == "nvurisrcbin":
            self.count += 1
            element.weak_ref(self._gone)

    def _gone(self) -> None:
        self.count -= 1


def drain(bus: Any) -> None:
    """Messages hold what sent them. An error fails the test."""
    while (message := bus.pop()) is not None:
        assert message.type != Gst.MessageType.ERROR, message.parse_error()


@pytest.mark.parametrize("way", [Pads, PadsOfTheNewer, Rest])
def test_nothing_is_lost_or_left_behind(clip: str, dice: random.Random, way: Any) -> None:
    run = way(clip)
    living, memory, count = Living(run.pipeline), [], 0
    with run:
        run.wait_for_frames(5)
        for _ in range(PARTS):
            for _ in changes(dice, run, SECONDS / WAYS / PARTS):
                count += 1
                drain(run.bus)
                if count % 5 == 0:  # the first source goes on meanwhile
                    run.wait_for_frames(1, of=0)
            assert living.count == len(run.present())
            for left in run.present()[1:]:
                run.remove(left)
            drain(run.bus)
            assert living.count == 1
            run.wait_for_frames(5, of=0)
            memory.append(resident_bytes() / MIB)
            check_frames(run)
        run.wait_for_frames(FRAMES, of=0)
        run.add()
        assert run.present() == [0, 1]
        run.wait_for_frames(5, of=1)
    check_frames(run)
    print(way.__name__, count, "changes", [round(mib) for mib in memory], "MiB")
    assert count > 10 * PARTS
    # The first parts fill the allocator's arenas, one for each thread.
    assert memory[-1] - memory[PARTS // 2] < 16


def check_frames(run: Any) -> None:
    """Of each source, frame followed frame: none is missing, none came twice. Forgets all but the
    last of each."""
    frames = list(run.frames)
    by_source: dict[int, list[Any]] = defaultdict(list)
    for frame in frames:
        by_source[frame.source].append(frame)
    step = Gst.SECOND // 50
    for source, its in by_source.items():
        for before, after in itertools.pairwise(its):
            new_life = after.number == 0
            assert new_life or after.number == before.number + 1, (source, before, after)
            assert source or not new_life  # the first is never removed
            if not new_life:
                assert after.pts in (before.pts + step, before.pts - (FRAMES - 1) * step)
            else:
                assert after.pts < step
    with run.came:
        del run.frames[: len(frames)]
        run.frames[:0] = [its[-1] for its in by_source.values()]
