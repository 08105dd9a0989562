"""nvurisrcbin: files, HTTP and cameras that come, go, stall and lie; recordings."""

from __future__ import annotations

import contextlib
import ctypes
import functools
import http.server
import itertools
import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

pyds = pytest.importorskip("pyds")

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst

from thalweg import stats

from ..memory import MIB, resident_bytes
from ..rtsp_camera import Camera
from .watched import ENDS, Watched

SIZE = (320, 240)
STALL_S = float(os.environ.get("THALWEG_STRESS_SECONDS", "3"))


def link(_source: Any, pad: Any, sink: Any) -> None:
    assert pad.link(sink) == Gst.PadLinkReturn.OK


class Run(Watched):
    """Sources before a muxer and a sink, called s, s1 and so on.

    `sources`: a factory's name and settings for each.
    """

    def __init__(self, *sources: str, mux: str = "live-source=1") -> None:
        pipeline = Gst.parse_launch(
            f"nvstreammux name=m batch-size={len(sources)} width=320 height=240 attach-sys-ts=0 "
            f"batched-push-timeout=40000 {mux} ! fakesink name=end sync=false"
        )
        for number, line in enumerate(sources):
            factory, *properties = line.split()
            source = Gst.ElementFactory.make(factory, f"s{number or ''}")
            for assignment in properties:
                Gst.util_set_object_arg(source, *assignment.split("=", 1))
            sink = pipeline.get_by_name("m").request_pad_simple(f"sink_{number}")
            source.connect("pad-added", link, sink)
            pipeline.add(source)
        super().__init__(pipeline)


