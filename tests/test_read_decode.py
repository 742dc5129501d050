"""Decoding: the Encoding Standard's decoders, written plainly here, against the kernels; and which encoding is chosen."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manyo.columns import Column
from manyo.read import charset, extract_batch, legacy
from manyo.read.decode import decode, decode_other, jis_tables

DATA = Path("../shared/data")  # real pages kept beside the checkout
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="no real pages beside the checkout")
patient = settings(deadline=None, max_examples=150)
BAD = "\ufffd"


def decoded(body: bytes, code: int) -> tuple[str, int]:
    text, errors = decode(Column.join([body]), np.array([code], np.uint8))
    return text.row(0).decode("utf-8"), int(errors[0])


# --- the standard's decoders, a state machine each (https://encoding.spec.whatwg.org/) ---


def shift_jis(body: bytes) -> str:
    index, out, at = jis_tables()[0], [], 0
    while at < len(body):
        lead = body[at]
        at += 1
        if lead <= 0x80:
            out.append(chr(lead))
        elif 0xA1 <= lead <= 0xDF:
            out.append(chr(0xFF61 - 0xA1 + lead))
        elif lead in (0xA0, 0xFD, 0xFE, 0xFF) or at == len(body):
            out.append(BAD)
        else:
            trail, point = body[at], 0
            if 0x40 <= trail <= 0x7E or 0x80 <= trail <= 0xFC:
                pointer = (lead - (0x81 if lead < 0xA0 else 0xC1)) * 188 + trail - (0x40 if trail < 0x7F else 0x41)
                point = 0xE000 + pointer - 8836 if 8836 <= pointer <= 10715 else int(index[pointer])
            out.append(chr(point) if point else BAD)
            at += bool(point) or trail >= 0x80  # an ASCII trail is given back
    return "".join(out)


def euc_jp(body: bytes) -> str:
    out: list[str] = []
    lead, three = 0, False
    queue = list(body)[::-1]
    while queue:
        byte = queue.pop()
        if lead == 0x8E and 0xA1 <= byte <= 0xDF:
            lead = 0
            out.append(chr(0xFF61 - 0xA1 + byte))
        elif lead == 0x8F and 0xA1 <= byte <= 0xFE:
            three, lead = True, byte
        elif lead:
            point = 0
            if 0xA1 <= lead <= 0xFE and 0xA1 <= byte <= 0xFE:
                point = int(jis_tables()[three][(lead - 0xA1) * 94 + byte - 0xA1])
            lead, three = 0, False
            out.append(chr(point) if point else BAD)
            if not point and byte < 0x80:
                queue.append(byte)
        elif byte < 0x80:
            out.append(chr(byte))
        elif byte in (0x8E, 0x8F) or 0xA1 <= byte <= 0xFE:
            lead = byte
        else:
            out.append(BAD)
    return "".join(out) + BAD * bool(lead)


def iso_2022_jp(body: bytes) -> str:
    """The standard's, with what Manyo adds: JIS X 0212, line ends that reset, and no error between two escapes."""
    escapes = {b"(B": "ascii", b"(J": "roman", b"(H": "roman", b"(I": "katakana", b"$@": "0208", b"$B": "0208"}
    escapes |= {b"$(B": "0208", b"$(D": "0212"}
    out, mode, at = [], "ascii", 0
    while at < len(body):
        byte, rest = body[at], body[at + 1 : at + 4]
        if byte == 0x1B:
            found = next((sign for sign in escapes if rest.startswith(sign)), None)
            if found:
                mode = escapes[found]
                at += len(found)
            else:
                out.append(BAD)
        elif byte in b"\r\n":
            out.append(chr(byte))
            mode = "roman" if mode == "roman" else "ascii"
        elif mode.startswith("02") and 0x21 <= byte <= 0x7E:
            point = 0
            if rest and 0x21 <= rest[0] <= 0x7E:
                point = int(jis_tables()[mode == "0212"][(byte - 0x21) * 94 + rest[0] - 0x21])
                at += 1
            out.append(chr(point) if point else BAD)
        elif mode == "katakana" and 0x21 <= byte <= 0x5F:
            out.append(chr(0xFF61 - 0x21 + byte))
        elif mode == "roman" and byte in (0x5C, 0x7E):
            out.append("¥" if byte == 0x5C else "‾")
        else:
            out.append(chr(byte) if byte < 0x80 else BAD)
        at += 1
    return "".join(out)


