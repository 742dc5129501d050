"""Blogs: hosted services, WordPress themes, technical blogs, diaries, very short posts, reprints of boards."""

from __future__ import annotations

import random

from . import furniture, labels, words
from .body import Shape, compose, heading, paragraphs, size
from .markup import Piece, Theme, element, escape, join, true
from .prose import Writer
from .shell import Content


def entry_head(theme: Theme, rng: random.Random, writer: Writer, title: str) -> Piece:
    """Title, date and the like over a text; no truth."""
    year, month, day = writer.date()
    date = theme.pick(
        "date", ("{y}年{m}月{d}日", "{y}/{m:02}/{d:02}", "{y}.{m:02}.{d:02}", "{y}-{m:02}-{d:02}", "{m}月{d}日({w})")
    ).format(y=year, m=month, d=day, w=rng.choice("月火水木金土日"))
    parts = [
        f"<span>{date}</span>"
        if theme.chance("date span", 0.6)
        else f'<time datetime="{year}-{month:02}-{day:02}">{date}</time>'
    ]
    if theme.chance("shelf", 0.6):
        parts.append(
            theme.pick("shelf lead", ("", "カテゴリ：", "テーマ：", "in "))
            + f'<a href="/c">{rng.choice(writer.topic.shelves)}</a>'
        )
    if theme.chance("byline", 0.35):
        parts.append(theme.pick("byline lead", ("投稿者：", "by ", "文・", "")) + rng.choice(words.HANDLES))
    if theme.chance("counts", 0.25):
        parts.append(f"コメント({rng.randint(0, 20)})")
    meta = theme.part("meta", "\n".join(parts))
    level = theme.pick("title level", ("h1", "h2", "h3"), (5, 3, 1))
    text = f'<a href="/p/1">{escape(title)}</a>' if theme.chance("title linked", 0.4) else escape(title)
    head = element(level, text, theme.names("title"))
    order = [meta, head] if theme.chance("date first", 0.3) else [head, meta]
    made = join(order)
    return (
        element("header" if theme.era in ("html5", "modern") else "div", made)
        if theme.chance("entry head", 0.4)
        else made
    )


def above(theme: Theme, rng: random.Random) -> list[Piece | str]:
    parts: list[Piece | str] = []
    if theme.chance("share above", 0.2 + 0.1 * theme.clutter):
        parts.append(furniture.share(theme, rng))
    if theme.chance("advert above", 0.15 * theme.clutter):
        parts.append(furniture.advert(theme, rng))
    return parts


def below(theme: Theme, rng: random.Random, remarks: int | None = None) -> list[Piece | str]:
    """What follows the text in the main column, in the site's order."""
    parts: list[tuple[float, str]] = []
    draw = theme.draw("below")

    def maybe(name: str, share: float, html: str) -> None:
        place = draw.random()
        if theme.chance(f"below {name}", min(0.95, share)):
            parts.append((place, html))

    clutter = theme.clutter
    writer = Writer(rng, "polite", theme.topic)
    maybe("share", 0.3 + 0.15 * clutter, furniture.share(theme, rng))
    maybe(
        "tags",
        0.35,
        theme.part(
            "tags",
            theme.pick("tags lead", ("", "タグ：", "Tags: ", "関連タグ"))
            + furniture.links(theme, "tag", [writer.thing() for _ in range(rng.randint(1, 7))]),
        ).html,
    )
    maybe("advert", 0.25 * clutter, furniture.advert(theme, rng))
    maybe("call", 0.25 * clutter, f"<p>{escape(draw.choice(labels.CALLS))}</p>\n")
    maybe(
        "banner",
        0.15 * clutter,
        f'<div><a href="#"><img src="/rank.gif" alt=""></a><br><a href="#">{draw.choice(labels.CALLS)}</a></div>\n',
    )
    maybe("author", 0.12 + 0.1 * clutter, furniture.author(theme, rng))
    maybe("related", 0.15 + 0.25 * clutter, furniture.related(theme, rng))
    maybe("ranking", 0.1 * clutter, furniture.widget(theme, rng, "ranking"))
    maybe("pager", 0.5, furniture.previous_next(theme, rng))
    maybe("pickup", 0.08 * clutter, furniture.widget(theme, rng, "pickup"))
    if remarks is None:
        remarks = rng.choice((0, 0, 0, 1, 2, 5)) if theme.chance("remarks", 0.5) else 0
    if remarks or theme.chance("below comments", 0.3):
        parts.append((1.0, furniture.comments(theme, rng, remarks)))
    return [html for _, html in sorted(parts, key=lambda pair: pair[0])]


