"""Expressions over problems and passages; each runs on DuckDB and on Spark."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import ibis

from regulars.timeline.moments import SECOND, micros
from regulars.timeline.sessions import session
from regulars.timeline.vocabulary import FEEDBACK, MESSAGE_SENT, SURVEY
from regulars.understand.complaints.model import LOOKBACK_DAYS, Problem
from regulars.understand.scope.model import EventScope

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

    from regulars.timeline.engine.view import View

Place = Callable[["ir.Table"], "ir.Table"]
DAY = 86_400 * SECOND
ANCHOR = ("event_id", "who", "us", "touchpoint")
NO_PASSAGE = sorted(FEEDBACK | SURVEY | {MESSAGE_SENT})
"""Being asked, answering and being written to is no passage."""


@dataclass(frozen=True)
class ProblemSource:
    """What is asked: problems in `extent`, placed by `place`.

    `receiving` are touchpoints that only take problems in, so they do not say where one arose.
    `identities` narrow it to one person.
    """

    problem: Problem
    extent: EventScope
    place: Place
    receiving: tuple[str, ...]
    days: int
    identities: tuple[str, ...] = ()

    def earlier(self, days: int) -> EventScope:
        """Return the extent with so many days before it."""
        period = self.extent.period
        start = None if period.start is None else period.start - timedelta(days=days)
        return self.extent.during(type(period)(start, period.end))


def _placed(view: View, source: ProblemSource, extent: EventScope) -> ir.Table:
    events = extent.of(view.with_person())
    if source.identities:
        events = events.filter(events.identity_id.isin(source.identities))
    named = source.place(events)
    who = ibis.coalesce(named.person_id, session(named), named.event_id)
    return named.mutate(who=who, us=micros(named.occurred_at))


def _steps(view: View, source: ProblemSource, days: int) -> ir.Table:
    """Return events that are steps of a passage: who, touchpoint, when, order."""
    events = _placed(view, source, source.earlier(days))
    apart = [*NO_PASSAGE, *source.problem.apart]
    kept = events.filter(events.touchpoint.notnull(), ~events.name.isin(apart))
    if source.receiving:
        kept = kept.filter(~kept.touchpoint.isin(source.receiving))
    return kept.select("who", "touchpoint", "us", "order_id", "occurred_at")


def problems(view: View, source: ProblemSource) -> ir.Table:
    """Return one row a problem: event, who, when, the touchpoint it arose at, `how` it is known.

    `how` is 1 for a touchpoint that the problem names, 2 for the last step before, 0 for none.
    """
    events = _placed(view, source, source.extent)
    own = events.filter(events.actor == "customer", events.name.isin(source.problem.names))
    own = own if source.problem.told else _once_an_order(own)
    told = own.touchpoint.notnull() & ibis.literal(source.problem.told)
    if source.receiving:
        told = told & ~own.touchpoint.isin(source.receiving)
    made = own.select(
        "event_id", "who", "us", "order_id", "text", "occurred_at", "channel", "place", "person_id",
        named=ibis.ifelse(told, own.touchpoint, ibis.null("string")),
    )  # fmt: skip
    last = _last_steps(view, source, made.filter(made.named.isnull()))
    both = made.left_join(last, made.event_id == last.problem_id)
    touchpoint = ibis.coalesce(both.named, both.step)
    how = ibis.ifelse(both.named.notnull(), 1, ibis.ifelse(both.step.notnull(), 2, 0))
    return both.select(
        "event_id", "who", "us", "text", "occurred_at", "channel", "place", "person_id",
        touchpoint=touchpoint, how=how,
    )  # fmt: skip


def _once_an_order(events: ir.Table) -> ir.Table:
    """Return the first of each order's: cancelled and then paid back is one problem."""
    order = ibis.window(group_by=[events.who, events.order_id],
                        order_by=[events.us, events.event_id])  # fmt: skip
    events = events.mutate(turn=ibis.row_number().over(order))
    return events.filter(events.order_id.isnull() | (events.turn == 0)).drop("turn")


def _last_steps(view: View, source: ProblemSource, found: ir.Table) -> ir.Table:
    """Return each problem's last step before it: of its own order first, else of the person."""
    problems = found.select(
        problem_id="event_id", problem_who="who", problem_us="us", problem_order="order_id"
    )
    steps = _steps(view, source, LOOKBACK_DAYS)
    near = steps.inner_join(
        problems,
        [
            steps.who == problems.problem_who,
            steps.us <= problems.problem_us,
            steps.us > problems.problem_us - LOOKBACK_DAYS * DAY,
        ],
    )
    own = ibis.ifelse((near.order_id == near.problem_order).fill_null(False), 1, 0)
    ranked = near.mutate(own=own)
    rank = ibis.row_number().over(
        group_by="problem_id", order_by=[ibis.desc("own"), ibis.desc("us"), "touchpoint"]
    )
    first = ranked.mutate(rank=rank).filter(lambda t: t["rank"] == 0)
    return first.select("problem_id", step="touchpoint")


def arisen(view: View, source: ProblemSource) -> ir.Table:
    """Return what the counts need of every problem: who, when, touchpoint, `how`."""
    return problems(view, source).select("event_id", "who", "us", "touchpoint", "how")


