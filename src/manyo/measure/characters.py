"""One pass over the characters of a text: classes, lines, sentences, runs, URLs and traces of wrong decoding.

What the counts mean:

- A *line* is what stands between two line feeds and holds a character that is not white space. Its length is the
  number of those characters. It is *short* with 10 or fewer (HojiChar's figure); *terminal* when its last character,
  white space and closing brackets aside, is one of 。｡．.！？!?…‥」』; a *bullet* line when its first is one of
  `alphabet.BULLETS`; an *ellipsis* line when it ends, brackets aside, in … or ‥ or in three or more of 。．.・.
- A *sentence* ends at one of 。｡！？!? or at the end of its line; the Western full stop ends none, for it stands in
  numbers, names and URLs. Its length is its characters without white space and without the marks that end
  sentences; one of length 0 is none. 「はい。」と答えた。 are two: 「はい and 」と答えた.
  It *trails off* when its line ends it and its last character is one of ・･…‥, as excerpts do (Swallow, whose
  sentences end at 。．！？ and keep that mark, means the same).
- A *URL* starts at http://, https:// or www. (any case) where no ASCII letter or digit stands before it, and runs to
  the first byte that RFC 3986 does not allow in one. Inside it nothing ends a sentence.
- A *garbled* character is U+FFFD, a C1 control, or what other encodings make of kana: 縺, 繧, 繝 (UTF-8 read as
  Shift_JIS), ､ or ･ before a half-width form (EUC-JP read as Shift_JIS), ã before a character that Windows-1252 has
  at 80-BF (UTF-8 read as Windows-1252), ¤ or ¥ before U+00A1-00FF (EUC-JP read as Latin-1), ‚ before U+00A0-00FF
  (Shift_JIS read as Windows-1252).
- A *stray space* is one U+0020 or U+00A0 between two kana or kanji of a line: what optical character recognition and
  text copied out of PDF leave. Two in a row are layout, and the ideographic space is meant.
- A *misplaced kana* is one that cannot stand where it stands: ゃ, ゅ, ょ not behind a kana of the column of i or one that
  takes them in loan words (てゅ, ヴュ); っ at the start of a line; ー at the start of a line or behind a kanji, where it was a
  一, a dash or a rule. In either kana. A few are jokes and dialect (「っていうか」 at the start of a line).
- *Leading kana* are kana (U+3041-3093, U+30A1-30F3) among the first 50 characters (HojiChar's AcceptJapanese, LLM-jp).
- A *Japanese line* has a language score (`language.py`) of at least 0.5 by itself, a *foreign* one below 0.1; the measures
  are of characters that are neither white space nor symbols nor digits, in lines that have such.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from manyo.columns import ByteArray, Column, IntArray
from manyo.kernels import borrowing, inlined, kernel
from manyo.measure import alphabet, language
from manyo.measure.alphabet import (
    BULLET,
    CLASS,
    CLASSES,
    CLOSING,
    DEPENDENT,
    DOT,
    ELLIPSIS,
    FLAGS,
    GARBLED,
    GARBLED_LEAD,
    NEWLINE,
    SENTENCE_END,
    SPACE,
    TAKES_SMALL,
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
FULL_STOPS, NEWLINES, URLS, TRAILING_SENTENCES, TINY_LINE_CHARACTERS = range(CLASSES + 11, CLASSES + 16)
STRAY_SPACES, MISPLACED_KANA, LINE_CONTENT, JAPANESE_LINES, FOREIGN_LINES, LEADING_KANA = range(
    CLASSES + 16, CLASSES + 22
)
COUNTS: Final = CLASSES + 22

SHORT_LINE: Final = 10
TINY_LINE: Final = 5
HEAD: Final = 50
JAPANESE_LINE: Final = 0.5
FOREIGN_LINE: Final = 0.1
# A tenth of the places between kana that are spaces, or one kana in twenty out of its place, leave no doubt.
STRAY_AT_MOST: Final = 0.1
MISPLACED_AT_MOST: Final = 0.05


def columns(column: Column) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    """The measures that `catalogue/characters.py` names."""
    counts = count(column)
    kinds = counts[:, :CLASSES]
    total = kinds.sum(axis=1)
    solid = total - kinds[:, SPACE]
    kanji = kinds[:, [alphabet.KANJI, alphabet.KANJI_JAPANESE, alphabet.KANJI_CHINESE]].sum(axis=1)
    katakana = kinds[:, alphabet.KATAKANA] + kinds[:, alphabet.LONG_VOWEL]
    kana = kinds[:, alphabet.HIRAGANA] + katakana
    symbols = kinds[:, alphabet.SYMBOL] + kinds[:, alphabet.STOP_OR_COMMA]
    japanese = kana + kanji + kinds[:, alphabet.STOP_OR_COMMA]
    languages = language.shares(counts)
    yield "characters", total
    yield "bytes", column.lengths
    yield "hiragana_characters", kinds[:, alphabet.HIRAGANA]
    yield "katakana_characters", katakana
    yield "kanji_characters", kanji
    yield "latin_characters", kinds[:, alphabet.LATIN]
    yield "digit_characters", kinds[:, alphabet.DIGIT]
    yield "stop_and_comma_characters", kinds[:, alphabet.STOP_OR_COMMA]
    yield "long_vowel_marks", kinds[:, alphabet.LONG_VOWEL]
    yield "japanese_characters", japanese
    yield "full_stops", counts[:, FULL_STOPS]
    yield "white_space_characters", kinds[:, SPACE]
    yield "newline_characters", counts[:, NEWLINES]
    yield "leading_kana", counts[:, LEADING_KANA]
    yield "hiragana_share", share(kinds[:, alphabet.HIRAGANA], total)
    yield "katakana_share", share(katakana, total)
    yield "kanji_share", share(kanji, total)
    yield "latin_share", share(kinds[:, alphabet.LATIN], total)
    yield "digit_share", share(kinds[:, alphabet.DIGIT], total)
    yield "symbol_share", share(symbols, total)
    yield "space_share", share(kinds[:, SPACE], total)
    yield "other_share", share(kinds[:, alphabet.OTHER] + kinds[:, alphabet.HANGUL], total)
    yield "special_character_share", share(symbols + kinds[:, SPACE], total)
    yield "japanese_share", share(japanese, solid)
    yield "language_score", languages["japanese"]
    yield "chinese_score", languages["chinese"]
    yield "korean_score", languages["korean"]
    yield "latin_score", languages["latin"]
    yield "japanese_line_share", share(counts[:, JAPANESE_LINES], counts[:, LINE_CONTENT])
    yield "foreign_line_share", share(counts[:, FOREIGN_LINES], counts[:, LINE_CONTENT])
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
    yield "url_share", share(counts[:, URL_CHARACTERS], total)
    yield "url_count", counts[:, URLS]
    yield "mojibake_share", share(counts[:, GARBLED_CHARACTERS], solid)
    stray = share(counts[:, STRAY_SPACES], kana + kanji)
    misplaced = share(counts[:, MISPLACED_KANA], kana)
    yield "kana_space_share", stray
    yield "wrong_small_kana_share", misplaced
    yield (
        "ocr_suspicion",
        1 - (1 - np.minimum(stray / STRAY_AT_MOST, 1)) * (1 - np.minimum(misplaced / MISPLACED_AT_MOST, 1)),
    )


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
    classes = np.zeros(1 << 4, np.int64)
    before = np.zeros(1 << 4, np.int64)  # the same up to the start of the line
    for row in range(len(offsets) - 1):
        position, end = offsets[row], offsets[row + 1]
        start, url_end = position, position
        counts[row, LEADING_KANA] = _leading_kana(data, start, end)
        classes[:] = 0
        before[:] = 0
        sentences = sentence_characters = longest_sentence = sentence = 0
        short = terminal_lines = bullets = ellipses = line = dots = 0
        lines = newlines = tiny = trailing = content = japanese_lines = foreign_lines = 0
        terminal = bullet = False
        previous, run, longest_run = -1, 0, 0
        urls = url_characters = garbled = full_stops = 0
        last, last_kind, stray, misplaced = 0, SPACE, 0, 0
        gap = False
        while position <= end:
            if position < end:
                decoded = decode(data, position, end)
                code, length = decoded >> 3, decoded & 7
                value = entry(code, entries)
                kind = value & CLASS
                flags = value & FLAGS
                classes[kind] += 1
                if flags & URL_START and position >= url_end:
                    url_end = _url_end(data, start, position, end)
                    url_characters += url_end - position  # a URL is ASCII: bytes are characters
                    urls += url_end > position
                if position < url_end:
                    flags = 0
                position += length
            else:  # the end of the text ends its last line
                kind, flags = SPACE, NEWLINE
                code = 0
                position += 1
                newlines -= 1
            if kind == SPACE:
                previous = -1
                if not flags & NEWLINE:
                    gap = not gap and (code == 0x20 or code == 0xA0) and _is_japanese(last_kind)
                    last_kind = kind if not gap else last_kind
                    continue
                newlines += 1
                if sentence:
                    sentences += 1
                    sentence_characters += sentence
                    longest_sentence = max(longest_sentence, sentence)
                    trailing += last == 0x30FB or last == 0xFF65 or last == 0x2026 or last == 0x2025
                if line:
                    lines += 1
                    short += line <= SHORT_LINE
                    tiny += line if line <= TINY_LINE else 0
                    terminal_lines += terminal
                    bullets += bullet
                    ellipses += dots >= 3
                    inside, score = _of_line(classes, before)
                    content += inside
                    japanese_lines += inside if score >= JAPANESE_LINE else 0
                    foreign_lines += inside if score < FOREIGN_LINE else 0
                sentence = line = dots = last = 0
                terminal = bullet = gap = False
                last_kind = SPACE
                continue
            if gap:
                stray += _is_japanese(kind)
                gap = False
            if code == previous:
                run += 1
            else:
                previous, run = code, 1
            longest_run = max(longest_run, run)
            line += 1
            before_code, before_kind = last, last_kind
            last, last_kind = code, kind
            if flags & DEPENDENT:
                misplaced += _misplaced(code, before_code, before_kind, line == 1, entries)
                flags = 0
            if flags == 0:
                sentence += 1
                dots = 0
                terminal = False
                continue
            if line == 1:
                bullet = flags & BULLET != 0
            if flags & TERMINAL:
                terminal = True
                full_stops += code == 0x3002
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
        counts[row, FULL_STOPS] = full_stops
        counts[row, NEWLINES] = newlines
        counts[row, URLS] = urls
        counts[row, TRAILING_SENTENCES] = trailing
        counts[row, TINY_LINE_CHARACTERS] = tiny
        counts[row, STRAY_SPACES] = stray
        counts[row, MISPLACED_KANA] = misplaced
        counts[row, LINE_CONTENT] = content
        counts[row, JAPANESE_LINES] = japanese_lines
        counts[row, FOREIGN_LINES] = foreign_lines


@inlined
def _is_japanese(kind: int) -> bool:
    """Kana or kanji."""
    return kind == alphabet.HIRAGANA or kind == alphabet.KATAKANA or kind >= alphabet.KANJI


@borrowing
def _of_line(classes: IntArray, before: IntArray) -> tuple[int, float]:
    """Characters of content in the line that ends here, and its language score; `before` becomes the next line's."""
    for kind in range(CLASSES):
        before[kind] = classes[kind] - before[kind]
    kana = before[alphabet.HIRAGANA] + before[alphabet.KATAKANA] + before[alphabet.LONG_VOWEL]
    kanji, hangul = before[alphabet.KANJI], before[alphabet.HANGUL]
    japanese, chinese = before[alphabet.KANJI_JAPANESE], before[alphabet.KANJI_CHINESE]
    letters = before[alphabet.LATIN] + before[alphabet.OTHER]
    for kind in range(CLASSES):
        before[kind] = classes[kind]
    score = language.line_score(kana, kanji, japanese, chinese, hangul, letters)
    return kana + kanji + japanese + chinese + hangul + letters, score


@inlined
def _misplaced(code: int, before: int, before_kind: int, first: bool, entries: npt.NDArray[np.uint16]) -> bool:
    """Whether a dependent kana cannot stand behind the character `before`, or at the start of a line."""
    if code == 0x30FC:  # ー
        return first or (before_kind >= alphabet.KANJI and before_kind != alphabet.LONG_VOWEL)
    if code == 0x3063 or code == 0x30C3:  # っ
        return first
    return first or not entry(before, entries) & TAKES_SMALL


@borrowing
def _leading_kana(data: ByteArray, position: int, end: int) -> int:
    found = 0
    for _ in range(HEAD):
        if position >= end:
            break
        decoded = decode(data, position, end)
        position += decoded & 7
        code = decoded >> 3
        found += 0x3041 <= code <= 0x3093 or 0x30A1 <= code <= 0x30F3
    return found


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
