"""Exact duplicates: one 128-bit digest a text, and edges between the texts that share it.

Two texts are the same when they hold the same bytes once white space is removed. Line breaks and spaces are what
extraction and hand copying change most, and Japanese does not use them to tell words apart, so 「東京 都」 and
「東京\\n都」 are one text. Nothing else is folded: case, width and punctuation are `read/`'s business.

The digest is MurmurHash3_x64_128 (Austin Appleby, public domain; seed 0) of the bytes that remain, so anyone can
compute it again with another implementation. It is not cryptographic: it is sound against accident (two of 10^9
different texts meet with probability below 2 * 10^-21), not against someone who builds two texts to collide.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from manyo.columns import Column
from manyo.kernels import inlined, kernel

UInt64Array = npt.NDArray[np.uint64]
Int64Array = npt.NDArray[np.int64]

_C1 = np.uint64(0x87C37B91114253D5)
_C2 = np.uint64(0x4CF5AD432745937F)
_BLOCK = 4096  # bytes hashed at a time, a multiple of 16


def digests(texts: Column | Any) -> UInt64Array:
    """128 bits for each text, white space removed: `uint64[n, 2]`, equal rows for equal texts.

    White space is Unicode's White_Space property (25 characters: U+0009-000D, U+0020, U+0085, U+00A0, U+1680,
    U+2000-200A, U+2028, U+2029, U+202F, U+205F, U+3000). Bytes that are not valid UTF-8 are hashed as they are.

    >>> same = digests(["吾輩は猫である。", "吾輩は\\n　猫である。 ", "吾輩は犬である。"])
    >>> bool((same[0] == same[1]).all()), bool((same[0] == same[2]).any())
    (True, False)
    """
    column = Column.of(texts)
    out = np.empty((column.rows, 2), np.uint64)
    _digest_rows(column.data, column.offsets, out)
    return out


def exact_edges(digests: UInt64Array, documents: Int64Array) -> Int64Array:
    """A star for each digest that occurs more than once: `int64[e, 2]` rows (smallest document, other document).

    `digests` is `uint64[m, 2]`, `documents` the `m` global ids. The order of the input does not matter.

    >>> exact_edges(digests(["あ", "い", "あ ", "あ"]), np.array([7, 3, 5, 9])).tolist()
    [[5, 7], [5, 9]]
    """
    perhaps = perhaps_shared(digests[:, 0])
    digests, documents = digests[perhaps], np.asarray(documents, np.int64)[perhaps]
    order = np.lexsort((documents, digests[:, 1], digests[:, 0]))
    ordered, ids = digests[order], documents[order]
    new = np.ones(len(ids), np.bool_)
    new[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    first = ids[np.maximum.accumulate(np.where(new, np.arange(len(ids)), 0))]
    return np.stack([first[~new], ids[~new]], axis=1)


def perhaps_shared(keys: UInt64Array) -> npt.NDArray[np.bool_]:
    """Which of the keys may occur more than once: all that do, and one in eight of those that do not.

    Keys are hashes already. A table of two bits a slot, eight slots a key, does it in linear time; most keys are alone, and what is
    left is sorted.
    """
    perhaps = np.zeros(len(keys), np.bool_)
    slots = 1 << max(len(keys) * 8 - 1, 63).bit_length()
    _mark(np.ascontiguousarray(keys), np.zeros(slots >> 2, np.uint8), perhaps)
    return perhaps


@inlined
def white_space_width(data: Any, at: int, end: int) -> int:
    """Bytes of the White_Space character that starts at `at`, 0 where there is none."""
    byte = data[at]
    if byte <= 0x20:
        return 1 if byte == 0x20 or 0x09 <= byte <= 0x0D else 0
    if byte < 0xC2 or byte > 0xE3:
        return 0
    if byte == 0xC2:
        return 2 if at + 1 < end and (data[at + 1] == 0x85 or data[at + 1] == 0xA0) else 0
    if byte < 0xE1 or at + 2 >= end:
        return 0
    second, third = data[at + 1], data[at + 2]
    if byte == 0xE3:
        return 3 if second == 0x80 and third == 0x80 else 0
    if byte == 0xE1:
        return 3 if second == 0x9A and third == 0x80 else 0
    if second == 0x80:
        return 3 if 0x80 <= third <= 0x8A or third == 0xA8 or third == 0xA9 or third == 0xAF else 0
    return 3 if second == 0x81 and third == 0x9F else 0


@inlined
def mix64(value: Any) -> Any:
    """MurmurHash3's 64-bit finaliser: every input bit changes every output bit with probability near 1/2."""
    value ^= value >> np.uint64(33)
    value *= np.uint64(0xFF51AFD7ED558CCD)
    value ^= value >> np.uint64(33)
    value *= np.uint64(0xC4CEB9FE1A85EC53)
    return value ^ (value >> np.uint64(33))


