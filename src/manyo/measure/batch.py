"""The passes over a batch of texts, and the columns that come of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from manyo.columns import Column
from manyo.errors import ManyoError
from manyo.measure import catalogue, characters, compression, lexicon, quality, recurrence, tokens
from manyo.measure.catalogue import compression as of_compression
from manyo.measure.catalogue import lexicon as of_lexicon
from manyo.measure.catalogue import published as of_published
from manyo.measure.catalogue import repetition as of_repetition
from manyo.measure.catalogue import tokens as of_tokens
from manyo.measure.catalogue.entry import Measure

ROWS_AT_ONCE: Final = 4096

Columns = Iterator[tuple[str, npt.NDArray[Any]]]

# A pass gets the texts and how many characters each has, and gives the columns that its part of the catalogue names.
_PASSES: Final[Mapping[Callable[[Column, npt.NDArray[np.int64]], Columns], Sequence[Measure]]] = MappingProxyType(
    {
        recurrence.columns: (*of_repetition.MEASURES, *of_published.MEASURES),
        compression.columns: of_compression.MEASURES,
        lexicon.columns: of_lexicon.MEASURES,
    }
)


def measure_batch(
    texts: Any, only: Iterable[str] | None = None, *, lists: Mapping[str, str] | None = None, words: str = ""
) -> pa.RecordBatch:
    """Every measure of every text, or those named in `only`: one row a text, one column a measure, in that order.

    `only` may also name a set of `catalogue.SETS`: "light" for all that costs little.

    `texts` is a `Column`, or what `Column.of` takes: an Arrow string column, or a sequence of `str` or `bytes`. A null
    is measured as an empty text, a lone surrogate as U+FFFD. What is not asked for costs nothing, pass by pass. `lists` are a user's word lists, texts by name (the form is
    that of `lexicon.py`); each gives `NAME_hits`, `NAME_words`, `NAME_density` and `NAME_share`. `words` names a
    tokenizer ("sudachi" or "mecab"), and the measures of words join the others: a Python package does the work, a hundred
    times slower than everything else.

    Raises `ManyoError` for a name that is no measure, or none that a list may have, for a list that cannot be read, and
    for a tokenizer that is not installed.

    >>> batch = measure_batch(["春はあけぼの。", "Spring is the dawn."], lists={"seasons": "春\\n|Spring|"})
    >>> [batch[name].to_pylist() for name in ("characters", "language_score", "seasons_hits")]
    [[7, 19], [1.0, 0.0], [1, 1]]
    """
    lists = lists or {}
    known = catalogue.measures(tuple(lists), words)
    wanted = catalogue.checked(only, known)
    column = Column.of(texts if isinstance(texts, Column) else _texts(texts))
    columns = dict(characters.columns(column))
    total = columns["characters"]
    for compute, found in _PASSES.items():
        if any(item.name in wanted for item in found):
            columns |= dict(compute(column, total))
    if "quality" in wanted:  # made of its own pass and of what the word lists found
        if "adult_density" not in columns:
            columns |= dict(lexicon.columns(column, total))
        columns |= dict(quality.columns(column, columns["adult_density"]))
    used = {name: text for name, text in lists.items() if any(one.name in wanted for one in of_lexicon.of_list(name))}
    columns |= dict(lexicon.columns_of(used, column, total))
    if any(item.name in wanted for item in of_tokens.WORD_MEASURES):
        columns |= dict(tokens.columns(column, words))
    arrays = [pa.array(columns[name], from_pandas=False).cast(known[name].dtype) for name in wanted]
    return pa.RecordBatch.from_arrays(arrays, names=wanted)


def measure(
    texts: Any, only: Iterable[str] | None = None, *, lists: Mapping[str, str] | None = None, words: str = ""
) -> pa.Table:
    """As `measure_batch`, for a column of any length, chunked or not: a table of batches of at most 4,096 rows.

    >>> measure(pa.chunked_array([["一行目。\\n二行目。"], ["三行目。"]]), only=["lines"]).to_pydict()
    {'lines': [2, 1]}
    """
    known = catalogue.measures(tuple(lists or {}), words)
    wanted = catalogue.checked(only, known)
    chunks: Sequence[Any] = texts.chunks if isinstance(texts, pa.ChunkedArray) else [_texts(texts)]
    batches = [
        measure_batch(chunk[start : start + ROWS_AT_ONCE], wanted, lists=lists, words=words)
        for chunk in chunks
        for start in range(0, len(chunk), ROWS_AT_ONCE)
    ]
    return pa.Table.from_batches(batches, schema=pa.schema([(name, known[name].dtype) for name in wanted]))


def _texts(texts: Any) -> Any:
    """What may be sliced, or else read into a list; one text alone is a slip, and would be measured by letters."""
    if isinstance(texts, str | bytes) or not isinstance(texts, Column | Iterable):
        raise ManyoError("a column of texts is needed", where=type(texts).__name__, hint="put one text into a list")
    if isinstance(texts, Column):
        return texts.binary()
    return texts if hasattr(texts, "__getitem__") else list(texts)
