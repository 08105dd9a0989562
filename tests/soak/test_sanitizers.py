"""The C++ tests and random Python programs under the sanitizers.

`./dev test soak` runs this folder in long (THALWEG_SOAK=1).
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import pyds
import thalweg

from .sanitized import LONG, ROOT, build

STRICT = {
    "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=0:exitcode=99:use_sigaltstack=0",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    "G_SLICE": "always-malloc",  # GLib recycles blocks between threads unseen
    "TSAN_OPTIONS": f"exitcode=99:suppressions={ROOT}/tests/soak/tsan.supp",
}
# Of the state machine; the single program makes twenty times as many, each of four threads twice.
RANDOM_STEPS = "100000" if LONG else "1000"


def clean_environment() -> dict[str, str]:
    """Without the paths of the plain build: a sanitized program must load sanitized libraries."""
    ours = ("GST_PLUGIN_PATH", "PYTHONPATH", "LD_LIBRARY_PATH")
    return {k: v for k, v in os.environ.items() if k not in ours} | STRICT


# ThreadSanitizer sees neither OpenVINO's nor GStreamer's own hand-overs between threads.
UNSEEN = "^(infer_(detector|output)|nvstreammux_test|nvdsosd)"


@pytest.mark.parametrize(
    ("sanitizers", "without"), [("address,undefined", "^$"), ("thread", UNSEEN)]
)
def test_cpp_tests_are_clean(sanitizers: str, without: str) -> None:
    folder = build(sanitizers, "cpp_tests")
    environment = clean_environment() | {
        "GST_REGISTRY": str(folder / "gst-registry.bin"),
        "GST_REGISTRY_FORK": "no",  # the scanner is not sanitized and could not open our plugins
    }
    done = subprocess.run(
        ["ctest", "--output-on-failure", "--no-tests=error", "--exclude-regex", without],
        cwd=folder,
        capture_output=True,
        text=True,
        env=environment,
    )
    assert done.returncode == 0, done.stdout[-6000:]


def library(name: str) -> str:
    """A library of the compiler's."""
    found = subprocess.run(["gcc", f"-print-file-name={name}"], capture_output=True, text=True)
    return found.stdout.strip()


def test_random_programs_are_clean(tmp_path: Path) -> None:
    """The state machine and four threads over the whole of pyds, under AddressSanitizer."""
    folder = build("address,undefined", "_pyds")
    # The packages as they are, with the sanitized module; its libraries lie beside it in the build.
    for package in (pyds, thalweg):
        installed = Path(package.__file__).parent
        (tmp_path / installed.name).mkdir()
        for file in installed.iterdir():
            if file.suffix != ".so" and file.name not in ("lib", "gst"):
                (tmp_path / installed.name / file.name).symlink_to(file)
    (module,) = (folder / "src/pyds").glob("_pyds*.so")
    (tmp_path / "pyds" / module.name).symlink_to(module)
    environment = clean_environment() | {
        "PYTHONPATH": str(tmp_path),
        "LD_PRELOAD": f"{library('libasan.so')} {library('libstdc++.so.6')}",
        "LD_LIBRARY_PATH": str(folder / "lib"),
        "THALWEG_RANDOM_STEPS": RANDOM_STEPS,
        "PYTEST_PLUGINS": "",
    }
    command = [sys.executable, "-m", "pytest", "-q", "-rA", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, str(ROOT / "tests/pyds/test_state_machine.py")],
        capture_output=True,
        text=True,
        env=environment,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-6000:]
    assert "3 passed" in done.stdout, done.stdout[-3000:]
