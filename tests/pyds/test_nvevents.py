"""Events that programs send to elements."""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Callable
from typing import Any

import pytest

import pyds

needs_elements = pytest.mark.skipif(
    os.environ.get("THALWEG_RUNTIME") == "deepstream", reason="needs Thalweg's elements"
)
STREAM_RESET = 404 << 8
INTERVAL_UPDATE = 407 << 8


@pytest.fixture
def running() -> Any:
    """A pipeline in which `identity` "first" sends to "second"; `.seen` gets (type, structure)."""
    from gi.repository import Gst

    pipeline = Gst.parse_launch(
        "fakesrc is-live=true sizetype=fixed sizemax=1 datarate=100 ! identity name=first ! "
        "identity name=second ! fakesink"
    )
    seen: list[tuple[int, str]] = []
    got = threading.Event()

    def on_event(pad: Any, info: Any) -> Any:
        event = info.get_event()
        # PyGObject does not know the numbers of custom events: the C struct does.
        number = ctypes.c_uint.from_address(hash(event) + EVENT_TYPE_OFFSET).value
        if number >> 8 >= 400:
            seen.append((number >> 8 << 8, event.get_structure().to_string()))
            got.set()
        return Gst.PadProbeReturn.OK

    pad = pipeline.get_by_name("second").get_static_pad("sink")
    pad.add_probe(Gst.PadProbeType.EVENT_DOWNSTREAM, on_event)
    pipeline.set_state(Gst.State.PLAYING)
    pipeline.get_state(Gst.CLOCK_TIME_NONE)
    pipeline.seen, pipeline.got = seen, got
    yield pipeline
    pipeline.set_state(Gst.State.NULL)


# GstEvent: a GstMiniObject of 64 bytes, then the type.
EVENT_TYPE_OFFSET = 64


@pytest.mark.parametrize("by", [hash, lambda element: element], ids=["hash", "object"])
def test_stream_reset(running: Any, by: Callable[[Any], Any]) -> None:
    first = running.get_by_name("first")
    handled = pyds.gst_element_send_nvevent_new_stream_reset(by(first), 3)
    assert (type(handled), handled) == (int, 1)
    assert running.got.wait(20)
    ((number, structure),) = running.seen
    assert number == STREAM_RESET
    assert structure.startswith("nv-stream-reset-3,")
    assert "source-id=(uint)3" in structure


def test_interval_update(running: Any) -> None:
    first = running.get_by_name("first")
    assert pyds.gst_element_send_nvevent_interval_update(hash(first), "cam-1", 5) is True
    assert running.got.wait(20)
    ((number, structure),) = running.seen
    assert number == INTERVAL_UPDATE
    assert structure.startswith("nv-infer-interval-update,")
    assert "cam-1" in structure
    assert "interval=(uint)5" in structure


def test_an_event_as_an_object(running: Any) -> None:
    from gi.repository import Gst

    event = pyds.gst_nvevent_new_stream_reset(7)
    assert isinstance(event, Gst.Event)
    assert event.get_structure().get_uint("source-id") == (True, 7)
    assert running.get_by_name("first").send_event(event)
    assert running.got.wait(20)
    assert running.seen[0][0] == STREAM_RESET
    parse = ctypes.CDLL("libnvdsgst_meta.so").gst_nvevent_parse_stream_reset
    parse.argtypes = [ctypes.c_void_p, ctypes.POINTER(ctypes.c_uint)]
    parse.restype = None
    source = ctypes.c_uint()
    parse(hash(event), ctypes.byref(source))
    assert source.value == 7


def test_an_element_that_does_not_take_it() -> None:
    from gi.repository import Gst

    alone = Gst.ElementFactory.make("identity")
    assert pyds.gst_element_send_nvevent_new_stream_reset(hash(alone), 0) == 0
    assert pyds.gst_element_send_nvevent_interval_update(hash(alone), "", 0) is False


@pytest.mark.parametrize(
    "wrong", [0, 64, -1, 2**64, None, "x", 1.5, NotImplemented, int.__class__], ids=repr
)
def test_wrong_elements(wrong: Any) -> None:
    for call in (
        lambda: pyds.gst_element_send_nvevent_new_stream_reset(wrong, 0),
        lambda: pyds.gst_element_send_nvevent_interval_update(wrong, "a", 0),
        lambda: pyds.configure_source_for_ntp_sync(wrong),
    ):
        with pytest.raises(TypeError, match=r"(gst|src)_elem(ent)?: expected "):
            call()


