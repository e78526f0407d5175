"""Expressions that find who was touched, who could be compared, and compare them by stratum."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import ibis

from regulars.company.rights.model import Scope
from regulars.timeline import orders as numbered
from regulars.timeline.vocabulary import (
    APPLICATION_OPENED,
    GIFT_SENT,
    MESSAGE_SENT,
    ORDER_STEPS,
    ORDERS,
    PAGE_VIEWED,
    PRODUCT_LIST_VIEWED,
    PRODUCT_VIEWED,
    PRODUCTS_SEARCHED,
    SIGNED_UP,
    STORE_VISITED,
    SURVEY_DISMISSED,
    SURVEY_SHOWN,
)
from regulars.understand.costs.model import (
    BEFORE_DAYS,
    CLEAN_DAYS,
    COVARIATES,
    FOLLOW_UP_DAYS,
    NAMES,
    OUTCOMES,
    PAIRS,
)

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from regulars.timeline.engine.view import View

Place = Callable[["ir.Table"], "ir.Table"]
LOOKING = (
    PAGE_VIEWED,
    APPLICATION_OPENED,
    STORE_VISITED,
    PRODUCTS_SEARCHED,
    PRODUCT_LIST_VIEWED,
    PRODUCT_VIEWED,
)
IGNORED = (SURVEY_SHOWN, SURVEY_DISMISSED, MESSAGE_SENT, GIFT_SENT)
"""What happens to customers whether or not they do anything is no sign of their presence."""


@dataclass(frozen=True)
class CostSource:
    """Within which places and days: touches in [start, end), revenue in `currency`.

    `left` are the steps at which customers are touched only by going no further.
    """

    scope: Scope
    place: Place
    start: date
    end: date
    currency: str
    left: frozenset[str] = frozenset()


def within(view: View, source: CostSource) -> ir.Table:
    """Return the events within the caller's places, with the person where one is known."""
    events = view.with_person()
    if source.scope is not None:
        events = events.filter(events.place.isin(sorted(source.scope) or [""]))
    return events


def known(view: View, source: CostSource) -> ir.Table:
    """Return the events of known people within the caller's places."""
    events = within(view, source)
    return events.filter(events.person_id.notnull())


def met(view: View, source: CostSource, steps: Sequence[str], first: date, last: date) -> ir.Table:
    """Return step, person and the first day in [first, last) on which a step was met.

    Of steps in `source.left` only days without an order count: they lost the customer there.
    """
    events = _during(known(view, source), first, last)
    events = events.filter(events.name.notin(list(IGNORED)))
    placed = source.place(events)
    step = ibis.coalesce(placed.touchpoint, placed.name)
    found = placed.select(step=step, person="person_id", at="occurred_at")
    found = found.filter(found.step.isin(list(steps) or [""]))
    days = found.select("step", "person", day=view.day(found["at"]))
    if source.left:
        bought = _bought(view, source)
        bought = bought.filter(bought.orders > 0).select("buyer", "bought")
        days = days.left_join(bought, [days.person == bought.buyer, days.day == bought.bought])
        stayed = days.step.isin(sorted(source.left)) & days.buyer.notnull()
        days = days.filter(~stayed)
    return days.group_by("step", "person").agg(day=days.day.min())


def touched(view: View, source: CostSource, steps: Sequence[str]) -> ir.Table:
    """Return who met which step first on which day, from before the window to its end."""
    return met(view, source, steps, source.start - timedelta(days=CLEAN_DAYS), source.end)


def present(view: View, source: CostSource, lots: ir.Table) -> ir.Table:
    """Return who did or met something on the days drawn by lot (`lots.of_day`): person, day.

    Each day on which a customer was there has the same chance to be drawn, as it has the same
    chance to meet the pain point: one day a customer would make frequent guests too rare.
    """
    events = _during(known(view, source), source.start, source.end)
    events = events.filter(events.name.notin(list(IGNORED)))
    seen = events.select(person=events.person_id, day=view.day(events.occurred_at))
    return seen.semi_join(lots, seen.day == lots.of_day).distinct()


def histories(view: View, source: CostSource, pairs: ir.Table, typical: float) -> ir.Table:
    """Return what was known before each (person, day) of `pairs`, and the revenue after it.

    Columns: person, day, stratum, revenue, and the covariates.
    """
    bought = _bought(view, source)
    both = pairs.left_join(bought, pairs.person == bought.buyer)
    gap = _days(both.day, both.bought)
    before = (gap > 0) & (gap <= BEFORE_DAYS)
    after = (gap < 0) & (gap >= -FOLLOW_UP_DAYS)
    customer_days = both.group_by("person", "day").agg(
        orders=ibis.ifelse(before, both.orders, 0).sum().cast("float64"),
        spend=ibis.ifelse(before, both.amount, 0.0).sum(),
        online=ibis.ifelse(before, both.online, 0).sum().cast("float64"),
        recency=ibis.ifelse(before & (both.orders > 0), gap, ibis.null("int64")).min(),
        today=ibis.ifelse((gap == 0) & (both.orders > 0), 1, 0).max(),
        revenue=ibis.ifelse(after, both.amount, 0.0).sum(),
    )
    customer_days = _with_tenure(customer_days, view, source)
    customer_days = _with_activity(customer_days, view, source)
    customer_days = customer_days.mutate(
        recency=customer_days.recency.fill_null(BEFORE_DAYS).cast("float64"),
        orders=customer_days.orders.fill_null(0.0),
        spend=customer_days.spend.fill_null(0.0),
        revenue=customer_days.revenue.fill_null(0.0),
        online=customer_days.online.fill_null(0.0),
        today=customer_days.today.fill_null(0),
    )
    return customer_days.mutate(stratum=_stratum(customer_days, source, typical))


