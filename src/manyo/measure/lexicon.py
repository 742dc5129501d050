"""Word lists matched in one pass: an Aho-Corasick automaton over bytes, for all lists at once.

Source: Aho and Corasick 1975; the automaton is completed to a table of transitions, so that each byte costs one
look-up. Bytes that the words do not tell apart share a column, A-Z and a-z among them: Latin letters match in either
case. States in which a word ends are numbered last, so that one comparison finds them.

A list is a file of UTF-8 text, one word a line; `#` starts a comment line. The signs:

- `|` before or after a word: the script must change there. `|エロ|` is not found in ピエロ or エロージョン, `|sex|` not in Essex;
- `!` before a word: an *exception*, which counts nothing and hides what overlaps it: `!痴漢冤罪` beside `痴漢`.

Matching is leftmost-longest over all lists together, as with an alternation of a regular expression whose longest
branch wins: matches do not overlap, and where two could start, the longer does. So a word of one list can hide one of
another that overlaps it; our lists share no words.

Per list: *hits*, matches; *distinct*, different words among them; *covered*, characters in them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from manyo.columns import ByteArray, Column, IntArray
from manyo.errors import ManyoError
from manyo.kernels import inlined, kernel
from manyo.measure.alphabet import CLASS, KANJI, decode, entry, table
from manyo.measure.ratio import share

LISTS: Final = ("adult", "discrimination", "violence", "advertising", "gambling", "boilerplate")
HITS, DISTINCT, COVERED = range(3)

LEFT, RIGHT = 1, 2  # where the script must change
EXCEPTION: Final = -1


def columns(column: Column, characters: npt.NDArray[np.int64]) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    """The measures that `catalogue/lexicon.py` names."""
    counts = count(column)
    for number, name in enumerate(LISTS):
        if name == "boilerplate":
            yield "boilerplate_share", share(counts[:, number, COVERED], characters)
        else:
            yield f"{name}_density", share(counts[:, number, HITS], characters, per=1000.0)
            yield f"{name}_words", counts[:, number, DISTINCT]


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a list (its number among the lists, or `EXCEPTION`), and the sides where the script must change."""

    text: str
    list: int
    bounds: int


@dataclass(frozen=True, slots=True)
class Automaton:
    """What the kernel needs. State 0 is the start; `transitions[state + columns[byte]]` is the next, premultiplied."""

    columns: IntArray  # (256,): the column of each byte
    transitions: npt.NDArray[np.int32]  # (states * width,)
    first_output: int  # premultiplied: states from here on end at least one word
    outputs: IntArray  # (states that do + 1,): into `words`
    words: IntArray  # the numbers of the words that end in each, longest first
    facts: IntArray  # (words, 4) flat: list, bytes, characters, bounds
    width: int
    lists: int
    longest: int  # bytes of the longest word


def read_words(text: str, number: int, *, where: str = "") -> list[Word]:
    """The words of one list's file.

    >>> read_words("# 例\\n|エロ|\\n!ピエロ", 0)
    [Word(text='エロ', list=0, bounds=3), Word(text='ピエロ', list=-1, bounds=0)]

    Raises `ManyoError` for a line that has signs but no word.
    """
    words = []
    for count, line in enumerate(text.splitlines(), 1):
        word = line.strip()
        if not word or word.startswith("#"):
            continue
        exception = word.startswith("!")
        word = word.removeprefix("!")
        bounds = LEFT * word.startswith("|") | RIGHT * word.endswith("|")
        word = word.strip("|")
        if not word:
            raise ManyoError("a word list has a line without a word", where=f"{where} line {count}: {line!r}")
        words.append(Word(word, EXCEPTION if exception else number, bounds))
    return words


@cache
def automaton() -> Automaton:
    """The automaton of Manyo's own lists, built on first use (some 50 ms)."""
    folder = files("manyo.measure") / "words"
    return build(
        {name: read_words((folder / f"{name}.txt").read_text("utf-8"), number) for number, name in enumerate(LISTS)}
    )


