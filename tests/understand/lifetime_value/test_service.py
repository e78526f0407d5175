"""Lifetime value through the timeline: CDNOW's published results, and the edges."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from regulars.kit import clock
from regulars.listen.imports import service as imports
from regulars.timeline import inbox
from regulars.timeline.workspace import Workspace
from regulars.understand.findings import service as findings
from regulars.understand.lifetime_value import purchasing, service
from regulars.understand.lifetime_value.backtesting import fit_both

WEEK = 7
NOW = datetime(2026, 10, 5, 4, tzinfo=UTC)


@pytest.mark.data
def test_cdnow_gives_the_published_parameters(ws: Workspace, real_data: Path) -> None:
    imports.import_files(ws, [real_data / "cdnow"], "cdnow-sample", now=clock.now())
    found = service.histories_at(ws, None, "USD", date(1997, 9, 30))
    assert len(found) == 2_357 and (found.repeats > 0).sum() == 946
    models = fit_both(found)
    assert models is not None
    bought, paid = models
    assert bought.model.r == pytest.approx(0.2426, abs=0.0001)
    assert bought.model.alpha / WEEK == pytest.approx(4.4135, abs=0.001)
    assert bought.model.a == pytest.approx(0.7929, abs=0.0002)
    assert bought.model.b == pytest.approx(2.4258, abs=0.0005)
    in_weeks = bought.log_likelihood + found.repeats.sum() * np.log(WEEK)
    assert in_weeks == pytest.approx(-9582.43, abs=0.005)
    assert paid.model.p == pytest.approx(6.25, abs=0.005)
    assert paid.model.q == pytest.approx(3.74, abs=0.005)
    assert paid.model.gamma == pytest.approx(15.44, abs=0.01)


@pytest.mark.data
def test_cdnow_s_hold_out_of_39_weeks_is_shown(ws: Workspace, real_data: Path) -> None:
    imports.import_files(ws, [real_data / "cdnow"], "cdnow-sample", now=clock.now())
    found = service.compute(ws, None)
    test = found.back_test
    assert test is not None and (test.cut, test.days) == (date(1997, 9, 30), 39 * WEEK)
    assert test.actual == 1_882 and test.expected == pytest.approx(1653.4, abs=0.1)
    assert test.error == pytest.approx(-0.1215, abs=0.0005)
    assert test.miss < test.plain_miss and test.value_miss < test.plain_value_miss
    assert sum(one.n for one in test.classes) == 2_357
    assert 0.90 <= test.covered.value <= 0.99  # type: ignore[operator]
    year = next(one for one in found.ahead if one.days == 365)
    assert year.mean.low < year.mean.value < year.mean.high  # type: ignore[operator]


def shop(n: int = 400, days: int = 400) -> Iterator[dict[str, Any]]:
    """Orders of `n` customers who behave as the models say, the last watched day before NOW."""
    random = np.random.default_rng(4)
    for number in range(n):
        first = int(random.integers(days // 2, days))
        gaps = random.exponential(30.0, int(random.geometric(0.25)))
        for turn, back in enumerate(first - np.concatenate([[0.0], np.cumsum(gaps)])):
            if back >= 1:
                yield order(f"c{number:03}", f"{number}-{turn}", back, random.gamma(6, 6.0))


def order(who: str, key: str, days_ago: float, amount: float, **more: Any) -> dict[str, Any]:
    at = NOW - timedelta(days=float(days_ago))
    return {"event_id": key, "identity_id": who, "actor": "customer", "occurred_at": at,
            "known_at": at, "name": "Order Completed", "order_id": key,
            "amount": Decimal(f"{amount:.2f}"), "currency": "CNY", **more}  # fmt: skip


def bring(ws: Workspace, rows: list[dict[str, Any]]) -> None:
    inbox.accept(ws, inbox.make(rows, NOW))


def test_a_person_s_forecast_is_the_one_in_the_list(ws: Workspace) -> None:
    bring(ws, list(shop()))
    found = service.answered(ws, None, now=NOW).payload
    assert found.n == 400 and found.currency == "CNY" and found.why_not is None
    best = found.customers[0]
    assert service.of_person(ws, None, found, best.person) == best
    table = service.customers(ws, None, found)
    assert table.num_rows == 400
    year = next(one for one in found.ahead if one.days == 365)
    assert sum(table.column("value").to_pylist()) == pytest.approx(year.total.value)
    assert [one.days for one in found.ahead] == [91, 182, 365, 730]


def test_two_orders_of_one_day_and_two_events_of_one_order_are_one_purchase(ws: Workspace) -> None:
    twice = order("ana", "o1", 100, 20), order("ana", "o1", 100, 20) | {"event_id": "o1-again"}
    bring(ws, [*twice, order("ana", "o2", 99.99, 30), order("ana", "o3", 50, 40)])
    found = service.histories_at(ws, None, "CNY", None)
    assert (found.repeats.tolist(), found.last.tolist()) == ([1.0], [50.0])
    assert found.spent.tolist() == [40.0]


def test_without_an_order_in_the_workspace_s_currency_the_data_s_counts(ws: Workspace) -> None:
    bring(ws, [one | {"currency": "USD"} for one in shop()])
    found = service.compute(ws, None)
    assert (found.n, found.currency, found.left_out) == (400, "USD", 0)
    assert found.customers[0].value > 0
    assert found.money is not None and "no order is in CNY" in found.money.en


def test_currencies_are_never_added(ws: Workspace) -> None:
    abroad = order("c001", "usd", 5, 1_000_000, currency="USD")
    bring(ws, [*shop(), abroad])
    found = service.compute(ws, None)
    assert (found.currency, found.left_out) == ("CNY", 1)
    assert found.money is not None and "1 in USD" in found.money.en
    assert max(one.value for one in found.customers) < 100_000


def test_too_little_gives_no_number_and_says_why(ws: Workspace) -> None:
    bring(ws, [order("ana", "o1", 100, 20), order("ana", "o2", 50, 20)])
    found = service.compute(ws, None)
    assert found.ahead == [] and found.why_not is not None and found.n == 1
    assert service.of_person(ws, None, found, "ana") is None
    assert service.customers(ws, None, found).num_rows == 0


def test_an_empty_workspace_says_so(ws: Workspace) -> None:
    assert service.compute(ws, None).why_not is not None


def test_what_became_known_after_the_cut_is_not_seen_at_it(ws: Workspace) -> None:
    late = order("ana", "late", 300, 20, known_at=NOW - timedelta(days=5))
    bring(ws, [order("ana", "o1", 320, 20), late, order("bo", "o2", 310, 20)])
    cut = (NOW - timedelta(days=100)).date()
    assert service.histories_at(ws, None, "CNY", cut).repeats.tolist() == [0.0, 0.0]
    assert sorted(service.histories_at(ws, None, "CNY", None).repeats.tolist()) == [0.0, 1.0]


def test_only_the_caller_s_places_count(ws: Workspace) -> None:
    bring(ws, [order("ana", "e", 90, 20, place="east"), order("bo", "w", 90, 20, place="west")])
    assert len(service.histories_at(ws, frozenset({"east"}), "CNY", None)) == 1


def test_an_erased_customer_s_list_goes(ws: Workspace) -> None:
    bring(ws, list(shop()))
    best = service.answered(ws, None, now=NOW).payload.customers[0].person
    with ws.database.transaction() as connection:
        assert findings.forget(ws, connection, frozenset({best})) == 1
    assert service.stored(ws, None, now=NOW) is None


def test_the_library_lifetimes_gives_the_same(ws: Workspace, real_data: Path) -> None:
    lifetimes = pytest.importorskip("lifetimes")
    imports.import_files(ws, [real_data / "cdnow"], "cdnow-sample", now=clock.now())
    found = service.histories_at(ws, None, "USD", date(1997, 9, 30))
    last, age = found.last / WEEK, found.age / WEEK
    oracle = lifetimes.BetaGeoFitter().fit(found.repeats, last, age)
    paying = (found.repeats > 0) & (found.spent > 0)
    amounts = lifetimes.GammaGammaFitter().fit(found.repeats[paying], found.mean[paying])
    ours = fit_both(found)
    assert ours is not None
    bought, paid = ours
    theirs = [oracle.params_[name] for name in ("r", "alpha", "a", "b")]
    mine = bought.model
    assert [mine.r, mine.alpha / WEEK, mine.a, mine.b] == pytest.approx(theirs, rel=1e-3)
    theirs = [amounts.params_[name] for name in ("p", "q", "v")]
    assert [paid.model.p, paid.model.q, paid.model.gamma] == pytest.approx(theirs, rel=2e-3)
    ahead = oracle.conditional_expected_number_of_purchases_up_to_time(39, found.repeats, last, age)
    assert purchasing.expected(mine, found, 39.0 * WEEK) == pytest.approx(ahead, rel=5e-3)
    there = oracle.conditional_probability_alive(found.repeats, last, age)
    told = purchasing.alive(mine, found.repeats, found.last, found.age)
    assert told == pytest.approx(there, rel=1e-3)
