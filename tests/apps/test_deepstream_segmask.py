"""deepstream-segmask, run as its user runs it."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import onnx
import pytest
from gi.repository import Gst
from onnx import TensorProto, helper, numpy_helper

import pyds
from thalweg.testing import MovingBox, Scene

from .videos import LINE, RATES, counts, interrupt_after, pictures, run, save_h264

SAVED = re.compile(r"(\S+/stream_(\d)/frame_(\d+)\.jpg): (\w+) ([01]\.\d\d), (\d+)% of its box")


@pytest.fixture(scope="module")
def app(root: Path) -> Path:
    return root / "apps/deepstream-segmask/deepstream_segmask.py"


@pytest.fixture(scope="module")
def module(app: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("deepstream_segmask", app)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def gray(path: Path) -> np.ndarray:
    """A JPEG file, decoded by GStreamer's own elements."""
    pipeline = Gst.parse_launch(
        f"filesrc location={path} ! jpegdec ! videoconvert ! video/x-raw,format=GRAY8 ! "
        "appsink name=sink sync=false"
    )
    pipeline.set_state(Gst.State.PLAYING)
    try:
        sample = pipeline.get_by_name("sink").emit("try-pull-sample", 20 * Gst.SECOND)
        assert sample is not None, path
        caps, buffer = sample.get_caps().get_structure(0), sample.get_buffer()
        data = np.frombuffer(buffer.extract_dup(0, buffer.get_size()), np.uint8)
        rows = data.reshape(caps.get_value("height"), -1)
        return rows[:, : caps.get_value("width")]
    finally:
        pipeline.set_state(Gst.State.NULL)


def split(stdout: str) -> tuple[list[re.Match[str]], dict[int, list[tuple[int, ...]]]]:
    """The lines about files and those about frames."""
    lines = stdout.splitlines()
    saved = [match for line in lines if (match := SAVED.fullmatch(line))]
    return saved, counts("\n".join(line for line in lines if not SAVED.fullmatch(line)))


def masked(image: np.ndarray) -> np.ndarray:
    """Where a red mask lies over the picture: half of each pixel is red."""
    return image[..., 0].astype(int) - image[..., 1] > 80


