"""Edits carried out: which bytes stay, what stands in them, and where the placeholders went.

An edit gives a keep mask over the bytes, or a copy of them with characters replaced by others of the same length. Here
the bytes that stay are moved together, the characters that went are counted, and the spans follow. A span of which
something would go and something stay is left whole, and as it was: the edits of `catalogue.py` never ask for that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from manyo import records
from manyo.columns import ByteArray, Column, IntArray
from manyo.edit.catalogue import EDITS
from manyo.edit.footer import cut_footer
from manyo.edit.lines import drop_lines_without_kana, join_lines, keep_finished_lines
from manyo.edit.passages import drop_repeated_passages
from manyo.edit.punctuation import japanese_punctuation
from manyo.edit.runs import strip_ascii_runs, strip_urls
from manyo.edit.utf8 import starts_character
from manyo.errors import ManyoError
from manyo.kernels import borrowing, kernel, wide

_DELETING: Final[Mapping[str, Callable[[Any, Any, Any], None]]] = MappingProxyType(
    {
        "cut_footer": cut_footer,
        "drop_repeated_passages": drop_repeated_passages,
        "drop_lines_without_kana": drop_lines_without_kana,
        "keep_finished_lines": keep_finished_lines,
        "strip_urls": strip_urls,
        "strip_ascii_runs": strip_ascii_runs,
        "join_lines": join_lines,
    }
)
_REPLACING: Final[Mapping[str, Callable[[Any, Any, Any], None]]] = MappingProxyType(
    {"japanese_punctuation": japanese_punctuation}
)


@dataclass(frozen=True, slots=True)
class Edited:
    """Edited texts and the evidence of it.

    `spans` are those that were given, where they now stand; None where none were. `removed` says for each edit how many
    characters (code points) it took away from each text: `int32`, shape `(rows,)`. Replaced ones are not counted.
    """

    texts: Column
    spans: pa.Array | None
    removed: dict[str, npt.NDArray[np.int32]]


def apply(texts: Any, names: Sequence[str], spans: pa.Array | None = None) -> Edited:
    """Do the edits of these names, in this order.

    `texts` is a `Column`, or what `Column.of` takes. `spans` has a list of `records.SPAN` for each text, start and end
    in characters, in order and without overlap, as `protect.mask` gives them: a span whose text was deleted is left out.
    Valid UTF-8 stays valid; of other bytes, a character is counted at each that is not 80-BF.

    >>> edited = apply(["一覧\\n電話は［電話番号］です。\\nhttps://example.jp/ を見る"], ["drop_lines_without_kana", "strip_urls"])
    >>> edited.texts.text().to_pylist(), {name: count.tolist() for name, count in edited.removed.items()}
    (['電話は［電話番号］です。\\n を見る'], {'drop_lines_without_kana': [3], 'strip_urls': [19]})

    Raises `ManyoError` for a name that is no edit.
    """
    for name in names:
        if name not in EDITS:
            raise ManyoError(f"there is no edit {name!r}", hint=f"there are: {', '.join(EDITS)}")
    column = _alone(Column.of(texts))
    places = None if spans is None else _Places.of(spans)
    removed = {}
    for name in names:
        if name in _REPLACING:
            out = column.data.copy()
            _REPLACING[name](column.data, column.offsets, out)
            column = Column(_kept_whole(column, out, places), column.offsets)
            removed[name] = np.zeros(column.rows, np.int32)
            continue
        keep = np.ones(len(column.data), np.bool_)
        _DELETING[name](column.data, column.offsets, keep)
        if places is not None:
            _spare(column.data, column.offsets, places.firsts, places.starts, places.ends, keep)
        column, removed[name], places = _deleted(column, keep, places)
    return Edited(column, None if places is None else places.array(), removed)


def delete(texts: Any, keep: npt.NDArray[np.bool_], spans: pa.Array | None = None, *, name: str) -> Edited:
    """Delete the bytes for which `keep` is false: an edit called `name` that somebody else has thought out.

    `keep` goes from the first to the last byte of `texts`, and asks for whole characters. Spans as in `apply`.

    >>> edited = delete(["いろは"], np.array([True] * 3 + [False] * 3 + [True] * 3), name="second")
    >>> edited.texts.text().to_pylist(), edited.removed["second"].tolist()
    (['いは'], [1])
    """
    column = _alone(Column.of(texts))
    places = None if spans is None else _Places.of(spans)
    if places is not None:
        keep = keep.copy()
        _spare(column.data, column.offsets, places.firsts, places.starts, places.ends, keep)
    column, removed, places = _deleted(column, keep, places)
    return Edited(column, None if places is None else places.array(), {name: removed})


def _alone(column: Column) -> Column:
    """The column with nothing before its first row and behind its last."""
    first = column.offsets[0]
    return Column(column.data[first : column.offsets[-1]], np.ascontiguousarray(column.offsets - first))


@dataclass(frozen=True, slots=True)
class _Places:
    """Spans as arrays: those of row `i` are `firsts[i]` to `firsts[i + 1]`."""

    firsts: IntArray
    starts: IntArray
    ends: IntArray
    kinds: pa.Array

    @classmethod
    def of(cls, spans: Any) -> _Places:
        if isinstance(spans, pa.ChunkedArray):
            spans = pa.concat_arrays(spans.chunks) if spans.num_chunks else pa.array([], pa.list_(records.SPAN))
        lengths = spans.value_lengths().fill_null(0).to_numpy(zero_copy_only=False)
        flat = spans.flatten()
        firsts = np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])
        start, end = (flat.field(name).to_numpy(zero_copy_only=False).astype(np.int64) for name in ("start", "end"))
        return cls(firsts, start, end, flat.field("kind"))

    def array(self) -> pa.Array:
        values = [self.kinds, pa.array(self.starts.astype(np.int32)), pa.array(self.ends.astype(np.int32))]
        flat = pa.StructArray.from_arrays(values, fields=list(records.SPAN))
        return pa.ListArray.from_arrays(pa.array(self.firsts.astype(np.int32)), flat)


def _kept_whole(column: Column, out: ByteArray, places: _Places | None) -> ByteArray:
    """The bytes with replacements, but for those within spans."""
    if places is not None:
        _restore(column.data, column.offsets, places.firsts, places.starts, places.ends, out)
    return out


def _deleted(
    column: Column, keep: npt.NDArray[np.bool_], places: _Places | None
) -> tuple[Column, npt.NDArray[np.int32], _Places | None]:
    """The column without what is not kept, the characters that went, and the spans' new places."""
    removed = np.zeros(column.rows, np.int32)
    if keep.all():
        return column, removed, places
    offsets = np.zeros(column.rows + 1, np.int64)
    data = np.empty(int(np.count_nonzero(keep)), np.uint8)
    _compact(column.data, column.offsets, keep, data, offsets, removed)
    if places is not None:
        starts, ends = places.starts.copy(), places.ends.copy()
        _move(column.data, column.offsets, keep, places.firsts, starts, ends)
        stays = starts >= 0
        firsts = np.concatenate([[0], np.cumsum(stays, dtype=np.int64)])[places.firsts]
        places = _Places(firsts, starts[stays], ends[stays], places.kinds.filter(pa.array(stays)))
    return Column(data, offsets), removed, places


