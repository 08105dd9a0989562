"""Which file a path of DeepStream's installation stands for.

The elements do the same for paths in their configuration files (src/files/find_file.h).
"""

from __future__ import annotations

import os
import re
import sys

__all__ = ["find", "find_in_uri", "find_to_look_at", "inside_deepstream", "replace_in_description"]

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

_INSTALLED = re.compile(r"/opt/nvidia/deepstream/deepstream[^/]*/((?:samples|lib)/.+)", re.DOTALL)
_CLIMBS = re.compile(r"(?:.*/)?\.\./(?!.*\.\./)((?:samples|lib)/.+)", re.DOTALL)
# A path in a pipeline's description, perhaps after file://.
_IN_DESCRIPTION = re.compile(r"(?:/opt/nvidia/deepstream/|(?:\.\.?/)*\.\./)[^\s\"'!,;()]+")

# Libraries that elements of DeepStream load and that Thalweg does not have as libraries.
_LIBRARIES = re.compile(
    r"lib/(?:libnvds_(?:nvmultiobjecttracker|nvdcf|mot_klt|mot_iou|infercustomparser"
    r"|(?:kafka|amqp|mqtt|redis|azure|azure_edge)_proto)"
    r"|gst-plugins/libcustom2d_preprocess)\.so"
)
_NO_LIBRARY = os.path.join(_PACKAGE, "run", "no_library.txt")

_told: set[str] = set()


def inside_deepstream(name: str) -> str | None:
    """What `name` is inside DeepStream's installation, ``samples/...`` or ``lib/...``.

    None for any name but ``/opt/nvidia/deepstream/deepstream*/REST`` and those that climb to the
    installation from where its samples lie, ``../../../../samples/...``.
    """
    match = (_CLIMBS if "../" in name else _INSTALLED).match(name)
    return match[1] if match else None


def find(name: str) -> str | None:
    """Path of the file or folder that takes the place of `name`; None: none does.

    Something that exists keeps its place. The folders of ``THALWEG_SAMPLES`` come first, then
    Thalweg's own. DeepStream's sample streams and pictures are replaced by Thalweg's sample clip in
    the same codec; a line on standard error says so.

    Raises `thalweg.media.MediaError` when the sample clip is wanted and cannot be had.
    """
    inside = inside_deepstream(name)
    if inside is None or _lexists(name):
        return None
    kind, _, rest = inside.partition("/")
    folders = [os.path.join(_PACKAGE, kind)]
    if kind == "samples":
        users = os.environ.get("THALWEG_SAMPLES", "").split(os.pathsep)
        folders = [*(folder for folder in users if folder), *folders]
    for folder in folders:
        path = os.path.join(folder, rest)
        if _lexists(path):
            return path
    return _stream(name, rest)


def find_to_look_at(name: str) -> str | None:
    """As `find`, for what the program itself opens or asks for.

    A library that elements load is there for such a question; the file is a text that says what it
    is. Elements do not get it: they know those libraries by their names.
    """
    found = find(name)
    if found is None and _LIBRARIES.fullmatch(inside_deepstream(name) or "") and not _lexists(name):
        return _NO_LIBRARY
    return found


def find_in_uri(uri: str) -> str | None:
    """As `find`, for a ``file:`` URI; the result is a URI."""
    if not uri.startswith("file://"):
        return None
    from urllib.parse import quote, unquote, urlsplit

    path = find(unquote(urlsplit(uri).path))
    return None if path is None else "file://" + quote(os.path.abspath(path))


def replace_in_description(description: str) -> str:
    """A pipeline's description with the paths of DeepStream's files replaced where `find` can."""
    return _IN_DESCRIPTION.sub(lambda match: find(match[0]) or match[0], description)


def _lexists(path: str) -> bool:
    # Not os.path.exists: `files` makes that answer for what is found here.
    try:
        os.lstat(path)
    except (OSError, ValueError):
        return False
    return True


def _stream(name: str, rest: str) -> str | None:
    """The form of Thalweg's sample clip that has the codec of a sample stream, by its name."""
    folder, _, file = rest.rpartition("/")
    stem, suffix = os.path.splitext(file)
    codec = next((f"_{codec}" for codec in ("h265", "mjpeg") if codec in stem), "")
    form = {
        ".mp4": f"vtest{codec}.mp4",
        ".mov": f"vtest{codec}.mp4",
        ".h264": "vtest.h264",
        ".h265": "vtest.h265",
        ".mjpeg": "vtest.mjpeg",
        ".jpg": "vtest.jpg",
    }.get(suffix)
    if folder != "streams" or form is None:
        return None
    from thalweg import media

    path = media.sample(form)
    if file not in _told:
        _told.add(file)
        print(
            f"thalweg run: {name} is not here; the sample clip {path} is used instead. "
            "--samples DIR names a folder that has it.",
            file=sys.stderr,
        )
    return str(path)
