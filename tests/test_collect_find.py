"""What a recipe names: found once, in one order, under one name, or refused with a message that says what to do."""

from __future__ import annotations

import gzip
import json
import os
import pickle
from pathlib import Path

import pytest

import warc_fixtures as make
from collect_reading import read, write
from manyo import collect
from manyo.errors import ManyoError


def files(inputs, base: Path, **options) -> list[str]:
    return [source.file for source in collect.find(inputs, base=str(base), **options)]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in (
        "pages/b.html",
        "pages/a.txt",
        "pages/deep/c.HTM",
        "pages/.hidden.html",
        "pages/.git/x.txt",
        "other/頁.md",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(make.page(len(name)))
    write(tmp_path, "pages/style.css", b"p {}")
    write(tmp_path, "crawl-1.warc.gz", make.gzip_members([make.conversion_record("u", "文")]))
    write(tmp_path, "crawl-2.warc.wet.gz", make.gzip_members([make.conversion_record("u", "文")]))
    return tmp_path


def test_files_folders_and_globs_in_one_order_each_once(tree):
    inputs = ["pages", "./pages/b.html", "other/*.md", "crawl-*.gz", str(tree / "pages" / "a.txt")]
    everything = [
        "crawl-1.warc.gz",
        "crawl-2.warc.wet.gz",
        "other/頁.md",
        "pages/a.txt",
        "pages/b.html",
        "pages/deep/c.HTM",
    ]
    assert files(inputs, tree) == everything
    assert files(inputs[::-1], tree) == everything
    assert files(["**/*.html", "**/*.HTM"], tree) == ["pages/b.html", "pages/deep/c.HTM"]
    assert files(["p*"], tree) == ["pages/a.txt", "pages/b.html", "pages/deep/c.HTM"]
    assert files(["pages/**"], tree) == ["pages/a.txt", "pages/b.html", "pages/deep/c.HTM"]
    assert files(["../pages/deep"], tree / "other") == ["../pages/deep/c.HTM"]
    assert files([str(tree / "other")], tree / "pages") == [str(tree / "other" / "頁.md")]
    assert files([f"file://{tree}/pages/a.txt"], tree) == ["pages/a.txt"]


def test_formats_go_by_content_before_name(tmp_path):
    warc = make.conversion_record("u", "文")
    write(tmp_path, "plain-after-all.warc.gz", warc)
    write(tmp_path, "no-ending", make.gzip_members([warc]))
    write(tmp_path, "lines", b'{"text": "a"}\n')
    write(tmp_path, "site", b"<!doctype html><p>a")
    write(tmp_path, "x.wet.zst", make.zstd_frames([warc]))
    write(tmp_path, "damaged.warc.gz", b"\x1f\x8b\x08\x00" + b"\xff" * 99)
    found = {source.file: (source.format, source.compression) for source in collect.find(["*"], base=str(tmp_path))}
    assert found == {
        "plain-after-all.warc.gz": ("warc", ""),
        "no-ending": ("warc", "gzip"),
        "lines": ("jsonl", ""),
        "site": ("html", ""),
        "x.wet.zst": ("wet", "zstd"),
        "damaged.warc.gz": ("warc", "gzip"),
    }


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("absent.warc.gz", "there is no such file or folder"),
        ("absent-*.warc.gz", "nothing matches"),
        ("a**b/*", "this is no pattern"),
        ("empty-folder", "holds nothing that can be read"),
        ("only-others", "holds nothing that can be read"),
        ("zero.warc.gz", "every input is empty"),
        ("not-a.warc.gz", "this is no WARC file"),
        ("not-a.warc", "this is no WARC file"),
        ("unknown.bin", "the format of this file is not known"),
        ("loop.txt", "cannot be read"),
        ("pipe", "neither a file nor a folder"),
        ("torn.parquet", "this Parquet file cannot be read"),
        ("named.parquet", "this is no PARQUET file"),
        ("memory://nothing/here.warc", "cannot be reached"),
        ("memory://nothing/*.warc", "nothing was found"),
        ("nosuchprotocol://a/b.warc", "cannot be reached"),
    ],
)
def test_inputs_that_cannot_be_read_are_refused_with_a_clear_message(tmp_path, given, says):
    (tmp_path / "empty-folder").mkdir()
    (tmp_path / "only-others").mkdir()
    write(tmp_path, "only-others/a.css", b"p {}")
    write(tmp_path, "zero.warc.gz", b"")
    write(tmp_path, "not-a.warc.gz", gzip.compress(b"hello" * 99))
    write(tmp_path, "not-a.warc", b"hello" * 99)
    write(tmp_path, "unknown.bin", b"\x00\x01\x02")
    write(tmp_path, "torn.parquet", b"PAR1" + b"\0" * 99)
    write(tmp_path, "named.parquet", b"hello")
    (tmp_path / "loop.txt").symlink_to("loop.txt")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ManyoError) as caught:
        collect.find([given], base=str(tmp_path))
    assert says in str(caught.value)
    assert caught.value.where
    with pytest.raises(ManyoError):
        collect.find([], base=str(tmp_path))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path):
    write(tmp_path, "a.txt", b"a").chmod(0)
    with pytest.raises(ManyoError, match="cannot be read"):
        collect.find(["a.txt"], base=str(tmp_path))