def sides(touches: ir.Table, present: ir.Table, days: ir.Table, start: date) -> ir.Table:
    """Return by step both sides with what is known of each day.

    Touched are those whose first meeting lies in the window; compared are those who had not met
    the step by their own day.
    """
    hit = touches.filter(touches.day >= start).select(
        "step", "person", "day", touched=ibis.literal(1)
    )
    steps = touches.select(of_step="step").distinct()
    every = present.cross_join(steps)
    other = touches.select(t_step="step", t_person="person", t_day="day")
    free = every.left_join(other, [every.of_step == other.t_step, every.person == other.t_person])
    free = free.filter(free.t_day.isnull() | (free.day < free.t_day))
    rest = free.select(step="of_step", person="person", day="day", touched=ibis.literal(0))
    both = hit.union(rest)
    told = days.rename(k_person="person", k_day="day")
    return both.inner_join(told, [both.person == told.k_person, both.day == told.k_day])


def compared(rows: ir.Table) -> ir.Table:
    """Return by step, stratum and side: n, people, sums and sums of products of NAMES."""
    sums = {name: rows[name].sum() for name in NAMES}
    cross = {f"{one}_{other}": (rows[one] * rows[other]).sum() for one, other in PAIRS}
    return rows.group_by("step", "stratum", "touched").agg(
        n=rows.count(), people=rows.person.nunique(), **sums, **cross
    )


def repeated(rows: ir.Table, terms: ir.Table) -> ir.Table:
    """Return by step what the several days of a person add to the variance of the difference.

    `terms` are those of `model.terms`. For each outcome the sum of squares of people's parts in
    the difference (`_people`) and of their days' (`_days`); how many `others` there are; and of
    people's weights squared the sums with their expected value (`amounts`) and its square.
    """
    joined = rows.inner_join(
        terms,
        [rows.step == terms.of_step, rows.stratum == terms.of_stratum,
         rows.touched == terms.of_touched],
    )  # fmt: skip
    # A day's part in the difference: what the covariates leave of it, scaled by its stratum.
    parts = {}
    for outcome in OUTCOMES:
        left = joined[outcome] - joined[f"{outcome}_centre"]
        for key in COVARIATES:
            left = left - joined[f"{outcome}_{key}"] * joined[key]
        parts[outcome] = joined.scaled * left
    joined = joined.mutate(**{f"{name}_part": part for name, part in parts.items()})
    # Days of one person go together: the square of their sum stands beside the sum of squares.
    people = joined.group_by("step", "person").agg(
        weight=joined.weight.sum(),
        expected=joined["value"].max(),
        other=(1 - joined.touched).max(),
        **{f"{name}_sum": joined[f"{name}_part"].sum() for name in OUTCOMES},
        **{f"{name}_squares": (joined[f"{name}_part"] ** 2).sum() for name in OUTCOMES},
    )
    heavy = people.weight**2
    return people.group_by("step").agg(
        others=people.other.sum(),
        amounts=(heavy * people.expected).sum(),
        squares=(heavy * people.expected**2).sum(),
        **{f"{name}_people": (people[f"{name}_sum"] ** 2).sum() for name in OUTCOMES},
        **{f"{name}_days": people[f"{name}_squares"].sum() for name in OUTCOMES},
    )


def reached(
    view: View, source: CostSource, steps: Sequence[str], first: date, last: date
) -> ir.Table:
    """Return by step how many people met it in [first, last)."""
    found = met(view, source, steps, first, last)
    return found.group_by("step").agg(people=found.person.nunique())


def typical(view: View, source: CostSource) -> ir.Table:
    """Return the mean amount of a day with an order."""
    bought = _bought(view, source)
    bought = bought.filter(bought.orders > 0)
    return bought.agg(amount=bought.amount.sum(), days=bought.count())


def span(view: View, source: CostSource) -> ir.Table:
    """Return the first and last moment of customers' own actions."""
    events = known(view, source)
    own = events.filter(events.actor == "customer")
    return own.agg(first=own.occurred_at.min(), last=own.occurred_at.max())


def _during(events: ir.Table, first: date, last: date) -> ir.Table:
    # A day more on either side, since days are those of the reporting zone.
    wide = events.filter(
        events.occurred_at >= ibis.timestamp(f"{first - timedelta(days=1)}T00:00:00+00:00"),
        events.occurred_at < ibis.timestamp(f"{last + timedelta(days=1)}T00:00:00+00:00"),
    )
    day = wide.occurred_at.truncate("D").date()
    return wide.filter(day >= ibis.literal(first), day < ibis.literal(last))


