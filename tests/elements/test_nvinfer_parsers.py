"""nvinfer's custom parsers: libraries built as the documentation says, and Python functions."""

from __future__ import annotations

import ctypes
import gc
import os
import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pyds = pytest.importorskip("pyds")
pytest.importorskip("onnx")

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst

import thalweg
from thalweg import models, parsers
from thalweg.testing import Frame, MovingBox, Played, Scene, record

from ..infer import tiny_models
from .segmented import masks
from .streams import walk

ROOT = Path(__file__).resolve().parents[2]


class Run:
    """Three frames of a red picture, 320x240, through nvinfer with a tiny model."""

    def __init__(self, folder: Path, play: Callable[..., Played]) -> None:
        self.folder, self.play = folder, play
        self.config = folder / "config.txt"

    def pipeline(self, keys: str) -> Gst.Pipeline:
        # The decoder needs no more than one picture; the scene's background is dark.
        self.config.write_text(
            "[property]\nnet-scale-factor=0.00392156862745098\ngie-unique-id=5\n"
            f"{keys}\n[class-attrs-all]\npre-cluster-threshold=0.25\n"
        )
        box = MovingBox(xyxy=(0, 0, 320, 240), color=(240, 0, 0))
        source = Scene(boxes=[box], frames=3).source(self.folder)
        return Gst.parse_launch(
            f"{source} ! mux.sink_0 nvstreammux name=mux batch-size=1 width=320 height=240 "
            f"! nvinfer name=infer config-file-path={self.config} ! fakesink name=end"
        )

    def __call__(self, keys: str) -> list[Frame]:
        pipeline = self.pipeline(keys)
        frames = record(pipeline.get_by_name("end").get_static_pad("sink"))
        played = self.play(pipeline)
        assert not played.error, played.error
        assert played.warnings == []
        assert len(frames) == 3
        return frames

    def error(self, keys: str) -> Played:
        played = self.play(self.pipeline(keys))
        assert played.error
        played.error = played.error.replace(str(self.config), "{config}")
        return played

    def class_map(self, keys: str) -> np.ndarray[Any, Any]:
        pipeline = self.pipeline(keys)
        maps: list[np.ndarray[Any, Any]] = []

        def read(_pad: Any, info: Any) -> Any:
            batch = pyds.gst_buffer_get_nvds_batch_meta(hash(info.get_buffer()))
            for frame in walk(batch.frame_meta_list, pyds.NvDsFrameMeta):
                (mask,) = masks(frame.frame_user_meta_list)
                maps.append(pyds.get_segmentation_masks(mask).copy())
            return Gst.PadProbeReturn.OK

        pipeline.get_by_name("end").get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, read)
        played = self.play(pipeline)
        assert not played.error, played.error
        assert len(maps) == 3
        return maps[0]


@pytest.fixture
def run(tmp_path: Path, play: Callable[..., Played]) -> Run:
    return Run(tmp_path, play)


@pytest.fixture
def parse(request: pytest.FixtureRequest) -> Any:
    """parse(function): the value that names it."""
    names: list[str] = []

    def keep(function: Callable[..., Any]) -> str:
        names.append(f"{request.node.name} {len(names)}".replace(":", " "))
        thalweg.parser(names[-1])(function)
        return f"python:{names[-1]}"

    yield keep
    for name in names:
        del parsers.registered[name]


# --- libraries


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The test's own parser library, built by the command of the documentation."""
    compiler = shutil.which("g++")
    if not compiler:
        pytest.skip("needs g++")
    path = tmp_path_factory.mktemp("parser") / "libtest.so"
    command = [compiler, "-shared", "-fPIC", f"-I{thalweg.include_dir()}"]
    subprocess.run([*command, ROOT / "tests/infer/test_parser.cpp", "-o", path], check=True)
    return path


