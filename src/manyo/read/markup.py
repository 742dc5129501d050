"""The letters of HTML: references, attributes, comments, raw text and dates, read from bytes by kernels.

What is here knows nothing of elements; `segment` puts it together. All functions take `[at, end)` and read nothing
outside it.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from manyo.columns import ByteArray, IntArray
from manyo.kernels import borrowing, inlined, wide
from manyo.read import chunks
from manyo.read.chunks import CHUNK, first, packed, seek

# Attributes that are looked at: rows of the span table that `attributes` fills.
CLASS, ID, STYLE, HREF, CONTENT, NAME, TYPE, ALT, LANG, DATETIME, HTTP_EQUIV, ROLE = range(12)
ATTRIBUTES: Final = 12
HIDDEN_ATTRIBUTE: Final = 1  # what `attributes` returns besides the position


@inlined
def fold(byte: int) -> int:
    """ASCII lower case."""
    return byte | 0x20 if 0x41 <= byte <= 0x5A else byte


@inlined
def is_letter(byte: int) -> bool:
    return 0x61 <= (byte | 0x20) <= 0x7A


@inlined
def is_blank(byte: int) -> bool:
    return byte == 0x20 or byte == 0x0A or byte == 0x0D or byte == 0x09 or byte == 0x0C


@inlined
def search(keys: npt.NDArray[np.uint64], key: np.uint64) -> int:
    """The slot of `key` in a hash table that `tags.hashed` laid out, -1 when it is not there."""
    mask = len(keys) - 1
    slot = wide((key * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(40)) & mask
    while keys[slot] != np.uint64(0):
        if keys[slot] == key:
            return slot
        slot = (slot + 1) & mask
    return -1


@borrowing
def matches(data: ByteArray, at: int, end: int, word: bytes) -> bool:
    """Whether the lower-case ASCII `word` stands at `at`, in any case."""
    if at + len(word) > end:
        return False
    for step in range(len(word)):
        if fold(data[at + step]) != word[step]:
            return False
    return True


@borrowing
def find(data: ByteArray, at: int, end: int, word: bytes) -> int:
    """The position after the first `word` (lower-case ASCII, found in any case) in `[at, end)`, -1 when it is not there."""
    last = end - len(word)
    while at <= last:
        if at + CHUNK < len(data):  # where its first two letters stand
            mask = _either(data, at, word[0]) & _either(data, at + 1, word[1])
            if mask == 0:
                at += CHUNK
                continue
            at += first(mask)
            if at > last:
                break
        if matches(data, at, end, word):
            return at + len(word)
        at += 1
    return -1


@inlined
def _either(data: ByteArray, at: int, byte: int) -> np.uint64:
    """The mask of a byte, a letter's in both cases."""
    mask = chunks.equal(data, at, byte)
    return mask | chunks.equal(data, at, byte - 0x20) if 0x61 <= byte <= 0x7A else mask


