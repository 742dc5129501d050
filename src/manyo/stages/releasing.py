"""Documents become released rows and ledger rows, now that each one's cluster is known."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

import manyo.dedupe as dedupe
from manyo import engine, judge, records, release
from manyo.measure.settings import Settings as Measuring
from manyo.stages.against import Met, met
from manyo.stages.findings import Shards, mapped, passes

_SHARES: Final = ("hiragana_share", "katakana_share", "kanji_share", "latin_share")  # drawn in the report


def release_shard(
    context: engine.Context,
    *,
    of: str,
    near: dict[str, Any],
    measuring: dict[str, Any],
    rules: list[dict[str, Any]],
    quality: Sequence[str],
    against: list[dict[str, str]],
) -> engine.Result:
    """Write one shard's parts of `data` and `ledger`; its `figures` are a file, since samples of text are in them."""
    settings, measures = dedupe.Settings(**near), Measuring(**measuring).fields
    shards = Shards(context, of)
    place = shards.place(context.task.shard)
    base, last = int(shards.bases[place]), int(shards.bases[place + 1])
    keepers = mapped(context.fetch(context.commits("cluster")[0].files["keepers"], share=True), np.int64, 3)[base:last]
    found = _clusters(shards, place, keepers, settings)
    if against:
        found = _refused_as_known(found, met(context, shards, place, settings, against), against)
    paths = {name: context.scratch(f"{name}.parquet") for name in ("data", "ledger")}
    figures = release.write_shard(
        paths["data"],
        paths["ledger"],
        _with_expressions(_with_clusters(context, shards.path(place, "documents"), found, measures), rules),
        measures,
        quality,
        rules=rules,
        shares=_SHARES,
    )
    paths["figures"] = context.scratch("figures.json")
    paths["figures"].write_text(json.dumps(figures.to_json(), ensure_ascii=False), "utf-8")
    return engine.Result(files=paths, statistics={"kept": figures.kept})


def _clusters(
    shards: Shards, place: int, keepers: npt.NDArray[np.int64], settings: dedupe.Settings
) -> dict[str, pa.Array]:
    """The cluster columns of one shard's passing documents."""
    base = int(shards.bases[place])
    kept = keepers[:, 0] == np.arange(base, base + len(keepers))
    ids = np.full(len(keepers), "", object)
    similarity = np.zeros(len(keepers), np.float32)
    exact = np.zeros(len(keepers), bool)
    known = np.zeros(len(keepers), bool)  # whether there is a similarity to tell
    many = np.flatnonzero(keepers[:, 1] > 1)
    homes = np.searchsorted(shards.bases, keepers[many, 0], side="right") - 1
    for home in np.unique(homes).tolist():  # the shards in which this shard's duplicates have their kept document
        rows = many[homes == home]
        theirs = keepers[rows, 0] - shards.bases[home]
        for row, raw in zip(rows, shards.array(home, "ids", np.uint8, 16)[theirs], strict=True):
            ids[row] = raw.tobytes().hex()
        mine, other = (
            shards.array(where, "digests", np.uint64, 2)[which] for where, which in ((place, rows), (home, theirs))
        )
        exact[rows] = (mine == other).all(axis=1)
        if settings.near:
            mine, other = (
                shards.array(where, "sketches", np.uint8, settings.permutations)[which]
                for where, which in ((place, rows), (home, theirs))
            )
            similarity[rows] = dedupe.similarity(mine, other)
        similarity[rows[exact[rows]]] = 1.0
        known[rows] = settings.near | exact[rows]
    of_text = np.where(exact, release.EXACT, release.NEAR)
    kinds = np.where(kept, "", np.where(keepers[:, 2] == 1, release.URL, of_text))
    return {
        "verdict": pa.array(np.where(kept, records.KEPT, records.DUPLICATE), pa.string()),
        "cluster": pa.array(ids, pa.string()),
        "cluster_size": pa.array(keepers[:, 1].astype(np.int32)),
        "similarity": pa.array(similarity, mask=kept | ~known),
        "against": pa.array([""] * len(keepers), pa.string()),
        "duplicate_kind": pa.array(kinds, pa.string()),
    }


def _refused_as_known(found: dict[str, pa.Array], known: Met, against: list[dict[str, str]]) -> dict[str, pa.Array]:
    """The cluster columns, where documents that an earlier release has are duplicates of its own."""
    columns = {name: values.to_numpy(zero_copy_only=False).copy() for name, values in found.items()}
    labels = np.array([one["label"] for one in against], object)
    columns["verdict"][known.rows] = records.DUPLICATE
    columns["cluster"][known.rows] = known.ids
    columns["cluster_size"][known.rows] += 1  # the one that is kept there
    columns["similarity"][known.rows] = known.similarity
    columns["against"][known.rows] = labels[known.releases]
    of_text = np.where(known.exact, release.EXACT, release.NEAR)
    superseded = columns["duplicate_kind"][known.rows] == release.URL
    columns["duplicate_kind"][known.rows] = np.where(superseded, release.URL, of_text)
    return {
        name: pa.array(values, found[name].type, from_pandas=name == "similarity") for name, values in columns.items()
    }


_REFUSED: Final = {
    "verdict": records.REFUSED,
    "cluster": "",
    "cluster_size": 1,
    "similarity": None,
    "against": "",
    "duplicate_kind": "",
}


def _with_clusters(
    context: engine.Context, path: Path, found: dict[str, pa.Array], measures: Sequence[pa.Field]
) -> Iterator[pa.RecordBatch]:
    """A shard's documents with their cluster columns, batch by batch."""
    schema = release.full_schema(measures)
    done = written = 0
    with pa.memory_map(str(path)) as source:
        reader = pa.ipc.open_file(source)
        for number in range(reader.num_record_batches):
            batch = reader.get_batch(number)
            good = np.asarray(passes(batch))
            # Row i of the batch is the k-th passing document, or none: `take` with nulls, then the refused values.
            indices = pa.array(done + np.cumsum(good) - 1, pa.int64(), mask=~good)
            done += int(good.sum())
            columns = {name: batch.column(name) for name in batch.schema.names}
            for name, values in found.items():
                refused = pa.scalar(_REFUSED[name], schema.field(name).type)
                columns[name] = pc.if_else(pa.array(good), values.take(indices), refused)
            written += batch.num_rows
            context.report({"written": written})
            yield pa.RecordBatch.from_arrays(
                [columns[name].cast(schema.field(name).type) for name in schema.names], schema=schema
            )


def _with_expressions(
    batches: Iterator[pa.RecordBatch], rules: Sequence[Mapping[str, Any]]
) -> Iterator[pa.RecordBatch]:
    """The same with a column for each expression that a rule looks at, for the figures: the ledger has none of these."""
    for batch in batches:
        for measure in dict.fromkeys(rule["measure"] for rule in rules):
            if measure not in batch.schema.names:
                batch = batch.append_column(measure, pa.array(judge.values(judge.Rule("", measure), batch)))
        yield batch
