"""The pass over characters against a plain twin, on random text and random bytes."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manyo.columns import Column
from manyo.measure import alphabet, characters, language

SPACES = {*"\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000", *map(chr, range(0x2000, 0x200B))}

# What the kernel treats specially, and what it does not, in one bag: random text drawn from it meets every branch.
INTERESTING = "っゃょッャきしフーあいうのはがアイウーヴ漢字々〆〇経済们说嗎한글éÀßЖα。｡、！？!?….‥・･.」』）)】\"'-*●※hHwW:/tps0９①㈱ｶﾞﾊﾟ､縺繧繝�\x80\x85\x9fã¤¥‚‰€゛\u3099\u0301\ufe0f𠮷😀\U000e0041\n\n\n \u3000\t<>|~ァ"
FRAGMENTS = [
    "http://",
    "https://例",
    "HTTPS://a.jp/?q=1!",
    "www.",
    "xwww.",
    "...",
    "・・・",
    "。。。",
    "…」",
    "ã\x81",
    "､ｱ",
    "¤¢",
]
text = st.lists(st.one_of(st.sampled_from(INTERESTING), st.sampled_from(FRAGMENTS)), max_size=60).map("".join)
anything = st.one_of(
    text.map(str.encode),
    st.binary(max_size=40),
    st.tuples(text, st.binary(max_size=4), text).map(lambda parts: parts[0].encode() + parts[1] + parts[2].encode()),
)


def kind(character: str) -> int:
    """The class of a character, in the order of the definitions."""
    code = ord(character)

    def between(*ranges: tuple[int, int]) -> bool:
        return any(first <= code <= last for first, last in ranges)

    if character in SPACES:
        return alphabet.SPACE
    if character in "。、":
        return alphabet.STOP_OR_COMMA
    if between((0x3041, 0x3096), (0x309D, 0x309F), (0x1B000, 0x1B16F)):
        return alphabet.HIRAGANA
    if character == "ー":
        return alphabet.LONG_VOWEL
    if between((0x30A1, 0x30FA), (0x30FD, 0x30FF), (0x31F0, 0x31FF), (0xFF66, 0xFF9F)):
        return alphabet.KATAKANA
    if between((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF), (0x2E80, 0x2FDF)):
        return alphabet.KANJI
    if character in "々〆〇〻":
        return alphabet.KANJI
    if re.match("[A-Za-zＡ-Ｚａ-ｚÀ-ÖØ-öø-ɏḀ-ỿ]", character):
        return alphabet.LATIN
    if character in "0123456789０１２３４５６７８９":
        return alphabet.DIGIT
    if between((0x1100, 0x11FF), (0x3130, 0x318F), (0xA960, 0xA97F), (0xAC00, 0xD7FF), (0xFFA0, 0xFFDC)):
        return alphabet.HANGUL
    if between(
        (0x370, 0x1FFF),
        (0x3040, 0x3040),
        (0x3097, 0x3098),
        (0x2FE0, 0x2FEF),
        (0x3100, 0x312F),
        (0x31A0, 0x31BF),
        (0xA000, 0xD7FF),
    ):
        return alphabet.OTHER
    if between((0xFB00, 0xFDFF), (0xFE70, 0xFEFF), (0xFFDD, 0xFFDF), (0x10000, 0x1EFFF), (0x1FB00, 0x1FFFF)):
        return alphabet.OTHER
    return alphabet.SYMBOL


def urls(string: str) -> list[tuple[int, int]]:
    pattern = r"(?<![0-9A-Za-z])(?:https?://|www\.)[!#-;=?-\[\]_a-z~]*"
    return [match.span() for match in re.finditer(pattern, string, re.IGNORECASE | re.ASCII)]


def tail(line: str, skipped: str) -> str:
    """The line without its last white space, and without the characters of `skipped` there."""
    while line and (line[-1] in SPACES or line[-1] in skipped):
        line = line[:-1]
    return line


def garbled(string: str) -> int:
    def trace(character: str, following: str) -> bool:
        if character in "\ufffd縺繧繝" or ("\x80" <= character <= "\x9f" and character != "\x85"):
            return True
        if not following:
            return False
        if character in "､･":
            return "｡" <= following <= "ﾟ"
        if character == "ã":
            return bool(re.match("[\x80-\xbfŒ-ƒˆ-˜–-™]", following))
        if character in "¤¥":
            return "¡" <= following <= "ÿ"
        return character == "‚" and "\xa0" <= following <= "ÿ"

    inside = {position for start, end in urls(string) for position in range(start, end)}
    return sum(
        trace(character, string[place + 1 : place + 2]) for place, character in enumerate(string) if place not in inside
    )


def of_line(line: str, counts: dict[int, int]) -> None:
    """What is looked at line by line: language, stray spaces, misplaced kana."""
    kinds = [kind(character) for character in line]
    kanji = (alphabet.KANJI, alphabet.KANJI_JAPANESE, alphabet.KANJI_CHINESE)
    japanese = (alphabet.HIRAGANA, alphabet.KATAKANA, alphabet.LONG_VOWEL, *kanji)
    content = sum(one in (*japanese, alphabet.HANGUL, alphabet.LATIN, alphabet.OTHER) for one in kinds)
    if content:
        row = np.zeros((1, characters.COUNTS), np.int64)
        for character, one in zip(line, kinds, strict=True):  # whose a kanji is, other tests say
            row[0, alphabet.entry(ord(character), alphabet.table()) & alphabet.CLASS if one in kanji else one] += 1
        score = language.score(row)[0]
        counts[characters.LINE_CONTENT] += content
        counts[characters.JAPANESE_LINES] += content * (score >= 0.5)
        counts[characters.FOREIGN_LINES] += content * (score < 0.1)
    for place in range(1, len(line) - 1):
        if line[place] in " \xa0" and kinds[place - 1] in japanese and kinds[place + 1] in japanese:
            counts[characters.STRAY_SPACES] += 1
    solid = [place for place, one in enumerate(kinds) if one != alphabet.SPACE]
    for number, place in enumerate(solid):
        character, before = line[place], line[solid[number - 1]] if number else ""
        if character in "っッ":
            wrong = not before
        elif character == "ー":
            neighbour = kinds[place - 1] if place else alphabet.SPACE
            bridged = place > 1 and line[place - 1] in " \xa0" and kinds[place - 2] in japanese
            wrong = not before or neighbour in kanji or (bridged and kinds[place - 2] in kanji)
        elif character in "ゃゅょャュョ":
            wrong = (
                not before
                or before not in "きぎしじちぢにひびぴみりいふてでとどうゔキギシジチヂニヒビピミリイフテデトドウヴ"
            )
        else:
            continue
        counts[characters.MISPLACED_KANA] += wrong


def twin(data: bytes) -> dict[int, int]:
    string = data.decode("utf-8", "replace")
    counts = dict.fromkeys(range(characters.COUNTS), 0)
    for character in string:
        counts[kind(character)] += 1
    spans = urls(string)
    counts[characters.URL_CHARACTERS] = sum(end - start for start, end in spans)
    plain = list(string)  # what a URL holds ends nothing: letters in its place
    for start, end in spans:
        plain[start:end] = "x" * (end - start)
    solid = "".join(plain)
    lines = [line for line in solid.split("\n") if any(c not in SPACES for c in line)]
    lengths = [sum(c not in SPACES for c in line) for line in lines]
    counts[characters.LINES] = len(lines)
    counts[characters.FULL_STOPS] = string.count("。")
    counts[characters.NEWLINES] = string.count("\n")
    counts[characters.URLS] = len(spans)
    counts[characters.LEADING_KANA] = len(re.findall("[ぁ-んァ-ン]", string[:50]))
    counts[characters.TINY_LINE_CHARACTERS] = sum(length for length in lengths if length <= 5)
    for line in string.split("\n"):
        of_line(line, counts)
    for line in solid.split("\n"):
        last = tail(line, "")
        counts[characters.TRAILING_SENTENCES] += (
            last != ""
            and last[-1] in "・･…‥"
            and bool([c for c in re.split("[。｡！？!?]", last)[-1] if c not in SPACES])
        )
    counts[characters.SHORT_LINES] = sum(length <= 10 for length in lengths)
    closings = alphabet.CLOSINGS.replace("」", "").replace("』", "")
    for line in lines:
        last = tail(line, closings)
        counts[characters.TERMINAL_LINES] += last != "" and last[-1] in "。｡．.！？!?…‥」』"
        first = next(c for c in line if c not in SPACES)
        counts[characters.BULLET_LINES] += first in alphabet.BULLETS
        rest = tail(line, alphabet.CLOSINGS + alphabet.DOTS + alphabet.ELLIPSES)
        dots = line[len(rest) :]
        weight = 3 * sum(c in "…‥" for c in dots) + sum(c in "。｡．.・･" for c in dots)
        counts[characters.ELLIPSIS_LINES] += weight >= 3
    sentences = [
        length
        for line in lines
        for part in re.split("[。｡！？!?]", line)
        if (length := sum(c not in SPACES for c in part))
    ]
    counts[characters.SENTENCES] = len(sentences)
    counts[characters.SENTENCE_CHARACTERS] = sum(sentences)
    counts[characters.LONGEST_SENTENCE] = max(sentences, default=0)
    runs = [
        match.end() - match.start() for match in re.finditer(r"(.)\1*", string, re.DOTALL) if match[1] not in SPACES
    ]
    counts[characters.LONGEST_RUN] = max(runs, default=0)
    counts[characters.GARBLED_CHARACTERS] = garbled(string)
    return counts


def measured(data: bytes) -> dict[int, int]:
    row = characters.count(Column.join([b"before\n", data, "後".encode()]))[1]
    counts = dict(enumerate(row.tolist()))
    for one in (alphabet.KANJI_JAPANESE, alphabet.KANJI_CHINESE):
        counts[alphabet.KANJI] += counts[one]
        counts[one] = 0
    return counts


@settings(deadline=None, max_examples=300)
@given(anything)
def test_the_kernel_counts_what_the_twin_counts(data: bytes) -> None:
    assert measured(data) == twin(data)


def test_every_code_point_has_the_class_of_its_definition() -> None:
    entries = alphabet.table()
    kanji = {alphabet.KANJI_JAPANESE, alphabet.KANJI_CHINESE}
    for code in [*range(0x370), *range(0x2000, 0xD800), *range(0xF900, 0x10000), *range(0x1B000, 0x1B200)]:
        found = int(entries[code]) & alphabet.CLASS
        assert (alphabet.KANJI if found in kanji else found) == kind(chr(code)), f"U+{code:04X}"


@pytest.mark.parametrize(
    ("string", "column", "expected"),
    [
        ("「はい。」と答えた。", characters.SENTENCES, 2),
        ("円周率は3.14です。", characters.SENTENCES, 1),
        ("例は https://example.jp/?q=1! です。", characters.SENTENCES, 1),
        ("えっ！？　本当！！！", characters.SENTENCES, 2),
        ("（終わり。）", characters.TERMINAL_LINES, 1),
        ("小見出し", characters.TERMINAL_LINES, 0),
        ("そして誰もいなくなった・・・", characters.ELLIPSIS_LINES, 1),
        ("帰ろう、帰れば…」", characters.ELLIPSIS_LINES, 1),
        ("\u3000・一つ目", characters.BULLET_LINES, 1),
        ("わははははは", characters.LONGEST_RUN, 5),
        ("縺薙ｓ縺ｫ縺｡縺ｯ", characters.GARBLED_CHARACTERS, 4),  # こんにちは in UTF-8, read as Shift_JIS
        ("ã\x81“ã‚“", characters.GARBLED_CHARACTERS, 3),  # こん in UTF-8, read as Windows-1252
        ("､ｳ､ｳ､ﾋ､ﾁ､ﾏ", characters.GARBLED_CHARACTERS, 5),  # in EUC-JP, read as Shift_JIS
        ("São Paulo、¥100、ﾗｰﾒﾝ", characters.GARBLED_CHARACTERS, 0),
    ],
)
def test_examples(string: str, column: int, expected: int) -> None:
    assert measured(string.encode())[column] == expected


def test_no_byte_beyond_the_row_is_read() -> None:
    """A row that ends within a character is not completed by the row that follows."""
    split = "漢字".encode()
    rows = characters.count(Column.join([split[:2], split[2:]]))
    assert rows[0, alphabet.SYMBOL] == 1
    assert rows[0, alphabet.KANJI] == 0
