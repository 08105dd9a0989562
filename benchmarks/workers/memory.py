"""Resident memory of a pipeline with `fakesink name=end`: memory.py DESCRIPTION BATCHES.

Looks after a tenth of the batches and after all. Before an `nvdsosd` each frame gets a text.
"""

import json
import sys
from pathlib import Path

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst

import pyds

Gst.init(None)
pipeline = Gst.parse_launch(sys.argv[1])
batches = int(sys.argv[2])
found: dict[str, float] = {}
seen = 0
loop = GLib.MainLoop()


def resident_mib() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 2**20


def add_text(_pad: Gst.Pad, info: Gst.PadProbeInfo) -> Gst.PadProbeReturn:
    batch = pyds.gst_buffer_get_nvds_batch_meta(hash(info.get_buffer()))
    frame = pyds.NvDsFrameMeta.cast(batch.frame_meta_list.data)
    display = pyds.nvds_acquire_display_meta_from_pool(batch)
    display.num_labels = 1
    display.text_params[0].display_text = f"frame {frame.frame_num}"
    display.text_params[0].font_params.font_name = "Serif"
    pyds.nvds_add_display_meta_to_frame(frame, display)
    return Gst.PadProbeReturn.OK


def count(_pad: Gst.Pad, _info: Gst.PadProbeInfo) -> Gst.PadProbeReturn:
    global seen
    seen += 1
    if seen in (batches // 10, batches):
        found[f"MiB after {seen:,}"] = resident_mib()
    if seen == batches:
        GLib.idle_add(loop.quit)
    return Gst.PadProbeReturn.OK


def on_error(_bus: Gst.Bus, message: Gst.Message) -> None:
    print(message.parse_error(), file=sys.stderr)
    loop.quit()


overlay = next((e for e in pipeline.iterate_elements() if "nvdsosd" in e.get_name()), None)
if overlay is not None:
    overlay.get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, add_text)
pipeline.get_by_name("end").get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, count)
pipeline.get_bus().add_signal_watch()
pipeline.get_bus().connect("message::error", on_error)
pipeline.set_state(Gst.State.PLAYING)
loop.run()
pipeline.set_state(Gst.State.NULL)
if len(found) < 2:
    sys.exit(f"only {seen} of {batches} batches arrived")
print(json.dumps(found))
