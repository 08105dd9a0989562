"""nvv4l2h264enc: what it writes decodes to the same frames, and its properties work."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gi
import numpy as np
import pytest

gi.require_version("Gst", "1.0")
gi.require_version("GstVideo", "1.0")
from gi.repository import Gst, GstVideo

DECODE = "filesrc location={} ! qtdemux ! h264parse ! avdec_h264 max-threads=1"
# One frame a batch, in memory:NVMM, as the muxer gives it.
NVMM = (
    "filesrc location={} ! qtdemux ! h264parse ! identity eos-after={} ! nvv4l2decoder "
    "! mux.sink_0 nvstreammux name=mux batch-size=1 width=768 height=576 "
)


class Stream:
    """Frames and parameter sets of an H.264 byte stream, in order."""

    def __init__(self, path: Path) -> None:
        data = path.read_bytes()
        self.kinds: list[str] = []  # "sps", "idr" or "p", a frame's first slice only
        self.profile = b""
        self.sizes: list[int] = []  # bytes of each frame
        start = data.find(b"\0\0\1")
        while start >= 0:
            end = data.find(b"\0\0\1", start + 3)
            nal = data[start + 3 : end if end >= 0 else None]
            kind = nal[0] & 31
            if kind == 7:
                self.kinds.append("sps")
                self.profile = nal[1:2]
            elif kind in (1, 5) and nal[1] & 0x80:
                self.kinds.append("idr" if kind == 5 else "p")
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
        source: str = "videotestsrc num-buffers=60 ! video/x-raw,format=I420",
        setup: Callable[[Gst.Element], None] = lambda encoder: None,
    ) -> Stream:
        path = tmp_path / "out.h264"
        pipeline = Gst.parse_launch(
            f"{source} ! nvv4l2h264enc name=encoder {properties} ! filesink location={path}"
        )
        setup(pipeline.get_by_name("encoder"))
        played = play(pipeline)
        assert not played.error
        return Stream(path)

    return run


def luma(description: str) -> list[np.ndarray]:
    """The brightness of every frame of a pipeline that ends in 768x576 I420 system memory."""
    pipeline = Gst.parse_launch(
        f"{description} ! video/x-raw,format=I420 ! appsink name=end sync=0"
    )
    end = pipeline.get_by_name("end")
    pipeline.set_state(Gst.State.PLAYING)
    frames = []
    while (sample := end.emit("pull-sample")) is not None:
        buffer = sample.get_buffer()
        data = buffer.extract_dup(0, buffer.get_size())
        frames.append(np.frombuffer(data, np.uint8)[: 768 * 576].astype(np.int16))
    pipeline.set_state(Gst.State.NULL)
    return frames


def test_a_real_clip_decodes_to_the_same_frames(
    pets: Path, play: Callable[..., Any], tmp_path: Path
) -> None:
    out = tmp_path / "out.mp4"
    assert play(
        NVMM.format(pets, -1) + f"! nvv4l2h264enc ! h264parse ! qtmux ! filesink location={out}"
    ).eos
    originals, copies = luma(DECODE.format(pets)), luma(DECODE.format(out))
    assert len(originals) == len(copies) == 795
    for original, copy in list(zip(originals, copies, strict=True))[::53]:
        assert 10 * np.log10(255**2 / np.mean((original - copy) ** 2.0)) > 35


@pytest.mark.parametrize("form", ["I420", "NV12", "RGBA"])
def test_every_format_of_system_memory_too(form: str, encode: Callable[..., Stream]) -> None:
    stream = encode("", f"videotestsrc num-buffers=20 ! video/x-raw,format={form}")
    assert len(stream.sizes) == 20


@pytest.mark.parametrize(
    ("properties", "keys"),
    [
        ("", [0, 30]),
        ("iframeinterval=20", [0, 20, 40]),
        ("iframeinterval=25 idrinterval=15", [0, 15, 30, 45]),
        ("iframeinterval=0 idrinterval=40", [0, 40]),
        ("iframeinterval=0 idrinterval=0", [0]),
        ("iframeinterval=20 profile=High444", [0, 20, 40]),
    ],
)
def test_key_frames_come_at_their_interval(
    properties: str, keys: list[int], encode: Callable[..., Stream]
) -> None:
    assert encode(properties).keys == keys


@pytest.mark.parametrize(
    ("profile", "number"), [("Baseline", 66), ("Main", 77), ("High", 100), ("High444", 244)]
)
def test_profile(profile: str, number: int, encode: Callable[..., Stream]) -> None:
    assert encode(f"profile={profile}").profile == bytes([number])


@pytest.mark.parametrize("profile", ["Baseline", "High444"])
def test_parameter_sets_precede_every_idr_frame(
    profile: str, encode: Callable[..., Stream]
) -> None:
    kinds = encode(f"insert-sps-pps=1 iframeinterval=10 profile={profile}").kinds
    assert kinds.count("idr") == 6
    assert all(kinds[i - 1] == "sps" for i, kind in enumerate(kinds) if kind == "idr")


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


@pytest.mark.parametrize("name", ["force-idr", "force-intra"])
def test_a_key_frame_can_be_forced(name: str, encode: Callable[..., Stream]) -> None:
    force = at_frame(7, lambda encoder: encoder.set_property(name, True))
    assert encode("", setup=force).keys[:2] == [0, 7]


def test_force_key_unit_events_work(encode: Callable[..., Stream]) -> None:
    def ask(encoder: Gst.Element) -> None:
        event = GstVideo.video_event_new_upstream_force_key_unit(Gst.CLOCK_TIME_NONE, True, 1)
        encoder.get_static_pad("src").send_event(event)

    assert encode("", setup=at_frame(9, ask)).keys[:2] == [0, 9]


@pytest.mark.parametrize("profile", ["Baseline", "High444"])
def test_bitrate_changes_while_playing(
    profile: str, encode: Callable[..., Stream], pets: Path
) -> None:
    sizes = encode(
        f"bitrate=300000 profile={profile}",
        NVMM.format(pets, 241),
        setup=at_frame(120, lambda encoder: encoder.set_property("bitrate", 5_000_000)),
    ).sizes
    assert sum(sizes[180:240]) > 3 * sum(sizes[60:120])


def test_bitrate_is_kept_in_bits_a_second(encode: Callable[..., Stream], pets: Path) -> None:
    low, high = (encode(f"bitrate={rate}", NVMM.format(pets, 120)) for rate in (300_000, 3_000_000))
    assert sum(low.sizes) < sum(high.sizes) / 3


def test_defaults_are_those_of_the_original(check_defaults: Callable[[str], None]) -> None:
    check_defaults("nvv4l2h264enc")


def test_kept_properties_can_be_set_and_read() -> None:
    encoder = Gst.ElementFactory.make("nvv4l2h264enc")
    encoder.set_property("preset-level", 3)
    encoder.set_property("maxperf-enable", True)
    assert int(encoder.get_property("preset-level")) == 3
    assert encoder.get_property("maxperf-enable") is True


def test_odd_sizes_are_refused(play: Callable[..., Any]) -> None:
    error = play(
        "videotestsrc num-buffers=5 ! video/x-raw,format=I420,width=321,height=240 "
        "! nvv4l2h264enc ! fakesink"
    ).error
    assert error == (
        "nvv4l2h264enc: cannot encode frames of 321x240: H.264 with half-resolution colour has "
        "even sizes only; put nvvideoconvert and a capsfilter with an even width and height before."
    )


def test_a_batch_of_two_is_refused(clip: Path, play: Callable[..., Any]) -> None:
    error = play(
        f"filesrc location={clip} ! qtdemux ! h264parse ! nvv4l2decoder ! mux.sink_0 "
        "nvstreammux name=mux batch-size=2 width=768 height=576 ! nvv4l2h264enc ! fakesink"
    ).error
    assert error == (
        "nvv4l2h264enc: cannot encode a buffer: the buffer holds a batch of 2 frames, an encoder "
        "takes one; put nvmultistreamtiler or nvstreamdemux before."
    )


@pytest.mark.parametrize(
    ("missing", "profile", "text"),
    [
        (
            ["openh264enc", "x264enc"],
            "Baseline",
            "nvv4l2h264enc: no H.264 encoder found: expected the GStreamer element openh264enc "
            "(package gstreamer1.0-plugins-bad) or x264enc (package gstreamer1.0-plugins-ugly); "
            "install one of them.",
        ),
        (
            ["x264enc"],
            "High444",
            "nvv4l2h264enc: profile High444 needs the GStreamer element x264enc, which is not "
            "installed; install the package gstreamer1.0-plugins-ugly, or choose another profile.",
        ),
        (["openh264enc"], "Main", ""),  # the other one is used
    ],
)
def test_a_missing_encoder_names_its_package(missing: list[str], profile: str, text: str) -> None:
    script = f"""
