"""Near-duplicates, second half: documents that share a band key are compared, and the similar ones joined.

The keys of all documents are dealt to partitions by their top bits, so that equal keys always meet and a partition
fits in memory; which partition, and how many there are, changes nothing about the result. Inside a partition each run
of equal keys, a *bucket*, is gone through once in the order of its documents: each is compared with the bucket's
*leaders*, joined to those that are similar, and becomes a leader itself, unless it is nearly the same text as one of
them (`_SAME`). A bucket keeps at most `LEADERS`; when there is one too many, the one that has been joined least
recently gives way. So in a bucket of up to `LEADERS` documents all pairs are compared, whatever their order, and one of
n documents costs at most n * LEADERS comparisons, where all pairs cost n^2 / 2 and one boilerplate page that a million
hosts carry would stop a build. What this can lose is a pair in a bucket of more than `LEADERS` different texts; the
pair's other bands usually save it.

A bucket gives an edge only where it joins what it had not joined already, so edges are fewer than documents.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from manyo.dedupe.digest import perhaps_shared
from manyo.dedupe.minhash import NO_KEY, SketchArray, UInt32Array, UInt64Array, chance
from manyo.dedupe.settings import Settings
from manyo.kernels import inlined, kernel

Int64Array = npt.NDArray[np.int64]
Signatures: TypeAlias = UInt32Array | SketchArray | Sequence[tuple[int, UInt32Array | SketchArray]]

LEADERS: Final = 32
_SAME: Final = 0.95  # of the bins: what is near one of two such texts is near the other, but for a sliver
_DOUBTS: Final = 4  # leaders to which a document may be in doubt
_GATHER: Final = 8192  # signatures in memory at a time


class Edges(NamedTuple):
    """Pairs of documents, `int64[e, 2]`, the smaller first: those that are joined, and those that are in doubt."""

    sure: Int64Array
    doubtful: Int64Array


def partition(keys: UInt64Array, partitions: int) -> npt.NDArray[np.int64]:
    """The partition of each key, from its top 32 bits: evenly spread, rising with the key, any number of partitions.

    >>> keys = np.array([0, 2**62, 2**63, 2**64 - 2], np.uint64)
    >>> partition(keys, 3).tolist(), partition(keys, 1).tolist()
    ([0, 0, 1, 2], [0, 0, 0, 0])
    """
    if not 1 <= partitions < 2**31:
        raise ValueError(f"partitions must be from 1 to 2^31 - 1, not {partitions}")
    top = keys >> np.uint64(32)
    return ((top * np.uint64(partitions)) >> np.uint64(32)).astype(np.int64)


def edges(keys: UInt64Array, documents: Int64Array, signatures: Signatures, settings: Settings) -> Edges:
    """Join the near-duplicates of one partition.

    `keys` is `uint64[m]`, `documents` the `m` global ids they belong to, in any order; `NO_KEY` is passed over.
    `signatures` is one `uint32` or `uint8` array `[n, permutations]` (see `minhash.sketches`) whose row is the id, or a
    sequence of `(base, array)` where row `i` of `array` is document `base + i`: arrays mapped from files are fine,
    since only the rows of documents that share a bucket are read, `8192` at a time.

    Pairs whose estimate lies within `settings.margin` of the threshold are in doubt: of each document in each bucket
    the four most similar that the bucket does not join otherwise. A pair that shares several bands comes out several
    times.

    >>> from manyo.dedupe import Settings, band_keys, signatures
    >>> tale = "むかしむかし、あるところに、おじいさんとおばあさんが住んでいました"
    >>> settings = Settings(verify="estimate")
    >>> signed = signatures([tale, "国境の長いトンネルを抜けると雪国であった。", tale + "。"], settings)
    >>> keys = band_keys(signed, settings)
    >>> documents = np.repeat(np.arange(3), keys.shape[1])
    >>> np.unique(edges(keys.ravel(), documents, signed, settings).sure, axis=0).tolist()
    [[0, 2]]
    """
    keys, documents = _buckets(np.asarray(keys, np.uint64), np.asarray(documents, np.int64))
    given = [(0, signatures)] if isinstance(signatures, np.ndarray) else signatures
    # A shard without documents has the base of the next one.
    shards = sorted((shard for shard in given if len(shard[1])), key=lambda shard: shard[0])
    none = np.empty((0, 2), np.int64)
    if not len(keys):
        return Edges(none, none)
    kind, permutations = shards[0][1].dtype, shards[0][1].shape[1]
    needed = _needed(settings, permutations, chance(kind))
    leaders = np.empty((LEADERS, permutations), kind)
    leading = np.empty((LEADERS, 3), np.int64)  # the leader's document, when it was last joined, its part of the bucket
    state = np.zeros(2, np.int64)  # how many leaders the bucket has, the bucket's clock
    sure: list[Int64Array] = [none]
    doubtful: list[Int64Array] = [none]
    for start, rows, at in _gathered(documents, shards):
        stop = start + len(at)
        starts = np.ones(len(at), np.bool_)  # where a bucket begins
        starts[1:] = keys[start + 1 : stop] != keys[start : stop - 1]
        starts[0] = start == 0 or keys[start] != keys[start - 1]
        # One document may join as many parts of the bucket as there are leaders, but each part was a document's own.
        joined = np.empty((len(at) + LEADERS, 2), np.int64)
        doubts = np.empty((_DOUBTS * len(at) if needed[2] < needed[1] else 0, 2), np.int64)
        sizes = _lead(starts, documents[start:stop], rows, at, needed, leaders, leading, state, joined, doubts)
        sure.append(joined[: sizes[0]].copy())
        doubtful.append(doubts[: sizes[1]].copy())
    return Edges(np.concatenate(sure), np.concatenate(doubtful))


def _needed(settings: Settings, permutations: int, by_chance: float) -> tuple[int, int, int]:
    """Equal bins from which two documents are nearly the same, surely joined, and in doubt."""
    if settings.verify == "none":
        return 0, 0, 0
    sure = _least_count(settings.threshold + settings.margin, permutations, by_chance)
    same = max(sure, _least_count(_SAME, permutations, by_chance))
    return same, sure, _least_count(settings.threshold - settings.margin, permutations, by_chance)


def _least_count(similarity: float, permutations: int, by_chance: float) -> int:
    """The fewest equal bins that estimate at least this similarity, exact where the product is not.

    >>> _least_count(0.7, 10, 0.0), _least_count(1.2, 10, 0.0)
    (7, 11)
    """
    for count in range(max(math.floor(similarity * permutations) - 1, 0), permutations + 1):
        if (count / permutations - by_chance) / (1.0 - by_chance) >= similarity:
            return count
    return permutations + 1


def _buckets(keys: UInt64Array, documents: Int64Array) -> tuple[UInt64Array, Int64Array]:
    """Only the keys that occur more than once, sorted by (key, document): most keys are alone, and need no more."""
    perhaps = perhaps_shared(keys)
    keys, documents = keys[perhaps], documents[perhaps]
    order = np.argsort(keys)
    keys, documents = keys[order], documents[order]
    same = keys[1:] == keys[:-1]
    shared = np.zeros(len(keys), np.bool_)
    shared[1:] = same
    shared[:-1] |= same
    shared &= keys != NO_KEY
    keys, documents = keys[shared], documents[shared]
    _order_runs(keys, documents)
    return keys, documents


def _gathered(
    documents: Int64Array, shards: Sequence[tuple[int, UInt32Array | SketchArray]]
) -> Iterator[tuple[int, UInt32Array | SketchArray, Int64Array]]:
    """The signatures of `documents`, a bounded number at a time: an array, and in which of its rows they lie.

    Where one array holds them all it is handed on as it is.
    """
    if len(shards) == 1 and shards[0][1].flags.c_contiguous:
        [(base, array)] = shards
        plain = array.view(np.ndarray)  # neither a class nor a right to write for which the kernel is compiled anew
        plain.flags.writeable = False
        for start in range(0, len(documents), _GATHER):
            yield start, plain, documents[start : start + _GATHER] - base
        return
    bases = np.array([base for base, _ in shards], np.int64)
    for start in range(0, len(documents), _GATHER):
        wanted = documents[start : start + _GATHER]
        order = np.argsort(wanted, kind="stable")  # each array is read once, in its own order
        ends = np.searchsorted(wanted[order], np.append(bases[1:], np.iinfo(np.int64).max))
        rows = np.empty((len(wanted), shards[0][1].shape[1]), shards[0][1].dtype)
        for index in np.flatnonzero(np.diff(ends, prepend=0)).tolist():
            base, array = shards[index]
            here = order[ends[index - 1] if index else 0 : ends[index]]
            rows[here] = array[wanted[here] - base]
        yield start, rows, np.arange(len(rows))


@kernel
def _order_runs(keys: Any, documents: Any) -> None:
    """Sort the documents of each run of equal keys; most runs have two or three."""
    start = 0
    while start < len(keys):
        stop = start + 1
        sorted_so_far = True
        while stop < len(keys) and keys[stop] == keys[start]:
            sorted_so_far &= documents[stop - 1] <= documents[stop]
            stop += 1
        if not sorted_so_far:
            documents[start:stop].sort()
        start = stop


@inlined
def _equal_bins(a: Any, b: Any) -> int:
    count = 0
    for index in range(len(a)):
        count += a[index] == b[index]
    return count


@kernel
def _lead(
    starts: Any,
    documents: Any,
    rows: Any,
    at: Any,
    needed: Any,
    leaders: Any,
    leading: Any,
    state: Any,
    joined: Any,
    doubts: Any,
) -> Any:
    """Leader clustering over a stretch of buckets; `leaders`, `leading` and `state` carry a bucket on to the next."""
    same, sure, doubtful = needed
    counts = np.empty(len(leaders), np.int64)
    size = doubted = 0
    for place in range(len(documents)):
        if starts[place]:
            state[0] = state[1] = 0
        document, signature = documents[place], rows[at[place]]
        state[1] += 1
        best = -1  # the most similar leader, the smallest document among equals
        for index in range(state[0]):
            counts[index] = count = _equal_bins(leaders[index], signature)
            if best < 0 or count > counts[best] or (count == counts[best] and leading[index, 0] < leading[best, 0]):
                best = index
            if counts[best] == len(signature):
                break
        part = document
        alike = best >= 0 and counts[best] == len(signature)  # what the leader has met, it has met
        if best >= 0 and counts[best] >= sure:
            for index in range(best if alike else 0, best + 1 if alike else state[0]):
                if counts[index] < sure:
                    continue
                leading[index, 1] = state[1]
                if leading[index, 2] == part:
                    continue
                joined[size, 0], joined[size, 1] = leading[index, 0], document
                size += 1
                old = leading[index, 2]
                for other in range(state[0]):
                    if leading[other, 2] == old:
                        leading[other, 2] = part
        if best >= 0 and (alike or counts[best] >= same):
            continue
        for _ in range(_DOUBTS if doubtful < sure else 0):
            best = -1
            for index in range(state[0]):
                if doubtful <= counts[index] < sure and leading[index, 2] != part:
                    if best < 0 or (counts[index], -leading[index, 0]) > (counts[best], -leading[best, 0]):
                        best = index
            if best < 0:
                break
            leading[best, 1] = state[1]
            doubts[doubted, 0], doubts[doubted, 1] = leading[best, 0], document
            doubted += 1
            counts[best] = -1
        seat = state[0]
        if seat < len(leaders):
            state[0] += 1
        else:
            seat = 0
            for index in range(1, len(leaders)):
                if (leading[index, 1], leading[index, 0]) < (leading[seat, 1], leading[seat, 0]):
                    seat = index
        leaders[seat] = signature
        leading[seat, 0], leading[seat, 1], leading[seat, 2] = document, state[1], part
    return size, doubted
