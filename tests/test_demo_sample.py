"""The demo's sample is what examples/demo/README.md says: deterministic, valid, and the truth beside it is true.

Every personal value in the sample was invented for it: phone numbers and postal codes of zeros that nobody is given, addresses in places that
do not exist, a card number that payment companies publish for tests, and My Numbers counted out for the purpose.
"""

from __future__ import annotations

import gzip
import html
import json
import re
import subprocess
import sys
import zlib
from collections import Counter
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import brotli
import pytest

ROOT = Path(__file__).parent.parent
MAKER = ROOT / "examples" / "demo" / "make_sample.py"
# As a reader decodes them: 2004 tables know ①, which Python's `euc_jp` does not.
CODECS = {"euc-jp": "euc_jis_2004", "iso-2022-jp": "iso2022_jp"}
# Where Python's JIS tables and Windows' (which the web follows) map one code to two characters.
AS_WINDOWS = str.maketrans("〜−‖—", "～－∥―")
PAGES = ("good", "near_copy", "exact_copy", "personal")


@dataclass(frozen=True)
class Record:
    fields: dict[str, str]
    block: bytes


@dataclass(frozen=True)
class Sample:
    data: bytes
    records: list[Record]
    truth: list[dict[str, Any]]

    def of(self, *kinds: str) -> list[dict[str, Any]]:
        return [row for row in self.truth if row["kind"] in kinds]


def read_records(data: bytes) -> list[Record]:
    """Every gzip member is one whole record, and says its own length."""
    records = []
    while data:
        member = zlib.decompressobj(wbits=31)
        raw = member.decompress(data)
        assert member.eof
        data = member.unused_data
        head, _, rest = raw.partition(b"\r\n\r\n")
        version, *lines = head.decode("utf-8").split("\r\n")
        assert version == "WARC/1.0"
        fields = dict(line.split(": ", 1) for line in lines)
        length = int(fields["Content-Length"])
        assert rest[length:] == b"\r\n\r\n"
        records.append(Record(fields, rest[:length]))
    return records


def payload_of(block: bytes) -> tuple[dict[str, str], bytes]:
    """The headers and decoded body of an HTTP message."""
    head, _, body = block.partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode("latin-1").split("\r\n")[1:])
    if headers.get("Transfer-Encoding") == "chunked":
        whole = b""
        while True:
            size, _, rest = body.partition(b"\r\n")
            count = int(size, 16)
            if not count:
                assert rest == b"\r\n"
                break
            whole += rest[:count]
            assert rest[count : count + 2] == b"\r\n"
            body = rest[count + 2 :]
        body = whole
    else:
        assert len(body) == int(headers["Content-Length"])
    coding = headers.get("Content-Encoding")
    if coding == "gzip":
        body = gzip.decompress(body)
    elif coding == "br":
        body = brotli.decompress(body)
    return headers, body


def visible(markup: str) -> str:
    """Every character of a page outside its tags, ruby readings and white space."""
    markup = re.sub(r"<(script|style|rp|rt)\b[^>]*>.*?</\1>", "", markup, flags=re.DOTALL | re.IGNORECASE)
    return re.sub(r"\s", "", html.unescape(re.sub(r"<[^>]*>", "", markup))).replace("\ufffd", "")


def grams(text: str) -> set[str]:
    text = re.sub(r"\s", "", text)
    return {text[k : k + 5] for k in range(len(text) - 4)}


def jaccard(a: set[str], b: set[str]) -> float:
    return len(a & b) / len(a | b)


def make(folder: Path) -> tuple[bytes, bytes]:
    out, truth = folder / "sample.warc.gz", folder / "truth.json"
    subprocess.run([sys.executable, str(MAKER), str(out), "--truth", str(truth)], check=True, capture_output=True)
    return out.read_bytes(), truth.read_bytes()


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    data, truth = make(tmp_path_factory.mktemp("sample"))
    return Sample(data, read_records(data), json.loads(truth))


