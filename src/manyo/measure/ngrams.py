"""Character n-grams of two readings of one text: how often the most frequent occurs, and which occur again.

One reading has every character; the other leaves some out (white space, masked placeholders), so that n-grams cross the
gaps. Where nothing is left out both have the same n-grams, and these are looked at once: only what holds a character that
is left out, or crosses one, is one reading's alone.

The different characters of a text are numbered, with 12 bits, so that a 5-gram is a number of 60 bits, a shorter one its
highest bits, and a 10-gram two such numbers: n-grams are compared exactly, and at once. What a text has beyond 4,095
different characters shares the last number. Both readings stand in one array of 5-grams (`write`), one behind the other,
and an n-gram is known by where it begins in it.

Most n-grams of a text occur once, and a hash table of all would say little at a high price. So all are first counted in
sketches that stay in the nearest caches, by hashes alone (after the count-min sketch of Cormode and Muthukrishnan 2005,
with one row): a count there is never too low, and only n-grams whose count is high enough are then counted by themselves.

Of 2, 3 and 4 characters the most frequent is wanted (`most_frequent.py`); of 5 to 10 those that occur again (`returning.py`).
A text made to collide cannot make this slow: after `PROBES` slots another's is taken for the n-gram looked for.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from manyo.kernels import borrowing, inlined, wide

Codes = npt.NDArray[np.int32]
Words = npt.NDArray[np.uint64]
Shorts = npt.NDArray[np.uint16]
Longs = npt.NDArray[np.uint32]
Bytes = npt.NDArray[np.uint8]

LIMIT: Final = 1 << 18  # characters of a text that are looked at
PAD: Final = 6  # places behind each reading where no n-gram begins
PROBES: Final = 1024
SHORTEST, LONGEST = 5, 10  # of the n-grams that occur again
LENGTHS: Final = LONGEST - SHORTEST + 1
FAR: Final = LONGEST  # the longest distance to a gap that is told
CHARACTERS: Final = 0x110000
NUMBERS: Final = 4095  # different ones

LEAST_SKETCH, MOST_SKETCH = 8, 12  # two to the power of this are the counts of a sketch
LEAST_BITS: Final = 10  # and the bits of which there are two for each hash

WIDTH: Final = 12  # bits of a character's number
_SALT: Final = np.uint64(0x9E3779B97F4A7C15)


@inlined
def bits_for(slots: int) -> int:
    """The least power of two of at least so many slots, and of 16."""
    bits = 4
    while 1 << bits < slots:
        bits += 1
    return bits


@inlined
def sketch_bits(size: int) -> int:
    """Two to the power of this are the counts that a text of `size` characters has for each length."""
    return min(max(bits_for(size), LEAST_SKETCH), MOST_SKETCH)


@inlined
def seen_bits(size: int) -> int:
    """The same of the bits that say whether a hash came."""
    return max(bits_for(16 * size), LEAST_BITS)


@borrowing
def write(
    codes: Codes,
    size: int,
    in_second: Codes,
    second: int,
    kept: int,
    numbers: Shorts,
    used: Codes,
    grams: Words,
    distance: Bytes,
    crossing: Codes,
) -> int:
    """Write the 5-grams of both readings, the first's from 0 and the second's from `second` on, and where they differ.

    `in_second` has the place in the second reading of each of the first, or -1 for one that it leaves out; it has `kept`.
    `distance` gets how far from each place the next gap is, 0 in one, `FAR` at most; `crossing` the places whose 5-grams
    cross one. Returns how many these are. `numbers`, of every character there is, is all zero before and after.
    """
    grams[size : size + PAD] = 0
    grams[second + kept : second + kept + PAD] = 0
    distance[size] = FAR
    one = other = np.uint64(0)
    near, count, next_number, crossings = FAR, 0, 0, 0
    for place in range(size - 1, -1, -1):
        code = codes[place]
        number = wide(numbers[code])
        if number == 0:
            if count < NUMBERS:
                used[count] = code
                count += 1
                next_number += 1
                numbers[code] = next_number
            number = next_number
        shifted = np.uint64(number << (4 * WIDTH))
        one = one >> np.uint64(WIDTH) | shifted
        grams[place] = one
        at = wide(in_second[place])
        if at >= 0:
            other = other >> np.uint64(WIDTH) | shifted
            grams[second + at] = other
            near = min(near + 1, FAR)
            crossing[crossings] = place
            crossings += near < SHORTEST
        else:
            near = 0
        distance[place] = near
    for index in range(count):
        numbers[used[index]] = 0
    return crossings


@borrowing
def sketch(
    grams: Words,
    size: int,
    second: int,
    in_second: Codes,
    distance: Bytes,
    crossing: Codes,
    crossings: int,
    counts: Longs,
    once: Words,
    twice: Words,
    short: Shorts,
    long: Longs,
) -> None:
    """Count all n-grams by their hashes: 2 to 4 characters in `counts`, 5 in two bits.

    The places of the first reading come first in `short` (a third for each length) and `long`, then those of `crossing`.
    """
    bits, third = sketch_bits(size), len(short) // 3
    shift, width = np.uint64(64 - bits), 1 << bits
    bits_long = seen_bits(size)
    shift_long = np.uint64(64 - bits_long)
    counts[: 3 * width] = 0
    once[: 1 << (bits_long - 6)] = 0
    twice[: 1 << (bits_long - 6)] = 0
    for place in range(size):
        gram = grams[place]
        two, three, four = _hashes(gram, shift, width)
        short[place], short[third + place], short[2 * third + place] = two, three, four
        counts[two] += np.uint32(1)
        counts[three] += np.uint32(1)
        counts[four] += np.uint32(1)
        five = gram * _SALT >> shift_long
        long[place] = five
        word, bit = wide(five >> np.uint64(6)), np.uint64(1) << (five & np.uint64(63))
        seen = once[word]
        twice[word] |= seen & bit
        once[word] = seen | bit
    for index in range(size, size + crossings):
        place = wide(crossing[index - size])
        near = wide(distance[place])
        gram = grams[second + wide(in_second[place])]
        two, three, four = _hashes(gram, shift, width)
        short[index], short[third + index], short[2 * third + index] = two, three, four
        counts[two] += np.uint32(near < 2)
        counts[three] += np.uint32(near < 3)
        counts[four] += np.uint32(near < 4)
        five = gram * _SALT >> shift_long
        long[index] = five
        word, bit = wide(five >> np.uint64(6)), np.uint64(1) << (five & np.uint64(63))
        seen = once[word]
        twice[word] |= seen & bit
        once[word] = seen | bit


@inlined
def _hashes(gram: np.uint64, shift: np.uint64, width: int) -> tuple[int, int, int]:
    """Where the first 2, 3 and 4 characters of a 5-gram are counted."""
    two = wide((gram >> np.uint64(36)) * _SALT >> shift)
    three = wide((gram >> np.uint64(24)) * _SALT >> shift)
    four = wide((gram >> np.uint64(12)) * _SALT >> shift)
    return two, three + width, four + 2 * width


@inlined
def slot_of(gram: np.uint64, bits: int, slots: Words) -> int:
    """The slot of an n-gram in a table of two to the power of `bits`: its own or, where it is 0, as no n-gram is, a free one."""
    mask = (1 << bits) - 1
    slot = wide(gram * _SALT >> np.uint64(64 - bits))
    probes = 0
    while slots[slot] != gram and slots[slot] != 0 and probes < PROBES:
        slot = (slot + 1) & mask
        probes += 1
    return slot
