"""`manyo dedupe`: rows that stay are the input's own, in JSON lines and Parquet, by file and by pipe."""

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

import manyo
from command_line import manyo as typed
from command_line import message

TALE = "むかしむかし、あるところに、おじいさんとおばあさんが住んでいました。おじいさんは山へ柴刈りに、"
SNOW = "国境の長いトンネルを抜けると雪国であった。夜の底が白くなった。信号所に汽車が止まった。"
LINES = [
    '{"text": "TALE", "n": 1.50,  "url": "https://a.jp/"}',
    "これは JSON ではない",
    '{"n": 2, "text": "SNOW"}  ',
    '{"text": ""}',
    '{"text":"TALEおしまい。","n":"\\u3042"}',
    '{"text": "SNOW", "url": "https://b.jp/", "date": "2024-01-01"}',
    '{"text": "まったく別の話をひとつ書いておきます。", "url": "http://b.jp", "date": "2024-02-01"}',
]
LINES = [line.replace("TALE", TALE).replace("SNOW", SNOW) for line in LINES]
KEPT = [2, 4, 6]  # the second SNOW gives way to a later capture of its address


def dedupe(*words: object) -> Any:
    answer = typed("dedupe", *words)
    assert answer.code == 0, answer.err
    return answer


@pytest.fixture
def jsonl(tmp_path: Path) -> Path:
    path = tmp_path / "texts.jsonl"
    path.write_text("\n".join(LINES), "utf-8")
    return path


