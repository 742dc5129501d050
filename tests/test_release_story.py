"""`show`, `explain`, `verify`: in both languages, and on folders that are no release or no longer one."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from manyo import release
from manyo.errors import ManyoError
from synthetic_release import MEASURES, RULES, build, rows

COUNT = 400
ROWS = {row["id"]: row for row in rows(COUNT)}


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("release") / "out"
    build(folder, count=COUNT)
    return folder


@pytest.fixture
def copy(out: Path, tmp_path: Path) -> Path:
    return shutil.copytree(out, tmp_path / "copy")


def first(verdict: str, **wanted: Any) -> dict[str, Any]:
    return next(
        row
        for row in ROWS.values()
        if row["verdict"] == verdict
        and row["url"].startswith("https://www")
        and all(row[k] == v for k, v in wanted.items())
    )


def test_a_refused_documents_story(out: Path) -> None:
    row = first("refused")
    story = release.explain(out, row["id"])
    data = json.loads(json.dumps(story.data))
    assert data["where"]["offset"] == row["offset"]
    assert data["read"]["charset_from"] == row["charset_from"]
    assert [each["name"] for each in data["failed"]] == row["failed"]
    assert data["failed"][0]["value"] == pytest.approx(row[data["failed"][0]["measure"]], rel=1e-6)
    assert data["excerpt"] is None
    rule = next(rule for rule in RULES if rule["name"] == row["failed"][0])
    japanese, english = story.text("ja"), story.text("en")
    for text in (japanese, english):
        assert row["url"] in text
        assert row["record"] in text
        assert rule["name"] in text
    assert rule["why"]["ja"] in japanese
    assert rule["why"]["en"] in english
    assert "不採用" in japanese
    assert "refused" in english
    for measure in MEASURES:
        assert measure.japanese in japanese
        assert measure.english in english


def test_a_kept_documents_story_shows_its_text(out: Path) -> None:
    row = first("kept", cluster="")
    story = release.explain(out, row["id"])
    assert story.data["excerpt"] == row["text"][:400]
    assert row["text"].splitlines()[0] in story.text("en")
    assert story.data["cluster"] is None
    assert {kind: n for kind, n in story.data["masked"].items() if n} == {k: n for k, n in row["masked"].items() if n}


def test_a_duplicates_story_names_the_kept_one_and_the_others(out: Path) -> None:
    row = first("duplicate", cluster_size=3)
    cluster = release.explain(out, row["id"]).data["cluster"]
    assert cluster["kept"]["id"] == row["cluster"]
    assert cluster["kept"]["url"] == ROWS[row["cluster"]]["url"]
    others = {each["id"] for each in ROWS.values() if each["cluster"] == row["cluster"]} - {row["id"], row["cluster"]}
    assert {member["id"] for member in cluster["members"]} == others
    kept = release.explain(out, row["cluster"])
    assert {member["id"] for member in kept.data["cluster"]["members"]} == others | {row["id"]}
    assert row["cluster"] in release.explain(out, row["id"]).text("ja")


@pytest.mark.parametrize("ending", ["", "/", "#part"])
def test_by_url_however_it_is_written(out: Path, ending: str) -> None:
    row = first("kept")
    assert release.explain(out, row["url"] + ending).data["id"] == row["id"]
    assert release.explain(out, row["url"].replace("https", "http") + ending).data["id"] == row["id"]


def test_by_file_where_pages_have_no_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import synthetic_release

    made = rows(30)
    for number, row in enumerate(made):
        row["file"], row["url"] = f"文書/{number}.html", ""
    monkeypatch.setattr(synthetic_release, "rows", lambda count, seed: made)
    build(tmp_path / "out", count=30)
    assert release.explain(tmp_path / "out", "文書/7.html").data["id"] == made[7]["id"]
    with pytest.raises(ManyoError, match="no document here") as caught:
        release.explain(tmp_path / "out", "文書/7.htm?")
    assert "文書/7.html" in caught.value.hint


def test_by_the_beginning_of_an_id(out: Path) -> None:
    row = first("refused")
    assert release.explain(out, row["id"][:12]).data["id"] == row["id"]
    assert release.explain(out, row["id"].upper()).data["id"] == row["id"]


def test_several_documents_of_one_name_are_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import synthetic_release

    made = rows(30)
    for row in made[:3]:
        row["url"] = "https://example.jp/同じ"
    monkeypatch.setattr(synthetic_release, "rows", lambda count, seed: made)
    build(tmp_path / "out", count=30)
    with pytest.raises(ManyoError, match="several documents") as caught:
        release.explain(tmp_path / "out", "https://example.jp/同じ")
    assert all(row["id"] in caught.value.hint for row in made[:3])


def test_an_unknown_url_suggests_the_nearest(out: Path) -> None:
    row = first("kept")
    with pytest.raises(ManyoError, match="no document here") as caught:
        release.explain(out, row["url"].replace(".html", ".htm") + "?x=1")
    assert row["host"] in caught.value.hint
    for key in ("", "x", "なし", "ffffffffffffffffffffffffffffffff", "https://", "*" * 5000, "a/" * 3000):
        with pytest.raises(ManyoError, match="no document here"):
            release.explain(out, key)


def test_no_control_character_reaches_the_terminal(out: Path) -> None:
    for row in ROWS.values():
        if "\x07" in row["title"]:
            assert "\x07" not in release.explain(out, row["id"]).text("ja")
            break
    else:
        pytest.fail("the generator made no such title")


def test_show_in_both_languages_and_for_machines(out: Path) -> None:
    shown = {lang: release.show(out, lang) for lang in ("ja", "en")}
    assert shown["ja"].data == shown["en"].data
    counts = json.loads(json.dumps(shown["ja"].data))["counts"]
    assert counts["candidates"] == COUNT
    for each in shown.values():
        assert f"{counts['records']:,}" in each.text
        assert "report.html" in each.text
    assert "日本語の候補" in shown["ja"].text
    assert "Japanese candidates" in shown["en"].text


def test_verify_passes_what_was_built(out: Path) -> None:
    assert release.verify(out) == 7


def spoil(folder: Path, name: str, how: str) -> None:
    path = folder / name
    if how == "remove":
        path.unlink()
    elif how == "cut":
        path.write_bytes(path.read_bytes()[:-100])
    elif how == "flip":
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)


@pytest.mark.parametrize("how", ["remove", "cut", "flip"])
@pytest.mark.parametrize("name", ["data/part-00001.parquet", "ledger/part-00000.parquet", "report.html"])
def test_verify_finds_what_changed(copy: Path, name: str, how: str) -> None:
    spoil(copy, name, how)
    with pytest.raises(ManyoError, match=r"missing|not what its manifest says"):
        release.verify(copy)


def test_verify_finds_a_stranger_among_the_parts(copy: Path) -> None:
    shutil.copy(copy / "data/part-00000.parquet", copy / "data/part-00009.parquet")
    with pytest.raises(ManyoError, match="not what its manifest says") as caught:
        release.verify(copy)
    assert "part-00009" in caught.value.where


@pytest.mark.parametrize("how", ["remove", "cut"])
def test_a_spoilt_ledger_is_said_to_be_so(copy: Path, how: str) -> None:
    for number in (0, 1):
        spoil(copy, f"ledger/part-0000{number}.parquet", how)
    with pytest.raises(ManyoError, match=r"missing|cannot be read"):
        release.explain(copy, "https://example.jp/")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b"null",
        b'{"format": 1}',
        b'{"format": 1, "manyo": "0"}',
        b'{"format": 2, "manyo": "9", "counts": {}}',
        b'{"format": 1, "manyo": "0", "counts": {}}',
        b'{"format": 1, "manyo": "0", "counts": {"candidates": 1}, "shards": [7]}',
        b"[" * 100_000,
    ],
)
def test_a_manifest_that_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "manifest.json").write_bytes(content)
    for look in (release.show, release.verify, lambda out: release.explain(out, "abcd")):
        with pytest.raises(ManyoError):
            look(tmp_path)


def test_a_folder_that_is_no_release(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "missing"):
        for look in (release.show, release.verify, lambda out: release.explain(out, "abcd")):
            with pytest.raises(ManyoError, match=r"no finished release|no such folder"):
                look(folder)


def test_a_release_of_nothing(tmp_path: Path) -> None:
    build(tmp_path / "out", count=0, shards=1)
    assert release.verify(tmp_path / "out") == 5
    assert "0" in release.show(tmp_path / "out", "en").text
    with pytest.raises(ManyoError, match="no document here"):
        release.explain(tmp_path / "out", "abcd")
