"""Reading whole pages: one and many agree, what comes along with the text, and every encoding by its label."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manyo.columns import Column
from manyo.errors import ManyoError
from manyo.read import Settings, extract, extract_batch, read
from manyo.read.extraction import DOCUMENT
from manyo.records import READING

DATA = Path("../shared/data")  # real pages kept beside the checkout
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="no real pages beside the checkout")
patient = settings(deadline=None, max_examples=40)

PROSE = [
    "駅前の古い喫茶店が、先月の末で店を閉めた。父が学生の頃から通っていた店で、壁には黄ばんだ映画のポスターが貼られていた。",
    "最後の日に、私は父を誘って珈琲を飲みに行った。店主はいつもと同じように豆を挽き、何も言わずにカップを置いてくれた。",
    "帰り道、父は一度だけ振り返って看板を見上げた。「明日からどこで飲もうか」と笑ったが、その声は少しかすれていた。",
]
PAGE = (
    '<!DOCTYPE html><html lang="ja"><head>{meta}<title>喫茶店の&nbsp;最後の日 | 町の記録</title>'
    '<meta property="article:published_time" content="2024-11-03T08:00:00+09:00"></head><body>'
    '<nav><ul><li><a href="/">ホーム</a></li><li><a href="/list">記事一覧</a></li><li><a href="/about">この欄について</a></li></ul></nav>'
    '<div id="main"><article><h1>喫茶店の最後の日</h1>'
    + "".join(f"<p>{text}</p>" for text in PROSE)
    + "</article></div>"
    '<footer><a href="/privacy">個人情報の取り扱い</a><p>Copyright 2024 町の記録</p></footer></body></html>'
)
ENCODINGS = {
    "utf-8": "utf-8",
    "cp932": "shift_jis",
    "euc_jp": "euc-jp",
    "iso2022_jp": "iso-2022-jp",
    "utf-16": "utf-16le",
}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("declared", [True, False])
def test_a_page_reads_alike_in_every_encoding(encoding: str, declared: bool) -> None:
    meta = f'<meta charset="{ENCODINGS[encoding]}">' if declared else ""
    found = extract(PAGE.format(meta=meta).encode(encoding))
    for sentence in PROSE:
        assert sentence in found.text
    assert "個人情報の取り扱い" not in found.text and "記事一覧" not in found.text
    assert found.title == "喫茶店の 最後の日 | 町の記録"
    assert (found.date, found.language, found.charset, found.decode_errors) == (
        "2024-11-03",
        "ja",
        ENCODINGS[encoding],
        0,
    )
    assert [block.text for block in found.blocks if block.kept and block.tag == "p"] == PROSE


def test_extract_and_extract_batch_agree() -> None:
    pages = [PAGE.format(meta="").encode(encoding) for encoding in ENCODINGS]
    pages += [
        b"",
        b" \n",
        b"<",
        b"\x00" * 9,
        b"\xff\xfe",
        "<title>題だけ</title>".encode(),
        b"\x1b$B",
        "<p>café".encode("cp1252"),
    ]
    headers = ["text/html; charset=windows-1252"] * len(pages)
    for types in (None, headers):
        batch = extract_batch(pages, content_types=types)
        for row, page in enumerate(pages):
            alone = extract(page, content_type=types and types[row])
            together = batch.slice(row, 1).to_pylist()[0]
            assert together.pop("page_bytes") == len(page)
            del together["link_share"]
            assert {name: getattr(alone, name) for name in together} == together


def test_the_share_of_links_is_that_of_the_main_text() -> None:
    one = "今朝、青い花が三つ咲いた。水をやってから出かけた。つぼみもまだ七つある。"
    two = "昼には雨が上がり、虹が出た。子どもたちが川べりで声を上げ、犬もほえたよ。"
    assert len(one) == len(two)
    page = f"<nav><a href='/'>ホーム</a></nav><p>{one}<a href='a'>{two}</a><p>{two[::-1]}<p>{one[::-1]}"
    batch = extract_batch([page.encode(), b"", f"<p>{one}".encode()])
    assert len(batch.column("text")[0].as_py()) == 4 * len(one) + 2
    assert batch.column("link_share").to_pylist() == [0.25, 0.0, 0.0]


def test_any_way_to_hand_over_pages() -> None:
    pages = [PAGE.format(meta="").encode(), None, b"<p>x"]
    expected = extract_batch([page or b"" for page in pages])
    for column in (
        pa.array(pages, pa.binary()),
        pa.array(pages, pa.large_binary()),
        pa.chunked_array([pages[:1], pages[1:]], pa.binary()),
    ):
        assert extract_batch(column).equals(expected)
    longer = pa.array([b"<title>no</title>", *pages, b"<p>y"], pa.large_binary())
    assert extract_batch(longer.slice(1, 3)).equals(expected)


def test_rows_follow_the_schema() -> None:
    assert list(DOCUMENT)[:-1] == list(READING)
    batch = extract_batch([PAGE.format(meta="").encode(), b""])
    assert batch.schema == DOCUMENT
    batch.validate(full=True)
    assert all(column.null_count == 0 for column in batch.columns)
    assert batch.slice(1).to_pylist() == [
        {
            "charset": "utf-8", "charset_from": "bytes", "decode_errors": 0, "language": "", "title": "", "date": "", "page_bytes": 0,
            "link_share": 0.0, "text": "",
        }
    ]  # fmt: skip
    empty = extract_batch([])
    assert empty.schema == DOCUMENT and empty.num_rows == 0


@patient
@given(
    st.lists(
        st.one_of(
            st.binary(max_size=200), st.text(alphabet="<>/p日本語あ&;#x3042 ='\"!-", max_size=80).map(str.encode)
        ),
        max_size=5,
    )
)
def test_any_bytes_give_a_valid_row(pages: list[bytes]) -> None:
    for chosen in (
        None,
        Settings(ruby="keep", nfkc="all"),
        Settings(ruby="parenthesise", nfkc="none", punctuation=False),
    ):
        batch = extract_batch(pages, settings=chosen)
        assert batch.schema == DOCUMENT and batch.num_rows == len(pages)
        batch.validate(full=True)
        assert not any("\n" in title for title in batch.column("title").to_pylist())


# --- headers and labels ---


@pytest.mark.parametrize(
    ("encoding", "label", "text"),
    [
        ("cp1252", "ISO-8859-1", "Après la pluie, le café était fermé et les élèves sont rentrés à pied."),
        ("gb18030", "gb2312", "雨停了以后，孩子们跑到院子里，用树枝在泥地上画画，一直玩到天黑才回家。"),
        ("cp949", "euc-kr", "비가 그친 뒤에 아이들은 마당으로 나가서, 해가 질 때까지 흙 위에 그림을 그렸다."),
        ("big5hkscs", "big5", "雨停了以後，孩子們跑到院子裡，用樹枝在泥地上畫畫，一直玩到天黑才回家。"),
        ("koi8_r", "koi8-r", "После дождя дети выбежали во двор и до темноты рисовали палочками на земле."),
    ],
)
def test_pages_of_other_languages_are_decoded_by_label(encoding: str, label: str, text: str) -> None:
    body = f"<html><body><p>{text}</p><p>{text[::-1]}</p></body></html>".encode(encoding)
    by_header = extract(body, content_type=f"text/html; charset={label}")
    assert text in "".join(block.text for block in by_header.blocks)
    assert (by_header.charset, by_header.charset_from, by_header.decode_errors) == (label.lower(), "header", 0)
    by_meta = extract(f"<meta charset='{label}'>".encode() + body)
    assert text in "".join(block.text for block in by_meta.blocks)
    assert (by_meta.charset, by_meta.charset_from) == (label.lower(), "meta")


def test_a_header_that_is_missing_is_not_another_pages() -> None:
    """A null Content-Type in a batch must not borrow its neighbour's charset."""
    body = "<p>Nächste Woche fährt der Zug nicht, sagte die Frau am Schalter.".encode("cp1252")
    headers = pa.array(["text/html; charset=windows-1252", None, ""], pa.string())
    batch = read(Column.join([body] * 3), headers, pa.array(["html"] * 3))
    assert batch.column("charset_from").to_pylist()[0] == "header"
    assert batch.column("charset_from").to_pylist()[1:] == ["bytes", "bytes"]


