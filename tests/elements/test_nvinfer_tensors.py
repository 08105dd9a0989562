"""nvinfer's raw output as metadata: on frames and on objects, read and written from Python."""

from __future__ import annotations

import ctypes
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
from .streams import walk

RED = (240, 0, 0)


def tensors(metas: Any) -> list[Any]:
    """The tensor metas of a list of user metas."""
    return [
        pyds.NvDsInferTensorMeta.cast(meta.user_meta_data)
        for meta in walk(metas, pyds.NvDsUserMeta)
        if meta.base_meta.meta_type == pyds.NvDsMetaType.NVDSINFER_TENSOR_OUTPUT_META
    ]


def values(meta: Any, number: int) -> np.ndarray[Any, Any]:
    """The values of a layer as programs read them (view)."""
    layer = pyds.get_nvds_LayerInfo(meta, number)
    shape = tuple(layer.inferDims.d[: layer.inferDims.numDims])
    pointer = ctypes.cast(pyds.get_ptr(layer.buffer), ctypes.POINTER(ctypes.c_float))
    return np.ctypeslib.as_array(pointer, shape=shape)


def frames_of(info: Any) -> Iterator[Any]:
    batch = pyds.gst_buffer_get_nvds_batch_meta(hash(info.get_buffer()))
    return walk(batch.frame_meta_list, pyds.NvDsFrameMeta)


class Run:
    def __init__(self, folder: Path, play: Callable[..., Any]) -> None:
        self.folder, self.play = folder, play

    def __call__(
        self,
        keys: str,
        read: Callable[[Any], None],
        behind: str = "",
        batch: int | str = "N",
        write: Callable[[Any], None] | None = None,
    ) -> None:
        """Three frames with a red object in the left half; `read` gets each frame that leaves."""
        model = tiny_models.colour_classifier(self.folder / "model.onnx", batch)
        config = self.folder / "config.txt"
        config.write_text(
            f"[property]\nonnx-file={model}\nnet-scale-factor=0.00392156862745098\n"
            f"gie-unique-id=5\noutput-tensor-meta=1\n{keys}\n"
        )
        scene = Scene(
            boxes=[MovingBox(xyxy=(0, 0, 160, 240), color=RED)], frames=3, background=(0, 0, 0)
        )
        save_frames(
            self.folder / "truth.json",
            [
                Frame(frame_num=i, size_px=(320, 240), objects=[Detection(xyxy=(0, 0, 160, 240))])
                for i in range(3)
            ],
        )
        pipeline = Gst.parse_launch(
            f"{scene.source(self.folder)} ! mux.sink_0 nvstreammux name=mux batch-size=1 width=320 "
            f"height=240 ! thalwegreplay location={self.folder}/truth.json "
            f"! nvinfer name=infer config-file-path={config} {behind} ! fakesink name=end"
        )

        errors: list[BaseException] = []

        def probe(element: str, pad: str, call: Callable[[Any], None]) -> None:
            def on_buffer(_pad: Any, info: Any) -> Any:
                try:
                    for frame in frames_of(info):
                        call(frame)
                except BaseException as error:  # PyGObject would only print it
                    errors.append(error)
                return Gst.PadProbeReturn.OK

            pipeline.get_by_name(element).get_static_pad(pad).add_probe(
                Gst.PadProbeType.BUFFER, on_buffer
            )

        if write:
            probe("infer", "src", write)
        probe("end", "sink", read)
        played = self.play(pipeline)
        assert not played.error, played.error
        if errors:
            raise errors[0]


@pytest.fixture
def run(tmp_path: Path, play: Callable[..., Any]) -> Run:
    return Run(tmp_path, play)


