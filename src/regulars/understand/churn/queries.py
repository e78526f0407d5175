"""Expressions over customers' actions: what was known of each customer at a cut, and what came."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import ibis

from regulars.company.rights.model import Scope
from regulars.timeline.contacts import first_of_contacts
from regulars.timeline.vocabulary import COMPLAINTS, ORDERS
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


def days(view: View, scope: Scope, *, currency: str | None, event: str | None) -> ir.Table:
    """Return what each customer did on each day, by the day it became known.

    Columns: person_id, day, told (the later of both days); orders, spent, complaints,
    contacts, points (0 to 1) and scores added up; `left`, 1 where the chosen event happened.
    """
    events = actions(view, scope)
    ordered = events.name.isin(sorted(ORDERS))
    paid = events.currency.isnull() if currency is None else events.currency == currency
    scored = events.score.notnull() & (events.scale_max > events.scale_min)
    share = (events.score - events.scale_min) / (events.scale_max - events.scale_min)
    rows = events.select(
        "person_id",
        "day",
        told=_told(view, events),
        orders=_one(ordered),
        spent=ibis.ifelse((ordered & paid).fill_null(False),
                          events.amount.cast("float64").fill_null(0.0), 0.0),
        complaints=_one(events.name.isin(sorted(COMPLAINTS))),
        contacts=ibis.literal(0),
        points=ibis.ifelse(scored.fill_null(False), share, 0.0),
        scores=_one(scored),
        left=_one(events.name == event) if event else ibis.literal(0),
    )  # fmt: skip
    turned = first_of_contacts(events)
    nothing = {name: ibis.literal(0) for name in ("orders", "complaints", "scores", "left")}
    nothing |= {name: ibis.literal(0.0) for name in ("spent", "points")}
    turned = turned.select("person_id", "day", told=_told(view, turned), contacts=1, **nothing)
    rows = rows.union(turned.select(*rows.columns).cast(rows.schema()))
    return rows.group_by(["person_id", "day", "told"]).aggregate(
        **{name: rows[name].sum() for name in SUMS}, left=rows.left.max()
    )


def _told(view: View, events: ir.Table) -> ir.Value:
    """Return the day on which an event was known, at the earliest its own."""
    known_on = view.day(events.known_at)
    return ibis.ifelse(known_on > events.day, known_on, events.day)


SUMS = ("orders", "spent", "complaints", "contacts", "points", "scores")


def customers(acts: ir.Table, cut: date, *, until: date | None = None) -> ir.Table:
    """Return one row a customer who had acted before the day `cut`; `acts` as `days` gives it.

    Only what was known before that day tells of the time before; what happened in the `AHEAD`
    days from `cut` on tells what came of the customer: `came` (any action) and `left` (the first
    day of the chosen event), as far as it was known before the day `until`. Who had left before is
    no longer a customer.
    """
    past = acts.filter(acts.day < ibis.literal(cut), acts.told < ibis.literal(cut))
    daily = past.group_by(["person_id", "day"]).aggregate(
        **{name: past[name].sum() for name in SUMS}, left=past.left.max(), seen=ibis.literal(1)
    )
    people = daily.group_by("person_id").aggregate(
        first=daily.day.min(),
        last=daily.day.max(),
        days=daily.count(),
        days_30=_within(daily.seen, daily.day, cut, 30),
        days_91=_within(daily.seen, daily.day, cut, 91),
        orders=daily.orders.sum(),
        spent=daily.spent.sum(),
        complaints=_within(daily.complaints, daily.day, cut, 91),
        contacts=_within(daily.contacts, daily.day, cut, 91),
        points=_within(daily.points, daily.day, cut, 182),
        scores=_within(daily.scores, daily.day, cut, 182),
        gone=daily.left.max(),
    )
    ahead = ibis.literal(cut + AHEAD * DAY)
    later = acts.filter(acts.day >= ibis.literal(cut), acts.day < ahead)
    if until is not None:
        later = later.filter(later.told < ibis.literal(until))
    left = ibis.ifelse(later.left == 1, later.day, ibis.null("date"))
    after = later.group_by(later_id=later.person_id).aggregate(came=later.count(), left=left.min())
    people = people.filter(people.gone == 0)
    joined = people.left_join(after, people.person_id == after.later_id)
    came = ibis.ifelse(joined.later_id.notnull(), 1, 0)
    return joined.mutate(came=came).drop("later_id", "gone").order_by("person_id")


def _within(values: ir.Value, day: ir.Value, cut: date, count: int) -> ir.Value:
    return ibis.ifelse(day >= ibis.literal(cut - count * DAY), values, 0).sum()


def _one(condition: ir.Value) -> ir.Value:
    return ibis.ifelse(condition.fill_null(False), 1, 0)
