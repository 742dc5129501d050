"""The measures by name: type, unit, range, what a person reads, and the definition.

This is all that other rooms need to know about measures: `judge` checks recipes against it, the report labels its
figures with it. It computes nothing. Each file here declares what the file of the same name beside this folder computes;
there stands what exactly is counted: which characters are hiragana, kanji, ... in `alphabet.py`, what a line, a
sentence, a URL is in `characters.py`, a duplicate in `repetition.py`, a hit in `lexicon.py`.

A share whose denominator is 0 (an empty text has no lines) is 0: no measure is ever null or NaN.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import Final

import pyarrow as pa

from manyo.errors import ManyoError
from manyo.measure.catalogue import characters, compression, lexicon, published, quality, repetition, tokens
from manyo.measure.catalogue.entry import Measure

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")

MEASURES: Final[Mapping[str, Measure]] = MappingProxyType(
    {
        item.name: item
        for room in (characters, repetition, lexicon, quality, compression, published)
        for item in room.MEASURES
    }
)

# What may be asked for by one name: the measures of one pass.
SETS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        name: tuple(item.name for item in room.MEASURES)
        for name, room in (
            ("light", characters),
            ("repetition", repetition),
            ("lists", lexicon),
            ("compression", compression),
            ("published", published),
        )
    }
)


def measures(lists: Collection[str] = (), words: str = "") -> Mapping[str, Measure]:
    """The measures with a user's lists of these names, and those of words where a tokenizer is named; in their order.

    >>> [name for name in measures(["sales"]) if name not in MEASURES]
    ['sales_hits', 'sales_words', 'sales_density', 'sales_share']

    Raises `ManyoError` for the name of a list that gives a measure a name which another has, or is no name.
    """
    found = dict(MEASURES)
    for name in lists:
        where = f"lists.{name}"
        if not _NAME.fullmatch(name):
            hint = "use small letters, digits and _, a letter first"
            raise ManyoError(f"{name!r} cannot be the name of a word list", where=where, hint=hint)
        for item in lexicon.of_list(name):
            if item.name in found:
                raise ManyoError(f"there is a measure {item.name!r} already", where=where, hint="rename the list")
            found[item.name] = item
    if words:
        found |= {item.name: item for item in tokens.WORD_MEASURES}
    return MappingProxyType(found)


def fields(lists: Collection[str] = (), words: str = "") -> list[pa.Field]:
    """The measures as Arrow fields, in their own order. See `measures`.

    >>> fields()[0]
    pyarrow.Field<characters: int64>
    """
    return [pa.field(item.name, item.dtype) for item in measures(lists, words).values()]


def checked(only: Iterable[str] | None, known: Mapping[str, Measure]) -> list[str]:
    """The measures that `only` asks for, by their names and those of `SETS`, each once; all that are known for None.

    >>> checked(["quality", "compression"], MEASURES)
    ['quality', 'zlib_ratio', 'lz4_ratio']

    Raises `ManyoError` for a name that is neither.
    """
    if only is None:
        return list(known)
    wanted: dict[str, None] = {}
    for name in [only] if isinstance(only, str) else only:
        if name in SETS:
            wanted |= dict.fromkeys(SETS[name])
        elif name in known:
            wanted[name] = None
        else:
            near = difflib.get_close_matches(str(name), [*known, *SETS], n=1)
            hint = f"did you mean {near[0]!r}?" if near else "`manyo measure --measures` names them all"
            if any(name == item.name for item in tokens.WORD_MEASURES):
                hint = 'it is of words: name a tokenizer, words="sudachi" or words="mecab"'
            raise ManyoError(f"there is no measure {name!r}", where="only", hint=hint)
    return list(wanted)
