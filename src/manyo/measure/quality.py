"""A learned score: the probability that a person would call a text good.

The model is data, `quality.npz`, made by `tools/train_quality` from texts that people called good or bad; `docs/quality.md`
says which, how well it agrees with them, and which kinds of text it wrongs. It holds no text, only weights under hashes.

A text is read as it was labelled, in snippets:

1. Characters are *folded*: full-width signs, letters and digits to ASCII, A-Z to a-z, every digit to 0, each run of white
   space to one space, none at either end; characters beyond the Basic Multilingual Plane are all one.
2. *Windows* are cut, of 300 folded characters, the last one shorter. Of a text of more than 16,384 bytes 16 windows are
   read, which start at even distances in bytes.
3. A window's *n-grams* of 1, 2 and 3 characters are looked up, and its *runs*: the longest stretches of hiragana, of
   katakana, of kanji and of Latin letters, which are often words or the ends of words. One that occurs `c` times counts
   1 + ln c; the sum of these times their weights is divided by the square root of the sum of their squares, so that
   what matters is which stand in a window and not how many. What training did not meet in two texts counts nothing.
4. To that come four corrections, each a broken line: for the share of digits in the window, for the share of spaces,
   for the frequency of its most frequent 3-gram over its characters (0 where none occurs twice), and for the text's
   `adult_density` (`lexicon.py`). The length of a text is none of them.
5. The mean over the windows, weighted by their characters, is put through the logistic function. So a long text's score
   says what a snippet out of its middle would be called: it is no sharper than a short one's, and one odd passage
   moves it by its length. A text without a character has the score 0.

The weights of 3 and the lines of 4 are one naive-Bayes logistic regression (Wang and Manning 2012, "Baselines and
Bigrams"), with the square root of the log-count ratio instead of the ratio.

All sums are of integers, in steps of 1/4096 of a count and of 1/32767 of the greatest weight, so that their order does
not matter; what follows is float64, from tables, and becomes float32 at the end.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from manyo.columns import ByteArray, Column, IntArray
from manyo.kernels import inlined, kernel, wide
from manyo.measure.alphabet import (
    CLASS,
    HIRAGANA,
    KANJI,
    KANJI_CHINESE,
    KANJI_JAPANESE,
    KATAKANA,
    LATIN,
    LONG_VOWEL,
    SPACE,
    decode,
    table,
)

WINDOW: Final = 300  # folded characters
WINDOWS: Final = 16  # that are read of a text, at most
LONGEST: Final = 16_384  # bytes of a text that is read whole
SLOTS: Final = 1 << 16
CHARACTERS, LOGIT = range(2)  # what a row's windows add up to: folded characters, and logits times those
BEYOND: Final = 0xFFFF  # what a character beyond the Basic Multilingual Plane is folded to
MOST: Final = 255  # occurrences in a window that are counted
ONE: Final = 4096  # a count of 1, in the integers that are summed
DIGITS, SPACES, REPEATED, ADULT = range(4)  # the corrections
KNOTS: Final = 6  # of each broken line
_FILE: Final = "quality.npz"
MIX: Final = np.uint64(0x9E3779B97F4A7C15)
RUN: Final = np.uint64(1 << 63)  # marks the keys of runs; those of n-grams have 48 bits
SPAN: Final = 8.0  # the logistic function is tabulated from -8 to 8


@dataclass(frozen=True)
class Model:
    """What training found.

    `unigrams`, `uint32` of shape (65536,), has for each folded character that is known 1 << 16 | its weight, 16 bits of
    two's complement, and 0 for the others. `entries`, of shape (`SLOTS`,), has the same for n-grams of 2 and 3 and for runs,
    with a tag instead of the 1: slot << 16 | tag is the hash of what stands in that slot or in its neighbour. `scale` turns weights into logits. `knots`
    and `values`, both of shape (4, `KNOTS`), are the corrections. `logistic` is the function at 1,025 even steps.
    """

    unigrams: npt.NDArray[np.uint32]
    entries: npt.NDArray[np.uint32]
    scale: float
    knots: npt.NDArray[np.float64]
    values: npt.NDArray[np.float64]
    logistic: npt.NDArray[np.float64]


@cache
def load() -> Model:
    """The model that ships with Manyo."""
    with (files("manyo.measure") / _FILE).open("rb") as file, np.load(file, allow_pickle=False) as stored:
        return Model(
            stored["unigrams"],
            stored["entries"],
            float(stored["scale"]),
            stored["knots"],
            stored["values"],
            stored["logistic"],
        )


@cache
def counted() -> IntArray:
    """What an n-gram that occurs `c` times counts, for `c` from 0 to `MOST`, in steps of 1 / `ONE`."""
    return np.array([0] + [round(ONE * (1 + math.log(often))) for often in range(1, MOST + 1)])


@cache
def folded() -> npt.NDArray[np.uint16]:
    """What each character of the Basic Multilingual Plane is read as: shape (65536,), `uint16`. Read only.

    >>> "".join(chr(folded()[ord(character)]) for character in "Ａb７！漢\\u3000")
    'ab0!漢 '
    """
    codes = np.arange(0x10000, dtype=np.uint16)
    codes[0xFF01:0xFF5F] -= 0xFEE0
    capital = (codes >= ord("A")) & (codes <= ord("Z"))
    codes[capital] |= 0x20
    codes[(codes >= ord("0")) & (codes <= ord("9"))] = ord("0")
    codes[table()[:0x10000] & CLASS == SPACE] = ord(" ")
    codes[0] = 0xFFFD  # 0 is the n-gram's character that is not there
    codes.flags.writeable = False
    return codes


@cache
def scripts() -> npt.NDArray[np.uint8]:
    """What can make a run with what: shape (65536,), `uint8`. 0 is in no run. Read only.

    >>> "".join(str(scripts()[ord(character)]) for character in "これはサービス券です ab。")
    '11122223110440'
    """
    kinds = np.zeros(16, np.uint8)
    for number, classes in enumerate(
        ((HIRAGANA,), (KATAKANA, LONG_VOWEL), (KANJI, KANJI_JAPANESE, KANJI_CHINESE), (LATIN,)), 1
    ):
        kinds[list(classes)] = number
    every: npt.NDArray[np.uint8] = kinds[table()[:0x10000] & CLASS]
    every.flags.writeable = False
    return every


def columns(column: Column, adult_density: npt.NDArray[np.float32]) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    """The measure that `catalogue/quality.py` names."""
    yield "quality", score(column, adult_density)


def score(
    column: Column, adult_density: npt.NDArray[np.float32], model: Model | None = None
) -> npt.NDArray[np.float32]:
    """The score of every row, float32 of shape `(rows,)`, between 0 and 1."""
    model = model or load()
    found = read(column, model)
    inside = found[:, CHARACTERS] > 0
    logit = found[:, LOGIT] / np.where(inside, found[:, CHARACTERS], 1)
    logit += np.interp(adult_density, model.knots[ADULT], model.values[ADULT])
    steps = np.linspace(-SPAN, SPAN, len(model.logistic))
    return np.where(inside, np.interp(logit, steps, model.logistic), 0).astype(np.float32)


def read(column: Column, model: Model) -> npt.NDArray[np.float64]:
    """What the windows of every row add up to, shape `(rows, 2)`: `CHARACTERS` and `LOGIT`."""
    found = np.zeros((column.rows, 2))
    _read(
        column.data,
        column.offsets,
        folded(),
        scripts(),
        model.unigrams,
        model.entries,
        counted(),
        model.scale,
        model.knots.reshape(-1),
        model.values.reshape(-1),
        found,
    )
    return found


@kernel
def _read(
    data: ByteArray,
    offsets: IntArray,
    folds: npt.NDArray[np.uint16],
    kinds: npt.NDArray[np.uint8],
    unigrams: npt.NDArray[np.uint32],
    entries: npt.NDArray[np.uint32],
    counts: IntArray,
    scale: float,
    knots: npt.NDArray[np.float64],
    values: npt.NDArray[np.float64],
    found: npt.NDArray[np.float64],
) -> None:
    often = np.zeros(2 * SLOTS, np.uint8)  # how often the window has had the n-gram of each slot; zero between windows
    codes = np.zeros(WINDOW + 2, np.int64)  # the window, from 2 on
    slots = np.zeros(4 * WINDOW, np.int64)  # of what the window has and the model knows
    weights = np.zeros(4 * WINDOW, np.int64)
    for row in range(len(offsets) - 1):
        start, end = offsets[row], offsets[row + 1]
        position, window = start, 0
        sampled = end - start > LONGEST
        while position < end and not (sampled and window == WINDOWS):
            if sampled:
                position = start + (end - start) * window // WINDOWS
                while position < end and data[position] & 0xC0 == 0x80:
                    position += 1
            window += 1
            size = digits = spaces = 0
            space = False
            while size < WINDOW and position < end:
                decoded = decode(data, position, end)
                code = decoded >> 3
                code = wide(folds[code]) if code < 0x10000 else BEYOND
                if code == 0x20:
                    space = size > 0
                    position += decoded & 7
                    continue
                if space:
                    space = False
                    code = 0x20  # the character itself is read again
                    spaces += 1
                else:
                    position += decoded & 7
                    digits += code == 0x30
                codes[size + 2] = code
                size += 1
            if size == 0:
                continue
            # Nothing from here on is left to the branch predictor: what is not known is written, and then written over.
            known = 0
            for at in range(2, size + 2):
                entry = wide(unigrams[codes[at]])
                slots[known], weights[known] = SLOTS + codes[at], weight(entry)
                known += entry != 0
            known = _look_up_runs(codes, size, kinds, entries, slots, weights, known)
            known = _look_up(codes, 2, size, entries, slots, weights, known)
            shorter = known
            known = _look_up(codes, 3, size, entries, slots, weights, known)
            total = square = most = 0
            for index in range(known):
                slot = slots[index]
                before = wide(often[slot])
                after = min(before + 1, MOST)
                often[slot] = after
                gain = counts[after] - counts[before]
                total += gain * weights[index]
                square += gain * (counts[after] + counts[before])
                most = max(most, after * (index >= shorter))
            for index in range(known):
                often[slots[index]] = 0
            logit = scale * total / np.sqrt(np.float64(max(square, 1)))
            logit += _line(knots, values, DIGITS, digits / size)
            logit += _line(knots, values, SPACES, spaces / size)
            logit += _line(knots, values, REPEATED, most / size if most > 1 else 0.0)
            found[row, CHARACTERS] += size
            found[row, LOGIT] += size * logit


@inlined
def _look_up(
    codes: IntArray,
    length: int,
    size: int,
    entries: npt.NDArray[np.uint32],
    slots: IntArray,
    weights: IntArray,
    known: int,
) -> int:
    """Write the slots and weights of the window's n-grams of one length that the model knows, after `known` others."""
    for at in range(length + 1, size + 2):
        packed = codes[at - 1] << 16 | codes[at]
        if length == 3:
            packed |= codes[at - 2] << 32
        known = _place(np.uint64(packed), entries, slots, weights, known)
    return known


