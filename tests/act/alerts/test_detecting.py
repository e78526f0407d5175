"""What is usual, what is not, and how often chance alone raises an alert."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from regulars.act.alerts import service, watching
from regulars.act.alerts.detecting import (
    Reading,
    Surprise,
    fallen,
    surprise,
    variation,
)
from regulars.act.alerts.model import BUDGET, MAX_P, TOPIC_BUDGET, WEEKS_A_MONTH, Grain
from regulars.act.alerts.watching import Looked
from regulars.kit.stats.estimate import Estimate
from regulars.kit.stats.proportion import proportion

MONDAY = datetime(2026, 6, 1, tzinfo=UTC)


def weeks(values: list[float], n: int = 400, reach: float = 2.0) -> list[Reading]:
    """One reading a week with an interval of ± `reach`."""
    return [
        Reading(start, start + timedelta(weeks=1), n, value, value - reach, value + reach)
        for start, value in zip(_mondays(len(values)), values, strict=True)
    ]


def _mondays(count: int) -> list[datetime]:
    return [MONDAY + timedelta(weeks=i) for i in range(count)]


def test_a_fall_beyond_the_usual_is_unusual() -> None:
    calm = [60.0, 61, 59, 60, 62, 58, 60, 61, 59, 60]
    found = surprise(weeks([*calm, 50.0]), "score", "week")
    assert found is not None
    assert found.p < 0.0005
    assert found.low < 60 < found.high
    same = surprise(weeks([*calm, 60.5]), "score", "week")
    assert same is not None and same.p > 0.5


def test_what_swings_anyway_must_swing_further() -> None:
    calm = surprise(weeks([60.0, 61, 59, 60, 62, 58, 60, 61, 59, 60, 50]), "score", "week")
    wild = surprise(weeks([60.0, 71, 49, 60, 72, 48, 60, 71, 49, 60, 50]), "score", "week")
    assert calm is not None and wild is not None
    assert calm.p < 0.001
    assert wild.p > 0.2


@pytest.mark.parametrize("readings", [[], weeks([60.0] * 8), weeks([60.0] * 20, n=29)])
def test_too_little_history_says_nothing(readings: list[Reading]) -> None:
    assert surprise(readings, "score", "week") is None


@given(
    some.lists(some.floats(1, 99), min_size=9, max_size=17), some.sampled_from(["score", "percent"])
)
def test_a_p_value_is_one_and_usual_lies_within_its_ends(values: list[float], unit: str) -> None:
    found = surprise(weeks(values), unit, "week")
    assert found is not None
    assert 0 <= found.p <= 1
    assert found.low <= found.usual + 1e-9 and found.usual <= found.high + 1e-9


@cache
def percent(yes: int, n: int) -> Estimate:
    """Return a share in per cent; the same few thousand come again and again."""
    return proportion(yes, n).scaled(100)


def shares(rng: np.random.Generator, weeks_: int, wobble: float) -> list[Reading]:
    """Weekly shares around 20 % of a few hundred, which vary by `wobble` beyond sampling."""
    made = []
    for i in range(weeks_):
        n = int(rng.integers(100, 600))
        share = min(max(0.2 + rng.normal(0, wobble), 0.01), 0.99)
        told = percent(int(rng.binomial(n, share)), n)
        start = MONDAY + timedelta(weeks=i)
        made.append(Reading(start, start + timedelta(weeks=1), n, told.value, told.low, told.high))
    return made


@pytest.mark.parametrize("wobble", [0.0, 0.03])
def test_a_company_where_nothing_changes_gets_at_most_half_an_alert_a_month(wobble: float) -> None:
    """Forty weekly tests over 240 months: alerts a month, both ways, with room for chance."""
    rng = np.random.default_rng(8)
    rule = next(one for one in service.presets() if one.preset == "abandonment")
    alerts, months = 0, 240
    for _week in range(round(months * WEEKS_A_MONTH)):
        found: dict[watching.Slice, tuple[Surprise, str]] = {}
        for slice_ in range(40):
            told = surprise(shares(rng, 13, wobble), "percent", "week")
            if told is not None:
                found[(("channel", str(slice_)),)] = told, "percent"
        limit = min(BUDGET[Grain.WEEK] / WEEKS_A_MONTH / len(found), MAX_P)
        alerts += sum(one.p <= limit for one, _unit in found.values())
        if _week == 0:
            assert len(watching.raised([Looked(rule, len(found), found, [])], Grain.WEEK, 0)) <= 1
    assert alerts / months <= 0.5


def thin_store(rng: np.random.Generator, wobble: float, fall: float = 0.0) -> list[Reading]:
    """Five windows of a store with 15 to 60 answers each; the last may have fallen."""
    made = []
    for i in range(5):
        n = int(rng.integers(30 if i == 4 else 15, 60))
        share = min(max(0.6 + rng.normal(0, wobble) - (fall if i == 4 else 0), 0.01), 0.99)
        told = percent(int(rng.binomial(n, share)), n)
        start = MONDAY + timedelta(weeks=13 * i)
        made.append(Reading(start, start + timedelta(weeks=13), n, told.value, told.low, told.high))
    return made


def year(windows: list[Reading]) -> Reading:
    """The year before the last window, as one reading."""
    n = sum(one.n for one in windows[:-1])
    yes = sum(round((one.value or 0) / 100 * one.n) for one in windows[:-1])
    told = percent(yes, n)
    return Reading(windows[0].start, windows[-1].start, n, told.value, told.low, told.high)


@pytest.mark.parametrize("wobble", [0.0, 0.05])
def test_thin_stores_where_nothing_changes_stay_within_the_budget(wobble: float) -> None:
    """Twenty stores over 400 months: a month's tests raise no more than it accepts."""
    rng = np.random.default_rng(12)
    alerts = 0
    for _month in range(400):
        stores = [thin_store(rng, wobble) for _store in range(20)]
        usual = variation([windows[:-1] for windows in stores], "percent")
        told = [fallen(one[-1], year(one), "percent", usual) for one in stores]
        limit = min(BUDGET[Grain.MONTH] / len(told), MAX_P)
        alerts += sum(one is not None and one.p <= limit for one in told)
    expected = 400 * BUDGET[Grain.MONTH]
    assert alerts <= expected + 3 * expected**0.5


def test_a_thin_store_that_fell_is_told_though_no_month_of_it_could() -> None:
    rng = np.random.default_rng(5)
    stores = [thin_store(rng, 0.03, fall=0.5 if number == 0 else 0) for number in range(20)]
    usual = variation([windows[:-1] for windows in stores], "percent")
    told = [fallen(one[-1], year(one), "percent", usual) for one in stores]
    assert [one is not None and one.p <= BUDGET[Grain.MONTH] / 20 for one in told] == [
        number == 0 for number in range(20)
    ]


def test_the_budgets_add_up_to_less_than_half_an_alert() -> None:
    assert sum(BUDGET.values()) + 0.05 + TOPIC_BUDGET <= 0.45 + 1e-9


def test_the_table_of_the_page_is_what_counts() -> None:
    page = Path(__file__).parents[3] / "docs" / "algorithms" / "alerts.md"
    rows = [line.strip("| ").split(" | ") for line in page.read_text("utf-8").splitlines()
            if line.startswith("| ") and line[2].isdigit()]  # fmt: skip
    assert len(rows) == 4
    for tests, limit in rows:
        assert f"{min(BUDGET[Grain.WEEK] / WEEKS_A_MONTH / int(tests), MAX_P):.5f}" == limit
