"""The module under its newer name."""

import sys

from .. import cuda

sys.modules[__name__] = cuda
