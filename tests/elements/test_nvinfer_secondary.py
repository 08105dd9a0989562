"""nvinfer on objects, and as a classifier: which objects, what is remembered, what is written."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

pyds = pytest.importorskip("pyds")
pytest.importorskip("onnx")

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst

from thalweg.testing import Detection, Frame, MovingBox, Scene, read_frames, record, save_frames

from ..infer import tiny_models

LEFT, RIGHT = (0, 0, 160, 240), (160, 0, 320, 240)  # the red and the blue half of the picture
RED, BLUE = (240, 0, 0), (0, 0, 240)


def halves(frames: int = 6, source: int = 0) -> Scene:
    return Scene(
        boxes=[MovingBox(xyxy=LEFT, color=RED), MovingBox(xyxy=RIGHT, color=BLUE)],
        frames=frames,
        source_id=source,
    )


def frames_with(objects: Callable[[int], Sequence[Detection]], count: int = 6) -> list[Frame]:
    return [Frame(frame_num=i, size_px=(320, 240), objects=objects(i)) for i in range(count)]


def colours(frames: list[Frame]) -> list[list[str]]:
    """The first label of each object's last classifier, "" without one."""
    return [
        [o.classifiers[-1].labels[0].label if o.classifiers else "" for o in frame.objects]
        for frame in frames
    ]


class Secondary:
    """Runs nvinfer behind recorded objects, and gives the frames that leave it."""

    def __init__(self, folder: Path, play: Callable[..., Any]) -> None:
        self.folder, self.play = folder, play
        self.warnings: list[str] = []

    def config(self, keys: str = "", batch: int | str = "N", name: str = "config") -> Path:
        model = tiny_models.colour_classifier(self.folder / f"{name}.onnx", batch)
        (self.folder / "labels.txt").write_text(tiny_models.LABELS)
        path = self.folder / f"{name}.txt"
        path.write_text(
            f"[property]\nonnx-file={model}\nlabelfile-path=labels.txt\nprocess-mode=2\n"
            "network-type=1\ngie-unique-id=2\nnet-scale-factor=0.00392156862745098\n"
            f"classifier-type=colour\n{keys}\n"
        )
        return path

    def run(
        self,
        truth: list[Frame],
        keys: str = "",
        scenes: Sequence[Scene] = (),
        batch: int | str = "N",
        elements: str | None = None,
        before: Callable[[Any], None] = lambda _pipeline: None,
    ) -> list[Frame]:
        scenes = scenes or [halves(len(truth))]
        config = self.config(keys, batch)
        save_frames(self.folder / "truth.json", truth)
        sources = "".join(f"{s.source(self.folder)} ! mux.sink_{s.source_id} " for s in scenes)
        elements = elements or f"nvinfer name=infer config-file-path={config}"
        pipeline = Gst.parse_launch(
            f"{sources} nvstreammux name=mux batch-size={len(scenes)} width=320 height=240 "
            f"batched-push-timeout=1000000 ! thalwegreplay name=replay "
            f"location={self.folder / 'truth.json'} ! {elements} ! fakesink name=end sync=false"
        )
        frames = record(pipeline.get_by_name("end").get_static_pad("sink"))
        before(pipeline)
        played = self.play(pipeline)
        assert not played.error, played.error
        self.warnings = played.warnings
        return frames


@pytest.fixture
def secondary(tmp_path: Path, play: Callable[..., Any]) -> Secondary:
    return Secondary(tmp_path, play)


# --- what it writes


def test_labels_of_each_layer(secondary: Secondary) -> None:
    truth = frames_with(lambda _: [Detection(xyxy=LEFT, label="car"), Detection(xyxy=RIGHT)], 2)
    for frame in secondary.run(truth):
        red, blue = frame.objects
        (classifier,) = red.classifiers
        assert classifier.component_id == 2
        assert [(label.class_id, label.label) for label in classifier.labels] == [
            (0, "red"),
            (1, "dark"),
        ]
        assert classifier.labels[0].confidence == pytest.approx(240 / 255, abs=0.02)
        assert classifier.labels[1].confidence == pytest.approx(1 - 80 / 255, abs=0.02)
        assert red.text == "car red dark"
        assert blue.text == "blue dark"
        assert (red.label, red.class_id, red.component_id) == ("car", 0, 1)


