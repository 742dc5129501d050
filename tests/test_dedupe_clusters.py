"""Candidates, forests, clusters and keepers: against plain twins, and the same however the work is cut."""

from __future__ import annotations

import dataclasses
import itertools
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import manyo.dedupe as dedupe
from manyo.dedupe import candidates

patient = settings(deadline=None)  # the first example may compile a kernel
SETTINGS = dedupe.Settings(permutations=64, bands=16, rows=4, threshold=0.6, verify="estimate")
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


def plain_edges(
    keys: np.ndarray, documents: np.ndarray, signed: np.ndarray, settings: dedupe.Settings
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Leader clustering as the docstring tells it, in dictionaries and lists: sure and doubtful edges."""
    buckets = defaultdict(set)
    for key, document in zip(keys.tolist(), documents.tolist(), strict=True):
        if key != int(dedupe.NO_KEY):
            buckets[key].add(document)
    sure, doubtful = [], []
    top, least = settings.threshold + settings.margin, settings.threshold - settings.margin
    if settings.verify == "none":
        top = least = 0.0
    for key in sorted(buckets):
        leaders: list[int] = []  # in the order of their seats
        touched: dict[int, int] = {}
        part: dict[int, int] = {}
        for clock, document in enumerate(sorted(buckets[key])):
            share = {leader: float(dedupe.similarity(signed[leader], signed[document])) for leader in leaders}
            part[document] = document
            twins = [leader for leader in leaders if (signed[leader] == signed[document]).all()]
            for leader in twins[:1] or leaders:
                if share[leader] < top - 1e-6:
                    continue
                touched[leader] = clock
                if part[leader] == part[document]:
                    continue
                sure.append((leader, document))
                part.update({one: part[document] for one in leaders if part[one] == part[leader]})
            if twins or any(value >= max(0.95, top) - 1e-6 for value in share.values()) or (leaders and top == 0.0):
                continue
            near = [one for one in leaders if least - 1e-6 <= share[one] < top - 1e-6]
            near = [one for one in near if part[one] != part[document]]
            for leader in sorted(near, key=lambda one: (-share[one], one))[:4]:
                touched[leader] = clock
                doubtful.append((leader, document))
            touched[document] = clock
            if len(leaders) < dedupe.LEADERS:
                leaders.append(document)
            else:
                leaders[leaders.index(min(leaders, key=lambda one: (touched[one], one)))] = document
    return sure, doubtful


@pytest.fixture(scope="module")
def signed() -> np.ndarray:
    return dedupe.signatures(corpus(300), SETTINGS)


def as_pairs(edges: np.ndarray) -> list[tuple[int, int]]:
    return [(low, high) for low, high in edges.tolist()]


@pytest.mark.parametrize("verify", ["exact", "estimate", "none"])
@pytest.mark.parametrize("sketched", [False, True])
def test_edges_equal_the_plain_twin(signed: np.ndarray, verify: str, sketched: bool) -> None:
    settings = dataclasses.replace(SETTINGS, verify=verify)
    keys = dedupe.band_keys(signed, settings)
    documents = np.repeat(np.arange(len(signed)), settings.bands)
    compared = dedupe.sketches(signed) if sketched else signed
    found = dedupe.edges(keys.ravel(), documents, compared, settings)
    sure, doubtful = plain_edges(keys.ravel(), documents, compared, settings)
    assert as_pairs(found.sure) == sure
    assert as_pairs(found.doubtful) == doubtful
    assert bool(doubtful) == (verify == "exact")


def test_edges_when_a_bucket_has_more_kinds_than_leaders() -> None:
    random = np.random.default_rng(3)
    kinds = random.integers(0, 1000, (3 * dedupe.LEADERS, 64), dtype=np.uint32)
    signed = kinds[random.integers(0, len(kinds), 600)]
    keys = np.zeros(len(signed), np.uint64)
    documents = np.arange(len(signed))
    found = dedupe.edges(keys, documents, signed, SETTINGS)
    assert as_pairs(found.sure) == plain_edges(keys, documents, signed, SETTINGS)[0]


@patient
@given(st.permutations(range(dedupe.LEADERS)), st.sampled_from(["exact", "estimate"]))
def test_a_bucket_that_all_may_lead_does_not_know_their_order(order: list[int], verify: str) -> None:
    """Texts less alike than 0.95, as many as there are leaders: every pair is looked at, whoever comes first."""
    settings = dataclasses.replace(SETTINGS, verify=verify)
    random = np.random.default_rng(11)
    signed = random.integers(0, 2**32, (dedupe.LEADERS, 64), dtype=np.uint32)
    for row in range(1, dedupe.LEADERS):  # a chain in which neighbours are alike, in steps of different size
        kept = random.permutation(64)[: random.integers(30, 60)]
        signed[row, kept] = signed[row - 1, kept]
    keys, documents = np.zeros(dedupe.LEADERS, np.uint64), np.arange(dedupe.LEADERS)
    whole, turned = (dedupe.edges(keys, documents, rows, settings) for rows in (signed, signed[order]))
    roots = dedupe.clusters(dedupe.LEADERS, whole.sure)
    assert 1 < len(set(roots.tolist())) < dedupe.LEADERS
    assert np.array_equal(roots, dedupe.clusters(dedupe.LEADERS, np.asarray(order)[turned.sure]))


@patient
@given(st.integers(1, 9), st.integers(1, 50), st.integers(0, 2**32 - 1))
def test_neither_partitions_nor_order_nor_chunks_change_the_clusters(
    signed: np.ndarray, partitions: int, gather: int, seed: int
) -> None:
    keys = dedupe.band_keys(signed, SETTINGS).ravel()
    documents = np.repeat(np.arange(len(signed)), SETTINGS.bands)
    whole = dedupe.edges(keys, documents, signed, SETTINGS).sure
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
            found = dedupe.edges(keys[mine], documents[mine], shards, SETTINGS)
            forests.append(dedupe.spanning_forest(found.sure))
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
    found = dedupe.edges(keys, documents, mapped, SETTINGS).sure
    assert np.array_equal(found, dedupe.edges(keys, documents, signed, SETTINGS).sure)


def test_a_bucket_of_many_equal_documents_is_one_star() -> None:
    count = 200_000
    signed = np.broadcast_to(np.arange(64, dtype=np.uint32), (count, 64))
    found = dedupe.edges(np.zeros(count, np.uint64), np.arange(count)[::-1], signed, SETTINGS)
    assert np.array_equal(found.sure, np.stack([np.zeros(count - 1, np.int64), np.arange(1, count)], axis=1))
    assert len(found.doubtful) == 0


def test_no_keys_no_edges() -> None:
    empty = dedupe.edges(np.full(8, dedupe.NO_KEY), np.arange(8), np.zeros((8, 64), np.uint32), SETTINGS)
    assert empty.sure.shape == empty.doubtful.shape == (0, 2)


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
