"""Which documents are the same text: edges by partition, then clusters over all of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from manyo import dedupe, engine
from manyo.stages.findings import Shards, mapped


def match(context: engine.Context, *, of: str, partition: int, near: dict[str, Any]) -> engine.Result:
    """Find the pairs of one partition: `edges`, int64 pairs of document numbers, a spanning forest of what was found."""
    settings = dedupe.Settings(**near)
    shards = Shards(context, of)
    keys, documents = _gather(shards, "keys", partition, "key")
    edges, _ = dedupe.edges(
        keys, documents, shards.arrays("signatures", np.uint32, settings.permutations), settings.threshold
    )
    lows, same = _gather(shards, "exact", partition, "low")
    highs, _ = _gather(shards, "exact", partition, "high")
    exact = dedupe.exact_edges(np.stack([lows, highs], 1), same)
    forest = dedupe.spanning_forest(np.concatenate([edges, exact]))
    path = context.scratch("edges.bin")
    path.write_bytes(np.ascontiguousarray(forest, np.int64).tobytes())
    return engine.Result(files={"edges": path}, statistics={"edges": len(forest)})


def _gather(
    shards: Shards, name: str, partition: int, column: str
) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64]]:
    values: list[npt.NDArray[np.uint64]] = [np.zeros(0, np.uint64)]
    documents: list[npt.NDArray[np.int64]] = [np.zeros(0, np.int64)]
    for base, batch in shards.partition(name, partition):
        values.append(np.array(batch.column(column)))
        documents.append(np.asarray(batch.column("row")).astype(np.int64) + base)
    return np.concatenate(values), np.concatenate(documents)


def cluster(context: engine.Context, *, of: str) -> engine.Result:
    """Join all edges: `keepers`, int64 pairs for each document (the one that is kept, cluster size)."""
    shards = Shards(context, of)
    edges = [
        np.asarray(mapped(context.fetch(commit.files["edges"]), np.int64, 2)) for commit in context.commits("match")
    ]
    roots = dedupe.clusters(shards.count, edges)
    order = np.concatenate([np.zeros((0, 2), np.int64), *(array for _, array in shards.arrays("order", np.int64, 2))])
    keepers = dedupe.representatives(roots, order[:, 0], order[:, 1])
    sizes = np.bincount(roots, minlength=1)[roots] if len(roots) else np.zeros(0, np.int64)
    path = context.scratch("keepers.bin")
    path.write_bytes(np.stack([keepers, sizes], 1).astype(np.int64).tobytes())
    duplicates = int((keepers != np.arange(len(keepers))).sum())
    return engine.Result(files={"keepers": path}, statistics={"duplicates": duplicates})
