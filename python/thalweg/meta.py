"""A batch's metadata for new code: sequences, strings, NumPy columns and attached Python objects.

`Batch.of` finds the batch of a buffer. One object at a time::

    def probe(pad, info):
        for frame in Batch.of(info).frames:
            for obj in frame.objects:
                print(frame.number, obj.label, obj.xyxy)
        return Gst.PadProbeReturn.OK

All objects at once, without a loop::

    objects = Batch.of(info).objects
    objects[objects.confidence < 0.4].remove()
    objects[objects.class_id == 0].write(border_color=(1, 0, 0, 1))

Everything here is a view of the metadata that `pyds` reads too; `.meta` is the `pyds` object for
what is left out here. A view is good while its buffer lives, in practice inside the probe:
afterwards, and after its meta was removed, using it raises `ReferenceError`. Columns are copies and
stay good. Coordinates are pixels of the muxer's frame (of the picture, where an element behind the
muxer scaled it), origin top left; colours are (red, green, blue, alpha), each 0 to 1.

Pixels come as NumPy arrays, whatever format the pipeline has at this place::

    picture = frame.image("BGR")            # uint8 (height, width, 3), yours
    face = obj.crop("RGB")                  # the part in its box
    with frame.edit("BGR") as picture:      # what is drawn is seen downstream
        cv2.circle(picture, (40, 40), 10, (0, 0, 255))

That is so in memory:NVMM. In system memory pictures can be read; behind other elements than
nvvideoconvert, the pad may have to tell how they lie there: `Batch.of(info, pad)`.

Any thread may use this. Reading columns, writing, removing and attaching hold the batch's lock, and
wait for it without Python's own lock; pictures are made and converted without it.
"""

from __future__ import annotations

import contextlib
import operator
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, SupportsIndex, TypeAlias, overload

import numpy as np
import numpy.typing as npt

import pyds
from pyds import _batch_view as view
from thalweg import _arguments as arguments

if TYPE_CHECKING:
    import supervision

__all__ = [
    "UNTRACKED",
    "Batch",
    "Color",
    "ColorLayout",
    "Frame",
    "Label",
    "Layout",
    "Object",
    "Objects",
]

UNTRACKED = 0xFFFF_FFFF_FFFF_FFFF
"""`Objects.track_id` of an object that no tracker has numbered."""

Color: TypeAlias = tuple[float, float, float, float]
"""(red, green, blue, alpha), each 0 to 1."""

ColorLayout: TypeAlias = Literal["RGB", "BGR", "RGBA", "BGRA"]
"""A layout of pixels that can be drawn into: uint8 (height, width, 3 or 4), in this order."""

Layout: TypeAlias = Literal["RGB", "BGR", "RGBA", "BGRA", "GRAY", "NV12"]
"""A layout of pixels as uint8: one of `ColorLayout`, `GRAY` (height, width), 0 black to 255, or
`NV12` (height * 3 / 2, width): brightness, and below it a row of U, V, U, V ... for two of it."""

_ObjectMeta, _FrameMeta = pyds.NvDsObjectMeta, pyds.NvDsFrameMeta  # looked up for each object
_Pixels = view.BufferPixels
_NO_TIME = 0xFFFF_FFFF_FFFF_FFFF
_NO_PLACE = (bool, np.bool_, np.ndarray)  # though they have __index__
_UNKNOWN_CONFIDENCE = -0.1  # as elements write it that know none


class Label(NamedTuple):
    """What a classifier says about an object; a copy."""

    text: str
    """Name of the class."""
    class_id: int
    """Number of the class, as the classifier's model counts."""
    confidence: float
    """0 to 1."""
    component_id: int
    """`unique-id` of the element that classified."""