def build(lists: Mapping[str, Iterable[Word]]) -> Automaton:
    """The automaton of any lists. A word given twice counts for the list that has it first."""
    words: dict[bytes, Word] = {}
    for items in lists.values():
        for item in items:
            words.setdefault(item.text.encode().lower(), item)  # bytes.lower: ASCII only
    keys = list(words)
    columns, width = _columns(keys)
    trie, ends = _trie(keys, columns)
    order, transitions, outputs = _complete(trie, ends, width)
    final = [state for state in order if outputs[state]]
    renumbered = {state: number for number, state in enumerate([s for s in order if not outputs[s]] + final)}
    complete = np.zeros((len(order), width), np.int32)
    for state, row in enumerate(transitions):
        complete[renumbered[state]] = [renumbered[target] * width for target in row]
    starts = np.zeros(len(final) + 1, np.int64)
    np.cumsum([len(outputs[state]) for state in final], out=starts[1:])
    facts = [(words[key].list, len(key), len(key.decode()), words[key].bounds) for key in keys]
    return Automaton(
        columns=columns,
        transitions=complete.reshape(-1),
        first_output=(len(order) - len(final)) * width,
        outputs=starts,
        words=np.array([number for state in final for number in outputs[state]], np.int64),
        facts=np.array(facts, np.int64).reshape(-1),
        width=width,
        lists=len(lists),
        longest=max(map(len, keys), default=1),
    )


def _columns(keys: Iterable[bytes]) -> tuple[IntArray, int]:
    """Column 0 for the bytes of no word, one for each other; upper case with lower."""
    columns = np.zeros(256, np.int64)
    used = sorted({byte for key in keys for byte in key})
    for number, byte in enumerate(used, 1):
        columns[byte] = number
    columns[ord("A") : ord("Z") + 1] = columns[ord("a") : ord("z") + 1]
    return columns, len(used) + 1


def _trie(keys: Iterable[bytes], columns: IntArray) -> tuple[list[dict[int, int]], dict[int, int]]:
    """Children of each state by column, and the word that ends in a state."""
    trie: list[dict[int, int]] = [{}]
    ends: dict[int, int] = {}
    for number, key in enumerate(keys):
        state = 0
        for byte in key:
            column = int(columns[byte])
            if column not in trie[state]:
                trie[state][column] = len(trie)
                trie.append({})
            state = trie[state][column]
        ends[state] = number
    return trie, ends


def _complete(
    trie: list[dict[int, int]], ends: dict[int, int], width: int
) -> tuple[list[int], list[list[int]], list[list[int]]]:
    """States in order of depth, their complete rows, and the words that end in each, longest first."""
    rows: list[list[int]] = [[] for _ in trie]
    outputs: list[list[int]] = [[] for _ in trie]
    rows[0] = [trie[0].get(column, 0) for column in range(width)]
    fallback = dict.fromkeys(trie[0].values(), 0)
    order, queue = [0], deque(trie[0].values())
    while queue:
        state = queue.popleft()
        order.append(state)
        behind = fallback[state]
        outputs[state] = ([ends[state]] if state in ends else []) + outputs[behind]
        rows[state] = rows[behind].copy()
        for column, child in trie[state].items():
            fallback[child] = rows[behind][column]
            rows[state][column] = child
            queue.append(child)
    return order, rows, outputs


def count(column: Column, machine: Automaton | None = None) -> npt.NDArray[np.int64]:
    """Hits, distinct words and covered characters of every list in every row: shape `(rows, lists, 3)`.

    >>> count(Column.of(["続きを読む"]))[0, LISTS.index("boilerplate")].tolist()
    [1, 1, 5]
    """
    machine = automaton() if machine is None else machine
    counts = np.zeros((column.rows, machine.lists * 3), np.int64)
    _match(
        column.data,
        column.offsets,
        table(),
        machine.columns,
        machine.transitions,
        machine.first_output,
        machine.outputs,
        machine.words,
        machine.facts,
        machine.width,
        machine.longest,
        counts,
    )
    return counts.reshape(column.rows, machine.lists, 3)