def utf_8(body: bytes) -> str:
    return body.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")


TWINS = {
    charset.UTF_8: utf_8,
    charset.SHIFT_JIS: shift_jis,
    charset.EUC_JP: euc_jp,
    charset.ISO_2022_JP: iso_2022_jp,
    charset.UTF_16_LE: lambda body: body.decode("utf-16-le", "replace").removeprefix("\ufeff"),
    charset.UTF_16_BE: lambda body: body.decode("utf-16-be", "replace").removeprefix("\ufeff"),
}
FRAGMENTS = [
    *(text.encode(code) for text in ("①㈱髙﨑～", "ﾊﾟｿｺﾝ", "日本語のページ", "<br>") for code in ("cp932", "utf-8", "utf-16-le")),
    "日本丂ﾊﾝ".encode("euc_jp"), "日本語ﾊﾝ".encode("iso2022_jp_ext"), b"\x1b$B", b"\x1b$@", b"\x1b$(D", b"\x1b(B", b"\x1b(I", b"\x1b(J",
    b"\x1b", b"\x8f\xa1", b"\x8f\xb0\xa1", b"\x8e\xb1", b"\x8e\xe0", b"\x82<", b"\x81\x7f", b"\xf0\x40", b"\xf9\xfc", b"\xfc\xfc", b"\xa0",
    b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80", b"\xe3\x81", b"\xf0\x9f\x98", b"\xef\xbb\xbf", b"\n", b"\x00\xd8", b"\xdc\x00",
]  # fmt: skip
soup = st.lists(st.one_of(st.binary(max_size=6), st.sampled_from(FRAGMENTS)), max_size=12).map(b"".join)


@patient
@given(st.sampled_from(sorted(TWINS)), soup)
def test_kernels_agree_with_plain_decoders(code: int, body: bytes) -> None:
    text, errors = decoded(body, code)
    if code in (charset.UTF_16_LE, charset.UTF_16_BE):
        # Python reports a lone surrogate and the bytes cut off after it as one error.
        assert text.replace(BAD, "") == TWINS[code](body).replace(BAD, "")
    else:
        assert text == TWINS[code](body)
    assert errors <= text.count(BAD)


@patient
@given(st.lists(st.tuples(st.integers(0, 8), soup), max_size=6))
def test_any_bytes_in_any_encoding_become_valid_utf_8(rows: list[tuple[int, bytes]]) -> None:
    column = Column.join([body for _, body in rows])
    text, errors = decode(column, np.array([code for code, _ in rows], np.uint8))
    for row, (code, body) in enumerate(rows):
        assert (text.row(row).decode("utf-8"), errors[row]) == decoded(body, code)


@patient
@given(soup)
def test_utf_8_errors_are_counted_as_python_replaces_them(body: bytes) -> None:
    text, errors = decoded(body, charset.UTF_8)
    genuine = utf_8(body.replace(BAD.encode(), b"?"))
    assert errors == genuine.count(BAD) or BAD.encode() in body
    assert text == utf_8(body)


# --- round trips: every character of every repertoire ---


def repertoire(codec: str, first: range, second: range, prefix: bytes = b"") -> list[bytes]:
    """The double bytes that a Python codec knows."""
    known = []
    for lead in first:
        for trail in second:
            pair = prefix + bytes((lead, trail))
            try:
                if len(pair.decode(codec)) == 1:
                    known.append(pair)
            except UnicodeDecodeError:
                continue
    return known


