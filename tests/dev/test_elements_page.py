"""docs/elements.md says what the registry says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest


def test_the_page_is_up_to_date(root: Path, shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(root / "tools")
    import elements_page

    spec = json.loads((shared / "spec/elements.json").read_text())
    assert (root / "docs/elements.md").read_text() == elements_page.page(spec), (
        "write it anew: ./dev shell tools/elements_page.py ../shared/spec/elements.json"
    )


def test_no_element_that_is_there_misses_a_property(root: Path) -> None:
    assert "- Missing:" not in (root / "docs/elements.md").read_text()
