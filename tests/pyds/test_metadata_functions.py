"""Acquire, add, remove, clear and copy: what each function does to lists and counts."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

import pyds

from .conftest import elements


def users(node: Any) -> list[int]:
    """Types of the user metas of a list."""
    found = [pyds.NvDsUserMeta.cast(data) for data in data_of(node)]
    return [int(meta.base_meta.meta_type) for meta in found]


def data_of(node: Any) -> list[Any]:
    return elements(node, lambda data: data)


def new_user(batch: Any, number: int) -> Any:
    meta = pyds.nvds_acquire_user_meta_from_pool(batch)
    meta.base_meta.meta_type = pyds.NvDsMetaType(number)
    return meta


# Each kind of child: its class, acquire, add, remove; where it hangs, and the parent's counter.
PAIRS: dict[str, tuple[Any, Callable[..., Any], Callable[..., Any], Callable[..., Any], str, str]]
PAIRS = {
    "frame in batch": (
        pyds.NvDsFrameMeta,
        pyds.nvds_acquire_frame_meta_from_pool,
        pyds.nvds_add_frame_meta_to_batch,
        pyds.nvds_remove_frame_meta_from_batch,
        "frame_meta_list",
        "num_frames_in_batch",
    ),
    "object in frame": (
        pyds.NvDsObjectMeta,
        pyds.nvds_acquire_obj_meta_from_pool,
        lambda frame, obj: pyds.nvds_add_obj_meta_to_frame(frame, obj, None),
        pyds.nvds_remove_obj_meta_from_frame,
        "obj_meta_list",
        "num_obj_meta",
    ),
    "classifier of object": (
        pyds.NvDsClassifierMeta,
        pyds.nvds_acquire_classifier_meta_from_pool,
        pyds.nvds_add_classifier_meta_to_object,
        pyds.nvds_remove_classifier_meta_from_obj,
        "classifier_meta_list",
        "",
    ),
    "label of classifier": (
        pyds.NvDsLabelInfo,
        pyds.nvds_acquire_label_info_meta_from_pool,
        pyds.nvds_add_label_info_meta_to_classifier,
        pyds.nvds_remove_label_info_meta_from_classifier,
        "label_info_list",
        "",
    ),
    "display in frame": (
        pyds.NvDsDisplayMeta,
        pyds.nvds_acquire_display_meta_from_pool,
        pyds.nvds_add_display_meta_to_frame,
        pyds.nvds_remove_display_meta_from_frame,
        "display_meta_list",
        "",
    ),
    "user in batch": (
        pyds.NvDsUserMeta,
        pyds.nvds_acquire_user_meta_from_pool,
        pyds.nvds_add_user_meta_to_batch,
        pyds.nvds_remove_user_meta_from_batch,
        "batch_user_meta_list",
        "",
    ),
    "user in frame": (
        pyds.NvDsUserMeta,
        pyds.nvds_acquire_user_meta_from_pool,
        pyds.nvds_add_user_meta_to_frame,
        pyds.nvds_remove_user_meta_from_frame,
        "frame_user_meta_list",
        "",
    ),
    "user of object": (
        pyds.NvDsUserMeta,
        pyds.nvds_acquire_user_meta_from_pool,
        pyds.nvds_add_user_meta_to_obj,
        pyds.nvds_remove_user_meta_from_object,
        "obj_user_meta_list",
        "",
    ),
}
KINDS = {
    pyds.NvDsFrameMeta: "NVDS_FRAME_META",
    pyds.NvDsObjectMeta: "NVDS_OBJ_META",
    pyds.NvDsClassifierMeta: "NVDS_CLASSIFIER_META",
    pyds.NvDsLabelInfo: "NVDS_LABEL_INFO_META",
    pyds.NvDsDisplayMeta: "NVDS_DISPLAY_META",
    pyds.NvDsUserMeta: "NVDS_USER_META",
}


@pytest.mark.parametrize("name", PAIRS)
def test_a_child_comes_and_goes(name: str, batch: Any, needs_slots: None) -> None:
    kind, acquire, add, remove, list_name, counter = PAIRS[name]
    frame = pyds.nvds_acquire_frame_meta_from_pool(batch)
    obj = pyds.nvds_acquire_obj_meta_from_pool(batch)
    parent = {
        "batch": batch,
        "frame": frame,
        "object": obj,
        "classifier": pyds.nvds_acquire_classifier_meta_from_pool(batch),
    }[name.split()[-1]]
    child, second = acquire(batch), acquire(batch_meta=batch)
    assert type(child) is kind
    assert child is not second
    assert child.base_meta.batch_meta is batch
    assert child.base_meta.meta_type == getattr(pyds, KINDS[kind])
    assert getattr(parent, list_name) is None
    assert add(parent, child) is None
    assert add(parent, second) is None
    held = [kind.cast(data) for data in data_of(getattr(parent, list_name))]
    assert {pyds.get_ptr(meta) for meta in held} == {pyds.get_ptr(child), pyds.get_ptr(second)}
    if counter:
        assert getattr(parent, counter) == 2
    assert remove(parent, child) is None
    assert [kind.cast(data) for data in data_of(getattr(parent, list_name))] == [second]
    if counter:
        assert getattr(parent, counter) == 1
    with pytest.raises(ReferenceError, match=rf"^{kind.__name__}: its memory was given back"):
        _ = child.base_meta.meta_type
    remove(parent, second)
    assert getattr(parent, list_name) is None


def test_an_object_and_its_parent(tree: Any) -> None:
    inner = pyds.nvds_acquire_obj_meta_from_pool(tree.batch)
    pyds.nvds_add_obj_meta_to_frame(
        frame_meta=tree.frames[0], obj_meta=inner, obj_parent=tree.objects[0]
    )
    assert inner.parent is tree.objects[0]
    assert tree.objects[0].parent is None


def test_the_keywords_of_the_original(tree: Any) -> None:
    batch, frame, obj = tree.batch, tree.frames[0], tree.objects[0]
    classifier = pyds.nvds_acquire_classifier_meta_from_pool(batch_meta=batch)
    pyds.nvds_add_classifier_meta_to_object(obj_meta=obj, classifier_meta=classifier)
    label = pyds.nvds_acquire_label_info_meta_from_pool(batch_meta=batch)
    pyds.nvds_add_label_info_meta_to_classifier(classifier_meta=classifier, label_info_meta=label)
    pyds.nvds_remove_label_info_meta_from_classifier(
        classifier_meta=classifier, label_info_meta=label
    )
    pyds.nvds_remove_classifier_meta_from_obj(obj_meta=obj, classifier_meta=classifier)
    user = new_user(batch, 9000)
    pyds.nvds_add_user_meta_to_obj(obj_meta=obj, user_meta=user)
    pyds.nvds_clear_obj_user_meta_list(object_meta=obj, meta_list=obj.obj_user_meta_list)
    assert obj.obj_user_meta_list is None
    pyds.nvds_remove_obj_meta_from_frame(frame_meta=frame, obj_meta=obj)
    pyds.nvds_acquire_meta_lock(batch_meta=batch)
    pyds.nvds_release_meta_lock(batch_meta=batch)
    assert pyds.nvds_get_nth_frame_meta(frame_meta_list=batch.frame_meta_list, index=0) is frame


def test_clearing(tree: Any) -> None:
    batch, frame, obj = tree.batch, tree.frames[0], tree.objects[0]
    for number in (9001, 9002):
        pyds.nvds_add_user_meta_to_batch(batch, new_user(batch, number))
        pyds.nvds_add_user_meta_to_frame(frame, new_user(batch, number))
        pyds.nvds_add_user_meta_to_obj(obj, new_user(batch, number))
        display = pyds.nvds_acquire_display_meta_from_pool(batch)
        pyds.nvds_add_display_meta_to_frame(frame, display)
    for clear, parent, name in (
        (pyds.nvds_clear_batch_user_meta_list, batch, "batch_user_meta_list"),
        (pyds.nvds_clear_frame_user_meta_list, frame, "frame_user_meta_list"),
        (pyds.nvds_clear_obj_user_meta_list, obj, "obj_user_meta_list"),
        (pyds.nvds_clear_display_meta_list, frame, "display_meta_list"),
        (pyds.nvds_clear_obj_meta_list, frame, "obj_meta_list"),
        (pyds.nvds_clear_frame_meta_list, batch, "frame_meta_list"),
    ):
        assert len(data_of(getattr(parent, name))) == 2, name
        assert clear(parent, getattr(parent, name)) is None
        assert getattr(parent, name) is None
        assert clear(parent, None) is None
    assert batch.num_frames_in_batch == 0
    for pool in ("frame_meta_pool", "obj_meta_pool", "display_meta_pool", "user_meta_pool"):
        assert getattr(batch, pool).num_full_elements == 0, pool


def test_clearing_a_list_into_a_pool(tree: Any) -> None:
    batch = tree.batch
    frame = tree.frames[0]
    left = pyds.nvds_clear_meta_list(
        batch_meta=batch, meta_list=frame.obj_meta_list, meta_pool=batch.obj_meta_pool
    )
    assert left is None
    assert batch.obj_meta_pool.num_full_elements == 2  # the other frame's
    assert pyds.nvds_clear_meta_list(batch, None, batch.obj_meta_pool) is None
    frame.obj_meta_list = None  # the caller's to do, as in C


def test_copying_lists(tree: Any) -> None:
    batch, (first, second) = tree.batch, tree.frames
    other = pyds.nvds_create_batch_meta(4)
    target = pyds.nvds_acquire_frame_meta_from_pool(other)
    pyds.nvds_add_frame_meta_to_batch(other, target)
    display = pyds.nvds_acquire_display_meta_from_pool(batch)
    display.num_labels, display.text_params[0].display_text = 1, "copied"
    pyds.nvds_add_display_meta_to_frame(first, display)
    for number in (9001, 9002):
        pyds.nvds_add_user_meta_to_batch(batch, new_user(batch, number))
        pyds.nvds_add_user_meta_to_frame(first, new_user(batch, number))
    # A user meta without a copy function is not copied.
    for data in data_of(batch.batch_user_meta_list) + data_of(first.frame_user_meta_list):
        pyds.user_copyfunc(pyds.NvDsUserMeta.cast(data), lambda data, user_data: None)

    pyds.nvds_copy_display_meta_list(
        src_display_meta=first.display_meta_list, dst_frame_meta=target
    )
    (made,) = (pyds.NvDsDisplayMeta.cast(data) for data in data_of(target.display_meta_list))
    assert made is not display
    assert made.base_meta.batch_meta is other
    assert pyds.get_string(made.text_params[0].display_text) == "copied"
    assert made.text_params[0].display_text != display.text_params[0].display_text

    pyds.nvds_copy_obj_meta_list(src_obj_meta_list=first.obj_meta_list, dst_object_meta=target)
    labels = elements(target.obj_meta_list, pyds.NvDsObjectMeta.cast)
    assert sorted(obj.obj_label for obj in labels) == ["car", "person"]
    assert target.num_obj_meta == 2

    pyds.nvds_copy_batch_user_meta_list(
        src_user_meta_list=batch.batch_user_meta_list, dst_batch_meta=other
    )
    assert sorted(users(other.batch_user_meta_list)) == [9001, 9002]
    pyds.nvds_copy_frame_user_meta_list(
        src_user_meta_list=first.frame_user_meta_list, dst_frame_meta=target
    )
    assert sorted(users(target.frame_user_meta_list)) == [9001, 9002]

    pyds.nvds_copy_frame_meta_list(src_frame_meta_list=batch.frame_meta_list, dst_batch_meta=other)
    frames = elements(other.frame_meta_list, pyds.NvDsFrameMeta.cast)
    assert [frame.frame_num for frame in frames] == [0, 100, 101]
    assert other.num_frames_in_batch == 3
    assert second.num_obj_meta == 2
    for copy, arguments in (
        (pyds.nvds_copy_display_meta_list, (None, target)),
        (pyds.nvds_copy_obj_meta_list, (None, target)),
        (pyds.nvds_copy_batch_user_meta_list, (None, other)),
        (pyds.nvds_copy_frame_user_meta_list, (None, target)),
        (pyds.nvds_copy_frame_meta_list, (None, other)),
    ):
        assert copy(*arguments) is None
    assert other.num_frames_in_batch == 3
    assert pyds.nvds_destroy_batch_meta(other) == 1


def test_copying_and_releasing_a_batch(tree: Any, needs_slots: None) -> None:
    capsule = pyds.nvds_batch_meta_copy_func(tree.batch, None)
    assert type(capsule).__name__ == "PyCapsule"
    copied = pyds.NvDsBatchMeta.cast(capsule)
    assert copied is not tree.batch
    assert copied.num_frames_in_batch == 2
    assert pyds.nvds_batch_meta_release_func(data=capsule, user_data=None) is None
    with pytest.raises(ReferenceError, match=r"^NvDsBatchMeta: its memory was given back"):
        _ = copied.num_frames_in_batch
    again = pyds.nvds_batch_meta_copy_func(data=pyds.get_ptr and tree.batch, user_meta=None)
    pyds.nvds_batch_meta_release_func(pyds.NvDsBatchMeta.cast(again), None)
    for function in (pyds.nvds_batch_meta_copy_func, pyds.nvds_batch_meta_release_func):
        for wrong in (None, 5, "x"):
            with pytest.raises(TypeError, match=rf"^{function.__name__}\.data: expected"):
                function(wrong, None)


def test_pools(batch: Any) -> None:
    pool = batch.obj_meta_pool
    assert pool.meta_type is pyds.NVDS_OBJ_META
    assert pool.num_full_elements == 0
    assert pool.element_size == 552
    size, most = pool.num_empty_elements, pool.max_elements_in_pool
    assert size == most
    assert len(data_of(pool.empty_list)) == size
    kept = [pyds.nvds_acquire_obj_meta_from_pool(batch) for _ in range(size + 1)]
    assert pool.num_full_elements == len(kept)
    assert pool.max_elements_in_pool > most
    assert len({pyds.get_ptr(obj) for obj in kept}) == len(kept)
    assert len(data_of(pool.full_list)) == len(kept)


@pytest.mark.parametrize("domains", ["", "nvds_meta"])
def test_the_state_of_the_pools_goes_to_the_log(domains: str) -> None:
    program = """
