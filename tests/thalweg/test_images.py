"""Pictures of frames and objects as arrays: at every place, in every format, and drawn into."""

from __future__ import annotations

import contextlib
import gc
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gi
import numpy as np
import numpy.typing as npt
import pytest

gi.require_version("Gst", "1.0")
from gi.repository import Gst

import pyds
from thalweg import meta, models

from ..elements.streams import decoded, muxer, planes, playing

Image = npt.NDArray[np.uint8]
CHANNELS = {"RGB": [0, 1, 2], "BGR": [2, 1, 0], "RGBA": [0, 1, 2, 3], "BGRA": [2, 1, 0, 3]}
END = Gst.MessageType.EOS | Gst.MessageType.ERROR


def rgba_of(luma: Any, u: Any, v: Any, *, bt709: bool = False) -> Image:
    """What YUV of limited range means, calculated in floats; a chroma sample fills its square."""
    y = (luma.astype(float) - 16) * 255 / 219
    height, width = y.shape
    d, e = (
        (plane.astype(float).repeat(2, 0).repeat(2, 1)[:height, :width] - 128) * 255 / 224
        for plane in (u, v)
    )
    kr, kb = (0.2126, 0.0722) if bt709 else (0.299, 0.114)
    red, blue = y + 2 * (1 - kr) * e, y + 2 * (1 - kb) * d
    green = (y - kr * red - kb * blue) / (1 - kr - kb)
    rgb = np.stack([red, green, blue, np.full_like(y, 255)], -1)
    return np.clip(np.round(rgb), 0, 255).astype(np.uint8)


def rgba_of_nv12(image: Image, **colours: bool) -> Image:
    height = image.shape[0] * 2 // 3
    return rgba_of(image[:height], image[height:, ::2], image[height:, 1::2], **colours)


def difference(image: Any, expected: Any) -> int:
    assert image.shape == expected.shape
    return int(np.abs(image.astype(int) - expected).max(initial=0))


def probed(
    pipeline: Any, *names: str, probe: Callable[[str, Any, Any], object]
) -> list[list[Image]]:
    """Plays to the end; calls probe(name, pad, info) at the sink pad of each element named.

    Gives the planes of each sample of the appsink `shown`, if there is one.
    """
    samples: list[list[Image]] = []
    failed: list[BaseException] = []

    def on_buffer(pad: Any, info: Any, name: str) -> Any:
        try:
            probe(name, pad, info)
        except BaseException as error:
            failed.append(error)
        return Gst.PadProbeReturn.OK

    for name in names:
        pad = pipeline.get_by_name(name).get_static_pad("sink")
        pad.add_probe(Gst.PadProbeType.BUFFER, on_buffer, name)
    with playing(pipeline):
        if out := pipeline.get_by_name("shown"):
            while sample := out.emit("try-pull-sample", 20 * Gst.SECOND):
                samples.append(planes(sample))
        message = pipeline.get_bus().timed_pop_filtered(20 * Gst.SECOND, END)
    assert message is not None
    assert message.type == Gst.MessageType.EOS, message.parse_error()
    if failed:
        raise failed[0]
    return samples


def run(pipeline: Any, **probes: Callable[[meta.Batch], object]) -> list[list[Image]]:
    """As probed, but calls probes[name](batch)."""
    return probed(
        pipeline, *probes, probe=lambda name, _pad, info: probes[name](meta.Batch.of(info))
    )


