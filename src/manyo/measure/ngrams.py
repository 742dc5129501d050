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

- Of 2, 3 and 4 characters, the most frequent is looked for among those whose count is at least three quarters of the
  highest; and if one with a lower count could still be it, once more.
- Of 5 to 10, those that occur again are wanted. Two bits say whether a hash came once or more. The places of a 5-gram that
  may have, its *group*, are brought together. The five characters behind each tell which longer n-grams within a group
  are equal: a group of two, as most are, takes one comparison; others are sorted by them.

A text made to collide cannot make this slow: after `PROBES` slots another's is taken for the n-gram looked for.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from manyo.columns import IntArray
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
FEW: Final = 16  # places of a group that are sorted by insertion

_WIDTH: Final = 12  # bits of a character's number
_SALT: Final = np.uint64(0x9E3779B97F4A7C15)
# Six lanes of ten bits, for 5- to 10-grams: as many ones as characters are still covered.
_LOWEST: Final = sum(1 << (10 * lane) for lane in range(LENGTHS))
_KEPT: Final = _LOWEST * 0x1FF
_COVERS: Final = np.array(
    [
        sum(((1 << (SHORTEST + lane)) - 1) << (10 * lane) for lane in range(LENGTHS) if SHORTEST + lane <= length)
        for length in range(LONGEST + 1)
    ]
)


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
        shifted = np.uint64(number << (4 * _WIDTH))
        one = one >> np.uint64(_WIDTH) | shifted
        grams[place] = one
        at = wide(in_second[place])
        if at >= 0:
            other = other >> np.uint64(_WIDTH) | shifted
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
def _slot(gram: np.uint64, bits: int, slots: Words) -> int:
    """The slot of an n-gram in a table of two to the power of `bits`: its own or, where it is 0, as no n-gram is, a free one."""
    mask = (1 << bits) - 1
    slot = wide(gram * _SALT >> np.uint64(64 - bits))
    probes = 0
    while slots[slot] != gram and slots[slot] != 0 and probes < PROBES:
        slot = (slot + 1) & mask
        probes += 1
    return slot


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
    shift = np.uint64(_WIDTH * (SHORTEST - length))
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
            slot = _slot(gram, bits, slots)
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


@borrowing
def again(
    grams: Words,
    size: int,
    second: int,
    in_second: Codes,
    distance: Bytes,
    crossing: Codes,
    crossings: int,
    twice: Words,
    long: Longs,
    slots: Words,
    names_of: Codes,
    first: Codes,
    places: Codes,
    named: Codes,
    ends: Codes,
    members: Codes,
    apart: Codes,
    tails: Words,
    other_tails: Words,
    other_members: Codes,
    longest: Bytes,
    often: Codes,
    types: IntArray,
    occurrences: IntArray,
) -> None:
    """Find the n-grams of 5 to 10 characters that occur again.

    Of the first reading: `types`, how many different ones of each length occur more than once; `occurrences`, how often;
    `often`, for each frequency, how many occurrences the 5-grams have that are so frequent. Of the second: `longest`, for
    each place, the length of the longest that begins there and began somewhere before; 0 for none.
    """
    types[:LENGTHS] = 0
    occurrences[:LENGTHS] = 0
    often[: size + 1] = 0
    longest[: size + 1] = 0
    candidates = 0
    for index in range(size + crossings):
        places[candidates] = index
        bit = wide(long[index])
        candidates += wide(twice[bit >> 6] >> np.uint64(bit & 63)) & 1
    bits = bits_for(2 * candidates)
    slots[: 1 << bits] = 0
    names = 0
    for index in range(candidates):
        place = wide(places[index])
        clear = place < size and distance[place] == FAR
        if place >= size:
            place = second + wide(in_second[crossing[place - size]])
            places[index] = place
        slot = _slot(grams[place], bits, slots)
        if slots[slot] == 0:
            slots[slot], names_of[slot] = grams[place], names
            ends[names] = 0
            names += 1
        name = names_of[slot]
        named[index] = name
        ends[name] += 2
        ends[name] |= not clear  # the lowest bit: some n-gram that begins here is not the same in both readings
    # `first` becomes where a group begins, with the same bit; places of n-grams that occur once go nowhere.
    start = 0
    for name in range(names):
        count, unclear = wide(ends[name]) >> 1, wide(ends[name]) & 1
        ends[name] = start if count > 1 else -1
        first[name] = start << 1 | unclear
        start += count if count > 1 else 0
    for index in range(candidates):
        name = named[index]
        at = ends[name]
        if at >= 0:
            members[at] = places[index]
            ends[name] = at + 1
    # Groups that are the same in both readings move to the front, those of each reading alone stand apart.
    both = ours = theirs = 0
    filled_both = filled_ours = filled_theirs = 0
    mine, its = named, apart  # `named` is free from here on
    for name in range(names):
        end = wide(ends[name])
        if end < 0:
            continue
        begin, unclear = wide(first[name]) >> 1, wide(first[name]) & 1
        if not unclear:
            often[end - begin] += end - begin
            for index in range(begin, end):
                members[filled_both] = members[index]
                filled_both += 1
            places[both] = filled_both
            both += 1
            continue
        before = filled_ours
        for index in range(begin, end):
            if members[index] < second:
                mine[filled_ours] = members[index]
                filled_ours += 1
        if filled_ours - before > 1:
            often[filled_ours - before] += filled_ours - before
            ends[ours] = filled_ours
            ours += 1
        else:
            filled_ours = before
        before = filled_theirs
        for index in range(begin, end):
            place = wide(members[index])
            if place >= second or distance[place] >= SHORTEST:
                its[filled_theirs] = place if place >= second else second + wide(in_second[place])
                filled_theirs += 1
        if filled_theirs - before > 1:
            first[theirs] = filled_theirs
            theirs += 1
        else:
            filled_theirs = before
    _compare(
        grams,
        members,
        places,
        both,
        True,
        True,
        second,
        in_second,
        tails,
        other_tails,
        other_members,
        longest,
        types,
        occurrences,
    )
    _compare(
        grams,
        mine,
        ends,
        ours,
        True,
        False,
        second,
        in_second,
        tails,
        other_tails,
        other_members,
        longest,
        types,
        occurrences,
    )
    _compare(
        grams,
        its,
        first,
        theirs,
        False,
        True,
        second,
        in_second,
        tails,
        other_tails,
        other_members,
        longest,
        types,
        occurrences,
    )
    for more in range(LENGTHS - 2, -1, -1):
        types[more] += types[more + 1]
        occurrences[more] += occurrences[more + 1]


