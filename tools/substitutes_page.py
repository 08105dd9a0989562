#!/usr/bin/env python3
"""Writes docs/reference/substitute-models.md from models/substitutes.ini.

    ./dev shell tools/substitutes_page.py

tests/models/test_substitutes.py compares the page with the table.
"""

from __future__ import annotations

import configparser
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "models/substitutes.ini"
PAGE = ROOT / "docs/reference/substitute-models.md"

HEAD = """\
# Substitute models

The models that DeepStream's samples and programs name, where their owners publish them, and what
Thalweg has in their place. Written by `tools/substitutes_page.py` from
[models/substitutes.ini](../../models/substitutes.ini), which is what `nvinfer` reads.

A model that is not there ends in one sentence with these facts. With `thalweg run
--substitute-models` (or `THALWEG_SUBSTITUTE_MODELS=1` without `thalweg run`)

- **a substitute** runs where there is one, and a warning on the bus says so. Class ids and output
  tensors, their names and shapes, are the original's; the labels are the program's own, or ours
  where those are not there either. All other keys of the configuration hold as they are. What is
  found, and how well, is the doing of the default detector, 300x300 px, trained on COCO, or of the
  segmentation of persons, 256x256 px.
- **a secondary without a substitute** passes frames through, with one warning: its results are
  missing.
- **a primary without a substitute** still ends in the sentence.

The original is always preferred: put its ONNX file where the configuration names it.
"""

DETECTNET = """\
Substitutes of DetectNet_v2 models have a coverage and a box tensor for a grid of cells of 16 px of
the original's input, each anchor of the detector in a cell near it. `nvinfer` decodes them to the
default detector's boxes and scores; only, as with DetectNet_v2 itself, no box reaches into the
last column and row of pixels. In the smaller grid for the detector of DeepStream before 6.4 two
anchors share a cell, of which the better shows; about one box in a thousand is lost. `nvinfer`
scales pictures to 300x300 px itself, and tells parsers the original's size. Outputs are named as
in the original's ONNX file, `output_cov/Sigmoid:0`, or without the `:0` where `output-blob-names`
says so, as configurations for `.etlt` files do. There is no face in COCO, so the substitute for
PeopleNet never sees class 2. An object has few boxes, so `group-threshold` is taken as 0 and
`minBoxes` as 1 at most.

The substitute for SSD Inception v2 gives up to 100 boxes with a score of 0.3 or more, after
non-maximum suppression at an overlap of 0.6.

The substitute for PeopleSegNet takes the original's 960x576 px and gives the rows of up to 8
persons with a score of 0.3 or more, after non-maximum suppression at an overlap of 0.5, and their
masks of 28x28; the rest of the original's 100 rows is zero. A square around each person, cut from
the 960x576 px, goes through the segmentation of persons, so each person costs about a third of
a detection. Scores are the default detector's, which are lower than the original's: with upstream's
`pre-cluster-threshold=0.8` persons are missed.

`tools/build_detector_variants.py` builds these substitutes.

The substitutes for the U-Nets have masks of 512x512 pixels, as these, made of the segmentation's
256x256. That for the four classes gives the probability of a person to class 2, and the rest to
class 0, the background. `tools/build_selfie_segmentation.py` builds them.
"""


def link(published: str) -> str:
    address, comma, rest = published.partition(", ")
    return f"<{address}>{comma}{rest}"


def page() -> str:
    """The whole text of the page."""
    table = configparser.ConfigParser(delimiters="=", interpolation=None)
    table.optionxform = str  # type: ignore[assignment]
    table.read_string(TABLE.read_text())
    text = [HEAD, "## Models with a substitute\n"]
    plain = []
    for name in table.sections():
        entry = table[name]
        # Headings begin with a capital letter; in sentences an entry's name does not.
        lines = [f"### {name[0].upper()}{name[1:]}\n"]
        lines.append(f"- Published at {link(entry['published'])}.")
        if "nearest" in entry:
            lines.append(f"- Nearest here: {entry['nearest']}.")
        if "substitute" in entry:
            lines.append(f"- Substitute: `{Path(entry['substitute']).name}`.")
        if "network-size" in entry:
            width, height = entry["network-size"].split(";")
            lines.append(f"- Programs know of an input of {width}x{height} px, the original's.")
        if "labels" in entry:
            labels = (TABLE.parent / entry["labels"]).read_text().splitlines()
            shown = ", ".join(f"{index} {label}" for index, label in enumerate(labels[:4]))
            rest = f", ... {len(labels)} in all" if len(labels) > 4 else ""
            lines.append(f"- Classes: {shown}{rest}.")
        known = ", ".join(f"`{known}`" for known in entry["names"].split(";"))
        lines.append(f"- Known by: {known}.")
        (text if "substitute" in entry else plain).append("\n".join(lines) + "\n")
    return "\n".join([*text, DETECTNET, "## Models without one\n", *plain])


def main() -> None:
    PAGE.write_text(page())


if __name__ == "__main__":
    main()
