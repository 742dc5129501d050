"""One code point in, one code point out: what every reading kernel needs of UTF-8."""

from __future__ import annotations

from manyo.columns import ByteArray
from manyo.kernels import inlined, wide


@inlined
def put(out: ByteArray, to: int, point: int) -> int:
    """Write a code point as UTF-8; returns the position after it."""
    if point < 0x80:
        out[to] = point
        return to + 1
    if point < 0x800:
        out[to] = 0xC0 | (point >> 6)
        out[to + 1] = 0x80 | (point & 0x3F)
        return to + 2
    if point < 0x10000:
        out[to] = 0xE0 | (point >> 12)
        out[to + 1] = 0x80 | ((point >> 6) & 0x3F)
        out[to + 2] = 0x80 | (point & 0x3F)
        return to + 3
    out[to] = 0xF0 | (point >> 18)
    out[to + 1] = 0x80 | ((point >> 12) & 0x3F)
    out[to + 2] = 0x80 | ((point >> 6) & 0x3F)
    out[to + 3] = 0x80 | (point & 0x3F)
    return to + 4


@inlined
def point_at(data: ByteArray, at: int, end: int) -> tuple[int, int]:
    """The code point at `at` and its size; bytes that are not UTF-8 read one at a time as themselves."""
    byte = wide(data[at])
    if byte < 0x80:
        return byte, 1
    if byte < 0xE0 and at + 1 < end:
        return ((byte & 0x1F) << 6) | (wide(data[at + 1]) & 0x3F), 2
    if byte < 0xF0 and at + 2 < end:
        return ((byte & 0x0F) << 12) | ((wide(data[at + 1]) & 0x3F) << 6) | (wide(data[at + 2]) & 0x3F), 3
    if at + 3 < end:
        return (
            ((byte & 0x07) << 18)
            | ((wide(data[at + 1]) & 0x3F) << 12)
            | ((wide(data[at + 2]) & 0x3F) << 6)
            | (wide(data[at + 3]) & 0x3F),
            4,
        )
    return byte, 1
