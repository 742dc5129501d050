"""Bytes become UTF-8, as the WHATWG Encoding Standard says, and nothing is lost for a few bad bytes.

Shift_JIS is read as Windows-31J (①㈱髙﨑 are ordinary characters there), EUC-JP as eucJP-ms with JIS X 0212, and
ISO-2022-JP with its escapes; Python's own `shift_jis` and `euc_jp` codecs fail on all three. What is malformed
becomes U+FFFD by the standard's rules (a stray ASCII byte after a broken lead byte is kept) and is counted.

>>> text, errors = decode(Column.join(["①㈱髙﨑～".encode("cp932"), b"\\x82\\xa0\\x82<br>"]), np.array([2, 2], np.uint8))
>>> text.text().to_pylist(), errors.tolist()
(['①㈱髙﨑～', 'あ\ufffd<br>'], [0, 1])
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from manyo.columns import ByteArray, Column, IntArray
from manyo.kernels import borrowing, kernel, wide
from manyo.read import charset, legacy
from manyo.read.chunks import copy_all, copy_ascii, count_high
from manyo.read.labels import foreign_codecs
from manyo.read.utf8 import put

_REPLACEMENT = 0xFFFD


def decode(
    bodies: Column, codes: npt.NDArray[np.uint8], ready: npt.NDArray[np.uint8] | None = None
) -> tuple[Column, npt.NDArray[np.int32]]:
    """Decode every row by its code (`legacy.UTF_8` ... `legacy.UTF_16_BE`) into valid UTF-8.

    A leading byte order mark is dropped. Returns the text and, for each row, the number of malformed sequences that
    were replaced. Rows coded `charset.OTHER` or 0 are read as UTF-8: see `decode_other` for those. Where `ready` is not 0
    (see `charset.choose`) a row is taken as it is; if all are, the text is `bodies` itself.
    """
    if ready is None:
        ready = np.zeros(bodies.rows, np.uint8)
    elif ready.all():
        return bodies, np.zeros(bodies.rows, np.int32)
    jis_0208, jis_0212 = jis_tables()
    capacity = _capacity(bodies.data, bodies.offsets, codes, ready)
    out = np.empty(capacity, np.uint8)
    offsets = np.zeros(bodies.rows + 1, np.int64)
    errors = np.zeros(bodies.rows, np.int32)
    _decode(bodies.data, bodies.offsets, codes, ready, jis_0208, jis_0212, out, offsets, errors)
    return Column(out[: offsets[-1]], offsets), errors


def decode_other(page: bytes, label: str) -> tuple[str, int]:
    """Decode one page of another language by its declared label, as UTF-8 when the label is not known.

    Returns the text and the number of replacement characters in it.

    >>> decode_other("Füße".encode("cp1252"), "iso-8859-1"), decode_other("中国\U00020000".encode("gb18030"), "gb2312")
    (('Füße', 0), ('中国\U00020000', 0))
    """
    text = page.decode(foreign_codecs().get(label, "utf-8"), "replace")
    return text, text.count("\ufffd")


@cache
def jis_tables() -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.uint16]]:
    """The standard's indexes jis0208 (11,280 pointers) and jis0212 (8,836), as BMP code points, 0 where unassigned.

    Python's `cp932` holds every character of jis0208, NEC's and IBM's rows among them, and `euc_jp` those of JIS X
    0212; so the tables are read out of the codecs instead of being shipped.

    To jis0212 come IBM's characters as eucJP-ms writes them behind 0x8F, which the standard does not know: in IBM's order,
    those that JIS X 0212 lacks fill row 83 from cell 83 on and row 84. That is the rule by which The Open Group and Japan's
    vendors made the code, and what glibc's EUC-JP-MS reads.
    """
    jis_0208 = np.zeros(11280, np.uint16)
    for pointer in range(11280):
        lead, trail = divmod(pointer, 188)
        pair = bytes((lead + (0x81 if lead < 0x1F else 0xC1), trail + (0x40 if trail < 0x3F else 0x41)))
        if 8836 <= pointer < 10716:
            continue  # the private-use rows, which the decoder computes
        jis_0208[pointer] = _point(pair, "cp932")
    jis_0212 = np.zeros(8836, np.uint16)
    for pointer in range(8836):
        row, cell = divmod(pointer, 94)
        jis_0212[pointer] = _point(bytes((0x8F, row + 0xA1, cell + 0xA1)), "euc_jp")
    jis_0212[1 * 94 + 22] = 0xFF5E  # 8FA2B7, the tilde: full-width in eucJP-ms, as in the standard's index
    # ￢ and ∵ are in row 2 of JIS X 0208, ￤ is JIS X 0212's broken bar; № is written in both ways.
    elsewhere = {0xFFE4, *jis_0208[: 12 * 94].tolist(), *jis_0212.tolist()} - {0x2116}
    ibm = [point for point in jis_0208[10716:].tolist() if point and point not in elsewhere]
    jis_0212[82 * 94 + 82 : 84 * 94] = ibm
    return jis_0208, jis_0212


def _point(sequence: bytes, codec: str) -> int:
    """The code point of one character; 0 where the codec has none for the whole of the sequence."""
    text = sequence.decode(codec, "replace")
    return ord(text) if len(text) == 1 and text != "\ufffd" else 0


@kernel
def _capacity(data: ByteArray, offsets: IntArray, codes: npt.NDArray[np.uint8], ready: npt.NDArray[np.uint8]) -> int:
    """An upper bound of the bytes that decoding writes: exact for valid UTF-8, three for one otherwise."""
    total = 8
    for row in range(len(offsets) - 1):
        start, end = offsets[row], offsets[row + 1]
        if ready[row]:
            total += end - start
            continue
        high = count_high(data, start, end)
        code = codes[row]
        if code == legacy.SHIFT_JIS or code == legacy.EUC_JP or code == legacy.UTF_8 or code == 0:
            total += end - start + 2 * high
        elif code == charset.OTHER:
            total += end - start + 2 * high
        else:
            total += 3 * (end - start) + 3
    return total


@kernel
def _decode(
    data: ByteArray,
    offsets: IntArray,
    codes: npt.NDArray[np.uint8],
    ready: npt.NDArray[np.uint8],
    jis_0208: npt.NDArray[np.uint16],
    jis_0212: npt.NDArray[np.uint16],
    out: ByteArray,
    out_offsets: IntArray,
    errors: npt.NDArray[np.int32],
) -> None:
    to = 0
    for row in range(len(offsets) - 1):
        start, end = offsets[row], offsets[row + 1]
        code = codes[row]
        if ready[row]:
            copy_all(data, start, end, out, to)
            to, bad = to + end - start, 0
        elif code == legacy.SHIFT_JIS:
            to, bad = _from_shift_jis(data, start, end, jis_0208, out, to)
        elif code == legacy.EUC_JP:
            to, bad = _from_euc_jp(data, start, end, jis_0208, jis_0212, out, to)
        elif code == legacy.ISO_2022_JP:
            to, bad = _from_iso_2022_jp(data, start, end, jis_0208, jis_0212, out, to)
        elif code == legacy.UTF_16_LE or code == legacy.UTF_16_BE:
            to, bad = _from_utf_16(data, start, end, code == legacy.UTF_16_LE, out, to)
        else:
            to, bad = _from_utf_8(data, start, end, out, to)
        errors[row] = bad
        out_offsets[row + 1] = to


@borrowing
def _from_utf_8(data: ByteArray, at: int, end: int, out: ByteArray, to: int) -> tuple[int, int]:
    """The standard's UTF-8 decoder: each maximal ill-formed prefix is one U+FFFD; surrogates and overlongs are ill-formed."""
    bad = 0
    if end - at >= 3 and data[at] == 0xEF and data[at + 1] == 0xBB and data[at + 2] == 0xBF:
        at += 3
    while at < end:
        byte = data[at]
        if byte < 0x80:
            size = copy_ascii(data, at, end, out, to)
            to += size
            at += size
            continue
        if 0xE1 <= byte <= 0xEC and at + 2 < end and data[at + 1] & data[at + 2] & 0xC0 == 0x80:
            if (data[at + 1] | data[at + 2]) & 0x40 == 0:  # kana and kanji: no exceptions among their second bytes
                out[to] = byte
                out[to + 1] = data[at + 1]
                out[to + 2] = data[at + 2]
                to += 3
                at += 3
                continue
        low, high, size = 0x80, 0xBF, 0
        if 0xC2 <= byte <= 0xDF:
            size = 2
        elif 0xE0 <= byte <= 0xEF:
            size = 3
            if byte == 0xE0:
                low = 0xA0
            elif byte == 0xED:
                high = 0x9F
        elif 0xF0 <= byte <= 0xF4:
            size = 4
            if byte == 0xF0:
                low = 0x90
            elif byte == 0xF4:
                high = 0x8F
        taken = 1
        while taken < size and at + taken < end and low <= data[at + taken] <= high:
            low, high = 0x80, 0xBF
            taken += 1
        if taken == size:
            for step in range(size):
                out[to + step] = data[at + step]
            to += size
        else:
            bad += 1
            to = put(out, to, _REPLACEMENT)
        at += taken
    return to, bad


