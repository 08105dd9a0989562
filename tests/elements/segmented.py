"""A pipeline whose nvinfer segments a picture of two halves, for the tests of what comes of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst

import pyds
from thalweg.testing import Detection, Frame, MovingBox, Scene, save_frames

from ..infer import tiny_models
from .streams import walk

LEFT, RIGHT = (0, 0, 160, 240), (160, 0, 320, 240)  # the red and the blue half of the picture


def masks(metas: Any) -> list[Any]:
    """The segmentation metas of a list of user metas."""
    return [
        pyds.NvDsInferSegmentationMeta.cast(meta.user_meta_data)
        for meta in walk(metas, pyds.NvDsUserMeta)
        if meta.base_meta.meta_type == pyds.NvDsMetaType.NVDSINFER_SEGMENTATION_META
    ]


class Run:
    def __init__(self, folder: Path, play: Callable[..., Any]) -> None:
        self.folder, self.play = folder, play

    def __call__(
        self,
        keys: str,
        read: Callable[[Any, Any], None],
        hwc: bool = False,
        batch: int | str = "N",
        behind: str = "",
        before: Callable[[Any], None] = lambda _pipeline: None,
    ) -> None:
        """Three frames, red left and blue right; `read` gets each frame's meta and its buffer."""
        model = tiny_models.colour_segmenter(self.folder / "model.onnx", batch, hwc)
        config = self.folder / "config.txt"
        config.write_text(
            f"[property]\nonnx-file={model}\nnet-scale-factor=0.00392156862745098\n"
            f"gie-unique-id=5\nnetwork-type=2\nnum-detected-classes=3\n{keys}\n"
        )
        scene = Scene(
            boxes=[
                MovingBox(xyxy=LEFT, color=(240, 0, 0)),
                MovingBox(xyxy=RIGHT, color=(0, 0, 240)),
            ],
            frames=3,
        )
        objects = [Detection(xyxy=LEFT), Detection(xyxy=RIGHT)]
        save_frames(
            self.folder / "truth.json",
            [Frame(frame_num=i, size_px=(320, 240), objects=objects) for i in range(3)],
        )
        pipeline = Gst.parse_launch(
            f"{scene.source(self.folder)} ! mux.sink_0 nvstreammux name=mux batch-size=1 width=320 "
            f"height=240 ! thalwegreplay location={self.folder}/truth.json "
            f"! nvinfer config-file-path={config} {behind} ! fakesink name=end"
        )
        errors: list[BaseException] = []
        frames = 0

        def on_buffer(_pad: Any, info: Any) -> Any:
            nonlocal frames
            try:
                buffer = info.get_buffer()
                batch = pyds.gst_buffer_get_nvds_batch_meta(hash(buffer))
                for frame in walk(batch.frame_meta_list, pyds.NvDsFrameMeta):
                    read(frame, buffer)
                    frames += 1
            except BaseException as error:  # PyGObject would only print it
                errors.append(error)
            return Gst.PadProbeReturn.OK

        pad = pipeline.get_by_name("end").get_static_pad("sink")
        pad.add_probe(Gst.PadProbeType.BUFFER, on_buffer)
        before(pipeline)
        played = self.play(pipeline)
        assert not played.error, played.error
        if errors:
            raise errors[0]
        assert frames == 3
