"""Turn away what is not Japanese, on raw bytes, before anything is decoded or parsed.

Nine tenths of a crawl is not Japanese, and kana are what tells Japanese from everything else: hiragana and katakana
have their own small ranges in every encoding that Japanese pages use. One pass over the bytes counts them.

| encoding    | hiragana             | katakana             | also counted                                    |
|-------------|----------------------|----------------------|-------------------------------------------------|
| UTF-8       | E3 81 80 - E3 82 9F  | E3 82 A0 - E3 83 BF  | kanji, Hangul, malformed sequences              |
| Shift_JIS   | 82 9F - 82 F1        | 83 40 - 83 96        | all double bytes, malformed ones                |
| EUC-JP      | A4 A1 - A4 F3        | A5 A1 - A5 F6        | all double bytes, malformed ones                |
| ISO-2022-JP | 24 xx after ESC $ B  | 25 xx after ESC $ B  |                                                 |
| references  | &#12354; &#x3042;    | &#12450; &#x30A2;    | pages written wholly in numeric references      |

Plain ASCII, most of any page, is skipped 64 bytes at a time; a page that shows enough kana is accepted at once; one
that shows thousands of multi-byte characters and no kana is refused at once. The legacy encodings are tried only
where the bytes are not UTF-8. Chinese and Korean legacy pages share byte ranges with EUC-JP (GB 2312 even holds the
same kana rows, and the Hangul letters of EUC-KR stand where EUC-JP has hiragana), so there kana must also be a fair
share of all double bytes, of several kinds, and the bytes must be well-formed; and some kana must stand in the second
half of the rows, which the letters of a Korean chat (ㅋㅋㅋ, ㅠㅠ) never reach.

What it does not do: a page whose Japanese has no kana at all (a bare list of kanji names) is refused; a foreign page
with a few kana is let through, and left to the rules.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from manyo.columns import Column
from manyo.kernels import borrowing, inlined, kernel
from manyo.read.chunks import CHUNK, at_least, equal, first
from manyo.read.legacy import EUC_JP, ISO_2022_JP, SHIFT_JIS, UTF_8, UTF_16_BE, UTF_16_LE, euc_jp, shift_jis

# What the bytes showed. 0 is a refusal; the others say in which encoding kana were seen.
NOT_JAPANESE: Final = 0
REFERENCES: Final = 7

_ENOUGH = 48  # kana that settle it, when they are also an eighth of all CJK characters seen so far
_FOREIGN = 3000  # multi-byte characters without a single kana that settle it
_FEWEST = 4  # fewer kana than this are a foreign page's decoration


def spot(bodies: Column) -> npt.NDArray[np.uint8]:
    """Say for each page in which encoding it shows Japanese, `NOT_JAPANESE` where it does not; shape `(rows,)`.

    >>> pages = ["<p>あさがおの観察日記をつけました。".encode(code) for code in ("utf-8", "cp932", "euc_jp", "iso2022_jp")]
    >>> spot(Column.join([*pages, "<p>天气很好，我们去公园。".encode("gb2312")])).tolist()
    [1, 2, 3, 4, 0]
    """
    verdicts = np.zeros(bodies.rows, np.uint8)
    _spot(bodies.data, bodies.offsets, verdicts)
    return verdicts


@kernel
def _spot(data: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int64], verdicts: npt.NDArray[np.uint8]) -> None:
    for row in range(len(offsets) - 1):
        verdicts[row] = _page(data, offsets[row], offsets[row + 1])


@inlined
def _past_plain(data: npt.NDArray[np.uint8], at: int, end: int) -> int:
    """Past bytes that say nothing: up to one that is not ASCII, an escape, or the start of a numeric reference."""
    while at + CHUNK < end:
        telling = at_least(data, at, 0x80) | equal(data, at, 0x1B)
        telling |= equal(data, at, 0x26) & equal(data, at + 1, 0x23)
        at += first(telling)
        if telling != 0:
            break
    return at


@borrowing
def _page(data: npt.NDArray[np.uint8], start: int, end: int) -> int:
    if end - start >= 2 and (
        (data[start] == 0xFF and data[start + 1] == 0xFE) or (data[start] == 0xFE and data[start + 1] == 0xFF)
    ):
        return _utf_16(data, start, end)
    kana = references = kanji = hangul = other = malformed = escapes = 0
    at = start
    while at < end:
        byte = data[at]
        if byte < 0x80:
            if byte == 0x26 and at + 6 < end and data[at + 1] == 0x23:
                if _is_kana(_reference(data, at + 2, end)):
                    references += 1
                    if references >= _ENOUGH:
                        return REFERENCES
            elif (
                byte == 0x1B
                and at + 2 < end
                and data[at + 1] == 0x24
                and (data[at + 2] == 0x42 or data[at + 2] == 0x40)
            ):
                escapes += 1
                if _iso_2022_jp(data, at + 3, end) >= _FEWEST:
                    return ISO_2022_JP
                if escapes > 64:  # many tiny runs: enough looking
                    return ISO_2022_JP
            at = _past_plain(data, at + 1, end)
            continue
        if byte < 0xC2 or byte > 0xF4:
            malformed += 1
            at += 1
            if malformed >= 32 and malformed * 8 > kana + kanji + hangul + other:
                break
            continue
        size = 2 if byte < 0xE0 else (3 if byte < 0xF0 else 4)
        if at + size > end:
            break
        well_formed = True
        for step in range(1, size):
            if data[at + step] & 0xC0 != 0x80:
                well_formed = False
        if not well_formed:
            malformed += 1
            at += 1
            continue
        if byte == 0xE3 and 0x81 <= data[at + 1] <= 0x83:
            kana += 1
            if kana >= _ENOUGH and kana * 8 >= kanji + hangul and malformed * 8 < kana:
                return UTF_8
        elif 0xE4 <= byte <= 0xE9:
            kanji += 1
        elif 0xEA <= byte <= 0xED:
            hangul += 1
        else:
            other += 1
        at += size
        if kana == 0 and references == 0 and kanji + hangul + other >= _FOREIGN and malformed * 8 < _FOREIGN:
            return NOT_JAPANESE
    if malformed * 8 <= kana + kanji + hangul + other:
        if kana >= _FEWEST and kana * 16 >= kanji and kana * 4 >= hangul:
            return UTF_8
        return REFERENCES if references >= _FEWEST else NOT_JAPANESE
    legacy = _legacy(data, start, end)
    if legacy != NOT_JAPANESE:
        return legacy
    return REFERENCES if references >= _FEWEST else NOT_JAPANESE


@inlined
def _is_kana(codepoint: int) -> bool:
    return 0x3041 <= codepoint <= 0x30FE


@borrowing
def _reference(data: npt.NDArray[np.uint8], at: int, end: int) -> int:
    """The code point of a numeric reference whose digits start at `at`; 0 when it is none. At most 8 bytes are read."""
    value = 0
    last = min(end, at + 8)
    if data[at] == 0x78 or data[at] == 0x58:
        for position in range(at + 1, last):
            digit = data[position]
            if 0x30 <= digit <= 0x39:
                value = value * 16 + digit - 0x30
            elif 0x61 <= (digit | 0x20) <= 0x66:
                value = value * 16 + (digit | 0x20) - 0x57
            else:
                break
        return value
    for position in range(at, last):
        digit = data[position]
        if not 0x30 <= digit <= 0x39:
            break
        value = value * 10 + digit - 0x30
    return value


@borrowing
def _iso_2022_jp(data: npt.NDArray[np.uint8], at: int, end: int) -> int:
    """Kana in one run of JIS X 0208 after its escape, at most 4,096 bytes of it."""
    kana = 0
    last = min(end - 1, at + 4096)
    while at < last:
        lead, trail = data[at], data[at + 1]
        if lead == 0x1B:
            # Runs are short in mail-like text: look into the next one as well.
            if at + 2 < end and data[at + 1] == 0x24 and (data[at + 2] == 0x42 or data[at + 2] == 0x40):
                at += 3
            else:
                at += 1
                while at < last and data[at] != 0x1B:
                    at += 1
            continue
        if not 0x21 <= lead <= 0x7E or not 0x21 <= trail <= 0x7E:
            at += 1
            continue
        if (lead == 0x24 and trail <= 0x73) or (lead == 0x25 and trail <= 0x76):
            kana += 1
        at += 2
    return kana


@borrowing
def _utf_16(data: npt.NDArray[np.uint8], start: int, end: int) -> int:
    little = data[start] == 0xFF
    kana = kanji = 0
    for at in range(start + 2, end - 1, 2):
        high = data[at + 1] if little else data[at]
        low = data[at] if little else data[at + 1]
        if high == 0x30 and 0x41 <= low <= 0xFE:
            kana += 1
        elif 0x4E <= high <= 0x9F:
            kanji += 1
    if kana >= _FEWEST and kana * 16 >= kanji:
        return UTF_16_LE if little else UTF_16_BE
    return NOT_JAPANESE


@borrowing
def _legacy(data: npt.NDArray[np.uint8], start: int, end: int) -> int:
    """Shift_JIS or EUC-JP, whichever reads the bytes with kana and without malformed pairs; else not Japanese."""
    sjis_kana, sjis_kinds, sjis_pairs, sjis_bad, _ = shift_jis(data, start, end)
    euc_kana, euc_late, euc_kinds, euc_pairs, euc_bad = euc_jp(data, start, end)
    # No other East Asian encoding puts frequent characters at 82xx and 83xx: a statute of mostly kanji may pass there.
    sjis = _convincing(sjis_kana, sjis_kinds, sjis_pairs, sjis_bad, 40)
    euc = _convincing(euc_kana, euc_kinds, euc_pairs, euc_bad, 12) and euc_late * 16 >= euc_kana
    if sjis and (not euc or sjis_kana - 2 * sjis_bad >= euc_kana - 2 * euc_bad):
        return SHIFT_JIS
    return EUC_JP if euc else NOT_JAPANESE


@inlined
def _convincing(kana: int, kinds: int, pairs: int, bad: int, one_in: int) -> bool:
    return kana >= _FEWEST and kinds >= min(4, 1 + kana // 4) and kana * one_in >= pairs and bad * 10 <= pairs
