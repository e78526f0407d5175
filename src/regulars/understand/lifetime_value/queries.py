"""Expressions over orders: each customer's history of purchases, before and after a cut."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import ibis

from regulars.company.rights.model import Scope
from regulars.timeline import orders as numbered
from regulars.timeline.vocabulary import ORDERS

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from regulars.timeline.engine.view import View


def orders(view: View, scope: Scope) -> ir.Table:
    """Return one row an order of a known customer: person_id, day, amount, currency, known_at.

    An order that several events tell of counts once, on the day of the first.
    """
    events = view.with_person()
    events = events.filter(events.actor == "customer", events.name.isin(sorted(ORDERS)))
    if scope is not None:
        events = events.filter(events.place.isin(sorted(scope)))
    purchases = numbered.orders(events.select(*numbered.NEEDED, "known_at"))
    purchases = purchases.filter(purchases.person_id.notnull())
    return purchases.select(
        "person_id",
        "currency",
        "known_at",
        at=purchases.occurred_at,
        amount=purchases.amount.cast("float64"),
        day=view.day(purchases.occurred_at),
    )


def last_day(view: View) -> ir.Table:
    """Return the day on which customers were last seen to do anything."""
    events = view.events.filter(view.events.actor == "customer")
    return events.aggregate(last=events.occurred_at.max().truncate("D").date())


def histories(
    view: View, scope: Scope, currency: str | None, cut: date | None, known_by: datetime | None
) -> ir.Table:
    """Return one row a customer with a purchase up to the day `cut` (None: ever).

    Columns: person_id; `bought` days, `first`, `last`, `spent`, `spent_first` (the first day's)
    until the cut, of what was known by `known_by`; `bought_later`, `spent_later` after it.
    """
    found = orders(view, scope)
    same = found.currency.isnull() if currency is None else found.currency == currency
    found = found.filter(same)
    days = found.group_by(["person_id", "day"]).aggregate(
        amount=found.amount.sum().fill_null(0.0), known_at=found.known_at.min()
    )
    if cut is None:
        before, after = ibis.literal(True), ibis.literal(False)
    else:
        before, after = days.day <= ibis.literal(cut), days.day > ibis.literal(cut)
        if known_by is not None:
            before = before & (days.known_at <= ibis.literal(known_by))
    past = ibis.ifelse(before, days.day, ibis.null("date"))
    first = past.min().over(ibis.window(group_by=days.person_id))
    days = days.mutate(past=past, first=first, is_past=ibis.ifelse(before, 1, 0),
                       is_later=ibis.ifelse(after, 1, 0))  # fmt: skip
    is_first = ibis.ifelse(days.past == days["first"], days.amount, 0.0)
    people = days.group_by("person_id").aggregate(
        bought=days.is_past.sum(),
        first=days.past.min(),
        last=days.past.max(),
        spent=(days.amount * days.is_past).sum(),
        spent_first=is_first.sum(),
        bought_later=days.is_later.sum(),
        spent_later=(days.amount * days.is_later).sum(),
    )
    return people.filter(people.bought > 0)
