"""An index of a finished release, made from its data alone: one task for each part, then one for each partition."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

import manyo.dedupe as dedupe
from manyo import engine
from manyo.columns import Column
from manyo.errors import ManyoError
from manyo.stages.findings import Shards, write_partitions

_ROWS: Final = 2048  # documents at a time


def sign(context: engine.Context, *, part: str, sha256: str, near: dict[str, Any], partitions: int) -> engine.Result:
    """Sign the documents of one part: `sketches`, `digests` and `ids` as they stay, `keys` and `exact` to be sorted."""
    path = Path(part)
    if engine.sha256(path) != sha256:
        raise ManyoError(
            "a part of the release is not what its manifest says", where=part, hint="copy the release again"
        )
    settings = dedupe.Settings(**near)
    raw = ("sketches", "digests", "ids")
    files = {name: context.scratch(f"{name}.bin") for name in raw}
    files |= {name: context.scratch(f"{name}.arrow") for name in ("keys", "exact")}
    keys, digests = [np.zeros(0, np.uint64)], [np.zeros((0, 2), np.uint64)]
    opened = {name: files[name].open("wb") for name in raw}
    try:
        with pq.ParquetFile(path, memory_map=True) as file:
            for batch in file.iter_batches(_ROWS, columns=["id", "text"]):
                texts = Column.of(batch.column("text"))
                signatures, found = dedupe.signatures(texts, settings), dedupe.digests(texts)
                keys.append(dedupe.band_keys(signatures, settings).ravel())
                digests.append(found)
                opened["sketches"].write(dedupe.sketches(signatures).data)
                opened["digests"].write(found.data)
                opened["ids"].write(bytes.fromhex("".join(batch.column("id").to_pylist())))
                context.report({"documents": sum(map(len, digests))})
    except (pa.ArrowException, OSError, KeyError, ValueError) as error:
        hint = "`manyo verify` says what is wrong with the release"
        raise ManyoError(f"a part of the release cannot be read: {error}", where=part, hint=hint) from None
    finally:
        for stream in opened.values():
            stream.close()
    every, exact = np.concatenate(keys), np.concatenate(digests)
    rows = np.repeat(np.arange(len(exact), dtype=np.int32), settings.bands)
    write_partitions(files["keys"], every, {"key": every, "row": rows}, partitions)
    low, high = np.ascontiguousarray(exact[:, 0]), np.ascontiguousarray(exact[:, 1])
    rows = np.arange(len(exact), dtype=np.int32)
    write_partitions(files["exact"], low, {"low": low, "high": high, "row": rows}, partitions)
    return engine.Result(files=files, statistics={"documents": len(exact)})


def sort(context: engine.Context, *, partition: int) -> engine.Result:
    """Put one partition of all parts in order: `keys`, `rows` and `exact`, as `dedupe/index.py` describes them."""
    parts = Shards(context, "sign", "documents")
    keys, rows = _joined(parts, "keys", partition, "key")
    wanted = keys != dedupe.NO_KEY
    keys, rows = keys[wanted], rows[wanted]
    order = np.lexsort((rows, keys))
    lows, documents = _joined(parts, "exact", partition, "low")
    highs, _ = _joined(parts, "exact", partition, "high")
    exact = np.stack([lows, highs, documents.astype(np.uint64)])[:, np.lexsort((documents, highs, lows))]
    files = {name: context.scratch(f"{name}.bin") for name in ("keys", "rows", "exact")}
    for name, array in (("keys", keys[order]), ("rows", rows[order].astype(np.uint32)), ("exact", exact)):
        files[name].write_bytes(np.ascontiguousarray(array).data)
    return engine.Result(files=files, statistics={"keys": len(keys)})


def _joined(
    parts: Shards, name: str, partition: int, column: str
) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64]]:
    values, rows = [np.zeros(0, np.uint64)], [np.zeros(0, np.int64)]
    for base, batch in parts.partition(name, partition):
        values.append(np.array(batch.column(column)))
        rows.append(np.asarray(batch.column("row")).astype(np.int64) + base)
    return np.concatenate(values), np.concatenate(rows)
