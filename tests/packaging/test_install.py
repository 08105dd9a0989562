"""The wheel in an empty virtual environment: a pipeline, the command, what is missing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import thalweg

IMPORT = "import pyds"
INIT = """
import gi
gi.require_version("Gst", "1.0")
from gi.repository import Gst
Gst.init(None)
"""
# Half a second of the sample clip, through the detector and the overlay.
PIPELINE = """
from thalweg import media, models

pipeline = Gst.parse_launch(
    f"filesrc location={media.sample()} ! qtdemux ! h264parse ! identity eos-after=21 "
    "! nvv4l2decoder ! mux.sink_0 nvstreammux name=mux batch-size=1 width=768 height=576 "
    f"! nvinfer config-file-path={models.default_detector()} "
    "! nvvideoconvert ! nvdsosd ! fakesink name=end"
)
objects = []

def probe(pad, info):
    batch = pyds.gst_buffer_get_nvds_batch_meta(hash(info.get_buffer()))
    frame = pyds.NvDsFrameMeta.cast(batch.frame_meta_list.data)
    node = frame.obj_meta_list
    while node is not None:
        objects.append(pyds.NvDsObjectMeta.cast(node.data).obj_label)
        node = node.next
    frames.append(frame.frame_num)
    return Gst.PadProbeReturn.OK

frames = []
pipeline.get_by_name("end").get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, probe)
pipeline.set_state(Gst.State.PLAYING)
message = pipeline.get_bus().timed_pop_filtered(
    60 * Gst.SECOND, Gst.MessageType.EOS | Gst.MessageType.ERROR
)
pipeline.set_state(Gst.State.NULL)
assert message and message.type == Gst.MessageType.EOS, message and message.parse_error()
assert frames == list(range(20)), frames
assert objects.count("person") > 20, objects
import sys, thalweg
for module in (pyds, thalweg):
    assert module.__file__.startswith(sys.prefix), module.__file__
print("played")
"""


@pytest.mark.parametrize("first", [IMPORT + INIT, INIT + IMPORT], ids=["import", "init"])
def test_a_pipeline_runs(installed: Callable[..., str], first: str) -> None:
    """Whichever comes first, `import pyds` or `Gst.init`; nothing is printed."""
    assert installed("python", "-c", first + PIPELINE) == "played\n"


def test_the_command(installed: Callable[..., str]) -> None:
    assert installed("thalweg", "--version") == f"{thalweg.__version__}\n"
    assert installed("python", "-m", "thalweg", "--version") == f"{thalweg.__version__}\n"


def test_metadata_need_no_gi(installed: Callable[..., str]) -> None:
    program = """
import sys
sys.modules["gi"] = None
import pyds
batch = pyds.nvds_create_batch_meta(1)
print(pyds.nvds_acquire_frame_meta_from_pool(batch).frame_num)
"""
    assert installed("python", "-c", program) == "0\n"


def test_programs_compile_against_the_headers(
    installed: Callable[..., str], tmp_path: Path
) -> None:
    """A C program that includes the wheel's headers and is linked with its library runs."""
    program = """
import pathlib, subprocess, sys, sysconfig, thalweg
package = pathlib.Path(thalweg.__file__).parent
folder = pathlib.Path(sys.argv[1])
source = folder / "count.c"
source.write_text('''
#include <stdio.h>
#include "nvdsmeta.h"
int main(void) {
  NvDsBatchMeta *batch = nvds_create_batch_meta(4);
  printf("%d", batch->base_meta.meta_type == NVDS_BATCH_META);
  return !nvds_destroy_batch_meta(batch);
}
''')
flags = subprocess.check_output(["pkg-config", "--cflags", "--libs", "glib-2.0"], text=True).split()
subprocess.run(["cc", source, f"-I{package}/include/nvds", f"-L{package}/lib", "-lnvds_meta",
    f"-Wl,-rpath,{package}/lib", *flags, "-o", folder / "count"], check=True)
print(subprocess.check_output([folder / "count"], text=True))
"""
    assert installed("python", "-c", program, str(tmp_path)) == "1\n"
