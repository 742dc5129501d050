"""The published recipes: each rule refuses what it should and nothing else does, and three of them equal a slow reading."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import published_rules
from manyo import judge, measure
from manyo.edit.catalogue import EDITS
from manyo.judge.known import known
from manyo.measure.segmenters import installed

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
    assert set(judge.recipes()) == {*PUBLISHED, "manyo"}


@pytest.mark.parametrize("recipe", PUBLISHED)
def test_prose_passes(recipe: str) -> None:
    assert failures(recipe, BASE) == set()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['recipe']}-{case['rule']}")
def test_a_rule_refuses_and_no_other_does(case: dict[str, Any]) -> None:
    """`also` names the rules that cannot but fail with it: a text that repeats 10-grams repeats 5-grams."""
    found = failures(case["recipe"], case["text"].replace("{base}", BASE), case.get("page", {}))
    assert found == {case["rule"], *case.get("also", [])}


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
    assert ("Not here" in comment and "[dedupe]" in comment) or "dedupe" in comment


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
    assert [pair for pair in pairs if pair[0] != pair[1]] == []