@borrowing
def _from_shift_jis(
    data: ByteArray, at: int, end: int, jis_0208: npt.NDArray[np.uint16], out: ByteArray, to: int
) -> tuple[int, int]:
    bad = 0
    while at < end:
        lead = data[at]
        if lead < 0x80:
            size = copy_ascii(data, at, end, out, to)
            to += size
            at += size
            continue
        at += 1
        if lead == 0x80:
            to = put(out, to, lead)
            continue
        if 0xA1 <= lead <= 0xDF:
            to = put(out, to, 0xFF61 - 0xA1 + lead)
            continue
        if lead == 0xA0 or lead > 0xFC or at >= end:
            bad += 1
            to = put(out, to, _REPLACEMENT)
            continue
        trail = data[at]
        codepoint = 0
        if 0x40 <= trail <= 0xFC and trail != 0x7F:
            pointer = (
                (wide(lead) - (0x81 if lead < 0xA0 else 0xC1)) * 188 + wide(trail) - (0x40 if trail < 0x7F else 0x41)
            )
            codepoint = 0xE000 - 8836 + pointer if 8836 <= pointer <= 10715 else wide(jis_0208[pointer])
        if codepoint:
            to = put(out, to, codepoint)
            at += 1
        else:
            bad += 1
            to = put(out, to, _REPLACEMENT)
            if trail >= 0x80:  # an ASCII byte is given back to the stream: markup survives a broken character
                at += 1
    return to, bad


