"""Candidates, forests, clusters and keepers: against plain twins, and the same however the work is cut."""

from __future__ import annotations

import itertools
from collections import defaultdict
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manyo import dedupe
from manyo.dedupe import candidates

patient = settings(deadline=None)  # the first example may compile a kernel
SETTINGS = dedupe.Settings(permutations=64, bands=16, rows=4, threshold=0.6)
TALE = "むかしむかし、あるところに、おじいさんとおばあさんが住んでいました。おじいさんは山へ柴刈りに、"
SNOW = "国境の長いトンネルを抜けると雪国であった。夜の底が白くなった。信号所に汽車が止まった。"


def corpus(count: int, seed: int = 7) -> list[str]:
    """Families of texts: two sources, each copy with a few random kana put somewhere."""
    random = np.random.default_rng(seed)
    texts = []
    for _ in range(count):
        text = list((TALE, SNOW, TALE + SNOW)[random.integers(3)])
        for _ in range(random.integers(0, 6)):
            text[random.integers(len(text))] = chr(random.integers(0x3042, 0x3093))
        texts.append("".join(text))
    return texts


def plain_edges(keys: np.ndarray, documents: np.ndarray, signed: np.ndarray, threshold: float) -> list[tuple[int, int]]:
    """Leader clustering as the docstring tells it, in dictionaries and lists."""
    buckets = defaultdict(set)
    for key, document in zip(keys.tolist(), documents.tolist(), strict=True):
        if key != int(dedupe.NO_KEY):
            buckets[key].add(document)
    found = []
    for key in sorted(buckets):
        leaders: list[int] = []  # least recently joined first
        for document in sorted(buckets[key]):
            shares = [(-float((signed[leader] == signed[document]).mean()), leader) for leader in leaders]
            near = min((pair for pair in shares if -pair[0] >= threshold), default=None)
            chosen = document if near is None else near[1]
            if near is None and len(leaders) == dedupe.LEADERS:
                leaders.pop(0)
            elif near is not None:
                leaders.remove(chosen)
                found.append((chosen, document))
            leaders.append(chosen)
    return found


@pytest.fixture(scope="module")
def signed() -> np.ndarray:
    return dedupe.signatures(corpus(300), SETTINGS)


def test_edges_equal_the_plain_twin(signed: np.ndarray) -> None:
    keys = dedupe.band_keys(signed, SETTINGS)
    documents = np.repeat(np.arange(len(signed)), SETTINGS.bands)
    found, share = dedupe.edges(keys.ravel(), documents, signed, SETTINGS.threshold)
    assert [tuple(edge) for edge in found.tolist()] == plain_edges(keys.ravel(), documents, signed, SETTINGS.threshold)
    assert np.array_equal(share, dedupe.similarity(signed[found[:, 0]], signed[found[:, 1]]))
    assert (share >= SETTINGS.threshold).all()


def test_edges_when_a_bucket_has_more_kinds_than_leaders() -> None:
    random = np.random.default_rng(3)
    kinds = random.integers(0, 1000, (3 * dedupe.LEADERS, 64), dtype=np.uint32)
    signed = kinds[random.integers(0, len(kinds), 600)]
    keys = np.zeros(len(signed), np.uint64)
    documents = np.arange(len(signed))
    found, _ = dedupe.edges(keys, documents, signed, 0.6)
    assert [tuple(edge) for edge in found.tolist()] == plain_edges(keys, documents, signed, 0.6)


@patient
@given(st.integers(1, 9), st.integers(1, 50), st.integers(0, 2**32 - 1))
def test_neither_partitions_nor_order_nor_chunks_change_the_clusters(
    signed: np.ndarray, partitions: int, gather: int, seed: int
) -> None:
    keys = dedupe.band_keys(signed, SETTINGS).ravel()
    documents = np.repeat(np.arange(len(signed)), SETTINGS.bands)
    whole, _ = dedupe.edges(keys, documents, signed, SETTINGS.threshold)
    random = np.random.default_rng(seed)
    order = random.permutation(len(keys))
    cut = int(random.integers(len(signed)))
    shards = [(cut, signed[cut:]), (0, signed[:cut])]
    place = dedupe.partition(keys[order], partitions)
    forests = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(candidates, "_GATHER", gather)
        for index in range(partitions):
            mine = order[place == index]
            found, _ = dedupe.edges(keys[mine], documents[mine], shards, SETTINGS.threshold)
            forests.append(dedupe.spanning_forest(found))
    roots = dedupe.clusters(len(signed), [forests[index] for index in random.permutation(partitions)])
    assert np.array_equal(roots, dedupe.clusters(len(signed), whole))
    assert 1 < len(set(roots.tolist())) < len(signed)