def test_a_classifier_of_a_library(run: Run, library: Path) -> None:
    rows = [[0, 2, 0.75, 1], [0, 2, 0.25, 1], [3, 1, 0.5, 0]]
    model = tiny_models.constant_outputs(run.folder / "m.onnx", {"rows": rows})
    (run.folder / "labels.txt").write_text("a;b;c\n\n\nd;e\n")
    keys = (
        f"onnx-file={model}\nnetwork-type=1\nclassifier-threshold=0.5\nlabelfile-path=labels.txt\n"
        f"custom-lib-path={library}\nparse-classifier-func-name=NvDsInferParseTestAttributes"
    )
    for frame in run(keys):
        (found,) = frame.objects
        assert found.text == "all 8"
        (classifier,) = found.classifiers
        assert [(label.class_id, label.label, label.confidence) for label in classifier.labels] == [
            (2, "red", 0.75),
            (1, "e", 0.5),
        ]


def test_a_segmentation_of_a_library(run: Run, library: Path) -> None:
    ids = np.repeat([[0.0] * 4 + [2.0] * 3 + [-1.0]], 8, axis=0)
    model = tiny_models.constant_outputs(run.folder / "m.onnx", {"ids": ids})
    keys = (
        f"onnx-file={model}\nnetwork-type=2\nnum-detected-classes=3\ncustom-lib-path={library}\n"
        "parse-segmentation-func-name=NvDsInferParseTestClassMap"
    )
    np.testing.assert_array_equal(run.class_map(keys), ids)
    assert run.error(keys.replace("classes=3", "classes=2")).error == (
        "{config}: [property] parse-segmentation-func-name: NvDsInferParseTestClassMap gave a "
        "pixel the class 2 where -1 to 1 exist with num-detected-classes=2 for the layers ids "
        "[8,8] float32. Check that the parser belongs to this model."
    )


def test_a_library_fills_an_input(run: Run, library: Path) -> None:
    """With the network's width, 8, which the model adds to its output."""
    model = tiny_models.constant_outputs(
        run.folder / "m.onnx", {"rows": [[-8, -6, -7.5, -7]]}, extra="gain"
    )
    keys = f"onnx-file={model}\nnetwork-type=1\n"
    parser = "parse-classifier-func-name=NvDsInferParseTestAttributes"
    for frame in run(f"{keys}custom-lib-path={library}\n{parser}"):
        (label,) = frame.objects[0].classifiers[0].labels
        assert (label.class_id, label.label, label.confidence) == (2, "red", 0.5)
    assert run.error(keys).error == (
        "{config}: [property] custom-lib-path: expected a library whose function "
        "NvDsInferInitializeInputLayers fills the model's inputs besides the image: gain [1,1] "
        "float32. Add the key, or export the model with the image as its only input."
    )


def test_boxes_that_are_left_out_are_counted_once(run: Run) -> None:
    rows = [[1, 1, 5, 5, 0.9, 0], [1, 1, 5, 5, 0.9, 7], [1, np.nan, 5, 5, 0.9, 0]]
    model = tiny_models.constant_outputs(run.folder / "m.onnx", {"rows": rows})
    keys = f"onnx-file={model}\nparse-bbox-func-name=yolo\nnum-detected-classes=1\ncluster-mode=2"
    assert run.play(run.pipeline(keys)).warnings == [
        f"{run.config}: boxes were left out: 1 not finite or of negative size, 1 of classes beyond "
        "num-detected-classes=1, 0 beyond 10000 candidates a frame. Check that the parser and "
        "num-detected-classes belong to this model, and that pre-cluster-threshold is not too low."
    ]


# --- Python functions


PYTHON_SSD = """
import numpy as np

def parse(layers, network, thresholds):
    scores = layers["scores"][:, :len(thresholds)]
    rows, classes = np.nonzero(scores >= thresholds)
    top, left, bottom, right = layers["boxes"][rows].T.astype(float)
    return np.stack([left * network.width, top * network.height, right * network.width,
                     bottom * network.height, scores[rows, classes], classes], axis=1)
"""


