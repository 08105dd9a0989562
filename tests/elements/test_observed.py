"""What every element shows of itself: the graph of its pipeline when it fails."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import gi, sys
gi.require_version("Gst", "1.0")
from gi.repository import Gst
import thalweg
Gst.init(None)
pipeline = Gst.parse_launch(sys.argv[1])
pipeline.set_name("line")
pipeline.set_state(Gst.State.PLAYING)
message = pipeline.get_bus().timed_pop_filtered(20 * Gst.SECOND, Gst.MessageType.ERROR)
print(message.src.get_name())
pipeline.set_state(Gst.State.NULL)
"""


def run(description: str, folder: Path | None) -> str:
    """Who posted the error that ends a pipeline in a program of its own, without `thalweg run`."""
    environment = dict(os.environ)
    environment.pop("GST_DEBUG_DUMP_DOT_DIR", None)
    if folder:
        environment["GST_DEBUG_DUMP_DOT_DIR"] = str(folder)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, description],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=environment,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("description", "failed"),
    [
        ("fakesrc ! nvinfer name=it ! fakesink", "it"),
        ("fakesrc ! ( nvinfer name=it ) ! fakesink", "it"),  # deep inside
        ("nvstreammux name=m ! fakesink", "m"),
        ("nvurisrcbin name=s uri=file:///none ! fakesink", "s"),
        # In the streaming thread; what follows from it has a graph of its own.
        (
            "videotestsrc ! video/x-raw,format=I420 ! nvvideoconvert name=c dest-crop=1:2:3 ! "
            "video/x-raw(memory:NVMM) ! fakesink",
            "c",
        ),
    ],
)
def test_the_graph_of_a_pipeline_that_fails(description: str, failed: str, tmp_path: Path) -> None:
    assert run(description, tmp_path) == failed
    graph = (tmp_path / f"line-error-{failed}.dot").read_text()
    assert graph.startswith("digraph pipeline {")
    assert f"cluster_{failed}_" in graph
    assert "cluster_fakesink0_" in graph


def test_none_is_written_unless_somebody_asks(tmp_path: Path) -> None:
    assert run("fakesrc ! nvinfer name=it ! fakesink", None) == "it"
    assert list(tmp_path.iterdir()) == []
