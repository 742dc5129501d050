"""Pages that have no main text: archives of articles, portals, results, log-ins, walls, errors, galleries, lists of links, forms."""

from __future__ import annotations

import random
from collections.abc import Callable

from . import furniture, labels, words
from .markup import Piece, Theme, element, escape, join
from .prose import Writer
from .shell import Content

Part = Callable[[Theme, random.Random], Piece]


def _archive(theme: Theme, rng: random.Random) -> Content:
    """The list of a site's articles: titles, dates, pictures, the cut-off beginnings of texts."""
    writer = Writer(rng, theme.pick("register", ("polite", "news", "blog")), theme.topic)
    excerpts = theme.pick("excerpts", (0, 60, 110, 250), (4, 3, 3, 0.5))
    made = []
    for _ in range(rng.randint(3, 30 if excerpts < 200 else 8)):
        year, month, day = writer.date()
        title = element(
            theme.pick("archive title", ("h2", "h3", "p", "div")),
            f'<a href="/a/{rng.randint(1, 999)}">{escape(writer.title())}</a>',
        )
        meta = Piece(
            f"<span>{year}年{month}月{day}日</span> <a href='/c'>{rng.choice(writer.topic.shelves)}</a>"
            + ("<img src='/t.jpg' alt=''>" if theme.chance("thumbs", 0.5) else "")
        )
        text = Piece(f"<p>{escape(writer.clipped(excerpts))}</p>" if excerpts else "")
        more = Piece(
            f"<p><a href='/a'>{theme.pick('more', ('続きを読む', 'もっと見る', 'Read more', '記事を読む »'))}</a></p>\n"
            if theme.chance("archive more", 0.5) and excerpts
            else ""
        )
        made.append(
            theme.part(
                "card" if theme.chance("archive cards", 0.6) else "article",
                *((meta, title) if theme.chance("meta first", 0.4) else (title, meta)),
                text,
                more,
            )
        )
    head = theme.pick(
        "archive head", ("「{}」の記事一覧", "カテゴリー：{}", "{}", "タグ「{}」が付いた記事", "2024年5月の記事")
    ).format(rng.choice(writer.topic.shelves))
    pages = theme.part(
        "pager", " ".join(f"<a href='?p={page}'>{page}</a>" for page in range(1, 9)), "<a href='?p=2'>次へ</a>"
    )
    return Content(
        head,
        join((element("h1", escape(head)), theme.part("list", *made), pages)),
        theme.pick("archive family", ("blog", "news", "company", "town")),
    )


def _portal(theme: Theme, rng: random.Random) -> Content:
    """A top page: boxes of links."""
    boxes = []
    for _ in range(rng.randint(3, 12)):
        kind = rng.choice(("pickup", "ranking", "recent", "categories", "related"))
        boxes.append(Piece(furniture.widget(theme, rng, kind)))
        if rng.random() < 0.3:
            boxes.append(
                Piece(furniture.links(theme, "service", furniture.choose(rng, labels.SERVICES, rng.randint(5, 20))))
            )
    return Content(
        theme.name, join(boxes), theme.pick("portal family", ("news", "shop", "town", "company")), path=False
    )


def _results(theme: Theme, rng: random.Random) -> Content:
    writer = Writer(rng, "news", rng.choice((theme.topic, None)))
    word = writer.thing()
    found = rng.choice((0, 0, 5, 10, 20))
    parts = [furniture.search_form(theme, rng), Piece(f"<p>「{word}」の検索結果：{found * rng.randint(1, 50)}件</p>\n")]
    if not found:
        parts.append(
            Piece(
                "<p>該当するページは見つかりませんでした。キーワードを変えて検索してください。</p><ul><li>誤字・脱字がないか確かめてください。</li><li>別の言葉を試してください。</li></ul>\n"
            )
        )
    for _ in range(found):
        price = (
            f"<p>{rng.randint(1, 99)},{rng.randint(0, 999):03}円</p>"
            if theme.chance("results priced", 0.35)
            else f"<p>{escape(writer.clipped(rng.randint(50, 120)))}</p><cite>www.example.jp/{rng.randint(1, 999)}</cite>"
        )
        parts.append(theme.part("card", f"<a href='/r'>{escape(writer.title())}</a>{price}"))
    return Content(
        f"「{word}」の検索結果", join(parts), theme.pick("results family", ("shop", "news", "board", "town"))
    )