def _bought(view: View, source: CostSource) -> ir.Table:
    """Return each person's days with orders or refunds: amount, orders, orders off the till.

    An order that several events tell of counts once, on the day of the first.
    """
    events = within(view, source)
    own = events.filter(events.actor == "customer", events.name.isin(numbered.SALES))
    sold = numbered.sales(own.select("name", "channel", *numbered.NEEDED))
    paid = sold.filter(sold.person_id.notnull(), sold.currency == source.currency)
    is_order = ibis.ifelse(paid.name.isin(sorted(ORDERS)), 1, 0)
    away = ibis.ifelse(paid.channel.fill_null("") != "store", 1, 0)
    return paid.group_by(buyer=paid.person_id, bought=paid.occurred_at.truncate("D").date()).agg(
        amount=paid.amount.cast("float64").sum().fill_null(0.0),
        orders=is_order.sum(),
        online=(is_order * away).sum(),
    )


def _with_tenure(made: ir.Table, view: View, source: CostSource) -> ir.Table:
    events = known(view, source)
    joined = events.filter(events.name.isin(sorted(ORDERS | {SIGNED_UP})))
    first = joined.group_by(joiner="person_id").agg(since=joined.occurred_at.min())
    first = first.mutate(since=first.since.truncate("D").date())
    both = made.left_join(first, made.person == first.joiner)
    tenure = _days(both.day, both.since)
    return both.mutate(tenure=ibis.ifelse(tenure > 0, tenure, 0).fill_null(0).cast("float64")).drop(
        "joiner", "since"
    )


def _with_activity(customer_days: ir.Table, view: View, source: CostSource) -> ir.Table:
    """Add the active days of the month before, and what was intended on the day itself.

    `intent` is 2 for a step towards an order, 1 for looking round, 0 for neither.
    """
    events = _during(known(view, source), source.start - timedelta(days=30), source.end)
    own = events.filter(events.actor == "customer", events.name.notin(list(IGNORED)))
    looks = ibis.ifelse(own.name.isin(LOOKING), 1, 0)
    days = own.group_by(doer="person_id", done=view.day(own.occurred_at)).agg(
        intent=ibis.ifelse(own.name.isin(sorted(ORDER_STEPS)), 2, looks).max()
    )
    both = customer_days.inner_join(days, customer_days.person == days.doer)
    gap = _days(both.day, both.done)
    near = both.filter(gap >= 0, gap <= 30)
    gap = _days(near.day, near.done)
    counted = near.group_by(a_person="person", a_day="day").agg(
        active=ibis.ifelse(gap > 0, 1, 0).sum(), intent=ibis.ifelse(gap == 0, near.intent, 0).max()
    )
    joined = customer_days.left_join(
        counted, [customer_days.person == counted.a_person, customer_days.day == counted.a_day]
    ).drop("a_person", "a_day")
    return joined.mutate(
        active=joined.active.fill_null(0).cast("float64"),
        intent=joined.intent.fill_null(0).cast("int64"),
    )


def _days(later: ir.DateValue, earlier: ir.DateValue) -> ir.IntegerValue:
    return later.delta(earlier, unit="day").cast("int64")


ORDER_CUTS = (0.5, 1.5, 3.5, 7.5)
RECENCY_CUTS = (3.5, 7.5, 14.5, 30.5, 91.5, 182.5, 364.5)
SPEND_CUTS = (0.8, 1.6, 3.2, 6.4)
"""In mean orders."""
TENURE_CUTS = (91.5, 365.5)
ACTIVE_CUTS = (0.5, 2.5, 5.5)
SEASON_DAYS = 61.0


def _stratum(customer_days: ir.Table, source: CostSource, typical: float) -> ir.IntegerValue:
    """Return the number of the coarsened stratum: what was known, and the time of year."""
    online = ibis.ifelse(customer_days.online * 2 > customer_days.orders, 1, 0)
    season = (
        (_days(customer_days.day, ibis.literal(source.start)) / SEASON_DAYS).floor().cast("int64")
    )
    parts = (
        (_bin(customer_days.orders, ORDER_CUTS), len(ORDER_CUTS) + 1),
        (_bin(customer_days.recency, RECENCY_CUTS), len(RECENCY_CUTS) + 1),
        (_bin(customer_days.spend / typical, SPEND_CUTS), len(SPEND_CUTS) + 1),
        (_bin(customer_days.tenure, TENURE_CUTS), len(TENURE_CUTS) + 1),
        (_bin(customer_days.active, ACTIVE_CUTS), len(ACTIVE_CUTS) + 1),
        (online, 2),
        (customer_days.today.cast("int64"), 2),
        (customer_days.intent, 3),
        (season, 100),
    )
    number = ibis.literal(0).cast("int64")
    for part, size in parts:
        number = number * size + part
    return number


def _bin(value: ir.NumericValue, cuts: Sequence[float]) -> ir.IntegerValue:
    steps = [ibis.ifelse(value > cut, 1, 0) for cut in cuts]
    total = steps[0]
    for step in steps[1:]:
        total = total + step
    return total.cast("int64")
