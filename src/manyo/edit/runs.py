"""Edits that strip runs of ASCII out of lines: URLs, and what is long enough to be code.

Both are steps of LLM-jp's `extract_japanese_text`.

`strip_urls` strips http:// or https:// (small letters) and the characters that follow out of A-Z a-z 0-9 and
_ / : % # $ & ? ( ) ~ . = + -, at least one. The original's class holds Python's \\w, which takes in kana and kanji, and
so eats what is written on after a URL: of 詳細はhttps://example.jp/をご覧ください it leaves 詳細は. Here を and what follows
stays.

`strip_ascii_runs` strips 100 ASCII characters or more in a row, spaces and controls among them, within a line: code,
English, and lists of numbers. A shorter quotation stays.
"""

from __future__ import annotations

from typing import Any, Final

from manyo.kernels import inlined, kernel, wide

SHORTEST_RUN: Final = 100


@kernel
def strip_urls(data: Any, offsets: Any, keep: Any) -> None:
    for row in range(len(offsets) - 1):
        at, end = offsets[row], offsets[row + 1]
        while at < end:
            last = _scheme(data, at, end)
            while last > at and last < end and _may_follow(wide(data[last])):
                last += 1
            if last > at:
                keep[at:last] = False
                at = last
            else:
                at += 1


@inlined
def _scheme(data: Any, at: int, end: int) -> int:
    """Behind the scheme of a URL with something to follow it; `at` where none starts."""
    # h t t p [s] : / /
    if data[at] != 0x68 or at + 8 > end or data[at + 1] != 0x74 or data[at + 2] != 0x74 or data[at + 3] != 0x70:
        return at
    last = at + 5 if data[at + 4] == 0x73 else at + 4
    if last + 3 >= end or data[last] != 0x3A or data[last + 1] != 0x2F or data[last + 2] != 0x2F:
        return at
    return last + 3 if _may_follow(wide(data[last + 3])) else at


@inlined
def _may_follow(byte: int) -> bool:
    if byte >= 0x61:  # a-z ~
        return byte <= 0x7A or byte == 0x7E
    if byte >= 0x3F:  # ? A-Z _
        return byte != 0x40 and (byte <= 0x5A or byte == 0x5F)
    # # $ % & ( ) + - . / 0-9 : =
    return byte == 0x3D or (0x23 <= byte <= 0x3A and byte != 0x27 and byte != 0x2A and byte != 0x2C)


@kernel
def strip_ascii_runs(data: Any, offsets: Any, keep: Any) -> None:
    for row in range(len(offsets) - 1):
        at, end = offsets[row], offsets[row + 1]
        while at < end:
            last = at
            while last < end and data[last] < 0x80 and data[last] != 0x0A:
                last += 1
            if last - at >= SHORTEST_RUN:
                keep[at:last] = False
            at = max(last, at + 1)
