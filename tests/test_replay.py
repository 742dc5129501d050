"""Replays: the same verdicts as a build with that recipe, on any ledger, without its texts."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import manyo
import small_crawl
from command_line import manyo as run
from manyo import judge, replay
from manyo.errors import ManyoError
from manyo.replay.ledger import Texts

STRICT = {"name": "strict", "extends": "manyo", "thresholds": {"too_short": {"min": 575}}}
LOOSE = {"name": "loose", "extends": "manyo", "disable": ["too_short"]}


@pytest.fixture(scope="module")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("crawl")
    small_crawl.write(folder / "crawl.warc.gz")
    (folder / "notes").mkdir()
    for number in range(12):
        (folder / "notes" / f"{number:02}.txt").write_text(small_crawl.prose(5000 + number, sentences=1), "utf-8")
    return folder


def inputs(crawl: Path) -> dict[str, Any]:
    return {"inputs": [str(crawl / "crawl.warc.gz"), str(crawl / "notes")], "engine": {"shard": 4000}}


@pytest.fixture(scope="module")
def built(crawl: Path) -> Path:
    return manyo.build({"name": "small", **inputs(crawl)}, crawl / "out", workers=1).path


def ledger(folder: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pa.concat_tables(pq.read_table(p) for p in sorted(folder.iterdir())).to_pylist()
    return rows


def test_the_release_s_own_recipe_changes_nothing(built: Path) -> None:
    found = replay.judge(built, judge.load("manyo"))
    counts = json.loads((built / "manifest.json").read_text())["counts"]
    assert (found.candidates, found.gained, found.lost) == (counts["candidates"], 0, 0)
    assert (found.kept, found.duplicates) == (counts["kept"], counts["duplicates"])
    figures = json.loads((built / "manifest.json").read_text())["figures"]
    assert {one.rule.name: one.failed for one in found.counts if one.failed} == figures["failed"]
    assert {one.rule.name: one.alone for one in found.counts if one.alone} == figures["failed_only"]
    assert found.counts[-1].left == found.passed


@pytest.mark.parametrize("recipe", [STRICT, LOOSE])
def test_verdicts_are_those_of_a_build(
    crawl: Path, built: Path, recipe: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    rules = judge.load(recipe)
    found = replay.judge(built, rules, write=True)
    assert found.written == built / "verdicts" / rules.name
    changes = {name: recipe[name] for name in ("disable", "thresholds") if name in recipe}
    anew = manyo.build(
        {"name": rules.name, **inputs(crawl), "judge": changes}, tmp_path_factory.mktemp("anew") / "out", workers=1
    )
    expected = [(row["id"], row["failed"]) for row in ledger(anew.path / "ledger")]
    written = ledger(built / "verdicts" / rules.name)
    assert [(row["id"], row["failed"]) for row in written] == expected
    assert [row["verdict"] == "kept" for row in written] == [not failed for _, failed in expected]
    assert len(list((built / "verdicts" / rules.name).iterdir())) == len(list((built / "ledger").iterdir())) > 1
    assert found.passed == sum(not failed for _, failed in expected)
    assert found.passed == found.kept + found.duplicates + found.gained
    before = {row["id"]: row["verdict"] for row in ledger(built / "ledger")}
    assert found.lost == sum(before[name] == "kept" and bool(failed) for name, failed in expected)
    assert (found.gained > 0) == (recipe is LOOSE)
    assert (found.lost > 0) == (recipe is STRICT)


def test_comparing(built: Path) -> None:
    recipes = [judge.load("manyo"), judge.load(STRICT), judge.load(LOOSE)]
    found = replay.compare(built, recipes, samples=2)
    passed = [replay.judge(built, rules).passed for rules in recipes]
    assert [int(found.both[i, i]) for i in range(3)] == passed
    assert found.only[:2] == (0, 0) and found.only[2] == passed[2] - passed[0]
    assert found.all_of_them == passed[1]
    assert found.none_of_them == found.candidates - passed[2]
    assert found.agreement(0, 0) == 1.0
    assert found.agreement(0, 1) == pytest.approx(1 - (passed[0] - passed[1]) / found.candidates)
    loose = found.samples[2]
    assert len(loose) == min(2, found.only[2]) > 0
    assert [one.id for one in loose] == sorted(one.id for one in loose)
    for one in loose:
        assert set(one.failures) == {"manyo", "strict"}
        assert one.excerpt and one.host == ""
    assert found.samples[0] == ()
    json.dumps(found.to_dict())


def test_texts_of_refused_documents_are_in_the_work_folder(built: Path, tmp_path: Path) -> None:
    texts = Texts(built)
    assert texts.kept
    for number, part in enumerate(sorted((built / "ledger").iterdir())):
        rows = pq.read_table(part).to_pylist()
        found = texts.of(number, range(len(rows)))
        assert [len(found[row]) for row in range(len(rows))] == [row["characters"] for row in rows]
    copy = tmp_path / "copy"
    shutil.copytree(built, copy, ignore=shutil.ignore_patterns(".manyo"))
    assert not Texts(copy).kept
    found = replay.compare(copy, [judge.load("manyo"), judge.load(LOOSE)], samples=1)
    assert found.samples[1][0].excerpt == ""


def test_texts_without_repeated_lines_are_those_that_were_measured(crawl: Path, tmp_path: Path) -> None:
    for number in range(6):
        told = f"この文書は見本のために書かれました。\n{small_crawl.prose(7000 + number)}"
        (tmp_path / f"{number}.txt").write_text(told, "utf-8")
    wanted = {
        "name": "lines",
        "inputs": [str(tmp_path / f"{number}.txt") for number in range(6)],
        "lines": {"overall": 3},
    }
    built = manyo.build(wanted, tmp_path / "out", workers=1).path
    rows = ledger(built / "ledger")
    found = Texts(built).of(0, range(len(rows)))
    assert [len(found[row]) for row in range(len(rows))] == [row["characters"] for row in rows]
    assert sum("見本のために" in text for text in found.values()) < 6


def test_a_name_that_is_a_path_is_no_folder(built: Path) -> None:
    with pytest.raises(ManyoError, match="folder's name"):
        replay.judge(built, judge.load({**LOOSE, "name": "../../etc"}), write=True)
    assert not list((built / "verdicts").glob(".*"))


def test_what_cannot_be_compared(built: Path, tmp_path: Path) -> None:
    with pytest.raises(ManyoError, match="compared with"):
        replay.compare(built, [judge.load("manyo")])
    with pytest.raises(ManyoError, match="one name"):
        replay.compare(built, [judge.load("manyo"), judge.load("manyo")])
    with pytest.raises(ManyoError, match="no such folder"):
        replay.judge(tmp_path / "nothing", judge.load("manyo"))
    damaged = tmp_path / "damaged"
    shutil.copytree(built, damaged)
    part = next((damaged / "ledger").iterdir())
    part.write_bytes(part.read_bytes()[:-100])
    with pytest.raises(ManyoError, match="cannot be read"):
        replay.judge(damaged, judge.load("manyo"))


def test_an_old_ledger_lacks_a_measure(built: Path, tmp_path: Path) -> None:
    old = tmp_path / "old"
    shutil.copytree(built, old)
    for part in (old / "ledger").iterdir():
        pq.write_table(pq.read_table(part).drop_columns(["longest_run"]), part)
    with pytest.raises(ManyoError, match="no column 'longest_run'"):
        replay.judge(old, judge.load("manyo"))


def test_expressions_and_hosts_are_told_as_measures_are(crawl: Path, tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_text(
        'name = "told"\nextends = "manyo"\n'
        '[[rule]]\nname = "stops"\nmeasure = "full_stops / characters"\nmax = 0.0315\n'
        '[[rule]]\nname = "hosts"\nhosts_refused = ["example.jp"]\n'
    )
    built = manyo.build(
        {"name": "told", **inputs(crawl), "judge": {"rules": str(tmp_path / "rules.toml")}}, tmp_path / "out"
    )
    rows = ledger(built.path / "ledger")
    assert all(("hosts" in row["failed"]) == row["host"].endswith("example.jp") for row in rows)
    assert {"stops"} < {name for row in rows for name in row["failed"]}
    row = next(row for row in rows if {"stops", "hosts"} <= set(row["failed"]))
    answer = json.loads(run("explain", built.path, row["id"], "--json").out)
    found = {rule["name"]: rule for rule in answer["failed"]}
    assert found["hosts"]["value"] == row["host"]
    assert found["stops"]["value"] == pytest.approx(row["full_stops"] / row["characters"])
    told = run("explain", built.path, row["id"], "--lang", "en").out
    assert "∉ example.jp" in told and f"host = {row['host']}" in told
    replayed = replay.judge(built.path, judge.load(tmp_path / "rules.toml"))
    assert (replayed.gained, replayed.lost) == (0, 0)


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_the_verbs(built: Path, tmp_path: Path, lang: str) -> None:
    recipe = tmp_path / "loose.toml"
    recipe.write_text('name = "loose"\nextends = "manyo"\ndisable = ["too_short"]\n')
    shown = run("judge", built, "--recipe", recipe, "--lang", lang)
    assert shown.code == 0 and "many_short_lines" in shown.out
    plain = json.loads(run("judge", built, "--recipe", "manyo", "--json").out)
    assert plain["passed"] == plain["kept"] + plain["duplicates"]
    shown = run("compare", built, "--recipes", f"manyo,{recipe}", "--lang", lang)
    assert shown.code == 0 and "loose" in shown.out
    wrong = run("judge", built, "--recipe", "manio")
    assert wrong.code == 1 and "did you mean 'manyo'?" in wrong.err
    assert "Traceback" not in wrong.err
