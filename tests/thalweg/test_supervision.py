"""Conversion to and from supervision.Detections."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from thalweg import meta

MakeBatch = Callable[[list[int]], meta.Batch]


@pytest.fixture
def supervision() -> Any:
    """The package, which `./dev bench` installs: with what it needs it is too large for tests."""
    return pytest.importorskip("supervision", reason="needs the package supervision")


def test_without_the_package(make_batch: MakeBatch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "supervision", None)
    with pytest.raises(ModuleNotFoundError):
        import supervision  # noqa: F401
    objects = make_batch([1]).objects
    with pytest.raises(
        ImportError,
        match=r"^Objects\.to_supervision needs the package supervision, which is not installed:",
    ):
        objects.to_supervision()


def test_a_package_that_lacks_its_own_needs(
    make_batch: MakeBatch, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    (tmp_path / "supervision.py").write_text("import a_package_that_is_not_there")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "supervision", raising=False)
    with pytest.raises(ModuleNotFoundError, match="a_package_that_is_not_there"):
        make_batch([1]).objects.to_supervision()


def test_from_what_looks_like_detections(make_batch: MakeBatch) -> None:
    """Adding needs no package: the attributes are what counts."""
    frame = make_batch([0]).frames[0]
    detections = SimpleNamespace(
        xyxy=np.array([[0, 0, 5, 5], [1, 2, 3, 4]], np.float32),
        class_id=np.array([3, 4]),
        confidence=np.array([0.5, 0.25]),
        tracker_id=np.array([-1, 9]),
        data={"class_name": np.array(["a", "b"])},
    )
    added = frame.add_supervision(detections, component_id=7)
    assert added.label.tolist() == ["a", "b"]
    assert added.track_id.tolist() == [meta.UNTRACKED, 9]
    assert added.component_id.tolist() == [7, 7]
    detections.class_id = detections.confidence = detections.tracker_id = None
    detections.data = {}
    bare = frame.add_supervision(detections)
    assert bare.class_id.tolist() == [0, 0]
    assert [obj.track_id for obj in bare] == [None, None]
    assert bare.confidence.tolist() == pytest.approx([-0.1, -0.1])
    for wrong in (None, 5, np.zeros((1, 4))):
        with pytest.raises(TypeError, match=r"^add_supervision\.detections: expected super"):
            frame.add_supervision(wrong)
    assert len(frame.objects) == 4


def test_there_and_back(make_batch: MakeBatch, supervision: Any) -> None:
    batch = make_batch([3, 2])
    objects = batch.objects
    detections = objects.to_supervision()
    assert isinstance(detections, supervision.Detections)
    assert detections.xyxy.tolist() == objects.xyxy.tolist()
    assert detections.class_id.tolist() == objects.class_id.tolist()
    assert detections.confidence.tolist() == objects.confidence.tolist()
    assert detections.tracker_id.tolist() == [2, -1, 0, -1, 100]
    assert detections.data["class_name"].tolist() == objects.label.tolist()
    assert detections.data["frame_index"].tolist() == [0, 0, 0, 1, 1]
    detections.xyxy[:] = 0  # a copy
    assert objects.xyxy.any()

    few = objects.to_supervision()
    few = few[few.confidence > 0]
    chosen = objects[few.data["row"]]
    assert chosen.label.tolist() == few.data["class_name"].tolist() == ["0:2", "0:1", "1:1"]
    assert chosen.write(track_id=few.tracker_id + 10) == 3
    assert [obj.track_id for obj in batch.objects] == [12, 9, 0, 9, 100]

    added = batch.frames[1].add_supervision(few)
    assert added.xyxy.tolist() == few.xyxy.tolist()
    assert added.label.tolist() == ["0:2", "0:1", "1:1"]
    again = added.to_supervision()
    again.data = few.data = {}
    assert again == few


def test_numbers_of_tracks(make_batch: MakeBatch, supervision: Any) -> None:
    batch = make_batch([2])
    ids = [5, 2**64 - 2]
    batch.objects.write(track_id=np.array(ids, np.uint64))
    detections = batch.objects.to_supervision()
    batch.objects.write(track_id=1)
    batch.objects.write(track_id=detections.tracker_id)
    assert batch.objects.track_id.tolist() == ids
    batch.objects.write(track_id=-1)
    assert batch.objects.to_supervision().tracker_id is None


def test_no_objects(make_batch: MakeBatch, supervision: Any) -> None:
    frame = make_batch([0]).frames[0]
    assert len(frame.objects.to_supervision()) == 0
    assert len(frame.add_supervision(supervision.Detections.empty())) == 0


def test_a_zone_and_suppression(make_batch: MakeBatch, supervision: Any) -> None:
    """What the page on columns promises: supervision decides, and our objects follow."""
    frame = make_batch([0]).frames[0]
    boxes = [[0, 0, 20, 20], [1, 1, 21, 21], [50, 50, 60, 70], [200, 200, 220, 220]]
    objects = frame.add(boxes, class_id=0, confidence=[0.9, 0.5, 0.8, 0.7])
    zone = supervision.PolygonZone(np.array([[0, 0], [100, 0], [100, 100], [0, 100]]))
    inside = zone.trigger(objects.to_supervision())
    assert objects[~inside].remove() == 1
    kept = objects.to_supervision()[inside].with_nms(0.5).data["row"]
    gone = np.setdiff1d(np.flatnonzero(inside), kept)
    assert objects[gone].remove() == 1
    assert [obj.xyxy for obj in objects] == [(0, 0, 20, 20), (50, 50, 60, 70)]


def test_the_module_does_not_import_it() -> None:
    program = "import sys, thalweg.meta; print('supervision' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("False\n", "")
