"""Wrappers: identity, casts, ownership, embedded structs."""

from __future__ import annotations

import copy
import ctypes
import gc
import pickle
import weakref
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import pyds

from .conftest import fill, is_live


def test_same_address_and_class_is_the_same_object(tree: Any) -> None:
    frame, node = tree.frames[0], tree.batch.frame_meta_list
    assert pyds.NvDsFrameMeta.cast(node.data) is frame
    assert pyds.NvDsFrameMeta.cast(pyds.get_ptr(frame)) is frame
    assert tree.batch.frame_meta_list is node
    assert node.data is not node.data
    assert frame.obj_meta_list is frame.obj_meta_list
    rect = tree.objects[0].rect_params
    assert tree.objects[0].rect_params is rect
    assert rect.border_color is rect.border_color
    assert tree.objects[0].base_meta.batch_meta is tree.batch
    assert frame == frame
    assert frame != tree.frames[1]
    assert hash(frame) == hash(frame)
    assert bool(frame)


def test_a_new_object_after_the_last_one_died(tree: Any) -> None:
    address = pyds.get_ptr(tree.frames[0])
    tree.frames.clear()
    assert pyds.NvDsFrameMeta.cast(address).frame_num == 100


def test_a_dying_object_is_not_found_again(tree: Any) -> None:
    address = pyds.get_ptr(tree.objects[0])
    obj = pyds.NvDsObjectMeta.cast(address)
    tree.objects.clear()
    found = []
    for _ in range(100):
        watch = weakref.ref(obj, lambda _: found.append(pyds.NvDsObjectMeta.cast(address)))
        del obj
        obj = found.pop()
        assert obj is pyds.NvDsObjectMeta.cast(address)
        assert (obj.class_id, watch()) == (0, None)


def test_a_field_is_a_property() -> None:
    field = pyds.NvDsObjectMeta.class_id
    assert isinstance(field, property)
    assert field.__doc__ == "Class of the object, as the model counts."
    obj = pyds.NvDsObjectMeta()
    field.fset(obj, 5)
    assert (field.fget(obj), field.__get__(obj), obj.class_id) == (5, 5, 5)
    for other in (3, pyds.NvDsFrameMeta()):
        with pytest.raises(TypeError, match="incompatible function arguments"):
            field.__get__(other)
        with pytest.raises(TypeError, match="incompatible function arguments"):
            field.__set__(other, 1)
    with pytest.raises(AttributeError):
        pyds.NvDsDisplayMeta.rect_params.__set__(pyds.NvDsDisplayMeta(), [])


def test_cast_of_pyds_objects(tree: Any) -> None:
    frame, obj = tree.frames[0], tree.objects[0]
    assert pyds.NvDsBaseMeta.cast(frame).meta_type == pyds.NvDsMetaType.NVDS_FRAME_META
    assert pyds.NvDsObjectMeta.cast(obj.base_meta) is obj
    assert pyds.NvDsBatchMeta.cast(tree.batch) is tree.batch
    assert pyds.NvDsFrameMeta.cast(data=None) is None
    assert pyds.NvDsFrameMeta.cast(0) is None


def test_cast_refuses_what_is_known_to_be_something_else(tree: Any, needs_slots: None) -> None:
    frame, obj = tree.frames[0], tree.objects[0]
    message, buffer = pyds.alloc_nvds_event_msg_meta(), pyds.alloc_buffer(100)
    casts: list[tuple[Callable[[], Any], str]] = [
        (lambda: pyds.NvDsObjectMeta.cast(frame), "NvDsObjectMeta, got that of NvDsFrameMeta"),
        (lambda: pyds.NvDsObjectMeta.cast(pyds.get_ptr(frame)), "got that of NvDsFrameMeta"),
        (lambda: pyds.NvDsUserMeta.cast(obj.rect_params), "something inside NvDsObjectMeta"),
        (lambda: pyds.NvDsUserMeta.cast(tree.batch.obj_meta_pool), "that of NvDsMetaPool"),
        (lambda: pyds.NvDsPersonObject.cast(message), "that of NvDsEventMsgMeta"),
        (lambda: pyds.NvOSD_RectParams.cast(pyds.NvOSD_MaskParams()), "that of NvOSD_MaskParams"),
        (lambda: pyds.NvDsEventMsgMeta.cast(buffer), "has 14040 bytes, but the block has 100"),
    ]
    for cast, text in casts:
        with pytest.raises(TypeError, match=rf"^Nv\w+\.cast: .*{text}$"):
            cast()
    assert pyds.NvDsRect.cast(buffer) is pyds.NvDsRect.cast(buffer)
    with pytest.raises(TypeError, match=r"got that of NvDsRect$"):  # what the bytes were taken for
        pyds.NvDsCoordinate.cast(buffer)
    assert type(pyds.NvOSD_RectParams.cast(pyds.get_ptr(obj.rect_params))) is pyds.NvOSD_RectParams
    pyds.free_gbuffer(message)
    pyds.free_buffer(buffer)


