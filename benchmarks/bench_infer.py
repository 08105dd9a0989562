"""Claims: nvinfer costs little more than its model; objects go in the fastest way; it starts fast.

The element's CPU time is that of a pipeline with it, less that of the same pipeline without it.
Its peer is OpenVINO's own loop (asynchronous requests, as its benchmark_app has them) with the same
model, batch and threads. All of a round is measured in turn.
"""

from __future__ import annotations

import os
import statistics
from pathlib import Path

from measure import PROGRAMS, ROOT, WORKERS, Figures, Report, run_worker

from thalweg import models

FRAMES = 250
OBJECTS = 20
ROUNDS = int(os.environ.get("THALWEG_BENCH_ROUNDS", "7"))


def element_round() -> Figures:
    """One picture again and again, so that nothing but the muxer is beside the element."""
    onnx = models.default_detector().parent / "ssd_mobilenet_v2_coco_fp16.onnx"
    pipeline = (
        "videotestsrc num-buffers=1 ! video/x-raw,format=I420,width=768,height=576,framerate=30/1 "
        f"! nvvideoconvert ! video/x-raw(memory:NVMM) ! imagefreeze num-buffers={FRAMES} "
        "! mux.sink_0 nvstreammux name=mux batch-size=1 width=768 height=576 {} "
        "! fakesink name=end sync=false"
    )
    infer = f"! nvinfer config-file-path={models.default_detector()}"
    bare = run_worker(WORKERS / "bare_inference.py", onnx, str(FRAMES))
    whole = run_worker(WORKERS / "gst_pipeline.py", pipeline.format(infer))
    without = run_worker(WORKERS / "gst_pipeline.py", pipeline.format(""))
    return {
        "OpenVINO's loop": {"CPU ms": bare["CPU ms"], "frames/s": bare["frames/s"]},
        "pipeline with nvinfer": {"CPU ms": whole["CPU ms"], "frames/s": whole["frames/s"]},
        "pipeline without": {"CPU ms": without["CPU ms"]},
        "nvinfer": {"CPU ms": whole["CPU ms"] - without["CPU ms"]},
    }


def median(rounds: list[Figures]) -> Figures:
    return {
        row: {name: statistics.median(r[row][name] for r in rounds) for name in figures}
        for row, figures in rounds[0].items()
    }


def best(rounds: list[Figures]) -> Figures:
    return {
        row: {name: min(r[row][name] for r in rounds) for name in figures}
        for row, figures in rounds[0].items()
    }


def objects_round(model: Path, frames: int) -> Figures:
    found = run_worker(WORKERS / "object_batches.py", model, str(OBJECTS), str(frames))
    return {
        way: {"ms a frame": found[f"{way}: wall"], "CPU ms a frame": found[f"{way}: CPU"]}
        for way in ("requests side by side", "one batch, all threads", "batches side by side")
    }


def main() -> None:
    report = Report()
    rounds = [element_round() for _ in range(ROUNDS)]
    ratios = [r["nvinfer"]["CPU ms"] / r["OpenVINO's loop"]["CPU ms"] for r in rounds]
    speeds = [
        r["pipeline with nvinfer"]["frames/s"] / r["OpenVINO's loop"]["frames/s"] for r in rounds
    ]
    # The stricter comparison: the runs of one process, with and without what is around them.
    costs = [run_worker(PROGRAMS / "inference_costs") for _ in range(3)]
    around = {name: statistics.median(cost[name] for cost in costs) for name in costs[0]}
    figures = median(rounds)
    figures["runs alone, in C++"] = {"CPU ms": around["model ms"]}
    figures["runs, filled and read"] = {"CPU ms": around["all ms"]}
    report.table(
        "the detector, a frame",
        figures,
        {
            "CPU, runs filled and read / runs alone (at most 1.05)": around["ratio"],
            "CPU, nvinfer / OpenVINO's loop (at most 1.05)": statistics.median(ratios),
            "frames/s, pipeline / OpenVINO's loop": statistics.median(speeds),
        },
    )

    shared = Path(os.environ.get("THALWEG_SHARED", ROOT.parent / "shared"))
    selfie = models.default_detector().parents[1] / "selfie_segmentation"
    cases = [(shared / "models/emotion_gray64.onnx", 50), (next(selfie.glob("*.onnx")), 8)]
    for model, frames in cases:
        if not model.exists():  # may not be shipped
            continue
        figures = best([objects_round(model, frames) for _ in range(min(ROUNDS, 5))])
        ours = figures["requests side by side"]
        report.table(
            f"{OBJECTS} objects a frame, {model.stem}",
            figures,
            {
                f"ms, {other} / requests side by side": figures[other]["ms a frame"]
                / ours["ms a frame"]
                for other in figures
                if other != "requests side by side"
            },
        )

    run_worker(WORKERS / "first_result.py")  # compiles the model, fills the page cache
    starts = [run_worker(WORKERS / "first_result.py") for _ in range(ROUNDS)]
    load, first = (min(start[name] for start in starts) for name in ("loaded", "first"))
    report.table(
        "start with a warm cache, seconds",
        {"nvinfer": {"model loaded": load, "first result": first}},
        {"first result (at most 1)": first},
    )
    report.publish()


if __name__ == "__main__":
    main()
