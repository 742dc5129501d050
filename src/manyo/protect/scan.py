"""One pass over the rows: where a character is the sign of something, a matcher is asked.

A span that was found is a wall: no matcher looks at what lies before it again. A placeholder in the text is the same
wall, so a text that is masked already looks to every matcher as it did when it was masked.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from manyo.kernels import borrowing, inlined, kernel
from manyo.protect.address import match_address, prefecture_before, skip_blanks
from manyo.protect.characters import (
    ADDRESS_LABEL_END,
    ADDRESS_LABELS,
    AT_SIGN,
    BRACKET,
    DIGIT,
    PLACEHOLDERS,
    POSTAL_MARK,
    PREFECTURE_END,
    PREFECTURES,
    Bool,
    Int,
    character_width,
    decode_row,
    folded,
    is_digit,
    plain,
    word_at,
    word_before,
)
from manyo.protect.email import match_at_sign, match_at_word, match_bracketed, may_disguise
from manyo.protect.kinds import ADDRESS, CARD, EMAIL, MY_NUMBER, PHONE
from manyo.protect.numbers import (
    AFTER,
    HYPHEN,
    LENGTH,
    MOST_DIGITS,
    MOST_GROUPS,
    SPACE,
    match_card,
    match_my_number,
    match_phone,
    read_groups,
    starts_clean,
)
from manyo.protect.numbers import END as END_OF_GROUP

# The columns of a found span; START and END are characters, FIRST and LAST the same in bytes of the column's data.
ROW, KIND, START, END, SCORE, FIRST, LAST = range(7)


@kernel
def scan(tables: Any, data: Any, offsets: Any, wanted: Int, found: Any) -> Int:
    """Spans of the kinds whose bit is set in `wanted`, by row and place, into `found` (int64[capacity, 7]).

    Returns how many spans there are: where that is more than `found` holds, the caller comes again with more room.
    """
    signs = tables.signs
    longest = 0
    for row in range(len(offsets) - 1):
        longest = max(longest, offsets[row + 1] - offsets[row])
    codes = np.empty(2 * (longest + 1), np.uint16)
    groups = np.zeros((MOST_GROUPS, 4), np.int64)
    digits = np.zeros(MOST_DIGITS + 1, np.int64)
    span = np.zeros(3, np.int64)  # start, end, and 1 where an address may follow
    size = 0
    for row in range(len(offsets) - 1):
        high = decode_row(tables, data, offsets[row], offsets[row + 1], codes)
        low = np.int64(0)  # the wall: characters before it are masked already
        last_kind = -1
        begun = size
        at = np.int64(0)
        while at < high:
            sign = signs[codes[at]]
            if sign == 0:
                at += 1
                continue
            kind, score = -1, 0
            span[2] = 0
            if sign == DIGIT:
                if _may_matter(tables, codes, at, low, high):
                    kind, score = _number(
                        tables, codes, at, low, high, last_kind == PHONE, wanted, groups, digits, span
                    )
            elif sign == POSTAL_MARK or sign == PREFECTURE_END or sign == ADDRESS_LABEL_END:
                if wanted >> ADDRESS & 1 and (sign != ADDRESS_LABEL_END or _ends_label(codes, at)):
                    kind, score = ADDRESS, _place(tables, codes, at, low, high, sign, groups, digits, span)
            else:
                placeholder = _placeholder(tables, codes, at, high) if sign == BRACKET else -1
                if placeholder >= 0:
                    at += word_at(tables, codes, at, high, PLACEHOLDERS)
                    low, last_kind = at, placeholder
                    continue
                if wanted >> EMAIL & 1 and may_disguise(tables, codes, at, high, sign):
                    kind, score = EMAIL, _mail(tables, codes, at, low, high, sign, span)
            if score == 0:
                at += 1
                while sign == DIGIT and at < high and signs[codes[at]] == DIGIT:
                    at += 1
            while score > 0:
                if size < len(found):
                    found[size, ROW], found[size, KIND], found[size, SCORE] = row, kind, score
                    found[size, START], found[size, END] = span[0], span[1]
                    found[size, FIRST] = found[size, LAST] = -1
                size += 1
                low = at = span[1]
                last_kind = kind
                score = _behind_code(tables, codes, at, high, span) if span[2] else 0
        if size > begun:
            _to_bytes(data, offsets[row], offsets[row + 1], found[min(begun, len(found)) : min(size, len(found))])
    return size


@inlined
def _ends_label(codes: Any, at: Int) -> Bool:
    """住所, 所在地: most 所 and 地 end other words."""
    return at > 0 and (codes[at - 1] == 0x4F4F or codes[at - 1] == 0x5728)


@borrowing
def _placeholder(tables: Any, codes: Any, at: Int, high: Int) -> Any:
    """The kind whose placeholder stands at `at`, -1 for none."""
    if codes[at] != 0xFF3B:  # ［
        return -1
    every, offsets = tables.words, tables.offsets
    first = tables.ranges[PLACEHOLDERS, 0]
    for word in range(first, tables.ranges[PLACEHOLDERS, 1]):
        length = offsets[word + 1] - offsets[word]
        same = 0
        while same < length and at + same < high:
            if plain(codes, at + same) != every[offsets[word] + same]:
                break
            same += 1
        if same == length:
            return word - first
    return -1


@borrowing
def _mail(tables: Any, codes: Any, at: Int, low: Int, high: Int, sign: Int, span: Any) -> Int:
    if sign == AT_SIGN:
        return match_at_sign(tables, codes, at, low, high, span)
    if sign == BRACKET:
        return match_bracketed(tables, codes, at, low, high, span)
    return match_at_word(tables, codes, at, low, high, span)


@inlined
def _may_matter(tables: Any, codes: Any, at: Int, low: Int, high: Int) -> Bool:
    """Turns away most numbers of ordinary text (years, prices, counts, dates) by their first group alone."""
    end, value = at, np.int64(0)
    while end - at < 12 and is_digit(folded(codes, end, low, high)):
        value = value * 10 + folded(codes, end, low, high) - 48
        end += 1
    length = end - at
    if length >= 10 or folded(codes, at - 1, low, high) == 43:
        return True
    after = folded(codes, end, low, high)
    if length < 2 or end >= high or not (after == 32 or 40 <= after <= 41 or 45 <= after <= 46 or codes[end] == 0x306E):
        return length > 5 and after == 45
    if (length == 3 or length == 4) and is_digit(folded(codes, end + 4, low, high)):
        return True  # a postal code, or the first group of a card's or an individual number
    return folded(codes, at, low, high) == 48 and (length > 5 or value >= 50 or tables.areas[length, value] == 1)


@borrowing
def _number(
    tables: Any,
    codes: Any,
    at: Int,
    low: Int,
    high: Int,
    follows_phone: Bool,
    wanted: Int,
    groups: Any,
    digits: Any,
    span: Any,
) -> tuple[Int, Int]:
    """What the digits at `at` are, the most certain kind first: kind and score."""
    score = 0
    count = read_groups(tables, codes, at, high, groups, digits)
    if wanted >> MY_NUMBER & 1:
        score = match_my_number(tables, codes, at, low, high, groups, digits, span)
        if score > 0:
            return MY_NUMBER, score
    if wanted >> CARD & 1:
        score = match_card(tables, codes, at, low, high, groups, digits, span)
        if score > 0:
            return CARD, score
    if wanted >> ADDRESS & 1 and count >= 2 and groups[0, LENGTH] == 3 and groups[1, LENGTH] == 4:
        # Without its mark a postal code is one only where an address follows.
        if groups[0, AFTER] == HYPHEN and groups[1, AFTER] != HYPHEN and starts_clean(tables, codes, at, low, high):
            if _behind_code(tables, codes, groups[1, END_OF_GROUP], high, span) or _prefecture_behind(
                tables, codes, groups[1, END_OF_GROUP], high
            ):
                span[0], span[1], span[2] = at, groups[1, END_OF_GROUP], 1
                return ADDRESS, 85
    if wanted >> PHONE & 1:
        score = match_phone(tables, codes, at, low, high, follows_phone, groups, count, digits, span)
    return PHONE, score


@borrowing
def _place(
    tables: Any, codes: Any, at: Int, low: Int, high: Int, sign: Int, groups: Any, digits: Any, span: Any
) -> Int:
    """A postal code behind its mark, or an address behind a prefecture or a label."""
    begin = at + 1
    if sign == POSTAL_MARK:
        begin = skip_blanks(tables, codes, begin, high, 1, False)
        if folded(codes, begin, 0, high) == 58:
            begin = skip_blanks(tables, codes, begin + 1, high, 1, False)
        if not is_digit(folded(codes, begin, 0, high)):
            return 0
        count = read_groups(tables, codes, begin, high, groups, digits)
        last = 0 if groups[0, LENGTH] == 7 else 1
        if last == 1 and not (count >= 2 and groups[0, LENGTH] == 3 and groups[1, LENGTH] == 4):
            return 0
        if last == 1 and groups[0, AFTER] != HYPHEN and groups[0, AFTER] != SPACE:
            return 0
        span[0], span[1], span[2] = begin, groups[last, END_OF_GROUP], 1
        return 95
    if sign == PREFECTURE_END:
        if not prefecture_before(tables, codes, begin, low):
            return 0
        return match_address(tables, codes, begin, high, np.bool_(False), span)
    if word_before(tables, codes, begin, low, np.int64(0), ADDRESS_LABELS) < 0:
        return 0
    if folded(codes, begin, 0, high) == 58:
        begin += 1
    return _behind_code(tables, codes, begin, high, span)


@borrowing
def _behind_code(tables: Any, codes: Any, at: Int, high: Int, span: Any) -> Int:
    """The address that follows a postal code or a label, with or without its prefecture."""
    span[2] = 0
    begin = skip_blanks(tables, codes, at, high, 3, True)
    return match_address(
        tables, codes, begin + word_at(tables, codes, begin, high, PREFECTURES), high, np.bool_(True), span
    )


@inlined
def _prefecture_behind(tables: Any, codes: Any, at: Int, high: Int) -> Bool:
    begin = skip_blanks(tables, codes, at, high, 3, True)
    return word_at(tables, codes, begin, high, PREFECTURES) > 0


@borrowing
def _to_bytes(data: Any, start: Int, end: Int, found: Any) -> None:
    """Fill in the spans' places in bytes, walking the row once, in characters as `decode_row` counts them."""
    at, character, index = start, np.int64(0), 0
    while index < len(found):
        if found[index, START] == character and found[index, FIRST] < 0:
            found[index, FIRST] = at
        if found[index, END] == character:
            found[index, LAST] = at
            index += 1
            continue
        at += character_width(data, at, end)
        character += 1
