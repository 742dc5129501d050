"""The rows of a ledger in memory: only the columns that rules look at, as narrow as they go.

A million rows and 25 rules are about 130 MB: 4 bytes a row for each measure (`float32`, or whole numbers that fit in 32
bits), 9 for verdict, host and place. Ids, titles and URLs stay in their files until a document is shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from manyo import judge
from manyo.records import DUPLICATE, KEPT, REFUSED
from manyo.replay import Ledger

VERDICTS: Final = (KEPT, DUPLICATE, REFUSED)  # their places are the codes in `Rows.verdicts`
CHARACTERS: Final = "characters"
HOST: Final = "host"
MOST: Final = 5_000_000  # rows held, unless asked for otherwise

Numbers = npt.NDArray[Any]
Flags = npt.NDArray[np.bool_]
RowNumbers = npt.NDArray[np.int64]


class Rows:
    """The rows of the release in `folder`, at most `most` of them: of a larger ledger a choice by a seeded generator.

    A row's number here runs over all parts; `parts[number]` and `places[number]` say where the ledger has it. Raises
    `ManyoError` when the folder is no release, or its ledger cannot be read.
    """

    def __init__(self, folder: Path, most: int = MOST) -> None:
        self.ledger = Ledger(folder)
        self.whole = self.ledger.rows  # candidates of the release
        self._share = min(1.0, most / max(self.whole, 1))
        verdicts, places, counts = [], [], [0] * len(self.ledger.parts)
        hosts: list[pa.DictionaryArray] = []
        for part, first, batch in self.ledger.batches(["verdict", HOST]):
            chosen = self._chosen(part, first, batch.num_rows)
            codes = np.zeros(batch.num_rows, np.uint8)
            for code, verdict in enumerate(VERDICTS):
                codes[np.asarray(pa.compute.equal(batch.column("verdict"), verdict))] = code
            verdicts.append(codes if chosen is None else codes[chosen])
            places.append(np.arange(first, first + batch.num_rows, dtype=np.int32))
            names = batch.column(HOST).fill_null("")
            if chosen is not None:
                places[-1], names = places[-1][chosen], names.filter(pa.array(chosen))
            hosts.append(names.dictionary_encode())
            counts[part] += len(places[-1])
        self.verdicts = _joined(verdicts, np.uint8)
        self.places = _joined(places, np.int32)
        self.starts = np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])  # of each part's rows, and the end
        unified = pa.chunked_array(hosts, pa.dictionary(pa.int32(), pa.string())).unify_dictionaries()
        self.hosts: pa.Array = unified.chunk(0).dictionary if unified.num_chunks else pa.array([], pa.string())
        self.host_codes = _joined([chunk.indices.to_numpy() for chunk in unified.chunks], np.int32)
        self._columns: dict[str, Numbers] = {}
        self.load([CHARACTERS])
        # A fixed place for each row in a random order: samples of any set are its first rows in this order, so that
        # two sets share what they have in common and a judged document stays where it was.
        self.order = np.random.default_rng(self.count).permutation(self.count).astype(np.int32)

    @property
    def count(self) -> int:
        return len(self.verdicts)

    @property
    def characters(self) -> Numbers:
        return self._columns[CHARACTERS]

    def _chosen(self, part: int, first: int, rows: int) -> Flags | None:
        """Which rows of a batch are held; None for all."""
        if self._share >= 1:
            return None
        drawn: Flags = np.random.default_rng([part, first]).random(rows) < self._share
        return drawn

    def part(self, row: int) -> int:
        """The number of the ledger's part that holds a row."""
        return int(np.searchsorted(self.starts, row, side="right")) - 1

    def load(self, names: Iterable[str]) -> None:
        """Have these measures in memory. Raises `ManyoError` for one that the ledger has not."""
        missing = [name for name in dict.fromkeys(names) if name not in self._columns and name != HOST]
        if not missing:
            return
        pieces: dict[str, list[Numbers]] = {name: [] for name in missing}
        for part, first, batch in self.ledger.batches(missing):
            chosen = self._chosen(part, first, batch.num_rows)
            for name in missing:
                values = batch.column(name).to_numpy(zero_copy_only=False)
                pieces[name].append(_narrow(values if chosen is None else values[chosen]))
        for name in missing:
            self._columns[name] = _joined(pieces[name], np.float32)

    def forget(self, names: Iterable[str]) -> None:
        """Let go of all measures but these."""
        kept = {CHARACTERS, *names}
        self._columns = {name: values for name, values in self._columns.items() if name in kept}

    def values(self, rule: judge.Rule) -> Numbers:
        """What a rule looks at, for every row: see `judge.values`. Its measures must have been loaded."""
        if rule.hosts is not None:
            return rule.hosts.failing(self.hosts).astype(np.float32)[self.host_codes]
        table = pa.table({name: pa.array(self._columns[name]) for name in rule.needs})
        return judge.values(rule, table)

    def row(self, number: int, names: Iterable[str]) -> dict[str, Any]:
        """These measures of one row, and its host, as `judge.explain` takes them."""
        found: dict[str, Any] = {name: self._columns[name][number].item() for name in names if name != HOST}
        return found | {HOST: self.hosts[int(self.host_codes[number])].as_py()}


def _narrow(values: Numbers) -> Numbers:
    """The same numbers in 32 bits, where whole ones fit; floats stay what they are.

    >>> _narrow(np.array([1, 2**31 - 1])).dtype.name, _narrow(np.array([2**31])).dtype.name
    ('int32', 'int64')
    """
    if values.dtype == np.int64 and (not len(values) or np.abs(values).max() < 2**31):
        return values.astype(np.int32)
    return values


def _joined(pieces: list[Numbers], empty: Any) -> Numbers:
    return np.concatenate(pieces) if pieces else np.zeros(0, empty)
