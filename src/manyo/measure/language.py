"""How much of a text is Japanese, from 0 to 1: against Chinese, Korean, and every script that is not Japanese.

The score is Japanese content / all content, where

- a kana counts 1 and is Japanese; a hangul syllable counts 1 and is Korean;
- a Latin letter or a letter of another alphabet counts 0.4 and is neither: an English sentence takes about 2.5 times as
  many letters as the Japanese one that says the same takes characters;
- a kanji counts 1, and whose it is, its company decides. A character that GB 2312 or Big5 (with Hong
  Kong's supplement) has and Windows-31J has not
  (们 说 你 嗎) is Chinese, and so are up to three other kanji for each, because about one character in four of
  running Chinese text is such a one. Of the kanji that remain, a share is Japanese: all of them where there is a kana
  for every five kanji or a kanji that only Japanese has (経 対 労 払) for every sixteen, and proportionally fewer below;
  none where there is neither. Running Japanese has more kana than kanji; Chinese has a の now and then, in brand names.

Symbols, digits and white space are no language. No content at all scores 0. It is an estimate of proportions and not
a probability: a page half in English, half in Japanese scores about one half. What is not Japanese is shared out by the
same count: kanji that are not credited to Japanese are Chinese, hangul is Korean, and Latin letters are Latin, for they
do not say of which language. So the scores add up to 1 where there are no other letters.

By lines, the same is asked of every line that has content by itself.

What it cannot do: 東京都千代田区 alone could be Chinese and scores 0; Ryukyuan or Ainu in kana score 1; classical Chinese
(漢文) scores as Chinese.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from manyo.kernels import inlined
from manyo.measure.alphabet import (
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
    return shares(counts)["japanese"]


def shares(counts: npt.NDArray[np.int64]) -> dict[str, npt.NDArray[np.float64]]:
    """The share of the content of every row that is "japanese", "chinese", "korean" and "latin", each `(rows,)`."""
    kana = (counts[:, HIRAGANA] + counts[:, KATAKANA] + counts[:, LONG_VOWEL]).astype(np.float64)
    marks = counts[:, KANJI_CHINESE]
    kanji = (counts[:, KANJI] + counts[:, KANJI_JAPANESE] + marks).astype(np.float64)
    undecided = kanji - np.minimum(kanji, CHINESE_PER_MARK * marks)
    evidence = KANJI_PER_KANA * kana + KANJI_PER_JAPANESE_KANJI * counts[:, KANJI_JAPANESE]
    credited = np.minimum(undecided, evidence)
    latin = LETTER * counts[:, LATIN]
    everything = kana + kanji + counts[:, HANGUL] + latin + LETTER * counts[:, OTHER]
    parts = {"japanese": kana + credited, "chinese": kanji - credited, "korean": counts[:, HANGUL], "latin": latin}
    found = {name: np.zeros(len(counts)) for name in parts}
    for name, part in parts.items():
        np.divide(part, everything, out=found[name], where=everything > 0)
    return found


@inlined
def line_score(kana: int, kanji: int, japanese: int, chinese: int, hangul: int, letters: int) -> float:
    """`score` of one line's counts; `kanji` are those of both, `japanese` and `chinese` those of one. -1 of no content."""
    everything = kana + kanji + japanese + chinese + hangul + LETTER * letters
    if everything == 0:
        return -1.0
    undecided = float(max(kanji + japanese + chinese - CHINESE_PER_MARK * chinese, 0.0))
    evidence = KANJI_PER_KANA * kana + KANJI_PER_JAPANESE_KANJI * japanese
    return float((kana + min(undecided, evidence)) / everything)
