"""
The interface of DeepStream's `pyds`, over Thalweg's metadata library.

Importing it makes Thalweg's GStreamer elements known, before or after `Gst.init`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Annotated, SupportsFloat, SupportsIndex, TypeAlias, TypeVar, overload

import numpy
from numpy.typing import NDArray
from typing_extensions import CapsuleType

from pyds._enum import Enum

_T = TypeVar("_T", covariant=True)


class Struct:
    """
    Base of every class that stands for a C struct. An object is a view of the struct; reading one whose memory was given back raises ReferenceError.
    """

class StructArray(Sequence[_T]):
    """
    Array of structs inside another struct: a sequence of views, made when asked for.
    """

    def __len__(self) -> int: ...

    @overload
    def __getitem__(self, index: SupportsIndex) -> _T:
        """View of one element, or a list of views for a slice."""

    @overload
    def __getitem__(self, index: slice) -> list[_T]: ...

class GList(Struct):
    """
    Node of a list of metas. `next` is None at the end:

        node = frame.obj_meta_list
        while node is not None:
            obj = pyds.NvDsObjectMeta.cast(node.data)
            node = node.next

    Iterating gives the data of this node and of those after it; its length is how many they are.
    """

    def __init__(self) -> None: ...

    @property
    def data(self) -> CapsuleType | None:
        """
        Address of the meta as a capsule (view), None for none; cast it to its class. Set from a capsule, a pyds object (taken) or None.
        """

    @data.setter
    def data(self, value: CapsuleType | Struct | None) -> None: ...

    @property
    def next(self) -> GList | None:
        """The next node (view), None at the end."""

    @next.setter
    def next(self, value: GList | None) -> None: ...

    @property
    def prev(self) -> GList | None:
        """The previous node (view), None at the head."""

    @prev.setter
    def prev(self, value: GList | None) -> None: ...

    def __bool__(self) -> bool: ...

    def __len__(self) -> int: ...

    def __iter__(self) -> GListIterator: ...

class GListIterator:
    """Iterator over the data of a GList."""

    def __iter__(self) -> object: ...

    def __next__(self) -> CapsuleType | None: ...

class NvOSD_Mode(Enum):
    """Who draws the overlay. Here it is always the CPU."""


    MODE_CPU: NvOSD_Mode

    MODE_GPU: NvOSD_Mode

    MODE_NONE: NvOSD_Mode

    MODE_HW: NvOSD_Mode

MODE_CPU: NvOSD_Mode

MODE_GPU: NvOSD_Mode

MODE_NONE: NvOSD_Mode

MODE_HW: NvOSD_Mode

class NvOSD_Arrow_Head_Direction(Enum):
    """
    Which ends of an arrow have a head: where the line begins, where it ends, or both.
    """


    START_HEAD: NvOSD_Arrow_Head_Direction

    END_HEAD: NvOSD_Arrow_Head_Direction

    BOTH_HEAD: NvOSD_Arrow_Head_Direction

START_HEAD: NvOSD_Arrow_Head_Direction

END_HEAD: NvOSD_Arrow_Head_Direction

BOTH_HEAD: NvOSD_Arrow_Head_Direction

class NvBbox_Coords(Struct):
    """A box in pixels of the muxer's frame."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvBbox_Coords:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def left(self) -> float:
        """Left edge, pixels."""

    @left.setter
    def left(self, value: SupportsFloat) -> None: ...

    @property
    def top(self) -> float:
        """Top edge, pixels."""

    @top.setter
    def top(self, value: SupportsFloat) -> None: ...

    @property
    def width(self) -> float:
        """Width, pixels."""

    @width.setter
    def width(self, value: SupportsFloat) -> None: ...

    @property
    def height(self) -> float:
        """Height, pixels."""

    @height.setter
    def height(self, value: SupportsFloat) -> None: ...

class NvOSD_ColorParams(Struct):
    """A colour; each part is 0 to 1."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvOSD_ColorParams:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def red(self) -> float:
        """Red, 0 to 1."""

    @red.setter
    def red(self, value: SupportsFloat) -> None: ...

    @property
    def green(self) -> float:
        """Green, 0 to 1."""

    @green.setter
    def green(self, value: SupportsFloat) -> None: ...

    @property
    def blue(self) -> float:
        """Blue, 0 to 1."""

    @blue.setter
    def blue(self, value: SupportsFloat) -> None: ...

    @property
    def alpha(self) -> float:
        """Opacity, 0 (invisible) to 1."""

    @alpha.setter
    def alpha(self, value: SupportsFloat) -> None: ...

    def set(self, red: SupportsFloat, green: SupportsFloat, blue: SupportsFloat, alpha: SupportsFloat) -> None:
        """Sets all four parts, each 0 to 1; alpha 0 is invisible."""

class NvOSD_FontParams(Struct):
    """Font of a text."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvOSD_FontParams:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def font_name(self) -> int:
        """
        Family, as the address of a text (see get_string), 0 if unset. Set it from a str; one text a name is shared by all structs and never freed.
        """

    @font_name.setter
    def font_name(self, value: str | bytes | bytearray) -> None: ...

    @property
    def font_size(self) -> int:
        """Size, points at 96 dots an inch (12 points are 16 pixels), 10 to 256."""

    @font_size.setter
    def font_size(self, value: SupportsIndex) -> None: ...

    @property
    def font_color(self) -> NvOSD_ColorParams:
        """Colour of the letters (view)."""

    @font_color.setter
    def font_color(self, value: NvOSD_ColorParams) -> None: ...

class NvOSD_TextParams(Struct):
    """A text to draw, in pixels of the muxer's frame."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvOSD_TextParams:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def display_text(self) -> int:
        """
        The text's address (read it with get_string), 0 if unset. Set it from a str: a copy that the struct owns; the old text is freed.
        """

    @display_text.setter
    def display_text(self, value: str | bytes | bytearray) -> None: ...

    @property
    def x_offset(self) -> int:
        """Left edge of the background, pixels."""

    @x_offset.setter
    def x_offset(self, value: SupportsIndex) -> None: ...

    @property
    def y_offset(self) -> int:
        """Top edge of the background, pixels."""

    @y_offset.setter
    def y_offset(self, value: SupportsIndex) -> None: ...

    @property
    def font_params(self) -> NvOSD_FontParams:
        """Font (view)."""

    @font_params.setter
    def font_params(self, value: NvOSD_FontParams) -> None: ...

    @property
    def set_bg_clr(self) -> int:
        """1 to fill the background."""

    @set_bg_clr.setter
    def set_bg_clr(self, value: SupportsIndex) -> None: ...

    @property
    def text_bg_clr(self) -> NvOSD_ColorParams:
        """Colour of the background (view)."""

    @text_bg_clr.setter
    def text_bg_clr(self, value: NvOSD_ColorParams) -> None: ...

class NvOSD_Color_info(Struct):
    """Colour of one class of objects."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvOSD_Color_info:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def id(self) -> int:
        """Number of the class."""

    @id.setter
    def id(self, value: SupportsIndex) -> None: ...

    @property
    def color(self) -> NvOSD_ColorParams:
        """Its colour (view)."""

    @color.setter
    def color(self, value: NvOSD_ColorParams) -> None: ...

class NvOSD_RectParams(Struct):
    """A box to draw, in pixels of the muxer's frame."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvOSD_RectParams:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def left(self) -> float:
        """Left edge, pixels."""

    @left.setter
    def left(self, value: SupportsFloat) -> None: ...

    @property
    def top(self) -> float:
        """Top edge, pixels."""

    @top.setter
    def top(self, value: SupportsFloat) -> None: ...

    @property
    def width(self) -> float:
        """Width, pixels."""

    @width.setter
    def width(self, value: SupportsFloat) -> None: ...

    @property
    def height(self) -> float:
        """Height, pixels."""

    @height.setter
    def height(self, value: SupportsFloat) -> None: ...

    @property
    def border_width(self) -> int:
        """Width of the border, pixels."""

    @border_width.setter
    def border_width(self, value: SupportsIndex) -> None: ...

    @property
    def border_color(self) -> NvOSD_ColorParams:
        """Colour of the border (view)."""

    @border_color.setter
    def border_color(self, value: NvOSD_ColorParams) -> None: ...

    @property
    def has_bg_color(self) -> int:
        """1 to fill the box."""

    @has_bg_color.setter
    def has_bg_color(self, value: SupportsIndex) -> None: ...

    @property
    def reserved(self) -> int:
        """Unused."""

    @reserved.setter
    def reserved(self, value: SupportsIndex) -> None: ...

    @property
    def bg_color(self) -> NvOSD_ColorParams:
        """Colour of the filling (view)."""

    @bg_color.setter
    def bg_color(self, value: NvOSD_ColorParams) -> None: ...

    @property
    def has_color_info(self) -> int:
        """1 if `color_id` counts. The overlay here does not look at it."""

    @has_color_info.setter
    def has_color_info(self, value: SupportsIndex) -> None: ...

    @property
    def color_id(self) -> int:
        """Number of a class's colour."""

    @color_id.setter
    def color_id(self, value: SupportsIndex) -> None: ...

    @property
    def rotation_angle(self) -> float:
        """Turn of the box about its centre, degrees, clockwise."""

    @rotation_angle.setter
    def rotation_angle(self, value: SupportsFloat) -> None: ...

class NvOSD_LineParams(Struct):
    """A line to draw, in pixels of the muxer's frame."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvOSD_LineParams:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def x1(self) -> int:
        """Start, pixels from the left."""

    @x1.setter
    def x1(self, value: SupportsIndex) -> None: ...

    @property
    def y1(self) -> int:
        """Start, pixels from the top."""

    @y1.setter
    def y1(self, value: SupportsIndex) -> None: ...

    @property
    def x2(self) -> int:
        """End, pixels from the left."""

    @x2.setter
    def x2(self, value: SupportsIndex) -> None: ...

    @property
    def y2(self) -> int:
        """End, pixels from the top."""

    @y2.setter
    def y2(self, value: SupportsIndex) -> None: ...

    @property
    def line_width(self) -> int:
        """Width, pixels."""

    @line_width.setter
    def line_width(self, value: SupportsIndex) -> None: ...

    @property
    def line_color(self) -> NvOSD_ColorParams:
        """Colour (view)."""

    @line_color.setter
    def line_color(self, value: NvOSD_ColorParams) -> None: ...

class NvOSD_ArrowParams(Struct):
    """An arrow to draw, in pixels of the muxer's frame."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvOSD_ArrowParams:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def x1(self) -> int:
        """Start, pixels from the left."""

    @x1.setter
    def x1(self, value: SupportsIndex) -> None: ...

    @property
    def y1(self) -> int:
        """Start, pixels from the top."""

    @y1.setter
    def y1(self, value: SupportsIndex) -> None: ...

    @property
    def x2(self) -> int:
        """End, pixels from the left."""

    @x2.setter
    def x2(self, value: SupportsIndex) -> None: ...

    @property
    def y2(self) -> int:
        """End, pixels from the top."""

    @y2.setter
    def y2(self, value: SupportsIndex) -> None: ...

    @property
    def arrow_width(self) -> int:
        """Width of the shaft, pixels."""

    @arrow_width.setter
    def arrow_width(self, value: SupportsIndex) -> None: ...

    @property
    def arrow_head(self) -> NvOSD_Arrow_Head_Direction:
        """Which ends have a head."""

    @arrow_head.setter
    def arrow_head(self, value: SupportsIndex) -> None: ...

    @property
    def arrow_color(self) -> NvOSD_ColorParams:
        """Colour (view)."""

    @arrow_color.setter
    def arrow_color(self, value: NvOSD_ColorParams) -> None: ...

    @property
    def reserved(self) -> int:
        """Unused."""

    @reserved.setter
    def reserved(self, value: SupportsIndex) -> None: ...

class NvOSD_CircleParams(Struct):
    """A circle to draw, in pixels of the muxer's frame."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvOSD_CircleParams:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def xc(self) -> int:
        """Centre, pixels from the left."""

    @xc.setter
    def xc(self, value: SupportsIndex) -> None: ...

    @property
    def yc(self) -> int:
        """Centre, pixels from the top."""

    @yc.setter
    def yc(self, value: SupportsIndex) -> None: ...

    @property
    def radius(self) -> int:
        """Radius, pixels."""

    @radius.setter
    def radius(self, value: SupportsIndex) -> None: ...

    @property
    def circle_color(self) -> NvOSD_ColorParams:
        """Colour of the line (view)."""

    @circle_color.setter
    def circle_color(self, value: NvOSD_ColorParams) -> None: ...

    @property
    def has_bg_color(self) -> int:
        """1 to fill the circle."""

    @has_bg_color.setter
    def has_bg_color(self, value: SupportsIndex) -> None: ...

    @property
    def bg_color(self) -> NvOSD_ColorParams:
        """Colour of the filling (view)."""

    @bg_color.setter
    def bg_color(self, value: NvOSD_ColorParams) -> None: ...

    @property
    def circle_width(self) -> int:
        """Width of the line, pixels."""

    @circle_width.setter
    def circle_width(self, value: SupportsIndex) -> None: ...

    @property
    def reserved(self) -> int:
        """Unused."""

    @reserved.setter
    def reserved(self, value: SupportsIndex) -> None: ...

class NvOSD_MaskParams(Struct):
    """Mask of an object, over its box."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvOSD_MaskParams:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def data(self) -> float | None:
        """
        First value of the mask, None without one; use get_mask_array. Set it from the address of floats (taken) or None.
        """

    @data.setter
    def data(self, value: int | None) -> None: ...

    @property
    def size(self) -> int:
        """Size of the mask, bytes; at most what its memory has."""

    @size.setter
    def size(self, value: SupportsIndex) -> None: ...

    @property
    def threshold(self) -> float:
        """Values above it belong to the object."""

    @threshold.setter
    def threshold(self, value: SupportsFloat) -> None: ...

    @property
    def width(self) -> int:
        """Columns of the mask."""

    @width.setter
    def width(self, value: SupportsIndex) -> None: ...

    @property
    def height(self) -> int:
        """Rows of the mask."""

    @height.setter
    def height(self, value: SupportsIndex) -> None: ...

    def get_mask_array(self) -> Annotated[NDArray[numpy.float32], dict(shape=(None,))]:
        """
        The mask as a flat float32 array (view), row by row; empty without a mask. It keeps its memory, also when the meta is given back or the mask is made anew.
        """

    def alloc_mask_array(self) -> Annotated[NDArray[numpy.float32], dict(shape=(None,))]:
        """
        A new mask of width x height zeros (view, as of get_mask_array); set those two first. The old one is freed.
        """

class NvOSD_FrameTextParams(Struct):
    """Texts of one frame."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvOSD_FrameTextParams:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def buf_ptr(self) -> NvBufSurfaceParams | None:
        """Picture to draw on (view) or None."""

    @buf_ptr.setter
    def buf_ptr(self, value: NvBufSurfaceParams | None) -> None: ...

    @property
    def mode(self) -> NvOSD_Mode:
        """Where to draw."""

    @mode.setter
    def mode(self, value: SupportsIndex) -> None: ...

    @property
    def num_strings(self) -> int:
        """Number of texts."""

    @num_strings.setter
    def num_strings(self, value: SupportsIndex) -> None: ...

    @property
    def text_params_list(self) -> NvOSD_TextParams | None:
        """First text (view) or None."""

    @text_params_list.setter
    def text_params_list(self, value: NvOSD_TextParams | None) -> None: ...

    @property
    def surf(self) -> NvBufSurface | None:
        """Pictures to draw on (view) or None."""

    @surf.setter
    def surf(self, value: NvBufSurface | None) -> None: ...

class NvOSD_FrameRectParams(Struct):
    """Boxes of one frame."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvOSD_FrameRectParams:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def buf_ptr(self) -> NvBufSurfaceParams | None:
        """Picture to draw on (view) or None."""

    @buf_ptr.setter
    def buf_ptr(self, value: NvBufSurfaceParams | None) -> None: ...

    @property
    def mode(self) -> NvOSD_Mode:
        """Where to draw."""

    @mode.setter
    def mode(self, value: SupportsIndex) -> None: ...

    @property
    def num_rects(self) -> int:
        """Number of boxes."""

    @num_rects.setter
    def num_rects(self, value: SupportsIndex) -> None: ...

    @property
    def rect_params_list(self) -> NvOSD_RectParams | None:
        """First box (view) or None."""

    @rect_params_list.setter
    def rect_params_list(self, value: NvOSD_RectParams | None) -> None: ...

    @property
    def mask_params_list(self) -> NvOSD_MaskParams | None:
        """First mask (view) or None."""

    @mask_params_list.setter
    def mask_params_list(self, value: NvOSD_MaskParams | None) -> None: ...

    @property
    def surf(self) -> NvBufSurface | None:
        """Pictures to draw on (view) or None."""

    @surf.setter
    def surf(self, value: NvBufSurface | None) -> None: ...

class NvOSD_FrameLineParams(Struct):
    """Lines of one frame."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvOSD_FrameLineParams:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def buf_ptr(self) -> NvBufSurfaceParams | None:
        """Picture to draw on (view) or None."""

    @buf_ptr.setter
    def buf_ptr(self, value: NvBufSurfaceParams | None) -> None: ...

    @property
    def mode(self) -> NvOSD_Mode:
        """Where to draw."""

    @mode.setter
    def mode(self, value: SupportsIndex) -> None: ...

    @property
    def num_lines(self) -> int:
        """Number of lines."""

    @num_lines.setter
    def num_lines(self, value: SupportsIndex) -> None: ...

    @property
    def line_params_list(self) -> NvOSD_LineParams | None:
        """First line (view) or None."""

    @line_params_list.setter
    def line_params_list(self, value: NvOSD_LineParams | None) -> None: ...

    @property
    def surf(self) -> NvBufSurface | None:
        """Pictures to draw on (view) or None."""

    @surf.setter
    def surf(self, value: NvBufSurface | None) -> None: ...

class NvOSD_FrameArrowParams(Struct):
    """Arrows of one frame."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvOSD_FrameArrowParams:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def buf_ptr(self) -> NvBufSurfaceParams | None:
        """Picture to draw on (view) or None."""

    @buf_ptr.setter
    def buf_ptr(self, value: NvBufSurfaceParams | None) -> None: ...

    @property
    def mode(self) -> NvOSD_Mode:
        """Where to draw."""

    @mode.setter
    def mode(self, value: SupportsIndex) -> None: ...

    @property
    def num_arrows(self) -> int:
        """Number of arrows."""

    @num_arrows.setter
    def num_arrows(self, value: SupportsIndex) -> None: ...

    @property
    def arrow_params_list(self) -> NvOSD_ArrowParams | None:
        """First arrow (view) or None."""

    @arrow_params_list.setter
    def arrow_params_list(self, value: NvOSD_ArrowParams | None) -> None: ...

    @property
    def surf(self) -> NvBufSurface | None:
        """Pictures to draw on (view) or None."""

    @surf.setter
    def surf(self, value: NvBufSurface | None) -> None: ...

