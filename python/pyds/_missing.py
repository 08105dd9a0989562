"""What to do when the compiled part of `pyds` cannot be loaded."""

from __future__ import annotations

import re
import sys
import sysconfig

PACKAGES = "libgstreamer1.0-0 libgstreamer-plugins-base1.0-0 libyuv0"


def explained(error: ImportError) -> ImportError:
    """The error again, with the cause in words and what to do about it."""
    library = re.match(r"(lib\S+?): cannot open shared object file", str(error))
    if library and not library[1].startswith(("libnv", "libthalweg")):
        advice = f"a library of the system is missing; on Debian: apt-get install {PACKAGES}"
    elif error.name == "pyds._pyds" and sysconfig.get_config_var("Py_GIL_DISABLED"):
        advice = "free-threaded Python is not supported; use the ordinary build of this version"
    elif error.name == "pyds._pyds":
        advice = (
            f"its compiled part, _pyds.abi3.so, is not beside {__file__} or not for Python "
            f"{sys.version_info[0]}.{sys.version_info[1]}: "
            "reinstall thalweg, or run ./dev setup in a checkout and use ./dev shell"
        )
    else:
        advice = "reinstall thalweg with its dependencies: pip install --force-reinstall thalweg"
    return ImportError(f"pyds cannot be loaded: {error}: {advice}", name=error.name)
