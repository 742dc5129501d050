"""The definitions in Japanese, by the names of the measures; those of a family are made from one pattern."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

_SCRIPTS: Final = {
    "hiragana": "ひらがな",
    "katakana": "カタカナ（ーを含む）",
    "kanji": "漢字（々〆〇〻を含む）",
    "latin": "ラテン文字（全角を含む）",
    "digit": "数字（全角を含む。①や一は含まない）",
    "symbol": "記号（句読点・絵文字・結合文字を含む）",
    "space": "空白（改行を含む）",
    "other": "その他の文字（ハングルを含む）",
}
_UNITS: Final = {"line": "行", "paragraph": "段落", "sentence": "文"}
_LISTS: Final = {
    "adult": "アダルト",
    "discrimination": "差別",
    "violence": "暴力",
    "advertising": "広告",
    "gambling": "賭博",
}

_SINGLE: Final = {
    "characters": "コードポイントの数。空白を含む",
    "bytes": "UTF-8 でのバイト数",
    "hiragana_characters": "ひらがなの数",
    "katakana_characters": "カタカナの数。ーを含む",
    "kanji_characters": "漢字の数。々〆〇〻を含む",
    "latin_characters": "ラテン文字の数。全角を含む",
    "digit_characters": "0-9 の数。全角を含む",
    "stop_and_comma_characters": "「。」と「、」の数",
    "long_vowel_marks": "「ー」の数",
    "japanese_characters": "ひらがな・カタカナ・漢字・「。」「、」の数。ーはカタカナに含む",
    "full_stops": "「。」の数",
    "white_space_characters": "Unicode の White_Space の数。改行を含む",
    "newline_characters": "改行の数",
    "leading_kana": "先頭50文字にある仮名の数",
    "special_character_share": "記号（句読点を含む）と空白 / 文字数。数字は含まない",
    "japanese_share": "ひらがな・カタカナ・漢字・「。」「、」/ 空白以外の文字数",
    "language_score": "日本語の内容 / 言語の内容。漢字は周りの文字から判断する（language.py）",
    "chinese_score": "中国語と見なした漢字 / 言語の内容（language.py）",
    "korean_score": "ハングルとその周りの漢字 / 言語の内容（language.py）",
    "latin_score": "URL の外のラテン文字（1字を0.4と数える）/ 言語の内容（language.py）",
    "japanese_line_share": "行だけの日本語らしさが0.5以上の行の文字数 / 何らかの言語の行の文字数",
    "foreign_line_share": "行だけの日本語らしさが0.1未満の行の文字数 / 何らかの言語の行の文字数",
    "sentences": "「。｡！？!?」または行末で終わる文の数",
    "mean_sentence_length": "文の文字数（空白と文末記号を除く）/ 文の数",
    "max_sentence_length": "最も長い文の文字数",
    "trailing_sentence_share": "「・」「…」のまま行末で終わる文 / 文の数",
    "lines": "空行以外の行の数",
    "mean_line_length": "空白以外の文字数 / 行数",
    "short_line_share": "10文字以下の行 / 行数",
    "tiny_line_character_share": "5文字以下の行の文字数 / 空白以外の文字数",
    "terminal_line_share": "最後の文字（閉じ括弧を除く）が「。｡．.！!？?…‥」』」のどれかである行 / 行数",
    "bullet_line_share": "箇条書きの記号で始まる行 / 行数",
    "ellipsis_line_share": "「…」「‥」または「。．.・」3つ以上で終わる行 / 行数",
    "longest_run": "空白以外の同じ文字が続く最長の長さ",
    "url_share": "URL の文字数 / 文字数",
    "url_count": "URL の数",
    "mojibake_share": "文字化けと見られる文字 / 空白以外の文字数。「縺れる」もあるので、疑いにとどまる",
    "kana_space_share": "仮名や漢字に挟まれ、隣がひらがなである1個だけの空白 / 仮名と漢字の数",
    "wrong_small_kana_share": "日本語ではありえない位置の「ゃゅょっー」/ 仮名の数（ocr.py）",
    "ocr_suspicion": "余分な空白（0.02から0.2）と位置のおかしい仮名（0.003から0.02）から求める。疑いにとどまる（ocr.py）",
    "boilerplate_share": "定型句リスト boilerplate に一致した文字数 / 文字数",
    "footer_line_share": "末尾10行のうち、定型句が3割を超える行の文字数 / 末尾10行の文字数（空白を除く）",
    "machine_generated_suspicion": "生成文に特有の言い回しの、1,000文字（短い本文は400文字とみなす）あたりの数 / 5（上限1）。疑いにとどまる",
    "machine_translation_suspicion": "直訳に特有の言い回しの、1,000文字（短い本文は400文字とみなす）あたりの数 / 10（上限1）。疑いにとどまる",
    "bbs_marks": "掲示板の語（コメント、投稿、名無しさん、>>1 など）・日付・「3話」などの数",
    "quality": "本文から切り出した一節を人が「良い」と判定する確率の推定。人手で分類した日本語ウェブ文書で学習。空の本文は0",
    "zlib_ratio": "zlib（レベル9）での圧縮後のバイト数 / バイト数",
    "lz4_ratio": "先頭1,048,576バイトの、LZ4 ブロックでの圧縮後のバイト数 / バイト数",
    "swallow_japanese_characters": "ひらがな・カタカナ・漢字と「。．！？、，」の数。「ー」「ゝ」「〆」・半角カナは含まない",
    "swallow_hiragana_share": "ひらがな（ゝを除く）/ swallow_japanese_characters",
    "swallow_katakana_share": "カタカナ（ー・ヽを除く）/ swallow_japanese_characters",
    "swallow_japanese_share": "swallow_japanese_characters / 文字数（空白を含む）",
    "swallow_mean_sentence_length": "文（「。．！？!?」または行末まで）の、空白と文末記号を含む文字数 / 文の数",
    "swallow_max_sentence_length": "最も長い文の文字数。空白と文末記号を含む",
    "swallow_trailing_sentence_share": "空白を除いて「・」か「…」で終わる文 / 文の数",
    "swallow_duplicate_paragraph_share": "前の行と同じ行（空行も数える）/ 行数",
    "swallow_duplicate_paragraph_character_share": "前の行と同じ行の文字数 / 行の文字数（空白を含む）",
    "swallow_duplicate_sentence_share": "前の文と同じ文 / 文の数",
    "swallow_duplicate_sentence_character_share": "前の文と同じ文の文字数 / 文の文字数（空白を含む）",
    "hojichar_repeated_5gram_share": "5文字連続 t 種類のうち頻度の高い √t 種類で、2回以上現れるものの出現数 / 5文字連続の数",
    "hojichar_short_line_share": "10文字以下の行（空行も、空白も数える）/ 行数",
    "hojichar_ellipsis_line_share": "「…」か「...」の直後の改行 / 改行の数",
    "hojichar_longest_run": "同じ文字（空白・改行も）が続く最長の長さ",
    "datatrove_terminal_line_share": "空行以外で、いちばん最後の文字が「。｡．.！!？?‼⁇⁈⁉﹒﹖﹗」のどれかである行 / 空行以外の行数",
    "datatrove_duplicate_line_share": "前の行と（空白まで）同じ行 / 空でない行数。本文の両端の改行も1行と数える",
    "datatrove_duplicate_line_character_share": "前の行と同じ行（空行以外）の文字数 / 改行以外の文字数",
    "datatrove_bullet_line_share": "空白を除いて「•」か「-」で始まる行 / 行数（空行を含む）",
    "datatrove_ellipsis_line_share": "空白を除いて「...」か「…」で終わる行 / 行数（空行を含む）",
    "words": "句読点・記号だけではない語の数",
    "mean_word_length": "それらの語の文字数 / 語数",
    "alphabetic_word_share": "文字（仮名・漢字・英字など）を含む語 / すべての語",
    "symbol_word_ratio": "「#」の数、または「...」「…」の数の多いほう / すべての語",
    "stop_words": "「の に を は た て が と で 年 し ・ 月 れ さ」のうち現れる種類数",
    "newline_word_ratio": "改行 / すべての語",
    "noun_share": "名詞 / 辞書が記号としない語",
    "repeated_word_7gram_share": "2回以上現れる7語連続の出現数 / 7語連続の数",
    "page_bytes": "取得したままのページのバイト数",
    "decode_errors": "ページ中の壊れた文字の数。U+FFFD に置き換えている",
    "link_share": "リンクの中にある本文の文字数 / 本文の文字数",
    "edited_share": "測る前の編集で除いた文字数 / 編集前の文字数",
}

_FAMILIES: Final[tuple[tuple[str, Callable[[re.Match[str]], str]], ...]] = (
    (r"(hiragana|katakana|kanji|latin|digit|symbol|space|other)_share", lambda m: f"{_SCRIPTS[m[1]]} / 文字数"),
    (
        r"duplicate_(line|paragraph|sentence)_share",
        lambda m: f"前の{_UNITS[m[1]]}と同じ{_UNITS[m[1]]} / {_UNITS[m[1]]}の数",
    ),
    (
        r"duplicate_(line|paragraph|sentence)_character_share",
        lambda m: f"前の{_UNITS[m[1]]}と同じ{_UNITS[m[1]]}の文字数 / {_UNITS[m[1]]}の文字数。空白を除く",
    ),
    (
        r"top_(\d+)gram_share",
        lambda m: f"最も多い{m[1]}文字連続の出現数 / {m[1]}文字連続の数。空白を除く。2回以上現れなければ0",
    ),
    (r"duplicate_(\d+)gram_share", lambda m: f"前に現れた{m[1]}文字連続に含まれる文字数 / 文字数。空白を除く"),
    (r"swallow_top_(\d+)gram_share", lambda m: f"最も多い{m[1]}文字連続の出現数 / {m[1]}文字連続の数。空白を含む"),
    (
        r"swallow_duplicate_(\d+)gram_share",
        lambda m: f"2回以上現れる{m[1]}文字連続の種類数 / {m[1]}文字連続の種類数。空白を含む",
    ),
    (
        r"word_top_(\d+)gram_share",
        lambda m: f"最も多い{m[1]}語連続の出現数 × その文字数（語間の空白を含む）/ 文字数",
    ),
    (r"word_duplicate_(\d+)gram_share", lambda m: f"前に現れた{m[1]}語連続の文字数 / 文字数"),
    (r"(\w+)_hits", lambda m: f"リスト「{_LISTS.get(m[1], m[1])}」の語に一致した数"),
    (r"(\w+)_words", lambda m: f"リスト「{_LISTS.get(m[1], m[1])}」の語のうち現れる種類数"),
    (r"(\w+)_density", lambda m: f"リスト「{_LISTS.get(m[1], m[1])}」の語に一致した数。1,000文字あたり"),
    (r"(\w+)_share", lambda m: f"リスト「{_LISTS.get(m[1], m[1])}」の語に一致した文字数 / 文字数"),
)

DEFINITIONS: Final[Mapping[str, str]] = MappingProxyType(_SINGLE)


def definition(name: str) -> str:
    """What a measure is, in Japanese; a user's lists are known by their endings.

    >>> definition("full_stops"), definition("sales_hits")
    ('「。」の数', 'リスト「sales」の語に一致した数')

    Raises `KeyError` for a name of no known form.
    """
    if name in DEFINITIONS:
        return DEFINITIONS[name]
    for pattern, said in _FAMILIES:
        if match := re.fullmatch(pattern, name):
            return said(match)
    raise KeyError(name)