class _View:
    """A view of one meta, equal to every other view of it."""

    __slots__ = ("__weakref__", "meta")
    meta: Any

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.meta is other.meta

    def __hash__(self) -> int:
        return hash(self.meta)

    def attach(self, key: str, value: object) -> None:
        """Attaches a Python object to this meta by a name, in place of what had the name before.

        The object (shared) goes where the metadata goes: copies of the buffer have it too, the
        same object. It is given up with the last meta that has it, in the thread that gives this
        meta back, which then waits for Python's lock. Do not attach the `Gst.Buffer` itself: it
        would keep itself alive for ever.

        Raises `TypeError` if `key` is no str, `ReferenceError` if the meta is gone.
        """
        view.attach(self.meta, arguments.instance("attach.key", key, str), value)

    @property
    def attachments(self) -> dict[str, Any]:
        """What is attached to this meta, by name: a new dict of the objects (shared)."""
        return view.attachments(self.meta)

    def detach(self, key: str) -> Any:
        """Takes an attached object away and returns it; copies keep theirs.

        Raises `KeyError` if nothing has this name.
        """
        return view.detach(self.meta, arguments.instance("detach.key", key, str))


class Batch(_View):
    """All metadata of one batched buffer.

    meta: the `pyds.NvDsBatchMeta`. `Batch.of` finds it.
    buffer, caps: what `Batch.of` takes; without a buffer there are no images.
    """

    __slots__ = ("_pixels",)
    meta: pyds.NvDsBatchMeta

    def __init__(self, meta: pyds.NvDsBatchMeta, buffer: Any = None, caps: Any = None) -> None:
        self.meta = arguments.instance("Batch.meta", meta, pyds.NvDsBatchMeta)
        self._pixels = _pixels_of(buffer, caps)

    @classmethod
    def of(cls, source: Any, caps: Any = None) -> Batch:
        """The batch of a buffer.

        source: what a probe gets (`Gst.PadProbeInfo`), a `Gst.Buffer` or its hash(), or what an
            appsink gives (`Gst.Sample`).
        caps: what tells how pixels in system memory lie, where the buffer does not (it does behind
            nvvideoconvert, and where it has a GstVideoMeta, but for uncommon colours): the
            `Gst.Pad` that the buffer passes, or a `Gst.Caps`. A `Gst.Sample` brings its own.
            In memory:NVMM nobody looks at them.
        Returns a view, which does not keep the buffer alive.
        Raises `TypeError` for anything else, `ValueError` if there is no buffer, no batch on it, or
        the pad has no caps yet.
        """
        known = _caps(source, caps)
        try:
            found = view.batch_of_buffer(_buffer(source), known)
        except TypeError:
            raise TypeError(
                "Batch.of.source: expected Gst.PadProbeInfo, Gst.Buffer or its hash(), or "
                f"Gst.Sample, got {arguments.shown(source)}"
            ) from None
        if found is None:
            raise ValueError(
                "Batch.of.source: this buffer carries no batch; look at buffers behind nvstreammux"
            )
        return cls(*found)

    @property
    def frames(self) -> tuple[Frame, ...]:
        """The frames now, in their order in the batch (views)."""
        return tuple(Frame(meta, self._pixels) for meta in view.frames(self.meta))

    @property
    def objects(self) -> Objects:
        """The objects of all frames now: frame by frame, within a frame as in `Frame.objects`.

        Each access takes a new snapshot, so keep it in a variable.
        """
        return Objects(view.objects_of_batch(self.meta), self._pixels)

    def __repr__(self) -> str:
        return _repr(self, lambda: f"of {len(self.frames)} frames")


