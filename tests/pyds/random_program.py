"""A program that calls anything in pyds with anything it has got, and keeps some of the results.

Whatever it does must end in a result or in one of REFUSALS. It makes up no addresses: those are
trusted, and so are capsules and ints kept for longer than what they point to.
"""

from __future__ import annotations

import ast
import collections
import contextlib
import gc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import pyds
from thalweg.testing import Detection, Frame, make_buffer

REFUSALS = (
    ReferenceError,
    TypeError,
    ValueError,
    AttributeError,
    IndexError,
    MemoryError,
    RuntimeError,
    UnicodeDecodeError,
)

# Functions that are left out, and why.
LEFT_OUT = {
    "nvds_acquire_meta_lock": "would lock out the other threads; locked_walk takes it",
    "nvds_release_meta_lock": "the same",
    "unset_callback_funcs": "ends the functions of the other threads",
    "nvds_measure_buffer_latency": "prints",
    "nvds_get_current_metadata_info": "prints",
    "nvds_obj_enc_create_context": "starts threads; tests/pyds/test_encoder.py",
    "nvds_obj_enc_process": "needs a context",
    "nvds_obj_enc_finish": "needs a context",
    "nvds_obj_enc_destroy_context": "needs a context",
}
# They take whatever memory a surface names for pixels; tests/pyds/test_surface.py.
LEFT_OUT |= {name: "trusts addresses" for name in dir(pyds) if name.startswith("NvBufSurface")}

FRAMES = [
    Frame(
        frame_num=1,
        source_id=number,
        objects=[
            Detection(
                class_id=0, label="person", confidence=0.5, xyxy=(1, 2, 3, 4), track_id=n, text="t"
            )
            for n in range(2)
        ],
    )
    for number in range(2)
]
TEXTS = ["", "car", "ä" * 100, "x" * 3000, "a\0b", "\ud800"]
NUMBERS = [0, 1, 2, 5, 16, 17, -1, 255, 2**31 - 1, 2**31, 2**64 - 1, 1.5, float("nan")]
MOST_THINGS = 120

CLASSES = [
    kind
    for name in dir(pyds)
    if isinstance(kind := getattr(pyds, name), type) and issubclass(kind, pyds.Struct)
]
FIELDS = {
    kind: [
        name
        for name in dir(kind)
        if not name.startswith("_") and isinstance(getattr(kind, name), property)
    ]
    for kind in CLASSES
}


def read_signatures() -> dict[str, list[str]]:
    """Of each function the annotations of its arguments, by the stub."""
    stub = ast.parse(Path(pyds.__file__).with_name("__init__.pyi").read_text())
    return {
        node.name: [ast.unparse(a.annotation) if a.annotation else "" for a in node.args.args]
        for node in stub.body
        if isinstance(node, ast.FunctionDef) and node.name not in LEFT_OUT
    }


SIGNATURES = read_signatures()
FUNCTIONS = sorted(SIGNATURES)


# Each as often as its share of the steps.
ACTIONS = {
    "create_batch": 2,
    "create_buffer": 2,
    "copy_buffer": 2,
    "construct": 4,
    "call": 30,
    "call_pool_function": 20,
    "read": 25,
    "write": 20,
    "cast": 8,
    "method": 4,
    "memory": 6,
    "functions": 3,
    "mask": 3,
    "message": 3,
    "walk": 6,
    "locked_walk": 1,
    "forget": 10,
    "collect": 1,
}
WEIGHTED = [action for action, weight in ACTIONS.items() for _ in range(weight)]
POOL_FUNCTIONS = [
    name
    for name in FUNCTIONS
    if name.startswith(("nvds_acquire", "nvds_add", "nvds_remove", "nvds_clear", "nvds_copy"))
]


