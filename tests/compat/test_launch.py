"""A program sees what it would see under Python itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from thalweg.run import launch

from .conftest import Completed, Runner

LOOK_AROUND = """
    import json, os, sys
    print(json.dumps({
        "argv": sys.argv, "name": __name__, "file": __file__, "path": sys.path,
        "folder": os.getcwd(), "main": sys.modules["__main__"].__file__,
        "globals": sorted(globals()), "flags": list(sys.flags), "executable": sys.executable,
        "interactive": sys.stdin.isatty(),
    }))
"""


def plainly(program: Path, *arguments: str) -> Completed:
    """By Python with nothing of Thalweg's startup."""
    return subprocess.run(
        [sys.executable, program.name, *arguments],
        cwd=program.parent,
        capture_output=True,
        text=True,
        check=False,
    )


def test_sees_what_python_shows(write: Callable[..., Path], thalweg_run: Runner) -> None:
    program = write(LOOK_AROUND)
    arguments = ("a b", "--help", "--frames", "-x")
    ours = thalweg_run(program, *arguments, options=("--frames", 3))
    assert ours.returncode == 0, ours.stderr
    assert json.loads(ours.stdout) == json.loads(plainly(program, *arguments).stdout)
    assert ours.stderr == ""


@pytest.mark.parametrize(
    "text",
    [
        "import sys\nsys.exit(3)\n",
        "import sys\nsys.exit('a sentence')\n",
        "import sys\nsys.exit(None)\n",
        "import os\nos._exit(7)\n",
        "def f():\n    raise RuntimeError('no')\nf()\n",
        "import os, signal\nos.kill(os.getpid(), signal.SIGTERM)\n",
        "raise KeyboardInterrupt\n",
        "open('/none/at/all')\n",
        "try:\n    open('/none')\nexcept OSError as error:\n    raise ValueError('x') from error\n",
        "import os\nos.stat('/none/at/all')\n",
    ],
)
def test_status_and_traceback_are_pythons(
    write: Callable[..., Path], thalweg_run: Runner, text: str
) -> None:
    program = write(text)
    ours, python = thalweg_run(program), plainly(program)
    assert ours.returncode == python.returncode
    # In a chain of exceptions the earlier ones keep the frame of a function that was wrapped.
    own = [line for line in ours.stderr.splitlines() if "thalweg/run/" not in line]
    if "from error" not in text:
        assert own == ours.stderr.splitlines()
        assert ours.stderr == python.stderr


def test_program_that_is_not_there(tmp_path: Path, thalweg_run: Runner) -> None:
    done = thalweg_run(tmp_path / "none.py")
    assert done.returncode == 2
    assert "can't open file" in done.stderr


def test_another_sitecustomize_still_runs(
    write: Callable[..., Path], thalweg_run: Runner, tmp_path: Path
) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site/sitecustomize.py").write_text("import sys\nsys.by_site = 'yes'\n")
    path = os.pathsep.join([str(tmp_path / "site"), os.environ.get("PYTHONPATH", "")])
    done = thalweg_run(write("import sys\nprint(sys.by_site)"), PYTHONPATH=path)
    assert (done.stdout, done.stderr) == ("yes\n", "")


def test_a_python_without_thalweg_is_left_alone(
    write: Callable[..., Path], thalweg_run: Runner
) -> None:
    """A child of the program may be another Python, which only shares the environment."""
    program = write(
        """
        import os, subprocess
        startup = os.environ["PYTHONPATH"].split(":")[0]
        env = {**os.environ, "PYTHONPATH": startup}
        child = ["/usr/bin/python3", "-c", "print('child')"]
        print(subprocess.run(child, env=env, capture_output=True, text=True))
        """
    )
    done = thalweg_run(program)
    assert "returncode=0, stdout='child\\n', stderr=''" in done.stdout


def test_environment_of_options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "deepstream/samples").mkdir(parents=True)
    options = launch.Options(
        samples=Path("deepstream"),
        output=Path("out.mp4"),
        frames=5,
        substitute_models=True,
        stats=True,
    )
    base = {"PYTHONPATH": f"/a:{launch.STARTUP}:/b", "HOME": "/h"}
    assert launch.environment(options, base) == {
        "HOME": "/h",
        "PYTHONPATH": f"{launch.STARTUP}:/a:/b",
        "THALWEG_RUN": "1",
        "THALWEG_SAMPLES": f"{tmp_path}/deepstream/samples",
        "THALWEG_DISPLAY": f"file:{tmp_path}/out.mp4",
        "THALWEG_FRAMES": "5",
        "THALWEG_SUBSTITUTE_MODELS": "1",
        "THALWEG_STATS": "1",
    }
    assert launch.environment(launch.Options(display="none"), {}) == {
        "PYTHONPATH": str(launch.STARTUP),
        "THALWEG_RUN": "1",
        "THALWEG_DISPLAY": "none",
    }


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--samples", "none"), "--samples: there is no folder {folder}/none."),
        (("--output", "no/out.mp4"), "--output: there is no folder {folder}/no."),
        (
            ("--output", "o.mp4", "--display", "none"),
            "--output writes what --display would show: give one of them.",
        ),
    ],
)
def test_options_that_cannot_be_met(
    write: Callable[..., Path], thalweg_run: Runner, options: tuple[str, ...], sentence: str
) -> None:
    program = write("print('ran')")
    done = thalweg_run(program, options=options)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == sentence.format(folder=program.parent) + "\n"
