"""`thalweg doctor`: what is there, what is missing, what that breaks, what mends it.

The machine is asked in child processes, so that a library that is missing or that crashes is a
finding and not the end. `CHECKS` is the table of what is looked at.
"""

from __future__ import annotations

import ctypes
import dataclasses
import functools
import importlib.metadata
import importlib.util
import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from thalweg import __version__, media, models, plugins

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["CHECKS", "Finding", "Machine", "examine", "print_report", "to_json"]

CHILD_TIMEOUT_S = 120  # a first scan of all plugins on a slow disk
OLDEST_GSTREAMER = (1, 20)
NO_PLUGIN = "it is no plugin of GStreamer"
ABSENT_ELEMENTS = (
    "libgstthalweg_absent.so"  # the plugin of those that only say that they are absent
)
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts")
DEVICES = Path("/dev")

Status = Literal["found", "missing", "absent", "mended"]


@dataclass(frozen=True)
class Finding:
    """One line of the report.

    status: "found"; "missing", which breaks something; "absent", which programs do without, such as
        a camera; "mended", which this run has put right.
    found: what there is, or why there is not.
    breaks: what does not work for that, "" if found.
    remedy: the command that mends it, "" if found.
    """

    section: str
    name: str
    status: Status
    found: str
    breaks: str = ""
    remedy: str = ""


@dataclass(frozen=True)
class Need:
    """Elements of GStreamer, of which one is enough."""

    name: str
    elements: tuple[str, ...]
    package: str  # Debian's, of the first element
    breaks: str


_BASE = "gstreamer1.0-plugins-base"
_GOOD = "gstreamer1.0-plugins-good"
_BAD = "gstreamer1.0-plugins-bad"
_UGLY = "gstreamer1.0-plugins-ugly"
_LIBAV = "gstreamer1.0-libav"

PLUGIN_NEEDS = (
    Need("conversion", ("videoconvert",), _BASE, "showing, encoding and capturing frames"),
    Need("scaling", ("videoscale",), _BASE, "showing frames in a window"),
    Need("URIs", ("uridecodebin",), _BASE, "programs that open URIs"),
    Need("MP4 input", ("qtdemux",), _GOOD, "reading MP4 files"),
    Need("MP4 output", ("mp4mux",), _GOOD, "writing MP4 files, THALWEG_DISPLAY=file:OUT.mp4"),
    Need("H.264 streams", ("h264parse",), _BAD, "nearly every program: they parse H.264"),
    Need("H.265 streams", ("h265parse",), _BAD, "reading and writing H.265"),
    Need("RTSP input", ("rtspsrc",), _GOOD, "IP cameras"),
    Need("RTP output", ("rtph264pay",), _GOOD, "programs that serve RTSP"),
    Need("cameras", ("v4l2src",), _GOOD, "cameras of this machine"),
)
DECODER_NEEDS = (
    Need("H.264 decoder", ("avdec_h264", "openh264dec"), _LIBAV, "nvv4l2decoder on H.264"),
    Need("H.265 decoder", ("avdec_h265", "libde265dec"), _LIBAV, "nvv4l2decoder on H.265"),
    Need("MPEG-4 decoder", ("avdec_mpeg4",), _LIBAV, "nvv4l2decoder on MPEG-4"),
    Need("VP8 decoder", ("avdec_vp8", "vp8dec"), _LIBAV, "nvv4l2decoder on VP8"),
    Need("VP9 decoder", ("avdec_vp9", "vp9dec"), _LIBAV, "nvv4l2decoder on VP9"),
    Need("AV1 decoder", ("av1dec",), _BAD, "nvv4l2decoder on AV1"),
    Need("JPEG decoder", ("jpegdec", "avdec_mjpeg"), _GOOD, "nvjpegdec; nvv4l2decoder on MJPEG"),
)
ENCODER_NEEDS = (
    Need("H.264 encoder", ("openh264enc", "x264enc"), _BAD, "nvv4l2h264enc"),
    Need("H.264 encoder, 4:4:4", ("x264enc",), _UGLY, "profile High444 of nvv4l2h264enc"),
    Need("H.265 encoder", ("x265enc",), _BAD, "nvv4l2h265enc"),
    Need("MPEG-4 encoder", ("avenc_mpeg4",), _LIBAV, "programs that encode MPEG-4"),
    Need("JPEG encoder", ("jpegenc",), _GOOD, "nvjpegenc, THALWEG_DISPLAY=http:PORT"),
)
# Module, Debian's package ("" if it comes with Thalweg's), what it breaks.
MODULE_NEEDS = (
    ("gi", "python3-gi", "every program: they use GStreamer through it"),
    ("numpy", "", "pixels and masks in pyds"),
    ("nanobind_backend", "", "pyds"),
    ("rich", "", "thalweg demo"),
)


