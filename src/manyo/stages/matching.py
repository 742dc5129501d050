"""Which documents are the same text: captures of one address, edges by partition, then clusters over all of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

import manyo.dedupe as dedupe
from manyo import engine
from manyo.stages.findings import Shards, mapped

Int64Array = npt.NDArray[np.int64]


def supersede(context: engine.Context, *, of: str, partition: int, near: dict[str, Any]) -> engine.Result:
    """Find the captures that give way to another of their address: `gone`, int64 pairs (who stays, who goes)."""
    shards = Shards(context, of)
    columns, documents = gather(shards, "addresses", partition, "low", "high", "time")
    gone = dedupe.superseded(np.stack(columns[:2], 1), columns[2], documents, dedupe.Settings(**near).url)
    return engine.Result(files={"gone": _write(context, "gone", gone)}, statistics={"superseded": len(gone)})


def match(context: engine.Context, *, of: str, partition: int, near: dict[str, Any]) -> engine.Result:
    """Find the pairs of one partition: int64 pairs of document numbers.

    `edges` is a spanning forest of those that are the same; `doubtful` those that the stage `compare` is to look at.
    """
    settings = dedupe.Settings(**near)
    shards = Shards(context, of)
    gone = np.unique(superseded(context, settings)[:, 1])
    found = dedupe.Edges(np.zeros((0, 2), np.int64), np.zeros((0, 2), np.int64))
    if settings.near:
        (keys,), documents = without(gone, *gather(shards, "keys", partition, "key"))
        found = dedupe.edges(keys, documents, shards.arrays("sketches", np.uint8, settings.permutations), settings)
    digests, documents = without(gone, *gather(shards, "exact", partition, "low", "high"))
    exact = dedupe.exact_edges(np.stack(digests, 1), documents)
    forest = dedupe.spanning_forest(np.concatenate([found.sure, exact]))
    doubtful = dedupe.undecided(forest, found.doubtful)
    files = {"edges": _write(context, "edges", forest), "doubtful": _write(context, "doubtful", doubtful)}
    return engine.Result(files=files, statistics={"edges": len(forest), "doubtful": len(doubtful)})


def superseded(context: engine.Context, settings: dedupe.Settings) -> Int64Array:
    """All captures that give way, as `supersede` found them."""
    commits = context.commits("captures") if settings.url != "off" else ()
    return _pairs(context, commits, "gone")


def gather(shards: Shards, name: str, partition: int, *columns: str) -> tuple[list[npt.NDArray[Any]], Int64Array]:
    """The columns of one partition of all shards, and the numbers of the documents they are of."""
    batches = list(shards.partition(name, partition))
    values = [np.concatenate([np.asarray(batch.column(column)) for _, batch in batches]) for column in columns]
    rows = [np.asarray(batch.column("row")).astype(np.int64) + base for base, batch in batches]
    return values, np.concatenate(rows)


def without(
    gone: Int64Array, columns: list[npt.NDArray[Any]], documents: Int64Array
) -> tuple[list[npt.NDArray[Any]], Int64Array]:
    """The rows of the documents that are not among the sorted numbers `gone`."""
    if not len(gone):
        return columns, documents
    stays = gone[np.minimum(np.searchsorted(gone, documents), len(gone) - 1)] != documents
    return [column[stays] for column in columns], documents[stays]


def _pairs(context: engine.Context, commits: tuple[engine.Commit, ...], name: str) -> Int64Array:
    files = [np.asarray(mapped(context.fetch(commit.files[name]), np.int64, 2)) for commit in commits]
    return np.concatenate([np.zeros((0, 2), np.int64), *files])


def _write(context: engine.Context, name: str, pairs: Int64Array) -> Path:
    path = context.scratch(f"{name}.bin")
    path.write_bytes(np.ascontiguousarray(pairs, np.int64).tobytes())
    return path


def cluster(context: engine.Context, *, of: str, near: dict[str, Any]) -> engine.Result:
    """Join all edges: `keepers`, three int64 for each document: the one that is kept, cluster size, superseded or not."""
    settings = dedupe.Settings(**near)
    shards = Shards(context, of)
    commits = context.commits("match") + (context.commits("compare") if settings.doubts else ())
    edges = [np.asarray(mapped(context.fetch(commit.files["edges"]), np.int64, 2)) for commit in commits]
    gone = superseded(context, settings)
    roots = dedupe.clusters(shards.count, edges)
    order = np.concatenate([np.zeros((0, 2), np.int64), *(array for _, array in shards.arrays("order", np.int64, 2))])
    keepers = dedupe.representatives(roots, *dedupe.preference(settings.keep, order[:, 0], order[:, 1]))
    # A capture that gave way goes where its successor goes; it has no edges of its own, and so joins no others.
    keepers[gone[:, 1]] = keepers[gone[:, 0]]
    sizes = np.bincount(keepers, minlength=1)[keepers] if len(keepers) else np.zeros(0, np.int64)
    went = np.zeros(len(keepers), np.int64)
    went[gone[:, 1]] = 1
    path = context.scratch("keepers.bin")
    path.write_bytes(np.stack([keepers, sizes, went], 1).astype(np.int64).tobytes())
    duplicates = int((keepers != np.arange(len(keepers))).sum())
    return engine.Result(files={"keepers": path}, statistics={"duplicates": duplicates})
