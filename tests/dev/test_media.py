"""The sample clip is what it should be, and its absence is explained."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from gi.repository import Gst

from thalweg import media


@pytest.mark.parametrize("name", media.SAMPLES)
def test_samples_have_every_frame(name: str) -> None:
    path = media.sample(name)
    assert path.name == name
    assert media.count_frames(path) == media.SAMPLE_FRAMES


@pytest.mark.parametrize("name", media.OTHER_SAMPLES)
def test_other_samples_are_pictures_of_the_clip(play: Any, name: str) -> None:
    frames = 1 if name == "vtest.jpg" else media.SAMPLE_FRAMES
    width, height = media.SAMPLE_SIZE
    pipeline = Gst.parse_launch(
        f"filesrc location={media.sample(name)} ! decodebin "
        f"! video/x-raw(ANY),width={width},height={height} ! fakesink name=end sync=false"
    )
    seen = 0

    def count(pad: Any, info: Any) -> Any:
        nonlocal seen
        seen += 1
        return Gst.PadProbeReturn.OK

    end = pipeline.get_by_name("end").get_static_pad("sink")
    end.add_probe(Gst.PadProbeType.BUFFER, count)
    assert play(pipeline).eos
    assert seen == frames


def test_unknown_sample() -> None:
    with pytest.raises(ValueError, match=r"no sample 'x.mp4'; there are vtest.mp4, vtest.h264"):
        media.sample("x.mp4")


def test_truncated_mp4_is_noticed(clip: Path, tmp_path: Path) -> None:
    part = tmp_path / "part.mp4"
    part.write_bytes(clip.read_bytes()[:100_000])
    with pytest.raises(ValueError, match="no sample table"):
        media.count_frames(part)


def test_truncated_stream_is_noticed(clip_h264: Path, tmp_path: Path) -> None:
    part = tmp_path / "part.h264"
    part.write_bytes(clip_h264.read_bytes()[:100_000])
    assert 0 < media.count_frames(part) < 20


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, and a PATH that holds nothing but what a test puts into it."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return folder


def tool(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_no_apt(tools: Path) -> None:
    with pytest.raises(media.MediaError) as caught:
        media.sample()
    assert str(caught.value) == (
        "Cannot fetch the sample clip: it comes from Debian's package opencv-doc, and apt-get is "
        "not on this machine; use Debian 12."
    )


def test_no_network(tools: Path) -> None:
    tool(tools, "apt-get", "echo 'E: Failed to fetch it' >&2; exit 100")
    tool(tools, "dpkg-deb", "exit 1")
    with pytest.raises(media.MediaError) as caught:
        media.sample()
    assert str(caught.value) == (
        "Cannot fetch the sample clip from Debian's package opencv-doc (E: Failed to fetch it); "
        "connect to the network, run `apt-get update` as root, and repeat."
    )
    assert [p.name for p in media.cache_folder().iterdir()] == [".lock"]  # nothing half-done


def test_cache_that_cannot_be_written(tools: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tools / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tools / "file"))
    with pytest.raises(media.MediaError, match=r"Cannot keep the sample clip in .*set XDG_CACHE"):
        media.sample()


def test_two_at_once_fetch_once(tools: Path, clip: Path, clip_h264: Path) -> None:
    """A fake package manager and converter hand out the real clips, and count how often."""
    tool(tools, "apt-get", "echo x >> $XDG_CACHE_HOME/count; : > opencv-doc_1_all.deb")
    tool(tools, "dpkg-deb", "echo tar")
    tool(tools, "tar", "/bin/cat")
    tool(tools, "gst-launch-1.0", f"/bin/cp {clip} {clip_h264} .")
    script = "from thalweg import media; print(media.sample())"
    children = [
        subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    outputs = {child.communicate()[0].strip() for child in children}
    assert outputs == {str(media.cache_folder() / "vtest.mp4")}
    assert (media.cache_folder().parent.parent / "count").read_text() == "x\n"
