"""nvinfer: settings, the objects it writes, order, flushing, errors."""

from __future__ import annotations

import gc
import json
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

pyds = pytest.importorskip("pyds")

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstBase", "1.0")
from gi.repository import GObject, Gst, GstBase

from thalweg import models

from ..memory import MIB, resident_bytes

UNTRACKED = 0xFFFFFFFFFFFFFFFF


#: class, left, top, width, height (frame pixels), confidence
Box = tuple[int, float, float, float, float, float]


class Frame(NamedTuple):
    """One frame as it leaves the element."""

    source: int
    number: int
    inferred: bool
    boxes: list[Box]


def objects_of(frame: Any) -> list[Any]:
    objects, node = [], frame.obj_meta_list
    while node is not None:
        objects.append(pyds.NvDsObjectMeta.cast(node.data))
        node = node.next
    return objects


def frames_of(buffer: Gst.Buffer) -> list[Any]:
    frames, node = [], pyds.gst_buffer_get_nvds_batch_meta(hash(buffer)).frame_meta_list
    while node is not None:
        frames.append(pyds.NvDsFrameMeta.cast(node.data))
        node = node.next
    return frames


def box_of(o: Any) -> Box:
    r = o.rect_params
    return (o.class_id, r.left, r.top, r.width, r.height, o.confidence)


@pytest.fixture
def config() -> Path:
    return Path(models.default_detector())


@pytest.fixture
def write_config(config: Path, tmp_path: Path) -> Callable[..., Path]:
    """The default configuration with absolute paths and keys changed; None removes one."""

    def write(extra: str = "", **changes: str | None) -> Path:
        text = config.read_text()
        changes.setdefault("onnx_file", str(config.parent / "ssd_mobilenet_v2_coco_fp16.onnx"))
        changes.setdefault("labelfile_path", str(config.parent / "labels.txt"))
        for name, value in changes.items():
            key = name.replace("_", "-")
            line = "" if value is None else f"{key}={value}\n"
            text, count = re.subn(rf"^{key}=.*\n", lambda _, line=line: line, text, flags=re.M)
            if not count:
                text = text.replace("[property]\n", "[property]\n" + line, 1)
        path = tmp_path / "config.txt"
        path.write_text(text + extra)
        return path

    return write


def decoded(clip: Path, pad: str, frames: int) -> str:
    return (
        f"filesrc location={clip} ! qtdemux ! h264parse ! identity eos-after={frames + 1} "
        f"! nvv4l2decoder ! {pad} "
    )


def detect(clip: Path, config: Path, frames: int, properties: str = "", sources: int = 1) -> str:
    return (
        "".join(decoded(clip, f"mux.sink_{i}", frames) for i in range(sources))
        + f"nvstreammux name=mux batch-size={sources} width=768 height=576 "
        + "batched-push-timeout=1000000 "
        + f"! nvinfer name=infer config-file-path={config} {properties} "
        + "! fakesink name=end sync=false"
    )


@pytest.fixture
def record(play: Callable[..., Any]) -> Callable[[str], tuple[list[Frame], Any]]:
    """Runs a pipeline and gives the frames that leave nvinfer, and how it ended."""

    def run(description: str) -> tuple[list[Frame], Any]:
        pipeline = Gst.parse_launch(description)
        frames: list[Frame] = []

        def read(_pad: Gst.Pad, info: Gst.PadProbeInfo) -> Gst.PadProbeReturn:
            for frame in frames_of(info.get_buffer()):
                boxes = [box_of(o) for o in objects_of(frame)]
                frames.append(
                    Frame(frame.source_id, frame.frame_num, bool(frame.bInferDone), boxes)
                )
            return Gst.PadProbeReturn.OK

        pipeline.get_by_name("infer").get_static_pad("src").add_probe(Gst.PadProbeType.BUFFER, read)
        return frames, play(pipeline)

    return run


# --- settings


