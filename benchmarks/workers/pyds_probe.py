"""Times what a probe does with `pyds`: 8 frames of 50 objects with 2 labels each.

    pyds_probe.py thalweg | deepstream | plain | FOLDER

`thalweg` is our pyds over our metadata library, `deepstream` the same over NVIDIA's, FOLDER has
another module named pyds. `plain` walks objects of Python's own, which tells what the loop itself
costs. Prints nanoseconds, the fastest of many runs, as one JSON object.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import make_dataclass
from types import SimpleNamespace
from typing import Any

FRAMES, OBJECTS, LABELS, DISPLAYS, STEPS = 8, 50, 2, 16, 10_000
RUNS = 40
KEPT: list[Any] = []
"""Wrappers of batches and frames: NVIDIA's module frees the struct of one that dies."""


PLAIN = SimpleNamespace(
    **dict.fromkeys(
        ("NvDsFrameMeta", "NvDsObjectMeta", "NvDsClassifierMeta", "NvDsLabelInfo"),
        SimpleNamespace(cast=lambda data: data),
    )
)
"""A module whose metas are objects of Python's own."""


def plain_batch() -> Any:
    """What make_batch makes."""

    def record(*names: str) -> Any:
        return make_dataclass("Record", names, slots=True)

    node_of, box_of = record("data", "next"), record("left", "top", "width", "height")
    batch_of, frame_of = record("frame_meta_list"), record("obj_meta_list")
    fields = ("class_id", "object_id", "confidence", "obj_label", "rect_params")
    object_of = record(*fields, "classifier_meta_list")
    classifier_of, label_of = record("label_info_list"), record("result_label", "result_prob")

    def list_of(metas: list[Any]) -> Any:
        head = None
        for meta in reversed(metas):
            head = node_of(meta, head)
        return head

    def classifiers() -> Any:
        return list_of([classifier_of(list_of([label_of("blue", 0.5) for _ in range(LABELS)]))])

    def objects() -> list[Any]:
        boxes = [box_of(float(i), float(i), 40.0, 90.0) for i in range(OBJECTS)]
        return [object_of(2, i, 0.5, "person", box, classifiers()) for i, box in enumerate(boxes)]

    return batch_of(list_of([frame_of(list_of(objects())) for _ in range(FRAMES)]))


def make_batch(pyds: Any) -> Any:
    batch = pyds.nvds_create_batch_meta(FRAMES)
    KEPT.append(batch)
    for _ in range(FRAMES):
        frame = pyds.nvds_acquire_frame_meta_from_pool(batch)
        KEPT.append(frame)
        pyds.nvds_add_frame_meta_to_batch(batch, frame)
        for number in range(OBJECTS):
            add_object(pyds, batch, frame, number)
    return batch


def add_object(pyds: Any, batch: Any, frame: Any, number: int) -> None:
    obj = pyds.nvds_acquire_obj_meta_from_pool(batch)
    obj.class_id, obj.object_id, obj.confidence, obj.obj_label = 2, number, 0.5, "person"
    box = obj.rect_params
    box.left, box.top, box.width, box.height = number, number, 40.0, 90.0
    pyds.nvds_add_obj_meta_to_frame(frame, obj, None)
    classifier = pyds.nvds_acquire_classifier_meta_from_pool(batch)
    pyds.nvds_add_classifier_meta_to_object(obj, classifier)
    for _ in range(LABELS):
        label = pyds.nvds_acquire_label_info_meta_from_pool(batch)
        label.result_label, label.result_prob = "blue", 0.5
        pyds.nvds_add_label_info_meta_to_classifier(classifier, label)


def frames_of(pyds: Any, batch: Any) -> list[Any]:
    frames = []
    node = batch.frame_meta_list
    while node is not None:
        frames.append(pyds.NvDsFrameMeta.cast(node.data))
        node = node.next
    return frames


def walk(pyds: Any, frames: list[Any]) -> float:
    cast, total = pyds.NvDsObjectMeta.cast, 0.0
    for frame in frames:
        node = frame.obj_meta_list
        while node is not None:
            obj = cast(node.data)
            box = obj.rect_params
            total += obj.class_id + obj.object_id + obj.confidence + len(obj.obj_label)
            total += box.left + box.top + box.width + box.height
            node = node.next
    return total


def walk_labels(pyds: Any, frames: list[Any]) -> float:
    object_of, label_of = pyds.NvDsObjectMeta.cast, pyds.NvDsLabelInfo.cast
    classifier_of, total = pyds.NvDsClassifierMeta.cast, 0.0
    for frame in frames:
        node = frame.obj_meta_list
        while node is not None:
            classifiers = object_of(node.data).classifier_meta_list
            while classifiers is not None:
                labels = classifier_of(classifiers.data).label_info_list
                while labels is not None:
                    label = label_of(labels.data)
                    total += label.result_prob + len(label.result_label)
                    labels = labels.next
                classifiers = classifiers.next
            node = node.next
    return total


