"""What a page carries outside its body: text and date in JSON-LD (https://schema.org).

Some pages are drawn by a script in the reader's browser, and of their text only that is in the page which they carry for
search engines: an article's body, a post's text, a product's description. It is read into blocks of the role `tags.DATA`,
unless the body says the same; `main_text` keeps them where they say more than the body does.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from manyo.columns import ByteArray, IntArray
from manyo.kernels import borrowing, inlined, wide
from manyo.read import markup
from manyo.read.utf8 import put

MOST: Final = 4  # texts that are remembered of a page
_STRING: Final = 1 << 16  # bytes of a text that are read
_NEEDLE: Final = 30  # bytes of a text that are looked for in the body
_ESCAPED_TAG: Final = 2048  # bytes within which a tag ends
# What a key names.
_TYPE, _DATE, _TEXT, _DESCRIPTION = range(1, 5)


@borrowing
def scan(data: ByteArray, at: int, end: int, spans: IntArray, count: int) -> tuple[int, int]:
    """Read a script of JSON-LD: the date it was published as yyyymmdd (0 without), and how many texts are known now.

    The strings of `articleBody`, and of `text` and `description` where the script is about a post or a product, are added
    to `spans` while there is room. One pass over the bytes; what is not JSON gives nothing, or a text that nobody wrote
    as one.
    """
    date = 0
    telling = False  # about a post or a product
    first_span = count
    while at < end:
        if data[at] != 0x22:
            at += 1
            continue
        first = at + 1
        last = string_end(data, first, end)
        at = min(last + 1, end)
        key = _key(data, first, last)
        if key == 0:
            continue
        while at < end and (markup.is_blank(data[at]) or data[at] == 0x3A or data[at] == 0x5B):
            at += 1
        if at >= end or data[at] != 0x22:
            continue
        first = at + 1
        last = string_end(data, first, end)
        at = min(last + 1, end)
        if key == _TYPE:
            telling = telling or markup.find(data, first, min(last, first + 64), b"product") >= 0
            telling = telling or markup.find(data, first, min(last, first + 64), b"posting") >= 0
        elif key == _DATE:
            date = date if date else markup.find_date(data, first, min(last, first + 24))
        elif count < len(spans) and last > first:
            spans[count, 0] = first
            spans[count, 1] = last if key == _TEXT else -last  # minus: only where the script is telling
            count += 1
    kept = first_span
    for index in range(first_span, count):
        if spans[index, 1] > 0 or telling:
            spans[kept, 0] = spans[index, 0]
            spans[kept, 1] = abs(spans[index, 1])
            kept += 1
    return date, kept


@inlined
def _key(data: ByteArray, first: int, last: int) -> int:
    size = last - first
    if size == 5 and markup.matches(data, first, last, b"@type"):
        return _TYPE
    if size == 13 and markup.matches(data, first, last, b"datepublished"):
        return _DATE
    if size == 11 and markup.matches(data, first, last, b"articlebody"):
        return _TEXT
    if size == 4 and markup.matches(data, first, last, b"text"):
        return _DESCRIPTION
    if size == 11 and markup.matches(data, first, last, b"description"):
        return _DESCRIPTION
    return 0


@borrowing
def string_end(data: ByteArray, at: int, end: int) -> int:
    """The position of the quote that ends the JSON string whose text begins at `at`; `end` without one."""
    while at < end and data[at] != 0x22:
        at += 2 if data[at] == 0x5C else 1
    return min(at, end)


@borrowing
def write(
    data: ByteArray,
    at: int,
    end: int,
    entities: npt.NDArray[np.uint64],
    entity_points: npt.NDArray[np.int32],
    entity_bare: npt.NDArray[np.uint8],
    out: ByteArray,
    to: int,
) -> tuple[int, int, int, int]:
    """Write a value as plain text: JSON's escapes and HTML's references decoded, tags dropped, white space collapsed.

    Returns where it ends, its characters, and how many of them are punctuation and kana. It is never longer than its source.
    """
    first = to
    characters = punctuation = kana = 0
    space = False
    end = min(end, at + _STRING)
    while end > at and end < len(data) and data[end] & 0xC0 == 0x80:  # not inside a character
        end -= 1
    while at < end:
        byte = wide(data[at])
        point = 0
        if byte == 0x5C and at + 1 < end:
            letter = data[at + 1]
            if letter == 0x75:
                point, at = _escaped(data, at, end)
            elif letter == 0x6E or letter == 0x72 or letter == 0x74 or letter == 0x66 or letter == 0x62:
                space = True
                at += 2
                continue
            else:
                at += 1
                byte = wide(data[at])
        elif byte == 0x26:
            past, point, _ = markup.reference(data, at, end, entities, entity_points, entity_bare)
            at = past
        if (point if point else byte) == 0x3C:
            close = _tag_end(data, at if point else at + 1, end)
            if close > 0:
                at = close
                space = True
                continue
        if point == 0x20 or point == 0xA0 or 0x09 <= point <= 0x0D or (point == 0 and markup.is_blank(byte)):
            space = True
            at += 0 if point else 1
            continue
        if space and to > first:
            out[to] = 0x20
            to += 1
        space = False
        characters += 1
        start = to
        if point:
            to = put(out, to, point)
        else:
            size = 1 if byte < 0x80 else (2 if byte < 0xE0 else (3 if byte < 0xF0 else 4))
            size = min(size, end - at)
            for step in range(size):
                out[to + step] = data[at + step]
            to += size
            at += size
        if to - start == 3 and out[start] == 0xE3:
            if 0x81 <= out[start + 1] <= 0x83:
                kana += 1
            elif out[start + 1] == 0x80 and (out[start + 2] == 0x81 or out[start + 2] == 0x82):
                punctuation += 1
        elif to - start == 1 and (out[start] == 0x2E or out[start] == 0x2C):
            punctuation += 1
    return to, characters, punctuation, kana


@borrowing
def _tag_end(data: ByteArray, at: int, end: int) -> int:
    r"""The position after the tag whose name is at `at`, its end written `>`, `&gt;` or `\u003e`; 0 if none is there."""
    if at < end and data[at] == 0x5C:  # <\/p>, as JSON may write it
        at += 1
    if at >= end or not (markup.is_letter(data[at]) or data[at] == 0x2F):
        return 0
    last = min(end, at + _ESCAPED_TAG)
    while at < last:
        if data[at] == 0x3E:
            return at + 1
        if markup.matches(data, at, last, b"&gt;"):
            return at + 4
        if markup.matches(data, at, last, b"\\u003e"):
            return at + 6
        at += 1
    return 0


@borrowing
def _escaped(data: ByteArray, at: int, end: int) -> tuple[int, int]:
    r"""The code point of the `\uXXXX` at `at`, or of two that make one, and the position after it."""
    point = _four(data, at + 2, end)
    at = min(at + 6, end)
    if 0xD800 <= point <= 0xDBFF and at + 5 < end and data[at] == 0x5C and data[at + 1] == 0x75:
        low = _four(data, at + 2, end)
        if 0xDC00 <= low <= 0xDFFF:
            return 0x10000 + ((point - 0xD800) << 10) + low - 0xDC00, at + 6
    return (point if 0 < point < 0xD800 or point > 0xDFFF else 0xFFFD), at


@borrowing
def _four(data: ByteArray, at: int, end: int) -> int:
    value = 0
    for place in range(at, min(at + 4, end)):
        digit = wide(markup.fold(data[place]))
        value = value * 16
        if 0x30 <= digit <= 0x39:
            value += digit - 0x30
        elif 0x61 <= digit <= 0x66:
            value += digit - 0x57
    return value


@borrowing
def is_news(
    text: ByteArray,
    start: int,
    end: int,
    blocks: npt.NDArray[np.int32],
    first_block: int,
    first_data: int,
    last_block: int,
) -> bool:
    """Whether neither the blocks of the body nor those of data before it say what `text[start:end]` does.

    The body ends at block `first_data`. Blocks are rows whose first two columns are where their text lies.
    """
    if end - start < 2 * _NEEDLE:
        return False
    if first_data > first_block and _echoed(text, start, end, blocks[first_block, 0], blocks[first_data - 1, 1]):
        return False
    for other in range(first_data, last_block):
        if _echoed(text, start, end, blocks[other, 0], blocks[other, 1]):
            return False
    return True


@borrowing
def _echoed(text: ByteArray, start: int, end: int, first: int, last: int) -> bool:
    """Whether the text in `[first, last)` holds the opening of the one in `[start, end)`, or a piece from its middle.

    White space is no difference. Two pieces are looked for, in time linear in the text.
    """
    for place in (start, start + (end - start) // 2):
        if place > start:
            while place < end and text[place] & 0xC0 == 0x80:
                place += 1
        size = min(end - place, _NEEDLE)
        if size < 9:
            continue
        at = first
        while at + size <= last:
            if text[at] == text[place] and text[at + 1] == text[place + 1] and text[at + 2] == text[place + 2]:
                mine, its = place + 3, at + 3
                while mine < place + size and its < min(last, at + 4 * _NEEDLE):
                    if text[mine] == 0x20:
                        mine += 1
                    elif text[its] == 0x20 or text[its] == 0x0A:
                        its += 1
                    elif text[mine] == text[its]:
                        mine += 1
                        its += 1
                    else:
                        break
                if mine >= place + size:
                    return True
            at += 1
    return False
