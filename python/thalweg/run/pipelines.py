"""The program's pipelines: what they wait for, an end in order, figures."""

from __future__ import annotations

import atexit
import os
import resource
import sys
import time
import weakref
from collections.abc import Iterator
from typing import Any

from thalweg.run import hints

__all__ = ["before_state", "install", "note_interrupt", "waiting"]

_SINKS = ("nveglglessink", "nv3dsink", "nvdrmvideosink")

_MIB = 1024  # in what ru_maxrss counts, KiB


class _Figures:
    """Of all pipelines of the process together."""

    def __init__(self) -> None:
        self.started_ns = 0  # first time that one was set to play, monotonic
        self.started_cpu_s = 0.0
        self.frames = 0
        self.sources = 0
        self.first_ns = 0
        self.last_ns = 0
        self.elements: list[Any] = []  # thalweg.stats.Element


class _State:
    """What is known of this process."""

    def __init__(self, forked: bool = False, parent_had_played: bool = False) -> None:
        self.pipelines: dict[int, weakref.ref[Any]] = {}  # those that were set to play, by id()
        self.figures = _Figures()
        self.interrupted: str | None = None  # what was waited for then
        self.forked = forked  # from a process that had called Gst.init
        self.parent_had_played = parent_had_played


_state = _State()


def install() -> None:
    """Watches the end of this process; call once, before the program."""
    atexit.register(_end)
    os.register_at_fork(after_in_child=_forget)


def before_state(element: Any, state: Any) -> None:
    """To be called before `element`, a Gst.Element, is set to `state`."""
    from gi.repository import Gst

    if not isinstance(element, Gst.Pipeline):
        return
    if state >= Gst.State.PAUSED:
        if _state.parent_had_played:
            hints.tell(_of_fork())  # now: the pipeline will hang rather than fail
        figures = _state.figures
        if not figures.started_ns:
            figures.started_ns, figures.started_cpu_s = time.monotonic_ns(), time.process_time()
        if id(element) not in _state.pipelines:
            _state.pipelines[id(element)] = weakref.ref(element)
            _listen(element)
    elif _state.pipelines.pop(id(element), None) is not None:
        _count(element)


def _listen(pipeline: Any) -> None:
    """Tells what display sinks say of themselves, which programs do not look at, and draws the
    pipeline when it fails."""
    bus = pipeline.get_bus()
    bus.enable_sync_message_emission()  # also without a main loop
    bus.connect("sync-message::info", _on_info)
    if os.environ.get("GST_DEBUG_DUMP_DOT_DIR"):
        bus.connect("sync-message::error", _on_error, weakref.ref(pipeline))


def _on_info(bus: Any, message: Any) -> None:
    factory = getattr(message.src, "get_factory", lambda: None)()
    if factory is not None and factory.get_name() in _SINKS:
        hints.tell(message.parse_info()[0].message)


def _on_error(bus: Any, message: Any, reference: weakref.ref[Any]) -> None:
    """Draws the pipeline, unless an element of ours has done so (src/elements/observed.h), and
    tells where."""
    from gi.repository import Gst

    pipeline = reference()
    if pipeline is None:
        return
    name = message.get_structure().get_string("thalweg-graph")
    if name is None:
        details = Gst.DebugGraphDetails
        shown = details.MEDIA_TYPE | details.CAPS_DETAILS | details.STATES
        name = f"{pipeline.get_name()}-error-{message.src.get_name()}"
        Gst.debug_bin_to_dot_file(pipeline, shown, name)
    folder = os.environ["GST_DEBUG_DUMP_DOT_DIR"]
    path = os.path.join(folder, f"{name}.dot")
    if os.path.exists(path):
        hints.tell(f"{path} is the pipeline as it failed; `dot -Tsvg -O` of graphviz draws it.")
    else:
        hints.tell(
            f"GST_DEBUG_DUMP_DOT_DIR is {folder}, where the pipeline's graph cannot be written; "
            "expected a folder that is there when the program starts."
        )


def note_interrupt() -> None:
    """To be called when Ctrl-C ends a main loop: what is waited for now is told at the end."""
    if _state.interrupted is None:
        _state.interrupted = waiting()


