"""nvinfer's layers in files, written and read, and in a program's own function."""

from __future__ import annotations

import ctypes
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

from thalweg import testing

from ..infer import tiny_models

RED, GREEN, BLUE = 0xFFFF0000, 0xFF00FF00, 0xFF0000FF
LEVELS = {RED: [255, 0, 0], GREEN: [0, 255, 0], BLUE: [0, 0, 255]}
FLOATS = 3 * 4 * 8  # of a unit

Run = Callable[..., testing.Played]


@pytest.fixture
def run(tmp_path: Path, play: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Two frames each of three plain sources through a model that gives back its input."""
    monkeypatch.chdir(tmp_path)  # where the files go
    tiny_models.identity(tmp_path / "model.onnx", width=8, height=4, name="head/seen")

    def run(keys: str, change: Callable[[Any], None] | None = None) -> testing.Played:
        config = tmp_path / "config.txt"
        config.write_text(
            "[property]\nonnx-file=model.onnx\nnetwork-type=100\ngie-unique-id=7\n" + keys
        )
        sources = "".join(
            f"videotestsrc num-buffers=2 pattern=solid-color foreground-color={color} "
            "! video/x-raw,format=RGBA,width=64,height=32,framerate=10/1 "
            f"! nvvideoconvert ! video/x-raw(memory:NVMM),format=RGBA ! mux.sink_{i} "
            for i, color in enumerate([RED, GREEN, BLUE])
        )
        pipeline = Gst.parse_launch(
            f"{sources} nvstreammux name=mux batch-size=3 width=64 height=32 "
            f"batched-push-timeout=-1 ! nvinfer name=infer config-file-path={config} ! fakesink"
        )
        if change:
            change(pipeline.get_by_name("infer"))
        return play(pipeline)

    return run


def colours(values: Any) -> list[list[float]]:
    """The plain colour of each unit."""
    units = np.asarray(values, np.float32).reshape(-1, 3, FLOATS // 3)
    assert (units == units[..., :1]).all()
    return units[..., 0].tolist()


# The muxer takes frames in the order in which they come.
ALL = sorted(LEVELS.values())


def test_raw_output_in_files(run: Run, tmp_path: Path) -> None:
    assert run("raw-output-file-write=1\nbatch-size=2\n").eos
    files = {path.name: colours(np.fromfile(path, np.float32)) for path in tmp_path.glob("*.bin")}
    assert len(files) == 8
    for buffer in range(2):
        for layer in ("image", "head_seen"):
            prefix = f"gstnvdsinfer_uid-07_layer-{layer}_batch-"
            two = files[f"{prefix}{2 * buffer:010}_batchsize-02.bin"]
            rest = files[f"{prefix}{2 * buffer + 1:010}_batchsize-01.bin"]
            assert (len(two), len(rest)) == (2, 1)
            assert sorted(two + rest) == ALL


def test_the_property_asks_for_files_as_well(run: Run, tmp_path: Path) -> None:
    assert run("", lambda infer: infer.set_property("raw-output-file-write", True)).eos
    assert len(list(tmp_path.glob("gstnvdsinfer_uid-07_layer-image_*_batchsize-01.bin"))) == 6


def test_a_folder_that_cannot_be_written_is_an_error(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gstnvdsinfer_uid-07_layer-image_batch-0000000000_batchsize-01.bin").mkdir()
    assert run("raw-output-file-write=1\n").error == (
        "raw-output-file-write=1: cannot write gstnvdsinfer_uid-07_layer-image_batch-0000000000_"
        "batchsize-01.bin in the folder of the process: Is a directory. Run it in another folder."
    )


class LayerInfo(ctypes.Structure):
    """NvDsInferLayerInfo, as a C program has it."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("num_dims", ctypes.c_uint),
        ("dims", ctypes.c_uint * 8),
        ("num_elements", ctypes.c_uint),
        ("binding", ctypes.c_int),
        ("name", ctypes.c_char_p),
        ("buffer", ctypes.POINTER(ctypes.c_float)),
        ("is_input", ctypes.c_int),
    )


