"""New documents looked up in the indexes of earlier releases.

`meet` goes by partitions of the band keys, as `match` does, and finds the documents that an earlier release has;
`settle` is one task after clustering: a cluster of which any document was met is refused as a whole, for its text is
there already. What is met is told by a code: the number of the release among those built against, times 2^40, plus the row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

import manyo.dedupe as dedupe
from manyo import engine
from manyo.dedupe import lookup
from manyo.dedupe.index import Index
from manyo.stages.findings import Shards, mapped
from manyo.stages.matching import gather, superseded, without

Int64Array = npt.NDArray[np.int64]

_RELEASE: Final = 40  # bits of a code that say the row
_NONE: Final = -1
_AT_ONCE: Final = 8192  # pairs compared


def opened(against: Sequence[Mapping[str, str]]) -> list[Index]:
    """The indexes, as task arguments name them: the folder of the index and the digest of its release."""
    return [Index.open(Path(one["folder"]), one["digest"]) for one in against]


def meet(
    context: engine.Context, *, of: str, partition: int, near: dict[str, Any], against: list[dict[str, str]]
) -> engine.Result:
    """Look one partition up: `met`, int64 triples (document, code, how many bins agree; one more where all of the text)."""
    settings = dedupe.Settings(**near)
    shards = Shards(context, of)
    gone = np.unique(superseded(context, settings)[:, 1])  # captures that gave way: their text decides nothing
    digests, same = without(gone, *gather(shards, "exact", partition, "low", "high"))
    keys, documents = without(gone, *gather(shards, "keys", partition, "key"))
    sketches = shards.arrays("sketches", np.uint8, settings.permutations) if settings.near else []
    found = [np.zeros((0, 3), np.int64)]
    for number, earlier in enumerate(opened(against)):
        context.report({"looked_up": number})
        base = number << _RELEASE
        exact = lookup.exact(earlier, np.stack(digests, 1), same)
        whole = np.full(len(exact), settings.permutations + 1)
        found.append(np.stack([exact[:, 0], exact[:, 1] + base, whole], axis=1))
        candidates = lookup.near(earlier, keys[0], documents) if settings.near else exact[:0]
        for start in range(0, len(candidates), _AT_ONCE):
            pairs = candidates[start : start + _AT_ONCE]
            ours, theirs = _gathered(sketches, pairs[:, 0], settings.permutations), earlier.sketches(pairs[:, 1])
            joined = (dedupe.similarity(ours, theirs) >= settings.threshold) | (settings.verify == "none")
            agree = (ours == theirs).sum(axis=1)
            found.append(np.stack([pairs[:, 0], pairs[:, 1] + base, agree], axis=1)[joined])
    path = context.scratch("met.bin")
    path.write_bytes(_best(np.concatenate(found)).tobytes())
    return engine.Result(files={"met": path})


def _gathered(
    shards: Sequence[tuple[int, npt.NDArray[Any]]], documents: Int64Array, width: int
) -> npt.NDArray[np.uint8]:
    """The sketches of new documents, from the arrays of all shards."""
    bases = np.array([base for base, _ in shards])
    places = np.searchsorted(bases, documents, side="right") - 1
    out = np.empty((len(documents), width), np.uint8)
    for place in np.unique(places).tolist():
        here = places == place
        out[here] = shards[place][1][documents[here] - bases[place]]
    return out


def _best(met: Int64Array) -> Int64Array:
    """For each document the nearest of what it met: the most bins, then the smallest code."""
    met = met[np.lexsort((met[:, 1], -met[:, 2], met[:, 0]))]
    first = np.ones(len(met), np.bool_)
    first[1:] = met[1:, 0] != met[:-1, 0]
    best: Int64Array = np.ascontiguousarray(met[first])
    return best


def settle(context: engine.Context, *, releases: int) -> engine.Result:
    """What of an earlier release stands for each document: `earlier`, an int64 code, -1 where there is nothing.

    A document that was met stands for itself; the others of its cluster take the code of the one that was met best.
    """
    keepers = mapped(context.fetch(context.commits("cluster")[0].files["keepers"]), np.int64, 3)[:, 0]
    files = (mapped(context.fetch(commit.files["met"]), np.int64, 3) for commit in context.commits("meet"))
    met = _best(np.concatenate([np.zeros((0, 3), np.int64), *files]))
    codes = np.full(len(keepers), _NONE, np.int64)
    of_cluster = met.copy()
    of_cluster[:, 0] = keepers[met[:, 0]]
    of_cluster = _best(of_cluster)
    codes[of_cluster[:, 0]] = of_cluster[:, 1]
    codes = codes[keepers]
    codes[met[:, 0]] = met[:, 1]
    path = context.scratch("earlier.bin")
    path.write_bytes(codes.tobytes())
    counts = np.bincount(codes[codes != _NONE] >> _RELEASE, minlength=releases)
    return engine.Result(files={"earlier": path}, statistics={"met": dict(enumerate(counts.tolist()))})


@dataclass(frozen=True)
class Met:
    """The documents of one shard that an earlier release has: their rows, whose they are, and what they have in common."""

    rows: Int64Array
    releases: Int64Array  # the number of the release
    ids: list[str]
    similarity: npt.NDArray[np.float32]  # NaN where only equal texts are looked for
    exact: npt.NDArray[np.bool_]


def met(
    context: engine.Context, shards: Shards, place: int, settings: dedupe.Settings, against: list[dict[str, str]]
) -> Met:
    """What `settle` found for a shard's passing documents."""
    base, last = int(shards.bases[place]), int(shards.bases[place + 1])
    codes = mapped(context.fetch(context.commits("earlier")[0].files["earlier"]), np.int64, 1)[base:last, 0]
    rows = np.flatnonzero(codes != _NONE)
    releases, theirs = codes[rows] >> _RELEASE, codes[rows] & ((1 << _RELEASE) - 1)
    ids = [""] * len(rows)
    similarity, exact = np.full(len(rows), np.nan, np.float32), np.zeros(len(rows), np.bool_)
    sketches = shards.array(place, "sketches", np.uint8, settings.permutations) if settings.near else None
    digests = shards.array(place, "digests", np.uint64, 2)
    for number, index in _used(opened(against), releases):
        here = np.flatnonzero(releases == number)
        for where, name in zip(here.tolist(), index.ids(theirs[here]), strict=True):
            ids[where] = name
        exact[here] = (digests[rows[here]] == index.digests(theirs[here])).all(axis=1)
        if sketches is not None:
            similarity[here] = dedupe.similarity(sketches[rows[here]], index.sketches(theirs[here]))
        similarity[here[exact[here]]] = 1.0
    return Met(rows, releases, ids, similarity, exact)


def _used(indexes: list[Index], releases: Int64Array) -> Iterator[tuple[int, Index]]:
    for number in np.unique(releases).tolist():
        yield number, indexes[number]
