"""That a tool makes again what is shipped."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path


def assert_same_files(made: Path, shipped: Path, names: Iterable[str]) -> None:
    """The files of these names are the same in both folders, byte by byte."""
    for name in names:
        rebuilt, ours = (
            hashlib.sha256((folder / name).read_bytes()).hexdigest() for folder in (made, shipped)
        )
        assert rebuilt == ours, name
