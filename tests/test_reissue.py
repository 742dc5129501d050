"""A release issued anew from kept documents is, byte for byte, the one that a build would make."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

import manyo
import small_crawl
from command_line import manyo as run
from manyo import pipeline, release
from manyo.errors import ManyoError
from test_build import digest

RULES = 'name = "loose"\nextends = "manyo"\ndisable = ["too_short"]\n[thresholds]\nunpunctuated.max = 61\n'


@pytest.fixture(scope="module")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("crawl")
    small_crawl.write(folder / "crawl.warc.gz")
    (folder / "notes").mkdir()
    for number in range(12):  # of one sentence: too short for the recipe of the first release
        text = small_crawl.prose(5000 + number % 10, sentences=1)
        (folder / "notes" / f"{number:02}.txt").write_text(text, "utf-8")
    (folder / "loose.toml").write_text(RULES)
    return folder


def recipe(crawl: Path, **sections: Any) -> dict[str, Any]:
    inputs = [str(crawl / "crawl.warc.gz"), str(crawl / "notes")]
    return {"name": "small", "inputs": inputs, "engine": {"shard": 4000}, **sections}


@pytest.fixture(scope="module")
def first(crawl: Path) -> Path:
    return manyo.build(recipe(crawl), crawl / "first", workers=2).path


def test_the_same_bytes_as_a_build(crawl: Path, first: Path, tmp_path: Path) -> None:
    rules = str(crawl / "loose.toml")
    built = manyo.build(recipe(crawl, judge={"rules": rules}), tmp_path / "built", workers=1)
    issued = pipeline.reissue(first, rules, tmp_path / "issued", workers=2)
    assert digest(issued.path) == digest(built.path)
    assert built.kept > json.loads((first / "manifest.json").read_text())["counts"]["kept"]
    assert built.counts["duplicates"] == 4  # two of them were too short before, and nobody had compared them
    release.verify(issued.path)

    again = pipeline.reissue(issued.path, "manyo", tmp_path / "back", workers=1)
    assert digest(again.path) == digest(first)


def test_a_whole_recipe_may_change_what_is_decided_after_reading(crawl: Path, first: Path, tmp_path: Path) -> None:
    inputs = json.dumps([str(crawl / "crawl.warc.gz"), str(crawl / "notes")])
    text = f'name = "other"\ninputs = {inputs}\n[engine]\nshard = 4000\n[dedupe]\nthreshold = 0.9\n[release]\ntitle = "別の版"\n'
    (tmp_path / "other.toml").write_text(text, "utf-8")
    built = manyo.build(tmp_path / "other.toml", tmp_path / "built", workers=1)
    issued = pipeline.reissue(first, tmp_path / "other.toml", tmp_path / "issued", workers=1)
    assert digest(issued.path) == digest(built.path)
    (tmp_path / "ruby.toml").write_text(text + '[read]\nruby = "keep"\n', "utf-8")
    with pytest.raises(ManyoError, match="other settings under 'read'"):
        pipeline.reissue(first, tmp_path / "ruby.toml", tmp_path / "never")
    assert not (tmp_path / "never").exists()


EDITING = """
name = "editing"
extends = "manyo"
[edits]
before = ["join_lines"]
after = ["strip_ascii_runs", "strip_urls"]
"""


def test_edits_are_done_on_the_documents_as_they_were_read(crawl: Path, first: Path, tmp_path: Path) -> None:
    (tmp_path / "editing.toml").write_text(EDITING)
    rules = str(tmp_path / "editing.toml")
    built = manyo.build(recipe(crawl, judge={"rules": rules}), tmp_path / "built", workers=1)
    issued = pipeline.reissue(first, rules, tmp_path / "issued", workers=1)
    assert digest(issued.path) == digest(built.path)
    rows = built.ledger().to_table().to_pylist()
    edited = [row for row in rows if row["edits"]]
    assert edited
    for row in edited:
        assert row["edits"][0]["edit"] == "join_lines"
        removed = row["edits"][0]["removed"]
        assert row["edited_share"] == pytest.approx(removed / (removed + row["characters"]), abs=1e-6)
    for row in built.documents().to_table().to_pylist():
        assert "\n" not in row["text"]
        assert len(row["text"]) == row["quality"]["characters"]  # nothing else was there to be removed
    again = pipeline.reissue(built.path, "manyo", tmp_path / "back", workers=1)
    assert digest(again.path) == digest(first)


def test_a_list_of_one_s_own_is_measured_and_judged(crawl: Path, first: Path, tmp_path: Path) -> None:
    (tmp_path / "water.txt").write_text("# 水の語\n湧き水\n水車\n", "utf-8")
    (tmp_path / "dry.toml").write_text(
        'name = "dry"\nextends = "manyo"\n[[rule]]\nname = "wet"\nmeasure = "water_hits"\nmax = 1\n'
    )
    inputs = json.dumps([str(crawl / "crawl.warc.gz"), str(crawl / "notes")])
    text = f'name = "listed"\ninputs = {inputs}\n[engine]\nshard = 4000\n[judge]\nrules = "dry.toml"\n'
    (tmp_path / "listed.toml").write_text(text + '[measure.lists]\nwater = "water.txt"\n', "utf-8")
    built = manyo.build(tmp_path / "listed.toml", tmp_path / "built", workers=1)
    for row in built.ledger().to_table().to_pylist():
        assert (row["water_hits"] > 1) == ("wet" in row["failed"])
    texts = {row["id"]: row["text"] for row in built.documents().to_table().to_pylist()}
    assert texts and all(text.count("湧き水") + text.count("水車") < 2 for text in texts.values())
    issued = pipeline.reissue(first, tmp_path / "listed.toml", tmp_path / "issued", workers=1)
    assert digest(issued.path) == digest(built.path)
    (tmp_path / "unlisted.toml").write_text(text, "utf-8")
    with pytest.raises(ManyoError, match="no measure 'water_hits'"):
        manyo.build(tmp_path / "unlisted.toml", tmp_path / "never")


def test_a_finished_one_is_only_checked(first: Path, tmp_path: Path) -> None:
    events: list[Any] = []
    pipeline.reissue(first, "manyo", tmp_path / "out", workers=1)
    before = digest(tmp_path / "out")
    pipeline.reissue(first, "manyo", tmp_path / "out", workers=1, on_progress=events.append)
    assert digest(tmp_path / "out") == before
    assert all(event.done == event.total for event in events if event.stage != "warm")


def test_what_cannot_be_issued(crawl: Path, first: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(first, copy, ignore=shutil.ignore_patterns(".manyo"))
    with pytest.raises(ManyoError, match="work folder is gone"):
        pipeline.reissue(copy, "manyo", tmp_path / "out")
    with pytest.raises(ManyoError, match="lies within an input"):
        pipeline.reissue(first, "manyo", first / "new")
    with pytest.raises(ManyoError, match="no recipe 'manio'"):
        pipeline.reissue(first, "manio", tmp_path / "out")
    shutil.copytree(first, tmp_path / "changed")
    documents = next((tmp_path / "changed/.manyo/data/read").glob("*-documents-*"))
    documents.write_bytes(documents.read_bytes()[:-1] + b"?")
    with pytest.raises(ManyoError, match="has changed since it was written"):
        pipeline.reissue(tmp_path / "changed", "manyo", tmp_path / "out", workers=1)
    shutil.copytree(first, tmp_path / "older")
    manifest = json.loads((first / "manifest.json").read_text())
    (tmp_path / "older/manifest.json").write_text(json.dumps({**manifest, "made_with": "manyo 0.0.1"}))
    with pytest.raises(ManyoError, match=r"made with manyo 0\.0\.1"):
        pipeline.reissue(tmp_path / "older", "manyo", tmp_path / "out2")


def test_the_verb(crawl: Path, first: Path, tmp_path: Path) -> None:
    answer = run(
        "release", "--from", first, "--recipe", crawl / "loose.toml", "--out", tmp_path / "out", "--workers", 1
    )
    assert answer.code == 0
    assert str(tmp_path / "out") in answer.out
    answer = run("release", "--from", tmp_path / "nothing", "--recipe", "manyo", "--out", tmp_path / "out2")
    assert answer.code == 1 and "no such folder" in answer.err