class NvOSD_FrameCircleParams(Struct):
    """Circles of one frame."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvOSD_FrameCircleParams:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def buf_ptr(self) -> NvBufSurfaceParams | None:
        """Picture to draw on (view) or None."""

    @buf_ptr.setter
    def buf_ptr(self, value: NvBufSurfaceParams | None) -> None: ...

    @property
    def mode(self) -> NvOSD_Mode:
        """Where to draw."""

    @mode.setter
    def mode(self, value: SupportsIndex) -> None: ...

    @property
    def num_circles(self) -> int:
        """Number of circles."""

    @num_circles.setter
    def num_circles(self, value: SupportsIndex) -> None: ...

    @property
    def circle_params_list(self) -> NvOSD_CircleParams | None:
        """First circle (view) or None."""

    @circle_params_list.setter
    def circle_params_list(self, value: NvOSD_CircleParams | None) -> None: ...

    @property
    def surf(self) -> NvBufSurface | None:
        """Pictures to draw on (view) or None."""

    @surf.setter
    def surf(self, value: NvBufSurface | None) -> None: ...

class NvDsMetaType(Enum):
    """Kind of a meta. A program's own kinds begin at NVDS_START_USER_META."""


    NVDS_INVALID_META: NvDsMetaType

    NVDS_BATCH_META: NvDsMetaType

    NVDS_FRAME_META: NvDsMetaType

    NVDS_OBJ_META: NvDsMetaType

    NVDS_DISPLAY_META: NvDsMetaType

    NVDS_CLASSIFIER_META: NvDsMetaType

    NVDS_LABEL_INFO_META: NvDsMetaType

    NVDS_USER_META: NvDsMetaType

    NVDS_PAYLOAD_META: NvDsMetaType

    NVDS_EVENT_MSG_META: NvDsMetaType

    NVDS_OPTICAL_FLOW_META: NvDsMetaType

    NVDS_LATENCY_MEASUREMENT_META: NvDsMetaType

    NVDSINFER_TENSOR_OUTPUT_META: NvDsMetaType

    NVDSINFER_SEGMENTATION_META: NvDsMetaType

    NVDS_CROP_IMAGE_META: NvDsMetaType

    NVDS_TRACKER_PAST_FRAME_META: NvDsMetaType

    NVDS_TRACKER_BATCH_REID_META: NvDsMetaType

    NVDS_TRACKER_OBJ_REID_META: NvDsMetaType

    NVDS_TRACKER_TERMINATED_LIST_META: NvDsMetaType

    NVDS_TRACKER_SHADOW_LIST_META: NvDsMetaType

    NVDS_OBJ_VISIBILITY: NvDsMetaType

    NVDS_OBJ_IMAGE_FOOT_LOCATION: NvDsMetaType

    NVDS_OBJ_WORLD_FOOT_LOCATION: NvDsMetaType

    NVDS_OBJ_IMAGE_CONVEX_HULL: NvDsMetaType

    NVDS_OBJ_3D_META: NvDsMetaType

    NVDS_AUDIO_BATCH_META: NvDsMetaType

    NVDS_AUDIO_FRAME_META: NvDsMetaType

    NVDS_PREPROCESS_FRAME_META: NvDsMetaType

    NVDS_PREPROCESS_BATCH_META: NvDsMetaType

    NVDS_CUSTOM_MSG_BLOB: NvDsMetaType

    NVDS_ROI_META: NvDsMetaType

    NVDS_CUSTOM_MSG_SPARSE4D: NvDsMetaType

    NVDS_FRAME_META_NVDSANALYTICS: NvDsMetaType

    NVDS_OBJ_META_NVDSANALYTICS: NvDsMetaType

    NVDS_RESERVED_META: NvDsMetaType

    NVDS_GST_CUSTOM_META: NvDsMetaType

    NVDS_START_USER_META: NvDsMetaType

    NVDS_FORCE32_META: NvDsMetaType

NVDS_INVALID_META: NvDsMetaType

NVDS_BATCH_META: NvDsMetaType

NVDS_FRAME_META: NvDsMetaType

NVDS_OBJ_META: NvDsMetaType

NVDS_DISPLAY_META: NvDsMetaType

NVDS_CLASSIFIER_META: NvDsMetaType

NVDS_LABEL_INFO_META: NvDsMetaType

NVDS_USER_META: NvDsMetaType

NVDS_PAYLOAD_META: NvDsMetaType

NVDS_EVENT_MSG_META: NvDsMetaType

NVDS_OPTICAL_FLOW_META: NvDsMetaType

NVDS_LATENCY_MEASUREMENT_META: NvDsMetaType

NVDSINFER_TENSOR_OUTPUT_META: NvDsMetaType

NVDSINFER_SEGMENTATION_META: NvDsMetaType

NVDS_CROP_IMAGE_META: NvDsMetaType

NVDS_TRACKER_PAST_FRAME_META: NvDsMetaType

NVDS_TRACKER_BATCH_REID_META: NvDsMetaType

NVDS_TRACKER_OBJ_REID_META: NvDsMetaType

NVDS_TRACKER_TERMINATED_LIST_META: NvDsMetaType

NVDS_TRACKER_SHADOW_LIST_META: NvDsMetaType

NVDS_OBJ_VISIBILITY: NvDsMetaType

NVDS_OBJ_IMAGE_FOOT_LOCATION: NvDsMetaType

NVDS_OBJ_WORLD_FOOT_LOCATION: NvDsMetaType

NVDS_OBJ_IMAGE_CONVEX_HULL: NvDsMetaType

NVDS_OBJ_3D_META: NvDsMetaType

NVDS_AUDIO_BATCH_META: NvDsMetaType

NVDS_AUDIO_FRAME_META: NvDsMetaType

NVDS_PREPROCESS_FRAME_META: NvDsMetaType

NVDS_PREPROCESS_BATCH_META: NvDsMetaType

NVDS_CUSTOM_MSG_BLOB: NvDsMetaType

NVDS_ROI_META: NvDsMetaType

NVDS_CUSTOM_MSG_SPARSE4D: NvDsMetaType

NVDS_FRAME_META_NVDSANALYTICS: NvDsMetaType

NVDS_OBJ_META_NVDSANALYTICS: NvDsMetaType

NVDS_RESERVED_META: NvDsMetaType

NVDS_GST_CUSTOM_META: NvDsMetaType

NVDS_START_USER_META: NvDsMetaType

NVDS_FORCE32_META: NvDsMetaType

class NvDsComp_BboxInfo(Struct):
    """Box of an object as one component (detector, tracker) gave it."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDsComp_BboxInfo:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def org_bbox_coords(self) -> NvBbox_Coords:
        """The box (view)."""

    @org_bbox_coords.setter
    def org_bbox_coords(self, value: NvBbox_Coords) -> None: ...

class NvDsSensorInfo_meta(Struct):
    """Who feeds a source."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDsSensorInfo_meta:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def source_id(self) -> int:
        """Number of the source."""

    @source_id.setter
    def source_id(self, value: SupportsIndex) -> None: ...

    @property
    def uri(self) -> str | None:
        """Address of the stream (copy) or None."""

    @property
    def sensor_id(self) -> str | None:
        """Its id (copy) or None."""

    @property
    def sensor_name(self) -> str | None:
        """Its name (copy) or None."""

class NvDsMetaPool(Struct):
    """Pool of one kind of meta. Meant for reading."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDsMetaPool:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def meta_type(self) -> NvDsMetaType:
        """Kind of the metas."""

    @meta_type.setter
    def meta_type(self, value: SupportsIndex) -> None: ...

    @property
    def max_elements_in_pool(self) -> int:
        """Metas free and in use."""

    @max_elements_in_pool.setter
    def max_elements_in_pool(self, value: SupportsIndex) -> None: ...

    @property
    def element_size(self) -> int:
        """Size of a meta, bytes."""

    @element_size.setter
    def element_size(self, value: SupportsIndex) -> None: ...

    @property
    def num_empty_elements(self) -> int:
        """Free metas."""

    @num_empty_elements.setter
    def num_empty_elements(self, value: SupportsIndex) -> None: ...

    @property
    def num_full_elements(self) -> int:
        """Metas in use."""

    @num_full_elements.setter
    def num_full_elements(self, value: SupportsIndex) -> None: ...

    @property
    def empty_list(self) -> GList | None:
        """Free metas: GList (view) or None."""

    @empty_list.setter
    def empty_list(self, value: GList | None) -> None: ...

    @property
    def full_list(self) -> GList | None:
        """Metas in use: GList (view) or None."""

    @full_list.setter
    def full_list(self, value: GList | None) -> None: ...

    @property
    def copy_func(self) -> CapsuleType | None:
        """C function (shared) or None."""

    @copy_func.setter
    def copy_func(self, value: CapsuleType | Struct | None) -> None: ...

    @property
    def release_func(self) -> CapsuleType | None:
        """C function (shared) or None."""

    @release_func.setter
    def release_func(self, value: CapsuleType | Struct | None) -> None: ...

class NvDsBaseMeta(Struct):
    """Head of every meta."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDsBaseMeta:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def batch_meta(self) -> NvDsBatchMeta | None:
        """The batch it belongs to (view) or None."""

    @batch_meta.setter
    def batch_meta(self, value: NvDsBatchMeta | None) -> None: ...

    @property
    def meta_type(self) -> NvDsMetaType:
        """Kind of the meta; for a user meta, what its payload is."""

    @meta_type.setter
    def meta_type(self, value: SupportsIndex) -> None: ...

    @property
    def uContext(self) -> CapsuleType | None:
        """Pointer of the program's own (shared) or None."""

    @uContext.setter
    def uContext(self, value: CapsuleType | Struct | None) -> None: ...

    @property
    def copy_func(self) -> CapsuleType | None:
        """
        C function that copies the payload (shared) or None; see user_copyfunc.
        """

    @copy_func.setter
    def copy_func(self, value: CapsuleType | Struct | None) -> None: ...

    @property
    def release_func(self) -> CapsuleType | None:
        """
        C function that frees the payload (shared) or None; see user_releasefunc.
        """

    @release_func.setter
    def release_func(self, value: CapsuleType | Struct | None) -> None: ...

class NvDsBatchMeta(Struct):
    """
    All metadata of one batched buffer; from gst_buffer_get_nvds_batch_meta, alive while the buffer is.
    """

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDsBatchMeta:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def base_meta(self) -> NvDsBaseMeta:
        """Head (view)."""

    @base_meta.setter
    def base_meta(self, value: NvDsBaseMeta) -> None: ...

    @property
    def max_frames_in_batch(self) -> int:
        """Most frames that the muxer puts into a batch."""

    @max_frames_in_batch.setter
    def max_frames_in_batch(self, value: SupportsIndex) -> None: ...

    @property
    def num_frames_in_batch(self) -> int:
        """Frames in this batch."""

    @num_frames_in_batch.setter
    def num_frames_in_batch(self, value: SupportsIndex) -> None: ...

    @property
    def frame_meta_pool(self) -> NvDsMetaPool | None:
        """Pool of frame metas (view)."""

    @frame_meta_pool.setter
    def frame_meta_pool(self, value: NvDsMetaPool | None) -> None: ...

    @property
    def obj_meta_pool(self) -> NvDsMetaPool | None:
        """Pool of object metas (view)."""

    @obj_meta_pool.setter
    def obj_meta_pool(self, value: NvDsMetaPool | None) -> None: ...

    @property
    def classifier_meta_pool(self) -> NvDsMetaPool | None:
        """Pool of classifier metas (view)."""

    @classifier_meta_pool.setter
    def classifier_meta_pool(self, value: NvDsMetaPool | None) -> None: ...

    @property
    def display_meta_pool(self) -> NvDsMetaPool | None:
        """Pool of display metas (view)."""

    @display_meta_pool.setter
    def display_meta_pool(self, value: NvDsMetaPool | None) -> None: ...

    @property
    def user_meta_pool(self) -> NvDsMetaPool | None:
        """Pool of user metas (view)."""

    @user_meta_pool.setter
    def user_meta_pool(self, value: NvDsMetaPool | None) -> None: ...

    @property
    def label_info_meta_pool(self) -> NvDsMetaPool | None:
        """Pool of labels (view)."""

    @label_info_meta_pool.setter
    def label_info_meta_pool(self, value: NvDsMetaPool | None) -> None: ...

    @property
    def frame_meta_list(self) -> GList | None:
        """NvDsFrameMeta of each frame: GList (view) or None."""

    @frame_meta_list.setter
    def frame_meta_list(self, value: GList | None) -> None: ...

    @property
    def batch_user_meta_list(self) -> GList | None:
        """NvDsUserMeta of the batch: GList (view) or None."""

    @batch_user_meta_list.setter
    def batch_user_meta_list(self, value: GList | None) -> None: ...

    @property
    def meta_mutex(self) -> object:
        """
        The lock (shared by all who use the batch). Has no Python type: reading it raises TypeError; use nvds_acquire_meta_lock.
        """

    @property
    def misc_batch_info(self) -> Annotated[NDArray[numpy.int64], dict(shape=(4))]:
        """Four numbers of the program's own: int64 array (view)."""

    @misc_batch_info.setter
    def misc_batch_info(self, value: Sequence[SupportsFloat]) -> None: ...

    @property
    def reserved(self) -> Annotated[NDArray[numpy.int64], dict(shape=(4))]:
        """Unused: int64 array (view)."""

    @reserved.setter
    def reserved(self, value: Sequence[SupportsFloat]) -> None: ...

class NvDsFrameMeta(Struct):
    """One frame of a batch."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDsFrameMeta:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def base_meta(self) -> NvDsBaseMeta:
        """Head (view)."""

    @base_meta.setter
    def base_meta(self, value: NvDsBaseMeta) -> None: ...

    @property
    def pad_index(self) -> int:
        """Number of the muxer's pad (its source)."""

    @pad_index.setter
    def pad_index(self, value: SupportsIndex) -> None: ...

    @property
    def batch_id(self) -> int:
        """Place of the frame's picture in the batch; for get_nvds_buf_surface."""

    @batch_id.setter
    def batch_id(self, value: SupportsIndex) -> None: ...

    @property
    def frame_num(self) -> int:
        """Number of the frame in its source, from 0."""

    @frame_num.setter
    def frame_num(self, value: SupportsIndex) -> None: ...

    @property
    def buf_pts(self) -> int:
        """Presentation time, nanoseconds."""

    @buf_pts.setter
    def buf_pts(self, value: SupportsIndex) -> None: ...

    @property
    def ntp_timestamp(self) -> int:
        """Time of capture, nanoseconds since 1970, if the source gives it."""

    @ntp_timestamp.setter
    def ntp_timestamp(self, value: SupportsIndex) -> None: ...

    @property
    def source_id(self) -> int:
        """Number of the source."""

    @source_id.setter
    def source_id(self, value: SupportsIndex) -> None: ...

    @property
    def num_surfaces_per_frame(self) -> int:
        """Pictures that make up the frame, mostly 1."""

    @num_surfaces_per_frame.setter
    def num_surfaces_per_frame(self, value: SupportsIndex) -> None: ...

    @property
    def source_frame_width(self) -> int:
        """Width before the muxer, pixels."""

    @source_frame_width.setter
    def source_frame_width(self, value: SupportsIndex) -> None: ...

    @property
    def source_frame_height(self) -> int:
        """Height before the muxer, pixels."""

    @source_frame_height.setter
    def source_frame_height(self, value: SupportsIndex) -> None: ...

    @property
    def surface_type(self) -> int:
        """Kind of picture (dewarper)."""

    @surface_type.setter
    def surface_type(self, value: SupportsIndex) -> None: ...

    @property
    def surface_index(self) -> int:
        """Number of the picture (dewarper)."""

    @surface_index.setter
    def surface_index(self, value: SupportsIndex) -> None: ...

    @property
    def num_obj_meta(self) -> int:
        """Objects in obj_meta_list."""

    @num_obj_meta.setter
    def num_obj_meta(self, value: SupportsIndex) -> None: ...

    @property
    def bInferDone(self) -> int:
        """1 if inference ran on this frame, 0 if it was skipped (`interval`)."""

    @bInferDone.setter
    def bInferDone(self, value: SupportsIndex) -> None: ...

    @property
    def obj_meta_list(self) -> GList | None:
        """NvDsObjectMeta of the frame: GList (view) or None."""

    @obj_meta_list.setter
    def obj_meta_list(self, value: GList | None) -> None: ...

    @property
    def display_meta_list(self) -> GList | None:
        """NvDsDisplayMeta of the frame: GList (view) or None."""

    @display_meta_list.setter
    def display_meta_list(self, value: GList | None) -> None: ...

    @property
    def frame_user_meta_list(self) -> GList | None:
        """NvDsUserMeta of the frame: GList (view) or None."""

    @frame_user_meta_list.setter
    def frame_user_meta_list(self, value: GList | None) -> None: ...

    @property
    def misc_frame_info(self) -> Annotated[NDArray[numpy.int64], dict(shape=(4))]:
        """Four numbers of the program's own: int64 array (view)."""

    @misc_frame_info.setter
    def misc_frame_info(self, value: Sequence[SupportsFloat]) -> None: ...

    @property
    def pipeline_width(self) -> int:
        """Width of the muxer's frame, pixels: the space of all boxes."""

    @pipeline_width.setter
    def pipeline_width(self, value: SupportsIndex) -> None: ...

    @property
    def pipeline_height(self) -> int:
        """Height of the muxer's frame, pixels."""

    @pipeline_height.setter
    def pipeline_height(self, value: SupportsIndex) -> None: ...

    @property
    def sensorInfo_meta(self) -> NvDsSensorInfo_meta:
        """Who feeds the source (view)."""

    @sensorInfo_meta.setter
    def sensorInfo_meta(self, value: NvDsSensorInfo_meta) -> None: ...

    @property
    def reserved(self) -> Annotated[NDArray[numpy.int64], dict(shape=(4))]:
        """Unused: int64 array (view)."""

    @reserved.setter
    def reserved(self, value: Sequence[SupportsFloat]) -> None: ...

