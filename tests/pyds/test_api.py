"""Every name of the reference: its type, whether it can be set, what it takes and what it gives.

The reference is a list of classes, fields, methods, functions and enums of pyds 1.2.0, of what
later and earlier releases had, and of the C members that the original leaves out.
"""

from __future__ import annotations

import ctypes
import inspect
import json
import re
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pyds

# Numbers of C types: how the struct module calls them.
INTEGERS = {
    "short": "h",
    "int": "i",
    "gint": "i",
    "gint32": "i",
    "gboolean": "i",
    "unsigned int": "I",
    "guint": "I",
    "uint16_t": "H",
    "uint32_t": "I",
    "unsigned long": "Q",
    "uint64_t": "Q",
    "guint64": "Q",
}
FLOATS = {"float": "f", "gfloat": "f", "double": "d", "gdouble": "d"}
# The element type of number arrays, by C type; the original shows 64-bit ones as int32 halves.
ARRAYS = {
    "gint64": np.int64,
    "uint32_t": np.int32,
    "void*": np.uint64,
    "unsigned int": np.uint32,
}
# Arrays that take a sequence, where the original takes nothing.
ASSIGNABLE = re.compile(r"\.(misc_\w+|reserved)$")
# Where the reference's own numbers moved between releases, ours are those of the 9.1 headers.
MOVED = {"NVDS_AUDIO_BATCH_META", "NVDS_AUDIO_FRAME_META", "NVBUF_COLOR_FORMAT_LAST"}
# Structs of newer C members, which the original has no class for.
NEWER_CLASSES = {
    "NvBufSurfaceChromaSubsamplingParams",
    "NvBufSurfaceCudaBuffer",
    "NvBufSurfaceParamsEx",
    "NvBufSurfacePlaneParamsEx",
    "NvDs3DTracking",
    "NvDsBbox3dObject",
    "NvDsCongestionObject",
    "NvDsConversationObject",
    "NvDsConvexHull",
    "NvDsEmbedding",
    "NvDsInteractionObject",
    "NvDsJoint",
    "NvDsJoints",
    "NvDsLLMObject",
    "NvDsSegmentationObject",
    "NvDsSensorInfo_meta",
    "NvDsTypeMetricsObject",
    "SourceTimePair",
}
NEWER_ENUMS = {"TRACKER_STATE"}
# What is neither a struct nor an enum of the C headers.
OWN_CLASSES = {"GListIterator", "Struct", "StructArray"}
# In place of a name that the reference does not know (arg0, arg1).
POSITIONAL = re.compile(r"arg\d")


@pytest.fixture(scope="module")
def reference(shared: Path) -> Any:
    path = shared / "spec/pyds-api.json"
    if not path.is_file():
        pytest.skip(f"needs {path}, the list of names")
    return json.loads(path.read_text())


def classes(reference: Any) -> dict[str, Any]:
    """All classes of the reference, with the fields of later releases."""
    found = {name: dict(entry) for name, entry in reference["classes"].items()}
    found.update(reference["later_additions"]["classes"])
    for name, fields in reference["later_additions"]["fields"].items():
        found[name]["fields"] = {**found[name]["fields"], **fields}
    return found


def fields(reference: Any) -> Iterator[tuple[str, str, Any]]:
    """(class, field, what the reference says of it) of every field."""
    for class_name, entry in classes(reference).items():
        for name, about in entry["fields"].items():
            yield class_name, name, about


def make(name: str) -> Any:
    """A zeroed object; those without a constructor lie in a block that the test makes."""
    kind = getattr(pyds, name)
    if name in ("NvOFFlowVector", "NvDsOpticalFlowMeta"):
        return kind.cast(pyds.alloc_buffer(64))
    return kind()


def kind_of(about: Any) -> str:
    """The first word of the type that the reference gives."""
    return re.split(r"[\s\[;]", about["type"])[0]


def is_enum(name: str) -> bool:
    kind = getattr(pyds, name, None)
    return isinstance(kind, type) and hasattr(kind, "__members__")