@kernel
def _match(
    data: ByteArray,
    offsets: IntArray,
    entries: npt.NDArray[np.uint16],
    columns: IntArray,
    transitions: npt.NDArray[np.int32],
    first_output: int,
    outputs: IntArray,
    words: IntArray,
    facts: IntArray,
    width: int,
    longest: int,
    counts: npt.NDArray[np.int64],
) -> None:
    # Matches that one which started further left may still replace: start, end, word. They do not overlap, and those
    # that end further back than the longest word reaches are settled, so half of the room is always enough.
    pending = np.zeros((2 * longest + 2, 3), np.int64)
    last_row = np.full(len(facts) // 4, -1, np.int64)  # where each word was last found
    for row in range(len(offsets) - 1):
        start, end = offsets[row], offsets[row + 1]
        state, waiting = np.int64(0), 0
        for position in range(start, end):
            state = np.int64(transitions[state + columns[data[position]]])
            if state < first_output:
                continue
            if waiting == len(pending):
                old = 0
                while old < waiting and pending[old, 1] <= position + 1 - longest:
                    old += 1
                _settle(pending, old, row, facts, last_row, counts)
                for index in range(old, waiting):
                    pending[index - old] = pending[index]
                waiting -= old
            final = (state - first_output) // width
            for output in range(outputs[final], outputs[final + 1]):
                word = words[output]
                begin = position + 1 - facts[4 * word + 1]
                keep = waiting
                while keep and pending[keep - 1, 0] >= begin:
                    keep -= 1
                if keep and pending[keep - 1, 1] > begin:
                    continue
                if not _bounded(data, start, begin, position + 1, end, facts[4 * word + 3], entries):
                    continue
                pending[keep, 0], pending[keep, 1], pending[keep, 2] = begin, position + 1, word
                waiting = keep + 1
                break
        _settle(pending, waiting, row, facts, last_row, counts)


@inlined
def _settle(
    pending: npt.NDArray[np.int64],
    waiting: int,
    row: int,
    facts: IntArray,
    last_row: IntArray,
    counts: npt.NDArray[np.int64],
) -> None:
    for index in range(waiting):
        word = pending[index, 2]
        column = 3 * facts[4 * word]
        if column < 0:  # an exception
            continue
        counts[row, column + HITS] += 1
        counts[row, column + COVERED] += facts[4 * word + 2]
        if last_row[word] != row:
            last_row[word] = row
            counts[row, column + DISTINCT] += 1


@kernel
def _bounded(
    data: ByteArray, start: int, begin: int, finish: int, end: int, bounds: int, entries: npt.NDArray[np.uint16]
) -> bool:
    """Whether the script changes on the sides where the word asks for it."""
    if bounds & LEFT and begin > start:
        if _script(data, begin, end, entries) == _script(data, _back(data, start, begin), end, entries):
            return False
    if bounds & RIGHT and finish < end:
        if _script(data, finish, end, entries) == _script(data, _back(data, start, finish), end, entries):
            return False
    return True


@kernel
def _script(data: ByteArray, position: int, end: int, entries: npt.NDArray[np.uint16]) -> int:
    """The class of the character here; kanji are one, whoever uses them."""
    return min(entry(decode(data, position, end) >> 3, entries) & CLASS, KANJI)


@kernel
def _back(data: ByteArray, start: int, position: int) -> int:
    """Where the character before `position` (> `start`) starts; at a stray continuation byte, that byte."""
    here = position - 1
    while here > start and position - here < 4 and data[here] & 0xC0 == 0x80:
        here -= 1
    if here + (decode(data, here, position) & 7) == position:
        return here
    return position - 1