def rtsp(camera: Camera, more: str = "") -> str:
    return f"nvurisrcbin uri={camera.uri} {more}"


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An MP4 of 12 frames at 25 fps, with sound."""
    path = tmp_path_factory.mktemp("clip") / "short.mp4"
    pipeline = Gst.parse_launch(
        "videotestsrc num-buffers=12 ! video/x-raw,format=I420,width=320,height=240,framerate=25/1 "
        f"! x264enc key-int-max=4 ! mp4mux name=m ! filesink location={path} "
        "audiotestsrc num-buffers=22 ! audio/x-raw,rate=44100,channels=1 ! avenc_aac ! m."
    )
    pipeline.set_state(Gst.State.PLAYING)
    message = pipeline.get_bus().timed_pop_filtered(20 * Gst.SECOND, ENDS)
    pipeline.set_state(Gst.State.NULL)
    assert message.type == Gst.MessageType.EOS
    return path


# ---- properties


def test_defaults_are_those_of_the_original(check_defaults: Callable[[str], None]) -> None:
    check_defaults("nvurisrcbin")


def test_gst_inspect_prints_no_warning() -> None:
    shown = subprocess.run(["gst-inspect-1.0", "nvurisrcbin"], capture_output=True, text=True)
    assert shown.returncode == 0
    assert shown.stderr == ""


def test_the_older_name_of_the_cache_is_the_same() -> None:
    source = Gst.ElementFactory.make("nvurisrcbin")
    source.set_property("smart-rec-video-cache", 7)
    assert source.get_property("smart-rec-cache") == 7
    source.set_property("smart-rec-cache", 9)
    assert source.get_property("smart-rec-video-cache") == 9


# ---- files


def test_a_file_is_played_to_its_end(play: Any, short: Path) -> None:
    pipeline = Gst.parse_launch(f"nvurisrcbin name=s uri={short.as_uri()} ! fakesink name=end")
    count = 0

    def see(_pad: Any, _info: Any) -> Any:
        nonlocal count
        count += 1
        return Gst.PadProbeReturn.OK

    pipeline.get_by_name("end").get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, see)
    assert play(pipeline).eos
    assert count == 12


def test_a_program_finds_pad_caps_and_decoder(short: Path) -> None:
    """As deepstream-test3 does with its option --file-loop."""
    pipeline = Gst.Pipeline.new(None)
    source = Gst.ElementFactory.make("nvurisrcbin")
    source.set_property("uri", short.as_uri())
    sink = Gst.ElementFactory.make("fakesink")
    pads: list[str] = []
    children: list[str] = []

    def child_added(_proxy: Any, child: Any, name: str) -> None:
        children.append(name)
        if name.find("decodebin") != -1:
            child.connect("child-added", child_added)

    def pad_added(_source: Any, pad: Any) -> None:
        caps = pad.get_current_caps()
        assert caps.get_structure(0).get_name() == "video/x-raw"
        assert caps.get_features(0).contains("memory:NVMM")
        pads.append(pad.get_name())
        assert pad.link(sink.get_static_pad("sink")) == Gst.PadLinkReturn.OK

    source.connect("pad-added", pad_added)
    source.connect("pad-removed", lambda _, pad: pads.remove(pad.get_name()))
    source.connect("child-added", child_added)
    pipeline.add(source)
    pipeline.add(sink)
    pipeline.set_state(Gst.State.PLAYING)
    message = pipeline.get_bus().timed_pop_filtered(20 * Gst.SECOND, ENDS)
    assert message.type == Gst.MessageType.EOS
    assert pads == ["vsrc_0"]
    assert any("nvv4l2decoder" in name for name in children)
    pipeline.set_state(Gst.State.NULL)
    assert pads == []


def test_a_loop_goes_on_without_gap_or_end(short: Path) -> None:
    with Run(f"nvurisrcbin uri={short.as_uri()} file-loop=true", mux="") as run:
        running: list[int] = []

        def see(pad: Any, info: Any) -> Any:
            segment = pad.get_sticky_event(Gst.EventType.SEGMENT, 0).parse_segment()
            running.append(segment.to_running_time(Gst.Format.TIME, info.get_buffer().pts))
            return Gst.PadProbeReturn.OK

        run.element("m").get_static_pad("sink_0").add_probe(Gst.PadProbeType.BUFFER, see)
        frames = run.wait_for_frames(60)
        assert run.bus.pop_filtered(Gst.MessageType.EOS) is None
        message = run.bus.pop_filtered(Gst.MessageType.ELEMENT)
        assert message is None or not message.get_structure().has_name("stream-eos")
    assert [frame.number for frame in frames] == list(range(60))
    steps = {after - before for before, after in itertools.pairwise(running[:60])}
    assert steps == {40_000_000}


def test_sound_loops_with_its_picture(short: Path) -> None:
    pipeline = Gst.parse_launch(
        f"nvurisrcbin name=s uri={short.as_uri()} file-loop=true disable-audio=false "
        "s.vsrc_0 ! fakesink name=v sync=false s.asrc_0 ! fakesink name=a sync=false"
    )
    starts: dict[str, list[int]] = {"v": [], "a": []}

    def note(name: str, pad: Any, info: Any) -> Any:
        event = info.get_event()
        if event.type == Gst.EventType.SEGMENT:
            starts[name].append(event.parse_segment().base)
        return Gst.PadProbeReturn.OK

    for name in starts:
        pad = pipeline.get_by_name(name).get_static_pad("sink")
        pad.add_probe(Gst.PadProbeType.EVENT_DOWNSTREAM, functools.partial(note, name))
    pipeline.set_state(Gst.State.PLAYING)
    bus, deadline = pipeline.get_bus(), time.monotonic() + 15
    while min(map(len, starts.values())) < 4:
        assert bus.timed_pop_filtered(5 * Gst.MSECOND, ENDS) is None
        assert time.monotonic() < deadline
    pipeline.set_state(Gst.State.NULL)
    assert starts["v"][:4] == starts["a"][:4]
    assert starts["v"][1] >= 12 * 40_000_000  # the longer of both
    assert len({after - before for before, after in itertools.pairwise(starts["v"][:4])}) == 1


@pytest.mark.parametrize(
    ("setting", "frames"), [("drop-frame-interval=3", 4), ("dec-skip-frames=2", 3)]
)
def test_the_decoder_leaves_frames_out(short: Path, setting: str, frames: int) -> None:
    with Run(f"nvurisrcbin uri={short.as_uri()} {setting}", mux="") as run:
        message = run.bus.timed_pop_filtered(10 * Gst.SECOND, ENDS)
        assert message.type == Gst.MessageType.EOS
        assert run.element().get_property("stats").get_value("out") == frames
    assert len(run.frames) == frames


def test_frames_can_be_paced(play: Any, short: Path) -> None:
    started = time.monotonic()
    assert play(
        f"nvurisrcbin uri={short.as_uri()} simulate-fps-interval-ms=20 ! fakesink sync=false"
    ).eos
    assert time.monotonic() - started >= 11 * 0.02


def test_what_another_decoder_gives_comes_as_nvmm(play: Any, tmp_path: Path) -> None:
    path = tmp_path / "theora.ogg"
    assert play(
        "videotestsrc num-buffers=5 ! video/x-raw,width=320,height=240 ! theoraenc ! oggmux ! "
        f"filesink location={path}"
    ).eos
    with Run(f"nvurisrcbin uri={path.as_uri()}", mux="") as run:
        run.wait_for_frames(5)


def test_http(short: Path) -> None:
    handler = functools.partial(QuietHandler, directory=str(short.parent))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        uri = f"http://127.0.0.1:{server.server_port}/{short.name}"
        try:
            with Run(f"nvurisrcbin uri={uri}", mux="") as run:
                run.wait_for_frames(12)
        finally:
            server.shutdown()
            thread.join()


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (
            "",
            "s has nothing to play: its property uri is not set. Set it, for example "
            "uri=file:///path/clip.mp4 or uri=rtsp://camera/stream.",
        ),
        (
            "uri=clip.mp4",
            's expected a URI but got "clip.mp4". Write a file as file:///path/clip.mp4.',
        ),
        (
            "uri=ipc:///run/frames",
            "s: shared-memory sources (ipc:///run/frames) are not part of Thalweg. Use a file:, "
            "http: or rtsp: URI.",
        ),
        (
            "uri=file:///no/such.mp4",
            's cannot play file:///no/such.mp4: Resource not found (No such file "/no/such.mp4").',
        ),
    ],
)
def test_wrong_settings_are_one_error(settings: str, expected: str) -> None:
    pipeline = Gst.parse_launch(f"nvurisrcbin name=s {settings} ! fakesink")
    pipeline.set_state(Gst.State.PLAYING)
    bus = pipeline.get_bus()
    message = bus.timed_pop_filtered(10 * Gst.SECOND, ENDS)
    assert message.parse_error()[0].message == expected
    assert bus.pop_filtered(ENDS) is None
    pipeline.set_state(Gst.State.NULL)


def test_a_file_without_video_is_an_error(play: Any, tmp_path: Path) -> None:
    path = tmp_path / "sound.mp4"
    assert play(f"audiotestsrc num-buffers=20 ! avenc_aac ! mp4mux ! filesink location={path}").eos
    pipeline = Gst.parse_launch(f"nvurisrcbin name=s uri={path.as_uri()} ! fakesink")
    assert play(pipeline, timeout=20).error == (
        f"s found nothing to decode in {path.as_uri()}: expected video (audio is left out, see "
        "disable-audio). Check the URI."
    )


def test_a_pad_that_is_not_linked_is_an_error(short: Path) -> None:
    pipeline = Gst.Pipeline.new(None)
    source = Gst.ElementFactory.make("nvurisrcbin", "s")
    source.set_property("uri", short.as_uri())
    pipeline.add(source)
    pipeline.set_state(Gst.State.PLAYING)
    message = pipeline.get_bus().timed_pop_filtered(10 * Gst.SECOND, ENDS)
    pipeline.set_state(Gst.State.NULL)
    assert message.parse_error()[0].message == (
        "s has nowhere to send its frames: its source pad is not linked. Link it when pad-added "
        "tells of it."
    )


def test_many_starts_leave_nothing_behind(short: Path) -> None:
    def cycle() -> None:
        run = Run(f"nvurisrcbin uri={short.as_uri()}", mux="")
        for _ in range(2):
            with run:
                message = run.bus.timed_pop_filtered(20 * Gst.SECOND, ENDS)
                assert message.type == Gst.MessageType.EOS
        assert len(run.frames) == 24

    for _ in range(30):  # fills the allocator's arenas
        cycle()
    before, count = resident_bytes(), threads()
    for _ in range(40):
        cycle()
    assert resident_bytes() - before < 10 * MIB
    assert threads() <= count + 2


# ---- cameras


def test_frames_of_cameras_have_their_times(camera: Callable[..., Camera]) -> None:
    """H.264 and H.265, over UDP and TCP."""
    # 200 ms apart, so that the nearest capture is the frame's own.
    cameras = [camera(codec, rate=5) for codec in ("H264", "H265") * 2]
    transports = ["rtp-udp", "rtp-udp", "rtp-tcp", "rtp-tcp"]
    with Run(
        *(
            rtsp(source, f"select-rtp-protocol={transport}")
            for source, transport in zip(cameras, transports, strict=True)
        )
    ) as run:
        deadline = time.monotonic() + 20
        while True:
            run.wait_for_frames(1)
            timed = [frame.source for frame in run.frames if frame.ntp]
            if all(timed.count(number) >= 8 for number in range(4)):
                break
            assert time.monotonic() < deadline, timed
        frames = list(run.frames)
    for number, source in enumerate(cameras):
        source.stop()  # it has told of all its pictures then
        its = [frame for frame in frames if frame.source == number]
        assert [frame.number for frame in its] == list(range(len(its)))
        assert {frame.size for frame in its} == {SIZE}
        late = [min(abs(f.ntp - at) for at in source.captured) for f in its if f.ntp]
        # Half of them at least: an encoder on a busy machine stamps some frames late itself.
        assert sorted(late)[len(late) // 2] < 50_000_000


def test_motion_jpeg(camera: Callable[..., Camera]) -> None:
    with Run(rtsp(camera("JPEG"))) as run:
        run.wait_for_frames(3)


def test_a_camera_that_vanishes_comes_back_and_the_others_go_on(
    camera: Callable[..., Camera],
) -> None:
    first, second = camera(), camera()
    with Run(
        rtsp(first, "rtsp-reconnect-interval=1 source-id=7 select-rtp-protocol=4"),
        f"nvurisrcbin uri={second.uri}",
    ) as run:
        assert run.wait_for_state("connecting") is not None
        run.wait_for_frames(5)
        run.wait_for_frames(5, of=1)
        resets: list[int] = []

        def see(_pad: Any, info: Any) -> Any:
            structure = info.get_event().get_structure()
            if structure is not None and structure.get_name() == "nv-stream-reset-0":
                resets.append(structure.get_value("source-id"))
            return Gst.PadProbeReturn.OK

        pad = run.element("end").get_static_pad("sink")
        pad.add_probe(Gst.PadProbeType.EVENT_DOWNSTREAM, see)
        first.vanish()
        lost = run.wait_for_state("lost")
        while lost["source-id"] != 7:
            lost = run.wait_for_state("lost")
        assert lost["reason"] == "the camera ended its stream"
        assert lost["attempts"] == 0
        assert 0 < lost["retry-in-ms"] <= 125
        # At least twice more it is tried in vain; the other camera keeps its rate meanwhile.
        assert "Failed to connect" in run.wait_for_state("lost")["reason"]
        began, before = time.monotonic(), len(run.frames)
        assert run.wait_for_state("lost")["attempts"] == 2
        run.wait_for_frames(25, of=1)
        others = [frame for frame in run.frames[before:] if frame.source == 1]
        # A busy machine's camera is slower than 25 frames a second by itself.
        assert (time.monotonic() - began) * 10 < len(others)
        first.start()
        assert run.wait_for_state("live") is not None
        run.wait_for_frames(5)
        frames = [[f for f in run.frames if f.source == source] for source in (0, 1)]
        element = stats.read(run.pipeline)["s"]
    assert resets == [0]
    for of_one in frames:
        assert [frame.number for frame in of_one] == list(range(len(of_one)))
        # GStreamer's jitter buffer may give two frames that come at once the same time.
        assert all(a.pts <= b.pts for a, b in itertools.pairwise(of_one))
    # Nothing of the other one is missing: frame follows frame.
    steps = [after.pts - before.pts for before, after in itertools.pairwise(frames[1][2:])]
    assert max(steps) < 100_000_000
    assert element.state == "live"
    assert element.others["times-live"] == 2


def test_a_camera_that_ends_in_good_order_is_connected_again(
    camera: Callable[..., Camera],
) -> None:
    source = camera()
    with Run(rtsp(source, "rtsp-reconnect-interval=1")) as run:
        run.wait_for_frames(3)
        source.stop()
        run.wait_for_state("lost")
        source.start()
        run.wait_for_state("live")
        run.wait_for_frames(3)


def test_cameras_that_stall(camera: Callable[..., Camera]) -> None:
    """Over UDP and over TCP."""
    cameras = [camera(), camera()]
    settings = "rtsp-reconnect-interval=1 source-id={} select-rtp-protocol={}"
    with Run(
        rtsp(cameras[0], settings.format(0, "rtp-udp")),
        rtsp(cameras[1], settings.format(1, "rtp-tcp")),
    ) as run:
        for number in (0, 1):
            run.wait_for_frames(3, of=number)
        for source in cameras:
            source.freeze()
        lost = [run.wait_for_state("lost") for _ in cameras]
        assert {said["source-id"] for said in lost} == {0, 1}
        assert {said["reason"] for said in lost} == {"no data came for 1 s"}
        run.wait_for_state("connecting")
        for source in cameras:
            source.thaw()
        for number in (0, 1):
            run.wait_for_frames(3, of=number)


def test_another_codec_and_size_after_a_restart(camera: Callable[..., Camera]) -> None:
    source = camera("H264")
    with Run(rtsp(source, "rtsp-reconnect-interval=1")) as run:
        run.wait_for_frames(3)
        source.vanish()
        run.wait_for_state("lost")
        source.codec, source.size = "H265", (160, 128)
        source.start()
        run.wait_for_state("live")
        assert {frame.size for frame in run.wait_for_frames(3)} == {(160, 128)}


@pytest.mark.parametrize("codec", ["H264", "H265"])
def test_another_size_in_the_middle_of_the_stream(
    camera: Callable[..., Camera], codec: str
) -> None:
    source = camera(codec)
    with Run(rtsp(source, "rtsp-reconnect-interval=2 select-rtp-protocol=rtp-tcp")) as run:
        run.wait_for_frames(5)
        for size in ((160, 128), (640, 480)):
            source.resize(size)
            deadline = time.monotonic() + 15
            while run.wait_for_frames(1)[0].size != size:
                assert time.monotonic() < deadline
            run.wait_for_frames(5)
        element = stats.read(run.pipeline)["s"]
    assert (element.state, element.others["times-lost"]) == ("live", 0)
    assert [frame.number for frame in run.frames] == list(range(len(run.frames)))
    assert {frame.size for frame in run.frames} == {SIZE, (160, 128), (640, 480)}


def free_port() -> int:
    """A port on which nobody listens: the next camera's."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def test_a_camera_that_is_not_there_at_first(camera: Callable[..., Camera]) -> None:
    source = camera()
    source.vanish()
    with Run(rtsp(source, "init-rtsp-reconnect-interval=1")) as run:
        reason = run.wait_for_state("lost")["reason"]
        assert reason.startswith("Could not open resource for reading and writing (Failed to con")
        run.wait_for_state("lost")
        source.start()
        run.wait_for_state("live")
        run.wait_for_frames(3)


