"""One spelling for one character, where that is safe for Japanese; and clean lines.

NFKC as a whole is not safe: it turns ① into 1, ㈱ into (株), ㍻ into 平成, ２² into 22, and ！ into !, and a corpus
normalised so can no longer teach a model to write them. What is done instead, each a rule of its own:

| rule | example | why |
|---|---|---|
| half-width katakana and marks to full width, with their voicing marks joined | ﾊﾟｿｺﾝ｡ → パソコン。 | left over from narrow terminals |
| combining voicing marks joined to their kana | か + U+3099 → が | file names and pages from macOS |
| full-width letters and digits to ASCII | ＡＢＣ１２３ → ABC123 | the same word would else be two |
| full-width signs between ASCII letters and digits | ａ＠ｂ → a@b, １，０００ → 1,000 | addresses, formulas, numbers |
| ，． to 、。 | only where the page uses them more often than 、。, never between digits | Swallow's rule |
| vertical presentation forms | ︒ → 。 | pages set vertically |
| spaces: NBSP, thin, ... to a space, runs to one, none at line ends; U+3000 kept within a line, dropped at its start | | |
| form feed, U+2028 and U+2029 end a line, as CR LF and CR do | | |
| zero-width and direction marks, soft hyphens, control characters removed (joiners in emoji kept) | | invisible |
| runs of empty lines to one | | |

Whole NFKC is there for who wants it (`nfkc="all"`), and nothing but spaces and lines with `nfkc="none"`.

>>> texts = Column.of(["　ﾊﾟｿｺﾝ①　ＡＢＣ１２３！", "図１，表２．売上は１，０００円．", "か\\u3099\\u200bく\\u00a0ふ"])
>>> normalise(texts).text().to_pylist()
['パソコン①　ABC123！', '図1、表2。売上は1,000円。', 'がく ふ']
"""

from __future__ import annotations

import unicodedata
from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from manyo.columns import ByteArray, Column, IntArray
from manyo.kernels import inlined, kernel, wide
from manyo.read.chunks import CHUNK
from manyo.read.runs import settled
from manyo.read.utf8 import point_at, put

_DROP = 0xFFFF  # in the table of single characters: remove
_SPACE = 0x20
_LINE = 0x0A


def normalise(texts: Column, *, nfkc: str = "safe", punctuation: bool = True) -> Column:
    """Normalise UTF-8 texts: see the table above.

    `nfkc` is "safe", "kana" (of the table only kana, vertical forms, spaces, lines and what is invisible), "all" or
    "none" (only spaces, lines and what is invisible); `punctuation` allows ，． to become 、。 where they dominate, in
    "safe" and "all". Output is never longer than input, except where "all" spells a ligature out. Normalising twice
    changes nothing more.
    """
    if nfkc == "all":
        # What is invisible goes first: a character and its mark may stand on either side of it.
        texts = normalise(texts, nfkc="none")
        texts = Column.of(pc.utf8_normalize(texts.text(), form="NFKC").cast(pa.large_string()))
    singles, voiced, semi_voiced = _tables()
    # A half-width mark of two columns becomes three bytes as before; U+FF61-FF9F keep their three bytes. Only
    # vertical forms and NBSP-like spaces change size, and those shrink.
    # A row that ends inside a character, which no decoder hands over, can grow by three bytes.
    out = np.empty(int(texts.offsets[-1] - texts.offsets[0]) + 3 * texts.rows + 8, np.uint8)
    offsets = np.zeros(texts.rows + 1, np.int64)
    kana, letters = nfkc != "none", nfkc in ("safe", "all")
    _normalise(
        texts.data, texts.offsets, singles, voiced, semi_voiced, kana, letters, punctuation and letters, out, offsets
    )
    return Column(out[: offsets[-1]], offsets)


