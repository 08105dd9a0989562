"""Programs that the tests start and interrupt."""

from __future__ import annotations

import signal
import subprocess
from typing import Any


def interruptible(command: list[Any], **options: Any) -> subprocess.Popen[str]:
    """Starts a program that Ctrl-C (SIGINT) reaches; what it prints is text and, unless `options`
    for Popen say otherwise, comes through pipes."""
    return subprocess.Popen(
        list(map(str, command)),
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options},
        text=True,
        # A shell starts what runs in its background with the signal ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