@contextlib.contextmanager
def strange_server(answer: bytes | None) -> Iterator[str]:
    """The URI of something that takes connections and gives each `answer`; None: nothing at all."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        connections: list[socket.socket] = []

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    connections.append(connection)
                    if answer is not None:
                        connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"rtsp://127.0.0.1:{server.getsockname()[1]}/camera"
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()
            for connection in connections:
                connection.close()


@pytest.mark.parametrize(
    "answer",
    [
        os.urandom(5000).replace(b"\n", b"x") + b"\r\n\r\n",
        b"HTTP/1.1 404 Not Found\r\n\r\n",
        b"$\0",
    ],
    ids=["noise", "http", "half a packet"],
)
def test_a_camera_that_sends_garbage(answer: bytes) -> None:
    with strange_server(answer) as uri:
        with Run(f"nvurisrcbin uri={uri} rtsp-reconnect-interval=1") as run:
            if answer == b"$\0":  # waits for the rest, as it should, but not when it is stopped
                run.wait_for_state("connecting")
                deadline = time.monotonic() + 3
            else:
                run.wait_for_state("lost")
                run.wait_for_state("connecting")
                run.wait_for_state("lost")
                deadline = time.monotonic() + 3
        assert time.monotonic() < deadline


def test_a_good_camera_keeps_its_rate_beside_bad_ones(camera: Callable[..., Camera]) -> None:
    """One stalls, one vanished, one refuses connections, and one sends noise."""
    good, stalls, vanishes = camera(), camera(), camera()
    settings = "rtsp-reconnect-interval=1 source-id={}"
    with (
        strange_server(os.urandom(5000).replace(b"\n", b"x") + b"\r\n\r\n") as noise,
        Run(
            rtsp(good, settings.format(0)),
            rtsp(stalls, settings.format(1)),
            rtsp(vanishes, settings.format(2)),
            f"nvurisrcbin uri=rtsp://127.0.0.1:{free_port()}/none {settings.format(3)}",
            f"nvurisrcbin uri={noise} {settings.format(4)}",
            # Less than a frame's time: the muxer waits so long for those that never came.
            mux="live-source=1 batched-push-timeout=20000",
        ) as run,
    ):
        for number in range(3):
            run.wait_for_frames(5, of=number)
        stalls.freeze()
        vanishes.vanish()
        run.wait_for_frames(1)
        began, before, taken = time.monotonic(), stats.read(run.pipeline), len(good.captured)
        while time.monotonic() - began < STALL_S:
            run.wait_for_frames(5)
        now, taken = stats.read(run.pipeline), len(good.captured) - taken
        rate, own_rate = now.rate(before, "s"), taken / (now.at - before.at)
        print(
            f"good camera: {own_rate:.1f} taken, {rate:.1f} came, {now.rate(before, 'm'):.1f} out"
        )
        # Some frames may be on their way at either end, the more the busier the machine is.
        assert rate >= 0.8 * own_rate
        assert now.rate(before, "m") == pytest.approx(rate, rel=0.2)
        assert {now[name].state for name in ("s1", "s2", "s3", "s4")} <= {"lost", "connecting"}
        assert all(now.rate(before, name) == 0 for name in ("s2", "s3", "s4"))
        assert all(now[name].others["times-lost"] >= 1 for name in ("s1", "s2"))
        assert now["s"].state == "live"
        stalls.thaw()
        vanishes.start()
        for number in (1, 2):
            run.wait_for_frames(5, of=number)
        back = stats.read(run.pipeline)
    assert [back[name].state for name in ("s", "s1", "s2")] == ["live"] * 3
    assert back["s"].others["times-lost"] == 0
    for number in range(3):
        assert run.numbers(number) == list(range(len(run.numbers(number))))


@contextlib.contextmanager
def cable(camera: Camera) -> Iterator[tuple[str, threading.Event]]:
    """A way to a camera over TCP, and what cuts its first connection in the middle of a packet."""
    cut = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        ends: list[socket.socket] = []

        def carry(source: socket.socket, target: socket.socket, first: bool) -> None:
            with contextlib.suppress(OSError):
                while data := source.recv(4096):
                    if first and cut.is_set() and data.startswith(b"$"):
                        target.sendall(data[:20])
                        return  # neither the rest nor an end comes
                    target.sendall(data)

        def serve() -> None:
            first = True
            with contextlib.suppress(OSError):
                while True:
                    near, _ = server.accept()
                    far = socket.create_connection(("127.0.0.1", camera.port))
                    ends.extend((near, far))
                    threading.Thread(target=carry, args=(near, far, False)).start()
                    threading.Thread(target=carry, args=(far, near, first)).start()
                    first = False

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"rtsp://127.0.0.1:{server.getsockname()[1]}/camera", cut
        server.shutdown(socket.SHUT_RDWR)
        thread.join()
        for end in ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


def test_a_cable_that_is_cut_in_the_middle_of_a_packet(camera: Callable[..., Camera]) -> None:
    with cable(camera()) as (uri, cut):
        settings = "rtsp-reconnect-interval=1 select-rtp-protocol=rtp-tcp"
        with Run(f"nvurisrcbin uri={uri} {settings}") as run:
            run.wait_for_frames(3)
            cut.set()
            assert run.wait_for_state("lost")["reason"] == "no data came for 1 s"
            run.wait_for_state("live")
            run.wait_for_frames(3)


def test_attempts_that_are_used_up_are_an_error(camera: Callable[..., Camera]) -> None:
    source = camera()
    source.vanish()
    settings = "rtsp-reconnect-interval=1 rtsp-reconnect-attempts=2 source-id=3"
    began = time.monotonic()
    with Run(rtsp(source, settings)) as run:
        states = [run.element_message("thalweg-source-state")["state"] for _ in range(6)]
        assert run.element_message("attempt-exceeded") == {"source-id": 3, "attempt_exceeded": True}
        error = run.error()
    assert states == ["connecting", "lost"] * 3
    assert time.monotonic() - began >= 2  # with the whole interval before each attempt
    assert error.startswith(
        f"s gives up {source.uri} after 2 attempts to reconnect: Could not open resource for "
    )
    assert error.endswith("Check the camera, or set rtsp-reconnect-attempts=-1 to go on trying.")


def test_without_reconnection_a_loss_is_an_error_without_secrets(
    camera: Callable[..., Camera],
) -> None:
    source = camera()
    uri = source.uri.replace("rtsp://", "rtsp://admin:secret@")
    with Run(f"nvurisrcbin uri={uri}") as run:
        run.wait_for_frames(3)
        source.vanish()
        error = run.error()
    assert error.startswith(f"s lost {source.uri}: ")
    assert "secret" not in error
    assert error.endswith(
        "Check the camera, or set rtsp-reconnect-interval to the seconds after which to connect "
        "again."
    )


@pytest.mark.parametrize("state", ["live", "lost"])
def test_an_end_that_the_program_sends(camera: Callable[..., Camera], state: str) -> None:
    source = camera()
    with Run(rtsp(source, "rtsp-reconnect-interval=1")) as run:
        run.wait_for_frames(3)
        if state == "lost":
            source.vanish()
            run.wait_for_state("lost")
        run.pipeline.send_event(Gst.Event.new_eos())
        message = run.bus.timed_pop_filtered(10 * Gst.SECOND, ENDS)
        assert message.type == Gst.MessageType.EOS


def test_an_end_is_sent_without_waiting_for_a_pipeline_that_takes_nothing(short: Path) -> None:
    run = Run(f"nvurisrcbin uri={short.as_uri()} file-loop=true", mux="")
    run.pipeline.set_state(Gst.State.PAUSED)
    assert run.pipeline.get_state(10 * Gst.SECOND)[0] == Gst.StateChangeReturn.SUCCESS
    deadline = time.monotonic() + 10
    while r"blocked\=\(guint64\)0" in run.element("m").get_property("stats").to_string():
        assert run.bus.timed_pop_filtered(5 * Gst.MSECOND, ENDS) is None
        assert time.monotonic() < deadline
    with run:
        run.pipeline.send_event(Gst.Event.new_eos())
        assert run.message(ENDS).type == Gst.MessageType.EOS
    run.pipeline.set_state(Gst.State.PAUSED)
    assert run.pipeline.get_state(10 * Gst.SECOND)[0] == Gst.StateChangeReturn.SUCCESS
    run.pipeline.send_event(Gst.Event.new_eos())  # and before it plays
    with run:
        assert run.message(ENDS).type == Gst.MessageType.EOS


# ---- what its queue gives up


@pytest.mark.parametrize("leak", ["upstream-leak", "downstream-leak"])
@pytest.mark.parametrize("recorded", [False, True])
def test_frames_that_a_leaky_queue_drops_are_counted(
    camera: Callable[..., Camera], tmp_path: Path, leak: str, recorded: bool
) -> None:
    """Compared with what passes the queue's pads, while nothing leaves it and afterwards."""
    source = camera()
    more = f"smart-record=2 smart-rec-dir-path={tmp_path}" if recorded else ""
    run = Run(rtsp(source, f"leaky={leak} max-size-buffers=2 {more}"))
    changed = threading.Condition()
    passed = {"sink": 0, "src": 0}
    is_open = threading.Event()
    is_open.set()

    def count(_pad: Any, _info: Any, name: str) -> Any:
        with changed:
            passed[name] += 1
            changed.notify_all()
        if name == "src":
            is_open.wait(30)
        return Gst.PadProbeReturn.OK

    def watch(_bin: Any, child: Any) -> None:
        if child.get_factory().get_name() == "queue":
            for name in passed:
                child.get_static_pad(name).add_probe(Gst.PadProbeType.BUFFER, count, name)

    def dropped() -> int:
        return stats.read(run.pipeline)["s"].frames_dropped

    run.element().connect("element-added", watch)
    with run:
        run.wait_for_frames(3)
        is_open.clear()
        try:
            with changed:
                came = passed["sink"]
                assert changed.wait_for(lambda: passed["sink"] >= came + 20, 30)
                # Two are in the queue, one may be at its entry, one on its way out.
                least = passed["sink"] - passed["src"] - 4
            assert dropped() >= least >= 10
        finally:
            is_open.set()
        run.wait_for_frames(3)
        assert stats.read(run.pipeline)["s"].frames_in == 0
    assert dropped() == passed["sink"] - passed["src"]


