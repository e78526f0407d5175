"""Do intervals hold the truth, and tests their level, where customers come with several rows?

Simulations with fixed seeds; the whole ones, whose tables stand in docs/algorithms/intervals.md,
run with `--heavy`.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from regulars.kit.stats import amounts, personal, score
from regulars.kit.stats.clustered import Clusters
from regulars.kit.stats.mean import Sums, mean
from regulars.kit.stats.medians import Measured, median_change
from regulars.kit.stats.multiple import benjamini_hochberg
from regulars.kit.stats.skewed import skewed_mean
from tests.kit.stats.drawing import Answering, online_retail, percent

KINDS = {
    "nps": (Answering((1, 0, -1), (0.5, 0.3, 0.2)), 100),
    "share": (Answering((1, 0), (0.8, 0.2)), 1),
    "score": (Answering((5, 4, 3, 2, 1), (0.5, 0.25, 0.1, 0.08, 0.07)), 1),
}
HEAVY = pytest.mark.heavy
BY = pytest.mark.parametrize("grouped", [False, True], ids=["customers", "groups"])


def say(*words: object) -> None:
    sys.stdout.write(" | ".join(str(word) for word in words) + "\n")


def answers(kind: str, customers: int, draws: int) -> Counter[str]:
    """Count how often the interval of one period and of a change hold the truth, half the same."""
    drawn, factor = KINDS[kind]
    rng, held = np.random.default_rng(customers), Counter[str]()
    of_one, of_two = getattr(personal, kind), getattr(personal, f"{kind}_change")
    for _draw in range(draws):
        people = drawn.opinions(rng, customers + customers // 2)
        first, n = drawn.asked(rng, people[:customers], 0)
        then, m = drawn.asked(rng, people[-customers:], people.size - customers)
        one, two = of_one(first, n), of_two(first, then, (n, m))
        held["single"] += one.low - 1e-9 <= drawn.truth * factor <= one.high + 1e-9
        held["change"] += two.low <= 0 <= two.high
        held["false"] += two.p <= 0.05
    rates = {name: 100 * count / draws for name, count in held.items()}
    say(kind, customers, *(f"{name} {rate:.1f}" for name, rate in rates.items()))
    return Counter(rates)


@pytest.mark.parametrize("kind", KINDS)
def test_intervals_of_fifty_customers_with_one_to_six_answers(kind: str) -> None:
    rates = answers(kind, 50, 250)
    assert min(rates["single"], rates["change"]) >= 92
    assert rates["false"] <= 9


@HEAVY
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("customers", [20, 30, 50, 200, 1_000])
def test_intervals_of_customers_with_one_to_six_answers(kind: str, customers: int) -> None:
    rates = answers(kind, customers, 4_000)
    low, high = (92, 99) if customers < 50 else (94, 96.5)
    assert low <= min(rates["single"], rates["change"])
    assert max(rates["single"], rates["change"]) <= high
    assert 3 <= rates["false"] <= 7


def lognormal(n: int, draws: int) -> tuple[float, float, float]:
    """Return the coverage of Student's and of the skewed interval, and the ratio of widths."""
    rng, truth, widths = np.random.default_rng(n), np.exp(0.5), np.zeros(2)
    held = np.zeros(2)
    for x in rng.lognormal(0, 1, (draws, n)):
        total, squares, cubes = x.sum(), (x**2).sum(), (x**3).sum()
        both = mean(Sums(n, total, squares)), skewed_mean(n, total, squares, cubes)
        held += [one.low <= truth <= one.high for one in both]
        widths += [one.high - one.low for one in both]
    found = (*(100 * held / draws), widths[1] / widths[0])
    say("lognormal", n, *(f"{number:.2f}" for number in found))
    return found


def test_skewed_money_from_thirty_orders() -> None:
    student, by_skewness, wider = lognormal(30, 4_000)
    assert student < 90
    assert by_skewness >= 92
    assert wider <= 1.3


@HEAVY
@pytest.mark.parametrize("n", [30, 50, 100, 300, 1_000])
def test_skewed_money(n: int) -> None:
    _student, by_skewness, wider = lognormal(n, 10_000)
    assert by_skewness >= 92
    assert wider <= 1.3


def whole_minutes(draws: int, spread: float) -> dict[str, float]:
    """Return how often thirty lognormal waits against thirty differ: equal, and twice as long."""
    rng, found = np.random.default_rng(3), Counter[str]()
    ones = np.ones(30, dtype=np.int64)

    def waits(times: float, first: int) -> Measured:
        each = np.ceil(times * rng.lognormal(np.log(6), spread, 30))
        return Measured(first + np.arange(30), each, ones, single=True)

    for _draw in range(draws):
        same = median_change(waits(1, 0), waits(1, 30))
        found["answer"] += same.p is not None and same.low is not None and same.high is not None
        found["false"] += same.p is not None and same.p <= 0.05
        found["seen"] += (median_change(waits(1, 0), waits(2, 30)).p or 1) <= 0.05
    rates = {name: 100 * count / draws for name, count in found.items()}
    say("median", spread, *(f"{name} {rate:.1f}" for name, rate in rates.items()))
    return rates


