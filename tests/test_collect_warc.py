"""Archives: every record accounted for, whatever the container, the split, or the damage."""

from __future__ import annotations

import gzip
import io
import os
import random
import tracemalloc
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

import warc_fixtures as make
from collect_reading import read, write
from manyo import collect
from manyo.collect import tally as words
from manyo.errors import ManyoError


def urls(rows) -> list[str]:
    return [row["url"].rpartition("/")[2] for row in rows]


def capture(number: int, size: int = 300) -> list[bytes]:
    url = f"https://example.jp/{number}"
    return [make.request_record(url), make.response_record(url, make.page(number, size))]


MIXED = [
    make.warcinfo_record(),
    *capture(0),
    make.response_record("https://example.jp/r", b"", status="301 Moved"),
    make.response_record("https://example.jp/e", b"<p>no", status="404 Not Found"),
    make.response_record("https://example.jp/i", b"\x89PNG\r\n", headers=[("Content-Type", "image/png")]),
    make.response_record("https://example.jp/p", b"%PDF-1.4 ...", headers=[("Content-Type", "text/html")]),
    make.response_record("https://example.jp/n", b" \r\n"),
    make.revisit_record("https://example.jp/0"),
    make.record("response", b"20240501\n example.jp", content_type="text/dns", warc_target_uri="dns:example.jp"),
    make.record("metadata", b"a: b", content_type="application/warc-fields"),
    make.record("resource", make.page(7), content_type="text/html", warc_target_uri="https://example.jp/7"),
    make.conversion_record("https://example.jp/8", "吾輩は猫である。名前はまだ無い。"),
    make.record("response", b"not http", content_type="application/http", warc_target_uri="https://example.jp/b"),
    make.record("sound", b"?"),
    *capture(1, 5000),
]


def containers(records: list[bytes]) -> dict[str, bytes]:
    whole = b"".join(records)
    cut = [whole[at : at + 777] for at in range(0, len(whole), 777)]
    dictionary = zstandard.train_dictionary(2048, [make.page(number) for number in range(400)]).as_bytes()
    return {
        "plain.warc": whole,
        "members.warc.gz": make.gzip_members(records),
        "stored.warc.gz": make.gzip_members(records, level=0),
        "stream.warc.gz": gzip.compress(whole),
        "misaligned.warc.gz": make.gzip_members(cut),
        "frames.warc.zst": make.zstd_frames(records),
        "unsized.warc.zst": make.zstd_frames(records, sized=False),
        "dictionary.warc.zst": make.zstd_frames(records, dictionary),
        "packed.warc.zst": make.zstd_frames(records, dictionary, packed=True),
        "stream.warc.zst": make.zstd_frames([whole]),
        "misaligned.warc.zst": make.zstd_frames(cut),
        "mixed-case.warc": whole.replace(b"WARC-Type", b"warc-type").replace(b"Content-Length", b"CONTENT-LENGTH"),
    }


CONTAINERS = containers(MIXED)


@pytest.mark.parametrize("name", CONTAINERS)
def test_every_container_gives_the_same_pages_and_the_same_account(tmp_path, name):
    rows, tally = read(write(tmp_path, name, CONTAINERS[name]))
    assert urls(rows) == ["0", "7", "8", "1"]
    assert [row["kind"] for row in rows] == ["html", "html", "text", "html"]
    assert [row["body"] for row in rows] == [
        make.page(0), make.page(7), "吾輩は猫である。名前はまだ無い。".encode(), make.page(1, 5000)
    ]  # fmt: skip
    assert {row["fetched"] for row in rows} == {make.DATE}
    assert rows[0]["content_type"] == "text/html; charset=utf-8"
    assert rows[0]["record"] == "<urn:test:https://example.jp/0>"
    assert tally.records == len(MIXED)
    assert tally.skipped == {
        "warcinfo": 1, "request": 2, "redirect": 1, "not_200": 1, "revisit": 1, "not_http": 1, "metadata": 1,
        "other_type": 1,
    }  # fmt: skip
    assert tally.refused == {"not_text": 2, "empty_body": 1, "bad_http": 1}
    assert tally.damage == []
    assert tally.bytes_in == sum(map(len, MIXED))