@borrowing
def _compare(
    grams: Words,
    members: Codes,
    ends: Codes,
    groups: int,
    of_first: bool,
    of_second: bool,
    second: int,
    in_second: Codes,
    tails: Words,
    other_tails: Words,
    other_members: Codes,
    longest: Bytes,
    types: IntArray,
    occurrences: IntArray,
) -> None:
    """Find which n-grams of 5 to 10 characters are equal among those that begin at the places of each group.

    The places are of the second reading where only that is asked about, and else of the first. Each group has two at
    least, and ends where `ends` says. `types` and `occurrences` are of the longest that are equal: the shorter ones in
    them are not counted again.
    """
    start = 0
    for group in range(groups):
        end = wide(ends[group])
        if end - start == 2:
            one, other = wide(members[start]), wide(members[start + 1])
            common = _common(grams[one + SHORTEST], grams[other + SHORTEST])
            if of_first:
                types[common] += 1
                occurrences[common] += 2
            later = max(one, other)
            if of_second:
                longest[in_second[later] if of_first else later - second] = SHORTEST + common
            start = end
            continue
        size = end - start
        _sort(grams, members, start, size, tails, other_tails, other_members)
        if of_first:
            # Of `common`, each rise begins a run of n-grams that are equal, at all lengths between.
            before = -1
            for at in range(size - 1):
                common = _common(tails[at], tails[at + 1])
                occurrences[common] += 1
                if common > before:
                    types[common] += 1
                    occurrences[common] += 1
                    if before >= 0:
                        types[before] -= 1
                        occurrences[before] -= 1
                before = common
        if of_second:
            # What began before and has most in common is the next one to the left, or to the right, that began before.
            # Those to the left whose match to the right is not known yet wait, with what each has in common with
            # the one that waits below it.
            waiting = 0
            for at in range(size):
                place = wide(members[start + at])
                common = _common(tails[at - 1], tails[at]) if at else 0
                while waiting and other_members[waiting - 1] > place:
                    waiting -= 1
                    passed = wide(other_members[waiting])
                    index = wide(in_second[passed]) if of_first else passed - second
                    longest[index] = max(wide(longest[index]), SHORTEST + common)
                    common = min(common, wide(other_tails[waiting]))
                if waiting:
                    longest[in_second[place] if of_first else place - second] = SHORTEST + common
                other_members[waiting], other_tails[waiting] = place, common
                waiting += 1
        start = end


@inlined
def _common(one: np.uint64, other: np.uint64) -> int:
    """How many characters two 5-grams have in common from the front."""
    differ = wide(one ^ other)
    return (differ < 1 << 48) + (differ < 1 << 36) + (differ < 1 << 24) + (differ < 1 << 12) + (differ < 1)


@inlined
def _sort(
    grams: Words,
    members: Codes,
    start: int,
    size: int,
    tails: Words,
    other_tails: Words,
    other_members: Codes,
) -> None:
    """Sort the places of a group by the 5-grams behind, which are written into `tails`: by insertion, and by merging."""
    for at in range(size):
        tails[at] = grams[members[start + at] + SHORTEST]
    for begin in range(0, size, FEW):
        for index in range(begin + 1, min(begin + FEW, size)):
            tail, place, at = tails[index], members[start + index], index
            while at > begin and tails[at - 1] > tail:
                tails[at], members[start + at] = tails[at - 1], members[start + at - 1]
                at -= 1
            tails[at], members[start + at] = tail, place
    width = FEW
    while width < size:
        for begin in range(0, size - width, 2 * width):
            middle, stop = begin + width, min(begin + 2 * width, size)
            for at in range(begin, middle):
                other_tails[at - begin], other_members[at - begin] = tails[at], members[start + at]
            left, right, at = 0, middle, begin
            while left < width and right < stop:
                if other_tails[left] <= tails[right]:
                    tails[at], members[start + at] = other_tails[left], other_members[left]
                    left += 1
                else:
                    tails[at], members[start + at] = tails[right], members[start + right]
                    right += 1
                at += 1
            while left < width:
                tails[at], members[start + at] = other_tails[left], other_members[left]
                left += 1
                at += 1
        width *= 2


@borrowing
def covered(longest: Bytes, size: int, found: IntArray) -> None:
    """How many characters lie in an n-gram of 5 to 10 that began before, from the `longest` of `size` places."""
    found[:LENGTHS] = 0
    lanes = 0
    for begin in range(0, size, 1000):
        sums = 0  # six of ten bits
        for place in range(begin, min(begin + 1000, size)):
            lanes = (lanes >> 1) & _KEPT | _COVERS[longest[place]]
            sums += lanes & _LOWEST
        for lane in range(LENGTHS):
            found[lane] += (sums >> (10 * lane)) & 0x3FF
