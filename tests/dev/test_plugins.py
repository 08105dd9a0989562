"""Importing thalweg makes the elements known, before or after Gst.init, to this process only."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import pyds
import thalweg

GST = "import gi; gi.require_version('Gst', '1.0'); from gi.repository import Gst\n"
FIND = "print(Gst.ElementFactory.find('nvstreammux') is not None)\n"


def python(script: str, tmp_path: Path, **environment: str) -> str:
    """Runs a script as an installed package's user would: no GStreamer variable is set."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("GST_")}
    env["XDG_CACHE_HOME"] = str(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**env, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


@pytest.mark.parametrize("module", ["thalweg", "pyds"])
@pytest.mark.parametrize("order", ["before", "after", "twice"])
def test_elements_are_found(module: str, order: str, tmp_path: Path) -> None:
    steps = {
        "before": f"import {module}\nGst.init(None)\n",
        "after": f"Gst.init(None)\nimport {module}\n",
        "twice": f"import {module}\nGst.init(None)\nimport thalweg\nthalweg.plugins.register()\n",
    }
    assert python(GST + steps[order] + FIND, tmp_path) == "True\n"


def test_without_import_they_are_unknown(tmp_path: Path) -> None:
    assert python(GST + "Gst.init(None)\n" + FIND, tmp_path) == "False\n"


def test_the_shared_registry_does_not_learn_them(tmp_path: Path) -> None:
    python(GST + "import thalweg\nGst.init(None)\n", tmp_path)
    assert (tmp_path / "thalweg/gst-registry.bin").is_file()
    assert not (tmp_path / "gstreamer-1.0").exists()
    # What another player then finds.
    assert python(GST + "Gst.init(None)\n" + FIND, tmp_path) == "False\n"


def test_no_library_is_looked_for_in_the_current_folder() -> None:
    """An empty entry of a library's search path stands for the folder of whoever calls."""
    packages = [Path(module.__file__).parent for module in (thalweg, pyds)]
    libraries = [library for package in packages for library in package.rglob("*.so")]
    names = {library.name for library in libraries}
    assert {"libnvds_meta.so", "libgstnvinfer.so", "_pyds.abi3.so"} < names
    for library in libraries:
        command = ["readelf", "-dW", library]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        for paths in re.findall(r"\((?:RUNPATH|RPATH)\).*\[(.*)\]", done.stdout):
            assert "" not in paths.split(":"), (library, paths)


def test_given_variables_are_kept(tmp_path: Path) -> None:
    script = "import os, thalweg\nprint(os.environ['GST_REGISTRY'], os.environ['GST_PLUGIN_PATH'])"
    registry, path = python(
        script, tmp_path, GST_REGISTRY="/mine.bin", GST_PLUGIN_PATH="/my/plugins"
    ).split()
    assert registry == "/mine.bin"
    assert path.split(":")[1:] == ["/my/plugins"]
    assert path.split(":")[0].endswith("thalweg/gst")


def test_versioned_variable_wins(tmp_path: Path) -> None:
    script = "import os, thalweg\nprint(os.environ['GST_PLUGIN_PATH_1_0'])"
    path = python(script, tmp_path, GST_PLUGIN_PATH_1_0="/my/plugins").strip()
    assert path.endswith("thalweg/gst:/my/plugins")


# A detector whose configuration is wrong: an exception in C++ that becomes an element's error.
WRONG_CONFIGURATION = """
import pathlib
path = pathlib.Path("wrong.txt")
path.write_text("[property]\\nonnx-file=empty.onnx\\n")
pathlib.Path("empty.onnx").touch()
pipeline = Gst.parse_launch(f"nvinfer config-file-path={path} ! fakesink")
pipeline.set_state(Gst.State.PAUSED)
message = pipeline.get_bus().timed_pop_filtered(20 * Gst.SECOND, Gst.MessageType.ERROR)
print(message.parse_error()[0].message)
pipeline.set_state(Gst.State.NULL)
"""
# The same in a library that bound before Thalweg was imported.
WRONG_MODEL = """
try:
    openvino.Core().read_model("none.xml")
except RuntimeError:
    print("refused")
"""


@pytest.mark.parametrize(
    "order",
    [
        "gi pyds",
        "pyds gi",
        "thalweg gi",
        "numpy gi pyds",
        "numpy pyds gi",
        "gi numpy pyds",
        "numpy gi thalweg",
        "openvino gi pyds",
        "gi openvino pyds",
        "pyds gi openvino",
    ],
)
def test_exceptions_survive_whatever_was_imported_first(order: str, tmp_path: Path) -> None:
    """GStreamer brings libunwind, C++ libraries bind to libgcc's functions of the same names."""
    imports = [
        GST + "Gst.init(None)\n" if module == "gi" else f"import {module}\n"
        for module in order.split()
    ]
    script = "".join(imports) + (WRONG_MODEL if "openvino" in order else "") + WRONG_CONFIGURATION
    said = python(f"import os\nos.chdir({str(tmp_path)!r})\n" + script, tmp_path).splitlines()
    assert said[-1].startswith("wrong.txt: [property] num-detected-classes: expected the number")
    assert said[:-1] == ["refused"] * ("openvino" in order)


def test_libraries_may_be_loaded_meanwhile(tmp_path: Path) -> None:
    script = (
        "import _ctypes, ctypes, threading\nimport numpy\n"
        + GST
        + """
from thalweg import plugins
folder = plugins.folder()
unwind = ctypes.CDLL(str(folder.parent / "lib/libthalweg_unwind.so"))
done = threading.Event()

def load():
    while not done.is_set():
        _ctypes.dlclose(ctypes.CDLL(str(folder / "libgstnvdslogger.so"))._handle)

loading = threading.Thread(target=load)
loading.start()
for _ in range(300):
    unwind.thalweg_agree_on_unwinder()
done.set()
loading.join()
print("done")
"""
    )
    assert python(script, tmp_path) == "done\n"
