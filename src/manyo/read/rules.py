"""What the main text is by rules set by hand: a feature of the learned selection, and what it is measured against.

1. A block *weighs* as much as its text outside links; text without punctuation weighs a third, and what stands in
   navigation, footers, asides, comments or under a class that names clutter a twentieth. A class that holds most of
   the page's text has named something else (`<div class="no-sidebar">`): its naming is void.
2. The *region* is the innermost container that holds three quarters of the page's weight.
3. Inside the region clutter, blocks of links and long blocks that stand there a second time are dropped, headings stay
   where text follows them, and short blocks stay next to text. Outside the region nothing stays but the paragraphs of
   an element that calls itself the article.
4. A page whose whole weight is below a sentence has no main text.

The weights were set against real pages, by mean F1 over sites; `docs/read.md` has the figures.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from manyo.columns import ByteArray, IntArray
from manyo.kernels import inlined, kernel
from manyo.read import segment as s
from manyo.read import tags
from manyo.read.features import CLUTTER
from manyo.read.settle import drop_repeated

_NAMED = tags.BOILERPLATE | tags.COMMENTS | tags.ASIDE | tags.HEADER | tags.FOOTER | tags.NAVIGATION | tags.HIDDEN
_LEAST = 24.0  # the weight of a page that has a main text at all


def by_rules(found: s.Segments) -> npt.NDArray[np.uint8]:
    """What the rules alone would keep: a feature of the model, and what it is measured against."""
    kept = np.zeros(len(found.blocks), np.uint8)
    weights = np.zeros(len(found.containers), np.float64)
    texts = np.zeros(len(found.containers), np.float64)
    roles = np.zeros(len(found.containers), np.int32)
    best = np.zeros(len(found.containers), np.int32)
    _select(found.text, found.blocks, found.containers, found.pages, weights, texts, roles, best, kept)
    return kept


@inlined
def _weight(characters: int, linked: int, punctuation: int, roles: int) -> float:
    if linked * 2 > characters:
        return 0.0
    weight = float(characters - linked)
    if punctuation == 0:
        weight *= 0.3
    if roles & CLUTTER:
        weight *= 0.05
    elif roles & tags.HEADER:
        weight *= 0.3
    return weight


@kernel
def _select(
    text: ByteArray,
    blocks: npt.NDArray[np.int32],
    containers: npt.NDArray[np.int32],
    pages: IntArray,
    weights: npt.NDArray[np.float64],
    texts: npt.NDArray[np.float64],
    roles: npt.NDArray[np.int32],
    best: npt.NDArray[np.int32],
    kept: npt.NDArray[np.uint8],
) -> None:
    for page in range(len(pages) - 1):
        block_first, block_last = pages[page, s.FIRST_BLOCK], pages[page, s.FIRST_DATA]
        root, container_last = pages[page, s.FIRST_CONTAINER], pages[page + 1, s.FIRST_CONTAINER]
        if block_first == block_last:
            continue
        # Text outside links by container, to see which class names are void.
        for block in range(block_first, block_last):
            if blocks[block, s.LINKED] * 2 <= blocks[block, s.CHARACTERS]:
                size = blocks[block, s.CHARACTERS] - blocks[block, s.LINKED]
                texts[blocks[block, s.CONTAINER]] += size if blocks[block, s.PUNCTUATION] > 0 else size * 0.3
        for container in range(container_last - 1, root, -1):
            texts[containers[container, s.PARENT]] += texts[container]
        for container in range(root + 1, container_last):
            parent = containers[container, s.PARENT]
            own = containers[container, s.CONTAINER_ROLES] & ~containers[parent, s.CONTAINER_ROLES]
            if texts[container] > 0.5 * texts[root]:
                own &= ~_NAMED
            roles[container] = roles[parent] | own
        # Weights by container, and where the heaviest child is.
        for block in range(block_first, block_last):
            container = blocks[block, s.CONTAINER]
            weights[container] += _weight(
                blocks[block, s.CHARACTERS], blocks[block, s.LINKED], blocks[block, s.PUNCTUATION], roles[container]
            )
        for container in range(container_last - 1, root, -1):
            parent = containers[container, s.PARENT]
            weights[parent] += weights[container]
            if best[parent] == 0 or weights[container] >= weights[best[parent]]:
                best[parent] = container
        if weights[root] < _LEAST:
            continue
        region = root
        while best[region] != 0 and weights[best[region]] >= 0.75 * weights[root]:
            region = best[region]
        _keep(text, blocks, containers, block_first, block_last, region, container_last, roles, kept)


@kernel
def _keep(
    text: ByteArray,
    blocks: npt.NDArray[np.int32],
    containers: npt.NDArray[np.int32],
    block_first: int,
    block_last: int,
    region: int,
    container_last: int,
    roles: npt.NDArray[np.int32],
    kept: npt.NDArray[np.uint8],
) -> None:
    inside = np.zeros(block_last - block_first, np.uint8)
    clutter = CLUTTER & ~roles[region]
    # Containers are numbered in page order: a parent stands before its children.
    within = np.zeros(container_last - region, np.uint8)
    within[0] = 1
    for container in range(region + 1, container_last):
        parent = containers[container, s.PARENT]
        within[container - region] = parent >= region and within[parent - region]
    for block in range(block_first, block_last):
        container = blocks[block, s.CONTAINER]
        inside[block - block_first] = container >= region and within[container - region]
    # Long text first.
    for block in range(block_first, block_last):
        index = block - block_first
        container = blocks[block, s.CONTAINER]
        characters, linked = blocks[block, s.CHARACTERS], blocks[block, s.LINKED]
        punctuation, role = blocks[block, s.PUNCTUATION], roles[container]
        if not inside[index]:
            if role & (tags.ARTICLE | tags.MAIN) and not role & CLUTTER and characters >= 40:
                if punctuation > 0 and linked * 3 < characters:
                    kept[block] = 1
            continue
        if role & clutter or linked * 3 > characters * 2:
            continue
        if role & tags.HEADING:
            continue
        if punctuation > 0 and characters >= 10 and linked * 2 <= characters:
            kept[block] = 1
        elif characters >= 40 and linked * 3 <= characters:
            kept[block] = 1
        elif role & tags.PREFORMATTED:
            kept[block] = 1
    drop_repeated(text, blocks, block_first, block_last, kept)
    # Short blocks live by their neighbours: list items, cells, captions and lines between two paragraphs stay.
    before = block_first - 1
    for block in range(block_first, block_last):
        if kept[block] == 1:
            if before >= block_first and block - before <= 80:
                for between in range(before + 1, block):
                    _keep_short(blocks, roles, clutter, inside, block_first, between, kept)
            before = block
    # What leads to the first paragraph or follows the last stays only beside it: the number and date over a notice, the
    # cells of a table, the items of a list.
    if before >= block_first:
        first = block_first
        while kept[first] == 0:
            first += 1
        parent = containers[blocks[first, s.CONTAINER], s.PARENT]
        for block in range(first - 1, max(block_first, first - 9) - 1, -1):
            container = blocks[block, s.CONTAINER]
            if container != blocks[first, s.CONTAINER] and containers[container, s.PARENT] != parent:
                break
            _keep_short(blocks, roles, clutter, inside, block_first, block, kept)
        last = blocks[before, s.CONTAINER]
        for block in range(before + 1, min(block_last, before + 9)):
            if containers[blocks[block, s.CONTAINER], s.PARENT] != containers[last, s.PARENT]:
                break
            _keep_short(blocks, roles, clutter, inside, block_first, block, kept)
    # Headings stay where kept text follows before the next heading of the region; the page's first one leads it all.
    follows = False
    for block in range(block_last - 1, block_first - 1, -1):
        index = block - block_first
        if kept[block] == 1:
            follows = True
        elif inside[index] and roles[blocks[block, s.CONTAINER]] & tags.HEADING:
            if follows and not roles[blocks[block, s.CONTAINER]] & clutter:
                kept[block] = 1
            follows = follows and kept[block] == 1


@inlined
def _keep_short(
    blocks: npt.NDArray[np.int32],
    roles: npt.NDArray[np.int32],
    clutter: int,
    inside: npt.NDArray[np.uint8],
    block_first: int,
    block: int,
    kept: npt.NDArray[np.uint8],
) -> None:
    role = roles[blocks[block, s.CONTAINER]]
    if inside[block - block_first] and not role & (clutter | tags.HEADING):
        if blocks[block, s.LINKED] * 2 <= blocks[block, s.CHARACTERS]:
            kept[block] = 1
