"""What the tests of several elements check alike."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import gi
import pytest

gi.require_version("Gst", "1.0")
from gi.repository import Gst

from thalweg import testing

from ..memory import MIB, growth_bytes


@pytest.fixture
def short_h264(play: Callable[..., testing.Played], tmp_path: Path) -> Path:
    """Eight test pictures as an H.264 elementary stream."""
    path = tmp_path / "short.h264"
    assert play(
        "videotestsrc num-buffers=8 ! video/x-raw,format=I420,width=320,height=240 ! "
        f"x264enc ! filesink location={path}"
    ).eos
    return path


@pytest.fixture
def check_defaults(shared: Path) -> Callable[[str], None]:
    """check_defaults(element): each property of the specification is there, with its default."""

    def check(name: str) -> None:
        spec = json.loads((shared / "spec/elements.json").read_text())[name]["properties"]
        element = Gst.ElementFactory.make(name)
        assert element is not None, f"there is no element {name}"
        for prop, expected in spec.items():
            if prop == "(others)":  # those of another element, which the specification names there
                continue
            found = element.find_property(prop)
            assert found is not None, prop
            kind, default = expected["type"], expected["default"]
            if kind == "pointer":
                assert found.value_type.name == "gpointer", prop
                continue
            value = element.get_property(prop)
            if prop == "extra-controls":
                assert value is None
            elif kind == "enum":
                assert default in (str(int(value)), value.value_nick), prop
            elif kind.startswith("flags"):
                assert int(value) == int(default), prop
            elif default == -1 and kind.startswith("uint"):
                assert value == 2**32 - 1, prop
            elif default == "MAX_ENCODED_SIZE":
                assert isinstance(value, int), prop
            else:
                assert value == default, prop

    return check


@pytest.fixture
def check_no_growth() -> Callable[[Callable[[], None]], None]:
    """check_no_growth(work): `work`, done again and again, takes no more memory."""

    def check(work: Callable[[], None]) -> None:
        assert growth_bytes(work, warm_up=100, times=1000) < 3 * MIB

    return check


@pytest.fixture
def check_cycles() -> Callable[[str], None]:
    """check_cycles(pipeline): NULL -> PLAYING -> NULL again and again, each time to the end of the
    stream; neither memory nor threads grow."""

    def check(description: str) -> None:
        def cycle() -> None:
            pipeline = Gst.parse_launch(description)
            for _ in range(2):
                pipeline.set_state(Gst.State.PLAYING)
                ends = Gst.MessageType.ERROR | Gst.MessageType.EOS
                message = pipeline.get_bus().timed_pop_filtered(20 * Gst.SECOND, ends)
                assert message is not None
                assert message.type == Gst.MessageType.EOS
                pipeline.set_state(Gst.State.NULL)

        for _ in range(20):
            cycle()
        threads = len(os.listdir("/proc/self/task"))
        assert growth_bytes(cycle, warm_up=0, times=25) < 3 * MIB
        assert len(os.listdir("/proc/self/task")) <= threads + 2

    return check
