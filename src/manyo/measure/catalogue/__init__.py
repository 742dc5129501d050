"""The measures by name: type, unit, range, what a person reads, and the definition.

This is all that other rooms need to know about measures: `judge` checks recipes against it, the report labels its
figures with it. It computes nothing. Each file here declares what the file of the same name beside this folder computes;
there stands what exactly is counted: which characters are hiragana, kanji, ... in `alphabet.py`, what a line, a
sentence, a URL is in `characters.py`, a duplicate in `repetition.py`, a hit in `lexicon.py`.

A share whose denominator is 0 (an empty text has no lines) is 0: no measure is ever null or NaN.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import pyarrow as pa

from manyo.measure.catalogue import characters, lexicon, quality, repetition, tokens
from manyo.measure.catalogue.entry import Measure

MEASURES: Final[Mapping[str, Measure]] = MappingProxyType(
    {item.name: item for room in (characters, repetition, lexicon, quality) for item in room.MEASURES}
)


def measures(words: str = "") -> Mapping[str, Measure]:
    """The measures that a text gets: those above and, where a tokenizer is named, those of words.

    >>> len(measures("sudachi")) - len(measures())
    17
    """
    found = {**MEASURES}
    if words:
        found |= {item.name: item for item in tokens.WORD_MEASURES}
    return MappingProxyType(found)


def fields() -> list[pa.Field]:
    """The measures as Arrow fields, in their own order.

    >>> fields()[0]
    pyarrow.Field<characters: int64>
    """
    return [pa.field(item.name, item.dtype) for item in MEASURES.values()]
