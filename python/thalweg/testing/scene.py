"""Synthetic video: boxes that move over a plain background, and the truth about them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from thalweg.testing.metadata import Detection, Frame

__all__ = ["MovingBox", "Scene"]

_ENDINGS = {
    ".h264": "h264parse ! video/x-h264,stream-format=byte-stream,alignment=au",
    ".mp4": "h264parse ! mp4mux",
}


@dataclass(frozen=True, kw_only=True)
class MovingBox:
    """A filled box that moves evenly; what is outside the picture is not seen.

    xyxy: left, top, right, bottom in pixels, in frame 0.
    velocity_px: pixels to the right and down from one frame to the next.
    color: red, green, blue from 0 to 255.
    """

    xyxy: tuple[float, float, float, float]
    velocity_px: tuple[float, float] = (0.0, 0.0)
    color: tuple[int, int, int] = (220, 40, 40)
    class_id: int = 0
    label: str = "box"


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A short video of which everything is known.

    boxes: later ones cover earlier ones.
    size_px: width, height, both even.
    frames: how many there are.
    source_id: of the truth: the muxer's pad that the video goes to.

    Example::

        scene = Scene(boxes=[MovingBox(xyxy=(20, 40, 60, 120), velocity_px=(4, 0))])
        pipeline = Gst.parse_launch(
            f"{scene.source(tmp_path)} ! mux.sink_0 nvstreammux name=mux batch-size=1 "
            "width=320 height=240 ! thalwegreplay name=infer ! fakesink"
        )
        save_frames(tmp_path / "truth.json", scene.truth())
    """

    boxes: Sequence[MovingBox] = ()
    size_px: tuple[int, int] = (320, 240)
    frames: int = 10
    frame_rate: int = 25
    source_id: int = 0
    background: tuple[int, int, int] = (96, 96, 96)

    def __post_init__(self) -> None:
        if any(side < 2 or side % 2 for side in self.size_px):
            raise ValueError(f"Scene.size_px: expected even numbers of pixels, got {self.size_px}")
        if self.frames < 1 or self.frame_rate < 1:
            raise ValueError(
                f"Scene: expected at least 1 frame at 1 frame/s, got {self.frames} frames at "
                f"{self.frame_rate} frames/s"
            )

    def truth(self) -> list[Frame]:
        """The metadata of every frame: the visible part of each box, the box's index as track_id.

        Edges are whole pixels, as they are painted. A box outside the picture is not there.
        """
        return [
            Frame(
                frame_num=number,
                source_id=self.source_id,
                size_px=self.size_px,
                pts_ns=int(Fraction(number * 10**9, self.frame_rate)),
                objects=[
                    Detection(class_id=box.class_id, label=box.label, xyxy=xyxy, track_id=index)
                    for index, box, xyxy in self._visible(number)
                ],
            )
            for number in range(self.frames)
        ]

    def images(self) -> Iterator[Any]:
        """The pixels of every frame: new uint8 arrays of shape (height, width, 4), RGBA."""
        for number in range(self.frames):
            image = np.empty((self.size_px[1], self.size_px[0], 4), np.uint8)
            image[:] = (*self.background, 255)
            for _, box, (left, top, right, bottom) in self._visible(number):
                image[top:bottom, left:right, :3] = box.color
            yield image

    def source(self, folder: str | Path) -> str:
        """Writes the pixels into `folder`; returns the text of a source of ``memory:NVMM`` frames.

        The text begins a pipeline description, as for `Gst.parse_launch`.
        """
        path = Path(folder).absolute() / f"scene-{self.source_id}.rgba"
        with path.open("wb") as file:
            for image in self.images():
                file.write(image.data)
        width, height = self.size_px
        return (
            f'filesrc location="{path}" ! rawvideoparse format=rgba width={width} height={height} '
            f"framerate={self.frame_rate}/1 ! nvvideoconvert "
            "! video/x-raw(memory:NVMM),format=NV12"
        )

    def write(self, path: str | Path) -> None:
        """Encodes the video as H.264 into a file that ends in .mp4 or .h264, for whole programs.

        Colours and edges are nearly those of `images`. Raises `ValueError` for another ending,
        `PipelineError` if it cannot be encoded.
        """
        from thalweg.testing.pipeline import play

        path = Path(path).absolute()
        if path.suffix not in _ENDINGS:
            raise ValueError(f"{path}: expected a name that ends in {' or '.join(_ENDINGS)}")
        raw = self.source(path.parent).partition(" ! nvvideoconvert")[0]
        try:
            play(
                f"{raw} ! videoconvert ! video/x-raw,format=I420 "
                "! x264enc speed-preset=ultrafast pass=qual quantizer=10 key-int-max=30 threads=1 "
                f'! {_ENDINGS[path.suffix]} ! filesink location="{path}"'
            )
        finally:
            (path.parent / f"scene-{self.source_id}.rgba").unlink()

    def _visible(self, number: int) -> Iterator[tuple[int, MovingBox, tuple[int, int, int, int]]]:
        width, height = self.size_px
        for index, box in enumerate(self.boxes):
            moved = [
                round(edge + number * box.velocity_px[side % 2])
                for side, edge in enumerate(box.xyxy)
            ]
            left, right = (min(max(edge, 0), width) for edge in (moved[0], moved[2]))
            top, bottom = (min(max(edge, 0), height) for edge in (moved[1], moved[3]))
            if left < right and top < bottom:
                yield index, box, (left, top, right, bottom)
