"""Which encoding a page is in: the HTTP header, the page's own declaration and the bytes, taken together.

The WHATWG Encoding Standard says what the labels mean (`shift_jis` is Windows-31J, `euc-jp` is eucJP-ms). Browsers
then trust the header; a corpus cannot, because pages are served with the wrong header, saved under another encoding,
or declare nothing. So the bytes decide wherever they are able to, and the declarations break ties:

1. a byte order mark;
2. an escape into JIS X 0208 or JIS X 0201: ISO-2022-JP is valid UTF-8, so it must be looked for first;
3. bytes that are well-formed UTF-8 and not all ASCII: UTF-8, whatever is declared. (The odds that kana and kanji in
   Shift_JIS or EUC-JP form valid UTF-8 by chance vanish after a few characters);
4. otherwise every encoding is tried for malformed sequences, and a declared one has to be clearly worse than another
   to lose against it;
5. nothing declared and nothing to tell by: UTF-8, as bytes in ASCII are.

Labels of other languages (`gb2312`, `windows-1252`, ...) are returned as they are; `decode` hands those to Python.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from manyo.columns import ByteArray, Column, IntArray
from manyo.kernels import borrowing, inlined, kernel
from manyo.read.chunks import CHUNK, at_least, count_bits, equal, first
from manyo.read.labels import foreign_codecs
from manyo.read.legacy import EUC_JP, ISO_2022_JP, SHIFT_JIS, UTF_8, UTF_16_BE, UTF_16_LE, euc_jp, shift_jis
from manyo.read.utf8 import well_formed

OTHER: Final = 7  # a label of another language: see `Choice.label`

NAMES: Final = ("", "utf-8", "shift_jis", "euc-jp", "iso-2022-jp", "utf-16le", "utf-16be", "")
EVIDENCE: Final = ("bytes", "bom", "escape", "header", "meta")
BYTES, BOM, ESCAPE, HEADER, META = range(5)

# https://encoding.spec.whatwg.org/#names-and-labels, and labels seen on real pages that the standard leaves out.
_LABELS: Final = {
    UTF_8: "utf-8 utf8 unicode-1-1-utf-8 unicode11utf8 unicode20utf8 x-unicode20utf8 utf-8n utf_8 u8",
    SHIFT_JIS: "shift_jis shift-jis sjis x-sjis ms_kanji csshiftjis windows-31j ms932 cp932 x-ms-cp932 shiftjis",
    EUC_JP: "euc-jp eucjp x-euc-jp cseucpkdfmtjapanese x-euc euc_jp eucjp-ms ujis",
    ISO_2022_JP: "iso-2022-jp csiso2022jp iso2022jp iso-2022-jp-ms jis",
    UTF_16_LE: "utf-16 utf-16le unicode ucs-2 csunicode unicodefeff iso-10646-ucs-2",
    UTF_16_BE: "utf-16be unicodefffe",
}
_CODES: Final = {label: code for code, labels in _LABELS.items() for label in labels.split()}
_PARAMETER: Final = re.compile(rb"""charset\s*=\s*["']?\s*([A-Za-z0-9._:\-]{1,40})""", re.IGNORECASE)
_SEARCHED: Final = 4096  # bytes; the standard prescans 1,024, but real pages put long comments and scripts first


def label_code(label: str) -> int:
    """The code of a label as the standard spells it; `OTHER` for one of another language, 0 for none or a made-up one.

    >>> NAMES[label_code(" Windows-31J ")], NAMES[label_code("x-euc-jp")], label_code("gb2312") == OTHER
    ('shift_jis', 'euc-jp', True)
    >>> label_code(""), label_code("none")
    (0, 0)
    """
    label = label.strip(" \t\r\n\f").lower()
    return _CODES.get(label, OTHER if label in foreign_codecs() else 0)


@lru_cache(maxsize=4096)
def header_label(content_type: str) -> str:
    """The charset parameter of a Content-Type header, lower case; "" when there is none.

    >>> header_label('text/html; Charset="Shift_JIS"')
    'shift_jis'
    """
    found = _PARAMETER.search(content_type.encode("ascii", "replace"))
    return found[1].decode("ascii").lower() if found else ""


def meta_label(page: bytes) -> str:
    """The label in `<meta charset>`, `<meta ... content="...charset=">` or the XML declaration; "" when none.

    >>> meta_label(b'<html><meta http-equiv=Content-Type content="text/html; charset=x-sjis">')
    'x-sjis'
    """
    start, end = _declared(np.frombuffer(page[:_SEARCHED], np.uint8), 0, min(len(page), _SEARCHED))
    return page[start:end].decode("ascii", "replace").lower()


