"""Word lists matched in one pass: an Aho-Corasick automaton over characters, for all lists at once.

The automaton itself is `automaton.py`'s. A-Z and a-z are one: Latin letters match in either case.

A list is a file of UTF-8 text, one word a line; `#` starts a comment line. The signs:

- `|` before or after a word: the script must change there. `|エロ|` is not found in ピエロ or エロージョン, `|sex|` not in Essex;
- `!` before a word: an *exception*, which counts nothing and hides what overlaps it: `!痴漢冤罪` beside `痴漢`.

Matching is leftmost-longest, as with an alternation of a regular expression whose longest
branch wins: matches do not overlap, and where two could start, the longer does. The five lists of subjects are one
such alternation, so that a word of one hides what it overlaps of another; each other list, a user's among them,
is one by itself, so that what it finds depends on no other.

Per list: *hits*, matches; *distinct*, different words among them; *covered*, characters in them.

Dates such as 2019/8/18 or 2019年08月18日 are marks of boards, and are looked for around the end of a year:
four digits, one of 年./-, one or two, one of 月./-, one or two and no third, in either width, with spaces before the last
two. In a list of months, 2019年7月 2019年8月, the 20 of a year is no day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from manyo.columns import ByteArray, Column, IntArray
from manyo.errors import ManyoError
from manyo.kernels import borrowing, inlined, kernel
from manyo.measure import automaton, footer
from manyo.measure.alphabet import CLASS, KANJI, KATAKANA, LONG_VOWEL, decode, entry, table
from manyo.measure.automaton import NONE, Automaton, advance
from manyo.measure.ratio import share

SUBJECTS: Final = ("adult", "discrimination", "violence", "advertising", "gambling")
# From so many matches per 1,000 characters on, nothing is left to doubt but the suspicion itself.
SUSPICIONS: Final[Mapping[str, float]] = MappingProxyType({"machine_generated": 5.0, "machine_translation": 10.0})
FEW: Final = 400  # characters: a shorter text is taken to be this long, since one phrase in a line is no ground
LISTS: Final = (*SUBJECTS, "boilerplate", *SUSPICIONS, "bbs")
HITS, DISTINCT, COVERED = range(3)

LEFT, RIGHT = 1, 2  # where the script must change
DATE: Final = 4  # two digits and a sign that must be the end of a year
EXCEPTION: Final = -1
# The columns of the automaton's facts.
LIST, GROUP, BYTES, CHARACTERS, SOLID, BOUNDS, FACTS = range(7)

LONGEST: Final = 200  # characters of a word


def columns(column: Column, characters: npt.NDArray[np.int64]) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    """The measures that `catalogue/lexicon.py` names."""
    counts, ends = count_all(column, ours())
    yield "footer_line_share", share(ends[:, 0], ends[:, 1])
    for number, name in enumerate(LISTS):
        hits, distinct, covered = counts[:, number].T
        if name in SUBJECTS:
            yield from _of_list(name, hits, distinct, covered, characters)
        elif name in SUSPICIONS:
            density = share(hits, np.maximum(characters, FEW), per=1000.0)
            yield f"{name}_suspicion", np.minimum(density / np.float32(SUSPICIONS[name]), 1)
        elif name == "boilerplate":
            yield "boilerplate_share", share(covered, characters)
        else:
            yield f"{name}_marks", hits


def columns_of(
    lists: Mapping[str, str], column: Column, characters: npt.NDArray[np.int64]
) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    """The measures of a user's lists, texts by name, that `catalogue.lexicon.of_list` names."""
    if lists:
        counts = count(column, theirs(tuple(lists.items())))
        for number, name in enumerate(lists):
            hits, distinct, covered = counts[:, number].T
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
class Lexicon:
    """What the kernel needs of lists: where their words end in a text, and what is to be known of each."""

    automaton: Automaton
    facts: IntArray  # (words, FACTS) flat
    lists: int
    groups: int
    longest: int  # bytes of the longest word


def read_words(text: str, number: int, *, where: str = "") -> list[Word]:
    """The words of one list's file.

    >>> read_words("# 例\\n|エロ|\\n!ピエロ", 0)
    [Word(text='エロ', list=0, bounds=3), Word(text='ピエロ', list=-1, bounds=0)]

    Raises `ManyoError` for a line that has signs but no word, one that was not decoded well, and one of more than
    200 characters.
    """
    words = []
    for count, line in enumerate(text.splitlines(), 1):
        word = line.strip().removeprefix("\ufeff")
        if not word or word.startswith("#"):
            continue
        exception = word.startswith("!")
        word = word.removeprefix("!")
        bounds = LEFT * word.startswith("|") | RIGHT * word.endswith("|")
        word = word.strip("|")
        place = f"{where} line {count}: {line[:40]!r}"
        if not word:
            raise ManyoError("a word list has a line without a word", where=place)
        if len(word) > LONGEST:
            raise ManyoError(f"a word list has a word of {len(word):,} characters", where=place, hint="one word a line")
        if any(character in "\0\ufffd" or 0xD800 <= ord(character) < 0xE000 for character in word):
            raise ManyoError("a word list has a damaged character", where=place, hint="save it as UTF-8")
        words.append(Word(word, EXCEPTION if exception else number, bounds))
    return words


