"""Small writers of WARC bytes, sound ones and broken ones, for the tests."""

from __future__ import annotations

import gzip
import struct
import zlib
from collections.abc import Iterable, Sequence

import zstandard

DATE = "2024-05-01T03:04:05Z"


def record(kind: str, block: bytes, *, length: str | int | None = None, **fields: str | None) -> bytes:
    """One WARC record. Fields are given as `content_type="text/plain"`; `length` is written instead of the true one."""
    named = {
        "warc_type": kind,
        "warc_date": DATE,
        "warc_record_id": f"<urn:test:{zlib.crc32(block):08x}-{len(block)}>",
        "content_length": str(len(block) if length is None else length),
        **fields,
    }
    names = {"warc_record_id": "WARC-Record-ID", "warc_target_uri": "WARC-Target-URI"}
    head = b"WARC/1.0\r\n"
    for name, value in named.items():
        if value is not None:
            title = names.get(name, "-".join(part.capitalize() for part in name.split("_")).replace("Warc-", "WARC-"))
            head += f"{title}: {value}\r\n".encode()
    return head + b"\r\n" + block + b"\r\n\r\n"


def response(
    body: bytes, *, status: str = "200 OK", headers: Sequence[tuple[str, str]] = (("Content-Type", "text/html"),)
) -> bytes:
    """An HTTP response as a server sends it."""
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers)]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def response_record(
    url: str,
    body: bytes,
    *,
    headers: Sequence[tuple[str, str]] = (("Content-Type", "text/html; charset=utf-8"),),
    status: str = "200 OK",
    date: str = DATE,
    record_id: str | None = None,
    length: str | int | None = None,
) -> bytes:
    """A `response` record that holds an HTTP response. Without `record_id` it gets one made from its url."""
    return record(
        "response",
        response(body, status=status, headers=headers),
        length=length,
        warc_record_id=record_id or f"<urn:test:{url}>",
        warc_target_uri=url,
        warc_date=date,
        content_type="application/http; msgtype=response",
    )


def conversion_record(url: str, text: str, *, date: str = DATE) -> bytes:
    """A `conversion` record, as in a WET file."""
    return record(
        "conversion",
        text.encode(),
        warc_record_id=f"<urn:test:{url}>",
        warc_target_uri=url,
        warc_date=date,
        content_type="text/plain",
    )


def warcinfo_record() -> bytes:
    return record("warcinfo", b"software: test\r\n", content_type="application/warc-fields")


def request_record(url: str) -> bytes:
    block = b"GET / HTTP/1.1\r\nHost: example.jp\r\n\r\n"
    return record("request", block, warc_target_uri=url, content_type="application/http; msgtype=request")


def revisit_record(url: str) -> bytes:
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
    return record("revisit", block, warc_target_uri=url, content_type="application/http; msgtype=response")


def gzip_members(records: Iterable[bytes], level: int = 6) -> bytes:
    """Each record a gzip member of its own: how `.warc.gz` is meant."""
    return b"".join(gzip.compress(one, level, mtime=0) for one in records)


def zstd_frames(records: Iterable[bytes], dictionary: bytes = b"", packed: bool = False, sized: bool = True) -> bytes:
    """Each record a Zstandard frame; with `dictionary` (packed or not) in a skippable frame before them."""
    head, known = b"", None
    if dictionary:
        stored = zstandard.ZstdCompressor().compress(dictionary) if packed else dictionary
        head = struct.pack("<II", 0x184D2A5D, len(stored)) + stored
        known = zstandard.ZstdCompressionDict(dictionary)
    compressor = zstandard.ZstdCompressor(dict_data=known, write_checksum=True, write_content_size=sized)
    return head + b"".join(compressor.compress(one) for one in records)


def chunked(body: bytes, size: int = 7) -> bytes:
    """A body in HTTP chunks of `size` bytes."""
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def page(number: int, size: int = 300) -> bytes:
    """A Japanese HTML page of about `size` bytes that compresses badly enough to make members of different lengths."""
    words = "".join(f"第{(number * 7919 + at * at * 31) % 9973}回の記録です。" for at in range(max(1, size // 30)))
    return f"<!DOCTYPE html><html lang=ja><title>頁{number}</title><p>{words}</p></html>".encode()
