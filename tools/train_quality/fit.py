"""The model out of labelled texts: one regression on n-grams, runs and what corrects them, then its calibration.

The calibration is fitted to logits that the texts got from models trained without them; otherwise it would be fitted to a
certainty that no new text gets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from train_quality.labelled import Labelled
from train_quality.snippets import hashed, snippet, windows

from manyo.columns import Column
from manyo.measure import lexicon, quality

LEAST_TEXTS = 2
SMOOTHING = 0.5  # added to the texts of either kind that have it
POWER = 0.5  # of the log-count ratio
C = 20.0  # of the logistic regression
C_CALIBRATION = 1e6  # two numbers from hundreds of texts need no penalty
LINES = 0.5  # what a knot of a correction counts, where a window's n-grams have norm 1 on average
INNER = 5  # folds of the calibration
KNOTS = np.array(
    [
        [0, 0.02, 0.05, 0.1, 0.2, 0.4],  # digits a character
        [0, 0.01, 0.03, 0.06, 0.1, 0.2],  # spaces a character
        [0, 0.008, 0.014, 0.02, 0.03, 0.06],  # the most frequent 3-gram a character
        [0, 2, 5, 10, 20, 40],  # `adult_density`
    ],
    float,
)

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Vocabulary:
    """What a model knows, n-grams and runs, in their slots: those of `entries` first, then one for each character."""

    unigrams: npt.NDArray[np.uint32]  # (65536,), as in `quality.Model`, the weights 0
    entries: npt.NDArray[np.uint32]  # (SLOTS,), as in `quality.Model`, the weights 0
    slots: Ints  # of everything that any text has, -1 where it is not known


class Texts:
    """Labelled texts, read once: their windows and what is in them."""

    def __init__(self, texts: Sequence[Labelled]) -> None:
        self.good = np.array([text.good for text in texts])
        self.weight = np.array([text.weight for text in texts])
        column = Column.of([text.text for text in texts])
        found = [[snippet(window) for window in windows(column.row(row))] for row in range(column.rows)]
        every = [one for snippets in found for one in snippets]
        self.owner = np.repeat(np.arange(len(found)), [len(snippets) for snippets in found])
        self.characters = np.array([one.characters for one in every])
        self.share = self.characters / np.bincount(self.owner, self.characters, len(found))[self.owner]
        self.digits = np.array([one.digits for one in every])
        self.spaces = np.array([one.spaces for one in every])
        numbers: dict[int, int] = {}
        self.gram = np.array([numbers.setdefault(key, len(numbers)) for one in every for key in one.grams])
        self.count = np.array([count for one in every for count in one.grams.values()])
        self.window = np.repeat(np.arange(len(every)), [len(one.grams) for one in every])
        self.keys = np.array(list(numbers), np.uint64)
        self.hashed = hashed(self.keys)
        self.three = (self.keys >= 1 << 32) & (self.keys < 1 << 48)
        hits = dict(lexicon.columns(column, np.array([max(1, len(text.text)) for text in texts])))
        self.adult = hits["adult_density"].astype(float)
        self.counts = quality.counted()

    def vocabulary(self, chosen: npt.NDArray[np.bool_]) -> Vocabulary:
        """Slots for what enough of the chosen texts have, the most widespread first."""
        inside = chosen[self.owner[self.window]]
        pairs = np.unique(self.gram[inside] * len(chosen) + self.owner[self.window[inside]])
        texts = np.bincount(pairs // len(chosen), minlength=len(self.keys))
        entries = np.zeros(quality.SLOTS, np.uint32)
        single = self.keys < 1 << 16
        known = single & (texts >= LEAST_TEXTS)
        unigrams = np.zeros(1 << 16, np.uint32)
        unigrams[self.keys[known].astype(np.int64)] = 1 << 16
        texts[single] = 0
        order = np.lexsort((self.keys, -texts))
        for number in order[: np.count_nonzero(texts >= LEAST_TEXTS)].tolist():
            slot, tag = int(self.hashed[number]) >> 16, int(self.hashed[number]) & 0xFFFF
            for place in (slot, slot ^ 1):
                if entries[place] == 0:
                    entries[place] = tag << 16
                    break
        slot, tag = self.hashed >> 16, self.hashed & 0xFFFF
        slots = np.full(len(self.keys), -1)
        for place in (slot ^ 1, slot):
            slots = np.where((entries[place] >> 16 == tag) & (entries[place] != 0), place, slots)
        slots = np.where(single, np.where(known, quality.SLOTS + self.keys.astype(np.int64), -1), slots)
        return Vocabulary(unigrams, entries, slots)

    def matrix(self, known: Vocabulary) -> sparse.csr_matrix:
        """The windows by slots: 1 + ln count over the norm of the row."""
        slots = known.slots[self.gram]
        inside = slots >= 0
        shape = (len(self.characters), 2 * quality.SLOTS)
        raw = sparse.csr_matrix((self.count[inside], (self.window[inside], slots[inside])), shape)
        raw.data = self.counts[np.minimum(raw.data, quality.MOST)].astype(float)
        norm = np.sqrt(
            np.maximum(np.bincount(np.repeat(np.arange(shape[0]), np.diff(raw.indptr)), raw.data**2, shape[0]), 1)
        )
        return sparse.csr_matrix(sparse.diags(1 / norm) @ raw)

    def repeated(self, known: Vocabulary) -> Floats:
        """The count of each window's most frequent known 3-gram over its characters, 0 where none occurs twice."""
        most = np.zeros(len(self.characters), np.int64)
        counted = self.three[self.gram] & (known.slots[self.gram] >= 0)
        np.maximum.at(most, self.window[counted], self.count[counted])
        return np.where(most > 1, most / self.characters, 0.0)

    def lines(self, known: Vocabulary) -> Floats:
        """The broken lines as columns, one row a window: `LINES` at a knot, falling to 0 at its neighbours."""
        values = (
            self.digits / self.characters,
            self.spaces / self.characters,
            self.repeated(known),
            self.adult[self.owner],
        )
        hats = (
            np.interp(x, knots, peak) for x, knots in zip(values, KNOTS, strict=True) for peak in np.eye(len(knots))
        )
        return LINES * np.stack(list(hats), axis=1)


