"""One tool deduplicates the texts of a file, in this process: who stays, and the CPU seconds that took.

    python dedupe.py TOOL TEXTS.jsonl OUT.json

Timed is what lies between texts in memory, as the tool takes them (an Arrow column for Manyo, a list of `str` for the
others), and a list of those that stay; imports and a first run on a few texts go before. Only datatrove reads its file itself, for it knows no other way. All tools but text-dedup and datatrove are
given character 5-grams, and are asked for 0.7 (HojiChar by default for 0.8; text-dedup takes its defaults). `OUT.json` has `kept`, a list of booleans, and `seconds`.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ["RAYON_NUM_THREADS"] = os.environ["NUMBA_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"
Tool = Callable[[list[str]], list[bool]]


def grams(text: str) -> set[str]:
    return {text[at : at + 5] for at in range(max(len(text) - 4, 1))}


def manyo(texts: Any, **single: Any) -> list[bool]:
    import manyo

    return list(manyo.dedupe(texts, **single)["kept"].to_pylist())


def rensa(texts: list[str], permutations: int = 128, bands: int = 16) -> list[bool]:
    """Its deduplicator, whose candidates are verified by their signatures."""
    from rensa import RMinHashDeduplicator

    index = RMinHashDeduplicator(0.7, permutations, True, bands)
    return list(index.add_pairs((str(place), grams(text)) for place, text in enumerate(texts)))


def hojichar(texts: list[str], **single: Any) -> list[bool]:
    """Its two filters, as its documentation joins them."""
    from hojichar import Document
    from hojichar.filters.deduplication import GenerateDedupLSH, InlineDeduplicator

    sign, drop = GenerateDedupLSH(**single), InlineDeduplicator()
    return [not drop.apply(sign.apply(Document(text))).is_rejected for text in texts]


def datasketch(texts: list[str], permutations: int = 128, bands: tuple[int, int] | None = None) -> list[bool]:
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(threshold=0.7, num_perm=permutations, params=bands)
    cut = ([gram.encode() for gram in grams(text)] for text in texts)
    made = MinHash.generator(cut, num_perm=permutations, seed=42)
    known: list[Any] = []
    kept = []
    for signature in made:
        near = any(known[place].jaccard(signature) >= 0.7 for place in index.query(signature))
        kept.append(not near)
        if not near:
            index.insert(len(known), signature)
            known.append(signature)
    return kept


def text_dedup(texts: list[str]) -> list[bool]:
    """What its script does, in one process and without the datasets around it: its signatures, its tables, its union-find."""
    from collections import defaultdict

    import numpy as np
    from text_dedup import minhash as shipped

    permutations, threshold, prime = 250, 0.7, np.uint64((1 << 61) - 1)  # its defaults
    bands, rows = shipped.optimal_param(threshold, permutations, false_positive_weight=0.5, false_negative_weight=0.5)
    random = np.random.RandomState(42)
    made = (
        random.randint(1, prime, size=(permutations,), dtype=np.uint64),
        random.randint(0, prime, size=(permutations,), dtype=np.uint64),
    )
    tables: list[Any] = [defaultdict(set) for _ in range(bands)]
    for place, text in enumerate(texts):
        signature = shipped.embed_func(
            text,
            place,
            num_perm=permutations,
            ngram_size=5,
            min_length=1,
            hashranges=[(band * rows, (band + 1) * rows) for band in range(bands)],
            permutations=made,
            hash_func=shipped.xxh3_32hash,
            dtype=np.uint64,
            max_hash=np.uint32((1 << 32) - 1),
            modulo_prime=prime,
        )
        for table, key in zip(tables, signature["__signatures__"], strict=True):
            table[key].add(place)
    union = shipped.UnionFind()
    for table in tables:
        for bucket in table.values():
            first = min(bucket)
            for place in bucket:
                union.union(place, first)
    return [union.find(place) == place for place in range(len(texts))]


def datatrove(texts: list[str]) -> list[bool]:
    """Its four steps with FineWeb-2's settings for Japanese: 5-grams of words, 14 buckets of 8 hashes."""
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.dedup import MinhashDedupCluster, MinhashDedupFilter, MinhashDedupSignature
    from datatrove.pipeline.dedup.minhash import MinhashConfig, MinhashDedupBuckets
    from datatrove.pipeline.readers import JsonlReader
    from datatrove.pipeline.writers import JsonlWriter
    from datatrove.utils.hashing import HashConfig

    config = MinhashConfig(
        n_grams=5, num_buckets=14, hashes_per_bucket=8, hash_config=HashConfig(hash_fc="xxhash", precision=64)
    )
    with tempfile.TemporaryDirectory() as place:
        folder = {name: str(Path(place) / name) for name in ("in", "signatures", "buckets", "remove", "kept", "logs")}
        Path(folder["in"]).mkdir()
        rows = (json.dumps({"id": str(number), "text": text}) for number, text in enumerate(texts))
        (Path(folder["in"]) / "texts.jsonl").write_text("\n".join(rows), "utf-8")
        for name, steps, tasks in (
            (
                "s",
                [JsonlReader(folder["in"]), MinhashDedupSignature(folder["signatures"], config, language="jpn_Jpan")],
                1,
            ),
            ("b", [MinhashDedupBuckets(folder["signatures"], folder["buckets"], config=config)], config.num_buckets),
            ("c", [MinhashDedupCluster(folder["buckets"], folder["remove"], config=config)], 1),
            (
                "f",
                [
                    JsonlReader(folder["in"]),
                    MinhashDedupFilter(folder["remove"]),
                    JsonlWriter(folder["kept"], compression=None),
                ],
                1,
            ),
        ):
            LocalPipelineExecutor(steps, tasks=tasks, workers=1, logging_dir=str(Path(folder["logs"]) / name)).run()
        written = [line for path in Path(folder["kept"]).glob("*") for line in path.read_text("utf-8").splitlines()]
    kept = {int(json.loads(line)["id"]) for line in written}
    return [number in kept for number in range(len(texts))]


TOOLS: dict[str, Tool] = {
    "manyo": manyo,
    "manyo, estimates only": lambda texts: manyo(texts, verify="estimate"),
    "manyo, preset fineweb2": lambda texts: manyo(texts, preset="fineweb2"),
    "rensa, 16 x 8": rensa,
    "rensa, 42 x 6": lambda texts: rensa(texts, 252, 42),
    "HojiChar, 42 x 6": lambda texts: hojichar(texts, num_bands=42, band_size=6),
    "HojiChar, 16 x 8": lambda texts: hojichar(texts, num_bands=16, band_size=8),
    "HojiChar, defaults": hojichar,
    "datasketch": datasketch,
    "datasketch, 42 x 6": lambda texts: datasketch(texts, 252, (42, 6)),
    "text-dedup": text_dedup,
    "datatrove": datatrove,
}


def seconds() -> float:
    """CPU seconds of this process and of those that it has waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def main(name: str, path: str, out: str) -> None:
    texts = [json.loads(line) for line in Path(path).read_text("utf-8").splitlines()]
    few = texts[:100]
    TOOLS[name]([*few, *(text[len(text) // share :] for text in few for share in (4, 9))])
    given: Any = texts
    if name.startswith("manyo"):
        import pyarrow as pa

        given = pa.array(texts)
    before = seconds()
    kept = TOOLS[name](given)
    Path(out).write_text(json.dumps({"seconds": seconds() - before, "kept": kept}))


if __name__ == "__main__":
    main(*sys.argv[1:])