def test_unknown_labels_are_no_labels() -> None:
    body = PAGE.format(meta="<meta charset=punycode>").encode("euc_jp")
    found = extract(body, content_type="text/html; charset=unicode_escape")
    assert (found.charset, found.charset_from, found.decode_errors) == ("euc-jp", "bytes", 0)


def test_broken_bytes_are_counted_and_cost_nothing_else() -> None:
    body = (
        PAGE.format(meta="<meta charset=Shift_JIS>").encode("cp932").replace("父".encode("cp932"), b"\x95<!-- -->", 1)
    )
    found = extract(body)
    assert found.charset == "shift_jis" and found.decode_errors == 1
    assert PROSE[1] in found.text and "\ufffd" in found.text


@pytest.mark.parametrize(
    ("encoding", "meta", "header", "evidence"),
    [
        ("euc_jp", "<meta charset=euc-jp>", 'text/html;charset="EUC-JP"', "header"),
        ("euc_jp", "<meta charset=euc-jp>", "text/html; charset=utf-8", "meta"),
        ("euc_jp", "<meta charset=euc-jp>", "text/html", "meta"),
        ("cp932", "<meta charset=utf-8>", "text/html; charset=gb2312", "bytes"),
        ("iso2022_jp", "<meta charset=utf-8>", "text/html; charset=utf-8", "escape"),
        ("utf-8-sig", "<meta charset=euc-jp>", "text/html; charset=shift_jis", "bom"),
        ("utf-16", "", "text/html; charset=utf-8", "bom"),
    ],
)
def test_what_decided_is_told(encoding: str, meta: str, header: str, evidence: str) -> None:
    found = extract(PAGE.format(meta=meta).encode(encoding), content_type=header)
    assert (found.charset_from, found.decode_errors) == (evidence, 0)
    assert found.text == extract(PAGE.format(meta="").encode()).text