@borrowing
def reference(
    data: ByteArray,
    at: int,
    end: int,
    entities: npt.NDArray[np.uint64],
    entity_points: npt.NDArray[np.int32],
    entity_bare: npt.NDArray[np.uint8],
) -> tuple[int, int, int]:
    """Read the reference whose `&` is at `at`: the position after it and its one or two code points.

    `(at, 0, 0)` when there is none. Numeric references follow the HTML standard: 80-9F are windows-1252, what is no
    character is U+FFFD. A named one may lack its semicolon where the standard allows that.
    """
    start = at + 1
    if start >= end:
        return at, 0, 0
    if data[start] == 0x23:
        here = start + 1
        value = 0
        if here < end and (data[here] | 0x20) == 0x78:
            here += 1
            first = here
            while here < end:
                digit = wide(fold(data[here]))
                if 0x30 <= digit <= 0x39:
                    value = value * 16 + digit - 0x30
                elif 0x61 <= digit <= 0x66:
                    value = value * 16 + digit - 0x57
                else:
                    break
                value = value if value < 0x110000 else 0x110000
                here += 1
        else:
            first = here
            while here < end and 0x30 <= data[here] <= 0x39:
                value = value * 10 + wide(data[here]) - 0x30
                value = value if value < 0x110000 else 0x110000
                here += 1
        if here == first:
            return at, 0, 0
        if here < end and data[here] == 0x3B:
            here += 1
        if value == 0 or value > 0x10FFFF or 0xD800 <= value <= 0xDFFF:
            value = 0xFFFD
        elif 0x80 <= value <= 0x9F:
            value = _windows_1252(value)
        return here, value, 0
    key = np.uint64(0xCBF29CE484222325)
    here = start
    bare = -1
    bare_end = at
    while here < end and here - start < 32:
        byte = data[here]
        if not (is_letter(byte) or 0x30 <= byte <= 0x39):
            break
        key = (key ^ np.uint64(byte)) * np.uint64(0x100000001B3)
        here += 1
        if here - start <= 6:
            found = search(entities, key)
            if found >= 0 and entity_bare[found]:
                bare, bare_end = found, here
    if here > start and here < end and data[here] == 0x3B:
        found = search(entities, key)
        if found >= 0:
            return here + 1, wide(entity_points[found, 0]), wide(entity_points[found, 1])
    if bare >= 0:
        return bare_end, wide(entity_points[bare, 0]), wide(entity_points[bare, 1])
    return at, 0, 0


_C1 = np.array(
    [
        0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D,
        0x017D, 0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A,
        0x0153, 0x9D, 0x017E, 0x0178,
    ],
    np.int64,
)  # fmt: skip


@inlined
def _windows_1252(value: int) -> int:
    return wide(_C1[value - 0x80])


@inlined
def _attribute(key: np.uint64) -> int:
    """Which attribute a packed, lower-case name of at most eight letters is; ATTRIBUTES for `hidden`, -1 for others."""
    if key == np.uint64(0x7373616C63):
        return CLASS
    if key == np.uint64(0x6469):
        return ID
    if key == np.uint64(0x656C797473):
        return STYLE
    if key == np.uint64(0x66657268):
        return HREF
    if key == np.uint64(0x746E65746E6F63):
        return CONTENT
    # name, property, itemprop: which of its values a <meta> carries
    if key == np.uint64(0x656D616E) or key == np.uint64(0x79747265706F7270) or key == np.uint64(0x706F72706D657469):
        return NAME
    if key == np.uint64(0x65707974):
        return TYPE
    if key == np.uint64(0x746C61):
        return ALT
    if key == np.uint64(0x676E616C):
        return LANG
    if key == np.uint64(0x656D697465746164):
        return DATETIME
    if key == np.uint64(0x7571652D70747468):  # http-equ(iv)
        return HTTP_EQUIV
    if key == np.uint64(0x656C6F72):
        return ROLE
    if key == np.uint64(0x6E6564646968):
        return ATTRIBUTES
    return -1


@borrowing
def attributes(data: ByteArray, at: int, end: int, spans: IntArray) -> tuple[int, int]:
    """Read a tag's attributes from `at` to past its `>`; the first of each kind is kept in `spans` (start, end).

    Returns the position after the tag and `HIDDEN_ATTRIBUTE` where the bare attribute `hidden` was there.
    """
    for index in range(ATTRIBUTES):
        spans[index, 0] = 0
        spans[index, 1] = 0
    hidden = 0
    while at < end and data[at] != 0x3E:
        if is_blank(data[at]) or data[at] == 0x2F:
            at += 1
            continue
        name = at
        at = name_end(data, at + 1, end, 0x3D)
        key = packed(data, name, at - name)
        while at < end and is_blank(data[at]):
            at += 1
        start = last = at
        if at < end and data[at] == 0x3D:
            at += 1
            while at < end and is_blank(data[at]):
                at += 1
            if at < end and (data[at] == 0x22 or data[at] == 0x27):
                start = at + 1
                last = seek(data, start, end, data[at])
                at = min(last + 1, end)
            else:
                start = at
                at = last = _value_end(data, at, end)
        which = _attribute(key)
        if which == ATTRIBUTES:
            hidden = HIDDEN_ATTRIBUTE
        elif which >= 0 and spans[which, 1] == 0:
            spans[which, 0] = start
            spans[which, 1] = last
    return min(at + 1, end), hidden


