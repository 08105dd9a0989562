"""The same tests over NVIDIA's own metadata libraries, where their package is installed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pyds import _deepstream

HERE = Path(__file__).parent
# Tests of the libraries' promises; the others need our slots or elements, or test the build.
FILES = (
    "test_allocation.py",
    "test_callbacks.py",
    "test_display.py",
    "test_enums.py",
    "test_lifetime.py",
    "test_lists.py",
    "test_memory.py",
    "test_object_model.py",
    "test_text.py",
    "../thalweg/test_attachments.py",
    "../thalweg/test_meta.py",
)


@pytest.mark.skipif(
    os.environ.get("THALWEG_RUNTIME") == "deepstream", reason="this is the second run"
)
def test_over_nvidias_libraries() -> None:
    folder = _deepstream.folder()
    if not (folder / "libnvds_meta.so").is_file():
        pytest.skip(
            f"needs the package nvidia-deepstream-videodecode-cu13; no libnvds_meta.so in {folder}"
        )
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        + [str(HERE / name) for name in FILES],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
        env=os.environ | {"THALWEG_RUNTIME": "deepstream"},
    )
    assert ended.returncode == 0, ended.stdout[-4000:] + ended.stderr[-2000:]
