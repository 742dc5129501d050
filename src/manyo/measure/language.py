"""How much of a text is Japanese, Chinese, Korean, or in Latin letters: four scores from 0 to 1, made of one weighing.

A score is content of a language / all content, where

- a kana counts 1 and is Japanese; a hangul syllable counts 1 and is Korean;
- a Latin letter or a letter of another alphabet counts 0.4: an English sentence takes about 2.5 times as many letters
  as the Japanese one that says the same takes characters. The Latin ones make `latin_score`, which does not tell
  English from French or from program code;
- a kanji counts 1, and whose it is, its company decides. A character that GB 2312 or Big5 (with Hong Kong's
  supplement) has and Windows-31J has not (们 说 你 嗎), or one that only Chinese uses (們 吧 呢), is Chinese, and so are
  up to three other kanji for each, because about one character in four of running Chinese text is such a one. Of the
  kanji that remain, a share is Japanese: all of them where there is a kana for every five kanji or a kanji that only
  Japanese has (経 対 労 払) for every sixteen, and proportionally fewer below; none where there is neither. Running
  Japanese has more kana than kanji; Chinese has a の now and then, in brand names.
  Of what still remains, sixteen for each Chinese character are Chinese, and then one for each hangul syllable Korean.
  The rest could be anyone's, and is content of none.

Symbols, digits, white space and URLs are no language. No content at all scores 0. It is an estimate of proportions and not
a probability: a page half in English, half in Japanese scores about one half.

The same is asked of every line, where kanji that could be anyone's are left out, since 第一条 stands alone in its line:
it is *Japanese* from 0.5 on and *foreign* below 0.1, and neither when nothing is left.

What it cannot do: 東京都千代田区 alone could be Chinese and scores 0 in all; so does classical Chinese (漢文), and so can a
short sentence of Chinese without one of its own characters (明日的天氣). Ryukyuan or Ainu in kana score 1.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from manyo.columns import IntArray
from manyo.kernels import inlined, kernel
from manyo.measure.alphabet import (
    CLASSES,
    HANGUL,
    HIRAGANA,
    KANJI,
    KANJI_CHINESE,
    KANJI_JAPANESE,
    KATAKANA,
    LATIN,
    LONG_VOWEL,
    OTHER,
)

SCORES: Final = ("language_score", "chinese_score", "korean_score", "latin_score")

CHINESE_PER_MARK: Final = 4
KANJI_PER_KANA: Final = 5
KANJI_PER_JAPANESE_KANJI: Final = 16
KANJI_PER_CHINESE_KANJI: Final = 16
# The weight of a character and of a letter, so that all weights are whole numbers.
CHARACTER: Final = 5
LETTER: Final = 2


def scores(counts: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    """The `SCORES` of every row of `characters.count`, shape `(rows, 4)`, in [0, 1].

    >>> from manyo.columns import Column
    >>> from manyo.measure.characters import count
    >>> texts = ["明日は雨が降るでしょう。", "明天会下雨，我们不去了。", "明日的天氣", "내일은 비가 온다", "It will rain.", "雨 rain です"]
    >>> (100 * scores(count(Column.of(texts)))).round().astype(int).tolist()
    [[100, 0, 0, 0], [0, 100, 0, 0], [0, 0, 0, 0], [0, 0, 100, 0], [0, 0, 0, 100], [65, 0, 0, 35]]
    """
    found = np.zeros((len(counts), len(SCORES)))
    _scores(np.ascontiguousarray(counts).reshape(-1), counts.shape[1], found.reshape(-1))
    return found.astype(np.float32)


@kernel
def _scores(counts: IntArray, width: int, found: npt.NDArray[np.float64]) -> None:
    for row in range(len(counts) // width):
        first = row * width
        japanese, chinese, korean, latin, other, unclaimed = weigh(counts, first, counts[first + CLASSES])
        content = japanese + chinese + korean + latin + other + unclaimed
        if content:
            found[4 * row] = japanese / content
            found[4 * row + 1] = chinese / content
            found[4 * row + 2] = korean / content
            found[4 * row + 3] = latin / content


@inlined
def weigh(counts: IntArray, first: int, url_letters: int) -> tuple[int, int, int, int, int, int]:
    """Content by language of the characters whose classes are counted from `first` on.

    Japanese, Chinese, Korean, Latin, that of other alphabets, and kanji that could be anyone's.
    """
    kana = counts[first + HIRAGANA] + counts[first + KATAKANA] + counts[first + LONG_VOWEL]
    marks, own = counts[first + KANJI_CHINESE], counts[first + KANJI_JAPANESE]
    kanji = counts[first + KANJI] + own + marks
    hangul = counts[first + HANGUL]
    latin = counts[first + LATIN] - url_letters
    chinese = min(kanji, CHINESE_PER_MARK * marks)
    japanese = min(kanji - chinese, KANJI_PER_KANA * kana + KANJI_PER_JAPANESE_KANJI * own)
    chinese += min(kanji - chinese - japanese, KANJI_PER_CHINESE_KANJI * marks)
    korean = min(kanji - chinese - japanese, hangul)
    return (
        CHARACTER * (kana + japanese),
        CHARACTER * chinese,
        CHARACTER * (hangul + korean),
        LETTER * latin,
        LETTER * counts[first + OTHER],
        CHARACTER * (kanji - chinese - japanese - korean),
    )
