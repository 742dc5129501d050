"""Lines and paragraphs that documents share: kernels against slow twins, and what holds of every build."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import groupby

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manyo.columns import Column
from manyo.dedupe import LineSettings, lines, repeats
from manyo.errors import ManyoError

SPACE = "[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"
texts = st.lists(
    st.text(st.sampled_from("あい1２3 　\n\n亜\u2028xé😀"), max_size=30)
    | st.lists(st.sampled_from(["", "　", "一覧へ", "一覧へ ", "第1回", "第２回", "本文です。"]), max_size=9).map(
        "\n".join
    ),
    max_size=6,
)
asked = st.builds(
    LineSettings,
    per_host=st.sampled_from([0, 2, 3]),
    overall=st.sampled_from([0, 2, 3]),
    characters=st.integers(0, 5),
    units=st.sampled_from(["line", "paragraph", "both"]),
    keep=st.sampled_from(["first", "none"]),
    fold_digits=st.booleans(),
)


def bare(text: str, wanted: LineSettings) -> str:
    found = re.sub(SPACE, "", text)
    return re.sub("[0-9０-９]+", "0", found) if wanted.fold_digits else found


def plain_units(text: str, wanted: LineSettings) -> list[tuple[str, str, list[int]]]:
    """(kind, what counts of it, numbers of its lines) of every unit, in order of their ends, lines first."""
    rows = list(enumerate(text.split("\n")))
    found = []
    for filled, group in groupby(rows, lambda row: bool(re.sub(SPACE, "", row[1]))):
        members = list(group)
        if not filled:
            continue
        ones = [("line", bare(line, wanted), [number]) for number, line in members]
        whole = [("paragraph", "".join(bare(line, wanted) for _, line in members), [number for number, _ in members])]
        for kind, key, numbers in ones + (whole if len(members) > 1 else []):
            size = len(re.sub(SPACE, "", "".join(text.split("\n")[number] for number in numbers)))
            if size >= wanted.characters and wanted.units in (kind, "both"):
                found.append((kind, key, numbers))
    return found


def plain_without(text: str, going: dict[int, int]) -> str:
    """The lines that stay, `going` saying which do not; an empty line goes with the paragraph above it."""
    stay: list[str] = []
    gone = parted = False
    for number, line in enumerate(text.split("\n")):
        empty = not re.sub(SPACE, "", line)
        if number in going:
            gone = True
        elif empty:
            if gone and (parted or not any(re.sub(SPACE, "", one) for one in stay)):
                continue
            parted = True
            stay.append(line)
        else:
            gone = parted = False
            stay.append(line)
    while gone and stay and not re.sub(SPACE, "", stay[-1]):
        stay.pop()
    return "\n".join(stay)


@settings(deadline=None)
@given(texts, asked)
def test_units_are_those_of_the_twin(given: list[str], wanted: LineSettings) -> None:
    found = lines.units(given, wanted)
    data = Column.of(given).data
    expected = [(row, *unit) for row, text in enumerate(given) for unit in plain_units(text, wanted)]
    assert found.rows.tolist() == [row for row, *_ in expected]
    held = [bytes(data[start:end]).decode() for start, end in zip(found.starts, found.ends, strict=True)]
    assert [text.split("\n") for text in held] == [
        [given[row].split("\n")[number] for number in numbers] for row, _, _, numbers in expected
    ]
    names: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for key, (_, kind, text, _) in zip(found.keys.tolist(), expected, strict=True):
        names[key].add((kind, text))
    assert all(len(same) == 1 for same in names.values())
    assert len(names) == len({(kind, text) for _, kind, text, _ in expected})


@settings(deadline=None)
@given(texts, asked, st.randoms())
def test_what_stays_is_what_the_twin_says(given: list[str], wanted: LineSettings, draw: object) -> None:
    column = Column.of(given)
    found = lines.units(column, wanted)
    units = [(row, unit) for row, text in enumerate(given) for unit in plain_units(text, wanted)]
    why = np.array([draw.choice([0, 0, 1, 2]) for _ in units], np.uint8)  # type: ignore[attr-defined]  # a Random
    going: dict[int, dict[int, int]] = defaultdict(dict)
    for (row, (_, _, numbers)), rule in zip(units, why.tolist(), strict=True):
        for number in numbers if rule else ():
            going[row][number] = min(rule, going[row].get(number, 2))
    gone = lines.without(column, found, why)
    for row, text in enumerate(given):
        first, last = column.offsets[row], column.offsets[row + 1]
        kept = bytes(column.data[first:last][gone.marks[first:last] == lines.STAYS]).decode()
        assert kept == plain_without(text, going[row])
        counts = [sum(rule == which for rule in going[row].values()) for which in (1, 2)]
        assert gone.lines[row, 1:].tolist() == counts
        assert gone.characters[row].sum() == len(text) - len(kept)


entries = st.lists(
    st.tuples(st.integers(0, 4), st.integers(1, 4), st.integers(0, 9)).map(lambda one: (one[0], one[1], one[2])),
    max_size=30,
)


@settings(deadline=None)
@given(entries, st.integers(2, 4), st.randoms())
def test_a_key_is_repeated_when_enough_different_texts_have_it(
    given: list[tuple[int, int, int]], threshold: int, draw: object
) -> None:
    # A document is one text: the number decides.
    given = [(key, document % 4 + 1, document) for key, _, document in given]
    holders: dict[int, dict[int, int]] = defaultdict(dict)
    for key, text, document in given:
        holders[key][document] = text
    expected = [
        [key, texts[min(texts)]] for key, texts in sorted(holders.items()) if len(set(texts.values())) >= threshold
    ]
    draw.shuffle(given)  # type: ignore[attr-defined]  # a Random
    columns = [np.array([one[place] for one in given], np.uint64) for place in range(3)]
    table = repeats.repeated(columns[0], columns[1], columns[2].astype(np.int64), threshold)
    assert table.tolist() == expected
    there, first = repeats.looked_up(table, np.arange(6, dtype=np.uint64))
    assert {key: text for key, text, known in zip(range(6), first.tolist(), there, strict=True) if known} == dict(
        expected
    )


@settings(max_examples=20, deadline=None)
@given(st.binary(max_size=80), asked)
def test_any_bytes_are_survived(content: bytes, wanted: LineSettings) -> None:
    column = Column.join([content, b"", content[::-1]])
    found = lines.units(column, wanted)
    gone = lines.without(column, found, np.ones(len(found.keys), np.uint8))
    assert len(gone.marks) == len(column.data)


@pytest.mark.parametrize(
    "wrong", [{"per_host": 1}, {"overall": 10**10}, {"units": "word"}, {"keep": "last"}, {"characters": 2**40}]
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ManyoError):
        LineSettings(**wrong)  # type: ignore[arg-type]  # as a recipe would
