"""Expressions over order lines: what each customer bought, and what came next."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import ibis

from regulars.company.rights.model import Scope
from regulars.timeline.vocabulary import ORDERS
from regulars.understand.needs.model import AHEAD

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from regulars.timeline.engine.view import View

DAY = timedelta(days=1)
OTHER = ""


def lines(view: View, scope: Scope) -> ir.Table:
    """Return one row an order line: person_id, day, known_at, category, product."""
    events = view.with_person()
    events = events.filter(
        events.actor == "customer", events.name.isin(sorted(ORDERS)), events.person_id.notnull()
    )
    if scope is not None:
        events = events.filter(events.place.isin(sorted(scope)))
    rows = events.select(
        events.person_id,
        events.known_at,
        day=view.day(events.occurred_at),
        line=events.lines.unnest(),
    )
    return rows.select(
        rows.person_id,
        rows.known_at,
        rows.day,
        category=rows.line["category"],
        product=rows.line["product"],
    )


def span(view: View, scope: Scope) -> ir.Table:
    """Return the first and last day with a line, all lines, and how many name either level."""
    purchases = lines(view, scope)
    return purchases.aggregate(
        first=purchases.day.min(),
        last=purchases.day.max(),
        lines=purchases.count(),
        category=purchases.category.count(),
        product=purchases.product.count(),
    )


def popular(
    view: View, scope: Scope, level: str, *, cut: date, known: datetime, most: int
) -> ir.Table:
    """Return the `most` things bought by most customers before the cut, as known at `known`."""
    found = lines(view, scope)
    found = found.filter(
        found.day < ibis.literal(cut), found[level].notnull(), found.known_at <= ibis.literal(known)
    )
    people = found.select("person_id", name=found[level]).distinct()
    counted = people.group_by("name").aggregate(people=people.count())
    return counted.order_by(ibis.desc(counted.people), counted.name).limit(most)


def bought(
    view: View,
    scope: Scope,
    level: str,
    *,
    names: list[str],
    cut: date,
    known_by: datetime,
    known_to: datetime | None = None,
) -> ir.Table:
    """Return one row a customer and thing: days bought before the cut, and the next time.

    Only what was known at `known_by` tells of the time before the cut; `next` is the first day from
    the cut on, within `AHEAD` days, as far as it was known at `known_to`. Things
    that are not in `names` are one thing, `OTHER`.
    """
    purchases = lines(view, scope)
    came = purchases.day >= ibis.literal(cut)
    if known_to is not None:
        came = came & (purchases.known_at <= ibis.literal(known_to))
    purchases = purchases.filter(
        purchases.day < ibis.literal(cut + AHEAD * DAY), purchases[level].notnull()
    ).mutate(
        item=ibis.ifelse(purchases[level].isin(names), purchases[level], OTHER),
        seen=ibis.ifelse(
            (purchases.day < ibis.literal(cut)) & (purchases.known_at <= ibis.literal(known_by)),
            1,
            0,
        ),
        later=ibis.ifelse(came, purchases.day, ibis.null("date")),
    )
    days = purchases.group_by(["person_id", "item", "day"]).aggregate(
        seen=purchases.seen.max(), later=purchases.later.min()
    )
    return days.group_by(["person_id", "item"]).aggregate(
        days=days.seen.sum(), next=days.later.min()
    )


def totals(view: View, scope: Scope, level: str, cut: date, known: datetime) -> ir.Table:
    """Return each customer's days with a purchase before the cut, as known at `known`."""
    found = lines(view, scope)
    found = found.filter(
        found.day < ibis.literal(cut), found[level].notnull(), found.known_at <= ibis.literal(known)
    )
    days = found.select("person_id", "day").distinct()
    return days.group_by("person_id").aggregate(bought=days.count())
