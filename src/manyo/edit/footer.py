"""Swallow's footers: a text is cut at the first of its last ten lines of which more than 0.3 is footer phrases.

What extraction leaves at the end of a page are menus, a copyright notice, buttons to share and links onward. The share
is of the characters of the line, white space among them; phrases are found from left to right, the longest first, and
do not overlap. The phrases (footer.txt) are ours, and leave out what ends ordinary sentences: the original's list has
記事, その他 and リンク, which cost the last paragraph of an article on articles.

>>> from manyo import edit
>>> page = "春は山菜の季節です。\\n会社概要 ｜ サイトマップ\\nCopyright (c) 2024 例の会社"
>>> edit.apply([page], ["cut_footer"]).texts.text().to_pylist()
['春は山菜の季節です。']

Doing it twice can cut more: the ten lines that are last then were body before. Apart from the original (footer.py),
which takes the phrases away one after another, so that what stood around one can become another.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from manyo.columns import Column
from manyo.edit.utf8 import line_end, starts_character
from manyo.kernels import inlined, kernel, wide

LINES: Final = 10


@cache
def phrases() -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The phrases by first byte, the longest first: their bytes, their offsets, and where each first byte's begin."""
    lines = (files("manyo.edit") / "footer.txt").read_text("utf-8").splitlines()
    found = {line.strip().encode().lower() for line in lines if line.strip() and not line.startswith("#")}
    ordered = sorted(found, key=lambda phrase: (phrase[0], -len(phrase), phrase))
    column = Column.join(ordered)
    return column.data, column.offsets, np.searchsorted([phrase[0] for phrase in ordered], np.arange(257))


def cut_footer(data: Any, offsets: Any, keep: Any) -> None:
    _cut(data, offsets, *phrases(), keep)


@kernel
def _cut(data: Any, offsets: Any, words: Any, word_offsets: Any, firsts: Any, keep: Any) -> None:
    for row in range(len(offsets) - 1):
        start, end = offsets[row], offsets[row + 1]
        at, lines = end, 0
        while at > start:
            if data[at - 1] == 0x0A:
                lines += 1
                if lines == LINES:
                    break
            at -= 1
        while at <= end:
            stop = line_end(data, at, end)
            if _is_footer(data, at, stop, words, word_offsets, firsts):
                keep[max(start, at - 1) : end] = False  # with the line feed before it
                break
            at = stop + 1


@inlined
def _is_footer(data: Any, at: int, stop: int, words: Any, word_offsets: Any, firsts: Any) -> bool:
    characters = matched = 0
    while at < stop:
        size = _phrase(data, at, stop, words, word_offsets, firsts)
        last = at + max(1, size)
        while at < last:
            if starts_character(wide(data[at])):
                characters += 1
                matched += size > 0
            at += 1
    return 10 * matched > 3 * characters


@inlined
def _phrase(data: Any, at: int, stop: int, words: Any, word_offsets: Any, firsts: Any) -> int:
    """The bytes of the longest phrase that starts at a place, 0 for none."""
    first = _small(wide(data[at]))
    for word in range(firsts[first], firsts[first + 1]):
        size = word_offsets[word + 1] - word_offsets[word]
        if at + size <= stop:
            same = 1
            while same < size and _small(wide(data[at + same])) == wide(words[word_offsets[word] + same]):
                same += 1
            if same == size:
                return int(size)
    return 0


@inlined
def _small(byte: int) -> int:
    return byte + 32 if 0x41 <= byte <= 0x5A else byte
