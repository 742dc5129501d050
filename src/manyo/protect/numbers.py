"""Telephone, payment card and individual numbers: groups of digits, their shapes, checks and labels.

A number is read as groups of digits with what separates them. A matcher is asked at the first digit of each group, and
looks at the shape first, since most digits on the web are dates, prices and versions. Check digits come second: one
random number in ten passes any of them, so where the shape is as common as twelve bare digits a label must stand near.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from manyo.kernels import borrowing, inlined
from manyo.protect.characters import (
    CARD_LABELS,
    MY_NUMBER_LABELS,
    PHONE_LABELS,
    Bool,
    Int,
    folded,
    is_digit,
    is_letter,
    word_at,
    word_before,
)

NONE, HYPHEN, DOT, SPACE, OPEN, CLOSE, NO = range(7)  # what separates two groups; NO is の (090の0000の0000)

MOST_GROUPS = 6
MOST_DIGITS = 24

# How many characters before a number its label may end. Typed, as the word lists are.
_PHONE_REACH, _CARD_REACH, _MY_NUMBER_REACH = np.int64(12), np.int64(16), np.int64(24)

# The columns of a group.
START, END, LENGTH, AFTER = range(4)


@borrowing
def read_groups(tables: Any, codes: Any, at: Int, high: Int, groups: Any, digits: Any) -> Int:
    """Groups of digits from `at` on into `groups` (int64[MOST_GROUPS, 4]) and `digits`; how many groups.

    A group's AFTER says what separates it from the digits that follow, NONE where none follow. A run of more than
    `MOST_DIGITS` digits is cut off there, with a length that no shape has.
    """
    count = total = 0
    while count < MOST_GROUPS:
        start = at
        while total < MOST_DIGITS and is_digit(folded(codes, at, 0, high)):
            digits[total] = folded(codes, at, 0, high) - 48
            total += 1
            at += 1
        groups[count, START], groups[count, END], groups[count, LENGTH] = start, at, at - start
        groups[count, AFTER] = NONE
        if is_digit(folded(codes, at, 0, high)):
            groups[count, LENGTH] = MOST_DIGITS + 1
            return count + 1
        count += 1
        gap = at
        separator = NONE
        while gap < high and gap - at < 3:
            character = folded(codes, gap, 0, high)
            if character == 32:
                separator = max(separator, SPACE)
            elif character == 45:
                separator = SPACE if separator == SPACE else max(separator, HYPHEN)
            elif character == 46 and gap == at:
                separator = DOT
            elif character == 40 and separator <= SPACE:
                separator = OPEN
            elif character == 41 and separator <= SPACE:
                separator = CLOSE
            elif codes[gap] == 0x306E and gap == at:
                separator = NO
            else:
                break
            gap += 1
        if separator == HYPHEN and gap - at > 1:
            separator = SPACE  # "03 - 0000", and a long dash of two strokes
        if separator == NONE or not is_digit(folded(codes, gap, 0, high)):
            return count
        groups[count - 1, AFTER] = separator
        at = gap
    return count


@inlined
def _goes_on(groups: Any, last: Int) -> Any:
    """More digits are joined to the group by a hyphen or a dot: the number is longer than the shape."""
    return groups[last, AFTER] == HYPHEN or groups[last, AFTER] == DOT


@inlined
def starts_clean(tables: Any, codes: Any, at: Int, low: Int, high: Int) -> Bool:
    """No letter, digit or sign before the number makes it a part of a longer name, path or amount."""
    before = folded(codes, at - 1, low, high)
    if before == 45 or before == 46:
        further = folded(codes, at - 2, low, high)
        return not (is_digit(further) or is_letter(further))
    if is_letter(before) or is_digit(before):
        return False
    # # $ % & + / = \ _ ~ and the yen sign
    return not (
        35 <= before <= 38 or before == 43 or before == 47 or before == 61 or before == 92 or before == 95
    ) and (at <= low or codes[at - 1] != 0xA5)


@inlined
def _ends_clean(tables: Any, codes: Any, end: Int, high: Int) -> Bool:
    """No letter follows, and no at sign: a number may be the local part of a mail address."""
    after = folded(codes, end, 0, high)
    return not (is_letter(after) or after == 64 or after == 95)


@inlined
def phone_labelled(tables: Any, codes: Any, at: Int, low: Int, high: Int, follows_phone: Bool) -> Bool:
    """A label such as TEL or 電話 within 12 characters before, or another telephone number right before."""
    if follows_phone and at - low <= 3:
        return True
    return word_before(tables, codes, at, low, _PHONE_REACH, PHONE_LABELS) >= 0


@inlined
def _value(digits: Any, first: Int, last: Int) -> Any:
    value = np.int64(0)
    for index in range(first, last):
        value = value * 10 + digits[index]
    return value


@inlined
def _is_mobile(digits: Any) -> Any:
    """050, 060, 070, 080, 090: eleven digits."""
    return digits[0] == 0 and digits[1] >= 5 and digits[2] == 0


@inlined
def _is_free(digits: Any) -> Bool:
    """0120 and 0570, and the rarer 0180 and 0990: ten digits, none of them a place."""
    code = _value(digits, 0, 4)
    return code == 120 or code == 570 or code == 180 or code == 990


@inlined
def _is_area(tables: Any, digits: Any, figures: Int) -> Bool:
    return digits[0] == 0 and 2 <= figures <= 5 and tables.areas[figures, _value(digits, 1, figures)] == 1


@inlined
def _has_area(tables: Any, digits: Any) -> Bool:
    """Ten digits without groups: does any area code begin them?"""
    for figures in range(2, 6):
        if _is_area(tables, digits, figures):
            return True
    return _is_free(digits)


@borrowing
def match_phone(
    tables: Any,
    codes: Any,
    at: Int,
    low: Int,
    high: Int,
    follows_phone: Bool,
    groups: Any,
    count: Int,
    digits: Any,
    span: Any,
) -> Int:
    """A telephone number whose first digit is at `at`: its span into `span`, its score returned, 0 for none."""
    abroad = folded(codes, at - 1, low, high) == 43
    if digits[0] != 0 and not abroad:
        return 0
    labelled = phone_labelled(tables, codes, at, low, high, follows_phone)
    if not (labelled or abroad or starts_clean(tables, codes, at, low, high)):
        return 0
    if abroad:
        taken = _abroad(groups, digits, count)
        score = 95 * (taken > 0)
    else:
        score = 0
        taken = 3
        if count >= 3:
            score = _three_groups(tables, groups, digits, labelled)
        if score == 0 and count >= 2:
            taken = 2
            score = _two_groups(tables, groups, digits, labelled)
        if score == 0 and labelled:
            taken = 1
            if groups[0, LENGTH] == 11 and (_is_mobile(digits) or _value(digits, 0, 4) == 800):
                score = 85
            elif groups[0, LENGTH] == 10 and _has_area(tables, digits):
                score = 80
    if score == 0 or _goes_on(groups, taken - 1):
        return 0
    end = groups[taken - 1, END]
    if folded(codes, end, low, high) == 64 or not (labelled or _ends_clean(tables, codes, end, high)):
        return 0
    opened = folded(codes, at - 1, low, high) == 40 and groups[0, AFTER] == CLOSE
    span[0], span[1] = at - (opened or abroad), end
    return score


@inlined
def _three_groups(tables: Any, groups: Any, digits: Any, labelled: Bool) -> Int:
    a, b, c = groups[0, LENGTH], groups[1, LENGTH], groups[2, LENGTH]
    first, second = groups[0, AFTER], groups[1, AFTER]
    spaced = first == SPACE or second == SPACE
    regular = (
        ((first == HYPHEN or first == SPACE or first == CLOSE) and (second == HYPHEN or second == SPACE))
        or (first == DOT and second == DOT)
        or (first == OPEN and second == CLOSE)
        or (first == NO and second == NO)
    )
    if not regular:
        return 0
    score = 95 if labelled else 90
    if a == 3 and b == 4 and c == 4 and _is_mobile(digits):
        return score
    if a == 4 and b == 3 and c == 4 and _value(digits, 0, 4) == 800:
        return score
    if a == 4 and ((b == 3 and c == 3) or (b == 2 and c == 4)) and _is_free(digits):
        return score
    if a + b + c == 10 and c == 4 and _is_area(tables, digits, a) and (labelled or not spaced):
        return 95 if labelled else 80
    return 0


@inlined
def _two_groups(tables: Any, groups: Any, digits: Any, labelled: Bool) -> Int:
    a, b = groups[0, LENGTH], groups[1, LENGTH]
    if groups[0, AFTER] != HYPHEN:
        return 0
    if a == 4 and b == 6 and _is_free(digits):
        return 85
    if not labelled:
        return 0
    if a + b == 11 and (b == 4 or b == 8) and _is_mobile(digits):
        return 85
    if a + b == 10 and ((b == 4 and _has_area(tables, digits)) or _is_area(tables, digits, a)):
        return 80
    return 0


@inlined
def _abroad(groups: Any, digits: Any, count: Int) -> Int:
    """+81 and the number without its 0 (or with it, in brackets or not): how many groups, 0 for no number."""
    if digits[0] != 8 or digits[1] != 1:
        return 0
    total = groups[0, LENGTH] - 2
    if total < 0:
        return 0
    zero = digits[2] == 0
    for taken in range(1, count + 1):
        if total == 9 + zero or total == 10 + zero:
            more = taken < count and groups[taken - 1, AFTER] != NONE and groups[taken, LENGTH] == 1
            if not more:
                return taken
        if taken < count:
            total += groups[taken, LENGTH]
    return 0


@borrowing
def match_card(tables: Any, codes: Any, at: Int, low: Int, high: Int, groups: Any, digits: Any, span: Any) -> Int:
    """A payment card number: an issuer's range, the length and grouping that go with it, and the Luhn check.

    Bare digits must be of the two lengths that are common (16, or 15 for American Express): a bar code of 13 digits
    from Japan begins with 4 as an old Visa number did. 14 and 19 need a label when bare.
    """
    length = groups[0, LENGTH]
    taken = 1
    grouped = False
    separator = groups[0, AFTER]
    if length == 4 and (separator == HYPHEN or separator == SPACE):
        while taken < MOST_GROUPS and groups[taken - 1, AFTER] == separator and length < 19:
            size = groups[taken, LENGTH]
            if not (size == 4 or (taken == 1 and size == 6) or (taken == 2 and (size == 5 or size == 4))):
                if not (taken == 4 and size == 3):
                    break
            length += size
            taken += 1
            if (groups[1, LENGTH] == 6 and taken == 3) or (taken == 4 and length == 16 and not _nineteen(groups)):
                break
        grouped = taken >= 3
    if not _issued(digits, length) or not _luhn(digits, length):
        return 0
    labelled = word_before(tables, codes, at, low, _CARD_REACH, CARD_LABELS) >= 0
    if not grouped and not (length == 16 or length == 15 or labelled):
        return 0
    end = groups[taken - 1, END]
    if _goes_on(groups, taken - 1) or not starts_clean(tables, codes, at, low, high):
        return 0
    if not _ends_clean(tables, codes, end, high):
        return 0
    span[0], span[1] = at, end
    return 95 if labelled else (85 if grouped else 60)


@inlined
def _nineteen(groups: Any) -> Any:
    return groups[3, AFTER] == groups[0, AFTER] and groups[4, LENGTH] == 3


@inlined
def _issued(digits: Any, length: Int) -> Bool:
    """The issuers' ranges (ISO/IEC 7812): Visa, Mastercard, American Express, JCB, Diners, Discover, UnionPay."""
    two, three, four = _value(digits, 0, 2), _value(digits, 0, 3), _value(digits, 0, 4)
    if length == 16:
        return (
            digits[0] == 4
            or 51 <= two <= 55
            or 2221 <= four <= 2720
            or 3528 <= four <= 3589
            or four == 6011
            or 644 <= three <= 659
            or two == 62
        )
    if length == 15:
        return two == 34 or two == 37
    if length == 14:
        return 300 <= three <= 305 or four == 3095 or two == 36 or two == 38 or two == 39
    return length == 19 and (digits[0] == 4 or two == 62)


