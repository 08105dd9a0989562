"""THALWEG_DISPLAY=http:PORT: frames on a page, read by an HTTP client as a browser does."""

from __future__ import annotations

import itertools
import re
import socket
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gi
import numpy as np
import pytest

gi.require_version("Gst", "1.0")
from gi.repository import Gst

SINKS = ["nveglglessink", "nv3dsink", "nvdrmvideosink"]
NVMM = "nvvideoconvert ! video/x-raw(memory:NVMM)"


@pytest.fixture(autouse=True)
def page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THALWEG_DISPLAY", "http:0")


@pytest.fixture
def start() -> Iterator[Callable[..., tuple[Any, list[str]]]]:
    """start(description, state=PLAYING): the pipeline, and what its sinks say of themselves."""
    started = []

    def run(description: str, state: Any = Gst.State.PLAYING) -> tuple[Any, list[str]]:
        pipeline = Gst.parse_launch(description)
        started.append(pipeline)
        pipeline.set_state(state)
        bus, infos = pipeline.get_bus(), []
        while (message := bus.pop_filtered(Gst.MessageType.INFO)) is not None:
            infos.append(message.parse_info()[0].message)
        return pipeline, infos

    yield run
    for pipeline in started:
        pipeline.set_state(Gst.State.NULL)


def url_in(info: str) -> str:
    match = re.search(r": frames are shown at (http://127\.0\.0\.1:\d+/)$", info)
    assert match, info
    return match[1]


class Stream:
    """The parts of a multipart stream, one after the other."""

    def __init__(self, url: str) -> None:
        self._answer = urllib.request.urlopen(url, timeout=20)
        kind = self._answer.headers["Content-Type"]
        match = re.fullmatch(r"multipart/x-mixed-replace; boundary=(\w+)", kind)
        assert match, kind
        self._boundary = f"--{match[1]}\r\n".encode()
        assert self._answer.readline() == self._boundary

    def part(self) -> bytes:
        headers = {}
        while (line := self._answer.readline()) != b"\r\n":
            name, _, value = line.decode().partition(":")
            headers[name] = value.strip()
        assert headers["Content-Type"] == "image/jpeg"
        body = self._answer.read(int(headers["Content-Length"]))
        assert self._answer.readline() == b"\r\n"
        assert self._answer.readline() == self._boundary
        return body

    def ends(self) -> bool:
        """Whether the server has ended it, after what is left of it."""
        while self._answer.read(65536):
            pass
        return True


def decoded(jpeg: bytes, folder: Path) -> np.ndarray:
    """RGB (height, width, 3) of a picture."""
    (folder / "one.jpg").write_bytes(jpeg)
    pipeline = Gst.parse_launch(
        f"filesrc location={folder}/one.jpg ! jpegdec ! videoconvert ! video/x-raw,format=RGB "
        "! appsink name=end sync=false"
    )
    pipeline.set_state(Gst.State.PLAYING)
    sample = pipeline.get_by_name("end").emit("pull-sample")
    caps, buffer = sample.get_caps().get_structure(0), sample.get_buffer()
    width, height = caps.get_value("width"), caps.get_value("height")
    pixels = np.frombuffer(buffer.extract_dup(0, buffer.get_size()), np.uint8)
    pipeline.set_state(Gst.State.NULL)
    return pixels.reshape(height, -1)[:, : width * 3].reshape(height, width, 3)


def test_a_clip_is_seen(clip: Path, start: Callable[..., Any], tmp_path: Path) -> None:
    pipeline, infos = start(
        f"filesrc location={clip} ! qtdemux ! h264parse ! nvv4l2decoder ! mux.sink_0 "
        "nvstreammux name=mux batch-size=1 width=768 height=576 ! nvdsosd ! nveglglessink"
    )
    (info,) = infos
    assert info.startswith("nveglglessink: ")
    with urllib.request.urlopen(url_in(info), timeout=20) as answer:
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert b'<img src="/0"' in answer.read()
    stream = Stream(url_in(info) + "0")
    jpegs = dict.fromkeys(stream.part() for _ in range(6))
    frames = [decoded(jpeg, tmp_path).astype(int) for jpeg in jpegs]
    assert len(frames) >= 5  # the first frame is shown twice, paused and playing
    assert {frame.shape for frame in frames} == {(576, 768, 3)}
    for one, next_one in itertools.pairwise(frames):
        difference = np.abs(one - next_one).mean()
        assert 0.1 < difference < 20  # people move; the square stays
    pipeline.set_state(Gst.State.NULL)
    assert stream.ends()


