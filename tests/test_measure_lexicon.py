"""Word lists: the automaton against a search at every position, and our own lists on real sentences."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manyo.columns import Column
from manyo.errors import ManyoError
from manyo.measure import alphabet, lexicon
from manyo.measure.lexicon import COVERED, DISTINCT, EXCEPTION, HITS, LEFT, LISTS, RIGHT, Word

CASES = json.loads((Path(__file__).parent / "cases/measure-words.json").read_text("utf-8"))
KNOWN = json.loads((Path(__file__).parent / "cases/known-failures-measure.json").read_text("utf-8"))

letters = st.text("あいアイー漢字aBz", min_size=1, max_size=4)
words = st.builds(Word, letters, st.sampled_from([EXCEPTION, 0, 1]), st.integers(0, LEFT | RIGHT))
lists = st.lists(words, min_size=1, max_size=12)
piece = st.one_of(st.text("あいアイー漢字aAbBz。", max_size=12).map(str.encode), st.binary(max_size=3))
texts = st.lists(piece, max_size=8).map(b"".join)


def script(character: str) -> int:
    if character == "ー":
        return alphabet.KATAKANA
    return min(int(alphabet.table()[ord(character)]) & alphabet.CLASS, alphabet.KANJI)


def twin(items: list[Word], data: bytes) -> list[list[int]]:
    """At each position the longest word that stands there; then on from its end."""
    text = data.decode("utf-8", "replace")
    folded = "".join(c.lower() if c.isascii() else c for c in text)
    first: dict[str, Word] = {}
    for item in items:
        first.setdefault("".join(c.lower() if c.isascii() else c for c in item.text), item)
    counts = [[0, 0, 0], [0, 0, 0]]
    seen = set()
    position = 0
    while position < len(text):
        found = ""
        for word, item in first.items():
            end = position + len(word)
            if not folded.startswith(word, position) or len(word) <= len(found):
                continue
            if item.bounds & LEFT and position and script(text[position - 1]) == script(text[position]):
                continue
            if item.bounds & RIGHT and end < len(text) and script(text[end]) == script(text[end - 1]):
                continue
            found = word
        if not found:
            position += 1
            continue
        position += len(found)
        if (number := first[found].list) != EXCEPTION:
            counts[number][HITS] += 1
            counts[number][DISTINCT] += found not in seen
            counts[number][COVERED] += len(found)
            seen.add(found)
    return counts


@settings(deadline=None, max_examples=300)
@given(lists, st.lists(texts, min_size=1, max_size=3))
def test_the_automaton_finds_what_a_search_finds(items: list[Word], rows: list[bytes]) -> None:
    machine = lexicon.build([[w for w in items if w.list != 1], [w for w in items if w.list == 1]], [0, 0])
    items = [w for w in items if w.list != 1] + [w for w in items if w.list == 1]
    assert lexicon.count(Column.join(rows), machine).tolist() == [twin(items, row) for row in rows]


def test_many_matches_without_a_gap() -> None:
    """More than fit among those that a longer one might still replace."""
    machine = lexicon.build([[Word("あ", 0, 0), Word("あいう", 0, 0), Word("うううううううう", 0, 0)]], [0])
    counts = lexicon.count(Column.of(["あ" * 5000 + "あいう" * 5000]), machine)
    assert counts[0, 0].tolist() == [10_000, 2, 20_000]


@pytest.mark.parametrize(("name", "text", "expected"), CASES["hits"])
def test_hits(name: str, text: str, expected: int) -> None:
    assert lexicon.count(Column.of([text]))[0, LISTS.index(name), HITS] == expected


@pytest.mark.parametrize(("register", "text"), CASES["hard negatives"])
def test_hard_negatives(register: str, text: str) -> None:
    counts = lexicon.count(Column.of([text]))[0, :, HITS]
    assert dict(zip(LISTS, counts.tolist(), strict=True)) == dict.fromkeys(LISTS, 0), register


@pytest.mark.parametrize(("name", "text", "why"), KNOWN["words"])
def test_known_failures_still_fail(name: str, text: str, why: str) -> None:
    assert lexicon.count(Column.of([text]))[0, LISTS.index(name), HITS] > 0, f"mended: move it to the cases ({why})"


def test_our_lists_share_no_word_and_repeat_none() -> None:
    texts = [
        line.strip("!|").lower()
        for name in LISTS
        for line in Path(lexicon.__file__).with_name("words").joinpath(f"{name}.txt").read_text("utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    assert sorted(texts) == sorted(set(texts))


def test_a_line_of_signs_alone_is_an_error() -> None:
    with pytest.raises(ManyoError, match="without a word"):
        lexicon.read_words("良い\n!||\n", 0)