@pytest.fixture
def bikes(shared: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """bikes(n, width, height, more): the first frames of a clip of 640x272, in a muxer."""

    def clip(frames: int, width: int = 640, height: int = 272, more: str = "") -> str:
        monkeypatch.setenv("THALWEG_FRAMES", str(frames))
        return (
            f"{decoded(shared / 'media/misc/bikes.mp4')} ! m.sink_0 {muxer(1, width, height, more)}"
        )

    return clip


def test_each_format_is_what_the_clip_means(bikes: Callable[..., str]) -> None:
    images: list[dict[str, Image]] = []
    pipeline = Gst.parse_launch(
        f"{bikes(3)} ! identity name=here ! nvvideoconvert ! video/x-raw,format=I420 ! "
        "appsink sync=false name=shown"
    )

    def look(batch: meta.Batch) -> None:
        frame = batch.frames[0]
        images.append({name: frame.image(name) for name in (*CHANNELS, "GRAY", "NV12")})
        for image in images[-1].values():
            assert image.dtype == np.uint8
            assert image.flags.c_contiguous
            assert image.flags.writeable

    samples = run(pipeline, here=look)
    assert len(images) == 3
    for image, (luma, u, v) in zip(images, samples, strict=True):
        expected = rgba_of(luma, u, v)
        for name, order in CHANNELS.items():
            assert difference(image[name], expected[..., order]) <= 2, name
        gray = np.clip(np.round((luma.astype(float) - 16) * 255 / 219), 0, 255)
        assert difference(image["GRAY"], gray) <= 1
        assert (image["NV12"][:272] == luma).all()
        assert (image["NV12"][272:, ::2] == u).all()
        assert (image["NV12"][272:, 1::2] == v).all()


def test_high_definition_has_colours_of_its_own(
    shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THALWEG_FRAMES", "2")
    seen = []

    def look(batch: meta.Batch) -> None:
        frame = batch.frames[0]
        seen.append((frame.image(), frame.image("NV12"), frame.image("BGRA")))

    clip = decoded(shared / "media/synthetic/synthetic_1080p.mp4")
    run(
        Gst.parse_launch(f"{clip} ! m.sink_0 {muxer(1, 1920, 1080)} ! fakesink name=end"),
        end=look,
    )
    for rgb, nv12, bgra in seen:
        expected = rgba_of_nv12(nv12, bt709=True)
        # libyuv's blues of BT.709 reach 2.0 instead of 2.11 times the chroma.
        assert difference(rgb[..., :2], expected[..., :2]) <= 3
        assert difference(rgb[..., 2], expected[..., 2]) <= 13
        assert difference(bgra[..., [2, 1, 0]], rgb) <= 1


def test_what_the_muxer_scaled_on_paper_is_drawn_once(bikes: Callable[..., str]) -> None:
    """With bars above and below; each later call gives the same pixels."""
    seen: list[Image] = []
    pipeline = Gst.parse_launch(
        f"{bikes(2, 320, 240, 'enable-padding=true')} ! identity name=here ! "
        "nvvideoconvert ! video/x-raw,format=NV12 ! appsink sync=false name=shown"
    )

    def look(batch: meta.Batch) -> None:
        frame = batch.frames[0]
        first, again = (frame.image("NV12") for _ in range(2))
        assert frame.size_px == (320, 240)
        assert (first == again).all()
        assert difference(frame.image("RGBA"), rgba_of_nv12(first)) <= 2
        seen.append(first)

    for image, (luma, chroma) in zip(seen, run(pipeline, here=look), strict=True):
        assert (image[:240] == luma).all()
        assert (image[240:].reshape(120, 160, 2) == chroma).all()
        assert set(image[0]) == {16}
        assert len(set(image[120])) > 20


def test_every_place_of_a_pipeline(bikes: Callable[..., str]) -> None:
    """Behind detector, queue, overlay, tiler and converter; pictures agree with what is shown."""
    threads: dict[str, set[int]] = {}
    drawn: dict[str, Image] = {}

    def look(place: str) -> Callable[[meta.Batch], None]:
        def call(batch: meta.Batch) -> None:
            threads.setdefault(place, set()).add(threading.get_ident())
            for frame in batch.frames:
                if place == "detected":
                    frame.add((20, 30, 200, 180), class_id=0, label="box")
                drawn[place] = frame.image()
                assert drawn[place].shape == (frame.size_px[1], frame.size_px[0], 3)
                if place not in ("tiled", "converted", "last"):  # these are RGBA
                    expected = rgba_of_nv12(frame.image("NV12"))[..., :3]
                    assert difference(drawn[place], expected) <= 2

        return call

    places = ("muxed", "detected", "queued", "overlaid", "tiled", "converted", "last")
    pipeline = Gst.parse_launch(
        f"{bikes(3, 320, 240)} ! identity name=muxed ! "
        f"nvinfer config-file-path={models.default_detector()} ! identity name=detected ! "
        "queue ! identity name=queued ! nvdsosd ! identity name=overlaid ! "
        "nvmultistreamtiler rows=1 columns=2 width=640 height=240 ! identity name=tiled ! "
        "nvvideoconvert ! video/x-raw(memory:NVMM),format=RGBA ! identity name=converted ! "
        "queue ! fakesink name=last"
    )
    run(pipeline, **{place: look(place) for place in places})
    assert set(drawn) == set(places)
    assert threads["queued"].isdisjoint(threads["detected"])
    assert threads["last"].isdisjoint(threads["converted"])
    assert (drawn["muxed"] == drawn["queued"]).all()
    assert (drawn["overlaid"] != drawn["queued"]).any()  # boxes
    assert difference(drawn["tiled"][:, :320], drawn["overlaid"]) <= 3
    assert (drawn["tiled"][:, 320:] == 0).all()
    assert difference(drawn["converted"], drawn["tiled"]) <= 1
    assert (drawn["last"] == drawn["converted"]).all()


BOXES = {
    "inside": (10, 20, 60, 90),
    "odd": (11, 21, 60, 90),
    "rounded": (10.4, 20.6, 60.5, 90.4),
    "beyond left and top": (-20, -10, 30, 40),
    "beyond right and bottom": (600, 250, 900, 900),
    "all around": (-5, -5, 700, 300),
    "one pixel": (639, 271, 640, 272),
    "outside": (700, 20, 760, 60),
    "empty": (50, 50, 50, 60),
}


def test_crops(bikes: Callable[..., str]) -> None:
    def look(batch: meta.Batch) -> None:
        frame = batch.frames[0]
        whole, bgr = frame.image(), frame.image("BGR")
        for name, (left, top, right, bottom) in BOXES.items():
            obj = frame.add((left, top, right, bottom), class_id=0, label=name)[0]
            edges = [
                round(min(max(edge, 0), end))
                for edge, end in zip((left, top, right, bottom), (640, 272) * 2, strict=True)
            ]
            rows, columns = slice(edges[1], edges[3]), slice(edges[0], edges[2])
            crop = obj.crop()
            if name in ("outside", "empty"):
                assert crop.shape == (0, 0, 3)
                assert obj.crop("GRAY").shape == obj.crop("NV12").shape == (0, 0)
                continue
            assert crop.flags.c_contiguous
            expected = whole[rows, columns]
            # Where chroma samples are cut in two, they move by half their size.
            if edges[0] % 2 == edges[1] % 2 == 0:
                assert difference(crop, expected) == 0, name
            else:
                assert crop.shape == expected.shape, name
            assert difference(obj.crop("GRAY"), frame.image("GRAY")[rows, columns]) == 0, name
            assert (obj.crop("BGR") == crop[..., ::-1]).all()
            crop[:] = 0
        assert (frame.image("BGR") == bgr).all()
        assert (batch.objects[0].frame.image("BGR") == bgr).all()

    run(Gst.parse_launch(f"{bikes(2)} ! fakesink name=end"), end=look)


def test_a_crop_follows_its_box_through_a_converter_that_scales(bikes: Callable[..., str]) -> None:
    crops: dict[str, Image] = {}

    def before(batch: meta.Batch) -> None:
        if batch.frames[0].number == 0:
            batch.frames[0].add((100, 40, 300, 200), class_id=0)
            crops["before"] = batch.objects[0].crop()

    def after(batch: meta.Batch) -> None:
        for obj in batch.objects:
            assert obj.xyxy == pytest.approx((50, 20, 150, 100))
            crops["after"] = obj.crop()

    run(
        Gst.parse_launch(
            f"{bikes(1)} ! identity name=before ! nvvideoconvert ! "
            "video/x-raw(memory:NVMM),width=320,height=136 ! fakesink name=after"
        ),
        before=before,
        after=after,
    )
    assert crops["after"].shape == (80, 100, 3)
    halved = crops["before"].reshape(80, 2, 100, 2, 3).mean((1, 3))
    assert np.abs(crops["after"] - halved).mean() < 2


def test_a_view_shows_its_moment_for_ever(bikes: Callable[..., str]) -> None:
    kept: list[tuple[Image, Image, Image]] = []

    def look(batch: meta.Batch) -> None:
        frame = batch.frames[0]
        view, before = frame.image("RGBA", copy=False), frame.image("RGBA")
        assert (view.shape, view.flags.writeable) == ((136, 320, 4), False)
        with frame.edit("RGBA") as image:
            image[:50] = 7
        kept.append((view, before, frame.image("RGBA")))

    def refuse(batch: meta.Batch) -> None:
        with pytest.raises(ValueError, match=r"^Frame\.image\.copy: this frame's") as caught:
            batch.frames[0].image("RGB", copy=False)
        assert str(caught.value) == (
            "Frame.image.copy: this frame's pixels are RGBA, which is no view as 'RGB'; leave "
            "copy=True, or put nvvideoconvert and a capsfilter with that format before"
        )

    run(
        Gst.parse_launch(
            f"{bikes(3)} ! nvvideoconvert ! "
            "video/x-raw(memory:NVMM),format=RGBA,width=320,height=136 ! identity name=here ! "
            "fakesink name=end"
        ),
        here=look,
        end=refuse,
    )
    gc.collect()
    assert len(kept) == 3
    for view, before, after in kept:  # the pipeline is gone
        assert (view == before).all()
        assert (after[:50] == 7).all()
        assert (after[50:] == before[50:]).all()


def test_a_view_of_nv12(bikes: Callable[..., str]) -> None:
    def look(batch: meta.Batch) -> None:
        frame = batch.frames[0]
        view = frame.image("NV12", copy=False)
        assert view.shape == (408, 640)
        assert (view == frame.image("NV12")).all()

    run(
        Gst.parse_launch(
            f"{bikes(2)} ! nvvideoconvert ! video/x-raw(memory:NVMM),format=NV12 ! "
            "fakesink name=end"
        ),
        end=look,
    )


@pytest.mark.parametrize("form", ["I420", "NV12", "RGBA"])
@pytest.mark.parametrize("edited", ["RGB", "BGRA", "RGBA"])
def test_what_is_drawn_is_seen_downstream(
    bikes: Callable[..., str], form: str, edited: Any
) -> None:
    def look(batch: meta.Batch) -> None:
        before = batch.frames[0].image()
        with batch.frames[0].edit(edited) as image:
            red = CHANNELS[edited].index(0)
            image[100:140, 200:260] = 0
            image[100:140, 200:260, red] = 255
        after = batch.frames[0].image()
        assert difference(after[:100], before[:100]) <= 12  # two conversions, chroma averaged twice
        assert np.abs(after[:100].astype(int) - before[:100]).mean() < 2

    pipeline = Gst.parse_launch(
        f"{bikes(2)} ! nvvideoconvert ! video/x-raw(memory:NVMM),format={form} ! "
        "identity name=here ! nvdsosd ! nvvideoconvert ! video/x-raw,format=RGBA ! "
        "appsink sync=false name=shown"
    )
    samples = run(pipeline, here=look)
    assert len(samples) == 2
    for (image,) in samples:
        patch = image[102:138, 202:258, :3].astype(int)
        assert np.abs(patch - [255, 0, 0]).max() <= 6


def test_drawing_reaches_a_file_and_leaves_other_branches_alone(
    bikes: Callable[..., str], shared: Path, tmp_path: Path
) -> None:
    """One branch of the decoder is drawn on and encoded; the other's pixels are the decoder's."""
    path = tmp_path / "drawn.mp4"
    plain: dict[int, Image] = {}
    other: dict[int, Image] = {}

    def draw(batch: meta.Batch) -> None:
        with batch.frames[0].edit("RGB") as image:
            image[60:180, 100:300] = (0, 255, 0)

    def keep(into: dict[int, Image]) -> Callable[[meta.Batch], None]:
        return lambda batch: into.update({f.number: f.image("NV12") for f in batch.frames})

    run(Gst.parse_launch(f"{bikes(25)} ! fakesink name=end"), end=keep(plain))
    run(
        Gst.parse_launch(
            f"{decoded(shared / 'media/misc/bikes.mp4')} ! tee name=t ! "
            f"queue ! m.sink_0 {muxer(1, 640, 272)} ! identity name=here ! "
            "nvv4l2h264enc bitrate=4000000 ! h264parse ! qtmux ! "
            f"filesink location={path} "
            "t. ! queue ! o.sink_0 nvstreammux name=o batch-size=1 width=640 height=272 ! "
            "fakesink name=other"
        ),
        here=draw,
        other=keep(other),
    )
    assert len(plain) == 25
    assert plain.keys() == other.keys()
    assert all((plain[n] == other[n]).all() for n in plain)
    read: dict[int, Image] = {}
    run(
        Gst.parse_launch(f"{decoded(path)} ! m.sink_0 {muxer(1, 640, 272)} ! fakesink name=end"),
        end=keep(read),
    )
    assert len(read) == 25
    for n, nv12 in read.items():
        image, before = rgba_of_nv12(nv12)[..., :3], rgba_of_nv12(plain[n])[..., :3]
        assert np.abs(image[70:170, 110:290].astype(int) - [0, 255, 0]).mean() < 12
        assert np.abs(image[:, 320:].astype(int) - before[:, 320:]).mean() < 12


def test_a_block_that_raises_leaves_the_frame(bikes: Callable[..., str]) -> None:
    def look(batch: meta.Batch) -> None:
        before = batch.frames[0].image("NV12")
        with contextlib.suppress(ZeroDivisionError), batch.frames[0].edit() as image:
            image[:] = 0
            raise ZeroDivisionError
        assert (batch.frames[0].image("NV12") == before).all()

    run(Gst.parse_launch(f"{bikes(1)} ! fakesink name=end"), end=look)


def test_frames_of_pyds_with_their_buffer(bikes: Callable[..., str]) -> None:
    def look(batch: meta.Batch) -> None:
        frame_meta = batch.frames[0].meta
        batch.frames[0].add((0, 0, 10, 10), class_id=0)
        object_meta = batch.objects[0].meta
        for view, ask, name in (
            (meta.Frame(frame_meta), lambda view: view.image(), "Frame.image"),
            (meta.Frame(frame_meta), lambda view: view.edit().__enter__(), "Frame.edit"),
            (meta.Object(object_meta, frame_meta), lambda view: view.crop(), "Object.crop"),
        ):
            with pytest.raises(ValueError, match=r"^(Frame|Object)\.") as caught:
                ask(view)
            assert str(caught.value) == (
                f"{name}: this view was made of a pyds meta alone; begin with Batch.of(buffer), "
                "or give the buffer to it, too"
            )
        with pytest.raises(TypeError, match=r"^Batch\.buffer: expected Gst\.Buffer or its hash"):
            meta.Frame(frame_meta, "buffer")

    def with_pyds(_pad: Any, info: Any) -> Any:
        buffer = info.get_buffer()
        batch = pyds.gst_buffer_get_nvds_batch_meta(hash(buffer))
        frame_meta = pyds.NvDsFrameMeta.cast(batch.frame_meta_list.data)
        expected = meta.Batch.of(info).frames[0].image()
        for given in (info, buffer, hash(buffer)):
            assert (meta.Frame(frame_meta, given).image() == expected).all()
        seen.append(1)
        return Gst.PadProbeReturn.OK

    seen: list[int] = []
    pipeline = Gst.parse_launch(f"{bikes(1)} ! fakesink name=end")
    pad = pipeline.get_by_name("end").get_static_pad("sink")
    pad.add_probe(Gst.PadProbeType.BUFFER, with_pyds)
    run(pipeline, end=look)
    assert seen


def test_wrong_formats_and_frames_of_another_buffer(bikes: Callable[..., str]) -> None:
    def look(batch: meta.Batch) -> None:
        frame = batch.frames[0]
        for ask in (frame.image, lambda form: frame.image(form, copy=False)):
            with pytest.raises(ValueError, match=r"^(Frame|Object)\.") as caught:
                ask("YUV")
            assert str(caught.value) == (
                "Frame.image.layout: expected 'RGB', 'BGR', 'RGBA', 'BGRA', 'GRAY' or 'NV12', "
                "got 'YUV'"
            )
        with pytest.raises(TypeError, match=r"^Frame\.image\.layout: expected str, got None"):
            frame.image(None)  # type: ignore[arg-type]
        for form in ("GRAY", "NV12", "YUV"):
            with pytest.raises(ValueError, match=r"^Frame\.edit\.layout: expected 'RGB', 'BGR'"):
                frame.edit(form).__enter__()  # type: ignore[arg-type]
        frame.add((10, 10, 21, 30), class_id=0)
        with pytest.raises(ValueError, match=r"^(Frame|Object)\.") as caught:
            batch.objects[0].crop("NV12")
        assert str(caught.value) == (
            "Object.crop.layout: 'NV12' needs an even width, got 11 pixels; ask for 'RGB' or 'GRAY'"
        )
        frame.meta.batch_id = 4
        try:
            with pytest.raises(IndexError) as index_error:
                frame.image()
            assert str(index_error.value) == (
                "Frame.image: expected a frame whose batch_id is one of the buffer's 1 pictures, "
                "got 4; take the frame from this buffer's Batch"
            )
        finally:
            frame.meta.batch_id = 0

    run(Gst.parse_launch(f"{bikes(1)} ! fakesink name=end"), end=look)


def test_once_the_buffer_is_gone(bikes: Callable[..., str]) -> None:
    kept: list[Any] = []
    images: list[Image] = []

    def look(batch: meta.Batch) -> None:
        frame = batch.frames[0]
        frame.add((0, 0, 100, 100), class_id=0)
        kept.append((frame, batch.objects[0], frame.edit()))
        images.append(frame.image())

    run(Gst.parse_launch(f"{bikes(3)} ! fakesink name=end"), end=look)
    gc.collect()
    for frame, obj, edit in kept:
        for ask in (frame.image, obj.crop, edit.__enter__):
            with pytest.raises(ReferenceError):
                ask()
    assert all(image.any() for image in images)


def test_the_pixels_of_a_copy_outlive_those_of_a_live_meta(bikes: Callable[..., str]) -> None:
    """The meta of a copied buffer lives, the pixels that were asked for are the old buffer's."""
    found: list[str] = []

    def look(_pad: Any, info: Any) -> Any:
        buffer = info.get_buffer().copy_deep()
        old = meta.Batch.of(buffer)
        copy = buffer.copy_deep()
        frame = meta.Frame(meta.Batch.of(copy).frames[0].meta, buffer)
        assert (frame.image() == old.frames[0].image()).all()
        del buffer
        gc.collect()
        try:
            frame.image()
        except ReferenceError as error:
            found.append(str(error))
        return Gst.PadProbeReturn.OK

    pipeline = Gst.parse_launch(f"{bikes(1)} ! fakesink name=end")
    pad = pipeline.get_by_name("end").get_static_pad("sink")
    pad.add_probe(Gst.PadProbeType.BUFFER, look)
    run(pipeline)
    assert found == [
        "Frame.image: the buffer of this frame is gone; ask while it lives, in practice inside "
        "the probe"
    ]


def test_conversion_lets_other_threads_run(bikes: Callable[..., str]) -> None:
    """With a switch interval of minutes, another thread runs only when this one waits."""
    ran = threading.Event()
    turn = threading.Lock()

    def other() -> None:
        with turn:
            ran.set()

    def look(batch: meta.Batch) -> None:
        if ran.is_set():
            return
        turn.acquire()
        thread = threading.Thread(target=other)
        thread.start()
        interval = sys.getswitchinterval()
        sys.setswitchinterval(600)
        try:
            turn.release()
            for _ in range(2000):
                if ran.is_set():
                    break
                batch.frames[0].image()
            found.append(ran.is_set())
        finally:
            sys.setswitchinterval(interval)
        thread.join()

    found: list[bool] = []
    run(Gst.parse_launch(f"{bikes(1)} ! fakesink name=end"), end=look)
    assert found == [True]


def test_threads_share_a_frame(bikes: Callable[..., str]) -> None:
    """Many ask for pictures of the same frame at once, drawn at the first request."""

    def look(batch: meta.Batch) -> None:
        results: list[Image] = []
        start = threading.Barrier(4)

        def ask() -> None:
            start.wait()
            results.extend(batch.frames[0].image() for _ in range(5))

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(results) == 20
        assert all((image == results[0]).all() for image in results)

    run(Gst.parse_launch(f"{bikes(2, 320, 240)} ! fakesink name=end"), end=look)


def check_readers_of_a_buffer_that_goes(pipeline: Any) -> None:
    """Each picture is whole, or there is a ReferenceError. The pipeline has one buffer."""
    seen: list[bool] = []

    def look(_name: str, _pad: Any, info: Any) -> None:
        expected = meta.Batch.of(info).frames[0].image()
        for _ in range(30):
            held = [info.get_buffer().copy_deep()]
            frame = meta.Batch.of(held[0]).frames[0]
            start = threading.Barrier(3)
            results: list[bool] = []

            def ask(
                frame: meta.Frame = frame,
                start: threading.Barrier = start,
                results: list[bool] = results,
            ) -> None:
                results.append(bool((frame.image() == expected).all()))
                start.wait()
                with contextlib.suppress(ReferenceError):
                    while True:
                        results.append(bool((frame.image() == expected).all()))

            threads = [threading.Thread(target=ask) for _ in range(2)]
            for thread in threads:
                thread.start()
            start.wait()
            held.clear()
            for thread in threads:
                thread.join()
            seen.extend(results)

    probed(pipeline, "end", probe=look)
    assert len(seen) >= 60
    assert all(seen)


def test_a_buffer_that_goes_while_threads_read_it(bikes: Callable[..., str]) -> None:
    check_readers_of_a_buffer_that_goes(Gst.parse_launch(f"{bikes(1)} ! fakesink name=end"))
