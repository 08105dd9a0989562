#!/usr/bin/env python3
"""Writes docs/elements.md: what became of each element of DeepStream.

    ./dev shell tools/elements_page.py SPEC [FILE]

SPEC is elements.json, the list of DeepStream's elements and their properties; FILE is
docs/elements.md unless given. The rest is asked of GStreamer's registry, so the page cannot
promise what is not there; tests/dev/test_elements_page.py compares it.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GObject, Gst

import thalweg

ROOT = Path(__file__).resolve().parent.parent
# How src/elements/kept_properties.h ends the description of such a property.
NO_EFFECT = " (no effect on a CPU)"
# What it puts between the description of a property whose effect may be missed, and the reason.
NO_EFFECT_BECAUSE = ". Setting it has no effect: "
# The type of the newer nvstreammux, which the plugin makes known beside that of its element.
NEWER_MUX = "GstNvStreamMuxNew"

HEAD = """\
# Elements

What became of each GStreamer element of DeepStream. Written by `tools/elements_page.py` from the
list of DeepStream's elements and from GStreamer's registry.

- **works**: it does on the CPU what it does on a GPU. Properties that only make sense there are
  accepted, kept and readable; setting one is logged once, at INFO (`GST_DEBUG`), and changes
  nothing.
- **passes through**: it is accepted where programs put it, and hands its buffers on as they are.
- **absent**: it can be made, takes its properties and can be linked, so that a program comes as far
  as starting its pipeline. There, one element error says that it is not there. `gst-inspect-1.0`
  says the same.

`gst-inspect-1.0 NAME` shows pads, caps, types and defaults, which are DeepStream's.
"""


def names_of(key: str) -> list[str]:
    """The factories that a key of the list stands for."""
    if key.startswith("nvdsucx"):
        return [f"nvdsucx{s}" for s in ("serversrc", "serversink", "clientsrc", "clientsink")]
    return re.findall(r"\w+", key)


def state_of(factory: Any) -> str:
    if factory.get_plugin_name() == "thalweg_absent":
        return "absent"
    return factory.get_metadata("thalweg-state") or "works"


def ticked(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def properties_of(element: Any, specified: list[str]) -> Iterator[str]:
    """Lines about the properties of an element that is there."""
    specified = [prop for prop in specified if prop != "(others)"]  # those of another element
    found = {prop: element.find_property(prop) for prop in specified}
    kept = [p for p, spec in found.items() if spec and (spec.blurb or "").endswith(NO_EFFECT)]
    reasons = {
        p: spec.blurb.partition(NO_EFFECT_BECAUSE)[2]
        for p, spec in found.items()
        if spec and NO_EFFECT_BECAUSE in (spec.blurb or "")
    }
    missing = [p for p, spec in found.items() if spec is None]
    acting = [p for p in specified if p not in {*kept, *reasons, *missing}]
    if acting:
        yield f"- Properties with an effect: {ticked(acting)}."
    if kept:
        yield f"- Kept without an effect: {ticked(kept)}."
    for reason in dict.fromkeys(reasons.values()):
        those = ticked([p for p, its in reasons.items() if its == reason])
        yield f"- Without an effect, which is logged as a warning, because {reason}: {those}."
    if missing:
        yield f"- Missing: {ticked(missing)}."


def page(spec: dict[str, dict[str, Any]]) -> str:
    """The whole text of the page."""
    rows, details, absent = [], [], []
    for key, entry in spec.items():
        if key.startswith("_"):
            continue
        for name in names_of(key):
            factory = Gst.ElementFactory.find(name)
            if factory is None:
                raise SystemExit(f"There is no element {name}, not even an absent one.")
            state = state_of(factory)
            if state == "absent":
                absent.append(f"- {factory.get_metadata('description')}")
                continue
            rows.append(f"| `{name}` | {state} | {factory.get_metadata('description')} |")
            forms = {name: (Gst.ElementFactory.make(name), entry)}
            if newer := entry.get("variant_new"):
                element = GObject.new(GObject.type_from_name(NEWER_MUX))
                forms[f"{name} with `USE_NEW_NVSTREAMMUX=yes`"] = element, newer
            for title, (element, form) in forms.items():
                lines = list(properties_of(element, list(form["properties"])))
                if lines:
                    details += [f"\n### {title}\n", *lines]
    table = [
        "\n## Elements that are there\n",
        "| element | | what it does |",
        "| --- | --- | --- |",
    ]
    return "\n".join(
        [HEAD.rstrip(), *table, *rows, *details, "\n## Elements that are absent\n", *absent, ""]
    )


def main(arguments: list[str]) -> None:
    assert thalweg.__version__  # its import makes the elements known
    Gst.init(None)
    if not 1 <= len(arguments) <= 2:
        raise SystemExit("usage: elements_page.py SPEC [FILE]")
    target = Path(arguments[1]) if len(arguments) == 2 else ROOT / "docs/elements.md"
    target.write_text(page(json.loads(Path(arguments[0]).read_text())))


if __name__ == "__main__":
    main(sys.argv[1:])
