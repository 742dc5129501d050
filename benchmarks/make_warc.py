"""Wrap pages that lie on disk into WARC files: the input of the end-to-end benchmarks and of runs on real pages.

    make_warc.py --all FOLDER... --out DIR
        Every page once and unchanged, in DIR/captures.warc.gz. WARCs among the files are copied beside it byte for
        byte: wrapping the records of a damaged archive anew would repair it.

    make_warc.py --japanese FOLDER... --foreign FOLDER... --share 0.10 --megabytes 300 --out FILE.warc.gz
        A mix in which the share of Japanese captures is `--share` (`--by bytes`: of their bytes), in shuffled order.

Pages are `.html`, `.htm`, `.xhtml`, `.page`, `.xml`, `.txt`, each also with `.gz`, which is taken off. `--skip` names
patterns to leave out (`*.gt.txt`, say). A capture is a `response` record in a gzip member of its own, as crawlers write
them, with an HTTP header that says nothing of the charset: sites often do not, and the bytes are there to tell.

Each page of a mix comes once unchanged. When the pages of a side are used up it begins again, with variations, so that
deduplication finds work and yet most captures stay what they are on the web, different from each other:

    1 of 10 repetitions is an exact copy;
    2 of 10 are near copies: one in twenty of the page's runs of text (one at least) is exchanged;
    7 of 10 are new pages on an old layout: all runs of text are exchanged.

A *run* is 20 or more characters between two tags, scripts, styles and comments apart; it is exchanged for a run of
about the same length, at random from all pages of its side. Markup, length, encoding and the share of text to markup
so stay those of a real page. Pages whose encoding is not clear are repeated unchanged.

The output depends on the files and options alone: no clock, a fixed seed.
"""

from __future__ import annotations

import argparse
import gzip
import re
import shutil
import sys
from base64 import b32encode
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatch
from hashlib import blake2b, sha1
from io import BytesIO
from pathlib import Path
from random import Random
from uuid import UUID

TYPES = {
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "application/xhtml+xml",
    ".xml": "text/xml",
    ".page": "application/xml",  # Mallard, the manuals of GNOME
    ".txt": "text/plain",
}
SEED = 20_240_001
FIRST = datetime(2024, 1, 1, tzinfo=UTC)
_DECLARED = re.compile(rb"""charset\s*=\s*["']?\s*([A-Za-z0-9_-]+)|encoding\s*=\s*["']([A-Za-z0-9_-]+)""")
_RUN = re.compile(r"(?is)<(script|style|textarea|noscript)\b.*?</\1\s*>|<!--.*?-->|(?<=>)([^<>]{20,})(?=<)")


@dataclass(frozen=True)
class Page:
    """A file as it would have come over HTTP."""

    url: str
    type: str
    body: bytes


def read_pages(folders: Iterable[Path], skip: list[str]) -> Iterator[Page]:
    """The pages under the folders, in the order of their paths."""
    for folder in folders:
        files = sorted(folder.rglob("*")) if folder.is_dir() else [folder]
        for file in files:
            if not file.is_file() or any(fnmatch(str(file), pattern) for pattern in skip):
                continue
            name = file.name.removesuffix(".gz")
            ending = Path(name).suffix.lower()
            if ending not in TYPES:
                continue
            body = file.read_bytes()
            if file.suffix == ".gz":
                body = gzip.decompress(body)
            inside = file.relative_to(folder) if folder.is_dir() else Path(file.name)
            host = "-".join([folder.name, *inside.parts[:-1]]).lower().replace("_", "-").replace(" ", "-")
            yield Page(f"https://{host}.example/{name}", TYPES[ending], body)


def archives(folders: Iterable[Path]) -> Iterator[Path]:
    """The WARC files under the folders."""
    for folder in folders:
        for file in sorted(folder.rglob("*")) if folder.is_dir() else [folder]:
            if file.is_file() and any(file.name.endswith(end) for end in (".warc", ".warc.gz", ".warc.zst")):
                yield file


