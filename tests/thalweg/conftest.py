"""Batches for the tests of `thalweg.meta`; those of pyds' tests serve here too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import pyds
from thalweg import meta

from ..pyds.conftest import batch, needs_slots, new_buffer  # noqa: F401


@pytest.fixture
def make_batch(batch: Any) -> Callable[..., meta.Batch]:  # noqa: F811
    """make_batch([n, ...]): a batch with frames of n objects.

    Object i of frame f has class i, label "f:i", confidence i/64, id 100 f + i (untracked if i is
    odd) and the box (i, f, i + 10, f + 20). The first that `Frame.objects` gives has i = n - 1.
    """

    def make(sizes: list[int]) -> meta.Batch:
        for f, size in enumerate(sizes):
            frame = pyds.nvds_acquire_frame_meta_from_pool(batch)
            frame.frame_num, frame.source_id, frame.batch_id = 100 + f, f, f
            pyds.nvds_add_frame_meta_to_batch(batch, frame)
            for i in range(size):
                obj = pyds.nvds_acquire_obj_meta_from_pool(batch)
                obj.class_id, obj.obj_label, obj.confidence = i, f"{f}:{i}", i / 64
                obj.object_id = meta.UNTRACKED if i % 2 else 100 * f + i
                obj.unique_component_id = 1
                box = obj.rect_params
                box.left, box.top, box.width, box.height = i, f, 10, 20
                pyds.nvds_add_obj_meta_to_frame(frame, obj, None)
        return meta.Batch(batch)

    return make