@pytest.mark.parametrize(
    "wrong", [-1, 2**64, 1.5, "x", b"x", [], object(), np.uint64(4096), ctypes.c_void_p(4096)]
)
def test_cast_refuses_what_is_no_pointer(wrong: object) -> None:
    with pytest.raises(TypeError, match=r"^NvDsFrameMeta\.cast: expected capsule, pyds object"):
        pyds.NvDsFrameMeta.cast(wrong)


@pytest.mark.parametrize("wrong", [True, 8, 2**64 - 1, 2**50])
def test_cast_refuses_what_cannot_be_an_address(wrong: int) -> None:
    with pytest.raises(ValueError, match="cannot be the address of a program's data"):
        pyds.NvDsFrameMeta.cast(wrong)


CLASSES = sorted(
    name
    for name in dir(pyds)
    if isinstance(kind := getattr(pyds, name), type) and hasattr(kind, "cast")
)


def test_every_class_but_the_list_has_a_cast() -> None:
    structs = {
        name
        for name in dir(pyds)
        if isinstance(kind := getattr(pyds, name), type) and issubclass(kind, pyds.Struct)
    }
    assert structs - set(CLASSES) == {"GList", "Struct"}
    assert len(CLASSES) >= 70


@pytest.mark.parametrize("name", CLASSES)
def test_cast_of_every_class(name: str) -> None:
    kind = getattr(pyds, name)
    address = pyds.alloc_buffer(16384)
    seen = kind.cast(address)
    node = pyds.GList()
    node.data = seen
    assert type(seen) is kind
    assert pyds.get_ptr(seen) == address
    for given in (address, node.data, seen):
        assert kind.cast(given) is seen
    assert kind.cast(None) is None
    assert kind.cast(0) is None
    for wrong in (-1, 1.5, "x", object()):
        with pytest.raises(TypeError, match=rf"^{kind.__name__}\.cast: expected capsule, pyds obj"):
            kind.cast(wrong)
    pyds.free_gbuffer(seen)
    with pytest.raises(ReferenceError, match=rf"^{kind.__name__}: its memory was given back"):
        kind.cast(seen)


GLIST_FUNCTIONS = {
    "glist_get_nvds_batch_meta": pyds.NvDsBatchMeta,
    "glist_get_nvds_frame_meta": pyds.NvDsFrameMeta,
    "glist_get_nvds_object_meta": pyds.NvDsObjectMeta,
    "glist_get_nvds_user_meta": pyds.NvDsUserMeta,
    "glist_get_nvds_classifier_meta": pyds.NvDsClassifierMeta,
    "glist_get_nvds_display_meta": pyds.NvDsDisplayMeta,
    "glist_get_nvds_label_info": pyds.NvDsLabelInfo,
    "glist_get_nvds_event_msg_meta": pyds.NvDsEventMsgMeta,
    "glist_get_nvds_vehicle_object": pyds.NvDsVehicleObject,
    "glist_get_nvds_person_object": pyds.NvDsPersonObject,
    "glist_get_nvds_tensor_meta": pyds.NvDsInferTensorMeta,
    "glist_get_nvds_Surface_Params": pyds.NvBufSurfaceParams,
}


def test_there_is_no_other_glist_function() -> None:
    assert {name for name in dir(pyds) if name.startswith("glist_")} == set(GLIST_FUNCTIONS)


