"""What blocks cannot know one by one: corrections to a selection, each a rule with its reason.

All of them change `kept`, uint8 of shape (blocks,), and look at one page at a time.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from manyo.columns import ByteArray, IntArray
from manyo.kernels import inlined, kernel, wide
from manyo.read import chunks, tags
from manyo.read import segment as s

_FEW = 12  # characters below which a text is none
_ODD = 20  # one odd character in so many says that bytes are no text
_LOOKED_AT = 4096  # bytes of a page, and of a block, that are looked at for them
_REPEATED = 120  # bytes of a block that is dropped where it stands a second time
_SHORT = 150  # bytes of a table cell that may share its line
_TITLE = (8, 80)  # characters of a link that may be the title of an entry
_ENTRIES = 3  # of an index, at least


def settle(found: s.Segments, kept: npt.NDArray[np.uint8]) -> None:
    """Headings stay over text that stays, a row of a table is kept whole or not at all, a long block that stands on its
    page several times is kept once, and nothing of an index in Japanese.
    """
    cells = (tags.element("td"), tags.element("th"))
    _keep_headings(found.blocks, found.containers, found.pages, kept)
    _complete_rows(found.blocks, found.containers, cells, kept)
    _drop_repeated_blocks(found.text, found.blocks, found.pages, kept)
    marks = np.full((len(found.containers), 2), -1, np.int32)
    _drop_indexes(
        found.blocks, found.containers, found.pages, marks, np.zeros((len(found.containers), 3), np.int64), kept
    )


def settle_comments(found: s.Segments, kept: npt.NDArray[np.uint8], *, drop: bool) -> None:
    """Drop, or else keep, what readers wrote under a page, by the names of the containers."""
    whole_page = (tags.element("html"), tags.element("body"))
    _settle_comments(found.blocks, found.containers, found.pages, whole_page, drop, kept)


def finish(found: s.Segments, kept: npt.NDArray[np.uint8]) -> None:
    """Text outside the body is kept where it is more than the body's; nothing is kept of what is no text."""
    _keep_data(found.blocks, found.pages, kept)
    _drop_what_is_none(found.text, found.blocks, found.pages, kept)


@kernel
def _keep_headings(
    blocks: npt.NDArray[np.int32],
    containers: npt.NDArray[np.int32],
    pages: IntArray,
    kept: npt.NDArray[np.uint8],
) -> None:
    """Keep a heading whose next block is kept and has the same parent."""
    for page in range(len(pages) - 1):
        first, last = pages[page, s.FIRST_BLOCK], pages[page, s.FIRST_DATA]
        for block in range(last - 2, first - 1, -1):
            if kept[block] or not kept[block + 1] or not blocks[block, s.ROLES] & tags.HEADING:
                continue
            if blocks[block, s.LINKED] * 2 > blocks[block, s.CHARACTERS]:
                continue
            container, after = blocks[block, s.CONTAINER], blocks[block + 1, s.CONTAINER]
            kept[block] = containers[container, s.PARENT] == containers[after, s.PARENT]


@kernel
def _complete_rows(
    blocks: npt.NDArray[np.int32],
    containers: npt.NDArray[np.int32],
    cells: tuple[int, int],
    kept: npt.NDArray[np.uint8],
) -> None:
    """Keep all cells of a table row when most of what stands in them is kept, and drop all otherwise.

    A row with a long cell is left alone: such tables lay out pages.
    """
    block = 0
    while block < len(blocks):
        row = _row_of(blocks, containers, cells, block)
        first = block
        size = taken = longest = 0
        while block < len(blocks) and row >= 0 and _row_of(blocks, containers, cells, block) == row:
            size += blocks[block, s.CHARACTERS]
            taken += blocks[block, s.CHARACTERS] * kept[block]
            longest = max(longest, blocks[block, s.END] - blocks[block, s.START])
            block += 1
        if longest <= _SHORT and 0 < taken < size:
            for cell in range(first, block):
                kept[cell] = taken * 2 > size
        block = max(block, first + 1)


@inlined
def _row_of(
    blocks: npt.NDArray[np.int32], containers: npt.NDArray[np.int32], cells: tuple[int, int], block: int
) -> int:
    """The container of the table row that a block is a cell of, -1 without."""
    container = blocks[block, s.CONTAINER]
    return containers[container, s.PARENT] if containers[container, s.ELEMENT] in cells else -1