def test_other_objects_of_gstreamer_are_no_elements() -> None:
    from gi.repository import Gst

    pad, buffer, bus = Gst.Pad.new("x", Gst.PadDirection.SRC), Gst.Buffer.new(), Gst.Bus.new()
    for wrong in (pad, buffer, bus, hash(pad), hash(buffer), hash(bus)):
        with pytest.raises(TypeError, match=r"expected Gst\.Element or its hash"):
            pyds.gst_element_send_nvevent_new_stream_reset(wrong, 0)


def test_wrong_arguments() -> None:
    from gi.repository import Gst

    element = hash(alive := Gst.ElementFactory.make("identity"))
    with pytest.raises(TypeError, match=r"new_stream_reset\.source_id: expected int from 0"):
        pyds.gst_element_send_nvevent_new_stream_reset(element, -1)
    with pytest.raises(TypeError, match=r"interval_update\.stream_id: expected str, got 5"):
        pyds.gst_element_send_nvevent_interval_update(element, 5, 1)
    with pytest.raises(TypeError, match=r"interval_update\.interval: expected int from 0"):
        pyds.gst_element_send_nvevent_interval_update(element, "a", -1)
    with pytest.raises(TypeError, match=r"^gst_nvevent_new_stream_reset\.source_id: expected int"):
        pyds.gst_nvevent_new_stream_reset("x")
    del alive


@pytest.mark.parametrize(
    "send",
    [
        lambda element: pyds.gst_element_send_nvevent_new_stream_reset(element, 0),
        lambda element: pyds.gst_element_send_nvevent_interval_update(element, "a", 0),
    ],
    ids=["reset", "interval"],
)
def test_other_threads_run_while_an_event_is_sent(send: Callable[[Any], Any], running: Any) -> None:
    """The pad holds the event until another Python thread lets it through."""
    from gi.repository import Gst

    element = running.get_by_name("first")
    pad = element.get_static_pad("src")
    blocked = threading.Event()

    def on_event(pad: Any, info: Any) -> Any:
        blocked.set()
        return Gst.PadProbeReturn.OK  # of a blocking probe: stay blocked

    kind = Gst.PadProbeType.BLOCK | Gst.PadProbeType.EVENT_DOWNSTREAM
    probe = pad.add_probe(kind, on_event)

    def unblock() -> None:
        blocked.wait(20)
        pad.remove_probe(probe)

    thread = threading.Thread(target=unblock)
    thread.start()
    assert send(element)
    assert blocked.is_set()
    thread.join()
    assert running.got.wait(20)


@needs_elements
def test_the_interval_of_nvinfer_changes_while_it_plays(clip: Any, play: Any) -> None:
    from gi.repository import Gst

    from thalweg import models

    pipeline = Gst.parse_launch(
        f"filesrc location={clip} ! qtdemux ! h264parse ! identity eos-after=31 ! nvv4l2decoder ! "
        "m.sink_0 nvstreammux name=m batch-size=1 width=768 height=576 ! nvinfer name=infer "
        f"config-file-path={models.default_detector()} interval=100 ! identity name=out ! fakesink"
    )
    infer = pipeline.get_by_name("infer")
    inferred: list[int] = []

    def before(pad: Any, info: Any) -> Any:
        batch = pyds.gst_buffer_get_nvds_batch_meta(info.get_buffer())
        if pyds.NvDsFrameMeta.cast(batch.frame_meta_list.data).frame_num == 10:
            assert pyds.gst_element_send_nvevent_interval_update(hash(infer), "0", 4)
        return Gst.PadProbeReturn.OK

    def after(pad: Any, info: Any) -> Any:
        batch = pyds.gst_buffer_get_nvds_batch_meta(info.get_buffer())
        frame = pyds.NvDsFrameMeta.cast(batch.frame_meta_list.data)
        if frame.bInferDone:
            inferred.append(frame.frame_num)
        return Gst.PadProbeReturn.OK

    infer.get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, before)
    pipeline.get_by_name("out").get_static_pad("src").add_probe(Gst.PadProbeType.BUFFER, after)
    played = play(pipeline)
    assert played.eos, played.error
    assert infer.get_property("interval") == 4
    # Four more batches pass after the event, then every fifth is inferred.
    assert inferred == [0, 14, 19, 24, 29]
