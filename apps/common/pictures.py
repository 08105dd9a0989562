"""A folder of JPEG files, written by threads of their own."""

from __future__ import annotations

import os
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import gi
import numpy as np
import numpy.typing as npt

gi.require_version("Gst", "1.0")
from gi.repository import Gst

import pyds
from common.pipeline import add_element, link

QUALITY = 90


class PictureFolder:
    """Makes a new folder and saves pictures there.

    folder: must not exist yet.
    count: number of sources, for each of which it gets a sub-folder stream_0, stream_1, ... with
        frame_<number>.jpg; None: one source, whose <number>.jpg lie in the folder itself.
    Raises `ValueError` with a sentence if it exists or cannot be made.
    """

    def __init__(self, folder: str, count: int | None) -> None:
        self._folder, self._by_source = folder, count is not None
        try:
            os.mkdir(folder)
            for stream in range(count or 0):
                os.mkdir(os.path.join(folder, f"stream_{stream}"))
        except FileExistsError:
            raise ValueError(
                f"the folder {folder} exists already; remove it or name another one"
            ) from None
        except OSError as error:
            raise ValueError(f"cannot make the folder {folder}: {error.strerror}") from None
        self._encoder = pyds.nvds_obj_enc_create_context(0)
        self._writer = ThreadPoolExecutor(1)
        self._written: list[Future[None]] = []

    def save(
        self,
        gst_buffer: Any,
        frame_meta: pyds.NvDsFrameMeta,
        obj_meta: pyds.NvDsObjectMeta | None = None,
    ) -> str:
        """Saves the frame as it is now, or the part of it in an object's box.

        Gives the file's path. Takes the pixels and returns; the file comes later. Raises
        `ValueError` for a box that has no pixel in the frame.
        """
        args = pyds.NvDsObjEncUsrArgs()
        args.saveImg = True
        args.isFrame = obj_meta is None
        args.quality = QUALITY
        path = self._path(frame_meta)
        args.fileNameImg = path
        pyds.nvds_obj_enc_process(self._encoder, args, hash(gst_buffer), obj_meta, frame_meta)
        return path

    def save_gray(self, frame_meta: pyds.NvDsFrameMeta, picture: npt.NDArray[np.uint8]) -> str:
        """Saves a picture, (height, width) of 0 black to 255, under the frame's name.

        Gives the file's path; the file comes later.
        """
        path = self._path(frame_meta)
        self._written.append(self._writer.submit(write_gray, path, picture))
        return path

    def _path(self, frame_meta: pyds.NvDsFrameMeta) -> str:
        name = f"{frame_meta.frame_num}.jpg"
        if self._by_source:
            name = os.path.join(f"stream_{frame_meta.pad_index}", f"frame_{name}")
        return os.path.join(self._folder, name)

    def close(self) -> int:
        """Waits for the files; 0, or 1 where some failed, which a line on standard error names."""
        try:
            self._writer.shutdown()
            for written in self._written:
                written.result()
            pyds.nvds_obj_enc_finish(self._encoder)
        except (OSError, RuntimeError) as error:
            print(f"Error: {error}", file=sys.stderr)
            return 1
        finally:
            pyds.nvds_obj_enc_destroy_context(self._encoder)
        return 0


def write_gray(path: str, picture: npt.NDArray[np.uint8]) -> None:
    """Writes a picture, (height, width) of 0 black to 255, as JPEG. Raises `OSError`."""
    height, width = picture.shape
    rows = np.zeros((height, -(-width // 4) * 4), np.uint8)  # GStreamer's begin at multiples of 4
    rows[:, :width] = picture
    caps = f"video/x-raw, format=GRAY8, width={width}, height={height}, framerate=0/1"
    pipeline = Gst.Pipeline()
    source = add_element(pipeline, "appsrc", "source", caps=Gst.Caps.from_string(caps))
    encoder = add_element(pipeline, "jpegenc", "encoder", quality=QUALITY)
    link(source, encoder, add_element(pipeline, "filesink", "sink", location=path))
    pipeline.set_state(Gst.State.PLAYING)
    try:
        source.emit("push-buffer", Gst.Buffer.new_wrapped(rows.tobytes()))
        source.emit("end-of-stream")
        ends = Gst.MessageType.EOS | Gst.MessageType.ERROR
        message = pipeline.get_bus().timed_pop_filtered(Gst.CLOCK_TIME_NONE, ends)
        if message.type == Gst.MessageType.ERROR:
            raise OSError(message.parse_error()[0].message)
    finally:
        pipeline.set_state(Gst.State.NULL)
