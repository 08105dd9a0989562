"""Elements that this version does not have: their names, properties, pads and one error."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst


def specified(shared: Path) -> dict[str, dict[str, Any]]:
    """The specification's elements; an entry of several names is several."""
    spec = json.loads((shared / "spec/elements.json").read_text())
    elements = {}
    for key, entry in spec.items():
        if key.startswith("_"):
            continue
        if key.startswith("nvdsucx"):
            names = [
                f"nvdsucx{side}{end}" for side in ("server", "client") for end in ("src", "sink")
            ]
        else:
            names = re.findall(r"\w+", key)
        elements |= dict.fromkeys(names, entry)
    return elements


def absent() -> set[str]:
    features = Gst.Registry.get().get_feature_list_by_plugin("thalweg_absent")
    return {feature.get_name() for feature in features}


def errors(pipeline: Any) -> list[str]:
    """The errors with which the pipeline fails to start."""
    assert pipeline.set_state(Gst.State.PLAYING) == Gst.StateChangeReturn.FAILURE
    bus, found = pipeline.get_bus(), []
    while (message := bus.pop_filtered(Gst.MessageType.ERROR)) is not None:
        found.append(message.parse_error()[0].message)
    pipeline.set_state(Gst.State.NULL)
    return found


def test_nobody_gets_a_bare_no_element(shared: Path) -> None:
    for name in specified(shared):
        assert Gst.ElementFactory.make(name) is not None, name


def test_the_table_holds_specified_elements_that_are_nowhere_else(shared: Path) -> None:
    names = absent()
    assert "nvtracker" not in names or len(names) > 5
    assert names <= set(specified(shared))
    # A plugin of the same name would win or lose by chance.
    registry = Gst.Registry.get()
    others = {
        feature.get_name()
        for plugin in registry.get_plugin_list()
        if plugin.get_name() != "thalweg_absent"
        for feature in registry.get_feature_list_by_plugin(plugin.get_name()) or []
    }
    assert not names & others


def test_every_element_has_its_specified_properties(
    shared: Path, check_defaults: Callable[[str], None]
) -> None:
    spec = json.loads((shared / "spec/elements.json").read_text())
    for name in absent() & set(spec):
        check_defaults(name)


def test_every_element_has_its_specified_pads(shared: Path) -> None:
    elements = specified(shared)
    for name in absent():
        entry = elements[name]
        expected = {pad.split()[0] for pad in entry["sink_pads"] + entry["src_pads"]}
        if entry.get("request_pads"):
            expected.add(entry["request_pads"].split()[0])
        element = Gst.ElementFactory.make(name)
        templates = {template.name_template for template in element.get_pad_template_list()}
        assert expected <= templates, name
        always = {pad.get_name() for pad in element.pads}
        assert always == {template for template in templates if "%" not in template}, name


def test_a_program_comes_as_far_as_starting_and_gets_one_sentence() -> None:
    pipeline = Gst.Pipeline.new(None)
    source = Gst.ElementFactory.make("videotestsrc")
    tracker = Gst.ElementFactory.make("nvtracker", "tracker")
    analytics = Gst.ElementFactory.make("nvdsanalytics")
    sink = Gst.ElementFactory.make("fakesink")
    for element in (source, tracker, analytics, sink):
        pipeline.add(element)
    for name, value in {
        "tracker-width": 640,
        "tracker-height": 384,
        "gpu_id": 0,
        "ll-lib-file": "/opt/nvidia/deepstream/deepstream/lib/libnvds_nvmultiobjecttracker.so",
        "ll-config-file": "config.yml",
        "enable_batch_process": 1,
        "enable_past_frame": 1,
        "compute-hw": 1,
        "qos": 0,
    }.items():
        tracker.set_property(name, value)
    assert tracker.get_property("tracker-width") == 640
    assert source.link(tracker)
    assert tracker.link(analytics)
    assert analytics.link(sink)
    assert tracker.get_static_pad("src").add_probe(Gst.PadProbeType.BUFFER, lambda *_: None)
    found = errors(pipeline)
    assert len(found) == 1
    assert found[0] in (
        "nvtracker is not part of this version of Thalweg: it gives objects ids from frame to "
        "frame, and comes with a later version. Until then, take it out of the pipeline. "
        "nvdsanalytics, in the same pipeline, is not there either.",
        "nvdsanalytics is not part of this version of Thalweg: it counts objects in areas and "
        "across lines, and comes with a later version. Until then, take it out of the pipeline. "
        "nvtracker, in the same pipeline, is not there either.",
    )


def test_elements_that_nobody_plans_say_so() -> None:
    pipeline = Gst.parse_launch("nvdsudpsrc ! fakesink")
    assert errors(pipeline) == [
        "nvdsudpsrc is not part of Thalweg: it receives over Rivermax. Instead: udpsrc receives "
        "over the system's network."
    ]


def test_all_that_are_not_there_are_named() -> None:
    pipeline = Gst.parse_launch("fakesrc ! nvreplay ! nvreplay ! nvivafilter ! nvdsxfer ! fakesink")
    (found,) = errors(pipeline)
    assert found.startswith("nvdsxfer is not part of Thalweg: ")
    assert found.endswith(" nvivafilter and nvreplay, in the same pipeline, are not there either.")


def test_request_pads_can_be_asked_for() -> None:
    muxer = Gst.ElementFactory.make("nvdsmetamux")
    pad = muxer.request_pad_simple("sink_3")
    assert pad.get_name() == "sink_3"
    assert Gst.ElementFactory.make("fakesrc").get_static_pad("src").link(pad) == (
        Gst.PadLinkReturn.OK
    )
    muxer.release_request_pad(pad)
    assert muxer.get_static_pad("sink_3") is None


def test_sinks_and_bins_are_what_programs_take_them_for() -> None:
    broker = Gst.ElementFactory.make("nvmsgbroker")
    broker.set_property("sync", False)
    assert broker.get_property("sync") is False
    source = Gst.ElementFactory.make("nvcamerasrcbin")
    assert source.connect("child-added", lambda *_: None)
    assert source.connect("pad-added", lambda *_: None)


def test_default_names_are_the_originals() -> None:
    assert Gst.ElementFactory.make("nvtracker").get_name().startswith("nvtracker")


def test_decodebin_never_chooses_one() -> None:
    for name in absent():
        assert Gst.ElementFactory.find(name).get_rank() == Gst.Rank.NONE


def test_gst_inspect_prints_no_warning() -> None:
    for name in ("nvtracker", "nvmsgbroker", "nvcamerasrcbin", "nvdsmetamux"):
        shown = subprocess.run(["gst-inspect-1.0", name], capture_output=True, text=True)
        assert shown.returncode == 0
        assert shown.stderr == ""


def test_a_thousand_leave_nothing_behind(
    check_no_growth: Callable[[Callable[[], None]], None],
) -> None:
    def make() -> None:
        for name in ("nvtracker", "nvdsmetamux", "nvcamerasrcbin"):
            element = Gst.ElementFactory.make(name)
            element.set_state(Gst.State.READY)
            element.set_state(Gst.State.NULL)

    check_no_growth(make)
