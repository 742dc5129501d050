"""Word lists matched in one pass: an Aho-Corasick automaton over bytes, for all lists at once.

Source: Aho and Corasick 1975. Where no word has begun, the kernel goes on to the next place where one may, by bit sets of
the words' first two characters, so that most of a text never reaches the automaton. The automaton is completed to a table of transitions, so that each byte costs one
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
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from manyo.columns import ByteArray, Column, IntArray
from manyo.errors import ManyoError
from manyo.kernels import borrowing, inlined, kernel, wide
from manyo.measure.alphabet import CLASS, KANJI, KATAKANA, LONG_VOWEL, decode, entry, table
from manyo.measure.ratio import share

SUBJECTS: Final = ("adult", "discrimination", "violence", "advertising", "gambling")
# From so many matches per 1,000 characters on, nothing is left to doubt but the suspicion itself.
SUSPICIONS: Final[Mapping[str, float]] = MappingProxyType({"machine_generated": 5.0, "machine_translation": 10.0})
LISTS: Final = (*SUBJECTS, "boilerplate", *SUSPICIONS, "bbs")
HITS, DISTINCT, COVERED = range(3)

LEFT, RIGHT = 1, 2  # where the script must change
EXCEPTION: Final = -1


def columns(column: Column, characters: npt.NDArray[np.int64]) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    """The measures that `catalogue/lexicon.py` names."""
    counts = count(column)
    for number, name in enumerate(LISTS):
        hits, distinct, covered = counts[:, number].T
        if name in SUBJECTS:
            yield from _of_list(name, hits, distinct, covered, characters)
        elif name in SUSPICIONS:
            density = share(hits, characters, per=1000.0)
            yield f"{name}_suspicion", np.minimum(density / SUSPICIONS[name], 1)
        elif name == "boilerplate":
            yield "boilerplate_share", share(covered, characters)
        else:
            yield f"{name}_marks", hits


def columns_of(
    lists: Mapping[str, str], column: Column, characters: npt.NDArray[np.int64]
) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    """The measures of a user's lists, texts by name, that `catalogue.lexicon.of_list` names.

    Each list is matched by itself, so that what one finds does not depend on the others.
    """
    for name, text in lists.items():
        hits, distinct, covered = count(column, automaton_of(name, text))[:, 0].T
        yield from _of_list(name, hits, distinct, covered, characters)


def _of_list(
    name: str,
    hits: npt.NDArray[np.int64],
    distinct: npt.NDArray[np.int64],
    covered: npt.NDArray[np.int64],
    characters: npt.NDArray[np.int64],
) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    yield f"{name}_hits", hits
    yield f"{name}_words", distinct
    yield f"{name}_density", share(hits, characters, per=1000.0)
    yield f"{name}_share", share(covered, characters)


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
    heads: ByteArray  # with which bytes a word may begin: see `_heads`


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
    """The automaton of Manyo's own lists, built on first use."""
    folder = files("manyo.measure") / "words"
    return build(
        {name: read_words((folder / f"{name}.txt").read_text("utf-8"), number) for number, name in enumerate(LISTS)}
    )


@lru_cache(16)
def automaton_of(name: str, text: str) -> Automaton:
    """The automaton of one list of a user's. Raises `ManyoError` for a line that has signs but no word."""
    return build({name: read_words(text, 0, where=f"list {name!r},")})


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
    old = np.array([state for state in order if not outputs[state]] + final, np.int64)
    renumbered = np.zeros(len(order), np.int32)
    renumbered[old] = np.arange(len(order), dtype=np.int32)
    complete = renumbered[transitions[old]] * np.int32(width)
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
        heads=_heads(keys),
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
) -> tuple[list[int], npt.NDArray[np.int32], list[list[int]]]:
    """States in order of depth, the complete table `(states, width)`, and the words that end in each, longest first."""
    table = np.zeros((len(trie), width), np.int32)
    outputs: list[list[int]] = [[] for _ in trie]
    for column, child in trie[0].items():
        table[0, column] = child
    fallback = [0] * len(trie)
    order, queue = [0], deque(trie[0].values())
    while queue:
        state = queue.popleft()
        order.append(state)
        behind = fallback[state]
        outputs[state] = ([ends[state]] if state in ends else []) + outputs[behind]
        row = table[state]
        row[:] = table[behind]
        for column, child in trie[state].items():
            fallback[child] = int(row[column])
            row[column] = child
            queue.append(child)
    return order, table, outputs


