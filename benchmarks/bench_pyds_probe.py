"""Claim: a probe costs a fraction of what it costs with the original pyds.

The same work on a batch of 8 frames with 50 objects: with our pyds over our metadata library, which
tells when a meta is gone, and over NVIDIA's, which cannot; and on objects of Python's own, for what
the loop itself costs. THALWEG_ORIGINAL_PYDS names a folder with NVIDIA's own module pyds, built for
this Python, to be the peer. Nanoseconds for an object (8 of its fields), a label (2), a field read
or written, a display meta with a text and a box, an event message about a vehicle.
"""

from __future__ import annotations

import os

from measure import WORKERS, Figures, Report, median_of_rounds, run_worker

ORIGINAL = "original pyds"
AT_LEAST = {"object": 2.5, "display meta": 4, "event message": 3}


def main() -> None:
    ways = {"Thalweg": "thalweg", "Thalweg over NVIDIA's libraries": "deepstream"}
    if folder := os.environ.get("THALWEG_ORIGINAL_PYDS"):
        ways[ORIGINAL] = folder
    ways["plain Python objects"] = "plain"

    def one_round() -> Figures:
        return {name: run_worker(WORKERS / "pyds_probe.py", way) for name, way in ways.items()}

    figures = median_of_rounds(one_round)
    ours, plain = figures["Thalweg"], figures["plain Python objects"]
    ratios = {f"{work}, Thalweg / plain objects": ours[work] / plain[work] for work in plain}
    for work, cost in figures.get(ORIGINAL, {}).items():
        target = f" (at least {AT_LEAST[work]})" if work in AT_LEAST else ""
        ratios[f"{work}, original / Thalweg{target}"] = cost / ours[work]
    report = Report()
    report.table("a probe, ns", figures, ratios)
    report.publish()


if __name__ == "__main__":
    main()
