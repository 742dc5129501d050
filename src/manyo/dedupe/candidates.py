"""Near-duplicates, second half: documents that share a band key are compared, and the similar ones joined.

The keys of all documents are dealt to partitions by their top bits, so that equal keys always meet and a partition
fits in memory; which partition, and how many there are, changes nothing about the result. Inside a partition the keys
are sorted by (key, document) and each run of equal keys, a *bucket*, is gone through once in the order of its
documents: each is compared with the bucket's leaders so far and joined to the most similar one that reaches the
threshold (the smallest document among equals); if none does, it becomes a leader itself. A bucket keeps at most
`LEADERS` of them; when there is one too many, the leader that has been joined least recently gives way. So a bucket
of n documents costs at most n * LEADERS comparisons, where comparing all pairs costs n^2 / 2 and lets one boilerplate
page that a million hosts carry stop a build. What this can lose is a pair in a bucket of more than `LEADERS` kinds of
texts; the pair's other bands usually save it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from manyo.dedupe.minhash import NO_KEY, Float32Array, UInt32Array, UInt64Array
from manyo.kernels import inlined, kernel

Int64Array = npt.NDArray[np.int64]
Signatures: TypeAlias = UInt32Array | Sequence[tuple[int, UInt32Array]]

LEADERS: Final = 32
_GATHER: Final = 8192  # signatures in memory at a time


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


def edges(
    keys: UInt64Array, documents: Int64Array, signatures: Signatures, threshold: float
) -> tuple[Int64Array, Float32Array]:
    """Join the near-duplicates of one partition: edges `int64[e, 2]` (leader, document) and similarities `float32[e]`.

    `keys` is `uint64[m]`, `documents` the `m` global ids they belong to, in any order; `NO_KEY` is passed over.
    `signatures` is one `uint32[n, permutations]` array whose row is the id, or a sequence of `(base, array)` where row
    `i` of `array` is document `base + i`: arrays mapped from files are fine, since only the rows of documents that
    share a bucket are read, `8192` at a time. A pair that shares several bands comes out several times.

    >>> from manyo.dedupe import Settings, band_keys, signatures
    >>> tale = "むかしむかし、あるところに、おじいさんとおばあさんが住んでいました"
    >>> signed = signatures([tale, "国境の長いトンネルを抜けると雪国であった。", tale + "。"], Settings())
    >>> keys = band_keys(signed, Settings())
    >>> documents = np.repeat(np.arange(3), keys.shape[1])
    >>> joined, similarity = edges(keys.ravel(), documents, signed, 0.7)
    >>> np.unique(joined, axis=0).tolist()
    [[0, 2]]
    """
    keys, documents = _buckets(np.asarray(keys, np.uint64), np.asarray(documents, np.int64))
    given = [(0, signatures)] if isinstance(signatures, np.ndarray) else signatures
    # A shard without documents has the base of the next one.
    shards = sorted((shard for shard in given if len(shard[1])), key=lambda shard: shard[0])
    if not len(keys):
        return np.empty((0, 2), np.int64), np.empty(0, np.float32)
    permutations = shards[0][1].shape[1]
    need = _least_count(threshold, permutations)
    leaders = np.empty((LEADERS, permutations), np.uint32)
    leading = np.empty((LEADERS, 2), np.int64)  # the leader's document, when it was last joined
    state = np.zeros(2, np.int64)  # how many leaders the bucket has, the bucket's clock
    found: list[Int64Array] = []
    counts: list[Int64Array] = []
    for start, rows in _gathered(documents, shards):
        stop = start + len(rows)
        starts = np.ones(len(rows), np.bool_)  # where a bucket begins
        starts[1:] = keys[start + 1 : stop] != keys[start : stop - 1]
        starts[0] = start == 0 or keys[start] != keys[start - 1]
        joined = np.empty((len(rows), 2), np.int64)
        count = np.empty(len(rows), np.int64)
        size = _lead(starts, documents[start:stop], rows, need, leaders, leading, state, joined, count)
        found.append(joined[:size])
        counts.append(count[:size])
    return np.concatenate(found), (np.concatenate(counts) / permutations).astype(np.float32)


def _buckets(keys: UInt64Array, documents: Int64Array) -> tuple[UInt64Array, Int64Array]:
    """Only the keys that occur more than once, sorted by (key, document): most keys are alone, and need no more."""
    order = np.argsort(keys)
    keys, documents = keys[order], documents[order]
    same = keys[1:] == keys[:-1]
    shared = np.zeros(len(keys), np.bool_)
    shared[1:] = same
    shared[:-1] |= same
    shared &= keys != NO_KEY
    keys, documents = keys[shared], documents[shared]
    order = np.lexsort((documents, keys))
    return keys[order], documents[order]


def _least_count(threshold: float, permutations: int) -> int:
    """The fewest equal bins whose share reaches the threshold, exact where threshold * permutations is not."""
    count = max(math.floor(threshold * permutations) - 1, 0)
    while count / permutations < threshold:
        count += 1
    return count


def _gathered(documents: Int64Array, shards: Sequence[tuple[int, UInt32Array]]) -> Iterator[tuple[int, UInt32Array]]:
    """The signatures of `documents`, a bounded number of rows at a time, from the arrays that hold them."""
    bases = np.array([base for base, _ in shards], np.int64)
    for start in range(0, len(documents), _GATHER):
        wanted = documents[start : start + _GATHER]
        order = np.argsort(wanted, kind="stable")  # each array is read once, in its own order
        ends = np.searchsorted(wanted[order], np.append(bases[1:], np.iinfo(np.int64).max))
        rows = np.empty((len(wanted), shards[0][1].shape[1]), np.uint32)
        for index in np.flatnonzero(np.diff(ends, prepend=0)).tolist():
            base, array = shards[index]
            here = order[ends[index - 1] if index else 0 : ends[index]]
            rows[here] = array[wanted[here] - base]
        yield start, rows


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
    need: int,
    leaders: Any,
    leading: Any,
    state: Any,
    joined: Any,
    counts: Any,
) -> int:
    """Leader clustering over a stretch of buckets; `leaders`, `leading` and `state` carry a bucket on to the next."""
    size = 0
    for row in range(len(documents)):
        if starts[row]:
            state[0] = state[1] = 0
        document, signature = documents[row], rows[row]
        best, most = -1, need - 1
        for index in range(state[0]):
            count = _equal_bins(leaders[index], signature)
            if count > most or (count == most and best >= 0 and leading[index, 0] < leading[best, 0]):
                best, most = index, count
            if most == len(signature):
                break
        state[1] += 1
        if best >= 0:
            leading[best, 1] = state[1]
            if leading[best, 0] != document:
                joined[size, 0], joined[size, 1] = leading[best, 0], document
                counts[size] = most
                size += 1
            continue
        seat = state[0]
        if seat < len(leaders):
            state[0] += 1
        else:
            seat = 0
            for index in range(1, len(leaders)):
                if leading[index, 1] < leading[seat, 1]:
                    seat = index
        leaders[seat] = signature
        leading[seat, 0], leading[seat, 1] = document, state[1]
    return size
