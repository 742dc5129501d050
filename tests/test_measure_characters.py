"""The pass over characters against a plain twin, on random text and random bytes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manyo.columns import Column
from manyo.measure import alphabet, characters, language

SPACES = {*"\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000", *map(chr, range(0x2000, 0x200B))}

# What the kernel treats specially, and what it does not, in one bag: random text drawn from it meets every branch.
INTERESTING = "しょっゃッャぃ゙\u3099  第あいうのはがアイウーヴ漢字々〆〇経済们说嗎한글éÀßЖα。｡、！？!?….‥・･.」』）)】\"'-*●※hHwW:/tps0９①㈱ｶﾞﾊﾟ､縺繧繝�\x80\x85\x9fã¤¥‚‰€゛\u3099\u0301\ufe0f𠮷😀\U000e0041\n\n\n \u3000\t<>|~ァ"
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
    "道 は",
    "第ー回",
    "hhwww.w",
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
    if character in "。、ー":
        return {"。": alphabet.STOP, "、": alphabet.COMMA}.get(character, alphabet.LONG_VOWEL)
    if between((0x3041, 0x3096), (0x309D, 0x309F), (0x1B000, 0x1B16F)):
        return alphabet.HIRAGANA
    if between((0x30A1, 0x30FA), (0x30FC, 0x30FF), (0x31F0, 0x31FF), (0xFF66, 0xFF9F)):
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


def spaced(line: str) -> int:
    """Single spaces between kana or kanji, one of them hiragana."""

    def japanese(character: str) -> bool:
        return kind(character) in (alphabet.HIRAGANA, alphabet.KATAKANA, alphabet.LONG_VOWEL, alphabet.KANJI)

    pairs = zip(line, line[1:], line[2:], strict=False)
    return sum(
        gap == " " and japanese(left) and japanese(right) and alphabet.HIRAGANA in (kind(left), kind(right))
        for left, gap, right in pairs
    )


def misplaced(line: str) -> int:
    """Small kana and ー where Japanese has none."""

    def wrong(left: str, kana: str, right: str) -> bool:
        if kana in "ゃゅょャュョ":
            return not re.match(
                "[きしちにひみりぎじぢびぴてでとどふゔぃキシチニヒミリギジヂビピテデトドフヴィ\u3099-゜]", left
            )
        if kana == "っ":
            return bool(re.match("[あいうえおな-のま-もらりるれろやゆよわゐゑをん]", right))
        if kana == "ッ":
            return bool(re.match("[アイウエオン]", right))
        after_kana = left != "" and kind(left) in (alphabet.HIRAGANA, alphabet.KATAKANA, alphabet.LONG_VOWEL)
        return kana == "ー" and not after_kana and right != "" and kind(right) == alphabet.KANJI

    return sum(wrong(line[at - 1 : at] if at else "", kana, line[at + 1 : at + 2]) for at, kana in enumerate(line))


def weigh(string: str) -> list[int]:
    """Japanese, Chinese, Korean, Latin and other content, and that of nobody, times five."""
    kinds = [int(alphabet.table()[ord(c)]) & alphabet.CLASS if ord(c) < 0x20000 else kind(c) for c in string]
    kana = sum(k in (alphabet.HIRAGANA, alphabet.KATAKANA, alphabet.LONG_VOWEL) for k in kinds)
    chinese, japanese = kinds.count(alphabet.KANJI_CHINESE), kinds.count(alphabet.KANJI_JAPANESE)
    kanji, hangul = kinds.count(alphabet.KANJI) + chinese + japanese, kinds.count(alphabet.HANGUL)
    theirs = min(kanji, 4 * chinese)
    ours = min(kanji - theirs, 5 * kana + 16 * japanese)
    theirs += min(kanji - theirs - ours, 16 * chinese)
    hanja = min(kanji - theirs - ours, hangul)
    letters, others = kinds.count(alphabet.LATIN), kinds.count(alphabet.OTHER)
    rest = kanji - theirs - ours - hanja
    return [5 * (kana + ours), 5 * theirs, 5 * (hangul + hanja), 2 * letters, 2 * others, 5 * rest]


def twin(data: bytes) -> dict[int, int]:
    string = data.decode("utf-8", "replace")
    counts = dict.fromkeys(range(characters.COUNTS), 0)
    for character in string:
        counts[kind(character)] += 1
    spans = urls(string)
    counts[characters.URLS] = len(spans)
    counts[characters.URL_CHARACTERS] = sum(end - start for start, end in spans)
    counts[characters.URL_LETTERS] = sum(c.isalpha() for start, end in spans for c in string[start:end])
    counts[characters.NEWLINES] = string.count("\n")
    counts[characters.LEADING_KANA] = len(re.findall("[ぁ-んァ-ン]", string[:50]))
    plain = list(string)  # what a URL holds ends nothing: letters in its place
    for start, end in spans:
        plain[start:end] = "x" * (end - start)
    solid = "".join(plain)
    for line in solid.split("\n"):
        counts[characters.SPACED_KANA] += spaced(line)
        counts[characters.MISPLACED_KANA] += misplaced(line)
    lines = [line for line in solid.split("\n") if any(c not in SPACES for c in line)]
    lengths = [sum(c not in SPACES for c in line) for line in lines]
    counts[characters.LINES] = len(lines)
    counts[characters.SHORT_LINES] = sum(length <= 10 for length in lengths)
    counts[characters.TINY_LINE_CHARACTERS] = sum(length for length in lengths if length <= 5)
    counts[characters.TRAILING_SENTENCES] = sum(tail(line, "")[-1] in "・…" for line in lines)
    bare = list(string)  # URLs are no language
    for start, end in spans:
        bare[start:end] = "\0" * (end - start)
    for line in "".join(bare).split("\n"):
        *languages, _ = weigh(line)
        length = sum(c not in SPACES for c in line)
        counts[characters.LINE_CHARACTERS] += length if sum(languages) else 0
        counts[characters.JAPANESE_LINE_CHARACTERS] += (
            length if sum(languages) <= 2 * languages[0] and languages[0] else 0
        )
        counts[characters.FOREIGN_LINE_CHARACTERS] += length if sum(languages) > 10 * languages[0] else 0
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


@settings(deadline=None, max_examples=100)
@given(anything)
def test_the_scores_are_shares_of_what_the_twin_weighs(data: bytes) -> None:
    string = data.decode("utf-8", "replace")
    for start, end in reversed(urls(string)):
        string = string[:start] + string[end:]
    weights = weigh(string)
    expected = [weight / max(sum(weights), 1) for weight in weights[:4]]
    assert language.scores(characters.count(Column.join([data])))[0].tolist() == pytest.approx(expected, abs=1e-6)


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
        ("第ー回の大会が統ー的に開かれ、いっも満員だった。", characters.MISPLACED_KANA, 3),
        ("きゃあ、しょっちゅう、ティッシュ、フュージョン、ヴュルテンベルク、コーヒーー", characters.MISPLACED_KANA, 0),
        ("「えっ」\nあっ\nって、なぁ、俺ぁ、ファ、先生ー！", characters.MISPLACED_KANA, 0),
        ("経済 は 大 切です。青森 岩手　です。word です", characters.SPACED_KANA, 2),
        ("そして…\nどうした・\n終わり…。\nまた……」", characters.TRAILING_SENTENCES, 2),
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
