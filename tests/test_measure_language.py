"""The language score on sentences: what must pass, what must not, and what is known to go wrong."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manyo.columns import Column
from manyo.measure import characters, language

KNOWN = json.loads((Path(__file__).parent / "cases/known-failures-measure.json").read_text("utf-8"))
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
