"""What kind of character each code point is, and how the kernels read code points out of UTF-8.

Every character belongs to exactly one class, so that the shares of the classes add up to 1:

- *hiragana*: U+3041-3096, the iteration marks ゝゞ, ゟ, and the archaic kana of U+1B000-1B16F;
- *katakana*: U+30A1-30FA, ー, the iteration marks ヽヾ, ヿ, the small letters of U+31F0-31FF, and the half-width forms
  U+FF66-FF9F with their two sound marks;
- *kanji*: the unified and compatibility ideographs of every plane, the radicals U+2E80-2FDF, and 々〆〇〻;
- *latin*: A-Z, a-z, the letters of U+00C0-024F and U+1E00-1EFF, and the full-width forms;
- *digit*: 0-9 and their full-width forms (① and 一 are not digits);
- *space*: what Unicode calls White_Space, the ideographic space among it;
- *hangul*: jamo and syllables;
- *symbol*: punctuation, signs, emoji, enclosed and squared forms (㈱, ㎏), combining marks and variation selectors,
  controls, private use, U+FFFD; ・ and ゛゜ are here;
- *other*: everything else: the letters of other scripts, and what is not assigned.

Malformed UTF-8 counts as U+FFFD, one for each "maximal subpart" (The Unicode Standard, 3.9, U+FFFD Substitution of
Maximal Subparts): the same number as `bytes.decode("utf-8", "replace")` gives.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from manyo.columns import ByteArray
from manyo.kernels import inlined

# The low four bits of a table entry: the class. Some are parts of those above, since published rules
# count them apart: 。 and 、 are symbols, ー is katakana.
SYMBOL, STOP, COMMA, SPACE, HIRAGANA, KATAKANA, LONG_VOWEL, LATIN, DIGIT, HANGUL, OTHER = range(11)
KANJI, KANJI_JAPANESE, KANJI_CHINESE = 11, 12, 13  # in both, in Japanese only, in Chinese only: see `language.py`
CLASSES: Final = 14
CLASS: Final = 15

# The bits above: what a character does to lines and sentences. Most characters have none of them.
NEWLINE: Final = 1 << 4
SENTENCE_END: Final = 1 << 5
TERMINAL: Final = 1 << 6  # a line that ends in it is a finished one
CLOSING: Final = 1 << 7  # a closing bracket or quotation mark: what stood before it decides
BULLET: Final = 1 << 8
DOT: Final = 1 << 9  # three in a row are an ellipsis
ELLIPSIS: Final = 1 << 10
URL_START: Final = 1 << 11
GARBLED: Final = 1 << 12  # never meant: a trace of bytes read in the wrong encoding
GARBLED_LEAD: Final = 1 << 13  # a trace of it when the right kind of character follows
SMALL: Final = 1 << 14  # ゃ, っ, ー and their like, which cannot stand anywhere: `ocr.py` looks at its neighbours
BLANK: Final = 1 << 15  # white space: its class again, as a flag

SENTENCE_ENDS: Final = "。｡！？!?"
TERMINALS: Final = "。｡．.！？!?…‥」』"
CLOSINGS: Final = "」』）)】〕］]〉》”’\"'"
BULLETS: Final = "・･•‣◦●○◎■□◆◇▪▫▶►▷▸★☆※＊*‐-–—－+＋→⇒»>＞"
DOTS: Final = "。｡．.・･"
ELLIPSES: Final = "…‥"
# 縺, 繧 and 繝 are what the first two bytes of あ-ん and ア-ン become when UTF-8 is read as Shift_JIS.
GARBLED_ALWAYS: Final = "\ufffd縺繧繝"
GARBLED_LEADS: Final = "､･ã¤¥‚"
SMALL_KANA: Final = "ゃゅょャュョっッー"

_RANGES: Final = (
    (SPACE, "0009-000D 0020 0085 00A0 1680 2000-200A 2028 2029 202F 205F 3000"),
    (HIRAGANA, "3041-3096 309D-309F 1B000-1B16F"),
    (KATAKANA, "30A1-30FA 30FC-30FF 31F0-31FF FF66-FF9F"),
    (KANJI, "2E80-2FDF 3005-3007 303B 3400-4DBF 4E00-9FFF F900-FAFF"),
    (LATIN, "0041-005A 0061-007A 00C0-00D6 00D8-00F6 00F8-024F 1E00-1EFF FF21-FF3A FF41-FF5A"),
    (DIGIT, "0030-0039 FF10-FF19"),
    (HANGUL, "1100-11FF 3130-318F A960-A97F AC00-D7FF FFA0-FFDC"),
    (STOP, "3002"),
    (COMMA, "3001"),
    (LONG_VOWEL, "30FC"),
)
# Everything below U+0300 that no other class claims is a symbol too.
_SYMBOLS: Final = (
    "0000-036F 2000-2E7F 2FF0-303F 3099-309C 30A0 30FB 3190-319F 31C0-31EF 3200-33FF 4DC0-4DFF "
    "D800-F8FF FE00-FE6F FF00-FF20 FF3B-FF40 FF5B-FF65 FFE0-FFFF 1F000-1FAFF"
)
# Jōyō kanji (2010) that Windows-31J, made long before, cannot write.
_JOYO_BEYOND_WINDOWS_31J: Final = "剝塡頰"
# Function words of Chinese that it can write, and Japanese has no use for (這 it has, in 這う).
_CHINESE_IN_WINDOWS_31J: Final = "們她您吧呢啊哪麼"


@cache
def table() -> npt.NDArray[np.uint16]:
    """Class and flags of every code point of planes 0 and 1: shape `(0x20000,)`, `uint16`. Read only."""
    entries = np.full(0x20000, OTHER, np.uint16)
    for first, last in _ranges(_SYMBOLS):
        entries[first : last + 1] = SYMBOL
    for kind, ranges in _RANGES:
        for first, last in _ranges(ranges):
            entries[first : last + 1] = kind
    ideographs = {chr(code) for code in range(0x4E00, 0xA000)}
    japanese = (_writable(ideographs, "cp932") | set(_JOYO_BEYOND_WINDOWS_31J)) - set(_CHINESE_IN_WINDOWS_31J)
    chinese = _writable(ideographs, "gb2312") | _writable(ideographs, "big5hkscs")
    for kind, characters in ((KANJI_JAPANESE, japanese - chinese), (KANJI_CHINESE, chinese - japanese)):
        entries[[ord(character) for character in characters]] = kind
    for flag, marked in (
        (NEWLINE, "\n"),
        (SENTENCE_END, SENTENCE_ENDS),
        (TERMINAL, TERMINALS),
        (CLOSING, CLOSINGS),
        (BULLET, BULLETS),
        (DOT, DOTS),
        (ELLIPSIS, ELLIPSES),
        (URL_START, "hHwW"),
        (GARBLED, GARBLED_ALWAYS + "".join(chr(code) for code in range(0x80, 0xA0) if code != 0x85)),
        (GARBLED_LEAD, GARBLED_LEADS),
        (SMALL, SMALL_KANA),
    ):
        for character in marked:
            entries[ord(character)] |= flag
    entries[entries & CLASS == SPACE] |= BLANK
    entries.flags.writeable = False
    return entries


def _ranges(text: str) -> list[tuple[int, int]]:
    pairs = [item.split("-") for item in text.split()]
    return [(int(pair[0], 16), int(pair[-1], 16)) for pair in pairs]


def _writable(characters: set[str], charset: str) -> set[str]:
    """Those that a national character set has: its codec's table is the evidence, and never changes."""
    return set("".join(sorted(characters)).encode(charset, "ignore").decode(charset))


