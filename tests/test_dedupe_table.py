"""`manyo.dedupe`: one column in memory, and what it promises about any input."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import manyo
import manyo.dedupe as dedupe
from manyo.errors import ManyoError

patient = settings(deadline=None)  # the first example may compile a kernel
TALE = "むかしむかし、あるところに、おじいさんとおばあさんが住んでいました。おじいさんは山へ柴刈りに、"
SNOW = "国境の長いトンネルを抜けると雪国であった。夜の底が白くなった。信号所に汽車が止まった。"
REVISIONS = Path(__file__).parents[2] / "shared" / "data" / "neardup" / "law_revisions.jsonl"


def prose(count: int, characters: int, seed: int) -> list[str]:
    """Texts that share words, and nothing longer."""
    random = np.random.default_rng(seed)
    words = ["".join(map(chr, random.integers(0x3042, 0x3093, random.integers(1, 5)))) for _ in range(3000)]
    return ["".join(random.choice(words, characters))[:characters] for _ in range(count)]


def jaccard(first: str, second: str, ngram: int = 5) -> float:
    sets = [{bare[at : at + ngram] for at in range(len(bare) - ngram + 1)} for bare in (first, second)]
    return len(sets[0] & sets[1]) / len(sets[0] | sets[1])


def replaced(text: str, share: float, random: np.random.Generator) -> str:
    letters = list(text)
    for place in random.integers(0, len(letters), max(1, int(share * len(letters)))):
        letters[place] = chr(random.integers(0x4E00, 0x9000))
    return "".join(letters)


def columns(table: pa.Table, *names: str) -> list[list[Any]]:
    return [table[name].to_pylist() for name in names]


def test_one_column_in_memory() -> None:
    texts = [TALE, SNOW, TALE + "おしまい。", "", SNOW.replace("。", "。\n"), " "]
    table = manyo.dedupe(pa.chunked_array([pa.array(texts[:2]), pa.array(texts[2:], pa.string())]))
    assert table.schema.names == ["row", "cluster", "kept", "similarity", "cluster_size", "duplicate_kind"]
    assert table["row"].to_pylist() == list(range(6))
    assert table["cluster"].to_pylist() == [0, 1, 0, 3, 1, 3]
    assert table["kept"].to_pylist() == [False, False, True, False, True, True]
    assert [round(share, 1) for share in table["similarity"].to_pylist()] == [0.9, 1.0, 1.0, 1.0, 1.0, 1.0]
    assert table["cluster_size"].to_pylist() == [2] * 6
    assert table["duplicate_kind"].to_pylist() == ["near", "exact", "", "exact", "", ""]


@pytest.mark.parametrize(
    "given",
    [
        [TALE, None, TALE],
        (TALE, "", TALE),
        pa.array([TALE, None, TALE], pa.large_string()),
        pa.array([TALE, None, TALE]).dictionary_encode(),
        pa.array([TALE, None, TALE], pa.string_view()),
        pa.chunked_array([[TALE], [None], [TALE]]),
        pa.array(["x", TALE, None, TALE]).slice(1),
        pa.array([TALE.encode(), b"", TALE.encode()]),
    ],
    ids=["list", "tuple", "large", "dictionary", "view", "chunked", "slice", "bytes"],
)
def test_every_kind_of_column(given: Any) -> None:
    assert columns(manyo.dedupe(given), "cluster", "kept") == [[0, 1, 0], [True, True, False]]


def test_nothing_and_nearly_nothing() -> None:
    for nothing in ([], pa.array([], pa.string()), pa.chunked_array([], pa.string()), pa.nulls(0)):
        assert manyo.dedupe(nothing).num_rows == 0
    assert columns(manyo.dedupe(["あ", "い", "あ", "　", ""]), "cluster", "duplicate_kind") == [
        [0, 1, 0, 3, 3],
        ["", "", "exact", "", "exact"],
    ]
    assert manyo.dedupe([], urls=[], dates=[]).num_rows == 0


@patient
@given(st.lists(st.text(alphabet="いろはaé𠮷 \n", max_size=12), max_size=12), st.sampled_from(["exact", "none"]))
def test_what_holds_for_any_texts(texts: list[str], verify: str) -> None:
    table = manyo.dedupe(texts, verify=verify)
    clusters, kept, similar, sizes, kinds = columns(
        table, "cluster", "kept", "similarity", "cluster_size", "duplicate_kind"
    )
    for cluster in set(clusters):
        members = [row for row in range(len(texts)) if clusters[row] == cluster]
        assert cluster == min(members)
        [keeper] = [row for row in members if kept[row]]
        assert all(sizes[row] == len(members) for row in members)
        longest = max(members, key=lambda row: (len(texts[row].encode()), -row))
        assert keeper == longest
        for row in members:
            same = "".join(texts[row].split()) == "".join(texts[keeper].split())
            assert kinds[row] == ("" if row == keeper else "exact" if same else "near")
            assert similar[row] == 1.0 if same else 0.0 <= similar[row] <= 1.0
    bare = ["".join(text.split()) for text in texts]
    for row, text in enumerate(bare):
        assert clusters[row] == clusters[bare.index(text)]


@patient
@given(st.permutations(range(40)))
def test_copies_meet_in_any_order(order: list[int]) -> None:
    """Families that are far apart are found whole whichever way they come."""
    texts = [f"{(TALE, SNOW)[i % 2]}{'！' * (i % 5)}" for i in order]
    table = manyo.dedupe(texts)
    assert len(set(zip(table["cluster"].to_pylist(), (i % 2 for i in order), strict=True))) == 2
    assert len(set(table["cluster"].to_pylist())) == 2
    assert sum(table["kept"].to_pylist()) == 2


@pytest.mark.parametrize(("characters", "count"), [(1200, 150), (110, 400)])
def test_recall_and_precision_of_real_edits_near_the_threshold(characters: int, count: int) -> None:
    """Half of the pairs have a similarity between 0.6 and 0.8, where an estimate alone errs."""
    random = np.random.default_rng(7)
    texts = [
        text
        for base in prose(count, characters, 3)
        for text in (base, replaced(base, random.uniform(0.01, 0.06), random))
    ]
    truth = np.array([jaccard(*pair) for pair in zip(texts[::2], texts[1::2], strict=True)])
    clusters = np.array(manyo.dedupe(texts)["cluster"])
    joined = clusters[::2] == clusters[1::2]
    near = truth >= 0.7
    assert ((truth > 0.6) & (truth < 0.8)).mean() > 0.3
    assert joined[near].mean() >= 0.99
    assert near[joined].mean() >= 0.995
    assert np.bincount(clusters).max() == 2  # nobody else joined


def test_japanese_near_duplicates_that_word_splitting_misses() -> None:
    r"""Splitting on \W makes a clause a word, and one letter changes five of its 5-grams of words: 40 % are found."""
    random = np.random.default_rng(5)
    clauses = prose(6000, 12, 4)
    bases = ["、".join(clauses[at : at + 30]) + "。" for at in range(0, len(clauses), 30)]
    texts = [text for base in bases for text in (base, replaced(base, 0.02, random))]
    clusters = np.array(manyo.dedupe(texts)["cluster"])
    assert (clusters[::2] == clusters[1::2]).mean() >= 0.976


def test_revisions_of_laws() -> None:
    if not REVISIONS.exists():
        pytest.skip("the revisions of laws are not here")
    pairs = [json.loads(line) for line in REVISIONS.read_text("utf-8").splitlines()]
    texts = ["".join(pair[side].split()) for pair in pairs for side in ("old", "new")]
    clusters = np.array(manyo.dedupe(texts)["cluster"])
    truth = np.array([jaccard(a, b) for a, b in zip(texts[::2], texts[1::2], strict=True)])
    joined = clusters[::2] == clusters[1::2]
    assert joined[truth >= 0.7].mean() >= 0.99
    assert (truth[joined] >= 0.7).mean() >= 0.99


def test_exact_verification_looks_only_where_the_estimate_errs() -> None:
    settings = dedupe.Settings()
    assert settings.margin == pytest.approx(3.5 * math.sqrt(0.7 * 0.3 / 256))
    assert dedupe.Settings(verify="estimate").margin == dedupe.Settings(verify="none").margin == 0.0
    assert dedupe.Settings(threshold=1.0).margin > 0.0
    texts = [TALE * 3 + "一", TALE * 3 + "二", SNOW * 3]  # 130 n-grams of 137 shared
    assert columns(manyo.dedupe(texts, threshold=1.0), "cluster") == [[0, 1, 2]]
    assert columns(manyo.dedupe(texts, threshold=0.9), "cluster") == [[0, 0, 2]]


def test_captures_of_one_address() -> None:
    texts = [TALE, SNOW, TALE, "昨日の見出しです。"]
    given: dict[str, Any] = {
        "urls": ["https://a.jp/", "http://A.jp/#top", "https://b.jp/", ""],
        "dates": ["2024-01-01", "2024-02-01", "", ""],
    }
    latest = manyo.dedupe(texts, **given)
    # The first capture of a.jp gives way to the second. What its text was like does not tie b.jp to that.
    assert columns(latest, "cluster", "kept", "duplicate_kind") == [
        [0, 0, 2, 3],
        [False, True, True, True],
        ["url", "", "", ""],
    ]
    assert latest["similarity"].to_pylist()[0] == 0.0
    first = manyo.dedupe(texts, url="first", **given)
    assert columns(first, "cluster", "duplicate_kind") == [[0, 0, 0, 3], ["", "url", "exact", ""]]
    assert columns(manyo.dedupe(texts, url="off", **given), "cluster") == [[0, 1, 0, 3]]
    assert manyo.dedupe(texts, near=False, **given)["similarity"].to_pylist() == [None, 1.0, 1.0, 1.0]


def test_which_text_is_kept() -> None:
    texts = [TALE, TALE + "おしまい。", TALE + "！"]
    dates = ["2024-01-02", "2024-01-03", "2024-01-01"]
    for keep, dated, undated in (("longest", 1, 1), ("latest", 1, 1), ("first", 2, 0)):
        assert manyo.dedupe(texts, dates=dates, keep=keep)["kept"].to_pylist().index(True) == dated
        assert manyo.dedupe(texts, keep=keep)["kept"].to_pylist().index(True) == undated


def test_equal_texts_only() -> None:
    texts = [TALE, TALE + "。", "\n" + TALE]
    table = manyo.dedupe(texts, near=False)
    assert columns(table, "cluster", "similarity") == [[0, 1, 0], [1.0, 1.0, 1.0]]


def test_presets_are_what_is_published() -> None:
    # p = 1 - (1 - s^b)^r, from the README of doubri and FineWeb's paper
    assert dedupe.Settings.of("swallow").recall(0.8) == pytest.approx(0.371, abs=0.001)
    assert dedupe.Settings.of("fineweb2").recall(0.8) == pytest.approx(0.924, abs=0.001)
    assert dedupe.Settings.of("llm-jp").recall(0.9) == pytest.approx(1 - (1 - 0.9**10) ** 20)
    for name in dedupe.PRESETS:
        preset = dedupe.Settings.of(name)
        assert preset.preset == name
        assert columns(manyo.dedupe([TALE * 9, SNOW * 9, TALE * 9 + "。"], preset=name), "cluster") == [[0, 1, 0]]
    assert dedupe.Settings.of("swallow", rows=19).rows == 19
    # A shared band is enough there, however little else is shared.
    pair = [TALE + SNOW * 4, SNOW * 4 + "まったく別の終わりかたをする話でした。"]
    assert columns(manyo.dedupe(pair, verify="none", rows=1), "cluster") == [[0, 0]]
    assert columns(manyo.dedupe(pair, verify="exact", rows=1), "cluster") == [[0, 1]]


def test_a_million_equal_texts() -> None:
    texts = pa.array([TALE], pa.large_string()).take(pa.array(np.zeros(1_000_000, np.int64)))
    table = manyo.dedupe(texts)
    assert table["cluster_size"][0].as_py() == 1_000_000
    assert np.flatnonzero(np.array(table["kept"])).tolist() == [0]


def test_many_texts_that_differ_in_a_letter_stay_cheap() -> None:
    """One bucket for all of them in most bands: linear, and one cluster."""
    letters = "".join(map(chr, range(0x4E00, 0x4E00 + 20_000)))
    table = manyo.dedupe([TALE + letter + SNOW for letter in letters])
    assert table["cluster_size"][0].as_py() == len(letters)


def test_texts_of_one_letter_again_and_again() -> None:
    texts = ["あ" * length for length in (1, 4, 5, 6, 1000)] + ["い" * 1000]
    # From five letters on, the set of 5-grams is one and the same.
    assert columns(manyo.dedupe(texts), "cluster") == [[0, 1, 2, 2, 2, 5]]


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"preset": "swalow"}, "did you mean 'swallow'"),
        ({"treshold": 0.8}, "did you mean 'threshold'"),
        ({"verify": "exactly"}, "did you mean 'exact'"),
        ({"url": "newest"}, "latest"),
        ({"keep": None}, "longest"),
        ({"near": 1}, "near"),
        ({"urls": ["https://a.jp/"]}, "1 urls for 2 texts"),
        ({"dates": pa.array(["2024"] * 3)}, "3 dates for 2 texts"),
        ({"settings": dedupe.Settings(), "threshold": 0.8}, "settings"),
    ],
)
def test_what_cannot_be_is_told(given: dict[str, Any], word: str) -> None:
    with pytest.raises(ManyoError) as caught:
        manyo.dedupe([TALE, SNOW], **given)
    assert word in str(caught.value)
