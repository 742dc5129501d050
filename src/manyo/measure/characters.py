"""One pass over the characters of a text: classes, lines, sentences, runs, URLs and traces of wrong decoding.

What the counts mean:

- A *line* is what stands between two line feeds and holds a character that is not white space. Its length is the
  number of those characters. It is *short* with 10 or fewer (HojiChar's figure); *terminal* when its last character,
  white space and closing brackets aside, is one of 。｡．.！？!?…‥」』; a *bullet* line when its first is one of
  `alphabet.BULLETS`; an *ellipsis* line when it ends, brackets aside, in … or ‥ or in three or more of 。．.・.
- A *sentence* ends at one of 。｡！？!? or at the end of its line; the Western full stop ends none, for it stands in
  numbers, names and URLs. Its length is its characters without white space and without the marks that end
  sentences; one of length 0 is none. 「はい。」と答えた。 are two: 「はい and 」と答えた.
- A *URL* starts at http://, https:// or www. (any case) where no ASCII letter or digit stands before it, and runs to
  the first byte that RFC 3986 does not allow in one. Inside it nothing ends a sentence.
- A *garbled* character is U+FFFD, a C1 control, or what other encodings make of kana: 縺, 繧, 繝 (UTF-8 read as
  Shift_JIS), ､ or ･ before a half-width form (EUC-JP read as Shift_JIS), ã before a character that Windows-1252 has
  at 80-BF (UTF-8 read as Windows-1252), ¤ or ¥ before U+00A1-00FF (EUC-JP read as Latin-1), ‚ before U+00A0-00FF
  (Shift_JIS read as Windows-1252).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from manyo.columns import ByteArray, Column, IntArray
from manyo.kernels import inlined, kernel
from manyo.measure import alphabet, language
from manyo.measure.alphabet import (
    BULLET,
    CLASS,
    CLASSES,
    CLOSING,
    DOT,
    ELLIPSIS,
    GARBLED,
    GARBLED_LEAD,
    NEWLINE,
    SENTENCE_END,
    SPACE,
    TERMINAL,
    URL_START,
    decode,
    entry,
    table,
)
from manyo.measure.ratio import share

# Columns of the counts, after one for each class of character.
SENTENCES, SENTENCE_CHARACTERS, LONGEST_SENTENCE, LINES, SHORT_LINES, TERMINAL_LINES, BULLET_LINES = range(
    CLASSES, CLASSES + 7
)
ELLIPSIS_LINES, LONGEST_RUN, URL_CHARACTERS, GARBLED_CHARACTERS = range(CLASSES + 7, CLASSES + 11)
COUNTS: Final = CLASSES + 11

SHORT_LINE: Final = 10


def columns(column: Column) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    """The measures that `catalogue/characters.py` names."""
    counts = count(column)
    kinds = counts[:, :CLASSES]
    total = kinds.sum(axis=1)
    solid = total - kinds[:, SPACE]
    kanji = kinds[:, [alphabet.KANJI, alphabet.KANJI_JAPANESE, alphabet.KANJI_CHINESE]].sum(axis=1)
    kana = kinds[:, alphabet.HIRAGANA] + kinds[:, alphabet.KATAKANA]
    yield "characters", total
    yield "bytes", column.lengths
    yield "hiragana_share", share(kinds[:, alphabet.HIRAGANA], total)
    yield "katakana_share", share(kinds[:, alphabet.KATAKANA], total)
    yield "kanji_share", share(kanji, total)
    yield "latin_share", share(kinds[:, alphabet.LATIN], total)
    yield "digit_share", share(kinds[:, alphabet.DIGIT], total)
    yield "symbol_share", share(kinds[:, alphabet.SYMBOL] + kinds[:, alphabet.STOP_OR_COMMA], total)
    yield "space_share", share(kinds[:, SPACE], total)
    yield "other_share", share(kinds[:, alphabet.OTHER] + kinds[:, alphabet.HANGUL], total)
    yield "japanese_share", share(kana + kanji + kinds[:, alphabet.STOP_OR_COMMA], solid)
    yield "language_score", language.score(counts)
    yield "sentences", counts[:, SENTENCES]
    yield "mean_sentence_length", share(counts[:, SENTENCE_CHARACTERS], counts[:, SENTENCES])
    yield "max_sentence_length", counts[:, LONGEST_SENTENCE]
    lines = counts[:, LINES]
    yield "lines", lines
    yield "mean_line_length", share(solid, lines)
    yield "short_line_share", share(counts[:, SHORT_LINES], lines)
    yield "terminal_line_share", share(counts[:, TERMINAL_LINES], lines)
    yield "bullet_line_share", share(counts[:, BULLET_LINES], lines)
    yield "ellipsis_line_share", share(counts[:, ELLIPSIS_LINES], lines)
    yield "longest_run", counts[:, LONGEST_RUN]
    yield "url_share", share(counts[:, URL_CHARACTERS], total)
    yield "mojibake_share", share(counts[:, GARBLED_CHARACTERS], solid)


def count(column: Column) -> npt.NDArray[np.int64]:
    """Count everything above for every row: shape `(rows, COUNTS)`.

    >>> row = count(Column.of(["今日は晴れ。\\n・帰り道…\\nhttp://例.jp"]))[0]
    >>> row[[SENTENCES, LONGEST_SENTENCE, LINES, BULLET_LINES, ELLIPSIS_LINES, URL_CHARACTERS]].tolist()
    [3, 11, 3, 1, 1, 7]
    """
    counts = np.zeros((column.rows, COUNTS), np.int64)
    _count(column.data, column.offsets, table(), counts)
    return counts


@kernel
def _count(data: ByteArray, offsets: IntArray, entries: npt.NDArray[np.uint16], counts: npt.NDArray[np.int64]) -> None:
    classes = np.zeros(CLASSES, np.int64)
    for row in range(len(offsets) - 1):
        position, end = offsets[row], offsets[row + 1]
        start, url_end = position, position
        classes[:] = 0
        sentences = sentence_characters = longest_sentence = sentence = 0
        lines = short = terminal_lines = bullets = ellipses = line = dots = 0
        terminal = bullet = False
        previous, run, longest_run = -1, 0, 0
        url_characters = garbled = 0
        while position < end:
            decoded = decode(data, position, end)
            code, length = decoded >> 3, decoded & 7
            flags = entry(code, entries)
            kind = flags & CLASS
            flags ^= kind
            classes[kind] += 1
            if flags & URL_START and position >= url_end:
                url_end = _url_end(data, start, position, end)
                url_characters += url_end - position  # a URL is ASCII: bytes are characters
            if position < url_end:
                flags = 0
            position += length
            if kind == SPACE:
                previous = -1
                if not flags & NEWLINE:
                    continue
                if sentence:
                    sentences += 1
                    sentence_characters += sentence
                    longest_sentence = max(longest_sentence, sentence)
                if line:
                    lines += 1
                    short += line <= SHORT_LINE
                    terminal_lines += terminal
                    bullets += bullet
                    ellipses += dots >= 3
                sentence = line = dots = 0
                terminal = bullet = False
                continue
            if code == previous:
                run += 1
            else:
                previous, run = code, 1
            longest_run = max(longest_run, run)
            line += 1
            if flags == 0:
                sentence += 1
                dots = 0
                terminal = False
                continue
            if line == 1:
                bullet = flags & BULLET != 0
            if flags & TERMINAL:
                terminal = True
            elif not flags & CLOSING:
                terminal = False
            if flags & ELLIPSIS:
                dots += 3
            elif flags & DOT:
                dots += 1
            elif not flags & CLOSING:
                dots = 0
            if flags & GARBLED or (flags & GARBLED_LEAD and _completes(data, code, position, end)):
                garbled += 1
            if not flags & SENTENCE_END:
                sentence += 1
            elif sentence:
                sentences += 1
                sentence_characters += sentence
                longest_sentence = max(longest_sentence, sentence)
                sentence = 0
        if sentence:
            sentences += 1
            sentence_characters += sentence
            longest_sentence = max(longest_sentence, sentence)
        if line:
            lines += 1
            short += line <= SHORT_LINE
            terminal_lines += terminal
            bullets += bullet
            ellipses += dots >= 3
        for kind in range(CLASSES):
            counts[row, kind] = classes[kind]
        counts[row, SENTENCES] = sentences
        counts[row, SENTENCE_CHARACTERS] = sentence_characters
        counts[row, LONGEST_SENTENCE] = longest_sentence
        counts[row, LINES] = lines
        counts[row, SHORT_LINES] = short
        counts[row, TERMINAL_LINES] = terminal_lines
        counts[row, BULLET_LINES] = bullets
        counts[row, ELLIPSIS_LINES] = ellipses
        counts[row, LONGEST_RUN] = longest_run
        counts[row, URL_CHARACTERS] = url_characters
        counts[row, GARBLED_CHARACTERS] = garbled


@inlined
def _url_end(data: ByteArray, start: int, position: int, end: int) -> int:
    """Where the URL that starts at `position` ends, or `position` when none starts there."""
    if position > start and _alphanumeric(data[position - 1]):
        return position
    here = position
    if _spells(data, position, end, 0x7777772E):  # "www."
        here += 4
    elif _spells(data, position, end, 0x68747470):  # "http"
        here += 4
        if here < end and data[here] | 0x20 == 0x73:  # "s"
            here += 1
        if not (here + 2 < end and data[here] == 0x3A and data[here + 1] == 0x2F and data[here + 2] == 0x2F):
            return position
        here += 3
    else:
        return position
    while here < end and _in_url(data[here]):
        here += 1
    return here


@inlined
def _spells(data: ByteArray, position: int, end: int, word: int) -> bool:
    """Whether the four bytes here are `word`, its letters in lower case and big-endian, in either case."""
    if position + 4 > end:
        return False
    for index in range(4):
        wanted = (word >> (24 - 8 * index)) & 0xFF
        byte = np.int64(data[position + index])
        if byte != wanted and not (wanted >= 0x61 and byte | 0x20 == wanted):
            return False
    return True


@inlined
def _in_url(byte: int) -> bool:
    """RFC 3986: unreserved, reserved and %; no space, quotation mark, <, >, \\, ^, `, {, | or }."""
    if byte <= 0x20 or byte >= 0x7F or byte == 0x22 or byte == 0x3C or byte == 0x3E:
        return False
    return not (byte == 0x5C or byte == 0x5E or byte == 0x60 or 0x7B <= byte <= 0x7D)


@inlined
def _alphanumeric(byte: int) -> bool:
    return 0x30 <= byte <= 0x39 or 0x41 <= byte <= 0x5A or 0x61 <= byte <= 0x7A


@inlined
def _completes(data: ByteArray, lead: int, position: int, end: int) -> bool:
    """Whether the character at `position` makes `lead`, which stands before it, a trace of wrong decoding."""
    if position >= end:
        return False
    code = decode(data, position, end) >> 3
    if lead == 0xE3:  # ã; the ranges hold what Windows-1252 has at 80-9F
        return 0x80 <= code <= 0xBF or 0x152 <= code <= 0x192 or 0x2C6 <= code <= 0x2DC or 0x2013 <= code <= 0x2122
    if lead == 0xA4 or lead == 0xA5:
        return 0xA1 <= code <= 0xFF
    if lead == 0x201A:
        return 0xA0 <= code <= 0xFF
    return 0xFF61 <= code <= 0xFF9F
