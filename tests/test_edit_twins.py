"""Every edit against a slow plain-Python twin, and what holds of all of them on any bytes."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manyo import edit
from manyo.columns import Column
from manyo.edit import EDITS

KANA = re.compile("[ぁ-ゖゝ-ゟァ-ヺー-ヿㇰ-ㇿｦ-ﾝ]")
JAPANESE = "[）」』］〕】〉》ぁ-ゖァ-ヺ々〇〻\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
SPACES = "\t\x0b\x0c\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
PHRASES = sorted(
    {
        line.strip().encode().lower().decode()
        for line in (files("manyo.edit") / "footer.txt").read_text("utf-8").splitlines()
        if line.strip() and not line.startswith("#")
    },
    key=len,
    reverse=True,
)


def drop_lines_without_kana(text: str) -> str:
    return "\n".join(line for line in text.split("\n") if KANA.search(line))


def keep_finished_lines(text: str) -> str:
    lines = [line.strip(SPACES) for line in text.split("\n")]
    return "\n".join(
        line
        for line in lines
        if line.endswith(tuple("！？!?。．…")) and all(line.count(mark) <= 10 for mark in "　・区")
    )


def join_lines(text: str) -> str:
    return text.replace("\n", "")


def strip_urls(text: str) -> str:
    return re.sub(r"https?://[A-Za-z0-9_/:%#$&?()~.=+-]+", "", text)


def strip_ascii_runs(text: str) -> str:
    return re.sub(r"[\x00-\x09\x0b-\x7f]{100,}", "", text)


def cut_footer(text: str) -> str:
    lines = text.split("\n")
    for number in range(max(0, len(lines) - 10), len(lines)):
        line = re.sub("[A-Z]", lambda letter: letter[0].lower(), lines[number])
        at = matched = 0
        while at < len(line):
            found = next((phrase for phrase in PHRASES if line.startswith(phrase, at)), "")
            matched += len(found)
            at += len(found) or 1
        if 10 * matched > 3 * len(line):
            return "\n".join(lines[:number])
    return text


def japanese_punctuation(text: str) -> str:
    for western, japanese in ("，、", "．。"):
        counts = [len(re.findall(f"{JAPANESE}{mark}+", text)) for mark in (western, japanese)]
        if counts[0] > counts[1]:
            text = re.sub(
                f"(?<=[^{western}０-９Ａ-Ｚａ-ｚ])({western}+)", lambda run, mark=japanese: mark * len(run[0]), text
            )
    return text


def drop_repeated_passages(text: str) -> str:
    places = [place for place, letter in enumerate(text) if letter not in SPACES + "\n"]
    seen: set[str] = set()
    repeated: set[int] = set()
    for first in range(len(places) - 99):
        window = "".join(text[place] for place in places[first : first + 100])
        if window in seen:
            repeated |= set(range(first, first + 100))
        seen.add(window)
    gone = {places[index] for index in repeated}
    for index in repeated & {index - 1 for index in repeated}:
        gone |= set(range(places[index], places[index + 1]))
    at, lines, left = 0, text.split("\n"), set()
    for number, line in enumerate(lines):
        letters = set(range(at, at + len(line))) & set(places)
        if letters and letters <= gone:
            gone |= set(range(at, at + len(line) + 1))
        elif letters or number == len(lines) - 1 or at + len(line) not in gone:
            left.add(number)
        at += len(line) + 1
    if left and len(lines) - 1 not in left:  # nothing follows the last line that stays
        gone.add(sum(len(line) + 1 for line in lines[: max(left) + 1]) - 1)
    return "".join(letter for place, letter in enumerate(text) if place not in gone)


TWINS: dict[str, Callable[[str], str]] = {
    twin.__name__: twin
    for twin in (
        drop_repeated_passages,
        drop_lines_without_kana,
        keep_finished_lines,
        join_lines,
        strip_urls,
        strip_ascii_runs,
        cut_footer,
        japanese_punctuation,
    )
}

PIECES = st.sampled_from(
    [
        *"あアー・ｱﾟ漢区字𠮷，、．。…！!?Ａ１）］^ \t　\u2003\x85\n\n\n😀é�",
        "https://",
        "http://a",
        "https://example.jp/?q=1",
        "/x",
        "Copyright",
        "(C)",
        "サイトマップ",
        "会社概要",
        "トップページ",
        "a" * 60,
        "x y " * 26,
        "区" * 6,
        "・" * 11,
        "　" * 6,
        "です。\n",
        "，，",
        "。\n",
        "\n" * 8,
    ]
)
texts = (
    st.lists(PIECES | st.text(max_size=5), max_size=25)
    .map("".join)
    .map(lambda text: text.encode("utf-8", "replace").decode())
)


def edited(name: str, text: str | bytes) -> bytes:
    return edit.apply([text], [name]).texts.row(0)


def test_every_edit_has_a_twin() -> None:
    assert TWINS.keys() == EDITS.keys()
    for twin in EDITS.values():
        assert twin.japanese and twin.english and twin.source


@pytest.mark.parametrize("name", TWINS)
@settings(deadline=None, max_examples=300)
@given(st.lists(texts, max_size=4))
def test_as_its_twin(name: str, rows: list[str]) -> None:
    found = edit.apply(rows, [name])
    assert found.texts.text().to_pylist() == [TWINS[name](text) for text in rows]
    assert found.removed[name].tolist() == [len(text) - len(TWINS[name](text)) for text in rows]


@pytest.mark.parametrize("name", [name for name in EDITS if EDITS[name].repeatable])
@settings(deadline=None, max_examples=200)
@given(texts | st.binary(max_size=60))
def test_twice_is_once(name: str, text: str | bytes) -> None:
    once = edited(name, text)
    assert edited(name, once) == once


def test_a_footer_can_be_cut_again() -> None:
    text = "\n".join(["本文です。", "Copyright", *["本文です。"] * 3, "サイトマップ", *["本文です。"] * 7])
    once = edited("cut_footer", text).decode()
    assert once.split("\n") == ["本文です。", "Copyright", *["本文です。"] * 3]
    assert edited("cut_footer", once).decode() == "本文です。"
    assert not EDITS["cut_footer"].repeatable


@pytest.mark.parametrize("name", EDITS)
@settings(deadline=None, max_examples=200)
@given(st.lists(st.binary(max_size=30) | texts.map(str.encode), max_size=4))
def test_any_bytes_come_through(name: str, rows: list[bytes]) -> None:
    """Nothing is written beyond a row or made up, and what is not UTF-8 stays in its place or goes."""
    found = edit.apply(rows, [name]).texts
    assert found.rows == len(rows)
    for index, row in enumerate(rows):
        left = iter(row)
        if name == "japanese_punctuation":
            assert len(found.row(index)) == len(row)
        else:
            assert all(byte in left for byte in found.row(index))
        assert found.row(index) == edited(name, row)


@pytest.mark.parametrize("name", EDITS)
def test_huge_lines_and_none(name: str) -> None:
    for text in (
        "",
        "\n",
        "\n" * 10_000,
        "あ" * 30_000,
        "区・　" * 10_000,
        "https://" * 4_000,
        "，" * 30_000,
        "a" * 30_000,
    ):
        assert edited(name, text).decode() == TWINS[name](text)
    assert edit.apply([], [name]).texts.rows == 0


PASSAGES = [f"{letter}{number}" * 30 for letter in "あいう" for number in (1, 22)]


@settings(deadline=None, max_examples=200)
@given(
    st.lists(
        st.sampled_from([*PASSAGES, *(p + "\n" + p[::-1] for p in PASSAGES), "\n", "\n\n", " ", "題"]), max_size=14
    )
)
def test_passages_that_come_again_go(pieces: list[str]) -> None:
    text = "".join(pieces)
    assert edited("drop_repeated_passages", text).decode() == drop_repeated_passages(text)


def test_a_slice_of_a_larger_column() -> None:
    whole = Column.join([b"abc", "一覧\nあ".encode(), b"x", "区\nい".encode()])
    part = Column(whole.data, whole.offsets[1:4])
    assert edit.apply(part, ["drop_lines_without_kana"]).texts.text().to_pylist() == ["あ", ""]


def test_edits_go_one_after_another() -> None:
    names = ["drop_lines_without_kana", "strip_urls", "strip_ascii_runs", "join_lines"]
    text = "東京都\nあ" + "x" * 50 + "http://a.jp/" + "，" + "y" * 120 + "い\nう"
    found = edit.apply([text], names)
    assert found.texts.text().to_pylist() == ["あ" + "x" * 50 + "，いう"]
    assert {name: count.tolist() for name, count in found.removed.items()} == {
        "drop_lines_without_kana": [4],
        "strip_urls": [12],
        "strip_ascii_runs": [120],
        "join_lines": [1],
    }
