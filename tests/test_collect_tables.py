"""JSON lines and Parquet: one page a row, a broken row costs itself only."""

from __future__ import annotations

import datetime
import gzip
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from collect_reading import read, write
from manyo import collect
from manyo.errors import ManyoError

PACK = {"": bytes, ".gz": gzip.compress, ".zst": zstandard.ZstdCompressor().compress}


@pytest.mark.parametrize("ending", PACK)
def test_lines_become_pages(tmp_path, ending):
    lines = [
        {"text": "一つ目の文章。", "url": "https://example.jp/1", "date": "2024-05-01", "id": "a1", "more": [1, 2]},
        {"html": "<p>二つ目", "text": "ignored", "id": 7},
        {"text": "三つ目"},
    ]
    data = "\ufeff" + "\r\n\n".join(json.dumps(line, ensure_ascii=index == 0) for index, line in enumerate(lines))
    rows, tally = read(write(tmp_path, f"a.jsonl{ending}", PACK[ending](data.encode())))
    assert [(row["body"].decode(), row["kind"], row["record"]) for row in rows] == [
        ("一つ目の文章。", "text", "a1"), ("<p>二つ目", "html", "7"), ("三つ目", "text", "")
    ]  # fmt: skip
    assert rows[0]["url"] == "https://example.jp/1"
    assert rows[0]["fetched"] == "2024-05-01"
    assert [row["content_type"] for row in rows[:2]] == ["text/plain; charset=utf-8", "text/html; charset=utf-8"]
    assert tally.records == 3
    assert all(data.encode()[row["offset"] :].lstrip(b"\xef\xbb\xbf").startswith(b"{") for row in rows)


def test_a_bad_line_costs_itself_only(tmp_path):
    lines = [
        b'{"text": "good"}',
        b'{"text": "half',
        b'["text"]',
        b"17",
        b'{"title": "no column"}',
        b'{"text": 5}',
        b'{"text": null}',
        b'{"text": ""}',
        b'{"text": "lone \\ud800 one", "url": "\\udfff"}',
        b'{"text": "pair \\ud83d\\ude3a"}',
        b'{"text": "bytes \xff\xfe"}',
        b'{"text": "nul \\u0000 and \x00"}',
        b"[" * 100_000,
        b'{"a": ' + b"9" * 5000 + b"}",
        b'{"text": "' + b"a" * 60_000_000 + b'"}',
        b'{"text": "' + b"a" * 1_500_000 + b'"}',
        b'{"text": "last"}',
    ]
    rows, tally = read(write(tmp_path, "a.jsonl", b"\n".join(lines)), max_page_bytes=1_000_000)
    assert [row["body"].decode() for row in rows] == [
        "good",
        "lone \ufffd one",
        "pair 😺",
        "bytes \ufffd\ufffd",
        "last",
    ]
    assert rows[1]["url"] == "\ufffd"
    assert tally.refused["not_object"] == 2
    assert tally.refused["no_column"] + tally.refused["bad_json"] == 6
    assert tally.refused["empty_body"] == 2
    assert tally.refused["too_large"] == 2
    assert tally.repaired == {"surrogates": 1, "utf8": 1}
    assert tally.bytes_in == sum(map(len, lines)) + len(lines) - 1


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.one_of(st.text(max_size=80), st.none()), min_size=1, max_size=30),
    st.integers(1, 400),
    st.booleans(),
    st.sampled_from(["\n", "\r\n", "\n\n"]),
)
def test_any_split_gives_the_same_lines(tmp_path_factory, texts, shard_bytes, closed, newline):
    lines = [json.dumps({"text": text} if text is not None else 1, ensure_ascii=False) for text in texts]
    data = (newline.join(lines) + newline * closed).encode("utf-8", "surrogatepass")
    path = write(tmp_path_factory.mktemp("split"), "a.jsonl", data)
    rows, tally = read(path)
    assert tally.records == len(texts)
    again, split = read(path, shard_bytes=shard_bytes)
    assert again == rows
    assert split == tally


