"""How often the most frequent n-gram of 2, 3 and 4 characters occurs, in two readings of a text at once.

It is looked for among those whose count in the sketch (`ngrams.py`) is at least three quarters of the highest; and if one
with a lower count could still be it, once more.
"""

from __future__ import annotations

import numpy as np

from manyo.columns import IntArray
from manyo.kernels import borrowing, wide
from manyo.measure.ngrams import SHORTEST, WIDTH, Bytes, Codes, Longs, Shorts, Words, bits_for, sketch_bits, slot_of


@borrowing
def likely(
    size: int,
    crossings: int,
    counts: Longs,
    short: Shorts,
    least: IntArray,
    twos: Codes,
    threes: Codes,
    fours: Codes,
    found: IntArray,
) -> None:
    """Find places of n-grams of 2, 3 and 4 characters that may be the most frequent; `found` gets how many of each.

    `least` gets the count that they have at least: three quarters of the highest.
    """
    width, third = 1 << sketch_bits(size), len(short) // 3
    for part in range(3):
        highest = np.uint32(0)
        for slot in range(part * width, (part + 1) * width):
            highest = max(highest, counts[slot])
        least[part] = max(2, wide(highest) - wide(highest) // 4)
    of_two, of_three, of_four = least[0], least[1], least[2]
    two = three = four = 0
    for index in range(size + crossings):
        twos[two] = threes[three] = fours[four] = index
        two += wide(counts[short[index]]) >= of_two
        three += wide(counts[short[third + index]]) >= of_three
        four += wide(counts[short[2 * third + index]]) >= of_four
    found[0], found[1], found[2] = two, three, four


@borrowing
def most_frequent(
    grams: Words,
    size: int,
    second: int,
    in_second: Codes,
    distance: Bytes,
    crossing: Codes,
    crossings: int,
    length: int,
    counts: Longs,
    short: Shorts,
    places: Codes,
    candidates: int,
    least: int,
    slots: Words,
    often: IntArray,
    found: IntArray,
) -> None:
    """Write how often the most frequent n-gram of `length` occurs in each reading into `found`, 0 where none does twice.

    `places` has the `candidates` whose count is `least` at least. `often`, as long as `slots`, is scratch.
    """
    third = (length - 2) * (len(short) // 3)
    shift = np.uint64(WIDTH * (SHORTEST - length))
    while True:
        bits = bits_for(2 * candidates)
        slots[: 1 << bits] = 0
        top = other_top = 0
        for candidate in range(candidates):
            place = wide(places[candidate])
            if place < size:
                occurs = 1 << 32 | wide(distance[place] >= length)
            else:
                occurs = wide(distance[crossing[place - size]] < length)
                place = second + wide(in_second[crossing[place - size]])
            gram = grams[place] >> shift
            slot = slot_of(gram, bits, slots)
            occurs += often[slot] if slots[slot] else 0
            slots[slot], often[slot] = gram, occurs
            top, other_top = max(top, occurs >> 32), max(other_top, occurs & 0xFFFFFFFF)
        # Any that is more frequent has a higher count than the tops: look at these too, once.
        lowest = min(top, other_top)
        if lowest + 1 >= least or least == 2:
            found[0], found[1] = top if top > 1 else 0, other_top if other_top > 1 else 0
            return
        least = max(2, lowest + 1)
        candidates = 0
        for index in range(size + crossings):
            places[candidates] = index
            candidates += wide(counts[short[third + index]]) >= least
