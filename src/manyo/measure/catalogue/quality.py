"""What `measure/quality.py` estimates."""

from __future__ import annotations

from typing import Final

from manyo.measure.catalogue.entry import Measure, share

MEASURES: Final[tuple[Measure, ...]] = (
    share(
        "quality",
        "良い文章と判定される確率（推定）",
        "estimated quality",
        "the estimated probability that a person would call a snippet of the text good, by a model trained on labelled "
        "Japanese web texts; 0 for an empty text",
        unit="score",
    ),
)
