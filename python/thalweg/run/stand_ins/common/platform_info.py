"""What kind of machine this is, as far as programs choose elements by it."""

import platform


class PlatformInfo:
    """There is no GPU as far as Thalweg is concerned, neither integrated nor of its own."""

    def is_wsl(self) -> bool:
        """Whether this is Linux inside Windows."""
        return "microsoft" in platform.release().lower()

    def is_integrated_gpu(self) -> bool:
        return False

    def is_platform_aarch64(self) -> bool:
        return platform.machine() == "aarch64"
