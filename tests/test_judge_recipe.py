"""Manyo's own recipe: what it must keep, what it must refuse, and how it does on real pages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from manyo import judge, measure
from manyo.judge.known import known

CASES = json.loads((Path(__file__).parent / "cases/judge-manyo.json").read_text("utf-8"))
REAL = Path(__file__).parents[2] / "shared/data"  # real pages kept beside the checkout


def failures(text: str) -> list[str]:
    return judge.failed(judge.load("manyo"), measure.measure([text])).to_pylist()[0]


@pytest.mark.parametrize(("register", "text"), CASES["kept"])
def test_kept(register: str, text: str) -> None:
    assert failures(text) == [], register


@pytest.mark.parametrize(("rule", "text", "times"), CASES["refused"])
def test_refused(rule: str, text: str, times: int) -> None:
    assert rule in failures(text * times)


def test_every_rule_refuses_some_case() -> None:
    refusing = {rule for rule, _, _ in CASES["refused"]}
    assert {rule.name for rule in judge.load("manyo").rules} == refusing


@pytest.mark.parametrize(
    ("text", "rule", "why"), json.loads((Path(__file__).parent / "cases/known-failures-judge.json").read_text("utf-8"))
)
def test_known_failures_still_fail(text: str, rule: str, why: str) -> None:
    found = failures(text)
    assert (rule in found) if rule else not found, f"mended: move it to the cases ({why})"


@pytest.mark.parametrize("name", judge.recipes())
def test_recipes_say_why_and_whence(name: str) -> None:
    rules = judge.load(name)
    assert rules.description
    for rule in rules.rules:
        assert rule.why_ja and rule.why_en and rule.source, rule.name
        assert set(rule.needs) <= set(known())


@pytest.mark.skipif(not REAL.is_dir(), reason="the real pages are not beside this checkout")
@pytest.mark.parametrize(
    ("pattern", "at_most"),
    [
        ("extract/ja_pages/*.gt.txt", 0.02),
        ("extract/postlight/*.gt.txt", 0.0),
        ("extract/egov_law_sjis/text/*.txt", 0.01),
        ("corpus/aozora/*.txt", 0.0),
    ],
)
def test_real_main_texts_are_kept(pattern: str, at_most: float) -> None:
    texts = [text for path in sorted(REAL.glob(pattern)) if (text := path.read_text("utf-8")).strip()]
    refused = [names for names in judge.failed(judge.load("manyo"), measure.measure(texts)).to_pylist() if names]
    assert texts
    assert len(refused) <= at_most * len(texts), refused