@borrowing
def _from_euc_jp(
    data: ByteArray,
    at: int,
    end: int,
    jis_0208: npt.NDArray[np.uint16],
    jis_0212: npt.NDArray[np.uint16],
    out: ByteArray,
    to: int,
) -> tuple[int, int]:
    bad = 0
    while at < end:
        lead = data[at]
        if lead < 0x80:
            size = copy_ascii(data, at, end, out, to)
            to += size
            at += size
            continue
        at += 1
        codepoint = 0
        if lead == 0x8E and at < end and 0xA1 <= data[at] <= 0xDF:
            codepoint = 0xFF61 - 0xA1 + wide(data[at])
            at += 1
        elif lead == 0x8F and at + 1 < end and 0xA1 <= data[at] <= 0xFE and 0xA1 <= data[at + 1] <= 0xFE:
            codepoint = wide(jis_0212[(wide(data[at]) - 0xA1) * 94 + wide(data[at + 1]) - 0xA1])
            at += 2
        elif 0xA1 <= lead <= 0xFE and at < end and 0xA1 <= data[at] <= 0xFE:
            codepoint = wide(jis_0208[(wide(lead) - 0xA1) * 94 + wide(data[at]) - 0xA1])
            at += 1
        elif lead == 0x8E or lead == 0x8F or 0xA1 <= lead <= 0xFE:
            # Bad trail bytes go with their lead, unless they are ASCII.
            if lead == 0x8F and at < end and 0xA1 <= data[at] <= 0xFE:
                at += 1
            if at < end and data[at] >= 0x80:
                at += 1
        if codepoint == 0:
            bad += 1
            codepoint = _REPLACEMENT
        to = put(out, to, codepoint)
    return to, bad


