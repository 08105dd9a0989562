"""What changes in `gi.repository.Gst` under `thalweg run`.

Properties and pipeline descriptions may name files of DeepStream's installation, waiting for a
message can be interrupted, and pipelines are known to `pipelines`. Everything else is as it was; a
program that does not use GStreamer never loads it.
"""

from __future__ import annotations

import inspect
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from thalweg.run import hints, imports, paths, pipelines

__all__ = ["install"]

_SLICE_NS = 100_000_000


def install() -> None:
    """Waits for the program's first import of `gi`; call once."""
    imports.change_when_imported("gi", _change_gi)
    imports.change_when_imported("gi.repository.GstRtspServer", _change_rtsp_server)


def _change_gi(gi: Any) -> None:
    try:
        gi.require_version("Gst", "1.0")
        from gi.repository import GLib, Gst
    except (ImportError, ValueError):
        return  # what is missing is the program's to find
    _change_gst(Gst, GLib)


def _change_rtsp_server(module: Any) -> None:
    module.RTSPMediaFactory.set_launch = _launching(module.RTSPMediaFactory.set_launch)


def _change_gst(Gst: Any, GLib: Any) -> None:  # noqa: N803
    _change_main_loop(GLib)
    for name in ("init", "init_check"):
        setattr(Gst, name, _initialising(Gst, getattr(Gst, name)))
    if Gst.is_initialized():
        _change_functions(Gst)


def _initialising(Gst: Any, function: Callable[..., Any]) -> Callable[..., Any]:  # noqa: N803
    def init(*args: Any) -> Any:
        result = function(*args)  # puts GStreamer's own functions in place, whenever it is called
        _change_functions(Gst)
        return result

    return init


def _change_main_loop(GLib: Any) -> None:  # noqa: N803
    run = GLib.MainLoop.run

    def run_main_loop(loop: Any) -> None:
        try:
            run(loop)
        except KeyboardInterrupt:
            pipelines.note_interrupt()
            raise

    GLib.MainLoop.run = run_main_loop


_OURS = "_of_thalweg_run"


def _change_functions(Gst: Any) -> None:  # noqa: N803
    """Wraps those functions of GStreamer that are not wrapped already."""
    element_class, bus_class = Gst.Element, Gst.Bus

    def wrap(owner: Any, name: str, make: Callable[[Any], Callable[..., Any]]) -> None:
        function = getattr(owner, name, None)
        if function is None or getattr(function, _OURS, False):
            return
        wrapped = make(function)
        setattr(wrapped, _OURS, True)
        setattr(owner, name, wrapped)

    wrap(Gst.Object, "set_property", _setting_a_property)
    wrap(Gst.Object, "set_properties", _setting_properties)
    wrap(Gst, "util_set_object_arg", _setting_a_property)
    if not isinstance(Gst.Object.__dict__.get("props"), _MappedProps):
        Gst.Object.props = _MappedProps(inspect.getattr_static(Gst.Object, "props"))
    for name in ("parse_launch", "parse_launch_full", "parse_bin_from_description"):
        wrap(Gst, name, _describing)
    wrap(Gst.Bin, "add", _adding)
    wrap(element_class, "set_state", _changing_state)
    wrap(element_class, "get_state", lambda get: _asking_state(Gst, get))
    wrap(bus_class, "timed_pop", lambda pop: _popping(Gst, pop))
    wrap(bus_class, "timed_pop_filtered", lambda pop: _popping(Gst, pop))
    if not getattr(Gst.ElementFactory.make, _OURS, False):
        make_element = _making(Gst.ElementFactory.make)
        setattr(make_element, _OURS, True)
        Gst.ElementFactory.make = staticmethod(make_element)
        from thalweg.run import camera

        camera.register_where_there_is_none()


def _mapped(value: Any) -> Any:
    """The value of a property; a path or URI of DeepStream's files replaced."""
    if isinstance(value, str):
        return paths.find_in_uri(value) or paths.find(value) or value
    return value


def _setting_a_property(set_property: Any) -> Callable[..., Any]:
    def set_mapped(self: Any, name: str, value: Any) -> None:
        set_property(self, name, _mapped(value))

    return set_mapped


def _setting_properties(set_properties: Any) -> Callable[..., Any]:
    def set_all_mapped(self: Any, **properties: Any) -> Any:
        return set_properties(self, **{name: _mapped(v) for name, v in properties.items()})

    return set_all_mapped


class _MappedProps:
    """`element.props`, a descriptor as PyGObject's own."""

    def __init__(self, own: Any) -> None:
        self._own = own

    def __get__(self, element: Any, kind: Any) -> Any:
        props = self._own.__get__(element, kind)
        return props if element is None else _Props(props)


class _Props:
    """The properties of an element as attributes."""

    __slots__ = ("_props",)

    def __init__(self, props: Any) -> None:
        object.__setattr__(self, "_props", props)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._props, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._props, name, _mapped(value))

    def __dir__(self) -> list[str]:
        return dir(self._props)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._props)

    def __len__(self) -> int:
        return len(self._props)


def _describing(parse: Any) -> Callable[..., Any]:
    def parse_mapped(description: str, *args: Any) -> Any:
        return parse(paths.replace_in_description(description), *args)

    return parse_mapped


def _launching(set_launch: Any) -> Callable[..., Any]:
    def set_mapped(self: Any, description: str) -> None:
        set_launch(self, paths.replace_in_description(description))

    return set_mapped


def _adding(add: Any) -> Callable[..., Any]:
    def add_and_answer(self: Any, *elements: Any) -> bool:
        add(self, *elements)  # raises where it cannot
        return True  # some gst-pythons say None, and programs ask

    return add_and_answer


def _making(make: Any) -> Callable[..., Any]:
    def make_noted(*args: Any, **kwargs: Any) -> Any:
        element = make(*args, **kwargs)
        if element is None and args:
            hints.note_missing_element(args[0])
        return element

    return make_noted


def _changing_state(set_state: Any) -> Callable[..., Any]:
    def set_state_watched(self: Any, state: Any) -> Any:
        pipelines.before_state(self, state)
        return set_state(self, state)

    return set_state_watched


# Python runs its handler for Ctrl-C between calls into C; a wait without an end is one call.


def _asking_state(Gst: Any, get_state: Any) -> Callable[..., Any]:  # noqa: N803
    def get_state_in_slices(self: Any, timeout: int) -> Any:
        return _in_slices(
            timeout,
            lambda slice_ns: get_state(self, slice_ns),
            lambda result: result[0] != Gst.StateChangeReturn.ASYNC,
        )

    return get_state_in_slices


def _popping(Gst: Any, pop: Any) -> Callable[..., Any]:  # noqa: N803
    def pop_in_slices(self: Any, timeout: int, *args: Any) -> Any:
        return _in_slices(
            timeout,
            lambda slice_ns: pop(self, slice_ns, *args),
            lambda message: message is not None,
        )

    return pop_in_slices


def _in_slices(timeout_ns: int, call: Callable[[int], Any], is_done: Callable[[Any], bool]) -> Any:
    """Calls `call` with short timeouts until it is done or `timeout_ns` is over."""
    if threading.current_thread() is not threading.main_thread():
        return call(timeout_ns)
    end = time.monotonic_ns() + timeout_ns
    while True:
        left = max(end - time.monotonic_ns(), 0)
        result = call(min(left, _SLICE_NS))
        if left <= _SLICE_NS or is_done(result):
            return result
