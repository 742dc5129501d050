"""The text of a page as its site writes it: paragraphs, headings, lists, tables, figures and code in the site's markup.

Truth is the text of the content element, without what stands in it and is not the author's text: tables of contents,
adverts, cards that link to other articles, buttons.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from . import words
from .furniture import advert, card
from .markup import Piece, Theme, element, escape, join, link, true
from .prose import Writer

_CODE = (
    "import sys\nfor line in sys.stdin:\n    print(line.rstrip())",
    "$ sudo apt install {w}\n$ {w} --version\n{w} 2.{n}.0",
    "server {{\n  listen {n};\n  location / {{ return 200; }}\n}}",
    "def {w}(value):\n    # {t}\n    return value + {n}\n",
    "SELECT {w}, COUNT(*) FROM log WHERE id > {n} GROUP BY {w};",
    "const {w} = await fetch('/api/{w}');\nif (!{w}.ok) {{\n  throw new Error('{t}');\n}}",
    "[{w}]\nlevel = {n}\npath = /var/lib/{w}\n",
    '<div class="{w}">\n  <p>{t}</p>\n</div>',
)


@dataclass(frozen=True)
class Shape:
    """What a text is made of: its size in characters, and how often it has each kind of element."""

    size: int
    each: float = 110.0  # characters of a paragraph
    headings: float = 0.25  # before a paragraph
    lists: float = 0.06
    tables: float = 0.03
    figures: float = 0.12
    quotes: float = 0.03
    code: float = 0.0
    links: float = 0.04
    clutter: bool = True  # adverts and cards in between


def size(rng: random.Random, typical: int, spread: float = 0.8) -> int:
    """A size in characters: most are near the typical one, a few several times as large."""
    return max(10, min(9000, round(typical * rng.lognormvariate(0, spread))))


_AROUND = {
    "link": ('<a href="#">{}</a>', '<a href="https://example.com/" target="_blank">{}</a>'),
    "other": (
        "<b>{}</b>",
        "<strong>{}</strong>",
        "<span>{}</span>",
        '<span style="color:#ff0000">{}</span>',
        "<em>{}</em>",
    ),
}


def inline(theme: Theme, rng: random.Random, text: str) -> Piece:
    """A text with words of it linked, in bold or in colour, as often as the site does that."""
    linked, marked = theme.pick("inline", ((0.02, 0.02), (0.1, 0.1), (0.3, 0.1), (0.1, 0.4)), (2, 4, 2, 2))
    html, at = [], 0
    while len(text) - at > 24:
        draw = rng.random()
        start = at + rng.randint(4, 40)
        end = start + rng.randint(2, 24 if draw < linked else 8)
        if end > len(text) or draw > linked + marked:
            break
        around = rng.choice(_AROUND["link" if draw < linked else "other"])
        html.append(escape(text[at:start]) + around.format(escape(text[start:end])))
        at = end
    return Piece("".join(html) + escape(text[at:]), text)


def paragraphs(theme: Theme, rng: random.Random, texts: list[str]) -> Piece:
    """A run of paragraphs in the site's markup: `<p>`, `<div>`, or lines apart by `<br>` with nothing around them."""
    styles = ("p", "p", "p", "br", "div", "p-br", "blank") if theme.era != "old" else ("br", "font", "p", "br", "blank")
    style = theme.pick("paragraph", styles)
    if theme.chance("airy", 0.06):
        texts = [line for text in texts for line in _airy(text)]
    if style == "div" and theme.chance("div-in-br", 0.3):
        style = "editor"
    pieces = [inline(theme, rng, text) for text in texts]
    if style in ("p", "div", "editor"):
        tag = "p" if style == "p" else "div"
        made = [element(tag, piece) for piece in pieces]
        if style == "editor":  # an editor's empty lines
            made = [Piece(piece.html + "<div><br></div>\n", piece.text) for piece in made]
        return join(made)
    if style == "blank":
        return join(Piece(f"<p>{piece.html}</p>\n<p>&nbsp;</p>\n", piece.text) for piece in pieces)
    broken = [
        Piece(_broken(piece.html, rng) if theme.chance("short lines", 0.4) else piece.html, piece.text)
        for piece in pieces
    ]
    end = theme.pick("break", ("<br>", "<br />", "<br/>"))
    if style == "p-br":
        return join(element("p", Piece(piece.html.replace("\x00", end + "\n"), piece.text)) for piece in broken)
    gap = end + "\n" + (end + "\n" if theme.chance("wide", 0.7) else "")
    joined = join(broken, gap)
    joined = Piece(joined.html.replace("\x00", end + "\n") + gap, joined.text)
    if style == "font":
        return element(
            "font", joined, theme.pick("font", (" size=2", ' size="3" color="#333333"', ' face="ＭＳ ゴシック"'))
        )
    return joined


