"""Writes python/pyds/__init__.pyi from the built module; with --check, says whether it is current.

python src/pyds/make_stub.py [--check]      (pyds must be importable)
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from nanobind.stubgen import StubGen

STUB = Path(__file__).parents[2] / "python" / "pyds" / "__init__.pyi"


def stub() -> str:
    """The stub's text."""
    import pyds

    generator = StubGen(pyds)
    generator.put(pyds)
    text = generator.get()
    # Enum members: their repr is no expression.
    text = re.sub(r": (\w+) = <\w+\.\S+: -?\d+>", r": \1", text)
    text = re.sub(r"\n +__(slots|members)__: .*\n", "\n", text)
    text = text.replace("(_enum.Enum):", "(Enum):")
    # Fields and functions take None from nanobind so that their own errors can refuse it.
    text = re.sub(
        r"^( *def .*)$",
        lambda line: re.sub(r" \| None(?=[,)])", "", line.group(1)),
        text,
        flags=re.MULTILINE,
    )
    text = text.replace(
        "\n\n\nclass Struct:", "\n\nfrom pyds._enum import Enum\n\n\nclass Struct:", 1
    )
    return re.sub(r"\n{4,}", "\n\n\n", text)


def main() -> int:
    text = stub()
    if "--check" not in sys.argv[1:]:
        STUB.write_text(text)
        return 0
    if STUB.read_text() == text:
        return 0
    print(f"{STUB} is not current: run python src/pyds/make_stub.py", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
