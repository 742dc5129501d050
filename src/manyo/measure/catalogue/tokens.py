"""What `measure/tokens.py` finds where a tokenizer is named: words, nouns, and word n-grams that return."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from manyo.measure.catalogue.entry import Measure, count, mean, share

# The extra of Manyo's that each tokenizer needs.
TOKENIZERS: Final[Mapping[str, str]] = MappingProxyType({"sudachi": "words", "mecab": "mecab"})
EXTRA: Final = TOKENIZERS["sudachi"]


def _words() -> Iterator[Measure]:
    yield count("words", "語数", "words", "words that are not punctuation alone")
    yield mean("mean_word_length", "平均語長", "mean word length", "characters of those words / words")
    yield share(
        "alphabetic_word_share", "文字を含む語の割合", "words with letters", "words with a letter or kanji / all words"
    )
    yield mean(
        "symbol_word_ratio",
        "「#」「…」の語数に対する比",
        "# and ellipses for each word",
        "the number of #, or of ... and …, whichever is more / all words",
        "ratio",
    )
    yield count(
        "stop_words",
        "ストップワードの種類数",
        "distinct stop words",
        "how many of の に を は た て が と で 年 し ・ 月 れ さ occur",
    )
    yield mean(
        "newline_word_ratio", "改行の語数に対する比", "line feeds for each word", "line feeds / all words", "ratio"
    )
    yield share("noun_share", "名詞の割合", "nouns", "nouns / words that the dictionary does not call symbols")
    for n in (2, 3, 4):
        yield mean(
            f"word_top_{n}gram_share",
            f"最頻{n}語連続の割合",
            f"most frequent word {n}-gram",
            f"occurrences of the most frequent word {n}-gram x its characters, spaces between its words too / characters",
            "ratio",
        )
    for n in range(5, 11):
        yield share(
            f"word_duplicate_{n}gram_share",
            f"重複する{n}語連続の割合",
            f"duplicate word {n}-grams, by characters",
            f"characters of word {n}-grams that occurred before / characters",
        )
    yield share(
        "repeated_word_7gram_share",
        "繰り返される7語連続の割合",
        "repeated word 7-grams",
        "occurrences of word 7-grams that occur more than once / word 7-grams",
    )


WORD_MEASURES: Final = tuple(replace(measure, extra=EXTRA) for measure in _words())