def test_an_ssd_in_python_gives_what_the_built_in_parser_gives(
    tmp_path: Path, pets: Path, play: Callable[..., Played]
) -> None:
    (tmp_path / "ssd_in_python.py").write_text(PYTHON_SSD)
    original = models.default_detector()
    text = re.sub(
        r"^(onnx-file|labelfile-path)=",
        lambda match: f"{match[0]}{original.parent}/",
        original.read_text(),
        flags=re.MULTILINE,
    )
    found = []
    for function in ("ssd", "python:ssd_in_python:parse"):
        config = tmp_path / "config.txt"
        config.write_text(
            text.replace("[property]\n", f"[property]\nparse-bbox-func-name={function}\n")
        )
        pipeline = Gst.parse_launch(
            f"filesrc location={pets} ! qtdemux ! h264parse ! identity eos-after=61 "
            "! nvv4l2decoder ! mux.sink_0 nvstreammux name=mux batch-size=1 width=768 height=576 "
            f"! nvinfer config-file-path={config} ! fakesink name=end sync=false"
        )
        frames = record(pipeline.get_by_name("end").get_static_pad("sink"))
        played = play(pipeline)
        assert not played.error, played.error
        found.append(frames)
    built_in, python = found
    assert sum(len(frame.objects) for frame in built_in) > 200
    assert len(python) == len(built_in) >= 50
    for ours, theirs in zip(python, built_in, strict=True):
        assert [(o.class_id, o.label, o.confidence) for o in ours.objects] == [
            (o.class_id, o.label, o.confidence) for o in theirs.objects
        ]
        for one, other in zip(ours.objects, theirs.objects, strict=True):
            assert one.xyxy == pytest.approx(other.xyxy, abs=0.001)


def test_masks_in_python(run: Run, parse: Any) -> None:
    model = tiny_models.constant_outputs(run.folder / "m.onnx", {"masks": np.eye(2)[None]})

    def halves(layers: Any, network: Any, thresholds: Any) -> Any:
        assert network == (8, 8, 3, 2)
        assert thresholds.tolist() == [0.25, 0.25]
        return [parsers.Box(0, 0, 4, 8, 0.5, 1), parsers.Box(4, 0, 8, 8, 0.75, 0)], [
            layers["masks"][0],
            None,
        ]

    pipeline = run.pipeline(
        f"onnx-file={model}\nnetwork-type=3\ncluster-mode=4\nnum-detected-classes=2\n"
        f"output-instance-mask=1\nparse-bbox-instance-mask-func-name={parse(halves)}"
    )
    found: list[Any] = []

    def read(_pad: Any, info: Any) -> Any:
        batch = pyds.gst_buffer_get_nvds_batch_meta(hash(info.get_buffer()))
        for frame in walk(batch.frame_meta_list, pyds.NvDsFrameMeta):
            for o in walk(frame.obj_meta_list, pyds.NvDsObjectMeta):
                mask = o.mask_params
                values = mask.get_mask_array().copy().tolist() if mask.size else None
                found.append((o.class_id, o.rect_params.left, mask.width, mask.height, values))
        return Gst.PadProbeReturn.OK

    pipeline.get_by_name("end").get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, read)
    assert not run.play(pipeline).error
    assert len(found) == 6
    assert sorted(found[:2]) == [(0, 160, 0, 0, None), (1, 0, 2, 2, [1, 0, 0, 1])]


def test_a_classifier_in_python(run: Run, parse: Any) -> None:
    model = tiny_models.colour_classifier(run.folder / "m.onnx")
    (run.folder / "labels.txt").write_text("red;green;blue\nbright;dark\n")

    def two(layers: Any, network: Any, threshold: float) -> Any:
        assert threshold == 0.5
        assert network.num_classes == 0
        colour, bright = layers["colour"], layers["bright"]
        assert bright.shape == (2, 1, 1)
        best = int(colour.argmax())
        return [(None, best, colour[best]), parsers.Attribute("of its own", 7, 0.5)]

    keys = (
        f"onnx-file={model}\nnetwork-type=1\nclassifier-threshold=0.5\nlabelfile-path=labels.txt\n"
        f"parse-classifier-func-name={parse(two)}"
    )
    for frame in run(keys):
        (found,) = frame.objects
        assert found.text == "red of its own"
        one, other = found.classifiers[0].labels
        assert (one.class_id, one.label) == (0, "red")
        assert one.confidence == pytest.approx(240 / 255, abs=0.03)
        assert (other.class_id, other.label, other.confidence) == (7, "of its own", 0.5)


