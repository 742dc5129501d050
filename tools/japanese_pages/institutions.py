"""Towns, companies, schools, clinics: notices, minutes, releases, services in many short blocks, profiles, events, answers to frequent questions.

The headline stands in the content there and belongs to it, unless the site keeps it in a bar of its own.
"""

from __future__ import annotations

import random

from . import furniture, words
from .body import Shape, bullets, compose, figure, heading, paragraphs, size, table
from .markup import Piece, Theme, element, escape, join, true
from .prose import Writer
from .shell import Content


def _headed(theme: Theme, title: str, *content: Piece) -> Piece:
    """The headline and the content: in one element, or the headline in a bar over it and then not text."""
    if theme.chance("headline inside", 0.8):
        return theme.part("body", element("h1", true(title)), *content)
    return join((theme.part("title", element("h1", escape(title))), theme.part("body", *content)))


def _contact(theme: Theme, writer: Writer) -> Piece:
    department = writer.fill("{D}")
    lines = [
        department,
        f"電話：000-000-{writer.rng.randint(0, 9999):04}",
        writer.fill("所在地：{P}1-1"),
        "ファクス：000-000-0000",
    ][: theme.pick("contact lines", (2, 3, 4))]
    label = theme.pick("contact heading", ("お問い合わせ先", "このページに関するお問い合わせ", "担当課", "問合せ"))
    if theme.chance("contact table", 0.3):
        return join(
            (
                heading(theme, label, 3),
                table(
                    theme, [[label, line] for label, line in zip(("担当", "電話", "住所", "FAX"), lines, strict=False)]
                ),
            )
        )
    return join((heading(theme, label, 3), element("p", join((true(line) for line in lines), "<br>\n"))))


def notice(theme: Theme, rng: random.Random) -> Content:
    writer = Writer(rng, "notice", words.TOPICS[theme.pick("town topic", (7, 8, 9, 13))])
    title = writer.fill(
        rng.choice(
            ("{T}のお知らせ", "{T}を開催します", "{d}から{T}が変わります", "{T}・{T}について", "令和{n1}年度 {T}の募集")
        )
    )
    year, month, day = writer.date()
    parts = [
        compose(
            theme,
            rng,
            writer,
            Shape(
                size(rng, 450), each=60, headings=0.35, lists=0.15, tables=0.06, figures=0.05, links=0.15, clutter=False
            ),
        )
    ]
    if rng.random() < 0.3:
        files = [f"{writer.thing()}申請書（PDF：{rng.randint(50, 900)}KB）" for _ in range(rng.randint(1, 4))]
        linked = [element("li", Piece(f'<a href="/f.pdf">{name}</a>', name)) for name in files]
        parts += [heading(theme, "関連ファイル", 3), element("ul", join(linked))]
        reader = "PDFファイルをご覧いただくには専用のソフトが必要です。お持ちでない方は無料でダウンロードしてください。"
        parts.append(Piece(f"<p>{reader}</p>\n") if theme.chance("reader note", 0.5) else Piece(""))
    contact = _contact(theme, writer)
    inside = theme.chance("contact inside", 0.65)
    if inside:
        parts.append(contact)
    updated = f"<p>{theme.pick('updated', ('更新日：{y}年{m}月{d}日', 'ページID：00{d}{m} 更新日 {y}/{m}/{d}', '最終更新日 {y}年{m}月{d}日　印刷する', '公開日：{y}.{m}.{d}')).format(y=year, m=month, d=day)}</p>\n"
    made = _headed(theme, title, *parts)
    after = [] if inside else [theme.part("form", Piece(contact.html))]
    if theme.chance("has survey", 0.45):
        after.append(Piece(furniture.survey(theme, rng)))
    if theme.chance("same group", 0.35):
        after.append(Piece(furniture.related(theme, rng)))
    order = [Piece(updated), made] if theme.chance("date over", 0.6) else [made, Piece(updated)]
    return Content(title, join((*order, *after)), "town")


def minutes(theme: Theme, rng: random.Random) -> Content:
    writer = Writer(rng, rng.choice(("polite", "plain")), words.TOPICS[9])
    title = writer.fill("第{n1}回{T}審議会 会議録")
    rows = [
        [label, writer.fill(text)]
        for label, text in (
            ("日時", "{d} 10時から12時"),
            ("場所", "{P} 第{n1}会議室"),
            ("出席者", "委員{n1}名、{D}"),
            ("議題", "{T}について"),
        )
    ]
    said = []
    for _ in range(rng.randint(6, 40)):
        by = rng.choice(("会長", "委員", "事務局", "Ａ委員", "○議長", "副市長"))
        said.append(f"{by}{theme.pick('says', ('：', '　', '　　'))}{writer.paragraph(rng.choice((20, 60, 150)))}")
    return Content(
        title,
        _headed(
            theme,
            title,
            table(theme, rows),
            heading(theme, "議事"),
            paragraphs(theme, rng, said),
            _contact(theme, writer),
        ),
        "town",
    )


