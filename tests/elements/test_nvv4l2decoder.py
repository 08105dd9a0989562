"""nvv4l2decoder in pipelines: chosen by decodebin, its properties, damaged and missing input."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gi
import numpy as np
import pytest

gi.require_version("Gst", "1.0")
from gi.repository import Gst

# 60 pictures, a key frame every 10; of the others two in three are B frames that nothing refers to.
SOURCE = (
    "videotestsrc num-buffers=60 pattern=ball ! video/x-raw,format=I420,width=320,height=240 ! "
    "x264enc key-int-max=10 bframes=2 b-adapt=false b-pyramid=false speed-preset=veryfast ! "
    "h264parse ! "
)


def counts(decoder: Any) -> dict[str, int]:
    stats = decoder.get_property("stats")
    return {
        stats.nth_field_name(i): stats.get_uint64(stats.nth_field_name(i)).value
        for i in range(stats.n_fields())
    }


def run(play: Callable[..., Any], description: str) -> tuple[Any, dict[str, int]]:
    """Plays `description`, whose decoder is named d; how it ended and the decoder's counts."""
    pipeline = Gst.parse_launch(description)
    played = play(pipeline)
    return played, counts(pipeline.get_by_name("d"))


def test_properties_have_the_defaults_of_the_specification(shared: Path) -> None:
    spec = json.loads((shared / "spec/elements.json").read_text())["nvv4l2decoder"]["properties"]
    decoder = Gst.ElementFactory.make("nvv4l2decoder")
    for name, expected in spec.items():
        value, default = decoder.get_property(name), expected["default"]
        assert (int(value) == int(default)) if expected["type"] == "enum" else value == default, (
            name
        )


def test_older_names_and_numbers_of_enums_are_taken() -> None:
    decoder = Gst.ElementFactory.make("nvv4l2decoder")
    for name, value in {
        "cudadec-memtype": 2,
        "enable_max_performance": True,
        "gpu_id": 1,
        "num-extra-surfaces": 24,
        "bufapi-version": True,
        "mjpeg": True,
        "skip-frames": 2,
        "drop-frame-interval": 30,
    }.items():
        decoder.set_property(name, value)
        assert int(decoder.get_property(name)) == int(value)


def test_gst_inspect_prints_no_warning() -> None:
    for name in ("nvv4l2decoder", "nvstreammux"):
        shown = subprocess.run(["gst-inspect-1.0", name], capture_output=True, text=True)
        assert shown.returncode == 0
        assert shown.stderr == ""


def test_uridecodebin_chooses_it_and_programs_find_it_by_name(clip: Path) -> None:
    found: list[str] = []
    features: list[bool] = []

    def child_added(_proxy: Any, child: Any, name: str) -> None:
        if "decodebin" in name:
            child.connect("child-added", child_added)
        if "nvv4l2decoder" in name:
            found.append(name)
            child.set_property("cudadec-memtype", 2)

    def pad_added(_source: Any, pad: Any) -> None:
        features.append(pad.get_current_caps().get_features(0).contains("memory:NVMM"))
        assert pad.link(sink.get_static_pad("sink")) == Gst.PadLinkReturn.OK

    pipeline = Gst.Pipeline.new(None)
    source = Gst.ElementFactory.make("uridecodebin")
    sink = Gst.ElementFactory.make("fakesink")
    pipeline.add(source)
    pipeline.add(sink)
    source.set_property("uri", clip.as_uri())
    source.connect("child-added", child_added)
    source.connect("pad-added", pad_added)
    pipeline.set_state(Gst.State.PLAYING)
    assert pipeline.get_state(20 * Gst.SECOND)[0] == Gst.StateChangeReturn.SUCCESS
    pipeline.set_state(Gst.State.NULL)
    assert len(found) == 1
    assert found[0].startswith("nvv4l2decoder")
    assert features == [True]


@pytest.mark.parametrize(("interval", "out"), [(0, 60), (1, 60), (2, 30), (7, 9), (30, 2)])
def test_drop_frame_interval_keeps_every_nth(play: Any, interval: int, out: int) -> None:
    played, seen = run(
        play, SOURCE + f"nvv4l2decoder name=d drop-frame-interval={interval} ! fakesink"
    )
    assert played.eos
    assert seen["decoded"] == 60
    assert (seen["out"], seen["dropped"]) == (out, 60 - out)


