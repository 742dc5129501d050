"""The workbench gives, for any setting reached by any way, what judging each row by itself gives."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import explored_release
import manyo
import small_crawl
from command_line import manyo as run
from manyo import judge, replay
from manyo.errors import ManyoError
from manyo.explore import axis as axes
from manyo.explore import bits
from manyo.explore.bases import Base, Bases, written
from manyo.explore.bench import Bench
from manyo.explore.query import Query, chosen, find
from manyo.explore.rows import Rows
from manyo.explore.setting import Setting
from manyo.explore.shelf import Shelf
from manyo.judge.known import known

FIELDS = (
    pa.field("characters", pa.int64()),
    pa.field("url_share", pa.float32()),
    pa.field("page_bytes", pa.int64()),
    pa.field("full_stops", pa.int64()),
)
RULES = judge.load(
    {
        "name": "trial",
        "rule": [
            {"name": "short", "measure": "characters", "min": 100},
            {"name": "urls", "measure": "url_share", "min": 0.1, "max": 0.5},
            {"name": "large", "measure": "page_bytes", "max": 5e9},
            {"name": "stops", "measure": "full_stops / characters", "max": 0.1},
            {"name": "hosts", "hosts_refused": ["a.example"]},
        ],
    }
)
BASE = Base("trial", RULES)

row = st.fixed_dictionaries(
    {
        "characters": st.integers(0, 300),
        "url_share": st.sampled_from([0.0, 0.1, 0.2, 0.5, 0.75, 1.0, None, float("nan")]),
        "page_bytes": st.sampled_from([0, 1000, 2**31, 10**10]),
        "full_stops": st.integers(0, 40),
        "host": st.sampled_from(["", "a.example", "www.a.example", "b.example", None]),
        "verdict": st.sampled_from(["kept", "refused", "duplicate"]),
    }
)
setting = st.builds(
    Setting,
    st.fixed_dictionaries(
        {},
        optional={
            "short": st.fixed_dictionaries({"min": st.integers(0, 300).map(float)}),
            "urls": st.fixed_dictionaries({}, optional={"min": st.sampled_from([0.0, 0.1]), "max": st.just(0.2)}),
            "stops": st.fixed_dictionaries({"max": st.sampled_from([0.0, 0.05, 1.0])}),
        },
    ),
    st.frozensets(st.sampled_from([rule.name for rule in RULES.rules])),
)


def made(folder: Path, parts: list[list[dict[str, Any]]]) -> Rows:
    number = 0
    for part in parts:
        for one in part:
            one |= {"id": f"{number:032x}", "url": "", "title": "", "failed": []}
            number += 1
    return Rows(explored_release.ledger(folder, parts, FIELDS))


def twin(parts: list[list[dict[str, Any]]], rules: judge.RuleSet) -> dict[str, Any]:
    """Row by row, with the function that explains a single document."""
    rows = [one for part in parts for one in part]
    failures = [[failure.rule for failure in judge.explain(rules, {**one, "host": one["host"] or ""})] for one in rows]
    passing = [one for one, failed in zip(rows, failures, strict=True) if not failed]
    counts: dict[str, dict[str, int]] = {}
    for number, rule in enumerate(rules.rules):
        before = {each.name for each in rules.rules[: number + 1]}
        counts[rule.name] = {
            "failed": sum(rule.name in failed for failed in failures),
            "alone": sum(failed == [rule.name] for failed in failures),
            "left": sum(not before & set(failed) for failed in failures),
        }
    return {
        "candidates": len(rows),
        "passed": len(passing),
        "kept": sum(one["verdict"] == "kept" for one in passing),
        "duplicates": sum(one["verdict"] == "duplicate" for one in passing),
        "gained": sum(one["verdict"] == "refused" for one in passing),
        "lost": sum(one["verdict"] == "kept" and bool(f) for one, f in zip(rows, failures, strict=True)),
        "characters": sum(one["characters"] for one in passing),
        "rules": counts,
    }


@given(parts=st.lists(st.lists(row, max_size=12), max_size=3), way=st.lists(setting, min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_any_way_to_a_setting_gives_what_each_row_gives(
    tmp_path_factory: pytest.TempPathFactory, parts: list[list[dict[str, Any]]], way: list[Setting]
) -> None:
    bench = Bench(made(tmp_path_factory.mktemp("rows") / "r", parts))
    for there in way:
        rules = bench.turn(BASE, there)
        assert bench.standing().to_dict() == twin(parts, rules)
        total = np.zeros(bench.rows.count, np.int64)
        for rule in rules.rules:
            total += bench.fails(rule.name)
            assert bench.fails(rule.name, alone=True).sum() == bench.standing().rules[rule.name]["alone"]
        assert (bench.refused() == (total > 0)).all()


@given(data=st.data(), rules=st.integers(1, 150), rows=st.integers(0, 30))
@settings(max_examples=40, deadline=None)
def test_counting_with_more_rules_than_a_word_has_bits(data: st.DataObject, rules: int, rows: int) -> None:
    table = np.array(data.draw(st.lists(st.integers(0, 1), min_size=rules * rows, max_size=rules * rows)), bool)
    table = table.reshape(rules, rows) & (np.arange(rules)[:, None] % 7 == rows % 7)
    masks = np.zeros((bits.words(rules), rows), np.uint64)
    for number in range(rules):
        bits.put(masks, number, ~table[number])
        bits.put(masks, number, table[number])  # a bit is rewritten, not added to
        assert (bits.holds(masks, number) == table[number]).all()
    verdicts, characters = np.arange(rows, dtype=np.uint8) % 3, np.arange(rows, dtype=np.int32)
    failed, alone, first, became, passed = bits.count(masks, verdicts, characters, rules)
    often = table.sum(axis=0)
    assert failed.tolist() == table.sum(axis=1).tolist()
    assert alone.tolist() == (table & (often == 1)).sum(axis=1).tolist()
    assert first.sum() == (often > 0).sum() == became[:, 1].sum()
    assert passed == characters[often == 0].sum()
    for number in range(rules):
        assert first[number] == (table[number] & ~table[:number].any(axis=0)).sum()
        assert (bits.others(masks, number) == (np.delete(table, number, axis=0).any(axis=0))).all()


@given(parts=st.lists(st.lists(row, min_size=1, max_size=12), min_size=1, max_size=3), there=setting, data=st.data())
@settings(max_examples=60, deadline=None)
def test_queries_choose_what_each_row_says(
    tmp_path_factory: pytest.TempPathFactory,
    parts: list[list[dict[str, Any]]],
    there: Setting,
    data: st.DataObject,
) -> None:
    bench = Bench(made(tmp_path_factory.mktemp("rows") / "r", parts))
    rules = bench.turn(BASE, there)
    rows = [one for part in parts for one in part]
    failures = [{failure.rule for failure in judge.explain(rules, {**one, "host": one["host"] or ""})} for one in rows]
    query = data.draw(
        st.builds(
            Query,
            rule=st.sampled_from(["", "short", "urls", "hosts"]),
            how=st.sampled_from(["fails", "alone", "passes"]),
            now=st.sampled_from(["", "passes", "fails", "gained", "lost"]),
            verdict=st.sampled_from(["", "kept", "refused", "duplicate"]),
            host=st.sampled_from(["", "A.example", "www", "nowhere"]),
            order=st.sampled_from(["random", "ledger"]),
            limit=st.integers(1, 5),
        )
    )

    def holds(one: dict[str, Any], failed: set[str]) -> bool:
        how = {"fails": query.rule in failed, "alone": failed == {query.rule}, "passes": query.rule not in failed}
        now = {"": True, "passes": not failed, "fails": bool(failed)}
        now |= {"gained": not failed and one["verdict"] == "refused", "lost": bool(failed) and one["verdict"] == "kept"}
        return (
            (not query.rule or how[query.how])
            and now[query.now]
            and query.verdict in ("", one["verdict"])
            and query.host.lower() in (one["host"] or "")
        )

    expected = [number for number, one in enumerate(rows) if holds(one, failures[number])]
    assert np.flatnonzero(chosen(bench, query)).tolist() == expected
    shelf, read, first = Shelf(bench.rows.ledger), [], 0
    while True:
        found = find(bench, shelf, rules, Query(**{**query.__dict__, "first": first}))
        assert found.total == len(expected)
        read += found.rows
        if found.next is None:
            break
        first = found.next
    order = (lambda number: bench.rows.order[number]) if query.order == "random" else (lambda number: number)
    assert read == sorted(expected, key=order)


def test_the_nearest_come_first_on_either_side(tmp_path: Path) -> None:
    values = [5, 99, 100, 250, 101, 98, 97, 300]
    rows = [
        {"characters": v, "url_share": 0.2, "page_bytes": 1, "full_stops": 0, "host": "", "verdict": "kept"}
        for v in values
    ]
    bench = Bench(made(tmp_path / "r", [rows]))
    rules = bench.turn(BASE, Setting())
    shelf = Shelf(bench.rows.ledger)
    for how, near in (("fails", [99, 98, 97]), ("passes", [100, 101, 250])):
        found = find(bench, shelf, rules, Query(rule="short", how=how, order="near", limit=3))
        assert [values[number] for number in found.rows] == near
    with pytest.raises(ManyoError, match="threshold"):
        find(bench, shelf, rules, Query(rule="hosts", order="near"))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (Setting({"shrt": {"min": 1.0}}), "no rule 'shrt'"),
        (Setting(disabled=frozenset(["shrt"])), "no rule 'shrt'"),
        (Setting({"short": {"max": 1.0}}), "no threshold 'max'"),
        (Setting({"hosts": {"min": 1.0}}), "no threshold"),
        (Setting({"short": {"min": float("nan")}}), "impossible"),
        (Setting({"urls": {"max": 1.5}}), "impossible"),
        (Setting({"urls": {"max": 0.05}}), "nothing could pass"),
    ],
)
def test_settings_that_cannot_be(wrong: Setting, message: str) -> None:
    with pytest.raises(ManyoError, match=message):
        wrong.rules(RULES, known())


def test_a_histogram_holds_every_row(tmp_path: Path) -> None:
    draw = np.random.default_rng(1)
    rows = [
        {
            "characters": int(draw.lognormal(5, 2)),
            "url_share": None if number % 50 == 0 else float(draw.random() ** 9),
            "page_bytes": int(draw.integers(0, 10**10)),
            "full_stops": int(draw.integers(0, 3)),
            "host": "a.example" if number % 9 == 0 else "",
            "verdict": "kept",
        }
        for number in range(500)
    ]
    bench = Bench(made(tmp_path / "r", [rows]))
    bench.turn(BASE, Setting())
    for rule in RULES.rules[:4]:
        values = bench.values(rule)
        axis = axes.axis(rule, values, known())
        assert axis.low < axis.high
        assert all(axis.low <= limit <= axis.high for limit in (rule.min, rule.max) if limit is not None)
        found = axes.histogram(axis.bins(values), bench.others(rule.name))
        assert sum(map(sum, found.values())) == 500
        assert sum(found["unmeasured"]) == (10 if rule.name == "urls" else 0)
        bins = axis.bins(np.sort(values[~np.isnan(values.astype(float))]))
        assert (np.diff(bins.astype(int)) >= 0).all()


def test_of_a_ledger_too_large_a_fixed_choice_is_held(tmp_path: Path) -> None:
    rows = [
        {
            "characters": n,
            "url_share": 0.2,
            "page_bytes": 1,
            "full_stops": 0,
            "host": f"h{n % 5}.example",
            "verdict": "kept",
        }
        for n in range(1000)
    ]
    parts = [rows[:600], rows[600:]]
    made(tmp_path / "r", parts)
    held, again = Rows(tmp_path / "r", 300), Rows(tmp_path / "r", 300)
    assert 230 < held.count < 370 and held.whole == 1000
    held.load(["page_bytes"])
    for number in range(held.count):
        part, place = held.part(number), int(held.places[number])
        assert held.row(number, ["characters"]) == {k: parts[part][place][k] for k in ("characters", "host")}
    assert (held.places == again.places).all()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return explored_release.build(tmp_path_factory.mktemp("crawl"))


@pytest.mark.parametrize("how", ["named", "whole", "file"])
def test_the_recipe_that_is_saved_gives_the_same_numbers(built: Path, tmp_path: Path, how: str) -> None:
    rows = Rows(built)
    file = tmp_path / "town.toml"
    file.write_text(
        'name = "町"\nextends = "manyo"\n[[rule]]\nname = "stops"\nmeasure = "full_stops / characters"\nmax = 0.04\n'
        'why.ja = "句点\\u007f\\"が\\\\多い"\n[[rule]]\nname = "hosts"\nhosts_refused = ["site1.example.jp"]\n',
        "utf-8",
    )
    bases = Bases(rows.ledger, str(file) if how == "file" else "")
    base = bases.upload(file.read_text("utf-8").replace("\u007f", "")) if how == "whole" else bases.named(bases.first)
    there = Setting({"too_short": {"min": 575.0}, "many_urls": {"max": 0.125}}, frozenset(["long_run"]))
    bench = Bench(rows)
    rules = bench.turn(base, there)
    text = written(base, there, "mine", known(), "a note\nof two lines")
    assert text.startswith("# a note\n# of two lines\n")
    assert ("extends" in tomllib.loads(text)) == (how != "whole")
    saved = tmp_path / "mine.toml"
    saved.write_text(text, "utf-8")
    assert judge.load(saved).digest == rules.digest
    found = replay.judge(built, judge.load(saved))
    standing = bench.standing()
    for name in ("candidates", "passed", "kept", "duplicates", "gained", "lost", "characters"):
        assert getattr(standing, name) == getattr(found, name), name
    counts = {one.rule.name: {"failed": one.failed, "alone": one.alone, "left": one.left} for one in found.counts}
    assert standing.rules == counts
    assert run("judge", built, "--recipe", saved).code == 0


def test_a_recipe_that_looks_at_what_was_not_measured(built: Path) -> None:
    rows = Rows(built)
    bases = Bases(rows.ledger)
    base = bases.upload(
        'name = "words"\nextends = "manyo"\n[[rule]]\nname = "nouns"\nmeasure = "noun_share"\nmax = 0.8\n'
    )
    assert base.unmeasured == ("nouns",)
    assert {rule.name for rule in base.rules.rules} == {rule.name for rule in judge.load("manyo").rules}
    with pytest.raises(ManyoError, match="nothing that the recipe"):
        bases.upload('name = "words"\n[[rule]]\nname = "nouns"\nmeasure = "noun_share"\nmax = 0.8\n')


@pytest.mark.parametrize("wrong", ["", "name = ", "name = 'x'\nextends = 'nothing'", "\x00", "a" * 10])
def test_what_is_no_recipe_is_said_to_be_none(built: Path, wrong: str) -> None:
    with pytest.raises(ManyoError):
        Bases(Rows(built).ledger).upload(wrong)


def test_the_own_rules_of_a_release_are_where_one_starts(built: Path) -> None:
    rows = Rows(built)
    bases = Bases(rows.ledger)
    assert bases.first == "release" and bases.named("release").extends == "manyo"
    bench = Bench(rows)
    bench.turn(bases.named("release"), Setting())
    assert (bench.standing().gained, bench.standing().lost) == (0, 0)
    assert set(bases.keys) >= {"release", "manyo"}


def test_rules_about_a_users_own_word_list(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("水車小屋\n茶畑\n", "utf-8")
    (tmp_path / "rules.toml").write_text(
        'name = "mine"\nextends = "manyo"\n[[rule]]\nname = "scenery"\nmeasure = "mine_density"\nmax = 5\n'
    )
    small_crawl.write(tmp_path / "crawl.warc.gz")
    wanted = {
        "inputs": [str(tmp_path / "crawl.warc.gz")],
        "measure": {"lists": {"mine": str(tmp_path / "mine.txt")}},
        "judge": {"rules": str(tmp_path / "rules.toml")},
    }
    built = manyo.build(wanted, tmp_path / "out", workers=1).path
    rows = Rows(built)
    bases = Bases(rows.ledger)
    bench = Bench(rows)
    base = bases.named("release")
    assert bases.first == "release" and base.rules.rules[-1].name == "scenery"
    there = Setting({"scenery": {"max": 2.0}})
    bench.turn(base, there)
    assert bench.standing().lost > 0
    saved = tmp_path / "saved.toml"
    saved.write_text(written(base, there, "saved", rows.ledger.measures), "utf-8")
    told = json.loads(run("judge", built, "--recipe", saved, "--json").out)
    assert told["lost"] == bench.standing().lost