def had(view: View, source: ProblemSource, most: int) -> ir.Table:
    """Return the newest problems of the source's person, with or without words."""
    newest = problems(view, source).order_by([ibis.desc("occurred_at"), "event_id"]).limit(most)
    return newest.select("occurred_at", "touchpoint", "how", "text", "channel", "place")


def _passages(steps: ir.Table) -> ir.Table:
    """Return one row a passage: who, touchpoint, day, when it began.

    A passage begins where its day does, so steps are read from the day before they are wanted on.
    """
    dated = steps.mutate(day=steps.occurred_at.date())
    return dated.group_by("who", "touchpoint", "day").agg(us=dated.us.min())


def passed(view: View, source: ProblemSource) -> ir.Table:
    """Return by touchpoint and day how many passages within the extent there were last seen then.

    Of an extent that begins on a later day, these are the passages from that day on.
    """
    steps = _steps(view, source, 0)
    found = (
        steps.mutate(day=steps.occurred_at.date())
        .group_by("who", "touchpoint", "day")
        .agg(last=steps.occurred_at.max())
    )
    dated = found.select("touchpoint", day=view.day(found["last"]))
    return dated.group_by("touchpoint", "day").agg(passages=dated.count())


def followed(view: View, source: ProblemSource, found: pa.Table) -> ir.Table:
    """Return the problems after a passage of their very touchpoint: who, event_id.

    `found` is what `arisen` gives; counted back are LOOKBACK_DAYS.
    """
    problems = ibis.memtable(found.select(list(ANCHOR)))
    problems = problems.rename({f"problem_{name}": name for name in ANCHOR})
    steps = _steps(view, source, LOOKBACK_DAYS)
    near = steps.inner_join(
        problems,
        [
            steps.who == problems.problem_who,
            steps.touchpoint == problems.problem_touchpoint,
            steps.us <= problems.problem_us,
            steps.us > problems.problem_us - LOOKBACK_DAYS * DAY,
        ],
    )
    return near.select("who", event_id="problem_event_id").distinct()


def before_problems(view: View, source: ProblemSource, found: pa.Table) -> ir.Table:
    """Return the steps passed in the days before each problem: who, event_id, step.

    `found` is what `arisen` gives.
    """
    problems = ibis.memtable(found.select(list(ANCHOR)))
    steps = _steps(view, source, source.days + 1)
    # Only those who had a problem: their passages are few among all.
    theirs = _passages(steps.semi_join(problems, steps.who == problems.who))
    anchors = problems.select(anchor="who", anchor_us="us", event_id="event_id")
    near = theirs.inner_join(anchors, _shortly_before(theirs, anchors, source))
    return near.select("who", "event_id", step="touchpoint").distinct()


def sampled(view: View, source: ProblemSource, until: str | None) -> ir.Table:
    """Return passages, those in the days before the extent among them: who, touchpoint, us.

    `until` keeps the people whose id sorts before it: ids are keyed hashes, so these are a random
    sample and the same one every time.
    """
    steps = _steps(view, source, source.days + 1)
    every = _passages(steps if until is None else steps.filter(steps.who < until))
    return every.select("who", "touchpoint", "us")


def before_passages(every: ir.Table, source: ProblemSource) -> ir.Table:
    """Return by touchpoint passed and step: ordinary passages with that step before them.

    `every` is what `sampled` gives.
    """
    start = source.extent.period.start
    anchors = every.filter(every.us >= int(start.timestamp()) * SECOND) if start else every
    ordinary = anchors.select("who", "us", stratum="touchpoint")
    return _looked_back(every, ordinary, source)


def _shortly_before(steps: ir.Table, anchors: ir.Table, source: ProblemSource) -> list[Any]:
    """Return the conditions of steps of the same person in the days before an anchor."""
    return [
        steps.who == anchors.anchor,
        steps.us <= anchors.anchor_us,
        steps.us > anchors.anchor_us - source.days * DAY,
    ]


def _looked_back(steps: ir.Table, anchors: ir.Table, source: ProblemSource) -> ir.Table:
    """Return by stratum and step: anchors with the step in the days before, and their people.

    Rows with step "" count the anchors themselves.
    """
    windows = anchors.select(anchor="who", anchor_us="us", stratum="stratum")
    near = steps.inner_join(windows, _shortly_before(steps, windows, source))
    once = near.select("anchor", "anchor_us", "stratum", step="touchpoint").distinct()
    seen = once.group_by("stratum", "step").agg(n=once.count(), people=once.anchor.nunique())
    alone = windows.group_by("stratum").agg(n=windows.count(), people=windows.anchor.nunique())
    alone = alone.mutate(step=ibis.literal("")).select("stratum", "step", "n", "people")
    return seen.select("stratum", "step", "n", "people").union(alone)


def said(view: View, source: ProblemSource, touchpoint: str, most: int) -> ir.Table:
    """Return the newest problems of one touchpoint that have words."""
    found = problems(view, source)
    kept = found.filter(found.touchpoint == touchpoint, found.text.notnull())
    newest = kept.order_by([ibis.desc("occurred_at"), "event_id"]).limit(most)
    return newest.select("text", "occurred_at", "channel", "place", "person_id")
