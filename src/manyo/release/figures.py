"""The figures of a release: plain counts that add up.

Each shard counts its own rows (`Figures.of(batch)`, then `+`), the driver adds the shards. Addition is exact and does
not care how the rows were cut, with one exception, bounded on purpose: of hosts only the `HOSTS` heaviest are kept at
each addition (and what falls out is counted in `hosts_uncounted`), so with more distinct hosts than that a light
host's count is a lower bound. Add shards in their order and the result is the same on every run all the same.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from manyo.records import DUPLICATE, KEPT, REFUSED
from manyo.release.rows import EXACT, KINDS, NEAR, URL
from manyo.release.samples import Samples

Counts: TypeAlias = dict[str, int]
Nested: TypeAlias = dict[str, Counts]

HOSTS: Final = 1000
STEPS: Final = 20  # bins of a share from 0 to 1, named by their lower edge in percent; the last holds 100 % too

# Lower edges of the length bins: ten to a decade (Renard's R10 series, ISO 3), rounded to whole characters.
LENGTHS: Final = (
    0,
    *(round(step * 10**power) for power in range(1, 7) for step in (1, 1.25, 1.6, 2, 2.5, 3.15, 4, 5, 6.3, 8)),
    10**7,
)
CLUSTERS: Final = (1, 2, 3, 4, 5, 6, 11, 21, 51, 101, 1001, 10001)
ERRORS: Final = (0, 1, 2, 5, 10, 100, 1000)


@dataclass(frozen=True, slots=True)
class Figures:
    """What a release counts. Every field is an `int`, or counts by name, or counts by name by name.

    `records`, `skipped`, `documents` and `refused_early` come from before there are candidates: whoever reads the
    input fills them in (`Figures(records=…, skipped={"revisit": 3})`) and adds them like the rest.
    """

    records: int = 0
    skipped: Counts = field(default_factory=dict)  # records that are no documents, by reason
    documents: int = 0
    refused_early: Counts = field(default_factory=dict)  # documents that never became candidates, by reason
    candidates: int = 0
    kept: int = 0
    refused: int = 0
    exact: int = 0  # duplicates whose text is the kept one's
    near: int = 0
    url: int = 0  # earlier or later captures of an address that is kept
    failed: Counts = field(default_factory=dict)  # candidates that failed the rule, among others or alone
    failed_only: Counts = field(default_factory=dict)  # candidates that failed this rule and no other
    edited: Counts = field(default_factory=dict)  # candidates of which something was taken out, by edit
    edited_characters: Counts = field(default_factory=dict)  # how many characters
    characters: Counts = field(default_factory=dict)  # code points of text, by verdict
    text_bytes: Counts = field(default_factory=dict)  # the same in UTF-8
    page_bytes: int = 0  # of all candidates, before anything was cut away
    masked: Counts = field(default_factory=dict)  # places masked in the kept text, by kind
    masked_documents: Counts = field(default_factory=dict)  # kept documents with at least one such place
    charset: Counts = field(default_factory=dict)  # candidates, as the next seven
    charset_from: Counts = field(default_factory=dict)
    language: Counts = field(default_factory=dict)
    decode_errors: Counts = field(default_factory=dict)  # malformed sequences, by charset
    broken: Counts = field(default_factory=dict)  # candidates with at least one, by charset
    errors: Counts = field(default_factory=dict)  # candidates by number of malformed sequences, binned
    lengths: Nested = field(default_factory=dict)  # verdict -> characters of text, binned
    shares_kept: Nested = field(default_factory=dict)  # measure -> share, binned
    shares_refused: Nested = field(default_factory=dict)
    hosts_kept: Counts = field(default_factory=dict)
    hosts_refused: Counts = field(default_factory=dict)
    hosts_uncounted: Counts = field(default_factory=dict)  # documents whose host fell out of the above, by verdict
    clusters: Counts = field(default_factory=dict)  # kept documents by size of their cluster, binned
    samples: Samples = field(default_factory=Samples)

    @property
    def duplicates(self) -> int:
        return self.exact + self.near + self.url

    @classmethod
    def of(
        cls, batch: pa.RecordBatch, *, rules: Sequence[Mapping[str, Any]] = (), shares: Sequence[str] = ()
    ) -> Figures:
        """Count one batch of full rows.

        `rules` (the manifest's: `name` and `measure` are read) tell which measured value explains a failed rule in the
        samples; `shares` are the names of measures between 0 and 1 to draw distributions of. A batch that lacks a
        measure named there is counted without it.
        """
        verdict = batch.column("verdict")
        masks = {name: pc.equal(verdict, name) for name in (KEPT, REFUSED, DUPLICATE)}
        rows = {name: batch.filter(mask) for name, mask in masks.items()}
        kind = rows[DUPLICATE].column("duplicate_kind")
        charset, errors = batch.column("charset"), pc.fill_null(batch.column("decode_errors"), 0)
        broken = pc.greater(errors, 0)
        failed, edits = batch.column("failed"), pc.list_flatten(batch.column("edits"))
        alone = batch.filter(pc.equal(pc.fill_null(pc.list_value_length(failed), 0), 1)).column("failed")
        lengths = {name: pc.utf8_length(part.column("text")) for name, part in rows.items()}
        masked = {name: pc.struct_field(rows[KEPT].column("masked"), name) for name in KINDS}
        present = [name for name in shares if name in batch.schema.names]
        figures = cls(
            candidates=batch.num_rows,
            kept=rows[KEPT].num_rows,
            refused=rows[REFUSED].num_rows,
            exact=_where(kind, EXACT),
            near=_where(kind, NEAR),
            url=_where(kind, URL),
            failed=_counts(pc.list_flatten(failed)),
            failed_only=_counts(pc.list_flatten(alone)),
            edited=_counts(pc.struct_field(edits, "edit")),
            edited_characters=_sums(pc.struct_field(edits, "edit"), pc.struct_field(edits, "removed")),
            characters=_present({name: _sum(values) for name, values in lengths.items()}),
            text_bytes=_present({name: _sum(pc.binary_length(part.column("text"))) for name, part in rows.items()}),
            page_bytes=_sum(batch.column("page_bytes")),
            masked=_present({name: _sum(values) for name, values in masked.items()}),
            masked_documents=_present({name: _sum(pc.greater(values, 0)) for name, values in masked.items()}),
            charset=_counts(charset),
            charset_from=_counts(batch.column("charset_from")),
            language=_counts(pc.utf8_lower(batch.column("language"))),
            decode_errors=_sums(charset.filter(broken), errors.filter(broken)),
            broken=_counts(charset.filter(broken)),
            errors=binned(errors, ERRORS),
            lengths={name: bins for name, values in lengths.items() if (bins := binned(values, LENGTHS))},
            shares_kept=_distributions(rows[KEPT], present),
            shares_refused=_distributions(rows[REFUSED], present),
            hosts_kept=_counts(rows[KEPT].column("host")),
            hosts_refused=_counts(rows[REFUSED].column("host")),
            clusters=binned(pc.fill_null(rows[KEPT].column("cluster_size"), 1), CLUSTERS),
            samples=Samples.of(batch, rules),
        )
        return figures._bounded()

    def __add__(self, other: Figures) -> Figures:
        ours, theirs = _values(self), _values(other)
        return Figures(**{name: _add(value, theirs[name]) for name, value in ours.items()})._bounded()

    def _bounded(self) -> Figures:
        hosts: dict[str, Any] = {}
        lost: Counts = {}
        for name, verdict in (("hosts_kept", KEPT), ("hosts_refused", REFUSED)):
            counts: Counts = getattr(self, name)
            if len(counts) > HOSTS:
                hosts[name] = dict(heaviest(counts, HOSTS))
                lost[verdict] = sum(counts.values()) - sum(hosts[name].values())
        if not hosts:
            return self
        return dataclasses.replace(self, **hosts, hosts_uncounted=_add(self.hosts_uncounted, lost))

    def counts(self) -> dict[str, Any]:
        """The manifest's `counts`: every record accounted for. See `manifest.check`."""
        return {
            "records": self.records,
            "skipped": dict(sorted(self.skipped.items())),
            "documents": self.documents,
            "refused_early": dict(sorted(self.refused_early.items())),
            "candidates": self.candidates,
            "refused": self.refused,
            "duplicates": self.duplicates,
            "kept": self.kept,
        }

    def to_json(self) -> dict[str, Any]:
        """Plain dicts, lists and numbers, names in order: the same figures give the same JSON text."""
        return {name: value.to_json() if name == "samples" else _sorted(value) for name, value in _values(self).items()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Figures:
        """The inverse of `to_json`; unknown names raise `TypeError`, absent ones are empty (a manifest leaves the
        samples out)."""
        values = dict(data)
        if "samples" in values:
            values["samples"] = Samples.from_json(values["samples"])
        return cls(**values)


def heaviest(counts: Counts, most: int) -> list[tuple[str, int]]:
    """The `most` largest counts, largest first, ties by name.

    >>> heaviest({"い": 2, "ろ": 5, "は": 2}, 2)
    [('ろ', 5), ('い', 2)]
    """
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:most]


def binned(values: Any, edges: Sequence[int]) -> Counts:
    """How many values fall into each bin, by the bin's lower edge; empty bins are left out.

    >>> binned(pa.array([1, 1, 7, 60]), CLUSTERS)
    {'1': 2, '6': 1, '51': 1}
    """
    if not len(values):
        return {}
    places = np.searchsorted(np.asarray(edges), values.to_numpy(zero_copy_only=False), side="right") - 1
    found = np.bincount(np.maximum(places, 0), minlength=len(edges))
    return {str(edge): int(count) for edge, count in zip(edges, found, strict=True) if count}


def intervals(edges: Sequence[int]) -> Iterator[tuple[int, int | None]]:
    """The bins as `(first, last)` whole numbers; the last one is open.

    >>> list(intervals((1, 2, 6)))
    [(1, 1), (2, 5), (6, None)]
    """
    for low, high in itertools.pairwise(edges):
        yield low, high - 1
    yield edges[-1], None


def _distributions(rows: pa.RecordBatch, names: Sequence[str]) -> Nested:
    edges = range(0, 100, 100 // STEPS)
    found = {}
    for name in names:
        values = rows.column(name).drop_null().to_numpy(zero_copy_only=False).astype(np.float64)
        values = values[np.isfinite(values)]
        # float32 holds 0.15 as a little more and 0.35 as a little less: round before flooring, or bins would depend
        # on how a share happens to be written.
        if len(values):
            found[name] = binned(pa.array(np.round(np.clip(values, 0, 1) * 100, 4)), edges)
    return found


def _values(figures: Figures) -> dict[str, Any]:
    return {item.name: getattr(figures, item.name) for item in dataclasses.fields(Figures)}


def _add(ours: Any, theirs: Any) -> Any:
    if isinstance(ours, dict):
        return {**ours, **{name: _add(ours[name], value) if name in ours else value for name, value in theirs.items()}}
    return ours + theirs


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _sorted(value[name]) for name in sorted(value, key=lambda name: (len(name), name))}
    return value


def _counts(array: Any) -> Counts:
    """How often each value occurs; null counts as ""."""
    found = pc.value_counts(pc.fill_null(array, ""))
    return dict(zip(found.field("values").to_pylist(), found.field("counts").to_pylist(), strict=True))


def _sums(keys: Any, values: Any) -> Counts:
    """The sum of `values` for each key."""
    table = pa.table({"key": pc.fill_null(keys, ""), "value": values}).group_by("key").aggregate([("value", "sum")])
    return dict(zip(table["key"].to_pylist(), table["value_sum"].to_pylist(), strict=True))


def _sum(values: Any) -> int:
    return int(pc.sum(values).as_py() or 0)


def _where(values: Any, wanted: str) -> int:
    return _sum(pc.equal(values, wanted))


def _present(counts: Counts) -> Counts:
    return {name: count for name, count in counts.items() if count}
