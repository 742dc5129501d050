r"""The kept blocks of one page as Markdown: headings, lists, tables, quotations, definitions and code.

Written is CommonMark 0.31 with GitHub's tables. A definition follows its term behind `: `, as PHP Markdown Extra and pandoc
read it; elsewhere it is the second line of a paragraph. A line that the page broke by `<br>` ends in two spaces. What
the text holds by chance of Markdown's own signs is escaped, so that a reader sees what the page said.

All of it comes from the segmenter's tables: what a block stands in (`CONTAINER`), and the elements around that
(`PARENT`, `ELEMENT`). There are no links and no emphasis: blocks do not hold them.

What is not taken at its word: a table of one row or column, of long cells, of cells with headings, code or further
tables, or one that is mostly holes, is layout, and its cells are paragraphs; a heading ends where another element
begins in it, since old pages forget to close theirs; quotations and lists more than sixteen deep go no deeper.

>>> page = '''<h2>持ち物</h2><p>雨の日は、次のものを忘れずにお持ちください。<ol><li>長ぐつ<li>かさ</ol>
... <table><tr><th>品<th>数<tr><td>水筒<td>1</table><p>集合は朝の八時です。*印は貸し出します。'''
>>> found = s.segment(Column.join([page.encode()]))
>>> print(markdown(found, np.ones(len(found.blocks), np.uint8)))
## 持ち物
<BLANKLINE>
雨の日は、次のものを忘れずにお持ちください。
<BLANKLINE>
1. 長ぐつ
2. かさ
<BLANKLINE>
| 品 | 数 |
| --- | --- |
| 水筒 | 1 |
<BLANKLINE>
集合は朝の八時です。*印は貸し出します。
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import InitVar, dataclass, field
from itertools import islice, pairwise
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from manyo.columns import Column
from manyo.read import segment as s
from manyo.read import tags
from manyo.read.normalise import normalise
from manyo.read.settings import Settings

_ROOT, _QUOTE, _BULLETS, _NUMBERS, _ITEM, _TERMS, _TERM, _DEFINITION, _CODE, _HEADING, _TABLE, _CELL = range(12)
_LISTS: Final = (_BULLETS, _NUMBERS)
_FRAMES: Final = (_ROOT, _QUOTE, _BULLETS, _NUMBERS, _ITEM, _TERMS, _TERM, _DEFINITION)  # what other elements stand in
_Grid: TypeAlias = dict[int, dict[int, list[str]]]  # of a table: lines by row and column
_KINDS: Final = {
    **dict.fromkeys(("ul", "menu", "dir"), _BULLETS),
    **dict.fromkeys(("pre", "listing"), _CODE),
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), _HEADING),
    **dict.fromkeys(("td", "th"), _CELL),
    "blockquote": _QUOTE,
    "ol": _NUMBERS,
    "li": _ITEM,
    "dl": _TERMS,
    "dt": _TERM,
    "dd": _DEFINITION,
    "table": _TABLE,
}
_DEFINED: Final = ": "
_DEEPEST: Final = 16  # levels of quotations and lists; bounds what stands before a line
_HEADING_MOST: Final = 200  # characters
_CELL_MOST: Final = 200  # characters
_SPARSE: Final = 8  # places of a table for each that is filled

_INLINE: Final = re.compile(
    r"\\(?=[!-/:-@\[-`{-~\n]|\Z)"  # would escape what follows
    r"|<(?=[A-Za-z/!?])"  # a tag
    r"|&(?=\#?[0-9A-Za-z]{1,31};)"  # a reference
    r"|\](?=\()"  # a link
    r"|[`*~]|(?<![^\W_])_|_(?![^\W_])"  # code, emphasis, struck out: where there are two of them
)
_OPENING: Final = re.compile(
    r"\#{1,6}(?=[ \t]|$)"  # a heading
    r"|[-+*:](?=[ \t]|$)"  # an item, a definition
    r"|>"
    r"|[-*_=|:][-*_=|: \t]*$"  # a rule, the line under a heading or under a table's first row
    r"|\[(?=[^\]]*\]:|[ xX]\][ \t])"  # what a link refers to, a box to tick
)
_NUMBER: Final = re.compile(r"([0-9]{1,9})([.)](?:[ \t]|$))")
_CLOSING: Final = re.compile(r"(?:^|(?<=[ \t]))#+$")
_TICKS: Final = re.compile("`+")
# What a terminal would obey; the texts of `normalise` have none of these.
_CONTROLS: Final = dict.fromkeys((*range(0x09), *range(0x0B, 0x20), *range(0x7F, 0xA0)))


@dataclass(slots=True, eq=False)
class _Element:
    """An element that means something to Markdown, and the nearest of each kind that it stands in or is."""

    kind: int
    around: InitVar[_Element | None] = None
    number: int = 0  # of a heading: its level; of an item or a cell: how many of its kind stand before it
    row: int = 0  # the container that it is a child of: the cells of a row share it
    parent: _Element = field(init=False)  # the frame that it stands in; the root's is itself
    frame: _Element = field(init=False)
    code: _Element | None = None
    heading: _Element | None = None
    table: _Element | None = None
    outer: _Element | None = None  # the table around its table
    cell: _Element | None = None

    def __post_init__(self, around: _Element | None) -> None:
        self.parent = around.frame if around else self
        self.frame = self if self.kind in _FRAMES else self.parent
        if around:
            self.code, self.heading, self.cell = around.code, around.heading, around.cell
            self.table, self.outer = around.table, around.outer
        if self.kind == _CODE:
            self.code = self
        elif self.kind == _HEADING:
            self.heading = self
        elif self.kind == _TABLE:
            self.table, self.outer = self, self.table
            self.cell = self.heading = None
        elif self.kind == _CELL:
            self.cell, self.heading = self, None


@dataclass(slots=True)
class _Text:
    """A kept block: its lines, normalised; its bytes; its container and the element that this means."""

    lines: list[str]
    raw: bytes
    container: int
    place: _Element


def markdown(found: s.Segments, kept: npt.NDArray[np.uint8], page: int = 0, *, settings: Settings | None = None) -> str:
    """The kept blocks of a page as Markdown, without a line end at the end; `kept` is of shape (blocks,).

    Text is normalised by `settings` as `extract`'s text is, but for code. Time and size are linear in the kept text and
    the page's containers.
    """
    # One page at a time, in Python: this is asked for when a person wants to read, or keep, single pages. A build does not.
    first, last = (int(found.pages[row, s.FIRST_BLOCK]) for row in (page, page + 1))
    rows = found.blocks[first:last][kept[first:last] != 0]
    raws = [found.text[start:end].tobytes() for start, end in rows[:, [s.START, s.END]].tolist()]
    outline = _Outline(found, page)
    texts = [
        _Text(lines, raw, container, outline.place(container))
        for lines, raw, container in zip(
            _lines(raws, settings or Settings()), raws, rows[:, s.CONTAINER].tolist(), strict=True
        )
        if lines
    ]
    grids = _grids(texts)
    begun: set[_Element] = set()  # headings and tables
    writer = _Writer(outline.root)
    at = 0
    while at < len(texts):
        text = texts[at]
        place, past = text.place, at + 1
        if place.code:
            while past < len(texts) and texts[past].place.code is place.code:
                past += 1
            writer.write(place, _fenced(texts[at:past]))
        elif place.table and place.cell and place.table in grids:
            if place.table not in begun:
                begun.add(place.table)
                writer.write(place.table, _piped(grids[place.table]))
        elif place.heading and place.heading not in begun:
            begun.add(place.heading)
            while past < len(texts) and texts[past].container == text.container:
                past += 1
            title = " ".join(line for part in texts[at:past] for line in part.lines)
            if len(title) <= _HEADING_MOST:
                title = _CLOSING.sub(r"\\\g<0>", _inline(title))
                writer.write(place.heading, [f"{'#' * place.heading.number} {title}"])
            else:
                past = at  # it is no heading: look at the same block again
        else:
            writer.write_paragraph(place, text.lines)
        at = past
    return "".join(writer.out)


def _lines(raws: Sequence[bytes], settings: Settings) -> list[list[str]]:
    """The lines of each block, normalised; which commas a page uses is for the whole of it to say."""
    alone = normalise(Column.join(raws), nfkc=settings.nfkc, punctuation=False).text().to_pylist()
    whole = normalise(Column.join([b"\n".join(raws)]), nfkc=settings.nfkc, punctuation=settings.punctuation)
    lines = iter([line for line in whole.text()[0].as_py().split("\n") if line])
    return [list(islice(lines, sum(map(bool, text.split("\n"))))) for text in alone]


class _Outline:
    """The elements around the blocks of one page, made as they are asked for."""

    def __init__(self, found: s.Segments, page: int) -> None:
        self.root = _Element(_ROOT)
        self._containers = found.containers
        self._first, self._last = (int(found.pages[row, s.FIRST_CONTAINER]) for row in (page, page + 1))
        self._elements = {self._first: self.root}
        self._ranks: npt.NDArray[np.int64] | None = None

    def place(self, container: int) -> _Element:
        """What a container is, or the nearest around it that means something."""
        path = []
        while container not in self._elements:
            path.append(container)
            container = int(self._containers[container, s.PARENT])
        element = self._elements[container]
        for inner in reversed(path):
            element = self._elements[inner] = self._within(element, inner)
        return element

    def _within(self, around: _Element, container: int) -> _Element:
        name = tags.ELEMENTS[self._containers[container, s.ELEMENT]]
        kind = _KINDS.get(name)
        if kind is None or around.code or (kind == _CELL and not around.table):
            return around
        number = int(name[1]) if kind == _HEADING else self._rank(container) if kind in (_ITEM, _CELL) else 0
        return _Element(kind, around, number, int(self._containers[container, s.PARENT]))

    def _rank(self, container: int) -> int:
        """How many items, or cells, stand before this one in the same container."""
        if self._ranks is None:
            counted = np.array([_KINDS.get(name) in (_ITEM, _CELL) for name in (*tags.ELEMENTS, "")])  # -1: the root
            containers = self._containers[self._first : self._last]
            rows = np.flatnonzero(counted[containers[:, s.ELEMENT]])
            parents = containers[rows, s.PARENT]
            order = np.argsort(parents, kind="stable")
            starts = np.flatnonzero(np.diff(parents[order], prepend=-1))
            self._ranks = np.zeros(len(containers), np.int64)
            self._ranks[rows[order]] = np.arange(len(rows)) - np.repeat(starts, np.diff(starts, append=len(rows)))
        return int(self._ranks[container - self._first])


def _grids(texts: Iterable[_Text]) -> dict[_Element, _Grid]:
    """The cells of every table that is one: lines by row and column."""
    grids: dict[_Element, _Grid] = {}
    layout: set[_Element] = set()
    interrupted: set[_Element] = set()  # tables with text between their cells
    for text in texts:
        table, outer, cell = text.place.table, text.place.outer, text.place.cell
        if table is None:
            continue
        while outer is not None and outer not in layout:
            layout.add(outer)
            outer = outer.outer
        if cell is not None:
            grid = grids.setdefault(table, {})
            lines = grid.setdefault(cell.row, {}).setdefault(cell.number, [])
            lines += text.lines
            if table in interrupted or text.place.code or text.place.heading:
                layout.add(table)
        elif table in grids:
            interrupted.add(table)
    return {table: grid for table, grid in grids.items() if table not in layout and _is_table(grid)}


def _is_table(grid: _Grid) -> bool:
    columns = len({column for row in grid.values() for column in row})
    sizes = [sum(map(len, lines)) for row in grid.values() for lines in row.values()]
    return len(grid) > 1 and columns > 1 and max(sizes) <= _CELL_MOST and len(grid) * columns <= _SPARSE * len(sizes)


def _piped(grid: _Grid) -> list[str]:
    """A table as GitHub writes it. Its head is the first row: there is no table without one."""
    columns = sorted({column for row in grid.values() for column in row})
    cells = [[_cell(row.get(column, ())) for column in columns] for row in grid.values()]
    head, *body = (f"| {' | '.join(row)} |" for row in cells)
    return [head, f"|{' --- |' * len(columns)}", *body]


def _cell(lines: Iterable[str]) -> str:
    return _inline("\n".join(lines)).replace("\n", "<br>").replace("|", "\\|")


def _fenced(texts: Sequence[_Text]) -> list[str]:
    """Code within a fence that is longer than any run of backticks in it; nothing in it is changed or escaped."""
    pieces = [texts[0].raw]
    for before, text in pairwise(texts):
        pieces += [b"\n\n" if text.container == before.container else b"\n", text.raw]  # two <br>, or another element
    code = b"".join(pieces).decode("utf-8", "replace").translate(_CONTROLS)
    fence = "`" * max(3, 1 + max(map(len, _TICKS.findall(code)), default=0))
    return [fence, *code.split("\n"), fence]


def _inline(text: str) -> str:
    r"""A text whose signs mean nothing.

    >>> print(_inline("3*4*5 は <b> と &amp; で、snake_case と * です_"))
    3\*4\*5 は \<b> と \&amp; で、snake_case と \* です\_
    """
    lone = [sign for sign in "`*~_" if text.count(sign) < 2]
    return _INLINE.sub(lambda found: found[0] if found[0] in lone else "\\" + found[0], text)


def _opening(line: str) -> str:
    r"""A line, escaped where it would begin something.

    >>> print(*map(_opening, ("# 題", "#題", "- 一", "1. 二", "---", "2024年", "+81")), sep=" / ")
    \# 題 / #題 / \- 一 / 1\. 二 / \--- / 2024年 / +81
    """
    if _NUMBER.match(line):
        return _NUMBER.sub(r"\1\\\2", line, count=1)
    return "\\" + line if _OPENING.match(line) else line


@dataclass(slots=True, eq=False)
class _Frame:
    """An element that text is being written in."""

    element: _Element
    indent: str = ""  # what stands before its lines
    depth: int = 0  # frames that gave something to the indent
    holder: _Frame = field(init=False)  # the innermost frame that did, or list
    tail: tuple[int, int] | None = None  # kind and style of the list that ends what it holds
    style: int = 0  # of a list: which of two marks; lists that follow each other differ
    width: int = 0  # of a list: its last mark's
    termed: bool = False  # of a list of terms: one was written

    def __post_init__(self) -> None:
        self.holder = self


class _Writer:
    """Puts chunks under each other, before their lines what the frames around them ask for."""

    def __init__(self, root: _Element) -> None:
        self.out: list[str] = []
        self._stack = [_Frame(root)]
        self._open = {root}  # the elements of the stack
        self._item = False  # the last chunk was the paragraph that an item begins with
        self._term: _Element | None = None  # the last chunk was a term of this list

    def write_paragraph(self, place: _Element, lines: Iterable[str]) -> None:
        *broken, last = map(_opening, _inline("\n".join(lines)).split("\n"))
        self.write(place, [*(f"{line}  " for line in broken), last], paragraph=True)

    def write(self, place: _Element, lines: Sequence[str], *, paragraph: bool = False) -> None:
        target, missing = place.frame, []
        shared = target
        while shared not in self._open:
            missing.append(shared)
            shared = shared.parent
        while self._stack[-1].element is not shared:
            self._open.remove(self._stack.pop().element)
        outer = self._stack[-1]
        marks = [self._enter(element, definable=paragraph and element is target) for element in reversed(missing)]
        inner, entered = self._stack[-1], self._stack[len(self._stack) - len(marks) :]
        inner.holder.tail = None
        if self.out:
            self.out.append("\n" if self._follows(outer, entered, marks) else f"\n{outer.indent.rstrip()}\n")
        self.out += [outer.indent, *marks, lines[0]]
        for line in lines[1:]:
            self.out.append(f"\n{inner.indent}{line}" if line else f"\n{inner.indent.rstrip()}")
        self._item = paragraph and inner in entered[-1:] and target.kind == _ITEM and inner.holder is inner
        self._term = target.parent if paragraph and target.kind == _TERM else None

    def _enter(self, element: _Element, *, definable: bool) -> str:
        """Open a frame in the innermost open one; what it puts before its first line."""
        outer, frame = self._stack[-1], _Frame(element)
        self._stack.append(frame)
        self._open.add(element)
        kind, within = element.kind, outer.element.kind
        mark = rest = ""
        if kind in _LISTS:
            if outer.depth < _DEEPEST:
                mark = rest = (
                    " " * outer.width
                )  # a list that stands in a list, not in an item, belongs to the last item
            before = outer.holder.tail
            frame.style = 1 - before[1] if before and before[0] == kind else 0
            outer.holder.tail = (kind, frame.style)
        elif kind == _TERM:
            outer.termed = True
        elif kind == _DEFINITION:
            mark = _DEFINED if definable and within == _TERMS and outer.termed else ""
        elif kind in (_QUOTE, _ITEM) and outer.depth < _DEEPEST:
            outer.holder.tail = None
            if kind == _QUOTE:
                mark = rest = "> "
            else:
                mark = f"{element.number + 1}{'.)'[outer.style]} " if within == _NUMBERS else f"{'-*'[outer.style]} "
                rest = " " * len(mark)
                outer.width = len(mark) if within in _LISTS else 0
        frame.indent = outer.indent + rest
        frame.depth = outer.depth + (rest != "")
        frame.holder = frame if rest or kind in _LISTS else outer.holder
        return mark

    def _follows(self, outer: _Frame, entered: Sequence[_Frame], marks: Sequence[str]) -> bool:
        """Whether the next chunk needs no empty line before it: a definition after its term, an item after a short one."""
        if marks and marks[-1] == _DEFINED:
            return self._term is entered[-1].element.parent
        first = next((frame for frame in entered if frame.element.kind not in _LISTS), None)
        if not self._item or outer.element.kind not in (*_LISTS, _ITEM) or first is None or first.holder is not first:
            return False
        # Within a paragraph only a 1 begins a numbered list.
        item = first.element
        interrupts = item.parent is outer.element or item.parent.kind != _NUMBERS or item.number == 0
        return item.kind == _ITEM and interrupts
