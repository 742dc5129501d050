"""What the read stage leaves for deduplication: written by one shard, looked up by the stages after it.

Raw arrays are mapped, so that a task pays for the rows that it looks at; keys lie in Arrow IPC files with one record
batch for each partition, so that a task reads its own share of each shard and no S x P files are made.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

import manyo.dedupe as dedupe
from manyo import engine
from manyo.columns import Column

_COMPRESSED: Final = pa.ipc.IpcWriteOptions(compression="zstd")
_RAW: Final = ("sketches", "digests", "order", "ids")


class Findings:
    """Writes the files of one shard. A context manager; `files` is complete when it has ended.

    `documents` (Arrow IPC) has a row for every candidate. For those that pass, in the same order: `sketches`
    (uint8, none where only equal texts are looked for), `digests` (uint64 pairs), `order` (int64 pairs: characters,
    time), `ids` (16 bytes each); `keys`, `exact` and `addresses` (Arrow IPC, batch p holds partition p).
    """

    def __init__(self, context: engine.Context, schema: pa.Schema, near: dedupe.Settings, partitions: int) -> None:
        self.candidates = self.passed = 0
        self.files = {name: context.scratch(f"{name}.bin") for name in _RAW}
        self.files |= {name: context.scratch(f"{name}.arrow") for name in ("documents", "keys", "exact", "addresses")}
        self._near, self._partitions = near, partitions
        self._keys: list[npt.NDArray[np.uint64]] = []
        self._digests: list[npt.NDArray[np.uint64]] = []
        self._addresses: list[npt.NDArray[np.uint64]] = []
        self._times: list[npt.NDArray[np.int64]] = []
        self._closing = ExitStack()
        sink = self._closing.enter_context(pa.OSFile(str(self.files["documents"]), "wb"))
        self._documents = self._closing.enter_context(pa.ipc.new_file(sink, schema, options=_COMPRESSED))
        self._raw = {name: self._closing.enter_context(self.files[name].open("wb")) for name in _RAW}

    def add(self, rows: pa.RecordBatch) -> None:
        """Take a batch of documents; sign those that failed no rule."""
        self._documents.write_batch(rows)
        self.candidates += rows.num_rows
        good = rows.filter(passes(rows))
        if not good.num_rows:
            return
        self.passed += good.num_rows
        texts = Column.of(good.column("text"))
        if self._near.near:
            signatures = dedupe.signatures(texts, self._near)
            self._keys.append(dedupe.band_keys(signatures, self._near).ravel())
            self._raw["sketches"].write(dedupe.sketches(signatures).data)
        self._digests.append(dedupe.digests(texts))
        self._raw["digests"].write(self._digests[-1].data)
        self._times.append(dedupe.times(good.column("fetched")))
        order = np.stack([np.asarray(good.column("characters")), self._times[-1]], 1)
        self._raw["order"].write(np.ascontiguousarray(order, np.int64).data)
        self._raw["ids"].write(bytes.fromhex("".join(good.column("id").to_pylist())))
        if self._near.url != "off":
            self._addresses.append(dedupe.addresses(good.column("url")))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.close()
        if kind is None:
            keys = np.concatenate([np.zeros(0, np.uint64), *self._keys])
            digests = np.concatenate([np.zeros((0, 2), np.uint64), *self._digests])
            bands = self._near.bands
            rows = np.repeat(np.arange(len(keys) // bands, dtype=np.int32), bands)
            write_partitions(self.files["keys"], keys, {"key": keys, "row": rows}, self._partitions)
            rows = np.arange(len(digests), dtype=np.int32)
            columns = {"low": digests[:, 0], "high": digests[:, 1], "row": rows}
            write_partitions(self.files["exact"], digests[:, 0], columns, self._partitions)
            found = np.concatenate([np.zeros((0, 2), np.uint64), *self._addresses])
            given = np.flatnonzero(found.any(axis=1))
            found, times = found[given], np.concatenate([np.zeros(0, np.int64), *self._times])[given]
            columns = {"low": found[:, 0], "high": found[:, 1], "time": times, "row": given.astype(np.int32)}
            write_partitions(self.files["addresses"], found[:, 0], columns, self._partitions)


def passes(rows: pa.RecordBatch) -> pa.Array:
    """Which documents failed no rule."""
    return pc.equal(pc.list_value_length(rows.column("failed")), 0)


def write_partitions(
    path: Path, keys: npt.NDArray[np.uint64], columns: Mapping[str, npt.NDArray[Any]], partitions: int
) -> None:
    """One Arrow IPC file with a batch for each partition."""
    schema = pa.schema([(name, pa.from_numpy_dtype(values.dtype)) for name, values in columns.items()])
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
        for chosen in _by_partition(keys, partitions):
            arrays = [pa.array(values[chosen]) for values in columns.values()]
            writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=schema))


def _by_partition(keys: npt.NDArray[np.uint64], partitions: int) -> Iterator[slice | npt.NDArray[np.int64]]:
    """For each partition the places of its keys, in order."""
    if partitions == 1:
        yield slice(None)
        return
    belongs = dedupe.partition(keys, partitions).astype(np.uint16)
    order = np.argsort(belongs, kind="stable")
    for first, last in pairwise(np.searchsorted(belongs[order], np.arange(partitions + 1)).tolist()):
        yield order[first:last]


def damage(commit: engine.Commit) -> list[dict[str, Any]]:
    """Damaged places of a shard's input, and what was set aside because it killed its worker: as `collect` lists them."""
    found = list(commit.statistics.get("damage", []))
    for one in commit.quarantined:
        file, offset, record = json.loads(one["record"]) if one["record"] else (f"shard {commit.shard}", 0, "")
        kind = f"quarantined {record}".rstrip()
        found.append({"file": file, "offset": offset, "kind": kind, "detail": one["cause"]})
    return found


