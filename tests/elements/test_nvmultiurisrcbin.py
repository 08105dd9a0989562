"""nvmultiurisrcbin: a list of streams, and streams that come and go by the REST interface."""

from __future__ import annotations

import contextlib
import http.client
import itertools
import json
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

pyds = pytest.importorskip("pyds")

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst

from ..rtsp_camera import Camera
from .watched import ENDS, Watched

MUX = "width=320 height=240 batched-push-timeout=40000"


class Run(Watched):
    """nvmultiurisrcbin, called `s`, before a sink."""

    def __init__(self, settings: str, mux: str = MUX) -> None:
        super().__init__(
            Gst.parse_launch(
                f"nvmultiurisrcbin name=s port=auto {mux} {settings} ! fakesink name=end sync=false"
            )
        )
        self.source = self.element()

    @property
    def port(self) -> int:
        return int(self.source.get_property("bound-port"))

    def request(
        self, method: str, call: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, dict[str, Any], dict[str, str]]:
        """Status, body and headers of the answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        with contextlib.closing(connection):
            connection.request(method, f"/api/v1/{call}", body, headers)
            answer = connection.getresponse()
            assert answer.headers["Content-Type"] == "application/json"
            return answer.status, json.loads(answer.read()), dict(answer.headers)

    def add(self, camera_id: str, uri: str, name: str = "") -> tuple[int, str]:
        return self._change("add", camera_id, uri, name)

    def remove(self, camera_id: str, uri: str) -> tuple[int, str]:
        return self._change("remove", camera_id, uri, "")

    def _change(self, what: str, camera_id: str, uri: str, name: str) -> tuple[int, str]:
        value = {"camera_id": camera_id, "camera_name": name, "camera_url": uri}
        body = {"key": "sensor", "value": {**value, "change": f"camera_{what}"}}
        status, answer, _ = self.request("POST", f"stream/{what}", json.dumps(body).encode())
        assert answer["status"].startswith(f"HTTP/1.1 {status} ")
        return status, answer["reason"]

    def streams(self) -> list[dict[str, Any]]:
        _, answer, _ = self.request("GET", "stream/get-stream-info")
        found: list[dict[str, Any]] = answer["stream-info"]["stream-info"]
        assert answer["stream-info"]["stream-count"] == len(found)
        return found


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URI of an MP4 of 12 frames at 25 fps."""
    path = tmp_path_factory.mktemp("clip") / "short.mp4"
    pipeline = Gst.parse_launch(
        "videotestsrc num-buffers=12 ! video/x-raw,format=I420,width=320,height=240,framerate=25/1 "
        f"! x264enc ! mp4mux ! filesink location={path}"
    )
    pipeline.set_state(Gst.State.PLAYING)
    message = pipeline.get_bus().timed_pop_filtered(20 * Gst.SECOND, ENDS)
    pipeline.set_state(Gst.State.NULL)
    assert message.type == Gst.MessageType.EOS
    return path.as_uri()


PACED = "file-loop=true simulate-fps-interval-ms=20"


# ---- properties and the list


def test_defaults_are_those_of_the_original(check_defaults: Callable[[str], None]) -> None:
    check_defaults("nvmultiurisrcbin")


def test_it_has_the_properties_of_its_sources() -> None:
    own = {spec.name for spec in Gst.ElementFactory.make("nvmultiurisrcbin").list_properties()}
    each = {spec.name for spec in Gst.ElementFactory.make("nvurisrcbin").list_properties()}
    hidden = {"uri", "type", "source-id", "stats", "smart-rec-status", "extract-sei-type5-data"}
    assert each - own <= hidden
    assert "extract-sei-type5-data-dec" in own


def test_gst_inspect_prints_no_warning() -> None:
    shown = subprocess.run(["gst-inspect-1.0", "nvmultiurisrcbin"], capture_output=True, text=True)
    assert shown.returncode == 0
    assert shown.stderr == ""


