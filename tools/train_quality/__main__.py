"""Train the quality score, `src/manyo/measure/quality.npz`, from texts that people called good or bad.

    pip install scikit-learn
    python tools/train_quality --judgements FILE ... --cross-validate
    python tools/train_quality --judgements FILE ... --write

A file of judgements has a JSON object a line: {"id": ..., "text": ..., "label": "good" or "bad"}. The shipped model learned
from ../shared/data/quality/mc4ja_good_bad.jsonl, kept beside the checkout, and from `texts/`, written for it. The same
files give the same model.

Cross-validation leaves out judged texts only, and prints the area under the ROC curve over them: with folds at random,
and with folds of neighbours, 8 texts in a row together, because neighbours are often of one page.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from train_quality.fit import Texts, fit, shipped
from train_quality.labelled import judged, written

from manyo.measure import quality

FOLDS = 10
NEIGHBOURS = 8


def validate(texts: Texts, seeds: int, neighbours: bool) -> tuple[list[float], np.ndarray]:
    """The area for each seed, and the mean logit of each text from models trained without it."""
    people = np.flatnonzero(texts.weight == 1)
    good = texts.good[people]
    areas, logits = [], np.zeros(len(people))
    for seed in range(seeds):
        logit = np.zeros(len(people))
        folds = StratifiedGroupKFold if neighbours else StratifiedKFold
        split = folds(FOLDS, shuffle=True, random_state=seed).split(people, good, np.arange(len(people)) // NEIGHBOURS)
        for _, part in split:
            chosen = np.ones(len(texts.good), bool)
            chosen[people[part]] = False
            logit[part] = fit(texts, chosen, seed).predict(texts)[people[part]]
        areas.append(float(roc_auc_score(good, logit)))
        logits += logit / seeds
    return areas, logits


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--judgements", nargs="+", type=Path, required=True, metavar="FILE")
    parser.add_argument("--without-written", action="store_true", help="train on judged texts only")
    parser.add_argument("--seeds", type=int, default=10, metavar="N", help="rounds of cross-validation (%(default)s)")
    parser.add_argument("--cross-validate", action="store_true")
    parser.add_argument("--write", action="store_true", help="train on everything and write the model")
    given = parser.parse_args()
    people = [text for path in given.judgements for text in judged(path)]
    made = [] if given.without_written else list(written())
    texts = Texts(people + made)
    print(f"{len(people)} judged texts, {len(made)} written ones, {len(texts.characters)} windows")
    if given.cross_validate:
        for neighbours in (False, True):
            areas, logits = validate(texts, given.seeds, neighbours)
            how = "neighbours together" if neighbours else "at random"
            print(f"folds {how}: area {np.mean(areas):.4f}, standard deviation {np.std(areas):.4f} over {given.seeds}")
            probability = 1 / (1 + np.exp(-logits))
            good = texts.good[: len(people)]
            for keep in (0.98, 0.95, 0.9, 0.8):
                least = np.quantile(probability[good], 1 - keep)
                print(
                    f"  at {least:.3f}: keeps {keep:.0%} of good, refuses {np.mean(probability[~good] < least):.1%} of bad"
                )
    if given.write:
        target = Path(quality.__file__).with_name("quality.npz")
        fitted = fit(texts, np.ones(len(texts.good), bool))
        np.savez_compressed(target, **shipped(fitted))
        quality.load.cache_clear()
        known = np.count_nonzero(fitted.grams.known.entries)
        print(f"{target} {target.stat().st_size:,} bytes, {known:,} n-grams")


if __name__ == "__main__":
    main()
