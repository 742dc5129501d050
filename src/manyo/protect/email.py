"""E-mail addresses, wherever they stand in a Japanese sentence and however the at sign is disguised.

Japanese puts no space around an address (「連絡はhoge@example.comまで」), so there is no word boundary to ask for: the
address reaches as far as its alphabet does, left from the at sign over the local part and right over the domain.
The last label must be alphabetic, so that versions (pkg@1.2.3) and IP addresses do not match, and must not be a file's
ending (icon@2x.png).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from manyo.kernels import borrowing, inlined
from manyo.protect.characters import (
    AT_WORDS,
    BRACKET,
    DOT_WORDS,
    FILE_ENDINGS,
    KATAKANA_A,
    TOP_LEVEL_DOMAINS,
    Bool,
    Int,
    ascii_of,
    folded,
    is_digit,
    is_letter,
    word_at,
)

_LONGEST_LOCAL = 128  # RFC 5321 says 64; twice that, and a longer run is not one address
_LONGEST_DOMAIN = 253


@inlined
def _in_local(character: Int) -> Bool:
    """Letters, digits, and `.` `_` `%` `+` `-`: what RFC 5322 allows beyond these is hardly ever seen."""
    return (
        is_digit(character)
        or is_letter(character)
        or character == 46
        or character == 95
        or character == 37
        or character == 43
        or character == 45
    )


@borrowing
def _local_start(codes: Any, end: Int, low: Int) -> Int:
    """Where the local part that ends at `end` starts; `end` where there is none."""
    start = end
    while start > low and end - start < _LONGEST_LOCAL and _in_local(ascii_of(codes[start - 1])):
        start -= 1
    while start < end and (codes[start] == 46 or codes[start] == 45):  # a sentence's dot, a list's dash
        start += 1
    return start


@borrowing
def _domain_end(tables: Any, codes: Any, at: Int, high: Int, strict: Bool) -> Int:
    """Where the domain that starts at `at` ends, -1 where there is none; `strict`: its last label must be well known.

    The end is that of the last label which can be a top-level domain: two letters or more, after a dot.
    """
    end = -1
    labels, numeric = 0, 0  # labels so far, and how many of them from the first on are numbers
    start = at
    while start < high and start - at < _LONGEST_DOMAIN:
        stop = start
        digits = letters = 0
        while stop < high and stop - at < _LONGEST_DOMAIN:
            character = ascii_of(codes[stop])
            if is_letter(character):
                letters += 1
            elif is_digit(character):
                digits += 1
            elif character != 45:
                break
            stop += 1
        if stop == start or codes[start] == 45:
            break
        labels += 1
        if letters == 0 and numeric == labels - 1:
            numeric += 1
        if numeric == 2:
            return -1  # 1.2.3: a version or an IP address
        if labels > 1 and letters >= 2 and digits == 0 and letters == stop - start:
            known = word_at(tables, codes, start, high, TOP_LEVEL_DOMAINS)
            ending = word_at(tables, codes, start, high, FILE_ENDINGS)
            while 0 < ending < stop - start:  # "ts" of "tsukuba": the word must be the whole label
                ending = 0
            if ending == 0 and (not strict or known == stop - start):
                end = stop
            elif ending:
                end = -1
        start = _after_dot(tables, codes, stop, high)
        if start < 0:
            break
    return end


@inlined
def _after_dot(tables: Any, codes: Any, at: Int, high: Int) -> Int:
    """Past the dot at `at`, be it written `.`, `．`, `[dot]` or `（ドット）`; -1 where there is none."""
    character = folded(codes, at, 0, high)
    if character == 46:
        return at + 1
    if character == 91 or character == 40:
        width = word_at(tables, codes, at + 1, high, DOT_WORDS)
        if width:
            closing = folded(codes, at + 1 + width, 0, high)
            if closing == 93 or closing == 41:
                return at + 2 + width
    return -1


@borrowing
def match_at_sign(tables: Any, codes: Any, at: Int, low: Int, high: Int, span: Any) -> Int:
    """An address around the at sign at `at`: its span into `span`, its score returned, 0 for none."""
    strict: Bool = np.bool_(False)
    start, begin = at, at + 1
    if at - 1 > low and folded(codes, at - 1, low, high) == 32 == folded(codes, at + 1, low, high):
        start, begin, strict = at - 1, at + 2, np.bool_(True)  # "hoge @ example.com"
    local = _local_start(codes, start, low)
    if local == start or folded(codes, local - 1, low, high) == 64:
        return 0  # a handle: @hoge, @hoge@example.com
    end = _domain_end(tables, codes, begin, high, strict)
    if end < 0 or _is_repository(tables, codes, local, start, end, low, high):
        return 0
    span[0], span[1] = local, end
    return 80 if strict else 95


@inlined
def _is_repository(tables: Any, codes: Any, local: Int, start: Int, end: Int, low: Int, high: Int) -> Bool:
    """git@example.com:group/project.git and ssh://git@example.com/: an account that everybody shares."""
    if start - local != 3 or codes[local] != 103 or codes[local + 1] != 105 or codes[local + 2] != 116:
        return False
    return folded(codes, end, low, high) == 58 or folded(codes, local - 1, low, high) == 47


@inlined
def may_disguise(tables: Any, codes: Any, at: Int, high: Int, sign: Int) -> Bool:
    """Turns away most brackets and most アs by the character behind: a A ａ Ａ @ ＠ ア あ ★ ☆ or a space; ッ."""
    if sign == KATAKANA_A:
        return at + 1 < high and codes[at + 1] == 0x30C3
    if sign != BRACKET or at + 1 >= high:
        return True
    code = codes[at + 1]
    character = ascii_of(code)
    return (
        (character | 32) == 97
        or character == 64
        or character == 32
        or code == 0x3000
        or code == 0x30A2
        or code == 0x3042
        or 0x2605 <= code <= 0x2606
    )


@borrowing
def match_bracketed(tables: Any, codes: Any, at: Int, low: Int, high: Int, span: Any) -> Int:
    """hoge[at]example.com, hoge（アット）example.com: `at` is where the bracket opens."""
    word = at + 1 + (folded(codes, at + 1, low, high) == 32)
    width = word_at(tables, codes, word, high, AT_WORDS)
    if width == 0:
        return 0
    close = word + width + (folded(codes, word + width, low, high) == 32)
    if close >= high:
        return 0
    closing = folded(codes, close, low, high)
    if not (closing == 93 or closing == 41 or closing == 125 or closing == 62 or 0x3009 <= codes[close] <= 0x3015):
        return 0
    return _disguised(tables, codes, at, close + 1, low, high, np.bool_(False), span)


@borrowing
def match_at_word(tables: Any, codes: Any, at: Int, low: Int, high: Int, span: Any) -> Int:
    """hogeアットexample.com, hoge★example.com: `at` is where the word starts."""
    width = word_at(tables, codes, at, high, AT_WORDS)
    return _disguised(tables, codes, at, at + width, low, high, np.bool_(True), span) if width else 0


@borrowing
def _disguised(tables: Any, codes: Any, at: Int, after: Int, low: Int, high: Int, strict: Bool, span: Any) -> Int:
    stop = at - (folded(codes, at - 1, low, high) == 32)
    begin = after + (folded(codes, after, low, high) == 32)
    local = _local_start(codes, stop, low)
    if local == stop:
        return 0
    end = _domain_end(tables, codes, begin, high, strict)
    if end < 0:
        return 0
    span[0], span[1] = local, end
    return 80
