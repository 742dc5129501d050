"""Shops and the like: products, recipes, places, jobs, collections of items. Name, description and data are the text; price, cart, ranking and reviews are not."""

from __future__ import annotations

import random

from . import furniture, labels, words
from .blogs import below, entry_head
from .body import Shape, bullets, compose, heading, paragraphs, size, table
from .markup import Piece, Theme, element, escape, join, true
from .prose import Writer
from .shell import Content

_DATA = (
    "サイズ",
    "素材",
    "重さ",
    "原産国",
    "商品番号",
    "内容量",
    "賞味期限",
    "色",
    "対象年齢",
    "保証期間",
    "付属品",
    "JANコード",
    "製造元",
    "使用上の注意",
    "保存方法",
)
_NOTES = (
    "※画面の色と実物の色は多少異なる場合があります。",
    "15時までのご注文で当日発送いたします。",
    "3,980円以上のお買い上げで送料無料",
    "レビューを書いて次回使えるクーポンをもらおう",
    "在庫：残りわずか",
    "ギフト包装を承ります（有料）",
)


def _buying(theme: Theme, rng: random.Random) -> Piece:
    """Price, quantity, cart and what else stands beside the picture."""
    price = f"{rng.randint(2, 300) * 110:,}円"
    parts = [
        theme.part(
            "price", f"{theme.pick('price label', ('価格', '販売価格', '税込', '', '定価'))} <b>{price}</b>（税込）"
        )
    ]
    if theme.chance("points", 0.5):
        parts.append(Piece(f"<p>ポイント {rng.randint(1, 300)}pt　{rng.choice(_NOTES)}</p>\n"))
    if theme.chance("options", 0.5):
        parts.append(
            Piece("<p>カラー <select><option>赤</option><option>青</option></select> 数量 <input value=1 size=2></p>\n")
        )
    parts.append(
        theme.part(
            "cart",
            "<form><input type=submit value=買い物かごに入れる><button>お気に入りに追加</button></form>",
            "<a href='/ask'>この商品について問い合わせる</a> <a href='/law'>返品について</a>",
        )
    )
    return join(parts)


def _reviews(theme: Theme, rng: random.Random) -> Piece:
    writer = Writer(rng, "blog", theme.topic)
    count = rng.choice((0, 0, 2, 4, 9))
    made = [
        element(
            "div",
            f"<p>★★★★{rng.choice('★☆')} {rng.choice(words.HANDLES)} {rng.randint(20, 60)}代</p><p>{escape(writer.paragraph(60))}</p>",
        ).html
        for _ in range(count)
    ]
    return theme.part(
        "review",
        furniture.title_like(
            theme,
            theme.pick("review heading", ("レビュー", "お客様の声", "商品レビュー", "クチコミ")) + f"（{count}件）",
        ),
        *made,
        "<a href='/review'>レビューを書く</a>",
    )


def product(theme: Theme, rng: random.Random) -> Content:
    writer = Writer(rng, theme.pick("register", ("polite", "blog"), (4, 1)), theme.topic)
    name = writer.fill(
        rng.choice(("{Q}{T}", "{P}の{T} {n2}個入り", "【送料無料】{Q}{T} {T}付き", "{T} {n3}", "{T}と{T}のセット"))
    )
    inside = theme.chance("name inside", 0.5)
    named = element(
        theme.pick("name tag", ("h1", "h2", "p", "div")), true(name) if inside else escape(name), theme.names("title")
    )
    image = Piece(
        f"<img src='/item/{rng.randint(1, 999)}.jpg' alt='{writer.thing()}'>\n"
        + ("<p>画像をクリックすると拡大します</p>\n" if theme.chance("zoom", 0.3) else "")
    )
    shape = Shape(size(rng, 260), each=60, headings=0.15, lists=0.1, tables=0.0, figures=0.15, links=0.0)
    about = (
        [heading(theme, rng.choice(("商品説明", "商品の特徴", "アイテム詳細", "この商品について")))]
        if theme.chance("about heading", 0.5)
        else []
    )
    about.append(compose(theme, rng, writer, shape))
    if theme.chance("data table", 0.7):
        about.append(table(theme, [[label, writer.item()] for label in rng.sample(_DATA, rng.randint(3, 8))]))
    described = theme.part("body", *about)
    head = [named, image, _buying(theme, rng)]
    if theme.chance("description before cart", 0.25):
        head.insert(2, described)
        parts = [theme.part("article", *head)]
    elif inside:
        parts = [theme.part("article", *head, described)]
    else:
        parts = [theme.part("section", *head), described]
    parts.append(_reviews(theme, rng) if theme.chance("reviews", 0.5) else Piece(""))
    parts.append(Piece(furniture.related(theme, rng)))
    if theme.chance("shop guide", 0.4):
        draw = theme.draw("guide")
        guide = "".join(
            furniture.title_like(theme, label) + f"<p>{escape(Writer(draw, 'notice').sentence())}</p>"
            for label in ("送料について", "お支払い方法", "返品・交換")
        )
        parts.append(theme.part("widget", guide, f"<p>{_NOTES[0]}</p>"))
    return Content(name, join(parts), "shop")


