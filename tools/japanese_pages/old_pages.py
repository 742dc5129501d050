"""Pages as they were written by hand: home pages in tables and centred fonts, bodies without any wrapper, novels, songs, laws."""

from __future__ import annotations

import random

from . import furniture, words
from .body import Shape, compose, size
from .markup import Piece, Theme, element, escape, join, true
from .prose import Writer
from .shell import Content

_BACK = ("戻る", "[HOME]", "トップページへ戻る", "表紙へ", "←前のページ", "目次に戻る")


def home(theme: Theme, rng: random.Random) -> Content:
    """A page of a home page, under its banner and between its menus."""
    writer = Writer(rng, theme.pick("register", ("blog", "polite", "plain")), theme.topic)
    title = writer.title()
    shape = Shape(size(rng, 900), each=60, headings=0.12, lists=0.04, tables=0.05, figures=0.12, clutter=False)
    text = compose(theme, rng, writer, shape)
    head = (
        element("center", element("font", element("b", true(title)), ' size="5" color="#006633"'))
        if theme.chance("centred title", 0.6)
        else element("h2", true(title))
    )
    counter = Piece(
        f"<p align=right><font size=1>あなたは{rng.randint(1, 99999):06}人目のお客様です</font></p>\n"
        if theme.chance("counter", 0.3)
        else ""
    )
    back = Piece(f"<hr><p><a href='index.html'>{rng.choice(_BACK)}</a></p>\n")
    made = join((counter, head, Piece("<hr>\n"), text, back))
    return Content(
        title,
        theme.part("body", made) if theme.chance("boxed", 0.3) else made,
        "home",
        side=theme.chance("home side", 0.6),
        path=False,
    )


def bare(theme: Theme, rng: random.Random) -> Content:
    """A body with nothing but its text, the headline in it."""
    writer = Writer(rng, theme.pick("register", ("plain", "polite", "manual", "blog")), rng.choice((theme.topic, None)))
    title = writer.title()
    text = compose(
        theme,
        rng,
        writer,
        Shape(size(rng, 1500), each=80, headings=0.15, lists=0.08, tables=0.04, figures=0.06, code=0.03, clutter=False),
    )
    by = element(
        "p",
        true(f"{rng.randint(1997, 2012)}/{rng.randint(1, 12)}/{rng.randint(1, 28)}　{rng.choice(words.HANDLES)}"),
        theme.pick("by", (' align="right"', "")),
    )
    head = element(theme.pick("bare title", ("h1", "h2", "h3", "b", "center")), true(title))
    back = (
        Piece(f"<hr>\n<a href='./'>{theme.pick('bare back', _BACK)}</a>\n") if theme.chance("back", 0.5) else Piece("")
    )
    parts = [head, by, text] if theme.chance("by first", 0.4) else [head, text]
    return Content(title, join((*parts, back)), "home", frame=False)