def array_of(about: Any) -> tuple[str, int] | None:
    """Element type and length of a C array."""
    found = re.fullmatch(r"(.+?) ?\[(\d+)\]", about["c_type"])
    return (found[1], int(found[2])) if found else None


# ---- classes


def test_every_class_is_there(reference: Any) -> None:
    for name, entry in classes(reference).items():
        kind = getattr(pyds, name)
        assert isinstance(kind, type), name
        assert issubclass(kind, pyds.Struct), name
        assert (kind.__name__, kind.__module__) == (name, "pyds")
        assert kind.__doc__, name
        if not entry["constructible"]:
            with pytest.raises(TypeError):
                kind()
            continue
        made = kind()
        assert type(made) is kind
        for wrong in ((1,), (None,)):
            with pytest.raises(TypeError):
                kind(*wrong)
        with pytest.raises(TypeError):
            kind(x=1)
    for old, new in reference["legacy"]["classes"].items():
        assert getattr(pyds, old) is getattr(pyds, new)


def test_no_class_has_an_attribute_that_c_has_not(reference: Any) -> None:
    """A misspelled or invented name would be found here."""
    wrong = []
    for name, entry in classes(reference).items():
        known = set(entry["fields"]) | set(entry["methods"])
        known |= {member["name"] for member in entry.get("c_members_not_exposed", [])}
        ours = {attribute for attribute in vars(getattr(pyds, name)) if attribute[0] != "_"}
        # GList is not cast; everything else is.
        wrong += [f"{name}.{attribute}" for attribute in sorted(ours - known)]
    assert wrong == []


def test_the_module_has_no_other_names(reference: Any) -> None:
    later = reference["later_additions"]
    known = set(classes(reference)) | set(reference["functions"]) | set(reference["enums"])
    known |= set(later["enums"]) | set(reference["legacy"]["classes"])
    known |= set(reference["legacy"]["functions"]) | set(reference["legacy"]["docs_only"])
    known |= NEWER_CLASSES | NEWER_ENUMS | OWN_CLASSES
    # pytest adds names with "@" where a wheel is installed: it rewrites what has a plugin for it.
    ours = {name for name in vars(pyds) if name[0] not in "_@"}
    enums = [getattr(pyds, name) for name in ours if is_enum(name)]
    known |= {name for enum in enums for name in enum.__members__} | {"MODE_HW"}
    assert sorted(ours - known) == []
    assert {name for name in ours if is_enum(name)} == (
        set(reference["enums"]) | set(later["enums"]) | NEWER_ENUMS
    )


def test_every_struct_has_the_size_of_the_reference(reference: Any) -> None:
    for name, entry in reference["classes"].items():
        if not entry["constructible"]:
            continue
        size = entry["sizeof_ds91_x86_64"]
        made = getattr(pyds, name)()
        if name.startswith("NvDsAnalytics"):
            with pytest.raises(ValueError, match=rf"{name} holds C\+\+ containers"):
                pyds.memdup(pyds.get_ptr(made), size)
            continue
        copy = pyds.memdup(pyds.get_ptr(made), 1)  # of a known block, all is copied
        if "cast" in entry["methods"]:
            assert type(getattr(pyds, name).cast(copy)) is getattr(pyds, name)
            too_small = pyds.alloc_buffer(size - 1)
            with pytest.raises(TypeError, match=f"{name} has {size} bytes, but the block has"):
                getattr(pyds, name).cast(too_small)
            pyds.free_buffer(too_small)
        pyds.free_buffer(copy)


def test_every_method_is_there(reference: Any) -> None:
    for name, entry in classes(reference).items():
        kind = getattr(pyds, name)
        assert hasattr(kind, "cast") == ("cast" in entry["methods"]), name
        for method, about in entry["methods"].items():
            found = getattr(kind, method)
            names = [argument for argument, _ in about["args"]]
            if method != "cast":  # static here: it has no self
                names = ["self", *names]
            assert parameters(found) == names, f"{name}.{method}"
            assert found.__doc__, f"{name}.{method}"


