"""Repetition within a text: lines, paragraphs and sentences that return, and character n-grams.

Source of the measures: Rae et al. 2021 (Gopher), appendix A.1.1, table A1, where words are counted; here characters
are, since Japanese text has no words to split at without a dictionary. White space is left out, so that indentation
and tables of spaces repeat nothing, and so are masked placeholders: a ［…］ of at most 12 characters, none of them white
space (`protect` writes them so).

- A *duplicate* line, paragraph or sentence is one that an earlier one equals, white space aside; the first is none. A
  unit that holds a placeholder is none either: two masked telephone numbers need not have been the same. A paragraph
  is a stretch of lines without an empty one between, and equals another line by line; lines and sentences are those of
  `characters.py`, but a ? in a URL ends a sentence here.
- The *top n-gram share* is the occurrences of the most frequent n-gram, overlapping ones too, over all n-grams; 0
  where none occurs twice.
- The *duplicate n-gram share* is the share of characters that lie in an n-gram which occurred before, each character
  counted once. Gopher's n-grams are found this way too: the first occurrence is no duplicate.

Only the first 262,144 characters that are neither are looked at. This bounds memory (18 MB), and keeps very long texts
comparable, since any text repeats its n-grams if it is long enough.

N-grams are compared exactly (`ngrams.py`), units by 64-bit hashes; that any two of 10,000 different ones collide has a
chance below 10^-11, and the same text always gives the same answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from manyo.columns import ByteArray, Column, IntArray
from manyo.kernels import inlined, kernel
from manyo.measure import ngrams
from manyo.measure.alphabet import CLASS, NEWLINE, SENTENCE_END, SPACE, decode, entry, table
from manyo.measure.ngrams import FOUND, LENGTHS, LONGEST, PROBES, SHORTEST, again, bits_for, most_frequent
from manyo.measure.ratio import share

LIMIT: Final = 1 << 18
PLACEHOLDER: Final = 12  # the most characters between ［ and ］

# Columns of the counts: for each unit in turn how many, how many duplicates, their characters, and of duplicates.
LINES, PARAGRAPHS, SENTENCES = 0, 4, 8
UNITS, DUPLICATES, CHARACTERS, DUPLICATE_CHARACTERS = range(4)
# Then the characters compared, how often the most frequent 2-, 3- and 4-gram occurs, and how many characters the
# 5-grams to 10-grams that occurred before cover.
GRAM_CHARACTERS, TOP, COVERED = 12, 13, 16
COUNTS: Final = COVERED + LENGTHS

_MIX: Final = np.uint64(0x9E3779B97F4A7C15)
_SALTS: Final = (np.uint64(0x243F6A8885A308D3), np.uint64(0x13198A2E03707344), np.uint64(0xA4093822299F31D0))


def columns(column: Column, characters: npt.NDArray[np.int64]) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    """The measures that `catalogue/repetition.py` names."""
    counts = count(column)
    for unit, first in (("line", LINES), ("paragraph", PARAGRAPHS), ("sentence", SENTENCES)):
        units, duplicates, inside, duplicated = counts[:, first : first + 4].T
        yield f"duplicate_{unit}_share", share(duplicates, units)
        yield f"duplicate_{unit}_character_share", share(duplicated, inside)
    size = counts[:, GRAM_CHARACTERS]
    for index, n in enumerate((2, 3, 4)):
        yield f"top_{n}gram_share", share(counts[:, TOP + index], np.maximum(size - n + 1, 0))
    for index, n in enumerate(range(SHORTEST, LONGEST + 1)):
        yield f"duplicate_{n}gram_share", share(counts[:, COVERED + index], size)


def count(column: Column) -> npt.NDArray[np.int64]:
    """Count everything above for every row: shape `(rows, COUNTS)`.

    >>> row = count(Column.of(["雨。\\n雪。\\n雨。\\nあいうえおあいうえお"]))[0]
    >>> row[LINES : LINES + 4].tolist()  # 4 lines, 1 of them a duplicate; 16 characters, 2 of them in it
    [4, 1, 16, 2]
    >>> row[GRAM_CHARACTERS].item(), row[TOP : TOP + 2].tolist(), row[COVERED].item()
    (16, [2, 2], 5)
    """
    counts = np.zeros((column.rows, COUNTS), np.int64)
    room = int(min(LIMIT, column.lengths.max(initial=0)))
    _count(column.data, column.offsets, table(), room, counts)
    return counts


@kernel
def _count(
    data: ByteArray, offsets: IntArray, entries: npt.NDArray[np.uint16], room: int, counts: npt.NDArray[np.int64]
) -> None:
    # One hash table by open addressing, at most three quarters full: that is where each character is a line, a
    # paragraph and a sentence. A slot is in use when it bears the present stamp, so that nothing is ever cleared.
    keys = np.zeros(1 << bits_for(4 * room), np.uint64)
    values = np.zeros(len(keys), np.int64)  # stamp << 32 | frequency
    codes = np.zeros(room, np.int32)
    scratch = np.zeros((3, room + 2), np.int32)
    sketch = np.zeros(ngrams.sketch_size(room), np.uint32)
    seen = np.zeros((2, ngrams.seen_size(room)), np.uint64)
    found = np.zeros(LENGTHS * FOUND, np.int64)
    stamp = 0
    for row in range(len(offsets) - 1):
        stamp += 1
        size = _read(data, offsets[row], offsets[row + 1], entries, codes, keys, values, stamp, counts[row])
        counts[row, GRAM_CHARACTERS] = size
        for length in range(2, 5):
            top, stamp = most_frequent(codes, size, length, sketch, keys, values, stamp)
            counts[row, TOP + length - 2] = top
        stamp = again(codes, size, seen[0], seen[1], scratch[0], scratch[1], keys, values, stamp, scratch[2], found)
        for index in range(LENGTHS):
            counts[row, COVERED + index] = found[index * FOUND + ngrams.COVERED]


@kernel
def _read(
    data: ByteArray,
    start: int,
    end: int,
    entries: npt.NDArray[np.uint16],
    codes: npt.NDArray[np.int32],
    keys: npt.NDArray[np.uint64],
    values: IntArray,
    stamp: int,
    counts: IntArray,
) -> int:
    """Write the code points to compare into `codes`, and count lines, paragraphs and sentences. Returns how many.

    One digest runs over the characters, the sentence's; a line's is made of its sentences', a paragraph's of its
    lines'.
    """
    room = len(codes)
    bits = bits_for(4 * min(end - start, room))
    line_salt, paragraph_salt, sentence_salt = _SALTS
    line, paragraph, sentence = line_salt, paragraph_salt, sentence_salt
    line_length = paragraph_length = sentence_length = 0
    line_masked = paragraph_masked = sentence_masked = False
    position, size = start, 0
    while position < end and size < room:
        decoded = decode(data, position, end)
        code = decoded >> 3
        flags = entry(code, entries)
        kind = flags & CLASS
        position += decoded & 7
        if kind != SPACE:
            if code == 0xFF3B:
                placeholder = _placeholder(data, position, end, entries)
                if placeholder:
                    position += placeholder >> 8
                    sentence_length += placeholder & 0xFF
                    line_masked = paragraph_masked = sentence_masked = True
                    continue
            codes[size] = code
            size += 1
            if not flags & SENTENCE_END:
                sentence = (sentence ^ np.uint64(code)) * _MIX
                sentence_length += 1
                continue
            line_length += 1
        elif not flags & NEWLINE:
            continue
        if sentence_length:
            _unit(sentence, sentence_length, sentence_masked, SENTENCES, keys, values, bits, stamp, counts)
            line = _mix(line, sentence)
            line_length += sentence_length
        sentence, sentence_length, sentence_masked = sentence_salt, 0, False
        if kind != SPACE:
            line = _mix(line, np.uint64(code))
            continue
        if line_length:
            _unit(line, line_length, line_masked, LINES, keys, values, bits, stamp, counts)
            paragraph = _mix(paragraph, line)
            paragraph_length += line_length
        elif paragraph_length:
            _unit(paragraph, paragraph_length, paragraph_masked, PARAGRAPHS, keys, values, bits, stamp, counts)
            paragraph, paragraph_length, paragraph_masked = paragraph_salt, 0, False
        line, line_length, line_masked = line_salt, 0, False
    if sentence_length:
        _unit(sentence, sentence_length, sentence_masked, SENTENCES, keys, values, bits, stamp, counts)
        line = _mix(line, sentence)
        line_length += sentence_length
    if line_length:
        _unit(line, line_length, line_masked, LINES, keys, values, bits, stamp, counts)
        paragraph = _mix(paragraph, line)
        paragraph_length += line_length
    if paragraph_length:
        _unit(paragraph, paragraph_length, paragraph_masked, PARAGRAPHS, keys, values, bits, stamp, counts)
    return size


@inlined
def _unit(
    digest: np.uint64,
    length: int,
    masked: bool,
    kind: int,
    keys: npt.NDArray[np.uint64],
    values: IntArray,
    bits: int,
    stamp: int,
    counts: IntArray,
) -> None:
    counts[kind + UNITS] += 1
    counts[kind + CHARACTERS] += length
    if masked:
        return
    slot = np.int64((digest * _MIX) >> np.uint64(64 - bits))
    probes = 0
    while values[slot] >> 32 == stamp and keys[slot] != digest and probes < PROBES:
        slot = (slot + 1) & ((1 << bits) - 1)
        probes += 1
    if values[slot] >> 32 == stamp:
        counts[kind + DUPLICATES] += 1
        counts[kind + DUPLICATE_CHARACTERS] += length
    else:
        keys[slot] = digest
        values[slot] = stamp << 32


@inlined
def _mix(state: np.uint64, value: np.uint64) -> np.uint64:
    mixed = (state ^ value) * _MIX
    return mixed ^ (mixed >> np.uint64(29))


@inlined
def _placeholder(data: ByteArray, position: int, end: int, entries: npt.NDArray[np.uint16]) -> int:
    """Bytes << 8 | characters, the opening bracket among these, of the ［…］ whose ［ ends here; 0 when it is none."""
    here = position
    for characters in range(2, PLACEHOLDER + 3):
        if here >= end:
            return 0
        decoded = decode(data, here, end)
        here += decoded & 7
        if decoded >> 3 == 0xFF3D:
            return (here - position) << 8 | characters
        if entry(decoded >> 3, entries) & CLASS == SPACE:
            return 0
    return 0
