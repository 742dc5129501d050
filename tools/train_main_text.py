"""Train the model that selects the main text, `src/manyo/read/main_text.npz`, from pages with known main text.

    pip install lightgbm
    python examples/demo/make_sample.py sample.warc.gz --truth truth.json
    python tools/train_main_text.py --pages FOLDER ... --wcxb FOLDER --sample sample.warc.gz truth.json --cross-validate
    python tools/train_main_text.py --pages FOLDER ... --wcxb FOLDER --sample sample.warc.gz truth.json --write

`--pages` folders hold `NAME.html` beside `NAME.gt.txt`, or `html/NAME.html` beside `text/NAME.txt`; `--wcxb` is a split of
the Web Content Extraction Benchmark (`html/*.html.gz`, `ground-truth/*.json`). Blocks are labelled by alignment: a long
block belongs to the main text when half of its character 5-grams are in the truth, a short one when it stands in the
truth soon after the last block that matched. Folds are made by site, never by page. The score is that of
`docs/read.md`: mean F1 of character bigrams on Japanese pages, of words on WCXB.
"""

from __future__ import annotations

import argparse
import collections
import gzip
import json
import re
import statistics
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from manyo import collect
from manyo.columns import Column
from manyo.read import charset, features, forest, main_text, segment
from manyo.read.decode import decode

GRAM = 5
FOLDS = 5
CUT = 0.45  # probability above which a block is kept
WEIGHTS = {"wcxb": 1.0, "synthetic": 1.0}  # of a page by its kind
JAPANESE = 3.0  # and of a real Japanese one
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
    "seed": 20251123,
    "deterministic": True,
    "num_threads": 2,
}
TREES = 64  # a multiple of forest.ABREAST


@dataclass(frozen=True)
class Page:
    """A page, its main text, the site it is from (pages of one site share a fold), and the set it is scored in."""

    html: bytes
    truth: str
    site: str
    kind: str


def pairs(folder: Path) -> Iterator[Page]:
    sites = {}
    if (folder / "meta.jsonl").exists():
        for line in (folder / "meta.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            sites[row["file"]] = row["site"]
    for path in sorted(folder.glob("*.html")) + sorted((folder / "html").glob("*.html")):
        beside = path.parent == folder
        truth = folder / f"{path.stem}.gt.txt" if beside else folder / "text" / f"{path.stem}.txt"
        if truth.exists():
            site = (
                sites.get(path.name) or f"{folder.name}/{path.stem.split('__')[0] if '__' in path.stem else path.stem}"
            )
            yield Page(path.read_bytes(), truth.read_text("utf-8", "replace"), site, folder.name)


def sample(archive: Path, truth: Path) -> Iterator[Page]:
    """The good pages of a demo sample: synthetic, but in shapes that the labelled real pages have few of."""
    known = {row["url"]: row for row in json.loads(truth.read_text("utf-8"))}
    sources = collect.find([str(archive)], base=str(Path.cwd()))
    for shard in collect.plan(sources, shard_bytes=1 << 40):
        for batch in collect.Reader(shard):
            for url, body in zip(batch["url"].to_pylist(), batch["body"].to_pylist(), strict=True):
                row = known.get(url)
                if row and row["kind"] in ("good", "near_copy") and row["text"]:
                    yield Page(body, row["text"], url.split("/")[2], "synthetic")


def wcxb(folder: Path) -> Iterator[Page]:
    for path in sorted((folder / "ground-truth").glob("*.json")):
        row = json.loads(path.read_text("utf-8"))
        truth = row["ground_truth"].get("main_content")
        if truth is None:
            continue
        host = re.match(r"https?://([^/]+)", str(row.get("url", "")))
        html = gzip.decompress((folder / "html" / f"{path.stem}.html.gz").read_bytes())
        yield Page(html, truth, host[1] if host else path.stem, "wcxb")


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text).lower()


def labels(found: segment.Segments, pages: list[Page]) -> Any:
    """1 for every block that belongs to the main text of its page."""
    out = np.zeros(len(found.blocks), np.int8)
    for number, page in enumerate(pages):
        truth = squeezed(page.truth)
        grams = {truth[at : at + GRAM] for at in range(len(truth) - GRAM + 1)}
        reached = 0
        for block in range(*found.pages[number : number + 2, segment.FIRST_BLOCK].tolist()):
            start, end = found.blocks[block, segment.START], found.blocks[block, segment.END]
            text = squeezed(found.text[start:end].tobytes().decode("utf-8", "replace"))
            if len(text) >= 12:
                share = statistics.mean(text[at : at + GRAM] in grams for at in range(len(text) - GRAM + 1))
                out[block] = share >= 0.5
                if share > 0.8 and (place := truth.find(text[:12], max(0, reached - 200))) >= 0:
                    reached = place + len(text)
            elif truth and (place := truth.find(text, max(0, reached - 30), reached + 400)) >= 0:
                out[block], reached = 1, place + len(text)
    return out