@kernel
def _drop_repeated_blocks(
    text: ByteArray, blocks: npt.NDArray[np.int32], pages: IntArray, kept: npt.NDArray[np.uint8]
) -> None:
    for page in range(len(pages) - 1):
        drop_repeated(text, blocks, pages[page, s.FIRST_BLOCK], pages[page, s.FIRST_DATA], kept)


@kernel
def drop_repeated(
    text: ByteArray, blocks: npt.NDArray[np.int32], block_first: int, block_last: int, kept: npt.NDArray[np.uint8]
) -> None:
    """Drop a long block that stands on the page a second time, as pages do that carry a view for small screens too.

    The case of letters makes no difference.
    """
    size = 64
    while size < 2 * (block_last - block_first):
        size *= 2
    seen = np.zeros(size, np.uint64)
    for block in range(block_first, block_last):
        start, end = blocks[block, s.START], blocks[block, s.END]
        if kept[block] == 0 or end - start < _REPEATED:
            continue
        key = np.uint64(end - start)
        for at in range(start, end, 8):  # the last eight bytes overlap those before
            key = (key ^ chunks.packed(text, min(at, end - 8), 8)) * np.uint64(0x9E3779B97F4A7C15)
            key ^= key >> np.uint64(32)
        key |= np.uint64(1)  # 0 is an empty slot
        slot = np.int64(key >> np.uint64(20)) & (size - 1)
        while seen[slot] != np.uint64(0) and seen[slot] != key:
            slot = (slot + 1) & (size - 1)
        if seen[slot] == key:
            kept[block] = 0
        seen[slot] = key


@kernel
def _drop_indexes(
    blocks: npt.NDArray[np.int32],
    containers: npt.NDArray[np.int32],
    pages: IntArray,
    marks: npt.NDArray[np.int32],
    sums: IntArray,
    kept: npt.NDArray[np.uint8],
) -> None:
    """Keep nothing of a Japanese page that is a list of entries, each a linked title with text under it.

    Their text belongs to the pages that they lead to. An entry is a container with a link alone as its first block; the
    text of at least three entries side by side must be nine tenths of what is kept, and no one of them most of it. Only
    pages with kana are judged: on English ones, lists are what annotators call the main text (WCXB).
    """
    least, most = _TITLE
    for page in range(len(pages) - 1):
        first, last = pages[page, s.FIRST_BLOCK], pages[page, s.FIRST_DATA]
        characters = kana = total = 0
        for block in range(first, last):
            characters += blocks[block, s.CHARACTERS]
            kana += blocks[block, s.KANA]
            total += blocks[block, s.CHARACTERS] * kept[block]
        if total == 0 or kana * 20 < characters:
            continue
        index = False
        for level in range(2):
            marks[pages[page, s.FIRST_CONTAINER] : pages[page + 1, s.FIRST_CONTAINER]] = -1
            sums[pages[page, s.FIRST_CONTAINER] : pages[page + 1, s.FIRST_CONTAINER]] = 0
            for block in range(first, last):
                if blocks[block, s.ROLES] & (tags.NAVIGATION | tags.FOOTER | tags.ASIDE):
                    continue
                size = blocks[block, s.CHARACTERS]
                if least <= size <= most and blocks[block, s.LINKED] >= size - 1:
                    unit = _above(containers, blocks[block, s.CONTAINER], level + 1)
                    if marks[unit, 0] < 0:
                        marks[unit, 0] = block
            # The text of each entry, then of the entries side by side: their number, text and longest.
            for block in range(first, last):
                unit = wide(blocks[block, s.CONTAINER]) if kept[block] else -1
                for _ in range(8):
                    if unit < 0 or marks[unit, 0] >= 0:
                        break
                    unit = wide(containers[unit, s.PARENT])
                if unit >= 0 and 0 <= marks[unit, 0] <= block:
                    marks[unit, 1] = max(marks[unit, 1], 0) + blocks[block, s.CHARACTERS]
            for unit in range(pages[page, s.FIRST_CONTAINER] + 1, pages[page + 1, s.FIRST_CONTAINER]):
                if marks[unit, 1] > 0:
                    around = containers[unit, s.PARENT]
                    sums[around, 0] += 1
                    sums[around, 1] += marks[unit, 1]
                    sums[around, 2] = max(sums[around, 2], marks[unit, 1])
            for around in range(pages[page, s.FIRST_CONTAINER], pages[page + 1, s.FIRST_CONTAINER]):
                text = sums[around, 1]
                if sums[around, 0] >= _ENTRIES and text * 10 > total * 9 and sums[around, 2] * 4 < text * 3:
                    index = True
        if index:
            for block in range(first, last):
                kept[block] = 0


