"""Names and words as hashes: what is one name, what is one word, and the table that they are looked up in."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from manyo.columns import Column
from manyo.read import segment as s
from manyo.read import vocabulary


def names(start_tag: str) -> set[int]:
    """The hashes of the innermost container's names."""
    found = s.segment(Column.join([f"<div><{start_tag}>本文".encode()]))
    first = found.containers[found.blocks[0, s.CONTAINER], s.FIRST_NAME]
    return set(found.names[first:].tolist())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("div class=entry-body", "div class=entryBody"),
        ("div class=entry-body", "div id='entry_body_12'"),
        ("div class='main wide'", "div class='wide  main'"),
        ("div class=NAV", "section class=nav"),
        ("div role=main", "div id=main"),
        ("div itemprop=articleBody", "div class=article-body"),
        ("div class=本文", "div class=本文2"),
    ],
)
def test_names_that_are_one(one: str, other: str) -> None:
    assert names(one) == names(other) != set()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("div class=entry", "div class=entries"),
        ("div class=entrybody", "div class=bodyentry"),
        ("div class=本文", "div class=文本"),
    ],
)
def test_names_that_are_not(one: str, other: str) -> None:
    assert names(one) != names(other)


def test_a_name_of_several_words_is_known_by_its_words_too() -> None:
    assert names("div class=entry-body") >= names("div class=entry") | names("div class=body")


def test_a_container_has_sixteen_names_at_most_and_one_tag_cannot_hold_up_the_page() -> None:
    many = " ".join(f"n{'abcdefghij'[number % 10] * (number + 2)}" for number in range(2000))
    assert len(names(f'div class="{many}"')) <= 16


def words(*blocks: str) -> list[list[int]]:
    found = s.segment(Column.join([("<p>" + "<p>".join(blocks)).encode()]))
    hashes, offsets = vocabulary.words_of(found)
    return [hashes[start:end].tolist() for start, end in pairwise(offsets.tolist())]


def test_words_are_runs_of_letters_and_pairs_of_wide_characters() -> None:
    (whole, *pairs), (_, *more) = words("関連記事", "関連情報")
    assert whole and len(pairs) == len(more) == 3
    assert pairs[0] == more[0] and set(pairs[1:]).isdisjoint(more[1:])
    (_, share, this), (_, again) = words("Share THIS", "share")
    assert share == again != this
    assert words("第3回")[0][0] == words("第 12 回")[0][0]  # digits and spaces make no difference to the whole
    assert words("あ" * 21)[0][0] == 0  # too long to be known as a whole


def twin(text: str) -> int:
    """How many words a block opens with."""
    opening, size = "", 0
    for character in text:
        size += len(character.encode())
        if size - len(character.encode()) >= 60:
            break
        opening += character
    return sum(len(run) > 1 for run in re.findall("[A-Za-z]+", opening)) + sum(
        0x800 <= ord(one) < 0x10000 and 0x800 <= ord(two) < 0x10000 for one, two in pairwise(opening)
    )


@given(st.text(st.sampled_from("abZ 1日本語かなー、é𠮷😀"), min_size=1, max_size=80).map(lambda text: "x" + text + "y"))
def test_as_many_words_as_a_twin_in_python_finds(text: str) -> None:
    (found,) = words(re.sub(" +", " ", text))
    assert len(found) - 1 == min(twin(re.sub(" +", " ", text)), vocabulary.WORDS - 1)


@given(st.dictionaries(st.integers(1, 2**32 - 1), st.floats(-5, 5, width=32), max_size=200))
def test_a_table_gives_back_what_was_put_in(odds: dict[int, float]) -> None:
    table = vocabulary.table(odds)
    assert len(table.keys) & len(table.keys) - 1 == 0
    stored = {int(key): float(value) for key, value in zip(table.keys, table.odds, strict=True) if key}
    assert stored == odds


def test_odds_of_names_add_up_and_unknown_ones_count_nothing() -> None:
    found = s.segment(Column.join([b"<div class='alpha beta'>x<div class=gamma>y"]))
    first = found.containers[found.blocks[0, s.CONTAINER], s.FIRST_NAME]
    alpha, beta = found.names[first : first + 2].tolist()
    known = vocabulary.table({alpha: 1.5, beta: -0.25, 12345: 9.0})
    odds = vocabulary.of_containers(found, known)
    assert odds[found.blocks[:, s.CONTAINER]].tolist() == [1.25, 0.0]


def test_what_words_say_together() -> None:
    found = s.segment(Column.join(["<p>関連記事".encode()]))
    (whole, first, second, _third), *_ = words("関連記事")
    said = vocabulary.of_blocks(found, vocabulary.table({whole: -3.0, first: -2.0, second: 1.0}))
    assert said[0, [vocabulary.WHOLE, vocabulary.MEAN, vocabulary.LEAST, vocabulary.MOST]].tolist() == [-3, -0.5, -2, 1]
    assert said.dtype == np.float32