@cache
def _tables() -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.uint16], npt.NDArray[np.uint16]]:
    """Replacements for single BMP characters (0: itself), and kana with a voicing or half-voicing mark joined."""
    singles = np.zeros(0x10000, np.uint16)
    for point in range(0xFF61, 0xFFA0):  # half-width katakana and marks, by their own NFKC
        singles[point] = ord(unicodedata.normalize("NFKC", chr(point))[0])
    singles[0xFF9E], singles[0xFF9F] = 0x309B, 0x309C  # alone, NFKC gives them as combining marks
    for first, last in ((0xFF10, 0xFF19), (0xFF21, 0xFF3A), (0xFF41, 0xFF5A)):
        for point in range(first, last + 1):
            singles[point] = point - 0xFEE0
    for point in (*range(0xFE10, 0xFE1A), *range(0xFE30, 0xFE45), 0xFE47, 0xFE48):  # vertical forms
        plain = unicodedata.normalize("NFKC", chr(point))
        singles[point] = ord(_FULL_WIDTH.get(plain, plain)) if len(plain) == 1 else 0
    singles[0xFE19] = singles[0xFE30] = 0x2026  # vertical ellipsis; NFKC gives full stops
    singles[0xFE10] = 0x3001  # in vertical Japanese this comma is 、
    for point in (0x0C, 0x2028, 0x2029):
        singles[point] = _LINE
    for point in (0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3164, 0x0B):
        singles[point] = _SPACE
    dropped = (0xAD, 0x34F, 0x61C, 0x180E, 0x200B, 0x200E, 0x200F, 0x2060, 0x2061, 0x2062, 0x2063, 0x2064, 0xFEFF)
    controls = (*range(0x09), *range(0x0E, 0x20), *range(0x7F, 0xA0))
    for point in (*dropped, *controls, *range(0x202A, 0x202F), *range(0x2066, 0x2070), *range(0xFFF9, 0xFFFC)):
        singles[point] = _DROP
    voiced, semi_voiced = np.zeros(0x100, np.uint16), np.zeros(0x100, np.uint16)
    for point in range(0x3041, 0x30FF):
        for mark, table in (("\u3099", voiced), ("\u309a", semi_voiced)):
            joined = unicodedata.normalize("NFC", chr(point) + mark)
            table[point - 0x3000] = ord(joined) if len(joined) == 1 else 0
    return singles, voiced, semi_voiced


_FULL_WIDTH = {
    "(": "（",
    ")": "）",
    "{": "｛",
    "}": "｝",
    "[": "［",
    "]": "］",
    ",": "，",
    ":": "：",
    ";": "；",
    "!": "！",
    "?": "？",
}


@inlined
def _alphanumeric(byte: int) -> bool:
    return 0x30 <= byte <= 0x39 or 0x61 <= (byte | 0x20) <= 0x7A


