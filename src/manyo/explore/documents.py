"""Rows as a person reads them: title, source, how the text begins, what the release said and what the setting says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from manyo import judge
from manyo.errors import ManyoError
from manyo.explore.rows import VERDICTS, Rows
from manyo.explore.shelf import Shelf
from manyo.judge.expressions import of_row
from manyo.release.labels import plain

EXCERPT: Final = 360  # characters shown in a list
WHOLE: Final = 50_000  # characters of a document that is opened
_AHEAD: Final = 60  # characters before the place that was searched for
_SHOWN: Final = ("id", "url", "file", "title", "date", "charset", "failed", "duplicate_kind")


class Documents:
    """Reads what belongs to rows. Raises `ManyoError` for a ledger that cannot be read."""

    def __init__(self, rows: Rows, shelf: Shelf) -> None:
        self._rows, self._shelf = rows, shelf

    def show(self, rows: Sequence[int], patterns: Sequence[str] = ()) -> list[dict[str, Any]]:
        """What the files have of these rows, in their order: where each is from, and how its text begins.

        Where a pattern stands further on, its surroundings are shown instead.
        """
        ledger, texts = self._read(rows, _SHOWN), self._texts(rows)
        return [
            {"row": row}
            | {name: plain(ledger[row][name] or "") for name in _SHOWN if name != "failed"}
            | {"before": ledger[row]["failed"] or []}
            | _excerpt(texts[row], patterns)
            for row in rows
        ]

    def judged(self, row: int, rules: judge.RuleSet) -> dict[str, Any]:
        """What is in memory of a row: its verdict, why it fails these rules, and what each of them looks at."""
        measures = self._rows.row(row, ["characters", *rules.columns])
        failures = judge.explain(rules, measures)
        return {
            "host": plain(measures["host"]),
            "characters": int(measures["characters"]),
            "verdict": VERDICTS[self._rows.verdicts[row]],
            "fails": [{"rule": one.rule, "value": plain(one.host) or _number(one.value)} for one in failures],
            "values": {rule.name: _number(of_row(rule.measure, measures)) for rule in rules.rules if not rule.hosts},
        }

    def whole(self, row: int) -> dict[str, Any]:
        """A document's text, as far as a page can show it, and every number that was measured of it."""
        names = [name for name in self._rows.ledger.measures if name in self._rows.ledger.columns]
        values = self._read([row], names)[row]
        text = self._texts([row])[row]
        return {
            "row": row,
            "text": None if text is None else plain(text[:WHOLE]),
            "more": 0 if text is None else max(0, len(text) - WHOLE),
            "measures": {name: _number(values[name]) for name in names},
        }

    def text(self, row: int) -> str | None:
        """The text of a row; None where there is none."""
        return self._texts([row])[row]

    def id(self, row: int) -> str:
        return str(self._read([row], ["id"])[row]["id"])

    def rows_of(self, ids: Iterable[str]) -> dict[str, int]:
        """The rows of those documents, of these ids, that are held."""
        wanted = pa.array(sorted(ids), pa.string())
        found: dict[str, int] = {}
        if not len(wanted):
            return found
        for part, first, batch in self._rows.ledger.batches(["id"]):
            column = batch.column("id")
            at = np.flatnonzero(pc.is_in(column, wanted).to_numpy(zero_copy_only=False))
            start, stop = self._rows.starts[part], self._rows.starts[part + 1]
            places = self._rows.places[start:stop]
            for place in at.tolist():
                row = int(np.searchsorted(places, first + place))
                if row < len(places) and places[row] == first + place:
                    found[column[place].as_py()] = int(start) + row
        return found

    def _texts(self, rows: Sequence[int]) -> dict[int, str | None]:
        found: dict[int, str | None] = {}
        with _told():
            for part, some in self._by_part(rows).items():
                texts = self._shelf.of(part, [int(self._rows.places[row]) for row in some])
                found |= {row: texts[int(self._rows.places[row])] for row in some}
        return found

    def _by_part(self, rows: Sequence[int]) -> dict[int, list[int]]:
        parts: dict[int, list[int]] = defaultdict(list)
        for row in rows:
            parts[self._rows.part(row)].append(row)
        return parts

    def _read(self, rows: Sequence[int], columns: Sequence[str]) -> dict[int, dict[str, Any]]:
        """These columns of the ledger for these rows. Only the row groups that hold them are read."""
        found: dict[int, dict[str, Any]] = {}
        with _told():
            for part, some in self._by_part(rows).items():
                with pq.ParquetFile(self._rows.ledger.parts[part].absolute(), memory_map=True) as file:
                    names = [name for name in columns if name in file.schema_arrow.names]
                    sizes = [file.metadata.row_group(number).num_rows for number in range(file.num_row_groups)]
                    ends = np.cumsum(sizes)
                    groups: dict[int, list[int]] = defaultdict(list)
                    for row in some:
                        groups[int(np.searchsorted(ends, self._rows.places[row], side="right"))].append(row)
                    for group, inside in groups.items():
                        start = int(ends[group]) - sizes[group]
                        table = file.read_row_group(group, names)
                        at = pa.array([int(self._rows.places[row]) - start for row in inside])
                        for row, values in zip(inside, table.take(at).to_pylist(), strict=True):
                            found[row] = {name: values.get(name) for name in columns}
        return found


@contextmanager
def _told() -> Iterator[None]:
    """What Arrow says of a damaged file, as a `ManyoError`."""
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        what = f"the release's files cannot be read: {type(error).__name__}"
        raise ManyoError(what, where="documents", hint="see that the release is whole: `manyo verify`") from None


def _number(value: Any) -> float | int | None:
    """A number that JSON has; None for what is none. A 32-bit share is shown in the digits that it has."""
    if value is None or value != value or value in (float("inf"), float("-inf")):
        return None
    return float(f"{value:.7g}") if isinstance(value, float) else int(value)


def _excerpt(text: str | None, patterns: Sequence[str]) -> dict[str, Any]:
    """The beginning of a text, or its lines about the first place of a pattern."""
    if text is None:
        return {"excerpt": None, "cut": [False, False]}
    folded = text.lower()
    places = [(folded.find(pattern.lower()), len(pattern)) for pattern in patterns]
    places = [(at, length) for at, length in places if at >= 0]
    start = 0
    if places and len(folded) == len(text):
        at, length = min(places)
        start = max(0, at - _AHEAD) if at + length > EXCERPT else 0
    shown = text[start : start + EXCERPT]
    return {"excerpt": plain(shown), "cut": [start > 0, start + EXCERPT < len(text)]}
