"""Frames per second of each source, printed every few seconds."""

from __future__ import annotations

import threading
import time
from collections import Counter


class FrameRates:
    """Counts frames in the streaming thread, prints rates in the main loop's.

    count: number of sources.
    """

    def __init__(self, count: int) -> None:
        self._lock = threading.Lock()
        self._frames: Counter[int] = Counter()
        self._sources = range(count)
        self._since = time.monotonic()

    def count(self, source: int) -> None:
        """Another frame of a source."""
        with self._lock:
            self._frames[source] += 1

    def rates(self) -> dict[str, float]:
        """Frames per second of each source since the last call."""
        now = time.monotonic()
        with self._lock:
            frames, self._frames = self._frames, Counter()
            seconds, self._since = max(now - self._since, 1e-9), now
        return {f"stream{i}": round(frames[i] / seconds, 2) for i in self._sources}

    def print_rates(self) -> bool:
        """For `GLib.timeout_add`, which it keeps going."""
        print("**PERF: ", self.rates(), flush=True)
        return True
