"""Figures add up: however rows are cut into batches and shards, and to what plain Python counts."""

from __future__ import annotations

import functools
import itertools
import json
import operator
from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manyo import release
from manyo.release import figures as figuring
from manyo.release.figures import HOSTS, LENGTHS, Figures, binned, intervals
from manyo.release.samples import EXCERPT, MOST, MOST_OF_RULE, Samples
from synthetic_release import RULES, SHARES, batch, rows

ROWS = rows(300, seed=2)


def counted(part: list[dict[str, object]]) -> Figures:
    return Figures.of(batch(part), rules=RULES, shares=SHARES)


WHOLE = counted(ROWS)


@settings(max_examples=25, deadline=None)
@given(cuts=st.lists(st.integers(0, 300), max_size=6))
def test_any_cut_adds_up_to_the_same(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), 300]
    parts = [counted(ROWS[low:high]) for low, high in itertools.pairwise(edges)]
    assert json.dumps(functools.reduce(operator.add, parts).to_json()) == json.dumps(WHOLE.to_json())
    backwards = functools.reduce(operator.add, reversed(parts))
    assert backwards.to_json() == WHOLE.to_json()


def test_json_and_back() -> None:
    text = json.dumps(WHOLE.to_json())
    assert Figures.from_json(json.loads(text)).to_json() == WHOLE.to_json()
    without = {name: value for name, value in WHOLE.to_json().items() if name != "samples"}
    assert Figures.from_json(without).samples == Samples()
    with pytest.raises(TypeError, match="unheard"):
        Figures.from_json({"unheard": 1})


def test_the_figures_are_what_plain_python_counts() -> None:
    verdicts = Counter(row["verdict"] for row in ROWS)
    assert (WHOLE.kept, WHOLE.refused, WHOLE.duplicates) == (
        verdicts["kept"],
        verdicts["refused"],
        verdicts["duplicate"],
    )
    assert min(verdicts.values()) > 10
    kept = [row for row in ROWS if row["verdict"] == "kept"]
    assert WHOLE.failed == Counter(rule for row in ROWS for rule in row["failed"])
    assert WHOLE.failed_only == Counter(row["failed"][0] for row in ROWS if len(row["failed"]) == 1)
    assert WHOLE.characters["kept"] == sum(len(row["text"]) for row in kept)
    assert WHOLE.text_bytes["kept"] == sum(len(row["text"].encode()) for row in kept)
    assert WHOLE.masked == {kind: sum(row["masked"][kind] for row in kept) for kind in release.KINDS}
    assert WHOLE.charset == Counter(row["charset"] for row in ROWS)
    assert WHOLE.charset_from == Counter(row["charset_from"] for row in ROWS)
    assert WHOLE.language == Counter(row["language"].lower() for row in ROWS)
    assert WHOLE.hosts_kept == Counter(row["host"] for row in kept)
    errors = Counter[str]()
    for row in ROWS:
        errors[row["charset"]] += row["decode_errors"]
    assert WHOLE.decode_errors == {charset: count for charset, count in errors.items() if count}
    assert sum(WHOLE.clusters.values()) == len(kept)
    for verdict, bins in WHOLE.lengths.items():
        lengths = [len(row["text"]) for row in ROWS if row["verdict"] == verdict]
        for low, high in intervals(LENGTHS):
            inside = sum(low <= length and (high is None or length <= high) for length in lengths)
            assert bins.get(str(low), 0) == inside
    for name in SHARES:
        assert sum(WHOLE.shares_kept[name].values()) == len(kept)


def test_counts_are_the_manifests() -> None:
    early = Figures(records=400, skipped={"b": 60, "a": 1}, documents=339, refused_early={"not_japanese": 39})
    counts = (early + WHOLE).counts()
    assert list(counts["skipped"]) == ["a", "b"]
    release.check(
        {"counts": counts, "shards": [{"path": "data/x", "rows": counts["kept"]}, {"path": "ledger/x", "rows": 300}]}
    )


@given(st.lists(st.integers(0, 10**8)))
def test_binned_counts_every_value_once(values: list[int]) -> None:
    counts = binned(pa.array(values, pa.int64()), LENGTHS)
    assert sum(counts.values()) == len(values)
    for value in values:
        low = max(edge for edge in LENGTHS if edge <= value)
        assert counts[str(low)] > 0


def test_length_bins_are_whole_and_growing() -> None:
    assert list(LENGTHS) == sorted(set(LENGTHS))
    assert all(isinstance(edge, int) for edge in LENGTHS)


def test_shares_survive_what_measures_can_hold() -> None:
    part = [dict(row) for row in ROWS if row["verdict"] == "kept"][:7]
    for row, value in zip(part, [float("nan"), None, -1.0, 2.0, float("inf"), 0.15, 0.35], strict=True):
        row["hiragana"] = value
    assert counted(part).shares_kept["hiragana"] == {"0": 1, "15": 1, "35": 1, "95": 1}
    assert float(np.float32(0.35)) < 0.35  # which is why the bins are rounded into


def test_hosts_are_bounded_and_what_fell_out_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figuring, "HOSTS", 3)
    hosts = counted(ROWS[:150]) + counted(ROWS[150:])
    assert len(hosts.hosts_kept) == 3
    assert sum(hosts.hosts_kept.values()) + hosts.hosts_uncounted["kept"] == hosts.kept
    assert sum(hosts.hosts_refused.values()) + hosts.hosts_uncounted["refused"] == hosts.refused
    assert HOSTS >= 1000


def test_samples_are_the_first_by_digest_and_bounded() -> None:
    for group, names in WHOLE.samples.groups.items():
        documents = WHOLE.samples.group(group)
        assert [document.order for document in documents] == sorted(document.order for document in documents)
        assert len(names) <= MOST.get(group, MOST_OF_RULE)
    assert len(WHOLE.samples.group("kept")) == MOST["kept"]
    assert all(len(document.excerpt) <= EXCERPT for document in WHOLE.samples.documents.values())
    for rule in WHOLE.failed:
        shown = WHOLE.samples.group(f"rule:{rule}")
        assert len(shown) == min(MOST_OF_RULE, WHOLE.failed[rule])
        assert all(rule in document.failed and rule in document.values for document in shown)
    assert WHOLE.samples.group("rule:unknown") == []


def test_an_empty_batch_counts_nothing() -> None:
    assert counted([]).to_json() == Figures().to_json()
