"""Which blocks are the main text, and the text put together from what is kept.

`select` asks a learned model (`forest`), and then corrects what blocks cannot know one by one (`settle`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from manyo.columns import ByteArray, Column, IntArray
from manyo.kernels import kernel
from manyo.read import chunks, forest
from manyo.read import segment as s
from manyo.read.settle import finish, settle, settle_comments

_TAB_MOST = 150  # bytes of a table cell that may share its line


@dataclass(frozen=True)
class Selection:
    """`kept` is 1 for each block that belongs to the main text of its page, `score` the probability of that (blocks,)."""

    kept: npt.NDArray[np.uint8]
    score: npt.NDArray[np.float32]


def select(found: s.Segments, *, comments: str = "auto") -> Selection:
    """Select the main text; `comments` is one of `settings.COMMENTS`.

    "auto" leaves what readers wrote under a page to the model, which keeps it where it is the page; "drop" and "keep"
    decide by the names of the containers.
    """
    score = forest.score(found)
    kept = forest.choose(found, score)
    settle(found, kept)
    if comments != "auto":
        settle_comments(found, kept, drop=comments == "drop")
    finish(found, kept)
    return Selection(kept, score)


def assemble(found: s.Segments, kept: npt.NDArray[np.uint8]) -> Column:
    """The text of each page: its kept blocks, a line each; the short cells of a table row share a line by tabs."""
    sizes = (found.blocks[:, s.END] - found.blocks[:, s.START]).astype(np.int64)
    out = np.empty(int((sizes * kept).sum()) + len(kept) + 1, np.uint8)
    offsets = np.zeros(len(found.pages), np.int64)
    _assemble(found.text, found.blocks, found.pages, kept, out, offsets)
    return Column(out[: offsets[-1]], offsets)


def link_share(found: s.Segments, kept: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """The share of the kept characters of each page that stand in links, white space aside; 0 where nothing is kept."""
    bounds = found.pages[:, s.FIRST_BLOCK]
    totals = np.zeros((len(found.blocks) + 1, 2), np.int64)
    np.cumsum(found.blocks[:, [s.LINKED, s.CHARACTERS]] * (kept != 0)[:, None], axis=0, out=totals[1:])
    linked, characters = np.diff(totals[bounds], axis=0).T
    return np.asarray(linked / np.maximum(characters, 1), np.float32)


@kernel
def _assemble(
    text: ByteArray,
    blocks: npt.NDArray[np.int32],
    pages: IntArray,
    kept: npt.NDArray[np.uint8],
    out: ByteArray,
    offsets: IntArray,
) -> None:
    to = 0
    for page in range(len(pages) - 1):
        first = to
        before = -1
        for block in range(pages[page, s.FIRST_BLOCK], pages[page + 1, s.FIRST_BLOCK]):
            if not kept[block]:
                continue
            start, end = blocks[block, s.START], blocks[block, s.END]
            if to > first:
                short = end - start <= _TAB_MOST and before == block - 1
                short = short and blocks[before, s.END] - blocks[before, s.START] <= _TAB_MOST
                out[to] = 0x09 if blocks[block, s.JOIN] == s.TAB and short else 0x0A
                to += 1
            chunks.copy_all(text, start, end, out, to)
            to += end - start
            before = block
        offsets[page + 1] = to
