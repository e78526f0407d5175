"""The candidates: from what customers bought to the likeliest things of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import scipy

from regulars.understand.needs.model import (
    BOTH,
    HABIT,
    POPULAR,
    TOGETHER,
    TOLD,
    Array,
    Bought,
    Knowledge,
    Places,
)

WEIGHTS = (0.1, 0.5, 2.0, 8.0, 32.0)
"""Own purchases for which everybody's taste may count. Chosen at the learning cut are the one that
hit most often, and the one whose strengths were nearest to what came, so that those of different
customers can be compared."""
PRIOR = 20.0
"""Customers for which everybody's taste counts in what is bought after a thing."""
CHUNK = 20_000
SAMPLE = 40_000


def learn(purchases: Bought, things: int, keys: frozenset[str]) -> Knowledge:
    """Return what the candidates `keys` need, learnt from customers with a next purchase."""
    rows = np.flatnonzero(np.isfinite(purchases.next))
    came = following(purchases, things)
    popular = np.asarray(came[rows].mean(axis=0)).ravel()[:things]
    after: list[list[float]] = []
    if keys & {TOGETHER, BOTH}:
        own = _shares(purchases, things)[rows]
        together = np.asarray((own.T @ came[rows]).todense())[:, :things]
        weight = np.asarray(own.sum(axis=0)).ravel()
        table = (together + PRIOR * popular) / (weight[:, None] + PRIOR)
        after = [[round(float(one), 6) for one in row] for row in table]
    plain = Knowledge([float(one) for one in popular], WEIGHTS[0], WEIGHTS[0], after)
    if not keys & {HABIT, BOTH}:
        return plain
    part = rows[:: max(len(rows) // SAMPLE, 1)]
    tried = [replace(plain, weight=weight) for weight in WEIGHTS]
    best = max(tried, key=lambda one: _judged(purchases, part, one)[0])
    sober = [replace(best, sober=weight) for weight in WEIGHTS]
    return min(sober, key=lambda one: _judged(purchases, part, one)[1])


def _judged(found: Bought, rows: Places, knows: Knowledge) -> tuple[float, float]:
    """Return the hits of own habit, and the log loss of its strengths taken as chances."""
    items, strength = tell(HABIT, knows, found, rows)
    came = right(found, len(knows.popular), rows, items)
    held = np.clip(strength, 1e-6, 1 - 1e-6)
    loss = -np.where(came, np.log(held), np.log1p(-held))
    return float(came.any(axis=1).mean()), float(loss.mean())


def tell(key: str, knows: Knowledge, purchases: Bought, rows: Places) -> tuple[Places, Array]:
    """Return the `TOLD` likeliest things of the customers `rows` with their strengths.

    Both have one row a customer, the likeliest first; of equal ones what is bought more. Strengths
    are those of the sober weight.
    """
    things = len(knows.popular)
    most = min(TOLD, things)
    items = np.empty((len(rows), most), dtype=np.int64)
    strength = np.empty((len(rows), most))
    # The names are in the order of popularity: this decides ties and nothing else.
    ties = np.arange(things) * 1e-12
    for start, part in _chunks(purchases, things, rows):
        bought = purchases.bought[rows[start : start + CHUNK]]
        scores = _scores(key, knows, part, bought, knows.weight) - ties
        best = np.argpartition(-scores, most - 1, axis=1)[:, :most]
        held = np.take_along_axis(scores, best, axis=1)
        order = np.argsort(-held, axis=1, kind="stable")
        told = np.take_along_axis(best, order, axis=1)
        sober = _scores(key, knows, part, bought, knows.sober)
        items[start : start + CHUNK] = told
        strength[start : start + CHUNK] = np.take_along_axis(sober, told, axis=1)
    return items, strength


def right(found: Bought, things: int, rows: Places, items: Places) -> np.ndarray:
    """Return for each told thing whether the customer's next purchase held it."""
    came = found.later == found.next[found.person]
    keys = found.person[came] * (things + 1) + found.item[came]
    result: np.ndarray = np.isin(rows[:, None] * (things + 1) + items, keys)
    return result


def following(found: Bought, things: int) -> scipy.sparse.csr_matrix:
    """Return customers by things: 1 where the next purchase held it; the last column is rarer."""
    came = found.later == found.next[found.person]
    ones = np.ones(int(came.sum()))
    where = (found.person[came], found.item[came])
    return scipy.sparse.csr_matrix((ones, where), shape=(len(found), things + 1))


def _shares(found: Bought, things: int) -> scipy.sparse.csr_matrix:
    """Return customers by things: how much of what they bought before it was; rows add up to 1."""
    total = np.bincount(found.person, found.days, len(found))
    share = found.days / np.maximum(total[found.person], 1.0)
    return scipy.sparse.csr_matrix(
        (share, (found.person, found.item)), shape=(len(found), things + 1)
    )


def _chunks(found: Bought, things: int, rows: Places) -> Iterator[tuple[int, Array]]:
    shape = (len(found), things + 1)
    days = scipy.sparse.csr_matrix((found.days, (found.person, found.item)), shape=shape)
    for start in range(0, len(rows), CHUNK):
        yield start, np.asarray(days[rows[start : start + CHUNK]].todense())


def _scores(key: str, knows: Knowledge, days: Array, bought: Array, weight: float) -> Array:
    popular = np.array(knows.popular)
    things = len(popular)
    if key == POPULAR:
        return np.broadcast_to(popular, (len(days), things))
    own = days[:, :things] + weight * popular
    habit: Array = own / (bought[:, None] + weight)
    if key == HABIT:
        return habit
    total = np.maximum(days.sum(axis=1, keepdims=True), 1.0)
    together: Array = (days / total) @ np.array(knows.after)
    return together if key == TOGETHER else np.sqrt(habit * together)
