"""All measures together: one row a text whatever the shape of the column, and within the ranges that are promised."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manyo import measure
from manyo.columns import Column
from manyo.errors import ManyoError

TEXTS = [
    "春はあけぼの。やうやう白くなりゆく山ぎは、少し明かりて、紫だちたる雲の細くたなびきたる。",
    "",
    "続きを読む\n続きを読む\nhttps://example.jp/",
    "😀" * 30,
    "\u200f\u200eשלום",
    "a",
]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.one_of(st.text().map(lambda t: t.encode("utf-8", "replace")), st.binary()), max_size=5))
def test_every_value_lies_in_its_range(rows: list[bytes]) -> None:
    batch = measure.measure_batch(Column.join(rows))
    assert batch.num_rows == len(rows)
    assert batch.schema.names == list(measure.MEASURES)
    for name, item in measure.MEASURES.items():
        column = batch.column(name)
        assert column.type == item.dtype
        assert column.null_count == 0
        for value in column.to_pylist():
            assert item.least <= value <= item.most, name


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=40), min_size=1, max_size=6), st.data()
)
def test_a_text_is_measured_alone(texts: list[str], data: st.DataObject) -> None:
    """Neighbours, chunks, slices and the width of offsets change nothing."""
    whole = measure.measure(texts)
    cut = data.draw(st.integers(0, len(texts)))
    chunked = pa.chunked_array([pa.array(texts[:cut], pa.string()), pa.array(texts[cut:], pa.string())])
    assert measure.measure(chunked).equals(whole)
    padded = pa.array(["前の文。", *texts, "後の文。"], pa.large_string()).slice(1, len(texts))
    assert measure.measure(padded).equals(whole)
    assert pa.concat_tables([measure.measure([text]) for text in texts]).equals(whole)


def test_a_null_is_an_empty_text() -> None:
    assert measure.measure(pa.array([None, "あ"])).slice(0, 1).equals(measure.measure([""]))


def test_no_texts_give_no_rows() -> None:
    assert measure.measure([]).num_rows == 0
    assert measure.measure(pa.chunked_array([], pa.string())).schema.names == list(measure.MEASURES)
    assert measure.measure_batch(pa.array([], pa.string())).num_rows == 0


def test_more_texts_than_fit_a_batch() -> None:
    table = measure.measure(TEXTS * 1000)
    assert table.num_rows == 6000
    assert table.slice(5994).equals(table.slice(0, 6))


def test_shares_of_scripts_add_up_to_one() -> None:
    table = measure.measure(TEXTS)
    scripts = ("hiragana", "katakana", "kanji", "latin", "digit", "symbol", "space", "other")
    for row, text in zip(table.to_pylist(), TEXTS, strict=True):
        total = sum(row[f"{script}_share"] for script in scripts)
        assert total == (pytest.approx(1.0, abs=1e-6) if text else 0.0)


def test_numbers_of_one_text() -> None:
    row = measure.measure(["一行目。\n一行目。\n続きを読む\n二行目　です"]).to_pylist()[0]
    assert row["characters"] == 22
    assert row["lines"] == 4
    assert row["terminal_line_share"] == 0.5
    assert row["duplicate_line_share"] == 0.25
    assert row["duplicate_line_character_share"] == pytest.approx(4 / 18)
    assert row["mean_line_length"] == pytest.approx(18 / 4)
    assert row["mean_sentence_length"] == pytest.approx(16 / 4)
    assert row["boilerplate_share"] == pytest.approx(5 / 22)
    assert row["top_2gram_share"] == pytest.approx(3 / 17)
    assert row["japanese_share"] == 1.0


def test_ten_million_characters_on_one_line() -> None:
    row = measure.measure(["東京は日本の首都です" * 1_000_000]).to_pylist()[0]
    assert row["characters"] == 10_000_000
    assert row["max_sentence_length"] == 10_000_000
    assert row["duplicate_10gram_share"] == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "あ",
        "\n",
        "\0",
        "😀" * 1000,
        "👩\u200d👩\u200d👧" * 50,
        "\u200f" * 99,
        "שלום\u200f\u200e 12",
        "\ud800",
        "\udfff漢\ud800字",
        "ー" * 9,
    ],
)
def test_odd_texts_are_measured(text: str) -> None:
    row = measure.measure([text], lists={"mine": "漢字\n一"}).to_pylist()[0]
    assert row["characters"] == len(text)
    for name, item in measure.MEASURES.items():
        assert item.least <= row[name] <= item.most, name


def test_a_lone_surrogate_counts_as_one_replacement_character_in_a_str_and_three_in_bytes() -> None:
    """The Unicode Standard, 3.9: none of ED A0 80 begins a well-formed sequence with the next."""
    table = measure.measure(["\ud800", "\ufffd", b"\xed\xa0\x80"], only=["characters", "mojibake_share"])
    assert table.to_pydict() == {"characters": [1, 1, 3], "mojibake_share": [1.0, 1.0, 1.0]}


@pytest.mark.parametrize("texts", ["春はあけぼの。", b"spring", 3])
def test_one_text_that_is_no_column_is_an_error(texts: object) -> None:
    with pytest.raises(ManyoError, match="a column of texts is needed"):
        measure.measure(texts)


def test_any_iterable_of_texts_is_a_column() -> None:
    for texts in (iter(["一", "二"]), ("一", "二"), Column.of(["一", "二"])):
        assert measure.measure(texts, only=["characters"])["characters"].to_pylist() == [1, 1]


def test_lists_of_a_user() -> None:
    lists = {"seasons": "# 四季\n春\n夏\n!春日部\n", "shops": "春日部店\n|SALE|\n"}
    texts = ["春日部店の春のsale、夏のSALES", "", None]
    table = measure.measure(texts, lists=lists)
    assert table["seasons_hits"].to_pylist() == [2, 0, 0]
    assert table["seasons_words"].to_pylist() == [2, 0, 0]
    assert table["seasons_density"].to_pylist() == pytest.approx([2000 / 19, 0, 0])
    assert table["shops_hits"].to_pylist() == [2, 0, 0]
    assert table["shops_share"].to_pylist() == pytest.approx([8 / 19, 0, 0])
    assert table.select(list(measure.MEASURES)).equals(measure.measure(texts))
    alone = measure.measure(texts, lists={"seasons": lists["seasons"]}, only=["seasons_hits"])
    assert alone.equals(table.select(["seasons_hits"]))


@pytest.mark.parametrize(
    ("lists", "message"),
    [
        ({"adult": "語"}, "there is a measure 'adult_hits' already"),
        ({"Adult": "語"}, "cannot be the name"),
        ({"mine": "語\n|\n"}, "without a word"),
        ({"": "語"}, "cannot be the name"),
    ],
)
def test_lists_that_cannot_be(lists: dict[str, str], message: str) -> None:
    with pytest.raises(ManyoError, match=message):
        measure.measure(["文"], lists=lists)


def test_the_catalogue_says_what_each_measure_is() -> None:
    for name, item in measure.MEASURES.items():
        assert item.name == name
        assert item.definition and item.english and item.unit
        assert any("ぁ" <= c <= "ヿ" or "一" <= c <= "鿿" for c in item.japanese)
