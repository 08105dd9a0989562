"""What is in the wheel and in the source distribution."""

from __future__ import annotations

import configparser
import email
import re
import subprocess
import tarfile
import zipfile
from email.message import Message
from pathlib import Path

import pytest

import thalweg

DIST_INFO = f"thalweg-{thalweg.__version__}.dist-info"


@pytest.fixture(scope="session")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def libraries(unpacked: Path) -> list[Path]:
    return sorted(unpacked.rglob("*.so*"))


def files(folder: Path) -> set[str]:
    """The files in `folder`, relative to it."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return {str(p.relative_to(folder)) for p in found if "__pycache__" not in p.parts}


def lines(path: Path) -> list[str]:
    """The lines of a file in requirements/."""
    text = (line.split("#")[0].strip() for line in path.read_text().splitlines())
    return [line for line in text if line]


def dynamic(library: Path) -> dict[str, list[str]]:
    """The dynamic section: NEEDED, SONAME, RUNPATH and RPATH."""
    output = subprocess.run(
        ["readelf", "-dW", library], capture_output=True, text=True, check=True
    ).stdout
    found: dict[str, list[str]] = {"NEEDED": [], "SONAME": [], "RUNPATH": [], "RPATH": []}
    for name, value in re.findall(r"\((\w+)\) .*\[(.*)\]$", output, re.MULTILINE):
        if name in found:
            found[name].append(value)
    return found


# --- the wheel ------------------------------------------------------------------------------------


def test_one_wheel_for_every_python(wheel: Path, unpacked: Path) -> None:
    assert wheel.name == f"thalweg-{thalweg.__version__}-cp310-abi3-linux_x86_64.whl"
    about = email.message_from_string((unpacked / DIST_INFO / "WHEEL").read_text())
    assert about.get_all("Tag") == ["cp310-abi3-linux_x86_64"]
    assert about["Root-Is-Purelib"] == "false"
    # No library is bound to one version of Python.
    extensions = [path.name for path in libraries(unpacked) if path.parent.name == "pyds"]
    assert extensions == ["_pyds.abi3.so"]
    assert not [path for path in libraries(unpacked) if "cpython" in path.name]


@pytest.fixture(scope="session")
def metadata(unpacked: Path) -> Message:
    return email.message_from_string((unpacked / DIST_INFO / "METADATA").read_text())


def test_metadata(metadata: Message, unpacked: Path, root: Path) -> None:
    assert metadata["Version"] == thalweg.__version__
    assert metadata["Requires-Python"] == ">=3.10"
    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata.get_all("Requires-Dist") == [
        *lines(root / "requirements/run.txt"),
        *(f'{line}; extra == "prometheus"' for line in lines(root / "requirements/prometheus.txt")),
    ]
    entry_points = configparser.ConfigParser()
    entry_points.read(unpacked / DIST_INFO / "entry_points.txt")
    assert {name: dict(entry_points[name]) for name in entry_points.sections()} == {
        "console_scripts": {"thalweg": "thalweg.cli:main"},
        "pytest11": {"thalweg.pytest_plugin": "thalweg.pytest_plugin"},
    }


def test_licences(metadata: Message, unpacked: Path) -> None:
    """Ours, the models', and nanobind's, whose code is compiled into the module."""
    named = set(metadata.get_all("License-File", []))
    assert {"LICENSE", "NOTICE"} <= named
    models = [path for path in (unpacked / "thalweg/models").iterdir() if path.is_dir()]
    assert models
    for model in models:
        for name in ("LICENSE", "NOTICE"):
            assert (model / name).is_file()
            assert f"models/{model.name}/{name}" in named
    for name in named:
        assert (unpacked / DIST_INFO / "licenses" / name).is_file(), name
    nanobind = unpacked / "thalweg/licences/nanobind.txt"
    assert "Wenzel Jakob" in nanobind.read_text()


def test_the_sources_are_all_there_and_nothing_else(unpacked: Path, root: Path) -> None:
    """Python files, data and headers are those of the checkout; libraries are listed."""
    data = ("models", "apps", "samples", "include", "docs")
    for folder in data:
        assert files(unpacked / "thalweg" / folder) == files(root / folder), folder
    ours = {"thalweg/_version.py", "thalweg/licences/nanobind.txt"}
    ours |= {str(path.relative_to(unpacked)) for path in libraries(unpacked)}
    ours |= {name for name in files(unpacked) if name.startswith(DIST_INFO)}
    for folder in data:
        ours |= {f"thalweg/{folder}/{name}" for name in files(unpacked / "thalweg" / folder)}
    assert files(unpacked) - ours == files(root / "python")
    elements = {path.parent.name for path in root.glob("src/elements/*/CMakeLists.txt")}
    assert files(unpacked / "thalweg/gst") == {f"libgst{name}.so" for name in elements}
    assert {"libnvds_meta.so", "libnvdsgst_meta.so", "libnvbufsurface.so"} < files(
        unpacked / "thalweg/lib"
    )
    assert {"pyds/py.typed", "pyds/__init__.pyi", "thalweg/py.typed"} < files(unpacked)


def test_libraries_find_each_other_in_site_packages(unpacked: Path) -> None:
    wheels = {path.name for path in (unpacked / "thalweg/lib").iterdir()}
    for library in libraries(unpacked):
        section = dynamic(library)
        assert section["RPATH"] == []
        paths = [p for entry in section["RUNPATH"] for p in entry.split(":")]
        assert all(path.startswith("$ORIGIN") for path in paths), (library.name, paths)
        found: set[str] = set()
        for path in paths:
            folder = (library.parent / path.replace("$ORIGIN", ".")).resolve()
            assert folder in (unpacked / "thalweg/lib", unpacked / "openvino/libs"), paths
            found |= wheels if folder.name == "lib" else set()
        assert set(section["NEEDED"]) & wheels <= found, library.name
        if library.parent.name == "lib":
            assert section["SONAME"] == [library.name]
        openvino = [name for name in section["NEEDED"] if name.startswith("libopenvino")]
        assert not openvino or "$ORIGIN/../../openvino/libs" in paths, library.name


def test_libraries_are_stripped(unpacked: Path) -> None:
    for library in libraries(unpacked):
        sections = subprocess.run(
            ["readelf", "-SW", library], capture_output=True, text=True, check=True
        ).stdout
        assert ".dynsym" in sections
        assert not re.search(r" \.(symtab|debug\w*) ", sections), library.name


def test_no_path_of_the_building_machine(unpacked: Path, root: Path) -> None:
    """Neither the checkout, nor the folders of the build, nor anybody's home."""
    wrong = re.compile(
        rb"(?:%s|/tmp/|/home/|/root/|\.\./src/|/\.venv/)[\x20-\x7e]*" % re.escape(bytes(root))
    )
    for name in files(unpacked):
        if not name.endswith((".onnx", ".md")):
            found = wrong.search((unpacked / name).read_bytes())
            assert found is None, f"{name}: {found[0].decode()}"
    # What it must not find is there to be found: GStreamer's macros name the source files.
    assert (
        b"src/elements/nvinfer/nvinfer.cpp"
        in (unpacked / "thalweg/gst/libgstnvinfer.so").read_bytes()
    )