def waiting() -> str:
    """Sentences on what keeps pipelines from starting; empty where all have started."""
    from gi.repository import Gst

    sentences = []
    for pipeline in _alive():
        if pipeline.get_state(0)[0] != Gst.StateChangeReturn.ASYNC:
            continue
        idle = [
            _described(element)
            for element in pipeline.iterate_recurse()
            if element.get_state(0)[0] == Gst.StateChangeReturn.ASYNC
            and not isinstance(element, Gst.Bin)
        ]
        sentence = f"{pipeline.get_name()} was still starting"
        if idle:
            sentence += f": no data had reached {', '.join(idle)}"
        loose = [
            f"{element.get_name()}:{pad.get_name()}"
            for element in pipeline.iterate_recurse()
            for pad in element.iterate_pads()
            if not pad.is_linked() and not isinstance(element, Gst.Bin)
        ]
        if loose:
            sentence += f"; not linked: {', '.join(sorted(loose))}"
        sentences.append(sentence + ".")
    if _state.forked:
        sentences.append(_of_fork())
    return " ".join(sentences)


def _of_fork() -> str:
    return (
        f"process {os.getpid()} was forked from one that had called Gst.init. Threads do not come "
        "along, neither GStreamer's nor the model's, so that a pipeline may wait for ever. Call "
        "Gst.init in the child alone, or multiprocessing.set_start_method('spawn')."
    )


def _described(element: Any) -> str:
    factory = element.get_factory()
    kind = factory.get_name() if factory else type(element).__name__
    return f"{element.get_name()} ({kind})"


def _alive() -> Iterator[Any]:
    for reference in list(_state.pipelines.values()):
        pipeline = reference()
        if pipeline is not None:
            yield pipeline


def _count(pipeline: Any) -> None:
    """Adds what the pipeline's elements have counted."""
    if os.environ.get("THALWEG_STATS") != "1":
        return
    from thalweg import stats

    figures = _state.figures
    reading = list(stats.read(pipeline))
    figures.elements += [e for e in reading if e.frames_in or e.frames_out]
    for element in reading:
        if element.factory != "nvstreammux":
            continue
        first, last = int(element.others["first-batch-ns"]), int(element.others["last-batch-ns"])
        if not first:
            continue
        figures.frames += element.frames_out
        figures.sources += len(element.sources)
        figures.first_ns = min(figures.first_ns or first, first)
        figures.last_ns = max(figures.last_ns, last)


def _end() -> None:
    """Stops what still runs, so that files are completed, and tells what is to be told."""
    if "gi.repository.Gst" not in sys.modules:
        return
    from gi.repository import Gst

    for pipeline in _alive():
        pipeline.set_state(Gst.State.NULL)
    if _state.interrupted:
        hints.tell(_state.interrupted)
    _check_output()
    if os.environ.get("THALWEG_STATS") == "1":
        print(f"thalweg run: {_stats()}{_table()}", file=sys.stderr)


def _check_output() -> None:
    kind, _, path = os.environ.get("THALWEG_DISPLAY", "").partition(":")
    if kind == "file" and _state.figures.started_ns and not os.path.exists(path):
        hints.tell(
            f"{path} was not written: no frame reached a sink for a display ({', '.join(_SINKS)}). "
            "--output takes the place of such a sink's window."
        )


def _stats() -> str:
    figures = _state.figures
    if not figures.frames:
        return "no frame came through nvstreammux."
    seconds = max(figures.last_ns - figures.first_ns, 1) / 1e9
    rate = (figures.frames - figures.sources) / seconds
    before = (figures.first_ns - figures.started_ns) / 1e9
    cpu_ms = (time.process_time() - figures.started_cpu_s) * 1e3 / figures.frames
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // _MIB
    sources = f"{figures.sources} source" + ("s" if figures.sources > 1 else "")
    return (
        f"{figures.frames} frames of {sources}, {rate:.1f} frames/s; the first {before:.1f} s "
        f"after the start; {cpu_ms:.1f} ms of CPU a frame; {memory} MiB at most."
    )


def _table() -> str:
    """A line for each element that frames came through; sources first."""
    rows = [
        (
            e.path,
            e.factory,
            str(e.frames_in),
            str(e.frames_out),
            str(e.frames_dropped),
            f"{e.seconds * 1e3 / e.buffers:.2f}" if e.buffers and e.seconds else "-",
        )
        for e in reversed(_state.figures.elements)
    ]
    if not rows:
        return ""
    rows.insert(0, ("element", "kind", "in", "out", "dropped", "ms inside"))
    wide = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "".join(
        f"\n  {row[0]:<{wide[0]}}  {row[1]:<{wide[1]}}"
        + "".join(f"  {cell:>{width}}" for cell, width in zip(row[2:], wide[2:], strict=True))
        for row in rows
    )


def _forget() -> None:
    """In the child of a fork: the pipelines are the parent's."""
    global _state
    gst = sys.modules.get("gi.repository.Gst")
    _state = _State(
        forked=gst is not None and gst.is_initialized(),
        parent_had_played=_state.figures.started_ns > 0,
    )
