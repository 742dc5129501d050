"""The whole build, from an archive to a release: what it promises about documents, bytes and secrets."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import polars
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import manyo
import small_crawl
from manyo import release
from warc_fixtures import gzip_members, response_record


def recipe(folder: Path, *inputs: str, **sections: Any) -> dict[str, Any]:
    return {"name": "small", "inputs": [str(folder / name) for name in inputs], **sections}


def digest(out: Path) -> dict[str, str]:
    """Every public file of a release by its SHA-256."""
    files = sorted(path for path in out.rglob("*") if path.is_file() and ".manyo" not in path.parts)
    return {path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def rows(out: Path, folder: str = "ledger") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pa.concat_tables(
        pq.read_table(part) for part in sorted((out / folder).iterdir())
    ).to_pylist()
    return found


@pytest.fixture(scope="module")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("crawl")
    small_crawl.write(folder / "crawl.warc.gz")
    return folder


@pytest.fixture(scope="module")
def built(crawl: Path, tmp_path_factory: pytest.TempPathFactory) -> manyo.Release:
    return manyo.build(recipe(crawl, "crawl.warc.gz"), tmp_path_factory.mktemp("built") / "out", workers=1)


def test_every_document_has_the_fate_that_was_planned(built: manyo.Release) -> None:
    verdicts = {row["url"]: row["verdict"] for row in rows(built.path)}
    good = [url for url in verdicts if url.startswith("https://site")]
    assert len(good) == 40
    copies = [verdicts["https://copy.example.jp/0"], verdicts["https://copy.example.jp/1"]]
    # Of a pair, the longer or the earlier is kept: the near-copy is longer than its original, the copy comes later.
    assert copies == ["duplicate", "kept"]
    assert verdicts["https://site1.example.jp/1.html"] == "duplicate"
    assert [verdicts[url] for url in good].count("kept") == 39
    assert verdicts["https://short.example.jp/"] == "refused"
    counts = built.counts
    assert counts["refused_early"] == {"not_japanese": 2, "not_text": 1}
    assert counts["skipped"] == {"not_200": 1, "request": 40, "warcinfo": 1}
    assert counts["kept"] + counts["refused"] + counts["duplicates"] == counts["candidates"] == len(verdicts)
    release.check(built.manifest)
    assert release.verify(built.path) > 0


def test_duplicates_name_the_document_that_is_kept(built: manyo.Release) -> None:
    ledger = {row["url"]: row for row in rows(built.path)}
    exact, near = ledger["https://copy.example.jp/0"], ledger["https://site1.example.jp/1.html"]
    assert exact["cluster"] == ledger["https://site0.example.jp/0.html"]["id"]
    assert (exact["duplicate_kind"], exact["similarity"], exact["cluster_size"]) == ("exact", 1.0, 2)
    assert near["cluster"] == ledger["https://copy.example.jp/1"]["id"]
    assert near["duplicate_kind"] == "near"
    assert 0.7 <= near["similarity"] < 1.0


def test_every_encoding_gives_its_text_back(built: manyo.Release) -> None:
    texts = {row["url"]: row for row in rows(built.path, "data")}
    for number in (0, 2, 3, 5, 6, 7):
        row = texts[f"https://site{number % 7}.example.jp/{number}.html"]
        assert small_crawl.prose(number) in row["text"]
        assert row["title"] == f"記録{number}"
        assert row["charset"] == ("utf-8", "shift_jis", "euc-jp", "iso-2022-jp")[number % 4]
        assert "著作権表示" not in row["text"]
        assert "ホーム" not in row["text"]


def test_no_planted_value_is_in_any_file(built: manyo.Release) -> None:
    """Parquet and Arrow files are decompressed; everything else is searched as it is, the work folder too."""
    for path in sorted(path for path in built.path.rglob("*") if path.is_file()):
        content = path.read_bytes()
        if path.suffix == ".parquet":
            content = json.dumps(pq.read_table(path).to_pylist(), ensure_ascii=False).encode()
        elif path.suffix == ".arrow":
            with pa.memory_map(str(path)) as source:
                content = json.dumps(pa.ipc.open_file(source).read_all().to_pylist(), ensure_ascii=False).encode()
        for secret in small_crawl.SECRETS:
            assert secret.encode() not in content, path
            assert secret.replace("-", "").encode() not in content, path
    [row] = [row for row in rows(built.path) if row["host"] == "personal.example.jp"]
    # the address stands in the headline too
    assert row["masked"] == {"email": 2, "phone": 2, "card": 1, "my_number": 0, "postal_address": 0}
    assert len(row["spans"]) == 5


def test_workers_and_shards_do_not_change_the_rows(crawl: Path, built: manyo.Release, tmp_path: Path) -> None:
    again = manyo.build(recipe(crawl, "crawl.warc.gz"), tmp_path / "three", workers=3)
    assert digest(again.path) == digest(built.path)
    cut = manyo.build(recipe(crawl, "crawl.warc.gz", engine={"shard": 2000}), tmp_path / "cut", workers=2)
    assert len(cut.manifest["shards"]) > 6
    assert rows(cut.path, "data") == rows(built.path, "data")
    assert rows(cut.path) == rows(built.path)


def test_the_batch_size_does_not_change_a_byte(crawl: Path, built: manyo.Release, tmp_path: Path) -> None:
    small = manyo.build(recipe(crawl, "crawl.warc.gz", engine={"batch": "1 KB"}), tmp_path / "out", workers=1)
    assert digest(small.path) == digest(built.path)


def test_a_finished_build_is_given_back_as_it_is(crawl: Path, built: manyo.Release) -> None:
    before = digest(built.path)
    seen: list[int] = []
    manyo.build(
        recipe(crawl, "crawl.warc.gz"), built.path, workers=1, on_progress=lambda at: seen.append(at.done - at.resumed)
    )
    assert seen
    assert set(seen) == {0}
    assert digest(built.path) == before


def test_polars_and_datasets_read_the_release(
    built: manyo.Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert polars.read_parquet(built.path / "data" / "*.parquet").height == built.kept
    for name in ("HF_HOME", "HF_DATASETS_CACHE"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    import datasets

    loaded = datasets.load_dataset(str(built.path), cache_dir=str(tmp_path))
    assert loaded["train"].num_rows == built.kept
    assert built.documents().count_rows() == built.kept
    assert built.ledger().count_rows() == built.counts["candidates"]


def test_one_document_tells_its_story(built: manyo.Release) -> None:
    story = release.explain(built.path, "https://short.example.jp/")
    assert "too_short" in story.text("ja")
    assert "too_short" in story.text("en")
    kept = next(row for row in rows(built.path) if row["verdict"] == "kept")
    assert kept["url"] in release.explain(built.path, kept["id"][:12]).text("en")


def test_folders_tables_and_lines_give_what_archives_give(tmp_path: Path) -> None:
    """The same pages as HTML files, as JSONL with HTML, and as Parquet with text."""
    (tmp_path / "pages").mkdir()
    texts = [small_crawl.prose(seed) for seed in range(6)]
    for number, text in enumerate(texts):
        (tmp_path / "pages" / f"{number}.html").write_bytes(small_crawl.page(text).encode("cp932"))
    lines = [json.dumps({"html": small_crawl.page(text), "url": f"https://a.jp/{n}"}) for n, text in enumerate(texts)]
    (tmp_path / "pages.jsonl").write_text("\n".join(lines), "utf-8")
    pq.write_table(pa.table({"text": texts}), tmp_path / "pages.parquet")
    for name in ("pages", "pages.jsonl", "pages.parquet"):
        found = rows(manyo.build(recipe(tmp_path, name), tmp_path / f"out-{name}", workers=1).path, "data")
        assert len(found) == 6
        assert all(text in row["text"] for text, row in zip(texts, found, strict=True))


def run_and_kill(arguments: list[str], after: float) -> bool:
    """Start the command in a group of its own and kill the whole group; False when it had finished before."""
    import os
    import signal

    process = subprocess.Popen(arguments, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return True
    return False


def test_killed_at_any_moment_it_arrives_at_the_same_bytes(crawl: Path, tmp_path: Path) -> None:
    wanted = recipe(crawl, "crawl.warc.gz", engine={"shard": 4000})
    calm = manyo.build(wanted, tmp_path / "calm", workers=1)
    script = f"import manyo, json; manyo.build(json.loads({json.dumps(json.dumps(wanted))}), {str(tmp_path / 'hard')!r}, workers=2)"
    draw = np.random.default_rng(20251123)
    moments = sorted(draw.uniform(0.3, 2.5, 6))  # the early ones first: a run that finishes leaves nothing to kill
    killed = sum(run_and_kill([sys.executable, "-c", script], after) for after in moments)
    assert killed  # else the test has shown nothing
    time.sleep(0.2)
    assert digest(manyo.build(wanted, tmp_path / "hard", workers=2).path) == digest(calm.path)


CRASH = '''
"""Put into every worker by the test: a stand-in for a fault in a C library that one page triggers."""
import os, signal
import manyo.read.extraction as extraction

_read = extraction.read

def read(bodies, *rest):
    if any("毒入り" in bodies.row(row).decode("utf-8", "replace") for row in range(bodies.rows)):
        os.kill(os.getpid(), signal.SIGSEGV)
    return _read(bodies, *rest)

import manyo.read
manyo.read.read = read
'''


def test_a_page_that_kills_its_worker_is_set_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "patch").mkdir()
    (tmp_path / "patch" / "sitecustomize.py").write_text(CRASH, "utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "patch"))
    bodies = [small_crawl.page(small_crawl.prose(seed)) for seed in range(8)]
    bodies[4] = small_crawl.page("毒入り" + small_crawl.prose(4))
    records = [response_record(f"https://a.example.jp/{n}", body.encode()) for n, body in enumerate(bodies)]
    (tmp_path / "a.warc.gz").write_bytes(gzip_members(records))
    built = manyo.build(recipe(tmp_path, "a.warc.gz"), tmp_path / "out", workers=2)
    assert built.counts["refused_early"] == {"quarantined": 1}
    assert built.kept == 7
    [damage] = built.manifest["damage"]
    assert damage["file"].endswith("a.warc.gz")
    assert "SIGSEGV" in damage["what"]