def test_every_field_on_a_frame(run: Run) -> None:
    seen: list[Any] = []

    def read(frame: Any) -> None:
        (meta,) = tensors(frame.frame_user_meta_list)
        layers = [pyds.get_nvds_LayerInfo(meta, i) for i in range(meta.num_output_layers)]
        network = meta.network_info
        seen.append(
            {
                "id": meta.unique_id,
                "gpu": meta.gpu_id,
                "network": (network.width, network.height, network.channels),
                "padding": (meta.maintain_aspect_ratio, meta.symmetric_padding),
                "names": [layer.layerName for layer in layers],
                "types": [layer.dataType for layer in layers],
                "inputs": [layer.isInput for layer in layers],
                "dims": [tuple(layer.inferDims.d[: layer.inferDims.numDims]) for layer in layers],
                "elements": [layer.inferDims.numElements for layer in layers],
                "objects": frame.num_obj_meta,
                "inferred": frame.bInferDone,
            }
        )
        # The left half is red, the rest is black.
        assert values(meta, 0) == pytest.approx([120 / 255, 0, 0], abs=0.02)
        assert values(meta, 1).ravel() == pytest.approx([40 / 255, 215 / 255], abs=0.02)

    run("network-type=100\nmaintain-aspect-ratio=0\n", read)
    assert (
        seen
        == [
            {
                "id": 5,
                "gpu": 0,
                "network": (8, 8, 3),
                "padding": (0, 0),
                "names": ["colour", "bright"],
                "types": [pyds.NvDsInferDataType.FLOAT] * 2,
                "inputs": [0, 0],
                "dims": [(3,), (2, 1, 1)],
                "elements": [3, 2],
                "objects": 1,
                "inferred": 1,
            }
        ]
        * 3
    )


def test_on_objects_beside_what_was_read_of_them(run: Run) -> None:
    seen = 0

    def read(frame: Any) -> None:
        nonlocal seen
        assert tensors(frame.frame_user_meta_list) == []
        (o,) = walk(frame.obj_meta_list, pyds.NvDsObjectMeta)
        (meta,) = tensors(o.obj_user_meta_list)
        # 160 x 240 into 8 x 8, the height decides: 5 of the 8 columns are picture.
        assert values(meta, 0) == pytest.approx([5 / 8 * 240 / 255, 0, 0], abs=0.02)
        assert (meta.maintain_aspect_ratio, meta.symmetric_padding) == (1, 1)
        assert o.classifier_meta_list is not None
        seen += 1

    run("process-mode=2\nnetwork-type=1\nmaintain-aspect-ratio=1\nsymmetric-padding=1", read)
    assert seen == 3


@pytest.mark.parametrize(
    ("behind", "same_buffer"),
    [
        ("", True),
        # This one makes new buffers with copies of the metadata.
        ("! nvvideoconvert ! video/x-raw(memory:NVMM),format=RGBA ", False),
    ],
)
def test_python_writes_and_what_follows_sees_it(run: Run, behind: str, same_buffer: bool) -> None:
    addresses: list[int] = []
    seen: list[list[float]] = []

    def write(frame: Any) -> None:
        (meta,) = tensors(frame.frame_user_meta_list)
        found = values(meta, 0)
        found[:] = [1, 2, frame.frame_num]
        addresses.append(found.ctypes.data)

    def read(frame: Any) -> None:
        (meta,) = tensors(frame.frame_user_meta_list)
        found = values(meta, 0)
        seen.append(found.tolist())
        assert (found.ctypes.data in addresses) == same_buffer

    run("network-type=100", read, behind, write=write)
    assert seen == [[1, 2, i] for i in range(3)]


def test_each_unit_of_a_run_has_its_own(run: Run) -> None:
    def read(frame: Any) -> None:
        (meta,) = tensors(frame.frame_user_meta_list)
        assert values(meta, 0) == pytest.approx([120 / 255, 0, 0], abs=0.02)

    run("network-type=100", read, batch=4)


def test_without_the_key_there_is_none(run: Run) -> None:
    def read(frame: Any) -> None:
        assert frame.frame_user_meta_list is None
        assert frame.bInferDone

    run("network-type=100\noutput-tensor-meta=0", read)
