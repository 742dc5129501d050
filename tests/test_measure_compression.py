"""Compression ratios against the compressors themselves."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manyo import measure
from manyo.columns import Column

LAW = "".join(
    f"第{number}条　国は、前条に定めるもののほか、{number * 7}の施策を講ずるものとする。\n" for number in range(40)
)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.one_of(st.text().map(lambda t: t.encode("utf-8", "replace")), st.binary()), max_size=5))
def test_ratios_are_of_each_text_alone(rows: list[bytes]) -> None:
    whole = measure.measure(Column.join(rows), only=["zlib_ratio", "lz4_ratio"]).to_pylist()
    assert whole == [measure.measure([row], only=["zlib_ratio", "lz4_ratio"]).to_pylist()[0] for row in rows]
    for found, row in zip(whole, rows, strict=True):
        assert found["zlib_ratio"] == pytest.approx(len(zlib.compress(row, 9)) / len(row) if row else 0)


def test_what_repeats_itself_is_compressed_further() -> None:
    plain, law, empty = measure.measure(["春はあけぼの。やうやう白くなりゆく山ぎは", LAW, ""]).to_pylist()
    for name in ("zlib_ratio", "lz4_ratio"):
        assert empty[name] == 0
        assert law[name] < 0.4 < plain[name]