def first_classifier(info: Any) -> tuple[Any, Any]:
    """The first classifier meta of a batch's first object, and its first label."""
    batch = pyds.gst_buffer_get_nvds_batch_meta(hash(info.get_buffer()))
    frame = pyds.NvDsFrameMeta.cast(batch.frame_meta_list.data)
    o = pyds.NvDsObjectMeta.cast(frame.obj_meta_list.data)
    meta = pyds.NvDsClassifierMeta.cast(o.classifier_meta_list.data)
    label = pyds.NvDsLabelInfo.cast(meta.label_info_list.data)
    return meta, label


def test_every_field_of_a_classifier_meta(secondary: Secondary) -> None:
    seen: list[dict[str, Any]] = []

    def read(_pad: Gst.Pad, info: Gst.PadProbeInfo) -> Gst.PadProbeReturn:
        meta, label = first_classifier(info)
        seen.append(
            {
                "id": meta.unique_component_id,
                "type": meta.classifier_type,
                "labels": meta.num_labels,
                "label": label.result_label,
                "classes": label.num_classes,
                "class": label.result_class_id,
                "layer": label.label_id,
            }
        )
        return Gst.PadProbeReturn.OK

    def watch(pipeline: Any) -> None:
        pipeline.get_by_name("end").get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, read)

    secondary.run(frames_with(lambda _: [Detection(xyxy=LEFT)], 1), before=watch)
    assert seen == [
        {
            "id": 2,
            "type": "colour",
            "labels": 2,
            "label": "dark",
            "classes": 2,
            "class": 1,
            "layer": 1,
        }
    ]


def test_a_label_that_is_too_long_is_whole_beside_it(secondary: Secondary) -> None:
    long = "r" * 200
    seen: list[tuple[str, str]] = []

    def read(_pad: Gst.Pad, info: Gst.PadProbeInfo) -> Gst.PadProbeReturn:
        _, label = first_classifier(info)
        seen.append((label.result_label, label.pResult_label))
        return Gst.PadProbeReturn.OK

    def watch(pipeline: Any) -> None:
        (secondary.folder / "labels.txt").write_text(f"{long};g;b\n")
        pipeline.get_by_name("end").get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, read)

    truth = frames_with(lambda _: [Detection(xyxy=LEFT)], 1)
    (frame,) = secondary.run(truth, "output-blob-names=colour", before=watch)
    assert seen == [(long[:127], long)]
    assert frame.objects[0].text == long


def test_threshold_and_output_blob_names(secondary: Secondary) -> None:
    truth = frames_with(lambda _: [Detection(xyxy=LEFT)], 1)
    (frame,) = secondary.run(truth, "classifier-threshold=0.9")
    assert [label.label for label in frame.objects[0].classifiers[0].labels] == ["red"]
    (frame,) = secondary.run(truth, "classifier-threshold=0.99")
    assert frame.objects[0].classifiers == ()
    assert frame.objects[0].text == ""
    # The rows of the label file follow the names: the second row is the colour's now.
    (frame,) = secondary.run(truth, "output-blob-names=bright;colour")
    labels = frame.objects[0].classifiers[0].labels
    assert [(label.class_id, label.label) for label in labels] == [(1, "green"), (0, "bright")]


def test_a_primary_classifier_speaks_of_the_whole_frame(secondary: Secondary) -> None:
    (frame,) = secondary.run(
        frames_with(lambda _: [], 1),
        "process-mode=1",
        scenes=[Scene(boxes=[MovingBox(xyxy=(0, 0, 320, 240), color=BLUE)], frames=1)],
    )
    (whole,) = frame.objects
    assert whole.xyxy == (0, 0, 320, 240)
    assert (whole.class_id, whole.component_id, whole.border_width) == (-1, 2, 6)
    assert [label.label for label in whole.classifiers[0].labels] == ["blue", "dark"]
    assert whole.text == "blue dark"
    assert frame.inferred


# --- which objects


def test_component_class_and_size(secondary: Secondary) -> None:
    objects = [
        Detection(xyxy=LEFT, class_id=0, component_id=1),
        Detection(xyxy=LEFT, class_id=0, component_id=7),
        Detection(xyxy=LEFT, class_id=3, component_id=1),
        Detection(xyxy=(0, 0, 30, 30), class_id=0, component_id=1),
    ]
    truth = frames_with(lambda _: objects, 1)
    assert colours(secondary.run(truth)) == [["red"] * 4]
    assert colours(secondary.run(truth, "operate-on-gie-id=1")) == [["red", "", "red", "red"]]
    assert colours(secondary.run(truth, "operate-on-class-ids=3;4")) == [["", "", "red", ""]]
    assert colours(secondary.run(truth, "input-object-min-width=31")) == [["red"] * 3 + [""]]
    assert colours(secondary.run(truth, "input-object-max-height=31")) == [["", "", "", "red"]]