# --- the machine's packages -----------------------------------------------------------------------


def documented_packages(root: Path) -> list[str]:
    """What docs/start.md tells to install before the wheel."""
    command = re.search(r"apt-get install ((?:.*\\\n)*.*)", (root / "docs/start.md").read_text())
    assert command
    return command[1].replace("\\\n", " ").split()


def closure(packages: list[str]) -> set[str]:
    """The installed packages that `packages` depend on, themselves among them."""
    query = ["dpkg-query", "-W", "-f", "${Package}\t${Provides}\t${Pre-Depends}, ${Depends}\n"]
    output = subprocess.run(query, capture_output=True, text=True, check=True).stdout
    depends: dict[str, set[str]] = {}
    for line in output.splitlines():
        name, provides, wanted = line.split("\t")
        names = set(re.findall(r"(?:^|[,|])\s*([a-z0-9][a-z0-9+.-]+)", wanted))
        for provided in [name, *re.findall(r"[a-z0-9][a-z0-9+.-]+(?=\s*[(,]|$)", provides)]:
            depends.setdefault(provided, set()).update(names | {name})
    found: set[str] = set()
    todo = set(packages)
    while todo:
        name = todo.pop()
        found.add(name)
        todo |= depends.get(name, set()) - found
    return found


def test_the_named_packages_bring_every_library(unpacked: Path, root: Path) -> None:
    """Whoever installs what docs/start.md says has all libraries that ours are linked with."""
    if subprocess.run(["which", "dpkg-query"], capture_output=True, check=False).returncode != 0:
        pytest.skip("needs dpkg-query, to ask which package a library is of")
    wanted = {name for library in libraries(unpacked) for name in dynamic(library)["NEEDED"]}
    wanted -= {path.name for path in libraries(unpacked)}
    wanted = {name for name in wanted if not name.startswith("libopenvino")}
    known = subprocess.run(["/sbin/ldconfig", "-p"], capture_output=True, text=True, check=True)
    brought = closure(documented_packages(root))
    for name in wanted:
        paths = re.findall(rf"^\s+{re.escape(name)} \(.*x86-64.*=> (\S+)$", known.stdout, re.M)
        assert paths, f"{name} is not a system library"
        real = str(Path(paths[0]).resolve())
        owners = subprocess.run(
            ["dpkg-query", "-S", real, real.removeprefix("/usr")], capture_output=True, text=True
        ).stdout
        packages = set(re.findall(r"^([^:\s]+)(?::\w+)?: ", owners, re.MULTILINE))
        assert packages & brought, f"{name} is of {packages}, which nothing depends on"


def test_the_documentation_names_what_running_needs(root: Path) -> None:
    """The packages of requirements/apt.txt for running; libraries come with -dev packages there."""
    needed = (root / "requirements/apt.txt").read_text().split("# run\n")[1].split("# ")[0].split()
    named = documented_packages(root)
    assert named[0] == "python3-venv"
    assert set(needed) < set(named)
    assert all(name.startswith("lib") for name in set(named[1:]) - set(needed))


# --- the source distribution ----------------------------------------------------------------------


def test_the_source_distribution_is_the_checkout(sdist: Path, root: Path) -> None:
    """What git knows or does not ignore, and PKG-INFO; no build folder, no environment."""
    assert sdist.name == f"thalweg-{thalweg.__version__}.tar.gz"
    top = sdist.name.removesuffix(".tar.gz")
    with tarfile.open(sdist) as archive:
        members = [member for member in archive.getmembers() if not member.isdir()]
    assert all(member.isreg() for member in members), "only plain files"
    assert all(member.name.startswith(top + "/") for member in members)
    names = {member.name.removeprefix(top + "/") for member in members}
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        capture_output=True,
        text=True,
        check=False,
        cwd=root,
    )
    if listed.returncode != 0:
        pytest.skip("needs a checkout of git, to know which files are the project's")
    ours = {name for name in listed.stdout.splitlines() if (root / name).is_file()}
    assert names - ours == {"PKG-INFO"}
    assert ours - names == set()