def test_the_pointer_leads_to_the_record(tmp_path):
    for name in ("members.warc.gz", "frames.warc.zst", "plain.warc", "misaligned.warc.gz"):
        data = CONTAINERS[name]
        for row in read(write(tmp_path, name, data))[0]:
            there = data[row["offset"] :]
            if name.endswith("gz"):
                there = gzip.GzipFile(fileobj=io.BytesIO(there)).read()
            elif name.endswith("zst"):
                there = zstandard.ZstdDecompressor().decompressobj().decompress(there)
            assert row["body"] in there
            if not name.startswith("misaligned"):
                assert there.startswith(b"WARC/1.0\r\n")
            assert row["file"] == name


@settings(max_examples=60, deadline=None)
@given(
    sizes=st.lists(st.integers(0, 4000), min_size=1, max_size=25),
    shard_bytes=st.integers(50, 3000),
    batch_bytes=st.integers(1, 20000),
    container=st.sampled_from(["members.gz", "stored.gz", "stream.gz", "cut.gz", "frames.zst", "cut.zst", "plain"]),
)
def test_any_split_gives_the_same_pages(tmp_path_factory, sizes, shard_bytes, batch_bytes, container):
    records = [one for number, size in enumerate(sizes) for one in capture(number, size)]
    whole = b"".join(records)
    cut = [whole[at : at + 501] for at in range(0, len(whole), 501)]
    data = {
        "members.gz": lambda: make.gzip_members(records),
        "stored.gz": lambda: make.gzip_members(records, 0),
        "stream.gz": lambda: gzip.compress(whole),
        "cut.gz": lambda: make.gzip_members(cut),
        "frames.zst": lambda: make.zstd_frames(records),
        "cut.zst": lambda: make.zstd_frames(cut),
        "plain": lambda: whole,
    }[container]()
    name = "a.warc" if container == "plain" else f"a.warc.{container.rpartition('.')[2]}"
    path = write(tmp_path_factory.mktemp("split"), name, data)
    rows, tally = read(path)
    assert len(rows) == len(sizes)
    again, split = read(path, shard_bytes=shard_bytes, batch_bytes=batch_bytes)
    assert again == rows
    assert split == tally


def test_batches_are_of_the_size_asked_for(tmp_path):
    path = write(tmp_path, "a.warc.gz", make.gzip_members(one for n in range(40) for one in capture(n, 2000)))
    (shard,) = collect.plan(collect.find([str(path)], base="/"), shard_bytes=1 << 30)
    sizes = [sum(map(len, batch["body"].to_pylist())) for batch in collect.Reader(shard, batch_bytes=10_000)]
    assert all(10_000 <= size < 10_000 + 4000 for size in sizes[:-1])
    assert len(sizes) > 4
    assert all(len(batch) == 1 for batch in collect.Reader(shard, careful=True))


def test_a_pointer_on_the_list_is_refused_untouched_and_the_breadcrumb_comes_first(tmp_path):
    path = write(tmp_path, "members.warc.gz", CONTAINERS["members.warc.gz"])
    rows, _ = read(path)
    bad = (rows[1]["file"], rows[1]["offset"], rows[1]["record"])
    seen = []
    kept, tally = read(path, skip=frozenset([bad]), on_record=lambda *pointer: seen.append(pointer))
    assert kept == [rows[0], *rows[2:]]
    assert tally.refused["quarantined"] == 1
    assert bad not in seen
    assert [(row["file"], row["offset"], row["record"]) for row in kept] == [p for p in seen if p in {
        (row["file"], row["offset"], row["record"]) for row in kept}]  # fmt: skip