def test_skip_frames_leaves_out_what_nothing_refers_to(play: Any) -> None:
    played, seen = run(play, SOURCE + "nvv4l2decoder name=d skip-frames=decode_key ! fakesink")
    assert played.eos
    assert (seen["in"], seen["skipped"], seen["out"]) == (60, 54, 6)

    played, seen = run(play, SOURCE + "nvv4l2decoder name=d skip-frames=decode_non_ref ! fakesink")
    assert played.eos
    assert played.warnings == []
    assert 0 < seen["skipped"] <= 40
    assert seen["out"] == 60 - seen["skipped"]
    assert seen["lost"] == 0


def test_a_file_that_is_cut_short_is_a_warning_at_its_end(
    play: Any, clip: Path, tmp_path: Path
) -> None:
    whole = tmp_path / "whole.mp4"
    assert play(  # with its index in front, as a download that broke off has it
        f"filesrc location={clip} ! qtdemux ! h264parse ! "
        f"qtmux faststart=true ! filesink location={whole}"
    ).eos
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    played, seen = run(
        play, f"filesrc location={cut} ! qtdemux ! h264parse ! nvv4l2decoder name=d ! fakesink"
    )
    assert played.eos
    assert 0 < seen["out"] < 795
    assert len(played.warnings) == 1
    ended = (seen["out"] + 1) / 10
    start = "d: the stream is cut short: expected video up to 79."
    assert played.warnings[0].startswith(start)
    assert float(played.warnings[0].split("it ended at ")[1].split(" s")[0]) == pytest.approx(
        ended, abs=0.5
    )
    assert played.warnings[0].endswith(" s. Check the recording or the connection.")


def test_the_whole_file_gives_no_warning(play: Any, clip: Path) -> None:
    played, seen = run(
        play, f"filesrc location={clip} ! qtdemux ! h264parse ! nvv4l2decoder name=d ! fakesink"
    )
    assert played.eos
    assert played.warnings == []
    assert seen["out"] == 795
    assert seen["lost"] == seen["damaged"] == 0


# Format: how the distribution encodes it, a container that holds it, garbage's caps, its decoder.
CODECS = {
    "H.264": (
        "x264enc speed-preset=ultrafast ! h264parse",
        "mp4mux",
        "video/x-h264,stream-format=byte-stream,alignment=au",
        "avdec_h264",
    ),
    "H.265": (
        "x265enc speed-preset=ultrafast ! h265parse",
        "mp4mux",
        "video/x-h265,stream-format=byte-stream,alignment=au",
        "avdec_h265",
    ),
    "MPEG-4": (
        "avenc_mpeg4 bitrate=2000000",
        "avimux",
        "video/mpeg,mpegversion=4,systemstream=false",
        "avdec_mpeg4",
    ),
    "VP8": ("vp8enc deadline=1 target-bitrate=2000000", "webmmux", "video/x-vp8", "avdec_vp8"),
    "VP9": (
        "vp9enc deadline=1 cpu-used=8 target-bitrate=2000000",
        "webmmux",
        "video/x-vp9",
        "avdec_vp9",
    ),
    "AV1": (
        "av1enc cpu-used=8 usage-profile=realtime ! av1parse",
        "matroskamux",
        "video/x-av1",
        "av1dec",
    ),
    "JPEG": ("jpegenc", "avimux", "image/jpeg", "jpegdec"),
}
PICTURES = (
    "videotestsrc num-buffers=30 pattern=ball ! video/x-raw,format=I420,width=160,height=120,"
    "framerate=25/1 "
)
TO_SYSTEM = "nvvideoconvert ! video/x-raw,format=RGB"


def pictures(description: str) -> list[np.ndarray]:
    """Every picture of a pipeline that ends in RGB of system memory."""
    pipeline = Gst.parse_launch(f"{description} ! appsink name=end sync=false")
    end = pipeline.get_by_name("end")
    pipeline.set_state(Gst.State.PLAYING)
    found = []
    while (sample := end.emit("try-pull-sample", 60 * Gst.SECOND)) is not None:
        buffer = sample.get_buffer()
        found.append(np.frombuffer(buffer.extract_dup(0, buffer.get_size()), np.uint8))
    error = pipeline.get_bus().pop_filtered(Gst.MessageType.ERROR)
    pipeline.set_state(Gst.State.NULL)
    assert error is None, error.parse_error()
    return found


