#!/usr/bin/env python3
"""Hand damaged pages to the reading kernels: nothing may raise, leave its bounds, or take more than linear time.

    MANYO_BOUNDSCHECK=1 python tools/fuzz_read.py --pages 20000    # built-in pages, array bounds checked
    python tools/fuzz_read.py --pages 1000000 pages/*.html         # pages of your own, at full speed
    python tools/fuzz_read.py --speed                              # MB/s on adversarial pages, two sizes each

A run is a function of its seed: a failure prints the seed of the batch, and `--seed N --pages 1` repeats it.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa

from manyo.columns import Column
from manyo.read import charset, main_text, segment
from manyo.read.decode import decode
from manyo.read.extraction import read
from manyo.read.settings import COMMENTS, NFKC, Settings
from manyo.read.spotter import spot

BATCH = 64
LARGEST = 200_000  # bytes of a mutated page

PAGE = """<!DOCTYPE html><html lang="ja"><head><meta charset="{0}"><title>朝顔&amp;日記</title>
<script type="application/ld+json">{{"datePublished":"2025-07-01T09:00:00+09:00"}}</script><style>p>a{{color:red}}</style></head>
<body class="home two-columns"><nav id=gnav><ul><li><a href="/">ホーム<li><a href='/about'>この日記について</a></ul></nav>
<div class="entry-body" style="color:#333"><h1>七月の朝顔</h1><!-- 本文 --><p>今朝、青い花が三つ咲いた。<b>水</b>をやってから
出かけた。<ruby>蕾<rp>(</rp><rt>つぼみ</rt><rp>)</rp></ruby>もまだ七つある。<br>&nbsp;来週には&#x3042;&#12356;色の花も咲くだろう。<br><br>
<table><tr><th>日付<th>花の数<tr><td>7月1日<td>三つ</table><pre>a < b && c</pre><img src=g.png alt="髙"><dl><dt>肥料<dd>週に一度</dl>
<blockquote hidden>ﾊﾟﾝｼﾞｰ①㈱</blockquote><form><select><option>赤<option>青</select><textarea>書きかけ</textarea></form>
<noscript>広告</noscript><template><p>雛形</template><svg><title>図</title></svg></div>
<div id="comments">通りすがりさん：きれいですね！</div><footer>&copy; 2025 朝顔の会 無断転載を禁じます</footer></body></html>"""

TAGS = (
    b"<p>", b"</p>", b"<div>", b"</div>", b"<b>", b"</b>", b"<a href=x>", b"</a>", b"<td>", b"</td>", b"<tr>", b"<table>",
    b"</table>", b"<li>", b"<ul>", b"</ul>", b"<ruby>", b"<rt>", b"<rb>", b"<rtc>", b"<rp>", b"</ruby>", b"<br>", b"</br>",
    b"<!--", b"-->", b"<!-->", b"<![CDATA[", b"]]>", b"<?xml", b"<script>", b"</script>", b"<title>", b"</title>", b"<pre>",
    b"<template>", b"<svg>", b"</svg>", b"<select>", b"<option>", b"<dt>", b"<dd>", b"<h1>", b"</h2>", b"<img alt=\xe7\x8c\xab>",
    b"<p class='", b'<p id="', b"<meta charset=", b"<meta name=date content=2024-02-31>", b"<", b"</", b"&", b"&#", b"&#x", b"&#x110000;",
    b"&nGt;", b"&notin;", b"&nbsp", b"\x00", b"\x1b$B", b"\x1b(B", b"\x1b(I", b"\x8f\xa1", b"\x8e", b"\xff", b"\xed\xa0\x80", b"\xf0\x9f",
    b"\xef\xbb\xbf", b"\xe2\x80\xa8", b"\xe3\x82\x99", b"\x0c", b"\r\n", b"\t", b" ",
)  # fmt: skip


def built_in() -> list[bytes]:
    """One page in each encoding that Japanese pages use, and one wholly in references."""
    pages = [PAGE.format(code).encode(code, "xmlcharrefreplace") for code in ("utf-8", "cp932", "euc_jp", "iso2022_jp")]
    pages.append(PAGE.format("utf-16").encode("utf-16"))
    pages.append(PAGE.format("us-ascii").encode("ascii", "xmlcharrefreplace"))
    return pages


def mutate(page: bytes, seeds: list[bytes], chance: random.Random) -> bytes:
    """Damage a page a few times: flipped bytes, spliced tags, cuts, repeats, pieces of another page."""
    body = bytearray(page)
    for _ in range(chance.choice((1, 2, 4, 8, 16, 64))):
        at = chance.randrange(len(body) + 1)
        length = chance.choice((1, 2, 3, 8, 40, 400))
        kind = chance.randrange(7)
        if kind == 0 and at < len(body):
            body[at] ^= 1 << chance.randrange(8)
        elif kind == 1 and at < len(body):
            body[at] = chance.randrange(256)
        elif kind == 2:
            body[at:at] = chance.choice(TAGS) * chance.choice((1, 1, 1, 2, 30, 600))
        elif kind == 3:
            del body[at : at + length]
        elif kind == 4:
            body[at:at] = body[at : at + length] * chance.choice((1, 2, 50))
        elif kind == 5:
            other = chance.choice(seeds)
            start = chance.randrange(len(other) + 1)
            body[at:at] = other[start : start + length]
        elif chance.random() < 0.2:
            del body[at:]
        if len(body) > LARGEST:
            del body[LARGEST:]
    return bytes(body)


def check(pages: list[bytes], chance: random.Random) -> None:
    """Everything that must hold of a batch; AssertionError where it does not."""
    bodies = Column.join(pages)
    verdicts = spot(bodies)
    codes, evidence, ready = charset.choose(bodies, np.full(bodies.rows, chance.randrange(8), np.uint8))
    assert codes.max(initial=0) < len(charset.NAMES) and evidence.max(initial=0) < len(charset.EVIDENCE)
    decoded, errors = decode(bodies, codes, ready)
    assert (errors >= 0).all()
    for row in range(decoded.rows):
        decoded.row(row).decode("utf-8")
    ruby = chance.choice(tuple(segment.RUBY))
    found = segment.segment(decoded, ruby=ruby)
    starts, ends = found.blocks[:, segment.START], found.blocks[:, segment.END]
    assert (starts < ends).all() and (starts[1:] >= ends[:-1]).all() and (ends <= len(found.text)).all()
    assert (found.blocks[:, segment.LINKED] <= found.blocks[:, segment.CHARACTERS]).all()
    assert (found.containers[:, segment.PARENT] < np.arange(len(found.containers))).all()
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        found.text[start:end].tobytes().decode("utf-8")
    kept = main_text.select(found).kept
    assert len(kept) == len(found.blocks)
    settings = Settings(ruby=ruby, nfkc=chance.choice(NFKC), comments=chance.choice(COMMENTS))
    kinds = pa.array(["text" if chance.random() < 0.05 else "html" for _ in pages])
    headers = pa.array(
        [chance.choice(("", "text/html", "text/html; charset=euc-jp", "x; charset=big5")) for _ in pages]
    )
    batch = read(bodies, headers, kinds, settings)
    batch.validate(full=True)  # every string is UTF-8
    # A page alone reads as it does among others.
    row = chance.randrange(len(pages))
    alone = read(Column.join([pages[row]]), headers.slice(row, 1), kinds.slice(row, 1), settings)
    assert alone.to_pylist() == batch.slice(row, 1).to_pylist(), "a page reads differently alone"
    assert spot(Column.join([pages[row]]))[0] == verdicts[row]


def fuzz(seeds: list[bytes], count: int, seed: int) -> None:
    """Check `count` mutated pages, a batch at a time, each with a seed of its own."""
    started, done, size = time.monotonic(), 0, 0
    while done < count:
        chance = random.Random(seed)
        pages = [mutate(chance.choice(seeds), seeds, chance) for _ in range(BATCH)]
        try:
            check(pages, chance)
        except Exception:
            print(f"failed: batch seed {seed}", file=sys.stderr)
            raise
        seed, done, size = seed + 1, done + len(pages), size + sum(map(len, pages))
        if seed % 50 == 0:
            print(f"{done:,} pages, {size / 1e6:,.0f} MB, {time.monotonic() - started:.0f} s", flush=True)
    print(f"{done:,} mutated pages, {size / 1e6:,.0f} MB: nothing raised, everything within bounds")


ADVERSARIAL: dict[str, Callable[[int], bytes]] = {
    "plain prose": lambda n: "<p>今朝、青い花が三つ咲いた。水をやってから出かけた。</p>\n".encode() * (n // 80),
    "end tags that match nothing, 500 deep": lambda n: (
        b"<div>" * 250 + b"<b>" * 250 + b"</section></h1></i>" * (n // 19)
    ),
    "headings' end tags, 500 deep": lambda n: b"<b>" * 500 + b"</h1>" * (n // 5),
    "end tags that stop at a cell": lambda n: b"<section><table><td>" + b"<b>" * 480 + b"</section>" * (n // 10),
    "open elements without end": lambda n: b"<div>" * (n // 5),
    "inline elements without end": lambda n: b"<b>x" * (n // 4),
    "paragraphs 500 deep": lambda n: b"<div>" * 500 + b"<p>a" * (n // 4),
    "paragraph under 500 inline elements": lambda n: (b"<p>" + b"<b>" * 500 + b"<td>") * (n // 1507),
    "definition terms 500 deep": lambda n: b"<dd>" + b"<b>" * 480 + b"<dt>" * (n // 4),
    "tables in tables": lambda n: b"<table><tr><td>" * (n // 15),
    "paragraphs in deep tables": lambda n: b"<table><tr><td>" * 150 + b"<p>a" * (n // 4),
    "one tag without end": lambda n: b"<a" + b" a" * (n // 2),
    "many tags without end": lambda n: b"<a " * (n // 3),
    "unclosed quotes": lambda n: b"<a href='x><b c=\"y>" * (n // 20),
    "unclosed scripts": lambda n: b"<script>" * (n // 8),
    "unclosed comments": lambda n: b"<!--" * (n // 4),
    "almost-closed scripts": lambda n: b"<script>" + b"</scrip" * (n // 7),
    "ampersands": lambda n: b"&" * n,
    "half references": lambda n: b"&thetasymthetasymthetasymtheta" * (n // 30),
    "long numeric references": lambda n: b"&#" + b"9" * n,
    "references": lambda n: b"&nGt;" * (n // 5),
    "a million attributes": lambda n: b"<p " + b"class=side-bar " * (n // 15) + b">",
    "one long class": lambda n: b"<p class='" + b"a " * (n // 2) + b"'>x",
    "styles": lambda n: (
        b"<p style='" + b"displa" * 170 + b"'>" + (b"<b style='" + b"displa" * 170 + b"'>") * (n // 1032)
    ),
    "dates that are none": lambda n: b"<meta name=date content='" + b"2024-13-" * (n // 8) + b"'>",
    "one meta after another": lambda n: b"<meta name=pubpubpubpub content=20>" * (n // 35),
    "linked data": lambda n: b'<script type="application/ld+json">' + b'"datePublished":"' * (n // 17),
    "ruby": lambda n: b"<ruby>" + b"<rt>" * (n // 4),
    "line ends": lambda n: b"<br>" * (n // 4),
    "spaces": lambda n: b"<pre>" + b" \n" * (n // 2),
    "commas before invisible characters": lambda n: ("<p>1" + ("，" + "\u200b" * 300) * (n // 903)).encode(),
    "escapes": lambda n: b"\x1b$B" * (n // 3),
    "malformed bytes": lambda n: b"\x81" * n,
    "hidden rows of cells": lambda n: b"<tr><td>a" * (n // 9),
}


def speed(size: int) -> None:
    """MB/s through spotting and reading at one size and at four times that size; linear work has a ratio near 1."""
    settings = Settings(ruby="parenthesise")

    def rate(page: bytes) -> float:
        bodies, header, kind = Column.join([page]), pa.array([""]), pa.array(["html"])
        best = float("inf")
        for _ in range(3):
            started = time.process_time()
            spot(bodies)
            read(bodies, header, kind, settings)
            best = min(best, time.process_time() - started)
        return len(page) / 1e6 / best

    rate(built_in()[0])
    print(f"{'MB/s at':38}{size / 1e6:>8.2g} MB{4 * size / 1e6:>8.2g} MB   ratio")
    for name, make in ADVERSARIAL.items():
        small, large = rate(make(size)), rate(make(4 * size))
        print(f"{name:38}{small:>11.1f}{large:>11.1f}{large / small:>8.2f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path, help="pages to mutate; built-in ones when there are none")
    parser.add_argument("--pages", type=int, default=20_000, help="mutated pages to check")
    parser.add_argument("--seed", type=int, default=0, help="the seed of the first batch")
    parser.add_argument("--speed", action="store_true", help="measure adversarial pages instead")
    options = parser.parse_args()
    if options.speed:
        speed(1_000_000)
        return
    seeds = [path.read_bytes()[:LARGEST] for path in options.files] or built_in()
    fuzz(seeds, options.pages, options.seed)


if __name__ == "__main__":
    main()