@pytest.mark.parametrize(("name", "kind"), GLIST_FUNCTIONS.items())
def test_glist_function(name: str, kind: type[Any]) -> None:
    function = getattr(pyds, name)
    block = kind.cast(pyds.alloc_buffer(16384))
    node = pyds.GList()
    node.data = block
    seen = function(node.data)
    assert type(seen) is kind
    assert seen is kind.cast(node.data)
    assert function(block) is seen
    assert function(None) is None
    for wrong in (-1, 1.5, "x", object()):
        with pytest.raises(TypeError, match=rf"^{name}\.data: expected capsule"):
            function(wrong)
    if name == "glist_get_nvds_event_msg_meta":  # alone takes an address
        assert function(pyds.get_ptr(block)) is seen
        assert function(0) is None
    else:
        with pytest.raises(TypeError, match=rf"^{name}\.data: expected capsule"):
            function(pyds.get_ptr(block))
    pyds.free_gbuffer(block)


def test_glist_functions_on_a_batch(tree: Any) -> None:
    node = tree.batch.frame_meta_list
    assert pyds.glist_get_nvds_frame_meta(node.data) is tree.frames[0]
    objects = tree.frames[0].obj_meta_list
    assert pyds.glist_get_nvds_object_meta(objects.data) in tree.objects[:2]


def test_get_ptr(tree: Any) -> None:
    node = tree.batch.frame_meta_list
    assert pyds.get_ptr(node.data) == pyds.get_ptr(tree.frames[0])
    assert pyds.get_ptr(None) == 0
    assert pyds.get_ptr(pyds.NvDsMetaType.NVDS_USER_META) != 0
    for wrong in (5, "x"):
        with pytest.raises(TypeError, match=r"^get_ptr\.ptr: expected"):
            pyds.get_ptr(wrong)


def test_a_capsule_has_no_name(tree: Any) -> None:
    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    pointer.restype, pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    assert pointer(tree.batch.frame_meta_list.data, None) == pyds.get_ptr(tree.frames[0])


def test_names_and_repr(tree: Any) -> None:
    kind = type(tree.objects[0])
    assert (kind.__name__, kind.__module__, kind.__qualname__) == (
        "NvDsObjectMeta",
        "pyds",
        "NvDsObjectMeta",
    )
    assert repr(tree.objects[0]).startswith("<pyds.NvDsObjectMeta object at 0x")
    assert pyds.get_string.__name__ == "get_string"


def test_no_unknown_attribute_and_no_deletion(tree: Any) -> None:
    obj = tree.objects[0]
    with pytest.raises(AttributeError):
        _ = obj.clas_id
    with pytest.raises(AttributeError):
        obj.clas_id = 1
    with pytest.raises(AttributeError):
        del obj.class_id
    with pytest.raises(AttributeError):
        _ = obj.__dict__
    with pytest.raises(AttributeError):
        pyds.NvDsDisplayMeta().rect_params = []


def test_no_copies_but_weak_references_and_subclasses(tree: Any) -> None:
    obj = tree.objects[0]
    for refused in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError, match="cannot pickle"):
            refused(obj)
    assert weakref.ref(obj)() is obj

    class Box(pyds.NvOSD_RectParams):
        def area(self) -> float:
            return float(self.width * self.height)

    box = Box()
    box.width, box.height, box.note = 2, 3, "has a dict"
    assert box.area() == 6
    obj.rect_params = box
    assert obj.rect_params.width == 2
    assert type(obj.rect_params) is pyds.NvOSD_RectParams


def test_constructed_structs_are_zero() -> None:
    obj = pyds.NvDsObjectMeta()
    assert (obj.class_id, obj.object_id, obj.confidence, obj.obj_label) == (0, 0, 0.0, "")
    assert obj.parent is None
    assert obj.classifier_meta_list is None
    assert int(obj.base_meta.meta_type) == 0
    assert obj.base_meta.meta_type.name == "???"
    assert obj.text_params.display_text == 0
    assert pyds.NvDsInferLayerInfo().layerName is None
    for name in ("NvOFFlowVector", "NvDsOpticalFlowMeta"):
        with pytest.raises(TypeError):
            getattr(pyds, name)()
    with pytest.raises(TypeError):
        pyds.NvOSD_ColorParams(1, 2, 3, 4)


def test_an_object_without_init_is_refused() -> None:
    bare = pyds.NvDsFrameMeta.__new__(pyds.NvDsFrameMeta)
    with pytest.raises(TypeError), pytest.warns(RuntimeWarning, match="uninitialized"):
        _ = bare.frame_num
    with pytest.raises(TypeError), pytest.warns(RuntimeWarning, match="uninitialized"):
        bare.frame_num = 1


