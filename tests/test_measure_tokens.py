"""Measures of words: the kernels equal a slow twin for any segmentation; tokenizers, where installed, give their words."""

from __future__ import annotations

import unicodedata
from collections import Counter
from importlib.util import find_spec
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from manyo import ManyoError, measure
from manyo.measure import segmenters, tokens
from manyo.measure.catalogue.tokens import WORD_MEASURES
from manyo.measure.segmenters import BLANK, NOUN, OTHER, SYMBOL, Words, stretches

NAMES = [item.name for item in WORD_MEASURES]
needs_sudachi = pytest.mark.skipif(find_spec("sudachipy") is None, reason="manyo[words] is not installed")
needs_mecab = pytest.mark.skipif(find_spec("fugashi") is None, reason="manyo[mecab] is not installed")


# A plain-Python twin. `words` are pairs of a word and its kind.


def punctuation() -> set[str]:
    marks = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~«´»–—’“”„…►、。〈〉《》「」【】！％（），．１：；？～｡"
    return set(marks) | {chr(code) for code in (*range(9), *range(11, 32), *range(127, 160))}


def letter(character: str) -> bool:
    if "\U00020000" <= character <= "\U0003ffff":
        return True
    return unicodedata.ucd_3_2_0.category(character).startswith("L")


def top(words: list[str], n: int) -> int:
    grams = [" ".join(words[at : at + n]) for at in range(len(words) - n + 1)]
    if not grams:
        return 0
    gram, times = Counter(grams).most_common(1)[0]
    return len(gram) * times


def covered(words: list[str], n: int) -> int:
    seen, found, at = set(), 0, 0
    while at + n <= len(words):
        gram = "".join(words[at : at + n])
        if gram in seen:
            found += len(gram)
            at += n
        else:
            seen.add(gram)
            at += 1
    return found


def twin(text: str, split: list[tuple[str, int]]) -> dict[str, float]:
    words = [word for word, kind in split if kind != BLANK]
    solid = [word for word in words if set(word) - punctuation()]
    grams = Counter(tuple(word for word, _ in split[at : at + 7]) for at in range(len(split) - 6))
    rated = [kind for _, kind in split if kind != SYMBOL]

    def over(part: float, whole: float) -> float:
        return part / whole if whole else 0.0

    found = {
        "words": len(solid),
        "mean_word_length": over(sum(map(len, solid)), len(solid)),
        "alphabetic_word_share": over(sum(any(map(letter, word)) for word in words), len(words)),
        "symbol_word_ratio": over(max(text.count("#"), text.count("...") + text.count("…")), len(words)),
        "stop_words": len(set("のにをはたてがとで年し・月れさ") & set(words)),
        "newline_word_ratio": over(text.count("\n"), len(words)),
        "noun_share": over(rated.count(NOUN), len(rated)),
        "repeated_word_7gram_share": over(sum(n for n in grams.values() if n > 1), sum(grams.values())),
    }
    found |= {f"word_top_{n}gram_share": over(top(words, n), len(text)) for n in range(2, 5)}
    return found | {f"word_duplicate_{n}gram_share": over(covered(words, n), len(text)) for n in range(5, 11)}


def rows(words: Words) -> list[dict[str, Any]]:
    columns = dict(tokens.measures(tokens.count(words), words.about))
    assert sorted(columns) == sorted(NAMES)
    return [{name: column[row].item() for name, column in columns.items()} for row in range(len(words.about))]


