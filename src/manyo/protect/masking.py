"""Mask a column of texts, or look into one text.

The values never leave the kernels: what comes out are the masked texts, counts, and where the placeholders stand in the
masked text, from which no value can be made again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from manyo import records
from manyo.columns import Column
from manyo.errors import ManyoError
from manyo.kernels import kernel
from manyo.protect.characters import tables
from manyo.protect.kinds import CATALOGUE, KINDS
from manyo.protect.scan import END, FIRST, KIND, LAST, ROW, SCORE, START, scan

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Masked:
    """Masked texts and the evidence of it.

    `texts` are the texts with placeholders, `counts` for each kind that was asked for how many of it each text had
    (`int32[n]`), `spans` for each text a list of `records.SPAN`: kind, start and end of each placeholder, in
    characters (code points) of the masked text.
    """

    texts: Column
    counts: dict[str, npt.NDArray[np.int32]]
    spans: pa.ListArray


@dataclass(frozen=True, slots=True)
class Finding:
    """One piece of personal information: where it stands in the text (in characters) and how sure that is.

    `score` ranks the evidence from 0 to 1 and is no probability: 0.95 for form and label or an unmistakable form, 0.8
    to 0.9 for a form that hardly anything else has, 0.6 for a bare number whose check digit is right.
    """

    kind: str
    start: int
    end: int
    score: float


def mask(texts: Column | pa.Array | Sequence[str], kinds: Sequence[str] = KINDS) -> Masked:
    """Put a placeholder in the place of each piece of personal information of the given kinds.

    Valid UTF-8 stays valid; other bytes pass through. Masking twice is masking once. Raises `ManyoError` for a kind
    that is not in `KINDS`.

    >>> masked = mask(["連絡はhoge@example.comまで。TEL：０３－００００－００００", "定価は2,980円です。"])
    >>> masked.texts.text().to_pylist()
    ['連絡は［メールアドレス］まで。TEL：［電話番号］', '定価は2,980円です。']
    >>> masked.counts["phone"].tolist(), masked.spans[0].as_py()[0]
    ([1, 0], {'kind': 'email', 'start': 3, 'end': 12})
    """
    column = Column.of(texts)
    found = _scan(column, kinds)
    counts = {
        name: np.bincount(found[found[:, KIND] == index, ROW], minlength=column.rows).astype(np.int32)
        for index, name in enumerate(KINDS)
        if name in kinds
    }
    lengths = np.array([len(kind.placeholder) for kind in CATALOGUE], np.int64)[found[:, KIND]]
    # How far the placeholders before a span, in its row, have moved it.
    grown = np.cumsum(lengths - (found[:, END] - found[:, START]))
    before = np.concatenate([[0], grown])
    firsts = np.searchsorted(found[:, ROW], np.arange(column.rows + 1))
    starts = found[:, START] + before[:-1] - before[firsts[found[:, ROW]]]
    spans = pa.ListArray.from_arrays(
        pa.array(firsts.astype(np.int32)),
        pa.StructArray.from_arrays(
            [
                pa.array(KINDS).take(pa.array(found[:, KIND])),
                pa.array(starts.astype(np.int32)),
                pa.array((starts + lengths).astype(np.int32)),
            ],
            fields=list(records.SPAN),
        ),
    )
    return Masked(_replaced(column, found), counts, spans)


def find(text: str, kinds: Sequence[str] = KINDS) -> list[Finding]:
    """What `mask` would mask in one text, with offsets in the given text and without the values.

    >>> find("電話は090-0000-0000です")
    [Finding(kind='phone', start=3, end=16, score=0.95)]
    """
    # A lone surrogate has no UTF-8: it counts as one character all the same.
    found = _scan(Column.of([text.encode("utf-8", "replace")]), kinds)
    return [Finding(KINDS[row[KIND]], row[START], row[END], row[SCORE] / 100) for row in found.tolist()]


def _scan(column: Column, kinds: Sequence[str]) -> IntArray:
    wanted = 0
    for kind in kinds:
        if kind not in KINDS:
            raise ManyoError(
                "there is no such kind of personal information",
                where=f"protect.kinds = {kind!r}",
                hint=f"the kinds are {', '.join(KINDS)}",
            )
        wanted |= 1 << KINDS.index(kind)
    room = 64 + 2 * column.rows + int(column.lengths.sum()) // 512  # seldom too little; a second scan follows if so
    while True:
        found = np.empty((room, 7), np.int64)
        size = scan(tables(), column.data, column.offsets, wanted, found)
        if size <= room:
            return found[:size]
        room = size


def _replaced(column: Column, found: IntArray) -> Column:
    """The column with each span's bytes replaced by its kind's placeholder; the same column where there is none."""
    if not len(found):
        return column
    marks = Column.join([kind.placeholder.encode() for kind in CATALOGUE])
    grown = marks.lengths[found[:, KIND]] - (found[:, LAST] - found[:, FIRST])
    offsets = column.offsets - column.offsets[0]
    offsets[1:] += np.cumsum(np.bincount(found[:, ROW], weights=grown, minlength=column.rows).astype(np.int64))
    data = np.empty(offsets[-1], np.uint8)
    ends = np.append(found[1:, FIRST], column.offsets[-1])  # each span with the bytes up to the next one
    _splice(column.data, column.offsets[0], found, ends, marks.data, marks.offsets, data)
    return Column(data, offsets)


@kernel
def _splice(data: Any, start: int, found: Any, ends: Any, marks: Any, mark_offsets: Any, out: Any) -> None:
    size = found[0, FIRST] - start
    out[:size] = data[start : found[0, FIRST]]
    for index in range(len(found)):
        mark, mark_end = mark_offsets[found[index, KIND]], mark_offsets[found[index, KIND] + 1]
        out[size : size + mark_end - mark] = marks[mark:mark_end]
        size += mark_end - mark
        rest = ends[index] - found[index, LAST]
        out[size : size + rest] = data[found[index, LAST] : ends[index]]
        size += rest
