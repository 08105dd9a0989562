"""The base class of the enums in `pyds`."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import ClassVar

    from typing_extensions import Self


class Enum(int):
    """A C enum: an int with a name, open to numbers that no member has.

    ``E(n)`` is the member with number n, or a new object whose name is ``???``. Equal to every int
    and enum of the same number.
    """

    __slots__ = ()
    __members__: ClassVar[dict[str, Enum]] = {}

    def __new__(cls, value: int) -> Self:
        number = operator.index(value)
        for member in cls.__members__.values():
            if int.__eq__(member, number):
                return member  # type: ignore[return-value]
        return super().__new__(cls, number)

    @classmethod
    def _declare(cls, name: str, number: int) -> Self:
        member = super().__new__(cls, number)
        cls.__members__[name] = member
        setattr(cls, name, member)
        return member

    @property
    def name(self) -> str:
        """Name of the member, ``???`` if no member has this number."""
        for name, member in type(self).__members__.items():
            if int.__eq__(member, self):
                return name
        return "???"

    @property
    def value(self) -> int:
        """The number as a plain int."""
        return int(self)

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        return f"<{type(self).__name__}.{self.name}: {int(self)}>"

    def __str__(self) -> str:
        return f"{type(self).__name__}.{self.name}"

    def __reduce__(self) -> tuple[type[Self], tuple[int]]:
        return type(self), (int(self),)
