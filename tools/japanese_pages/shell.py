"""The page around a content: head, header, columns, footer, in the site's layout, and the bytes it is sent as."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass

from . import furniture, labels
from .markup import Piece, Theme, element, escape, join, weathered


@dataclass(frozen=True)
class Content:
    """What a kind of site puts on a page: the main column, with its truth, and what the page shows around it."""

    title: str
    main: Piece
    family: str = "blog"  # of the navigation: a key of `labels.NAVIGATION`
    frame: bool = True  # header, menus and footer
    side: bool = True  # may have a sidebar
    path: bool = True  # may have a breadcrumb


_CODECS = {"utf-8": "utf-8", "shift_jis": "cp932", "euc-jp": "euc_jp", "iso-2022-jp": "iso2022_jp"}
_CHARSETS = {
    "old": (tuple(_CODECS), (1, 6, 3, 1)),
    "xhtml": (tuple(_CODECS), (6, 3, 3, 0)),
    "html5": (tuple(_CODECS), (40, 1, 1, 0)),
    "modern": (tuple(_CODECS), (1, 0, 0, 0)),
}
_DOCTYPES = {
    "old": (
        "",
        '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2//EN">\n',
        '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">\n',
    ),
    "xhtml": (
        '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">\n',
    ),
    "html5": ("<!DOCTYPE html>\n", "<!doctype html>\n"),
    "modern": ("<!DOCTYPE html>",),
}


def dress(theme: Theme, rng: random.Random, content: Content) -> tuple[bytes, str]:
    """The bytes of the page and the charset they are in."""
    charset = theme.pick("charset", *_CHARSETS[theme.era])
    html = weathered(_document(theme, rng, content, charset), theme)
    if theme.chance("references", 0.04):
        return html.encode("ascii", "xmlcharrefreplace"), charset
    return html.encode(_CODECS[charset], "xmlcharrefreplace"), charset


def _document(theme: Theme, rng: random.Random, content: Content, charset: str) -> str:
    inside = _layout(theme, rng, content)
    body = (
        theme.pick("body", ("", ' class="home"', ' id="top"', ' class="single no-sidebar"'))
        if theme.era != "old"
        else ' bgcolor="#ffffff" text="#000000"'
    )
    if theme.era == "old" and theme.chance("bare", 0.15):
        return f"<html><head>{_meta(theme, charset)}<title>{escape(content.title)}</title></head>\n{inside}\n</html>\n"
    return f'{theme.pick("doctype", _DOCTYPES[theme.era])}<html lang="ja">\n{_head(theme, rng, content, charset)}<body{body}>\n{inside}\n{_scripts(theme, rng)}</body>\n</html>\n'


def _layout(theme: Theme, rng: random.Random, content: Content) -> str:
    main = content.main
    if not content.frame:
        return main.html
    header = furniture.header(theme, content.family, rng)
    footer = furniture.footer(theme, content.family, rng)
    path = furniture.path(theme, content.title) if content.path and theme.chance("has path", 0.55) else Piece("")
    side = content.side and theme.chance("has side", 0.62)
    skip = (
        f'<a{theme.names("skip")} href="#main">{theme.pick("skip text", labels.SKIPS)}</a>\n'
        if theme.chance("skip", 0.15)
        else ""
    )
    extras = furniture.extras(theme, rng)
    left = theme.chance("side left", 0.3)
    if theme.layout == "table":
        return (
            skip
            + _table(
                theme,
                rng,
                header,
                path,
                main,
                furniture.sidebar(theme, rng, content.family) if side else None,
                left,
                footer,
            )
            + extras
        )
    inside_path = theme.chance("path inside", 0.3)
    holder = join((path, main)) if inside_path else main
    column = theme.part("main", holder) if theme.layout != "flat" or theme.chance("main", 0.4) else holder
    middle = column
    if side:
        columns = (
            [furniture.sidebar(theme, rng, content.family), column]
            if left
            else [column, furniture.sidebar(theme, rng, content.family)]
        )
        middle = theme.part("columns", *columns) if theme.layout != "flat" else join(columns)
    parts = [header, *([] if inside_path else [path]), middle, footer]
    if theme.chance("top advert", 0.15 * theme.clutter):
        parts.insert(theme.pick("top advert place", (0, 1, 2)), Piece(furniture.advert(theme, rng)))
    whole = join(parts)
    if theme.layout != "flat" and theme.chance("page", 0.7):
        whole = theme.part("page", whole)
    return skip + whole.html + extras if theme.chance("extras last", 0.7) else extras + skip + whole.html


def _table(
    theme: Theme,
    rng: random.Random,
    header: Piece,
    path: Piece,
    main: Piece,
    side: Piece | None,
    left: bool,
    footer: Piece,
) -> str:
    """Columns as the cells of a table, as sites were laid out before style sheets."""
    cell = element(
        "td", join((path, main)), theme.pick("main cell", (' valign="top"', ' valign="top" width="560"', ""))
    )
    cells = [cell]
    if side:
        menu = element("td", side, ' valign="top" width="160"')
        cells = [menu, cell] if left else [cell, menu]
    table = element(
        "table",
        element("tr", join(cells)),
        theme.pick("layout table", (' width="800" border="0"', ' width="100%" cellpadding="0"', ' align="center"')),
    )
    if theme.chance("all in a table", 0.4):
        wide = f' colspan="{len(cells)}"'
        rows = [
            element("tr", element("td", header, wide)),
            element("tr", join(cells)),
            element("tr", element("td", footer, wide)),
        ]
        return element("table", join(rows), ' width="100%"').html
    whole = join((header, table, footer)).html
    return f"<center>{whole}</center>" if theme.chance("center", 0.4) else whole


def _meta(theme: Theme, charset: str) -> str:
    if theme.chance("no charset", 0.25 if theme.era == "old" else 0.03):
        return ""
    if theme.era in ("html5", "modern"):
        return f'<meta charset="{charset}">'
    return f'<meta http-equiv="Content-Type" content="text/html; charset={charset}">'


def _head(theme: Theme, rng: random.Random, content: Content, charset: str) -> str:
    title = escape(
        theme.pick("title", ("{t} | {s}", "{t} - {s}", "{s}：{t}", "{t}", "{t}｜{s}")).format(
            t=content.title, s=theme.name
        )
    )
    about = escape(content.main.text[:90].replace("\n", " ").replace('"', ""))
    lines = [_meta(theme, charset), f"<title>{title}</title>"]
    if theme.chance("description", 0.5):
        lines.append(f'<meta name="description" content="{about}">')
    if theme.era in ("html5", "modern"):
        lines.append('<meta name="viewport" content="width=device-width, initial-scale=1">')
        if theme.chance("og", 0.7):
            lines.append(
                f'<meta property="og:title" content="{escape(content.title)}">\n<meta property="og:description" content="{about}">'
            )
        if theme.chance("ld", 0.3):
            lines.append(
                f'<script type="application/ld+json">{json.dumps({"@type": "WebPage", "name": content.title}, ensure_ascii=False)}</script>'
            )
    lines += [
        f'<link rel="stylesheet" href="/css/{number}.css">' for number in range(theme.pick("sheets", (0, 1, 2, 5)))
    ]
    if theme.chance("style", 0.4):
        rules = "".join(
            f".c{number}{{margin:{number % 40}px;color:#{number * 4321 % 4096:03x}}}\n"
            for number in range(theme.pick("rules", (3, 20, 120)))
        )
        lines.append(f"<style>{rules}</style>")
    if theme.chance("tag manager", 0.4):
        lines.append(
            f"<script>window.dataLayer=window.dataLayer||[];dataLayer.push({{'page':'{rng.randint(1, 9999)}','種別':'記事'}});</script>"
        )
    return "<head>\n" + "\n".join(lines) + "\n</head>\n"


def _scripts(theme: Theme, rng: random.Random) -> str:
    if not theme.chance("scripts", 0.5 if theme.era != "old" else 0.1):
        return ""
    state = {
        "items": [
            {"id": rng.randint(1, 99999), "title": rng.choice(labels.CALLS)}
            for _ in range(theme.pick("state", (0, 3, 40)))
        ]
    }
    return f'<script>window.__STATE__={json.dumps(state, ensure_ascii=False)};</script>\n<script src="/js/app.js" defer></script>\n'
