"""Starts a program under `thalweg run`."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

__all__ = ["STARTUP", "Options", "environment", "execute"]

STARTUP = Path(__file__).parent / "startup"


@dataclass(frozen=True)
class Options:
    """What `thalweg run` is asked for besides the program.

    samples: folder that stands for DeepStream's ``samples``, searched before Thalweg's own.
    display: where display sinks show frames, as ``THALWEG_DISPLAY`` has it; None: automatic.
    output: MP4 file that display sinks write instead; excludes `display`.
    frames: each source ends after so many frames; None: at its end.
    substitute_models: let our models take the place of upstream's that are not there.
    stats: print figures when the program ends.
    """

    samples: Path | None = None
    display: str | None = None
    output: Path | None = None
    frames: int | None = None
    substitute_models: bool = False
    stats: bool = False


def environment(options: Options, base: Mapping[str, str]) -> dict[str, str]:
    """The environment variables of the program's process, made from those in `base`.

    Paths become absolute, so that they hold when the program changes its folder.
    Raises `ValueError` when the options contradict each other or name no folder.
    """
    env = dict(base)
    path = [entry for entry in env.get("PYTHONPATH", "").split(os.pathsep) if entry]
    env["PYTHONPATH"] = os.pathsep.join([str(STARTUP), *(p for p in path if p != str(STARTUP))])
    env["THALWEG_RUN"] = "1"
    if options.samples is not None:
        samples = options.samples.absolute()
        if not samples.is_dir():
            raise ValueError(f"--samples: there is no folder {samples}.")
        if os.pathsep in str(samples):
            raise ValueError(f"--samples: the folder's path may have no {os.pathsep}: {samples}.")
        # DeepStream's own folder will do as well: what is meant is the folder in it.
        nested = samples / "samples"
        env["THALWEG_SAMPLES"] = str(nested if nested.is_dir() else samples)
    if options.output is not None:
        if options.display is not None:
            raise ValueError("--output writes what --display would show: give one of them.")
        output = options.output.absolute()
        if not output.parent.is_dir():
            raise ValueError(f"--output: there is no folder {output.parent}.")
        env["THALWEG_DISPLAY"] = f"file:{output}"
    elif options.display is not None:
        env["THALWEG_DISPLAY"] = options.display
    if options.frames is not None:
        env["THALWEG_FRAMES"] = str(options.frames)
    if options.substitute_models:
        env["THALWEG_SUBSTITUTE_MODELS"] = "1"
    if options.stats:
        env["THALWEG_STATS"] = "1"
    return env


def execute(program: str, arguments: Sequence[str], options: Options) -> NoReturn:
    """Replaces this process by Python running `program` with `arguments`; does not return.

    program: as the user wrote it; a relative path counts from the current folder.
    Raises `ValueError` for options that cannot be met.
    """
    env = environment(options, os.environ)
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(sys.executable, [sys.executable, program, *arguments], env)
