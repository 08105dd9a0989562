"""The pytest plugin of `thalweg.testing`: the fixture `assert_metadata`, ``--update-golden``.

pytest finds it where Thalweg is installed, and in ``./dev shell``; elsewhere write
``pytest_plugins = ["thalweg.pytest_plugin"]`` into conftest.py. It imports `thalweg.testing` only
when a test asks for it: pytest loads it in every run of an environment that has Thalweg.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from thalweg.testing import Frame

__all__ = ["assert_metadata"]

_WRITTEN = pytest.StashKey[list[Path]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("thalweg").addoption(
        "--update-golden",
        action="store_true",
        help="write what tests got into the JSON files that assert_metadata compares with",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_WRITTEN] = []


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    for path in config.stash[_WRITTEN]:
        terminalreporter.write_line(f"golden file written: {path}")


@pytest.fixture
def assert_metadata(request: pytest.FixtureRequest) -> Callable[..., None]:
    """assert_metadata(got, expected, *, tolerance_px=0.5, tolerance_confidence=0.01, ignore=()):
    fails the test with a table of what differs.

    got: a `Gst.Buffer`, an `NvDsBatchMeta`, a `thalweg.testing.Frame`, or a list of such.
    expected: frames, or the name of a golden file, a JSON file of frames; a relative name is
        taken from the folder of the test's own file. With ``pytest --update-golden`` the file is
        written where it is absent or differs, and the test goes on.
    The others: see `thalweg.testing.differences`.
    """

    def check(
        got: Any,
        expected: str | Path | Sequence[Frame],
        *,
        tolerance_px: float = 0.5,
        tolerance_confidence: float = 0.01,
        ignore: Collection[str] = (),
    ) -> None:
        __tracebackhide__ = True
        from thalweg.testing import compare, load_frames, save_frames

        frames = _frames(got)
        path = None
        if isinstance(expected, str | Path):
            path = request.path.parent / expected
            update = request.config.getoption("update_golden")
            if not path.exists() and not update:
                pytest.fail(
                    f"there is no golden file {path}; write it by pytest --update-golden, and look "
                    "at it before you keep it",
                    pytrace=False,
                )
            expected = load_frames(path) if path.exists() else []
        found = compare.differences(
            expected,
            frames,
            tolerance_px=tolerance_px,
            tolerance_confidence=tolerance_confidence,
            ignore=ignore,
        )
        if path is not None and update and (found or not path.exists()):
            path.parent.mkdir(parents=True, exist_ok=True)
            save_frames(path, frames)
            request.config.stash[_WRITTEN].append(path)
        elif found:
            pytest.fail(compare.table(found, str(path or "metadata")), pytrace=False)

    return check


def _frames(got: Any) -> list[Frame]:
    from thalweg.testing import Frame, read_frames

    if isinstance(got, Frame):
        return [got]
    if isinstance(got, list | tuple):
        return [frame for one in got for frame in _frames(one)]
    return read_frames(got)
