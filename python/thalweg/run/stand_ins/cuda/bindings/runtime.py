"""The module under its newer name."""

import sys

from .. import cudart

sys.modules[__name__] = cudart
