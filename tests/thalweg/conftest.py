"""Batches for the tests of `thalweg.meta`; those of pyds' tests serve here too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from thalweg import meta
from thalweg.testing import Detection, Frame, add_frame

from ..pyds.conftest import batch, needs_slots, new_buffer  # noqa: F401


@pytest.fixture
def make_batch(batch: Any) -> Callable[..., meta.Batch]:  # noqa: F811
    """make_batch([n, ...]): a batch with frames of n objects.

    Object i of frame f has class i, label "f:i", confidence i/64, id 100 f + i (untracked if i is
    odd), the box (i, f, i + 10, f + 20), and no style. The first that `Frame.objects` gives has
    i = n - 1.
    """

    def make(sizes: list[int]) -> meta.Batch:
        for f, size in enumerate(sizes):
            objects = [
                Detection(
                    class_id=i,
                    label=f"{f}:{i}",
                    confidence=i / 64,
                    track_id=None if i % 2 else 100 * f + i,
                    xyxy=(i, f, i + 10, f + 20),
                    text="",
                    border_width=0,
                    border_color=(0, 0, 0, 0),
                )
                for i in range(size)
            ]
            add_frame(batch, Frame(frame_num=100 + f, source_id=f, objects=objects))
        return meta.Batch(batch)

    return make