class NvDsObjectMeta(Struct):
    """One object found in a frame."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDsObjectMeta:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def base_meta(self) -> NvDsBaseMeta:
        """Head (view)."""

    @base_meta.setter
    def base_meta(self, value: NvDsBaseMeta) -> None: ...

    @property
    def parent(self) -> NvDsObjectMeta | None:
        """Object that this was found in (view), or None."""

    @parent.setter
    def parent(self, value: NvDsObjectMeta | None) -> None: ...

    @property
    def unique_component_id(self) -> int:
        """`unique-id` of the element that found it."""

    @unique_component_id.setter
    def unique_component_id(self, value: SupportsIndex) -> None: ...

    @property
    def class_id(self) -> int:
        """Class of the object, as the model counts."""

    @class_id.setter
    def class_id(self, value: SupportsIndex) -> None: ...

    @property
    def object_id(self) -> int:
        """Number that a tracker gave, 0xFFFFFFFFFFFFFFFF without one."""

    @object_id.setter
    def object_id(self, value: SupportsIndex) -> None: ...

    @property
    def detector_bbox_info(self) -> NvDsComp_BboxInfo:
        """Box as the detector gave it (view)."""

    @detector_bbox_info.setter
    def detector_bbox_info(self, value: NvDsComp_BboxInfo) -> None: ...

    @property
    def tracker_bbox_info(self) -> NvDsComp_BboxInfo:
        """Box as the tracker gave it (view)."""

    @tracker_bbox_info.setter
    def tracker_bbox_info(self, value: NvDsComp_BboxInfo) -> None: ...

    @property
    def confidence(self) -> float:
        """Of the detector, 0 to 1."""

    @confidence.setter
    def confidence(self, value: SupportsFloat) -> None: ...

    @property
    def tracker_confidence(self) -> float:
        """Of the tracker, 0 to 1."""

    @tracker_confidence.setter
    def tracker_confidence(self, value: SupportsFloat) -> None: ...

    @property
    def rect_params(self) -> NvOSD_RectParams:
        """Box in pixels of the muxer's frame, and how to draw it (view)."""

    @rect_params.setter
    def rect_params(self, value: NvOSD_RectParams) -> None: ...

    @property
    def mask_params(self) -> NvOSD_MaskParams:
        """Mask over the box (view)."""

    @mask_params.setter
    def mask_params(self, value: NvOSD_MaskParams) -> None: ...

    @property
    def text_params(self) -> NvOSD_TextParams:
        """Text drawn beside it (view)."""

    @text_params.setter
    def text_params(self, value: NvOSD_TextParams) -> None: ...

    @property
    def obj_label(self) -> str:
        """
        Name of its class (copy); up to 127 bytes of UTF-8, longer ones are cut.
        """

    @obj_label.setter
    def obj_label(self, value: str | bytes | bytearray) -> None: ...

    @property
    def classifier_meta_list(self) -> GList | None:
        """NvDsClassifierMeta of the object: GList (view) or None."""

    @classifier_meta_list.setter
    def classifier_meta_list(self, value: GList | None) -> None: ...

    @property
    def obj_user_meta_list(self) -> GList | None:
        """NvDsUserMeta of the object: GList (view) or None."""

    @obj_user_meta_list.setter
    def obj_user_meta_list(self, value: GList | None) -> None: ...

    @property
    def misc_obj_info(self) -> Annotated[NDArray[numpy.int64], dict(shape=(4))]:
        """Four numbers of the program's own: int64 array (view)."""

    @misc_obj_info.setter
    def misc_obj_info(self, value: Sequence[SupportsFloat]) -> None: ...

    @property
    def reserved(self) -> Annotated[NDArray[numpy.int64], dict(shape=(4))]:
        """Unused: int64 array (view)."""

    @reserved.setter
    def reserved(self, value: Sequence[SupportsFloat]) -> None: ...

class NvDsClassifierMeta(Struct):
    """What one classifier says about an object."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDsClassifierMeta:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def base_meta(self) -> NvDsBaseMeta:
        """Head (view)."""

    @base_meta.setter
    def base_meta(self, value: NvDsBaseMeta) -> None: ...

    @property
    def num_labels(self) -> int:
        """Labels in label_info_list."""

    @num_labels.setter
    def num_labels(self, value: SupportsIndex) -> None: ...

    @property
    def unique_component_id(self) -> int:
        """`unique-id` of the element that classified."""

    @unique_component_id.setter
    def unique_component_id(self, value: SupportsIndex) -> None: ...

    @property
    def label_info_list(self) -> GList | None:
        """NvDsLabelInfo of the classifier: GList (view) or None."""

    @label_info_list.setter
    def label_info_list(self, value: GList | None) -> None: ...

    @property
    def classifier_type(self) -> str | None:
        """`classifier-type` of its configuration (copy) or None."""

class NvDsLabelInfo(Struct):
    """One label of a classifier."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDsLabelInfo:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def base_meta(self) -> NvDsBaseMeta:
        """Head (view)."""

    @base_meta.setter
    def base_meta(self, value: NvDsBaseMeta) -> None: ...

    @property
    def num_classes(self) -> int:
        """Classes that the label was chosen from."""

    @num_classes.setter
    def num_classes(self, value: SupportsIndex) -> None: ...

    @property
    def result_label(self) -> str:
        """The label (copy); up to 127 bytes of UTF-8, longer ones are cut."""

    @result_label.setter
    def result_label(self, value: str | bytes | bytearray) -> None: ...

    @property
    def pResult_label(self) -> str | None:
        """A label too long for result_label (copy), or None."""

    @pResult_label.setter
    def pResult_label(self, value: str | bytes | bytearray | None) -> None: ...

    @property
    def result_class_id(self) -> int:
        """Class that was chosen."""

    @result_class_id.setter
    def result_class_id(self, value: SupportsIndex) -> None: ...

    @property
    def label_id(self) -> int:
        """Number of the label among the model's outputs."""

    @label_id.setter
    def label_id(self, value: SupportsIndex) -> None: ...

    @property
    def result_prob(self) -> float:
        """Probability, 0 to 1."""

    @result_prob.setter
    def result_prob(self, value: SupportsFloat) -> None: ...

class NvDsDisplayMeta(Struct):
    """
    Things to draw on a frame; the num_* tell how many of each array of 16 count.
    """

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDsDisplayMeta:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def base_meta(self) -> NvDsBaseMeta:
        """Head (view)."""

    @base_meta.setter
    def base_meta(self, value: NvDsBaseMeta) -> None: ...

    @property
    def num_rects(self) -> int:
        """Boxes to draw, 0 to 16."""

    @num_rects.setter
    def num_rects(self, value: SupportsIndex) -> None: ...

    @property
    def num_labels(self) -> int:
        """Texts to draw, 0 to 16."""

    @num_labels.setter
    def num_labels(self, value: SupportsIndex) -> None: ...

    @property
    def num_lines(self) -> int:
        """Lines to draw, 0 to 16."""

    @num_lines.setter
    def num_lines(self, value: SupportsIndex) -> None: ...

    @property
    def num_arrows(self) -> int:
        """Arrows to draw, 0 to 16."""

    @num_arrows.setter
    def num_arrows(self, value: SupportsIndex) -> None: ...

    @property
    def num_circles(self) -> int:
        """Circles to draw, 0 to 16."""

    @num_circles.setter
    def num_circles(self, value: SupportsIndex) -> None: ...

    @property
    def rect_params(self) -> StructArray[NvOSD_RectParams]:
        """The 16 boxes (views)."""

    @property
    def text_params(self) -> StructArray[NvOSD_TextParams]:
        """The 16 texts (views)."""

    @property
    def line_params(self) -> StructArray[NvOSD_LineParams]:
        """The 16 lines (views)."""

    @property
    def arrow_params(self) -> StructArray[NvOSD_ArrowParams]:
        """The 16 arrows (views)."""

    @property
    def circle_params(self) -> StructArray[NvOSD_CircleParams]:
        """The 16 circles (views)."""

    @property
    def misc_osd_data(self) -> Annotated[NDArray[numpy.int64], dict(shape=(4))]:
        """Four numbers of the program's own: int64 array (view)."""

    @misc_osd_data.setter
    def misc_osd_data(self, value: Sequence[SupportsFloat]) -> None: ...

    @property
    def reserved(self) -> Annotated[NDArray[numpy.int64], dict(shape=(4))]:
        """Unused: int64 array (view)."""

    @reserved.setter
    def reserved(self, value: Sequence[SupportsFloat]) -> None: ...

class NvDsUserMeta(Struct):
    """
    Payload of a program's or an element's own; base_meta.meta_type says what it is.
    """

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDsUserMeta:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def base_meta(self) -> NvDsBaseMeta:
        """Head (view)."""

    @base_meta.setter
    def base_meta(self, value: NvDsBaseMeta) -> None: ...

    @property
    def user_meta_data(self) -> CapsuleType | None:
        """The payload (taken) or None; the meta's release function frees it."""

    @user_meta_data.setter
    def user_meta_data(self, value: CapsuleType | Struct | None) -> None: ...

def nvds_acquire_meta_lock(batch_meta: NvDsBatchMeta) -> None:
    """
    Takes the recursive lock of a batch (view); other Python threads run while it waits.
    """

def nvds_release_meta_lock(batch_meta: NvDsBatchMeta) -> None:
    """
    Gives the lock of a batch (view) back, once for each acquire, in the same thread; also when the batch was given back meanwhile.
    """

def nvds_create_batch_meta(max_batch_size: SupportsIndex) -> NvDsBatchMeta:
    """
    A batch meta outside any buffer (shared); give it back with nvds_destroy_batch_meta.
    """

def nvds_destroy_batch_meta(batch_meta: NvDsBatchMeta) -> int:
    """
    Gives back a batch meta of nvds_create_batch_meta (taken) and everything in it; 1 if it did. ValueError for a batch of a buffer, which ends with the buffer.
    """

def nvds_acquire_frame_meta_from_pool(batch_meta: NvDsBatchMeta) -> NvDsFrameMeta:
    """A zeroed frame meta of the batch's pool (view)."""

def nvds_acquire_obj_meta_from_pool(batch_meta: NvDsBatchMeta) -> NvDsObjectMeta:
    """
    A zeroed object meta of the batch's pool (view). Set its object_id before adding it.
    """

def nvds_acquire_classifier_meta_from_pool(batch_meta: NvDsBatchMeta) -> NvDsClassifierMeta:
    """A zeroed classifier meta of the batch's pool (view)."""

def nvds_acquire_display_meta_from_pool(batch_meta: NvDsBatchMeta) -> NvDsDisplayMeta:
    """
    A zeroed display meta of the batch's pool (view); fill it, then add it to a frame.
    """

def nvds_acquire_label_info_meta_from_pool(batch_meta: NvDsBatchMeta) -> NvDsLabelInfo:
    """A zeroed label of the batch's pool (view)."""

def nvds_acquire_user_meta_from_pool(batch_meta: NvDsBatchMeta) -> NvDsUserMeta:
    """A zeroed user meta of the batch's pool (view)."""

def nvds_add_frame_meta_to_batch(batch_meta: NvDsBatchMeta, frame_meta: NvDsFrameMeta) -> None:
    """Appends a frame (taken) to the batch."""

def nvds_add_obj_meta_to_frame(frame_meta: NvDsFrameMeta, obj_meta: NvDsObjectMeta, obj_parent: NvDsObjectMeta | None) -> None:
    """
    Adds an object (taken) to the frame; `obj_parent` (view) is the object that it was found in, or None.
    """

def nvds_add_classifier_meta_to_object(obj_meta: NvDsObjectMeta, classifier_meta: NvDsClassifierMeta) -> None:
    """Adds a classifier's results (taken) to an object."""

def nvds_add_label_info_meta_to_classifier(classifier_meta: NvDsClassifierMeta, label_info_meta: NvDsLabelInfo) -> None:
    """Adds a label (taken) to a classifier's results."""

def nvds_add_display_meta_to_frame(frame_meta: NvDsFrameMeta, display_meta: NvDsDisplayMeta) -> None:
    """Adds things to draw (taken) to a frame; set the num_* counters before."""

def nvds_add_user_meta_to_batch(batch_meta: NvDsBatchMeta, user_meta: NvDsUserMeta) -> None:
    """Adds a user meta (taken) to the batch."""

def nvds_add_user_meta_to_frame(frame_meta: NvDsFrameMeta, user_meta: NvDsUserMeta) -> None:
    """Adds a user meta (taken) to a frame."""

def nvds_add_user_meta_to_obj(obj_meta: NvDsObjectMeta, user_meta: NvDsUserMeta) -> None:
    """Adds a user meta (taken) to an object."""

def nvds_remove_frame_meta_from_batch(batch_meta: NvDsBatchMeta, frame_meta: NvDsFrameMeta) -> None:
    """
    Takes the second (view) out of the first and gives it back to the pool; wrappers of it raise ReferenceError from now on.
    """

def nvds_remove_obj_meta_from_frame(frame_meta: NvDsFrameMeta, obj_meta: NvDsObjectMeta) -> None:
    """
    Takes the second (view) out of the first and gives it back to the pool; wrappers of it raise ReferenceError from now on.
    """

def nvds_remove_classifier_meta_from_obj(obj_meta: NvDsObjectMeta, classifier_meta: NvDsClassifierMeta) -> None:
    """
    Takes the second (view) out of the first and gives it back to the pool; wrappers of it raise ReferenceError from now on.
    """

def nvds_remove_label_info_meta_from_classifier(classifier_meta: NvDsClassifierMeta, label_info_meta: NvDsLabelInfo) -> None:
    """
    Takes the second (view) out of the first and gives it back to the pool; wrappers of it raise ReferenceError from now on.
    """

def nvds_remove_display_meta_from_frame(frame_meta: NvDsFrameMeta, display_meta: NvDsDisplayMeta) -> None:
    """
    Takes the second (view) out of the first and gives it back to the pool; wrappers of it raise ReferenceError from now on.
    """

def nvds_remove_user_meta_from_batch(batch_meta: NvDsBatchMeta, user_meta: NvDsUserMeta) -> None:
    """
    Takes the second (view) out of the first and gives it back to the pool; wrappers of it raise ReferenceError from now on.
    """

def nvds_remove_user_meta_from_frame(frame_meta: NvDsFrameMeta, user_meta: NvDsUserMeta) -> None:
    """
    Takes the second (view) out of the first and gives it back to the pool; wrappers of it raise ReferenceError from now on.
    """

def nvds_remove_user_meta_from_object(obj_meta: NvDsObjectMeta, user_meta: NvDsUserMeta) -> None:
    """
    Takes the second (view) out of the first and gives it back to the pool; wrappers of it raise ReferenceError from now on.
    """

def nvds_clear_frame_meta_list(batch_meta: NvDsBatchMeta, meta_list: GList | None) -> None:
    """
    Gives back every meta of the list: the attribute of the first argument (view), or None.
    """

def nvds_clear_obj_meta_list(frame_meta: NvDsFrameMeta, meta_list: GList | None) -> None:
    """
    Gives back every meta of the list: the attribute of the first argument (view), or None.
    """

def nvds_clear_display_meta_list(frame_meta: NvDsFrameMeta, meta_list: GList | None) -> None:
    """
    Gives back every meta of the list: the attribute of the first argument (view), or None.
    """

def nvds_clear_batch_user_meta_list(batch_meta: NvDsBatchMeta, meta_list: GList | None) -> None:
    """
    Gives back every meta of the list: the attribute of the first argument (view), or None.
    """

def nvds_clear_frame_user_meta_list(frame_meta: NvDsFrameMeta, meta_list: GList | None) -> None:
    """
    Gives back every meta of the list: the attribute of the first argument (view), or None.
    """

def nvds_clear_obj_user_meta_list(object_meta: NvDsObjectMeta, meta_list: GList | None) -> None:
    """
    Gives back every meta of the list: the attribute of the first argument (view), or None.
    """

def nvds_clear_meta_list(batch_meta: NvDsBatchMeta, meta_list: GList | None, meta_pool: NvDsMetaPool) -> GList | None:
    """
    Gives every meta of the list (view) back to the pool; what is left of the list, normally None.
    """

def nvds_copy_batch_user_meta_list(src_user_meta_list: GList | None, dst_batch_meta: NvDsBatchMeta) -> None:
    """
    Adds a deep copy of every meta of the list; user metas are copied by their copy functions.
    """

def nvds_copy_frame_user_meta_list(src_user_meta_list: GList | None, dst_frame_meta: NvDsFrameMeta) -> None:
    """
    Adds a deep copy of every meta of the list; user metas are copied by their copy functions.
    """

def nvds_copy_display_meta_list(src_display_meta: GList | None, dst_frame_meta: NvDsFrameMeta) -> None:
    """
    Adds a deep copy of every meta of the list; user metas are copied by their copy functions.
    """

def nvds_copy_frame_meta_list(src_frame_meta_list: GList | None, dst_batch_meta: NvDsBatchMeta) -> None:
    """
    Adds a deep copy of every meta of the list; user metas are copied by their copy functions.
    """

def nvds_copy_obj_meta_list(src_obj_meta_list: GList | None, dst_object_meta: NvDsFrameMeta) -> None:
    """
    Adds a deep copy of every meta of the list; user metas are copied by their copy functions.
    """

def nvds_get_nth_frame_meta(frame_meta_list: GList | None, index: SupportsIndex) -> NvDsFrameMeta | None:
    """The frame meta at a place of the list (view), None past its end."""

def nvds_get_current_metadata_info(batch_meta: NvDsBatchMeta) -> int:
    """
    Writes the state of the pools of a batch (view) to the log; 1 if it could.
    """

def nvds_get_user_meta_type(meta_descriptor: str | bytes | bytearray) -> int:
    """
    Number (NvDsMetaType) for payloads of a program's own, named by a text (copy): the same for the same text while the process runs, NVDS_START_USER_META or more. The names of nvdsanalytics' payloads give NVDS_FRAME_META_NVDSANALYTICS and NVDS_OBJ_META_NVDSANALYTICS.
    """

def nvds_batch_meta_copy_func(data: CapsuleType | Struct | None, user_meta: CapsuleType | Struct | None) -> CapsuleType | None:
    """
    A deep copy of a batch meta, as a capsule; nvds_batch_meta_release_func frees it. `user_meta` is not used.
    """

def nvds_batch_meta_release_func(data: CapsuleType | Struct | None, user_data: CapsuleType | Struct | None) -> None:
    """Gives a batch meta (taken) back. `user_data` is not used."""

def glist_get_nvds_batch_meta(data: CapsuleType | Struct | None) -> NvDsBatchMeta:
    """Older name of NvDsBatchMeta.cast: view of the struct, or None."""

def glist_get_nvds_frame_meta(data: CapsuleType | Struct | None) -> NvDsFrameMeta:
    """Older name of NvDsFrameMeta.cast: view of the struct, or None."""

def glist_get_nvds_object_meta(data: CapsuleType | Struct | None) -> NvDsObjectMeta:
    """Older name of NvDsObjectMeta.cast: view of the struct, or None."""

def glist_get_nvds_user_meta(data: CapsuleType | Struct | None) -> NvDsUserMeta:
    """Older name of NvDsUserMeta.cast: view of the struct, or None."""

def glist_get_nvds_classifier_meta(data: CapsuleType | Struct | None) -> NvDsClassifierMeta:
    """Older name of NvDsClassifierMeta.cast: view of the struct, or None."""

def glist_get_nvds_display_meta(data: CapsuleType | Struct | None) -> NvDsDisplayMeta:
    """Older name of NvDsDisplayMeta.cast: view of the struct, or None."""

def glist_get_nvds_label_info(data: CapsuleType | Struct | None) -> NvDsLabelInfo:
    """Older name of NvDsLabelInfo.cast: view of the struct, or None."""

class NvDsEventType(Enum):
    """What happened to an object."""


    NVDS_EVENT_ENTRY: NvDsEventType

    NVDS_EVENT_EXIT: NvDsEventType

    NVDS_EVENT_MOVING: NvDsEventType

    NVDS_EVENT_STOPPED: NvDsEventType

    NVDS_EVENT_EMPTY: NvDsEventType

    NVDS_EVENT_PARKED: NvDsEventType

    NVDS_EVENT_RESET: NvDsEventType

    NVDS_EVENT_RESERVED: NvDsEventType

    NVDS_EVENT_CUSTOM: NvDsEventType

    NVDS_EVENT_FORCE32: NvDsEventType

