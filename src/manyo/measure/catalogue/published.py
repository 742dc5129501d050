"""What `measure/published.py` finds: numbers as published programs compute them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from manyo.measure.catalogue.entry import Measure, count, mean, share


def _swallow() -> Iterator[Measure]:
    yield count(
        "swallow_japanese_characters",
        "日本語文字の数（Swallow）",
        "Japanese letters (Swallow)",
        "hiragana, katakana, kanji and 。．！？、，; no ー, ゝ, 〆, half-width kana",
    )
    for script, japanese in (("hiragana", "ひらがな"), ("katakana", "カタカナ")):
        yield share(
            f"swallow_{script}_share",
            f"日本語文字に占める{japanese}の割合（Swallow）",
            f"{script} of Japanese letters (Swallow)",
            f"{script} / swallow_japanese_characters; no ー, ゝ, ヽ",
        )
    yield share(
        "swallow_japanese_share",
        "日本語文字の割合（Swallow）",
        "share of Japanese letters (Swallow)",
        "swallow_japanese_characters / characters, white space among them",
    )
    yield mean(
        "swallow_mean_sentence_length",
        "平均文長（Swallow）",
        "mean sentence length (Swallow)",
        "characters of sentences, which end at 。．！？!? or with their line, white space and the mark among them / sentences",
    )
    yield count(
        "swallow_max_sentence_length",
        "最長文の長さ（Swallow）",
        "longest sentence (Swallow)",
        "characters of the longest, white space and its mark among them",
        "characters",
    )
    yield share(
        "swallow_trailing_sentence_share",
        "「…」や「・」で途切れる文の割合（Swallow）",
        "sentences that trail off (Swallow)",
        "sentences that end in ・ or …, white space aside / sentences",
    )
    for unit, japanese, english in (("paragraph", "段落", "lines"), ("sentence", "文", "sentences")):
        yield share(
            f"swallow_duplicate_{unit}_share",
            f"重複する{japanese}の割合（Swallow）",
            f"duplicate {unit}s (Swallow)",
            f"{english} that an earlier one equals / {english}",
        )
        yield share(
            f"swallow_duplicate_{unit}_character_share",
            f"重複する{japanese}の割合（Swallow、文字数）",
            f"duplicate {unit}s, by characters (Swallow)",
            f"characters in duplicate {english} / characters in {english}, white space among them",
        )
    for n in (2, 3, 4):
        yield share(
            f"swallow_top_{n}gram_share",
            f"最頻{n}文字連続の割合（Swallow）",
            f"most frequent {n}-gram (Swallow)",
            f"occurrences of the most frequent character {n}-gram / {n}-grams, white space among them",
        )
    for n in range(5, 11):
        yield share(
            f"swallow_duplicate_{n}gram_share",
            f"2回以上現れる{n}文字連続の種類の割合（Swallow）",
            f"{n}-grams that occur again (Swallow)",
            f"different character {n}-grams that occur more than once / different {n}-grams, white space among them",
        )


def _hojichar() -> Iterator[Measure]:
    yield share(
        "hojichar_repeated_5gram_share",
        "高頻度5文字連続の割合（HojiChar）",
        "frequent 5-grams (HojiChar)",
        "occurrences of those of the √t most frequent of t different 5-grams that occur more than once / 5-grams",
    )
    yield share(
        "hojichar_short_line_share",
        "10文字以下の行の割合（HojiChar）",
        "short lines (HojiChar)",
        "lines of at most 10 characters, white space and blank lines among them / lines",
    )
    yield share(
        "hojichar_ellipsis_line_share",
        "「…」で終わる行の割合（HojiChar）",
        "lines that trail off (HojiChar)",
        "line feeds right behind … or ... / line feeds",
    )
    yield count(
        "hojichar_longest_run",
        "同じ文字の最長の連続（HojiChar）",
        "longest run (HojiChar)",
        "longest run of one character, white space too",
        "characters",
    )


def _datatrove() -> Iterator[Measure]:
    yield share(
        "datatrove_terminal_line_share",
        "句点などで終わる行の割合（FineWeb）",
        "lines that end a sentence (FineWeb)",
        "lines that are not blank and whose very last character is one of 。｡．.！!？?‼⁇⁈⁉﹒﹖﹗ / lines that are not blank",
    )
    yield share(
        "datatrove_duplicate_line_share",
        "重複する行の割合（FineWeb）",
        "duplicate lines (FineWeb)",
        "lines that an earlier one equals to the last space / lines that are not empty, and line feeds at the text's ends",
    )
    yield share(
        "datatrove_duplicate_line_character_share",
        "重複する行の割合（FineWeb、文字数）",
        "duplicate lines, by characters (FineWeb)",
        "characters in duplicate lines that are not blank / characters that are no line feeds",
    )
    yield share(
        "datatrove_bullet_line_share",
        "箇条書きの行の割合（FineWeb）",
        "bullet lines (FineWeb)",
        "lines that begin with • or -, white space aside / lines, blank ones among them",
    )
    yield share(
        "datatrove_ellipsis_line_share",
        "「…」で終わる行の割合（FineWeb）",
        "lines that trail off (FineWeb)",
        "lines that end in ... or …, white space aside / lines, blank ones among them",
    )


MEASURES: Final = (*_swallow(), *_hojichar(), *_datatrove())