def decibels(a: np.ndarray, b: np.ndarray) -> float:
    """Peak signal to noise ratio."""
    return float(10 * np.log10(255**2 / np.mean((a.astype(float) - b) ** 2)))


@pytest.mark.parametrize("codec", CODECS)
def test_every_format_decodes_to_what_was_encoded(codec: str) -> None:
    encoder = CODECS[codec][0]
    originals = pictures(f"{PICTURES} ! videoconvert ! video/x-raw,format=RGB")
    # A limited range is JPEG's business: it has none, and jpegenc takes the numbers as they are.
    source = PICTURES + (
        "! videoconvert ! video/x-raw,format=RGB ! nvvideoconvert "
        "! video/x-raw,format=I420,colorimetry=1:4:0:0 "
        if codec == "JPEG"
        else ""
    )
    decoded = pictures(f"{source} ! {encoder} ! nvv4l2decoder name=d ! {TO_SYSTEM}")
    assert len(decoded) == 30
    worst = min(decibels(a, b) for a, b in zip(originals, decoded, strict=True))
    assert worst > 28


@pytest.mark.parametrize("codec", CODECS)
def test_uridecodebin_chooses_it_for_every_format(
    codec: str, play: Callable[..., Any], tmp_path: Path
) -> None:
    encoder, muxer, _, inner = CODECS[codec]
    path = tmp_path / "file"
    assert play(f"{PICTURES} ! {encoder} ! {muxer} ! filesink location={path}").eos
    pipeline = Gst.parse_launch(f"uridecodebin uri={path.as_uri()} ! fakesink name=s")
    seen: list[str] = []
    inside: list[str] = []

    def see(pad: Any, _info: Any) -> Any:
        seen.append(pad.get_current_caps().get_features(0).to_string())
        return Gst.PadProbeReturn.OK

    def element_added(_bin: Any, _parent: Any, element: Any) -> None:
        if element.get_factory() is not None:
            inside.append(element.get_factory().get_name())

    pipeline.connect("deep-element-added", element_added)
    pipeline.get_by_name("s").get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, see)
    assert play(pipeline).eos
    assert seen == ["memory:NVMM"] * 30
    assert "nvv4l2decoder" in inside
    assert inner in inside


def test_a_jpeg_picture_is_decoded_by_uridecodebin(
    play: Callable[..., Any], tmp_path: Path
) -> None:
    path = tmp_path / "picture.jpg"
    assert play(f"{PICTURES.replace('=30', '=1')} ! jpegenc ! filesink location={path}").eos
    assert len(pictures(f"uridecodebin uri={path.as_uri()} ! {TO_SYSTEM}")) == 1


