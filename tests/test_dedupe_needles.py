"""Evaluation items: read from files, and found in texts as a slow twin finds them."""

from __future__ import annotations

import gzip
import json
import unicodedata
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manyo.columns import Column
from manyo.dedupe import BenchmarkSettings, items, needles
from manyo.errors import ManyoError

letters = st.text(st.sampled_from("あいう亜ー１1Ａa、 　\n。・😀𠮷ｶﾞ"), max_size=30)


def bare(text: str) -> list[tuple[str, int, int]]:
    """What counts of a text, each with the bytes that it takes."""
    found, at = [], 0
    for letter in text:
        size = len(letter.encode())
        if needles.fold(letter):
            found.append((needles.fold(letter), at, at + size))
        at += size
    return found


def plain_needles(item: str, characters: int, shortest: int) -> set[str]:
    text = "".join(letter for letter, *_ in bare(unicodedata.normalize("NFKC", item)))
    length = min(len(text), characters)
    return {text[at : at + length] for at in range(len(text) - length + 1)} if len(text) >= shortest else set()


@settings(deadline=None, max_examples=200)
@given(
    st.lists(st.lists(letters, max_size=4), min_size=1, max_size=3),
    st.lists(letters | st.integers(0, 10**9).map(str), max_size=5),
    st.integers(1, 4),
    st.integers(0, 4),
    st.data(),
)
def test_overlap_is_that_of_the_twin(
    benchmarks: list[list[str]], texts: list[str], shortest: int, more: int, data: st.DataObject
) -> None:
    every = [item for benchmark in benchmarks for item in benchmark] or [""]
    texts = [text + data.draw(st.sampled_from(every)) + text[::-1] for text in texts]
    sought, counts = needles.needles(benchmarks, shortest + more, shortest)
    found = needles.overlap(texts, sought, len(benchmarks), mark=True)
    column = Column.of(texts)
    for row, text in enumerate(texts):
        letters_of, marks = bare(text), bytearray(len(text.encode()))
        for number, benchmark in enumerate(benchmarks):
            wanted = {one for item in benchmark for one in plain_needles(item, shortest + more, shortest)}
            covered: set[int] = set()
            for first in range(len(letters_of)):
                for last in range(first + 1, len(letters_of) + 1):
                    if "".join(letter for letter, *_ in letters_of[first:last]) in wanted:
                        covered |= set(range(first, last))
                        begin, end = letters_of[first][1], letters_of[last - 1][2]
                        marks[begin:end] = b"\1" * (end - begin)
            assert found.characters[row, number] == len(covered)
        assert found.marks[column.offsets[row] : column.offsets[row + 1]].tobytes() == bytes(marks)
    for benchmark, count in zip(benchmarks, counts, strict=True):
        short = [item for item in benchmark if len(bare(unicodedata.normalize("NFKC", item))) < shortest]
        assert (count["items"], count["short"]) == (len(benchmark), len(short))
        assert count["needles"] == len(
            {one for item in benchmark for one in plain_needles(item, shortest + more, shortest)}
        )


@settings(deadline=None, max_examples=50)
@given(st.binary(max_size=3000), st.binary(max_size=200))
def test_any_bytes_are_survived(content: bytes, item: bytes) -> None:
    sought, _ = needles.needles([[item.decode("utf-8", "replace")]], 20, 13)
    found = needles.overlap(Column.join([content, item, content + item]), sought, 1, mark=True)
    assert len(found.marks) == 2 * (len(content) + len(item))


def test_long_texts_are_searched_across_blocks() -> None:
    item = "日本で一番高い山は何という名前の山でしょうか"
    sought, _ = needles.needles([[item]], 20, 13)
    for before in (0, 1000, 1010, 1023, 1024, 1025, 3000):
        [[count]] = needles.overlap(["川" * before + item + "海" * 50], sought, 1).characters
        assert count == len(item)


def test_items_are_read_from_every_format(tmp_path: Path) -> None:
    records = [
        {"id": "https://example.jp/1", "q": "最初の問いですか", "choices": ["はい", "no"], "deep": {"a": "深い所"}}
    ]
    text = json.dumps(records[0], ensure_ascii=False)
    (tmp_path / "a.jsonl").write_text(f"{text}\n\n{text}\n", "utf-8")
    (tmp_path / "a.json").write_text(json.dumps({"data": records}), "utf-8")
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(text.encode()))
    pq.write_table(pa.Table.from_pylist(records), tmp_path / "a.parquet")
    for name in ("a.jsonl", "a.json", "a.jsonl.gz", "a.parquet"):
        assert items.read(tmp_path / name) == ["最初の問いですか", "はい", "深い所"]
        assert items.read(tmp_path / name, ["q"]) == ["最初の問いですか"]
        assert items.read(tmp_path / name, ["choices", "deep"]) == ["はい", "no", "深い所"]
    (tmp_path / "a.csv").write_text("\ufeff,sent,label\n0,掃除をした,1\n", "utf-8")
    assert items.read(tmp_path / "a.csv") == ["掃除をした"]
    (tmp_path / "a.tsv").write_text("q\tlabel\n掃除をした\t1\n", "utf-8")
    assert items.read(tmp_path / "a.tsv", ["q"]) == ["掃除をした"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", b'{"q": "\xff"}'),
        ("a.jsonl", b'{"q": '),
        ("a.json", b"[" * 100_000),
        ("a.json", b'{"q": ' * 500 + b"1" + b"}" * 500),
        ("a.jsonl.gz", b"no gzip"),
        ("a.parquet", b"PAR1"),
        ("a.jsonl", b'{"q": "no Japanese"}'),
        ("a.csv", b""),
        ("a.txt", "あ".encode()),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ManyoError) as caught:
        items.read(tmp_path / name)
    assert name in caught.value.where and caught.value.hint


@pytest.mark.parametrize(
    "wrong",
    [
        {"action": "hide"},
        {"characters": 5},
        {"characters": 100},
        {"shortest": 1},
        {"benchmarks": {"A b": "x.jsonl"}},
        {"benchmarks": {"a": []}},
        {"benchmarks": {"a": [1]}},
        {"benchmarks": {f"b{n}": "x.jsonl" for n in range(65)}},
    ],
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ManyoError):
        BenchmarkSettings(**wrong)  # type: ignore[arg-type]  # as a recipe would
