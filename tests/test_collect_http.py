"""HTTP as crawlers store it: codings undone only where they are there, bodies kept in part rather than lost."""

from __future__ import annotations

import gzip
import zlib

import brotli
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

import warc_fixtures as make
from collect_reading import read, write
from manyo.collect.http import blank_line, decode, read_head, unchunk
from manyo.collect.media import is_textual, kind_of

LIMIT = 1 << 20


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


CODINGS = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.ZstdCompressor().compress,
}
TEXTS = st.text(st.sampled_from("あいう漢字カナ<p>/ \nabc。、"), min_size=1, max_size=400).map(
    lambda text: ("<!DOCTYPE html>" + text).encode()
)


@settings(max_examples=200, deadline=None)
@given(TEXTS, st.lists(st.sampled_from(sorted(CODINGS)), max_size=3), st.integers(1, 50), st.booleans())
def test_codings_are_undone_in_the_order_in_which_they_were_applied(text, codings, size, in_chunks):
    stored = text
    for coding in codings:
        stored = CODINGS[coding](stored)
    stored = make.chunked(stored, size) if in_chunks else stored
    got = decode(memoryview(stored), [*codings, *(["chunked"] if in_chunks else [])], LIMIT)
    assert (bytes(got.data), got.refused, got.repaired) == (text, "", "")


@settings(max_examples=200, deadline=None)
@given(TEXTS, st.lists(st.sampled_from([*sorted(CODINGS), "chunked", "compress", "utf-8", "none"]), max_size=4))
def test_a_body_that_was_decoded_before_it_was_stored_comes_through(text, codings):
    assert decode(memoryview(text), codings, LIMIT) == (text, "", "")


@given(st.binary(max_size=300), st.lists(st.sampled_from([*sorted(CODINGS), "chunked"]), max_size=3))
def test_no_body_brings_the_decoder_down(body, codings):
    got = decode(memoryview(body), codings, LIMIT)
    assert got.refused in ("", "bad_content_encoding", "too_large")


@pytest.mark.parametrize("text", [b";a comment", b"K", b"x^2 + y^2", b"\x1b$B$3$s$K$A$O\x1b(B", "猫".encode("cp932")])
def test_text_that_looks_like_a_coding_is_still_text(text):
    for coding in CODINGS:
        assert bytes(decode(memoryview(text), [coding], LIMIT).data) == text


def test_raw_deflate_is_what_some_servers_call_deflate():
    text = make.page(1)
    assert bytes(decode(memoryview(raw_deflate(text)), ["deflate"], LIMIT).data) == text


