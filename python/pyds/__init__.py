"""The interface of DeepStream's `pyds`, over Thalweg's metadata library.

Importing it makes Thalweg's GStreamer elements known, before or after `Gst.init`.
"""

import os as _os

from thalweg import plugins as _plugins

if _os.environ.get("THALWEG_RUNTIME") == "deepstream":
    from pyds import _deepstream

    _deepstream.load()
else:
    _plugins.register()

from pyds import _pyds as _extension  # noqa: E402
from pyds._pyds import *  # noqa: E402, F403

__version__ = "1.2.0"
