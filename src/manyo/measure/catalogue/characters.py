"""What `measure/characters.py`, `language.py` and `ocr.py` find: scripts, lines, sentences, URLs, language."""

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
    count("hiragana_characters", "ひらがなの数", "hiragana", "hiragana"),
    count("katakana_characters", "カタカナの数", "katakana", "katakana, ー among them"),
    count("kanji_characters", "漢字の数", "kanji", "kanji, 々〆〇〻 among them"),
    count("latin_characters", "ラテン文字の数", "Latin letters", "Latin letters, full-width ones among them"),
    count("digit_characters", "数字の数", "digits", "0-9, full-width ones among them"),
    count("stop_and_comma_characters", "句読点の数", "。 and 、", "。 and 、"),
    count("long_vowel_marks", "長音符の数", "long vowel marks", "ー"),
    count(
        "japanese_characters",
        "日本語文字の数",
        "Japanese characters",
        "hiragana, katakana, kanji, 。 and 、; ー among the katakana",
    ),
    count("full_stops", "句点の数", "full stops", "。"),
    count("white_space_characters", "空白の数", "white space", "what Unicode calls White_Space, line feeds among it"),
    count("newline_characters", "改行の数", "line feeds", "line feeds"),
    count("leading_kana", "冒頭50文字の仮名の数", "kana at the start", "kana among the first 50 characters"),
    *_scripts(),
    share(
        "special_character_share",
        "記号と空白の割合",
        "symbols and white space",
        "symbols, 。 and 、 among them, and white space / characters; digits are none",
    ),
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
    share(
        "chinese_score",
        "中国語らしさ",
        "how much is Chinese",
        "kanji credited to Chinese by their company / content: language.py",
        "score",
    ),
    share(
        "korean_score",
        "韓国語らしさ",
        "how much is Korean",
        "hangul and kanji beside it / content: language.py",
        "score",
    ),
    share(
        "latin_score",
        "ラテン文字の言語らしさ",
        "how much is in Latin letters",
        "Latin letters outside URLs, at 0.4 each / content: language.py",
        "score",
    ),
    share(
        "japanese_line_share",
        "日本語の行の割合",
        "Japanese lines, by characters",
        "characters of lines whose own language score is at least 0.5 / characters of lines in some language",
    ),
    share(
        "foreign_line_share",
        "外国語の行の割合",
        "foreign lines, by characters",
        "characters of lines whose own language score is below 0.1 / characters of lines in some language",
    ),
    count("sentences", "文の数", "sentences", "stretches that end at 。｡！？!? or with their line"),
    mean("mean_sentence_length", "平均文長", "mean sentence length", "characters of sentences / sentences"),
    count("max_sentence_length", "最長文の長さ", "longest sentence", "characters of the longest", "characters"),
    share(
        "trailing_sentence_share",
        "「…」や「・」で途切れる文の割合",
        "sentences that trail off",
        "sentences that end with their line, in ・ or … / sentences",
    ),
    count("lines", "行数", "lines", "lines that are not blank"),
    mean("mean_line_length", "平均行長", "mean line length", "characters that are not white space / lines"),
    share("short_line_share", "短い行の割合", "short lines", "lines of at most 10 characters / lines"),
    share(
        "tiny_line_character_share",
        "5文字以下の行にある文字の割合",
        "characters in tiny lines",
        "characters in lines of at most 5 characters / characters, white space aside",
    ),
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
    count("url_count", "URLの数", "URLs", "URLs"),
    share(
        "mojibake_share",
        "文字化けの疑いのある文字の割合",
        "suspected mojibake",
        "garbled characters / characters that are not white space; a suspicion, since 縺れ is also a word",
    ),
    share(
        "kana_space_share",
        "仮名や漢字のあいだの余分な空白の割合",
        "stray spaces",
        "single spaces between two kana or kanji, one of them hiragana / kana and kanji",
    ),
    share(
        "wrong_small_kana_share",
        "ありえない位置の小書き仮名・長音の割合",
        "misplaced small kana",
        "ゃゅょ, っ and ー where Japanese has none / kana: ocr.py",
    ),
    share(
        "ocr_suspicion",
        "OCRの誤りの疑い",
        "suspected OCR",
        "made of stray spaces (0.02 to 0.2) and misplaced kana (0.003 to 0.02); a suspicion: ocr.py",
        "score",
    ),
)
