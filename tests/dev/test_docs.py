"""The documentation's links lead somewhere, and the README's program does what it says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def check_docs(root: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(root / "tools")
    import check_docs

    return check_docs


def test_links(check_docs: ModuleType) -> None:
    documents = check_docs.documents()
    assert len(documents) >= 6
    broken = {doc.name: list(check_docs.broken_links(doc)) for doc in documents}
    assert not {name: links for name, links in broken.items() if links}


def test_the_index_leads_to_every_page(check_docs: ModuleType, root: Path) -> None:
    index = (root / "docs/index.md").read_text()
    pages = [page for page in check_docs.documents() if page.parent != root]
    unlinked = [page for page in pages if f"{page.parent.name}/{page.name})" not in index]
    # Those of docs/ itself are linked by their name alone.
    assert {page.name for page in unlinked if f"({page.name})" not in index} == {"index.md"}


def test_readme_program(check_docs: ModuleType, root: Path) -> None:
    ((_, program),) = check_docs.programs(root / "README.md")
    assert len([line for line in program.splitlines() if line.strip()]) == 15
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    numbers = [int(n) for n in re.findall(r"^frame (\d+): \d+ objects$", done.stdout, re.MULTILINE)]
    assert numbers == list(range(795))


def test_speed_tables(root: Path) -> None:
    """The documents' figures are those that were measured."""
    done = subprocess.run(
        [sys.executable, root / "benchmarks/write_tables.py", "--check"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
