"""nvv4l2h265enc: what it writes decodes to the same frames, and its properties work."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gi
import numpy as np
import pytest

gi.require_version("Gst", "1.0")
from gi.repository import Gst

SMALL = "videotestsrc num-buffers=60 ! video/x-raw,format=I420,width=160,height=120,framerate=30/1"
# Real frames, one a batch, in memory:NVMM as the muxer gives them.
NVMM = (
    "filesrc location={} ! qtdemux ! h264parse ! identity eos-after={} ! nvv4l2decoder "
    "! mux.sink_0 nvstreammux name=mux batch-size=1 width=768 height=576 "
)
SPS, IDR = 33, (19, 20)


class Stream:
    """Frames and parameter sets of an H.265 byte stream, in order."""

    def __init__(self, path: Path) -> None:
        data = path.read_bytes()
        self.md5 = hashlib.md5(data).hexdigest()
        self.kinds: list[str] = []  # "sps", "idr" or "p", a frame's first slice only
        self.sizes: list[int] = []  # bytes of each frame's first slice
        self.profile = 0  # general_profile_idc
        start = data.find(b"\0\0\1")
        while start >= 0:
            end = data.find(b"\0\0\1", start + 3)
            nal = data[start + 3 : end if end >= 0 else None]
            kind = nal[0] >> 1 & 63
            if kind == SPS:
                self.kinds.append("sps")
                self.profile = nal[3] & 31
            elif kind < 32:
                assert kind in (0, 1, *IDR), f"unexpected kind {kind} of {len(nal)} bytes"
                if nal[2] & 0x80:
                    self.kinds.append("idr" if kind in IDR else "p")
                    self.sizes.append(len(nal))
            start = end

    @property
    def keys(self) -> list[int]:
        """Numbers of the frames that are IDR frames."""
        frames = [kind for kind in self.kinds if kind != "sps"]
        return [i for i, kind in enumerate(frames) if kind == "idr"]


@pytest.fixture
def encode(play: Callable[..., Any], tmp_path: Path) -> Callable[..., Stream]:
    """encode(properties, source, setup): the stream that the encoder makes of the source."""

    def run(
        properties: str = "",
        source: str = SMALL,
        setup: Callable[[Gst.Element], None] = lambda encoder: None,
    ) -> Stream:
        path = tmp_path / "out.h265"
        pipeline = Gst.parse_launch(
            f"{source} ! nvv4l2h265enc name=encoder {properties} ! filesink location={path}"
        )
        setup(pipeline.get_by_name("encoder"))
        played = play(pipeline)
        assert not played.error
        return Stream(path)

    return run


def luma(description: str) -> list[np.ndarray]:
    """The brightness of every frame of a pipeline that ends in 768x576 system memory."""
    pipeline = Gst.parse_launch(
        f"{description} ! videoconvert ! video/x-raw,format=I420 ! appsink name=end sync=0"
    )
    end = pipeline.get_by_name("end")
    pipeline.set_state(Gst.State.PLAYING)
    frames = []
    while (sample := end.emit("pull-sample")) is not None:
        buffer = sample.get_buffer()
        data = buffer.extract_dup(0, 768 * 576)
        frames.append(np.frombuffer(data, np.uint8).astype(np.int16))
    pipeline.set_state(Gst.State.NULL)
    return frames


@pytest.mark.parametrize(("profile", "number"), [("Main", 1), ("Main10", 2)])
def test_a_real_clip_decodes_to_the_same_frames(
    profile: str, number: int, pets: Path, play: Callable[..., Any], tmp_path: Path
) -> None:
    out = tmp_path / "out.mp4"
    assert play(
        NVMM.format(pets, 101) + f"! nvv4l2h265enc profile={profile} ! tee name=t "
        f"! queue ! h265parse ! qtmux ! filesink location={out} "
        f"t. ! queue ! filesink location={tmp_path}/raw"
    ).eos
    source = f"filesrc location={pets} ! qtdemux ! h264parse ! identity eos-after=101 ! avdec_h264"
    originals = luma(source)
    copies = luma(f"filesrc location={out} ! qtdemux ! h265parse ! nvv4l2decoder ! nvvideoconvert")
    assert len(originals) == len(copies) == 100
    for original, copy in list(zip(originals, copies, strict=True))[::23]:
        assert 10 * np.log10(255**2 / np.mean((original - copy) ** 2.0)) > 33
    assert Stream(tmp_path / "raw").profile == number


@pytest.mark.parametrize("form", ["I420", "NV12", "RGBA"])
def test_every_format_of_system_memory_too(form: str, encode: Callable[..., Stream]) -> None:
    assert len(encode("", SMALL.replace("I420", form)).sizes) == 60


@pytest.mark.parametrize(
    ("properties", "keys"),
    [
        ("", [0, 30]),
        ("iframeinterval=25 idrinterval=15", [0, 15, 30, 45]),
        ("iframeinterval=0 idrinterval=0", [0]),
        ("iframeinterval=20 profile=Main10", [0, 20, 40]),
    ],
)
def test_key_frames_come_at_their_interval(
    properties: str, keys: list[int], encode: Callable[..., Stream]
) -> None:
    stream = encode(properties)
    assert stream.keys == keys
    # Parameter sets precede every one of them.
    before = [stream.kinds[i - 1] for i, kind in enumerate(stream.kinds) if kind == "idr"]
    assert before == ["sps"] * len(keys)


def at_frame(number: int, action: Callable[[Gst.Element], None]) -> Callable[[Gst.Element], None]:
    """Runs `action(encoder)` when frame `number` arrives at the encoder."""

    def setup(encoder: Gst.Element) -> None:
        seen = iter(range(1_000_000))

        def probe(_pad: Gst.Pad, _info: Gst.PadProbeInfo) -> Gst.PadProbeReturn:
            if next(seen) == number:
                action(encoder)
            return Gst.PadProbeReturn.OK

        encoder.get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, probe)

    return setup


def test_the_stream_holds_nothing_else(encode: Callable[..., Stream]) -> None:
    """Memory that is not the encoder's would differ from run to run."""
    first = encode()
    assert set(first.kinds) == {"sps", "idr", "p"}
    assert encode().md5 == first.md5


