"""Claim: detection and overlay cost little more than their bare parts, and beat a Python loop.

Runs, several rounds in turn so that a busy machine hurts all alike: the bare parts (decode,
pre-process, infer, draw, each alone), our pipeline to a null sink, and the Python loops. Prints a
table on standard error and one JSON object on standard output. THALWEG_BENCH_ROUNDS: how many.
"""

from __future__ import annotations

import json
import os
import statistics
from pathlib import Path

from measure import run_worker
from rich.console import Console
from rich.table import Table

from thalweg import media, models

ROOT = Path(__file__).resolve().parents[1]
WORKERS = ROOT / "benchmarks/workers"
BUILD = Path(os.environ.get("THALWEG_BUILD", ROOT / "build/dev"))
INFERENCES = 300


def our_pipeline(clip: Path, width: int, height: int) -> str:
    return (
        f"filesrc location={clip} ! qtdemux ! h264parse ! nvv4l2decoder ! mux.sink_0 "
        f"nvstreammux name=mux batch-size=1 width={width} height={height} "
        f"! nvinfer config-file-path={models.default_detector()} "
        "! nvvideoconvert ! nvdsosd ! fakesink name=end sync=false"
    )


def one_round(clip: Path, width: int, height: int) -> dict[str, dict[str, float]]:
    onnx = models.default_detector().parent / "ssd_mobilenet_v2_coco_fp16.onnx"
    labels = onnx.with_name("labels.txt")
    decode = (
        f"filesrc location={clip} ! qtdemux ! h264parse ! avdec_h264 ! fakesink name=end sync=false"
    )
    stages = run_worker(BUILD / "benchmarks/stage_costs", clip)
    found = {
        "decode": run_worker(WORKERS / "gst_pipeline.py", decode),
        "pre-process": {"cpu_ms": stages["preprocess_ms"]},
        "infer": run_worker(WORKERS / "bare_inference.py", onnx, str(INFERENCES)),
        "draw": {"cpu_ms": stages["draw_ms"]},
    }
    bare = sum(part["cpu_ms"] for part in found.values())
    found["bare costs"] = {"cpu_ms": bare, "fps": 1000 * len(os.sched_getaffinity(0)) / bare}
    found["Thalweg"] = run_worker(WORKERS / "gst_pipeline.py", our_pipeline(clip, width, height))
    for kind in ("plain", "pipelined"):
        found[f"Python loop, {kind}"] = run_worker(
            WORKERS / "python_loop.py", clip, onnx, labels, "1", kind
        )
    return found


def median(rounds: list[dict[str, dict[str, float]]]) -> dict[str, dict[str, float]]:
    return {
        name: {key: statistics.median(r[name][key] for r in rounds) for key in figures}
        for name, figures in rounds[0].items()
    }


def main() -> None:
    rounds = int(os.environ.get("THALWEG_BENCH_ROUNDS", "3"))
    console = Console(stderr=True)
    clips = {"768x576": (media.sample("vtest.mp4"), 768, 576)}
    hd = ROOT.parent / "shared/media/synthetic/synthetic_1080p.mp4"
    if hd.exists():
        clips["1920x1080"] = (hd, 1920, 1080)

    result = {}
    for name, (clip, width, height) in clips.items():
        figures = median([one_round(clip, width, height) for _ in range(rounds)])
        ours, bare = figures["Thalweg"], figures["bare costs"]
        ratios = {
            "CPU a frame / bare costs (at most 1.10)": ours["cpu_ms"] / bare["cpu_ms"],
            "frames/s / bare costs overlapped (at least 0.9)": ours["fps"] / bare["fps"],
        } | {
            f"frames/s / {peer}": ours["fps"] / figures[peer]["fps"]
            for peer in figures
            if peer.startswith("Python loop")
        }
        result[name] = {"figures": figures, "ratios": ratios}
        table = Table("1 stream, FP32, " + name, "frames/s", "CPU ms a frame", "peak MiB")
        for row, values in figures.items():
            cells = (values.get("fps"), values["cpu_ms"], values.get("peak_mib"))
            table.add_row(row, *(f"{c:.2f}" if c is not None else "" for c in cells))
        console.print(table)
        for label, ratio in ratios.items():
            console.print(f"{label}: {ratio:.2f}")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
