"""Traces of a scanner: text that was read off paper, or copied out of a PDF file that keeps no words together.

- A *spaced* pair is a kana or kanji, one U+0020, and a kana or kanji, one of them hiragana: 経済 は. Japanese is
  written without spaces. People set nouns apart by one in lists (青森 岩手) and in foreign names (ユーザー インターフェイス), which is why there must be
  hiragana, and whole phrases by U+3000, which does not count. Divided by kana and kanji it is `kana_space_share`: near 0.5
  where a machine set every character apart. It does harm to books for small children (これは ねこ です), which reach 0.2.
- A *misplaced* kana is a small one, or ー, where Japanese has none, because a scanner takes small ones for large, large
  ones for small, and 一 for ー. Only full-width forms are looked at:
  - ゃゅょ and ャュョ after anything but a kana that takes them: the i column from き to り and its voiced forms, and for
    foreign words て, で, と, ど, ふ, ゔ, ぃ, and their katakana; or after a sound mark of its own;
  - っ before a kana of the rows あ, な, ま, ら, や, わ or ん, and ッ before a vowel or ン. Japanese doubles no such sound;
    yet えっなに and あっやばい are written where people chat;
  - ー before a kanji and not after a kana or ー: 第ー回, ー般. So is a dash between place names (東京ー大阪), wrongly.
  Divided by kana it is `wrong_small_kana_share`. Small vowels (なぁ, 俺ぁ, ファ) say nothing, nor does っ at the end of
  a line: 「えっ」, and lines broken by width.

`ocr_suspicion` is made of both: spaces speak for it from 0.02 on and say all they can at 0.2, misplaced kana from
0.003 on and at 0.02, both taken over at least 200 characters; the two are joined as independent grounds are, 1 - (1 - a)(1 - b). A suspicion and no verdict.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from manyo.kernels import inlined
from manyo.measure.alphabet import CLASS, HIRAGANA, KANJI, LONG_VOWEL, entry

SPACED: Final = (0.02, 0.2)
MISPLACED: Final = (0.003, 0.02)
FEW: Final = 200  # a shorter text is taken to be this long: one slip in a line is no scanner's

_KANA: Final = 0x3041  # ぁ, the first of those below
_TAKES_YA, _NOT_DOUBLED = 1, 2
# What is said of each kana from ぁ on: the katakana are those of the hiragana, 0x60 further on.
_ROLES: Final = np.array(
    [
        _TAKES_YA * (chr(code) in "きしちにひみりぎじぢびぴてでとどふゔぃキシチニヒミリギジヂビピテデトドフヴィ")
        | _NOT_DOUBLED * (chr(code) in "あいうえおなにぬねのまみむめもらりるれろやゆよわゐゑをんアイウエオン")
        for code in range(_KANA, 0x3100)
    ],
    np.uint8,
)


@inlined
def spaced(before: int, after: int, entries: npt.NDArray[np.uint16]) -> bool:
    """Whether a space between these two characters stands where Japanese has none."""
    left, right = entry(before, entries) & CLASS, entry(after, entries) & CLASS
    return _japanese(left) and _japanese(right) and (left == HIRAGANA or right == HIRAGANA)


@inlined
def _japanese(kind: int) -> bool:
    return kind >= KANJI or HIRAGANA <= kind <= LONG_VOWEL


@inlined
def misplaced(code: int, before: int, after: int, entries: npt.NDArray[np.uint16]) -> bool:
    """Whether one of `alphabet.SMALL_KANA` stands wrongly between these two; `before` is -1 after white space or nothing."""
    if code == 0x30FC:  # ー
        if before >= 0 and HIRAGANA <= entry(before, entries) & CLASS <= LONG_VOWEL:
            return False
        return entry(after, entries) & CLASS >= KANJI
    if code == 0x3063 or code == 0x30C3:  # っ, ッ
        same_script = (code < 0x30A0) == (after < 0x30A0)
        return _KANA <= after < 0x3100 and same_script and _ROLES[after - _KANA] & _NOT_DOUBLED != 0
    if 0x3099 <= before <= 0x309C:  # し and a sound mark of its own
        return False
    return not (_KANA <= before < 0x3100 and _ROLES[before - _KANA] & _TAKES_YA)


def suspicion(
    spaces: npt.NDArray[Any], japanese: npt.NDArray[Any], small: npt.NDArray[Any], kana: npt.NDArray[Any]
) -> npt.NDArray[np.float32]:
    """The suspicion of rows with so many spaces among kana and kanji, and so many misplaced small kana among kana.

    All of shape `(rows,)`, in [0, 1].

    >>> suspicion(np.array([0, 20, 900]), np.full(3, 1000), np.array([0, 20, 2]), np.full(3, 600)).round(2).tolist()
    [0.0, 1.0, 1.0]
    """
    none = np.ones(len(spaces))
    for part, whole, (least, most) in ((spaces, japanese, SPACED), (small, kana, MISPLACED)):
        none *= 1 - np.clip((part / np.maximum(whole, FEW) - least) / (most - least), 0, 1)
    return (1 - none).astype(np.float32)
