"""Swallow's punctuation: ，． become 、。 in a text that is punctuated with them.

Papers and textbooks are often written with ， and ．; a corpus is better off with one way. For each pair by itself: runs
of the Western mark and of the Japanese one are counted where they follow kana (but ー), a kanji or one of
）」』］〕】〉》, and where the Western ones are more, they are replaced wherever they follow a character that is no
full-width digit or letter: ３．１４ and Ｈｉ， stay. What is counted once more is then all Japanese, so doing it twice is
doing it once.

>>> from manyo import edit
>>> edit.apply(["円周率は３．１４と習いました，そして覚えました．"], ["japanese_punctuation"]).texts.text().to_pylist()
['円周率は３．１４と習いました、そして覚えました。']

Apart from the original (kutoten.py): a run after a full-width letter or digit stays as a whole, of which the original
keeps only the first mark; one after ^ is replaced as any other; and kanji beyond U+FFFF count as kanji, as was meant.
"""

from __future__ import annotations

from typing import Any, Final

from manyo.edit.utf8 import three
from manyo.kernels import inlined, kernel, wide

_MARKS: Final = ((0xEFBC8C, 0xE38081), (0xEFBC8E, 0xE38082))  # ， and 、, ． and 。


@kernel
def japanese_punctuation(data: Any, offsets: Any, out: Any) -> None:
    """`out` is a copy of the data, in which the marks are replaced."""
    for row in range(len(offsets) - 1):
        start, end = offsets[row], offsets[row + 1]
        for western, japanese in _MARKS:
            if _more(data, start, end, western, japanese):
                _replace(data, start, end, western, japanese, out)


@inlined
def _more(data: Any, start: int, end: int, western: int, japanese: int) -> bool:
    surplus = 0
    for at in range(start + 3, end - 2):
        if data[at] >= 0xE3:
            code = three(data, at, end)
            if code == western or code == japanese:
                if _is_japanese(data, start, at):
                    surplus += 1 if code == western else -1
    return surplus > 0


@inlined
def _is_japanese(data: Any, start: int, at: int) -> bool:
    """Whether the character before a place is kana (but ー), a kanji or a closing bracket."""
    code = three(data, at - 3, at)
    if at - start >= 4 and 0xF0 <= wide(data[at - 4]) <= 0xF4:
        return data[at - 4] == 0xF0 and wide(data[at - 3]) >= 0xA0  # the planes of kanji
    if 0xE38181 <= code <= 0xE38296 or 0xE382A1 <= code <= 0xE383BA:
        return True
    if 0xE39080 <= code <= 0xE9BFBF or 0xEFA480 <= code <= 0xEFABBF or code in (0xE38085, 0xE38087, 0xE380BB):
        return True
    # ） 」 』 ］ 〕 】 〉 》
    return code in (0xEFBC89, 0xE3808D, 0xE3808F, 0xEFBCBD, 0xE38095, 0xE38091, 0xE38089, 0xE3808B)


@inlined
def _replace(data: Any, start: int, end: int, western: int, japanese: int, out: Any) -> None:
    at = start
    while at < end:
        if data[at] != 0xEF or three(data, at, end) != western:
            at += 1
            continue
        code = three(data, at - 3, at) if at - start >= 3 else 0
        # A full-width digit or letter: U+FF10-FF19, U+FF21-FF3A, U+FF41-FF5A.
        wide_letter = 0xEFBC90 <= code <= 0xEFBC99 or 0xEFBCA1 <= code <= 0xEFBCBA or 0xEFBD81 <= code <= 0xEFBD9A
        replaced = at > start and not wide_letter
        while three(data, at, end) == western:
            if replaced:
                out[at], out[at + 1], out[at + 2] = japanese >> 16, japanese >> 8 & 0xFF, japanese & 0xFF
            at += 3