def _airy(text: str) -> list[str]:
    """Short lines with spaces where others punctuate, as many diaries are written."""
    return [line.replace("、", "　").rstrip("。") for line in text.replace("。", "。\x01").split("\x01") if line]


def _broken(html: str, rng: random.Random) -> str:
    """Lines broken by hand after sentences and commas; a NUL stands for the break."""
    out = []
    for sentence in html.replace("。", "。\x01").split("\x01"):
        out.append(sentence)
        if sentence and rng.random() < 0.7:
            out.append("\x00")
    return "".join(out).removesuffix("\x00")


def heading(theme: Theme, text: str, level: int = 2) -> Piece:
    if theme.era == "old" or theme.chance("bold headings", 0.12):
        return Piece(f"<b>{escape(text)}</b><br>\n", text)
    top = theme.pick("heading level", (2, 3, 4), (5, 3, 1))
    inside = element("span", true(text)) if theme.chance("heading span", 0.15) else true(text)
    return element(f"h{min(6, top + level - 2)}", inside)


def bullets(theme: Theme, items: list[str], ordered: bool = False) -> Piece:
    style = theme.pick("bullets", ("li", "dot"), (5, 1) if theme.era != "old" else (1, 2))
    if style == "dot":
        return element("p", join((Piece("・" + escape(item), "・" + item) for item in items), "<br>\n"))
    return element("ol" if ordered else "ul", join(element("li", true(item)) for item in items))


def table(theme: Theme, rows: list[list[str]], head: bool = True) -> Piece:
    """A table of data; its first column is a heading where `head`."""
    if theme.chance("tables as dl", 0.12) and head and all(len(row) == 2 for row in rows):
        return element("dl", join(join((element("dt", true(row[0])), element("dd", true(row[1])))) for row in rows))
    first = "th" if head and theme.chance("th", 0.7) else "td"
    made = [
        element("tr", join(element(first if not column else "td", true(cell)) for column, cell in enumerate(row)))
        for row in rows
    ]
    border = theme.pick("table", ("", ' border="1"', ' class="table"', ' border="0" cellspacing="1" cellpadding="4"'))
    inside = join(made)
    if theme.era in ("html5", "modern") and theme.chance("tbody", 0.6):
        inside = element("tbody", inside)
    return element("table", inside, border)


def figure(theme: Theme, rng: random.Random, writer: Writer) -> Piece:
    image = (
        f'<img src="/img/{rng.randint(1, 9999):04}.jpg" alt="{writer.thing()}" width="{rng.choice((320, 480, 640))}">'
    )
    caption = writer.fill(rng.choice(("{T}", "{P}の{T}", "{T}を{v_ru}{H}＝{d}", "{Q}{T}（{d}撮影）", "写真：{T}")))
    kind = theme.pick("figures", ("bare", "caption", "figure", "linked"), (4, 2, 3, 2))
    if kind == "bare":
        return Piece(image + ("<br>\n" if theme.era in ("old", "xhtml") else "\n"))
    if kind == "linked":
        return element("div", f'<a href="/img/large.jpg">{image}</a>')
    if kind == "caption" or theme.era in ("old", "xhtml"):
        return element("div", join((Piece(image), element("p", true(caption), theme.names("caption")))))
    return element("figure", join((Piece(image), element("figcaption", true(caption)))))


