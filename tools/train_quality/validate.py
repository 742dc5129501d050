"""How well a model agrees with people about texts that it did not learn from: repeated cross-validation.

Only judged texts are left out; those written for the training always train. Areas under the ROC curve are of all judged
texts together, one area for each seed. A text that shares a page with another tells of it, so there are two ways to fold:
at random, as texts are met that were sampled like the judged ones, and with near-duplicates together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold
from train_quality.fit import Floats, Ints, Texts, fit

FOLDS = 10
SHARED = 0.25  # of the 5-grams of the shorter of two texts: then they are near-duplicates

Predict = Callable[[Ints, Ints, int], Floats]  # of the places of texts to learn from and to judge, and a seed: logits


def near_duplicates(texts: Sequence[str]) -> Ints:
    """The number of each text's group: texts that are linked by shared 5-grams, over any number of links."""
    grams = CountVectorizer(analyzer="char", ngram_range=(5, 5), binary=True).fit_transform(texts)
    shared = (grams @ grams.T).tocoo()
    size = np.maximum(np.asarray(grams.sum(1)).ravel(), 1)
    linked = shared.data > SHARED * np.minimum(size[shared.row], size[shared.col])
    pairs = sparse.coo_matrix((shared.data[linked], (shared.row[linked], shared.col[linked])), shared.shape)
    return np.asarray(sparse.csgraph.connected_components(pairs, directed=False)[1])


def ours(texts: Texts, judged: Ints) -> Predict:
    """The model that ships."""

    def predict(learn: Ints, _: Ints, seed: int) -> Floats:
        chosen = np.ones(len(texts.good), bool)
        chosen[judged] = False
        chosen[judged[learn]] = True
        return fit(texts, chosen, seed).predict(texts)

    return lambda learn, tell, seed: predict(learn, tell, seed)[judged[tell]]


def baseline(texts: Sequence[str], good: npt.NDArray[np.bool_]) -> Predict:
    """A logistic regression on characters and pairs of them, with the settings that suit these texts best."""

    def predict(learn: Ints, tell: Ints, _: int) -> Floats:
        reader = TfidfVectorizer(analyzer="char", ngram_range=(1, 2), sublinear_tf=True, min_df=2)
        model = LogisticRegression(C=10, solver="liblinear", random_state=0)
        model.fit(reader.fit_transform([texts[place] for place in learn]), good[learn])
        return np.asarray(model.decision_function(reader.transform([texts[place] for place in tell])))

    return predict


def cross_validated(
    predict: Predict, good: npt.NDArray[np.bool_], groups: Ints | None, seeds: int
) -> Iterator[tuple[float, Floats]]:
    """For each seed the area, and the logit of each text from the model that was trained without it."""
    for seed in range(seeds):
        logits = np.zeros(len(good))
        if groups is None:
            split = StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(good, good)
        else:
            split = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed).split(good, good, groups)
        for learn, tell in split:
            logits[tell] = predict(learn, tell, seed)
        yield float(roc_auc_score(good, logits)), logits


def report(logits: Floats, good: npt.NDArray[np.bool_]) -> Iterator[str]:
    """What thresholds do, and whether a score is the share that it says it is: lines of two tables in Markdown."""
    scores = 1 / (1 + np.exp(-logits))
    yield "| refuse below | good refused | bad refused | good among the kept |"
    yield "|---|---|---|---|"
    for least in (0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8):
        kept = scores >= least
        yield f"| {least} | {np.mean(~kept[good]):.1%} | {np.mean(~kept[~good]):.1%} | {np.mean(good[kept]):.1%} |"
    yield ""
    yield "| score | texts | mean score | good among them |"
    yield "|---|---|---|---|"
    for low in np.arange(0, 1, 0.2):
        inside = (scores >= low) & (scores < low + 0.2)
        if np.any(inside):
            yield f"| {low:.1f}-{low + 0.2:.1f} | {np.sum(inside)} | {scores[inside].mean():.2f} | {good[inside].mean():.2f} |"
