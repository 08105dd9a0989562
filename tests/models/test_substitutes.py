"""Programs that name upstream's models: what takes their place, and what is said."""

from __future__ import annotations

import configparser
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import onnx
import pytest

pyds = pytest.importorskip("pyds")

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst

import thalweg
from thalweg import models

FRAMES = 40
PAGE = Path(thalweg.__file__).parent / "docs/reference/substitute-models.md"

Row = tuple[int, float, float, float, float, float]  # class, left, top, right, bottom px, score


class Seen(NamedTuple):
    """What a pipeline's objects were."""

    frames: dict[int, np.ndarray]  # of Row, by frame number
    labels: set[tuple[int, str]]
    warnings: list[str]
    error: str


@pytest.fixture
def look(
    tmp_path: Path, play: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Seen]:
    """look(clip, keys, ...): plays a clip through one nvinfer for each set of keys."""

    def run(
        clip: Path,
        *all_keys: str,
        attributes: str = "",
        substitute: bool = True,
        frames: int = FRAMES,
    ) -> Seen:
        monkeypatch.setenv("THALWEG_SUBSTITUTE_MODELS", "1" if substitute else "0")
        monkeypatch.setenv("THALWEG_FRAMES", str(frames))
        stages = ""
        for index, keys in enumerate(all_keys):
            config = tmp_path / f"config_{index}.txt"
            config.write_text(
                f"[property]\ngie-unique-id={index + 1}\n{keys}\n[class-attrs-all]\n"
                f"pre-cluster-threshold=0.3\nnms-iou-threshold=0.5\n{attributes}"
            )
            stages += f"! nvinfer config-file-path={config} "
        pipeline = Gst.parse_launch(
            f"filesrc location={clip} ! qtdemux ! h264parse ! nvv4l2decoder ! mux.sink_0 "
            f"nvstreammux name=mux batch-size=1 width=768 height=576 {stages} "
            "! fakesink name=end sync=false"
        )
        seen: dict[int, np.ndarray] = {}
        labels: set[tuple[int, str]] = set()

        def read(_pad: Gst.Pad, info: Gst.PadProbeInfo) -> Gst.PadProbeReturn:
            batch = pyds.gst_buffer_get_nvds_batch_meta(hash(info.get_buffer()))
            frame = pyds.NvDsFrameMeta.cast(batch.frame_meta_list.data)
            rows: list[Row] = []
            node = frame.obj_meta_list
            while node is not None:
                o = pyds.NvDsObjectMeta.cast(node.data)
                r = o.rect_params
                edges = (r.left, r.top, r.left + r.width, r.top + r.height)
                rows.append((o.class_id, *edges, o.confidence))
                labels.add((o.class_id, o.obj_label))
                node = node.next
            seen[frame.frame_num] = np.array(rows).reshape(-1, 6)
            return Gst.PadProbeReturn.OK

        pipeline.get_by_name("end").get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, read)
        played = play(pipeline)
        assert played.error or list(seen) == list(range(frames))
        return Seen(seen, labels, played.warnings, played.error)

    return run


def upstream(file: str, classes: int, labels: str, extra: str = "cluster-mode=2") -> str:
    """Keys as upstream's configuration files have them."""
    return (
        f"{file}\nlabelfile-path={labels}\nnum-detected-classes={classes}\n"
        f"net-scale-factor=0.00392156862745098\nnetwork-mode=0\nprocess-mode=1\n{extra}"
    )


MODELS = "../../../../samples/models"
LABELS = f"{MODELS}/Primary_Detector/labels.txt"
LABELS_PEOPLENET = "../../../../samples/configs/tao_pretrained_models/labels_peoplenet.txt"
TRAFFICCAMNET = upstream(
    f"onnx-file={MODELS}/Primary_Detector/resnet18_trafficcamnet_pruned.onnx", 4, LABELS
)
RESNET10 = upstream(f"model-file={MODELS}/Primary_Detector/resnet10.caffemodel", 4, LABELS)
PEOPLENET = upstream(
    "tlt-encoded-model=peoplenet/resnet34_peoplenet_pruned.etlt", 3, LABELS_PEOPLENET
)
VEHICLEMAKENET = (
    f"onnx-file={MODELS}/Secondary_VehicleMake/resnet18_vehiclemakenet_pruned.onnx\n"
    f"labelfile-path={MODELS}/Secondary_VehicleMake/labels.txt\n"
    "process-mode=2\nis-classifier=1\noperate-on-gie-id=1\noperate-on-class-ids=0\n"
)


