"""Text that a page carries outside its body: what is read of JSON-LD, and when it counts."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import manyo
from manyo.columns import Column
from manyo.read import segment as s
from manyo.read import tags

STORY = "山あいの工房で四十年、同じ形の急須を作り続けてきた。土は裏山のもの、釉薬は灰だけ。注ぎ口は一つずつ手で曲げる。"


def page(script: str, body: str = "<div id=root></div>") -> bytes:
    return f'<title>急須</title><script type="application/ld+json">{script}</script>{body}'.encode()


def carried(html: bytes) -> list[str]:
    found = s.segment(Column.join([html]))
    rows = found.blocks[found.pages[0, s.FIRST_DATA] :]
    assert (rows[:, s.ROLES] == tags.DATA).all()
    return [found.text[row[s.START] : row[s.END]].tobytes().decode() for row in rows]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({"@type": "Product", "description": STORY}, STORY),
        ({"@type": ["Thing", "Product"], "description": STORY}, None),  # only the first of several types is looked at
        ({"description": STORY, "@type": "Product"}, STORY),
        ({"@type": "NewsArticle", "articleBody": STORY}, STORY),
        ({"@type": "DiscussionForumPosting", "text": STORY}, STORY),
        ({"@type": "WebSite", "description": STORY}, None),
        ({"@type": "Product", "description": "<p>" + STORY + "</p>\n<br>&nbsp;"}, STORY),
        ({"@type": "Product", "description": "&lt;p&gt;" + STORY + "&lt;/p&gt;"}, STORY),
        ({"@type": "Product", "description": "短い説明"}, None),
    ],
)
@pytest.mark.parametrize("escaped", [True, False])
def test_what_is_read_of_json_ld(data: dict[str, object], text: str | None, escaped: bool) -> None:
    found = carried(page(json.dumps(data, ensure_ascii=escaped)))
    assert found == ([text] if text else [])


def test_a_text_counts_once_and_only_where_the_body_lacks_it() -> None:
    script = json.dumps({"@type": "Product", "description": STORY})
    assert carried(page(script, f"<p>{STORY}")) == []
    assert carried(page(script + f'</script><script type="application/ld+json">{script}')) == [STORY]
    assert manyo.extract(page(script)).text == STORY
    longer = "".join(f"<p>別の話がここに{number}行ある。窯の火を見ながら、朝まで話をした。" for number in range(9))
    assert STORY not in manyo.extract(page(script, longer)).text


def test_characters_beyond_the_first_plane_are_read_from_their_two_escapes() -> None:
    found = carried(page(json.dumps({"@type": "Product", "description": STORY + "𠮷野の桜🌸"})))
    assert found == [STORY + "𠮷野の桜🌸"]


@given(st.binary(max_size=300))
def test_what_is_no_json_raises_nothing_and_reads_as_text(data: bytes) -> None:
    body = data.decode("utf-8", "replace").replace("<", "")
    for wrapped in (body, '{"@type":"Product","description":"' + body, '{"articleBody":"' + body + '"}'):
        for text in carried(page(wrapped)):
            assert len(text.encode()) <= len(wrapped.encode())
