"""Passages that a text has already had: what stands in it a second time goes.

Of the `PASSAGE` characters in a row, white space aside, that stood in the same text before, none stays: a chapter that was
pasted in twice, a summary that the page repeats below, a table's caption on every page of a long document. The first
stays where it is. A line of which nothing is left goes with its line feed. A run that repeats itself (a rule of dashes, a
cry of one letter) loses all but its first period.

Lee et al. (2022, "Deduplicating Training Data Makes Language Models Better") take 50 tokens for a passage between
documents; a hundred characters of Japanese are about as many.

>>> from manyo import edit
>>> once = "".join(f"{number}番目の文である。" for number in range(14))
>>> edit.apply([f"{once}\\n題\\n{once}\\n終わり"], ["drop_repeated_passages"]).texts.text().to_pylist() == [f"{once}\\n題\\n終わり"]
True

Every stretch of that length is hashed (64 bits, polynomial, rolling) into a table of the text's own; cost and memory go by the
length of the text: 16 to 32 bytes a character of the longest one. Doing it twice can take more: what is parted by a passage comes together.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from manyo.edit.utf8 import line_end, space, starts_character
from manyo.kernels import inlined, kernel, wide

PASSAGE: Final = 100  # characters, white space aside

_BASE = np.uint64(0x9E3779B97F4A7C15)


@kernel
def drop_repeated_passages(data: Any, offsets: Any, keep: Any) -> None:
    longest = 0
    for row in range(len(offsets) - 1):
        longest = max(longest, offsets[row + 1] - offsets[row])
    if longest <= PASSAGE:
        return
    leaving = np.uint64(1)
    for _ in range(PASSAGE):
        leaving *= _BASE
    # Of one row: where each character that counts begins, its code, and the hashes of the stretches so far.
    places, codes = np.empty(longest + 1, np.int64), np.empty(longest, np.uint64)
    seen = np.zeros(_table_size(longest), np.uint64)
    repeated = np.zeros(longest + 1, np.bool_)
    for row in range(len(offsets) - 1):
        end = offsets[row + 1]
        count = _characters(data, offsets[row], end, places, codes)
        if count <= PASSAGE:
            continue
        size = _table_size(count)
        seen[:size] = np.uint64(0)
        repeated[: count + 1] = False
        rolling = np.uint64(0)
        settled = 0  # characters before this one are marked already, where they are to be
        for index in range(count):
            rolling = rolling * _BASE + codes[index]
            if index >= PASSAGE:
                rolling -= leaving * codes[index - PASSAGE]
            if index >= PASSAGE - 1 and _known(seen, size, _mixed(rolling)):
                repeated[max(settled, index + 1 - PASSAGE) : index + 1] = True
                settled = index + 1
        if settled:
            _delete(data, places, repeated, count, keep)
            _drop_empty_lines(data, offsets[row], end, keep)


@inlined
def _table_size(count: int) -> int:
    size = 16
    while size < 2 * count:
        size *= 2
    return size


@inlined
def _mixed(value: Any) -> Any:
    """MurmurHash3's finaliser, never 0."""
    value ^= value >> np.uint64(33)
    value *= np.uint64(0xFF51AFD7ED558CCD)
    value ^= value >> np.uint64(33)
    value *= np.uint64(0xC4CEB9FE1A85EC53)
    return max(np.uint64(1), value ^ (value >> np.uint64(33)))


@inlined
def _known(seen: Any, size: int, key: Any) -> bool:
    """Whether a key is in the first `size` places of the table, into which it is put."""
    place = wide(key & np.uint64(size - 1))
    while seen[place] != 0:
        if seen[place] == key:
            return True
        place = (place + 1) & (size - 1)
    seen[place] = key
    return False


@inlined
def _white(data: Any, at: int, end: int) -> int:
    return 1 if data[at] == 0x0A else space(data, at, end)


@inlined
def _characters(data: Any, at: int, end: int, places: Any, codes: Any) -> int:
    """The characters that are no white space: their places, with the row's end behind the last, and bytes as numbers."""
    count = 0
    while at < end:
        width = _white(data, at, end)
        if width:
            at += width
            continue
        places[count] = at
        code = np.uint64(wide(data[at]) + 1)
        at += 1
        while at < end and not starts_character(wide(data[at])):
            code = code << np.uint64(8) | np.uint64(wide(data[at]))
            at += 1
        codes[count] = code
        count += 1
    places[count] = end
    return count


@inlined
def _delete(data: Any, places: Any, repeated: Any, count: int, keep: Any) -> None:
    """Delete the marked characters, and the white space between two of them."""
    for index in range(count):
        if repeated[index]:
            at, end = places[index], places[index + 1]
            if not repeated[index + 1]:
                end = at + 1
                while end < places[index + 1] and not starts_character(wide(data[end])):
                    end += 1
            keep[at:end] = False


@inlined
def _drop_empty_lines(data: Any, at: int, end: int, keep: Any) -> None:
    """Of lines whose characters all went, nothing stays; the lines that stay are parted as they were."""
    last_kept = -1
    went = False  # whether the last line that had characters went
    while at <= end:
        stop = line_end(data, at, end)
        had = left = False
        place = at
        while place < stop:
            width = _white(data, place, stop)
            if width == 0:
                had = True
                left |= keep[place]
                width = 1
            place += width
        went = had and not left
        if went:
            keep[at : min(stop + 1, end)] = False
        elif had or stop == end or keep[stop]:
            last_kept = stop
        at = stop + 1
    if went and 0 <= last_kept < end:
        keep[last_kept] = False
