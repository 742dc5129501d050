"""Exact Jaccard similarity of n-gram sets: the kernel against sets of Python."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import manyo.dedupe as dedupe
from manyo.columns import Column

patient = settings(deadline=None)  # the first example may compile a kernel

words = st.lists(st.sampled_from(["い", "ろ", "は", "漢字", "　", "\n", "a", "𠮷", "é"]), max_size=60).map("".join)


def plain_jaccard(first: str, second: str, ngram: int) -> float:
    sets = []
    for text in (first, second):
        bare = "".join(text.split())
        width = min(ngram, len(bare))
        sets.append({bare[at : at + width] for at in range(len(bare) - width + 1)} if bare else set())
    return len(sets[0] & sets[1]) / len(sets[0] | sets[1]) if sets[0] | sets[1] else 0.0


@patient
@given(st.lists(words, min_size=1, max_size=6), st.integers(1, 7), st.data())
def test_the_kernel_equals_sets(texts: list[str], ngram: int, data: st.DataObject) -> None:
    place = st.integers(0, len(texts) - 1)
    pairs = data.draw(st.lists(st.tuples(place, place), max_size=12))
    found = dedupe.jaccard(texts, np.array(pairs, np.int64).reshape(-1, 2), ngram)
    assert found.tolist() == [plain_jaccard(texts[a], texts[b], ngram) for a, b in pairs]


def test_long_and_short_texts_in_turn_leave_nothing_behind() -> None:
    random = np.random.default_rng(2)
    lengths = (3000, 10, 1, 900, 5, 40)
    texts = ["".join(map(chr, random.integers(0x3042, 0x3050, length))) for length in lengths]
    pairs = random.integers(0, len(texts), (200, 2))
    expected = [plain_jaccard(texts[a], texts[b], 3) for a, b in pairs.tolist()]
    assert dedupe.jaccard(texts, pairs, 3).tolist() == expected


def test_bytes_that_are_no_text_and_slices_of_a_column() -> None:
    column = Column.join([b"\xff\xfe\xff\xfe", "いろはに".encode(), "いろはに".encode() + b"\xe3", b""])
    inner = Column(column.data, column.offsets[1:])
    assert dedupe.jaccard(column, np.array([[1, 2], [0, 1], [3, 3]]), 2).tolist() == [0.75, 0.0, 0.0]
    assert dedupe.jaccard(inner, np.array([[0, 1]]), 2).tolist() == [0.75]


def test_no_pairs_no_answers() -> None:
    assert dedupe.jaccard(["いろは"], np.empty((0, 2), np.int64), 5).shape == (0,)
