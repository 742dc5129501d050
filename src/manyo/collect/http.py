"""HTTP messages as crawlers store them: read leniently, undone as far as they say, stopped at a limit.

A crawler stores what the server sent, or what its library made of it: many archives keep `Transfer-Encoding: chunked`
and `Content-Encoding: gzip` in the header of a body that has long been decoded. So every coding is undone only when the
body really begins like it; and a body that arrived in part is kept in part.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

import brotli
import zstandard
from isal import isal_zlib

from manyo.collect.media import is_textual
from manyo.collect.members import INFLATE_ERROR

_HEX: Final = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]*)?\r?\n")
_STEP: Final = 65536


class Head(NamedTuple):
    """What is needed of a response's header. `body`: where the body begins."""

    status: int
    content_type: str
    codings: list[str]  # as applied by the server, in order: content codings, then transfer codings
    body: int


class Body(NamedTuple):
    """A decoded body. `refused`: why it cannot be had, or ""; `repaired`: what was put right, or ""."""

    data: bytes | memoryview
    refused: str = ""
    repaired: str = ""


def blank_line(data: bytes, start: int, end: int) -> int:
    """Where the header that begins at `start` is over: behind its first blank line (CRLF or bare LF), or -1."""
    mixed = data.find(b"\n\r\n", start, end)
    bare = data.find(b"\n\n", start, end if mixed < 0 else mixed + 1)
    if bare >= 0:
        return bare + 2
    return mixed + 3 if mixed >= 0 else -1


def field(lower: bytes, head: bytes, name: bytes) -> bytes:
    """The last value of a header field. `name` is given as `b"\\nname:"`; `lower` is `head` in lower case.

    Folded lines (RFC 9112, 5.2) are joined; of a repeated field the last counts, as in browsers.

    >>> head = b"HTTP/1.1 200\\r\\nContent-TYPE: text/html;\\r\\n charset=EUC-JP\\r\\n\\r\\n"
    >>> field(head.lower(), head, b"\\ncontent-type:")
    b'text/html; charset=EUC-JP'
    """
    at = lower.rfind(name)
    if at < 0:
        return b""
    at += len(name)
    end = head.find(b"\n", at)
    while end >= 0 and head[end + 1 : end + 2] in (b" ", b"\t"):
        end = head.find(b"\n", end + 1)
    value = head[at:] if end < 0 else head[at:end]
    return b" ".join(value.split()) if b"\n" in value else value.strip()


def read_head(data: bytes, start: int, end: int) -> Head | None:
    """The response's header in `data[start:end]`; None when there is no status line.

    Interim responses (1xx) before the response itself are passed over. A header without a blank line has no body.
    """
    while True:
        if data[start : start + 5].upper() != b"HTTP/":
            return None
        body = blank_line(data, start, end)
        if body < 0:
            body = end
        head = data[start:body]
        line = head[: head.find(b"\n")] if b"\n" in head else head
        words = line.split(None, 2)
        if len(words) < 2 or len(words[1]) != 3 or not words[1].isdigit():
            return None
        status = int(words[1])
        if 100 <= status < 200 and data[body : body + 5].upper() == b"HTTP/":
            start = body
            continue
        break
    lower = head.lower()
    content_type = field(lower, head, b"\ncontent-type:").decode("latin-1")
    codings = []
    if b"-encoding:" in lower:
        for name in (b"\ncontent-encoding:", b"\ntransfer-encoding:"):
            codings += [coding.strip() for coding in field(lower, lower, name).decode("latin-1").split(",")]
    return Head(status, content_type, [coding for coding in codings if coding not in ("", "identity")], body)


def decode(body: memoryview, codings: list[str], limit: int) -> Body:
    """Undo the codings, the last applied first. A body that grows beyond `limit` bytes is refused as "too_large"."""
    data: bytes | memoryview = body
    repaired = ""
    for coding in reversed(codings):
        if coding == "chunked":
            data, whole = unchunk(data)
            repaired = repaired if whole else "chunks"
            continue
        decoded, whole = _undo(coding, data, limit)
        if (decoded is None or not whole) and is_textual(data):
            continue  # decoded before it was stored
        if decoded is None:
            return Body(b"", "bad_content_encoding")
        if len(decoded) > limit:
            return Body(b"", "too_large")
        repaired = repaired if whole else "content_encoding"
        data = decoded
    return Body(data, "", repaired)


