"""Several captures of one address: what is one address, which time is later, and which capture stays."""

from __future__ import annotations

import datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import manyo.dedupe as dedupe

patient = settings(deadline=None)  # the first example may compile a kernel


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("http://example.jp/a", "https://example.jp/a", True),
        ("https://EXAMPLE.jp/a", "https://example.jp/a", True),
        ("https://example.jp", "https://example.jp/", True),
        ("https://example.jp/a#b", "https://example.jp/a", True),
        ("https://user@example.jp/a", "https://example.jp/a", True),
        ("https://example.jp/a", "https://example.jp/A", False),
        ("https://example.jp/a", "https://example.jp/a/", False),
        ("https://example.jp/?a=1", "https://example.jp/?a=2", False),
        ("https://example.jp/", "https://www.example.jp/", False),
        ("https://例え.jp/図書館", "http://例え.jp/図書館", True),
        ("文書/一.txt", "文書/二.txt", False),
        ("文書/一.txt", "文書/一.txt", True),
    ],
)
def test_what_is_one_address(first: str, second: str, same: bool) -> None:
    found = dedupe.addresses(pa.array([first, second]))
    assert bool((found[0] == found[1]).all()) == same
    assert found.any(axis=1).all()


def test_times_of_every_kind() -> None:
    texts = ["2024-05-01T09:30:00Z", "2024-05-01 09:30", "2024-05-01", "2024", "20240501", "20240501093000", None]
    odd = ["", "May 1st", "12", "123456789", "2024-5-1", "1714555800", "2024-05-01-02"]
    expected = [20240501093000, 20240501093000, 20240501000000, 20240000000000, 20240501000000, 20240501093000]
    for kind in (pa.string(), pa.large_string()):
        found = dedupe.times(pa.array([*texts, *odd], kind)).tolist()
        assert found == expected + [dedupe.UNKNOWN] * (len(odd) + 1)
    moments = pa.array([datetime.datetime(2024, 5, 1, 9), None], pa.timestamp("ms", "UTC"))
    assert np.diff(dedupe.times(moments)) > 0
    assert dedupe.times(pa.array([datetime.date(2024, 5, 1), datetime.date(2024, 5, 2)])).argmax() == 1
    assert dedupe.times(pa.array([3, None, 1], pa.int32())).tolist() == [3, dedupe.UNKNOWN, 1]
    assert dedupe.times(None, 2).tolist() == dedupe.times(pa.nulls(2)).tolist() == [dedupe.UNKNOWN] * 2


captures = st.lists(st.tuples(st.sampled_from(["", "a", "b", "c"]), st.sampled_from([1, 2, 3, dedupe.UNKNOWN])))


@patient
@given(captures, st.sampled_from(["latest", "first", "off"]), st.randoms(use_true_random=False))
def test_the_rule_in_plain_words_and_in_any_order(captures: list[tuple[str, int]], rule: str, random: object) -> None:
    expected = []
    for url in {url for url, _ in captures if url and rule != "off"}:
        same = [(time, number) for number, (one, time) in enumerate(captures) if one == url]
        if rule == "latest":
            stays = max(same, key=lambda each: (-1 if each[0] == dedupe.UNKNOWN else each[0], each[1]))[1]
        else:
            stays = min(same)[1]
        expected += [(stays, number) for _, number in same if number != stays]
    order = list(range(len(captures)))
    random.shuffle(order)  # type: ignore[attr-defined]
    found = dedupe.addresses(pa.array([captures[place][0] for place in order], pa.string()))
    times = np.array([captures[place][1] for place in order], np.int64)
    gone = dedupe.superseded(found, times, np.array(order, np.int64), rule)
    assert [tuple(pair) for pair in gone.tolist()] == sorted(expected, key=lambda pair: pair[1])