def test_signatures_may_be_mapped_from_files(signed: np.ndarray, tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", signed[:100])
    np.save(tmp_path / "b.npy", signed[100:])
    mapped = [(base, np.load(tmp_path / name, mmap_mode="r")) for base, name in ((100, "b.npy"), (0, "a.npy"))]
    mapped += [(0, signed[:0]), (100, signed[:0]), (len(signed), signed[:0])]  # shards that kept no document
    keys = dedupe.band_keys(signed, SETTINGS).ravel()
    documents = np.repeat(np.arange(len(signed)), SETTINGS.bands)
    found, _ = dedupe.edges(keys, documents, mapped, SETTINGS.threshold)
    assert np.array_equal(found, dedupe.edges(keys, documents, signed, SETTINGS.threshold)[0])


def test_a_bucket_of_many_equal_documents_is_one_star() -> None:
    count = 200_000
    signed = np.broadcast_to(np.arange(64, dtype=np.uint32), (count, 64))
    found, share = dedupe.edges(np.zeros(count, np.uint64), np.arange(count)[::-1], signed, 0.7)
    assert np.array_equal(found, np.stack([np.zeros(count - 1, np.int64), np.arange(1, count)], axis=1))
    assert (share == 1.0).all()


def test_no_keys_no_edges() -> None:
    empty = dedupe.edges(np.full(8, dedupe.NO_KEY), np.arange(8), np.zeros((8, 4), np.uint32), 0.5)
    assert empty[0].shape == (0, 2)
    assert empty[1].shape == (0,)


@patient
@given(st.lists(st.integers(0, 2**64 - 1), max_size=30), st.integers(1, 1000))
def test_partitions_rise_with_the_key(keys: list[int], partitions: int) -> None:
    found = dedupe.partition(np.array(sorted(keys), np.uint64), partitions)
    assert found.tolist() == [(key >> 32) * partitions >> 32 for key in sorted(keys)]
    assert ((found >= 0) & (found < partitions)).all()


edge_lists = st.lists(st.tuples(st.integers(0, 29), st.integers(0, 29)), max_size=60)


def plain_clusters(count: int, edges: list[tuple[int, int]]) -> list[int]:
    root = list(range(count))
    for _ in range(count):
        for a, b in edges:
            root[a] = root[b] = min(root[a], root[b])
    return root


@patient
@given(edge_lists, st.randoms(use_true_random=False))
def test_clusters_and_forests(edges: list[tuple[int, int]], random: object) -> None:
    array = np.array(edges, np.int64).reshape(-1, 2)
    expected = plain_clusters(30, edges)
    assert dedupe.clusters(30, array).tolist() == expected
    forest = dedupe.spanning_forest(array)
    assert dedupe.clusters(30, forest).tolist() == expected
    assert len(forest) == 30 - len(set(expected))
    assert {tuple(edge) for edge in forest.tolist()} <= {(min(edge), max(edge)) for edge in edges}
    shuffled = [edge[::-1] for edge in edges]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    again = np.array(shuffled, np.int64).reshape(-1, 2)
    assert np.array_equal(dedupe.spanning_forest(again), forest)
    assert dedupe.clusters(30, [again[:10], again[10:]]).tolist() == expected


def test_an_edge_to_nowhere_is_an_error() -> None:
    for edge in ([0, 5], [-1, 2]):
        with pytest.raises(ValueError, match="outside"):
            dedupe.clusters(5, np.array([edge]))


@patient
@given(edge_lists, st.data())
def test_representatives(edges: list[tuple[int, int]], data: st.DataObject) -> None:
    roots = dedupe.clusters(30, np.array(edges, np.int64).reshape(-1, 2))
    numbers = st.lists(st.integers(0, 3), min_size=30, max_size=30)
    lengths, fetched = np.array(data.draw(numbers)), np.array(data.draw(numbers))
    keepers = dedupe.representatives(roots, lengths, fetched)
    for root, members in itertools.groupby(sorted(range(30), key=lambda i: roots[i]), key=lambda i: roots[i]):
        best = min(members, key=lambda i: (-lengths[i], fetched[i], i))
        assert (keepers[roots == root] == best).all()


def test_one_column_in_memory() -> None:
    texts = [TALE, SNOW, TALE + "おしまい。", "", SNOW.replace("。", "。\n"), " "]
    table = dedupe.dedupe(pa.chunked_array([pa.array(texts[:2]), pa.array(texts[2:], pa.string())]))
    assert table["cluster"].to_pylist() == [0, 1, 0, 3, 1, 3]
    assert table["kept"].to_pylist() == [False, False, True, False, True, True]
    assert [round(share, 1) for share in table["similarity"].to_pylist()] == [0.9, 1.0, 1.0, 1.0, 1.0, 1.0]
    assert dedupe.dedupe([]).num_rows == 0


@patient
@given(st.permutations(range(40)))
def test_copies_meet_in_any_order(order: list[int]) -> None:
    """Families that are far apart are found whole whichever way they come."""
    texts = [f"{(TALE, SNOW)[i % 2]}{'！' * (i % 5)}" for i in order]
    table = dedupe.dedupe(texts)
    assert len(set(zip(table["cluster"].to_pylist(), (i % 2 for i in order), strict=True))) == 2
    assert len(set(table["cluster"].to_pylist())) == 2
    assert sum(table["kept"].to_pylist()) == 2