# Bit sets of `_heads`, 8 kB each: the first characters of words, where they take three bytes; those of words of one such
# character; hashes of the first two such characters; the first two bytes of all other words. Then a byte for each first
# byte of a word of one byte, and one that says whether there are words of one character of three.
_FIRST, _ALONE, _PAIRS, _BYTES, _SINGLE = 0, 1 << 13, 2 << 13, 3 << 13, 4 << 13
_SOME_ALONE: Final = _SINGLE + 256


def _heads(keys: Iterable[bytes]) -> ByteArray:
    """What tells the places where no word begins from the others, small enough for the nearest cache."""
    heads = np.zeros(_SOME_ALONE + 1, np.uint8)

    def put(part: int, bit: int) -> None:
        heads[part + (bit >> 3)] |= 1 << (bit & 7)

    for key in keys:
        data = np.frombuffer(key, np.uint8)
        code = _three(data, 0, len(key))
        if code >= 0:
            put(_FIRST, code)
            if len(key) == 3:
                put(_ALONE, code)
                heads[_SOME_ALONE] = 1
            elif (second := _three(data, 3, len(key))) >= 0:
                put(_PAIRS, _pair(code, second))
        else:  # keys are in lower case, the text need not be
            for first in (key[:1].lower()[0], key[:1].upper()[0]):
                heads[_SINGLE + first] |= len(key) == 1
                for second in (*key[1:2].lower(), *key[1:2].upper()):
                    put(_BYTES, first << 8 | second)
    return heads


@inlined
def _three(data: ByteArray, position: int, end: int) -> int:
    """The 16 bits that three bytes here stand for, if they have the form of a character; else -1."""
    if position + 2 >= end:
        return -1
    lead, second, third = wide(data[position]), wide(data[position + 1]) ^ 0x80, wide(data[position + 2]) ^ 0x80
    if lead >> 4 != 0xE or (second | third) >= 0x40:
        return -1
    return (lead & 0x0F) << 12 | second << 6 | third


@inlined
def _pair(first: int, second: int) -> int:
    return (first * 40503 + second * 30011 >> 4) & 0xFFFF


@inlined
def _next_head(data: ByteArray, position: int, end: int, heads: ByteArray) -> int:
    """The first place from here on where a word may begin; `end` when there is none."""
    alone = heads[_SOME_ALONE] != 0
    while position < end:
        code = _three(data, position, end)
        while code >= 0:
            # One branch that is seldom taken for each character: what begins a word is common, the two together are not.
            second = _three(data, position + 3, end)
            pair = _pair(code, second)
            may = wide(heads[_PAIRS + (pair >> 3)]) >> (pair & 7) & 1 if second >= 0 else 1
            if may and wide(heads[_FIRST + (code >> 3)]) >> (code & 7) & 1:
                return position
            if alone and wide(heads[_ALONE + (code >> 3)]) >> (code & 7) & 1:
                return position
            position += 3
            code = second
        if position >= end:
            break
        byte = wide(data[position])
        if heads[_SINGLE + byte]:
            return position
        if position + 1 < end:
            pair = byte << 8 | wide(data[position + 1])
            if wide(heads[_BYTES + (pair >> 3)]) >> (pair & 7) & 1:
                return position
        position += 1
    return end


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
        machine.heads,
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
    heads: ByteArray,
    counts: npt.NDArray[np.int64],
) -> None:
    # Matches that one which started further left may still replace: start, end, word. They do not overlap, and those
    # that end further back than the longest word reaches are settled, so half of the room is always enough.
    pending = np.zeros((2 * longest + 2, 3), np.int64)
    last_row = np.full(len(facts) // 4, -1, np.int64)  # where each word was last found
    for row in range(len(offsets) - 1):
        start, end = offsets[row], offsets[row + 1]
        state, waiting, following = np.int64(0), 0, start
        while following < end:
            if state == 0:  # no word has begun: on to where one may
                following = _next_head(data, following, end, heads)
                if following == end:
                    break
            position = following
            following += 1
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


@borrowing
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


@borrowing
def _script(data: ByteArray, position: int, end: int, entries: npt.NDArray[np.uint16]) -> int:
    """The class of the character here; kanji are one, whoever uses them."""
    kind = entry(decode(data, position, end) >> 3, entries) & CLASS
    return KATAKANA if kind == LONG_VOWEL else min(kind, KANJI)


@borrowing
def _back(data: ByteArray, start: int, position: int) -> int:
    """Where the character before `position` (> `start`) starts; at a stray continuation byte, that byte."""
    here = position - 1
    while here > start and position - here < 4 and data[here] & 0xC0 == 0x80:
        here -= 1
    if here + (decode(data, here, position) & 7) == position:
        return here
    return position - 1
