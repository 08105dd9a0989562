"""Python objects attached to metas: where they go, and when they die."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable
from typing import Any

import gi
import pytest

gi.require_version("Gst", "1.0")
from gi.repository import Gst

import pyds
from thalweg import meta

from ..pyds.conftest import elements

MakeBatch = Callable[[list[int]], meta.Batch]


class Token:
    """An object that counts, by name, how often one of its kind died."""

    def __init__(self, name: str, deaths: list[str]) -> None:
        self.name = name
        weakref.finalize(self, deaths.append, name)


def holders(batch: meta.Batch) -> list[Any]:
    """The batch, its first frame and that frame's first object."""
    frame = batch.frames[0]
    return [batch, frame, frame.objects[0]]


def test_attach_and_detach(make_batch: MakeBatch) -> None:
    deaths: list[str] = []
    for holder in holders(make_batch([2])):
        assert holder.attachments == {}
        first = Token("first", deaths)
        holder.attach("key", first)
        holder.attach("größe", None)
        assert holder.attachments == {"key": first, "größe": None}
        assert type(holder)(*constructor_arguments(holder)).attachments["key"] is first
        del first
        assert deaths == []
        holder.attach("key", Token("second", deaths))  # in its place
        assert deaths == ["first"]
        assert holder.detach("key").name == "second"
        assert deaths == ["first", "second"]
        assert holder.attachments == {"größe": None}
        with pytest.raises(KeyError, match=r"^'key'$"):
            holder.detach("key")
        for wrong in (5, None, b"key"):
            with pytest.raises(TypeError, match=r"^attach\.key: expected str, got "):
                holder.attach(wrong, 1)
            with pytest.raises(TypeError, match=r"^detach\.key: expected str, got "):
                holder.detach(wrong)
        deaths.clear()


def constructor_arguments(holder: Any) -> tuple[Any, ...]:
    return (holder.meta, holder.frame_meta) if isinstance(holder, meta.Object) else (holder.meta,)


def test_copies_share_and_the_last_one_lets_go(new_buffer: Callable[[], Any]) -> None:
    deaths: list[str] = []
    buffer = new_buffer()
    for name, holder in zip(
        ("batch", "frame", "object"), holders(meta.Batch.of(buffer)), strict=True
    ):
        holder.attach("token", Token(name, deaths))
    copies = [buffer.copy_deep(), buffer.copy_deep()]
    copies.append(copies[0].copy_deep())
    originals = [holder.attachments["token"] for holder in holders(meta.Batch.of(buffer))]
    for copy in copies:
        batch = meta.Batch.of(copy)
        frame = batch.frames[0]
        # A copied frame has its objects in the other order, or the first again.
        found = [batch.attachments, frame.attachments]
        found += [obj.attachments for obj in frame.objects if obj.attachments]
        assert [by_key["token"] for by_key in found] == originals
    del batch, frame, found, originals, holder
    # What a copy attaches or takes away is its own.
    meta.Batch.of(copies[1]).detach("token")
    meta.Batch.of(copies[2]).attach("token", 5)
    assert deaths == []
    del buffer
    gc.collect()
    assert deaths == []
    del copy
    while len(copies) > 1:
        copies.pop()
        gc.collect()
        assert deaths == []
    copies.clear()
    gc.collect()
    assert sorted(deaths) == ["batch", "frame", "object"]


@pytest.mark.parametrize("what", ["object", "frame"])
def test_removing_the_meta_lets_go(what: str, make_batch: MakeBatch) -> None:
    deaths: list[str] = []
    batch = make_batch([2])
    frame, obj = batch.frames[0], batch.objects[0]
    obj.attach("token", Token("object", deaths))
    if what == "object":
        batch.objects[:1].remove()
    else:
        pyds.nvds_remove_frame_meta_from_batch(batch.meta, frame.meta)
    assert deaths == ["object"]


def test_beside_user_metas_of_other_kinds(make_batch: MakeBatch) -> None:
    batch = make_batch([1])
    frame = batch.frames[0]
    other = pyds.nvds_acquire_user_meta_from_pool(batch.meta)
    pyds.nvds_add_user_meta_to_frame(frame.meta, other)
    frame.attach("key", "value")
    assert frame.attachments == {"key": "value"}
    metas = elements(frame.meta.frame_user_meta_list, pyds.NvDsUserMeta.cast)
    assert len(metas) == 2
    kind = pyds.nvds_get_user_meta_type("THALWEG.PYTHON_OBJECT")
    ours = next(found for found in metas if found.base_meta.meta_type == kind)
    # A program that writes into it loses the attachment, and nothing else.
    deaths: list[str] = []
    frame.attach("key", Token("lost", deaths))
    payload = ours.user_meta_data
    ours.user_meta_data = None
    assert frame.attachments == {}
    ours.user_meta_data = pyds.alloc_nvds_person_object()
    assert frame.attachments == {}
    assert deaths == []
    ours.user_meta_data = payload
    assert frame.attachments["key"].name == "lost"