# --- the machine --------------------------------------------------------------------------------


class Machine:
    """What children of this process found out; each is asked once."""

    def __init__(self) -> None:
        self.cleared: list[str] = []  # plugins that were blacklisted and load again
        self.cannot_clear = ""

    @functools.cached_property
    def gstreamer(self) -> dict[str, Any] | str:
        """The answer of `answer_gstreamer`, or why there is none.

        A registry remembers a plugin that could not be loaded as blacklisted, also when the
        missing library has returned. If one would load now, the registry is removed, which makes
        GStreamer scan anew.
        """
        answer = ask("gstreamer")
        if isinstance(answer, str):
            return answer
        able = [path for path in answer["blacklisted"] if not self.why_not(path)]
        if not able:
            return answer
        try:
            Path(answer["registry"]).unlink(missing_ok=True)
        except OSError as error:
            self.cannot_clear = f"{answer['registry']} cannot be removed: {error.strerror}"
            return answer
        again = ask("gstreamer")
        if isinstance(again, str):
            return again
        self.cleared = [path for path in able if path not in again["blacklisted"]]
        self._reasons.clear()
        return again

    @functools.cached_property
    def openvino(self) -> dict[str, Any] | str:
        return ask("openvino")

    @functools.cached_property
    def _reasons(self) -> dict[str, str]:
        return {}

    def why_not(self, library: str) -> str:
        """Why a plugin or library cannot be loaded; "" if it can be."""
        if library not in self._reasons:
            answer = ask("library", library)
            self._reasons[library] = answer if isinstance(answer, str) else answer["error"]
        return self._reasons[library]

    def has(self, element: str) -> bool:
        return isinstance(self.gstreamer, dict) and element in self.gstreamer["elements"]


def ask(what: str, *arguments: str) -> dict[str, Any] | str:
    """Calls ``answer_WHAT(*arguments)`` in a child; its answer, or in words why there is none."""
    code = f"from thalweg import doctor; doctor._answer({what!r}, {arguments!r})"
    try:
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=CHILD_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"no answer within {CHILD_TIMEOUT_S} s"
    if done.returncode < 0:
        return f"it crashes ({signal.Signals(-done.returncode).name})"
    last = (done.stdout.strip().splitlines() or [""])[-1]
    try:
        answer: dict[str, Any] = json.loads(last)
    except ValueError:
        return (done.stderr.strip().splitlines() or ["no answer"])[-1]
    return answer.get("failure") or answer


def _answer(what: str, arguments: tuple[str, ...]) -> None:
    """Runs in the child: prints the answer as a line of JSON."""
    answers: dict[str, Callable[..., dict[str, Any]]] = {
        "gstreamer": answer_gstreamer,
        "window": answer_window,
        "openvino": answer_openvino,
        "library": answer_library,
        "module": answer_module,
    }
    try:
        print(json.dumps(answers[what](*arguments)))
    except Exception as error:
        print(json.dumps({"failure": str(error) or type(error).__name__}))