_MESSAGES = {
    "login": (
        *(
            "ログイン",
            "メールアドレスとパスワードを入力してください。",
            "パスワードを忘れた方はこちら",
            "はじめてご利用の方は新規会員登録をしてください。",
            "次回から自動的にログインする",
        ),
        *(
            "外部サービスのアカウントでもログインできます。",
            "共用のパソコンでは、ご利用後に必ずログアウトしてください。",
        ),
    ),
    "members_wall": (
        *(
            "このコンテンツは会員限定です。",
            "ご覧になるには会員登録（無料）が必要です。すでに会員の方はログインしてください。",
            "会員になると、すべての記事が読み放題になるほか、メールマガジンや限定イベントのご案内をお届けします。",
        ),
        *(
            "月額プラン 980円",
            "年額プラン 9,800円",
            "いつでも解約できます。お支払いはクレジットカードのほか、携帯電話の料金と合わせてお支払いいただけます。",
            "法人でのご契約はこちら",
            "お試し期間中は料金がかかりません。",
        ),
    ),
    "not_found": (
        *(
            "404 Not Found",
            "お探しのページは見つかりませんでした。",
            "ページが移動したか、削除された可能性があります。",
            "URLに間違いがないか、もう一度お確かめください。",
            "トップページから目的のページをお探しください。",
        ),
        *(
            "申し訳ございませんが、ご指定のアドレスは現在使われていません。ブックマークを登録されている場合は変更をお願いします。",
        ),
    ),
    "age_check": (
        *(
            "年齢確認",
            "あなたは20歳以上ですか？",
            "このサイトには酒類に関する情報が含まれています。20歳未満の方の閲覧はご遠慮ください。",
            "はい",
            "いいえ",
            "20歳未満の飲酒は法律で禁止されています。",
        ),
    ),
    "maintenance": (
        *(
            "ただいまメンテナンス中です",
            "システムメンテナンスのため、サービスを一時停止しています。",
            "日時：午前2時から午前6時まで（予定）",
            "ご不便をおかけしますが、ご理解くださいますようお願いいたします。",
            "作業の状況により時間が前後することがあります。",
        ),
    ),
    "form": (
        *(
            "お問い合わせ",
            "必要事項をご記入のうえ、確認画面へお進みください。",
            "お名前（必須）",
            "ふりがな",
            "メールアドレス（必須）",
            "電話番号",
            "お問い合わせ内容",
            "個人情報の取り扱いに同意する",
            "※は必須項目です。",
        ),
        *(
            "返信までに数日いただく場合があります。",
            "送信後、自動返信メールが届かない場合は、迷惑メールの設定をご確認ください。",
        ),
    ),
    "empty_cart": (
        *(
            "買い物かご",
            "現在、買い物かごに商品は入っていません。",
            "お買い物を続ける",
            "会員登録するとポイントがたまります。",
            "5,000円以上で送料無料",
            "ご注文の流れ",
            "レジに進む",
        ),
    ),
    "moved": (
        *(
            "ページを移動しました",
            "このページは下記のアドレスに移転しました。",
            "5秒後に自動的に移動します。移動しない場合は下のリンクをクリックしてください。",
            "お手数ですがブックマークの変更をお願いします。",
            "http://www.example.jp/",
        ),
    ),
}


def _message(kind: str) -> Callable[[Theme, random.Random], Content]:
    def write(theme: Theme, rng: random.Random) -> Content:
        lines = _MESSAGES[kind]
        kept = [lines[0], *(line for line in lines[1:] if theme.chance(f"says {line[:8]}", 0.7))]
        tag = theme.pick("message tag", ("p", "p", "div", "li", "dd"))
        made = [element(theme.pick("message head", ("h1", "h2", "p", "b")), kept[0])]
        for line in kept[1:]:
            html = (
                f"<label>{line}<input name=x></label>"
                if kind in ("form", "login") and len(line) < 16
                else f"<a href='/'>{line}</a>"
                if rng.random() < 0.15
                else line
            )
            made.append(element(tag, html))
        button = (
            Piece(f"<input type=submit value={theme.pick('button', ('送信', 'ログイン', '次へ', '確認'))}>\n")
            if kind in ("form", "login", "members_wall", "age_check")
            else Piece("")
        )
        inside = element("form", join((*made, button))) if kind in ("form", "login") else join((*made, button))
        after = (
            Piece(furniture.related(theme, rng))
            if theme.chance("message related", 0.3) and kind in ("not_found", "members_wall", "empty_cart")
            else Piece("")
        )
        family = theme.pick("message family", ("blog", "news", "shop", "town", "company"))
        return Content(
            lines[0],
            join((theme.part(theme.pick("message box", ("body", "main", "notice", "section")), inside), after)),
            family,
            frame=theme.chance("message frame", 0.75),
            side=theme.chance("message side", 0.4),
        )

    return write


