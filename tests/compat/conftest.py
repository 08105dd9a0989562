"""Small programs in the manner of those written for DeepStream, and two ways to run them."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest

STARTUP = Path("thalweg/run/startup")

Completed = subprocess.CompletedProcess[str]

STREAM = "/opt/nvidia/deepstream/deepstream/samples/streams/sample_720p.h264"

# Start of a program that plays a clip; `finish` plays it to its end.
PLAYER = """
    import sys
    sys.path.append('../')
    import gi
    gi.require_version('Gst', '1.0')
    from gi.repository import GLib, Gst
    from common.bus_call import bus_call
    import pyds

    def make(pipeline, factory, name, **properties):
        element = Gst.ElementFactory.make(factory, name)
        if not element:
            sys.stderr.write(" Unable to create %s \\n" % factory)
        for key, value in properties.items():
            element.set_property(key, value)
        pipeline.add(element)
        return element

    def source(pipeline, location):
        source = make(pipeline, "filesrc", "file-source", location=location)
        parser = make(pipeline, "h264parse", "h264-parser")
        decoder = make(pipeline, "nvv4l2decoder", "nvv4l2-decoder")
        source.link(parser)
        parser.link(decoder)
        mux = make(pipeline, "nvstreammux", "Stream-muxer", width=640, height=480, batch_size=1)
        mux.set_property("batched-push-timeout", 33000)
        sinkpad = mux.get_request_pad("sink_0")
        if not sinkpad:
            sys.stderr.write(" Unable to get the sink pad of streammux \\n")
        decoder.get_static_pad("src").link(sinkpad)
        return mux

    def finish(pipeline, loop=None):
        loop = loop or GLib.MainLoop()
        bus = pipeline.get_bus()
        bus.add_signal_watch()
        bus.connect("message", bus_call, loop)
        pipeline.set_state(Gst.State.PLAYING)
        try:
            loop.run()
        except:
            pass
        pipeline.set_state(Gst.State.NULL)
"""


def program(body: str) -> str:
    """A program that has PLAYER's functions before `body`, which is indented by four spaces."""
    return PLAYER + body


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """write(text, name="app.py"): a program in a folder like apps/NAME of the samples."""

    def make(text: str, name: str = "app.py") -> Path:
        path = tmp_path / "apps/sample" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
        return path

    return make


class Runner(Protocol):
    def __call__(
        self,
        program: Path,
        *arguments: object,
        options: tuple[object, ...] = (),
        timeout: float = 120,
        **environment: str,
    ) -> Completed: ...


def _run(
    command: list[str], folder: Path, timeout: float, environment: dict[str, str]
) -> Completed:
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def run_command(program: Path, arguments: tuple[object, ...], options: tuple[object, ...]) -> list:
    thalweg = [sys.executable, "-m", "thalweg", "run"]
    return [*thalweg, *map(str, options), program.name, *map(str, arguments)]


@pytest.fixture(scope="session")
def thalweg_run() -> Runner:
    """Runs a program under `thalweg run`, in its own folder."""

    def run(
        program: Path,
        *arguments: object,
        options: tuple[object, ...] = (),
        timeout: float = 120,
        **environment: str,
    ) -> Completed:
        command = run_command(program, arguments, options)
        return _run(command, program.parent, timeout, environment)

    return run


@pytest.fixture(scope="session")
def shell_environment() -> dict[str, str]:
    """What `./dev shell` adds to the environment."""
    stage = next(p for p in map(Path, sys.path) if (p / STARTUP).is_dir())
    path = os.pathsep.join([str(stage / STARTUP), os.environ.get("PYTHONPATH", "")])
    return {"PYTHONPATH": path}


@pytest.fixture(scope="session")
def plain_python(shell_environment: dict[str, str]) -> Runner:
    """Runs a program as `python3 app.py` in `./dev shell` does."""

    def run(
        program: Path,
        *arguments: object,
        options: tuple[object, ...] = (),
        timeout: float = 120,
        **environment: str,
    ) -> Completed:
        command = [sys.executable, program.name, *map(str, arguments)]
        return _run(command, program.parent, timeout, {**shell_environment, **environment})

    return run


@pytest.fixture(params=["thalweg run", "python in ./dev shell"])
def either_way(request: pytest.FixtureRequest, thalweg_run: Runner, plain_python: Runner) -> Runner:
    """The test runs twice: under `thalweg run`, and by plain Python."""
    return thalweg_run if request.param == "thalweg run" else plain_python
