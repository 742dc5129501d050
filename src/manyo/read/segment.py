"""One pass over a page's bytes: markup becomes blocks of text, each with what tells content from clutter.

No tree is built. The kernel follows the stack of open elements (with the end tags that HTML lets authors leave out),
decodes references, collapses white space as a browser shows it, and writes text into one buffer for the whole batch.
A *block* is a run of text that no block-level tag interrupts; a *container* is a block-level element that blocks
stand in. Both are rows of integer tables, so that selecting the main text is arithmetic on columns.

Japanese needs three things that Western extractors leave out:
- a line break in the source between two wide characters is no space (`日本\\n語` is 日本語), except between two links;
- ruby: the base is kept and the reading dropped (never fused into the text), or written in parentheses;
- a one-character image with an alternative text (外字) is that character.

Work is linear in the bytes and every table is bounded: the stack holds 512 elements, deeper ones are only counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from manyo.columns import ByteArray, Column, IntArray
from manyo.errors import ManyoError
from manyo.kernels import inlined, kernel, wide
from manyo.read import embedded, markup, nesting, runs, tags
from manyo.read.chunks import CHUNK, count, packed, seek
from manyo.read.settings import RUBY
from manyo.read.utf8 import put

# Columns of the block table. Characters are code points; TAG is an index into `tags.ELEMENTS` (-1: none).
START, END, CHARACTERS, LINKED, PUNCTUATION, KANA, TAG, ROLES, CONTAINER, JOIN = range(10)
BLOCK_COLUMNS: Final = 10
# Columns of the container table. PARENT is a row of it, -1 for a page's root; FIRST_NAME is where its names begin in
# `names`, SIGNATURE a hash of its tag and all of its names.
PARENT, ELEMENT, CONTAINER_ROLES, FIRST_NAME, SIGNATURE = range(5)
CONTAINER_COLUMNS: Final = 5
# Columns of the page table: spans of the page's own bytes, a date as yyyymmdd, where its rows of the others begin
# (FIRST_DATA: where those blocks begin that are no part of its body).
TITLE_START, TITLE_END, LANG_START, LANG_END, DATE, FIRST_BLOCK, FIRST_CONTAINER, FIRST_DATA, DEPTH_CUT = range(9)
PAGE_COLUMNS: Final = 9

LINE, TAB = 0, 1  # how a block joins the one before it
_PARENTHESISE: Final = 2
_STACK: Final = 512
_NAMES: Final = 16  # names of a container that are remembered
_UNSEEN: Final = tags.SKIPPED


@dataclass(frozen=True)
class Segments:
    """The blocks of a batch of pages.

    `text` holds UTF-8; `blocks` is int32 of shape (blocks, BLOCK_COLUMNS), `containers` int32 of shape (containers,
    CONTAINER_COLUMNS), both in page order. `pages` is int64 of shape (pages + 1, PAGE_COLUMNS), whose last row holds
    only the totals: page `i` owns the blocks from `pages[i, FIRST_BLOCK]` up to `pages[i + 1, FIRST_BLOCK]`; those from
    `pages[i, FIRST_DATA]` on are no part of its body (`embedded`). `names` are hashes of what class, id and role call a
    container (`markup.class_names`): container `c` owns those from its FIRST_NAME up to the next one's. Title and
    language are spans of the pages' own bytes, their references not yet decoded.
    """

    text: ByteArray
    blocks: npt.NDArray[np.int32]
    containers: npt.NDArray[np.int32]
    names: npt.NDArray[np.uint32]
    pages: IntArray


def segment(pages: Column, *, ruby: str = "drop") -> Segments:
    """Cut pages of markup in valid UTF-8 into blocks; `ruby` is a key of `settings.RUBY`.

    Raises ManyoError where a batch is too large for its positions to fit into 32 bits (about 1.4 GB).
    """
    table = tags.tables()
    first, last = int(pages.offsets[0]), int(pages.offsets[-1])
    room = (last - first) * 3 // 2 + 64 * (pages.rows + 1) + runs.ROOM
    if room >= 1 << 31:
        raise ManyoError(
            f"a batch of {last - first:,} bytes is too large to be segmented at once",
            hint="hand over fewer pages at a time",
        )
    opened = count(pages.data, first, last, 0x3C)
    text = np.empty(room, np.uint8)
    blocks = np.empty((opened + (1 + embedded.MOST) * pages.rows + 1, BLOCK_COLUMNS), np.int32)
    containers = np.empty((opened + pages.rows + 1, CONTAINER_COLUMNS), np.int32)
    names = np.empty(_NAMES * opened + 1, np.uint32)
    found = np.zeros((pages.rows + 1, PAGE_COLUMNS), np.int64)
    _segment(
        pages.data,
        pages.offsets,
        table.names,
        table.name_tags,
        table.known,
        table.kinds,
        table.roles,
        table.words,
        table.word_roles,
        table.entities,
        table.entity_points,
        table.entity_bare,
        RUBY[ruby],
        text,
        blocks,
        containers,
        names,
        found,
    )
    last = found[-1, FIRST_CONTAINER]
    return Segments(
        text, blocks[: found[-1, FIRST_BLOCK]], containers[:last], names[: containers[last, FIRST_NAME]], found
    )


@inlined
def _is_punctuation(data: ByteArray, at: int) -> int:
    """1 where one of 。、．，！？ stands at `at` (a three-byte character)."""
    if data[at] == 0xE3:
        return 1 if data[at + 1] == 0x80 and (data[at + 2] == 0x81 or data[at + 2] == 0x82) else 0
    if data[at] == 0xEF and data[at + 1] == 0xBC:
        last = data[at + 2]
        return 1 if last == 0x81 or last == 0x8C or last == 0x8E or last == 0x9F else 0
    return 0


@kernel
def _segment(
    data: ByteArray,
    offsets: IntArray,
    names: npt.NDArray[np.uint64],
    name_tags: npt.NDArray[np.int32],
    known: npt.NDArray[np.int32],
    kinds: npt.NDArray[np.int32],
    element_roles: npt.NDArray[np.int32],
    words: npt.NDArray[np.uint64],
    word_roles: npt.NDArray[np.int32],
    entities: npt.NDArray[np.uint64],
    entity_points: npt.NDArray[np.int32],
    entity_bare: npt.NDArray[np.uint8],
    ruby: int,
    out: ByteArray,
    blocks: npt.NDArray[np.int32],
    containers: npt.NDArray[np.int32],
    class_names: npt.NDArray[np.uint32],
    pages: IntArray,
) -> None:
    stack = np.zeros(_STACK, np.int32)
    stack_roles = np.zeros(_STACK, np.int32)
    stack_container = np.zeros(_STACK, np.int32)
    opened = np.zeros(len(kinds), np.int32)
    spans = np.zeros((markup.ATTRIBUTES, 2), np.int64)
    data_spans = np.zeros((embedded.MOST, 2), np.int64)
    tag_a = known[tags.A]
    tag_p = known[tags.P]
    tag_br = known[tags.BR]
    tag_tr = known[tags.TR]
    tag_rt = known[tags.RT]
    tag_rtc = known[tags.RTC]
    tag_img = known[tags.IMG]
    tag_meta = known[tags.META]
    tag_time = known[tags.TIME]
    tag_html = known[tags.HTML]
    tag_svg = known[tags.SVG]
    tag_math = known[tags.MATH]
    tag_title = known[tags.TITLE]
    tag_script = known[tags.SCRIPT]
    to = 0
    block = 0
    container = 0
    named = 0
    for page in range(len(offsets) - 1):
        at, end = offsets[page], offsets[page + 1]
        for column in range(PAGE_COLUMNS):
            pages[page, column] = 0
        pages[page, FIRST_BLOCK] = block
        pages[page, FIRST_CONTAINER] = container
        containers[container, PARENT] = -1
        containers[container, ELEMENT] = -1
        containers[container, CONTAINER_ROLES] = 0
        containers[container, FIRST_NAME] = named
        containers[container, SIGNATURE] = 0
        stack[0] = -1
        stack_roles[0] = 0
        stack_container[0] = container
        container += 1
        opened[:] = 0
        depth = 1
        beyond = 0  # open elements that the stack had no room for
        roles = 0
        # The block that is being written: text from `first` on.
        first = to
        linked = characters = punctuation = kana = 0
        block_roles = 0
        block_container = stack_container[0]
        block_join = LINE
        reading = -1  # where the reading begins that stands in parentheses not yet closed
        space = 0  # pending white space: 1 a space, 2 one with a line break in it
        after_link = False  # a link ended just before the pending white space
        breaks = 0  # <br> since the last text
        cells = 0  # cells of the open table row that gave text
        new_row = False
        in_cell = False  # the next block is the first of its cell
        date_of_json = date_of_meta = date_of_time = 0
        described = 0  # spans of data that are known
        while True:
            flush = at >= end
            byte = wide(data[at]) if at < end else 0
            after = wide(data[at + 1]) if at + 1 < end else 0
            if flush:
                roles = 0
            elif byte == 0x3C and (after == 0x21 or after == 0x3F):
                at = markup.skip_declaration(data, at, end)
                continue
            elif byte == 0x3C and (markup.is_letter(after) or after == 0x2F):
                closing = after == 0x2F
                name_start = at + 2 if closing else at + 1
                at = name_start
                if closing and not (at < end and markup.is_letter(data[at])):
                    at = markup.skip_declaration(data, at - 2, end)  # </> and the like: a bogus comment
                    continue
                at = name_end = markup.name_end(data, at, end, 0x3E)
                key = packed(data, name_start, name_end - name_start)
                for index in range(name_start + 8, name_end):
                    key = key * np.uint64(31) + np.uint64(markup.fold(data[index]))
                if closing and at < end and data[at] == 0x3E:
                    at += 1
                    hidden = 0
                else:
                    at, hidden = markup.attributes(data, at, end, spans)
                slot = markup.search(names, key)
                tag = wide(name_tags[slot]) if slot >= 0 else -1
                if tag < 0:  # an element that HTML does not have: transparent
                    continue
                kind = kinds[tag]
                level = 0  # close the open elements from this level on
                if tag == tag_br:
                    breaks += 1
                    space = 0
                    if breaks >= 2:
                        flush = True
                    elif to > first and out[to - 1] != 0x0A:
                        out[to] = 0x0A
                        to += 1
                    if not flush:
                        continue
                elif closing:
                    if kind & (tags.VOID | tags.RAW):
                        continue
                    if beyond > 0:
                        beyond -= 1
                        flush = kind & tags.BLOCK != 0
                    elif opened[tag] > 0 or element_roles[tag] & tags.HEADING:
                        level = nesting.closed_by(stack, depth, tag, kinds, element_roles)
                        flush = level > 0 and kind & tags.BLOCK != 0
                        if level > 0 and tag == tag_a:
                            after_link = True
                    elif tag == tag_p:
                        flush = True  # a stray </p> is an empty paragraph
                elif kind & tags.RAW:
                    start = at
                    at = markup.skip_raw(data, at, end, name_start, name_end)
                    if tag == tag_title:
                        if pages[page, TITLE_END] == pages[page, TITLE_START] and not roles & _UNSEEN:  # none, or empty
                            pages[page, TITLE_START] = start
                            pages[page, TITLE_END] = at
                    elif tag == tag_script:
                        if markup.find(data, spans[markup.TYPE, 0], spans[markup.TYPE, 1], b"ld+json") >= 0:
                            date, described = embedded.scan(data, start, at, data_spans, described)
                            date_of_json = date_of_json if date_of_json else date
                    continue
                elif tag == tag_meta:
                    start, last = spans[markup.NAME, 0], spans[markup.NAME, 1]
                    if date_of_meta == 0:
                        dated = markup.find(data, start, last, b"publish") >= 0 or markup.matches(
                            data, start, last, b"date"
                        )
                        if dated or markup.find(data, start, last, b"dc.date") >= 0:
                            date_of_meta = markup.find_date(data, spans[markup.CONTENT, 0], spans[markup.CONTENT, 1])
                    start, last = spans[markup.HTTP_EQUIV, 0], spans[markup.HTTP_EQUIV, 1]
                    if pages[page, LANG_END] == 0 and markup.matches(data, start, last, b"content-language"):
                        pages[page, LANG_START] = spans[markup.CONTENT, 0]
                        pages[page, LANG_END] = spans[markup.CONTENT, 1]
                    continue
                elif tag == tag_img:
                    # 外字: an image that stands for one wide character.
                    start, size = spans[markup.ALT, 0], spans[markup.ALT, 1] - spans[markup.ALT, 0]
                    if size == 3 and 0xE3 <= data[start] <= 0xE9 and not roles & (_UNSEEN | tags.HIDDEN):
                        for step in range(size):
                            out[to + step] = data[start + step]
                        to += size
                        characters += 1
                        if roles & tags.LINK:
                            linked += 1
                        space = 0
                        breaks = 0
                    continue
                elif (tag == tag_svg or tag == tag_math) and data[at - 2] == 0x2F and data[at - 1] == 0x3E:
                    continue  # only foreign elements can close themselves: <svg/>
                elif kind & tags.VOID:
                    flush = kind & tags.BLOCK != 0
                    if not flush:
                        continue
                else:
                    flush = kind & tags.BLOCK != 0
                    if tag == tag_html and pages[page, LANG_END] == 0:
                        pages[page, LANG_START] = spans[markup.LANG, 0]
                        pages[page, LANG_END] = spans[markup.LANG, 1]
                    elif tag == tag_time and date_of_time == 0:
                        date_of_time = markup.find_date(data, spans[markup.DATETIME, 0], spans[markup.DATETIME, 1])
                    level = nesting.implied(stack, depth, tag, kinds, element_roles, opened, known)
                    new_row = new_row or tag == tag_tr
                # Close what ends here.
                if level > 0:
                    while depth > level:
                        depth -= 1
                        opened[stack[depth]] -= 1
                        if stack[depth] == tag_rt and reading >= first and to > first:
                            if to == reading:  # nothing was read: take the parenthesis back
                                to -= 3
                                characters -= 1
                            else:
                                to = put(out, to, 0xFF09)
                                characters += 1
                            reading = -1
                # Open what begins here.
                if not closing and not kind & tags.VOID:
                    mine = stack_roles[depth - 1] | element_roles[tag]
                    if kind & tags.SKIP or ((tag == tag_rt or tag == tag_rtc) and ruby == 0):
                        mine |= tags.SKIPPED
                    if tag == tag_a and spans[markup.HREF, 1] > spans[markup.HREF, 0]:
                        mine |= tags.LINK
                    first_name = named
                    most = named + _NAMES if kind & tags.CONTAINER and depth < _STACK else named
                    for index in (markup.CLASS, markup.ID, markup.ROLE, markup.NAME):
                        if spans[index, 1] > spans[index, 0]:
                            more, named = markup.class_names(
                                data, spans[index, 0], spans[index, 1], words, word_roles, class_names, named, most
                            )
                            if index != markup.NAME:
                                mine |= more
                    if hidden or markup.conceals(data, spans[markup.STYLE, 0], spans[markup.STYLE, 1]):
                        # A hidden block may still be the text of the page; a hidden phrase is not part of its sentence.
                        mine |= tags.HIDDEN if kind & tags.BLOCK else tags.SKIPPED
                    if depth < _STACK:
                        stack[depth] = tag
                        stack_roles[depth] = mine
                        stack_container[depth] = stack_container[depth - 1]
                        if kind & tags.CONTAINER:
                            containers[container, PARENT] = stack_container[depth - 1]
                            containers[container, ELEMENT] = tag
                            containers[container, CONTAINER_ROLES] = mine
                            containers[container, FIRST_NAME] = first_name
                            signature = np.uint32(tag + 1) * np.uint32(0x9E3779B1)
                            for index in range(first_name, named):
                                signature = (signature ^ class_names[index]) * np.uint32(0x01000193)
                            containers[container, SIGNATURE] = np.int32(signature)
                            stack_container[depth] = container
                            container += 1
                        opened[tag] += 1
                        depth += 1
                    else:
                        beyond += 1
                        pages[page, DEPTH_CUT] += 1
                    if kind & tags.CELL:
                        in_cell = True
                roles = stack_roles[depth - 1]
                if not closing and tag == tag_rt and ruby == _PARENTHESISE and to > first and not roles & _UNSEEN:
                    to = put(out, to, 0xFF08)
                    characters += 1
                    reading = to
                if not flush:
                    if closing and to == first and block_container != stack_container[depth - 1]:
                        # What ends here was never text, </select> say, and had blocks of its own inside.
                        block_roles = roles
                        block_container = stack_container[depth - 1]
                    continue
            elif roles & _UNSEEN:
                at = seek(data, at + 1, end, 0x3C)
                continue
            elif markup.is_blank(byte):
                if not roles & tags.PREFORMATTED:
                    at, line = runs.white_space(data, at, end)
                    space = 2 if line else max(space, 1)
                    continue
                at += 1
                if to > first and byte != 0x0D:
                    out[to] = byte
                    to += 1
                    space = 0
                elif byte == 0x0A or byte == 0x0D:
                    space = 2
                else:
                    space = max(space, 1)
                continue
            else:
                # A character: its bytes, or the reference that stands for it.
                point = second = 0
                size = 1 if byte < 0x80 else (2 if byte < 0xE0 else (3 if byte < 0xF0 else 4))
                lead = byte
                if byte == 0x26:
                    past, point, second = markup.reference(data, at, end, entities, entity_points, entity_bare)
                    if past > at:
                        at = past
                        if point == 0x20 or 0x09 <= point <= 0x0D:
                            space = max(space, 1)
                            continue
                        lead = 0x20 if point < 0x800 else (0xE0 | (point >> 12) if point < 0x10000 else 0xF0)
                if space:
                    if to > first and out[to - 1] != 0x0A:
                        joined = False
                        if space == 2 and to - first >= 3 and (0xE3 <= lead <= 0xE9 or lead == 0xEF):
                            before = out[to - 3]
                            joined = (0xE3 <= before <= 0xE9 or before == 0xEF) and out[to - 1] & 0xC0 == 0x80
                        if not joined or (after_link and roles & tags.LINK):
                            out[to] = 0x20
                            to += 1
                    space = 0
                after_link = False
                breaks = 0
                characters += 1
                if roles & tags.LINK:
                    linked += 1
                if point:
                    start = to
                    to = put(out, to, point)
                    if second:
                        to = put(out, to, second)
                    if to - start == 3:
                        punctuation += _is_punctuation(out, start)
                        if out[start] == 0xE3 and 0x81 <= out[start + 1] <= 0x83:
                            kana += 1
                    continue
                out[to] = byte
                if size == 3:
                    out[to + 1] = data[at + 1]
                    out[to + 2] = data[at + 2]
                    if byte == 0xE3 and 0x81 <= data[at + 1] <= 0x83:
                        kana += 1
                    else:
                        punctuation += _is_punctuation(data, at)
                elif size == 1:
                    # Western marks end a phrase only before white space or a tag: 3.14 and a.b do not count.
                    if byte == 0x2E or byte == 0x2C or byte == 0x21 or byte == 0x3F:
                        if after == 0 or after == 0x3C or markup.is_blank(after):
                            punctuation += 1
                else:
                    for step in range(1, size):
                        out[to + step] = data[at + step]
                to += size
                at += size
                # Most text goes on without anything to look at.
                run = characters
                while at + CHUNK <= end:
                    size, added, marks, added_kana = runs.plain(data, at, out, to)
                    to += size
                    at += size
                    characters += added
                    punctuation += marks
                    kana += added_kana
                    if size < CHUNK - 3:
                        break
                if roles & tags.LINK:
                    linked += characters - run
                continue
            # The block ends here.
            while to > first and (out[to - 1] == 0x20 or out[to - 1] == 0x0A or out[to - 1] == 0x09):
                to -= 1
            if to > first:
                blocks[block, START] = first
                blocks[block, END] = to
                blocks[block, CHARACTERS] = characters
                blocks[block, LINKED] = linked
                blocks[block, PUNCTUATION] = punctuation
                blocks[block, KANA] = kana
                blocks[block, TAG] = containers[block_container, ELEMENT]
                blocks[block, ROLES] = block_roles
                blocks[block, CONTAINER] = block_container
                blocks[block, JOIN] = block_join
                block += 1
                cells += 1
            if at >= end:
                break
            if new_row:
                cells = 0
                new_row = False
            first = to
            linked = characters = punctuation = kana = 0
            block_roles = roles
            block_container = stack_container[depth - 1]
            block_join = TAB if in_cell and cells > 0 else LINE
            in_cell = False
            reading = -1
            space = 0
            after_link = False
        pages[page, FIRST_DATA] = block
        for index in range(described):
            last, characters, punctuation, kana = embedded.write(
                data, data_spans[index, 0], data_spans[index, 1], entities, entity_points, entity_bare, out, to
            )
            if not embedded.is_news(out, to, last, blocks, pages[page, FIRST_BLOCK], pages[page, FIRST_DATA], block):
                continue
            blocks[block, START] = to
            blocks[block, END] = last
            blocks[block, CHARACTERS] = characters
            blocks[block, LINKED] = 0
            blocks[block, PUNCTUATION] = punctuation
            blocks[block, KANA] = kana
            blocks[block, TAG] = tag_script
            blocks[block, ROLES] = tags.DATA
            blocks[block, CONTAINER] = pages[page, FIRST_CONTAINER]
            blocks[block, JOIN] = LINE
            block += 1
            to = last
        pages[page, DATE] = date_of_json if date_of_json else (date_of_meta if date_of_meta else date_of_time)
    pages[len(offsets) - 1, FIRST_BLOCK] = block
    pages[len(offsets) - 1, FIRST_CONTAINER] = container
    containers[container, FIRST_NAME] = named