class Shards:
    """What a stage, `of`, left of all shards: the numbers of their documents, and their files.

    Numbered are the documents that passed, or another `kind` that the stage counts: "candidates" are all.
    """

    def __init__(self, context: engine.Context, of: str = "read", kind: str = "passed") -> None:
        self._context = context
        self.commits = [commit for commit in context.commits(of) if not commit.lost]
        counts = [int(commit.statistics[kind]) for commit in self.commits]
        self.bases = np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]).astype(np.int64)

    @property
    def count(self) -> int:
        return int(self.bases[-1])

    def place(self, shard: int) -> int:
        """Where a shard stands in `commits`."""
        return next(place for place, commit in enumerate(self.commits) if commit.shard == shard)

    def path(self, place: int, name: str, *, share: bool = False) -> Path:
        """A file of a shard. All but its documents stays for this machine's other tasks; with `share`, these too."""
        return self._context.fetch(self.commits[place].files[name], share=share or name != "documents")

    def array(self, place: int, name: str, kind: npt.DTypeLike, width: int) -> npt.NDArray[Any]:
        """A shard's raw file, mapped: only what is looked at is read."""
        return mapped(self.path(place, name), kind, width)

    def arrays(self, name: str, kind: npt.DTypeLike, width: int) -> list[tuple[int, npt.NDArray[Any]]]:
        """Those of all shards that have documents, each with the number of its first."""
        places = range(len(self.commits))
        return [
            (int(self.bases[place]), self.array(place, name, kind, width))
            for place in places
            if self.bases[place + 1] > self.bases[place]
        ]

    def partition(self, name: str, number: int) -> Iterator[tuple[int, pa.RecordBatch]]:
        """One partition of every shard's file, with the number of the shard's first document."""
        for place in range(len(self.commits)):
            with pa.memory_map(str(self.path(place, name))) as source:
                yield int(self.bases[place]), pa.ipc.open_file(source).get_batch(number)


def mapped(path: Path, kind: npt.DTypeLike, width: int) -> npt.NDArray[Any]:
    """A raw file as an array of shape (rows, width), mapped and read-only."""
    if path.stat().st_size == 0:
        return np.zeros((0, width), kind)
    return np.memmap(path, kind, "r").reshape(-1, width)


# Arrays go to files as they lie in memory; the kernels' packed reads assume the same order.
if sys.byteorder != "little":  # pragma: no cover
    raise ImportError("Manyo needs a little-endian machine")
