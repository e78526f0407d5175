"""The way from the cart to the order: checkouts left, and steps taken."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import ibis
import pyarrow as pa
import pyarrow.compute as pc

from regulars.timeline.moments import SECOND, micros
from regulars.timeline.sessions import session
from regulars.timeline.vocabulary import CART, CHECKOUT_STARTED, ORDER_COMPLETED, ORDER_STEPS
from regulars.understand.metrics.model import DIMENSIONS
from regulars.understand.metrics.queries.days import added
from regulars.understand.metrics.queries.scene import Scene, carried, seconds, summed, yes
from regulars.understand.metrics.windows import Window

if TYPE_CHECKING:
    import ibis.expr.types as ir

DAY_SECONDS = 86_400
WEEK = timedelta(days=7)


def _tracked(scene: Scene, names: list[str]) -> ir.Table:
    """Return events with `who` (person, else session) and `done_at` (set on completed orders).

    What matters to a checkout or an order happens within a day of it, or in one visit; events a
    week before and after the period are more than enough, and spare reading all others.
    """
    events = scene.customers(names)
    at = events.occurred_at
    if scene.began is not None:
        events = events.filter(at >= ibis.literal(scene.began - WEEK))
    if scene.end < scene.horizon:
        events = events.filter(at < ibis.literal(scene.end + WEEK))
    completed = events.name == ORDER_COMPLETED
    events = events.mutate(
        visit=session(events),
        who=ibis.coalesce(events.person_id, session(events)),
        done_at=ibis.ifelse(completed, events.occurred_at, ibis.null()),
        turn=ibis.ifelse(completed, 1, 0),
    )
    return events.filter(events.who.notnull())


def _over(events: ir.Table, rows: tuple[int | None, int | None]) -> ir.Value:
    """Return a window over one person's events in order; all of them share one sort."""
    order = [events.occurred_at, events.turn, events.event_id]
    return ibis.window(group_by=events.who, order_by=order, rows=rows)


def abandoned(scene: Scene) -> ir.Table:
    """Return checkouts begun in the period, and those not completed within 24 hours.

    One checkout is one session; without a session, starts of one person up to 24 hours apart with
    no order between them. It is completed when the session or the person completes an order within
    24 hours. Those of the last day and the day before are not yet due, unless they are completed.
    """
    events = _tracked(scene, [CHECKOUT_STARTED, ORDER_COMPLETED])
    visit = ibis.window(group_by=events.visit)
    events = events.mutate(visit_done=events.done_at.max().over(visit))
    begun = events.filter(events.name == CHECKOUT_STARTED)
    done = events.filter(events.name == ORDER_COMPLETED)
    starts = _of_sessions(begun).union(_loose(begun, done))
    starts = starts.union(_completed_later(starts.filter(starts.kept == 0), done))
    found = starts.group_by("checkout").aggregate(
        occurred_at=starts.occurred_at.min(),
        kept=starts.kept.max(),
        person_id=starts.person_id.max(),
        **carried(starts),
    )
    found = found.mutate(lost=1 - found.kept)
    due = found.occurred_at < ibis.literal(scene.over(1))
    found = scene.anchor(scene.within(found.filter((found.lost == 0) | due)))
    return scene.summed(found, n=found.count(), yes=found.lost.sum())


def abandoned_between(days: pa.Table, window: Window, keys: list[str]) -> pa.Table | None:
    """Return `abandoned`'s rows of a window of whole days; what is not due only if completed."""
    over = window.over(1)
    if window.days is None or over is None:
        return None
    first, after = window.days
    edge = min(max(first, over), after)
    old, young = (added(days, window.grain, span, keys) for span in ((first, edge), (edge, after)))
    kept = pc.subtract(young.column("n"), young.column("yes"))
    young = young.set_column(young.schema.get_field_index("n"), "n", kept)
    none = pc.multiply(kept, 0).cast(young.schema.field("yes").type)
    young = young.set_column(young.schema.get_field_index("yes"), "yes", none)
    young = young.filter(pc.greater(kept, 0))
    return pa.concat_tables([old, young], promote_options="permissive")


