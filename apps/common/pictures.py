"""A folder of JPEG files, a sub-folder a source, written by threads of their own."""

from __future__ import annotations

import os
from typing import Any

import pyds

QUALITY = 90


class PictureFolder:
    """Makes a new folder with sub-folders stream_0, stream_1, ..., and saves pictures there.

    folder: must not exist yet.
    count: number of sources.
    Raises `ValueError` with a sentence if it exists or cannot be made.
    """

    def __init__(self, folder: str, count: int) -> None:
        self._folder = folder
        try:
            os.mkdir(folder)
            for stream in range(count):
                os.mkdir(os.path.join(folder, f"stream_{stream}"))
        except FileExistsError:
            raise ValueError(
                f"the folder {folder} exists already; remove it or name another one"
            ) from None
        except OSError as error:
            raise ValueError(f"cannot make the folder {folder}: {error.strerror}") from None
        self._encoder = pyds.nvds_obj_enc_create_context(0)

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
        path = os.path.join(
            self._folder, f"stream_{frame_meta.pad_index}", f"frame_{frame_meta.frame_num}.jpg"
        )
        args.fileNameImg = path
        pyds.nvds_obj_enc_process(self._encoder, args, hash(gst_buffer), obj_meta, frame_meta)
        return path

    def close(self) -> None:
        """Waits for the files. Raises `OSError` or `RuntimeError` naming those that failed."""
        try:
            pyds.nvds_obj_enc_finish(self._encoder)
        finally:
            pyds.nvds_obj_enc_destroy_context(self._encoder)
