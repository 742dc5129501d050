"""Pairs that the sketches leave in doubt, compared by their texts.

A task takes the pairs whose smaller document is in its shard. It reads the texts of those documents once, and those of
their partners batch by batch, each batch at most once, whichever shard it lies in: memory goes by one shard's texts and
one batch, time by the pairs.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

import manyo.dedupe as dedupe
from manyo import engine
from manyo.columns import Column
from manyo.stages.findings import Shards, mapped, passes

Int64Array = npt.NDArray[np.int64]


def compare(context: engine.Context, *, of: str, near: dict[str, Any]) -> engine.Result:
    """Of the doubtful pairs of one shard, those that are the same text: `edges`, int64 pairs of document numbers."""
    settings = dedupe.Settings(**near)
    shards = Shards(context, of)
    pairs = _doubtful(context, shards)
    joined = [np.zeros((0, 2), np.int64)]
    if len(pairs):
        first, mine = _texts(shards, np.unique(pairs[:, 0]))
        for second, theirs in _batches(shards, np.unique(pairs[:, 1])):
            some = pairs[np.isin(pairs[:, 1], second)]
            places = np.searchsorted(first, some[:, 0]), len(first) + np.searchsorted(second, some[:, 1])
            texts = Column.of(pa.concat_arrays([mine, theirs]))
            share = dedupe.jaccard(texts, np.stack(places, 1), settings.ngram)
            joined.append(some[share >= settings.threshold])
            context.report({"compared": len(some)})
    edges = dedupe.spanning_forest(np.concatenate(joined))
    path = context.scratch("edges.bin")
    path.write_bytes(edges.tobytes())
    return engine.Result(files={"edges": path}, statistics={"compared": len(pairs), "edges": len(edges)})


def _doubtful(context: engine.Context, shards: Shards) -> Int64Array:
    """The pairs whose smaller document is in this task's shard, each once, sorted."""
    place = shards.place(context.task.shard)
    ours = []
    for commit in context.commits("match"):
        pairs = mapped(context.fetch(commit.files["doubtful"], share=True), np.int64, 2)
        begin, end = np.searchsorted(pairs[:, 0], shards.bases[place : place + 2])
        ours.append(np.asarray(pairs[begin:end]))
    return np.unique(np.concatenate(ours), axis=0)


def _texts(shards: Shards, documents: Int64Array) -> tuple[Int64Array, pa.Array]:
    """Documents, sorted, of one shard, with their texts."""
    found = list(_batches(shards, documents))
    return np.concatenate([numbers for numbers, _ in found]), pa.concat_arrays([texts for _, texts in found])


def _batches(shards: Shards, documents: Int64Array) -> Iterator[tuple[Int64Array, pa.Array]]:
    """The texts of sorted documents, as they lie in the batches of the shards' files."""
    ends = np.searchsorted(documents, shards.bases)
    for place in np.flatnonzero(np.diff(ends)).tolist():
        rows = documents[ends[place] : ends[place + 1]] - shards.bases[place]
        for some, texts in _rows(shards.path(place, "documents", share=True), rows):
            yield some + shards.bases[place], texts


def _rows(path: Path, rows: Int64Array) -> Iterator[tuple[Int64Array, pa.Array]]:
    """The texts of some of a shard's passing documents, `rows` being their sorted numbers among those."""
    done = 0
    with pa.memory_map(str(path)) as source:
        names = pa.ipc.open_file(source).schema.names
        judged, written = (_only(source, names.index(name)) for name in ("failed", "text"))
        for number in range(judged.num_record_batches):
            good = np.flatnonzero(np.asarray(passes(judged.get_batch(number))))
            begin, end = np.searchsorted(rows, [done, done + len(good)])
            if begin < end:
                wanted = good[rows[begin:end] - done]
                yield rows[begin:end], written.get_batch(number).column("text").take(pa.array(wanted))
            done += len(good)


def _only(source: pa.MemoryMappedFile, field: int) -> pa.ipc.RecordBatchFileReader:
    """The file as if it had that column alone: nothing else is unpacked."""
    return pa.ipc.open_file(source, options=pa.ipc.IpcReadOptions(included_fields=[field]))
