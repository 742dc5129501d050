"""Releases to explore: a small one that is built, and ledgers of any rows without one."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

import manyo
import small_crawl
from manyo.explore import Room, Server

HOSTILE = "<img src=x onerror=alert(1)>"


def build(folder: Path) -> Path:
    """A release of the small crawl, notes beside it: several parts, some refused as too short."""
    small_crawl.write(folder / "crawl.warc.gz")
    (folder / "notes").mkdir()
    for number in range(24):
        text = small_crawl.prose(5000 + number, sentences=1)
        (folder / "notes" / f"{number:02}.txt").write_text(text + (HOSTILE if number == 3 else ""), "utf-8")
    inputs = [str(folder / "crawl.warc.gz"), str(folder / "notes")]
    return manyo.build({"name": "small", "inputs": inputs, "engine": {"shard": 4000}}, folder / "out", workers=1).path


def ledger(folder: Path, parts: Sequence[Sequence[dict[str, Any]]], fields: Sequence[pa.Field]) -> Path:
    """A folder with these rows as its ledger, and a manifest that says so. No data, no texts."""
    (folder / "ledger").mkdir(parents=True)
    schema = pa.schema(
        [
            *(pa.field(name, pa.string()) for name in ("id", "url", "title", "host", "verdict")),
            pa.field("failed", pa.list_(pa.string())),
            *fields,
        ]
    )
    shards = []
    for number, rows in enumerate(parts):
        name = f"ledger/part-{number:05d}.parquet"
        pq.write_table(pa.Table.from_pylist(list(rows), schema), folder / name, row_group_size=7)
        shards.append({"path": name, "sha256": "", "bytes": (folder / name).stat().st_size, "rows": len(rows)})
    verdicts = [row["verdict"] for rows in parts for row in rows]
    kept, refused = verdicts.count("kept"), verdicts.count("refused")
    total = len(verdicts)
    counts = {"records": total, "skipped": {}, "documents": total, "refused_early": {}, "candidates": total}
    counts |= {"kept": kept, "refused": refused, "duplicates": total - kept - refused}
    manifest = {"format": 1, "manyo": "0", "counts": counts, "shards": shards, "rules": []}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def without_work(release: Path, to: Path) -> Path:
    """A copy of a release as others receive it."""
    shutil.copytree(release, to, ignore=shutil.ignore_patterns(".manyo"))
    return to


@contextmanager
def serving(release: Path, judgements: Path, **room: Any) -> Iterator[Server]:
    """The page of a release, served in a thread."""
    study = Room(release, judgements, **room)
    with Server(study) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
            study.close()


def chromium() -> tuple[str, str] | None:
    """Where Chromium and its driver are; None where one of them is not."""
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    driver = shutil.which("chromedriver")
    return (browser, driver) if browser and driver else None
