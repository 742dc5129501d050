"""New documents looked up in the index of an earlier release (`index.py`).

Keys are found by galloping (Bentley and Yao 1976): sorted keys in sorted keys, from where the last one was, in steps that
double. The cost goes by the new keys, and by the old ones only with the logarithm of how many lie between two new ones;
memory holds what is looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from manyo.dedupe.candidates import LEADERS, partition
from manyo.dedupe.index import Index
from manyo.dedupe.minhash import NO_KEY
from manyo.kernels import kernel

Int64Array = npt.NDArray[np.int64]
UInt64Array = npt.NDArray[np.uint64]


def near(index: Index, keys: UInt64Array, documents: Int64Array) -> Int64Array:
    """Candidates: `int64[n, 2]` pairs (document, row) that share a key, each once, sorted.

    `keys[i]` is a band key of `documents[i]`. A key that more than `LEADERS` documents of the index have counts
    for the first so many rows, as in a bucket of `candidates.edges`.
    """
    wanted = keys != NO_KEY
    keys, documents = keys[wanted], np.asarray(documents, np.int64)[wanted]
    order = np.argsort(keys, kind="stable")
    found = [np.zeros((0, 2), np.int64)]
    for number, mine in _shares(index, keys[order]):
        there, rows = index.mapped(f"keys-{number:05d}", np.uint64), index.mapped(f"rows-{number:05d}", np.uint32)
        first, count = gallop(keys[order[mine]], there, LEADERS)
        found.append(_pairs(documents[order[mine]], rows, first, count))
    return np.unique(np.concatenate(found), axis=0)


def exact(index: Index, digests: UInt64Array, documents: Int64Array) -> Int64Array:
    """Pairs (document, row) of equal digests, one for each document that has any: `int64[n, 2]`, sorted."""
    documents = np.asarray(documents, np.int64)
    order = np.lexsort((digests[:, 1], digests[:, 0]))
    found = [np.zeros((0, 2), np.int64)]
    for number, mine in _shares(index, digests[order, 0]):
        lows, highs, rows = index.mapped(f"exact-{number:05d}", np.uint64).reshape(3, -1)
        some = order[mine]
        first, count = gallop(digests[some, 0], lows, LEADERS)
        pairs = _pairs(some, np.arange(len(lows)), first, count)
        pairs = pairs[highs[pairs[:, 1]] == digests[pairs[:, 0], 1]]
        _, one = np.unique(pairs[:, 0], return_index=True)
        found.append(np.stack([documents[pairs[one, 0]], rows[pairs[one, 1]].astype(np.int64)], axis=1))
    return np.unique(np.concatenate(found), axis=0)


def gallop(wanted: UInt64Array, keys: UInt64Array, most: int) -> tuple[Int64Array, Int64Array]:
    """Where each of the sorted `wanted` begins among the sorted `keys`, and how often it is there, at most `most`.

    >>> gallop(np.array([2, 5, 9], np.uint64), np.array([1, 5, 5, 8], np.uint64), 32)
    (array([1, 1, 4]), array([0, 2, 0]))
    """
    first, count = np.empty(len(wanted), np.int64), np.empty(len(wanted), np.int64)
    keys = np.asarray(keys).view()
    keys.flags.writeable = False  # as a mapped file's are: numba compiles a kernel for each
    _gallop(np.ascontiguousarray(wanted), keys, most, first, count)
    return first, count


def _pairs(documents: Int64Array, rows: npt.NDArray[Any], first: Int64Array, count: Int64Array) -> Int64Array:
    """(document, row) for each of the `count[i]` places from `first[i]` on."""
    owners = np.repeat(np.arange(len(count)), count)
    steps = np.arange(len(owners)) - np.repeat(np.cumsum(count) - count, count)
    return np.stack([documents[owners], rows[first[owners] + steps].astype(np.int64)], axis=1)


def _shares(index: Index, ordered: UInt64Array) -> Iterator[tuple[int, slice]]:
    """For each partition of the index that sorted keys fall into, where they lie among them."""
    numbers = partition(ordered, int(index.about["partitions"]))
    for number in np.unique(numbers).tolist():
        first, last = np.searchsorted(numbers, [number, number + 1]).tolist()
        yield number, slice(first, last)


@kernel
def _gallop(wanted: Any, keys: Any, most: int, first: Any, count: Any) -> None:
    at, size = 0, len(keys)
    for index in range(len(wanted)):
        key = wanted[index]
        step, low = 1, at
        while at + step < size and keys[at + step] < key:
            low = at + step
            step *= 2
        high = min(at + step, size)
        while low < high:
            middle = (low + high) // 2
            if keys[middle] < key:
                low = middle + 1
            else:
                high = middle
        at = low
        found = 0
        while found < most and at + found < size and keys[at + found] == key:
            found += 1
        first[index], count[index] = at, found