@pytest.mark.parametrize("ending", [".gz", ".zst"])
def test_truncated_lines_keep_what_came_before(tmp_path, ending):
    data = PACK[ending](b"".join(b'{"text": "%d"}\n' % (n * 7919 % 104729) for n in range(60_000)))
    rows, tally = read(write(tmp_path, f"a.jsonl{ending}", data[: len(data) // 2]))
    assert 10_000 < len(rows) < 50_000
    assert [one["kind"] for one in tally.damage] == ["truncated"]
    assert sum(tally.refused.values()) <= 1


def table(rows: int = 10, **more) -> pa.Table:
    columns = {
        "text": [f"第{n}の文章。" * 20 for n in range(rows)],
        "url": [f"https://example.jp/{n}" for n in range(rows)],
        "unused": [b"x" * 1000] * rows,
        **more,
    }
    return pa.table(columns)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 60), st.integers(1, 25), st.integers(1, 5000), st.integers(1, 4000))
def test_any_split_of_a_table_gives_the_same_rows(tmp_path_factory, rows, group, shard_bytes, batch_bytes):
    path = tmp_path_factory.mktemp("split") / "a.parquet"
    pq.write_table(table(rows), path, row_group_size=group)
    all_rows, tally = read(path)
    assert [row["offset"] for row in all_rows] == list(range(rows))
    assert [row["body"].decode() for row in all_rows] == table(rows)["text"].to_pylist()
    again, split = read(path, shard_bytes=shard_bytes, batch_bytes=batch_bytes)
    assert again == all_rows
    assert split == tally


def test_what_the_rows_of_a_table_become(tmp_path):
    path = tmp_path / "a.parquet"
    when = datetime.datetime(2024, 5, 1, 12, 0, 30, 5, tzinfo=datetime.timezone(datetime.timedelta(hours=9)))
    columns = {
        "text": ["text", "text", "", None, "a" * 2000, "last", "  \n "],
        "html": [None, "<p>html", "", "", None, "", None],
        "id": pa.array(range(7), pa.int32()),
        "date": pa.array([when, None, *[when] * 5], pa.timestamp("us", "Asia/Tokyo")),
        "url": pa.array([b"\xff", b"u", None, b"", b"", b"", b""], pa.binary()).view(pa.string()),
    }
    pq.write_table(pa.table(columns), path)
    rows, tally = read(path, max_page_bytes=1000)
    assert [(row["offset"], row["record"], row["kind"], row["body"]) for row in rows] == [
        (0, "0", "text", b"text"), (1, "1", "html", b"<p>html"), (5, "5", "text", b"last")
    ]  # fmt: skip
    assert [row["url"] for row in rows] == ["\ufffd", "u", ""]
    assert [row["fetched"] for row in rows] == ["2024-05-01T03:00:30Z", "", "2024-05-01T03:00:30Z"]
    assert tally.refused == {"empty_body": 3, "too_large": 1}
    seen = []
    rows, tally = read(path, careful=True, skip=frozenset([("a.parquet", 1, "1")]), on_record=lambda *p: seen.append(p))
    assert seen == [("a.parquet", 0, "0"), ("a.parquet", 4, "4"), ("a.parquet", 5, "5")]
    assert tally.refused["quarantined"] == 1


@pytest.mark.parametrize(
    "kind", [pa.string(), pa.large_string(), pa.binary(), pa.large_binary(), pa.dictionary(pa.int32(), pa.string())]
)
def test_every_kind_of_text_column(tmp_path, kind):
    values = pa.array(["いろは", None, "にほへ"]).cast(pa.binary() if kind == pa.binary() else pa.string()).cast(kind)
    pq.write_table(pa.table({"html": values}), tmp_path / "a.parquet")
    rows, _ = read(tmp_path / "a.parquet")
    assert [row["body"].decode() for row in rows] == ["いろは", "にほへ"]


def test_a_table_without_the_columns_says_which_there_are(tmp_path):
    pq.write_table(table().rename_columns(["content", "url", "unused"]), tmp_path / "a.parquet")
    with pytest.raises(ManyoError) as caught:
        collect.find(["a.parquet"], base=str(tmp_path))
    assert "content (string), url (string), unused (binary)" in str(caught.value)
    rows, _ = read(tmp_path / "a.parquet", columns={"text": "content"})
    assert len(rows) == 10
    pq.write_table(pa.table({"text": [1, 2]}), tmp_path / "a.parquet")
    with pytest.raises(ManyoError, match="neither"):
        collect.find(["a.parquet"], base=str(tmp_path))


def test_a_truncated_table_is_refused_and_a_damaged_row_group_is_counted(tmp_path):
    path = tmp_path / "a.parquet"
    pq.write_table(table(40), path, row_group_size=10, compression="zstd", use_dictionary=False)
    data = path.read_bytes()
    where = pq.read_metadata(path).row_group(1).column(0).data_page_offset
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(ManyoError, match="cannot be read"):
        collect.find(["a.parquet"], base=str(tmp_path))
    path.write_bytes(data[:where] + b"\xff" * 30 + data[where + 30 :])
    rows, tally = read(path)
    assert [row["offset"] for row in rows] == [*range(10), *range(20, 40)]
    assert tally.refused == {"damaged": 10}
    assert [(one["kind"], one["offset"]) for one in tally.damage] == [("corrupt", 10)]


def test_an_error_names_some_columns_of_many(tmp_path):
    path = tmp_path / "wide.parquet"
    pq.write_table(pa.table({f"column_{number}": [number] for number in range(300)}), path)
    with pytest.raises(ManyoError) as raised:
        collect.find(["wide.parquet"], base=str(tmp_path))
    assert "column_11 (int64), and 288 more" in str(raised.value)
    assert "column_12" not in str(raised.value)
