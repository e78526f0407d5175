"""The comparison, worked by hand in the document."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from regulars.understand.costs import queries
from regulars.understand.costs.model import (
    NAMES,
    OUTCOMES,
    PAIRS,
    Strata,
    balance,
    compare,
    matched,
    strata_of,
)

DOC = (Path(__file__).resolve().parents[3] / "docs/algorithms/costs.md").read_text()
ROW = re.compile(r"^\| (\d) \| (\d+), (\d+), (\d+) \| (\d+), (\d+), (\d+) \|", re.MULTILINE)
NUMBER = r"(-?[\d.]+)"
TOGETHER = rf"Together: {NUMBER}, from {NUMBER} to {NUMBER}, with (\d+) of (\d+)"


def of_document() -> Strata:
    rows = np.array([[float(word) for word in row[1:]] for row in ROW.findall(DOC)])
    n, total, squares = (np.array([rows[:, 3 + k], rows[:, k]]) for k in range(3))
    none = np.zeros_like(n)
    told = {key: total if key in OUTCOMES else none for key in NAMES}
    cross = {pair: squares if set(pair) <= set(OUTCOMES) else none for pair in PAIRS}
    return Strata([1, 2, 3], n, n, told, cross)


def test_the_numbers_of_the_document_are_those_of_the_code() -> None:
    found = of_document()
    made = compare(found, "revenue")
    assert made is not None
    told = re.search(TOGETHER, DOC)
    assert told is not None
    gap = made.difference
    assert [f"{edge:.2f}" for edge in (gap.value, gap.low, gap.high)] == list(told.groups()[:3])
    both = matched(found)
    assert (int(found.n[1][both].sum()), int(found.n[1].sum())) == (int(told[4]), int(told[5]))
    assert made.touched - made.others == pytest.approx(gap.value)


def test_the_cuts_of_the_document_are_those_of_the_code() -> None:
    cuts = (
        queries.ORDER_CUTS,
        queries.RECENCY_CUTS,
        queries.SPEND_CUTS,
        queries.TENURE_CUTS,
        queries.ACTIVE_CUTS,
    )
    for one in cuts:
        assert f"| {', '.join(f'{cut:g}' for cut in one)} |" in DOC


def test_too_few_are_not_compared() -> None:
    found = of_document()
    assert compare(replace(found, n=found.n / 4), "revenue") is None


def test_balance_is_that_of_the_matched() -> None:
    """Stratum 3 makes the touched far richer; without it they are as the others, less ten."""
    found = of_document()
    richer = dict(found.total) | {"orders": found.total["revenue"]}
    cross = dict(found.cross) | {("orders", "orders"): found.cross["revenue", "revenue"]}
    first, second, *_rest = balance(replace(found, total=richer, cross=cross))
    assert first.key == "orders"
    assert first.before > 0 > first.after
    assert (second.before, second.after) == (0, 0)


def test_what_is_left_inside_a_stratum_is_adjusted_for() -> None:
    """Each order more goes with 10 more; the touched have one more, and lose 5 besides."""
    rng = np.random.default_rng(3)
    rows = []
    for touched, count, more in ((0, 400, 0.0), (1, 200, 1.0)):
        orders = rng.normal(5 + more, 1, count)
        values = dict.fromkeys(NAMES, np.zeros(count)) | {"orders": orders}
        values["revenue"] = 10 * orders - 5 * touched + rng.normal(0, 1, count)
        row: dict[str, float] = {"touched": touched, "stratum": 7, "n": count, "people": count}
        row |= {name: float(values[name].sum()) for name in NAMES}
        row |= {f"{a}_{b}": float((values[a] * values[b]).sum()) for a, b in PAIRS}
        rows.append(row)
    made = compare(strata_of(rows), "revenue")
    assert made is not None
    assert made.difference.low < -5 < made.difference.high
    assert made.difference.high - made.difference.low < 1
