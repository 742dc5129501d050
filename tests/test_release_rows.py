"""Rows and parts: nothing is lost in the split, and the bytes do not tell how the rows arrived."""

from __future__ import annotations

import hashlib
import itertools
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manyo import release
from manyo.errors import ManyoError
from manyo.release import parts
from synthetic_release import FIELDS, QUALITY, batch, rows

ROWS = rows(120)
FULL = batch(ROWS)


def test_split_keeps_every_row_and_releases_only_the_kept() -> None:
    data, ledger = release.split(FULL, FIELDS, QUALITY)
    assert ledger["id"].to_pylist() == [row["id"] for row in ROWS]
    kept = [row for row in ROWS if row["verdict"] == "kept"]
    assert 0 < len(kept) < len(ROWS)
    assert data["text"].to_pylist() == [row["text"] for row in kept]
    assert [each["record"] for each in data["source"].to_pylist()] == [row["record"] for row in kept]
    assert [each["characters"] for each in data["quality"].to_pylist()] == [row["characters"] for row in kept]
    assert data["masked"].to_pylist() == [row["masked"] for row in kept]
    assert ledger["spans"].to_pylist() == [row["spans"] for row in ROWS]
    assert data.schema == release.data_schema(FIELDS, QUALITY)
    assert ledger.schema == release.ledger_schema(FIELDS)


def test_the_ledger_has_no_text() -> None:
    assert "text" not in release.ledger_schema(FIELDS).names


def test_split_takes_columns_in_any_order_and_narrower_types() -> None:
    shuffled = FULL.select(list(reversed(FULL.schema.names)))
    narrow = shuffled.set_column(
        shuffled.schema.get_field_index("text"), "text", shuffled["text"].cast(pa.string())
    ).set_column(shuffled.schema.get_field_index("url"), "url", shuffled["url"].cast(pa.large_string()))
    assert release.split(narrow, FIELDS, QUALITY) == release.split(FULL, FIELDS, QUALITY)


def test_without_quality_there_is_no_quality_column() -> None:
    assert "quality" not in release.split(FULL, FIELDS)[0].schema.names


def test_a_missing_column_and_an_unknown_quality_are_named() -> None:
    with pytest.raises(ManyoError, match="lacks columns") as caught:
        release.split(FULL.drop_columns(["host"]), FIELDS, QUALITY)
    assert caught.value.where == "host"
    with pytest.raises(ManyoError, match="'loudness'"):
        release.data_schema(FIELDS, ["loudness"])


def written(path: Path, pieces: list[pa.RecordBatch], **limits: int) -> tuple[str, list[int]]:
    with release.PartWriter(path, release.ledger_schema(FIELDS), **limits) as writer:
        for piece in pieces:
            writer.write(piece)
    assert writer.rows == sum(piece.num_rows for piece in pieces)
    metadata = pq.read_metadata(path)
    groups = [metadata.row_group(number).num_rows for number in range(metadata.num_row_groups)]
    return hashlib.sha256(path.read_bytes()).hexdigest(), groups


@settings(max_examples=15, deadline=None)
@given(cuts=st.lists(st.integers(0, 120), max_size=8), size=st.sampled_from([3_000, 9_000, 1 << 26]))
def test_any_cut_of_the_rows_gives_the_same_bytes(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[int], size: int
) -> None:
    folder = tmp_path_factory.mktemp("parts")
    ledger = release.split(FULL, FIELDS)[1]
    edges = [0, *sorted(cuts), 120]
    pieces = [ledger.slice(low, high - low) for low, high in itertools.pairwise(edges)]
    whole = written(folder / "whole.parquet", [ledger], rows=50, size=size)
    assert written(folder / "cut.parquet", pieces, rows=50, size=size) == whole
    assert pq.read_table(folder / "cut.parquet").to_pylist() == ledger.to_pylist()


def test_row_groups_are_bounded_by_rows_and_by_bytes(tmp_path: Path) -> None:
    ledger = release.split(FULL, FIELDS)[1]
    assert written(tmp_path / "a", [ledger], rows=50)[1] == [50, 50, 20]
    assert written(tmp_path / "b", [ledger], size=1)[1] == [1] * 120
    assert len(written(tmp_path / "c", [ledger], size=9_000)[1]) > 2


def test_an_empty_part_is_a_readable_part(tmp_path: Path) -> None:
    written(tmp_path / "empty", [])
    assert pq.read_table(tmp_path / "empty").num_rows == 0


def test_parts_are_zstd_with_dictionaries_where_values_repeat(tmp_path: Path) -> None:
    written(tmp_path / "part", [release.split(FULL, FIELDS)[1]])
    group = pq.read_metadata(tmp_path / "part").row_group(0)
    columns = {group.column(n).path_in_schema: group.column(n) for n in range(group.num_columns)}
    assert {column.compression for column in columns.values()} == {"ZSTD"}
    repeating = {name for name, column in columns.items() if column.has_dictionary_page}
    assert repeating == set(parts.DICTIONARY) - {"source.file"}


def test_a_writer_left_by_an_error_closes_its_file(tmp_path: Path) -> None:
    with (
        pytest.raises(RuntimeError, match="the source broke"),
        release.PartWriter(tmp_path / "part", release.ledger_schema(FIELDS)) as writer,
    ):
        writer.write(release.split(FULL, FIELDS)[1])
        raise RuntimeError("the source broke")
    assert writer.rows == 0
    assert pq.read_metadata(tmp_path / "part").num_rows == 0
