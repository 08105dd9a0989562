"""Builds under sanitizers, each in a folder of its own, kept between runs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LONG = bool(os.environ.get("THALWEG_SOAK"))
"""Whether `./dev test soak` asks for the long runs."""


def build(sanitizers: str, target: str, folder: str = "", compiler: str = "") -> Path:
    """Builds a target with little optimisation: quick to compile, and lines stay readable."""
    path = ROOT / "build" / (folder or sanitizers.split(",")[0])
    configure = ["cmake", "-G", "Ninja", "-S", ROOT, "-B", path]
    configure += ["-DCMAKE_BUILD_TYPE=None", "-DCMAKE_CXX_FLAGS=-O1 -g1"]
    configure += [f"-DTHALWEG_SANITIZE={sanitizers}", f"-DTHALWEG_PYTHON={sys.executable}"]
    if compiler:
        configure.append(f"-DCMAKE_CXX_COMPILER={compiler}")
    for command in (configure, ["cmake", "--build", path, "--target", target]):
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return path
