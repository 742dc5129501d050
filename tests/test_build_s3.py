"""A build whose input, output and work folder are in an S3: the same release, and nothing that opens the store in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

import manyo
from command_line import manyo as command
from command_line import refused
from manyo import engine, indexing, pipeline, release
from manyo.errors import ManyoError
from object_store import SECRET_KEY, served
from small_crawl import write


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    with served() as bucket:
        yield bucket


@pytest.fixture(scope="module")
def crawl(bucket: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same archive here and there."""
    path = write(tmp_path_factory.mktemp("crawl") / "crawl.warc.gz", good=16)
    engine.RemoteStore(f"{bucket}/in").put_atomic("crawl.warc.gz", path.read_bytes())
    return path


def recipe(inputs: str, **changes: Any) -> dict[str, Any]:
    return {"name": "small", "inputs": [inputs], "engine": {"shard": 10_000}, **changes}


@pytest.fixture(scope="module")
def built(bucket: str, crawl: Path) -> pipeline.Release:
    return manyo.build(recipe(f"{bucket}/in/crawl.warc.gz"), f"{bucket}/corpus", workers=1)


def said(*words: object) -> str:
    answer = command(*words)
    assert answer.code == 0, answer
    return answer.out


def rows(where: pipeline.Release, kind: str = "ledger") -> list[dict[str, Any]]:
    """Without what names the input by its place."""
    table = where.ledger() if kind == "ledger" else where.documents()
    dropped = ("file", "offset", "id", "cluster", "source")
    return [{key: value for key, value in row.items() if key not in dropped} for row in table.to_table().to_pylist()]


def test_the_release_is_the_one_that_is_built_here(built: pipeline.Release, crawl: Path, tmp_path: Path) -> None:
    here = manyo.build(recipe(str(crawl)), tmp_path / "out", workers=1)
    assert len(built.manifest["shards"]) > 4
    assert built.counts == here.counts
    assert rows(built) == rows(here)
    assert rows(built, "data") == rows(here, "data")
    with pytest.raises(ManyoError, match="not in a folder"):
        _ = built.path


def test_the_same_input_gives_the_same_bytes_here_and_there(bucket: str, crawl: Path, tmp_path: Path) -> None:
    given = recipe(f"{bucket}/in/crawl.warc.gz")
    there, here = manyo.build(given, f"{bucket}/twice", workers=2), manyo.build(given, tmp_path / "out", workers=1)
    assert there.manifest == here.manifest
    store = engine.RemoteStore(f"{bucket}/twice")
    for entry in [*here.manifest["shards"], *here.manifest["files"]]:
        assert sha256(store.cat(entry["path"])).hexdigest() == entry["sha256"]
        assert (tmp_path / "out" / entry["path"]).read_bytes() == store.cat(entry["path"])


def test_a_finished_build_is_only_looked_at(bucket: str, built: pipeline.Release) -> None:
    def etags() -> dict[str, str]:
        import s3fs

        s3fs.S3FileSystem.clear_instance_cache()
        found = s3fs.S3FileSystem().find(f"{bucket.removeprefix('s3://')}/corpus", detail=True)
        return {name: str(entry["LastModified"]) for name, entry in found.items() if "/data/" in name}

    before, seen = etags(), []
    again = manyo.build(
        recipe(f"{bucket}/in/crawl.warc.gz"),
        built.place,
        workers=1,
        on_progress=lambda at: seen.append(at.done - at.resumed),
    )
    assert set(seen) == {0}
    assert again.manifest == built.manifest
    assert etags() == before


def test_verify_show_and_explain(built: pipeline.Release) -> None:
    where = str(built.place)
    assert release.verify(where) == len(built.manifest["shards"]) + len(built.manifest["files"])
    assert f"{where}/report.html" in said("show", where, "--lang", "en")
    kept = next(row for row in built.ledger().to_table().to_pylist() if row["verdict"] == "kept")
    story = json.loads(said("explain", where, kept["url"], "--json"))
    assert story["id"] == kept["id"]
    assert story["excerpt"]
    assert "not at a URL" in refused("judge", where, "--recipe", "manyo")
    assert "not at a URL" in refused("compare", where, "--recipes", "manyo,swallow-v1")


