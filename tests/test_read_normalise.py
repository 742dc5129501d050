"""Normalising: every rule of the table, the kernel against a plain twin made of regular expressions, and its promises."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manyo.columns import Column
from manyo.read.normalise import normalise

patient = settings(deadline=None, max_examples=300)
NFKC = ("safe", "all", "none")


def normal(text: str, nfkc: str = "safe", punctuation: bool = True) -> str:
    return normalise(Column.of([text]), nfkc=nfkc, punctuation=punctuation).row(0).decode("utf-8")


# --- the same rules one after the other, where the kernel applies them all in one pass ---

INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]"
)
SIGNS = "＃＄＆＋－／＝＠＼＿．"
VERTICAL = dict(
    zip(
        "︐︑︒︓︔︕︖︗︘︙︰︱︲︳︴︵︶︷︸︹︺︻︼︽︾︿﹀﹁﹂﹃﹄﹇﹈",
        "、、。：；！？〖〗……—–__（）｛｝〔〕【】《》〈〉「」『』［］",
        strict=True,
    )
)


def joined(pair: re.Match[str]) -> str:
    one = unicodedata.normalize("NFC", pair[1] + unicodedata.normalize("NFKC", pair[2]))
    return one if len(one) == 1 else pair[0]


def twin(text: str, nfkc: str = "safe", punctuation: bool = True) -> str:
    if nfkc == "all":
        text = unicodedata.normalize("NFKC", twin(text, "none"))
    comma = punctuation and text.count("，") > text.count("、")
    stop = punctuation and text.count("．") > text.count("。")
    text = re.sub("\r\n|[\r\f\u2028\u2029]", "\n", text)
    text = INVISIBLE.sub("", text)
    text = re.sub("[\xa0\u1680\u2000-\u200a\u202f\u205f\u3164\x0b]", " ", text)
    text = re.sub("[ \t\u3000]+", lambda run: max(run[0], key=" \t\u3000".index), text)
    text = re.sub("[ \t\u3000]?\n[ \t\u3000]?", "\n", text.strip(" \t\u3000"))
    text = re.sub("\n{3,}", "\n\n", text).strip("\n")
    if nfkc == "none":
        return text
    text = re.sub("[｡-ﾝ]", lambda half: unicodedata.normalize("NFKC", half[0]), text)
    text = re.sub("([ぁ-ヾ])([\u3099\u309aﾞﾟ])", joined, text).replace("ﾞ", "゛").replace("ﾟ", "゜")
    if nfkc == "kana":
        return text.translate(str.maketrans(VERTICAL))
    text = re.sub("[０-９Ａ-Ｚａ-ｚ]", lambda wide: chr(ord(wide[0]) - 0xFEE0), text)
    text = text.translate(str.maketrans(VERTICAL))
    text = re.sub("(?<=[0-9])[，．](?=[0-9])", lambda sign: chr(ord(sign[0]) - 0xFEE0), text)
    text = text.replace("，", "、") if comma else text
    text = text.replace("．", "。") if stop else text
    text = re.sub(f"(?<=[0-9A-Za-z])[{SIGNS}](?=[0-9A-Za-z])", lambda sign: chr(ord(sign[0]) - 0xFEE0), text)
    return re.sub("(?<=[0-9A-Za-z])％", "%", text)


# Few characters of every rule, so that short texts bring rules together; and any others.
MEETING = (
    "かはがゝハワヽあ亜ー゛゜ｶﾊﾜｱﾝﾞﾟ｡､｢･\u3099\u309aＡｚ０９aZ09，．、。,.＠＃％＋－／＼＿＝＆＄！？（）：；～｜①㈱㍻²½︐︒︙︰︵﹇"
    " \t\u3000\xa0\u2003\u3164\x0b\n\r\x0c\u2028\u2029\x85\x00\x1b\u200b\ufeff\xad\u200e\u202e\u2060\u200d\ufe0f👩💻𠮷é"
)
japanese = st.text(
    st.one_of(
        st.sampled_from(MEETING),
        st.sampled_from("ｶﾊﾞﾟは\u3099１，０\u200b"),
        st.sampled_from(" \t\u3000\xa0\n\r"),
        st.characters(min_codepoint=0x3000, max_codepoint=0x30FF),
        st.characters(min_codepoint=0xFF00, max_codepoint=0xFFEF),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=40,
)


@patient
@given(japanese, st.sampled_from(NFKC), st.booleans())
def test_the_kernel_agrees_with_the_rules_one_by_one(text: str, nfkc: str, punctuation: bool) -> None:
    # Python and Arrow may carry different versions of Unicode: what either does not know is left out of "all".
    if nfkc == "all":
        text = "".join(letter for letter in text if letter in MEETING or unicodedata.category(letter) != "Cn")
    assert normal(text, nfkc, punctuation) == twin(text, nfkc, punctuation)


@patient
@given(japanese, st.sampled_from(NFKC), st.booleans())
def test_normalising_twice_changes_nothing_more(text: str, nfkc: str, punctuation: bool) -> None:
    once = normal(text, nfkc, punctuation)
    assert normal(once, nfkc, punctuation) == once


@patient
@given(japanese, st.sampled_from(["safe", "none"]), st.booleans())
def test_output_is_valid_and_never_longer(text: str, nfkc: str, punctuation: bool) -> None:
    out = normalise(Column.of([text]), nfkc=nfkc, punctuation=punctuation).row(0)
    out.decode("utf-8")
    assert len(out) <= len(text.encode())


@patient
@given(japanese, st.sampled_from(NFKC))
def test_lines_are_clean(text: str, nfkc: str) -> None:
    out = normal(text, nfkc)
    assert not INVISIBLE.search(out)
    assert not re.search("[\r\f\x0b\xa0\u2028\u2029]", out)
    assert not re.search("[ \t\u3000]{2}|\n{3}", out)
    assert out == out.strip("\n")
    for line in out.split("\n"):
        assert line == line.strip(" \t\u3000")


@patient
@given(st.lists(japanese, max_size=6), st.sampled_from(NFKC), st.integers(0, 3))
def test_rows_do_not_touch_each_other(texts: list[str], nfkc: str, skipped: int) -> None:
    rows = Column.of(Column.of(texts).text()[skipped:])  # a slice shares the data of the rows before it
    assert normalise(rows, nfkc=nfkc).text().to_pylist() == [normal(text, nfkc) for text in texts[skipped:]]


def test_every_character_of_the_basic_plane_in_five_places() -> None:
    points = [chr(point) for point in range(0x10000) if not 0xD800 <= point < 0xE000]
    for context in ("{}", "あ{}い", "ハ{}", "1{}２", "a{}Ｂ"):
        texts = [context.format(point) for point in points]
        for nfkc in ("safe", "none"):
            out = normalise(Column.of(texts), nfkc=nfkc).text().to_pylist()
            wrong = [(text, got) for text, got in zip(texts, out, strict=True) if got != twin(text, nfkc)]
            assert not wrong


# --- the table, a rule at a time ---


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ﾊﾟｿｺﾝ｡", "パソコン。"),
        ("ｳﾞｧｲｵﾘﾝ､｢ｶﾞﾗｽ｣･ﾜﾞ", "ヴァイオリン、「ガラス」・ヷ"),
        ("か\u3099き\u309aハ\u309aヽ\u3099", "がき\u309aパヾ"),  # き has no half-voiced form in one character
        ("あﾞ ﾟ", "あ゛ ゜"),
        ("か\u200b\u3099", "が"),  # what cannot be seen stands between no kana and its mark
        ("か \u3099\nか\n\u3099", "か \u3099\nか\n\u3099"),  # what can be seen does
        ("がﾞ", "が゛"),
        ("ＡＢＣｘｙｚ０１２", "ABCxyz012"),
        ("宛先。ｔａｒｏ＿１＠ｍａｉｌ．ｅｘａｍｐｌｅ", "宛先。taro_1@mail.example"),
        ("１＋２＝３、４／５、Ｒ＆Ｄ", "1+2=3、4/5、R&D"),
        ("消費税１０％です。１０％％", "消費税10%です。10%％"),
        ("価格＄１、＃１、＠だけ、＋", "価格＄1、＃1、＠だけ、＋"),  # nothing ASCII before the sign
        ("Ａ！Ｂ？Ｃ：Ｄ（Ｅ）Ｆ", "A！B？C：D（E）F"),  # marks of Japanese typesetting stay Japanese
        ("１，０００円、３．１４。", "1,000円、3.14。"),
        ("１\u200b，\u200b０", "1,0"),
        ("１ ， ０、", "1 ， 0、"),
        ("図１，表２．以上．", "図1、表2。以上。"),
        ("図１，表２、表３、以上。", "図1，表2、表3、以上。"),
        ("円周率は３．１４１５．直径，半径", "円周率は3.1415。直径、半径"),
        ("︵縦書き︶︑︒︕︖﹁引用﹂︙", "（縦書き）、。！？「引用」…"),
        ("　　段落の頭。　次の文", "段落の頭。　次の文"),
        ("a \u3000 b \t c \xa0\u2003d  e", "a\u3000b\tc d e"),
        ("行末 　\t\n 行頭", "行末\n行頭"),
        ("一\r\n二\r三\x0c四\u2028五\u2029六", "一\n二\n三\n四\n五\n六"),
        ("\n\n一\n\n\n \n　\n二\n\n", "一\n\n二"),
        ("ソフト\xadハイフン\ufeff\u200e\u202e\x00\x1b\x7f", "ソフトハイフン"),
        ("👩\u200d💻❤\ufe0f👨\u200d👩\u200d👧", "👩\u200d💻❤\ufe0f👨\u200d👩\u200d👧"),
        ("①㈱㍻２²½Ⅲ№℡㌔！～𠮷髙﨑", "①㈱㍻2²½Ⅲ№℡㌔！～𠮷髙﨑"),  # what whole NFKC would lose
        ("", ""),
        (" \n　\u200b\n", ""),
    ],
)
def test_safe_rules(text: str, expected: str) -> None:
    assert normal(text) == expected
    assert twin(text) == expected


def test_punctuation_stays_western_where_that_is_asked_for() -> None:
    assert normal("これは，よい．１，０００円．", punctuation=False) == "これは，よい．1,000円．"


def test_commas_and_stops_are_counted_apart() -> None:
    assert normal("売上は，増えた。利益は，減った。") == "売上は、増えた。利益は、減った。"
    assert normal("売上は、増えた．利益は、減った．") == "売上は、増えた。利益は、減った。"
    assert normal("甲，乙、丙") == "甲，乙、丙"  # no more than as often: left alone


def test_a_page_of_western_stops_loses_the_dot_of_a_full_width_address() -> None:
    """Known harm: only digits are safe from 、。. A page that ends its sentences in ． and spells addresses so is rare."""
    assert normal("宛先はｍａｉｌ．ｅｘａｍｐｌｅです．") == "宛先はmail。exampleです。"


def test_each_row_has_its_own_punctuation() -> None:
    rows = normalise(Column.of(["第一に，次に，最後に．", "甲，乙、丙、丁．戊。己。"])).text().to_pylist()
    assert rows == ["第一に、次に、最後に。", "甲，乙、丙、丁．戊。己。"]


def test_whole_nfkc() -> None:
    assert normal("①㈱㍻２²！ﾊﾟｿｺﾝ", "all") == "1(株)平成22!パソコン"
    assert normal("か\u200b\u3099　ＡＢ　\r\n\n\nﬁ", "all") == "が AB\n\nfi"
    text = "図１，表２．"
    assert normal(text, "all") == unicodedata.normalize("NFKC", text)


@patient
@given(japanese)
def test_whole_nfkc_leaves_nothing_that_nfkc_would_change(text: str) -> None:
    text = "".join(letter for letter in text if letter in MEETING or unicodedata.category(letter) != "Cn")
    out = normal(text, "all")
    assert unicodedata.normalize("NFKC", out) == out


def test_no_nfkc_touches_nothing_but_spaces_lines_and_the_invisible() -> None:
    assert normal("ﾊﾟｿｺﾝ①　ＡＢＣ１２，か\u3099︒", "none") == "ﾊﾟｿｺﾝ①　ＡＢＣ１２，か\u3099︒"
    assert normal(" 一\xa0\u200b二 \r\n\n\n三", "none") == "一 二\n\n三"


def test_no_rows_and_empty_rows() -> None:
    for nfkc in NFKC:
        assert normalise(Column.of([]), nfkc=nfkc).text().to_pylist() == []
        assert normalise(Column.of(["", " ", ""]), nfkc=nfkc).text().to_pylist() == ["", "", ""]


def test_rows_cut_off_inside_a_character_stay_within_their_buffer() -> None:
    """200 rows, each of which grows: with MANYO_BOUNDSCHECK=1 an overrun raises IndexError."""
    assert normalise(Column.join([b"\xf0"] * 200)).rows == 200