# --- what is made when it is asked for ---


def test_blocks_are_all_there_is_in_page_order_with_their_scores() -> None:
    found = extract(PAGE.format(meta="").encode())
    assert "blocks" not in vars(found) and "markdown" not in vars(found)
    blocks = found.blocks
    assert found.blocks is blocks
    assert [block.text for block in blocks][:4] == ["ホーム", "記事一覧", "この欄について", "喫茶店の最後の日"]
    assert [block.tag for block in blocks][:4] == ["li", "li", "li", "h1"]
    assert all(0 <= block.score <= 1 for block in blocks)
    kept = [block.score for block in blocks if block.kept]
    assert kept and min(kept) > max(block.score for block in blocks if not block.kept)
    assert found.text == "\n".join(block.text for block in blocks if block.kept)


def test_markdown_is_the_text_with_its_structure() -> None:
    page = PAGE.format(meta="").replace(
        "</article>", "<ul><li>珈琲　①</li><li>ﾄｰｽﾄ</li></ul><p>" + PROSE[0] + "また来る。</p></article>"
    )
    found = extract(page.encode(), settings=Settings(nfkc="none"))
    assert "- 珈琲　①\n- ﾄｰｽﾄ" in found.markdown
    assert "- トースト" in extract(page.encode()).markdown
    assert [
        line.removeprefix("# ").removeprefix("- ") for line in found.markdown.split("\n") if line
    ] == found.text.split("\n")
    assert extract(b"").markdown == ""


def test_an_extraction_is_a_value() -> None:
    page = PAGE.format(meta="").encode()
    found = extract(page)
    before, hashed, shown = pickle.dumps(found), hash(found), repr(found)
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.text = ""  # type: ignore[misc]
    assert found.blocks and found.markdown
    for same in (extract(page), pickle.loads(before), pickle.loads(pickle.dumps(found)), copy.deepcopy(found)):
        assert same == found and hash(same) == hashed and repr(same) == shown
        assert (same.blocks, same.markdown) == (found.blocks, found.markdown)
    assert "町の記録" in shown and "array" not in shown
    for other in (page + b"<p>x", page.replace(b"/about", b"")):  # the same text, of another page
        assert extract(other).text == found.text and extract(other) != found
    assert extract(page, settings=Settings(ruby="keep")) != found
    assert found != found.text


