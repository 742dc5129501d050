"""The whole of it for one column in memory: texts in, clusters and the kept text of each out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from manyo.columns import Column
from manyo.dedupe.candidates import edges
from manyo.dedupe.digest import digests, exact_edges
from manyo.dedupe.forest import clusters, representatives
from manyo.dedupe.minhash import band_keys, signatures, similarity
from manyo.dedupe.settings import Settings


def dedupe(texts: Column | Any, *, settings: Settings | None = None) -> pa.Table:
    """Find the exact and near-duplicates in `texts` (an Arrow array, a `Column`, or a sequence of str).

    The table has a row for each text: `row` int64, `cluster` int64 (the smallest row of its cluster), `kept` bool (one
    in each cluster: the longest in bytes, then the first), `similarity` float32 (estimated Jaccard similarity to the
    kept one; 1 for itself and for exact duplicates of it). Needs about 4 bytes x `permutations` for each different
    text. Texts without characters are exact duplicates of each other.

    >>> found = dedupe([
    ...     "むかしむかし、あるところに、おじいさんとおばあさんが住んでいました。",
    ...     "国境の長いトンネルを抜けると雪国であった。",
    ...     "むかしむかし、あるところに、おじいさんとおばあさんが住んでいました。おしまい。",
    ... ])
    >>> found["cluster"].to_pylist(), found["kept"].to_pylist()
    ([0, 1, 0], [False, True, True])
    """
    settings = settings or Settings()
    column = Column.of(texts)
    documents = np.arange(column.rows)
    stars = exact_edges(digests(column), documents)
    first = documents.copy()
    first[stars[:, 1]] = stars[:, 0]
    different = np.flatnonzero(first == documents)
    place = np.searchsorted(different, first)  # each text's row among the different ones

    signed = signatures(column.binary().take(pa.array(different)), settings)
    keys = band_keys(signed, settings)
    pairs, _ = edges(keys.ravel(), np.repeat(np.arange(len(different)), settings.bands), signed, settings.threshold)
    roots = clusters(column.rows, [stars, different[pairs]])
    keepers = representatives(roots, column.lengths, documents)

    share = similarity(signed[place], signed[place[keepers]])
    share[place == place[keepers]] = 1.0
    return pa.table(
        {
            "row": documents,
            "cluster": roots.astype(np.int64),
            "kept": keepers == documents,
            "similarity": share.astype(np.float32),
        }
    )
