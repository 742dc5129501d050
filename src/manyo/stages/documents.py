"""Pages become documents: one row each, with its text masked and edited, its measures and the rules that it fails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from manyo import edit, judge, protect, read, records, release
from manyo.columns import Column
from manyo.measure.settings import Settings as Measuring
from manyo.stages.decontaminating import Cleaning

# What a later recipe starts from, where this one has edits: the text and its placeholders before them.
UNEDITED = (
    pa.field("unedited_text", pa.large_string()),
    pa.field("unedited_spans", release.full_schema([]).field("spans").type),
)


def schema(rules: judge.RuleSet, measuring: Measuring, cleaning: Cleaning | None = None) -> pa.Schema:
    """A full row before its cluster is known."""
    later = {"verdict", "cluster", "cluster_size", "similarity", "against", "duplicate_kind"}
    known = [field for field in release.full_schema(measuring.fields) if field.name not in later]
    return pa.schema([*known, *(UNEDITED if rules.before or rules.after or (cleaning and cleaning.cuts) else ())])


# A row before it is measured and judged.
AS_READ: Final = pa.schema(
    [
        field
        for field in release.full_schema([])
        if field.name
        in {"id", "host", "text", "masked", "spans", *(own.name for own in (*records.POINTER, *records.READING))}
    ]
)


def documents(
    pages: pa.RecordBatch,
    settings: read.Settings,
    measuring: Measuring,
    rules: judge.RuleSet,
    kinds: Sequence[str],
) -> pa.RecordBatch:
    """Pages (`records.PAGE`) as rows of `schema`."""
    return judged(as_read(pages, settings, kinds), measuring, rules)


def as_read(pages: pa.RecordBatch, settings: read.Settings, kinds: Sequence[str]) -> pa.RecordBatch:
    """Pages as rows of `AS_READ`. Personal information is masked before anything else sees the text."""
    found = read.read(Column.of(pages.column("body")), pages.column("content_type"), pages.column("kind"), settings)
    masked = protect.mask(Column.of(found.column("text")), kinds)
    urls, record = (_without_addresses(pages.column(name), kinds) for name in ("url", "record"))
    counts = [pa.array(masked.counts.get(kind, np.zeros(pages.num_rows, np.int32))) for kind in release.KINDS]
    columns = {
        **{field.name: pages.column(field.name) for field in records.POINTER},
        **{field.name: found.column(field.name) for field in records.READING},
        "id": identify(pages),
        "url": urls,
        "record": record,
        "title": protect.mask(Column.of(found.column("title")), kinds).texts.text(),
        "host": _hosts(urls),
        "text": masked.texts.text(),
        "masked": pa.StructArray.from_arrays(counts, list(release.KINDS)),
        "spans": masked.spans,
    }
    return pa.RecordBatch.from_arrays([columns[field.name].cast(field.type) for field in AS_READ], schema=AS_READ)


def unedited(rows: pa.RecordBatch) -> pa.RecordBatch:
    """Rows of `schema` as they were before they were edited: rows of `AS_READ`."""
    columns = {name: rows.column(name) for name in rows.schema.names}
    edits = [field.name for field in UNEDITED if field.name in columns]
    for name in edits:
        columns[name.removeprefix("unedited_")] = columns.pop(name)
    if edits:
        columns["masked"] = _masked(columns["spans"])
    return pa.RecordBatch.from_arrays([columns[name] for name in AS_READ.names], schema=AS_READ)


@dataclass(frozen=True)
class Trimmed:
    """What was taken out of texts before anything was measured: characters by edit, and the measures that tell of it."""

    removed: Sequence[tuple[str, npt.NDArray[np.int32]]] = ()
    measures: Mapping[str, pa.Array] = field(default_factory=dict)


def judged(
    rows: pa.RecordBatch,
    measuring: Measuring,
    rules: judge.RuleSet,
    *,
    measured: bool = False,
    trimmed: Trimmed | None = None,
    cleaning: Cleaning | None = None,
) -> pa.RecordBatch:
    """Edit, measure and judge: rows of `AS_READ`, or of `schema` for other rules, become rows of `schema`.

    `measured` says that the measures of the rows may stay as they are; where something is to be cut out they may not.
    """
    whole = schema(rules, measuring, cleaning)
    trimmed = trimmed or Trimmed()
    columns = {name: rows.column(name) for name in rows.schema.names} | dict(trimmed.measures)
    for name in (each.name for each in UNEDITED if each.name in columns):
        columns[name.removeprefix("unedited_")] = columns.pop(name)
    texts, spans = Column.of(columns["text"]), columns["spans"]
    columns = {**columns, "unedited_text": columns["text"], "unedited_spans": spans}
    removed = list(trimmed.removed)
    if cleaning and not measured:
        cleaned = cleaning.apply(texts, spans)
        texts, spans = cleaned.texts, cleaned.spans
        removed += cleaned.removed
        columns |= cleaned.measures
    before = edit.apply(texts, rules.before, spans)
    removed += before.removed.items()
    if not measured:
        measures = measuring.measure(before.texts)
        columns |= {name: measures.column(name) for name in measures.schema.names}
        gone = sum(before.removed.values(), np.zeros(texts.rows, np.int64))
        left = columns["characters"].to_numpy()
        columns["edited_share"] = pa.array((gone / np.maximum(gone + left, 1)).astype(np.float32))
    known = [name for name in whole.names if name in columns]
    numbers = pa.RecordBatch.from_arrays([columns[name] for name in known], names=known)
    columns["failed"] = judge.failed(rules, numbers)
    after = edit.apply(before.texts, rules.after, before.spans)
    removed += after.removed.items()
    columns |= {"text": after.texts.text(), "spans": after.spans, "edits": _edits(removed, texts.rows)}
    if removed:  # a placeholder may have gone with its line
        columns["masked"] = _masked(after.spans)
    return pa.RecordBatch.from_arrays([columns[field.name].cast(field.type) for field in whole], schema=whole)


def _edits(removed: Sequence[tuple[str, npt.NDArray[np.int32]]], rows: int) -> pa.Array:
    """For every row the edits that took characters away, in order: `release.full_schema`'s column `edits`."""
    counts = np.stack([np.zeros(rows, np.int32), *(count for _, count in removed)], axis=1)
    row, place = np.nonzero(counts)
    names = pa.array(["", *(name for name, _ in removed)], pa.string())
    values = pa.StructArray.from_arrays(
        [names.take(pa.array(place)), pa.array(counts[row, place])], names=["edit", "removed"]
    )
    offsets = np.searchsorted(row, np.arange(rows + 1)).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), values)


