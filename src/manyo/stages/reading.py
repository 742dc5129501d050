"""The read stage: one shard of the input, from bytes to judged and signed documents."""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Final

import numpy as np
import pyarrow as pa

from manyo import collect, dedupe, engine, judge, read
from manyo.columns import Column
from manyo.stages.documents import documents, schema
from manyo.stages.findings import Findings

_SPOTTED: Final = 1 << 20  # bytes of pages looked at together: what was just decompressed is still in the cache


def read_shard(
    context: engine.Context,
    *,
    shard: dict[str, Any],
    reading: dict[str, Any],
    rules: dict[str, Any],
    near: dict[str, Any],
    kinds: Sequence[str],
    partitions: int,
    page: int,
    batch: int,
) -> engine.Result:
    """Read, mask, measure and judge one shard; sign what passes. For the files see `Findings`.

    Pages are spotted as they come, in small batches; the few that are Japanese are gathered until they make `batch`
    bytes, so that what costs the same for any batch is paid for seldom.
    """
    settings, rule_set = read.Settings(**reading), judge.load(rules)
    reader = collect.Reader(
        collect.Shard.from_json(shard),
        batch_bytes=min(batch, _SPOTTED),
        max_page_bytes=page,
        careful=context.careful,
        skip=frozenset(_pointer(text) for text in context.quarantined),
        on_record=(lambda *pointer: context.breadcrumb(json.dumps(pointer))) if context.careful else None,
    )
    seen = 0
    waiting: list[pa.RecordBatch] = []
    size = 0
    with Findings(context, schema(), dedupe.Settings(**near), partitions) as findings:
        for pages in reader:
            seen += pages.num_rows
            bodies = Column.of(pages.column("body"))
            japanese = np.flatnonzero(read.spot(bodies))
            if len(japanese):
                waiting.append(pages.take(pa.array(japanese)))
                size += int(bodies.lengths[japanese].sum())
            if size >= batch or (context.careful and waiting):
                findings.add(documents(_joined(waiting), settings, rule_set, kinds))
                waiting, size = [], 0
            counts = {"candidates": findings.candidates, "passed": findings.passed}
            counts |= {"documents": seen, "bytes": reader.tally.bytes_in, "stored": reader.stored}
            context.report(counts)
        if waiting:
            findings.add(documents(_joined(waiting), settings, rule_set, kinds))
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


def _joined(batches: list[pa.RecordBatch]) -> pa.RecordBatch:
    return batches[0] if len(batches) == 1 else pa.concat_batches(batches)


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
