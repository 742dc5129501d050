"""The whole of it for one column in memory: texts in, clusters and the kept text of each out."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from manyo.columns import Column
from manyo.dedupe.captures import addresses, times
from manyo.dedupe.digest import digests, exact_edges, perhaps_shared
from manyo.dedupe.minhash import band_keys, signatures, sketches
from manyo.dedupe.settings import Settings
from manyo.dedupe.settling import Signed, settle
from manyo.errors import ManyoError

Int64Array = npt.NDArray[np.int64]

_SIGNED: Final = 1 << 11  # texts signed at a time: what is a signature only on its way stays in the cache


def dedupe(
    texts: Column | Any,
    *,
    urls: Any = None,
    dates: Any = None,
    preset: str = "manyo",
    settings: Settings | None = None,
    **single: Any,
) -> pa.Table:
    """Find the exact and near-duplicates in `texts` (an Arrow string column of any kind, or a sequence of str).

    `urls` and `dates`, columns as long, say which texts are captures of one address and when they were made; without
    them nobody's address is known. Settings are those of `Settings`, by name (`threshold=0.8, keep="latest"`), from a
    `preset` on; or all of them, as `settings`.

    The table has a row for each text:

    - `row` int64, and `cluster` int64, the smallest row of its cluster;
    - `kept` bool: one in each cluster, as `keep` says;
    - `similarity` float32: estimated Jaccard similarity to the kept one, 1 for itself and for what equals it; null
      where nothing was estimated (`near=False`, another text of the same address);
    - `cluster_size` int32;
    - `duplicate_kind` string: "exact", "near" or "url", "" for the kept.

    Needs beside the texts `permutations` + 8 x `bands` bytes for each, 592 by default. Texts without
    characters are exact duplicates of each other. Raises `ManyoError` for settings that cannot be, and for columns of
    different lengths.

    >>> found = dedupe([
    ...     "むかしむかし、あるところに、おじいさんとおばあさんが住んでいました。",
    ...     "国境の長いトンネルを抜けると雪国であった。",
    ...     "むかしむかし、あるところに、おじいさんとおばあさんが住んでいました。おしまい。",
    ... ])
    >>> found["cluster"].to_pylist(), found["kept"].to_pylist(), found["duplicate_kind"].to_pylist()
    ([0, 1, 0], [False, True, True], ['near', '', ''])
    """
    if settings is not None and (single or preset != "manyo"):
        raise ManyoError(
            "settings are given twice", where="dedupe(settings=...)", hint="give all of them, or single ones"
        )
    settings = settings or Settings.of(preset, **single)
    column = Column.of(_plain(texts))
    moments = times(_beside(dates, column.rows, "dates"), column.rows)
    found = None if urls is None else addresses(_beside(urls, column.rows, "urls"))
    rows = np.arange(column.rows)
    keys = np.empty((settings.bands, column.rows), np.uint64)
    sketched = np.empty((column.rows if settings.near else 0, settings.permutations), np.uint8)
    for start in range(0, column.rows if settings.near else 0, _SIGNED):
        some = slice(start, min(start + _SIGNED, column.rows))
        signed = signatures(Column(column.data, column.offsets[some.start : some.stop + 1]), settings)
        sketched[some] = sketches(signed)
        keys[:, some] = band_keys(signed, settings).T
    # Equal texts have equal keys: only those that share one need be digested.
    perhaps = np.flatnonzero(perhaps_shared(keys[0])) if settings.near else rows
    stars = exact_edges(digests(_taken(column, perhaps)), perhaps)
    return settle(column, stars, found, moments, Signed(rows, keys, sketched), settings)


def _taken(column: Column, rows: Int64Array) -> Column:
    """Some rows of a column, not copied where it is all of them."""
    return column if len(rows) == column.rows else Column.of(column.binary().take(pa.array(rows)))


def _plain(values: Any) -> Any:
    """Dictionaries and views of strings as plain strings; whatever is no Arrow column but can be one, as that."""
    if not isinstance(values, pa.Array | pa.ChunkedArray | Column) and hasattr(values, "__arrow_c_stream__"):
        values = pa.chunked_array(values)
    if isinstance(values, pa.Array | pa.ChunkedArray):
        kind = values.type.value_type if pa.types.is_dictionary(values.type) else values.type
        if kind != values.type or pa.types.is_string_view(kind) or pa.types.is_null(kind):
            return values.cast(pa.large_string())
    return values


def _beside(values: Any, rows: int, name: str) -> Any:
    """A column beside the texts, as one Arrow array; None where there is none."""
    if values is None:
        return None
    values = _plain(values)
    if not isinstance(values, pa.Array | pa.ChunkedArray):
        values = pa.array(list(values))
    if len(values) != rows:
        raise ManyoError(
            f"{len(values)} {name} for {rows} texts", where=f"dedupe({name}=...)", hint="give one for each text"
        )
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
