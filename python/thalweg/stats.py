"""What a pipeline's elements do just now: frames, time, and how its cameras are.

Each element of Thalweg counts what passes it. `read` collects that from a pipeline of any program::

    before = stats.read(pipeline)
    time.sleep(1)
    now = stats.read(pipeline)
    for element in now:
        print(element.path, element.frames_out, now.rate(before, element.path), "frames/s")

With the package prometheus-client (``pip install thalweg[prometheus]``), `serve` gives the same to
Prometheus, and `text` as a text. Any thread may use this; nothing here stops or slows the pipeline.
"""

from __future__ import annotations

import time
import weakref
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Any

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst

if TYPE_CHECKING:
    from prometheus_client.registry import CollectorRegistry

__all__ = ["Collector", "Element", "Server", "Source", "Stats", "read", "serve", "text"]


@dataclass(frozen=True)
class Source:
    """What an element counted of one source, whose number its pad's name ends with (sink_3: 3).

    Frames, since the pad was made; None for what the element does not count by source.
    """

    frames_in: int | None
    frames_out: int | None
    frames_dropped: int | None


@dataclass(frozen=True)
class Element:
    """What one element counted since it was made.

    path: names from the pipeline down to it, "source-bin-00/decoder"; unique.
    factory: "nvinfer".
    frames_in, frames_out: frames that came in and left. A decoder takes access units, a tiler gives
        one frame for each batch. A source has none that came in; for a sink, those that it showed
        have left.
    frames_dropped: came in and leave nowhere. What is neither out nor dropped is inside.
    buffers: batches or single frames, of which `seconds` speaks.
    seconds: that those buffers were inside, summed: from their entry to their exit, waiting for
        others included; several may be inside at once. Of a sink, without the wait for their time.
    state: of a camera, "connecting", "live" or "lost"; None for all else.
    source_id: the property of that name of a nvurisrcbin; None for all else.
    sources: by source, where the element counts so.
    others: what the element counts besides, by the names in its property ``stats``.
    """

    path: str
    factory: str
    frames_in: int
    frames_out: int
    frames_dropped: int
    buffers: int
    seconds: float
    state: str | None = None
    source_id: int | None = None
    sources: Mapping[int, Source] = field(default_factory=dict)
    others: Mapping[str, int | float | str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The element's own name, the last one of its path."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True)
class Stats:
    """One reading of all elements of Thalweg in a pipeline, in no particular order.

    at: when, in seconds of `time.monotonic`.
    elements: by path.
    """

    at: float
    elements: Mapping[str, Element]

    def __iter__(self) -> Iterator[Element]:
        return iter(self.elements.values())

    def __getitem__(self, name: str) -> Element:
        """The element with that path, or else that name.

        Raises `KeyError` when there is none, or several of that name.
        """
        if name in self.elements:
            return self.elements[name]
        found = [element for element in self if element.name == name]
        if len(found) != 1:
            paths = ", ".join(element.path for element in found or self) or "none at all"
            what = "several elements are" if found else "no element of Thalweg is"
            raise KeyError(f"{what} named {name!r} in this reading; there are {paths}")
        return found[0]

    def rate(self, before: Stats, name: str) -> float:
        """Frames a second that left the element, between `before` and this reading.

        before: an earlier reading of the same pipeline. An element that was not in it, or that was
            made anew since, has all its frames from the time between.
        Raises `KeyError` as `[name]` does, `ValueError` when `before` is no earlier reading.
        """
        seconds = self.at - before.at
        if seconds <= 0:
            raise ValueError(f"before: expected an earlier reading, got one {-seconds} s later")
        now = self[name]
        then = before.elements.get(now.path)
        gone = then.frames_out if then and then.frames_out <= now.frames_out else 0
        return (now.frames_out - gone) / seconds


def read(pipeline: Any) -> Stats:
    """Reads all elements of Thalweg in a pipeline, also those inside of bins.

    pipeline: a Gst.Bin, in any state.
    Raises `TypeError` for anything else.
    """
    if not isinstance(pipeline, Gst.Bin):
        raise TypeError(f"pipeline: expected a Gst.Bin, got {type(pipeline).__name__}")
    at = time.monotonic()
    found = (_of(element, pipeline) for element in _elements(pipeline))
    return Stats(at, {element.path: element for element in found if element is not None})


def _elements(pipeline: Any) -> list[Any]:
    """All of them, though others may come and go meanwhile."""
    iterator, elements = pipeline.iterate_recurse(), []
    while True:
        result, element = iterator.next()
        if result == Gst.IteratorResult.OK:
            elements.append(element)
        elif result == Gst.IteratorResult.RESYNC:
            iterator.resync()
            elements.clear()
        else:
            return elements


def _of(element: Any, pipeline: Any) -> Element | None:
    factory = element.get_factory()
    if factory is None or element.find_property("stats") is None:
        return None
    structure = element.get_property("stats")
    # Elements of GStreamer have a property of this name, too.
    if structure is None or structure.get_name() != f"{factory.get_name()}-stats":
        return None
    fields = _fields(structure)
    sources = {
        int(number): Source(
            counts.get("in"),
            counts.get("out"),
            _dropped(counts),
        )
        for name, counts in fields.items()
        if isinstance(counts, dict) and (number := name.rpartition("_")[2]).isdecimal()
    }
    plain = {name: value for name, value in fields.items() if not isinstance(value, dict)}
    has_id = factory.get_name() == "nvurisrcbin"
    return Element(
        path=_path(element, pipeline),
        factory=factory.get_name(),
        frames_in=plain.pop("in"),
        frames_out=plain.pop("out"),
        frames_dropped=plain.pop("dropped"),
        buffers=plain.pop("buffers"),
        seconds=plain.pop("time-ns") / 1e9,
        state=plain.pop("state", None) or None,
        source_id=element.get_property("source-id") if has_id else None,
        sources=sources,
        others=plain,
    )


def _fields(structure: Any) -> dict[str, Any]:
    # A structure inside of it lives no longer than it, whatever PyGObject holds.
    names = [structure.nth_field_name(i) for i in range(structure.n_fields())]
    values = {name: structure.get_value(name) for name in names}
    return {
        name: _fields(value) if isinstance(value, Gst.Structure) else value
        for name, value in values.items()
    }


def _dropped(counts: dict[str, int]) -> int | None:
    reasons = [counts[name] for name in ("dropped", "late", "skipped", "flushed") if name in counts]
    return sum(reasons) if reasons else None


def _path(element: Any, pipeline: Any) -> str:
    names = [element.get_name()]
    while (element := element.get_parent()) not in (None, pipeline):
        names.insert(0, element.get_name())
    return "/".join(names)


# ---- Prometheus


def _prometheus() -> Any:
    try:
        import prometheus_client.core
    except ImportError:
        raise ImportError(
            "Metrics for Prometheus need the Python package prometheus-client, which is not "
            "installed: pip install 'thalweg[prometheus]'."
        ) from None
    return prometheus_client


class Collector:
    """The metrics of one pipeline, for a registry of prometheus-client: ``registry.register(it)``.

    It does not keep the pipeline alive; afterwards it gives no metrics.

    pipeline: a Gst.Bin.
    Raises `ImportError` without prometheus-client, `TypeError` for anything but a Gst.Bin.
    """

    def __init__(self, pipeline: Any) -> None:
        self._core = _prometheus().core
        read(pipeline)
        self._pipeline = weakref.ref(pipeline)

    def describe(self) -> list[Any]:
        """No names beforehand: elements come and go."""
        return []

    def collect(self) -> Iterator[Any]:
        """The metric families; counters in frames and seconds, since each element was made."""
        pipeline = self._pipeline()
        if pipeline is None:
            return
        counter = self._core.CounterMetricFamily
        labels = ["element", "factory"]
        by_element = {
            "frames_in": counter("thalweg_frames_in", "Frames that came in", labels=labels),
            "frames_out": counter("thalweg_frames_out", "Frames that left", labels=labels),
            "frames_dropped": counter("thalweg_frames_dropped", "Frames dropped", labels=labels),
            "buffers": counter("thalweg_buffers", "Batches or single frames", labels=labels),
            "seconds": counter(
                "thalweg_inside_seconds", "Time that buffers were inside, summed", labels=labels
            ),
        }
        by_source = {
            name: counter(
                f"thalweg_source_{name}",
                f"{family.documentation}, by source",
                labels=[*labels, "source"],
            )
            for name, family in (
                (name, by_element[name]) for name in ("frames_in", "frames_out", "frames_dropped")
            )
        }
        state = self._core.GaugeMetricFamily(
            "thalweg_camera_state",
            "1 for the state that a camera is in",
            labels=["element", "source", "state"],
        )
        lost = counter(
            "thalweg_camera_lost", "Times that a camera was lost", labels=["element", "source"]
        )
        for element in read(pipeline):
            names = [element.path, element.factory]
            for name, family in by_element.items():
                family.add_metric(names, getattr(element, name))
            for number, source in element.sources.items():
                for name, family in by_source.items():
                    value = getattr(source, name)
                    if value is not None:
                        family.add_metric([*names, str(number)], value)
            if element.state is not None:
                camera = [element.path, str(element.source_id)]
                for possible in ("connecting", "live", "lost"):
                    state.add_metric([*camera, possible], possible == element.state)
                lost.add_metric(camera, int(element.others["times-lost"]))
        yield from (*by_element.values(), *by_source.values(), state, lost)


def _registry(pipeline: Any) -> CollectorRegistry:
    registry: CollectorRegistry = _prometheus().CollectorRegistry()
    registry.register(Collector(pipeline))
    return registry


def text(pipeline: Any) -> str:
    """The metrics of a pipeline in Prometheus' text format.

    Raises as `Collector` does.
    """
    registry = _registry(pipeline)
    return str(_prometheus().generate_latest(registry).decode())


class Server:
    """Serves metrics until it is closed; a context manager. `serve` makes it.

    url: where Prometheus finds them, "http://127.0.0.1:9101/metrics".
    port: the one it listens on.
    """

    def __init__(self, registry: CollectorRegistry, port: int, host: str) -> None:
        self._server, self._thread = _prometheus().start_http_server(port, host, registry)
        self.port: int = self._server.server_port
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{self.port}/metrics"

    def close(self) -> None:
        """Ends it; returns when its thread has ended."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Server:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def serve(pipeline: Any, port: int, host: str = "127.0.0.1") -> Server:
    """Serves the metrics of a pipeline to Prometheus, in a thread.

    pipeline: a Gst.Bin; it is not kept alive.
    port: to listen on; 0: any free one.
    host: address to listen on; "0.0.0.0" lets other machines in, without a password.
    The result runs until it is closed or the process ends.
    Raises `OSError` when it cannot listen there, and as `Collector` does.
    """
    return Server(_registry(pipeline), port, host)