def test_every_double_byte_of_windows_31j() -> None:
    pairs = repertoire("cp932", range(0x81, 0xFD), range(0x40, 0xFD))
    pairs = [pair for pair in pairs if not 0xA0 <= pair[0] <= 0xDF]
    body = b"".join(pairs)
    assert decoded(body, charset.SHIFT_JIS) == (body.decode("cp932"), 0)
    assert len(pairs) > 9500
    # What is not assigned is malformed, and costs no ASCII byte.
    for lead, trail in ((0x81, 0xAD), (0x85, 0x40), (0xEF, 0x41), (0xFC, 0x4C), (0xFC, 0xFC)):
        assert decoded(bytes((lead, trail)), charset.SHIFT_JIS) == (BAD + chr(trail) * (trail < 0x80), 1)
    for special in ("①㈱髙﨑", "Ⅲ㌔纊黑ⅰ￢￤＇＂∵", "～∥－￠￡", "ｱｲｳﾞﾟ｡"):
        assert decoded(special.encode("cp932"), charset.SHIFT_JIS) == (special, 0)


def test_every_double_and_triple_byte_of_euc_jp() -> None:
    # Python's euc_jp spells some signs as Unix did; the standard, and eucJP-ms, as Windows does.
    windows = str.maketrans("〜‖−¢£¬\\", "～∥－￠￡￢＼")
    pairs = repertoire("euc_jp", range(0xA1, 0xFF), range(0xA1, 0xFF))
    body = b"".join(pairs)
    assert len(pairs) == 6879  # all of JIS X 0208
    assert decoded(body, charset.EUC_JP) == (body.decode("euc_jp").translate(windows).replace("—", "―"), 0)
    triples = repertoire("euc_jp", range(0xA1, 0xFF), range(0xA1, 0xFF), b"\x8f")
    assert len(triples) == 6067  # all of JIS X 0212
    assert decoded(b"".join(triples), charset.EUC_JP) == (b"".join(triples).decode("euc_jp").replace("~", "～"), 0)
    for triple in (b"\x8f\xa2\xa1", b"\x8f\xa4\xa2", b"\x8f\xf3\xf2", b"\x8f\xf5\xa1"):
        assert decoded(triple, charset.EUC_JP) == (BAD, 1)
    # What eucJP-ms adds behind 0x8F: of IBM's characters those that JIS X 0212 lacks, as glibc's EUC-JP-MS reads them.
    added = b"".join(bytes((0x8F, row, cell)) for row in (0xF3, 0xF4) for cell in range(0xA1, 0xFF))[3 * 82 :]
    ibm, errors = decoded(added, charset.EUC_JP)
    assert (len(set(ibm)), errors) == (106, 0)
    assert ibm.startswith("ⅰⅱⅲⅳⅴⅵⅶⅷⅸⅹⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ＇＂㈱№℡炻仼")
    assert decoded(b"\x8f\xf4\xfb\x8f\xf4\xbd\x8f\xf4\xa8\x8f\xf4\xfe", charset.EUC_JP) == ("髙﨑Ⅹ黑", 0)
    # And in JIS X 0208: NEC's row 13 and IBM's kanji as NEC selected them.
    assert decoded(b"\xad\xa1\xad\xea\xfc\xe2\xf9\xd4", charset.EUC_JP)[0][:2] == "①㈱"
    windows_31j = repertoire("cp932", range(0x81, 0xFD), range(0x40, 0xFD))
    for row in (0xAD, 0xF9, 0xFA, 0xFB, 0xFC):
        for cell in range(0xA1, 0xFF):
            pointer = (row - 0xA1) * 94 + cell - 0xA1
            lead, trail = divmod(pointer, 188)
            twin = bytes((lead + (0x81 if lead < 0x1F else 0xC1), trail + (0x40 if trail < 0x3F else 0x41)))
            expected = twin.decode("cp932") if twin in windows_31j else ""
            assert decoded(bytes((row, cell)), charset.EUC_JP) == ((expected, 0) if expected else (BAD, 1))


def test_every_character_of_iso_2022_jp() -> None:
    rows = [
        bytes((lead - 0x80, trail - 0x80)) for lead, trail in repertoire("euc_jp", range(0xA1, 0xFF), range(0xA1, 0xFF))
    ]
    euc = b"".join(bytes((lead + 0x80, trail + 0x80)) for lead, trail in rows)
    body = b"\x1b$B" + b"".join(rows) + b"\x1b(B"
    assert decoded(body, charset.ISO_2022_JP) == decoded(euc, charset.EUC_JP)
    assert decoded(b"\x1b(I" + bytes(range(0x21, 0x60)) + b"\x1b(B", charset.ISO_2022_JP) == (
        "".join(map(chr, range(0xFF61, 0xFFA0))),
        0,
    )
    assert decoded("半角ｶﾅと日本".encode("iso2022_jp_ext"), charset.ISO_2022_JP) == ("半角ｶﾅと日本", 0)
    assert decoded(b"\x1b(J\\100 ~\x1b(B\\", charset.ISO_2022_JP) == ("¥100 ‾\\", 0)