def answer_gstreamer() -> dict[str, Any]:
    """GStreamer's version, its registry's file (`thalweg.plugins` has chosen it), the names of all
    elements, blacklisted files, and our plugins' elements with whether each could be made."""
    gst = _gst()
    registry = gst.Registry.get()
    blacklisted = []
    ours: dict[str, dict[str, bool]] = {}
    for plugin in registry.get_plugin_list():
        path = plugin.get_filename() or ""
        if plugin.flags & gst.PluginFlags.BLACKLISTED:
            blacklisted.append(path)
        elif path and Path(path).parent == plugins.folder():
            names = [
                feature.get_name()
                for feature in registry.get_feature_list_by_plugin(plugin.get_name())
                if isinstance(feature, gst.ElementFactory)
            ]
            ours[path] = {name: gst.ElementFactory.make(name) is not None for name in names}
    features = registry.get_feature_list(gst.ElementFactory)
    return {
        "version": gst.version()[:3],
        "registry": os.environ.get("GST_REGISTRY_1_0") or os.environ["GST_REGISTRY"],
        "elements": [feature.get_name() for feature in features],
        "blacklisted": blacklisted,
        "ours": ours,
    }


def answer_window() -> dict[str, Any]:
    """The first element that can open a window here, as nveglglessink looks for one."""
    gst = _gst()
    names = ["waylandsink"] if os.environ.get("WAYLAND_DISPLAY") else []
    names += ["ximagesink", "xvimagesink"] if os.environ.get("DISPLAY") else []
    for name in [*names, "glimagesink"]:
        sink = gst.ElementFactory.make(name)
        if sink is None:
            continue
        able = sink.set_state(gst.State.READY) != gst.StateChangeReturn.FAILURE
        sink.set_state(gst.State.NULL)
        if able:
            return {"sink": name}
    return {"sink": ""}


def answer_openvino() -> dict[str, Any]:
    """OpenVINO's version and devices."""
    import openvino

    core = openvino.Core()
    devices = {name: core.get_property(name, "FULL_DEVICE_NAME") for name in core.available_devices}
    return {"version": importlib.metadata.version("openvino"), "devices": devices}


def answer_library(path: str) -> dict[str, Any]:
    """Why a library, or a plugin of GStreamer, cannot be loaded; "" if it can."""
    try:
        library = ctypes.CDLL(path, mode=os.RTLD_LAZY)
    except OSError as error:
        return {"error": str(error)}
    name = Path(path).name.partition(".so")[0]
    if not name.startswith("libgst"):
        return {"error": ""}
    describe = f"gst_plugin_{name.removeprefix('libgst')}_get_desc"
    return {"error": "" if hasattr(library, describe) else NO_PLUGIN}


def answer_module(name: str) -> dict[str, Any]:
    """A module's version, "" if it has none."""
    module = importlib.import_module(name)
    return {"version": str(getattr(module, "__version__", ""))}


def _gst() -> Any:
    import gi

    gi.require_version("Gst", "1.0")
    from gi.repository import Gst

    Gst.init(None)
    return Gst


# --- remedies -----------------------------------------------------------------------------------


def install_package(package: str) -> str:
    """The command that installs one of Debian's packages."""
    if shutil.which("apt-get") is None:
        return f"install what Debian has in its package {package}"
    return f"{'' if os.geteuid() == 0 else 'sudo '}apt-get install {package}"


def install_module(name: str) -> str:
    """The command that installs a Python package in the version that Thalweg was built with."""
    try:
        required = importlib.metadata.requires("thalweg") or []
    except importlib.metadata.PackageNotFoundError:
        return "./dev setup"
    wanted = name.replace("_", "-")
    line = next((one for one in required if re.match(rf"{wanted}\b", one)), wanted)
    return f"{sys.executable} -m pip install '{line}'"


