"""The handler of a pipeline's messages."""

import sys
from typing import Any

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst


def bus_call(bus: Any, message: Any, loop: Any) -> bool:
    """Ends `loop` at the end of the stream or after an error; prints errors and warnings.

    For ``bus.connect("message", bus_call, loop)``.
    """
    if message.type == Gst.MessageType.EOS:
        print("End-of-stream", flush=True)
        loop.quit()
    elif message.type == Gst.MessageType.WARNING:
        error, debug = message.parse_warning()
        print(f"Warning: {error}: {debug}", file=sys.stderr)
    elif message.type == Gst.MessageType.ERROR:
        error, debug = message.parse_error()
        print(f"Error: {error}: {debug}", file=sys.stderr)
        loop.quit()
    return True
