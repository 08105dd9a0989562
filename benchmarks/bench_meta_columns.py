"""Claim: `thalweg.meta` reads all objects of a batch at a fraction of what a walk costs.

The same numbers of 8 frames with 50 objects each (box, class, confidence, track, frame), read three
ways: as columns, in a loop over `thalweg.meta`, and in the loop over GList nodes that programs for
pyds have. Then a third of the objects is coloured, by a mask and in the same loops. Nanoseconds an
object, the fastest of many runs, since other programs run on the machine too. Prints a table on
standard error and one JSON object on standard output.
"""

from __future__ import annotations

import timeit
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from measure import Figures, Report, median_of_rounds

import pyds
from thalweg import meta

FRAMES, OBJECTS = 8, 50
ROUNDS, SECONDS_A_ROUND = 400, 0.002
MOST_NS = 40
RED = (1.0, 0.0, 0.0, 1.0)


def make_batch() -> Any:
    batch = pyds.nvds_create_batch_meta(FRAMES)
    for _ in range(FRAMES):
        frame = pyds.nvds_acquire_frame_meta_from_pool(batch)
        pyds.nvds_add_frame_meta_to_batch(batch, frame)
        numbers = np.arange(OBJECTS)
        corners = np.stack([numbers, numbers, numbers + 40, numbers + 90], axis=1)
        meta.Frame(frame).add(
            corners, class_id=numbers % 3, confidence=0.5, track_id=numbers, label="person"
        )
    return batch


def walk(batch: Any) -> Iterator[tuple[int, Any]]:
    index, frame_node = 0, batch.frame_meta_list
    while frame_node is not None:
        frame = pyds.NvDsFrameMeta.cast(frame_node.data)
        node = frame.obj_meta_list
        while node is not None:
            yield index, pyds.NvDsObjectMeta.cast(node.data)
            node = node.next
        index, frame_node = index + 1, frame_node.next


def read_walk(batch: Any) -> list[tuple[Any, ...]]:
    rows = []
    for index, obj in walk(batch):
        box = obj.rect_params
        left, top = box.left, box.top
        xyxy = (left, top, left + box.width, top + box.height)
        rows.append((xyxy, obj.class_id, obj.confidence, obj.object_id, index))
    return rows


def read_loop(batch: Any) -> list[tuple[Any, ...]]:
    return [
        (obj.xyxy, obj.class_id, obj.confidence, obj.track_id, index)
        for index, frame in enumerate(meta.Batch(batch).frames)
        for obj in frame.objects
    ]


def read_columns(batch: Any) -> tuple[Any, ...]:
    objects = meta.Batch(batch).objects
    return (
        objects.xyxy,
        objects.class_id,
        objects.confidence,
        objects.track_id,
        objects.frame_index,
    )


def write_walk(batch: Any) -> None:
    for _, obj in walk(batch):
        if obj.class_id == 0:
            obj.rect_params.border_color.set(*RED)


def write_loop(batch: Any) -> None:
    for frame in meta.Batch(batch).frames:
        for obj in frame.objects:
            if obj.class_id == 0:
                obj.border_color = RED


def write_columns(batch: Any) -> None:
    objects = meta.Batch(batch).objects
    objects[objects.class_id == 0].write(border_color=RED)


def fastest_ns(work: Callable[[Any], Any], batch: Any) -> float:
    """Nanoseconds an object."""
    timer = timeit.Timer(lambda: work(batch))
    once = min(timer.repeat(5, 1))
    times = max(1, int(SECONDS_A_ROUND / once))
    return 1e9 * min(timer.repeat(ROUNDS, times)) / times / (FRAMES * OBJECTS)


WAYS = {
    "walk of pyds": {"read": read_walk, "colour a third": write_walk},
    "loop": {"read": read_loop, "colour a third": write_loop},
    "columns": {"read": read_columns, "colour a third": write_columns},
}


def main() -> None:
    batch = make_batch()
    by_row = zip(*(column.tolist() for column in read_columns(batch)), strict=True)
    assert [(tuple(row[0]), *row[1:]) for row in by_row] == read_walk(batch) == read_loop(batch)

    def one_round() -> Figures:
        return {
            way: {kind: fastest_ns(work, batch) for kind, work in works.items()}
            for way, works in WAYS.items()
        }

    figures = median_of_rounds(one_round)
    walked, columns = figures["walk of pyds"], figures["columns"]
    ratios = {f"{kind}, walk / columns": walked[kind] / columns[kind] for kind in columns}
    ratios[f"read, columns / {MOST_NS} ns (at most 1)"] = columns["read"] / MOST_NS
    report = Report()
    report.table(f"{FRAMES} frames x {OBJECTS} objects, ns an object", figures, ratios)
    report.publish()


if __name__ == "__main__":
    main()