def f1(predicted: str, page: Page) -> float:
    if page.kind == "wcxb":
        units = [collections.Counter(re.findall(r"\w+", text.lower())) for text in (predicted, page.truth)]
    else:
        texts = [re.sub(r"\s+", "", text) for text in (predicted, page.truth)]
        if not texts[1]:
            return float(len(texts[0]) < 50)
        units = [collections.Counter(text[at : at + 2] for at in range(len(text) - 1)) for text in texts]
    total = sum(units[0].values()) + sum(units[1].values())
    return 2 * sum((units[0] & units[1]).values()) / total if total else 1.0


def score(found: segment.Segments, kept: Any, pages: list[Page]) -> dict[str, float]:
    texts = main_text.assemble(found, kept.astype(np.uint8)).text().to_pylist()
    by_kind: dict[str, list[float]] = collections.defaultdict(list)
    for text, page in zip(texts, pages, strict=True):
        by_kind[page.kind].append(f1(text, page))
    return {kind: round(statistics.mean(values), 3) for kind, values in sorted(by_kind.items())}


def train(matrix: Any, label: Any, weight: Any) -> Any:
    import lightgbm

    return lightgbm.train(PARAMETERS, lightgbm.Dataset(matrix, label, weight=weight), TREES)


def flatten(model: Any) -> dict[str, Any]:
    """LightGBM's trees as the heaps of `manyo.read.forest.Forest`: a leaf above the last step is led to by one path."""
    trees = [tree["tree_structure"] for tree in model.dump_model()["tree_info"]]
    inner = (1 << forest.DEPTH) - 1
    feature = np.zeros((len(trees), inner), np.int16)
    threshold = np.full((len(trees), inner), np.inf, np.float32)
    leaves = np.zeros((len(trees), inner + 1), np.float64)

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
    cut = np.float64(np.log(CUT / (1 - CUT)))
    return {
        "feature": feature,
        "threshold": threshold,
        "leaves": leaves,
        "cut": cut,
        "names": np.array(features.NAMES),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", nargs="*", type=Path, default=[], metavar="FOLDER")
    parser.add_argument("--wcxb", type=Path, metavar="FOLDER")
    parser.add_argument("--sample", nargs=2, type=Path, metavar=("WARC", "TRUTH"), help="the demo's, by make_sample.py")
    parser.add_argument("--cross-validate", action="store_true", help="print F1 on pages of sites not trained on")
    parser.add_argument("--write", action="store_true", help="train on everything and write the model")
    given = parser.parse_args()
    pages = [page for folder in given.pages for page in pairs(folder)] + (list(wcxb(given.wcxb)) if given.wcxb else [])
    pages += list(sample(*given.sample)) if given.sample else []
    if not pages:
        parser.error("no pages: name folders with --pages or --wcxb")
    bodies = Column.join([page.html for page in pages])
    codes, _ = charset.choose(bodies, np.zeros(bodies.rows, np.uint8))
    found = segment.segment(decode(bodies, codes)[0])
    rule = main_text.by_rules(found)
    matrix, label = features.matrix(found, rule), labels(found, pages)
    owner = np.repeat(np.arange(len(pages)), np.diff(found.pages[:, segment.FIRST_BLOCK]))
    characters = found.blocks[:, segment.CHARACTERS]
    size = np.maximum(np.bincount(owner, characters, len(pages)), 500)[owner]
    weight = np.sqrt(characters + 1) * 2000 / size
    weight *= np.array([WEIGHTS.get(page.kind, JAPANESE) for page in pages])[owner]
    print("rules    ", score(found, rule, pages))
    print("at best  ", score(found, label, pages))
    if given.cross_validate:
        fold = np.array([zlib.crc32(page.site.encode()) % FOLDS for page in pages])[owner]
        kept = np.zeros(len(label), np.uint8)
        for number in range(FOLDS):
            rest = fold != number
            kept[~rest] = train(matrix[rest], label[rest], weight[rest]).predict(matrix[~rest]) > CUT
        print("validated", score(found, kept, pages))
    if given.write:
        target = Path(main_text.__file__).with_name("main_text.npz")
        np.savez_compressed(target, **flatten(train(matrix, label, weight)))
        forest.load.cache_clear()
        print(f"{target} {target.stat().st_size:,} bytes")
        print("trained  ", score(found, main_text.select(found), pages))


if __name__ == "__main__":
    main()