@inlined
def name_end(data: ByteArray, at: int, end: int, sign: int) -> int:
    """The end of a name in a tag: white space, `>`, `/` or the `sign`."""
    while at < end:
        if at + CHUNK <= len(data):
            mask = ~chunks.at_least(data, at, 0x21)
            mask |= chunks.equal(data, at, 0x3E) | chunks.equal(data, at, 0x2F) | chunks.equal(data, at, sign)
            at += first(mask)
            if mask == 0:
                continue
            if at >= end:
                return end
        if is_blank(data[at]) or data[at] == 0x3E or data[at] == 0x2F or data[at] == sign:
            return at
        at += 1
    return min(at, end)


@inlined
def _value_end(data: ByteArray, at: int, end: int) -> int:
    """The end of a value without quotes: white space or `>`."""
    while at < end and not is_blank(data[at]) and data[at] != 0x3E:
        at += 1
    return at


@borrowing
def skip_declaration(data: ByteArray, at: int, end: int) -> int:
    """Past the comment, doctype, CDATA mark or processing instruction whose `<` is at `at`."""
    if at + 3 < end and data[at + 1] == 0x21 and data[at + 2] == 0x2D and data[at + 3] == 0x2D:
        at += 4
        if at < end and data[at] == 0x3E:
            return at + 1
        if at + 1 < end and data[at] == 0x2D and data[at + 1] == 0x3E:
            return at + 2
        while at + 2 < end:
            if at + CHUNK + 1 < len(data):
                mask = chunks.equal(data, at, 0x2D) & chunks.equal(data, at + 1, 0x2D)
                at += first(mask)
                if mask == 0 or at + 2 >= end:
                    continue
            if data[at] == 0x2D and data[at + 1] == 0x2D:
                if data[at + 2] == 0x3E:
                    return at + 3
                if data[at + 2] == 0x21 and at + 3 < end and data[at + 3] == 0x3E:
                    return at + 4
            at += 1
        return end
    return min(seek(data, at, end, 0x3E) + 1, end)


@borrowing
def skip_raw(data: ByteArray, at: int, end: int, name_start: int, name_end: int) -> int:
    """The position of the end tag that closes a raw-text element of that name, `end` when there is none."""
    size = name_end - name_start
    initial = fold(data[name_start])
    while at + 2 + size < end:
        if at + CHUNK + 1 < len(data):
            mask = chunks.equal(data, at, 0x3C) & chunks.equal(data, at + 1, 0x2F)
            if mask == 0:
                at += CHUNK
                continue
            at += first(mask)
            if at + 2 + size >= end:
                break
        if data[at] == 0x3C and data[at + 1] == 0x2F and fold(data[at + 2]) == initial:
            same = True
            for step in range(1, size):
                if fold(data[at + 2 + step]) != fold(data[name_start + step]):
                    same = False
                    break
            after = data[at + 2 + size]
            if same and (is_blank(after) or after == 0x3E or after == 0x2F):
                return at
        at += 1
    return end


