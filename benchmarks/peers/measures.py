"""One engine over texts, as benchmarks/measures.py starts it: the CPU seconds of each pass.

    python measures.py ENGINE TEXTS.json

A line on standard input is a pass; the answer is a line, the CPU seconds that it took. The texts are loaded, and the
engine is warm, before the first. Nothing is decided early: every filter sees every text.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from time import process_time
from typing import Any


def hojichar(texts: list[str], *, words: bool = False) -> Callable[[], Any]:
    """HojiChar's filters of documents with their defaults; those of words (MeCab) only if asked for."""
    from hojichar import Document
    from hojichar.filters import document_filters as filters

    names = [
        "AcceptJapanese",
        "DiscardRareKuten",
        "DiscardBBSComments",
        "DiscardAds",
        "DiscardAdultContentJa",
        "DiscardDiscriminationContentJa",
        "DiscardViolenceContentJa",
        "CharRepetitionRatioFilter",
        "DiscardTooManySpecialToken",
        "SingleCharacterRepetitionFilter",
        "DiscardTooManyEndingEllipsis",
        "DiscardTooShortLines",
        *(["DiscardTooManyNouns", "WordRepetitionRatioFilter"] if words else []),
    ]
    made = [getattr(filters, name)() for name in names]
    return lambda: [one.apply(Document(text)).is_rejected for text in texts for one in made]


def hojichar_light(texts: list[str]) -> Callable[[], Any]:
    """Those of HojiChar's filters that count characters and lines."""
    from hojichar import Document
    from hojichar.filters import document_filters as filters

    made = [
        filters.AcceptJapanese(),
        filters.DiscardRareKuten(),
        filters.DiscardTooManySpecialToken(),
        filters.SingleCharacterRepetitionFilter(),
        filters.DiscardTooManyEndingEllipsis(),
        filters.DiscardTooShortLines(),
    ]
    return lambda: [one.apply(Document(text)).is_rejected for text in texts for one in made]


def hojichar_words(texts: list[str]) -> Callable[[], Any]:
    return hojichar(texts, words=True)


def datatrove(texts: list[str], *, tokenized: bool = False) -> Callable[[], Any]:
    """The filters that FineWeb-2 runs, with datatrove's tokenizer for Japanese, each called as it is."""
    from datatrove.data import Document
    from datatrove.pipeline.filters import (
        FineWebQualityFilter,
        GopherQualityFilter,
        GopherRepetitionFilter,
        fineweb_quality_filter,
        gopher_quality_filter,
        gopher_repetition_filter,
    )

    language = "jpn_Jpan"
    if tokenized:
        split = cache(gopher_quality_filter.split_into_words)
        for module in (gopher_quality_filter, gopher_repetition_filter, fineweb_quality_filter):
            module.split_into_words = split  # type: ignore[attr-defined] # each has imported it by name
    stop_words = list("のにをはたてがとで年し・月れさ")
    made = [
        GopherRepetitionFilter(language=language),
        GopherQualityFilter(language=language, stop_words=stop_words),
        FineWebQualityFilter(language=language),
    ]
    documents = [Document(text=text, id=str(number)) for number, text in enumerate(texts)]
    return lambda: [one.filter(document) for document in documents for one in made]


def datatrove_tokenized(texts: list[str]) -> Callable[[], Any]:
    return datatrove(texts, tokenized=True)


def manyo(texts: list[str], only: str | None = None) -> Callable[[], Any]:
    """Manyo's measures, all or a set, of an Arrow column."""
    import pyarrow as pa

    from manyo import measure

    column = pa.chunked_array([pa.array(texts, pa.large_string())])
    return lambda: measure.measure(column, only)


ENGINES: dict[str, Callable[[list[str]], Callable[[], Any]]] = {
    "manyo": manyo,
    "manyo_light": lambda texts: manyo(texts, "light"),
    "manyo_lists": lambda texts: manyo(texts, "lists"),
    "manyo_quality": lambda texts: manyo(texts, "quality"),
    "hojichar": hojichar,
    "hojichar_light": hojichar_light,
    "hojichar_words": hojichar_words,
    "datatrove": datatrove,
    "datatrove_tokenized": datatrove_tokenized,
}


def main() -> None:
    engine, file = sys.argv[1:]
    work = ENGINES[engine](json.loads(Path(file).read_text("utf-8")))
    work()
    print("ready", flush=True)
    for _ in sys.stdin:
        started = process_time()
        work()
        print(process_time() - started, flush=True)


if __name__ == "__main__":
    main()
