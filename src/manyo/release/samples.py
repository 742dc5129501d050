"""Which documents the report shows: few, the same ones on every run, and no one's choice.

A document's place in the queue is the BLAKE2b digest of its id, as good as random and fixed for ever. Of each group
(kept, refused, duplicate, and every failed rule) the documents with the smallest digests are shown: a bottom-k sample,
which merges exactly however the rows were cut. A sample carries an excerpt of the text as it was released or would have
been, masked; never of the raw page.
"""

from __future__ import annotations

import hashlib
import heapq
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from manyo.records import DUPLICATE, KEPT, REFUSED

# Enough to read fifty of each; a rule shows a few of its own besides.
MOST: Final = {KEPT: 50, REFUSED: 50, DUPLICATE: 25}
MOST_OF_RULE: Final = 3
EXCERPT: Final = 400  # characters


@dataclass(frozen=True, slots=True)
class Sample:
    """One document as the report shows it. `values` holds what was measured for each rule that it failed."""

    order: str
    id: str
    url: str
    title: str
    host: str
    charset: str
    verdict: str
    failed: list[str]
    values: dict[str, float | int]
    cluster: str
    cluster_size: int
    similarity: float | None
    duplicate_kind: str
    characters: int
    excerpt: str


@dataclass(frozen=True, slots=True)
class Samples:
    """Groups of ids, each in order, and the samples by id. Groups are the verdicts and `rule:NAME`."""

    groups: dict[str, list[str]] = field(default_factory=dict)
    documents: dict[str, Sample] = field(default_factory=dict)

    @classmethod
    def of(cls, batch: pa.RecordBatch, rules: Sequence[Mapping[str, Any]] = ()) -> Samples:
        """The samples of one batch of full rows; `rules` say which measure each rule looks at."""
        # A digest a document in Python: about a microsecond each, where the document itself cost a hundred.
        identities = batch.column("id").to_pylist()
        order = [hashlib.blake2b(name.encode(), digest_size=8).hexdigest() for name in identities]
        members: dict[str, list[int]] = defaultdict(list)
        for row, verdict in enumerate(batch.column("verdict").to_pylist()):
            members[verdict].append(row)
        failed = batch.column("failed")
        parents = pc.list_parent_indices(failed).to_pylist()
        for row, rule in zip(parents, pc.list_flatten(failed).to_pylist(), strict=True):
            members[f"rule:{rule}"].append(row)
        chosen = {
            group: heapq.nsmallest(_most(group), rows, key=lambda row: (order[row], identities[row]))
            for group, rows in members.items()
        }
        wanted = sorted({row for rows in chosen.values() for row in rows})
        documents = _documents(batch, wanted, [order[row] for row in wanted], rules)
        groups = {group: [identities[row] for row in rows] for group, rows in chosen.items()}
        return cls(groups, {document.id: document for document in documents})

    def __add__(self, other: Samples) -> Samples:
        documents = {**self.documents, **other.documents}
        groups = {}
        for group in {**self.groups, **other.groups}:
            names = dict.fromkeys([*self.groups.get(group, []), *other.groups.get(group, [])])
            groups[group] = heapq.nsmallest(_most(group), names, key=lambda name: (documents[name].order, name))
        used = dict.fromkeys(name for names in groups.values() for name in names)
        return Samples(groups, {name: documents[name] for name in used})

    def group(self, name: str) -> list[Sample]:
        """The samples of a group, in order; none when nothing fell into it."""
        return [self.documents[name] for name in self.groups.get(name, [])]

    def to_json(self) -> dict[str, Any]:
        documents = [asdict(self.documents[name]) for name in sorted(self.documents)]
        return {"groups": dict(sorted(self.groups.items())), "documents": documents}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Samples:
        documents = [Sample(**document) for document in data["documents"]]
        return cls(dict(data["groups"]), {document.id: document for document in documents})


def _most(group: str) -> int:
    return MOST.get(group, MOST_OF_RULE)


def _documents(
    batch: pa.RecordBatch, wanted: list[int], order: list[str], rules: Sequence[Mapping[str, Any]]
) -> list[Sample]:
    names = ("id", "url", "title", "host", "charset", "verdict", "failed", "cluster", "cluster_size", "similarity")
    place = pa.array(wanted, pa.int64())
    columns = [*names, "duplicate_kind", "text"]
    rows = pa.RecordBatch.from_arrays([batch.column(name) for name in columns], columns).take(place)
    measures = {rule["name"]: rule["measure"] for rule in rules if rule.get("measure") in batch.schema.names}
    measured = {name: batch.column(name).take(place).to_pylist() for name in sorted(set(measures.values()))}
    text = pc.fill_null(rows.column("text"), "")
    lengths = pc.utf8_length(text).to_pylist()
    excerpts = pc.utf8_slice_codeunits(text, 0, EXCERPT).to_pylist()
    found = []
    for number, row in enumerate(rows.drop_columns(["text"]).to_pylist()):
        failed = row.pop("failed") or []
        values = {rule: measured[measures[rule]][number] for rule in failed if rule in measures}
        row["url"], row["title"] = (row["url"] or "")[:2000], (row["title"] or "")[:EXCERPT]
        row["similarity"] = shortest(row["similarity"])
        found.append(
            Sample(
                order=order[number],
                failed=failed,
                values={rule: short for rule, value in values.items() if (short := shortest(value)) is not None},
                characters=lengths[number],
                excerpt=excerpts[number],
                **row,
            )
        )
    return found


def shortest(value: Any) -> Any:
    """A measured value as JSON can hold it: the fewest digits that tell a float32 from its neighbours, no NaN.

    >>> shortest(float(np.float32(0.1))), shortest(float("nan")), shortest(7)
    (0.1, None, 7)
    """
    if isinstance(value, float):
        return float(np.format_float_positional(np.float32(value), unique=True)) if np.isfinite(value) else None
    return value
