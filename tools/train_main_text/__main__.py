"""Train the model that selects the main text, `src/manyo/read/main_text.npz`, from pages with known main text.

    pip install lightgbm
    python examples/demo/make_sample.py sample.warc.gz --truth truth.json
    python tools/train_main_text --pages FOLDER ... --wcxb FOLDER --sample sample.warc.gz truth.json --cross-validate
    python tools/train_main_text --pages FOLDER ... --wcxb FOLDER --sample sample.warc.gz truth.json --write

`--pages` folders hold `NAME.html` beside `NAME.gt.txt`, or `html/NAME.html` beside `text/NAME.txt`; `--wcxb` is a split of
the Web Content Extraction Benchmark (`html/*.html.gz`, `ground-truth/*.json`). Made-up Japanese pages
(`tools/japanese_pages`) are added to the training, never to the validation. Folds are made by site, never by page. The
score is that of `docs/read.md`: mean F1 of character bigrams on Japanese pages, of words on WCXB.
"""

from __future__ import annotations

import argparse
import collections
import re
import statistics
import sys
import zlib
from multiprocessing import Pool
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from train_main_text.labels import align
from train_main_text.odds import Counted
from train_main_text.pages import Page, fragments, made, pairs, sample, wcxb

from manyo.columns import Column
from manyo.read import charset, features, forest, main_text, segment, settle, vocabulary
from manyo.read.decode import decode

FOLDS = 5
JAPANESE = 3.0  # the weight of a real Japanese page, where one of WCXB weighs 1
MADE = 0.1  # and that of a made-up one
FRAGMENTS = 800  # pages of a few sentences and little else
PAGE = 500  # characters below which a page weighs less
PARAMETERS = {
    "objective": "binary",
    "num_leaves": 31,
    "max_depth": forest.DEPTH,
    "learning_rate": 0.15,
    "min_data_in_leaf": 40,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "max_bin": 127,
    "verbose": -1,
    "deterministic": True,
    "num_threads": 2,
}


def f1(predicted: str, page: Page) -> float:
    if not page.japanese:
        units = [collections.Counter(re.findall(r"\w+", text.lower())) for text in (predicted, page.truth)]
    else:
        texts = [re.sub(r"\s+", "", text) for text in (predicted, page.truth)]
        if not texts[1]:
            return float(len(texts[0]) < 50)
        units = [collections.Counter(text[at : at + 2] for at in range(len(text) - 1)) for text in texts]
    total = sum(units[0].values()) + sum(units[1].values())
    return 2 * sum((units[0] & units[1]).values()) / total if total else 1.0


def score(found: segment.Segments, kept: Any, pages: list[Page]) -> dict[str, float]:
    """Mean F1 by set, and by part of a set."""
    texts = main_text.assemble(found, kept.astype(np.uint8)).text().to_pylist()
    by_set: dict[str, list[float]] = collections.defaultdict(list)
    for text, page in zip(texts, pages, strict=True):
        if page.real:
            value = f1(text, page)
            by_set[page.kind].append(value)
            if page.part:
                by_set[f"{page.kind}:{page.part}"].append(value)
    return {name: round(statistics.mean(values), 3) for name, values in sorted(by_set.items())}


def show(name: str, figures: dict[str, float]) -> None:
    print(f"{name:10}", "  ".join(f"{key} {value:.3f}" for key, value in figures.items()), flush=True)


def train(matrix: Any, label: Any, weight: Any, trees: int, seed: int) -> Any:
    import lightgbm

    return lightgbm.train({**PARAMETERS, "seed": seed}, lightgbm.Dataset(matrix, label, weight=weight), trees)


def flatten(model: Any, known: vocabulary.Vocabulary) -> dict[str, Any]:
    """LightGBM's trees as the heaps of `manyo.read.forest.Forest`: a leaf above the last step is led to by one path."""
    trees = [tree["tree_structure"] for tree in model.dump_model()["tree_info"]]
    inner = (1 << forest.DEPTH) - 1
    feature = np.zeros((len(trees), inner), np.int16)
    threshold = np.full((len(trees), inner), np.inf, np.float32)
    leaves = np.zeros((len(trees), inner + 1), np.float32)

    def fill(tree: int, place: int, node: dict[str, Any]) -> None:
        if "leaf_value" in node:
            while place < inner:
                place = 2 * place + 1  # thresholds stay infinite: every step goes to the first child
            leaves[tree, place - inner] = node["leaf_value"]
            return
        limit = np.float32(node["threshold"])
        if limit > node["threshold"]:  # the largest single-precision number that is not beyond it
            limit = np.nextafter(limit, np.float32(-np.inf))
        feature[tree, place], threshold[tree, place] = node["split_feature"], limit
        fill(tree, 2 * place + 1, node["left_child"])
        fill(tree, 2 * place + 2, node["right_child"])

    for tree, structure in enumerate(trees):
        fill(tree, 0, structure)
    used = known.keys > 0
    return {
        "feature": feature,
        "threshold": threshold,
        "leaves": leaves,
        "keys": known.keys[used],
        "odds": known.odds[used].astype(np.float16).astype(np.float32),
        "names": np.array(features.NAMES),
    }


