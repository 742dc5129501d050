"""Texts that go to files as they come: the same table as for a column in memory, however they are cut."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import manyo
import manyo.dedupe as dedupe
from manyo.dedupe.spilled import Spilled

patient = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)


def corpus(count: int, seed: int) -> tuple[list[str], pa.Array, pa.Array]:
    random = np.random.default_rng(seed)
    bases = ["".join(map(chr, random.integers(0x3042, 0x3093, 120))) for _ in range(count // 5)]
    texts = []
    for number in range(count):
        letters = list(bases[number % len(bases)])
        for place in random.integers(0, len(letters), random.integers(0, 9)):
            letters[place] = chr(random.integers(0x4E00, 0x9000))
        texts.append("".join(letters))
    urls = pa.array([f"https://a.jp/{random.integers(count)}" for _ in texts])
    dates = pa.array([f"20{random.integers(10, 30)}-01-01" if random.random() < 0.8 else "" for _ in texts])
    return texts, urls, dates


@pytest.mark.parametrize(
    "single",
    [{}, {"verify": "estimate", "keep": "latest"}, {"near": False}, {"url": "off"}, {"preset": "swallow"}],
    ids=str,
)
@patient
@given(st.lists(st.integers(0, 200), max_size=6))
def test_the_same_as_in_memory(tmp_path: Path, single: dict[str, Any], cuts: list[int]) -> None:
    texts, urls, dates = corpus(200, 4)
    texts[3] = texts[150] = ""
    wanted = dedupe.Settings.of(**single)
    ends = sorted({0, *cuts, len(texts)})
    with Spilled(tmp_path, wanted) as spilled:
        for first, last in itertools.pairwise(ends):
            spilled.add(texts[first:last], urls.slice(first, last - first), dates.slice(first, last - first))
        found = spilled.settle()
    assert found.equals(manyo.dedupe(texts, urls=urls, dates=dates, settings=wanted))


def test_nothing(tmp_path: Path) -> None:
    with Spilled(tmp_path, dedupe.Settings()) as spilled:
        assert spilled.settle().num_rows == 0
    (tmp_path / "again").mkdir()
    with Spilled(tmp_path / "again", dedupe.Settings()) as spilled:
        spilled.add(["", "", "あ"])
        assert spilled.settle()["cluster"].to_pylist() == [0, 0, 2]
