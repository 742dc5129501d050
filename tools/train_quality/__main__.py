"""Train the quality score, `src/manyo/measure/quality.npz`, from texts that people called good or bad.

    pip install scikit-learn
    python tools/train_quality --judgements FILE ... --cross-validate
    python tools/train_quality --judgements FILE ... --write

A file of judgements has a JSON object a line: {"text": ..., "label": "good" or "bad"}; other keys are left alone. The
shipped model learned from ../shared/data/quality/mc4ja_good_bad.jsonl, kept beside the checkout, and from `texts/`, written
for it. The same files give the same model.

`--cross-validate` prints areas under the ROC curve, of this model and of a plain logistic regression on the same folds, and
what thresholds do: `validate.py`.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from train_quality import validate
from train_quality.fit import Texts, fit, shipped
from train_quality.labelled import judged, written

from manyo.errors import ManyoError
from manyo.measure import quality


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--judgements", nargs="+", type=Path, required=True, metavar="FILE")
    parser.add_argument("--without-written", action="store_true", help="train on judged texts only")
    parser.add_argument("--seeds", type=int, default=5, metavar="N", help="rounds of cross-validation (%(default)s)")
    parser.add_argument("--cross-validate", action="store_true")
    parser.add_argument("--write", action="store_true", help="train on everything and write the model")
    parser.add_argument("--to", type=Path, metavar="FILE", help="write there, not to the model that ships")
    given = parser.parse_args()
    try:
        people = [text for path in given.judgements for text in judged(path)]
    except ManyoError as error:
        raise SystemExit(str(error)) from error
    made = [] if given.without_written else list(written())
    texts = Texts(people + made)
    print(f"{len(people)} judged texts, {len(made)} written ones, {len(texts.characters)} windows")
    if given.cross_validate:
        plain, good, places = [text.text for text in people], texts.good[: len(people)], np.arange(len(people))
        for how, groups in (("at random", None), ("near-duplicates together", validate.near_duplicates(plain))):
            for name, predict in (
                ("baseline", validate.baseline(plain, good)),
                ("ours", validate.ours(texts, places)),
            ):
                areas, logits = zip(*validate.cross_validated(predict, good, groups, given.seeds), strict=True)
                print(
                    f"folds {how}, {name}: area {np.mean(areas):.4f}, standard deviation {np.std(areas):.4f}",
                    flush=True,
                )
        print(*validate.report(np.mean(logits, axis=0), good), sep="\n")
    if given.write:
        target = given.to or Path(quality.__file__).with_name("quality.npz")
        fitted = fit(texts, np.ones(len(texts.good), bool))
        np.savez_compressed(target, **shipped(fitted))
        quality.load.cache_clear()
        known = np.count_nonzero(fitted.known.entries)
        print(f"{target} {target.stat().st_size:,} bytes, {known:,} n-grams and runs")


if __name__ == "__main__":
    main()