def code(rng: random.Random, writer: Writer) -> Piece:
    lines = "\n".join(
        rng.choice(_CODE).format(
            w=rng.choice(("node", "kura", "index", "values", "status", "task")), n=rng.randint(2, 999), t=writer.thing()
        )
        for _ in range(rng.choice((1, 1, 2, 3)))
    )
    kind = rng.choice(("pre", "code", "spans"))
    if kind == "spans":
        html = "\n".join(f'<span class="line">{escape(line)}</span>' for line in lines.split("\n"))
        return Piece(f'<div class="highlight"><pre><code>{html}</code></pre></div>\n', lines)
    return Piece(
        f"<pre>{escape(lines)}</pre>\n" if kind == "pre" else f"<pre><code>{escape(lines)}</code></pre>\n", lines
    )


def compose(theme: Theme, rng: random.Random, writer: Writer, shape: Shape) -> Piece:
    """A whole text of `shape`."""
    return join(_composed(theme, rng, writer, shape))


def _composed(theme: Theme, rng: random.Random, writer: Writer, shape: Shape) -> Iterator[Piece]:
    run: list[str] = []
    written = 0
    if shape.clutter and theme.chance("lead figure", 0.25):
        yield figure(theme, rng, writer)
    for text in writer.paragraphs(shape.size, shape.each):
        draw = rng.random
        if run and draw() < shape.headings + shape.lists + shape.figures:
            yield paragraphs(theme, rng, run)
            run = []
        if written and not run:
            if draw() < shape.figures:
                yield figure(theme, rng, writer)
            if shape.clutter and draw() < 0.06 * theme.clutter:
                yield Piece(rng.choice((advert, card))(theme, rng))
            if draw() < shape.headings * 1.5:
                yield heading(theme, writer.heading(), 2 + (draw() < 0.25))
        run.append(text)
        written += len(text)
        if draw() < shape.lists + shape.tables + shape.quotes + shape.code + shape.links:
            yield paragraphs(theme, rng, run)
            run = []
            yield _special(theme, rng, writer, shape)
    if run:
        yield paragraphs(theme, rng, run)


def _special(theme: Theme, rng: random.Random, writer: Writer, shape: Shape) -> Piece:
    which = rng.choices(
        ("list", "table", "quote", "code", "link"), (shape.lists, shape.tables, shape.quotes, shape.code, shape.links)
    )[0]
    if which == "list":
        return bullets(theme, [writer.point() for _ in range(rng.randint(2, 7))], rng.random() < 0.25)
    if which == "table":
        width = rng.choice((2, 2, 3, 4))
        return table(
            theme, [[writer.thing(), *(writer.item() for _ in range(width - 1))] for _ in range(rng.randint(2, 9))]
        )
    if which == "quote":
        return element("blockquote", element("p", true(writer.paragraph(80))))
    if which == "code":
        return code(rng, writer)
    if theme.chance("goods cards", 0.15):
        return _goods(theme, rng, writer)
    texts = [
        writer.title() if rng.random() < 0.8 else f"https://www.example.com/{rng.randint(1, 9999)}"
        for _ in range(rng.choice((1, 1, 2, 5)))
    ]
    notes = [f" （{writer.thing()}）" if theme.chance("link notes", 0.3) else "" for _ in texts]
    made = [
        Piece(link(text, "https://example.com/") + note, text + note) for text, note in zip(texts, notes, strict=True)
    ]
    if len(made) == 1:
        return element("p", made[0])
    return element("ul", join(element("li", piece) for piece in made))


def _goods(theme: Theme, rng: random.Random, writer: Writer) -> Piece:
    """A card of a book or another thing that the text speaks of: its name and maker are text, the shops that sell it are not."""
    name = writer.fill("{Q}{T}　{T}の本")
    lines = (
        f"著者：{rng.choice(words.HANDLES)}",
        f"発売日：{rng.randint(2001, 2024)}-0{rng.randint(1, 9)}-{rng.randint(10, 28)}",
    )
    shops = "".join(
        f"<div>{link(shop)}</div>\n" for shop in ("通販で見る", "書店の在庫", "電子版")[: rng.randint(1, 3)]
    )
    made = (
        Piece(link(name), name),
        *(element("div", true(line)) for line in lines),
        element("div", shops, ' class="shop-links"'),
    )
    return element("div", join(made), theme.names("card"))
