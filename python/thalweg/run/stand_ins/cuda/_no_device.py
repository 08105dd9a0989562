"""Functions that find no device."""

from collections.abc import Callable, Mapping
from typing import Any


def answers(
    status: int, functions: Mapping[str, tuple[object, ...]]
) -> "dict[str, Callable[..., Any]]":
    """Functions by name that take anything and return ``(status, *results)``, as NVIDIA's do."""

    def make(name: str, results: tuple[object, ...]) -> Callable[..., Any]:
        def function(*_: object, **__: object) -> tuple[object, ...]:
            return (status, *results)

        function.__name__ = function.__qualname__ = name
        return function

    return {name: make(name, results) for name, results in functions.items()}


def missing(module: str, name: str, prefix: str) -> Callable[..., Any]:
    """For a function that no answer is known for: one that raises, with the reason.

    Raises `AttributeError` for a name that is not one of a function.
    """
    if not name.startswith(prefix) or name[len(prefix) : len(prefix) + 1].islower():
        raise AttributeError(f"module {module!r} has no attribute {name!r}")

    def function(*_: object, **__: object) -> Any:
        raise RuntimeError(f"{name}: there is no CUDA device here, and no CUDA driver to ask")

    return function