def test_persons_of_golden_boxes_have_masks(
    app: Path, pets: Path, shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THALWEG_FRAMES", "31")
    folder, output = tmp_path / "masks", tmp_path / "out.mp4"
    done = run(app, "-i", pets, "-o", folder, "--output", output, timeout=300)
    assert (done.returncode, done.stderr) == (0, "")
    saved, frames = split(done.stdout)
    assert [line[0] for line in frames[0]] == list(range(31))
    assert [(match[2], match[3], match[4]) for match in saved] == [
        ("0", "0", "person"),
        ("0", "30", "person"),
    ]
    assert {str(path) for path in folder.rglob("*.jpg")} == {match[1] for match in saved}
    for match in saved:
        mask = gray(Path(match[1]))
        assert mask.shape[0] > mask.shape[1] > 20  # a standing person
        assert ((mask < 40) | (mask > 215)).mean() > 0.95  # black and white, but for JPEG
        assert 100 * (mask > 127).mean() == pytest.approx(int(match[6]), abs=1.5)
        assert 30 < int(match[6]) < 75
    golden = json.loads((shared / "models/golden_ssd_pets09.json").read_text())["frames"][0]
    assert golden["frame_index"] == 0
    persons = [d for d in golden["detections"] if d["label"] == "person"]
    assert len(persons) >= 3
    assert frames[0][0] == (0, len(persons), 0, len(persons))
    shown = masked(pictures(output)[0])
    assert shown.shape == (1080, 1920)
    inside = np.zeros_like(shown)
    for d in persons:
        left, width = round(d["left"] * 1920 / 768), round(d["width"] * 1920 / 768)
        top, height = round(d["top"] * 1080 / 576), round(d["height"] * 1080 / 576)
        box = shown[top : top + height, left : left + width]
        assert 0.3 < box.mean() < 0.75
        # The middle of the body is in it, what is beside the head is not.
        assert box[height // 3 : height // 2, 2 * width // 5 : 3 * width // 5].mean() > 0.8
        assert box[8 : height // 8, -width // 4 : -8].mean() < 0.3
        inside[top - 10 : top + height + 10, left - 10 : left + width + 10] = True
    assert shown[~inside & (np.arange(1080) > 300)[:, None]].mean() < 0.001


def test_two_videos(
    app: Path, pets: Path, shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THALWEG_FRAMES", "3")
    man = shared / "media/misc/carphone_pristine.mp4"
    folder = tmp_path / "masks"
    done = run(app, "-i", pets, man.as_uri(), "-o", folder, "--no-display")
    assert (done.returncode, done.stderr) == (0, "")
    saved, frames = split(done.stdout)
    assert [line[0] for line in frames[0]] == [line[0] for line in frames[1]] == [0, 1, 2]
    assert all(line[1:] == (1, 0, 1) for line in frames[1])
    assert {(match[2], match[3]) for match in saved} == {("0", "0"), ("1", "0")}
    # The man fills most of the frame, and half of his box.
    mask = gray(folder / "stream_1/frame_0.jpg")
    assert mask.shape[0] > 800
    assert mask.shape[1] > 1000
    assert 0.45 < (mask > 127).mean() < 0.65


def original(path: Path) -> None:
    """A model with the input and outputs of the original's. Of four rows with a score two reach
    0.8: a small box without a mask, and a large one whose mask is how red the picture is."""
    rows = np.zeros((1, 100, 6), np.float32)
    rows[0, :4] = [
        [100, 100, 200, 300, 1, 0.85],
        [100, 100, 200, 300, 1, 0.75],
        [0, 0, 560, 952, 1, 0.9],
        [100, 100, 200, 300, 0, 0.3],
    ]
    constants = {
        "rows": rows,
        "nought": np.float32(0),
        "from": np.array([0, 0, 0]),
        "to": np.array([1, 560, 952]),
        "axes": np.array([1, 2, 3]),
        "row": np.array([1]),
        "less": np.array([0, 2, 1, 0, 0, 0, 97, 0, 0, 0]),
        "least": np.float32(-1),
    }
    nodes = onnx.parser.parse_graph("""added () => () {
        part = Slice (Input, from, to, axes)
        redness = AveragePool <kernel_shape=[20,34], strides=[20,34]> (part)
        mask = Unsqueeze (redness, row)
        "mask_fcn_logits/BiasAdd" = Pad (mask, less, least)
        mean = ReduceMean <axes=[1,2,3], keepdims=1> (Input)
        noughts = Mul (mean, nought)
        squeezed = Squeeze (noughts, row)
        generate_detections = Add (squeezed, rows)
    }""").node

    def value(name: str, *shape: int) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", *shape])

    graph = helper.make_graph(
        nodes,
        "original",
        [value("Input", 3, 576, 960)],
        [value("generate_detections", 100, 6), value("mask_fcn_logits/BiasAdd", 100, 2, 28, 28)],
        [numpy_helper.from_array(np.asarray(v), name) for name, v in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, path)


def test_layout_of_the_originals_model(app: Path, root: Path, tmp_path: Path) -> None:
    config = tmp_path / "app/dstest_segmask_config.txt"
    config.parent.mkdir()
    labels = root / "samples/configs/tao_pretrained_models/peopleSegNet_labels.txt"
    text = app.with_name(config.name).read_text()
    relative = f"../../{labels.relative_to(root)}"
    assert relative in text
    config.write_text(text.replace(relative, str(labels)))
    original(config.with_name("peoplesegnet_resnet50.onnx"))
    scene = Scene(
        boxes=[MovingBox(xyxy=(0, 0, 160, 240), color=(230, 230, 230))],
        frames=3,
        background=(0, 0, 0),
    )
    folder, output = tmp_path / "masks", tmp_path / "out.mp4"
    stream = save_h264(scene, tmp_path)
    done = run(app, "-i", stream, "-o", folder, "-c", config, "--output", output)
    assert (done.returncode, done.stderr) == (0, "")
    saved, frames = split(done.stdout)
    assert [line[1:] for line in frames[0]] == [(2, 0, 2)] * 3
    assert [match[5] for match in saved] == ["0.90"]
    mask = gray(folder / "stream_0/frame_0.jpg") > 127
    # 952x560 of 960x576 px, in a frame of 1920x1080; the picture is white up to 960.
    assert mask.shape == (1050, 1904)
    assert mask[:, :920].all()
    assert not mask[:, 1000:].any()
    shown = masked(pictures(output)[0])
    assert shown[300:1000, 700:900].all()
    assert not shown[300:1000, 1000:1880].any()
    assert not shown[1060:].any()


def test_a_configuration_without_masks_is_told_of_once(
    app: Path, pets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THALWEG_FRAMES", "31")
    text = app.with_name("dstest_segmask_config_person.txt").read_text()
    config = tmp_path / "config.txt"
    config.write_text(
        text.replace("output-instance-mask=1\n", "").replace("=../", f"={app.parent}/../")
    )
    done = run(app, "-i", pets, "-o", tmp_path / "masks", "-c", config, "--no-display", timeout=300)
    assert done.returncode == 0
    assert done.stderr == (
        "Warning: an object has no mask to be saved; masks need network-type=3 and "
        f"output-instance-mask=1 in {config}.\n"
    )
    assert not list((tmp_path / "masks").rglob("*.jpg"))


def test_interrupt_leaves_whole_files(app: Path, pets: Path, tmp_path: Path) -> None:
    folder, output = tmp_path / "masks", tmp_path / "part.mp4"
    done = interrupt_after(app, 20, "-i", pets, "-o", folder, "--output", output)
    assert (done.returncode, done.stderr) == (130, "")
    assert 10 <= len(pictures(output)) < 700
    files = list(folder.rglob("*.jpg"))
    assert files
    for path in files:
        assert gray(path).any()


def test_help_and_wrong_arguments(app: Path, pets: Path, tmp_path: Path) -> None:
    assert "network-type=3" in run(app, "--help").stdout
    assert run(app).returncode == 2
    done = run(app, "-i", tmp_path / "none.mp4", "-o", tmp_path / "new")
    assert (done.returncode, done.stdout) == (1, "")
    assert (
        done.stderr == f"Error: there is no file {tmp_path}/none.mp4; expected a video or a URI.\n"
    )
    assert not (tmp_path / "new").exists()
    done = run(app, "-i", pets, "-c", tmp_path / "none.txt")
    assert done.stderr == (
        f"Error: there is no file {tmp_path}/none.txt; expected a configuration.\n"
    )
    done = run(app, "-i", pets, "-o", tmp_path)
    assert done.stderr == (
        f"Error: the folder {tmp_path} exists already; remove it or name another one.\n"
    )
    # The original's model, which is not there.
    config = app.with_name("dstest_segmask_config.txt")
    done = run(app, "-i", pets, "-o", tmp_path / "masks", "-c", config, "--no-display")
    assert done.returncode == 1
    assert "onnx-file: cannot read" in done.stderr
    assert "PeopleSegNet" in done.stderr


def test_readme_shows_what_is_printed(app: Path) -> None:
    readme = app.with_name("README.md").read_text()
    for pattern in (LINE, RATES, SAVED):
        assert pattern.search(readme)


# ---- its parts


def mask_of(values: list[list[float]], threshold: float) -> pyds.NvOSD_MaskParams:
    mask = pyds.NvOSD_MaskParams()
    mask.height, mask.width = len(values), len(values[0])
    mask.threshold = threshold
    mask.alloc_mask_array()[:] = np.ravel(values)
    return mask


def test_stretched_masks_by_hand(module: ModuleType) -> None:
    """Pixels of a mask of 2x1 have their middles at 1/4 and 3/4 of the box."""
    mask = mask_of([[0, 1]], 0.5)
    assert module.mask_picture(mask, 2, 1).tolist() == [[0, 255]]
    assert module.mask_picture(mask, 8, 2).tolist() == [[0] * 4 + [255] * 4] * 2
    # At 3/8, 1/8 of the way from the first to the second, 0.25; then 0.5, 0.75.
    assert module.mask_picture(mask_of([[0, 1]], 0.2), 8, 1).tolist() == [[0] * 3 + [255] * 5]
    assert module.mask_picture(mask_of([[0, 1]], 0.7), 8, 1).tolist() == [[0] * 5 + [255] * 3]
    # What lies at the threshold is none of the object.
    assert not module.mask_picture(mask_of([[0.5, 0.5]], 0.5), 4, 4).any()
    # Nor is what is no number, and what lies beside it.
    tall = module.mask_picture(mask_of([[1], [1], [float("nan")]], 0.5), 1, 3)
    assert tall.tolist() == [[255], [0], [0]]


def test_objects_without_a_mask(module: ModuleType) -> None:
    assert module.mask_picture(pyds.NvOSD_MaskParams(), 4, 4) is None
    mask = mask_of([[0, 1]], 0.5)
    mask.width = 3  # as keypoints do it, whose size has to do with no picture's
    assert module.mask_picture(mask, 4, 4) is None


def test_pictures_that_cannot_be_written(
    module: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = module.PictureFolder(str(tmp_path / "new"), 1)
    frame = SimpleNamespace(pad_index=0, frame_num=7)
    shutil.rmtree(tmp_path / "new")
    path = folder.save_gray(frame, np.zeros((3, 5), np.uint8))
    assert folder.close() == 1
    assert path == f"{tmp_path}/new/stream_0/frame_7.jpg"
    assert path in capsys.readouterr().err


@pytest.mark.parametrize(("height", "width"), [(1, 1), (3, 5), (40, 33)])
def test_pictures_of_any_size(module: ModuleType, tmp_path: Path, height: int, width: int) -> None:
    folder = module.PictureFolder(str(tmp_path / "new"), 1)
    picture = np.full((height, width), 200, np.uint8)
    path = folder.save_gray(SimpleNamespace(pad_index=0, frame_num=7), picture)
    assert folder.close() == 0
    assert gray(Path(path)).shape == (height, width)
    assert abs(gray(Path(path)).astype(int) - 200).max() < 16
