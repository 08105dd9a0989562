"""JPEG pictures of objects and frames, in a pipeline."""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pyds
from thalweg import media

pytestmark = pytest.mark.skipif(
    os.environ.get("THALWEG_RUNTIME") == "deepstream", reason="needs Thalweg's elements"
)
Probe = Callable[[Any, Any, Any], None]


@pytest.fixture
def encoder() -> Iterator[int]:
    """A context, ended after the test."""
    context = pyds.nvds_obj_enc_create_context(0)
    assert context > 0
    yield context
    pyds.nvds_obj_enc_destroy_context(context)


@pytest.fixture
def on_frames(play: Any) -> Callable[..., None]:
    """on_frames(probe, later=None, caps=""): calls probe(buffer, batch, frame) for six frames of
    the sample clip at 1280x720, and later(...) behind a queue."""

    def run(probe: Probe, later: Probe | None = None, caps: str = "") -> None:
        from gi.repository import Gst

        pipeline = Gst.parse_launch(
            f"filesrc location={media.sample()} ! qtdemux ! h264parse ! "
            "identity eos-after=7 ! nvv4l2decoder ! mux.sink_0 nvstreammux name=mux batch-size=1 "
            f"width=1280 height=720 ! {caps} identity name=probe ! queue ! identity name=later ! "
            "fakesink"
        )
        failed: list[BaseException] = []

        def attach(name: str, function: Probe) -> None:
            def on_buffer(pad: Any, info: Any) -> Any:
                buffer = info.get_buffer()
                batch = pyds.gst_buffer_get_nvds_batch_meta(hash(buffer))
                try:
                    function(buffer, batch, pyds.NvDsFrameMeta.cast(batch.frame_meta_list.data))
                except BaseException as error:
                    failed.append(error)
                return Gst.PadProbeReturn.OK

            pad = pipeline.get_by_name(name).get_static_pad("src")
            pad.add_probe(Gst.PadProbeType.BUFFER, on_buffer)

        attach("probe", probe)
        if later:
            attach("later", later)
        played = play(pipeline)
        if failed:
            raise failed[0]
        assert played.eos, played.error

    return run


def new_object(batch: Any, frame: Any, box: tuple[float, float, float, float]) -> Any:
    obj = pyds.nvds_acquire_obj_meta_from_pool(batch)
    rect = obj.rect_params
    rect.left, rect.top, rect.width, rect.height = box
    obj.obj_label = "person"
    pyds.nvds_add_obj_meta_to_frame(frame, obj, None)
    return obj


def attached(node: Any) -> list[Any]:
    """The NvDsObjEncOutParams of a list of user metas."""
    found = []
    while node is not None:
        meta = pyds.NvDsUserMeta.cast(node.data)
        if meta.base_meta.meta_type == pyds.NvDsMetaType.NVDS_CROP_IMAGE_META:
            found.append(pyds.NvDsObjEncOutParams.cast(meta.user_meta_data))
        node = node.next
    return found


def size_of(jpeg: Any) -> tuple[int, int]:
    """Width and height from the start-of-frame segment of a JPEG."""
    data = bytes(jpeg)
    assert data[:2] == b"\xff\xd8"
    assert data[-2:] == b"\xff\xd9"
    place = 2
    while data[place + 1] not in (0xC0, 0xC1, 0xC2):
        place += 2 + int.from_bytes(data[place + 2 : place + 4], "big")
    height, width = (int.from_bytes(data[place + i : place + i + 2], "big") for i in (5, 7))
    return width, height


