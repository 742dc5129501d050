"""One capture: what the server answers, and what is true of it; and how pages say, rightly or wrongly, which encoding they are in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jis
from warcfile import Response

LABELS = {"cp932": "Shift_JIS", "euc-jp": "EUC-JP", "iso-2022-jp": "ISO-2022-JP", "utf-8": "UTF-8"}
_STRAY = {"cp932": b"\x81", "euc-jp": b"\xa4", "utf-8": b"\xe3\x81"}


@dataclass(frozen=True)
class Capture:
    """A response and its row of truth."""

    response: Response
    truth: dict[str, Any]


def meta_tag(charset: str, declare: str) -> str:
    """The <meta> that a page of this encoding carries, or nothing."""
    if declare not in ("meta", "both", "wrong"):
        return ""
    label = LABELS.get(charset, charset)
    if charset == "utf-8":
        return f'<meta charset="{label.lower()}">'
    return f'<meta http-equiv="Content-Type" content="text/html; charset={label}">'


def content_type(charset: str, declare: str) -> str:
    """The Content-Type header: `wrong` names an encoding that the page is not in."""
    if declare == "wrong":
        return "text/html; charset=" + ("UTF-8" if charset == "cp932" else "ISO-8859-1")
    return f"text/html; charset={LABELS.get(charset, charset)}" if declare in ("header", "both") else "text/html"


def page_capture(
    url: str,
    html: str,
    charset: str,
    declare: str,
    *,
    kind: str,
    note: str = "",
    group: str | None = None,
    language: str = "ja",
    title: str = "",
    text: str | None = None,
    personal: list[dict[str, str]] | None = None,
    broken: bool = False,
) -> Capture:
    """The capture of an HTML page; `broken` leaves two characters of the payload cut in half."""
    payload = jis.encode(html, charset)
    if broken:
        payload = _with_strays(payload, _STRAY[charset])
    truth = {
        "url": url,
        "kind": kind,
        "note": note,
        "group": group,
        "language": language,
        "encoding": charset,
        "declared": declare,
        "broken": broken,
        "title": title,
        "text": text,
        "personal": personal or [],
    }
    return Capture(Response(url, payload, content_type(charset, declare)), truth)


def other_capture(response: Response, kind: str, note: str) -> Capture:
    """The capture of something that is no page: an image, a redirect, an error."""
    truth = dict.fromkeys(("group", "language", "encoding", "declared", "text"), None)
    return Capture(
        response,
        {"url": response.url, "kind": kind, "note": note, **truth, "broken": False, "title": "", "personal": []},
    )


def _with_strays(payload: bytes, stray: bytes) -> bytes:
    """`payload` with the first half of a character before two of its tags, where a program once cut the text at a number of bytes."""
    tags = [k for k, byte in enumerate(payload) if byte == ord("<")]
    for place in (tags[len(tags) * 2 // 3], tags[len(tags) // 2]):
        payload = payload[:place] + stray + payload[place:]
    return payload