def test_embedded_structs_are_views_that_keep_their_parent() -> None:
    obj = pyds.NvDsObjectMeta()
    rect = obj.rect_params
    color = rect.border_color
    rect.left = 3
    rect.border_color.red = 0.5
    assert color.red == 0.5
    del obj
    gc.collect()
    assert rect.left == 3.0


def test_assigning_a_struct_copies_it(tree: Any) -> None:
    obj = tree.objects[0]
    color = pyds.NvOSD_ColorParams()
    color.set(0.1, 0.2, 0.3, alpha=0.4)
    obj.rect_params.border_color = color
    color.red = 0.9
    assert obj.rect_params.border_color.red == 0.1
    for wrong in (None, (1, 1, 1, 1), obj.text_params):
        with pytest.raises(TypeError, match=r"^NvOSD_RectParams\.border_color: expected NvOSD_Col"):
            obj.rect_params.border_color = wrong


def test_struct_pointers(tree: Any) -> None:
    car, person = tree.objects[:2]
    car.parent = person
    assert car.parent is person
    car.parent = None
    assert car.parent is None
    with pytest.raises(TypeError, match=r"^NvDsObjectMeta\.parent: expected NvDsObjectMeta"):
        car.parent = tree.frames[0]


def test_void_pointers(batch: Any) -> None:
    meta = pyds.nvds_acquire_user_meta_from_pool(batch)
    payload = pyds.alloc_nvds_vehicle_object()
    meta.user_meta_data = payload
    assert pyds.NvDsVehicleObject.cast(meta.user_meta_data) is payload
    meta.user_meta_data = meta.user_meta_data
    assert pyds.NvDsVehicleObject.cast(meta.user_meta_data) is payload
    with pytest.raises(TypeError, match=r"^NvDsUserMeta\.user_meta_data: expected capsule"):
        meta.user_meta_data = 5
    meta.user_meta_data = None
    assert meta.user_meta_data is None
    pyds.free_gbuffer(payload)


def test_a_struct_that_is_handed_over_is_not_freed(batch: Any) -> None:
    meta = pyds.nvds_acquire_user_meta_from_pool(batch)
    event = pyds.NvDsEventMsgMeta()
    event.frameId = 7
    meta.user_meta_data = event
    del event
    gc.collect()
    kept = pyds.NvDsEventMsgMeta.cast(meta.user_meta_data)
    assert kept.frameId == 7
    pyds.free_gbuffer(kept)


def test_a_constructed_struct_is_freed_with_all_its_texts() -> None:
    """Those of its parts too, unless a part was assigned to another struct, which owns it then."""
    obj, display = pyds.NvDsObjectMeta(), pyds.NvDsDisplayMeta()
    event, label, car = pyds.NvDsEventMsgMeta(), pyds.NvDsLabelInfo(), pyds.NvDsVehicleObjectExt()
    addresses = [pyds.get_ptr(struct) for struct in (obj, display, event, label, car)]
    obj.text_params.display_text = "of a part"
    display.text_params[15].display_text = "of an array's part"
    event.sensorStr = "text"
    event.ts = pyds.alloc_buffer(32)
    event.objSignature.signature = pyds.alloc_buffer(32)
    label.pResult_label = car.make = "decoded"
    addresses += [
        obj.text_params.display_text,
        display.text_params[15].display_text,
        event.sensorStr,
        event.ts,
    ]
    other = pyds.NvDsObjectMeta()
    moved = pyds.NvOSD_TextParams()
    moved.display_text = "moved"
    other.text_params = moved
    address = moved.display_text
    del obj, display, event, label, car, moved
    gc.collect()
    assert [is_live(address) for address in addresses] == [False] * len(addresses)
    assert pyds.get_string(address) == "moved"
    del other
    gc.collect()
    assert not is_live(address)


