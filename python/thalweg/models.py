"""The models that Thalweg ships."""

from __future__ import annotations

from pathlib import Path

__all__ = ["ModelError", "default_detector", "folder"]


class ModelError(RuntimeError):
    """A shipped model is not where it belongs; the text says where that is and what to do."""


def folder() -> Path:
    """The folder of the shipped models, ``thalweg/models`` inside the installed package."""
    return Path(__file__).parent / "models"


def default_detector() -> Path:
    """`nvinfer`'s configuration file for the default detector, SSD MobileNet v2 trained on COCO.

    The ONNX file and the labels (90 lines; class id = COCO id - 1) lie beside it.
    Raises `ModelError` if it is missing.

    Example::

        pgie.set_property("config-file-path", str(thalweg.models.default_detector()))
    """
    path = folder() / "ssd_mobilenet_v2_coco" / "config_infer_primary.txt"
    if not path.is_file():
        raise ModelError(
            f"The default detector's configuration {path} is missing; reinstall thalweg, or run "
            "./dev setup in a checkout."
        )
    return path
