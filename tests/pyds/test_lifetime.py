"""What happens to wrappers when the metadata goes away."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable
from typing import Any

import pytest

import pyds

from .conftest import elements


def test_fields_after_the_buffer_is_gone(new_buffer: Callable[[], Any], needs_slots: None) -> None:
    buffer = new_buffer()
    batch = pyds.gst_buffer_get_nvds_batch_meta(hash(buffer))
    frame = pyds.NvDsFrameMeta.cast(batch.frame_meta_list.data)
    obj = pyds.NvDsObjectMeta.cast(frame.obj_meta_list.data)
    rect, node = obj.rect_params, frame.obj_meta_list
    texts = pyds.nvds_acquire_display_meta_from_pool(batch).text_params
    del buffer
    gc.collect()
    uses: list[tuple[str, Callable[[], Any]]] = [
        ("NvDsBatchMeta", lambda: batch.num_frames_in_batch),
        ("NvDsFrameMeta", lambda: frame.frame_num),
        ("NvDsFrameMeta", lambda: frame.obj_meta_list),
        ("NvDsFrameMeta", lambda: frame.misc_frame_info),
        ("NvDsObjectMeta", lambda: obj.obj_label),
        ("NvDsObjectMeta", lambda: obj.rect_params),
        ("NvDsObjectMeta", lambda: setattr(obj, "class_id", 1)),
        ("NvDsObjectMeta", lambda: setattr(obj, "obj_label", "x")),
        ("NvDsObjectMeta", lambda: pyds.get_ptr(obj)),
        ("NvOSD_RectParams", lambda: rect.left),
        ("NvOSD_RectParams", lambda: setattr(rect, "left", 1)),
        ("GList", lambda: node.data),
        ("GList", lambda: node.next),
        ("NvDsDisplayMeta", lambda: texts[0]),
        ("NvDsBatchMeta", lambda: pyds.nvds_acquire_obj_meta_from_pool(batch)),
        ("NvDsBatchMeta", lambda: pyds.nvds_acquire_meta_lock(batch)),
        ("NvDsObjectMeta", lambda: pyds.nvds_add_obj_meta_to_frame(frame, obj, None)),
    ]
    for name, use in uses:
        with pytest.raises(
            ReferenceError, match=r"^Nv\w+: its memory|^GList: its memory"
        ) as caught:
            use()
        assert str(caught.value).startswith(name) or name == "NvDsObjectMeta"


def test_a_recycled_meta_has_a_new_wrapper(tree: Any, needs_slots: None) -> None:
    frame = tree.frames[0]
    old = pyds.nvds_acquire_obj_meta_from_pool(tree.batch)
    address = pyds.get_ptr(old)
    old.class_id, old.text_params.display_text = 5, "t"
    pyds.nvds_add_obj_meta_to_frame(frame, old, None)
    pyds.nvds_remove_obj_meta_from_frame(frame, old)
    taken = [pyds.nvds_acquire_obj_meta_from_pool(tree.batch) for _ in range(40)]
    new = next(obj for obj in taken if pyds.get_ptr(obj) == address)
    assert new is not old
    assert (new.class_id, new.text_params.display_text, new.obj_label) == (0, 0, "")
    assert pyds.NvDsObjectMeta.cast(address) is new
    with pytest.raises(ReferenceError):
        _ = old.class_id
    del old
    gc.collect()
    assert pyds.NvDsObjectMeta.cast(address) is new


def test_wrappers_that_are_kept_too_long(tree: Any, needs_slots: None) -> None:
    """Of many for one address only the newest is good, and they may go in any order."""
    frame = tree.frames[0]
    kept: dict[int, list[Any]] = {}
    for number in range(500):
        obj = pyds.nvds_acquire_obj_meta_from_pool(tree.batch)
        obj.class_id, obj.rect_params.left = number, number
        address = pyds.get_ptr(obj)
        assert pyds.NvDsObjectMeta.cast(address) is obj
        assert obj not in kept.get(address, [])
        kept.setdefault(address, []).extend([obj, obj.rect_params, obj.base_meta])
        pyds.nvds_add_obj_meta_to_frame(frame, obj, None)
        pyds.nvds_remove_obj_meta_from_frame(frame, obj)
    assert max(map(len, kept.values())) > 100
    last = pyds.nvds_acquire_obj_meta_from_pool(tree.batch)
    for wrappers in kept.values():
        for wrapper in wrappers:
            with pytest.raises(ReferenceError):
                pyds.get_ptr(wrapper)
        del wrapper, wrappers[::2]
        assert pyds.NvDsObjectMeta.cast(pyds.get_ptr(last)) is last
    kept.clear()
    assert (last.class_id, last.rect_params.left) == (0, 0)


def test_capsules_that_are_kept_too_long(new_buffer: Callable[[], Any], needs_slots: None) -> None:
    buffer = new_buffer()
    batch = pyds.gst_buffer_get_nvds_batch_meta(buffer)
    data = batch.frame_meta_list.data
    frame = pyds.NvDsFrameMeta.cast(data)
    node, user = pyds.GList(), pyds.NvDsUserMeta()
    uses = [
        lambda: pyds.NvDsFrameMeta.cast(data),
        lambda: pyds.glist_get_nvds_frame_meta(data),
        lambda: pyds.get_ptr(data),
        lambda: setattr(node, "data", data),
        lambda: setattr(user, "user_meta_data", data),
    ]
    for use in uses:
        use()
    pyds.nvds_remove_frame_meta_from_batch(batch, frame)
    for _ in range(2):
        for use in uses:
            with pytest.raises(ReferenceError, match="the memory of this capsule was given back"):
                use()
        pyds.nvds_acquire_frame_meta_from_pool(batch)  # the same memory, another frame


def test_a_capsule_of_memory_that_was_freed() -> None:
    user = pyds.NvDsUserMeta()
    user.user_meta_data = pyds.alloc_nvds_person_object()
    data = user.user_meta_data
    pyds.NvDsPersonObject.cast(data).age = 3
    pyds.free_gbuffer(data)
    with pytest.raises(ReferenceError, match="given back"):
        pyds.NvDsPersonObject.cast(data)


def test_a_display_meta_is_cleared_when_recycled(tree: Any) -> None:
    display = pyds.nvds_acquire_display_meta_from_pool(tree.batch)
    display.num_rects, display.num_labels = 2, 1
    display.rect_params[0].left, display.text_params[0].display_text = 5, "zz"
    display.misc_osd_data[0] = 9
    address = pyds.get_ptr(display)
    pyds.nvds_add_display_meta_to_frame(tree.frames[0], display)
    pyds.nvds_remove_display_meta_from_frame(tree.frames[0], display)
    taken = [pyds.nvds_acquire_display_meta_from_pool(tree.batch) for _ in range(8)]
    again = next(d for d in taken if pyds.get_ptr(d) == address)
    assert (again.num_rects, again.num_labels, again.misc_osd_data[0]) == (0, 0, 0)
    assert (again.rect_params[0].left, again.text_params[0].display_text) == (0, 0)


def test_a_batch_of_a_programs_own(needs_slots: None) -> None:
    batch = pyds.nvds_create_batch_meta(4)
    assert batch.frame_meta_pool.max_elements_in_pool == 4
    frame = pyds.nvds_acquire_frame_meta_from_pool(batch)
    pyds.nvds_add_frame_meta_to_batch(batch, frame)
    del frame
    gc.collect()
    assert batch.num_frames_in_batch == 1
    assert pyds.nvds_destroy_batch_meta(batch) == 1
    with pytest.raises(ReferenceError, match=r"^NvDsBatchMeta: "):
        pyds.nvds_destroy_batch_meta(batch)
    for wrong, error in ((-1, TypeError), (2**20, ValueError)):
        with pytest.raises(error, match=r"^nvds_create_batch_meta\.max_batch_size: expected"):
            pyds.nvds_create_batch_meta(wrong)


def test_copied_buffers(new_buffer: Callable[[], Any]) -> None:
    buffer = new_buffer()
    batch = pyds.gst_buffer_get_nvds_batch_meta(buffer)
    obj = pyds.NvDsObjectMeta.cast(
        pyds.NvDsFrameMeta.cast(batch.frame_meta_list.data).obj_meta_list.data
    )
    obj.text_params.display_text = "dt"
    obj.text_params.font_params.font_name = "Serif"
    obj.misc_obj_info = [5, 6, 0, 0]
    mask = obj.mask_params
    mask.width = mask.height = 2
    mask.alloc_mask_array()[0] = 9
    twin = buffer.copy_deep()
    copied = pyds.gst_buffer_get_nvds_batch_meta(hash(twin))
    assert copied is not batch
    assert copied.num_frames_in_batch == 2
    frame = pyds.NvDsFrameMeta.cast(copied.frame_meta_list.data)
    assert frame.base_meta.batch_meta is copied
    found = {o.object_id: o for o in elements(frame.obj_meta_list, pyds.NvDsObjectMeta.cast)}[
        obj.object_id
    ]
    text = found.text_params
    assert pyds.get_string(text.display_text) == "dt"
    assert text.display_text != obj.text_params.display_text
    assert text.font_params.font_name == obj.text_params.font_params.font_name
    assert found.misc_obj_info.tolist() == [5, 6, 0, 0]
    assert found.mask_params.get_mask_array().tolist() == [9, 0, 0, 0]
    assert found.mask_params.get_mask_array().ctypes.data != mask.get_mask_array().ctypes.data


def test_buffers_as_object_and_as_hash(new_buffer: Callable[[], Any]) -> None:
    from gi.repository import Gst

    buffer = new_buffer()
    batch = pyds.gst_buffer_get_nvds_batch_meta(buffer)
    assert batch is pyds.gst_buffer_get_nvds_batch_meta(hash(buffer))
    assert batch is pyds.gst_buffer_get_nvds_batch_meta(buffer=hash(buffer))
    assert pyds.gst_buffer_get_nvds_batch_meta(Gst.Buffer.new()) is None
    assert pyds.gst_buffer_get_nvds_batch_meta(0) is None
    for wrong in (64, -1, 2**70, "x", 1.5, None, object(), [], Gst.Caps.new_any(), batch):
        with pytest.raises(
            TypeError, match=r"^gst_buffer_get_nvds_batch_meta\.buffer: expected Gst\.Buffer or its"
        ):
            pyds.gst_buffer_get_nvds_batch_meta(wrong)


def test_none_is_refused_where_a_struct_is_needed(tree: Any) -> None:
    frame, obj = tree.frames[0], tree.objects[0]
    calls: list[Callable[[], Any]] = [
        lambda: pyds.nvds_acquire_obj_meta_from_pool(None),
        lambda: pyds.nvds_add_obj_meta_to_frame(frame, None, None),
        lambda: pyds.nvds_add_obj_meta_to_frame(None, obj, None),
        lambda: pyds.nvds_add_obj_meta_to_frame(frame, obj),
        lambda: pyds.nvds_add_obj_meta_to_frame(frame, obj, frame),
        lambda: pyds.nvds_add_obj_meta_to_frame(frame_meta=frame, obj_meta=obj, obj_prnt=None),
        lambda: pyds.nvds_acquire_meta_lock(None),
        lambda: pyds.alloc_custom_struct(None),
        lambda: pyds.get_segmentation_masks(None),
    ]
    for call in calls:
        with pytest.raises(TypeError):
            call()


def test_the_lock_is_recursive_and_waits_without_the_gil(batch: Any) -> None:
    pyds.nvds_acquire_meta_lock(batch)
    pyds.nvds_acquire_meta_lock(batch)
    pyds.nvds_release_meta_lock(batch)
    entered = threading.Event()

    def other() -> None:
        pyds.nvds_acquire_meta_lock(batch)
        entered.set()
        pyds.nvds_release_meta_lock(batch)

    thread = threading.Thread(target=other)
    thread.start()
    # Were the GIL held while waiting, this thread would never come to release the lock.
    assert not entered.wait(0.05)
    pyds.nvds_release_meta_lock(batch)
    assert entered.wait(10)
    thread.join()


WAITING: dict[str, Callable[[Any, Any, Any], Any]] = {
    "acquire": lambda batch, frame, obj: pyds.nvds_acquire_obj_meta_from_pool(batch),
    "add": lambda batch, frame, obj: pyds.nvds_add_obj_meta_to_frame(frame, obj, None),
    "add one's own": lambda batch, frame, obj: pyds.nvds_add_obj_meta_to_frame(
        frame, pyds.NvDsObjectMeta(), None
    ),
    "add with a parent of one's own": lambda batch, frame, obj: pyds.nvds_add_obj_meta_to_frame(
        frame, pyds.NvDsObjectMeta(), pyds.NvDsObjectMeta()
    ),
    "add a user meta of one's own": lambda batch, frame, obj: pyds.nvds_add_user_meta_to_obj(
        obj, pyds.NvDsUserMeta()
    ),
    "remove": lambda batch, frame, obj: pyds.nvds_remove_obj_meta_from_frame(frame, obj),
    "clear": lambda batch, frame, obj: pyds.nvds_clear_obj_meta_list(frame, frame.obj_meta_list),
    "copy": lambda batch, frame, obj: pyds.nvds_copy_obj_meta_list(frame.obj_meta_list, frame),
    "copy all": lambda batch, frame, obj: (
        setattr(batch, "max_frames_in_batch", 2),  # NVIDIA's crashes without
        pyds.nvds_batch_meta_release_func(pyds.nvds_batch_meta_copy_func(batch, None), None),
    ),
    "tell": lambda batch, frame, obj: pyds.nvds_get_current_metadata_info(batch),
}


@pytest.mark.parametrize("name", WAITING)
def test_no_function_waits_for_the_lock_with_the_gil(name: str, tree: Any) -> None:
    done = threading.Event()

    def other() -> None:
        WAITING[name](tree.batch, tree.frames[0], tree.objects[0])
        done.set()

    thread = threading.Thread(target=other)
    pyds.nvds_acquire_meta_lock(tree.batch)
    thread.start()
    assert not done.wait(0.05)
    assert tree.objects[2].obj_label == "person", "reading does not wait at all"
    pyds.nvds_release_meta_lock(tree.batch)
    assert done.wait(10)
    thread.join()


def test_a_batch_that_ends_while_a_function_has_its_lock(
    new_tree: Callable[[], Any], needs_slots: None
) -> None:
    """What the other thread could not release, the function does when it gives the lock back."""
    tree = new_tree()
    released: list[str] = []
    meta = pyds.nvds_acquire_user_meta_from_pool(tree.batch)

    def copy(data: Any, user_data: Any) -> None:
        other = threading.Thread(target=pyds.nvds_destroy_batch_meta, args=[tree.batch])
        other.start()
        other.join()
        assert not released

    pyds.user_copyfunc(meta, copy)
    pyds.user_releasefunc(meta, lambda data, user_data: released.append("it"))
    pyds.nvds_add_user_meta_to_frame(tree.frames[0], meta)
    pyds.nvds_copy_frame_user_meta_list(tree.frames[0].frame_user_meta_list, tree.frames[1])
    assert released == ["it", "it"], "the meta and its copy"
    with pytest.raises(ReferenceError):
        _ = tree.batch.num_frames_in_batch


def test_copy_functions_and_the_lock(new_buffer: Callable[[], Any]) -> None:
    """Copying runs Python functions under the lock of the batch, while another thread takes it."""
    buffer = new_buffer()
    batch = pyds.gst_buffer_get_nvds_batch_meta(buffer)
    meta = pyds.nvds_acquire_user_meta_from_pool(batch)
    calls: list[int] = []

    def copy(data: Any, user_data: Any) -> None:
        pyds.nvds_acquire_meta_lock(batch)  # recursive, or another thread's for a moment
        calls.append(batch.num_frames_in_batch)
        pyds.nvds_release_meta_lock(batch)

    pyds.user_copyfunc(meta, copy)
    pyds.nvds_add_user_meta_to_batch(batch, meta)
    stop = threading.Event()

    def take_the_lock() -> None:
        while not stop.is_set():
            pyds.nvds_acquire_meta_lock(batch)
            elements(batch.frame_meta_list, pyds.NvDsFrameMeta.cast)
            pyds.nvds_release_meta_lock(batch)

    thread = threading.Thread(target=take_the_lock)
    thread.start()
    for _ in range(200):
        buffer.copy_deep()
    stop.set()
    thread.join(30)
    assert not thread.is_alive()
    assert calls == 200 * [2]


def test_a_walk_while_another_thread_releases(
    new_buffer: Callable[[], Any], needs_slots: None
) -> None:
    """Every read gives the truth or ReferenceError, whatever the other thread does meanwhile."""
    buffers = [new_buffer() for _ in range(40)]
    batches = [pyds.gst_buffer_get_nvds_batch_meta(buffer) for buffer in buffers]
    start = threading.Barrier(2)

    def release() -> None:
        start.wait()
        while buffers:
            buffers.pop()

    thread = threading.Thread(target=release)
    thread.start()
    start.wait()
    seen = gone = 0
    while thread.is_alive() or gone == 0:
        for batch in batches:
            try:
                for frame in elements(batch.frame_meta_list, pyds.NvDsFrameMeta.cast):
                    for obj in elements(frame.obj_meta_list, pyds.NvDsObjectMeta.cast):
                        label = obj.obj_label
                        assert label in ("person", "car")
                        assert obj.rect_params.left == 0
                        seen += 1
            except ReferenceError:
                gone += 1
    thread.join()
    assert gone > 0


def test_a_list_changed_by_another_thread(tree: Any) -> None:
    frame = tree.frames[0]
    stop = threading.Event()

    def change() -> None:
        while not stop.is_set():
            obj = pyds.nvds_acquire_obj_meta_from_pool(tree.batch)
            pyds.nvds_add_obj_meta_to_frame(frame, obj, None)
            pyds.nvds_remove_obj_meta_from_frame(frame, obj)

    thread = threading.Thread(target=change)
    thread.start()
    try:
        walks = 0
        while walks < 300:
            node = frame.obj_meta_list
            ids = []
            try:
                while node is not None:
                    ids.append(pyds.NvDsObjectMeta.cast(node.data).object_id)
                    node = node.next
            except ReferenceError:
                continue
            walks += 1
            assert {0, 1} <= set(ids)
    finally:
        stop.set()
        thread.join()