def install_thalweg() -> str:
    try:
        importlib.metadata.version("thalweg")
    except importlib.metadata.PackageNotFoundError:
        return "./dev setup"
    return f"{sys.executable} -m pip install --force-reinstall --no-deps thalweg=={__version__}"


def install_library(error: str) -> str:
    """What brings the library that a loader's message misses: ours, or a package by Debian's rule
    for their names (libyuv.so.0 is in libyuv0, libpango-1.0.so.0 in libpango-1.0-0)."""
    match = re.match(r"(lib[^:/]+)\.so(?:\.([\d.]+))?[^:]*: cannot open shared object file", error)
    if match is None:
        return install_thalweg()
    name, version = match.groups(default="")
    if re.match(r"lib(openvino|tbb)", name):
        return install_module("openvino")
    if not version:
        return install_thalweg()
    if name.startswith("libgst"):
        known = "libgstreamer1.0-0" if "reamer" in name or "base-" in name else ""
        return install_package(known or "libgstreamer-plugins-base1.0-0")
    joint = "-" if name[-1].isdigit() else ""
    return install_package(f"{name}{joint}{version}".lower().replace("_", "-"))


# --- checks -------------------------------------------------------------------------------------


def check_thalweg(machine: Machine) -> Iterator[Finding]:
    section = "Thalweg"
    python = f"Python {platform.python_version()} ({sys.executable})"
    yield Finding(
        section, "package", "found", f"{__version__} in {Path(__file__).parent}, {python}"
    )
    cores = len(os.sched_getaffinity(0))
    kind = _processor_features()
    yield Finding(section, "processor", "found", f"{cores} cores, {platform.machine()}{kind}")
    try:
        model = models.default_detector()
    except models.ModelError as error:
        yield Finding(
            section, "detector", "missing", str(error), "nvinfer's default model", install_thalweg()
        )
    else:
        yield Finding(section, "detector", "found", str(model.parent))
    missing = models.missing_substitutes()
    if missing:
        yield Finding(
            section,
            "substitutes",
            "missing",
            f"no {', '.join(map(str, missing))}",
            "thalweg run --substitute-models",
            install_thalweg(),
        )
    else:
        yield Finding(section, "substitutes", "found", str(models.folder() / "substitutes.ini"))
    clips = [media.cache_folder() / name for name in media.SAMPLES]
    if all(clip.is_file() for clip in clips):
        yield Finding(section, "sample clip", "found", str(media.cache_folder()))
    else:
        yield Finding(
            section,
            "sample clip",
            "absent",
            f"not in {media.cache_folder()}",
            "nothing: it is fetched when it is needed",
            f"{sys.executable} -c 'from thalweg import media; media.sample()'",
        )


def _processor_features() -> str:
    try:
        flags = set(re.findall(r"\S+", Path("/proc/cpuinfo").read_text()))
    except OSError:
        return ""
    names = {"avx2": "AVX2", "avx512f": "AVX-512", "avx_vnni": "VNNI", "avx512_vnni": "VNNI"}
    known = dict.fromkeys(label for flag, label in names.items() if flag in flags)
    return "".join(f", {label}" for label in known)


def check_modules(machine: Machine) -> Iterator[Finding]:
    section = "Python modules"
    for name, package, breaks in (*MODULE_NEEDS, ("pyds", "", "every program")):
        answer = ask("module", name)
        if isinstance(answer, dict):
            yield Finding(section, name, "found", answer["version"] or "there")
            continue
        if package:
            remedy = install_package(package)
            if _sees_no_system_packages():
                remedy += "; in a virtual environment: /usr/bin/python3 -m venv " + (
                    "--system-site-packages DIR"
                )
        else:
            remedy = install_thalweg() if name == "pyds" else install_module(name)
        yield Finding(section, name, "missing", answer, breaks, remedy)


def _sees_no_system_packages() -> bool:
    """Whether this is a virtual environment that does not look into the system's packages."""
    config = Path(sys.prefix) / "pyvenv.cfg"
    return config.is_file() and "include-system-site-packages = true" not in config.read_text()