@borrowing
def class_names(
    data: ByteArray,
    at: int,
    end: int,
    words: npt.NDArray[np.uint64],
    roles_of: npt.NDArray[np.int32],
    names: npt.NDArray[np.uint32],
    count: int,
    most: int,
) -> tuple[int, int]:
    """The roles that a class or id names, and its names as hashes: appended to `names` from `count` on, up to `most`.

    A name ends at white space: `entry-content`, `entryContent` and `entry_content2` are one. Its words, which end at a
    non-letter and before a hump, tell roles, and are names too where a name has several. Returns the roles and the new
    count. At most 256 bytes are read, which is more than any person writes.
    """
    roles = 0
    end = min(end, at + 256)
    while at < end:
        if is_blank(data[at]):
            at += 1
            continue
        whole = np.uint32(0x811C9DC5)
        parts = 0
        while at < end and not is_blank(data[at]):
            if not is_letter(data[at]):
                if data[at] >= 0x80:
                    whole = (whole ^ np.uint32(data[at])) * np.uint32(0x01000193)
                at += 1
                continue
            key = np.uint64(0)
            shift = np.uint64(0)
            first = at
            while at < end and is_letter(data[at]):
                if at > first and 0x41 <= data[at] <= 0x5A and data[at - 1] >= 0x61:
                    break
                letter = fold(data[at])
                whole = (whole ^ np.uint32(letter)) * np.uint32(0x01000193)
                if shift < np.uint64(64):
                    key |= np.uint64(letter) << shift
                    shift += np.uint64(8)
                at += 1
            found = search(words, key)
            if found >= 0:
                roles |= roles_of[found]
            parts += 1
            if count < most and at - first > 1:
                names[count] = np.uint32((key * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(33)) | np.uint32(1)
                count += 1
        if parts != 1 and whole != np.uint32(0x811C9DC5) and count < most:
            names[count] = whole | np.uint32(1)
            count += 1
    return roles, count


@borrowing
def conceals(data: ByteArray, at: int, end: int) -> bool:
    """Whether a style attribute hides its element: `display: none` or `visibility: hidden`."""
    end = min(end, at + 1024)
    where = find(data, at, end, b"display")
    if where >= 0:
        where = _value(data, where, end)
        if matches(data, where, end, b"none"):
            return True
    where = find(data, at, end, b"visibility")
    return where >= 0 and matches(data, _value(data, where, end), end, b"hidden")


@inlined
def _value(data: ByteArray, at: int, end: int) -> int:
    while at < end and (is_blank(data[at]) or data[at] == 0x3A):
        at += 1
    return at


@borrowing
def find_date(data: ByteArray, at: int, end: int) -> int:
    """The first date with a four-digit year, as yyyymmdd; 0 when there is none.

    Understands 2025-04-01, 2025/4/1, 2025.4.1, 20250401 and 2025年4月1日, from 1990 to 2099.
    """
    first = at
    while at + 7 < end:
        if not (data[at] == 0x31 or data[at] == 0x32) or (at > first and 0x30 <= data[at - 1] <= 0x39):
            at += 1
            continue
        year, here = _number(data, at, end, 8)
        digits = here - at
        if digits == 8:
            if _plausible(year // 10000, year // 100 % 100, year % 100):
                return year
        elif digits == 4:
            here = _separator(data, here, end)
            month, after = _number(data, here, end, 2)
            if after > here:
                here = _separator(data, after, end)
                day, last = _number(data, here, end, 2)
                if last > here > after and _plausible(year, month, day):
                    return year * 10000 + month * 100 + day
        at += max(digits, 1)
    return 0


@inlined
def _number(data: ByteArray, at: int, end: int, most: int) -> tuple[int, int]:
    value = 0
    last = min(end, at + most)
    while at < last and 0x30 <= data[at] <= 0x39:
        value = value * 10 + wide(data[at]) - 0x30
        at += 1
    return value, at


@inlined
def _separator(data: ByteArray, at: int, end: int) -> int:
    """Past one `-`, `/`, `.`, 年 or 月; unchanged where there is none."""
    if at < end and (data[at] == 0x2D or data[at] == 0x2F or data[at] == 0x2E):
        return at + 1
    if at + 2 < end:
        if data[at] == 0xE5 and data[at + 1] == 0xB9 and data[at + 2] == 0xB4:
            return at + 3
        if data[at] == 0xE6 and data[at + 1] == 0x9C and data[at + 2] == 0x88:
            return at + 3
    return at


@inlined
def _plausible(year: int, month: int, day: int) -> bool:
    return 1990 <= year <= 2099 and 1 <= month <= 12 and 1 <= day <= 31
