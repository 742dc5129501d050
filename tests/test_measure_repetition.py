"""Duplicates and n-grams against a plain twin, on text that repeats itself."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st

from manyo.columns import Column
from manyo.measure import ngrams, recurrence, repetition
from manyo.measure.repetition import CHARACTERS, COVERED, DUPLICATE_CHARACTERS, DUPLICATES, GRAM_CHARACTERS, TOP, UNITS

PLACEHOLDER = re.compile(r"［[^\s］]{0,12}］")
# Few different characters, so that n-grams of every length repeat; pieces, so that lines do.
pieces = st.sampled_from(
    [
        "あ",
        "い",
        "漢",
        "😀",
        "a",
        " ",
        "\u3000",
        "。",
        "！",
        "\n",
        "\n\n",
        "［",
        "］",
        "［電話番号］",
        "春はあけぼの。",
        "やうやう白くなりゆく山ぎは",
        "ああああ",
    ]
)
texts = st.lists(pieces, max_size=50).map("".join)
anything = st.one_of(
    texts.map(str.encode),
    st.binary(max_size=60),
    st.tuples(texts, st.binary(max_size=3), texts).map(lambda t: t[0].encode() + t[1] + t[2].encode()),
)


def count(column: Column) -> npt.NDArray[np.int64]:
    return recurrence.count(column)[0]


def solid(text: str) -> str:
    return re.sub(
        r"[\s]+", "", text.replace("\x1c", "A").replace("\x1d", "B").replace("\x1e", "C").replace("\x1f", "D")
    )


def duplicates(units: list[str]) -> list[int]:
    """How many units, how many duplicates, characters, characters of duplicates; sentence ends count for lines only."""
    seen: set[str] = set()
    counts = [0, 0, 0, 0]
    for unit in units:
        counts[UNITS] += 1
        counts[CHARACTERS] += len(solid(unit))
        if PLACEHOLDER.search(unit):
            continue
        key = "\n".join(map(solid, unit.split("\n")))
        if key in seen:
            counts[DUPLICATES] += 1
            counts[DUPLICATE_CHARACTERS] += len(solid(unit))
        seen.add(key)
    return counts


def twin(data: bytes) -> list[int]:
    text = data.decode("utf-8", "replace")
    lines = text.split("\n")
    paragraphs, current = [], ""
    for line in [*lines, ""]:
        if solid(line):
            current += line + "\n"
        elif current:
            paragraphs.append(current[:-1])
            current = ""
    # A mark that ends a sentence inside a placeholder is not seen: keep placeholders whole while splitting.
    whole = PLACEHOLDER.sub(lambda match: re.sub("[。｡！？!?]", "x", match[0]), text)
    sentences = [part for line in whole.split("\n") for part in re.split("[。｡！？!?]", line) if solid(part)]
    grams = solid(PLACEHOLDER.sub("", text))
    counts = [*duplicates([line for line in lines if solid(line)]), *duplicates(paragraphs), *duplicates(sentences)]
    counts.append(len(grams))
    for n in (2, 3, 4):
        top = max(Counter(grams[i : i + n] for i in range(len(grams) - n + 1)).values(), default=0)
        counts.append(top if top > 1 else 0)
    for n in range(5, 11):
        seen, covered = set(), set()
        for i in range(len(grams) - n + 1):
            if grams[i : i + n] in seen:
                covered.update(range(i, i + n))
            seen.add(grams[i : i + n])
        counts.append(len(covered))
    return counts


@settings(deadline=None, max_examples=300)
@given(st.lists(anything, min_size=1, max_size=3))
def test_the_kernel_counts_what_the_twin_counts(rows: list[bytes]) -> None:
    assert count(Column.join(rows)).tolist() == [twin(row) for row in rows]


def test_a_long_text_repeats_as_the_twin_says() -> None:
    """Long enough for pruning to guess wrongly and look again, and for a large table."""
    text = "".join(
        f"第{i * 7919 % 97}条　この法律は、{chr(0x4E00 + i * i % 5000)}に関する事項を定める。\n" for i in range(700)
    )
    assert count(Column.of([text]))[0].tolist() == twin(text.encode())


def test_beyond_the_limit_nothing_is_looked_at() -> None:
    once = "いろはにほへと" * (ngrams.LIMIT // 7 + 1)
    row, longer = count(Column.of([once[: ngrams.LIMIT], once[: ngrams.LIMIT] + "新しい行\n" * 9]))
    assert row[GRAM_CHARACTERS] == ngrams.LIMIT
    assert row.tolist() == longer.tolist()


def test_one_character_over_and_over_is_linear_and_covers_all() -> None:
    row = count(Column.of(["あ" * 100_000]))[0]
    assert row[TOP : TOP + 3].tolist() == [99_999, 99_998, 99_997]
    assert row[COVERED : COVERED + 6].tolist() == [99_999] * 6


def test_masked_numbers_are_no_duplicates() -> None:
    text = "本店 電話 ［電話番号］\n支店 電話 ［電話番号］\n本店 電話 ［電話番号］\n"
    assert count(Column.of([text]))[0, repetition.LINES + DUPLICATES] == 0
    assert count(Column.of([text.replace("［電話番号］", "なし")]))[0, repetition.LINES + DUPLICATES] == 1


def test_a_text_of_more_different_characters_than_are_told_apart() -> None:
    """The last 100 to come are taken for one: the text's first, since it is read from the back."""
    codes = [chr(0x4E00 + number) for number in range(ngrams.NUMBERS + 99)]
    row = count(Column.of(["".join(codes)]))[0]
    assert row[TOP : TOP + 3].tolist() == [99, 98, 97]
    assert count(Column.of(["".join(codes[100:])]))[0, TOP : TOP + 3].tolist() == [0, 0, 0]