@pytest.fixture(scope="module")
def bodies(sample: Sample) -> dict[str, bytes]:
    """The decoded payload by address, but for the one that was cut short."""
    whole = [r for r in sample.records if r.fields["WARC-Type"] == "response" and "WARC-Truncated" not in r.fields]
    return {record.fields["WARC-Target-URI"]: payload_of(record.block)[1] for record in whole}


def test_two_runs_give_the_same_bytes(sample: Sample, tmp_path: Path) -> None:
    data, truth = make(tmp_path)
    assert data == sample.data
    assert json.loads(truth) == sample.truth


def test_every_response_has_its_row_of_truth_in_order(sample: Sample) -> None:
    told = [r.fields["WARC-Target-URI"] for r in sample.records if r.fields["WARC-Type"] == "response"]
    assert told == [row["url"] for row in sample.truth]
    assert len(set(told)) == len(told)


def test_record_types_and_headers(sample: Sample) -> None:
    types = Counter(record.fields["WARC-Type"] for record in sample.records)
    assert types["request"] == types["response"] == types["metadata"] == len(sample.truth)
    assert types["warcinfo"] == 1
    assert types["revisit"] >= 5
    ids = [record.fields["WARC-Record-ID"] for record in sample.records]
    assert len(set(ids)) == len(ids)
    dates = [record.fields["WARC-Date"] for record in sample.records]
    assert dates == sorted(dates)


def test_counts_by_kind(sample: Sample) -> None:
    counts = Counter(row["kind"] for row in sample.truth)
    assert len(sample.truth) >= 400
    assert counts["good"] >= 150
    assert counts["near_copy"] == 30
    assert counts["exact_copy"] == 15
    assert counts["spam"] + counts["thin"] >= 40
    assert counts["personal"] == 15
    assert counts["foreign"] == 120
    assert counts["not_text"] + counts["redirect"] + counts["error"] + counts["damaged"] >= 25


def test_every_encoding_is_there_and_declared_in_every_way(sample: Sample) -> None:
    pages = sample.of(*PAGES)
    charsets = Counter(row["encoding"] for row in pages)
    assert set(charsets) == {"utf-8", "cp932", "euc-jp", "iso-2022-jp", "utf-16"}
    assert charsets["utf-8"] > len(pages) / 2
    assert {row["declared"] for row in pages} == {"both", "header", "meta", "none", "wrong"}
    assert sum(row["broken"] for row in pages) == 4
    assert {"gb2312", "gbk", "big5", "euc-kr", "windows-1251", "koi8-r"} <= {
        r["encoding"] for r in sample.of("foreign")
    }


def test_bodies_travel_in_every_coding(sample: Sample) -> None:
    blocks = [
        record.block.partition(b"\r\n\r\n")[0] for record in sample.records if record.fields["WARC-Type"] == "response"
    ]
    for coding in (
        b"Content-Encoding: gzip",
        b"Content-Encoding: br",
        b"Transfer-Encoding: chunked",
        b"Content-Length: ",
    ):
        assert sum(coding in head for head in blocks) >= 10


def test_every_page_decodes_to_its_truth(sample: Sample, bodies: dict[str, bytes]) -> None:
    for row in sample.of(*PAGES):
        charset = CODECS.get(row["encoding"], row["encoding"])
        errors = "replace" if row["broken"] else "strict"
        page = visible(bodies[row["url"]].decode(charset, errors).translate(AS_WINDOWS))
        for line in row["text"].split("\n"):
            assert re.sub(r"\s", "", line).translate(AS_WINDOWS) in page, (row["url"], line)


def test_only_the_four_broken_pages_fail_to_decode(sample: Sample, bodies: dict[str, bytes]) -> None:
    failed = set()
    for row in sample.of(*PAGES, "foreign", "spam", "thin"):
        try:
            bodies[row["url"]].decode(CODECS.get(row["encoding"], row["encoding"]))
        except UnicodeDecodeError:
            failed.add(row["group"])
    assert failed == {row["group"] for row in sample.truth if row["broken"]}
    assert len(failed) == 4


