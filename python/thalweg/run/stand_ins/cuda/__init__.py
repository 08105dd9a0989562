"""NVIDIA's `cuda` package where it, or the driver, is missing: every call says "no device"."""
