"""Docstrings, signatures and keyword names: of every class, field, method and function."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import pyds
from pyds._enum import Enum

# Who owns what a pointer leads to; docs/reference/pyds.md explains the words.
OWNERSHIP = re.compile(r"\b(view|copy|shared|taken)s?\b", re.IGNORECASE)
NUMBERS = {"None", "bool", "int", "float", "typing.SupportsIndex", "typing.SupportsFloat"}


def is_number(kind: str) -> bool:
    """Whether a type of a signature is a plain value: a number, an enum or None."""
    kind = re.sub(r"( \| None)+$", "", kind.strip()).removeprefix("pyds.")
    named = getattr(pyds, kind, None)
    return kind in NUMBERS or (isinstance(named, type) and issubclass(named, Enum))


def structs() -> Iterator[tuple[str, type]]:
    for name, value in vars(pyds).items():
        if isinstance(value, type) and not name.startswith("_") and not issubclass(value, Enum):
            yield name, value


def functions() -> Iterator[tuple[str, Any]]:
    for name, value in vars(pyds).items():
        if callable(value) and not isinstance(value, type) and not name.startswith("_"):
            yield name, value


def signature_and_doc(function: Any) -> tuple[str, str]:
    """Of a compiled function; its `__doc__` has the signature too, so it is never empty."""
    ((signature, doc, _),) = function.__nb_signature__
    return signature, (doc or "").strip()


def parameters(signature: str) -> dict[str, str]:
    """Name and type of each parameter but self."""
    inside = re.fullmatch(r"def \w*\((.*)\) -> .*", signature, re.DOTALL)
    assert inside, signature
    parts = re.split(r", (?=[\w*/]+(?::|$))", inside[1])
    named = (part.partition(":") for part in parts if part and part not in ("self", "/"))
    return {name: kind.partition(" = ")[0].strip() for name, _, kind in named}


def result(signature: str) -> str:
    return signature.rpartition(" -> ")[2]


def fields() -> Iterator[tuple[str, property]]:
    for class_name, kind in structs():
        for name, member in vars(kind).items():
            if isinstance(member, property):
                yield f"{class_name}.{name}", member


def methods() -> Iterator[tuple[str, Any]]:
    for class_name, kind in structs():
        for name, member in vars(kind).items():
            if hasattr(member, "__nb_signature__") and not name.startswith("__"):
                yield f"{class_name}.{name}", member


def test_the_walk_sees_everything() -> None:
    found = [len(list(each())) for each in (structs, fields, methods, functions)]
    assert found[0] >= 70
    assert found[1] >= 390
    assert found[2] >= 75
    assert found[3] >= 95


def test_every_class_says_what_it_is() -> None:
    enums = [v for v in vars(pyds).values() if isinstance(v, type) and issubclass(v, Enum)]
    assert len(enums) >= 15
    for kind in [*enums, *(kind for _, kind in structs())]:
        own = (vars(kind).get("__doc__") or "").strip()
        assert re.match(r"[A-Z].*\.(\s|$)|.+:$", own, re.MULTILINE), f"{kind.__name__}: {own!r}"


def test_every_field_says_what_it_means() -> None:
    for name, field in fields():
        assert (field.__doc__ or "").strip().endswith("."), f"{name}: {field.__doc__!r}"


def test_every_method_and_function_says_what_it_does() -> None:
    for name, function in [*methods(), *functions()]:
        _, doc = signature_and_doc(function)
        assert re.search(r"[.)]$", doc), f"{name}: {doc!r}"


def test_every_pointer_field_says_who_owns_it() -> None:
    checked = 0
    for name, field in fields():
        got = result(signature_and_doc(field.fget)[0])
        (given,) = (
            parameters(signature_and_doc(field.fset)[0]).values() if field.fset else ("None",)
        )
        # An address is read as an int, too; what it takes tells it from a count.
        address = given.startswith(("str", "int"))
        if is_number(got) and is_number(given) and not address:
            continue
        checked += 1
        assert OWNERSHIP.search(field.__doc__ or ""), f"{name}: {field.__doc__!r}"
    assert checked >= 170


def test_every_function_with_pointers_says_who_owns_them() -> None:
    checked = 0
    for name, function in [*methods(), *functions()]:
        signature, doc = signature_and_doc(function)
        given = parameters(signature)
        address = {"ptr", "buffer"} & given.keys() or name.startswith("alloc_")
        if all(map(is_number, [*given.values(), result(signature)])) and not address:
            continue
        checked += 1
        assert OWNERSHIP.search(doc), f"{name}: {doc!r}"
    assert checked >= 150


# --- keyword names --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def reference(shared: Path) -> Any:
    path = shared / "spec/pyds-api.json"
    if not path.is_file():
        pytest.skip(f"needs {path}, the list of names")
    return json.loads(path.read_text())


def samples(tree: Any) -> dict[str, Any]:
    """A fitting value for each keyword."""
    batch, frame, obj = tree.batch, tree.frames[0], tree.objects[0]
    classifier = pyds.nvds_acquire_classifier_meta_from_pool(batch)
    user = pyds.nvds_acquire_user_meta_from_pool(batch)
    return {
        "buffer": 0,
        "batchID": 0,
        "batchSize": 1,
        "batch_meta": batch,
        "classifier_meta": classifier,
        "copy_func": None,
        "data": None,
        "display_meta": pyds.nvds_acquire_display_meta_from_pool(batch),
        "dmabuf": -1,
        "dst_batch_meta": batch,
        "dst_frame_meta": frame,
        "dst_object_meta": frame,
        "dstSurf": pyds.NvBufSurface(),
        "frame_meta": frame,
        "frame_meta_list": batch.frame_meta_list,
        "func": None,
        "gst_buffer": 0,
        "index": 0,
        "label_info_meta": pyds.nvds_acquire_label_info_meta_from_pool(batch),
        "max_batch_size": 1,
        "meta": user,
        "meta_data": None,
        "meta_descriptor": "mine",
        "meta_list": None,
        "meta_pool": batch.obj_meta_pool,
        "obj_meta": obj,
        "obj_parent": None,
        "object_meta": obj,
        "params": pyds.NvBufSurfaceCreateParams(),
        "plane": 0,
        "ptr": 0,
        "release_func": None,
        "size": 0,
        "srcSurf": pyds.NvBufSurface(),
        "src_display_meta": None,
        "src_frame_meta_list": None,
        "src_obj_meta_list": None,
        "src_user_meta_list": None,
        "surf": pyds.NvBufSurface(),
        "type": pyds.NVBUF_MAP_READ,
        "user_data": None,
        "user_meta": user,
        "value": 0,
    }


# Two names mean something else in some functions.
SPECIAL: dict[str, dict[str, Any]] = {
    "free_gbuffer": {"buffer": None},
    "NvBufSurfaceFromFd": {"buffer": None},
    "nvds_batch_meta_copy_func": {"user_meta": None},
}


def test_functions_take_the_keywords_of_the_reference(reference: Any, new_tree: Any) -> None:
    """By signature, and by a call: what a function itself says of the values does not matter."""
    called = 0
    for name, about in reference["functions"].items():
        function = getattr(pyds, name, None)
        if function is None:
            continue  # test_api.py tells which may be missing
        names = [argument[0] for argument in about["args"]]
        have = list(parameters(signature_and_doc(function)[0]))
        if not about["keyword_names"]:
            # The reference takes these by position only; ours have names, and as many.
            assert len(have) == len(names), name
            continue
        assert have == names, name
        values = samples(new_tree()) | SPECIAL.get(name, {})
        if not values.keys() >= set(names):
            continue
        called += 1
        refused = ""
        try:
            function(**{keyword: values[keyword] for keyword in names})
        except (TypeError, ValueError, RuntimeError) as error:
            refused = str(error)  # by the function itself, or for its keywords
        assert "incompatible function arguments" not in refused, f"{name}: {refused}"
    assert called >= 65


def test_methods_take_the_keywords_of_the_reference(reference: Any) -> None:
    checked = 0
    for class_name, entry in reference["classes"].items():
        for name, about in entry["methods"].items():
            method = getattr(getattr(pyds, class_name), name)
            names = [argument[0] for argument in about["args"]]
            have = list(parameters(signature_and_doc(method)[0]))
            assert len(have) == len(names), f"{class_name}.{name}"
            if not any(re.fullmatch(r"arg\d", each) for each in names):
                assert have == names, f"{class_name}.{name}"
            checked += 1
    assert checked >= 65
    color = pyds.NvOSD_ColorParams()
    color.set(red=0.1, green=0.2, blue=0.3, alpha=0.4)
    assert (color.red, color.green, color.blue, color.alpha) == (0.1, 0.2, 0.3, 0.4)
    assert pyds.NvOSD_ColorParams.cast(data=color) is color


# --- what the signatures promise ------------------------------------------------------------------


def test_arrays_of_structs_are_sequences(tree: Any) -> None:
    from collections.abc import Sequence

    display = pyds.nvds_acquire_display_meta_from_pool(tree.batch)
    texts = display.text_params
    assert isinstance(texts, Sequence)
    assert type(texts) is pyds.StructArray
    assert pyds.StructArray[pyds.NvOSD_TextParams].__origin__ is pyds.StructArray
    kept = list(texts)
    assert len(kept) == 16
    assert kept[3] in texts
    assert texts.index(kept[3]) == 3
    assert texts.count(kept[15]) == 1
    assert next(reversed(texts)) is kept[15]
    with pytest.raises(ValueError, match=r"^$"):
        texts.index(display)
    assert texts[2:4] == kept[2:4]
