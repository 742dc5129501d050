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

Only the first 262,144 characters of a text are looked at, white space among them. This bounds memory, and keeps very
long texts comparable, since any text repeats its n-grams if it is long enough.

N-grams are compared exactly (`ngrams.py`), units by 64-bit hashes; that any two of 10,000 different ones collide has a
chance below 10^-11, and the same text always gives the same answer. What is counted here and in `published.py` is found
in one pass, which `recurrence.py` runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from manyo.columns import IntArray
from manyo.kernels import borrowing, inlined, wide
from manyo.measure.alphabet import CLASS, NEWLINE, SENTENCE_END, SPACE, entry
from manyo.measure.ngrams import LENGTHS, LONGEST, PROBES, SHORTEST, Codes, Words
from manyo.measure.ratio import share

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


def columns(counts: npt.NDArray[np.int64]) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    """The measures that `catalogue/repetition.py` names, from what was counted: shape `(rows, COUNTS)`."""
    for unit, first in (("line", LINES), ("paragraph", PARAGRAPHS), ("sentence", SENTENCES)):
        units, duplicates, inside, duplicated = counts[:, first : first + 4].T
        yield f"duplicate_{unit}_share", share(duplicates, units)
        yield f"duplicate_{unit}_character_share", share(duplicated, inside)
    size = counts[:, GRAM_CHARACTERS]
    for index, n in enumerate((2, 3, 4)):
        yield f"top_{n}gram_share", share(counts[:, TOP + index], np.maximum(size - n + 1, 0))
    for index, n in enumerate(range(SHORTEST, LONGEST + 1)):
        yield f"duplicate_{n}gram_share", share(counts[:, COVERED + index], size)


@borrowing
def read(
    codes: Codes,
    size: int,
    in_second: Codes,
    entries: npt.NDArray[np.uint16],
    keys: Words,
    bits: int,
    counts: IntArray,
) -> int:
    """Count lines, paragraphs and sentences, and tell which characters are compared. Returns how many are.

    `in_second` gets the place of each character among these, -1 for one that is left out. `keys`, a table of two to the power
    of `bits` digests, is empty. One digest runs over the
    characters, the sentence's; a line's is made of its sentences', a paragraph's of its lines'.
    """
    line_salt, paragraph_salt, sentence_salt = _SALTS
    line, paragraph, sentence = line_salt, paragraph_salt, sentence_salt
    line_length = paragraph_length = sentence_length = 0
    line_masked = paragraph_masked = sentence_masked = False
    place, kept = 0, 0
    while place < size:
        code = codes[place]
        flags = entry(code, entries)
        kind = flags & CLASS
        if kind != SPACE:
            if code == 0xFF3B:
                placeholder = _placeholder(codes, place, size, entries)
                if placeholder:
                    in_second[place : place + placeholder] = -1
                    place += placeholder
                    sentence_length += placeholder
                    line_masked = paragraph_masked = sentence_masked = True
                    continue
            in_second[place] = kept
            kept += 1
            place += 1
            if not flags & SENTENCE_END:
                sentence = (sentence ^ np.uint64(code)) * _MIX
                sentence_length += 1
                continue
            line_length += 1
        else:
            in_second[place] = -1
            place += 1
            if not flags & NEWLINE:
                continue
        if sentence_length:
            _unit(sentence, sentence_length, sentence_masked, SENTENCES, keys, bits, counts)
            line = _mix(line, sentence)
            line_length += sentence_length
        sentence, sentence_length, sentence_masked = sentence_salt, 0, False
        if kind != SPACE:
            line = _mix(line, np.uint64(code))
            continue
        if line_length:
            _unit(line, line_length, line_masked, LINES, keys, bits, counts)
            paragraph = _mix(paragraph, line)
            paragraph_length += line_length
        elif paragraph_length:
            _unit(paragraph, paragraph_length, paragraph_masked, PARAGRAPHS, keys, bits, counts)
            paragraph, paragraph_length, paragraph_masked = paragraph_salt, 0, False
        line, line_length, line_masked = line_salt, 0, False
    if sentence_length:
        _unit(sentence, sentence_length, sentence_masked, SENTENCES, keys, bits, counts)
        line = _mix(line, sentence)
        line_length += sentence_length
    if line_length:
        _unit(line, line_length, line_masked, LINES, keys, bits, counts)
        paragraph = _mix(paragraph, line)
        paragraph_length += line_length
    if paragraph_length:
        _unit(paragraph, paragraph_length, paragraph_masked, PARAGRAPHS, keys, bits, counts)
    return kept


@inlined
def _unit(digest: np.uint64, length: int, masked: bool, kind: int, keys: Words, bits: int, counts: IntArray) -> None:
    counts[kind + UNITS] += 1
    counts[kind + CHARACTERS] += length
    if not masked and came_before(digest, keys, bits):
        counts[kind + DUPLICATES] += 1
        counts[kind + DUPLICATE_CHARACTERS] += length


@inlined
def came_before(digest: np.uint64, keys: Words, bits: int) -> bool:
    """Whether the table has this digest of a unit; it does afterwards. A free slot is 0, as no digest is."""
    digest |= np.uint64(1)
    slot = wide((digest * _MIX) >> np.uint64(64 - bits))
    probes = 0
    while keys[slot] != 0 and keys[slot] != digest and probes < PROBES:
        slot = (slot + 1) & ((1 << bits) - 1)
        probes += 1
    if keys[slot] != 0:
        return True
    keys[slot] = digest
    return False


@inlined
def _mix(state: np.uint64, value: np.uint64) -> np.uint64:
    mixed = (state ^ value) * _MIX
    return mixed ^ (mixed >> np.uint64(29))


@inlined
def _placeholder(codes: Codes, place: int, size: int, entries: npt.NDArray[np.uint16]) -> int:
    """How many characters the ［…］ has that starts here; 0 when it is none."""
    for at in range(place + 1, min(place + PLACEHOLDER + 2, size)):
        if codes[at] == 0xFF3D:
            return at + 1 - place
        if entry(codes[at], entries) & CLASS == SPACE:
            return 0
    return 0
