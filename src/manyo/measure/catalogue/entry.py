"""What the catalogue says of one measure, and short ways to say it."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import pyarrow as pa

from manyo.measure.catalogue.japanese import definition


@dataclass(frozen=True, slots=True)
class Measure:
    """One number about a text. Its values lie in [`least`, `most`]."""

    name: str
    dtype: pa.DataType
    unit: str  # "characters", "bytes", "count", "share", "score", "ratio" or "per 1,000 characters"
    japanese: str
    english: str
    definition: str
    least: float = 0.0
    most: float = inf
    extra: str = ""  # of Manyo's, without which it cannot be computed: "words" for `pip install 'manyo[words]'`

    def label(self, lang: str) -> str:
        """Its short name for people, in Japanese ("ja") or English."""
        return self.japanese if lang == "ja" else self.english

    def means(self, lang: str) -> str:
        """Its definition, in Japanese ("ja") or English."""
        return definition(self.name) if lang == "ja" else self.definition


def count(name: str, japanese: str, english: str, definition: str, unit: str = "count") -> Measure:
    """A whole number."""
    return Measure(name, pa.int64(), unit, japanese, english, definition)


def share(name: str, japanese: str, english: str, definition: str, unit: str = "share") -> Measure:
    """A number between 0 and 1."""
    return Measure(name, pa.float32(), unit, japanese, english, definition, most=1.0)


def mean(name: str, japanese: str, english: str, definition: str, unit: str = "characters") -> Measure:
    """A number of at least 0."""
    return Measure(name, pa.float32(), unit, japanese, english, definition)
