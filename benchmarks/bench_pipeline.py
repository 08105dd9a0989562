"""Claim: detection and overlay cost little more than their bare parts, and beat a Python loop.

In turn: the bare parts (decode, pre-process, infer, draw, each alone), our pipeline to a null sink,
and the Python loops, for one stream at two sizes and for 4 and 8 streams.
"""

from __future__ import annotations

import os
from pathlib import Path

from measure import PROGRAMS, ROOT, WORKERS, Figures, Report, median_of_rounds, run_worker

from thalweg import media, models

INFERENCES = 300
CORES = len(os.sched_getaffinity(0))


def our_pipeline(clip: Path, width: int, height: int, streams: int) -> str:
    sources = " ".join(
        f"filesrc location={clip} ! qtdemux ! h264parse ! nvv4l2decoder ! mux.sink_{i}"
        for i in range(streams)
    )
    return (
        f"{sources} nvstreammux name=mux batch-size={streams} width={width} height={height} "
        f"! nvinfer config-file-path={models.default_detector()} "
        "! nvvideoconvert ! nvdsosd ! fakesink name=end sync=false"
    )


def one_round(clip: Path, width: int, height: int, streams: int) -> Figures:
    onnx = models.default_detector().parent / "ssd_mobilenet_v2_coco_fp16.onnx"
    labels = onnx.with_name("labels.txt")
    decode = (
        f"filesrc location={clip} ! qtdemux ! h264parse ! avdec_h264 ! fakesink name=end sync=false"
    )
    stages = run_worker(PROGRAMS / "stage_costs", clip)
    found = {
        "decode": run_worker(WORKERS / "gst_pipeline.py", decode),
        "pre-process": {"CPU ms": stages["preprocess_ms"]},
        "infer": run_worker(WORKERS / "bare_inference.py", onnx, str(INFERENCES)),
        "draw": {"CPU ms": stages["draw_ms"]},
    }
    bare = sum(part["CPU ms"] for part in found.values())
    found["bare costs, overlapped"] = {"frames/s": 1000 * CORES / bare, "CPU ms": bare}
    found["Thalweg"] = run_worker(
        WORKERS / "gst_pipeline.py", our_pipeline(clip, width, height, streams), str(streams)
    )
    for kind in ("plain", "pipelined"):
        found[f"Python loop, {kind}"] = run_worker(
            WORKERS / "python_loop.py", clip, onnx, labels, str(streams), kind
        )
    return found


def main() -> None:
    clip = media.sample("vtest.mp4")
    cases = [("1 stream, 768x576", clip, 768, 576, 1)]
    hd = ROOT.parent / "shared/media/synthetic/synthetic_1080p.mp4"
    if hd.exists():
        cases.append(("1 stream, 1920x1080", hd, 1920, 1080, 1))
    cases += [(f"{n} streams, 768x576", clip, 768, 576, n) for n in (4, 8)]

    report = Report()
    for title, *case in cases:
        figures = median_of_rounds(lambda case=case: one_round(*case))
        ours, bare = figures["Thalweg"], figures["bare costs, overlapped"]
        ratios = {
            "CPU a frame / bare costs (at most 1.10)": ours["CPU ms"] / bare["CPU ms"],
            "frames/s / bare costs (at least 0.9)": ours["frames/s"] / bare["frames/s"],
        }
        for peer, at_least in (
            ("Python loop, plain", " (at least 1.4)"),
            ("Python loop, pipelined", ""),
        ):
            ratios[f"frames/s / {peer}{at_least}"] = ours["frames/s"] / figures[peer]["frames/s"]
        report.table(title, figures, ratios)
    report.publish()


if __name__ == "__main__":
    main()
