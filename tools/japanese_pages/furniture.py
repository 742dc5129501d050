"""What stands around the text: headers, menus, sidebars, shares, related articles, comments, footers. All of it without truth."""

from __future__ import annotations

import random

from . import labels, words
from .markup import Piece, Theme, element, escape, join, link
from .prose import Writer


def links(theme: Theme, key: str, texts: list[str], ordered: bool = False) -> str:
    """A list of links in the manner the site has for `key`."""
    styles = ("ul", "bars", "br", "table", "spans", "div", "dl", "deep")
    weights = {
        "old": (2, 3, 4, 3, 2, 0, 0, 0),
        "xhtml": (8, 2, 1, 1, 1, 1, 1, 1),
        "html5": (9, 1, 0, 0, 1, 2, 0, 3),
        "modern": (6, 0, 0, 0, 1, 4, 0, 5),
    }
    style = theme.pick(f"links:{key}", styles, weights[theme.era])
    made = [link(text, f"/{key}/{number}") for number, text in enumerate(texts)]
    if style == "ul":
        return element(
            "ol" if ordered else "ul",
            "\n".join(f"<li>{one}</li>" for one in made),
            theme.names("list") if theme.chance(f"named:{key}", 0.3) else "",
        ).html
    if style == "bars":
        between = theme.pick("bar", ("｜", " | ", "　", " / ", " ・ ", " │ ", "] ["))
        return f"<p>{between.join(made)}</p>\n" if theme.chance(f"p:{key}", 0.5) else f"{between.join(made)}<br>\n"
    if style == "br":
        mark = theme.pick(f"mark:{key}", ("", "・", "■", "◆", "&gt; ", "<img src=dot.gif>"))
        return "<br>\n".join(mark + one for one in made) + "<br>\n"
    if style == "table":
        rows = theme.chance("link rows", 0.5)
        cells = [f"<td>{one}</td>" for one in made]
        return element(
            "table", "".join(f"<tr>{cell}</tr>\n" for cell in cells) if rows else f"<tr>{''.join(cells)}</tr>"
        ).html
    if style == "spans":
        return "".join(f"<span>{one}</span>\n" for one in made)
    if style == "dl":
        return element("dl", "".join(f"<dd>{one}</dd>\n" for one in made)).html
    if style == "div":
        return "".join(f"<div{theme.names('card')}>{one}</div>\n" for one in made)
    inside = "".join(
        f'<li{theme.names("card")}><a href="/{key}/{at}"><span>{escape(text)}</span></a></li>\n'
        for at, text in enumerate(texts)
    )
    return element("div", element("ul", inside, theme.names("list"))).html


def title_like(theme: Theme, text: str) -> str:
    """The heading of a widget."""
    tag = theme.pick(
        "widget heading",
        ("h2", "h3", "h4", "div", "p", "b"),
        (3, 5, 3, 3, 2, 1) if theme.era != "old" else (0, 1, 1, 0, 2, 6),
    )
    return f"<{tag}>{escape(text)}</{tag}>" + ("<br>\n" if tag == "b" else "\n")


def choose(rng: random.Random, texts: tuple[str, ...], count: int) -> list[str]:
    return rng.sample(texts, min(count, len(texts)))


def navigation(theme: Theme, family: str) -> Piece:
    rng = theme.draw("navigation")
    texts = labels.NAVIGATION[family]
    menu = links(theme, "nav", choose(rng, texts, theme.count("nav", 4, 14)))
    if theme.chance("mega menu", 0.12 * theme.clutter):
        menu += "".join(
            element(
                "div",
                title_like(theme, rng.choice(texts))
                + links(theme, "mega", choose(rng, labels.SERVICES + texts, rng.randint(4, 16))),
            ).html
            for _ in range(rng.randint(2, 6))
        )
    return theme.part("nav", menu)


def header(theme: Theme, family: str, rng: random.Random) -> Piece:
    draw = theme.draw("header")
    parts: list[Piece | str] = []
    logo = (
        link(theme.name, "/")
        if theme.chance("logo text", 0.7)
        else f'<a href="/"><img src="/logo.png" alt="{theme.name}"></a>'
    )
    parts.append(element(theme.pick("logo", ("h1", "p", "div", "strong")), logo))
    if theme.chance("tagline", 0.45):
        writer = Writer(draw, "polite", theme.topic)
        parts.append(f"<p>{writer.fill('{T}と{T}の情報をお届けする{s}サイト')}</p>\n")
    if theme.chance("tools", 0.25 * theme.clutter):
        parts.append(theme.part("tool", links(theme, "tool", choose(draw, labels.TOOLS, theme.count("tools", 2, 8)))))
    if theme.chance("head search", 0.4):
        parts.append(search_form(theme, draw))
    if theme.chance("head notice", 0.1 * theme.clutter):
        parts.append(theme.part("notice", f"<p>{escape(rng.choice(labels.NOTICES))}</p>"))
    menu = navigation(theme, family)
    if theme.chance("nav inside", 0.5):
        return theme.part("header", *parts, menu)
    return join((theme.part("header", *parts), menu))