@inlined
def _rotate(value: Any, bits: int) -> Any:
    return (value << np.uint64(bits)) | (value >> np.uint64(64 - bits))


@kernel
def _digest_rows(data: Any, offsets: Any, out: Any) -> None:
    words = np.empty(_BLOCK // 8, np.uint64)  # little-endian, as the published function reads its input
    block = words.view(np.uint8)
    for row in range(len(offsets) - 1):
        h1, h2, length = np.uint64(0), np.uint64(0), 0
        at, end = offsets[row], offsets[row + 1]
        while True:
            filled = 0
            while at < end and filled < _BLOCK:
                if data[at] >= 0xE0 and at + 2 < end and filled + 2 < _BLOCK:
                    # Three bytes at a time, and one test that comes out the same for kana and kanji alike: the
                    # branch that tells them apart would be mispredicted at every other character of Japanese.
                    three = (np.int64(data[at]) << 16) | (np.int64(data[at + 1]) << 8) | np.int64(data[at + 2])
                    if (three & 0xC0C0 == 0x8080) & (three != 0xE38080) & (three > 0xE2819F):
                        block[filled] = data[at]
                        block[filled + 1] = data[at + 1]
                        block[filled + 2] = data[at + 2]
                        filled += 3
                        at += 3
                        continue
                skipped = white_space_width(data, at, end)
                if skipped:
                    at += skipped
                    continue
                block[filled] = data[at]
                filled += 1
                at += 1
            length += filled
            for index in range(filled & 15 and 16 - (filled & 15)):
                block[filled + index] = 0  # zeros change nothing, as in the published tail
            whole = filled >> 4
            for pair in range(whole):
                h1 ^= _rotate(words[2 * pair] * _C1, 31) * _C2
                h1 = (_rotate(h1, 27) + h2) * np.uint64(5) + np.uint64(0x52DCE729)
                h2 ^= _rotate(words[2 * pair + 1] * _C2, 33) * _C1
                h2 = (_rotate(h2, 31) + h1) * np.uint64(5) + np.uint64(0x38495AB5)
            if filled < _BLOCK:
                if filled & 15:
                    h2 ^= _rotate(words[2 * whole + 1] * _C2, 33) * _C1
                    h1 ^= _rotate(words[2 * whole] * _C1, 31) * _C2
                break
        h1 ^= np.uint64(length)
        h2 ^= np.uint64(length)
        h1 += h2
        h2 += h1
        h1, h2 = mix64(h1), mix64(h2)
        h1 += h2
        out[row, 0] = h1
        out[row, 1] = h2 + h1


@kernel
def _mark(keys: Any, table: Any, perhaps: Any) -> None:
    """Mark the keys whose slot was met more than once."""
    mask = np.uint64(len(table) * 4 - 1)
    for index in range(len(keys)):
        slot = keys[index] & mask
        cell, shift = slot >> np.uint64(2), (slot & np.uint64(3)) * np.uint64(2)
        met = (np.uint64(table[cell]) >> shift) & np.uint64(3)
        table[cell] |= np.uint8((np.uint64(2) if met else np.uint64(1)) << shift)
    for index in range(len(keys)):
        slot = keys[index] & mask
        cell, shift = slot >> np.uint64(2), (slot & np.uint64(3)) * np.uint64(2)
        perhaps[index] = (np.uint64(table[cell]) >> shift) & np.uint64(2) != 0
