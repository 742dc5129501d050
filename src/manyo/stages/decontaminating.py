"""Texts kept clean of evaluation items: the needles collected once, then looked for in every shard.

The stage "needles" is one task that reads the benchmark files and leaves the hashes that are looked for; no text of
theirs goes further, into the work folder or into a release. What documents have in common with them is a measure for each
benchmark, so that refusing is a rule like any other; cutting is done before anything is measured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from manyo import edit, engine
from manyo.columns import Column
from manyo.dedupe import items
from manyo.dedupe.benchmark_settings import CUT
from manyo.dedupe.needles import Needles, arrays, needles, overlap
from manyo.errors import ManyoError
from manyo.stages.findings import mapped


def collect(
    context: engine.Context,
    *,
    benchmarks: dict[str, list[dict[str, str]]],
    columns: Sequence[str],
    characters: int,
    shortest: int,
) -> engine.Result:
    """Read the items and leave their needles. `benchmarks` has for each name its files, with `path` and `sha256`."""
    texts: list[list[str]] = []
    for files in benchmarks.values():
        found: dict[str, None] = {}
        for file in files:
            path = Path(file["path"])
            if engine.sha256(path) != file["sha256"]:
                hint = "run the same command again: into a new folder, if it is to be the new one"
                raise ManyoError("a benchmark has changed while the build ran", where=str(path), hint=hint)
            found.update(dict.fromkeys(items.read(path, columns)))
        texts.append(list(found))
        context.report({"items": sum(map(len, texts))})
    sought, counts = needles(texts, characters, shortest)
    paths = {}
    for name, values in arrays(sought).items():
        paths[name] = context.scratch(f"{name}.bin")
        paths[name].write_bytes(values.data)
    return engine.Result(files=paths, statistics={"benchmarks": dict(zip(benchmarks, counts, strict=True))})


@dataclass(frozen=True)
class Cleaned:
    """Texts without what is to be cut, with their placeholders; what went; and the measures of what was found."""

    texts: Column
    spans: pa.Array
    removed: Sequence[tuple[str, npt.NDArray[np.int32]]]
    measures: Mapping[str, pa.Array]


@dataclass(frozen=True)
class Cleaning:
    """What is looked for, as `collect` left it."""

    names: tuple[str, ...]
    sought: Needles
    cuts: bool

    @classmethod
    def of(cls, context: engine.Context, asked: Mapping[str, Any] | None) -> Cleaning | None:
        """For the task arguments `decontaminate`: None where nothing is asked for."""
        if asked is None:
            return None
        [commit] = context.commits("needles")
        found = {name: mapped(context.fetch(file), np.uint64, 1).ravel() for name, file in commit.files.items()}
        return cls(tuple(asked["benchmarks"]), Needles(asked["shortest"], **found), asked["action"] == CUT)

    def apply(self, texts: Column, spans: pa.Array) -> Cleaned:
        """Look for them all; cut where that is asked for: a passage that two benchmarks have goes for the first."""
        found = overlap(texts, self.sought, len(self.names), mark=self.cuts)
        measures = {f"{name}_overlap": pa.array(found.characters[:, at]) for at, name in enumerate(self.names)}
        if not self.cuts:
            return Cleaned(texts, spans, (), measures)
        after = edit.delete(texts, found.marks == 0, spans, name=CUT)
        first = np.argmax(found.characters > 0, axis=1)
        removed = [
            (f"in_{name}", np.where(first == at, after.removed[CUT], 0).astype(np.int32))
            for at, name in enumerate(self.names)
        ]
        return Cleaned(after.texts, after.spans, removed, measures)
