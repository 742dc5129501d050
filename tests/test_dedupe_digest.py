"""The exact digest: what it leaves out, what it hashes, and the edges it gives."""

from __future__ import annotations

import re

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import manyo.dedupe as dedupe
from manyo.columns import Column

patient = settings(deadline=None)  # the first example may compile a kernel
WHITE_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
WHITE_SPACE_BYTES = re.compile(b"|".join(re.escape(character.encode()) for character in WHITE_SPACE))
MASK = (1 << 64) - 1

soup = st.lists(
    st.one_of(
        st.sampled_from([character.encode() for character in WHITE_SPACE]),
        st.sampled_from(["あ", "漢字", "ｱ", "x", "𠮷", "é", "\u2027", "\u2030", "\u3001", "　　"]).map(str.encode),
        st.binary(max_size=20),
    ),
    max_size=40,
).map(b"".join)


def rotate(value: int, bits: int) -> int:
    return ((value << bits) | (value >> (64 - bits))) & MASK


def finalise(value: int) -> int:
    for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        value = ((value ^ (value >> 33)) * factor) & MASK
    return value ^ (value >> 33)


def murmur3_x64_128(text: bytes) -> tuple[int, int]:
    """The published function, seed 0, one block after another."""
    c1, c2, h1, h2 = 0x87C37B91114253D5, 0x4CF5AD432745937F, 0, 0
    whole = len(text) - len(text) % 16
    for start in range(0, whole, 16):
        k1, k2 = (int.from_bytes(text[start + half : start + half + 8], "little") for half in (0, 8))
        h1 ^= rotate(k1 * c1 & MASK, 31) * c2 & MASK
        h1 = ((rotate(h1, 27) + h2) * 5 + 0x52DCE729) & MASK
        h2 ^= rotate(k2 * c2 & MASK, 33) * c1 & MASK
        h2 = ((rotate(h2, 31) + h1) * 5 + 0x38495AB5) & MASK
    k1, k2 = (int.from_bytes(text[whole + half : whole + half + 8], "little") for half in (0, 8))
    h2 ^= rotate(k2 * c2 & MASK, 33) * c1 & MASK
    h1 ^= rotate(k1 * c1 & MASK, 31) * c2 & MASK
    h1, h2 = h1 ^ len(text), h2 ^ len(text)
    h1 = (h1 + h2) & MASK
    h2 = (h2 + h1) & MASK
    h1, h2 = finalise(h1), finalise(h2)
    h1 = (h1 + h2) & MASK
    return h1, (h2 + h1) & MASK


def test_the_published_vectors() -> None:
    assert dedupe.digests([b"hello"])[0].tolist() == [0xCBD8A7B341BD9B02, 0x5B1E906A48AE1D19]
    assert dedupe.digests([b"", " \u3000\n"]).tolist() == [[0, 0], [0, 0]]


@patient
@given(st.lists(soup, max_size=6))
def test_kernel_equals_the_plain_function(rows: list[bytes]) -> None:
    expected = [murmur3_x64_128(WHITE_SPACE_BYTES.sub(b"", row)) for row in rows]
    assert [tuple(row) for row in dedupe.digests(rows).tolist()] == expected


@patient
@given(st.integers(4070, 4120), st.text(alphabet="あx \n", max_size=8))
def test_texts_longer_than_the_block(length: int, tail: str) -> None:
    text = ("　いろはabc\n" * 400).encode()[:length] + tail.encode()
    assert tuple(dedupe.digests([text])[0].tolist()) == murmur3_x64_128(WHITE_SPACE_BYTES.sub(b"", text))


@patient
@given(st.text(alphabet="いろは漢\n　 \t", max_size=40))
def test_white_space_is_what_python_and_unicode_say(text: str) -> None:
    first, second = dedupe.digests([text, "".join(text.split())])
    assert (first == second).all()


def test_a_slice_of_a_column_is_digested_alone() -> None:
    column = Column.join(["いろは".encode(), "にほへ".encode(), "とちり".encode()])
    inner = Column(column.data, column.offsets[1:3])
    assert (dedupe.digests(inner) == dedupe.digests(["にほへ"])).all()


@patient
@given(st.lists(st.sampled_from(["い", "ろ ", "ろ", "は", "は\n", ""]), max_size=12), st.randoms(use_true_random=False))
def test_exact_edges_are_stars_in_any_order(texts: list[str], random: object) -> None:
    ids = np.arange(len(texts)) * 3 + 5
    order = list(range(len(texts)))
    random.shuffle(order)  # type: ignore[attr-defined]
    digests = dedupe.digests(texts)
    found = dedupe.exact_edges(digests[order], ids[order])
    bare = ["".join(text.split()) for text in texts]
    expected = {(ids[bare.index(text)], ids[i]) for i, text in enumerate(bare) if bare.index(text) != i}
    assert {tuple(edge) for edge in found.tolist()} == expected
    assert len(found) == len(expected)
