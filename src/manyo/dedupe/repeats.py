"""Which lines are in how many documents, and the table in which a shard looks its lines up.

Counting goes by partitions of the keys (`candidates.partition`), so that memory is that of one partition. What is
counted are different texts: ten copies of a page count as one, or every line of theirs would be boilerplate.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from manyo.dedupe.digest import mix64
from manyo.kernels import kernel

IntArray = npt.NDArray[np.int64]
UInt64Array = npt.NDArray[np.uint64]

_UNKNOWN = np.uint64(0)


def repeated(keys: UInt64Array, texts: UInt64Array, documents: IntArray, threshold: int) -> UInt64Array:
    """The keys that at least `threshold` different texts have: `uint64[n, 2]`, rising, each with its first text.

    Entry `i` says that the text `texts[i]` (64 bits that stand for it), document `documents[i]`, has the key `keys[i]`;
    in any order, repeated or not. The first text is that of the smallest document.

    >>> keys, texts = np.array([7, 7, 5, 7, 5], np.uint64), np.array([1, 2, 1, 2, 1], np.uint64)
    >>> repeated(keys, texts, np.arange(5), 2).tolist()
    [[7, 1]]
    """
    order = np.lexsort((documents, texts, keys))
    found = np.empty((len(keys), 2), np.uint64)
    count = _count(keys[order], texts[order], np.asarray(documents, np.int64)[order], threshold, found)
    return found[:count].copy()


def of_host(keys: UInt64Array, hosts: UInt64Array) -> UInt64Array:
    """The keys that lines have on one host: for each pair of a line's key and a host's, 64 bits."""
    out = np.empty(len(keys), np.uint64)
    _pair(np.ascontiguousarray(keys), np.ascontiguousarray(hosts), out)
    return out


def looked_up(table: UInt64Array, keys: UInt64Array) -> tuple[npt.NDArray[np.bool_], UInt64Array]:
    """Which keys a table of `repeated` has, and their first texts. The table may be mapped from a file.

    >>> table = np.array([[5, 1], [7, 3]], np.uint64)
    >>> [part.tolist() for part in looked_up(table, np.array([7, 6], np.uint64))]
    [[True, False], [3, 0]]
    """
    if not len(table):
        return np.zeros(len(keys), np.bool_), np.zeros(len(keys), np.uint64)
    places = np.minimum(np.searchsorted(table[:, 0], keys), len(table) - 1)
    there = table[places, 0] == keys
    return there, np.where(there, table[places, 1], _UNKNOWN)


@kernel
def _count(keys: Any, texts: Any, documents: Any, threshold: int, found: Any) -> int:
    size = at = 0
    while at < len(keys):
        different, first = 0, at
        end = at
        while end < len(keys) and keys[end] == keys[at]:
            if end == at or texts[end] != texts[end - 1]:
                different += 1
            if documents[end] < documents[first]:
                first = end
            end += 1
        if different >= threshold:
            found[size, 0], found[size, 1] = keys[at], texts[first]
            size += 1
        at = end
    return size


@kernel
def _pair(keys: Any, hosts: Any, out: Any) -> None:
    for index in range(len(keys)):
        out[index] = mix64(keys[index] ^ mix64(hosts[index] + np.uint64(0x9E3779B97F4A7C15)))
