"""Where the texts of a ledger's rows are: in the build's work folder, or, of kept documents, in the release's data.

A release holds no text of what it refused. While the build's work folder (`DIR/.manyo`) is there, every candidate has its
text; of a copy of the release, only what was kept. A work folder may belong to another build than the ledger beside it:
its texts count for a part only where rows and ids agree.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from manyo.errors import ManyoError
from manyo.records import KEPT
from manyo.release import manifest
from manyo.replay.ledger import Ledger, Texts

Places = npt.NDArray[np.int64]


class Shelf:
    """The texts that belong to a ledger. `whole` says that refused documents have theirs, as far as is known."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._work = Texts(ledger.folder)
        try:
            names = manifest.parts(ledger.folder, ledger.manifest, "data")
            self._released = [ledger.folder / name for name in names]
        except ManyoError:  # a release without its data: ledger and manifest are enough to judge by
            self._released = []
        if len(self._released) != len(ledger.parts):
            self._released = []
        self._agrees = lru_cache(maxsize=None)(self._compare)
        self._kept = lru_cache(maxsize=64)(self._kept_places)

    @property
    def whole(self) -> bool:
        return self._work.kept and (not self._ledger.parts or self._agrees(0))

    @property
    def some(self) -> bool:
        """Whether at least what was kept has its text."""
        return self.whole or bool(self._released)

    def of(self, part: int, places: Sequence[int]) -> dict[int, str | None]:
        """The texts at these places of a part; None where there is none."""
        if self._work.kept and self._agrees(part):
            return dict(self._work.of(part, places))
        found: dict[int, str | None] = dict.fromkeys(places)
        for numbers, batch in self.scan(part, min(places, default=0)):
            there = set(numbers.tolist()) & set(places)
            texts = batch.column("text")
            found |= {place: texts[int(np.searchsorted(numbers, place))].as_py() or "" for place in there}
            if int(numbers[-1]) >= max(places):
                break
        return found

    def scan(self, part: int, first: int = 0) -> Iterator[tuple[Places, pa.RecordBatch]]:
        """The texts and titles of a part from a place on: batches, each with the places of its rows, which ascend."""
        if self._work.kept and self._agrees(part):
            for start, batch in self._work.scan(part, ["text", "title"], first):
                yield np.arange(start, start + batch.num_rows), batch
        elif self._released:
            kept, done = self._kept(part), 0
            with pq.ParquetFile(self._released[part].absolute(), memory_map=True) as file:
                for group in range(file.num_row_groups):
                    rows = file.metadata.row_group(group).num_rows
                    numbers = kept[done : done + rows]
                    done += rows
                    if len(numbers) == rows and rows and numbers[-1] >= first:
                        yield numbers, file.read_row_group(group, ["text", "title"]).combine_chunks().to_batches()[0]

    def _kept_places(self, part: int) -> Places:
        """Where in a part of the ledger the rows of the same part of the data are: those that were kept, in order."""
        verdicts = pq.read_table(self._ledger.parts[part].absolute(), columns=["verdict"]).column(0)
        return np.flatnonzero(np.asarray(pa.compute.equal(verdicts, KEPT)))

    def _compare(self, part: int) -> bool:
        """Whether the work folder's documents of a part are those of the ledger: as many, and the same first and last."""
        try:
            rows = pq.read_metadata(self._ledger.parts[part].absolute()).num_rows
            ends = sorted({0, rows - 1} & set(range(rows)))
            names: dict[int, Any] = self._work.of(part, ends, "id")
            counted = sum(batch.num_rows for _, batch in self._work.scan(part, ["id"]))
            ids = pq.read_table(self._ledger.parts[part].absolute(), columns=["id"]).column(0)
        except (OSError, pa.ArrowException, ValueError, IndexError):
            return False
        return counted == rows and all(ids[end].as_py() == names[end] for end in ends)
