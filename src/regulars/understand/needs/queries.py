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
    found = lines(view, scope)
    return found.aggregate(
        first=found.day.min(),
        last=found.day.max(),
        lines=found.count(),
        category=found.category.count(),
        product=found.product.count(),
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
    known: datetime,
    told: datetime | None = None,
) -> ir.Table:
    """Return one row a customer and thing: days bought before the cut, and the next time.

    Only what was known at `known` tells of the time before the cut; `next` is the first day from
    the cut on, within `AHEAD` days, as far as it was known at `told`. Things
    that are not in `names` are one thing, `OTHER`.
    """
    found = lines(view, scope)
    came = found.day >= ibis.literal(cut)
    if told is not None:
        came = came & (found.known_at <= ibis.literal(told))
    found = found.filter(
        found.day < ibis.literal(cut + AHEAD * DAY), found[level].notnull()
    ).mutate(
        item=ibis.ifelse(found[level].isin(names), found[level], OTHER),
        seen=ibis.ifelse(
            (found.day < ibis.literal(cut)) & (found.known_at <= ibis.literal(known)), 1, 0
        ),
        later=ibis.ifelse(came, found.day, ibis.null("date")),
    )
    days = found.group_by(["person_id", "item", "day"]).aggregate(
        seen=found.seen.max(), later=found.later.min()
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
