"""nvjpegdec: pictures in memory:NVMM in each of its formats, its properties, wrong input."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gi
import numpy as np
import pytest

gi.require_version("Gst", "1.0")
from gi.repository import Gst

ORANGE = (
    "videotestsrc num-buffers={} pattern=solid-color foreground-color=0xffdc8228 "
    "! video/x-raw,format=RGB,width=96,height=64,framerate=10/1 ! jpegenc quality=95"
)


def first_picture(description: str) -> np.ndarray:
    """RGB of the first frame of a pipeline that ends in frames of memory:NVMM."""
    pipeline = Gst.parse_launch(
        f"{description} ! nvvideoconvert ! video/x-raw,format=RGB ! appsink name=end sync=false"
    )
    pipeline.set_state(Gst.State.PLAYING)
    sample = pipeline.get_by_name("end").emit("try-pull-sample", 20 * Gst.SECOND)
    assert sample is not None, pipeline.get_bus().pop_filtered(Gst.MessageType.ERROR).parse_error()
    data = sample.get_buffer().extract_dup(0, sample.get_buffer().get_size())
    pipeline.set_state(Gst.State.NULL)
    return np.frombuffer(data, np.uint8).reshape(64, 96, 3).astype(int)


@pytest.mark.parametrize("form", ["I420", "NV12", "RGBA"])
@pytest.mark.parametrize("method", ["islow", "ifast", "float"])
def test_a_known_colour_in_every_format(form: str, method: str) -> None:
    nvmm = f"video/x-raw(memory:NVMM),format={form}"
    picture = first_picture(f"{ORANGE.format(1)} ! nvjpegdec idct-method={method} ! {nvmm}")
    assert picture[30, 40] == pytest.approx([220, 130, 40], abs=6)


def test_a_file_of_one_picture(play: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "picture.jpg"
    assert play(f"{ORANGE.format(1)} ! filesink location={path}").eos
    picture = first_picture(f"filesrc location={path} ! jpegparse ! nvjpegdec")
    assert picture[30, 40] == pytest.approx([220, 130, 40], abs=6)


def test_a_picture_that_is_cut_short_is_shown_as_far_as_it_goes(
    play: Callable[..., Any], tmp_path: Path
) -> None:
    path = tmp_path / "picture.jpg"
    assert play(f"{ORANGE.format(1)} ! filesink location={path}").eos
    path.write_bytes(path.read_bytes()[:-200])
    picture = first_picture(f"filesrc location={path} ! image/jpeg ! nvjpegdec")
    assert picture[0, 0] == pytest.approx([220, 130, 40], abs=6)


def test_garbage_is_one_error(play: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "garbage"
    path.write_bytes(random.Random(1).randbytes(10_000))
    error = play(f"filesrc location={path} ! image/jpeg ! nvjpegdec name=d ! fakesink").error
    assert error.startswith("d could not decode the stream: ")


def test_defaults_are_those_of_the_original(check_defaults: Callable[[str], None]) -> None:
    check_defaults("nvjpegdec")


def test_decodebin_leaves_jpeg_to_nvv4l2decoder() -> None:
    assert Gst.ElementFactory.find("nvjpegdec").get_rank() == Gst.Rank.NONE
    assert Gst.ElementFactory.find("nvv4l2decoder").get_rank() == 267


def test_gst_inspect_prints_no_warning() -> None:
    shown = subprocess.run(["gst-inspect-1.0", "nvjpegdec"], capture_output=True, text=True)
    assert shown.returncode == 0
    assert shown.stderr == ""


def test_a_hundred_cycles_do_not_grow(check_cycles: Callable[[str], None]) -> None:
    check_cycles(f"{ORANGE.format(3)} ! nvjpegdec ! fakesink")
