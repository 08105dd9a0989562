#!/usr/bin/env python3
"""Writes the measured tables into the documents, from what `./dev bench` left in build/bench.

    ./dev shell benchmarks/write_tables.py [--check]

A table stands between `<!-- bench NAME -->` and `<!-- /bench -->`, or `<!-- bench NAME: TITLE -->`
for one of its tables. The figures are kept in benchmarks/results; with --check nothing is written,
and the status is 1 where a document differs from them.
"""

from __future__ import annotations

import json
import re
import shutil
import sys

from measure import ROOT, markdown

RESULTS = ROOT / "benchmarks/results"
DOCUMENTS = (ROOT / "README.md", ROOT / "docs/explanation/speed.md")
BLOCK = re.compile(r"<!-- bench ([\w-]+)(?:: (.+?))? -->\n.*?<!-- /bench -->", re.DOTALL)


def block(match: re.Match[str]) -> str:
    name, title = match.groups()
    result = json.loads((RESULTS / f"{name}.json").read_text())
    tables, ratios, opening = result["tables"], result["ratios"], f"<!-- bench {name} -->"
    if title:
        opening = f"<!-- bench {name}: {title} -->"
        tables = {title: tables[title]}
        ratios = {key: ratio for key, ratio in ratios.items() if key.startswith(f"{title}: ")}
    measured = f"Measured on {result['cores']} cores, {result['date']}."
    return f"{opening}\n{markdown(tables, ratios)}\n\n{measured}\n<!-- /bench -->"


def main(arguments: list[str]) -> int:
    check = "--check" in arguments
    if not check:
        RESULTS.mkdir(exist_ok=True)
        for path in (ROOT / "build/bench").glob("*.json"):
            shutil.copyfile(path, RESULTS / path.name)
    differ = []
    for document in DOCUMENTS:
        text = document.read_text()
        written = BLOCK.sub(block, text)
        if written != text and check:
            differ.append(str(document.relative_to(ROOT)))
        elif written != text:
            document.write_text(written)
    if differ:
        print(f"{', '.join(differ)}: not the figures of benchmarks/results; run {sys.argv[0]}")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
