"""What is taken out of a text before it is measured, where a recipe asks for it: numbers that a build fills in."""

from __future__ import annotations

from typing import Final

from manyo.measure.catalogue.entry import Measure, count, share

LINES: Final[tuple[Measure, ...]] = (
    count(
        "repeated_lines",
        "除いた反復行の数",
        "repeated lines removed",
        "lines that were taken out because other documents have them too",
    ),
    share(
        "repeated_share",
        "除いた反復行の文字の割合",
        "characters in repeated lines",
        "characters of the lines that were taken out / characters of the text before",
    ),
)