@pytest.mark.parametrize("form", ["Y42B", "Y444", "GRAY8"])
def test_jpeg_of_other_subsampling_and_without_colour(form: str) -> None:
    source = "videotestsrc num-buffers=1 pattern=white ! video/x-raw,width=64,height=48"
    (white,) = pictures(f"{source},format={form} ! jpegenc ! nvv4l2decoder ! {TO_SYSTEM}")
    # videotestsrc's white is 235 of 255, which jpegenc takes as it is.
    assert abs(int(white[len(white) // 2]) - 235) < 3


def test_h265_of_a_real_clip(shared: Path, play: Callable[..., Any]) -> None:
    clip = shared / "media/misc/bikes_h265.mp4"
    source = f"filesrc location={clip} ! qtdemux ! h265parse"
    to_rgb = "videoconvert ! video/x-raw,format=RGB"
    reference = pictures(f"{source} ! avdec_h265 ! {to_rgb}")
    decoded = pictures(f"{source} ! nvv4l2decoder ! {TO_SYSTEM}")
    assert len(decoded) == len(reference) > 100
    for ours, theirs in list(zip(decoded, reference, strict=True))[::17]:
        assert decibels(ours, theirs) > 35
    played, seen = run(play, f"{source} ! nvv4l2decoder name=d ! fakesink")
    assert played.warnings == []
    assert seen["lost"] == seen["damaged"] == 0


@pytest.mark.parametrize("bframes", [0, 2])
def test_skip_frames_of_h265(play: Callable[..., Any], bframes: int) -> None:
    source = (
        PICTURES + "! x265enc key-int-max=10 speed-preset=ultrafast "
        f"option-string=bframes={bframes}:b-pyramid=0:b-adapt=0:open-gop=0 ! h265parse ! "
    )
    played, seen = run(play, source + "nvv4l2decoder name=d skip-frames=decode_key ! fakesink")
    assert played.eos
    assert (seen["skipped"], seen["out"]) == (27, 3)
    played, seen = run(play, source + "nvv4l2decoder name=d skip-frames=decode_non_ref ! fakesink")
    assert played.eos
    assert played.warnings == []
    assert (seen["skipped"] > 0) == (bframes > 0)
    assert seen["out"] == 30 - seen["skipped"]
    whole = pictures(source + f"nvv4l2decoder ! {TO_SYSTEM}")
    some = pictures(source + f"nvv4l2decoder skip-frames=decode_non_ref ! {TO_SYSTEM}")
    # What is left out harms nothing else.
    kept = iter(whole)
    assert all(any(np.array_equal(picture, other) for other in kept) for picture in some)


def test_one_decoder_after_another_format(play: Callable[..., Any]) -> None:
    """The inner decoder goes with the stream; a stream does not change its format."""
    pipeline = Gst.parse_launch("nvv4l2decoder name=d ! fakesink")
    decoder = pipeline.get_by_name("d")
    for codec in ("VP8", "JPEG"):
        source = Gst.parse_bin_from_description(f"{PICTURES} ! {CODECS[codec][0]}", True)
        pipeline.add(source)
        source.link(decoder)
        assert play(pipeline).eos
        pipeline.remove(source)
    assert counts(decoder)["out"] == 60


@pytest.mark.parametrize("codec", CODECS)
def test_garbage_is_one_error_that_says_so(
    codec: str, play: Callable[..., Any], tmp_path: Path
) -> None:
    _, _, caps, inner = CODECS[codec]
    garbage = tmp_path / "garbage"
    garbage.write_bytes(random.Random(1).randbytes(300_000))
    pipeline = Gst.parse_launch(
        f"filesrc location={garbage} blocksize=5000 ! {caps},width=64,height=64,framerate=10/1 "
        "! nvv4l2decoder name=d ! fakesink"
    )
    errors: list[str] = []

    def handle(_bus: Any, message: Any) -> Any:
        if message.type == Gst.MessageType.ERROR:
            errors.append(message.parse_error()[0].message)
        return Gst.BusSyncReply.PASS

    pipeline.get_bus().set_sync_handler(handle)
    assert not play(pipeline).eos
    assert errors == [
        f"d could not decode the stream: 60 access units of {codec} came in, 0 pictures came out "
        f"({inner}: No valid frames decoded before end of stream). Check that the file is whole "
        "and begins with a key frame and its parameter sets."
    ]


@pytest.mark.parametrize("codec", ["H.265", "VP9", "AV1"])
def test_damage_in_the_middle_does_not_stop_it(
    codec: str, play: Callable[..., Any], tmp_path: Path
) -> None:
    """A frame of noise: the rest is decoded, and there is no error."""
    random_bytes = random.Random(2).randbytes(400)
    pipeline = Gst.parse_launch(
        f"{PICTURES} ! {CODECS[codec][0]} ! nvv4l2decoder name=d ! fakesink"
    )
    decoder = pipeline.get_by_name("d")
    number = iter(range(1000))

    def damage(pad: Any, info: Any) -> Any:
        if next(number) != 12:
            return Gst.PadProbeReturn.OK
        buffer = info.get_buffer()
        noise = Gst.Buffer.new_wrapped(buffer.extract_dup(0, 12) + random_bytes)
        noise.pts, noise.dts, noise.duration = buffer.pts, buffer.dts, buffer.duration
        pad.remove_probe(info.id)
        pad.chain(noise)
        return Gst.PadProbeReturn.DROP

    decoder.get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, damage)
    assert play(pipeline).eos
    assert 12 <= counts(decoder)["out"] <= 30


@pytest.mark.parametrize(
    ("codec", "what"),
    [
        (
            "H.264",
            "neither avdec_h264 nor openh264dec is installed. Install the package "
            "gstreamer1.0-libav (or, slower, gstreamer1.0-plugins-bad).",
        ),
        (
            "MPEG-4",
            "avdec_mpeg4 is not installed. Install the package gstreamer1.0-libav.",
        ),
        ("AV1", "av1dec is not installed. Install the package gstreamer1.0-plugins-bad."),
        (
            "JPEG",
            "neither jpegdec nor avdec_mjpeg is installed. Install the package "
            "gstreamer1.0-plugins-good (or, slower, gstreamer1.0-libav).",
        ),
    ],
)
def test_without_a_decoder_the_error_names_the_package(
    codec: str, what: str, tmp_path: Path
) -> None:
    """A machine with GStreamer's core and ours, nothing else."""
    caps = CODECS[codec][2]
    plugins = tmp_path / "plugins"
    plugins.mkdir()
    core = Gst.Registry.get().find_plugin("coreelements").get_filename()
    ours = Gst.Registry.get().find_plugin("nvv4l2decoder").get_filename()
    os.symlink(core, plugins / Path(core).name)
    program = (
        "import gi; gi.require_version('Gst', '1.0')\n"
        "from gi.repository import Gst; Gst.init(None)\n"
        f"Gst.Registry.get().scan_path({str(Path(ours).parent)!r})\n"
        f"pipeline = Gst.parse_launch('fakesrc ! {caps} ! nvv4l2decoder name=d ! fakesink')\n"
        "pipeline.set_state(Gst.State.PLAYING)\n"
        "message = pipeline.get_bus().timed_pop_filtered(10**10, Gst.MessageType.ERROR)\n"
        "print(message.parse_error()[0].message)\n"
    )
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GST_")}
    environment |= {
        "GST_PLUGIN_SYSTEM_PATH_1_0": str(plugins),
        "GST_REGISTRY_1_0": str(tmp_path / "registry.bin"),
    }
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True
    )
    assert done.stdout.strip() == f"d has no {codec} decoder to run: {what}", done.stderr


@pytest.fixture
def playing(clip: Path) -> Iterator[tuple[Any, list[int]]]:
    """A pipeline that decodes the clip, paused at its first picture, and the PTS seen."""
    pipeline = Gst.parse_launch(
        f"filesrc location={clip} ! qtdemux ! h264parse ! nvv4l2decoder ! fakesink name=s"
    )
    seen: list[int] = []

    def see(_pad: Any, info: Any) -> Any:
        seen.append(info.get_buffer().pts)
        return Gst.PadProbeReturn.OK

    pipeline.get_by_name("s").get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, see)
    pipeline.set_state(Gst.State.PAUSED)
    assert pipeline.get_state(20 * Gst.SECOND)[0] == Gst.StateChangeReturn.SUCCESS
    yield pipeline, seen
    pipeline.set_state(Gst.State.NULL)


