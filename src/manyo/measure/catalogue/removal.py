"""What is taken out of a text before it is measured, where a recipe asks for it: numbers that a build fills in."""

from __future__ import annotations

from typing import Final

from manyo.measure.catalogue.entry import Measure, count, share


def of_benchmark(name: str) -> Measure:
    """What a text has in common with an evaluation set."""
    return count(
        f"{name}_overlap",
        f"評価データ「{name}」と共通の文字数",
        f"characters shared with the benchmark {name}",
        f"letters and digits of the text that lie in passages which items of the benchmark {name} have too",
        "characters",
    )


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
