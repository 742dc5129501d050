"""`manyo measure`: JSON lines and Parquet in, a row for each text or a summary out; what it says when it cannot."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from command_line import manyo, refused
from manyo import measure, measuring
from manyo.measure import catalogue
from manyo.measure.catalogue import SETS
from manyo.measure.catalogue.japanese import definition

TEXTS = ["春はあけぼの。やうやう白くなりゆく山ぎは。", "続きを読む\n続きを読む", "😀" * 30, "It will rain."]
ONLY = ["characters", "hiragana_share", "duplicate_line_share"]


@pytest.fixture
def jsonl(tmp_path: Path) -> Path:
    path = tmp_path / "texts.jsonl"
    rows = [{"id": f"文書{number}", "text": text} for number, text in enumerate(TEXTS)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


@pytest.fixture
def parquet(tmp_path: Path) -> Path:
    path = tmp_path / "texts.parquet"
    table = pa.table({"id": [f"文書{number}" for number in range(len(TEXTS))], "text": TEXTS})
    pq.write_table(table, path, row_group_size=3)
    return path


def rows(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def expected(names: list[str] = ONLY) -> list[dict[str, Any]]:
    return measure.measure(TEXTS, names).to_pylist()


def same(found: list[dict[str, Any]], names: list[str] = ONLY) -> bool:
    return [{name: row[name] for name in names} for row in found] == [pytest.approx(row) for row in expected(names)]


def test_json_lines_give_a_row_for_each_text(jsonl: Path) -> None:
    answer = manyo("measure", jsonl, "--only", ",".join(ONLY), "--json")
    assert (answer.code, answer.err) == (0, "")
    found = rows(answer.out)
    assert same(found)
    assert [row["record"] for row in found] == ["文書0", "文書1", "文書2", "文書3"]
    lines = jsonl.read_bytes()
    for row in found:
        assert json.loads(lines[row["offset"] :].split(b"\n")[0])["id"] == row["record"]
        assert list(row) == ["file", "offset", "record", *ONLY]


def test_parquet_gives_the_same(jsonl: Path, parquet: Path) -> None:
    found = rows(manyo("measure", parquet, "--only", ",".join(ONLY), "--json").out)
    assert same(found)
    assert [row["offset"] for row in found] == [0, 1, 2, 3]


def test_all_measures_into_parquet_and_json_lines(jsonl: Path, tmp_path: Path) -> None:
    for out in (tmp_path / "measured.parquet", tmp_path / "measured.jsonl"):
        answer = manyo("measure", jsonl, "--out", out, "--lang", "en")
        assert answer.code == 0
        assert answer.out.startswith("4 texts\n")
        assert answer.err == f"{out}\n"
    table = pq.read_table(tmp_path / "measured.parquet")
    assert table.drop_columns(["file", "offset", "record"]).equals(measure.measure(TEXTS))
    assert same(rows((tmp_path / "measured.jsonl").read_text("utf-8")), list(measure.MEASURES))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["measured.jsonl", "measured.parquet", "texts.jsonl"]


def test_standard_input_and_compressed_lines(jsonl: Path, tmp_path: Path) -> None:
    packed = tmp_path / "packed.jsonl.gz"
    packed.write_bytes(gzip.compress(jsonl.read_bytes()))
    command = [sys.executable, "-m", "manyo", "measure", "-", str(packed), "--only", ",".join(ONLY), "--json"]
    answer = subprocess.run(command, input=jsonl.read_bytes(), capture_output=True, check=True)
    found = rows(answer.stdout.decode())
    assert answer.stderr == b""
    assert [row["file"] for row in found] == ["-"] * 4 + [str(packed)] * 4
    assert same(found[:4]) and same(found[4:])


def test_a_set_and_a_list_of_ones_own(jsonl: Path, tmp_path: Path) -> None:
    words = tmp_path / "四季.txt"
    words.write_text("# 四季\n春\n", "utf-8")
    answer = manyo("measure", jsonl, "--lists", f"seasons={words}", "--only", "light,seasons_hits", "--json")
    found = rows(answer.out)
    assert [row["seasons_hits"] for row in found] == [1, 0, 0, 0]
    assert list(found[0]) == ["file", "offset", "record", *SETS["light"], "seasons_hits"]


def test_the_summary_in_both_languages(jsonl: Path) -> None:
    japanese = manyo("measure", jsonl, "--only", ",".join(ONLY), "--lang", "ja").out
    assert japanese.startswith("4 件の本文\n")
    assert "  文字数\n" in japanese and "中央" in japanese
    english = manyo("measure", jsonl, "--only", ",".join(ONLY), "--lang", "en").out
    (line,) = [line for line in english.splitlines() if " characters " in line + " " and "bytes" not in line][:1]
    assert line.split() == ["characters", "11", "11", "17", "29", "30", "characters"]
    assert manyo("measure", jsonl, "--quiet").out == ""


def test_rows_without_a_text_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "odd.jsonl"
    lines = [
        '{"text": "猫。"}',
        '{"text": ""}',
        "not json",
        "[1]",
        '{"text": 3}',
        '{"text": "\\ud83d"}',
        '{"text": "猫',
    ]
    path.write_text("\n".join(lines), "utf-8")
    answer = manyo("measure", path, "--only", "characters", "--json", "--lang", "en")
    assert [row["characters"] for row in rows(answer.out)] == [2, 1]
    assert answer.err.splitlines() == [
        "2 left out: line that is not JSON",
        "1 left out: empty body",
        "1 left out: no column with text",
        "1 left out: line of JSON that is no object",
    ]


def test_the_measures_are_listed_with_what_they_are() -> None:
    japanese, english = (manyo("measure", "--measures", "--lang", lang).out for lang in ("ja", "en"))
    entries = json.loads(manyo("measure", "--measures", "--json").out)
    assert [entry["name"] for entry in entries] == list(catalogue.measures((), "sudachi"))
    for entry in entries:
        assert f"{entry['name']}  {entry['label']['ja']}\n    {entry['definition']['ja']}\n" in japanese
        assert f"{entry['name']}  {entry['label']['en']}\n    {entry['definition']['en']}\n" in english
    own = json.loads(manyo("measure", "--measures", "--json", "--only", "quality,compression").out)
    assert [entry["name"] for entry in own] == ["quality", "zlib_ratio", "lz4_ratio"]


def test_every_measure_is_defined_in_japanese() -> None:
    from manyo.judge.known import known

    for name in (*known(), "sales_hits", "sales_words", "sales_density", "sales_share"):
        assert any("ぁ" <= letter <= "ヿ" for letter in definition(name)), name


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "no file is named"),
        (["gone.jsonl"], "no such file"),
        (["TEXTS", "--only", "karakters"], "did you mean 'characters'?"),
        (["TEXTS", "--only", "noun_share"], "name a tokenizer"),
        (["TEXTS", "--column", "body"], "name the field that holds the text with --column"),
        (["TEXTS", "--lists", "mine"], "--lists NAME=FILE"),
        (["TEXTS", "--lists", "mine=gone.txt"], "the list cannot be read"),
        (["TEXTS", "--lists", "adult=TEXTS"], "there is a measure 'adult_hits' already"),
        (["TEXTS", "--out", "measured.csv"], "let it end in .parquet or .jsonl"),
        (["TEXTS", "--out", "gone/measured.jsonl"], "there is no such folder"),
        (["TEXTS", "--out", "TEXTS"], "this file is already there"),
        (["PAGE"], "this is no table of texts"),
        (["EMPTY"], "every input is empty"),
    ],
)
def test_what_cannot_be_measured_is_said(jsonl: Path, words: list[str], said: str) -> None:
    page, empty = jsonl.with_name("page.html"), jsonl.with_name("empty.jsonl")
    page.write_text("<html><p>猫", "utf-8")
    empty.touch()
    files = {"TEXTS": str(jsonl), "PAGE": str(page), "EMPTY": str(empty)}
    typed = [word.replace("TEXTS", str(jsonl)) if "=" in word else files.get(word, word) for word in words]
    assert said in refused("measure", *typed)


def test_a_column_that_parquet_lacks(parquet: Path) -> None:
    assert "body" in refused("measure", parquet, "--column", "body")


def test_a_summary_of_many_rows_is_of_some_of_them() -> None:
    values = np.arange(300_000) * 7919 % 300_000
    summary = measuring.Summary(["x"])
    for start in range(0, len(values), 1000):
        summary.add(pa.record_batch({"x": values[start : start + 1000]}))
    assert summary.rows == len(values)
    least, low, median, high, most = summary.figures["x"]
    assert (least, most) == (0, 299_999)
    assert [low, median, high] == pytest.approx([15_000, 150_000, 285_000], rel=0.02)
    assert measuring.Summary(["x"]).figures == {}


def test_odd_texts_by_the_command(tmp_path: Path) -> None:
    """Empty and blank ones are counted; one letter, emoji, marks of direction, lone surrogates, and 10 M on a line are measured."""
    path = tmp_path / "odd.jsonl"
    texts = [
        "",
        " \n ",
        "あ",
        "😀" * 500,
        "\u200f\u200eשלום\u200f",
        "\ud800漢\udfff",
        "東京は日本の首都です" * 1_000_000,
    ]
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), "utf-8")
    answer = manyo("measure", path, "--json", "--lang", "ja")
    found = rows(answer.out)
    assert [row["characters"] for row in found] == [1, 500, 7, 3, 10_000_000]
    assert answer.err == "2 件は測れません: 本文が空\n"
    for row in found:
        for name, item in measure.MEASURES.items():
            assert item.least <= row[name] <= item.most, name
    assert found[1]["longest_run"] == found[1]["hojichar_longest_run"] == 500
    assert found[3]["mojibake_share"] > 0.5