def search_form(theme: Theme, rng: random.Random) -> Piece:
    button = rng.choice(
        (
            '<input type="submit" value="検索">',
            "<button>検索</button>",
            '<button type="submit"><span>検索</span></button>',
        )
    )
    label = rng.choice(("", "<label>キーワード</label>", "<span>検索：</span>"))
    return theme.part("form", f'<form action="/search">{label}<input type="text" name="q">{button}</form>')


def path(theme: Theme, title: str) -> Piece:
    shelf = theme.draw("path").choice(theme.topic.shelves)
    between = theme.pick("path bar", (" &gt; ", " » ", " › ", "＞", " / ", ""))
    home = theme.pick("path home", ("HOME", "ホーム", "トップページ", "トップ", "TOP"))
    steps = [link(home, "/"), link(shelf, "/c/1"), f"<span>{escape(title)}</span>"][
        : theme.pick("path length", (3, 2, 3))
    ]
    if theme.chance("path list", 0.5):
        return theme.part("path", "<ol>" + "".join(f"<li>{step}</li>" for step in steps) + "</ol>")
    return theme.part("path", ("現在の位置：" if theme.chance("path lead", 0.15) else "") + between.join(steps))


def share(theme: Theme, rng: random.Random) -> str:
    texts = choose(theme.draw("share"), labels.SHARE, theme.pick("shares", (2, 4, 6)))
    if theme.chance("share counts", 0.3):
        texts = [f"{text} {rng.randint(0, 300)}" for text in texts]
    return theme.part("share", links(theme, "share", texts)).html


def advert(theme: Theme, rng: random.Random) -> str:
    label = rng.choice(labels.ADVERTS)
    script = '<script async src="https://ads.example.com/show.js"></script>'
    kind = theme.pick("advert", ("label", "script", "text", "banner"))
    if kind == "script":
        return theme.part("ad", f"{script}<ins></ins><script>(window.ads=window.ads||[]).push({{}});</script>").html
    if kind == "banner":
        return theme.part("ad", f'<a href="https://ads.example.com/"><img src="/banner.gif" alt="{label}"></a>').html
    body = f"<p>{escape(label)}</p>"
    return theme.part(
        "ad", body + (script if kind == "label" else f"<p>{link(Writer(rng, 'polite').title())}</p>")
    ).html


def card(theme: Theme, rng: random.Random) -> str:
    """A card in the text that leads to another article."""
    writer = Writer(rng, "polite", theme.topic)
    label = rng.choice(("あわせて読みたい", "関連記事", "こちらもどうぞ", "参考"))
    summary = f"<p>{escape(writer.clipped(60))}</p>" if theme.chance("card summary", 0.6) else ""
    return theme.part(
        "related", f"<span>{label}</span><a href='/p/{rng.randint(1, 999)}'>{escape(writer.title())}</a>{summary}"
    ).html


def articles(theme: Theme, rng: random.Random, key: str, count: int) -> str:
    """Links to other articles: titles, or cards with dates, pictures, categories and the beginning of a text."""
    writer = Writer(rng, "news", theme.topic)
    style = theme.pick(f"articles:{key}", ("titles", "dated", "cards", "summaries"), (4, 3, 3, 1))
    titles = [writer.title() for _ in range(count)]
    if style == "titles" or theme.era == "old":
        return links(theme, key, titles)
    made = []
    for title in titles:
        year, month, day = writer.date()
        parts = [f'<a href="/a/{rng.randint(1, 9999)}">{escape(title)}</a>']
        if style != "titles":
            parts.insert(theme.pick(f"dated:{key}", (0, 1)), f"<span>{year}.{month:02}.{day:02}</span>")
        if style in ("cards", "summaries"):
            parts.insert(0, f'<img src="/t/{rng.randint(1, 999)}.jpg" alt="">')
            parts.append(f"<span>{rng.choice(theme.topic.shelves)}</span>")
        if style == "summaries":
            parts.append(f"<p>{escape(writer.clipped(rng.randint(40, 90)))}</p>")
        made.append(
            element("li" if theme.chance(f"li:{key}", 0.7) else "div", "".join(parts), theme.names("card")).html
        )
    return element("ul" if theme.chance(f"li:{key}", 0.7) else "div", "".join(made), theme.names("list")).html