def test_a_function_of_the_program(run: Run) -> None:
    calls: list[tuple[list[str], list[list[float]], int, bytes]] = []
    prototype = ctypes.CFUNCTYPE(
        None,
        ctypes.c_void_p,
        ctypes.c_void_p,
        ctypes.POINTER(LayerInfo),
        ctypes.c_uint,
        ctypes.c_uint,
        ctypes.c_char_p,
    )

    def hear(_buffer: Any, _network: Any, layers: Any, count: int, units: int, data: bytes) -> None:
        names = [layers[i].name.decode() for i in range(count)]
        values = np.ctypeslib.as_array(layers[1].buffer, (units * FLOATS,))
        calls.append((names, sorted(colours(values)), units, data))

    function, data = prototype(hear), ctypes.create_string_buffer(b"mine")
    capsule = ctypes.pythonapi.PyCapsule_New
    capsule.restype = ctypes.py_object
    capsule.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p]

    def change(infer: Any) -> None:
        pointer = ctypes.cast(function, ctypes.c_void_p)
        infer.set_property("raw-output-generated-callback", capsule(pointer, None, None))
        infer.set_property(
            "raw-output-generated-userdata", capsule(ctypes.addressof(data), None, None)
        )

    assert run("batch-size=3\n", change).eos
    assert calls == [(["image", "head/seen"], ALL, 3, b"mine")] * 2


def test_tensors_are_dumped(run: Run, tmp_path: Path) -> None:
    keys = "dump-input-tensor=1\ndump-output-tensor=1\n"
    assert run(keys).eos
    for name in ("ip_tensor_dump.bin", "head-seen_op_tensor.bin"):
        units = colours(np.fromfile(tmp_path / name, np.float32))
        assert [sorted(units[:3]), sorted(units[3:])] == [ALL, ALL]
    assert run(keys).eos  # appended to
    assert (tmp_path / "ip_tensor_dump.bin").stat().st_size == 12 * FLOATS * 4


def test_tensors_are_replaced(run: Run, tmp_path: Path) -> None:
    np.repeat(np.arange(18, dtype=np.float32), FLOATS // 3).tofile(tmp_path / "in.bin")
    np.repeat(np.arange(100, 118, dtype=np.float32), FLOATS // 3).tofile(
        tmp_path / "head-seen_mine.bin"
    )
    fed = np.arange(18).reshape(6, 3).tolist()
    keys = "overwrite-input-tensor=1\nip-tensor-file=in.bin\ndump-output-tensor=1\n"
    assert run(keys + "batch-size=6\nraw-output-file-write=1\n").eos
    assert colours(np.fromfile(tmp_path / "head-seen_op_tensor.bin", np.float32)) == fed
    # What is replaced is what the program sees; the dump is what the model gave.
    (tmp_path / "head-seen_op_tensor.bin").unlink()
    keys += "overwrite-output-tensor=1\nop-tensor-files=head-seen_mine.bin\n"
    assert run(keys + "batch-size=3\nraw-output-file-write=1\n").eos
    assert colours(np.fromfile(tmp_path / "head-seen_op_tensor.bin", np.float32)) == fed
    second = tmp_path / "gstnvdsinfer_uid-07_layer-head_seen_batch-0000000001_batchsize-03.bin"
    assert colours(np.fromfile(second, np.float32)) == np.arange(109, 118).reshape(3, 3).tolist()


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (
            "overwrite-input-tensor=1\n",
            "{folder}/config.txt: [property] overwrite-input-tensor=1: expected the file with the "
            "tensors in ip-tensor-file, got none. Write both, or neither.",
        ),
        (
            "overwrite-input-tensor=1\nip-tensor-file=none.bin\n",
            "{folder}/none.bin: cannot open the file of tensors: No such file or directory. "
            "Correct the configuration or the folder that the program runs in.",
        ),
        (
            "overwrite-output-tensor=1\nop-tensor-files=other.bin\n",
            "{folder}/config.txt: [property] op-tensor-files: expected files whose names begin "
            "with that of an output layer (head/seen [3,4,8] float32), got {folder}/other.bin. "
            "Rename the file.",
        ),
        (
            "overwrite-input-tensor=1\nip-tensor-file=short.bin\n",
            "{folder}/short.bin: expected 384 bytes for each frame or object, got the end of the "
            "file after 1 of them. Write a longer file, or play less.",
        ),
    ],
)
def test_files_that_are_missing_or_short(
    run: Run, tmp_path: Path, keys: str, expected: str
) -> None:
    (tmp_path / "short.bin").write_bytes(bytes(384 + 383))
    assert run(keys).error == expected.format(folder=tmp_path)


def test_the_first_buffers_may_pass(run: Run, tmp_path: Path) -> None:
    assert run("stabilize-buffer-count=1\ndump-input-tensor=1\n").eos
    assert (tmp_path / "ip_tensor_dump.bin").stat().st_size == 3 * FLOATS * 4
