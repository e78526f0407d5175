"""The way from the cart to the order: checkouts left, and steps taken."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import ibis

from regulars.timeline.vocabulary import CART, CHECKOUT_STARTED, ORDER_COMPLETED, ORDER_STEPS
from regulars.understand.metrics.queries.scene import Scene, carried, seconds, summed, yes

if TYPE_CHECKING:
    import ibis.expr.types as ir

DAY = timedelta(hours=24)
DAY_SECONDS = 86_400


def _tracked(scene: Scene, names: list[str]) -> ir.Table:
    """Return events with `who` (person, else session) and `done_at` (set on completed orders)."""
    events = scene.customers(names)
    completed = events.name == ORDER_COMPLETED
    events = events.mutate(
        who=ibis.coalesce(events.person_id, events.session_id),
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
    24 hours. Checkouts younger than 24 hours are not yet due.
    """
    events = _tracked(scene, [CHECKOUT_STARTED, ORDER_COMPLETED])
    loose = (events.name == CHECKOUT_STARTED) & events.session_id.isnull()
    events = events.mutate(loose_at=ibis.ifelse(loose, events.occurred_at, ibis.null()))
    ahead, before = _over(events, (0, None)), _over(events, (None, -1))
    events = events.mutate(
        completed_at=events.done_at.min().over(ahead),
        last_start=events.loose_at.max().over(before),
        last_done=events.done_at.max().over(before),
    )
    starts = _lost(_begun(events), events)
    due = starts.occurred_at < ibis.literal(scene.horizon - DAY)
    starts = scene.anchor(scene.within(starts.filter((starts.lost == 0) | due)))
    return summed(starts, scene.keys, n=starts.count(), yes=starts.lost.sum())


def _begun(events: ir.Table) -> ir.Table:
    """Keep the starts; of those without a session only the first of each checkout."""
    starts = events.filter(events.name == CHECKOUT_STARTED)
    apart = seconds(starts.occurred_at, starts.last_start) > DAY_SECONDS
    fresh = (
        starts.session_id.notnull()
        | starts.last_start.isnull()
        | (starts.last_done >= starts.last_start).fill_null(False)
        | apart.fill_null(False)
    )
    return starts.filter(fresh)


def _lost(starts: ir.Table, events: ir.Table) -> ir.Table:
    """Return one row a checkout with `lost` 1 or 0, dated by its first start."""
    done = events.filter(events.done_at.notnull() & events.session_id.notnull())
    closing = done.group_by(done_session=done.session_id).aggregate(session_done=done.done_at.max())
    joined = starts.left_join(closing, starts.session_id == closing.done_session)
    in_time = seconds(joined.completed_at, joined.occurred_at) <= DAY_SECONDS
    joined = joined.mutate(
        checkout=ibis.coalesce(joined.session_id, joined.event_id),
        kept=yes(in_time) + yes(joined.session_done >= joined.occurred_at),
    )
    found = joined.group_by("checkout").aggregate(
        occurred_at=joined.occurred_at.min(), kept=joined.kept.max(), **carried(joined)
    )
    return found.mutate(lost=ibis.ifelse(found.kept > 0, 0, 1))


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
