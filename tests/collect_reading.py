"""Reading a file to its end, with everything checked that must hold for any input."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from manyo import collect, records
from manyo.collect import tally as words


def read(
    path: Path, *, shard_bytes: int = 1 << 40, columns: dict[str, str] | None = None, **options: Any
) -> tuple[list[dict[str, Any]], collect.Tally]:
    """The pages of a file or folder as dicts, and the tally of all its shards."""
    total, rows = collect.Tally(), []
    sources = collect.find([path.name], base=str(path.parent), columns=columns)
    for shard in collect.plan(sources, shard_bytes=shard_bytes):
        reader = collect.Reader(collect.Shard.from_json(shard.to_json()), **options)
        for batch in reader:
            batch.validate(full=True)
            assert batch.schema == records.PAGE
            assert batch.num_rows
            rows += batch.to_pylist()
        assert reader.tally.balanced
        total.add(reader.tally)
    assert total.documents == len(rows)
    assert set(total.skipped) <= set(words.SKIPPED)
    assert set(total.refused) <= set(words.REFUSED)
    assert set(total.repaired) <= set(words.REPAIRED)
    assert {one["kind"] for one in total.damage} <= set(words.DAMAGE)
    return rows, total


def write(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path
