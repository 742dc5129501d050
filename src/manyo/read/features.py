"""What a block looks like, in numbers: the input of the learned selection.

Per block: its own text, tag and roles; what its opening words and the names of the containers around it say
(`vocabulary`); where it stands on its page; the blocks around it; how the blocks that stand in containers of the same
name fare together; the six containers around it with their share of the page's text, links and paragraphs; how much of a
main text hangs under its best ancestor.

What is said of a container is the same for every block in it, so it is worked out once, as a *record*, and copied. One
function fills the vector of one block; training reads it into a matrix, selection into a buffer that is used again for
every block, so that a page of a million blocks costs no more memory than its tables.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from manyo.columns import ByteArray, IntArray
from manyo.kernels import borrowing, inlined, kernel
from manyo.read import segment as s
from manyo.read import tags, vocabulary

LEVELS: Final = 6  # containers looked at, from the innermost out
_LOOKED_AT: Final = (
    *(tags.ARTICLE, tags.MAIN, tags.NAVIGATION, tags.HEADER, tags.FOOTER, tags.ASIDE, tags.FORM, tags.TABLE, tags.LIST),
    *(tags.LINK, tags.HIDDEN, tags.HEADING, tags.COMMENTS, tags.BOILERPLATE, tags.FIGURE),
)
_ROLES: Final = tuple(role.bit_length() - 1 for role in _LOOKED_AT)
_OWN: Final = ("characters", "link_share", "kana_share", "tag", "width", "opens", "ends", "wide")
_SAID: Final = ("whole_odds", "word_odds", "least_word_odds", "most_word_odds", "path_odds", "least_odds", "most_odds")
_ALIKE: Final = ("same_characters", "same_link_share", "same_blocks", "same_size")
_PAGE: Final = (
    *("position", "index", "blocks", "page_characters", "page_text", "page_punctuation", "page_link_share"),
    *("page_kana_share", "text_before", "depth", "ancestor_score"),
)
_NEAR: Final = ("link_share", "tag", "clutter", "path_odds", "word_odds")
_STEPS: Final = (-2, -1, 1, 2)
_RECORD: Final = (
    *("element", "text", "text_share", "link_share", "children", "paragraph_share"),
    *("odds", "same", "same_text", "same_link_share"),
)
NAMES: Final = (
    *_OWN,
    *(f"role_{bit}" for bit in _ROLES),
    *_SAID,
    *_ALIKE,
    *_PAGE,
    *(f"{name}{step:+d}" for step in _STEPS for name in _NEAR),
    *(f"container{level}_{name}" for level in range(LEVELS) for name in _RECORD),
)
"""The features by name, in the order of the vector."""

# Columns of the totals of containers; the first seven are of all that is inside, and of a page's totals too.
CHARACTERS, TEXT, LINKED, PUNCTUATION, BLOCKS, PARAGRAPHS, CHILDREN, SCORE, BEST, DEPTH, PATH, LEAST, MOST = range(13)
# Those of all containers of the page that are alike, kept with the first of them.
SAME, SAME_TEXT, SAME_LINKED, SAME_CHARACTERS, SAME_BLOCKS = range(13, 18)
TOTALS: Final = 18
KANA: Final = CHILDREN  # of a page
RECORD: Final = len(_RECORD)
CLUTTER = tags.NAVIGATION | tags.FOOTER | tags.ASIDE | tags.BOILERPLATE | tags.COMMENTS | tags.HIDDEN | tags.CONTROL
_PARAGRAPH: Final = 40  # characters outside links, with punctuation
_LETTERS: Final = 128  # bytes of a block that are looked at


def matrix(
    found: s.Segments,
    odds: npt.NDArray[np.float32],
    said: npt.NDArray[np.float32],
) -> npt.NDArray[np.float32]:
    """The features of every block, float32 of shape (blocks, len(NAMES)); zero for those outside the body.

    `odds` and `said` are what `vocabulary` makes of containers and of blocks.
    """
    totals = np.zeros((len(found.containers), TOTALS), np.float32)
    records = np.zeros((len(found.containers), RECORD), np.float32)
    alike = np.zeros(len(found.containers), np.int32)
    out = np.zeros((len(found.blocks), len(NAMES)), np.float32)
    _matrix(found.text, found.blocks, found.containers, found.pages, odds, said, totals, records, alike, out)
    return out


@kernel
def _matrix(
    letters: ByteArray,
    blocks: npt.NDArray[np.int32],
    containers: npt.NDArray[np.int32],
    pages: IntArray,
    odds: npt.NDArray[np.float32],
    said: npt.NDArray[np.float32],
    totals: npt.NDArray[np.float32],
    records: npt.NDArray[np.float32],
    alike: npt.NDArray[np.int32],
    out: npt.NDArray[np.float32],
) -> None:
    whole = np.zeros(SCORE + 1, np.float64)
    for page in range(len(pages) - 1):
        first, last = pages[page, s.FIRST_BLOCK], pages[page, s.FIRST_DATA]
        add_up(blocks, containers, pages, page, odds, totals, records, alike, whole)
        before = 0.0
        for block in range(first, last):
            before += blocks[block, s.CHARACTERS] - blocks[block, s.LINKED]
            describe(
                letters,
                blocks,
                containers,
                first,
                last,
                block,
                before,
                said,
                totals,
                records,
                alike,
                whole,
                out[block],
            )


@kernel
def add_up(
    blocks: npt.NDArray[np.int32],
    containers: npt.NDArray[np.int32],
    pages: IntArray,
    page: int,
    odds: npt.NDArray[np.float32],
    totals: npt.NDArray[np.float32],
    records: npt.NDArray[np.float32],
    alike: npt.NDArray[np.int32],
    whole: npt.NDArray[np.float64],
) -> None:
    """Fill the totals and records of a page's containers, the first container that each is alike to, and the page's totals.

    `SCORE` is Readability's idea: text with punctuation counts for the container it stands in, and for that one's
    parent and, by half, grandparent; `BEST` is the highest score from a container up to the root.
    """
    first, last = pages[page, s.FIRST_BLOCK], pages[page, s.FIRST_DATA]
    root, end = pages[page, s.FIRST_CONTAINER], pages[page + 1, s.FIRST_CONTAINER]
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
    _find_alike(containers, root, end, alike)
    for container in range(end - 1, root - 1, -1):
        best = max(best, totals[container, SCORE])
        one = alike[container]
        totals[one, SAME] += 1
        if totals[container, BLOCKS] > 0:
            totals[one, SAME_TEXT] += totals[container, TEXT]
            totals[one, SAME_LINKED] += totals[container, LINKED]
        parent = containers[container, s.PARENT]
        if parent >= 0:
            if totals[container, BLOCKS] > 0:
                for column in range(CHILDREN):
                    totals[parent, column] += totals[container, column]
            totals[parent, CHILDREN] += 1
    for column in range(CHILDREN):
        whole[column] = totals[root, column]
    whole[KANA] = kana
    whole[SCORE] = best
    for block in range(first, last):
        one = alike[blocks[block, s.CONTAINER]]
        totals[one, SAME_CHARACTERS] += blocks[block, s.CHARACTERS]
        totals[one, SAME_BLOCKS] += 1
    text = max(totals[root, TEXT], np.float32(1.0))
    paragraphs = max(totals[root, PARAGRAPHS], np.float32(1.0))
    for container in range(root, end):
        parent = containers[container, s.PARENT]
        own = odds[container]
        if parent >= 0:
            totals[container, BEST] = max(totals[container, SCORE], totals[parent, BEST])
            totals[container, DEPTH] = totals[parent, DEPTH] + 1
            totals[container, PATH] = totals[parent, PATH] + own
            totals[container, LEAST] = min(totals[parent, LEAST], own)
            totals[container, MOST] = max(totals[parent, MOST], own)
        else:
            totals[container, BEST] = totals[container, SCORE]
            totals[container, PATH] = totals[container, LEAST] = totals[container, MOST] = own
        if totals[container, BLOCKS] == 0:
            continue  # nothing asks for its record
        one = alike[container]
        records[container, 0] = containers[container, s.ELEMENT]
        records[container, 1] = totals[container, TEXT]
        records[container, 2] = totals[container, TEXT] / text
        records[container, 3] = totals[container, LINKED] / max(totals[container, CHARACTERS], np.float32(1.0))
        records[container, 4] = totals[container, CHILDREN]
        records[container, 5] = totals[container, PARAGRAPHS] / paragraphs
        records[container, 6] = own
        records[container, 7] = totals[one, SAME]
        records[container, 8] = totals[one, SAME_TEXT] / text
        records[container, 9] = totals[one, SAME_LINKED] / max(
            totals[one, SAME_LINKED] + totals[one, SAME_TEXT], np.float32(1.0)
        )


@kernel
def _find_alike(containers: npt.NDArray[np.int32], root: int, end: int, alike: npt.NDArray[np.int32]) -> None:
    """The first container of the page that has the signature of each one, under a parent of one signature too."""
    size = 64
    while size < 2 * (end - root):
        size *= 2
    slots = np.full(size, -1, np.int32)
    for container in range(root, end):
        parent = containers[container, s.PARENT]
        mine = containers[container, s.SIGNATURE]
        above = containers[parent, s.SIGNATURE] if parent >= 0 else np.int32(0)
        key = np.uint64(np.int64(mine) * 31 + np.int64(above))
        slot = np.int64((key * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(40)) & (size - 1)
        alike[container] = container
        while slots[slot] >= 0:
            other = slots[slot]
            parent = containers[other, s.PARENT]
            its = containers[parent, s.SIGNATURE] if parent >= 0 else np.int32(0)
            if its == above and containers[other, s.SIGNATURE] == mine:
                alike[container] = other
                break
            slot = (slot + 1) & (size - 1)
        if alike[container] == container:
            slots[slot] = container


@borrowing
def describe(
    letters: ByteArray,
    blocks: npt.NDArray[np.int32],
    containers: npt.NDArray[np.int32],
    first: int,
    last: int,
    block: int,
    before: float,
    said: npt.NDArray[np.float32],
    totals: npt.NDArray[np.float32],
    records: npt.NDArray[np.float32],
    alike: npt.NDArray[np.int32],
    whole: npt.NDArray[np.float64],
    out: npt.NDArray[np.float32],
) -> None:
    """Fill the vector of one block; `before` is the page's text up to and with it."""
    characters, roles = max(blocks[block, s.CHARACTERS], 1), blocks[block, s.ROLES]
    container = blocks[block, s.CONTAINER]
    one = alike[container]
    size = max(whole[CHARACTERS], 1.0)
    out[0] = characters
    out[1] = blocks[block, s.LINKED] / characters
    out[2] = blocks[block, s.KANA] / characters
    out[3] = blocks[block, s.TAG]
    start, end = blocks[block, s.START], blocks[block, s.END]
    out[4] = (end - start) / characters
    out[5] = letters[start]
    out[6] = _ending(letters, end)
    out[7] = _wide_share(letters, start, min(end, start + _LETTERS))
    at = 8
    for bit in _ROLES:
        out[at] = (roles >> bit) & 1
        at += 1
    for column in range(vocabulary.SAID):
        out[at + column] = said[block, column]
    at += vocabulary.SAID
    out[at] = totals[container, PATH]
    out[at + 1] = totals[container, LEAST]
    out[at + 2] = totals[container, MOST]
    out[at + 3] = totals[one, SAME_CHARACTERS] / size
    out[at + 4] = records[container, 9]
    out[at + 5] = totals[one, SAME_BLOCKS]
    out[at + 6] = totals[one, SAME_CHARACTERS] / totals[one, SAME_BLOCKS]
    at += 7
    out[at] = (block - first) / (last - first)
    out[at + 1] = block - first
    out[at + 2] = last - first
    out[at + 3] = whole[CHARACTERS]
    out[at + 4] = whole[TEXT]
    out[at + 5] = whole[PUNCTUATION]
    out[at + 6] = whole[LINKED] / size
    out[at + 7] = whole[KANA] / size
    out[at + 8] = before / max(whole[TEXT], 1.0)
    out[at + 9] = totals[container, DEPTH]
    out[at + 10] = totals[container, BEST] / max(whole[SCORE], 1.0)
    at += 11
    for step in _STEPS:
        other = block + step
        if first <= other < last:
            out[at] = blocks[other, s.LINKED] / max(blocks[other, s.CHARACTERS], 1)
            out[at + 1] = blocks[other, s.TAG]
            out[at + 2] = 1 if blocks[other, s.ROLES] & CLUTTER else 0
            out[at + 3] = totals[blocks[other, s.CONTAINER], PATH]
            out[at + 4] = said[other, vocabulary.MEAN]
        else:
            for column in range(5):
                out[at + column] = -1
        at += 5
    for _ in range(LEVELS):
        for column in range(RECORD):
            out[at + column] = records[container, column]
        at += RECORD
        if containers[container, s.PARENT] >= 0:
            container = containers[container, s.PARENT]


@inlined
def _ending(letters: ByteArray, end: int) -> int:
    """The last byte in ASCII, a full stop for 。, 0 for any other character."""
    byte = letters[end - 1]
    if byte < 0x80:
        return int(byte)
    return 0x2E if byte == 0x82 and letters[end - 2] == 0x80 and letters[end - 3] == 0xE3 else 0


@inlined
def _wide_share(letters: ByteArray, start: int, end: int) -> float:
    """The share of bytes outside ASCII."""
    count = 0
    for at in range(start, end):
        count += letters[at] >> 7
    return count / (end - start)
