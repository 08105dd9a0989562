"""Pipelines with replayed inference: no model, and the objects of a file."""

from __future__ import annotations

import contextlib
import json
import os
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from gi.repository import GLib, Gst

from thalweg import models
from thalweg.testing import (
    Classifier,
    Detection,
    Frame,
    Label,
    MetadataError,
    MovingBox,
    PipelineError,
    Scene,
    differences,
    load_frames,
    make_buffer,
    play,
    read_frames,
    record,
    replay_inference,
    save_frames,
)

SCENE = Scene(
    boxes=[
        MovingBox(xyxy=(20, 40, 60, 120), velocity_px=(6, 0), label="person", class_id=2),
        MovingBox(xyxy=(200, 100, 300, 160), velocity_px=(-3, 1), label="car"),
    ]
)


def pipeline_of(folder: Path, infer: str, scene: Scene = SCENE) -> Any:
    return Gst.parse_launch(
        f"{scene.source(folder)} ! mux.sink_{scene.source_id} nvstreammux name=mux batch-size=1 "
        f"width=320 height=240 ! {infer} ! fakesink name=end"
    )


def recorded(folder: Path, infer: str, scene: Scene = SCENE) -> list[Frame]:
    pipeline = pipeline_of(folder, infer, scene)
    frames = record(pipeline.get_by_name("end").get_static_pad("sink"))
    play(pipeline)
    return frames


def test_what_is_in_the_file_is_in_the_stream(tmp_path: Path, assert_metadata: Any) -> None:
    save_frames(tmp_path / "truth.json", SCENE.truth())
    frames = recorded(tmp_path, f"thalwegreplay location={tmp_path}/truth.json")
    assert frames == SCENE.truth()
    assert_metadata(frames, SCENE.truth(), tolerance_px=0, tolerance_confidence=0)


def test_a_recording_of_a_recording(tmp_path: Path) -> None:
    frames = [
        Frame(
            size_px=(320, 240),
            objects=[
                Detection(
                    class_id=-1,
                    label="x" * 126 + "ü",
                    text='a "text"',
                    confidence=0.5,
                    xyxy=(-3.5, -2, 10.25, 20),
                    track_id=2**63,
                    component_id=9,
                    border_width=1,
                    border_color=(0, 1, 0, 0.5),
                    classifiers=[
                        Classifier(labels=[Label(class_id=3, label="blue", confidence=0.75)]),
                        Classifier(component_id=3, labels=[Label(), Label(class_id=1)]),
                    ],
                ),
                Detection(label="", xyxy=(0, 0, 0, 0)),
            ],
        )
    ]
    with replay_inference(frames):
        (found,) = recorded(tmp_path, "nvinfer", Scene(frames=1))
    (built,) = read_frames(make_buffer(frames))
    assert found == built, "the element writes what the builder writes"
    assert found.objects[0].label == "x" * 126


def test_no_model_is_needed_by_a_whole_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    SCENE.write(tmp_path / "clip.h264")
    monkeypatch.setattr(sys, "argv", [str(program), str(tmp_path / "clip.h264")])
    with replay_inference(SCENE.truth()), pytest.raises(SystemExit, match="0"):
        runpy.run_path(str(program), run_name="__main__")
    assert capsys.readouterr().out.splitlines() == [f"{number}: person car" for number in range(10)]