def test_good_pages_differ(sample: Sample) -> None:
    pages = [(row["url"], grams(row["text"])) for row in sample.of("good", "personal")]
    near = [(a, b) for (a, left), (b, right) in combinations(pages, 2) if jaccard(left, right) >= 0.3]
    assert near == []


def test_near_copies_are_near_and_exact_copies_exact(sample: Sample, bodies: dict[str, bytes]) -> None:
    originals = {row["group"]: row for row in sample.of("good")}
    for row in sample.of("near_copy"):
        original = originals[row["group"]]
        assert jaccard(grams(row["text"]), grams(original["text"])) >= 0.8
        assert bodies[row["url"]] != bodies[original["url"]]
    assert sum(row["text"] != originals[row["group"]]["text"] for row in sample.of("near_copy")) == 8
    for row in sample.of("exact_copy"):
        assert bodies[row["url"]] == bodies[originals[row["group"]]["url"]]


def test_good_pages_are_written_in_japanese_sentences(sample: Sample) -> None:
    for row in sample.of("good", "personal"):
        assert 250 <= len(row["text"]) <= 1000, row["url"]
        kana = len(re.findall(r"[ぁ-ヶー]", row["text"]))
        assert kana >= 0.3 * len(re.findall(r"\w", row["text"])), row["url"]


def test_every_personal_value_was_invented(sample: Sample, bodies: dict[str, bytes]) -> None:
    shapes = {
        "email": r"[\w.-]+@example\.(?:com|net|org|jp|co\.jp|ne\.jp|or\.jp)",
        "phone": r"0\d{1,3}-0{3,4}-\d{3,4}",
        "card": r"4111 1111 1111 1111",
        "mynumber": r"123456789018|0000 0000 0019",
        "address": r"〒000-\d{4} \w+架空市.+",
    }
    values = [value for row in sample.of("personal") for value in row["personal"]]
    assert {value["type"] for value in values} == set(shapes)
    for value in values:
        plain = value["value"].translate(str.maketrans("０１２３４５６７８９－", "0123456789-"))
        assert re.fullmatch(shapes[value["type"]], plain), value
    for row in sample.of("personal"):
        assert row["personal"]
        assert all(value["value"] in row["text"] for value in row["personal"])
    assert all(row["personal"] == [] for row in sample.of("good"))


def test_my_numbers_have_the_check_digit_that_the_ordinance_asks_for(sample: Sample) -> None:
    values = [
        v["value"].replace(" ", "") for r in sample.of("personal") for v in r["personal"] if v["type"] == "mynumber"
    ]
    assert len(values) == 2
    for value in values:
        weighed = sum(int(digit) * (n + 1 if n <= 6 else n - 5) for n, digit in enumerate(value[10::-1], 1))
        assert int(value[11]) == (0 if weighed % 11 <= 1 else 11 - weighed % 11)


def test_no_mail_address_outside_example_domains(bodies: dict[str, bytes]) -> None:
    for url, body in bodies.items():
        for domain in re.findall(rb"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)", body):
            assert domain.startswith(b"example."), (url, domain)


def test_every_host_is_reserved_for_examples(sample: Sample) -> None:
    for row in sample.truth:
        host = row["url"].split("/")[2]
        assert re.search(r"\.example\.(?:com|net|org|jp)$", host), host


def test_the_damaged_capture_ends_in_the_middle_of_a_chunk(sample: Sample) -> None:
    (row,) = sample.of("damaged")
    (record,) = (
        r for r in sample.records if r.fields["WARC-Type"] == "response" and r.fields["WARC-Target-URI"] == row["url"]
    )
    assert record.fields["WARC-Truncated"] == "disconnect"
    assert b"Transfer-Encoding: chunked" in record.block
    assert not record.block.endswith(b"0\r\n\r\n")
