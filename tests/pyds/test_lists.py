"""GList: walking, changing while walking, nodes of a program's own."""

from __future__ import annotations

import gc
import re
from typing import Any

import pytest

import pyds

from .conftest import elements


def test_walking_to_the_end(tree: Any) -> None:
    head = tree.batch.frame_meta_list
    assert head.prev is None
    second = head.next
    assert second.next is None
    assert second.prev is head
    assert elements(head, pyds.NvDsFrameMeta.cast) == tree.frames
    assert sorted(
        o.object_id for o in elements(tree.frames[1].obj_meta_list, pyds.NvDsObjectMeta.cast)
    ) == [1000, 1001]
    assert [pyds.NvDsFrameMeta.cast(data) for data in head] == tree.frames
    assert (len(head), len(second)) == (2, 1)
    with pytest.raises(TypeError):
        head[0]


def test_an_empty_list_is_none(tree: Any) -> None:
    assert tree.objects[0].classifier_meta_list is None
    assert tree.frames[0].display_meta_list is None


def test_iterating_while_the_list_changes(tree: Any, needs_slots: None) -> None:
    frame = tree.frames[0]
    seen = []
    for data in frame.obj_meta_list:
        obj = pyds.NvDsObjectMeta.cast(data)
        seen.append(obj.obj_label)
        pyds.nvds_remove_obj_meta_from_frame(frame, obj)
        assert len(seen) < 5
    assert seen == ["car", "person"]
    assert frame.obj_meta_list is None
    iterator = iter(tree.frames[1].obj_meta_list)
    pyds.nvds_remove_frame_meta_from_batch(tree.batch, tree.frames[1])
    with pytest.raises(ReferenceError, match=r"^GList: its memory was given back"):
        next(iterator)


def test_removing_while_walking_with_next_taken_before(tree: Any) -> None:
    frame = tree.frames[0]
    seen = []
    node = frame.obj_meta_list
    while node is not None:
        obj = pyds.NvDsObjectMeta.cast(node.data)
        seen.append(obj.object_id)
        following = node.next
        pyds.nvds_remove_obj_meta_from_frame(frame, obj)
        node = following
    assert sorted(seen) == [0, 1]
    assert frame.num_obj_meta == 0
    assert frame.obj_meta_list is None


def test_removing_while_walking_with_next_taken_after(tree: Any, needs_slots: None) -> None:
    frame = tree.frames[0]
    seen = []
    node = frame.obj_meta_list
    while node is not None:
        obj = pyds.NvDsObjectMeta.cast(node.data)
        seen.append(obj.object_id)
        _ = node.next
        pyds.nvds_remove_obj_meta_from_frame(frame, obj)
        node = node.next
    assert sorted(seen) == [0, 1]


def test_adding_while_walking_ends(tree: Any) -> None:
    frame = tree.frames[0]
    steps = 0
    node = frame.obj_meta_list
    while node is not None:
        extra = pyds.nvds_acquire_obj_meta_from_pool(tree.batch)
        pyds.nvds_add_obj_meta_to_frame(frame, extra, None)
        node = node.next
        steps += 1
        assert steps < 100
    assert frame.num_obj_meta == 2 + steps


def test_a_node_knows_its_data_whatever_happens_around_it(tree: Any) -> None:
    frame = tree.frames[0]
    head = frame.obj_meta_list
    last = head.next
    kept = pyds.NvDsObjectMeta.cast(last.data)
    extra = pyds.nvds_acquire_obj_meta_from_pool(tree.batch)
    pyds.nvds_add_obj_meta_to_frame(frame, extra, None)
    assert pyds.NvDsObjectMeta.cast(last.data) is kept
    assert pyds.NvDsObjectMeta.cast(frame.obj_meta_list.data) is extra
    pyds.nvds_remove_obj_meta_from_frame(frame, pyds.NvDsObjectMeta.cast(head.data))
    assert pyds.NvDsObjectMeta.cast(last.data) is kept
    last.data = extra
    assert pyds.NvDsObjectMeta.cast(last.data) is extra
    last.data = kept


def test_a_removed_node_raises(tree: Any, needs_slots: None) -> None:
    frame = tree.frames[0]
    head = frame.obj_meta_list
    pyds.nvds_remove_obj_meta_from_frame(frame, pyds.NvDsObjectMeta.cast(head.data))
    for use in (lambda: head.data, lambda: head.prev):
        with pytest.raises(ReferenceError, match=r"^GList: this node was removed from its list"):
            use()


def test_a_list_of_a_removed_frame_raises(tree: Any, needs_slots: None) -> None:
    node = tree.frames[0].obj_meta_list
    pyds.nvds_remove_frame_meta_from_batch(tree.batch, tree.frames[0])
    for use in (lambda: node.data, lambda: node.next, lambda: node.prev):
        with pytest.raises(ReferenceError, match=r"^GList: its memory was given back"):
            use()


