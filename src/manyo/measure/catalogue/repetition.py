"""What `measure/repetition.py` finds: lines, paragraphs, sentences and character n-grams that return."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from manyo.measure.catalogue.entry import Measure, share


def _units() -> Iterator[Measure]:
    for unit, japanese in (("line", "行"), ("paragraph", "段落"), ("sentence", "文")):
        yield share(
            f"duplicate_{unit}_share",
            f"重複する{japanese}の割合",
            f"duplicate {unit}s",
            f"{unit}s that an earlier {unit} equals / {unit}s",
        )
        yield share(
            f"duplicate_{unit}_character_share",
            f"重複する{japanese}の割合（文字数）",
            f"duplicate {unit}s, by characters",
            f"characters in duplicate {unit}s / characters in {unit}s, white space aside",
        )


def _grams() -> Iterator[Measure]:
    for n in (2, 3, 4):
        yield share(
            f"top_{n}gram_share",
            f"最頻{n}文字連続の割合",
            f"most frequent {n}-gram",
            f"occurrences of the most frequent character {n}-gram / character {n}-grams; 0 where none occurs twice",
        )
    for n in range(5, 11):
        yield share(
            f"duplicate_{n}gram_share",
            f"重複する{n}文字連続の割合",
            f"duplicate {n}-grams, by characters",
            f"characters in a {n}-gram that occurred before / characters, white space aside",
        )


MEASURES: Final = (*_units(), *_grams())
