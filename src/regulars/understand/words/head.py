"""What people's corrections teach: a small head on character n-grams, and how good it is.

Regularised logistic regression on hashed TF-IDF of character n-grams, with the lexicon's own
reading beside them, so that a few dozen corrections need not teach again what the lexicon knows.
It holds no state: it is trained from the corrections whenever it is needed, so that an erased
correction is an unlearned one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import scipy
from numpy.typing import NDArray

from regulars.kit.stats.estimate import Estimate
from regulars.kit.stats.proportion import proportion
from regulars.understand.words.model import NAMED
from regulars.understand.words.reading import Read

Ints = NDArray[np.int64]
Matrix = Any
LEAST = 60
"""Below so many checked texts the lexicon stays; nobody could tell which is better."""
MIN_OF_A_CLASS = 10
FOLDS = 5
DRAWINGS = 2_000
"""Drawings of the bootstrap."""
FEATURES = 2**17
MOOD = "mood"


@dataclass(frozen=True, slots=True)
class Quality:
    """How well the lexicon and the head read `target` ("mood" or a kind), cross-validated.

    `n` texts drawn by lot were compared. Accuracies have Wilson's interval, macro F1 one from a
    bootstrap over the texts. `p` is McNemar's exact test that the two err equally often. `used`
    when the head is better beyond chance in accuracy and no worse in macro F1.
    """

    target: str
    n: int
    corrections: int
    lexicon_accuracy: Estimate
    lexicon_f1: Estimate
    head_accuracy: Estimate
    head_f1: Estimate
    p: float
    used: bool


class Head:
    """Reads one target: classes as integers, from texts and what the lexicon read in them."""

    def __init__(self) -> None:
        # who only reads by the lexicon does not wait for scikit-learn
        from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer
        from sklearn.linear_model import LogisticRegression

        self._grams = HashingVectorizer(
            analyzer="char", ngram_range=(1, 4), n_features=FEATURES, alternate_sign=False,
            lowercase=True, norm=None,
        )  # fmt: skip
        self._weights = TfidfTransformer(sublinear_tf=True)
        self._model = LogisticRegression(C=8.0, max_iter=300, class_weight="balanced")

    def fit(self, texts: pa.Array, read: Read, labels: Ints) -> Head:
        """Learn the labels of the texts."""
        grams = self._weights.fit_transform(self._grams.transform(texts.to_pylist()))
        self._model.fit(_beside(grams, read), labels)
        return self

    def predict(self, texts: pa.Array, read: Read) -> Ints:
        """Return the class of each text."""
        grams = self._weights.transform(self._grams.transform(texts.to_pylist()))
        found: Ints = np.asarray(self._model.predict(_beside(grams, read)), dtype=np.int64)
        return found


def _beside(grams: Matrix, read: Read) -> Matrix:
    """Return the n-grams with the lexicon's balance and types as further columns."""
    flags = [(read.kinds >> place & 1).astype(np.float64) for place in range(len(NAMED))]
    told = np.column_stack(
        [np.tanh(read.balance / 2), (read.mood < 0), (read.mood > 0), *flags]
    ).astype(np.float64)
    return scipy.sparse.hstack([grams, scipy.sparse.csr_matrix(told)]).tocsr()


def part(read: Read, rows: Ints) -> Read:
    """Return the readings of some rows."""
    chosen = pa.array(rows)
    return Read(
        read.language.take(chosen), read.mood[rows], read.balance[rows], read.kinds[rows],
        read.meant.take(chosen),
    )  # fmt: skip


def evaluate(
    target: str,
    texts: pa.Array,
    read: Read,
    *,
    labels: Ints,
    plain: Ints,
    drawn: NDArray[np.bool_],
) -> Quality | None:
    """Compare head and lexicon (`plain`) by five-fold cross-validation; None for too few labels.

    Equal texts stand in one fold. The head learns from all corrections and is judged only on
    texts `drawn` by lot: people correct what they see to be wrong, which would flatter the head.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    counts = np.unique(labels, return_counts=True)[1]
    if drawn.sum() < LEAST or len(counts) < 2 or counts.min() < MIN_OF_A_CLASS:
        return None
    groups = np.unique(np.array(texts.to_pylist(), dtype=object), return_inverse=True)[1]
    guessed = np.zeros(len(labels), dtype=np.int64)
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=7)
    for learn, test in folds.split(labels, labels, groups):
        if len(np.unique(labels[learn])) < 2:
            return None
        head = Head().fit(texts.take(pa.array(learn)), part(read, learn), labels[learn])
        guessed[test] = head.predict(texts.take(pa.array(test)), part(read, test))
    return judged(target, labels[drawn], plain[drawn], guessed[drawn], len(labels))


def judged(target: str, truth: Ints, plain: Ints, guessed: Ints, corrections: int) -> Quality:
    """Return the comparison of two readings of the same texts."""
    right_plain, right_head = plain == truth, guessed == truth
    better = int((right_head & ~right_plain).sum())
    worse = int((right_plain & ~right_head).sum())
    p = float(scipy.stats.binomtest(better, better + worse).pvalue) if better + worse else 1.0
    f1_plain, f1_head = macro_f1(truth, plain), macro_f1(truth, guessed)
    no_worse = (f1_head.value or 0.0) >= (f1_plain.value or 0.0)
    return Quality(
        target,
        len(truth),
        corrections,
        proportion(int(right_plain.sum()), len(truth)),
        f1_plain,
        proportion(int(right_head.sum()), len(truth)),
        f1_head,
        p,
        better > worse and p < 0.05 and no_worse,
    )


def macro_f1(truth: Ints, answers: Ints) -> Estimate:
    """Return the mean of the classes' F1 with a 95 % interval.

    The percentile bootstrap over texts (Efron & Tibshirani, An Introduction to the Bootstrap
    (1993), chapter 13): a drawing of texts is a drawing of the cells of truth and answer.
    """
    classes = np.unique(np.concatenate([truth, answers]))
    cells = np.zeros((len(classes), len(classes)))
    np.add.at(cells, (np.searchsorted(classes, truth), np.searchsorted(classes, answers)), 1)
    drawn = np.random.default_rng(11).multinomial(len(truth), cells.ravel() / len(truth), DRAWINGS)
    spread = _f1(drawn.reshape(DRAWINGS, *cells.shape).astype(np.float64))
    low, high = np.quantile(spread, [0.025, 0.975])
    return Estimate(len(truth), float(_f1(cells[None])[0]), float(low), float(high))


def _f1(cells: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return macro F1 of each table of truth (rows) by answer; a class nobody means is left out."""
    hit = np.diagonal(cells, axis1=1, axis2=2)
    sizes = cells.sum(axis=1) + cells.sum(axis=2)
    known = sizes > 0
    each = np.divide(2 * hit, sizes, out=np.zeros_like(hit), where=known)
    made: NDArray[np.float64] = each.sum(axis=1) / known.sum(axis=1)
    return made


def targets(read: Read, mood: Ints, kinds: Ints) -> dict[str, tuple[Ints, Ints]]:
    """Return target → (labels, the lexicon's reading) from the corrected moods and kinds."""
    found: dict[str, tuple[Ints, Ints]] = {MOOD: (mood, read.mood)}
    for place, kind in enumerate(NAMED):
        found[str(kind)] = (kinds >> place & 1, read.kinds >> place & 1)
    return found
