"""The expressions of a funnel; each runs on DuckDB and on Spark.

Every attempt counts, not only the first: while going through a case's steps in order we carry, for
each step of the funnel, the latest beginning of an attempt that has come so far. The latest is the
one with the most time left, so nobody who made it within the window is missed.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

import ibis

from regulars.timeline.moments import SECOND, micros
from regulars.understand.journeys.model import Order
from regulars.understand.journeys.queries import bin_of
from regulars.understand.journeys.steps import in_order

if TYPE_CHECKING:
    import ibis.expr.types as ir


def attempts(rows: ir.Table, steps: int, window: int, order: Order) -> ir.Table:
    """Return (case, level, moment, wait): each time a case reached a level of the funnel.

    `rows` are coded steps; the funnel's own have codes 0 to `steps` - 1 in its order. Moments and
    waits are microseconds; a wait is the time since the level before (null at the first, and where
    the order does not matter).
    """
    timed = rows.mutate(moment=micros(rows.occurred_at))
    span = window * SECOND
    if order == "strict":
        return _strict(timed, steps, span)
    kept = timed.filter(timed.code < steps)
    return _any_order(kept, steps, span) if order == "any_order" else _in_order(kept, steps, span)


def _in_order(rows: ir.Table, steps: int, window: int) -> ir.Table:
    """Carry the latest beginning level by level; one window function a level.

    A cart at 10:00, a payment at 10:05 and another at 11:00, within 30 minutes: the first payment
    reaches level 1 after a wait of 5 minutes, the second belongs to no attempt.
    """
    none = ibis.null("int64")
    rows = rows.mutate(
        start=ibis.ifelse(rows.code == 0, rows.moment, none),
        level=ibis.ifelse(rows.code == 0, 0, -1),
        wait=none,
    )
    for level in range(1, steps):
        before = ibis.window(group_by=rows.case, order_by=in_order(rows), preceding=(None, 1))
        came = rows.level == level - 1
        looked = rows.mutate(
            best=ibis.ifelse(came, rows.start, none).max().over(before),
            came_at=ibis.ifelse(came, rows.moment, none).max().over(before),
        )
        # Of several beginnings the latest counts: it leaves the most time for what follows.
        made = (looked.code == level) & (looked.moment - looked.best <= window)
        made = made.fill_null(False)
        rows = looked.mutate(
            start=ibis.ifelse(made, looked.best, looked.start),
            level=ibis.ifelse(made, level, looked.level),
            wait=ibis.ifelse(made, looked.moment - looked.came_at, looked.wait),
        ).drop("best", "came_at")
    reached = rows.filter(rows.level >= 0)
    return reached.select("case", "level", "moment", "wait")


def _strict(rows: ir.Table, steps: int, window: int) -> ir.Table:
    """Look back over the steps directly before: one window for all levels."""
    over = ibis.window(group_by=rows.case, order_by=in_order(rows))
    back = range(1, steps)
    looked = rows.mutate(
        **{f"code{k}": rows.code.lag(k).over(over) for k in back},
        **{f"moment{k}": rows.moment.lag(k).over(over) for k in back},
    )
    level: ir.Value = ibis.ifelse(looked.code == 0, 0, -1)
    wait: ir.Value = ibis.null("int64")
    for number in back:
        tests = [looked.code == number, looked.moment - looked[f"moment{number}"] <= window]
        tests += [looked[f"code{k}"] == number - k for k in range(1, number + 1)]
        made = reduce(lambda a, b: a & b, tests).fill_null(False)
        level = ibis.ifelse(made, number, level)
        wait = ibis.ifelse(made, looked.moment - looked.moment1, wait)
    reached = looked.select("case", "moment", level=level, wait=wait)
    return reached.filter(reached.level >= 0)


def _any_order(rows: ir.Table, steps: int, window: int) -> ir.Table:
    """Level j is reached when steps 0 to j all happened within one window, in any order."""
    so_far = ibis.window(group_by=rows.case, order_by=in_order(rows), preceding=(None, 0))
    none = ibis.null("int64")
    looked = rows.mutate(
        **{
            f"last{k}": ibis.ifelse(rows.code == k, rows.moment, none).max().over(so_far)
            for k in range(steps)
        }
    )
    level: ir.Value = ibis.literal(-1)
    for number in range(steps):
        tests = [looked.moment - looked[f"last{k}"] <= window for k in range(number + 1)]
        level = ibis.ifelse(reduce(lambda a, b: a & b, tests).fill_null(False), number, level)
    reached = looked.select("case", "moment", level=level, wait=none)
    return reached.filter(reached.level >= 0)


def conversions(reached: ir.Table, slices: ir.Table | None) -> ir.Table:
    """Return by (slice, level, bin of the wait) how many cases reached the level, first times.

    `slices` holds each case's slice; without it the slice is "".
    """
    first = reached.group_by("case", "level").agg(
        wait=reached.wait.argmin(ibis.ifelse(reached.wait.notnull(), reached.moment, None))
    )
    joined = first.mutate(slice=ibis.literal(""))
    if slices is not None:
        joined = first.inner_join(slices, "case")
    wait = joined.wait.cast("float64") / SECOND
    counted = joined.select(
        slice=joined["slice"],
        level=joined.level,
        wait=wait,
        bin=bin_of(wait),
    )
    return counted.group_by("slice", "level", "bin").agg(n=counted.count(), wait=counted.wait.sum())


def highest(reached: ir.Table, slices: ir.Table | None) -> ir.Table:
    """Return by (slice, level) how many cases came exactly as far as that level."""
    first = reached.group_by("case").agg(level=reached.level.max())
    joined = first.mutate(slice=ibis.literal(""))
    if slices is not None:
        joined = first.inner_join(slices, "case")
    return joined.group_by("slice", "level").agg(n=joined.count())


def slices(named: ir.Table, first_step: str, column: str) -> ir.Table:
    """Return each case's `slice`: the column's value when it first took the first step."""
    starts = named.filter(named.step == first_step)
    return starts.group_by("case").agg(
        slice=starts[column].fill_null("").argmin(starts.occurred_at)
    )
