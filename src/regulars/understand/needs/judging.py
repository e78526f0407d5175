"""How often what was told came true, beside the candidates, in time order."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from regulars.kit.stats.estimate import Estimate
from regulars.kit.stats.proportion import proportion
from regulars.understand.needs import telling
from regulars.understand.needs.model import (
    BINS,
    CANDIDATES,
    ONE_SIDED,
    Array,
    Bought,
    Knowledge,
    MethodCandidate,
    NeedsBackTest,
    PredictionBin,
)

Told = tuple[np.ndarray, Array, np.ndarray]


def contest(knows: Knowledge, learnt: Bought, tested: Bought) -> tuple[NeedsBackTest, str, Told]:
    """Return the back-test, the candidate to use, and what that one told: things, strengths, hits.

    Used is the simplest whose hits are not fewer than the best's beyond chance.
    """
    things = len(knows.popular)
    rows = np.flatnonzero(np.isfinite(tested.next))
    predictions = {}
    for key in CANDIDATES:
        items, strength = telling.tell(key, knows, tested, rows)
        predictions[key] = items, strength, telling.right(tested, things, rows, items)
    within = {key: one[2].any(axis=1).astype(np.float64) for key, one in predictions.items()}
    best = max(CANDIDATES, key=lambda key: float(within[key].mean()))
    judged = []
    for key in CANDIDATES:
        apart = within[best] - within[key]
        worse = float(apart.mean())
        error = float(apart.std()) / math.sqrt(len(rows))
        hits = predictions[key][2]
        judged.append(
            MethodCandidate(key, _share(within[key]), _share(hits[:, 0]), worse,
                      worse <= ONE_SIDED * error)
        )  # fmt: skip
    used = next(one.key for one in judged if one.as_good)
    held = telling.following(tested, things)[rows][:, :things].sum(axis=1)
    known: np.ndarray = np.asarray(held).ravel() > 0
    test = NeedsBackTest(tested.cut, learnt.cut, len(rows), _share(known), judged,
                    bins(predictions[used][1], predictions[used][2]))  # fmt: skip
    return test, used, predictions[used]


def bins(strength: Array, hits: np.ndarray) -> list[PredictionBin]:
    """Return tenths of all predictions by strength with their hits; equal ones together.

    Neighbours of which the stronger came true less often are one, so that a stronger prediction
    never has the smaller chance (pooled adjacent violators).
    """
    said, came = strength.ravel(), hits.ravel()
    edges = np.unique(np.quantile(said, np.linspace(0, 1, BINS + 1)))
    edges = edges[:-1] if len(edges) > 1 else edges
    place = np.maximum(np.searchsorted(edges, said, side="right") - 1, 0)
    n = np.bincount(place, minlength=len(edges))
    right = np.bincount(place, came, len(edges))
    pooled: list[tuple[float, float, int]] = []
    for edge, hit, count in zip(edges[n > 0], right[n > 0], n[n > 0], strict=True):
        least, held, size = float(edge), float(hit), int(count)
        while pooled and pooled[-1][1] * size > held * pooled[-1][2]:
            least, before, many = pooled.pop()
            held, size = held + before, size + many
        pooled.append((least, held, size))
    return [PredictionBin(least, proportion(held, size)) for least, held, size in pooled]


def places(found: list[PredictionBin], strength: Array) -> np.ndarray:
    """Return in which bin each strength lies."""
    edges = [one.least for one in found]
    return np.maximum(np.searchsorted(edges, strength, side="right") - 1, 0)


def _share(values: Any) -> Estimate:
    return proportion(float(values.sum()), len(values))
