"""A folder of JPEG files, written by threads of their own."""

from __future__ import annotations

import os
import sys
from typing import Any

import pyds

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
        name = f"{frame_meta.frame_num}.jpg"
        if self._by_source:
            name = os.path.join(f"stream_{frame_meta.pad_index}", f"frame_{name}")
        path = os.path.join(self._folder, name)
        args.fileNameImg = path
        pyds.nvds_obj_enc_process(self._encoder, args, hash(gst_buffer), obj_meta, frame_meta)
        return path

    def close(self) -> int:
        """Waits for the files; 0, or 1 where some failed, which a line on standard error names."""
        try:
            pyds.nvds_obj_enc_finish(self._encoder)
        except (OSError, RuntimeError) as error:
            print(f"Error: {error}", file=sys.stderr)
            return 1
        finally:
            pyds.nvds_obj_enc_destroy_context(self._encoder)
        return 0
