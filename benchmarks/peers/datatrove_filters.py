"""datatrove's Gopher and FineWeb filters with FineWeb-2's settings for Japanese, rule by rule, over the same texts.

    python datatrove_filters.py TEXTS.jsonl > DECISIONS.jsonl

Out goes one line a text: `{"id", "refused": {rule: true, false or null}, "values": {measure: number}}`, the rules by the
names of Manyo's recipe `fineweb2-ja`. A filter says only which rule refused first, so each rule is a filter of its own
with the others switched off; null is where it divides by zero. Words are cut once a text and shared. Values are what
datatrove's own functions return.
"""

from __future__ import annotations

import json
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

from datatrove.data import Document
from datatrove.pipeline.filters import (
    FineWebQualityFilter,
    GopherQualityFilter,
    GopherRepetitionFilter,
    fineweb_quality_filter,
    gopher_quality_filter,
    gopher_repetition_filter,
)
from datatrove.pipeline.filters.gopher_repetition_filter import find_all_duplicate, find_top_duplicate, get_n_grams
from datatrove.utils.text import split_into_words

LANGUAGE = "jpn_Jpan"
STOP_WORDS = list("のにをはたてがとで年し・月れさ")
TOP = {2: 0.239, 3: 0.196, 4: 0.172}
DUPLICATE = {5: 0.243, 6: 0.225, 7: 0.207, 8: 0.190, 9: 0.175, 10: 0.159}

words_of = lru_cache(maxsize=1)(split_into_words)
for module in (fineweb_quality_filter, gopher_quality_filter, gopher_repetition_filter):
    module.split_into_words = words_of


def repetition(**on: Any) -> GopherRepetitionFilter:
    off: dict[str, Any] = {
        "dup_line_frac": None,
        "dup_para_frac": None,
        "dup_line_char_frac": None,
        "dup_para_char_frac": None,
        "top_n_grams": (),
        "dup_n_grams": (),
    }
    return GopherRepetitionFilter(language=LANGUAGE, **(off | on))


def quality(**on: Any) -> GopherQualityFilter:
    names = (
        "min_doc_words max_doc_words min_avg_word_length max_avg_word_length max_symbol_word_ratio max_bullet_lines_ratio "
        "max_ellipsis_lines_ratio max_non_alpha_words_ratio min_stop_words"
    )
    return GopherQualityFilter(language=LANGUAGE, stop_words=STOP_WORDS, **(dict.fromkeys(names.split()) | on))


def fineweb(**on: Any) -> FineWebQualityFilter:
    off = {"line_punct_thr": 0.0, "short_line_thr": 999, "char_duplicates_ratio": 999, "new_line_ratio": 999}
    return FineWebQualityFilter(language=LANGUAGE, **(off | on))


RULES: dict[str, Any] = {
    "duplicate_lines": repetition(dup_line_frac=0.328),
    **{f"top_word_{n}gram": repetition(top_n_grams=((n, most),)) for n, most in TOP.items()},
    **{f"duplicate_word_{n}grams": repetition(dup_n_grams=((n, most),)) for n, most in DUPLICATE.items()},
    "unfinished_lines": fineweb(line_punct_thr=0.096),
    "duplicate_line_characters": fineweb(char_duplicates_ratio=0.1),
    "many_line_breaks": fineweb(new_line_ratio=0.13),
    "word_count": quality(min_doc_words=50, max_doc_words=100_000),
    "mean_word_length": quality(min_avg_word_length=1, max_avg_word_length=6),
    "many_symbols": quality(max_symbol_word_ratio=0.1),
    "bullet_lines": quality(max_bullet_lines_ratio=0.9),
    "ellipsis_lines": quality(max_ellipsis_lines_ratio=0.3),
    "few_letters": quality(max_non_alpha_words_ratio=0.759),
    "few_stop_words": quality(min_stop_words=2),
}


def refuses(rule: Any, text: str) -> bool | None:
    try:
        return rule.filter(Document(text, "")) is not True
    except ZeroDivisionError:
        return None


def main(texts: Path) -> None:
    with texts.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            text = row["text"]
            words = words_of(text, LANGUAGE)
            values = {}
            for n in TOP:
                grams = get_n_grams(words, n)
                values[f"word_top_{n}gram_share"] = find_top_duplicate(grams) / len(text) if grams else 0.0
            for n in DUPLICATE:
                values[f"word_duplicate_{n}gram_share"] = find_all_duplicate(words, n) / len(text)
            values["newline_word_ratio"] = text.count("\n") / len(words) if words else 0.0
            values["stop_words"] = len(set(STOP_WORDS) & set(words))
            refused = {name: refuses(rule, text) for name, rule in RULES.items()}
            sys.stdout.write(json.dumps({"id": row["id"], "refused": refused, "values": values}) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
