"""What takes minutes: the isolated build, the demonstration, other Pythons and NumPys."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(
    not os.environ.get("THALWEG_SOAK"), reason="takes minutes: set THALWEG_SOAK=1"
)

SYSTEM_PYTHON = Path("/usr/bin/python3")


def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def differences(one: Path, other: Path) -> list[str]:
    """Names of the files that differ between two wheels."""
    a, b = contents(one), contents(other)
    return sorted(name for name in a.keys() | b.keys() if a.get(name) != b.get(name))


def test_the_plain_command_builds_the_same(
    wheel: Path, sdist: Path, clean_call: Callable[..., str], tmp_path: Path, root: Path
) -> None:
    """`python -m build`: environments of its own, other folders, and the same bytes."""
    said = clean_call([sys.executable, "-m", "build", "--outdir", tmp_path, root])
    assert said.rstrip().endswith(f"Successfully built {sdist.name} and {wheel.name}"), said
    assert sorted(path.name for path in tmp_path.iterdir()) == [wheel.name, sdist.name]
    assert differences(tmp_path / wheel.name, wheel) == []
    assert (tmp_path / wheel.name).read_bytes() == wheel.read_bytes()
    assert (tmp_path / sdist.name).read_bytes() == sdist.read_bytes()


def test_the_checkout_builds_the_same(
    wheel: Path, clean_call: Callable[..., str], tmp_path: Path, root: Path
) -> None:
    """A wheel straight from the checkout, without the source distribution on the way."""
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", tmp_path]
    clean_call([*command, f"-Cbuild-dir={root}/build/packaging/direct", root])
    assert differences(tmp_path / wheel.name, wheel) == []


def test_the_demonstration(installed: Callable[..., str], tmp_path: Path) -> None:
    output = tmp_path / "demo.mp4"
    said = installed("thalweg", "demo", "--output", str(output), TERM="dumb")
    frames, objects = re.findall(r"demo\.mp4: (\d+) frames, (\d+) objects", said)[0]
    assert (int(frames), int(objects) > 3000) == (795, True)
    from thalweg import media

    assert media.count_frames(output) == 795


def pythons() -> dict[str, Path]:
    """The CPython interpreters of this machine by version, such as "3.12".

    Looked for on PATH and where pyenv and uv put them.
    """
    versions = [f"3.{minor}" for minor in range(10, 15)]
    homes = [
        Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions",
        Path.home() / ".local/share/uv/python",
    ]
    candidates = [Path(found) for v in versions if (found := shutil.which(f"python{v}"))]
    candidates += [path for home in homes for path in sorted(home.glob("*/bin/python3"))]
    found: dict[str, Path] = {}
    # A shim of pyenv may be there and lead nowhere: only one that runs counts.
    question = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])"
    for path in [SYSTEM_PYTHON, *candidates]:
        done = subprocess.run(
            [path, "-c", question], capture_output=True, text=True, check=False, cwd="/"
        )
        if done.returncode == 0 and done.stdout.strip() in versions:
            found.setdefault(done.stdout.strip(), path)
    return found


@pytest.mark.parametrize(
    ("version", "numpy"),
    [
        ("3.11", "numpy==1.26.*"),
        ("3.11", "numpy==2.*"),
        ("3.10", "numpy"),
        ("3.12", "numpy"),
        ("3.13", "numpy"),
    ],
)
def test_metadata_on(
    version: str,
    numpy: str,
    wheel: Path,
    new_environment: Callable[..., Path],
    clean_call: Callable[..., str],
    root: Path,
) -> None:
    """The tests of pyds, over the installed wheel; those that need gi skip where there is none."""
    python = pythons().get(version)
    if python is None:
        pytest.skip(f"needs Python {version}; none on PATH or in pyenv's or uv's folder")
    tools = (root / "requirements/dev.txt").read_text().splitlines()
    tools = [line for line in tools if line.startswith(("pytest", "hypothesis"))]
    interpreter = new_environment(python, wheel, numpy, *tools)
    where = "import pyds, numpy, sys; print(pyds.__file__, numpy.__version__)"
    said = clean_call([interpreter, "-c", where])
    assert said.startswith(str(interpreter.parent.parent)), said
    print(f"Python {version}, NumPy {said.split()[1]}")
    said = clean_call(
        [interpreter, "-m", "pytest", "-q", "-ra", "-p", "no:cacheprovider", "tests/pyds"]
    )
    print(said)
    counts = re.search(r"(\d+) passed", said)
    assert counts, said
    assert int(counts[1]) >= 100, said
    has_gi = python == SYSTEM_PYTHON
    assert ("needs PyGObject" in said) != has_gi, said