@inlined
def _look_up_runs(
    codes: IntArray,
    size: int,
    kinds: npt.NDArray[np.uint8],
    entries: npt.NDArray[np.uint32],
    slots: IntArray,
    weights: IntArray,
    known: int,
) -> int:
    """As `_look_up`, for the window's runs."""
    key, before = np.uint64(0), 0
    for at in range(2, size + 2):
        code = codes[at]
        kind = wide(kinds[code])
        if kind != before:
            if before != 0:
                known = _place(key | RUN, entries, slots, weights, known)
            key, before = np.uint64(0), kind
        key = key * MIX + np.uint64(code)
    if before != 0:
        known = _place(key | RUN, entries, slots, weights, known)
    return known


@inlined
def _place(key: Any, entries: npt.NDArray[np.uint32], slots: IntArray, weights: IntArray, known: int) -> int:
    """Write where a key stands and its weight; what is written is kept if the model knows it."""
    hashed = int(np.int64((key * MIX) >> np.uint64(32)))
    slot, tag = hashed >> 16, hashed & 0xFFFF
    here, there = wide(entries[slot]), wide(entries[slot ^ 1])
    first = (here != 0) & (here >> 16 == tag)
    slots[known] = slot if first else slot ^ 1
    weights[known] = weight(here if first else there)
    return known + (first | ((there != 0) & (there >> 16 == tag)))


@inlined
def weight(entry: int) -> int:
    """The weight of an entry: its low 16 bits, of two's complement."""
    return ((wide(entry) & 0xFFFF) ^ 0x8000) - 0x8000


@inlined
def _line(knots: npt.NDArray[np.float64], values: npt.NDArray[np.float64], which: int, x: float) -> float:
    """The broken line number `which` at `x`; beyond its ends it is level."""
    at, last = which * KNOTS, which * KNOTS + KNOTS - 1
    while at < last and knots[at + 1] < x:
        at += 1
    low, high = float(values[at]), float(values[min(at + 1, last)])
    if at == last or x <= knots[at]:
        return low
    return low + (x - float(knots[at])) / float(knots[at + 1] - knots[at]) * (high - low)
