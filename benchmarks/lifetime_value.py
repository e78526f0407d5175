"""BG/NBD fitted and scored for a million made customers, against the library `lifetimes`.

    python -m benchmarks.lifetime_value [--customers 1000000] [--repeat 3]

Needs `pip install lifetimes`. Both fit the same histories and score expected purchases of the next
year and the probability of being there still; ours and theirs run in turns in one process, and the
best of each is compared. Prints both times, the ratio (the claim: at most 1/8), what either found
of the planted parameters, and what our amounts and intervals cost besides.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import lifetimes
import numpy as np

from regulars.understand.lifetime_value import forecasting, purchasing, spending
from regulars.understand.lifetime_value.model import GammaGamma, Histories, Purchasing, grouped

CLAIM = 1 / 8
PLANTED = Purchasing(0.8, 40.0, 0.9, 3.0)
PAYING = GammaGamma(6.25, 3.74, 15.44)
YEAR = 365.0


def made(n: int, days: int = 730) -> Histories:
    """Return histories made by the model's own law, in whole days as orders give them."""
    random = np.random.default_rng(1)
    rate = random.gamma(PLANTED.r, 1 / PLANTED.alpha, n)
    drop = random.beta(PLANTED.a, PLANTED.b, n)
    age = random.integers(days // 4, days, n).astype(float)
    repeats, last, now = np.zeros(n), np.zeros(n), np.zeros(n)
    there = np.ones(n, dtype=bool)
    while there.any():
        now[there] += random.exponential(1 / rate[there])
        there &= now < age
        repeats[there] += 1
        last[there] = now[there]
        there &= random.random(n) >= drop
    rates = random.gamma(PAYING.q, 1 / PAYING.gamma, n)
    spent = random.gamma(np.maximum(PAYING.p * repeats, 1e-9), 1 / rates)
    return Histories(repeats, np.floor(last), age, np.where(repeats > 0, spent, 0.0))


def ours(found: Histories) -> tuple[list[float], float]:
    """Fit and score with Regulars; return the parameters and the total of expected purchases."""
    model = purchasing.fit(grouped(found)).model
    expected = purchasing.expected(model, found, YEAR)
    purchasing.alive(model, found.repeats, found.last, found.age)
    return [model.r, model.alpha, model.a, model.b], float(expected.sum())


def theirs(found: Histories) -> tuple[list[float], float]:
    """Fit and score with lifetimes."""
    fitter = lifetimes.BetaGeoFitter()
    fitter.fit(found.repeats, found.last, found.age)
    expected: Any = fitter.conditional_expected_number_of_purchases_up_to_time(
        YEAR, found.repeats, found.last, found.age
    )
    fitter.conditional_probability_alive(found.repeats, found.last, found.age)
    return [float(fitter.params_[name]) for name in ("r", "alpha", "a", "b")], float(expected.sum())


def timed(what: Callable[[], Any]) -> tuple[float, Any]:
    """Return the seconds that `what` took, and its answer."""
    began = time.perf_counter()
    answer = what()
    return time.perf_counter() - began, answer


def main() -> None:
    """Run both in turns and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    found = made(options.customers)
    runs = [(timed(lambda: ours(found)), timed(lambda: theirs(found)))
            for _turn in range(options.repeat)]  # fmt: skip
    best = [min(pair[side][0] for pair in runs) for side in (0, 1)]
    for side, name in enumerate(("ours", "lifetimes")):
        parameters, total = runs[0][side][1]
        told = ", ".join(f"{value:.4f}" for value in parameters)
        print(f"{name:10} {best[side]:7.2f} s   r, alpha, a, b = {told}   expected {total:,.0f}")
    print(f"planted    r, alpha, a, b = {PLANTED.r}, {PLANTED.alpha}, {PLANTED.a}, {PLANTED.b}")
    ratio = best[0] / best[1]
    print(f"ratio {ratio:.3f} = 1/{1 / ratio:.1f} (claim: at most {CLAIM:.3f})")
    again = found.repeats > 0
    seconds, paid = timed(lambda: spending.fit(found.repeats[again], found.mean[again]))
    print(f"amounts fitted in {seconds:.2f} s: {paid.model}")
    seconds, _told = timed(lambda: forecasting.forecast(PLANTED, paid.model, found, YEAR))
    print(f"amounts and intervals of everybody in {seconds:.2f} s")


if __name__ == "__main__":
    main()
