"""Tests of probes and pipelines without a model or a video.

- `Frame`, `Detection`, `Classifier`, `Label`: metadata as plain data. `make_buffer` makes a
  `Gst.Buffer` of them, `read_frames` reads them back, `load_frames` and `save_frames` are for JSON
  files of them, `differences` compares them.
- `run_probe` calls a probe with a buffer.
- `Scene` is a synthetic video of which everything is known; `play`, `record` and
  `replay_inference` are for pipelines.

The pytest plugin `thalweg.pytest_plugin` brings the fixture `assert_metadata` and the option
``--update-golden``. docs/how-to/test-a-probe.md in the package's folder has examples.
"""

from thalweg.testing.batch import add_detection, add_frame, make_buffer, read_frames
from thalweg.testing.compare import Difference, differences
from thalweg.testing.metadata import (
    Classifier,
    Detection,
    Drawing,
    Frame,
    Label,
    MetadataError,
    load_frames,
    save_frames,
)
from thalweg.testing.pipeline import PipelineError, Played, play, record, replay_inference
from thalweg.testing.probe import run_probe
from thalweg.testing.scene import MovingBox, Scene

__all__ = [
    "Classifier",
    "Detection",
    "Difference",
    "Drawing",
    "Frame",
    "Label",
    "MetadataError",
    "MovingBox",
    "PipelineError",
    "Played",
    "Scene",
    "add_detection",
    "add_frame",
    "differences",
    "load_frames",
    "make_buffer",
    "play",
    "read_frames",
    "record",
    "replay_inference",
    "run_probe",
    "save_frames",
]
