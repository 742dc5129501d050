"""What today's engines do wrong with Japanese when they read a page, a test for each, on whole pages through `extract`.

Each test says whose defect it is and, on the same bytes, shows the peer's way to fail: its rule written out here, the
codec of Python's that it calls, and the peer itself where it is installed (it is not needed to run Manyo's tests).
"""

from __future__ import annotations

from html.parser import HTMLParser
from importlib.util import find_spec

import pytest

from manyo import extract, extract_batch
from manyo.read import Settings

LINES = [
    "商店街の外れにある豆腐屋は、朝の四時には明かりがつく。大豆を水から上げ、石臼でひき、釜で煮る。",
    "店主の話では、水の冷たさで季節が分かるという。夏と冬では、にがりの量も寄せる時間も変えなければならない。",
    "昼前には木綿も絹も売り切れて、店の前には空になった木の箱が積み上げられる。",
]


def page(*marked: str, meta: str = "") -> str:
    """An article on a site, its sentences in marked-up form in the middle."""
    body = "".join(f"<p>{line}</p>" for line in (LINES[0], *marked, *LINES[1:]))
    return (
        f'<!DOCTYPE html><html lang="ja"><head>{meta}<title>豆腐屋の朝</title></head><body>'
        '<nav><ul><li><a href="/">ホーム</a></li><li><a href="/machi">町の話</a></li><li><a href="/mise">店の話</a></li></ul></nav>'
        f'<main><article><h1>豆腐屋の朝</h1>{body}</article></main><footer><a href="/about">この欄について</a></footer></body></html>'
    )


def lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line != "豆腐屋の朝"]


class Nodes(HTMLParser):
    """The text nodes of a page, as a parser without knowledge of Japanese hands them over."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.nodes: list[str] = []
        self.feed(markup)
        self.close()

    def handle_data(self, data: str) -> None:
        self.nodes.append(data)


def resiliparse(markup: str) -> str | None:
    """What the peer itself makes of a page, None where it is not installed."""
    if not find_spec("resiliparse"):
        return None
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.html import HTMLTree

    return str(extract_plain_text(HTMLTree.parse(markup), main_content=True))


def loses(text: str | None, sentence: str) -> bool:
    """Whether the peer, where it is there, reads the page but not the sentence."""
    return text is None or (LINES[0] in text and sentence not in text)


# --- text nodes of one character ---


@pytest.mark.parametrize(
    ("marked", "sentence"),
    [
        ("東京の<b>経済</b>を<b>政策</b>から見直す本が、棚の端に立ててあった。", "東京の経済を政策から見直す本が、棚の端に立ててあった。"),
        ("店先で飼われている<span>猫</span>は、箱の上で眠っている。", "店先で飼われている猫は、箱の上で眠っている。"),
        ("<a href=/a>木綿</a>と<a href=/b>絹</a>、<a href=/c>厚揚げ</a>の三つが並ぶ。", "木綿と絹、厚揚げの三つが並ぶ。"),
        ("「<em>水</em>が<em>命</em>だ」と店主は言う<span>。</span>", "「水が命だ」と店主は言う。"),
    ],
)  # fmt: skip
def test_a_text_node_of_one_character_stays(marked: str, sentence: str) -> None:
    """Resiliparse 0.14 to 2.0, `main_content=True`: a text node that is one character of three bytes is deleted."""
    markup = page(marked)
    assert lines(extract(markup.encode()).text) == [LINES[0], sentence, *LINES[1:]]
    left = [node for node in Nodes(markup).nodes if not (len(node.strip()) == 1 and len(node.strip().encode()) == 3)]
    assert sentence in "".join(Nodes(markup).nodes) and sentence not in "".join(left)
    assert loses(resiliparse(markup), sentence)


# --- ruby ---


@pytest.mark.parametrize(
    ("marked", "read_aloud", "sentence"),
    [
        ("<ruby>虐待<rt>ぎゃくたい</rt></ruby>を防ぐ会が、月に一度ここで開かれる。", "ぎゃくたい", "虐待を防ぐ会が、月に一度ここで開かれる。"),
        ("<ruby>豆腐<rp>（</rp><rt>とうふ</rt><rp>）</rp></ruby>は水に放しておく。", "とうふ", "豆腐は水に放しておく。"),
        ("<ruby><rb>石臼</rb><rt>いしうす</rt></ruby>は祖父の代から使っている。", "いしうす", "石臼は祖父の代から使っている。"),
        ("<ruby>木<rt>も<rb>綿<rt>めん</ruby>は布の跡が残るので、そう呼ばれる。", "めん", "木綿は布の跡が残るので、そう呼ばれる。"),
    ],
)  # fmt: skip
def test_readings_are_not_fused_into_the_text(marked: str, read_aloud: str, sentence: str) -> None:
    """Resiliparse, and trafilatura's `baseline` and `html2txt`: all text nodes are joined, 虐待ぎゃくたい."""
    markup = page(marked)
    found = extract(markup.encode())
    assert lines(found.text) == [LINES[0], sentence, *LINES[1:]]
    assert sentence not in "".join(Nodes(markup).nodes)
    assert read_aloud not in found.text and read_aloud in "".join(Nodes(markup).nodes)
    assert loses(resiliparse(markup), sentence)
    beside = extract(markup.encode(), settings=Settings(ruby="parenthesise")).text
    assert f"{read_aloud}）" in beside  # nothing is lost to who wants it


