"""runtime_source_add_delete, run as its user runs it."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import pytest

from .videos import LINE, interrupt_after, run

CHANGE = re.compile(r"(Adding|Removing) source (\d+)")


@pytest.fixture(scope="module")
def app(root: Path) -> Path:
    return root / "apps/runtime_source_add_delete/deepstream_rt_src_add_del.py"


def test_sources_come_and_go(app: Path, clip: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.mp4"
    done = run(app, clip.as_uri(), "--interval", 0.6, "--sources", 3, "--display", f"file:{output}")
    assert (done.returncode, done.stderr) == (0, "")
    changes, frames = [], defaultdict(list)
    for line in done.stdout.splitlines():
        if found := CHANGE.fullmatch(line):
            changes.append((found[1], int(found[2])))
        else:
            found = LINE.fullmatch(line)
            assert found, line
            frames[int(found[1])].append(int(found[2]))
    assert [what for what, _ in changes] == ["Adding"] * 3 + ["Removing"] * 2
    assert sorted(number for _, number in changes[:3]) == [0, 1, 2]
    assert len({number for _, number in changes[3:]}) == 2
    for numbers in frames.values():
        assert numbers == list(range(len(numbers)))
    assert len(frames) == 3
    assert b"moov" in output.read_bytes()


def test_it_ends_with_its_sources(app: Path, shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THALWEG_FRAMES", "20")
    short = shared / "media/misc/carphone_pristine.mp4"
    done = run(app, short.as_uri(), "--sources", 1, "--display", "none")
    assert (done.returncode, done.stderr) == (0, "")
    lines = [line for line in done.stdout.splitlines() if not LINE.fullmatch(line)]
    assert lines == ["Adding source 0", "Source 0 has ended"]


def test_interrupt_ends_it(app: Path, clip: Path) -> None:
    done = interrupt_after(app, 1, clip.as_uri(), "--display", "none")
    assert (done.returncode, done.stderr) == (130, "")


def test_help_and_bad_input(app: Path, tmp_path: Path) -> None:
    assert "--interval" in run(app, "--help").stdout
    assert run(app).returncode == 2
    assert run(app, "file:///a.mp4", "--sources", 0).returncode == 2
    missing = f"file://{tmp_path}/none.mp4"
    done = run(app, missing, "--display", "none")
    assert done.returncode == 1
    assert done.stderr.startswith("Error: source-bin-0")
    assert done.stderr.count("\n") == 1
    assert missing in done.stderr
