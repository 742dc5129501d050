"""Captures that are no pages: redirects, errors, images, a PDF's first bytes, JSON, robots.txt, an empty body, a body cut short."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator
from dataclasses import replace

from capture import Capture, other_capture
from warcfile import Response

_PDF = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"


def others() -> Iterator[Capture]:
    for n, status in enumerate(
        ("301 Moved Permanently", "301 Moved Permanently", "302 Found", "302 Found", "307 Temporary Redirect")
    ):
        url = f"http://old{n}.example.jp/index.html"
        moved = b"<html><head><title>Moved</title></head><body><h1>Document Moved</h1></body></html>"
        yield other_capture(
            Response(url, moved, status=status, headers=(("Location", f"https://new{n}.example.jp/"),)),
            "redirect",
            status[:3],
        )
    for n in range(5):
        body = "<html><head><title>404</title></head><body><h1>404 Not Found</h1><p>ご指定のページは見つかりませんでした。</p></body></html>"
        gone = Response(
            f"https://lost{n}.example.com/page", body.encode(), "text/html; charset=UTF-8", status="404 Not Found"
        )
        yield other_capture(gone, "error", "404")
    busy = "<h1>503</h1><p>ただいまアクセスが集中しています。しばらくたってから、もう一度お試しください。</p>"
    answer = Response(
        "https://busy.example.com/",
        busy.encode("cp932"),
        "text/html; charset=Shift_JIS",
        status="503 Service Unavailable",
    )
    yield other_capture(answer, "error", "503")
    for n in range(4):
        yield other_capture(Response(f"https://img.example.com/{n}.png", _png(n), "image/png"), "not_text", "image")
    for n in range(2):
        yield other_capture(Response(f"https://www.example.jp/pdf/{n}.pdf", _PDF, "application/pdf"), "not_text", "pdf")
    for n in range(3):
        rows = json.dumps({"page": n, "items": [{"id": k, "name": f"item-{k}"} for k in range(10)]}).encode()
        yield other_capture(
            Response(f"https://api.example.com/v1/items?page={n}", rows, "application/json"), "not_text", "json"
        )
    for n in range(3):
        robots = b"User-agent: *\nDisallow: /private/\nCrawl-delay: 10\nSitemap: /sitemap.xml\n"
        yield other_capture(
            Response(f"https://r{n}.example.com/robots.txt", robots, "text/plain"), "not_text", "robots"
        )
    css = b'@charset "utf-8";\nbody { font-family: sans-serif; margin: 0 }\n'
    yield other_capture(Response("https://www.example.jp/css/base.css", css, "text/css"), "not_text", "css")
    script = "document.title = '読み込み中';\n".encode()
    yield other_capture(
        Response("https://www.example.jp/js/base.js", script, "application/javascript"), "not_text", "script"
    )
    feed = '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel><title>新着情報</title></channel></rss>\n'.encode()
    yield other_capture(Response("https://www.example.jp/rss.xml", feed, "application/rss+xml"), "not_text", "feed")
    for n in range(2):
        yield other_capture(
            Response(f"https://empty{n}.example.com/", b"", "text/html; charset=UTF-8"), "not_text", "empty"
        )
    nothing = b"\x00" * 300 + bytes(range(256)) * 2
    yield other_capture(Response("https://www.example.jp/download", nothing, content_type=None), "not_text", "binary")


def damaged(capture: Capture) -> Capture:
    """`capture` once more at another address, its last chunk cut short by a lost connection."""
    url = capture.response.url + "?broken=1"
    truth = {**capture.truth, "url": url, "kind": "damaged", "note": "truncated chunk", "text": None}
    return Capture(replace(capture.response, url=url, coding="chunked", cut=True), truth)


def _png(n: int) -> bytes:
    """A one-pixel PNG, grey `n` * 60."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(bytes((0, n * 60))))
        + chunk(b"IEND", b"")
    )
