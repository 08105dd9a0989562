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
