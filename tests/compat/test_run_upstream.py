"""The driver for upstream's samples, on small programs of our own in their place."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from . import run_upstream
from .run_upstream import Result, Sample

GOOD = """
    import sys
    sys.path.append("../")
    import gi
    gi.require_version("Gst", "1.0")
    from gi.repository import GLib, Gst
    from common.bus_call import bus_call
    import pyds
    Gst.init(None)
    assert "--frames" not in sys.argv
    pipeline = Gst.parse_launch(f"filesrc location={sys.argv[1]} ! h264parse ! nvv4l2decoder "
        "! m.sink_0 nvstreammux name=m width=320 height=240 batch-size=1 ! nvvideoconvert "
        "! nveglglessink name=sink")
    number = 0
    def probe(pad, info, u_data):
        global number
        print(f"Frame Number={number} Number of Objects=1")
        number += 1
        return Gst.PadProbeReturn.OK
    pipeline.get_by_name("sink").get_static_pad("sink").add_probe(
        Gst.PadProbeType.BUFFER, probe, 0)
    open("written_beside_the_program", "w").close()
    loop = GLib.MainLoop()
    bus = pipeline.get_bus()
    bus.add_signal_watch()
    bus.connect("message", bus_call, loop)
    pipeline.set_state(Gst.State.PLAYING)
    loop.run()
    pipeline.set_state(Gst.State.NULL)
"""
HANGS = "while True: pass\n"
LACKS = """
    import gi
    gi.require_version("Gst", "1.0")
    from gi.repository import Gst
    import thalweg
    Gst.init(None)
    for name in ("nvnosuchthing", "nvneither"):
        Gst.ElementFactory.make(name, name)
    Gst.ElementFactory.make("nvnosuchthing").set_property("x", 1)
"""


@pytest.fixture
def checkout(write: Callable[..., Path], tmp_path: Path) -> Path:
    for folder, program, text in (
        ("deepstream-test1", "deepstream_test_1.py", GOOD),
        ("deepstream-test2", "deepstream_test_2.py", LACKS),
        ("deepstream-test4", "deepstream_test_4.py", "import sys\nsys.exit('no broker')\n"),
    ):
        write(text, f"../{folder}/{program}")
    return tmp_path


def drive(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, run_upstream.__file__, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)


def test_a_line_a_program_and_the_table(checkout: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- table: run_upstream.py -->\nold\n<!-- end -->\nafter\n")
    done = drive(checkout, "--write", page)
    name = checkout.name
    assert done.stdout.splitlines() == [
        f"{name} deepstream-test1: runs",
        f"{name} deepstream-test2: waits for nvneither, nvnosuchthing",
        f"{name} deepstream-test4: fails status 1: no broker",
    ], done.stderr
    assert done.returncode == 1
    text = page.read_text()
    assert text.startswith("before\n<!-- table: run_upstream.py -->\n| sample | " + name + " |\n")
    assert "\n| deepstream-test1 | runs |\n" in text
    assert "\n| deepstream-test3 | - |\n" in text
    assert text.endswith("\n| **run** | 1 of 3 |\n<!-- end -->\nafter\n")
    assert not list(checkout.rglob("written_beside_the_program"))
    assert drive(checkout, "--only", "deepstream-test2").returncode == 0


def test_wrong_arguments(checkout: Path, tmp_path: Path) -> None:
    assert "no sample deepstream-test9" in drive(checkout, "--only", "deepstream-test9").stderr
    assert "no folder apps" in drive(tmp_path / "none").stderr
    page = tmp_path / "page.md"
    page.write_text("no place\n")
    assert (
        "no place for the table"
        in drive(checkout, "--only", "deepstream-test4", "--write", page).stderr
    )


def test_a_program_that_hangs_is_stopped(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, write: Callable[..., Path]
) -> None:
    write(HANGS, "../deepstream-test1/deepstream_test_1.py")
    monkeypatch.setattr(run_upstream, "TIMEOUT_S", 3)
    result = run_upstream.run(run_upstream.SAMPLES[0], checkout)
    assert result == Result("fails", "still running after 3 s")


PRINTED = "\n".join(f"Frame Number={i} Number of Objects=2" for i in range(run_upstream.FRAMES))
ERROR = "Error: gst-stream-error-quark: a sentence. What to do. (1): ../a.cpp(5): f (): /x\n"


@pytest.mark.parametrize(
    ("status", "stdout", "stderr", "written", "expected"),
    [
        (0, PRINTED, "", 60, Result("runs")),
        (0, PRINTED, "", 59, Result("fails", "59 of 60 frames reached the display")),
        (0, PRINTED[:40], "", 60, Result("fails", "1 of 30 expected lines printed")),
        (
            0,
            PRINTED.replace("Objects=2", "Objects=0"),
            "",
            60,
            Result("fails", "0 of 30 expected lines printed"),
        ),
        (0, PRINTED, ERROR, 60, Result("fails", "a sentence. What to do.")),
        (1, "", "Traceback\nKeyError: 3\n\n", 0, Result("fails", "status 1: KeyError: 3")),
        (1, "", "", 0, Result("fails", "status 1: no message")),
        (
            1,
            "",
            "thalweg run: there is no element x265enc; it comes with Debian's package p.\n",
            0,
            Result("fails", "without x265enc"),
        ),
        (
            1,
            "",
            "thalweg run: the program needs the Python package cv2, which is not installed.",
            0,
            Result("fails", "without the Python package cv2"),
        ),
        (
            1,
            "",
            "thalweg run: cupy works on NVIDIA's GPUs alone, and",
            0,
            Result("waits", "for cupy"),
        ),
        (
            0,
            "",
            "Error: gst-core-error-quark: nvmsgbroker is not part of this version of Thalweg: it "
            "sends messages to a broker, and comes with a later version. Until then, take it out "
            "of the pipeline. nvmsgconv and nvtracker, in the same pipeline, are not there "
            "either. (12): debug\n",
            0,
            Result("waits", "for nvmsgbroker, nvmsgconv, nvtracker"),
        ),
        (
            0,
            "",
            "Error: gst-library-error-quark: seg.txt: network-type=3 (instance "
            "segmentation) is not supported yet by this version. Remove (5): debug\n",
            0,
            Result("waits", "for instance segmentation"),
        ),
    ],
)
def test_what_is_said(
    status: int, stdout: str, stderr: str, written: int, expected: Result
) -> None:
    sample = Sample("folder", "program.py", "")
    assert run_upstream.judge(sample, status, stdout, stderr, written) == expected


CHECKOUTS = [Path(p) for p in os.environ.get("THALWEG_UPSTREAM", "").split(os.pathsep) if p]
RUNS = (
    "deepstream-test1",
    "deepstream-test1-usbcam",
    "deepstream-test1-rtsp-out",
    "deepstream-test3",
    "deepstream-rtsp-in-rtsp-out",
    "deepstream-custom-binding-test",
    "deepstream-demux-multi-in-multi-out",
)


@pytest.mark.parametrize("name", RUNS)
def test_upstreams_own_programs(name: str) -> None:
    if not CHECKOUTS:
        pytest.skip("needs upstream's samples: THALWEG_UPSTREAM names checkouts of them")
    (sample,) = (sample for sample in run_upstream.SAMPLES if sample.folder == name)
    results = [run_upstream.run(sample, checkout) for checkout in CHECKOUTS]
    assert {result.kind for result in results} <= {"runs", "absent"}, results
    assert "runs" in {result.kind for result in results}
