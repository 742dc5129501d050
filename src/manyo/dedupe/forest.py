"""Edges become clusters, and each cluster chooses the text it keeps.

Union-find with path halving (Tarjan and van Leeuwen, JACM 1984), the smaller id always the root: the root of a cluster
is its smallest document, whatever the order of the edges. A partition's edges are first reduced to a spanning forest,
so that what one task must hold in the end is one parent for each document (4 bytes below 2^31 documents, so 4 GB for
10^9) and never the edges, which can be streamed from files.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from manyo.dedupe.captures import UNKNOWN
from manyo.kernels import inlined, kernel

Int64Array = npt.NDArray[np.int64]
Roots = npt.NDArray[np.int32] | npt.NDArray[np.int64]


def spanning_forest(edges: Int64Array) -> Int64Array:
    """The edges that a spanning forest needs, `int64[f, 2]`, f below the number of documents touched, sorted.

    Memory goes by the edges, not by the ids' range. Deterministic: edges are taken in ascending order.

    >>> spanning_forest(np.array([[5, 9], [2, 5], [9, 2], [2, 5], [7, 8]])).tolist()
    [[2, 5], [2, 9], [7, 8]]
    """
    if not len(edges):
        return np.empty((0, 2), np.int64)
    low, high = np.minimum(edges[:, 0], edges[:, 1]), np.maximum(edges[:, 0], edges[:, 1])
    order = np.lexsort((high, low))
    ordered = np.stack([low[order], high[order]], axis=1)
    names, local = np.unique(ordered, return_inverse=True)
    parents = np.arange(len(names), dtype=np.int64)
    needed = np.zeros(len(ordered), np.bool_)
    _unite(parents, np.ascontiguousarray(local.reshape(ordered.shape), np.int64), needed)
    forest: Int64Array = ordered[needed]
    return forest


def undecided(edges: Int64Array, pairs: Int64Array) -> Int64Array:
    """The different pairs whose documents the edges do not bring together, `int64[p, 2]`, the smaller first, sorted.

    >>> undecided(np.array([[1, 2], [2, 3]]), np.array([[1, 3], [4, 2], [2, 4], [8, 9]])).tolist()
    [[2, 4], [8, 9]]
    """
    low, high = pairs.min(axis=1, initial=2**62), pairs.max(axis=1, initial=-1)
    names, local = np.unique(np.concatenate([edges.ravel(), low, high]), return_inverse=True)
    roots = clusters(len(names), local[: edges.size].reshape(-1, 2))
    first, second = local[edges.size :].reshape(2, -1)
    apart: Int64Array = np.unique(np.stack([low, high], axis=1)[roots[first] != roots[second]], axis=0)
    return apart


def clusters(count: int, edges: Int64Array | Iterable[Int64Array]) -> Roots:
    """The root of each of `count` documents: the smallest id of its cluster; `int32[count]` below 2^31 documents.

    `edges` is one `int64[e, 2]` array or any number of them, such as forests mapped from files one after another.
    Raises `ValueError` for an edge to a document that is not there.

    >>> clusters(6, np.array([[4, 2], [5, 4]])).tolist()
    [0, 1, 2, 3, 2, 2]
    """
    parents: Roots = np.arange(count, dtype=np.int32) if count < 2**31 else np.arange(count, dtype=np.int64)
    for part in [edges] if isinstance(edges, np.ndarray) else edges:
        if len(part) and not (int(part.min()) >= 0 and int(part.max()) < count):
            raise ValueError(f"an edge leads outside the {count} documents")
        _unite(parents, np.ascontiguousarray(part, np.int64), np.zeros(len(part), np.bool_))
    _flatten(parents)
    return parents


def unite(parents: Roots, edges: Int64Array) -> Int64Array:
    """Unite in place along each edge, `int64[e, 2]`; gives back those that were needed for it.

    `parents` begins as `np.arange(count)`; `clusters` makes roots of it in one go.

    >>> parents = np.arange(4)
    >>> unite(parents, np.array([[0, 1], [1, 0], [1, 2]])).tolist()
    [[0, 1], [1, 2]]
    >>> apart(parents, np.array([[0, 2], [2, 3]])).tolist()
    [[2, 3]]
    """
    needed = np.zeros(len(edges), np.bool_)
    _unite(parents, np.ascontiguousarray(edges, np.int64), needed)
    used: Int64Array = edges[needed]
    return used


def apart(parents: Roots, pairs: Int64Array) -> Int64Array:
    """The pairs, `int64[p, 2]`, whose documents are not united."""
    different = np.zeros(len(pairs), np.bool_)
    _apart(parents, np.ascontiguousarray(pairs, np.int64), different)
    left: Int64Array = pairs[different]
    return left


def representatives(roots: Roots, lengths: Int64Array, fetched: Int64Array) -> Roots:
    """The document that each document's cluster keeps: the longest text, then the earliest, then the smallest id.

    All three are of shape `(count,)`: `roots` from `clusters`, `lengths` in any unit, `fetched` any number that rises
    with time (give an unknown time the highest, so that a known one wins). A document is kept when it is its own
    representative.

    >>> representatives(np.array([0, 0, 0, 3]), np.array([10, 30, 30, 5]), np.array([1, 9, 8, 7])).tolist()
    [2, 2, 2, 3]
    """
    keepers = np.full_like(roots, -1)
    _choose(roots, np.ascontiguousarray(lengths, np.int64), np.ascontiguousarray(fetched, np.int64), keepers)
    chosen: Roots = keepers[roots]
    return chosen


def preference(keep: str, lengths: Int64Array, times: Int64Array) -> tuple[Int64Array, Int64Array]:
    """What `representatives` is to look at for `keep = "longest"`, `"latest"` or `"first"`: the most, then the least.

    The longest, the earlier of two that are as long; the latest, the longer of two of one time; or the first in time.
    Whatever has no known time (`captures.UNKNOWN`) comes after those that have one.

    >>> roots, lengths, times = np.zeros(3, np.int64), np.array([9, 5, 7]), np.array([20240101, 20240301, 20230101])
    >>> {keep: int(representatives(roots, *preference(keep, lengths, times))[0]) for keep in ("longest", "latest", "first")}
    {'longest': 0, 'latest': 1, 'first': 2}
    """
    if keep == "longest":
        return lengths, times
    if keep == "latest":
        return np.where(times == UNKNOWN, np.iinfo(np.int64).min, times), -lengths
    return -times, -times


@inlined
def _root(parents: Any, document: int) -> int:
    while parents[document] != document:
        parents[document] = parents[parents[document]]
        document = parents[document]
    return document


@kernel
def _unite(parents: Any, edges: Any, needed: Any) -> None:
    """Unite along each edge; `needed` marks those that joined two trees."""
    for index in range(len(edges)):
        a, b = _root(parents, edges[index, 0]), _root(parents, edges[index, 1])
        if a != b:
            needed[index] = True
            parents[max(a, b)] = min(a, b)


@kernel
def _apart(parents: Any, pairs: Any, different: Any) -> None:
    for index in range(len(pairs)):
        different[index] = _root(parents, pairs[index, 0]) != _root(parents, pairs[index, 1])


@kernel
def _flatten(parents: Any) -> None:
    """A parent is never larger than its child, so one pass upwards makes every parent a root."""
    for document in range(len(parents)):
        parents[document] = parents[parents[document]]


@kernel
def _choose(roots: Any, lengths: Any, fetched: Any, keepers: Any) -> None:
    for document in range(len(roots)):
        keeper = keepers[roots[document]]
        if keeper >= 0 and lengths[document] == lengths[keeper]:
            better = fetched[document] < fetched[keeper]
        else:
            better = keeper < 0 or lengths[document] > lengths[keeper]
        if better:
            keepers[roots[document]] = document
