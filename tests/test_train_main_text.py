"""What the trainer of the selection makes of pages: labels by alignment, and odds counted over sites."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from manyo.columns import Column
from manyo.read import features, segment, vocabulary

sys.path.insert(0, str(Path(__file__).parents[1] / "tools"))
from train_main_text.labels import align
from train_main_text.odds import Counted
from train_main_text.pages import Page, fragments

MENU = ["ホーム", "朝顔の育て方", "お問い合わせ"]
TEXT = ["朝顔の育て方", "種は一晩水につけてから、五月のはじめにまく。", "双葉が開いたら、日当たりのよい場所に移す。"]


def test_of_two_blocks_that_say_the_same_the_one_in_the_run_is_the_text() -> None:
    blocks = [*MENU, *TEXT, "双葉", "© 2025 朝顔の会"]
    labels = align(blocks, "\n".join(TEXT))
    assert labels[3:6].tolist() == [1, 1, 1]
    assert labels[[0, 2, 6, 7]].tolist() == [0, 0, 0, 0]


def test_words_that_are_everywhere_make_no_block_the_text() -> None:
    labels = align(
        ["Read more about the garden", "The garden is closed on Mondays."], "The garden is closed on Mondays."
    )
    assert labels.tolist() == [0, 1]


def test_a_page_without_a_text_has_no_labels() -> None:
    assert align(MENU, "").tolist() == [0, 0, 0] and align([], "本文").tolist() == []


@given(
    st.lists(st.text("あいうえおかきくけこ", min_size=8, max_size=20), min_size=1, max_size=6, unique=True), st.data()
)
def test_blocks_that_are_the_text_are_found(blocks: list[str], data: st.DataObject) -> None:
    chosen = [data.draw(st.booleans()) for _ in blocks]
    labels = align(blocks, "\n".join(block for block, keep in zip(blocks, chosen, strict=True) if keep))
    assert all(label for label, keep in zip(labels, chosen, strict=True) if keep)


def counted(number: int) -> tuple[Counted, segment.Segments, list[Page]]:
    """So many sites of one theme: the text under `honbun`, clutter under `kanren`."""
    html = (
        "<div class=honbun><p>"
        + TEXT[1]
        + "</p></div><div class=kanren><p>関連記事の一覧を見る、ほかの話題。</p></div>"
    )
    pages = [Page(html.encode(), TEXT[1], f"site{at}", "made") for at in range(number)]
    found = segment.segment(Column.join([page.html for page in pages]))
    owner = np.repeat(np.arange(number), np.diff(found.pages[:, segment.FIRST_BLOCK]))
    label = np.tile(np.array([1, 0], np.int8), number)
    return Counted(found, label, np.ones(len(label)), owner, pages), found, pages


def test_names_and_words_learn_what_stands_under_them() -> None:
    votes, found, pages = counted(20)
    table = votes.table(np.ones(len(pages), bool))
    odds = vocabulary.of_containers(found, table)
    text, clutter = found.containers[found.blocks[:2, segment.CONTAINER], segment.PARENT]
    assert odds[text] > 1 and odds[clutter] < -1
    said = vocabulary.of_blocks(found, table)
    assert said[0, vocabulary.MEAN] > 0 > said[1, vocabulary.MEAN]


def test_what_one_site_knows_is_left_out() -> None:
    votes, _, pages = counted(1)
    assert not votes.table(np.ones(len(pages), bool)).keys.any()


def test_no_page_is_described_by_what_it_taught() -> None:
    votes, _, pages = counted(2)  # a table of one site is empty, so where the parts differ nothing is known
    if len(set(votes.part.tolist())) < 2:
        pytest.skip("both sites fell into one part")
    matrix, table = votes.matrix(np.ones(len(pages), bool))
    assert table.keys.any()
    assert not matrix[:, features.NAMES.index("path_odds")].any()


def test_fragments_are_pages_of_what_they_say() -> None:
    made = list(fragments([Page(b"", "\n".join(TEXT), "site", "made")], 40))
    assert len(made) == 40 and all(not page.real for page in made)
    for page in made:
        assert all(line in page.html.decode() and line in TEXT for line in page.truth.split("\n"))
