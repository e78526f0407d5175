"""The way from the cart to the order: checkouts left, and steps taken."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import ibis

from regulars.timeline.vocabulary import CART, CHECKOUT_STARTED, ORDER_COMPLETED, ORDER_STEPS
from regulars.understand.metrics.queries.scene import Scene, seconds, summed, yes

if TYPE_CHECKING:
    import ibis.expr.types as ir

DAY = timedelta(hours=24)
DAY_SECONDS = 86_400


def _with_completion(scene: Scene, names: list[str]) -> ir.Table:
    """Return events with `who` and `completed_at`: the same person's next completed order."""
    events = scene.customers(names)
    events = events.mutate(
        who=ibis.coalesce(events.person_id, events.session_id),
        done_at=ibis.ifelse(events.name == ORDER_COMPLETED, events.occurred_at, ibis.null()),
        turn=ibis.ifelse(events.name == ORDER_COMPLETED, 1, 0),
    )
    events = events.filter(events.who.notnull())
    ahead = ibis.window(
        group_by=events.who,
        order_by=[events.occurred_at, events.turn, events.event_id],
        preceding=0,
        following=None,
    )
    return events.mutate(completed_at=events.done_at.min().over(ahead))


def abandoned(scene: Scene) -> ir.Table:
    """Return checkouts begun in the period, and those not completed within 24 hours.

    One checkout is one session; without a session, starts of one person up to 24 hours apart with
    no order between them. It is completed when the session or the person completes an order within
    24 hours. Checkouts younger than 24 hours are not yet due.
    """
    events = _with_completion(scene, [CHECKOUT_STARTED, ORDER_COMPLETED])
    by_session = ibis.window(group_by=events.session_id)
    events = events.mutate(
        session_done=ibis.ifelse(
            events.session_id.notnull(), events.done_at.max().over(by_session), ibis.null()
        )
    )
    order = ibis.window(
        group_by=[events.who, events.session_id],
        order_by=[events.occurred_at, events.turn, events.event_id],
    )
    events = events.mutate(
        last_at=events.occurred_at.lag().over(order), last_turn=events.turn.lag().over(order)
    )
    starts = events.filter(events.name == CHECKOUT_STARTED)
    apart = (
        starts.last_at.isnull()
        | (starts.last_turn == 1)
        | (starts.session_id.isnull() & (seconds(starts.occurred_at, starts.last_at) > DAY_SECONDS))
    )
    starts = starts.filter(apart)
    in_time = seconds(starts.completed_at, starts.occurred_at) <= DAY_SECONDS
    in_session = starts.session_done >= starts.occurred_at
    starts = starts.mutate(lost=1 - yes(in_time | in_session))
    due = starts.occurred_at < ibis.literal(scene.horizon - DAY)
    starts = scene.anchor(scene.within(starts.filter((starts.lost == 0) | due)))
    return summed(starts, scene.keys, n=starts.count(), yes=starts.lost.sum())


def steps(scene: Scene) -> ir.Table:
    """Return orders of the period by the number of distinct steps from the first cart event.

    A step is a distinct pair of event name and touchpoint among cart, checkout, payment and
    completion, in the 24 hours before the order and after the order before. Orders without a cart
    event before them are left out.
    """
    events = _with_completion(scene, sorted(ORDER_STEPS))
    near = seconds(events.completed_at, events.occurred_at) <= DAY_SECONDS
    events = events.filter(near.fill_null(False))
    trail = ibis.window(group_by=[events.who, events.completed_at])
    cart_at = ibis.ifelse(events.name.isin(sorted(CART)), events.occurred_at, ibis.null())
    events = events.mutate(first_cart=cart_at.min().over(trail))
    events = events.filter((events.occurred_at >= events.first_cart).fill_null(False))
    events = events.mutate(
        step=events.name + ibis.literal("|") + ibis.coalesce(events.touchpoint, "")
    )
    counted = events.group_by(["who", "completed_at"]).aggregate(steps=events.step.nunique())
    done = events.filter(events.name == ORDER_COMPLETED)
    done = scene.anchor(scene.within(done))
    counted = counted.rename(counted_who="who", counted_at="completed_at")
    joined = done.join(
        counted, (done.who == counted.counted_who) & (done.occurred_at == counted.counted_at)
    )
    return (
        joined.group_by([*scene.keys, "steps"]).aggregate(n=joined.count()).rename(amount="steps")
    )
