"""The sample clip: fetched once, kept in the user's cache.

The clip is OpenCV's ``vtest.avi`` (795 frames of 768x576, pedestrians), which Debian and Ubuntu
carry inside their package ``opencv-doc``. Nothing of that package is installed: the one file is
taken out of it and turned into H.264; its forms in other codecs are made of that when one is asked
for.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

__all__ = [
    "OTHER_SAMPLES",
    "SAMPLES",
    "SAMPLE_FRAMES",
    "SAMPLE_SIZE",
    "MediaError",
    "cache_folder",
    "count_frames",
    "sample",
]

SAMPLES = ("vtest.mp4", "vtest.h264")
_DECODE = "qtdemux ! h264parse ! avdec_h264 ! videoconvert"
_H265 = "x265enc speed-preset=ultrafast tune=zerolatency bitrate=2000 key-int-max=30"
# Made when they are asked for: of which sample, and how.
OTHER_SAMPLES = {
    "vtest_h265.mp4": ("vtest.mp4", f"{_DECODE} ! {_H265} ! h265parse ! mp4mux"),
    "vtest.h265": (
        "vtest_h265.mp4",
        "qtdemux ! h265parse ! video/x-h265,stream-format=byte-stream",
    ),
    "vtest_mjpeg.mp4": ("vtest.mp4", f"{_DECODE} ! jpegenc ! qtmux"),
    "vtest.mjpeg": ("vtest_mjpeg.mp4", "qtdemux"),
    "vtest.jpg": ("vtest.mp4", f"{_DECODE} ! imagefreeze num-buffers=1 ! jpegenc"),
}
SAMPLE_FRAMES = 795
SAMPLE_SIZE = (768, 576)  # width, height

_PACKAGE = "opencv-doc"
_IN_PACKAGE = "./usr/share/doc/opencv-doc/examples/data/vtest.avi"


class MediaError(RuntimeError):
    """The sample clip cannot be had; the text says why and what to do."""


def cache_folder() -> Path:
    """Where fetched media are kept: ``$XDG_CACHE_HOME/thalweg/media``, else under ``~/.cache``."""
    base = os.environ.get("XDG_CACHE_HOME")
    root = Path(base) if base and os.path.isabs(base) else Path.home() / ".cache"
    return root / "thalweg" / "media"


def sample(name: str = "vtest.mp4") -> Path:
    """Path of a sample clip, fetched and converted if it is not in the cache yet.

    name: ``"vtest.mp4"`` (H.264 in MP4), ``"vtest.h264"`` (the same pictures as a byte stream) or
        one of `OTHER_SAMPLES` (H.265, Motion JPEG); all have 795 frames, 768x576, 10 frames/s. Or
        ``"vtest.jpg"``, the first picture.
    Returns the path in `cache_folder()`; the caller must not change the file.
    Raises `ValueError` for another name, `MediaError` when the clip cannot be fetched or converted.
    Safe when several processes ask at the same time: one fetches, the others wait.
    """
    if name not in SAMPLES and name not in OTHER_SAMPLES:
        names = ", ".join([*SAMPLES, *OTHER_SAMPLES])
        raise ValueError(f"there is no sample {name!r}; there are {names}")
    folder = cache_folder()
    path = folder / name
    if path.is_file():
        return path
    if name in OTHER_SAMPLES:
        origin, pipeline = OTHER_SAMPLES[name]
        made_of = sample(origin)
        with _locked(folder):
            if not path.is_file():
                _make_other(made_of, pipeline, path)
        return path
    with _locked(folder):
        if not path.is_file():
            _make(folder)
    return path


def count_frames(path: Path) -> int:
    """Number of pictures in an H.264 file, by its container (.mp4) or its slices (.h264).

    Nothing is decoded. Raises `ValueError` if an MP4 has no sample table.
    """
    data = path.read_bytes()
    if path.suffix == ".mp4":
        table = data.find(b"stsz")
        if table < 0:
            raise ValueError(f"{path} has no sample table: it is truncated or no MP4")
        return int.from_bytes(data[table + 12 : table + 16], "big")
    # A picture starts with a slice (NAL type 1 or 5) whose first macroblock is number 0, which
    # Exp-Golomb coding writes as a single leading 1 bit.
    return len(re.findall(rb"\x00\x00\x01[\x01\x05\x21\x25\x41\x45\x61\x65][\x80-\xff]", data))


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / ".lock").open("w")
    except OSError as error:
        raise MediaError(
            f"Cannot keep the sample clip in {folder}: {error.strerror}; "
            "make it writable or set XDG_CACHE_HOME."
        ) from error
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _make(folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=folder, prefix=".making-") as name:
        work = Path(name)
        _convert(_fetch(work), work)
        for sample_name in SAMPLES:
            frames = count_frames(work / sample_name)
            if frames != SAMPLE_FRAMES:
                raise MediaError(
                    f"Converting the sample clip gave {frames} frames in {sample_name}, expected "
                    f"{SAMPLE_FRAMES}; check that gstreamer1.0-libav and -plugins-ugly are whole."
                )
        for sample_name in SAMPLES:
            os.replace(work / sample_name, folder / sample_name)


def _fetch(work: Path) -> Path:
    """Takes the AVI out of the distribution's package, which is deleted at once."""
    for tool in ("apt-get", "dpkg-deb"):
        if shutil.which(tool) is None:
            raise MediaError(
                f"Cannot fetch the sample clip: it comes from Debian's package {_PACKAGE}, and "
                f"{tool} is not on this machine; use Debian 12."
            )
    download = ["apt-get", "-q", "-o", "APT::Sandbox::User=root", "download", _PACKAGE]
    done = _run(download, work)
    if done.returncode != 0 and os.geteuid() == 0:
        _run(["apt-get", "-q", "update"], work)  # a bare machine has no package lists
        done = _run(download, work)
    if done.returncode != 0:
        last = (done.stderr.strip() or "no message").splitlines()[-1]
        raise MediaError(
            f"Cannot fetch the sample clip from Debian's package {_PACKAGE} ({last}); connect to "
            "the network, run `apt-get update` as root, and repeat."
        )
    package = next(work.glob(f"{_PACKAGE}_*.deb"))
    with subprocess.Popen(
        ["dpkg-deb", "--fsys-tarfile", package.name],
        cwd=work,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as unpack:
        take = subprocess.run(
            ["tar", "-x", "-O", "-f", "-", _IN_PACKAGE],
            stdin=unpack.stdout,
            capture_output=True,
            check=False,
        )
    package.unlink()
    if take.returncode != 0 or not take.stdout:
        raise MediaError(
            f"{package.name} has no {_IN_PACKAGE}: {take.stderr.decode(errors='replace').strip()}; "
            "the package of Debian 12 has it."
        )
    clip = work / "vtest.avi"
    clip.write_bytes(take.stdout)
    return clip


def _convert(clip: Path, work: Path) -> None:
    _launch(
        f"filesrc location={clip.name} ! avidemux ! avdec_msmpeg4 ! videoconvert "
        "! video/x-raw,format=I420 "
        "! x264enc threads=1 pass=qual quantizer=20 key-int-max=30 bframes=2 "
        "! video/x-h264,profile=high ! h264parse ! tee name=t "
        "t. ! queue ! video/x-h264,stream-format=avc ! mp4mux ! filesink location=vtest.mp4 "
        "t. ! queue ! h264parse ! video/x-h264,stream-format=byte-stream,alignment=au "
        "! filesink location=vtest.h264",
        work,
    )


def _make_other(origin: Path, pipeline: str, path: Path) -> None:
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".making-") as name:
        _launch(
            f"filesrc location={origin} ! {pipeline} ! filesink location={path.name}", Path(name)
        )
        os.replace(Path(name) / path.name, path)


def _launch(pipeline: str, work: Path) -> None:
    if shutil.which("gst-launch-1.0") is None:
        raise MediaError(
            "Cannot convert the sample clip: gst-launch-1.0 is missing; install gstreamer1.0-tools."
        )
    done = _run(["gst-launch-1.0", "-q", *pipeline.split()], work)
    if done.returncode != 0:
        last = (done.stderr.strip() or "no message").splitlines()[0]
        raise MediaError(f"Cannot convert the sample clip: {last}")


def _run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
