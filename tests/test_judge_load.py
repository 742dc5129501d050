"""Reading recipes: extending, and every way in which one can be wrong."""

from __future__ import annotations

import contextlib
import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manyo import judge
from manyo.errors import ManyoError

GOOD = """
name = "町"
description = "町のページ"
extends = "manyo"
disable = ["many_short_lines", "mojibake"]

[thresholds]
too_short.min = 400
many_urls.max = 0.1

[[rule]]
name = "many_digits_too"
measure = "digit_share"
min = 0.01
max = 0.2
why.ja = "数字が多すぎる"
why.en = "too many digits"
source = "試験のため"
"""


def write(folder: Path, text: str | bytes, name: str = "r.toml") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_extending_changes_what_it_says_and_nothing_else(tmp_path: Path) -> None:
    base, mine = judge.load("manyo"), judge.load(write(tmp_path, GOOD))
    assert mine.name == "町"
    rules = {rule.name: rule for rule in mine.rules}
    assert rules["too_short"].min == 400
    assert rules["many_urls"].max == 0.1
    assert rules["many_digits_too"].why_ja == "数字が多すぎる"
    changed = {"too_short", "many_urls", "many_digits_too"}
    assert [rule for rule in mine.rules if rule.name not in changed] == [
        rule for rule in base.rules if rule.name not in changed | {"many_short_lines", "mojibake"}
    ]
    assert mine.digest != base.digest


