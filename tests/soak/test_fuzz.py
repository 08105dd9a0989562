"""Random configuration files: a minute of libFuzzer over the corpus, a million runs in the soak."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

from .sanitized import LONG, ROOT, build

CORPUS = ROOT / "tests/fuzz/config_corpus"
LIMIT = ["-runs=1000000"] if LONG else ["-max_total_time=60"]


def test_configuration_files(tmp_path: Path) -> None:
    folder = build("address,undefined", "config_fuzzer", "fuzz", "clang++")
    found = tmp_path / "found"  # first in the list: what is new goes there, not into the corpus
    found.mkdir()
    # A file that takes seconds or a gigabyte is a failure, as a crash is.
    limits = [*LIMIT, "-timeout=5", "-rss_limit_mb=1024", "-max_len=20000"]
    report = ["-print_final_stats=1", f"-artifact_prefix={tmp_path}/"]
    done = subprocess.run(
        [folder / "tests/fuzz/config_fuzzer", *limits, *report, found, CORPUS],
        capture_output=True,
        text=True,
        env=os.environ | {"UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1"},
    )
    assert done.returncode == 0, done.stderr[-6000:]
    runs = re.search(r"number_of_executed_units: (\d+)", done.stderr)
    assert runs, done.stderr[-2000:]
    assert int(runs[1]) > len(list(CORPUS.iterdir()))
    print(f"{runs[1]} configuration files")