def release(theme: Theme, rng: random.Random) -> Content:
    """A company's news: often a few lines."""
    writer = Writer(rng, rng.choice(("polite", "notice")), words.TOPICS[10])
    title = writer.fill(
        rng.choice(
            ("{T}に関するお知らせ", "年末年始休業のお知らせ", "{T}を発売", "{P}に新拠点を開設", "展示会出展のご案内")
        )
    )
    year, month, day = writer.date()
    date = (
        f"<p>{year}年{month}月{day}日</p>\n"
        if theme.chance("plain date", 0.5)
        else f"<span>{year}.{month:02}.{day:02}</span> <span>お知らせ</span>\n"
    )
    text = compose(
        theme, rng, writer, Shape(size(rng, 220, 1.0), each=70, headings=0.1, tables=0.06, figures=0.1, clutter=False)
    )
    back = Piece(
        f"<p><a href='/news/'>{theme.pick('back', ('一覧へ戻る', '← ニュース一覧', 'お知らせ一覧へ', 'BACK'))}</a></p>\n"
    )
    head = (
        join((Piece(date), element("h2", escape(title))))
        if theme.chance("date over", 0.6)
        else join((element("h2", escape(title)), Piece(date)))
    )
    return Content(title, join((theme.part("article", head, theme.part("body", text)), back)), "company")


def service(theme: Theme, rng: random.Random) -> Content:
    """What a company offers, in many short blocks: claims, numbers, steps, voices, each under its heading."""
    writer = Writer(rng, "polite", theme.topic)
    title = writer.fill(rng.choice(("{T}サービス", "事業内容", "{T}のご相談なら{P}へ", "{s}", "選ばれる{n1}つの理由")))
    cards = theme.pick("service cards", ("div", "li", "dl", "table"))
    sections = []
    for _ in range(rng.randint(2, 7)):
        parts = [heading(theme, writer.heading())]
        if theme.chance("english heading", 0.3):
            parts.insert(
                0,
                element(
                    "p", true(rng.choice(("SERVICE", "CONCEPT", "FLOW", "VOICE", "STRENGTH", "PRICE", "OUR WORKS")))
                ),
            )
        if rng.random() < 0.6:
            parts.append(element("p", true(writer.paragraph(60))))
        blocks = []
        for number in range(1, rng.randint(2, 7)):
            name, text = (
                element("h4" if cards != "dl" else "dt", true(writer.item())),
                element("p" if cards != "dl" else "dd", true(writer.paragraph(35))),
            )
            more = (
                element("p", Piece('<a href="/more">詳しく見る</a>', "詳しく見る"))
                if theme.chance("more", 0.25) and cards != "dl"
                else Piece("")
            )
            count = (
                element("span", true(f"{number:02}"))
                if theme.chance("card numbers", 0.3) and cards != "dl"
                else Piece("")
            )
            block = join((count, name, text, more))
            if cards in ("div", "li") and theme.chance("cards linked", 0.2):
                block = Piece(f'<a href="/service/{number}">{block.html}</a>', block.text)
            blocks.append(block)
        if cards == "dl":
            parts.append(element("dl", join(blocks)))
        elif cards == "table":
            parts.append(element("table", element("tr", join(element("td", block) for block in blocks))))
        else:
            parts.append(
                element(
                    "ul" if cards == "li" else "div",
                    join(element(cards, block, theme.names("card")) for block in blocks),
                )
            )
        if rng.random() < 0.15:
            parts.append(figure(theme, rng, writer))
        sections.append(theme.part("section", *parts))
    call = "<p>お気軽にお問い合わせください</p><p>0120-000-000（平日9:00～18:00）</p><a href='/contact'>お問い合わせフォームへ</a>"
    tail = Piece(theme.part("cart", call).html) if theme.chance("call", 0.6) else Piece("")
    return Content(title, join((_headed(theme, title, *sections), tail)), "company")


