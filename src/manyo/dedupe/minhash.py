"""Near-duplicates, first half: texts become MinHash signatures, signatures become band keys.

One-permutation hashing (Li, Owen and Zhang, NIPS 2012): each character n-gram is hashed once; the hash's high bits
choose one of `permutations` bins, its low 32 bits are the value, and each bin keeps its least value. The share of bins
in which two signatures agree estimates the Jaccard similarity of the two sets of n-grams. Bins that no n-gram fell
into borrow from those that one did, by optimal densification (Shrivastava, ICML 2017, arXiv 1703.04664), which keeps
the estimate unbiased for texts of fewer n-grams than bins.

Characters, not words: Japanese is written without spaces, and splitting on what is not a letter (as word-based tools
do) makes one "word" of a whole clause. The classic scheme hashes every n-gram `permutations` times; this one hashes it
once, which is where the speed comes from.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from manyo.columns import Column
from manyo.dedupe.digest import mix64
from manyo.dedupe.settings import Settings
from manyo.kernels import inlined, kernel

UInt32Array = npt.NDArray[np.uint32]
UInt64Array = npt.NDArray[np.uint64]
SketchArray = npt.NDArray[np.uint8]
Float32Array = npt.NDArray[np.float32]

EMPTY = np.uint32(0xFFFFFFFF)  # a bin that no n-gram fell into; no n-gram has this value
NO_KEY = np.uint64(0xFFFFFFFFFFFFFFFF)  # the key of a text without characters; no other text has this key

_BLOCK = 1024  # characters decoded at a time
BASE = np.uint64(0x9E3779B97F4A7C15)  # of the rolling hash: odd, 2^64 divided by the golden ratio


def signatures(texts: Column | Any, settings: Settings) -> UInt32Array:
    """MinHash signatures, `uint32[n, permutations]`.

    The characters of a text are its code points without white space (see `digest.digests`): in Japanese it carries no
    meaning, and the same statute comes with its lines broken after every clause or after none. A byte that is no part
    of valid UTF-8 is a character of its own. A text shorter than `ngram` characters is one n-gram, the whole text. A
    text without characters has every bin `EMPTY`.

    >>> first, second = signatures(["吾輩は猫である。", "吾輩は\\n 猫である。"], Settings())
    >>> bool((first == second).all())
    True
    """
    column = Column.of(texts)
    out = np.full((column.rows, settings.permutations), EMPTY, np.uint32)
    _sign_rows(column.data, column.offsets, settings.ngram, out)
    return out


def band_keys(signatures: UInt32Array, settings: Settings) -> UInt64Array:
    """One key for each band, `uint64[n, bands]`: equal keys in a column are equal bands.

    The band's number is hashed in, so that keys of different bands do not meet and all may lie in one list. Every key
    of a text without characters is `NO_KEY`: drop those, such a text is nobody's near-duplicate.
    """
    keys = np.empty((len(signatures), settings.bands), np.uint64)
    _hash_bands(np.ascontiguousarray(signatures, np.uint32), settings.rows, keys)
    return keys


def sketches(signatures: UInt32Array) -> SketchArray:
    """The low 8 bits of every bin, `uint8[n, permutations]`: all that comparing needs, in a quarter of the memory.

    Different bins agree by chance in one of 256, which `similarity` and `candidates.edges` take off again (b-bit minwise
    hashing: Li and König, WWW 2010). Make the band keys first: they need whole bins.
    """
    return signatures.astype(np.uint8)  # numpy keeps the low bits


def chance(kind: np.dtype[Any]) -> float:
    """The probability that different bins of this type are equal."""
    return 2.0**-8 if kind == np.uint8 else 0.0


def similarity(a: UInt32Array | SketchArray, b: UInt32Array | SketchArray) -> Float32Array:
    """The estimated Jaccard similarity of signatures or sketches: the share of equal bins, over the last axis.

    For sketches, less what is equal by chance, and at least 0. Two texts without characters have nothing in common: 0,
    which only signatures can tell. The standard error is sqrt(J (1 - J) / permutations).

    >>> tale = "むかしむかし、あるところにおじいさんとおばあさんがいました。"
    >>> signed = signatures([tale, tale, "国境の長いトンネルを抜けると雪国であった。"], Settings())
    >>> float(similarity(signed[0], signed[1])), float(similarity(signed[0], signed[2]))
    (1.0, 0.0)
    >>> float(similarity(*sketches(signed[:2])))
    1.0
    """
    by_chance = chance(a.dtype)
    equal = (a == b) if by_chance else (a == b) & (a != EMPTY)
    share = (equal.mean(axis=-1, dtype=np.float64) - by_chance) / (1.0 - by_chance)
    estimate: Float32Array = np.maximum(share, 0.0).astype(np.float32)
    return estimate


@inlined
def character(data: Any, at: int, end: int) -> tuple[Any, int]:
    """The code point at `at` and its width in bytes; for a byte that starts none, 0x110000 + byte and 1."""
    lead = np.int64(data[at])
    if lead < 0x80:
        return lead, 1
    if 0xE0 <= lead < 0xF0:
        if at + 2 < end:
            tail = (np.int64(data[at + 1]) << 8) | np.int64(data[at + 2])
            code = (lead << 12 & 0xF000) | (tail >> 2 & 0xFC0) | (tail & 0x3F)
            if (tail & 0xC0C0 == 0x8080) & (code >= 0x800) & (code & 0xF800 != 0xD800):
                return code, 3
    elif lead >= 0xF0:
        if at + 3 < end and lead < 0xF5:
            tail = (np.int64(data[at + 1]) << 16) | (np.int64(data[at + 2]) << 8) | np.int64(data[at + 3])
            code = (lead << 18 & 0x1C0000) | (tail >> 4 & 0x3F000) | (tail >> 2 & 0xFC0) | (tail & 0x3F)
            if (tail & 0xC0C0C0 == 0x808080) & (code >= 0x10000) & (code <= 0x10FFFF):
                return code, 4
    elif lead >= 0xC2:
        if at + 1 < end and data[at + 1] & 0xC0 == 0x80:
            return (lead << 6 & 0x7C0) | (np.int64(data[at + 1]) & 0x3F), 2
    return 0x110000 + lead, 1


@inlined
def is_white_space(code: Any) -> Any:
    """Unicode's White_Space property."""
    if code <= 0x20:
        return code == 0x20 or 0x09 <= code <= 0x0D
    if code < 0x1680:
        return code == 0x85 or code == 0xA0
    if 0x2000 <= code <= 0x205F:
        return code <= 0x200A or code == 0x2028 or code == 0x2029 or code == 0x202F or code == 0x205F
    return code == 0x3000 or code == 0x1680


