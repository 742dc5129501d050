"""Markup becomes blocks: case by case, against Python's own parser, and on soup."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manyo.columns import Column
from manyo.errors import ManyoError
from manyo.read import extract, tags
from manyo.read import segment as s
from manyo.read.markup import ATTRIBUTES
from markup_soup import pages, soup

CASES = Path(__file__).parent / "cases"
ROLES = (
    "article main navigation header footer aside form table list link hidden preformatted heading quote figure".split()
)
ROLES += "boilerplate content comments control".split()
patient = settings(deadline=None, max_examples=150)


def cut(*pages: str, ruby: str = "drop") -> s.Segments:
    return s.segment(Column.join([page.encode() for page in pages]), ruby=ruby)


def texts(found: s.Segments, page: int = 0) -> list[str]:
    rows = found.blocks[found.pages[page, s.FIRST_BLOCK] : found.pages[page + 1, s.FIRST_BLOCK]]
    return [found.text[row[s.START] : row[s.END]].tobytes().decode() for row in rows]


def described(found: s.Segments) -> list[list[str]]:
    """Text, element, roles and, where a cell goes on a row, "tab", of every block."""
    out = []
    for text, row in zip(texts(found), found.blocks, strict=True):
        element = tags.ELEMENTS[row[s.TAG]] if row[s.TAG] >= 0 else ""
        roles = " ".join(role for role in ROLES if row[s.ROLES] & getattr(tags, role.upper()))
        out.append([text, element, roles, "tab" if row[s.JOIN] == s.TAB else "line"])
    return out


def load(name: str) -> Any:
    return json.loads((CASES / name).read_text(encoding="utf-8"))


def as_wanted(markup: str, wanted: list[Any]) -> list[Any]:
    """What was found, with no more said of each block than the case says of it."""
    found = described(cut(markup))
    out: list[Any] = []
    for index, block in enumerate(found):
        asked = wanted[index] if index < len(wanted) else ""
        if isinstance(asked, str):
            out.append(block[0])
        else:  # roles in any order; those not named are none
            roles = asked[2] if len(asked) > 2 else ""
            block[2] = roles if sorted(block[2].split()) == sorted(roles.split()) else block[2]
            default = ["", "", "", "line"]
            out.append(asked if block == asked + default[len(asked) :] else block)
    return out


CASES_BY_TOPIC: dict[str, list[Any]] = load("read-segment.json")


@pytest.mark.parametrize("topic", CASES_BY_TOPIC)
def test_cases(topic: str) -> None:
    cases = CASES_BY_TOPIC[topic]
    assert {markup: as_wanted(markup, wanted) for markup, wanted in cases} == dict(cases)


@pytest.mark.parametrize(("markup", "wanted", "why"), load("known-failures-read.json"))
def test_known_failures_still_fail(markup: str, wanted: list[Any], why: str) -> None:
    assert as_wanted(markup, wanted) != wanted, f"now works: {why}; move it to the cases"


@pytest.mark.parametrize(
    ("markup", "keep", "parenthesise"),
    [
        ("<ruby>虐待<rt>ぎゃくたい</rt></ruby>を", "虐待ぎゃくたいを", "虐待（ぎゃくたい）を"),
        ("<ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp></ruby>字", "漢かん字", "漢（かん）字"),
        ("<ruby>漢<rt>かん<rb>字<rt>じ</ruby>を読む", "漢かん字じを読む", "漢（かん）字（じ）を読む"),
        ("<ruby><rt>よみ</rt></ruby>後", "よみ後", "よみ後"),
        ("<ruby>漢<rt></rt></ruby>後", "漢後", "漢後"),
        ("漢<rt><rt>か</rt>字", "漢か字", "漢（か）字"),
        ("漢<i hidden><rt>か</rt></i>字", "漢字", "漢字"),
        ("<ruby>漢<rt>かん<p>次", "漢かん|次", "漢（かん）|次"),
    ],
)
def test_ruby_can_be_kept(markup: str, keep: str, parenthesise: str) -> None:
    assert "|".join(texts(cut(markup, ruby="keep"))) == keep
    assert "|".join(texts(cut(markup, ruby="parenthesise"))) == parenthesise


def test_numbers_of_a_block() -> None:
    found = cut('<p>猫は<a href="/">寝る&hellip;</a>。3.14, ネコ！&#12290;<a name=x>終</a>')
    (row,) = found.blocks
    assert texts(found) == ["猫は寝る…。3.14, ネコ！。終"]
    assert row[s.CHARACTERS] == 16  # without the space
    assert row[s.LINKED] == 3  # an <a> without href is no link
    assert row[s.PUNCTUATION] == 4  # 。 , ！ and the reference; the point of 3.14 ends nothing
    assert row[s.KANA] == 4
    gaiji = cut("<a href=x><img alt='戻'>る</a>").blocks[0]
    assert (gaiji[s.CHARACTERS], gaiji[s.LINKED]) == (2, 2)


@pytest.mark.parametrize(
    ("markup", "title", "language", "date"),
    [
        ("<html lang=ja><title>題 &amp;\n名</title>", "題 & 名", "ja", ""),
        ("<svg><title>絵</title></svg><title>題</title><title>二</title>", "題", "", ""),
        ("<title></title><TITLE>題<b></TITLE>", "題<b>", "", ""),
        ("<title>終わらない<p>本文", "終わらない<p>本文", "", ""),
        ('<meta http-equiv=Content-Language content="ja-JP">', "", "ja-jp", ""),
        ('<meta name="pubdate" content="x"><time datetime="2024-02-03T10:00">', "", "", "2024-02-03"),
        ('<meta name=date property=x content="2023年4月1日"><time datetime=2024-02-03>', "", "", "2023-04-01"),
        ('<script type="application/ld+json">{"datePublished": "2022/12/31"}</script>', "", "", "2022-12-31"),
        ("<time datetime=2023-02-29>", "", "", ""),
        ("<time datetime=20231231><time datetime=2020-01-01>", "", "", "2023-12-31"),
    ],
)
def test_title_language_and_date(markup: str, title: str, language: str, date: str) -> None:
    found = extract(markup.encode(), content_type="text/html; charset=utf-8")
    assert (found.title, found.language, found.date) == (title, language, date)


def test_five_thousand_levels() -> None:
    found = cut("<div>" * 5000 + "底" + "</div>" * 5000 + "<p>後")
    assert texts(found) == ["底", "後"]
    assert found.pages[0, s.DEPTH_CUT] > 0
    assert found.blocks[1, s.CONTAINER] < len(found.containers)
    assert found.containers[found.blocks[1, s.CONTAINER], s.PARENT] == 0  # closed as often as opened
    assert texts(cut("<b>" * 5000 + "深" + "</b>" * 5000 + "い")) == ["深い"]


def test_thousands_of_attributes() -> None:
    many = " ".join(f"a{n}='{n}>'" for n in range(5000))
    assert described(cut(f"<p {many} class=side {many} id=x>あ")) == [["あ", "p", "boilerplate", "line"]]
    assert ATTRIBUTES < 64


def test_too_large_a_batch_is_refused_before_memory_is_asked_for() -> None:
    page = np.broadcast_to(np.uint8(0x61), 1_500_000_000)  # takes one byte
    with pytest.raises(ManyoError, match="too large"):
        s.segment(Column(page, np.array([0, len(page)])))


class Visible(HTMLParser):
    """All text but that of scripts and styles."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.text, self.raw = "", False
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.raw = self.raw or tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self.raw = self.raw and tag not in ("script", "style")

    def handle_data(self, data: str) -> None:
        self.text += "" if self.raw else data


