"""Bytes looked at sixty-four at a time, against plain Python that looks at one."""

from __future__ import annotations

import re

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from manyo.columns import ByteArray
from manyo.read import chunks, markup, runs
from manyo.read.utf8 import well_formed

patient = settings(deadline=None, max_examples=200)
PIECES = [
    b"<", b"</", b">", b"--", b"-->", b"--!>", b"</script>", b"</SCRIPT ", b"</scripts>", b"</script", b'"', b"'", b"=", b"/", b" ",
    b"\n", b"\x00", b"\x7f", b"&", b".", b", ", b"!?", b"display", b"DisPlay", b"word another", b"a" * 63, b"a" * 64, b" " * 70,
    "夜".encode(), "夜の、川。".encode(), "！？，．".encode(), "カタカナ".encode() * 9, "é".encode(), "🎆".encode(), "힣".encode(),
    b"\xed\xa0\x80", b"\xe0\x9f\xbf", b"\xf0\x8f\xbf\xbf", b"\xf4\x90\x80\x80", b"\xc1\x80", b"\xf5", b"\x80", b"\xe3\x81",
]  # fmt: skip
raw = st.lists(st.sampled_from(PIECES) | st.binary(max_size=5), max_size=30).map(b"".join)
places = st.tuples(st.integers(0, 200), st.integers(0, 200)).map(sorted)


def array(page: bytes) -> ByteArray:
    return np.frombuffer(page, np.uint8)


def position(pattern: bytes, page: bytes, at: int, end: int) -> int:
    """Where the pattern begins in `[at, end)`, `end` where it does not."""
    found = re.compile(pattern, re.DOTALL).search(page, at, end)
    return found.start() if found else end


@patient
@given(raw, places, st.integers(0, 255))
def test_what_is_sought_is_found(page: bytes, place: list[int], byte: int) -> None:
    at, end = (min(one, len(page)) for one in place)
    data = array(page)
    for sought in (byte, 0x3C, 0x22):
        assert chunks.seek(data, at, end, sought) == position(re.escape(bytes([sought])), page, at, end)
        assert chunks.count(data, at, end, sought) == page[at:end].count(sought)
    assert chunks.past_ascii(data, at, end) == position(rb"[\x80-\xff]", page, at, end)
    assert markup.name_end(data, at, end, 0x3D) == position(rb"[ \n\r\t\f>/=]", page, at, end)
    after, line = runs.white_space(data, at, end)
    assert after == position(rb"[^ \n\r\t\f]", page, at, end)
    assert line == bool(re.search(rb"[\r\n]", page[at:after]))
    if end > at:
        assert chunks.packed(data, at, end - at) == int.from_bytes(page[at:end].lower()[:8], "little")


@patient
@given(raw)
def test_well_formed_utf_8_is_what_python_decodes(page: bytes) -> None:
    good, multi, escape = well_formed(array(page), 0, len(page), np.zeros(chunks.CHUNK, np.uint8))
    try:
        text = page.decode("utf-8")
    except UnicodeDecodeError:
        assert not good
    else:
        assert (good, multi, escape) == (True, not text.isascii(), "\x1b" in text)


@patient
@given(raw, places)
def test_the_ends_of_comments_raw_text_and_words(page: bytes, place: list[int]) -> None:
    page = b"<script" + page
    at, end = (min(one, len(page)) for one in place)
    data = array(page)
    closing = re.compile(rb"</script[ \n\r\t\f>/]", re.IGNORECASE).search(page, at, end)
    assert markup.skip_raw(data, at, end, 1, 7) == (closing.start() if closing else end)
    word = re.compile(rb"display", re.IGNORECASE).search(page, at, end)
    assert markup.find(data, at, end, b"display") == (word.end() if word else -1)
    comment = b"<!--x" + page
    ending = re.compile(rb"--!?>").search(comment, 5)
    assert markup.skip_declaration(array(comment), 0, len(comment)) == (ending.end() if ending else len(comment))


@patient
@given(st.lists(st.sampled_from([p for p in PIECES if p.decode("utf-8", "ignore").encode() == p]), max_size=30))
def test_runs_of_text_are_those_that_need_no_look(pieces: list[bytes]) -> None:
    page = b"x" + b"".join(pieces)
    padded = page + b"\x00" * chunks.CHUNK
    out = np.zeros(chunks.CHUNK, np.uint8)
    size, characters, marks, kana = runs.plain(array(padded), 0, out, 0)
    text = page[:size].decode("utf-8")  # no character is cut
    assert out[:size].tobytes() == page[:size] and size < chunks.CHUNK
    assert not re.search(r"[<&\x00-\x1f]|  | $", text)
    assert characters == len(text.replace(" ", ""))
    assert kana == len(re.findall(r"[\u3040-\u30ff]", text))
    assert marks == len(re.findall(r"[、。！，．？]|[.,!?](?= )", text)) + bool(
        re.search(r"[.,!?]$", text) and page[size : size + 1] in (b"<", b" ")
    )
    if size < chunks.CHUNK - 5:  # something ends it: no run could be longer
        assert re.match(rb"[<&\x00-\x1f]| [ <&\x00-\x1f]| ?[.,!?][\x00-\x1f]", padded[size:])


@patient
@given(
    st.text(
        alphabet=st.sampled_from(
            "aZ09 .,、。！，．Ａ１かハﾊ夜漢ー「」・’é🎆\u3099\u309a\uff9e\u3000\u3164\u200b\u00a0\x7f\t\n"
        ),
        max_size=90,
    )
)
def test_settled_text_is_what_normalising_leaves_alone(text: str) -> None:
    page = b"x" + text.encode()
    padded = page + b"\x00" * chunks.CHUNK
    out = np.zeros(chunks.CHUNK, np.uint8)
    size = runs.settled(array(padded), 0, out, 0)
    run = page[:size].decode("utf-8")
    assert out[:size].tobytes() == page[:size] and size < chunks.CHUNK
    assert re.fullmatch(r"(?:[\x21-\x7e\u3001-\u3098\u309b-\u30ff\u4000-\u9fff]| (?=[^ ]))*", run)
    if size < chunks.CHUNK - 5:
        assert not re.match(r"[\x21-\x7e\u3001-\u3098\u309b-\u30ff\u4e00-\u9fff]", padded[size:].decode("utf-8"))
