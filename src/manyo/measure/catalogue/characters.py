"""What `measure/characters.py` and `measure/language.py` find: scripts, lines, sentences, URLs, language."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from manyo.measure.catalogue.entry import Measure, count, mean, share


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
        yield share(f"{script}_share", japanese, f"share of {english}", f"{english} / characters")


MEASURES: Final = (
    count("characters", "文字数", "characters", "code points, white space among them", "characters"),
    count("bytes", "バイト数", "bytes", "bytes of UTF-8", "bytes"),
    *_scripts(),
    share(
        "japanese_share",
        "日本語文字の割合",
        "share of Japanese characters",
        "hiragana, katakana, kanji, 。 and 、 / characters that are not white space",
    ),
    share(
        "language_score",
        "日本語らしさ",
        "how much is Japanese",
        "Japanese content / content, kanji credited by their company: language.py",
        "score",
    ),
    count("sentences", "文の数", "sentences", "stretches that end at 。｡！？!? or with their line"),
    mean("mean_sentence_length", "平均文長", "mean sentence length", "characters of sentences / sentences"),
    count("max_sentence_length", "最長文の長さ", "longest sentence", "characters of the longest", "characters"),
    count("lines", "行数", "lines", "lines that are not blank"),
    mean("mean_line_length", "平均行長", "mean line length", "characters that are not white space / lines"),
    share("short_line_share", "短い行の割合", "short lines", "lines of at most 10 characters / lines"),
    share(
        "terminal_line_share",
        "句点などで終わる行の割合",
        "lines that end a sentence",
        "lines whose last character, closing brackets aside, is one of 。｡．.！？!?…‥」』 / lines",
    ),
    share("bullet_line_share", "箇条書きの行の割合", "bullet lines", "lines that start with a bullet / lines"),
    share(
        "ellipsis_line_share",
        "「…」で終わる行の割合",
        "lines that trail off",
        "lines that end in …, ‥ or three of 。．.・, closing brackets aside / lines",
    ),
    count("longest_run", "同じ文字の最長の連続", "longest run", "longest run of one character", "characters"),
    share("url_share", "URLの割合", "URLs", "characters in URLs / characters"),
    share(
        "mojibake_share",
        "文字化けの疑いのある文字の割合",
        "suspected mojibake",
        "garbled characters / characters that are not white space; a suspicion, since 縺れ is also a word",
    ),
)
