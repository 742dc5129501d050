"""Measures of words: what FineWeb-2 and HojiChar ask of a text that a tokenizer has split (`segmenters.py`).

`n` words are counted over occurrences, white space is none. A *letter* is what Unicode 3.2 has in one of the categories
L (kana, ー, ゝ, 々 and full-width letters are in them; 〇, ①, ・ and combining marks are not), and every ideograph of the
planes 2 and 3. *Punctuation* is datatrove's `PUNCTUATION_SET`: ASCII's, 、。「」【】《》：！？…１～ and more, controls, and
what ends sentences in other scripts; 『』・〜（）'s full-width kin and emoji are not in it.

By datatrove 0.10.1, `pipeline/filters/gopher_quality_filter.py`, `GopherQualityFilter`:

- *words*: those that hold a character that is no punctuation; *mean word length*: characters of these over their number.
- *alphabetic words*: words with a letter over all words.
- *symbol-word ratio*: the number of # in the text, or of ... and …, whichever is more, over all words. ...... is two.
- *stop words*: how many different ones of の に を は た て が と で 年 し ・ 月 れ さ are among the words (they are those of
  FineWeb-2's `configs/jpn_Jpan.yml`).

By `gopher_repetition_filter.py`, `find_top_duplicate` and `find_all_duplicate`, after Rae et al. 2021 (Gopher), A.1.1:

- *top n-gram* (2 to 4): of the most frequent n-gram, the first of several, the occurrences times its characters, over
  the characters of the text. Its words are joined by spaces, which count. It can be more than 1, and an n-gram that
  occurs once counts too: a text of one n-gram has about 1.
- *duplicate n-grams* (5 to 10): from the left, an n-gram whose characters are those of one before it is a duplicate,
  and the search goes on behind it; characters of duplicates over the characters of the text, white space among them.

By `fineweb_quality_filter.py`: *newline-word ratio*, line feeds over all words.

By HojiChar 0.18.1, `filters/document_filters.py`:

- *nouns* (`DiscardTooManyNouns`): 名詞 over all words but 補助記号; ideographic spaces that UniDic lists count as words.
- *repeated 7-grams* (`WordRepetitionRatioFilter`): occurrences of word 7-grams that occur more than once over those of
  all; the same ideographic spaces are words here. HojiChar lets none cross from one 100,000 characters to the next.

Words and n-grams are compared exactly: words by a hash and then by their bytes, n-grams by the names of their parts
(`repetition.py`), duplicates by a hash of their characters and then by these.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from manyo.columns import ByteArray, Column, IntArray
from manyo.kernels import borrowing, inlined, kernel, wide
from manyo.measure.alphabet import decode
from manyo.measure.ratio import share
from manyo.measure.segmenters import BLANK, NOUN, SYMBOL, Words, segment

STOP_WORDS: Final = "のにをはたてがとで年し・月れさ"
# After so many slots of the table another's is taken for the one looked for; see `repetition.py`.
PROBES: Final = 1024

# Columns of the counts: of words ...
ALL, SOLID, SOLID_CHARACTERS, ALPHABETIC, STOPS, NOUNS, NO_SYMBOLS = range(7)
# ... then, for 2 to 4, the characters of the most frequent n-gram, for 5 to 10 those of duplicates, and of 7-grams how
# many there are and how many of them occur more than once.
TOP, COVERED, SEVEN, REPEATED = 7, 10, 16, 17
COUNTS: Final = 18

# The low bits of an entry of the table; above them which stop word the character is, from 1.
PUNCTUATION, LETTER, STOP = 1, 2, 2
_FACTOR: Final = np.uint64(0x9E3779B97F4A7C15)

_PUNCTUATION: Final = (
    "0000-0008 000B-001F 0021-002F 003A-0040 005B-0060 007B-009F 00AB 00B4 00BB 0589 061D-061F 06D4 0700-0702 07F9 0837 "
    "0839 083D-083E 0964-0965 104A-104B 1362 1367-1368 166E 1735-1736 17D4-17D6 17D9-17DA 1803 1809 1944-1945 1AA8-1AAB "
    "1B5A-1B5B 1B5E-1B5F 1B7D-1B7E 1C3B-1C3C 1C7E-1C7F 2013-2014 2019 201C-201E 2026 203C-203D 2047-2049 2236 2501 25BA "
    "2E2E 2E3C 2E53-2E54 3001-3002 3008-300D 3010-3011 A4FF A60E-A60F A6F3 A6F7 A876-A877 A8CE-A8CF A92F A9C8-A9C9 "
    "AA5D-AA5F AAF0-AAF1 ABEB FE52 FE56-FE57 FF01 FF05 FF08-FF09 FF0C FF0E FF11 FF1A-FF1B FF1F FF5E FF61 10A56-10A57 "
    "10F55-10F59 10F86-10F89 11047-11048 110BE-110C1 11141-11143 111C5-111C6 111CD 111DE-111DF 11238-11239 1123B-1123C "
    "112A9 1144B-1144C 115C2-115C3 115C9-115D7 11641-11642 1173C-1173E 11944 11946 11A42-11A43 11A9B-11A9C 11C41-11C42 "
    "11EF7-11EF8 11F43-11F44 16A6E-16A6F 16AF5 16B37-16B38 16B44 16E98 1BC9F 1DA88"
)


def columns(column: Column, tokenizer: str) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    """The measures that `catalogue/tokens.py` names. Raises `ManyoError` where the tokenizer is not installed."""
    about = [np.zeros((0, 4), np.int64)]
    parts = [np.zeros((0, COUNTS), np.int64)]
    for words in segment(column, tokenizer):
        about.append(words.about)
        parts.append(count(words))
    yield from measures(np.concatenate(parts), np.concatenate(about))


def measures(counts: npt.NDArray[np.int64], about: IntArray) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    """Made of what `count` found and `Words.about` tells of the same texts."""
    characters, newlines, hashes, ellipses = about.T
    words, solid = counts[:, ALL], counts[:, SOLID]
    yield "words", solid
    yield "mean_word_length", share(counts[:, SOLID_CHARACTERS], solid)
    yield "alphabetic_word_share", share(counts[:, ALPHABETIC], words)
    yield "symbol_word_ratio", share(np.maximum(hashes, ellipses), words)
    yield "stop_words", counts[:, STOPS]
    yield "newline_word_ratio", share(newlines, words)
    yield "noun_share", share(counts[:, NOUNS], counts[:, NO_SYMBOLS])
    for index, n in enumerate(range(2, 5)):
        yield f"word_top_{n}gram_share", share(counts[:, TOP + index], characters)
    for index, n in enumerate(range(5, 11)):
        yield f"word_duplicate_{n}gram_share", share(counts[:, COVERED + index], characters)
    yield "repeated_word_7gram_share", share(counts[:, REPEATED], counts[:, SEVEN])


def count(words: Words) -> npt.NDArray[np.int64]:
    """Count everything above for every text: shape `(texts, COUNTS)`.

    >>> words = Words.of(["猫と犬と猫と犬。"], [[(list("猫と犬と猫と犬。"), [NOUN, 0, NOUN, 0, NOUN, 0, NOUN, SYMBOL])]])
    >>> row = count(words)[0]
    >>> row[[ALL, SOLID, STOPS, NOUNS, TOP, TOP + 1]].tolist()  # 猫 と, twice; 猫 と 犬, twice, with its spaces
    [8, 7, 1, 4, 6, 10]
    """
    counts = np.zeros((len(words.first) - 1, COUNTS), np.int64)
    most = int(np.diff(words.first).max(initial=0))
    _count(words.column.data, words.column.offsets, words.kinds, words.first, table(), most, counts)
    return counts


@cache
def table() -> npt.NDArray[np.uint8]:
    """Punctuation, letters and stop words among the code points of planes 0 and 1: shape `(0x20000,)`, `uint8`."""
    entries = np.zeros(0x20000, np.uint8)
    # The database of Unicode 3.2 is the same in every Python; the present one moves with it.
    category = unicodedata.ucd_3_2_0.category
    entries[[code for code in range(0x20000) if category(chr(code)).startswith("L")]] = LETTER
    for item in _PUNCTUATION.split():
        first, _, last = item.partition("-")
        entries[int(first, 16) : int(last or first, 16) + 1] |= PUNCTUATION
    for number, character in enumerate(STOP_WORDS, 1):
        entries[ord(character)] |= number << STOP
    entries.flags.writeable = False
    return entries


@kernel
def _count(
    data: ByteArray,
    offsets: IntArray,
    kinds: npt.NDArray[np.uint8],
    first: IntArray,
    entries: npt.NDArray[np.uint8],
    most: int,
    counts: npt.NDArray[np.int64],
) -> None:
    # The table of `repetition.py`: a slot is in use when it bears the present stamp, so that nothing is ever cleared.
    keys = np.zeros(1 << _bits(most), np.uint64)
    values = np.zeros(len(keys), np.int64)  # stamp << 32 | position
    digests = np.zeros(most, np.uint64)  # of a word's bytes b: the sum of (b + 1) FACTOR^(bytes behind it)
    powers = np.zeros(most, np.uint64)  # FACTOR^(bytes of the word)
    lengths = np.zeros(most, np.int64)  # characters of the word
    starts = np.zeros(most + 1, np.int64)
    names = np.zeros(most, np.int32)
    longer = np.zeros(most, np.int32)
    often = np.zeros(most, np.int32)
    stamp = 0
    for row in range(len(first) - 1):
        begin, end = first[row], first[row + 1]
        size = end - begin
        for place in range(size):
            starts[place] = offsets[begin + place]
        starts[size] = offsets[end]
        _look(data, starts, kinds[begin:end], size, entries, digests, powers, lengths, counts[row])
        stamp += 1
        _name(data, starts, digests, size, names, keys, values, stamp)
        if size >= 7:  # 2 and 2 are 4, 4 and 4 that share one are 7
            _join(names, names, 1, size - 1, longer, often, keys, values, stamp + 1)
            _join(longer, longer, 2, size - 3, longer, often, keys, values, stamp + 2)
            _join(longer, longer, 3, size - 6, longer, often, keys, values, stamp + 3)
            stamp += 3
            counts[row, SEVEN] = size - 6
            for place in range(size - 6):
                if often[place] > 1:
                    counts[row, REPEATED] += often[place]
        size = _without_blanks(kinds[begin:end], size, names, starts, digests, powers, lengths)
        _tops(names, lengths, size, longer, often, keys, values, stamp, counts[row])
        stamp += 3
        for n in range(5, 11):
            stamp += 1
            counts[row, COVERED + n - 5] = _covered(
                data, starts, digests, powers, lengths, size, n, keys, values, stamp
            )


@borrowing
def _look(
    data: ByteArray,
    starts: IntArray,
    kinds: npt.NDArray[np.uint8],
    size: int,
    entries: npt.NDArray[np.uint8],
    digests: npt.NDArray[np.uint64],
    powers: npt.NDArray[np.uint64],
    lengths: IntArray,
    counts: IntArray,
) -> None:
    """Fill `digests`, `powers` and `lengths`, and count what is told by each word alone."""
    stops = 0
    for place in range(size):
        digest, power = np.uint64(0), np.uint64(1)
        for position in range(starts[place], starts[place + 1]):
            digest = digest * _FACTOR + np.uint64(data[position]) + np.uint64(1)
            power *= _FACTOR
        digests[place], powers[place] = digest, power
        position, end = starts[place], starts[place + 1]
        length = letters = solid = stop = 0
        while position < end:
            decoded = decode(data, position, end)
            code = decoded >> 3
            position += decoded & 7
            length += 1
            entry = wide(entries[code]) if code < 0x20000 else LETTER if code < 0x40000 else 0
            letters += entry & LETTER
            solid += 1 - entry & PUNCTUATION
            stop = entry >> STOP
        lengths[place] = length
        kind = kinds[place]
        if kind != BLANK:
            counts[ALL] += 1
            counts[ALPHABETIC] += letters > 0
            if solid:
                counts[SOLID] += 1
                counts[SOLID_CHARACTERS] += length
            if length == 1:
                stops |= 1 << stop
        counts[NOUNS] += kind == NOUN
        counts[NO_SYMBOLS] += kind != SYMBOL
    stops >>= 1  # 0 stands for no stop word
    while stops:
        counts[STOPS] += stops & 1
        stops >>= 1


@borrowing
def _name(
    data: ByteArray,
    starts: IntArray,
    digests: npt.NDArray[np.uint64],
    size: int,
    names: npt.NDArray[np.int32],
    keys: npt.NDArray[np.uint64],
    values: IntArray,
    stamp: int,
) -> None:
    """Name each word by the place where it first stands."""
    bits = _bits(size)
    for place in range(size):
        begin, end = starts[place], starts[place + 1]
        slot = _slot(digests[place], bits)
        for _ in range(PROBES):
            if values[slot] >> 32 != stamp:
                break
            other = values[slot] & 0xFFFFFFFF
            if keys[slot] == digests[place] and _same(data, begin, end, starts[other], starts[other + 1]):
                break
            slot = (slot + 1) & ((1 << bits) - 1)
        if values[slot] >> 32 != stamp:
            keys[slot] = digests[place]
            values[slot] = stamp << 32 | place
        names[place] = values[slot] & 0xFFFFFFFF


@borrowing
def _join(
    left: npt.NDArray[np.int32],
    right: npt.NDArray[np.int32],
    apart: int,
    size: int,
    names: npt.NDArray[np.int32],
    often: npt.NDArray[np.int32],
    keys: npt.NDArray[np.uint64],
    values: IntArray,
    stamp: int,
) -> None:
    """Name the n-grams made of the one at `left[i]` and the one at `right[i + apart]` by where they first stand.

    `often` tells, at that place, how often; 0 at others. `names` may be `left` or `right`: what is read lies ahead.
    """
    bits = _bits(size)
    for place in range(size):
        key = np.uint64(left[place]) << np.uint64(32) | np.uint64(right[place + apart])
        slot = _slot(key, bits)
        probes = 0
        while values[slot] >> 32 == stamp and keys[slot] != key and probes < PROBES:
            slot = (slot + 1) & ((1 << bits) - 1)
            probes += 1
        often[place] = 0
        if values[slot] >> 32 != stamp:
            keys[slot] = key
            values[slot] = stamp << 32 | place
        name = values[slot] & 0xFFFFFFFF
        names[place] = name
        often[name] += 1


@borrowing
def _tops(
    names: npt.NDArray[np.int32],
    lengths: IntArray,
    size: int,
    longer: npt.NDArray[np.int32],
    often: npt.NDArray[np.int32],
    keys: npt.NDArray[np.uint64],
    values: IntArray,
    stamp: int,
    counts: IntArray,
) -> None:
    """The characters of the most frequent 2-, 3- and 4-gram. Uses the three stamps after `stamp`."""
    for n in range(2, 5):
        if size < n:
            return
        _join(names if n == 2 else longer, names, n - 1, size - n + 1, longer, often, keys, values, stamp + n - 1)
        best = 0
        for place in range(1, size - n + 1):
            if often[place] > often[best]:
                best = place
        length = n - 1
        for place in range(best, best + n):
            length += lengths[place]
        counts[TOP + n - 2] = length * often[best]


@borrowing
def _covered(
    data: ByteArray,
    starts: IntArray,
    digests: npt.NDArray[np.uint64],
    powers: npt.NDArray[np.uint64],
    lengths: IntArray,
    size: int,
    n: int,
    keys: npt.NDArray[np.uint64],
    values: IntArray,
    stamp: int,
) -> int:
    """The characters of the n-grams that are duplicates."""
    bits = _bits(size)
    covered = place = 0
    while place < size - n + 1:
        digest = np.uint64(0)
        for word in range(place, place + n):
            digest = digest * powers[word] + digests[word]
        begin, end = starts[place], starts[place + n]
        slot = _slot(digest, bits)
        for _ in range(PROBES):
            if values[slot] >> 32 != stamp:
                break
            other = values[slot] & 0xFFFFFFFF
            if keys[slot] == digest and _same(data, begin, end, starts[other], starts[other + n]):
                break
            slot = (slot + 1) & ((1 << bits) - 1)
        if values[slot] >> 32 == stamp:
            for word in range(place, place + n):
                covered += lengths[word]
            place += n
        else:
            keys[slot] = digest
            values[slot] = stamp << 32 | place
            place += 1
    return covered


@borrowing
def _without_blanks(
    kinds: npt.NDArray[np.uint8],
    size: int,
    names: npt.NDArray[np.int32],
    starts: IntArray,
    digests: npt.NDArray[np.uint64],
    powers: npt.NDArray[np.uint64],
    lengths: IntArray,
) -> int:
    """Close the gaps that white space leaves. Returns how many words remain."""
    kept = 0
    for place in range(size):
        if kinds[place] != BLANK:
            names[kept], starts[kept] = names[place], starts[place]
            digests[kept], powers[kept], lengths[kept] = digests[place], powers[place], lengths[place]
            kept += 1
    starts[kept] = starts[size]
    return kept


@inlined
def _same(data: ByteArray, begin: int, end: int, other: int, other_end: int) -> bool:
    if end - begin != other_end - other:
        return False
    for position in range(end - begin):
        if data[begin + position] != data[other + position]:
            return False
    return True


@inlined
def _slot(key: np.uint64, bits: int) -> int:
    mixed = (key ^ (key >> np.uint64(29))) * _FACTOR
    return wide(mixed >> np.uint64(64 - bits))


@inlined
def _bits(keys: int) -> int:
    """The size of a table for so many keys: the least power of two of at least twice as many slots, and of 16."""
    bits = 4
    while 1 << bits < 2 * keys:
        bits += 1
    return bits