def related(theme: Theme, rng: random.Random) -> str:
    head = title_like(theme, theme.draw("related").choice(labels.WIDGETS["related"]))
    return theme.part("related", head + articles(theme, rng, "related", theme.count("related", 3, 9))).html


def previous_next(theme: Theme, rng: random.Random) -> str:
    writer = Writer(rng, "polite", theme.topic)
    if theme.chance("pager titles", 0.5):
        return theme.part("pager", f"{link('« ' + writer.title())} {link(writer.title() + ' »')}").html
    texts = theme.pick(
        "pager",
        (
            ("前の記事", "次の記事"),
            ("« 前へ", "次へ »"),
            ("＜前", "一覧へ", "次＞"),
            ("Prev", "Next"),
            ("<< 前の10件", "次の10件 >>"),
        ),
    )
    return theme.part("pager", " ".join(link(text) for text in texts)).html


def author(theme: Theme, rng: random.Random) -> str:
    draw = theme.draw("author")
    writer = Writer(draw, "polite", theme.topic)
    about = "".join(writer.sentence() for _ in range(draw.randint(1, 4)))
    head = draw.choice(("この記事を書いた人", "著者プロフィール", "ABOUT ME", "執筆者", "WRITER"))
    return theme.part(
        "author",
        f"{title_like(theme, head)}<p>{draw.choice(words.HANDLES)}</p><p>{escape(about)}</p>{link('記事一覧を見る')}",
    ).html


def comments(theme: Theme, rng: random.Random, count: int) -> str:
    """Comments under an article, and the form to write one."""
    made = []
    for number in range(count):
        writer = Writer(rng, rng.choice(("blog", "polite", "chat")), theme.topic)
        text = rng.choice(labels.REMARKS) if rng.random() < 0.4 else writer.paragraph(rng.choice((30, 60, 140)))
        year, month, day = writer.date()
        by = f"{rng.choice(words.HANDLES)} {year}/{month:02}/{day:02} {rng.randint(0, 23):02}:{rng.randint(0, 59):02}"
        line = f"<p>{number + 1}. {escape(by)}</p><p>{escape(text)}</p>"
        if theme.chance("comment buttons", 0.4):
            line += f"<span>{link('返信')} {link('違反報告')} 👍 {rng.randint(0, 99)}</span>"
        made.append(theme.part("comment", line).html)
    head = theme.pick(
        "comment heading", ("コメント", "この記事へのコメント", "コメント（{}件）", "みんなのコメント", "Comments")
    ).format(count)
    form = "<form><p>名前</p><input name=author><p>コメント</p><textarea name=comment></textarea><input type=submit value=送信></form>"
    list_tag = "ul" if theme.tag("comment") == "li" else "div"
    empty = "" if count else "<p>コメントはまだありません。</p>"
    return theme.part(
        "comments",
        title_like(theme, head),
        element(list_tag, "".join(made)),
        empty,
        form if theme.chance("comment form", 0.7) else "",
    ).html


def survey(theme: Theme, rng: random.Random) -> str:
    draw = theme.draw("survey")
    lines = [labels.SURVEY[0], labels.SURVEY[1], *labels.SURVEY[3:6]] + (
        list(labels.SURVEY[2:3]) + list(labels.SURVEY[6:8]) if draw.random() < 0.5 else []
    )
    choices = "".join(
        f'<label><input type="radio" name="q">{line}</label>\n' if len(line) < 12 else f"<p>{line}</p>\n"
        for line in lines
    )
    return theme.part("survey", f"<form>{choices}<input type=submit value={labels.SURVEY[-1]}></form>").html


