"""Passages of evaluation items, found in texts.

A text and an item are compared by their letters and digits: white space, punctuation and symbols do not count, full-width
and half-width are one, as are capitals and small letters (NFKC, a character at a time, then lower case). A *needle* is a
stretch of an item: each `characters` characters in a row of a long one, all of a short one of at least `shortest`. So a
document that quotes so much of an item is found, whatever stands around it, and light editing of punctuation or width
does not hide it; a changed letter does hide the needles that it is in, and no others.

A text is gone through once. At each character the hash of the `shortest` last ones is at hand (polynomial, rolling), and
one bit of a filter says that no needle ends in them, which is nearly always so. Else a table says how long the needles are
that end so, and for each length the hash of as many characters, which prefix hashes give at once, is looked up among
the needles'. This is Karp and Rabin's search (1987) for many patterns of many lengths. Hashes are of 64 bits: a false
alarm by accident is not to be expected, one by design (somebody who builds a text to be refused) is possible.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from manyo.columns import Column
from manyo.dedupe.benchmark_settings import SPAN
from manyo.dedupe.digest import mix64
from manyo.kernels import inlined, kernel, wide

UInt64Array = npt.NDArray[np.uint64]
IntArray = npt.NDArray[np.int64]

_BASE = np.uint64(0x9E3779B97F4A7C15)  # of the polynomial: odd
_BITS_PER_GRAM: Final = 16  # of the filter: one ending in sixteen that is none comes through
_KEPT: Final = 256  # characters looked back at: no fewer than the longest needle has
_BLOCK: Final = 1024  # characters at a time


@dataclass(frozen=True, slots=True)
class Needles:
    """What is looked for. Made by `needles`; plain arrays, so that they may be mapped from files.

    `filter` has a bit for each ending (a power of two of bits, 64 to a number); `endings` and `lengths` are a hash table
    of them with open addressing: the hash of an ending, and a bit for each length that needles with it have, the lowest
    for `shortest`. `keys` and `owners` are another, of the needles' hashes, and of the benchmarks that they are of, a
    bit for each.
    """

    shortest: int
    filter: UInt64Array
    endings: UInt64Array
    lengths: UInt64Array
    keys: UInt64Array
    owners: UInt64Array


@dataclass(frozen=True, slots=True)
class Overlap:
    """`characters[i, b]` letters and digits of text `i` lie in passages that benchmark `b` has.

    `marks` says of each byte of the column, from its first to its last offset, whether it lies in such a passage, what
    does not count in between included; empty where it was not asked for.
    """

    characters: IntArray
    marks: npt.NDArray[np.uint8]


def needles(items: Sequence[Sequence[str]], characters: int, shortest: int) -> tuple[Needles, list[dict[str, int]]]:
    """The needles of several benchmarks, each a list of items; and for each how many items and needles it has.

    `items` without `short`, which have fewer than `shortest` letters and digits, are looked for.
    """
    every: list[UInt64Array] = []
    counts = []
    for number, texts in enumerate(items):
        column = Column.of([unicodedata.normalize("NFKC", text) for text in texts])
        out = np.empty((max(1, len(column.data)), 3), np.uint64)
        skipped = np.zeros(1, np.int64)
        size = _cut_up(column.data, column.offsets, _folds(), characters, shortest, out, skipped)
        found = np.unique(out[:size], axis=0)
        counts.append({"items": len(texts), "short": int(skipped[0]), "needles": len(found)})
        every.append(np.column_stack([found, np.full(len(found), np.uint64(1) << np.uint64(number))]))
    table = np.concatenate([np.zeros((0, 4), np.uint64), *every])
    bits = 1 << max(10, int(_BITS_PER_GRAM * len(table)).bit_length())
    bloom = np.zeros(bits // 64, np.uint64)
    size = 1 << max(4, (2 * len(table)).bit_length())
    endings, lengths, keys, owners = (np.zeros(size, np.uint64) for _ in range(4))
    _fill(table, bloom, endings, lengths, keys, owners)
    return Needles(shortest, bloom, endings, lengths, keys, owners), counts


def overlap(texts: Column | Any, sought: Needles, benchmarks: int, *, mark: bool = False) -> Overlap:
    """What texts have in common with the items.

    >>> sought, _ = needles([["日本で一番高い山は、どれでしょうか？"]], 24, 12)
    >>> found = overlap(["問一　日本で一番 高い山は どれでしょうか。　答えは富士山。", "日本で一番高い山"], sought, 1)
    >>> found.characters.tolist()
    [[16], [0]]
    """
    column = Column.of(texts)
    characters = np.zeros((column.rows, benchmarks), np.int64)
    first = int(column.offsets[0])
    marks = np.zeros(int(column.offsets[-1]) - first if mark else 0, np.uint8)
    _search(
        column.data[first:],
        np.ascontiguousarray(column.offsets - first),
        _folds(),
        sought.shortest,
        _read_only(sought.filter),
        _read_only(sought.endings),
        _read_only(sought.lengths),
        _read_only(sought.keys),
        _read_only(sought.owners),
        characters,
        marks,
    )
    return Overlap(characters, marks)


def _read_only(table: UInt64Array) -> UInt64Array:
    """As mapped files are: numba compiles a kernel for each kind of array."""
    view = np.asarray(table).view()
    view.flags.writeable = False
    return view


def fold(letter: str) -> str:
    """A character as it is compared: "" where it does not count. One that NFKC makes several of is left as it is.

    >>> "".join(map(fold, "ＡＢＣ、 x²ー「ガ」㈱"))
    'abcx2ーガ㈱'
    """
    plain = unicodedata.normalize("NFKC", letter).lower()
    plain = plain if len(plain) == 1 else letter
    return plain if unicodedata.category(plain)[0] in "LN" or plain == "㈱" else ""


@cache
def _folds() -> npt.NDArray[np.uint16]:
    """`fold` for U+0000 to U+FFFF, 0 where a character does not count."""
    table = np.zeros(0x10000, np.uint16)
    for code in range(0x10000):
        if not 0xD800 <= code < 0xE000 and (folded := fold(chr(code))):
            table[code] = ord(folded) if ord(folded) < 0x10000 else code
    table.flags.writeable = False
    return table


@inlined
def _next(data: Any, at: int, end: int, folds: Any) -> tuple[int, int]:
    """The character at a place as it is compared, 0 where it does not count, and how many bytes it takes."""
    byte = wide(data[at])
    if byte < 0x80:
        return wide(folds[byte]), 1
    if 0xE0 <= byte < 0xF0 and at + 2 < end:
        return wide(folds[(byte << 12 & 0xF000) | (wide(data[at + 1]) & 0x3F) << 6 | (wide(data[at + 2]) & 0x3F)]), 3
    if 0xC2 <= byte < 0xE0 and at + 1 < end:
        return wide(folds[(byte & 0x1F) << 6 | (wide(data[at + 1]) & 0x3F)]), 2
    if 0xF0 <= byte < 0xF5 and at + 3 < end:
        code = (byte & 7) << 18 | (wide(data[at + 1]) & 0x3F) << 12
        code |= (wide(data[at + 2]) & 0x3F) << 6 | (wide(data[at + 3]) & 0x3F)
        return code if 0x20000 <= code < 0x40000 else 0, 4
    return 0, 1


@kernel
def _powers(most: int) -> Any:
    powers = np.ones(most + 1, np.uint64)
    for index in range(most):
        powers[index + 1] = powers[index] * _BASE
    return powers


@inlined
def _needle_key(hashed: Any, length: int) -> Any:
    return max(np.uint64(1), mix64(hashed + np.uint64(length) * np.uint64(0xC2B2AE3D27D4EB4F)))


@inlined
def _ending_key(hashed: Any) -> Any:
    return max(np.uint64(1), mix64(hashed))


@kernel
def _cut_up(data: Any, offsets: Any, folds: Any, characters: int, shortest: int, out: Any, skipped: Any) -> int:
    """For each needle (key, key of its ending, length - shortest); `skipped` counts items that are too short."""
    powers = _powers(characters)
    size = 0
    for row in range(len(offsets) - 1):
        at, end = offsets[row], offsets[row + 1]
        prefixes = np.zeros(end - at + 1, np.uint64)
        count = 0
        while at < end:
            code, width = _next(data, at, end, folds)
            at += width
            if code:
                prefixes[count + 1] = prefixes[count] * _BASE + np.uint64(code + 1)
                count += 1
        if count < shortest:
            skipped[0] += 1
            continue
        length = min(count, characters)
        for last in range(length, count + 1):
            whole = prefixes[last] - powers[length] * prefixes[last - length]
            ending = prefixes[last] - powers[shortest] * prefixes[last - shortest]
            out[size, 0], out[size, 1] = _needle_key(whole, length), _ending_key(ending)
            out[size, 2] = np.uint64(length - shortest)
            size += 1
    return size


@inlined
def _slot(table: Any, key: Any) -> int:
    """Where a key is in a table with open addressing, or where it would go."""
    mask = len(table) - 1
    place = wide(key & np.uint64(0x7FFFFFFFFFFFFFFF)) & mask
    while table[place] != 0 and table[place] != key:
        place = (place + 1) & mask
    return place


@kernel
def _fill(table: Any, bloom: Any, endings: Any, lengths: Any, keys: Any, owners: Any) -> None:
    for row in range(len(table)):
        key, ending, length, owner = table[row, 0], table[row, 1], table[row, 2], table[row, 3]
        bit = (ending >> np.uint64(20)) & np.uint64(64 * len(bloom) - 1)
        bloom[bit >> np.uint64(6)] |= np.uint64(1) << (bit & np.uint64(63))
        place = _slot(endings, ending)
        endings[place] = ending
        lengths[place] |= np.uint64(1) << length
        place = _slot(keys, key)
        keys[place] = key
        owners[place] |= owner


@kernel
def _search(
    data: Any,
    offsets: Any,
    folds: Any,
    shortest: int,
    bloom: Any,
    endings: Any,
    lengths: Any,
    keys: Any,
    owners: Any,
    characters: Any,
    marks: Any,
) -> None:
    powers = _powers(shortest + SPAN)
    filter_mask = np.uint64(64 * len(bloom) - 1)
    counted = np.zeros((characters.shape[1], _KEPT), np.int64)  # the number of the last character counted in each place
    before = 1  # characters of the rows before, and one: so that a number is used once
    # A block of characters at a time, behind the `_KEPT` that went before: prefixes[i] is the hash of all up to place i.
    prefixes, places = np.zeros(_KEPT + _BLOCK + 1, np.uint64), np.zeros(_KEPT + _BLOCK + 1, np.int64)
    suspects = np.empty(_BLOCK, np.int64)
    for row in range(len(offsets) - 1):
        at, end = offsets[row], offsets[row + 1]
        count = 0  # characters of the row before this block
        prefixes[_KEPT] = np.uint64(0)
        while at < end:
            filled = _KEPT
            prefix = prefixes[_KEPT]
            while at < end and filled < _KEPT + _BLOCK:
                code, width = _next(data, at, end, folds)
                places[filled] = at
                at += width
                # What does not count is written over by the next one: no branch that is mispredicted.
                counts = code != 0
                prefix = prefix * _BASE + np.uint64(code + 1) if counts else prefix
                filled += counts
                prefixes[filled] = prefix
            places[filled] = at
            found = 0
            for last in range(_KEPT + max(1, shortest - count), filled + 1):
                ending = _ending_key(prefixes[last] - powers[shortest] * prefixes[last - shortest])
                bit = (ending >> np.uint64(20)) & filter_mask
                suspects[found] = last
                found += wide((bloom[bit >> np.uint64(6)] >> (bit & np.uint64(63))) & np.uint64(1))
            for suspect in range(found):
                last = suspects[suspect]
                place = _slot(endings, _ending_key(prefixes[last] - powers[shortest] * prefixes[last - shortest]))
                if endings[place] == 0:
                    continue
                so_far = count + last - _KEPT
                for extra in range(SPAN + 1):
                    length = shortest + extra
                    if (lengths[place] >> np.uint64(extra)) & np.uint64(1) == 0 or length > so_far:
                        continue
                    hashed = prefixes[last] - powers[length] * prefixes[last - length]
                    home = _slot(keys, _needle_key(hashed, length))
                    if keys[home] == 0:
                        continue
                    for benchmark in range(characters.shape[1]):
                        if (owners[home] >> np.uint64(benchmark)) & np.uint64(1):
                            for index in range(so_far - length, so_far):
                                if counted[benchmark, index % _KEPT] != before + index:
                                    counted[benchmark, index % _KEPT] = before + index
                                    characters[row, benchmark] += 1
                    if len(marks):
                        marks[places[last - length] : _end(data, places[last - 1], end)] = 1
            count += filled - _KEPT
            for index in range(_KEPT + 1):  # what the next block looks back at
                prefixes[index] = prefixes[index + filled - _KEPT]
                places[index] = places[index + filled - _KEPT]
        before += count


@inlined
def _end(data: Any, at: int, end: int) -> int:
    """Where the character that begins at a place ends."""
    at += 1
    while at < end and wide(data[at]) & 0xC0 == 0x80:
        at += 1
    return at


def arrays(sought: Needles) -> Mapping[str, UInt64Array]:
    """The arrays by name, to be written."""
    return {name: getattr(sought, name) for name in ("filter", "endings", "lengths", "keys", "owners")}