def test_a_seek_continues_at_the_new_place(playing: tuple[Any, list[int]]) -> None:
    pipeline, seen = playing
    del seen[:]
    flags = Gst.SeekFlags.FLUSH | Gst.SeekFlags.ACCURATE
    assert pipeline.seek_simple(Gst.Format.TIME, flags, 70 * Gst.SECOND)
    pipeline.set_state(Gst.State.PLAYING)
    message = pipeline.get_bus().timed_pop_filtered(
        60 * Gst.SECOND, Gst.MessageType.EOS | Gst.MessageType.ERROR
    )
    assert message is not None
    assert message.type == Gst.MessageType.EOS
    assert seen == sorted(seen)
    assert len(seen) == pytest.approx(95, abs=1)


def test_two_pipelines_at_once(play: Any) -> None:
    results: list[dict[str, int]] = []
    threads = [
        threading.Thread(
            target=lambda: results.append(run(play, SOURCE + "nvv4l2decoder name=d ! fakesink")[1])
        )
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [result["out"] for result in results] == [60, 60]


def test_a_hundred_cycles_do_not_grow(
    play: Any, tmp_path: Path, check_cycles: Callable[[str], None]
) -> None:
    short = tmp_path / "short.h264"
    stream = "video/x-h264,stream-format=byte-stream"
    assert play(SOURCE.replace("=60", "=8") + f"{stream} ! filesink location={short}").eos
    check_cycles(f"filesrc location={short} ! h264parse ! nvv4l2decoder ! fakesink")
