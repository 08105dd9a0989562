"""What nvds_measure_buffer_latency prints and returns; its switches are read once a process."""

from __future__ import annotations

import itertools
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
        r"^Comp name = nvstreammux-m source_id = (\d) pad_index = \d frame_num = \d+ {15}"
        r"in_system_timestamp = (\S+) out_system_timestamp = (\S+) {15}component_latency = (\S+)$",
        printed,
        re.M,
    )
    assert {source for source, *_ in mux} == {"0", "1"}
    for _, entered, left, took in mux:
        assert float(left) - float(entered) == pytest.approx(float(took), abs=0.01)
        assert float(took) >= 0


LINE = """
import gi, pyds, sys
gi.require_version("Gst", "1.0")
from gi.repository import Gst
Gst.init(None)
clip, model = sys.argv[1:]
source = (f"filesrc location={clip} ! qtdemux ! h264parse ! "
    "nvv4l2decoder name=nvv4l2decoder%d ! m.sink_%d ")
pipeline = Gst.parse_launch(
    "nvstreammux name=m batch-size=2 batched-push-timeout=-1 width=384 height=288 ! "
    f"nvinfer name=primary-inference config-file-path={model} batch-size=2 ! "
    "nvmultistreamtiler name=tiler width=768 height=288 rows=1 columns=2 ! "
    "nvvideoconvert name=convertor ! video/x-raw(memory:NVMM),format=RGBA ! "
    "nvvidconv name=tegra ! nvdsosd name=osd ! tee name=t ! queue ! fakesink sync=false "
    "t. ! queue ! nvv4l2h264enc name=encoder ! fakesink sync=false "
    + source % (0, 0) + source % (1, 1))
def probe(pad, info):
    pyds.nvds_measure_buffer_latency(hash(info.get_buffer()))
    batch = pyds.gst_buffer_get_nvds_batch_meta(hash(info.get_buffer()))
    assert pyds.NvDsFrameMeta.cast(batch.frame_meta_list.data).frame_user_meta_list is None
    return Gst.PadProbeReturn.OK
pipeline.get_by_name("osd").get_static_pad("src").add_probe(Gst.PadProbeType.BUFFER, probe)
pipeline.set_state(Gst.State.PLAYING)
message = pipeline.get_bus().timed_pop_filtered(
    Gst.CLOCK_TIME_NONE, Gst.MessageType.EOS | Gst.MessageType.ERROR)
assert message.type == Gst.MessageType.EOS, message.parse_error()
pipeline.set_state(Gst.State.NULL)
"""

TIMES = re.compile(
    r"Comp name = (\S+) (?:source_id = (\d) pad_index = (\d) frame_num = (\d+) {15})?"
    r"in_system_timestamp = (\S+) out_system_timestamp = (\S+) {15}component[_ ]latency ?= (\S+)"
)


def test_a_whole_pipeline(clip: Path, root: Path) -> None:
    """What a probe behind the overlay prints: which elements, in which order, what times."""
    done = subprocess.run(
        [sys.executable, "-c", LINE, clip, root / "apps/deepstream-test1/dstest1_pgie_config.txt"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={
            **os.environ,
            "THALWEG_FRAMES": "10",
            "NVDS_ENABLE_LATENCY_MEASUREMENT": "1",
            "NVDS_ENABLE_COMPONENT_LATENCY_MEASUREMENT": "1",
        },
    )
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert len(lines) == 10 * 12
    for number in range(10):
        *components, head, first, second = lines[12 * number : 12 * number + 12]
        assert head == f"************BATCH-NUM = {number}**************"
        found = [match.groups() for match in map(TIMES.fullmatch, components) if match]
        sources = [one[1] for one in found[1:4:2]]  # in the order of the batch
        assert sorted(sources) == ["0", "1"]
        assert [one[0] for one in found] == [
            f"nvv4l2decoder{sources[0]}",
            "nvstreammux-m",
            f"nvv4l2decoder{sources[1]}",
            "nvstreammux-m",
            "primary-inference",
            "tiler",
            "convertor",
            "tegra",
            "osd",
        ]
        for source, one in zip(sources, found[1:4:2], strict=True):
            assert one[2:4] == (source, str(number))
        times = [(float(entered), float(left)) for *_, entered, left, _ in found]
        assert all(entered <= left for entered, left in times)
        for (_, left), (entered, _) in itertools.pairwise(times[3:]):
            assert left <= entered + 0.01  # one after the other
        for entered, left, took in (map(float, one[4:]) for one in found):
            assert left - entered == pytest.approx(took, abs=0.002)
        # Of a frame, from its decoder to the probe.
        for source, decoder, line in zip(sources, times[0:3:2], (first, second), strict=True):
            assert line.startswith(f"Source id = {source} Frame_num = {number} Frame latency = ")
            assert float(line.split(" = ")[3].split()[0]) >= times[-1][1] - decoder[0] - 0.01
    infer = [
        float(match[7])
        for match in map(TIMES.fullmatch, lines)
        if match and match[1] == "primary-inference"
    ]
    assert min(infer) > 5  # of two frames, each more than 10 ms of a core


def test_silence(clip: Path) -> None:
    printed, _ = run(
        clip,
        NVDS_ENABLE_LATENCY_MEASUREMENT="1",
        NVDS_ENABLE_COMPONENT_LATENCY_MEASUREMENT="1",
        NVDS_LATENCY_MEASUREMENT_SILENT="1",
    )
    assert "Comp name" not in printed


def test_arguments() -> None:
    for wrong in (0, None, "x", 64):
        with pytest.raises(
            TypeError, match=r"^nvds_measure_buffer_latency\.gst_buffer: expected Gst\.Buffer"
        ):
            pyds.nvds_measure_buffer_latency(wrong)
