"""Three passes over a batch of texts, and the columns that come of their counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from manyo.columns import Column
from manyo.measure import alphabet, characters, language, lexicon, repetition
from manyo.measure.catalogue import MEASURES

ROWS_AT_ONCE = 4096

Counts = npt.NDArray[np.int64]


def measure_batch(texts: Any) -> pa.RecordBatch:
    """Every measure of every text: one row a text, one column a measure, in the order of `MEASURES`.

    `texts` is a `Column`, or what `Column.of` takes: an Arrow string column, or a sequence of `str` or `bytes`. A null
    is measured as an empty text.

    >>> batch = measure_batch(["春はあけぼの。", "Spring is the dawn."])
    >>> batch["characters"].to_pylist(), batch["language_score"].to_pylist()
    ([7, 19], [1.0, 0.0])
    """
    column = Column.of(texts)
    counted = characters.count(column)
    columns = {
        "bytes": column.lengths,
        **dict(_of_characters(counted)),
        "language_score": language.score(counted),
        **dict(_of_repetition(repetition.count(column))),
        **dict(_of_words(lexicon.count(column), counted[:, : alphabet.CLASSES].sum(axis=1))),
    }
    arrays = [pa.array(columns[name], from_pandas=False).cast(measure.dtype) for name, measure in MEASURES.items()]
    return pa.RecordBatch.from_arrays(arrays, names=list(MEASURES))


def measure(texts: Any) -> pa.Table:
    """As `measure_batch`, for a column of any length, chunked or not: a table of batches of 4,096 rows.

    >>> measure(pa.chunked_array([["一行目。\\n二行目。"], ["三行目。"]]))["lines"].to_pylist()
    [2, 1]
    """
    chunks: Sequence[Any] = texts.chunks if isinstance(texts, pa.ChunkedArray) else [texts]
    batches = [
        measure_batch(chunk[start : start + ROWS_AT_ONCE])
        for chunk in chunks
        for start in range(0, len(chunk), ROWS_AT_ONCE)
    ]
    schema = pa.schema([(name, item.dtype) for name, item in MEASURES.items()])
    return pa.Table.from_batches(batches, schema=schema)


def _share(part: Counts, whole: Counts, *, per: float = 1.0) -> npt.NDArray[np.float32]:
    ratio = np.zeros(len(part))
    np.divide(part * per, whole, out=ratio, where=whole > 0)
    return ratio.astype(np.float32)


def _of_characters(counts: Counts) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    kinds = counts[:, : alphabet.CLASSES]
    total = kinds.sum(axis=1)
    solid = total - kinds[:, alphabet.SPACE]
    kanji = kinds[:, [alphabet.KANJI, alphabet.KANJI_JAPANESE, alphabet.KANJI_CHINESE]].sum(axis=1)
    kana = kinds[:, alphabet.HIRAGANA] + kinds[:, alphabet.KATAKANA]
    yield "characters", total
    yield "hiragana_share", _share(kinds[:, alphabet.HIRAGANA], total)
    yield "katakana_share", _share(kinds[:, alphabet.KATAKANA], total)
    yield "kanji_share", _share(kanji, total)
    yield "latin_share", _share(kinds[:, alphabet.LATIN], total)
    yield "digit_share", _share(kinds[:, alphabet.DIGIT], total)
    yield "symbol_share", _share(kinds[:, alphabet.SYMBOL] + kinds[:, alphabet.STOP_OR_COMMA], total)
    yield "space_share", _share(kinds[:, alphabet.SPACE], total)
    yield "other_share", _share(kinds[:, alphabet.OTHER] + kinds[:, alphabet.HANGUL], total)
    yield "japanese_share", _share(kana + kanji + kinds[:, alphabet.STOP_OR_COMMA], solid)
    yield "sentences", counts[:, characters.SENTENCES]
    yield (
        "mean_sentence_length",
        _share(counts[:, characters.SENTENCE_CHARACTERS], counts[:, characters.SENTENCES]),
    )
    yield "max_sentence_length", counts[:, characters.LONGEST_SENTENCE]
    lines = counts[:, characters.LINES]
    yield "lines", lines
    yield "mean_line_length", _share(solid, lines)
    yield "short_line_share", _share(counts[:, characters.SHORT_LINES], lines)
    yield "terminal_line_share", _share(counts[:, characters.TERMINAL_LINES], lines)
    yield "bullet_line_share", _share(counts[:, characters.BULLET_LINES], lines)
    yield "ellipsis_line_share", _share(counts[:, characters.ELLIPSIS_LINES], lines)
    yield "longest_run", counts[:, characters.LONGEST_RUN]
    yield "url_share", _share(counts[:, characters.URL_CHARACTERS], total)
    yield "mojibake_share", _share(counts[:, characters.GARBLED_CHARACTERS], solid)


def _of_repetition(counts: Counts) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    for unit, first in (
        ("line", repetition.LINES),
        ("paragraph", repetition.PARAGRAPHS),
        ("sentence", repetition.SENTENCES),
    ):
        units, duplicates, inside, duplicated = counts[:, first : first + 4].T
        yield f"duplicate_{unit}_share", _share(duplicates, units)
        yield f"duplicate_{unit}_character_share", _share(duplicated, inside)
    size = counts[:, repetition.GRAM_CHARACTERS]
    for index, n in enumerate((2, 3, 4)):
        yield f"top_{n}gram_share", _share(counts[:, repetition.TOP + index], np.maximum(size - n + 1, 0))
    for index, n in enumerate((5, 10)):
        yield f"duplicate_{n}gram_share", _share(counts[:, repetition.COVERED + index], size)


def _of_words(counts: Counts, total: Counts) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    for number, name in enumerate(lexicon.LISTS):
        if name == "boilerplate":
            yield "boilerplate_share", _share(counts[:, number, lexicon.COVERED], total)
        else:
            yield f"{name}_density", _share(counts[:, number, lexicon.HITS], total, per=1000.0)
            yield f"{name}_words", counts[:, number, lexicon.DISTINCT]
