"""The same text once: exact duplicates and near-duplicates, found by their text alone.

In come columns of texts and the documents' global ids; out go digests, signatures and band keys (what a map over
shards writes), edges (what a gather over partitions writes), and at last a root and a keeper for each document.
Everything here is a pure function or a kernel; who spreads it over workers is not its business, and neither the
number of shards, partitions or workers nor any order of theirs changes the result.

    digest.py      exact: 128 bits of the text without its white space
    settings.py    how near is near
    lines.py       lines and paragraphs that documents share (line_settings.py); counted in repeats.py
    minhash.py     near: one-permutation MinHash over character n-grams, and band keys
    candidates.py  documents that share a key are compared and joined: leader clustering in each bucket
    forest.py      edges to clusters by union-find, and which text a cluster keeps
    table.py       all of it for one column in memory

The ideas: MinHash (Broder 1997), one-permutation hashing (Li, Owen and Zhang 2012), optimal densification
(Shrivastava 2017, arXiv 1703.04664), banding (Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, ch. 3).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from manyo.dedupe.candidates import LEADERS, edges, partition
    from manyo.dedupe.digest import digests, exact_edges
    from manyo.dedupe.forest import clusters, representatives, spanning_forest
    from manyo.dedupe.line_settings import LineSettings
    from manyo.dedupe.minhash import EMPTY, NO_KEY, band_keys, signatures, similarity
    from manyo.dedupe.settings import Settings
    from manyo.dedupe.table import dedupe

__all__ = [
    "EMPTY",
    "LEADERS",
    "NO_KEY",
    "LineSettings",
    "Settings",
    "band_keys",
    "clusters",
    "dedupe",
    "digests",
    "edges",
    "exact_edges",
    "partition",
    "representatives",
    "signatures",
    "similarity",
    "spanning_forest",
]

# Handed on when first asked for: importing numba takes longer than `manyo --help` may.
_HOME = {
    "EMPTY": "minhash",
    "LEADERS": "candidates",
    "LineSettings": "line_settings",
    "NO_KEY": "minhash",
    "Settings": "settings",
    "band_keys": "minhash",
    "clusters": "forest",
    "dedupe": "table",
    "digests": "digest",
    "edges": "candidates",
    "exact_edges": "digest",
    "partition": "candidates",
    "representatives": "forest",
    "signatures": "minhash",
    "similarity": "minhash",
    "spanning_forest": "forest",
}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