def test_a_loop_of_links_ends_and_a_linked_folder_is_read_once(tree):
    (tree / "pages" / "deep" / "up").symlink_to("..")
    (tree / "pages" / "also").symlink_to("../other")
    (tree / "pages" / "again").symlink_to("../other")
    expected = ["pages/a.txt", "pages/b.html", "pages/deep/c.HTM"]
    found = files(["pages"], tree)
    assert [name for name in found if "頁" not in name] == expected
    assert len(found) == 4
    assert files(["**/*.html"], tree) == ["pages/b.html"]


def test_names_that_are_not_utf8_keep_a_readable_name_and_can_be_opened(tmp_path):
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/\x93\xfa\x96{.html")).write_bytes(make.page(1))
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    rows, tally = read(tmp_path)
    assert [row["file"] for row in rows] == [f"{tmp_path.name}/\\x93\\xfa\\x96{{.html"]
    assert tally.documents == 1
    (shard,) = collect.plan(collect.find(["*.html"], base=str(tmp_path)), shard_bytes=1000)
    assert collect.Shard.from_json(json.loads(json.dumps(shard.to_json()))) == shard


def test_remote_inputs(tmp_path):
    import fsspec

    memory = fsspec.filesystem("memory")
    data = make.gzip_members([make.response_record(f"https://example.jp/{n}", make.page(n, 900)) for n in range(30)])
    memory.pipe({"/crawl/a.warc.gz": data, "/crawl/b.warc.gz": data, "/crawl/deep/c": data, "/crawl/.d.warc": b"x"})
    try:
        both = ["memory:///crawl/a.warc.gz", "memory:///crawl/b.warc.gz"]
        assert files(["memory://crawl/*.gz"], tmp_path) == both
        assert files(["memory://crawl"], tmp_path) == both
        sources = collect.find(["memory://crawl/deep/c"], base=str(tmp_path))
        assert (sources[0].format, sources[0].compression) == ("warc", "gzip")
        pages = [
            row
            for shard in collect.plan(sources, shard_bytes=3000)
            for b in collect.Reader(shard)
            for row in b.to_pylist()
        ]
        assert [page["body"] for page in pages] == [make.page(n, 900) for n in range(30)]
        memory.pipe("/crawl/deep/c", data + data)
        with pytest.raises(ManyoError, match="changed"):
            list(collect.Reader(*collect.plan(sources, shard_bytes=1 << 30)))
    finally:
        memory.rm("/crawl", recursive=True)


def test_an_input_that_changes_or_goes_after_planning_is_refused(tmp_path):
    path = write(tmp_path, "a.txt", b"before")
    (shard,) = collect.plan(collect.find(["a.txt"], base=str(tmp_path)), shard_bytes=1000)
    path.write_bytes(b"after it")
    with pytest.raises(ManyoError, match="changed since"):
        list(collect.Reader(shard))
    path.unlink()
    with pytest.raises(ManyoError, match="cannot be read"):
        list(collect.Reader(shard))


def test_columns_are_named_by_role(tmp_path):
    write(tmp_path, "a.jsonl", b'{"content": "a"}\n')
    (source,) = collect.find(["a.jsonl"], base=str(tmp_path), columns={"text": "content"})
    assert source.columns.text == "content"
    with pytest.raises(ManyoError, match="unknown column role"):
        collect.find(["a.jsonl"], base=str(tmp_path), columns={"txet": "content"})


def test_many_small_files_share_a_shard_and_keep_their_order(tmp_path):
    for number in range(50):
        write(tmp_path, f"{number:03}.html", make.page(number, 1000))
    write(tmp_path, "zero.txt", b"")
    sources = collect.find(["."], base=str(tmp_path))
    shards = collect.plan(sources, shard_bytes=10_000)
    assert 5 <= len(shards) <= 12
    assert [piece.source.file for shard in shards for piece in shard.pieces] == [source.file for source in sources]
    assert [shard.number for shard in shards] == list(range(len(shards)))
    assert all(pickle.loads(pickle.dumps(shard)) == shard for shard in shards)
    rows, tally = read(tmp_path, shard_bytes=10_000)
    assert [row["body"] for row in rows] == [make.page(number, 1000) for number in range(50)]
    assert {row["kind"] for row in rows} == {"html"}
    assert tally.refused == {"empty_body": 1}
    with pytest.raises(ManyoError):
        collect.plan(sources, shard_bytes=0)


def test_files_that_hold_no_page(tmp_path):
    write(tmp_path, "large.html", b"a" * 3_000_000)
    write(tmp_path, "large.html.gz", gzip.compress(b"a" * 3_000_000))
    write(tmp_path, "pdf.html", b"%PDF-1.7")
    write(tmp_path, "packed.html.gz", gzip.compress(make.page(1)))
    write(tmp_path, "torn.html.gz", gzip.compress(make.page(1))[:-9])
    write(tmp_path, "nul.txt", b"a\0b" * 40)
    write(tmp_path, "blank.txt", b" \n\n")
    rows, tally = read(tmp_path, max_page_bytes=1_000_000)
    assert [Path(row["file"]).name for row in rows] == ["nul.txt", "packed.html.gz"]
    assert rows[1]["body"] == make.page(1)
    assert tally.refused == {"too_large": 2, "not_text": 1, "damaged": 1, "empty_body": 1}
    assert [one["kind"] for one in tally.damage] == ["truncated"]
    rows, tally = read(tmp_path, max_page_bytes=1_000_000, skip=frozenset([(f"{tmp_path.name}/nul.txt", 0, "")]))
    assert len(rows) == 1
    assert tally.refused["quarantined"] == 1