class Program:
    """One random program; `choose(n)` gives a number from 0 to n - 1.

    Threads may share `things`: a list, changed by single operations only.
    """

    def __init__(self, choose: Callable[[int], int], things: list[Any] | None = None) -> None:
        self.choose = choose
        self.things: list[Any] = [] if things is None else things
        self.succeeded: collections.Counter[str] = collections.Counter()
        self.called: collections.Counter[str] = collections.Counter()

    def step(self) -> None:
        self.act(WEIGHTED[self.choose(len(WEIGHTED))])

    def act(self, action: str) -> None:
        with contextlib.suppress(*REFUSALS):
            getattr(self, action)()
            self.succeeded[action] += 1

    # ---- things

    def keep(self, thing: Any) -> Any:
        if isinstance(thing, (pyds.Struct, np.ndarray)) or type(thing).__name__ in (
            "Buffer",
            "StructArray",
        ):
            self.things.append(thing)
            while len(self.things) > MOST_THINGS:
                self.forget()
        return thing

    def thing(self, kind: type | tuple[type, ...] | None = None) -> Any:
        """One of the things, mostly of a kind."""
        things = list(self.things)
        if kind is not None and self.choose(20) > 0:
            things = [thing for thing in things if isinstance(thing, kind)]
        return things[self.choose(len(things))] if things else None

    def value(self) -> Any:
        """Anything that could be set or given."""
        which = self.choose(10)
        if which < 4:
            return NUMBERS[self.choose(len(NUMBERS))]
        if which < 6:
            return TEXTS[self.choose(len(TEXTS))]
        if which < 9:
            thing = self.thing()
            # Whoever keeps the address of a node keeps it for longer than the node lives.
            return None if isinstance(thing, pyds.GList) else thing
        return None

    def argument(self, annotation: str) -> Any:
        for kind in CLASSES:
            if kind is not pyds.Struct and kind.__name__ in annotation.split(" | "):
                return self.thing(kind)
        if "CapsuleType" in annotation:
            return self.thing(pyds.Struct)
        if annotation in ("SupportsIndex", "int"):
            return [0, 1, 2, 7][self.choose(4)]
        return self.value()

    # ---- actions

    def create_batch(self) -> None:
        self.keep(pyds.nvds_create_batch_meta(self.choose(4)))

    def create_buffer(self) -> None:
        buffer = self.keep(make_buffer(FRAMES))
        self.keep(pyds.gst_buffer_get_nvds_batch_meta(buffer))

    def copy_buffer(self) -> None:
        buffers = [thing for thing in list(self.things) if type(thing).__name__ == "Buffer"]
        if buffers:
            copied = self.keep(buffers[self.choose(len(buffers))].copy_deep())
            self.keep(pyds.gst_buffer_get_nvds_batch_meta(hash(copied)))

    def construct(self) -> None:
        self.keep(CLASSES[self.choose(len(CLASSES))]())

    def call(self) -> None:
        self.call_one_of(FUNCTIONS)

    def call_pool_function(self) -> None:
        """The functions that make and change lists, more often than their share."""
        self.call_one_of(POOL_FUNCTIONS)

    def call_one_of(self, names: list[str]) -> None:
        name = names[self.choose(len(names))]
        self.called[name] += 1
        self.keep(getattr(pyds, name)(*map(self.argument, SIGNATURES[name])))

    def read(self) -> None:
        thing = self.thing()
        if isinstance(thing, np.ndarray):
            thing.sum()
        elif type(thing).__name__ == "StructArray":
            self.keep(thing[self.choose(20)])
        elif FIELDS.get(type(thing)):
            names = FIELDS[type(thing)]
            name = names[self.choose(len(names))]
            read = getattr(thing, name)
            if type(read).__name__ == "PyCapsule":
                if "func" not in name:  # no struct is there
                    self.use_capsule(read)
            elif isinstance(read, int) and "text" in name:
                pyds.get_string(read)
            self.keep(read)

    def use_capsule(self, capsule: Any) -> None:
        if self.choose(4) == 0:
            node = self.keep(pyds.GList())
            node.data = capsule
        else:
            self.keep(CLASSES[self.choose(len(CLASSES))].cast(capsule))

    def write(self) -> None:
        thing = self.thing()
        if isinstance(thing, np.ndarray) and thing.size:
            thing.flat[self.choose(thing.size)] = self.choose(100)
        elif FIELDS.get(type(thing)):
            names = FIELDS[type(thing)]
            name = names[self.choose(len(names))]
            if self.choose(3) == 0:  # of the right class
                try:
                    now = getattr(thing, name)
                except REFUSALS:
                    now = None
                setattr(thing, name, self.thing(type(now)) if now is not None else self.value())
            elif self.choose(3) == 0:
                setattr(thing, name, pyds.alloc_buffer(1 + self.choose(200)))
            else:
                setattr(thing, name, self.value())

    def cast(self) -> None:
        self.keep(CLASSES[self.choose(len(CLASSES))].cast(self.thing()))

    def method(self) -> None:
        thing = self.thing(pyds.Struct)
        if not isinstance(thing, pyds.Struct):
            return
        names = [
            name
            for name in dir(thing)
            if not name.startswith("_")
            and name != "cast"
            and name not in FIELDS.get(type(thing), [])
        ]
        if isinstance(thing, pyds.GList):
            self.keep(list(thing) and len(thing))
        elif names:
            found = getattr(thing, names[self.choose(len(names))])
            self.keep(found(*[self.value() for _ in range(self.choose(3))]))

    def memory(self) -> None:
        which = self.choose(6)
        thing = self.thing(pyds.Struct)
        if which == 0:
            address = pyds.alloc_buffer(self.choose(20000))
            self.keep(CLASSES[self.choose(len(CLASSES))].cast(address))
        elif which == 1:
            address = pyds.memdup(pyds.get_ptr(thing), self.choose(64))
            self.keep(type(thing).cast(address) if self.choose(2) else pyds.free_buffer(address))
        elif which == 2:
            pyds.free_gbuffer(thing)
        elif which == 3:
            pyds.free_buffer(self.thing(pyds.NvOSD_TextParams).display_text)
        elif which == 4:
            pyds.free_buffer(pyds.strdup(self.thing(pyds.NvDsEventMsgMeta).objectId))
        else:
            address = pyds.alloc_buffer(40)
            pyds.generate_ts_rfc3339(address, 40)
            self.thing(pyds.NvDsEventMsgMeta).ts = address

    def functions(self) -> None:
        meta = self.thing(pyds.NvDsUserMeta)
        which = self.choose(4)

        def function(data: Any, user_data: Any) -> Any:
            found = pyds.NvDsUserMeta.cast(data)
            if which == 1:
                return found.user_meta_data
            return [None, None, pyds.alloc_nvds_person_object()][which] if which < 3 else found

        pyds.user_copyfunc(meta, function)
        pyds.user_releasefunc(meta, function)

    def mask(self) -> None:
        mask = self.thing(pyds.NvDsObjectMeta).mask_params
        mask.width, mask.height = self.choose(9), self.choose(9)
        self.keep(mask.alloc_mask_array())
        mask.size = self.choose(400)
        self.keep(mask.get_mask_array())

    def message(self) -> None:
        meta = self.thing(pyds.NvDsUserMeta)
        event = self.keep(pyds.alloc_nvds_event_msg_meta(meta))
        event.objectId = event.sensorStr = "id"
        about = self.keep(
            [pyds.alloc_nvds_vehicle_object, pyds.alloc_nvds_person_object, pyds.NvDsFaceObject][
                self.choose(3)
            ]()
        )
        event.extMsg = about if self.choose(4) else self.thing(pyds.NvDsUserMeta)
        event.objType, event.extMsgSize = self.choose(6), self.choose(2)
        event.objSignature.signature = pyds.alloc_buffer(8 + self.choose(100))
        event.objSignature.size = self.choose(1000)
        meta.user_meta_data = event if self.choose(5) else self.thing(pyds.NvDsObjectMeta)

    def walk(self) -> None:
        """Every element that a walk meets is whole, or the walk is refused."""
        batch = self.thing(pyds.NvDsBatchMeta)
        steps = 0
        frame_node = batch.frame_meta_list
        while frame_node is not None and steps < 500:
            frame = pyds.NvDsFrameMeta.cast(frame_node.data)
            for list_name, kind in (
                ("obj_meta_list", pyds.NvDsObjectMeta),
                ("display_meta_list", pyds.NvDsDisplayMeta),
                ("frame_user_meta_list", pyds.NvDsUserMeta),
            ):
                node = getattr(frame, list_name)
                while node is not None and steps < 500:
                    found = kind.cast(node.data)
                    assert isinstance(found, kind)
                    if kind is pyds.NvDsObjectMeta:
                        assert isinstance(found.obj_label, str)
                        pyds.get_string(found.text_params.display_text)
                    if self.choose(8) == 0:
                        self.keep(found)
                    node = node.next
                    steps += 1
            frame_node = frame_node.next
            steps += 1

    def locked_walk(self) -> None:
        batch = self.thing(pyds.NvDsBatchMeta)
        pyds.nvds_acquire_meta_lock(batch)
        try:
            self.walk()
        finally:
            pyds.nvds_release_meta_lock(batch)

    def forget(self) -> None:
        with contextlib.suppress(IndexError):  # another thread was first
            del self.things[self.choose(max(1, len(self.things)))]

    def collect(self) -> None:
        gc.collect()
