"""The rows of a release: what comes in, what is handed out, and what stays as evidence.

Three schemas, each a function of the measures, because which measures there are is another room's business:

- *full*: everything the build knows about one Japanese candidate, its text included;
- *data*: what others receive, for the kept documents only;
- *ledger*: what is known about every candidate, kept or not, without its text.

`split` turns a batch of the first into one of each of the others. It copies no text and loops over no rows.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import Final, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from manyo.errors import ManyoError
from manyo.records import KEPT, POINTER, READING, SPAN, identity

KINDS: Final = ("email", "phone", "card", "my_number", "postal_address")
EXACT: Final = "exact"
NEAR: Final = "near"
URL: Final = "url"  # another capture of the address was kept

MASKED: Final = pa.field("masked", pa.struct([pa.field(kind, pa.int32()) for kind in KINDS]))
SPANS: Final = pa.field("spans", pa.list_(SPAN))
JUDGED: Final = (
    pa.field("verdict", pa.string()),  # records.KEPT, REFUSED or DUPLICATE
    pa.field("failed", pa.list_(pa.string())),  # every rule that it failed, in the recipe's order
)
# What the recipe's edits took away: from how many characters which edit how many; of an edit that took none, nothing.
EDITS: Final = (
    pa.field("edited_share", pa.float32()),  # by edits before measuring: characters / characters before them
    pa.field("edits", pa.list_(pa.struct([pa.field("edit", pa.string()), pa.field("removed", pa.int32())]))),
)
CLUSTERED: Final = (
    pa.field("cluster", pa.string()),  # id of the cluster's kept document; "" where the text stands alone
    pa.field("cluster_size", pa.int32()),  # 1 where the text stands alone
    pa.field("similarity", pa.float32()),  # estimated Jaccard to the kept document; null where there is none
    pa.field("against", pa.string()),  # the earlier release that `cluster` is kept in, name@digest; "" for this one
    pa.field("duplicate_kind", pa.string()),  # "exact", "near", "url" or ""
)
SOURCE: Final = pa.struct(
    [
        pa.field("file", pa.string()),
        pa.field("offset", pa.int64()),
        pa.field("record", pa.string()),
        pa.field("fetched", pa.string()),
    ]
)


class Measure(Protocol):
    """A measure as the cards and reports name it: its column, and what to call it in either language."""

    @property
    def name(self) -> str: ...
    @property
    def japanese(self) -> str: ...
    @property
    def english(self) -> str: ...


def full_schema(measures: Iterable[pa.Field]) -> pa.Schema:
    """Every column of one candidate. `measures` are float32 or int32 fields, in the order they are to stand."""
    host, text = pa.field("host", pa.string()), pa.field("text", pa.large_string())
    return pa.schema(
        [identity(), *POINTER, *READING, host, text, *measures, MASKED, SPANS, *EDITS, *JUDGED, *CLUSTERED]
    )


def ledger_schema(measures: Iterable[pa.Field]) -> pa.Schema:
    """One row for every candidate: the pointer to its bytes, what was read and measured, the verdict; no text."""
    host = pa.field("host", pa.string())
    return pa.schema([identity(), *POINTER, *READING, host, *measures, *EDITS, *JUDGED, *CLUSTERED, MASKED, SPANS])


def data_schema(measures: Iterable[pa.Field], quality: Sequence[str] = ()) -> pa.Schema:
    """One row for every kept document. `quality` names the measures that travel with the text.

    Without any there is no `quality` column: Parquet has no struct without fields. Raises `ManyoError` for a name
    that is not a measure.
    """
    fields = [
        identity(),
        pa.field("url", pa.string()),
        pa.field("title", pa.string()),
        pa.field("text", pa.large_string()),
        pa.field("date", pa.string()),
        pa.field("host", pa.string()),
        pa.field("source", SOURCE),
        pa.field("charset", pa.string()),
        pa.field("language", pa.string()),
        pa.field("cluster_size", pa.int32()),
    ]
    if quality:
        known = {measure.name: measure for measure in measures}
        for name in quality:
            if name not in known:
                near = difflib.get_close_matches(name, known, n=1)
                hint = f"did you mean {near[0]!r}?" if near else "the measures are " + ", ".join(known)
                raise ManyoError(f"no measure is called {name!r}", where="[release] quality", hint=hint)
        fields.append(pa.field("quality", pa.struct([known[name] for name in quality])))
    return pa.schema([*fields, MASKED])


def split(
    batch: pa.RecordBatch, measures: Sequence[pa.Field], quality: Sequence[str] = ()
) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    """One batch of full rows as `(released rows, ledger rows)`: the kept ones, and all of them.

    The columns of `batch` may stand in any order and be of any type that casts to the full schema's without loss.
    Raises `ManyoError` when a column is missing.
    """
    missing = [name for name in full_schema(measures).names if name not in batch.schema.names]
    if missing:
        raise ManyoError("a batch to release lacks columns", where=", ".join(missing), hint="see release.full_schema")
    ledger = _select(batch, ledger_schema(measures))
    kept = batch.filter(pc.equal(batch.column("verdict"), KEPT))
    return _released(kept, data_schema(measures, quality)), ledger


def _released(kept: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    columns = []
    for field in schema:
        if field.name in ("source", "quality"):
            parts = [kept.column(part.name).cast(part.type) for part in field.type]
            columns.append(pa.StructArray.from_arrays(parts, fields=list(field.type)))
        else:
            columns.append(kept.column(field.name).cast(field.type))
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _select(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    columns = [batch.column(field.name).cast(field.type) for field in schema]
    return pa.RecordBatch.from_arrays(columns, schema=schema)
