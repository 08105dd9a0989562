"""The shipped detector, and frames as it takes them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest

from thalweg import models

FRAMES = 20


@pytest.fixture(scope="session")
def model() -> Path:
    return models.default_detector().with_name("ssd_mobilenet_v2_coco_fp16.onnx")


@pytest.fixture(scope="session")
def inputs(clip: Path) -> np.ndarray:
    """20 frames spread over the sample clip, [20,3,300,300], RGB from -1 to 1."""
    pipeline = (
        f"filesrc location={clip} ! qtdemux ! h264parse ! avdec_h264 ! videoconvert ! videoscale "
        "! video/x-raw,format=RGB,width=300,height=300 ! fdsink"
    )
    done = subprocess.run(
        ["gst-launch-1.0", "-q", *pipeline.split()], capture_output=True, check=True
    )
    frames = np.frombuffer(done.stdout, np.uint8).reshape(-1, 300, 300, 3)[::40][:FRAMES]
    assert len(frames) == FRAMES
    return ((frames.astype(np.float32) - 127.5) / 127.5).transpose(0, 3, 1, 2)
