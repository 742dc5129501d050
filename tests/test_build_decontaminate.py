"""Builds that keep evaluation items out: refused or cut, counted for each benchmark, and no text of theirs anywhere."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import manyo
import small_crawl
from manyo import pipeline, release
from manyo.errors import ManyoError
from test_build import digest, rows
from warc_fixtures import gzip_members, response_record

QUESTION = "合成の問題その一、湖の底に沈んだ町の鐘を最初に鳴らしたのは誰でしょうか。"
OTHER = "合成の問題その二、砂漠を渡る郵便船の船長が朝食に食べたものは何ですか？"
SHORT = "短い合成の問い"
UNUSED = "どの文書にもない合成の問題、氷でできた橋は何年もったでしょうか。"


def pages() -> dict[str, str]:
    made = {f"https://a.example.jp/{seed}": small_crawl.prose(seed) for seed in range(8)}
    made["https://q.example.jp/same"] = small_crawl.prose(20) + QUESTION + small_crawl.prose(21)
    spaced = " ".join(QUESTION).replace("、", "，").replace("。", "")
    made["https://q.example.jp/edited"] = small_crawl.prose(22) + spaced + small_crawl.prose(23)
    made["https://q.example.jp/other"] = (
        small_crawl.prose(24) + OTHER + "連絡は03-0000-1111へ。" + small_crawl.prose(25)
    )
    made["https://q.example.jp/both"] = small_crawl.prose(26) + QUESTION + OTHER + small_crawl.prose(27)
    made["https://q.example.jp/short"] = small_crawl.prose(28) + SHORT + small_crawl.prose(29)
    return made


@pytest.fixture(scope="module")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clean")
    made = [response_record(url, small_crawl.page(text).encode()) for url, text in pages().items()]
    (folder / "crawl.warc.gz").write_bytes(gzip_members(made))
    lines = [
        {"id": "q1", "question": QUESTION, "label": 3},
        {"id": "q2", "question": SHORT},
        {"id": "q3", "question": UNUSED},
    ]
    (folder / "first.jsonl").write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), "utf-8")
    pq.write_table(pa.table({"q": [OTHER]}), folder / "second.parquet")
    return folder


def recipe(crawl: Path, action: str = "refuse", **sections: Any) -> dict[str, Any]:
    names = {"first": str(crawl / "first.jsonl"), "second": [str(crawl / "second.parquet")]}
    wanted = {"name": "clean", "inputs": [str(crawl / "crawl.warc.gz")]}
    return wanted | {"decontaminate": {"action": action, "benchmarks": names}} | sections


@pytest.fixture(scope="module")
def refused(crawl: Path) -> manyo.Release:
    return manyo.build(recipe(crawl), crawl / "refused", workers=1)


@pytest.fixture(scope="module")
def cut(crawl: Path) -> manyo.Release:
    return manyo.build(recipe(crawl, "cut"), crawl / "cut", workers=1)


def by_name(out: Path, kind: str = "ledger") -> dict[str, dict[str, Any]]:
    return {row["url"].removeprefix("https://q.example.jp/"): row for row in rows(out, kind)}


def test_documents_with_items_are_refused_by_a_rule_of_the_benchmark(refused: manyo.Release) -> None:
    ledger = by_name(refused.path)
    failed = {name: row["failed"] for name, row in ledger.items() if row["failed"]}
    assert failed == {
        "same": ["in_first"],
        "edited": ["in_first"],
        "other": ["in_second"],
        "both": ["in_first", "in_second"],
    }
    letters = len(re.sub("[、。？]", "", QUESTION))
    assert ledger["same"]["first_overlap"] == ledger["edited"]["first_overlap"] == letters
    assert ledger["short"]["first_overlap"] == 0
    found = {one["name"]: one for one in refused.manifest["decontaminate"]["found"]}
    assert (found["first"]["items"], found["first"]["short"], found["first"]["documents"]) == (3, 1, 3)
    assert (found["second"]["items"], found["second"]["documents"]) == (1, 2)
    assert refused.counts["kept"] == 9
    release.verify(refused.path)
    for page in ("README.md", "report.html"):
        text = (refused.path / page).read_text("utf-8")
        assert "短すぎて調べない項目" in text
        assert "too short to look for" in text.lower()


def test_cut_takes_the_passage_and_leaves_the_rest(cut: manyo.Release) -> None:
    ledger, texts = by_name(cut.path), by_name(cut.path, "data")
    assert cut.counts["kept"] == 13
    for name, seed in (("same", 20), ("edited", 22), ("other", 24), ("both", 26)):
        text = texts[name]["text"]
        assert small_crawl.prose(seed) in text and small_crawl.prose(seed + 1) in text
        assert "鐘" not in re.sub(r"\s", "", text) and "郵便船" not in text
        gone = {edit["edit"]: edit["removed"] for edit in ledger[name]["edits"]}
        assert set(gone) == {"in_second" if name == "other" else "in_first"}
        [span] = ledger[name]["spans"] or [None]
        if span:
            assert text[span["start"] : span["end"]] == "［電話番号］"
        assert texts[name]["quality"]["characters"] == len(text)
    assert SHORT in texts["short"]["text"]
    found = {one["name"]: one for one in cut.manifest["decontaminate"]["found"]}
    assert (found["first"]["documents"], found["second"]["documents"]) == (3, 1)
    assert found["second"]["characters"] == sum(edit["removed"] for edit in ledger["other"]["edits"])
    release.verify(cut.path)


@pytest.mark.parametrize("action", ["refuse", "cut"])
def test_workers_shards_and_lines_change_nothing(
    crawl: Path, refused: manyo.Release, cut: manyo.Release, tmp_path: Path, action: str
) -> None:
    built = refused if action == "refuse" else cut
    again = manyo.build(recipe(crawl, action, engine={"shard": 3000}), tmp_path / "out", workers=2)
    assert rows(again.path) == rows(built.path)
    assert rows(again.path, "data") == rows(built.path, "data")
    lined = manyo.build(recipe(crawl, action, lines={"overall": 1000}), tmp_path / "lined", workers=1)
    assert rows(lined.path, "data") == rows(built.path, "data")


def test_a_release_is_issued_anew_with_and_without(
    crawl: Path, refused: manyo.Release, cut: manyo.Release, tmp_path: Path
) -> None:
    head = f'name = "clean"\ninputs = ["{crawl}/crawl.warc.gz"]\n'
    benchmarks = f'[decontaminate.benchmarks]\nfirst = "{crawl}/first.jsonl"\nsecond = ["{crawl}/second.parquet"]\n'
    (tmp_path / "plain.toml").write_text(head)
    (tmp_path / "refuse.toml").write_text(head + benchmarks)
    (tmp_path / "cut.toml").write_text(f'{head}[decontaminate]\naction = "cut"\n{benchmarks}')
    plain = manyo.build(tmp_path / "plain.toml", tmp_path / "plain", workers=1)
    assert "decontaminate" not in plain.manifest
    for old, name, wanted in (
        (cut, "plain", plain),
        (refused, "cut", cut),
        (cut, "refuse", refused),
        (refused, "refuse", refused),
    ):
        issued = pipeline.reissue(old.path, tmp_path / f"{name}.toml", tmp_path / f"{old.path.name}-{name}", workers=1)
        assert digest(issued.path) == digest(wanted.path)


def test_no_text_of_a_benchmark_is_in_any_file(refused: manyo.Release, cut: manyo.Release) -> None:
    for path in (path for built in (refused, cut) for path in built.path.rglob("*") if path.is_file()):
        content = path.read_bytes()
        assert UNUSED.encode() not in content
        assert json.dumps(UNUSED).encode() not in content


def test_what_cannot_be_looked_for_is_refused(crawl: Path, tmp_path: Path) -> None:
    def build(**benchmarks: Any) -> None:
        manyo.build(recipe(crawl) | {"decontaminate": {"benchmarks": benchmarks}}, tmp_path / "out", workers=1)

    with pytest.raises(ManyoError, match="cannot be read"):
        build(first=str(tmp_path / "nothing.jsonl"))
    with pytest.raises(ManyoError, match="no benchmark file"):
        build(first=str(crawl / "crawl.warc.gz"))
    (tmp_path / "broken.jsonl").write_text("{")
    with pytest.raises(ManyoError, match="cannot be read"):
        build(first=str(tmp_path / "broken.jsonl"))
    with pytest.raises(ManyoError, match="no key 'bench'"):
        manyo.build(recipe(crawl) | {"decontaminate": {"bench": {}}}, tmp_path / "never")