# A class, how a meta of it is added, where its node is then.
ADDED: dict[str, tuple[Any, Callable[[Any, Any], None], Callable[[Any], Any]]] = {
    "frame": (
        pyds.NvDsFrameMeta,
        lambda tree, made: pyds.nvds_add_frame_meta_to_batch(tree.batch, made),
        lambda tree: tree.batch.frame_meta_list.next.next,
    ),
    "object": (
        pyds.NvDsObjectMeta,
        lambda tree, made: pyds.nvds_add_obj_meta_to_frame(tree.frames[0], made, None),
        lambda tree: tree.frames[0].obj_meta_list,
    ),
    "classifier": (
        pyds.NvDsClassifierMeta,
        lambda tree, made: pyds.nvds_add_classifier_meta_to_object(tree.objects[0], made),
        lambda tree: tree.objects[0].classifier_meta_list,
    ),
    "display": (
        pyds.NvDsDisplayMeta,
        lambda tree, made: pyds.nvds_add_display_meta_to_frame(tree.frames[0], made),
        lambda tree: tree.frames[0].display_meta_list,
    ),
    "user of the batch": (
        pyds.NvDsUserMeta,
        lambda tree, made: pyds.nvds_add_user_meta_to_batch(tree.batch, made),
        lambda tree: tree.batch.batch_user_meta_list,
    ),
    "user of a frame": (
        pyds.NvDsUserMeta,
        lambda tree, made: pyds.nvds_add_user_meta_to_frame(tree.frames[0], made),
        lambda tree: tree.frames[0].frame_user_meta_list,
    ),
    "user of an object": (
        pyds.NvDsUserMeta,
        lambda tree, made: pyds.nvds_add_user_meta_to_obj(tree.objects[0], made),
        lambda tree: tree.objects[0].obj_user_meta_list,
    ),
}


@pytest.mark.parametrize("name", ADDED)
def test_an_added_meta_belongs_to_the_batch(name: str, needs_slots: None) -> None:
    """It is freed when the batch gives it back, and not with its wrapper."""
    make, add, node = ADDED[name]
    batch = pyds.nvds_create_batch_meta(2)
    tree = fill(batch)
    made = make()
    address = pyds.get_ptr(made)
    add(tree, made)
    del made
    gc.collect()
    found = make.cast(node(tree).data)
    assert pyds.get_ptr(found) == address
    assert found.base_meta.batch_meta is batch
    del tree
    pyds.nvds_destroy_batch_meta(batch)
    with pytest.raises(ReferenceError):
        pyds.get_ptr(found)
    assert not is_live(address)


def test_a_constructed_object_with_things_of_its_own(needs_slots: None) -> None:
    batch = pyds.nvds_create_batch_meta(2)
    tree = fill(batch)
    parent, made = pyds.NvDsObjectMeta(), pyds.NvDsObjectMeta()
    pyds.nvds_add_obj_meta_to_frame(tree.frames[0], parent, None)
    pyds.nvds_add_obj_meta_to_frame(tree.frames[0], made, parent)
    made.text_params.display_text = "mine"
    classifier = pyds.nvds_acquire_classifier_meta_from_pool(batch)
    pyds.nvds_add_classifier_meta_to_object(made, classifier)
    address, text = pyds.get_ptr(made), made.text_params.display_text
    del made, parent
    gc.collect()
    made = pyds.NvDsObjectMeta.cast(tree.frames[0].obj_meta_list.data)
    assert pyds.get_string(made.text_params.display_text) == "mine"
    assert made.parent is not None
    pyds.nvds_remove_obj_meta_from_frame(tree.frames[0], made)
    for gone in (made, classifier):
        with pytest.raises(ReferenceError):
            pyds.get_ptr(gone)
    assert not is_live(address)
    assert not is_live(text)
    pyds.nvds_destroy_batch_meta(batch)


def test_a_constructed_parent_stays_though_it_is_in_no_list(tree: Any) -> None:
    parent = pyds.NvDsObjectMeta()
    parent.class_id = 5
    child = pyds.nvds_acquire_obj_meta_from_pool(tree.batch)
    pyds.nvds_add_obj_meta_to_frame(tree.frames[0], child, parent)
    del parent
    gc.collect()
    assert child.parent.class_id == 5


