"""The Japanese encodings by number, and what a run of bytes is when Shift_JIS or EUC-JP reads it.

Spotting asks whether that is Japanese at all, choosing a charset asks which of the two it is; both by the same counts.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from manyo.columns import ByteArray
from manyo.kernels import borrowing, inlined
from manyo.read.chunks import past_ascii

UTF_8: Final = 1
SHIFT_JIS: Final = 2
EUC_JP: Final = 3
ISO_2022_JP: Final = 4
UTF_16_LE: Final = 5
UTF_16_BE: Final = 6


@inlined
def _bits(value: np.uint64) -> int:
    count = 0
    while value != np.uint64(0):
        value &= value - np.uint64(1)
        count += 1
    return count


@borrowing
def shift_jis(data: ByteArray, start: int, end: int) -> tuple[int, int, int, int, int]:
    """Kana, kinds of kana, double bytes, malformed bytes, half-width katakana, read as Shift_JIS."""
    kana = pairs = bad = half = 0
    kinds = np.uint64(0)
    at = start
    while at < end:
        lead = data[at]
        if lead < 0x80:
            at = past_ascii(data, at + 1, end)
            continue
        if 0xA1 <= lead <= 0xDF:
            half += 1
            at += 1
            continue
        trail = data[at + 1] if at + 1 < end else np.uint8(0)
        if lead == 0x80 or lead == 0xA0 or lead > 0xFC or trail < 0x40 or trail == 0x7F or trail > 0xFC:
            bad += 1
            at += 1
            continue
        pairs += 1
        if (lead == 0x82 and 0x9F <= trail <= 0xF1) or (lead == 0x83 and trail <= 0x96):
            kana += 1
            kinds |= np.uint64(1) << np.uint64(trail & 63)
        at += 2
    return kana, _bits(kinds), pairs, bad, half


@borrowing
def euc_jp(data: ByteArray, start: int, end: int) -> tuple[int, int, int, int, int]:
    """Kana, kana past those that EUC-KR has letters for, kinds of kana, double bytes, malformed bytes, read as EUC-JP."""
    kana = late = pairs = bad = 0
    kinds = np.uint64(0)
    at = start
    while at < end:
        lead = data[at]
        if lead < 0x80:
            at = past_ascii(data, at + 1, end)
            continue
        trail = data[at + 1] if at + 1 < end else np.uint8(0)
        if lead == 0x8E and 0xA1 <= trail <= 0xDF:
            at += 2
            continue
        if lead == 0x8F and at + 2 < end and trail >= 0xA1 and data[at + 2] >= 0xA1:
            pairs += 1
            at += 3
            continue
        if lead < 0xA1 or lead == 0xFF or trail < 0xA1 or trail == 0xFF:
            bad += 1
            at += 1
            continue
        pairs += 1
        if (lead == 0xA4 and trail <= 0xF3) or (lead == 0xA5 and trail <= 0xF6):
            kana += 1
            if lead == 0xA5 or trail > 0xD3:
                late += 1
            kinds |= np.uint64(1) << np.uint64(trail & 63)
        at += 2
    return kana, late, _bits(kinds), pairs, bad
