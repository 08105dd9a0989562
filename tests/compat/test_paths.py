"""Which file a path of DeepStream's installation stands for, in the program's own process."""

from __future__ import annotations

import ctypes
import io
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from thalweg import media
from thalweg.run import files, paths

INSTALLED = "/opt/nvidia/deepstream/deepstream"


def cases(root: Path) -> Iterator[tuple[str, str | None]]:
    for line in (root / "tests/files/cases.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            name, _, inside = line.partition(" ->")
            yield name, inside.strip() or None


def test_agrees_with_the_elements(root: Path) -> None:
    found = {name: paths.inside_deepstream(name) for name, _ in cases(root)}
    assert found == dict(cases(root))
    assert len(found) >= 20


@pytest.fixture
def samples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's folder, as --samples names it."""
    folder = tmp_path / "mine"
    (folder / "models/Primary_Detector").mkdir(parents=True)
    (folder / "models/Primary_Detector/labels.txt").write_text("mine\n")
    (folder / "streams").mkdir()
    (folder / "streams/sample_720p.h264").write_bytes(b"mine")
    monkeypatch.setenv("THALWEG_SAMPLES", str(folder))
    return folder


LABELS = "samples/models/Primary_Detector/labels.txt"


def test_ours_stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("THALWEG_SAMPLES", raising=False)
    for name in (f"{INSTALLED}-6.0/{LABELS}", f"../../../../{LABELS}"):
        found = paths.find(name)
        assert found is not None
        assert Path(found).read_text().splitlines() == ["Car", "Bicycle", "Person", "Roadsign"]
    library = paths.find(f"{INSTALLED}/lib/libnvds_meta.so")
    assert library is not None
    assert Path(library).is_file()
    assert paths.find(f"{INSTALLED}/lib/none.so") is None
    assert paths.find("/home/me/labels.txt") is None


def known_keys(shared: Path) -> set[str]:
    text = (shared / "spec/config-keys.md").read_text()
    tracker = text.partition("## 2. nvtracker")[2].partition("## 3.")[0]
    # "minMatchingScore4Overall", "noiseWeightVar4Loc / 4Vel"
    words = re.findall(r"\w+", tracker)
    prefixes = {word.partition("4")[0] for word in words if "4" in word}
    return {*words, *(p + word for p in prefixes for word in words if word.startswith("4"))}


def test_trackers_configurations_stand_in(
    shared: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("THALWEG_SAMPLES", raising=False)
    known = known_keys(shared)
    for name in (
        "IOU",
        "NvSORT",
        "NvDCF_max_perf",
        "NvDCF_perf",
        "NvDCF_accuracy",
        "NvDeepSORT",
    ):
        found = paths.find(f"../../../../samples/configs/deepstream-app/config_tracker_{name}.yml")
        assert found is not None, name
        lines = Path(found).read_text().splitlines()
        assert lines[0] == "%YAML 1.0"
        assert "Thalweg's own" in lines[2]
        groups = [line.rstrip(":") for line in lines[3:] if re.match(r"\w", line)]
        keys = [match[1] for line in lines if (match := re.match(r"  (\w+): -?[\d.]+$", line))]
        assert len(groups) + len(keys) == sum(bool(re.match(r" *\w", line)) for line in lines)
        assert {"BaseConfig", "TargetManagement", "DataAssociator"} <= set(groups) <= known
        assert {"maxTargetsPerStream", "probationAge", "checkClassMatch"} <= set(keys) <= known


def test_the_users_come_first(samples: Path) -> None:
    assert paths.find(f"../../{LABELS}") == str(samples / "models/Primary_Detector/labels.txt")
    stream = f"{INSTALLED}/samples/streams/sample_720p.h264"
    assert paths.find(stream) == str(samples / "streams/sample_720p.h264")


def test_what_exists_keeps_its_place(samples: Path, tmp_path: Path) -> None:
    path = tmp_path / "apps/one"
    path.mkdir(parents=True)
    (tmp_path / LABELS).parent.mkdir(parents=True)
    (tmp_path / LABELS).write_text("there\n")
    assert paths.find(f"{path}/../../{LABELS}") is None


def test_streams_are_the_sample_clip(capsys: pytest.CaptureFixture[str]) -> None:
    streams = f"{INSTALLED}/samples/streams"
    assert paths.find(f"{streams}/sample_qHD.h264") == str(media.sample("vtest.h264"))
    assert capsys.readouterr().err == (
        f"thalweg run: {streams}/sample_qHD.h264 is not here; the sample clip "
        f"{media.sample('vtest.h264')} is used instead. --samples DIR names a folder that has it.\n"
    )
    assert paths.find(f"{streams}/sample_qHD.h264") is not None
    assert capsys.readouterr().err == ""  # said once
    assert paths.find(f"{streams}/sample_1080p_h264.mp4") == str(media.sample("vtest.mp4"))
    assert paths.find(f"{streams}/sample_1080p_h265.mp4") == str(media.sample("vtest_h265.mp4"))
    assert paths.find(f"{streams}/sample_720p.mjpeg") == str(media.sample("vtest.mjpeg"))
    assert paths.find(f"{streams}/sample_industrial.jpg") == str(media.sample("vtest.jpg"))
    assert paths.find(f"{streams}/sonyc_mixed_audio.wav") is None


def test_uris_and_descriptions(samples: Path) -> None:
    stream = samples / "streams/sample_720p.h264"
    uri = f"file://{INSTALLED}/samples/streams/sample_720p.h264"
    assert paths.find_in_uri(uri) == f"file://{stream}"
    assert paths.find_in_uri("rtsp://host/samples/streams/a.h264") is None
    assert paths.find_in_uri("file:///home/me/a.mp4") is None
    described = paths.replace_in_description(
        f'filesrc location="{INSTALLED}/samples/streams/sample_720p.h264" ! fakesink '
        f"uridecodebin uri={uri} ! nvinfer config-file-path=../../{LABELS}"
    )
    assert described == (
        f'filesrc location="{stream}" ! fakesink uridecodebin uri=file://{stream} '
        f"! nvinfer config-file-path={samples}/models/Primary_Detector/labels.txt"
    )
    untouched = "filesrc location=../clip.h264 ! ../x"
    assert paths.replace_in_description(untouched) == untouched


@pytest.fixture
def patched(monkeypatch: pytest.MonkeyPatch) -> None:
    for owner, names in ((os, ("open", "stat", "listdir", "scandir", "access")), (io, ("open",))):
        for name in names:
            monkeypatch.setattr(owner, name, getattr(owner, name))  # to be put back
    monkeypatch.setattr("builtins.open", open)
    monkeypatch.setattr("sys.meta_path", list(sys.meta_path))
    files.install()


@pytest.mark.usefixtures("patched")
def test_python_functions_find_them(samples: Path) -> None:
    name = f"../../../../../../{LABELS}"
    assert os.path.exists(name)
    assert os.path.isfile(name)
    assert os.access(name, os.R_OK)
    assert not os.access(name, os.X_OK)
    assert Path(name).is_file()
    with open(name) as file:
        assert file.read() == "mine\n"
    with io.open(name, "rb") as file:  # noqa: UP020
        assert file.read() == b"mine\n"
    descriptor = os.open(name, os.O_RDONLY | os.O_CLOEXEC)
    assert os.read(descriptor, 9) == b"mine\n"
    os.close(descriptor)
    assert bytes(np.fromfile(name, np.uint8)) == b"mine\n"
    assert os.listdir(f"{INSTALLED}/samples/streams") == ["sample_720p.h264"]
    with os.scandir(f"{INSTALLED}/samples/streams") as entries:
        assert [entry.name for entry in entries] == ["sample_720p.h264"]
    assert not os.path.exists(f"{INSTALLED}/samples/none")


@pytest.mark.usefixtures("patched")
@pytest.mark.parametrize(
    "name",
    [
        "libnvds_nvmultiobjecttracker.so",
        "libnvds_mot_klt.so",
        "libnvds_kafka_proto.so",
        "libnvds_azure_edge_proto.so",
        "libnvds_infercustomparser.so",
        "gst-plugins/libcustom2d_preprocess.so",
    ],
)
def test_libraries_of_elements_are_there_to_be_looked_at(name: str) -> None:
    library = f"{INSTALLED}-6.3/lib/{name}"
    assert os.path.isfile(library)
    assert Path(library).read_text().startswith("This is not a library.")
    assert paths.find(library) is None  # the elements get the name
    with pytest.raises(OSError, match="cannot open shared object file"):
        ctypes.CDLL(library)
    assert not os.path.exists(f"{INSTALLED}/lib/{name}.1")
    assert not os.path.exists(f"/home/me/lib/{name}")


@pytest.mark.usefixtures("patched")
def test_nothing_else_changes(samples: Path, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"none\.txt"):
        Path(tmp_path / "none.txt").read_text()
    with pytest.raises(FileNotFoundError, match=r"\.\./\.\./samples"):
        Path(f"../../{LABELS}").write_text("never into a file of ours")
    for flags in (os.O_WRONLY, os.O_RDWR, os.O_RDONLY | os.O_CREAT):
        with pytest.raises(FileNotFoundError, match=r"\.\./\.\./samples"):
            os.open(f"../../{LABELS}", flags)
    assert (samples / "models/Primary_Detector/labels.txt").read_text() == "mine\n"
    assert os.stat in os.supports_follow_symlinks
    assert os.scandir in os.supports_fd
    assert os.open in os.supports_dir_fd
    assert io.open is open
    with pytest.raises(ValueError, match="null"):
        os.stat("a\0b")
    assert os.stat(0)
    assert isinstance(os.listdir(), list)
