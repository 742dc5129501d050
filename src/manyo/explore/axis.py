"""The axis of a measure: where its slider runs, how fine its steps are, and how many rows lie where.

It depends on the rows and on the thresholds of the recipe that one started from, never on where a slider stands: while
one moves it, the picture holds still.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from manyo import judge
from manyo.explore.rows import Flags, Numbers
from manyo.judge.rules import ranges
from manyo.measure.catalogue.entry import Measure

BINS: Final = 72
_TAIL: Final = 0.999  # of the rows lie on the axis; the rest are in its last bin
_WIDE: Final = 8  # an axis is logarithmic when its end is so many times the median or the threshold


@dataclass(frozen=True)
class Axis:
    """From `low` to `high`; `whole` for whole numbers.

    Linear where `pivot` is 0; else logarithmic, a value lying at log(1 + (value - low) / pivot). `beyond` says that some
    rows lie beyond `high` and are in the last bin.
    """

    low: float
    high: float
    pivot: float
    whole: bool
    beyond: bool

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)

    def bins(self, values: Numbers) -> Numbers:
        """The bin of each value, `BINS` for one that is not a number."""
        with np.errstate(invalid="ignore"):
            at = values.astype(np.float64) - self.low
            if self.pivot:
                at = np.log1p(np.maximum(at, 0) / self.pivot) / math.log1p((self.high - self.low) / self.pivot)
            else:
                at /= self.high - self.low
            found = np.clip(np.nan_to_num(at * BINS, nan=0.0), 0, BINS - 1).astype(np.uint8)
        found[np.isnan(values)] = BINS
        return found


def axis(rule: judge.Rule, values: Numbers, measures: Mapping[str, Measure]) -> Axis:
    """The axis of a rule's measure, `measures` those that it names.

    >>> from manyo.judge.known import known
    >>> axis(judge.Rule("short", "characters", min=100), np.array([5, 80, 120, 4000]), known())
    Axis(low=0.0, high=4000.0, pivot=10.0, whole=True, beyond=False)
    """
    least, most = ranges(measures, rule)
    finite = values[np.isfinite(values)] if values.dtype.kind == "f" else values
    smallest, middle, tail, largest = (
        [float(value) for value in np.quantile(finite, [0, 0.5, _TAIL, 1])] if len(finite) else [0.0, 0.0, 0.0, 0.0]
    )
    limits = [limit for limit in (rule.min, rule.max) if limit is not None]
    low = least if math.isfinite(least) else min(smallest, *limits)
    high = max(tail, low, *(low + 1.6 * (limit - low) for limit in limits))
    if largest <= 1.25 * high:  # then show all of it
        high = max(high, largest)
    high = min(high, most)
    if high <= low:
        high = min(low + 1.0, most) if most > low else low + 1.0
    measure = measures.get(rule.measure)
    whole = measure is not None and measure.dtype == "int64"
    reach = max(middle, *limits) - low
    logarithmic = most > 1 and high - low > _WIDE * max(reach, 1.0)
    pivot = max(1.0, min(limits) - low) / 10 if logarithmic else 0.0
    return Axis(low, float(high), pivot, whole, largest > high)


def histogram(bins: Numbers, elsewhere: Flags) -> dict[str, list[int]]:
    """Rows in each bin: those that this rule decides about, and those that another rule refuses whatever it says."""
    both = np.bincount(bins.astype(np.int64) * 2 + elsewhere, minlength=2 * (BINS + 1)).reshape(-1, 2)
    return {"decides": both[:BINS, 0].tolist(), "elsewhere": both[:BINS, 1].tolist(), "unmeasured": both[BINS].tolist()}


def start(values: Numbers, end: str) -> float:
    """A threshold to begin with, which about one row in a hundred fails, in two digits.

    >>> start(np.arange(1000), "max"), start(np.arange(1000), "min")
    (990.0, 10.0)
    """
    known_ones = values[np.isfinite(values)]
    if not len(known_ones):
        return 0.0
    return float(f"{np.quantile(known_ones, 0.99 if end == 'max' else 0.01):.2g}")


def finite(value: float) -> float | None:
    """The value as JSON can have it: None for an infinite one."""
    return value if math.isfinite(value) else None