# Few different words, so that they return; some of one character that may stand in others; no space within any.
WORD = st.sampled_from(
    ["の", "猫", "猫猫", "年", "・", "。", "#", "…", "a", "𠮟る", "１", "😀", "\u0301", "「", "〇", "犬"]
)
ANY_WORD = st.text(
    st.characters(exclude_categories=["Cs", "Zs", "Zl", "Zp"], exclude_characters="\t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85"),
    min_size=1,
    max_size=4,
)
KIND = st.sampled_from([OTHER, NOUN, SYMBOL])
SPLIT = st.lists(st.one_of(st.tuples(WORD, KIND), st.tuples(ANY_WORD, KIND), st.just(("", BLANK))), max_size=60)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(SPLIT, st.integers(1, 3)), min_size=1, max_size=4))
@example([([("猫", NOUN), ("の", OTHER)] * 9, 3)])
@example([([], 1), ([("", BLANK)], 1)])
def test_kernel_equals_its_twin(cases: list[tuple[list[tuple[str, int]], int]]) -> None:
    splits = [split * times for split, times in cases]
    texts = ["".join(word or "　\n" for word, _ in split) for split in splits]
    # Stretches are put together: where a text was cut for the tokenizer does not show.
    parts = [[split[: len(split) // 2], split[len(split) // 2 :]] for split in splits]
    words = Words.of(texts, [[([w for w, _ in part], [k for _, k in part]) for part in pair] for pair in parts])
    for text, split, found in zip(texts, splits, rows(words), strict=True):
        wanted = twin(text, split)
        assert found == {name: pytest.approx(wanted[name], abs=1e-6) for name in found}


def test_table_has_the_punctuation_and_letters_of_the_twin() -> None:
    table, marks = tokens.table(), punctuation()
    japanese = [*range(0x3000), *range(0x3000, 0x3100), *range(0xFF00, 0x10000)]
    ascii_and_kana = [code for code in japanese if code < 0x100 or code >= 0x3000]
    assert [chr(c) for c in ascii_and_kana if table[c] & tokens.PUNCTUATION] == sorted(
        mark for mark in marks if ord(mark) < 0x100 or ord(mark) >= 0x3000
    )
    for code in (*range(0x20, 0x250), *range(0x3000, 0x3200), *range(0xFF00, 0xFFF0)):
        assert bool(table[code] & tokens.LETTER) == letter(chr(code))


@settings(deadline=None)
@given(st.lists(st.text(st.sampled_from("猫a😀é\n"), max_size=300), max_size=4).map("".join), st.integers(20, 100))
def test_stretches_are_the_text_in_parts_that_sudachi_takes(text: str, most: int) -> None:
    parts = list(stretches(text, most))
    assert "".join(parts) == text
    assert all(0 < len(part.encode()) <= most for part in parts)


@pytest.mark.parametrize(
    ("words", "package", "hint"),
    [("sudachi", "sudachipy", "pip install 'manyo[words]'"), ("mecab", "fugashi", "pip install 'manyo[mecab]'")],
)
def test_missing_package_says_what_to_install(
    words: str, package: str, hint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, package, None)
    segmenters.load.cache_clear()
    try:
        with pytest.raises(ManyoError) as error:
            measure.measure(["猫"], words=words)
    finally:
        segmenters.load.cache_clear()
    assert error.value.hint == hint


def test_word_measures_need_a_tokenizer() -> None:
    assert not set(NAMES) & set(measure.measure(["猫"]).column_names)
    with pytest.raises(ManyoError, match="noun_share"):
        measure.measure(["猫"], only=["noun_share"])
    with pytest.raises(ManyoError, match="janome"):
        measure.measure(["猫"], words="janome")


class Characters:
    """A tokenizer for whom each character is a word."""

    def __call__(self, text: str) -> Any:
        yield [c.strip() for c in text], [BLANK if c.isspace() else OTHER for c in text]


def test_columns_join_in_any_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segmenters, "load", lambda name: Characters())
    monkeypatch.setattr(segmenters, "AT_ONCE", 64)
    texts = ["猫と犬。\n" * n for n in range(12)] + ["", None, b"\xe7\x8c".decode("utf-8", "replace")]
    whole = measure.measure(pa.array(texts), words="sudachi")
    assert whole.column_names[-len(NAMES) :] == NAMES
    for chunks in (pa.chunked_array([texts[:5], texts[5:]]), pa.chunked_array([texts[:1], [], texts[1:]])):
        assert measure.measure(chunks, words="sudachi").equals(whole)
    only = measure.measure(pa.array(texts), only=["stop_words", "characters", "words"], words="sudachi")
    assert only.equals(whole.select(["stop_words", "characters", "words"]))
    assert not any(column.null_count for column in whole.columns)
    assert all(np.isfinite(column.to_numpy()).all() for column in whole.columns)


def test_bytes_that_are_no_utf8(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segmenters, "load", lambda name: Characters())
    table = measure.measure([b"\xff\xe7\x8c\xab\xe3\x81", b""], only=["words", "mean_word_length"], words="sudachi")
    assert table.to_pydict() == {"words": [3, 0], "mean_word_length": [1.0, 0.0]}


def test_only_the_first_characters_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segmenters, "load", lambda name: Characters())
    monkeypatch.setattr(segmenters, "LIMIT", 10)
    names = ["words", "newline_word_ratio"]
    found = measure.measure(["猫" * 8 + "\n" * 9, "猫" * 8 + "\n" * 2], only=names, words="sudachi")
    assert found["words"].to_pylist() == [8, 8]
    assert found["newline_word_ratio"].to_pylist() == [0.25, 0.25]


# With the real tokenizers.


@needs_sudachi
def test_sudachi_gives_the_shortest_units() -> None:
    split = segmenters.load("sudachi")
    [(words, kinds)] = split("東京都庁の　猫と\n話す。…")
    assert words == ["東京", "都庁", "の", "猫", "と", "話す", "。", "…"]
    assert kinds == [NOUN, NOUN, OTHER, NOUN, OTHER, OTHER, SYMBOL, SYMBOL]
    [(words, _)] = split("2,323人が8.5割")  # numbers are joined
    assert words == ["2,323", "人", "が", "8.5", "割"]


@needs_mecab
def test_mecab_gives_unidic_words() -> None:
    split = segmenters.load("mecab")
    [(words, kinds)] = split("国会で 猫と　話す。\n\0")
    assert words == ["国会", "で", "猫", "と", "", "話す", "。"]
    assert kinds == [NOUN, OTHER, NOUN, OTHER, BLANK, OTHER, SYMBOL]


@pytest.mark.parametrize(
    "words", [pytest.param("sudachi", marks=needs_sudachi), pytest.param("mecab", marks=needs_mecab)]
)
def test_tokenizers_take_any_text(words: str) -> None:
    texts = [
        "",
        "。",
        "㍿㌔…ﾊﾟ\u0301",
        "a" * 60_000,
        "猫\n" * 30_000,
        "\x00\x01\u200f😀🇯🇵",
        " \t　\u2028",
        "1" * 5000,
        "ー" * 5000,
    ]
    table = measure.measure(texts, words=words)
    assert table.num_rows == len(texts)
    assert all(np.isfinite(column.to_numpy()).all() for column in table.columns)
    for item in WORD_MEASURES:
        assert item.least <= min(table[item.name].to_pylist()) <= max(table[item.name].to_pylist()) <= item.most
