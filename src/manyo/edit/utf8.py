"""The few kinds of character that edits look for, told from their UTF-8 bytes without decoding.

Each function answers how many bytes the character at a place takes if it is of the kind, 0 if not, and never looks at
or beyond `end`. On bytes that are not UTF-8 an answer may be wrong, and no more than that.
"""

from __future__ import annotations

from typing import Any

from manyo.kernels import inlined, wide


@inlined
def starts_character(byte: int) -> bool:
    """Whether a byte starts a character: in UTF-8 all but 80-BF do."""
    return byte & 0xC0 != 0x80


@inlined
def three(data: Any, at: int, end: int) -> int:
    """The three bytes at a place as one number (kana, kanji and full-width forms are of three bytes); 0 at the end."""
    if at + 3 > end:
        return 0
    return wide(data[at]) << 16 | wide(data[at + 1]) << 8 | wide(data[at + 2])


@inlined
def kana(data: Any, at: int, end: int) -> int:
    """U+3041-3096, ゝゞゟ, U+30A1-30FA, ー, ヽヾヿ, U+31F0-31FF, and the half-width U+FF66-FF9D; not ・ or ゛゜."""
    code = three(data, at, end)
    if 0xE38181 <= code <= 0xE38296 or 0xE3829D <= code <= 0xE3829F:
        return 3
    if 0xE382A1 <= code <= 0xE383BA or 0xE383BC <= code <= 0xE383BF:
        return 3
    return 3 if 0xE387B0 <= code <= 0xE387BF or 0xEFBDA6 <= code <= 0xEFBE9D else 0


@inlined
def space(data: Any, at: int, end: int) -> int:
    """White space but the line feed: U+0009-000D, U+0020, and all beyond ASCII to which Unicode gives White_Space."""
    byte = wide(data[at])
    if byte < 0x80:
        return 1 if byte == 0x20 or (0x09 <= byte <= 0x0D and byte != 0x0A) else 0
    if byte == 0xC2 and at + 2 <= end:
        return 2 if data[at + 1] == 0x85 or data[at + 1] == 0xA0 else 0
    code = three(data, at, end)
    if code == 0xE38080 or 0xE28080 <= code <= 0xE2808A or code == 0xE280A8 or code == 0xE280A9:
        return 3
    return 3 if code == 0xE280AF or code == 0xE2819F or code == 0xE19A80 else 0


@inlined
def line_end(data: Any, at: int, end: int) -> int:
    """Where the line at a place ends: at its line feed, or at `end`."""
    while at < end and data[at] != 0x0A:
        at += 1
    return at
