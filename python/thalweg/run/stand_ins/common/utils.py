"""Integers as C has them."""


def long_to_uint64(number: int) -> int:
    """`number` modulo 2**64."""
    return number & 0xFFFFFFFFFFFFFFFF


def long_to_int(number: int) -> int:
    """The low 32 bits of `number` as a signed integer."""
    low = number & 0xFFFFFFFF
    return low - (1 << 32) if low >= 1 << 31 else low
