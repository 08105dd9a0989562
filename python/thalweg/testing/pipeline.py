"""Pipelines in tests: played to their end, recorded, with replayed inference."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from thalweg.testing._gstreamer import gstreamer
from thalweg.testing.batch import read_frames
from thalweg.testing.metadata import Frame, load_frames, save_frames

__all__ = ["PipelineError", "Played", "play", "record", "replay_inference"]

_ENVIRONMENT = "THALWEG_REPLAY"  # where the element thalwegreplay finds its recording


@dataclass
class Played:
    """How a pipeline ended, and what it said on the way."""

    eos: bool = False
    error: str = ""  # the sentence for the user
    debug: str = ""
    warnings: list[str] = field(default_factory=list)
    elements: list[Any] = field(default_factory=list)  # structures of the element messages


class PipelineError(AssertionError):
    """A pipeline ended with an error; the text is the element's, `played` all that it said."""

    def __init__(self, played: Played) -> None:
        super().__init__(f"{played.error}\n{played.debug}".rstrip())
        self.played = played


def play(pipeline: Any, timeout_s: float = 30) -> Played:
    """Plays a pipeline to the end of its stream, and returns what it said.

    pipeline: a `Gst.Pipeline`, or its description as for ``gst-launch-1.0``. It is at NULL
        afterwards.
    Raises `PipelineError` when an element failed, `TimeoutError` after `timeout_s` seconds, and
    `GLib.Error` for a wrong description.
    """
    gst = gstreamer()
    if isinstance(pipeline, str):
        pipeline = gst.parse_launch(pipeline)
    played = Played()
    bus = pipeline.get_bus()
    deadline = time.monotonic() + timeout_s
    try:
        pipeline.set_state(gst.State.PLAYING)
        while not (played.eos or played.error):
            left = deadline - time.monotonic()
            message = bus.timed_pop(int(left * gst.SECOND)) if left > 0 else None
            if message is None:
                raise TimeoutError(f"the pipeline did not end within {timeout_s} s")
            _note(gst, message, played)
    finally:
        pipeline.set_state(gst.State.NULL)
    if played.error:
        raise PipelineError(played)
    return played


def record(pad: Any) -> list[Frame]:
    """A list that gets every frame that passes a pad, as plain data, in the streaming thread.

    It is complete when the pipeline has ended. A buffer without batch metadata is an error of the
    pad's element. Example::

        frames = record(pipeline.get_by_name("end").get_static_pad("sink"))
        play(pipeline)
        save_frames("recording.json", frames)
    """
    gst = gstreamer()
    frames: list[Frame] = []

    def on_buffer(pad: Any, info: Any) -> Any:
        try:
            frames.extend(read_frames(info.get_buffer()))
        except Exception as error:
            from gi.repository import GLib

            element = pad.get_parent_element()
            failure = GLib.Error.new_literal(gst.StreamError.quark(), str(error), 1)
            element.post_message(gst.Message.new_error(element, failure, "while recording"))
        return gst.PadProbeReturn.OK

    pad.add_probe(gst.PadProbeType.BUFFER, on_buffer)
    return frames


@contextlib.contextmanager
def replay_inference(
    recording: str | Path | Sequence[Frame], element: str = "nvinfer"
) -> Iterator[None]:
    """Makes elements that are created under the name `element` replay a recording.

    recording: frames, or the path of their JSON file (`save_frames`). Objects go to the frames of
        the same source_id and frame_num; the first such element of a pipeline adds them.
    element: a factory's name; with ``thalwegreplay`` only the recording is set.

    While the context lasts, `Gst.ElementFactory.make` and `Gst.parse_launch` give the element
    `thalwegreplay` for that name, in the whole process. It takes the properties of `nvinfer`; no
    model is needed or loaded.
    Raises `MetadataError` or `OSError` if the file is not such a recording.

    Example::

        with replay_inference("recording.json"):
            my_program.main(["my_program.py", "clip.h264"])
    """
    gst = gstreamer()
    with contextlib.ExitStack() as stack:
        if isinstance(recording, str | Path):
            load_frames(recording)  # so that an error is told here, with the field's name
            path = Path(recording).absolute()
        else:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="thalweg-replay-"))
            path = Path(folder) / "recording.json"
            save_frames(path, recording)
        stack.enter_context(_variable(_ENVIRONMENT, str(path)))
        if element != "thalwegreplay":
            stack.enter_context(_stand_in(gst, element))
        yield


def _note(gst: Any, message: Any, played: Played) -> None:
    if message.type == gst.MessageType.EOS:
        played.eos = True
    elif message.type == gst.MessageType.ERROR:
        error, debug = message.parse_error()
        played.error, played.debug = error.message, debug or ""
    elif message.type == gst.MessageType.WARNING:
        played.warnings.append(message.parse_warning()[0].message)
    elif message.type == gst.MessageType.ELEMENT:
        played.elements.append(message.get_structure())


@contextlib.contextmanager
def _variable(name: str, value: str) -> Iterator[None]:
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


@contextlib.contextmanager
def _stand_in(gst: Any, name: str) -> Iterator[None]:
    """Registers thalwegreplay under another element's name, and the other one again at the end."""
    registry = gst.Registry.get()
    before = registry.lookup_feature(name)
    replay = gst.ElementFactory.find("thalwegreplay").load()
    gst.Element.register(None, name, gst.Rank.NONE, replay.get_element_type())
    try:
        yield
    finally:
        if before is None:
            registry.remove_feature(registry.lookup_feature(name))
        else:
            registry.add_feature(before)
