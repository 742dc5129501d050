"""Why the text of a page is what it is: every block with its score, for `manyo extract --why`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from rich.cells import cell_len, set_cell_size

from manyo.read.extraction import Extraction

_JA, _EN = range(2)
_TITLE: Final = ("題", "title")
_DATE: Final = ("日付", "date")
_CHARSET: Final = ("文字コード", "charset")
_KEPT: Final = ("採用", "kept")
_NONE: Final = ("なし", "none")
_FOUND_BY: Final = {
    "bom": ("BOM", "byte order mark"),
    "escape": ("エスケープシーケンス", "escapes"),
    "header": ("HTTP ヘッダー", "HTTP header"),
    "meta": ("meta 要素", "meta element"),
    "bytes": ("バイト列", "bytes"),
}
_CHARSET_IS: Final = ("{}（{}から判定、不正な箇所 {:,}）", "{} (from its {}, {:,} malformed)")
_KEPT_ARE: Final = ("{:,} ブロック中 {:,}", "{1:,} of {0:,} blocks")
_COLUMNS: Final = (("", "本文らしさ", "要素", "冒頭"), ("", "score", "tag", "text"))
_BAR: Final = 10  # columns
_TAG: Final = 10
_TEXT: Final = 60
# What a terminal would obey: control characters, and marks that turn the direction of writing.
_CONTROLS: Final = re.compile("[\\0-\\x1f\\x7f-\\x9f\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]+")


def why(page: Extraction, lang: str = "ja") -> Iterator[tuple[str, bool]]:
    """Lines for a terminal in Japanese ("ja") or English (anything else), and whether each is worth a second look.

    First what is known of the page, then its blocks in page order: `+` where one was kept, its score as a number and as a
    bar, its tag, and its text, cut to 60 columns. Lines of blocks that were dropped are not worth a second look.
    """
    tongue = _JA if lang == "ja" else _EN
    kept = sum(block.kept for block in page.blocks)
    charset = page.charset, _FOUND_BY[page.charset_from][tongue], page.decode_errors
    facts = (
        (_TITLE, page.title),
        (_DATE, page.date),
        (_CHARSET, _CHARSET_IS[tongue].format(*charset)),
        (_KEPT, _KEPT_ARE[tongue].format(len(page.blocks), kept)),
    )
    width = max(cell_len(name[tongue]) for name, _ in facts)
    for name, value in facts:
        yield f"{_fit(name[tongue], width)}  {_cut(value) or _NONE[tongue]}", True
    yield "", True
    mark, score, tag, text = _COLUMNS[tongue]
    yield f"{_fit(mark, 1)} {_fit(score, 6 + _BAR)}  {_fit(tag, _TAG)}  {text}", True
    for block in page.blocks:
        bar = "#" * round(block.score * _BAR)
        line = f"{'+' if block.kept else '-'} {block.score:5.2f} {bar:.<{_BAR}}  {block.tag:{_TAG}}  {_cut(block.text)}"
        yield line, block.kept


def _cut(text: str) -> str:
    """A text on one line, of at most 60 columns; nothing in it moves the cursor.

    >>> _cut("今朝、\\n青い花が"), _cut("咲" * 40) == "咲" * 29 + "…"
    ('今朝、 青い花が', True)
    """
    line = " ".join(_CONTROLS.sub(" ", text[: 4 * _TEXT]).split())
    return line if cell_len(line) <= _TEXT and len(text) <= 4 * _TEXT else _fit(line, _TEXT - 1).rstrip() + "…"


def _fit(text: str, width: int) -> str:
    return set_cell_size(text, width)
