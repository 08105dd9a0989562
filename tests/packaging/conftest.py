"""The distribution, built once a session, and virtual environments to install it in."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from thalweg import media

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "build/packaging"
SYSTEM_PYTHON = Path("/usr/bin/python3")
# The checkout's own stage must not be found, nor anything of the virtual environment's.
OURS = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "GST_PLUGIN_PATH", "GST_REGISTRY")
NO_NETWORK = re.compile(
    r"Temporary failure in name resolution|NewConnectionError|ConnectTimeout|ReadTimeout"
    r"|Read timed out|Network is unreachable"
)

Run = Callable[..., str]


def call(command: Sequence[str | Path], **options: object) -> str:
    """Runs `command`, which has to succeed; gives its output, both streams."""
    done = subprocess.run(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
        **options,  # type: ignore[call-overload]
    )
    if done.returncode != 0:
        words = " ".join(map(str, command))
        pytest.fail(f"{words}\nended with status {done.returncode}:\n{done.stdout[-4000:]}", False)
    return done.stdout


def clean_environment(**extra: str) -> dict[str, str]:
    """The environment of somebody who has not got this checkout."""
    return {name: value for name, value in os.environ.items() if name not in OURS} | extra


def build_environment(**extra: str) -> dict[str, str]:
    """The same, for builds: archives get one time, so that equal contents are equal files."""
    return clean_environment(SOURCE_DATE_EPOCH="1767225600", **extra)


@pytest.fixture(scope="session")
def build_folder() -> Iterator[Path]:
    """An empty folder at a place that stays the same, for the compiler's cache; ours alone."""
    FOLDER.parent.mkdir(exist_ok=True)
    with (FOLDER.parent / "packaging.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        shutil.rmtree(FOLDER, ignore_errors=True)
        FOLDER.mkdir()
        yield FOLDER


@pytest.fixture(scope="session")
def sdist(build_folder: Path) -> Path:
    """The source distribution of this checkout."""
    command = [sys.executable, "-m", "build", "--sdist", "--no-isolation"]
    call([*command, "--outdir", build_folder / "dist", ROOT], env=build_environment())
    (file,) = (build_folder / "dist").iterdir()
    return file


@pytest.fixture(scope="session")
def wheel(build_folder: Path, sdist: Path) -> Path:
    """The wheel, built from the unpacked source distribution."""
    with tarfile.open(sdist) as archive:
        archive.extractall(build_folder)
    source = build_folder / sdist.name.removesuffix(".tar.gz")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation"]
    command += ["--outdir", str(build_folder / "dist"), f"-Cbuild-dir={build_folder}/cmake"]
    call([*command, source], env=build_environment())
    (file,) = (build_folder / "dist").glob("*.whl")
    return file


def make_environment(folder: Path, python: Path, *packages: str | Path) -> Path:
    """A virtual environment over the system's packages; gives its interpreter.

    Skips where the package index cannot be reached.
    """
    call([python, "-m", "venv", "--system-site-packages", folder], env=clean_environment())
    interpreter = folder / "bin/python"
    pip = [interpreter, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "-q"]
    done = subprocess.run(
        [*pip, *packages], capture_output=True, text=True, env=clean_environment(), check=False
    )
    if done.returncode != 0:
        if NO_NETWORK.search(done.stderr):
            pytest.skip(
                "needs the package index, for the wheel's dependencies; it is not reachable"
            )
        pytest.fail(f"pip install {packages}: {done.stderr[-4000:]}", False)
    return interpreter


@pytest.fixture(scope="session")
def new_environment(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """new_environment(python, package...): makes one, and gives its interpreter."""

    def make(python: Path, *packages: str | Path) -> Path:
        return make_environment(tmp_path_factory.mktemp("venv") / "venv", python, *packages)

    return make


@pytest.fixture(scope="session")
def clean_call() -> Run:
    """clean_call(command, variable=value...): what it says outside the checkout's stage."""

    def run(command: Sequence[str | Path], **environment: str) -> str:
        return call(command, cwd=ROOT, env=build_environment(**environment))

    return run


@pytest.fixture(scope="session")
def installed(
    wheel: Path, new_environment: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory
) -> Run:
    """installed(command...): runs a command where the wheel is installed in an empty environment.

    The command is looked for in the environment first. The registry of plugins is a new one; the
    sample clip is the user's.
    """
    programs = new_environment(SYSTEM_PYTHON, wheel).parent
    folder = tmp_path_factory.mktemp("installed")
    cache = folder / "cache"
    (cache / "thalweg").mkdir(parents=True)
    (cache / "thalweg/media").symlink_to(media.sample().parent)

    def run(program: str, *arguments: str, **environment: str) -> str:
        return call(
            [programs / program, *arguments],
            cwd=folder,
            env=clean_environment(XDG_CACHE_HOME=str(cache), **environment),
        )

    return run