@inlined
def entry(code: int, entries: npt.NDArray[np.uint16]) -> int:
    """Class and flags of any code point."""
    if code < 0x20000:
        return int(np.int64(entries[code]))
    return KANJI if code < 0x40000 else SYMBOL


@inlined
def three_bytes(data: ByteArray, position: int, end: int) -> int:
    """The code point of the character that starts here if it takes three bytes, as kana and nearly all kanji do; or -1.

    For the tightest loops: what follows on it adds 3 to a position, and need not wait for `decode` to say how much.
    """
    if position + 2 >= end:
        return -1
    lead = int(np.int64(data[position]))
    second, third = int(np.int64(data[position + 1])) ^ 0x80, int(np.int64(data[position + 2])) ^ 0x80
    if lead < 0xE1 or lead > 0xEC or (second | third) >= 0x40:
        return -1
    return (lead & 0x0F) << 12 | second << 6 | third


@inlined
def decode(data: ByteArray, position: int, end: int) -> int:
    """The character that starts at `position` (< `end`): its code point << 3 | the bytes that it takes (1 to 4).

    Never reads at or beyond `end`. One integer and not a pair, because it stays in a register.
    """
    lead = int(np.int64(data[position]))
    if lead < 0x80:
        return lead << 3 | 1
    if 0xE1 <= lead <= 0xEC and position + 2 < end:  # kana and nearly all kanji
        second, third = int(np.int64(data[position + 1])) ^ 0x80, int(np.int64(data[position + 2])) ^ 0x80
        if second < 0x40 and third < 0x40:
            return ((lead & 0x0F) << 12 | second << 6 | third) << 3 | 3
    least, most = 0x80, 0xBF
    if lead < 0xC2 or lead > 0xF4:
        return 0xFFFD << 3 | 1
    if lead < 0xE0:
        more, code = 1, lead & 0x1F
    elif lead < 0xF0:
        more, code = 2, lead & 0x0F
        if lead == 0xE0:
            least = 0xA0
        elif lead == 0xED:
            most = 0x9F
    else:
        more, code = 3, lead & 0x07
        if lead == 0xF0:
            least = 0x90
        elif lead == 0xF4:
            most = 0x8F
    for taken in range(1, more + 1):
        if position + taken >= end:
            return 0xFFFD << 3 | taken
        byte = int(np.int64(data[position + taken]))
        if byte < least or byte > most:
            return 0xFFFD << 3 | taken
        code = code << 6 | byte & 0x3F
        least, most = 0x80, 0xBF
    return code << 3 | (more + 1)