def test_defaults() -> None:
    element = Gst.ElementFactory.make("nvinfer")
    expected = {
        "unique-id": 15,
        "process-mode": 1,
        "config-file-path": "",
        "batch-size": 1,
        "interval": 0,
        "infer-on-gie-id": -1,
        "infer-on-class-ids": "",
        "filter-out-class-ids": "",
        "model-engine-file": "",
        "gpu-id": 0,
        "raw-output-file-write": False,
        "output-tensor-meta": False,
        "output-instance-mask": False,
        "input-tensor-meta": False,
        "clip-object-outside-roi": True,
        "crop-objects-to-roi-boundary": False,
        "strongly-typed": False,
        "dynamic-properties": "",
    }
    assert {name: element.get_property(name) for name in expected} == expected


def test_the_reference_tells_of_each_property(shared: Path) -> None:
    page = (Path(__file__).parents[2] / "docs/reference/nvinfer-keys.md").read_text()
    _, table = page.split("## Properties of the element\n")
    told = dict(re.findall(r"^\| `([\w-]+)` \|.*\| ([^|]+) \|$", table, re.MULTILINE))
    element = Gst.ElementFactory.make("nvinfer")
    of_bases = {p.name for p in GObject.list_properties(GstBase.BaseTransform)}
    own = {p.name: p.blurb for p in element.list_properties() if p.name not in of_bases}
    spec = json.loads((shared / "spec/elements.json").read_text())["nvinfer"]["properties"]
    assert sorted(told) == sorted(spec)
    assert own.keys() - told.keys() == {"stats"}  # which all our elements have
    for name, status in told.items():
        no_effect = own[name].endswith("(no effect on a CPU)")
        assert status.startswith("ignored") == no_effect, name


def test_values_of_the_file_can_be_read_back(write_config: Callable[..., Path]) -> None:
    element = Gst.ElementFactory.make("nvinfer")
    element.set_property(
        "config-file-path",
        str(write_config(batch_size="4", interval="2", filter_out_class_ids="1;2")),
    )
    assert element.get_property("batch-size") == 4
    assert element.get_property("interval") == 2
    assert element.get_property("unique-id") == 1
    assert element.get_property("filter-out-class-ids") == "1;2"


@pytest.mark.parametrize("property_first", [True, False])
def test_a_property_wins_over_the_file(
    write_config: Callable[..., Path], property_first: bool
) -> None:
    element = Gst.ElementFactory.make("nvinfer")
    path = str(write_config(batch_size="4"))
    settings = [("batch-size", 2), ("config-file-path", path)]
    for name, value in settings if property_first else reversed(settings):
        element.set_property(name, value)
    assert element.get_property("batch-size") == 2


# --- what it writes


def test_every_field_of_an_object(
    config: Path, clip: Path, play: Callable[..., Any], write_config: Callable[..., Path]
) -> None:
    path = write_config(extra="\n[class-attrs-0]\nborder-color=0;1;0;1\nbg-color=0;0;1;0.5\n")
    pipeline = Gst.parse_launch(detect(clip, path, 4, "unique-id=9"))
    seen: list[dict[str, Any]] = []

    def read(_pad: Gst.Pad, info: Gst.PadProbeInfo) -> Gst.PadProbeReturn:
        for frame in frames_of(info.get_buffer()):
            for o in objects_of(frame):
                r, t, d = o.rect_params, o.text_params, o.detector_bbox_info.org_bbox_coords
                font = t.font_params
                seen.append(
                    {
                        "id": o.unique_component_id,
                        "class": o.class_id,
                        "label": o.obj_label,
                        "object": o.object_id,
                        "parent": o.parent,
                        "box": (r.left, r.top, r.width, r.height),
                        "detector": (d.left, d.top, d.width, d.height),
                        "tracker": o.tracker_bbox_info.org_bbox_coords.width,
                        "border": (r.border_width, color(r.border_color)),
                        "fill": (r.has_bg_color, color(r.bg_color)),
                        "text": pyds.get_string(t.display_text),
                        "at": (t.x_offset, t.y_offset),
                        "font": (
                            pyds.get_string(font.font_name),
                            font.font_size,
                            color(font.font_color),
                        ),
                        "text_fill": (t.set_bg_clr, color(t.text_bg_clr)),
                    }
                )
        return Gst.PadProbeReturn.OK

    def color(c: Any) -> tuple[float, float, float, float]:
        return (c.red, c.green, c.blue, c.alpha)

    pipeline.get_by_name("end").get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, read)
    assert play(pipeline).eos
    people = [o for o in seen if o["class"] == 0]
    assert people
    for o in people:
        left, top, width, height = o["box"]
        assert left >= 0
        assert top >= 0
        assert left + width <= 768
        assert top + height <= 576
        assert o["detector"] == o["box"]
        assert o["at"] == (int(left), max(0, int(top - 10)))
        assert o["tracker"] == 0
        assert o["parent"] is None
        assert (o["id"], o["label"], o["text"]) == (9, "person", "person")
        assert o["object"] == UNTRACKED
        assert o["border"] == (3, (0, 1, 0, 1))
        assert o["fill"] == (1, (0, 0, 1, 0.5))
        assert o["font"] == ("Serif", 11, (1, 1, 1, 1))
        assert o["text_fill"] == (1, (0, 0, 0, 1))
    for o in seen:
        if o["class"] != 0:
            assert o["border"] == (3, (1, 0, 0, 1))
            assert o["fill"][0] == 0


