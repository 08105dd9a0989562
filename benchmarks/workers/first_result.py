"""Seconds from making a pipeline with the default detector to READY and to its first result."""

import json
import sys
import time

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst

from thalweg import models

Gst.init(None)
start = time.perf_counter()
pipeline = Gst.parse_launch(
    "videotestsrc num-buffers=1 ! video/x-raw,format=I420,width=768,height=576 "
    "! nvvideoconvert ! video/x-raw(memory:NVMM) ! mux.sink_0 "
    "nvstreammux name=mux batch-size=1 width=768 height=576 "
    f"! nvinfer config-file-path={models.default_detector()} ! fakesink name=end sync=false"
)
times = {}
pipeline.get_by_name("end").get_static_pad("sink").add_probe(
    Gst.PadProbeType.BUFFER,
    lambda _pad, _info: (
        times.setdefault("first", time.perf_counter() - start) and Gst.PadProbeReturn.OK
    ),
)
pipeline.set_state(Gst.State.READY)
times["loaded"] = time.perf_counter() - start
pipeline.set_state(Gst.State.PLAYING)
message = pipeline.get_bus().timed_pop_filtered(
    60 * Gst.SECOND, Gst.MessageType.EOS | Gst.MessageType.ERROR
)
pipeline.set_state(Gst.State.NULL)
if message is None or message.type == Gst.MessageType.ERROR:
    sys.exit(f"{message and message.parse_error()}")
print(json.dumps(times))