class Frame(_View):
    """One frame of a batch.

    meta: the `pyds.NvDsFrameMeta`.
    buffer, caps: what `Batch.of` takes; without a buffer there are no images. A program that walks
        with `pyds` asks `Frame(frame_meta, buffer).image()`.
    """

    __slots__ = ("_pixels",)
    meta: pyds.NvDsFrameMeta

    def __init__(self, meta: pyds.NvDsFrameMeta, buffer: Any = None, caps: Any = None) -> None:
        self.meta = arguments.instance("Frame.meta", meta, pyds.NvDsFrameMeta)
        self._pixels = _pixels_of(buffer, caps)

    @property
    def batch(self) -> Batch:
        """The batch that it belongs to (view)."""
        meta = self.meta.base_meta.batch_meta
        if meta is None:
            raise ReferenceError("Frame.batch: this frame belongs to no batch")
        return Batch(meta, self._pixels)

    @property
    def index(self) -> int:
        """Its place in `Batch.frames` now, -1 if it is not there."""
        return view.frame_index(self.meta)

    @property
    def number(self) -> int:
        """Number of the frame in its source, from 0."""
        return self.meta.frame_num

    @property
    def source_id(self) -> int:
        """Number of the source."""
        return self.meta.source_id

    @property
    def batch_id(self) -> int:
        """Place of its picture in the buffer, for `pyds.get_nvds_buf_surface`."""
        return self.meta.batch_id

    @property
    def pts_ns(self) -> int | None:
        """Presentation time in nanoseconds, None without one."""
        pts = self.meta.buf_pts
        return None if pts == _NO_TIME else pts

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height of the muxer's frame in pixels: the space of all coordinates."""
        return self.meta.pipeline_width, self.meta.pipeline_height

    @property
    def objects(self) -> Objects:
        """The objects of the frame now: in the order in which `pyds` walks them.

        That is the latest added first; a copy of the buffer has them the other way round. Each
        access takes a new snapshot.
        """
        return Objects(view.objects_of_frame(self.meta), self._pixels)

    def image(self, layout: Layout = "RGB", *, copy: bool = True) -> npt.NDArray[np.uint8]:
        """The picture of the frame as it is at this place of the pipeline.

        layout: of the array, see `Layout`; the pipeline's format does not matter. NV12 keeps the
            frame's colour matrix and range, GRAY has the full range.
        copy: True: a new array without gaps between rows, yours; the frame and it do not change
            each other. False: the frame's pixels themselves, read-only, maybe with gaps between
            rows. `ValueError` if they do not lie so. What is drawn later goes into a copy
            of them, so the array shows this moment. It keeps its memory (of a decoder, one of its
            pictures), so hold few.
        Returns uint8 of the picture's height and width. Good for ever, also after the buffer.
        A picture that was scaled on paper only, as the muxer's are, is drawn by the first call.

        Raises `ValueError` for a layout that is none, NV12 of an odd width, and a view that was
        made without a buffer; `ReferenceError` once the buffer is gone; `RuntimeError` if its
        memory cannot be read here, or nothing tells how pixels lie in it (see the caps of
        `Batch.of`); `IndexError` for frames after the first in system memory, which has one.
        """
        pixels = _known(self._pixels, "Frame.image")
        arguments.instance("Frame.image.layout", layout, str)
        if copy:
            return pixels.image(self.meta, layout, None, "Frame.image")
        return pixels.view(self.meta, layout, "Frame.image")

    @contextlib.contextmanager
    def edit(self, layout: ColorLayout = "RGB") -> Iterator[npt.NDArray[np.uint8]]:
        """The picture to draw into, in a with-block; who comes downstream sees what was drawn.

        layout: of the array, see `ColorLayout`. If the frame's pixels lie so, the array
            is these pixels. Otherwise it is a copy, which becomes the frame's pixels at the end of
            the block: that converts all of it twice, and rounds colours.
        Gives uint8 (height, width, 3 or 4), maybe with gaps between rows. Its memory stays good
        after the block, but do not write into it any more. When the block raises, a copy is given
        up and the frame stays as it was.

        Everybody who has the same buffer, like the branches of a tee, sees the drawing. Raises as
        `image` does, and `RuntimeError` in system memory.
        """
        pixels = _known(self._pixels, "Frame.edit")
        arguments.instance("Frame.edit.layout", layout, str)
        if layout in ("GRAY", "NV12"):
            raise ValueError(
                f"Frame.edit.layout: expected 'RGB', 'BGR', 'RGBA' or 'BGRA', got {layout!r}"
            )
        image = pixels.writable_view(self.meta, layout, "Frame.edit")
        if image is not None:
            yield image
            return
        image = pixels.image(self.meta, layout, None, "Frame.edit")
        yield image
        pixels.write(self.meta, layout, image, "Frame.edit")

    def add(
        self,
        xyxy: npt.ArrayLike,
        *,
        class_id: npt.ArrayLike,
        confidence: npt.ArrayLike = _UNKNOWN_CONFIDENCE,
        track_id: npt.ArrayLike = UNTRACKED,
        label: str | Sequence[str] = "",
        component_id: int = 0,
    ) -> Objects:
        """Adds objects to the frame, drawn as `nvinfer` has its objects drawn, in red.

        xyxy: left, top, right, bottom in muxer pixels: floats (4,) for one object, or (n, 4).
        class_id: int, or ints (n,).
        confidence: float, or floats (n,); -0.1 stands for unknown.
        track_id: int, or ints (n,); -1 and `UNTRACKED` are the same.
        label: name of the class, or a sequence of n; it is drawn too.
        component_id: `unique-id` to tell these objects from an element's by.
        Returns the new objects in the order given.
        Raises `TypeError` and `ValueError` naming the argument; then nothing was added.
        """
        boxes = arguments.boxes("add.xyxy", xyxy)
        n = len(boxes)
        classes = arguments.integers("add.class_id", class_id, np.int32)
        scores = arguments.floats("add.confidence", confidence, np.float32)
        ids = arguments.track_ids("add.track_id", track_id)
        component = arguments.integers("add.component_id", component_id, np.int32)
        rows = view.add_objects(
            self.meta,
            boxes,
            arguments.spread("add.class_id", classes, n),
            arguments.spread("add.confidence", scores, n),
            arguments.spread("add.track_id", ids, n),
            arguments.texts("add.label", label, n),
            int(component),
        )
        return Objects(rows, self._pixels)

    def add_supervision(
        self, detections: supervision.Detections, *, component_id: int = 0
    ) -> Objects:
        """Adds a `supervision.Detections` to the frame, as `add` does.

        Takes `xyxy` (muxer pixels), `class_id` (0 where it is None), `confidence`, `tracker_id` and
        the labels in `data["class_name"]`; masks and the rest of `data` are left out.
        Returns the new objects in the order of the detections. Raises as `add` does.
        """
        if not all(hasattr(detections, name) for name in ("xyxy", "class_id", "data")):
            raise TypeError(
                "add_supervision.detections: expected supervision.Detections, got "
                f"{arguments.shown(detections)}"
            )
        names = detections.data.get("class_name")
        return self.add(
            detections.xyxy,
            class_id=0 if detections.class_id is None else detections.class_id,
            confidence=(
                _UNKNOWN_CONFIDENCE if detections.confidence is None else detections.confidence
            ),
            track_id=UNTRACKED if detections.tracker_id is None else detections.tracker_id,
            label="" if names is None else [str(name) for name in names],
            component_id=component_id,
        )

    def __repr__(self) -> str:
        return _repr(self, lambda: f"{self.number} of source {self.source_id}")


