"""Postal codes and the part of an address that leads to a door.

Prefecture and municipality are kept and what follows is masked, from the town down to the number (番地, 号) and, where
it is plain, the room: 「東京都千代田区［住所］」. A municipality is shared by thousands, newspapers print it, and a text
that has lost every place name has lost what it is about. The postal code names the town and goes with the rest. A place
name without a number, and a town with a 丁目 alone, as news reports give it, are kept.

The parser goes forward from where a prefecture's name ends, or from a postal code or a label (住所, 所在地), which stand
as evidence: with it a prefecture may be missing, and a single number is enough.
"""

from __future__ import annotations

from typing import Any

from manyo.kernels import borrowing, inlined
from manyo.protect.characters import PHONE_LABELS, PREFECTURES, Bool, Int, folded, is_digit, is_letter, word_at

_LONGEST = 80  # characters from the municipality to the number
_LONGEST_NAME = 24  # characters of a town's name, Kyoto's streets among them
_BETWEEN_NUMBERS = 6  # characters between one number and the next: 条西, 丁目字上


@inlined
def _in_name(code: Int) -> Bool:
    """Kanji, kana, 々, ヶ and the long vowel mark."""
    return (
        0x4E00 <= code <= 0x9FFF
        or 0x3041 <= code <= 0x3096
        or 0x30A1 <= code <= 0x30FC
        or 0x3400 <= code <= 0x4DBF
        or 0xF900 <= code <= 0xFAFF
        or code == 0x3005
        or code == 0x3006
    )


@inlined
def _is_kanji_digit(code: Int) -> Bool:
    """〇一二三四五六七八九十百千"""
    return (
        code == 0x3007
        or code == 0x4E00
        or code == 0x4E8C
        or code == 0x4E09
        or code == 0x56DB
        or code == 0x4E94
        or code == 0x516D
        or code == 0x4E03
        or code == 0x516B
        or code == 0x4E5D
        or code == 0x5341
        or code == 0x767E
        or code == 0x5343
    )


@inlined
def _code(codes: Any, at: Int, high: Int) -> Int:
    return int(codes[at]) if 0 <= at < high else 0


@inlined
def skip_blanks(tables: Any, codes: Any, at: Int, high: Int, most: Int, lines: Bool) -> Int:
    """Past at most `most` spaces, and line breaks if `lines`."""
    stop = at + most
    while at < stop and at < high:
        character = folded(codes, at, 0, high)
        if not (character == 32 or (lines and (character == 10 or character == 13))):
            break
        at += 1
    return at


@borrowing
def prefecture_before(tables: Any, codes: Any, end: Int, low: Int) -> Bool:
    """Does a prefecture's name end at `end`?"""
    if end - 2 < low:
        return False
    words, offsets = tables.words, tables.offsets
    for word in range(tables.ranges[PREFECTURES, 0], tables.ranges[PREFECTURES, 1]):
        first, last = offsets[word], offsets[word + 1]
        if words[last - 2] != codes[end - 2] or end - (last - first) < low:
            continue
        if word_at(tables, codes, end - (last - first), end, PREFECTURES) == last - first:
            return True
    return False


@borrowing
def municipality_end(codes: Any, at: Int, high: Int) -> Int:
    """Past the name of a city, ward, town or village that starts at `at`, with its 郡 or city; -1 for none.

    The first 市, 区, 町, 村 or 郡 after at least one character, or one that follows within two characters where the
    first is part of a name (東村山市, 四日市市, 大和郡山市); then a city's ward, or a district's town.
    """
    first = _suffix(codes, at + 1, high, 8)
    if first < 0:
        return -1
    kind = codes[first]
    for nearer in range(2, 0, -1):
        further = first + nearer
        if _code(codes, further, high) == 0x5E02 and kind != 0x533A and (nearer == 1 or _in_name(codes[first + 1])):
            first, kind = further, 0x5E02
            break
    if kind == 0x90E1:  # 郡
        town = _suffix(codes, first + 2, high, 6)
        return town + 1 if town >= 0 else -1
    if kind == 0x5E02:  # 市
        ward = _suffix(codes, first + 2, high, 3)
        if ward >= 0 and codes[ward] == 0x533A:
            return ward + 1
    return first + 1


@inlined
def _suffix(codes: Any, at: Int, high: Int, reach: Any) -> Int:
    """The first of 市 区 町 村 郡 within `reach` characters of a name, -1 for none."""
    found = -1
    index = at
    while index < high and index < at + reach and found < 0 and _in_name(codes[index - 1]):
        code = codes[index]
        if code == 0x5E02 or code == 0x533A or code == 0x753A or code == 0x6751 or code == 0x90E1:
            found = index
        index += 1
    return found


@inlined
def _is_unit(code: Int) -> Bool:
    """What is counted or measured, not lived at: 年月日時分秒人円万億件名歳回個位倍度%％."""
    return (
        code == 0x5E74
        or code == 0x6708
        or code == 0x65E5
        or code == 0x6642
        or code == 0x5206
        or code == 0x79D2
        or code == 0x4EBA
        or code == 0x5186
        or code == 0x4E07
        or code == 0x5104
        or code == 0x4EF6
        or code == 0x540D
        or code == 0x6B73
        or code == 0x56DE
        or code == 0x500B
        or code == 0x4F4D
        or code == 0x500D
        or code == 0x5EA6
        or code == 0x25
        or code == 0xFF05
    )