# --- characters that a codec of the same name lacks ---

VENDORS = "㈱髙橋食品は、地図の①の角、﨑本町にある。㍻元年の創業で、豆は５㌔の袋で届き、釜はⅢ型を使っている。"
# What code page 51932 has where JIS X 0208 is empty: NEC's row 13, and IBM's kanji where NEC put them.
NEC = {
    "①": b"\xad\xa1",
    "Ⅲ": b"\xad\xb7",
    "㌔": b"\xad\xc1",
    "㍻": b"\xad\xdf",
    "㈱": b"\xad\xea",
    "﨑": b"\xf9\xf5",
    "髙": b"\xfc\xe2",
}


def euc_jp(text: str) -> bytes:
    """EUC-JP as Windows writes it."""
    return b"".join(NEC.get(character) or character.encode("euc_jp") for character in text)


WINDOWS = {"shift_jis": lambda text: text.encode("cp932"), "euc_jp": euc_jp}


@pytest.mark.parametrize(
    "declared", ["", '<meta charset="{}">', '<meta http-equiv="Content-Type" content="text/html; charset=x-{}">']
)
@pytest.mark.parametrize("codec", WINDOWS)
def test_windows_characters_in_pages_that_are_called_shift_jis_and_euc_jp(codec: str, declared: str) -> None:
    """Behind chardet and cchardet stand Python's `shift_jis` and `euc_jp`: they fail on ①㈱髙﨑, and the page is dropped."""
    label = {"shift_jis": "sjis" if "x-" in declared else "shift_jis", "euc_jp": "euc-jp"}[codec]
    body = WINDOWS[codec](page(VENDORS, meta=declared.format(label)))
    with pytest.raises(UnicodeDecodeError):
        body.decode(codec)
    assert VENDORS not in body.decode(codec, "replace")
    found = extract(body)
    assert lines(found.text) == [LINES[0], VENDORS, *LINES[1:]]
    assert (found.charset, found.decode_errors) == (codec.replace("euc_jp", "euc-jp"), 0)


def test_ibm_kanji_as_unix_wrote_them_in_euc_jp() -> None:
    """eucJP-ms, glibc's among others, puts 髙﨑 behind 0x8F; Python's `euc_jp` fails on them, and browsers show U+FFFD."""
    sentence = "表札には髙﨑とある。"
    body = euc_jp(page(sentence, meta="<meta charset=euc-jp>"))
    for character, unix in (("髙", b"\x8f\xf4\xfb"), ("﨑", b"\x8f\xf4\xbd")):
        body = body.replace(euc_jp(character), unix)
    with pytest.raises(UnicodeDecodeError):
        body.decode("euc_jp")
    assert lines(extract(body).text) == [LINES[0], sentence, *LINES[1:]]