# ---- stopping at any moment


def threads() -> int:
    return len(os.listdir("/proc/self/task"))


@pytest.mark.parametrize("moment", ["connecting", "no answer", "lost", "live", "blocked", "paused"])
def test_it_stops_at_any_moment(camera: Callable[..., Camera], moment: str) -> None:
    source = camera()
    with Run(rtsp(source, "rtsp-reconnect-interval=1")) as run:  # the pools have their threads then
        run.wait_for_frames(3)
    with contextlib.ExitStack() as stack:
        uri = source.uri
        if moment == "no answer":
            uri = stack.enter_context(strange_server(None))
        if moment == "lost":
            source.vanish()
        before = threads()
        run = Run(f"nvurisrcbin uri={uri} rtsp-reconnect-interval=1")
        if moment == "blocked":
            block = run.element("end").get_static_pad("sink")
            block.add_probe(Gst.PadProbeType.BLOCK_DOWNSTREAM, lambda *_: Gst.PadProbeReturn.OK)
        run.pipeline.set_state(Gst.State.PLAYING)
        if moment in ("lost", "live"):
            run.wait_for_state(moment)
        elif moment == "paused":
            run.wait_for_frames(3)
            run.pipeline.set_state(Gst.State.PAUSED)
        elif moment == "blocked":
            run.wait_for_state("live")
            mux, deadline = run.element("m"), time.monotonic() + 10
            while r"skipped\=\(guint64\)0" in mux.get_property("stats").to_string():
                assert run.bus.timed_pop_filtered(5 * Gst.MSECOND, ENDS) is None
                assert time.monotonic() < deadline
        began = time.monotonic()
        if moment == "blocked":  # the source alone, as a program does that removes it
            assert run.element("s").set_state(Gst.State.NULL) == Gst.StateChangeReturn.SUCCESS
            assert time.monotonic() - began < 2
        assert run.pipeline.set_state(Gst.State.NULL) == Gst.StateChangeReturn.SUCCESS
        assert time.monotonic() - began < 3
        deadline = time.monotonic() + 5  # those that have ended are seen for a moment
        while threads() > before and time.monotonic() < deadline:
            threading.Event().wait(0.005)
        assert threads() <= before + 1  # of GStreamer's pools