def check_gstreamer(machine: Machine) -> Iterator[Finding]:
    section = "GStreamer"
    answer = machine.gstreamer
    if isinstance(answer, str):
        yield Finding(
            section,
            "library",
            "missing",
            answer,
            "everything; its plugins cannot be looked at either",
            install_package("python3-gi python3-gst-1.0 gir1.2-gstreamer-1.0"),
        )
        return
    version = ".".join(map(str, answer["version"]))
    if tuple(answer["version"][:2]) < OLDEST_GSTREAMER:
        wanted = ".".join(map(str, OLDEST_GSTREAMER))
        yield Finding(
            section,
            "library",
            "missing",
            f"{version}, older than {wanted}",
            "Thalweg's elements, which are built for a newer one",
            "use Debian 12, Ubuntu 22.04 or newer",
        )
    else:
        yield Finding(section, "library", "found", f"{version}, registry {answer['registry']}")
    if importlib.util.find_spec("gi.overrides") and not _has_override():
        yield Finding(
            section,
            "Python overrides",
            "missing",
            "gi.overrides has no Gst",
            "programs that use Gst.Fraction, caps and structures as Python does",
            install_package("python3-gst-1.0"),
        )
    yield from _needs(section, PLUGIN_NEEDS, machine)
    server = ask("module", "gi.repository.GstRtspServer")
    if isinstance(server, dict):
        yield Finding(section, "RTSP server", "found", "GstRtspServer")
    else:
        yield Finding(
            section,
            "RTSP server",
            "absent",
            server,
            "programs that serve RTSP",
            install_package("gir1.2-gst-rtsp-server-1.0"),
        )


def _has_override() -> bool:
    return importlib.util.find_spec("gi.overrides.Gst") is not None


def check_blacklist(machine: Machine) -> Iterator[Finding]:
    section = "GStreamer"
    if isinstance(machine.gstreamer, str):
        return
    for path in machine.cleared:
        yield Finding(
            section,
            Path(path).name,
            "mended",
            f"was blacklisted and loads again: {machine.gstreamer['registry']} is made anew",
        )
    for path in machine.gstreamer["blacklisted"]:
        if Path(path).parent == plugins.folder():
            continue  # check_elements tells them
        error = machine.why_not(path)
        if error == NO_PLUGIN:
            continue
        yield Finding(
            section,
            Path(path).name,
            "absent",
            f"blacklisted: {error or machine.cannot_clear or 'it cannot be initialised'}",
            "the elements of that plugin",
            f"rm {machine.gstreamer['registry']}"
            if machine.cannot_clear
            else install_library(error),
        )
    if not machine.gstreamer["blacklisted"] and not machine.cleared:
        yield Finding(section, "blacklist", "found", "empty")


def check_elements(machine: Machine) -> Iterator[Finding]:
    """Ours: every file in the plugin folder is in the registry, and its elements can be made."""
    section = "Thalweg's elements"
    if isinstance(machine.gstreamer, str):
        return
    loaded: dict[str, dict[str, bool]] = machine.gstreamer["ours"]
    files = sorted(str(path) for path in plugins.folder().glob("libgst*.so"))
    able = [
        name
        for path, elements in loaded.items()
        for name, made in elements.items()
        if made and Path(path).name != ABSENT_ELEMENTS
    ]
    if not files:
        yield Finding(
            section,
            "plugins",
            "missing",
            f"no libgst*.so in {plugins.folder()}",
            "every program: nvstreammux and the others are unknown",
            install_thalweg(),
        )
    elif able:
        yield Finding(section, "plugins", "found", f"{len(able)} elements in {plugins.folder()}")
    for path in files:
        wrong = [name for name, made in loaded.get(path, {}).items() if not made]
        if loaded.get(path) and not wrong:
            continue
        error = machine.why_not(path)
        names = ", ".join(wrong) or Path(path).name.removeprefix("libgst").removesuffix(".so")
        yield Finding(
            section,
            Path(path).name,
            "missing",
            error or machine.cannot_clear or "GStreamer does not take it",
            names,
            f"rm {machine.gstreamer['registry']}"
            if machine.cannot_clear
            else install_library(error),
        )


