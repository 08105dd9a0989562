"""Makes Thalweg's GStreamer elements known to this process, and to no other program."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

__all__ = ["folder", "register"]


def folder() -> Path:
    """The folder of the GStreamer plugins, ``thalweg/gst`` inside the installed package."""
    return Path(__file__).parent / "gst"


def register() -> None:
    """Makes the elements available; `import thalweg` and `import pyds` call it.

    Before `Gst.init` it adds the plugin folder to ``GST_PLUGIN_PATH``, and gives the process a
    plugin registry of its own in ``$XDG_CACHE_HOME/thalweg`` unless ``GST_REGISTRY`` names one:
    the user's shared registry must not learn our decoder, whose rank would win in every other
    player. After `Gst.init` it scans the folder. Calling it again does nothing more.

    Never prints. Raises `RuntimeError` if GStreamer runs already and finds no plugin in the folder.
    """
    _agree_on_unwinder()
    gstreamer = _initialised_gstreamer()
    if gstreamer is None:
        _set_environment()
        return
    registry = gstreamer.gst_registry_get()
    path = os.fsencode(folder())
    gstreamer.gst_registry_scan_path(registry, path)
    plugin = gstreamer.gst_registry_find_plugin(registry, b"nvstreammux")
    if not plugin:
        raise RuntimeError(
            f"GStreamer finds no Thalweg plugin in {folder()}: expected libgstnvstreammux.so and "
            "others; reinstall thalweg, or run ./dev setup in a checkout"
        )
    gstreamer.gst_object_unref(plugin)


def _agree_on_unwinder() -> None:
    """Makes all libraries of the process unwind C++ exceptions with the same functions.

    libgcc's and libunwind's have the same names and cannot be mixed: an exception that meets both
    ends the process. Debian's GStreamer brings libunwind, and PyGObject makes it visible to every
    library that is loaded later. Before PyGObject, making libgcc visible first is enough; after it,
    libraries that have bound to libgcc, such as NumPy's, are bound again.
    """
    try:
        libgcc = ctypes.CDLL("libgcc_s.so.1", mode=os.RTLD_GLOBAL | os.RTLD_NOW)
        first = ctypes.CDLL(None)._Unwind_Resume
    except (OSError, AttributeError):  # no C++ here; importing pyds says what is missing
        return
    address = ctypes.c_void_p
    if address.from_buffer(first).value != address.from_buffer(libgcc._Unwind_Resume).value:
        ctypes.CDLL(str(folder().parent / "lib/libthalweg_unwind.so")).thalweg_agree_on_unwinder()


def _initialised_gstreamer() -> ctypes.CDLL | None:
    """The GStreamer library of this process if it is loaded and initialised.

    Asked of the library itself, not of PyGObject, because a C program that embeds Python may
    have initialised it.
    """
    try:
        library = ctypes.CDLL("libgstreamer-1.0.so.0", mode=os.RTLD_NOLOAD | os.RTLD_LAZY)
    except OSError:
        return None
    if not library.gst_is_initialized():
        return None
    library.gst_registry_get.restype = ctypes.c_void_p
    library.gst_registry_scan_path.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
    library.gst_registry_find_plugin.restype = ctypes.c_void_p
    library.gst_registry_find_plugin.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
    library.gst_object_unref.argtypes = [ctypes.c_void_p]
    return library


def _set_environment() -> None:
    # GStreamer ignores the plain name where the versioned one is set.
    path_name = "GST_PLUGIN_PATH_1_0" if "GST_PLUGIN_PATH_1_0" in os.environ else "GST_PLUGIN_PATH"
    paths = [path for path in os.environ.get(path_name, "").split(os.pathsep) if path]
    if str(folder()) not in paths:
        os.environ[path_name] = os.pathsep.join([str(folder()), *paths])
    if "GST_REGISTRY" not in os.environ and "GST_REGISTRY_1_0" not in os.environ:
        base = os.environ.get("XDG_CACHE_HOME", "")
        cache = Path(base) if os.path.isabs(base) else Path(os.path.expanduser("~")) / ".cache"
        os.environ["GST_REGISTRY"] = str(cache / "thalweg" / "gst-registry.bin")