def test_properties_choose_like_keys(secondary: Secondary) -> None:
    objects = [Detection(xyxy=LEFT, class_id=i, component_id=1 + i // 2) for i in range(4)]
    config = secondary.config("process-mode=1\noperate-on-gie-id=9\noperate-on-class-ids=9")
    frames = secondary.run(
        frames_with(lambda _: objects, 1),
        "process-mode=1\noperate-on-gie-id=9\noperate-on-class-ids=9",
        elements=f"nvinfer config-file-path={config} process-mode=secondary infer-on-gie-id=2 "
        "infer-on-class-ids=0:1:2 unique-id=5",
    )
    assert colours(frames) == [["", "", "red", ""]]
    assert frames[0].objects[2].classifiers[0].component_id == 5


def test_objects_outside_the_frame(secondary: Secondary) -> None:
    objects = [
        Detection(xyxy=(-500, -500, 100, 900)),
        Detection(xyxy=(300, 200, 9000, 9000)),
        Detection(xyxy=(330, 10, 400, 100)),
        Detection(xyxy=(10, 10, 10.5, 80)),
    ]
    assert colours(secondary.run(frames_with(lambda _: objects, 1))) == [["red", "blue", "", ""]]


def test_the_interval_of_a_primary_leaves_what_was_tracked_meanwhile(secondary: Secondary) -> None:
    """Batches between keep their objects, and a secondary has no interval."""
    config = secondary.config("interval=2", name="secondary")
    model = tiny_models.middle_detector(secondary.folder / "primary.onnx")
    (secondary.folder / "primary.txt").write_text(
        f"[property]\nonnx-file={model}\nnum-detected-classes=1\ncluster-mode=4\ninterval=2\n"
        "gie-unique-id=8\n"
    )
    frames = secondary.run(
        frames_with(lambda _: [Detection(xyxy=LEFT, track_id=1)], 7),
        elements=f"nvinfer config-file-path={secondary.folder}/primary.txt "
        f"! nvinfer config-file-path={config} infer-on-gie-id=1",
    )
    assert [len(f.objects) for f in frames] == [2, 1, 1, 2, 1, 1, 2]
    for frame in frames:
        (tracked,) = [o for o in frame.objects if o.component_id == 1]
        assert (tracked.track_id, tracked.text) == (1, "red dark")


def test_frames_without_objects_pass(secondary: Secondary) -> None:
    frames = secondary.run(frames_with(lambda i: [Detection(xyxy=LEFT)] if i == 3 else [], 6))
    assert [f.frame_num for f in frames] == list(range(6))
    assert colours(frames) == [[], [], [], ["red"], [], []]


@pytest.mark.parametrize("batch", ["N", 4])
def test_batches_across_streams_and_objects(secondary: Secondary, batch: int | str) -> None:
    def of_source(source: int) -> list[Frame]:
        boxes = [LEFT, RIGHT, LEFT] if source else [RIGHT, LEFT]
        return [
            Frame(
                frame_num=i,
                source_id=source,
                size_px=(320, 240),
                objects=[Detection(xyxy=xyxy) for xyxy in boxes],
            )
            for i in range(5)
        ]

    frames = secondary.run(
        of_source(0) + of_source(1),
        f"batch-size={batch if batch != 'N' else 16}",
        scenes=[halves(5, 0), halves(5, 1)],
        batch=batch,
    )
    assert len(frames) == 10
    for frame in frames:
        expected = ["red", "blue", "red"] if frame.source_id else ["blue", "red"]
        assert colours([frame]) == [expected]


def test_deferred_scaling_and_cropping(secondary: Secondary, tmp_path: Path) -> None:
    """The muxer's size is not the picture's: boxes count in the muxer's."""
    truth = [
        Frame(
            size_px=(960, 480),
            objects=[Detection(xyxy=(380, 0, 470, 480)), Detection(xyxy=(490, 0, 600, 480))],
        )
    ]
    save_frames(tmp_path / "truth.json", truth)
    pipeline = Gst.parse_launch(
        f"{halves(1).source(tmp_path)} ! mux.sink_0 nvstreammux name=mux batch-size=1 width=960 "
        f"height=480 ! thalwegreplay location={tmp_path / 'truth.json'} ! nvinfer "
        f"config-file-path={secondary.config()} ! fakesink name=end"
    )
    frames = record(pipeline.get_by_name("end").get_static_pad("sink"))
    assert secondary.play(pipeline).eos
    assert colours(frames) == [["red", "blue"]]
    for o in frames[0].objects:
        assert o.classifiers[0].labels[0].confidence == pytest.approx(240 / 255, abs=0.02)


# --- what is remembered of a track


def wandering(number: int) -> list[Detection]:
    """Track 7 is red in frames 0 and 1, then blue."""
    return [Detection(xyxy=LEFT if number < 2 else RIGHT, track_id=7)]


def test_a_track_keeps_its_label(secondary: Secondary) -> None:
    frames = secondary.run(frames_with(wandering, 40))
    assert colours(frames) == [["red"]] * 40
    assert frames[30].objects[0].text == "red dark"


def test_without_track_each_frame_is_new(secondary: Secondary) -> None:
    truth = frames_with(lambda i: [Detection(xyxy=LEFT if i < 2 else RIGHT)], 5)
    assert colours(secondary.run(truth)) == [["red"]] * 2 + [["blue"]] * 3


def test_a_track_is_looked_at_again_after_the_interval(secondary: Secondary) -> None:
    frames = secondary.run(frames_with(wandering, 8), "secondary-reinfer-interval=2")
    assert colours(frames) == [["red"]] * 3 + [["blue"]] * 5


def test_a_track_is_looked_at_again_when_it_grew(secondary: Secondary) -> None:
    def growing(number: int) -> list[Detection]:
        return [
            Detection(
                xyxy=LEFT if number < 2 else (150, 0, 320, 240 if number < 5 else 120), track_id=7
            )
        ]

    small = frames_with(growing, 8)
    assert colours(secondary.run(small)) == [["red"]] * 8  # 170 is no more than 1.2 times 160
    grown = frames_with(
        lambda i: [Detection(xyxy=(0, 0, 100, 240) if i < 2 else RIGHT, track_id=7)], 4
    )
    assert colours(secondary.run(grown)) == [["red"]] * 2 + [["blue"]] * 2


def test_tracks_of_two_sources_with_one_id(secondary: Secondary) -> None:
    truth = [
        Frame(
            frame_num=i,
            source_id=source,
            size_px=(320, 240),
            objects=[Detection(xyxy=(RIGHT if source else LEFT), track_id=1)],
        )
        for source in (0, 1)
        for i in range(4)
    ]
    for frame in secondary.run(truth, scenes=[halves(4, 0), halves(4, 1)]):
        assert colours([frame]) == [["blue" if frame.source_id else "red"]]


def test_asynchronous_results_come_with_later_frames(secondary: Secondary) -> None:
    def slow_until_labelled(pad: Gst.Pad, info: Gst.PadProbeInfo) -> Gst.PadProbeReturn:
        """Nothing tells when a result is there, so look again with each frame, for 6 s at most."""
        (frame,) = read_frames(info.get_buffer())
        if not frame.objects[0].classifiers:
            time.sleep(0.1)
        return Gst.PadProbeReturn.OK

    def watch(pipeline: Any) -> None:
        pad = pipeline.get_by_name("infer").get_static_pad("src")
        pad.add_probe(Gst.PadProbeType.BUFFER, slow_until_labelled)

    frames = secondary.run(
        frames_with(lambda _: [Detection(xyxy=LEFT, track_id=1), Detection(xyxy=RIGHT)], 60),
        "classifier-async-mode=1",
        before=watch,
    )
    assert len(frames) == 60
    tracked = [labels[0] for labels in colours(frames)]
    assert tracked[0] == ""
    first = tracked.index("red")
    assert tracked == [""] * first + ["red"] * (60 - first)
    assert {labels[1] for labels in colours(frames)} == {""}
    (warning,) = [w for w in secondary.warnings if "async" in w]
    assert warning == (
        f"{secondary.folder}/config.txt: [property] classifier-async-mode=1: objects without a "
        "tracker's id are not classified, since their results come with later frames. Put "
        "nvtracker before this element or remove the key."
    )


def test_another_classifier_while_playing_forgets_what_the_first_said(
    secondary: Secondary,
) -> None:
    first = secondary.config("output-blob-names=colour", name="first")
    other = secondary.config("output-blob-names=colour", name="other")
    labels = secondary.folder / "other-labels.txt"
    labels.write_text("rouge;vert;bleu\n")
    other.write_text(other.read_text().replace("labels.txt", labels.name))
    count = 20
    scene = Scene(boxes=[MovingBox(xyxy=(0, 0, 16, 16), color=RED)], size_px=(16, 16), frames=count)
    objects = [Detection(xyxy=(0, 0, 16, 16), track_id=3)]
    save_frames(
        secondary.folder / "truth.json",
        [Frame(frame_num=i, size_px=(16, 16), objects=objects) for i in range(count)],
    )
    pipeline = Gst.parse_launch(
        f"{scene.source(secondary.folder)} ! mux.sink_0 nvstreammux name=mux batch-size=1 width=16 "
        f"height=16 ! thalwegreplay location={secondary.folder}/truth.json "
        f"! nvinfer name=infer config-file-path={first} ! fakesink name=end"
    )
    element = pipeline.get_by_name("infer")
    frames = record(pipeline.get_by_name("end").get_static_pad("sink"))
    passing: list[int] = []
    swapped = threading.Event()
    element.connect("model-updated", lambda *_: swapped.set())

    def swap(*_: Any) -> Gst.PadProbeReturn:
        passing.append(1)
        if len(passing) == 6:
            element.set_property("config-file-path", str(other))
            swapped.wait(60)
        return Gst.PadProbeReturn.OK

    pipeline.get_by_name("mux").get_static_pad("src").add_probe(Gst.PadProbeType.BUFFER, swap)
    assert secondary.play(pipeline).eos
    assert swapped.is_set()
    assert colours(frames) == [["red"]] * 5 + [["rouge"]] * (count - 5)


# --- detectors


def test_a_detector_on_objects(
    secondary: Secondary, tmp_path: Path, play: Callable[..., Any]
) -> None:
    model = tiny_models.middle_detector(tmp_path / "detector.onnx")
    config = tmp_path / "detector.txt"
    config.write_text(
        f"[property]\nonnx-file={model}\nprocess-mode=2\nnum-detected-classes=1\ncluster-mode=4\n"
        "gie-unique-id=3\noperate-on-gie-id=1\nnet-scale-factor=0.00392156862745098\n"
    )
    parents: list[tuple[float, ...]] = []

    def read(_pad: Gst.Pad, info: Gst.PadProbeInfo) -> Gst.PadProbeReturn:
        batch = pyds.gst_buffer_get_nvds_batch_meta(hash(info.get_buffer()))
        node = pyds.NvDsFrameMeta.cast(batch.frame_meta_list.data).obj_meta_list
        while node is not None:
            o = pyds.NvDsObjectMeta.cast(node.data)
            if o.unique_component_id == 3:
                box, outer = o.rect_params, o.parent.rect_params
                parents.append((box.left, box.width, outer.left, outer.width))
            node = node.next
        return Gst.PadProbeReturn.OK

    def watch(pipeline: Any) -> None:
        pipeline.get_by_name("end").get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, read)

    objects = [Detection(xyxy=(20, 40, 100, 80), track_id=4), Detection(xyxy=(200, 100, 240, 200))]
    frames = secondary.run(
        frames_with(lambda _: objects, 3),
        elements=f"nvinfer config-file-path={config}",
        before=watch,
    )
    for frame in frames:
        found = [o for o in frame.objects if o.component_id == 3]
        assert sorted(o.xyxy for o in found) == [
            pytest.approx((40, 50, 80, 70)),  # the middle half of each
            pytest.approx((210, 125, 230, 175)),
        ]
        assert all(o.track_id is None for o in found)
        assert len(frame.objects) == 4
    assert sorted(parents[:2]) == [
        pytest.approx((40, 40, 20, 80)),
        pytest.approx((210, 20, 200, 40)),
    ]


# --- errors


def test_outputs_that_are_no_classes(secondary: Secondary, tmp_path: Path) -> None:
    model = tiny_models.middle_detector(tmp_path / "config.onnx")
    config = tmp_path / "wrong.txt"
    config.write_text(f"[property]\nonnx-file={model}\nnetwork-type=1\nprocess-mode=2\n")
    played = secondary.play(f"nvinfer config-file-path={config} ! fakesink")
    assert str(played.error) == (
        f"{config}: [property] network-type=1: expected outputs with one float a class, got boxes "
        "[2,4] float32. Name those of the classifier in output-blob-names, separated by ;, or "
        "write network-type=100 and read the tensors in a probe."
    )


def test_labels_of_one_layer_below_each_other(secondary: Secondary) -> None:
    truth = frames_with(lambda _: [Detection(xyxy=RIGHT)], 1)

    def write(_pipeline: Any) -> None:
        (secondary.folder / "labels.txt").write_text("red\ngreen\nblue\n")

    (frame,) = secondary.run(truth, "output-blob-names=colour", before=write)
    (label,) = frame.objects[0].classifiers[0].labels
    assert (label.class_id, label.label) == (2, "blue")
    assert any("a class on each line" in w for w in secondary.warnings)
