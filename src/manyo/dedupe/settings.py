"""How near is near, as a recipe says it; checked without loading a kernel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from manyo.errors import ManyoError

_LONGEST: Final = 64  # characters in an n-gram


@dataclass(frozen=True, slots=True)
class Settings:
    """How near is near.

    `bands` bands of `rows` bins each make two texts a candidate pair when any band agrees in full; a candidate pair
    is joined when its estimated Jaccard similarity reaches `threshold`. The first `bands * rows` bins are banded.

    >>> settings = Settings()
    >>> [round(settings.recall(jaccard), 3) for jaccard in (0.3, 0.5, 0.7, 0.8)]
    [0.03, 0.484, 0.995, 1.0]
    """

    ngram: int = 5
    permutations: int = 256
    bands: int = 42
    rows: int = 6
    threshold: float = 0.7

    def __post_init__(self) -> None:
        limits = {"ngram": (1, _LONGEST), "permutations": (2, 65536), "bands": (1, 65536), "rows": (1, 65536)}
        for name, (least, most) in limits.items():
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
                raise ManyoError(
                    f"{name} must be a whole number from {least} to {most}",
                    where=f"[dedupe] {name} = {value!r}",
                    hint=f"the default is {type(self).__dataclass_fields__[name].default}",
                )
        if self.bands * self.rows > self.permutations:
            raise ManyoError(
                f"{self.bands} bands of {self.rows} rows need {self.bands * self.rows} permutations",
                where=f"[dedupe] permutations = {self.permutations}",
                hint="raise permutations, or lower bands or rows",
            )
        if not isinstance(self.threshold, int | float) or not 0.0 < self.threshold <= 1.0:
            raise ManyoError(
                "threshold must be above 0 and at most 1",
                where=f"[dedupe] threshold = {self.threshold!r}",
                hint="0.7 joins texts that share 70 % of their character n-grams, 1 only those that share all",
            )

    def recall(self, jaccard: float) -> float:
        """The probability that two texts of this similarity share a band: 1 - (1 - jaccard^rows)^bands."""
        return float(1.0 - (1.0 - jaccard**self.rows) ** self.bands)
