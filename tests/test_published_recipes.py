"""The published recipes: each rule refuses what it should and nothing else does, and three of them equal a slow reading."""

from __future__ import annotations

import json
import re
import tomllib
import zlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import manyo
import published_rules
import small_crawl
from command_line import manyo as run
from command_line import refused
from manyo import judge, measure, pipeline, release, replay
from manyo.edit.catalogue import EDITS
from manyo.errors import ManyoError
from manyo.judge.known import known
from manyo.measure.catalogue import measures
from manyo.measure.segmenters import installed
from test_build import digest

FILE = json.loads((Path(__file__).parent / "cases/published-recipes.json").read_text("utf-8"))
BASE: str = FILE["base"]
CASES: list[dict[str, Any]] = FILE["cases"]
PUBLISHED = ("swallow-v1", "fineweb2-ja", "hojichar", "llm-jp-v1", "uzushio")
REAL = Path(__file__).parents[2] / "shared/data"  # real texts kept beside the checkout
OF_THE_PAGE = {"link_share": 0.0, "edited_share": 0.0, "page_bytes": 0, "decode_errors": 0, "host": ""}


def rows(recipe: str, texts: list[str], page: Mapping[str, Any] = OF_THE_PAGE) -> pa.Table:
    """As a ledger has them. Skips where the recipe's tokenizer is not installed."""
    rules = judge.load(recipe)
    if not set(rules.extras) <= installed():
        pytest.skip(f"manyo[{', '.join(rules.extras)}] is not installed")
    table = measure.measure(texts, words=rules.words if rules.extras else "")
    for name, value in {**OF_THE_PAGE, **page}.items():
        table = table.append_column(name, pa.array([value] * len(texts)))
    return table


def failures(recipe: str, text: str, page: Mapping[str, Any] = OF_THE_PAGE) -> set[str]:
    return set(judge.failed(judge.load(recipe), rows(recipe, [text], page)).to_pylist()[0])


def test_all_of_them_are_shipped() -> None:
    assert set(judge.recipes()) == {*PUBLISHED, "manyo", "manyo-strict"}


@pytest.mark.parametrize("recipe", PUBLISHED)
def test_prose_passes(recipe: str) -> None:
    assert failures(recipe, BASE) == set()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['recipe']}-{case['rule']}")
def test_a_rule_refuses_and_no_other_does(case: dict[str, Any]) -> None:
    """`also` names the rules that cannot but fail with it: a text that repeats 10-grams repeats 5-grams."""
    found = failures(case["recipe"], case["text"].replace("{base}", BASE), case.get("page", {}))
    assert found == {case["rule"], *case.get("also", [])}


def test_the_strict_recipe_is_manyo_and_more() -> None:
    """Its cases are those of what it changes: `manyo` lets all of them pass."""
    ours, strict = judge.load("manyo"), judge.load("manyo-strict")
    changed = {rule.name for rule in strict.rules if rule not in ours.rules}
    assert changed == {case["rule"] for case in of("manyo-strict")}
    assert {rule.name for rule in ours.rules} <= {rule.name for rule in strict.rules}
    assert failures("manyo-strict", BASE) == set()
    for case in of("manyo-strict"):
        assert failures("manyo", case["text"]) == set(), case["rule"]
    sources = {rule.name: rule.source for rule in ours.rules}
    assert all(rule.source != sources.get(rule.name) for rule in strict.rules if rule.name in changed)


@pytest.mark.parametrize("recipe", PUBLISHED)
def test_every_rule_has_a_case(recipe: str) -> None:
    assert [rule.name for rule in judge.load(recipe).rules if rule.name not in {c["rule"] for c in of(recipe)}] == []


def of(recipe: str) -> list[dict[str, Any]]:
    return [case for case in CASES if case["recipe"] == recipe]


@pytest.mark.parametrize("recipe", judge.recipes())
def test_recipes_stand_on_what_there_is(recipe: str) -> None:
    rules = judge.load(recipe)
    assert set(rules.needs) <= set(known())
    assert {*rules.before, *rules.after} <= set(EDITS)
    assert bool(rules.words) == bool(rules.extras)
    assert judge.load(rules.to_dict()) == rules
    for rule in rules.rules:
        assert rule.source and rule.why_ja and rule.why_en, rule.name
        assert any("぀" <= character <= "ヿ" for character in rule.why_ja), rule.name
        assert rule.why_en.isascii() or any(mark in rule.why_en for mark in "。、・…•"), rule.name


@pytest.mark.parametrize("recipe", PUBLISHED)
def test_a_recipe_says_what_it_cannot_repeat(recipe: str) -> None:
    text = (Path(judge.__file__).parent / "recipes" / f"{recipe}.toml").read_text("utf-8")
    comment = "\n".join(line for line in text.splitlines() if line.startswith("#"))
    assert "Not here" in comment
    assert "dedupe" in comment


