"""A build that takes repeated lines out: the same on any number of workers, and all of it in the ledger."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import manyo
import small_crawl
from manyo import pipeline, release
from manyo.errors import ManyoError
from test_build import digest, rows
from warc_fixtures import gzip_members, response_record

NOTICE = "このサイトの文章や写真を無断で使うことはできません。"
SIGNED = "発行は合成市役所の広報係、電話は03-0000-1111です。"
EVERYWHERE = "このページは合成の検査のために作られたものです。"


def paged(*paragraphs: str) -> bytes:
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return f"<!DOCTYPE html><html lang='ja'><title>記録</title><body><article>{body}</article></body></html>".encode()


def pages() -> list[bytes]:
    """Two hosts of eight pages: a notice on all of a host's, a line on every page, one page three times, one alone."""
    made = []
    for number in range(16):
        host = f"site{number % 2}.example.jp"
        parts = [small_crawl.prose(number, 5), EVERYWHERE, small_crawl.prose(100 + number, 4)]
        if number % 2 == 0:
            parts += [NOTICE, SIGNED]
        made.append(response_record(f"https://{host}/{number}.html", paged(*parts)))
    copied = paged(small_crawl.prose(500), "写しにしかない長い行です。")
    made += [response_record(f"https://copy{copy}.example.jp/", copied) for copy in range(3)]
    made.append(response_record("https://short.example.jp/", paged(NOTICE, EVERYWHERE)))
    return made


@pytest.fixture(scope="module")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lines")
    (folder / "crawl.warc.gz").write_bytes(gzip_members(pages()))
    return folder


def recipe(crawl: Path, engine: dict[str, Any] | None = None, **lines: Any) -> dict[str, Any]:
    wanted = {"name": "lined", "inputs": [str(crawl / "crawl.warc.gz")], "engine": engine or {}}
    return wanted | ({"lines": lines} if lines else {})


@pytest.fixture(scope="module")
def built(crawl: Path) -> manyo.Release:
    return manyo.build(recipe(crawl, per_host=4, overall=10), crawl / "built", workers=1)


def by_url(out: Path, kind: str) -> dict[str, dict[str, Any]]:
    return {row["url"]: row for row in rows(out, kind)}


def test_what_documents_share_stays_in_the_first_of_them(built: manyo.Release) -> None:
    texts, ledger = by_url(built.path, "data"), by_url(built.path, "ledger")
    for number in range(16):
        url = f"https://site{number % 2}.example.jp/{number}.html"
        first, of_host = number == 0, number == 0
        text = texts[url]["text"]
        assert small_crawl.prose(number, 5) in text and small_crawl.prose(100 + number, 4) in text
        assert (EVERYWHERE in text) == first
        assert (NOTICE in text) == of_host
        assert "\n\n" not in text and not text.endswith("\n")
        gone = {edit["edit"]: edit["removed"] for edit in ledger[url]["edits"]}
        assert ("repeated_overall" in gone) != first
        assert ("repeated_per_host" in gone) == (number % 2 == 0 and not of_host)
        assert ledger[url]["repeated_lines"] == (0 if first else 3 if number % 2 == 0 else 1)
        left = ledger[url]["characters"]
        assert ledger[url]["repeated_share"] == pytest.approx(
            sum(gone.values()) / max(1, sum(gone.values()) + left), abs=1e-6
        )
    # A telephone number of a line that went is no longer counted, and one that stays is where its span says.
    assert ledger["https://site0.example.jp/2.html"]["masked"]["phone"] == 0
    kept = ledger["https://site0.example.jp/0.html"]
    assert kept["masked"]["phone"] == 1
    [span] = kept["spans"]
    assert texts["https://site0.example.jp/0.html"]["text"][span["start"] : span["end"]] == "［電話番号］"


def test_copies_of_a_page_count_as_one_and_stay_copies(built: manyo.Release) -> None:
    ledger = by_url(built.path, "ledger")
    copies = [ledger[f"https://copy{copy}.example.jp/"] for copy in range(3)]
    assert [copy["repeated_lines"] for copy in copies] == [0, 0, 0]
    assert [copy["verdict"] for copy in copies] == ["kept", "duplicate", "duplicate"]
    assert copies[1]["duplicate_kind"] == "exact"


