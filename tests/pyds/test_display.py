"""Display metas: the block of functions that draw text on a frame."""

from __future__ import annotations

from typing import Any

import pytest

import pyds


def test_a_text_on_a_frame(tree: Any) -> None:
    display = pyds.nvds_acquire_display_meta_from_pool(tree.batch)
    display.num_labels = 1
    text = display.text_params[0]
    text.display_text = "Frame Number=3"
    text.x_offset, text.y_offset = 10, 12
    text.font_params.font_name = "Serif"
    text.font_params.font_size = 10
    text.font_params.font_color.set(1.0, 1.0, 1.0, 1.0)
    text.set_bg_clr = 1
    text.text_bg_clr.set(0.0, 0.0, 0.0, 1.0)
    pyds.nvds_add_display_meta_to_frame(tree.frames[0], display)
    found = pyds.NvDsDisplayMeta.cast(tree.frames[0].display_meta_list.data)
    assert found is display
    read = found.text_params[0]
    assert pyds.get_string(read.display_text) == "Frame Number=3"
    assert (read.x_offset, read.y_offset, read.set_bg_clr) == (10, 12, 1)
    assert (read.font_params.font_color.alpha, read.text_bg_clr.alpha) == (1.0, 1.0)


def test_arrays_of_structs(batch: Any) -> None:
    display = pyds.nvds_acquire_display_meta_from_pool(batch)
    kinds = {
        "rect_params": pyds.NvOSD_RectParams,
        "text_params": pyds.NvOSD_TextParams,
        "line_params": pyds.NvOSD_LineParams,
        "arrow_params": pyds.NvOSD_ArrowParams,
        "circle_params": pyds.NvOSD_CircleParams,
    }
    for name, kind in kinds.items():
        array = getattr(display, name)
        assert len(array) == 16
        assert all(type(item) is kind for item in array)
        assert array[-1] is array[15]
        assert array[0] is getattr(display, name)[0]
        assert len(array[:3]) == 3
        assert array[14:][1] is array[15]
        for wrong in (16, -17):
            with pytest.raises(IndexError, match=r"outside the array's 0 to 15"):
                array[wrong]
        with pytest.raises(TypeError):
            array["x"]
    display.line_params[2].x1 = 7
    assert display.line_params[2].x1 == 7
    display.arrow_params[0].arrow_head = 1
    assert display.arrow_params[0].arrow_head is pyds.END_HEAD


def test_colors() -> None:
    color = pyds.NvOSD_ColorParams()
    color.set(red=0.1, green=0.2, blue=0.3, alpha=0.4)
    assert (color.red, color.green, color.blue, color.alpha) == (0.1, 0.2, 0.3, 0.4)
    with pytest.raises(TypeError, match=r"^NvOSD_ColorParams\.set\.blue: expected float"):
        color.set(0, 0, "x", 0)
    with pytest.raises(TypeError):
        color.set(0, 0, 0)
