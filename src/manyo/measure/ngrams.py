"""Character n-grams of one sequence: how often the most frequent occurs, and which occur again.

Most n-grams of a text occur once, and a hash table of all would say little at a high price. So each length is first
counted in a sketch that stays in the nearest cache, by hashes alone (after the count-min sketch of Cormode and
Muthukrishnan 2005, with one row): a count there is never too low. Only n-grams whose count there is high enough are
then counted by themselves, and these compared exactly, character by character; so what comes out is exact.

- For the most frequent 2-, 3- and 4-grams the sketch counts. What it counts least often cannot be the most frequent.
- For those that occur again, of 5 to 10 characters, two bits say whether the hash came once or more. A 6-gram can only
  occur again where both its 5-grams do, and so on; each is known by the names of the two n-grams in it (Karp, Miller and
  Rosenberg 1972), and those that do not occur again drop out.

The table that counts by itself is open-addressed; a slot is in use when it bears the present stamp, so that nothing is
cleared. Text made to collide cannot make this slow: after `PROBES` slots another's is taken for the one looked for.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from manyo.columns import IntArray
from manyo.kernels import borrowing, inlined, wide

Codes = npt.NDArray[np.int32]
Words = npt.NDArray[np.uint64]

PROBES: Final = 1024
SHORTEST, LONGEST = 5, 10  # of the n-grams that occur again

# What `again` finds of each length, after those of the one before: characters that those n-grams which occurred before
# cover; different n-grams that occur more than once; and their occurrences.
COVERED, TYPES, OCCURRENCES, FOUND = range(4)
LENGTHS: Final = LONGEST - SHORTEST + 1

LEAST_SKETCH, MOST_SKETCH = 8, 13  # two to the power of this are the counts of a sketch
LEAST_BITS: Final = 10  # and the bits of which `again` has two each
_SALT: Final = np.uint64(0x9E3779B97F4A7C15)
_SPICE: Final = np.uint64(0xC2B2AE3D27D4EB4F)


@inlined
def bits_for(slots: int) -> int:
    """The least power of two of at least so many slots, and of 16."""
    bits = 4
    while 1 << bits < slots:
        bits += 1
    return bits


@borrowing
def sketch_size(room: int) -> int:
    """The counts that `most_frequent` needs of a sequence of up to `room` characters."""
    return 1 << min(max(bits_for(room), LEAST_SKETCH), MOST_SKETCH)


@borrowing
def seen_size(room: int) -> int:
    """The words of 64 bits that `again` needs of a sequence of up to `room` characters."""
    return 1 << max(bits_for(16 * room), LEAST_BITS) - 6


@inlined
def _few(codes: Codes, place: int, length: int) -> np.uint64:
    """A hash of the 2, 3 or 4 characters that start at `place`, of which the high bits are good."""
    key = np.uint64(wide(codes[place]) << 21 | wide(codes[place + 1]))
    if length == 2:
        return key * _SALT
    key = key << np.uint64(21) | np.uint64(codes[place + 2])
    if length == 3:
        return key * _SALT
    return key * _SALT + np.uint64(codes[place + 3]) * _SPICE


@inlined
def _five(codes: Codes, place: int) -> np.uint64:
    """The same of five characters."""
    front = wide(codes[place]) << 42 | wide(codes[place + 1]) << 21 | wide(codes[place + 2])
    back = wide(codes[place + 3]) << 21 | wide(codes[place + 4])
    return np.uint64(front) * _SALT + np.uint64(back) * _SPICE


@inlined
def _slot_of(
    codes: Codes, place: int, length: int, hashed: np.uint64, bits: int, keys: Words, values: IntArray, stamp: int
) -> int:
    """The slot of the n-gram that starts at `place`: its own, or a free one. A key is half a hash and the first place."""
    mask = (1 << bits) - 1
    slot = wide(hashed >> np.uint64(64 - bits))
    tag = (hashed << np.uint64(12)) >> np.uint64(32)
    probes = 0
    while values[slot] >> 32 == stamp and probes < PROBES:
        key = keys[slot]
        if key >> np.uint64(32) == tag:
            first = wide(key & np.uint64(0xFFFFFFFF))
            at = 0
            while at < length and codes[first + at] == codes[place + at]:
                at += 1
            if at == length:
                break
        slot = (slot + 1) & mask
        probes += 1
    if values[slot] >> 32 != stamp:
        keys[slot] = tag << np.uint64(32) | np.uint64(place)
    return int(slot)


@borrowing
def most_frequent(
    codes: Codes,
    size: int,
    length: int,
    sketch: npt.NDArray[np.uint32],
    keys: Words,
    values: IntArray,
    stamp: int,
) -> tuple[int, int]:
    """How often the most frequent n-gram of `length` (2 to 4) occurs, 0 where none does twice; and the last stamp."""
    bits = min(max(bits_for(size), LEAST_SKETCH), MOST_SKETCH)
    shift = np.uint64(64 - bits)
    grams = size - length + 1
    sketch[: 1 << bits] = 0
    highest = 0
    for place in range(grams):
        at = np.int64(_few(codes, place, length) >> shift)
        count = wide(sketch[at]) + 1
        sketch[at] = count
        highest = max(highest, count)
    if highest < 2:
        return 0, stamp
    top, least = 0, max(2, highest - highest // 4)
    table_bits = bits_for(2 * size)
    while True:
        stamp += 1
        for place in range(grams):
            hashed = _few(codes, place, length)
            if sketch[wide(hashed >> shift)] >= least:
                slot = _slot_of(codes, place, length, hashed, table_bits, keys, values, stamp)
                values[slot] = values[slot] + 1 if values[slot] >> 32 == stamp else stamp << 32 | 1
                top = max(top, values[slot] & 0xFFFFFFFF)
        # Any that is more frequent has a higher count in the sketch than `top`: look at these too, once.
        if top + 1 >= least or least == 2:
            return top if top > 1 else 0, stamp
        least = max(2, top + 1)


@borrowing
def again(
    codes: Codes,
    size: int,
    once: Words,
    twice: Words,
    places: Codes,
    names: Codes,
    keys: Words,
    values: IntArray,
    stamp: int,
    often: Codes,
    found: IntArray,
) -> int:
    """Write what is `FOUND` of the n-grams of 5 to 10 characters into `found`, and return the last stamp.

    `often` gets, for each frequency from 2 on, how many occurrences the 5-grams have that are so frequent; what it has
    beyond the highest is left as it was. `places` and `names` are scratch of at least `size`.
    """
    found[:] = 0
    grams = size - SHORTEST + 1
    if grams < 2:
        return stamp
    bits = max(bits_for(16 * size), LEAST_BITS)
    shift = np.uint64(64 - bits)
    once[: 1 << (bits - 6)] = 0
    twice[: 1 << (bits - 6)] = 0
    for place in range(grams):
        at = _five(codes, place) >> shift
        word, bit = wide(at >> np.uint64(6)), np.uint64(1) << (at & np.uint64(63))
        seen = once[word]
        twice[word] |= seen & bit
        once[word] = seen | bit
    count = 0
    for place in range(grams):
        at = _five(codes, place) >> shift
        places[count] = place
        count += wide(twice[wide(at >> np.uint64(6))] >> (at & np.uint64(63))) & 1
    bits = bits_for(2 * count)
    stamp += 1
    for index in range(count):
        place = wide(places[index])
        slot = _slot_of(codes, place, SHORTEST, _five(codes, place), bits, keys, values, stamp)
        if values[slot] >> 32 == stamp:
            values[slot] += 1
            names[index] = slot
        else:
            values[slot] = stamp << 32 | 1
            names[index] = ~slot
    count = _settle(SHORTEST, count, places, names, values, found)
    highest = 0
    for index in range(count):
        highest = max(highest, values[names[index]] & 0xFFFFFFFF)
    often[: highest + 1] = 0
    for index in range(count):
        often[values[names[index]] & 0xFFFFFFFF] += 1
    for length in range(SHORTEST + 1, LONGEST + 1):
        if count < 2:
            break
        stamp += 1
        count = _longer(count, places, names, keys, values, stamp)
        count = _settle(length, count, places, names, values, found[FOUND * (length - SHORTEST) :])
    return stamp


@inlined
def _longer(count: int, places: Codes, names: Codes, keys: Words, values: IntArray, stamp: int) -> int:
    """Name the n-grams of one character more than those named, where two that overlap are there; returns how many."""
    bits = bits_for(2 * count)
    mask = (1 << bits) - 1
    kept = 0
    for index in range(count - 1):
        place = places[index]
        if places[index + 1] != place + 1:
            continue
        key = np.uint64(wide(names[index]) << 32 | wide(names[index + 1]))
        slot = wide((key * _SALT) >> np.uint64(64 - bits))
        probes = 0
        while values[slot] >> 32 == stamp and keys[slot] != key and probes < PROBES:
            slot = (slot + 1) & mask
            probes += 1
        places[kept] = place
        if values[slot] >> 32 == stamp:
            values[slot] += 1
            names[kept] = slot
        else:
            keys[slot] = key
            values[slot] = stamp << 32 | 1
            names[kept] = ~slot
        kept += 1
    return kept


@inlined
def _settle(length: int, count: int, places: Codes, names: Codes, values: IntArray, found: IntArray) -> int:
    """Drop n-grams that occur once, and write what there is to say of the others; returns how many are left.

    The name of a first occurrence comes as its complement, and leaves as it is.
    """
    kept, covered, types, covered_to = 0, 0, 0, 0
    for index in range(count):
        place, slot = wide(places[index]), wide(names[index])
        if slot < 0:
            slot = ~slot
            if values[slot] & 0xFFFFFFFF == 1:
                continue
            types += 1
        else:
            covered += place + length - max(place, covered_to)
            covered_to = place + length
        places[kept], names[kept] = place, slot
        kept += 1
    found[COVERED], found[TYPES], found[OCCURRENCES] = covered, types, kept
    return kept
