"""Each metric is explained in both languages, and its example is what comes out."""

from __future__ import annotations

import re
from decimal import Decimal

import numpy as np
import pytest

from regulars.kit.stats.estimate import Estimate
from regulars.kit.stats.medians import NOBODY, Measured
from regulars.understand.metrics import service

COUNTED = {
    "nps": {"n": 20, "x": 12.0, "xx": 16.0},
    "csat_satisfied_share": {"n": 100, "x": 90.0, "xx": 90.0},
    "ces_easy_share": {"n": 50, "x": 40.0, "xx": 40.0},
    "ces_mean": {"n": 8, "x": 38.0, "xx": 198.0},
    "score_mean": {"n": 6, "x": 25.0, "xx": 111.0},
    "response_rate": {"n": 10, "yes": 4, "dismissed": 3},
    "complaint_share": {"n": 200, "yes": 6},
    "active_share": {"n": 50, "yes": 30},
    "retention_share": {"n": 40, "yes": 34},
    "repurchase_share": {
        "n": 100,
        "yes": 45,
        "times": np.array([20.0, 364.0]),
        "happened": np.array([45.0, 0.0]),
        "censored": np.array([0.0, 55.0]),
    },
    "orders": {"n": 10},
    "revenue": {"n": 6, "x": Decimal(460), "xx": 51_600.0, "xxx": 4_936_000.0},
    "gross_revenue": {"n": 5, "x": Decimal(500), "xx": 50_000.0, "xxx": 5_000_000.0},
    "average_order_value": {"n": 5, "x": Decimal(500), "xx": 50_600.0, "xxx": 5_174_000.0},
    "order_abandonment_share": {"n": 80, "yes": 20},
    "order_steps_median": {
        "n": 7,
        "measured": Measured(
            np.full(4, NOBODY), np.array([3.0, 4.0, 5.0, 6.0]), np.array([1, 2, 3, 1])
        ),
    },
    "information_consistency_share": {"n": 50, "value": 96.0, "low": 86.54, "high": 98.9},
    "progress_query_share": {"n": 60, "yes": 15},
    "first_response_minutes_median": {
        "n": 4,
        "times": np.array([10.0, 20.0, 60.0, 90.0]),
        "happened": np.array([1.0, 1.0, 1.0, 0.0]),
        "censored": np.array([0.0, 0.0, 0.0, 1.0]),
    },
    "first_contact_resolution_share": {"n": 40, "yes": 28},
    "repeat_contact_share": {"n": 50, "yes": 10},
    "clv_amount_12m": {"n": 400, "value": 120.0, "low": 112.5, "high": 127.5},
    "value_group_accuracy_share": {
        "n": 1000,
        "value": 99.0,
        "low": 98.17,
        "high": 99.46,
        "chance": Estimate(1000, 2.0, 1.3, 3.1),
    },
}

SCALES = {"ces_mean": (1.0, 7.0), "score_mean": (1.0, 5.0)}


@pytest.mark.parametrize("found", service.definitions(), ids=lambda one: one.key)
def test_each_metric_is_explained_in_both_languages(found) -> None:
    texts = [found.title, found.meaning, found.base, found.window]
    texts += [example.story for example in found.examples]
    assert found.examples
    for text in texts:
        assert text.en.strip() and re.search(r"[一-鿿]", text.zh + "中" * text.zh.isascii())
        assert not re.search(r"[一-鿿]", text.en)


@pytest.mark.parametrize("found", service.definitions(), ids=lambda one: one.key)
def test_the_example_is_what_comes_out(found) -> None:
    sums, scale = COUNTED[found.key], SCALES.get(found.key)
    estimate = found.aggregate.statistic(**sums).estimate(scale)
    told = re.findall(r"-?\d+(?:\.\d+)?", found.examples[0].result)
    assert len(told) == len(known(estimate))
    for word, number in zip(told, known(estimate), strict=True):
        assert word == f"{number:.{len(word.partition('.')[2])}f}"


def known(estimate: Estimate) -> list[float]:
    numbers = (estimate.value, estimate.low, estimate.high)
    return [number for number in numbers if number is not None]