def entry(
    theme: Theme, rng: random.Random, writer: Writer, title: str, text: Piece, remarks: int | None = None
) -> Piece:
    """An article with its head and what follows it, inside the article element or after it."""
    inside: list[Piece | str] = [text]
    if theme.chance("related in body", 0.15):
        inside.append(furniture.related(theme, rng))
    if theme.chance("share in body", 0.15):
        inside.append(furniture.share(theme, rng))
    body = (
        theme.part("body", *inside)
        if theme.chance("has body", 0.88)
        else join((text, *(Piece(str(html)) for html in inside[1:])))
    )
    head, before, after = entry_head(theme, rng, writer, title), above(theme, rng), below(theme, rng, remarks)
    if theme.chance("after inside", 0.5):
        return theme.part("article", head, *before, body, *after)
    return join((theme.part("article", head, *before, body), *(Piece(str(html)) for html in after)))


def toc(theme: Theme, writer: Writer, rng: random.Random) -> Piece:
    items = [writer.heading() for _ in range(rng.randint(3, 9))]
    head = theme.pick("toc heading", ("目次", "目次 [非表示]", "この記事の内容", "Contents", "もくじ"))
    return Piece(theme.part("toc", f"<p>{head}</p>", furniture.links(theme, "toc", items, ordered=True)).html)


def hosted(theme: Theme, rng: random.Random) -> Content:
    writer = Writer(
        rng,
        theme.pick("register", ("blog", "polite", "plain"), (5, 3, 2)),
        theme.pick("blog topic", (theme.topic, None)),
    )
    shape = Shape(size(rng, 700), each=rng.choice((25, 40, 70)), headings=0.05, lists=0.02, tables=0.0, figures=0.25)
    title = writer.title()
    return Content(title, entry(theme, rng, writer, title, compose(theme, rng, writer, shape)))


def wordpress(theme: Theme, rng: random.Random) -> Content:
    writer = Writer(rng, theme.pick("register", ("polite", "plain", "blog"), (6, 2, 2)), theme.topic)
    text = compose(
        theme,
        rng,
        writer,
        Shape(size(rng, 1800), each=90, headings=0.3, lists=0.07, tables=0.02, figures=0.15, links=0.06),
    )
    if theme.chance("has toc", 0.25):
        lead = paragraphs(theme, rng, writer.paragraphs(150))
        text = join((lead, toc(theme, writer, rng), text))
    title = writer.title()
    return Content(title, entry(theme, rng, writer, title, text))


def technical(theme: Theme, rng: random.Random) -> Content:
    writer = Writer(rng, theme.pick("register", ("polite", "plain", "manual")), words.TOPICS[3])
    text = compose(
        theme,
        rng,
        writer,
        Shape(
            size(rng, 1600),
            each=70,
            headings=0.35,
            lists=0.12,
            tables=0.03,
            figures=0.05,
            code=0.35,
            links=0.1,
            clutter=False,
        ),
    )
    if theme.chance("contents in text", 0.5):  # the converter of the source wrote them, and a selector takes them in
        items = [writer.heading() for _ in range(rng.randint(3, 10))]
        listed = element(
            "ul", join(element("li", Piece(f'<a href="#{at}">{item}</a>', item)) for at, item in enumerate(items))
        )
        text = join(
            (
                element(
                    "nav" if theme.era == "html5" else "div", join((element("p", true("目次")), listed)), ' id="toc"'
                ),
                text,
            )
        )
    title = writer.title()
    return Content(title, entry(theme, rng, writer, title, text))