class Object(_View):
    """One object of a frame.

    meta: the `pyds.NvDsObjectMeta`.
    frame_meta: the `pyds.NvDsFrameMeta` of the frame that it is in.
    buffer, caps: what `Batch.of` takes; without a buffer there are no images.
    """

    __slots__ = ("_pixels", "frame_meta")
    meta: pyds.NvDsObjectMeta
    frame_meta: pyds.NvDsFrameMeta

    def __init__(
        self,
        meta: pyds.NvDsObjectMeta,
        frame_meta: pyds.NvDsFrameMeta,
        buffer: Any = None,
        caps: Any = None,
    ) -> None:
        if not (isinstance(meta, _ObjectMeta) and isinstance(frame_meta, _FrameMeta)):
            arguments.instance("Object.meta", meta, _ObjectMeta)
            arguments.instance("Object.frame_meta", frame_meta, _FrameMeta)
        self.meta = meta
        self.frame_meta = frame_meta
        known = buffer is None or type(buffer) is _Pixels
        self._pixels = buffer if known else _pixels_of(buffer, caps)

    @property
    def frame(self) -> Frame:
        """The frame that it is in (view)."""
        return Frame(self.frame_meta, self._pixels)

    @property
    def class_id(self) -> int:
        """Class of the object, as the model counts."""
        return self.meta.class_id

    @class_id.setter
    def class_id(self, value: int) -> None:
        self.meta.class_id = value

    @property
    def label(self) -> str:
        """Name of its class; up to 127 bytes of UTF-8, longer ones are cut. See also `text`."""
        return self.meta.obj_label

    @label.setter
    def label(self, value: str) -> None:
        self.meta.obj_label = value

    @property
    def text(self) -> str:
        """The text that the overlay draws beside it, empty for none."""
        return view.display_text(self.meta)

    @text.setter
    def text(self, value: str) -> None:
        self.meta.text_params.display_text = value

    @property
    def confidence(self) -> float:
        """Of the detector, 0 to 1; -0.1 for unknown."""
        return self.meta.confidence

    @confidence.setter
    def confidence(self, value: float) -> None:
        self.meta.confidence = value

    @property
    def track_id(self) -> int | None:
        """Number that a tracker gave, None without one."""
        number = self.meta.object_id
        return None if number == UNTRACKED else number

    @track_id.setter
    def track_id(self, value: int | None) -> None:
        self.meta.object_id = UNTRACKED if value is None else value

    @property
    def component_id(self) -> int:
        """`unique-id` of the element that found it."""
        return self.meta.unique_component_id

    @property
    def xyxy(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of its box, muxer pixels."""
        box = self.meta.rect_params
        left, top = box.left, box.top
        return left, top, left + box.width, top + box.height

    @property
    def border_color(self) -> Color:
        """Colour of the box's border."""
        return _color(self.meta.rect_params.border_color)

    @border_color.setter
    def border_color(self, value: Iterable[float]) -> None:
        self.meta.rect_params.border_color.set(*_given_color("border_color", value))

    @property
    def border_width(self) -> int:
        """Width of the box's border, pixels; 0 for no border."""
        return self.meta.rect_params.border_width

    @border_width.setter
    def border_width(self, value: int) -> None:
        self.meta.rect_params.border_width = value

    @property
    def background_color(self) -> Color | None:
        """Colour that the box is filled with, None for no filling."""
        rect = self.meta.rect_params
        return _color(rect.bg_color) if rect.has_bg_color else None

    @background_color.setter
    def background_color(self, value: Iterable[float] | None) -> None:
        rect = self.meta.rect_params
        if value is not None:
            rect.bg_color.set(*_given_color("background_color", value))
        rect.has_bg_color = int(value is not None)

    @property
    def parent(self) -> Object | None:
        """The object of the frame that this was found in (view), None if there is none now."""
        meta = view.parent(self.frame_meta, self.meta)
        return None if meta is None else Object(meta, self.frame_meta, self._pixels)

    @property
    def labels(self) -> tuple[Label, ...]:
        """What classifiers say about it (copies), the latest first."""
        return tuple(Label(*label) for label in view.class_labels(self.meta))

    def crop(self, layout: Layout = "RGB") -> npt.NDArray[np.uint8]:
        """The part of the frame's picture that lies in its box (copy), as `Frame.image` gives it.

        The box's edges are rounded, and what lies outside of the picture is left out. Nothing left
        gives an array of height and width 0: look at `.size`. Raises as `Frame.image` does.
        """
        pixels = _known(self._pixels, "Object.crop")
        arguments.instance("Object.crop.layout", layout, str)
        box = self.meta.rect_params
        edges = box.left, box.top, box.width, box.height
        return pixels.image(self.frame_meta, layout, edges, "Object.crop")

    def remove(self) -> None:
        """Takes it out of its frame and gives it back; loops over objects go on.

        Its children have no parent from then on. Raises `ReferenceError` if it is gone already.
        """
        view.remove_object(self.frame_meta, self.meta)

    def __repr__(self) -> str:
        return _repr(self, lambda: f"{self.label!r} {self.xyxy}")


class Objects(Sequence[Object]):
    """Objects of a batch or a frame: a sequence of `Object`, and their numbers as NumPy columns.

    A snapshot: it has the objects that were there when it was taken. The columns are copies (own
    memory), row i for object i. They stay good for ever, and changing them or the metadata does not
    change the other. All share one block of memory; copy one that you keep without the rest.

    An object that was removed since is passed over: iteration leaves it out, `write` and `remove`
    do not touch it and say how many objects they did touch, `alive` tells. Only asking for it by
    its place raises `ReferenceError`. Objects that were added since are not in the snapshot. So a
    loop may remove any object, and masks that overlap can be used one after the other.

    Once the whole batch is gone (or the frame, for `Frame.objects`), everything but the columns and
    `alive` raises `ReferenceError`.
    """

    __slots__ = ("_block", "_pixels", "_rows", "_size")

    def __init__(self, rows: view.ObjectRows, pixels: view.BufferPixels | None = None) -> None:
        self._rows = arguments.instance("Objects.rows", rows, view.ObjectRows)
        self._pixels = pixels
        self._block = rows.block
        self._size = len(rows)

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, index: int | np.integer[Any]) -> Object: ...
    @overload
    def __getitem__(self, index: slice | npt.NDArray[Any] | Sequence[int]) -> Objects: ...

    def __getitem__(
        self, index: int | np.integer[Any] | slice | npt.NDArray[Any] | Sequence[int]
    ) -> Object | Objects:
        """One object by its place, or those of a slice, a mask or places.

        index: int: the `Object` (view); raises `IndexError`, or `ReferenceError` if it was removed.
            slice, booleans (n,), or ints (m,): `Objects` of these rows, in this order, with the
            columns as they are here. Raises `IndexError` for a mask of another length and for
            places outside, `TypeError` for arrays of other types.
        """
        if isinstance(index, SupportsIndex) and not isinstance(index, _NO_PLACE):
            return self._object(operator.index(index))
        return Objects(self._rows.select(self._places(index)), self._pixels)

    def __iter__(self) -> Iterator[Object]:
        rows, pixels = self._rows, self._pixels
        for row in range(self._size):
            found = rows.find(row)
            if found is not None:
                yield Object(*found, pixels)

    @property
    def xyxy(self) -> npt.NDArray[np.float32]:
        """Left, top, right, bottom: float32 (n, 4), muxer pixels."""
        return np.ndarray((self._size, 4), np.float32, self._block, self._size * _XYXY)

    @property
    def class_id(self) -> npt.NDArray[np.int32]:
        """Class, as the model counts: int32 (n,)."""
        return np.ndarray(self._size, np.int32, self._block, self._size * _CLASS_ID)

    @property
    def confidence(self) -> npt.NDArray[np.float32]:
        """Of the detector, 0 to 1, -0.1 for unknown: float32 (n,)."""
        return np.ndarray(self._size, np.float32, self._block, self._size * _CONFIDENCE)

    @property
    def track_id(self) -> npt.NDArray[np.uint64]:
        """Number that a tracker gave, `UNTRACKED` without one: uint64 (n,)."""
        return np.ndarray(self._size, np.uint64, self._block, self._size * _TRACK_ID)

    @property
    def frame_index(self) -> npt.NDArray[np.int32]:
        """Place of its frame in `Batch.frames`: int32 (n,)."""
        return np.ndarray(self._size, np.int32, self._block, self._size * _FRAME_INDEX)

    @property
    def component_id(self) -> npt.NDArray[np.int32]:
        """`unique-id` of the element that found it: int32 (n,)."""
        return np.ndarray(self._size, np.int32, self._block, self._size * _COMPONENT_ID)

    @property
    def label(self) -> npt.NDArray[np.str_]:
        """Name of its class, as it was: str (n,). Made anew by each access."""
        return np.array(self._rows.labels(), np.str_)

    @property
    def alive(self) -> npt.NDArray[np.bool_]:
        """Which objects are still there: bool (n,). All False once the batch is gone."""
        return np.frombuffer(self._rows.alive(), np.bool_)

    def write(
        self,
        *,
        label: str | Sequence[str] | None = None,
        text: str | Sequence[str] | None = None,
        border_color: npt.ArrayLike | None = None,
        border_width: npt.ArrayLike | None = None,
        background_color: npt.ArrayLike | None = None,
        track_id: npt.ArrayLike | None = None,
    ) -> int:
        """Sets what is given in every object that is still there; the columns here stay.

        label: name of the class, or a sequence of n (`Object.label`).
        text: what the overlay draws, or a sequence of n; empty for none.
        border_color, background_color: (red, green, blue, alpha), each 0 to 1: floats (4,) or
            (n, 4). A background of alpha 0 is no filling.
        border_width: pixels: int, or ints (n,).
        track_id: int, or ints (n,); -1 and `UNTRACKED` are the same.
        Returns the number of objects that were still there.
        Raises `TypeError` and `ValueError` naming the argument; then nothing was changed.
        """
        n = self._size
        ids = widths = borders = backgrounds = labels = texts = None
        if track_id is not None:
            ids = arguments.track_ids("write.track_id", track_id)
            ids = arguments.spread("write.track_id", ids, n)
        if border_color is not None:
            borders = arguments.colors("write.border_color", border_color, n)
        if background_color is not None:
            backgrounds = arguments.colors("write.background_color", background_color, n)
        if border_width is not None:
            widths = arguments.integers("write.border_width", border_width, np.uint32)
            widths = arguments.spread("write.border_width", widths, n)
        if label is not None:
            labels = arguments.texts("write.label", label, n)
        if text is not None:
            texts = arguments.texts("write.text", text, n)
        return self._rows.write(ids, borders, backgrounds, widths, labels, texts)

    def remove(self) -> int:
        """Takes every object that is still there out of its frame and gives it back.

        Returns how many there were. Children of a removed object have no parent from then on.
        """
        return self._rows.remove()

    def to_supervision(self) -> supervision.Detections:
        """The objects as `supervision.Detections` (copies).

        `tracker_id` is None if no object has a number, else int64 (n,) with -1 where there is none.
        `data` has `class_name` (the labels), `frame_index`, and `row`: the place here, so that
        `objects[detections.data["row"]]` are the objects of detections that were filtered.
        Numbers from 2**63 on come out negative, and `write` turns them back.

        Raises `ImportError` if the package `supervision` is not installed.
        """
        try:
            import supervision
        except ModuleNotFoundError as error:
            if error.name != "supervision":
                raise
            raise ImportError(
                "Objects.to_supervision needs the package supervision, which is not installed: "
                "pip install supervision"
            ) from None
        track_id = self.track_id
        return supervision.Detections(
            xyxy=self.xyxy.copy(),
            confidence=self.confidence.copy(),
            class_id=self.class_id.copy(),
            tracker_id=track_id.astype(np.int64) if (track_id != UNTRACKED).any() else None,
            data={
                "class_name": self.label,
                "frame_index": self.frame_index.copy(),
                "row": np.arange(self._size),
            },
        )

    def __repr__(self) -> str:
        return f"<Objects: {self._size}>"

    def _object(self, place: int) -> Object:
        row = place + self._size if place < 0 else place
        if not 0 <= row < self._size:
            raise IndexError(f"Objects[{place}]: there are {self._size} objects")
        found = self._rows.find(row)
        if found is None:
            raise ReferenceError(f"Objects[{place}]: this object was removed")
        return Object(*found, self._pixels)

    def _places(self, index: Any) -> npt.NDArray[np.int64]:
        n = self._size
        if isinstance(index, slice):
            return np.arange(*index.indices(n), dtype=np.int64)
        array = arguments.array("Objects[index]", index)
        if array.dtype == np.bool_:
            if array.shape != (n,):
                raise IndexError(
                    f"Objects[mask]: expected a boolean for each of {n} objects, got shape "
                    f"{array.shape}"
                )
            return np.flatnonzero(array).astype(np.int64, copy=False)
        if array.shape == (0,):
            return np.empty(0, np.int64)
        if array.dtype.kind not in "iu" or array.ndim != 1:
            raise TypeError(
                "Objects[index]: expected an int, a slice, booleans (n,) or ints (m,), got "
                f"{array.dtype} of shape {array.shape}"
            )
        if array.max() >= n or array.min() < -n:
            raise IndexError(
                f"Objects[places]: there are {n} objects, got places from {array.min()} to "
                f"{array.max()}"
            )
        places = array.astype(np.int64)
        places[places < 0] += n
        return places


