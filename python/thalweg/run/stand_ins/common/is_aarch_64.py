"""The processor's architecture."""

import platform


def is_aarch64() -> bool:
    return platform.machine() == "aarch64"