def _of_sessions(begun: ir.Table) -> ir.Table:
    """Return the starts that have a session; `kept` when it completes an order afterwards."""
    starts = begun.filter(begun.visit.notnull())
    kept = yes(starts.visit_done >= starts.occurred_at)
    return _starts(starts.mutate(checkout=starts.visit, kept=kept))


def _loose(begun: ir.Table, done: ir.Table) -> ir.Table:
    """Return the starts without a session, of each checkout only the first; none is `kept` yet."""
    starts = begun.filter(begun.visit.isnull())
    theirs = done.semi_join(starts, done.who == starts.who)
    both = starts.union(theirs)
    loose = ibis.ifelse(both.name == CHECKOUT_STARTED, both.occurred_at, ibis.null())
    both = both.mutate(loose_at=loose)
    before = _over(both, (None, -1))
    both = both.mutate(
        last_start=both.loose_at.max().over(before), last_done=both.done_at.max().over(before)
    )
    apart = seconds(both.occurred_at, both.last_start) > DAY_SECONDS
    fresh = (
        both.last_start.isnull()
        | (both.last_done >= both.last_start).fill_null(False)
        | apart.fill_null(False)
    )
    first = both.filter((both.name == CHECKOUT_STARTED) & fresh)
    return _starts(first.mutate(checkout=first.event_id, kept=ibis.literal(0, "int8")))


def _completed_later(starts: ir.Table, done: ir.Table) -> ir.Table:
    """Return those starts whose person completes an order within 24 hours, as `kept`.

    They are matched by person and day (an order may come on the day of the start or on the next),
    so that the many orders of one account do not all meet all of its starts.
    """
    begun = starts.mutate(day=micros(starts.occurred_at) // (DAY_SECONDS * SECOND))
    begun = begun.union(begun.mutate(day=begun.day + 1))
    done = done.select(
        done_who=done.who,
        done_day=micros(done.done_at) // (DAY_SECONDS * SECOND),
        done_at="done_at",
    )
    joined = begun.join(done, (begun.who == done.done_who) & (begun.day == done.done_day))
    in_time = (joined.done_at >= joined.occurred_at) & (
        seconds(joined.done_at, joined.occurred_at) <= DAY_SECONDS
    )
    return _starts(joined.filter(in_time).mutate(kept=ibis.literal(1, "int8")))


def _starts(events: ir.Table) -> ir.Table:
    columns = ["checkout", "who", "person_id", "occurred_at", "kept"]
    dimensions = [name for name in DIMENSIONS if name in events.columns]
    found = events.select(*columns, *dimensions)
    return found.mutate(kept=found.kept.cast("int8"))


def steps(scene: Scene) -> ir.Table:
    """Return orders of the period by the number of distinct steps from the first cart event.

    A step is a distinct pair of event name and touchpoint among cart, checkout, payment and
    completion, in the 24 hours before the order and after the order before. Orders without a cart
    event before them are left out.
    """
    events = _tracked(scene, sorted(ORDER_STEPS))
    events = events.mutate(completed_at=events.done_at.min().over(_over(events, (0, None))))
    near = seconds(events.completed_at, events.occurred_at) <= DAY_SECONDS
    events = events.filter(near.fill_null(False))
    counted = _counted_steps(events)
    done = scene.anchor(scene.within(events.filter(events.name == ORDER_COMPLETED)))
    joined = done.join(
        counted, (done.who == counted.counted_who) & (done.occurred_at == counted.counted_at)
    )
    found = summed(joined, [*scene.keys, "steps"], n=joined.count())
    return found.rename(amount="steps")


def _counted_steps(events: ir.Table) -> ir.Table:
    """Return for each completed order how many distinct steps led to it."""
    carts = events.filter(events.name.isin(sorted(CART)))
    carts = carts.group_by(cart_who=carts.who, cart_done=carts.completed_at).aggregate(
        first_cart=carts.occurred_at.min()
    )
    trail = events.join(
        carts, (events.who == carts.cart_who) & (events.completed_at == carts.cart_done)
    )
    trail = trail.filter(trail.occurred_at >= trail.first_cart)
    distinct = trail.group_by(["who", "completed_at", "name", "touchpoint"]).aggregate(
        times=trail.count()
    )
    return distinct.group_by(counted_who=distinct.who, counted_at=distinct.completed_at).aggregate(
        steps=distinct.count()
    )
