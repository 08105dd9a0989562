"""The models that Thalweg ships."""

from __future__ import annotations

import configparser
from pathlib import Path

__all__ = [
    "ModelError",
    "default_detector",
    "face_detector",
    "folder",
    "missing_substitutes",
    "person_segmentation",
]


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
    return _config("ssd_mobilenet_v2_coco", "default detector")


def face_detector() -> Path:
    """`nvinfer`'s configuration file for a detector of faces, CenterFace; class 0 is "Face".

    Its input is 512x288; a copy of the file with another `infer-dims` finds smaller faces.
    Raises `ModelError` if it is missing.
    """
    return _config("centerface", "face detector")


def person_segmentation() -> Path:
    """`nvinfer`'s configuration file for a segmentation of persons near the camera.

    Of each frame `NvDsInferSegmentationMeta` has a map of 256x256: 0 where a person is, else -1.
    Raises `ModelError` if it is missing.
    """
    return _config("selfie_segmentation", "segmentation of persons")


def _config(name: str, what: str) -> Path:
    path = folder() / name / "config_infer_primary.txt"
    if not path.is_file():
        raise ModelError(
            f"The {what}'s configuration {path} is missing; reinstall thalweg, or run ./dev setup "
            "in a checkout."
        )
    return path


def missing_substitutes() -> list[Path]:
    """The files that `substitutes.ini`, the table of what stands for upstream's models, names in
    vain: models and labels, or the table itself."""
    table = folder() / "substitutes.ini"
    parser = configparser.ConfigParser(interpolation=None)
    if not parser.read(table):
        return [table]
    named = {
        parser[section][key]
        for section in parser.sections()
        for key in ("substitute", "labels")
        if key in parser[section]
    }
    return [folder() / name for name in sorted(named) if not (folder() / name).is_file()]
