"""Could the customers have fallen on the two sides by chance?"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from regulars.kit.stats.clustered import Clusters, Loose, folded
from regulars.kit.stats.score import ratio_p, total_p


def customers(amounts: list[float], first: int = 0) -> Clusters:
    """Return customers of one order each."""
    keys, each = np.arange(first, first + len(amounts)), np.array(amounts)
    return Clusters.of(
        keys, np.ones(each.size), each, (each**2).sum(), (each**3).sum(), single=True
    )


def test_one_order_a_customer_is_a_permutation_test() -> None:
    before, after = [10.0, 12, 14, 16, 18, 20], [15.0, 17, 19, 21, 23, 25]
    exact = stats.permutation_test(
        (before, after), lambda one, two: np.mean(one) - np.mean(two), n_resamples=np.inf
    )
    p = ratio_p(customers(before), customers(after, first=10))
    assert p == pytest.approx(exact.pvalue, abs=0.02)


def test_a_single_large_customer_proves_nothing() -> None:
    """Welch would say p .00 of the many against the few: none of these has the one large order."""
    small, large = [100.0 + i for i in range(20)], [100.0 + i for i in range(180)]
    assert ratio_p(customers(small), customers([*large, 90_000.0], first=50)) > 0.3
    assert ratio_p(customers(small), customers([300.0 + i for i in range(180)], first=50)) < 1e-6


def test_the_same_customers_spend_a_tenth_more() -> None:
    """Fifty from 100 to 590, each a tenth more and a little: nothing beside what they differ by."""
    before = customers([100.0 + 10 * i for i in range(50)])
    after = customers([1.1 * (100 + 10 * i) + (-1) ** i for i in range(50)])
    strangers = customers([1.1 * (100 + 10 * i) + (-1) ** i for i in range(50)], first=100)
    assert ratio_p(before, after) < 1e-6
    assert ratio_p(before, strangers) > 0.2


def test_the_order_of_sides_does_not_matter() -> None:
    one, two = customers([1.0, 2, 3, 9]), customers([4.0, 5, 6, 7, 8], first=2)
    assert ratio_p(one, two) == pytest.approx(ratio_p(two, one))
    assert total_p(one, two, 0.5) == pytest.approx(total_p(two, one, 0.5))


def test_ten_answers_of_one_customer_are_no_ten_answers() -> None:
    """Five more than expected, 2.5 up or down of them Anna's, beside √(¼ of 190 · ¼) = 3.45.

    Half of .23 (0.72 errors) and .015 (2.2 errors), twice: .25. Ten customers make 1.41 errors.
    """
    calm = Clusters.of(range(10), [1.0] * 10, [0.0] * 10, 0.0, loose=Loose.plain(90, 45.0, 45.0))
    anna = Clusters.of([50], [10.0], [10.0], 10.0, loose=Loose.plain(90, 45.0, 45.0))
    ten = Clusters.of(range(50, 60), [1.0] * 10, [1.0] * 10, 10.0, loose=anna.loose)
    assert ratio_p(calm, anna) == pytest.approx(0.25, abs=0.01)
    assert ratio_p(calm, ten) == pytest.approx(0.157, abs=0.005)


def test_a_sum_is_held_against_the_length_of_its_period() -> None:
    many, few = customers([10.0] * 310), customers([10.0] * 100, first=500)
    assert total_p(many, few, 10 / 41) == pytest.approx(1, abs=0.05)
    assert total_p(many, few, 0.5) < 1e-9


def test_groups_of_customers_say_nearly_what_the_customers_say() -> None:
    rng = np.random.default_rng(1)
    one = customers(rng.normal(100, 20, 3_000).tolist())
    two = customers(rng.normal(101.2, 20, 3_000).tolist(), first=3_000)
    p = ratio_p(one, two)
    assert ratio_p(folded(one), folded(two)) == pytest.approx(p, rel=0.4)
    assert ratio_p(one, folded(two)) == ratio_p(folded(one), two)


def test_nothing_varies() -> None:
    assert ratio_p(customers([5.0] * 10), customers([5.0] * 10, first=10)) is None


def test_customers_of_many_rows_against_customers_of_one() -> None:
    """Fifty of ten equal answers against 950 of one: those fifty vary more than anybody could.

    Yes of 20 of the fifty are 200 of 500; expected 30 of 100. As rows 5.3 errors; as fifty
    customers √(.4 · .6 / 50) = .07 for a tenth: 1.5.
    """
    rare = Clusters.of(range(950), [1.0] * 950, [1.0] * 285 + [0.0] * 665, 285.0, single=True)
    said = [10.0] * 20 + [0.0] * 30
    often = Clusters.of(range(2_000, 2_050), [10.0] * 50, said, 200.0)
    p = ratio_p(rare, often)
    assert p is not None and 0.05 < p < 0.25
    same_rows = Clusters.of([], [], [], 200.0, loose=Loose.plain(500, 200.0, 200.0))
    as_rows = ratio_p(rare, same_rows)
    assert as_rows is not None and as_rows < 0.001


def test_a_group_that_stands_out_holds_a_large_customer() -> None:
    """One of 90,000 among 4,000 of some hundred: whichever side has it, nothing is shown."""
    rng = np.random.default_rng(2)
    money = rng.gamma(4, 25, 4_000).tolist()
    slices = customers(money[:200]), customers([*money[200:], 90_000.0], first=200)
    p = ratio_p(*(folded(side) for side in slices))
    assert p is not None and p > 0.3
