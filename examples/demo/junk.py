"""Pages that a corpus should refuse: spam of six kinds and thin pages of six more, composed from the lines of junk.toml."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Junk:
    """A page nobody needs: `kind` is `spam` or `thin`, `note` says of which sort."""

    kind: str
    note: str
    url: str
    title: str
    body: str
    charset: str


@functools.cache
def phrases() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "junk.toml").read_text(encoding="utf-8"))


def junk() -> Iterator[Junk]:
    charsets = ("utf-8", "cp932", "euc-jp")
    for number, (kind, note, host, title, body) in enumerate(_pages()):
        url = f"http://{host}/{note}/{number}.html"
        yield Junk(kind, note, url, title, body, charsets[number % 3])


def _pages() -> Iterator[tuple[str, str, str, str, str]]:
    said = phrases()
    for n, words in enumerate(said["keywords"]["sets"]):
        yield (
            "spam",
            "keywords",
            f"seo{n}.example.com",
            f"{words[0]} {words[1]} {words[2]}｜{words[0]}なら",
            _keywords(words),
        )
    for section, host in (("gambling", "bonus"), ("adult", "yoru")):
        for n, name in enumerate(said[section]["names"]):
            lines = [_filled(line, name, n * 7 + k) for k, line in enumerate(said[section]["lines"] * 4)]
            yield "spam", section, f"{host}{n}.example.net", f"{name}【公式】", _paragraphs(lines)
    for n in range(5):
        anchors = said["links"]["anchors"]
        links = [
            f'<a href="http://link{k}.example.com/">{anchors[(k * (n + 3)) % len(anchors)]}</a>' for k in range(120)
        ]
        yield "spam", "links", f"links{n}.example.org", f"相互リンク集 その{n + 1}", " | ".join(links)
    for n, line in enumerate(said["repeat"]["lines"]):
        yield "spam", "repeated", f"buy{n}.example.com", f"激安専門店 {n + 1}号店", _paragraphs([line] * (40 + 10 * n))
    for n in range(4):
        yield "spam", "parked", f"park{n}.example.jp", "このドメインは売り出し中です", _parked(n)
    yield from _thin(said["thin"]["menu"])


def _thin(menu: list[str]) -> Iterator[tuple[str, str, str, str, str]]:
    for n, word in enumerate(("てぬぐい", "ﾍｱﾋﾟﾝ", "北海道　木彫り　熊")):
        body = f"<h1>「{word}」の検索結果</h1><p>0件中 0～0件を表示</p><p>該当する商品は見つかりませんでした。</p>{_menu(menu)}"
        yield "thin", "empty-search", f"mall{n}.example.com", f"{word}の検索結果", body
    for n in range(3):
        body = "<h1>ログイン</h1><p>このページを見るにはログインが必要です。</p><p>ユーザーID</p><input><p>パスワード</p><input>"
        yield (
            "thin",
            "login",
            f"sns{n}.example.com",
            "ログイン",
            body + "<p>パスワードをお忘れの方</p><p>新規登録はこちら</p>",
        )
    for n in range(3):
        cells = "".join(f"<td>{day}</td>" + ("</tr><tr>" if day % 7 == 0 else "") for day in range(1, 32))
        body = f"<h1>{2023 + n}年{n + 4}月</h1><table><tr>{cells}</tr></table><a>前の月</a> <a>次の月</a>"
        yield "thin", "calendar", f"cal{n}.example.org", f"カレンダー {2023 + n}年{n + 4}月", body
    for n in range(3):
        body = "<h1>ページが見つかりません</h1><p>お探しのページは移動したか、削除された可能性があります。</p><p>URLをお確かめください。</p>"
        yield "thin", "soft-404", f"shop{n}.example.com", "ページが見つかりません", body + _menu(menu[:6])
    for n in range(3):
        yield "thin", "menu", f"corp{n}.example.jp", "サイトマップ", _menu(menu[n:]) + _menu(menu[: 16 - n])
    for n in range(2):
        body = "<p>お使いのブラウザではJavaScriptが無効になっています。</p>" + "<p>読み込み中...</p>" * (n + 1)
        yield "thin", "script-only", f"app{n}.example.com", "アプリ", body


def _keywords(words: list[str]) -> str:
    rounds = (" ".join(words[k:] + words[:k]) for k in range(len(words)))
    sentences = (f"{words[0]}の{word}をお探しなら{words[0]} {word} {words[1]} {words[2]}！" for word in words)
    return _paragraphs([line for pair in zip(rounds, sentences, strict=True) for line in pair] * 2)


def _parked(n: int) -> str:
    related = "".join(
        f"<li><a>{word}</a></li>" for word in ("ドメイン 購入", "レンタルサーバー", "ホームページ作成", "保険")
    )
    return f"<h1>park{n}.example.jp は売り出し中です！</h1><p>このドメインの購入をご希望の方はこちら</p><p>関連リンク</p><ul>{related}</ul>"


def _menu(words: list[str]) -> str:
    return "<ul>" + "".join(f'<li><a href="/m{k}">{word}</a></li>' for k, word in enumerate(words)) + "</ul>"


def _paragraphs(lines: list[str]) -> str:
    return "\n".join(f"<p>{line}</p>" for line in lines)


def _filled(line: str, name: str, seed: int) -> str:
    return line.replace("{k}", name).replace("{n}", str(100 + seed * 13 % 900))
