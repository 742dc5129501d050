"""`manyo extract`: the text, Markdown, blocks with their scores, JSON; from a file or standard input."""

from __future__ import annotations

import io
import json
from pathlib import Path

import click
import pytest
from rich.cells import cell_len

from command_line import manyo, refused
from manyo import extract

SENTENCES = (
    "朝の市は、駅の南の広場で六時に始まる。店を出すのは近くの農家と、港の魚屋である。",
    "雨の日は、屋根のある通路に移る。荷車を停める場所が少ないので、歩いて来るのがよい。",
    "帰りには、<ruby>蕎麦<rt>そば</rt></ruby>の屋台に寄る人が多い。湯気の向こうで、店主が黙って手を動かしている。",
)
PAGE = (
    "<html lang=ja><head><meta charset=utf-8><title>朝の市</title></head><body><nav><ul><li><a href=/>トップページ</a><li><a href=/map>地図</a></ul></nav>"
    f"<main><article><h1>朝の市</h1><p>{SENTENCES[0]}</p><h2>雨の日</h2><p>{SENTENCES[1]}</p><ul><li>傘は貸し出します。数に限りがあります。</li><li>荷物は預かれません。ご了承ください。</li></ul>"
    f"<p>{SENTENCES[2]}</p></article></main><footer><a href=/about>この\x1b[31mサイト\u202eについて</a></footer></body></html>"
)


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.html"
    path.write_text(PAGE, "utf-8")
    return path


def test_the_text_is_printed(page: Path) -> None:
    answer = manyo("extract", page)
    assert (answer.code, answer.err) == (0, "")
    assert answer.out == extract(PAGE.encode()).text + "\n"
    assert "蕎麦の屋台" in answer.out and "地図" not in answer.out


def test_markdown(page: Path) -> None:
    answer = manyo("extract", page, "--markdown")
    assert answer.out == extract(PAGE.encode()).markdown + "\n"
    assert "## 雨の日\n" in answer.out and "\n- 傘は" in answer.out


@pytest.mark.parametrize(
    ("ruby", "read"), [("drop", "蕎麦の"), ("keep", "蕎麦そばの"), ("parenthesise", "蕎麦（そば）の")]
)
def test_readings(page: Path, ruby: str, read: str) -> None:
    assert read in manyo("extract", page, "--ruby", ruby).out
    assert read in manyo("extract", page, "--ruby", ruby, "--markdown").out


def test_json(page: Path) -> None:
    found = extract(PAGE.encode())
    plain = json.loads(manyo("extract", page, "--json").out)
    names = ["title", "date", "charset", "charset_from", "language", "text"]
    assert plain == {name: getattr(found, name) for name in names}
    whole = json.loads(manyo("extract", page, "--json", "--markdown", "--why").out)
    assert list(whole) == [*names, "markdown", "blocks"]
    assert whole["markdown"] == found.markdown
    assert [(block["text"], block["kept"], block["score"], block["tag"]) for block in whole["blocks"]] == [
        (block.text, block.kept, block.score, block.tag) for block in found.blocks
    ]


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_why_lists_every_block(page: Path, lang: str) -> None:
    found = extract(PAGE.encode())
    answer = manyo("extract", page, "--why", "--lang", lang)
    assert answer.code == 0
    assert all(letter.isprintable() or letter == "\n" for letter in answer.out)  # nothing of the page moves the cursor
    head, _, table = answer.out.partition("\n\n")
    assert head.split("\n")[0].split(maxsplit=1)[1] == "朝の市"
    assert "utf-8" in head and ("なし" if lang == "ja" else "none") in head
    title, *rows = table.rstrip("\n").split("\n")
    assert [row[0] for row in rows] == ["+" if block.kept else "-" for block in found.blocks]
    assert [float(row[2:7]) for row in rows] == [pytest.approx(block.score, abs=0.006) for block in found.blocks]
    assert [row[8:18].count("#") for row in rows] == [round(block.score * 10) for block in found.blocks]
    assert [row[20:30].strip() for row in rows] == [block.tag for block in found.blocks]
    texts = [row[32:] for row in rows]
    assert texts[0] == "トップページ" and texts[3].endswith("…")
    assert all(cell_len(text) <= 60 for text in texts)
    assert cell_len(title[: title.rindex("冒頭" if lang == "ja" else "text")]) == 32  # over the column, wide as it is


def test_dropped_blocks_are_dim_where_there_are_colours(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(click.utils, "should_strip_ansi", lambda *_: False)
    lines = manyo("extract", page, "--why").out.splitlines()
    dim = [line.startswith("\x1b[2m") for line in lines]
    assert any(dim) and dim == [line.removeprefix("\x1b[2m").startswith("-") for line in lines]


def test_one_output_at_a_time(page: Path) -> None:
    assert "add --json" in refused("extract", page, "--markdown", "--why")


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(PAGE.encode())))
    assert manyo("extract", "-", "--markdown").out == extract(PAGE.encode()).markdown + "\n"


@pytest.mark.parametrize("content", [b"", b"\xff\x00", b"<p>" * 3])
@pytest.mark.parametrize("options", [(), ("--markdown",), ("--why",), ("--json", "--why", "--markdown")])
def test_a_page_of_nothing(tmp_path: Path, content: bytes, options: tuple[str, ...]) -> None:
    path = tmp_path / "page.html"
    path.write_bytes(content)
    answer = manyo("extract", path, *options)
    assert (answer.code, answer.err) == (0, "")
