"""How near is near, and which of several captures or texts stays, as a recipe says it; checked without a kernel."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from manyo.errors import ManyoError

VERIFY: Final = ("exact", "estimate", "none")
URL: Final = ("latest", "first", "off")
KEEP: Final = ("longest", "latest", "first")

# What is published, in the terms of `Settings`. All three join every two texts that share a band and verify nothing.
# FineWeb-2 and LLM-jp cut by words, five to an n-gram; here it is the nine characters that five words have on average
# (docs/dedupe.md).
PRESETS: Final[Mapping[str, Mapping[str, Any]]] = MappingProxyType(
    {
        "manyo": {},
        # swallow-llm/doubri, README: b = 20 values in a bucket, r = 40 buckets, p = 1 - (1 - s^b)^r.
        "swallow": {"ngram": 5, "permutations": 800, "bands": 40, "rows": 20, "verify": "none"},
        # huggingface/fineweb-2: MinhashConfig(n_grams=5, num_buckets=14, hashes_per_bucket=8).
        "fineweb2": {"ngram": 9, "permutations": 112, "bands": 14, "rows": 8, "verify": "none"},
        # LLM-jp corpus v4: 20 buckets of 10 hashes.
        "llm-jp": {"ngram": 9, "permutations": 200, "bands": 20, "rows": 10, "verify": "none"},
    }
)

_LONGEST: Final = 64  # characters in an n-gram
_DEVIATIONS: Final = 3.5  # of the estimate, within which a pair is in doubt
_LIMITS: Final = {"ngram": (1, _LONGEST), "permutations": (2, 65536), "bands": (1, 65536), "rows": (1, 65536)}


@dataclass(frozen=True, slots=True)
class Settings:
    """How near is near.

    `bands` bands of `rows` bins each make two texts a candidate pair when any band agrees in full. `verify` says what
    becomes of candidates: with "estimate" those are joined whose estimated Jaccard similarity reaches `threshold`; with
    "exact" also, but where the estimate lies within its error (`margin`) of the threshold, the n-grams themselves are
    compared; with "none" all of them are joined, whatever `threshold` says. The first `bands * rows` bins are banded.

    `near = False` looks for equal texts only. `url` says which of several captures of one URL stays: the "latest", the
    "first", or all ("off"). `keep` says which text of a cluster stays: the "longest", the "latest" or the "first".
    `preset` is the name of the published settings that these started from.

    >>> settings = Settings()
    >>> [round(settings.recall(jaccard), 3) for jaccard in (0.3, 0.5, 0.7, 0.8)]
    [0.03, 0.484, 0.995, 1.0]
    """

    ngram: int = 5
    permutations: int = 256
    bands: int = 42
    rows: int = 6
    threshold: float = 0.7
    verify: str = "exact"
    near: bool = True
    url: str = "latest"
    keep: str = "longest"
    preset: str = "manyo"

    def __post_init__(self) -> None:
        for name, (least, most) in _LIMITS.items():
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
        if not isinstance(self.near, bool):
            raise ManyoError(
                "near is true or false", where=f"[dedupe] near = {self.near!r}", hint="the default is true"
            )
        for name, known in (("verify", VERIFY), ("url", URL), ("keep", KEEP), ("preset", tuple(PRESETS))):
            _one_of(name, getattr(self, name), known)

    @classmethod
    def of(cls, preset: str = "manyo", **single: Any) -> Settings:
        """The settings of a preset, with single ones changed. Raises `ManyoError` for what cannot be.

        >>> settings = Settings.of("swallow", keep="latest")
        >>> settings.bands, settings.rows, settings.verify, settings.keep
        (40, 20, 'none', 'latest')
        """
        _one_of("preset", preset, tuple(PRESETS))
        for name in single:
            if name not in cls.__dataclass_fields__:
                near = difflib.get_close_matches(name, cls.__dataclass_fields__, n=1)
                raise ManyoError(
                    f"there is no setting {name!r}",
                    where="[dedupe]",
                    hint=f"did you mean {near[0]!r}?" if near else f"known: {', '.join(cls.__dataclass_fields__)}",
                )
        return cls(**{**PRESETS[preset], "preset": preset, **single})

    @property
    def margin(self) -> float:
        """How far an estimate may lie from the threshold for the n-grams to be compared: 3.5 of its standard errors."""
        if self.verify != "exact":
            return 0.0
        error = math.sqrt(self.threshold * (1.0 - self.threshold) / self.permutations)
        return max(_DEVIATIONS * error, 2.0 / self.permutations)

    @property
    def doubts(self) -> bool:
        """Whether pairs may be left in doubt by their estimates."""
        return self.near and self.verify == "exact"

    def recall(self, jaccard: float) -> float:
        """The probability that two texts of this similarity share a band: 1 - (1 - jaccard^rows)^bands."""
        return float(1.0 - (1.0 - jaccard**self.rows) ** self.bands)


def _one_of(name: str, value: Any, known: tuple[str, ...]) -> None:
    if not isinstance(value, str) or value not in known:
        near = difflib.get_close_matches(str(value), known, n=1)
        raise ManyoError(
            f"{name} has no choice {value!r}",
            where=f"[dedupe] {name} = {value!r}",
            hint=f"did you mean {near[0]!r}?" if near else f"it is one of {', '.join(known)}",
        )