def _masked(spans: pa.Array) -> pa.StructArray:
    """How many placeholders of each kind are left in every row."""
    rows = np.asarray(pc.list_parent_indices(spans))
    kinds = pc.list_flatten(spans).field("kind")
    counts = [np.bincount(rows[np.asarray(pc.equal(kinds, kind))], minlength=len(spans)) for kind in release.KINDS]
    return pa.StructArray.from_arrays([pa.array(count.astype(np.int32)) for count in counts], list(release.KINDS))


def identify(pages: pa.RecordBatch) -> pa.Array:
    """The id of each page: 32 hexadecimal digits, BLAKE2b over its file, offset and record."""
    pointers = zip(*(pages.column(name).to_pylist() for name in ("file", "offset", "record")), strict=True)
    # One short hash a document, in C: the loop costs less than the page's own parsing by four orders of magnitude.
    return pa.array(
        [
            blake2b(f"{file}\0{offset}\0{record}".encode(), digest_size=16).hexdigest()
            for file, offset, record in pointers
        ],
        pa.string(),
    )


def _without_addresses(names: pa.Array, kinds: Sequence[str]) -> pa.Array:
    """URLs carry e-mail addresses in their queries, tables use them as ids; no more is looked for in such names."""
    if "email" not in kinds:
        return names
    return protect.mask(Column.of(pc.fill_null(names, "")), ("email",)).texts.text().cast(pa.string())


def _hosts(urls: pa.Array) -> pa.Array:
    found = pc.struct_field(pc.extract_regex(urls, r"^[A-Za-z][A-Za-z0-9+.-]*://(?:[^/?#@]*@)?(?P<host>[^/:?#]+)"), [0])
    return pc.utf8_lower(pc.fill_null(found, ""))
