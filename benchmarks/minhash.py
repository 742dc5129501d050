"""MinHash signatures: speed and error, ours and others' in turn on the same texts.

    python benchmarks/minhash.py [FILE...] [--json] [--rounds 5]

Texts come from the files named (UTF-8, cut into pieces of 1,500 characters), or from a seeded generator of Japanese-like
text. Speed is UTF-8 megabytes a CPU-second (`process_time`) on one thread, from text to signatures, the cutting into
n-grams included, the best of interleaved rounds. Error is the root mean square of estimate minus true Jaccard similarity of
character 5-grams, on the same pairs for all, short texts (60 to 160 characters) apart. Peers that are not installed are
left out with a word: rensa, datasketch.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

import manyo.dedupe as dedupe
from manyo.columns import Column

NGRAM = 5
Signer = Callable[[list[str]], Any]  # texts to signatures [n, k]


def ours(permutations: int) -> Signer:
    settings = dedupe.Settings(NGRAM, permutations, bands=permutations // 8, rows=8)
    return lambda texts: dedupe.signatures(Column.of(texts), settings)


def rensa(permutations: int) -> Signer:
    from rensa import RMinHash

    def sign(texts: list[str]) -> Any:
        grams = [{text[i : i + NGRAM] for i in range(max(len(text) - NGRAM + 1, 1))} for text in texts]
        return RMinHash.digest_matrix_from_token_sets(grams, permutations, 42)  # its bulk path

    return sign


def datasketch(permutations: int) -> Signer:
    from datasketch import MinHash

    def sign(texts: list[str]) -> Any:
        grams = [[text[i : i + NGRAM].encode() for i in range(max(len(text) - NGRAM + 1, 1))] for text in texts]
        return np.array([made.hashvalues for made in MinHash.generator(grams, num_perm=permutations, seed=42)])

    return sign


RUNNERS = {
    "manyo k=128": ("manyo", ours, 128),
    "manyo k=256": ("manyo", ours, 256),
    "manyo k=512": ("manyo", ours, 512),
    "rensa k=128": ("rensa", rensa, 128),
    "rensa k=256": ("rensa", rensa, 256),
    "datasketch k=128": ("datasketch", datasketch, 128),
}


def generated(pieces: int, length: int, random: np.random.Generator) -> list[str]:
    """Clauses of a small vocabulary, as in a language: n-grams repeat within and between texts."""
    kana, kanji = np.arange(0x3042, 0x3094), np.arange(0x4E00, 0x5200)
    words = [
        "".join(map(chr, random.choice(kanji if random.random() < 0.5 else kana, random.integers(1, 5))))
        for _ in range(5000)
    ]
    weights = 1 / np.arange(1, 5001)
    texts = []
    for _ in range(pieces):
        chosen = random.choice(words, length // 2, p=weights / weights.sum())
        texts.append("".join(word + ("。" if place % 11 == 10 else "") for place, word in enumerate(chosen))[:length])
    return texts


def pairs(texts: list[str], random: np.random.Generator) -> list[tuple[str, str]]:
    """Each text and a copy in which a stretch of random length comes from another text."""
    made = []
    for text, other in zip(texts, texts[1:] + texts[:1], strict=True):
        start = int(random.integers(0, max(len(text) - NGRAM, 1)))
        stop = start + int(random.integers(0, len(text) - start + 1))
        made.append((text, text[:start] + other[start:stop] + text[stop:]))
    return made


def jaccard(a: str, b: str) -> float:
    first, second = ({text[i : i + NGRAM] for i in range(max(len(text) - NGRAM + 1, 1))} for text in (a, b))
    return len(first & second) / len(first | second)


def rows(signed: Any) -> np.ndarray:
    """A peer's matrix of signatures as an array."""
    return signed if isinstance(signed, np.ndarray) else np.array(signed.to_rows())


def error(sign: Signer, tested: list[tuple[str, str]], truth: np.ndarray) -> float:
    first, second = rows(sign([a for a, _ in tested])), rows(sign([b for _, b in tested]))
    return float(np.sqrt((((first == second).mean(axis=1) - truth) ** 2).mean()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--json", action="store_true", help="one JSON object and nothing else")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    random = np.random.default_rng(1)
    whole = [path.read_text(encoding="utf-8") for path in options.files]
    texts = [text[i : i + 1500] for text in whole for i in range(0, len(text), 1500)] or generated(400, 1500, random)
    texts = [text for text in texts if len(text) >= 200][:2000]
    short = [text[i : i + int(random.integers(60, 161))] for text in texts for i in (0, 180) if len(text) >= i + 60]
    tests = {"documents": pairs(texts[:800], random), "short texts": pairs(short[:800], random)}
    truths = {name: np.array([jaccard(*pair) for pair in tested]) for name, tested in tests.items()}

    signers: dict[str, Signer] = {}
    versions: dict[str, str] = {}
    for name, (package, make, permutations) in RUNNERS.items():
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            print(f"{name}: not installed, left out (pip install {package})", file=sys.stderr)
            continue
        signers[name] = make(permutations)
    size = sum(len(text.encode()) for text in texts) / 1e6
    best = dict.fromkeys(signers, float("inf"))
    for sign in signers.values():
        sign(texts[:2])
    for _ in range(options.rounds):
        for name, sign in signers.items():  # in turn, so that a busy machine is busy for all
            started = process_time()
            sign(texts)
            best[name] = min(best[name], process_time() - started)
    results = {
        name: {
            "megabytes_per_second": size / best[name],
            "rmse": {test: error(sign, tests[test], truths[test]) for test in tests},
        }
        for name, sign in signers.items()
    }
    if options.json:
        print(json.dumps({"versions": versions, "megabytes": size, "results": results}))
        return
    print(f"{len(texts)} texts, {size:.1f} MB; " + ", ".join(f"{name} {number}" for name, number in versions.items()))
    print(f"{'':18}{'MB/s':>8}{'ratio':>8}   RMSE documents, short texts")
    for name, result in results.items():
        ratio = results["manyo k=256"]["megabytes_per_second"] / result["megabytes_per_second"]
        errors = "  ".join(f"{value:.4f}" for value in result["rmse"].values())
        print(f"{name:18}{result['megabytes_per_second']:8.1f}{ratio:8.1f}   {errors}")
    print("ratio: manyo k=256 to this one")


if __name__ == "__main__":
    main()