class Writer:
    """A WARC 1.0 file, one gzip member for each record."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self.captures = self.bytes = 0  # bytes: uncompressed, the whole file

    def __enter__(self) -> Writer:
        self._record("warcinfo", "", "application/warc-fields", b"software: manyo benchmarks\r\nformat: WARC 1.0\r\n")
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def capture(self, page: Page) -> None:
        head = (
            f"HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Type: {page.type}\r\nContent-Length: {len(page.body)}\r\n\r\n"
        )
        self.captures += 1
        self._record("response", page.url, "application/http; msgtype=response", head.encode() + page.body)

    def _record(self, kind: str, url: str, content_type: str, block: bytes) -> None:
        number = UUID(bytes=blake2b(f"{self.captures}\0{url}".encode(), digest_size=16).digest(), version=4)
        date = (FIRST + timedelta(seconds=self.captures)).strftime("%Y-%m-%dT%H:%M:%SZ")
        lines = ["WARC/1.0", f"WARC-Type: {kind}", f"WARC-Record-ID: <urn:uuid:{number}>", f"WARC-Date: {date}"]
        if url:
            lines += [f"WARC-Target-URI: {url}", f"WARC-Block-Digest: sha1:{b32encode(sha1(block).digest()).decode()}"]
        lines += [f"Content-Type: {content_type}", f"Content-Length: {len(block)}", "", ""]
        record = "\r\n".join(lines).encode() + block + b"\r\n\r\n"
        self.bytes += len(record)
        member = BytesIO()
        with gzip.GzipFile("", "wb", 6, member, mtime=0) as packed:
            packed.write(record)
        self._file.write(member.getvalue())


class Side:
    """The pages of one side of a mix, without end."""

    def __init__(self, pages: list[Page], random: Random) -> None:
        if not pages:
            sys.exit("make_warc: a side of the mix has no pages")
        self._pages, self._random = pages, random
        random.shuffle(pages)
        self._used = 0
        self._runs: list[str] = []

    def next(self) -> Page:
        page = self._pages[self._used % len(self._pages)]
        self._used += 1
        if self._used <= len(self._pages):
            return page
        path = f"{page.url}?{self._used // len(self._pages)}"
        return Page(path, page.type, self._varied(page.body))

    def _varied(self, body: bytes) -> bytes:
        chance = self._random.random()
        encoding = encoding_of(body)
        if chance < 0.1 or not encoding:
            return body
        if not self._runs:
            self._runs = sorted(
                (run for page in self._pages for run in runs(page.body)), key=lambda run: (len(run), run)
            )
            self._lengths = [len(run) for run in self._runs]
        text = body.decode(encoding)
        found = [match.span(2) for match in _RUN.finditer(text) if match.group(2)]
        chosen: Sequence[int] = range(len(found))
        if chance < 0.3 and found:
            chosen = sorted(self._random.sample(chosen, max(1, len(found) // 20)))
        parts, end = [], 0
        for index in chosen:
            start, stop = found[index]
            parts += [text[end:start], self._like(stop - start)]
            end = stop
        parts.append(text[end:])
        return "".join(parts).encode(encoding, "xmlcharrefreplace")

    def _like(self, length: int) -> str:
        """A run of about this length: one of the fifty before or after it by length."""
        place = bisect_left(self._lengths, length) + self._random.randrange(-50, 50)
        return self._runs[min(max(place, 0), len(self._runs) - 1)]


def encoding_of(body: bytes) -> str:
    """The encoding in which the bytes decode without an error and come back the same; "" when there is none."""
    found = _DECLARED.search(body[:4096])
    declared = (found.group(1) or found.group(2)).decode().lower() if found else ""
    declared = {"shift_jis": "cp932", "x-sjis": "cp932", "shift-jis": "cp932", "x-euc-jp": "euc-jp"}.get(
        declared, declared
    )
    for name in ("utf-8", declared):
        try:
            if name and body.decode(name).encode(name) == body:
                return name
        except (UnicodeError, LookupError):
            continue
    return ""


def runs(body: bytes) -> Iterator[str]:
    """The runs of text in a page of a clear encoding."""
    encoding = encoding_of(body)
    if encoding:
        yield from (match.group(2) for match in _RUN.finditer(body.decode(encoding)) if match.group(2))


def mix(japanese: Side, foreign: Side, share: float, by: str, size: int, writer: Writer, random: Random) -> None:
    """Write captures until the WARC has `size` bytes uncompressed, in a shuffled order with the share kept throughout."""
    count = {True: 0, False: 0}
    while writer.bytes < size:
        # Ten captures at a time are shuffled, so that the small file is a fair sample of the large one.
        pages = []
        for _ in range(10):
            ours = count[True] < share * (count[True] + count[False] + 1) if share else False
            page = (japanese if ours else foreign).next()
            count[ours] += 1 if by == "captures" else len(page.body)
            pages.append(page)
        random.shuffle(pages)
        for page in pages:
            writer.capture(page)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", nargs="+", type=Path, metavar="FOLDER", help="wrap every page once")
    parser.add_argument("--japanese", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--foreign", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--share", type=float, default=0.10, help="of Japanese captures (default 0.10)")
    parser.add_argument("--by", choices=["captures", "bytes"], default="captures", help="what the share counts")
    parser.add_argument("--megabytes", type=float, default=300, help="of the WARC, uncompressed (default 300)")
    parser.add_argument("--skip", action="append", default=[], metavar="PATTERN", help="paths to leave out")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    if options.all:
        options.out.mkdir(parents=True, exist_ok=True)
        with Writer(options.out / "captures.warc.gz") as writer:
            for page in read_pages(options.all, options.skip):
                writer.capture(page)
        copied = list(archives(options.all))
        for archive in copied:
            shutil.copyfile(archive, options.out / archive.name)
        print(f"{options.out}: {writer.captures} captures, {writer.bytes / 1e6:.1f} MB; {len(copied)} WARCs copied")
    elif options.japanese and options.foreign:
        japanese = Side(list(read_pages(options.japanese, options.skip)), Random(f"{SEED} japanese"))
        foreign = Side(list(read_pages(options.foreign, options.skip)), Random(f"{SEED} foreign"))
        with Writer(options.out) as writer:
            mix(japanese, foreign, options.share, options.by, int(options.megabytes * 1e6), writer, Random(SEED))
        print(f"{options.out}: {writer.captures} captures, {writer.bytes / 1e6:.1f} MB uncompressed")
    else:
        parser.error("name --all, or --japanese and --foreign")


if __name__ == "__main__":
    main()