def test_every_class_casts(reference: Any) -> None:
    for name, entry in classes(reference).items():
        if "cast" not in entry["methods"]:
            continue
        made = make(name)
        cast, address = getattr(pyds, name).cast, pyds.get_ptr(made)
        assert address > 0
        assert cast(made) is made, name
        assert cast(address) is made, name
        assert cast(data=address) is made, name
        assert cast(None) is None, name
        assert cast(0) is None, name
        for wrong in (-1, 1.5, "x", b"x", [], object()):
            with pytest.raises(TypeError, match=rf"^{name}\.cast: expected capsule, pyds object"):
                cast(wrong)
        if hasattr(made, "base_meta"):
            assert pyds.NvDsBaseMeta.cast(made) is made.base_meta, name


# ---- fields


def check_zero(where: str, value: Any, about: Any) -> None:
    """The exact type, and the value of zeroed memory."""
    kind = kind_of(about)
    if " or None" in about["type"]:
        assert value is None, where
    elif kind in ("int", "float", "bool", "str"):
        assert type(value).__name__ == kind, where
        assert value in (0, ""), where
    elif kind in ("list", "dict") and about["kind"] == "container":
        assert type(value).__name__ == kind, where
        assert len(value) == 0, where
    elif kind == "list":
        found = re.search(r"list\[(\w+)\] \((\d+)", about["type"])
        assert found, where
        assert type(value) is pyds.StructArray, where
        assert len(value) == int(found[2]), where
        assert {type(item) for item in value} == {getattr(pyds, found[1])}, where
    elif kind == "numpy.ndarray":
        element, length = array_of(about) or ("", 0)
        assert type(value) is np.ndarray, where
        assert (value.dtype, value.shape) == (ARRAYS[element], (length,)), where
        assert value.flags.writeable, where
        assert not value.any(), where
    elif is_enum(kind):
        assert type(value) is getattr(pyds, kind), where
        assert value == 0, where
    else:
        assert type(value) is getattr(pyds, kind), where


def test_every_field_has_its_type(reference: Any) -> None:
    checked = 0
    for class_name, name, about in fields(reference):
        where = f"{class_name}.{name}"
        made = make(class_name)
        assert getattr(type(made), name).__doc__, where
        if about["type"] == "(TypeError)":
            with pytest.raises(TypeError, match=rf"^{class_name}\.{name}: has no Python type"):
                getattr(made, name)
        else:
            check_zero(where, getattr(made, name), about)
        checked += 1
    assert checked > 400


def refuses(where: str, made: Any, name: str, wrong: list[Any]) -> None:
    """Each wrong value is a TypeError that names the field, and changes nothing."""
    for value in wrong:
        with pytest.raises(TypeError) as caught:
            setattr(made, name, value)
        assert str(caught.value).startswith(where + ":") or "incompatible" in str(caught.value)


def check_integer(where: str, made: Any, name: str, code: str) -> None:
    bits = 8 * struct.calcsize("=" + code)
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if code.islower() else (0, 2**bits - 1)
    for number in (low, high, 5, True, np.int16(7)):
        setattr(made, name, number)
        value = getattr(made, name)
        assert (type(value), value) == (int, number), where
    refuses(where, made, name, [low - 1, high + 1, 1.5, np.float64(2), "1", None])
    assert getattr(made, name) == 7, where


def check_float(where: str, made: Any, name: str) -> None:
    for number in (1.25, -3, np.float32(0.5), np.float64(0.25), True, float("inf")):
        setattr(made, name, number)
        value = getattr(made, name)
        assert (type(value), value) == (float, number), where
    refuses(where, made, name, ["1", None, b"1", [1.0]])


