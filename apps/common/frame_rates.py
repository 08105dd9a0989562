"""Frames per second of each source, printed every few seconds."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import Counter
from collections.abc import Iterator

from gi.repository import GLib

import pyds
from common.counts import FrameReport

INTERVAL_SEC = 5


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

    def counting(self, report: FrameReport) -> FrameReport:
        """`report` for a probe, which counts each frame besides."""

        def report_and_count(frame_meta: pyds.NvDsFrameMeta, text: str) -> None:
            report(frame_meta, text)
            self.count(frame_meta.pad_index)

        return report_and_count

    def rates(self) -> dict[str, float]:
        """Frames per second of each source since the last call."""
        now = time.monotonic()
        with self._lock:
            frames, self._frames = self._frames, Counter()
            seconds, self._since = max(now - self._since, 1e-9), now
        return {f"stream{i}": round(frames[i] / seconds, 2) for i in self._sources}

    @contextlib.contextmanager
    def printed(self) -> Iterator[None]:
        """Prints the rates every INTERVAL_SEC, from the main loop."""

        def print_rates() -> bool:
            print("**PERF: ", self.rates(), flush=True)
            return True  # again

        timer = GLib.timeout_add_seconds(INTERVAL_SEC, print_rates)
        try:
            yield
        finally:
            GLib.source_remove(timer)
