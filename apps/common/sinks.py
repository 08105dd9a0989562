"""Where an annotated video goes: a display, a file, or nowhere."""

from __future__ import annotations

import argparse
import os
from typing import Any

from common.pipeline import add_element, add_file_branch, link


def add_sink_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments that `add_sinks` reads."""
    parser.add_argument("--output", metavar="FILE.mp4", help="write the annotated video here")
    parser.add_argument(
        "--display",
        metavar="MODE",
        help="window, none, file:OUT.mp4 or http:PORT; default: a window where there is a display, "
        "nothing with --output",
    )
    parser.add_argument(
        "--no-display", action="store_true", help="show nothing, as fast as the machine can"
    )


def add_sinks(pipeline: Any, upstream: Any, options: argparse.Namespace) -> None:
    """A display or what takes its place, a file, or both, as add_sink_arguments' arguments say.

    Raises `RuntimeError` as `add_element` and `link` do.
    """
    if options.display:
        os.environ["THALWEG_DISPLAY"] = options.display
    display = not options.no_display and bool(options.display or not options.output)
    if options.output and display:
        tee = add_element(pipeline, "tee", "tee")
        link(upstream, tee)
        upstream = tee
    if options.output:
        add_file_branch(pipeline, upstream, options.output)
    if display:
        link(
            upstream,
            add_element(pipeline, "queue", "display-queue"),
            add_element(pipeline, "nveglglessink", "nvvideo-renderer", qos=0),
        )
    elif not options.output:
        link(
            upstream,
            add_element(pipeline, "fakesink", "fakesink", enable_last_sample=0, sync=0),
        )