def default_keys() -> str:
    folder = models.default_detector().parent
    return (
        f"onnx-file={folder}/ssd_mobilenet_v2_coco_fp16.onnx\nnum-detected-classes=90\n"
        "net-scale-factor=0.00784313725490196\noffsets=127.5;127.5;127.5\ncluster-mode=2\n"
    )


# ---- class ids


@pytest.mark.parametrize("keys", [TRAFFICCAMNET, RESNET10], ids=["TrafficCamNet", "resnet10"])
def test_a_person_is_class_2_and_a_car_class_0(
    look: Callable[..., Seen], clip: Path, keys: str
) -> None:
    seen = look(clip, keys)
    assert {(0, "Car"), (2, "Person")} <= seen.labels
    for rows in seen.frames.values():
        # Two cars are parked on the square; people walk there.
        assert 1 <= (rows[:, 0] == 0).sum() <= 3
        assert 3 <= (rows[:, 0] == 2).sum() <= 12


def test_of_three_classes_a_person_is_0(look: Callable[..., Seen], clip: Path) -> None:
    seen = look(clip, PEOPLENET)
    assert (0, "Person") in seen.labels
    assert seen.labels <= {(0, "Person"), (1, "Bag")}  # and no faces
    assert all(3 <= (rows[:, 0] == 0).sum() <= 12 for rows in seen.frames.values())


def test_street_with_cars_people_and_bicycles(look: Callable[..., Seen], shared: Path) -> None:
    clip = shared / "media/misc/bikes.mp4"
    traffic = look(clip, TRAFFICCAMNET, frames=250)
    assert {(0, "Car"), (1, "Bicycle"), (2, "Person")} <= traffic.labels
    coco = look(clip, default_keys(), frames=250)
    of_class = {0: (2, 5, 7), 1: (1, 3), 2: (0,), 3: (9, 12)}
    for class_id, ids in of_class.items():
        count = sum((rows[:, 0] == class_id).sum() for rows in traffic.frames.values())
        reference = sum(np.isin(rows[:, 0], ids).sum() for rows in coco.frames.values())
        # COCO's car, bus and truck may all be seen in one thing; the group sees it once.
        assert 0.75 * reference <= count <= reference


# ---- the same boxes


@pytest.mark.parametrize(
    ("keys", "person", "size_px", "may_miss"),
    [
        (TRAFFICCAMNET, 2, (960, 544), 0),
        (PEOPLENET, 0, (960, 544), 0),
        (RESNET10, 2, (640, 368), 0.01),
    ],
    ids=["TrafficCamNet", "PeopleNet", "resnet10"],
)
def test_boxes_and_scores_are_the_default_detectors(
    look: Callable[..., Seen],
    clip: Path,
    keys: str,
    person: int,
    size_px: tuple[int, int],
    may_miss: float,
) -> None:
    """Through nvinfer's DetectNet_v2 parser on one side, its SSD parser on the other."""
    default = look(clip, default_keys(), frames=120).frames
    found = look(clip, keys, frames=120).frames
    # DetectNet_v2's boxes end a pixel of its input before the right and lower edge.
    last = np.array([768, 576] * 2) * (1 - 1 / np.array(size_px * 2))
    total = missing = 0
    for number in range(120):
        want = default[number][default[number][:, 0] == 0]
        got = found[number][found[number][:, 0] == person]
        total += len(want)
        free = list(range(len(got)))
        for row in want:
            edges = np.minimum(row[1:5], last)
            near = [
                i
                for i in free
                if np.abs(got[i, 1:5] - edges).max() < 0.1 and abs(got[i, 5] - row[5]) < 1e-4
            ]
            if near:
                free.remove(near[0])
            else:
                missing += 1
        assert len(free) <= may_miss * len(want) + (may_miss > 0)
    assert total > 500
    assert missing <= may_miss * total


def test_clusters_of_dbscan(look: Callable[..., Seen], clip: Path) -> None:
    """As upstream's redaction sample has it; neighbours in a group become one cluster."""
    keys = PEOPLENET.replace("cluster-mode=2", "cluster-mode=1")
    dbscan = look(clip, keys, attributes="eps=0.7\nminBoxes=1\n").frames
    nms = look(clip, PEOPLENET).frames
    counts = [(len(dbscan[number]), len(nms[number])) for number in range(FRAMES)]
    assert all(0 < merged <= single + 1 for merged, single in counts)
    assert sum(merged for merged, _ in counts) > 0.6 * sum(single for _, single in counts)


