"""What a body is: HTML, plain text, or nothing that Manyo reads. The declared type decides, the first bytes object.

Method: the declared type where it is one of those in `HTML` and `TEXT`; where none is declared (or one that means
"unknown"), the signs of the WHATWG MIME Sniffing Standard, reduced to "HTML, text or neither". A binary signature
refuses a body whatever it is declared as. Feeds, scripts, style sheets and JSON are refused: they hold no page. XML is
taken when its first kilobyte shows an `<html` element.
"""

from __future__ import annotations

import functools
import re
from typing import Final

HTML: Final = frozenset({"text/html", "application/xhtml+xml", "application/vnd.wap.xhtml+xml"})
TEXT: Final = frozenset({"text/plain", "text/markdown", "text/x-markdown", "text/x-web-markdown"})
UNKNOWN: Final = frozenset(
    {"", "*/*", "unknown/unknown", "application/unknown", "application/x-unknown-content-type"}
    | {"application/octet-stream", "application/xml", "text/xml", "text/html-unknown"}
)
LOOK: Final = 1024

# Signatures that no HTML or text begins with, in any Japanese encoding. (A byte order mark is none.)
BINARY: Final = (
    *(b"%PDF-", b"%!PS-Adobe-", b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"PK\x03\x04", b"\x1f\x8b\x08"),
    *(b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"\xd0\xcf\x11\xe0\xa1\xb1"),
    *(b"\x00\x00\x01\x00", b"ID3\x02", b"ID3\x03", b"ID3\x04", b"OggS\x00", b"fLaC\x00", b"\x1aE\xdf\xa3", b"\x7fELF"),
    *(b"wOFF\x00\x01", b"wOF2\x00\x01", b"\x00\x01\x00\x00\x00", b"OTTO\x00", b"SQLite format 3\x00", b"\x00asm"),
    *(b"II*\x00", b"MM\x00*", b"\xca\xfe\xba\xbe"),
)
# And those that stand a few bytes behind the start: WebP, sound and film in RIFF; MP4, HEIC and AVIF; bzip2.
_LATER: Final = re.compile(rb"RIFF....(?:WEBP|WAVE|AVI )|\x00\x00\x00.ftyp|BZh[1-9]1AY&SY", re.DOTALL)
_TAG: Final = re.compile(
    rb"(?:\xef\xbb\xbf|\s|(?><!--.*?-->))*+"
    rb"<(?:!doctype\s+html|html|head|body|title|script|style|meta|table|div|h1|p|a|br)[\s>/]",
    re.IGNORECASE | re.DOTALL,
)
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")  # WHATWG's binary data bytes


def kind_of(content_type: str, body: bytes | memoryview) -> str:
    """ "html", "text", or "" for a body that is neither.

    >>> kind_of("text/html; charset=Shift_JIS", "<p>猫".encode("cp932")), kind_of("TEXT/PLAIN", "猫".encode())
    ('html', 'text')
    >>> kind_of("text/html", b"%PDF-1.7"), kind_of("image/png", b""), kind_of("", "<HTML><p>いぬ".encode("euc-jp"))
    ('', '', 'html')
    >>> kind_of("", "犬は吠える".encode("iso-2022-jp")), kind_of("application/octet-stream", b"abc")
    ('text', '')
    """
    declared = content_type.partition(";")[0].strip().lower()
    if declared in HTML:
        kind = "html"
    elif declared in TEXT:
        kind = "text"
    elif declared in UNKNOWN:
        kind = _sniff(declared, bytes(body[:LOOK]))
    else:
        return ""
    return "" if is_binary(bytes(body[:16])) else kind


def is_binary(start: bytes) -> bool:
    return start.startswith(BINARY) or _LATER.match(start) is not None


@functools.lru_cache(4096)
def may_be_page(content_type: str) -> bool:
    """Whether a body of this declared type, not looked at, could be HTML or text."""
    return kind_of(content_type, b"<html>") != ""


def is_textual(body: bytes | memoryview) -> bool:
    """Whether the first bytes could be text in some encoding: no byte that only binary data has, no signature.

    >>> is_textual("いろは".encode("euc-jp")), is_textual(b"\\x03\\x1b\\x00"), is_textual(b"%PDF-1.4")
    (True, False, False)
    """
    start = bytes(body[:LOOK])
    return not is_binary(start) and not _CONTROL.search(start)


def _sniff(declared: str, start: bytes) -> str:
    if _TAG.match(start):
        return "html"
    if declared.endswith("xml"):
        return "html" if b"<html" in start.lower() else ""
    if declared or start.startswith((b"{", b"[", b"<?xml")):  # declared as "some bytes", or data
        return ""
    return "text" if is_textual(start) else ""
