"""What thalweg.meta is made of."""

from typing import Annotated, overload

import numpy
import numpy.typing
from numpy.typing import NDArray

import pyds


COLUMNS: dict[str, int]

class ObjectRows:
    """The objects of a batch or frame at one moment."""

    def __len__(self) -> int: ...

    @property
    def block(self) -> bytearray:
        """
        The numbers (own memory): in n rows, each column begins at n times its number in COLUMNS.
        """

    def labels(self) -> list[str]:
        """The class names as they were."""

    def find(self, row: int) -> tuple[pyds.NvDsObjectMeta, pyds.NvDsFrameMeta] | None:
        """A row's object and its frame (views), None if the object was removed."""

    def alive(self) -> bytearray:
        """A byte a row: 1 if its object is still there."""

    def select(self, places: Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)]) -> ObjectRows:
        """The rows at these places."""

    def write(self, track_id: Annotated[NDArray[numpy.uint64], dict(shape=(None,), order='C', device='cpu', writable=False)] | None, border_color: Annotated[NDArray[numpy.float64], dict(shape=(None, 4), order='C', device='cpu', writable=False)] | None, background_color: Annotated[NDArray[numpy.float64], dict(shape=(None, 4), order='C', device='cpu', writable=False)] | None, border_width: Annotated[NDArray[numpy.uint32], dict(shape=(None,), order='C', device='cpu', writable=False)] | None, label: list[str] | None, text: list[str] | None) -> int:
        """
        Sets what is not None in every object that is still there; how many there were.
        """

    def remove(self) -> int:
        """Removes every object that is still there; how many there were."""

class BufferPixels:
    """The pictures of a buffer, while it lives."""

    def __init__(self, buffer: object, caps: object | None) -> None: ...

    def image(self, frame: pyds.NvDsFrameMeta, format: str, box: tuple[float, float, float, float] | None, asking: str) -> numpy.typing.NDArray[numpy.uint8]:
        """
        A new array of the frame, or of the part in the box (left, top, width, height).
        """

    def view(self, frame: pyds.NvDsFrameMeta, format: str, asking: str) -> numpy.typing.NDArray[numpy.uint8]:
        """The frame's pixels, read-only."""

    def writable_view(self, frame: pyds.NvDsFrameMeta, format: str, asking: str) -> numpy.typing.NDArray[numpy.uint8] | None:
        """The frame's pixels, None if they are of another format."""

    def write(self, frame: pyds.NvDsFrameMeta, format: str, image: Annotated[NDArray[numpy.uint8], dict(shape=(None, None, None), order='C', device='cpu', writable=False)], asking: str) -> None:
        """Makes an array the frame's pixels."""

def batch_of_buffer(buffer: object, caps: object | None) -> tuple[pyds.NvDsBatchMeta, BufferPixels] | None:
    """
    A buffer's batch (view) and its pictures, None for one without a batch.
    """

def objects_of_batch(batch: pyds.NvDsBatchMeta) -> ObjectRows:
    """Every frame's objects."""

def objects_of_frame(frame: pyds.NvDsFrameMeta) -> ObjectRows:
    """A frame's objects."""

def add_objects(frame: pyds.NvDsFrameMeta, xyxy: Annotated[NDArray[numpy.float32], dict(shape=(None, 4), order='C', device='cpu', writable=False)], class_id: Annotated[NDArray[numpy.int32], dict(shape=(None,), order='C', device='cpu', writable=False)], confidence: Annotated[NDArray[numpy.float32], dict(shape=(None,), order='C', device='cpu', writable=False)], track_id: Annotated[NDArray[numpy.uint64], dict(shape=(None,), order='C', device='cpu', writable=False)], label: list[str], component_id: int) -> ObjectRows:
    """Makes objects in a frame."""

def remove_object(frame: pyds.NvDsFrameMeta, object: pyds.NvDsObjectMeta) -> None:
    """Removes one object."""

def frames(batch: pyds.NvDsBatchMeta) -> list[pyds.NvDsFrameMeta]:
    """The batch's frames (views)."""

def frame_index(frame: pyds.NvDsFrameMeta) -> int:
    """The frame's place in its batch, -1 if that has it no more."""

def parent(frame: pyds.NvDsFrameMeta, object: pyds.NvDsObjectMeta) -> pyds.NvDsObjectMeta | None:
    """The object's parent (view), None if the frame has it no more."""

def class_labels(object: pyds.NvDsObjectMeta) -> list[tuple[str, int, float, int]]:
    """Each classifier's labels: text, class, probability, `unique-id`."""

def display_text(object: pyds.NvDsObjectMeta) -> str:
    """The text that is drawn, empty for none."""

@overload
def attach(meta: pyds.NvDsBatchMeta, key: str, value: object | None) -> None: ...

@overload
def attach(meta: pyds.NvDsFrameMeta, key: str, value: object | None) -> None: ...

@overload
def attach(meta: pyds.NvDsObjectMeta, key: str, value: object | None) -> None:
    """Attaches a Python object by a name, in place of what had it before."""

@overload
def attachments(meta: pyds.NvDsBatchMeta) -> dict[str, object]: ...

@overload
def attachments(meta: pyds.NvDsFrameMeta) -> dict[str, object]: ...

@overload
def attachments(meta: pyds.NvDsObjectMeta) -> dict[str, object]:
    """What is attached, by name: a new dict."""

@overload
def detach(meta: pyds.NvDsBatchMeta, key: str) -> object: ...

@overload
def detach(meta: pyds.NvDsFrameMeta, key: str) -> object: ...

@overload
def detach(meta: pyds.NvDsObjectMeta, key: str) -> object:
    """
    Takes an attachment away and gives its object. KeyError if there is none.
    """
