"""Writes WARC 1.0 records, each its own gzip member, and the HTTP messages inside them (ISO 28500:2017 for the first, RFC 9112 for the second).

Nothing here looks at a clock or draws at random: record ids are UUIDs of version 5 over the address and the place in the file, and the date
of a capture is its place in the file.
"""

from __future__ import annotations

import base64
import datetime
import gzip
import hashlib
import uuid
from dataclasses import dataclass
from typing import BinaryIO

import brotli

_START = datetime.datetime(2025, 6, 15, 3, 0, tzinfo=datetime.UTC)
_SECONDS_APART = 7
_NAMESPACE = uuid.UUID("6d616e79-6f00-5000-8000-64656d6f0000")


@dataclass(frozen=True)
class Response:
    """One HTTP answer. `coding` is what the body travels in: any of `gzip`, `br`, `chunked`, joined by `+`; `cut` truncates the last chunk."""

    url: str
    payload: bytes
    content_type: str | None = "text/html"
    status: str = "200 OK"
    coding: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    cut: bool = False

    def block(self, day: str) -> bytes:
        """The whole message as it came over the wire."""
        fields = [("Date", day), ("Server", "Apache"), *self.headers]
        if self.content_type is not None:
            fields.append(("Content-Type", self.content_type))
        body = self.payload
        if "gzip" in self.coding:
            body, fields = gzip.compress(body, 6, mtime=0), [*fields, ("Content-Encoding", "gzip")]
        elif "br" in self.coding:
            body, fields = brotli.compress(body, quality=5), [*fields, ("Content-Encoding", "br")]
        if "chunked" in self.coding:
            fields.append(("Transfer-Encoding", "chunked"))
            body = _chunked(body, self.cut)
        else:
            fields.append(("Content-Length", str(len(body))))
        head = "".join(f"{name}: {value}\r\n" for name, value in fields)
        return f"HTTP/1.1 {self.status}\r\n{head}\r\n".encode("latin-1") + body


@dataclass
class WarcWriter:
    """Appends records to an open binary file; each exchange is a request, a response and a metadata record."""

    file: BinaryIO
    exchanges: int = 0

    def info(self, text: str) -> None:
        self._record(
            "warcinfo", "", text.encode("utf-8"), "application/warc-fields", [("WARC-Filename", "sample.warc.gz")]
        )

    def exchange(self, response: Response, charset: str | None) -> None:
        url = response.url
        host, _, path = url.split("//", 1)[1].partition("/")
        request = (
            f"GET /{path} HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: gzip, br\r\nUser-Agent: demo-crawler\r\n\r\n"
        )
        block = response.block(self._http_date())
        extra = [("WARC-IP-Address", "192.0.2.1"), ("WARC-Payload-Digest", _digest(response.payload))]
        if response.cut:
            extra.append(("WARC-Truncated", "disconnect"))
        concurrent = self._id("response", url)
        self._record(
            "request",
            url,
            request.encode("ascii"),
            "application/http; msgtype=request",
            [("WARC-Concurrent-To", concurrent)],
        )
        self._record("response", url, block, "application/http; msgtype=response", extra)
        told = f"fetchTimeMs: {100 + self.exchanges * 17 % 400}\r\n" + (
            f"charset-detected: {charset}\r\n" if charset else ""
        )
        self._record("metadata", url, told.encode("ascii"), "application/warc-fields", [("WARC-Refers-To", concurrent)])
        self.exchanges += 1

    def revisit(self, response: Response) -> None:
        """The same address again, unchanged: headers only, as a crawler that deduplicates writes it."""
        head, _, _ = response.block(self._http_date()).partition(b"\r\n\r\n")
        extra = [
            ("WARC-Profile", "http://netpreserve.org/warc/1.0/revisit/identical-payload-digest"),
            ("WARC-Payload-Digest", _digest(response.payload)),
        ]
        self._record("revisit", response.url, head + b"\r\n\r\n", "application/http; msgtype=response", extra)
        self.exchanges += 1

    def _record(self, kind: str, url: str, block: bytes, content_type: str, extra: list[tuple[str, str]]) -> None:
        when = _START + datetime.timedelta(seconds=_SECONDS_APART * self.exchanges)
        fields = [
            ("WARC-Type", kind),
            ("WARC-Record-ID", self._id(kind, url)),
            ("WARC-Date", f"{when:%Y-%m-%dT%H:%M:%SZ}"),
        ]
        if url:
            fields.append(("WARC-Target-URI", url))
        fields += [
            *extra,
            ("WARC-Block-Digest", _digest(block)),
            ("Content-Type", content_type),
            ("Content-Length", str(len(block))),
        ]
        head = "WARC/1.0\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields) + "\r\n"
        self.file.write(gzip.compress(head.encode("utf-8") + block + b"\r\n\r\n", 6, mtime=0))

    def _id(self, kind: str, url: str) -> str:
        return f"<urn:uuid:{uuid.uuid5(_NAMESPACE, f'{self.exchanges} {kind} {url}')}>"

    def _http_date(self) -> str:
        return f"Sun, 15 Jun 2025 03:{self.exchanges * _SECONDS_APART // 60 % 60:02}:{self.exchanges * _SECONDS_APART % 60:02} GMT"


def _digest(data: bytes) -> str:
    return "sha1:" + base64.b32encode(hashlib.sha1(data).digest()).decode("ascii")


def _chunked(body: bytes, cut: bool) -> bytes:
    """`body` in chunks of 4,093 bytes, a size that splits characters; `cut` drops the end of the last chunk and what should follow it."""
    size = 4093
    chunks = [body[k : k + size] for k in range(0, len(body), size)]
    framed = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks)
    return framed[: -len(chunks[-1]) // 2] if cut else framed + b"0\r\n\r\n"
