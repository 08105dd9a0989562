"""Includes and imports point one way only (docs/architecture.md)."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src"

# A module of src/ and the modules, or single headers, that it may include besides its own.
MAY_INCLUDE: dict[str, set[str]] = {
    "files": set(),
    "unwind": set(),
    "meta": set(),
    "surface": {"meta"},
    "encode": {"meta/slots.h", "surface"},
    "infer": {"files", "meta", "surface"},
    "draw": {"meta", "surface"},
    "elements": {"meta", "surface", "infer", "draw"},
    # Other libraries only through their C interfaces: include/nvds and these headers.
    "pyds": {"encode/checked.h", "infer/python_host.h", "meta/slots.h", "surface"},
}

# Python code and the packages that it may import, besides the standard library and itself. A file
# or folder in a folder may have arrows of its own.
MAY_IMPORT = {
    "python/thalweg": {"gi", "numpy", "openvino", "pytest", "rich", "typer"},
    "python/thalweg/stats.py": {"gi", "prometheus_client"},
    # What is above pyds; pyds itself is above thalweg.plugins.
    "python/thalweg/meta.py": {"gi", "numpy", "pyds", "supervision", "thalweg"},
    "python/thalweg/testing": {"gi", "numpy", "pyds", "thalweg"},
    "python/pyds": {"gi", "nanobind_backend", "numpy", "thalweg", "typing_extensions"},
    "apps": {"common", "gi", "numpy", "pyds", "thalweg"},
    "tools": {"gi", "numpy", "onnx", "scikit_build_core", "thalweg"},
}


def sources() -> list[Path]:
    return sorted(path for path in SRC.rglob("*") if path.suffix in (".h", ".cpp", ".c", ".hpp"))


def module_of(path: Path) -> str:
    return path.relative_to(SRC).parts[0]


def included(path: Path) -> Iterator[Path]:
    """The project's own headers that a file includes."""
    for name in re.findall(r'^\s*#\s*include\s+"([^"]+)"', path.read_text(), re.MULTILINE):
        for folder in (path.parent, SRC):
            if (folder / name).is_file():
                yield (folder / name).resolve()
                break


def test_every_module_has_its_arrows() -> None:
    assert {module_of(path) for path in sources()} <= set(MAY_INCLUDE)


@pytest.mark.parametrize("module", sorted(MAY_INCLUDE))
def test_includes(module: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)} includes {header.relative_to(SRC)}"
        for path in sources()
        if module_of(path) == module
        for header in included(path)
        if not {module_of(header), str(header.relative_to(SRC))} & (MAY_INCLUDE[module] | {module})
    ]
    assert not wrong


def test_elements_do_not_know_each_other() -> None:
    elements = SRC / "elements"
    wrong = [
        f"{path.relative_to(ROOT)} includes {header.relative_to(SRC)}"
        for path in sources()
        if path.is_relative_to(elements) and path.parent != elements
        for header in included(path)
        if header.is_relative_to(elements) and header.parent not in (path.parent, elements)
    ]
    assert not wrong


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.split(".")[0]


@pytest.mark.parametrize("place", sorted(MAY_IMPORT))
def test_imports(place: str) -> None:
    path = ROOT / place
    others = [ROOT / other for other in MAY_IMPORT if other.startswith(f"{place}/")]
    files = [
        file
        for file in ([path] if path.is_file() else sorted(path.rglob("*.py")))
        if not any(file.is_relative_to(other) for other in others)
    ]
    assert files
    own = {file.stem for file in files} | {path.name}
    allowed = MAY_IMPORT[place] | own | sys.stdlib_module_names
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in files
        for name in imported(path)
        if name not in allowed
    ]
    assert not wrong


def test_no_quoted_include_is_unknown() -> None:
    """So that the tests above see every include: a quoted one is ours, by its path from src."""
    public = ROOT / "include/nvds"
    wrong = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in sources()
        for name in re.findall(r'^\s*#\s*include\s+"([^"]+)"', path.read_text(), re.MULTILINE)
        if not any((folder / name).is_file() for folder in (path.parent, SRC, public))
    ]
    assert not wrong
