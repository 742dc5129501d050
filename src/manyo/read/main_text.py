"""Which blocks are the main text, and the text put together from what is kept.

`select` asks a learned model (`forest`), to which the verdict of the rules below is one feature among others, and then
drops long blocks that a page carries twice. Text from a page's JSON-LD (`embedded`) is kept where it is more than what the
body gave. The rules, `by_rules`:

1. A block *weighs* as much as its text outside links; text without punctuation weighs a third, and what stands in
   navigation, footers, asides, comments or under a class that names clutter a twentieth. A class that holds most of
   the page's text has named something else (`<div class="no-sidebar">`): its naming is void.
2. The *region* is the innermost container that holds three quarters of the page's weight.
3. Inside the region clutter, blocks of links and long blocks that stand there a second time are dropped, headings stay
   where text follows them, and short blocks stay next to text. Outside the region nothing stays but the paragraphs of
   an element that calls itself the article.
4. A page whose whole weight is below a sentence has no main text.

The weights were set by hand against real pages, by mean F1 over sites. `docs/read.md` has the figures of both, and what
they do badly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from manyo.columns import ByteArray, Column, IntArray
from manyo.kernels import inlined, kernel
from manyo.read import forest, tags
from manyo.read import segment as s
from manyo.read.features import CLUTTER

_NAMED = tags.BOILERPLATE | tags.COMMENTS | tags.ASIDE | tags.HEADER | tags.FOOTER | tags.NAVIGATION | tags.HIDDEN
_LEAST = 24.0  # the weight of a page that has a main text at all
_FEW = 12  # characters below which a text is none
_ODD = 20  # one odd character in so many says that bytes are no text
_LOOKED_AT = 4096  # bytes of a block that are looked at for them
_REPEATED = 120  # bytes of a block that is dropped where it stands a second time
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
    score = forest.score(found, by_rules(found))
    kept = forest.choose(found, score)
    settle(found, kept)
    if comments != "auto":
        whole_page = (tags.element("html"), tags.element("body"))
        _settle_comments(found.blocks, found.containers, found.pages, whole_page, comments == "drop", kept)
    _keep_data(found.blocks, found.pages, kept)
    _drop_what_is_none(found.text, found.blocks, found.pages, kept)
    return Selection(kept, score)


def settle(found: s.Segments, kept: npt.NDArray[np.uint8]) -> None:
    """What blocks cannot know one by one, changed in `kept`: headings stay over text that stays, a row of a table is
    kept whole or not at all, and a long block that stands on its page several times is kept once.
    """
    cells = (tags.element("td"), tags.element("th"))
    _keep_headings(found.blocks, found.containers, found.pages, tags.element("h1"), kept)
    _complete_rows(found.blocks, found.containers, cells, kept)
    _drop_repeated_blocks(found.text, found.blocks, found.pages, kept)


def by_rules(found: s.Segments) -> npt.NDArray[np.uint8]:
    """What the rules alone would keep: a feature of the model, and what it is measured against."""
    kept = np.zeros(len(found.blocks), np.uint8)
    weights = np.zeros(len(found.containers), np.float64)
    texts = np.zeros(len(found.containers), np.float64)
    roles = np.zeros(len(found.containers), np.int32)
    best = np.zeros(len(found.containers), np.int32)
    _select(found.text, found.blocks, found.containers, found.pages, weights, texts, roles, best, kept)
    return kept


def assemble(found: s.Segments, kept: npt.NDArray[np.uint8]) -> Column:
    """The text of each page: its kept blocks, a line each; the short cells of a table row share a line by tabs."""
    sizes = (found.blocks[:, s.END] - found.blocks[:, s.START]).astype(np.int64)
    out = np.empty(int((sizes * kept).sum()) + len(kept) + 1, np.uint8)
    offsets = np.zeros(len(found.pages), np.int64)
    _assemble(found.text, found.blocks, found.pages, kept, out, offsets)
    return Column(out[: offsets[-1]], offsets)


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
    _drop_repeated(text, blocks, block_first, block_last, kept)
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


@kernel
def _drop_repeated_blocks(
    text: ByteArray, blocks: npt.NDArray[np.int32], pages: IntArray, kept: npt.NDArray[np.uint8]
) -> None:
    for page in range(len(pages) - 1):
        _drop_repeated(text, blocks, pages[page, s.FIRST_BLOCK], pages[page, s.FIRST_DATA], kept)


@kernel
def _keep_headings(
    blocks: npt.NDArray[np.int32],
    containers: npt.NDArray[np.int32],
    pages: IntArray,
    first_level: int,
    kept: npt.NDArray[np.uint8],
) -> None:
    """Keep a heading whose next block is kept and has the same parent; one of the first level only inside the text.

    Whether the headline of a page belongs to its text is the model's to say.
    """
    for page in range(len(pages) - 1):
        first, last = pages[page, s.FIRST_BLOCK], pages[page, s.FIRST_DATA]
        for block in range(last - 2, first - 1, -1):
            if kept[block] or not kept[block + 1] or not blocks[block, s.ROLES] & tags.HEADING:
                continue
            if blocks[block, s.LINKED] * 2 > blocks[block, s.CHARACTERS]:
                continue
            container, after = blocks[block, s.CONTAINER], blocks[block + 1, s.CONTAINER]
            if containers[container, s.PARENT] == containers[after, s.PARENT]:
                inside = block > first and kept[block - 1] == 1
                kept[block] = inside or containers[container, s.ELEMENT] != first_level


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
        if longest <= _TAB_MOST and 0 < taken < size:
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
        characters = odd = 0
        for block in range(pages[page, s.FIRST_BLOCK], pages[page + 1, s.FIRST_BLOCK]):
            if not kept[block]:
                continue
            characters += blocks[block, s.CHARACTERS]
            for at in range(blocks[block, s.START], min(blocks[block, s.END], blocks[block, s.START] + _LOOKED_AT)):
                byte = text[at]
                odd += byte < 0x09 or 0x0E <= byte < 0x20 or byte == 0x7F
                odd += byte == 0xEF and text[at + 1] == 0xBF and text[at + 2] == 0xBD
        if characters < _FEW or odd * _ODD > characters:
            for block in range(pages[page, s.FIRST_BLOCK], pages[page + 1, s.FIRST_BLOCK]):
                kept[block] = 0


@kernel
def _drop_repeated(
    text: ByteArray, blocks: npt.NDArray[np.int32], block_first: int, block_last: int, kept: npt.NDArray[np.uint8]
) -> None:
    """Drop a long block that stands on the page a second time, as pages do that carry a view for small screens too."""
    size = 64
    while size < 2 * (block_last - block_first):
        size *= 2
    seen = np.zeros(size, np.uint64)
    for block in range(block_first, block_last):
        start, end = blocks[block, s.START], blocks[block, s.END]
        if kept[block] == 0 or end - start < _REPEATED:
            continue
        key = np.uint64(0xCBF29CE484222325)
        for at in range(start, end):
            key = (key ^ np.uint64(text[at])) * np.uint64(0x100000001B3)
        key |= np.uint64(1)  # 0 is an empty slot
        slot = np.int64(key >> np.uint64(20)) & (size - 1)
        while seen[slot] != np.uint64(0) and seen[slot] != key:
            slot = (slot + 1) & (size - 1)
        if seen[slot] == key:
            kept[block] = 0
        seen[slot] = key


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
            for at in range(start, end):
                out[to] = text[at]
                to += 1
            before = block
        offsets[page + 1] = to
