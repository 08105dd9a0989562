"""`thalweg demo`: the first sample application on the sample clip, with a progress bar."""

from __future__ import annotations

import importlib.util
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from thalweg import media

if TYPE_CHECKING:
    from rich.progress import Progress

__all__ = ["run"]

APPLICATION = Path("deepstream-test1/deepstream_test_1.py")


def run(output: Path) -> int:
    """Annotates the sample clip into the MP4 file `output`; returns the exit status.

    Runs the application itself, unchanged but for the muxer's size, which is the clip's.
    Raises `media.MediaError` when the clip cannot be had.
    """
    clip = media.sample("vtest.h264")
    application = _load(_applications() / APPLICATION)
    application.MUXER_OUTPUT_WIDTH, application.MUXER_OUTPUT_HEIGHT = media.SAMPLE_SIZE
    output.parent.mkdir(parents=True, exist_ok=True)
    with _Progress(media.SAMPLE_FRAMES) as progress:
        code: int = application.main(
            [str(APPLICATION), str(clip), "--output", str(output)], progress.frame
        )
    if code == 0:
        print(progress.summary(output))
    return code


def _applications() -> Path:
    """The sample applications' folder, inside the installed package."""
    return Path(__file__).parent / "apps"


def _load(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


class _Progress:
    """Counts what the application reports, from its streaming thread, and shows it."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._frames = 0
        self._objects = 0
        self._first = self._last = 0.0
        self._until_first = 0.0
        self._bar: Progress | None = None
        self._task: Any = None

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def frame(self, frame_meta: Any, text: str) -> None:
        self._last = time.monotonic()
        self._frames += 1
        self._objects += frame_meta.num_obj_meta
        if self._bar is None:
            self._first = self._last
            self._until_first = _process_age()
            self._start_bar()
        elif self._frames % 5 == 0 or self._frames == self._total:
            self._bar.update(self._task, completed=self._frames, speed=f"{self._speed():.1f}")

    def summary(self, output: Path) -> str:
        counts = f"{self._frames} frames, {self._objects} objects"
        text = f"{output}: {counts}, {self._speed():.1f} frames/s"
        if self._until_first < 60:  # else the first run's set-up is in it
            text += f" (first frame {self._until_first:.1f} s after the start)"
        return text

    def _speed(self) -> float:
        return (self._frames - 1) / max(self._last - self._first, 1e-9)

    def _start_bar(self) -> None:
        # Imported when the first frame is through, so as not to delay it.
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self._bar = Progress(
            BarColumn(),
            TextColumn("{task.completed}/{task.total} frames, {task.fields[speed]} frames/s, left"),
            TimeRemainingColumn(),
        )
        self._task = self._bar.add_task("demo", total=self._total, completed=1, speed="-")
        self._bar.start()


def _process_age() -> float:
    """Seconds since this process was started, the time before Python's start included."""
    fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    started = int(fields[19]) / os.sysconf("SC_CLK_TCK")
    return time.clock_gettime(time.CLOCK_BOOTTIME) - started
