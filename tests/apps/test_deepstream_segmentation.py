"""deepstream-segmentation, run as its user runs it."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from thalweg import models

from .videos import run

LINE = re.compile(r"Frame Number=(\d+)((?: (?:none|class \d+)=\d+\.\d%)+)")
CLASS_0, CLASS_1, CLASS_2, CLASS_3 = (128, 0, 0), (0, 128, 0), (128, 128, 0), (0, 0, 128)
BLACK = (0, 0, 0)


@pytest.fixture(scope="module")
def app(root: Path) -> Path:
    return root / "apps/deepstream-segmentation/deepstream_segmentation.py"


def launch(description: str) -> None:
    subprocess.run(["gst-launch-1.0", "-q", *description.split()], check=True, timeout=60)


def rgb(picture: Path, width: int, height: int) -> np.ndarray:
    """A JPEG file, scaled."""
    raw = picture.with_suffix(".rgb")
    launch(
        f"filesrc location={picture} ! jpegdec ! videoconvert ! videoscale ! "
        f"video/x-raw,format=RGB,width={width},height={height} ! filesink location={raw}"
    )
    return np.fromfile(raw, np.uint8).reshape(height, width, 3)


def save_jpeg(path: Path, picture: np.ndarray) -> None:
    height, width = picture.shape[:2]
    raw = path.with_suffix(".rgb")
    picture.astype(np.uint8).tofile(raw)
    launch(
        f"filesrc location={raw} ! rawvideoparse format=rgb width={width} height={height} ! "
        f"videoconvert ! jpegenc quality=95 ! filesink location={path}"
    )


def shares(line: str) -> dict[str, float]:
    match = LINE.fullmatch(line)
    assert match, line
    return {
        name: float(share) for name, share in re.findall(r"(none|class \d+)=([\d.]+)%", match[2])
    }


def test_a_man_in_a_motion_jpeg(app: Path, shared: Path, tmp_path: Path) -> None:
    """The painted pixels are those of a plain reference on the same pictures."""
    clip = shared / "media/misc/carphone_pristine.mp4"
    launch(
        f"filesrc location={clip} ! qtdemux ! h264parse ! avdec_h264 ! videoconvert ! "
        f"identity eos-after=6 ! jpegenc quality=95 ! tee name=t t. ! queue ! "
        f"filesink location={tmp_path}/man.mjpeg t. ! queue ! "
        f"multifilesink location={tmp_path}/%d.jpg"
    )
    config = app.with_name("dstest_segmentation_config_person.txt")
    out = tmp_path / "out"
    done = run(app, config, tmp_path / "man.mjpeg", out, "--no-display")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert len(lines) >= 5
    assert sorted(path.name for path in out.iterdir()) == [f"{i}.jpg" for i in range(len(lines))]
    session = onnxruntime.InferenceSession(
        str(models.person_segmentation().with_name("selfie_segmentation_fp16.onnx"))
    )
    for number, line in enumerate(lines[:3]):
        image = rgb(tmp_path / f"{number}.jpg", 256, 256).transpose(2, 0, 1)[None]
        (mask,) = session.run(["mask"], {"image": image.astype(np.float32) / 255})
        expected = mask[0, 0] > 0.5
        painted = rgb(out / f"{number}.jpg", 256, 256)
        assert ((painted[..., 0] > 64) == expected).mean() > 0.98
        assert painted[..., 1:].max() < 60
        assert shares(line)["class 0"] == pytest.approx(100 * expected.mean(), abs=1.5)


def test_over_the_picture(app: Path, tmp_path: Path) -> None:
    """A gray picture without anybody stays as it is."""
    save_jpeg(tmp_path / "gray.jpg", np.full((96, 128, 3), 120))
    config = app.with_name("dstest_segmentation_config_person.txt")
    out = tmp_path / "out"
    done = run(app, config, tmp_path / "gray.jpg", out, "--overlay", "--display", "none")
    assert done.returncode == 0, done.stderr
    assert shares(done.stdout.strip()) == {"none": 100.0}
    assert abs(rgb(out / "0.jpg", 512, 512).astype(int) - 120).max() < 8


def original(path: Path, channels: int, outputs: list[tuple[str, list[float], float]]) -> None:
    """A model with the name, input and output of one of the original's: each class is a weighted
    sum of the colours plus a constant; one class alone is a probability."""
    (name,) = {output for output, _, _ in outputs}
    weights = np.array([w for _, w, _ in outputs], np.float32)[..., None, None]
    bias = np.array([b for _, _, b in outputs], np.float32)
    is_one = len(outputs) == 1
    picture = "input_1" if is_one else "data"
    nodes = [helper.make_node("Conv", [picture, "w", "b"], ["sums" if is_one else name])]
    if is_one:
        nodes.append(helper.make_node("Sigmoid", ["sums"], [name]))

    def value(of: str, planes: int) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(of, TensorProto.FLOAT, ["N", planes, 512, 512])

    graph = helper.make_graph(
        nodes,
        "original",
        [value(picture, channels)],
        [value(name, len(outputs))],
        [numpy_helper.from_array(weights, "w"), numpy_helper.from_array(bias, "b")],
    )
    opset = helper.make_opsetid("", 13)
    onnx.save(helper.make_model(graph, opset_imports=[opset], ir_version=8), path)


def quarters(*colours: tuple[int, int, int]) -> np.ndarray:
    return np.repeat([np.repeat(colours, 64, axis=0)], 128, axis=0)


@pytest.mark.parametrize(
    ("kind", "model", "channels", "outputs", "expected"),
    [
        (
            "semantic",
            "unetres18_v4_pruned0.65_800_data.onnx",
            3,
            [
                ("final_conv/BiasAdd", [0.0, 0.0, 0.0], 40.0),
                ("final_conv/BiasAdd", [1.0, 0.0, 0.0], -128.0),
                ("final_conv/BiasAdd", [0.0, 1.0, 0.0], -128.0),
                ("final_conv/BiasAdd", [0.0, 0.0, 1.0], -128.0),
            ],
            [
                ("class 0", CLASS_0),
                ("class 1", CLASS_1),
                ("class 2", CLASS_2),
                ("class 3", CLASS_3),
            ],
        ),
        (
            "industrial",
            "unet_output_graph.onnx",
            1,
            [("conv2d_19/Sigmoid", [40.0], -4.0)],  # bright is above 0.1
            [("none", BLACK), ("class 0", CLASS_0), ("class 0", CLASS_0), ("class 0", CLASS_0)],
        ),
    ],
)
def test_layouts_of_the_originals_models(
    app: Path,
    tmp_path: Path,
    kind: str,
    model: str,
    channels: int,
    outputs: list[tuple[str, list[float], float]],
    expected: list[tuple[str, tuple[int, int, int]]],
) -> None:
    config = f"dstest_segmentation_config_{kind}.txt"
    shutil.copy(app.with_name(config), tmp_path)
    original(tmp_path / model, channels, outputs)
    picture = quarters((8, 8, 8), (230, 10, 10), (10, 230, 10), (60, 60, 250))
    save_jpeg(tmp_path / "quarters.jpg", picture)
    out = tmp_path / "out"
    done = run(app, tmp_path / config, tmp_path / "quarters.jpg", out, "--no-display")
    assert (done.returncode, done.stderr) == (0, "")
    found = shares(done.stdout.strip())
    assert set(found) == {name for name, _ in expected}
    for name, share in found.items():
        quarter = sum(other == name for other, _ in expected) * 25
        assert share == pytest.approx(quarter, abs=1.5)
    painted = rgb(out / "0.jpg", 512, 512)
    for i, (_, colour) in enumerate(expected):
        part = painted[:, 128 * i + 16 : 128 * i + 112].astype(int)
        assert abs(part - colour).max() < 12


def test_help_and_wrong_arguments(app: Path, tmp_path: Path) -> None:
    assert "--overlay" in run(app, "--help").stdout
    assert run(app).returncode == 2
    config = app.with_name("dstest_segmentation_config_person.txt")
    save_jpeg(tmp_path / "a.jpg", np.zeros((64, 64, 3)))
    done = run(app, tmp_path / "none.txt", tmp_path / "a.jpg", tmp_path / "out")
    assert (done.returncode, done.stderr) == (
        1,
        f"Error: there is no file {tmp_path}/none.txt; expected a configuration.\n",
    )
    done = run(app, config, tmp_path / "none.jpg", tmp_path / "out")
    assert done.stderr == f"Error: there is no file {tmp_path}/none.jpg; expected JPEG.\n"
    done = run(app, config, tmp_path / "a.jpg", tmp_path)
    assert done.stderr == (
        f"Error: the folder {tmp_path} exists already; remove it or name another one.\n"
    )
    # The original's model, which is not there.
    semantic = app.with_name("dstest_segmentation_config_semantic.txt")
    done = run(app, semantic, tmp_path / "a.jpg", tmp_path / "out", "--no-display")
    assert done.returncode == 1
    assert "onnx-file: cannot read" in done.stderr


def test_readme_shows_what_is_printed(app: Path) -> None:
    assert LINE.search(app.with_name("README.md").read_text())
