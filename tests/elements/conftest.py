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


@pytest.fixture
def check_defaults(shared: Path) -> Callable[[str], None]:
    """check_defaults(element): each property of the specification is there, with its default."""

    def check(name: str) -> None:
        spec = json.loads((shared / "spec/elements.json").read_text())[name]["properties"]
        element = Gst.ElementFactory.make(name)
        for prop, expected in spec.items():
            assert element.find_property(prop) is not None, prop
            value, default = element.get_property(prop), expected["default"]
            if prop == "extra-controls":
                assert value is None
            elif expected["type"] == "enum":
                assert default in (str(int(value)), value.value_nick), prop
            elif expected["type"] == "flags":
                assert int(value) == int(default), prop
            elif default == -1 and expected["type"] != "int":
                assert value == 2**32 - 1, prop
            else:
                assert value == default, prop

    return check


def resident_mib() -> float:
    """Resident memory of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / 2**20


@pytest.fixture
def check_cycles() -> Callable[[str], None]:
    """check_cycles(pipeline): NULL -> PLAYING -> NULL a hundred times, each time to the end of the
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
        before, threads = resident_mib(), len(os.listdir("/proc/self/task"))
        for _ in range(50):
            cycle()
        assert resident_mib() - before < 6
        assert len(os.listdir("/proc/self/task")) <= threads + 2

    return check