@pytest.mark.parametrize("coding", sorted(CODINGS))
def test_a_body_cut_off_is_kept_as_far_as_it_came(coding):
    text = make.page(1, 60_000)
    stored = CODINGS[coding](text)
    got = decode(memoryview(stored[: len(stored) * 3 // 4]), [coding], LIMIT)
    if coding == "zstd":  # one block holds all of it
        assert got.refused == "bad_content_encoding" or text.startswith(bytes(got.data))
        return
    assert got.repaired == "content_encoding"
    assert text.startswith(bytes(got.data))
    assert len(got.data) > len(text) // 3


def test_a_gzip_body_broken_in_the_middle_is_kept_up_to_there():
    text = make.page(1, 60_000)
    stored = bytearray(gzip.compress(text))
    stored[len(stored) // 2 : len(stored) // 2 + 9] = b"\xff" * 9
    got = decode(memoryview(bytes(stored)), ["gzip"], LIMIT)
    assert got.repaired == "content_encoding"
    assert bytes(got.data[:10_000]) == text[:10_000]
    members = gzip.compress(text) + gzip.compress(b"<p>more")
    assert bytes(decode(memoryview(members), ["gzip"], LIMIT).data) == text + b"<p>more"


@pytest.mark.parametrize("coding", sorted(CODINGS))
def test_a_bomb_stops_at_the_limit(coding):
    bomb = CODINGS[coding](b" " * 12_000_000)
    assert decode(memoryview(bomb), [coding], LIMIT).refused == "too_large"
    twice = CODINGS[coding](bomb)
    assert decode(memoryview(twice), [coding, coding], LIMIT).refused == "too_large"


def test_chunks():
    body = make.page(3)
    whole = make.chunked(body, 50)
    assert unchunk(whole) == (body, True)
    assert unchunk(whole.replace(b"\r\n", b"\n", 1)) == (body, True)
    assert unchunk(b"5;name=value\r\nabcde\r\n0\r\nTrailer: x\r\n\r\n") == (b"abcde", True)
    assert unchunk(whole[:-5]) == (body, False)
    assert unchunk(whole[:100])[0] == body[:90]
    assert unchunk(b"face to face") == (b"face to face", True)
    assert unchunk(b"cafe\r\nis a word, not a length\r\n") == (b"is a word, not a length\r\n", False)
    assert unchunk(b"5\r\nabcdeXX5\r\n") == (b"5\r\nabcdeXX5\r\n", True)
    assert unchunk(b"5\r\nabcde\r\n3\r\nabcXX") == (b"abcdeabc", False)
    assert unchunk(b"") == (b"", True)
    assert unchunk(b"f" * 40 + b"\r\n") == (b"f" * 40 + b"\r\n", True)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", (200, "text/html", [])),
        (b"HTTP/1.0 200\nCONTENT-TYPE:text/html;charset=EUC-JP\n\n", (200, "text/html;charset=EUC-JP", [])),
        (b"http/2 404 \r\n\r\n", (404, "", [])),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html;\r\n\tcharset=x-sjis\r\n\r\n", (200, "text/html; charset=x-sjis", [])),
        (b"HTTP/1.1 200 OK\r\nX: a\r\ncontent-type: a/b\r\nContent-Type: c/d\r\n\r\n", (200, "c/d", [])),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip, BR\r\nTransfer-Encoding: Chunked\r\n\r\n", (200, "", ["gzip", "br", "chunked"])),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: a/b\r\n\r\n", (200, "a/b", [])),
        (b"HTTP/1.1 200 OK\r\nX-Content-Type: a/b\r\n\n", (200, "", [])),
    ],
)  # fmt: skip
def test_heads(head, expected):
    for data in (head + b"\n\nbody", b"before" + head + b"body"):
        start = data.index(head)
        got = read_head(data, start, len(data))
        assert (got.status, got.content_type, got.codings) == expected
        assert data[got.body :].lstrip(b"\n") == b"body"


@pytest.mark.parametrize(
    "head", [b"", b"<html>", b"HTTP/1.1", b"HTTP/1.1 OK\r\n\r\n", b"HTTP/1.1 2000 OK\r\n\r\n", b"HTTP/1.1 \xff\xfe\xfd"]
)
def test_what_has_no_status_line_is_no_response(head):
    assert read_head(head, 0, len(head)) is None


@given(st.text(st.sampled_from("a\r\n"), max_size=30).map(str.encode), st.integers(0, 5))
def test_the_first_blank_line_ends_a_header(data, start):
    ends = [at for at in range(start + 2, len(data) + 1) if data[start:at].endswith((b"\n\n", b"\n\r\n"))]
    assert blank_line(data, start, len(data)) == min(ends, default=-1)


@pytest.mark.parametrize(
    ("content_type", "body", "kind"),
    [
        ("text/html", b"", "html"),
        ("TEXT/HTML ; charset=x", b"plain words", "html"),
        ("application/xhtml+xml", b"<?xml?>", "html"),
        ("text/plain", b"<html>", "text"),
        ("text/html", b"\x89PNG\r\n\x1a\n", ""),
        ("text/html", b"\x00\x00\x00\x18ftypmp42", ""),
        ("text/plain", b"the ftyp box", "text"),
        ("text/plain", b"RIFF is a container", "text"),
        ("text/plain", b"RIFF\x10\0\0\0WEBPVP8 ", ""),
        ("text/html", b"\xff\xfe<\0p\0", "html"),
        ("", b"<!-- a --><!-- b -->\n<!DOCTYPE html>", "html"),
        ("", b"\xef\xbb\xbf<html lang=ja>", "html"),
        ("", "ただの文".encode("cp932"), "text"),
        ("", b'{"a": 1}', ""),
        ("", b"\x00\x01", ""),
        ("application/octet-stream", b"<html>", "html"),
        ("application/octet-stream", b"words", ""),
        ("text/xml", b"<?xml version='1.0'?><html>", "html"),
        ("text/xml", b"<?xml version='1.0'?><rss>", ""),
        ("application/json", b"<html>", ""),
        ("image/png", b"<html>", ""),
    ],
)
def test_what_a_body_is(content_type, body, kind):
    assert kind_of(content_type, body) == kind


def test_many_comments_do_not_slow_the_look_at_a_body():
    assert kind_of("", b"<!---->" * 100_000 + b"x") == "text"
    assert kind_of("", b"<!--" * 100_000) == "text"


@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "euc-jp", "iso-2022-jp"])
def test_japanese_text_is_text_in_any_encoding(encoding):
    assert is_textual("日本語の文章である。\n".encode(encoding))


def test_encoded_bodies_come_out_of_an_archive_decoded(tmp_path):
    body = make.page(4, 3000)
    html = ("Content-Type", "text/html")
    records = [
        make.response_record("a", gzip.compress(body), headers=[html, ("Content-Encoding", "gzip")]),
        make.response_record("b", make.chunked(brotli.compress(body)), headers=[html, ("content-encoding", "br"), ("Transfer-Encoding", "chunked")]),
        make.response_record("c", body, headers=[html, ("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked")]),
        make.response_record("d", make.chunked(body)[:-400], headers=[html, ("Transfer-Encoding", "chunked")]),
        make.response_record("e", b"\x00\x01\x02" * 99, headers=[html, ("Content-Encoding", "br")]),
        make.response_record("f", gzip.compress(b"a" * 3_000_000), headers=[html, ("Content-Encoding", "gzip")]),
        make.response_record("g", gzip.compress(b"%PDF-1.4"), headers=[html, ("Content-Encoding", "gzip")]),
    ]  # fmt: skip
    rows, tally = read(write(tmp_path, "a.warc.gz", make.gzip_members(records)), max_page_bytes=1_000_000)
    assert [row["url"] for row in rows] == ["a", "b", "c", "d"]
    assert all(row["body"] == body for row in rows[:3])
    assert body.startswith(rows[3]["body"])
    assert tally.refused == {"bad_content_encoding": 1, "too_large": 1, "not_text": 1}
    assert tally.repaired == {"chunks": 1}
