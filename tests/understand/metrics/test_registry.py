"""The registry: complete, readable in both languages, and its examples are true."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from regulars.kit.stats.estimate import Estimate
from regulars.understand.metrics import glossary, service

ROOT = Path(__file__).resolve().parents[3]
ASKED_FOR = ROOT.parent / "shared" / "REQUIREMENTS.md"
LATER = {
    "resolution_share": "needs the response class of a case (general, complex)",
    "loop_closure_share": "needs the loop's own clocks",
    "information_consistency_share": "needs attributes by source",
    "experience_consistency_share": "needs standards with bands",
    "pickup_share": "needs calls and chats that were offered to a person",
    "assistant_answer_seconds_p95": "needs the assistant",
    "iteration_days_median": "needs initiatives on pain points",
    "invitation_response_rate": "needs invitations that we send",
    "benefit_use_share": "needs benefits",
    "benefit_satisfaction_share": "needs benefits",
    "care_coverage_share": "needs care occasions",
    "activities_per_core_customer": "needs activities",
    "wake_up_share": "needs plays with a hold-out",
    "win_back_repurchase_share": "needs plays with a hold-out",
    "monitoring_coverage_share": "needs the loyalty board",
    "referral_share": "needs referrals",
    "recommendation_match_share": "needs recommendations",
    "enquiry_to_order_share": "needs enquiries told apart as pre-sale",
}
"""Formulas that events alone cannot give honestly; targets call them "no metric yet"."""

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
    "revenue": {"n": 6, "x": Decimal(460), "xx": 51_600.0},
    "gross_revenue": {"n": 5, "x": Decimal(500), "xx": 50_000.0},
    "average_order_value": {"n": 5, "x": Decimal(500), "xx": 50_600.0},
    "order_abandonment_share": {"n": 80, "yes": 20},
    "order_steps_median": {
        "n": 7,
        "values": np.array([3.0, 4.0, 5.0, 6.0]),
        "counts": np.array([1, 2, 3, 1]),
    },
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
    "value_group_accuracy_share": {"n": 1000, "value": 99.0, "low": 98.17, "high": 99.46},
}
SCALES = {"ces_mean": (1.0, 7.0), "score_mean": (1.0, 5.0)}


def test_every_formula_is_there_or_says_why_not() -> None:
    if not ASKED_FOR.is_file():
        pytest.skip("the requirements are not beside the checkout")
    part = ASKED_FOR.read_text("utf-8").split("## 6. Formulas")[1].split("\n## ")[0]
    cells = [line.split("|")[1] for line in part.splitlines() if line.startswith("|")][2:]
    keys = {key.strip() for cell in cells for key in cell.split(",")}
    assert "nps" in keys and len(keys) >= 19
    assert keys <= {one.key for one in service.definitions()} | set(LATER)
    assert not set(LATER) & {one.key for one in service.definitions()}


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


def test_the_glossary_in_the_docs_is_fresh() -> None:
    page = ROOT / "docs" / "glossary.md"
    assert page.read_text("utf-8") == glossary.markdown(), (
        "run: regulars glossary --to docs/glossary.md"
    )
