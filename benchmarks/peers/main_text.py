"""One engine over the pages that main_text.py laid out: the CPU seconds of each selection of pages, and the texts.

    python main_text.py ENGINE FOLDER SELECTION... [--texts FILE]

FOLDER holds `index.json`, and the pages one after another, `bytes` as they were saved and `text` as UTF-8. An engine is
handed what it takes (pages as they were saved, or `str`) before the clock starts, and gives back texts as `str`.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from time import process_time
from typing import Any

Work = tuple[list[Any], Callable[[Any], list[str]]]  # parts of the work, and what turns a part into texts
FAILED: list[str] = []
LEAST = 1.0  # CPU seconds that a pass is timed for


def each(read: Callable[[str], str | None]) -> Callable[[str], list[str]]:
    """An extractor of one page. A page on which it fails has an empty text, and is counted."""

    def extract(page: str) -> list[str]:
        try:
            return [read(page) or ""]
        except Exception as error:  # noqa: BLE001 (whatever it is: a page is lost, the others are not)
            FAILED.append(repr(error))
            return [""]

    return extract


def manyo_batch(pages: list[bytes], batch_bytes: int) -> Work:
    import pyarrow as pa

    from manyo import extract_batch

    columns: list[pa.Array] = []
    held: list[bytes] = []
    size = 0
    for page in pages:
        if held and size + len(page) > batch_bytes:
            columns.append(pa.array(held, pa.large_binary()))
            held, size = [], 0
        held.append(page)
        size += len(page)
    columns.append(pa.array(held, pa.large_binary()))
    return columns, lambda column: extract_batch(column)["text"].to_pylist()


def manyo_page(pages: list[bytes], batch_bytes: int) -> Work:
    from manyo import extract

    return list(pages), lambda page: [extract(page).text]


def resiliparse(pages: list[str]) -> Work:
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.html import HTMLTree

    return list(pages), each(lambda page: extract_plain_text(HTMLTree.parse(page), main_content=True))


def trafilatura(pages: list[str]) -> Work:
    from trafilatura import extract

    return list(pages), each(extract)


def readability(pages: list[str]) -> Work:
    import logging

    from lxml.html import fromstring
    from readability import Document

    logging.disable()
    return list(pages), each(lambda page: fromstring(Document(page).summary()).text_content())


def lexbor(pages: list[str]) -> Work:
    """The parser and nothing else: it takes UTF-8, which `str` would first have to be made into."""
    from selectolax.lexbor import LexborHTMLParser

    def parse(page: bytes) -> list[str]:
        LexborHTMLParser(page)
        return [""]

    return [page.encode("utf-8") for page in pages], parse


OURS = {"manyo_batch": manyo_batch, "manyo_page": manyo_page}
PEERS = {"resiliparse": resiliparse, "trafilatura": trafilatura, "readability": readability, "lexbor": lexbor}


def run(parts: list[Any], extract: Callable[[Any], list[str]]) -> tuple[float, list[str]]:
    """The CPU seconds of one pass, and its texts. A short pass is run again, and its mean taken."""
    spent, passes = 0.0, 0
    while spent < LEAST:
        FAILED.clear()
        texts: list[str] = []
        started = process_time()
        for part in parts:
            texts += extract(part)
        spent += process_time() - started
        passes += 1
    return spent / passes, texts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("engine", choices=[*OURS, *PEERS])
    parser.add_argument("folder", type=Path)
    parser.add_argument("selections", nargs="+")
    parser.add_argument("--warm-up", required=True, metavar="SELECTION", help="to run before, unmeasured")
    parser.add_argument("--texts", type=Path, metavar="FILE", help="where the texts go, as JSON by number of page")
    parser.add_argument("--batch-bytes", type=int, default=16 << 20)
    options = parser.parse_args()
    index = json.loads((options.folder / "index.json").read_text("utf-8"))
    ours = options.engine in OURS
    ends = [0, *index["bytes_end" if ours else "text_end"]]
    blob = memoryview((options.folder / ("bytes" if ours else "text")).read_bytes())
    raw = [bytes(blob[start:end]) for start, end in pairwise(ends)]
    del blob
    pages: list[Any] = raw if ours else [page.decode("utf-8") for page in raw]
    del raw

    def work(selection: str) -> Work:
        chosen = [pages[number] for number in index["selections"][selection]]
        if ours:
            return OURS[options.engine](chosen, options.batch_bytes)
        return PEERS[options.engine](chosen)

    run(*work(options.warm_up))
    seconds: dict[str, float] = {}
    texts: dict[int, str] = {}
    errors: dict[str, list[str]] = {}
    for selection in options.selections:
        seconds[selection], found = run(*work(selection))
        texts.update(zip(index["selections"][selection], found, strict=True))
        errors[selection] = list(FAILED)
    if options.texts:
        options.texts.write_text(json.dumps(texts), "utf-8")
    print(json.dumps({"seconds": seconds, "errors": errors}))


if __name__ == "__main__":
    main()
