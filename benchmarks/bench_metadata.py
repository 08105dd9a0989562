"""Claim: metadata from the pools costs no more than with NVIDIA's own library."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from measure import PROGRAMS, Figures, Report, median_of_rounds, run_worker


def nvidia_libraries() -> Path:
    package = importlib.util.find_spec("nvidia.deepstream_videodecode")
    if package is None or not package.submodule_search_locations:
        raise SystemExit(
            "bench_metadata: needs nvidia-deepstream-videodecode-cu13, see ./dev setup"
        )
    return Path(package.submodule_search_locations[0]) / "_libs"


def one_round() -> Figures:
    ours = PROGRAMS.parent / "stage/thalweg/lib"
    costs = run_worker(PROGRAMS / "meta_pool", ours, nvidia_libraries())
    return {
        "Thalweg": {"object, ns": costs["object_ns"], "batch, ns": costs["batch_ns"]},
        "NVIDIA's library": {
            "object, ns": costs["nvidia_object_ns"],
            "batch, ns": costs["nvidia_batch_ns"],
        },
    }


def main() -> None:
    figures = median_of_rounds(one_round)
    report = Report()
    report.table(
        "acquire, add, remove an object; a batch of 80",
        figures,
        {
            f"{name} / NVIDIA's": figures["Thalweg"][name] / figures["NVIDIA's library"][name]
            for name in figures["Thalweg"]
        },
    )
    report.publish()


if __name__ == "__main__":
    main()
