"""Numbers as published programs compute them, against plain twins of what these do."""

from __future__ import annotations

import math
import re
from collections import Counter
from itertools import groupby

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manyo import measure
from manyo.columns import Column
from manyo.measure import recurrence
from manyo.measure.catalogue.published import MEASURES
from manyo.measure.ngrams import LIMIT

NAMES = [item.name for item in MEASURES]
# Few different characters, so that n-grams, sentences and lines of every kind repeat.
CHARACTERS = "あア漢ーゝ々〆〇ｱ𠮟😀a .。｡．！？!?、，・…-•\u3000\x1c\x85\r\n\n\n"
PIECES = ["...", "。\n", "…\n", "...\n", "春はあけぼの。", "やうやう白くなりゆく山ぎは", "ああああ", "• 一つ\n", "  "]
pieces = st.sampled_from([*CHARACTERS, *PIECES])
texts = st.lists(pieces, max_size=60).map("".join)
anything = st.one_of(
    texts.map(str.encode),
    st.binary(max_size=60),
    st.tuples(texts, st.binary(max_size=3), texts).map(lambda t: t[0].encode() + t[1] + t[2].encode()),
)


def over(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def again(units: list[str]) -> tuple[int, int]:
    """How many are the same as one before, and their characters."""
    counted = Counter(units)
    return sum(n - 1 for n in counted.values()), sum(len(unit) * (n - 1) for unit, n in counted.items())


def grams(text: str, n: int) -> Counter[str]:
    return Counter(text[i : i + n] for i in range(len(text) - n + 1))


def swallow(text: str) -> dict[str, float]:
    by_line = [re.findall("[^。．！？!?]+[。．！？!?]?", line) for line in text.split("\n")]
    sentences = [sentence for line in by_line for sentence in line]
    paragraphs = ["".join(line) for line in by_line]
    letters = {
        "hiragana": len(re.findall("[\u3041-\u3096]", text)),
        "katakana": len(re.findall("[\u30a1-\u30fa]", text)),
        "kanji": len(re.findall("[々〇〻\u3400-\u9fff\uf900-\ufaff]", text)),
        "marks": len(re.findall("[。．！？、，]", text)),
    }
    japanese = sum(letters.values())
    inside = sum(map(len, sentences))
    found = {
        "japanese_characters": japanese,
        "hiragana_share": over(letters["hiragana"], japanese),
        "katakana_share": over(letters["katakana"], japanese),
        "japanese_share": over(japanese, len(text)),
        "mean_sentence_length": over(inside, len(sentences)),
        "max_sentence_length": max(map(len, sentences), default=0),
        "trailing_sentence_share": over(sum(s.strip().endswith(("・", "…")) for s in sentences), len(sentences)),
        "duplicate_paragraph_share": over(again(paragraphs)[0], len(paragraphs)),
        "duplicate_paragraph_character_share": over(again(paragraphs)[1], sum(map(len, paragraphs))),
        "duplicate_sentence_share": over(again(sentences)[0], len(sentences)),
        "duplicate_sentence_character_share": over(again(sentences)[1], inside),
    }
    for n in (2, 3, 4):
        counted = grams(text, n)
        found[f"top_{n}gram_share"] = over(max(counted.values(), default=0), counted.total())
    for n in range(5, 11):
        counted = grams(text, n)
        found[f"duplicate_{n}gram_share"] = over(sum(often > 1 for often in counted.values()), len(counted))
    return {f"swallow_{name}": value for name, value in found.items()}


def hojichar(text: str) -> dict[str, float]:
    often = sorted(grams(text, 5).values(), reverse=True)
    frequent = min(math.isqrt(len(often)), sum(n > 1 for n in often))
    lines = text.split("\n")
    return {
        "hojichar_repeated_5gram_share": over(sum(often[:frequent]), sum(often)),
        "hojichar_short_line_share": sum(len(line) <= 10 for line in lines) / len(lines),
        "hojichar_ellipsis_line_share": len(re.findall(r"(\.{3}|…)\n", text)) / max(text.count("\n"), 1),
        "hojichar_longest_run": max((len(list(run)) for _, run in groupby(text)), default=0),
    }


def datatrove(text: str) -> dict[str, float]:
    lines = [line for line in text.split("\n") if line.strip()]
    filled = re.split("\n+", text)
    every = text.split("\n")
    if every[-1] == "":
        every.pop()
    return {
        "datatrove_terminal_line_share": over(
            sum(line.endswith(tuple("。｡．.！!？?‼⁇⁈⁉﹒﹖﹗")) for line in lines), len(lines)
        ),
        "datatrove_duplicate_line_share": again(filled)[0] / len(filled),
        "datatrove_duplicate_line_character_share": over(again(lines)[1], len(text.replace("\n", ""))),
        "datatrove_bullet_line_share": over(sum(line.lstrip().startswith(("•", "-")) for line in every), len(every)),
        "datatrove_ellipsis_line_share": over(sum(line.rstrip().endswith(("...", "…")) for line in every), len(every)),
    }


def twin(data: bytes) -> dict[str, float]:
    text = data.decode("utf-8", "replace")
    return swallow(text) | hojichar(text) | datatrove(text)


@settings(deadline=None, max_examples=400)
@given(st.lists(anything, min_size=1, max_size=3))
def test_the_kernel_finds_what_the_twin_finds(rows: list[bytes]) -> None:
    table = measure.measure(Column.join(rows), only=NAMES)
    for found, row in zip(table.to_pylist(), rows, strict=True):
        assert found == pytest.approx(twin(row), rel=1e-6)


def test_a_long_text_is_as_the_twin_says() -> None:
    """Long enough for the sketch to be crowded, and for the most frequent 5-grams to be a choice."""
    text = "".join(
        f"第{i * 7919 % 97}条　この法律は、{chr(0x4E00 + i * i % 5000)}に関する事項を定める。\n" for i in range(2000)
    )
    assert measure.measure([text], only=NAMES).to_pylist()[0] == pytest.approx(twin(text.encode()), rel=1e-6)


def test_beyond_the_limit_nothing_is_looked_at() -> None:
    once = "いろはにほへと、" * (LIMIT // 8 + 1)
    for counts in recurrence.count(Column.of([once[:LIMIT], once[:LIMIT] + "新しい行\n" * 9])):
        assert counts[0].tolist() == counts[1].tolist()


def test_one_character_over_and_over() -> None:
    row = measure.measure(["あ" * 100_000], only=NAMES).to_pylist()[0]
    assert row["hojichar_longest_run"] == 100_000
    assert row["swallow_top_4gram_share"] == row["swallow_duplicate_10gram_share"] == 1
    assert row["hojichar_repeated_5gram_share"] == 1
