#!/usr/bin/env python3
"""Runs upstream's sample programs, unmodified, and says which of them run.

    ./dev shell python tests/compat/run_upstream.py CHECKOUT... [--only NAME...] [--write FILE.md]

A CHECKOUT is a working tree of NVIDIA-AI-IOT/deepstream_python_apps; its folder's name stands for
the release where git does not know better. Each program runs under `thalweg run` in its own folder,
headless, on real clips, with a time limit; what it prints is checked. A line a program says that it
runs, fails with a reason, or waits for an element that Thalweg does not have yet. With --write the
table in FILE.md is replaced by the results of the checkouts given.

Ends with status 0 when every program ran or waits for an element, else 1.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from thalweg import media

FRAMES = 60
TIMEOUT_S = 120
TABLE = re.compile(r"(<!-- table: run_upstream.py -->\n).*?(<!-- end -->)", re.DOTALL)

# A line a frame with at least one object in it.
COUNTS = r"^Frame Number ?= ?\d+ .*Number of Objects ?= ?[1-9]"
ANY_COUNTS = r"^Frame Number ?= ?\d+ .*Number of Objects ?= ?\d"


@dataclass(frozen=True)
class Sample:
    """How one of upstream's programs is run and what it has to print.

    arguments: of the program. {h264}, {uri} and {mjpeg} are clips, {folder} is one that does not
        exist yet, {output} a path in an empty folder.
    prints: a pattern of lines.
    share: of the frames, that many such lines at least.
    display: whether it ends in a sink for a display; then the frames have to reach a file.
    older: arguments of releases before pyds 1.1.4, where they differ.
    """

    folder: str
    program: str
    arguments: str
    prints: str = COUNTS
    share: float = 0.5
    display: bool = True
    older: str | None = None
    options: tuple[str, ...] = field(default=("--substitute-models",))


KAFKA = "/opt/nvidia/deepstream/deepstream/lib/libnvds_kafka_proto.so"

SAMPLES = (
    Sample("deepstream-test1", "deepstream_test_1.py", "{h264}"),
    Sample("deepstream-test2", "deepstream_test_2.py", "{h264}"),
    Sample(
        "deepstream-test3",
        "deepstream_test_3.py",
        "-i {uri} {uri} --no-display",
        display=False,
        older="{uri} {uri}",
    ),
    Sample(
        "deepstream-test4",
        "deepstream_test_4.py",
        f"-i {{h264}} -p {KAFKA} --conn-str=localhost;9092;thalweg --no-display",
        prints=r"^Frame Number = \d+ Vehicle Count = \d+ Person Count = [1-9]",
        display=False,
    ),
    Sample("deepstream-test1-rtsp-out", "deepstream_test1_rtsp_out.py", "-i {h264}", display=False),
    Sample("deepstream-test1-usbcam", "deepstream_test_1_usb.py", "/dev/video0", prints=ANY_COUNTS),
    Sample(
        "deepstream-rtsp-in-rtsp-out",
        "deepstream_test1_rtsp_in_rtsp_out.py",
        "-i {uri}",
        prints="End-of-stream",  # the older one prints nothing of its frames
        share=0,
        display=False,
    ),
    Sample(
        "deepstream-imagedata-multistream",
        "deepstream_imagedata-multistream.py",
        "{uri} {folder}",
    ),
    Sample(
        "deepstream-imagedata-multistream-cupy",
        "deepstream_imagedata-multistream_cupy.py",
        "-i {uri}",
    ),
    Sample(
        "deepstream-imagedata-multistream-redaction",
        "deepstream_imagedata-multistream_redaction.py",
        "-i {uri}",
        display=False,
    ),
    Sample("deepstream-nvdsanalytics", "deepstream_nvdsanalytics.py", "{uri}"),
    Sample(
        "deepstream-preprocess-test", "deepstream_preprocess_test.py", "-i {uri}", display=False
    ),
    Sample("deepstream-segmask", "deepstream_segmask.py", "-i {uri} -o {folder}"),
    Sample(
        "deepstream-segmentation",
        "deepstream_segmentation.py",
        "dstest_segmentation_config_semantic.txt {mjpeg} {folder}",
        prints="End-of-stream",
        share=0,
    ),
    Sample("deepstream-ssd-parser", "deepstream_ssd_parser.py", "{h264}", display=False),
    Sample(
        "deepstream-opticalflow",
        "deepstream-opticalflow.py",
        "{uri} {folder}",
        prints=r"^Frame Number ?= ?\d+",
        display=False,
    ),
    Sample(
        "deepstream-custom-binding-test",
        "deepstream_custom_binding_test.py",
        "{h264}",
        prints=r"^custom meta msg:: +test message \d+",
        share=1,
        display=False,
        options=(),
    ),
    Sample(
        "deepstream-demux-multi-in-multi-out",
        "deepstream_demux_multi_in_multi_out.py",
        "-i {uri} {uri}",
    ),
    Sample(
        "runtime_source_add_delete",
        "deepstream_rt_src_add_del.py",
        "{uri}",
        prints="End-of-stream|Deleting|Calling Stop",
        share=0,
    ),
)


@dataclass(frozen=True)
class Result:
    """kind: "runs", "waits", "fails", or "absent" from this release; why: the reason or figure."""

    kind: str
    why: str = ""

    def text(self) -> str:
        return {"absent": "-"}.get(self.kind, f"{self.kind} {self.why}".strip())


def absent_elements(stderr: str) -> list[str]:
    """The elements that the error of an absent one names: itself and others of its pipeline."""
    names = re.findall(r"\b(\w+) is not part of (?:this version of )?Thalweg\b", stderr)
    for others in re.findall(r"\. ([\w, ]+), in the same pipeline,", stderr):
        names += re.findall(r"\w+", others.replace(" and ", " "))
    return list(dict.fromkeys(names))


def judge(sample: Sample, status: int | None, stdout: str, stderr: str, written: int) -> Result:
    """What to say of a finished program.

    status: its exit status; None: it was still running at the time limit.
    written: frames in the file that took the place of its display.
    """
    missing = dict.fromkeys(re.findall(r"there is no element (\w+);", stderr))
    waits = [name for name in missing if name.startswith("nv")] + absent_elements(stderr)
    waits += re.findall(r"\(([\w ]+)\) is not supported yet by this version", stderr)
    if waits:  # in which order they are missed is chance
        return Result("waits", "for " + ", ".join(sorted(set(waits))))
    if missing:
        return Result("fails", "without " + ", ".join(missing))
    if match := re.search(r"thalweg run: (\w+) works on NVIDIA's GPUs alone", stderr):
        return Result("waits", f"for {match[1]}")
    if match := re.search(r"needs the Python package (\S+),", stderr):
        return Result("fails", f"without the Python package {match[1]}")
    if match := re.search(r"^Error: (?:[\w-]+: )?(.+?) \(\d+\): .*$", stderr, re.MULTILINE):
        return Result("fails", match[1])
    if status is None:
        return Result("fails", f"still running after {TIMEOUT_S} s")
    if status != 0:
        last = ([line for line in stderr.splitlines() if line.strip()] or ["no message"])[-1]
        return Result("fails", f"status {status}: {last.strip()}")
    lines = len(re.findall(sample.prints, stdout, re.MULTILINE))
    wanted = max(round(FRAMES * sample.share), 1)
    if lines < wanted:
        return Result("fails", f"{lines} of {wanted} expected lines printed")
    if sample.display and written != FRAMES:
        return Result("fails", f"{written} of {FRAMES} frames reached the display")
    return Result("runs")


def run(sample: Sample, checkout: Path) -> Result:
    if not (checkout / "apps" / sample.folder / sample.program).is_file():
        return Result("absent")
    with tempfile.TemporaryDirectory(prefix="thalweg-upstream-") as name:
        work = Path(name)
        shutil.copytree(checkout / "apps", work / "apps")  # programs write beside themselves
        values = {
            "h264": media.sample("vtest.h264"),
            "uri": media.sample("vtest.mp4").as_uri(),
            "mjpeg": media.sample("vtest.mjpeg"),
            "folder": work / "frames",
        }
        newer = (work / "apps/common/platform_info.py").exists()
        arguments = sample.arguments if newer or sample.older is None else sample.older
        output = work / "out.mp4"
        command = [sys.executable, "-m", "thalweg", "run", *sample.options]
        command += ["--frames", str(FRAMES), "--output", str(output), sample.program]
        command += [argument.format(**values) for argument in arguments.split()]
        status, stdout, stderr = watch(command, work / "apps" / sample.folder)
        written = media.count_frames(output) if output.exists() else 0
        return judge(sample, status, stdout, stderr, written)


def watch(command: list[str], folder: Path) -> tuple[int | None, str, str]:
    """Runs `command` with its children; past the time limit it gets Ctrl-C, then is killed."""
    with subprocess.Popen(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
    ) as child:
        late = False
        for patience, then in ((TIMEOUT_S, signal.SIGINT), (20, signal.SIGKILL), (20, None)):
            try:
                stdout, stderr = child.communicate(timeout=patience)
                break
            except subprocess.TimeoutExpired:
                late = True
                if then is None:
                    raise
                os.killpg(child.pid, then)
    return (None if late else child.returncode), stdout, stderr


def release(checkout: Path) -> str:
    """The tag that is checked out, else the folder's name."""
    command = ["git", "-C", str(checkout), "describe", "--tags", "--exact-match"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    top = ["git", "-C", str(checkout), "rev-parse", "--show-toplevel"]
    root = subprocess.run(top, capture_output=True, text=True, check=False).stdout.strip()
    own = done.returncode == 0 and Path(root) == checkout.resolve()
    return done.stdout.strip() if own else checkout.resolve().name


def table(results: dict[str, dict[str, Result]]) -> str:
    """A Markdown table: a row a sample, a column a release."""
    releases = list(results)
    rows = [f"| sample | {' | '.join(releases)} |", "| --- |" + " --- |" * len(releases)]
    for sample in SAMPLES:
        cells = [results[name].get(sample.folder, Result("absent")).text() for name in releases]
        safe = [cell.replace("|", "\\|") for cell in cells]
        rows.append(f"| {sample.folder} | {' | '.join(safe)} |")
    counts = [
        f"{sum(r.kind == 'runs' for r in results[name].values())} of "
        f"{sum(r.kind != 'absent' for r in results[name].values())}"
        for name in releases
    ]
    rows.append(f"| **run** | {' | '.join(counts)} |")
    return "\n".join(rows) + "\n"


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("checkouts", metavar="CHECKOUT", nargs="+", type=Path)
    parser.add_argument("--only", metavar="NAME", nargs="+", help="folders of samples to run")
    parser.add_argument("--write", metavar="FILE.md", type=Path, help="replace the table in it")
    options = parser.parse_args(arguments)
    unknown = set(options.only or ()) - {sample.folder for sample in SAMPLES}
    if unknown:
        parser.error(f"there is no sample {', '.join(sorted(unknown))}")
    for checkout in options.checkouts:
        if not (checkout / "apps").is_dir():
            parser.error(f"{checkout} has no folder apps: it is no checkout of the samples")
    results: dict[str, dict[str, Result]] = {}
    for checkout in options.checkouts:
        name = release(checkout)
        results[name] = {}
        for sample in SAMPLES:
            if options.only and sample.folder not in options.only:
                continue
            result = results[name][sample.folder] = run(sample, checkout.resolve())
            if result.kind != "absent":
                print(f"{name} {sample.folder}: {result.text()}", flush=True)
    if options.write:
        text = options.write.read_text()
        replaced, count = TABLE.subn(lambda m: m[1] + table(results) + m[2], text)
        if count != 1:
            parser.error(f"{options.write} has no place for the table")
        options.write.write_text(replaced)
    failed = any(r.kind == "fails" for of_one in results.values() for r in of_one.values())
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
