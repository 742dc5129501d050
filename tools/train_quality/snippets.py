"""Texts as the quality score reads them, in plain Python: folded, cut into windows, n-grams counted.

`src/manyo/measure/quality.py` says what is done and does it in a kernel; the tests hold the two against each other.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import numpy.typing as npt

from manyo.measure import quality
from manyo.measure.alphabet import CLASS, SPACE, table

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_SMALL = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)} | {0: 0xFFFD}
_SPACES = "".join(re.escape(chr(code)) for code in range(0x10000) if table()[code] & CLASS == SPACE)


@dataclass(frozen=True)
class Snippet:
    """A window: how often it has each n-gram and each run, by its key, its characters, the digits and spaces among them."""

    grams: Counter[int]
    characters: int
    digits: int
    spaces: int


def fold(text: str) -> str:
    """As `quality.folded`, and runs of white space to one.

    >>> fold(" Ａb　７！\\n😀")
    'ab 0! \\uffff'
    """
    text = re.sub(f"[{_SPACES}]+", " ", text.translate(_FULL_WIDTH).translate(_SMALL)).strip(" ")
    return re.sub("[\U00010000-\U0010ffff]", "\uffff", re.sub("[0-9]", "0", text))


def windows(data: bytes) -> Iterator[str]:
    """The windows of a text, folded."""
    if len(data) <= quality.LONGEST:
        text = fold(data.decode("utf-8", "replace"))
        while text:
            yield text[: quality.WINDOW]
            text = text[quality.WINDOW :].lstrip(" ")
        return
    for number in range(quality.WINDOWS):
        start = len(data) * number // quality.WINDOWS
        while start < len(data) and data[start] & 0xC0 == 0x80:
            start += 1
        window = fold(data[start:].decode("utf-8", "replace"))[: quality.WINDOW]
        if window:
            yield window


def key(gram: str) -> int:
    """An n-gram of up to 3 folded characters as a number of 48 bits."""
    return sum(ord(character) << 16 * place for place, character in enumerate(reversed(gram)))


def run_key(run: str) -> int:
    """A run as a number of 64 bits, the highest of them set."""
    number = 0
    for character in run:
        number = (number * int(quality.MIX) + ord(character)) % 2**64
    return number | int(quality.RUN)


def runs(window: str) -> Iterator[str]:
    """The longest stretches of one script.

    >>> list(runs("無料サービスのご案内 web"))
    ['無料', 'サービス', 'のご', '案内', 'web']
    """
    kinds = quality.scripts()
    for kind, characters in groupby(window, lambda character: kinds[ord(character)]):
        if kind:
            yield "".join(characters)


def snippet(window: str) -> Snippet:
    grams = Counter(key(window[at : at + n]) for n in (1, 2, 3) for at in range(len(window) - n + 1))
    grams.update(run_key(run) for run in runs(window))
    return Snippet(grams, len(window), window.count("0"), window.count(" "))


def hashed(keys: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
    """Where the keys stand in a model: slot << 16 | tag."""
    return ((keys * np.uint64(quality.MIX)) >> np.uint64(32)).astype(np.int64)
