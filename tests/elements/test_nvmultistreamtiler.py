"""nvmultistreamtiler in pipelines of real clips: pixels, metadata, changes while playing."""

from __future__ import annotations

import ctypes
import threading
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gi
import numpy as np
import pytest

gi.require_version("Gst", "1.0")
from gi.repository import Gst

pyds = pytest.importorskip("pyds")

from .streams import (
    add_object,
    decoded,
    frames_of,
    muxer,
    number_objects,
    objects_of,
    planes,
    playing,
    probe,
    pull,
    sources,
    walk,
)

FORMATS = ["I420", "NV12", "RGBA"]
# Of the muxer's frames and of the canvas: no ratio that libyuv has a function of its own for.
WIDTH, HEIGHT = 320, 240
CANVAS = "width=512 height=304"  # four tiles of 256 x 152
SYSTEM = "nvvideoconvert ! video/x-raw,format={} ! appsink sync=false name={}"


def scaled(form: str, count: int, shared: Path) -> str:
    """`count` different clips of the muxer's size and one format; the last has other colours."""
    names = ["misc/bikes", "misc/carphone_pristine", "pets09-s2l1/pets09_s2l1", "misc/bigbuckbunny"]
    clips = [shared / f"media/{name}.mp4" for name in names]
    return " ".join(
        f"{decoded(clip)} ! nvvideoconvert ! video/x-raw(memory:NVMM),format={form},"
        f"width={WIDTH},height={HEIGHT} ! m.sink_{i}"
        for i, clip in enumerate(clips[:count])
    )


def nearest(plane: np.ndarray, width: int, height: int) -> np.ndarray:
    """What libyuv's point sampling makes of a plane: fixed-point positions, from pixel centres."""

    def positions(source: int, target: int) -> np.ndarray:
        step = (source << 16) // target
        return ((step >> 1) + step * np.arange(target)) >> 16

    rows, columns = positions(plane.shape[0], height), positions(plane.shape[1], width)
    return plane[rows][:, columns]


def black(form: str) -> list[int]:
    return {"RGBA": [0], "NV12": [16, 128], "I420": [16, 128, 128]}[form]


def test_defaults_are_those_of_the_original(check_defaults: Callable[[str], None]) -> None:
    check_defaults("nvmultistreamtiler")


