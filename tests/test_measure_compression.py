"""Compression ratios against the compressors themselves."""

from __future__ import annotations

import zlib
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manyo import measure
from manyo.columns import Column
from manyo.measure.compression import EXACT, LONGEST

NAMES = ["zlib_ratio", "lz4_ratio"]
LAW = "".join(
    f"第{number}条　国は、前条に定めるもののほか、{number * 7}の施策を講ずるものとする。\n" for number in range(200)
)
README = (Path(__file__).parent.parent / "README.ja.md").read_text("utf-8")
# Characters in an order that nothing repeats, as common as they are in no language.
PLAIN = "".join(chr(0x4E00 + (number * 7919 + number // 7) % 3000) for number in range(4000))


@settings(deadline=None, max_examples=50)
@given(st.lists(st.one_of(st.text().map(lambda t: t.encode("utf-8", "replace")), st.binary()), max_size=5))
def test_ratios_of_short_texts_are_exact_and_of_each_alone(rows: list[bytes]) -> None:
    whole = measure.measure(Column.join([b"before", *rows]), only=NAMES).slice(1).to_pylist()
    for found, row in zip(whole, rows, strict=True):
        assert len(row) <= EXACT
        packed = len(pa.Codec("lz4_raw").compress(row, asbytes=True)) if row else 0
        assert found["zlib_ratio"] == pytest.approx(len(zlib.compress(row, 9)) / len(row) if row else 0)
        assert found["lz4_ratio"] == pytest.approx(packed / len(row) if row else 0)


# Texts that no person writes are farther from what real ones taught the formula.
@pytest.mark.parametrize(("text", "error"), [(README, 0.02), (README[:3000], 0.02), (LAW, 0.06), (PLAIN, 0.12)])
def test_ratios_of_long_texts_are_near(text: str, error: float) -> None:
    found = measure.measure([text], only=NAMES).to_pylist()[0]
    assert len(text.encode()) > EXACT
    assert found["zlib_ratio"] == pytest.approx(len(zlib.compress(text.encode(), 9)) / len(text.encode()), abs=error)


def test_lz4_looks_at_a_megabyte() -> None:
    text = (LAW + PLAIN) * 60
    assert len(text.encode()) > LONGEST
    packed = len(pa.Codec("lz4_raw").compress(text.encode()[:LONGEST], asbytes=True))
    assert measure.measure([text], only="lz4_ratio")["lz4_ratio"][0].as_py() == pytest.approx(packed / LONGEST)


def test_one_character_over_and_over_has_no_negative_ratio() -> None:
    assert measure.measure(["あ" * 1_000_000], only=NAMES).to_pylist()[0]["zlib_ratio"] >= 0
