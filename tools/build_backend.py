"""The build backend: scikit-build-core, with the dependencies read from requirements/.

So each dependency is named once, in the files that `./dev setup` installs.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scikit_build_core import build as _build
from scikit_build_core.build import *  # noqa: F403  (the other hooks of a build backend)

_REQUIREMENTS = Path(__file__).resolve().parent.parent / "requirements"


def _lines(name: str) -> list[str]:
    lines = (line.split("#")[0].strip() for line in (_REQUIREMENTS / name).read_text().splitlines())
    return [line for line in lines if line]


def get_requires_for_build_wheel(config_settings: Any = None) -> list[str]:
    """The packages that the build is made with: OpenVINO's wheel is compiled against."""
    openvino = [line for line in _lines("run.txt") if line.startswith("openvino")]
    required: list[str] = _build.get_requires_for_build_wheel(config_settings)
    return [*required, *_lines("build.txt"), *openvino]


def dynamic_metadata(settings: Mapping[str, Any], project: Mapping[str, Any]) -> dict[str, Any]:
    """What an installed Thalweg depends on, and its extras."""
    return {
        "dependencies": _lines("run.txt"),
        "optional-dependencies": {"prometheus": _lines("prometheus.txt")},
    }
