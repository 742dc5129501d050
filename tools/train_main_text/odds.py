"""The vocabulary: log-odds of main text under a class name, or after an opening word, counted over sites.

A page has one vote on each name and word, shared between main text and clutter, whatever its size; the votes of a site's
pages count by the square root of their number, so that a site with many pages does not speak for all. Odds are drawn
towards the average by a prior, and what fewer than a few sites know is left out.

What a page taught must not be used to describe it, or the trees learn to trust the table more than they should:
`matrix` describes each page with a table that was counted on pages of other sites.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from train_main_text.pages import Page

from manyo.read import features, segment, vocabulary

PARTS = 4  # of the training pages; each part is described by a table of the others
_LEAST = 0.15  # log-odds nearer to the average are left out


@dataclass(frozen=True)
class _Votes:
    """One row for each name or word of each page."""

    key: npt.NDArray[np.int64]
    page: npt.NDArray[np.int64]
    right: npt.NDArray[np.float64]
    wrong: npt.NDArray[np.float64]
    prior: float
    sites: int  # that must know it

    @staticmethod
    def count(
        key: npt.NDArray[np.int64], page: npt.NDArray[np.int64], right: npt.NDArray[np.float64],
        wrong: npt.NDArray[np.float64], prior: float, sites: int,
    ) -> _Votes:  # fmt: skip
        pairs, place = np.unique(key << 20 | page, return_inverse=True)
        rights, wrongs = np.bincount(place, right), np.bincount(place, wrong)
        both = rights + wrongs
        vote = np.where(both > 0, np.minimum(1, np.sqrt(both)) / np.maximum(both, 1e-9), 0)
        return _Votes(pairs >> 20, pairs & (1 << 20) - 1, rights * vote, wrongs * vote, prior, sites)


class Counted:
    """The votes of all pages, from which the table of any of them is made."""

    def __init__(
        self, found: segment.Segments, label: npt.NDArray[np.int8], weight: npt.NDArray[np.float64],
        owner: npt.NDArray[np.int64], pages: Sequence[Page],
    ) -> None:  # fmt: skip
        self.found, self.owner = found, owner
        sites = {page.site: number for number, page in enumerate(pages)}
        self.site = np.array([sites[page.site] for page in pages])
        self.part = np.array([zlib.crc32(f"{page.site} part".encode()) % PARTS for page in pages])
        self.page_of_container = np.repeat(np.arange(len(pages)), np.diff(found.pages[:, segment.FIRST_CONTAINER]))
        share = weight / np.maximum(np.bincount(owner, weight, len(pages))[owner], 1e-9)
        right, wrong = self._under(share * label), self._under(share * (1 - label))
        first = np.append(found.containers[:, segment.FIRST_NAME], len(found.names))
        container = np.repeat(np.arange(len(found.containers)), np.diff(first))
        words, offsets = vocabulary.words_of(found)
        block = np.repeat(np.arange(len(found.blocks)), np.diff(offsets))
        block, words = block[words > 0], words[words > 0]
        one = label[block].astype(np.float64)
        self.votes = (
            _Votes.count(
                found.names.astype(np.int64),
                self.page_of_container[container],
                right[container],
                wrong[container],
                4.0,
                2,
            ),
            _Votes.count(words.astype(np.int64), owner[block], one, 1 - one, 8.0, 4),
        )

    def _under(self, value: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """The sum of a value of blocks over all that stand in each container."""
        total = np.bincount(self.found.blocks[:, segment.CONTAINER], value, len(self.found.containers))
        parents = self.found.containers[:, segment.PARENT]
        for container in range(len(total) - 1, -1, -1):
            if parents[container] >= 0:
                total[parents[container]] += total[container]
        return total

    def table(self, of_pages: npt.NDArray[np.bool_]) -> vocabulary.Vocabulary:
        """The vocabulary that some of the pages teach."""
        odds: dict[int, float] = {}
        for votes in self.votes:
            chosen = of_pages[votes.page]
            keys, number = np.unique(votes.key[chosen], return_inverse=True)
            pairs, place = np.unique(number.astype(np.int64) << 20 | self.site[votes.page[chosen]], return_inverse=True)
            voices = np.sqrt(np.bincount(place))
            number = pairs >> 20
            right = np.bincount(number, np.bincount(place, votes.right[chosen]) / voices, len(keys))
            wrong = np.bincount(number, np.bincount(place, votes.wrong[chosen]) / voices, len(keys))
            base = right.sum() / (right.sum() + wrong.sum())
            logit = np.log((right + votes.prior * base) / (wrong + votes.prior * (1 - base))) - np.log(
                base / (1 - base)
            )
            known = (np.bincount(number, minlength=len(keys)) >= votes.sites) & (np.abs(logit) > _LEAST)
            odds.update(zip(keys[known].tolist(), np.round(logit[known], 2).tolist(), strict=True))
        return vocabulary.table(odds)

    def matrix(self, trained_on: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[np.float32], vocabulary.Vocabulary]:
        """The features of all blocks, and the table of the training pages, which describes the others."""
        table = self.table(trained_on)
        odds = vocabulary.of_containers(self.found, table)
        said = vocabulary.of_blocks(self.found, table)
        for part in range(PARTS):
            others = self.table(trained_on & (self.part != part))
            mine = trained_on & (self.part == part)
            odds = np.where(mine[self.page_of_container], vocabulary.of_containers(self.found, others), odds)
            said = np.where(mine[self.owner][:, None], vocabulary.of_blocks(self.found, others), said)
        return features.matrix(self.found, odds.astype(np.float32), said.astype(np.float32)), table
