"""The report: one file, no network, nothing from outside read as markup, both languages, no figure left out."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from manyo import release
from manyo.release import charts, labels
from manyo.release.labels import plain
from manyo.release.report import link, report
from synthetic_release import FIELDS, MEASURES, RULES, batch, build, rows

VOID = {"meta", "br", "link", "img", "input", "hr", "base", "source", "rect", "line", "polygon"}


class Page(HTMLParser):
    """The report as a browser would take it apart: tags with attributes, balanced, and the text that is read."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text: list[str] = []
        self.raw: dict[str, str] = {}
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs)
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in ("script", "style"):
            self.raw[self.open[-1]] = self.raw.get(self.open[-1], "") + data
        else:
            self.text.append(data)

    def attributes(self, name: str) -> list[str]:
        return [attributes[name] for _, attributes in self.tags if name in attributes]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, Any]]:
    out = tmp_path_factory.mktemp("release") / "out"
    build(out)
    return (out / "report.html").read_text("utf-8"), json.loads((out / "manifest.json").read_bytes())


@pytest.fixture(scope="module")
def page(built: tuple[str, dict[str, Any]]) -> Page:
    return Page(built[0])


def test_it_is_well_formed(page: Page) -> None:
    assert page.open == []


def test_nothing_is_fetched(page: Page) -> None:
    assert not {tag for tag, _ in page.tags} & {"link", "img", "iframe", "object", "embed", "base", "form", "use"}
    assert not page.attributes("src") + page.attributes("srcset") + page.attributes("xlink:href")
    assert not re.search(r"@import|url\(|fetch\(|XMLHttp|import\(|WebSocket|sendBeacon", "".join(page.raw.values()))
    for tag, attributes in page.tags:
        if "href" in attributes:
            assert tag == "a"
            if not attributes["href"].startswith("#"):
                assert re.match("https?://", attributes["href"])
                assert {"noopener", "noreferrer"} <= set(attributes["rel"].split())


