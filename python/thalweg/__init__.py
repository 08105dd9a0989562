"""Thalweg: DeepStream's Python applications on any machine.

Importing this package makes the elements (`nvstreammux`, `nvinfer`, ...) known to GStreamer,
whether `Gst.init` was called already or not. Everything else is in submodules: `thalweg.media`,
`thalweg.meta`, `thalweg.models`, `thalweg.parsers`, `thalweg.plugins`.
"""

from thalweg import plugins
from thalweg._version import __version__
from thalweg.parsers import include_dir, parser

__all__ = ["__version__", "include_dir", "parser"]

plugins.register()
