"""Nothing grows: texts, messages and wrappers of many batches."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

import pyds

from ..memory import growth_bytes
from .full_batch import BIG, make_and_drop
from .test_text import ADDRESS_TEXTS, FIELDS

pytestmark = pytest.mark.skipif(
    "libasan" in os.environ.get("LD_PRELOAD", ""), reason="AddressSanitizer keeps freed memory"
)


def growth(work: Callable[[], None], times: int = 4000) -> float:
    """Bytes of growth a call."""
    return growth_bytes(work, times // 4, times) / times


def test_texts_that_are_set_again(tree: Any) -> None:
    text = tree.objects[0].text_params
    owners = {name: make() for name, (make, _) in ADDRESS_TEXTS.items()}
    event = owners["NvDsEventMsgMeta"]
    label = pyds.nvds_acquire_label_info_meta_from_pool(tree.batch)

    def work() -> None:
        for name, field in FIELDS:
            setattr(owners[name], field, BIG)
        text.display_text = BIG
        event.ts = pyds.alloc_buffer(512)
        label.pResult_label = BIG
        text.font_params.font_name = "Serif"

    assert growth(work) < 32


def test_arrays_and_wrappers(tree: Any) -> None:
    obj, frame = tree.objects[0], tree.frames[0]
    mask = obj.mask_params
    mask.width = mask.height = 8
    display = pyds.nvds_acquire_display_meta_from_pool(tree.batch)

    def work() -> None:
        mask.alloc_mask_array()[0] = 1
        _ = obj.misc_obj_info.sum()
        _ = [text.x_offset for text in display.text_params]
        _ = frame.obj_meta_list.next.data
        pyds.NvDsEventMsgMeta().objectId = BIG
        pyds.NvOSD_TextParams().display_text = BIG
        pyds.NvDsObjectMeta().text_params.display_text = BIG
        pyds.NvDsDisplayMeta().text_params[3].display_text = BIG
        pyds.NvDsEventMsgMeta().ts = pyds.alloc_buffer(512)
        pyds.NvDsEventMsgMeta().objSignature.signature = pyds.alloc_buffer(512)
        pyds.NvDsLabelInfo().pResult_label = BIG
        obj.text_params = pyds.NvOSD_TextParams()

    assert growth(work) < 32


def test_batches_with_everything_in_them() -> None:
    assert growth(lambda: make_and_drop(copied=True), 2000) < 64
