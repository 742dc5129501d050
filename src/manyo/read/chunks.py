"""Sixty-four bytes at a time: which of them are a letter looked for, as the bits of one integer.

Most bytes of a page are passed over: scripts, comments, attributes, ASCII before a charset is known. Bit `i` of a mask
stands for the byte at `at + i`; a mask is one or a few vector instructions on any processor that numba compiles for, and
ordinary integer arithmetic on masks answers what a loop would have to ask of each byte (the "parallel bit streams" of
R. D. Cameron, PPoPP 2008).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, cast

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from manyo.columns import ByteArray
from manyo.kernels import inlined, kernel, wide
from manyo.machine_code import CHECKED

CHUNK: Final = 64  # bytes; as many must lie in `data` from `at` on

_LOW: Final = np.uint64(0x7F7F7F7F7F7F7F7F)
_PAST_A: Final = np.uint64(0x0101010101010101 * (0x80 - 0x41))
_PAST_Z: Final = np.uint64(0x0101010101010101 * (0x80 - 0x5B))

_BYTE: Final = ir.IntType(8)
_CHUNK: Final = ir.VectorType(_BYTE, CHUNK)


def _pointer(context: Any, builder: Any, kind: Any, array: Any, at: Any, target: Any = _CHUNK) -> Any:
    """A pointer into an array, as LLVM writes it."""
    data = context.make_array(kind)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [at]), target.as_pointer())


def _load(context: Any, builder: Any, kind: Any, array: Any, at: Any, target: Any = _CHUNK) -> Any:
    """What stands there; it need not be aligned."""
    value = builder.load(_pointer(context, builder, kind, array, at, target))
    value.align = 1
    return value


def _mask(operator: str) -> Callable[[ByteArray, int, int], np.uint64]:
    """The function of `(data, at, byte)` that compares a chunk with a byte."""

    def lower(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        chunk = _load(context, builder, signature.args[0], *arguments[:2])
        undefined = ir.Constant(_CHUNK, ir.Undefined)
        one = builder.insert_element(undefined, builder.trunc(arguments[2], _BYTE), ir.IntType(32)(0))
        alike = builder.shuffle_vector(one, undefined, ir.Constant(ir.VectorType(ir.IntType(32), CHUNK), [0] * CHUNK))
        return builder.bitcast(builder.icmp_unsigned(operator, chunk, alike), ir.IntType(CHUNK))

    def typed(_: Any, data: Any, at: Any, byte: Any) -> Any:
        return types.uint64(data, types.int64, types.int64), lower

    return cast(Callable[[ByteArray, int, int], np.uint64], intrinsic(typed))


_equal = _mask("==")
_at_least = _mask(">=")


@inlined
def equal(data: ByteArray, at: int, byte: int) -> np.uint64:
    """The mask of the bytes that are `byte`."""
    return _equal(data, _checked(data, at), byte)


@inlined
def at_least(data: ByteArray, at: int, byte: int) -> np.uint64:
    """The mask of the bytes that are `byte` or above."""
    return _at_least(data, _checked(data, at), byte)


@inlined
def _checked(data: ByteArray, at: int) -> int:
    """`at`; where kernels check their indices, an error if the chunk does not lie in `data`."""
    if CHECKED:
        return at + 0 * wide(data[at]) + 0 * wide(data[at + CHUNK - 1])
    return at


def _first(_: Any, mask: Any) -> Any:
    def lower(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.IntType(1)(0))

    return types.int64(types.uint64), lower


def _count_bits(_: Any, mask: Any) -> Any:
    def lower(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.int64(types.uint64), lower


def _word(_: Any, data: Any, at: Any) -> Any:
    def lower(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _load(context, builder, signature.args[0], arguments[0], arguments[1], ir.IntType(64))

    return types.uint64(data, types.int64), lower


def _copy(_: Any, data: Any, at: Any, out: Any, to: Any) -> Any:
    def lower(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        chunk = _load(context, builder, signature.args[0], *arguments[:2])
        builder.store(chunk, _pointer(context, builder, signature.args[2], *arguments[2:])).align = 1
        return context.get_dummy_value()

    return types.void(data, types.int64, out, types.int64), lower


first = cast(Callable[[np.uint64], int], intrinsic(_first))
"""The lowest bit of a mask that is set, 64 where none is."""
count_bits = cast(Callable[[np.uint64], int], intrinsic(_count_bits))
"""How many bits of a mask are set."""
_eight_bytes = cast(Callable[[ByteArray, int], np.uint64], intrinsic(_word))
_copy_chunk = cast(Callable[[ByteArray, int, ByteArray, int], None], intrinsic(_copy))


@inlined
def copy(data: ByteArray, at: int, out: ByteArray, to: int) -> None:
    """Write a chunk from `at` to `to`, where there must be room for all of it."""
    _copy_chunk(data, _checked(data, at), out, _checked(out, to))


@inlined
def seek(data: ByteArray, at: int, end: int, byte: int) -> int:
    """The position of the first `byte` in `[at, end)`, `end` where there is none."""
    while at + CHUNK <= len(data) and at < end:
        mask = equal(data, at, byte)
        if mask != 0:
            return min(at + first(mask), end)
        at += CHUNK
    while at < end and data[at] != byte:
        at += 1
    return min(at, end)


@kernel
def count(data: ByteArray, at: int, end: int, byte: int) -> int:
    """How often `byte` stands in `[at, end)`."""
    total = 0
    while at + CHUNK <= end:
        total += count_bits(equal(data, at, byte))
        at += CHUNK
    while at < end:
        total += data[at] == byte
        at += 1
    return total


@inlined
def count_high(data: ByteArray, at: int, end: int) -> int:
    """How many bytes of `[at, end)` are not ASCII."""
    total = 0
    while at + CHUNK <= end:
        total += count_bits(at_least(data, at, 0x80))
        at += CHUNK
    while at < end:
        total += data[at] >> 7
        at += 1
    return total


@inlined
def past_ascii(data: ByteArray, at: int, end: int) -> int:
    """The position of the first byte in `[at, end)` that is not ASCII, `end` where there is none."""
    while at + CHUNK <= len(data) and at < end:
        mask = at_least(data, at, 0x80)
        if mask != 0:
            return min(at + first(mask), end)
        at += CHUNK
    while at < end and data[at] < 0x80:
        at += 1
    return min(at, end)


@inlined
def copy_all(data: ByteArray, at: int, end: int, out: ByteArray, to: int) -> None:
    """Copy `[at, end)`. (Of a loop over bytes numba makes no such copy: it allows for indices below 0.)"""
    while at + CHUNK <= end:
        copy(data, at, out, to)
        at += CHUNK
        to += CHUNK
    while at < end:
        out[to] = data[at]
        at += 1
        to += 1


@inlined
def copy_ascii(data: ByteArray, at: int, end: int, out: ByteArray, to: int) -> int:
    """Copy the ASCII bytes at `at`, of which there is one at least, and return how many; `out` has room for `[at, end)`."""
    start = at
    while at + CHUNK <= end:
        copy(data, at, out, to)
        size = first(at_least(data, at, 0x80))
        at += size
        to += size
        if size < CHUNK:
            return at - start
    while at < end and data[at] < 0x80:
        out[to] = data[at]
        at += 1
        to += 1
    return at - start


@inlined
def packed(data: ByteArray, at: int, size: int) -> np.uint64:
    """The first eight of `size` bytes in ASCII lower case, the first of them lowest: as `tags.pack` packs a word."""
    if at + 8 <= len(data):
        word = _eight_bytes(data, at if not CHECKED else at + 0 * wide(data[at]) + 0 * wide(data[at + 7]))
    else:
        word = np.uint64(0)
        for index in range(len(data) - at):
            word |= np.uint64(data[at + index]) << np.uint64(8 * index)
    if size < 8:
        word &= (np.uint64(1) << np.uint64(8 * size)) - np.uint64(1)
    # Bytes from A to Z, all eight at once: bit 7 of the sums says that a byte is past A, and past Z.
    low = word & _LOW
    upper = ((low + _PAST_A) ^ (low + _PAST_Z)) & ~word & ~_LOW
    return word | (upper >> np.uint64(2))
