"""The time of an RTSP sender in the metadata."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

import pyds

from ..rtsp_camera import Camera

pytestmark = pytest.mark.skipif(
    os.environ.get("THALWEG_RUNTIME") == "deepstream", reason="needs Thalweg's elements"
)


@pytest.fixture
def uri(camera: Callable[..., Camera]) -> str:
    """What a camera sends: a live test picture."""
    return camera().uri


def times(uri: str, configure: Callable[[Any], None], attach_sys_ts: bool = False) -> list[int]:
    """ntp_timestamp of the frames up to the first that has one, or of the first 100."""
    from gi.repository import Gst

    pipeline = Gst.parse_launch(
        f"nvstreammux name=m batch-size=1 width=320 height=240 live-source=1 "
        f"attach-sys-ts={attach_sys_ts} ! fakesink name=sink sync=false"
    )
    source = Gst.ElementFactory.make("uridecodebin")
    source.set_property("uri", uri)
    pipeline.add(source)
    mux = pipeline.get_by_name("m")
    source.connect("pad-added", lambda _, pad: pad.link(mux.request_pad_simple("sink_0")))
    configure(source)
    seen: list[int] = []
    enough = threading.Event()

    def probe(pad: Any, info: Any) -> Any:
        batch = pyds.gst_buffer_get_nvds_batch_meta(info.get_buffer())
        seen.append(pyds.NvDsFrameMeta.cast(batch.frame_meta_list.data).ntp_timestamp)
        if seen[-1] or len(seen) == 100:
            enough.set()
        return Gst.PadProbeReturn.OK

    sink = pipeline.get_by_name("sink").get_static_pad("sink")
    sink.add_probe(Gst.PadProbeType.BUFFER, probe)
    pipeline.set_state(Gst.State.PLAYING)
    try:
        assert enough.wait(60), pipeline.get_bus().pop_filtered(Gst.MessageType.ERROR)
    finally:
        pipeline.set_state(Gst.State.NULL)
    return seen


def on_child(source: Any) -> None:
    """As deepstream-rtsp-in-rtsp-out does."""

    def child_added(proxy: Any, child: Any, name: str) -> None:
        if name.find("source") != -1:
            pyds.configure_source_for_ntp_sync(hash(child))

    source.connect("child-added", child_added)


@pytest.mark.parametrize(
    "configure", [on_child, pyds.configure_source_for_ntp_sync], ids=["rtspsrc", "uridecodebin"]
)
def test_frames_have_the_senders_time(uri: str, configure: Callable[[Any], None]) -> None:
    before = time.time()
    seen = times(uri, configure)
    *early, first = seen
    assert set(early) <= {0}  # no sender report yet
    assert before - 5 < first / 1e9 < time.time() + 1


def test_without_it_there_is_no_time(uri: str) -> None:
    assert set(times(uri, lambda source: None)) == {0}


def test_attach_sys_ts_is_the_muxers_own_time(uri: str) -> None:
    (first,) = times(uri, pyds.configure_source_for_ntp_sync, attach_sys_ts=True)
    assert first > 0


def test_other_sources_are_left_alone(capfd: Any) -> None:
    from gi.repository import Gst

    for factory in ("filesrc", "uridecodebin", "videotestsrc", "bin", "nvstreammux"):
        element = Gst.ElementFactory.make(factory)
        assert pyds.configure_source_for_ntp_sync(hash(element)) is None
        assert pyds.configure_source_for_ntp_sync(src_elem=element) is None
    assert capfd.readouterr() == ("", "")


def test_a_source_that_is_there_already() -> None:
    from gi.repository import Gst

    outer, inner = Gst.Bin.new(), Gst.Bin.new()
    rtspsrc = Gst.ElementFactory.make("rtspsrc")
    inner.add(rtspsrc)
    outer.add(inner)
    pyds.configure_source_for_ntp_sync(outer)
    assert rtspsrc.get_property("add-reference-timestamp-meta")
    later = Gst.ElementFactory.make("rtspsrc")
    inner.add(later)
    assert later.get_property("add-reference-timestamp-meta")