def novel(theme: Theme, rng: random.Random) -> Content:
    """An episode: line after line of short paragraphs, dialogue, readings over rare characters; notes of the author around it."""
    writer = Writer(rng, "novel", theme.topic)
    lines = []
    numbered = theme.chance("numbered lines", 0.4)
    written, target = 0, size(rng, 2200, 0.6)
    while written < target:
        line = writer.paragraph(rng.choice((10, 25, 60, 120)))
        line = line if line[0] in "「（" else "　" + line
        html = escape(line)
        if rng.random() < 0.06:
            thing = writer.thing()
            line, html = line + thing, html + f"<ruby>{thing}<rp>（</rp><rt>よみ</rt><rp>）</rp></ruby>"
        lines.append(Piece(html, line))
        written += len(line)
        if rng.random() < 0.12:
            lines.append(Piece(""))
    style = theme.pick("novel", ("p", "br", "div"), (5, 4, 1))
    if style == "br":
        text = join(lines, "<br>\n")
    else:
        text = join(
            element(style, Piece(line.html or "<br>", line.text), f' id="L{at}"' if numbered else "")
            for at, line in enumerate(lines)
        )
    before = (
        element("div", true(writer.paragraph(40)), theme.names("section"))
        if theme.chance("preface", 0.25)
        else Piece("")
    )
    after = (
        element("div", true(writer.paragraph(40)), theme.names("section"))
        if theme.chance("afterword", 0.3)
        else Piece("")
    )
    episode = writer.fill("第{n2}話　{T}")
    pager = Piece(
        theme.part(
            "pager",
            '<a href="1">&lt;&lt; 前へ</a>',
            f"{rng.randint(2, 90)}/{rng.randint(91, 200)}",
            '<a href="3">次へ &gt;&gt;</a> <a href="./">目次</a>',
        ).html
    )
    tail = Piece(
        '<p>評価をするにはログインしてください。</p><p><a href="#">ブックマークに追加</a> <a href="#">感想を書く</a> <a href="#">誤字報告</a></p>\n'
    )
    head = Piece(
        f"<p>{escape(writer.title())}</p><p>作者：{rng.choice(words.HANDLES)}</p>\n"
        + element("h1", escape(episode), theme.names("title")).html
    )
    made = join((pager, head, before, theme.part("body", text), after, pager, tail))
    return Content(episode, made, "home", side=theme.chance("novel side", 0.15), path=False)


def song(theme: Theme, rng: random.Random) -> Content:
    """A song or a poem: short lines without punctuation."""
    writer = Writer(rng, "novel", theme.topic)
    verses = [join((true(writer.line()) for _ in range(rng.randint(2, 8))), "<br>\n") for _ in range(rng.randint(2, 7))]
    if theme.chance("verses in p", 0.5):
        text = join(element("p", verse) for verse in verses)
    else:
        text = join(verses, "<br>\n<br>\n")
    title = writer.fill("{Q}{T}")
    credit = f"<p>歌：{rng.choice(words.HANDLES)}　作詞：{rng.choice(words.HANDLES)}　作曲：{rng.choice(words.HANDLES)}</p><p>歌い出し：{escape(writer.line())}</p>\n"
    tail = Piece(
        furniture.share(theme, rng) + furniture.widget(theme, rng, "ranking") if theme.chance("song tail", 0.6) else ""
    )
    return Content(
        title,
        join((element("h1", escape(title)), Piece(credit), theme.part("body", text), tail)),
        theme.pick("song family", ("home", "blog", "news")),
    )


def law(theme: Theme, rng: random.Random) -> Content:
    """Numbered articles of a rule: its text is the whole page but for the way back."""
    writer = Writer(rng, "plain", words.TOPICS[theme.pick("law topic", (8, 9, 10))])
    title = writer.fill("{T}の{T}に関する規程")
    made = [
        element("h2", true(title)),
        element(
            "p",
            true(
                f"（平成{rng.randint(1, 30)}年{rng.randint(1, 12)}月{rng.randint(1, 28)}日規程第{rng.randint(1, 90)}号）"
            ),
        ),
    ]
    for number in range(1, rng.randint(4, 30)):
        if theme.chance("article titles", 0.7):
            made.append(element("p", true(f"（{writer.thing()}）")))
        made.append(
            element("p", join((Piece(f"<b>第{number}条</b>　", f"第{number}条　"), true(writer.paragraph(80)))))
        )
        made += [element("p", true(f"{mark}　{writer.item()}")) for mark in "一二三四五"[: rng.choice((0, 0, 2, 4))]]
    made.append(element("p", true("附　則")))
    made.append(element("p", true("この規程は、公布の日から施行する。")))
    return Content(
        title,
        theme.part("body", *made) if theme.chance("law box", 0.5) else join(made),
        "town",
        frame=theme.chance("law frame", 0.5),
    )


KINDS = {
    "home_page": (5, home, (6, 3, 1, 0)),
    "bare": (5, bare, (6, 2, 2, 0)),
    "novel": (4, novel, (2, 4, 4, 2)),
    "song": (2, song, (2, 4, 4, 1)),
    "rules": (2, law, (4, 4, 2, 0)),
}
