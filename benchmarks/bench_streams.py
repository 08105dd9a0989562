"""Claim: several streams, tiled, cost little more than their bare parts, to a null sink and a file.

For 1, 4 and 8 copies of the clip: detector, tiler and overlay beside the bare costs and the plain
Python loop. The bare costs leave the tiles out, which no peer has.
"""

from __future__ import annotations

import math
from functools import partial
from pathlib import Path

from bench_pipeline import CORES, INFERENCES
from measure import PROGRAMS, WORKERS, Figures, Report, median_of_rounds, run_worker

from thalweg import media, models

WIDTH, HEIGHT = 1280, 720  # of the tiled picture
DECODE = "filesrc location={} ! qtdemux ! h264parse ! avdec_h264"
SCALE = f"videoscale ! video/x-raw,format=I420,width={WIDTH},height={HEIGHT}"
# As nvv4l2h264enc sets it.
ENCODE = (
    "openh264enc bitrate=4000000 rate-control=bitrate complexity=low gop-size=30 "
    "scene-change-detection=false adaptive-quantization=false"
)
END = "fakesink name=end sync=false"


def our_pipeline(clip: Path, streams: int, end: str) -> str:
    rows = math.isqrt(streams)
    sources = " ".join(
        f"filesrc location={clip} ! qtdemux ! h264parse ! nvv4l2decoder ! mux.sink_{i}"
        for i in range(streams)
    )
    width, height = media.SAMPLE_SIZE
    return (
        f"{sources} nvstreammux name=mux batch-size={streams} width={width} height={height} "
        f"! nvinfer config-file-path={models.default_detector()} "
        f"! nvmultistreamtiler rows={rows} columns={math.ceil(streams / rows)} "
        f"width={WIDTH} height={HEIGHT} ! nvvideoconvert ! nvdsosd ! {end}"
    )


def one_round(clip: Path, streams: int) -> Figures:
    onnx = models.default_detector().parent / "ssd_mobilenet_v2_coco_fp16.onnx"
    pipeline = partial(run_worker, WORKERS / "gst_pipeline.py")
    decode = DECODE.format(clip)
    stages = run_worker(PROGRAMS / "stage_costs", clip)
    found = {
        "decode": pipeline(f"{decode} ! {END}"),
        "pre-process": {"CPU ms": stages["preprocess_ms"]},
        "infer": run_worker(WORKERS / "bare_inference.py", onnx, str(INFERENCES)),
        "draw": {"CPU ms": stages["draw_ms"]},
    }
    scaled = pipeline(f"{decode} ! {SCALE} ! {END}")
    encoded = pipeline(f"{decode} ! {SCALE} ! {ENCODE} ! {END}")
    to_null = sum(part["CPU ms"] for part in found.values())
    encode = (encoded["CPU ms"] - scaled["CPU ms"]) / streams  # one picture for all of them
    found["encode"] = {"CPU ms": encode}
    for name, cost in (("null", to_null), ("file", to_null + encode)):
        found[f"bare costs, {name}"] = {"frames/s": 1000 * CORES / cost, "CPU ms": cost}
    to_file = f"nvvideoconvert ! nvv4l2h264enc bitrate=4000000 ! h264parse ! {END}"
    for name, end in (("null", END), ("file", to_file)):
        found[f"Thalweg, {name}"] = pipeline(our_pipeline(clip, streams, end), str(streams))
    labels = onnx.with_name("labels.txt")
    found["Python loop, plain"] = run_worker(
        WORKERS / "python_loop.py", clip, onnx, labels, str(streams), "plain"
    )
    return found


def main() -> None:
    clip = media.sample("vtest.mp4")
    report = Report()
    for streams in (1, 4, 8):
        figures = median_of_rounds(partial(one_round, clip, streams))
        ratios = {}
        for name, most in (("null", "1.10"), ("file", "1.15")):
            ours, bare = figures[f"Thalweg, {name}"], figures[f"bare costs, {name}"]
            ratios[f"CPU a frame / bare costs, {name} (at most {most})"] = (
                ours["CPU ms"] / bare["CPU ms"]
            )
            ratios[f"frames/s / bare costs, {name} (at least 0.9)"] = (
                ours["frames/s"] / bare["frames/s"]
            )
        ratios["frames/s / Python loop, plain"] = (
            figures["Thalweg, null"]["frames/s"] / figures["Python loop, plain"]["frames/s"]
        )
        report.table(f"{streams} streams, tiled", figures, ratios)
    report.publish()


if __name__ == "__main__":
    main()
