"""Lines and paragraphs that documents share: found in a text, and taken out of it.

What a site repeats on its pages (menus, notices, a signature, a licence) is no near-duplicate of anything as a whole,
and a model reads it a million times. CCNet (Wenzek et al. 2020, section 3.1) counts paragraphs over a whole crawl and
drops those that it has seen; here the count that makes a line boilerplate is a setting, for one host and overall.

A *line* is what stands between two line feeds, a *paragraph* two lines or more between lines without characters. Two
are the same when their bytes are, once white space is gone (`digest.py`) and, if asked, each run of digits is one. They
are known by 64 bits: characters taken in one by one by rotating and multiplying, then mixed; those of lines and of
paragraphs begin differently. Of 10^9 different lines, with 10^8 among them repeated, a hundredth of one is expected to
be taken for another.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from manyo.columns import Column
from manyo.dedupe.digest import mix64, white_space_width
from manyo.dedupe.line_settings import LineSettings
from manyo.kernels import borrowing, inlined, kernel, wide

IntArray = npt.NDArray[np.int64]
UInt64Array = npt.NDArray[np.uint64]

STAYS, OVERALL, PER_HOST = 0, 1, 2  # why a byte goes; a line of which both is true goes as OVERALL
RULES: Final = {"repeated_overall": OVERALL, "repeated_per_host": PER_HOST}

_LINE, _PARAGRAPH = np.uint64(0xCBF29CE484222325), np.uint64(0x84222325CBF29CE4)
_FACTOR = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class Units:
    """The lines and paragraphs of a column that are long enough, text by text and in order.

    Unit `i` is the bytes from `starts[i]` to `ends[i]` of the column's data, of the text `rows[i]`, known by `keys[i]`.
    """

    keys: UInt64Array
    rows: IntArray
    starts: IntArray
    ends: IntArray


def units(texts: Column | Any, settings: LineSettings) -> Units:
    """Find what may be repeated.

    >>> found = units(["お問い合わせは窓口まで。\\n短い。\\nお問い合わせは　窓口まで。"], LineSettings(units="line"))
    >>> len(found.keys), bool(found.keys[0] == found.keys[1])
    (2, True)
    """
    column = Column.of(texts)
    most = 2 * (int(np.count_nonzero(column.data[column.offsets[0] : column.offsets[-1]] == 0x0A)) + column.rows)
    keys = np.empty(most, np.uint64)
    rows, starts, ends = (np.empty(most, np.int64) for _ in range(3))
    count = _find(
        column.data,
        column.offsets,
        settings.characters,
        settings.fold_digits,
        settings.units != "paragraph",
        settings.units != "line",
        keys,
        rows,
        starts,
        ends,
    )
    return Units(keys[:count], rows[:count], starts[:count], ends[:count])


@dataclass(frozen=True, slots=True)
class Removal:
    """What goes: for each byte of a column, between its first and its last offset, why it goes or `STAYS`.

    `lines` and `characters` count what goes from each text, `int64[rows, 3]`, by why (column `STAYS` is 0).
    """

    marks: npt.NDArray[np.uint8]
    lines: IntArray
    characters: IntArray


def without(texts: Column, found: Units, why: npt.NDArray[np.uint8]) -> Removal:
    """Take the units out for which `why` is not `STAYS`.

    A line goes with its line feed, and an empty line with the paragraph above it, so that the lines that stay are
    parted as they were.
    """
    first, last = int(texts.offsets[0]), int(texts.offsets[-1])
    marks = np.zeros(last - first, np.uint8)
    going = why != STAYS
    _mark(found.starts[going] - first, found.ends[going] - first, why[going], marks)
    lines, characters = np.zeros((texts.rows, 3), np.int64), np.zeros((texts.rows, 3), np.int64)
    _settle(texts.data[first:last], np.ascontiguousarray(texts.offsets - first), marks, lines, characters)
    return Removal(marks, lines, characters)


@inlined
def _take(key: Any, word: Any) -> Any:
    return (((key << np.uint64(23)) | (key >> np.uint64(41))) ^ np.uint64(word)) * _FACTOR


@borrowing
def _hash(data: Any, at: int, end: int, fold: bool, line: Any, paragraph: Any) -> tuple[Any, Any, int]:
    """What counts of a line, taken into the key of the line and that of its paragraph, and how many characters it is."""
    count = 0
    in_digits = False
    while at < end:
        byte = wide(data[at])
        if (0xE4 <= byte < 0xF0 or (byte == 0xE3 and wide(data[min(at + 1, end - 1)]) > 0x80)) and at + 3 <= end:
            word = (byte << 16) | (wide(data[at + 1]) << 8) | wide(data[at + 2])
            digit = 0xEFBC90 <= word <= 0xEFBC99
            width = 3
        else:
            skipped = white_space_width(data, at, end)
            if skipped:
                at += skipped
                continue
            word, width, digit = byte, 1, 0x30 <= byte <= 0x39
        at += width
        count += byte & 0xC0 != 0x80
        if fold:
            if digit and in_digits:
                continue
            in_digits = digit
            word = 0x30 if digit else word
        line, paragraph = _take(line, word), _take(paragraph, word)
    return line, paragraph, count


@kernel
def _find(
    data: Any,
    offsets: Any,
    least: int,
    fold: bool,
    lines: bool,
    paragraphs: bool,
    keys: Any,
    rows: Any,
    starts: Any,
    ends: Any,
) -> int:
    found = 0
    for row in range(len(offsets) - 1):
        at, end = offsets[row], offsets[row + 1]
        key, held, count, first, last = _PARAGRAPH, 0, 0, at, at  # the paragraph so far: its lines, its characters
        while at <= end:
            stop = at
            while stop < end and data[stop] != 0x0A:
                stop += 1
            one, whole, characters = _hash(data, at, stop, fold, _LINE, key)
            if characters:
                if lines and characters >= least:
                    keys[found], rows[found], starts[found], ends[found] = mix64(one), row, at, stop
                    found += 1
                if paragraphs:
                    if held == 0:
                        first = at
                    key, held, count, last = whole, held + 1, count + characters, stop
            if paragraphs and (characters == 0 or stop == end):
                if held > 1 and count >= least:
                    keys[found], rows[found], starts[found], ends[found] = mix64(key), row, first, last
                    found += 1
                key, held, count = _PARAGRAPH, 0, 0
            at = stop + 1
    return found


@kernel
def _mark(starts: Any, ends: Any, why: Any, marks: Any) -> None:
    for unit in range(len(starts)):
        for at in range(starts[unit], ends[unit]):
            if marks[at] != OVERALL:
                marks[at] = why[unit]


@kernel
def _settle(data: Any, offsets: Any, marks: Any, lines: Any, characters: Any) -> None:
    """From bytes of whole lines to whole texts: line feeds and empty lines go with what they belonged to."""
    for row in range(len(offsets) - 1):
        at, end = offsets[row], offsets[row + 1]
        gone = STAYS  # why the last line with characters went, if it did
        after_text = -1  # where the last line with characters that stays ends
        parted = False  # whether an empty line stays behind it
        while at <= end:
            stop = at
            while stop < end and data[stop] != 0x0A:
                stop += 1
            mark = marks[at] if stop > at else STAYS
            if mark != STAYS:
                gone = mark
                lines[row, mark] += 1
                if stop < end:
                    marks[stop] = mark
            elif _is_empty(data, at, stop):
                if gone != STAYS and (parted or after_text < 0):
                    for place in range(at, min(stop + 1, end)):
                        marks[place] = gone
                else:
                    parted = True
            else:
                gone, after_text, parted = STAYS, stop, False
            at = stop + 1
        if gone != STAYS:  # nothing follows the last line that stays
            for place in range(max(after_text, offsets[row]), end):
                if marks[place] == STAYS:
                    marks[place] = gone
        for place in range(offsets[row], end):
            if marks[place] != STAYS and wide(data[place]) & 0xC0 != 0x80:
                characters[row, marks[place]] += 1


@inlined
def _is_empty(data: Any, at: int, stop: int) -> bool:
    while at < stop:
        width = white_space_width(data, at, stop)
        if width == 0:
            return False
        at += width
    return True
