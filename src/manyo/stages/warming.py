"""Every kernel compiled into the cache, by sending two small pages through all rooms.

Otherwise all workers of a fresh install would each compile the same code at the same time.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa

import manyo.dedupe as dedupe
from manyo import engine, judge, protect, read, records
from manyo.columns import Column
from manyo.dedupe import lines, lookup, needles, repeats
from manyo.measure.settings import Settings as Measuring
from manyo.stages.documents import documents


def warm(context: engine.Context) -> engine.Result:
    """The stage: nothing comes of it but machine code.

    In steps, each reported: on a busy machine all of it takes longer than a task may be silent.
    """
    steps = (
        _warm_decoding,
        _warm_extraction,
        _warm_masking,
        _warm_measuring,
        _warm_judging,
        _warm_deduplication,
        _warm_lines,
        _warm_needles,
    )
    for number, step in enumerate(steps):
        context.report({"documents": number})
        step()
    return engine.Result()


_SENTENCE: Final = "朝顔の種をまいて、毎日水をやった。連絡先はhoge@example.com、電話は03-0000-0000です。"


def _warm_decoding() -> None:
    read.spot(Column.of(_pages().column("body")))
    texts = pa.array([_SENTENCE.encode(code) for code in ("utf-8", "cp932")], pa.large_binary())
    named = pa.array(["", ""])
    read.read(Column.of(texts), named, pa.array(["text", "text"]), read.Settings())


def _warm_extraction() -> None:
    pages = _pages()
    bodies = Column.of(pages.column("body"))
    read.read(bodies, pages.column("content_type"), pages.column("kind"), read.Settings())


def _warm_masking() -> None:
    protect.mask(Column.of([_SENTENCE]), protect.KINDS)


def _warm_measuring() -> None:
    Measuring().measure(Column.of([_SENTENCE]))


def _warm_judging() -> None:
    documents(_pages(), read.Settings(), Measuring(), judge.load("manyo"), protect.KINDS)


def _pages() -> pa.RecordBatch:
    bodies = [f"<title>朝顔</title><p>{_SENTENCE}</p>".encode(code) for code in ("utf-8", "cp932")]
    return pa.RecordBatch.from_pydict(
        {
            "file": ["a", "a"],
            "offset": [0, 1],
            "record": ["1", "2"],
            "url": ["https://example.jp/", "https://example.jp/b"],
            "fetched": ["", ""],
            "content_type": ["", ""],
            "kind": ["html", "text"],
            "body": bodies,
        },
        records.PAGE,
    )


def _warm_deduplication() -> None:
    settings = dedupe.Settings()
    texts = Column.of(["いろはにほへとちりぬるを", "いろはにほへとちりぬるをわ", "わかよたれそつねならむ"])
    signed, numbers = dedupe.signatures(texts, settings), np.arange(3)
    keys = dedupe.band_keys(signed, settings)
    owners = np.repeat(numbers, settings.bands)
    sketched = dedupe.sketches(signed)
    edges = dedupe.edges(keys.ravel(), owners, [(0, sketched)], settings).sure
    exact = dedupe.exact_edges(dedupe.digests(texts), numbers)
    roots = dedupe.clusters(3, [dedupe.spanning_forest(np.concatenate([edges, exact]))])
    dedupe.representatives(roots, numbers, numbers)
    dedupe.jaccard(texts, np.array([[0, 1]]), settings.ngram)
    lookup.gallop(np.sort(keys.ravel()), np.sort(keys.ravel()), dedupe.LEADERS)


def _warm_needles() -> None:
    sought, _ = needles.needles([["いろはにほへとちりぬるをわかよたれそ"]], 16, 13)
    needles.overlap(Column.of(["いろはにほへと"]), sought, 1)


def _warm_lines() -> None:
    texts = Column.of(["いろはにほへとちりぬるを", "わかよたれそつねならむ"])
    wanted = dedupe.LineSettings(overall=2)
    found = lines.units(texts, wanted)
    repeats.looked_up(repeats.repeated(found.keys, found.keys, found.rows, wanted.overall), found.keys)
    repeats.of_host(found.keys, found.keys)
    lines.without(texts, found, np.zeros(len(found.keys), np.uint8))
