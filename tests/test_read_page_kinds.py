"""Kinds of page that Japanese sites are made of, each read whole: what must come out, and what must stay outside.

The pages, `cases/page-kinds.json`, are written for these tests, in the structures and class names of their kind; no site's
page is among them. Each is whole (`html`) or stands in a frame of header, menu and footer (`body`). What is read wrongly
so far is marked (`fails`), strictly, so that a remedy is noticed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from manyo import extract, extract_batch

DATA: dict[str, Any] = json.loads((Path(__file__).parent / "cases" / "page-kinds.json").read_text("utf-8"))


def modern(title: str, body: str, beside: str = "") -> str:
    """A page of the last ten years: header, main, aside, footer."""
    return (
        f'<!DOCTYPE html>\n<html lang="ja"><head><meta charset="UTF-8"><title>{title}</title><script>window.dataLayer=[];</script></head>\n'
        f'<body><header class="site-header"><a href="/"><img src="/logo.svg" alt="ロゴ"></a>{DATA["menu"]}</header>\n'
        f'<div class="wrapper"><main id="main">{body}</main>{beside}</div>\n{DATA["foot"]}</body></html>'
    )


def whole(kind: dict[str, Any]) -> str:
    if "body" in kind:
        return modern(kind["title"], kind["body"], kind.get("beside", ""))
    page: str = kind["html"]
    return page.replace("{menu}", DATA["menu"]).replace("{foot}", DATA["foot"])


def marked(kind: dict[str, Any]) -> object:
    marks = [pytest.mark.xfail(strict=True, reason=kind["fails"])] if "fails" in kind else []
    return pytest.param(kind, id=kind["name"], marks=marks)


@pytest.mark.parametrize("kind", [marked(kind) for kind in DATA["kinds"]])
def test_kind_of_page(kind: dict[str, Any]) -> None:
    page, has, lacks = whole(kind), kind["has"], kind.get("lacks", [])
    if "body" in kind:
        lacks = [*lacks, *DATA["around"]]
    assert [word for word in lacks if word not in page] == []  # else nothing is tested
    text = extract(page.encode()).text
    assert [word for word in has if word not in text] == []
    assert [word for word in lacks if word in text] == []
    places = [text.index(word) for word in has]
    assert places == sorted(places)
    if not has:
        assert text == ""


@pytest.mark.parametrize("encoding", ["cp932", "euc_jp", "iso2022_jp", "utf-16", "ascii"])
def test_a_page_reads_alike_in_any_encoding(encoding: str) -> None:
    """What an encoding lacks is written as a reference, in ASCII all of it; half the pages declare UTF-8 in vain."""
    pages = [whole(kind) for kind in DATA["kinds"]]
    bodies = [page.encode(encoding, "xmlcharrefreplace") for page in pages]
    expected = extract_batch([page.encode() for page in pages])["text"].to_pylist()
    assert extract_batch(bodies)["text"].to_pylist() == expected


# --- a sentence in special material, within an article ---

ESSAY = ("三月の終わりに、十年使った自転車を手放した。変速機が動かなくなり、直すより買ったほうが安いと言われたからだ。", "この自転車で、県境の峠を三度越えた。二度目のときは雨に降られ、峠の茶屋で見知らぬ人に手拭いを借りた。", "新しい自転車は軽くて速い。けれども、坂の途中で足を止めたくなるのは、まだ前の癖が抜けないせいだろう。", "手拭いは洗って、いまも引き出しに入れてある。次に峠を越えるときに、返しに行こうと思う。")  # fmt: skip


def within(marked: str) -> str:
    paragraphs = "".join(f"<p>{line}</p>" for line in (ESSAY[0], marked, *ESSAY[1:]))
    article = f"<article><h1>自転車を手放す</h1>{paragraphs}</article>"
    return modern("自転車を手放す", article)


@pytest.mark.parametrize(
    ("marked", "sentence"),
    [
        # ruby
        ("<ruby>峠<rtc><rt>とうげ</rt></rtc></ruby>の<ruby>茶屋<rt>ちゃや</ruby>で休む。", "峠の茶屋で休む。"),
        ("<ruby><rb>手</rb><rb>拭</rb><rt>て</rt><rt>ぬぐ</rt><rtc>布の一種</rtc></ruby>いを借りる。", "手拭いを借りる。"),
        ("<ruby>一<rp>[</rp><rt>ひ<rp>]</rp><rb>人<rp>[<rt>とり<rp>]</ruby>で坂を上る。", "一人で坂を上る。"),
        ("<a href=/kado><ruby>三叉路<rt>さんさろ</rt></ruby></a>を左へ折れる。", "三叉路を左へ折れる。"),
        ("<RUBY><RB>鞄<RP>（<RT>かばん<RP>）</RUBY>は荷台にしばる。", "鞄は荷台にしばる。"),
        ("<ruby><ruby>東<rt>とう</rt></ruby><ruby>京<rt>きょう</rt></ruby></ruby>まで走る。", "東京まで走る。"),
        ("道の名は<ruby>塩街道<rt>しおかいどう", "道の名は塩街道"),
        # images that are characters
        ("<img class=gaiji src=1.png alt='葛'>湯を飲み、<img src=2.png alt='髙'>橋さんに礼を言う。", "葛湯を飲み、髙橋さんに礼を言う。"),
        ("峠の<img src=3.jpg alt='写真：峠の茶屋'>上で休む。", "峠の上で休む。"),
        # vertical forms, invisible characters, half-width kana
        ("﹁着いたぞ﹂と叫ぶ︒︵息が切れる︶︑﹃まだ半分だ﹄︒", "「着いたぞ」と叫ぶ。（息が切れる）、『まだ半分だ』。"),
        ("待つこと︙︙三十分︒", "待つこと……三十分。"),
        ("変速<wbr>機と前<wbr/>照灯&#8203;と呼び&shy;鈴\u00ad、&ZeroWidthSpace;空気\u2060入れ\ufeff。", "変速機と前照灯と呼び鈴、空気入れ。"),
        ("ﾍﾟﾀﾞﾙとﾊﾝﾄﾞﾙ､ｻﾄﾞﾙを｢部品｣と呼ぶ｡", "ペダルとハンドル、サドルを「部品」と呼ぶ。"),
        ("か&#x3099;たんと段差を越え、は&#x309A;っと飛び出す。", "がたんと段差を越え、ぱっと飛び出す。"),
        # references
        ("&#33258;&#36578;&#x8ECA;&#x306F;&nbsp;&#x98A8;&#12289;&hellip;&#12290;", "自転車は 風、…。"),
        ("A&amp;B&lt;C&gt;と&amp;amp;と書いてある。", "A&B<C>と&amp;と書いてある。"),
        # line ends in the source
        ("朝は早く、\n夜も\r\n　　遅い<!-- 註 -->\n道だった。", "朝は早く、夜も　遅い道だった。"),
        # what is there and not shown, and the reverse
        ("車輪の<span hidden>（見えない）</span>大きさ<template>雛形</template>と<script>var x = '台本';</script>重さ。", "車輪の大きさと重さ。"),
        ("車輪の<i style='DISPLAY : none'>（見えない）</i>数<style>p::after { content: '後' }</style>は二つ。", "車輪の数は二つ。"),
        ("峠から<noscript>（写真の代わりに）</noscript>湖が見えた。", "峠から（写真の代わりに）湖が見えた。"),
        ("値は<s>千円</s>から<ins>八百円</ins>に、<big>大</big>きく<font color=red>下</font>がる<tt>。</tt>", "値は千円から八百円に、大きく下がる。"),
    ],
)  # fmt: skip
def test_special_material(marked: str, sentence: str) -> None:
    lines = extract(within(marked).encode()).text.split("\n")
    assert [line for line in lines if line != "自転車を手放す"] == [ESSAY[0], sentence, *ESSAY[1:]]


@pytest.mark.xfail(strict=True, reason="only an alternative text that is one wide character of the BMP, bare, is read")
@pytest.mark.parametrize(
    ("marked", "sentence"),
    [
        ("<img class=gaiji src=1.png alt='𠮷'>田さんに道をたずねる。", "𠮷田さんに道をたずねる。"),
        ("<img class=gaiji src=2.png alt=' 葛 '>湯を飲む。", "葛湯を飲む。"),
        ("手紙の結びに<img class=emoji src=3.png alt='😀'>とある。", "手紙の結びに😀とある。"),
        ("宿の名は<img class=gaiji src=4.png alt='※(「さんずい＋粲」)'>屋という。", "宿の名は※(「さんずい＋粲」)屋という。"),
    ],
)  # fmt: skip
def test_images_that_are_characters_and_are_lost(marked: str, sentence: str) -> None:
    assert sentence in extract(within(marked).encode()).text.split("\n")


@pytest.mark.xfail(strict=True, reason="zero-width non-joiners and joiners are kept, not in emoji alone")
def test_joiners_between_kana() -> None:
    assert "自転車とペダル。" in extract(within("自転&zwnj;車とペ&zwj;ダル。").encode()).text.split("\n")


def test_cells_of_a_table_within_a_cell() -> None:
    inner = "<table><tr><td>行き<td>一時間<tr><td>帰り<td>四十分</table>"
    page = within(
        f"次の表は、峠までにかかった時間である。<table><tr><th>道のり<td>{inner}<tr><th>天気<td>晴れのち雨</table>"
    )
    text = extract(page.encode()).text
    assert "行き\t一時間\n帰り\t四十分" in text and "天気\t晴れのち雨" in text
    assert text.index("帰り") < text.index("天気") < text.index(ESSAY[1])
