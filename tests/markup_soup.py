"""Markup as hypothesis draws it: pages that are well formed, and soup that only looks like markup."""

from __future__ import annotations

import html

from hypothesis import strategies as st

LETTERS = "東京猫がはアイー、。「」Ａ𠮷é鷗ab1 \n\t&<>"
_INLINE = ("span", "b", "i", "em", "strong", "font", "code", "a", "small", "u")
_BLOCKS = ("div", "section", "article", "nav", "footer", "blockquote", "center", "aside", "main")
_CLASSES = (
    "",
    ' class="side"',
    ' id=entry-body class="a b"',
    " title='x > y'",
    ' href="/a?b=1&amp;c"',
    ' data-a = "&lt;"',
)


def _element(name: str, attributes: str, inside: str) -> str:
    return f"<{name}{attributes}>{inside}</{name}>"


def _reference(letter: str) -> str:
    return f"&#{ord(letter)};" if ord(letter) % 2 else f"&#x{ord(letter):X};"


text = st.text(LETTERS, max_size=12).map(lambda value: html.escape(value, quote=False))
_word = text | st.sampled_from(LETTERS).map(_reference)
_unseen = st.sampled_from(
    ["<!-- 見えない <p> -->", "<script>if (a < b) { x = '<p>'; }</script>", "<style>p { }</style>"]
)
_empty = st.sampled_from(["<br>", "<br />", "<img src=x.png alt='写真'>", "<wbr>", "<input value=x>"])
phrases = st.recursive(
    _word | _unseen | _empty,
    lambda inside: st.builds(
        _element, st.sampled_from(_INLINE), st.sampled_from(_CLASSES), st.lists(inside, max_size=3).map("".join)
    ),
    max_leaves=6,
)
_paragraph = st.builds(
    _element, st.sampled_from(["p", "h1", "h3", "address", "dt", "li"]), st.sampled_from(_CLASSES), phrases
)
_cells = st.lists(phrases.map(lambda inside: f"<td>{inside}</td>"), max_size=3).map("".join)
_table = st.lists(_cells.map(lambda row: f"<tr>{row}</tr>"), max_size=3).map(
    lambda rows: f"<table>{''.join(rows)}</table>"
)
pages = st.recursive(
    _paragraph | _table | phrases,
    lambda inside: st.builds(
        _element, st.sampled_from(_BLOCKS), st.sampled_from(_CLASSES), st.lists(inside, max_size=4).map("".join)
    ),
    max_leaves=12,
)
"""Well-formed pages without ruby and hidden parts."""

_NAMES = (
    "p div span a b br hr li ul table tr td th h1 h4 ruby rt rp rb rtc select option svg title template script style"
    " textarea pre img meta html body nav article form dl dt dd button math object custom-thing abcdefghijk"
).split()
_ATTRIBUTES = (
    " hidden", " class=side", ' id="main"', " style='display:none'", " href=x", ' alt="葛"', ' class="', " =", " a/b='",
    ' content="2024年1月2日" name=date', " lang=ja", "/", " datetime=2024-02-31",
)  # fmt: skip
_PIECES = (
    "<", ">", "&", "&#", "&#x", "&amp", "&#xD800;", "&#128;", "&hellip;", "&nGt;", "<!--", "-->", "--!>", "<!", "<![CDATA[", "]]>",
    "<?", "</", "</>", "/>", '"', "'", "\0", " ", "\n", "\t", "東京", "、", "。", "猫", "𠮷", "é", "ab", "\ufffd", "\u3000", "\x7f",
    "今朝、青い花が三つ咲いたので、水をやってから出かけた。",
)  # fmt: skip
_start = st.builds("<{}{}>".format, st.sampled_from(_NAMES), st.sampled_from(("", "", "", *_ATTRIBUTES)))
soup = st.lists(_start | st.sampled_from(_NAMES).map("</{}>".format) | st.sampled_from(_PIECES), max_size=40).map(
    "".join
)
"""Anything at all that a reader may be given as text."""
