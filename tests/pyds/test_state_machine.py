"""The whole interface at random: every call ends in a result or in a Python exception."""

from __future__ import annotations

import gc
import os
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, rule

import pyds

STEPS = int(os.environ.get("THALWEG_RANDOM_STEPS", "1000"))
REFUSALS = (ReferenceError, TypeError, ValueError, AttributeError, IndexError)
TEXT = st.text(max_size=200)


class Metadata(RuleBasedStateMachine):
    """Batches, what is in them, and wrappers kept for longer than the metas live."""

    batches = Bundle("batches")
    frames = Bundle("frames")
    objects = Bundle("objects")
    displays = Bundle("displays")
    users = Bundle("users")
    nodes = Bundle("nodes")
    blocks = Bundle("blocks")

    def attempt(self, call: Any, *arguments: Any) -> Any:
        try:
            return call(*arguments)
        except REFUSALS:
            return None

    @initialize(target=batches)
    def first_batch(self) -> Any:
        return pyds.nvds_create_batch_meta(2)

    @rule(target=batches)
    def create(self) -> Any:
        return pyds.nvds_create_batch_meta(2)

    @rule(batch=batches)
    def destroy(self, batch: Any) -> None:
        self.attempt(pyds.nvds_destroy_batch_meta, batch)

    @rule(target=frames, batch=batches)
    def acquire_frame(self, batch: Any) -> Any:
        return self.attempt(pyds.nvds_acquire_frame_meta_from_pool, batch)

    @rule(target=objects, batch=batches)
    def acquire_object(self, batch: Any) -> Any:
        return self.attempt(pyds.nvds_acquire_obj_meta_from_pool, batch)

    @rule(target=displays, batch=batches)
    def acquire_display(self, batch: Any) -> Any:
        return self.attempt(pyds.nvds_acquire_display_meta_from_pool, batch)

    @rule(target=users, batch=batches)
    def acquire_user(self, batch: Any) -> Any:
        return self.attempt(pyds.nvds_acquire_user_meta_from_pool, batch)

    @rule(batch=batches, frame=frames)
    def add_frame(self, batch: Any, frame: Any) -> None:
        self.attempt(pyds.nvds_add_frame_meta_to_batch, batch, frame)

    @rule(frame=frames, obj=objects, parent=objects)
    def add_object(self, frame: Any, obj: Any, parent: Any) -> None:
        self.attempt(pyds.nvds_add_obj_meta_to_frame, frame, obj, parent)

    @rule(frame=frames, display=displays)
    def add_display(self, frame: Any, display: Any) -> None:
        self.attempt(pyds.nvds_add_display_meta_to_frame, frame, display)

    @rule(frame=frames, user=users)
    def add_user(self, frame: Any, user: Any) -> None:
        self.attempt(pyds.nvds_add_user_meta_to_frame, frame, user)

    @rule(frame=frames, obj=objects)
    def remove_object(self, frame: Any, obj: Any) -> None:
        self.attempt(pyds.nvds_remove_obj_meta_from_frame, frame, obj)

    @rule(batch=batches, frame=frames)
    def remove_frame(self, batch: Any, frame: Any) -> None:
        self.attempt(pyds.nvds_remove_frame_meta_from_batch, batch, frame)

    @rule(frame=frames)
    def clear_objects(self, frame: Any) -> None:
        self.attempt(lambda: pyds.nvds_clear_obj_meta_list(frame, frame.obj_meta_list))

    @rule(source=frames, into=frames)
    def copy_objects(self, source: Any, into: Any) -> None:
        # A frame's own list would grow while it is copied.
        if source is not into:
            self.attempt(lambda: pyds.nvds_copy_obj_meta_list(source.obj_meta_list, into))

    @rule(obj=objects, label=TEXT, number=st.integers())
    def write_object(self, obj: Any, label: str, number: int) -> None:
        self.attempt(setattr, obj, "obj_label", label)
        self.attempt(setattr, obj, "class_id", number)
        self.attempt(lambda: setattr(obj.text_params, "display_text", label))

    @rule(obj=objects, other=objects)
    def assign_structs(self, obj: Any, other: Any) -> None:
        self.attempt(lambda: setattr(obj, "text_params", other.text_params))
        self.attempt(lambda: setattr(obj, "rect_params", other.rect_params))

    @rule(obj=objects)
    def free_text(self, obj: Any) -> None:
        self.attempt(lambda: pyds.free_buffer(obj.text_params.display_text))

    @rule(display=displays, index=st.integers(-20, 20), label=TEXT)
    def write_display(self, display: Any, index: int, label: str) -> None:
        self.attempt(lambda: setattr(display.text_params[index], "display_text", label))

    @rule(target=nodes, frame=frames)
    def head(self, frame: Any) -> Any:
        return self.attempt(lambda: frame.obj_meta_list)

    @rule(target=nodes, node=nodes)
    def step(self, node: Any) -> Any:
        return self.attempt(lambda: node.next)

    @rule(target=objects, node=nodes)
    def element(self, node: Any) -> Any:
        return self.attempt(lambda: pyds.NvDsObjectMeta.cast(node.data))

    @rule(target=blocks, user=users)
    def message(self, user: Any) -> Any:
        block = self.attempt(pyds.alloc_nvds_event_msg_meta, user)
        self.attempt(lambda: setattr(user, "user_meta_data", block))
        return block

    @rule(block=blocks, text=TEXT)
    def write_message(self, block: Any, text: str) -> None:
        self.attempt(setattr, block, "objectId", text)
        self.attempt(lambda: setattr(block, "ts", pyds.alloc_buffer(33)))

    @rule(batch=batches)
    def walk(self, batch: Any) -> None:
        """Every element that a walk meets is whole, or the walk is refused."""
        try:
            frame_node = batch.frame_meta_list
            while frame_node is not None:
                frame = pyds.NvDsFrameMeta.cast(frame_node.data)
                node = frame.obj_meta_list
                steps = 0
                while node is not None and steps < 2000:
                    obj = pyds.NvDsObjectMeta.cast(node.data)
                    assert isinstance(obj.obj_label, str)
                    pyds.get_string(obj.text_params.display_text)
                    node = node.next
                    steps += 1
                frame_node = frame_node.next
        except (*REFUSALS, UnicodeDecodeError):
            pass

    @rule()
    def collect(self) -> None:
        gc.collect()


TestMetadata = Metadata.TestCase
TestMetadata.settings = settings(
    max_examples=max(1, STEPS // 50),
    stateful_step_count=50,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
