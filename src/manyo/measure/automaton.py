"""An Aho-Corasick automaton over characters, small enough for the nearest caches.

Source: Aho and Corasick 1975, with the fallbacks kept and not completed to a table. Japanese has thousands of
characters, and most of a text begins no word: what is asked at nearly every character is two bits, whether a word begins with the last
three characters, and whether one is the last two, of sets of hashes. Only where a bit is set does the automaton start,
from the node of these. So a text is read at one speed however many words there are, and no node of one character is a
state. The edges are one open-addressed hash table. As with any such automaton, the cost is linear in the text, whatever
stands in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from manyo.columns import IntArray
from manyo.kernels import borrowing, inlined

NONE: Final = 0x1FFFFF  # before the first character: no character has this number
BITS: Final = 1 << 17  # of a set of hashes, unless there are very many words
_EMPTY: Final = -(1 << 62)
_WIDTH: Final = 21  # bits of a character's number


@dataclass(frozen=True, slots=True)
class Automaton:
    """What the kernels below step through. Node 0 is the start; the others are the prefixes of the words."""

    heads: IntArray  # bits: hashes of the first three characters of words
    shorts: IntArray  # bits: hashes of the words of two
    edges: IntArray  # (2 * slots,): a key, and the node that it leads to
    fallbacks: (
        IntArray  # (nodes,): the longest other node, of two characters at least, in which this one ends; 0 for none
    )
    outputs: IntArray  # (nodes + 1,): into `words`
    words: IntArray  # the numbers of the words that end in each node, longest first
    alone: bool  # whether a word of one character is among them


def build(words: Sequence[str]) -> Automaton:
    """The automaton of `words`, in which none is empty. A word may be there twice: each has its own number."""
    nodes = {"": 0}
    ends: dict[str, list[int]] = {}
    for number, word in enumerate(words):
        ends.setdefault(word, []).append(number)
        for length in range(1, len(word) + 1):
            nodes.setdefault(word[:length], len(nodes))
    found: dict[str, list[int]] = {}
    fallbacks = np.zeros(len(nodes), np.int64)
    for prefix in sorted(nodes, key=len)[1:]:
        behind = next(prefix[cut:] for cut in range(1, len(prefix) + 1) if prefix[cut:] in nodes)
        found[prefix] = ends.get(prefix, []) + found.get(behind, [])
        fallbacks[nodes[prefix]] = nodes[behind] if len(behind) > 1 else 0
    outputs = np.zeros(len(nodes) + 1, np.int64)
    np.cumsum([len(found.get(prefix, [])) for prefix in nodes], out=outputs[1:])
    keys, targets = [], []
    for prefix, node in nodes.items():
        if len(prefix) > 2:
            keys.append(nodes[prefix[:-1]] << _WIDTH | ord(prefix[-1]))
        elif len(prefix) == 2:
            keys.append(-(ord(prefix[0]) << _WIDTH | ord(prefix[1])) - 1)
        elif prefix in ends:
            keys.append(ord(prefix))
        else:
            continue
        targets.append(node)
    return Automaton(
        heads=_bits([_hash(*map(ord, prefix)) for prefix in nodes if len(prefix) == 3]),
        shorts=_bits([_hash(0, *map(ord, word)) for word in words if len(word) == 2]),
        edges=_table(np.array(keys, np.int64), np.array(targets, np.int64)),
        fallbacks=fallbacks,
        outputs=outputs,
        words=np.array([number for prefix in nodes for number in found.get(prefix, [])], np.int64),
        alone=any(len(word) == 1 for word in words),
    )


def _bits(hashes: Sequence[int]) -> IntArray:
    size = max(BITS, 16 << len(hashes).bit_length())
    bits = np.zeros(size // 8, np.uint8)
    for one in hashes:
        bits[(one & size - 1) >> 3] |= 1 << (one & 7)
    return bits.view("<i8").astype(np.int64)


def _table(keys: IntArray, targets: IntArray) -> IntArray:
    """A hash table of the keys, half full at most, with linear probing."""
    size = 2 << max(len(keys) - 1, 1).bit_length()
    table = np.full(2 * size, _EMPTY, np.int64)
    for key, target in zip(keys.tolist(), targets.tolist(), strict=True):
        slot = _slot(key, size)
        while table[2 * slot] != _EMPTY:
            slot = (slot + 1) & (size - 1)
        table[2 * slot], table[2 * slot + 1] = key, target
    return table


@inlined
def _hash(first: int, second: int, third: int) -> int:
    return (first * 0x2C1B3C6D + second * 0x297A2D39 + third * 0x3504F333) >> 12


@inlined
def _has(bits: IntArray, one: int) -> int:
    return int(bits[one >> 6 & len(bits) - 1] >> (one & 63)) & 1


@inlined
def _slot(key: int, size: int) -> int:
    return (key ^ key >> 17) * 0x9E3779B1 >> 15 & (size - 1)


@borrowing
def _target(key: int, edges: IntArray) -> int:
    size = len(edges) >> 1
    slot = _slot(key, size)
    while edges[2 * slot] != key:
        if edges[2 * slot] == _EMPTY:
            return 0
        slot = (slot + 1) & (size - 1)
    return int(edges[2 * slot + 1])


@inlined
def begun(before: int, last: int, code: int, heads: IntArray, shorts: IntArray, edges: IntArray) -> int:
    """The node of these three characters where a word begins with them, or of two that are one; or 0."""
    if _has(heads, _hash(before, last, code)) | _has(shorts, _hash(0, last, code)) == 0:
        return 0
    return _begun(before, last, code, edges)


@borrowing
def _begun(before: int, last: int, code: int, edges: IntArray) -> int:
    node = _first_two(before, last, edges)
    if node:
        node = _target(node << _WIDTH | code, edges)
    return node if node else _first_two(last, code, edges)


@inlined
def _first_two(last: int, code: int, edges: IntArray) -> int:
    return _target(-(last << _WIDTH | code) - 1, edges)


@inlined
def first_one(code: int, edges: IntArray) -> int:
    """The node of a word of this character alone, or 0. It is no state to go on from."""
    return _target(code, edges)


@borrowing
def following(node: int, last: int, code: int, edges: IntArray, fallbacks: IntArray) -> int:
    """The node after `code`, or 0. `last` is the character before it, the last of `node`."""
    while node:
        target = _target(node << _WIDTH | code, edges)
        if target:
            return target
        node = fallbacks[node]
    return _first_two(last, code, edges)
