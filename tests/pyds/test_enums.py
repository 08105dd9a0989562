"""Enums: equal to ints, open, accepted as ints."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

import pyds


def test_enum_protocol() -> None:
    kind = pyds.NvDsMetaType.NVDS_USER_META
    assert kind == 7
    assert kind == pyds.NVDS_USER_META
    assert kind != 8
    assert kind is pyds.NVDS_USER_META
    assert pyds.NvDsMetaType(7) is kind
    assert (kind.name, kind.value, int(kind), hash(kind)) == ("NVDS_USER_META", 7, 7, hash(7))
    assert repr(kind) == "<NvDsMetaType.NVDS_USER_META: 7>"
    assert str(kind) == f"{kind}" == "NvDsMetaType.NVDS_USER_META"
    assert [1, 2, 3][pyds.NvOSD_Mode.MODE_GPU] == 2
    assert bool(pyds.NvOSD_Mode.MODE_CPU)
    assert pickle.loads(pickle.dumps(kind)) is kind
    assert list(pyds.NvOSD_Mode.__members__) == ["MODE_CPU", "MODE_GPU", "MODE_NONE"]
    assert pyds.NvOSD_Mode.MODE_HW is pyds.NvOSD_Mode.MODE_NONE
    for wrong in ("7", 7.0, None):
        with pytest.raises(TypeError):
            pyds.NvDsMetaType(wrong)


def test_numbers_without_a_name_survive(tree: Any) -> None:
    head = tree.objects[0].base_meta
    head.meta_type = pyds.NvDsMetaType(5000)
    assert repr(head.meta_type) == "<NvDsMetaType.???: 5000>"
    assert head.meta_type == 5000
    assert str(head.meta_type) == "NvDsMetaType.???"


def test_enum_fields(tree: Any) -> None:
    head = tree.objects[0].base_meta
    assert head.meta_type is pyds.NVDS_OBJ_META
    head.meta_type = 5
    assert head.meta_type is pyds.NVDS_CLASSIFIER_META
    head.meta_type = pyds.nvds_get_user_meta_type("TEST.ENUM")
    assert head.meta_type >= pyds.NVDS_START_USER_META
    for wrong in (pyds.NvOSD_Mode.MODE_CPU, None, "x", 1.0, 2**40):
        with pytest.raises(TypeError, match=r"^NvDsBaseMeta\.meta_type: expected"):
            head.meta_type = wrong


def test_user_meta_types() -> None:
    first = pyds.nvds_get_user_meta_type("NVIDIA.NVINFER.USER_META")
    assert type(first) is int
    assert first == pyds.nvds_get_user_meta_type(meta_descriptor="NVIDIA.NVINFER.USER_META")
    assert first != pyds.nvds_get_user_meta_type("TEST.OTHER")
    assert pyds.nvds_get_user_meta_type(None) == pyds.NVDS_START_USER_META
    frame = pyds.nvds_get_user_meta_type("NVIDIA.DSANALYTICSFRAME.USER_META")
    obj = pyds.nvds_get_user_meta_type("NVIDIA.DSANALYTICSOBJ.USER_META")
    assert (type(frame), frame, obj) == (int, 32, 33)
    assert (frame, obj) == (pyds.NVDS_FRAME_META_NVDSANALYTICS, pyds.NVDS_OBJ_META_NVDSANALYTICS)
    with pytest.raises(TypeError, match=r"^nvds_get_user_meta_type\.meta_descriptor: expected str"):
        pyds.nvds_get_user_meta_type(5)


def test_analytics_metas_are_found_by_their_old_names() -> None:
    for name, number in (
        ("NVIDIA.DSANALYTICSFRAME.USER_META", pyds.NVDS_FRAME_META_NVDSANALYTICS),
        ("NVIDIA.DSANALYTICSOBJ.USER_META", pyds.NVDS_OBJ_META_NVDSANALYTICS),
    ):
        assert pyds.nvds_get_user_meta_type(name) == number
    assert pyds.NVDS_FRAME_META_NVDSANALYTICS != pyds.NVDS_OBJ_META_NVDSANALYTICS