@kernel
def _compact(data: Any, offsets: Any, keep: Any, out: Any, ends: Any, removed: Any) -> None:
    size = 0
    for row in range(len(offsets) - 1):
        gone = 0
        for at in range(offsets[row], offsets[row + 1]):
            if keep[at]:
                out[size] = data[at]
                size += 1
            elif starts_character(wide(data[at])):
                gone += 1
        removed[row] = gone
        ends[row + 1] = size


@kernel
def _spare(data: Any, offsets: Any, firsts: Any, starts: Any, ends: Any, keep: Any) -> None:
    """Keep every span whole of which some byte is kept."""
    for row in range(len(offsets) - 1):
        at, character = offsets[row], -1
        for span in range(firsts[row], firsts[row + 1]):
            at, character = _reach(data, at, offsets[row + 1], character, starts[span])
            first = at
            at, character = _reach(data, at, offsets[row + 1], character, ends[span])
            if keep[first:at].any():
                keep[first:at] = True


@kernel
def _restore(data: Any, offsets: Any, firsts: Any, starts: Any, ends: Any, out: Any) -> None:
    for row in range(len(offsets) - 1):
        at, character = offsets[row], -1
        for span in range(firsts[row], firsts[row + 1]):
            at, character = _reach(data, at, offsets[row + 1], character, starts[span])
            first = at
            at, character = _reach(data, at, offsets[row + 1], character, ends[span])
            out[first:at] = data[first:at]


@borrowing
def _reach(data: Any, at: int, end: int, character: int, wanted: int) -> tuple[int, int]:
    """Where the character of a number starts, going on from `at`; `character` is the number of the one before `at`."""
    while at < end:
        if starts_character(wide(data[at])):
            if character + 1 >= wanted:
                break
            character += 1
        at += 1
    return at, character


@kernel
def _move(data: Any, offsets: Any, keep: Any, firsts: Any, starts: Any, ends: Any) -> None:
    """Put each span's new start and end in the place of the old ones, -1 for a span that is gone."""
    for row in range(len(offsets) - 1):
        character = kept = 0  # of the row, before `at`
        at, end = offsets[row], offsets[row + 1]
        for span in range(firsts[row], firsts[row + 1]):
            while at < end and (character < starts[span] or not starts_character(wide(data[at]))):
                if starts_character(wide(data[at])):
                    character += 1
                    kept += keep[at]
                at += 1
            start = kept
            while at < end and (character < ends[span] or not starts_character(wide(data[at]))):
                if starts_character(wide(data[at])):
                    character += 1
                    kept += keep[at]
                at += 1
            if kept > start:
                starts[span], ends[span] = start, kept
            else:
                starts[span] = -1
