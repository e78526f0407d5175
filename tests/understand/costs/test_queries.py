"""Who is there on many days is one customer still: intervals hold, and n counts people."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pytest

from regulars.understand.costs import model, queries
from regulars.understand.costs.model import NAMES, MatchedDifference, Strata

START = date(2026, 1, 1)
TOUCHED, OTHERS, DAYS = 200, 60, 8


class Companies:
    """Companies in which nothing is lost, one a step: 200 were touched, 60 others came 8 times.

    Each customer buys for as much whenever it was; the days of the others fall into three strata.
    """

    def __init__(self, count: int, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.rows: list[dict[str, Any]] = []
        for company in range(count):
            step = f"company {company}"
            for who, revenue in enumerate(rng.normal(100, 30, TOUCHED + OTHERS)):
                touched = who < TOUCHED
                for day in [0] if touched else range(DAYS):
                    stratum = int(rng.integers(3)) if touched else day % 3
                    self.rows.append(
                        dict.fromkeys(NAMES, 0.0)
                        | {"step": step, "person": f"{step} {who}", "stratum": stratum,
                           "touched": int(touched), "day": START + timedelta(days=day),
                           "revenue": revenue + rng.normal(0, 3), "value": revenue}
                    )  # fmt: skip

    def compared(self, outcome: str, *, again: bool = True, **more: Any) -> list[MatchedDifference]:
        """Return the difference in every company."""
        rows = ibis.memtable(pa.Table.from_pylist(self.rows))
        by_step: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in queries.compared(rows).to_pyarrow().to_pylist():
            by_step[row["step"]].append(row)
        strata = {step: model.strata_of(found) for step, found in by_step.items()}
        terms = [term for step, found in strata.items() for term in model.terms(found, step)]
        table = queries.repeated(rows, ibis.memtable(pa.Table.from_pylist(terms))).to_pyarrow()
        self.repeated = {row["step"]: row for row in table.to_pylist()}
        found = {
            step: model.compare(
                one, outcome, model.repeated_of(self.repeated[step] if again else None, outcome),
                **more,
            )
            for step, one in strata.items()
        }  # fmt: skip
        return [one for one in found.values() if one is not None]


def misses(found: list[MatchedDifference]) -> int:
    return sum(not one.difference.low <= 0 <= one.difference.high for one in found)


def test_the_interval_holds_where_people_are_there_on_many_days() -> None:
    """5 % of 200 companies miss; taking days for people, far more would."""
    companies = Companies(200, seed=1)
    found = companies.compared("revenue")
    assert len(found) == 200
    assert misses(found) <= 10 + 3 * (200 * 0.05 * 0.95) ** 0.5
    assert misses(companies.compared("revenue", again=False)) > 30
    assert {row["others"] for row in companies.repeated.values()} == {OTHERS}


def test_people_of_one_day_each_are_told_as_before() -> None:
    """Nobody stands for two days, so the variance is that of the strata."""
    companies = Companies(20, seed=2)
    companies.rows = [row for row in companies.rows if row["day"] == START]
    again = companies.compared("revenue")
    for one, other in zip(again, companies.compared("revenue", again=False), strict=True):
        assert one.difference.high == pytest.approx(other.difference.high, rel=1e-3)


def test_what_is_foretold_is_less_sure_than_what_was_seen() -> None:
    """Each expected value of 100 has a standard error of 40 of its own: 5.9 for 200 against 60."""
    companies = Companies(5, seed=3)
    plain = companies.compared("value")
    told = companies.compared("value", spread=lambda amounts, squares, whole: 16 * amounts)
    for one, other in zip(plain, told, strict=True):
        before, after = (
            (found.difference.high - found.difference.value) / 1.96 for found in (one, other)
        )
        assert np.sqrt(after**2 - before**2) == pytest.approx(
            40 * np.sqrt(1 / 200 + 1 / 60), rel=0.1
        )


def test_alike_days_of_few_people_do_not_pass_for_knowledge() -> None:
    """In each stratum one other customer came four times: the spread among people tells."""
    n = np.array([[4.0] * 40, [1.0] * 40])
    people = np.ones_like(n)
    people[1, :20], n[1, :20] = 2.0, 2.0
    rng = np.random.default_rng(4)
    values = rng.normal(0, 1, (3, 40))
    total = np.array([4 * values[0], values[1] + np.where(n[1] > 1, values[2], 0)])
    squares = np.array([4 * values[0] ** 2, values[1] ** 2 + np.where(n[1] > 1, values[2] ** 2, 0)])
    none = np.zeros_like(n)
    sums = {name: total if name == "revenue" else none for name in NAMES}
    cross = {
        pair: squares if pair == ("revenue", "revenue") else none for pair in model.PAIRS
    }  # fmt: skip
    made = model.compare(Strata(list(range(40)), n, people, sums, cross), "revenue")
    assert made is not None
    assert made.difference.high - made.difference.value > 1.96 * (1 / 60) ** 0.5
