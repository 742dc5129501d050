"""The pass over what returns in a text: it counts for `repetition.py` and for `published.py` at once.

A text is decoded once. Its characters are one reading, those without white space and masked placeholders another, and
`ngrams.py` and the two files that count by it look at what is in both once. Memory: scratch of about 150 bytes for
each character of the longest text, of which 262,144 characters are looked at: 40 MB at most, whatever the input.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from manyo.columns import ByteArray, Column, IntArray
from manyo.kernels import borrowing, kernel
from manyo.measure import most_frequent, ngrams, published, repetition, returning
from manyo.measure.alphabet import decode, table, three_bytes
from manyo.measure.ngrams import LENGTHS, LIMIT, PAD, SHORTEST, Codes, bits_for


def columns(column: Column, characters: npt.NDArray[np.int64]) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    """The measures that `catalogue/repetition.py` and `catalogue/published.py` name."""
    ours, theirs = count(column)
    yield from repetition.columns(ours)
    yield from published.columns(theirs)


def count(column: Column) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """What `repetition.py` and `published.py` count in every row: shapes `(rows, COUNTS)` of each.

    >>> ours, theirs = count(Column.of(["雨。\\n雪。\\n雨。\\nあいうえおあいうえお"]))
    >>> ours[0, :4].tolist()  # 4 lines, 1 of them a duplicate; 16 characters, 2 of them in it
    [4, 1, 16, 2]
    >>> ours[0, repetition.GRAM_CHARACTERS].item(), theirs[0, published.SIZE].item()
    (16, 19)
    """
    ours = np.zeros((column.rows, repetition.COUNTS), np.int64)
    theirs = np.zeros((column.rows, published.COUNTS), np.int64)
    room = int(min(LIMIT, column.lengths.max(initial=0)))
    _count(column.data, column.offsets, table(), room, ours, theirs)
    return ours, theirs


@kernel
def _count(
    data: ByteArray,
    offsets: IntArray,
    entries: npt.NDArray[np.uint16],
    room: int,
    ours: npt.NDArray[np.int64],
    theirs: npt.NDArray[np.int64],
) -> None:
    keys = np.empty(1 << bits_for(6 * room + 6), np.uint64)  # of units, by their digests
    codes = np.empty(room, np.int32)
    in_second = np.empty(room + 1, np.int32)
    numbers = np.zeros(ngrams.CHARACTERS, np.uint16)
    used = np.empty(ngrams.NUMBERS, np.int32)
    grams = np.empty(2 * (room + PAD), np.uint64)
    distance = np.empty(room + 1, np.uint8)
    crossing = np.empty(room + 1, np.int32)
    counts = np.empty(3 << ngrams.sketch_bits(room), np.uint32)
    seen = np.empty((2, 1 << (ngrams.seen_bits(room) - 6)), np.uint64)
    short = np.empty(6 * room, np.uint16)
    long = np.empty(2 * room, np.uint32)
    slots = np.empty(1 << bits_for(4 * room), np.uint64)
    names_of = np.empty(len(slots), np.int32)
    occurs = np.empty(len(slots), np.int64)
    scratch = np.empty((6, 2 * room + 1), np.int32)
    tails = np.empty((2, room), np.uint64)
    apart = np.empty(room, np.int32)
    often = np.empty(room + 1, np.int32)
    longest = np.empty(room + 1, np.uint8)
    least = np.zeros(3, np.int64)
    candidates = np.zeros(3, np.int64)
    found = np.zeros(2, np.int64)
    types = np.zeros(LENGTHS, np.int64)
    occurrences = np.zeros(LENGTHS, np.int64)
    for row in range(len(offsets) - 1):
        size = _decode(data, offsets[row], offsets[row + 1], codes, room)
        ends = published.letters(codes, size, theirs[row])
        bits = bits_for(6 * ends + 6)  # twice what there may be of units
        keys[: 1 << bits] = 0
        kept = repetition.read(codes, size, in_second, entries, keys, bits, ours[row])
        keys[: 1 << bits] = 0
        published.lines(codes, size, keys, bits, theirs[row])
        second = size + PAD
        crossings = ngrams.write(codes, size, in_second, second, kept, numbers, used, grams, distance, crossing)
        ngrams.sketch(
            grams, size, second, in_second, distance, crossing, crossings, counts, seen[0], seen[1], short, long
        )
        most_frequent.likely(size, crossings, counts, short, least, scratch[0], scratch[1], scratch[2], candidates)
        for length in range(2, SHORTEST):
            most_frequent.most_frequent(
                grams,
                size,
                second,
                in_second,
                distance,
                crossing,
                crossings,
                length,
                counts,
                short,
                scratch[length - 2],
                candidates[length - 2],
                least[length - 2],
                slots,
                occurs,
                found,
            )
            theirs[row, published.TOP + length - 2], ours[row, repetition.TOP + length - 2] = found[0], found[1]
        returning.again(
            grams,
            size,
            second,
            in_second,
            distance,
            crossing,
            crossings,
            seen[1],
            long,
            slots,
            names_of,
            scratch[0],
            scratch[1],
            scratch[2],
            scratch[3],
            scratch[4],
            scratch[5],
            tails[0],
            tails[1],
            apart,
            longest,
            often,
            types,
            occurrences,
        )
        ours[row, repetition.GRAM_CHARACTERS] = kept
        returning.covered(longest, kept, ours[row, repetition.COVERED :])
        for index in range(LENGTHS):
            kinds = max(size - SHORTEST - index + 1, 0) - occurrences[index] + types[index]
            theirs[row, published.KINDS + index] = kinds
            theirs[row, published.REPEATED + index] = types[index]
        theirs[row, published.SIZE] = size
        theirs[row, published.FREQUENT] = published.frequent(often, theirs[row, published.KINDS], types[0])


@borrowing
def _decode(data: ByteArray, position: int, end: int, codes: Codes, room: int) -> int:
    """Write the code points of a text into `codes`, `room` of them at most; returns how many."""
    size = 0
    while position < end and size < room:
        code = three_bytes(data, position, end)
        if code >= 0:
            position += 3
        else:
            decoded = decode(data, position, end)
            code = decoded >> 3
            position += decoded & 7
        codes[size] = code
        size += 1
    return size