@pytest.mark.parametrize(
    ("draws", "spread"), [(300, 1.2), *(pytest.param(4_000, s, marks=HEAVY) for s in (0.8, 1.2))]
)
def test_medians_of_whole_minutes(draws: int, spread: float) -> None:
    rates = whole_minutes(draws, spread)
    assert rates["false"] <= (6 if draws > 1_000 else 8)
    assert rates["answer"] >= 98
    assert rates["seen"] >= 40


@BY
@pytest.mark.parametrize("draws", [30, pytest.param(1_000, marks=HEAVY)])
def test_halves_of_a_real_shops_customers(real_data: Path, grouped: bool, draws: int) -> None:
    shop = online_retail(real_data, grouped)
    rng, called = np.random.default_rng(1), Counter[str]()
    for _draw in range(draws):
        half = rng.random(shop.customers) < 0.5
        for name, p in {
            "order value": score.ratio_p(shop.money(half), shop.money(~half)),
            "revenue": score.total_p(shop.money(half), shop.money(~half), 0.5),
            "orders": score.total_p(shop.counts(half), shop.counts(~half), 0.5),
            "median order value": median_change(shop.values(half), shop.values(~half)).p,
        }.items():
            called[name] += p is not None and p <= 0.05
    rates = {name: 100 * count / draws for name, count in called.items()}
    say("halves", draws, *(f"{name} {rate:.1f}" for name, rate in rates.items()))
    least, most = (3, 7) if draws >= 1_000 else (0, 17)
    assert all(least <= rate <= most for rate in rates.values())


@BY
@pytest.mark.parametrize("seeds", [2, pytest.param(30, marks=HEAVY)])
def test_twentieths_of_a_real_shops_customers(real_data: Path, grouped: bool, seeds: int) -> None:
    """Nobody is called by chance; whose amounts are tripled is found."""
    shop, called = online_retail(real_data, grouped), Counter[str]()
    for seed in range(seeds):
        group = np.random.default_rng(seed).integers(0, 20, shop.customers)
        each = [group == place for place in range(20)]
        money = [(shop.money(one), shop.money(~one)) for one in each]
        counts = [(shop.counts(one), shop.counts(~one)) for one in each]
        tests = {
            "order value": [score.ratio_p(rest, one) for one, rest in money],
            "revenue": [score.total_p(rest, one, 0.05) for one, rest in money],
            "orders": [score.total_p(rest, one, 0.05) for one, rest in counts],
        }
        for name, p_values in tests.items():
            called[name] += sum((q or 1) <= 0.05 for q in benjamini_hochberg(p_values))
        tripled = seed % 20
        p_values = list(tests["order value"])
        raised = shop.money(each[tripled], 3.0)
        p_values[tripled] = score.ratio_p(money[tripled][1], raised)
        called["tripled"] += (benjamini_hochberg(p_values)[tripled] or 1) <= 0.05
    say("twentieths", seeds * 20, dict(called))
    assert max(called[name] for name in tests) <= max(seeds * 0.2, 1)
    assert called["tripled"] >= 0.8 * seeds if seeds >= 30 else called["tripled"] >= 1


@BY
@pytest.mark.parametrize("draws", [40, pytest.param(1_000, marks=HEAVY)])
def test_a_few_customers_decide_the_revenue_of_a_twentieth(
    real_data: Path, grouped: bool, draws: int
) -> None:
    """Quarters hold the truth by their interval; of twentieths it is said that few decide."""
    shop, rng, held = online_retail(real_data, grouped), np.random.default_rng(9), Counter[str]()
    everybody = shop.money(np.ones(shop.customers, dtype=bool))
    for _draw in range(draws):
        quarter = shop.money(rng.random(shop.customers) < 0.25)
        value = amounts.ratio(quarter, round(quarter.base))
        revenue = amounts.total(quarter, round(quarter.base))
        held["order value"] += value.low <= everybody.ratio <= value.high
        held["revenue"] += revenue.low <= everybody.total / 4 <= revenue.high
        largest = amounts.largest_of_total(shop.money(rng.random(shop.customers) < 0.05))
        held["few decide"] += largest is not None and largest.decide
    rates = {name: 100 * count / draws for name, count in held.items()}
    say("quarters", draws, *(f"{name} {rate:.1f}" for name, rate in rates.items()))
    assert min(rates["order value"], rates["revenue"]) >= (92 if draws >= 1_000 else 82)
    assert rates["few decide"] >= (95 if draws >= 1_000 else 90)


def test_level_of_customers_of_many_rows_against_customers_of_one() -> None:
    """Fifty of ten rows and 950 of one have one share: rows of a customer correlate by .7."""
    drawn, rng = Answering((1, 0), (0.3, 0.7)), np.random.default_rng(8)

    def called() -> bool:
        sides = []
        for first, customers, each in ((0, 50, 10), (100, 950, 1)):
            own = drawn.opinions(rng, customers)
            whose = np.repeat(np.arange(customers), each)
            said = np.where(
                rng.random(whose.size) < np.sqrt(0.7), own[whose], drawn.opinions(rng, whose.size)
            )
            sides.append(Clusters.of(first + whose, np.ones(whose.size), said, said.sum()))
        return (score.ratio_p(*sides) or 1) <= 0.05

    assert percent(300, called) <= 10.5