def choose(
    bodies: Column, headers: npt.NDArray[np.uint8]
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """Choose an encoding for each page.

    `headers` holds, for each row, the code of the header's charset (`label_code`), 0 for none. Returns the chosen codes,
    the evidence that decided (an index into `EVIDENCE`), and 1 for each page that needs no decoding: well-formed UTF-8
    without a byte order mark. All are `uint8` of shape `(rows,)`. `OTHER` comes back only where a declared label of another
    language fits the bytes better than UTF-8 and the Japanese encodings do.

    >>> pages = Column.join(["猫の写真を撮る".encode("euc_jp"), "猫の写真を撮る".encode()])
    >>> codes, evidence, ready = choose(pages, np.zeros(2, np.uint8))
    >>> NAMES[codes[0]], EVIDENCE[evidence[0]], ready.tolist()
    ('euc-jp', 'bytes', [0, 1])
    """
    metas = np.zeros(bodies.rows, np.uint8)
    spans = np.zeros((bodies.rows, 2), np.int64)
    _find_labels(bodies.data, bodies.offsets, spans)
    for row in np.flatnonzero(spans[:, 1] > spans[:, 0]):  # a label is 5-15 bytes, looked up in a dict of 40
        metas[row] = label_code(bodies.data[spans[row, 0] : spans[row, 1]].tobytes().decode("ascii", "replace"))
    codes = np.zeros(bodies.rows, np.uint8)
    evidence = np.zeros(bodies.rows, np.uint8)
    ready = np.zeros(bodies.rows, np.uint8)
    _choose(bodies.data, bodies.offsets, headers, metas, codes, evidence, ready)
    return codes, evidence, ready


@kernel
def _find_labels(data: ByteArray, offsets: IntArray, spans: IntArray) -> None:
    for row in range(len(offsets) - 1):
        start, end = _declared(data, offsets[row], min(offsets[row + 1], offsets[row] + _SEARCHED))
        spans[row, 0], spans[row, 1] = start, end


@inlined
def _lower(byte: int) -> int:
    return byte | 0x20 if 0x41 <= byte <= 0x5A else byte


@inlined
def _space(byte: int) -> bool:
    return byte == 0x20 or 0x09 <= byte <= 0x0D


@kernel
def _declared(data: ByteArray, start: int, end: int) -> tuple[int, int]:
    """Where the first declared label is: inside a `<meta` tag or an XML declaration, after `charset=` or `encoding=`."""
    at = start
    while at + 8 < end:
        if data[at] != 0x3C:
            at += 1
            continue
        if data[at + 1] == 0x21 and data[at + 2] == 0x2D and data[at + 3] == 0x2D:  # a comment hides what it holds
            at += 4
            while at + 2 < end and not (data[at] == 0x2D and data[at + 1] == 0x2D and data[at + 2] == 0x3E):
                at += 1
            continue
        meta = (
            _lower(data[at + 1]) == 0x6D
            and _lower(data[at + 2]) == 0x65
            and _lower(data[at + 3]) == 0x74
            and _lower(data[at + 4]) == 0x61
        )
        xml = data[at + 1] == 0x3F and _lower(data[at + 2]) == 0x78 and _lower(data[at + 3]) == 0x6D
        if not meta and not xml:
            at += 1
            continue
        at += 5
        while at + 8 < end and data[at] != 0x3E:
            # "charset" and "encoding" are told by three of their letters and the sign that follows.
            length = 0
            if _lower(data[at]) == 0x63 and _lower(data[at + 1]) == 0x68 and _lower(data[at + 4]) == 0x73 and meta:
                length = 7
            elif _lower(data[at]) == 0x65 and _lower(data[at + 1]) == 0x6E and _lower(data[at + 7]) == 0x67 and xml:
                length = 8
            if length == 0:
                at += 1
                continue
            at += length
            while at < end and _space(data[at]):
                at += 1
            if at >= end or data[at] != 0x3D:
                continue
            at += 1
            while at < end and (_space(data[at]) or data[at] == 0x22 or data[at] == 0x27):
                at += 1
            first = at
            while at < end and at - first < 40:
                byte = _lower(data[at])
                if not (0x61 <= byte <= 0x7A or 0x30 <= byte <= 0x39 or byte == 0x2D or byte == 0x5F or byte == 0x2E):
                    break
                at += 1
            if at > first:
                return first, at
    return 0, 0


@kernel
def _choose(
    data: ByteArray,
    offsets: IntArray,
    headers: npt.NDArray[np.uint8],
    metas: npt.NDArray[np.uint8],
    codes: npt.NDArray[np.uint8],
    evidence: npt.NDArray[np.uint8],
    ready: npt.NDArray[np.uint8],
) -> None:
    tail = np.zeros(CHUNK, np.uint8)
    for row in range(len(offsets) - 1):
        start, end = offsets[row], offsets[row + 1]
        good, multi, escape = well_formed(data, start, end, tail)
        # Of well-formed bytes it is enough to know that they are not all ASCII; an escape among ASCII has to be looked at.
        counts = (1 if multi else 0, 0, 0) if good and (multi or not escape) else _utf_8_errors(data, start, end)
        code, why = _page(data, start, end, headers[row], metas[row], counts)
        codes[row], evidence[row] = code, why
        ready[row] = good and code == UTF_8 and why != BOM


@borrowing
def _page(
    data: ByteArray, start: int, end: int, header: int, meta: int, utf_8_counts: tuple[int, int, int]
) -> tuple[int, int]:
    size = end - start
    if size >= 3 and data[start] == 0xEF and data[start + 1] == 0xBB and data[start + 2] == 0xBF:
        return UTF_8, BOM
    if size >= 2 and data[start] == 0xFF and data[start + 1] == 0xFE:
        return UTF_16_LE, BOM
    if size >= 2 and data[start] == 0xFE and data[start + 1] == 0xFF:
        return UTF_16_BE, BOM
    if size >= 4 and size % 2 == 0:
        # Markup in UTF-16 without a mark: every other byte of an ASCII tag is zero.
        if data[start] == 0x3C and data[start + 1] == 0 and data[start + 3] == 0:
            return UTF_16_LE, BYTES
        if data[start] == 0 and data[start + 1] == 0x3C and data[start + 2] == 0:
            return UTF_16_BE, BYTES
    multi, bad, escapes = utf_8_counts
    declared, why = (header, HEADER) if header != 0 else (meta, META)
    if escapes > 0 and multi == 0 and bad * 100 <= size:
        return ISO_2022_JP, ESCAPE
    if multi == 0 and bad == 0:  # ASCII: any encoding reads it alike; the declaration is still worth recording
        return (UTF_8, why) if declared == UTF_8 else (UTF_8, BYTES)
    if multi > 0 and bad * 50 <= multi:
        if declared == UTF_8 or (declared != 0 and meta == UTF_8):
            return UTF_8, why if declared == UTF_8 else META
        return UTF_8, BYTES
    # One point a character read, a bonus for kana, four points lost for every malformed byte. Half-width katakana
    # count for nothing: every EUC-JP page reads as half-width katakana in Shift_JIS.
    utf_8 = 2 * multi - 4 * bad
    # Mostly one of the two is ahead of all that the other can come to, so the other need not be read.
    most_sjis, most_euc = _most_points(data, start, end)
    only_euc = (header == 0 or header == EUC_JP) and (meta == 0 or meta == EUC_JP)
    only_sjis = (header == 0 or header == SHIFT_JIS) and (meta == 0 or meta == SHIFT_JIS)
    euc_first = only_euc and most_euc > most_sjis
    sjis = sjis_kana = sjis_pairs = sjis_bad = 0
    if not euc_first:
        sjis, sjis_kana, sjis_pairs, sjis_bad = _sjis_points(data, start, end)
        if only_sjis and sjis > utf_8 and sjis >= most_euc:
            return SHIFT_JIS, HEADER if header != 0 else (META if meta != 0 else BYTES)
    euc_kana, _, _, euc_pairs, euc_bad = euc_jp(data, start, end)
    euc = euc_pairs + euc_kana - 4 * euc_bad
    if euc_first:
        if euc > utf_8 and euc > most_sjis:
            return EUC_JP, HEADER if header != 0 else (META if meta != 0 else BYTES)
        sjis, sjis_kana, sjis_pairs, sjis_bad = _sjis_points(data, start, end)
    for hint, weight in ((header, 2), (meta, 3)):
        bonus = weight * (sjis_pairs + euc_pairs + multi) // 40 + weight
        if hint == UTF_8:
            utf_8 += bonus
        elif hint == SHIFT_JIS:
            sjis += bonus
        elif hint == EUC_JP:
            euc += bonus
    best = UTF_8
    if sjis > utf_8 and sjis >= euc:
        best = SHIFT_JIS
    elif euc > utf_8 and euc > sjis:
        best = EUC_JP
    other = header == OTHER or meta == OTHER
    if other and not (best == SHIFT_JIS and sjis_kana * 20 > sjis_pairs and sjis_bad * 50 < sjis_pairs):
        if not (best == EUC_JP and euc_kana * 8 > euc_pairs and euc_bad * 50 < euc_pairs):
            return OTHER, HEADER if header == OTHER else META
    if best == header:
        return best, HEADER
    return (best, META) if best == meta else (best, BYTES)


@borrowing
def _utf_8_errors(data: ByteArray, start: int, end: int) -> tuple[int, int, int]:
    """Multi-byte characters (a lead with its trail bytes), bytes above ASCII in none, escapes into a set of ISO-2022-JP."""
    multi = bad = escapes = 0
    at = start
    while at + CHUNK + 3 <= end:
        escape = equal(data, at, 0x1B)
        while escape != 0:
            escapes += _escape(data, at + first(escape), end)
            escape &= escape - np.uint64(1)
        high = at_least(data, at, 0x80)
        if high != 0:
            # A lead and its trail bytes are told apart by their values alone, so no character hides another.
            second, third, fourth = _trails(data, at + 1), _trails(data, at + 2), _trails(data, at + 3)
            from_e0, from_f0 = at_least(data, at, 0xE0), at_least(data, at, 0xF0)
            two = count_bits(at_least(data, at, 0xC2) & ~from_e0 & second)
            three = count_bits(from_e0 & ~from_f0 & second & third)
            four = count_bits(from_f0 & ~at_least(data, at, 0xF5) & second & third & fourth)
            multi += two + three + four
            bad += count_bits(high) - 2 * two - 3 * three - 4 * four  # some of which may lie in the next chunk
        at += CHUNK
    while at < end:
        byte = data[at]
        size = 1
        if byte == 0x1B:
            escapes += _escape(data, at, end)
        elif byte >= 0x80:
            if 0xC2 <= byte <= 0xF4:
                size = 2 if byte < 0xE0 else (3 if byte < 0xF0 else 4)
                for step in range(1, size):
                    if at + step >= end or data[at + step] & 0xC0 != 0x80:
                        size = 1
                        break
            if size == 1:
                bad += 1
            else:
                multi += 1
        at += size
    return multi, bad, escapes


@inlined
def _trails(data: ByteArray, at: int) -> np.uint64:
    return at_least(data, at, 0x80) & ~at_least(data, at, 0xC0)


@inlined
def _escape(data: ByteArray, at: int, end: int) -> int:
    """1 where the ESC at `at` leads into a Japanese set of ISO-2022-JP."""
    if at + 2 >= end:
        return 0
    second, third = data[at + 1], data[at + 2]
    if second == 0x24:
        return 1 if third == 0x42 or third == 0x40 or third == 0x28 else 0
    return 1 if second == 0x28 and third == 0x49 else 0


@inlined
def _sjis_points(data: ByteArray, start: int, end: int) -> tuple[int, int, int, int]:
    """Its points, and what they are made of: kana, double bytes, malformed bytes."""
    kana, _, pairs, bad, half = shift_jis(data, start, end)
    return pairs + kana - 4 * bad - half, kana, pairs, bad


@borrowing
def _most_points(data: ByteArray, start: int, end: int) -> tuple[int, int]:
    """What the points of Shift_JIS and of EUC-JP cannot exceed, by the values of the bytes alone.

    In Shift_JIS a pair needs a lead byte, kana one below A0, and A1-DF is a half-width character unless it ends a pair.
    EUC-JP reads no byte below A1 but 8E and 8F, and two bytes or more make a character.
    """
    low = sets = single = lead = high = 0
    at = start
    while at + CHUNK <= end:
        above = at_least(data, at, 0x80)
        if above != 0:
            from_a1, from_e0 = at_least(data, at, 0xA1), at_least(data, at, 0xE0)
            high += count_bits(above)
            low += count_bits(above & ~from_a1)
            sets += count_bits(equal(data, at, 0x8E) | equal(data, at, 0x8F))
            single += count_bits(from_a1 & ~from_e0)
            lead += count_bits(from_e0)
        at += CHUNK
    while at < end:
        byte = data[at]
        high += byte >= 0x80
        low += 0x80 <= byte <= 0xA0
        sets += 0x8E <= byte <= 0x8F
        single += 0xA1 <= byte <= 0xDF
        lead += byte >= 0xE0
        at += 1
    return 2 * (low + lead) + low - single, high - 5 * (low - sets)