def test_records_without_an_id_are_told_apart_by_their_number_in_the_member(tmp_path):
    records = [make.record("resource", make.page(n), content_type="text/html", warc_record_id=None) for n in range(3)]
    rows, _ = read(write(tmp_path, "a.warc.gz", gzip.compress(b"".join(records))))
    assert [(row["offset"], row["record"]) for row in rows] == [(0, "#0"), (0, "#1"), (0, "#2")]
    rows, _ = read(write(tmp_path, "b.warc.gz", make.gzip_members(records)))
    assert [row["record"] for row in rows] == ["#0"] * 3
    assert len({row["offset"] for row in rows}) == 3


# Damage


MANY = [one for number in range(12) for one in capture(number, 2500)]


@pytest.mark.parametrize("name", ["members.warc.gz", "stream.warc.gz", "frames.warc.zst", "stream.warc.zst", "a.warc"])
def test_a_truncated_file_keeps_what_came_before_and_says_so(tmp_path, name):
    data = {**containers(MANY), "a.warc": b"".join(MANY)}[name]
    whole, _ = read(write(tmp_path, name, data))
    for cut in (len(data) - 1, len(data) - 40, len(data) * 2 // 3, 70):
        rows, tally = read(write(tmp_path, name, data[:cut]))
        assert rows == whole[: len(rows)]
        if cut > len(data) // 2 and not name.startswith("stream.warc.zst"):
            assert len(rows) >= len(whole) * cut // len(data) - 3
        if name == "a.warc" and cut == len(data) - 1:
            continue  # only a line end is missing: nothing is lost
        assert [one["kind"] for one in tally.damage] == ["truncated"] + ["no_records"] * (tally.records == 0), cut
        assert tally.refused.get("damaged", 0) <= 1


@pytest.mark.parametrize("codec", ["gz", "zst"])
def test_a_damaged_member_costs_that_member_only(tmp_path, codec):
    members = [make.gzip_members([one]) if codec == "gz" else make.zstd_frames([one]) for one in MANY]
    starts = [sum(map(len, members[:number])) for number in range(len(members))]
    whole = b"".join(members)
    name = f"a.warc.{codec}"
    rows, _ = read(write(tmp_path, name, whole))
    choice = random.Random(5)
    for number in (1, 3, 11, 23):  # responses
        for _ in range(8):
            data = bytearray(whole)
            at = starts[number] + choice.randrange(len(members[number]))
            data[at] ^= choice.randrange(1, 256)
            left, tally = read(write(tmp_path, name, bytes(data)))
            expected = [row for row in rows if row["url"] != f"https://example.jp/{number // 2}"]
            if left != rows:  # a bit of the header may be one that nobody reads
                assert left == expected, (number, at - starts[number])
                assert tally.damages >= 1
                assert {one["kind"] for one in tally.damage} <= {"corrupt", "junk", "truncated"}


def test_neighbours_that_are_both_damaged_cost_no_third(tmp_path):
    members = [make.gzip_members([one]) for one in MANY]
    for at in (3, 4, 5):
        broken = bytearray(members[at])
        broken[len(broken) // 2] ^= 0x55
        broken[-6] ^= 0x55
        members[at] = bytes(broken)
    rows, tally = read(write(tmp_path, "a.warc.gz", b"".join(members)))
    assert urls(rows) == [str(number) for number in range(12) if number not in (1, 2)]
    assert 2 <= len(tally.damage) <= 3  # a small one whose beginning is gone lies within its neighbour's damage


def test_junk_between_members_and_a_missing_piece_are_passed_over(tmp_path):
    members = [make.gzip_members([one]) for one in MANY]
    data = b"".join(members[:5]) + b"\0" * 999 + b"\x1f\x8b\x08junk" + b"".join(members[5:9]) + members[9][100:]
    rows, tally = read(write(tmp_path, "a.warc.gz", data + b"".join(members[10:])))
    assert urls(rows) == [str(number) for number in range(12) if number != 4]
    assert {one["kind"] for one in tally.damage} == {"junk"}


@pytest.mark.parametrize("length", [None, "-5", "many", "", "0", "3", "90", "350", "100000", "9" * 17, "9" * 40, "1e3"])
@pytest.mark.parametrize("name", ["plain", "members.gz", "stream.gz", "frames.zst", "stream.zst", "cut.gz"])
def test_a_length_that_lies_costs_no_other_record(tmp_path, name, length):
    lie = make.response_record("https://example.jp/lie", make.page(99), length=length if length is not None else "")
    if length is None:
        lie = lie.replace(b"Content-Length: \r\n", b"")
    records = [*capture(0), *capture(1, 3000), lie, *capture(2), *capture(3, 3000)]
    whole = b"".join(records)
    data = {
        "plain": lambda: whole,
        "members.gz": lambda: make.gzip_members(records),
        "stream.gz": lambda: gzip.compress(whole),
        "cut.gz": lambda: make.gzip_members(whole[at : at + 301] for at in range(0, len(whole), 301)),
        "frames.zst": lambda: make.zstd_frames(records),
        "stream.zst": lambda: make.zstd_frames([whole]),
    }[name]()
    ending = "warc" if name == "plain" else f"warc.{name.rpartition('.')[2]}"
    for limit in (10 << 20, 4000):  # the second: lengths beyond what is held
        rows, tally = read(write(tmp_path, f"a.{ending}", data), max_page_bytes=limit)
        assert urls(rows) == ["0", "1", "lie", "2", "3"]
        assert rows[2]["body"] == make.page(99)
        assert [one["kind"] for one in tally.damage] == ["length"]
        assert tally.repaired == {"length": 1}
        assert tally.bytes_in == len(whole)


def test_many_lies_stay_linear(tmp_path):
    lies = [make.response_record(f"https://example.jp/{n}", make.page(n), length=3_000_000) for n in range(3000)]
    rows, tally = read(write(tmp_path, "a.warc.gz", gzip.compress(b"".join(lies), 1)))
    assert urls(rows) == [str(n) for n in range(3000)]
    assert tally.damages == 3000
    assert len(tally.damage) == words.LISTED


def test_headers_without_an_end_stay_linear(tmp_path):
    data = b"WARC/1.0\r\n" * 100_000 + b"".join(capture(0))
    rows, tally = read(write(tmp_path, "a.warc", data))
    assert urls(rows) == ["0"]
    # Those within 64 KB of a blank line have, in their own eyes, an end.
    assert 90_000 < tally.refused["bad_warc_header"] < 100_000


def test_a_page_larger_than_the_limit_is_refused_and_the_next_is_read(tmp_path):
    large = make.response_record("https://example.jp/large", b"<p>" + b"a" * 12_000_000)
    image = make.response_record("https://example.jp/image", b"\0" * 9_000_000, headers=[("Content-Type", "video/mp4")])
    gone = make.response_record("https://example.jp/gone", b"\0" * 9_000_000, status="404 Gone")
    text = make.record("conversion", b"a" * 9_000_000, content_type="text/plain")
    records = [*capture(0), large, image, gone, text, *capture(1)]
    for name, data in (
        ("a.warc", b"".join(records)),
        ("a.warc.gz", make.gzip_members(records)),
        ("b.warc.gz", gzip.compress(b"".join(records))),
        ("a.warc.zst", make.zstd_frames(records)),
    ):
        rows, tally = read(write(tmp_path, name, data), max_page_bytes=1_000_000)
        assert urls(rows) == ["0", "1"]
        assert tally.refused == {"too_large": 2, "not_text": 1}
        assert tally.skipped == {"request": 2, "not_200": 1}
        assert tally.damage == []
        assert tally.bytes_in == sum(map(len, records))


def test_memory_stays_bounded_however_large_a_record_is(tmp_path):
    large = make.response_record("https://example.jp/large", b"<p>" + b"a" * 80_000_000)
    lie = make.response_record("https://example.jp/lie", b"<p>" + b"a" * 20_000_000, length=99)
    data = make.gzip_members([*capture(0), large, lie, b"\r\n" * 5_000_000, *capture(1)], level=1)
    path = write(tmp_path, "a.warc.gz", data)
    del large, lie, data
    tracemalloc.start()
    rows, tally = read(path, max_page_bytes=1_000_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert urls(rows) == ["0", "1"]
    assert tally.refused == {"too_large": 2}
    assert peak < 20_000_000


def test_an_empty_archive_among_others_is_noted(tmp_path):
    write(tmp_path, "a.warc.gz", b"")
    write(tmp_path, "b.warc.gz", make.gzip_members(capture(0)))
    rows, tally = read(tmp_path)
    assert urls(rows) == ["0"]
    assert [(one["kind"], one["detail"]) for one in tally.damage] == [("no_records", "the file is empty")]


def test_headers_without_an_end_and_bytes_that_are_no_record(tmp_path):
    endless = b"WARC/1.0\r\nWARC-Type: response\r\nX: " + b"x" * 200_000
    records = [*capture(0), b"junk\r\n" * 50, *capture(1), endless + b"\r\n", *capture(2), b"WARC/1.0\r\nWARC-Ty"]
    rows, tally = read(write(tmp_path, "a.warc", b"".join(records)))
    assert urls(rows) == ["0", "1", "2"]
    assert [one["kind"] for one in tally.damage] == ["junk", "header", "truncated"]
    assert tally.refused == {"bad_warc_header": 1, "damaged": 1}
    rows, tally = read(write(tmp_path, "a.warc.gz", make.gzip_members(records)))
    assert urls(rows) == ["0", "1", "2"]
    assert tally.records == 8


def test_a_file_of_a_wrong_kind_that_only_shows_when_read(tmp_path):
    path = write(tmp_path, "a.warc.gz", make.gzip_members(MIXED))
    sources = collect.find([str(path)], base="/")
    stamp = path.stat()
    path.write_bytes(b"\x1f\x8b\x08" + random.Random(1).randbytes(stamp.st_size - 3))
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    reader = collect.Reader(*collect.plan(sources, shard_bytes=1 << 30))
    assert list(reader) == []
    assert reader.tally.damage[-1]["kind"] == "no_records"


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_bytes_bring_the_reader_down(tmp_path_factory, data):
    """Mutated archives: no exception, no record counted twice, and the account adds up."""
    name = data.draw(st.sampled_from(sorted(CONTAINERS)))
    blob = bytearray(CONTAINERS[name])
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(blob) - 1))
        how = data.draw(st.sampled_from(["flip", "cut", "repeat", "insert"]))
        if how == "flip":
            blob[at] ^= data.draw(st.integers(1, 255))
        elif how == "cut":
            del blob[at : at + data.draw(st.integers(1, 400))]
        elif how == "repeat":
            blob[at:at] = blob[at : at + 300]
        else:
            blob[at:at] = data.draw(
                st.sampled_from([b"WARC/1.0\r\n", b"\x1f\x8b\x08", b"\r\n\r\n", b"\0" * 9, b"\x28\xb5\x2f\xfd"])
            )
        if not blob:
            return
    path = write(tmp_path_factory.mktemp("fuzz"), name, bytes(blob))
    try:
        sources = collect.find([str(path)], base="/")
    except ManyoError:
        return
    for limit in (1 << 20, 600):
        for shard in collect.plan(sources, shard_bytes=1000):
            reader = collect.Reader(shard, max_page_bytes=limit)
            assert sum(len(batch) for batch in reader) == reader.tally.documents
            assert reader.tally.balanced


# Real archives


REAL = Path(__file__).parents[2] / "shared" / "data" / "warc"


@pytest.mark.skipif(not REAL.is_dir(), reason="real pages kept beside the checkout are absent")
def test_real_archives_are_read_without_a_fault():
    for path in sorted(REAL.iterdir()):
        rows, tally = read(path)
        again, split = read(path, shard_bytes=50_000)
        assert again == rows
        assert split.records == tally.records
