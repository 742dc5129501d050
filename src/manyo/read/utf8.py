"""What every reading kernel needs of UTF-8: one code point in, one code point out, and whether bytes are well-formed."""

from __future__ import annotations

import numpy as np

from manyo.columns import ByteArray
from manyo.kernels import borrowing, inlined, wide
from manyo.read.chunks import CHUNK, at_least, equal, first

_ONE, _TWO, _THREE = np.uint64(1), np.uint64(2), np.uint64(3)
_LAST, _LAST_TWO, _LAST_THREE = np.uint64(1 << 63), np.uint64(1 << 62), np.uint64(1 << 61)


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


@borrowing
def well_formed(data: ByteArray, at: int, end: int, tail: ByteArray) -> tuple[bool, bool, bool]:
    """Whether `[at, end)` is well-formed UTF-8 (no surrogates, no overlongs), and has any multi-byte character, any ESC.

    `tail` is room for `CHUNK` bytes. What comes second and third is complete only for well-formed bytes.
    """
    multi = escape = False
    while at < end:
        if at + CHUNK <= end:
            high, size = _step(data, at)
            escape = escape or equal(data, at, 0x1B) != 0
        else:
            for index in range(CHUNK):
                tail[index] = data[at + index] if at + index < end else 0
            high, size = _step(tail, 0)
            escape = escape or equal(tail, 0, 0x1B) != 0
        if size == 0:
            return False, multi, escape
        multi = multi or high
        at += size
    return True, multi, escape


@inlined
def _step(data: ByteArray, at: int) -> tuple[bool, int]:
    """Whether a chunk that begins with a character has any above ASCII, and the bytes up to the first one cut off by its end.

    0 bytes where it is malformed.
    """
    high = at_least(data, at, 0x80)
    if high == 0:
        return False, CHUNK
    two = at_least(data, at, 0xC0)  # the leads of two bytes or more
    three = at_least(data, at, 0xE0)
    four = at_least(data, at, 0xF0)
    trails = (two << _ONE) | (three << _TWO) | (four << _THREE)
    bad = trails ^ (high & ~two)
    bad |= (two & ~at_least(data, at, 0xC2)) | at_least(data, at, 0xF5)
    narrow, surrogate = equal(data, at, 0xE0), equal(data, at, 0xED)
    if (narrow | surrogate | four) != 0:  # their second bytes have a smaller range
        from_90, from_a0 = at_least(data, at, 0x90), at_least(data, at, 0xA0)
        bad |= (narrow << _ONE) & ~from_a0
        bad |= (surrogate << _ONE) & from_a0
        bad |= (equal(data, at, 0xF0) << _ONE) & ~from_90
        bad |= (equal(data, at, 0xF4) << _ONE) & from_90
    if bad != 0:
        return True, 0
    return True, first((two & _LAST) | (three & _LAST_TWO) | (four & _LAST_THREE))