def add_displays(pyds: Any, batch: Any, frame: Any) -> list[Any]:
    made = []
    for number in range(DISPLAYS):
        display = pyds.nvds_acquire_display_meta_from_pool(batch)
        display.num_labels = display.num_rects = 1
        text = display.text_params[0]
        text.display_text = f"{number} objects"
        text.x_offset, text.y_offset, text.set_bg_clr = 10, 12, 1
        text.text_bg_clr.set(0.0, 0.0, 0.0, 1.0)
        font = text.font_params
        font.font_name, font.font_size = "Serif", 10
        font.font_color.set(1.0, 1.0, 1.0, 1.0)
        box = display.rect_params[0]
        box.left, box.top, box.width, box.height, box.border_width = 1, 2, 3, 4, 2
        box.border_color.set(1.0, 0.0, 0.0, 1.0)
        pyds.nvds_add_display_meta_to_frame(frame, display)
        made.append(display)
    return made


def add_messages(pyds: Any, batch: Any, frames: list[Any]) -> None:
    size = sys.getsizeof(pyds.NvDsVehicleObject)
    for frame in frames:
        node = frame.obj_meta_list
        while node is not None:
            obj = pyds.NvDsObjectMeta.cast(node.data)
            user_meta = pyds.nvds_acquire_user_meta_from_pool(batch)
            message = pyds.alloc_nvds_event_msg_meta(user_meta)
            message.type = pyds.NvDsEventType.NVDS_EVENT_ENTRY
            message.objType = pyds.NvDsObjectType.NVDS_OBJECT_TYPE_VEHICLE
            message.trackingId, message.objClassId = obj.object_id, obj.class_id
            message.confidence, message.sensorStr = obj.confidence, "camera"
            message.ts = pyds.alloc_buffer(33)
            pyds.generate_ts_rfc3339(message.ts, 32)
            vehicle = pyds.alloc_nvds_vehicle_object()
            vehicle.type, vehicle.color, vehicle.make = "sedan", "blue", "Bugatti"
            vehicle.model, vehicle.license, vehicle.region = "M", "XX1234", "CA"
            message.extMsg, message.extMsgSize = vehicle, size
            user_meta.user_meta_data = message
            user_meta.base_meta.meta_type = pyds.NvDsMetaType.NVDS_EVENT_MSG_META
            pyds.nvds_add_user_meta_to_frame(frame, user_meta)
            node = node.next


def read(obj: Any) -> None:
    for _ in range(STEPS):
        obj.class_id  # noqa: B018


def write(obj: Any) -> None:
    for _ in range(STEPS):
        obj.class_id = 2


def fastest_ns(work: Callable[..., Any], *arguments: Any, clean_up: Any = None) -> float:
    """Nanoseconds of the fastest run; `clean_up` gets each run's result, off the clock."""
    best = float("inf")
    for _ in range(RUNS):
        start = time.perf_counter_ns()
        result = work(*arguments)
        best = min(best, time.perf_counter_ns() - start)
        if clean_up is not None:
            clean_up(result)
    return best


def costs(pyds: Any, batch: Any) -> dict[str, float]:
    frames = frames_of(pyds, batch)
    assert len(frames) == FRAMES
    objects = FRAMES * OBJECTS
    assert walk(pyds, frames) == objects * 138.5 + 3 * FRAMES * sum(range(OBJECTS))
    assert walk_labels(pyds, frames) == objects * LABELS * 4.5
    obj = pyds.NvDsObjectMeta.cast(frames[0].obj_meta_list.data)
    found = {
        "object": fastest_ns(walk, pyds, frames) / objects,
        "label": fastest_ns(walk_labels, pyds, frames) / (objects * LABELS),
        "read": fastest_ns(read, obj) / STEPS,
        "write": fastest_ns(write, obj) / STEPS,
    }
    if pyds is PLAIN:
        return found

    def remove_displays(made: list[Any]) -> None:
        for display in made:
            pyds.nvds_remove_display_meta_from_frame(frames[0], display)

    def clear_messages(_: None) -> None:
        for frame in frames:
            pyds.nvds_clear_frame_user_meta_list(frame, frame.frame_user_meta_list)

    displays = fastest_ns(add_displays, pyds, batch, frames[0], clean_up=remove_displays)
    messages = fastest_ns(add_messages, pyds, batch, frames, clean_up=clear_messages)
    return found | {"display meta": displays / DISPLAYS, "event message": messages / objects}


def main(which: str) -> None:
    gc.disable()
    if which == "plain":
        print(json.dumps(costs(PLAIN, plain_batch())))
        return
    if which == "deepstream":
        os.environ["THALWEG_RUNTIME"] = which
    elif which != "thalweg":
        sys.path.insert(0, which)
    pyds = importlib.import_module("pyds")
    print(json.dumps(costs(pyds, make_batch(pyds))), flush=True)
    os._exit(0)  # not with the destructors of KEPT


if __name__ == "__main__":
    main(*sys.argv[1:])