_XYXY, _TRACK_ID, _CLASS_ID, _CONFIDENCE, _FRAME_INDEX, _COMPONENT_ID = (
    view.COLUMNS[name]
    for name in ("xyxy", "track_id", "class_id", "confidence", "frame_index", "component_id")
)


def _buffer(source: Any) -> Any:
    """The buffer, or its address, of what a program has at hand."""
    if not hasattr(source, "get_buffer"):
        return source
    from gi.repository import Gst  # loaded already, or there were no such object

    if isinstance(source, Gst.PadProbeInfo) and not source.type & Gst.PadProbeType.BUFFER:
        raise ValueError(
            "Batch.of.source: this probe's info holds no buffer; add the probe with "
            "Gst.PadProbeType.BUFFER"
        )
    buffer = source.get_buffer()
    if buffer is None:
        raise ValueError("Batch.of.source: there is no buffer in it")
    return buffer


def _caps(source: Any, given: Any) -> Any:
    """The Gst.Caps of what a program has at hand, or None."""
    if given is None:
        return source.get_caps() if hasattr(source, "get_caps") else None
    from gi.repository import Gst

    if isinstance(given, Gst.Caps):
        return given
    if not isinstance(given, Gst.Pad):
        raise TypeError(
            f"Batch.of.caps: expected Gst.Pad or Gst.Caps, got {arguments.shown(given)}"
        )
    caps = given.get_current_caps()
    if caps is None:
        raise ValueError(
            f"Batch.of.caps: the pad {given.get_name()!r} has no caps yet; give the pad that the "
            "buffer passes"
        )
    return caps