@inlined
def _is_particle(code: Int) -> Bool:
    """をがはでにもへと, with which a sentence goes on after a place name."""
    return (
        code == 0x3092
        or code == 0x304C
        or code == 0x306F
        or code == 0x3067
        or code == 0x306B
        or code == 0x3082
        or code == 0x3078
        or code == 0x3068
    )


@borrowing
def match_address(tables: Any, codes: Any, at: Int, high: Int, evidence: Bool, span: Any) -> Int:
    """The part to mask of an address whose municipality starts at `at`: its span, its score returned, 0 for none."""
    at = skip_blanks(tables, codes, at, high, 1, False)
    town = municipality_end(codes, at, high)
    if town < 0:
        return 0
    town = skip_blanks(tables, codes, town, high, 1, False)
    end = -1  # past the last number that belongs to the address
    level = 0  # 1: as far as a block (丁目, 条) or one bare number; 2: as far as a door
    blocks = 0  # 条 seen
    since = 0  # characters of a name since the last number
    blanks = 0
    index = town
    while index < high and index - town < _LONGEST:
        code = int(codes[index])
        if end >= 0 and since == 0 and word_at(tables, codes, index, high, PHONE_LABELS):
            break
        if is_digit(folded(codes, index, 0, high)) or _is_kanji_digit(code):
            if (
                end < 0
                and not evidence
                and index > town
                and (_is_particle(codes[town]) or _is_particle(codes[index - 1]))
            ):
                return 0
            after, reached = _number(tables, codes, index, high)
            if reached < 0:
                break
            if reached == 0:  # kanji digits in a name: 三田, 六本木
                since += after - index
                index = after
                continue
            if reached == 3:
                blocks, reached = 1, 1
            elif reached == 1 and blocks:
                reached = 2  # 北1条西2丁目 is a block of Sapporo, named as finely as a door elsewhere
            level = max(level, reached)
            end = index = after
            since = 0
        elif _in_name(code) and since < (_LONGEST_NAME if end < 0 else _BETWEEN_NUMBERS):
            since += 1
            index += 1
        elif folded(codes, index, 0, high) == 32 and blanks < 2 and index > town:
            if end >= 0 and folded(codes, index + 1, 0, high) == 48:  # a telephone number comes next
                break
            blanks += 1
            index += 1
        else:
            break
    if end < 0 or level < (1 if evidence else 2):
        return 0
    span[0], span[1] = town, _with_room(tables, codes, end, high)
    return 95 if evidence else 85


@borrowing
def _number(tables: Any, codes: Any, at: Int, high: Int) -> tuple[Int, Int]:
    """The number at `at` with what follows it: where it ends, and how far it leads.

    2: a door (番地, 番, 号, two numbers or more with strokes between); 1: a block (丁目) or a bare number; 3: 条; 0: kanji
    digits that are part of a name; -1: a number that counts something.
    """
    parts, index = 0, at
    arabic = is_digit(folded(codes, at, 0, high))
    while parts < 5:
        start = index
        while index < high and index - start < 6:
            if not (is_digit(folded(codes, index, 0, high)) if arabic else _is_kanji_digit(codes[index])):
                break
            index += 1
        parts += 1
        stroke = folded(codes, index, 0, high) == 45 or _code(codes, index, high) in (0x306E, 0x30CE)
        further = folded(codes, index + 1, 0, high)
        if not stroke or not (is_digit(further) if arabic else _is_kanji_digit(_code(codes, index + 1, high))):
            break
        index += 1
    code, after = _code(codes, index, high), _code(codes, index + 1, high)
    if _is_unit(code) or code == 0x968E or (is_letter(folded(codes, index, 0, high)) and parts == 1):
        return index, -1
    if code == 0x4E01 and after == 0x76EE:  # 丁目
        return index + 2, 1
    if code == 0x756A and after == 0x5730:  # 番地
        return index + 2, 2
    if code == 0x756A and after != 0x753A and after != 0x8857 and after != 0x76EE:  # 番, not 番町, 番街, 番目
        return index + 1, 2
    if code == 0x53F7:  # 号, 号室
        return index + 1 + (after == 0x5BA4), 2
    if code == 0x6761:  # 条
        return index + 1, 3
    if code == 0x5730 and after == 0x5272:  # 地割
        return index + 2, 1
    if parts >= 2:
        return index, 2
    return index, 1 if arabic else 0


@borrowing
def _with_room(tables: Any, codes: Any, end: Int, high: Int) -> Int:
    """Past the building and room behind an address, where a word of at most 20 characters ends in a room or floor."""
    at = skip_blanks(tables, codes, end, high, 1, False)
    reach, digits = end, 0
    if word_at(tables, codes, at, high, PHONE_LABELS) or folded(codes, at, 0, high) == 48:  # a telephone number
        return end
    index = at
    while index < high and index < at + 20:
        code, character = int(codes[index]), folded(codes, index, 0, high)
        if is_digit(character):
            digits += 1
            if digits >= 3 and not is_digit(folded(codes, index + 1, 0, high)):
                if not _is_unit(_code(codes, index + 1, high)):
                    reach = index + 1
        else:
            if digits and (code == 0x53F7 or code == 0x968E or character == 70 or character == 102):  # 号 階 F
                reach = index + 1
                if _code(codes, index + 1, high) == 0x5BA4:  # 室
                    reach = index + 2
            inner = character == 32 and is_digit(folded(codes, index + 1, 0, high))  # 万葉ビル 2階
            if not (inner or is_letter(character) or character == 45 or code == 0x30FB or _in_name(code)):
                break
            if 0x3041 <= code <= 0x3096:  # a sentence goes on
                break
            digits = 0
        index += 1
    return reach