_ASCII, _ROMAN, _KATAKANA, _DOUBLE, _DOUBLE_0212 = 0, 1, 2, 3, 4


@borrowing
def _from_iso_2022_jp(
    data: ByteArray,
    at: int,
    end: int,
    jis_0208: npt.NDArray[np.uint16],
    jis_0212: npt.NDArray[np.uint16],
    out: ByteArray,
    to: int,
) -> tuple[int, int]:
    """As the standard, and two things it leaves out: JIS X 0212 (ESC $ ( D), and a line end that resets to ASCII."""
    bad = 0
    mode = _ASCII
    while at < end:
        byte = data[at]
        if byte == 0x1B:
            size, mode_after = 0, mode
            if at + 2 < end:
                second, third = data[at + 1], data[at + 2]
                if second == 0x28:
                    size = 3
                    if third == 0x42:
                        mode_after = _ASCII
                    elif third == 0x4A or third == 0x48:
                        mode_after = _ROMAN
                    elif third == 0x49:
                        mode_after = _KATAKANA
                    else:
                        size = 0
                elif second == 0x24 and (third == 0x40 or third == 0x42):
                    size, mode_after = 3, _DOUBLE
                elif second == 0x24 and third == 0x28 and at + 3 < end and data[at + 3] == 0x44:
                    size, mode_after = 4, _DOUBLE_0212
                elif second == 0x24 and third == 0x28 and at + 3 < end and data[at + 3] == 0x42:
                    size, mode_after = 4, _DOUBLE
            if size:
                at += size
                mode = mode_after
            else:
                bad += 1
                to = put(out, to, _REPLACEMENT)
                at += 1
            continue
        if byte == 0x0A or byte == 0x0D:
            mode = _ASCII if mode != _ROMAN else mode
            out[to] = byte
            to += 1
            at += 1
            continue
        if mode >= _DOUBLE and 0x21 <= byte <= 0x7E:
            codepoint = 0
            if at + 1 < end and 0x21 <= data[at + 1] <= 0x7E:
                pointer = (wide(byte) - 0x21) * 94 + wide(data[at + 1]) - 0x21
                codepoint = wide(jis_0208[pointer]) if mode == _DOUBLE else wide(jis_0212[pointer])
                at += 2
            else:
                at += 1
            if codepoint == 0:
                bad += 1
                codepoint = _REPLACEMENT
            to = put(out, to, codepoint)
            continue
        at += 1
        if mode == _KATAKANA and 0x21 <= byte <= 0x5F:
            to = put(out, to, 0xFF61 - 0x21 + wide(byte))
        elif mode == _ROMAN and byte == 0x5C:
            to = put(out, to, 0xA5)
        elif mode == _ROMAN and byte == 0x7E:
            to = put(out, to, 0x203E)
        elif byte < 0x80:
            out[to] = byte
            to += 1
        else:
            bad += 1
            to = put(out, to, _REPLACEMENT)
    return to, bad


@borrowing
def _from_utf_16(data: ByteArray, at: int, end: int, little: bool, out: ByteArray, to: int) -> tuple[int, int]:
    bad = 0
    first = True
    while at + 1 < end:
        unit = wide(data[at]) | (wide(data[at + 1]) << 8) if little else (wide(data[at]) << 8) | wide(data[at + 1])
        at += 2
        if first:
            first = False
            if unit == 0xFEFF:
                continue
        if 0xD800 <= unit <= 0xDBFF and at + 1 < end:
            low = wide(data[at]) | (wide(data[at + 1]) << 8) if little else (wide(data[at]) << 8) | wide(data[at + 1])
            if 0xDC00 <= low <= 0xDFFF:
                to = put(out, to, 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00))
                at += 2
                continue
        if 0xD800 <= unit <= 0xDFFF:
            bad += 1
            unit = _REPLACEMENT
        to = put(out, to, unit)
    if at < end:
        bad += 1
        to = put(out, to, _REPLACEMENT)
    return to, bad