ENCODINGS = {
    "utf-8": charset.UTF_8,
    "cp932": charset.SHIFT_JIS,
    "euc_jp": charset.EUC_JP,
    "iso2022_jp": charset.ISO_2022_JP,
}
# Where Python's Unix mappings and the standard's differ, a round trip through Python's encoder cannot hold.
UNIX = "〜‖−¢£¬\\~¥‾—―～∥－￠￡￢＼¦"


@patient
@given(st.sampled_from(sorted(ENCODINGS)), st.data())
def test_decoding_undoes_encoding(encoding: str, data: st.DataObject) -> None:
    alphabet = st.characters(codec=encoding, exclude_characters=UNIX + "\x1b\x0e\x0f\ufeff\ufffd\x80")
    text = data.draw(st.text(alphabet=alphabet, max_size=40))
    assert decoded(text.encode(encoding), ENCODINGS[encoding]) == (text, 0)


@pytest.mark.parametrize("mark", ["utf-16-le", "utf-16-be"])
def test_utf_16(mark: str) -> None:
    code = charset.UTF_16_LE if mark.endswith("le") else charset.UTF_16_BE
    assert decoded(("\ufeff" + "吉野家𠮷😀\n").encode(mark), code) == ("吉野家𠮷😀\n", 0)
    assert decoded("あ".encode(mark) + b"x", code) == ("あ" + BAD, 1)


# --- single rules of the standard ---


@pytest.mark.parametrize(
    ("code", "body", "text", "errors"),
    [
        (charset.SHIFT_JIS, b"\x82\xa0\x82<br>", "あ\ufffd<br>", 1),  # a lost trail byte does not eat the tag
        (charset.SHIFT_JIS, b"\x81\x7fx", "\ufffd\x7fx", 1),
        (charset.SHIFT_JIS, b"\xf0\x40\xf9\xfc", "\ue000\ue757", 0),  # the private-use rows
        (charset.SHIFT_JIS, b"\x80\xa0\xfd", "\x80\ufffd\ufffd", 2),
        (charset.SHIFT_JIS, b"\x82", "\ufffd", 1),
        (charset.SHIFT_JIS, b"\x5c\x7e", "\\~", 0),
        (charset.EUC_JP, b"\xa4\xa2\xa4<br>", "あ\ufffd<br>", 1),
        (charset.EUC_JP, b"\x8f\xa2\xb7", "～", 0),
        (charset.EUC_JP, b"\x8f\xa1\x80x", "\ufffdx", 1),  # one broken character, one replacement
        (charset.EUC_JP, b"\x8f\xa1<", "\ufffd<", 1),
        (charset.EUC_JP, b"\xff\xa4\xa2", "\ufffdあ", 1),
        (charset.ISO_2022_JP, b"\x1b$B$\"\n<p>", "あ\n<p>", 0),  # no escape back before the line end
        (charset.ISO_2022_JP, b"\x1b$(D0!\x1b(B", "丂", 0),
        (charset.ISO_2022_JP, b"\x1b%x\x80", "\ufffd%x\ufffd", 2),
        (charset.UTF_8, b"\xe3\x81<b>", "\ufffd<b>", 1),
        (charset.UTF_8, b"\xed\xa0\x80", "\ufffd" * 3, 3),
        (charset.UTF_8, b"\xef\xbb\xbfa\xef\xbb\xbf", "a\ufeff", 0),
        (charset.UTF_16_LE, b"\x00\xd8a\x00", "\ufffda", 1),
    ],
)  # fmt: skip
def test_rules_of_the_standard(code: int, body: bytes, text: str, errors: int) -> None:
    assert decoded(body, code) == (text, errors)