@inlined
def _luhn(digits: Any, length: Int) -> Bool:
    total = 0
    for index in range(length):
        value = digits[length - 1 - index]
        if index & 1:
            value = value * 2 - 9 * (value > 4)
        total += value
    return total % 10 == 0


@borrowing
def match_my_number(tables: Any, codes: Any, at: Int, low: Int, high: Int, groups: Any, digits: Any, span: Any) -> Int:
    """An individual number: 12 digits, bare or 4-4-4, a right check digit, and its label near.

    The label stands within 24 characters before, or in brackets right behind. The check digit is that of the
    ministerial order (平成26年総務省令第85号): weights 6 5 4 3 2 7 6 5 4 3 2, remainder by 11.
    """
    taken = 1
    if groups[0, LENGTH] == 4:
        taken = 3
        separator = groups[0, AFTER]
        if not (separator == HYPHEN or separator == SPACE) or groups[1, AFTER] != separator:
            return 0
        if groups[1, LENGTH] != 4 or groups[2, LENGTH] != 4:
            return 0
    elif groups[0, LENGTH] != 12:
        return 0
    total = 0
    for index in range(11):
        total += digits[index] * (6 - index if index < 5 else 12 - index)
    remainder = total % 11
    if digits[11] != (0 if remainder <= 1 else 11 - remainder):
        return 0
    end = groups[taken - 1, END]
    if _goes_on(groups, taken - 1) or not starts_clean(tables, codes, at, low, high):
        return 0
    if not _ends_clean(tables, codes, end, high):
        return 0
    labelled = word_before(tables, codes, at, low, _MY_NUMBER_REACH, MY_NUMBER_LABELS) >= 0
    for gap in range(3):
        labelled = labelled or word_at(tables, codes, end + gap, high, MY_NUMBER_LABELS) > 0
    if not labelled:
        return 0
    span[0], span[1] = at, end
    return 95
