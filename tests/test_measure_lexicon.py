"""Word lists: the automaton against a search at every position, and our own lists on real sentences."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manyo import measure
from manyo.columns import Column
from manyo.errors import ManyoError
from manyo.measure import alphabet, lexicon
from manyo.measure.lexicon import COVERED, DISTINCT, EXCEPTION, HITS, LEFT, LISTS, RIGHT, SUBJECTS, Word

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


@settings(deadline=None, max_examples=100)
@given(lists, lists, st.lists(texts, min_size=1, max_size=3))
def test_groups_do_not_see_one_another(one: list[Word], two: list[Word], rows: list[bytes]) -> None:
    apart = [
        lexicon.count(Column.join(rows), lexicon.build([[Word(w.text, min(w.list, 0), w.bounds) for w in items]], [0]))
        for items in (one, two)
    ]
    both = [
        [Word(w.text, number if w.list >= 0 else EXCEPTION, w.bounds) for w in items]
        for number, items in enumerate((one, two))
    ]
    together = lexicon.count(Column.join(rows), lexicon.build(both, [0, 1]))
    assert together.tolist() == np.concatenate(apart, axis=1).tolist()


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


def test_our_lists_repeat_no_word_and_those_of_subjects_share_none() -> None:
    read = {
        name: [word.text.lower() for word in lexicon.read_words(path.read_text("utf-8"), 0)]
        for name in LISTS
        for path in [Path(lexicon.__file__).with_name("words") / f"{name}.txt"]
    }
    of_subjects = [word for name in SUBJECTS for word in read[name]]
    for words in [*read.values(), of_subjects]:
        assert sorted(words) == sorted(set(words))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("良い\n!||\n", "without a word"),
        ("良い\nこわれた\ufffd字", "damaged"),
        ("良い\n\ud800", "damaged"),
        ("長" * 201, "201 characters"),
    ],
)
def test_a_line_that_is_no_word_is_an_error(text: str, message: str) -> None:
    with pytest.raises(ManyoError, match=message) as caught:
        lexicon.theirs((("mine", text),))
    assert "list 'mine', line" in str(caught.value)


def test_a_file_with_a_byte_order_mark_and_with_windows_line_ends_is_read() -> None:
    assert [word.text for word in lexicon.read_words("\ufeff一つ目\r\n\r\n二つ目\r\n", 0)] == ["一つ目", "二つ目"]


pieces = st.sampled_from([*"0123489０２８年月日./- 第話（", "2019", "１２３４", "12", "8", "年", "/", "月"])


@settings(deadline=None, max_examples=300)
@given(st.lists(pieces, max_size=20).map("".join))
def test_dates_are_marks_of_boards(text: str) -> None:
    def dates(digit: str) -> int:
        both = "[0-9０-９]"
        year = f"(?={digit}{digit}[年./-])(?<={both}{both}){digit}{digit}[年./-] *{both}{{1,2}}[月./-] *{both}{{1,2}}(?!{both})"
        return len(re.findall(f"(?={year})", text))

    expected = dates("[0-9]") + dates("[０-９]") + len(re.findall("[0-9０-９]話", text))
    assert lexicon.count(Column.of([text]))[0, LISTS.index("bbs"), HITS] == expected


phrases = st.sampled_from(
    ["続きを読む", "関連記事", "All Rights Reserved", "春は", "あけぼの。", " ", "\u3000", "\n", "\n\n"]
)


@settings(deadline=None, max_examples=300)
@given(st.lists(phrases, max_size=60).map("".join))
def test_footer_lines(text: str) -> None:
    lines = [line for line in text.split("\n") if line.strip()][-10:]
    footers = total = 0
    for line in lines:
        found = re.findall("続きを読む|関連記事|All Rights Reserved", line)
        solid = len("".join(line.split()))
        footers += solid * (10 * sum(len("".join(one.split())) for one in found) > 3 * solid)
        total += solid
    assert lexicon.count_all(Column.of(["続きを読む\n", text]), lexicon.ours())[1][1].tolist() == [footers, total]


def test_a_suspicion_needs_more_than_a_phrase() -> None:
    table = measure.measure(
        [
            "いかがでしたか。春の山は、雪どけの水の音がします。",
            "この記事では、春の山について徹底解説します。ぜひ最後までご覧ください。いかがでしたか。参考にしてみてくださいね。",
            "あなたの犬は、あなたが彼らに与えるものを持っています。それはまた、あなたの素晴らしい経験です。もしあなたが望むなら。",
            "登録したメールアドレスを入力すると、確認の手紙が届きます。設定は、いつでも変えることができます。",
        ]
    ).to_pylist()
    assert [round(row["machine_generated_suspicion"], 2) for row in table] == [0.5, 1.0, 0.0, 0.0]
    assert [row["machine_translation_suspicion"] > 0.5 for row in table] == [False, False, True, False]