def test_an_extraction_holds_no_more_than_its_page() -> None:
    page = ("<p>" + PROSE[0] + "</p>").encode() + b"<b></b>" * 10_000
    assert len(pickle.dumps(extract(page))) < 5_000


@patient
@given(
    st.lists(
        st.sampled_from(["<p>", "<li>", "<td>", "<pre>", "<h2>", "&#27;", PROSE[1], "*", "\n", "\xff"]), max_size=30
    )
)
def test_any_page_has_blocks_and_markdown(pieces: list[str]) -> None:
    found = extract("".join(pieces).encode("utf-8"))
    assert bool(found.markdown) == bool(found.text) <= any(block.kept for block in found.blocks)


# --- pages without an answer ---


@pytest.mark.parametrize(
    "page",
    [
        b"",
        "<title>朝の市場</title>".encode(),
        '<ul><li><a href="/">ホーム</a></li><li><a href="/a">会社案内</a></li><li><a href="/b">採用情報</a></li></ul>'.encode(),
        "<script>document.write('本文は、ここで書かれる。');</script><style>p { color: red }</style>".encode(),
        "<p>短い。</p>".encode(),
    ],
)
def test_a_page_without_a_main_text_has_an_empty_answer(page: bytes) -> None:
    found = extract(page)
    assert found.text == ""
    assert not any(block.kept for block in found.blocks)


@pytest.mark.parametrize("body", [b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, b"%PDF-1.4\n" + b"\xff\x00\x80<" * 400])
def test_bytes_that_are_no_page(body: bytes) -> None:
    found = extract(body, content_type="image/png")
    assert (found.title, found.date, found.language) == ("", "", "")
    assert found.text == "" and found.decode_errors > 0


# --- settings, plain text ---


def test_settings() -> None:
    page = (
        "<p>　①ﾊﾝﾊﾞｰｸﾞは<ruby>鉄板<rt>てっぱん</rt></ruby>で焼く．" + "肉汁が出たら，火を弱めて蓋をする．" * 4
    ).encode()
    for chosen, text in (
        (Settings(), "①ハンバーグは鉄板で焼く。"),
        (Settings(ruby="keep"), "①ハンバーグは鉄板てっぱんで焼く。"),
        (Settings(ruby="parenthesise", nfkc="all"), "1ハンバーグは鉄板(てっぱん)で焼く."),
        (Settings(nfkc="none"), "①ﾊﾝﾊﾞｰｸﾞは鉄板で焼く．"),
        (Settings(punctuation=False), "①ハンバーグは鉄板で焼く．"),
    ):
        assert extract(page, settings=chosen).text.partition("肉汁")[0] == text


@pytest.mark.parametrize("wrong", [{"ruby": "remove"}, {"nfkc": "nfkd"}, {"comments": "some"}])
def test_settings_that_do_not_exist(wrong: dict[str, str]) -> None:
    with pytest.raises(ManyoError, match="cannot be") as raised:
        Settings(**wrong)  # type: ignore[arg-type]
    (name,) = wrong
    allowed = {"ruby": "drop, keep, parenthesise", "nfkc": "safe, kana, all, none", "comments": "auto, keep, drop"}[
        name
    ]
    assert (raised.value.where, raised.value.hint) == (f"[read] {name}", f"one of {allowed}")


def test_plain_text_is_decoded_and_normalised_but_not_parsed() -> None:
    text = "<p>これは標識ではない。&amp;\n\n\n\n　段落　その二。ＡＢＣ"
    bodies = Column.join([text.encode("cp932"), PAGE.format(meta="").encode(), text.encode("euc_jp")])
    batch = read(bodies, pa.array([""] * 3), pa.array(["text", "html", "text"]))
    texts = batch.column("text").to_pylist()
    assert texts[0] == texts[2] == "<p>これは標識ではない。&amp;\n\n段落　その二。ABC"
    assert texts[1] == extract(PAGE.format(meta="").encode()).text
    assert batch.column("title").to_pylist() == ["", "喫茶店の 最後の日 | 町の記録", ""]
    assert batch.column("charset").to_pylist() == ["shift_jis", "utf-8", "euc-jp"]