def test_letterbox(look: Callable[..., Seen], clip: Path) -> None:
    plain = look(clip, TRAFFICCAMNET).frames
    keys = TRAFFICCAMNET + "\nmaintain-aspect-ratio=1\nsymmetric-padding=1\n"
    boxed = look(clip, keys).frames
    distances = [
        np.abs(plain[number][:, 1:5] - row[1:5]).max(axis=1).min()
        for number, rows in boxed.items()
        for row in rows[rows[:, 5] > 0.5]
    ]
    assert len(distances) > 2 * FRAMES
    assert np.median(distances) < 10


# ---- labels


def test_labels_that_are_not_there_either(look: Callable[..., Seen], clip: Path) -> None:
    keys = TRAFFICCAMNET.replace(LABELS, "models/labels.txt")
    seen = look(clip, keys, frames=3)
    assert {(0, "Car"), (2, "Person")} <= seen.labels
    assert not seen.error


@pytest.mark.parametrize(
    ("path", "first", "count"),
    [
        ("models/Primary_Detector/labels.txt", ["Car", "Bicycle", "Person", "Roadsign"], 4),
        ("configs/tao_pretrained_models/labels_peoplenet.txt", ["Person", "Bag", "Face"], 3),
        (
            "trtis_model_repo/ssd_inception_v2_coco_2018_01_28/labels.txt",
            ["unlabeled", "person", "bicycle", "car"],
            91,
        ),
    ],
)
def test_label_files(path: str, first: list[str], count: int) -> None:
    labels = (models.folder().parent / "samples" / path).read_text().splitlines()
    assert labels[: len(first)] == first
    assert len(labels) == count


# ---- secondaries


def test_a_secondary_without_a_substitute_passes_frames(
    look: Callable[..., Seen], clip: Path
) -> None:
    alone = look(clip, TRAFFICCAMNET)
    both = look(clip, TRAFFICCAMNET, VEHICLEMAKENET)
    assert not both.error
    for number, rows in alone.frames.items():
        assert np.array_equal(both.frames[number], rows)
    told = [text for text in both.warnings if "VehicleMakeNet" in text]
    assert len(told) == 1
    assert told[0].endswith(
        "config_1.txt: VehicleMakeNet is not there and nothing takes its place: frames pass "
        "through without it. It is published at "
        "https://catalog.ngc.nvidia.com/orgs/nvidia/teams/tao/models/vehiclemakenet "
        f"({PAGE})."
    )


def test_a_secondary_ends_in_the_sentence_unless_it_may_pass(
    look: Callable[..., Seen], clip: Path, tmp_path: Path
) -> None:
    seen = look(clip, default_keys(), VEHICLEMAKENET, substitute=False)
    assert seen.frames == {}
    model = (tmp_path / VEHICLEMAKENET.partition("\n")[0].partition("=")[2]).resolve()
    assert seen.error == (
        f"{tmp_path}/config_1.txt: [property] onnx-file: cannot read {model}. It is "
        "VehicleMakeNet, published at "
        "https://catalog.ngc.nvidia.com/orgs/nvidia/teams/tao/models/vehiclemakenet; Thalweg has "
        "no model like it; with `thalweg run --substitute-models` (THALWEG_SUBSTITUTE_MODELS=1) "
        f"frames pass through without it ({PAGE})."
    )


def test_a_primary_without_a_substitute_ends_in_the_sentence(
    look: Callable[..., Seen], clip: Path, tmp_path: Path
) -> None:
    keys = upstream("tlt-encoded-model=facenet.etlt", 1, "")
    seen = look(clip, keys)
    assert seen.error == (
        f"{tmp_path}/config_0.txt: [property] onnx-file: expected the path of an ONNX model, got "
        "only tlt-encoded-model=facenet.etlt. It is FaceDetect, published at "
        "https://catalog.ngc.nvidia.com/orgs/nvidia/teams/tao/models/facenet; Thalweg has no "
        f"model like it ({PAGE})."
    )


# ---- the table


@pytest.fixture(scope="module")
def table() -> configparser.ConfigParser:
    table = configparser.ConfigParser(delimiters="=", interpolation=None)
    table.optionxform = str  # type: ignore[assignment]
    path = models.folder() / "substitutes.ini"
    assert table.read(path) == [str(path)]
    return table