def check_decoders(machine: Machine) -> Iterator[Finding]:
    yield from _needs("Codecs", DECODER_NEEDS, machine)


def check_encoders(machine: Machine) -> Iterator[Finding]:
    yield from _needs("Codecs", ENCODER_NEEDS, machine)


def _needs(section: str, needs: tuple[Need, ...], machine: Machine) -> Iterator[Finding]:
    if isinstance(machine.gstreamer, str):
        return
    for need in needs:
        present = [name for name in need.elements if machine.has(name)]
        if present:
            yield Finding(section, need.name, "found", ", ".join(present))
        else:
            yield Finding(
                section,
                need.name,
                "missing",
                f"no element {' or '.join(need.elements)}",
                need.breaks,
                install_package(need.package),
            )


def check_openvino(machine: Machine) -> Iterator[Finding]:
    section = "Inference"
    answer = machine.openvino
    if isinstance(answer, str):
        yield Finding(section, "OpenVINO", "missing", answer, "nvinfer", install_module("openvino"))
        return
    yield Finding(section, "OpenVINO", "found", answer["version"])
    for device, name in answer["devices"].items():
        yield Finding(section, device, "found", name)
    if "CPU" not in answer["devices"]:
        yield Finding(
            section,
            "CPU",
            "missing",
            "OpenVINO has no CPU device",
            "nvinfer",
            install_module("openvino"),
        )
    library = plugins.folder().parent / "lib/libthalweg_openvino.so"
    error = machine.why_not(str(library))
    if error:
        yield Finding(section, library.name, "missing", error, "nvinfer", install_library(error))
    else:
        yield Finding(section, library.name, "found", "loads")


def check_pictures(machine: Machine) -> Iterator[Finding]:
    library = plugins.folder().parent / "lib/libnvds_batch_jpegenc.so"
    error = machine.why_not(str(library))
    if error:
        breaks = "saving objects as JPEG: nvds_obj_enc_process and the others in pyds"
        yield Finding("Codecs", library.name, "missing", error, breaks, install_library(error))
    else:
        yield Finding("Codecs", library.name, "found", "loads")


def check_fonts(machine: Machine) -> Iterator[Finding]:
    section = "Screen and cameras"
    for folder in FONT_FOLDERS:
        files = Path(folder).expanduser().rglob("*")
        fonts = sum(path.suffix in (".ttf", ".otf", ".ttc", ".pfb") for path in files)
        if fonts:
            yield Finding(section, "fonts", "found", f"{fonts} in {folder}")
            return
    yield Finding(
        section,
        "fonts",
        "missing",
        f"none in {', '.join(FONT_FOLDERS)}",
        "nvdsosd: texts are not drawn",
        install_package("fonts-dejavu-core"),
    )


def check_display(machine: Machine) -> Iterator[Finding]:
    section = "Screen and cameras"
    chosen = os.environ.get("THALWEG_DISPLAY", "")
    note = f"; THALWEG_DISPLAY is {chosen}" if chosen else ""
    names = [name for name in ("WAYLAND_DISPLAY", "DISPLAY") if os.environ.get(name)]
    if not names:
        yield Finding(
            section,
            "display",
            "absent",
            f"neither DISPLAY nor WAYLAND_DISPLAY is set{note}",
            "windows; sinks consume frames at their pace instead",
            "export THALWEG_DISPLAY=http:8080, to see them in a web browser",
        )
        return
    where = ", ".join(f"{name}={os.environ[name]}" for name in names)
    answer = machine.gstreamer if isinstance(machine.gstreamer, str) else ask("window")
    if isinstance(answer, dict) and answer["sink"]:
        yield Finding(section, "display", "found", f"{where}, by {answer['sink']}{note}")
        return
    reason = answer if isinstance(answer, str) else "no window can be opened"
    has_sink = any(map(machine.has, ("ximagesink", "waylandsink", "glimagesink")))
    yield Finding(
        section,
        "display",
        "missing",
        f"{where}: {reason}{note}",
        "windows of nveglglessink",
        f"unset {' '.join(names)}, or name a display that runs"
        if has_sink
        else install_package("gstreamer1.0-x"),
    )


