"""One pass over the characters of a text: classes, lines, sentences, runs, URLs and traces of wrong decoding.

What the counts mean:

- A *line* is what stands between two line feeds and holds a character that is not white space. Its length is the
  number of those characters. It is *short* with 10 or fewer (HojiChar's figure), *tiny* with 5 or fewer (LLM-jp's, for
  PDF files); *terminal* when its last character, white space and closing brackets aside, is one of 。｡．.！？!?…‥」』; a
  *bullet* line when its first is one of `alphabet.BULLETS`; an *ellipsis* line when it ends, brackets aside, in … or ‥
  or in three or more of 。．.・.
- A *sentence* ends at one of 。｡！？!? or at the end of its line; the Western full stop ends none, for it stands in
  numbers, names and URLs. Its length is its characters without white space and without the marks that end
  sentences; one of length 0 is none. 「はい。」と答えた。 are two: 「はい and 」と答えた. It is *trailing* when it ends with its
  line, in ・ or …, white space aside. This is Swallow's test, but for what ends a sentence: there ． does and ｡ does not.
- A *URL* starts at http://, https:// or www. (any case) where no ASCII letter or digit stands before it, and runs to
  the first byte that RFC 3986 does not allow in one. Inside it nothing ends a sentence, and its letters are no language.
- *White space* includes the line feeds, which *newlines* counts alone.
- *Leading kana* are those among the first 50 characters, white space included; ぁ-ん and ァ-ン are, and ー, ヴ and the half-width
  forms are not: the test with which HojiChar and LLM-jp accept a text as Japanese.
- *Special* characters are symbols and white space: punctuation, brackets, signs and emoji. HojiChar counts those of a
  list of BigScience's, which has nearly the same but lacks ・『』／＝〜 and has 士 and １, taken for signs.
- A *garbled* character is U+FFFD, a C1 control, or what other encodings make of kana: 縺, 繧, 繝 (UTF-8 read as
  Shift_JIS), ､ or ･ before a half-width form (EUC-JP read as Shift_JIS), ã before a character that Windows-1252 has
  at 80-BF (UTF-8 read as Windows-1252), ¤ or ¥ before U+00A1-00FF (EUC-JP read as Latin-1), ‚ before U+00A0-00FF
  (Shift_JIS read as Windows-1252).

What is Japanese, by line and in all, is `language.py`'s, and the traces of a scanner are `ocr.py`'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from manyo.columns import ByteArray, Column, IntArray
from manyo.kernels import borrowing, inlined, kernel, wide
from manyo.measure import alphabet, language, ocr
from manyo.measure.alphabet import (
    BLANK,
    BULLET,
    CLASS,
    CLASSES,
    CLOSING,
    DIGIT,
    DOT,
    ELLIPSIS,
    GARBLED,
    GARBLED_LEAD,
    HANGUL,
    HIRAGANA,
    KATAKANA,
    LATIN,
    NEWLINE,
    OTHER,
    SENTENCE_END,
    SMALL,
    SPACE,
    SYMBOL,
    TERMINAL,
    URL_START,
    decode,
    entry,
    table,
    three_bytes,
)
from manyo.measure.ratio import share

# Columns of the counts, after one for each class of character. A text has the sum of what its lines have,
(
    URL_LETTERS,
    NEWLINES,
    LINES,
    SHORT_LINES,
    TINY_LINE_CHARACTERS,
    TERMINAL_LINES,
    BULLET_LINES,
    ELLIPSIS_LINES,
    SENTENCES,
    SENTENCE_CHARACTERS,
    TRAILING_SENTENCES,
    URLS,
    URL_CHARACTERS,
    GARBLED_CHARACTERS,
    SPACED_KANA,
    MISPLACED_KANA,
    LINE_CHARACTERS,  # of lines in some language
    JAPANESE_LINE_CHARACTERS,
    FOREIGN_LINE_CHARACTERS,
) = range(CLASSES, CLASSES + 19)
SUMS: Final = CLASSES + 19
# or the most of any,
LONGEST_SENTENCE, LONGEST_RUN = SUMS, SUMS + 1
# and what it alone has.
LEADING_KANA: Final = SUMS + 2
COUNTS: Final = SUMS + 3

SHORT_LINE: Final = 10
TINY_LINE: Final = 5
LEADING: Final = 50


def columns(column: Column) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    """The measures that `catalogue/characters.py` names."""
    counts = count(column)
    kinds = counts[:, :CLASSES]
    total = kinds.sum(axis=1)
    solid = total - kinds[:, SPACE]
    hiragana = kinds[:, HIRAGANA]
    katakana = kinds[:, KATAKANA] + kinds[:, alphabet.LONG_VOWEL]
    kanji = kinds[:, [alphabet.KANJI, alphabet.KANJI_JAPANESE, alphabet.KANJI_CHINESE]].sum(axis=1)
    stops_and_commas = kinds[:, alphabet.STOP] + kinds[:, alphabet.COMMA]
    symbols = kinds[:, SYMBOL] + stops_and_commas
    japanese = hiragana + katakana + kanji + stops_and_commas
    yield "characters", total
    yield "bytes", column.lengths
    yield "hiragana_characters", hiragana
    yield "katakana_characters", katakana
    yield "kanji_characters", kanji
    yield "latin_characters", kinds[:, LATIN]
    yield "digit_characters", kinds[:, DIGIT]
    yield "stop_and_comma_characters", stops_and_commas
    yield "japanese_characters", japanese
    yield "long_vowel_marks", kinds[:, alphabet.LONG_VOWEL]
    yield "full_stops", kinds[:, alphabet.STOP]
    yield "white_space_characters", kinds[:, SPACE]
    yield "newline_characters", counts[:, NEWLINES]
    yield "leading_kana", counts[:, LEADING_KANA]
    yield "hiragana_share", share(hiragana, total)
    yield "katakana_share", share(katakana, total)
    yield "kanji_share", share(kanji, total)
    yield "latin_share", share(kinds[:, LATIN], total)
    yield "digit_share", share(kinds[:, DIGIT], total)
    yield "symbol_share", share(symbols, total)
    yield "space_share", share(kinds[:, SPACE], total)
    yield "other_share", share(kinds[:, OTHER] + kinds[:, HANGUL], total)
    yield "special_character_share", share(symbols + kinds[:, SPACE], total)
    yield "japanese_share", share(japanese, solid)
    yield from zip(language.SCORES, language.scores(counts).T, strict=True)
    yield "japanese_line_share", share(counts[:, JAPANESE_LINE_CHARACTERS], counts[:, LINE_CHARACTERS])
    yield "foreign_line_share", share(counts[:, FOREIGN_LINE_CHARACTERS], counts[:, LINE_CHARACTERS])
    yield "sentences", counts[:, SENTENCES]
    yield "mean_sentence_length", share(counts[:, SENTENCE_CHARACTERS], counts[:, SENTENCES])
    yield "max_sentence_length", counts[:, LONGEST_SENTENCE]
    yield "trailing_sentence_share", share(counts[:, TRAILING_SENTENCES], counts[:, SENTENCES])
    lines = counts[:, LINES]
    yield "lines", lines
    yield "mean_line_length", share(solid, lines)
    yield "short_line_share", share(counts[:, SHORT_LINES], lines)
    yield "tiny_line_character_share", share(counts[:, TINY_LINE_CHARACTERS], solid)
    yield "terminal_line_share", share(counts[:, TERMINAL_LINES], lines)
    yield "bullet_line_share", share(counts[:, BULLET_LINES], lines)
    yield "ellipsis_line_share", share(counts[:, ELLIPSIS_LINES], lines)
    yield "longest_run", counts[:, LONGEST_RUN]
    yield "url_count", counts[:, URLS]
    yield "url_share", share(counts[:, URL_CHARACTERS], total)
    yield "mojibake_share", share(counts[:, GARBLED_CHARACTERS], solid)
    kana = hiragana + katakana
    yield "kana_space_share", share(counts[:, SPACED_KANA], kana + kanji)
    yield "wrong_small_kana_share", share(counts[:, MISPLACED_KANA], kana)
    yield "ocr_suspicion", ocr.suspicion(counts[:, SPACED_KANA], kana + kanji, counts[:, MISPLACED_KANA], kana)


def count(column: Column) -> npt.NDArray[np.int64]:
    """Count everything above for every row: shape `(rows, COUNTS)`.

    >>> row = count(Column.of(["今日は晴れ。\\n・帰り道…\\nhttp://例.jp"]))[0]
    >>> row[[SENTENCES, LONGEST_SENTENCE, LINES, BULLET_LINES, ELLIPSIS_LINES, URL_CHARACTERS]].tolist()
    [3, 11, 3, 1, 1, 7]
    """
    counts = np.zeros((column.rows, COUNTS), np.int64)
    _count(column.data, column.offsets, table(), counts.reshape(-1))
    return counts


@kernel
def _count(data: ByteArray, offsets: IntArray, entries: npt.NDArray[np.uint16], counts: IntArray) -> None:
    line = np.zeros(COUNTS, np.int64)
    for row in range(len(offsets) - 1):
        start, end = offsets[row], offsets[row + 1]
        first = row * COUNTS
        position = start
        while position < end:
            if data[position] == 0x0A:
                counts[first + SPACE] += 1
                counts[first + NEWLINES] += 1
                position += 1
                continue
            line[:] = 0
            position = _line(data, start, position, end, entries, line)
            for index in range(SUMS):
                counts[first + index] += line[index]
            for index in range(SUMS, LEADING_KANA):
                counts[first + index] = max(counts[first + index], line[index])
        counts[first + LEADING_KANA] = _leading_kana(data, start, end)


@borrowing
def _line(data: ByteArray, start: int, position: int, end: int, entries: npt.NDArray[np.uint16], line: IntArray) -> int:
    """Count the line that starts at `position` into `line`, all zero, and return where the next one starts."""
    # Characters so far that are not white space; where a sentence began, and marks of several kinds ended, in these.
    place = sentence_start = 0
    terminal_end = dots_end = trail_end = -1
    dots = 0
    bullet = False
    previous, run_start = -1, 0
    while position < end:
        code = three_bytes(data, position, end)
        if code >= 0:
            position += 3
        else:
            decoded = decode(data, position, end)
            code = decoded >> 3
            position += decoded & 7
        flags = entry(code, entries)
        line[flags & CLASS] += 1
        if flags & BLANK:
            if flags & NEWLINE:
                line[NEWLINES] += 1
                break
            if code == 0x20 and previous >= 0 and position < end:
                line[SPACED_KANA] += ocr.spaced(previous, decode(data, position, end) >> 3, entries)
            previous = -1
            continue
        place += 1
        if code == previous:
            line[LONGEST_RUN] = max(line[LONGEST_RUN], place - run_start)
        else:
            run_start = place - 1
        if flags <= CLASS:
            previous = code
            continue
        if flags & URL_START:
            url_end = _url_end(data, start, position - 1, end)
            if url_end >= position:  # it is ASCII: bytes are characters
                line[URLS] += 1
                line[URL_CHARACTERS] += url_end - position + 1
                line[URL_LETTERS] += 1
                previous = code
                while position < url_end:
                    code = wide(data[position])
                    position += 1
                    place += 1
                    kind = entry(code, entries) & CLASS
                    line[kind] += 1
                    line[URL_LETTERS] += kind == LATIN
                    if code == previous:
                        line[LONGEST_RUN] = max(line[LONGEST_RUN], place - run_start)
                    else:
                        previous, run_start = code, place - 1
            previous = code
            continue
        if flags & SMALL:
            after = decode(data, position, end) >> 3 if position < end else 0
            line[MISPLACED_KANA] += ocr.misplaced(code, previous, after, entries)
        previous = code
        if place == 1:
            bullet = flags & BULLET != 0
        if flags & TERMINAL or (flags & CLOSING and terminal_end == place - 1):
            terminal_end = place
        if flags & (DOT | ELLIPSIS | CLOSING):
            if dots_end < place - 1:
                dots = 0
            if not flags & CLOSING:
                dots += 3 if flags & ELLIPSIS else 1
                if code == 0x2026 or code == 0x30FB:
                    trail_end = place
            dots_end = place
        if flags & GARBLED or (flags & GARBLED_LEAD and _completes(data, code, position, end)):
            line[GARBLED_CHARACTERS] += 1
        if flags & SENTENCE_END:
            _sentence(place - 1 - sentence_start, line)
            sentence_start = place
    if place == 0:
        return position
    _sentence(place - sentence_start, line)
    line[TRAILING_SENTENCES] = trail_end == place
    line[LONGEST_RUN] = max(line[LONGEST_RUN], 1)
    line[LINES] = 1
    line[SHORT_LINES] = place <= SHORT_LINE
    line[TINY_LINE_CHARACTERS] = place if place <= TINY_LINE else 0
    line[TERMINAL_LINES] = terminal_end == place
    line[BULLET_LINES] = bullet
    line[ELLIPSIS_LINES] = dots_end == place and dots >= 3
    japanese, chinese, korean, english, other, _ = language.weigh(line, 0, line[URL_LETTERS])
    content = japanese + chinese + korean + english + other
    if content:
        line[LINE_CHARACTERS] = place
        line[JAPANESE_LINE_CHARACTERS] = place if 2 * japanese >= content else 0
        line[FOREIGN_LINE_CHARACTERS] = place if 10 * japanese < content else 0
    return position


@inlined
def _sentence(length: int, line: IntArray) -> None:
    if length > 0:
        line[SENTENCES] += 1
        line[SENTENCE_CHARACTERS] += length
        line[LONGEST_SENTENCE] = max(line[LONGEST_SENTENCE], length)


@borrowing
def _leading_kana(data: ByteArray, position: int, end: int) -> int:
    kana = 0
    for _ in range(LEADING):
        if position >= end:
            break
        decoded = decode(data, position, end)
        code = decoded >> 3
        kana += 0x3041 <= code <= 0x3093 or 0x30A1 <= code <= 0x30F3
        position += decoded & 7
    return kana


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