def widget(theme: Theme, rng: random.Random, kind: str, family: str = "") -> str:
    draw = theme.draw(f"widget:{kind}")
    head = draw.choice(labels.WIDGETS[kind]).format(y=draw.randint(2004, 2025), m=draw.randint(1, 12))
    many = theme.count(f"many:{kind}", 4, 12)
    if kind in ("recent", "ranking", "pickup", "related"):
        inside = articles(theme, rng if kind != "pickup" else draw, kind, many)
    elif kind == "categories":
        shelves = [
            f"{shelf}({draw.randint(1, 200)})" for topic in draw.sample(words.TOPICS, 4) for shelf in topic.shelves
        ]
        if family == "shop":  # a shop has as many shelves as goods
            shelves += [draw.choice(draw.choice(words.TOPICS).things) for _ in range(draw.randint(5, 60))]
            many = len(shelves)
        inside = links(theme, kind, shelves[:many])
    elif kind == "archives":
        year = draw.randint(2006, 2024)
        inside = links(
            theme,
            kind,
            [f"{year - k // 12}年{12 - k % 12}月 ({draw.randint(1, 31)})" for k in range(min(40, many * 2))],
        )
    elif kind == "tags":
        inside = links(theme, kind, [*choose(draw, words.HASHTAGS, 8), *choose(draw, theme.topic.things, many)])
    elif kind == "comments":
        writer = Writer(rng, "polite", theme.topic)
        inside = links(theme, kind, [f"{rng.choice(words.HANDLES)} on {writer.title()}" for _ in range(min(8, many))])
    elif kind == "profile":
        writer = Writer(draw, "blog", theme.topic)
        about = "".join(writer.sentence() for _ in range(draw.randint(1, 5)))
        inside = f"<p>{draw.choice(words.HANDLES)}</p><p>{escape(about)}</p>{link('読者になる')}"
    elif kind == "calendar":
        weeks = ["<tr>" + "".join(f"<th>{day}</th>" for day in "日月火水木金土") + "</tr>"]
        weeks += [
            "<tr>"
            + "".join(
                f"<td>{day}</td>" if draw.random() < 0.8 else f"<td>{link(str(day))}</td>" for day in range(k, k + 7)
            )
            + "</tr>"
            for k in (1, 8, 15, 22)
        ]
        inside = element("table", "\n".join(weeks)).html
    elif kind == "search":
        inside = search_form(theme, draw).html
    else:
        inside = links(
            theme, kind, [draw.choice(words.SITES).format(x=draw.choice(words.SITE_WORDS)) for _ in range(many)]
        )
    return theme.part("widget", title_like(theme, head), inside).html


def sidebar(theme: Theme, rng: random.Random, family: str) -> Piece:
    draw = theme.draw("sidebar")
    kinds = draw.sample(sorted(labels.WIDGETS), min(len(labels.WIDGETS), theme.count("widgets", 2, 7)))
    if family == "shop":
        kinds = ["categories", *(kind for kind in kinds if kind != "categories")]
    parts = [widget(theme, rng, kind, family) for kind in kinds]
    for _ in range(theme.pick("side adverts", (0, 1, 2))):
        parts.insert(draw.randint(0, len(parts)), advert(theme, draw))
    return theme.part("side", *parts)


def footer(theme: Theme, family: str, rng: random.Random) -> Piece:
    draw = theme.draw("footer")
    parts: list[Piece | str] = []
    if theme.chance("page top", 0.5):
        parts.append(f"<p>{link(draw.choice(labels.TOP))}</p>\n")
    if theme.chance("fat footer", 0.25 * theme.clutter):
        texts = labels.SERVICES + labels.NAVIGATION[family]
        parts += [
            element(
                "div", title_like(theme, group) + links(theme, "foot group", choose(draw, texts, draw.randint(3, 14)))
            )
            for group in choose(draw, labels.GROUPS, draw.randint(2, 5))
        ]
    if theme.chance("foot links", 0.75):
        parts.append(links(theme, "foot", choose(draw, labels.FOOTER, theme.count("foot", 2, 9))))
    if family in ("town", "company", "shop") and theme.chance("address", 0.8):
        number = f"0{draw.randint(10, 99)}-000-{draw.randint(0, 9999):04}"
        parts.append(
            f"<address>{theme.name}<br>〒000-{draw.randint(0, 9999):04} {draw.choice(words.PLACES)}{draw.randint(1, 9)}-{draw.randint(1, 30)}<br>電話：{number} FAX：{number[:-1]}0</address>\n"
        )
    parts.append(f"<p>{escape(draw.choice(labels.RIGHTS).format(y=draw.randint(2003, 2025), s=theme.name))}</p>")
    return theme.part("footer", *parts)


def extras(theme: Theme, rng: random.Random) -> str:
    """What floats over the page, or hides in it."""
    draw = theme.draw("extras")
    parts = []
    if theme.chance("cookie", 0.15 * theme.clutter):
        parts.append(
            theme.part(
                "notice", f"<p>{escape(labels.NOTICES[0])}</p><button>同意する</button><button>拒否</button>"
            ).html
        )
    if theme.chance("modal", 0.1 * theme.clutter):
        parts.append(
            element(
                "div",
                f"<p>{escape(draw.choice(labels.CALLS))}</p><button>閉じる</button>",
                ' class="modal" style="display:none"',
            ).html
        )
    if theme.chance("drawer", 0.2 * theme.clutter):
        hidden = draw.choice((' style="display:none"', " hidden", ' aria-hidden="true"', ' class="drawer"'))
        parts.append(element("div", links(theme, "drawer", choose(draw, labels.SERVICES, 12)), hidden).html)
    if theme.chance("noscript", 0.2):
        parts.append(f"<noscript>{draw.choice(labels.NOTICES[1:2] + labels.NOTICES[6:7])}</noscript>\n")
    return "".join(parts)