def short_post(theme: Theme, rng: random.Random) -> Content:
    """A sentence or two, under everything that a blog hangs around it."""
    writer = Writer(rng, rng.choice(("blog", "chat", "polite")))
    texts = [writer.sentence() for _ in range(rng.choice((1, 1, 1, 2, 3)))]
    if theme.chance("photo", 0.4):
        text = join(
            (Piece('<a href="/img/1.jpg"><img src="/img/1.jpg" alt=""></a><br>\n'), paragraphs(theme, rng, texts))
        )
    else:
        text = paragraphs(theme, rng, texts)
    title = writer.title() if rng.random() < 0.7 else rng.choice(("無題", "つぶやき", "今日", "…", "(^^)"))
    return Content(title, entry(theme, rng, writer, title, text))


def diary(theme: Theme, rng: random.Random) -> Content:
    """Many dated entries on one page, all of them its text."""
    writer = Writer(rng, theme.pick("register", ("blog", "plain", "polite")))
    year, month, _ = writer.date()
    made = []
    for day in sorted(rng.sample(range(1, 29), rng.randint(3, 14)), reverse=theme.chance("newest first", 0.6)):
        date = theme.pick(
            "diary date", ("{y}年{m}月{d}日", "{m}/{d}", "■{y}/{m:02}/{d:02}", "{m}月{d}日（{w}）")
        ).format(y=year, m=month, d=day, w=rng.choice("月火水木金土日"))
        head = heading(theme, f"{date}　{writer.heading()}" if theme.chance("diary titles", 0.5) else date)
        text = compose(
            theme, rng, writer, Shape(size(rng, 160), each=60, headings=0.0, figures=0.05, tables=0.0, clutter=False)
        )
        made.append(
            theme.part("section", head, text)
            if theme.chance("diary sections", 0.6)
            else join((head, text, Piece("<hr>\n")))
        )
    title = f"{year}年{month}月の日記"
    over = Piece(element("h1", escape(title)).html) if theme.chance("diary title", 0.5) else Piece("")
    return Content(title, join((over, theme.part("body", *made), Piece(furniture.previous_next(theme, rng)))), "home")


def reprint(theme: Theme, rng: random.Random) -> Content:
    """A thread of a board as the blogs that reprint boards show it: posts are the text, remarks below are not."""
    topic = theme.pick("register", words.TOPICS)
    writer = Writer(rng, "chat", topic)
    made = []
    for number in range(1, rng.randint(10, 70)):
        if theme.chance("every number", 0.3) or rng.random() < 0.6:
            year, month, day = writer.date()
            code = "".join(rng.choice("ABCDEFGHabcdefgh0123456789/+") for _ in range(9))
            name = theme.pick("reprint name", ("名無しさん", "風吹けば名無し", "以下、名無しがお送りします", "匿名"))
            by = f"{number}: {name} {year}/{month:02}/{day:02}({rng.choice('月火水木金土日')}) {rng.randint(0, 23):02}:{rng.randint(0, 59):02}:{rng.randint(0, 59):02} ID:{code}"
            lines = [writer.sentence() for _ in range(rng.choice((1, 1, 1, 2, 3, 6)))]
            if rng.random() < 0.25:
                lines.insert(0, f">>{rng.randint(1, number)}")
            text = join((true(line) for line in lines), "<br>\n")
            if theme.chance("reprint dl", 0.3):
                made.append(join((element("dt", true(by)), element("dd", text))))
            else:
                style = rng.choice(("", "", "", ' style="color:#cc0000;font-size:20px;font-weight:bold"'))
                made.append(
                    join(
                        (element("div", true(by), ' class="t_h"'), element("div", text, theme.names("section") + style))
                    )
                )
            if rng.random() < 0.03 * theme.clutter:
                made.append(Piece(furniture.advert(theme, rng)))
    body = element("dl", join(made)) if theme.chance("reprint dl", 0.3) else join(made)
    title = writer.fill("【悲報】{T}、{v_ta}結果ｗｗｗ" if rng.random() < 0.4 else "{H}「{T}が{Q}」")
    return Content(title, entry(theme, rng, writer, title, body, remarks=rng.choice((0, 3, 10, 25))))


KINDS = {
    "hosted_blog": (10, hosted, (0, 4, 5, 2)),
    "wordpress": (10, wordpress, (0, 2, 6, 4)),
    "technical_blog": (5, technical, (0, 1, 5, 5)),
    "short_post": (4, short_post, (0, 4, 5, 2)),
    "diary": (3, diary, (4, 4, 2, 0)),
    "reprint": (3, reprint, (0, 4, 5, 1)),
}