def test_frames_leave_in_order_and_none_is_lost(
    config: Path, clip: Path, record: Callable[..., Any]
) -> None:
    frames, played = record(detect(clip, config, 40))
    assert played.eos
    assert [f.number for f in frames] == list(range(40))
    assert all(f.inferred for f in frames)
    assert sum(len(f.boxes) for f in frames) > 40


def test_interval_passes_batches_without_objects(
    config: Path, clip: Path, record: Callable[..., Any]
) -> None:
    frames, _ = record(detect(clip, config, 10, "interval=2"))
    assert [f.inferred for f in frames] == [i % 3 == 0 for i in range(10)]
    assert all(bool(f.boxes) == f.inferred for f in frames)


def test_a_batch_of_two_sources_gives_each_its_own_objects(
    config: Path, clip: Path, record: Callable[..., Any]
) -> None:
    alone, _ = record(detect(clip, config, 6))
    both, played = record(detect(clip, config, 6, "batch-size=2", sources=2))
    assert played.eos
    for source in (0, 1):
        mine = [f for f in both if f.source == source]
        assert [(f.number, f.boxes) for f in mine] == [(f.number, f.boxes) for f in alone]


def test_classes_filtered_out_by_property(
    config: Path, clip: Path, record: Callable[..., Any]
) -> None:
    frames, _ = record(detect(clip, config, 3, 'filter-out-class-ids="0;2"'))
    assert {box[0] for f in frames for box in f.boxes}.isdisjoint({0, 2})


def test_engine_alone_runs_the_model_of_its_stem(
    config: Path, clip: Path, record: Callable[..., Any], write_config: Callable[..., Path]
) -> None:
    onnx = config.parent / "ssd_mobilenet_v2_coco_fp16.onnx"
    path = write_config(onnx_file=None, model_engine_file=f"{onnx}_b1_gpu0_int8.engine")
    frames, played = record(detect(clip, path, 2))
    assert played.eos
    assert all(f.boxes for f in frames)
    assert [w for w in played.warnings if "TensorRT" in w] == [
        f"{path}: [property] model-engine-file: {onnx}_b1_gpu0_int8.engine is a TensorRT engine, "
        f"which runs only on NVIDIA's GPUs; {onnx} runs instead. Write its path as onnx-file."
    ]


def test_yaml_finds_the_same_objects(
    clip: Path, record: Callable[..., Any], write_config: Callable[..., Path], tmp_path: Path
) -> None:
    ini = write_config()
    lines = []
    for line in ini.read_text().splitlines():
        if line.startswith("["):
            lines.append(line[1:-1] + ":")
        elif "=" in line and not line.startswith("#"):
            lines.append("  " + line.replace("=", ": ", 1))
    yaml = tmp_path / "config.yml"
    yaml.write_text("\n".join(lines) + "\n")
    expected, _ = record(detect(clip, ini, 3))
    found, played = record(detect(clip, yaml, 3))
    assert played.eos
    assert [w for w in played.warnings if "config" in w] == []
    assert found == expected
    assert all(f.boxes for f in found)


