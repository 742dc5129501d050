"""Wikis, manuals, dictionaries: menus and trees beside the text, edit links and tables of contents in it."""

from __future__ import annotations

import random

from . import furniture, words
from .body import bullets, code, paragraphs, size, table
from .markup import Piece, Theme, element, escape, join, true
from .prose import Writer
from .shell import Content


def _tree(theme: Theme, rng: random.Random, count: int) -> str:
    """A table of contents of the whole, two levels deep."""
    writer = Writer(theme.draw("tree"), "manual", theme.topic)
    parts = []
    for _ in range(count):
        under = "".join(
            f"<li><a href='{rng.randint(1, 99)}.html'>{escape(writer.heading())}</a></li>\n"
            for _ in range(theme.draw("tree").randint(0, 6))
        )
        parts.append(
            f"<li><a href='x.html'>{escape(writer.heading())}</a>{f'<ul>{under}</ul>' if under else ''}</li>\n"
        )
    return f"<ul>{''.join(parts)}</ul>\n"


def _sections(theme: Theme, rng: random.Random, writer: Writer, count: int, edit: str, coded: float) -> list[Piece]:
    parts = []
    for _ in range(count):
        text = writer.heading()
        parts.append(element(theme.pick("wiki heading", ("h2", "h3")), Piece(escape(text) + edit, text)))
        parts.append(paragraphs(theme, rng, writer.paragraphs(size(rng, 160), 70)))
        if rng.random() < 0.35:
            parts.append(bullets(theme, [writer.point() for _ in range(rng.randint(2, 12))]))
        if rng.random() < 0.25:
            width = rng.randint(2, 6)
            parts.append(
                table(
                    theme,
                    [
                        [
                            writer.thing(),
                            *(
                                rng.choice((writer.item(), str(rng.randint(1, 999)), "-", "○"))
                                for _ in range(width - 1)
                            ),
                        ]
                        for _ in range(rng.randint(3, 14))
                    ],
                )
            )
        if rng.random() < coded:
            parts.append(code(rng, writer))
    return parts


def wiki(theme: Theme, rng: random.Random) -> Content:
    writer = Writer(rng, theme.pick("register", ("plain", "polite", "chat"), (5, 2, 1)), theme.topic)
    title = writer.thing() if rng.random() < 0.5 else writer.heading()
    edit = theme.pick(
        "edit", (' <span class="mw-edit">[<a href="?edit">編集</a>]</span>', ' <a href="?edit">&dagger;</a>', "")
    )
    count = rng.randint(1, 8)
    lead = paragraphs(theme, rng, writer.paragraphs(size(rng, 150), 80))
    contents = Piece("")
    if theme.chance("wiki toc", 0.35):
        items = [writer.heading() for _ in range(count)]
        contents = Piece(theme.part("toc", "<p>目次</p>", furniture.links(theme, "toc", items)).html)
    body = theme.part("body", lead, contents, *_sections(theme, rng, writer, count, edit, 0.05))
    bar = furniture.links(
        theme,
        "wiki bar",
        ["編集", "差分", "履歴", "添付", "複製", "名前変更", "新規", "一覧", "単語検索", "最終更新", "ヘルプ"][
            : theme.pick("wiki bar", (4, 7, 11))
        ],
    )
    remarks = (
        Piece(furniture.comments(theme, rng, rng.randint(0, 10))) if theme.chance("wiki remarks", 0.35) else Piece("")
    )
    stamp = Piece(
        f"<p>Last-modified: {rng.randint(2005, 2024)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02} ({rng.choice('月火水木金土日')}) 12:00:00</p>\n"
    )
    head = element("h1", escape(title))
    main = join((Piece(bar), head, body, stamp, remarks, Piece(bar if theme.chance("bar twice", 0.4) else "")))
    if theme.chance("menu bar", 0.6):
        menu = Piece(
            "".join(
                f"<h5>{escape(Writer(theme.draw(f'menu {k}'), 'plain', theme.topic).heading())}</h5>{_tree(theme, rng, 4)}"
                for k in range(theme.count("menus", 1, 5))
            )
        )
        if theme.layout == "table":
            main = element(
                "table",
                element(
                    "tr", join((element("td", menu, ' width="180" valign="top"'), element("td", main, ' valign="top"')))
                ),
            )
        else:
            menu = theme.part("side", menu)
            main = (
                join((menu, theme.part("columns", main)))
                if theme.chance("menu first", 0.6)
                else join((theme.part("columns", main), menu))
            )
    return Content(title, main, "docs", side=False)


