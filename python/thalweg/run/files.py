"""Lets Python's own file functions find the files of DeepStream's installation.

Covers `open`, `io.open`, `os.open`, `os.stat` (and with it `os.path.exists`, `isfile`, `isdir`,
`pathlib`), `os.access`, `os.listdir` and `os.scandir`, and what is made of them, such as
`numpy.fromfile`. Of extension modules that open files by themselves, `cv2.imread` is changed and
others are not reached. (A class derived from `cv2.VideoCapture` crashes as Python ends.)
"""

from __future__ import annotations

import builtins
import functools
import io
import os
from collections.abc import Callable
from typing import Any

from thalweg.run import imports, paths

__all__ = ["install"]


def _stand_in(path: Any) -> str | None:
    if isinstance(path, (str, os.PathLike)):
        name = os.fspath(path)
        if isinstance(name, str):
            return paths.find_to_look_at(name)
    return None


def _retrying(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function(path, ...)`, which is called again with the file that takes the path's place."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except FileNotFoundError:
            other = _stand_in(args[0]) if args else None
            if other is None:
                raise
        return function(other, *args[1:], **kwargs)

    return call


def _opening(function: Callable[..., Any]) -> Callable[..., Any]:
    retry = _retrying(function)

    @functools.wraps(function)
    def call(file: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        reads = isinstance(mode, str) and not set(mode) & set("wax+")
        return (retry if reads else function)(file, mode, *args, **kwargs)

    return call


def _opening_descriptor(function: Callable[..., int]) -> Callable[..., int]:
    retry = _retrying(function)

    @functools.wraps(function)
    def call(path: Any, flags: int, *args: Any, **kwargs: Any) -> int:
        reads = not flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        return (retry if reads else function)(path, flags, *args, **kwargs)

    return call


def _accessing(function: Callable[..., bool]) -> Callable[..., bool]:
    @functools.wraps(function)
    def call(path: Any, *args: Any, **kwargs: Any) -> bool:
        if function(path, *args, **kwargs):
            return True
        other = _stand_in(path)
        return other is not None and function(other, *args, **kwargs)

    return call


def install() -> None:
    """Replaces the functions named above, for this process; call once, before the program."""
    opening = _opening(builtins.open)
    builtins.open = opening
    io.open = opening
    for name, wrap in (
        ("open", _opening_descriptor),
        ("stat", _retrying),
        ("listdir", _retrying),
        ("scandir", _retrying),
        ("access", _accessing),
    ):
        function = getattr(os, name)
        wrapped = wrap(function)
        setattr(os, name, wrapped)
        # What the functions can do is asked of these sets.
        for abilities in (
            os.supports_fd,
            os.supports_dir_fd,
            os.supports_effective_ids,
            os.supports_follow_symlinks,
        ):
            if function in abilities:
                abilities.add(wrapped)
    imports.change_when_imported("cv2", _change_opencv)


def _change_opencv(cv2: Any) -> None:
    if hasattr(cv2, "imread"):
        cv2.imread = _reading_picture(cv2.imread)


def _reading_picture(imread: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(imread)
    def call(filename: Any, *args: Any, **kwargs: Any) -> Any:
        return imread(_stand_in(filename) or filename, *args, **kwargs)

    return call
