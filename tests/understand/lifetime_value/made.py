"""Customers made by the models' own laws, so that a fit can be held to what was planted."""

from __future__ import annotations

import numpy as np

from regulars.understand.lifetime_value.model import GammaGamma, Histories, Purchasing


def customers(
    n: int, buying: Purchasing, paying: GammaGamma, seed: int, days: int = 730
) -> Histories:
    """Return `n` customers who first bought on any of `days` days; whole days, as from orders."""
    random = np.random.default_rng(seed)
    rate = random.gamma(buying.r, 1 / buying.alpha, n)
    drop = random.beta(buying.a, buying.b, n)
    age = random.integers(days // 4, days, n).astype(float)
    repeats, last, now = np.zeros(n), np.zeros(n), np.zeros(n)
    there = random.random(n) >= 0  # everybody survives the first purchase
    while there.any():
        now[there] += random.exponential(1 / rate[there])
        there &= now < age
        repeats[there] += 1
        last[there] = now[there]
        there &= random.random(n) >= drop
    rates = random.gamma(paying.q, 1 / paying.gamma, n)
    shape = np.maximum(paying.p * repeats, 1e-9)
    spent = np.where(repeats > 0, random.gamma(shape, 1 / rates), 0.0)
    return Histories(repeats, np.floor(last), age, spent)