def families(count: int, seed: int) -> list[str]:
    random = np.random.default_rng(seed)
    bases = ["".join(map(chr, random.integers(0x3042, 0x3093, 150))) for _ in range(count // 4)]
    texts = [list(bases[number % len(bases)]) for number in range(count)]
    for letters in texts:
        for place in random.integers(0, len(letters), random.integers(0, 8)):
            letters[place] = chr(random.integers(0x4E00, 0x9000))
    return ["".join(letters) for letters in texts]


def test_kept_lines_are_the_input_byte_for_byte(jsonl: Path, tmp_path: Path) -> None:
    out = tmp_path / "once.jsonl"
    answer = dedupe(jsonl, "--out", out, "--json")
    assert out.read_text("utf-8") == "".join(LINES[number] + "\n" for number in KEPT)
    told = json.loads(answer.out)
    assert (told["texts"], told["kept"], told["near"], told["url"], told["largest"]) == (5, 3, 1, 1, 2)
    assert told["left_out"] == {"bad_json": 1, "empty_body": 1}
    assert not list(tmp_path.glob(".*"))


def test_all_lines_with_what_becomes_of_them(jsonl: Path, tmp_path: Path) -> None:
    out = tmp_path / "all.jsonl"
    dedupe(jsonl, "--all", "--out", out)
    rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert [row["kept"] for row in rows] == [False, True, True, False, True]
    assert [row["duplicate_kind"] for row in rows] == ["near", "", "", "url", ""]
    assert [row["cluster"] for row in rows] == [0, 1, 0, 3, 3]
    assert rows[0]["n"] == 1.5
    assert rows[2]["n"] == "あ"
    assert out.read_text("utf-8").splitlines()[0].startswith(LINES[0][:-1] + ',"row":0,')


def test_without_a_place_to_write_only_the_figures_are_told(jsonl: Path) -> None:
    answer = dedupe(jsonl, "--lang", "ja")
    assert "残る本文" in answer.out
    assert "同じURLの別の取得" in answer.out
    english = dedupe(jsonl, "--lang", "en", "--url", "off", "--exact-only")
    assert [line.split()[-1] for line in english.out.splitlines()[:2]] == ["5", "4"]


def test_compressed_lines_and_several_files_are_one_table(jsonl: Path, tmp_path: Path) -> None:
    packed = tmp_path / "texts.jsonl.gz"
    packed.write_bytes(gzip.compress(jsonl.read_bytes()))
    out = tmp_path / "once.jsonl"
    told = json.loads(dedupe(jsonl, packed, "--out", out, "--json").out)
    assert (told["texts"], told["kept"]) == (10, 3)
    assert len(out.read_text("utf-8").splitlines()) == 3


@pytest.mark.parametrize("whole", [False, True])
def test_parquet_keeps_its_columns_and_agrees_with_the_function(tmp_path: Path, whole: bool) -> None:
    texts = families(300, 1)
    table = pa.table({"n": pa.array(range(300), pa.int16()), "body": texts, "tags": [[str(n)] for n in range(300)]})
    for number in range(2):
        pq.write_table(table.slice(150 * number, 150), tmp_path / f"{number}.parquet", row_group_size=40)
    out = tmp_path / "out.parquet"
    dedupe(
        tmp_path / "0.parquet", tmp_path / "1.parquet", "--column", "body", "--out", out, *(["--all"] if whole else [])
    )
    found = manyo.dedupe(texts)
    written = pq.read_table(out)
    if whole:
        assert written.select(found.schema.names).equals(found)
        assert written.select(table.schema.names).equals(table)
    else:
        assert 0 < written.num_rows < 300
        assert written.equals(table.filter(found["kept"]))


def test_lines_through_a_pipe(jsonl: Path) -> None:
    command = [sys.executable, "-m", "manyo", "dedupe", "-", "--out", "-", "--json"]
    done = subprocess.run(command, input=jsonl.read_bytes(), capture_output=True, check=True)
    assert done.stdout.decode() == "".join(LINES[number] + "\n" for number in KEPT)
    assert json.loads(done.stderr)["kept"] == 3


def test_settings_are_those_of_a_recipe(jsonl: Path, tmp_path: Path) -> None:
    path = tmp_path / "families.jsonl"
    texts = families(200, 2)
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), "utf-8")
    for words, single in (
        (["--preset", "fineweb2"], {"preset": "fineweb2"}),
        (["--threshold", "0.9", "--verify", "estimate"], {"threshold": 0.9, "verify": "estimate"}),
        (
            ["--ngram", "3", "--permutations", "128", "--bands", "16", "--rows", "8"],
            {"ngram": 3, "permutations": 128, "bands": 16, "rows": 8},
        ),
    ):
        told = json.loads(dedupe(path, "--json", *words).out)
        assert told["kept"] == sum(manyo.dedupe(texts, **single)["kept"].to_pylist())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "no file is named"),
        (["gone.jsonl"], "no such file"),
        (["TEXTS", "--column", "body"], "name the field that holds the text with --column"),
        (["TEXTS", "--all"], "nowhere to"),
        (["TEXTS", "--out", "once.csv"], "let it end in .jsonl or .parquet"),
        (["TEXTS", "--out", "once.parquet"], "is jsonl, and the result parquet"),
        (["TABLE", "--out", "-"], "is parquet, and the result jsonl"),
        (["TABLE", "OTHER", "--out", "once.parquet"], "other columns than the first"),
        (["TABLE", "--all", "--out", "once.parquet"], "a column 'row' already"),
        (["TEXTS", "--out", "gone/once.jsonl"], "there is no such folder"),
        (["TEXTS", "--out", "TEXTS"], "this file is already there"),
        (["TEXTS", "--temp", "gone/deep"], "--temp"),
        (["TEXTS", "--threshold", "1.5"], "threshold must be above 0 and at most 1"),
        (["TEXTS", "--bands", "100"], "need 600 permutations"),
        (["PAGE"], "this is no table of texts"),
    ],
)
def test_what_cannot_be_done_is_said(
    jsonl: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"TEXTS": "texts.jsonl", "TABLE": "table.parquet", "OTHER": "other.parquet", "PAGE": "page.html"}
    pq.write_table(pa.table({"text": [TALE], "row": [1]}), files["TABLE"])
    pq.write_table(pa.table({"text": [TALE]}), files["OTHER"])
    Path(files["PAGE"]).write_text("<html><p>猫", "utf-8")
    before = sorted(tmp_path.iterdir())
    assert said in message(typed("dedupe", *(files.get(word, word) for word in words)))
    assert sorted(tmp_path.iterdir()) == before
