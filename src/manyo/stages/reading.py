"""The read stage: one shard of the input, from bytes to judged and signed documents."""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

import manyo.dedupe as dedupe
from manyo import collect, engine, judge, read
from manyo.columns import Column
from manyo.judge.known import known as known_measures
from manyo.measure.settings import Settings as Measuring
from manyo.records import PAGE
from manyo.stages.decontaminating import Cleaning
from manyo.stages.documents import as_read, judged, schema
from manyo.stages.findings import Findings
from manyo.stages.lines import Gathered

_SPOTTED: Final = 1 << 20  # bytes of pages looked at together: what was just decompressed is still in the cache


def read_shard(
    context: engine.Context,
    *,
    shard: dict[str, Any],
    reading: dict[str, Any],
    measuring: dict[str, Any],
    rules: dict[str, Any],
    near: dict[str, Any],
    kinds: Sequence[str],
    lines: dict[str, Any] | None,
    decontaminate: dict[str, Any] | None,
    partitions: int,
    page: int,
    batch: int,
) -> engine.Result:
    """Read, mask, measure and judge one shard; sign what passes. For the files see `Findings`.

    Where repeated `lines` are to go, measuring has to wait: read and mask, and see to the lines. For the files see
    `Gathered`.

    Pages are spotted as they come, in small batches; the few that are Japanese are gathered until they make `batch`
    bytes, so that what costs the same for any batch is paid for seldom.
    """
    settings, taken = read.Settings(**reading), Measuring(**measuring)
    rule_set = judge.load(rules, {**known_measures(), **taken.measures})
    reader = collect.Reader(
        collect.Shard.from_json(shard),
        batch_bytes=min(batch, _SPOTTED),
        max_page_bytes=page,
        careful=context.careful,
        skip=frozenset(_pointer(text) for text in context.quarantined),
        on_record=(lambda *pointer: context.breadcrumb(json.dumps(pointer))) if context.careful else None,
    )
    seen = 0
    waiting = _Waiting()
    findings: Findings | Gathered
    cleaning = Cleaning.of(context, decontaminate) if lines is None else None
    if lines is None:
        findings = Findings(context, schema(rule_set, taken, cleaning), dedupe.Settings(**near), partitions)
    else:
        findings = Gathered(context, dedupe.LineSettings(**lines), partitions)

    def add(pages: pa.RecordBatch) -> None:
        rows = as_read(pages, settings, kinds)
        findings.add(rows if lines is not None else judged(rows, taken, rule_set, cleaning=cleaning))

    with findings:
        for pages in reader:
            seen += pages.num_rows
            waiting.add(pages, np.flatnonzero(read.spot(Column.of(pages.column("body")))))
            if waiting.size >= batch or (context.careful and waiting.size):
                add(waiting.take())
            counts = {"candidates": findings.candidates, "passed": findings.passed}
            counts |= {"documents": seen, "bytes": reader.tally.bytes_in, "stored": reader.stored}
            context.report(counts)
        if waiting.size:
            add(waiting.take())
    tally = reader.tally
    statistics = {
        "documents": seen,
        "bytes": tally.bytes_in,
        "stored": reader.stored,
        "candidates": findings.candidates,
        "passed": findings.passed,
        "records": tally.records,
        "skipped": tally.skipped,
        "refused": {**tally.refused, "not_japanese": seen - findings.candidates},
        "repaired": tally.repaired,
        "damages": tally.damages,
        "damage": tally.damage,
        "inputs": [_fingerprint(piece) for piece in reader.shard.pieces],
    }
    return engine.Result(files=findings.files, statistics=statistics)


class _Waiting:
    """Japanese pages that wait until there are enough of them to be worth a batch.

    Bodies are copied once, into a buffer that is used again: fresh memory of this size costs more than the copy.
    """

    def __init__(self) -> None:
        self.size = 0  # bytes of bodies
        self._bodies = np.empty(0, np.uint8)
        self._ends = [0]
        self._pointers: list[pa.RecordBatch] = []

    def add(self, pages: pa.RecordBatch, rows: npt.NDArray[np.int64]) -> None:
        """Copy the given rows of a batch of `records.PAGE`."""
        if not len(rows):
            return
        bodies = Column.of(pages.column("body"))
        needed = self.size + int(bodies.lengths[rows].sum())
        if needed > len(self._bodies):
            grown = np.empty(max(needed, 2 * len(self._bodies)), np.uint8)
            grown[: self.size] = self._bodies[: self.size]
            self._bodies = grown
        for row in rows.tolist():  # one copy a page
            start, end = bodies.offsets[row], bodies.offsets[row + 1]
            self._bodies[self.size : self.size + end - start] = bodies.data[start:end]
            self.size += int(end - start)
            self._ends.append(self.size)
        self._pointers.append(pages.drop_columns(["body"]).take(pa.array(rows)))

    def take(self) -> pa.RecordBatch:
        """All of them as one batch, valid until the next `add`."""
        pointers = pa.concat_batches(self._pointers)
        body = Column(self._bodies[: self.size], np.array(self._ends, np.int64)).binary()
        self.size, self._ends, self._pointers = 0, [0], []
        return pa.RecordBatch.from_arrays([*pointers.columns, body], schema=PAGE)


def _fingerprint(piece: collect.Piece) -> str:
    """The SHA-256 of the bytes that a piece covers; of the whole file for a table's first piece, "" for its others."""
    source = piece.source
    if source.format == "parquet" and piece.start > 0:
        return ""
    left = source.size if source.format == "parquet" else piece.end - piece.start
    total = sha256()
    with source.open() as file:
        file.seek(0 if source.format == "parquet" else piece.start)
        while left > 0 and (block := file.read(min(left, 1 << 20))):
            total.update(block)
            left -= len(block)
    return total.hexdigest()


def _pointer(text: str) -> tuple[str, int, str]:
    file, offset, record = json.loads(text)
    return file, offset, record
