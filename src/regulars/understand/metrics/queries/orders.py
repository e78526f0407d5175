"""Orders: one row each, however many events told of it; money in its own currency."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import ibis

from regulars.timeline.vocabulary import ORDERS, PROGRESS, REFUNDS
from regulars.understand.metrics.queries.scene import BUCKET, Scene, carried, seconds, summed, yes

if TYPE_CHECKING:
    import ibis.expr.types as ir

YEAR_DAYS = 365
YEAR = timedelta(days=YEAR_DAYS)
DAY_SECONDS = 86_400


def orders(events: ir.Table) -> ir.Table:
    """Return one row for each order (`order_id`, else the event itself) among `events`.

    Columns: order_key, occurred_at (the first that told of it), amount, currency, order_id,
    person_id where the events have it, and what slices need.
    """
    keyed = events.mutate(order_key=ibis.coalesce(events.order_id, events.event_id))
    person = {"person_id": keyed.person_id.max()} if "person_id" in keyed.columns else {}
    return keyed.group_by("order_key").aggregate(
        **person,
        occurred_at=keyed.occurred_at.min(),
        amount=keyed.amount.max(),
        currency=keyed.currency.max(),
        order_id=keyed.order_id.max(),
        **carried(keyed),
    )


def placed_orders(scene: Scene) -> ir.Table:
    """Return the orders of the period, filtered and sliced."""
    return scene.anchor(orders(scene.within(scene.customers(ORDERS))))


def counted(scene: Scene) -> ir.Table:
    """Return how many orders there were."""
    found = placed_orders(scene)
    return summed(found, scene.keys, n=found.count())


def gross_revenue(scene: Scene) -> ir.Table:
    """Return n, sum and sum of squares of the orders' amounts, by currency."""
    return _money(scene, placed_orders(scene))


def _money(scene: Scene, found: ir.Table) -> ir.Table:
    found = found.filter(found.amount.notnull())
    double = found.amount.cast("float64")
    return found.group_by([*scene.keys, "currency"]).aggregate(
        n=found.count(), x=found.amount.sum(), xx=(double * double).sum()
    )


def net_revenue(scene: Scene) -> ir.Table:
    """Return the orders' amounts less what was refunded in the period, by currency.

    n counts orders and refunds. A refund reduces revenue whichever sign its sender uses.
    """
    paid = placed_orders(scene)
    back = scene.anchor(scene.within(scene.customers(REFUNDS)))
    columns = [*scene.keys, "currency", "amount"]
    back = back.filter((back.amount != 0).fill_null(False))
    back = back.mutate(amount=ibis.ifelse(back.amount > 0, -back.amount, back.amount))
    schema = paid.select(columns).schema()
    return _money(scene, paid.select(columns).union(back.select(columns).cast(schema)))


def asked_about(scene: Scene) -> ir.Table:
    """Return orders of the period that carry an id, and those a customer asked the progress of."""
    found = placed_orders(scene)
    found = found.filter(found.order_id.notnull())
    asked = scene.customers(PROGRESS)
    asked = asked.filter(asked.order_id.notnull())
    asked = asked.group_by(asked_order=asked.order_id).aggregate(times=asked.count())
    joined = found.left_join(asked, found.order_id == asked.asked_order)
    return summed(joined, scene.keys, n=joined.count(), yes=yes(joined.asked_order.notnull()).sum())


def bought_again(scene: Scene) -> ir.Table:
    """Return first orders by the days until the next (capped at a year), and whether they are due.

    Due: the year after the first order ended within the period. Those not due yet take part in
    the Kaplan-Meier curve only. Columns: day, due, n, ended (a next order came within the year).
    """
    events = scene.people(ORDERS)
    events = events.filter(events.occurred_at < ibis.literal(scene.end))
    found = orders(events)
    # Which of two orders of one moment is the first only matters to the slice it falls into.
    alone = not (scene.question.by or scene.question.filters.values)
    ties = [] if alone else [found.order_key]
    order = ibis.window(group_by=found.person_id, order_by=[found.occurred_at, *ties])
    found = found.mutate(
        turn=ibis.row_number().over(order), next_at=found.occurred_at.lead().over(order)
    )
    first = found.filter(found.turn == 0)
    first = first.filter(first.occurred_at >= ibis.literal(scene.start - YEAR))
    span = seconds(first.next_at, first.occurred_at)
    watched = ibis.least(seconds(scene.end, first.occurred_at), YEAR_DAYS * DAY_SECONDS)
    first = first.mutate(
        ended=yes(span < YEAR_DAYS * DAY_SECONDS),
        due=yes(first.occurred_at < ibis.literal(scene.end - YEAR)),
        over_at=first.occurred_at + ibis.interval(days=YEAR_DAYS),
        span=span,
        watched=watched,
    )
    first = first.mutate(
        day=(ibis.ifelse(first.ended == 1, first.span, first.watched) // DAY_SECONDS).cast("int64")
    )
    first = scene.bucketed(scene.sliced(scene.filtered(first)), "over_at")
    if BUCKET in scene.keys:
        first = first.filter(first.due == 1)
    return first.group_by([*scene.keys, "day", "due"]).aggregate(
        n=first.count(), ended=first.ended.sum()
    )