def test_a_file_is_let_go_at_any_moment_of_its_start(short: Path) -> None:
    with Run(f"nvurisrcbin uri={short.as_uri()} file-loop=true", mux="") as run:
        # Else the pipeline itself may still start what is removed meanwhile.
        assert run.pipeline.get_state(10 * Gst.SECOND)[0] == Gst.StateChangeReturn.SUCCESS
        for delay_ms in range(40):
            source = Gst.ElementFactory.make("nvurisrcbin")
            source.set_property("uri", short.as_uri())
            sink = run.element("m").request_pad_simple("sink_1")
            source.connect("pad-added", link, sink)
            run.pipeline.add(source)
            assert source.sync_state_with_parent()
            run.bus.timed_pop_filtered(delay_ms * Gst.MSECOND // 2, ENDS)
            assert source.set_state(Gst.State.NULL) == Gst.StateChangeReturn.SUCCESS
            assert source.current_state == Gst.State.NULL
            run.element("m").release_request_pad(sink)
            run.pipeline.remove(source)
        run.wait_for_frames(1)
        assert run.bus.pop_filtered(ENDS) is None


def test_it_can_be_started_again_and_again(camera: Callable[..., Camera]) -> None:
    source = camera()
    run = Run(rtsp(source, "rtsp-reconnect-interval=1"))
    for _ in range(5):
        with run:
            run.wait_for_frames(2)


# ---- recordings


class Recording(ctypes.Structure):
    """NvDsSRRecordingInfo."""

    _fields_ = [
        ("context", ctypes.c_void_p),
        ("session", ctypes.c_uint32),
        ("filename", ctypes.c_char_p),
        ("dirpath", ctypes.c_char_p),
        ("duration", ctypes.c_uint64),
        ("container", ctypes.c_int),
        ("width", ctypes.c_uint),
        ("height", ctypes.c_uint),
        ("has_video", ctypes.c_int),
        ("channels", ctypes.c_uint),
        ("rate", ctypes.c_uint),
        ("has_audio", ctypes.c_int),
    ]


class Done(NamedTuple):
    session: int
    path: Path
    duration_ms: int
    size: tuple[int, int]
    video: bool
    audio: bool
    sound: tuple[int, int]  # channels, rate


def watch_recordings(source: Any) -> list[Done]:
    done: list[Done] = []

    def on_done(_source: Any, info: Any, _data: Any) -> None:
        given = Recording.from_address(hash(info))
        done.append(
            Done(
                given.session,
                Path(given.dirpath.decode()) / given.filename.decode(),
                given.duration,
                (given.width, given.height),
                bool(given.has_video),
                bool(given.has_audio),
                (given.channels, given.rate),
            )
        )

    source.connect("sr-done", on_done)
    return done


def decoded(path: Path) -> tuple[int, float]:
    """Pictures of a file, and its length in seconds."""
    pipeline = Gst.parse_launch(
        f"uridecodebin uri={path.absolute().as_uri()} ! videoconvert ! appsink name=end sync=false"
    )
    end = pipeline.get_by_name("end")
    pipeline.set_state(Gst.State.PLAYING)
    times = []
    while (sample := end.emit("try-pull-sample", 20 * Gst.SECOND)) is not None:
        times.append(sample.get_buffer().pts)
    error = pipeline.get_bus().pop_filtered(Gst.MessageType.ERROR)
    pipeline.set_state(Gst.State.NULL)
    assert error is None, error.parse_error()
    assert times == sorted(times)
    return len(times), (times[-1] - times[0]) / 1e9


def test_the_last_seconds_are_recorded(camera: Callable[..., Camera], tmp_path: Path) -> None:
    kinds = [("H264", "mp4"), ("H264B", "mp4"), ("H265", "mkv"), ("JPEG", "mkv")]
    with Run(
        *(
            rtsp(
                camera(codec),
                f"smart-record=2 smart-rec-dir-path={tmp_path} smart-rec-cache=3 "
                f"smart-rec-container=smart-rec-{container} smart-rec-file-prefix={codec}",
            )
            for codec, container in kinds
        )
    ) as run:
        sources = [run.element(f"s{number or ''}") for number in range(4)]
        done = {
            codec: watch_recordings(source)
            for (codec, _), source in zip(kinds, sources, strict=True)
        }
        run.wait_for_frames(45, of=1)  # 1.8 s of the slowest encoder
        for source in sources:
            assert not source.get_property("smart-rec-status")
            source.emit("start-sr", None, 1, 0, None)
            assert source.get_property("smart-rec-status")
        run.wait_for_frames(10)
        for source in sources:
            source.emit("stop-sr", 0)
        said = [run.element_message("smart-record-done") for _ in sources]
        assert not any(source.get_property("smart-rec-status") for source in sources)
    for codec, container in kinds:
        (one,) = done[codec]
        assert str(one.path) in {message["path"] for message in said}
        assert one.path.parent == tmp_path
        assert one.path.name.startswith(f"{codec}_00000_")
        assert one.path.suffix == f".{container}"
        assert one.size == SIZE
        assert one.video
        assert not one.audio
        count, seconds = decoded(one.path)
        # The second before and 0.4 after, from the key frame on (each 10th frame is one); longer
        # or shorter, and with frames left out, where the camera does not keep its 25 a second.
        assert 0.6 < seconds < 4, codec
        assert 10 < count < (seconds * 25 + 1) * 1.15, codec
        assert one.duration_ms == pytest.approx(seconds * 1000, abs=150), codec


def test_sound_is_recorded_with_the_picture(
    play: Any, camera: Callable[..., Camera], tmp_path: Path
) -> None:
    sound = (
        "audiotestsrc is-live=true ! audio/x-raw,rate=44100,channels=1 ! avenc_aac ! "
        "rtpmp4gpay name=pay1 pt=97"
    )
    settings = f"smart-record=2 smart-rec-dir-path={tmp_path} disable-audio=false"
    source_of_it = camera(more=sound)
    pipeline = Gst.parse_launch(
        f"nvurisrcbin name=s uri={source_of_it.uri} {settings} s.vsrc_0 ! fakesink name=v "
        "s.asrc_0 ! fakesink name=a"
    )
    heard, seen = threading.Event(), threading.Event()
    for name, event in (("a", heard), ("v", seen)):
        pad = pipeline.get_by_name(name).get_static_pad("sink")
        pad.add_probe(
            Gst.PadProbeType.BUFFER, lambda *_, event=event: (event.set(), Gst.PadProbeReturn.OK)[1]
        )
    source = pipeline.get_by_name("s")
    done = watch_recordings(source)
    pipeline.set_state(Gst.State.PLAYING)
    assert heard.wait(15)
    assert seen.wait(15)
    source.emit("start-sr", None, 0, 1, None)
    message = None
    while message is None or not message.get_structure().has_name("smart-record-done"):
        kinds = Gst.MessageType.ELEMENT | ENDS
        message = pipeline.get_bus().timed_pop_filtered(10 * Gst.SECOND, kinds)
        assert message.type == Gst.MessageType.ELEMENT
    pipeline.set_state(Gst.State.NULL)
    (one,) = done
    assert one.video
    assert one.audio
    assert one.sound == (1, 44100)
    count, _ = decoded(one.path)
    assert count > 10
    pipeline = Gst.parse_launch(
        f"filesrc location={one.path} ! qtdemux name=d d.audio_0 ! avdec_aac ! fakesink name=end"
    )
    samples = 0

    def listen(_pad: Any, info: Any) -> Any:
        nonlocal samples
        samples += info.get_buffer().get_size() // 4  # floats
        return Gst.PadProbeReturn.OK

    pipeline.get_by_name("end").get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, listen)
    assert play(pipeline).eos
    assert samples > 44100 * 0.5


