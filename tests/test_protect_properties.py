"""What holds for every text: masked once is masked for good, spans and counts tell the truth, bytes stay sound."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manyo import protect, records
from manyo.columns import Column
from manyo.errors import ManyoError

patient = settings(deadline=None, max_examples=300)  # the first example may compile a kernel
PLACEHOLDERS = {kind.name: kind.placeholder for kind in protect.CATALOGUE}
CASES = Path(__file__).parent / "cases"
PIECES = [
    piece
    for name in ("email", "phone", "card", "my-number", "address", "lookalikes")
    for case in json.loads((CASES / f"personal-{name}.json").read_text(encoding="utf-8"))
    for piece in ([case] if isinstance(case, str) else case)
]
# Whole cases, cut pieces of them, and the characters that decide what is a boundary.
soup = st.lists(
    st.one_of(
        st.sampled_from(PIECES),
        st.sampled_from(PIECES).flatmap(
            lambda piece: st.tuples(st.integers(0, len(piece)), st.integers(0, len(piece))).map(
                lambda cut: piece[min(cut) : max(cut)]
            )
        ),
        st.text(alphabet="0123456789０９@＠.-ー－() （）［］[]の〒県市区町1丁目番地号TEL電話アット　\n/+a", max_size=8),
        st.sampled_from(["𠮷", "👍", "é", "\x00", "東京都千代田区", "電話", "〒100-0001", "+81"]),
    ),
    max_size=6,
).map("".join)


def once(text: str) -> str:
    return str(protect.mask([text]).texts.text()[0])


@patient
@given(soup)
def test_masking_twice_is_masking_once(text: str) -> None:
    first = once(text)
    assert once(first) == first


@patient
@given(st.lists(soup, max_size=5))
def test_spans_and_counts_tell_the_truth(texts: list[str]) -> None:
    masked = protect.mask(texts)
    results = masked.texts.text().to_pylist()
    assert masked.spans.type == pa.list_(records.SPAN)
    for row, (text, result, spans) in enumerate(zip(texts, results, masked.spans.to_pylist(), strict=True)):
        assert {name: count[row] for name, count in masked.counts.items()} == {
            name: sum(span["kind"] == name for span in spans) for name in protect.KINDS
        }
        findings = protect.find(text)
        assert [finding.kind for finding in findings] == [span["kind"] for span in spans]
        kept, at = "", 0
        for finding, span in zip(findings, spans, strict=True):
            assert result[span["start"] : span["end"]] == PLACEHOLDERS[span["kind"]]
            assert 0 < finding.score < 1
            kept += text[at : finding.start] + PLACEHOLDERS[finding.kind]
            at = finding.end
        assert kept + text[at:] == result


@patient
@given(st.lists(st.one_of(st.binary(max_size=12), soup.map(str.encode)), max_size=4).map(b"".join))
def test_any_bytes_pass(data: bytes) -> None:
    """What is not valid UTF-8 goes through, and only there may the output be invalid."""
    masked = protect.mask(Column.join([data])).texts.row(0)
    try:
        data.decode()
    except UnicodeDecodeError:
        assert protect.mask(Column.join([masked])).texts.row(0) == masked
    else:
        masked.decode()


@patient
@given(st.lists(soup, min_size=1, max_size=5), st.data())
def test_rows_do_not_see_each_other(texts: list[str], data: st.DataObject) -> None:
    whole = protect.mask(texts).texts.text().to_pylist()
    assert whole == [once(text) for text in texts]
    start = data.draw(st.integers(0, len(texts) - 1))
    part = protect.mask(pa.array(texts)[start:])
    assert part.texts.text().to_pylist() == whole[start:]
    assert [len(row) for row in part.spans.to_pylist()] == [len(protect.find(text)) for text in texts[start:]]


@patient
@given(soup, st.sets(st.sampled_from(protect.KINDS)))
def test_only_the_kinds_asked_for(text: str, kinds: set[str]) -> None:
    masked = protect.mask([text], sorted(kinds))
    assert set(masked.counts) == kinds
    assert {span["kind"] for span in masked.spans[0].as_py()} <= kinds


def luhn(number: str) -> bool:
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(number))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


@patient
@given(st.from_regex(r"\A(?:4|5[1-5]|62|6011|35[3-8])[0-9]{15}\Z").map(lambda number: number[:16]))
def test_a_card_number_is_masked_when_its_check_digit_is_right(number: str) -> None:
    grouped = "-".join(number[start : start + 4] for start in range(0, 16, 4))
    for text in (f"番号は{number}。", f"番号は{grouped}。"):
        assert (once(text) == "番号は［カード番号］。") == luhn(number)


@patient
@given(st.from_regex(r"\A[0-9]{12}\Z"))
def test_an_individual_number_is_masked_when_labelled_and_right(number: str) -> None:
    weights = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
    rest = sum(int(digit) * weight for digit, weight in zip(number, weights, strict=False)) % 11
    right = int(number[11]) == (0 if rest <= 1 else 11 - rest)
    assert (once(f"個人番号：{number}") == "個人番号：［個人番号］") == right
    assert "個人番号" not in once(f"整理番号：{number}")


def test_nothing_of_the_value_is_handed_on() -> None:
    secret = "taro.himitsu@example.com"
    masked = protect.mask([f"宛先は{secret}"])
    everything = repr(masked) + repr(protect.find(f"宛先は{secret}")) + str(masked.spans)
    assert "himitsu" not in everything
    assert b"himitsu" not in masked.texts.data.tobytes()


def test_a_long_run_of_signs_takes_time_in_proportion() -> None:
    """Each of these made a backtracking or rescanning matcher quadratic."""
    for piece in (
        "@",
        "a@",
        "0",
        "0-",
        "03-0000-0000-",
        "(at)",
        "a.",
        "東京都",
        "県",
        "〒",
        "1番地",
        "［",
        "４１１１ ",
    ):
        text = piece * 50_000
        assert once(text + "。連絡はhoge@example.comまで").endswith("［メールアドレス］まで")


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ManyoError, match="no such kind") as error:
        protect.mask(["あ"], ["e-mail"])
    assert "email" in str(error.value)


def test_no_rows_and_empty_rows() -> None:
    assert protect.mask([]).texts.rows == 0
    assert protect.mask(["", ""]).texts.text().to_pylist() == ["", ""]
    assert protect.find("") == []
    assert protect.find("\ud800電話 03-0000-0000") == protect.find("?電話 03-0000-0000")
