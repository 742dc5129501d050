"""The measures by name: type, unit, range, what a person reads, and the definition.

This is all that other rooms need to know about measures: `judge` checks recipes against it, the report labels its
figures with it. It computes nothing. Which characters are hiragana, kanji, ... says `alphabet.py`; what a line, a
sentence, a URL is, `characters.py`; what a duplicate is, `repetition.py`; what a hit is, `lexicon.py`.

A share whose denominator is 0 (an empty text has no lines) is 0: no measure is ever null or NaN.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import inf
from types import MappingProxyType
from typing import Final

import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Measure:
    """One number about a text. Its values lie in [`least`, `most`]."""

    name: str
    dtype: pa.DataType
    unit: str  # "characters", "bytes", "count", "share", "score" or "per 1,000 characters"
    japanese: str
    english: str
    definition: str
    least: float = 0.0
    most: float = inf


def _count(name: str, japanese: str, english: str, definition: str, unit: str = "count") -> Measure:
    return Measure(name, pa.int64(), unit, japanese, english, definition)


def _share(name: str, japanese: str, english: str, definition: str, unit: str = "share") -> Measure:
    return Measure(name, pa.float32(), unit, japanese, english, definition, most=1.0)


def _mean(name: str, japanese: str, english: str, definition: str, unit: str = "characters") -> Measure:
    return Measure(name, pa.float32(), unit, japanese, english, definition)


def _scripts() -> Iterator[Measure]:
    for script, japanese, english in (
        ("hiragana", "ひらがなの割合", "hiragana"),
        ("katakana", "カタカナの割合", "katakana"),
        ("kanji", "漢字の割合", "kanji"),
        ("latin", "ラテン文字の割合", "Latin letters"),
        ("digit", "数字の割合", "digits"),
        ("symbol", "記号の割合", "symbols"),
        ("space", "空白の割合", "white space"),
        ("other", "その他の文字の割合", "other letters"),
    ):
        # ー is katakana, 々〆〇 are kanji, ・ is a symbol.
        yield _share(f"{script}_share", japanese, f"share of {english}", f"{english} / characters")


def _units() -> Iterator[Measure]:
    for unit, japanese in (("line", "行"), ("paragraph", "段落"), ("sentence", "文")):
        yield _share(
            f"duplicate_{unit}_share",
            f"重複する{japanese}の割合",
            f"duplicate {unit}s",
            f"{unit}s that an earlier {unit} equals / {unit}s",
        )
        yield _share(
            f"duplicate_{unit}_character_share",
            f"重複する{japanese}の割合（文字数）",
            f"duplicate {unit}s, by characters",
            f"characters in duplicate {unit}s / characters in {unit}s, white space aside",
        )


def _grams() -> Iterator[Measure]:
    for n in (2, 3, 4):
        yield _share(
            f"top_{n}gram_share",
            f"最頻{n}文字連続の割合",
            f"most frequent {n}-gram",
            f"occurrences of the most frequent character {n}-gram / character {n}-grams; 0 where none occurs twice",
        )
    for n in (5, 10):
        yield _share(
            f"duplicate_{n}gram_share",
            f"重複する{n}文字連続の割合",
            f"duplicate {n}-grams, by characters",
            f"characters in a {n}-gram that occurred before / characters, white space aside",
        )


def _words() -> Iterator[Measure]:
    for name, japanese, english in (
        ("adult", "アダルト", "adult"),
        ("discrimination", "差別", "discrimination"),
        ("violence", "暴力", "violence"),
        ("advertising", "広告", "advertising"),
        ("gambling", "賭博", "gambling"),
    ):
        yield _mean(
            f"{name}_density",
            f"{japanese}語の密度",
            f"density of {english} words",
            f"matches of the list {name}.txt per 1,000 characters",
            "per 1,000 characters",
        )
        yield _count(
            f"{name}_words",
            f"{japanese}語の種類数",
            f"distinct {english} words",
            f"different words of the list {name}.txt that the text holds",
        )


_MEASURES: Final = (
    _count("characters", "文字数", "characters", "code points, white space among them", "characters"),
    _count("bytes", "バイト数", "bytes", "bytes of UTF-8", "bytes"),
    *_scripts(),
    _share(
        "japanese_share",
        "日本語文字の割合",
        "share of Japanese characters",
        "hiragana, katakana, kanji, 。 and 、 / characters that are not white space",
    ),
    _share(
        "language_score",
        "日本語らしさ",
        "how much is Japanese",
        "Japanese content / content, kanji credited by their company: language.py",
        "score",
    ),
    _count("sentences", "文の数", "sentences", "stretches that end at 。｡！？!? or with their line"),
    _mean("mean_sentence_length", "平均文長", "mean sentence length", "characters of sentences / sentences"),
    _count("max_sentence_length", "最長文の長さ", "longest sentence", "characters of the longest", "characters"),
    _count("lines", "行数", "lines", "lines that are not blank"),
    _mean("mean_line_length", "平均行長", "mean line length", "characters that are not white space / lines"),
    _share("short_line_share", "短い行の割合", "short lines", "lines of at most 10 characters / lines"),
    _share(
        "terminal_line_share",
        "句点などで終わる行の割合",
        "lines that end a sentence",
        "lines whose last character, closing brackets aside, is one of 。｡．.！？!?…‥」』 / lines",
    ),
    _share("bullet_line_share", "箇条書きの行の割合", "bullet lines", "lines that start with a bullet / lines"),
    _share(
        "ellipsis_line_share",
        "「…」で終わる行の割合",
        "lines that trail off",
        "lines that end in …, ‥ or three of 。．.・, closing brackets aside / lines",
    ),
    _count("longest_run", "同じ文字の最長の連続", "longest run", "longest run of one character", "characters"),
    *_units(),
    *_grams(),
    _share("url_share", "URLの割合", "URLs", "characters in URLs / characters"),
    *_words(),
    _share(
        "boilerplate_share",
        "定型句の割合",
        "boilerplate phrases",
        "characters in phrases of the list boilerplate.txt / characters",
    ),
    _share(
        "mojibake_share",
        "文字化けの疑いのある文字の割合",
        "suspected mojibake",
        "garbled characters / characters that are not white space; a suspicion, since 縺れ is also a word",
    ),
)

MEASURES: Final[Mapping[str, Measure]] = MappingProxyType({measure.name: measure for measure in _MEASURES})


def fields() -> list[pa.Field]:
    """The measures as Arrow fields, in their own order.

    >>> fields()[0]
    pyarrow.Field<characters: int64>
    """
    return [pa.field(item.name, item.dtype) for item in MEASURES.values()]
