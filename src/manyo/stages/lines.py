"""Lines that documents share: gathered while reading, counted by partition, taken out shard by shard.

Where a recipe has `[lines]`, the read stage leaves documents as they were read, and two more stages follow it: "lines"
counts one partition of the lines' keys, "trim" takes the repeated ones out of a shard's documents, which are measured,
judged and signed only then. See `dedupe/lines.py` for what a line is, `dedupe/repeats.py` for how it is counted.
"""

from __future__ import annotations

from contextlib import ExitStack
from itertools import pairwise
from types import TracebackType
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

import manyo.dedupe as dedupe
from manyo import edit, engine, judge
from manyo.columns import Column
from manyo.dedupe import lines as shared
from manyo.dedupe import repeats
from manyo.dedupe.line_settings import FIRST, LineSettings
from manyo.judge.known import known as known_measures
from manyo.measure.settings import Settings as Measuring
from manyo.stages.decontaminating import Cleaning
from manyo.stages.documents import AS_READ, Trimmed, judged, schema
from manyo.stages.findings import Findings, Shards, mapped, write_partitions

_COMPRESSED: Final = pa.ipc.IpcWriteOptions(compression="zstd")
_TABLES: Final = {shared.OVERALL: "overall", shared.PER_HOST: "hosts"}


class Gathered:
    """Writes what the counting of lines needs of one shard, as `Findings` writes what deduplication needs.

    `documents` (Arrow IPC) has a row of `AS_READ` for every candidate; `marks` (uint64 pairs) the 64 bits that stand for
    its text and for its host; `lines` (Arrow IPC, batch p holds partition p) the keys of its lines.
    """

    def __init__(self, context: engine.Context, settings: LineSettings, partitions: int) -> None:
        self.candidates = self.passed = 0
        self.files = {name: context.scratch(f"{name}.arrow") for name in ("documents", "lines")}
        self.files["marks"] = context.scratch("marks.bin")
        self._settings, self._partitions = settings, partitions
        self._keys: list[npt.NDArray[np.uint64]] = [np.zeros(0, np.uint64)]
        self._rows: list[npt.NDArray[np.int32]] = [np.zeros(0, np.int32)]
        self._closing = ExitStack()
        sink = self._closing.enter_context(pa.OSFile(str(self.files["documents"]), "wb"))
        self._documents = self._closing.enter_context(pa.ipc.new_file(sink, AS_READ, options=_COMPRESSED))
        self._marks = self._closing.enter_context(self.files["marks"].open("wb"))

    def add(self, rows: pa.RecordBatch) -> None:
        """Take a batch of documents as they were read."""
        self._documents.write_batch(rows)
        texts = Column.of(rows.column("text"))
        found = shared.units(texts, self._settings)
        self._keys.append(found.keys)
        self._rows.append((found.rows + self.candidates).astype(np.int32))
        self.candidates += rows.num_rows
        marks = [dedupe.digests(texts)[:, 0], _host_keys(rows)]
        self._marks.write(np.ascontiguousarray(np.stack(marks, 1)).data)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.close()
        if kind is None:
            keys, rows = np.concatenate(self._keys), np.concatenate(self._rows)
            write_partitions(self.files["lines"], keys, {"key": keys, "row": rows}, self._partitions)


def _host_keys(rows: pa.RecordBatch) -> npt.NDArray[np.uint64]:
    return dedupe.digests(Column.of(rows.column("host")))[:, 0]


def count(context: engine.Context, *, partition: int, lines: dict[str, Any]) -> engine.Result:
    """Count one partition: `overall` and `hosts`, tables of `repeats.repeated` of the keys that are to go."""
    settings = LineSettings(**lines)
    shards = Shards(context, kind="candidates")
    keys: list[npt.NDArray[np.uint64]] = [np.zeros(0, np.uint64)]
    documents: list[npt.NDArray[np.int64]] = [np.zeros(0, np.int64)]
    marks: list[npt.NDArray[np.uint64]] = [np.zeros((0, 2), np.uint64)]
    for place, (base, batch) in enumerate(shards.partition("lines", partition)):
        rows = np.asarray(batch.column("row"))
        keys.append(np.array(batch.column("key")))
        documents.append(rows.astype(np.int64) + base)
        marks.append(shards.array(place, "marks", np.uint64, 2)[rows])
        context.report({"lines": sum(map(len, keys))})
    every, known, numbers = np.concatenate(keys), np.concatenate(marks), np.concatenate(documents)
    paths = {name: context.scratch(f"{name}.bin") for name in _TABLES.values()}
    for name, own, threshold in (("overall", every, settings.overall), ("hosts", None, settings.per_host)):
        table = np.zeros((0, 2), np.uint64)
        if threshold:
            own = repeats.of_host(every, known[:, 1]) if own is None else own
            table = repeats.repeated(own, known[:, 0], numbers, threshold)
        paths[name].write_bytes(table.tobytes())
    return engine.Result(files=paths)


