"""The customers: who they are, what they like, and how often they buy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regulars.simulate.model import COOLING_STORES, REGIONS, STORES, Plan
from regulars.simulate.season import Season
from regulars.simulate.truths import ALPHA_WEEKS, DROPOUT_B

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
APP, WEB, STORE = 0, 1, 2
OLD = 60


@dataclass(frozen=True, slots=True)
class People:
    """Arrays with one entry for each customer of a block.

    `number` counts over the whole company. Times are microseconds; `joined_busy` is in busy
    weeks. `rate` is orders a busy week while active; `leaves` the chance to be gone after each
    order. `mood` is what all their scores share. `taste` has the chances of app, web and store.
    """

    number: Ints
    born_year: Ints
    age: Floats
    male: Mask
    english: Mask
    store: Ints
    region: Ints
    joined: Ints
    joined_busy: Floats
    rate: Floats
    leaves: Floats
    mood: Floats
    taste: Floats
    anonymous: Mask
    phone: Mask
    referred: Mask

    def __len__(self) -> int:
        return len(self.number)

    @property
    def old(self) -> Mask:
        """Who is over 60."""
        return self.age > OLD

    @property
    def cooling(self) -> Mask:
        """Who belongs to the audience whose scores fall."""
        return np.isin(self.store, [i for i, s in enumerate(STORES) if s.id in COOLING_STORES])


def people(plan: Plan, season: Season, rng: np.random.Generator, first: int, count: int) -> People:
    """Draw `count` customers, numbered from `first`."""
    age = _ages(rng, count)
    store = rng.choice(len(STORES), count, p=_shares([spot.weight for spot in STORES]))
    region = np.array([REGIONS.index(spot.parent or "") for spot in STORES])[store]
    joined_busy = season.length * _joining(rng, count)
    joined = season.moments(joined_busy)
    born = plan.now.year - np.floor(age).astype(np.int64)
    return People(
        number=np.arange(first, first + count),
        born_year=born,
        age=age,
        male=rng.random(count) < 0.42,
        english=rng.random(count) < np.where(age > OLD, 0.02, 0.13),
        store=store,
        region=region,
        joined=joined,
        joined_busy=joined_busy,
        rate=rng.gamma(plan.effect("purchase_rate"), 1 / ALPHA_WEEKS, count) * plan.richness,
        leaves=rng.beta(plan.effect("dropout"), DROPOUT_B, count),
        mood=rng.normal(0, 0.35, count),
        taste=_tastes(rng, age),
        anonymous=rng.random(count) < 0.45,
        phone=rng.random(count) < 0.18,
        referred=rng.random(count) < 0.11,
    )


def _ages(rng: np.random.Generator, count: int) -> Floats:
    """Most are 25 to 50; one in seven is over 60."""
    young = np.clip(rng.normal(36, 10, count), 18, 60)
    return np.where(rng.random(count) < 0.14, rng.uniform(61, 79, count), young)


def _joining(rng: np.random.Generator, count: int) -> Floats:
    """Share of the time gone by when they joined; more and more join (density 0.7 to 1.3)."""
    low, slope = 0.7, 0.6
    drawn = rng.random(count)
    return np.asarray((-low + np.sqrt(low**2 + 2 * slope * drawn)) / slope)


def _tastes(rng: np.random.Generator, age: Floats) -> Floats:
    """Chances of app, web and store for each; the old like stores."""
    old = (age > OLD)[:, None]
    weights = np.where(old, [2.2, 0.8, 5.0], [5.0, 2.2, 2.8])
    drawn = rng.gamma(weights)
    return np.asarray(drawn / drawn.sum(axis=1, keepdims=True))


def _shares(weights: list[float]) -> Floats:
    return np.array(weights) / sum(weights)