import gi
gi.require_version("Gst", "1.0")
from gi.repository import Gst
import thalweg
Gst.init(None)
for name in {missing}:
    Gst.Registry.get().remove_feature(Gst.Registry.get().lookup_feature(name))
pipeline = Gst.parse_launch(
    "videotestsrc num-buffers=5 ! nvv4l2h264enc profile={profile} ! fakesink")
pipeline.set_state(Gst.State.PLAYING)
ends = Gst.MessageType.ERROR | Gst.MessageType.EOS
message = pipeline.get_bus().timed_pop_filtered(20 * Gst.SECOND, ends)
print(message.parse_error()[0].message if message.type == Gst.MessageType.ERROR else "", end="")
pipeline.set_state(Gst.State.NULL)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout == text


def test_nothing_is_printed(tmp_path: Path) -> None:
    """openh264enc complains on stderr at EOS unless EOS goes round it."""
    done = subprocess.run(
        "gst-launch-1.0 -q videotestsrc num-buffers=20 ! nvv4l2h264enc ! fakesink",
        shell=True,
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout, done.stderr) == ("", "")


def test_a_hundred_starts_leave_nothing_behind(check_cycles: Callable[[str], None]) -> None:
    check_cycles(
        "videotestsrc num-buffers=2 ! video/x-raw,format=I420 ! nvv4l2h264enc ! fakesink sync=0"
    )
