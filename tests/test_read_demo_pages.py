"""Pages of the demo read whole: each template with its menus, adverts and footers, beside the text that went into it.

The selection learned from pages of these templates among others (`tools/train_main_text`), so the figures say that
what is known stays known; how reading does on pages that it never saw is in docs/read.md.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from manyo.read import extract_batch
from test_demo_sample import make, payload_of, read_records

DATA = Path(__file__).parents[2] / "shared" / "data"  # real pages kept beside the checkout
# What the templates say around their texts, in menus, footers and buttons. None of it is in a text.
AROUND = (
    *(
        "最近の投稿",
        "前の記事",
        "コメントを送信",
        "All Rights Reserved",
        "無断転載",
        "個人情報の取り扱い",
        "プライバシー",
    ),
    *("ご利用ガイド", "くらし・手続き", "会員登録", "お問い合わせ", "応援クリック", "開庁時間", "RSS", "シェアする"),
)


@cache
def pairs(text: str) -> Counter[str]:
    text = re.sub(r"\s", "", text)
    return Counter(text[at : at + 2] for at in range(len(text) - 1))


def f1(found: str, wanted: str) -> float:
    """The harmonic mean of precision and recall over pairs of neighbouring characters."""
    both = (pairs(found) & pairs(wanted)).total()
    return 2 * both / max(pairs(found).total() + pairs(wanted).total(), 1)


@dataclass(frozen=True)
class Demo:
    """The good pages: bodies and Content-Type headers, what is true of them, and the texts read from them."""

    bodies: list[bytes]
    headers: list[str]
    truth: list[dict[str, Any]]
    texts: list[str]


def texts_of(bodies: list[bytes], headers: list[str]) -> list[str]:
    texts = extract_batch(pa.array(bodies, pa.large_binary()), content_types=headers)["text"]
    return [str(text) for text in texts.to_pylist()]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    data, truth = make(tmp_path_factory.mktemp("sample"))
    rows = {row["url"]: row for row in json.loads(truth) if row["kind"] == "good"}
    found = [
        (rows[record.fields["WARC-Target-URI"]], *payload_of(record.block))
        for record in read_records(data)
        if record.fields["WARC-Type"] == "response" and record.fields["WARC-Target-URI"] in rows
    ]
    assert len(found) == len(rows)
    bodies, headers = [body for _, _, body in found], [fields.get("Content-Type", "") for _, fields, _ in found]
    return Demo(bodies, headers, [row for row, _, _ in found], texts_of(bodies, headers))


def test_texts_are_what_went_into_the_pages(demo: Demo) -> None:
    scores = {row["url"]: f1(text, row["text"]) for row, text in zip(demo.truth, demo.texts, strict=True)}
    assert sum(scores.values()) / len(scores) >= 0.99
    assert {url: score for url, score in scores.items() if score < 0.92} == {}


def test_menus_and_footers_stay_outside(demo: Demo) -> None:
    sources = "".join(body.decode("utf-8", "ignore") for body in demo.bodies)
    assert [word for word in AROUND if word not in sources] == []  # else nothing is tested
    leaking = {
        row["url"]: [word for word in AROUND if word in text and word not in row["text"]]
        for row, text in zip(demo.truth, demo.texts, strict=True)
    }
    assert sum(map(bool, leaking.values())) <= len(leaking) // 50, leaking


def test_order_and_empty_pages_change_nothing(demo: Demo) -> None:
    again = texts_of([body for body in demo.bodies for body in (b"", body)], [h for h in demo.headers for h in ("", h)])
    assert again[1::2] == demo.texts
    assert set(again[::2]) == {""}
    assert texts_of(demo.bodies[::-1], demo.headers[::-1])[::-1] == demo.texts


@pytest.mark.skipif(not DATA.is_dir(), reason="no real pages beside the checkout")
def test_real_pages_are_read_alike_alone_and_together() -> None:
    bodies = [path.read_bytes() for path in sorted((DATA / "extract").glob("*/*.html"))[::12]]
    together = texts_of(bodies, [""] * len(bodies))
    assert together == [texts_of([body], [""])[0] for body in bodies]
    assert sum(map(bool, together)) > len(bodies) * 0.8
    assert "\0" not in "".join(together)
