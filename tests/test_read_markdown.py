"""Markdown: what another parser reads in it is what the page said, in the page's structure; whatever the page is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt  # comes with rich
from markdown_it.token import Token

from manyo.columns import Column
from manyo.read import Settings, main_text, segment
from manyo.read.markdown import markdown
from manyo.read.normalise import normalise
from markup_soup import soup

CASES = json.loads((Path(__file__).parent / "cases" / "read-markdown.json").read_text("utf-8"))
patient = settings(deadline=None, max_examples=150)
PARSER = MarkdownIt("commonmark", {"maxNesting": 1000}).enable(["table", "strikethrough"])


def rendered(page: str, choice: Settings | None = None) -> str:
    """Every block of a page as Markdown."""
    found = segment.segment(Column.join([page.encode()]))
    return markdown(found, np.ones(len(found.blocks), np.uint8), 0, settings=choice)


@pytest.mark.parametrize("case", [pytest.param(case, id=case["why"]) for case in CASES])
def test_case(case: dict[str, Any]) -> None:
    assert rendered(case["page"]).split("\n") == case["markdown"]


# --- against another parser ---

_NAMES = "p div ul ol li dl dt dd blockquote pre h1 h3 table tr td th caption br br a".split()
_SIGNS = (
    "*", "**強**", "_斜_", "__init__", "`符`", "```", "~~~", "~消~", "# ", "#題", "- ", "+ ", "1. ", "2) ", "---", "* * *", "===",
    "|", "|---|", ":-:", "[名](先)", "[名]: 先", "![図](先)", "[x] ", "&lt;b&gt;", "&lt;!-- ", "&amp;amp;", "&lt;a@b.c&gt;", "\\", "\\*",
    "&gt; ", ": ", "    ", "東京", "、", "ab", "12", " ", "\n", "\u3000", "&nbsp;", "\0", "=",
)  # fmt: skip
_pieces = (
    st.sampled_from(_NAMES).map("<{}>".format) | st.sampled_from(_NAMES).map("</{}>".format) | st.sampled_from(_SIGNS)
)
signs = st.lists(_pieces, max_size=60).map("".join)


def shown(text: str) -> str:
    """What a reader sees of Markdown, after seeing that nothing in it is markup by accident."""
    seen = []

    def look(tokens: list[Token]) -> None:
        for token in tokens:
            assert token.type not in ("code_inline", "em_open", "strong_open", "s_open", "link_open", "image")
            assert token.type not in ("code_block", "html_block", "hr")
            if token.type == "html_inline":
                assert token.content == "<br>"
            elif token.type == "inline":
                look(token.children or [])
            else:
                seen.append(token.content)

    environment: dict[str, Any] = {}
    look(PARSER.parse(text, environment))
    assert not environment.get("references")
    return "\n".join(seen)


def bare(text: str) -> str:
    """Without white space, and without what marks a definition: CommonMark has none."""
    return "".join(text.replace(":", "").split())


@patient
@given(signs | soup)
def test_another_parser_reads_what_the_page_said(page: str) -> None:
    found = segment.segment(Column.join([page.encode()]))
    kept = np.ones(len(found.blocks), np.uint8)
    said = normalise(main_text.assemble(found, kept)).row(0).decode()
    again = normalise(Column.join([shown(markdown(found, kept)).encode()])).row(0).decode()  # code is left as it is
    assert bare(again) == bare(said)


@patient
@given(st.lists(signs | soup, min_size=1, max_size=4), st.data())
def test_a_page_of_a_batch_is_rendered_as_it_is_alone(pages: list[str], data: st.DataObject) -> None:
    found = segment.segment(Column.join([page.encode() for page in pages]))
    kept = np.array([data.draw(st.integers(0, 1)) for _ in range(len(found.blocks))], np.uint8)
    for row, page in enumerate(pages):
        mine = kept[found.pages[row, segment.FIRST_BLOCK] : found.pages[row + 1, segment.FIRST_BLOCK]]
        alone = segment.segment(Column.join([page.encode()]))
        assert markdown(found, kept, row) == markdown(alone, mine)


@pytest.mark.parametrize(
    "choice", [Settings(), Settings(ruby="keep", nfkc="none"), Settings(nfkc="all", punctuation=False)]
)
def test_text_is_normalised_as_a_whole_page_is(choice: Settings) -> None:
    """Whether ， becomes 、 is for the page to say: of the second page's paragraphs one alone would say otherwise."""
    western = "<p>ﾊﾟｿｺﾝ，ＡＢＣ，ａ．ｂ，①．<pre>図，１</pre><p><ruby>峠<rt>とうげ</ruby>，か&#x3099;，１，０００円．"
    for page in (western, western + "<p>朝、昼、夜、また朝、昼、夜。雨。風。雪。"):
        body = Column.join([page.encode()])
        found = segment.segment(body, ruby=choice.ruby)
        kept = np.ones(len(found.blocks), np.uint8)
        said = (
            normalise(main_text.assemble(found, kept), nfkc=choice.nfkc, punctuation=choice.punctuation).row(0).decode()
        )
        lines = [line for line in markdown(found, kept, settings=choice).split("\n") if line]
        fence = lines.index("```")
        assert lines[fence + 1] == "図，１"  # code is left as it is
        lines[fence : fence + 3] = [said.split("\n")[1]]
        assert lines == said.split("\n")


def test_code_holds_nothing_that_a_terminal_obeys() -> None:
    assert rendered("<pre>a&#27;[31m&#x9b;b\tc\0</pre>") == "```\na[31m\u203ab\tc\n```"


MANY, FEWER = 100_000, 20_000
HOSTILE = {
    "quotations in quotations": "<blockquote>" * 500 + "<p>あ" * MANY,
    "lists in lists": "<ol><li>あ" * 500 + "<p>あ" * FEWER,
    "lists in lists without items": "<ul><li>あ</li>" * 500 + "<p>あ" * FEWER,
    "tables in tables": "<table><tr><td>あ" * 500 + "<td>あ<tr>" * FEWER,
    "in and out": ("<blockquote>" * 400 + "あ" + "</blockquote>" * 400) * 400,
    "items": "<ol>" + "<li>あ" * MANY,
    "lists": "<ul><li>あ</ul>" * MANY,
    "definitions": "<dl>" + "<dt>あ<dd>い" * (FEWER // 2),
    "a table of one long row and many short ones": "<table><tr>"
    + "<td>あ" * (FEWER // 2)
    + "<tr><td>あ" * (FEWER // 2),
    "a table": "<table>" + "<tr><td>あ<td>い" * (MANY // 2),
    "an open heading": "<h1>" + "あ<br><br>" * FEWER,
    "signs": "<p>" + "[`*~_<\\" * FEWER,
    "code of many pieces": "<pre>" + "<div>`</div>" * FEWER,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pages_cost_and_give_no_more_than_their_size_allows(name: str) -> None:
    """What stands before a line is bounded: 16 levels of at most eight columns."""
    found = segment.segment(Column.join([HOSTILE[name].encode()]))
    text = markdown(found, np.ones(len(found.blocks), np.uint8))
    characters = int(found.blocks[:, segment.CHARACTERS].sum())
    assert bare(text).count("あ") == HOSTILE[name].count("あ")
    assert len(text) <= 2 * characters + (16 * 8 + 8) * len(found.blocks) + 16
