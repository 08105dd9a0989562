"""thalweg doctor: what is broken on purpose is found, explained and mended."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import thalweg
from thalweg import doctor
from thalweg.doctor import Finding, Machine

STAGE = Path(thalweg.__file__).parent.parent


def run_doctor(
    *options: str, status: int, command: tuple[str, ...] = (), **environment: str
) -> str:
    """The output of `thalweg doctor` without a display, in another environment."""
    env = {key: value for key, value in os.environ.items() if "DISPLAY" not in key}
    done = subprocess.run(
        [*command, sys.executable, "-m", "thalweg", "doctor", *options],
        env=env | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status, done.stdout + done.stderr
    assert done.stderr == ""
    return done.stdout


def examine(status: int, **options: Any) -> dict[str, dict[str, str]]:
    """The findings by their names."""
    report = json.loads(run_doctor("--json", status=status, **options))
    assert report["sound"] == (status == 0)
    names = [finding["name"] for finding in report["findings"]]
    assert len(names) == len(set(names))
    for finding in report["findings"]:
        assert finding["found"]
        assert bool(finding["breaks"]) == (finding["status"] in ("missing", "absent"))
        assert bool(finding["remedy"]) == bool(finding["breaks"])
    return {finding["name"]: finding for finding in report["findings"]}


def module(folder: Path, name: str, content: str) -> dict[str, str]:
    """An environment in which a module is another one."""
    (folder / f"{name}.py").write_text(content)
    return {"PYTHONPATH": f"{folder}{os.pathsep}{os.environ['PYTHONPATH']}"}


def test_this_machine() -> None:
    """./dev setup has installed everything; one page, readable in a file."""
    text = run_doctor(status=0)
    assert text.endswith("\n\nNothing is missing.\n")
    assert len(text.splitlines()) < 70
    assert "\x1b" not in text
    assert "\n  absent  display: neither DISPLAY nor WAYLAND_DISPLAY is set\n" in text
    assert (
        "\n          mend:   export THALWEG_DISPLAY=http:8080, to see them in a web browser\n"
        in text
    )
    findings = examine(status=0)
    for name, start in {
        "library": "1.",
        "gi": "3.",
        "pyds": "1.2.0",
        "H.264 decoder": "avdec_h264",
        "H.264 encoder": "openh264enc",
        "OpenVINO": "202",
        "libthalweg_openvino.so": "loads",
        "libnvds_batch_jpegenc.so": "loads",
        "RTSP server": "GstRtspServer",
        "substitutes": "/",
        "blacklist": "empty",
    }.items():
        assert findings[name]["status"] == "found"
        assert findings[name]["found"].startswith(start), name
        line = f"  found   {name}: {findings[name]['found']}\n"
        assert line in text
    plugins = {path.stem.removeprefix("libgst") for path in (STAGE / "thalweg/gst").glob("*.so")}
    count = len(plugins - {"thalweg_absent"})  # an element each
    assert findings["plugins"]["found"].startswith(f"{count} elements in ")


def test_gstreamer_without_its_plugins(tmp_path: Path) -> None:
    findings = examine(
        status=1, GST_PLUGIN_SYSTEM_PATH_1_0="", GST_REGISTRY=str(tmp_path / "registry.bin")
    )
    missing = {name: one for name, one in findings.items() if one["status"] == "missing"}
    needs = [*doctor.PLUGIN_NEEDS, *doctor.DECODER_NEEDS, *doctor.ENCODER_NEEDS]
    assert set(missing) == {need.name for need in needs}
    sudo = "" if os.geteuid() == 0 else "sudo "
    assert missing["H.264 decoder"] == {
        "section": "Codecs",
        "name": "H.264 decoder",
        "status": "missing",
        "found": "no element avdec_h264 or openh264dec",
        "breaks": "nvv4l2decoder on H.264",
        "remedy": f"{sudo}apt-get install gstreamer1.0-libav",
    }
    assert findings["plugins"]["status"] == "found", "ours are elsewhere"


def test_no_gi(tmp_path: Path) -> None:
    environment = module(tmp_path, "gi", "raise ImportError(\"No module named 'gi'\")")
    findings = examine(status=1, **environment)
    assert findings["gi"]["found"] == "No module named 'gi'"
    assert "apt-get install python3-gi" in findings["gi"]["remedy"]
    assert findings["library"]["breaks"] == "everything; its plugins cannot be looked at either"
    assert findings["OpenVINO"]["status"] == "found"
    assert "H.264 decoder" not in findings
    text = run_doctor(status=1, **environment)
    assert text.endswith("\n2 missing\n")


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("raise ImportError(\"No module named 'openvino'\")", "No module named 'openvino'"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGILL)", "it crashes (SIGILL)"),
        ("raise SystemExit('said on the way out')", "said on the way out"),
    ],
)
def test_no_openvino(content: str, found: str, tmp_path: Path) -> None:
    findings = examine(status=1, **module(tmp_path, "openvino", content))
    assert findings["OpenVINO"] == {
        "section": "Inference",
        "name": "OpenVINO",
        "status": "missing",
        "found": found,
        "breaks": "nvinfer",
        "remedy": "./dev setup",
    }


def test_a_child_that_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = "import threading; threading.Event().wait()"
    monkeypatch.setenv("PYTHONPATH", module(tmp_path, "openvino", content)["PYTHONPATH"])
    monkeypatch.setattr(doctor, "CHILD_TIMEOUT_S", 2)
    assert Machine().openvino == "no answer within 2 s"


@pytest.mark.skipif(shutil.which("xvfb-run") is None, reason="needs xvfb-run (package xvfb)")
def test_displays() -> None:
    findings = examine(status=0, command=("xvfb-run", "-a"))
    assert findings["display"]["status"] == "found"
    assert findings["display"]["found"].endswith(", by ximagesink")
    findings = examine(status=1, DISPLAY=":4242", THALWEG_DISPLAY="none")
    assert findings["display"]["found"] == (
        "DISPLAY=:4242: no window can be opened; THALWEG_DISPLAY is none"
    )
    assert findings["display"]["remedy"] == "unset DISPLAY, or name a display that runs"


# --- plugins that cannot be loaded --------------------------------------------------------------

LIBRARY = "int scratch_number(void) { return 1; }"
PLUGIN = """
#define PACKAGE "scratch"
#include <gst/gst.h>
int scratch_number(void);
static gboolean init(GstPlugin *plugin) {
  return gst_element_register(plugin, "NAME", scratch_number() - 1, GST_TYPE_BIN);
}
GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, NAME, "scratch", init, "1", "LGPL",
                  "scratch", "https://example.com")
