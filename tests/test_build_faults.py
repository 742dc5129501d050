"""Inputs that change or go, clocks that jump, writes that stop half-way: refused or survived, never half a release."""

from __future__ import annotations

import errno
import os
import re
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

import manyo
from manyo import engine
from manyo.errors import ManyoError
from object_store import served
from small_crawl import write

SOURCES = Path(manyo.__file__).parent


def recipe(folder: Path) -> dict[str, Any]:
    return {"name": "small", "inputs": [str(folder / "*.warc.gz")], "engine": {"shard": 8_000}}


def digest(out: Path) -> str:
    files = sorted(path for path in out.rglob("*") if path.is_file() and engine.WORK not in path.parts)
    return sha256(b"".join(f"{path.relative_to(out)}".encode() + path.read_bytes() for path in files)).hexdigest()


@pytest.fixture(scope="module")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("crawl")
    write(folder / "a.warc.gz", good=10)
    write(folder / "b.warc.gz", good=14)
    return folder


@pytest.fixture(scope="module")
def expected(crawl: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    out = tmp_path_factory.mktemp("undisturbed") / "out"
    manyo.build(recipe(crawl), out, workers=1)
    return digest(out)


def when_read_begins(do: Callable[[], object]) -> Callable[[engine.Progress], None]:
    seen: list[str] = []

    def on_progress(at: engine.Progress) -> None:
        if at.stage == "read" and not seen:
            seen.append(at.stage)
            do()

    return on_progress


def test_an_input_that_disappears_ends_the_build_which_goes_on_when_it_is_back(
    crawl: Path, expected: str, tmp_path: Path
) -> None:
    away = tmp_path / "away"
    input_ = crawl / "b.warc.gz"
    with pytest.raises(ManyoError, match="the input cannot be read: no such file") as caught:
        manyo.build(
            recipe(crawl), tmp_path / "out", workers=1, on_progress=when_read_begins(lambda: input_.rename(away))
        )
    assert caught.value.where.endswith("b.warc.gz")
    assert not (tmp_path / "out" / "manifest.json").exists()
    with pytest.raises(ManyoError, match="another build's work: inputs"):  # without it, this is another build
        manyo.build(recipe(crawl), tmp_path / "out", workers=1)
    away.rename(input_)
    manyo.build(recipe(crawl), tmp_path / "out", workers=1)
    assert digest(tmp_path / "out") == expected


def test_an_input_that_changes_is_refused_with_what_has_changed(crawl: Path, tmp_path: Path) -> None:
    input_ = tmp_path / "crawl" / "c.warc.gz"
    input_.parent.mkdir()
    input_.write_bytes((crawl / "a.warc.gz").read_bytes())

    def touch() -> None:
        os.utime(input_, ns=(1, 1))

    with pytest.raises(ManyoError, match="the input has changed since the work was planned"):
        manyo.build(recipe(input_.parent), tmp_path / "out", workers=1, on_progress=when_read_begins(touch))
    input_.write_bytes((crawl / "b.warc.gz").read_bytes())
    with pytest.raises(ManyoError, match=r"inputs\..*c\.warc\.gz was .* bytes, .*, is .* bytes"):
        manyo.build(recipe(input_.parent), tmp_path / "out", workers=1)
    assert not (tmp_path / "out" / "manifest.json").exists()


@pytest.mark.parametrize("year", [1, 4_000_000_000])
def test_a_clock_that_jumps_costs_nothing(
    crawl: Path, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, year: int
) -> None:
    """Between the runs every file of the work folder is of another age, and in the second the driver's clock is off."""
    out = tmp_path / "out"

    def stop(at: engine.Progress) -> None:
        if at.stage == "read" and at.done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        manyo.build(recipe(crawl), out, workers=1, on_progress=stop)
    for path in out.rglob("*"):
        os.utime(path, (year, year))
    monkeypatch.setattr(time, "time", lambda: float(year))
    resumed: list[int] = []
    manyo.build(recipe(crawl), out, workers=1, on_progress=lambda at: resumed.append(at.resumed))
    assert max(resumed) >= 2
    assert digest(out) == expected


def test_nothing_that_decides_asks_what_time_it_is() -> None:
    for source in [*(SOURCES / "engine").glob("*.py"), *(SOURCES / "stages").glob("*.py")]:
        assert not re.search(r"\btime\.time\(|datetime\.now|utcnow|perf_counter", source.read_text("utf-8")), source


def test_an_upload_that_stops_half_way_publishes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A large file goes up in parts: the second fails for good."""
    with served() as bucket:
        import s3fs

        store = engine.open_store(f"{bucket}/half")
        store.put_atomic("old", b"what was there")
        call = s3fs.S3FileSystem._call_s3

        async def fails(self: Any, method: str, *arguments: Any, **named: Any) -> Any:
            if method == "upload_part" and named.get("PartNumber") == 2:
                raise OSError(errno.ECONNRESET, "Connection reset by peer")
            return await call(self, method, *arguments, **named)

        monkeypatch.setattr(s3fs.S3FileSystem, "_call_s3", fails)
        for name in ("old", "new"):
            large = store.scratch / "large"
            with large.open("wb") as file:
                file.truncate(110 << 20)
            with pytest.raises(OSError, match="Connection reset"):
                store.put_atomic(name, large)
        monkeypatch.undo()
        assert store.cat("old") == b"what was there"
        assert store.list("") == {"old": 14}