import pyds
batch = pyds.nvds_create_batch_meta(2)
frame = pyds.nvds_acquire_frame_meta_from_pool(batch)
pyds.nvds_add_frame_meta_to_batch(batch, frame)
result = pyds.nvds_get_current_metadata_info(batch_meta=batch)
assert (type(result), result) == (int, 1)
"""
    ended = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={**os.environ, "G_MESSAGES_DEBUG": domains},
    )
    printed = ended.stdout + ended.stderr
    assert ("pool of meta type 2: 2 elements, 1 free, 1 used" in printed) == bool(domains)
    assert bool(printed) == bool(domains)


def test_metas_of_buffers_are_not_added_from_python(new_buffer: Any) -> None:
    """As in the original, whose declaration could not be called."""
    for arguments in ((hash(new_buffer()), None, None, None, None), (0, 0, 0, 0, 0)):
        with pytest.raises(TypeError, match="not writable; add an NvDsUserMeta to the batch, a fr"):
            pyds.gst_buffer_add_nvds_meta(*arguments)


def test_older_names_of_casts(tree: Any) -> None:
    batch, frame, obj = tree.batch, tree.frames[0], tree.objects[0]
    user, display = (
        pyds.nvds_acquire_user_meta_from_pool(batch),
        pyds.nvds_acquire_display_meta_from_pool(batch),
    )
    classifier = pyds.nvds_acquire_classifier_meta_from_pool(batch)
    label = pyds.nvds_acquire_label_info_meta_from_pool(batch)
    event = pyds.alloc_nvds_event_msg_meta()
    vehicle, person = pyds.alloc_nvds_vehicle_object(), pyds.alloc_nvds_person_object()
    tensor, surface = pyds.NvDsInferTensorMeta(), pyds.NvBufSurfaceParams()
    new_capsule = ctypes.pythonapi.PyCapsule_New
    new_capsule.restype = ctypes.py_object
    new_capsule.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
    for name, made in {
        "batch_meta": batch,
        "frame_meta": frame,
        "object_meta": obj,
        "user_meta": user,
        "display_meta": display,
        "classifier_meta": classifier,
        "label_info": label,
        "event_msg_meta": event,
        "vehicle_object": vehicle,
        "person_object": person,
        "tensor_meta": tensor,
        "Surface_Params": surface,
    }.items():
        cast = getattr(pyds, f"glist_get_nvds_{name}")
        address = pyds.get_ptr(made)
        assert cast(new_capsule(address, None, None)) is made, name
        assert cast(new_capsule(address, b"any name", None)) is made, name
        assert cast(made) is made, name
        assert cast(None) is None, name
        if name == "event_msg_meta":
            assert cast(address) is made
        else:
            with pytest.raises(TypeError, match=rf"^glist_get_nvds_{name}\.data: expected capsule"):
                cast(address)
