"""The made-up Japanese pages that the selection of the main text is trained on are what their truth says."""

from __future__ import annotations

import functools
import html
import json
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest

TOOLS = Path(__file__).parent.parent / "tools"
sys.path.insert(0, str(TOOLS))

from japanese_pages import EMPTY, KINDS, Made, generate  # noqa: E402
from japanese_pages.prose import REGISTERS, Writer, conjugate  # noqa: E402
from japanese_pages.words import TOPICS  # noqa: E402

CODECS = {"shift_jis": "cp932", "euc-jp": "euc_jp", "iso-2022-jp": "iso2022_jp"}


@functools.cache
def pages() -> tuple[Made, ...]:
    return tuple(generate(250, 7))


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def visible(page: Made) -> str:
    """The text of a page, its head, scripts and tags left out."""
    source = page.html.decode(CODECS.get(page.encoding, page.encoding))
    source = re.sub(r"(?is)<(head|script|style)\b.*?</\1>", "", source)
    return squeezed(html.unescape(re.sub(r"<[^<>]*>", "", source)))


def test_same_seed_same_bytes() -> None:
    assert tuple(generate(60, 7)) == pages()[:60]
    assert tuple(generate(20, 8)) != pages()[:20]


def test_every_kind_is_made_even_of_a_small_set() -> None:
    assert {page.kind for page in pages()} == set(KINDS)


def test_truth_stands_in_the_page_in_its_order() -> None:
    for page in pages():
        text, at = visible(page), 0
        for line in filter(None, map(squeezed, page.truth.split("\n"))):
            at = text.find(line, at)
            assert at >= 0, (page.site, line)


def test_only_pages_without_main_text_have_an_empty_truth() -> None:
    assert set(KINDS) > EMPTY
    for page in pages():
        assert (not page.truth.strip()) == (page.kind in EMPTY), page.site


def test_pages_are_of_the_size_of_pages() -> None:
    sizes = sorted(len(page.html) for page in pages())
    assert sizes[0] > 300 and sizes[-1] < 150_000
    assert {page.encoding for page in pages()} >= {"utf-8", "shift_jis", "euc-jp"}


def test_pages_of_a_site_share_their_frame() -> None:
    """The first tags of two pages of one site are the same, though what they say differs."""
    frames: dict[str, set[str]] = {}
    for page in pages():
        body = page.html.decode(CODECS.get(page.encoding, page.encoding))
        body = re.sub(r"(?is)^.*?</head>", "", body)
        frames.setdefault(page.site, set()).add("".join(re.findall(r"<[a-zA-Z]+", body)[:6]))
    assert sum(len(found) == 1 for found in frames.values()) > 0.9 * len(frames)


@pytest.mark.parametrize("register", REGISTERS)
def test_prose_is_japanese_and_without_open_slots(register: str) -> None:
    for number in range(20):
        writer = Writer(random.Random(number), register)
        text = writer.paragraph(300) + writer.title() + writer.heading() + writer.item() + writer.line()
        assert not set("{}!") & set(text.replace("！", "")), text
        assert re.search("[ぁ-ん]", text)


def test_every_deed_can_be_conjugated() -> None:
    for topic in TOPICS:
        for deed in topic.deeds:
            forms = conjugate(deed)
            assert forms["te"][-1] in "てで" and forms["ta"][-1] in "ただ" and forms["nai"].endswith("ない"), deed


def test_the_command_writes_what_the_trainer_reads(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, str(TOOLS / "japanese_pages"), str(tmp_path), "--pages", "12", "--seed", "7"],
        check=True,
        capture_output=True,
        timeout=60,
    )
    rows = [json.loads(line) for line in (tmp_path / "meta.jsonl").read_text("utf-8").splitlines()]
    assert len(rows) == 12
    for row, page in zip(rows, pages(), strict=False):
        assert (tmp_path / row["file"]).read_bytes() == page.html
        assert (tmp_path / row["file"]).with_suffix(".gt.txt").read_text("utf-8") == page.truth
        assert (row["site"], row["kind"], row["empty"]) == (page.site, page.kind, not page.truth)
