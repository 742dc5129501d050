"""How much of a text is Japanese, from 0 to 1: against Chinese, Korean, and every script that is not Japanese.

The score is Japanese content / all content, where

- a kana counts 1 and is Japanese; a hangul syllable counts 1 and is not;
- a Latin letter or a letter of another alphabet counts 0.4 and is not: an English sentence takes about 2.5 times as
  many letters as the Japanese one that says the same takes characters;
- a kanji counts 1, and whose it is, its company decides. A character that GB 2312 or Big5 (with Hong
  Kong's supplement) has and Windows-31J has not
  (们 说 你 嗎) is Chinese, and so are up to three other kanji for each, because about one character in four of
  running Chinese text is such a one. Of the kanji that remain, a share is Japanese: all of them where there is a kana
  for every five kanji or a kanji that only Japanese has (経 対 労 払) for every sixteen, and proportionally fewer below;
  none where there is neither. Running Japanese has more kana than kanji; Chinese has a の now and then, in brand names.

Symbols, digits and white space are no language. No content at all scores 0. It is an estimate of proportions and not
a probability: a page half in English, half in Japanese scores about one half.

What it cannot do: 東京都千代田区 alone could be Chinese and scores 0; Ryukyuan or Ainu in kana score 1; classical Chinese
(漢文) scores as Chinese.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from manyo.measure.alphabet import (
    HANGUL,
    HIRAGANA,
    KANJI,
    KANJI_CHINESE,
    KANJI_JAPANESE,
    KATAKANA,
    LATIN,
    OTHER,
)

CHINESE_PER_MARK: Final = 4.0
KANJI_PER_KANA: Final = 5.0
KANJI_PER_JAPANESE_KANJI: Final = 16.0
LETTER: Final = 0.4


def score(counts: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """The score of every row of `characters.count`, shape `(rows,)`, in [0, 1].

    >>> from manyo.columns import Column
    >>> from manyo.measure.characters import count
    >>> texts = ["明日は雨が降るでしょう。", "明天会下雨，我们不去了。", "明日的天氣", "내일은 비가 온다", "It will rain.", "雨 rain です"]
    >>> score(count(Column.of(texts))).round(2).tolist()
    [1.0, 0.0, 0.0, 0.0, 0.0, 0.65]
    """
    kana = (counts[:, HIRAGANA] + counts[:, KATAKANA]).astype(np.float64)
    marks = counts[:, KANJI_CHINESE]
    kanji = (counts[:, KANJI] + counts[:, KANJI_JAPANESE] + marks).astype(np.float64)
    chinese = np.minimum(kanji, CHINESE_PER_MARK * marks)
    undecided = kanji - chinese
    evidence = KANJI_PER_KANA * kana + KANJI_PER_JAPANESE_KANJI * counts[:, KANJI_JAPANESE]
    japanese = kana + np.minimum(undecided, evidence)
    everything = kana + kanji + counts[:, HANGUL] + LETTER * (counts[:, LATIN] + counts[:, OTHER])
    scores = np.zeros(len(counts))
    np.divide(japanese, everything, out=scores, where=everything > 0)
    return scores