def test_recordings_are_stopped_and_numbered(camera: Callable[..., Camera], tmp_path: Path) -> None:
    with Run(rtsp(camera(), f"smart-record=1 smart-rec-dir-path={tmp_path}")) as run:
        source = run.element()
        done = watch_recordings(source)
        run.wait_for_frames(3)
        number = ctypes.c_uint32(99)
        make_capsule = ctypes.pythonapi.PyCapsule_New
        make_capsule.restype = ctypes.py_object
        make_capsule.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
        for expected in (0, 1):
            capsule = make_capsule(ctypes.addressof(number), None, None)
            source.emit("start-sr", capsule, 0, 0, None)
            assert number.value == expected
            run.wait_for_frames(12)
            source.emit("stop-sr", expected)
            assert run.element_message("smart-record-done")["session-id"] == expected
        source.emit("start-sr", None, 0, 60, None)
        run.wait_for_frames(12)
    # Stopping the pipeline completes the file that was being written.
    assert [one.session for one in done] == [0, 1, 2]
    for one in done:
        count, _ = decoded(one.path)
        assert 3 <= count < 40


def warnings_of(run: Run) -> list[str]:
    found = []
    while (message := run.bus.pop_filtered(Gst.MessageType.WARNING)) is not None:
        if message.src.get_name() == "s":
            found.append(message.parse_warning()[0].message)
    return found


