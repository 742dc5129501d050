"""What published programs compute in their own way, to the letter: for recipes that repeat their decisions.

The other passes define things as suits Japanese text. A threshold, though, was found with the program that it comes
from, and where that program counts something else by the same name, here is what it counts. All of it is over every
character (code point) of the text, white space and line feeds among them; a line is what stands between two line feeds,
blank or not. Malformed UTF-8 is U+FFFD, as everywhere. Only the first 262,144 characters are looked at.

Swallow (Okazaki et al. 2024), `quality.py` of swallow-llm/swallow-corpus:

- a *sentence* is one or more characters of a line that are none of 。．！？!? and the one of these that follows, if one
  does; further ones are in no sentence (はい！！ is of 3 characters). ｡ ends none. A *paragraph* is a line less what is
  in no sentence, so a blank line is one. A sentence is *trailing* when it ends in ・ or …, white space aside.
- *duplicate* sentences and paragraphs are those which an earlier one equals, by number and by characters.
- *Japanese letters* are hiragana U+3041-3096 (without ゝゞ), katakana U+30A1-30FA (without ー, ヽヾ, half-width ones),
  kanji U+3400-9FFF and U+F900-FAFF with 々〇〻 (without 〆, radicals, and those beyond the Basic Multilingual Plane), and
  the six 。．！？、，.
- the *top n-gram share* is of occurrences, overlapping ones too, as in Gopher, and 1 / n-grams where none occurs twice.
- the *duplicate n-gram share* is of types: different n-grams that occur more than once over different n-grams. The
  README speaks of occurrences; the code counts types. An n-gram may hold line feeds.

HojiChar 0.18.1, `filters/document_filters.py`:

- *repeated 5-grams* (`CharRepetitionRatioFilter`, after BigScience): of the √t most frequent of t different 5-grams,
  those that occur more than once; their occurrences over those of all.
- *short lines* (`DiscardTooShortLines`) are of at most 10 characters, white space among them, and blank ones are short.
- *ellipsis lines* (`DiscardTooManyEndingEllipsis`) end in … or ... right before a line feed; over line feeds, at least 1.
- the *longest run* (`SingleCharacterRepetitionFilter`) is of any character, white space and line feeds too.

datatrove 0.10.1, `GopherQualityFilter`, `GopherRepetitionFilter` and `FineWebQualityFilter`, for FineWeb-2:

- *terminal* lines: of the lines that are not blank, those whose very last character is a Sentence_Terminal of Unicode
  (。｡．.！!？?‼⁇⁈⁉﹒﹖﹗ are looked for, other scripts' not). A closing bracket or a space behind it, and …, are not.
- *duplicate* lines are those that an earlier one equals to the last space. By number over the lines that are not empty,
  and one more for each line feed at an end of the text; by characters over all that are no line feeds.
- *bullet* lines begin, white space aside, with • or -; *ellipsis* lines end, white space aside, in ... or …; both over
  all lines, blank ones too, but not what is empty behind the last line feed.

N-grams are compared exactly (`ngrams.py`), lines and sentences by 64-bit hashes. What is counted here and in
`repetition.py` is found in one pass, which `recurrence.py` runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from manyo.columns import IntArray
from manyo.kernels import borrowing, inlined, wide
from manyo.measure.ngrams import LENGTHS, LONGEST, SHORTEST, Codes, Words
from manyo.measure.ratio import share
from manyo.measure.repetition import came_before

SHORT_LINE: Final = 10

# Columns of the counts: characters, Swallow's letters,
SIZE, HIRAGANA, KATAKANA, KANJI, MARKS = range(5)
# its sentences,
SENTENCES, SENTENCE_CHARACTERS, LONGEST_SENTENCE, TRAILING_SENTENCES = range(5, 9)
DUPLICATE_SENTENCES, DUPLICATE_SENTENCE_CHARACTERS, DUPLICATE_PARAGRAPHS, DUPLICATE_PARAGRAPH_CHARACTERS = range(9, 13)
# what HojiChar and datatrove ask of lines: all of them are one more than line feeds,
NEWLINES, SHORT_LINES, CUT_LINES, LONGEST_RUN = range(13, 17)
BLANK_LINES, EMPTY_LINES, TERMINAL_LINES, BULLET_LINES, ELLIPSIS_LINES = range(17, 22)
DUPLICATE_LINES, DUPLICATE_LINE_CHARACTERS, EMPTY_START, EMPTY_END = range(22, 26)
# how often the most frequent 2-, 3- and 4-gram occurs, different n-grams of 5 to 10 and those of them that occur again,
# and occurrences of the most frequent 5-grams.
TOP, KINDS, REPEATED = 26, 29, 29 + LENGTHS
FREQUENT: Final = REPEATED + LENGTHS
COUNTS: Final = FREQUENT + 1

_NEWLINE: Final = 0x0A
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)
_SALTS: Final = (np.uint64(0x243F6A8885A308D3), np.uint64(0x13198A2E03707344), np.uint64(0xA4093822299F31D0))


def columns(counts: npt.NDArray[np.int64]) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    """The measures that `catalogue/published.py` names, from what was counted: shape `(rows, COUNTS)`."""
    size = counts[:, SIZE]
    japanese = counts[:, HIRAGANA : MARKS + 1].sum(axis=1)
    sentences, inside = counts[:, SENTENCES], counts[:, SENTENCE_CHARACTERS]
    lines = counts[:, NEWLINES] + 1
    yield "swallow_japanese_characters", japanese
    yield "swallow_hiragana_share", share(counts[:, HIRAGANA], japanese)
    yield "swallow_katakana_share", share(counts[:, KATAKANA], japanese)
    yield "swallow_japanese_share", share(japanese, size)
    yield "swallow_mean_sentence_length", share(inside, sentences)
    yield "swallow_max_sentence_length", counts[:, LONGEST_SENTENCE]
    yield "swallow_trailing_sentence_share", share(counts[:, TRAILING_SENTENCES], sentences)
    yield "swallow_duplicate_paragraph_share", share(counts[:, DUPLICATE_PARAGRAPHS], lines)
    yield "swallow_duplicate_paragraph_character_share", share(counts[:, DUPLICATE_PARAGRAPH_CHARACTERS], inside)
    yield "swallow_duplicate_sentence_share", share(counts[:, DUPLICATE_SENTENCES], sentences)
    yield "swallow_duplicate_sentence_character_share", share(counts[:, DUPLICATE_SENTENCE_CHARACTERS], inside)
    for index, n in enumerate((2, 3, 4)):
        grams = np.maximum(size - n + 1, 0)
        yield f"swallow_top_{n}gram_share", share(np.maximum(counts[:, TOP + index], 1), grams)
    for index, n in enumerate(range(SHORTEST, LONGEST + 1)):
        yield f"swallow_duplicate_{n}gram_share", share(counts[:, REPEATED + index], counts[:, KINDS + index])
    yield "hojichar_repeated_5gram_share", share(counts[:, FREQUENT], np.maximum(size - SHORTEST + 1, 0))
    yield "hojichar_short_line_share", share(counts[:, SHORT_LINES], lines)
    yield "hojichar_ellipsis_line_share", share(counts[:, CUT_LINES], np.maximum(counts[:, NEWLINES], 1))
    yield "hojichar_longest_run", counts[:, LONGEST_RUN]
    yield "datatrove_terminal_line_share", share(counts[:, TERMINAL_LINES], lines - counts[:, BLANK_LINES])
    at_start, at_end = counts[:, EMPTY_START], counts[:, EMPTY_END]
    filled = lines - counts[:, EMPTY_LINES] + at_start + at_end
    duplicates = counts[:, DUPLICATE_LINES] + at_start * at_end
    yield "datatrove_duplicate_line_share", share(duplicates, filled)
    yield (
        "datatrove_duplicate_line_character_share",
        share(counts[:, DUPLICATE_LINE_CHARACTERS], size - counts[:, NEWLINES]),
    )
    yield "datatrove_bullet_line_share", share(counts[:, BULLET_LINES], lines - at_end)
    yield "datatrove_ellipsis_line_share", share(counts[:, ELLIPSIS_LINES], lines - at_end)


@borrowing
def letters(codes: Codes, size: int, counts: IntArray) -> int:
    """Count letters and runs. Returns how many characters may end a line or a sentence, here or in `repetition.py`."""
    hiragana = katakana = kanji = marks = ends = run = longest = 0
    previous = np.int32(-1)
    for at in range(size):
        code = codes[at]
        hiragana += (code >= 0x3041) & (code <= 0x3096)
        katakana += (code >= 0x30A1) & (code <= 0x30FA)
        kanji += ((code >= 0x3400) & (code <= 0x9FFF)) | ((code >= 0xF900) & (code <= 0xFAFF))
        kanji += (code == 0x3005) | (code == 0x3007) | (code == 0x303B)
        marks += (code == 0x3001) | (code == 0x3002) | (code == 0xFF0C)
        marks += (code == 0xFF0E) | (code == 0xFF01) | (code == 0xFF1F)
        ends += (code == 0x0A) | (code == 0x21) | (code == 0x3F) | (code == 0x3002) | (code == 0xFF61)
        ends += (code == 0xFF0E) | (code == 0xFF01) | (code == 0xFF1F)
    for at in range(size):
        code = codes[at]
        run = run + 1 if code == previous else 1
        longest = max(longest, run)
        previous = code
    counts[HIRAGANA], counts[KATAKANA], counts[KANJI], counts[MARKS] = hiragana, katakana, kanji, marks
    counts[LONGEST_RUN] = longest
    return ends


@borrowing
def lines(codes: Codes, size: int, keys: Words, bits: int, counts: IntArray) -> None:
    """Count lines, sentences and paragraphs, and those that an earlier one equals. `keys` is as in `repetition.read`."""
    line_salt, paragraph_salt, sentence_salt = _SALTS
    at = 0
    while at <= size:
        start, inside = at, 0
        line, paragraph = line_salt, paragraph_salt
        solid = -1  # the last character that is not white space
        while at < size and codes[at] != _NEWLINE:
            if _ends(codes[at]):  # behind a mark that ended a sentence, or at the start of the line
                line = _mixed(line, np.uint64(codes[at]))
                solid = at
                at += 1
                continue
            begin = at
            while at < size and codes[at] != _NEWLINE and not _ends(codes[at]):
                at += 1
            last = at - 1
            while last >= begin and _space(codes[last]):
                last -= 1
            if last >= begin:
                solid = last
            if at < size and codes[at] != _NEWLINE:
                solid = at
                at += 1
            elif last >= begin:
                counts[TRAILING_SENTENCES] += codes[last] == 0x2026 or codes[last] == 0x30FB
            length = at - begin
            digest = _digest(codes, begin, at)
            line, paragraph = _mixed(line, digest), _mixed(paragraph, digest)
            counts[SENTENCES] += 1
            counts[LONGEST_SENTENCE] = max(counts[LONGEST_SENTENCE], length)
            inside += length
            if came_before(digest ^ sentence_salt, keys, bits):
                counts[DUPLICATE_SENTENCES] += 1
                counts[DUPLICATE_SENTENCE_CHARACTERS] += length
        counts[SENTENCE_CHARACTERS] += inside
        if came_before(paragraph, keys, bits):
            counts[DUPLICATE_PARAGRAPHS] += 1
            counts[DUPLICATE_PARAGRAPH_CHARACTERS] += inside
        length = at - start
        counts[SHORT_LINES] += length <= SHORT_LINE
        if length and came_before(line, keys, bits):
            counts[DUPLICATE_LINES] += 1
            counts[DUPLICATE_LINE_CHARACTERS] += length if solid >= 0 else 0
        if length == 0:
            counts[EMPTY_LINES] += 1
            counts[EMPTY_START] = max(counts[EMPTY_START], start == 0 and size > 0)
            counts[EMPTY_END] = start == size
        if at < size:
            counts[NEWLINES] += 1
            counts[CUT_LINES] += _cut(codes, start, at)
        if solid < 0:
            counts[BLANK_LINES] += 1
        else:
            counts[TERMINAL_LINES] += _terminal(codes[at - 1])
            counts[ELLIPSIS_LINES] += _cut(codes, start, solid + 1)
            first = start
            while _space(codes[first]):
                first += 1
            counts[BULLET_LINES] += codes[first] == 0x2022 or codes[first] == 0x2D
        at += 1


@borrowing
def frequent(often: Codes, kinds: int, repeated: int) -> int:
    """Occurrences of the most frequent √`kinds` of the `repeated` 5-grams; `often` is as `returning.again` leaves it."""
    left = min(wide(np.sqrt(np.float64(kinds))), repeated)
    total = 0
    highest, counted = 1, 0
    while counted < repeated:  # what lies beyond the highest frequency is not of this text
        highest += 1
        counted += often[highest] // highest
    frequency = highest
    while left > 0:
        taken = min(left, wide(often[frequency]) // frequency)
        total += taken * frequency
        left -= taken
        frequency -= 1
    return total


@borrowing
def _digest(codes: Codes, begin: int, end: int) -> np.uint64:
    """A hash of some characters, three at a time; the number of those in the last three is part of it."""
    digest = np.uint64(end - begin)
    at = begin
    while at < end:
        key = wide(codes[at]) << 42
        if at + 1 < end:
            key |= wide(codes[at + 1]) << 21
        if at + 2 < end:
            key |= wide(codes[at + 2])
        digest = _mixed(digest, np.uint64(key))
        at += 3
    return digest


@inlined
def _mixed(state: np.uint64, value: np.uint64) -> np.uint64:
    mixed = (state ^ value) * _MIX
    return mixed ^ (mixed >> np.uint64(29))


@inlined
def _ends(code: int) -> bool:
    """Whether it is one of 。．！？!?"""
    if 0x3003 <= code < 0xFF00:
        return False
    return code == 0x3002 or code == 0xFF0E or code == 0xFF01 or code == 0xFF1F or code == 0x21 or code == 0x3F


@inlined
def _terminal(code: int) -> bool:
    """Whether it is one of 。｡．.！!？?‼⁇⁈⁉﹒﹖﹗"""
    if _ends(code) or code == 0x2E or code == 0xFF61 or code == 0x203C:
        return True
    return 0x2047 <= code <= 0x2049 or code == 0xFE52 or code == 0xFE56 or code == 0xFE57


@inlined
def _cut(codes: Codes, start: int, end: int) -> bool:
    """Whether the characters from `start` to `end` end in … or ..."""
    if end > start and codes[end - 1] == 0x2026:
        return True
    return end >= start + 3 and codes[end - 1] == 0x2E and codes[end - 2] == 0x2E and codes[end - 3] == 0x2E


@inlined
def _space(code: int) -> bool:
    """What Python's `str.isspace` calls white space."""
    if code > 0x3000 or (code > 0x20 and code < 0x85):
        return False
    if code <= 0x20:
        return code == 0x20 or 0x09 <= code <= 0x0D or 0x1C <= code <= 0x1F
    if 0x2000 <= code <= 0x200A or code == 0x3000 or code == 0x85 or code == 0xA0:
        return True
    return code == 0x1680 or code == 0x2028 or code == 0x2029 or code == 0x202F or code == 0x205F
