"""The C++ tests under the sanitizers.

Each sanitizer has a build folder of its own (build/address, build/thread), kept between runs.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STRICT = {
    "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=0:exitcode=99:use_sigaltstack=0",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    "G_SLICE": "always-malloc",  # GLib recycles blocks between threads unseen
    "TSAN_OPTIONS": f"exitcode=99:suppressions={ROOT}/tests/soak/tsan.supp",
}


def build(sanitizers: str) -> Path:
    """Builds the C++ tests with little optimisation: quick to compile, and lines stay readable."""
    folder = ROOT / "build" / sanitizers.split(",")[0]
    configure = ["cmake", "-G", "Ninja", "-S", ROOT, "-B", folder]
    configure += ["-DCMAKE_BUILD_TYPE=None", "-DCMAKE_CXX_FLAGS=-O1 -g1"]
    configure += [f"-DTHALWEG_SANITIZE={sanitizers}", f"-DTHALWEG_PYTHON={sys.executable}"]
    for command in (configure, ["cmake", "--build", folder, "--target", "cpp_tests"]):
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return folder


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
    folder = build(sanitizers)
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