def check_cameras(machine: Machine) -> Iterator[Finding]:
    section = "Screen and cameras"
    devices = sorted(DEVICES.glob("video[0-9]*"))
    if not devices:
        yield Finding(
            section,
            "camera",
            "absent",
            f"no {DEVICES}/video*",
            "programs that read a camera",
            "connect one; in a container, pass it on: --device /dev/video0",
        )
    for device in devices:
        try:
            name = Path(f"/sys/class/video4linux/{device.name}/name").read_text().strip()
        except OSError:
            name = "unnamed"
        if os.access(device, os.R_OK | os.W_OK):
            yield Finding(section, str(device), "found", name)
        else:
            yield Finding(
                section,
                str(device),
                "missing",
                f"{name}, which this user may not open",
                "reading that camera",
                "sudo usermod -aG video $USER, and log in again",
            )


CHECKS: tuple[Callable[[Machine], Iterator[Finding]], ...] = (
    check_thalweg,
    check_modules,
    check_gstreamer,
    check_blacklist,
    check_elements,
    check_decoders,
    check_encoders,
    check_pictures,
    check_openvino,
    check_fonts,
    check_display,
    check_cameras,
)


# --- the report ---------------------------------------------------------------------------------


def examine(machine: Machine | None = None) -> Iterator[Finding]:
    """All findings, in the order of `CHECKS`, each as soon as it is known.

    Clears blacklisted plugins that load again from the registry of this process. Raises nothing: a
    check that fails is a finding.
    """
    machine = machine or Machine()
    for check in CHECKS:
        try:
            yield from check(machine)
        except Exception as error:
            name = check.__name__.removeprefix("check_")
            text = f"{type(error).__name__}: {error}"
            yield Finding("Thalweg", name, "missing", text, "this check", install_thalweg())


def is_sound(findings: list[Finding]) -> bool:
    """Whether nothing is missing."""
    return all(finding.status != "missing" for finding in findings)


def to_json(findings: list[Finding]) -> str:
    """The report for programs: version, whether all is well, and the findings with their fields."""
    report = {
        "version": __version__,
        "sound": is_sound(findings),
        "findings": [dataclasses.asdict(finding) for finding in findings],
    }
    return json.dumps(report, indent=2)


_STYLES = {"found": "green", "missing": "bold red", "absent": "yellow", "mended": "cyan"}


def print_report(console: Console) -> bool:
    """Prints each finding as it comes; whether nothing is missing."""
    from rich.text import Text

    def line(*parts: str | tuple[str, str]) -> None:
        console.print(Text.assemble(*parts), soft_wrap=True)

    findings: list[Finding] = []
    section = ""
    for finding in examine():
        findings.append(finding)
        if finding.section != section:
            section = finding.section
            line(("\n" if len(findings) > 1 else "") + "", (section, "bold"))
        line(
            "  ",
            (f"{finding.status:<8}", _STYLES[finding.status]),
            f"{finding.name}: {finding.found}",
        )
        if finding.breaks:
            line(f"{'':10}breaks: {finding.breaks}")
            line(f"{'':10}mend:   ", (finding.remedy, "bold"))
    missing = sum(finding.status == "missing" for finding in findings)
    verdict = f"{missing} missing" if missing else "Nothing is missing."
    line("\n", (verdict, _STYLES["missing" if missing else "found"]))
    return missing == 0
