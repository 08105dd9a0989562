"""What happens in a Python process before the program: called by `startup/sitecustomize.py`."""

from __future__ import annotations

import faulthandler
import os
import signal
import sys

__all__ = ["activate"]


def activate() -> None:
    """Puts everything in place under `thalweg run`; in `./dev shell` only the missing modules."""
    from thalweg.run import imports

    imports.install()
    if os.environ.get("THALWEG_RUN") != "1":
        return
    from thalweg.run import files, gstreamer, hints, pipelines

    if sys.stderr is not None:
        # A crash, and Ctrl-\ in a program that does not answer, show where Python is.
        faulthandler.enable()
        faulthandler.register(signal.SIGQUIT, chain=True)
    files.install()
    hints.install()
    pipelines.install()
    gstreamer.install()
