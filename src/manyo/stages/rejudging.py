"""The read stage of a release that is issued anew: documents that were read before, judged by other rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

import manyo.dedupe as dedupe
from manyo import engine, judge
from manyo.errors import ManyoError
from manyo.judge.known import known as known_measures
from manyo.measure.settings import Settings as Measuring
from manyo.stages.decontaminating import Cleaning
from manyo.stages.documents import judged, schema, unedited
from manyo.stages.findings import Findings
from manyo.stages.lines import Gathered


def rejudge_shard(
    context: engine.Context,
    *,
    work: str,
    documents: engine.File | None,
    statistics: Mapping[str, Any],
    measured: bool,
    measuring: dict[str, Any],
    rules: dict[str, Any],
    near: dict[str, Any],
    lines: dict[str, Any] | None,
    decontaminate: dict[str, Any] | None,
    partitions: int,
) -> engine.Result:
    """Judge and sign the documents of one shard; leave the files and the statistics that `read_shard` would leave.

    `documents` is the shard's committed file in the work folder `work`, None where the shard was given up.
    `measured` says that their measures are those that this release asks for.
    """
    if documents is None:
        return engine.Result(statistics=statistics)
    taken = Measuring(**measuring)
    rule_set = judge.load(rules, {**known_measures(), **taken.measures})
    path = context.fetch(documents, engine.open_store(work))
    if engine.sha256(path) != documents["sha256"]:
        raise ManyoError(
            "a file of the old release's work folder has changed since it was written",
            where=str(path),
            hint="run the old release's build again: it makes the file anew",
        )
    findings: Findings | Gathered
    cleaning = Cleaning.of(context, decontaminate) if lines is None else None
    if lines is None:
        findings = Findings(context, schema(rule_set, taken, cleaning), dedupe.Settings(**near), partitions)
    else:
        findings = Gathered(context, dedupe.LineSettings(**lines), partitions)
    with findings, pa.memory_map(str(path)) as source:
        reader = pa.ipc.open_file(source)
        for number in range(reader.num_record_batches):
            rows = reader.get_batch(number)
            if lines is None:
                rows = judged(rows, taken, rule_set, measured=measured, cleaning=cleaning)
            findings.add(rows if lines is None else unedited(rows))
            part = (number + 1) / reader.num_record_batches
            context.report(
                {name: round(part * statistics[name]) for name in ("documents", "bytes", "stored")}
                | {"candidates": findings.candidates, "passed": findings.passed}
            )
    return engine.Result(files=findings.files, statistics={**statistics, "passed": findings.passed})
