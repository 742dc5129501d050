"""What the matchers look at: a row as an array of 16-bit codes, and tables over those codes.

A row is decoded once; a matcher then steps over characters, forwards and backwards, without minding their width in
bytes. `fold` makes one character of the many forms that people type: full-width letters and digits, and twelve kinds
of strokes that stand for a hyphen between digits.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from manyo.kernels import borrowing, inlined
from manyo.protect.kinds import CATALOGUE

# The integers and truth values of kernels: numba's, which are neither Python's nor numpy's to a type checker.
Int: TypeAlias = Any
Bool: TypeAlias = Any

OTHER: Final = 0  # the code of a character beyond U+FFFF and of a byte that is no part of valid UTF-8

# What a character may be the sign of: where the scanner stops to look.
NOTHING, DIGIT, AT_SIGN, BRACKET, POSTAL_MARK, PREFECTURE_END, ADDRESS_LABEL_END, KATAKANA_A, STAR = range(9)

# Word lists, each a range of `Tables.words`.
# Typed, since numba would compile a kernel anew for each constant that it is called with.
(
    PHONE_LABELS,
    MY_NUMBER_LABELS,
    CARD_LABELS,
    ADDRESS_LABELS,
    AT_WORDS,
    DOT_WORDS,
    FILE_ENDINGS,
    TOP_LEVEL_DOMAINS,
    PREFECTURES,
    PLACEHOLDERS,
) = (np.int64(index) for index in range(10))

_WORDS: Final = {
    PHONE_LABELS: "tel telephone phone mobile fax 電話 でんわ 携帯 ケータイ けいたい ファックス ファクス ファクシミリ "
    "フリーダイヤル フリーコール ナビダイヤル 直通 ℡ ☎ ☏",
    MY_NUMBER_LABELS: "マイナンバー 個人番号 mynumber my_number",
    CARD_LABELS: "カード card クレジット visa mastercard jcb",
    ADDRESS_LABELS: "住所 所在地",
    AT_WORDS: "at @ アットマーク アット あっとまーく あっと ★ ☆",
    DOT_WORDS: "dot . ドット どっと",
    # Not top-level domains, but what follows the dot in names such as icon@2x.png and getty@tty1.service.
    FILE_ENDINGS: "png jpg jpeg gif svg webp avif bmp ico tif tiff css js mjs ts json xml html htm php asp aspx jsp cgi "
    "txt pdf csv md log conf tar tgz gz deb rpm exe dll jar whl service socket timer target slice mount device path "
    "local localdomain localhost internal",
    # Asked for only where the at sign is disguised, and the form alone says too little.
    TOP_LEVEL_DOMAINS: "jp com net org info biz edu gov io me cc tv tokyo",
    PREFECTURES: "北海道 青森県 岩手県 宮城県 秋田県 山形県 福島県 茨城県 栃木県 群馬県 埼玉県 千葉県 東京都 神奈川県 "
    "新潟県 富山県 石川県 福井県 山梨県 長野県 岐阜県 静岡県 愛知県 三重県 滋賀県 京都府 大阪府 兵庫県 奈良県 和歌山県 鳥取県 "
    "島根県 岡山県 広島県 山口県 徳島県 香川県 愛媛県 高知県 福岡県 佐賀県 長崎県 熊本県 大分県 宮崎県 鹿児島県 沖縄県",
    PLACEHOLDERS: " ".join(kind.placeholder for kind in CATALOGUE),  # in the order of the kinds' numbers
}

_HYPHENS: Final = "‐‑‒–—―−－ー─ｰ﹣"
_SPACES: Final = "\t\u00a0\u2002\u2003\u2007\u2009\u202f\u3000"

# Area codes without their leading 0 (numbering plan of the Ministry of Internal Affairs and Communications). Codes of
# four figures are taken by their first figure alone, there are some four hundred of them.
_AREAS_2: Final = "3 4 6"
_AREAS_3: Final = (
    "11 15 17 18 19 22 23 24 25 26 27 28 29 42 43 44 45 46 47 48 49 52 53 54 55 58 59 72 73 75 76 77 78 79 82 83 84 86 "
    "87 88 89 92 93 95 96 97 98 99"
)
_AREAS_5: Final = (
    "1267 1372 1374 1377 1392 1397 1398 1456 1457 1466 1547 1558 1564 1586 1587 1632 1634 1635 1648 1654 1655 1656 1658 "
    "4992 4994 4996 4998 5769 5979 7468 8387 8388 8396 8477 8512 8514 9496 9802 9912 9913 9969"
)


class Tables(NamedTuple):
    """Read-only arrays that every matcher is handed."""

    fold: npt.NDArray[np.uint8]  # [65536]: the ASCII character that a code is a form of, 0 where it is of none
    signs: npt.NDArray[np.uint8]  # [65536]: NOTHING ... STAR
    words: npt.NDArray[np.uint16]  # all words end to end, as `plain` gives their characters
    offsets: npt.NDArray[np.int64]  # word w is words[offsets[w]:offsets[w + 1]]
    ranges: npt.NDArray[np.int64]  # [list, 2]: a list's first word, and the one after its last
    areas: npt.NDArray[np.uint8]  # [figures, number]: 1 where that is an area code, its leading 0 counted as a figure


@cache
def tables() -> Tables:
    fold = np.zeros(65536, np.uint8)
    fold[1:128] = np.arange(1, 128)
    fold[0xFF01:0xFF5F] = np.arange(0x21, 0x7F)
    fold[[ord(character) for character in _HYPHENS]] = ord("-")
    fold[[ord(character) for character in _SPACES]] = ord(" ")

    signs = np.zeros(65536, np.uint8)
    for sign, characters in (
        (DIGIT, "0123456789０１２３４５６７８９"),
        (AT_SIGN, "@＠"),
        (BRACKET, "[({<［（｛＜【〔"),
        (POSTAL_MARK, "〒〠"),
        (PREFECTURE_END, "都道府県"),
        (ADDRESS_LABEL_END, "所地"),
        (KATAKANA_A, "ア"),
        (STAR, "★☆"),
    ):
        signs[[ord(character) for character in characters]] = sign

    lists = [[word.replace("_", " ") for word in words.split()] for words in _WORDS.values()]  # in order
    ends = np.cumsum([len(words) for words in lists])
    every = [word for words in lists for word in words]
    codes = np.array([ord(character) for character in "".join(every)], np.uint16)
    known = fold[codes]  # the words as `plain` sees them: the long vowel mark is a hyphen there
    areas = np.zeros((6, 10000), np.uint8)
    for figures, numbers in ((2, _AREAS_2), (3, _AREAS_3), (5, _AREAS_5)):
        areas[figures, [int(number) for number in numbers.split()]] = 1
    areas[4, [number for number in range(100, 1000) if number // 100 in (1, 2, 4, 5, 7, 8, 9)]] = 1
    made = Tables(
        fold,
        signs,
        np.where(known > 0, known.astype(np.uint16), codes),
        np.concatenate([[0], np.cumsum([len(word) for word in every])]).astype(np.int64),
        np.stack([np.concatenate([[0], ends[:-1]]), ends], axis=1).astype(np.int64),
        areas,
    )
    for table in made:
        table.flags.writeable = False
    return made


@borrowing
def decode_row(tables: Any, data: Any, start: Int, end: Int, codes: Any) -> Int:
    """The row's characters into the first half of `codes`, and what they fold to into the second; how many there are.

    Each half must hold `end - start`. Folded once here, and found again by place alone: a matcher that went through the
    tables at every character would pay for their reference counts each time.
    """
    fold = tables.fold
    size = 0
    at = start
    while at < end:
        lead = np.int64(data[at])
        if lead < 0x80:
            codes[size] = lead
            size += 1
            at += 1
            continue
        if lead >= 0xE0 and at + 2 < end:
            tail = (np.int64(data[at + 1]) << 8) | np.int64(data[at + 2])
            code = (lead << 12 & 0xF000) | (tail >> 2 & 0xFC0) | (tail & 0x3F)
            if (lead < 0xF0) & (tail & 0xC0C0 == 0x8080) & (code >= 0x800) & (code & 0xF800 != 0xD800):
                codes[size] = code
                size += 1
                at += 3
                continue
        width = character_width(data, at, end)
        codes[size] = ((lead << 6 & 0x7C0) | (np.int64(data[at + 1]) & 0x3F)) if width == 2 else OTHER
        size += 1
        at += width
    half = len(codes) >> 1
    for index in range(size):
        codes[half + index] = fold[codes[index]]
    return size


@inlined
def character_width(data: Any, at: Int, end: Int) -> Int:
    """The bytes of the character at `at`; 1 for a byte that is no part of valid UTF-8."""
    lead = np.int64(data[at])
    if lead < 0xC2 or lead >= 0xF5:
        return 1
    if lead < 0xE0:
        return 2 if at + 1 < end and data[at + 1] & 0xC0 == 0x80 else 1
    if lead < 0xF0:
        if at + 2 >= end:
            return 1
        tail = (np.int64(data[at + 1]) << 8) | np.int64(data[at + 2])
        code = (lead << 12 & 0xF000) | (tail >> 2 & 0xFC0) | (tail & 0x3F)
        return 3 if (tail & 0xC0C0 == 0x8080) & (code >= 0x800) & (code & 0xF800 != 0xD800) else 1
    if at + 3 >= end:
        return 1
    tail = (np.int64(data[at + 1]) << 16) | (np.int64(data[at + 2]) << 8) | np.int64(data[at + 3])
    whole = (lead << 18 & 0x1C0000) | (tail >> 4 & 0x3F000)
    return 4 if (tail & 0xC0C0C0 == 0x808080) & (whole >= 0x10000) & (whole <= 0x10FFFF) else 1


@inlined
def folded(codes: Any, at: Int, low: Int, high: Int) -> Int:
    """The ASCII character at `at`, as an int; 0 for any other character and outside `low <= at < high`."""
    return np.int64(codes[(len(codes) >> 1) + at]) if low <= at < high else np.int64(0)


@inlined
def plain(codes: Any, at: Int) -> Int:
    """A character as word lists hold it: folded where it folds, small where it is a letter, itself otherwise."""
    known = np.int64(codes[(len(codes) >> 1) + at])
    if known == 0:
        return np.int64(codes[at])
    return known + 32 if 65 <= known <= 90 else known


@inlined
def is_digit(character: Int) -> Bool:
    return 48 <= character <= 57


@inlined
def is_letter(character: Int) -> Bool:
    return 97 <= (character | 32) <= 122


@inlined
def ascii_of(code: Int) -> Any:
    """The ASCII character that a code is, or is the full-width form of; 0 for others, strokes among them."""
    if code < 128:
        return np.int64(code)
    return np.int64(code) - 0xFEE0 if 0xFF01 <= code <= 0xFF5E else np.int64(0)


@borrowing
def word_at(tables: Any, codes: Any, at: Int, high: Int, words: Any) -> Any:
    """The length of the first word of a list that stands at `at`, 0 where none does."""
    every, offsets = tables.words, tables.offsets
    for word in range(tables.ranges[words, 0], tables.ranges[words, 1]):
        first = offsets[word]
        length = offsets[word + 1] - first
        if at + length > high:
            continue
        same = 0
        while same < length and plain(codes, at + same) == every[first + same]:
            same += 1
        if same == length:
            return length
    return 0


@borrowing
def word_before(tables: Any, codes: Any, end: Int, low: Int, reach: Int, words: Any) -> Int:
    """The distance to the nearest word of a list that ends within `reach` characters before `end`, -1 for none.

    It looks back no further than `low`, a full stop or an empty line.
    """
    every, offsets, ranges = tables.words, tables.offsets, tables.ranges
    for gap in range(reach + 1):
        stop = end - gap
        if stop <= low:
            return -1
        for word in range(ranges[words, 0], ranges[words, 1]):
            first = offsets[word]
            length = offsets[word + 1] - first
            if stop - length < low:
                continue
            same = 0
            while same < length and plain(codes, stop - length + same) == every[first + same]:
                same += 1
            if same == length:
                return gap
        last = codes[stop - 1]
        if last == 0x3002 or (last == 0x0A and stop - 2 >= low and codes[stop - 2] == 0x0A):
            return -1
    return -1
