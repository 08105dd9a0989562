"""Sources that are live, or that come and go while the pipeline plays, as programs have them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ..rtsp_camera import Camera
from .conftest import STREAM, Runner, program

# A bin of a uridecodebin, and a probe that counts the frames of each source.
SOURCES = """
    Gst.init(None)
    pipeline = Gst.Pipeline()

    def cb_newpad(decodebin, decoder_src_pad, data):
        caps = decoder_src_pad.get_current_caps()
        if not caps:
            caps = decoder_src_pad.query_caps()
        if caps.get_structure(0).get_name().find("video") != -1:
            if caps.get_features(0).contains("memory:NVMM"):
                if not data.get_static_pad("src").set_target(decoder_src_pad):
                    sys.stderr.write("Failed to link decoder src pad to source bin ghost pad\\n")
            else:
                sys.stderr.write(" Error: Decodebin did not pick nvidia decoder plugin.\\n")

    def decodebin_child_added(child_proxy, Object, name, user_data):
        if name.find("decodebin") != -1:
            Object.connect("child-added", decodebin_child_added, user_data)
        if name.find("nvv4l2decoder") != -1:
            Object.set_property("cudadec-memtype", 0)
        if "source" in name and Object.find_property("drop-on-latency") != None:
            Object.set_property("drop-on-latency", True)
            print("dropping on latency", flush=True)

    def create_source_bin(index, uri):
        nbin = Gst.Bin.new("source-bin-%02d" % index)
        uri_decode_bin = Gst.ElementFactory.make("uridecodebin", "uri-decode-bin")
        uri_decode_bin.set_property("uri", uri)
        uri_decode_bin.connect("pad-added", cb_newpad, nbin)
        uri_decode_bin.connect("child-added", decodebin_child_added, nbin)
        Gst.Bin.add(nbin, uri_decode_bin)
        if not nbin.add_pad(Gst.GhostPad.new_no_target("src", Gst.PadDirection.SRC)):
            sys.stderr.write(" Failed to add ghost pad in source bin \\n")
        return nbin

    def link(source, index):
        sinkpad = streammux.get_request_pad("sink_%u" % index)
        if source.get_static_pad("src").link(sinkpad) != Gst.PadLinkReturn.OK:
            sys.stderr.write("Unable to link source %u\\n" % index)

    streammux = make(pipeline, "nvstreammux", "Stream-muxer", width=640, height=480, batch_size=4,
                     batched_push_timeout=40000)
    sink = make(pipeline, "fakesink", "fakesink", sync=False)
    streammux.link(sink)

    counts = {}
    def probe(pad, info, u_data):
        batch = pyds.gst_buffer_get_nvds_batch_meta(hash(info.get_buffer()))
        l_frame = batch.frame_meta_list
        while l_frame is not None:
            frame_meta = pyds.NvDsFrameMeta.cast(l_frame.data)
            index = frame_meta.pad_index
            assert index == frame_meta.source_id
            counts[index] = counts.get(index, 0) + 1
            l_frame = l_frame.next
        on_batch()
        return Gst.PadProbeReturn.OK
    sink.get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, probe, 0)

    def on_batch():
        pass