"""


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the plugins scratch and nvdsosd, which need libscratch.so.7 beside them."""
    compiler = shutil.which("cc")
    if compiler is None or shutil.which("pkg-config") is None:
        pytest.skip("needs a C compiler and pkg-config, to build a plugin")
    folder = tmp_path_factory.mktemp("plugins")
    (folder / "library.c").write_text(LIBRARY)
    shared = [compiler, "-shared", "-fPIC"]
    subprocess.run(
        [*shared, "library.c", "-o", "libscratch.so.7", "-Wl,-soname,libscratch.so.7"],
        cwd=folder,
        check=True,
    )
    flags = subprocess.run(
        ["pkg-config", "--cflags", "--libs", "gstreamer-1.0"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    for name in ("scratch", "nvdsosd"):
        (folder / f"{name}.c").write_text(PLUGIN.replace("NAME", name))
        linked = ["-Wl,-rpath," + str(folder / "lib"), "libscratch.so.7"]
        command = [*shared, f"{name}.c", "-o", f"libgst{name}.so", *flags, *linked]
        subprocess.run(command, cwd=folder, check=True)
    return folder


@pytest.fixture
def library(scratch: Path) -> Iterator[Path]:
    """Where the plugins' library has to be; it is not there yet."""
    (scratch / "lib").mkdir(exist_ok=True)
    path = scratch / "lib/libscratch.so.7"
    path.unlink(missing_ok=True)
    yield path
    path.unlink(missing_ok=True)


def element_is_known(name: str, **environment: str) -> bool:
    code = (
        "import gi; gi.require_version('Gst', '1.0'); from gi.repository import Gst; "
        f"Gst.init(None); print(Gst.ElementFactory.find('{name}') is not None)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout == "True\n"


def test_a_blacklisted_plugin(scratch: Path, library: Path, tmp_path: Path) -> None:
    """Its library is missing once; when it is back, the registry still says no, until doctor."""
    folder = tmp_path / "plugins"
    folder.mkdir()
    shutil.copy(scratch / "libgstscratch.so", folder)
    environment = {
        "GST_PLUGIN_PATH": f"{os.environ['GST_PLUGIN_PATH']}{os.pathsep}{folder}",
        "GST_REGISTRY": str(tmp_path / "registry.bin"),
    }
    sudo = "" if os.geteuid() == 0 else "sudo "
    finding = examine(status=0, **environment)["libgstscratch.so"]
    assert finding == {
        "section": "GStreamer",
        "name": "libgstscratch.so",
        "status": "absent",
        "found": "blacklisted: libscratch.so.7: cannot open shared object file: No such file or "
        "directory",
        "breaks": "the elements of that plugin",
        "remedy": f"{sudo}apt-get install libscratch7",
    }

    shutil.copy(scratch / "libscratch.so.7", library)
    assert not element_is_known("scratch", **environment), "GStreamer remembers"
    findings = examine(status=0, **environment)
    assert findings["libgstscratch.so"] == {
        "section": "GStreamer",
        "name": "libgstscratch.so",
        "status": "mended",
        "found": f"was blacklisted and loads again: {tmp_path}/registry.bin is made anew",
        "breaks": "",
        "remedy": "",
    }
    assert element_is_known("scratch", **environment)
    assert examine(status=0, **environment)["blacklist"]["found"] == "empty"


def test_one_of_our_plugins(scratch: Path, library: Path, tmp_path: Path) -> None:
    """A copy of the installed package, in which nvdsosd lacks a library."""
    package = tmp_path / "package"
    shutil.copytree(STAGE, package, symlinks=True)
    plugin = package / "thalweg/gst/libgstnvdsosd.so"
    plugin.unlink()
    shutil.copy(scratch / "libgstnvdsosd.so", plugin)
    environment = {
        "PYTHONPATH": str(package),
        "GST_PLUGIN_PATH": str(package / "thalweg/gst"),
        "GST_REGISTRY": str(tmp_path / "registry.bin"),
    }
    finding = examine(status=1, **environment)["libgstnvdsosd.so"]
    assert (finding["section"], finding["status"]) == ("Thalweg's elements", "missing")
    assert finding["found"].startswith("libscratch.so.7: cannot open shared object file")
    assert finding["breaks"] == "nvdsosd"
    assert finding["remedy"].endswith("apt-get install libscratch7")

    shutil.copy(scratch / "libscratch.so.7", library)
    finding = examine(status=0, **environment)["libgstnvdsosd.so"]
    assert finding["status"] == "mended"

    for path in plugin.parent.iterdir():
        path.unlink()
    findings = examine(status=1, **environment)
    assert findings["plugins"]["found"] == f"no libgst*.so in {plugin.parent}"
    assert findings["plugins"]["remedy"] == "./dev setup"


def test_a_registry_that_cannot_be_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {
        "gstreamer": {
            "version": [1, 22, 0],
            "registry": "/nowhere/registry.bin",
            "elements": [],
            "blacklisted": ["/usr/lib/libgstx.so"],
            "ours": {},
        },
        "library": {"error": ""},
    }

    def refuse(self: Path, missing_ok: bool = False) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(doctor, "ask", lambda what, *arguments: answers[what])
    monkeypatch.setattr(Path, "unlink", refuse)
    assert list(doctor.check_blacklist(Machine())) == [
        Finding(
            "GStreamer",
            "libgstx.so",
            "absent",
            "blacklisted: /nowhere/registry.bin cannot be removed: Permission denied",
            "the elements of that plugin",
            "rm /nowhere/registry.bin",
        )
    ]


# --- single checks ------------------------------------------------------------------------------


def machine_with(**gstreamer: Any) -> Machine:
    machine = Machine()
    answer = {
        "version": [1, 22, 0],
        "registry": "r",
        "elements": [],
        "blacklisted": [],
        "ours": {},
    }
    machine.__dict__["gstreamer"] = answer | gstreamer
    return machine


def test_an_old_gstreamer() -> None:
    finding = next(iter(doctor.check_gstreamer(machine_with(version=[1, 18, 4]))))
    assert (finding.status, finding.found) == ("missing", "1.18.4, older than 1.20")


def test_elements_that_cannot_be_made(monkeypatch: pytest.MonkeyPatch) -> None:
    path = str(doctor.plugins.folder() / "libgstnvinfer.so")
    machine = machine_with(ours={path: {"nvinfer": False}})
    monkeypatch.setattr(Machine, "why_not", lambda self, library: "")
    findings = {one.name: one for one in doctor.check_elements(machine)}
    assert findings["libgstnvinfer.so"].breaks == "nvinfer"
    assert findings["libgstnvinfer.so"].found == "GStreamer does not take it"


def test_cameras(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "DEVICES", tmp_path)
    (finding,) = doctor.check_cameras(Machine())
    assert (finding.status, finding.found) == ("absent", f"no {tmp_path}/video*")
    for name in ("video0", "video1", "video-codec"):
        (tmp_path / name).touch()
    monkeypatch.setattr(os, "access", lambda path, mode: path.name == "video0")
    first, second = doctor.check_cameras(Machine())
    assert (first.name, first.status) == (f"{tmp_path}/video0", "found")
    assert second.found == "unnamed, which this user may not open"
    assert second.remedy == "sudo usermod -aG video $USER, and log in again"


def test_no_libturbojpeg(monkeypatch: pytest.MonkeyPatch) -> None:
    error = "libturbojpeg.so.0: cannot open shared object file: No such file or directory"
    monkeypatch.setattr(doctor, "ask", lambda what, library: {"error": error})
    (finding,) = doctor.check_pictures(Machine())
    assert (finding.name, finding.status, finding.found) == (
        "libnvds_batch_jpegenc.so",
        "missing",
        error,
    )
    assert finding.breaks == "saving objects as JPEG: nvds_obj_enc_process and the others in pyds"
    assert finding.remedy.endswith("apt-get install libturbojpeg0")


def test_no_rtsp_server(monkeypatch: pytest.MonkeyPatch) -> None:
    error = "cannot import name GstRtspServer, introspection typelib not found"
    monkeypatch.setattr(doctor, "ask", lambda what, module: error)
    *_, finding = doctor.check_gstreamer(machine_with())
    assert (finding.name, finding.status, finding.found) == ("RTSP server", "absent", error)
    assert finding.remedy.endswith("apt-get install gir1.2-gst-rtsp-server-1.0")


def test_substitutes_that_are_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor.models, "folder", lambda: tmp_path)

    def finding() -> Finding:
        findings = {one.name: one for one in doctor.check_thalweg(Machine())}
        return findings["substitutes"]

    assert finding().found == f"no {tmp_path}/substitutes.ini"
    assert finding().breaks == "thalweg run --substitute-models"
    (tmp_path / "substitutes.ini").write_text(
        "[A]\nnames=a%20;b\nsubstitute=a.onnx\nlabels=../labels.txt\n[B]\nsubstitute=b.onnx\n"
        "[C]\nnames=c\n"
    )
    (tmp_path / "b.onnx").touch()
    assert finding().found == f"no {tmp_path}/../labels.txt, {tmp_path}/a.onnx"


def test_fonts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "FONT_FOLDERS", (str(tmp_path),))
    (finding,) = doctor.check_fonts(Machine())
    assert (finding.status, finding.found) == ("missing", f"none in {tmp_path}")
    (tmp_path / "truetype").mkdir()
    (tmp_path / "truetype/Sans.ttf").touch()
    (finding,) = doctor.check_fonts(Machine())
    assert (finding.status, finding.found) == ("found", f"1 in {tmp_path}")


def test_no_sample_clip_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (finding,) = (one for one in doctor.check_thalweg(Machine()) if one.name == "sample clip")
    assert (finding.status, finding.breaks) == (
        "absent",
        "nothing: it is fetched when it is needed",
    )


def test_a_check_that_fails_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def check_something(machine: Machine) -> Iterator[Finding]:
        raise KeyError("surprise")

    monkeypatch.setattr(doctor, "CHECKS", (check_something, doctor.check_cameras))
    first, *others = doctor.examine()
    assert (first.name, first.status) == ("something", "missing")
    assert first.found == "KeyError: 'surprise'"
    assert others


@pytest.mark.parametrize(
    ("library", "package"),
    [
        ("libyuv.so.0", "libyuv0"),
        ("libpangocairo-1.0.so.0", "libpangocairo-1.0-0"),
        ("libgstvideo-1.0.so.0", "libgstreamer-plugins-base1.0-0"),
        ("libgstbase-1.0.so.0", "libgstreamer1.0-0"),
        ("libgstreamer-1.0.so.0", "libgstreamer1.0-0"),
        ("libX11_xcb.so.1", "libx11-xcb1"),
        ("libyaml-cpp.so.0.7", "libyaml-cpp0.7"),
        ("libturbojpeg.so.0", "libturbojpeg0"),
    ],
)
def test_packages_of_libraries(library: str, package: str) -> None:
    remedy = doctor.install_library(f"{library}: cannot open shared object file: No such file")
    assert remedy.endswith(f"apt-get install {package}")


def test_remedies_of_an_installed_package(monkeypatch: pytest.MonkeyPatch) -> None:
    requirements = ["openvino==2026.4.1", "nanobind-backend==1.0.0", "numpy>=1.26"]
    monkeypatch.setattr(doctor.importlib.metadata, "requires", lambda name: requirements)
    monkeypatch.setattr(doctor.importlib.metadata, "version", lambda name: "0.1.0")
    pip = f"{sys.executable} -m pip install"
    assert doctor.install_module("nanobind_backend") == f"{pip} 'nanobind-backend==1.0.0'"
    missing = "libopenvino.so.2641: cannot open shared object file: No such file"
    assert doctor.install_library(missing) == f"{pip} 'openvino==2026.4.1'"
    for ours in ("libnvds_meta.so: cannot open shared object file: No such file", "bad ELF"):
        assert doctor.install_library(ours).startswith(f"{pip} --force-reinstall")


def test_without_apt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert doctor.install_package("libyuv0") == "install what Debian has in its package libyuv0"


def test_in_a_closed_virtual_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    config = tmp_path / "pyvenv.cfg"
    config.write_text("include-system-site-packages = false\n")
    monkeypatch.setattr(doctor, "ask", lambda what, name: f"No module named '{name}'")
    gi = next(iter(doctor.check_modules(Machine())))
    assert gi.remedy.endswith("/usr/bin/python3 -m venv --system-site-packages DIR")
    config.write_text("include-system-site-packages = true\n")
    assert next(iter(doctor.check_modules(Machine()))).remedy.endswith("install python3-gi")
