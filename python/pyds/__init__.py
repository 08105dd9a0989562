"""The interface of DeepStream's `pyds`, over Thalweg's metadata library.

Importing it makes Thalweg's GStreamer elements known, before or after `Gst.init`.
"""

import os as _os

if _os.environ.get("THALWEG_RUNTIME") == "deepstream":
    from pyds import _deepstream

    _deepstream.load()
else:
    from thalweg import plugins as _plugins

    _plugins.register()

try:
    from pyds._pyds import *  # noqa: F403
except ImportError as _error:
    from pyds import _missing

    raise _missing.explained(_error) from _error

__version__ = "1.2.0"
