"""Orders: one row each, however many events told of it; money in its own currency."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import ibis
import numpy as np
import pyarrow as pa

from regulars.kit.period import day_start
from regulars.timeline import orders as numbered
from regulars.timeline.moments import SECOND
from regulars.timeline.vocabulary import ORDERS, PROGRESS, REFUNDS
from regulars.understand.metrics import periods
from regulars.understand.metrics.model import DIMENSIONS, Row
from regulars.understand.metrics.queries.scene import BUCKET, Scene, seconds, summed, yes
from regulars.understand.metrics.windows import Window

if TYPE_CHECKING:
    import ibis.expr.types as ir

YEAR_DAYS = 365
YEAR = timedelta(days=YEAR_DAYS)
DAY_SECONDS = 86_400
NONE = np.iinfo(np.int64).min


def orders(scene: Scene, start: datetime | None, *columns: str) -> ir.Table:
    """Return the orders that began from `start` (None: ever) until the period's end.

    They have `columns`, moment and number, and what the question asks for.
    """
    dimensions = [name for name in DIMENSIONS if name in scene.question.used]
    wanted = dict.fromkeys(["occurred_at", "order_id", *columns, *dimensions])
    named, unnamed = (
        scene.until_end(events.filter(events.actor == "customer", events.name.isin(sorted(ORDERS))))
        for events in (scene.events, scene.unnamed)
    )
    told = named.select(*dict.fromkeys([*numbered.NEEDED, *dimensions]))
    slim = named if "person_id" in columns else unnamed
    return numbered.orders(told, start, slim.select(*wanted))


def placed_orders(scene: Scene) -> ir.Table:
    """Return the orders that began in the period, filtered and sliced."""
    whose = ["person_id"] if scene.cluster else []
    return scene.anchor(orders(scene, scene.began, "amount", "currency", *whose))


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
        n=found.count(),
        x=found.amount.sum(),
        xx=(double * double).sum(),
        xxx=(double * double * double).sum(),
    )


def net_revenue(scene: Scene) -> ir.Table:
    """Return the orders' amounts less what was refunded in the period, by currency.

    n counts orders and refunds. A refund reduces revenue whichever sign its sender uses.
    """
    paid = placed_orders(scene)
    events = scene.events if scene.cluster else scene.unnamed
    back = events.filter(events.actor == "customer")
    back = scene.anchor(scene.within(back.filter(back.name.isin(sorted(REFUNDS)))))
    columns = [*scene.keys, "currency", "amount"]
    back = back.filter((back.amount != 0).fill_null(False))
    back = back.mutate(amount=ibis.ifelse(back.amount > 0, -back.amount, back.amount))
    schema = paid.select(columns).schema()
    return _money(scene, paid.select(columns).union(back.select(columns).cast(schema)))


def asked_about(scene: Scene) -> ir.Table:
    """Return orders of the period that carry an id, and those a customer asked the progress of."""
    began = orders(scene, scene.began, "event_id", "person_id")
    began = began.filter(began.order_id.notnull())
    asked = _asked(scene, began)
    found = scene.anchor(began)
    joined = found.left_join(asked, found.event_id == asked.asked_event)
    return scene.summed(joined, n=joined.count(), yes=yes(joined.asked_event.notnull()).sum())


def _asked(scene: Scene, began: ir.Table) -> ir.Table:
    """Return which of these orders were asked about: the asker's own order of that number.

    Where the asker has none (whoever rings is not always whom the shop knows), the order is meant
    that alone has the number.
    """
    progress = scene.customers(PROGRESS)
    progress = progress.filter(progress.order_id.notnull())
    progress = progress.group_by(asked_order=progress.order_id, asker=progress.person_id).aggregate(
        times=progress.count()
    )
    pairs = progress.join(began.select("event_id", "order_id", "person_id"),
                       progress.asked_order == began.order_id)  # fmt: skip
    pairs = pairs.mutate(own=yes(pairs.asker == pairs.person_id))
    meant = ibis.window(group_by=[pairs.asked_order, pairs.asker])
    pairs = pairs.mutate(owned=pairs.own.max().over(meant), several=pairs.count().over(meant))
    pairs = pairs.filter((pairs.own == 1) | ((pairs.owned == 0) & (pairs.several == 1)))
    return pairs.group_by(asked_event=pairs.event_id).aggregate(times=pairs.count())


def bought_again(scene: Scene) -> ir.Table:
    """Return first orders by the days until the next (capped at a year), and whether they are due.

    Due: the year after the first order ended within the period. Those not due yet take part in
    the Kaplan-Meier curve only. Columns: day, due, n, ended (a next order came within the year).
    """
    first = first_orders(scene)
    first = first.filter(first.occurred_at >= ibis.literal(scene.start - YEAR))
    span = seconds(first.next_at, first.occurred_at)
    watched = ibis.least(seconds(scene.end, first.occurred_at), YEAR_DAYS * DAY_SECONDS)
    first = first.mutate(
        ended=yes(span < YEAR_DAYS * DAY_SECONDS),
        due=yes(first.occurred_at < ibis.literal(scene.end - YEAR)),
        over_at=first.occurred_at + ibis.interval(hours=YEAR_DAYS * 24),
        span=span,
        watched=watched,
    )
    first = first.mutate(
        day=(ibis.ifelse(first.ended == 1, first.span, first.watched) // DAY_SECONDS).cast("int64")
    )
    first = scene.bucketed(first, "over_at")
    if BUCKET in scene.keys:
        first = first.filter(first.due == 1)
    return first.group_by([*scene.keys, "day", "due"]).aggregate(
        n=first.count(), ended=first.ended.sum()
    )


def first_orders(scene: Scene) -> ir.Table:
    """Return each customer's first order, filtered and sliced, with the moment of the next."""
    # Which of two orders of one moment is the first only matters to the slice it falls into.
    ties = ["event_id"] if scene.question.by or scene.question.filters.values else []
    firsts = orders(scene, None, "person_id", *ties)
    firsts = firsts.filter(firsts.person_id.notnull())
    order = ibis.window(group_by=firsts.person_id, order_by=["occurred_at", *ties])
    firsts = firsts.mutate(
        turn=ibis.row_number().over(order), next_at=firsts.occurred_at.lead().over(order)
    )
    first = scene.sliced(scene.filtered(firsts.filter(firsts.turn == 0)))
    slices = [key for key in scene.keys if key != BUCKET]
    return first.select("person_id", "occurred_at", "next_at", *slices)


