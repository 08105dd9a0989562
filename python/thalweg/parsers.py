"""Parsers of a model's outputs in Python, for `nvinfer`.

A function is named by its module, in the configuration file of `nvinfer`::

    parse-bbox-func-name=python:my_parsers:parse_boxes

or by a name of its own, given by a decorator in a module that the program imports::

    @thalweg.parser("boxes")             # parse-bbox-func-name=python:boxes
    def parse_boxes(layers, network, thresholds):
        rows = layers["output0"]         # float32 (N, 6): box in pixels, score, class
        return rows[rows[:, 4] >= thresholds[rows[:, 5].astype(int)]]

Modules are looked for on `sys.path`, then in the folder of the configuration file. Functions are
looked up when the element goes to READY and called for each frame, or object, from a thread of the
element, one call at a time::

    function(layers, network, threshold)

`layers` is a dict of each output by its name, a NumPy array of its shape, without the batch, and
its type. The arrays are copies: they may be written and kept. `network` is a `Network`. What
`threshold` is, and what the function returns, depends on the key:

`parse-bbox-func-name`: an array of each class's pre-cluster-threshold; returns rows of `Box`, as a
    list or an array (N, 6). `nvinfer` clusters and scales them.

`parse-bbox-instance-mask-func-name`: the same; returns (boxes, masks): rows as above, and for each
    an array (height, width) of how likely each part of the box shows the object, or None; or all
    as one array (N, height, width).

`parse-classifier-func-name`: the classifier-threshold; returns a list of `Attribute`, one an
    attribute of the object.

`parse-segmentation-func-name`: the segmentation-threshold; returns the class of each pixel of the
    network, whole numbers (height, width), -1 for none; or (classes, probabilities), the latter
    floats (num_classes, height, width).

An exception, or a result of another form, is an error message of the element on the bus. Its text
names the function and the layers, its debug text has the traceback.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

__all__ = ["Attribute", "Box", "Network", "include_dir", "parser"]

_Function = TypeVar("_Function", bound=Callable[..., Any])

#: What `parser` has been given, by name.
registered: dict[str, Callable[..., Any]] = {}


class Network(NamedTuple):
    """The input of a model as its parser sees it."""

    width: int  #: pixels
    height: int
    channels: int
    num_classes: int  #: num-detected-classes of the configuration; 0 for a classifier


class Box(NamedTuple):
    """A candidate; edges in pixels of the network, origin top left."""

    left: float
    top: float
    right: float
    bottom: float
    score: float
    class_id: int


class Attribute(NamedTuple):
    """What a classifier says of an object."""

    label: str | None  #: None: that of the label file
    class_id: int
    confidence: float


def parser(name: str) -> Callable[[_Function], _Function]:
    """A decorator: `nvinfer` finds the function as ``python:name``.

    A later function of the same name replaces the earlier one, for elements that start after that.
    Raises `ValueError` for a name that is empty or has a colon.
    """
    if not name or ":" in name:
        raise ValueError(f"parser: expected a name without a colon, got {name!r}")

    def keep(function: _Function) -> _Function:
        registered[name] = function
        return function

    return keep


def include_dir() -> Path:
    """The folder of the C++ headers that parsers written for DeepStream are compiled with.

    ``g++ -I$(thalweg include-dir) ...`` on the command line.
    """
    return Path(os.path.dirname(__file__)) / "include/nvds"