NVDS_EVENT_ENTRY: NvDsEventType

NVDS_EVENT_EXIT: NvDsEventType

NVDS_EVENT_MOVING: NvDsEventType

NVDS_EVENT_STOPPED: NvDsEventType

NVDS_EVENT_EMPTY: NvDsEventType

NVDS_EVENT_PARKED: NvDsEventType

NVDS_EVENT_RESET: NvDsEventType

NVDS_EVENT_RESERVED: NvDsEventType

NVDS_EVENT_CUSTOM: NvDsEventType

NVDS_EVENT_FORCE32: NvDsEventType

class NvDsObjectType(Enum):
    """Which struct a message's extMsg is."""


    NVDS_OBJECT_TYPE_VEHICLE: NvDsObjectType

    NVDS_OBJECT_TYPE_PERSON: NvDsObjectType

    NVDS_OBJECT_TYPE_FACE: NvDsObjectType

    NVDS_OBJECT_TYPE_BAG: NvDsObjectType

    NVDS_OBJECT_TYPE_BICYCLE: NvDsObjectType

    NVDS_OBJECT_TYPE_ROADSIGN: NvDsObjectType

    NVDS_OBJECT_TYPE_VEHICLE_EXT: NvDsObjectType

    NVDS_OBJECT_TYPE_PERSON_EXT: NvDsObjectType

    NVDS_OBJECT_TYPE_FACE_EXT: NvDsObjectType

    NVDS_OBJECT_TYPE_3D: NvDsObjectType

    NVDS_OBJECT_TYPE_DUMMY: NvDsObjectType

    NVDS_OBJECT_TYPE_PRODUCT: NvDsObjectType

    NVDS_OBJECT_TYPE_PRODUCT_EXT: NvDsObjectType

    NVDS_OBJECT_TYPE_RESERVED: NvDsObjectType

    NVDS_OBJECT_TYPE_CUSTOM: NvDsObjectType

    NVDS_OBJECT_TYPE_UNKNOWN: NvDsObjectType

    NVDS_OBEJCT_TYPE_FORCE32: NvDsObjectType

NVDS_OBJECT_TYPE_VEHICLE: NvDsObjectType

NVDS_OBJECT_TYPE_PERSON: NvDsObjectType

NVDS_OBJECT_TYPE_FACE: NvDsObjectType

NVDS_OBJECT_TYPE_BAG: NvDsObjectType

NVDS_OBJECT_TYPE_BICYCLE: NvDsObjectType

NVDS_OBJECT_TYPE_ROADSIGN: NvDsObjectType

NVDS_OBJECT_TYPE_VEHICLE_EXT: NvDsObjectType

NVDS_OBJECT_TYPE_PERSON_EXT: NvDsObjectType

NVDS_OBJECT_TYPE_FACE_EXT: NvDsObjectType

NVDS_OBJECT_TYPE_3D: NvDsObjectType

NVDS_OBJECT_TYPE_DUMMY: NvDsObjectType

NVDS_OBJECT_TYPE_PRODUCT: NvDsObjectType

NVDS_OBJECT_TYPE_PRODUCT_EXT: NvDsObjectType

NVDS_OBJECT_TYPE_RESERVED: NvDsObjectType

NVDS_OBJECT_TYPE_CUSTOM: NvDsObjectType

NVDS_OBJECT_TYPE_UNKNOWN: NvDsObjectType

NVDS_OBEJCT_TYPE_FORCE32: NvDsObjectType

class NvDsPayloadType(Enum):
    """Form of a message."""


    NVDS_PAYLOAD_DEEPSTREAM: NvDsPayloadType

    NVDS_PAYLOAD_DEEPSTREAM_MINIMAL: NvDsPayloadType

    NVDS_PAYLOAD_DEEPSTREAM_PROTOBUF: NvDsPayloadType

    NVDS_PAYLOAD_RESERVED: NvDsPayloadType

    NVDS_PAYLOAD_CUSTOM: NvDsPayloadType

    NVDS_PAYLOAD_FORCE32: NvDsPayloadType

NVDS_PAYLOAD_DEEPSTREAM: NvDsPayloadType

NVDS_PAYLOAD_DEEPSTREAM_MINIMAL: NvDsPayloadType

NVDS_PAYLOAD_DEEPSTREAM_PROTOBUF: NvDsPayloadType

NVDS_PAYLOAD_RESERVED: NvDsPayloadType

NVDS_PAYLOAD_CUSTOM: NvDsPayloadType

NVDS_PAYLOAD_FORCE32: NvDsPayloadType

class NvDsRect(Struct):
    """A box in pixels."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDsRect:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def top(self) -> float:
        """Top edge, pixels."""

    @top.setter
    def top(self, value: SupportsFloat) -> None: ...

    @property
    def left(self) -> float:
        """Left edge, pixels."""

    @left.setter
    def left(self, value: SupportsFloat) -> None: ...

    @property
    def width(self) -> float:
        """Width, pixels."""

    @width.setter
    def width(self, value: SupportsFloat) -> None: ...

    @property
    def height(self) -> float:
        """Height, pixels."""

    @height.setter
    def height(self, value: SupportsFloat) -> None: ...

class NvDsGeoLocation(Struct):
    """A place on Earth."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDsGeoLocation:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def lat(self) -> float:
        """Latitude, degrees."""

    @lat.setter
    def lat(self, value: SupportsFloat) -> None: ...

    @property
    def lon(self) -> float:
        """Longitude, degrees."""

    @lon.setter
    def lon(self, value: SupportsFloat) -> None: ...

    @property
    def alt(self) -> float:
        """Altitude, metres."""

    @alt.setter
    def alt(self, value: SupportsFloat) -> None: ...

class NvDsCoordinate(Struct):
    """A point in space."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDsCoordinate:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def x(self) -> float:
        """First coordinate."""

    @x.setter
    def x(self, value: SupportsFloat) -> None: ...

    @property
    def y(self) -> float:
        """Second coordinate."""

    @y.setter
    def y(self, value: SupportsFloat) -> None: ...

    @property
    def z(self) -> float:
        """Third coordinate."""

    @z.setter
    def z(self, value: SupportsFloat) -> None: ...

class NvDsObjectSignature(Struct):
    """Numbers that identify an object."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDsObjectSignature:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def signature(self) -> float | None:
        """
        First number or None. Set it from the address of float64 values (taken) or None.
        """

    @signature.setter
    def signature(self, value: int | None) -> None: ...

    @property
    def size(self) -> int:
        """How many numbers."""

    @size.setter
    def size(self, value: SupportsIndex) -> None: ...

class NvDsVehicleObject(Struct):
    """A vehicle."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDsVehicleObject:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def type(self) -> int:
        """Kind, address of a text; set from a str (copy)."""

    @type.setter
    def type(self, value: str | bytes | bytearray) -> None: ...

    @property
    def make(self) -> int:
        """Maker, address of a text; set from a str (copy)."""

    @make.setter
    def make(self, value: str | bytes | bytearray) -> None: ...

    @property
    def model(self) -> int:
        """Model, address of a text; set from a str (copy)."""

    @model.setter
    def model(self, value: str | bytes | bytearray) -> None: ...

    @property
    def color(self) -> int:
        """Colour, address of a text; set from a str (copy)."""

    @color.setter
    def color(self, value: str | bytes | bytearray) -> None: ...

    @property
    def region(self) -> int:
        """Region of the licence, address of a text; set from a str (copy)."""

    @region.setter
    def region(self, value: str | bytes | bytearray) -> None: ...

    @property
    def license(self) -> int:
        """Licence plate, address of a text; set from a str (copy)."""

    @license.setter
    def license(self, value: str | bytes | bytearray) -> None: ...

class NvDsPersonObject(Struct):
    """A person."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDsPersonObject:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def gender(self) -> int:
        """Gender, address of a text; set from a str (copy)."""

    @gender.setter
    def gender(self, value: str | bytes | bytearray) -> None: ...

    @property
    def hair(self) -> int:
        """Hair, address of a text; set from a str (copy)."""

    @hair.setter
    def hair(self, value: str | bytes | bytearray) -> None: ...

    @property
    def cap(self) -> int:
        """Headgear, address of a text; set from a str (copy)."""

    @cap.setter
    def cap(self, value: str | bytes | bytearray) -> None: ...

    @property
    def apparel(self) -> int:
        """Clothes, address of a text; set from a str (copy)."""

    @apparel.setter
    def apparel(self, value: str | bytes | bytearray) -> None: ...

    @property
    def age(self) -> int:
        """Age, years."""

    @age.setter
    def age(self, value: SupportsIndex) -> None: ...

class NvDsFaceObject(Struct):
    """A face."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDsFaceObject:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def gender(self) -> int:
        """Gender, address of a text; set from a str (copy)."""

    @gender.setter
    def gender(self, value: str | bytes | bytearray) -> None: ...

    @property
    def hair(self) -> int:
        """Hair, address of a text; set from a str (copy)."""

    @hair.setter
    def hair(self, value: str | bytes | bytearray) -> None: ...

    @property
    def cap(self) -> int:
        """Headgear, address of a text; set from a str (copy)."""

    @cap.setter
    def cap(self, value: str | bytes | bytearray) -> None: ...

    @property
    def glasses(self) -> int:
        """Glasses, address of a text; set from a str (copy)."""

    @glasses.setter
    def glasses(self, value: str | bytes | bytearray) -> None: ...

    @property
    def facialhair(self) -> int:
        """Beard, address of a text; set from a str (copy)."""

    @facialhair.setter
    def facialhair(self, value: str | bytes | bytearray) -> None: ...

    @property
    def name(self) -> int:
        """Name, address of a text; set from a str (copy)."""

    @name.setter
    def name(self, value: str | bytes | bytearray) -> None: ...

    @property
    def eyecolor(self) -> int:
        """Colour of the eyes, address of a text; set from a str (copy)."""

    @eyecolor.setter
    def eyecolor(self, value: str | bytes | bytearray) -> None: ...

    @property
    def age(self) -> int:
        """Age, years."""

    @age.setter
    def age(self, value: SupportsIndex) -> None: ...

class NvDsVehicleObjectExt(Struct):
    """A vehicle with polygons."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDsVehicleObjectExt:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def type(self) -> str | None:
        """Kind (copy) or None."""

    @type.setter
    def type(self, value: str | bytes | bytearray | None) -> None: ...

    @property
    def make(self) -> str | None:
        """Maker (copy) or None."""

    @make.setter
    def make(self, value: str | bytes | bytearray | None) -> None: ...

    @property
    def model(self) -> str | None:
        """Model (copy) or None."""

    @model.setter
    def model(self, value: str | bytes | bytearray | None) -> None: ...

    @property
    def color(self) -> str | None:
        """Colour (copy) or None."""

    @color.setter
    def color(self, value: str | bytes | bytearray | None) -> None: ...

    @property
    def region(self) -> str | None:
        """Region of the licence (copy) or None."""

    @region.setter
    def region(self, value: str | bytes | bytearray | None) -> None: ...

    @property
    def license(self) -> str | None:
        """Licence plate (copy) or None."""

    @license.setter
    def license(self, value: str | bytes | bytearray | None) -> None: ...

    @property
    def mask(self) -> GList | None:
        """Polygons: GList (view) or None."""

    @mask.setter
    def mask(self, value: GList | None) -> None: ...

class NvDsPersonObjectExt(Struct):
    """A person with polygons."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDsPersonObjectExt:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def gender(self) -> str | None:
        """Gender (copy) or None."""

    @gender.setter
    def gender(self, value: str | bytes | bytearray | None) -> None: ...

    @property
    def hair(self) -> str | None:
        """Hair (copy) or None."""

    @hair.setter
    def hair(self, value: str | bytes | bytearray | None) -> None: ...

    @property
    def cap(self) -> str | None:
        """Headgear (copy) or None."""

    @cap.setter
    def cap(self, value: str | bytes | bytearray | None) -> None: ...

    @property
    def apparel(self) -> str | None:
        """Clothes (copy) or None."""

    @apparel.setter
    def apparel(self, value: str | bytes | bytearray | None) -> None: ...

    @property
    def age(self) -> int:
        """Age, years."""

    @age.setter
    def age(self, value: SupportsIndex) -> None: ...

    @property
    def mask(self) -> GList | None:
        """Polygons: GList (view) or None."""

    @mask.setter
    def mask(self, value: GList | None) -> None: ...

class NvDsFaceObjectWithExt(Struct):
    """A face with polygons."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDsFaceObjectWithExt:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def gender(self) -> str | None:
        """Gender (copy) or None."""

    @gender.setter
    def gender(self, value: str | bytes | bytearray | None) -> None: ...

    @property
    def hair(self) -> str | None:
        """Hair (copy) or None."""

    @hair.setter
    def hair(self, value: str | bytes | bytearray | None) -> None: ...

    @property
    def cap(self) -> str | None:
        """Headgear (copy) or None."""

    @cap.setter
    def cap(self, value: str | bytes | bytearray | None) -> None: ...

    @property
    def glasses(self) -> str | None:
        """Glasses (copy) or None."""

    @glasses.setter
    def glasses(self, value: str | bytes | bytearray | None) -> None: ...

    @property
    def facialhair(self) -> str | None:
        """Beard (copy) or None."""

    @facialhair.setter
    def facialhair(self, value: str | bytes | bytearray | None) -> None: ...

    @property
    def name(self) -> str | None:
        """Name (copy) or None."""

    @name.setter
    def name(self, value: str | bytes | bytearray | None) -> None: ...

    @property
    def eyecolor(self) -> str | None:
        """Colour of the eyes (copy) or None."""

    @eyecolor.setter
    def eyecolor(self, value: str | bytes | bytearray | None) -> None: ...

    @property
    def age(self) -> int:
        """Age, years."""

    @age.setter
    def age(self, value: SupportsIndex) -> None: ...

    @property
    def mask(self) -> GList | None:
        """Polygons: GList (view) or None."""

    @mask.setter
    def mask(self, value: GList | None) -> None: ...

class NvDsJoint(Struct):
    """A joint of a body."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDsJoint:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def x(self) -> float:
        """First coordinate."""

    @x.setter
    def x(self, value: SupportsFloat) -> None: ...

    @property
    def y(self) -> float:
        """Second coordinate."""

    @y.setter
    def y(self, value: SupportsFloat) -> None: ...

    @property
    def z(self) -> float:
        """Third coordinate."""

    @z.setter
    def z(self, value: SupportsFloat) -> None: ...

    @property
    def confidence(self) -> float:
        """0 to 1."""

    @confidence.setter
    def confidence(self, value: SupportsFloat) -> None: ...

class NvDsJoints(Struct):
    """Joints of a body."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDsJoints:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def joints(self) -> NvDsJoint | None:
        """First joint (shared) or None."""

    @joints.setter
    def joints(self, value: NvDsJoint | None) -> None: ...

    @property
    def num_joints(self) -> int:
        """How many joints."""

    @num_joints.setter
    def num_joints(self, value: SupportsIndex) -> None: ...

    @property
    def pose_type(self) -> int:
        """0 on the picture, 1 in space."""

    @pose_type.setter
    def pose_type(self, value: SupportsIndex) -> None: ...

class NvDsEmbedding(Struct):
    """Numbers that say what something looks like."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDsEmbedding:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def embedding_vector(self) -> float | None:
        """
        First number or None. Set it from the address of floats (taken) or None.
        """

    @embedding_vector.setter
    def embedding_vector(self, value: int | None) -> None: ...

    @property
    def embedding_length(self) -> int:
        """How many numbers."""

    @embedding_length.setter
    def embedding_length(self, value: SupportsIndex) -> None: ...

class NvDsConvexHull(Struct):
    """A polygon round an object."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDsConvexHull:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def points(self) -> int | None:
        """
        First number or None. Set it from the address of int32 pairs (taken) or None.
        """

    @points.setter
    def points(self, value: int | None) -> None: ...

    @property
    def numFilled(self) -> int:
        """How many points."""

    @numFilled.setter
    def numFilled(self, value: SupportsIndex) -> None: ...

class NvDsBbox3dObject(Struct):
    """A box in space."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDsBbox3dObject:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def boxes_3d(self) -> Annotated[NDArray[numpy.float32], dict(shape=(12))]:
        """
        Centre, size, rotation and speed, three numbers each: float32 array of 12 (view).
        """

    @boxes_3d.setter
    def boxes_3d(self, value: Sequence[SupportsFloat]) -> None: ...

    @property
    def scores_3d(self) -> float:
        """Confidence of the box, 0 to 1."""

    @scores_3d.setter
    def scores_3d(self, value: SupportsFloat) -> None: ...

    @property
    def labels_3d(self) -> str | None:
        """Name of the class (copy) or None."""

    @labels_3d.setter
    def labels_3d(self, value: str | bytes | bytearray | None) -> None: ...

    @property
    def embedding_filter(self) -> str | None:
        """Which embedding it is (copy) or None."""

    @embedding_filter.setter
    def embedding_filter(self, value: str | bytes | bytearray | None) -> None: ...

    @property
    def cls_scores(self) -> float:
        """Confidence of the class, 0 to 1."""

    @cls_scores.setter
    def cls_scores(self, value: SupportsFloat) -> None: ...

    @property
    def instance_ids(self) -> int:
        """Number of the object."""

    @instance_ids.setter
    def instance_ids(self, value: SupportsIndex) -> None: ...

    @property
    def instance_feats(self) -> NvDsEmbedding | None:
        """What it looks like (shared) or None."""

    @instance_feats.setter
    def instance_feats(self, value: NvDsEmbedding | None) -> None: ...

    @property
    def ocr_label(self) -> str | None:
        """Text that was read on it (copy) or None."""

    @ocr_label.setter
    def ocr_label(self, value: str | bytes | bytearray | None) -> None: ...

class SourceTimePair(Struct):
    """A source and a time."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> SourceTimePair:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def source_id(self) -> str:
        """
        Id of the source (copy); up to 127 bytes of UTF-8, longer ones are cut.
        """

    @source_id.setter
    def source_id(self, value: str | bytes | bytearray) -> None: ...

    @property
    def timestamp(self) -> int:
        """Time."""

    @timestamp.setter
    def timestamp(self, value: SupportsIndex) -> None: ...

