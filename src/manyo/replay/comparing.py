"""Several recipes over one ledger: who keeps what, and what only one of them keeps."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from manyo import judge as rooms
from manyo.errors import ManyoError
from manyo.replay.judging import OnRows, failures, other_words, ready
from manyo.replay.ledger import Ledger, Texts

SAMPLES: Final = 5
EXCERPT: Final = 200  # characters
_SHOWN: Final = ("id", "url", "title", "host")


@dataclass(frozen=True)
class Sample:
    """A document that one recipe alone keeps: why each of the others refuses it, and how its text begins."""

    id: str
    url: str
    title: str
    host: str
    excerpt: str  # "" where the build's work folder is gone
    failures: dict[str, list[rooms.Failure]]


@dataclass(frozen=True)
class Comparison:
    """`both[i, j]` documents pass the i-th and the j-th recipe: on the diagonal, how many pass each.

    `words` is the tokenizer of the ledger's words for each recipe whose thresholds were found with another, "" for others.
    """

    rules: tuple[rooms.RuleSet, ...]
    candidates: int
    both: npt.NDArray[np.int64]
    all_of_them: int
    none_of_them: int
    only: tuple[int, ...]
    samples: tuple[tuple[Sample, ...], ...]
    texts_kept: bool
    words: tuple[str, ...]

    def agreement(self, i: int, j: int) -> float:
        """Documents on which two recipes decide alike / candidates; 1 of none.

        That is the share of the candidates that both pass or both refuse.
        """
        if not self.candidates:
            return 1.0
        either = self.both[i, i] + self.both[j, j] - self.both[i, j]
        return 1 - float(either - self.both[i, j]) / self.candidates

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        names = [rules.name for rules in self.rules]
        return {
            "recipes": names,
            "candidates": self.candidates,
            "passed": np.diag(self.both).tolist(),
            "both": self.both.tolist(),
            "agreement": [[self.agreement(i, j) for j in range(len(names))] for i in range(len(names))],
            "all": self.all_of_them,
            "none": self.none_of_them,
            "only": list(self.only),
            "words": list(self.words),
            "samples": {
                name: [_plain(sample) for sample in some] for name, some in zip(names, self.samples, strict=True)
            },
        }


def _plain(sample: Sample) -> dict[str, Any]:
    failed = {
        name: [
            {"rule": one.rule, "measure": one.measure, "value": one.value, "min": one.min, "max": one.max}
            for one in some
        ]
        for name, some in sample.failures.items()
    }
    named = {name: getattr(sample, name) for name in (*_SHOWN, "excerpt")}
    return {**named, "failed": failed}


def compare(
    folder: Path, recipes: Sequence[rooms.RuleSet], *, samples: int = SAMPLES, on_rows: OnRows | None = None
) -> Comparison:
    """Replay several recipes over the release in `folder`.

    `samples` of the documents that one recipe alone keeps are shown, those with the smallest ids: ids are digests, so
    they are no one's choice. Raises `ManyoError` for fewer than two recipes, two of one name, and as `judge` does.
    """
    names = [rules.name for rules in recipes]
    if len(set(names)) < max(2, len(names)):
        what = "two recipes have one name" if len(names) > 1 else "one recipe has nothing to be compared with"
        raise ManyoError(what, where=", ".join(names), hint="name two recipes or more, of different names")
    ledger = Ledger(folder)
    for rules in recipes:
        ready(ledger, rules)
    both = np.zeros((len(recipes), len(recipes)), np.int64)
    only = [0] * len(recipes)
    every = nowhere = candidates = 0
    chosen: list[list[tuple[str, int, int, dict[str, Any]]]] = [[] for _ in recipes]
    columns = list(dict.fromkeys([*_SHOWN, *(name for rules in recipes for name in rules.columns)]))
    for part, first, batch in ledger.batches(columns):
        passes = np.stack(
            [~np.logical_or.reduce([np.zeros(batch.num_rows, bool), *failures(r, batch)]) for r in recipes]
        )
        counted = passes.astype(np.float32)  # a batch has fewer rows than a float32 can count
        both += np.rint(counted @ counted.T).astype(np.int64)
        often = passes.sum(axis=0)
        every += int((often == len(recipes)).sum())
        nowhere += int((often == 0).sum())
        candidates += batch.num_rows
        for number in range(len(recipes)):
            rows = np.flatnonzero(passes[number] & (often == 1))
            only[number] += len(rows)
            chosen[number] = _fewest(chosen[number], batch, rows, part, first, samples)
        if on_rows is not None:
            on_rows(candidates)
    work = Texts(folder)
    return Comparison(
        rules=tuple(recipes),
        candidates=candidates,
        both=both,
        all_of_them=every,
        none_of_them=nowhere,
        only=tuple(only),
        samples=tuple(_samples(some, recipes, work) for some in chosen),
        texts_kept=work.kept,
        words=tuple(other_words(ledger, rules) for rules in recipes),
    )


def _fewest(
    before: list[tuple[str, int, int, dict[str, Any]]],
    batch: pa.RecordBatch,
    rows: npt.NDArray[np.int64],
    part: int,
    first: int,
    most: int,
) -> list[tuple[str, int, int, dict[str, Any]]]:
    """Those with the smallest ids of the ones before and of these rows."""
    ids = batch.column("id").take(pa.array(rows))
    order = pc.array_sort_indices(ids)[:most].to_numpy()
    found = [
        (ids[place].as_py(), part, first + int(rows[place]), batch.slice(int(rows[place]), 1).to_pylist()[0])
        for place in order.tolist()
    ]
    return heapq.nsmallest(most, [*before, *found], key=lambda one: one[0])


def _samples(
    chosen: list[tuple[str, int, int, dict[str, Any]]], recipes: Sequence[rooms.RuleSet], texts: Texts
) -> tuple[Sample, ...]:
    found = []
    for _, part, row, values in chosen:
        failed = {rules.name: rooms.explain(rules, values) for rules in recipes}
        found.append(
            Sample(
                **{name: values[name] or "" for name in _SHOWN},
                excerpt=texts.of(part, [row])[row][:EXCERPT],
                failures={name: some for name, some in failed.items() if some},
            )
        )
    return tuple(found)