@pytest.mark.parametrize("sink", SINKS)
@pytest.mark.parametrize("memory", ["", f"! {NVMM}", f"! {NVMM} ! nvegltransform"])
def test_a_paused_sink_shows_its_frame(
    sink: str, memory: str, start: Callable[..., Any], tmp_path: Path
) -> None:
    pipeline, infos = start(
        "videotestsrc pattern=solid-color foreground-color=0xffdc8228 "
        f"! video/x-raw,format=I420,width=162,height=122,colorimetry=bt601 {memory} ! {sink}",
        Gst.State.PAUSED,
    )
    assert pipeline.get_state(20 * Gst.SECOND)[0] == Gst.StateChangeReturn.SUCCESS
    assert infos[0].startswith(f"{sink}: ")
    frame = decoded(Stream(url_in(infos[0]) + "0").part(), tmp_path)
    assert frame.shape == (122, 162, 3)
    assert frame.reshape(-1, 3).mean(axis=0) == pytest.approx([0xDC, 0x82, 0x28], abs=4)


def test_two_sinks_share_a_page(start: Callable[..., Any], tmp_path: Path) -> None:
    _, infos = start(
        "videotestsrc pattern=white ! nveglglessink  videotestsrc pattern=black ! nv3dsink"
    )
    (url,) = {url_in(info) for info in infos}
    assert len(infos) == 2
    with urllib.request.urlopen(url, timeout=20) as answer:
        assert re.findall(r'src="/(\d)"', answer.read().decode()) == ["0", "1"]
    shades = [decoded(Stream(f"{url}{n}").part(), tmp_path).mean() for n in range(2)]
    assert sorted(round(shade) for shade in shades) == pytest.approx([0, 255], abs=3)


def test_who_does_not_read_holds_up_nobody(start: Callable[..., Any], tmp_path: Path) -> None:
    pipeline, infos = start(
        "videotestsrc num-buffers=200 pattern=snow ! video/x-raw,format=I420,width=640,height=480 "
        f"! {NVMM} ! nveglglessink sync=false",
        Gst.State.PAUSED,
    )
    pipeline.get_state(20 * Gst.SECOND)
    url = url_in(infos[0])
    with socket.create_connection(("127.0.0.1", int(url[:-1].rpartition(":")[2]))) as silent:
        silent.sendall(b"GET /0 HTTP/1.1\r\n\r\n")
        assert silent.recv(15) == b"HTTP/1.1 200 OK"
        pipeline.set_state(Gst.State.PLAYING)
        ends = Gst.MessageType.ERROR | Gst.MessageType.EOS
        message = pipeline.get_bus().timed_pop_filtered(20 * Gst.SECOND, ends)
        assert message is not None
        assert message.type == Gst.MessageType.EOS
        # The last frame stays to be seen.
        assert decoded(Stream(url + "0").part(), tmp_path).shape == (480, 640, 3)


def test_a_port_that_is_taken_is_one_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setenv("THALWEG_DISPLAY", f"http:{port}")
        pipeline = Gst.parse_launch("videotestsrc ! nveglglessink")
        assert pipeline.set_state(Gst.State.PLAYING) == Gst.StateChangeReturn.FAILURE
        bus, errors = pipeline.get_bus(), []
        while (message := bus.pop_filtered(Gst.MessageType.ERROR)) is not None:
            errors.append(message.parse_error()[0].message)
        pipeline.set_state(Gst.State.NULL)
    assert errors == [
        f"nveglglessink: THALWEG_DISPLAY asks for a page, but cannot listen on 127.0.0.1:{port}: "
        'Address already in use; "http:0" takes any free port on 127.0.0.1, "http:0.0.0.0:8080" '
        "one for other machines."
    ]


def test_an_address_of_ones_own(
    start: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("THALWEG_DISPLAY", "http:127.0.0.2:0")
    _, infos = start("videotestsrc ! nveglglessink")
    match = re.search(r" (http://127\.0\.0\.2:\d+/)$", infos[0])
    assert match, infos
    assert decoded(Stream(match[1] + "0").part(), tmp_path).shape == (240, 320, 3)
