"""nvinfer's semantic segmentation as metadata: on frames and on objects, read from Python."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pyds = pytest.importorskip("pyds")
pytest.importorskip("onnx")

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst

from thalweg.testing import Detection, Frame, MovingBox, Scene, save_frames

from ..infer import tiny_models

LEFT, RIGHT = (0, 0, 160, 240), (160, 0, 320, 240)  # the red and the blue half of the picture


def nodes(node: Any, cast: Any) -> Iterator[Any]:
    while node is not None:
        yield cast(node.data)
        node = node.next


def masks(metas: Any) -> list[Any]:
    """The segmentation metas of a list of user metas."""
    return [
        pyds.NvDsInferSegmentationMeta.cast(meta.user_meta_data)
        for meta in nodes(metas, pyds.NvDsUserMeta.cast)
        if meta.base_meta.meta_type == pyds.NvDsMetaType.NVDSINFER_SEGMENTATION_META
    ]


class Run:
    def __init__(self, folder: Path, play: Callable[..., Any]) -> None:
        self.folder, self.play = folder, play

    def __call__(
        self,
        keys: str,
        read: Callable[[Any], None],
        hwc: bool = False,
        batch: int | str = "N",
        behind: str = "",
    ) -> None:
        """Three frames, red left and blue right; `read` gets each frame that leaves."""
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
                batch = pyds.gst_buffer_get_nvds_batch_meta(hash(info.get_buffer()))
                for frame in nodes(batch.frame_meta_list, pyds.NvDsFrameMeta.cast):
                    read(frame)
                    frames += 1
            except BaseException as error:  # PyGObject would only print it
                errors.append(error)
            return Gst.PadProbeReturn.OK

        pad = pipeline.get_by_name("end").get_static_pad("sink")
        pad.add_probe(Gst.PadProbeType.BUFFER, on_buffer)
        played = self.play(pipeline)
        assert not played.error, played.error
        if errors:
            raise errors[0]
        assert frames == 3


@pytest.fixture
def run(tmp_path: Path, play: Callable[..., Any]) -> Run:
    return Run(tmp_path, play)


def halves(left: int, right: int) -> np.ndarray[Any, Any]:
    return np.repeat([[left] * 4 + [right] * 4], 8, axis=0)


@pytest.mark.parametrize("order", ["chw", "hwc"])
def test_every_field_on_a_frame(run: Run, order: str) -> None:
    def read(frame: Any) -> None:
        (mask,) = masks(frame.frame_user_meta_list)
        assert (mask.classes, mask.width, mask.height, mask.unique_id) == (3, 8, 8, 5)
        classes = pyds.get_segmentation_masks(mask)
        assert (classes.dtype, classes.shape) == (np.int32, (8, 8))
        np.testing.assert_array_equal(classes, halves(0, 2))
        assert mask.class_map == 0
        # The first is that of class 0, red, in both orders.
        assert mask.class_probabilities_map == pytest.approx(240 / 255, abs=0.03)
        assert frame.bInferDone
        assert not any(
            masks(o.obj_user_meta_list)
            for o in nodes(frame.obj_meta_list, pyds.NvDsObjectMeta.cast)
        )

    hwc = order == "hwc"
    run(f"segmentation-output-order={int(hwc)}", read, hwc)


def test_below_the_threshold_there_is_no_class(run: Run) -> None:
    def read(frame: Any) -> None:
        (mask,) = masks(frame.frame_user_meta_list)
        np.testing.assert_array_equal(pyds.get_segmentation_masks(mask), halves(-1, -1))

    run("segmentation-threshold=0.97", read)


@pytest.mark.parametrize("batch", ["N", 4])
def test_objects_have_masks_of_their_own(run: Run, batch: int | str) -> None:
    def read(frame: Any) -> None:
        assert masks(frame.frame_user_meta_list) == []
        found = {}
        for o in nodes(frame.obj_meta_list, pyds.NvDsObjectMeta.cast):
            (mask,) = masks(o.obj_user_meta_list)
            found[o.rect_params.left] = pyds.get_segmentation_masks(mask)
        assert sorted(found) == [0, 160]
        np.testing.assert_array_equal(found[0], halves(0, 0))
        np.testing.assert_array_equal(found[160], halves(2, 2))

    run("process-mode=2", read, batch=batch)


def test_a_copy_of_the_metadata_has_its_own_mask(run: Run) -> None:
    """The tiler makes a new batch meta with copies, and the first one goes."""

    def read(frame: Any) -> None:
        (mask,) = masks(frame.frame_user_meta_list)
        assert mask.unique_id == 5
        np.testing.assert_array_equal(pyds.get_segmentation_masks(mask), halves(0, 2))

    run("", read, behind="! nvmultistreamtiler width=320 height=240")


def test_wrong_number_of_classes(run: Run) -> None:
    with pytest.raises(AssertionError) as error:
        run("num-detected-classes=2", lambda frame: None)
    assert "network-type=2: expected an output of floats, [2,height,width]" in str(error.value)
