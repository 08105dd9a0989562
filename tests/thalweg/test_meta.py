"""The Pythonic view of a batch: sequences, columns, writing back."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gi
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

gi.require_version("Gst", "1.0")
from gi.repository import Gst

import pyds
from thalweg import meta

from ..pyds.conftest import elements

MakeBatch = Callable[[list[int]], meta.Batch]
COLUMNS = {
    "xyxy": (np.float32, (4,)),
    "class_id": (np.int32, ()),
    "confidence": (np.float32, ()),
    "track_id": (np.uint64, ()),
    "frame_index": (np.int32, ()),
    "component_id": (np.int32, ()),
}


# --- Where a batch comes from. --------------------------------------------------------------------


def test_a_batch_of_a_buffer(new_buffer: Callable[[], Any]) -> None:
    buffer = new_buffer()
    batch = meta.Batch.of(buffer)
    assert batch.meta is pyds.gst_buffer_get_nvds_batch_meta(buffer)
    sample = Gst.Sample.new(buffer, None, None, None)
    for source in (hash(buffer), np.int64(hash(buffer)), sample):
        assert meta.Batch.of(source) == batch
    assert [frame.number for frame in batch.frames] == [100, 101]


def test_what_carries_no_batch() -> None:
    for nothing in (Gst.Buffer.new(), 0):
        with pytest.raises(ValueError, match=r"^Batch\.of\.source: this buffer carries no batch"):
            meta.Batch.of(nothing)
    with pytest.raises(ValueError, match=r"^Batch\.of\.source: there is no buffer in it"):
        meta.Batch.of(Gst.Sample.new(None, None, None, None))
    for wrong in (None, "x", 1.5, 64, -1, [], Gst.Caps.new_any(), object()):
        with pytest.raises(TypeError, match=r"^Batch\.of\.source: expected Gst\.PadProbeInfo"):
            meta.Batch.of(wrong)


def test_a_probe_of_events() -> None:
    found: list[str] = []

    def probe(pad: Any, info: Any) -> Any:
        try:
            meta.Batch.of(info)
        except ValueError as error:
            found.append(str(error))
        return Gst.PadProbeReturn.REMOVE

    pad = Gst.Pad.new("src", Gst.PadDirection.SRC)
    pad.set_active(True)
    pad.add_probe(Gst.PadProbeType.EVENT_FLUSH, probe)
    pad.push_event(Gst.Event.new_flush_start())
    assert found == [
        "Batch.of.source: this probe's info holds no buffer; add the probe with "
        "Gst.PadProbeType.BUFFER"
    ]


def test_constructors(make_batch: MakeBatch) -> None:
    batch = make_batch([1])
    frame = batch.frames[0]
    obj = frame.objects[0]
    wrong: list[tuple[Callable[[], Any], str]] = [
        (lambda: meta.Batch(frame.meta), r"^Batch\.meta: expected NvDsBatchMeta, got <"),
        (lambda: meta.Frame(None), r"^Frame\.meta: expected NvDsFrameMeta, got None \(NoneType\)"),
        (lambda: meta.Object(obj.meta, batch.meta), r"^Object\.frame_meta: expected NvDsFrameMeta"),
        (lambda: meta.Objects([]), r"^Objects\.rows: expected ObjectRows, got \[\] \(list\)"),
    ]
    for call, text in wrong:
        with pytest.raises(TypeError, match=text):
            call()
    assert meta.Object(obj.meta, frame.meta) == obj


# --- Sequences. -----------------------------------------------------------------------------------


def test_frames(make_batch: MakeBatch) -> None:
    batch = make_batch([0, 3])
    frames = batch.frames
    assert [frame.number for frame in frames] == [100, 101]
    assert [frame.index for frame in frames] == [0, 1]
    assert [frame.source_id for frame in frames] == [0, 1]
    assert frames[1].batch == batch
    assert frames[1] == batch.frames[1] != frames[0]
    assert len({*frames, *batch.frames}) == 2
    frame = frames[1]
    frame.meta.buf_pts, frame.meta.pipeline_width, frame.meta.pipeline_height = 40, 1920, 1080
    assert (frame.pts_ns, frame.size_px, frame.batch_id) == (40, (1920, 1080), 1)
    frame.meta.buf_pts = 2**64 - 1
    assert frame.pts_ns is None
    pyds.nvds_remove_frame_meta_from_batch(batch.meta, frames[0].meta)
    assert frame.index == 0


def test_objects_are_a_sequence(make_batch: MakeBatch) -> None:
    frame = make_batch([5]).frames[0]
    objects = frame.objects
    assert len(objects) == 5
    walked = elements(frame.meta.obj_meta_list, pyds.NvDsObjectMeta.cast)
    assert [obj.meta for obj in objects] == walked
    assert [obj.label for obj in objects] == ["0:4", "0:3", "0:2", "0:1", "0:0"]
    assert objects[0] == objects[-5] == next(iter(objects))
    assert [obj.class_id for obj in objects[1:3]] == [3, 2]
    assert objects[::-1].class_id.tolist() == [0, 1, 2, 3, 4]
    assert list(reversed(objects)) == list(objects[::-1])
    assert objects[2] in objects
    assert objects.index(objects[2]) == 2
    assert all(obj.frame == frame for obj in objects)
    for place in (5, -6):
        with pytest.raises(IndexError, match=rf"^Objects\[{place}\]: there are 5 objects"):
            objects[place]


def test_fields_of_an_object(make_batch: MakeBatch) -> None:
    obj = make_batch([2]).frames[0].objects[1]
    assert (obj.class_id, obj.label, obj.confidence, obj.track_id) == (0, "0:0", 0.0, 0)
    assert (obj.component_id, obj.xyxy, obj.text) == (1, (0, 0, 10, 20), "")
    obj.class_id, obj.label, obj.text, obj.confidence = 7, "dog", "größer", 0.5
    obj.border_color, obj.border_width, obj.background_color = (1, 0, 0.5, 1), 4, [0, 1, 0, 0.25]
    obj.track_id = 5
    raw = obj.meta
    assert (raw.class_id, raw.obj_label, raw.confidence, raw.object_id) == (7, "dog", 0.5, 5)
    assert pyds.get_string(raw.text_params.display_text) == obj.text == "größer"
    assert (obj.border_color, obj.border_width) == ((1, 0, 0.5, 1), 4)
    assert obj.background_color == (0, 1, 0, 0.25)
    obj.background_color = None
    obj.track_id = None
    assert (raw.rect_params.has_bg_color, raw.object_id) == (0, meta.UNTRACKED)
    assert (obj.background_color, obj.track_id) == (None, None)
    for wrong in ((1, 0, 0), (1, 0, 0, 2), (0, 0, 0, np.nan), (0, 0, 0, "x"), "0011", None, 5):
        with pytest.raises(
            ValueError, match=r"^Object\.border_color: expected \(red, green, blue,"
        ):
            obj.border_color = wrong
    with pytest.raises(TypeError, match=r"^NvDsObjectMeta\.obj_label: expected str, got 5"):
        obj.label = 5


def test_parents(make_batch: MakeBatch) -> None:
    frame = make_batch([3]).frames[0]
    child, parent, other = frame.objects
    assert child.parent is None
    child.meta.parent = parent.meta
    assert child.parent == parent
    other.remove()
    assert child.parent == parent
    parent.remove()
    assert child.parent is None
    # Nor is it the next object that gets the address.
    added = [frame.add([0, 0, 1, 1], class_id=9)[0] for _ in range(40)]
    assert child.parent is None
    child.meta.parent = added[0].meta
    frame.objects[frame.objects.class_id == 9].remove()
    assert child.parent is None


def test_labels_of_classifiers(make_batch: MakeBatch) -> None:
    batch = make_batch([1])
    obj = batch.frames[0].objects[0]
    assert obj.labels == ()
    long = "ä" * 100
    for component, texts in ((2, ["red"]), (3, ["sedan", long])):
        classifier = pyds.nvds_acquire_classifier_meta_from_pool(batch.meta)
        classifier.unique_component_id = component
        for number, text in enumerate(texts):
            info = pyds.nvds_acquire_label_info_meta_from_pool(batch.meta)
            info.result_label, info.result_class_id, info.result_prob = text, number, 0.5
            if text is long:
                info.pResult_label = text
            pyds.nvds_add_label_info_meta_to_classifier(classifier, info)
        pyds.nvds_add_classifier_meta_to_object(obj.meta, classifier)
    assert obj.labels == ((long, 1, 0.5, 3), ("sedan", 0, 0.5, 3), ("red", 0, 0.5, 2))
    assert obj.labels[2].text == "red"


def test_removing_while_iterating(make_batch: MakeBatch) -> None:
    frame = make_batch([6]).frames[0]
    seen = []
    for obj in frame.objects:
        seen.append(obj.class_id)
        if obj.class_id % 2:
            obj.remove()
    assert seen == [5, 4, 3, 2, 1, 0]
    assert [obj.class_id for obj in frame.objects] == [4, 2, 0]
    # Also those that the loop has not come to yet: they are left out.
    seen = []
    for obj in frame.objects:
        seen.append(obj.class_id)
        for other in frame.objects:
            if other != obj:
                other.remove()
    assert seen == [4]
    assert frame.meta.num_obj_meta == 1


def test_adding_while_iterating(make_batch: MakeBatch) -> None:
    frame = make_batch([3]).frames[0]
    for count, _ in enumerate(frame.objects):
        frame.add([0, 0, 1, 1], class_id=count)
        assert count < 3
    assert len(frame.objects) == 6


def test_what_was_removed(make_batch: MakeBatch) -> None:
    batch = make_batch([4])
    frame = batch.frames[0]
    objects = batch.objects
    obj = objects[1]
    obj.remove()
    with pytest.raises(ReferenceError):
        obj.remove()
    with pytest.raises(ReferenceError, match=r"^Objects\[1\]: this object was removed"):
        objects[1]
    with pytest.raises(ReferenceError, match=r"^Objects\[-3\]: this object was removed"):
        objects[-3]
    assert objects.alive.tolist() == [True, False, True, True]
    assert [found.class_id for found in objects] == [3, 1, 0]
    # The columns are still those of the snapshot; writing and removing pass it over.
    assert objects.class_id.tolist() == [3, 2, 1, 0]
    assert objects.write(label="x", text="y", track_id=[1, 2, 3, 4]) == 3
    assert [(o.label, o.text, o.track_id) for o in frame.objects] == [
        ("x", "y", 1),
        ("x", "y", 3),
        ("x", "y", 4),
    ]
    assert objects[:2].remove() == 1
    assert objects.remove() == 2
    assert objects.remove() == 0
    assert not objects.alive.any()
    assert (len(frame.objects), frame.meta.num_obj_meta) == (0, 0)


def test_a_recycled_object_is_not_the_old_one(make_batch: MakeBatch, needs_slots: None) -> None:
    frame = make_batch([1]).frames[0]
    old = frame.objects
    address = pyds.get_ptr(old[0].meta)
    old.remove()
    new = [frame.add([0, 0, 1, 1], class_id=1, label="new")[0] for _ in range(40)]
    assert address in [pyds.get_ptr(obj.meta) for obj in new]
    assert old.write(label="old") == old.remove() == 0
    assert list(old) == []
    assert {obj.label for obj in new} == {"new"}


def test_an_object_that_the_program_constructed(make_batch: MakeBatch, needs_slots: None) -> None:
    batch = make_batch([2])
    frame = batch.frames[0]
    own = pyds.NvDsObjectMeta()
    own.class_id, own.obj_label = 77, "own"
    pyds.nvds_add_obj_meta_to_frame(frame.meta, own, None)
    objects = batch.objects
    assert objects.label.tolist() == ["own", "0:1", "0:0"]
    assert objects[:2].write(label="written", text="text") == 2
    obj = objects[0]
    obj.attach("key", "value")
    assert (obj.meta, obj.label, obj.text, obj.attachments) == (
        own,
        "written",
        "text",
        {"key": "value"},
    )
    assert objects[:1].remove() == 1
    assert objects.alive.tolist() == [False, True, True]
    assert objects.remove() == 2
    with pytest.raises(ReferenceError):
        _ = obj.label


def test_after_the_buffer(new_buffer: Callable[[], Any], needs_slots: None) -> None:
    buffer = new_buffer()
    batch = meta.Batch.of(buffer)
    frame = batch.frames[0]
    of_batch, of_frame = batch.objects, frame.objects
    obj = of_frame[0]
    walk = iter(of_batch)
    next(walk)
    assert repr(obj).startswith("<Object: 'car' (0.0, ")
    assert (repr(batch), repr(frame)) == ("<Batch: of 2 frames>", "<Frame: 100 of source 0>")
    assert repr(of_batch) == "<Objects: 4>"
    del buffer
    gc.collect()
    uses: list[Callable[[], Any]] = [
        lambda: batch.frames,
        lambda: batch.objects,
        lambda: batch.attach("k", 1),
        lambda: batch.attachments,
        lambda: batch.detach("k"),
        lambda: frame.number,
        lambda: frame.index,
        lambda: frame.batch,
        lambda: frame.objects,
        lambda: frame.add([0, 0, 1, 1], class_id=1),
        lambda: frame.attach("k", 1),
        lambda: obj.label,
        lambda: obj.text,
        lambda: obj.labels,
        lambda: obj.parent,
        lambda: obj.xyxy,
        lambda: obj.remove(),
        lambda: setattr(obj, "label", "x"),
        lambda: obj.attach("k", 1),
        lambda: next(walk),
        lambda: list(of_batch),
        lambda: of_frame[0],
        lambda: of_batch.write(label="x"),
        lambda: of_frame.write(label="x"),
        lambda: of_batch.remove(),
        lambda: of_frame[:1].remove(),
    ]
    for number, use in enumerate(uses):
        with pytest.raises(ReferenceError):
            pytest.fail(f"use {number} gave {use()!r}")
    assert {repr(batch), repr(frame), repr(obj)} == {
        "<Batch: gone>",
        "<Frame: gone>",
        "<Object: gone>",
    }
    # The columns are ours for ever.
    assert of_batch.class_id.tolist() == [1, 0, 1, 0]
    assert of_batch.label.tolist() == ["car", "person", "car", "person"]
    assert of_batch[of_batch.class_id == 1].track_id.tolist() == [1, 1001]
    assert not of_batch.alive.any()


# --- Columns. -------------------------------------------------------------------------------------


def test_columns(make_batch: MakeBatch) -> None:
    objects = make_batch([2, 0, 3]).objects
    assert objects.xyxy.tolist() == [
        [1, 0, 11, 20],
        [0, 0, 10, 20],
        [2, 2, 12, 22],
        [1, 2, 11, 22],
        [0, 2, 10, 22],
    ]
    assert objects.class_id.tolist() == [1, 0, 2, 1, 0]
    assert objects.confidence.tolist() == [1 / 64, 0, 2 / 64, 1 / 64, 0]
    assert objects.track_id.tolist() == [meta.UNTRACKED, 0, 202, meta.UNTRACKED, 200]
    assert objects.frame_index.tolist() == [0, 0, 2, 2, 2]
    assert objects.component_id.tolist() == [1] * 5
    assert objects.label.tolist() == ["0:1", "0:0", "2:2", "2:1", "2:0"]
    for obj, xyxy in zip(objects, objects.xyxy, strict=True):
        assert obj.xyxy == tuple(xyxy)


@pytest.mark.parametrize("sizes", [[], [0], [1], [0, 4, 0]])
def test_types_and_shapes(sizes: list[int], make_batch: MakeBatch) -> None:
    batch = make_batch(sizes)
    taken = [batch.objects, batch.objects[:0], *(frame.objects for frame in batch.frames)]
    for objects in taken:
        n = len(objects)
        for name, (dtype, rest) in COLUMNS.items():
            column = getattr(objects, name)
            assert (column.dtype, column.shape) == (dtype, (n, *rest)), name
            assert column.flags.c_contiguous
            assert column.flags.aligned
        assert (objects.label.dtype.kind, objects.label.shape) == ("U", (n,))
        assert (objects.alive.dtype, objects.alive.shape) == (np.bool_, (n,))
        assert objects.write(label="x", border_color=(0, 0, 0, 0), track_id=1) == n


def test_columns_of_a_frame(make_batch: MakeBatch) -> None:
    batch = make_batch([1, 2])
    objects = batch.frames[1].objects
    assert objects.frame_index.tolist() == [1, 1]
    assert objects.label.tolist() == ["1:1", "1:0"]
    alone = pyds.nvds_acquire_frame_meta_from_pool(batch.meta)
    pyds.nvds_add_obj_meta_to_frame(alone, pyds.nvds_acquire_obj_meta_from_pool(batch.meta), None)
    assert meta.Frame(alone).index == -1
    assert meta.Frame(alone).objects.frame_index.tolist() == [-1]


def test_a_frame_in_no_batch() -> None:
    frame = meta.Frame(pyds.NvDsFrameMeta())
    assert (len(frame.objects), frame.index, frame.attachments) == (0, -1, {})
    with pytest.raises(ReferenceError, match=r"^Frame\.batch: this frame belongs to no batch"):
        _ = frame.batch
    with pytest.raises(MemoryError, match=r"^the batch gave 0 of 2 objects: .*is in no batch"):
        frame.add([[0, 0, 1, 1]] * 2, class_id=1)
    with pytest.raises(MemoryError, match=r"^the batch gave no user meta: .*is in no batch"):
        frame.attach("key", 1)


def test_columns_are_copies(make_batch: MakeBatch) -> None:
    batch = make_batch([2])
    objects, again = batch.objects, batch.objects
    objects.xyxy[:] = -1
    objects.class_id[0] = 55
    assert objects.xyxy.tolist() == [[-1] * 4] * 2
    assert objects[:1].class_id.tolist() == [55]
    assert [obj.class_id for obj in objects] == again.class_id.tolist() == [1, 0]
    again[0].class_id = 9
    assert again.class_id.tolist() == [1, 0]
    column = batch.objects.confidence
    gc.collect()
    assert column.tolist() == [1 / 64, 0]


def test_copies_of_a_buffer_have_the_other_order(new_buffer: Callable[[], Any]) -> None:
    buffer = new_buffer()
    objects = meta.Batch.of(buffer).objects
    twin = buffer.copy_deep()
    copied = meta.Batch.of(twin).objects
    assert objects.track_id.tolist() == [1, 0, 1001, 1000]
    assert copied.track_id.tolist() == [0, 1, 1000, 1001]
    assert copied.frame_index.tolist() == objects.frame_index.tolist()


def test_labels_that_are_no_text(make_batch: MakeBatch) -> None:
    batch = make_batch([3])
    full, wrong, empty = batch.objects
    full.label, empty.label = "ü" * 100, ""
    wrong.meta.obj_label = b"caf\xe9"
    assert batch.objects.label.tolist() == ["ü" * 63, "caf\ufffd", ""]


# --- Choosing rows. -------------------------------------------------------------------------------


def test_masks_and_places(make_batch: MakeBatch) -> None:
    objects = make_batch([5]).objects
    mask = objects.confidence >= 2 / 64
    for same in (mask, mask.tolist(), np.flatnonzero(mask), [0, 1, -3], slice(0, 3), range(3)):
        chosen = objects[same]
        assert chosen.class_id.tolist() == [4, 3, 2]
        assert chosen.xyxy.tolist() == objects.xyxy[:3].tolist()
        assert chosen.label.tolist() == ["0:4", "0:3", "0:2"]
        assert [obj.class_id for obj in chosen] == [4, 3, 2]
    assert objects[[4, 0, 0]].label.tolist() == ["0:0", "0:4", "0:4"]
    assert objects[[4, 0]][[1]][0] == objects[0]
    assert objects[np.array([2**64 - 1], np.uint64) % 5].class_id.tolist() == [4]
    for nothing in ([], np.zeros(5, bool), slice(9, 12), np.empty(0, np.int8)):
        assert len(objects[nothing]) == 0
    assert objects[np.int8(1)] == objects[1]


def test_wrong_masks_and_places(make_batch: MakeBatch) -> None:
    objects = make_batch([5]).objects
    wrong: list[tuple[Any, type[Exception], str]] = [
        (np.ones(4, bool), IndexError, r"^Objects\[mask\]: .* each of 5 objects, got shape \(4,\)"),
        (np.ones((5, 1), bool), IndexError, r"^Objects\[mask\]: .*got shape \(5, 1\)"),
        (True, IndexError, r"^Objects\[mask\]: .*got shape \(\)"),
        (np.True_, IndexError, r"^Objects\[mask\]: .*got shape \(\)"),
        (np.ones(5, np.float32), TypeError, r"^Objects\[index\]: expected an int, .*got float32"),
        (1.5, TypeError, r"^Objects\[index\]: expected an int, .*got float64 of shape \(\)"),
        (None, TypeError, r"^Objects\[index\]: expected an int, .*got object"),
        ("x", TypeError, r"^Objects\[index\]: expected an int, .*got <U1"),
        ([[0, 1]], TypeError, r"^Objects\[index\]: expected an int, .*of shape \(1, 2\)"),
        (
            [[0], [1, 2]],
            TypeError,
            r"^Objects\[index\]: expected an array, got \[\[0\], \[1, 2\]\]",
        ),
        ([0, 5], IndexError, r"^Objects\[places\]: there are 5 objects, got places from 0 to 5"),
        ([-6], IndexError, r"^Objects\[places\]: there are 5 objects, got places from -6 to -6"),
        ([2**63], IndexError, r"^Objects\[places\]: there are 5 objects"),
        (2**70, IndexError, r"there are 5 objects"),
        ("0", TypeError, r"^Objects\[index\]"),
    ]
    for index, error, text in wrong:
        with pytest.raises(error, match=text):
            objects[index]


# --- Writing back. --------------------------------------------------------------------------------


def test_write(make_batch: MakeBatch) -> None:
    batch = make_batch([3])
    objects = batch.objects
    assert objects.write() == 3
    chosen = objects[objects.class_id != 1]
    assert chosen.write(border_color=(1, 0, 0, 1), border_width=5, label="x") == 2
    reds = np.array([[0.25, 0, 0, 1], [0.5, 0, 0, 0]], np.float32)
    assert chosen.write(background_color=reds, text=["a", ""], track_id=np.array([-1, 8])) == 2
    first, middle, last = batch.objects
    assert (first.label, first.border_color, first.border_width) == ("x", (1, 0, 0, 1), 5)
    assert (first.background_color, first.text, first.track_id) == ((0.25, 0, 0, 1), "a", None)
    assert (last.background_color, last.text, last.track_id) == (None, "", 8)
    assert last.meta.text_params.display_text == 0
    assert (middle.label, middle.border_color, middle.text) == ("0:1", (0, 0, 0, 0), "")
    objects.write(text=np.array(["p", "q", "r"]), label="ü" * 100, track_id=meta.UNTRACKED)
    assert [obj.text for obj in objects] == ["p", "q", "r"]
    assert first.label == "ü" * 63
    objects.write(text="s")
    assert [pyds.get_string(obj.meta.text_params.display_text) for obj in objects] == ["s"] * 3
    # Snapshots do not follow.
    assert objects.label.tolist() == ["0:2", "0:1", "0:0"]


WRONG: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"label": 5}, TypeError, r"^write\.label: expected str, got 5 \(int\)"),
    ({"label": ["a", "b"]}, ValueError, r"^write\.label: expected one text or 3, got 2"),
    ({"label": ["a", "b", 5]}, TypeError, r"^write\.label\[2\]: expected str, got 5 \(int\)"),
    ({"label": b"abc"}, TypeError, r"^write\.label\[0\]: expected str, got 97 \(int\)"),
    ({"label": "\ud800"}, TypeError, r"^write\.label: expected str without lone surrogates"),
    ({"text": [None] * 3}, TypeError, r"^write\.text\[0\]: expected str, got None"),
    ({"text": "\ud800"}, TypeError, r"^write\.text: expected str without lone surrogates"),
    ({"border_color": (1, 0, 0)}, ValueError, r"^write\.border_color: expected \(red, green, blu"),
    ({"border_color": (1, 0, 0, 2)}, ValueError, r"^write\.border_color: .*each from 0 to 1, or 3"),
    ({"border_color": (1, 0, 0, -0.1)}, ValueError, r"^write\.border_color: "),
    ({"border_color": (1, 0, 0, np.nan)}, ValueError, r"^write\.border_color: expected finite"),
    ({"border_color": np.zeros((2, 4))}, ValueError, r"^write\.border_color: "),
    ({"border_color": "red"}, TypeError, r"^write\.border_color: expected floats, got 'red' \(str"),
    ({"border_color": [[0], [1, 2]]}, TypeError, r"^write\.border_color: expected an array"),
    ({"background_color": (0, 0, 0)}, ValueError, r"^write\.background_color: "),
    ({"border_width": -1}, ValueError, r"^write\.border_width: expected ints from 0 to 4294967295"),
    ({"border_width": 2**32}, ValueError, r"^write\.border_width: expected ints from 0 to"),
    ({"border_width": 1.5}, TypeError, r"^write\.border_width: expected ints, got 1\.5 \(float\)"),
    ({"border_width": True}, TypeError, r"^write\.border_width: expected ints, got True"),
    ({"border_width": [1, 2]}, ValueError, r"^write\.border_width: expected one value or 3, got "),
    ({"track_id": 2**64}, TypeError, r"^write\.track_id: expected ints, got 18446744073709551616"),
    ({"track_id": [1.0, 2, 3]}, TypeError, r"^write\.track_id: expected ints"),
    ({"track_id": [[1, 2, 3]]}, ValueError, r"^write\.track_id: .*got shape \(1, 3\)"),
]


@pytest.mark.parametrize(("arguments", "error", "text"), WRONG, ids=lambda value: str(value)[:30])
def test_wrong_values_change_nothing(
    arguments: dict[str, Any], error: type[Exception], text: str, make_batch: MakeBatch
) -> None:
    objects = make_batch([3]).objects
    valid = {"label": "new", "border_color": (1, 1, 1, 1), "track_id": 77}
    with pytest.raises(error, match=text):
        objects.write(**(valid | arguments))
    assert [obj.label for obj in objects] == ["0:2", "0:1", "0:0"]
    assert {obj.border_color for obj in objects} == {(0, 0, 0, 0)}
    with pytest.raises(TypeError):
        objects.write(colour=(1, 0, 0, 1))


def test_add(make_batch: MakeBatch) -> None:
    frame = make_batch([0, 1]).frames[1]
    one = frame.add((1, 2, 31, 42), class_id=3)
    assert (len(one), one[0].xyxy, one[0].class_id) == (1, (1, 2, 31, 42), 3)
    assert (one[0].label, one[0].text, one[0].track_id, one[0].component_id) == ("", "", None, 0)
    assert one[0].confidence == pytest.approx(-0.1)
    boxes = np.array([[0, 0, 5, 6], [-3, -4.5, 1, 1]])
    two = frame.add(
        boxes, class_id=[1, 2], confidence=0.5, track_id=[7, -1], label=["a", "b"], component_id=9
    )
    assert two.xyxy.tolist() == boxes.tolist()
    assert (two.class_id.tolist(), two.confidence.tolist()) == ([1, 2], [0.5, 0.5])
    assert two.track_id.tolist() == [7, meta.UNTRACKED]
    assert (two.frame_index.tolist(), two.component_id.tolist()) == ([1, 1], [9, 9])
    assert [obj.text for obj in two] == two.label.tolist() == ["a", "b"]
    raw = two[1].meta
    assert (raw.detector_bbox_info.org_bbox_coords.left, raw.rect_params.border_width) == (-3, 3)
    assert (raw.text_params.x_offset, raw.text_params.y_offset) == (0, 0)
    assert frame.objects.label.tolist() == ["b", "a", "", "1:0"]
    assert frame.meta.num_obj_meta == 4
    assert len(frame.add(np.empty((0, 4)), class_id=1)) == 0
    two[0].remove()
    assert two.alive.tolist() == [False, True]


def test_adding_what_is_wrong(make_batch: MakeBatch) -> None:
    frame = make_batch([1]).frames[0]
    box = [0, 0, 1, 1]
    wrong: list[tuple[dict[str, Any], type[Exception], str]] = [
        ({"xyxy": [1, 2, 3]}, ValueError, r"^add\.xyxy: expected floats \(4,\) or \(n, 4\), got"),
        ({"xyxy": np.zeros((1, 1, 4))}, ValueError, r"^add\.xyxy: .*got shape \(1, 1, 4\)"),
        ({"xyxy": 5}, ValueError, r"^add\.xyxy: .*got shape \(\)"),
        ({"xyxy": [1, 0, 0, 1]}, ValueError, r"^add\.xyxy: .*left <= right and top <= bottom"),
        ({"xyxy": [0, 0, 1, np.inf]}, ValueError, r"^add\.xyxy: expected finite floats"),
        ({"xyxy": [0, 0, 1, 1e300]}, ValueError, r"^add\.xyxy: expected finite floats"),
        ({"xyxy": "box"}, TypeError, r"^add\.xyxy: expected floats, got 'box' \(str\)"),
        ({"class_id": "x"}, TypeError, r"^add\.class_id: expected ints"),
        ({"class_id": 2**31}, ValueError, r"^add\.class_id: expected ints from -2147483648"),
        ({"class_id": [1, 2]}, ValueError, r"^add\.class_id: expected one value or 1"),
        ({"confidence": np.nan}, ValueError, r"^add\.confidence: expected finite floats"),
        ({"track_id": 0.5}, TypeError, r"^add\.track_id: expected ints"),
        ({"label": ["a", "b"]}, ValueError, r"^add\.label: expected one text or 1, got 2"),
        ({"label": 1}, TypeError, r"^add\.label: expected str"),
        ({"label": "\ud800"}, TypeError, r"^add\.label: expected str without lone surrogates"),
        ({"component_id": 1.5}, TypeError, r"^add\.component_id: expected ints"),
    ]
    for arguments, error, text in wrong:
        with pytest.raises(error, match=text):
            frame.add(**({"xyxy": box, "class_id": 1} | arguments))
    assert len(frame.objects) == 1


# --- Properties. ----------------------------------------------------------------------------------

OBJECT = st.fixed_dictionaries(
    {
        "box": st.tuples(*[st.integers(0, 4000)] * 4),
        "class_id": st.integers(-(2**31), 2**31 - 1),
        "confidence": st.floats(0, 1, width=32),
        "object_id": st.integers(0, 2**64 - 1),
        "unique_component_id": st.integers(-1, 100),
        "obj_label": st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=31),
    }
)
FIELDS = ("class_id", "confidence", "object_id", "unique_component_id", "obj_label")


def walk(batch: Any) -> list[tuple[Any, ...]]:
    """Every object as programs walk them: index of the frame, box, then FIELDS."""
    found = []
    for index, frame in enumerate(elements(batch.frame_meta_list, pyds.NvDsFrameMeta.cast)):
        for obj in elements(frame.obj_meta_list, pyds.NvDsObjectMeta.cast):
            box = obj.rect_params
            xyxy = [box.left, box.top, box.left + box.width, box.top + box.height]
            found.append((index, xyxy, *(getattr(obj, name) for name in FIELDS)))
    return found


def columns(batch: meta.Batch) -> list[tuple[Any, ...]]:
    objects = batch.objects
    found = [objects.frame_index, objects.xyxy, objects.class_id, objects.confidence]
    found += [objects.track_id, objects.component_id, objects.label]
    return list(zip(*(column.tolist() for column in found), strict=True))


@settings(deadline=None, max_examples=60, derandomize=True)
@given(data=st.data(), frames=st.lists(st.lists(OBJECT, max_size=8), max_size=4))
def test_columns_are_what_a_walk_finds(data: st.DataObject, frames: list[list[Any]]) -> None:
    batch = pyds.nvds_create_batch_meta(2)
    try:
        for objects in frames:
            frame = pyds.nvds_acquire_frame_meta_from_pool(batch)
            pyds.nvds_add_frame_meta_to_batch(batch, frame)
            for values in objects:
                obj = pyds.nvds_acquire_obj_meta_from_pool(batch)
                for name in FIELDS:
                    setattr(obj, name, values[name])
                box = obj.rect_params
                box.left, box.top, box.width, box.height = values["box"]
                pyds.nvds_add_obj_meta_to_frame(frame, obj, None)
        view = meta.Batch(batch)
        model = walk(batch)
        assert columns(view) == model
        by_frame = [obj for frame in view.frames for obj in frame.objects]
        assert [(row[-1], row[2]) for row in model] == [(o.label, o.class_id) for o in by_frame]

        n = len(model)
        masks = st.lists(st.booleans(), min_size=n, max_size=n)
        taken = view.objects
        first, second, third = (np.array(data.draw(masks), bool) for _ in range(3))
        assert taken[first].remove() == first.sum()
        assert taken[second].write(label="written", track_id=3) == (second & ~first).sum()
        assert taken[third].remove() == (third & ~first).sum()
        alive = ~first & ~third
        assert taken.alive.tolist() == alive.tolist()
        expected = [
            row if not written else (*row[:4], 3, row[5], "written")
            for row, stays, written in zip(model, alive, second, strict=True)
            if stays
        ]
        assert walk(batch) == columns(view) == expected
        assert [obj.class_id for obj in taken] == [row[2] for row in expected]
    finally:
        pyds.nvds_destroy_batch_meta(batch)


# --- Threads. -------------------------------------------------------------------------------------


def test_waiting_for_the_lock_without_the_gil(make_batch: MakeBatch) -> None:
    batch = make_batch([3])
    uses: list[Callable[[], Any]] = [
        lambda: batch.objects.class_id.tolist(),
        lambda: batch.frames[0].objects.write(label="x"),
        lambda: batch.attach("key", "value"),
        lambda: batch.attachments["key"],
        lambda: batch.frames[0].objects[:1].remove(),
    ]
    results: list[Any] = []
    for use in uses:
        done = threading.Event()

        def run(use: Callable[[], Any] = use, done: threading.Event = done) -> None:
            results.append(use())
            done.set()

        pyds.nvds_acquire_meta_lock(batch.meta)
        thread = threading.Thread(target=run)
        thread.start()
        # Were the GIL held while waiting, this thread would never come to release the lock.
        assert not done.wait(0.02)
        pyds.nvds_release_meta_lock(batch.meta)
        thread.join(20)
        assert done.is_set()
    assert results == [[2, 1, 0], 3, None, "value", 1]


def test_a_frame_that_is_removed_while_a_thread_waits(
    make_batch: MakeBatch, needs_slots: None
) -> None:
    batch = make_batch([3, 3])
    frame = batch.frames[0]
    raised: list[str] = []

    def read() -> None:
        try:
            len(frame.objects)
        except ReferenceError as error:
            raised.append(str(error))

    pyds.nvds_acquire_meta_lock(batch.meta)
    thread = threading.Thread(target=read)
    thread.start()
    thread.join(0.02)
    assert thread.is_alive()
    pyds.nvds_remove_frame_meta_from_batch(batch.meta, frame.meta)
    pyds.nvds_release_meta_lock(batch.meta)
    thread.join(20)
    assert raised[0].startswith("NvDsFrameMeta: its memory was given back")
    assert len(batch.objects) == 3


def test_columns_while_another_thread_changes_the_lists(make_batch: MakeBatch) -> None:
    batch = make_batch([2, 2])
    frame = batch.frames[0]
    stop = threading.Event()

    def change() -> None:
        while not stop.is_set():
            frame.add([[0, 0, 1, 1]] * 3, class_id=50)[::2].remove()
            frame.objects[frame.objects.class_id == 50].remove()

    thread = threading.Thread(target=change)
    thread.start()
    try:
        for _ in range(500):
            objects = batch.objects
            steady = objects[objects.class_id != 50]
            assert steady.label.tolist() == ["0:1", "0:0", "1:1", "1:0"]
            assert set(objects.frame_index[objects.class_id == 50].tolist()) <= {0}
            assert objects[objects.class_id != 50].write(border_width=1) == 4
            for obj in objects:
                try:
                    assert obj.class_id in (0, 1, 50)
                except ReferenceError:
                    continue  # removed since it was found
    finally:
        stop.set()
        thread.join()


def test_columns_while_another_thread_releases(
    new_buffer: Callable[[], Any], needs_slots: None
) -> None:
    buffers = [new_buffer() for _ in range(200)]
    batches = [meta.Batch.of(buffer) for buffer in buffers]
    start = threading.Barrier(2)

    def release() -> None:
        start.wait()
        while buffers:
            buffers.pop()

    thread = threading.Thread(target=release)
    thread.start()
    start.wait()
    gone = 0
    while thread.is_alive() or gone == 0:
        for batch in batches:
            try:
                objects = batch.objects
                assert objects.track_id.tolist() == [1, 0, 1001, 1000]
                assert objects.write(border_width=2) in range(5)
                assert objects[1:3].remove() in range(3)
            except ReferenceError:
                gone += 1
            except AssertionError:
                assert len(objects) in range(5)  # a second round
    thread.join()
    assert gone > 0


# --- The module. ----------------------------------------------------------------------------------


def run(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False
    )


def test_importing_the_package_does_not_import_this() -> None:
    program = """