def test_a_segmentation_in_python(run: Run, parse: Any) -> None:
    ids = np.arange(64).reshape(8, 8) % 4 - 1
    model = tiny_models.constant_outputs(run.folder / "m.onnx", {"ids": ids})

    def classes(layers: Any, network: Any, threshold: float) -> Any:
        assert layers["ids"].dtype == np.int64
        assert (network.num_classes, threshold) == (3, 0.5)
        return layers["ids"], np.full((3, 8, 8), 0.25)

    keys = (
        f"onnx-file={model}\nnetwork-type=2\nnum-detected-classes=3\nsegmentation-threshold=0.5\n"
        f"parse-segmentation-func-name={parse(classes)}"
    )
    np.testing.assert_array_equal(run.class_map(keys), ids)
    keys = keys.replace("classes=3", "classes=2")
    assert 'raised "AssertionError' in run.error(keys).error


def boxes_keys(run: Run, function: str) -> str:
    model = tiny_models.constant_outputs(run.folder / "m.onnx", {"out": [1.0, 2.0]})
    return f"onnx-file={model}\nnum-detected-classes=2\nparse-bbox-func-name={function}"


def test_an_exception_is_one_error_with_its_traceback(run: Run) -> None:
    (run.folder / "raising.py").write_text(
        "def parse(layers, network, thresholds):\n    return layers['output']\n"
    )
    played = run.error(boxes_keys(run, "python:raising:parse"))
    assert played.error == (
        '{config}: [property] parse-bbox-func-name: python:raising:parse raised "KeyError: '
        "'output'\" for the layers out [2] float32. Correct it; the debug text has the traceback."
    )
    assert "Traceback (most recent call last)" in played.debug
    assert f'File "{run.folder}/raising.py", line 2, in parse' in played.debug


def test_a_result_of_another_form_is_an_error(run: Run, parse: Any) -> None:
    function = parse(lambda *_arguments: np.zeros((3, 5)))
    assert run.error(boxes_keys(run, function)).error == (
        f"{{config}}: [property] parse-bbox-func-name: {function} returned an array [3,5] of "
        "float64, not rows of left, top, right, bottom, score, class as an array [N,6], for the "
        "layers out [2] float32. Check that the parser belongs to this model."
    )


def test_a_module_that_cannot_be_imported(run: Run) -> None:
    (run.folder / "unfinished.py").write_text("def parse(:\n")
    played = run.error(boxes_keys(run, "python:unfinished:parse"))
    assert played.error.startswith(
        "{config}: [property] parse-bbox-func-name: python:unfinished:parse: importing unfinished "
        'raised "SyntaxError: invalid syntax'
    )
    assert "unfinished.py" in played.debug


def test_arrays_outlive_the_call_and_the_element(run: Run, parse: Any) -> None:
    kept: list[Any] = []

    def keep(layers: Any, *_arguments: Any) -> Any:
        kept.append(layers["out"])
        layers["out"][0] += len(kept)
        return []

    run(boxes_keys(run, parse(keep)))
    gc.collect()
    assert [array.tolist() for array in kept] == [[2, 2], [3, 2], [4, 2]]


def test_ten_thousand_boxes_and_more_are_cut(run: Run, parse: Any) -> None:
    rows = np.tile([0, 0, 4, 4, 0.5, 1], (30_000, 1))
    rows[:, 4] += np.linspace(0, 0.25, len(rows))
    rows[:100, 2] = np.nan
    rows[100:200, 5] = 9
    pipeline = run.pipeline(boxes_keys(run, parse(lambda *_arguments: rows)) + "\ncluster-mode=2")
    frames = record(pipeline.get_by_name("end").get_static_pad("sink"))
    played = run.play(pipeline)
    assert not played.error
    assert [len(frame.objects) for frame in frames] == [1, 1, 1]
    (warning,) = played.warnings
    assert "100 not finite" in warning
    assert "100 of classes beyond" in warning


# --- threads


def test_a_state_change_with_the_gil_held(run: Run, parse: Any) -> None:
    """PyGObject gives the lock up, another caller of C may not."""
    element = Gst.ElementFactory.make("nvinfer")
    run.pipeline(boxes_keys(run, parse(lambda *_arguments: [])))
    element.set_property("config-file-path", str(run.config))
    gstreamer = ctypes.PyDLL("libgstreamer-1.0.so.0")
    gstreamer.gst_element_set_state.argtypes = [ctypes.c_void_p, ctypes.c_int]
    assert gstreamer.gst_element_set_state(hash(element), int(Gst.State.READY)) == int(
        Gst.StateChangeReturn.SUCCESS
    )
    assert gstreamer.gst_element_set_state(hash(element), int(Gst.State.NULL)) == int(
        Gst.StateChangeReturn.SUCCESS
    )


