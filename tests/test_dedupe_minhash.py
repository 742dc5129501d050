"""Signatures and band keys: the kernel against a plain twin, and the estimate against the truth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import manyo.dedupe as dedupe
from manyo.errors import ManyoError

patient = settings(deadline=None)  # the first example may compile a kernel
MASK = (1 << 64) - 1
BASE = 0x9E3779B97F4A7C15
EMPTY = 0xFFFFFFFF

soup = st.lists(
    st.one_of(
        st.text(alphabet="いろはにほへと漢字 　\n\t\u2003\u1680\x85\x00aé𠮷\uffff", max_size=12).map(str.encode),
        st.binary(max_size=6),
        st.sampled_from(
            [b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80", b"\xe3\x81", b"\xf0\x9f\x98", b"\xe0\x80\x80"]
        ),
    ),
    max_size=12,
).map(b"".join)


def mix(value: int) -> int:
    for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        value = ((value ^ (value >> 33)) * factor) & MASK
    return value ^ (value >> 33)


def characters(text: bytes) -> list[int]:
    """Code points, bytes that are no valid UTF-8 as 0x110000 + byte, without white space."""
    codes: list[int] = []
    at = 0
    while at < len(text):
        for width in (1, 2, 3, 4):
            try:
                codes.append(ord(text[at : at + width].decode()))
            except (UnicodeDecodeError, TypeError):
                continue
            break
        else:
            codes.append(0x110000 + text[at])
            width = 1
        at += width
    return [code for code in codes if code >= 0x110000 or not chr(code).isspace() or 0x1C <= code <= 0x1F]


def plain_signature(text: bytes, settings: dedupe.Settings) -> list[int]:
    codes = characters(text)
    bins = settings.permutations
    signature = [EMPTY] * bins
    width = min(settings.ngram, len(codes))
    for start in range(len(codes) - width + 1 if codes else 0):
        gram = 0
        for code in codes[start : start + width]:
            gram = (gram * BASE + code + 1) & MASK
        mixed = mix(gram)
        place = (mixed >> 32) * bins >> 32
        signature[place] = min(signature[place], mixed & 0xFFFFFFFF)
    filled = [value != EMPTY for value in signature]
    for place in range(bins if any(filled) else 0):
        state = (place + 1) * BASE & MASK
        other = place
        while not filled[other]:
            state = (state * 6364136223846793005 + 1442695040888963407) & MASK
            other = (state >> 32) * bins >> 32
        signature[place] = signature[other]
    return signature


def plain_keys(signature: list[int], settings: dedupe.Settings) -> list[int]:
    if signature[0] == EMPTY:
        return [MASK] * settings.bands
    keys = []
    for band in range(settings.bands):
        key = mix((band + BASE) & MASK)
        for value in signature[band * settings.rows : (band + 1) * settings.rows]:
            key = mix(key ^ value)
        keys.append(min(key, MASK - 1))
    return keys


@patient
@given(st.lists(soup, max_size=4), st.sampled_from([(1, 8, 2, 4), (5, 16, 3, 5), (5, 37, 6, 6), (9, 64, 8, 8)]))
def test_kernels_equal_the_plain_twin(rows: list[bytes], shape: tuple[int, int, int, int]) -> None:
    settings = dedupe.Settings(*shape)
    signed = dedupe.signatures(rows, settings)
    assert signed.tolist() == [plain_signature(row, settings) for row in rows]
    assert dedupe.band_keys(signed, settings).tolist() == [plain_keys(row, settings) for row in signed.tolist()]


@patient
@given(st.integers(1000, 1040), soup)
def test_texts_longer_than_the_block(length: int, tail: bytes) -> None:
    settings = dedupe.Settings(permutations=32, bands=4, rows=8)
    text = ("いろは　にほへと a" * 200)[:length].encode() + tail
    assert dedupe.signatures([text], settings)[0].tolist() == plain_signature(text, settings)


def test_a_text_without_characters_is_no_candidate() -> None:
    settings = dedupe.Settings()
    signed = dedupe.signatures(["", "　\n", "あ"], settings)
    assert (signed[:2] == dedupe.EMPTY).all()
    assert (signed[2] != dedupe.EMPTY).all()
    keys = dedupe.band_keys(signed, settings)
    assert (keys[:2] == dedupe.NO_KEY).all()
    assert (keys[2] != dedupe.NO_KEY).all()
    assert dedupe.similarity(signed[0], signed[1]) == 0.0


def grams(text: str, width: int = 5) -> set[str]:
    return {text[i : i + width] for i in range(len(text) - width + 1)}


def jaccard(a: str, b: str) -> float:
    return len(grams(a) & grams(b)) / len(grams(a) | grams(b))


@pytest.mark.parametrize("length", [80, 150, 1200])
@pytest.mark.parametrize("permutations", [128, 256])
def test_the_estimate_errs_no_more_than_theory_says(length: int, permutations: int) -> None:
    """RMSE within 1.15 of sqrt(mean J (1 - J) / k), and no bias, on pairs of random texts over the whole range of J."""
    random = np.random.default_rng(20240401)
    kana = np.array([chr(code) for code in range(0x3042, 0x3094)])
    pairs = []
    for _ in range(400):
        text = random.choice(kana, length)
        other = text.copy()
        start = random.integers(0, length - 6)
        other[start : start + random.integers(0, length - start)] = random.choice(kana, 1)
        pairs.append(("".join(text), "".join(other)))
    settings = dedupe.Settings(permutations=permutations, bands=20, rows=6)
    signed = [dedupe.signatures([pair[side] for pair in pairs], settings) for side in (0, 1)]
    truth = np.array([jaccard(a, b) for a, b in pairs])
    error = dedupe.similarity(signed[0], signed[1]) - truth
    theory = np.sqrt((truth * (1 - truth)).mean() / permutations)
    # Fewer n-grams than bins: borrowed bins repeat what others say, which costs some of the bins' worth.
    assert np.sqrt((error**2).mean()) < theory * (1.15 if length > permutations else 1.6)
    assert abs(error.mean()) < 3 * theory / np.sqrt(len(pairs)) * 1.6


def test_recall_is_the_banding_curve() -> None:
    settings = dedupe.Settings()
    assert settings.recall(0.0) == 0.0
    assert settings.recall(1.0) == 1.0
    assert settings.recall(0.7) >= 0.99
    curve = [settings.recall(step / 50) for step in range(51)]
    assert curve == sorted(curve)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"ngram": 0}, "ngram"),
        ({"ngram": 65}, "ngram"),
        ({"permutations": 1}, "permutations"),
        ({"permutations": 200}, "permutations"),
        ({"bands": 0}, "bands"),
        ({"rows": 2.5}, "rows"),
        ({"bands": True}, "bands"),
        ({"threshold": 0.0}, "threshold"),
        ({"threshold": 1.01}, "threshold"),
        ({"threshold": float("nan")}, "threshold"),
        ({"threshold": "0.7"}, "threshold"),
    ],
)
def test_impossible_settings_are_refused(changes: dict[str, object], word: str) -> None:
    with pytest.raises(ManyoError, match=word):
        dedupe.Settings(**changes)  # type: ignore[arg-type]
