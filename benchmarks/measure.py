"""What a benchmark's workers share: a clock over a run's steady part, how to start a worker."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

WARM_UP_FRAMES = 50
"""Frames before the clock starts: model upload, caches and first allocations are not the claim."""


class SteadyClock:
    """Counts frames and measures wall and CPU time from the end of the warm-up to `stop`."""

    def __init__(self) -> None:
        self.frames = 0
        self._start: tuple[float, float] | None = None

    def frame(self) -> None:
        """Call once a frame, from one thread."""
        self.frames += 1
        if self.frames == WARM_UP_FRAMES:
            self._start = (time.perf_counter(), _cpu_seconds())

    def stop(self) -> dict[str, float]:
        """Frames/s, CPU ms a frame (all threads of this process) and peak memory in MiB."""
        if self._start is None:
            raise RuntimeError(f"only {self.frames} frames arrived, expected over {WARM_UP_FRAMES}")
        wall, cpu = time.perf_counter() - self._start[0], _cpu_seconds() - self._start[1]
        frames = self.frames - WARM_UP_FRAMES
        peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return {"fps": frames / wall, "cpu_ms": 1000 * cpu / frames, "peak_mib": peak_mib}


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def run_worker(*command: str | Path) -> dict[str, float]:
    """Runs a worker in a process of its own and returns the JSON object of its last line.

    A path that ends in .py is run by this Python. Raises RuntimeError with the worker's error text.
    """
    words = [str(word) for word in command]
    if words[0].endswith(".py"):
        words.insert(0, sys.executable)
    done = subprocess.run(words, capture_output=True, text=True, env=os.environ)
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)} failed:\n{done.stderr[-2000:]}")
    result: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return result
