"""Claim: from the start of the process, the first sample application sees its first frame soon.

The peer is a Python loop with the same model, up to its first frame.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from measure import ROOT, WORKERS, Figures, Report, median_of_rounds

from thalweg import media, models


def seconds_until(line_start: str, command: list[str | Path]) -> float:
    """From starting `command` to its first line of output that begins so; it is then ended."""
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for line in child.stdout:
            if line.startswith(line_start):
                taken = time.perf_counter() - start
                child.terminate()
                return taken
    raise RuntimeError(f"{command} printed no line that begins with {line_start!r}")


def one_round() -> Figures:
    onnx = models.default_detector().parent / "ssd_mobilenet_v2_coco_fp16.onnx"
    application = ROOT / "apps/deepstream-test1/deepstream_test_1.py"
    python = [sys.executable, "-u"]
    ours = seconds_until("Frame Number=", [*python, application, media.sample("vtest.h264")])
    loop = [WORKERS / "python_loop.py", media.sample("vtest.mp4"), onnx]
    loop += [onnx.with_name("labels.txt"), "1", "plain", "--first-frame"]
    theirs = seconds_until("first frame", [*python, *loop])
    return {"Thalweg": {"seconds": ours}, "Python loop": {"seconds": theirs}}


def main() -> None:
    one_round()  # compiles the model, fills the page cache
    figures = median_of_rounds(one_round, rounds=5)
    ours, theirs = figures["Thalweg"]["seconds"], figures["Python loop"]["seconds"]
    report = Report()
    report.table(
        "process start to first frame",
        figures,
        {"seconds, Thalweg (at most 2)": ours, "Thalweg / Python loop": ours / theirs},
    )
    report.publish()


if __name__ == "__main__":
    main()