def test_a_list_is_played_to_its_end(short: str) -> None:
    settings = f"uri-list={short},{short} sensor-id-list=front,back sensor-name-list=A,B"
    with Run(settings) as run:
        added = [run.element_message("stream-add") for _ in range(2)]
        assert run.streams() == [
            {"source_id": 0, "camera_id": "front", "camera_name": "A", "state": ""},
            {"source_id": 1, "camera_id": "back", "camera_name": "B", "state": ""},
        ]
        assert run.message(ENDS).type == Gst.MessageType.EOS
    assert added == [
        {"source-id": 0, "sensor-id": "front", "sensor-name": "A", "uri": short},
        {"source-id": 1, "sensor-id": "back", "sensor-name": "B", "uri": short},
    ]
    for source in (0, 1):
        assert run.numbers(source) == list(range(12))


def test_it_can_be_played_again(short: str) -> None:
    run = Run(f"uri-list={short}")
    for _ in range(3):
        with run:
            assert run.message(ENDS).type == Gst.MessageType.EOS
    assert run.numbers(0) == [*range(12)] * 3


def test_properties_reach_the_inside(short: str) -> None:
    with Run(
        f"uri-list={short} drop-frame-interval=3 sort-batch=true max-batch-size=7 "
        "cache-buffer=true cache-buffer-timeout=50000 sync-inputs-ntp=33333333"
    ) as run:
        assert run.message(ENDS).type == Gst.MessageType.EOS
        mux = run.source.get_by_name("muxer")
        assert mux.get_property("cache-buffer")
        assert mux.get_property("cache-buffer-timeout") == 50000
        assert mux.get_property("sync-inputs-ntp") == 33333333
        assert mux.get_property("batch-size") == 7
        assert mux.get_property("sort-batch")
        assert mux.get_property("width") == 320
        run.source.set_property("drop-frame-interval", 4)
        assert run.source.get_by_name("nvurisrcbin0").get_property("drop-frame-interval") == 4
        run.source.set_property("batched-push-timeout", 123)
        assert mux.get_property("batched-push-timeout") == 123
    assert run.numbers(0) == list(range(4))


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (
            "uri-list=file:///a,file:///b sensor-id-list=one",
            "s: sensor-id-list has 1 entries for the 2 of uri-list; give one for each URI.",
        ),
        (
            "uri-list=clip.mp4",
            's: entry 1 of uri-list, clip.mp4: "clip.mp4" is no URI; write a file as '
            "file:///path/clip.mp4.",
        ),
        (
            "uri-list=file:///a,file:///b max-batch-size=1",
            "s: entry 2 of uri-list, file:///b: there are 1 streams already, as many as "
            "max-batch-size allows; remove one first.",
        ),
        (
            "uri-list=file:///a,file:///b sensor-id-list=x,x",
            's: entry 2 of uri-list, file:///b: there is a stream "x" already; remove it first, or '
            "give this one another camera_id.",
        ),
        ("mode=audio", "s: mode is audio, but audio is not part of Thalweg; use mode=video."),
        (
            "port=http",
            's: port is "http"; expected a number up to 65535, 0 for no REST interface, or auto.',
        ),
        (
            "ip-address=999.1.1.1",
            's: the REST interface there is no address "999.1.1.1" (Name or service not known); '
            "set ip-address and port to others, or port=0 for no REST interface.",
        ),
        (
            "width=0",
            "muxer needs the size of its output: width is 0 and height is 240. Set both, for "
            "example width=1920 height=1080.",
        ),
        (
            "uri-list=file:///no/such.mp4",
            "nvurisrcbin0 cannot play file:///no/such.mp4: Resource not found (No such file "
            '"/no/such.mp4").',
        ),
    ],
)
def test_wrong_settings_are_one_error(settings: str, expected: str) -> None:
    with Run(settings) as run:
        assert run.message(ENDS).parse_error()[0].message == expected
        assert run.bus.pop_filtered(ENDS) is None


# ---- the REST interface


