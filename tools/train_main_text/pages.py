"""Pages with known main text, from folders, the Web Content Extraction Benchmark, the demo's sample and the generator."""

from __future__ import annotations

import gzip
import json
import random
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from manyo import collect

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import japanese_pages

NOISY = 0.8  # a page is noisy whose main text is less than this share of its text


@dataclass(frozen=True)
class Page:
    """A page, its main text, the site it is from (pages of one site share a fold), and the set it is scored in."""

    html: bytes
    truth: str
    site: str
    kind: str
    part: str = ""  # of its set, scored apart too
    real: bool = True

    @property
    def japanese(self) -> bool:
        return self.kind != "wcxb"


def pairs(folder: Path) -> Iterator[Page]:
    """`NAME.html` beside `NAME.gt.txt`, or `html/NAME.html` beside `text/NAME.txt`; `meta.jsonl` may say more of them."""
    meta = {}
    if (folder / "meta.jsonl").exists():
        meta = {row["file"]: row for row in map(json.loads, (folder / "meta.jsonl").read_text("utf-8").splitlines())}
    for path in sorted(folder.glob("*.html")) + sorted((folder / "html").glob("*.html")):
        beside = path.parent == folder
        truth = folder / f"{path.stem}.gt.txt" if beside else folder / "text" / f"{path.stem}.txt"
        if not truth.exists():
            continue
        row = meta.get(path.name, {})
        stem = path.stem.split("__")[0] if "__" in path.stem else path.stem
        part = ""
        if "truth_chars" in row:
            noisy = row["truth_chars"] < NOISY * row["page_chars"]
            part = "empty" if row["empty_truth"] else "noisy" if noisy else "plain"
        site = row.get("site") or f"{folder.name}/{stem}"
        yield Page(path.read_bytes(), truth.read_text("utf-8", "replace"), site, folder.name, part)


def wcxb(folder: Path) -> Iterator[Page]:
    for path in sorted((folder / "ground-truth").glob("*.json")):
        row = json.loads(path.read_text("utf-8"))
        truth = row["ground_truth"].get("main_content")
        if truth is None:
            continue
        host = re.match(r"https?://([^/]+)", str(row.get("url", "")))
        kind = (row.get("_internal") or {}).get("page_type") or "article"
        part = kind.get("primary", "article") if isinstance(kind, dict) else kind
        html = gzip.decompress((folder / "html" / f"{path.stem}.html.gz").read_bytes())
        yield Page(html, truth, host[1] if host else path.stem, "wcxb", part)


def sample(archive: Path, truth: Path) -> Iterator[Page]:
    """The good pages of a demo sample."""
    known = {row["url"]: row for row in json.loads(truth.read_text("utf-8"))}
    sources = collect.find([str(archive)], base=str(Path.cwd()))
    for shard in collect.plan(sources, shard_bytes=1 << 40):
        for batch in collect.Reader(shard):
            for url, body in zip(batch["url"].to_pylist(), batch["body"].to_pylist(), strict=True):
                row = known.get(url)
                if row and row["kind"] in ("good", "near_copy") and row["text"]:
                    yield Page(body, row["text"], f"demo/{url.split('/')[2]}", "demo")


def made(count: int, seed: int) -> Iterator[Page]:
    """Pages of the generator."""
    for page in japanese_pages.generate(count, seed):
        yield Page(page.html, page.truth, f"made/{page.site}", "made", page.kind, real=False)


def fragments(pages: Sequence[Page], count: int) -> Iterator[Page]:
    """Pages of one to three paragraphs of other pages' main text, with little or nothing around them.

    Labelled pages are all large; who tries an extractor out hands it a paragraph.
    """
    draw = random.Random(count)
    with_text = [page for page in pages if page.truth]
    for _ in range(count):
        page = draw.choice(with_text)
        lines = [line.strip() for line in page.truth.splitlines() if 20 <= len(line.strip()) <= 300]
        if not lines:
            continue
        first = draw.randrange(len(lines))
        kept = lines[first : first + draw.randint(1, 3)]
        title = f"<title>{escape(lines[0][:20])}</title>" if draw.random() < 0.6 else ""
        menu = "".join(
            f"<li><a href=/{at}>{word}</a>" for at, word in enumerate(draw.sample(_MENU, draw.randint(1, 4)))
        )
        nav = f"<nav><ul>{menu}</ul></nav>" if draw.random() < 0.4 else ""
        body = "".join(f"<p>{escape(line)}</p>" for line in kept)
        body = draw.choice(["{}", "<body>{}</body>", "<article>{}</article>", "<div>{}</div>"]).format(body)
        yield Page(f"{title}{nav}{body}".encode(), "\n".join(kept), page.site, "fragment", real=False)


_MENU = ["ホーム", "トップ", "サイトマップ", "お問い合わせ", "Home", "About", "Contact", "ブログ"]