def test_recordings_that_cannot_be(camera: Callable[..., Camera], tmp_path: Path) -> None:
    source_of_it = camera()
    with Run(rtsp(source_of_it)) as run:
        run.wait_for_frames(3)
        run.element().emit("start-sr", None, 1, 1, None)
        assert warnings_of(run) == [
            "s: start-sr begins no recording: recording is off; set smart-record=2 before the "
            "element starts."
        ]
    nowhere = tmp_path / "none"
    with Run(rtsp(source_of_it, f"smart-record=2 smart-rec-dir-path={nowhere}")) as run:
        run.wait_for_frames(3)
        run.element().emit("start-sr", None, 1, 1, None)
        run.element().emit("stop-sr", 4)
        assert warnings_of(run) == [
            f"s: start-sr begins no recording: there is no folder {nowhere}; make it, or set "
            "smart-rec-dir-path to another one.",
            "s: stop-sr ends no recording: there is no recording 4 to stop.",
        ]
    with Run(rtsp(source_of_it, f"smart-record=2 smart-rec-dir-path={tmp_path}")) as run:
        run.wait_for_frames(3)
        run.element().emit("start-sr", None, 1, 9, None)
        run.element().emit("start-sr", None, 1, 9, None)
        run.element().emit("stop-sr", 1)
        assert warnings_of(run) == [
            "s: start-sr begins no recording: recording 0 is not over yet; stop it first, and wait "
            "for sr-done.",
            "s: stop-sr ends no recording: there is no recording 1 to stop; the present one is 0.",
        ]