def profile(theme: Theme, rng: random.Random) -> Content:
    writer = Writer(rng, "polite", words.TOPICS[10])
    rows = [
        ["商号", theme.name],
        ["所在地", writer.fill("{P}{n1}-{n2}")],
        ["設立", f"昭和{rng.randint(20, 63)}年{rng.randint(1, 12)}月"],
        ["資本金", f"{rng.randint(1, 90)}00万円"],
    ]
    rows += [
        [label, writer.item()]
        for label in rng.sample(
            ("事業内容", "従業員数", "取引銀行", "主要取引先", "許認可", "役員", "関連会社", "加盟団体", "売上高"),
            rng.randint(2, 7),
        )
    ]
    parts = [table(theme, rows)]
    if rng.random() < 0.5:
        parts += [
            heading(theme, "沿革"),
            table(
                theme,
                [
                    [f"{1950 + 5 * k}年{rng.randint(1, 12)}月", writer.fill("{P}に{T}を設立")]
                    for k in range(rng.randint(3, 12))
                ],
            ),
        ]
    if rng.random() < 0.4:
        parts += [heading(theme, "代表あいさつ"), paragraphs(theme, rng, writer.paragraphs(size(rng, 300), 90))]
    if rng.random() < 0.4:
        parts += [
            heading(theme, "アクセス"),
            Piece('<iframe src="https://maps.example.com/"></iframe>\n'),
            paragraphs(theme, rng, [writer.fill("{P}から徒歩{n1}分")]),
        ]
    title = theme.pick("profile title", ("会社概要", "会社案内", "団体概要", "医院案内", "私たちについて"))
    return Content(title, _headed(theme, title, *parts), "company")


def event(theme: Theme, rng: random.Random) -> Content:
    writer = Writer(rng, theme.pick("register", ("notice", "polite")), theme.topic)
    title = writer.fill(
        rng.choice(("{T}展", "{P}{T}まつり", "{T}教室 受講者募集", "親子で楽しむ{T}", "講演会「{T}と{T}」"))
    )
    rows = [
        ["日時", writer.fill("{d} 13:00～15:30")],
        ["会場", writer.fill("{P} {n1}階")],
        ["定員", f"{rng.randint(10, 200)}名（先着順）"],
        ["参加費", rng.choice(("無料", "500円", "一般1,000円、学生500円"))],
    ]
    rows += [["申込方法", writer.sentence()], ["主催", theme.name]][: rng.randint(0, 2)]
    parts = [paragraphs(theme, rng, writer.paragraphs(rng.randint(30, 400), 80)), table(theme, rows)]
    if rng.random() < 0.4:
        parts += [heading(theme, "プログラム"), bullets(theme, [f"{13 + k}:00　{writer.item()}" for k in range(4)])]
    tail = (
        Piece("<p><a href='/entry'>申し込む</a></p>\n" + furniture.share(theme, rng))
        if theme.chance("apply", 0.6)
        else Piece("")
    )
    return Content(
        title, join((_headed(theme, title, *parts), tail)), theme.pick("event family", ("town", "company", "home"))
    )


def frequent(theme: Theme, rng: random.Random) -> Content:
    writer = Writer(rng, "polite", theme.topic)
    form = theme.pick(
        "frequent", ("dl", "details", "div", "p"), (5, 2, 3, 1) if theme.era in ("html5", "modern") else (5, 0, 3, 3)
    )
    made = []
    for _ in range(rng.randint(3, 20)):
        marks = theme.pick("marks", (("Q. ", "A. "), ("Ｑ．", "Ａ．"), ("", ""), ("質問：", "回答：")))
        asked, told = marks[0] + writer.fill("{T}は{v_ru}ことができますか？"), marks[1] + writer.paragraph(70)
        if form == "dl":
            made.append(join((element("dt", true(asked)), element("dd", true(told)))))
        elif form == "details":
            made.append(element("details", join((element("summary", true(asked)), element("p", true(told))))))
        else:
            made.append(
                join((element("p", Piece(f"<b>{escape(asked)}</b>", asked)), element("p", true(told))))
                if form == "p"
                else theme.part("section", element("h3", true(asked)), element("div", true(told)))
            )
    title = theme.pick("frequent title", ("よくあるご質問", "FAQ", "よくある質問と回答", "Q&A"))
    return Content(
        title,
        _headed(theme, title, element("dl", join(made)) if form == "dl" else join(made)),
        theme.pick("frequent family", ("company", "town", "shop")),
    )


KINDS = {
    "notice": (8, notice, (1, 5, 5, 1)),
    "minutes": (1, minutes, (2, 4, 3, 0)),
    "company_news": (4, release, (1, 4, 5, 2)),
    "service": (6, service, (0, 3, 5, 4)),
    "profile": (2, profile, (2, 4, 4, 1)),
    "event": (3, event, (1, 4, 4, 1)),
    "frequent_questions": (3, frequent, (1, 4, 4, 2)),
}
