"""The learned selection: boosted trees over the features of a block, evaluated where the blocks lie.

The model is data, `main_text.npz`, made by `tools/train_main_text`. Its trees are all of one depth and laid out as
heaps, so that a step down is arithmetic and no branch, and eight of them walk at a time: the processor waits for one
tree's feature while it looks at another's. The leaves add up to the logarithm of the odds that a block is main text.

Which blocks to keep is decided page by page. A set of blocks with the best expected F1 holds those whose probability is
above half of that F1 (Dembczyński et al., "An Exact Algorithm for F-Measure Maximization", 2011, has the theory); so a
page of which little is certain, a list of products say, is cut lower than an article.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np
import numpy.typing as npt

from manyo.columns import ByteArray, IntArray
from manyo.kernels import borrowing, inlined, kernel
from manyo.read import features, vocabulary
from manyo.read import segment as s

DEPTH: Final = 6
ABREAST: Final = 8  # trees that walk at a time; their number is a multiple of it
LOWEST: Final = 0.2  # between these a page's cut moves
HIGHEST: Final = 0.5
_FILE: Final = "main_text.npz"
_BINS: Final = 64  # of probability, for a page's expected F1


@dataclass(frozen=True)
class Forest:
    """Perfect binary trees of `DEPTH` steps: node `n` has the children `2n + 1` and `2n + 2`.

    `feature` and `threshold` are of shape (trees, 2^DEPTH - 1); a step goes to the first child when the feature is at
    most the threshold. `leaves` is of shape (trees, 2^DEPTH). `known` is the vocabulary that the features were made with.
    """

    feature: npt.NDArray[np.int16]
    threshold: npt.NDArray[np.float32]
    leaves: npt.NDArray[np.float32]
    known: vocabulary.Vocabulary


@cache
def load() -> Forest:
    """The model that ships with Manyo."""
    with (files("manyo.read") / _FILE).open("rb") as file, np.load(file, allow_pickle=False) as stored:
        if tuple(stored["names"].tolist()) != features.NAMES:
            raise RuntimeError(f"{_FILE} was trained on other features: run tools/train_main_text")
        known = vocabulary.table(dict(zip(stored["keys"].tolist(), stored["odds"].tolist(), strict=True)))
        return Forest(stored["feature"], stored["threshold"], stored["leaves"], known)


def score(found: s.Segments, model: Forest | None = None) -> npt.NDArray[np.float32]:
    """The probability that each block is main text, float32 of shape (blocks,); 0 outside the body."""
    model = model or load()
    out = np.zeros(len(found.blocks), np.float32)
    _score(
        found.text,
        found.blocks,
        found.containers,
        found.pages,
        vocabulary.of_containers(found, model.known),
        vocabulary.of_blocks(found, model.known),
        np.zeros((len(found.containers), features.TOTALS), np.float32),
        np.zeros((len(found.containers), features.RECORD), np.float32),
        np.zeros(len(found.containers), np.int32),
        np.zeros(len(features.NAMES), np.float32),
        model.feature.reshape(-1),
        model.threshold.reshape(-1),
        model.leaves.reshape(-1),
        out,
    )
    return out


def choose(found: s.Segments, probability: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    """1 for each block whose probability is above the cut of its page, shape (blocks,)."""
    kept = np.zeros(len(found.blocks), np.uint8)
    _choose(found.blocks, found.pages, probability, kept)
    return kept


@kernel
def _score(
    text: ByteArray,
    blocks: npt.NDArray[np.int32],
    containers: npt.NDArray[np.int32],
    pages: IntArray,
    odds: npt.NDArray[np.float32],
    said: npt.NDArray[np.float32],
    totals: npt.NDArray[np.float32],
    records: npt.NDArray[np.float32],
    alike: npt.NDArray[np.int32],
    vector: npt.NDArray[np.float32],
    feature: npt.NDArray[np.int16],
    threshold: npt.NDArray[np.float32],
    leaves: npt.NDArray[np.float32],
    out: npt.NDArray[np.float32],
) -> None:
    whole = np.zeros(features.SCORE + 1, np.float64)
    for page in range(len(pages) - 1):
        first, last = pages[page, s.FIRST_BLOCK], pages[page, s.FIRST_DATA]
        features.add_up(blocks, containers, pages, page, odds, totals, records, alike, whole)
        before = 0.0
        for block in range(first, last):
            before += blocks[block, s.CHARACTERS] - blocks[block, s.LINKED]
            features.describe(
                text, blocks, containers, first, last, block, before, said, totals, records, alike, whole, vector
            )
            out[block] = _logistic(_walk(vector, feature, threshold, leaves))


_INNER: Final = np.uint64((1 << DEPTH) - 1)  # nodes of a tree that are no leaf
_LEAVES: Final = np.uint64(1 << DEPTH)
_ONE: Final = np.uint64(1)


@borrowing
def _walk(
    vector: npt.NDArray[np.float32],
    feature: npt.NDArray[np.int16],
    threshold: npt.NDArray[np.float32],
    leaves: npt.NDArray[np.float32],
) -> float:
    """The sum of the leaves that a vector reaches; the trees lie one after another.

    Eight trees have a variable each, which the compiler keeps in registers, and indices are unsigned, which spares it
    the question whether they count from the end: half the time of an array of nodes.
    """
    value = 0.0
    for group in range(0, len(leaves) >> DEPTH, ABREAST):
        t0 = np.uint64(group) * _INNER
        t1, t2, t3 = t0 + _INNER, t0 + _INNER * np.uint64(2), t0 + _INNER * np.uint64(3)
        t4, t5 = t0 + _INNER * np.uint64(4), t0 + _INNER * np.uint64(5)
        t6, t7 = t0 + _INNER * np.uint64(6), t0 + _INNER * np.uint64(7)
        n0 = n1 = n2 = n3 = n4 = n5 = n6 = n7 = np.uint64(0)
        for _ in range(DEPTH):
            n0 = _below(vector, feature, threshold, t0, n0)
            n1 = _below(vector, feature, threshold, t1, n1)
            n2 = _below(vector, feature, threshold, t2, n2)
            n3 = _below(vector, feature, threshold, t3, n3)
            n4 = _below(vector, feature, threshold, t4, n4)
            n5 = _below(vector, feature, threshold, t5, n5)
            n6 = _below(vector, feature, threshold, t6, n6)
            n7 = _below(vector, feature, threshold, t7, n7)
        first = np.uint64(group) * _LEAVES - _INNER
        value += leaves[first + n0]
        value += leaves[first + n1 + _LEAVES]
        value += leaves[first + n2 + _LEAVES * np.uint64(2)]
        value += leaves[first + n3 + _LEAVES * np.uint64(3)]
        value += leaves[first + n4 + _LEAVES * np.uint64(4)]
        value += leaves[first + n5 + _LEAVES * np.uint64(5)]
        value += leaves[first + n6 + _LEAVES * np.uint64(6)]
        value += leaves[first + n7 + _LEAVES * np.uint64(7)]
    return value


@inlined
def _below(
    vector: npt.NDArray[np.float32],
    feature: npt.NDArray[np.int16],
    threshold: npt.NDArray[np.float32],
    tree: np.uint64,
    node: np.uint64,
) -> np.uint64:
    """The child of a node that a vector goes to."""
    right = vector[np.uint64(feature[tree + node])] > threshold[tree + node]
    return node + node + _ONE + np.uint64(right)


@borrowing
def _logistic(value: float) -> float:
    """1 / (1 + e^-value), by arithmetic that is the same on every machine: e^x = (1 + x/1024 + ...)^1024."""
    value = min(max(value, -20.0), 20.0)
    step = -value / 1024
    power = 1 + step * (1 + step / 2 * (1 + step / 3))
    for _ in range(10):
        power *= power
    return 1 / (1 + power)


@kernel
def _choose(
    blocks: npt.NDArray[np.int32],
    pages: IntArray,
    probability: npt.NDArray[np.float32],
    kept: npt.NDArray[np.uint8],
) -> None:
    right = np.zeros(_BINS, np.float64)  # expected characters of main text, and characters, by probability
    size = np.zeros(_BINS, np.float64)
    for page in range(len(pages) - 1):
        first, last = pages[page, s.FIRST_BLOCK], pages[page, s.FIRST_DATA]
        right[:] = 0.0
        size[:] = 0.0
        total = 0.0
        for block in range(first, last):
            expected = probability[block] * blocks[block, s.CHARACTERS]
            total += expected
            place = min(int(probability[block] * _BINS), _BINS - 1)
            right[place] += expected
            size[place] += blocks[block, s.CHARACTERS]
        best = found = taken = 0.0
        for place in range(_BINS - 1, -1, -1):
            found += right[place]
            taken += size[place]
            if taken + total > 0:
                best = max(best, 2 * found / (taken + total))
        cut = min(max(best / 2, LOWEST), HIGHEST)
        for block in range(first, last):
            kept[block] = probability[block] > cut