@inlined
def _drop(signature: Any, gram: Any, bins: Any) -> None:
    """One n-gram's hash falls into its bin."""
    mixed = mix64(gram)
    place = ((mixed >> np.uint64(32)) * bins) >> np.uint64(32)
    value = np.uint32(mixed & np.uint64(0xFFFFFFFF))
    signature[place] = min(value, signature[place])  # stored always: the branch would be mispredicted too often


@kernel
def _sign_rows(data: Any, offsets: Any, ngram: int, out: Any) -> None:
    bins = np.uint64(out.shape[1])
    # Characters, each as its code point + 1, a block at a time behind the `ngram` ones that went before.
    block = np.zeros(ngram + _BLOCK, np.uint64)
    leaving = np.uint64(1)
    for _ in range(ngram):
        leaving *= BASE  # the weight in the rolling hash of the character that leaves the window
    for row in range(len(offsets) - 1):
        at, end = offsets[row], offsets[row + 1]
        signature = out[row]
        rolling = np.uint64(0)
        length = 0
        block[:ngram] = np.uint64(0)
        while at < end:
            filled = ngram
            while at < end and filled < len(block):
                if data[at] >= 0xE3 and at + 2 < end:
                    # Kana and kanji, U+3001 to U+FFFF, in one test that comes out the same for all of them.
                    tail = (np.int64(data[at + 1]) << 8) | np.int64(data[at + 2])
                    code = (np.int64(data[at]) << 12 & 0xF000) | (tail >> 2 & 0xFC0) | (tail & 0x3F)
                    if (data[at] < 0xF0) & (tail & 0xC0C0 == 0x8080) & (code > 0x3000) & (code & 0xF800 != 0xD800):
                        block[filled] = np.uint64(code + 1)
                        filled += 1
                        at += 3
                        continue
                code, width = character(data, at, end)
                at += width
                if not is_white_space(code):
                    block[filled] = np.uint64(code + 1)
                    filled += 1
            for index in range(ngram, filled):
                rolling = rolling * BASE + (block[index] - leaving * block[index - ngram])
                length += 1
                if length >= ngram:
                    _drop(signature, rolling, bins)
            for index in range(ngram):
                block[index] = block[filled - ngram + index]
        if length == 0:
            continue
        if length < ngram:
            _drop(signature, rolling, bins)
        _densify(signature)


@kernel
def _densify(signature: Any) -> None:
    """Each empty bin takes the value of the first filled one on its own fixed random walk (Shrivastava 2017, alg. 1).

    The walks depend on the bin alone, so two texts whose filled bins agree borrow alike. The expected number of steps
    is bins / filled for each empty bin: at most bins^2 in all, for a text of a single n-gram.
    """
    bins = np.uint64(len(signature))
    filled = signature != EMPTY
    for place in range(len(signature)):
        if filled[place]:
            continue
        state = np.uint64(place + 1) * BASE
        while True:
            state = state * np.uint64(6364136223846793005) + np.uint64(1442695040888963407)  # Knuth's MMIX generator
            other = ((state >> np.uint64(32)) * bins) >> np.uint64(32)
            if filled[other]:
                signature[place] = signature[other]
                break


@kernel
def _hash_bands(signatures: Any, rows: int, keys: Any) -> None:
    for document in range(len(signatures)):
        empty = signatures[document, 0] == EMPTY  # densified: one bin is empty when all are
        for band in range(keys.shape[1]):
            if empty:
                keys[document, band] = NO_KEY
                continue
            key = mix64(np.uint64(band) + BASE)
            for index in range(band * rows, band * rows + rows):
                key = mix64(key ^ np.uint64(signatures[document, index]))
            keys[document, band] = min(key, NO_KEY - np.uint64(1))