def again_between(first: pa.Table, window: Window) -> list[Row] | None:
    """Return `bought_again`'s rows of a window, made of `first_orders`.

    First orders two years before the window's end: ann's next came after 50 days, bo's never. Cho's
    first order lies 100 days before the end. Ann is due and ended on day 50; bo is due and was
    watched for a year; cho is not due and was watched for 100 days.
    """
    at, following = (_micros(first.column(name)) for name in ("occurred_at", "next_at"))
    start, end = (int(edge.timestamp() * SECOND) for edge in (window.start, window.end))
    year = YEAR_DAYS * DAY_SECONDS
    # Due is whoever has had a whole year; the window is that in which the year ended.
    due = at < end - year * SECOND
    wanted = (at >= start - year * SECOND) & (at < end)
    if window.grain is not None:
        wanted &= due
    span = following // SECOND - at // SECOND
    ended = (following != NONE) & (following < end) & (span < year)
    watched = np.minimum(end // SECOND - at // SECOND, year)
    windowed = first.select(window.keys)
    columns = {
        "due": due.astype(np.int64),
        "day": np.where(ended, span, watched) // DAY_SECONDS,
        "ended": ended.astype(np.int64),
        "n": np.ones(len(at), np.int64),
    }
    for name, values in columns.items():
        windowed = windowed.append_column(name, pa.array(values))
    keys = [*window.keys, "day", "due"]
    if window.grain is not None:
        windowed = windowed.append_column(BUCKET, _buckets(at + year * SECOND, window))
        keys.append(BUCKET)
    found = windowed.filter(pa.array(wanted)).group_by(keys, use_threads=False)
    rows: list[Row] = (
        found.aggregate([("n", "sum"), ("ended", "sum")])
        .rename_columns({"n_sum": "n", "ended_sum": "ended"})
        .to_pylist()
    )
    return rows


def _micros(moments: pa.ChunkedArray) -> Any:
    return moments.cast(pa.int64()).fill_null(NONE).to_numpy()


def _buckets(at: Any, window: Window) -> pa.Array:
    """Return the first day of the bucket of each moment within the window."""
    days = periods.buckets(window.start, window.end, window.grain or "month", window.zone)
    begins = [int(day_start(day, window.zone).timestamp() * SECOND) for day in days]
    place = np.clip(np.searchsorted(begins, at, side="right") - 1, 0, None)
    return pa.array(days, pa.date32()).take(pa.array(place))
