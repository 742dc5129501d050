"""What class names and opening words say: the log-odds that text of theirs is main text.

Authors name the parts of a page, `entry-body`, `kanren`, `breadcrumb`, and open clutter with the same few words, 関連記事,
`Share this`. Which names and words hold main text is learned from pages with known main text
(`tools/train_main_text`). What ships is a table of 32-bit hashes with the logarithm of their odds against the average
block's; what it does not know counts nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from manyo.columns import ByteArray, IntArray
from manyo.kernels import borrowing, inlined, kernel, wide
from manyo.read import markup
from manyo.read import segment as s

_OPENING: Final = 60  # bytes of a block whose words are looked at
WORDS: Final = 24  # and as many words of it at most
WHOLE, MEAN, LEAST, MOST = range(4)  # what the words of a block say together: columns of `of_blocks`
SAID: Final = 4


@dataclass(frozen=True)
class Vocabulary:
    """A hash table: `keys` is a power of two long, 0 where empty; `odds` are natural logarithms, shape as `keys`."""

    keys: npt.NDArray[np.uint32]
    odds: npt.NDArray[np.float32]


def table(odds: dict[int, float]) -> Vocabulary:
    """Lay out a table, half full at most, of the odds of hashes."""
    size = 64
    while size < 2 * len(odds):
        size *= 2
    keys, values = np.zeros(size, np.uint32), np.zeros(size, np.float32)
    for key in sorted(odds):
        slot = (key * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF) >> 40 & size - 1
        while keys[slot]:
            slot = (slot + 1) & size - 1
        keys[slot], values[slot] = key, odds[key]
    return Vocabulary(keys, values)


def of_containers(found: s.Segments, known: Vocabulary) -> npt.NDArray[np.float32]:
    """The log-odds of each container's names together, float32 of shape (containers,)."""
    out = np.zeros(len(found.containers), np.float32)
    _of_containers(found.containers, found.names, known.keys, known.odds, out)
    return out


def of_blocks(found: s.Segments, known: Vocabulary) -> npt.NDArray[np.float32]:
    """What the opening words of each block say, float32 of shape (blocks, SAID).

    `WHOLE` is the log-odds of all its words as one, where it is short; the others are the mean, least and greatest of
    those words that are known, 0 without any.
    """
    out = np.zeros((len(found.blocks), SAID), np.float32)
    _of_blocks(found.text, found.blocks, known.keys, known.odds, out)
    return out


def words_of(found: s.Segments) -> tuple[npt.NDArray[np.uint32], IntArray]:
    """The hashes that `of_blocks` looks up, for training: `hashes[offsets[i] : offsets[i + 1]]` are those of block `i`."""
    hashes = np.zeros(len(found.blocks) * WORDS, np.uint32)
    offsets = np.zeros(len(found.blocks) + 1, np.int64)
    _words_of(found.text, found.blocks, hashes, offsets)
    return hashes[: offsets[-1]], offsets


@inlined
def _odds(keys: npt.NDArray[np.uint32], odds: npt.NDArray[np.float32], key: np.uint32) -> float:
    mask = len(keys) - 1
    slot = np.int64((np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(40)) & mask
    while keys[slot] != 0:
        if keys[slot] == key:
            return float(odds[slot])
        slot = (slot + 1) & mask
    return 0.0


@kernel
def _of_containers(
    containers: npt.NDArray[np.int32],
    names: npt.NDArray[np.uint32],
    keys: npt.NDArray[np.uint32],
    odds: npt.NDArray[np.float32],
    out: npt.NDArray[np.float32],
) -> None:
    for container in range(len(containers)):
        first = containers[container, s.FIRST_NAME]
        last = containers[container + 1, s.FIRST_NAME] if container + 1 < len(containers) else len(names)
        total = 0.0
        for name in range(first, last):
            total += _odds(keys, odds, names[name])
        out[container] = total


@kernel
def _of_blocks(
    text: ByteArray,
    blocks: npt.NDArray[np.int32],
    keys: npt.NDArray[np.uint32],
    odds: npt.NDArray[np.float32],
    out: npt.NDArray[np.float32],
) -> None:
    hashes = np.zeros(WORDS, np.uint32)
    for block in range(len(blocks)):
        count = _words(text, blocks[block, s.START], blocks[block, s.END], hashes)
        total = least = most = 0.0
        known = 0
        for word in range(1, count):
            value = _odds(keys, odds, hashes[word])
            total += value
            least = min(least, value)
            most = max(most, value)
            known += value != 0.0
        out[block, WHOLE] = _odds(keys, odds, hashes[0])
        out[block, MEAN] = total / max(known, 1)
        out[block, LEAST] = least
        out[block, MOST] = most


@kernel
def _words_of(text: ByteArray, blocks: npt.NDArray[np.int32], out: npt.NDArray[np.uint32], offsets: IntArray) -> None:
    hashes = np.zeros(WORDS, np.uint32)
    to = 0
    for block in range(len(blocks)):
        count = _words(text, blocks[block, s.START], blocks[block, s.END], hashes)
        for word in range(count):
            out[to] = hashes[word]
            to += 1
        offsets[block + 1] = to


@inlined
def _mixed(hash_: np.uint64, value: int) -> np.uint64:
    """One step of FNV-1a on 64 bits."""
    return (hash_ ^ np.uint64(value)) * np.uint64(0x100000001B3)


@inlined
def _folded(hash_: np.uint64) -> np.uint32:
    """A 32-bit key that is never 0."""
    return np.uint32((hash_ >> np.uint64(32)) ^ (hash_ & np.uint64(0xFFFFFFFF))) | np.uint32(1)


@borrowing
def _words(text: ByteArray, start: int, end: int, out: npt.NDArray[np.uint32]) -> int:
    """Fill `out` with hashes: first of the whole block, 0 unless it is short, then of its opening words. How many, in all.

    A word is a run of ASCII letters, in any case, or two neighbouring characters of three bytes. Digits and spaces make
    no difference to the whole.
    """
    seed_of_words, seed_of_pairs, seed_of_wholes = np.uint64(1), np.uint64(2), np.uint64(3)
    last = min(end, start + _OPENING)
    whole, word = seed_of_wholes, seed_of_words
    letters = 0
    before = 0  # the character of three bytes that went before
    count = 1
    at = start
    while at < last:
        byte = text[at]
        if markup.is_letter(byte):
            letter = markup.fold(byte)
            whole, word = _mixed(whole, letter), _mixed(word, letter)
            letters += 1
            before = 0
            at += 1
            continue
        if letters > 1 and count < WORDS:
            out[count] = _folded(word)
            count += 1
        letters = 0
        word = seed_of_words
        if 0xE0 <= byte < 0xF0 and at + 2 < end:
            here = (wide(byte) << 16) | (wide(text[at + 1]) << 8) | wide(text[at + 2])
            whole = _mixed(whole, here)
            if before and count < WORDS:
                out[count] = _folded(_mixed(_mixed(seed_of_pairs, before), here))
                count += 1
            before = here
            at += 3
            continue
        before = 0
        if byte != 0x20 and not 0x30 <= byte <= 0x39:
            whole = _mixed(whole, byte)
        at += 1
    if letters > 1 and count < WORDS:
        out[count] = _folded(word)
        count += 1
    out[0] = _folded(whole) if end - start <= _OPENING else np.uint32(0)
    return count
