"""Dresses a text as a page of its site: the templates of `templates/`, each of which names the markup of its body in its first line.

`p`      paragraphs, headings, lists and tables as HTML has them
`br`     one block, its lines apart by <br>
`font`   <font> and doubled <br>, as home pages were written around 2000
`board`  numbered posts as <dt> and <dd>
`pre`    lines wrapped at 36 characters inside <pre>
`dl`     questions and answers as a definition list; the rest as `p`
"""

from __future__ import annotations

import datetime
import functools
import html
import re
import tomllib
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from string import Template
from typing import Any

from texts import FENCE, PERSONAL, RUBY, Text

HERE = Path(__file__).parent
_POST = re.compile(r"^\d+ ：")
_ANCHOR = re.compile(r"&gt;&gt;(\d+)")
_WIDTH = 36
_CLOSING = "、。」』）"
_UNBROKEN = re.compile(rf"(?:[!-~]+|.)[{_CLOSING}]*")


@functools.cache
def sites() -> dict[str, Any]:
    return tomllib.loads((HERE / "sites.toml").read_text(encoding="utf-8"))


@functools.cache
def template(name: str) -> tuple[str, Template]:
    """The body style and the template itself."""
    first, _, rest = (HERE / "templates" / f"{name}.html").read_text(encoding="utf-8").partition("\n")
    style = first.removeprefix("<!-- body: ").removesuffix(" -->")
    return style, Template(rest)


def dress(
    text: Text,
    name: str,
    site: dict[str, Any],
    *,
    url: str,
    meta: str,
    number: int,
    related: list[str],
    lang: str = "ja",
) -> str:
    """The HTML of `text` in template `name`; `number` picks the adverts, comments and counters."""
    style, page = template(name)
    chosen = functools.partial(_pick, number=number)
    comments = site.get("comments", sites()["comments"])
    title = html.escape(RUBY.sub(r"\1", text.title))
    links = [f'<li><a href="/{k}">{html.escape(RUBY.sub(chr(92) + "1", t))}</a></li>' for k, t in enumerate(related)]
    return page.substitute(
        dates(text.date),
        title=title,
        site=site["name"],
        host=site["host"],
        url=url,
        meta=meta,
        n=str(101 + number * 37 % 800),
        lang=lang,
        body=body(text.lines, style),
        related="".join(links),
        ranking="".join(reversed(links)),
        advert1=chosen(sites()["adverts"], step=3),
        advert2=chosen(sites()["adverts"], step=5),
        comments="".join(
            f'<div class="comment"><p class="by">{who}</p><p>{chosen(comments, step=step)}</p></div>'
            for who, step in (("通りすがり", 3), ("まめ", 5))
        ),
    )


def dates(day: datetime.date) -> dict[str, str]:
    era, year = ("令和", day.year - 2018) if day >= datetime.date(2019, 5, 1) else ("平成", day.year - 1988)
    return {
        "date_iso": day.isoformat(),
        "date_ja": f"{day.year}年{day.month}月{day.day}日",
        "date_slash": f"{day.year}/{day.month:02}/{day.day:02}",
        "date_wareki": f"{era}{year}年{day.month}月{day.day}日",
        "year": str(day.year),
    }


def body(lines: tuple[str, ...], style: str) -> str:
    if style == "board":
        return "\n".join(_posts(lines))
    if style == "pre":
        return "\n\n".join("\n".join(_wrapped(_inline(line))) for line in lines)
    return "\n".join(_blocks(lines, style))


def _blocks(lines: tuple[str, ...], style: str) -> Iterator[str]:
    for kind, run in groupby(_kinds(lines), key=lambda pair: pair[0]):
        texts = [line for _, line in run]
        if kind == "code":
            yield "<pre><code>" + html.escape("\n".join(texts)) + "\n</code></pre>"
        elif kind == "list":
            yield "<ul>\n" + "\n".join(f"<li>{_inline(t[2:])}</li>" for t in texts) + "\n</ul>"
        elif kind == "table":
            rows = ([_inline(cell.strip()) for cell in t.strip("|").split("|")] for t in texts)
            body = "\n".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
            yield f"<table>\n{body}\n</table>"
        elif kind == "faq":
            tags = {"Q": "dt", "A": "dd"}
            yield "<dl>\n" + "\n".join(f"<{tags[t[0]]}>{_inline(t[3:])}</{tags[t[0]]}>" for t in texts) + "\n</dl>"
        elif kind == "heading":
            yield "\n".join(
                (f"<b>{_inline(t[3:])}</b><br>" if style != "p" else f"<h3>{_inline(t[3:])}</h3>") for t in texts
            )
        elif style == "br":
            yield "<br />\n".join(_inline(t) for t in texts) + "<br />"
        elif style == "font":
            yield "\n".join(f"<FONT SIZE=2>{_inline(t)}</FONT><BR><BR>" for t in texts)
        else:
            yield "\n".join(f"<p>{_inline(t)}</p>" for t in texts)


def _kinds(lines: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    code = False
    for line in lines:
        if line == FENCE:
            code = not code
        elif code:
            yield "code", line
        elif line.startswith("## "):
            yield "heading", line
        elif line.startswith("- "):
            yield "list", line
        elif line.startswith("|"):
            yield "table", line
        elif line.startswith(("Q: ", "A: ")):
            yield "faq", line
        else:
            yield "text", line


def _posts(lines: tuple[str, ...]) -> Iterator[str]:
    for line in lines:
        if _POST.match(line):
            yield f"<dt>{_inline(line)}"
        else:
            yield "<dd>" + _ANCHOR.sub(r'<a href="./\1" target="_blank">&gt;&gt;\1</a>', _inline(line)) + "<br><br>"


def _wrapped(line: str) -> Iterator[str]:
    """Lines of about _WIDTH characters; words, addresses and numbers stay whole, and no line begins with a closing mark."""
    current = ""
    for piece in _UNBROKEN.findall(line):
        if len(current) + len(piece.rstrip(_CLOSING)) > _WIDTH:
            yield current
            current = ""
        current += piece
    yield current


def _inline(line: str) -> str:
    escaped = html.escape(PERSONAL.sub(r"\2", line), quote=False)
    return RUBY.sub(r"<ruby>\1<rp>（</rp><rt>\2</rt><rp>）</rp></ruby>", escaped)


def _pick(choices: list[str], *, number: int, step: int) -> str:
    return choices[number * step % len(choices)]