@kernel
def _normalise(
    data: ByteArray,
    offsets: IntArray,
    singles: npt.NDArray[np.uint16],
    voiced: npt.NDArray[np.uint16],
    semi_voiced: npt.NDArray[np.uint16],
    kana: bool,
    letters: bool,
    punctuation: bool,
    out: ByteArray,
    out_offsets: IntArray,
) -> None:
    to = 0
    for row in range(len(offsets) - 1):
        at, end = offsets[row], offsets[row + 1]
        western_comma = western_stop = False
        if punctuation:
            western_comma, western_stop = _western(data, at, end)
        first = to
        line = to  # where the line being written starts
        empty = 0  # line ends written in a row
        space = 0  # pending: 0 none, 1 a space, 2 a tab, 3 an ideographic space
        last = 0  # the last code point written
        while at < end:
            point, size = point_at(data, at, end)
            replaced = wide(singles[point]) if point < 0x10000 else 0
            at += size
            if point == 0x0A or point == 0x0D or replaced == _LINE:
                if point == 0x0D and at < end and data[at] == 0x0A:
                    at += 1
                space = 0
                if to > first and empty < 2:
                    out[to] = 0x0A
                    to += 1
                    empty += 1
                line = to
                last = 0x0A
                continue
            if point == 0x20 or point == 0x09 or point == 0x3000:
                kind = 1 if point == 0x20 else (2 if point == 0x09 else 3)
                space = max(space, kind)
                continue
            # What is invisible goes and odd spaces become one at every setting; the rest is a matter of taste.
            if replaced == _DROP:
                continue
            if replaced == _SPACE:
                space = max(space, 1)
                continue
            if kana:
                if point == 0x3099 or point == 0x309A or point == 0xFF9E or point == 0xFF9F:
                    joined = 0
                    if space == 0 and to - line >= 3 and 0x3041 <= last <= 0x30FE:
                        half = point == 0x309A or point == 0xFF9F
                        joined = wide(semi_voiced[last - 0x3000] if half else voiced[last - 0x3000])
                    if joined:
                        to = put(out, to - 3, joined)
                        last = joined
                        continue
                if replaced and (letters or not 0xFF10 <= point <= 0xFF5A):
                    point = replaced
                elif letters:
                    if (point == 0xFF0C or point == 0xFF0E) and _between_digits(
                        data, last, space, _visible(data, at, end, singles), end
                    ):
                        point -= 0xFEE0
                    elif point == 0xFF0C and western_comma:
                        point = 0x3001
                    elif point == 0xFF0E and western_stop:
                        point = 0x3002
                    elif 0xFF01 <= point <= 0xFF5E and last < 0x80 and _alphanumeric(last) and space == 0:
                        # A full-width sign of ASCII between letters and digits; 、。-like marks and brackets stay Japanese.
                        if point in (
                            0xFF03,
                            0xFF04,
                            0xFF06,
                            0xFF0B,
                            0xFF0D,
                            0xFF0F,
                            0xFF1D,
                            0xFF20,
                            0xFF3C,
                            0xFF3F,
                            0xFF0E,
                        ):
                            if _ascii_next(data, _visible(data, at, end, singles), end):
                                point -= 0xFEE0
                        elif point == 0xFF05:
                            point = 0x25
            if space:
                if to > line:
                    if space == 3:
                        to = put(out, to, 0x3000)
                    else:
                        out[to] = 0x09 if space == 2 else 0x20
                        to += 1
                space = 0
            empty = 0
            if point < 0x10000:
                to = put(out, to, point)
            else:
                for step in range(size):
                    out[to + step] = data[at - size + step]
                to += size
            last = point
            while at + CHUNK <= end and to + CHUNK <= len(out) and (data[at] < 0x80 or 0xE3 <= data[at] <= 0xE9):
                size = settled(data, at, out, to)
                if size == 0:
                    break
                at += size
                to += size
                before = to - 1
                while out[before] & 0xC0 == 0x80:
                    before -= 1
                last, _ = point_at(out, before, to)
                if size < CHUNK - 3:
                    break
        while to > first and out[to - 1] == 0x0A:
            to -= 1
        out_offsets[row + 1] = to


@kernel
def _western(data: ByteArray, at: int, end: int) -> tuple[bool, bool]:
    """Whether ， outnumbers 、 and ． outnumbers 。 in a text."""
    comma = stop = 0
    while at + 2 < end:
        if data[at] == 0xE3 and data[at + 1] == 0x80:
            if data[at + 2] == 0x81:
                comma -= 1
            elif data[at + 2] == 0x82:
                stop -= 1
            at += 3
        elif data[at] == 0xEF and data[at + 1] == 0xBC:
            if data[at + 2] == 0x8C:
                comma += 1
            elif data[at + 2] == 0x8E:
                stop += 1
            at += 3
        else:
            at += 1
    return comma > 0, stop > 0


@inlined
def _digit_at(data: ByteArray, at: int, end: int) -> bool:
    """A digit, ASCII or full-width, starts at `at`."""
    if at < end and 0x30 <= data[at] <= 0x39:
        return True
    return at + 2 < end and data[at] == 0xEF and data[at + 1] == 0xBC and 0x90 <= data[at + 2] <= 0x99


@inlined
def _between_digits(data: ByteArray, last: int, space: int, after: int, end: int) -> bool:
    """Whether the character written last is a digit, no space is due, and a digit follows."""
    return space == 0 and 0x30 <= last <= 0x39 and _digit_at(data, after, end)


@inlined
def _visible(data: ByteArray, at: int, end: int, singles: npt.NDArray[np.uint16]) -> int:
    """The position of the next character that is not to be dropped."""
    while at < end:
        point, size = point_at(data, at, end)
        if point >= 0x10000 or singles[point] != _DROP:
            break
        at += size
    return at


@inlined
def _ascii_next(data: ByteArray, at: int, end: int) -> bool:
    """A letter or digit, ASCII or full-width, starts at `at`."""
    if at >= end:
        return False
    if _alphanumeric(data[at]):
        return True
    if at + 2 < end and data[at] == 0xEF:
        if data[at + 1] == 0xBC:
            last = wide(data[at + 2])
            return 0x90 <= last <= 0x99 or 0xA1 <= last <= 0xBA
        return wide(data[at + 1]) == 0xBD and 0x81 <= wide(data[at + 2]) <= 0x9A
    return False
