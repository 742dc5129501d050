"""Verdicts: the vectorised ones against one document at a time, and values on and beside a threshold."""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manyo import judge, measure
from manyo.errors import ManyoError
from manyo.judge import Rule, RuleSet

SHARES = st.one_of(st.floats(0, 1, width=32), st.sampled_from([0.2, 0.1, 0.3, 0.35, math.nan]))
rows = st.lists(
    st.fixed_dictionaries({"characters": st.integers(0, 500), "url_share": SHARES, "lines": st.integers(0, 9)})
)
limits = st.tuples(st.none() | st.floats(0, 1), st.none() | st.floats(0, 1)).filter(lambda pair: pair != (None, None))
sets = st.tuples(limits, limits, st.integers(0, 500)).map(
    lambda three: RuleSet(
        "any",
        "",
        (
            Rule("urls", "url_share", *three[0]),
            Rule("short", "characters", min=three[2]),
            Rule("urls_again", "url_share", *three[1]),
        ),
    )
)


def table(documents: list[dict[str, float]]) -> pa.Table:
    columns = {"url": [""] * len(documents)}  # a ledger holds other columns too
    columns |= {name: [document[name] for document in documents] for name in ("characters", "url_share", "lines")}
    types = {"url": pa.string(), "characters": pa.int64(), "url_share": pa.float32(), "lines": pa.int64()}
    return pa.table({name: pa.array(values, types[name], from_pandas=False) for name, values in columns.items()})


@settings(deadline=None)
@given(sets, rows)
def test_failed_names_what_explain_explains(rules: RuleSet, documents: list[dict[str, float]]) -> None:
    ledger = table(documents)
    verdicts = judge.failed(rules, ledger)
    assert verdicts.type == pa.list_(pa.string())
    expected = [[failure.rule for failure in judge.explain(rules, row)] for row in ledger.to_pylist()]
    assert verdicts.to_pylist() == expected


@settings(deadline=None)
@given(sets, rows, st.integers(0, 10))
def test_chunks_and_batches_change_nothing(rules: RuleSet, documents: list[dict[str, float]], cut: int) -> None:
    ledger = table(documents)
    chunked = pa.concat_tables([ledger.slice(0, cut), ledger.slice(cut)])
    whole = judge.failed(rules, ledger)
    assert judge.failed(rules, chunked).equals(whole)
    for batch in ledger.to_batches():
        assert judge.failed(rules, batch).to_pylist() == whole.to_pylist()


@pytest.mark.parametrize(
    ("value", "fails"), [(0.2, False), (1 / 5, False), (0.2000001, True), (0.1, False), (math.nan, True), (None, True)]
)
def test_a_value_on_the_threshold_passes_and_no_value_fails(value: float | None, fails: bool) -> None:
    rules = RuleSet("any", "", (Rule("urls", "url_share", max=0.2),))
    for kind in (pa.float32(), pa.float64()):  # other tools may widen a ledger's columns
        assert judge.failed(rules, pa.table({"url_share": pa.array([value], kind)})).to_pylist() == [["urls"] * fails]
    assert bool(judge.explain(rules, {"url_share": value})) is fails


def test_a_share_of_a_users_list_on_the_threshold_passes_in_a_row_as_in_a_column() -> None:
    rules = RuleSet("any", "", (Rule("rivals", "rivals_share", max=0.2), Rule("fewer", "rivals_share", max=0.1)))
    ledger = pa.table({"rivals_share": pa.array([0.2, 0.20000003], pa.float32())})
    assert judge.failed(rules, ledger).to_pylist() == [["fewer"], ["rivals", "fewer"]]
    assert [[one.rule for one in judge.explain(rules, row)] for row in ledger.to_pylist()] == [
        ["fewer"],
        ["rivals", "fewer"],
    ]


def test_a_failure_reads_as_a_sentence() -> None:
    (failure,) = judge.explain(
        judge.load("manyo"), {**measure.measure(["あいう" * 40]).to_pylist()[0], "characters": 80}
    )[:1]
    assert str(failure) == "too_short: characters is 80, less than 100"
    assert failure.why_ja
    assert failure.why_en


def test_a_missing_column_is_named() -> None:
    rules = RuleSet("any", "", (Rule("urls", "url_share", max=0.2),))
    with pytest.raises(ManyoError, match="'url_share' is not among the columns"):
        judge.failed(rules, pa.table({"characters": [1]}))
    with pytest.raises(ManyoError, match="'url_share' is not among the columns"):
        judge.explain(rules, {"characters": 1})


def test_no_rows() -> None:
    assert judge.failed(judge.load("manyo"), measure.measure([])).to_pylist() == []


def test_a_ledger_of_a_hundred_thousand_rows_is_judged_as_its_rows_are() -> None:
    few = measure.measure(["短い。", "同じ行です。\n" * 50, "http://example.jp/ " * 30])
    many = pa.concat_tables([few] * 40_000)
    verdicts = judge.failed(judge.load("manyo"), many)
    assert verdicts.take(pa.array(np.arange(3))).to_pylist() == judge.failed(judge.load("manyo"), few).to_pylist()
    assert len(verdicts) == 120_000
