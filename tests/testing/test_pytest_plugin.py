"""The plugin: golden files, the option that writes them, what it costs who needs neither."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

import pytest

pytest_plugins = ["pytester"]

TEST = """
from thalweg.testing import Detection, Frame, make_buffer

def test_probe(assert_metadata):
    person = Detection(label="person", xyxy=(10, 20, 60, 120), confidence={confidence})
    assert_metadata({got}, "golden/person.json")
"""
WITH_BUFFER = "make_buffer([Frame(objects=[person])])"


@pytest.fixture
def write(pytester: pytest.Pytester) -> Any:
    def write(got: str = WITH_BUFFER, confidence: float = 0.9) -> None:
        folder = pytester.mkdir("tests") if not (pytester.path / "tests").exists() else None
        path = (folder or pytester.path / "tests") / "test_it.py"
        path.write_text(TEST.format(got=got, confidence=confidence))

    return write


def test_a_golden_file(pytester: pytest.Pytester, write: Any) -> None:
    """Absent, written, right, wrong, written again."""
    write()
    golden = pytester.path / "tests/golden/person.json"
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [f"there is no golden file {golden}; write it by pytest --update-golden, and look at it *"]
    )

    result = pytester.runpytest_subprocess("--update-golden")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines([f"golden file written: {golden}"])
    assert '"label": "person", "confidence": 0.9' in golden.read_text()

    pytester.runpytest_subprocess().assert_outcomes(passed=1)
    before = golden.read_text().replace("0.9", "0.901")
    golden.write_text(before)
    result = pytester.runpytest_subprocess("--update-golden")
    result.stdout.no_fnmatch_line("golden file written*")
    assert golden.read_text() == before, "what is near enough stays"

    write(confidence=0.5)
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            f"{golden}: 1 difference",
            "frame              object             field       expected  got",
            "source 0, frame 0  objects[[]0] person  confidence  0.901     0.5",
        ]
    )
    result.stdout.no_fnmatch_line("*Traceback*")
    pytester.runpytest_subprocess("--update-golden").assert_outcomes(passed=1)
    pytester.runpytest_subprocess().assert_outcomes(passed=1)


@pytest.mark.parametrize(
    "got", ["Frame(objects=[person])", "[Frame(objects=[person])]", f"[{WITH_BUFFER}]"]
)
def test_what_may_be_compared(got: str, pytester: pytest.Pytester, write: Any) -> None:
    write()
    pytester.runpytest_subprocess("--update-golden").assert_outcomes(passed=1)
    write(got)
    pytester.runpytest_subprocess().assert_outcomes(passed=1)


def test_a_broken_golden_file(pytester: pytest.Pytester, write: Any) -> None:
    write()
    (pytester.path / "tests/golden").mkdir()
    golden = pytester.path / "tests/golden/person.json"
    golden.write_text('{"frames": [{"objects": [{"label": "person"}]}]}')
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [f"*MetadataError: {golden}: frames[[]0].objects[[]0]: expected xy*"]
    )


def test_the_expected_may_be_frames(assert_metadata: Any) -> None:
    from thalweg.testing import Detection, Frame

    frame = Frame(objects=[Detection(label="person", xyxy=(10, 20, 60, 120))])
    assert_metadata(frame, [frame])
    with pytest.raises(pytest.fail.Exception, match=r"^metadata: 1 difference\nframe "):
        assert_metadata(frame, [])


def test_it_needs_nothing_until_it_is_used(pytester: pytest.Pytester) -> None:
    """Every pytest in an environment with Thalweg loads it, also where GStreamer is absent."""
    pytester.makepyfile(
        """
        import sys

        def test_modules():
            assert "thalweg.pytest_plugin" in sys.modules
            assert not {"gi", "pyds", "numpy", "thalweg.testing"} & set(sys.modules)
        """
    )
    pytester.runpytest_subprocess().assert_outcomes(passed=1)


@pytest.mark.parametrize("installed", [False, True])
@pytest.mark.parametrize("variable", [False, True])
@pytest.mark.parametrize("conftest", [False, True])
def test_who_may_name_it(
    installed: bool,
    variable: bool,
    conftest: bool,
    root: Path,
    pytester: pytest.Pytester,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An installed package's entry point, PYTEST_PLUGINS as in ./dev, a conftest.py, or several."""
    if installed:
        project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
        (entry,) = project["entry-points"]["pytest11"].items()
        package = pytester.mkdir("site") / "thalweg-0.1.0.dist-info"
        package.mkdir()
        (package / "METADATA").write_text("Metadata-Version: 2.1\nName: thalweg\nVersion: 0.1.0\n")
        (package / "entry_points.txt").write_text("[pytest11]\n" + " = ".join(entry) + "\n")
        paths = [str(package.parent), os.environ["PYTHONPATH"]]
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))
    if not variable:
        monkeypatch.delenv("PYTEST_PLUGINS")
    if conftest:
        pytester.makeconftest('pytest_plugins = ["thalweg.pytest_plugin"]')
    pytester.makepyfile("def test_it(assert_metadata): assert_metadata([], [])")
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    if installed or variable or conftest:
        result.assert_outcomes(passed=1)
    else:
        result.stdout.fnmatch_lines(["*fixture 'assert_metadata' not found"])
