"""Payloads that elements make: tensors, masks, tracks, motion, analytics, regions."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
import pytest

import pyds


def capsule(address: int) -> Any:
    new = ctypes.pythonapi.PyCapsule_New
    new.restype = ctypes.py_object
    new.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
    return new(address, None, None)


def poke(made: Any, offset: int, value: Any) -> None:
    """Writes a ctypes value into the struct of a pyds object."""
    ctypes.memmove(pyds.get_ptr(made) + offset, ctypes.addressof(value), ctypes.sizeof(value))


def pointer(value: Any) -> ctypes.c_void_p:
    return ctypes.c_void_p(ctypes.addressof(value))


# ---- tensors


@pytest.fixture
def tensors() -> Any:
    """An NvDsInferTensorMeta of two layers, the second with the values 10, 11, 12."""
    layer_size = 80
    values = [(ctypes.c_float * 3)(0, 1, 2), (ctypes.c_float * 3)(10, 11, 12)]
    addresses = (ctypes.c_void_p * 2)(*(ctypes.addressof(v) for v in values))
    layers = pyds.alloc_buffer(2 * layer_size)
    meta = pyds.NvDsInferTensorMeta()
    poke(meta, 4, ctypes.c_uint(2))
    poke(meta, 8, ctypes.c_void_p(layers))
    poke(meta, 16, pointer(addresses))
    meta_kept = (values, addresses)
    yield meta
    del meta_kept
    pyds.free_buffer(layers)


def test_layers(tensors: Any) -> None:
    assert tensors.num_output_layers == 2
    assert tensors.out_buf_ptrs_host is not None
    copied = tensors.output_layers_info(1)
    assert type(copied) is pyds.NvDsInferLayerInfo
    assert copied.buffer is None  # not filled yet
    assert tensors.output_layers_info(j=1) is not copied
    layer = pyds.get_nvds_LayerInfo(tensors, 1)
    assert type(layer) is pyds.NvDsInferLayerInfo
    assert pyds.get_nvds_LayerInfo(capsule(pyds.get_ptr(tensors)), 1) is layer
    assert [pyds.get_detections(layer.buffer, i) for i in range(3)] == [10, 11, 12]
    assert tensors.output_layers_info(1).buffer is not None
    assert layer.dataType is pyds.NvDsInferDataType.FLOAT
    assert layer.layerName is None
    assert (layer.inferDims.d.dtype, layer.inferDims.d.shape) == (np.uint32, (8,))
    assert layer.dims is layer.inferDims
    del copied


def test_layers_that_are_not_there(tensors: Any) -> None:
    for wrong in (2, 100):
        with pytest.raises(IndexError, match=rf"^get_nvds_LayerInfo\.index: .*0 to 1, got {wrong}"):
            pyds.get_nvds_LayerInfo(tensors, wrong)
        with pytest.raises(IndexError, match=r"output_layers_info\.j: expected 0 to 1, got"):
            tensors.output_layers_info(wrong)
    with pytest.raises(TypeError):
        pyds.get_nvds_LayerInfo(tensors, -1)
    for wrong_meta in (None, 5, "x"):
        with pytest.raises(TypeError, match=r"^get_nvds_LayerInfo\.data: expected"):
            pyds.get_nvds_LayerInfo(wrong_meta, 0)
    with pytest.raises(IndexError):
        pyds.get_nvds_LayerInfo(pyds.NvDsInferTensorMeta(), 0)


# ---- segmentation


@pytest.fixture
def masks() -> Any:
    classes = (ctypes.c_int * 6)(0, 1, 2, 3, 4, -1)
    meta = pyds.NvDsInferSegmentationMeta()
    for place, number in enumerate((5, 3, 2)):
        poke(meta, 4 * place, ctypes.c_uint(number))
    poke(meta, 16, pointer(classes))
    meta_kept = classes
    yield meta
    del meta_kept


def test_segmentation(masks: Any) -> None:
    assert (masks.classes, masks.width, masks.height) == (5, 3, 2)
    assert (masks.class_map, masks.class_probabilities_map, masks.priv_data) == (0, None, None)
    array = pyds.get_segmentation_masks(masks)
    assert array.tolist() == [[0, 1, 2], [3, 4, -1]]
    assert (array.dtype, array.strides, array.flags.writeable) == (np.int32, (12, 4), True)
    array[0, 0] = 77  # a copy
    assert masks.class_map == 0
    assert pyds.get_segmentation_masks(data=capsule(pyds.get_ptr(masks))).shape == (2, 3)


def test_segmentation_that_is_not_there(masks: Any) -> None:
    for wrong in (None, "x", pyds.get_ptr(masks)):
        with pytest.raises(TypeError, match=r"^get_segmentation_masks\.data: expected"):
            pyds.get_segmentation_masks(wrong)
    with pytest.raises(ValueError, match=r"^get_segmentation_masks\.data: the meta has no class m"):
        pyds.get_segmentation_masks(pyds.NvDsInferSegmentationMeta())


# ---- tracks


def test_tracks() -> None:
    frame, obj = pyds.NvDsTargetMiscDataFrame(), pyds.NvDsTargetMiscDataObject()
    stream, batch = pyds.NvDsTargetMiscDataStream(), pyds.NvDsTargetMiscDataBatch()
    frame.frameNum, frame.age, frame.confidence, frame.tBbox.left = 4, 2, 0.5, 7
    frame.trackerState = pyds.TRACKER_STATE.TENTATIVE
    obj.numObj, obj.numAllocated, obj.uniqueId, obj.classId, obj.objLabel = 1, 1, 9, 2, "car"
    stream.streamID, stream.surfaceStreamID, stream.numAllocated, stream.numFilled = 1, 77, 1, 1
    batch.numAllocated, batch.numFilled = 1, 1
    for parent, child in ((obj, frame), (stream, obj), (batch, stream)):
        poke(parent, 0, ctypes.c_void_p(pyds.get_ptr(child)))
    seen = [
        (s.streamID, s.surfaceStreamID, o.uniqueId, o.classId, o.objLabel) == (1, 77, 9, 2, "car")
        and (f.frameNum, f.age, f.confidence, f.tBbox.left, f.trackerState.name)
        for s in batch.list()
        for o in s.list()
        for f in o.list()
    ]
    assert seen == [(4, 2, 0.5, 7.0, "TENTATIVE")]
    iterator = batch.list()
    assert type(next(iterator)) is pyds.NvDsTargetMiscDataStream
    with pytest.raises(StopIteration):
        next(iterator)
    # Only what is filled; the list may not be there at all.
    batch.numFilled = 0
    assert list(batch.list()) == []
    for kind in (type(obj), type(stream), type(batch)):
        assert list(kind().list()) == []


def test_reid() -> None:
    reid = pyds.NvDsObjReid()
    assert reid.get_host_reid_vector().shape == (0,)
    numbers = (ctypes.c_float * 3)(1, 2, 3)
    reid.featureSize, reid.ptr_host = 3, capsule(ctypes.addressof(numbers))
    vector = reid.get_host_reid_vector()
    assert (vector.dtype, vector.tolist()) == (np.float32, [1, 2, 3])
    vector[0] = 9  # a copy
    assert numbers[0] == 1
    assert pyds.get_ptr(reid.ptr_host) == ctypes.addressof(numbers)
    assert reid.ptr_dev is None


# ---- motion


def test_optical_flow() -> None:
    motion = (ctypes.c_short * 8)(1, -2, 3, 4, 5, 6, 7, 32767)
    meta = pyds.NvDsOpticalFlowMeta.cast(pyds.alloc_buffer(56))
    meta.rows, meta.cols, meta.data = 2, 2, capsule(ctypes.addressof(motion))
    vectors = pyds.get_optical_flow_vectors(meta)
    assert (vectors.dtype, vectors.shape) == (np.float32, (8,))
    assert vectors.reshape(2, 2, 2).tolist() == [[[1, -2], [3, 4]], [[5, 6], [7, 32767]]]
    vectors[0] = 9  # a copy
    assert motion[0] == 1
    assert pyds.get_optical_flow_vectors(data=capsule(pyds.get_ptr(meta))).shape == (8,)
    vector = pyds.NvOFFlowVector.cast(meta.data)
    assert (vector.flowx, vector.flowy) == (1, -2)
    meta.data = None
    assert pyds.get_optical_flow_vectors(meta).shape == (0,)
    for wrong in (None, "x", pyds.get_ptr(meta)):
        with pytest.raises(TypeError, match=r"^get_optical_flow_vectors\.data: expected"):
            pyds.get_optical_flow_vectors(wrong)
    pyds.free_gbuffer(meta)


# ---- regions


def test_regions() -> None:
    batch = pyds.GstNvDsPreProcessBatchMeta()
    assert batch.roi_vector == []
    made = [pyds.NvDsRoiMeta() for _ in range(3)]
    for number, roi in enumerate(made):
        roi.roi.left = number
    batch.roi_vector = made
    assert [roi.roi.left for roi in batch.roi_vector] == [0, 1, 2]
    made[0].roi.left = 50  # copied
    (first, *_) = batch.roi_vector
    assert first is not made[0]
    first.roi.left = 8  # a view
    assert batch.roi_vector[0].roi.left == 8
    with pytest.raises(BufferError, match=r"^GstNvDsPreProcessBatchMeta\.roi_vector: a region"):
        batch.roi_vector = made
    assert batch.roi_vector[0] is first
    del first, _
    batch.roi_vector = tuple(made[:1])
    assert [roi.roi.left for roi in batch.roi_vector] == [50]
    batch.roi_vector = []
    for wrong in (None, 5, [1], [None], "x"):
        with pytest.raises(TypeError, match=r"^GstNvDsPreProcessBatchMeta\.roi_vector: expected|N"):
            batch.roi_vector = wrong


# ---- messages


def test_the_newer_parts_of_a_message() -> None:
    event = pyds.NvDsEventMsgMeta()
    assert len(event.entries) == 100
    event.entries[99].source_id, event.entries[99].timestamp, event.count = "cam", 2**63, 100
    assert (event.entries[99].source_id, event.entries[99].timestamp) == ("cam", 2**63)
    box = pyds.NvDsBbox3dObject()
    box.boxes_3d = range(12)
    box.labels_3d = "car"
    box.labels_3d = "lorry"
    event.bbox3d = box
    assert event.bbox3d is box
    assert event.bbox3d.boxes_3d.tolist() == list(range(12))
    event.singleView3DTracking.bbox3d = box
    assert event.singleView3DTracking.bbox3d.labels_3d == "lorry"
    box.labels_3d = None
    assert event.singleView3DTracking.bbox3d.labels_3d == "lorry"  # its own copy
    event.singleView3DTracking.ptWorldFeet = [1.5, 2.5]
    assert event.singleView3DTracking.ptWorldFeet.tolist() == [1.5, 2.5]
    joint = pyds.NvDsJoint()
    joint.x = 3
    event.pose.joints, event.pose.num_joints = joint, 1
    assert event.pose.joints.x == 3
    numbers = pyds.alloc_buffer(8)
    ctypes.memmove(numbers, (ctypes.c_float * 2)(0.5, 0.25), 8)
    event.embedding.embedding_vector, event.embedding.embedding_length = numbers, 2
    assert event.embedding.embedding_vector == 0.5
    event.embedding.embedding_vector = None
    talk = pyds.NvDsConversationObject()
    talk.query, talk.response = "who?", "nobody"
    event.llm = pyds.NvDsLLMObject()
    event.llm.conversations, event.llm.num_conversations = talk, 1
    assert event.llm.conversations.response == "nobody"
    assert event.llm.info is None


# ---- functions of metas


def test_hooks_are_capsules(batch: Any) -> None:
    meta = pyds.nvds_acquire_user_meta_from_pool(batch)
    base = meta.base_meta
    assert (base.copy_func, base.release_func) == (None, None)
    pyds.alloc_custom_struct(meta)
    assert type(base.copy_func).__name__ == "PyCapsule"
    other = pyds.nvds_acquire_user_meta_from_pool(batch).base_meta
    other.copy_func, other.release_func = base.copy_func, base.release_func
    assert pyds.get_ptr(other.copy_func) == pyds.get_ptr(base.copy_func)
    other.copy_func = other.release_func = None
    assert other.release_func is None
    with pytest.raises(TypeError, match=r"^NvDsBaseMeta\.copy_func: .*set with user_copyfunc"):
        other.copy_func = lambda data, user_data: data
    with pytest.raises(TypeError, match=r"^NvDsBaseMeta\.release_func: expected capsule"):
        other.release_func = 4096
    assert batch.obj_meta_pool.release_func is not None or batch.obj_meta_pool.copy_func is None
