"""What the tests share: where the clips are, and a pipeline played to its end."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Generator
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
from thalweg import media, testing

from .rtsp_camera import Camera

ROOT = Path(__file__).resolve().parent.parent
NO_GI = f"needs PyGObject; Python {sys.version_info[0]}.{sys.version_info[1]} has none here"


def skipping_without_gi() -> Generator[None, Any, Any]:
    """A test that needs PyGObject, or runs a program that does, is skipped where there is none."""
    try:
        return (yield)
    except Exception as error:
        if Gst is None and "No module named 'gi'" in str(error):
            pytest.skip(NO_GI)
        raise


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup() -> Generator[None, Any, Any]:
    return (yield from skipping_without_gi())


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call() -> Generator[None, Any, Any]:
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


@pytest.fixture
def camera() -> Generator[Callable[..., Camera], None, None]:
    """camera(codec, size, rate): an RTSP camera on the loopback interface, until the test ends."""
    try:
        gi.require_version("GstRtspServer", "1.0")
    except ValueError:
        pytest.skip("needs the package gir1.2-gst-rtsp-server-1.0")
    with contextlib.ExitStack() as cameras:
        yield lambda *args, **kwargs: cameras.enter_context(Camera(*args, **kwargs))


@pytest.fixture
def play() -> Callable[..., testing.Played]:
    """play(pipeline or description, timeout=120): runs it to end of stream or to an error.

    The pipeline is at NULL afterwards; past `timeout` seconds the test fails.
    """

    if Gst is None:
        pytest.skip(NO_GI)

    def run(pipeline: Any, timeout: float = 120) -> testing.Played:
        try:
            return testing.play(pipeline, timeout_s=timeout)
        except testing.PipelineError as error:
            return error.played

    return run