def test_the_page_forbids_itself_everything_but_its_own_script_and_style(page: Page) -> None:
    policy = next(each["content"] for tag, each in page.tags if each.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'")
    for name in ("script", "style"):
        digest = base64.b64encode(hashlib.sha256(page.raw[name].encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in policy
        assert [tag for tag, _ in page.tags].count(name) == 1
    assert "unsafe" not in policy
    assert not page.attributes("style")


def test_hostile_titles_and_urls_stay_text(page: Page) -> None:
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
    text = "".join(page.text)
    assert '合成 "><img src=x onerror=alert(1)>' in text
    assert not re.search("[\\x00-\\x08\u202a-\u202e]", text)
    assert not [href for href in page.attributes("href") if href.startswith(("javascript", "data"))]


def test_every_hostile_title_survives_in_either_role() -> None:
    from synthetic_release import HOSTILE, URLS

    made = rows(60)
    for number, row in enumerate(made):
        row["title"], row["url"] = HOSTILE[number % len(HOSTILE)], URLS[number % len(URLS)]
        row["host"], row["text"] = HOSTILE[(number + 1) % len(HOSTILE)], HOSTILE[(number + 2) % len(HOSTILE)]
        row["language"] = row["charset"] = HOSTILE[(number + 3) % len(HOSTILE)]
    figures = release.Figures.of(batch(made), rules=RULES) + release.Figures(records=60, documents=60)
    hostile = HOSTILE[1]
    manifest = {
        "manyo": hostile,
        "name": hostile,
        "counts": figures.counts(),
        "rules": [{**RULES[0], "why": {"ja": hostile, "en": hostile}, "source": hostile}, *RULES[1:]],
        "inputs": [{"file": hostile, "size": 1, "fingerprint": hostile}],
        "damage": [{"file": hostile, "offset": None, "what": hostile}, {}],
        "recipe": {hostile: {hostile: [hostile]}},
    }
    page = Page(report(manifest, figures, MEASURES))
    assert page.open == []
    assert not {tag for tag, _ in page.tags} & {"img"}
    assert "合成 {{ 7 * 7 }} {% raw %}" in "".join(page.text)
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
    assert [tag for tag, _ in page.tags].count("script") == 1


@given(st.text())
def test_links_are_plain_http_or_nothing(url: str) -> None:
    for made in (url, "https://" + url, "https://example.jp/" + url):
        assert link(made) in ("", made)
        if link(made):
            assert re.fullmatch(r"https?://[^\s\"'<>\\`]+", made, re.IGNORECASE)


@given(st.text())
def test_plain_is_idempotent_and_only_removes(text: str) -> None:
    assert plain(plain(text)) == plain(text)
    assert len(plain(text)) <= len(text)


def test_both_languages_everywhere(page: Page) -> None:
    assert dict(page.tags[0][1])["lang"] == "ja"
    spans = [each for tag, each in page.tags if tag == "span" and each.get("class") in ("ja", "en")]
    assert all(each["lang"] == each["class"] for each in spans)
    count = {lang: sum(each["class"] == lang for each in spans) for lang in ("ja", "en")}
    assert count["ja"] == count["en"] > 100
    assert [each["data-lang"] for tag, each in page.tags if "data-lang" in each] == ["ja", "en"]


def contrast(one: str, other: str) -> float:
    """WCAG 2.2's contrast ratio of two `#rrggbb` colours."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_text_is_readable_in_light_and_dark(page: Page) -> None:
    themes = re.findall(r":root \{(.*?)\}", page.raw["style"], re.DOTALL)
    colours = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", theme)) for theme in themes]
    assert len(colours) == 3
    for theme in colours[:2]:
        for ink in ("ink", "soft", "kept", "refused", "link"):
            for ground in ("paper", "sheet"):
                assert contrast(theme[ink], theme[ground]) >= 4.5, (ink, ground)
        for bar in ("kept", "refused", "twice"):
            assert contrast(theme[bar], theme["paper"]) >= 3


def test_every_section_is_in_the_contents(page: Page) -> None:
    sections = [each["id"] for tag, each in page.tags if tag == "section"]
    assert len(sections) == 10
    for anchor in [href[1:] for href in page.attributes("href") if href.startswith("#")]:
        assert anchor == "main" or anchor in sections


def test_charts_are_hidden_from_readers_that_cannot_see_and_tables_are_not(page: Page) -> None:
    assert all(each.get("aria-hidden") == "true" for tag, each in page.tags if tag == "svg")
    heads = [each for tag, each in page.tags if tag == "th"]
    assert heads
    assert all(each.get("scope") in ("col", "row") for each in heads)


def test_the_figures_are_all_there(page: Page, built: tuple[str, dict[str, Any]]) -> None:
    text, manifest = "".join(page.text), built[1]
    for name in ("records", "documents", "candidates", "kept"):
        assert f"{manifest['counts'][name]:,}" in text
    for name, count in manifest["figures"]["failed"].items():
        assert re.search(rf"{name}.*?{count:,}", text, re.DOTALL)
    assert "ひらがなの割合" in text
    assert "Share of hiragana" in text
    assert "the gzip member ends early" in text
    assert "dedupe.bands" in text
    assert "要求の記録" in text


def test_a_refused_sample_shows_value_and_threshold() -> None:
    made = [row for row in rows(60) if row["failed"] == ["long_enough"]][:1]
    figures = release.Figures.of(batch(made), rules=RULES)
    manifest = {
        "manyo": "0",
        "name": "x",
        "counts": figures.counts(),
        "rules": RULES,
        "inputs": [],
        "damage": [],
        "recipe": {},
    }
    text = "".join(Page(report(manifest, figures, MEASURES)).text)
    shown = text[text.index("見本") :]
    assert re.search(rf"long_enough 文字数Characters {made[0]['characters']},.*?≥ 120", shown, re.DOTALL)
    assert "短すぎる文書は文脈を学べない" in shown


def test_a_release_of_nothing_still_has_a_report(tmp_path: Path) -> None:
    build(tmp_path / "out", count=0, shards=1)
    text = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert Page(text).open == []
    assert "採用した文書はありません" in text
    assert "nan" not in text.lower().split("</style>")[1].split("<script>")[0]
    figures = release.Figures()
    empty = {
        "manyo": "0",
        "name": "x",
        "counts": figures.counts(),
        "rules": [],
        "inputs": [],
        "damage": [],
        "recipe": {},
    }
    assert Page(report(empty, figures, [])).open == []


@given(
    st.dictionaries(st.sampled_from(["0", "1", "2"]), st.integers(0, 10**12)),
    st.dictionaries(st.sampled_from(["0", "1", "2"]), st.integers(0, 10**12)),
)
def test_a_histogram_stays_in_its_frame(above: dict[str, int], below: dict[str, int]) -> None:
    drawn = charts.histogram(above, below, (0, 1, 2), {0: "0"}, [1.5])
    assert isinstance(drawn, Markup)
    for y, height in re.findall(r'<rect[^>]* y="([\d.]+)"[^>]* height="([\d.]+)"', drawn):
        assert float(y) >= 0
        assert float(y) + float(height) <= 2 * charts.HALF + 1.01
    for x, width in re.findall(r'<rect[^>]* x="([\d.]+)%"[^>]* width="([\d.]+)%"', drawn):
        assert float(x) + float(width) <= 100.01


def test_every_reason_and_kind_that_other_rooms_know_has_a_label() -> None:
    from manyo.collect import tally
    from manyo.protect import kinds

    assert set(tally.SKIPPED) <= set(labels.SKIPPED)
    assert set(tally.REFUSED) | {"not_japanese"} <= set(labels.REFUSED_EARLY)
    assert set(kinds.KINDS) == set(labels.KINDS) == set(release.KINDS)


def test_measures_without_labels_show_their_names() -> None:
    figures = release.Figures.of(batch(rows(40)), rules=RULES, shares=["kanji"])
    manifest = {
        "manyo": "0",
        "name": "x",
        "counts": figures.counts(),
        "rules": [],
        "inputs": [],
        "damage": [],
        "recipe": {},
    }
    text = "".join(Page(report(manifest, figures, [])).text)
    assert "kanji" in text
    assert "long_enough" in text  # known to the figures alone
    assert FIELDS