PROGRAM = """
import sys, gi
gi.require_version("Gst", "1.0")
from gi.repository import Gst
import pyds

def osd_sink_pad_buffer_probe(pad, info, u_data):
    batch_meta = pyds.gst_buffer_get_nvds_batch_meta(hash(info.get_buffer()))
    frame_meta = pyds.NvDsFrameMeta.cast(batch_meta.frame_meta_list.data)
    labels = []
    l_obj = frame_meta.obj_meta_list
    while l_obj is not None:
        labels.insert(0, pyds.NvDsObjectMeta.cast(l_obj.data).obj_label)
        l_obj = l_obj.next
    print(f"{frame_meta.frame_num}: {' '.join(labels)}")
    return Gst.PadProbeReturn.OK

def main(args):
    Gst.init(None)
    pipeline = Gst.Pipeline()
    elements = []
    for factory, name in (("filesrc", "source"), ("h264parse", "parser"),
                          ("nvv4l2decoder", "decoder"), ("nvstreammux", "muxer"),
                          ("nvinfer", "primary-inference"), ("nvinfer", "secondary-inference"),
                          ("nvvideoconvert", "converter"), ("nvdsosd", "osd"),
                          ("fakesink", "sink")):
        elements.append(Gst.ElementFactory.make(factory, name))
        pipeline.add(elements[-1])
    source, parser, decoder, muxer, pgie, sgie, converter, osd, sink = elements
    source.set_property("location", args[1])
    muxer.set_property("width", 320)
    muxer.set_property("height", 240)
    muxer.set_property("batch-size", 1)
    pgie.set_property("config-file-path", "/no/such/config_infer_primary.txt")
    sgie.set_property("config-file-path", "/no/such/config_infer_secondary.txt")
    if pgie.get_property("batch-size") != 4:
        pgie.set_property("batch-size", 4)
    source.link(parser); parser.link(decoder)
    decoder.get_static_pad("src").link(muxer.request_pad_simple("sink_0"))
    for one, other in zip(elements[3:], elements[4:]):
        one.link(other)
    osd.get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, osd_sink_pad_buffer_probe, 0)
    pipeline.set_state(Gst.State.PLAYING)
    message = pipeline.get_bus().timed_pop_filtered(
        60 * Gst.SECOND, Gst.MessageType.EOS | Gst.MessageType.ERROR)
    assert message.type == Gst.MessageType.EOS, message.parse_error()
    pipeline.set_state(Gst.State.NULL)
    return 0

if __name__ == "__main__":
    sys.exit(main(sys.argv))
"""


def type_of(name: str) -> str:
    return Gst.ElementFactory.make(name).__gtype__.name


def test_the_name_is_given_back() -> None:
    before = os.environ.get("THALWEG_REPLAY")
    with contextlib.suppress(ZeroDivisionError), replay_inference([Frame()]):
        assert type_of("nvinfer") == "ThalwegReplay"
        with replay_inference([Frame()], "nvinferserver"):
            assert type_of("nvinferserver") == type_of("nvinfer") == "ThalwegReplay"
        assert type_of("nvinfer") == "ThalwegReplay"
        raise ZeroDivisionError
    assert type_of("nvinfer") == "GstNvInfer"
    assert os.environ.get("THALWEG_REPLAY") == before


def test_an_unknown_name_is_unknown_again() -> None:
    with replay_inference([Frame()], "myinfer"):
        assert type_of("myinfer") == "ThalwegReplay"
    assert Gst.ElementFactory.find("myinfer") is None


def test_it_has_nvinfers_properties_and_pads() -> None:
    replay, nvinfer = (Gst.ElementFactory.make(name) for name in ("thalwegreplay", "nvinfer"))
    for spec in nvinfer.list_properties():
        if spec.value_type.name == "gpointer":  # Python cannot set these
            continue
        own = replay.find_property(spec.name)
        assert own is not None, spec.name
        if spec.name not in ("name", "parent", "stats"):
            values = [element.get_property(spec.name) for element in (replay, nvinfer)]
            if spec.name == "process-mode":  # enums of the same numbers
                values = list(map(int, values))
            assert values[0] == values[1], spec.name
    for pad in ("sink", "src"):
        caps = [e.get_static_pad(pad).query_caps(None) for e in (replay, nvinfer)]
        assert caps[0].is_equal(caps[1])