def chosen(found: segment.Segments, probability: Any) -> Any:
    kept = forest.choose(found, probability.astype(np.float32))
    settle.settle(found, kept)
    return kept


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", nargs="*", type=Path, default=[], metavar="FOLDER")
    parser.add_argument("--wcxb", type=Path, metavar="FOLDER")
    parser.add_argument("--sample", nargs=2, type=Path, metavar=("WARC", "TRUTH"), help="the demo's, by make_sample.py")
    parser.add_argument("--made", type=int, default=1500, metavar="N", help="pages that are made up (%(default)s)")
    parser.add_argument("--trees", type=int, default=96, metavar="N", help="%(default)s")
    parser.add_argument("--seeds", type=int, default=1, metavar="N", help="validate with so many seeds (%(default)s)")
    parser.add_argument("--cross-validate", action="store_true", help="print F1 on pages of sites not trained on")
    parser.add_argument("--write", action="store_true", help="train on everything and write the model")
    given = parser.parse_args()
    pages = [page for folder in given.pages for page in pairs(folder)] + (list(wcxb(given.wcxb)) if given.wcxb else [])
    pages += list(sample(*given.sample)) if given.sample else []
    if not pages:
        parser.error("no pages: name folders with --pages or --wcxb")
    pages += list(made(given.made, seed=1)) + list(fragments(pages, FRAGMENTS))
    bodies = Column.join([page.html for page in pages])
    codes = charset.choose(bodies, np.zeros(bodies.rows, np.uint8))[0]
    found = segment.segment(decode(bodies, codes)[0])
    first = found.pages[:, segment.FIRST_BLOCK]
    owner = np.repeat(np.arange(len(pages)), np.diff(first))
    data = found.text.tobytes()
    texts = [data[start:end].decode("utf-8", "replace") for start, end in found.blocks[:, :2].tolist()]
    with Pool() as pool:
        aligned = pool.starmap(
            align, ((texts[first[number] : first[number + 1]], page.truth) for number, page in enumerate(pages))
        )
    body = np.arange(len(found.blocks)) < found.pages[owner, segment.FIRST_DATA]
    label = np.concatenate(aligned) * body
    characters = found.blocks[:, segment.CHARACTERS]
    weight = np.sqrt(characters + 1) / np.maximum(np.bincount(owner, characters, len(pages)), PAGE)[owner] * body
    counted = Counted(found, label, weight, owner, pages)
    kinds = [(JAPANESE if page.japanese and page.kind != "demo" else 1.0) if page.real else MADE for page in pages]
    weight *= 2000 * np.array(kinds)[owner]
    show("at best", score(found, label, pages))
    if given.cross_validate:
        # A fragment shares the fold of the page that it is from; the generator's pages are of no site.
        fold = np.array([FOLDS if page.kind == "made" else zlib.crc32(page.site.encode()) % FOLDS for page in pages])
        probability = np.zeros((given.seeds, len(label)))
        for number in range(FOLDS):
            matrix, _ = counted.matrix(fold != number)
            rest = (fold != number)[owner] & body
            for seed in range(given.seeds):
                model = train(matrix[rest], label[rest], weight[rest], given.trees, seed + 1)
                probability[seed, ~rest & body] = model.predict(matrix[~rest & body])
        figures = [score(found, chosen(found, one), pages) for one in probability]
        show("validated", {name: statistics.mean(each[name] for each in figures) for name in figures[0]})
    if given.write:
        target = Path(main_text.__file__).with_name("main_text.npz")
        matrix, known = counted.matrix(np.ones(len(pages), bool))
        model = train(matrix[body], label[body], weight[body], given.trees, 1)
        np.savez_compressed(target, **flatten(model, known))
        forest.load.cache_clear()
        print(f"{target} {target.stat().st_size:,} bytes, {np.count_nonzero(known.keys):,} names and words")
        show("trained", score(found, main_text.select(found).kept, pages))


if __name__ == "__main__":
    main()
