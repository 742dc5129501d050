"""What `measure/lexicon.py` finds: words of lists."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from manyo.measure.catalogue.entry import Measure, count, mean, share


def _words() -> Iterator[Measure]:
    for name, japanese, english in (
        ("adult", "アダルト", "adult"),
        ("discrimination", "差別", "discrimination"),
        ("violence", "暴力", "violence"),
        ("advertising", "広告", "advertising"),
        ("gambling", "賭博", "gambling"),
    ):
        yield mean(
            f"{name}_density",
            f"{japanese}語の密度",
            f"density of {english} words",
            f"matches of the list {name}.txt per 1,000 characters",
            "per 1,000 characters",
        )
        yield count(
            f"{name}_words",
            f"{japanese}語の種類数",
            f"distinct {english} words",
            f"different words of the list {name}.txt that the text holds",
        )


MEASURES: Final = (
    *_words(),
    share(
        "boilerplate_share",
        "定型句の割合",
        "boilerplate phrases",
        "characters in phrases of the list boilerplate.txt / characters",
    ),
)