def check_text(where: str, made: Any, name: str, about: Any) -> None:
    if about["kind"] == "char-array":
        _, size = array_of(about) or ("", 0)
        for text in ("text", "", "x" * (size - 1), b"bytes"):
            setattr(made, name, text)
            expected = text.decode() if isinstance(text, bytes) else text
            assert getattr(made, name) == expected, where
        setattr(made, name, "y" * (size + 100))
        assert getattr(made, name) == "y" * (size - 1), where
    elif about["type"] == "str or None":
        for value in ("text", "other", None):
            setattr(made, name, value)
            assert getattr(made, name) == value, where
        refuses(where, made, name, [5, 1.5])
        return
    elif "set: str" in about["type"]:
        for text in ("text", "a longer text", "", b"bytes", bytearray(b"array")):
            setattr(made, name, text)
            address = getattr(made, name)
            assert type(address) is int, where
            expected = text if isinstance(text, str) else bytes(text).decode()
            assert pyds.get_string(address) == expected, where
    else:  # an address both ways
        block = pyds.alloc_buffer(8)
        setattr(made, name, block)
        assert getattr(made, name) == block, where
        setattr(made, name, 0)
        assert getattr(made, name) == 0, where
        refuses(where, made, name, ["text", -1, None, 1.5])
        return
    refuses(where, made, name, [5, None, 1.5])


def check_pointer(where: str, made: Any, name: str, about: Any) -> None:
    """Struct pointers, lists, opaque pointers and pointers to numbers."""
    kind = kind_of(about)
    if "first element" in about["type"]:
        block = pyds.alloc_buffer(16)
        code = "d" if "double" in about["c_type"] else "f" if kind == "float" else "i"
        ctypes.memmove(block, struct.pack(code, 3), struct.calcsize(code))
        setattr(made, name, block)
        value = getattr(made, name)
        assert (type(value).__name__, value) == (kind, 3), where
        setattr(made, name, None)
        assert getattr(made, name) is None, where
        refuses(where, made, name, ["x", 1.5, -1])
    elif kind == "capsule":
        target = pyds.NvOSD_ColorParams()
        setattr(made, name, target)
        value = getattr(made, name)
        assert type(value).__name__ == "PyCapsule", where
        assert pyds.NvOSD_ColorParams.cast(value) is target, where
        setattr(made, name, value)
        assert pyds.get_ptr(getattr(made, name)) == pyds.get_ptr(target), where
        setattr(made, name, None)
        assert getattr(made, name) is None, where
        refuses(where, made, name, [5, "x", 1.5])
    else:
        target = getattr(pyds, kind)()
        setattr(made, name, target)
        assert getattr(made, name) is target, where
        setattr(made, name, None)
        assert getattr(made, name) is None, where
        refuses(where, made, name, [5, "x", pyds.RectDim(), pyds.get_ptr(target)])


def check_struct(where: str, made: Any, name: str, about: Any) -> None:
    """A live view; assigning copies every byte."""
    part = getattr(made, name)
    assert getattr(made, name) is part, where
    other = type(part)()
    numbers = [
        field
        for field, value in ((f, getattr(other, f)) for f in dir(other) if f[0] != "_")
        if type(value) in (int, float) and "(address" not in str(field)
    ]
    changed = None
    for field in numbers:
        try:
            setattr(other, field, 3)
        except TypeError:
            continue  # the address of a text
        changed = field
        break
    setattr(made, name, other)
    assert getattr(made, name) is part, where
    if changed:
        assert getattr(part, changed) == 3, where
        setattr(other, changed, 4)
        assert getattr(part, changed) == 3, where
        setattr(getattr(made, name), changed, 5)
        assert getattr(part, changed) == 5, where
    refuses(where, made, name, [None, 5, (1, 2), pyds.RectDim()])