def test_streams_come_and_go_and_numbers_are_used_again(short: str) -> None:
    with Run(f"uri-list={short} {PACED}") as run:
        run.wait_for_frames(of=0)
        assert run.add("b", short, "Back") == (200, "STREAM_ADD_SUCCESS")
        assert run.add("c", short)[0] == 200
        run.wait_for_frames(of=1)
        run.wait_for_frames(of=2)
        assert run.remove("b", short) == (200, "STREAM_REMOVE_SUCCESS")
        assert [stream["camera_id"] for stream in run.streams()] == ["0", "c"]
        assert run.add("d", short)[0] == 200
        run.wait_for_frames(of=1)
        assert [(s["source_id"], s["camera_id"]) for s in run.streams()] == [
            (0, "0"),
            (1, "d"),
            (2, "c"),
        ]
        for _ in range(3):  # of the list, of b and of c
            run.element_message("stream-add")
        assert run.element_message("stream-remove") == {
            "source-id": 1,
            "sensor-id": "b",
            "sensor-name": "Back",
            "uri": short,
        }
        assert run.element_message("stream-add")["source-id"] == 1
        run.wait_for_frames(of=0)
    for source in (0, 2):  # nothing of those that stayed is missing
        assert run.numbers(source) == list(range(len(run.numbers(source))))
    lives = run.numbers(1)
    assert lives.count(0) == 2
    assert all(b in (a + 1, 0) for a, b in itertools.pairwise(lives))


def test_the_first_stream_may_come_late(short: str) -> None:
    with Run(f"drop-pipeline-eos=true {PACED}") as run:
        _, answer, _ = run.request("GET", "health/get-dsready-state")
        assert answer["health-info"] == {"ds-ready": "YES"}
        assert run.streams() == []
        assert run.bus.pop_filtered(Gst.MessageType.WARNING) is None
        assert run.add("a", short)[0] == 200
        run.wait_for_frames(of=0)
        assert run.remove("a", short)[0] == 200
        assert run.add("b", short)[0] == 200
        run.wait_for_frames(of=0)


def test_a_stream_of_the_interface_that_fails_stops_nothing(short: str) -> None:
    with Run(f"uri-list={short} {PACED} rtsp-reconnect-attempts=1") as run:
        run.wait_for_frames(of=0)
        assert run.add("x", "file:///no/such.mp4") == (
            400,
            "STREAM_ADD_FAIL, nvurisrcbin1 cannot play file:///no/such.mp4: Resource not found (No "
            'such file "/no/such.mp4").',
        )
        assert [stream["camera_id"] for stream in run.streams()] == ["0"]
        # A camera that is not there: it is added, and its end is a warning.
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            camera = f"rtsp://127.0.0.1:{taken.getsockname()[1]}/none"
            assert run.add("y", camera)[0] == 200
            while True:
                message = run.message(Gst.MessageType.WARNING | ENDS)
                assert message.type == Gst.MessageType.WARNING, message.parse_error()
                if "nvurisrcbin1 lost" in message.parse_warning()[0].message:
                    break
        assert run.element_message("stream-eos") is not None
        assert [stream["state"] for stream in run.streams()] == ["", "lost"]
        run.wait_for_frames(of=0)
        assert run.remove("y", camera)[0] == 200
        run.wait_for_frames(of=0)


def test_a_camera_is_told_of_and_the_others_keep_their_rate(
    short: str, camera: Callable[..., Camera]
) -> None:
    first = camera()
    settings = "live-source=true rtsp-reconnect-interval=1 select-rtp-protocol=rtp-tcp"
    patient = MUX.replace("timeout=40000", "timeout=-1")  # no frame comes because time is up
    with Run(f"uri-list={short} {PACED} {settings}", patient) as run:
        assert run.add("gate", first.uri)[0] == 200
        run.wait_for_frames(of=1)
        first.vanish()
        states = []
        while states[-1:] != ["lost"]:
            said = run.element_message("thalweg-source-state")
            assert said["source-id"] == 1
            states.append(said["state"])
        assert states == ["connecting", "live", "lost"]
        assert run.streams()[1] == {
            "source_id": 1,
            "camera_id": "gate",
            "camera_name": "",
            "state": "lost",
        }
        began, before = time.monotonic(), len(run.numbers(0))
        run.wait_for_frames(25, of=0)
        rate = (len(run.numbers(0)) - before) / (time.monotonic() - began)
        assert 20 < rate < 65  # the file is paced at 50; a busy machine may be slower
        first.start()
        run.wait_for_frames(of=1)
    for source in (0, 1):
        assert run.numbers(source) == list(range(len(run.numbers(source))))


