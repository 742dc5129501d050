"""How much two texts share, n-gram by n-gram: for the pairs that an estimate leaves in doubt.

The set is that of `minhash.signatures`: the character n-grams of a text without its white space, each by its 64-bit
rolling hash. Among the n-grams of two texts, two different ones meet by accident with probability below 10^-9 even where
the texts have a hundred thousand characters each; as everywhere here, texts built to collide are another matter.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from manyo.columns import Column
from manyo.dedupe.digest import mix64
from manyo.dedupe.minhash import BASE, character, is_white_space
from manyo.kernels import borrowing, kernel

Int64Array = npt.NDArray[np.int64]
Float64Array = npt.NDArray[np.float64]


def jaccard(texts: Column | Any, pairs: Int64Array, ngram: int) -> Float64Array:
    """The Jaccard similarity of the n-gram sets of each pair of rows, `float64[e]` for `int64[e, 2]`.

    Texts without characters have nothing in common with any. Costs the length of both texts of a pair; memory goes by
    the longest ones.

    >>> texts = ["いろはにほへと", "いろはに ほへ", "", "ちりぬるを"]
    >>> jaccard(texts, np.array([[0, 1], [0, 0], [0, 2], [0, 3], [2, 2]]), 2).tolist()
    [0.8333333333333334, 1.0, 0.0, 0.0, 0.0]
    """
    column = Column.of(texts)
    pairs = np.ascontiguousarray(pairs, np.int64).reshape(-1, 2)
    found = np.zeros(len(pairs), np.float64)
    if len(pairs):
        longest = int(column.lengths[pairs].sum(axis=1).max())
        cells = max(64, 1 << (2 * longest).bit_length())
        room = np.empty(longest, np.uint64), np.empty(cells, np.uint64), np.zeros(cells, np.int64)
        _overlap(column.data, column.offsets, pairs, ngram, *room, found)
    return found


@borrowing
def _grams(data: Any, at: int, end: int, ngram: int, grams: Any) -> int:
    """The hashes of a text's n-grams, as `minhash` makes them, into `grams`; how many they are."""
    length = 0
    while at < end:  # first the characters
        code, width = character(data, at, end)
        at += width
        if not is_white_space(code):
            grams[length] = np.uint64(code + 1)
            length += 1
    width = min(ngram, length)
    gram = np.uint64(0)
    leaving = np.uint64(1)
    for index in range(width):
        leaving *= BASE  # the weight of the character that leaves the window
        gram = gram * BASE + grams[index]
    for index in range(length - width + 1 if length else 0):  # then, in their place, the n-grams that begin with them
        first = grams[index]
        grams[index] = mix64(gram)
        if index + width < length:
            gram = gram * BASE + (grams[index + width] - leaving * first)
    return length - width + 1 if length else 0


@kernel
def _overlap(data: Any, offsets: Any, pairs: Any, ngram: int, grams: Any, keys: Any, stamps: Any, found: Any) -> None:
    """Both texts into one hash table; a cell's stamp says for which pair it holds, and whether the second text has it."""
    for pair in range(len(pairs)):
        first, second = pairs[pair, 0], pairs[pair, 1]
        most = _grams(data, offsets[first], offsets[first + 1], ngram, grams)
        total = most + _grams(data, offsets[second], offsets[second + 1], ngram, grams[most:])
        size = 64
        while size < 2 * total:  # no more than is needed: what is small stays in the cache
            size *= 2
        mask = np.uint64(size - 1)
        once, both = 2 * pair + 1, 2 * pair + 2
        union = shared = 0
        for index in range(total):
            gram, stamp = grams[index], once if index < most else both
            cell = gram & mask
            while stamps[cell] >= once and keys[cell] != gram:
                cell = (cell + np.uint64(1)) & mask
            if stamps[cell] < once:
                keys[cell] = gram
                union += 1
            elif stamps[cell] < stamp:
                shared += 1
            stamps[cell] = stamp
        if union:
            found[pair] = shared / union
