"""A probe runs as in a pipeline, in the time of a unit test."""

from __future__ import annotations

import statistics
import time
from typing import Any

import pytest
from gi.repository import Gst

import pyds
from thalweg.meta import Batch
from thalweg.testing import Detection, Frame, make_buffer, read_frames, run_probe

OK = Gst.PadProbeReturn.OK


def count_people(pad: Any, info: Any, counts: dict[int, int]) -> Any:
    """As programs write it."""
    gst_buffer = info.get_buffer()
    batch_meta = pyds.gst_buffer_get_nvds_batch_meta(hash(gst_buffer))
    l_frame = batch_meta.frame_meta_list
    while l_frame is not None:
        frame_meta = pyds.NvDsFrameMeta.cast(l_frame.data)
        l_obj = frame_meta.obj_meta_list
        while l_obj is not None:
            obj_meta = pyds.NvDsObjectMeta.cast(l_obj.data)
            if obj_meta.obj_label == "person":
                counts[frame_meta.source_id] = counts.get(frame_meta.source_id, 0) + 1
            l_obj = l_obj.next
        l_frame = l_frame.next
    return OK


def crowd(frames: int, persons: int) -> list[Frame]:
    objects = [
        Detection(label="person", xyxy=(10 * n, 0, 10 * n + 9, 50), track_id=n)
        for n in range(persons)
    ]
    return [Frame(source_id=source, objects=objects) for source in range(frames)]


def test_an_unmodified_probe() -> None:
    counts: dict[int, int] = {}
    assert run_probe(count_people, make_buffer(crowd(2, 3)), counts) == OK
    assert counts == {0: 3, 1: 3}


def test_a_probe_for_new_code() -> None:
    def count(pad: Any, info: Any, counts: list[int]) -> Any:
        counts.extend(len(frame.objects) for frame in Batch.of(info).frames)
        return OK

    counts: list[int] = []
    run_probe(count, make_buffer(crowd(2, 3)), counts)
    assert counts == [3, 3]


def test_it_takes_less_than_50_ms() -> None:
    """All of a test: four frames of 20 objects built, and the probe run."""
    counts: dict[int, int] = {}
    times = []
    for _ in range(9):
        start = time.perf_counter()
        run_probe(count_people, make_buffer(crowd(4, 20)), counts)
        times.append(time.perf_counter() - start)
    assert statistics.median(times) < 0.050, times
    assert counts[3] == 9 * 20


def test_pad_and_info_are_gstreamers() -> None:
    seen: dict[str, Any] = {}

    def probe(pad: Any, info: Any) -> Any:
        seen["pad"], seen["element"] = pad.get_name(), pad.get_parent_element().get_name()
        structure = pad.get_current_caps().get_structure(0)
        seen["size_px"] = structure.get_value("width"), structure.get_value("height")
        seen["type"] = info.type
        return Gst.PadProbeReturn.DROP

    buffer = make_buffer([Frame(size_px=(640, 360))])
    assert run_probe(probe, buffer) == Gst.PadProbeReturn.DROP
    assert (seen["pad"], seen["element"], seen["size_px"]) == ("src", "probed", (640, 360))
    assert seen["type"] & Gst.PadProbeType.BUFFER


def test_what_it_did_is_in_the_buffer() -> None:
    def label_all(pad: Any, info: Any, text: str, number: int) -> Any:
        batch = pyds.gst_buffer_get_nvds_batch_meta(hash(info.get_buffer()))
        frame = pyds.NvDsFrameMeta.cast(batch.frame_meta_list.data)
        obj = pyds.NvDsObjectMeta.cast(frame.obj_meta_list.data)
        obj.text_params.display_text = f"{text} {number}"
        return OK

    buffer = make_buffer(crowd(1, 1))
    for number in (1, 2):
        run_probe(label_all, buffer, "hello", number)
    assert read_frames(buffer)[0].objects[0].text == "hello 2"


def test_exceptions_come_out(capfd: pytest.CaptureFixture[str]) -> None:
    def broken(pad: Any, info: Any) -> Any:
        raise KeyError("person")

    with pytest.raises(KeyError) as caught:
        run_probe(broken, make_buffer([Frame()]))
    assert caught.traceback[-1].name == "broken"
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("result", [None, "OK", 1.0])
def test_a_probe_has_to_say_what_becomes_of_the_frame(result: Any) -> None:
    def forgetful(pad: Any, info: Any) -> Any:
        return result

    with pytest.raises(TypeError) as caught:
        run_probe(forgetful, make_buffer([Frame()]))
    assert str(caught.value) == (
        f"forgetful returned {result!r}: expected a Gst.PadProbeReturn; in a pipeline the frame "
        "would be dropped. Return Gst.PadProbeReturn.OK."
    )


def test_numbers_are_results() -> None:
    """PyGObject takes them too: 0 drops the frame."""
    buffer = make_buffer([Frame()])
    assert run_probe(lambda pad, info: 1, buffer) == OK
    assert run_probe(lambda pad, info: False, buffer) == Gst.PadProbeReturn.DROP


def test_a_buffer_without_metadata() -> None:
    """A program that is careful about it can be tested."""

    def careful(pad: Any, info: Any) -> Any:
        assert pyds.gst_buffer_get_nvds_batch_meta(hash(info.get_buffer())) is None
        return OK

    assert run_probe(careful, Gst.Buffer.new_allocate(None, 64, None)) == OK
