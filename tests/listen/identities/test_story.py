"""A story sums up what somebody did and said; orders and money are those of all customers."""

from __future__ import annotations

import secrets
from datetime import timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.listen.identities import story
from regulars.listen.identities.model import IdentityKind
from regulars.timeline import inbox, orders
from regulars.timeline.workspace import Workspace
from tests import sizes
from tests.listen.identities.test_service import LEI, NOW


def test_a_story_sums_up_what_somebody_did_and_said(ws: Workspace) -> None:
    def event(name: str, hours: int, **more: object) -> dict[str, object]:
        at = NOW + timedelta(hours=hours)
        return {
            "event_id": f"{name}{hours}",
            "identity_id": LEI,
            "occurred_at": at,
            "name": name,
            **more,
        }

    rows = [
        event("Order Completed", 1, order_id="A", amount="100", currency="CNY"),
        event("Order Completed", 2, order_id="B", amount="30", currency="USD"),
        event("Order Refunded", 3, order_id="A", amount="-40", currency="CNY"),
        event("Survey Answered", 4, metric="nps", score=3.0, scale_min=0.0, scale_max=10.0),
        event("Survey Answered", 5, metric="nps", score=9.0, scale_min=0.0, scale_max=10.0),
        event("Enquiry Made", 6),
        event("Order Shipped", 7, order_id="B", actor="system"),
    ]
    for row in rows:
        row["amount"] = Decimal(str(row["amount"])) if "amount" in row else None
    inbox.accept(ws, inbox.make(rows, NOW + timedelta(days=1)))
    found = story.story(ws, LEI)
    summary = found.summary
    assert (summary.events, summary.orders) == (7, 2)
    assert summary.spent == (("CNY", Decimal(60)), ("USD", Decimal(30)))
    assert [one.score for one in summary.scores] == [9.0]
    assert summary.last_act_at == NOW + timedelta(hours=6)
    assert [len(found.about(kind)) for kind in (None, *IdentityKind)] == [7, 4, 2, 1, 0]
    assert found.entries[0].name == "Order Shipped"
    first = story.after(found.entries, None, 4)
    rest = story.after(found.entries, story.key(first[-1]), 9)
    assert [*first, *rest] == list(found.entries)
    assert story.story(ws, LEI, most=3).summary.cut


TELLING = st.tuples(
    st.sampled_from([0, 1, 30, 59, 60, 61, 119, 120, 121, 400]),
    st.sampled_from([None, "7", "8"]),
    st.sampled_from([None, 20, 50]),
    st.sampled_from(["Order Completed", "Order Refunded"]),
)


@settings(deadline=None, max_examples=sizes.of(8, 25))
@given(st.lists(TELLING, min_size=1, max_size=8))
def test_a_person_s_orders_and_money_are_those_of_all_customers(
    shared_ws: Workspace, told: list[tuple[int, str | None, int | None, str]]
) -> None:
    """Whatever tells of numbers 7 and 8 on whichever days: one page, the same as `sales`."""
    who = secrets.token_hex(16)
    rows = [
        {
            "event_id": secrets.token_hex(8), "identity_id": who, "name": name,
            "occurred_at": NOW + timedelta(days=day), "order_id": number,
            "amount": None if amount is None else Decimal(amount),
            "currency": None if amount is None else "CNY",
        }
        for day, number, amount, name in told
    ]  # fmt: skip
    inbox.accept(shared_ws, inbox.make(rows, NOW))
    columns = ["name", *orders.NEEDED]
    table = shared_ws.query(
        lambda view: orders.sales(
            view.with_person().filter(lambda t: t.person_id == who).select(columns)
        )
    )
    sales = table.to_pylist()
    summary = story.story(shared_ws, who).summary
    assert summary.orders == sum(row["name"] == "Order Completed" for row in sales)
    assert sum(amount for _currency, amount in summary.spent) == sum(
        row["amount"] for row in sales if row["amount"] is not None
    )


def test_an_order_told_by_till_and_ledger_is_one_of_this_customer(ws: Workspace) -> None:
    rows = [
        {
            "event_id": source, "identity_id": LEI, "name": "Order Completed", "source": source,
            "occurred_at": NOW + timedelta(hours=hours), "order_id": "A",
            "amount": Decimal(amount), "currency": "CNY",
        }
        for source, hours, amount in (("till", 1, 100), ("ledger", 30, 110))
    ]  # fmt: skip
    inbox.accept(ws, inbox.make(rows, NOW + timedelta(days=2)))
    summary = story.story(ws, LEI).summary
    assert (summary.events, summary.orders, summary.spent) == (2, 1, (("CNY", Decimal(100)),))
