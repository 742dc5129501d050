"""What of the lines that documents share is to go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from manyo.errors import ManyoError

UNITS: Final = ("line", "paragraph", "both")
FIRST, NONE = "first", "none"
_MOST: Final = 10**9


@dataclass(frozen=True, slots=True)
class LineSettings:
    """From how many documents on a line is boilerplate: `per_host` of one host, `overall` of all; 0 never.

    `units` says what is counted: each "line", each "paragraph" (two lines or more between empty ones), or "both". Those with fewer than
    `characters` characters, white space aside, are left alone. `keep` says whether a repeated line stays in the
    document that has it "first", or in "none". With `fold_digits` runs of digits are all one: 2024年5月1日 and
    2023年12月31日 are the same.

    >>> LineSettings().on, LineSettings(per_host=10).on
    (False, True)
    """

    per_host: int = 0
    overall: int = 0
    characters: int = 12
    units: str = "both"
    keep: str = FIRST
    fold_digits: bool = False

    def __post_init__(self) -> None:
        for name in ("per_host", "overall", "characters"):
            value = getattr(self, name)
            if not 0 <= value <= _MOST:
                raise ManyoError(
                    f"{name} is too large", where=f"[lines] {name} = {value}", hint=f"from 0 to {_MOST:,}; 0 is off"
                )
            if value == 1 and name != "characters":
                raise ManyoError(
                    "a line that stands in one document is no repeated line",
                    where=f"[lines] {name} = 1",
                    hint="the least is 2, and 0 is off",
                )
        if self.units not in UNITS:
            raise ManyoError(
                f"{self.units!r} is not what units takes",
                where=f"[lines] units = {self.units!r}",
                hint='"line", "paragraph" or "both"',
            )
        if self.keep not in (FIRST, NONE):
            raise ManyoError(
                f"{self.keep!r} is not what keep takes",
                where=f"[lines] keep = {self.keep!r}",
                hint='"first" keeps a repeated line in the first document that has it, "none" in none',
            )

    @property
    def on(self) -> bool:
        """Whether anything is to go at all."""
        return bool(self.per_host or self.overall)
