"""Parquet parts: the same rows give the same bytes, however they arrive.

A row group ends after `ROWS` rows or with the row that brings it to `BYTES`, whichever is first; both are counted over
the stream of rows, so the size of the batches that the rows came in leaves no trace. Nothing that varies from run to
run is written: no Arrow schema blob, no timestamps. (The `created_by` string and zstd's output do belong to the
version of pyarrow: byte-identical releases need the same pyarrow. The manifest's `made_with` names it.)
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from manyo.columns import IntArray
from manyo.release.figures import Figures
from manyo.release.rows import data_schema, ledger_schema, split

ROWS: Final = 20_000
BYTES: Final = 64 << 20

# Dictionary encoding pays where few values repeat; on ids, URLs, titles and texts it only costs memory.
DICTIONARY: Final = (
    "file",
    "source.file",
    "host",
    "charset",
    "charset_from",
    "language",
    "date",
    "verdict",
    "against",
    "duplicate_kind",
    "failed.list.element",
    "spans.list.element.kind",
)


def part_name(kind: str, number: int) -> str:
    """Where a part lies in the release: `kind` is "data" or "ledger".

    >>> part_name("data", 7)
    'data/part-00007.parquet'
    """
    return f"{kind}/part-{number:05d}.parquet"


class PartWriter:
    """Writes one part to `path`, a temporary place: the caller commits it. A context manager.

    Left by an exception, it closes the file without the rows still waiting; the unfinished file is the caller's to
    remove. Memory: one row group.
    """

    def __init__(self, path: Path, schema: pa.Schema, *, rows: int = ROWS, size: int = BYTES) -> None:
        self.rows = 0
        self._limits = rows, size
        self._waiting: list[pa.RecordBatch] = []
        self._count = self._size = 0
        self._schema = schema
        leaves = {path for field in schema for path in _paths(field)}
        self._writer = pq.ParquetWriter(
            path,
            schema,
            version="2.6",
            compression="zstd",
            compression_level=3,
            use_dictionary=[name for name in DICTIONARY if name in leaves],
            write_page_index=True,
            store_schema=False,
        )

    def write(self, batch: pa.RecordBatch) -> None:
        """Take a batch of any size, of the schema that the writer was made with."""
        most_rows, most_bytes = self._limits
        sizes = np.cumsum(_row_bytes(batch))
        start = 0
        while start < batch.num_rows:
            spent = int(sizes[start - 1]) if start else 0
            full = int(np.searchsorted(sizes, spent + most_bytes - self._size)) + 1
            stop = min(start + most_rows - self._count, full, batch.num_rows)
            self._waiting.append(batch.slice(start, stop - start))
            self._count += stop - start
            self._size += int(sizes[stop - 1]) - spent
            if self._count >= most_rows or self._size >= most_bytes:
                self._flush()
            start = stop

    def _flush(self) -> None:
        if self._count:
            table = pa.Table.from_batches(self._waiting, self._schema).combine_chunks()
            self._writer.write_table(table, row_group_size=self._count)
            self.rows += self._count
        self._waiting, self._count, self._size = [], 0, 0

    def __enter__(self) -> PartWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._flush()
        finally:
            self._writer.close()


def write_shard(
    data: Path,
    ledger: Path,
    batches: Iterable[pa.RecordBatch],
    measures: Sequence[pa.Field],
    quality: Sequence[str] = (),
    *,
    rules: Sequence[dict[str, Any]] = (),
    shares: Sequence[str] = (),
) -> Figures:
    """Write a shard's two parts to the two given (temporary) paths; return its figures.

    `batches` hold full rows (`rows.full_schema`). `rules` are the manifest's rules and `shares` the measures, between
    0 and 1, whose distribution the report is to show; see `Figures.of`.
    """
    figures = Figures()
    with (
        PartWriter(data, data_schema(measures, quality)) as released,
        PartWriter(ledger, ledger_schema(measures)) as evidence,
    ):
        for batch in batches:
            kept, every = split(batch, measures, quality)
            released.write(kept)
            evidence.write(every)
            figures += Figures.of(batch, rules=rules, shares=shares)
    return figures


def describe(out: Path, name: str) -> dict[str, Any]:
    """A part's line in the manifest: `{path, sha256, bytes, rows}`; `name` is relative to the release."""
    path = out / name
    return {
        "path": name,
        "sha256": digest(path),
        "bytes": path.stat().st_size,
        "rows": pq.read_metadata(path.absolute()).num_rows,  # relative, "a:b" would be a URL to Arrow
    }


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _paths(field: pa.Field, above: str = "") -> list[str]:
    """The dotted leaf paths of a field, as Parquet names them."""
    here, kind = above + field.name, field.type
    if pa.types.is_struct(kind):
        return [path for child in kind for path in _paths(child, here + ".")]
    if pa.types.is_list(kind):
        return _paths(pa.field("element", kind.value_type), here + ".list.")
    return [here]


def _row_bytes(batch: pa.RecordBatch) -> IntArray:
    """About how many bytes each row takes in memory: a function of the row alone."""
    total = np.zeros(batch.num_rows, np.int64)
    for column in batch.columns:
        kind = column.type
        if pa.types.is_string(kind) or pa.types.is_large_string(kind):
            total += pc.fill_null(pc.binary_length(column), 0).to_numpy(zero_copy_only=False)
        elif pa.types.is_list(kind):
            total += 16 * pc.fill_null(pc.list_value_length(column), 0).to_numpy(zero_copy_only=False).astype(np.int64)
        elif pa.types.is_struct(kind):
            total += 16 * kind.num_fields
        else:
            total += 8
    return total
