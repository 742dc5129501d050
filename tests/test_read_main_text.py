"""Selecting: whole pages as data, what selection must never do, and how kept blocks become a text."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manyo.columns import Column
from manyo.read import extract_batch, features, forest, main_text, segment, settle, tags, vocabulary
from manyo.read.normalise import normalise
from markup_soup import soup

CASES = Path(__file__).parent / "cases"
patient = settings(deadline=None, max_examples=60)


def load(name: str) -> Any:
    return json.loads((CASES / name).read_text("utf-8"))


DATA = load("read-main-text.json")
PROSE: dict[str, str] = DATA["prose"]


def cut(*pages: str) -> segment.Segments:
    return segment.segment(Column.join([page.encode() for page in pages]))


def filled(template: str) -> str:
    """A template's {0}, {1}, {2} as paragraphs, {menu} and {foot} as what surrounds them on a site."""
    for name, text in PROSE.items():
        template = template.replace("{" + name + "}", text)
    return template


def chosen(page: str) -> list[str]:
    """The lines of a page's main text, whole paragraphs as their numbers."""
    found = cut(page)
    kept = main_text.select(found).kept
    text = normalise(main_text.assemble(found, kept)).row(0).decode("utf-8")
    for name in "0123":
        text = text.replace(PROSE[name], name)
    return text.split("\n") if text else []


@pytest.mark.parametrize("case", [pytest.param(case, id=case["why"]) for case in DATA["cases"]])
def test_case(case: dict[str, Any]) -> None:
    page = filled(case["page"])
    assert chosen(page) == case["text"]


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=case["why"]) for case in load("known-failures-read-main-text.json")]
)
def test_known_failure_still_fails(case: dict[str, Any]) -> None:
    assert chosen(filled(case["page"])) != case["text"]


# --- on any markup ---


@patient
@given(st.lists(soup, min_size=1, max_size=5))
def test_a_page_is_judged_alone(pages: list[str]) -> None:
    together = cut(*pages)
    kept = main_text.select(together).kept
    assert kept.shape == (len(together.blocks),) and set(kept.tolist()) <= {0, 1}
    assert kept.tolist() == [keep for page in pages for keep in main_text.select(cut(page)).kept.tolist()]


@patient
@given(st.lists(soup, min_size=1, max_size=4), st.data())
def test_text_is_the_kept_blocks_in_order(pages: list[str], data: st.DataObject) -> None:
    found = cut(*pages)
    kept = np.array([data.draw(st.integers(0, 1)) for _ in range(len(found.blocks))], np.uint8)
    texts = main_text.assemble(found, kept)
    for page in range(len(pages)):
        first, last = found.pages[page : page + 2, segment.FIRST_BLOCK].tolist()
        expected, before = "", -1
        for block in range(first, last):
            if not kept[block]:
                continue
            start, end = found.blocks[block, segment.START : segment.END + 1].tolist()
            text = found.text[start:end].tobytes().decode("utf-8")
            if before >= 0:
                sizes = [
                    int(found.blocks[row, segment.END] - found.blocks[row, segment.START]) for row in (before, block)
                ]
                cells = found.blocks[block, segment.JOIN] == segment.TAB and before == block - 1 and max(sizes) <= 150
                expected += "\t" if cells else "\n"
            expected += text
            before = block
        assert texts.row(page).decode("utf-8") == expected


def described(found: segment.Segments) -> npt.NDArray[np.float32]:
    known = forest.load().known
    odds, said = vocabulary.of_containers(found, known), vocabulary.of_blocks(found, known)
    return features.matrix(found, odds, said)


@patient
@given(st.lists(soup, min_size=1, max_size=4))
def test_features_are_finite_and_as_many_as_their_names(pages: list[str]) -> None:
    found = cut(*pages)
    rows = described(found)
    assert rows.shape == (len(found.blocks), len(features.NAMES))
    assert np.isfinite(rows).all()
    for name in ("link_share", "kana_share", "page_link_share", "page_kana_share", "text_before", "same_link_share"):
        column = rows[:, features.NAMES.index(name)]
        assert ((column >= 0) & (column <= 1 + 1e-6)).all()


@patient
@given(st.lists(soup, min_size=1, max_size=4))
def test_the_kernel_walks_the_trees_as_written(pages: list[str]) -> None:
    """Each tree from its root, one step at a time, against the eight that the kernel walks abreast."""
    found, model = cut(*pages), forest.load()
    expected = []
    for row in described(found):
        value = 0.0
        for feature, threshold, leaves in zip(model.feature, model.threshold, model.leaves, strict=True):
            node = 0
            while node < len(feature):
                node = 2 * node + (2 if row[feature[node]] > threshold[node] else 1)
            value += leaves[node - len(feature)]
        expected.append(1 / (1 + math.exp(-value)))
    probability = forest.score(found)
    assert np.allclose(probability, expected, atol=1e-5)


@given(st.lists(st.tuples(st.integers(1, 500), st.floats(0, 1, width=32)), min_size=1, max_size=40))
def test_a_page_is_cut_at_half_of_what_it_can_expect(drawn: list[tuple[int, float]]) -> None:
    found = cut("".join("<p>" + "字" * size for size, _ in drawn))
    probability = np.array([value for _, value in drawn], np.float32)
    steps = np.minimum((probability * 64).astype(int), 63)  # the kernel looks at 64 steps of probability
    sizes = np.array([size for size, _ in drawn])
    total = float((probability.astype(float) * sizes).sum())
    best = 0.0
    for step in range(64):
        taken = steps >= step
        if sizes[taken].sum() + total > 0:
            best = max(best, 2 * float((probability * sizes)[taken].sum()) / (float(sizes[taken].sum()) + total))
    limit = min(max(best / 2, forest.LOWEST), forest.HIGHEST)
    near = np.abs(probability - limit) < 1e-5
    assert (forest.choose(found, probability) == (probability > limit))[~near].all()


