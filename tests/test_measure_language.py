"""The language score on sentences: what must pass, what must not, and what is known to go wrong."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manyo import measure, read
from manyo.columns import Column
from manyo.measure import characters, language
from manyo.read.spotter import NOT_JAPANESE

KNOWN = json.loads((Path(__file__).parent / "cases/known-failures-measure.json").read_text("utf-8"))
ENCODINGS = Path(__file__).parents[2] / "shared/data/encoding"  # real pages, by their true encoding
TATOEBA = Path(__file__).parents[2] / "shared/data/lid/tatoeba"  # real sentences kept beside the checkout


def scores(texts: list[str]) -> list[float]:
    return language.scores(characters.count(Column.of(texts)))[:, 0].tolist()


@settings(deadline=None)
@given(st.lists(st.text(), min_size=1, max_size=5))
def test_a_score_lies_between_0_and_1(texts: list[str]) -> None:
    assert all(0.0 <= score <= 1.0 for score in scores(texts))


@pytest.mark.parametrize(
    "text",
    [
        "明日は雨が降るでしょう。",
        "供託又ハ寄託セル国債ノ償還金ヲ以テ為ス代リ国債ノ買入ニ関スル特別取扱規程",  # law before 1946
        "ラーメン、カレーライス、スパゲッティ",
        "剝製と塡補と頰の字は、常用漢字である。",
        "國語ノ假名遣ヒハ難シイト言フ。",  # old forms of kanji
        "髙橋さんと﨑山さんは𠮷野家へ行った。",
    ],
)
def test_japanese(text: str) -> None:
    assert scores([text])[0] > 0.9


@pytest.mark.parametrize(
    "text",
    [
        "他是城裏最有錢的人。",
        "我们明天去北京旅游，你想一起去吗？",
        "优の良品の店在这里，欢迎光临，请进来看看我们的新产品。",  # Chinese brands write の
        "間房裏面啲傢俬全部都用到殘晒。",
        "내일은 비가 온다. 우산을 가져가세요.",
        "It will rain tomorrow.",
        "Завтра будет дождь.",
        "พรุ่งนี้ฝนจะตก",
        "12,345円 → ★★★☆☆ (｀・ω・´)",
        "",
    ],
)
def test_not_japanese(text: str) -> None:
    assert scores([text])[0] < 0.3


def test_halves_score_about_a_half() -> None:
    both = (
        "明日は雨が降るので、傘を持って行きましょう。" * 3
        + "我们明天不去公园，因为天气预报说会下大雨，请大家在家里休息。" * 2
    )
    assert 0.4 < scores([both])[0] < 0.6


def test_which_language_it_is_then() -> None:
    texts = {
        "明日は雨が降るので、傘を持って行きましょう。": [1.0, 0.0, 0.0, 0.0],
        "我们明天不去公园，因为天气预报说会下大雨。": [0.0, 1.0, 0.0, 0.0],
        "颱風過後，鄰居們拿著掃帚出來清理，你也來吧。": [0.0, 1.0, 0.0, 0.0],
        "내일은 비가 온다. 大韓民國의 首都는 서울이다.": [0.0, 0.0, 1.0, 0.0],
        "It will rain tomorrow. Il pleuvra demain.": [0.0, 0.0, 0.0, 1.0],
        "Завтра будет дождь.": [0.0, 0.0, 0.0, 0.0],
        "東京都千代田霞": [0.0, 0.0, 0.0, 0.0],
        "★★★ 1,280円 http://www.example.jp/": [0.0, 0.0, 0.0, 0.0],
    }
    found = language.scores(characters.count(Column.of(list(texts))))
    for text, row, expected in zip(texts, found.tolist(), texts.values(), strict=True):
        assert row == pytest.approx(expected, abs=1e-6), text


def test_languages_by_line() -> None:
    """22 characters of Japanese, 33 of English, kanji that could be anyone's, what is of no language, 8 of Chinese."""
    japanese = "明日は雨が降るので、傘を持って行きましょう。\n"
    english = "It will rain so bring an umbrella please\n"
    page = japanese + english + "東京\n" + "★1,280 https://example.jp/a\n" + "我们明天不去公园\n"
    row = measure.measure([page]).to_pylist()[0]
    assert row["japanese_line_share"] == pytest.approx(22 / (22 + 33 + 8))
    assert row["foreign_line_share"] == pytest.approx((33 + 8) / (22 + 33 + 8))
    assert measure.measure([japanese + "第一条\n別表第一\n"])["foreign_line_share"].to_pylist() == [0.0]
    half = measure.measure(["設定は config.yaml に書く。\n"]).to_pylist()[0]
    assert (half["japanese_line_share"], half["foreign_line_share"]) == (1.0, 0.0)


SIMPLIFIED = (
    "昨天下午我们去郊外的公园散步，湖边的柳树已经发芽了。孩子们在草地上放风筝，大人坐在长椅上聊天。"
    "图书馆从下个月开始延长开放时间，周末也可以借书。市政府表示，这项服务将在全市推广。"
)
TRADITIONAL = (
    "颱風過後，巷口的老榕樹斷了一根粗枝。鄰居們拿著掃帚出來清理落葉，順便聊起了小時候的夏天。"
    "圖書館從下個月開始延長開放時間，週末也可以借書。市政府表示，這項服務將在全市推廣。"
)
HONG_KONG = "琴日落大雨，我喺屋企睇咗成日書，佢哋就出咗去飲茶。聽日如果好天，我哋一齊去行山啦，唔好再匿埋喺度喇。"
KOREAN = (
    "어제는 비가 많이 와서 하루 종일 집에 있었다. 점심에는 김치찌개를 끓여 먹고, 저녁에는 친구와 전화를 했다. "
    "도서관은 다음 달부터 개관 시간을 늘리기로 했다. 시는 이 서비스를 모든 지역으로 넓힐 계획이다."
)


