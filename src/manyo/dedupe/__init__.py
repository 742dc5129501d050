"""The same text once: exact duplicates and near-duplicates, found by their text alone.

In come columns of texts and the documents' global ids; out go digests, signatures and band keys (what a map over
shards writes), edges (what a gather over partitions writes), and at last a root and a keeper for each document.
Everything here is a pure function or a kernel; who spreads it over workers is not its business, and neither the
number of shards, partitions or workers nor any order of theirs changes the result.

    settings.py    how near is near, which capture and which text stays; the published settings
    captures.py    several captures of one address: which stays
    digest.py      exact: 128 bits of the text without its white space
    lines.py       lines and paragraphs that documents share (line_settings.py); counted in repeats.py
    index.py       what a release leaves for later ones; looked into by lookup.py
    needles.py     passages of evaluation items (items.py, benchmark_settings.py), found in texts
    minhash.py     near: one-permutation MinHash over character n-grams, band keys, sketches
    candidates.py  documents that share a key are compared and joined: leader clustering in each bucket
    overlap.py     what two texts share, n-gram by n-gram, where the estimate leaves a pair in doubt
    forest.py      edges to clusters by union-find, and which text a cluster keeps
    settling.py    what is known of every text becomes a cluster and a fate for each
    table.py       all of it for one column in memory
    spilled.py     all of it for texts that come batch by batch, in files

The ideas: MinHash (Broder 1997), one-permutation hashing (Li, Owen and Zhang 2012), optimal densification
(Shrivastava 2017, arXiv 1703.04664), b-bit minwise hashing (Li and König 2010), banding (Leskovec, Rajaraman and
Ullman, Mining of Massive Datasets, ch. 3).

The room can be called: `manyo.dedupe(texts)` is `manyo.dedupe.dedupe(texts)`.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

    from manyo.dedupe.benchmark_settings import BenchmarkSettings
    from manyo.dedupe.candidates import LEADERS, Edges, edges, partition
    from manyo.dedupe.captures import UNKNOWN, addresses, superseded, times
    from manyo.dedupe.digest import digests, exact_edges
    from manyo.dedupe.forest import clusters, preference, representatives, spanning_forest, undecided
    from manyo.dedupe.line_settings import LineSettings
    from manyo.dedupe.minhash import EMPTY, NO_KEY, band_keys, signatures, similarity, sketches
    from manyo.dedupe.overlap import jaccard
    from manyo.dedupe.settings import PRESETS, Settings
    from manyo.dedupe.table import dedupe

# Handed on when first asked for: importing numba takes longer than `manyo --help` may.
_HOME = {
    "BenchmarkSettings": "benchmark_settings",
    "EMPTY": "minhash",
    "Edges": "candidates",
    "LEADERS": "candidates",
    "LineSettings": "line_settings",
    "NO_KEY": "minhash",
    "PRESETS": "settings",
    "Settings": "settings",
    "UNKNOWN": "captures",
    "addresses": "captures",
    "band_keys": "minhash",
    "clusters": "forest",
    "dedupe": "table",
    "digests": "digest",
    "edges": "candidates",
    "exact_edges": "digest",
    "jaccard": "overlap",
    "partition": "candidates",
    "preference": "forest",
    "representatives": "forest",
    "signatures": "minhash",
    "similarity": "minhash",
    "sketches": "minhash",
    "spanning_forest": "forest",
    "superseded": "captures",
    "times": "captures",
    "undecided": "forest",
}

__all__ = [
    "EMPTY",
    "LEADERS",
    "NO_KEY",
    "PRESETS",
    "UNKNOWN",
    "BenchmarkSettings",
    "Edges",
    "LineSettings",
    "Settings",
    "addresses",
    "band_keys",
    "clusters",
    "dedupe",
    "digests",
    "edges",
    "exact_edges",
    "jaccard",
    "partition",
    "preference",
    "representatives",
    "signatures",
    "similarity",
    "sketches",
    "spanning_forest",
    "superseded",
    "times",
    "undecided",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


class _Room(ModuleType):
    """This module: importing it makes it `manyo.dedupe`, which is a function to those who only dedupe."""

    def __call__(
        self,
        texts: Any,
        *,
        urls: Any = None,
        dates: Any = None,
        preset: str = "manyo",
        settings: Settings | None = None,
        **single: Any,
    ) -> pa.Table:
        from manyo.dedupe.table import dedupe

        return dedupe(texts, urls=urls, dates=dates, preset=preset, settings=settings, **single)


sys.modules[__name__].__class__ = _Room
