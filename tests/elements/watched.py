"""A pipeline that plays in a test, and what comes out of it."""

from __future__ import annotations

import threading
import time
from typing import Any, NamedTuple

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst

import pyds

ENDS = Gst.MessageType.EOS | Gst.MessageType.ERROR


class Frame(NamedTuple):
    source: int
    number: int
    pts: int
    ntp: int
    size: tuple[int, int]  # of the source


class Watched:
    """Plays while its context lasts, and is at NULL then. `frames` is what its sink `end` got."""

    def __init__(self, pipeline: Any) -> None:
        self.pipeline = pipeline
        self.bus = pipeline.get_bus()
        frames: list[Frame] = []
        came = threading.Condition()
        self.frames, self.came = frames, came

        def see(_pad: Any, info: Any) -> Any:  # without self, whose pipeline would never end
            node = pyds.gst_buffer_get_nvds_batch_meta(hash(info.get_buffer())).frame_meta_list
            with came:
                while node is not None:
                    meta = pyds.NvDsFrameMeta.cast(node.data)
                    assert meta.source_id == meta.pad_index
                    size = (meta.source_frame_width, meta.source_frame_height)
                    times = (meta.buf_pts, meta.ntp_timestamp)
                    frames.append(Frame(meta.pad_index, meta.frame_num, *times, size))
                    node = node.next
                came.notify_all()
            return Gst.PadProbeReturn.OK

        pad = pipeline.get_by_name("end").get_static_pad("sink")
        pad.add_probe(Gst.PadProbeType.BUFFER, see)

    def __enter__(self) -> Any:
        self.pipeline.set_state(Gst.State.PLAYING)
        return self

    def __exit__(self, *_: object) -> None:
        self.pipeline.set_state(Gst.State.NULL)

    def element(self, name: str = "s") -> Any:
        return self.pipeline.get_by_name(name)

    def wait_for_frames(self, count: int = 5, of: int = 0, timeout_s: float = 15) -> list[Frame]:
        """`count` frames of a source, from now on."""
        with self.came:
            before = len(self.frames)
            new: list[Frame] = []

            def enough() -> bool:
                new[:] = [frame for frame in self.frames[before:] if frame.source == of]
                return len(new) >= count

            if self.came.wait_for(enough, timeout_s):
                return new[:count]
        error = self.bus.pop_filtered(Gst.MessageType.ERROR)
        raise TimeoutError(f"{len(new)} frames came; {error and error.parse_error()}")

    def numbers(self, of: int) -> list[int]:
        return [frame.number for frame in self.frames if frame.source == of]

    def message(self, kinds: Any, timeout_s: float = 15) -> Any:
        """The next message of these kinds; all before it are dropped."""
        message = self.bus.timed_pop_filtered(int(timeout_s * Gst.SECOND), kinds)
        if message is None:
            raise TimeoutError("no such message came")
        return message

    def element_message(self, name: str, timeout_s: float = 15) -> dict[str, Any]:
        """The fields of the next element message of that name. An error fails the test."""
        deadline = time.monotonic() + timeout_s
        while True:
            kinds = Gst.MessageType.ELEMENT | Gst.MessageType.ERROR
            message = self.message(kinds, max(deadline - time.monotonic(), 0))
            assert message.type == Gst.MessageType.ELEMENT, message.parse_error()
            structure = message.get_structure()
            if structure.has_name(name):
                names = [structure.nth_field_name(i) for i in range(structure.n_fields())]
                return {field: structure.get_value(field) for field in names}

    def wait_for_state(self, state: str) -> dict[str, Any]:
        """The next message that a camera is in that state."""
        while True:
            said = self.element_message("thalweg-source-state")
            if said["state"] == state:
                return said

    def error(self) -> str:
        message = self.message(ENDS)
        assert message.type == Gst.MessageType.ERROR
        return str(message.parse_error()[0].message)
