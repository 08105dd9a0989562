"""thalweg.stats: what elements count, read from pipelines of a program, and as metrics."""

from __future__ import annotations

import re
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gi
import pytest

gi.require_version("Gst", "1.0")
from gi.repository import Gst

from thalweg import stats

ENDS = Gst.MessageType.EOS | Gst.MessageType.ERROR


@pytest.fixture(autouse=True)
def hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THALWEG_DISPLAY", "none")


def file(path: Path, pad: str, decoder: str = "nvv4l2decoder") -> str:
    return f"filesrc location={path} ! qtdemux ! h264parse ! {decoder} ! {pad} "


@pytest.fixture
def pipeline(clip: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Two sources of 40 frames, every transform that a program has, an encoder and a sink."""
    monkeypatch.setenv("THALWEG_FRAMES", "40")
    return Gst.parse_launch(
        "nvstreammux name=m batch-size=2 width=384 height=288 batched-push-timeout=-1 ! "
        "nvvideoconvert name=convert ! video/x-raw(memory:NVMM),format=RGBA ! "
        "nvmultistreamtiler name=tile rows=1 columns=2 width=768 height=288 ! nvdsosd name=draw ! "
        "nvdslogger show-fps=false name=log ! tee name=t ! queue ! "
        "nvegltransform name=egl ! nveglglessink name=show sync=false "
        "t. ! queue ! nvvidconv name=tegra ! nvv4l2h264enc name=encode ! fakesink sync=false "
        + file(clip, "m.sink_0", "nvv4l2decoder name=a")
        + file(clip, "m.sink_3", "nvv4l2decoder name=b drop-frame-interval=2")
    )


def run(pipeline: Any) -> stats.Stats:
    """Plays to the end; a reading of then."""
    pipeline.set_state(Gst.State.PLAYING)
    message = pipeline.get_bus().timed_pop_filtered(60 * Gst.SECOND, ENDS)
    assert message.type == Gst.MessageType.EOS, message.parse_error()
    reading = stats.read(pipeline)
    pipeline.set_state(Gst.State.NULL)
    return reading


def test_every_element_counts(pipeline: Any) -> None:
    began = stats.read(pipeline)
    assert all(element.frames_out == 0 for element in began)
    read = run(pipeline)
    counts = {
        name: (read[name].frames_in, read[name].frames_out, read[name].frames_dropped)
        for name in ("m", "convert", "tile", "draw", "log", "egl", "show", "tegra", "encode")
    }
    assert counts == {
        "m": (80, 80, 0),
        "convert": (80, 80, 0),
        "tile": (80, 40, 0),
        "draw": (40, 40, 0),
        "log": (40, 40, 0),
        "egl": (40, 40, 0),
        "show": (40, 40, 0),
        "tegra": (40, 40, 0),
        "encode": (40, 40, 0),
    }
    thinned = read["b"]
    assert thinned.frames_out >= 40  # and some more until it hears that these are enough
    assert 0 <= thinned.frames_out - thinned.frames_dropped <= 1
    assert thinned.frames_dropped == thinned.others["thinned"]
    assert thinned.frames_in >= thinned.frames_out + thinned.frames_dropped
    assert read["m"].sources == {0: stats.Source(40, 40, 0), 3: stats.Source(40, 40, 0)}
    for name in ("convert", "tile", "draw", "show", "encode", "a"):
        assert 40 <= read[name].buffers <= read[name].frames_out, name
        assert 0 < read[name].seconds < 40 * (read.at - began.at), name
    assert read["draw"].factory == "nvdsosd"
    assert "fakesink" not in {element.factory for element in read}
    # A part that an element is made of is there by its path.
    assert read["tegra/inner"].factory == "nvvideoconvert"
    assert read["inner"].path == "tegra/inner"


def test_time_is_what_is_spent_inside(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither what is downstream, nor a buffer's wait before the element."""
    monkeypatch.setenv("THALWEG_FRAMES", "10")
    pipeline = Gst.parse_launch(
        "nvstreammux name=m batch-size=1 width=768 height=576 ! nvdsosd name=idle ! "
        "identity sleep-time=20000 ! nvvideoconvert name=work flip-method=rotate-180 ! "
        "identity sleep-time=20000 ! fakesink sync=false " + file(clip, "m.sink_0")
    )
    read = run(pipeline)
    assert 0 < read["idle"].seconds < read["work"].seconds < 10 * 0.02


def test_inference_counts_what_is_under_way(
    root: Path, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its batches leave in another thread than that in which they come."""
    monkeypatch.setenv("THALWEG_FRAMES", "12")
    config = root / "apps/deepstream-test1/dstest1_pgie_config.txt"
    pipeline = Gst.parse_launch(
        f"nvstreammux name=m batch-size=1 width=768 height=576 ! nvinfer name=infer "
        f"config-file-path={config} ! fakesink name=end sync=false " + file(clip, "m.sink_0")
    )
    read = run(pipeline)
    infer = read["infer"]
    assert (infer.frames_in, infer.frames_out, infer.frames_dropped) == (12, 12, 0)
    assert infer.buffers == 12
    assert infer.seconds > 12 * 0.005  # the default detector takes more than 10 ms


def test_rates(pipeline: Any) -> None:
    first = stats.read(pipeline)
    last = run(pipeline)
    assert last.rate(first, "draw") == pytest.approx(40 / (last.at - first.at))
    with pytest.raises(ValueError, match=r"^before: expected an earlier reading, got one \S+ s "):
        first.rate(last, "draw")


def test_an_element_that_was_not_there_before(pipeline: Any) -> None:
    reading = run(pipeline)
    nothing = stats.Stats(reading.at - 2, {})
    assert reading.rate(nothing, "draw") == 20
    draw = reading["draw"]
    anew = stats.Stats(reading.at - 2, {"draw": stats.Element("draw", "", 0, 90, 0, 0, 0.0)})
    assert reading.rate(anew, "draw") == draw.frames_out / 2


def test_names_and_paths() -> None:
    pipeline = Gst.parse_launch(
        "( name=one nvdsosd name=draw ) ( name=two ( name=deep nvdsosd name=draw ) ) "
        "nvdsosd name=alone"
    )
    read = stats.read(pipeline)
    assert {element.path for element in read} == {"one/draw", "two/deep/draw", "alone"}
    assert read["two/deep/draw"].name == "draw"
    with pytest.raises(KeyError, match="several elements are named 'draw' in this reading"):
        read["draw"]
    with pytest.raises(KeyError, match="no element of Thalweg is named 'x' in this reading"):
        read["x"]
    with pytest.raises(TypeError, match=r"^pipeline: expected a Gst\.Bin, got str$"):
        stats.read("pipeline")


def test_every_element_of_ours_is_read() -> None:
    """The property is there, and is not one of another kind that an element inherits."""
    registry, made = Gst.Registry.get(), []
    plugins = [p for p in registry.get_plugin_list() if p.get_package() == "Thalweg"]
    for plugin in plugins:
        if plugin.get_name() == "thalweg_absent":
            continue
        for feature in registry.get_feature_list_by_plugin(plugin.get_name()):
            bin_ = Gst.Bin()
            bin_.add(feature.create())
            assert feature.get_name() in {e.factory for e in stats.read(bin_)}
            made.append(feature.get_name())
    assert {"nvinfer", "nvstreammux", "nv3dsink", "nvvideotestsrc", "nvurisrcbin"} <= set(made)


def test_sources_that_the_demuxer_has_no_pad_for(
    clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THALWEG_FRAMES", "10")
    pipeline = Gst.parse_launch(
        "nvstreammux name=m batch-size=2 width=384 height=288 ! nvstreamdemux name=d "
        "d.src_1 ! fakesink sync=false " + "".join(file(clip, f"m.sink_{i}") for i in (0, 1))
    )
    pipeline.get_by_name("d").request_pad_simple("src_0")
    demux = run(pipeline)["d"]
    assert (demux.frames_in, demux.frames_out, demux.frames_dropped) == (20, 10, 10)
    assert demux.sources == {0: stats.Source(None, 0, 10), 1: stats.Source(None, 10, 0)}
    assert demux.seconds > 0


def test_the_state_of_a_camera(camera: Callable[..., Any]) -> None:
    source = camera()
    pipeline = Gst.parse_launch(
        f"nvurisrcbin name=s source-id=7 rtsp-reconnect-interval=1 uri={source.uri} ! "
        "fakesink name=end sync=false"
    )
    bus = pipeline.get_bus()

    def until(state: str) -> stats.Element:
        while True:
            message = bus.timed_pop_filtered(20 * Gst.SECOND, Gst.MessageType.ELEMENT)
            assert message is not None
            said = message.get_structure()
            if said.has_name("thalweg-source-state") and said.get_string("state") == state:
                return stats.read(pipeline)["s"]

    assert stats.read(pipeline)["s"].state is None  # it is not known yet what it is
    pipeline.set_state(Gst.State.PLAYING)
    assert until("live").state == "live"
    before = stats.text(pipeline)
    source.vanish()
    lost = until("lost")
    after = stats.text(pipeline)
    pipeline.set_state(Gst.State.NULL)
    assert (lost.source_id, lost.others["times-live"], lost.others["times-lost"]) == (7, 1, 1)
    assert lost.frames_out > 0
    assert 'thalweg_camera_state{element="s",source="7",state="live"} 1.0' in before
    assert 'thalweg_camera_state{element="s",source="7",state="live"} 0.0' in after
    assert 'thalweg_camera_lost_total{element="s",source="7"} 1.0' in after


def test_metrics_are_served(pipeline: Any) -> None:
    run(pipeline)
    with stats.serve(pipeline, 0) as server:
        assert server.url == f"http://127.0.0.1:{server.port}/metrics"
        with urllib.request.urlopen(server.url, timeout=10) as answer:
            served = answer.read().decode()
    assert served == stats.text(pipeline)
    for line in (
        'thalweg_frames_out_total{element="draw",factory="nvdsosd"} 40.0',
        'thalweg_frames_in_total{element="tegra/inner",factory="nvvideoconvert"} 40.0',
        'thalweg_source_frames_in_total{element="m",factory="nvstreammux",source="3"} 40.0',
        "# TYPE thalweg_inside_seconds_total counter",
    ):
        assert line in served.splitlines()
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(server.url, timeout=10)


def test_a_port_that_is_taken(pipeline: Any) -> None:
    with stats.serve(pipeline, 0) as server, pytest.raises(OSError, match="in use"):
        stats.serve(pipeline, server.port)


def test_a_pipeline_that_is_gone_has_no_metrics() -> None:
    pipeline = Gst.parse_launch("nvdsosd ! fakesink")
    collector = stats.Collector(pipeline)
    assert len(list(collector.collect())) > 0
    del pipeline
    assert list(collector.collect()) == []


def test_without_prometheus_client(pipeline: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    monkeypatch.setitem(sys.modules, "prometheus_client.core", None)
    sentence = (
        "Metrics for Prometheus need the Python package prometheus-client, which is not installed: "
        "pip install 'thalweg[prometheus]'."
    )
    for call in (stats.text, stats.Collector, lambda p: stats.serve(p, 0)):
        with pytest.raises(ImportError, match=f"^{re.escape(sentence)}$"):
            call(pipeline)
    assert stats.read(pipeline)["draw"].frames_in == 0  # needs nothing