def test_the_model_fits_its_features() -> None:
    model = forest.load()
    trees = len(model.leaves)
    assert trees % forest.ABREAST == 0
    assert model.feature.shape == model.threshold.shape == (trees, 2**forest.DEPTH - 1)
    assert model.leaves.shape == (trees, 2**forest.DEPTH)
    assert model.feature.min() >= 0 and model.feature.max() < len(features.NAMES)
    assert np.isfinite(model.leaves).all() and not np.isnan(model.threshold).any()


def test_depth_and_place_of_a_block() -> None:
    found = cut("<body><div><section><p>" + PROSE["0"] + "</p></section></div><p>" + PROSE["1"])
    rows = described(found)
    column = {name: rows[:, index].tolist() for index, name in enumerate(features.NAMES)}
    assert column["depth"] == [4, 2]
    assert (column["index"], column["blocks"]) == ([0, 1], [2, 2])
    assert [tags.ELEMENTS[int(tag)] for tag in column["tag"]] == ["p", "p"]
    assert column["tag+1"] == [column["tag"][1], -1]
    assert column["tag-1"] == [-1, column["tag"][0]]
    assert column["container0_text"] == [len(PROSE["0"]), len(PROSE["1"])]
    assert column["container1_text_share"][0] == pytest.approx(len(PROSE["0"]) / len(PROSE["0"] + PROSE["1"]))


def test_containers_of_one_name_are_seen_together() -> None:
    item = '<div class="card"><p class=name>{0}</p></div>'
    found = cut("<main>" + filled(item.replace("{0}", "品物")) * 3 + "</main><div class=card>別" + "</div>")
    rows = described(found)
    column = {name: rows[:, index].tolist() for index, name in enumerate(features.NAMES)}
    assert column["same_blocks"] == [3, 3, 3, 1]
    assert column["container1_same"] == [3, 3, 3, 1]
    assert column["same_characters"] == pytest.approx([6 / 7, 6 / 7, 6 / 7, 1 / 7])


# --- indexes ---


def entries(number: int, japanese: bool = True) -> str:
    english = "Kettle number {} has been made in this valley for forty years, and still is. "
    prose = [PROSE[name] if japanese else english.format(name) * 3 for name in "0123"]
    return "".join(
        f"<div class=entry><h2><a href=/{at}>{'庭の記録、その続き' if japanese else 'A letter from the garden'} {at}</a></h2>"
        f"<p>{prose[at % 4]}</p></div>"
        for at in range(number)
    )


def test_nothing_is_kept_of_an_index_in_japanese() -> None:
    index = cut(f"<body><div id=list>{entries(4)}</div>")
    kept = np.ones(len(index.blocks), np.uint8)
    settle.settle(index, kept)
    assert not kept.any()


@pytest.mark.parametrize(
    "page",
    [
        f"<body><div id=list>{entries(2)}</div>",  # too few
        f"<body><div id=list>{entries(4, japanese=False)}</div>",  # annotators of English pages keep lists
        f"<body><p>{'本文はここにあり、下に並ぶのは関連する記事である。' * 60}</p><div id=related>{entries(3)}</div>",
        f"<body><nav>{entries(4)}</nav>",  # what the model kept of a menu is not judged here
    ],
)
def test_what_is_no_index_stays(page: str) -> None:
    found = cut(page)
    kept = np.ones(len(found.blocks), np.uint8)
    settle.settle(found, kept)
    assert kept.mean() > 0.8


# --- comments ---

COMMENTED = (
    "<article><h1>一</h1>{0}{1}</article><section class='comment-list'><h2>コメント</h2>"
    "<div class=comment><p>{2}</p><p><a href=/r>返信</a></p></div><form class=comment-form><label>お名前</label></form></section>"
)


def commented(page: str, comments: str) -> list[str]:
    found = cut(filled(page))
    kept = main_text.select(found, comments=comments).kept
    text = main_text.assemble(found, kept).row(0).decode()
    return [name for name in "012" if PROSE[name] in text]


def test_comments_are_dropped_or_kept_as_asked() -> None:
    page = COMMENTED.replace("{0}", "<p>{0}").replace("{1}", "<p>{1}")
    assert commented(page, "drop") == ["0", "1"]
    assert commented(page, "keep") == ["0", "1", "2"]
    alone = page.replace("<article><h1>一</h1><p>{0}<p>{1}</article>", "")
    assert commented(alone, "drop") == commented(alone, "auto")  # the comments are the page
    assert commented(alone, "keep") == ["2"]
    named = "<body class='comments-open'>" + page
    assert commented(named, "drop") == ["0", "1"]
    found = cut(filled(page))
    assert "返信" not in main_text.assemble(found, main_text.select(found, comments="keep").kept).row(0).decode()


_encoded = st.builds(
    lambda page, encoding, junk, at: (
        page.encode(encoding, "replace")[:at] + junk + page.encode(encoding, "replace")[at:]
    ),
    soup,
    st.sampled_from(["utf-8", "cp932", "euc-jp", "iso2022_jp", "utf-16", "latin-1"]),
    st.binary(max_size=4),
    st.integers(0, 200),
)


@patient
@given(st.lists(_encoded, min_size=1, max_size=4))
def test_soup_in_any_encoding_is_read_whole_and_alone(pages: list[bytes]) -> None:
    batch = extract_batch(pages)
    batch.validate(full=True)  # the text is UTF-8
    assert batch.to_pylist() == [row for page in pages for row in extract_batch([page]).to_pylist()]
    for text in batch["text"].to_pylist():
        assert not set(text) & set("\0\x07\x7f\r") and text == text.strip(" \n")