@patient
@given(pages)
def test_visible_text_is_what_another_parser_sees(markup: str) -> None:
    found = cut(markup)
    assert re.sub(r"\s", "", "".join(texts(found))) == re.sub(r"\s", "", Visible(markup).text)
    assert found.blocks[:, s.CHARACTERS].sum() == len(re.sub(r"\s", "", Visible(markup).text))


@patient
@given(st.lists(soup | pages, max_size=5), st.integers(0, 5), st.sampled_from(["drop", "keep", "parenthesise"]))
def test_a_page_is_cut_alike_in_any_batch(batch: list[str], at: int, ruby: str) -> None:
    whole = cut(*batch, ruby=ruby)
    apart = [cut(*half, ruby=ruby) for half in (batch[:at], batch[at:])]
    assert [texts(whole, n) for n in range(len(batch))] == [
        texts(part, n) for part in apart for n in range(len(part.pages) - 1)
    ]
    for columns in ([s.CHARACTERS, s.LINKED, s.PUNCTUATION, s.KANA, s.TAG, s.ROLES, s.JOIN],):
        joined = np.concatenate([part.blocks[:, columns] for part in apart])
        assert np.array_equal(whole.blocks[:, columns], joined)
    joined = np.concatenate([part.containers[:, [s.ELEMENT, s.CONTAINER_ROLES]] for part in apart])
    assert np.array_equal(whole.containers[:, [s.ELEMENT, s.CONTAINER_ROLES]], joined)


@patient
@given(st.lists(soup, max_size=4), st.sampled_from(["drop", "keep", "parenthesise"]))
def test_tables_hold_together(batch: list[str], ruby: str) -> None:
    found = cut(*batch, ruby=ruby)
    blocks, containers = found.blocks.astype(np.int64), found.containers
    assert (blocks[:, s.START] < blocks[:, s.END]).all()
    assert (blocks[1:, s.START] >= blocks[:-1, s.END]).all()
    assert len(blocks) == 0 or blocks[-1, s.END] <= len(found.text)
    assert (blocks[:, s.LINKED] <= blocks[:, s.CHARACTERS]).all()
    for page in range(len(batch)):
        first, last = found.pages[page : page + 2, s.FIRST_CONTAINER]
        assert containers[first, s.PARENT] == -1
        parents = containers[first + 1 : last, s.PARENT]
        assert ((first <= parents) & (parents < np.arange(first + 1, last))).all()
        own = blocks[found.pages[page, s.FIRST_BLOCK] : found.pages[page + 1, s.FIRST_BLOCK], s.CONTAINER]
        assert ((first <= own) & (own < last)).all()
        for text in texts(found, page):  # decodes, and has something in it
            assert text.strip(" \n\t")
        start, end = found.pages[page, [s.TITLE_START, s.TITLE_END]]
        assert 0 <= start <= end <= sum(len(markup.encode()) for markup in batch)
