"""Which documents: a query over the rows, in the order in which they are to be read.

All conditions but the text are masks over the rows in memory, and take milliseconds. A text is looked for in the
files, batch by batch, only where the other conditions leave a row; that stops when its time is up, and says from which
row to go on.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from manyo import judge
from manyo.columns import Column
from manyo.errors import ManyoError
from manyo.explore.bench import Bench
from manyo.explore.rows import VERDICTS, Flags, Numbers, RowNumbers, Rows
from manyo.explore.shelf import Shelf
from manyo.read.normalise import normalise
from manyo.records import KEPT, REFUSED

HOW: Final = ("fails", "alone", "passes")
NOW: Final = ("", "passes", "fails", "gained", "lost")
ORDERS: Final = ("near", "random", "ledger")
MOST: Final = 200  # documents of one answer
LONGEST: Final = 200  # characters to look for


@dataclass(frozen=True)
class Query:
    """What documents are asked for. Empty conditions hold for all of them.

    `rule` and `how`: documents that fail the rule, fail nothing but it ("alone"), or pass it and every other rule
    ("passes"; without `alone` only it). `now`: what the setting says of them; `verdict`: what the release said.
    """

    rule: str = ""
    how: str = "fails"
    now: str = ""
    verdict: str = ""
    host: str = ""
    text: str = ""
    order: str = "ledger"
    first: int = 0  # how many to pass over; of a search for a text, the row to go on from
    limit: int = 20

    def check(self) -> None:
        """Raises `ManyoError` for what nobody can ask for."""
        wrong = (
            self.how not in HOW
            or self.now not in NOW
            or self.order not in ORDERS
            or self.verdict not in ("", *VERDICTS)
            or self.first < 0
            or not 0 < self.limit <= MOST
            or len(self.text) > LONGEST
            or len(self.host) > LONGEST
        )
        if wrong:
            hint = f"a text has at most {LONGEST} characters, an answer at most {MOST} documents"
            raise ManyoError("this cannot be asked for", where="query", hint=hint)


@dataclass(frozen=True)
class Found:
    """`rows` in their order; `total` of them in all, None where nobody has counted; `next` is the `first` to go on with.

    `searched` is the share of the rows in question that a search for a text has looked at.
    """

    rows: list[int]
    total: int | None
    next: int | None
    searched: float = 1.0


def chosen(bench: Bench, query: Query) -> Flags:
    """The rows for which everything but the text holds."""
    flags = np.ones(bench.rows.count, bool)
    if query.rule:
        if query.rule not in bench.places:
            raise ManyoError(f"there is no rule {query.rule!r}", where="query: rule", hint="load the page again")
        if query.how == "passes":
            flags &= ~bench.fails(query.rule)
        else:
            flags &= bench.fails(query.rule, alone=query.how == "alone")
    if query.now == "passes":
        flags &= ~bench.refused()
    elif query.now == "fails":
        flags &= bench.refused()
    elif query.now == "gained":
        flags &= ~bench.refused() & bench.verdict(REFUSED)
    elif query.now == "lost":
        flags &= bench.refused() & bench.verdict(KEPT)
    if query.verdict:
        flags &= bench.verdict(query.verdict)
    if query.host:
        flags &= on_hosts(bench.rows, query.host)
    return flags


def on_hosts(rows: Rows, piece: str) -> Flags:
    """The rows whose host holds `piece`, whatever its case. Each host is looked at once."""
    held = pc.match_substring(rows.hosts, piece.strip().lower(), ignore_case=True)
    flags: Flags = np.asarray(held.to_numpy(zero_copy_only=False), bool)[rows.host_codes]
    return flags


def find(bench: Bench, shelf: Shelf, rules: judge.RuleSet, query: Query, seconds: float = 1.5) -> Found:
    """The documents that a query asks for. Raises `ManyoError` for a query that is none."""
    query.check()
    flags = chosen(bench, query)
    if query.text.strip():
        return search(bench.rows, shelf, flags, query, seconds)
    rows = np.flatnonzero(flags)
    ordered = rows
    last = query.first + query.limit
    if query.order == "random":
        ordered = rows[_first(bench.rows.order[rows], last)]
    elif query.order == "near":
        rule = next((rule for rule in rules.rules if rule.name == query.rule), None)
        if rule is None or rule.hosts is not None:
            what = "nearness needs a rule that is on and has a threshold"
            raise ManyoError(what, where="query: order", hint="choose another order")
        ordered = rows[_first(distance(rule, bench.values(rule)[rows]), last)]
    page = ordered[query.first : last].tolist()
    return Found(page, len(rows), last if last < len(rows) else None)


def distance(rule: judge.Rule, values: Numbers) -> Numbers:
    """How far each value is from the rule's nearest threshold; what is not a number is farthest."""
    found = np.full(len(values), np.inf)
    for limit in (rule.min, rule.max):
        if limit is not None:
            found = np.fmin(found, np.abs(values.astype(np.float64) - limit))
    return found