def test_a_release_that_was_changed_there(bucket: str, built: pipeline.Release) -> None:
    store = engine.RemoteStore(str(built.place))
    name = built.manifest["shards"][0]["path"]
    content = store.cat(name)
    store.put_atomic(name, content[:-1] + b"!")
    store.put_atomic("data/part-99999.parquet", b"a stranger")
    with pytest.raises(ManyoError, match="not what its manifest says") as caught:
        release.verify(str(built.place))
    assert f"{name}: its bytes have changed" in str(caught.value)
    assert "part-99999.parquet: not in the manifest" in str(caught.value)
    store.put_atomic(name, content)
    manyo.build(recipe(f"{bucket}/in/crawl.warc.gz"), built.place, workers=1)  # takes the stranger away
    assert release.verify(str(built.place)) > 0


def test_reissuing_from_a_release_there(bucket: str, built: pipeline.Release) -> None:
    made = pipeline.reissue(built.place, "manyo", f"{bucket}/reissued", workers=1)
    assert made.counts == built.counts
    assert rows(made, "data") == rows(built, "data")


def test_what_opens_the_store_is_written_nowhere(bucket: str, built: pipeline.Release, tmp_path: Path) -> None:
    store = engine.RemoteStore(str(built.place))
    for name in store.list(""):
        content = store.cat(name)
        assert SECRET_KEY.encode() not in content, name
        assert b"key-of-the-store" not in content, name


def test_a_signed_url_is_published_without_its_signature(bucket: str, crawl: Path, tmp_path: Path) -> None:
    import boto3

    name = {"Bucket": bucket.removeprefix("s3://"), "Key": "in/crawl.warc.gz"}
    signed = boto3.client("s3").generate_presigned_url("get_object", Params=name)
    assert "Signature=" in signed
    made = manyo.build(recipe(signed), tmp_path / "out", workers=1)
    assert made.kept > 0
    query = signed.partition("?")[2].split("&")
    values = [pair.partition("=")[2].encode() for pair in query if "ignature" in pair or "KeyId" in pair]
    assert values
    for path in (path for path in (tmp_path / "out").rglob("*") if path.is_file()):
        assert not any(value in path.read_bytes() for value in values), path


def test_what_a_url_cannot_be(bucket: str, crawl: Path) -> None:
    store = engine.RemoteStore(f"{bucket}/full")
    store.put_atomic("thesis.txt", b"mine")
    assert "not a build's" in refused("build", crawl, "--out", f"{bucket}/full")
    assert "lies within an input" in refused("build", f"{bucket}/in/", "--out", f"{bucket}/in/corpus")
    assert "the store cannot be used" in refused("build", crawl, "--out", "s3://no-such-bucket/corpus")
    assert "no finished release" in refused("verify", f"{bucket}/full")
    assert "has no address" in refused("build", crawl, "--out", f"{bucket}/new", "--address", "auto")


def test_a_driver_that_was_killed_there_is_taken_over_from_here(bucket: str, crawl: Path) -> None:
    """On one machine at once: its lock tells that the lease's holder is dead."""
    out = f"{bucket}/killed"
    code = (
        "import os, manyo\n"
        f"stop = lambda at: os.kill(os.getpid(), 9) if at.stage == 'read' and at.done == 2 else None\n"
        f"manyo.build({recipe(f'{bucket}/in/crawl.warc.gz')!r}, {out!r}, workers=1, on_progress=stop)\n"
    )
    died = subprocess.run([sys.executable, "-c", code], env=dict(os.environ), capture_output=True, check=False)
    assert died.returncode == -9
    assert len(engine.RemoteStore(f"{out}/.manyo").list("leases")) == 1
    resumed: list[int] = []
    made = manyo.build(
        recipe(f"{bucket}/in/crawl.warc.gz"),
        out,
        workers=1,
        on_progress=lambda at: resumed.append(at.resumed if at.stage == "read" else 0),
    )
    assert max(resumed) >= 2
    assert made.kept > 0
    assert not engine.RemoteStore(f"{out}/.manyo").list("leases")


def test_building_there_against_a_release_here(bucket: str, crawl: Path, tmp_path: Path) -> None:
    earlier = manyo.build(recipe(str(crawl)), tmp_path / "earlier", workers=1)
    given = recipe(f"{bucket}/in/crawl.warc.gz")
    with pytest.raises(ManyoError, match="cannot keep an index"):
        manyo.build(given, f"{bucket}/later", against=[tmp_path / "earlier"], workers=1)
    indexing.index(tmp_path / "earlier")
    later = manyo.build(given, f"{bucket}/later", against=[tmp_path / "earlier"], workers=1)
    assert earlier.kept > 0
    assert later.kept == 0  # all of it was there before
