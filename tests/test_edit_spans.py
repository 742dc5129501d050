"""Placeholders in edited texts: each is where its span says, whole, or gone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manyo import edit, records
from manyo.columns import Column
from manyo.edit import EDITS, carry_out
from manyo.errors import ManyoError

PLACEHOLDERS = {"phone": "［電話番号］", "email": "［メールアドレス］"}
PIECES = st.sampled_from(
    [
        *PLACEHOLDERS.values(),
        "あ",
        "漢字",
        "。\n",
        "\n",
        "，",
        "。",
        "https://a.jp/",
        "Copyright",
        "x" * 101,
        "区" * 11,
        "𠮷",
    ]
)
SPANS = pa.list_(records.SPAN)


def spans_of(text: str) -> list[dict[str, Any]]:
    """Where the placeholders stand in a text."""
    found = []
    for kind, placeholder in PLACEHOLDERS.items():
        at = text.find(placeholder)
        while at >= 0:
            found.append({"kind": kind, "start": at, "end": at + len(placeholder)})
            at = text.find(placeholder, at + 1)
    return sorted(found, key=lambda span: span["start"])


@settings(deadline=None, max_examples=300)
@given(
    st.lists(st.lists(PIECES, max_size=12).map("".join), max_size=4),
    st.lists(st.sampled_from(sorted(EDITS)), unique=True, max_size=4),
    st.booleans(),
)
def test_spans_follow_their_placeholders(rows: list[str], names: list[str], chunked: bool) -> None:
    spans = pa.array([spans_of(text) for text in rows], SPANS)
    found = edit.apply(rows, names, pa.chunked_array([spans]) if chunked else spans)
    assert found.spans is not None
    assert found.spans.type == spans.type
    assert found.spans.to_pylist() == [spans_of(text) for text in found.texts.text().to_pylist()]


@settings(deadline=None, max_examples=200)
@given(st.lists(PIECES, min_size=1, max_size=12).map("".join), st.data())
def test_no_mask_cuts_a_placeholder_in_half(text: str, data: st.DataObject) -> None:
    """Whatever an edit asks for: a span of which something stays, stays whole."""
    column = Column.of([text])
    letters = data.draw(st.lists(st.booleans(), min_size=len(text), max_size=len(text)))
    keep = np.repeat(np.array(letters, np.bool_), [len(letter.encode()) for letter in text])
    places = carry_out._Places.of(pa.array([spans_of(text)], SPANS))
    carry_out._spare(column.data, column.offsets, places.firsts, places.starts, places.ends, keep)
    after, removed, moved = carry_out._deleted(column, keep, places)
    left = after.text().to_pylist()[0]
    assert removed.tolist() == [len(text) - len(left)]
    kept = [
        (span["kind"], text[span["start"] : span["end"]])
        for span in spans_of(text)
        if any(letters[span["start"] : span["end"]])
    ]
    assert moved is not None
    assert [(span["kind"], left[span["start"] : span["end"]]) for span in moved.array().to_pylist()[0]] == kept


def test_replacing_leaves_placeholders_alone() -> None:
    text = "東京，大阪，［，］．"
    spans = pa.array([[{"kind": "phone", "start": 6, "end": 9}]], SPANS)
    found = edit.apply([text], ["japanese_punctuation"], spans)
    assert found.texts.text().to_pylist() == ["東京、大阪、［，］。"]
    assert found.spans is not None
    assert found.spans.to_pylist() == spans.to_pylist()


def test_texts_without_spans() -> None:
    assert edit.apply(["あ"], ["join_lines"]).spans is None
    found = edit.apply(pa.array(["あ\nい", None, "う"]), ["join_lines"], pa.array([None, [], []], SPANS))
    assert found.spans is not None
    assert found.spans.to_pylist() == [[], [], []]


def test_an_unknown_edit_is_named() -> None:
    with pytest.raises(ManyoError, match="no edit 'cut_foot'"):
        edit.apply(["あ"], ["cut_foot"])
