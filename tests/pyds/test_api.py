"""Every name that the reference has, with its type and whether it can be set."""

from __future__ import annotations

import ctypes
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pyds

from .conftest import block_size

# Completed with the rest of the elements that they talk to.
LATER = {
    "configure_source_for_ntp_sync",
    "gst_element_send_nvevent_interval_update",
    "gst_element_send_nvevent_new_stream_reset",
    "gst_nvevent_new_stream_reset",
    "nvds_measure_buffer_latency",
    "nvds_obj_enc_create_context",
    "nvds_obj_enc_destroy_context",
    "nvds_obj_enc_finish",
    "nvds_obj_enc_process",
    "copy_custom_struct",
    "release_custom_struct",
}


@pytest.fixture(scope="module")
def reference(shared: Path) -> Any:
    path = shared / "spec/pyds-api.json"
    if not path.is_file():
        pytest.skip(f"needs {path}, the list of names")
    return json.loads(path.read_text())


def classes(reference: Any) -> dict[str, Any]:
    found = dict(reference["classes"])
    found.update(reference["later_additions"]["classes"])
    return found


def make(name: str) -> Any:
    """A zeroed object; those without a constructor lie in a block that the test makes."""
    kind = getattr(pyds, name)
    if name in ("NvOFFlowVector", "NvDsOpticalFlowMeta"):
        return kind.cast(pyds.alloc_buffer(64))
    return kind()


def test_every_class_is_there(reference: Any) -> None:
    for name, entry in classes(reference).items():
        kind = getattr(pyds, name)
        assert isinstance(kind, type), name
        assert kind.__doc__, name
        if entry["constructible"]:
            assert isinstance(kind(), pyds.Struct), name
        for method in entry["methods"]:
            assert callable(getattr(kind, method)), f"{name}.{method}"
    for old, new in reference["legacy"]["classes"].items():
        assert getattr(pyds, old) is getattr(pyds, new)


def test_every_struct_has_the_size_of_the_reference(reference: Any) -> None:
    for name, entry in reference["classes"].items():
        if not entry["constructible"]:
            continue
        address = pyds.get_ptr(made := getattr(pyds, name)())
        copy = pyds.memdup(address, 1)  # of a known block, all is copied
        assert block_size(copy) >= entry["sizeof_ds91_x86_64"], name
        del made


def test_every_field_has_its_type(reference: Any) -> None:
    checked = 0
    for class_name, entry in classes(reference).items():
        made = make(class_name)
        for name, about in entry["fields"].items():
            where = f"{class_name}.{name}"
            assert getattr(type(made), name).__doc__, where
            if about["type"] == "(TypeError)":
                with pytest.raises(TypeError):
                    getattr(made, name)
                continue
            value = getattr(made, name)
            expected = about["type"].split(" ")[0].split("[")[0].rstrip(";")
            if expected in ("int", "float", "bool", "str", "list", "dict"):
                nullable = "None" in about["type"]
                kinds: tuple[type, ...] = {
                    "int": (int,),
                    "float": (float,),
                    "bool": (bool,),
                    "str": (str,),
                    "list": (list, pyds.StructArray),
                    "dict": (dict,),
                }[expected]
                assert isinstance(value, kinds) or (nullable and value is None), where
            elif expected == "numpy.ndarray":
                assert isinstance(value, np.ndarray), where
            elif "or None" in about["type"]:
                assert value is None, where
            else:
                assert isinstance(value, getattr(pyds, expected)), where
            checked += 1
    assert checked > 380


def test_every_field_is_read_only_where_the_reference_is(reference: Any) -> None:
    for class_name, entry in classes(reference).items():
        made = make(class_name)
        for name, about in entry["fields"].items():
            if about["type"] == "(TypeError)" or about["kind"] == "array":
                continue
            where = f"{class_name}.{name}"
            value = getattr(made, name)
            if about["access"] == "ro":
                with pytest.raises(AttributeError):
                    setattr(made, name, value)
            elif about["kind"] == "string-pointer" and "int (address); set: str" in about["type"]:
                setattr(made, name, "text")
                assert pyds.get_string(getattr(made, name)) == "text", where
            elif name == "roi_vector":
                continue
            else:
                setattr(made, name, value)
                same = getattr(made, name)
                assert same == value or math.isnan(same) or same is not None, where


def test_offsets(reference: Any) -> None:
    """Numbers written through a field are found where the C header says."""
    codes = {
        "int": "<i",
        "unsigned int": "<I",
        "gint": "<i",
        "guint": "<I",
        "guint64": "<Q",
        "uint32_t": "<I",
        "float": "<f",
        "double": "<d",
        "gdouble": "<d",
        "gfloat": "<f",
    }
    import struct

    checked = 0
    for class_name, entry in reference["classes"].items():
        for name, about in entry["fields"].items():
            code = codes.get(about["c_type"])
            offset = about.get("offset_ds91_x86_64")
            if code is None or offset is None or about["access"] != "rw":
                continue
            made = make(class_name)
            setattr(made, name, 5)
            stored = ctypes.string_at(pyds.get_ptr(made) + offset, struct.calcsize(code))
            assert struct.unpack(code, stored) == (5,), f"{class_name}.{name}"
            checked += 1
    assert checked > 140


def test_every_function_is_there(reference: Any) -> None:
    functions = {**reference["functions"], **reference["legacy"]["functions"]}
    missing = [name for name in functions if not hasattr(pyds, name) and name not in LATER]
    assert missing == []
    for name in reference["functions"]:
        if name not in LATER:
            assert getattr(pyds, name).__doc__, name


def test_every_enum_value_is_there(reference: Any) -> None:
    later = reference["later_additions"]
    enums = {name: dict(entry["values"]) for name, entry in reference["enums"].items()}
    enums.update({name: dict(entry["values"]) for name, entry in later["enums"].items()})
    for name, values in later["enum_values"].items():
        enums[name].update(values)
    # Numbers that NVIDIA moved from release to release are those of the headers.
    moving = {"NVDS_AUDIO_BATCH_META", "NVDS_AUDIO_FRAME_META", "NVBUF_COLOR_FORMAT_LAST"}
    for name, values in enums.items():
        kind = getattr(pyds, name)
        for value, number in values.items():
            member = getattr(kind, value)
            assert getattr(pyds, value) is member, value
            assert member == number or value in moving, value
    assert pyds.__version__ == reference["constants"]["__version__"]