def check_container(where: str, made: Any, name: str, about: Any) -> None:
    samples: dict[str, tuple[Any, list[Any]]] = {
        "list[str]": (["a", "b"], ["ab", [1], 5, None]),
        "list[int]": ([3, 4], ["ab", ["a"], 5, None]),
        "str": ("text", [5, None, ["a"]]),
        "dict[str, bool]": ({"a": True}, [[1], 5, None, {1: True}]),
        "dict[str, int]": ({"a": 7}, [[1], 5, None, {"a": "b"}]),
        "dict[int, int]": ({1: 7}, [[1], 5, None, {"a": 2}]),
    }
    if about["type"].startswith("list[Nv"):
        assert name == "roi_vector"
        setattr(made, name, [pyds.NvDsRoiMeta()])
        assert [type(item) for item in getattr(made, name)] == [pyds.NvDsRoiMeta]
        return
    value, wrong = samples[about["type"].split(" or ")[0]]
    setattr(made, name, value)
    seen = getattr(made, name)
    assert (type(seen), seen) == (type(value), value), where
    if not isinstance(value, str):
        assert getattr(made, name) is not seen, where
        seen.clear()  # a copy
        assert getattr(made, name) == value, where
    refuses(where, made, name, wrong)


def check_array(where: str, made: Any, name: str, about: Any) -> None:
    """Number arrays: elements are written in place."""
    array = getattr(made, name)
    if type(array) is not np.ndarray:
        with pytest.raises(AttributeError):
            setattr(made, name, list(array))
        return
    array[0], array[-1] = 7, 9
    again = getattr(made, name)
    assert (again[0], again[-1]) == (7, 9), where
    if ASSIGNABLE.search(where):
        setattr(made, name, [1, 2, 3, -4])
        assert getattr(made, name).tolist() == [1, 2, 3, -4], where
        refuses(where, made, name, [[1, 2, 3], "abcd", None, [1, 2, 3, 4.5]])
    else:
        with pytest.raises(AttributeError):
            setattr(made, name, array)


def test_every_field_can_be_set_where_the_reference_can(reference: Any) -> None:
    checked = 0
    for class_name, name, about in fields(reference):
        where = f"{class_name}.{name}"
        made, kind = make(class_name), kind_of(about)
        if about["kind"] == "array":
            check_array(where, made, name, about)
        elif about["type"] == "(TypeError)" or about["access"] == "ro":
            value = None if about["type"] == "(TypeError)" else getattr(made, name)
            with pytest.raises(AttributeError):
                setattr(made, name, value)
        elif about["kind"] == "container":
            check_container(where, made, name, about)
        elif about["kind"] in ("char-array", "string-pointer"):
            check_text(where, made, name, about)
        elif about["kind"] == "struct":
            check_struct(where, made, name, about)
        elif about["kind"] in ("pointer", "list", "opaque-pointer"):
            check_pointer(where, made, name, about)
        elif kind == "int":
            check_integer(where, made, name, INTEGERS[about["c_type"]])
        elif kind == "float":
            check_float(where, made, name)
        elif kind == "bool":
            for value in (True, False, 1, 0, None, np.bool_(True)):
                setattr(made, name, value)
                assert getattr(made, name) is bool(value), where
            refuses(where, made, name, ["x"])
        else:
            assert is_enum(kind), where
            for member in getattr(pyds, kind).__members__.values():
                setattr(made, name, member)
                assert getattr(made, name) is member, where
            setattr(made, name, 77)
            assert getattr(made, name) == 77, where
            refuses(where, made, name, ["x", None, 1.0, other_enum(kind)])
        with pytest.raises(AttributeError):
            delattr(made, name)
        checked += 1
    assert checked > 400


def other_enum(name: str) -> Any:
    return pyds.NVDS_EVENT_EXIT if name == "NvOSD_Mode" else pyds.MODE_GPU


def test_offsets(reference: Any) -> None:
    """What is written through a field is found where the C header says."""
    codes = {**INTEGERS, **FLOATS, "bool": "?"}
    checked = 0
    for class_name, entry in reference["classes"].items():
        for name, about in entry["fields"].items():
            code = codes.get(about["c_type"])
            if is_enum(about["c_type"]):
                code = "i"
            offset = about.get("offset_ds91_x86_64")
            if code is None or offset is None:
                continue
            made = make(class_name)
            where = f"{class_name}.{name}"
            number = 1 if code == "?" else 2
            if about["access"] == "rw":
                setattr(made, name, number)
                stored = ctypes.string_at(pyds.get_ptr(made) + offset, struct.calcsize(code))
                assert struct.unpack("=" + code, stored) == (number,), where
            else:
                packed = struct.pack("=" + code, number)
                ctypes.memmove(pyds.get_ptr(made) + offset, packed, len(packed))
                assert getattr(made, name) == number, where
            checked += 1
    assert checked > 200


