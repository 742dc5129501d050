"""Which rules each row fails, a bit a rule, and all counts that follow from it in one pass.

`masks` has shape `(words, rows)`, 64 rules to a word: moving one threshold rewrites one bit of every row, and counting
a million rows anew takes a few milliseconds.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from manyo.kernels import inlined, kernel

WIDTH = 64

Masks = npt.NDArray[np.uint64]
Counts = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]


def words(rules: int) -> int:
    """How many 64-bit words hold so many rules."""
    return max(1, -(-rules // WIDTH))


def put(masks: Masks, rule: int, fails: npt.NDArray[np.bool_] | None) -> None:
    """Say which rows fail a rule; None for a rule that is switched off."""
    row, bit = masks[rule // WIDTH], np.uint64(1 << (rule % WIDTH))
    row &= ~bit
    if fails is not None:
        _set(row, bit, fails)


def holds(masks: Masks, rule: int) -> npt.NDArray[np.bool_]:
    """Which rows fail a rule."""
    found: npt.NDArray[np.bool_] = (masks[rule // WIDTH] & np.uint64(1 << (rule % WIDTH))) != 0
    return found


def others(masks: Masks, rule: int) -> npt.NDArray[np.bool_]:
    """Which rows fail some other rule."""
    found = np.zeros(masks.shape[1], bool)
    for number, word in enumerate(masks):
        found |= (word & ~np.uint64(1 << (rule % WIDTH)) if number == rule // WIDTH else word) != 0
    return found


def fails(masks: Masks) -> npt.NDArray[np.bool_]:
    """Which rows fail any rule."""
    found: npt.NDArray[np.bool_] = np.bitwise_or.reduce(masks, axis=0) != 0
    return found


def count(
    masks: Masks, verdicts: Bytes, characters: npt.NDArray[np.integer], rules: int
) -> tuple[Counts, Counts, Counts, Counts, int]:
    """Everything that is counted: `failed`, `alone` and `first` for each rule, rows that pass and characters that pass.

    `alone` are rows that fail nothing else, `first` rows that fail no rule before it; both as in `replay.RuleCount`.
    The fourth array has a row for each verdict: how many pass, how many fail, shape `(3, 2)`.
    """
    failed, alone, first = (np.zeros(masks.shape[0] * WIDTH, np.int64) for _ in range(3))
    became = np.zeros((3, 2), np.int64)
    passed = _count(masks, verdicts, characters, failed, alone, first, became)
    return failed[:rules], alone[:rules], first[:rules], became, int(passed)


@kernel
def _set(row: Masks, bit: np.uint64, fails: npt.NDArray[np.bool_]) -> None:
    for at in range(len(row)):
        if fails[at]:
            row[at] |= bit


@inlined
def _lowest(word: np.uint64) -> int:
    """The place of the lowest bit that is set: a binary search, five steps."""
    place = 0
    for step in (32, 16, 8, 4, 2, 1):
        if word & ((np.uint64(1) << np.uint64(step)) - np.uint64(1)) == np.uint64(0):
            word = word >> np.uint64(step)
            place += step
    return place


@kernel
def _count(
    masks: Masks,
    verdicts: Bytes,
    characters: npt.NDArray[np.integer],
    failed: Counts,
    alone: Counts,
    first: Counts,
    became: Counts,
) -> int:
    passing = 0
    for row in range(masks.shape[1]):
        seen = 0
        last = 0
        for word in range(masks.shape[0]):
            left = masks[word, row]
            while left != np.uint64(0):
                last = word * 64 + _lowest(left)
                failed[last] += 1
                if seen == 0:
                    first[last] += 1
                seen += 1
                left &= left - np.uint64(1)
        if seen == 0:
            passing += characters[row]
        elif seen == 1:
            alone[last] += 1
        became[verdicts[row], 0 if seen == 0 else 1] += 1
    return passing