def test_the_real_one_may_come_after(tmp_path: Path) -> None:
    """The frames are marked, and a model's objects come on top, as with two nvinfer."""
    config = models.default_detector()
    save_frames(tmp_path / "truth.json", SCENE.truth())
    infer = f"thalwegreplay location={tmp_path}/truth.json ! nvinfer config-file-path={config}"
    frames = recorded(tmp_path, infer)
    assert [frame.objects[:2] for frame in frames] == [frame.objects for frame in SCENE.truth()]


def test_other_frames_than_recorded(tmp_path: Path) -> None:
    save_frames(tmp_path / "x.json", [Frame(frame_num=5, source_id=3)])
    played = play(pipeline_of(tmp_path, f"thalwegreplay location={tmp_path}/x.json"))
    assert played.warnings == [
        "no frame of the stream is in the recording: its first frame is frame 5 of source 3, the "
        "stream's is frame 0 of source 0."
    ]
    save_frames(tmp_path / "x.json", [])
    played = play(pipeline_of(tmp_path, f"thalwegreplay location={tmp_path}/x.json"))
    assert played.warnings == []


def test_gst_launch(tmp_path: Path) -> None:
    """Python is not needed, and the environment names the file."""
    save_frames(tmp_path / "truth.json", SCENE.truth())
    text = (
        f"{SCENE.source(tmp_path)} ! mux.sink_0 nvstreammux name=mux batch-size=1 width=320 "
        "height=240 ! thalwegreplay ! nvdsosd ! fakesink"
    )
    done = subprocess.run(
        ["gst-launch-1.0", "-q", *text.replace('"', "").split()],
        env=os.environ | {"THALWEG_REPLAY": str(tmp_path / "truth.json")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def objects(**fields: Any) -> str:
    return json.dumps({"frames": [{"objects": [{"xyxy": [0, 0, 1, 1], **fields}]}]})


FAULTS = {
    "": ": line 1: no JSON: ",
    '{"frames": [\n{}\n{}]}': ": line 3: no JSON: ",
    "[" * 100_000: ": expected a recording, got deep nesting",
    '{"frames": [1e999]}': ": no JSON: ",
    "[1, 2]": ": expected an object, got [1,2]",
    "{}": ": expected an object with frames, got {}",
    '{"frames": {}}': ": frames: expected an array, got {}",
    '{"frames": [[]]}': ": frames[0]: expected an object, got []",
    '{"frames": [{}, {}]}': ": frames[1].frame_num: expected each frame of source 0 once, got null",
    '{"frames": [{"frame_num": 4294967296}]}': ": frames[0].frame_num: expected an integer from "
    "-2147483648 to 2147483647, got 4294967296",
    '{"frames": [{"source_id": -1}]}': ": frames[0].source_id: expected an integer from 0 to "
    "4294967295, got -1",
    '{"frames": [{"objects": [{}]}]}': ": frames[0].objects[0].xyxy: expected four numbers, left, "
    "top, right, bottom, with left <= right and top <= bottom, got null",
    objects(xyxy=[5, 0, 1, 1]): ": frames[0].objects[0].xyxy: expected four numbers, left, top, "
    "right, bottom, with left <= right and top <= bottom, got [5,0,1,1]",
    objects(class_id="2"): ": frames[0].objects[0].class_id: expected an integer from "
    '-2147483648 to 2147483647, got "2"',
    objects(
        label=["x" * 100]
    ): f': frames[0].objects[0].label: expected a string, got ["{"x" * 75}...',
    objects(confidence="high"): ': frames[0].objects[0].confidence: expected a number, got "high"',
    objects(border_color=[1, 0, 0]): ": frames[0].objects[0].border_color: expected four numbers, "
    "red, green, blue, alpha, got [1,0,0]",
    objects(classifiers=[{"labels": [5]}]): ": frames[0].objects[0].classifiers[0].labels[0]: "
    "expected an object, got 5",
}


def error_of(element: str) -> str:
    with pytest.raises(PipelineError) as caught:
        play(f"fakesrc num-buffers=1 ! {element} ! fakesink")
    return caught.value.played.error


@pytest.mark.parametrize("content", FAULTS)
def test_wrong_recordings(content: str, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(content)
    error = error_of(f"thalwegreplay location={path}")
    assert error.startswith(f"{path}{FAULTS[content]}")
    if not FAULTS[content].endswith("JSON: "):
        assert error == f"{path}{FAULTS[content]}"
    with pytest.raises(MetadataError), replay_inference(path):
        pass


def test_no_recording(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("THALWEG_REPLAY", raising=False)
    assert error_of("thalwegreplay") == (
        "thalwegreplay has no recording: set its property location, or THALWEG_REPLAY in the "
        "environment, to a JSON file of objects."
    )
    absent = tmp_path / "absent.json"
    assert error_of(f"thalwegreplay location={absent}") == (
        f"cannot read {absent}: No such file or directory"
    )
    assert error_of(f"thalwegreplay location={tmp_path}").startswith(f"cannot read {tmp_path}: ")
    with pytest.raises(FileNotFoundError), replay_inference(absent):
        pass


def test_no_muxer(tmp_path: Path) -> None:
    save_frames(tmp_path / "x.json", [])
    with pytest.raises(PipelineError, match=r"^expected buffers with batch metadata, got one with"):
        play(f"{SCENE.source(tmp_path)} ! thalwegreplay location={tmp_path}/x.json ! fakesink")


def test_it_can_be_started_again(tmp_path: Path) -> None:
    save_frames(tmp_path / "truth.json", SCENE.truth())
    pipeline = pipeline_of(tmp_path, f"thalwegreplay location={tmp_path}/truth.json")
    frames = record(pipeline.get_by_name("end").get_static_pad("sink"))
    for _ in range(3):
        play(pipeline)
    assert frames == 3 * SCENE.truth()


# --- play and record ----------------------------------------------------------------------------


def test_play_tells_what_failed(tmp_path: Path) -> None:
    with pytest.raises(PipelineError) as caught:
        play(f"filesrc location={tmp_path}/absent ! fakesink")
    text = str(caught.value)
    assert text.startswith("Resource not found.\n")
    assert text.endswith(f'No such file "{tmp_path}/absent"')
    assert not caught.value.played.eos


def test_play_ends() -> None:
    with pytest.raises(TimeoutError, match=r"^the pipeline did not end within 0\.2 s$"):
        play("fakesrc is-live=true do-timestamp=true ! fakesink sync=true", timeout_s=0.2)
    with pytest.raises(GLib.Error, match="nosuchelement"):
        play("nosuchelement ! fakesink")


def test_record_without_a_muxer() -> None:
    pipeline = Gst.parse_launch("fakesrc num-buffers=5 ! fakesink name=end")
    frames = record(pipeline.get_by_name("end").get_static_pad("sink"))
    with pytest.raises(PipelineError, match=r"^the buffer carries no batch metadata: it has not p"):
        play(pipeline)
    assert frames == []


def test_a_recording_of_a_model_is_replayed(tmp_path: Path, clip: Path) -> None:
    """What the detector finds in a real clip, without the detector the second time."""
    text = (
        f"filesrc location={clip} ! qtdemux ! h264parse ! nvv4l2decoder ! identity eos-after=20 "
        "! mux.sink_0 nvstreammux name=mux batch-size=1 width=768 height=576 "
        f"! nvinfer config-file-path={models.default_detector()} ! fakesink name=end"
    )

    def frames_of() -> list[Frame]:
        pipeline = Gst.parse_launch(text)
        frames = record(pipeline.get_by_name("end").get_static_pad("sink"))
        play(pipeline, timeout_s=120)
        return frames

    detected = frames_of()
    save_frames(tmp_path / "recording.json", detected)
    with replay_inference(tmp_path / "recording.json"):
        replayed = frames_of()
    assert sum(len(frame.objects) for frame in replayed) > 20
    assert differences(load_frames(tmp_path / "recording.json"), replayed) == []
    assert differences(detected, replayed, tolerance_px=0.006, tolerance_confidence=1e-4) == []