def test_two_with_one_id_are_a_warning(config: Path, clip: Path, play: Callable[..., Any]) -> None:
    source = decoded(clip, "mux.sink_0", 2)
    infer = f"nvinfer config-file-path={config} name="
    played = play(
        f"{source} nvstreammux name=mux batch-size=1 width=768 height=576 ! {infer}a unique-id=3 "
        f"! {infer}b unique-id=3 ! {infer}c unique-id=4 ! fakesink"
    )
    assert played.eos
    warnings = [w for w in played.warnings if "unique-id" in w]
    assert len(warnings) == 1
    assert warnings[0] in (
        f"{one} and {other} both have the unique-id 3: nobody can tell their objects apart by "
        "unique_component_id. Write another gie-unique-id into the configuration of one."
        for one, other in (("a", "b"), ("b", "a"))
    )


# --- life


def test_flushing_seek_and_a_second_run(config: Path, clip: Path, play: Callable[..., Any]) -> None:
    pipeline = Gst.parse_launch(detect(clip, config, 100_000))
    numbers: list[int] = []
    started = threading.Event()

    def read(_pad: Gst.Pad, info: Gst.PadProbeInfo) -> Gst.PadProbeReturn:
        numbers.extend(f.frame_num for f in frames_of(info.get_buffer()))
        if len(numbers) == 5:
            started.set()
        return Gst.PadProbeReturn.OK

    pipeline.get_by_name("infer").get_static_pad("src").add_probe(Gst.PadProbeType.BUFFER, read)
    pipeline.set_state(Gst.State.PLAYING)
    assert started.wait(60)
    end = pipeline.query_duration(Gst.Format.TIME)[1]
    flags = Gst.SeekFlags.FLUSH | Gst.SeekFlags.KEY_UNIT | Gst.SeekFlags.SNAP_BEFORE
    assert pipeline.seek_simple(Gst.Format.TIME, flags, end - Gst.SECOND // 10)
    assert play(pipeline).eos


def test_states_a_dozen_times_without_growth(config: Path, clip: Path) -> None:
    def cycle() -> None:
        pipeline = Gst.parse_launch(detect(clip, config, 2))
        pipeline.set_state(Gst.State.PLAYING)
        message = pipeline.get_bus().timed_pop_filtered(
            60 * Gst.SECOND, Gst.MessageType.EOS | Gst.MessageType.ERROR
        )
        pipeline.set_state(Gst.State.NULL)
        assert message.type == Gst.MessageType.EOS

    for _ in range(4):
        cycle()
    gc.collect()
    before = resident_bytes()
    for _ in range(12):
        cycle()
    gc.collect()
    assert resident_bytes() - before < 40 * MIB  # one model kept a cycle would be 12 x 40 MiB


def test_stopping_in_the_middle(config: Path, clip: Path) -> None:
    for _ in range(3):
        pipeline = Gst.parse_launch(detect(clip, config, 100_000))
        passed = threading.Event()

        def passes(*_: Any, passed: threading.Event = passed) -> Gst.PadProbeReturn:
            passed.set()
            return Gst.PadProbeReturn.OK

        pipeline.get_by_name("end").get_static_pad("sink").add_probe(
            Gst.PadProbeType.BUFFER, passes
        )
        pipeline.set_state(Gst.State.PLAYING)
        assert passed.wait(60)
        assert pipeline.set_state(Gst.State.NULL) == Gst.StateChangeReturn.SUCCESS


def test_another_model_while_playing(
    config: Path, clip: Path, write_config: Callable[..., Path]
) -> None:
    other = write_config(filter_out_class_ids="0")
    pipeline = Gst.parse_launch(detect(clip, config, 100_000))
    element = pipeline.get_by_name("infer")
    updates: list[tuple[int, str]] = []
    swapped, without_people = threading.Event(), threading.Event()

    def updated(_element: Any, error: int, path: str) -> None:
        updates.append((error, path))
        swapped.set()

    def read(_pad: Gst.Pad, info: Gst.PadProbeInfo) -> Gst.PadProbeReturn:
        frames = frames_of(info.get_buffer())
        classes = {o.class_id for f in frames for o in objects_of(f)}
        if swapped.is_set() and classes and 0 not in classes:
            without_people.set()
        return Gst.PadProbeReturn.OK

    element.connect("model-updated", updated)
    element.get_static_pad("src").add_probe(Gst.PadProbeType.BUFFER, read)
    pipeline.set_state(Gst.State.PLAYING)
    assert pipeline.get_state(60 * Gst.SECOND)[0] == Gst.StateChangeReturn.SUCCESS
    element.set_property("config-file-path", str(other))
    assert swapped.wait(60)
    assert without_people.wait(60)
    assert updates == [(0, str(other))]

    swapped.clear()
    element.set_property("config-file-path", "/nowhere/config.txt")
    assert swapped.wait(60)
    pipeline.set_state(Gst.State.NULL)
    assert updates[1] == (1, "/nowhere/config.txt")


def test_a_model_that_cannot_be_loaded_while_playing_changes_nothing(
    config: Path, clip: Path, write_config: Callable[..., Path], tmp_path: Path
) -> None:
    (tmp_path / "no.onnx").write_text("this is no model")
    bad = write_config(onnx_file=str(tmp_path / "no.onnx"), gie_unique_id="7", interval="3")
    pipeline = Gst.parse_launch(detect(clip, config, 100_000))
    element = pipeline.get_by_name("infer")
    updated = threading.Event()
    element.connect("model-updated", lambda *_: updated.set())
    pipeline.set_state(Gst.State.PLAYING)
    assert pipeline.get_state(60 * Gst.SECOND)[0] == Gst.StateChangeReturn.SUCCESS
    element.set_property("config-file-path", str(bad))
    assert updated.wait(60)
    assert element.get_property("unique-id") == 1
    assert element.get_property("interval") == 0
    pipeline.set_state(Gst.State.NULL)


def test_latency_of_a_live_pipeline_is_told(config: Path) -> None:
    pipeline = Gst.parse_launch(
        "videotestsrc is-live=true num-buffers=20 ! video/x-raw,width=320,height=240 "
        "! nvvideoconvert ! video/x-raw(memory:NVMM),format=I420 ! mux.sink_0 "
        "nvstreammux name=mux batch-size=1 width=320 height=240 live-source=1 "
        f"! nvinfer name=infer config-file-path={config} ! fakesink sync=false"
    )
    pipeline.set_state(Gst.State.PLAYING)
    assert (
        pipeline.get_bus()
        .timed_pop_filtered(60 * Gst.SECOND, Gst.MessageType.STREAM_START | Gst.MessageType.ERROR)
        .type
        == Gst.MessageType.STREAM_START
    )
    query = Gst.Query.new_latency()
    infer = pipeline.get_by_name("infer")
    assert infer.get_static_pad("src").query(query)
    live, low, high = query.parse_latency()
    before = Gst.Query.new_latency()
    assert infer.get_static_pad("sink").peer_query(before)
    _, low_before, _ = before.parse_latency()
    pipeline.set_state(Gst.State.NULL)
    assert live
    assert low - low_before > Gst.MSECOND
    assert high >= low


# --- bad input: one bus error each, and its text

CASES = [
    (
        {"batch_size": "many"},
        '{config}:2: [property] batch-size: expected a whole number from 1 to 1024, got "many". '
        "Write for example batch-size=1.",
    ),
    (
        {"onnx_file": "none.onnx"},
        "{config}: [property] onnx-file: cannot read {folder}/none.onnx. Relative paths count from "
        "the folder of the configuration file; correct the path or put the model there.",
    ),
    (
        {"onnx_file": "text.onnx"},
        "{folder}/text.onnx: expected an ONNX model, got a file that cannot be read as one. Check "
        "that the download is complete and that the path is not another file's.",
    ),
    (
        {"labelfile_path": "none.txt"},
        "{config}: [property] labelfile-path: cannot read {folder}/none.txt. Relative paths count "
        "from the folder of the configuration file; correct the path or remove the key.",
    ),
    (
        {"model_color_format": "2"},
        "{config}: [property] model-color-format: GRAY in NCHW order needs 1 channel, but the "
        "input of {model} is image [1,3,300,300]. Write model-color-format=0 (RGB) or 1 (BGR).",
    ),
    (
        {"custom_lib_path": "/nowhere/lib.so", "parse_bbox_func_name": "Parse"},
        "{config}: [property] custom-lib-path: there is no /nowhere/lib.so. Correct the path, or "
        "build its source for this machine against Thalweg's headers.",
    ),
]


@pytest.mark.parametrize(
    ("changes", "expected"), CASES, ids=lambda v: "-".join(v) if isinstance(v, dict) else ""
)
def test_bad_configuration_is_one_error(
    changes: dict[str, str],
    expected: str,
    config: Path,
    tmp_path: Path,
    write_config: Callable[..., Path],
) -> None:
    (tmp_path / "text.onnx").write_text("this is no model")
    path = write_config(**changes)
    if "batch_size" in changes:
        line = path.read_text().splitlines().index("batch-size=many") + 1
        expected = expected.replace(":2:", f":{line}:")
    errors, warnings = start_and_collect(path)
    model = config.parent / "ssd_mobilenet_v2_coco_fp16.onnx"
    assert errors == [expected.format(config=path, folder=tmp_path, model=model)]
    assert warnings == []


def start_and_collect(config: Path | None) -> tuple[list[str], list[str]]:
    """Errors and warnings on the bus of a pipeline that tries to start."""
    pipeline = Gst.parse_launch("nvinfer name=infer ! fakesink")
    if config:
        pipeline.get_by_name("infer").set_property("config-file-path", str(config))
    pipeline.set_state(Gst.State.READY)
    bus = pipeline.get_bus()
    errors, warnings = [], []
    while message := bus.pop_filtered(Gst.MessageType.ERROR | Gst.MessageType.WARNING):
        if message.type == Gst.MessageType.ERROR:
            errors.append(message.parse_error()[0].message)
        else:
            warnings.append(message.parse_warning()[0].message)
    pipeline.set_state(Gst.State.NULL)
    return errors, warnings


def test_no_configuration_and_a_missing_one() -> None:
    assert start_and_collect(None)[0] == [
        "config-file-path is not set: expected the path of a configuration file with a [property] "
        "group, got none. Set the property before starting."
    ]
    assert start_and_collect(Path("/nowhere/c.txt"))[0] == [
        "/nowhere/c.txt: cannot read the configuration file: No such file or directory. Set "
        "config-file-path to a file with a [property] group."
    ]


def test_unknown_key_and_short_labels_are_warnings(
    write_config: Callable[..., Path], tmp_path: Path
) -> None:
    (tmp_path / "short.txt").write_text("person\n")
    path = write_config(labelfile_path="short.txt", net_scale_facter="1")
    line = path.read_text().splitlines().index("net-scale-facter=1") + 1
    assert start_and_collect(path) == (
        [],
        [
            f"{path}:{line}: [property] net-scale-facter: unknown key, the line is ignored; did "
            "you mean net-scale-factor?",
            f"{tmp_path}/short.txt: expected 90 labels (num-detected-classes), one a line, got 1; "
            "the classes after them have no label.",
        ],
    )


def test_missing_backend_library(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THALWEG_BACKEND_DIR", str(tmp_path))
    errors, _ = start_and_collect(config)
    file = tmp_path / "libthalweg_openvino.so"
    assert errors == [
        f"cannot load the inference backend {file}: {file}: cannot open shared object file: No "
        "such file or directory. Install the Python package openvino beside thalweg, or build the "
        "target thalweg_openvino; `thalweg doctor` tells more."
    ]


def test_frames_without_batch_metadata(config: Path, play: Callable[..., Any]) -> None:
    played = play(
        "videotestsrc num-buffers=3 ! nvvideoconvert ! video/x-raw(memory:NVMM),format=I420 "
        f"! nvinfer config-file-path={config} ! fakesink"
    )
    assert played.error == (
        "expected buffers of memory:NVMM with batch metadata, got a buffer without batch metadata. "
        "Put nvstreammux before nvinfer."
    )