def test_every_member_that_the_original_leaves_out_is_there(reference: Any) -> None:
    checked = 0
    for class_name, entry in reference["classes"].items():
        for member in entry.get("c_members_not_exposed", []):
            where = f"{class_name}.{member['name']}"
            made = make(class_name)
            value = getattr(made, member["name"])
            assert getattr(type(made), member["name"]).__doc__, where
            c_type = member["c_type"].replace("const ", "")
            array = re.fullmatch(r"(\w+) \[(\d+)\]", c_type)
            if c_type in INTEGERS or c_type == "int64_t":
                assert (type(value), value) == (int, 0), where
            elif c_type in FLOATS:
                assert (type(value), value) == (float, 0.0), where
            elif c_type == "bool":
                assert value is False, where
            elif c_type.endswith("*") or "Func" in c_type:
                assert value is None, where
            elif array and array[1] in FLOATS:
                assert (value.dtype, value.shape) == (np.float32, (int(array[2]),)), where
            elif array:
                assert len(value) == int(array[2]), where
                assert type(value[0]) is getattr(pyds, array[1]), where
            else:
                assert type(value) is getattr(pyds, c_type), where
            checked += 1
    assert checked > 50


# ---- functions


def parameters(function: Any) -> list[str]:
    """Names of the parameters, as the signature in the docstring gives them."""
    signature = function.__nb_signature__[0][0]
    inside = signature[signature.index("(") + 1 : signature.rindex(")", 0, signature.index("->"))]
    depth, names, word = 0, [], ""
    for letter in inside + ",":
        depth += letter in "([" or -(letter in ")]")
        if letter == "," and depth == 0:
            names.append(re.split(r"[:=\s]", word.strip())[0])
            word = ""
        else:
            word += letter
    return [name for name in names if name]


def test_every_function_is_there(reference: Any) -> None:
    for name, about in reference["functions"].items():
        function = getattr(pyds, name)
        assert callable(function), name
        assert (function.__name__, function.__module__) == (name, "pyds")
        assert function.__doc__, name
        ours, theirs = parameters(function), [argument for argument, _ in about["args"]]
        assert len(ours) == len(theirs), name
        for our, their in zip(ours, theirs, strict=True):
            assert our == their or POSITIONAL.fullmatch(their), f"{name}: {our}, not {their}"
        if theirs and name != "alloc_nvds_event_msg_meta":
            with pytest.raises(TypeError):
                function()
        with pytest.raises(TypeError):
            function(*range(len(theirs) + 1))
        with pytest.raises(TypeError):
            function(no_such_parameter=1)
    for name in [*reference["legacy"]["functions"], *reference["legacy"]["docs_only"]]:
        assert callable(getattr(pyds, name)), name
    assert parameters(pyds.gst_nvevent_new_stream_reset) == ["source_id"]


def test_every_function_is_called_by_a_test(reference: Any) -> None:
    """Each has a test that looks at what it does, somewhere in this folder."""
    text = "".join(path.read_text() for path in sorted(Path(__file__).parent.glob("test_*.py")))
    names = [*reference["functions"], *reference["legacy"]["functions"]]
    names += reference["legacy"]["docs_only"]
    # The older names of casts are made from parts in test_older_names_of_casts.
    names = [name for name in names if not name.startswith("glist_get_nvds_")]
    assert [name for name in names if not re.search(rf"\bpyds\.{name}\b", text)] == []
    for name, entry in classes(reference).items():
        methods = [method for method in entry["methods"] if method != "cast"]
        for method in methods:
            assert re.search(rf"\.{method}\(", text), f"{name}.{method}"


