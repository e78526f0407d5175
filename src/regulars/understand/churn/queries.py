"""Expressions over customers' actions: what was known of each customer at a cut, and what came."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import ibis

from regulars.company.rights.model import Scope
from regulars.timeline.vocabulary import COMPLAINTS, CONTACTS, ORDERS
from regulars.understand.churn.model import AHEAD

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from regulars.timeline.engine.view import View

DAY = timedelta(days=1)


def span(view: View, scope: Scope) -> ir.Table:
    """Return the first and the last day on which known customers did anything."""
    events = actions(view, scope)
    return events.aggregate(first=events.day.min(), last=events.day.max())


def actions(view: View, scope: Scope) -> ir.Table:
    """Return what known customers themselves did, with its day in the reporting zone."""
    events = view.with_person()
    events = events.filter(events.actor == "customer", events.person_id.notnull())
    if scope is not None:
        events = events.filter(events.place.isin(sorted(scope)))
    return events.mutate(day=view.day(events.occurred_at))


def customers(
    view: View,
    scope: Scope,
    cut: date,
    *,
    known: datetime,
    currency: str | None,
    event: str | None,
    told: datetime | None = None,
) -> ir.Table:
    """Return one row a customer who had acted before the day `cut`.

    Only what was known at the moment `known` tells of the time before; what happened in the
    `AHEAD` days from `cut` on tells what came of the customer: `came` (any action) and `left`
    (the first day of the chosen event), as far as it was known at `told`. Who had left before is
    no longer a customer.
    """
    events = _windows(actions(view, scope), cut, known, told)
    days = _days(events, currency, event)
    past = days.filter(days.seen == 1)
    people = past.group_by("person_id").aggregate(
        first=past.day.min(),
        last=past.day.max(),
        days=past.seen.sum(),
        days_30=_within(past.seen, past.day, cut, 30),
        days_91=_within(past.seen, past.day, cut, 91),
        orders=past.orders.sum(),
        spent=past.spent.sum(),
        complaints=_within(past.complaints, past.day, cut, 91),
        contacts=_within(past.contacts, past.day, cut, 91),
        points=_within(past.points, past.day, cut, 182),
        scores=_within(past.scores, past.day, cut, 182),
        gone=past.left.max(),
    )
    later = days.filter(days.later == 1)
    left = ibis.ifelse(later.left == 1, later.day, ibis.null("date"))
    after = later.group_by(later_id=later.person_id).aggregate(came=later.later.max(),
                                                               left=left.min())  # fmt: skip
    people = people.filter(people.gone == 0)
    joined = people.left_join(after, people.person_id == after.later_id)
    joined = joined.mutate(came=joined.came.fill_null(0)).drop("later_id", "gone")
    return joined.order_by("person_id")


def _within(values: ir.Value, day: ir.Value, cut: date, count: int) -> ir.Value:
    return ibis.ifelse(day >= ibis.literal(cut - count * DAY), values, 0).sum()


def _windows(events: ir.Table, cut: date, known: datetime, told: datetime | None) -> ir.Table:
    """Return the events known at the cut (`seen`) and those of the days after it (`later`)."""
    seen = (events.day < ibis.literal(cut)) & (events.known_at <= ibis.literal(known))
    ahead = events.day < ibis.literal(cut + AHEAD * DAY)
    later = (events.day >= ibis.literal(cut)) & ahead
    if told is not None:
        later = later & (events.known_at <= ibis.literal(told))
    return events.filter(seen | later).mutate(is_seen=_one(seen), is_later=_one(later))


def _days(events: ir.Table, currency: str | None, event: str | None) -> ir.Table:
    """Return what each customer did on each day, the part known at the cut and the later part."""
    ordered = events.name.isin(sorted(ORDERS))
    paid = events.currency.isnull() if currency is None else events.currency == currency
    scored = events.score.notnull() & (events.scale_max > events.scale_min)
    share = (events.score - events.scale_min) / (events.scale_max - events.scale_min)
    rows = events.select(
        "person_id",
        "day",
        seen=events.is_seen,
        later=events.is_later,
        orders=_one(ordered),
        spent=ibis.ifelse((ordered & paid).fill_null(False),
                          events.amount.cast("float64").fill_null(0.0), 0.0),
        complaints=_one(events.name.isin(sorted(COMPLAINTS))),
        contacts=_one(events.name.isin(sorted(CONTACTS))),
        points=ibis.ifelse(scored.fill_null(False), share, 0.0),
        scores=_one(scored),
        left=_one(events.name == event) if event else ibis.literal(0),
    )  # fmt: skip
    return rows.group_by(["person_id", "day", "seen", "later"]).aggregate(
        **{name: rows[name].sum() for name in
           ("orders", "spent", "complaints", "contacts", "points", "scores")},
        left=rows.left.max(),
    )  # fmt: skip


def _one(condition: ir.Value) -> ir.Value:
    return ibis.ifelse(condition.fill_null(False), 1, 0)