def test_everything_is_accounted_for(built: manyo.Release) -> None:
    counts = built.counts
    assert counts["kept"] + counts["refused"] + counts["duplicates"] == counts["candidates"] == len(rows(built.path))
    assert release.verify(built.path) > 0
    removed = built.manifest["removed"]
    ledger = rows(built.path)
    assert sum(one["lines"] for one in removed.values()) == sum(row["repeated_lines"] for row in ledger)
    for name, count in removed.items():
        gone = [edit["removed"] for row in ledger for edit in row["edits"] if edit["edit"] == name]
        assert (count["documents"], count["characters"]) == (len(gone), sum(gone))
    story = release.explain(built.path, "https://site0.example.jp/2.html")
    assert "同じサイトで繰り返される行" in story.text("ja")
    for page in ("README.md", "report.html"):
        text = (built.path / page).read_text("utf-8")
        assert "同じサイトで繰り返される行" in text and "lines repeated on one host" in text


@pytest.mark.parametrize("shard", [1500, 4000, 10**6])
def test_workers_and_shards_change_nothing(crawl: Path, built: manyo.Release, tmp_path: Path, shard: int) -> None:
    again = manyo.build(recipe(crawl, {"shard": shard}, per_host=4, overall=10), tmp_path / "out", workers=2)
    assert rows(again.path) == rows(built.path)
    assert rows(again.path, "data") == rows(built.path, "data")
    assert again.manifest["removed"] == built.manifest["removed"]


def test_partitions_change_nothing(
    crawl: Path, built: manyo.Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("manyo.planning._PARTITION_BYTES", 1000)
    again = manyo.build(recipe(crawl, per_host=4, overall=10), tmp_path / "out", workers=1)
    assert len(list((again.path / ".manyo" / "commits" / "lines").iterdir())) > 5
    assert digest(again.path) == digest(built.path)


def test_none_may_be_kept_and_nothing_is_asked_by_default(crawl: Path, tmp_path: Path) -> None:
    none = manyo.build(recipe(crawl, per_host=4, keep="none"), tmp_path / "none", workers=1)
    assert not any(NOTICE in row["text"] for row in rows(none.path, "data"))
    assert not any(EVERYWHERE in row["text"] for row in rows(none.path, "data"))  # each host has it on eight pages
    plain = manyo.build(recipe(crawl), tmp_path / "plain", workers=1)
    assert "removed" not in plain.manifest
    assert "repeated_lines" not in rows(plain.path)[0]
    assert sum(EVERYWHERE in row["text"] for row in rows(plain.path, "data")) == 16


def test_a_release_is_issued_anew_with_and_without(crawl: Path, built: manyo.Release, tmp_path: Path) -> None:
    def file(name: str, **lines: Any) -> Path:
        wanted = recipe(crawl, **lines)
        text = f"name = {json.dumps(wanted['name'])}\ninputs = {json.dumps(wanted['inputs'])}\n"
        text += "".join(f"[lines]\nper_host = {lines['per_host']}\noverall = {lines['overall']}\n" if lines else "")
        (tmp_path / name).write_text(text, "utf-8")
        return tmp_path / name

    plain = pipeline.reissue(built.path, file("plain.toml"), tmp_path / "plain", workers=1)
    assert digest(plain.path) == digest(manyo.build(recipe(crawl), tmp_path / "built", workers=1).path)
    back = pipeline.reissue(plain.path, file("lined.toml", per_host=4, overall=10), tmp_path / "back", workers=2)
    assert digest(back.path) == digest(built.path)
    loose = pipeline.reissue(built.path, "manyo", tmp_path / "same", workers=1)
    assert digest(loose.path) == digest(built.path)


def test_a_rule_may_look_at_what_went(crawl: Path, tmp_path: Path) -> None:
    (tmp_path / "few.toml").write_text(
        'name = "few"\nextends = "manyo"\n[[rule]]\nname = "mostly_repeated"\nmeasure = "repeated_share"\nmax = 0.3\n'
    )
    wanted = recipe(crawl, per_host=4, overall=10) | {"judge": {"rules": str(tmp_path / "few.toml")}}
    ledger = by_url(manyo.build(wanted, tmp_path / "out", workers=1).path, "ledger")
    assert "mostly_repeated" in ledger["https://short.example.jp/"]["failed"]
    with pytest.raises(ManyoError, match="repeated_share"):
        manyo.build(recipe(crawl) | {"judge": {"rules": str(tmp_path / "few.toml")}}, tmp_path / "never")
