"""nvinfer's semantic segmentation as metadata: on frames and on objects, read from Python."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pyds = pytest.importorskip("pyds")
pytest.importorskip("onnx")

from .segmented import Run, masks
from .streams import walk


@pytest.fixture
def run(tmp_path: Path, play: Callable[..., Any]) -> Run:
    return Run(tmp_path, play)


def halves(left: int, right: int) -> np.ndarray[Any, Any]:
    return np.repeat([[left] * 4 + [right] * 4], 8, axis=0)


@pytest.mark.parametrize("order", ["chw", "hwc"])
def test_every_field_on_a_frame(run: Run, order: str) -> None:
    def read(frame: Any, _buffer: Any) -> None:
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
            masks(o.obj_user_meta_list) for o in walk(frame.obj_meta_list, pyds.NvDsObjectMeta)
        )

    hwc = order == "hwc"
    run(f"segmentation-output-order={int(hwc)}", read, hwc)


def test_below_the_threshold_there_is_no_class(run: Run) -> None:
    def read(frame: Any, _buffer: Any) -> None:
        (mask,) = masks(frame.frame_user_meta_list)
        np.testing.assert_array_equal(pyds.get_segmentation_masks(mask), halves(-1, -1))

    run("segmentation-threshold=0.97", read)


@pytest.mark.parametrize("batch", ["N", 4])
def test_objects_have_masks_of_their_own(run: Run, batch: int | str) -> None:
    def read(frame: Any, _buffer: Any) -> None:
        assert masks(frame.frame_user_meta_list) == []
        found = {}
        for o in walk(frame.obj_meta_list, pyds.NvDsObjectMeta):
            (mask,) = masks(o.obj_user_meta_list)
            found[o.rect_params.left] = pyds.get_segmentation_masks(mask)
        assert sorted(found) == [0, 160]
        np.testing.assert_array_equal(found[0], halves(0, 0))
        np.testing.assert_array_equal(found[160], halves(2, 2))

    run("process-mode=2", read, batch=batch)


def test_a_copy_of_the_metadata_has_its_own_mask(run: Run) -> None:
    """The tiler makes a new batch meta with copies, and the first one goes."""

    def read(frame: Any, _buffer: Any) -> None:
        (mask,) = masks(frame.frame_user_meta_list)
        assert mask.unique_id == 5
        np.testing.assert_array_equal(pyds.get_segmentation_masks(mask), halves(0, 2))

    run("", read, behind="! nvmultistreamtiler width=320 height=240")


def test_wrong_number_of_classes(run: Run) -> None:
    with pytest.raises(AssertionError) as error:
        run("num-detected-classes=2", lambda *_: None)
    assert "network-type=2: expected an output of floats, [2,height,width]" in str(error.value)