def folded(word: str) -> str:
    """A-Z as a-z, and no other letter.

    >>> folded("LINE＠ Ａ")
    'line＠ Ａ'
    """
    return word.encode().lower().decode()


@cache
def ours() -> Lexicon:
    """Manyo's own lists, read on first use."""
    folder = files("manyo.measure") / "words"
    lists = [read_words((folder / f"{name}.txt").read_text("utf-8"), number) for number, name in enumerate(LISTS)]
    for digits in ("0123456789", "０１２３４５６７８９"):
        lists[LISTS.index("bbs")] += [Word(f"{digit}話", LISTS.index("bbs"), 0) for digit in digits]
        years = (tens + ones + sign for tens in digits for ones in digits for sign in "年./-")
        lists[LISTS.index("bbs")] += [Word(year, LISTS.index("bbs"), DATE) for year in years]
    return build(lists, [0 if name in SUBJECTS else 1 + number for number, name in enumerate(LISTS)])


@lru_cache(16)
def theirs(lists: tuple[tuple[str, str], ...]) -> Lexicon:
    """A user's lists, names and texts. Raises `ManyoError` for a line that is no word."""
    words = [read_words(text, number, where=f"list {name!r},") for number, (name, text) in enumerate(lists)]
    return build(words, range(len(words)))


def build(lists: Sequence[Iterable[Word]], groups: Sequence[int]) -> Lexicon:
    """Lists of words, each in the group that is given for it; the words of a group hide one another.

    A word that a group has twice counts for the list that has it first.
    """
    words: dict[tuple[str, int], Word] = {}
    for items, group in zip(lists, groups, strict=True):
        for item in items:
            words.setdefault((folded(item.text), group), item)
    facts = [
        (word.list, group, len(key.encode()), len(key), len("".join(key.split())), word.bounds)
        for (key, group), word in words.items()
    ]
    return Lexicon(
        automaton=automaton.build([key for key, _ in words]),
        facts=np.array(facts, np.int64).reshape(-1),
        lists=len(lists),
        groups=max(groups, default=0) + 1,
        longest=max((one[BYTES] for one in facts), default=1),
    )


def count(column: Column, lexicon: Lexicon | None = None) -> npt.NDArray[np.int64]:
    """Hits, distinct words and covered characters of every list in every row: shape `(rows, lists, 3)`.

    >>> count(Column.of(["続きを読む"]))[0, LISTS.index("boilerplate")].tolist()
    [1, 1, 5]
    """
    return count_all(column, ours() if lexicon is None else lexicon)[0]


def count_all(column: Column, lexicon: Lexicon) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """What `count` gives, and of every row the characters of footer lines and of the last ten: shape `(rows, 2)`."""
    counts = np.zeros((column.rows, lexicon.lists, 3), np.int64)
    ends = np.zeros((column.rows, 2), np.int64)
    _match(
        column.data,
        column.offsets,
        table(),
        lexicon.automaton.heads,
        lexicon.automaton.edges,
        lexicon.automaton.fallbacks,
        lexicon.automaton.first_output,
        lexicon.automaton.outputs,
        lexicon.automaton.words,
        lexicon.automaton.alone,
        lexicon.facts,
        lexicon.longest,
        lexicon.groups,
        3 * lexicon.lists,
        LISTS.index("boilerplate") if lexicon is ours() else -1,
        counts.reshape(-1),
        ends.reshape(-1),
    )
    return counts, ends


