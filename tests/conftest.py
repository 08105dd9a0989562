"""What the tests share: where the clips are, and a pipeline played to its end."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

try:
    import gi

    gi.require_version("Gst", "1.0")
    from gi.repository import Gst
except ImportError:  # the tests of the metadata run in Pythons that have no PyGObject, too
    Gst = None

import thalweg
from thalweg import media

ROOT = Path(__file__).resolve().parent.parent
NO_GI = f"needs PyGObject; Python {sys.version_info[0]}.{sys.version_info[1]} has none here"


def skipping_without_gi() -> Generator[None, Any, Any]:
    """A test that asks for a module of PyGObject is skipped where there is none."""
    try:
        return (yield)
    except ModuleNotFoundError as error:
        if error.name == "gi":
            pytest.skip(NO_GI)
        raise


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call() -> Generator[None, Any, Any]:
    return (yield from skipping_without_gi())


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup() -> Generator[None, Any, Any]:
    return (yield from skipping_without_gi())


@pytest.fixture(scope="session", autouse=True)
def gstreamer() -> None:
    """GStreamer with our elements, where this Python has PyGObject."""
    assert thalweg.__version__
    if Gst is not None:
        Gst.init(None)


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of clips with ground truth and of models that are not shipped."""
    path = Path(os.environ.get("THALWEG_SHARED", ROOT.parent / "shared"))
    if not (path / "media").is_dir():
        pytest.skip(f"needs clips and models that are not shipped; there is no {path}/media")
    return path


@pytest.fixture(scope="session")
def clip() -> Path:
    """The sample clip as MP4: 795 frames, 768x576."""
    return media.sample("vtest.mp4")


@pytest.fixture(scope="session")
def clip_h264() -> Path:
    """The sample clip as an H.264 elementary stream."""
    return media.sample("vtest.h264")


@pytest.fixture(scope="session")
def pets(shared: Path) -> Path:
    """The same scene as the sample clip, with ground truth beside it."""
    return shared / "media/pets09-s2l1/pets09_s2l1.mp4"


@dataclass
class Played:
    """How a pipeline ended, and what it said on the way."""

    eos: bool = False
    error: str = ""  # the sentence for the user
    debug: str = ""
    warnings: list[str] = field(default_factory=list)
    elements: list[Any] = field(default_factory=list)  # structures of the element messages


@pytest.fixture
def play() -> Callable[..., Played]:
    """play(pipeline or description, timeout=120): runs it to end of stream or to an error.

    The pipeline is at NULL afterwards; past `timeout` seconds the test fails.
    """

    if Gst is None:
        pytest.skip(NO_GI)

    def run(pipeline: Any, timeout: float = 120) -> Played:
        if isinstance(pipeline, str):
            pipeline = Gst.parse_launch(pipeline)
        played = Played()
        bus = pipeline.get_bus()
        deadline = time.monotonic() + timeout
        try:
            pipeline.set_state(Gst.State.PLAYING)
            while not (played.eos or played.error):
                left = deadline - time.monotonic()
                message = bus.timed_pop(int(left * Gst.SECOND)) if left > 0 else None
                if message is None:
                    pytest.fail(f"the pipeline did not end within {timeout} s")
                if message.type == Gst.MessageType.EOS:
                    played.eos = True
                elif message.type == Gst.MessageType.ERROR:
                    error, debug = message.parse_error()
                    played.error, played.debug = error.message, debug or ""
                elif message.type == Gst.MessageType.WARNING:
                    played.warnings.append(message.parse_warning()[0].message)
                elif message.type == Gst.MessageType.ELEMENT:
                    played.elements.append(message.get_structure())
        finally:
            pipeline.set_state(Gst.State.NULL)
        return played

    return run
