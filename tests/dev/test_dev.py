"""./dev says in one sentence what is missing, and ends with a non-zero status."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def checkout(root: Path) -> Iterator[Path]:
    """A checkout with nothing in it but the script and the list of packages."""
    with tempfile.TemporaryDirectory() as name:  # pytest's own folders are closed to other users
        Path(name).chmod(0o755)
        folder = Path(name) / "checkout"
        (folder / "requirements").mkdir(parents=True)
        shutil.copy(root / "dev", folder / "dev")
        shutil.copy(root / "requirements/apt.txt", folder / "requirements/apt.txt")
        (folder.parent / "bin").mkdir()
        yield folder


@pytest.fixture
def tool(checkout: Path) -> Callable[[str, str], None]:
    def make(name: str, script: str) -> None:
        path = checkout.parent / "bin" / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    return make


def dev(checkout: Path, *words: str, user: str | None = None) -> subprocess.CompletedProcess[str]:
    """Runs ./dev with a PATH that holds nothing but the fake tools."""
    if user is not None:
        shutil.chown(checkout, user)
    return subprocess.run(
        [checkout / "dev", *words],
        env={"PATH": str(checkout.parent / "bin")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        user=user,
        check=False,
    )


def test_usage_names_every_word(checkout: Path) -> None:
    done = dev(checkout, "--help")
    assert done.returncode == 0
    for word in ("setup", "demo", "test", "lint", "bench", "docs", "shell"):
        assert f"\n  {word} " in done.stdout
    assert dev(checkout, "tset").returncode == 2


def test_wrong_distribution(checkout: Path) -> None:
    done = dev(checkout, "setup")
    assert done.returncode == 1
    assert done.stderr == (
        "This distribution has no apt-get: Thalweg is set up on Debian 12 (Ubuntu 22.04 and 24.04 "
        "should do); elsewhere use a Debian 12 container.\n"
    )


def test_neither_root_nor_sudo(checkout: Path, tool: Callable[[str, str], None]) -> None:
    tool("dpkg-query", "echo g++ installed; echo git installed; echo cmake config-files")
    tool("apt-get", "exit 1")
    done = dev(checkout, "setup", user="nobody" if os.geteuid() == 0 else None)
    assert done.returncode == 1
    assert done.stderr.startswith(
        "Root or sudo is needed once, to install distribution packages; as root run: "
        "apt-get install cmake ninja-build "
    )
    assert " git " not in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        ("Err:1 x Temporary failure resolving 'x'", "the network cannot be reached"),
        ("E: write (28: No space left on device)", "the disk is full"),
    ],
)
def test_packages_cannot_be_installed(
    checkout: Path, tool: Callable[[str, str], None], message: str, sentence: str
) -> None:
    tool("dpkg-query", "exit 1")
    tool("apt-get", f'echo "{message}"; exit 100')
    tool("sudo", 'exec "$@"')
    tool("env", 'exec /usr/bin/env "$@"')
    tool("true", "")
    done = dev(checkout, "setup")
    assert done.returncode == 1
    assert done.stderr.startswith("Cannot install the distribution packages g++ ")
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1
    assert message in (checkout / "build/log/apt.log").read_text()


def test_package_of_another_distribution(checkout: Path, tool: Callable[[str, str], None]) -> None:
    tool("dpkg-query", "exit 1")
    tool(
        "apt-get",
        '[ "$4" = update ] || { echo "E: Unable to locate package libyuv-dev"; exit 100; }',
    )
    tool("sudo", 'exec "$@"')
    tool("env", 'exec /usr/bin/env "$@"')
    done = dev(checkout, "setup")
    assert done.returncode == 1
    assert done.stderr == (
        "The distribution has no package libyuv-dev: Thalweg is set up on Debian 12 (Ubuntu 22.04 "
        "and 24.04 should do).\n"
    )


@pytest.fixture(scope="module")
def script(root: Path) -> ModuleType:
    loader = importlib.machinery.SourceFileLoader("dev_script", str(root / "dev"))
    spec = importlib.util.spec_from_loader("dev_script", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["dev_script"] = module
    writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = writes
    return module


def test_compile_error_is_shown_without_the_command(script: ModuleType) -> None:
    output = (
        "[1/3] Building a.o\nFAILED: a.o \n/usr/bin/c++ -Ia -c a.cpp\n"
        "a.cpp:1:2: error: no\n    1 | x\n[2/3] Building b.o\nninja: build stopped.\n"
    )
    assert script.compile_errors(output) == "a.cpp:1:2: error: no\n    1 | x"
    assert script.compile_errors("[1/1] fine\n") == ""


def test_tests_are_found_by_source(script: ModuleType, root: Path) -> None:
    programs = script.cpp_tests()
    sources = {path for files in programs.values() for path in files}
    written = set(root.glob("tests/*/*_test.cpp"))
    assert written
    assert written <= sources


def test_environment_keeps_the_users(script: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GST_PLUGIN_PATH", "/mine")
    monkeypatch.setenv("THALWEG_SHARED", "/elsewhere")
    environment = script.environment()
    assert environment["GST_PLUGIN_PATH"].endswith("/build/dev/stage/thalweg/gst:/mine")
    assert environment["GST_REGISTRY"].startswith(str(script.BUILD))
    assert environment["THALWEG_SHARED"] == "/elsewhere"


def test_every_requirement_is_named_once(root: Path, script: ModuleType) -> None:
    files = sorted((root / "requirements").glob("*.txt"))
    names = [
        script.re.split(r"[=<>~\[ ]", line)[0]
        for file in files
        for line in script.requirement_lines(file)
        if not line.startswith("-r")
    ]
    assert len(names) == len(set(names))