class NvDs3DTracking(Struct):
    """Track of an object in space."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDs3DTracking:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def ptWorldFeet(self) -> Annotated[NDArray[numpy.float32], dict(shape=(2))]:
        """Where it stands in the world: float32 array of x and y (view)."""

    @ptWorldFeet.setter
    def ptWorldFeet(self, value: Sequence[SupportsFloat]) -> None: ...

    @property
    def ptImgFeet(self) -> Annotated[NDArray[numpy.float32], dict(shape=(2))]:
        """Where it stands on the picture: float32 array of x and y (view)."""

    @ptImgFeet.setter
    def ptImgFeet(self, value: Sequence[SupportsFloat]) -> None: ...

    @property
    def convexHull(self) -> NvDsConvexHull:
        """Polygon round it (view)."""

    @convexHull.setter
    def convexHull(self, value: NvDsConvexHull) -> None: ...

    @property
    def bbox3d(self) -> NvDsBbox3dObject:
        """Box in space (view)."""

    @bbox3d.setter
    def bbox3d(self, value: NvDsBbox3dObject) -> None: ...

class NvDsConversationObject(Struct):
    """A question and its answer."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDsConversationObject:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def id(self) -> str | None:
        """Id (copy) or None."""

    @id.setter
    def id(self, value: str | bytes | bytearray | None) -> None: ...

    @property
    def query(self) -> str | None:
        """The question (copy) or None."""

    @query.setter
    def query(self, value: str | bytes | bytearray | None) -> None: ...

    @property
    def response(self) -> str | None:
        """The answer (copy) or None."""

    @response.setter
    def response(self, value: str | bytes | bytearray | None) -> None: ...

class NvDsLLMObject(Struct):
    """A language model's answers."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDsLLMObject:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def info(self) -> CapsuleType | None:
        """GHashTable of texts (shared) or None."""

    @info.setter
    def info(self, value: CapsuleType | Struct | None) -> None: ...

    @property
    def conversations(self) -> NvDsConversationObject | None:
        """First conversation (shared) or None."""

    @conversations.setter
    def conversations(self, value: NvDsConversationObject | None) -> None: ...

    @property
    def num_conversations(self) -> int:
        """How many conversations."""

    @num_conversations.setter
    def num_conversations(self, value: SupportsIndex) -> None: ...

    @property
    def embeddings(self) -> NvDsEmbedding | None:
        """First embedding (shared) or None."""

    @embeddings.setter
    def embeddings(self, value: NvDsEmbedding | None) -> None: ...

    @property
    def num_embeddings(self) -> int:
        """How many embeddings."""

    @num_embeddings.setter
    def num_embeddings(self, value: SupportsIndex) -> None: ...

class NvDsInteractionObject(Struct):
    """Objects that have to do with each other."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDsInteractionObject:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def id(self) -> str | None:
        """Id (copy) or None."""

    @id.setter
    def id(self, value: str | bytes | bytearray | None) -> None: ...

    @property
    def objectIds(self) -> CapsuleType | None:
        """Ids of the objects, char** (shared) or None."""

    @objectIds.setter
    def objectIds(self, value: CapsuleType | Struct | None) -> None: ...

    @property
    def num_objectIds(self) -> int:
        """How many ids."""

    @num_objectIds.setter
    def num_objectIds(self, value: SupportsIndex) -> None: ...

    @property
    def coordinates(self) -> NvDsCoordinate | None:
        """First place (shared) or None."""

    @coordinates.setter
    def coordinates(self, value: NvDsCoordinate | None) -> None: ...

    @property
    def num_coordinates(self) -> int:
        """How many places."""

    @num_coordinates.setter
    def num_coordinates(self, value: SupportsIndex) -> None: ...

    @property
    def description(self) -> str | None:
        """What happens (copy) or None."""

    @description.setter
    def description(self, value: str | bytes | bytearray | None) -> None: ...

    @property
    def info(self) -> CapsuleType | None:
        """GHashTable of texts (shared) or None."""

    @info.setter
    def info(self, value: CapsuleType | Struct | None) -> None: ...

    @property
    def timestamp(self) -> int:
        """Time."""

    @timestamp.setter
    def timestamp(self, value: SupportsIndex) -> None: ...

class NvDsCongestionObject(Struct):
    """Objects that are in each other's way."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDsCongestionObject:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def id(self) -> str | None:
        """Id (copy) or None."""

    @id.setter
    def id(self, value: str | bytes | bytearray | None) -> None: ...

    @property
    def objectIds(self) -> CapsuleType | None:
        """Ids of the objects, char** (shared) or None."""

    @objectIds.setter
    def objectIds(self, value: CapsuleType | Struct | None) -> None: ...

    @property
    def num_objectIds(self) -> int:
        """How many ids."""

    @num_objectIds.setter
    def num_objectIds(self, value: SupportsIndex) -> None: ...

    @property
    def amount(self) -> float:
        """How much."""

    @amount.setter
    def amount(self, value: SupportsFloat) -> None: ...

    @property
    def info(self) -> CapsuleType | None:
        """GHashTable of texts (shared) or None."""

    @info.setter
    def info(self, value: CapsuleType | Struct | None) -> None: ...

    @property
    def timestamp(self) -> int:
        """Time."""

    @timestamp.setter
    def timestamp(self, value: SupportsIndex) -> None: ...

class NvDsTypeMetricsObject(Struct):
    """How many objects of a kind."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDsTypeMetricsObject:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def id(self) -> str | None:
        """Id (copy) or None."""

    @id.setter
    def id(self, value: str | bytes | bytearray | None) -> None: ...

    @property
    def type(self) -> str | None:
        """Kind of the objects (copy) or None."""

    @type.setter
    def type(self, value: str | bytes | bytearray | None) -> None: ...

    @property
    def count(self) -> int:
        """How many objects."""

    @count.setter
    def count(self, value: SupportsIndex) -> None: ...

    @property
    def coordinates(self) -> NvDsCoordinate | None:
        """First place (shared) or None."""

    @coordinates.setter
    def coordinates(self, value: NvDsCoordinate | None) -> None: ...

    @property
    def num_coordinates(self) -> int:
        """How many places."""

    @num_coordinates.setter
    def num_coordinates(self, value: SupportsIndex) -> None: ...

    @property
    def objectIds(self) -> CapsuleType | None:
        """Ids of the objects, char** (shared) or None."""

    @objectIds.setter
    def objectIds(self, value: CapsuleType | Struct | None) -> None: ...

    @property
    def num_objectIds(self) -> int:
        """How many ids."""

    @num_objectIds.setter
    def num_objectIds(self, value: SupportsIndex) -> None: ...

    @property
    def info(self) -> CapsuleType | None:
        """GHashTable of texts (shared) or None."""

    @info.setter
    def info(self, value: CapsuleType | Struct | None) -> None: ...

class NvDsSegmentationObject(Struct):
    """Mask of an object."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDsSegmentationObject:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def mask(self) -> int | None:
        """
        First value or None. Set it from the address of int32 values (taken) or None.
        """

    @mask.setter
    def mask(self, value: int | None) -> None: ...

    @property
    def mask_size(self) -> int:
        """How many values."""

    @mask_size.setter
    def mask_size(self, value: SupportsIndex) -> None: ...

    @property
    def info(self) -> CapsuleType | None:
        """GHashTable of texts (shared) or None."""

    @info.setter
    def info(self, value: CapsuleType | Struct | None) -> None: ...

class NvDsEventMsgMeta(Struct):
    """One event of one object, to be sent to a broker."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDsEventMsgMeta:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def type(self) -> NvDsEventType:
        """What happened."""

    @type.setter
    def type(self, value: SupportsIndex) -> None: ...

    @property
    def objType(self) -> NvDsObjectType:
        """What `extMsg` is."""

    @objType.setter
    def objType(self, value: SupportsIndex) -> None: ...

    @property
    def bbox(self) -> NvDsRect:
        """Box of the object, pixels (view)."""

    @bbox.setter
    def bbox(self, value: NvDsRect) -> None: ...

    @property
    def location(self) -> NvDsGeoLocation:
        """Where on Earth (view)."""

    @location.setter
    def location(self, value: NvDsGeoLocation) -> None: ...

    @property
    def coordinate(self) -> NvDsCoordinate:
        """Where in space (view)."""

    @coordinate.setter
    def coordinate(self, value: NvDsCoordinate) -> None: ...

    @property
    def objSignature(self) -> NvDsObjectSignature:
        """Numbers that identify it (view)."""

    @objSignature.setter
    def objSignature(self, value: NvDsObjectSignature) -> None: ...

    @property
    def objClassId(self) -> int:
        """Class of the object."""

    @objClassId.setter
    def objClassId(self, value: SupportsIndex) -> None: ...

    @property
    def sensorId(self) -> int:
        """Number of the sensor."""

    @sensorId.setter
    def sensorId(self, value: SupportsIndex) -> None: ...

    @property
    def moduleId(self) -> int:
        """Number of the analysis module."""

    @moduleId.setter
    def moduleId(self, value: SupportsIndex) -> None: ...

    @property
    def placeId(self) -> int:
        """Number of the place."""

    @placeId.setter
    def placeId(self, value: SupportsIndex) -> None: ...

    @property
    def componentId(self) -> int:
        """Number of the component."""

    @componentId.setter
    def componentId(self, value: SupportsIndex) -> None: ...

    @property
    def frameId(self) -> int:
        """Number of the frame."""

    @frameId.setter
    def frameId(self, value: SupportsIndex) -> None: ...

    @property
    def confidence(self) -> float:
        """0 to 1."""

    @confidence.setter
    def confidence(self, value: SupportsFloat) -> None: ...

    @property
    def trackingId(self) -> int:
        """Number that the tracker gave."""

    @trackingId.setter
    def trackingId(self, value: SupportsIndex) -> None: ...

    @property
    def ts(self) -> int:
        """
        Time, address of a text. Set it from the address of a buffer (taken): alloc_buffer, then generate_ts_rfc3339.
        """

    @ts.setter
    def ts(self, value: int) -> None: ...

    @property
    def objectId(self) -> int:
        """Id of the object, address of a text; set from a str (copy)."""

    @objectId.setter
    def objectId(self, value: str | bytes | bytearray) -> None: ...

    @property
    def sensorStr(self) -> int:
        """Id of the sensor, address of a text; set from a str (copy)."""

    @sensorStr.setter
    def sensorStr(self, value: str | bytes | bytearray) -> None: ...

    @property
    def otherAttrs(self) -> int:
        """More about the object, address of a text; set from a str (copy)."""

    @otherAttrs.setter
    def otherAttrs(self, value: str | bytes | bytearray) -> None: ...

    @property
    def videoPath(self) -> int:
        """Recording, address of a text; set from a str (copy)."""

    @videoPath.setter
    def videoPath(self, value: str | bytes | bytearray) -> None: ...

    @property
    def extMsg(self) -> CapsuleType | None:
        """The object's struct (taken), as `objType` says, or None."""

    @extMsg.setter
    def extMsg(self, value: CapsuleType | Struct | None) -> None: ...

    @property
    def extMsgSize(self) -> int:
        """Not 0 if `extMsg` is to be used."""

    @extMsgSize.setter
    def extMsgSize(self, value: SupportsIndex) -> None: ...

    @property
    def entries(self) -> StructArray[SourceTimePair]:
        """Sources of a fused object, 100 (views)."""

    @property
    def count(self) -> int:
        """How many of `entries` count."""

    @count.setter
    def count(self, value: SupportsIndex) -> None: ...

    @property
    def bbox3d(self) -> NvDsBbox3dObject | None:
        """Box in space (shared) or None."""

    @bbox3d.setter
    def bbox3d(self, value: NvDsBbox3dObject | None) -> None: ...

    @property
    def llm(self) -> NvDsLLMObject | None:
        """A language model's answers (shared) or None."""

    @llm.setter
    def llm(self, value: NvDsLLMObject | None) -> None: ...

    @property
    def num_interactions(self) -> int:
        """How many interactions."""

    @num_interactions.setter
    def num_interactions(self, value: SupportsIndex) -> None: ...

    @property
    def interactions(self) -> NvDsInteractionObject | None:
        """First interaction (shared) or None."""

    @interactions.setter
    def interactions(self, value: NvDsInteractionObject | None) -> None: ...

    @property
    def num_congestions(self) -> int:
        """How many congestions."""

    @num_congestions.setter
    def num_congestions(self, value: SupportsIndex) -> None: ...

    @property
    def congestions(self) -> NvDsCongestionObject | None:
        """First congestion (shared) or None."""

    @congestions.setter
    def congestions(self, value: NvDsCongestionObject | None) -> None: ...

    @property
    def num_fov(self) -> int:
        """How many counts of the field of view."""

    @num_fov.setter
    def num_fov(self, value: SupportsIndex) -> None: ...

    @property
    def fov(self) -> NvDsTypeMetricsObject | None:
        """First count of the field of view (shared) or None."""

    @fov.setter
    def fov(self, value: NvDsTypeMetricsObject | None) -> None: ...

    @property
    def segmentation(self) -> NvDsSegmentationObject | None:
        """Mask (shared) or None."""

    @segmentation.setter
    def segmentation(self, value: NvDsSegmentationObject | None) -> None: ...

    @property
    def pose(self) -> NvDsJoints:
        """Joints of the body (view)."""

    @pose.setter
    def pose(self, value: NvDsJoints) -> None: ...

    @property
    def embedding(self) -> NvDsEmbedding:
        """What it looks like, as numbers (view)."""

    @embedding.setter
    def embedding(self, value: NvDsEmbedding) -> None: ...

    @property
    def has3DTracking(self) -> bool:
        """True if `singleView3DTracking` counts."""

    @has3DTracking.setter
    def has3DTracking(self, value: bool) -> None: ...

    @property
    def singleView3DTracking(self) -> NvDs3DTracking:
        """Track in space (view)."""

    @singleView3DTracking.setter
    def singleView3DTracking(self, value: NvDs3DTracking) -> None: ...

    @property
    def visibility(self) -> float:
        """Visible part of the object, 0 to 1."""

    @visibility.setter
    def visibility(self, value: SupportsFloat) -> None: ...

class NvDsEvent(Struct):
    """An event and its message."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDsEvent:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def eventType(self) -> NvDsEventType:
        """What happened."""

    @eventType.setter
    def eventType(self, value: SupportsIndex) -> None: ...

    @property
    def metadata(self) -> NvDsEventMsgMeta | None:
        """The message (shared) or None."""

    @metadata.setter
    def metadata(self, value: NvDsEventMsgMeta | None) -> None: ...

class NvDsPayload(Struct):
    """Bytes ready to be sent."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDsPayload:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def payload(self) -> CapsuleType | None:
        """The bytes (shared) or None."""

    @payload.setter
    def payload(self, value: CapsuleType | Struct | None) -> None: ...

    @property
    def payloadSize(self) -> int:
        """How many bytes."""

    @payloadSize.setter
    def payloadSize(self, value: SupportsIndex) -> None: ...

    @property
    def componentId(self) -> int:
        """Number of the component."""

    @componentId.setter
    def componentId(self, value: SupportsIndex) -> None: ...

def alloc_nvds_vehicle_object() -> NvDsVehicleObject:
    """
    A zeroed NvDsVehicleObject on the C heap (shared): store it in a meta, which frees it, or call free_gbuffer.
    """

def alloc_nvds_person_object() -> NvDsPersonObject:
    """
    A zeroed NvDsPersonObject on the C heap (shared): store it in a meta, which frees it, or call free_gbuffer.
    """

def alloc_nvds_face_object() -> NvDsFaceObject:
    """
    A zeroed NvDsFaceObject on the C heap (shared): store it in a meta, which frees it, or call free_gbuffer.
    """

def alloc_nvds_event() -> NvDsEvent:
    """
    A zeroed NvDsEvent on the C heap (shared): store it in a meta, which frees it, or call free_gbuffer.
    """

def alloc_nvds_payload() -> NvDsPayload:
    """
    A zeroed NvDsPayload on the C heap (shared): store it in a meta, which frees it, or call free_gbuffer.
    """

def alloc_nvds_event_msg_meta(user_meta: NvDsUserMeta | None = None) -> NvDsEventMsgMeta:
    """
    A zeroed message on the C heap (shared). `user_meta` learns to copy and free it, with its texts and its extMsg; make it the user meta's payload yourself. Without it, set functions of your own.
    """

def generate_ts_rfc3339(buffer: int, size: SupportsIndex) -> None:
    """
    Writes the time now, UTC, as 2024-01-31T12:00:00.000Z into the block at the address `buffer` (view); `size` is the room in bytes, 25 for all of it.
    """

def glist_get_nvds_event_msg_meta(data: CapsuleType | Struct | int | None) -> NvDsEventMsgMeta:
    """Older name of NvDsEventMsgMeta.cast: view of the struct, or None."""

def glist_get_nvds_vehicle_object(data: CapsuleType | Struct | None) -> NvDsVehicleObject:
    """Older name of NvDsVehicleObject.cast: view of the struct, or None."""

def glist_get_nvds_person_object(data: CapsuleType | Struct | None) -> NvDsPersonObject:
    """Older name of NvDsPersonObject.cast: view of the struct, or None."""

class GstNvDsMetaType(Enum):
    """Kind of an NvDsMeta on a buffer."""


    NVDS_GST_INVALID_META: GstNvDsMetaType

    NVDS_BATCH_GST_META: GstNvDsMetaType

    NVDS_DECODER_GST_META: GstNvDsMetaType

    NVDS_DEWARPER_GST_META: GstNvDsMetaType

    NVDS_RESERVED_GST_META: GstNvDsMetaType

    NVDS_GST_META_FORCE32: GstNvDsMetaType

NVDS_GST_INVALID_META: GstNvDsMetaType

NVDS_BATCH_GST_META: GstNvDsMetaType

NVDS_DECODER_GST_META: GstNvDsMetaType

NVDS_DEWARPER_GST_META: GstNvDsMetaType

NVDS_RESERVED_GST_META: GstNvDsMetaType

NVDS_GST_META_FORCE32: GstNvDsMetaType