import sys
import thalweg
print(sorted({"pyds", "numpy", "gi", "thalweg.meta", "supervision"} & set(sys.modules)))
import pyds
print(sorted({"numpy", "gi", "thalweg.meta"} & set(sys.modules)))
import thalweg.meta
print(sorted({"gi", "supervision"} & set(sys.modules)))
"""
    ended = run(program)
    assert (ended.stdout, ended.stderr) == ("[]\n[]\n[]\n", "")


PROGRAM = """
from __future__ import annotations

import numpy as np

from thalweg import meta

def probe(info: object) -> int:
    batch = meta.Batch.of(info)
    for frame in batch.frames:
        for obj in frame.objects:
            label: str = obj.label.upper()
            parent = obj.parent
            if parent is not None:
                parent.attach(label, frame.number)
            for said in obj.labels:
                print(said.text, said.confidence, obj.xyxy[0])
            obj.border_color = (1, 0, 0, 1)
    objects = batch.objects
    people = objects[objects.class_id == 0]
    centers = (people.xyxy[:, :2] + people.xyxy[:, 2:]) / 2
    first: meta.Object = people[0]
    first.remove()
    print(np.mean(centers), people[1:].write(border_color=(0, 1, 0, 1), label="person"))
    return objects[objects.confidence < 0.5].remove()
"""


def test_mypy_accepts_a_program(root: Path, tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    file = tmp_path / "program.py"
    file.write_text(PROGRAM)
    (tmp_path / "mypy.ini").write_text(
        "[mypy]\n[mypy-gi.*,supervision.*]\nignore_missing_imports = True\n"
    )
    ended = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path), str(file)],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={"MYPYPATH": str(root / "python"), "PATH": "/usr/bin:/bin"},
    )
    assert ended.returncode == 0, ended.stdout
