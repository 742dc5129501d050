"""Releases that are built against earlier ones: what those have comes no second time, and the ledger says where it is."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import manyo
import manyo.dedupe as dedupe
import small_crawl
from command_line import manyo as run
from manyo import engine, indexing, pipeline, release
from manyo.dedupe import lookup
from manyo.errors import ManyoError
from test_build import digest, rows
from warc_fixtures import gzip_members, response_record


def write(path: Path, texts: dict[str, str]) -> str:
    path.write_bytes(
        gzip_members([response_record(url, small_crawl.page(text).encode()) for url, text in texts.items()])
    )
    return str(path)


def near(seed: int) -> str:
    return small_crawl.prose(seed).replace("来月", "再来月", 1) + "追記がここにあります。"


APRIL = {f"https://april.example.jp/{seed}": small_crawl.prose(seed) for seed in range(20)}
MAY = {
    **{f"https://may.example.jp/{seed}": small_crawl.prose(seed) for seed in range(15, 30)},  # five of them the same
    "https://may.example.jp/near": near(3),
    "https://may.example.jp/near-copy": near(3),
    "https://may.example.jp/own-copy": small_crawl.prose(29),
    "https://may.example.jp/short": "短いです。",
}
JUNE = {
    **{f"https://june.example.jp/{seed}": small_crawl.prose(seed) for seed in (2, 20, 40, 41)},
    "https://june.example.jp/near": near(25),
}


@pytest.fixture(scope="module")
def months(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("months")
    for name, texts in (("april", APRIL), ("may", MAY), ("june", JUNE)):
        write(folder / f"{name}.warc.gz", texts)
    manyo.build(recipe(folder, "april"), folder / "2024-04", workers=1)
    return folder


def recipe(folder: Path, month: str, **sections: Any) -> dict[str, Any]:
    return {"name": month, "inputs": [str(folder / f"{month}.warc.gz")], **sections}


@pytest.fixture(scope="module")
def may(months: Path) -> manyo.Release:
    return manyo.build(recipe(months, "may"), months / "2024-05", against=[months / "2024-04"], workers=1)


def ledger(out: Path) -> dict[str, dict[str, Any]]:
    return {row["url"]: row for row in rows(out)}


def test_what_an_earlier_release_has_is_refused_with_its_place_there(months: Path, may: manyo.Release) -> None:
    old = {row["url"]: row["id"] for row in rows(months / "2024-04", "data")}
    found = ledger(may.path)
    [against] = may.manifest["against"]
    label = f"april@{against['manifest_sha256'][:12]}"
    for seed in range(15, 30):
        row = found[f"https://may.example.jp/{seed}"]
        if seed < 20:
            assert (row["verdict"], row["duplicate_kind"], row["similarity"]) == ("duplicate", "exact", 1.0)
            assert (row["cluster"], row["against"]) == (old[f"https://april.example.jp/{seed}"], label)
            assert row["cluster_size"] == 2
        else:
            assert (row["verdict"], row["against"]) == ("kept", "")
    for name in ("near", "near-copy"):
        row = found[f"https://may.example.jp/{name}"]
        assert (row["verdict"], row["duplicate_kind"], row["against"]) == ("duplicate", "near", label)
        assert row["cluster"] == old["https://april.example.jp/3"]
        assert 0.7 <= row["similarity"] < 1
        assert row["cluster_size"] == 3
    own = found["https://may.example.jp/own-copy"]
    assert (own["verdict"], own["against"]) == ("duplicate", "")
    assert found["https://may.example.jp/short"]["against"] == ""
    assert {row["url"] for row in rows(may.path, "data")} == {
        f"https://may.example.jp/{seed}" for seed in range(20, 30)
    }
    assert (against["name"], against["documents"], against["duplicates"]) == ("april", 20, 7)
    assert may.counts["kept"] + may.counts["refused"] + may.counts["duplicates"] == may.counts["candidates"]
    assert release.verify(may.path) > 0


def test_the_papers_name_the_releases(months: Path, may: manyo.Release) -> None:
    for page in ("README.md", "report.html"):
        text = (may.path / page).read_text("utf-8")
        assert "april" in text
        assert may.manifest["against"][0]["manifest_sha256"] in text
    story = release.explain(may.path, "https://may.example.jp/near")
    assert "april@" in story.text("ja") and "april@" in story.text("en")
    assert rows(months / "2024-04", "data")[3]["id"] in story.text("en")


def test_an_index_changes_nothing_but_the_work(months: Path, may: manyo.Release, tmp_path: Path) -> None:
    shutil.copytree(months / "2024-04", tmp_path / "2024-04")
    shutil.rmtree(tmp_path / "2024-04" / ".manyo")  # nothing but the release is needed
    made = run("index", str(tmp_path / "2024-04"), "--workers", "1")
    assert made.code == 0, made.err
    assert "20 documents" in made.out
    assert not (tmp_path / "2024-04" / "index" / ".manyo").exists()
    release.verify(tmp_path / "2024-04")
    before = digest(tmp_path / "2024-04")
    again = manyo.build(recipe(months, "may"), tmp_path / "2024-05", against=[tmp_path / "2024-04"], workers=2)
    assert not (again.path / ".manyo" / "earlier").exists()
    assert rows(again.path) == rows(may.path)
    assert rows(again.path, "data") == rows(may.path, "data")
    assert again.manifest["against"] == may.manifest["against"]
    run("index", str(tmp_path / "2024-04"))
    assert digest(tmp_path / "2024-04") == before


def test_workers_shards_and_partitions_change_nothing(
    months: Path, may: manyo.Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("manyo.planning._PARTITION_BYTES", 3000)
    monkeypatch.setattr("manyo.indexing._PARTITION_BYTES", 4000)
    wanted = recipe(months, "may", engine={"shard": 3000})
    cut = manyo.build(wanted, tmp_path / "cut", against=[months / "2024-04"], workers=2)
    assert len(cut.manifest["shards"]) > 4
    assert rows(cut.path) == rows(may.path)
    assert len(list((cut.path / ".manyo" / "commits" / "meet").iterdir())) > 2
    [index] = (cut.path / ".manyo" / "earlier").iterdir()
    assert len(list(index.glob("keys-*.bin"))) > 2


def test_several_releases_and_a_recipe_that_names_them(months: Path, may: manyo.Release, tmp_path: Path) -> None:
    text = f'name = "june"\ninputs = ["{months}/june.warc.gz"]\nagainst = ["{months}/2024-04", "{may.path}"]\n'
    (tmp_path / "june.toml").write_text(text)
    june = manyo.build(tmp_path / "june.toml", tmp_path / "june", workers=1)
    found = ledger(june.path)
    assert found["https://june.example.jp/2"]["against"].startswith("april@")
    assert found["https://june.example.jp/20"]["against"].startswith("may@")
    assert found["https://june.example.jp/near"]["against"].startswith("may@")
    assert [found[f"https://june.example.jp/{seed}"]["verdict"] for seed in (40, 41)] == ["kept", "kept"]
    assert [one["duplicates"] for one in june.manifest["against"]] == [1, 2]
    # All months at once keep the same texts, if of other captures.
    whole = manyo.build(
        {"inputs": [str(months / f"{name}.warc.gz") for name in ("april", "may", "june")]}, tmp_path / "all"
    )
    kept = sum(len(rows(path, "data")) for path in (months / "2024-04", may.path, june.path))
    assert whole.kept == kept
    issued = pipeline.reissue(june.path, tmp_path / "june.toml", tmp_path / "again", workers=1)
    assert digest(issued.path) == digest(june.path)


def test_a_build_goes_on_only_with_the_same_releases(months: Path, may: manyo.Release, tmp_path: Path) -> None:
    shutil.copytree(may.path, tmp_path / "out")
    with pytest.raises(ManyoError, match="against"):
        manyo.build(recipe(months, "may"), tmp_path / "out", workers=1)


def test_what_cannot_be_built_against_is_refused(months: Path, tmp_path: Path) -> None:
    wanted = recipe(months, "may")
    with pytest.raises(ManyoError, match="no such folder"):
        manyo.build(wanted, tmp_path / "out", against=[tmp_path / "nothing"])
    old = tmp_path / "2024-04"
    shutil.copytree(months / "2024-04", old)
    made = indexing.index(old, workers=1)
    for changed in ({"ngram": 7}, {"rows": 5}):
        with pytest.raises(
            ManyoError, match=f"{next(iter(changed))} is .* there and {next(iter(changed.values()))} here"
        ):
            manyo.build(wanted | {"dedupe": changed}, tmp_path / "out", against=[old])
    manyo.build(wanted | {"dedupe": {"threshold": 0.9}}, tmp_path / "strict", against=[old], workers=1)
    (tmp_path / "other.toml").write_text('inputs = ["x"]\n[dedupe]\nngram = 7\n')
    assert indexing.index(old, tmp_path / "other.toml", workers=1).about["signing"]["ngram"] == 7
    manyo.build(wanted | {"dedupe": {"ngram": 7}}, tmp_path / "seven", against=[old], workers=1)
    (made.folder / "keys-00000.bin").write_bytes(b"")
    with pytest.raises(ManyoError, match="missing or damaged"):
        manyo.build(wanted, tmp_path / "out", against=[old])
    about = json.loads((made.folder / "index.json").read_text())
    fewer = [file for file in about["files"] if not file["path"].startswith("exact")]
    (made.folder / "index.json").write_text(json.dumps(about | {"files": fewer}))
    with pytest.raises(ManyoError, match="missing or damaged"):
        manyo.build(wanted | {"dedupe": {"ngram": 7}}, tmp_path / "out", against=[old])
    (made.folder / "index.json").write_text("{")
    with pytest.raises(ManyoError, match="cannot be read"):
        manyo.build(wanted, tmp_path / "out", against=[old])
    assert indexing.index(old, workers=1).documents == 20
    manifest = json.loads((old / "manifest.json").read_text())
    (old / "manifest.json").write_text(json.dumps(manifest | {"name": "other"}))
    with pytest.raises(ManyoError, match="of another release"):
        manyo.build(wanted, tmp_path / "out", against=[old])
    shutil.rmtree(old / "index")
    part = next((old / "data").iterdir())
    pq.write_table(pq.read_table(part).slice(1), part)
    with pytest.raises(ManyoError, match="not what its manifest says"):
        manyo.build(wanted, tmp_path / "damaged", against=[old], workers=1)


def test_an_empty_release_has_an_empty_index(months: Path, tmp_path: Path) -> None:
    write(tmp_path / "none.warc.gz", {"https://a.example.jp/": "短いです。"})
    empty = manyo.build(recipe(tmp_path, "none"), tmp_path / "none", workers=1)
    assert empty.kept == 0
    built = manyo.build(recipe(months, "may"), tmp_path / "out", against=[empty.path], workers=1)
    assert built.manifest["against"][0]["duplicates"] == 0


keys = st.lists(st.integers(0, 12) | st.just(2**64 - 1), max_size=40)


@settings(deadline=None)
@given(keys, keys, st.integers(1, 5))
def test_galloping_finds_what_counting_finds(wanted: list[int], known: list[int], most: int) -> None:
    sought, there = np.array(sorted(wanted), np.uint64), np.array(sorted(known), np.uint64)
    first, count = lookup.gallop(sought, there, most)
    assert first.tolist() == [sum(one < key for one in known) for key in sorted(wanted)]
    assert count.tolist() == [min(most, known.count(key)) for key in sorted(wanted)]


def test_looking_up_is_what_comparing_all_pairs_gives(months: Path, tmp_path: Path) -> None:
    index = indexing.make(indexing.earlier(months / "2024-04"), tmp_path / "index", dedupe.Settings(), workers=1)
    old = [row["text"] for row in rows(months / "2024-04", "data")]
    new = [old[2] + "\n　", near(5), small_crawl.prose(77), ""]
    wanted = dedupe.Settings()
    ours, theirs = (dedupe.band_keys(dedupe.signatures(texts, wanted), wanted) for texts in (new, old))
    found = lookup.near(index, ours.ravel(), np.repeat(np.arange(4), wanted.bands))
    expected = [[a, b] for a in range(3) for b in range(20) if set(ours[a].tolist()) & set(theirs[b].tolist())]
    assert found.tolist() == expected
    assert lookup.exact(index, dedupe.digests(new), np.arange(4)).tolist() == [[0, 2]]
    assert index.ids(found[:, 1])[0] == rows(months / "2024-04", "data")[2]["id"]
    assert engine.WORK not in {path.name for path in index.folder.iterdir()}


def test_a_capture_that_gave_way_decides_nothing(months: Path, tmp_path: Path) -> None:
    """The page was captured twice in May: first as April has it, then with another text, which is new."""
    url = "https://may.example.jp/changing"
    captures = [(small_crawl.prose(4), "2024-05-01T00:00:00Z"), (small_crawl.prose(400), "2024-05-20T00:00:00Z")]
    pages = [response_record(url, small_crawl.page(text).encode(), date=date) for text, date in captures]
    (tmp_path / "may.warc.gz").write_bytes(gzip_members(pages))
    built = manyo.build(recipe(tmp_path, "may"), tmp_path / "out", against=[months / "2024-04"], workers=1)
    [row] = rows(built.path, "data")
    assert small_crawl.prose(400) in row["text"]
    assert built.manifest["against"][0]["duplicates"] == 0


def test_equal_texts_alone_where_nothing_else_is_asked_for(months: Path, tmp_path: Path) -> None:
    wanted = recipe(months, "may", dedupe={"near": False})
    found = ledger(manyo.build(wanted, tmp_path / "out", against=[months / "2024-04"], workers=1).path)
    assert found["https://may.example.jp/17"]["similarity"] == 1.0
    assert found["https://may.example.jp/17"]["against"].startswith("april@")
    assert found["https://may.example.jp/near"]["verdict"] == "kept"
