"""What a recipe may ask of reading; checked without loading a kernel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from manyo.errors import ManyoError

RUBY: Final = {"drop": 0, "keep": 1, "parenthesise": 2}
NFKC: Final = ("safe", "kana", "all", "none")
COMMENTS: Final = ("auto", "keep", "drop")


@dataclass(frozen=True)
class Settings:
    """What a recipe may ask of reading.

    `ruby`: what becomes of readings over kanji, "drop", "keep" (written after the base) or "parenthesise".
    `nfkc`: "safe" (see `normalise`), "kana" (of that only kana and vertical forms), "all" or "none". `punctuation`:
    whether ，． may become 、。, in "safe" and "all".
    `comments`: what readers wrote under a page, "keep", "drop", or "auto": kept where it is the page, as on a board, and
    dropped where it hangs under one.
    """

    ruby: str = "drop"
    nfkc: str = "safe"
    punctuation: bool = True
    comments: str = "auto"

    def __post_init__(self) -> None:
        for name, allowed in (("ruby", tuple(RUBY)), ("nfkc", NFKC), ("comments", COMMENTS)):
            if getattr(self, name) not in allowed:
                raise ManyoError(
                    f"{name} cannot be {getattr(self, name)!r}",
                    where=f"[read] {name}",
                    hint=f"one of {', '.join(allowed)}",
                )


FAITHFUL: Final = Settings(nfkc="kana")
"""For reading a page as its author spelled it: the default of `extract`. A build normalises more."""