def test_nobody_waits_for_a_camera_that_is_not_there_yet(short: str) -> None:
    patient = "width=320 height=240"  # and no time after which a batch goes without a stream
    with silent_server() as silent, Run(f"uri-list={short},{silent} {PACED}", patient) as run:
        run.wait_for_frames(5)


def test_no_more_streams_than_a_batch_has_room_for(short: str) -> None:
    with Run(f"uri-list={short} max-batch-size=1 {PACED}") as run:
        assert run.add("b", short) == (
            409,
            "STREAM_ADD_FAIL, there are 1 streams already, as many as max-batch-size allows; "
            "remove one first",
        )
        assert run.remove("0", short)[0] == 200
        assert run.add("b", short)[0] == 200


def test_what_is_not_there_is_not_removed(short: str) -> None:
    with Run(f"uri-list={short} {PACED}") as run:
        assert run.remove("b", short) == (
            404,
            'STREAM_REMOVE_FAIL, there is no stream "b"',
        )
        assert run.remove("0", "file:///other.mp4") == (
            404,
            'STREAM_REMOVE_FAIL, the stream "0" is not file:///other.mp4; give the camera_url that '
            "it was added with",
        )
        run.wait_for_frames(of=0)


def test_a_sensor_may_ask_for_its_number(short: str) -> None:
    settings = f"uri-list={short} sensor-id-list=Camera3 sensorID-padID-mapping=true"
    with Run(f"{settings} max-batch-size=4 {PACED}") as run:
        run.wait_for_frames(of=3)
        assert run.add("Camera1", short)[0] == 200
        run.wait_for_frames(of=1)
        assert run.add("Other3", short) == (
            409,
            'STREAM_ADD_FAIL, with sensorID-padID-mapping, "Other3" is number 3, which is taken',
        )
        assert run.add("Camera4", short)[1].endswith("which is not below max-batch-size, 4")
        assert run.add("Gate", short)[0] == 200
        assert [stream["source_id"] for stream in run.streams()] == [0, 1, 3]


# ---- who may ask, and how much


def test_it_is_reached_from_this_machine_only(short: str) -> None:
    with Run(f"uri-list={short} {PACED}") as run:
        elsewhere = ("127.0.0.2", run.port)  # another address of the same machine
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(elsewhere, timeout=5)
    with Run("ip-address=0.0.0.0") as run:
        with socket.create_connection(("127.0.0.2", run.port), timeout=5):
            pass
        assert run.message(Gst.MessageType.WARNING).parse_warning()[0].message == (
            f"s: everybody who reaches 0.0.0.0, port {run.port}, can add and remove streams. Set "
            "the environment variable THALWEG_REST_TOKEN to a secret, or ip-address=localhost."
        )


