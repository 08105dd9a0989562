"""How much memory this process holds, for tests that nothing grows."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

MIB = 2**20


def resident_bytes() -> int:
    """Resident memory of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")


def growth_bytes(work: Callable[[], object], warm_up: int, times: int) -> int:
    """By how much resident memory grows in `times` calls, after a warm-up of so many.

    The least of three runs: what leaks grows each time, what else happens in this process does not.
    """

    def grown(calls: int) -> int:
        before = resident_bytes()
        for _ in range(calls):
            work()
        return resident_bytes() - before

    grown(warm_up)
    return min(grown(times) for _ in range(3))