@pytest.mark.parametrize(
    "caps", ["", "nvvideoconvert ! video/x-raw(memory:NVMM),format=RGBA !"], ids=["I420", "RGBA"]
)
def test_pictures_are_attached(caps: str, encoder: int, on_frames: Any) -> None:
    kept: list[Any] = []

    def probe(buffer: Any, batch: Any, frame: Any) -> None:
        whole = pyds.NvDsObjEncUsrArgs()
        whole.isFrame, whole.attachUsrMeta, whole.quality = 1, True, 80
        assert pyds.nvds_obj_enc_process(encoder, whole, hash(buffer), None, frame) is True
        part = pyds.NvDsObjEncUsrArgs()
        part.attachUsrMeta, part.quality, part.calcEncodeTime = True, 80, 1
        obj = new_object(batch, frame, (100, 50, 61, 121))
        pyds.nvds_obj_enc_process(encoder, part, buffer, obj, frame)
        part.scaleImg, part.scaledWidth, part.scaledHeight = True, 32, 64
        pyds.nvds_obj_enc_process(encoder, part, buffer, obj, frame)
        assert pyds.nvds_obj_enc_finish(encoder) is None

    def later(buffer: Any, batch: Any, frame: Any) -> None:
        (whole,) = attached(frame.frame_user_meta_list)
        array = whole.outBuffer()
        assert (array.dtype, array.ndim, len(array)) == (np.uint8, 1, whole.outLen)
        assert size_of(array) == (1280, 720)
        obj = pyds.NvDsObjectMeta.cast(frame.obj_meta_list.data)
        sizes = [size_of(out.outBuffer()) for out in attached(obj.obj_user_meta_list)]
        assert sorted(sizes) == [(32, 64), (61, 121)]
        kept.append((whole, array, bytes(array)))

    on_frames(probe, later, caps)
    gc.collect()
    assert len(kept) >= 5
    for whole, array, data in kept:
        with pytest.raises(ReferenceError, match=r"^NvDsObjEncOutParams: its memory was given ba"):
            whole.outBuffer()
        with pytest.raises(ReferenceError):
            _ = whole.outLen
        assert bytes(array) == data  # the array keeps its bytes


def test_files(encoder: int, on_frames: Any, tmp_path: Path) -> None:
    def probe(buffer: Any, batch: Any, frame: Any) -> None:
        args = pyds.NvDsObjEncUsrArgs()
        args.saveImg, args.fileNameImg = True, str(tmp_path / f"{frame.frame_num}.jpg")
        obj = new_object(batch, frame, (100, 50, 61, 121))
        pyds.nvds_obj_enc_process(
            ctx=encoder, args=args, gst_buffer=buffer, obj_meta=obj, frame_meta=frame
        )
        pyds.nvds_obj_enc_finish(ctx=encoder)
        assert attached(obj.obj_user_meta_list) == []

    on_frames(probe)
    files = sorted(tmp_path.iterdir())
    assert len(files) >= 5
    assert {size_of(file.read_bytes()) for file in files} == {(61, 121)}


def test_errors(encoder: int, on_frames: Any, tmp_path: Path) -> None:
    def probe(buffer: Any, batch: Any, frame: Any) -> None:
        if frame.frame_num:
            return
        args = pyds.NvDsObjEncUsrArgs()
        args.saveImg, args.fileNameImg = True, str(tmp_path / "missing" / "x.jpg")
        obj = new_object(batch, frame, (100, 50, 61, 121))
        pyds.nvds_obj_enc_process(encoder, args, buffer, obj, frame)
        with pytest.raises(FileNotFoundError) as caught:
            pyds.nvds_obj_enc_finish(encoder)
        text = str(caught.value)
        assert text.startswith("[Errno 2] nvds_obj_enc_finish: object 0 (person) of frame 0_0: ca")
        assert f"cannot write '{tmp_path}/missing/x.jpg': No such file" in text
        assert text.endswith("give args.fileNameImg a name that can be written")
        pyds.nvds_obj_enc_finish(encoder)  # told once

        obj.rect_params.left = 1280
        with pytest.raises(
            ValueError, match=r"^nvds_obj_enc_process: obj_meta\.rect_params left 1280, top 50, 61"
        ):
            pyds.nvds_obj_enc_process(encoder, args, buffer, obj, frame)
        with pytest.raises(ValueError, match="obj_meta is missing; give the object"):
            pyds.nvds_obj_enc_process(encoder, args, buffer, None, frame)
        for wrong in (0, 12345678):
            with pytest.raises(ValueError, match=f"ctx: {wrong} is no live encoder context"):
                pyds.nvds_obj_enc_process(wrong, args, buffer, obj, frame)
        with pytest.raises(TypeError, match=r"^nvds_obj_enc_process\.gst_buffer: expected Gst\.B"):
            pyds.nvds_obj_enc_process(encoder, args, 0, obj, frame)
        with pytest.raises(TypeError, match=r"^nvds_obj_enc_process\.obj_meta: expected NvDsObj"):
            pyds.nvds_obj_enc_process(encoder, args, buffer, frame, frame)
        for none in (
            lambda: pyds.nvds_obj_enc_process(encoder, None, buffer, obj, frame),
            lambda: pyds.nvds_obj_enc_process(encoder, args, buffer, obj, None),
            lambda: pyds.nvds_obj_enc_process(None, args, buffer, obj, frame),
            lambda: pyds.nvds_obj_enc_create_context(None),
        ):
            with pytest.raises(TypeError):
                none()

    on_frames(probe)


