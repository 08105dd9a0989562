"""What to do about a failure: printed after the program's own traceback."""

from __future__ import annotations

import os
import re
import sys
import threading
from collections.abc import Iterable
from types import TracebackType
from typing import Any

__all__ = ["for_exception", "install", "note_missing_element", "tell", "without_own_frames"]

_FOLDER = os.path.dirname(os.path.abspath(__file__)) + os.sep

# Import names of packages that are installed by another name.
_DISTRIBUTIONS = {
    "PIL": "Pillow",
    "confluent_kafka": "confluent-kafka",
    "cv2": "opencv-python-headless",
    "dotenv": "python-dotenv",
    "google.protobuf": "protobuf",
    "grpc": "grpcio",
    "paho": "paho-mqtt",
    "serial": "pyserial",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "yaml": "PyYAML",
}
_NEED_A_GPU = {"cupy", "cudf", "jtop", "Jetson", "jetson_utils", "numba.cuda", "pycuda", "tensorrt"}

# Elements of GStreamer's that programs use beside DeepStream's, and Debian's package of each.
_PACKAGES = {
    "gstreamer1.0-plugins-base": ("uridecodebin", "videoconvert", "videotestsrc", "appsink"),
    "gstreamer1.0-plugins-good": ("qtmux", "qtdemux", "rtph264pay", "udpsink", "v4l2src", "vp9enc"),
    "gstreamer1.0-plugins-bad": ("h264parse", "h265parse", "x265enc", "mpeg4videoparse"),
    "gstreamer1.0-plugins-ugly": ("x264enc",),
    "gstreamer1.0-libav": ("avenc_mpeg4", "avdec_h264"),
    "gstreamer1.0-rtsp": ("rtspclientsink",),
}

_missing_elements: list[str] = []
_told: set[str] = set()


def install() -> None:
    """Prints a hint after the traceback of an exception that nobody caught; call once."""
    previous = sys.excepthook
    previous_in_thread = threading.excepthook

    def excepthook(
        kind: type[BaseException], error: BaseException, traceback: TracebackType | None
    ) -> None:
        traceback = without_own_frames(traceback)
        previous(kind, error.with_traceback(traceback), traceback)
        _tell_of(error)

    def thread_excepthook(arguments: Any) -> None:
        error = arguments.exc_value
        if error is not None:
            traceback = without_own_frames(arguments.exc_traceback)
            arguments = threading.ExceptHookArgs(
                (arguments.exc_type, error.with_traceback(traceback), traceback, arguments.thread)
            )
        previous_in_thread(arguments)
        if error is not None:
            _tell_of(error)

    sys.excepthook = excepthook
    threading.excepthook = thread_excepthook


def tell(text: str) -> None:
    """Prints a hint on standard error, each text once."""
    if text not in _told:
        _told.add(text)
        print(f"thalweg run: {text}", file=sys.stderr, flush=True)


def note_missing_element(factory: str) -> None:
    """Remembers that the program asked for an element which GStreamer does not know."""
    if factory not in _missing_elements:
        _missing_elements.append(factory)


def without_own_frames(traceback: TracebackType | None) -> TracebackType | None:
    """`traceback` as it would be if this package did not stand between the program and Python."""
    if traceback is None:
        return None
    rest = without_own_frames(traceback.tb_next)
    if traceback.tb_frame.f_code.co_filename.startswith(_FOLDER):
        return rest
    traceback.tb_next = rest
    return traceback


def for_exception(error: BaseException) -> str | None:
    """The hint for an exception; None where there is nothing to add to it."""
    text = str(error)
    if isinstance(error, ModuleNotFoundError) and error.name:
        return _missing_module(error.name)
    if isinstance(error, SyntaxError):
        return _syntax_error(error)
    if isinstance(error, KeyboardInterrupt):
        from thalweg.run import pipelines

        return (pipelines.waiting() or None) if "gi.repository.Gst" in sys.modules else None
    if isinstance(error, FileNotFoundError) and isinstance(error.filename, str):
        return _missing_file(error.filename)
    if isinstance(error, (AttributeError, TypeError)) and "None" in text and _missing_elements:
        return " ".join(map(_missing_element, _missing_elements))
    if "Expected a Gst.PadProbeReturn" in text:
        return (
            "a probe has to return Gst.PadProbeReturn.OK in every case: PyGObject drops the buffer "
            "of one that returns nothing, and of one that raises."
        )
    if "Namespace GstRtspServer not available" in text:
        return (
            "the program serves RTSP; Python finds GStreamer's server when Debian's package "
            "gir1.2-gst-rtsp-server-1.0 is installed."
        )
    if match := re.search(r"no element \"(\S+)\"", text):
        return _missing_element(match[1])
    if match := re.search(r"module 'pyds' has no attribute '(\w+)'", text):
        return _missing_name(match[1])
    if match := re.search(r"object of type `(\w+)' does not have property `([\w-]+)'", text):
        return _missing_property(match[1], match[2])
    return None


def _tell_of(error: BaseException) -> None:
    hint = for_exception(error)
    if hint:
        tell(hint)


def _missing_module(name: str) -> str:
    top = name.partition(".")[0]
    if {name, top} & _NEED_A_GPU:
        return f"{top} works on NVIDIA's GPUs alone, and Thalweg has nothing in its place."
    if top == "gi":
        return (
            f"{sys.executable} does not see the distribution's PyGObject: install python3-gi and "
            "use a virtual environment made by `/usr/bin/python3 -m venv --system-site-packages`."
        )
    package = _DISTRIBUTIONS.get(name) or _DISTRIBUTIONS.get(top) or top
    return (
        f"the program needs the Python package {top}, which is not installed. If it is not a "
        f"module of the program's own: {sys.executable} -m pip install {package}"
    )


def _syntax_error(error: SyntaxError) -> str:
    version = ".".join(map(str, sys.version_info[:2]))
    text = f"Python {version} cannot read {error.filename}, so nothing of it has run."
    if "Missing parentheses in call to" in str(error):
        text += " It is written for Python 2; the tool 2to3 of Python before 3.13 rewrites it."
    return text


def _missing_file(name: str) -> str | None:
    from thalweg.run import paths

    inside = paths.inside_deepstream(name)
    if inside is None:
        return None
    return (
        f"{inside} is a file of DeepStream's that Thalweg has nothing in place of. "
        "--samples DIR names a folder that has samples/ of DeepStream."
    )


def _missing_element(factory: str) -> str:
    for package, factories in _PACKAGES.items():
        if factory in factories:
            return f"there is no element {factory}; it comes with Debian's package {package}."
    if factory.startswith("nv"):
        return f"there is no element {factory}; this version of Thalweg does not have it."
    return f"there is no element {factory}; `gst-inspect-1.0 {factory}` has to find it."


def _nearest(name: str, known: Iterable[str]) -> str:
    import difflib

    match = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {match[0]}?" if match else "."


def _missing_name(name: str) -> str:
    pyds = sys.modules["pyds"]
    return f"pyds {pyds.__dict__.get('__version__')} has no {name}" + _nearest(name, dir(pyds))


def _missing_property(type_name: str, name: str) -> str:
    from gi.repository import GObject

    known = [spec.name for spec in GObject.list_properties(type_name)]
    return f"{type_name} has no property {name}" + _nearest(name, known)