def test_ints(tree: Any) -> None:
    obj, frame = tree.objects[0], tree.frames[0]
    obj.object_id = 2**64 - 1
    for wrong in (-1, 2**64):
        with pytest.raises(
            TypeError, match=rf"^NvDsObjectMeta\.object_id: expected int from 0 .* got {wrong}"
        ):
            obj.object_id = wrong
    assert obj.object_id == 2**64 - 1
    obj.class_id = -(2**31)
    assert obj.class_id == -(2**31)
    for wrong in (2**31, 2.0, np.float64(2.7), "3", b"3", None, [1]):
        with pytest.raises(TypeError, match=r"^NvDsObjectMeta\.class_id: expected int"):
            obj.class_id = wrong
    for given, stored in ((True, 1), (np.int16(4), 4), (np.float32(2.9), 2), (Fraction(3), 3)):
        obj.class_id = given
        assert obj.class_id == stored
    frame.buf_pts = 2**63
    assert frame.buf_pts == 2**63
    frame.bInferDone = 2
    assert frame.bInferDone == 2
    with pytest.raises(TypeError):
        frame.pad_index = -1


def test_floats(tree: Any) -> None:
    rect = tree.objects[0].rect_params
    given_and_stored = [
        (0.1, 0.10000000149011612),
        (7, 7.0),
        (float("inf"), float("inf")),
        (1e40, float("inf")),
        (1e-50, 0.0),
        (np.float64(0.5), 0.5),
        (np.int32(3), 3.0),
        (True, 1.0),
        (Fraction(3, 2), 1.5),
    ]
    for given, stored in given_and_stored:
        rect.left = given
        assert rect.left == stored
    rect.left = float("nan")
    assert rect.left != rect.left
    for wrong in ("1", None, 10**400):
        with pytest.raises(TypeError, match=r"^NvOSD_RectParams\.left: expected float, got "):
            rect.left = wrong


def test_bools() -> None:
    args = pyds.NvDsObjEncUsrArgs()
    for given, stored in ((True, True), (None, False), (2, True), (np.bool_(True), True)):
        args.saveImg = given
        assert args.saveImg is stored
    with pytest.raises(TypeError, match=r"^NvDsObjEncUsrArgs\.saveImg: expected bool"):
        args.saveImg = "yes"


def test_numbers_of_a_program(tree: Any) -> None:
    info = tree.objects[0].misc_obj_info
    assert info.dtype == np.int64
    assert info.shape == (4,)
    info[3] = 2**40
    assert tree.objects[0].misc_obj_info.tolist() == [0, 0, 0, 2**40]
    tree.frames[0].misc_frame_info = [1, 2, 3, -4]
    assert tree.frames[0].misc_frame_info.tolist() == [1, 2, 3, -4]
    for wrong in ([1], 5, [1, 2, 3, "x"]):
        with pytest.raises(TypeError, match=r"^NvDsFrameMeta\.misc_frame_info: expected"):
            tree.frames[0].misc_frame_info = wrong


def test_a_view_keeps_its_memory() -> None:
    info = pyds.NvDsObjectMeta().misc_obj_info
    gc.collect()
    info[0] = 9
    assert info.tolist() == [9, 0, 0, 0]


def test_mask(tree: Any) -> None:
    mask = tree.objects[0].mask_params
    assert (mask.data, mask.size, mask.get_mask_array().shape) == (None, 0, (0,))
    mask.width, mask.height = 4, 3
    array = mask.alloc_mask_array()
    assert array.dtype == np.float32
    assert array.shape == (12,)
    array[0] = 2.5
    assert (mask.size, mask.data, mask.get_mask_array()[0]) == (48, 2.5, 2.5)


def test_members_without_a_python_type(batch: Any) -> None:
    with pytest.raises(TypeError, match=r"^NvDsBatchMeta\.meta_mutex: has no Python type"):
        _ = batch.meta_mutex


def test_analytics_containers_are_copies() -> None:
    info = pyds.NvDsAnalyticsObjInfo()
    info.roiStatus = ["x", "y"]
    info.roiStatus.append("z")
    assert info.roiStatus == ["x", "y"]
    for wrong in ("xy", [1]):
        with pytest.raises(TypeError):
            info.roiStatus = wrong
    frame = pyds.NvDsAnalyticsFrameMeta()
    frame.objInROIcnt, frame.objCnt = {"a": 1}, {1: 2}
    assert (frame.objInROIcnt, frame.objCnt, frame.ocStatus) == ({"a": 1}, {1: 2}, {})
    with pytest.raises(TypeError):
        frame.objCnt = {"a": 2}
    assert pyds.NvDsAnalyticsObjInfo.cast(info) is info
