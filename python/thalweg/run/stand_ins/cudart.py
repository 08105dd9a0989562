"""The module under the name that it has by itself."""

import sys

from cuda import cudart  # type: ignore[import-not-found]

sys.modules[__name__] = cudart
