"""The learned selection: boosted trees over the features of a block, evaluated where the blocks lie.

The model is data, `main_text.npz`, made by `tools/train_main_text.py`. Its trees are all of one depth and laid out as
heaps, so that a step down is arithmetic and no branch, and four of them walk at a time: the processor waits for one
tree's feature while it looks at another's. A block is kept when its leaves add up to more than `cut`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np
import numpy.typing as npt

from manyo.kernels import kernel, wide
from manyo.read import features
from manyo.read import segment as s

DEPTH: Final = 6
ABREAST: Final = 4  # trees that walk at a time; their number is a multiple of it
_FILE: Final = "main_text.npz"


@dataclass(frozen=True)
class Forest:
    """Perfect binary trees of `DEPTH` steps: node `n` has the children `2n + 1` and `2n + 2`.

    `feature` and `threshold` are of shape (trees, 2^DEPTH - 1); a step goes to the first child when the feature is at
    most the threshold. `leaves` is of shape (trees, 2^DEPTH).
    """

    feature: npt.NDArray[np.int16]
    threshold: npt.NDArray[np.float32]
    leaves: npt.NDArray[np.float64]
    cut: float


@cache
def load() -> Forest:
    """The model that ships with Manyo."""
    with (files("manyo.read") / _FILE).open("rb") as file, np.load(file, allow_pickle=False) as stored:
        if tuple(stored["names"].tolist()) != features.NAMES:
            raise RuntimeError(f"{_FILE} was trained on other features: run tools/train_main_text.py")
        return Forest(stored["feature"], stored["threshold"], stored["leaves"], float(stored["cut"]))


def choose(found: s.Segments, rule: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """1 for each block that the model keeps, shape (blocks,); `rule` is what the rules kept."""
    model = load()
    kept = np.zeros(len(found.blocks), np.uint8)
    totals = np.zeros((len(found.containers), features.TOTALS), np.float32)
    _choose(
        found.blocks,
        found.containers,
        found.pages,
        rule,
        totals,
        model.feature,
        model.threshold,
        model.leaves,
        model.cut,
        len(features.NAMES),
        kept,
    )
    return kept


@kernel
def _choose(
    blocks: npt.NDArray[np.int32],
    containers: npt.NDArray[np.int32],
    pages: npt.NDArray[np.int64],
    rule: npt.NDArray[np.uint8],
    totals: npt.NDArray[np.float32],
    feature: npt.NDArray[np.int16],
    threshold: npt.NDArray[np.float32],
    leaves: npt.NDArray[np.float64],
    cut: float,
    width: int,
    kept: npt.NDArray[np.uint8],
) -> None:
    page_totals = np.zeros(features.TOTALS, np.float64)
    vector = np.zeros(width, np.float32)
    at = np.zeros(ABREAST, np.int64)
    inner = (1 << DEPTH) - 1
    for page in range(len(pages) - 1):
        first, last = pages[page, s.FIRST_BLOCK], pages[page, s.FIRST_DATA]
        features.add_up(blocks, containers, pages, page, totals, page_totals)
        before = 0.0
        for block in range(first, last):
            before += blocks[block, s.CHARACTERS] - blocks[block, s.LINKED]
            features.describe(blocks, containers, first, last, block, before, rule, totals, page_totals, vector)
            value = 0.0
            for tree in range(0, len(leaves), ABREAST):
                at[:] = 0
                for _ in range(DEPTH):
                    for lane in range(ABREAST):
                        node = at[lane]
                        right = vector[wide(feature[tree + lane, node])] > threshold[tree + lane, node]
                        at[lane] = 2 * node + 1 + right
                for lane in range(ABREAST):
                    value += leaves[tree + lane, at[lane] - inner]
            if value > cut:
                kept[block] = 1