@kernel
def _match(
    data: ByteArray,
    offsets: IntArray,
    entries: npt.NDArray[np.uint16],
    heads: IntArray,
    edges: IntArray,
    fallbacks: IntArray,
    first_output: int,
    outputs: IntArray,
    words: IntArray,
    alone: bool,
    facts: IntArray,
    longest: int,
    groups: int,
    width: int,
    furniture: int,
    counts: IntArray,
    ends: IntArray,
) -> None:
    # Of each group the matches that one which started further left may still replace: start, end, word. They do not
    # overlap, and those that end further back than the longest word reaches are settled, so half of the room is enough.
    room = 2 * longest + 2
    pending = np.zeros(3 * groups * room, np.int64)
    waiting = np.zeros(groups, np.int64)
    last_row = np.full(len(facts) // FACTS, -1, np.int64)  # where each word was last found
    lines = np.zeros(footer.ROOM, np.int64)
    state = np.zeros(4, np.int64)
    for row in range(len(offsets) - 1):
        start, end = offsets[row], offsets[row + 1]
        if furniture >= 0:
            footer.find(data, start, end, entries, lines)
        position = start
        state[0], state[1], state[2] = 0, NONE, NONE
        while position < end:
            position = advance(data, position, end, state, heads, edges, fallbacks, first_output, alone)
            here = state[3]
            if here == 0:
                break
            for output in range(outputs[here - first_output], outputs[here - first_output + 1]):
                word = words[output]
                if _bounded(data, start, position, end, word, facts, entries):
                    group = facts[FACTS * word + GROUP]
                    if waiting[group] == room:
                        _settle(
                            group,
                            room,
                            position - longest,
                            row,
                            width,
                            furniture,
                            facts,
                            pending,
                            waiting,
                            last_row,
                            lines,
                            counts,
                        )
                    _take(position, word, group * room, group, facts, pending, waiting)
        for group in range(groups):
            _settle(group, room, end, row, width, furniture, facts, pending, waiting, last_row, lines, counts)
        if furniture >= 0:
            footer.settle(lines, ends, row)


@borrowing
def _take(
    position: int, word: int, first: int, group: int, facts: IntArray, pending: IntArray, waiting: IntArray
) -> None:
    """Let a word that ends at `position` wait, and those that it overlaps and begins before go, or leave all as it is."""
    begin = position - facts[FACTS * word + BYTES]
    keep = waiting[group]
    while keep and pending[3 * (first + keep - 1)] > begin:
        keep -= 1
    if keep and pending[3 * (first + keep - 1) + 1] > begin:
        if pending[3 * (first + keep - 1)] < begin or pending[3 * (first + keep - 1) + 1] >= position:
            return
        keep -= 1  # it begins where this longer one does
    pending[3 * (first + keep)], pending[3 * (first + keep) + 1], pending[3 * (first + keep) + 2] = (
        begin,
        position,
        word,
    )
    waiting[group] = keep + 1


@borrowing
def _settle(
    group: int,
    room: int,
    until: int,
    row: int,
    width: int,
    furniture: int,
    facts: IntArray,
    pending: IntArray,
    waiting: IntArray,
    last_row: IntArray,
    lines: IntArray,
    counts: IntArray,
) -> None:
    """Count the matches of a group that end at `until` or before: no other can replace them any more."""
    first, settled = 3 * group * room, 0
    while settled < waiting[group] and pending[first + 3 * settled + 1] <= until:
        word = pending[first + 3 * settled + 2]
        number = facts[FACTS * word + LIST]
        if number >= 0:  # no exception
            column = row * width + 3 * number
            counts[column + HITS] += 1
            counts[column + COVERED] += facts[FACTS * word + CHARACTERS]
            if last_row[word] != row:
                last_row[word] = row
                counts[column + DISTINCT] += 1
            if number == furniture:
                footer.credit(lines, pending[first + 3 * settled], facts[FACTS * word + SOLID])
        settled += 1
    waiting[group] -= settled
    for index in range(first, first + 3 * waiting[group]):
        pending[index] = pending[index + 3 * settled]


@borrowing
def _bounded(
    data: ByteArray, start: int, finish: int, end: int, word: int, facts: IntArray, entries: npt.NDArray[np.uint16]
) -> bool:
    """Whether the script changes on the sides where the word asks for it, and a date is one."""
    begin, bounds = finish - facts[FACTS * word + BYTES], facts[FACTS * word + BOUNDS]
    if bounds & DATE:
        return _date(data, start, begin, finish, end)
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


@borrowing
def _date(data: ByteArray, start: int, begin: int, finish: int, end: int) -> bool:
    """Whether the two digits that start at `begin` end a year, and a month and a day follow from `finish` on."""
    position = begin
    for _ in range(2):
        if position > start and 0x30 <= data[position - 1] <= 0x39:
            position -= 1
        elif position > start + 2 and _digits(data, position - 3, position, 1) == position:
            position -= 3
        else:
            return False
    position = _digits(data, _spaces(data, finish, end), end, 2)
    if position < 0 or position >= end:
        return False
    if data[position] == 0x2E or data[position] == 0x2D or data[position] == 0x2F:  # . - /
        position += 1
    elif (
        position + 2 < end and data[position] == 0xE6 and data[position + 1] == 0x9C and data[position + 2] == 0x88
    ):  # 月
        position += 3
    else:
        return False
    position = _digits(data, _spaces(data, position, end), end, 2)
    return position >= 0 and _digits(data, position, end, 1) < 0


@inlined
def _spaces(data: ByteArray, position: int, end: int) -> int:
    while position < end and data[position] == 0x20:
        position += 1
    return position


@inlined
def _digits(data: ByteArray, position: int, end: int, most: int) -> int:
    """Where the digits from here on end, in either width and so many at most; -1 when there is none."""
    found = 0
    while found < most and position < end:
        if 0x30 <= data[position] <= 0x39:
            position += 1
        elif (
            position + 2 < end
            and data[position] == 0xEF
            and data[position + 1] == 0xBC
            and 0x90 <= data[position + 2] <= 0x99
        ):
            position += 3
        else:
            break
        found += 1
    return position if found else -1
