"""Runs of text that are copied as they stand, and of white space that is passed over: up to 64 bytes in a few instructions.

The segmenter looks at single characters only where something may happen: at white space that is more than one space, at
references, at tags. The normaliser, where a character may have another spelling. What lies between is told by masks
(`chunks`).
"""

from __future__ import annotations

import numpy as np

from manyo.columns import ByteArray
from manyo.kernels import borrowing, inlined
from manyo.read.chunks import CHUNK, at_least, copy, count_bits, equal, first

ROOM = CHUNK  # bytes beyond its text that `plain` may overwrite

_ONE, _TWO = np.uint64(1), np.uint64(2)
# Where in a chunk a character begins that is cut off by the end of it or by its last byte, which has no next one to look at.
_LAST = np.uint64(1 << 63)
_LAST_OF_TWO = np.uint64(0b11 << 62)
_LAST_OF_THREE = np.uint64(0b111 << 61)
_LAST_OF_FOUR = np.uint64(0b1111 << 60)


@borrowing
def plain(data: ByteArray, at: int, out: ByteArray, to: int) -> tuple[int, int, int, int]:
    """Copy the text that begins with a character at `at`, behind one that was written, up to anything but single spaces.

    A chunk of valid UTF-8 must lie in `data` from `at` on, and as much room in `out`. Returns the bytes of the run, which
    are 0 where the character itself is something else, and how many characters without spaces, marks of punctuation and
    kana it has. `.,!?` are marks only before a space or a tag: not in 3.14.
    """
    space, tag = equal(data, at, 0x20), equal(data, at, 0x3C)
    control = ~at_least(data, at, 0x20)
    high = at_least(data, at, 0x80)
    stop = tag | control | equal(data, at, 0x26) | _LAST
    mark = equal(data, at, 0x2C) | equal(data, at, 0x2E) | equal(data, at, 0x21) | equal(data, at, 0x3F)
    stop |= mark & (control >> _ONE)  # which of the control characters are white space is not decided here
    more = high & at_least(data, at, 0xC0)
    three = high & at_least(data, at, 0xE0)
    if high != 0:
        stop |= (more & _LAST_OF_TWO) | (three & _LAST_OF_THREE) | (at_least(data, at, 0xF0) & _LAST_OF_FOUR)
    stop |= space & ((stop | space) >> _ONE)
    size = first(stop)
    run = (_ONE << np.uint64(size)) - _ONE
    copy(data, at, out, to)
    marks = mark & ((space | tag) >> _ONE)
    characters = count_bits(run & ~space & (~high | more))
    kana = 0
    if (three & run) != 0:
        e3, ef = equal(data, at, 0xE3), equal(data, at, 0xEF)
        in_81 = equal(data, at, 0x81)
        kana = count_bits(run & e3 & ((at_least(data, at, 0x81) & ~at_least(data, at, 0x84)) >> _ONE))
        marks |= e3 & (equal(data, at, 0x80) >> _ONE) & ((in_81 | equal(data, at, 0x82)) >> _TWO)  # 、。
        full_width = in_81 | equal(data, at, 0x8C) | equal(data, at, 0x8E) | equal(data, at, 0x9F)
        marks |= ef & (equal(data, at, 0xBC) >> _ONE) & (full_width >> _TWO)  # ！，．？
    return size, characters, count_bits(run & marks), kana


@inlined
def white_space(data: ByteArray, at: int, end: int) -> tuple[int, bool]:
    """The end of the white space at `at`, and whether there is a line end in it."""
    line = False
    while at < end:
        if at + CHUNK <= end:
            lines = equal(data, at, 0x0A) | equal(data, at, 0x0D)
            other = ~(lines | equal(data, at, 0x20) | equal(data, at, 0x09) | equal(data, at, 0x0C))
            size = first(other)
            line = line or first(lines) < size
            at += size
            if other != 0:
                break
            continue
        byte = data[at]
        if byte == 0x0A or byte == 0x0D:
            line = True
        elif byte != 0x20 and byte != 0x09 and byte != 0x0C:
            break
        at += 1
    return at, line


@borrowing
def settled(data: ByteArray, at: int, out: ByteArray, to: int) -> int:
    """Copy the text that begins with a character at `at`, behind one that was written, as long as no rule is about it.

    That is ASCII with single spaces between, kana, kanji and most signs of U+3001-303F: no white space but those spaces,
    nothing invisible, no combining voicing mark, nothing with a width or form of its own. Returns the bytes of the run. A
    chunk of valid UTF-8 must lie in `data` from `at` on, and as much room in `out`.
    """
    space, high = equal(data, at, 0x20), at_least(data, at, 0x80)
    stop = ~at_least(data, at, 0x20) | equal(data, at, 0x7F) | _LAST
    if high != 0:
        from_e3 = at_least(data, at, 0xE3)
        stop |= (at_least(data, at, 0xC0) & ~from_e3) | at_least(data, at, 0xEA) | (from_e3 & _LAST_OF_THREE)
        e3, in_80 = equal(data, at, 0xE3), equal(data, at, 0x80)
        stop |= e3 & ((at_least(data, at, 0x84) | ~high) >> _ONE)  # U+3100 and on
        stop |= e3 & (in_80 >> _ONE) & (in_80 >> _TWO)  # U+3000
        marks = equal(data, at, 0x99) | equal(data, at, 0x9A)
        stop |= e3 & (equal(data, at, 0x82) >> _ONE) & (marks >> _TWO)  # U+3099 and U+309A
    stop |= space & ((stop | space) >> _ONE)
    copy(data, at, out, to)
    return first(stop)