class NvDsMeta(Struct):
    """Metadata on a GStreamer buffer."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDsMeta:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def meta(self) -> object:
        """
        GStreamer's own part (shared). Has no Python type: reading it raises TypeError.
        """

    @property
    def meta_data(self) -> CapsuleType | None:
        """The metadata (shared) or None."""

    @meta_data.setter
    def meta_data(self, value: CapsuleType | Struct | None) -> None: ...

    @property
    def user_data(self) -> CapsuleType | None:
        """Pointer for the hooks (shared) or None."""

    @user_data.setter
    def user_data(self, value: CapsuleType | Struct | None) -> None: ...

    @property
    def meta_type(self) -> int:
        """Number of GstNvDsMetaType."""

    @meta_type.setter
    def meta_type(self, value: SupportsIndex) -> None: ...

    @property
    def copyfunc(self) -> CapsuleType | None:
        """C function that copies the metadata with the buffer (shared) or None."""

    @copyfunc.setter
    def copyfunc(self, value: CapsuleType | Struct | None) -> None: ...

    @property
    def freefunc(self) -> CapsuleType | None:
        """C function that frees the metadata (shared) or None."""

    @freefunc.setter
    def freefunc(self, value: CapsuleType | Struct | None) -> None: ...

    @property
    def gst_to_nvds_meta_transform_func(self) -> CapsuleType | None:
        """
        C function with which the muxer makes a user meta of it (shared) or None.
        """

    @gst_to_nvds_meta_transform_func.setter
    def gst_to_nvds_meta_transform_func(self, value: CapsuleType | Struct | None) -> None: ...

    @property
    def gst_to_nvds_meta_release_func(self) -> CapsuleType | None:
        """C function that frees what that made (shared) or None."""

    @gst_to_nvds_meta_release_func.setter
    def gst_to_nvds_meta_release_func(self, value: CapsuleType | Struct | None) -> None: ...

def gst_buffer_get_nvds_batch_meta(buffer: object) -> NvDsBatchMeta | None:
    """
    The batch meta of a Gst.Buffer (view), None if it has none. `buffer` is the object or its hash(). The meta lives as long as the buffer:

        batch = pyds.gst_buffer_get_nvds_batch_meta(hash(info.get_buffer()))
    """

def gst_buffer_add_nvds_meta(buffer: object, meta_data: object, user_data: object, copy_func: object, release_func: object) -> object:
    """
    Raises TypeError, as it always did, and nothing is taken: use a user meta.
    """

def gst_element_send_nvevent_new_stream_reset(gst_element: object, source_id: SupportsIndex) -> int:
    """
    Sends the stream-reset event of a source to an element (shared: a Gst.Element or its hash()), which passes it downstream; 1 if it was handled.
    """

def gst_element_send_nvevent_interval_update(gst_element: object, stream_id: str | bytes | bytearray, interval: SupportsIndex) -> bool:
    """
    Sets the `interval` of an nvinfer (shared: a Gst.Element or its hash()) while it plays: the batches to pass without inference after each inferred one. True if it was handled.
    """

def gst_nvevent_new_stream_reset(source_id: SupportsIndex) -> object:
    """
    A stream-reset event, as a Gst.Event (taken: yours) to be sent with element.send_event(event).
    """

class NvBufSurfaceMemMapFlags(Enum):
    """What a map is for."""


    NVBUF_MAP_READ: NvBufSurfaceMemMapFlags

    NVBUF_MAP_WRITE: NvBufSurfaceMemMapFlags

    NVBUF_MAP_READ_WRITE: NvBufSurfaceMemMapFlags

NVBUF_MAP_READ: NvBufSurfaceMemMapFlags

NVBUF_MAP_WRITE: NvBufSurfaceMemMapFlags

NVBUF_MAP_READ_WRITE: NvBufSurfaceMemMapFlags

class NvBufSurfaceColorFormat(Enum):
    """
    Format of the pixels; frames here are YUV420, NV12 or RGBA. _ER is full range, _709 and _2020 name the colour matrix (BT.601 without), 10LE and 12LE the bits of a sample.
    """


    NVBUF_COLOR_FORMAT_INVALID: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_GRAY8: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_YUV420: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_YVU420: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_YUV420_ER: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_YVU420_ER: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_NV12: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_NV12_ER: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_NV21: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_NV21_ER: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_UYVY: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_UYVY_ER: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_VYUY: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_VYUY_ER: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_YUYV: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_YUYV_ER: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_YVYU: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_YVYU_ER: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_YUV444: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_RGBA: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_BGRA: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_ARGB: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_ABGR: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_RGBx: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_BGRx: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_xRGB: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_xBGR: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_RGB: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_BGR: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_NV12_10LE: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_NV12_12LE: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_YUV420_709: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_YUV420_709_ER: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_NV12_709: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_NV12_709_ER: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_YUV420_2020: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_NV12_2020: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_NV12_10LE_ER: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_NV12_10LE_709: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_NV12_10LE_709_ER: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_NV12_10LE_2020: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_SIGNED_R16G16: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_R8_G8_B8: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_B8_G8_R8: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_R32F_G32F_B32F: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_B32F_G32F_R32F: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_YUV422: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_NV21_10LE: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_NV21_12LE: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_NV12_12LE_2020: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_NV16: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_NV16_10LE: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_NV24: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_NV24_10LE: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_NV16_ER: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_NV24_ER: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_NV16_709: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_NV24_709: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_NV16_709_ER: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_NV24_709_ER: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_NV24_10LE_709: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_NV24_10LE_709_ER: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_NV24_10LE_2020: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_NV24_12LE_2020: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_RGBA_10_10_10_2_709: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_RGBA_10_10_10_2_2020: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_BGRA_10_10_10_2_709: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_BGRA_10_10_10_2_2020: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_A32: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_UYVP: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_UYVP_ER: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_YUV444_ER: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_YUV444_709: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_YUV444_709_ER: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_YUV444_2020: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_YUV444_10LE: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_YUV444_10LE_ER: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_YUV444_10LE_709: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_YUV444_10LE_709_ER: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_YUV444_10LE_2020: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_YUV444_12LE: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_YUV444_12LE_ER: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_YUV444_12LE_709: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_YUV444_12LE_709_ER: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_YUV444_12LE_2020: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_NV12_12LE_ER: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_NV12_12LE_709: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_NV12_12LE_709_ER: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_GRAY8_ER: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_UYVY_709: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_UYVY_709_ER: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_UYVY_2020: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_GRAY16_LE: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_BGRA64_LE: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_NV16_2020: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_NV16_10LE_ER: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_NV16_10LE_709: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_NV16_10LE_709_ER: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_NV16_10LE_2020: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_NV16_12LE: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_NV16_12LE_ER: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_NV16_12LE_709: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_NV16_12LE_709_ER: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_NV16_12LE_2020: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_NV24_2020: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_NV24_10LE_ER: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_NV24_12LE: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_NV24_12LE_ER: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_NV24_12LE_709: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_NV24_12LE_709_ER: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_UYVP_709: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_UYVP_709_ER: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_UYVP_2020: NvBufSurfaceColorFormat

    NVBUF_COLOR_FORMAT_LAST: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_INVALID: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_GRAY8: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_YUV420: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_YVU420: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_YUV420_ER: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_YVU420_ER: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_NV12: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_NV12_ER: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_NV21: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_NV21_ER: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_UYVY: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_UYVY_ER: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_VYUY: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_VYUY_ER: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_YUYV: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_YUYV_ER: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_YVYU: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_YVYU_ER: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_YUV444: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_RGBA: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_BGRA: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_ARGB: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_ABGR: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_RGBx: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_BGRx: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_xRGB: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_xBGR: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_RGB: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_BGR: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_NV12_10LE: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_NV12_12LE: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_YUV420_709: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_YUV420_709_ER: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_NV12_709: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_NV12_709_ER: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_YUV420_2020: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_NV12_2020: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_NV12_10LE_ER: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_NV12_10LE_709: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_NV12_10LE_709_ER: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_NV12_10LE_2020: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_SIGNED_R16G16: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_R8_G8_B8: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_B8_G8_R8: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_R32F_G32F_B32F: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_B32F_G32F_R32F: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_YUV422: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_NV21_10LE: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_NV21_12LE: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_NV12_12LE_2020: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_NV16: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_NV16_10LE: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_NV24: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_NV24_10LE: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_NV16_ER: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_NV24_ER: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_NV16_709: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_NV24_709: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_NV16_709_ER: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_NV24_709_ER: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_NV24_10LE_709: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_NV24_10LE_709_ER: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_NV24_10LE_2020: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_NV24_12LE_2020: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_RGBA_10_10_10_2_709: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_RGBA_10_10_10_2_2020: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_BGRA_10_10_10_2_709: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_BGRA_10_10_10_2_2020: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_A32: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_UYVP: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_UYVP_ER: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_YUV444_ER: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_YUV444_709: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_YUV444_709_ER: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_YUV444_2020: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_YUV444_10LE: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_YUV444_10LE_ER: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_YUV444_10LE_709: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_YUV444_10LE_709_ER: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_YUV444_10LE_2020: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_YUV444_12LE: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_YUV444_12LE_ER: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_YUV444_12LE_709: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_YUV444_12LE_709_ER: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_YUV444_12LE_2020: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_NV12_12LE_ER: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_NV12_12LE_709: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_NV12_12LE_709_ER: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_GRAY8_ER: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_UYVY_709: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_UYVY_709_ER: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_UYVY_2020: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_GRAY16_LE: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_BGRA64_LE: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_NV16_2020: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_NV16_10LE_ER: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_NV16_10LE_709: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_NV16_10LE_709_ER: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_NV16_10LE_2020: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_NV16_12LE: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_NV16_12LE_ER: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_NV16_12LE_709: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_NV16_12LE_709_ER: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_NV16_12LE_2020: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_NV24_2020: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_NV24_10LE_ER: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_NV24_12LE: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_NV24_12LE_ER: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_NV24_12LE_709: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_NV24_12LE_709_ER: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_UYVP_709: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_UYVP_709_ER: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_UYVP_2020: NvBufSurfaceColorFormat

NVBUF_COLOR_FORMAT_LAST: NvBufSurfaceColorFormat

class NvBufSurfaceLayout(Enum):
    """
    Order of the pixels in memory: row after row (PITCH, as all are here) or in tiles.
    """


    NVBUF_LAYOUT_PITCH: NvBufSurfaceLayout

    NVBUF_LAYOUT_BLOCK_LINEAR: NvBufSurfaceLayout

NVBUF_LAYOUT_PITCH: NvBufSurfaceLayout

NVBUF_LAYOUT_BLOCK_LINEAR: NvBufSurfaceLayout

class NvBufSurfaceMemType(Enum):
    """
    Where the pixels are. Surfaces made here are host memory, NVBUF_MEM_SYSTEM, whatever was asked for.
    """


    NVBUF_MEM_DEFAULT: NvBufSurfaceMemType

    NVBUF_MEM_CUDA_PINNED: NvBufSurfaceMemType

    NVBUF_MEM_CUDA_DEVICE: NvBufSurfaceMemType

    NVBUF_MEM_CUDA_UNIFIED: NvBufSurfaceMemType

    NVBUF_MEM_SURFACE_ARRAY: NvBufSurfaceMemType

    NVBUF_MEM_HANDLE: NvBufSurfaceMemType

    NVBUF_MEM_SYSTEM: NvBufSurfaceMemType

    NVBUF_MEM_CUDA_ARRAY: NvBufSurfaceMemType

NVBUF_MEM_DEFAULT: NvBufSurfaceMemType

NVBUF_MEM_CUDA_PINNED: NvBufSurfaceMemType

NVBUF_MEM_CUDA_DEVICE: NvBufSurfaceMemType

NVBUF_MEM_CUDA_UNIFIED: NvBufSurfaceMemType

NVBUF_MEM_SURFACE_ARRAY: NvBufSurfaceMemType

NVBUF_MEM_HANDLE: NvBufSurfaceMemType

NVBUF_MEM_SYSTEM: NvBufSurfaceMemType

NVBUF_MEM_CUDA_ARRAY: NvBufSurfaceMemType

class NvBufSurfacePlaneParams(Struct):
    """Planes of a picture."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvBufSurfacePlaneParams:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def num_planes(self) -> int:
        """How many planes."""

    @num_planes.setter
    def num_planes(self, value: SupportsIndex) -> None: ...

    @property
    def width(self) -> Annotated[NDArray[numpy.int32], dict(shape=(4))]:
        """Width of each, samples: int32 array (view)."""

    @property
    def height(self) -> Annotated[NDArray[numpy.int32], dict(shape=(4))]:
        """Height of each, samples: int32 array (view)."""

    @property
    def pitch(self) -> Annotated[NDArray[numpy.int32], dict(shape=(4))]:
        """Bytes a row of each: int32 array (view)."""

    @property
    def offset(self) -> Annotated[NDArray[numpy.int32], dict(shape=(4))]:
        """Start of each, bytes: int32 array (view)."""

    @property
    def psize(self) -> Annotated[NDArray[numpy.int32], dict(shape=(4))]:
        """Size of each, bytes: int32 array (view)."""

    @property
    def bytesPerPix(self) -> Annotated[NDArray[numpy.int32], dict(shape=(4))]:
        """Bytes a sample: int32 array (view)."""

class NvBufSurfaceCreateParams(Struct):
    """What surface to make."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvBufSurfaceCreateParams:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def gpuId(self) -> int:
        """Number of the GPU."""

    @property
    def width(self) -> int:
        """Width, pixels."""

    @property
    def height(self) -> int:
        """Height, pixels."""

    @property
    def size(self) -> int:
        """Size, bytes."""

    @property
    def isContiguous(self) -> bool:
        """True for one piece of memory."""

    @property
    def colorFormat(self) -> NvBufSurfaceColorFormat:
        """Format of the pixels."""

    @property
    def layout(self) -> NvBufSurfaceLayout:
        """Order of the pixels."""

    @property
    def memType(self) -> NvBufSurfaceMemType:
        """Kind of memory."""

class NvBufSurfaceMappedAddr(Struct):
    """Addresses that a map gave."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvBufSurfaceMappedAddr:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def addr(self) -> Annotated[NDArray[numpy.uint64], dict(shape=(4))]:
        """Address of each plane: uint64 array (view)."""

    @property
    def eglImage(self) -> CapsuleType | None:
        """EGLImage (view) or None."""

    @property
    def nvmmPtr(self) -> CapsuleType | None:
        """Address on a Jetson (view) or None."""

    @property
    def cudaPtr(self) -> CapsuleType | None:
        """Address for CUDA (view) or None."""

class NvBufSurfaceChromaSubsamplingParams(Struct):
    """Where chroma samples lie."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvBufSurfaceChromaSubsamplingParams:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def chromaLocHoriz(self) -> int:
        """Horizontal place."""

    @property
    def chromaLocVert(self) -> int:
        """Vertical place."""

class NvBufSurfacePlaneParamsEx(Struct):
    """More about planes."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvBufSurfacePlaneParamsEx:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def scanformat(self) -> Annotated[NDArray[numpy.int32], dict(shape=(4))]:
        """0 progressive, 1 interlaced, of each: int32 array (view)."""

    @property
    def secondfieldoffset(self) -> Annotated[NDArray[numpy.int32], dict(shape=(4))]:
        """Start of the second field of each, bytes: int32 array (view)."""

    @property
    def blockheightlog2(self) -> Annotated[NDArray[numpy.int32], dict(shape=(4))]:
        """Height of a block of each, as a power of two: int32 array (view)."""

    @property
    def physicaladdress(self) -> Annotated[NDArray[numpy.int32], dict(shape=(4))]:
        """Physical address of each: int32 array (view)."""

    @property
    def flags(self) -> Annotated[NDArray[numpy.uint64], dict(shape=(4))]:
        """Flags of each: uint64 array (view)."""

    @property
    def drmModifier(self) -> Annotated[NDArray[numpy.uint64], dict(shape=(4))]:
        """DRM modifier of each: uint64 array (view)."""

class NvBufSurfaceParamsEx(Struct):
    """More about a picture."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvBufSurfaceParamsEx:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def startofvaliddata(self) -> int:
        """Start of the data, bytes."""

    @property
    def sizeofvaliddatainbytes(self) -> int:
        """Size of the data, bytes."""

    @property
    def chromaSubsampling(self) -> NvBufSurfaceChromaSubsamplingParams:
        """Chroma samples (view)."""

    @property
    def is_protected(self) -> bool:
        """True for protected memory."""

    @property
    def planeParamsex(self) -> NvBufSurfacePlaneParamsEx:
        """Planes (view)."""

class NvBufSurfaceCudaBuffer(Struct):
    """A picture's memory, for CUDA."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvBufSurfaceCudaBuffer:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def basePtr(self) -> CapsuleType | None:
        """Start of the memory (view) or None."""

    @property
    def dataPtr(self) -> CapsuleType | None:
        """Start of the picture (view) or None."""

    @property
    def extMem(self) -> CapsuleType | None:
        """External memory (view) or None."""

    @property
    def mipmap(self) -> CapsuleType | None:
        """Mipmapped array (view) or None."""

class NvBufSurfaceParams(Struct):
    """One picture of a batch."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvBufSurfaceParams:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def width(self) -> int:
        """Width, pixels."""

    @property
    def height(self) -> int:
        """Height, pixels."""

    @property
    def pitch(self) -> int:
        """Bytes a row."""

    @property
    def colorFormat(self) -> NvBufSurfaceColorFormat:
        """Format of the pixels."""

    @property
    def layout(self) -> NvBufSurfaceLayout:
        """Order of the pixels."""

    @property
    def bufferDesc(self) -> int:
        """DMABUF of the memory."""

    @property
    def dataSize(self) -> int:
        """Size, bytes."""

    @property
    def dataPtr(self) -> CapsuleType | None:
        """The pixels (view) or None."""

    @property
    def planeParams(self) -> NvBufSurfacePlaneParams:
        """Planes (view)."""

    @property
    def mappedAddr(self) -> NvBufSurfaceMappedAddr:
        """Addresses after a map (view)."""

    @property
    def paramex(self) -> NvBufSurfaceParamsEx | None:
        """More about it (view) or None."""

    @property
    def cudaBuffer(self) -> NvBufSurfaceCudaBuffer | None:
        """Its memory for CUDA (view) or None."""

class NvBufSurface(Struct):
    """The pictures of a batch."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvBufSurface:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def gpuId(self) -> int:
        """Number of the GPU."""

    @property
    def batchSize(self) -> int:
        """Room for pictures."""

    @property
    def numFilled(self) -> int:
        """Pictures."""

    @property
    def isContiguous(self) -> bool:
        """True for one piece of memory."""

    @property
    def memType(self) -> NvBufSurfaceMemType:
        """Kind of memory."""

    @property
    def surfaceList(self) -> NvBufSurfaceParams | None:
        """First picture (view) or None."""

    @property
    def isImportedBuf(self) -> bool:
        """True for memory of somebody else's."""

def get_nvds_buf_surface(gst_buffer: object, batchID: SupportsIndex) -> Annotated[NDArray[numpy.uint8], dict(shape=(None, None, None))]:
    """
    A frame's pixels as a uint8 array of height x width x 4 (RGBA) or 3 (RGB): a view; writing changes what is seen downstream. Keeps the pixels alive, not the buffer. RuntimeError for other formats, IndexError past the batch.
    """

def get_nvds_buf_surface_gpu(gst_buffer: object, batchID: int) -> tuple[numpy.dtype, tuple[int, int, int], tuple[int, int, int], CapsuleType, int]:
    """
    The same pixels as (dtype, shape, strides in bytes, capsule, size in bytes). The capsule (view) is an address in host memory here, good while the buffer is.
    """

def unmap_nvds_buf_surface(gst_buffer: object, batchID: SupportsIndex) -> None:
    """
    Ends a get_nvds_buf_surface of a buffer (view); nothing has to be done on this platform.
    """

def NvBufSurfaceCreate(surf: NvBufSurface, batchSize: SupportsIndex, params: NvBufSurfaceCreateParams) -> int:
    """
    Makes the pictures that `params` (copy) describes, `batchSize` of them, for an NvBufSurface() (view) that has none yet: 0, or -1. Free them with NvBufSurfaceDestroy.
    """

def NvBufSurfaceDestroy(surf: NvBufSurface) -> int:
    """Frees a surface (taken) that NvBufSurfaceCreate made: 0, or -1."""

def NvBufSurfaceMap(surf: NvBufSurface, index: SupportsIndex, plane: SupportsIndex, type: SupportsIndex) -> int:
    """
    Fills mappedAddr.addr of a surface (view) with addresses for the CPU; -1 for all pictures or planes. 0, or -1 if it failed.
    """

