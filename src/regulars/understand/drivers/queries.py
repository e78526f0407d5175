"""Expressions that put each person's answers and outcome into one row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import ibis
import sqlalchemy as sa

from regulars.store.database import upsert
from regulars.timeline.vocabulary import ORDERS, RELATIONSHIP
from regulars.understand.drivers.model import MOST_PEOPLE, REPURCHASE, Asked, Cost
from regulars.understand.drivers.tables import driver_costs
from regulars.understand.health.model import Extent

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from regulars.timeline.engine.view import View

Place = Callable[["ir.Table"], "ir.Table"]


@dataclass(frozen=True)
class Source:
    """Where attributes and outcome come from: answers in `extent`, behaviour in `follow_up`."""

    asked: Asked
    extent: Extent
    follow_up: Extent
    place: Place


def answers(view: View, source: Source) -> ir.Table:
    """Return customers' scored answers: person, touchpoint, metric, kind, points 0-100."""
    events = source.extent.of(view.with_person())
    kept = events.filter(
        events.actor == "customer",
        events.person_id.notnull(),
        events.score.notnull(),
        events.scale_min.notnull(),
        events.scale_max.notnull(),
        events.scale_min != events.scale_max,
    )
    placed = source.place(kept)
    return placed.select(
        person=placed.person_id,
        touchpoint=placed.touchpoint,
        metric=placed.metric.fill_null(""),
        kind=placed.survey_kind.fill_null(""),
        points=100.0 * (placed.score - placed.scale_min) / (placed.scale_max - placed.scale_min),
    )


def offered(found: ir.Table) -> ir.Table:
    """Return the outcomes that people speak of: metric, touchpoint and how many people."""
    whole = found.filter((found.metric == "nps") | (found.kind == RELATIONSHIP))
    return whole.group_by("metric", "touchpoint").agg(people=whole.person.nunique())


def of_outcome(found: ir.Table, asked: Asked) -> ir.BooleanValue:
    """Return which answers are the outcome itself."""
    own = found.metric == asked.metric
    return own & (found.touchpoint == asked.touchpoint) if asked.touchpoint else own


def outcomes(view: View, source: Source, found: ir.Table) -> ir.Table:
    """Return each person's outcome, 0-100: the mean of what was said, or whether it was done.

    For a behaviour everybody who answered something has an outcome.
    """
    if not source.asked.behaviour:
        own = found.filter(of_outcome(found, source.asked))
        return own.group_by("person").agg(outcome=own.points.sum(), outcomes=own.count())
    events = source.follow_up.of(view.with_person())
    acted = events.filter(events.actor == "customer", events.person_id.notnull())
    if source.asked.outcome == REPURCHASE:
        acted = acted.filter(acted.name.isin(sorted(ORDERS)))
    did = acted.select(did=acted.person_id).distinct()
    people = found.select("person").distinct()
    both = people.left_join(did, people.person == did.did)
    return both.select("person", outcome=ibis.ifelse(both.did.isnull(), 0.0, 100.0), outcomes=1)


def attributes(found: ir.Table, asked: Asked) -> ir.Table:
    """Return the answers that may explain: none of the outcome's metric or touchpoint."""
    kept = found.filter(found.touchpoint.notnull())
    if asked.behaviour:
        return kept
    if asked.touchpoint:
        return kept.filter(kept.touchpoint != asked.touchpoint)
    return kept.filter(kept.metric != asked.metric)


def counted(view: View, source: Source) -> ir.Table:
    """Return by touchpoint how many people with an outcome answered about it."""
    found = answers(view, source)
    people = outcomes(view, source, found).select(known="person")
    told = attributes(found, source.asked)
    both = told.inner_join(people, told.person == people.known)
    return both.group_by("touchpoint").agg(people=both.person.nunique())


def rows(view: View, source: Source, touchpoints: Sequence[str]) -> ir.Table:
    """Return one row a person with an outcome: sums and counts of points by touchpoint.

    Columns s0, n0, s1, n1, … follow `touchpoints`. At most MOST_PEOPLE, by the person's id: ids
    are keyed hashes, so that the first ones are a random sample and the same every time.
    """
    found = answers(view, source)
    people = outcomes(view, source, found)
    told = attributes(found, source.asked)
    columns = {}
    for number, touchpoint in enumerate(touchpoints):
        here = told.touchpoint == touchpoint
        columns[f"s{number}"] = ibis.ifelse(here, told.points, 0.0).sum()
        columns[f"n{number}"] = ibis.ifelse(here, 1, 0).sum()
    by_person = told.group_by(teller="person").agg(**columns)
    joined = people.left_join(by_person, people.person == by_person.teller)
    return joined.drop("teller").order_by("person").limit(MOST_PEOPLE)


def total(view: View, source: Source) -> ir.Table:
    """Return how many people have an outcome, and its sum over people (mean by person)."""
    found = outcomes(view, source, answers(view, source))
    own = found.mutate(mean=found.outcome / found.outcomes.cast("float64"))
    return own.agg(people=own.count(), total=own.mean.sum())


def reached(view: View, source: Source) -> ir.Table:
    """Return by touchpoint how many people met it, and under "" how many did anything."""
    events = source.extent.of(view.with_person())
    placed = source.place(events.filter(events.person_id.notnull()))
    met = placed.filter(placed.touchpoint.notnull())
    each = met.group_by("touchpoint").agg(people=met.person_id.nunique())
    own = placed.filter(placed.actor == "customer")
    everybody = own.agg(people=own.person_id.nunique()).mutate(touchpoint=ibis.literal(""))
    return each.union(everybody.select("touchpoint", "people"))


def costs(connection: sa.Connection) -> list[Cost]:
    """Return every stated cost."""
    found = connection.execute(sa.select(driver_costs).order_by(driver_costs.c.touchpoint))
    return [Cost(row.touchpoint, row.cost, row.points, row.currency) for row in found]


def put_cost(connection: sa.Connection, cost: Cost, now: datetime) -> None:
    """Write one cost over the earlier one."""
    values = {"cost": cost.cost, "points": cost.points, "currency": cost.currency, "set_at": now}
    statement = upsert(connection, driver_costs).values(touchpoint=cost.touchpoint, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["touchpoint"], set_=values))


def drop_cost(connection: sa.Connection, touchpoint: str) -> None:
    """Take a cost away."""
    connection.execute(sa.delete(driver_costs).where(driver_costs.c.touchpoint == touchpoint))
