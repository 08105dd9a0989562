"""What the benchmarks share: a clock over a run's steady part, starting a worker, the report."""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WORKERS = ROOT / "benchmarks/workers"
PROGRAMS = Path(os.environ.get("THALWEG_BUILD", ROOT / "build/dev")) / "benchmarks"
WARM_UP_FRAMES = 50
"""Frames before the clock starts: model upload, caches and first allocations are not the claim."""

Figures = dict[str, dict[str, float]]
"""Rows of a table: the row's name, and its figures by the column's name."""


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
        return {"frames/s": frames / wall, "CPU ms": 1000 * cpu / frames, "peak MiB": peak_mib}


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


def median_of_rounds(one_round: Callable[[], Figures], rounds: int = 3) -> Figures:
    """Runs `one_round` several times (THALWEG_BENCH_ROUNDS overrides `rounds`).

    Each round runs all peers in turn, so that a busy machine hurts all alike. Returns the median of
    each figure.
    """
    rounds = int(os.environ.get("THALWEG_BENCH_ROUNDS", str(rounds)))
    found = [one_round() for _ in range(rounds)]
    return {
        row: {column: statistics.median(r[row][column] for r in found) for column in figures}
        for row, figures in found[0].items()
    }


class Report:
    """Tables of figures and the ratios that a claim is about."""

    def __init__(self) -> None:
        self._tables: dict[str, Figures] = {}
        self._ratios: dict[str, float] = {}

    def table(self, title: str, figures: Figures, ratios: Mapping[str, float]) -> None:
        """Adds a table; `ratios` are named by what they compare, and by what is to be reached."""
        self._tables[title] = figures
        self._ratios.update({f"{title}: {name}": ratio for name, ratio in ratios.items()})

    def publish(self) -> None:
        """Prints the tables on standard error, and one JSON object on standard output."""
        print(markdown(self._tables, self._ratios), file=sys.stderr)
        print(
            json.dumps(
                {
                    "date": time.strftime("%Y-%m-%d"),
                    "cores": len(os.sched_getaffinity(0)),
                    "tables": self._tables,
                    "ratios": self._ratios,
                }
            )
        )


def markdown(tables: Mapping[str, Figures], ratios: Mapping[str, float]) -> str:
    """The Markdown of a report's tables and ratios."""
    parts = []
    for title, figures in tables.items():
        columns = list(dict.fromkeys(column for row in figures.values() for column in row))
        lines = [f"| {title} | {' | '.join(columns)} |", "| --- |" + " ---: |" * len(columns)]
        for name, row in figures.items():
            cells = [_number(row[column]) if column in row else "" for column in columns]
            lines.append(f"| {name} | {' | '.join(cells)} |")
        parts.append("\n".join(lines))
    if ratios:
        parts.append("\n".join(f"- {name}: **{ratio:.2f}**" for name, ratio in ratios.items()))
    return "\n\n".join(parts)


def _number(value: float) -> str:
    """Three significant digits, and no fraction from 100 on."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"