def NvBufSurfaceUnMap(surf: NvBufSurface, index: SupportsIndex, plane: SupportsIndex) -> int:
    """Ends a map of a surface (view): 0, or -1."""

def NvBufSurfaceSyncForCpu(surf: NvBufSurface, index: SupportsIndex, plane: SupportsIndex) -> int:
    """
    Makes what a device wrote to a surface (view) visible to the CPU: 0, or -1.
    """

def NvBufSurfaceSyncForDevice(surf: NvBufSurface, index: SupportsIndex, plane: SupportsIndex) -> int:
    """
    Makes what the CPU wrote to a surface (view) visible to a device: 0, or -1.
    """

def NvBufSurfaceMemSet(surf: NvBufSurface, index: SupportsIndex, plane: SupportsIndex, value: SupportsIndex) -> int:
    """
    Sets every byte of a surface (view) to `value`, 0 to 255; -1 for all pictures or planes. 0, or -1 if it failed.
    """

def NvBufSurfaceCopy(srcSurf: NvBufSurface, dstSurf: NvBufSurface) -> int:
    """Writes a copy of all pictures of one surface into another: 0, or -1."""

def NvBufSurfaceFromFd(dmabuf: SupportsIndex, buffer: CapsuleType | Struct | None) -> int:
    """
    Writes the address of the surface of a DMABUF into a pointer at `buffer` (view): 0, or -1.
    """

def NvBufSurfaceMapEglImage(surf: NvBufSurface, index: SupportsIndex) -> int:
    """Makes an EGLImage of a picture of a surface (view): 0, or -1."""

def glist_get_nvds_Surface_Params(data: CapsuleType | Struct | None) -> NvBufSurfaceParams:
    """Older name of NvBufSurfaceParams.cast: view of the struct, or None."""

class NvDsInferDataType(Enum):
    """Type of a layer's values."""


    FLOAT: NvDsInferDataType

    HALF: NvDsInferDataType

    INT8: NvDsInferDataType

    INT32: NvDsInferDataType

    INT64: NvDsInferDataType

    UINT8: NvDsInferDataType

FLOAT: NvDsInferDataType

HALF: NvDsInferDataType

INT8: NvDsInferDataType

INT32: NvDsInferDataType

INT64: NvDsInferDataType

UINT8: NvDsInferDataType

class NvDsInferDims(Struct):
    """Shape of a layer, without the batch."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDsInferDims:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def numDims(self) -> int:
        """Dimensions, 1 to 8."""

    @property
    def numElements(self) -> int:
        """Product of the dimensions."""

    @property
    def d(self) -> Annotated[NDArray[numpy.uint32], dict(shape=(8))]:
        """Size of each dimension: uint32 array of 8 (view)."""

class NvDsInferDimsCHW(Struct):
    """Shape of a picture."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDsInferDimsCHW:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def c(self) -> int:
        """Channels."""

    @property
    def h(self) -> int:
        """Height."""

    @property
    def w(self) -> int:
        """Width."""

class NvDsInferLayerInfo(Struct):
    """One layer of a model."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDsInferLayerInfo:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def dataType(self) -> NvDsInferDataType:
        """Type of the values."""

    @property
    def dims(self) -> NvDsInferDims:
        """Older name of inferDims (view)."""

    @property
    def inferDims(self) -> NvDsInferDims:
        """Shape without the batch (view)."""

    @property
    def bindingIndex(self) -> int:
        """Number of the layer."""

    @property
    def layerName(self) -> str | None:
        """Name (copy) or None."""

    @property
    def buffer(self) -> CapsuleType | None:
        """The values (view), None before get_nvds_LayerInfo."""

    @property
    def isInput(self) -> int:
        """1 for an input."""

class NvDsInferNetworkInfo(Struct):
    """Input of a model."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDsInferNetworkInfo:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def width(self) -> int:
        """Width, pixels."""

    @width.setter
    def width(self, value: SupportsIndex) -> None: ...

    @property
    def height(self) -> int:
        """Height, pixels."""

    @height.setter
    def height(self, value: SupportsIndex) -> None: ...

    @property
    def channels(self) -> int:
        """Channels."""

    @channels.setter
    def channels(self, value: SupportsIndex) -> None: ...

class NvDsInferObjectDetectionInfo(Struct):
    """One detection, box in pixels of the model's input."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDsInferObjectDetectionInfo:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def classId(self) -> int:
        """Class of the object."""

    @classId.setter
    def classId(self, value: SupportsIndex) -> None: ...

    @property
    def left(self) -> float:
        """Left edge, pixels."""

    @left.setter
    def left(self, value: SupportsFloat) -> None: ...

    @property
    def top(self) -> float:
        """Top edge, pixels."""

    @top.setter
    def top(self, value: SupportsFloat) -> None: ...

    @property
    def width(self) -> float:
        """Width, pixels."""

    @width.setter
    def width(self, value: SupportsFloat) -> None: ...

    @property
    def height(self) -> float:
        """Height, pixels."""

    @height.setter
    def height(self, value: SupportsFloat) -> None: ...

    @property
    def detectionConfidence(self) -> float:
        """Confidence, 0 to 1."""

    @detectionConfidence.setter
    def detectionConfidence(self, value: SupportsFloat) -> None: ...

    @property
    def rotation_angle(self) -> float:
        """Turn of the box about its centre, as the model gives it."""

    @rotation_angle.setter
    def rotation_angle(self, value: SupportsFloat) -> None: ...

class NvDsInferAttribute(Struct):
    """One attribute of an object."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDsInferAttribute:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def attributeIndex(self) -> int:
        """Number of the label."""

    @property
    def atttributeIndex(self) -> int:
        """Misspelled older name of attributeIndex."""

    @property
    def attributeValue(self) -> int:
        """Class that was chosen."""

    @property
    def attributeConfidence(self) -> float:
        """Confidence, 0 to 1."""

    @property
    def attributeLabel(self) -> str | None:
        """Name of the class (copy) or None."""

class NvDsInferTensorMeta(Struct):
    """Raw output of a model, payload of NVDSINFER_TENSOR_OUTPUT_META."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDsInferTensorMeta:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def network_info(self) -> NvDsInferNetworkInfo:
        """Input of the model (view)."""

    @property
    def unique_id(self) -> int:
        """`unique-id` of the element."""

    @property
    def num_output_layers(self) -> int:
        """How many output layers."""

    @property
    def out_buf_ptrs_host(self) -> CapsuleType | None:
        """Addresses of the layers' values (view); use get_nvds_LayerInfo."""

    @property
    def out_buf_ptrs_dev(self) -> CapsuleType | None:
        """Addresses of the layers' values on a device (view) or None."""

    @property
    def gpu_id(self) -> int:
        """Number of the GPU."""

    @property
    def priv_data(self) -> CapsuleType | None:
        """The element's own (view) or None."""

    @property
    def maintain_aspect_ratio(self) -> int:
        """1 if it was padded."""

    @property
    def symmetric_padding(self) -> int:
        """1 if padded on both sides."""

    def output_layers_info(self, j: SupportsIndex) -> NvDsInferLayerInfo:
        """A layer (copy). Prefer get_nvds_LayerInfo, which has the values."""

class NvDsInferSegmentationMeta(Struct):
    """A class for each pixel, payload of NVDSINFER_SEGMENTATION_META."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDsInferSegmentationMeta:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def classes(self) -> int:
        """How many classes the model has."""

    @property
    def width(self) -> int:
        """Columns of the map."""

    @property
    def height(self) -> int:
        """Rows of the map."""

    @property
    def class_map(self) -> int | None:
        """
        Class of the first pixel (copy) or None; use get_segmentation_masks for all.
        """

    @property
    def class_probabilities_map(self) -> float | None:
        """First probability, 0 to 1 (copy), or None."""

    @property
    def priv_data(self) -> CapsuleType | None:
        """The element's own (view) or None."""

    @property
    def unique_id(self) -> int:
        """`unique-id` of the element."""

def get_nvds_LayerInfo(data: CapsuleType | Struct | None, index: SupportsIndex) -> NvDsInferLayerInfo:
    """
    A layer of an NvDsInferTensorMeta or its capsule (view), with the address of its values.
    """

def get_segmentation_masks(data: CapsuleType | Struct | None) -> Annotated[NDArray[numpy.int32], dict(shape=(None, None))]:
    """
    Class of each pixel: int32 array of height x width (copy). `data` is an NvDsInferSegmentationMeta or its capsule.
    """

def glist_get_nvds_tensor_meta(data: CapsuleType | Struct | None) -> NvDsInferTensorMeta:
    """Older name of NvDsInferTensorMeta.cast: view of the struct, or None."""

class TRACKER_STATE(Enum):
    """State of a target."""


    EMPTY: TRACKER_STATE

    ACTIVE: TRACKER_STATE

    INACTIVE: TRACKER_STATE

    TENTATIVE: TRACKER_STATE

    PROJECTED: TRACKER_STATE

    QUASIACTIVE: TRACKER_STATE

EMPTY: TRACKER_STATE

ACTIVE: TRACKER_STATE

INACTIVE: TRACKER_STATE

TENTATIVE: TRACKER_STATE

PROJECTED: TRACKER_STATE

QUASIACTIVE: TRACKER_STATE

class NvDsTargetMiscDataFrame(Struct):
    """A target in one frame."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDsTargetMiscDataFrame:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def frameNum(self) -> int:
        """Number of the frame."""

    @frameNum.setter
    def frameNum(self, value: SupportsIndex) -> None: ...

    @property
    def tBbox(self) -> NvOSD_RectParams:
        """Box, pixels of the muxer's frame (view)."""

    @tBbox.setter
    def tBbox(self, value: NvOSD_RectParams) -> None: ...

    @property
    def confidence(self) -> float:
        """Confidence of the tracker, 0 to 1."""

    @confidence.setter
    def confidence(self, value: SupportsFloat) -> None: ...

    @property
    def age(self) -> int:
        """Age of the track, frames."""

    @age.setter
    def age(self, value: SupportsIndex) -> None: ...

    @property
    def trackerState(self) -> TRACKER_STATE:
        """State of the target."""

    @trackerState.setter
    def trackerState(self, value: SupportsIndex) -> None: ...

    @property
    def visibility(self) -> float:
        """Visible part, 0 to 1."""

    @visibility.setter
    def visibility(self, value: SupportsFloat) -> None: ...

    @property
    def ptWorldFeet(self) -> Annotated[NDArray[numpy.float32], dict(shape=(2))]:
        """
        Where it stands on the ground, in the tracker's world coordinates: float32 array of x and y (view).
        """

    @ptWorldFeet.setter
    def ptWorldFeet(self, value: Sequence[SupportsFloat]) -> None: ...

class NvDsTargetMiscDataObject(Struct):
    """A target over several frames."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDsTargetMiscDataObject:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def numObj(self) -> int:
        """Frames in the list."""

    @numObj.setter
    def numObj(self, value: SupportsIndex) -> None: ...

    @property
    def numAllocated(self) -> int:
        """Room in the list."""

    @numAllocated.setter
    def numAllocated(self, value: SupportsIndex) -> None: ...

    @property
    def uniqueId(self) -> int:
        """Number of the track."""

    @uniqueId.setter
    def uniqueId(self, value: SupportsIndex) -> None: ...

    @property
    def classId(self) -> int:
        """Class of the object."""

    @classId.setter
    def classId(self, value: SupportsIndex) -> None: ...

    @property
    def objLabel(self) -> str:
        """
        Name of the class (copy); up to 127 bytes of UTF-8, longer ones are cut.
        """

    @objLabel.setter
    def objLabel(self, value: str | bytes | bytearray) -> None: ...

    def list(self) -> Iterator[NvDsTargetMiscDataFrame]:
        """Iterates over the entries (views), once."""

class NvDsTargetMiscDataStream(Struct):
    """The targets of one stream."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDsTargetMiscDataStream:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def streamID(self) -> int:
        """Number of the stream."""

    @streamID.setter
    def streamID(self, value: SupportsIndex) -> None: ...

    @property
    def surfaceStreamID(self) -> int:
        """Number of the stream and its picture."""

    @surfaceStreamID.setter
    def surfaceStreamID(self, value: SupportsIndex) -> None: ...

    @property
    def numAllocated(self) -> int:
        """Room in the list."""

    @numAllocated.setter
    def numAllocated(self, value: SupportsIndex) -> None: ...

    @property
    def numFilled(self) -> int:
        """Targets in the list."""

    @numFilled.setter
    def numFilled(self, value: SupportsIndex) -> None: ...

    def list(self) -> Iterator[NvDsTargetMiscDataObject]:
        """Iterates over the entries (views), once."""

class NvDsTargetMiscDataBatch(Struct):
    """The targets of all streams."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDsTargetMiscDataBatch:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def numAllocated(self) -> int:
        """Room in the list."""

    @numAllocated.setter
    def numAllocated(self, value: SupportsIndex) -> None: ...

    @property
    def numFilled(self) -> int:
        """Streams in the list."""

    @numFilled.setter
    def numFilled(self, value: SupportsIndex) -> None: ...

    @property
    def priv_data(self) -> CapsuleType | None:
        """The tracker's own (shared) or None."""

    @priv_data.setter
    def priv_data(self, value: CapsuleType | Struct | None) -> None: ...

    def list(self) -> Iterator[NvDsTargetMiscDataStream]:
        """Iterates over the entries (views), once."""

NvDsPastFrameObj: TypeAlias = NvDsTargetMiscDataFrame

NvDsPastFrameObjList: TypeAlias = NvDsTargetMiscDataObject

NvDsPastFrameObjStream: TypeAlias = NvDsTargetMiscDataStream

NvDsPastFrameObjBatch: TypeAlias = NvDsTargetMiscDataBatch

class NvDsObjReid(Struct):
    """What a track looks like, as numbers."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDsObjReid:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def featureSize(self) -> int:
        """How many numbers."""

    @featureSize.setter
    def featureSize(self, value: SupportsIndex) -> None: ...

    @property
    def ptr_host(self) -> CapsuleType | None:
        """The numbers in host memory (shared) or None; see get_host_reid_vector."""

    @ptr_host.setter
    def ptr_host(self, value: CapsuleType | Struct | None) -> None: ...

    @property
    def ptr_dev(self) -> CapsuleType | None:
        """The numbers on a device (shared) or None."""

    @ptr_dev.setter
    def ptr_dev(self, value: CapsuleType | Struct | None) -> None: ...

    def get_host_reid_vector(self) -> Annotated[NDArray[numpy.float32], dict(shape=(None,))]:
        """The numbers as a float32 array (copy)."""

class NvDsAnalyticsObjInfo(Struct):
    """
    What nvdsanalytics says about an object. To change a container assign a new one.
    """

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDsAnalyticsObjInfo:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def roiStatus(self) -> list[str]:
        """Names of the regions it is in (copy)."""

    @roiStatus.setter
    def roiStatus(self, value: Sequence[str]) -> None: ...

    @property
    def ocStatus(self) -> list[str]:
        """Names of the overcrowded regions it is in (copy)."""

    @ocStatus.setter
    def ocStatus(self, value: Sequence[str]) -> None: ...

    @property
    def lcStatus(self) -> list[str]:
        """Names of the lines it has crossed (copy)."""

    @lcStatus.setter
    def lcStatus(self, value: Sequence[str]) -> None: ...

    @property
    def dirStatus(self) -> str:
        """Name of its direction (copy)."""

    @dirStatus.setter
    def dirStatus(self, value: str) -> None: ...

    @property
    def objStatus(self) -> str:
        """Its state (copy)."""

    @objStatus.setter
    def objStatus(self, value: str) -> None: ...

    @property
    def unique_id(self) -> int:
        """`unique-id` of the element."""

    @unique_id.setter
    def unique_id(self, value: SupportsIndex) -> None: ...

class NvDsAnalyticsFrameMeta(Struct):
    """
    What nvdsanalytics says about a frame. To change a container assign a new one.
    """

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDsAnalyticsFrameMeta:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def ocStatus(self) -> dict[str, bool]:
        """By region: whether it is overcrowded (copy)."""

    @ocStatus.setter
    def ocStatus(self, value: Mapping[str, bool]) -> None: ...

    @property
    def objInROIcnt(self) -> dict[str, int]:
        """By region: objects in it (copy)."""

    @objInROIcnt.setter
    def objInROIcnt(self, value: Mapping[str, int]) -> None: ...

    @property
    def objLCCurrCnt(self) -> dict[str, int]:
        """By line: crossings in this frame (copy)."""

    @objLCCurrCnt.setter
    def objLCCurrCnt(self, value: Mapping[str, int]) -> None: ...

    @property
    def objLCCumCnt(self) -> dict[str, int]:
        """By line: crossings since the start (copy)."""

    @objLCCumCnt.setter
    def objLCCumCnt(self, value: Mapping[str, int]) -> None: ...

    @property
    def unique_id(self) -> int:
        """`unique-id` of the element."""

    @unique_id.setter
    def unique_id(self, value: SupportsIndex) -> None: ...

    @property
    def objCnt(self) -> dict[int, int]:
        """By class: objects in the frame (copy)."""

    @objCnt.setter
    def objCnt(self, value: Mapping[int, int]) -> None: ...

class NvOFFlowVector(Struct):
    """Motion of one block, in 1/32 pixel."""

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvOFFlowVector:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def flowx(self) -> int:
        """To the right, 1/32 pixel."""

    @flowx.setter
    def flowx(self, value: SupportsIndex) -> None: ...

    @property
    def flowy(self) -> int:
        """Downwards, 1/32 pixel."""

    @flowy.setter
    def flowy(self, value: SupportsIndex) -> None: ...

class NvDsOpticalFlowMeta(Struct):
    """Motion between two frames."""

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDsOpticalFlowMeta:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def rows(self) -> int:
        """Rows of vectors."""

    @rows.setter
    def rows(self, value: SupportsIndex) -> None: ...

    @property
    def cols(self) -> int:
        """Columns of vectors."""

    @cols.setter
    def cols(self, value: SupportsIndex) -> None: ...

    @property
    def mv_size(self) -> int:
        """Size of a vector, bytes."""

    @mv_size.setter
    def mv_size(self, value: SupportsIndex) -> None: ...

    @property
    def cost_size(self) -> int:
        """Size of a cost, bytes."""

    @cost_size.setter
    def cost_size(self, value: SupportsIndex) -> None: ...

    @property
    def frame_num(self) -> int:
        """Number of the frame."""

    @frame_num.setter
    def frame_num(self, value: SupportsIndex) -> None: ...

    @property
    def data(self) -> CapsuleType | None:
        """The vectors (shared) or None."""

    @data.setter
    def data(self, value: CapsuleType | Struct | None) -> None: ...

    @property
    def cost(self) -> CapsuleType | None:
        """The costs (shared) or None."""

    @cost.setter
    def cost(self, value: CapsuleType | Struct | None) -> None: ...

    @property
    def priv(self) -> CapsuleType | None:
        """The element's own (shared) or None."""

    @priv.setter
    def priv(self, value: CapsuleType | Struct | None) -> None: ...

    @property
    def reserved(self) -> CapsuleType | None:
        """Unused pointer (shared) or None."""

    @reserved.setter
    def reserved(self, value: CapsuleType | Struct | None) -> None: ...

