"""Writes the stubs of pyds from the built module; with --check, says whether they are current.

python src/pyds/make_stub.py [--check]      (pyds must be importable)
"""

from __future__ import annotations

import importlib
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from nanobind.stubgen import StubGen

FOLDER = Path(__file__).parents[2] / "python" / "pyds"
STUBS = {"pyds": FOLDER / "__init__.pyi", "pyds._batch_view": FOLDER / "_batch_view.pyi"}

IMPORTS = """\
from pyds._enum import Enum

_T = TypeVar("_T", covariant=True)
"""
# Of a generic class, which nanobind does not know it to be.
ARRAY_METHODS = """\
    def __len__(self) -> int: ...

    @overload
    def __getitem__(self, index: SupportsIndex) -> _T:
        \"\"\"View of one element, or a list of views for a slice.\"\"\"

    @overload
    def __getitem__(self, index: slice) -> list[_T]: ...
"""


class Generator(StubGen):
    """Writes a pyds.Field as the property that it is."""

    def put(self, value: Any, name: str | None = None, parent: Any = None) -> None:
        if isinstance(value, property):
            value = property(value.fget, value.fset, None, value.__doc__)
        super().put(value, name, parent)


def stub(module: ModuleType) -> str:
    """The stub's text."""
    generator = Generator(module)
    generator.put(module)
    text = generator.get()
    text = text.replace("COLUMNS: dict = ...", "COLUMNS: dict[str, int]")
    if module.__name__ == "pyds":
        text = improved(text)
    return re.sub(r"\n{4,}", "\n\n\n", text)


def improved(text: str) -> str:
    """The stub of pyds, with what nanobind cannot know."""
    # Enum members: their repr is no expression.
    text = re.sub(r": (\w+) = (?:<\w+\.\S+: -?\d+>|\.\.\.)$", r": \1", text, flags=re.MULTILINE)
    text = re.sub(r"\n +__(slots|members)__: .*\n", "\n", text)
    text = text.replace("(_enum.Enum):", "(Enum):")
    # Fields and functions take None from nanobind so that their own errors can refuse it.
    text = re.sub(
        r"^( *def .*)$",
        lambda line: re.sub(r" \| None(?=[,)])", "", line.group(1)),
        text,
        flags=re.MULTILINE,
    )
    text = text.replace("TypeAlias\n", "TypeAlias, TypeVar, overload\n", 1)
    text = text.replace("\n\n\nclass Struct:", f"\n\n{IMPORTS}\n\nclass Struct:", 1)
    text, replaced = re.subn(
        r"class StructArray:(\n.*?\n)    def __len__.*?(?=^class )",
        lambda match: f"class StructArray(Sequence[_T]):{match[1]}{ARRAY_METHODS}\n",
        text,
        flags=re.MULTILINE | re.DOTALL,
    )
    assert replaced == 1, "StructArray has changed"
    return text


def main() -> int:
    importlib.import_module("pyds")  # makes the other one known
    stale = 0
    for name, path in STUBS.items():
        text = stub(importlib.import_module(name))
        if "--check" not in sys.argv[1:]:
            path.write_text(text)
        elif not path.is_file() or path.read_text() != text:
            print(f"{path} is not current: run python src/pyds/make_stub.py", file=sys.stderr)
            stale += 1
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
