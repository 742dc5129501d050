"""Spotting: Japanese in every encoding is let in, its neighbours are turned away, and no page depends on where it lies."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manyo.columns import Column
from manyo.read import spotter
from manyo.read.spotter import NOT_JAPANESE, spot

DATA = Path("../shared/data")  # real pages kept beside the checkout
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="no real pages beside the checkout")
patient = settings(deadline=None, max_examples=60)

# The same afternoon, told by a diary, a town hall, a shop, a board, a manual, a statute and a child.
JAPANESE = [
    "朝からずっと雨だったので、縁側で文庫本を読んで過ごした。猫は一度も目を覚まさなかった。",
    "粗大ごみの収集を希望される方は、前日の正午までに環境課へお電話でお申し込みください。",
    "送料無料！　本日限りのセール品です。ポイント１０倍、数量限定につきお早めにどうぞ♪",
    "それは違うと思うけどなあｗ　ソースあるなら貼ってくれよ",
    "メニューから「ファイル」→「名前を付けて保存」を選び、フォルダーを指定します。",
    "前項の規定による届出をした者は、その届出に係る事項に変更があったときは、遅滞なく、その旨を届け出なければならない。",
    "きょう、がっこうで、あさがおの たねを まきました。はやく めが でると いいな。",
]
CODES = {
    "utf-8": spotter.UTF_8,
    "cp932": spotter.SHIFT_JIS,
    "euc_jp": spotter.EUC_JP,
    "iso2022_jp": spotter.ISO_2022_JP,
    "utf-16": spotter.UTF_16_LE,
}
FOREIGN = {
    "chinese, simplified": (
        "昨天下午我们去郊外的公园散步，湖边的柳树已经发芽了。孩子们在草地上放风筝，大人坐在长椅上聊天。回家的路上买了一些水果和点心。",
        ("utf-8", "gb2312", "gbk", "gb18030", "utf-16"),
    ),
    "chinese, traditional": (
        "颱風過後，巷口的老榕樹斷了一根粗枝。鄰居們拿著掃帚出來清理落葉，順便聊起了小時候的夏天。晚上終於有電了，大家都鬆了一口氣。",
        ("utf-8", "big5", "gb18030", "utf-16"),
    ),
    "korean": (
        "어제는 비가 많이 와서 하루 종일 집에 있었다. 점심에는 김치찌개를 끓여 먹고, 저녁에는 친구와 오랫동안 전화를 했다. 내일은 맑았으면 좋겠다.",
        ("utf-8", "euc_kr", "cp949", "johab", "utf-16"),
    ),
    "russian": (
        "Вчера весь день шёл дождь, и мы сидели дома у окна. Бабушка пекла пироги с капустой и рассказывала о своём детстве.",
        ("utf-8", "cp1251", "koi8_r", "utf-16"),
    ),
    "thai": ("เมื่อวานฝนตกทั้งวัน เราเลยอยู่บ้านอ่านหนังสือและดื่มชาร้อนด้วยกัน แมวนอนหลับอยู่ข้างหน้าต่าง", ("utf-8", "cp874")),
    "french": (
        "L'été dernier, nous avons mangé des crêpes à la crème près de la forêt. Où êtes-vous allés ?",
        ("utf-8", "latin-1"),
    ),
    "german": (
        "Schöne Grüße aus Köln! Über die Straße führt eine Brücke, die älter als das Schloß ist.",
        ("utf-8", "cp1252"),
    ),
    "english": ("It rained all day, so we stayed at home & read by the window. #rain &#8220;quotes&#8221;", ("ascii",)),
}


def page(text: str, lines: int = 40) -> str:
    """A text low down in much markup."""
    menu = "".join(
        f'<li class="item-{n}"><a href="/p/{n}.html?x=1&amp;y={n}">#{n} item</a></li>\n' for n in range(lines)
    )
    return f"<!DOCTYPE html><html><head><style>a{{color:#fff}}</style></head><body><ul>{menu}</ul><p>{text}</p></body></html>"


def references(text: str, form: str) -> bytes:
    return "".join(form.format(ord(letter)) if ord(letter) > 127 else letter for letter in text).encode("ascii")


@pytest.mark.parametrize("encoding", CODES)
def test_japanese_is_let_in_and_named(encoding: str) -> None:
    pages = [page(text).encode(encoding, "ignore") for text in JAPANESE]
    pages += [text.encode(encoding, "ignore") for text in JAPANESE]  # bare, too
    assert spot(Column.join(pages)).tolist() == [CODES[encoding]] * len(pages)


def test_big_endian_utf_16() -> None:
    pages = [b"\xfe\xff" + page(text).encode("utf-16-be") for text in JAPANESE]
    assert spot(Column.join(pages)).tolist() == [spotter.UTF_16_BE] * len(pages)


@pytest.mark.parametrize("form", ["&#{};", "&#x{:x};", "&#X{:X};", "&#{}"])
def test_pages_wholly_in_references(form: str) -> None:
    pages = [references(page(text), form) for text in JAPANESE]
    assert spot(Column.join(pages)).tolist() == [spotter.REFERENCES] * len(pages)


@pytest.mark.parametrize(
    ("language", "encoding"), [(language, code) for language, (_, codes) in FOREIGN.items() for code in codes]
)
def test_foreign_pages_are_refused(language: str, encoding: str) -> None:
    text = FOREIGN[language][0]
    pages = [form.encode(encoding, "ignore") for form in (text, page(text), text * 60, page(text * 60))]
    assert spot(Column.join(pages)).tolist() == [NOT_JAPANESE] * len(pages)
    if encoding == "utf-8":
        assert spot(Column.join([references(page(text), "&#{};")])).tolist() == [NOT_JAPANESE]


def test_laughing_in_korean_is_not_kana() -> None:
    """The letters of a chat, ㅋ and ㅠ, stand in EUC-KR where EUC-JP has hiragana: a few among words must not mislead."""
    text = "오늘 시험 망했다 ㅠㅠ 그래도 떡볶이 먹으니까 기분이 좋아졌어 ㅋㅋ 내일은 도서관에서 같이 공부하자 ㅎㅎ 늦지 말고 와"
    assert spot(Column.join([text.encode("euc_kr"), page(text * 5).encode("euc_kr")])).tolist() == [NOT_JAPANESE] * 2


def test_a_few_kana_are_decoration() -> None:
    assert spot(Column.join(["<p>the of 'の' in a name".encode(), b""])).tolist() == [NOT_JAPANESE] * 2


@pytest.mark.parametrize("encoding", CODES)
def test_one_run_of_kana_is_found_wherever_it_lies(encoding: str) -> None:
    """The fast path skips 64 bytes of ASCII at a time: no offset, length or alignment may hide a run from it."""
    run = "ひらがな".encode(encoding.replace("utf-16", "utf-16-le"))
    mark = b"\xff\xfe" if encoding == "utf-16" else b""
    filler = "x".encode("utf-16-le") if mark else b"x"
    pages = [mark + filler * before + run + filler * after for before in range(201) for after in (0, 3, 70)]
    assert spot(Column.join(pages)).tolist() == [CODES[encoding]] * len(pages)


@pytest.mark.parametrize("form", ["&#{};", "&#x{:x};"])
def test_one_run_of_references_is_found_wherever_it_lies(form: str) -> None:
    run = references("ひらがな", form)
    pages = [b"x" * before + run + b"x" * after for before in range(201) for after in (0, 3, 70)]
    assert spot(Column.join(pages)).tolist() == [spotter.REFERENCES] * len(pages)


soup = st.lists(
    st.one_of(
        st.binary(max_size=90),
        st.integers(0, 150).map(lambda n: b"<br>" * n),
        st.sampled_from(JAPANESE).flatmap(
            lambda text: st.sampled_from(list(CODES)).map(lambda code: text.encode(code, "ignore"))
        ),
        st.sampled_from(
            [b"&#12354;", b"&#x3042;", b"&#", b"&#x", b"\x1b$B", b"\x1b(B", b"\x8f\xa1", b"\xe3\x81", b"\xff\xfe"]
        ),
    ),
    max_size=8,
).map(b"".join)


@patient
@given(st.lists(soup, min_size=1, max_size=6), st.integers(0, 9))
def test_a_page_does_not_depend_on_its_neighbours(pages: list[bytes], shift: int) -> None:
    together = spot(Column.join(pages)).tolist()
    assert together == [int(spot(Column.join([body]))[0]) for body in pages]
    # The same rows at another alignment, as a slice of a larger column.
    column = Column.join([b"z" * shift, *pages, b"\xe3\x81\x82" * 9])
    assert spot(Column(column.data, column.offsets[1:-1])).tolist() == together
    assert spot(Column(column.data[shift:], column.offsets[1:-1] - shift)).tolist() == together


@patient
@given(st.sampled_from(JAPANESE), st.sampled_from(["utf-8", "cp932", "euc_jp", "iso2022_jp"]), st.integers(1, 3))
def test_a_page_cut_inside_a_character_is_still_japanese(text: str, encoding: str, cut: int) -> None:
    assert (
        spot(Column.join([page(text).encode(encoding, "ignore").rpartition(b"</p>")[0][:-cut]]))[0] == CODES[encoding]
    )


def plain_utf_8(body: bytes) -> bool:
    """What the kernel does with well-formed UTF-8, written plainly; no early refusal or acceptance."""
    kana = kanji = hangul = references = 0
    text = body.decode("utf-8")
    for letter in text:
        point = ord(letter)
        if 0x3040 <= point <= 0x30FF:
            kana += 1
        elif 0x4000 <= point <= 0x9FFF:
            kanji += 1
        elif 0xA000 <= point <= 0xDFFF:
            hangul += 1
    return (kana >= 4 and kana * 16 >= kanji and kana * 4 >= hangul) or references >= 4


@patient
@given(st.text(alphabet="あのカー漢字人中语한글x <\n", max_size=130))
def test_short_utf_8_agrees_with_a_plain_twin(text: str) -> None:
    verdict = spot(Column.join([text.encode()]))[0]
    assert (verdict == spotter.UTF_8) == plain_utf_8(text.encode())


def test_work_on_hostile_pages_is_bounded() -> None:
    """Escapes by the thousand, lone leads, references without end: each page gets a verdict."""
    rng = random.Random(5)
    pages = [
        b"\x1b$B" * 5000,
        b"\xe3" * 5000,
        b"&#" * 5000,
        b"\x8f" * 5001,
        b"\x81" * 5001,
        rng.randbytes(50_000),
        b"\xff\xfe",
    ]
    assert len(spot(Column.join(pages))) == len(pages)


def japanese_files() -> list[Path]:
    patterns = (
        "extract/koron/*.html",
        "extract/postlight/*.html",
        "extract/haskell_jp/*.html",
        "extract/ja_pages/*.html",
    )
    patterns += ("extract/egov_law_sjis/html/*.html", "raw_html/**/*.html", "corpus/debian_docs/**/*.html")
    return [path for pattern in patterns for path in sorted(DATA.glob(pattern)) if path.is_file()]


@needs_data
def test_recall_on_real_japanese_pages() -> None:
    paths = japanese_files()
    verdicts = spot(Column.join([path.read_bytes() for path in paths]))
    refused = [path.name for path, verdict in zip(paths, verdicts, strict=True) if verdict == NOT_JAPANESE]
    assert len(paths) > 300
    assert len(refused) <= 0.005 * len(paths), refused


@needs_data
def test_real_files_by_their_true_encoding() -> None:
    accepted = {"EUC-JP": spotter.EUC_JP, "SHIFT_JIS": spotter.SHIFT_JIS, "CP932": spotter.SHIFT_JIS}
    for folder in ("EUC-JP", "SHIFT_JIS", "CP932", "Big5", "EUC-KR", "GB2312", "EUC-TW", "Johab"):
        paths = [path for path in sorted((DATA / "encoding" / folder).rglob("*")) if path.is_file()]
        assert paths
        verdicts = spot(Column.join([path.read_bytes() for path in paths])).tolist()
        wrong = [path.name for path, verdict in zip(paths, verdicts, strict=True) if verdict != accepted.get(folder, 0)]
        assert not wrong, (folder, wrong)
