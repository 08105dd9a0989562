"""`thalweg.meta` at random, with views kept for longer than the metas live: every call ends in a
result or in `ReferenceError`, and every attached object dies once, when nothing has it any more."""

from __future__ import annotations

import gc
import os
import weakref
from typing import Any

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, rule

import pyds
from thalweg import meta

STEPS = int(os.environ.get("THALWEG_RANDOM_STEPS", "1000"))
KEYS = st.sampled_from(["a", "b", "ß"])
LABELS = st.text(max_size=40).filter(lambda text: text.isprintable())


class Token:
    pass


class Metadata(RuleBasedStateMachine):
    """Batches, and views of what is or was in them."""

    batches = Bundle("batches")
    frames = Bundle("frames")
    objects = Bundle("objects")
    snapshots = Bundle("snapshots")

    def __init__(self) -> None:
        super().__init__()
        self.made = 0
        self.deaths = 0
        self.live: list[meta.Batch] = []

    def attempt(self, call: Any) -> Any:
        try:
            return call()
        except ReferenceError:
            return None

    @initialize(target=batches)
    def first_batch(self) -> meta.Batch:
        return self.create()

    @rule(target=batches)
    def new_batch(self) -> meta.Batch:
        return self.create()

    def create(self) -> meta.Batch:
        batch = meta.Batch(pyds.nvds_create_batch_meta(1))
        self.live.append(batch)
        return batch

    @rule(batch=batches)
    def destroy(self, batch: meta.Batch) -> None:
        if batch in self.live:
            self.live.remove(batch)
            assert pyds.nvds_destroy_batch_meta(batch.meta) == 1

    @rule(target=frames, batch=batches)
    def add_frame(self, batch: meta.Batch) -> Any:
        def add() -> meta.Frame:
            frame = pyds.nvds_acquire_frame_meta_from_pool(batch.meta)
            pyds.nvds_add_frame_meta_to_batch(batch.meta, frame)
            return meta.Frame(frame)

        return self.attempt(add) or meta.Frame(pyds.NvDsFrameMeta())

    @rule(batch=batches, frame=frames)
    def remove_frame(self, batch: meta.Batch, frame: meta.Frame) -> None:
        if self.attempt(lambda: frame in batch.frames):
            pyds.nvds_remove_frame_meta_from_batch(batch.meta, frame.meta)

    @rule(target=snapshots, frame=frames, label=LABELS, count=st.integers(0, 4))
    def add_objects(self, frame: meta.Frame, label: str, count: int) -> Any:
        boxes = np.zeros((count, 4))
        try:
            added = self.attempt(lambda: frame.add(boxes, class_id=count, label=label))
        except MemoryError:  # the frame belongs to no batch
            assert count > 0
            added = None
        return added if added is not None else meta.Frame(pyds.NvDsFrameMeta()).objects

    @rule(target=snapshots, batch=batches)
    def snapshot(self, batch: meta.Batch) -> Any:
        taken = self.attempt(lambda: batch.objects)
        return taken if taken is not None else meta.Frame(pyds.NvDsFrameMeta()).objects

    @rule(target=snapshots, objects=snapshots, data=st.data())
    def select(self, objects: meta.Objects, data: st.DataObject) -> meta.Objects:
        n = len(objects)
        mask = np.array(data.draw(st.lists(st.booleans(), min_size=n, max_size=n)), bool)
        chosen = objects[mask]
        assert chosen.label.tolist() == objects.label[mask].tolist()
        assert chosen.xyxy.tolist() == objects.xyxy[mask].tolist()
        return chosen

    @rule(target=objects, snapshot=snapshots)
    def first(self, snapshot: meta.Objects) -> Any:
        return self.attempt(lambda: next(iter(snapshot), None))

    @rule(snapshot=snapshots, label=LABELS)
    def write(self, snapshot: meta.Objects, label: str) -> None:
        alive = self.attempt(lambda: snapshot.alive.sum())
        written = self.attempt(lambda: snapshot.write(label=label, text=label, track_id=-1))
        assert written in (alive, None)
        for obj in self.attempt(lambda: list(snapshot)) or ():
            assert (obj.label, obj.text, obj.track_id) == (label, label, None)

    @rule(snapshot=snapshots)
    def remove(self, snapshot: meta.Objects) -> None:
        self.attempt(snapshot.remove)
        assert not snapshot.alive.any()

    @rule(obj=objects)
    def remove_one(self, obj: meta.Object | None) -> None:
        if obj is not None:
            self.attempt(obj.remove)
            assert repr(obj) == "<Object: gone>"

    @rule(child=objects, parent=objects)
    def make_parent(self, child: meta.Object | None, parent: meta.Object | None) -> None:
        if child is not None and parent is not None:
            self.attempt(lambda: setattr(child.meta, "parent", parent.meta))
            self.attempt(lambda: child.parent and child.parent.label)

    @rule(source=frames, into=frames)
    def copy_objects(self, source: meta.Frame, into: meta.Frame) -> None:
        def copy() -> None:
            batch = source.meta.base_meta.batch_meta
            if source != into and batch and into.meta.base_meta.batch_meta:
                pyds.nvds_copy_obj_meta_list(source.meta.obj_meta_list, into.meta)
                pyds.nvds_copy_frame_user_meta_list(source.meta.frame_user_meta_list, into.meta)

        if self.attempt(lambda: len(into.objects) + len(source.objects) < 200):
            self.attempt(copy)

    @rule(holder=st.one_of(batches, frames, objects), key=KEYS)
    def attach(self, holder: Any, key: str) -> None:
        if holder is None:
            return
        token = Token()
        self.made += 1
        weakref.finalize(token, self.count_death)
        try:
            self.attempt(lambda: holder.attach(key, token))
        except MemoryError:  # a frame that belongs to no batch
            return
        found = self.attempt(lambda: holder.attachments[key])
        assert found in (token, None)

    @rule(holder=st.one_of(batches, frames, objects), key=KEYS)
    def detach(self, holder: Any, key: str) -> None:
        try:
            assert holder is None or isinstance(holder.detach(key), Token)
        except (ReferenceError, KeyError):
            pass

    @rule(batch=batches)
    def walk(self, batch: meta.Batch) -> None:
        if self.attempt(lambda: batch.frames) is None:
            return
        found = [obj for frame in batch.frames for obj in frame.objects]
        objects = batch.objects
        assert list(objects) == found
        assert objects.label.tolist() == [obj.label for obj in found]
        assert objects.frame_index.tolist() == [obj.frame.index for obj in found]

    def count_death(self) -> None:
        self.deaths += 1

    def teardown(self) -> None:
        for batch in self.live:
            pyds.nvds_destroy_batch_meta(batch.meta)
        self.live.clear()
        gc.collect()
        assert self.deaths == self.made


TestMetadata = Metadata.TestCase
TestMetadata.settings = settings(
    max_examples=max(1, STEPS // 50),
    stateful_step_count=50,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