def _first(keys: Numbers, count: int) -> RowNumbers:
    """The places of the `count` smallest keys, in order; of equal ones the earlier first."""
    if count < len(keys):
        limit = np.partition(keys, count)[count]
        some = np.flatnonzero(keys <= limit)
    else:
        some = np.arange(len(keys))
    return some[np.argsort(keys[some], kind="stable")]


def search(rows: Rows, shelf: Shelf, flags: Flags, query: Query, seconds: float) -> Found:
    """The rows among those flagged whose text or title holds what was asked for, from row `query.first` on."""
    end = time.monotonic() + seconds
    patterns = spellings(query.text)
    wanted = np.flatnonzero(flags)
    before = int(np.searchsorted(wanted, query.first))
    found: list[int] = []
    at = before
    while at < len(wanted):
        part = rows.part(int(wanted[at]))
        stop = int(np.searchsorted(wanted, rows.starts[part + 1]))
        places = rows.places[wanted[at:stop]].astype(np.int64)
        for numbers, batch in shelf.scan(part, int(places[0])):
            low, high = np.searchsorted(places, [numbers[0], numbers[-1] + 1])
            if low < high:
                asked = places[low:high]
                there = np.searchsorted(numbers, asked)
                there = there[np.isin(asked, numbers)] if len(numbers) <= numbers[-1] - numbers[0] else there
                hits = _holding(batch, there, patterns)
                found += wanted[at + np.searchsorted(places, numbers[hits])].tolist()
                if len(found) > query.limit:  # go on from the first that does not fit
                    return _part(found[: query.limit], found[query.limit], wanted)
            if time.monotonic() > end and at + high < len(wanted):
                return _part(found, int(wanted[at + high]), wanted)
            if high == len(places):
                break
        at = stop
    return Found(found, None, None, 1.0)


def _part(found: list[int], following: int, wanted: RowNumbers) -> Found:
    return Found(found, None, following, float(np.searchsorted(wanted, following)) / len(wanted))


def _holding(batch: pa.RecordBatch, places: RowNumbers, patterns: list[tuple[str, bool]]) -> RowNumbers:
    """Which of these places of a batch hold one of the patterns in text or title."""
    few = len(places) < batch.num_rows
    some = batch.take(pa.array(places)) if few else batch
    held = np.zeros(len(places), bool)
    for name in ("text", "title"):
        column = some.column(name)
        for pattern, fold in patterns:
            match: Any = pc.fill_null(pc.match_substring(column, pattern, ignore_case=fold), False)
            held |= match.to_numpy(zero_copy_only=False)
    return places[held]


def spellings(text: str) -> list[tuple[str, bool]]:
    """What to look for, and whether its case is to be ignored: as typed, and as Manyo spells it in texts that it reads.

    >>> spellings("ﾊﾟｿｺﾝ"), spellings("ＧＯＭＩ")
    ([('ﾊﾟｿｺﾝ', False), ('パソコン', False)], [('ＧＯＭＩ', True), ('GOMI', True)])
    """
    typed = text.strip()
    spelled = normalise(Column.of(pa.array([typed], pa.large_string())), punctuation=False).text()[0].as_py()
    return [(one, one.lower() != one.upper()) for one in dict.fromkeys([typed, spelled]) if one]
