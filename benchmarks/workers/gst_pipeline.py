"""Runs a gst-launch description with `fakesink name=end`; counts the buffers that reach it."""

import json
import sys
from pathlib import Path

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from measure import SteadyClock

try:
    import thalweg  # noqa: F401  (registers our elements; the bare costs run without)
except ImportError:
    pass

Gst.init(None)
pipeline = Gst.parse_launch(sys.argv[1])
frames_per_buffer = int(sys.argv[2]) if len(sys.argv) > 2 else 1
clock = SteadyClock()


def count(_pad: Gst.Pad, _info: Gst.PadProbeInfo) -> Gst.PadProbeReturn:
    for _ in range(frames_per_buffer):
        clock.frame()
    return Gst.PadProbeReturn.OK


pipeline.get_by_name("end").get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, count)
pipeline.set_state(Gst.State.PLAYING)
message = pipeline.get_bus().timed_pop_filtered(
    Gst.CLOCK_TIME_NONE, Gst.MessageType.EOS | Gst.MessageType.ERROR
)
result = clock.stop() if message.type == Gst.MessageType.EOS else None
pipeline.set_state(Gst.State.NULL)
if result is None:
    sys.exit(f"{message.parse_error()}")
print(json.dumps(result))