def test_a_file_extends_a_file_beside_it(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    write(tmp_path, GOOD, "base.toml")
    path = write(tmp_path / "deep", 'name = "b"\nextends = "../base.toml"\nthresholds.too_short.min = 7\n')
    assert judge.load(path).rules[0].min == 7
    assert judge.load(str(path)) == judge.load(path)


def test_a_changed_threshold_may_have_its_own_source(tmp_path: Path) -> None:
    text = 'name = "x"\nextends = "manyo"\n[thresholds.too_short]\nmin = 7\nsource = "試した"\n'
    assert judge.load(write(tmp_path, text)).rules[0].source == "試した"
    assert judge.load(write(tmp_path, text.replace('source = "試した"', ""))).rules[0].source.startswith("FineWeb")


def test_the_tokenizer_is_taken_from_what_is_extended_and_left_out_where_no_rule_needs_it(tmp_path: Path) -> None:
    rule = '[[rule]]\nname = "nouns"\nmeasure = "noun_share"\nmax = 0.8\n'
    base = judge.load(write(tmp_path, f'name = "a"\nwords = "mecab"\n{rule}', "a.toml"))
    above = judge.load(write(tmp_path, 'name = "b"\nextends = "a.toml"\nthresholds.nouns.max = 0.7\n', "b.toml"))
    assert (base.words, base.extras, above.words) == ("mecab", ("mecab",), "mecab")
    none = judge.load(write(tmp_path, 'name = "c"\nextends = "manyo"\nwords = "mecab"\n', "c.toml"))
    assert (none.words, none.extras, none.digest) == ("", (), judge.load("manyo").digest)
    with pytest.raises(ManyoError, match=r"needs manyo\[mecab\], which is not installed") as caught:
        base.require({"words"})
    assert "nouns look at noun_share" in caught.value.where
    base.require({"mecab"})
    assert judge.load({"name": "d", "words": "sudachi", "rule": [base.rules[0].to_dict()]}).digest != base.digest


def test_a_dictionary_of_what_was_read_reads_the_same() -> None:
    rules = judge.load("manyo")
    again = judge.load(json.loads(json.dumps(rules.to_dict())))
    assert again == rules
    assert again.digest == rules.digest


def test_wording_does_not_change_the_digest() -> None:
    contents = judge.load("manyo").to_dict()
    contents["rule"][0]["why"] = {"ja": "別の言い方"}
    assert judge.load(contents).digest == judge.load("manyo").digest


RULE: dict[str, Any] = {"name": "short", "measure": "characters", "min": 100}


def recipe(**rule: Any) -> dict[str, Any]:
    return {"name": "x", "rule": [{key: value for key, value in (RULE | rule).items() if value is not None}]}


WRONG: list[tuple[dict[str, Any], str, str, str]] = [
    ({"name": "x", "extend": "manyo"}, "no key 'extend'", "recipe", "'extends'"),
    (recipe(mim=3), "no key 'mim'", "rule 1 (short)", "'min'"),
    (recipe(measure="charactors"), "no measure 'charactors'", "rule 1 (short): measure", "'characters'"),
    (recipe(why={"jp": "短い"}), "no key 'jp'", "why", "'ja'"),
    (recipe(max=50), "min 100 is more than max 50", "rule 1 (short)", ""),
    (recipe(min=-1), "min = -1 is impossible", "short): min", "between 0 and inf"),
    (recipe(measure="url_share", min=None, max=40), "max = 40 is impossible", "short): max", "between 0 and 1"),
    (recipe(min=math.nan), "min = nan is no threshold", "short): min", "leave the key out"),
    (recipe(min=math.inf), "min = inf is no threshold", "short): min", ""),
    (recipe(min=True), "must be a number, not True", "short): min", ""),
    (recipe(min="100"), "must be a number, not '100'", "short): min", ""),
    (recipe(min=None), "no threshold", "rule 1 (short)", "min, max or both"),
    (recipe(name=None), "name is missing", "rule 1", ""),
    (recipe(measure=None), "measure is missing", "rule 1 (short)", ""),
    ({"name": "x", "rule": [RULE, RULE]}, "two rules 'short'", "rule 2", "thresholds.short"),
    ({"name": "x", "extends": "manyo", "rule": [RULE | {"name": "too_short"}]}, "two rules 'too_short'", "rule 1", ""),
    ({"name": "x", "rule": [3]}, "a rule is a table", "rule 1", ""),
    ({"name": "x", "rule": 3}, "rule must be a list", "rule", ""),
    ({"name": "x"}, "no rules", "recipe", "extends"),
    ({"rule": [RULE]}, "name is missing", "recipe", ""),
    ({"name": "x", "words": "mecub", "extends": "manyo"}, "no tokenizer 'mecub'", "words", "'mecab'"),
    ({"name": "x", "words": 3, "extends": "manyo"}, "words must be text", "words", ""),
    ({"name": "x", "extends": "manyo", "thresholds": {"too_short": {"source": 3}}}, "must be text", "too_short", ""),
    ({"name": "x", "extends": "manio"}, "no recipe 'manio'", "recipe", "'manyo'"),
    ({"name": "x", "extends": "manyo", "disable": ["to_short"]}, "no rule 'to_short'", "disable", "'too_short'"),
    ({"name": "x", "extends": "manyo", "disable": [["too_short"]]}, "no rule ['too_short']", "disable", "'too_short'"),
    (
        {"name": "x", "extends": "manyo", "thresholds": {"to_short": {"min": 1}}},
        "no rule",
        "thresholds.to_short",
        "'too_short'",
    ),
    (
        {"name": "x", "extends": "manyo", "thresholds": {"too_short": {"least": 1}}},
        "no key 'least'",
        "thresholds.too_short",
        "",
    ),
    (
        {"name": "x", "extends": "manyo", "thresholds": {"too_short": 5}},
        "min or max",
        "thresholds.too_short",
        "too_short.min",
    ),
    (
        {"name": "x", "extends": "manyo", "thresholds": {"many_urls": {"max": 2}}},
        "impossible",
        "thresholds.many_urls: max",
        "",
    ),
    ({"name": "x", "disable": ["too_short"], "rule": [RULE]}, "needs a recipe to change", "disable", "extends"),
]


@pytest.mark.parametrize(("contents", "what", "where", "hint"), WRONG)
def test_what_is_wrong_is_said_with_its_place(contents: dict[str, Any], what: str, where: str, hint: str) -> None:
    with pytest.raises(ManyoError) as caught:
        judge.load(contents)
    assert what in caught.value.what
    assert where in caught.value.where
    assert hint in caught.value.hint


def test_bad_files(tmp_path: Path) -> None:
    half = write(tmp_path, GOOD[: GOOD.index("[thresholds]") + 5], "half.toml")
    binary = write(tmp_path, bytes(range(256)), "binary.toml")
    for path, what in (
        (tmp_path, "this is a folder"),
        (tmp_path / "absent.toml", "there is no file here"),
        (binary, "not UTF-8"),
        (half, "this is not TOML"),
        (write(tmp_path, "", "empty.toml"), "name is missing"),
        (write(tmp_path, "name = 'x'\nextends = 'self.toml'", "self.toml"), "in a circle"),
    ):
        with pytest.raises(ManyoError, match=what) as caught:
            judge.load(path)
        assert str(path) in caught.value.where


@pytest.mark.parametrize("length", range(0, len(GOOD.encode()), 7))
def test_a_recipe_cut_anywhere_is_read_or_refused(tmp_path: Path, length: int) -> None:
    path = write(tmp_path, GOOD.encode()[:length])
    try:
        judge.load(path)
    except ManyoError as error:
        assert str(path) in error.where


@settings(deadline=None, max_examples=400)
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["name", "min", "max", "why", "ja", "measure", "too_short"]), inner, max_size=3
            )
        ),
        max_leaves=6,
    ),
    st.sampled_from(["name", "description", "extends", "disable", "thresholds", "rule"]),
)
def test_no_contents_end_in_a_traceback(value: Any, key: str) -> None:
    with contextlib.suppress(ManyoError):
        judge.load({"name": "x", "extends": "manyo", key: value})