def test_a_buffer_without_pixels(encoder: int, new_buffer: Any) -> None:
    buffer = new_buffer()
    batch = pyds.gst_buffer_get_nvds_batch_meta(buffer)
    frame = pyds.NvDsFrameMeta.cast(batch.frame_meta_list.data)
    args = pyds.NvDsObjEncUsrArgs()
    args.isFrame = True
    with pytest.raises(RuntimeError, match=r"^nvds_obj_enc_process: expected a buffer of memory:N"):
        pyds.nvds_obj_enc_process(encoder, args, buffer, None, frame)


def test_contexts_that_are_gone() -> None:
    context = pyds.nvds_obj_enc_create_context(0)
    pyds.nvds_obj_enc_destroy_context(context)
    with pytest.raises(ValueError, match=r"^nvds_obj_enc_finish: ctx: \d+ is no live encoder"):
        pyds.nvds_obj_enc_finish(context)
    with pytest.raises(ValueError, match=r"^nvds_obj_enc_destroy_context: ctx: \d+ is no live"):
        pyds.nvds_obj_enc_destroy_context(context)
    pyds.nvds_obj_enc_finish(0)
    pyds.nvds_obj_enc_destroy_context(0)


def test_finish_lets_other_threads_run(encoder: int, on_frames: Any) -> None:
    """While a thread waits in finish(), Python runs elsewhere."""

    def probe(buffer: Any, batch: Any, frame: Any) -> None:
        if frame.frame_num:
            return
        args = pyds.NvDsObjEncUsrArgs()
        args.isFrame = args.attachUsrMeta = True
        for _ in range(100):  # more than the queue holds: process() waits as well
            pyds.nvds_obj_enc_process(encoder, args, buffer, None, frame)
        go, ran = threading.Event(), threading.Event()

        def run() -> None:
            go.wait()
            ran.set()

        thread = threading.Thread(target=run)
        thread.start()
        interval = sys.getswitchinterval()
        sys.setswitchinterval(1000)  # Python itself does not switch threads
        try:
            go.set()
            pyds.nvds_obj_enc_finish(encoder)
            assert ran.is_set()
        finally:
            sys.setswitchinterval(interval)
            thread.join()
        assert len(attached(frame.frame_user_meta_list)) == 100

    on_frames(probe)


def test_a_program_may_end_with_a_context(tmp_path: Path) -> None:
    program = f"""
import pyds, gi
gi.require_version("Gst", "1.0")
from gi.repository import Gst
Gst.init(None)
encoder = pyds.nvds_obj_enc_create_context(0)
args = pyds.NvDsObjEncUsrArgs()
args.isFrame = args.saveImg = True
done = []
def probe(pad, info):
    buffer = info.get_buffer()
    batch = pyds.gst_buffer_get_nvds_batch_meta(buffer)
    frame = pyds.NvDsFrameMeta.cast(batch.frame_meta_list.data)
    for number in range(20):
        args.fileNameImg = "{tmp_path}/" + str(number) + ".jpg"
        pyds.nvds_obj_enc_process(encoder, args, buffer, None, frame)
    done.append(frame)
    return Gst.PadProbeReturn.REMOVE
pipeline = Gst.parse_launch("videotestsrc num-buffers=2 ! nvvideoconvert ! "
    "video/x-raw(memory:NVMM),format=I420 ! m.sink_0 nvstreammux name=m batch-size=1 width=640 "
    "height=480 ! identity name=i ! fakesink")
pipeline.get_by_name("i").get_static_pad("src").add_probe(Gst.PadProbeType.BUFFER, probe)
pipeline.set_state(Gst.State.PLAYING)
pipeline.get_bus().timed_pop_filtered(Gst.CLOCK_TIME_NONE, Gst.MessageType.EOS)
pipeline.set_state(Gst.State.NULL)
"""
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr == ""
    assert len(list(tmp_path.iterdir())) == 20


def test_a_missing_library_is_an_exception_of_the_call(tmp_path: Path) -> None:
    import thalweg

    installed = Path(thalweg.__file__).parent.parent
    for package in ("pyds", "thalweg"):
        shutil.copytree(installed / package, tmp_path / package, symlinks=True)
    library = tmp_path / "thalweg/lib/libnvds_batch_jpegenc.so"
    library.unlink()
    program = """
import pyds
pyds.nvds_obj_enc_finish(0)
try:
    pyds.nvds_obj_enc_create_context(0)
except RuntimeError as error:
    print(error)
"""
    ended = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith(
        "nvds_obj_enc_create_context: the JPEG encoder cannot be loaded: "
    )
    assert f"{library}: cannot open shared object file" in ended.stdout
    assert "apt-get install libturbojpeg0" in ended.stdout
