"""Modules that a program imports and this machine does not have, and changes to those it has.

The former are whole modules in the folder `stand_ins`: upstream's helper package `common`, and
`cuda`, which answers every question with "no device". A module that the program or a package brings
is never replaced, but for a `cuda` whose driver is missing: that one raises when it is asked.
"""

from __future__ import annotations

import ctypes
import importlib
import importlib.util
import os
import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any, cast

__all__ = ["change_when_imported", "install"]

_FOLDER = os.path.join(os.path.dirname(__file__), "stand_ins")


def _spec(name: str) -> ModuleSpec | None:
    """The spec of our module `name`, or None if there is none."""
    base = os.path.join(_FOLDER, *name.split("."))
    package = os.path.join(base, "__init__.py")
    if os.path.isfile(package):
        return importlib.util.spec_from_file_location(
            name, package, submodule_search_locations=[base]
        )
    if os.path.isfile(base + ".py"):
        return importlib.util.spec_from_file_location(name, base + ".py")
    return None


class _LastResort:
    """Asked when nobody else has a module."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return _spec(fullname) if fullname.partition(".")[0] in _NAMES else None


class _CudaWithoutDriver:
    """Asked first; takes the place of NVIDIA's package where that could do nothing but raise."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname == "cuda" and _is_nvidias(PathFinder.find_spec(fullname)) and not _has_driver():
            return _spec(fullname)
        return None


def _is_nvidias(spec: ModuleSpec | None) -> bool:
    """Whether a package `cuda` is the one of cuda-python or cuda-bindings."""
    folders = spec.submodule_search_locations if spec else None
    marks = ("bindings", "cudart.pyx", "cudart.pxd")
    return any(os.path.exists(os.path.join(f, mark)) for f in folders or () for mark in marks)


def _has_driver() -> bool:
    try:
        ctypes.CDLL("libcuda.so.1")
    except OSError:
        return False
    return True


_NAMES = {entry.removesuffix(".py") for entry in os.listdir(_FOLDER)}


def install() -> None:
    """Makes the modules importable in this process; call once."""
    sys.meta_path.insert(0, _CudaWithoutDriver())
    sys.meta_path.append(_LastResort())


def change_when_imported(name: str, change: Callable[[Any], None]) -> None:
    """Lets `change` have the module `name` at its first import, before its importer gets it."""
    sys.meta_path.insert(0, _Changer(name, change))


class _Changer:
    def __init__(self, name: str, change: Callable[[Any], None]) -> None:
        self._name = name
        self._change = change

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self._name:
            return None
        sys.meta_path.remove(self)
        try:
            module = importlib.import_module(fullname)
        except ImportError:
            return None  # it is the program's to find
        self._change(module)
        spec = ModuleSpec(fullname, cast(Any, _Loaded(module)))
        module.__spec__ = spec  # else Python would load the module again by its own
        return spec


class _Loaded:
    """Gives a module that is imported already."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module
        self._spec = module.__spec__

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return self._module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self._spec
