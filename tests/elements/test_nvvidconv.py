"""nvvidconv: what nvvideoconvert does, with crops by their edges."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import gi
import numpy as np
import pytest

gi.require_version("Gst", "1.0")
from gi.repository import Gst

BARS = "videotestsrc num-buffers=1 ! video/x-raw,format=RGBA,width=96,height=64"


def rgba(description: str) -> np.ndarray:
    """The first frame of `description`, RGBA."""
    pipeline = Gst.parse_launch(
        f"{description} ! nvvideoconvert ! video/x-raw,format=RGBA ! appsink name=end sync=false"
    )
    pipeline.set_state(Gst.State.PLAYING)
    sample = pipeline.get_by_name("end").emit("try-pull-sample", 20 * Gst.SECOND)
    assert sample is not None, pipeline.get_bus().pop_filtered(Gst.MessageType.ERROR).parse_error()
    shape = sample.get_caps().get_structure(0)
    width, height = shape.get_value("width"), shape.get_value("height")
    data = sample.get_buffer().extract_dup(0, sample.get_buffer().get_size())
    pipeline.set_state(Gst.State.NULL)
    return np.frombuffer(data, np.uint8).reshape(height, width, 4)


@pytest.mark.parametrize("setting", ["flip-method=2", "flip-method=rotate-180"])
def test_it_turns_as_nvvideoconvert_does(setting: str) -> None:
    nvmm = "video/x-raw(memory:NVMM),format=RGBA"
    turned = rgba(f"{BARS} ! nvvidconv {setting} ! {nvmm}")
    assert np.array_equal(turned, rgba(BARS)[::-1, ::-1])


def test_edges_crop() -> None:
    part = rgba(
        f"{BARS} ! nvvidconv left=8 right=40 top=4 bottom=20 ! video/x-raw,width=32,height=16"
    )
    assert np.array_equal(part, rgba(BARS)[4:20, 8:40])


def test_edges_that_take_nothing_take_all() -> None:
    assert np.array_equal(rgba(f"{BARS} ! nvvidconv left=8"), rgba(BARS))


def test_a_crop_outside_is_one_error() -> None:
    pipeline = Gst.parse_launch(f"{BARS} ! nvvidconv right=200 bottom=20 ! fakesink")
    pipeline.set_state(Gst.State.PLAYING)
    message = pipeline.get_bus().timed_pop_filtered(20 * Gst.SECOND, Gst.MessageType.ERROR)
    pipeline.set_state(Gst.State.NULL)
    assert "0:0:200:20" in message.parse_error()[0].message


def test_properties_of_the_jetson_are_there() -> None:
    converter = Gst.ElementFactory.make("nvvidconv")
    for name, value in {
        "flip-method": 3,
        "interpolation-method": 1,
        "silent": True,
        "output-buffers": 8,
        "bl-output": True,
        "bufapi-version": True,
        "left": 1,
        "right": 2,
    }.items():
        converter.set_property(name, value)
        assert int(converter.get_property(name)) == int(value), name


def test_gst_inspect_prints_no_warning() -> None:
    shown = subprocess.run(["gst-inspect-1.0", "nvvidconv"], capture_output=True, text=True)
    assert shown.returncode == 0
    assert shown.stderr == ""
    assert "memory:NVMM" in shown.stdout


def test_a_hundred_starts_leave_nothing_behind(check_cycles: Callable[[str], None]) -> None:
    check_cycles(f"{BARS} ! nvvidconv flip-method=1 ! video/x-raw(memory:NVMM) ! fakesink")
