"""Orders: when, by which way, and what is in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from regulars.simulate.columns import Words, order_lines
from regulars.simulate.model import PRODUCTS, Plan
from regulars.simulate.population import APP, STORE, WEB, Floats, Ints, People
from regulars.simulate.season import Season, shifted

MOST = 60
"""More orders than this has nobody in two years."""


@dataclass(frozen=True, slots=True)
class Orders:
    """Arrays with one entry for each order, by customer and time.

    `who` is the customer's position in the block, `way` is app, web or store, `nth` counts the
    customer's orders from 0, `total` is in yuan, `lines` the Arrow list of order lines.
    """

    who: Ints
    at: Ints
    way: Ints
    nth: Ints
    total: Floats
    lines: pa.Array

    def __len__(self) -> int:
        return len(self.who)

    def where(self, chosen: npt.NDArray[np.bool_]) -> Ints:
        """Return the positions of the chosen orders."""
        return np.flatnonzero(chosen)


def orders(plan: Plan, season: Season, rng: np.random.Generator, who: People) -> Orders:
    """Draw all orders up to the end: Gamma rates in busy time, Beta dropout after each order."""
    busy, alive = _order_times(season, rng, who, plan.richness)
    owner, nth = np.nonzero(alive)
    at = season.moments(busy[alive])
    way = _ways(rng, who.taste[owner])
    at = np.where(way == STORE, shifted(at, np.zeros(len(at))), at)  # stores close at night
    lines, total = _baskets(rng, at)
    return Orders(owner, at, way, nth, total, lines)


def _order_times(
    season: Season, rng: np.random.Generator, who: People, richness: float
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Return a matrix customer x order of busy weeks, and which of them take place.

    The first order follows soon after joining; each later one after an exponential time, while
    the customer has not left; after each repeat order he leaves with the probability `leaves`
    (the BG/NBD model: Fader, Hardie & Lee 2005).
    """
    gaps = rng.exponential(1.0, (len(who), MOST)) / who.rate[:, None]
    gaps[:, 0] = rng.exponential(0.8, len(who))
    busy = who.joined_busy[:, None] + np.cumsum(gaps, axis=1)
    repeats = rng.geometric(np.clip(who.leaves, 1e-6, 1))
    # Some sign up and never buy; in a company of little richness, many.
    buys = rng.random(len(who)) < 0.86 * min(1.0, 0.4 + 0.6 * richness)
    taken = (np.arange(MOST) <= repeats[:, None]) & (busy < season.length) & buys[:, None]
    return busy, taken


def _ways(rng: np.random.Generator, taste: Floats) -> Ints:
    drawn = rng.random(len(taste))
    edges = np.cumsum(taste, axis=1)
    return np.where(drawn < edges[:, 0], APP, np.where(drawn < edges[:, 1], WEB, STORE))


def _baskets(rng: np.random.Generator, at: Ints) -> tuple[pa.Array, Floats]:
    """Return the order lines and the totals; prices rise a little, promotions lower them."""
    counts = 1 + rng.poisson(0.7, len(at))
    prices = np.array([product.price for product in PRODUCTS])
    popular = 1 / (np.arange(len(PRODUCTS)) % 7 + 1.5)
    product = rng.choice(len(PRODUCTS), counts.sum(), p=popular / popular.sum())
    quantity = 1 + (rng.random(len(product)) < 0.18) + (rng.random(len(product)) < 0.05)
    discount = np.where(rng.random(len(at)) < 0.3, rng.choice([0.95, 0.9, 0.8], len(at)), 1.0)
    amounts = np.round(prices[product] * quantity * np.repeat(discount, counts), 2)
    offsets = np.concatenate([[0], np.cumsum(counts)[:-1]])
    total = np.add.reduceat(amounts, offsets) if len(at) else np.zeros(0)
    categories = sorted({one.category for one in PRODUCTS})
    category = np.array([categories.index(one.category) for one in PRODUCTS])
    lines = order_lines(
        counts,
        Words(product, [one.id for one in PRODUCTS]),
        Words(category[product], categories),
        quantity,
        amounts,
    )
    return lines, total