def shown() -> list[str]:
    """The rule sets that the documentation shows."""
    page = (Path(__file__).parents[1] / "docs/judge.md").read_text("utf-8")
    blocks = re.findall(r"^```toml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    return [block for block in blocks if "name = " in block]


@pytest.mark.parametrize("block", shown())
def test_rule_sets_in_the_documentation_are_rule_sets(block: str) -> None:
    rules = judge.load(tomllib.loads(block), {**known(), **measures(["hojichar_adult"], "mecab")})
    assert rules.rules


# On a release: the ledger's columns, and a new release from what an earlier one keeps.


@pytest.fixture(scope="module")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small crawl, with pages that some rule of each recipe refuses and others do not."""
    folder = tmp_path_factory.mktemp("published")
    small_crawl.write(folder / "crawl.warc.gz")
    (folder / "cases").mkdir()
    for number, case in enumerate(case for case in CASES if not case.get("page")):
        (folder / "cases" / f"{number:03}.txt").write_text(case["text"].replace("{base}", BASE), "utf-8")
    return folder


def recipe_of(crawl: Path, **sections: Any) -> dict[str, Any]:
    inputs = [str(crawl / "crawl.warc.gz"), str(crawl / "cases")]
    return {"name": "small", "inputs": inputs, "engine": {"shard": 100_000}, **sections}


@pytest.fixture(scope="module")
def first(crawl: Path) -> Path:
    return manyo.build(recipe_of(crawl), crawl / "first", workers=1).path


@pytest.mark.parametrize("recipe", PUBLISHED)
def test_a_release_by_it_is_the_one_that_a_build_makes(crawl: Path, first: Path, tmp_path: Path, recipe: str) -> None:
    rules = judge.load(recipe)
    if not set(rules.extras) <= installed():
        with pytest.raises(ManyoError, match=f"needs manyo.{rules.extras[0]}., which is not installed"):
            pipeline.reissue(first, recipe, tmp_path / "issued", workers=1)
        return
    built = manyo.build(recipe_of(crawl, judge={"rules": recipe}), tmp_path / "built", workers=1)
    issued = pipeline.reissue(first, recipe, tmp_path / "issued", workers=1)
    assert digest(issued.path) == digest(built.path)
    release.verify(issued.path)
    replayed = replay.judge(built.path, rules)
    assert (replayed.gained, replayed.lost, replayed.words) == (0, 0, "")
    assert 0 < built.kept < built.counts["candidates"]
    again = pipeline.reissue(issued.path, "manyo", tmp_path / "back", workers=1)
    assert digest(again.path) == digest(first)


@pytest.mark.parametrize("recipe", PUBLISHED)
def test_a_replay_is_what_a_fresh_measurement_gives(first: Path, recipe: str) -> None:
    """Or says what to do, where the ledger has no words."""
    rules = judge.load(recipe)
    if rules.extras:
        told = refused("judge", first, "--recipe", recipe)
        assert "no measures of words" in told and f"pip install 'manyo[{rules.extras[0]}]'" in told
        assert f"manyo release --from {first} --recipe {recipe}" in told
        assert "no measures of words" in refused("compare", first, "--recipes", f"manyo,{recipe}")
        return
    texts = {row["id"]: row for row in ledger_of(first / "ledger")}
    found = replay.judge(first, rules, write=True)
    assert found.written is not None
    written = {row["id"]: row["failed"] for row in ledger_of(found.written)}
    assert {name: [f.rule for f in judge.explain(rules, row)] for name, row in texts.items()} == written
    assert found.passed == sum(not failed for failed in written.values())


def ledger_of(folder: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pa.concat_tables(pq.read_table(path) for path in sorted(folder.iterdir())).to_pylist()
    return rows


def test_recipes_are_compared(first: Path) -> None:
    names = ["manyo", *(name for name in PUBLISHED if not judge.load(name).extras)]
    found = replay.compare(first, [judge.load(name) for name in names])
    for place, name in enumerate(names):
        assert int(found.both[place, place]) == replay.judge(first, judge.load(name)).passed


def test_a_list_of_the_build_s_own_may_be_judged_by(crawl: Path, first: Path, tmp_path: Path) -> None:
    """As the documentation shows it for HojiChar's lists."""
    (tmp_path / "wheels.txt").write_text("水車\n", "utf-8")
    (tmp_path / "dry.toml").write_text(
        'name = "dry"\nextends = "llm-jp-v1"\n[[rule]]\nname = "wet"\nmeasure = "wheels_hits"\nmax = 0\n', "utf-8"
    )
    lists = {"lists": {"wheels": str(tmp_path / "wheels.txt")}}
    built = manyo.build(recipe_of(crawl, measure=lists), tmp_path / "built", workers=1)
    told = json.loads(run("judge", built.path, "--recipe", tmp_path / "dry.toml", "--json").out)
    wet = next(rule for rule in told["rules"] if rule["name"] == "wet")
    assert wet["failed"] == sum(row["wheels_hits"] > 0 for row in ledger_of(built.path / "ledger")) > 0
    assert run("compare", built.path, "--recipes", f"manyo,{tmp_path / 'dry.toml'}").code == 0
    assert "there is no measure 'wheels_hits'" in refused("judge", first, "--recipe", tmp_path / "dry.toml")


def test_words_by_another_tokenizer_are_told(crawl: Path, tmp_path: Path) -> None:
    if not {"words", "mecab"} <= installed():
        pytest.skip("manyo[words] and manyo[mecab] are not both installed")
    built = manyo.build(recipe_of(crawl, measure={"words": "sudachi"}), tmp_path / "built", workers=1)
    shown = run("judge", built.path, "--recipe", "hojichar", "--lang", "en")
    assert "found with words by mecab; the words of this ledger are by sudachi" in shown.out
    assert json.loads(run("judge", built.path, "--recipe", "hojichar", "--json").out)["words"] == "sudachi"
    assert "found with words" not in run("judge", built.path, "--recipe", "fineweb2-ja", "--lang", "en").out
    both = run("compare", built.path, "--recipes", "fineweb2-ja,hojichar", "--lang", "en").out
    assert both.count("found with words") == 1 and "hojichar were found with words by mecab" in both


# The slow readings. They take words as our lists find them, and leave out what stands in for a model.


def read(recipe: str, row: Mapping[str, Any], text: str) -> set[str]:
    if recipe == "swallow-v1":
        words = {name: round(row[f"{name}_share"] * len(text)) for name in ("adult", "discrimination")}
        return published_rules.swallow(text, words, row["host"])
    if recipe == "llm-jp-v1":
        names = ("advertising", "adult", "discrimination", "violence")
        return published_rules.llm_jp(text, {name: row[f"{name}_hits"] for name in names}, row["host"])
    types = {name: row[f"{name}_words"] for name in ("adult", "discrimination")}
    return published_rules.uzushio(text, types, row["link_share"])


READ = ("swallow-v1", "llm-jp-v1", "uzushio")


def decided(recipe: str, texts: list[str], page: Mapping[str, Any] = OF_THE_PAGE) -> list[tuple[set[str], set[str]]]:
    """By our rules and by the slow reading, for every text."""
    table = rows(recipe, texts, page)
    ours = judge.failed(judge.load(recipe), table).to_pylist()
    pairs = zip(ours, table.to_pylist(), texts, strict=True)
    return [(set(names) - {"not_japanese"}, read(recipe, row, text)) for names, row, text in pairs]


@pytest.mark.parametrize("recipe", READ)
def test_cases_are_decided_as_a_slow_reading_decides(recipe: str) -> None:
    for case in CASES:
        text = case["text"].replace("{base}", BASE)
        if recipe == "uzushio":
            text = text.replace("\n", "")
        [(ours, theirs)] = decided(recipe, [text], case.get("page", {}) if case["recipe"] == recipe else {})
        assert ours == theirs, case["rule"]


PIECES = st.sampled_from(
    [
        "春はあけぼの。",
        "水車小屋",
        "カタカナー",
        "！？",
        "…",
        "・",
        " ",
        "　",
        "\n",
        "，",
        "．",
        "abc",
        "12",
        "😀",
        "漢字々〆",
        "ゝヽ",
        "\u0301",
    ]
)
TEXT = st.lists(st.tuples(PIECES, st.integers(1, 40)), max_size=30).map(lambda parts: "".join(p * n for p, n in parts))


@settings(deadline=None, max_examples=60)
@given(st.lists(TEXT, min_size=1, max_size=8))
def test_any_text_is_decided_as_a_slow_reading_decides(texts: list[str]) -> None:
    for recipe in READ:
        given_texts = [text.replace("\n", "") for text in texts] if recipe == "uzushio" else texts
        for text, (ours, theirs) in zip(given_texts, decided(recipe, given_texts), strict=True):
            assert ours == theirs, text


@cache
def real() -> list[str]:
    laws = [path.read_text("utf-8") for path in sorted((REAL / "extract/egov_law_sjis/text").glob("*.txt"))]
    pages = [path.read_text("utf-8") for path in sorted((REAL / "extract").glob("*/*.gt.txt"))]
    with (REAL / "quality/mc4ja_good_bad.jsonl").open(encoding="utf-8") as lines:
        return [*laws[:40], *pages, *(json.loads(line)["text"] for line in lines)]


@pytest.mark.skipif(not REAL.is_dir(), reason="the real pages are not beside this checkout")
@pytest.mark.parametrize("recipe", READ)
def test_real_texts_are_decided_as_a_slow_reading_decides(recipe: str) -> None:
    texts = [text[:20_000] for text in real()]
    if recipe == "uzushio":
        texts = [text.replace("\n", "") for text in texts]
    pairs = decided(recipe, texts)
    assert len(pairs) > 1000
    differing = [(text, ours ^ theirs) for text, (ours, theirs) in zip(texts, pairs, strict=True) if ours != theirs]
    for text, rules in differing:  # of longer texts our zlib_ratio is an estimate, 0.02 off at most
        assert (recipe, rules) == ("llm-jp-v1", {"compression"})
        exact = len(zlib.compress(text.encode(), 9)) / len(text.encode())
        assert len(text.encode()) > 2048 and min(abs(exact - 0.3), abs(exact - 0.7)) <= 0.02
    assert len(differing) <= 0.005 * len(pairs)