@pytest.mark.parametrize("form", FORMATS)
def test_tiles_are_the_frames_of_their_sources(
    form: str, shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THALWEG_FRAMES", "12")
    pipeline = Gst.parse_launch(
        f"{muxer(3, WIDTH, HEIGHT)} ! tee name=t {scaled(form, 3, shared)} "
        f"t. ! queue ! nvmultistreamtiler rows=2 columns=2 {CANVAS} ! {SYSTEM.format(form, 'c')} "
        "t. ! queue ! nvstreamdemux name=d "
        + " ".join(f"d.src_{i} ! queue ! {SYSTEM.format(form, f's{i}')}" for i in range(3))
    )
    with playing(pipeline):
        for _ in range(12):
            canvas = planes(pull(pipeline, "c"))
            for i in range(3):
                for plane, of_frame in zip(canvas, planes(pull(pipeline, f"s{i}")), strict=True):
                    height, width = plane.shape[0] // 2, plane.shape[1] // 2
                    top, left = i // 2 * height, i % 2 * width
                    tile = plane[top : top + height, left : left + width]
                    assert np.array_equal(tile, nearest(of_frame, width, height)), i
            for plane, value in zip(canvas, black(form), strict=True):
                assert (plane[plane.shape[0] // 2 :, plane.shape[1] // 2 :] == value).all()
        assert pull(pipeline, "c") is None


@pytest.mark.parametrize(("form", "out"), [("I420", "RGBA"), ("NV12", "I420"), ("RGBA", "NV12")])
def test_downstream_may_ask_for_another_format(
    form: str, out: str, shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THALWEG_FRAMES", "3")
    tiled = f"{muxer(2, WIDTH, HEIGHT)} ! nvmultistreamtiler columns=2 width=640 height=240 !"
    end, clips = SYSTEM.format(out, "c"), scaled(form, 2, shared)
    asked = Gst.parse_launch(f"{tiled} video/x-raw(memory:NVMM),format={out} ! {end} {clips}")
    converted = Gst.parse_launch(f"{tiled} video/x-raw(memory:NVMM),format={form} ! {end} {clips}")
    with playing(asked, converted):
        for _ in range(3):
            for a, b in zip(planes(pull(asked, "c")), planes(pull(converted, "c")), strict=True):
                assert np.array_equal(a, b)


def test_clips_of_different_colours(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In I420 as in RGBA, where each is right by itself."""
    monkeypatch.setenv("THALWEG_FRAMES", "2")
    tiled = (
        f"{muxer(4, WIDTH, HEIGHT)} ! nvmultistreamtiler rows=2 columns=2 width=640 height=480 !"
    )
    means = []
    for form in ("I420", "RGBA"):
        pipeline = Gst.parse_launch(
            f"{tiled} {SYSTEM.format('RGBA', 'c')} {scaled(form, 4, shared)}"
        )
        with playing(pipeline):
            (canvas,) = planes(pull(pipeline, "c"))
        means.append(
            [canvas[y : y + 240, x : x + 320].mean((0, 1)) for y in (0, 240) for x in (0, 320)]
        )
    assert np.abs(np.subtract(*means)).max() < 1.5


@pytest.mark.parametrize("count", [1, 4, 8, 16])
def test_every_frame_of_every_stream_is_tiled_once_and_in_order(
    count: int, play: Any, shared: Path
) -> None:
    clip = decoded(shared / "media/misc/carphone_pristine.mp4")  # of one length: all end together
    pipeline = Gst.parse_launch(
        f"{muxer(count)} ! nvmultistreamtiler name=t width=640 height=480 ! "
        "fakesink sync=false name=s " + " ".join(f"{clip} ! m.sink_{i}" for i in range(count))
    )
    number_objects(pipeline, "t")
    numbers: dict[int, list[int]] = defaultdict(list)
    columns = {1: 1, 4: 2, 8: 4, 16: 4}[count]  # the default of 1 x 1 is too small
    rows = count // columns
    batches = []

    def see(_buffer: Any, batch: Any) -> None:
        batches.append(batch.num_frames_in_batch)
        (frame,) = frames_of(batch)
        for name in ("source_id", "pad_index", "frame_num", "batch_id", "buf_pts", "ntp_timestamp"):
            assert getattr(frame, name) == 0
        assert (frame.pipeline_width, frame.pipeline_height) == (640, 480)
        objects = list(objects_of(frame))
        assert frame.num_obj_meta == len(objects)
        for obj in reversed(objects):  # the library prepends
            stream, number = divmod(obj.object_id, 1000)
            numbers[stream].append(number)
            rect = obj.rect_params
            assert rect.left == pytest.approx((10 / 320 + stream % columns) * 640 / columns)
            assert rect.top == pytest.approx((20 / 240 + stream // columns) * 480 / rows)
            assert rect.width == pytest.approx(30 / 320 * 640 / columns)
            assert rect.height == pytest.approx(40 / 240 * 480 / rows)

    probe(pipeline, "s", see)
    played = play(pipeline)
    assert played.eos
    assert dict(numbers) == {i: list(range(120)) for i in range(count)}
    assert set(batches) == {1}
    stats = pipeline.get_by_name("t").get_property("stats")
    assert stats.get_value("buffers") == len(batches)
    assert stats.get_value("in") == 120 * count
    assert stats.get_value("dropped") == 0
    ended = [e.get_uint("stream-id").value for e in played.elements if e.has_name("stream-eos")]
    assert sorted(ended) == list(range(count))


def test_of_several_frames_of_a_source_the_last_is_shown(play: Any, shared: Path) -> None:
    """With its own objects, so that no box lies beside what it belongs to; user metas are kept."""
    pipeline = Gst.parse_launch(
        f"{muxer(4)} ! nvmultistreamtiler name=t width=640 height=480 ! fakesink name=s "
        f"{decoded(shared / 'media/misc/bikes.mp4')} ! m.sink_0"
    )
    number_objects(pipeline, "t")

    def attach(_buffer: Any, batch: Any) -> None:
        for frame in frames_of(batch):
            user = pyds.nvds_acquire_user_meta_from_pool(batch)
            user.user_meta_data = pyds.alloc_custom_struct(user)
            user.base_meta.meta_type = pyds.NvDsMetaType.NVDS_USER_META
            pyds.nvds_add_user_meta_to_frame(frame, user)

    seen, user_metas = [], []

    def see(_buffer: Any, batch: Any) -> None:
        (frame,) = frames_of(batch)
        seen.append([obj.object_id for obj in objects_of(frame)])
        user_metas.append(len(list(walk(frame.frame_user_meta_list, pyds.NvDsUserMeta))))

    probe(pipeline, "t", attach)
    probe(pipeline, "s", see)
    assert play(pipeline).eos
    assert seen == [[min(n, 249)] for n in range(3, 253, 4)]
    assert user_metas == [4] * 62 + [2]
    assert pipeline.get_by_name("t").get_property("stats").get_value("dropped") == 250 - 63


def test_a_source_that_has_ended_is_black(shared: Path) -> None:
    pipeline = Gst.parse_launch(
        f"{muxer(2)} ! nvmultistreamtiler columns=2 width=256 height=96 ! "
        f"{SYSTEM.format('I420', 'c')} {sources(shared, 2)}"
    )
    with playing(pipeline):
        for number in range(120 + 130 // 2):  # then batches hold two frames of the longer one
            luma = planes(pull(pipeline, "c"))[0]
            assert luma[:, :128].std() > 5
            assert (luma[:, 128:].std() > 5) == (number < 120)
            assert number < 120 or (luma[:, 128:] == 16).all()
        assert pull(pipeline, "c") is None


def test_one_source_is_shown_alone_while_playing(
    shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THALWEG_FRAMES", "30")
    pipeline = Gst.parse_launch(
        f"{muxer(2, WIDTH, HEIGHT)} ! tee name=t {scaled('I420', 2, shared)} "
        "t. ! queue ! nvmultistreamtiler name=tiler columns=2 width=512 height=152 ! "
        f"fakesink name=end async=false t. ! queue ! nvmultistreamtiler name=plain show-source=1 "
        f"width=512 height=152 ! {SYSTEM.format('I420', 'one')} "
        f"t. ! queue ! nvmultistreamtiler columns=2 width=512 height=152 ! "
        f"{SYSTEM.format('I420', 'both')}"
    )
    number_objects(pipeline, "t")
    tiler = pipeline.get_by_name("tiler")
    seen: list[set[int]] = []
    all_seen = threading.Event()

    def switch(_buffer: Any, batch: Any) -> None:
        number = next(frames_of(batch)).frame_num
        if number % 10 == 0:
            tiler.set_property("show-source", {0: -1, 10: 1, 20: 7}[number])

    def see(_buffer: Any, batch: Any) -> None:
        (frame,) = frames_of(batch)
        seen.append({obj.object_id // 1000 for obj in objects_of(frame)})
        for obj in objects_of(frame):
            whole = tiler.get_property("show-source") == 1
            assert obj.rect_params.width == 30 * (512 if whole else 256) / 320
        if len(seen) == 30:
            all_seen.set()

    probe(pipeline, "tiler", switch)
    probe(pipeline, "end", see)
    with playing(pipeline):
        for _ in range(30):
            both, one = planes(pull(pipeline, "both")), planes(pull(pipeline, "one"))
            # 512 wide and 256 wide of the same 320: the wide one has every column of the other.
            assert not np.array_equal(both[0][:, :256], both[0][:, 256:])
            assert np.abs(one[0][:, 1::2].astype(int) - both[0][:, 256:]).mean() < 8
        assert pull(pipeline, "one") is None
        assert all_seen.wait(20)  # its branch may be the last
    assert seen == [{0, 1}] * 10 + [{1}] * 10 + [set()] * 10


class CustomTile(ctypes.Structure):
    """As nvdstilerconfig.h has it."""

    _fields_ = (
        ("sourceId", ctypes.c_uint32),
        ("x", ctypes.c_float),
        ("y", ctypes.c_float),
        ("width", ctypes.c_float),
        ("height", ctypes.c_float),
    )


class CustomTileConfig(ctypes.Structure):
    _fields_ = (("tiles", ctypes.POINTER(CustomTile)), ("length", ctypes.c_uint32))


new_capsule = ctypes.pythonapi.PyCapsule_New
new_capsule.restype = ctypes.py_object
new_capsule.argtypes = (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)


def set_tiles(tiler: Any, *tiles: tuple[int, float, float, float, float]) -> None:
    """Its memory is overwritten afterwards, so whoever did not copy it would see."""
    array = (CustomTile * len(tiles))(*(CustomTile(*tile) for tile in tiles))
    config = CustomTileConfig(array, len(tiles))
    tiler.set_property("custom-tile-config", new_capsule(ctypes.addressof(config), None, None))
    ctypes.memset(array, 0xFF, ctypes.sizeof(array))
    ctypes.memset(ctypes.byref(config), 0xFF, ctypes.sizeof(config))


def test_tiles_at_places_of_the_programs_own(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pixels and metadata, changed while it plays, and back to the grid."""
    monkeypatch.setenv("THALWEG_FRAMES", "15")
    pipeline = Gst.parse_launch(
        f"{muxer(3, WIDTH, HEIGHT)} ! tee name=t {scaled('I420', 3, shared)} "
        f"t. ! queue ! nvmultistreamtiler name=tiler rows=2 columns=2 {CANVAS} ! "
        f"tee name=tiled ! queue ! {SYSTEM.format('I420', 'c')} "
        "tiled. ! queue ! fakesink name=end async=false t. ! queue ! nvstreamdemux name=d "
        + " ".join(f"d.src_{i} ! queue ! {SYSTEM.format('I420', f's{i}')}" for i in range(3))
    )
    number_objects(pipeline, "t")
    tiler = pipeline.get_by_name("tiler")
    # Source 2 small over both others; source 1 at first in its tile of the grid, below.
    first = {0: (0, 0, 256, 304), 1: (256, 0, 256, 152), 2: (192, 76, 128, 76)}
    second = {0: (0, 0, 512, 304), 1: (256, 152, 256, 152), 2: (0, 0, 128, 76)}
    grid = {0: (0, 0, 256, 152), 1: (256, 0, 256, 152), 2: (0, 152, 256, 152)}
    at = [first] * 5 + [second] * 5 + [grid] * 5

    def switch(_buffer: Any, batch: Any) -> None:
        number = next(frames_of(batch)).frame_num
        if number == 0:
            set_tiles(tiler, (0, 0, 0, 0.5, 1), (2, 0.375, 0.25, 0.25, 0.25))
        elif number == 5:
            set_tiles(tiler, (0, 0, 0, 1, 1), (1, 0.5, 0.5, 0.5, 0.5), (2, 0, 0, 0.25, 0.25))
        elif number == 10:
            tiler.set_property("custom-tile-config", None)

    boxes: list[dict[int, tuple[float, ...]]] = []
    all_seen = threading.Event()

    def see(_buffer: Any, batch: Any) -> None:
        (frame,) = frames_of(batch)
        rects = {obj.object_id // 1000: obj.rect_params for obj in objects_of(frame)}
        boxes.append({i: (r.left, r.top, r.width, r.height) for i, r in rects.items()})
        if len(boxes) == 15:
            all_seen.set()

    probe(pipeline, "tiler", switch)
    probe(pipeline, "end", see)
    with playing(pipeline):
        for number in range(15):
            canvas = planes(pull(pipeline, "c"))
            expected = [np.full_like(p, v) for p, v in zip(canvas, black("I420"), strict=True)]
            frames = [planes(pull(pipeline, f"s{i}")) for i in range(3)]
            for i in sorted(at[number], key=lambda i: (at[number] is first and i != 1, i)):
                left, top, width, height = at[number][i]
                for plane, of_frame, half in zip(expected, frames[i], (1, 2, 2), strict=True):
                    rows = slice(top // half, (top + height) // half)
                    columns = slice(left // half, (left + width) // half)
                    plane[rows, columns] = nearest(of_frame, width // half, height // half)
            for plane, wanted in zip(canvas, expected, strict=True):
                assert np.array_equal(plane, wanted), number
        assert all_seen.wait(20)  # its branch may be the last
    assert len(boxes) == 15
    for placed, seen in zip(at, boxes, strict=True):
        assert seen.keys() == placed.keys()
        for i, (left, top, width, height) in placed.items():
            x, y = width / WIDTH, height / HEIGHT
            assert seen[i] == pytest.approx((left + 10 * x, top + 20 * y, 30 * x, 40 * y))


def test_a_tile_beside_the_canvas_is_an_error(play: Any, shared: Path) -> None:
    pipeline = Gst.parse_launch(
        f"{muxer(1)} ! nvmultistreamtiler name=t width=320 height=240 ! fakesink "
        f"{sources(shared, 1)}"
    )
    set_tiles(pipeline.get_by_name("t"), (0, 0, 0, 50, 100))
    assert play(pipeline).error == (
        "t: cannot tile a batch: custom-tile-config has x 0, y 0, width 50 and height 100 for "
        "source 0; expected parts of the canvas, each from 0 to 1, that do not leave it and are "
        "2 x 2 of its 320 x 240 pixels at least: divide percentages by 100."
    )


def test_the_canvas_changes_its_size_while_playing(
    shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THALWEG_FRAMES", "10")
    pipeline = Gst.parse_launch(
        f"{muxer(1)} ! nvmultistreamtiler name=t width=320 height=240 ! appsink name=c sync=false "
        f"{sources(shared, 1)}"
    )
    tiler = pipeline.get_by_name("t")

    def change(_buffer: Any, batch: Any) -> None:
        if next(frames_of(batch)).frame_num == 5:
            tiler.set_property("width", 637)  # 640: a multiple of 4
            tiler.set_property("height", 360)

    probe(pipeline, "t", change)
    with playing(pipeline):
        sizes = []
        while (sample := pull(pipeline, "c")) is not None:
            caps = sample.get_caps().get_structure(0)
            assert caps.get_value("batch-size") == 1
            size = caps.get_value("width"), caps.get_value("height")
            (frame,) = frames_of(pyds.gst_buffer_get_nvds_batch_meta(hash(sample.get_buffer())))
            assert size == (frame.pipeline_width, frame.pipeline_height)
            sizes.append(size)
    assert sizes == [(320, 240)] * 5 + [(640, 360)] * 5


@pytest.mark.parametrize(
    ("rows", "columns", "place"),
    [(1, 3, (2, 0)), (3, 1, (0, 2)), (2, 2, (0, 1)), (1, 1, (2, 0)), (0, 2, (0, 1))],
)
def test_rows_and_columns(
    rows: int,
    columns: int,
    place: tuple[int, int],
    play: Any,
    shared: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where source 2 of 3 is; a grid of one tile is too small."""
    monkeypatch.setenv("THALWEG_FRAMES", "2")
    pipeline = Gst.parse_launch(
        f"{muxer(3)} ! nvmultistreamtiler name=t width=960 height=720 rows={rows} "
        f"columns={columns} ! fakesink name=s {sources(shared, 3)}"
    )
    number_objects(pipeline, "t")
    corners = []

    def see(_buffer: Any, batch: Any) -> None:
        for obj in objects_of(next(frames_of(batch))):
            if obj.object_id // 1000 == 2:
                rect = obj.rect_params
                width, height = rect.width / 30 * 320, rect.height / 40 * 240
                corners.append((rect.left // width, rect.top // height))

    probe(pipeline, "s", see)
    assert play(pipeline).eos
    assert corners == [place] * 2


def test_tiles_without_a_pixel_are_an_error(play: Any, shared: Path) -> None:
    played = play(
        f"{muxer(1)} ! nvmultistreamtiler name=t rows=20 width=16 height=16 ! fakesink "
        f"{sources(shared, 1)}"
    )
    assert played.error == (
        "t: cannot tile a batch: 20 rows and 1 columns leave 16 x 0 pixels of a canvas of 16 x 16 "
        "for each tile; expected 2 x 2 at least: lower rows or columns, or raise width or height."
    )


@pytest.mark.parametrize("form", FORMATS)
def test_boxes_behind_the_tiler_are_drawn_where_their_objects_are(
    form: str, shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THALWEG_FRAMES", "5")

    def canvases(draw: bool) -> list[list[np.ndarray]]:
        pipeline = Gst.parse_launch(
            f"{muxer(4, WIDTH, HEIGHT)} ! nvmultistreamtiler name=t rows=2 columns=2 width=640 "
            f"height=480 ! nvdsosd ! {SYSTEM.format(form, 'c')} {scaled(form, 4, shared)}"
        )

        def add(_buffer: Any, batch: Any) -> None:
            for frame in frames_of(batch):
                shift = 20 * frame.pad_index
                add_object(batch, frame, (60 + shift, 40 + shift, 80, 100), 1)

        if draw:
            probe(pipeline, "t", add)
        with playing(pipeline):
            return [planes(pull(pipeline, "c")) for _ in range(5)]

    border = np.zeros((480, 640), bool)
    for i in range(4):  # tiles have the frames' own size
        left, top = i % 2 * 320 + 60 + 20 * i, i // 2 * 240 + 40 + 20 * i
        border[top - 2 : top + 102, left - 2 : left + 82] = True
        border[top + 2 : top + 98, left + 2 : left + 78] = False
    for plain, drawn in zip(canvases(False), canvases(True), strict=True):
        changed = plain[0] != drawn[0]
        if form == "RGBA":
            changed = changed.any(axis=2)
        assert not changed[~border].any()
        assert changed[border].mean() > 0.98  # a red border has the brightness of some pixels


def test_the_other_branch_of_a_tee_keeps_its_metadata(play: Any, shared: Path) -> None:
    pipeline = Gst.parse_launch(
        f"{muxer(2)} ! tee name=t t. ! queue ! nvmultistreamtiler columns=2 width=640 height=240 ! "
        f"nvdsosd ! fakesink name=s t. ! queue ! fakesink name=other {sources(shared, 2)}"
    )
    number_objects(pipeline, "t")
    lefts: set[float] = set()

    def see(_buffer: Any, batch: Any) -> None:
        for frame in frames_of(batch):
            lefts.update(obj.rect_params.left for obj in objects_of(frame))

    probe(pipeline, "other", see)
    assert play(pipeline).eos
    assert lefts == {10.0}


def test_user_metas_are_copied_by_their_own_functions(
    play: Any, shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THALWEG_FRAMES", "10")
    pipeline = Gst.parse_launch(
        f"{muxer(2)} ! nvmultistreamtiler name=t columns=2 width=640 height=240 ! fakesink name=s "
        f"{sources(shared, 2)}"
    )

    def attach(batch: Any, text: str) -> Any:
        user = pyds.nvds_acquire_user_meta_from_pool(batch)
        data = pyds.alloc_custom_struct(user)
        data.message = text
        user.user_meta_data = data
        user.base_meta.meta_type = pyds.NvDsMetaType.NVDS_USER_META
        return user

    def add(_buffer: Any, batch: Any) -> None:
        pyds.nvds_add_user_meta_to_batch(batch, attach(batch, "batch"))
        for frame in frames_of(batch):
            name = f"frame {frame.frame_num} of {frame.pad_index}"
            pyds.nvds_add_user_meta_to_frame(frame, attach(batch, name))

    def texts(node: Any) -> list[str]:
        return [
            pyds.get_string(pyds.CustomDataStruct.cast(user.user_meta_data).message)
            for user in walk(node, pyds.NvDsUserMeta)
        ]

    seen = []

    def see(_buffer: Any, batch: Any) -> None:
        (frame,) = frames_of(batch)
        assert texts(batch.batch_user_meta_list) == ["batch"]
        seen.append(sorted(texts(frame.frame_user_meta_list)))

    probe(pipeline, "t", add)
    probe(pipeline, "s", see)
    assert play(pipeline).eos
    assert seen == [[f"frame {n} of {i}" for i in (0, 1)] for n in range(10)]


def test_starts_leave_nothing_behind(short_h264: Path, check_cycles: Callable[[str], None]) -> None:
    stream = f"filesrc location={short_h264} ! h264parse ! nvv4l2decoder"
    check_cycles(
        f"{muxer(2)} ! nvmultistreamtiler columns=2 width=640 height=240 ! fakesink "
        f"{stream} ! m.sink_0 {stream} ! m.sink_1"
    )