"""


@pytest.fixture(scope="module")
def rtsp_server() -> Any:
    """The module GstRtspServer."""
    import gi

    try:
        gi.require_version("GstRtspServer", "1.0")
    except ValueError:
        pytest.skip("needs the package gir1.2-gst-rtsp-server-1.0")
    from gi.repository import GstRtspServer

    return GstRtspServer


def test_two_rtsp_sources(
    write: Callable[..., Path], either_way: Runner, camera: Callable[..., Camera]
) -> None:
    uri = camera().uri
    body = f"""{SOURCES}
    streammux.set_property("live-source", 1)
    for index, uri in enumerate(sys.argv[1:]):
        source_bin = create_source_bin(index, uri)
        pipeline.add(source_bin)
        link(source_bin, index)
    def on_batch():
        if len(counts) == 2 and min(counts.values()) >= 10:
            GLib.idle_add(loop.quit)
    loop = GLib.MainLoop()
    finish(pipeline, loop)
    print(sorted(counts))
    """
    done = either_way(write(program(body)), uri, uri, timeout=60)
    assert done.stdout == "dropping on latency\ndropping on latency\n[0, 1]\n", done.stderr
    assert "Error" not in done.stderr


@pytest.mark.usefixtures("rtsp_server")
def test_a_program_that_serves_rtsp(write: Callable[..., Path], thalweg_run: Runner) -> None:
    """Its launch line names a stream of DeepStream's; the program is its own client."""
    body = f"""{SOURCES}
    gi.require_version("GstRtspServer", "1.0")
    from gi.repository import GstRtspServer
    server = GstRtspServer.RTSPServer.new()
    server.props.service = "0"
    server.attach(None)
    factory = GstRtspServer.RTSPMediaFactory.new()
    factory.set_launch("( filesrc location={STREAM} ! h264parse ! rtph264pay name=pay0 pt=96 )")
    factory.set_shared(True)
    server.get_mount_points().add_factory("/ds-test", factory)
    source_bin = create_source_bin(0, "rtsp://127.0.0.1:%d/ds-test" % server.get_bound_port())
    pipeline.add(source_bin)
    link(source_bin, 0)
    streammux.set_property("live-source", 1)
    finish(pipeline)
    print(counts)
    """
    done = thalweg_run(write(program(body)), options=("--frames", 10), timeout=60)
    assert done.stdout.endswith("{0: 10}\n"), done.stdout + done.stderr


def test_sources_come_and_go(write: Callable[..., Path], either_way: Runner, clip: Path) -> None:
    """The first one stays; two more come and go in turn, each with a pad number used before."""
    body = f"""{SOURCES}
    import itertools, json
    sources = {{}}
    order = []  # of what was done
    def add_source(index):
        source_bin = create_source_bin(index, sys.argv[1])
        sources[index] = source_bin
        pipeline.add(source_bin)
        link(source_bin, index)
        state_return = source_bin.set_state(Gst.State.PLAYING)
        if state_return == Gst.StateChangeReturn.FAILURE:
            sys.stderr.write("FAILURE to play\\n")
        elif state_return == Gst.StateChangeReturn.ASYNC:
            source_bin.get_state(Gst.CLOCK_TIME_NONE)
        order.append("+%d" % index)
        return False

    def stop_release_source(index):
        state_return = sources[index].set_state(Gst.State.NULL)
        if state_return == Gst.StateChangeReturn.FAILURE:
            sys.stderr.write("FAILURE to stop\\n")
        elif state_return == Gst.StateChangeReturn.ASYNC:
            sources[index].get_state(Gst.CLOCK_TIME_NONE)
        sinkpad = streammux.get_static_pad("sink_%u" % index)
        sinkpad.send_event(Gst.Event.new_flush_stop(False))
        streammux.release_request_pad(sinkpad)
        pipeline.remove(sources.pop(index))
        counts[index] = 0
        order.append("-%d" % index)
        return False

    steps = iter([(add_source, 1), (add_source, 2), (stop_release_source, 1),
                  (stop_release_source, 2), (add_source, 1), (stop_release_source, 1)])
    waiting = False
    def on_batch():
        # The next step when every source that is there has given three frames since the last one.
        if not waiting and all(counts.get(index, 0) >= 3 for index in list(sources)):
            step()

    def step():
        global waiting
        waiting = True
        GLib.idle_add(do_step)

    def do_step():
        global waiting
        function, index = next(steps, (None, None))
        if function is None:
            loop.quit()
            return False
        function(index)
        counts.update({{index: 0 for index in counts}})
        waiting = False
        return False

    source_bin = create_source_bin(0, sys.argv[1])
    pipeline.add(source_bin)
    link(source_bin, 0)
    sources[0] = source_bin
    loop = GLib.MainLoop()
    finish(pipeline, loop)
    print(json.dumps(order), sorted(counts), streammux.numsinkpads)
    """
    done = either_way(write(program(body)), clip.as_uri(), timeout=60)
    order = json.dumps(["+1", "+2", "-1", "-2", "+1", "-1"])
    assert done.stdout == f"{order} [0, 1, 2] 1\n", done.stdout + done.stderr
    assert "CRITICAL" not in done.stderr
    assert "FAILURE" not in done.stderr


