"""What a block looks like, in numbers: the input of the learned selection.

Per block: its own text, tag and roles; where it stands on its page; the blocks around it; the six containers around it
with their share of the page's text, links and punctuation; how much of a main text hangs under its best ancestor; and
what the rules (`main_text`) made of it and of its neighbours. No feature depends on the language but the share of
kana, and none on words.

One function fills the vector of one block; training reads it into a matrix, selection into a buffer that is used again
for every block, so that a page of a million blocks costs no more memory than its block table.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from manyo.kernels import kernel
from manyo.read import segment as s
from manyo.read import tags

LEVELS: Final = 6  # containers looked at, from the innermost out
REACH: Final = 2  # blocks looked at on either side
_ROLES: Final = 21
_OWN: Final = ("characters", "link_share", "punctuation", "punctuation_share", "kana_share", "tag", "join", "width")
_PAGE: Final = (
    *("position", "index", "blocks", "page_characters", "page_text", "page_punctuation", "page_link_share"),
    *("page_kana_share", "text_before", "depth", "ancestor_score", "own_score", "rule"),
)
_NEAR: Final = ("characters", "link_share", "punctuation", "tag", "clutter", "rule", "same_container")
_CONTAINER: Final = (
    *(
        "tag",
        "text",
        "text_share",
        "link_share",
        "blocks",
        "punctuation_share",
        "paragraphs",
        "children",
        "paragraph_share",
    ),
)
NAMES: Final = (
    *_OWN,
    *(f"role_{bit}" for bit in range(_ROLES)),
    *_PAGE,
    *(f"{name}{step:+d}" for step in (-2, -1, 1, 2) for name in _NEAR),
    *(f"container{level}_{name}" for level in range(LEVELS) for name in _CONTAINER),
)
"""The features by name, in the order of the vector."""

# Columns of the totals of containers, and of the totals of a page.
CHARACTERS, TEXT, LINKED, PUNCTUATION, BLOCKS, PARAGRAPHS, CHILDREN, SCORE, BEST, DEPTH = range(10)
TOTALS: Final = 10
CLUTTER = tags.NAVIGATION | tags.FOOTER | tags.ASIDE | tags.BOILERPLATE | tags.COMMENTS | tags.HIDDEN | tags.CONTROL
_PARAGRAPH: Final = 40  # characters outside links, with punctuation


def matrix(found: s.Segments, rule: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """The features of every block, float32 of shape (blocks, len(NAMES)); `rule` is what `main_text.by_rules` kept."""
    totals = np.zeros((len(found.containers), TOTALS), np.float32)
    out = np.zeros((len(found.blocks), len(NAMES)), np.float32)
    _matrix(found.blocks, found.containers, found.pages, rule, totals, out)
    return out


@kernel
def _matrix(
    blocks: npt.NDArray[np.int32],
    containers: npt.NDArray[np.int32],
    pages: npt.NDArray[np.int64],
    rule: npt.NDArray[np.uint8],
    totals: npt.NDArray[np.float32],
    out: npt.NDArray[np.float32],
) -> None:
    page_totals = np.zeros(TOTALS, np.float64)
    for page in range(len(pages) - 1):
        first, last = pages[page, s.FIRST_BLOCK], pages[page, s.FIRST_DATA]
        add_up(blocks, containers, pages, page, totals, page_totals)
        before = 0.0
        for block in range(first, last):
            before += blocks[block, s.CHARACTERS] - blocks[block, s.LINKED]
            describe(blocks, containers, first, last, block, before, rule, totals, page_totals, out[block])


@kernel
def add_up(
    blocks: npt.NDArray[np.int32],
    containers: npt.NDArray[np.int32],
    pages: npt.NDArray[np.int64],
    page: int,
    totals: npt.NDArray[np.float32],
    page_totals: npt.NDArray[np.float64],
) -> None:
    """Fill the totals of a page's containers and of the page.

    `SCORE` is Readability's idea: text with punctuation counts for the container it stands in, and for that one's
    parent and, by half, grandparent; `BEST` is the highest score from a container up to the root.
    """
    first, last = pages[page, s.FIRST_BLOCK], pages[page, s.FIRST_DATA]
    root, end = pages[page, s.FIRST_CONTAINER], pages[page + 1, s.FIRST_CONTAINER]
    page_totals[:] = 0.0
    kana = 0
    for block in range(first, last):
        container = blocks[block, s.CONTAINER]
        characters, linked = blocks[block, s.CHARACTERS], blocks[block, s.LINKED]
        punctuation, text = blocks[block, s.PUNCTUATION], characters - linked
        kana += blocks[block, s.KANA]
        totals[container, CHARACTERS] += characters
        totals[container, TEXT] += text
        totals[container, LINKED] += linked
        totals[container, PUNCTUATION] += punctuation
        totals[container, BLOCKS] += 1
        if text >= _PARAGRAPH and punctuation > 0:
            totals[container, PARAGRAPHS] += 1
        if punctuation > 0 and text * 2 >= characters:
            totals[container, SCORE] += text
            parent = containers[container, s.PARENT]
            if parent >= 0:
                totals[parent, SCORE] += text
                parent = containers[parent, s.PARENT]
                if parent >= 0:
                    totals[parent, SCORE] += 0.5 * text
    best = np.float32(0.0)
    for container in range(end - 1, root - 1, -1):
        best = max(best, totals[container, SCORE])
        parent = containers[container, s.PARENT]
        if parent >= 0:
            for column in range(CHILDREN):
                totals[parent, column] += totals[container, column]
            totals[parent, CHILDREN] += 1
    for container in range(root, end):
        parent = containers[container, s.PARENT]
        totals[container, BEST] = totals[container, SCORE]
        if parent >= 0:
            totals[container, BEST] = max(totals[container, SCORE], totals[parent, BEST])
            totals[container, DEPTH] = totals[parent, DEPTH] + 1
    for column in range(CHILDREN):
        page_totals[column] = totals[root, column]
    page_totals[CHILDREN] = kana
    page_totals[SCORE] = best


@kernel
def describe(
    blocks: npt.NDArray[np.int32],
    containers: npt.NDArray[np.int32],
    first: int,
    last: int,
    block: int,
    before: float,
    rule: npt.NDArray[np.uint8],
    totals: npt.NDArray[np.float32],
    page_totals: npt.NDArray[np.float64],
    out: npt.NDArray[np.float32],
) -> None:
    """Fill the vector of one block; `before` is the page's text up to and with it."""
    characters, linked = blocks[block, s.CHARACTERS], blocks[block, s.LINKED]
    punctuation, roles = blocks[block, s.PUNCTUATION], blocks[block, s.ROLES]
    own = max(characters, 1)
    out[0] = characters
    out[1] = linked / own
    out[2] = punctuation
    out[3] = punctuation / own
    out[4] = blocks[block, s.KANA] / own
    out[5] = blocks[block, s.TAG]
    out[6] = blocks[block, s.JOIN]
    out[7] = (blocks[block, s.END] - blocks[block, s.START]) / own
    at = 8
    for bit in range(_ROLES):
        out[at + bit] = (roles >> bit) & 1
    at += _ROLES
    container = blocks[block, s.CONTAINER]
    whole = max(page_totals[CHARACTERS], 1.0)
    text = max(page_totals[TEXT], 1.0)
    best = max(page_totals[SCORE], 1.0)
    out[at] = (block - first) / (last - first)
    out[at + 1] = block - first
    out[at + 2] = last - first
    out[at + 3] = page_totals[CHARACTERS]
    out[at + 4] = page_totals[TEXT]
    out[at + 5] = page_totals[PUNCTUATION]
    out[at + 6] = page_totals[LINKED] / whole
    out[at + 7] = page_totals[CHILDREN] / whole
    out[at + 8] = before / text
    out[at + 9] = totals[container, DEPTH]
    out[at + 10] = totals[container, BEST] / best
    out[at + 11] = totals[container, SCORE] / best
    out[at + 12] = rule[block]
    at += 13
    for step in (-2, -1, 1, 2):
        other = block + step
        if first <= other < last:
            out[at] = blocks[other, s.CHARACTERS]
            out[at + 1] = blocks[other, s.LINKED] / max(blocks[other, s.CHARACTERS], 1)
            out[at + 2] = blocks[other, s.PUNCTUATION]
            out[at + 3] = blocks[other, s.TAG]
            out[at + 4] = 1 if blocks[other, s.ROLES] & CLUTTER else 0
            out[at + 5] = rule[other]
            out[at + 6] = 1 if blocks[other, s.CONTAINER] == container else 0
        else:
            for column in range(7):
                out[at + column] = -1
        at += 7
    paragraphs = max(page_totals[PARAGRAPHS], 1.0)
    for _ in range(LEVELS):
        out[at] = containers[container, s.ELEMENT]
        out[at + 1] = totals[container, TEXT]
        out[at + 2] = totals[container, TEXT] / text
        out[at + 3] = totals[container, LINKED] / max(totals[container, CHARACTERS], np.float32(1.0))
        out[at + 4] = totals[container, BLOCKS]
        out[at + 5] = totals[container, PUNCTUATION] / max(totals[container, TEXT], np.float32(1.0))
        out[at + 6] = totals[container, PARAGRAPHS]
        out[at + 7] = totals[container, CHILDREN]
        out[at + 8] = totals[container, PARAGRAPHS] / paragraphs
        at += 9
        if containers[container, s.PARENT] >= 0:
            container = containers[container, s.PARENT]