PROGRAM = """
import sys, threading
import gi
gi.require_version("Gst", "1.0")
from gi.repository import Gst
Gst.init(None)
import thalweg

called, release = threading.Event(), threading.Event()

@thalweg.parser("slow")
def slow(layers, network, thresholds):
    called.set()
    release.wait(0.2)
    return []

pipeline = Gst.parse_launch(sys.argv[1])
pipeline.set_state(Gst.State.PLAYING)
assert called.wait(60), pipeline.get_bus().pop_filtered(Gst.MessageType.ERROR).parse_error()
"""


@pytest.fixture
def endless(run: Run) -> Callable[[str], subprocess.CompletedProcess[str]]:
    """Runs PROGRAM and what is added to it, in a process of its own, on an endless stream."""

    def start(more: str) -> subprocess.CompletedProcess[str]:
        run.pipeline(boxes_keys(run, "python:slow"))
        pipeline = (
            "videotestsrc ! video/x-raw,format=I420,width=320,height=240 ! nvvideoconvert ! "
            "video/x-raw(memory:NVMM),format=NV12 ! mux.sink_0 nvstreammux name=mux batch-size=1 "
            f"width=320 height=240 ! nvinfer name=infer config-file-path={run.config} "
            "! fakesink"
        )
        return subprocess.run(
            [sys.executable, "-c", PROGRAM + textwrap.dedent(more), pipeline],
            capture_output=True,
            text=True,
            timeout=60,
        )

    return start


@pytest.mark.parametrize(
    "more",
    [
        "pipeline.set_state(Gst.State.NULL)",
        "pass",
        "sys.exit(0)",
        """
        # Python code that holds the lock most of the time, and an end in the middle of it.
        threading.Thread(target=lambda: [sum(range(1000)) for _ in range(3000)]).start()
        pipeline.set_state(Gst.State.PAUSED)
        pipeline.get_state(Gst.SECOND)
        pipeline.set_state(Gst.State.NULL)
        """,
        """
        # Another model, whose parser is found by a thread of the element.
        changed = threading.Event()
        infer = pipeline.get_by_name("infer")
        infer.connect("model-updated", lambda _infer, error, _path: error or changed.set())
        infer.set_property("config-file-path", infer.get_property("config-file-path"))
        assert changed.wait(30)
        """,
        "import os; os.kill(os.getpid(), 15)",
    ],
    ids=["stop", "end", "exit", "busy", "change", "killed"],
)
def test_a_program_ends_while_its_parser_runs(endless: Any, more: str) -> None:
    done = endless(more)
    assert done.returncode == (-15 if "kill" in more else 0), done.stderr
    assert done.stderr == ""


def test_an_exception_where_pyds_was_not_imported(endless: Any) -> None:
    """C++ exceptions pass from pyds to the element, whichever unwinder was there first."""
    done = endless(
        """
        assert "pyds" in sys.modules  # by the element
        slow.__code__ = (lambda layers, network, thresholds: 1 / 0).__code__
        message = pipeline.get_bus().timed_pop_filtered(30 * Gst.SECOND, Gst.MessageType.ERROR)
        assert "ZeroDivisionError" in message.parse_error()[0].message
        """
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_without_python_there_is_one_error(run: Run) -> None:
    run.pipeline(boxes_keys(run, "python:mine:parse"))
    if not shutil.which("gst-launch-1.0"):
        pytest.skip("needs gst-launch-1.0")
    done = subprocess.run(
        f"gst-launch-1.0 nvinfer config-file-path={run.config} ! fakesink".split(),
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "GST_DEBUG": "0"},
    )
    assert done.returncode != 0
    sentence = (
        f"{run.config}: [property] parse-bbox-func-name: python:mine:parse: this process runs no "
        "Python. Start the pipeline from a Python program, with `thalweg run` or without, or write "
        "the parser in C++."
    )
    assert sentence in done.stdout + done.stderr
