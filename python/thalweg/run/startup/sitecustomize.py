"""Imported by Python before a program, because `thalweg run` puts this folder on PYTHONPATH.

Leaves `sys.path` as it would be without, and lets another `sitecustomize` run as well.
"""

import os
import sys


def _next_sitecustomize() -> None:
    here = os.path.dirname(__file__)
    sys.path[:] = [entry for entry in sys.path if entry != here]
    own = sys.modules.pop("sitecustomize")
    try:
        import sitecustomize  # type: ignore[import-not-found]  # noqa: F401
    except ImportError as error:
        sys.modules["sitecustomize"] = own
        if error.name != "sitecustomize":
            raise


_next_sitecustomize()
try:
    from thalweg.run import activation
except ImportError:
    pass  # another Python, started by the program: it has no Thalweg
else:
    activation.activate()
