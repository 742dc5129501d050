"""How precise a rule is, from documents that a person has judged.

A rule's precision is the share of bad documents among those that it refuses. Only a random sample can tell: whoever
judges what lies near a threshold, or what a search has found, judges a choice of their own. All rows stand in one
random order (`Rows.order`), and the sample of any set is its first rows in that order. So the sample is how far one has
read a set in that order, whatever list the judgements came from: when a threshold moves, what was judged still counts,
as far as the first rows of the new set are judged. Documents that were passed over may be one in five at most.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from manyo.explore.judgements import wilson
from manyo.explore.rows import Flags, Numbers

READ: Final = 0.8  # of the first rows in random order must be judged


@dataclass(frozen=True)
class Estimate:
    """The share of bad documents in a set of `total`: of the first `drawn` in random order, `sample` were judged.

    `low` and `high` are the ends of Wilson's 95 % interval; `judged` and `judged_bad` count all judgements in the set.
    """

    total: int
    drawn: int
    sample: int
    bad: int
    low: float
    high: float
    judged: int
    judged_bad: int

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def estimate(order: Numbers, flags: Flags, labels: Mapping[int, str]) -> Estimate:
    """The estimate for the rows flagged, `labels` giving what was said of rows, "good" or "bad".

    >>> order = np.array([3, 0, 2, 1])  # so the flagged rows 0, 1 and 3 are read as 1, 3, 0
    >>> found = estimate(order, np.array([True, True, False, True]), {1: "bad", 0: "good", 2: "bad"})
    >>> found.sample, found.drawn, found.bad, found.judged
    (1, 1, 1, 2)
    """
    rows = np.array(sorted((row for row in labels if flags[row]), key=lambda row: int(order[row])), np.int64)
    bad = np.array([labels[row] == "bad" for row in rows.tolist()], bool)
    drawn = sample = 0
    if len(rows):
        ahead = order[np.flatnonzero(flags)]
        ranks = np.searchsorted(np.sort(ahead[ahead <= order[rows[-1]]]), order[rows]) + 1
        enough = np.flatnonzero(np.arange(1, len(rows) + 1) >= READ * ranks)
        if len(enough):
            sample, drawn = int(enough[-1]) + 1, int(ranks[enough[-1]])
    hits = int(bad[:sample].sum())
    low, high = wilson(hits, sample)
    return Estimate(int(flags.sum()), drawn, sample, hits, low, high, len(rows), int(bad.sum()))