@pytest.mark.parametrize("name", ["force-idr", "force-intra"])
def test_a_key_frame_can_be_forced(name: str, encode: Callable[..., Stream]) -> None:
    force = at_frame(7, lambda encoder: encoder.set_property(name, True))
    assert encode("", setup=force).keys[:2] == [0, 7]


@pytest.mark.parametrize("rate", ["constant_bitrate", "variable_bitrate"])
def test_bitrate_changes_while_playing(
    rate: str, encode: Callable[..., Stream], pets: Path
) -> None:
    sizes = encode(
        f"bitrate=200000 control-rate={rate}",
        NVMM.format(pets, 121),
        setup=at_frame(60, lambda encoder: encoder.set_property("bitrate", 4_000_000)),
    ).sizes
    assert sum(sizes[90:120]) > 2 * sum(sizes[30:60])


def test_defaults_are_those_of_the_original(check_defaults: Callable[[str], None]) -> None:
    check_defaults("nvv4l2h265enc")


def test_a_frame_leaves_before_the_next_one_comes() -> None:
    """Live programs send frames as they are encoded."""
    pipeline = Gst.parse_launch(
        "appsrc name=in is-live=true format=time caps=video/x-raw,format=I420,width=64,height=64,"
        "framerate=10/1 ! nvv4l2h265enc ! appsink name=end sync=false"
    )
    pipeline.set_state(Gst.State.PLAYING)
    for i in range(3):
        frame = Gst.Buffer.new_wrapped(bytes(64 * 96))
        frame.pts = i * Gst.SECOND // 10
        assert pipeline.get_by_name("in").emit("push-buffer", frame) == Gst.FlowReturn.OK
        sample = pipeline.get_by_name("end").emit("try-pull-sample", 10 * Gst.SECOND)
        assert sample is not None
    pipeline.set_state(Gst.State.NULL)


def test_odd_sizes_are_refused(play: Callable[..., Any]) -> None:
    error = play(
        "videotestsrc num-buffers=5 ! video/x-raw,format=I420,width=320,height=241 "
        "! nvv4l2h265enc ! fakesink"
    ).error
    assert error == (
        "nvv4l2h265enc: cannot encode frames of 320x241: H.265 with half-resolution colour has "
        "even sizes only; put nvvideoconvert and a capsfilter with an even width and height before."
    )


def test_a_missing_encoder_names_its_package() -> None:
    script = """
import gi
gi.require_version("Gst", "1.0")
from gi.repository import Gst
import thalweg
Gst.init(None)
Gst.Registry.get().remove_feature(Gst.Registry.get().lookup_feature("x265enc"))
pipeline = Gst.parse_launch("videotestsrc num-buffers=5 ! nvv4l2h265enc ! fakesink")
assert pipeline.set_state(Gst.State.PLAYING) == Gst.StateChangeReturn.FAILURE
message = pipeline.get_bus().timed_pop_filtered(20 * Gst.SECOND, Gst.MessageType.ERROR)
print(message.parse_error()[0].message, end="")
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout == (
        "nvv4l2h265enc: no H.265 encoder found: expected the GStreamer elements x265enc and "
        "h265parse (package gstreamer1.0-plugins-bad); install it, or encode H.264 with "
        "nvv4l2h264enc."
    )


def test_nothing_is_printed() -> None:
    for command in (
        "gst-launch-1.0 -q videotestsrc num-buffers=20 ! nvv4l2h265enc ! fakesink",
        "gst-inspect-1.0 nvv4l2h265enc > /dev/null",
    ):
        done = subprocess.run(command, shell=True, capture_output=True, text=True, check=True)
        assert (done.stdout, done.stderr) == ("", "")


def test_a_hundred_starts_leave_nothing_behind(check_cycles: Callable[[str], None]) -> None:
    check_cycles(
        "videotestsrc num-buffers=2 ! video/x-raw,format=I420,width=64,height=64 "
        "! nvv4l2h265enc ! fakesink sync=0"
    )