def unchunk(body: bytes | memoryview) -> tuple[bytes | memoryview, bool]:
    """A chunked body (RFC 9112, 7.1) put together, and whether it was whole. One that is not chunked comes back as is.

    >>> unchunk(b"6\\r\\n\\xe7\\x8c\\xab\\xe7\\x8a\\xac\\r\\n0\\r\\n\\r\\n")[0].decode(), unchunk("<p>犬".encode())[0].decode()
    ('猫犬', '<p>犬')
    """
    parts: list[memoryview] = []
    view, at = memoryview(body), 0
    while line := _HEX.match(view, at):
        size = int(line[1], 16)
        if size == 0:
            return b"".join(parts), True
        begin, after = line.end(), line.end() + size
        if after < len(view) and view[after] == 13:
            after += 1
        if after < len(view) and view[after] != 10:  # what follows the chunk is no line end
            if not parts:
                return body, True
            parts.append(view[begin : begin + size])
            return b"".join(parts), False
        parts.append(view[begin : begin + size])
        at = after + 1
    return (b"".join(parts), False) if parts else (body, True)


def _undo(coding: str, data: bytes | memoryview, limit: int) -> tuple[bytes | None, bool]:
    """Undo one coding: the data (a byte more than `limit` when there is more), and whether it was whole.

    None for data that is not in this coding. "deflate" is zlib's format by the standard and the bare stream by custom.
    """
    start = bytes(data[:4])
    if coding in ("gzip", "x-gzip"):
        return _inflate(data, 31, limit) if start[:3] == b"\x1f\x8b\x08" else (None, False)
    if coding == "deflate":
        zlib_header = len(start) >= 2 and start[0] & 15 == 8 and (start[0] << 8 | start[1]) % 31 == 0
        if zlib_header and (decoded := _inflate(data, 15, limit))[0] is not None:
            return decoded
        return (None, False) if is_textual(data) else _inflate(data, -15, limit)
    if coding == "zstd":
        return _unzstd(data, limit) if start == b"\x28\xb5\x2f\xfd" else (None, False)
    if coding == "br":
        return _unbrotli(data, limit)
    return None, False  # a coding nobody knows


def _inflate(data: bytes | memoryview, wbits: int, limit: int) -> tuple[bytes | None, bool]:
    made, whole, failed = _inflate_by(len(data), data, wbits, limit)
    if failed:  # again in small steps, for what there is before the fault
        made, whole, _ = _inflate_by(256, data, wbits, limit)
    return (b"".join(made) if made or whole else None), whole


def _inflate_by(step: int, data: bytes | memoryview, wbits: int, limit: int) -> tuple[list[bytes], bool, bool]:
    """What was made of all gzip members (or the one zlib stream); whether it is whole; whether the data is broken."""
    made: list[bytes] = []
    size = at = 0
    while True:
        inflate = isal_zlib.decompressobj(wbits)
        while not inflate.eof:
            fed = data[at : at + step]
            try:
                out = inflate.decompress(fed, limit + 1 - size)
            except INFLATE_ERROR:
                return made, False, True
            at += len(fed) - len(inflate.unused_data if inflate.eof else inflate.unconsumed_tail)
            if out:
                made.append(out)
                size += len(out)
                if size > limit:
                    return made, True, False
            elif not fed and not inflate.eof:
                return made, False, False
        if wbits != 31 or data[at : at + 3] != b"\x1f\x8b\x08":
            return made, True, False


def _unzstd(data: bytes | memoryview, limit: int) -> tuple[bytes | None, bool]:
    made, size = [], 0
    try:
        with zstandard.ZstdDecompressor().stream_reader(data, read_across_frames=True) as reader:
            while size <= limit and (out := reader.read(min(_STEP, limit + 1 - size))):
                made.append(out)
                size += len(out)
    except zstandard.ZstdError:
        return (b"".join(made) if size else None), False
    return b"".join(made), True


def _unbrotli(data: bytes | memoryview, limit: int) -> tuple[bytes | None, bool]:
    """Brotli has no signature: text that seems to decode, but to less than it was, is text."""
    unpack = brotli.Decompressor()
    made: list[bytes] = []
    size, given = 0, bytes(data)
    try:
        while not unpack.is_finished() and size <= limit:
            out = unpack.process(given, output_buffer_limit=_STEP)
            if not out and unpack.can_accept_more_data():
                break
            made.append(out)
            size += len(out)
            given = b""
    except brotli.error:
        return (b"".join(made) if size else None), False
    if size <= len(data) and is_textual(data):
        return None, False
    return (b"".join(made) if size or unpack.is_finished() else None), unpack.is_finished() or size > limit
