"""nv3dsink and nvdrmvideosink, which do what nveglglessink does, and nvegltransform before them."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gi
import numpy as np
import pytest

gi.require_version("Gst", "1.0")
from gi.repository import Gst

SINKS = ["nveglglessink", "nv3dsink", "nvdrmvideosink"]
OTHERS = SINKS[1:]
SOURCE = "videotestsrc num-buffers=20 ! video/x-raw,format=I420,framerate=100/1"
NVMM = "nvvideoconvert ! video/x-raw(memory:NVMM)"


@pytest.fixture(autouse=True)
def no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "THALWEG_DISPLAY"):
        monkeypatch.delenv(name, raising=False)


def pictures(path: Path) -> list[np.ndarray]:
    """RGB of every frame of an MP4 file, by GStreamer's own elements."""
    pipeline = Gst.parse_launch(
        f"filesrc location={path} ! qtdemux ! h264parse ! avdec_h264 ! videoconvert "
        "! video/x-raw,format=RGB ! appsink name=end sync=false"
    )
    pipeline.set_state(Gst.State.PLAYING)
    found = []
    while (sample := pipeline.get_by_name("end").emit("pull-sample")) is not None:
        buffer = sample.get_buffer()
        found.append(np.frombuffer(buffer.extract_dup(0, buffer.get_size()), np.uint8))
    pipeline.set_state(Gst.State.NULL)
    return found


@pytest.mark.parametrize("sink", OTHERS)
def test_without_a_display_it_says_so_once_in_its_own_name(sink: str) -> None:
    pipeline = Gst.parse_launch(f"{SOURCE} ! {NVMM} ! {sink}")
    pipeline.set_state(Gst.State.PLAYING)
    infos = []
    kinds = Gst.MessageType.ERROR | Gst.MessageType.EOS | Gst.MessageType.INFO
    while (message := pipeline.get_bus().timed_pop_filtered(20 * Gst.SECOND, kinds)).type in (
        Gst.MessageType.INFO,
    ):
        infos.append(message.parse_info()[0].message)
    pipeline.set_state(Gst.State.NULL)
    assert message.type == Gst.MessageType.EOS
    assert infos == [
        f"{sink}: frames are not shown: there is no display (neither DISPLAY nor WAYLAND_DISPLAY "
        "is set). THALWEG_DISPLAY=http:8080 shows them in a web browser, file:out.mp4 writes them "
        "to a file."
    ]


@pytest.mark.parametrize("sink", OTHERS)
@pytest.mark.parametrize("memory", ["", f"! {NVMM}", f"! {NVMM} ! nvegltransform"])
def test_file_holds_every_frame(
    sink: str,
    memory: str,
    play: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    out = tmp_path / "out.mp4"
    monkeypatch.setenv("THALWEG_DISPLAY", f"file:{out}")
    assert play(f"{SOURCE} {memory} ! {sink}").eos
    assert len(pictures(out)) == 20


@pytest.mark.parametrize("size", ["width=320,height=240", "width=1280,height=720"])
@pytest.mark.parametrize("colours", ["bt601", "bt709", "1:4:0:0"])
def test_a_known_colour_behind_the_muxer(
    size: str,
    colours: str,
    play: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """The file is of the source's size, from whose height a player guesses the matrix."""
    out = tmp_path / "out.mp4"
    monkeypatch.setenv("THALWEG_DISPLAY", f"file:{out}")
    assert play(
        "videotestsrc num-buffers=3 pattern=solid-color foreground-color=0xffdc8228 "
        f"! video/x-raw,format=RGBA,{size} ! videoconvert "
        f"! video/x-raw,format=I420,colorimetry={colours} "
        f"! {NVMM} ! mux.sink_0 nvstreammux name=mux batch-size=1 {size.replace(',', ' ')} "
        "! nveglglessink"
    ).eos
    frame = pictures(out)[-1]
    height = int(size.split("=")[-1])
    guessed = {"bt601": height <= 576, "bt709": height > 576, "1:4:0:0": height <= 576}[colours]
    middle = frame[len(frame) // 2 // 3 * 3 :][:3].astype(int)
    # openh264 writes no colours into the stream: only those that are guessed come out exactly.
    assert middle == pytest.approx([220, 130, 40], abs=8 if guessed else 20)


@pytest.mark.parametrize("sink", OTHERS)
def test_a_wrong_choice_is_an_error_in_its_own_name(
    sink: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THALWEG_DISPLAY", "screen")
    pipeline = Gst.parse_launch(f"{SOURCE} ! {sink}")
    assert pipeline.set_state(Gst.State.PLAYING) == Gst.StateChangeReturn.FAILURE
    message = pipeline.get_bus().pop_filtered(Gst.MessageType.ERROR)
    pipeline.set_state(Gst.State.NULL)
    assert message.parse_error()[0].message == (
        f'{sink}: THALWEG_DISPLAY is "screen"; expected "window", "none", "file:PATH" (an MP4 '
        'file), "http:PORT" or "http:ADDRESS:PORT".'
    )


@pytest.mark.parametrize("sink", OTHERS)
def test_a_batch_shows_its_first_frame_and_warns(
    sink: str,
    clip: Path,
    play: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("THALWEG_DISPLAY", f"file:{tmp_path}/out.mp4")
    played = play(
        f"filesrc location={clip} ! qtdemux ! h264parse ! identity eos-after=21 ! nvv4l2decoder "
        f"! mux.sink_0 nvstreammux name=mux batch-size=2 width=768 height=576 ! {sink}"
    )
    assert played.eos
    assert [w for w in played.warnings if w.startswith(sink)] == [
        f"{sink}: only the first of the 2 frames of a batch is shown; put nvmultistreamtiler "
        "before."
    ]


@pytest.mark.parametrize("element", [*OTHERS, "nvegltransform"])
def test_defaults_are_those_of_the_original(
    element: str, check_defaults: Callable[[str], None]
) -> None:
    check_defaults(element)


def test_nvegltransform_passes_the_same_buffers(play: Callable[..., Any]) -> None:
    pipeline = Gst.parse_launch(f"{SOURCE} ! {NVMM} ! nvegltransform name=t ! fakesink")
    seen: dict[str, list[int]] = {"sink": [], "src": []}
    features: list[str] = []

    def see(pad: Any, info: Any) -> Any:
        seen[pad.get_name()].append(hash(info.get_buffer()))
        features.append(pad.get_current_caps().get_features(0).to_string())
        return Gst.PadProbeReturn.OK

    for name in seen:
        pipeline.get_by_name("t").get_static_pad(name).add_probe(Gst.PadProbeType.BUFFER, see)
    assert play(pipeline).eos
    assert seen["sink"] == seen["src"]
    assert len(seen["src"]) == 20
    assert set(features[::2]) == {"memory:NVMM"}
    assert set(features[1::2]) == {"memory:EGLImage"}


@pytest.mark.parametrize("element", [*OTHERS, "nvegltransform"])
def test_gst_inspect_prints_no_warning(element: str) -> None:
    shown = subprocess.run(["gst-inspect-1.0", element], capture_output=True, text=True)
    assert shown.returncode == 0
    assert shown.stderr == ""


@pytest.mark.parametrize("sink", OTHERS)
def test_a_hundred_starts_leave_nothing_behind(
    sink: str, check_cycles: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THALWEG_DISPLAY", "none")
    check_cycles(
        f"videotestsrc num-buffers=2 ! video/x-raw,format=I420 ! {NVMM} ! nvegltransform "
        f"! {sink} sync=false"
    )
