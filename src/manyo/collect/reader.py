"""The reader of one shard: from its pieces to record batches of pages, and the tally of what did not become one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Final

import numpy as np
import pyarrow as pa

from manyo import records
from manyo.collect import tables
from manyo.collect.blocks import BLOCK, Blocks
from manyo.collect.media import is_binary
from manyo.collect.members import Members, Report, codec_of, unpacked
from manyo.collect.shard import Piece, Shard
from manyo.collect.tally import Tally
from manyo.collect.warc import Archive, OnRecord, Page, Plain, Stream
from manyo.columns import Column
from manyo.errors import ManyoError

BATCH_BYTES: Final = 16 << 20
MAX_PAGE_BYTES: Final = 10 << 20
ROWS: Final = 1 << 16  # in one batch: pages may be very short


class Reader:
    """Iterate over the pages of a shard as `pa.RecordBatch`es of `records.PAGE`, in the order of the input.

    `batch_bytes`: bytes of bodies in a batch, about. `max_page_bytes`: a page that is longer, once decoded, is refused
    as "too_large". `careful`: one page a batch, so that a fault is tied to one record. `skip`: pointers
    `(file, offset, record)` to refuse as "quarantined"; `record` is "" where a record has none. `on_record(file,
    offset, record)` is called before a record's body is decoded (for Parquet: before its batch is handed on), so that
    whoever finds the process dead knows where it was.

    `tally` is complete when the iteration is. Raises `ManyoError` for a source that is gone or has changed.

    Memory: `batch_bytes`, and about three times `max_page_bytes`, however large the input and its records are.
    """

    def __init__(
        self,
        shard: Shard,
        batch_bytes: int = BATCH_BYTES,
        max_page_bytes: int = MAX_PAGE_BYTES,
        careful: bool = False,
        skip: frozenset[tuple[str, int, str]] = frozenset(),
        on_record: OnRecord | None = None,
    ) -> None:
        self.shard = shard
        self.tally = Tally()
        self._batch_bytes, self._limit, self._careful = batch_bytes, max_page_bytes, careful
        self._skip, self._on_record = skip, on_record
        self._stored = 0  # of the pieces that are done
        self._open: tuple[Piece, Blocks] | None = None

    @property
    def stored(self) -> int:
        """Bytes of the input, as stored, that have been gone through so far: what is left is known by it."""
        if self._open is None:
            return self._stored
        piece, blocks = self._open
        return self._stored + min(max(blocks.reached - piece.start, 0), piece.end - piece.start)

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        batch = _Batch()
        for piece in self.shard.pieces:
            self._open = None
            try:
                with piece.source.open() as file:
                    if piece.source.format == "parquet":
                        if batch.rows:
                            yield batch.take()
                        yield from self._tables(piece, file)
                        self._stored += piece.source.size if piece.start == 0 else 0  # row groups have no byte range
                        continue
                    for page in self._pages(piece, file):
                        batch.add(page)
                        if len(batch.bodies) >= self._batch_bytes or self._careful or len(batch.rows) >= ROWS:
                            yield batch.take()
                    self._stored, self._open = self.stored, None
            except OSError as error:
                raise ManyoError(
                    f"reading stopped: {error.strerror or error}",
                    where=piece.source.file,
                    hint="see to the disk or the network, then run the same command: it goes on from where it was",
                ) from error
        if batch.rows:
            yield batch.take()

    def _pages(self, piece: Piece, file: BinaryIO) -> Iterator[Page]:
        source = piece.source
        report = self._report(source.file)
        blocks = Blocks(file, min(BLOCK, source.size + 1))  # one byte more, so that a small file's end is seen at once
        self._open = piece, blocks
        if source.format in ("warc", "wet"):
            before = self.tally.records
            stream: Stream
            if source.compression:
                stream = Members(codec_of(blocks, source.compression), piece.start, piece.end, report)
            else:
                stream = Plain(blocks, source.size)
            yield from Archive(
                stream,
                source.file,
                self.tally,
                max_page_bytes=self._limit,
                skip=self._skip,
                on_record=self._on_record,
            )
            if self.tally.records == before and piece.start == 0 and piece.end == source.size:
                report(0, "no_records", "the file is empty" if source.size == 0 else "no WARC record was found")
        elif source.format == "jsonl":
            lines = tables.json_lines(
                blocks, source, piece.start, piece.end, self.tally, max_page_bytes=self._limit, report=report
            )
            yield from tables.json_pages(
                lines, source, self.tally, max_page_bytes=self._limit, skip=self._skip, on_record=self._on_record
            )
        else:
            page = self._file(piece, blocks, report)
            if page is not None:
                yield page

    def _file(self, piece: Piece, blocks: Blocks, report: Report) -> Page | None:
        """The page that is a whole file."""
        source, tally = piece.source, self.tally
        tally.records += 1
        if (source.file, 0, "") in self._skip:
            tally.refuse("quarantined")
            return None
        if self._on_record:
            self._on_record(source.file, 0, "")
        damages = tally.damages
        chunks, size = [], 0
        for chunk in unpacked(blocks, source.compression, report):
            chunks.append(chunk)
            size += len(chunk)
            if size > self._limit:
                break
        tally.bytes_in += size
        body = b"".join(chunks)
        if tally.damages > damages:
            tally.refuse("damaged")
        elif size > self._limit:
            tally.refuse("too_large")
        elif is_binary(body[:16]):
            tally.refuse("not_text")
        elif size <= 64 and not body.strip():
            tally.refuse("empty_body")
        else:
            tally.documents += 1
            content_type = "text/html" if source.format == "html" else "text/plain"
            return source.file, 0, "", "", "", content_type, source.format, body
        return None

    def _tables(self, piece: Piece, file: BinaryIO) -> Iterator[pa.RecordBatch]:
        for batch in tables.parquet_batches(
            file,
            piece.source,
            piece.start,
            piece.end,
            self.tally,
            batch_bytes=self._batch_bytes,
            max_page_bytes=self._limit,
            skip=self._skip,
            report=self._report(piece.source.file),
        ):
            yield from self._cut(batch)

    def _cut(self, batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
        """Rows of about `batch_bytes` of bodies, or one by one when careful."""
        offsets = Column.of(batch.column("body")).offsets
        start = 0
        while start < len(batch):
            stop = int(offsets.searchsorted(offsets[start] + self._batch_bytes))
            stop = start + 1 if self._careful else min(max(stop, start + 1), len(batch))
            part = batch.slice(start, stop - start)
            if self._on_record:
                for offset, record in zip(part["offset"].to_pylist(), part["record"].to_pylist(), strict=True):
                    self._on_record(part["file"][0].as_py(), offset, record)
            yield part
            start = stop

    def _report(self, file: str) -> Report:
        return lambda offset, kind, detail: self.tally.report(file, offset, kind, detail)


class _Batch:
    """Pages on their way into a record batch. A body is copied at once, while the processor's caches still hold it."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, int, str, str, str, str, str]] = []  # pages without their bodies
        self.bodies = bytearray()
        self._ends = [0]

    def add(self, page: Page) -> None:
        self.bodies += page[-1]
        self.rows.append(page[:-1])
        self._ends.append(len(self.bodies))

    def take(self) -> pa.RecordBatch:
        """The record batch; this one is empty then."""
        columns = zip(*self.rows, strict=True)
        types = [field.type for field in records.PAGE][:-1]
        arrays = [pa.array(column, kind) for column, kind in zip(columns, types, strict=True)]
        bodies = Column(np.frombuffer(self.bodies, np.uint8), np.array(self._ends, np.int64))
        self.rows, self.bodies, self._ends = [], bytearray(), [0]
        return pa.RecordBatch.from_arrays([*arrays, bodies.binary()], schema=records.PAGE)