def test_a_recording_of_a_format_that_the_container_cannot_hold(
    camera: Callable[..., Camera], tmp_path: Path
) -> None:
    with Run(rtsp(camera("JPEG"), f"smart-record=2 smart-rec-dir-path={tmp_path}")) as run:
        run.wait_for_frames(3)
        run.element().emit("start-sr", None, 0, 1, None)
        message = run.message(Gst.MessageType.WARNING | ENDS)
        while message.src.get_name() != "s":
            message = run.message(Gst.MessageType.WARNING | ENDS)
        assert message.parse_warning()[0].message.endswith(
            "failed: the camera's format does not fit into MP4; set smart-rec-container to the "
            "other one."
        )
        run.wait_for_frames(3)


def test_a_recording_survives_a_reconnection(camera: Callable[..., Camera], tmp_path: Path) -> None:
    source_of_it = camera()
    settings = f"rtsp-reconnect-interval=1 smart-record=2 smart-rec-dir-path={tmp_path}"
    with Run(rtsp(source_of_it, settings)) as run:
        done = watch_recordings(run.element())
        run.wait_for_frames(12)
        run.element().emit("start-sr", None, 5, 2, None)
        source_of_it.vanish()
        run.wait_for_state("lost")
        source_of_it.start()
        run.element_message("smart-record-done")
    count, seconds = decoded(done[0].path)
    assert count > 20
    assert 1.9 < seconds < 3
