"""What nvds_measure_buffer_latency prints and returns; its switches are read once a process."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import pyds

pytestmark = pytest.mark.skipif(
    os.environ.get("THALWEG_RUNTIME") == "deepstream", reason="needs Thalweg's elements"
)

PROGRAM = """
import gi, pyds, sys
gi.require_version("Gst", "1.0")
from gi.repository import Gst
Gst.init(None)
source = ("filesrc location={clip} ! qtdemux ! h264parse ! identity eos-after=5 ! "
          "nvv4l2decoder name={name}{n} ! m.sink_{n} ")
pipeline = Gst.parse_launch(source.format(clip=sys.argv[1], name=sys.argv[2], n=0)
    + source.format(clip=sys.argv[1], name=sys.argv[2], n=1)
    + "nvstreammux name=m batch-size=2 batched-push-timeout=-1 width=768 height=576 ! "
      "identity name=i ! fakesink")
counts = []
def probe(pad, info):
    counts.append(pyds.nvds_measure_buffer_latency(hash(info.get_buffer())))
    return Gst.PadProbeReturn.OK
pipeline.get_by_name("i").get_static_pad("src").add_probe(Gst.PadProbeType.BUFFER, probe)
pipeline.set_state(Gst.State.PLAYING)
message = pipeline.get_bus().timed_pop_filtered(
    Gst.CLOCK_TIME_NONE, Gst.MessageType.EOS | Gst.MessageType.ERROR)
assert message.type == Gst.MessageType.EOS, message.parse_error()
pipeline.set_state(Gst.State.NULL)
plain = Gst.Buffer.new()
counts.append(pyds.nvds_measure_buffer_latency(plain))
print(counts, file=sys.stderr)
"""


def run(clip: Path, name: str = "nvv4l2decoder", **environment: str) -> tuple[str, list[int]]:
    """What the program printed, and its counts: of each batch, and of a plain buffer."""
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, clip, name],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, **environment},
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout, [int(n) for n in re.findall(r"\d+", ended.stderr)]


def test_without_the_switch_it_says_nothing(clip: Path) -> None:
    printed, counts = run(clip)
    assert printed == ""
    assert set(counts) == {0}
    assert len(counts) >= 4


@pytest.mark.parametrize("name", ["nvv4l2decoder", "mine"])
def test_each_frame_of_a_batch_is_measured(name: str, clip: Path) -> None:
    printed, counts = run(clip, name, NVDS_ENABLE_LATENCY_MEASUREMENT="1")
    *of_batches, of_plain = counts
    assert set(of_batches) == {2}
    assert of_plain == 0
    *lines, last = printed.splitlines()
    assert re.fullmatch(r"Batch meta not found for buffer 0x[0-9a-f]+", last)
    assert len(lines) == 3 * len(of_batches)
    for number in range(len(of_batches)):
        head, *frames = lines[3 * number : 3 * number + 3]
        assert head == f"************BATCH-NUM = {number}**************"
        sources = set()
        for line in frames:
            found = re.fullmatch(
                rf"Source id = (\d) Frame_num = {number} Frame latency = (\S+) \(ms\) ", line
            )
            assert found, line
            sources.add(found[1])
            assert 0 < float(found[2]) < 60_000
        assert sources == {"0", "1"}


def test_each_component_is_told(clip: Path) -> None:
    printed, _ = run(
        clip,
        NVDS_ENABLE_LATENCY_MEASUREMENT="1",
        NVDS_ENABLE_COMPONENT_LATENCY_MEASUREMENT="1",
    )
    assert len(re.findall(r"^Comp name = nvv4l2decoder[01] in_system_timestamp = ", printed, re.M))
    mux = re.findall(
        r"^Comp name = nvstreammux-m source_id = (\d) pad_index = \d frame_num = \d+ "
        r"in_system_timestamp = (\S+) out_system_timestamp = (\S+) component_latency = (\S+)$",
        printed,
        re.M,
    )
    assert {source for source, *_ in mux} == {"0", "1"}
    for _, entered, left, took in mux:
        assert float(left) - float(entered) == pytest.approx(float(took), abs=0.01)
        assert float(took) >= 0


def test_arguments() -> None:
    for wrong in (0, None, "x", 64):
        with pytest.raises(
            TypeError, match=r"^nvds_measure_buffer_latency\.gst_buffer: expected Gst\.Buffer"
        ):
            pyds.nvds_measure_buffer_latency(wrong)