def test_any_object_and_code_that_runs_when_it_dies(make_batch: MakeBatch) -> None:
    batch = make_batch([2])
    frame = batch.frames[0]
    seen: list[int] = []

    class Curious:
        def __del__(self) -> None:
            seen.append(len(frame.objects))

    for value in (0, "text", [1], batch, Curious()):
        frame.objects[0].attach("key", value)
    del value
    assert frame.objects[0].remove() is None
    assert len(seen) == 1


def test_a_process_ends_with_objects_attached() -> None:
    program = """
import pyds
from thalweg import meta

class Noisy:
    def __del__(self):
        print("gone")

batch = meta.Batch(pyds.nvds_create_batch_meta(1))
batch.attach("noisy", Noisy())
batch.attach("meta", pyds.NvDsObjectMeta())
pyds.nvds_batch_meta_copy_func(batch.meta, None)
"""
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "gone\n", "")


def test_many_threads(new_buffer: Callable[[], Any]) -> None:
    """Copied, looked at and released by several threads, each object dies exactly once."""
    deaths: list[str] = []
    names = [f"{number}" for number in range(100)]
    buffers = []
    for name in names:
        buffers.append(new_buffer())
        meta.Batch.of(buffers[-1]).frames[0].attach("token", Token(name, deaths))
    start = threading.Barrier(4)
    wrong: list[Any] = []

    def work(mine: list[Any]) -> None:
        start.wait()
        try:
            while mine:
                copy = mine[-1].copy_deep()
                token = meta.Batch.of(copy).frames[0].attachments["token"]
                assert token.name not in deaths
                del token
                mine.pop()
        except Exception as error:
            wrong.append(error)

    threads = [threading.Thread(target=work, args=(list(buffers),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    buffers.clear()
    for thread in threads:
        thread.join(60)
    gc.collect()
    assert wrong == []
    assert sorted(deaths) == sorted(names)


def test_through_a_pipeline(play: Callable[..., Any], needs_slots: None) -> None:
    """Attached behind the muxer, found on both branches of a tee, of which one has a copy."""
    frames = 30
    pipeline = Gst.parse_launch(
        f"videotestsrc num-buffers={frames} ! video/x-raw,format=I420,width=64,height=48 "
        "! nvvideoconvert ! mux.sink_0 nvstreammux name=mux batch-size=1 width=64 height=48 "
        "! identity name=start ! tee name=tee "
        "tee. ! queue ! nvdsosd ! fakesink name=drawn "
        "tee. ! queue ! fakesink name=plain"
    )
    deaths: list[str] = []
    seen: dict[str, list[tuple[str, str, str]]] = {"drawn": [], "plain": []}
    addresses: dict[str, list[int]] = {"drawn": [], "plain": []}

    def attach(pad: Any, info: Any) -> Any:
        batch = meta.Batch.of(info)
        frame = batch.frames[0]
        obj = frame.add([1, 2, 30, 40], class_id=0, label="thing")[0]
        for kind, holder in (("batch", batch), ("frame", frame), ("object", obj)):
            holder.attach("token", Token(f"{kind} {frame.number}", deaths))
        return Gst.PadProbeReturn.OK

    def look(pad: Any, info: Any, branch: str) -> Any:
        batch = meta.Batch.of(info)
        names = [holder.attachments["token"].name for holder in holders(batch)]
        seen[branch].append(tuple(names))
        addresses[branch].append(pyds.get_ptr(batch.meta))
        assert not set(names) & set(deaths)
        return Gst.PadProbeReturn.OK

    pad = pipeline.get_by_name("start").get_static_pad("src")
    pad.add_probe(Gst.PadProbeType.BUFFER, attach)
    for branch in seen:
        sink = pipeline.get_by_name(branch).get_static_pad("sink")
        sink.add_probe(Gst.PadProbeType.BUFFER, look, branch)
    played = play(pipeline)
    assert (played.eos, played.error) == (True, "")
    expected = [(f"batch {n}", f"frame {n}", f"object {n}") for n in range(frames)]
    assert seen == {"drawn": expected, "plain": expected}
    assert addresses["drawn"] != addresses["plain"]  # drawing made a copy
    del pipeline, pad, sink, played
    gc.collect()
    assert sorted(deaths) == sorted(name for names in expected for name in names)