def recipe(theme: Theme, rng: random.Random) -> Content:
    writer = Writer(rng, theme.pick("register", ("polite", "blog")), words.TOPICS[1])
    title = writer.fill(rng.choice(("{T}と{T}の{T}", "{Q}{T}", "簡単！{T}で作る{T}", "{H}の{T}")))
    parts = [paragraphs(theme, rng, writer.paragraphs(rng.randint(20, 160), 60))]
    amounts = ("大さじ1", "小さじ1/2", "少々", "適量", "200g", "1個", "1/4本", "2枚", "100cc", "お好みで")
    goods = [[writer.thing(), rng.choice(amounts)] for _ in range(rng.randint(3, 12))]
    parts.append(heading(theme, rng.choice(("材料（2人分）", "材料", f"材料（{rng.randint(1, 6)}人分）", "■材料"))))
    if theme.chance("goods table", 0.5):
        parts.append(table(theme, goods))
    else:
        parts.append(bullets(theme, [f"{a}{theme.pick('dots', ('　', '……', '：', ' '))}{b}" for a, b in goods]))
    parts.append(heading(theme, rng.choice(("作り方", "手順", "つくりかた", "■作り方"))))
    steps = [
        writer.fill("{v_te}、{T}を加えて{v_ru}。") if rng.random() < 0.5 else writer.sentence()
        for _ in range(rng.randint(3, 9))
    ]
    if theme.chance("numbered steps", 0.5):
        parts += [
            theme.part("section", Piece(f"<span>{at}</span><img src='/s/{at}.jpg'>", str(at)), element("p", true(step)))
            for at, step in enumerate(steps, 1)
        ]
    else:
        parts.append(bullets(theme, steps, ordered=True))
    if rng.random() < 0.6:
        parts += [
            heading(theme, theme.pick("tip", ("コツ・ポイント", "ポイント", "メモ"))),
            paragraphs(theme, rng, [writer.paragraph(60)]),
        ]
    head = entry_head(theme, rng, writer, title)
    count = (
        f"<p>調理時間 約{rng.randint(5, 60)}分　カロリー {rng.randint(80, 700)}kcal　塩分 1.{rng.randint(0, 9)}g　保存 {rng.randint(1, 9999)}</p>\n"
        if theme.chance("figures of dish", 0.5)
        else ""
    )
    tried = (
        Piece(
            theme.part(
                "review",
                furniture.title_like(theme, "みんなの作った！レポート"),
                *(f"<p>{escape(text)}</p>" for text in rng.sample(labels.REMARKS, 4)),
            ).html
        )
        if theme.chance("reports", 0.4)
        else Piece("")
    )
    after = [Piece(str(html)) for html in below(theme, rng)]
    return Content(
        title,
        theme.part("article", head, count, theme.part("body", *parts), tried, *after),
        theme.pick("recipe family", ("blog", "shop")),
    )