def test_neighbours_in_a_batchs_list_stay(tree: Any, needs_slots: None) -> None:
    head = tree.batch.frame_meta_list
    last = head.next
    change = "the node is in a list of a batch; change that with nvds_add_* and nvds_remove_*"
    for node, name, value in (
        (last, "prev", None),
        (last, "prev", last),
        (head, "prev", last),
        (head, "next", None),
        (head, "next", head),
        (last, "next", head),
    ):
        with pytest.raises(ValueError, match=f"^GList.{name}: {re.escape(change)}$"):
            setattr(node, name, value)
    # As they are already.
    head.prev, head.next, last.prev, last.next = None, last, head, None
    assert elements(head, pyds.NvDsFrameMeta.cast) == tree.frames
    assert (head.prev, last.prev) == (None, head)


def test_nodes_of_a_programs_own(tree: Any) -> None:
    head = tree.batch.frame_meta_list
    node = pyds.GList()
    assert (node.data, node.next, node.prev) == (None, None, None)
    with pytest.raises(TypeError, match=r"^GList\.data: expected capsule"):
        node.data = 5
    node.data = tree.frames[0]
    assert pyds.NvDsFrameMeta.cast(node.data) is tree.frames[0]
    node.data = head.data
    node.next = head
    assert node.next is head
    assert pyds.NvDsFrameMeta.cast(node.next.data) is tree.frames[0]
    assert node.next.next.prev is head
    node.next = None
    assert node.next is None
    with pytest.raises(TypeError, match=r"^GList\.next: expected GList or None"):
        node.next = tree.frames[0]
    with pytest.raises(AttributeError):
        del node.next


def test_a_node_of_a_programs_own_outlives_the_list(new_buffer: Any, needs_slots: None) -> None:
    buffer = new_buffer()
    node = pyds.GList()
    node.next = pyds.gst_buffer_get_nvds_batch_meta(buffer).frame_meta_list
    node.prev = node.next.next
    gc.collect()  # the wrappers, too, are gone
    assert node.next.next is node.prev
    del buffer
    gc.collect()
    for use in (lambda: node.next.data, lambda: node.prev.prev, lambda: node.next.next):
        with pytest.raises(ReferenceError, match=r"^GList: its memory was given back"):
            use()
    node.next = None
    assert node.next is None


def test_a_neighbour_in_a_batch_that_nobody_knows_any_more(new_buffer: Any) -> None:
    """The object that `next` was set on is gone, and with it what it knew about the list."""
    buffer = new_buffer()

    def join() -> Any:
        first, second = pyds.GList(), pyds.GList()
        first.next = second
        second.next = pyds.gst_buffer_get_nvds_batch_meta(buffer).frame_meta_list
        return first

    first = join()
    gc.collect()
    with pytest.raises(ReferenceError, match=r"^GList: this node was removed from its list"):
        _ = first.next.next
    assert first.next.data is None


def test_a_node_that_is_handed_over_is_not_freed() -> None:
    """Made by a function that keeps no wrapper of the nodes."""
    holder = pyds.NvDsFrameMeta()

    def fill() -> None:
        first, second = pyds.GList(), pyds.GList()
        first.data, second.data = pyds.alloc_nvds_person_object(), None
        first.next, second.prev = second, first
        holder.obj_meta_list = first
        assert holder.obj_meta_list is first
        assert holder.obj_meta_list.next is second

    fill()
    gc.collect()
    others = [pyds.GList() for _ in range(100)]  # would get the memory
    first = holder.obj_meta_list
    assert pyds.NvDsPersonObject.cast(first.data).age == 0
    assert first.next.data is None
    assert first.next.prev is first
    assert first.next.next is None
    assert all(node is not first for node in others)


def test_clearing_and_copying_lists(tree: Any) -> None:
    first, second = tree.frames
    pyds.nvds_copy_obj_meta_list(first.obj_meta_list, second)
    assert second.num_obj_meta == 4
    pyds.nvds_clear_obj_meta_list(frame_meta=first, meta_list=first.obj_meta_list)
    assert first.num_obj_meta == 0
    assert first.obj_meta_list is None
    pyds.nvds_clear_obj_meta_list(first, None)


def test_nth_frame(tree: Any) -> None:
    frames = tree.batch.frame_meta_list
    assert pyds.nvds_get_nth_frame_meta(frames, 1) is tree.frames[1]
    assert pyds.nvds_get_nth_frame_meta(frames, 2) is None
    assert pyds.nvds_get_nth_frame_meta(None, 0) is None
    with pytest.raises(TypeError, match=r"^nvds_get_nth_frame_meta\.index: expected int"):
        pyds.nvds_get_nth_frame_meta(frames, -1)
