"""Texts become words, by somebody else's dictionary: SudachiPy or MeCab, which are extras.

- *sudachi* (`manyo[words]`): SudachiPy in mode A, the shortest units, with its core dictionary; what datatrove, and so
  FineWeb-2, splits Japanese with (by way of spaCy).
- *mecab* (`manyo[mecab]`): MeCab by fugashi, with unidic-lite, that is UniDic 2.1.2; what HojiChar counts nouns with.

A text is handed over in stretches: Sudachi takes no more than 49,149 bytes, and MeCab's time grows with the square of a
run of letters. They end with a line where possible. datatrove and HojiChar cut too, elsewhere.

A word is as it stands in the text, white space around it removed. White space is no word; but the ideographic spaces
that UniDic lists as words are told of as `BLANK`. Malformed UTF-8 is read as U+FFFD, and by MeCab U+0000, at which
it would stop, as a space. Of a text the first 1,048,576 characters are looked at.

A dictionary's words change with its version: the same text can measure differently with another one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from manyo.columns import Column, IntArray
from manyo.errors import ManyoError

LIMIT: Final = 1 << 20  # characters of a text
AT_ONCE: Final = 1 << 20  # bytes of texts whose words are held
SUDACHI_BYTES: Final = 40_000  # of a stretch
MECAB_BYTES: Final = 16_000

# What kind of word one is: 名詞 or 補助記号 by the dictionary, white space, or any other.
OTHER, NOUN, SYMBOL, BLANK = range(4)
_KINDS: Final = MappingProxyType({"名詞": NOUN, "補助記号": SYMBOL})

# Words and their kinds.
Split = tuple[list[str], list[int]]


@dataclass(frozen=True, slots=True)
class Words:
    """The words of some texts: those of text `i` are the rows `first[i]` to `first[i + 1]` of `column`.

    `kinds` tells the kind of each, `uint8`; a `BLANK` is an empty row. Of each text, as far as it was looked at,
    `about` has the number of characters, of line feeds, of # and of ellipses: shape `(texts, 4)`.
    """

    column: Column
    kinds: npt.NDArray[np.uint8]
    first: IntArray
    about: IntArray

    @classmethod
    def of(cls, texts: list[str], splits: list[list[Split]]) -> Words:
        """From the texts and, for each, the words of its stretches."""
        pieces = [piece for split in splits for piece in split]
        words = pa.chunked_array([pa.array(words, pa.large_string()) for words, _ in pieces], pa.large_string())
        first = np.zeros(len(texts) + 1, np.int64)
        np.cumsum([sum(len(words) for words, _ in split) for split in splits], out=first[1:])
        kinds = np.array([kind for _, kinds in pieces for kind in kinds], np.uint8)
        about = np.array([_about(text) for text in texts], np.int64).reshape(len(texts), 4)
        return cls(Column.of(words), kinds, first, about)


def _about(text: str) -> tuple[int, int, int, int]:
    return len(text), text.count("\n"), text.count("#"), text.count("...") + text.count("…")


def segment(column: Column, tokenizer: str) -> Iterator[Words]:
    """The words of the texts, about a megabyte of text at a time.

    Raises `ManyoError` for an unknown tokenizer and for one that is not installed.
    """
    split = load(tokenizer)
    texts: list[str] = []
    splits: list[list[Split]] = []
    size = 0
    # Texts are looped over in Python: a tokenizer takes one `str` at a time and is a hundred times slower than this loop.
    for row in range(column.rows):
        start, end = int(column.offsets[row]), int(column.offsets[row + 1])
        end = min(end, start + 4 * LIMIT)
        text = column.data[start:end].tobytes().decode("utf-8", "replace")[:LIMIT]
        texts.append(text)
        splits.append(list(split(text)))
        size += end - start
        if size >= AT_ONCE:
            yield Words.of(texts, splits)
            texts, splits, size = [], [], 0
    if texts:
        yield Words.of(texts, splits)


@cache
def load(tokenizer: str) -> Callable[[str], Iterator[Split]]:
    """A function that gives the words of the stretches of a text. A second call costs nothing.

    >>> load("janome")
    Traceback (most recent call last):
    manyo.errors.ManyoError: there is no tokenizer 'janome'
      where: words
      to do: there are: sudachi, mecab
    """
    if tokenizer not in _LOADERS:
        raise ManyoError(
            f"there is no tokenizer {tokenizer!r}", where="words", hint=f"there are: {', '.join(_LOADERS)}"
        )
    return _LOADERS[tokenizer]()


def _sudachi() -> Callable[[str], Iterator[Split]]:
    sudachipy, _ = _imported("sudachi", "words")
    dictionary = sudachipy.Dictionary(dict="core")
    create = getattr(dictionary, "tokenizer", None) or dictionary.create  # before 0.7
    tokenizer = create(mode=sudachipy.SplitMode.A)  # with all fields: with fewer it joins no numbers such as 2,323
    kinds: dict[int, int] = {}

    def kind(pos: int) -> int:
        if pos not in kinds:
            kinds[pos] = _KINDS.get(dictionary.pos_of(pos)[0], OTHER)
        return kinds[pos]

    def split(text: str) -> Iterator[Split]:
        for stretch in stretches(text, SUDACHI_BYTES):
            morphemes = tokenizer.tokenize(stretch)
            # White space is a word of its own here, which no measure wants to know of; a word may hold some, and
            # some are empty: ㍿ normalised is three words, two of which have no part of it.
            words = [(m.surface().strip(), m.part_of_speech_id()) for m in morphemes]
            words = [word for word in words if word[0]]
            yield [word for word, _ in words], [kind(pos) for _, pos in words]

    return split


def _mecab() -> Callable[[str], Iterator[Split]]:
    fugashi, unidic = _imported("mecab", "mecab")
    # A word and the first field of its features to a line each: no object for each word has to be made.
    lines = r"-F%m\\n%f[0]\\n -U%m\\n%f[0]\\n -E\\n"
    tagger = fugashi.GenericTagger(f'-r "{unidic.DICDIR}/mecabrc" -d "{unidic.DICDIR}" -O "" {lines}')

    def split(text: str) -> Iterator[Split]:
        for stretch in stretches(text.replace("\0", " "), MECAB_BYTES):
            fields = tagger.parse(stretch).split("\n")
            kinds = [_KINDS.get(pos, OTHER) for pos in fields[1::2]]
            stripped = [word.strip() for word in fields[: 2 * len(kinds) : 2]]
            yield stripped, [kind if word else BLANK for word, kind in zip(stripped, kinds, strict=True)]

    return split


_LOADERS: Final = MappingProxyType({"sudachi": _sudachi, "mecab": _mecab})


# What has to be there for each extra.
_PACKAGES: Final = MappingProxyType({"words": ("sudachipy", "sudachidict_core"), "mecab": ("fugashi", "unidic_lite")})


def installed() -> set[str]:
    """The extras of Manyo's for tokenizers that are installed here, of "words" and "mecab"."""
    return {extra for extra, packages in _PACKAGES.items() if all(find_spec(package) for package in packages)}


def _imported(tokenizer: str, extra: str) -> list[Any]:
    try:
        return [import_module(package) for package in _PACKAGES[extra]]
    except ImportError as error:
        raise ManyoError(
            f"the tokenizer {tokenizer!r} needs manyo[{extra}], which is not installed",
            where=str(error),
            hint=f"pip install 'manyo[{extra}]'",
        ) from None


def stretches(text: str, most: int) -> Iterator[str]:
    """The text in parts of at most `most` (>= 4) bytes of UTF-8, each ended by a line feed if its last tenth has one.

    >>> list(stretches("雨が降る。\\n晴れる。曇る。", 18))
    ['雨が降る。\\n', '晴れる。曇る', '。']
    """
    start = 0
    while start < len(text):
        part = text[start : start + most]
        size = len(part.encode())
        while size > most:  # three bytes to a character are usual: one or two rounds
            part = part[: min(len(part) - 1, len(part) * most // size)]
            size = len(part.encode())
        if start + len(part) < len(text):
            line = part.rfind("\n", len(part) - max(1, len(part) // 10)) + 1
            part = part[: line or len(part)]
        yield part
        start += len(part)