def place(theme: Theme, rng: random.Random) -> Content:
    """A shop, an inn, a sight in a guide: what it is, its data in a table; reviews, maps and neighbours around."""
    writer = Writer(rng, "polite", theme.topic)
    name = writer.fill("{P}{T}館") if rng.random() < 0.5 else writer.fill("{T}の店 {P}")
    about = paragraphs(theme, rng, writer.paragraphs(size(rng, 250), 90))
    rows = [
        ["住所", writer.fill("{P}{n1}-{n2}")],
        ["電話", f"000-000-{rng.randint(0, 9999):04}"],
        ["営業時間", f"{rng.randint(8, 11)}:00～{rng.randint(17, 22)}:00"],
    ]
    rows += [
        [label, writer.item()]
        for label in rng.sample(
            ("定休日", "料金", "駐車場", "アクセス", "席数", "支払い方法", "備考", "設備", "予約"), rng.randint(2, 6)
        )
    ]
    data = join(
        (
            heading(theme, theme.pick("data heading", ("基本情報", "施設情報", "店舗データ", "ご利用案内"))),
            table(theme, rows),
        )
    )
    head = element("h1", escape(name), theme.names("title"))
    rated = Piece(
        f"<p>★{rng.randint(2, 4)}.{rng.randint(0, 99):02} 口コミ{rng.randint(0, 300)}件　保存 {rng.randint(0, 999)}人　<a href='#'>予約する</a></p>\n"
    )
    tabs = Piece(furniture.links(theme, "tabs", ["トップ", "メニュー", "写真", "口コミ", "地図", "クーポン"]))
    reviews = _reviews(theme, rng) if theme.chance("place reviews", 0.6) else Piece("")
    near = Piece(
        theme.part(
            "related", furniture.title_like(theme, "周辺のスポット"), furniture.articles(theme, rng, "near", 6)
        ).html
    )
    return Content(name, join((head, rated, tabs, theme.part("body", about, data), reviews, near)), "shop")


def job(theme: Theme, rng: random.Random) -> Content:
    writer = Writer(rng, "polite", theme.topic)
    title = writer.fill("{T}の{T}スタッフ／{P}勤務")
    rows = [
        [label, writer.sentence() if rng.random() < 0.5 else writer.item()]
        for label in rng.sample(
            ("仕事内容", "応募資格", "給与", "勤務地", "勤務時間", "休日・休暇", "待遇", "選考の流れ", "試用期間"),
            rng.randint(5, 9),
        )
    ]
    lead = paragraphs(theme, rng, writer.paragraphs(rng.randint(40, 400), 80))
    apply = theme.part("cart", "<a href='/apply'>応募画面へ進む</a> <a href='/keep'>気になる</a>").html
    body = theme.part("body", lead, heading(theme, "募集要項"), table(theme, rows))
    near = Piece(
        theme.part(
            "related", furniture.title_like(theme, "似ている求人"), furniture.articles(theme, rng, "jobs", 5)
        ).html
    )
    return Content(
        title,
        join((element("h1", escape(title)), Piece(apply), body, Piece(apply), near)),
        theme.pick("job family", ("company", "shop")),
    )


def collection(theme: Theme, rng: random.Random) -> Content:
    """Items each with a name and a whole description: the list is what the page is for, and its text."""
    writer = Writer(rng, theme.pick("register", ("polite", "plain")), theme.topic)
    title = writer.fill(rng.choice(("{T}{n1}選", "{s}の一覧", "{P}の{T}", "{Q}{T}コレクション")))
    lead = paragraphs(theme, rng, writer.paragraphs(rng.randint(40, 300), 80))
    items = []
    for _ in range(rng.randint(4, 14)):
        name = writer.fill("{Q}{T}")
        about = element("p", true(writer.paragraph(70)))
        buttons = Piece(
            f"<p>{rng.randint(2, 200) * 50:,}円 <a href='/i'>詳しく見る</a></p>\n"
            if theme.chance("collection prices", 0.4)
            else ""
        )
        items.append(theme.part("section", heading(theme, name), Piece("<img src='/i.jpg' alt=''>\n"), about, buttons))
    return Content(
        title,
        join((element("h1", true(title)), theme.part("body", lead, *items), Piece(furniture.share(theme, rng)))),
        theme.pick("collection family", ("shop", "blog")),
    )


KINDS = {
    "product": (7, product, (3, 5, 5, 2)),
    "recipe": (4, recipe, (0, 3, 5, 3)),
    "place": (3, place, (0, 3, 5, 3)),
    "job": (2, job, (0, 3, 5, 3)),
    "collection": (2, collection, (0, 2, 5, 2)),
}
