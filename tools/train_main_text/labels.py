"""Which blocks belong to a page's known main text: labels by alignment.

Words and sentences of a main text stand elsewhere on its page too: in menus, in teasers, in what is hidden. So runs
decide. Each token of a page is worth the length of the longest run of tokens through it that the main text holds, of
those that are tried; blocks take their tokens out of the main text in the order of their mean worth, and a block
belongs to it when enough of its tokens are still there to be taken. How many are enough is what fits the page best.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

_WIDE = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f"
_TOKEN = re.compile(rf"[{_WIDE}]|[^\W{_WIDE}]+")  # a character of Japanese, or a word
_RUNS = (10, 6, 4, 3, 2, 1)
_SHARES = (0.8, 0.65, 0.5, 0.4)
_LEAST_WORTH = 2.0  # of a block of several tokens: one by one they are everywhere


def align(blocks: Sequence[str], truth: str) -> npt.NDArray[np.int8]:
    """1 for each block that belongs to `truth`, 0 for the others."""
    numbers: dict[str, int] = {}

    def tokens(text: str) -> list[int]:
        return [numbers.setdefault(token, len(numbers)) for token in _TOKEN.findall(text.lower())]

    of_blocks, wanted = [tokens(block) for block in blocks], tokens(truth)
    best, best_f1 = np.zeros(len(blocks), np.int8), -1.0
    if not wanted or not blocks:
        return best
    sizes = np.array([len(block) for block in of_blocks], np.int64)
    ends = np.cumsum(sizes)
    worths = _worths([token for block in of_blocks for token in block], wanted)
    sums = np.concatenate([[0], np.cumsum(worths)])
    worth = (sums[ends] - sums[ends - sizes]) / np.maximum(sizes, 1)
    order = sorted(np.flatnonzero((sizes > 0) & (worth >= np.minimum(sizes, _LEAST_WORTH))), key=lambda at: -worth[at])
    counts = [Counter(block) for block in of_blocks]
    for share in _SHARES:
        left = Counter(wanted)
        labels = np.zeros(len(blocks), np.int8)
        shared = size = 0
        for block in order:
            taken = sum(min(count, left[token]) for token, count in counts[block].items())
            if taken >= share * sizes[block]:
                labels[block] = 1
                shared, size = shared + taken, size + int(sizes[block])
                left = _without(left, counts[block])
        f1 = 2 * shared / (size + len(wanted))
        if f1 > best_f1:
            best, best_f1 = labels, f1
    return best


def _without(left: Counter[int], taken: Counter[int]) -> Counter[int]:
    for token, count in taken.items():
        if token in left:
            left[token] = max(0, left[token] - count)
    return left


def _worths(tokens: list[int], wanted: list[int]) -> npt.NDArray[np.int64]:
    """For each token of a page the longest run through it, of the lengths tried, that the main text holds."""
    worths = np.zeros(len(tokens), np.int64)
    for length in _RUNS:
        held = {tuple(wanted[at : at + length]) for at in range(len(wanted) - length + 1)}
        for at in range(len(tokens) - length + 1):
            if worths[at] >= length and worths[at + length - 1] >= length:
                continue
            if tuple(tokens[at : at + length]) in held:
                np.maximum(worths[at : at + length], length, out=worths[at : at + length])
    return worths