def test_a_row_of_unknown_kind_is_a_page() -> None:
    body = PAGE.format(meta="").encode()
    batch = read(Column.join([body] * 3), pa.array([None] * 3, pa.string()), pa.array([None, "html", "text"]))
    texts = batch.column("text").to_pylist()
    assert texts[0] == texts[1] == extract(body).text
    assert texts[2].startswith("<!DOCTYPE html>")


# --- titles and dates ---


@pytest.mark.parametrize(
    ("markup", "title"),
    [
        ("<title> 二行の\n  題 </title>", "二行の 題"),
        ("<title>A &amp; B &lt;C&gt;</title>", "A & B <C>"),
        ("<title>&#x65e5;&#26412;&hellip;</title>", "日本…"),
        ("<title>ﾊﾝｶｸ①ＡＢＣ</title>", "ハンカク①ＡＢＣ"),
        ("<title>一\u2028二</title>", "一 二"),
        ("<svg><title>図</title></svg><title>題</title>", "題"),
        ("<title>一</title><title>二</title>", "一"),
        ("<p>題なし</p>", ""),
    ],
)
def test_titles(markup: str, title: str) -> None:
    assert extract(markup.encode()).title == title


@pytest.mark.parametrize(
    ("written", "date"),
    [("2023-02-28", "2023-02-28"), ("2024-02-29T23:59:59Z", "2024-02-29"), ("2023-02-29", ""), ("2023-13-01", ""), ("近日公開", "")],
)  # fmt: skip
def test_only_days_of_the_calendar_are_dates(written: str, date: str) -> None:
    page = f'<meta property="article:published_time" content="{written}"><p>{PROSE[0]}'.encode()
    found = extract(page)
    assert found.date == date and found.text == PROSE[0]


@pytest.mark.parametrize(
    ("path", "date"),
    [
        ("/2024/05/17/asagao/", "2024-05-17"),
        ("/blog/2024/5/7", "2024-05-07"),
        ("/20240517.html", "2024-05-17"),
        ("/2024-05-17-asagao", "2024-05-17"),
        ("/2024/02/30/2024-03-01/", "2024-03-01"),
        ("/1989/05/17/", ""),
        ("/2100/05/17/", ""),
        ("/2024/13/01/", ""),
        ("/2024/05/1712345.html", ""),
        ("/2024/05-17/", ""),
        ("/12024/05/17/", ""),
        ("/20240517093000/", ""),
        ("/a?date=2024-05-17#2024-05-17", ""),
        ("/", ""),
    ],
)
def test_a_date_in_the_url_stands_in_for_one_in_the_page(path: str, date: str) -> None:
    for start in ("https://www.example.jp", "http://20231231.example.jp", "//example.jp", ""):
        assert extract(f"<p>{PROSE[0]}".encode(), url=start + path).date == date
        assert extract(PAGE.format(meta="").encode(), url=start + path).date == "2024-11-03"


@pytest.mark.parametrize("url", [None, "", "http://[", "::::", "\ud800", "https://例え.jp/２０２４/05/17/"])
def test_a_url_that_says_nothing(url: str | None) -> None:
    assert extract(b"<p>x", url=url).date == ""


@needs_data
def test_real_pages_read_without_a_replacement_character() -> None:
    """Laws in Shift_JIS beside their text: nearly every character of the truth comes out."""
    folder = DATA / "extract/egov_law_sjis"
    pages = sorted(folder.glob("html/*.html"))[:5]
    assert pages
    for page in pages:
        found = extract(page.read_bytes())
        truth = (folder / "text" / f"{page.stem}.txt").read_text("utf-8", "replace")
        assert (found.charset, found.decode_errors) == ("shift_jis", 0)
        assert len("".join(found.text.split())) > 0.8 * len("".join(truth.split()))


def test_every_page_needs_its_content_type() -> None:
    with pytest.raises(ManyoError, match="2 pages and 1 content types"):
        extract_batch([b"<p>a", b"<p>b"], content_types=["text/html"])