def test_a_token_is_asked_for(short: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THALWEG_REST_TOKEN", "open sesame")
    with Run(f"uri-list={short} ip-address=0.0.0.0 {PACED}") as run:
        assert run.bus.pop_filtered(Gst.MessageType.WARNING) is None
        for wrong in ({}, {"Authorization": "Bearer open"}, {"Authorization": "Basic x"}):
            status, answer, headers = run.request("GET", "live", **wrong)
            assert status == 401
            assert headers["WWW-Authenticate"] == "Bearer"
            assert answer["reason"].startswith('expected the header "Authorization: Bearer TOKEN"')
        right = {"Authorization": "Bearer open sesame"}
        assert run.request("GET", "live", **right)[0] == 200
        assert run.request("GET", "live", **right, Origin="http://elsewhere")[0] == 200


def test_web_pages_need_a_token(short: str) -> None:
    with Run(f"uri-list={short} {PACED}") as run:
        status, answer, _ = run.request("GET", "live", Origin="http://elsewhere")
        assert status == 403
        assert answer["reason"].startswith("requests of web pages (with the header Origin)")


def test_a_body_that_is_too_large_is_refused(short: str) -> None:
    reason = "the body is larger than 65536 bytes, which is more than any request here needs"
    with Run(f"uri-list={short} {PACED}") as run:
        assert run.request("POST", "stream/add", b" " * 65537)[:2] == (
            413,
            {"status": "HTTP/1.1 413 Content Too Large", "reason": reason},
        )
        chunked = http.client.HTTPConnection("127.0.0.1", run.port, timeout=10)
        with contextlib.closing(chunked):
            chunked.request("POST", "/api/v1/stream/add", iter([b" " * 40000] * 2))
            assert chunked.getresponse().status == 413
        assert run.request("POST", "stream/add", b" " * 65536)[0] == 400
        assert run.request("POST", "stream/add")[0] == 400
        assert run.request("GET", "stream/add")[2]["Allow"] == "POST"


def test_connections_are_few(short: str) -> None:
    with Run(f"uri-list={short} {PACED}") as run, contextlib.ExitStack() as stack:
        for _ in range(40):
            stack.enter_context(socket.create_connection(("127.0.0.1", run.port), timeout=5))
        # Those above 16 are closed at once, or wait to be taken.
        time_left = time.monotonic() + 5
        while True:
            fds = len(os.listdir("/proc/self/fd"))
            if fds < 200 or time.monotonic() > time_left:
                break
        assert fds < 200
        run.wait_for_frames(of=0)
    with Run(f"uri-list={short} {PACED}") as run:
        assert run.request("GET", "live")[0] == 200


def test_noise_does_no_harm(short: str) -> None:
    with Run(f"uri-list={short} {PACED}") as run:
        for noise in (os.urandom(2000), b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 20000, b"\0"):
            client = socket.create_connection(("127.0.0.1", run.port), timeout=5)
            with client, contextlib.suppress(ConnectionError):
                client.sendall(noise)
        assert run.request("GET", "live")[0] == 200
        run.wait_for_frames(of=0)


def test_a_port_that_is_taken_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        pipeline = Gst.parse_launch(f"nvmultiurisrcbin name=s port={port} {MUX} ! fakesink")
        assert pipeline.set_state(Gst.State.PLAYING) == Gst.StateChangeReturn.FAILURE
        message = pipeline.get_bus().pop_filtered(Gst.MessageType.ERROR)
        pipeline.set_state(Gst.State.NULL)
    assert message.parse_error()[0].message == (
        f"s: the REST interface cannot listen on localhost, port {port} (Address already in use); "
        "set ip-address and port to others, or port=0 for no REST interface."
    )


def test_port_0_is_no_interface(play: Any, short: str) -> None:
    pipeline = Gst.parse_launch(
        f"nvmultiurisrcbin name=s port=0 uri-list={short} {MUX} ! fakesink sync=false"
    )
    pipeline.set_state(Gst.State.PAUSED)
    assert pipeline.get_by_name("s").get_property("bound-port") == 0
    assert play(pipeline).eos


# ---- stopping


@contextlib.contextmanager
def silent_server() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"rtsp://127.0.0.1:{server.getsockname()[1]}/camera"


def test_it_stops_while_streams_connect_and_are_lost(short: str) -> None:
    with silent_server() as silent:
        counts = []
        for _ in range(4):
            with Run(f"uri-list={short},{silent} {PACED} rtsp-reconnect-interval=1") as run:
                run.wait_for_frames(of=0)
                assert run.add("c", silent)[0] == 200
                began = time.monotonic()
            assert time.monotonic() - began < 3
            assert run.port == 0
            counts.append(len(os.listdir("/proc/self/task")))
        assert counts[-1] <= counts[0] + 2
