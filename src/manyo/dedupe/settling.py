"""What is known of every text becomes a cluster and a fate for each: for whoever holds it all, in memory or on disk.

`table.py` has the texts in memory, `spilled.py` in files that are mapped; the arrays are the same. Texts are looked at again only
for the pairs in doubt. Memory beside the arrays given: some 120 bytes a text.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from manyo.columns import Column
from manyo.dedupe.candidates import Edges, edges
from manyo.dedupe.captures import superseded
from manyo.dedupe.digest import UInt64Array
from manyo.dedupe.forest import apart, clusters, preference, representatives, unite
from manyo.dedupe.minhash import SketchArray, similarity
from manyo.dedupe.overlap import jaccard
from manyo.dedupe.settings import Settings

Int64Array = npt.NDArray[np.int64]

_KINDS: Final = pa.array(["", "url", "exact", "near"])
_KEYS: Final = 1 << 22  # band keys matched at a time
_IN_DOUBT: Final = 1 << 14  # pairs whose texts are looked at before they are let go: a fault maps 64 kB
_COMPARED: Final = 1 << 14  # sketches compared at a time


class Keys(Protocol):
    """The keys of each band, `uint64[n]`, read when they are asked for."""

    def __len__(self) -> int: ...
    def __getitem__(self, band: int) -> UInt64Array: ...


class Signed(NamedTuple):
    """The texts that were signed: their rows, rising, for each band the key of each, and the sketch of each."""

    rows: Int64Array
    keys: UInt64Array | Keys
    sketches: SketchArray


def settle(
    texts: Column,
    stars: Int64Array,
    addresses: UInt64Array | None,
    times: Int64Array,
    signed: Signed,
    settings: Settings,
    let_go: Callable[[], None] = lambda: None,
) -> pa.Table:
    """The table that `table.dedupe` tells of.

    `stars` are the `digest.exact_edges` of all rows; among the signed rows is the first of each different text. `let_go` is
    called now and then, when texts that were looked at need not stay in memory.
    """
    rows = np.arange(texts.rows)
    gone = np.empty((0, 2), np.int64)
    if addresses is not None:
        gone = superseded(addresses, times, rows, settings.url)
    live = np.ones(texts.rows, np.bool_)
    live[gone[:, 1]] = False

    first = rows.copy()
    first[stars[:, 1]] = stars[:, 0]
    text = np.searchsorted(signed.rows, first)  # which of the signed texts each row has
    owner = np.full(len(signed.rows), -1)  # the first row that has it and takes part; -1 where none does
    owner[text[live][::-1]] = rows[live][::-1]
    copies = live & (owner[text] != rows)
    joined = [np.stack([owner[text[copies]], rows[copies]], axis=1)]
    if settings.near:
        pairs = _pairs(signed, np.flatnonzero(owner >= 0), settings)
        doubtful = owner[pairs.doubtful]
        joined.append(owner[pairs.sure])
        for start in range(0, len(doubtful), _IN_DOUBT):
            some = doubtful[start : start + _IN_DOUBT]
            joined.append(some[jaccard(texts, some, settings.ngram) >= settings.threshold])
            let_go()

    roots = clusters(texts.rows, joined)
    keepers = representatives(roots, *preference(settings.keep, texts.lengths, times))
    keepers[gone[:, 1]] = keepers[gone[:, 0]]
    roots = clusters(texts.rows, [*joined, gone])
    same = text == text[keepers]
    share = np.ones(texts.rows, np.float32)
    unlike = np.flatnonzero(~same)
    for start in range(0, len(unlike) if settings.near else 0, _COMPARED):
        some = unlike[start : start + _COMPARED]
        share[some] = similarity(signed.sketches[text[some]], signed.sketches[text[keepers[some]]])
    kinds = np.where(keepers == rows, 0, np.where(~live, 1, np.where(same, 2, 3)))
    return pa.table(
        {
            "row": rows,
            "cluster": roots.astype(np.int64),
            "kept": keepers == rows,
            "similarity": pa.array(share, mask=None if settings.near else ~same),
            "cluster_size": np.bincount(roots, minlength=1)[roots].astype(np.int32),
            "duplicate_kind": _KINDS.take(pa.array(kinds)),
        }
    )


def _pairs(signed: Signed, taking: Int64Array, settings: Settings) -> Edges:
    """The edges among the signed texts `taking`, some bands at a time: equal keys are of one band."""
    group = max(1, _KEYS // max(len(taking), 1))
    parents: Any = np.arange(len(signed.rows), dtype=np.int32 if len(signed.rows) < 2**31 else np.int64)
    sure, doubtful = [np.empty((0, 2), np.int64)], [np.empty((0, 2), np.int64)]
    for start in range(0, len(signed.keys), group):
        some: Any = [signed.keys[band][taking] for band in range(start, min(start + group, len(signed.keys)))]
        found = edges(np.concatenate(some), np.tile(taking, len(some)), signed.sketches, settings)
        sure.append(unite(parents, found.sure))
        doubtful.append(apart(parents, found.doubtful))
    pairs = apart(parents, np.concatenate(doubtful))
    number = np.unique(pairs[:, 0] * len(signed.rows) + pairs[:, 1])  # each once: below 2^63 for 3 * 10^9 texts
    once = np.stack([number // max(len(signed.rows), 1), number % max(len(signed.rows), 1)], axis=1)
    return Edges(np.concatenate(sure), once)
