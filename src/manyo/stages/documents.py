"""Pages become documents: one row each, with its text masked, its measures and the rules that it fails."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from manyo import judge, protect, read, records, release
from manyo.columns import Column
from manyo.measure import fields, measure_batch


def schema() -> pa.Schema:
    """A full row before its cluster is known."""
    later = {"verdict", "cluster", "cluster_size", "similarity", "duplicate_kind"}
    return pa.schema([field for field in release.full_schema(fields()) if field.name not in later])


def documents(
    pages: pa.RecordBatch, settings: read.Settings, rules: judge.RuleSet, kinds: Sequence[str]
) -> pa.RecordBatch:
    """Pages (`records.PAGE`) as rows of `schema`. Personal information is masked before anything else sees the text."""
    whole = schema()
    found = read.read(Column.of(pages.column("body")), pages.column("content_type"), pages.column("kind"), settings)
    masked = protect.mask(Column.of(found.column("text")), kinds)
    texts = masked.texts
    measures = measure_batch(texts)
    urls, record = (_without_addresses(pages.column(name), kinds) for name in ("url", "record"))
    counts = [pa.array(masked.counts.get(kind, np.zeros(pages.num_rows, np.int32))) for kind in release.KINDS]
    columns = {
        **{field.name: pages.column(field.name) for field in records.POINTER},
        **{field.name: found.column(field.name) for field in records.READING},
        **{name: measures.column(name) for name in measures.schema.names},
        "id": identify(pages),
        "url": urls,
        "record": record,
        "title": protect.mask(Column.of(found.column("title")), kinds).texts.text(),
        "host": _hosts(urls),
        "text": texts.text(),
        "masked": pa.StructArray.from_arrays(counts, list(release.KINDS)),
        "spans": masked.spans,
        "failed": judge.failed(rules, measures),
    }
    return pa.RecordBatch.from_arrays([columns[field.name].cast(field.type) for field in whole], schema=whole)


def rejudged(rows: pa.RecordBatch, rules: judge.RuleSet) -> pa.RecordBatch:
    """Rows of `schema` with the verdicts of other rules."""
    place = rows.schema.get_field_index("failed")
    return rows.set_column(place, rows.schema.field(place), judge.failed(rules, rows))


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
