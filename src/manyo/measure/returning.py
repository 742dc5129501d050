"""Which n-grams of 5 to 10 characters occur again, in two readings of a text at once.

Two bits of a sketch (`ngrams.py`) say whether a hash came once or more. The places of a 5-gram that may have, its *group*, are
brought together. The five characters behind each tell which longer n-grams within a group are equal: a group of two, as
most are, takes one comparison; others are sorted by them.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from manyo.columns import IntArray
from manyo.kernels import borrowing, inlined, wide
from manyo.measure.ngrams import FAR, LENGTHS, LONGEST, SHORTEST, Bytes, Codes, Longs, Words, bits_for, slot_of

FEW: Final = 16  # places of a group that are sorted by insertion
# Six lanes of ten bits, for 5- to 10-grams: as many ones as characters are still covered.
_LOWEST: Final = sum(1 << (10 * lane) for lane in range(LENGTHS))
_KEPT: Final = _LOWEST * 0x1FF
_COVERS: Final = np.array(
    [
        sum(((1 << (SHORTEST + lane)) - 1) << (10 * lane) for lane in range(LENGTHS) if SHORTEST + lane <= length)
        for length in range(LONGEST + 1)
    ]
)


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
        slot = slot_of(grams[place], bits, slots)
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
