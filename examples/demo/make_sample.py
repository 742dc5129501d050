"""Makes the demo's sample: a WARC file that looks like a small crawl of the Japanese web, every page of it written for this project.

    python examples/demo/make_sample.py sample.warc.gz --truth truth.json

The same command gives the same pages, captures and order everywhere. README.md beside this file says what is in the sample.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from capture import Capture, meta_tag, page_capture
from junk import junk
from looks import dress, sites
from other import damaged, others
from texts import PAGES, RUBY, Text, compose_pool, pool_names, read_foreign, read_texts, single_names
from warcfile import WarcWriter

CODINGS = {0: "gzip+chunked", 2: "br", 4: "chunked", 6: "gzip", 8: "br+chunked"}
EXACT_COPIES = 15
REVISIT_EVERY = 70
# Pages by the beginning of their title that differ from their site's habit.
IN_UTF16 = ("方言の",)
WITH_BROKEN_BYTES = ("18きっぷ", "ナスの葉", "登山靴", "採用情報")


class Originals:
    """The good pages: their texts, addresses and numbers on their sites."""

    def __init__(self) -> None:
        self.texts = [text for name in single_names() for text in read_texts(name)]
        self.texts += [text for name in pool_names() for text in compose_pool(name)]
        self.personal = read_texts("personal")
        self.by_site: defaultdict[str, list[Text]] = defaultdict(list)
        for text in self.texts + self.personal:
            self.by_site[text.site].append(text)

    def number(self, text: Text) -> int:
        return self.by_site[text.site].index(text)

    def url(self, text: Text) -> str:
        site = sites()[text.site]
        scheme = "https" if site["charset"] == "utf-8" else "http"
        return f"{scheme}://{site['host']}{site['path'].format(n=f'{self.number(text) * 17 + 12:03}')}"

    def capture(
        self,
        text: Text,
        *,
        kind: str,
        url: str = "",
        template: str = "",
        original: Text | None = None,
        shift: int = 0,
        note: str = "",
    ) -> Capture:
        """`text` as a page; `original` names the page it is a copy of, `shift` changes adverts and counters."""
        site = sites()[text.site]
        number = self.number(original or text)
        url = url or self.url(text)
        declare = site["declare"][number % len(site["declare"])]
        charset = site["charset"]
        if original is None and text.title.startswith(IN_UTF16):
            charset, declare = "utf-16", "none"
        neighbours = [other.title for other in self.by_site[text.site] if other is not (original or text)]
        html = dress(
            text,
            template or site["template"],
            site,
            url=url,
            meta=meta_tag(charset, declare),
            number=number + shift,
            related=list(dict.fromkeys(neighbours[number:] + neighbours))[:5],
        )
        return page_capture(
            url,
            html,
            charset,
            declare,
            kind=kind,
            note=note,
            group=self.url(original or text),
            title=RUBY.sub(r"\1", text.title),
            text=text.plain(),
            personal=text.personal(),
            broken=original is None and text.title.startswith(WITH_BROKEN_BYTES),
        )


def near_copies(originals: Originals) -> Iterator[Capture]:
    """The copies that pages/reprints.txt asks for."""
    rules = [
        line
        for line in (PAGES / "reprints.txt").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    for k, rule in enumerate(rules):
        edit, site, beginning, *changes = rule.split(" | ")
        (text,) = (t for t in originals.by_site[site] if t.title.startswith(beginning))
        url = originals.url(text)
        if edit == "print":
            yield originals.capture(
                text, kind="near_copy", url=f"{url}?print=1", template="print", original=text, note=edit
            )
        elif edit == "session":
            url += f";jsessionid={hashlib.sha256(url.encode()).hexdigest()[:24].upper()}"
            yield originals.capture(text, kind="near_copy", url=url, original=text, shift=3, note=edit)
        elif edit == "mirror":
            url = f"https://matome{k % 3}.example.net/archives/{5000 + k}.html"
            yield originals.capture(
                text, kind="near_copy", url=url, template="mirror", original=text, shift=5, note=edit
            )
        elif edit == "update":
            url = re.sub(r"(\.html|/)?$", r"-2\1", url, count=1)
            yield originals.capture(
                _changed(text, changes), kind="near_copy", url=url, original=text, shift=1, note=edit
            )
        else:
            raise ValueError(f"pages/reprints.txt: no such edit: {edit}")


def exact_copies(originals: Originals) -> Iterator[Capture]:
    """The same bytes at another address: without www, over http, with a campaign in the query."""
    texts = originals.texts[4 :: len(originals.texts) // EXACT_COPIES][:EXACT_COPIES]
    for k, text in enumerate(texts):
        same = originals.capture(text, kind="exact_copy", note="mirror")
        scheme, _, rest = same.response.url.partition("://")
        url = (f"{scheme}://{rest}?utm_source=mail{k}", f"{scheme}://m.{rest}", f"{scheme}://{rest}#top{k}?ref=rss")[
            k % 3
        ].replace("#", "/")
        yield Capture(replace(same.response, url=url), {**same.truth, "url": url})


def foreign() -> Iterator[Capture]:
    declares = ("both", "meta", "header", "none")
    for k, page in enumerate(read_foreign()):
        declare = declares[k % 4]
        host = f"site{k % 40}.{page.language.lower()}.example.com"
        url = f"http://{host}/{k}.html"
        title = re.split(r"[.。，,]| (?=\S+$)", page.paragraphs[0])[0][:40]
        text = Text(host, title, read_texts("news")[k % 6].date, page.paragraphs)
        template = "foreign-new" if page.charset == "utf-8" else "foreign-old"
        meta = meta_tag(page.charset, declare)
        html = dress(
            text, template, {"name": host, "host": host}, url=url, meta=meta, number=k, related=[], lang=page.lang
        )
        yield page_capture(url, html, page.charset, declare, kind="foreign", language=page.language, title=title)


def refused() -> Iterator[Capture]:
    for page in junk():
        meta = meta_tag(page.charset, "both")
        html = (
            f'<html lang="ja">\n<head>{meta}<title>{page.title}</title></head>\n<body>\n{page.body}\n</body>\n</html>\n'
        )
        yield page_capture(page.url, html, page.charset, "both", kind=page.kind, note=page.note, title=page.title)


def captures() -> list[Capture]:
    """Every capture of the sample, in the order of the file."""
    originals = Originals()
    found = [originals.capture(text, kind="good") for text in originals.texts]
    found += [originals.capture(text, kind="personal") for text in originals.personal]
    found += [*near_copies(originals), *exact_copies(originals), *refused(), *foreign(), *others()]
    found.append(damaged(found[0]))
    twice = [url for url, count in Counter(capture.truth["url"] for capture in found).items() if count > 1]
    if twice:
        raise ValueError(f"two captures of one address: {twice}")
    found.sort(key=lambda capture: hashlib.sha256(capture.truth["url"].encode()).digest())
    return [_travelling(capture, k) for k, capture in enumerate(found)]


def write(found: list[Capture], path: Path) -> None:
    with path.open("wb") as file:
        writer = WarcWriter(file)
        writer.info("software: manyo demo sample\r\nformat: WARC File Format 1.0\r\n")
        for k, capture in enumerate(found):
            writer.exchange(capture.response, capture.truth["encoding"])
            if k % REVISIT_EVERY == REVISIT_EVERY - 1:
                writer.revisit(found[k // 2].response)


def _travelling(capture: Capture, place: int) -> Capture:
    response = capture.response
    if response.cut or not response.payload or not response.status.startswith("200"):
        return capture
    return Capture(replace(response, coding=CODINGS.get(place % 11, "")), capture.truth)


def _changed(text: Text, changes: list[str]) -> Text:
    page = "\n".join((text.title, *text.lines))
    for change in changes[0].split("; "):
        old, new = change.split(" => ")
        if old not in page:
            raise ValueError(f"pages/reprints.txt: {old!r} is not in {text.title!r}")
        page = page.replace(old, new)
    title, *lines = page.split("\n")
    return replace(text, title=title, lines=tuple(lines))


def main() -> None:
    parser = argparse.ArgumentParser(description="make the demo's sample WARC")
    parser.add_argument("out", type=Path, help="the WARC file to write, .warc.gz")
    parser.add_argument("--truth", type=Path, metavar="JSON", help="also write what is true of each response")
    options = parser.parse_args()
    found = captures()
    write(found, options.out)
    if options.truth:
        rows = [capture.truth for capture in found]
        options.truth.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    kinds = Counter(capture.truth["kind"] for capture in found)
    print(
        f"{options.out}: {len(found)} responses",
        *(f"{kind} {count}" for kind, count in sorted(kinds.items())),
        sep="\n  ",
    )


if __name__ == "__main__":
    main()
