"""An Aho-Corasick automaton over characters, small enough for the nearest caches.

Source: Aho and Corasick 1975, with the fallbacks kept and not completed to a table. Japanese has thousands of
characters, and most of a text begins no word: what is asked at nearly every character is one bit, whether a word can
begin with the last three characters. Only where it is set does the automaton start, from the node of these: no shorter
one is ever a state, and words of one or two characters are looked up apart. So a text is read at one speed however many
words there are. The edges are one open-addressed hash table. As with any such automaton, the cost is linear in the
text, whatever stands in it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from manyo.columns import ByteArray, IntArray
from manyo.kernels import borrowing, inlined
from manyo.measure.alphabet import decode, three_bytes

NONE: Final = 0x1FFFFF  # before the first character: no character has this number
SETS: Final = 1 << 13  # of 64 bits each, unless there are very many words
_EMPTY: Final = -(1 << 62)
_WIDTH: Final = 21  # bits of a character's number


@dataclass(frozen=True, slots=True)
class Automaton:
    """What the kernels below step through. Node 0 is the start; the others are the prefixes of the words."""

    heads: IntArray  # sets of the characters before the two whose hash is the place: see `_heads`
    edges: IntArray  # (2 * slots,): a key, and the node that it leads to
    fallbacks: IntArray  # (nodes,): the longest other, of three characters at least, in which each ends; 0 for none
    first_output: int  # from this node on, words end in all
    outputs: IntArray  # (nodes from there on + 1,): into `words`
    words: IntArray  # the numbers of the words that end in each node, longest first
    alone: bool  # whether a word of one character is among them


def build(words: Sequence[str]) -> Automaton:
    """The automaton of `words`, in which none is empty. A word may be there twice: each has its own number."""
    ends: dict[str, list[int]] = {}
    for number, word in enumerate(words):
        ends.setdefault(word, []).append(number)
    prefixes = {word[:length] for word in words for length in range(1, len(word) + 1)}
    behind: dict[str, str] = {}
    found: dict[str, list[int]] = {"": []}
    for prefix in sorted(prefixes, key=len):
        behind[prefix] = next(prefix[cut:] for cut in range(1, len(prefix) + 1) if prefix[cut:] in found)
        found[prefix] = ends.get(prefix, []) + found[behind[prefix]]
    order = sorted(found, key=lambda prefix: (found[prefix] != [], len(prefix), prefix))
    nodes = {prefix: node for node, prefix in enumerate(order)}
    fallbacks = [nodes[behind[prefix]] if len(behind.get(prefix, "")) > 2 else 0 for prefix in order]
    final = [prefix for prefix in order if found[prefix]]
    outputs = np.zeros(len(final) + 1, np.int64)
    np.cumsum([len(found[prefix]) for prefix in final], out=outputs[1:])
    keys = {
        _packed(prefix): nodes[prefix] for prefix in order if len(prefix) == 3 or (prefix in ends and len(prefix) < 3)
    }
    keys |= {nodes[prefix[:-1]] << _WIDTH | ord(prefix[-1]): nodes[prefix] for prefix in order if len(prefix) > 3}
    return Automaton(
        heads=_heads(order, {word for word in words if len(word) == 2}),
        edges=_table(keys),
        fallbacks=np.array(fallbacks, np.int64),
        outputs=outputs,
        first_output=len(order) - len(final),
        words=np.array([number for prefix in final for number in found[prefix]], np.int64),
        alone=any(len(word) == 1 for word in words),
    )


def _heads(prefixes: Sequence[str], shorts: Collection[str]) -> IntArray:
    """With which three characters a word begins: 64 bits for the hash of the last two, of which the first has one.

    A word of two characters has all 64, since any character may stand before it.
    """
    begins = [prefix for prefix in prefixes if len(prefix) == 3 or prefix in shorts]
    heads = np.zeros(max(SETS, 1 << len(begins).bit_length()), np.uint64)
    for prefix in begins:
        place = _place(ord(prefix[-2]), ord(prefix[-1])) & len(heads) - 1
        heads[place] |= np.uint64(1 << _member(ord(prefix[0])) if len(prefix) == 3 else (1 << 64) - 1)
    return heads.view(np.int64)


def _packed(prefix: str) -> int:
    """The key of up to three characters; those of edges are below it, for a word has no NUL and nodes are fewer."""
    key = 0
    for character in prefix:
        key = key << _WIDTH | ord(character)
    return key if len(prefix) == 3 else -key


def _table(targets: Mapping[int, int]) -> IntArray:
    """A hash table of keys and where they lead, half full at most, with linear probing."""
    size = 2 << max(len(targets) - 1, 1).bit_length()
    table = [_EMPTY, 0] * size
    for key, target in targets.items():
        slot = _slot(key, size)
        while table[2 * slot] != _EMPTY:
            slot = (slot + 1) & (size - 1)
        table[2 * slot], table[2 * slot + 1] = key, target
    return np.array(table, np.int64)


@inlined
def _place(second: int, third: int) -> int:
    return (second * 0x297A2D39 + third * 0x3504F333) >> 16


@inlined
def _member(first: int) -> int:
    return (first ^ first >> 6) & 63


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


@borrowing
def advance(
    data: ByteArray,
    position: int,
    end: int,
    state: IntArray,
    heads: IntArray,
    edges: IntArray,
    fallbacks: IntArray,
    first_output: int,
    alone: bool,
) -> int:
    """Read on from `position` to behind the next character with which words end, or to the end of the text.

    `state` holds the node, the last character but one and the last (`NONE` at the start); then the node in which the
    words end that were found, 0 for none.
    """
    node, before, last = state[0], state[1], state[2]
    found = 0
    while position < end and found == 0:
        code = three_bytes(data, position, end)
        if code >= 0:
            position += 3
        else:
            decoded = decode(data, position, end)
            code = decoded >> 3
            position += decoded & 7
            if 0x41 <= code <= 0x5A:
                code |= 0x20
        if node:
            node = _following(node, code, edges, fallbacks)
        if node == 0 and heads[_place(last, code) & (len(heads) - 1)] >> _member(before) & 1:
            node = _target((before << _WIDTH | last) << _WIDTH | code, edges)
            if node == 0:
                found = _target(-(last << _WIDTH | code), edges)
        if node >= first_output:
            found = node
        elif alone and node == 0 and found == 0:
            found = _target(-code, edges)
        before, last = last, code
    state[0], state[1], state[2], state[3] = node, before, last, found
    return position


@borrowing
def _following(node: int, code: int, edges: IntArray, fallbacks: IntArray) -> int:
    """The node after `code`, or 0."""
    while node:
        target = _target(node << _WIDTH | code, edges)
        if target:
            return target
        node = fallbacks[node]
    return 0
