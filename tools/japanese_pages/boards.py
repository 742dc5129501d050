"""Boards: questions and their answers, threads of the old boards and the new, forums. What people wrote is the text; who, when and buttons are not."""

from __future__ import annotations

import random

from . import furniture, words
from .blogs import below
from .body import bullets, code, heading, paragraphs, size
from .markup import Piece, Theme, element, escape, join, true
from .prose import Writer
from .shell import Content


def stamp(rng: random.Random) -> str:
    """A date and time."""
    return f"{rng.randint(2000, 2025)}/{rng.randint(1, 12):02}/{rng.randint(1, 28):02} {rng.randint(0, 23):02}:{rng.randint(0, 59):02}"


def _who(theme: Theme, rng: random.Random, role: str) -> str:
    """Who wrote a question or an answer, and what can be done with it; no truth."""
    parts = [
        f'<a href="/user/{rng.randint(1, 9999)}">{escape(rng.choice(words.HANDLES))}</a>さん',
        f"<span>{stamp(rng)}</span>",
    ]
    if theme.chance("badge", 0.4):
        parts.insert(0, rng.choice(("カテゴリマスター", "グレード：ブロンズ", f"回答数：{rng.randint(1, 999)}件")))
    if role == "answer" and theme.chance("good", 0.6):
        parts.append(
            rng.choice(
                (
                    f"ナイス！ {rng.randint(0, 30)}",
                    f"役に立った {rng.randint(0, 30)}",
                    "この回答はいかがでしたか？",
                    "通報する",
                )
            )
        )
    return theme.part("meta", "\n".join(parts)).html


def question(theme: Theme, rng: random.Random) -> Content:
    register = theme.pick("register", ("polite", "blog", "manual"), (5, 3, 1))
    writer = Writer(rng, register, rng.choice((theme.topic, None)))
    title = writer.fill(
        rng.choice(
            (
                "{T}が{v_nai}のですが",
                "{T}と{T}はどう違いますか？",
                "{P}で{v_ru}には？",
                "{T}の{T}について教えてください",
                "{H}が{T}を{v_te}くれません",
            )
        )
    )
    asked = paragraphs(theme, rng, writer.paragraphs(size(rng, 180), 60))
    head = element(theme.pick("question title", ("h1", "h2", "p")), true(title), theme.names("title"))
    parts = [theme.part("article", head, _who(theme, rng, "question"), theme.part("body", asked))]
    if rng.random() < 0.2 * theme.clutter:
        parts.append(Piece(furniture.advert(theme, rng)))
    label = theme.pick("answers label", ("回答", "みんなの回答", "回答一覧", "Answers", "ベストアンサー"))
    answers = rng.choice((1, 1, 2, 3, 4, 6))
    parts.append(
        Piece(furniture.title_like(theme, f"{label}（{answers}件）" if theme.chance("answers counted", 0.5) else label))
    )
    for _ in range(answers):
        texts = [paragraphs(theme, rng, writer.paragraphs(size(rng, 160, 1.0), 70))]
        if register == "manual" and rng.random() < 0.5:
            texts.append(code(rng, writer))
        if rng.random() < 0.1:
            texts.append(bullets(theme, [writer.point() for _ in range(3)]))
        who = Piece(_who(theme, rng, "answer"))
        body = theme.part("body", *texts)
        parts.append(theme.part("section", *((who, body) if theme.chance("who first", 0.6) else (body, who))))
    parts += [Piece(str(html)) for html in below(theme, rng, 0)]
    return Content(title, join(parts), "board")


def thread(theme: Theme, rng: random.Random) -> Content:
    """A thread in `dl`, `dt` and `dd`, or in the forms that came after it; names and dates stand in the posts' own text there."""
    writer = Writer(rng, "chat")
    form = theme.pick("thread", ("dl", "div", "article", "table"), (4, 3, 2, 1))
    posts = []
    for number in range(1, min(rng.randint(3, 120), rng.randint(3, 120)) + 1):
        code = "".join(rng.choice("ABCDEFGHabcdefgh0123456789+/") for _ in range(8))
        by = f"{number} ：{theme.pick('anonymous', ('名無しさん', '名無しさん＠お腹いっぱい。', '774号室の住人さん', '名無し募集中。。。'))}：{stamp(rng)} ID:{code}"
        lines = [writer.sentence() for _ in range(rng.choice((1, 1, 1, 2, 4)))]
        if number > 1 and rng.random() < 0.3:
            lines.insert(0, f">>{rng.randint(1, number - 1)}")
        text = join(
            (
                Piece(f'<a href="#{line[2:]}">{escape(line)}</a>' if line.startswith(">>") else escape(line), line)
                for line in lines
            ),
            "<br>\n",
        )
        if form == "dl":
            tail = Piece("<br><br>\n")
            posts.append(
                join(
                    (
                        element("dt", Piece(f"{number} ：<b>{escape(by.split('：')[1])}</b>：{by.split('：')[2]}", by)),
                        element("dd", join((text, tail))),
                    )
                )
            )
        elif form == "table":
            posts.append(element("tr", join((element("td", true(by)), element("td", text)))))
        else:
            tag = "article" if form == "article" else "div"
            posts.append(
                element(
                    tag,
                    join((element("div", true(by), theme.names("meta")), element("div", text, theme.names("body")))),
                    f' id="r{number}"{theme.names("comment") if theme.chance("post named", 0.3) else ""}',
                )
            )
    title = writer.fill("{T}について語ろう Part{n2}")
    jumps = " ".join(
        f'<a href="{label}">{label}</a>' for label in ("全部", "1-100", "最新50", "前100", "次100", "■掲示板に戻る■")
    )
    head = Piece(element(theme.pick("thread title", ("h1", "h2", "b")), escape(title)).html)
    body = element(
        {"dl": "dl", "table": "table"}.get(form, "div"),
        join(posts),
        theme.names("list") if theme.chance("thread named", 0.5) else "",
    )
    form_html = "<form>名前：<input name=FROM>E-mail<font size=1>（省略可）</font>：<input name=mail><br><textarea name=MESSAGE></textarea><input type=submit value=書き込む></form>\n"
    made = join((Piece(f"<div>{jumps}</div>\n"), head, body, Piece(f"<hr>{jumps}<hr>{form_html}")))
    return Content(
        title,
        made,
        "board",
        frame=theme.chance("thread frame", 0.35),
        side=theme.chance("thread side", 0.3),
        path=False,
    )