def _site_map(theme: Theme, rng: random.Random) -> Content:
    family = theme.pick("map family", ("town", "company", "shop", "news"))
    boxes = [
        theme.part(
            "section",
            furniture.title_like(theme, rng.choice(labels.NAVIGATION[family])),
            furniture.links(
                theme, "map", furniture.choose(rng, labels.NAVIGATION[family] + labels.SERVICES, rng.randint(3, 14))
            ),
        )
        for _ in range(rng.randint(3, 12))
    ]
    return Content("サイトマップ", join((element("h1", "サイトマップ"), *boxes)), family)


def _gallery(theme: Theme, rng: random.Random) -> Content:
    writer = Writer(rng, "blog", theme.topic)
    named = theme.chance("named pictures", 0.5)
    cells = [
        f"<a href='/p/{at}.jpg'><img src='/t/{at}.jpg' alt='{writer.thing()}'></a>"
        + (f"<br>{escape(writer.thing())}" if named else "")
        for at in range(rng.randint(6, 40))
    ]
    if theme.layout == "table":
        inside = element(
            "table",
            "".join(
                "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells[at : at + 4]) + "</tr>\n"
                for at in range(0, len(cells), 4)
            ),
        )
    else:
        inside = element("ul", "".join(f"<li>{cell}</li>\n" for cell in cells), theme.names("list"))
    title = writer.fill("{P}の写真館")
    return Content(
        title, join((element("h1", escape(title)), inside, Piece(furniture.previous_next(theme, rng)))), "home"
    )


def _link_list(theme: Theme, rng: random.Random) -> Content:
    """A page of links to other sites, by subject."""
    parts = [element("h1", "リンク集")]
    for _ in range(rng.randint(1, 7)):
        parts.append(Piece(furniture.title_like(theme, rng.choice(words.TOPICS).shelves[0])))
        parts.append(
            Piece(
                furniture.links(
                    theme,
                    "link",
                    [rng.choice(words.SITES).format(x=rng.choice(words.SITE_WORDS)) for _ in range(rng.randint(3, 15))],
                )
            )
        )
    return Content("リンク集", join(parts), "home")


def _menu_frame(theme: Theme, rng: random.Random) -> Content:
    """The menu of a page in frames, or the page that holds the frames."""
    if theme.chance("frameset", 0.4):
        inner = '<frameset cols="180,*"><frame src="menu.html" name="menu"><frame src="main.html" name="main"><noframes>このページはフレームを使用しています。フレーム対応のブラウザでご覧ください。</noframes></frameset>\n'
        return Content(theme.name, Piece(inner), "home", frame=False)
    menu = furniture.links(theme, "frame", furniture.choose(rng, labels.NAVIGATION["home"], rng.randint(5, 16)))
    return Content(
        "メニュー",
        join(
            (Piece(f"<b>{theme.name}</b><br><br>\n"), Piece(menu), Piece("<p><font size=1>since 1999.4.1</font></p>\n"))
        ),
        "home",
        frame=False,
    )


KINDS = {
    "archive": (3, _archive, (0, 4, 5, 3)),
    "portal": (1.5, _portal, (1, 4, 5, 3)),
    "search_results": (1, _results, (0, 3, 5, 3)),
    "site_map": (0.5, _site_map, (0, 4, 4, 1)),
    "gallery": (0.5, _gallery, (3, 4, 3, 1)),
    "link_list": (0.5, _link_list, (5, 3, 1, 0)),
    "menu_frame": (0.5, _menu_frame, (6, 1, 0, 0)),
    **{kind: (0.3, _message(kind), (1, 3, 4, 3)) for kind in _MESSAGES},
}