def trim(
    context: engine.Context,
    *,
    lines: dict[str, Any],
    measuring: dict[str, Any],
    rules: dict[str, Any],
    near: dict[str, Any],
    decontaminate: dict[str, Any] | None,
    partitions: int,
) -> engine.Result:
    """Take the repeated lines out of one shard's documents, then judge and sign them. For the files see `Findings`."""
    settings, taken = LineSettings(**lines), Measuring(**measuring)
    rule_set = judge.load(rules, {**known_measures(), **taken.measures})
    [read] = context.commits("read")
    cleaning = Cleaning.of(context, decontaminate)
    tables = Tables(context, settings)
    removed = {name: {"documents": 0, "lines": 0, "characters": 0} for name in shared.RULES}
    with (
        Findings(context, schema(rule_set, taken, cleaning), dedupe.Settings(**near), partitions) as findings,
        pa.memory_map(str(context.fetch(read.files["documents"]))) as source,
    ):
        reader = pa.ipc.open_file(source)
        for number in range(reader.num_record_batches):
            rows, gone = tables.trimmed(reader.get_batch(number))
            for name, why in shared.RULES.items():
                removed[name]["documents"] += int(np.count_nonzero(gone.lines[:, why]))
                removed[name]["lines"] += int(gone.lines[:, why].sum())
                removed[name]["characters"] += int(gone.characters[:, why].sum())
            findings.add(judged(rows, taken, rule_set, trimmed=_trimmed(rows, gone), cleaning=cleaning))
            context.report({"candidates": findings.candidates, "passed": findings.passed})
    counts = {"candidates": findings.candidates, "passed": findings.passed}
    return engine.Result(files=findings.files, statistics={**counts, "removed": removed})


class Tables:
    """What counting found, of all partitions: mapped, and looked at where a shard's keys lead."""

    def __init__(self, context: engine.Context, settings: LineSettings) -> None:
        self._settings = settings
        self._paths = {
            why: [context.fetch(commit.files[name], share=True) for commit in context.commits("lines")]
            for why, name in _TABLES.items()
        }

    def trimmed(self, rows: pa.RecordBatch) -> tuple[pa.RecordBatch, shared.Removal]:
        """The documents without their repeated lines, and what went."""
        texts = Column.of(rows.column("text"))
        found = shared.units(texts, self._settings)
        own = dedupe.digests(texts)[:, 0][found.rows]
        hosts = _host_keys(rows)[found.rows]
        why = np.zeros(len(found.keys), np.uint8)
        partitions = dedupe.partition(found.keys, len(self._paths[shared.OVERALL]))
        order = np.argsort(partitions, kind="stable")
        ends = np.searchsorted(partitions[order], np.arange(len(self._paths[shared.OVERALL]) + 1))
        for number, (first, last) in enumerate(pairwise(ends.tolist())):
            if first == last:
                continue
            mine = order[first:last]
            for rule in (shared.PER_HOST, shared.OVERALL):  # the last word is OVERALL's
                keys = found.keys[mine]
                keys = repeats.of_host(keys, hosts[mine]) if rule == shared.PER_HOST else keys
                table = mapped(self._paths[rule][number], np.uint64, 2)
                goes, first_text = repeats.looked_up(table, keys)
                if self._settings.keep == FIRST:
                    goes &= first_text != own[mine]
                why[mine[goes]] = rule
        gone = shared.without(texts, found, why)
        after = edit.delete(texts, gone.marks == shared.STAYS, rows.column("spans"), name="lines")
        columns = {name: rows.column(name) for name in rows.schema.names}
        columns |= {"text": after.texts.text(), "spans": after.spans}
        return pa.RecordBatch.from_arrays([columns[name] for name in AS_READ.names], schema=AS_READ), gone


def _trimmed(rows: pa.RecordBatch, gone: shared.Removal) -> Trimmed:
    """What the ledger says of it; `rows` are the documents without what is gone."""
    characters = gone.characters.sum(axis=1)
    left = np.asarray(pc.utf8_length(rows.column("text")))
    return Trimmed(
        [(name, gone.characters[:, why].astype(np.int32)) for name, why in shared.RULES.items()],
        {
            "repeated_lines": pa.array(gone.lines.sum(axis=1)),
            "repeated_share": pa.array((characters / np.maximum(characters + left, 1)).astype(np.float32)),
        },
    )