@dataclass(frozen=True)
class Fitted:
    """A model before it is rounded: weights of what it knows, shape (2 `SLOTS`,), and values at the knots."""

    known: Vocabulary
    weights: Floats
    values: Floats  # (4, KNOTS)

    def predict(self, texts: Texts) -> Floats:
        """The logit of each text."""
        logit = texts.matrix(self.known) @ self.weights + texts.lines(self.known) @ (self.values.ravel() / LINES)
        return np.bincount(texts.owner, logit * texts.share, len(texts.good))

    def straightened(self, slope: float, shift: float) -> Fitted:
        """The same with every logit times `slope` plus `shift`."""
        values = self.values * slope
        values[quality.DIGITS] += shift
        return Fitted(self.known, self.weights * slope, values)


def regress(texts: Texts, chosen: npt.NDArray[np.bool_]) -> Fitted:
    """The model from the chosen texts, more certain of itself than it may be."""
    known = texts.vocabulary(chosen)
    matrix, lines = texts.matrix(known), texts.lines(known)
    rows = np.flatnonzero(chosen[texts.owner])
    good = texts.good[texts.owner[rows]]
    weight = (texts.weight[texts.owner] * texts.share)[rows]
    inside = matrix[rows]
    present = (inside > 0).astype(float)
    right, wrong = (SMOOTHING + np.asarray(present[kind].T @ weight[kind]).ravel() for kind in (good, ~good))
    ratio = np.abs(np.log(right / right.sum()) - np.log(wrong / wrong.sum())) ** POWER
    scaled = sparse.csr_matrix(inside @ sparse.diags(ratio))
    ratio /= np.sqrt(scaled.multiply(scaled).sum(1)).mean()
    every = sparse.hstack([inside @ sparse.diags(ratio), sparse.csr_matrix(lines[rows])]).tocsr()
    model = LogisticRegression(C=C, solver="liblinear", dual=True, max_iter=2000, tol=1e-4, random_state=0)
    model.fit(every, good, sample_weight=weight)
    coefficients = model.coef_.ravel()
    values = coefficients[len(ratio) :].reshape(KNOTS.shape) * LINES
    values[quality.DIGITS] += model.intercept_[0]
    return Fitted(known, coefficients[: len(ratio)] * ratio, values)


def fit(texts: Texts, chosen: npt.NDArray[np.bool_], seed: int = 0) -> Fitted:
    """The whole model from the chosen texts. Its calibration is to those that people judged."""
    judged = np.flatnonzero(chosen & (texts.weight == 1))
    logits = np.zeros(len(texts.good))
    for _, part in StratifiedKFold(INNER, shuffle=True, random_state=seed).split(judged, texts.good[judged]):
        without = chosen.copy()
        without[judged[part]] = False
        logits[judged[part]] = regress(texts, without).predict(texts)[judged[part]]
    line = LogisticRegression(C=C_CALIBRATION).fit(logits[judged, None], texts.good[judged])
    return regress(texts, chosen).straightened(float(line.coef_[0, 0]), float(line.intercept_[0]))


def shipped(fitted: Fitted) -> dict[str, npt.NDArray[np.generic]]:
    """The arrays of `quality.npz`."""
    scale = np.abs(fitted.weights).max() / 32767
    steps = (np.round(fitted.weights / scale).astype(np.int64) & 0xFFFF).astype(np.uint32)
    tags = np.concatenate([fitted.known.entries, fitted.known.unigrams])
    entries, unigrams = np.split(tags | np.where(tags != 0, steps, 0).astype(np.uint32), 2)
    even = np.linspace(-quality.SPAN, quality.SPAN, 1025)
    return {
        "unigrams": unigrams,
        "entries": entries,
        "scale": np.float64(scale),
        "knots": KNOTS,
        "values": np.round(fitted.values, 6),
        "logistic": np.round(1 / (1 + np.exp(-even)), 12),
    }
