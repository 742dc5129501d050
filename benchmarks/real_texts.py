"""The main texts of real Japanese documents, by register, as JSON lines: what rules are measured on.

    python benchmarks/real_texts.py ../shared/data > texts.jsonl
    python benchmarks/real_texts.py --cases tests/cases/published-recipes.json > cases.jsonl

A line is `{"id", "register", "text"}`. The documents are kept beside the checkout and are no part of it. HTML is read as
a build reads it (`manyo.extract`), comments left out; snippets and leads are texts already. Of each folder of manuals and
of the leads, every n-th is taken, so that no register drowns the others. With `--cases`, the golden cases of the published
recipes instead.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import manyo

MANUALS, LEADS = 600, 900  # at most so many
KINDS = {
    "blog": "blogs",
    "documentation": "manuals",
    "municipal/company": "town and company pages",
    "article": "news",
    "old-homepage": "other pages",
    "product": "other pages",
}
Document = tuple[str, str, str]


def documents(folder: Path) -> Iterator[Document]:
    """Identifier, register and text of every document that is long enough to be one."""
    for identifier, register, text in _all(folder):
        if text.strip():
            yield identifier, register, text


def _all(folder: Path) -> Iterator[Document]:
    extract = folder / "extract"
    yield from _pages(sorted((extract / "egov_law_sjis/html").glob("*.html")), folder, "laws")
    yield from _pages(_spread(sorted((folder / "corpus/debian_docs").rglob("*.html")), MANUALS), folder, "manuals")
    yield from _pages(sorted((extract / "haskell_jp").glob("*.html")), folder, "blogs")
    for name in ("koron", "postlight"):
        yield from _pages(sorted((extract / name).glob("*.html")), folder, "news")
    for row in _rows(extract / "ja_pages/meta.jsonl"):
        if row["kind"] in KINDS:
            yield from _pages([extract / "ja_pages" / row["file"]], folder, KINDS[row["kind"]])
    for path in sorted((folder / "corpus/aozora").glob("*.txt")):
        yield path.stem, "novels", path.read_text("utf-8")
    for number, row in enumerate(_rows(folder / "quality/mc4ja_good_bad.jsonl")):
        yield f"snippet-{number}", f"snippets labelled {row['label']}", row["text"]
    for row in _spread(list(_rows(folder / "ner/kwdlc.jsonl")), LEADS):
        yield row["id"], "leads of web pages", "\n".join(sentence["text"] for sentence in row["sentences"])


def cases(file: Path) -> Iterator[Document]:
    """Recipe, rule and text of every golden case."""
    whole = json.loads(file.read_text("utf-8"))
    for case in whole["cases"]:
        yield f"{case['recipe']}: {case['rule']}", "golden cases", case["text"].replace("{base}", whole["base"])


def _pages(paths: list[Path], folder: Path, register: str) -> Iterator[Document]:
    for path in paths:
        yield str(path.relative_to(folder)), register, manyo.extract(path.read_bytes()).text


def _rows(path: Path) -> Iterator[dict]:  # type: ignore[type-arg]  # rows of JSON, as they are
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _spread(items: list, most: int) -> list:  # type: ignore[type-arg]  # of anything
    step = max(1, -(-len(items) // most))
    return items[::step]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--cases", action="store_true", help="the golden cases of this file instead of a folder's texts"
    )
    options = parser.parse_args()
    for identifier, register, text in (cases if options.cases else documents)(options.folder):
        row = {"id": identifier, "register": register, "text": text}
        sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
