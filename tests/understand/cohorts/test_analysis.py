"""Cohorts of a small shop, counted by hand.

Six customers first ordered in January 2026: Ana, Ben, Cem, Dee, Eve and Finn. In February Ana and
Ben ordered again and Cem only visited; in March Ana came once more, and nobody else did anything.
Gus began in February, alone. The last thing seen is a visit of Gus on 5 April.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from regulars.kit.stats.proportion import proportion
from regulars.timeline import inbox
from regulars.timeline.workspace import Workspace
from regulars.understand.analyses import service
from regulars.understand.analyses.options import Options
from regulars.understand.analyses.view import View
from regulars.understand.cohorts.analysis import ANALYSIS, CohortMonth

NOW = datetime(2026, 4, 6, 4, tzinfo=UTC)
JANUARY = ("ana", "ben", "cem", "dee", "eve", "finn")


def order(who: str | None, month: int, day: int, amount: int, **more: Any) -> dict[str, Any]:
    return {**visit(who, month, day), "name": "Order Completed", "currency": "CNY",
            "order_id": f"{who}-{month}-{day}", "amount": Decimal(amount), **more}  # fmt: skip


def visit(who: str | None, month: int, day: int) -> dict[str, Any]:
    at = datetime(2026, month, day, 4, tzinfo=UTC)
    return {"event_id": f"{who}-{month}-{day}-{at:%H}", "identity_id": who, "actor": "customer",
            "occurred_at": at, "known_at": at, "name": "Page Viewed"}  # fmt: skip


@pytest.fixture
def shop(ws: Workspace) -> Workspace:
    rows = [order(who, 1, 10 + at, 100) for at, who in enumerate(JANUARY)]
    rows += [order("ana", 2, 3, 50), order("ben", 2, 4, 10), order("ben", 2, 5, 30)]
    rows += [visit("cem", 2, 6), order("ana", 3, 7, 20), order("gus", 2, 8, 500)]
    rows += [order(None, 1, 9, 999), order("eve", 1, 30, 70, currency="USD"), visit("gus", 4, 5)]
    inbox.accept(ws, inbox.make(rows, NOW))
    return ws


def asked(ws: Workspace, **values: Any) -> View:
    wished = {one.name: one.default for one in ANALYSIS.options} | values
    return service.answered(ws, ANALYSIS, Options(wished), now=NOW)


def cells(ws: Workspace, **values: Any) -> dict[tuple[str, int], CohortMonth]:
    return {(one.cohort, one.month): one for one in asked(ws, **values).result.cells}


def test_january_s_six_customers_by_month(shop: Workspace) -> None:
    found = cells(shop)
    assert list(found) == [("2026-01", 0), ("2026-01", 1), ("2026-01", 2)]
    first, second, third = found.values()
    assert first.retention == proportion(6, 6)
    # Ana, Ben and Cem were active in February; Ana alone in March.
    assert second.retention == proportion(3, 6) and third.retention == proportion(1, 6)
    # Eve ordered twice in January, Ana and Ben again by the end of February.
    assert [one.repurchase for one in found.values()] == [
        proportion(again, 6) for again in (1, 3, 3)
    ]
    # 600, 90 and 20 for six: what Eve paid in dollars is not added.
    assert [one.revenue.value for one in found.values()] == [100.0, 15.0, pytest.approx(20 / 6)]
    assert first.revenue.n == 6 and third.revenue.low is not None and third.revenue.low < 0


def test_april_is_not_over_and_one_customer_is_no_cohort(shop: Workspace) -> None:
    assert ("2026-01", 3) not in cells(shop)
    assert not [key for key in cells(shop) if key[0] == "2026-02"]


def test_a_cell_opens_its_customers(shop: Workspace) -> None:
    view, listed = asked(shop), ANALYSIS.customers
    assert listed is not None
    february = listed.rows(view, cohort="2026-01", month=1)
    assert february.column("person_id").to_pylist() == ["ana", "ben", "cem"]  # by what they spent
    assert february.column("spent").to_pylist() == [170.0, 140.0, 100.0]
    assert listed.rows(view, cohort="2026-01").num_rows == 6
    assert listed.rows(view, cohort="2026-02").column("person_id").to_pylist() == ["gus"]
    assert listed.rows(view, cohort="1999-01").num_rows == 0
    href = view.shown("cohorts").rows[1][1].href
    assert href == "/cohorts/customers?cohort=2026-01&month=1"


def test_before_a_whole_month_it_says_what_is_missing(ws: Workspace) -> None:
    assert asked(ws).result.why_not is not None
    inbox.accept(ws, inbox.make([order(who, 3, 9, 10) for who in JANUARY], NOW))
    assert asked(ws).result.why_not is not None
    inbox.accept(ws, inbox.make([visit("ana", 4, 1)], NOW))
    assert list(cells(ws)) == [("2026-03", 0)]