# --- a broken byte, and the fallback ---


@pytest.mark.parametrize("declared", ["", '<meta charset="{}">'])
@pytest.mark.parametrize(
    ("encoding", "label", "broken"),
    [("utf-8", "utf-8", b"\xe3\x81"), ("cp932", "shift_jis", b"\x81\x20"), ("euc_jp", "euc-jp", b"\xa4\x80")],
)
def test_a_broken_byte_does_not_turn_the_page_into_latin_letters(
    encoding: str, label: str, broken: bytes, declared: str
) -> None:
    """Resiliparse's `bytes_to_str`: where decoding fails it falls back to windows-1252, and the whole page is garbled."""
    body = page("広告の枠", meta=declared.format(label)).encode(encoding)
    body = body.replace("広告の枠".encode(encoding), b"<!-- " + broken + b" --><br>")
    with pytest.raises(UnicodeDecodeError):
        body.decode(encoding)
    assert not any(line in body.decode("cp1252", "replace") for line in LINES)
    found = extract(body)
    assert lines(found.text) == LINES
    assert found.charset == label and 1 <= found.decode_errors <= 2


def test_a_sentence_of_bytes_that_were_cut_costs_that_sentence_alone() -> None:
    """The same defect, where a template cut a summary at a number of bytes, inside a character."""
    summary = "豆乳を温めて、表面に張った膜を竹串でそっとすくい上げる。".encode("cp932")
    body = page("@", meta="<meta charset=Shift_JIS>").encode("cp932").replace(b"@", summary[:-5] + b"...")
    with pytest.raises(UnicodeDecodeError):
        body.decode("cp932")
    found = extract(body).text
    assert [line for line in lines(found) if line in LINES] == LINES
    assert "豆乳を温めて、表面に張った膜を竹串でそっとすくい" in found


# --- ISO-2022-JP ---


@pytest.mark.parametrize("meta", ["", "<meta charset=iso-2022-jp>", "<meta charset=utf-8>"])
@pytest.mark.parametrize("codec", ["iso2022_jp", "iso2022_jp_ext"])
def test_iso_2022_jp_is_not_taken_for_utf_8(codec: str, meta: str) -> None:
    """datatrove, NeMo Curator, trafilatura on bytes: UTF-8 is tried first, and ISO-2022-JP is valid UTF-8, `$B...`."""
    sentence = "半角のｶﾀｶﾅで書かれた札もある。" if codec == "iso2022_jp_ext" else "片仮名で書かれた札もある。"
    body = page(sentence, meta=meta).encode(codec)
    assert "\x1b$B" in body.decode("utf-8") and LINES[0] not in body.decode(
        "utf-8"
    )  # the peers' way: no error, no text
    for header in ("text/html", "text/html; charset=utf-8", "text/html; charset=ISO-2022-JP"):
        found = extract(body, content_type=header)
        assert lines(found.text) == [LINES[0], sentence.replace("ｶﾀｶﾅ", "カタカナ"), *LINES[1:]]
        assert (found.title, found.charset, found.decode_errors) == ("豆腐屋の朝", "iso-2022-jp", 0)


def test_all_of_them_in_one_batch() -> None:
    """One page must not pay for another: the same texts come out of a batch of mixed encodings."""
    bodies = [
        *(WINDOWS[codec](page(VENDORS)) for codec in WINDOWS),
        page(VENDORS.replace("㈱", "(株)")).encode("utf-8"),
        page().encode("iso2022_jp"),
        page("<ruby>豆腐<rt>とうふ</rt></ruby>と<b>水</b>の話。").encode("utf-16"),
    ]
    assert extract_batch(bodies)["text"].to_pylist() == [extract(body).text for body in bodies]