def test_a_pipeline_in_a_background_thread(
    write: Callable[..., Path], either_way: Runner, clip: Path
) -> None:
    """With a context of its own, from which sources are added to a pipeline that has none."""
    body = f"""{SOURCES}
    import threading
    ended = threading.Event()
    context = GLib.MainContext.new()
    messages = []

    def on_message(bus, message):
        if message.type in (Gst.MessageType.EOS, Gst.MessageType.ERROR):
            messages.append(message.type)
            loop.quit()
        return True

    def work():
        global loop
        context.push_thread_default()
        loop = GLib.MainLoop.new(context, False)
        bus = pipeline.get_bus()
        bus.add_watch(GLib.PRIORITY_DEFAULT, on_message)
        pipeline.set_state(Gst.State.PLAYING)
        loop.run()
        bus.remove_watch()
        pipeline.set_state(Gst.State.NULL)
        context.pop_thread_default()
        ended.set()

    def add_source(index):
        names.append(threading.current_thread().name)
        source_bin = create_source_bin(index, sys.argv[1])
        pipeline.add(source_bin)
        link(source_bin, index)
        source_bin.sync_state_with_parent()
        return GLib.SOURCE_REMOVE

    names = []
    worker = threading.Thread(target=work, name="pipeline", daemon=True)
    worker.start()
    for index in range(2):
        context.invoke_full(GLib.PRIORITY_DEFAULT, add_source, index)
    def on_batch():
        if len(counts) == 2 and min(counts.values()) >= 5:
            pipeline.send_event(Gst.Event.new_eos())
    while not ended.wait(0.1):
        pass
    worker.join()
    print(names, sorted(counts), [m == Gst.MessageType.EOS for m in messages])
    """
    done = either_way(write(program(body)), clip.as_uri(), timeout=60)
    assert done.stdout == "['pipeline', 'pipeline'] [0, 1] [True]\n", done.stdout + done.stderr


TRACKER = """\
[tracker]
tracker-width=640
tracker-height=384
gpu-id=0
ll-lib-file=/opt/nvidia/deepstream/deepstream/lib/libnvds_nvmultiobjecttracker.so
# ll-config-file required to set different tracker types
ll-config-file=../../../../samples/configs/deepstream-app/config_tracker_NvDCF_perf.yml
#enable-past-frame=1
enable-batch-process=1
display-tracking-id=1
"""


def test_tracker_configuration_read_by_the_program(
    write: Callable[..., Path], thalweg_run: Runner
) -> None:
    write(TRACKER, "tracker_config.txt")
    body = """
    import configparser, os
    Gst.init(None)
    tracker = Gst.ElementFactory.make("nvtracker", "tracker")
    config = configparser.ConfigParser()
    config.read('tracker_config.txt')
    config.sections()
    for key in config['tracker']:
        if key in ('ll-lib-file', 'll-config-file'):
            value = config.get('tracker', key)
            if not os.path.exists(value):
                sys.exit("there is no " + value)
            tracker.set_property(key, value)
        else:
            tracker.set_property(key.replace("-", "_"), config.getint('tracker', key))
    with open(tracker.get_property("ll-config-file")) as file:
        print(sum(line.startswith("VisualTracker:") for line in file))
    print(tracker.get_property("ll-lib-file"))
    print(tracker.get_property("tracker-width"), tracker.get_property("tracker-height"))
    """
    done = thalweg_run(write(program(body)))
    assert done.stdout.splitlines() == [
        "1",
        "/opt/nvidia/deepstream/deepstream/lib/libnvds_nvmultiobjecttracker.so",
        "640 384",
    ], done.stderr
