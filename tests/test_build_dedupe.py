"""Deduplication in a build: captures of an address, pairs in doubt, presets; and the same clusters as `manyo.dedupe`."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import manyo
import small_crawl
from manyo import release


def write(path: Path, rows: list[dict[str, str]]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


def build(path: Path, out: Path, **sections: Any) -> list[dict[str, Any]]:
    """The ledger of a build of that file, in the order of its lines."""
    made = manyo.build({"name": "small", "inputs": [str(path)], **sections}, out, workers=1)
    release.check(made.manifest)
    parts = [pq.read_table(part) for part in sorted((out / "ledger").iterdir())]
    return sorted(pa.concat_tables(parts).to_pylist(), key=lambda row: row["offset"])


def edited(text: str, letters: int, random: np.random.Generator) -> str:
    made = list(text)
    for place in random.integers(0, len(made), letters):
        made[place] = chr(random.integers(0x4E00, 0x9000))
    return "".join(made)


@pytest.fixture(scope="module")
def captures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One address three times, twice with the same text; that text elsewhere too; another address without a date."""
    home, old, new, other = "https://a.example.jp/", *(small_crawl.prose(seed) for seed in (1, 2, 3))
    rows = [
        {"id": "oldest", "url": home, "date": "2024-01-01T00:00:00Z", "text": old},
        {"id": "newest", "url": home.upper() + "#top", "date": "2024-03-01T00:00:00Z", "text": new},
        {"id": "middle", "url": home, "date": "2024-02-01T00:00:00Z", "text": new},
        {"id": "elsewhere", "url": "https://b.example.jp/", "date": "2024-01-01T00:00:00Z", "text": old},
        {"id": "undated", "url": "https://c.example.jp/", "text": other},
        {"id": "dated", "url": "https://c.example.jp/", "date": "2020-01-01", "text": other + "終わり。"},
    ]
    return write(tmp_path_factory.mktemp("captures") / "pages.jsonl", rows)


@pytest.mark.parametrize(
    ("rule", "fates"),
    [
        ("latest", {"newest": "", "oldest": "url", "middle": "url", "elsewhere": "", "undated": "url", "dated": ""}),
        (
            "first",
            {"newest": "url", "oldest": "", "middle": "url", "elsewhere": "exact", "undated": "url", "dated": ""},
        ),
        ("off", {"newest": "exact", "oldest": "", "middle": "", "elsewhere": "exact", "undated": "near", "dated": ""}),
    ],
)
def test_which_capture_stays(captures: Path, tmp_path: Path, rule: str, fates: dict[str, str]) -> None:
    ledger = {row["record"]: row for row in build(captures, tmp_path / "out", dedupe={"url": rule})}
    assert {name: row["duplicate_kind"] for name, row in ledger.items()} == fates
    assert {row["verdict"] for row in ledger.values() if row["duplicate_kind"]} == {"duplicate"}
    for row in ledger.values():
        if row["cluster"]:
            same = [one for one in ledger.values() if one["cluster"] == row["cluster"]]
            assert row["cluster_size"] == len(same)
            assert [one["id"] for one in same if one["verdict"] == "kept"] == [row["cluster"]]
    if rule == "latest":
        assert ledger["elsewhere"]["cluster_size"] == 1
        assert ledger["oldest"]["cluster"] == ledger["newest"]["id"]
        assert ledger["middle"]["similarity"] == 1.0


def test_the_report_and_the_figures_count_captures(captures: Path, tmp_path: Path) -> None:
    build(captures, tmp_path / "out", dedupe={"url": "latest"})
    shown = release.show(tmp_path / "out", "ja")
    assert shown.data["url"] == 3
    assert "同じURLの別の取得" in shown.text
    assert "同じURLの別の取得 3 件" in (tmp_path / "out" / "README.md").read_text("utf-8")


@pytest.fixture(scope="module")
def families(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """Families of texts whose similarities lie about the threshold, over several shards."""
    random = np.random.default_rng(9)
    bases = [small_crawl.prose(seed, 6) for seed in range(100, 160)]
    texts = [edited(base, letters, random) for base in bases for letters in (0, 1, 6, 9, 12)]
    texts = [texts[place] for place in random.permutation(len(texts))]
    rows = [
        {"id": str(number), "url": f"https://a.example.jp/{number}", "text": text} for number, text in enumerate(texts)
    ]
    return write(tmp_path_factory.mktemp("families") / "pages.jsonl", rows), texts


def partition(ledger: list[dict[str, Any]]) -> set[frozenset[str]]:
    clusters: dict[str, set[str]] = {}
    for row in ledger:
        clusters.setdefault(row["cluster"] or row["id"], set()).add(row["record"])
    return {frozenset(members) for members in clusters.values()}


@pytest.mark.parametrize("settings", [{}, {"verify": "estimate"}, {"near": False}, {"preset": "fineweb2"}], ids=str)
def test_a_build_and_the_function_find_the_same_clusters(
    families: tuple[Path, list[str]], tmp_path: Path, settings: dict[str, Any]
) -> None:
    path, texts = families
    ledger = build(path, tmp_path / "out", dedupe=settings, engine={"shard": "40 KB"})
    assert len(list((tmp_path / "out" / "ledger").iterdir())) > 4
    assert {row["verdict"] for row in ledger} <= {"kept", "duplicate"}
    table = manyo.dedupe(texts, **settings)
    expected: dict[int, set[str]] = {}
    for row, cluster in zip(table["row"].to_pylist(), table["cluster"].to_pylist(), strict=True):
        expected.setdefault(cluster, set()).add(str(row))
    assert partition(ledger) == {frozenset(members) for members in expected.values()}
    if settings.get("near", True):
        assert len(expected) < len(texts)


def test_doubtful_pairs_are_compared_by_their_texts(families: tuple[Path, list[str]], tmp_path: Path) -> None:
    path, _ = families
    sure = partition(build(path, tmp_path / "exact", engine={"shard": "40 KB"}))
    assert partition(build(path, tmp_path / "estimate", dedupe={"verify": "estimate"})) != sure
    assert partition(build(path, tmp_path / "whole")) == sure


def test_a_preset_is_a_whole_recipe_section_and_is_in_the_manifest(
    families: tuple[Path, list[str]], tmp_path: Path
) -> None:
    build(families[0], tmp_path / "out", dedupe={"preset": "llm-jp", "rows": 9})
    made = json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))["recipe"]["dedupe"]
    wanted = manyo.dedupe.Settings.of("llm-jp", rows=9)
    assert made == dataclasses.asdict(wanted)
    assert (made["bands"], made["rows"], made["verify"]) == (20, 9, "none")