def test_table_of_substitutes(table: configparser.ConfigParser) -> None:
    """Each entry can be found, says where the model is published, and names files that exist."""
    names = [name for group in table.sections() for name in table[group]["names"].split(";")]
    assert len(names) == len(set(names))
    for group in table.sections():
        entry = dict(table[group])
        assert set(entry) <= {
            "names", "published", "nearest", "substitute", "network-size", "labels",
        }  # fmt: skip
        assert entry["published"].startswith("https://")
        if "substitute" in entry:
            assert entry["nearest"]
            assert (models.folder() / entry["substitute"]).is_file()
            # A segmentation has no labels.
            if "labels" in entry or not entry["substitute"].startswith("selfie_segmentation/"):
                assert (models.folder() / entry["labels"]).is_file()
        else:
            assert not {"network-size", "labels"} & set(entry)


@pytest.mark.parametrize(
    "path",
    [
        "Primary_Detector/resnet10.caffemodel",
        "Primary_Detector/resnet18_trafficcamnet.etlt",
        "Primary_Detector/resnet18_trafficcamnet_pruned.onnx",
        "Secondary_CarColor/resnet18.caffemodel",
        "Secondary_CarMake/resnet18.caffemodel",
        "Secondary_VehicleTypes/resnet18.caffemodel",
        "Secondary_VehicleMake/resnet18_vehiclemakenet_pruned.onnx",
        "Secondary_VehicleTypes/resnet18_vehicletypenet_pruned.onnx",
        "Segmentation/industrial/unet_output_graph.uff",
        "Segmentation/semantic/unetres18_v4_pruned0.65_800_data.uff",
        "tao_pretrained_models/peoplenet/resnet34_peoplenet_pruned.etlt",
        "tao_pretrained_models/peopleNet/resnet34_peoplenet_int8.onnx",
        "tao_pretrained_models/peopleSegNet/peoplesegnet_resnet50.etlt",
        "Tracker/resnet50_market1501.etlt",
        "Tracker/resnet50_market1501_aicity156.onnx",
        "ssd_inception_v2_coco_2018_01_28",
        "peoplenet",
    ],
)
def test_every_model_of_upstreams_samples_is_in_the_table(
    table: configparser.ConfigParser, path: str
) -> None:
    """Those of releases v1.1.1 to v1.2.0."""
    known = [name for group in table.sections() for name in table[group]["names"].split(";")]
    plain = path.rpartition(".")[0] or path
    assert any(f"/{end}".endswith(f"/{name}") for name in known for end in (path, plain))


def test_the_page_is_made_from_the_table(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(root / "tools")
    import substitutes_page

    assert substitutes_page.PAGE.read_text() == substitutes_page.page(), (
        "write it anew: ./dev shell tools/substitutes_page.py"
    )


def test_compiled_substitute_is_cached_by_the_weights_too(
    model: Path, clip_h264: Path, tmp_path: Path
) -> None:
    """Its weights lie in another file: a change there makes another compiled model."""
    folder, cache = tmp_path / "models", tmp_path / "cache"
    folder.mkdir()
    weights = folder / model.name
    shutil.copy(model, weights)
    shutil.copy(model.with_name("as_trafficcamnet.onnx"), folder)
    (folder / "config.txt").write_text(
        "[property]\nonnx-file=as_trafficcamnet.onnx\nnet-scale-factor=0.0039\n"
        "num-detected-classes=4\ncluster-mode=2\n"
    )
    pipeline = (
        f"filesrc location={clip_h264} ! h264parse ! nvv4l2decoder ! mux.sink_0 "
        "nvstreammux name=mux width=768 height=576 batch-size=1 "
        f"! nvinfer config-file-path={folder}/config.txt ! fakesink"
    )

    def entries() -> int:
        subprocess.run(
            ["gst-launch-1.0", "-q", *pipeline.split()],
            env={**os.environ, "XDG_CACHE_HOME": str(cache), "THALWEG_FRAMES": "2"},
            check=True,
            capture_output=True,
        )
        return sum(path.is_file() for path in (cache / "thalweg/models").iterdir())

    assert entries() == 1
    assert entries() == 1
    graph = onnx.load(folder / "as_trafficcamnet.onnx", load_external_data=False).graph
    place = next(t.external_data for t in graph.initializer if t.external_data)
    content = bytearray(weights.read_bytes())
    content[int({entry.key: entry.value for entry in place}["offset"])] ^= 1
    weights.write_bytes(content)
    assert entries() == 2
