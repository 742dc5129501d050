"""News and magazines: articles behind long menus, first paragraphs of articles for members, interviews, columns, articles with many comments."""

from __future__ import annotations

import random

from . import furniture, labels
from .blogs import above, below, entry_head
from .body import Shape, compose, heading, paragraphs, size
from .markup import Piece, Theme, element, escape, join, true
from .prose import Writer
from .shell import Content


def _story(
    theme: Theme, rng: random.Random, writer: Writer, title: str, text: Piece, remarks: int | None = 0, note: str = ""
) -> Piece:
    inside: list[Piece | str] = [text]
    if theme.chance("related in body", 0.25):
        inside.append(furniture.related(theme, rng))
    if theme.chance("share in body", 0.12):
        inside.append(furniture.share(theme, rng))
    body = theme.part("body", *inside)
    pages = ""
    if theme.chance("paged", 0.25):
        last = rng.randint(2, 6)
        texts = [f'<a href="?page={number}">{number}</a>' for number in range(1, last + 1)]
        pages = theme.part(
            "pager",
            f"<span>1/{last}ページ</span>",
            " ".join(texts),
            '<a href="?page=2">次のページへ</a>',
            f"<a href='?page=2'>{escape(writer.heading())}</a>",
        ).html
    source = f"<p>（{theme.name}）</p>" if theme.chance("source", 0.2) else ""
    parts = [
        entry_head(theme, rng, writer, title),
        *above(theme, rng),
        body,
        note,
        pages,
        source,
        *below(theme, rng, remarks),
    ]
    if theme.chance("story article", 0.75):
        return theme.part("article", *parts)
    return join(part if isinstance(part, Piece) else Piece(part) for part in parts)


def article(theme: Theme, rng: random.Random) -> Content:
    writer = Writer(rng, "news", rng.choice((theme.topic, None)))
    shape = Shape(size(rng, 800), each=120, headings=0.08, lists=0.0, tables=0.0, figures=0.1, quotes=0.0)
    title = writer.title()
    return Content(title, _story(theme, rng, writer, title, compose(theme, rng, writer, shape), None), "news")


def brief(theme: Theme, rng: random.Random) -> Content:
    """A news item of one paragraph among everything else the site has to show."""
    writer = Writer(rng, "news")
    title = writer.title()
    text = paragraphs(theme, rng, writer.paragraphs(rng.randint(40, 220), 120))
    return Content(title, _story(theme, rng, writer, title, text), "news")


def members(theme: Theme, rng: random.Random) -> Content:
    """The beginning of an article whose rest is for members: the visible beginning is the text."""
    writer = Writer(rng, "news", theme.topic)
    title = writer.title()
    text = paragraphs(theme, rng, writer.paragraphs(rng.randint(100, 350), 130))
    wall = rng.choice(
        (
            f"残り{rng.randint(200, 3000)}文字 （全文{rng.randint(3001, 6000)}文字）",
            "この記事は有料会員限定です。登録すると続きをお読みいただけます。",
            "ここから先は会員限定コンテンツです",
        )
    )
    plans = "".join(
        f"<p>{line}</p>"
        for line in rng.sample(
            (
                "月額980円で読み放題",
                "初月無料のお試しプラン",
                "紙面も読める朝刊プラン",
                "いつでも解約できます",
                "会員の方はログイン",
            ),
            3,
        )
    )
    note = theme.part(
        "notice", f"<p>{wall}</p>", plans, '<a href="/join">無料会員登録</a> <a href="/login">ログイン</a>'
    ).html
    return Content(title, _story(theme, rng, writer, title, text, 0, note), "news")


def interview(theme: Theme, rng: random.Random) -> Content:
    writer = Writer(rng, "polite", theme.topic)
    title = writer.title()
    made = [compose(theme, rng, writer, Shape(200, figures=0.3, headings=0.0))]
    for _ in range(rng.randint(3, 14)):
        asked = theme.pick("question", ("――{}", "Q. {}", "■{}", "{}")).format(writer.sentence())
        answer = [
            f"{theme.pick('answer', ('', '担当者：', 'A. ', '店長　'))}{text}"
            for text in writer.paragraphs(size(rng, 200), 110)
        ]
        made += [element("p", Piece(f"<strong>{escape(asked)}</strong>", asked)), paragraphs(theme, rng, answer)]
        if rng.random() < 0.15:
            made.append(heading(theme, writer.heading()))
    return Content(title, _story(theme, rng, writer, title, join(made)), "news")


def commented(theme: Theme, rng: random.Random) -> Content:
    """A short article with far more comments under it than text."""
    writer = Writer(rng, rng.choice(("news", "blog", "polite")))
    title = writer.title()
    text = compose(theme, rng, writer, Shape(size(rng, 250, 0.6), each=70, headings=0.0, figures=0.05, tables=0.0))
    return Content(title, _story(theme, rng, writer, title, text, rng.randint(8, 50)), rng.choice(("news", "blog")))


def release(theme: Theme, rng: random.Random) -> Content:
    """A press release on a wire: text, outline of the product in a table, and who to ask."""
    writer = Writer(rng, "polite", theme.topic)
    title = writer.title()
    lead = f"株式会社{theme.name}（所在地：{writer.fill('{P}')}）は、{writer.fill('{d}より{T}の{T}を開始')}いたします。"
    parts = [
        paragraphs(theme, rng, [lead]),
        compose(theme, rng, writer, Shape(size(rng, 900), headings=0.3, lists=0.12, tables=0.08)),
    ]
    contact = [f"{label}{writer.fill('{D}')}" for label in ("【お問い合わせ先】", "担当：")] + ["電話：0120-000-000"]
    parts.append(element("p", join((true(line) for line in contact), "<br>\n")))
    side = (
        furniture.title_like(theme, "企業情報")
        + "<p>"
        + "</p><p>".join(
            f"{label} {writer.thing()}" for label in ("業種", "本社所在地", "電話番号", "代表者名", "上場")
        )
        + "</p>"
    )
    made = _story(
        theme,
        rng,
        writer,
        title,
        join(parts),
        0,
        theme.part("widget", side).html if theme.chance("company box", 0.5) else "",
    )
    return Content(title, made, rng.choice(("news", "company")))


def column(theme: Theme, rng: random.Random) -> Content:
    """A long essay in a magazine, with calls to subscribe in the middle and after it."""
    writer = Writer(rng, "plain", theme.topic)
    title = writer.title()
    first = compose(theme, rng, writer, Shape(size(rng, 900), each=170, headings=0.1, lists=0.0, tables=0.0))
    call = theme.part(
        "notice", f"<p>{rng.choice(labels.CALLS)}</p>", "<form><input name=mail><button>登録</button></form>"
    )
    rest = compose(theme, rng, writer, Shape(size(rng, 900), each=170, headings=0.1, lists=0.0, tables=0.0))
    return Content(title, _story(theme, rng, writer, title, join((first, Piece(call.html), rest)), None), "news")


KINDS = {
    "news": (11, article, (0, 3, 5, 3)),
    "news_brief": (3, brief, (1, 3, 5, 2)),
    "members_beginning": (3, members, (0, 1, 5, 4)),
    "interview": (2, interview, (0, 2, 5, 3)),
    "commented": (4, commented, (0, 3, 5, 3)),
    "press_release": (2, release, (0, 3, 5, 2)),
    "column": (3, column, (0, 2, 5, 3)),
}