def test_other_languages_and_unknown_labels() -> None:
    assert decode_other(b"caf\xe9 \x93x\x94", "iso-8859-1") == ("café “x”", 0)
    assert decode_other("漢字".encode("gb18030"), "gb2312") == ("漢字", 0)
    assert decode_other("뷁".encode("cp949"), "euc-kr") == ("뷁", 0)
    for label in ("punycode", "unicode_escape", "hex", "undefined", "utf-7", ""):
        assert decode_other(b"a\\u3042+AGE-\xff", label) == ("a\\u3042+AGE-\ufffd", 1)


def test_known_labels_name_codecs_that_exist() -> None:
    for label in charset.foreign_codecs():
        assert codecs.lookup(charset.foreign_codecs()[label])
        assert charset.label_code(label) == charset.OTHER


# --- which encoding ---

PROSE = "明日は髙橋さんと①番の改札で待ち合わせ、㈱山﨑の展示を見に行きます。帰りに文房具屋へ寄るつもりです。"
LABELS = {"utf-8": "utf-8", "cp932": "shift_jis", "euc_jp": "euc-jp", "iso2022_jp": "iso-2022-jp"}


def encoded(text: str, encoding: str) -> bytes:
    """With NEC's and IBM's characters also in EUC-JP, as eucJP-ms pages have them and Python's codec does not."""
    if encoding != "euc_jp":
        return text.encode(encoding, "ignore" if encoding == "iso2022_jp" else "strict")
    out = []
    for letter in text:
        try:
            out.append(letter.encode("euc_jp"))
        except UnicodeEncodeError:
            pointer = int(np.flatnonzero(jis_tables()[0][:8836] == ord(letter))[0])
            out.append(bytes((pointer // 94 + 0xA1, pointer % 94 + 0xA1)))
    return b"".join(out)


def chosen(body: bytes, header: str = "") -> tuple[str, str]:
    codes, evidence, _ = charset.choose(Column.join([body]), np.array([charset.label_code(header)], np.uint8))
    return charset.NAMES[codes[0]], charset.EVIDENCE[evidence[0]]


@pytest.mark.parametrize("encoding", LABELS)
@pytest.mark.parametrize("meta", ["", *LABELS.values(), "iso-8859-1", "none"])
@pytest.mark.parametrize("header", ["", *LABELS.values(), "windows-1252", "x-unknown"])
def test_bytes_win_over_wrong_declarations(encoding: str, meta: str, header: str) -> None:
    declaration = f'<meta http-equiv="Content-Type" content="text/html; charset={meta}">' if meta else ""
    body = encoded(f"<html><head>{declaration}<title>予定</title></head><body><p>{PROSE}</p></body></html>", encoding)
    name, evidence = chosen(body, header)
    assert name == LABELS[encoding]
    if encoding == "iso2022_jp":
        assert evidence == "escape"
    elif header == name:
        assert evidence == "header"
    elif meta == name:
        assert evidence == "meta"
    else:
        assert evidence == "bytes"


@pytest.mark.parametrize("encoding", ["cp932", "euc_jp"])
def test_windows_characters_never_lose_a_page(encoding: str) -> None:
    """A strict `shift_jis` or `euc_jp` codec fails on ①㈱髙﨑; both must come out, declared or not."""
    with pytest.raises(UnicodeDecodeError):
        encoded(PROSE, encoding).decode("shift_jis" if encoding == "cp932" else "euc_jp")
    for meta in ("", f"<meta charset={LABELS[encoding]}>"):
        batch = extract_batch([encoded(f"{meta}<p>{PROSE}</p>", encoding)])
        assert batch.column("text").to_pylist() == [PROSE]
        assert batch.column("decode_errors").to_pylist() == [0]


def test_iso_2022_jp_is_looked_for_before_utf_8() -> None:
    body = f"<meta charset=utf-8><p>{PROSE}".encode("iso2022_jp", "ignore")
    assert body.decode("utf-8").count("\x1b") >= 2  # valid UTF-8, and garbage
    assert chosen(body, "utf-8") == ("iso-2022-jp", "escape")


@pytest.mark.parametrize(
    ("body", "header", "expected"),
    [
        (b"\xef\xbb\xbf<p>x", "shift_jis", ("utf-8", "bom")),
        (b"\xff\xfe<\x00p\x00>\x00", "", ("utf-16le", "bom")),
        (b"\xfe\xff\x00<", "", ("utf-16be", "bom")),
        (b"<\x00p\x00>\x00B0", "", ("utf-16le", "bytes")),
        (b"\x00<\x00p\x00>0B", "", ("utf-16be", "bytes")),
        (b"<p>plain", "", ("utf-8", "bytes")),
        (b"<p>plain", "utf-8", ("utf-8", "header")),
        (b"<meta charset=utf-8><p>plain", "", ("utf-8", "meta")),
        (b"<p>plain", "euc-jp", ("utf-8", "bytes")),
        (b"", "", ("utf-8", "bytes")),
        ("<meta charset=gb2312>昨天我们去公园散步，天气很好。".encode("gb2312"), "", ("", "meta")),
        ("<p>naïve café, déjà vu".encode("cp1252"), "windows-1252", ("", "header")),
    ],
)
def test_marks_ascii_and_other_languages(body: bytes, header: str, expected: tuple[str, str]) -> None:
    assert chosen(body, header) == expected


def test_one_bad_byte_does_not_change_the_choice() -> None:
    for encoding, name in (("utf-8", "utf-8"), ("cp932", "shift_jis"), ("euc_jp", "euc-jp")):
        body = encoded(f"<meta charset={name}><p>{PROSE * 3}", encoding)
        middle = len(body) // 2
        assert chosen(body[:middle] + b"\xff" + body[middle:])[0] == name
        assert chosen(body[:-8])[0] == name  # cut off, perhaps inside a character


@pytest.mark.parametrize(
    ("markup", "label"),
    [
        ('<meta charset="EUC-JP">', "euc-jp"),
        ("<META HTTP-EQUIV='content-type' CONTENT='text/html;charset = x-sjis'>", "x-sjis"),
        ('<?xml version="1.0" encoding="Shift_JIS"?><html>', "shift_jis"),
        ("<!-- <meta charset=euc-jp> --><meta charset=utf-8 >", "utf-8"),
        ("<meta name=description content='no label'>", ""),
        ("<p charset=utf-8>charset=utf-8</p>", ""),
        ("<meta charset=", ""),
        ("<met", ""),
    ],
)
def test_declarations(markup: str, label: str) -> None:
    assert charset.meta_label(markup.encode()) == label


def test_every_label_of_the_standard_for_japanese() -> None:
    for label in ("csshiftjis", "ms932", "ms_kanji", "shift-jis", "shift_jis", "sjis", "windows-31j", "x-sjis"):
        assert charset.label_code(label) == charset.SHIFT_JIS
    for label in ("cseucpkdfmtjapanese", "euc-jp", "x-euc-jp"):
        assert charset.label_code(label.upper()) == charset.EUC_JP
    for label in ("csiso2022jp", "iso-2022-jp"):
        assert charset.label_code(f" {label}\n") == charset.ISO_2022_JP
    assert charset.header_label("text/html; charset='Windows-31J'; x=1") == "windows-31j"
    assert charset.header_label("text/html") == charset.header_label("charset=") == ""


@needs_data
@pytest.mark.parametrize(
    ("folder", "expected"),
    [("EUC-JP", "euc-jp"), ("SHIFT_JIS", "shift_jis"), ("CP932", "shift_jis"), ("utf-8", "utf-8")],
)
def test_real_files_by_their_true_encoding(folder: str, expected: str) -> None:
    paths = sorted((DATA / "encoding" / folder).iterdir())
    assert paths
    for path in paths:
        body = path.read_bytes()
        text, errors = decoded(body, charset.NAMES.index(expected))
        assert (path.name, chosen(body)[0], errors) == (path.name, expected, 0)
        # The files of utf-8/ are in many languages; one page of EUC-JP/ says no more than ログイン.
        assert folder == "utf-8" or len(re.findall("[ぁ-ヿ]", text)) >= 4


@needs_data
def test_one_real_book_in_five_encodings_is_one_text() -> None:
    # Beside the book that folder has tables of code units in swapped byte order: no page, and no text in any encoding.
    books = (DATA / "encoding" / "inquisitor_ja" / "kojiki").glob("*.txt.*")
    bodies = {path.suffix[1:]: path.read_bytes() for path in books}
    names = {"sjis": "shift_jis", "eucjp": "euc-jp", "jis": "iso-2022-jp", "utf8": "utf-8", "utf16": "utf-16le"}
    assert {suffix: chosen(body)[0] for suffix, body in bodies.items()} == names
    found = [decoded(body, charset.NAMES.index(names[suffix])) for suffix, body in bodies.items()]
    # iconv wrote the Unicode files by Unix' mapping of the minus sign; the standard's is Windows'.
    assert len({text.replace("−", "－") for text, _ in found}) == 1
    assert [errors for _, errors in found] == [0] * 5


# --- pages that need no decoding, and choosing without reading every candidate ---

LEGACY_PIECES = [
    "夜の川".encode("cp932"), "ヨルノカワ".encode("cp932"), "夜の川".encode("euc_jp"), "ｶﾅ".encode("euc_jp"), b"\x8f\xb0\xa1", b"\x8f\xa2",
    "夜の川".encode(), "é".encode(), "🎆".encode(), b"\xed\xa0\x80", b"\xe0\x80\x80", b"\xef\xbb\xbf", b"\xc0", b"\x1b$B", b"\x1b(I",
    b"<p>", b"a" * 63, b"a" * 64, "夜".encode() * 40, "夜の".encode("cp932") * 30, "夜の".encode("euc_jp") * 30,
]  # fmt: skip


def test_a_batch_that_is_utf_8_is_handed_on_as_it_is() -> None:
    bodies = Column.join(["<p>今朝、".encode(), b"", b"<p>plain"])
    codes, _, ready = charset.choose(bodies, np.zeros(3, np.uint8))
    text, errors = decode(bodies, codes, ready)
    assert text is bodies
    assert errors.tolist() == [0, 0, 0]


@patient
@given(st.lists(st.sampled_from(LEGACY_PIECES) | st.binary(max_size=70), max_size=12), st.integers(0, 7))
def test_what_is_ready_would_be_decoded_to_itself(pieces: list[bytes], header: int) -> None:
    bodies = Column.join([b"".join(pieces), "<p>昼".encode(), *pieces])
    codes, _, ready = charset.choose(bodies, np.full(bodies.rows, header, np.uint8))
    text, errors = decode(bodies, codes, ready)
    plain, counted = decode(bodies, codes)
    assert [text.row(row) for row in range(text.rows)] == [plain.row(row) for row in range(plain.rows)]
    assert errors.tolist() == counted.tolist()
    for row in np.flatnonzero(ready).tolist():
        assert text.row(row) == bodies.row(row)


@patient
@given(st.lists(st.sampled_from(LEGACY_PIECES) | st.binary(max_size=70), max_size=12))
def test_points_are_never_above_their_bounds(pieces: list[bytes]) -> None:
    page = b"".join(pieces)
    data = np.frombuffer(page, np.uint8)
    kana, _, pairs, bad, half = legacy.shift_jis(data, 0, len(page))
    most_sjis, most_euc = charset._most_points(data, 0, len(page))
    assert pairs + kana - 4 * bad - half <= most_sjis
    kana, _, _, pairs, bad = legacy.euc_jp(data, 0, len(page))
    assert pairs + kana - 4 * bad <= most_euc


@patient
@given(st.lists(st.sampled_from(LEGACY_PIECES) | st.binary(max_size=70), max_size=12))
def test_errors_of_utf_8_are_counted_as_byte_by_byte(pieces: list[bytes]) -> None:
    page = b"".join(pieces)
    multi = len(re.findall(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}", page))
    rest = re.sub(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}", b"", page)
    escapes = len(re.findall(rb"\x1b(?=\$[B@(]|\(I)", page))
    expected = (multi, sum(byte >= 0x80 for byte in rest), escapes)
    assert charset._utf_8_errors(np.frombuffer(page, np.uint8), 0, len(page)) == expected
