#!/usr/bin/env python3
"""Checks the documentation: runs its Python code, looks for the files that its links name.

    ./dev docs [FILE.md...]

A code block marked `python` is a whole program: it has to end with status 0 and print nothing on
standard error. One with functions `test_...` is a file for pytest, which has to pass. One marked
`cpp` is a parser, which has to compile. Links into the web are left alone.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TIMEOUT = 300


def documents() -> list[Path]:
    found = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("apps/*/README.md")]
    return sorted(found)


def programs(document: Path, language: str = "python") -> Iterator[tuple[int, str]]:
    """Line number and text of each block marked as of that language."""
    text = document.read_text()
    for match in re.finditer(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        yield text.count("\n", 0, match.start()) + 1, match[1]


def broken_links(document: Path) -> Iterator[str]:
    for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text()):
        path = target.split("#")[0]
        if path and "://" not in target and not (document.parent / path).exists():
            yield target


def commands(program: str, folder: Path) -> list[list[str | Path]]:
    """What runs a program; of tests, a first run writes the golden files that they name."""
    if not re.search(r"^def test_", program, re.MULTILINE):
        return [[sys.executable, "-c", program]]
    path = folder / "test_example.py"
    path.write_text(program)
    pytest = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", path]
    return [[*pytest, "--update-golden"], pytest]


def run(program: str) -> str:
    """Runs a program in an empty folder; returns what is wrong, or an empty string."""
    with tempfile.TemporaryDirectory() as folder:
        for command in commands(program, Path(folder)):
            try:
                done = subprocess.run(
                    command,
                    cwd=folder,
                    capture_output=True,
                    text=True,
                    timeout=TIMEOUT,
                    check=False,
                )
            except subprocess.TimeoutExpired:
                return f"still runs after {TIMEOUT} s"
            if done.returncode != 0 or done.stderr:
                said = done.stderr.strip() or done.stdout.strip()
                return f"ended with status {done.returncode}: {said}"
    return ""


def compiled(program: str) -> str:
    """Compiles a parser against the headers; returns what is wrong, or an empty string."""
    command = ["g++", "-Wall", "-Wextra", "-Werror", f"-I{ROOT}/include/nvds", "-fsyntax-only"]
    done = subprocess.run(
        [*command, "-x", "c++", "-"], input=program, capture_output=True, text=True, check=False
    )
    return done.stderr.strip()


def main(arguments: list[str]) -> int:
    wrong = []
    for document in [Path(name).resolve() for name in arguments] or documents():
        name = document.relative_to(ROOT)
        wrong += [f"{name}: no file {target}" for target in broken_links(document)]
        for language, check in (("python", run), ("cpp", compiled)):
            for line, program in programs(document, language):
                problem = check(program)
                print(f"{name}:{line}: {'failed' if problem else 'fine'}", flush=True)
                if problem:
                    wrong.append(f"{name}:{line}: {problem}")
    print("\n".join(wrong), end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
