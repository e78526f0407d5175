"""Parcels arrive after they are sent, and money comes back with what is returned."""

from __future__ import annotations

import ibis

from regulars.timeline import vocabulary as names
from tests.simulate.study import Company


def test_orders_add_up_and_refunds_are_negative(troubled: Company) -> None:
    rows = troubled.rows(
        lambda view: (
            view.events.filter(view.events.name == names.ORDER_COMPLETED)
            .select("amount", "lines", "currency")
            .limit(2_000)
        )
    )
    assert all(row["amount"] == sum(line["amount"] for line in row["lines"]) for row in rows)
    assert {row["currency"] for row in rows} == {"CNY"}
    refunds = troubled.rows(
        lambda view: view.events.filter(view.events.name.isin(names.REFUNDS)).select("amount")
    )
    assert refunds
    assert all(row["amount"] < 0 for row in refunds)


def test_parcels_do_not_arrive_before_they_are_sent(troubled: Company) -> None:
    steps = (names.ORDER_COMPLETED, names.ORDER_SHIPPED, names.ORDER_DELIVERED)

    def build(view):  # type: ignore[no-untyped-def]
        events = view.events.filter(view.events.name.isin(steps))
        moments = {
            key: ibis.ifelse(events.name == name, events.occurred_at, ibis.null()).min()
            for key, name in zip(("bought", "sent", "came"), steps, strict=True)
        }
        found = events.group_by("order_id").aggregate(**moments)
        late = (found.came < found.sent) | (found.sent < found.bought)
        return found.aggregate(n=ibis._.count(), wrong=ibis.ifelse(late, 1, 0).sum())

    row = troubled.rows(build)[0]
    assert row["n"] > 10_000
    assert row["wrong"] == 0