def manual(theme: Theme, rng: random.Random) -> Content:
    writer = Writer(rng, theme.pick("register", ("manual", "polite", "plain"), (5, 2, 1)), words.TOPICS[3])
    title = writer.heading()
    mark = theme.pick("mark", ('<a class="headerlink" href="#x">¶</a>', "", '<a href="#x">#</a>'))
    head = element("h1", Piece(escape(title) + mark, title))
    lead = paragraphs(theme, rng, writer.paragraphs(size(rng, 150), 80))
    parts = [head, lead, *_sections(theme, rng, writer, rng.randint(1, 8), mark, 0.5)]
    if rng.random() < 0.3:
        rows = [
            (f"--{rng.choice(('file', 'quiet', 'level', 'output', 'help'))}", writer.sentence())
            for _ in range(rng.randint(2, 10))
        ]
        parts.append(
            element(
                "dl",
                join(
                    join((element("dt", Piece(f"<code>{name}</code>", name)), element("dd", true(text))))
                    for name, text in rows
                ),
            )
        )
    if rng.random() < 0.4:
        label, text = theme.pick("note", ("注意", "注釈", "メモ", "ヒント")), writer.sentence()
        parts.insert(
            rng.randint(2, len(parts)),
            element("div", join((element("p", true(label)), element("p", true(text)))), ' class="admonition note"'),
        )
    turn = Piece(
        theme.part(
            "pager",
            f"<a href='p.html'>前へ</a> {escape(writer.heading())}",
            f"<a href='n.html'>次へ</a> {escape(writer.heading())}",
        ).html
    )
    tail = turn if theme.chance("turns", 0.7) else Piece("")
    main = join((turn if theme.chance("turn over", 0.5) else Piece(""), theme.part("body", *parts), tail))
    if theme.chance("tree", 0.6):
        tree = theme.part("side", "<p>目次</p>", _tree(theme, rng, theme.count("tree", 4, 14)))
        main = join((tree, main)) if theme.chance("tree first", 0.7) else join((main, tree))
    return Content(title, main, "docs", frame=theme.chance("manual frame", 0.65), side=False)


def entry(theme: Theme, rng: random.Random) -> Content:
    """An entry of a dictionary: the word, its reading, its senses; the words around it and other dictionaries are not its text."""
    writer = Writer(rng, "plain", theme.topic)
    word = writer.thing()
    senses = [writer.paragraph(45) for _ in range(rng.randint(1, 6))]
    text = [
        element(
            theme.pick("sense head", ("h1", "h2", "dt")), true(word + theme.pick("reading", ("【名】", "", "（よみ）")))
        )
    ]
    text.append(
        element("ol", join(element("li", true(sense)) for sense in senses))
        if theme.chance("senses listed", 0.5)
        else paragraphs(theme, rng, [f"{mark}　{sense}" for mark, sense in zip("①②③④⑤⑥", senses, strict=False)])
    )
    if rng.random() < 0.5:
        text.append(element("p", true(f"用例：「{writer.sentence()}」")))
    around = theme.part(
        "list",
        furniture.title_like(theme, "前後の言葉"),
        furniture.links(theme, "around", list(writer.topic.things[:12])),
    ).html
    others = Piece(furniture.widget(theme, rng, "ranking") + furniture.advert(theme, rng))
    return Content(
        f"{word}の意味",
        join((theme.part("body", *text), Piece(furniture.share(theme, rng)), Piece(around), others)),
        "docs",
    )


KINDS = {
    "wiki": (4, wiki, (2, 4, 4, 1)),
    "manual": (6, manual, (2, 3, 4, 3)),
    "dictionary": (2, entry, (1, 4, 4, 2)),
}