@inlined
def _above(containers: npt.NDArray[np.int32], container: int, levels: int) -> int:
    """The container so many levels out, or the root."""
    for _ in range(levels):
        if containers[container, s.PARENT] >= 0:
            container = wide(containers[container, s.PARENT])
    return container


@kernel
def _settle_comments(
    blocks: npt.NDArray[np.int32],
    containers: npt.NDArray[np.int32],
    pages: IntArray,
    whole_page: tuple[int, int],
    drop: bool,
    kept: npt.NDArray[np.uint8],
) -> None:
    """Drop, or else keep, what stands in containers whose names say comments.

    A name on the whole page says something else (`<body class="comments-open">`), and where the comments are nearly all
    text of a page they are not dropped: they are the page.
    """
    texts = np.zeros(len(containers), np.int64)
    inside = np.zeros(len(containers), np.uint8)
    for block in range(len(blocks)):
        texts[blocks[block, s.CONTAINER]] += blocks[block, s.CHARACTERS] - blocks[block, s.LINKED]
    for container in range(len(containers) - 1, -1, -1):
        if containers[container, s.PARENT] >= 0:
            texts[containers[container, s.PARENT]] += texts[container]
    for page in range(len(pages) - 1):
        root = pages[page, s.FIRST_CONTAINER]
        for container in range(root + 1, pages[page + 1, s.FIRST_CONTAINER]):
            parent = containers[container, s.PARENT]
            own = containers[container, s.CONTAINER_ROLES] & ~containers[parent, s.CONTAINER_ROLES]
            named = own & tags.COMMENTS != 0 and containers[container, s.ELEMENT] not in whole_page
            if drop:
                named = named and texts[container] * 10 <= texts[root] * 9
            inside[container] = named or inside[parent] == 1
        for block in range(pages[page, s.FIRST_BLOCK], pages[page, s.FIRST_DATA]):
            if not inside[blocks[block, s.CONTAINER]]:
                continue
            if drop:
                kept[block] = 0
            elif blocks[block, s.LINKED] * 2 <= blocks[block, s.CHARACTERS]:
                written = blocks[block, s.PUNCTUATION] > 0 or blocks[block, s.CHARACTERS] >= 10
                if written and not blocks[block, s.ROLES] & (tags.CONTROL | tags.FORM | tags.NAVIGATION):
                    kept[block] = 1


@kernel
def _keep_data(blocks: npt.NDArray[np.int32], pages: IntArray, kept: npt.NDArray[np.uint8]) -> None:
    """Keep what a page carries outside its body where that is more than what the body says."""
    for page in range(len(pages) - 1):
        first, body, last = pages[page, s.FIRST_BLOCK], pages[page, s.FIRST_DATA], pages[page + 1, s.FIRST_BLOCK]
        said = carried = 0
        for block in range(first, body):
            said += blocks[block, s.CHARACTERS] * kept[block]
        for block in range(body, last):
            carried += blocks[block, s.CHARACTERS]
        for block in range(body, last):
            kept[block] = carried > said


@kernel
def _drop_what_is_none(
    text: ByteArray, blocks: npt.NDArray[np.int32], pages: IntArray, kept: npt.NDArray[np.uint8]
) -> None:
    """Keep nothing of a page whose text is a few characters, or whose bytes were no text: a PDF, an image.

    Those show control characters, and U+FFFD for what could not be decoded.
    """
    for page in range(len(pages) - 1):
        characters = odd = looked_at = told = 0
        for block in range(pages[page, s.FIRST_BLOCK], pages[page + 1, s.FIRST_BLOCK]):
            if not kept[block]:
                continue
            characters += blocks[block, s.CHARACTERS]
            if looked_at < _LOOKED_AT:
                for at in range(blocks[block, s.START], min(blocks[block, s.END], blocks[block, s.START] + _LOOKED_AT)):
                    byte = text[at]
                    odd += byte < 0x09 or 0x0E <= byte < 0x20 or byte == 0x7F
                    odd += byte == 0xEF and text[at + 1] == 0xBF and text[at + 2] == 0xBD
                looked_at += blocks[block, s.END] - blocks[block, s.START]
                told = characters
        if characters < _FEW or odd * _ODD > told:
            for block in range(pages[page, s.FIRST_BLOCK], pages[page + 1, s.FIRST_BLOCK]):
                kept[block] = 0