def iso_2022_cn(text: str) -> bytes:
    """RFC 1922: GB 2312 in SO, designated anew on every line."""
    return b"".join(
        bytes(byte & 0x7F for byte in part.encode("gb2312")).join((b"\x1b$)A\x0e", b"\x0f"))
        if ord(part[0]) > 0x7F
        else part.encode()
        for part in re.findall("[\x00-\x7f]+|[^\x00-\x7f]+", text)
    )


def euc_tw(text: str) -> bytes:
    """The frequent characters of Big5, which are plane 1 of CNS 11643 in the same order (but for a few)."""
    out = b""
    for character in text:
        code = character.encode("big5")
        if len(code) == 2 and 0xA4 <= code[0] <= 0xC6:
            place = (code[0] - 0xA4) * 157 + code[1] - (0x40 if code[1] < 0x80 else 0x62)
            out += bytes((0xC4 + place // 94, 0xA1 + place % 94))
        elif len(code) == 1:
            out += code
    return out


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        *((SIMPLIFIED, name) for name in ("gb2312", "gbk", "gb18030", "hz", "utf-8", "utf-16")),
        (SIMPLIFIED, iso_2022_cn),
        *((TRADITIONAL, name) for name in ("big5", "cp950", "big5hkscs", "gbk", "gb18030", "utf-8", "utf-16")),
        (TRADITIONAL, euc_tw),
        *((HONG_KONG, name) for name in ("big5hkscs", "gb18030", "utf-8")),
        *((KOREAN, name) for name in ("euc_kr", "cp949", "johab", "iso2022_kr", "utf-8", "utf-16")),
    ],
)
@pytest.mark.parametrize("declared", ["", "shift_jis", "euc-jp", "utf-8"])
def test_chinese_and_korean_pages_are_refused(text: str, encoding: Any, declared: str) -> None:
    """Before decoding, or then by the score; also where the page says that it is in a Japanese encoding."""
    meta = f'<meta charset="{declared}">' if declared else ""
    page = f"<html><head>{meta}<title>{text[:8]}</title></head><body>" + f"<p>{text}</p>\n" * 5 + "</body></html>"
    body = encoding(page) if callable(encoding) else page.encode(encoding)
    assert refused([body]) == [True]


def refused(bodies: list[bytes]) -> list[bool]:
    """Whether each page is turned away on its bytes, or its text scores below the threshold of our recipe."""
    count = len(bodies)
    pages = Column.join(bodies)
    texts = read.read(pages, pa.array([""] * count), pa.array(["html"] * count)).column("text")
    spotted = read.spot(pages) == NOT_JAPANESE
    scores = np.array(measure.measure(texts, only=["language_score"])["language_score"].to_pylist())
    return list((spotted | (scores < 0.3)).tolist())


@pytest.mark.skipif(not ENCODINGS.is_dir(), reason="the real pages are not beside this checkout")
@pytest.mark.parametrize("encoding", ["Big5", "EUC-KR", "EUC-TW", "GB2312", "Johab"])
def test_real_chinese_and_korean_pages_are_refused(encoding: str) -> None:
    files = sorted((ENCODINGS / encoding).iterdir())
    assert all(refused([file.read_bytes() for file in files]))


@pytest.mark.parametrize(("text", "should_reach", "why"), KNOWN["language"])
def test_known_failures_still_fail(text: str, should_reach: float, why: str) -> None:
    assert scores([text])[0] < should_reach, f"mended: move it to the tests ({why})"


@pytest.mark.skipif(not TATOEBA.is_dir(), reason="the real sentences are not beside this checkout")
def test_recall_and_precision_on_sentences_of_112_languages() -> None:
    texts, japanese = [], []
    for file in sorted(TATOEBA.iterdir()):
        for line in file.read_text("utf-8").splitlines():
            if len(line) >= 20:
                texts.append(line)
                japanese.append(file.suffix == ".jpn")
    told = np.array(scores(texts)) >= 0.3
    truth = np.array(japanese)
    assert (told & truth).sum() / truth.sum() >= 0.99
    assert (told & truth).sum() / told.sum() >= 0.99


@pytest.mark.skipif(not TATOEBA.is_dir(), reason="the real sentences are not beside this checkout")
def test_recall_and_precision_on_short_sentences() -> None:
    texts = [
        (file.suffix == ".jpn", line)
        for file in sorted(TATOEBA.iterdir())
        for line in file.read_text("utf-8").splitlines()
    ]
    texts = [(japanese, line) for japanese, line in texts if 5 <= len(line) < 20]
    truth = np.array([japanese for japanese, _ in texts])
    told = np.array(scores([line for _, line in texts])) >= 0.3
    assert (told & truth).sum() / truth.sum() >= 0.99
    assert (told & truth).sum() / told.sum() >= 0.99