def get_optical_flow_vectors(data: CapsuleType | Struct | None) -> Annotated[NDArray[numpy.float32], dict(shape=(None,))]:
    """
    The vectors as a flat float32 array (copy): x and y of each block, row by row, in 1/32 pixel. `data` is an NvDsOpticalFlowMeta or its capsule.
    """

def nvds_measure_buffer_latency(gst_buffer: object) -> int:
    """
    With NVDS_ENABLE_LATENCY_MEASUREMENT in the environment, prints how long each frame of the buffer's batch (view) has been in the pipeline, and gives the number of frames measured; without it, 0. NVDS_ENABLE_COMPONENT_LATENCY_MEASUREMENT adds a line for each element.
    """

def configure_source_for_ntp_sync(src_elem: object) -> None:
    """
    Makes an RTSP source (rtspsrc, or a bin that has or will have one, such as uridecodebin) give the sender's time with each frame, from RTCP sender reports. An nvstreammux with attach-sys-ts=0 writes it to `ntp_timestamp`, 0 before the first report. `src_elem` (shared) is the Gst.Element or its hash(). Does nothing to other sources.
    """

class NvDsObjEncOutParams(Struct):
    """A picture as JPEG."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDsObjEncOutParams:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def outLen(self) -> int:
        """Size of the JPEG, bytes."""

    def outBuffer(self) -> Annotated[NDArray[numpy.uint8], dict(shape=(None,))]:
        """The JPEG's bytes as an array (view)."""

class NvDsObjEncUsrArgs(Struct):
    """What to encode, and where to put it."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDsObjEncUsrArgs:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def saveImg(self) -> bool:
        """True to write a file."""

    @saveImg.setter
    def saveImg(self, value: bool) -> None: ...

    @property
    def attachUsrMeta(self) -> bool:
        """
        True to attach an NvDsUserMeta of type NVDS_CROP_IMAGE_META, whose payload is an NvDsObjEncOutParams.
        """

    @attachUsrMeta.setter
    def attachUsrMeta(self, value: bool) -> None: ...

    @property
    def scaleImg(self) -> bool:
        """True to scale the picture."""

    @scaleImg.setter
    def scaleImg(self, value: bool) -> None: ...

    @property
    def scaledWidth(self) -> int:
        """Width to scale to, pixels."""

    @scaledWidth.setter
    def scaledWidth(self, value: SupportsIndex) -> None: ...

    @property
    def scaledHeight(self) -> int:
        """Height to scale to, pixels."""

    @scaledHeight.setter
    def scaledHeight(self, value: SupportsIndex) -> None: ...

    @property
    def fileNameImg(self) -> str:
        """
        Name of the file (copy); up to 1023 bytes of UTF-8, longer ones are cut. Empty: FRAME_STREAM_OBJECT_LABEL_WIDTHxHEIGHT.jpg in the current folder, for a frame FRAME_STREAM_WIDTHxHEIGHT.jpg.
        """

    @fileNameImg.setter
    def fileNameImg(self, value: str | bytes | bytearray) -> None: ...

    @property
    def objNum(self) -> int:
        """Number of the object, for the file's name."""

    @objNum.setter
    def objNum(self, value: SupportsIndex) -> None: ...

    @property
    def quality(self) -> int:
        """JPEG quality, 1 to 100; 0 for 80."""

    @quality.setter
    def quality(self, value: SupportsIndex) -> None: ...

    @property
    def isFrame(self) -> bool:
        """True for the whole frame."""

    @isFrame.setter
    def isFrame(self, value: bool) -> None: ...

    @property
    def calcEncodeTime(self) -> bool:
        """
        True to write the time it took to GStreamer's log (category nvdsobjenc, INFO).
        """

    @calcEncodeTime.setter
    def calcEncodeTime(self, value: bool) -> None: ...

def nvds_obj_enc_create_context(gpu_id: SupportsIndex) -> int:
    """
    A JPEG encoder with threads of its own, as an int; `gpu_id` is ignored. RuntimeError naming the package to install where libturbojpeg is missing.

        encoder = pyds.nvds_obj_enc_create_context(0)
        args = pyds.NvDsObjEncUsrArgs()
        args.attachUsrMeta, args.quality = True, 80
        # in a probe, for each object:
        pyds.nvds_obj_enc_process(encoder, args, hash(buffer), obj, frame)
        # once a buffer:
        pyds.nvds_obj_enc_finish(encoder)
    """

def nvds_obj_enc_process(ctx: SupportsIndex, args: NvDsObjEncUsrArgs, gst_buffer: object, obj_meta: NvDsObjectMeta | None, frame_meta: NvDsFrameMeta) -> bool:
    """
    Queues the part of the frame that is the box of `obj_meta`, cut to the frame, or the whole frame with args.isFrame (`obj_meta` may be None then); returns True. The pixels (copy) are those of now, whatever is drawn later. Waits, without the GIL, while 64 pictures are queued. ValueError naming the argument that cannot be; RuntimeError for a buffer that is not memory:NVMM.
    """

def nvds_obj_enc_finish(ctx: SupportsIndex) -> None:
    """
    Waits, without the GIL, until all that is queued is encoded and written, and attaches the pictures to their metas: call it in the probe, while the buffer lives. Then raises what failed since the last call: OSError for a file, RuntimeError for anything else. 0 is ignored.
    """

def nvds_obj_enc_destroy_context(ctx: SupportsIndex) -> None:
    """
    Ends a context, having waited for its files; pictures that nvds_obj_enc_finish did not attach are dropped. ValueError for one that is not live; 0 is ignored.
    """

class NvDsDataType(Enum):
    """Type of a tensor's elements."""


    NvDsDataType_FP32: NvDsDataType

    NvDsDataType_UINT8: NvDsDataType

    NvDsDataType_INT8: NvDsDataType

    NvDsDataType_UINT32: NvDsDataType

    NvDsDataType_INT32: NvDsDataType

    NvDsDataType_INT64: NvDsDataType

    NvDsDataType_UINT64: NvDsDataType

    NvDsDataType_FP16: NvDsDataType

NvDsDataType_FP32: NvDsDataType

NvDsDataType_UINT8: NvDsDataType

NvDsDataType_INT8: NvDsDataType

NvDsDataType_UINT32: NvDsDataType

NvDsDataType_INT32: NvDsDataType

NvDsDataType_INT64: NvDsDataType

NvDsDataType_UINT64: NvDsDataType

NvDsDataType_FP16: NvDsDataType

class NvDsUnitType(Enum):
    """What one unit of a batch is cut from."""


    NvDsUnitType_FullFrame: NvDsUnitType

    NvDsUnitType_ROI: NvDsUnitType

    NvDsUnitType_Object: NvDsUnitType

NvDsUnitType_FullFrame: NvDsUnitType

NvDsUnitType_ROI: NvDsUnitType

NvDsUnitType_Object: NvDsUnitType

class NvDsRoiMeta(Struct):
    """One region that nvdspreprocess cut out."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDsRoiMeta:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def roi(self) -> NvOSD_RectParams:
        """The region, pixels of the muxer's frame (view)."""

    @roi.setter
    def roi(self, value: NvOSD_RectParams) -> None: ...

    @property
    def converted_buffer(self) -> NvBufSurfaceParams | None:
        """The picture (view) or None."""

    @converted_buffer.setter
    def converted_buffer(self, value: NvBufSurfaceParams | None) -> None: ...

    @property
    def frame_meta(self) -> NvDsFrameMeta | None:
        """Its frame (view) or None."""

    @frame_meta.setter
    def frame_meta(self, value: NvDsFrameMeta | None) -> None: ...

    @property
    def scale_ratio_x(self) -> float:
        """Horizontal scale of the picture."""

    @scale_ratio_x.setter
    def scale_ratio_x(self, value: SupportsFloat) -> None: ...

    @property
    def scale_ratio_y(self) -> float:
        """Vertical scale of the picture."""

    @scale_ratio_y.setter
    def scale_ratio_y(self, value: SupportsFloat) -> None: ...

    @property
    def offset_left(self) -> float:
        """Left padding, pixels."""

    @offset_left.setter
    def offset_left(self, value: SupportsFloat) -> None: ...

    @property
    def offset_top(self) -> float:
        """Top padding, pixels."""

    @offset_top.setter
    def offset_top(self, value: SupportsFloat) -> None: ...

    @property
    def classifier_meta_list(self) -> GList | None:
        """NvDsClassifierMeta of the region: GList (view) or None."""

    @classifier_meta_list.setter
    def classifier_meta_list(self, value: GList | None) -> None: ...

    @property
    def roi_user_meta_list(self) -> GList | None:
        """NvDsUserMeta of the region: GList (view) or None."""

    @roi_user_meta_list.setter
    def roi_user_meta_list(self, value: GList | None) -> None: ...

    @property
    def object_meta(self) -> NvDsObjectMeta | None:
        """Its object (view) or None."""

    @object_meta.setter
    def object_meta(self, value: NvDsObjectMeta | None) -> None: ...

class NvDsPreProcessTensorMeta(Struct):
    """A tensor that nvdspreprocess made."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> NvDsPreProcessTensorMeta:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def raw_tensor_buffer(self) -> CapsuleType | None:
        """The values (shared) or None."""

    @raw_tensor_buffer.setter
    def raw_tensor_buffer(self, value: CapsuleType | Struct | None) -> None: ...

    @property
    def buffer_size(self) -> int:
        """Size of the values, bytes."""

    @buffer_size.setter
    def buffer_size(self, value: SupportsIndex) -> None: ...

    @property
    def tensor_shape(self) -> list[int]:
        """Shape, batch first (copy)."""

    @tensor_shape.setter
    def tensor_shape(self, value: Sequence[int]) -> None: ...

    @property
    def data_type(self) -> NvDsDataType:
        """Type of the values."""

    @data_type.setter
    def data_type(self, value: SupportsIndex) -> None: ...

    @property
    def tensor_name(self) -> str:
        """Name of the input layer (copy)."""

    @tensor_name.setter
    def tensor_name(self, value: str) -> None: ...

    @property
    def gpu_id(self) -> int:
        """Number of the GPU."""

    @gpu_id.setter
    def gpu_id(self, value: SupportsIndex) -> None: ...

    @property
    def private_data(self) -> CapsuleType | None:
        """The element's own (shared) or None."""

    @private_data.setter
    def private_data(self, value: CapsuleType | Struct | None) -> None: ...

    @property
    def meta_id(self) -> int:
        """Number of the meta."""

    @meta_id.setter
    def meta_id(self, value: SupportsIndex) -> None: ...

    @property
    def maintain_aspect_ratio(self) -> int:
        """1 if it was padded."""

    @maintain_aspect_ratio.setter
    def maintain_aspect_ratio(self, value: SupportsIndex) -> None: ...

class GstNvDsPreProcessBatchMeta(Struct):
    """A batch that nvdspreprocess prepared."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> GstNvDsPreProcessBatchMeta:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def target_unique_ids(self) -> list[int]:
        """`unique-id` of the elements it is for (copy)."""

    @target_unique_ids.setter
    def target_unique_ids(self, value: Sequence[int]) -> None: ...

    @property
    def tensor_meta(self) -> NvDsPreProcessTensorMeta | None:
        """The tensor (view) or None."""

    @tensor_meta.setter
    def tensor_meta(self, value: NvDsPreProcessTensorMeta | None) -> None: ...

    @property
    def private_data(self) -> CapsuleType | None:
        """The element's own (shared) or None."""

    @private_data.setter
    def private_data(self, value: CapsuleType | Struct | None) -> None: ...

    @property
    def roi_vector(self) -> list[NvDsRoiMeta]:
        """The regions (views); set from a sequence (copies)."""

    @roi_vector.setter
    def roi_vector(self, value: StructArray[NvDsRoiMeta]) -> None: ...

class CustomDataStruct(Struct):
    """A payload for user metas, to learn from."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> CustomDataStruct:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def structId(self) -> int:
        """A number."""

    @structId.setter
    def structId(self, value: SupportsIndex) -> None: ...

    @property
    def message(self) -> int:
        """Address of a text; set from a str (copy), the old text is freed."""

    @message.setter
    def message(self, value: str | bytes | bytearray) -> None: ...

    @property
    def sampleInt(self) -> int:
        """Another number."""

    @sampleInt.setter
    def sampleInt(self, value: SupportsIndex) -> None: ...

def alloc_custom_struct(user_meta: NvDsUserMeta) -> CustomDataStruct:
    """
    A zeroed CustomDataStruct (shared), which `user_meta` learns to copy and free; make it the user meta's payload yourself.
    """

def copy_custom_struct(data: object, user_data: object | None = None) -> CustomDataStruct | None:
    """
    A copy (shared) of the CustomDataStruct that is the payload of an NvDsUserMeta or of its capsule, None without one. For user_copyfunc, or to be called; alloc_custom_struct does the same by itself.
    """

def release_custom_struct(data: object, user_data: object | None = None) -> None:
    """
    Frees the CustomDataStruct (taken) that is the payload of an NvDsUserMeta or of its capsule, and sets the payload to None. For user_releasefunc, or to be called; alloc_custom_struct does the same by itself.
    """

class ROI_STATUS_360D(Enum):
    """Bits of RectDim.roi_status."""


    ROI_ENTRY_360D: ROI_STATUS_360D

    ROI_EXIT_360D: ROI_STATUS_360D

    INSIDE_AISLE_360D: ROI_STATUS_360D

ROI_ENTRY_360D: ROI_STATUS_360D

ROI_EXIT_360D: ROI_STATUS_360D

INSIDE_AISLE_360D: ROI_STATUS_360D

class RectDim(Struct):
    """A box of the 360-degree application."""

    def __init__(self) -> None: ...

    @staticmethod
    def cast(data: CapsuleType | Struct | int | None) -> RectDim:
        """
        View of the struct at `data`: a capsule, a pyds object of any class or an int address. None for None and 0. TypeError where something else is known to be there; any other address is trusted.
        """

    @property
    def left(self) -> float:
        """Left edge, pixels."""

    @left.setter
    def left(self, value: SupportsFloat) -> None: ...

    @property
    def top(self) -> float:
        """Top edge, pixels."""

    @top.setter
    def top(self, value: SupportsFloat) -> None: ...

    @property
    def width(self) -> float:
        """Width, pixels."""

    @width.setter
    def width(self, value: SupportsFloat) -> None: ...

    @property
    def height(self) -> float:
        """Height, pixels."""

    @height.setter
    def height(self, value: SupportsFloat) -> None: ...

    @property
    def class_id(self) -> int:
        """Class of the object."""

    @class_id.setter
    def class_id(self, value: SupportsIndex) -> None: ...

    @property
    def tracking_id(self) -> int:
        """Number of the track."""

    @tracking_id.setter
    def tracking_id(self, value: SupportsIndex) -> None: ...

    @property
    def gie_unique_id(self) -> int:
        """`unique-id` of the element."""

    @gie_unique_id.setter
    def gie_unique_id(self, value: SupportsIndex) -> None: ...

    @property
    def roi_status(self) -> int:
        """Bits of ROI_STATUS_360D."""

    @roi_status.setter
    def roi_status(self, value: SupportsIndex) -> None: ...

    @property
    def text(self) -> CapsuleType | None:
        """A pointer (shared) or None."""

    @text.setter
    def text(self, value: CapsuleType | Struct | None) -> None: ...

def alloc_buffer(size: SupportsIndex) -> int:
    """
    Address of `size` zeroed bytes (shared), 0 for none. Free them with free_buffer, or give them to a field, by which they are taken.
    """

def alloc_char_buffer(size: SupportsIndex) -> int:
    """The same as alloc_buffer: `size` zeroed bytes (shared)."""

def free_buffer(buffer: SupportsIndex) -> None:
    """
    Frees the block at an address (taken), of alloc_buffer or of a text field, which then reads 0. 0 is ignored. ValueError if pyds knows no such block.
    """

def free_gbuffer(buffer: CapsuleType | Struct | None) -> None:
    """
    Frees the block behind a capsule or a pyds object of alloc_* (taken); texts inside stay. None is ignored.
    """

def get_string(ptr: SupportsIndex) -> str | None:
    """
    The UTF-8 text at an address (copy), None for 0. For texts of fields such as display_text.
    """

def get_ptr(ptr: object) -> int:
    """Address behind a capsule or a pyds object (view), 0 for None."""

def strdup(ptr: SupportsIndex) -> int:
    """Address of a copy of the text at an address; free it with free_buffer."""

def strdup2str(ptr: SupportsIndex) -> str:
    """The text at an address (copy), empty for 0."""

def memdup(ptr: SupportsIndex, size: SupportsIndex) -> int:
    """
    Address of a copy of `size` bytes; free it with free_buffer. Of a block that pyds made, all of it is copied, whatever `size` says. Texts inside are shared.
    """

def get_detections(data: CapsuleType | Struct | None, index: SupportsIndex) -> float:
    """
    Value number `index` of an array of float32 (view) given as a capsule, such as layer.buffer. Its size is not known: IndexError only where the memory cannot be read.
    """

def user_copyfunc(meta: NvDsUserMeta, func: Callable[[CapsuleType, None], Struct | CapsuleType | None] | None) -> None:
    """
    Sets the function that copies the payload when the meta is copied, None for none: func(capsule of the NvDsUserMeta (view), None) returns the new payload (taken), a pyds object, capsule or None. It may run in any thread. An exception goes to sys.unraisablehook.
    """

def set_user_copyfunc(meta: NvDsUserMeta, func: Callable[[CapsuleType, None], Struct | CapsuleType | None] | None) -> None:
    """
    Sets the function that copies the payload when the meta is copied, None for none: func(capsule of the NvDsUserMeta (view), None) returns the new payload (taken), a pyds object, capsule or None. It may run in any thread. An exception goes to sys.unraisablehook.
    """

def user_releasefunc(meta: NvDsUserMeta, func: Callable[[CapsuleType, None], object] | None) -> None:
    """
    Sets the function that frees the payload when the meta is given back, None for none: func(capsule of the NvDsUserMeta (view), None). It may run in any thread. An exception goes to sys.unraisablehook.
    """

def set_user_releasefunc(meta: NvDsUserMeta, func: Callable[[CapsuleType, None], object] | None) -> None:
    """
    Sets the function that frees the payload when the meta is given back, None for none: func(capsule of the NvDsUserMeta (view), None). It may run in any thread. An exception goes to sys.unraisablehook.
    """

def register_user_copyfunc(func: object) -> None:
    """Does nothing, and the function is not taken; kept for old programs."""

def register_user_releasefunc(func: object) -> None:
    """Does nothing, and the function is not taken; kept for old programs."""

def unset_callback_funcs() -> None:
    """
    Forgets every copy and release function; metas that had them are no longer copied.
    """