def forum(theme: Theme, rng: random.Random) -> Content:
    """A topic of a forum: beside every post stands a box about its author."""
    writer = Writer(rng, theme.pick("register", ("polite", "plain", "manual")), theme.topic)
    title = writer.title()
    posts = []
    for _ in range(rng.randint(2, 14)):
        about = f"<b>{escape(rng.choice(words.HANDLES))}</b><br>\n投稿記事: {rng.randint(1, 4000)}<br>\n登録日時: {stamp(rng)}"
        text = paragraphs(theme, rng, writer.paragraphs(size(rng, 170, 1.0), 70))
        if rng.random() < 0.2:
            quoted = writer.sentence()
            text = join(
                (
                    element(
                        "blockquote",
                        Piece(f"<cite>{rng.choice(words.HANDLES)} さんが書きました:</cite>{escape(quoted)}", quoted),
                    ),
                    text,
                )
            )
        subject = Piece(f"<h3><a href='#p'>Re: {escape(title)}</a></h3>\n" if theme.chance("subjects", 0.4) else "")
        sign = Piece(
            f"<div>_________________<br>{escape(Writer(theme.draw('sign'), 'polite', theme.topic).sentence())}</div>\n"
            if theme.chance("signs", 0.2)
            else ""
        )
        buttons = Piece(
            '<p><a href="#">引用</a> <a href="#">返信</a> <a href="#">通報</a></p>\n'
            if theme.chance("forum buttons", 0.6)
            else ""
        )
        date = Piece(f"<p>投稿日時: {stamp(rng)}</p>\n")
        content = join((subject, date, theme.part("body", text), sign, buttons))
        if theme.chance("forum table", 0.4):
            posts.append(element("tr", join((element("td", about), element("td", content)))))
        else:
            posts.append(
                theme.part(
                    "comment" if theme.chance("forum as comments", 0.3) else "section",
                    theme.part("author", about),
                    content,
                )
            )
    body = element("table", join(posts), ' width="100%"') if theme.chance("forum table", 0.4) else join(posts)
    pages = Piece(furniture.previous_next(theme, rng))
    return Content(title, join((Piece(element("h2", escape(title)).html), pages, body, pages)), "board")


def guestbook(theme: Theme, rng: random.Random) -> Content:
    """A home page's board, newest post first, with titles, names and an answer by the owner here and there."""
    writer = Writer(rng, rng.choice(("blog", "polite")), theme.topic)
    posts = []
    for number in range(rng.randint(3, 12), 0, -1):
        subject, name = writer.heading(), rng.choice(words.HANDLES)
        by = element("b", true(subject))
        line = Piece(f"　投稿者：{escape(name)}　投稿日：{stamp(rng)}　No.{number}<br>\n")
        text = join((true(writer.sentence()) for _ in range(rng.randint(1, 5))), "<br>\n")
        answer = element("blockquote", true("＞" + writer.sentence())) if rng.random() < 0.4 else Piece("")
        posts.append(
            join(
                (
                    Piece("<hr>\n"),
                    by,
                    line,
                    element("blockquote", text) if theme.chance("quoted posts", 0.5) else element("p", text),
                    answer,
                )
            )
        )
    form = Piece(
        "<form>おなまえ<input name=n><br>題名<input name=t><br>内容<br><textarea></textarea><br><input type=submit value=投稿する><input type=reset></form>\n"
    )
    title = f"{theme.name}の掲示板"
    tail = Piece(
        "<hr><form>No.<input name=no>暗証キー<input name=key><input type=submit value=記事削除></form>\n<p>- <a href='#'>YY-BOARD</a> -</p>\n"
    )
    return Content(title, join((element("h1", escape(title)), form, *posts, tail)), "home", side=False)


def consultation(theme: Theme, rng: random.Random) -> Content:
    """A consultation: the question of a reader, the answer of one who knows, other readers' voices below it."""
    writer = Writer(rng, "polite", theme.topic)
    title = writer.title()
    asked = join((heading(theme, "ご相談"), paragraphs(theme, rng, writer.paragraphs(size(rng, 250), 80))))
    answered = join((heading(theme, "回答"), paragraphs(theme, rng, writer.paragraphs(size(rng, 500), 120))))
    voices = Piece(furniture.comments(theme, rng, rng.randint(0, 12)))
    made = join(
        (
            element("h1", escape(title)),
            theme.part("article", theme.part("body", asked, answered)),
            voices,
            *(Piece(str(html)) for html in below(theme, rng, 0)),
        )
    )
    return Content(title, made, "board")


KINDS = {
    "question": (6, question, (0, 3, 5, 3)),
    "thread": (4, thread, (5, 3, 3, 0)),
    "forum": (3, forum, (1, 4, 4, 1)),
    "guestbook": (1, guestbook, (6, 2, 0, 0)),
    "consultation": (2, consultation, (0, 2, 5, 2)),
}