def _pixels_of(buffer: Any, caps: Any) -> view.BufferPixels | None:
    if buffer is None or isinstance(buffer, view.BufferPixels):
        return buffer
    return view.BufferPixels(_buffer(buffer), _caps(buffer, caps))


def _known(pixels: view.BufferPixels | None, asking: str) -> view.BufferPixels:
    if pixels is None:
        raise ValueError(
            f"{asking}: this view was made of a pyds meta alone; begin with Batch.of(buffer), or "
            "give the buffer to it, too"
        )
    return pixels


def _color(params: pyds.NvOSD_ColorParams) -> Color:
    return params.red, params.green, params.blue, params.alpha


def _given_color(name: str, value: Iterable[float]) -> Color:
    # Without NumPy, which takes ten times as long for four numbers.
    try:
        red, green, blue, alpha = (float(part) for part in value)
        if all(0 <= part <= 1 for part in (red, green, blue, alpha)) and not isinstance(value, str):
            return red, green, blue, alpha
    except (TypeError, ValueError):
        pass
    raise ValueError(
        f"Object.{name}: expected (red, green, blue, alpha), each from 0 to 1, got "
        f"{arguments.shown(value)}"
    )


def _repr(of: _View, describe: Callable[[], str]) -> str:
    try:
        return f"<{type(of).__name__}: {describe()}>"
    except ReferenceError:
        return f"<{type(of).__name__}: gone>"