def test_functions_without_arguments_give_what_they_say(reference: Any) -> None:
    checked = 0
    for name, about in reference["functions"].items():
        if about["args"] or about["returns"] == "None":
            continue
        made = getattr(pyds, name)()
        assert type(made) is getattr(pyds, about["returns"]), name
        size = reference["classes"][about["returns"]]["sizeof_ds91_x86_64"]
        assert ctypes.string_at(pyds.get_ptr(made), size) == bytes(size), name
        pyds.free_gbuffer(made)
        checked += 1
    assert checked == 5


def test_struct_arguments_are_checked(reference: Any) -> None:
    """None, a number and an object of another class in place of each struct, one at a time."""
    checked = 0
    samples: dict[str, Callable[[], Any]] = {
        "int": lambda: 0,
        "str": lambda: "a",
        "capsule|None|pyds object": lambda: None,
        "GList or None": lambda: None,
    }
    for name, about in reference["functions"].items():
        types = [kind for _, kind in about["args"]]
        structs = [
            place
            for place, kind in enumerate(types)
            if (found := re.match(r"(Nv\w+) or None$", kind)) and not is_enum(found[1])
        ]
        for place in structs:
            nullable = (name, place) in {
                ("nvds_add_obj_meta_to_frame", 2),
                ("nvds_obj_enc_process", 3),
                ("alloc_nvds_event_msg_meta", 0),
            }
            given = []
            for kind in types:
                found = re.match(r"(Nv\w+)(?: or None)?$", kind)
                if found and is_enum(found[1]):
                    given.append(0)
                elif found:
                    given.append(make(found[1]))
                else:
                    given.append(samples.get(kind, lambda: 0)())
            for wrong in (5, "x", pyds.RectDim(), *([] if nullable else [None])):
                given[place] = wrong
                with pytest.raises(TypeError):
                    getattr(pyds, name)(*given)
            checked += 1
    assert checked > 60


# ---- enums and constants


def test_every_enum_value_is_there(reference: Any) -> None:
    later = reference["later_additions"]
    enums = {name: dict(entry["values"]) for name, entry in reference["enums"].items()}
    enums.update({name: dict(entry["values"]) for name, entry in later["enums"].items()})
    for name, values in later["enum_values"].items():
        enums[name].update(values)
    for name, values in enums.items():
        kind = getattr(pyds, name)
        assert (kind.__name__, kind.__module__) == (name, "pyds")
        assert kind.__doc__, name
        for value, number in values.items():
            member = getattr(kind, value)
            assert type(member) is kind, value
            assert getattr(pyds, value) is member, value
            assert kind.__members__[value] is member
            if value not in MOVED:
                assert int(member) == number, value
            assert (member.name, str(member)) == (value, f"{name}.{value}")
            assert repr(member) == f"<{name}.{value}: {int(member)}>"
            assert kind(int(member)) is member
    for alias, about in reference["legacy"]["enum_values"].items():
        enum, value = alias.split(".")
        assert getattr(getattr(pyds, enum), value) is getattr(pyds, about["now"])
        assert getattr(pyds, value) == about["value"]
    constants = reference["constants"]["module_level_enum_constants"]
    for value, about in constants.items():
        assert type(getattr(pyds, value)).__name__ == about["enum"], value


def test_no_number_of_an_enum_is_another_by_mistake(reference: Any) -> None:
    """All members, ours as well, have the numbers of the C headers."""
    root = Path(__file__).parents[2]
    headers = "\n".join(path.read_text() for path in (root / "include/nvds").glob("*.h"))
    for name in [name for name in vars(pyds) if is_enum(name)]:
        for value in getattr(pyds, name).__members__:
            assert re.search(rf"\b{value}\b", headers), f"{name}.{value}"
        numbers = [int(member) for member in getattr(pyds, name).__members__.values()]
        assert len(numbers) == len(set(numbers)), name


def test_constants(reference: Any) -> None:
    assert pyds.__version__ == reference["constants"]["__version__"]
    assert pyds.__doc__
    assert inspect.ismodule(pyds)
